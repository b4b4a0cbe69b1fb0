// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: PRAMIN window
 *
 * A view of 1 MiB of VRAM in BAR0, moved by one register (HARDWARE.md 5). It needs no
 * page tables, so page tables are written through it. The *arbiter* owns the
 * register; users hold a *cursor*, which takes the window when it is used and moves
 * it only when it must. Each move is read back. Where it was lost nothing is accessed: a
 * device that is gone, and maybe back before anybody asks, or one whose window is stuck.
 *
 * Not for bulk data: that goes through BAR1.
 *
 * Locking: &cnova_pramin.lock, a mutex, because run_job may sleep and because a
 * mutex hands over. A hold is at most %CNOVA_PRAMIN_MAX_HOLD accesses. The waiter that is
 * first wakes when it ends, and may find that somebody, who did not have to wake up, was
 * faster; it then gets the window at the end of that hold, before anybody else. It is
 * the innermost lock and is taken in the fence signalling path: nothing is allocated under it.
 */

#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/math.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"
#include "mm/pramin.h"

/* No address: whatever is accessed first moves the window. */
#define CNOVA_PRAMIN_UNKNOWN	(~0ULL)

/**
 * cnova_pramin_init() - Take over the window.
 * @pramin: To be initialised.
 * @dev: For messages.
 * @io: The GPU.
 * @window: How its window is moved.
 * @size: Bytes of VRAM.
 *
 * Context: Probe.
 * Return: 0; -EINVAL: the window cannot show all of VRAM.
 */
int cnova_pramin_init(struct cnova_pramin *pramin, struct device *dev, struct cnova_io *io,
		      const struct cnova_chip_window *window, u64 size)
{
	if (size > BIT_ULL(window->reach_bits))
		return -EINVAL;

	*pramin = (struct cnova_pramin){
		.dev = dev,
		.io = io,
		.window = window,
		.size = size,
		.boot = cnova_rd32(io, window->reg),
		.base = CNOVA_PRAMIN_UNKNOWN,
	};
	mutex_init(&pramin->lock);
	return 0;
}

/**
 * cnova_pramin_restore() - Leave the window where it was found.
 * @pramin: The arbiter.
 *
 * Context: Process context.
 */
void cnova_pramin_restore(struct cnova_pramin *pramin)
{
	mutex_lock(&pramin->lock);
	cnova_wr32(pramin->io, pramin->window->reg, pramin->boot);
	cnova_io_account(pramin->io, CNOVA_IO_WINDOW_MOVE, 1);
	pramin->base = CNOVA_PRAMIN_UNKNOWN;
	mutex_unlock(&pramin->lock);
}

/**
 * cnova_pramin_fini() - The end of cnova_pramin_init().
 * @pramin: The arbiter.
 *
 * Context: Process context; no cursor is in use. The device may be gone.
 */
void cnova_pramin_fini(struct cnova_pramin *pramin)
{
	cnova_pramin_restore(pramin);
	mutex_destroy(&pramin->lock);
}

/**
 * cnova_pramin_reset() - The window may be anywhere: after a reset, after a resume.
 * @pramin: The arbiter.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_pramin_reset(struct cnova_pramin *pramin)
{
	mutex_lock(&pramin->lock);
	pramin->base = CNOVA_PRAMIN_UNKNOWN;
	mutex_unlock(&pramin->lock);
}

/**
 * cnova_pramin_is_stuck() - Did the window not go where it was sent?
 * @pramin: The arbiter.
 *
 * Then something was not stored, and page tables are not what they should be.
 *
 * Context: Any.
 * Return: Whether that happened while the device was there.
 */
bool cnova_pramin_is_stuck(const struct cnova_pramin *pramin)
{
	return READ_ONCE(pramin->stuck);
}

/**
 * cnova_pramin_begin() - Start to use VRAM.
 * @pramin: The arbiter.
 * @cursor: To be initialised.
 *
 * Context: Any. Takes nothing yet.
 */
void cnova_pramin_begin(struct cnova_pramin *pramin, struct cnova_pramin_cursor *cursor)
{
	*cursor = (struct cnova_pramin_cursor){ .pramin = pramin };
}

/**
 * cnova_pramin_end() - Let others have the window.
 * @cursor: May be used again; it then takes the window again.
 *
 * Context: Process context, fence signalling path. Does nothing if @cursor does not
 *          hold the window.
 */
void cnova_pramin_end(struct cnova_pramin_cursor *cursor)
{
	if (!cursor->budget)
		return;

	cursor->budget = 0;
	mutex_unlock(&cursor->pramin->lock);
}

/* It is not there, or it does not do what it is told: nobody knows what it shows. */
static void cnova_pramin_fail(struct cnova_pramin *pramin, u32 want, u32 got)
{
	lockdep_assert_held(&pramin->lock);

	pramin->base = CNOVA_PRAMIN_UNKNOWN;
	if (cnova_io_lost(pramin->io, got) || pramin->stuck)
		return;

	dev_err(pramin->dev, "the PRAMIN window does not move: %#x instead of %#x\n", got, want);
	WRITE_ONCE(pramin->stuck, true);
}

