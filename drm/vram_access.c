// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: VRAM under the hands of the CPU
 *
 * The driver clears and copies objects by itself where no copy engine does (drm/copy.c). For larger
 * pieces BAR1 shows 2 MiB at a time, for as long as the access goes on there; small
 * ones, and everything where there is no room or no BAR1, go through the PRAMIN
 * window, slowly.
 *
 * Locking: those of BAR1 and of the window. All callers are inside drm_dev_enter() and
 * see to it that the memory stays where it is.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "drm/copy.h"
#include "drm/device.h"
#include "drm/runs.h"
#include "drm/vram_access.h"
#include "drm/window.h"

/* What BAR1 shows at a time. */
#define CNOVA_VRAM_SHOWN	SZ_2M

/* To have less of it shown costs more than to go through the window. */
#define CNOVA_VRAM_SHOW_MIN	SZ_16K

/* Bytes between two chances for others to run. */
#define CNOVA_VRAM_CHUNK	SZ_1M

/* Words that go through the window at a time. */
#define CNOVA_VRAM_WORDS	32

/* A part that is contiguous, either shown or not. */
struct cnova_vram_piece {
	u64 pa;
	u64 size;
	/* Where it is in BAR1; 0: it is not. */
	u64 bar1;
};

/* Let go of what is shown: it is in memory then. */
static int cnova_vram_hide(struct cnova_vram_access *access)
{
	struct cnova_device *cnova = access->cnova;

	if (!access->map.offset)
		return 0;

	if (access->stored)
		cnova_io_bar1_order(&cnova->io, access->map.offset);
	access->stored = false;
	return cnova_bar1_unmap(&cnova->bar1, &access->map);
}

/* Have the piece around @offset shown, which is in run @i, if that is worth it. */
static int cnova_vram_show(struct cnova_vram_access *access, u32 i, u64 offset)
{
	const struct cnova_runs *runs = access->runs;
	u64 start = max(round_down(offset, CNOVA_VRAM_SHOWN), runs->run[i].offset);
	u64 end = min(round_down(offset, CNOVA_VRAM_SHOWN) + CNOVA_VRAM_SHOWN,
		      cnova_runs_end(runs, i));
	struct cnova_device *cnova = access->cnova;
	int err;

	if (offset >= access->start && offset < access->end)
		return 0;

	err = cnova_vram_hide(access);
	if (err)
		return err;

	access->start = start;
	access->end = end;
	if (end - start < CNOVA_VRAM_SHOW_MIN || !cnova_device_has_bar1(cnova))
		return 0;

	/* Whatever keeps BAR1 from showing it: there is the other way. */
	if (cnova_windows_map(cnova, &access->map,
			      cnova_vram_addr(runs->run[i].pa + start - runs->run[i].offset),
			      end - start))
		access->map.offset = 0;
	return 0;
}

static int cnova_vram_piece_init(struct cnova_vram_piece *piece, struct cnova_vram_access *access,
				 u64 offset, u64 size)
{
	const struct cnova_runs *runs = access->runs;
	u32 i = cnova_runs_find(runs, offset);
	int err;

	err = cnova_vram_show(access, i, offset);
	if (err)
		return err;

	piece->pa = runs->run[i].pa + offset - runs->run[i].offset;
	piece->size = min3(size, access->end - offset, (u64)CNOVA_VRAM_CHUNK);
	piece->bar1 = access->map.offset ? access->map.offset + offset - access->start : 0;
	return 0;
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
 * cnova_vram_begin() - Start to use VRAM.
 * @access: To be initialised.
 * @cnova: Device.
 * @runs: Where an object is.
 *
 * Context: Any.
 */
void cnova_vram_begin(struct cnova_vram_access *access, struct cnova_device *cnova,
		      const struct cnova_runs *runs)
{
	*access = (struct cnova_vram_access){ .cnova = cnova, .runs = runs };
}

/**
 * cnova_vram_end() - All that was stored is in memory.
 * @access: What cnova_vram_begin() began.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone; -ETIMEDOUT, -EIO: BAR1 is dead, and may still
 * show it.
 */
int cnova_vram_end(struct cnova_vram_access *access)
{
	return cnova_vram_hide(access);
}

/**
 * cnova_vram_clear() - Store zeros.
 * @cnova: Device.
 * @runs: Where to, all of it.
 *
 * By a copy engine, where there is one for it.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone; -ETIMEDOUT, -EIO: BAR1 died, or the engine.
 */
int cnova_vram_clear(struct cnova_device *cnova, const struct cnova_runs *runs)
{
	struct cnova_vram_access access;
	struct cnova_vram_piece piece;
	int err;

	err = cnova_copy_clear(cnova, runs);
	if (err != -EOPNOTSUPP)
		return err;

	err = 0;
	cnova_vram_begin(&access, cnova, runs);
	for (u64 offset = 0; offset < runs->size && !err; offset += piece.size) {
		err = cnova_vram_piece_init(&piece, &access, offset, runs->size - offset);
		if (err)
			break;

		if (piece.bar1) {
			err = cnova_io_bar1_fill(&cnova->io, piece.bar1, 0, piece.size);
			access.stored = true;
		} else {
			cnova_vram_window_clear(&cnova->mm.pramin, piece.pa, piece.size);
		}
		cond_resched();
	}
	err = cnova_vram_end(&access) ?: err;

	/* Then nothing was stored, and what others left behind would be shown. */
	if (!err && cnova_io_lost(&cnova->io, ~0))
		err = -ENODEV;

	return err;
}

/**
 * cnova_vram_read() - Copy out of VRAM.
 * @access: What cnova_vram_begin() began.
 * @offset: First byte of the object.
 * @dst: Where to.
 * @size: Bytes.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone; -ETIMEDOUT, -EIO: BAR1 died.
 */
int cnova_vram_read(struct cnova_vram_access *access, u64 offset, void *dst, u64 size)
{
	struct cnova_device *cnova = access->cnova;
	struct cnova_vram_piece piece;
	int err = 0;

	for (; size && !err; offset += piece.size, dst += piece.size, size -= piece.size) {
		err = cnova_vram_piece_init(&piece, access, offset, size);
		if (err)
			break;

		if (piece.bar1)
			err = cnova_io_bar1_read(&cnova->io, piece.bar1, dst, piece.size);
		else
			cnova_vram_window_read(&cnova->mm.pramin, piece.pa, dst, piece.size);
	}

	return err;
}

/**
 * cnova_vram_write() - Copy into VRAM.
 * @access: What cnova_vram_begin() began.
 * @offset: First byte of the object.
 * @src: Where from.
 * @size: Bytes.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: 0; -ENODEV: the device is gone; -ETIMEDOUT, -EIO: BAR1 died.
 */
int cnova_vram_write(struct cnova_vram_access *access, u64 offset, const void *src, u64 size)
{
	struct cnova_device *cnova = access->cnova;
	struct cnova_vram_piece piece;
	int err = 0;

	for (; size && !err; offset += piece.size, src += piece.size, size -= piece.size) {
		err = cnova_vram_piece_init(&piece, access, offset, size);
		if (err)
			break;

		if (piece.bar1) {
			err = cnova_io_bar1_write(&cnova->io, piece.bar1, src, piece.size);
			access->stored = true;
		} else {
			cnova_vram_window_write(&cnova->mm.pramin, piece.pa, src, piece.size);
		}
	}

	return err;
}
