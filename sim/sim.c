// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: cnova_sim, a GPU in software
 *
 * A device with the registers, memory, page-table walker and TLB of an NVIDIA GPU,
 * as HARDWARE.md tells of them, for the cnova driver to bind to. It is as strict as
 * hardware may be, and reports what a driver does wrong in debugfs; see debugfs.c.
 *
 * It shares nothing with the driver but hw/io.h.
 *
 * Layers: module and debugfs (the kernel module); sim, regs, pramin, tlb_regs, flush, bind, bar1,
 * eye (what the driver touches); access (how engines reach memory); vram, sysmem, memory, posted
 * (memory); mmu, tlb, walk, walk_v2, walk_v3, track, check_size, check_release, pool, chips
 * (pure: no lock); report.
 *
 * All but the first two also build in user space, where a test is the driver.
 *
 * Locking: one spinlock, &cnova_sim.lock, for all state that an access may touch. Engines
 * will be threads that take it for each step, annotated as fence signalling.
 */

#include <linux/err.h>
#include <linux/log2.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "hw/io.h"
#include "sim.h"

/* HARDWARE.md 5: the window reaches 40 bits; keep far below that. */
#define CNOVA_SIM_VRAM_MAX_MIB	(64 * 1024)

/** cnova_sim_io_ops - What a driver reaches the device by; first argument the device. */
const struct cnova_io_ops cnova_sim_io_ops = {
	.read = cnova_sim_regs_read,
	.write = cnova_sim_regs_write,
	.vram_populate = cnova_sim_vram_populate,
	.vram_release = cnova_sim_vram_release,
	.dma_grant = cnova_sim_sysmem_grant,
	.dma_revoke = cnova_sim_sysmem_revoke,
	.reset = cnova_sim_reset,
	.bar1_page = cnova_sim_bar1_page,
	.bar1_fill = cnova_sim_bar1_fill,
	.bar1_read = cnova_sim_bar1_read,
	.bar1_write = cnova_sim_bar1_write,
	.gpu_read = cnova_sim_eye_read,
	.gpu_write = cnova_sim_eye_write,
	.gpu_walk = cnova_sim_eye_walk,
	.gpu_stale = cnova_sim_eye_stale,
};

static void cnova_sim_refill_work(struct work_struct *work)
{
	cnova_sim_memory_refill(container_of(work, struct cnova_sim, refill));
}

static int cnova_sim_configure_sizes(struct cnova_sim *sim, const struct cnova_sim_config *config)
{
	u32 unused;

	if (!config->vram_mib || config->vram_mib > CNOVA_SIM_VRAM_MAX_MIB) {
		pr_err("cnova_sim: vram_mib=%u is not in 1..%u\n", config->vram_mib,
		       CNOVA_SIM_VRAM_MAX_MIB);
		return -EINVAL;
	}
	sim->vram_size = (u64)config->vram_mib * SZ_1M;
	if ((sim->chip->registers & CNOVA_SIM_HAS_SIZE_RANGE) &&
	    !cnova_sim_regs_vram_range(sim->vram_size, &unused)) {
		pr_err("cnova_sim: %s cannot report vram_mib=%u: use 1..63 times a power of two\n",
		       sim->chip->name, config->vram_mib);
		return -EINVAL;
	}
	sim->ecc = config->ecc;
	if (sim->ecc && config->vram_mib % 16) {
		pr_err("cnova_sim: with ecc=1 vram_mib=%u must be a multiple of 16\n",
		       config->vram_mib);
		return -EINVAL;
	}
	/* HARDWARE.md 8.1. */
	if (sim->ecc)
		sim->vram_size = sim->vram_size / 16 * 15;
	if (config->wpr_kib % 64 || (u64)config->wpr_kib * SZ_1K >= sim->vram_size) {
		pr_err("cnova_sim: wpr_kib=%u is not a multiple of 64 below the size of VRAM\n",
		       config->wpr_kib);
		return -EINVAL;
	}
	sim->wpr_start = sim->vram_size - (u64)config->wpr_kib * SZ_1K;
	sim->bar1_size = config->bar1_mib < 0 ? roundup_pow_of_two(sim->vram_size) :
						(u64)config->bar1_mib * SZ_1M;
	return 0;
}