/*
 * Show the 1 MiB around @pa. Whole MiB: tables that stand together need no move, so that
 * there are few, and each can be looked at: what is stored after one that was lost
 * would be somebody else's memory. Return: whether it shows that.
 */
static bool cnova_pramin_move(struct cnova_pramin *pramin, u64 pa)
{
	u64 base = round_down(pa, NV_PRAMIN_SIZE);
	u32 want = (base >> 16) & pramin->window->base, got;

	lockdep_assert_held(&pramin->lock);

	if (base == pramin->base)
		return true;

	/* Posted in order with the accesses that follow; target 0 is video memory. */
	cnova_wr32(pramin->io, pramin->window->reg, want);
	cnova_io_account(pramin->io, CNOVA_IO_WINDOW_MOVE, 1);
	got = cnova_rd32(pramin->io, pramin->window->reg);
	if ((got & pramin->window->base) != want) {
		cnova_pramin_fail(pramin, want, got);
		return false;
	}

	pramin->base = base;
	return true;
}

/* One access. Loads: *@value is replaced. */
static void cnova_pramin_access(struct cnova_pramin_cursor *cursor, u64 pa, u64 *value,
				unsigned int width, bool store)
{
	struct cnova_pramin *pramin = cursor->pramin;
	u32 offset = NV_PRAMIN + pa % NV_PRAMIN_SIZE;

	if (WARN_ONCE(pa & (width - 1) || pa >= pramin->size,
		      "cnova: access of %u bytes at %#llx, VRAM ends at %#llx\n",
		      width, pa, pramin->size)) {
		*value = ~0ULL;
		return;
	}

	if (!cursor->budget) {
		mutex_lock(&pramin->lock);
		cursor->budget = CNOVA_PRAMIN_MAX_HOLD;
	}

	if (!cnova_pramin_move(pramin, pa)) {
		*value = ~0ULL >> (64 - 8 * width);
	} else if (store) {
		cnova_aperture_wr(pramin->io, offset, *value, width);
		cursor->last = pa;
		cursor->dirty = true;
	} else {
		*value = cnova_aperture_rd(pramin->io, offset, width);
	}

	if (!--cursor->budget)
		mutex_unlock(&pramin->lock);
}

/**
 * cnova_pramin_load() - Load from VRAM.
 * @cursor: Cursor.
 * @pa: Address, a multiple of @width.
 * @width: Bytes: 1, 2, 4 or 8.
 *
 * Context: Process context, fence signalling path. May sleep, for the window.
 * Return: What is there.
 */
u64 cnova_pramin_load(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
		      unsigned int width)
{
	u64 value;

	cnova_pramin_access(cursor, pa.raw, &value, width, false);
	return value;
}

/**
 * cnova_pramin_store() - Store to VRAM.
 * @cursor: Cursor.
 * @pa: Address, a multiple of @width.
 * @value: What to store.
 * @width: Bytes: 1, 2, 4 or 8.
 *
 * Context: Process context, fence signalling path. May sleep, for the window.
 */
void cnova_pramin_store(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
			u64 value, unsigned int width)
{
	cnova_pramin_access(cursor, pa.raw, &value, width, true);
}

/**
 * cnova_pramin_write() - Store words.
 * @cursor: Cursor.
 * @pa: First byte, a multiple of 8.
 * @words: What to store.
 * @nr: How many.
 *
 * Context: Process context, fence signalling path. May sleep, for the window.
 */
void cnova_pramin_write(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
			const u64 *words, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		u64 word = words[i];

		cnova_pramin_access(cursor, pa.raw + i * sizeof(u64), &word, sizeof(u64), true);
	}
}

/**
 * cnova_pramin_read() - Load words.
 * @cursor: Cursor.
 * @pa: First byte, a multiple of 8.
 * @words: Where to.
 * @nr: How many.
 *
 * Context: Process context, fence signalling path. May sleep, for the window.
 */
void cnova_pramin_read(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
		       u64 *words, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		cnova_pramin_access(cursor, pa.raw + i * sizeof(u64), &words[i], sizeof(u64),
				    false);
}

/**
 * cnova_pramin_fill() - Store one word many times.
 * @cursor: Cursor.
 * @pa: First byte, a multiple of 8.
 * @value: What to store.
 * @nr: How often.
 *
 * Context: Process context, fence signalling path. May sleep, for the window.
 */
void cnova_pramin_fill(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
		       u64 value, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		u64 word = value;

		cnova_pramin_access(cursor, pa.raw + i * sizeof(u64), &word, sizeof(u64), true);
	}
}

/**
 * cnova_pramin_order() - Have all stores of a cursor in memory.
 * @cursor: Cursor.
 *
 * Stores are posted; a load from the same aperture is behind them (HARDWARE.md 3.7).
 * Nothing happens if nothing was stored.
 *
 * Context: Process context, fence signalling path. May sleep, for the window.
 */
void cnova_pramin_order(struct cnova_pramin_cursor *cursor)
{
	u64 value;

	if (!cursor->dirty)
		return;

	cnova_pramin_access(cursor, round_down(cursor->last, sizeof(u32)), &value, sizeof(u32),
			    false);
	cnova_io_account(cursor->pramin->io, CNOVA_IO_ORDER, 1);
	cursor->dirty = false;
}
