// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: VRAM under the hands of the CPU
 *
 * The driver clears and copies objects by itself until a copy engine does. What
 * BAR1 shows goes through BAR1: as reset leaves it, an offset into it is an address
 * in VRAM. The rest, and all of a GPU on PCI, goes through the PRAMIN window, slowly.
 *
 * Locking: none but that of the window. All callers are inside drm_dev_enter() and
 * see to it that the memory stays where it is.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "drm/device.h"
#include "drm/runs.h"
#include "drm/vram_access.h"

/* Bytes between two chances for others to run. */
#define CNOVA_VRAM_CHUNK	SZ_1M

/* Words that go through the window at a time. */
#define CNOVA_VRAM_WORDS	32

/* A part of VRAM that is contiguous, and on one side of the end of BAR1. */
struct cnova_vram_piece {
	u64 pa;
	u64 size;
	bool bar1;
};

static void cnova_vram_piece_init(struct cnova_vram_piece *piece, struct cnova_device *cnova,
				  const struct cnova_runs *runs, u64 offset, u64 size)
{
	u64 bar1_end = cnova_io_is_model(&cnova->io) ? cnova->bar1_size : 0;
	u32 i = cnova_runs_find(runs, offset);

	piece->pa = runs->run[i].pa + offset - runs->run[i].offset;
	piece->size = min3(size, cnova_runs_end(runs, i) - offset, (u64)CNOVA_VRAM_CHUNK);
	piece->bar1 = piece->pa < bar1_end;
	if (piece->bar1)
		piece->size = min(piece->size, bar1_end - piece->pa);
}

/* Through the window, in words where they are aligned. */
static void cnova_vram_window_read(struct cnova_pramin *pramin, u64 pa, u8 *dst, u64 size)
{
	struct cnova_pramin_cursor cursor;
	u64 words[CNOVA_VRAM_WORDS];

	cnova_pramin_begin(pramin, &cursor);
	while (size) {
		u64 n = min_t(u64, size / sizeof(u64), CNOVA_VRAM_WORDS) * sizeof(u64);

		if (n && IS_ALIGNED(pa, sizeof(u64))) {
			cnova_pramin_read(&cursor, cnova_vram_addr(pa), words, n / sizeof(u64));
			memcpy(dst, words, n);
		} else {
			n = 1;
			*dst = cnova_pramin_rd8(&cursor, cnova_vram_addr(pa));
		}

		pa += n;
		dst += n;
		size -= n;
	}
	cnova_pramin_end(&cursor);
}

static void cnova_vram_window_write(struct cnova_pramin *pramin, u64 pa, const u8 *src, u64 size)
{
	struct cnova_pramin_cursor cursor;
	u64 words[CNOVA_VRAM_WORDS];

	cnova_pramin_begin(pramin, &cursor);
	while (size) {
		u64 n = min_t(u64, size / sizeof(u64), CNOVA_VRAM_WORDS) * sizeof(u64);

		if (n && IS_ALIGNED(pa, sizeof(u64))) {
			memcpy(words, src, n);
			cnova_pramin_write(&cursor, cnova_vram_addr(pa), words, n / sizeof(u64));
		} else {
			n = 1;
			cnova_pramin_wr8(&cursor, cnova_vram_addr(pa), *src);
		}

		pa += n;
		src += n;
		size -= n;
	}
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

static void cnova_vram_window_clear(struct cnova_pramin *pramin, u64 pa, u64 size)
{
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(pramin, &cursor);
	cnova_pramin_fill(&cursor, cnova_vram_addr(pa), 0, size / sizeof(u64));
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

/**
 * cnova_vram_clear() - Store zeros.
 * @cnova: Device.
 * @runs: Where to, all of it.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone.
 */
int cnova_vram_clear(struct cnova_device *cnova, const struct cnova_runs *runs)
{
	struct cnova_vram_piece piece;
	int err = 0;

	for (u64 offset = 0; offset < runs->size && !err; offset += piece.size) {
		cnova_vram_piece_init(&piece, cnova, runs, offset, runs->size - offset);
		if (piece.bar1)
			err = cnova_io_bar1_fill(&cnova->io, piece.pa, 0, piece.size);
		else
			cnova_vram_window_clear(&cnova->mm.pramin, piece.pa, piece.size);
		cond_resched();
	}

	/* Then nothing was stored, and what others left behind would be shown. */
	if (!err && cnova_io_lost(&cnova->io, ~0))
		err = -ENODEV;

	return err;
}

/**
 * cnova_vram_read() - Copy out of VRAM.
 * @cnova: Device.
 * @runs: Where an object is.
 * @offset: First byte of it.
 * @dst: Where to.
 * @size: Bytes.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone.
 */
int cnova_vram_read(struct cnova_device *cnova, const struct cnova_runs *runs, u64 offset,
		    void *dst, u64 size)
{
	struct cnova_vram_piece piece;
	int err = 0;

	for (; size && !err; offset += piece.size, dst += piece.size, size -= piece.size) {
		cnova_vram_piece_init(&piece, cnova, runs, offset, size);
		if (piece.bar1)
			err = cnova_io_bar1_read(&cnova->io, piece.pa, dst, piece.size);
		else
			cnova_vram_window_read(&cnova->mm.pramin, piece.pa, dst, piece.size);
	}

	return err;
}

/**
 * cnova_vram_write() - Copy into VRAM.
 * @cnova: Device.
 * @runs: Where an object is.
 * @offset: First byte of it.
 * @src: Where from.
 * @size: Bytes.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone.
 */
int cnova_vram_write(struct cnova_device *cnova, const struct cnova_runs *runs, u64 offset,
		     const void *src, u64 size)
{
	struct cnova_vram_piece piece;
	int err = 0;

	for (; size && !err; offset += piece.size, src += piece.size, size -= piece.size) {
		cnova_vram_piece_init(&piece, cnova, runs, offset, size);
		if (piece.bar1)
			err = cnova_io_bar1_write(&cnova->io, piece.pa, src, piece.size);
		else
			cnova_vram_window_write(&cnova->mm.pramin, piece.pa, src, piece.size);
	}

	return err;
}
