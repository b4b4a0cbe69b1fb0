// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Flushes
 *
 * An acknowledged invalidate says that no access with an old translation begins any
 * more. What such accesses have written to system memory may still be on its way;
 * Turing is asked for a system membar with each invalidate, later chips are not
 * (HARDWARE.md 4.2), and are told to flush before pages go back to the system.
 *
 * Locking: none is needed. Each caller starts a flush of its own and waits until none
 * that old is on its way. Builds in user space too.
 */

#include <kunit/static_stub.h>
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ktime.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/flush.h"

/*
 * HARDWARE.md 6: a token that is completed lies behind ours, or at most so many flushes
 * before it; further away our own is.
 */
#define CNOVA_FLUSH_TOKENS_AHEAD	140

static u32 cnova_flush_start(struct cnova_io *io, const struct cnova_chip_flush *flush)
{
	if (flush->token)
		return cnova_rd32(io, flush->start);

	cnova_wr32(io, flush->start, 1);
	return 0;
}

static bool cnova_flush_is_over(const struct cnova_chip_flush *flush, u32 start, u32 done)
{
	if (!(done & flush->busy))
		return true;

	return flush->token && ((start - done) & flush->token) > CNOVA_FLUSH_TOKENS_AHEAD;
}

/**
 * cnova_flush() - Wait until what the GPU has written is in memory.
 * @io: The GPU.
 * @chip: Its chip. Some have no register for it; what RM has GSP firmware do there, we
 *        leave out.
 *
 * Context: Process context, sleeps for the hardware, not longer than
 *          CNOVA_FLUSH_TIMEOUT_US.
 * Return: 0; -ETIMEDOUT; -ENODEV: the device is gone, and so are its writes.
 */
int cnova_flush(struct cnova_io *io, const struct cnova_chip *chip)
{
	ktime_t end = ktime_add_us(ktime_get(), CNOVA_FLUSH_TIMEOUT_US);
	const struct cnova_chip_flush *flush = chip->flush;
	u32 start, done;
	bool late;

	KUNIT_STATIC_STUB_REDIRECT(cnova_flush, io, chip);

	if (!flush)
		return 0;

	start = cnova_flush_start(io, flush);
	for (;;) {
		/* First the time, so that it is looked at once more after a long sleep. */
		late = ktime_after(ktime_get(), end);
		done = cnova_poll32(io, flush->done);
		if (cnova_io_lost(io, done))
			return -ENODEV;
		if (cnova_flush_is_over(flush, start, done))
			return 0;
		if (late)
			return -ETIMEDOUT;
		usleep_range(1, 20);
	}
}
