// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Memory of any aperture, and what the MMU needs of the kernel
 *
 * Locking: &cnova_sim.lock, but for cnova_sim_memory_refill(), which takes it.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "sim.h"

/**
 * struct cnova_sim_level_mark - How full a pool is kept.
 *
 * A pool below half of @nr is filled up by &cnova_sim.refill; process context that
 * is going to use some does it itself.
 */
struct cnova_sim_level_mark {
	/** @pool: Which. */
	struct cnova_sim_pool *pool;
	/** @nr: Objects that are to be free. */
	u32 nr;
};

#define CNOVA_SIM_NR_POOLS	4

static void cnova_sim_memory_marks(const struct cnova_sim *sim,
				   struct cnova_sim_level_mark mark[CNOVA_SIM_NR_POOLS])
{
	struct cnova_sim_track *track = &sim->mmu->track;

	mark[0] = (struct cnova_sim_level_mark){ &track->root_pool, 64 };
	mark[1] = (struct cnova_sim_level_mark){ &track->table_pool, 4096 };
	mark[2] = (struct cnova_sim_level_mark){ &track->old_pool, 32768 };
	mark[3] = (struct cnova_sim_level_mark){ &sim->mmu->tlb.pool, 8192 };
}

/**
 * cnova_sim_memory_is_low() - Tell whether a pool is half empty.
 * @sim: The device.
 *
 * Context: Any.
 * Return: Whether &cnova_sim.refill should run.
 */
bool cnova_sim_memory_is_low(const struct cnova_sim *sim)
{
	struct cnova_sim_level_mark mark[CNOVA_SIM_NR_POOLS];
	unsigned int i;

	cnova_sim_memory_marks(sim, mark);
	for (i = 0; i < CNOVA_SIM_NR_POOLS; i++) {
		if (READ_ONCE(mark[i].pool->nr_free) < mark[i].nr / 2)
			return true;
	}
	return false;
}

/**
 * cnova_sim_memory_refill() - Fill the MMU's pools.
 * @sim: The device.
 *
 * Without memory they stay as they are: the model then forgets the oldest lines and
 * follows fewer tables, which debugfs counts.
 *
 * Context: Process context.
 */
void cnova_sim_memory_refill(struct cnova_sim *sim)
{
	struct cnova_sim_level_mark mark[CNOVA_SIM_NR_POOLS];
	unsigned int i;

	cnova_sim_memory_marks(sim, mark);
	for (i = 0; i < CNOVA_SIM_NR_POOLS; i++) {
		struct cnova_sim_chunk *chunk;

		if (READ_ONCE(mark[i].pool->nr_free) >= mark[i].nr / 2)
			continue;
		chunk = cnova_sim_pool_chunk_create(mark[i].pool, mark[i].nr);
		if (!chunk)
			continue;
		spin_lock_irq(&sim->lock);
		cnova_sim_pool_add(mark[i].pool, chunk);
		spin_unlock_irq(&sim->lock);
	}
}

/**
 * cnova_sim_memory_load() - Load from memory.
 * @sim: The device.
 * @aperture: Where @pa is.
 * @pa: Address; aligned to @width.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: What was there; all ones of system memory that is not granted.
 */
u64 cnova_sim_memory_load(struct cnova_sim *sim, enum cnova_sim_aperture aperture, u64 pa,
			  unsigned int width)
{
	u64 word = ~0ULL;

	if (aperture != CNOVA_SIM_VIDEO) {
		cnova_sim_sysmem_read(sim, pa, &word, width);
	} else {
		word = cnova_sim_vram_load(sim, ALIGN_DOWN(pa, sizeof(u64)));
		word >>= pa % sizeof(u64) * 8;
	}
	return word & GENMASK_ULL(width * 8 - 1, 0);
}

/**
 * cnova_sim_memory_store() - A store arrives in memory.
 * @sim: The device.
 * @aperture: Where @pa is.
 * @pa: Address; aligned to @width.
 * @value: What to store.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_memory_store(struct cnova_sim *sim, enum cnova_sim_aperture aperture, u64 pa,
			    u64 value, unsigned int width)
{
	if (aperture == CNOVA_SIM_VIDEO) {
		cnova_sim_vram_store(sim, pa, value, width);
		return;
	}
	cnova_sim_sysmem_post(sim, pa);
	cnova_sim_sysmem_write(sim, pa, &value, width);
}

static bool cnova_sim_memory_read64(void *priv, enum cnova_sim_aperture aperture, u64 pa,
				    u64 *value)
{
	struct cnova_sim *sim = priv;

	*value = ~0ULL;
	if (aperture == CNOVA_SIM_VIDEO) {
		*value = cnova_sim_vram_load(sim, pa);
		return pa < sim->wpr_start;
	}
	return aperture != CNOVA_SIM_PEER &&
	       cnova_sim_sysmem_read(sim, pa, value, sizeof(*value));
}

static bool cnova_sim_memory_is_written(void *priv, enum cnova_sim_aperture aperture, u64 pa)
{
	/* System memory is the kernel's: it holds what somebody put there. */
	return aperture != CNOVA_SIM_VIDEO || cnova_sim_vram_is_written(priv, pa);
}

static void cnova_sim_memory_report(void *priv, const struct cnova_sim_finding *finding)
{
	cnova_sim_report(priv, finding->check, "%s: pdb %#llx va %#llx pa %#llx value %#llx",
			 finding->what, finding->pdb, finding->va, finding->pa, finding->value);
}

/** cnova_sim_memory_ops - Memory, for the MMU. */
const struct cnova_sim_mem_ops cnova_sim_memory_ops = {
	.read64 = cnova_sim_memory_read64,
	.is_written = cnova_sim_memory_is_written,
	.report = cnova_sim_memory_report,
};
