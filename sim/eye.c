// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The GPU's eye
 *
 * Accesses by GPU virtual address, for tests and debugfs, made as a shader of a user's
 * channel would make them: unprivileged, through the GPC's TLB. The hub is asked for the
 * same address afterwards, so that its TLB remembers as well; what it says makes no difference
 * and a difference is only counted.
 *
 * Engines make their accesses in the same way: access.c.
 *
 * Locking: &cnova_sim.lock, per piece of data.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "access.h"
#include "hw/io.h"
#include "sim.h"

/* What the hub's TLB says of the same piece. */
static void cnova_sim_eye_ask_hub(struct cnova_sim *sim, const struct cnova_sim_request *glance,
				  u64 pdb, enum cnova_sim_fault fault,
				  const struct cnova_sim_translation *to)
{
	struct cnova_sim_client client = { .unit = CNOVA_SIM_HUB, .pdb = pdb };
	struct cnova_sim_translation hub;
	enum cnova_sim_fault hub_fault;

	hub_fault = cnova_sim_mmu_translate(sim->mmu, &client, glance->va, glance->access, &hub);
	/* It was translated, but there was no memory. */
	if (fault == CNOVA_SIM_FAULT_REGION)
		return;
	if (hub_fault != fault ||
	    (fault == CNOVA_SIM_FAULT_NONE && (hub.pa != to->pa || hub.sparse != to->sparse)))
		sim->unit_differences++;
}

static int cnova_sim_eye_glance(struct cnova_sim *sim, u64 pdb,
				const struct cnova_sim_request *glance, u32 *done)
{
	struct cnova_sim_port port = { .client = { .unit = CNOVA_SIM_GPC, .pdb = pdb } };
	struct cnova_sim_translation to;
	enum cnova_sim_fault fault;

	*done = 0;
	if (READ_ONCE(sim->knobs.gone))
		return -EFAULT;
	cnova_sim_memory_refill(sim);
	spin_lock_irq(&sim->lock);
	fault = cnova_sim_access_piece(sim, &port, glance, done, &to);
	cnova_sim_eye_ask_hub(sim, glance, pdb, fault, &to);
	spin_unlock_irq(&sim->lock);
	return fault == CNOVA_SIM_FAULT_NONE ? 0 : -EFAULT;
}

static int cnova_sim_eye_look(struct cnova_sim *sim, u64 pdb, struct cnova_sim_request *glance,
			      u64 size, u64 *fault_va)
{
	u32 done;
	int err;

	while (size) {
		glance->size = min_t(u64, size, CNOVA_SIM_PIECE);
		err = cnova_sim_eye_glance(sim, pdb, glance, &done);
		if (err) {
			*fault_va = glance->va + done;
			return err;
		}
		glance->va += done;
		if (glance->dst)
			glance->dst += done;
		else
			glance->src += done;
		size -= done;
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
	struct cnova_sim_request glance = { .va = va, .access = CNOVA_SIM_READ, .dst = dst };

	return cnova_sim_eye_look(priv, pdb, &glance, size, fault_va);
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
	struct cnova_sim_request glance = { .va = va, .access = CNOVA_SIM_WRITE, .src = src };

	return cnova_sim_eye_look(priv, pdb, &glance, size, fault_va);
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
