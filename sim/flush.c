// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Flushes
 *
 * HARDWARE.md 6. A flush brings stores through the apertures, and those of the GPU to
 * system memory, to where they go; it is over when somebody has seen it so, not before.
 * Turing to Ada are asked by a store and tell by a bit. Later chips start a flush at a load,
 * which gives a token, and tell the token of the last one that is over.
 *
 * Locking: &cnova_sim.lock, held by the caller of every function here.
 */
#include <linux/bits.h>
#include <linux/ktime.h>

#include "sim.h"

/* NV_UFLUSH_FB_FLUSH. */
#define FLUSH_PENDING		BIT(0)
#define FLUSH_OUTSTANDING	BIT(1)

/* Token registers. */
#define TOKEN			GENMASK(30, 0)
#define TOKEN_BUSY		BIT(31)

static void cnova_sim_flush_begin(struct cnova_sim *sim)
{
	struct cnova_sim_flush *flush = &sim->flush;

	flush->pending = true;
	flush->started = (flush->started + 1) & TOKEN;
	flush->due = ktime_add_us(ktime_get(), READ_ONCE(sim->knobs.latency_us));
}

/* Return: whether a flush is on its way; if not, all that was started is over. */
static bool cnova_sim_flush_is_busy(struct cnova_sim *sim)
{
	struct cnova_sim_flush *flush = &sim->flush;

	if (!flush->pending)
		return false;
	if (ktime_before(ktime_get(), flush->due))
		return true;
	cnova_sim_post_drain(sim, &sim->pramin);
	cnova_sim_post_drain(sim, &sim->bar1_posts);
	cnova_sim_sysmem_settle(sim);
	flush->completed = flush->started;
	flush->pending = false;
	return false;
}

/**
 * cnova_sim_flush_read() - FB_FLUSH is read.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The register.
 */
u32 cnova_sim_flush_read(struct cnova_sim *sim)
{
	return cnova_sim_flush_is_busy(sim) ? FLUSH_OUTSTANDING : 0;
}

/**
 * cnova_sim_flush_write() - FB_FLUSH is written.
 * @sim: The device.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_flush_write(struct cnova_sim *sim, u32 value)
{
	if (value != FLUSH_PENDING)
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG, "FB_FLUSH takes a 1, not %#x", value);
	if (value & FLUSH_PENDING)
		cnova_sim_flush_begin(sim);
}

/**
 * cnova_sim_flush_start() - The first register of the token pair is read: a flush begins.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Its token.
 */
u32 cnova_sim_flush_start(struct cnova_sim *sim)
{
	cnova_sim_flush_begin(sim);
	return sim->flush.started;
}

/**
 * cnova_sim_flush_completed() - The second register of the token pair is read.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Token of the last flush that is over, and whether one is on its way.
 */
u32 cnova_sim_flush_completed(struct cnova_sim *sim)
{
	u32 busy = cnova_sim_flush_is_busy(sim) ? TOKEN_BUSY : 0;

	return busy | sim->flush.completed;
}
