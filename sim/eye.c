// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The GPU's eye
 *
 * Accesses by GPU virtual address, for tests and debugfs, made as a shader of a user's
 * channel would make them: unprivileged, through the GPC's TLB. The hub is asked for the
 * same address afterwards, so that its TLB remembers as well; what it says makes no difference
 * and a difference is only counted.
 *
 * Engine threads will make their accesses in the same way: lookup, step by step, between
 * cnova_sim_mmu_flight_begin() and cnova_sim_mmu_flight_end().
 *
 * Locking: &cnova_sim.lock, per page of data; dropped between the steps of a lookup
 * if the model is told to be slow, so that invalidates meet walks on their way.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "hw/io.h"
#include "sim.h"

/** struct cnova_sim_glance - One access. */
struct cnova_sim_glance {
	/** @pdb: Address space. */
	u64 pdb;
	/** @va: First byte. */
	u64 va;
	/** @dst: Where a load goes; NULL for a store. */
	void *dst;
	/** @src: Where a store comes from. */
	const void *src;
	/** @size: Bytes, within one page. */
	u32 size;
};

/* Let time pass in the middle of an access. Caller holds the lock. */
static void cnova_sim_eye_delay(struct cnova_sim *sim)
	__must_hold(&sim->lock)
{
	u32 latency_us = READ_ONCE(sim->knobs.latency_us);

	if (!latency_us)
		return;
	spin_unlock_irq(&sim->lock);
	usleep_range(latency_us, latency_us + 10);
	spin_lock_irq(&sim->lock);
}

static bool cnova_sim_eye_touch(struct cnova_sim *sim, const struct cnova_sim_glance *glance,
				const struct cnova_sim_translation *to)
{
	if (to->sparse) {
		/* HARDWARE.md 2.7: loads give 0, stores vanish. */
		if (glance->dst)
			memset(glance->dst, 0, glance->size);
		return true;
	}
	if (to->aperture != CNOVA_SIM_VIDEO && glance->dst)
		return cnova_sim_sysmem_read(sim, to->pa, glance->dst, glance->size);
	if (to->aperture != CNOVA_SIM_VIDEO) {
		cnova_sim_sysmem_post(sim, to->pa);
		return cnova_sim_sysmem_write(sim, to->pa, glance->src, glance->size);
	}

	if (glance->dst) {
		cnova_sim_vram_read(sim, to->pa, glance->dst, glance->size);
		return true;
	}
	if (cnova_sim_mmu_has_table(sim->mmu, to->pa, glance->size))
		cnova_sim_report(sim, CNOVA_SIM_GPU_STORE,
				 "the GPU stores into a page table: va %#llx pa %#llx",
				 glance->va, to->pa);
	cnova_sim_vram_write(sim, to->pa, glance->src, glance->size);
	return true;
}

static void cnova_sim_eye_ask_hub(struct cnova_sim *sim, const struct cnova_sim_glance *glance,
				  enum cnova_sim_access access, enum cnova_sim_fault fault,
				  const struct cnova_sim_translation *to)
{
	struct cnova_sim_client client = { .unit = CNOVA_SIM_HUB, .pdb = glance->pdb };
	struct cnova_sim_translation hub;

	if (cnova_sim_mmu_translate(sim->mmu, &client, glance->va, access, &hub) != fault ||
	    (fault == CNOVA_SIM_FAULT_NONE && (hub.pa != to->pa || hub.sparse != to->sparse)))
		sim->unit_differences++;
}

static int cnova_sim_eye_glance(struct cnova_sim *sim, const struct cnova_sim_glance *glance)
{
	struct cnova_sim_client client = { .unit = CNOVA_SIM_GPC, .pdb = glance->pdb };
	enum cnova_sim_access access = glance->dst ? CNOVA_SIM_READ : CNOVA_SIM_WRITE;
	struct cnova_sim_translation to;
	struct cnova_sim_lookup lookup;
	struct cnova_sim_flight flight;
	enum cnova_sim_fault fault;
	int err = 0;

	spin_lock_irq(&sim->lock);
	cnova_sim_mmu_flight_begin(sim->mmu, &flight);

	cnova_sim_mmu_lookup_begin(sim->mmu, &lookup, &client, glance->va);
	while (cnova_sim_mmu_lookup_step(sim->mmu, &lookup))
		cnova_sim_eye_delay(sim);
	fault = cnova_sim_mmu_lookup_end(sim->mmu, &lookup, access, &to);
	cnova_sim_eye_delay(sim);
	if (fault != CNOVA_SIM_FAULT_NONE || !cnova_sim_eye_touch(sim, glance, &to))
		err = -EFAULT;
	cnova_sim_eye_ask_hub(sim, glance, access, fault, &to);

	cnova_sim_mmu_flight_end(&flight);
	spin_unlock_irq(&sim->lock);
	return err;
}

