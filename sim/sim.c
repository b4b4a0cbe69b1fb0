// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: cnova_sim, a GPU in software
 *
 * A platform device with the registers, memory, page-table walker and TLB of an NVIDIA GPU,
 * as HARDWARE.md tells of them, for the cnova driver to bind to. It is as strict as
 * hardware may be, and reports what a driver does wrong in debugfs; see debugfs.c.
 *
 * It shares nothing with the driver but hw/io.h.
 *
 * Layers: sim, regs, pramin, tlb_regs, flush, bind, bar1, eye (what the driver touches); vram,
 * sysmem, memory, posted (memory); mmu, tlb, walk, walk_v2, walk_v3, track, check_size,
 * check_release, pool, chips (pure: no lock, also built in user space); report, debugfs.
 *
 * Locking: one spinlock, &cnova_sim.lock, for all state that an access may touch. Engines
 * will be threads that take it for each step, annotated as fence signalling.
 */

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "hw/io.h"
#include "sim.h"

static char *cnova_sim_chip = "ga102";
module_param_named(chip, cnova_sim_chip, charp, 0444);
MODULE_PARM_DESC(chip, "Chip to be: tu102, ga100, ga102 (default), ad102, gh100, gb100, gb10b, gb202, gb20b");

static unsigned int cnova_sim_vram_mib = 256;
module_param_named(vram_mib, cnova_sim_vram_mib, uint, 0444);
MODULE_PARM_DESC(vram_mib, "Video memory in MiB (default 256)");

static int cnova_sim_bar1_mib = -1;
module_param_named(bar1_mib, cnova_sim_bar1_mib, int, 0444);
MODULE_PARM_DESC(bar1_mib, "BAR1 in MiB, 0 for none (default: video memory, up to a power of two)");

static unsigned int cnova_sim_wpr_kib = 1024;
module_param_named(wpr_kib, cnova_sim_wpr_kib, uint, 0444);
MODULE_PARM_DESC(wpr_kib, "Protected memory at the end of VRAM in KiB, a multiple of 64 (default 1024)");

static bool cnova_sim_ecc;
module_param_named(ecc, cnova_sim_ecc, bool, 0444);
MODULE_PARM_DESC(ecc, "ECC takes a sixteenth of vram_mib (default off)");

static unsigned long cnova_sim_seed = 1;
module_param_named(seed, cnova_sim_seed, ulong, 0444);
MODULE_PARM_DESC(seed, "Seed of what unwritten memory holds (default 1)");

static unsigned int cnova_sim_latency_us;
module_param_named(latency_us, cnova_sim_latency_us, uint, 0444);
MODULE_PARM_DESC(latency_us, "How long invalidates, binds and GPU accesses take (default 0)");

static unsigned int cnova_sim_ack_lost;
module_param_named(ack_lost, cnova_sim_ack_lost, uint, 0444);
MODULE_PARM_DESC(ack_lost, "So many of the first invalidates do nothing (default 0)");

static unsigned int cnova_sim_ack_delay_ms = 3000;
module_param_named(ack_delay_ms, cnova_sim_ack_delay_ms, uint, 0444);
MODULE_PARM_DESC(ack_delay_ms, "When TRIGGER clears for those (default 3000)");

/* HARDWARE.md 5: the window reaches 40 bits; keep far below that. */
#define CNOVA_SIM_VRAM_MAX_MIB	(64 * 1024)

static struct cnova_sim *cnova_sim_device;

static const struct cnova_io_ops cnova_sim_io_ops = {
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
	.gpu_stale = cnova_sim_gpu_stale,
};

static void cnova_sim_refill_work(struct work_struct *work)
{
	cnova_sim_memory_refill(container_of(work, struct cnova_sim, refill));
}