/* What is asked for; nothing is allocated. */
static int cnova_sim_configure(struct cnova_sim *sim, const struct cnova_sim_config *config)
{
	sim->chip = cnova_sim_chip_find(config->chip);
	if (!sim->chip) {
		pr_err("cnova_sim: there is no chip named \"%s\"\n", config->chip);
		return -EINVAL;
	}
	sim->seed = config->seed;
	sim->knobs.latency_us = config->latency_us;
	sim->knobs.ack_lost = config->ack_lost;
	sim->knobs.ack_delay_ms = config->ack_delay_ms;
	return cnova_sim_configure_sizes(sim, config);
}

/**
 * cnova_sim_new_mmu() - Make a walker and a TLB that know nothing.
 * @sim: The device, configured.
 *
 * Context: Process context.
 * Return: For cnova_sim_mmu_destroy(); NULL: no memory.
 */
struct cnova_sim_mmu *cnova_sim_new_mmu(struct cnova_sim *sim)
{
	const struct cnova_sim_mem mem = {
		.ops = &cnova_sim_memory_ops,
		.priv = sim,
		.vram_size = sim->vram_size,
		.wpr_start = sim->wpr_start,
	};

	return cnova_sim_mmu_create(&sim->chip->traits, &mem, false);
}

/**
 * cnova_sim_create() - Make a GPU.
 * @config: What it is to be.
 *
 * Context: Process context.
 * Return: For cnova_sim_destroy(); an ERR_PTR() if that cannot be, which is logged.
 */
struct cnova_sim *cnova_sim_create(const struct cnova_sim_config *config)
{
	struct cnova_sim *sim;
	int err;

	sim = kvzalloc_obj(*sim);
	if (!sim)
		return ERR_PTR(-ENOMEM);
	err = cnova_sim_configure(sim, config);
	if (err)
		goto err_free;

	mutex_init(&sim->populate_lock);
	spin_lock_init(&sim->lock);
	xa_init_flags(&sim->blocks, XA_FLAGS_LOCK_IRQ);
	xa_init_flags(&sim->grants, XA_FLAGS_LOCK_IRQ);
	INIT_WORK(&sim->refill, cnova_sim_refill_work);
	cnova_sim_report_init(sim);

	sim->mmu = cnova_sim_new_mmu(sim);
	if (!sim->mmu) {
		err = -ENOMEM;
		goto err_free;
	}
	cnova_sim_memory_refill(sim);
	cnova_sim_fault_init(sim);
	err = cnova_sim_host_init(sim);
	if (err)
		goto err_destroy_mmu;
	err = cnova_sim_gsp_init(sim, config->gsp_release, config->gsp_fault);
	if (err)
		goto err_host;
	return sim;

err_host:
	cnova_sim_host_fini(sim);
err_destroy_mmu:
	cancel_work_sync(&sim->refill);
	cnova_sim_vram_fini(sim);
	cnova_sim_mmu_destroy(sim->mmu);
err_free:
	kvfree(sim);
	return ERR_PTR(err);
}

/**
 * cnova_sim_destroy() - Take it apart.
 * @sim: The device; nobody uses it any more.
 *
 * Context: Process context.
 */
void cnova_sim_destroy(struct cnova_sim *sim)
{
	cnova_sim_gsp_fini(sim);
	cnova_sim_host_fini(sim);
	cancel_work_sync(&sim->refill);
	xa_destroy(&sim->grants);
	cnova_sim_vram_fini(sim);
	cnova_sim_mmu_destroy(sim->mmu);
	kvfree(sim);
}
