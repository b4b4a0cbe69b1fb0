// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Reset
 *
 * A driver that let go of a GPU which did not answer cannot take its memory back piece
 * by piece: nobody knows what the GPU still reaches. A reset makes it forget
 * everything, as after power-on. Knobs and counts of violations stay.
 *
 * Locking: &cnova_sim.populate_lock, then &cnova_sim.lock.
 */
#include <linux/err.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "sim.h"

/* Registers as reset leaves them, and nothing on its way to memory. */
static void cnova_sim_reset_regs(struct cnova_sim *sim)
{
	lockdep_assert_held(&sim->lock);

	cnova_sim_post_forget(sim, 0, sim->vram_size);
	sim->window = 0;
	sim->window_reg = 0;
	memset(&sim->flush, 0, sizeof(sim->flush));
	cnova_sim_sysmem_settle(sim);
	memset(&sim->tlb_regs, 0, sizeof(sim->tlb_regs));
	memset(&sim->bar1, 0, sizeof(sim->bar1));
	memset(&sim->bar2, 0, sizeof(sim->bar2));
	cnova_sim_fault_reset(sim);
}

/**
 * cnova_sim_reset() - &cnova_io_ops.reset.
 * @priv: The device. Nobody uses it meanwhile.
 *
 * Context: Process context.
 */
void cnova_sim_reset(void *priv)
{
	struct cnova_sim *sim = priv;
	struct cnova_sim_mmu *mmu = cnova_sim_new_mmu(sim), *old;
	unsigned long index;
	struct page *page;

	if (!mmu) {
		pr_warn("cnova_sim: no memory for a reset\n");
		return;
	}

	cnova_sim_host_reset(sim);
	cnova_sim_gsp_halt(sim);
	cancel_work_sync(&sim->refill);
	spin_lock_irq(&sim->lock);
	old = sim->mmu;
	sim->mmu = mmu;
	cnova_sim_reset_regs(sim);
	spin_unlock_irq(&sim->lock);
	cnova_sim_mmu_destroy(old);

	cnova_sim_vram_release_all(sim);
	xa_for_each(&sim->grants, index, page)
		xa_erase_irq(&sim->grants, index);
	cnova_sim_memory_refill(sim);
	if (cnova_sim_gsp_place(sim))
		pr_warn("cnova_sim: no memory for firmware after a reset\n");
}