/* What the module parameters ask for; nothing is allocated. */
static int cnova_sim_configure(struct cnova_sim *sim)
{
	u32 unused;

	sim->chip = cnova_sim_chip_find(cnova_sim_chip);
	if (!sim->chip) {
		pr_err("cnova_sim: there is no chip named \"%s\"\n", cnova_sim_chip);
		return -EINVAL;
	}
	if (!cnova_sim_vram_mib || cnova_sim_vram_mib > CNOVA_SIM_VRAM_MAX_MIB) {
		pr_err("cnova_sim: vram_mib=%u is not in 1..%u\n", cnova_sim_vram_mib,
		       CNOVA_SIM_VRAM_MAX_MIB);
		return -EINVAL;
	}
	sim->vram_size = (u64)cnova_sim_vram_mib * SZ_1M;
	if ((sim->chip->registers & CNOVA_SIM_HAS_SIZE_RANGE) &&
	    !cnova_sim_regs_vram_range(sim->vram_size, &unused)) {
		pr_err("cnova_sim: %s cannot report vram_mib=%u: use 1..63 times a power of two\n",
		       sim->chip->name, cnova_sim_vram_mib);
		return -EINVAL;
	}
	sim->ecc = cnova_sim_ecc;
	if (sim->ecc && cnova_sim_vram_mib % 16) {
		pr_err("cnova_sim: with ecc=1 vram_mib=%u must be a multiple of 16\n",
		       cnova_sim_vram_mib);
		return -EINVAL;
	}
	/* HARDWARE.md 8.1. */
	if (sim->ecc)
		sim->vram_size = sim->vram_size / 16 * 15;
	if (cnova_sim_wpr_kib % 64 || (u64)cnova_sim_wpr_kib * SZ_1K >= sim->vram_size) {
		pr_err("cnova_sim: wpr_kib=%u is not a multiple of 64 below the size of VRAM\n",
		       cnova_sim_wpr_kib);
		return -EINVAL;
	}
	sim->wpr_start = sim->vram_size - (u64)cnova_sim_wpr_kib * SZ_1K;
	sim->bar1_size = cnova_sim_bar1_mib < 0 ? roundup_pow_of_two(sim->vram_size) :
						 (u64)cnova_sim_bar1_mib * SZ_1M;
	sim->seed = cnova_sim_seed;
	sim->knobs.latency_us = cnova_sim_latency_us;
	sim->knobs.ack_lost = cnova_sim_ack_lost;
	sim->knobs.ack_delay_ms = cnova_sim_ack_delay_ms;
	return 0;
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

static struct cnova_sim *cnova_sim_create(void)
{
	struct cnova_sim *sim;
	int err;

	sim = kvzalloc_obj(*sim);
	if (!sim)
		return ERR_PTR(-ENOMEM);
	err = cnova_sim_configure(sim);
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
	return sim;

err_free:
	kvfree(sim);
	return ERR_PTR(err);
}

static void cnova_sim_destroy(struct cnova_sim *sim)
{
	cancel_work_sync(&sim->refill);
	xa_destroy(&sim->grants);
	cnova_sim_vram_fini(sim);
	cnova_sim_mmu_destroy(sim->mmu);
	kvfree(sim);
}

static struct platform_device *cnova_sim_register(struct cnova_sim *sim)
{
	struct cnova_io_platform_data data = {
		.ops = &cnova_sim_io_ops,
		.priv = sim,
		.bar1_size = sim->bar1_size,
	};
	struct platform_device_info info = {
		.name = CNOVA_SIM_PLATFORM_NAME,
		.id = PLATFORM_DEVID_NONE,
		.data = &data,
		.size_data = sizeof(data),
		/* What the hardware can address, HARDWARE.md 1.2; also the storage for it. */
		.dma_mask = DMA_BIT_MASK(sim->chip->traits.sys_bits),
	};

	return platform_device_register_full(&info);
}

static int __init cnova_sim_init(void)
{
	struct cnova_sim *sim;
	int err;

	sim = cnova_sim_create();
	if (IS_ERR(sim))
		return PTR_ERR(sim);
	cnova_sim_debugfs_init(sim);

	sim->pdev = cnova_sim_register(sim);
	if (IS_ERR(sim->pdev)) {
		err = PTR_ERR(sim->pdev);
		goto err_destroy;
	}
	cnova_sim_device = sim;
	return 0;

err_destroy:
	cnova_sim_debugfs_fini(sim);
	cnova_sim_destroy(sim);
	return err;
}

static void __exit cnova_sim_exit(void)
{
	struct cnova_sim *sim = cnova_sim_device;

	/* The driver's remove callback runs here; after it nobody calls us. */
	platform_device_unregister(sim->pdev);
	cnova_sim_debugfs_fini(sim);
	cnova_sim_destroy(sim);
}

module_init(cnova_sim_init);
module_exit(cnova_sim_exit);

MODULE_DESCRIPTION("A GPU in software for the cnova driver");
MODULE_LICENSE("GPL");
