// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The module
 *
 * Module parameters say what the GPU is to be; a platform device carries it to the driver.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/platform_device.h>

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

static unsigned int cnova_sim_gsp_release = 570;
module_param_named(gsp, cnova_sim_gsp_release, uint, 0444);
MODULE_PARM_DESC(gsp, "Release of GSP firmware: 535, 570, 595; 0 for none (default 570)");

static char *cnova_sim_gsp_wrong = "none";
module_param_named(gsp_fault, cnova_sim_gsp_wrong, charp, 0444);
MODULE_PARM_DESC(gsp_fault, "What GSP firmware does wrong, see sim/gsp_fault.c (default none)");

/* Two share memory by way of dma-bufs, as two GPUs in a machine do. */
#define CNOVA_SIM_MAX_DEVICES	2

static unsigned int cnova_sim_devices = 1;
module_param_named(devices, cnova_sim_devices, uint, 0444);
MODULE_PARM_DESC(devices, "How many GPUs, all alike, 1 (default) or 2");

static struct cnova_sim *cnova_sims[CNOVA_SIM_MAX_DEVICES];

static struct platform_device *cnova_sim_register(struct cnova_sim *sim, int id)
{
	struct cnova_io_platform_data data = {
		.ops = &cnova_sim_io_ops,
		.priv = sim,
		.bar1_size = sim->bar1_size,
		.gsp_release = cnova_sim_gsp_release,
	};
	const struct resource irq = DEFINE_RES_IRQ(sim->irq.virq);
	struct platform_device_info info = {
		.name = CNOVA_SIM_PLATFORM_NAME,
		.id = id,
		.res = &irq,
		.num_res = 1,
		.data = &data,
		.size_data = sizeof(data),
		/* What the hardware can address, HARDWARE.md 1.2; also the storage for it. */
		.dma_mask = DMA_BIT_MASK(sim->chip->traits.sys_bits),
	};

	return platform_device_register_full(&info);
}

static struct cnova_sim *cnova_sim_add(const char *name, int id)
{
	const struct cnova_sim_config config = {
		.chip = cnova_sim_chip,
		.vram_mib = cnova_sim_vram_mib,
		.bar1_mib = cnova_sim_bar1_mib,
		.wpr_kib = cnova_sim_wpr_kib,
		.ecc = cnova_sim_ecc,
		.seed = cnova_sim_seed,
		.latency_us = cnova_sim_latency_us,
		.ack_lost = cnova_sim_ack_lost,
		.ack_delay_ms = cnova_sim_ack_delay_ms,
		.gsp_release = cnova_sim_gsp_release,
		.gsp_fault = cnova_sim_gsp_wrong,
	};
	struct cnova_sim *sim;
	int err;

	sim = cnova_sim_create(&config);
	if (IS_ERR(sim))
		return sim;
	err = cnova_sim_threads_start(sim);
	if (err)
		goto err_destroy;
	cnova_sim_debugfs_init(sim, name);

	sim->pdev = cnova_sim_register(sim, id);
	if (IS_ERR(sim->pdev)) {
		err = PTR_ERR(sim->pdev);
		goto err_stop;
	}
	return sim;

err_stop:
	cnova_sim_debugfs_fini(sim);
	cnova_sim_threads_stop(sim);
err_destroy:
	cnova_sim_destroy(sim);
	return ERR_PTR(err);
}

static void cnova_sim_remove(struct cnova_sim *sim)
{
	/* The driver's remove callback runs here; after it nobody calls us. */
	platform_device_unregister(sim->pdev);
	cnova_sim_debugfs_fini(sim);
	cnova_sim_threads_stop(sim);
	cnova_sim_destroy(sim);
}

static int __init cnova_sim_init(void)
{
	static const char * const names[CNOVA_SIM_MAX_DEVICES] = { "cnova_sim", "cnova_sim1" };
	struct cnova_sim *sim;

	if (!cnova_sim_devices || cnova_sim_devices > CNOVA_SIM_MAX_DEVICES)
		return -EINVAL;

	for (u32 i = 0; i < cnova_sim_devices; i++) {
		/* One alone has no number. */
		sim = cnova_sim_add(names[i], i ? i : PLATFORM_DEVID_NONE);
		if (IS_ERR(sim)) {
			while (i--)
				cnova_sim_remove(cnova_sims[i]);
			return PTR_ERR(sim);
		}
		cnova_sims[i] = sim;
	}
	return 0;
}

static void __exit cnova_sim_exit(void)
{
	for (u32 i = cnova_sim_devices; i--; )
		cnova_sim_remove(cnova_sims[i]);
}

module_init(cnova_sim_init);
module_exit(cnova_sim_exit);

MODULE_DESCRIPTION("A GPU in software for the cnova driver");
MODULE_LICENSE("GPL");