static int cnova_sim_eye_look(struct cnova_sim *sim, struct cnova_sim_glance *glance, u64 size,
			      u64 *fault_va)
{
	int err;

	while (size) {
		u32 in_page = glance->va % CNOVA_SIM_PAGE_SIZE;

		glance->size = min_t(u64, size, CNOVA_SIM_PAGE_SIZE - in_page);
		cnova_sim_memory_refill(sim);
		err = READ_ONCE(sim->knobs.gone) ? -EFAULT : cnova_sim_eye_glance(sim, glance);
		if (err) {
			*fault_va = glance->va;
			return err;
		}
		glance->va += glance->size;
		if (glance->dst)
			glance->dst += glance->size;
		else
			glance->src += glance->size;
		size -= glance->size;
		cond_resched();
	}
	return 0;
}

/**
 * cnova_sim_eye_read() - &cnova_io_ops.gpu_read.
 * @priv: The device.
 * @pdb: VRAM address of the root table.
 * @va: First byte.
 * @dst: Where to.
 * @size: Bytes.
 * @fault_va: First address that faulted.
 *
 * Context: Process context.
 * Return: 0, or -EFAULT.
 */
int cnova_sim_eye_read(void *priv, u64 pdb, u64 va, void *dst, u64 size, u64 *fault_va)
{
	struct cnova_sim_glance glance = { .pdb = pdb, .va = va, .dst = dst };

	return cnova_sim_eye_look(priv, &glance, size, fault_va);
}

/**
 * cnova_sim_eye_write() - &cnova_io_ops.gpu_write.
 * @priv: The device.
 * @pdb: VRAM address of the root table.
 * @va: First byte.
 * @src: Where from.
 * @size: Bytes.
 * @fault_va: First address that faulted.
 *
 * Context: Process context.
 * Return: 0, or -EFAULT.
 */
int cnova_sim_eye_write(void *priv, u64 pdb, u64 va, const void *src, u64 size, u64 *fault_va)
{
	struct cnova_sim_glance glance = { .pdb = pdb, .va = va, .src = src };

	return cnova_sim_eye_look(priv, &glance, size, fault_va);
}

static const char *cnova_sim_eye_aperture(enum cnova_sim_aperture aperture)
{
	switch (aperture) {
	case CNOVA_SIM_VIDEO:
		return "video";
	case CNOVA_SIM_PEER:
		return "peer";
	case CNOVA_SIM_SYS_COH:
		return "sys-coh";
	default:
		return "sys-ncoh";
	}
}

/**
 * cnova_sim_eye_walk() - &cnova_io_ops.gpu_walk.
 * @priv: The device.
 * @pdb: VRAM address of the root table.
 * @leaf: Called for every leaf and sparse entry, without a lock.
 * @arg: Its argument.
 *
 * Context: Process context.
 * Return: What @leaf returned last; 0 if it was never called.
 */
int cnova_sim_eye_walk(void *priv, u64 pdb,
		       int (*leaf)(void *arg, const struct cnova_io_leaf *leaf), void *arg)
{
	struct cnova_sim *sim = priv;
	u64 end = BIT_ULL(sim->chip->traits.format->va_bits);
	struct cnova_sim_walk walk;
	u64 va;
	int err;

	for (va = 0; va < end && !READ_ONCE(sim->knobs.gone); va += walk.size) {
		struct cnova_io_leaf found = {};

		spin_lock_irq(&sim->lock);
		cnova_sim_mmu_walk_memory(sim->mmu, CNOVA_SIM_VIDEO, pdb, va, true, &walk);
		spin_unlock_irq(&sim->lock);
		cond_resched();
		/* Tables may change meanwhile: go on at the next boundary of what was found. */
		va &= ~(walk.size - 1);
		if (walk.state == CNOVA_SIM_WALK_FAULT)
			continue;

		found.va = va;
		found.size = walk.size;
		found.entry = walk.entry;
		found.aperture = "sparse";
		if (walk.state == CNOVA_SIM_WALK_LEAF) {
			found.pa = walk.leaf.pa;
			found.aperture = cnova_sim_eye_aperture(walk.leaf.aperture);
			found.kind = walk.leaf.kind;
			found.read_only = walk.leaf.read_only;
			found.uncached = walk.leaf.uncached;
		}
		err = leaf(arg, &found);
		if (err)
			return err;
	}
	return 0;
}

/**
 * cnova_sim_eye_stale() - &cnova_io_ops.gpu_stale.
 * @priv: The device.
 *
 * Context: Process context.
 * Return: Translations that memory would not give any more.
 */
u32 cnova_sim_eye_stale(void *priv)
{
	struct cnova_sim *sim = priv;
	u32 stale;

	spin_lock_irq(&sim->lock);
	stale = cnova_sim_mmu_coherent(sim->mmu);
	spin_unlock_irq(&sim->lock);
	return stale;
}
