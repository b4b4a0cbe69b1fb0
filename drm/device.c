// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Device
 *
 * How a GPU comes and goes, on whatever bus it is.
 *
 * It may go while files are open. What needs the hardware ends in
 * cnova_device_stop(): every address space is closed, which waits for no fence of a
 * user, and what the GPU might still have reached is let go of. What files may still
 * hold, objects and their memory, ends with the last reference on the DRM device:
 * until then they only find that the device is gone.
 *
 * Locking: see drm/vm.h.
 */

#include <linux/dma-mapping.h>
#include <linux/pci.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_print.h>

#include "drm/channel_mem.h"
#include "drm/coredump.h"
#include "drm/debugfs.h"
#include "drm/device.h"
#include "drm/driver.h"
#include "drm/firmware.h"
#include "drm/import.h"
#include "drm/pt_alloc.h"
#include "drm/quarantine.h"
#include "drm/recovery.h"
#include "drm/shrinker.h"
#include "drm/tt.h"
#include "drm/ttm.h"
#include "drm/vm.h"

/* Nothing can be shown, and no framebuffer made. */
static struct drm_framebuffer *cnova_device_fb_create(struct drm_device *drm,
						      struct drm_file *file,
						      const struct drm_format_info *info,
						      const struct drm_mode_fb_cmd2 *cmd)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static const struct drm_mode_config_funcs cnova_device_mode_funcs = {
	.fb_create = cnova_device_fb_create,
};

static int cnova_device_init_kms(struct cnova_device *cnova)
{
	struct drm_device *drm = &cnova->drm;
	int err;

	if (!cnova_driver_wants_kms()) {
		drm->driver_features &= ~DRIVER_MODESET;
		return 0;
	}

	err = drmm_mode_config_init(drm);
	if (err)
		return err;

	drm->mode_config.funcs = &cnova_device_mode_funcs;
	return 0;
}

static void cnova_device_destroy_wq(struct drm_device *drm, void *arg)
{
	destroy_workqueue(arg);
}

static int cnova_device_init_wqs(struct cnova_device *cnova)
{
	int err;

	cnova->bind_wq = alloc_workqueue("cnova-bind", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!cnova->bind_wq)
		return -ENOMEM;

	err = drmm_add_action_or_reset(&cnova->drm, cnova_device_destroy_wq, cnova->bind_wq);
	if (err)
		return err;

	cnova->exec_wq = alloc_workqueue("cnova-exec", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!cnova->exec_wq)
		return -ENOMEM;

	err = drmm_add_action_or_reset(&cnova->drm, cnova_device_destroy_wq, cnova->exec_wq);
	if (err)
		return err;

	cnova->cleanup_wq = alloc_workqueue("cnova-cleanup", WQ_UNBOUND, 0);
	if (!cnova->cleanup_wq)
		return -ENOMEM;

	return drmm_add_action_or_reset(&cnova->drm, cnova_device_destroy_wq, cnova->cleanup_wq);
}

static int cnova_device_init_locks(struct cnova_device *cnova)
{
	struct drm_device *drm = &cnova->drm;
	int err;

	init_rwsem(&cnova->io_lock);
	spin_lock_init(&cnova->held_lock);
	INIT_LIST_HEAD(&cnova->held_vram);
	INIT_LIST_HEAD(&cnova->held_tts);
	INIT_LIST_HEAD(&cnova->lost_tts);
	INIT_LIST_HEAD(&cnova->withheld);
	INIT_LIST_HEAD(&cnova->imports);
	xa_init(&cnova->imported);
	init_rwsem(&cnova->validate_lock);
	INIT_LIST_HEAD(&cnova->vms);
	cnova_recovery_init(cnova);
	INIT_LIST_HEAD(&cnova->quarantine);
	INIT_LIST_HEAD(&cnova->pt_quarantine);
	INIT_LIST_HEAD(&cnova->channel_quarantine);
	ratelimit_state_init(&cnova->channel_reports, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	ratelimit_set_flags(&cnova->channel_reports, RATELIMIT_MSG_ON_RELEASE);

	err = drmm_mutex_init(drm, &cnova->vms_lock);
	if (err)
		return err;

	err = drmm_mutex_init(drm, &cnova->tts_lock);
	if (err)
		return err;

	err = drmm_mutex_init(drm, &cnova->debugfs_lock);
	if (err)
		return err;

	err = drmm_mutex_init(drm, &cnova->quarantine_lock);
	if (err)
		return err;

	return cnova_windows_init(cnova);
}

/**
 * cnova_device_create() - Make a device that does not know its GPU yet.
 * @parent: Bus device, whose driver data the caller sets.
 *
 * The caller then initialises &cnova_device.io, and BAR1's fields, and calls
 * cnova_device_start().
 *
 * Context: Probe.
 * Return: The device, which goes with its parent; -ENOMEM.
 */
struct cnova_device *cnova_device_create(struct device *parent)
{
	struct cnova_device *cnova;
	int err;

	cnova = devm_drm_dev_alloc(parent, &cnova_driver, struct cnova_device, drm);
	if (IS_ERR(cnova))
		return cnova;

	err = cnova_device_init_locks(cnova);
	if (err)
		return ERR_PTR(err);

	err = cnova_device_init_wqs(cnova);
	if (err)
		return ERR_PTR(err);

	return cnova;
}

/* Firmware that does not let go of its memory keeps it until it is reset. */
static void cnova_device_stop_firmware(struct cnova_device *cnova)
{
	if (cnova_firmware_stop(cnova))
		return;

	cnova_io_reset(&cnova->io);
	cnova_firmware_free(cnova);
}

/* What has to be known before anything is taken of VRAM. */
static int cnova_device_init_mm(struct cnova_device *cnova)
{
	struct drm_device *drm = &cnova->drm;
	struct cnova_mm *mm = &cnova->mm;
	int err;

	err = cnova_mm_identify(mm, drm->dev, &cnova->io);
	if (err)
		return err;

	err = dma_set_mask_and_coherent(drm->dev, DMA_BIT_MASK(mm->chip->sys_bits));
	if (err)
		return err;
	/* Page tables take them as they are, however long. */
	dma_set_max_seg_size(drm->dev, UINT_MAX);

	err = cnova_firmware_start(cnova);
	if (err)
		return err;

	err = cnova_mm_init(mm);
	if (err)
		cnova_device_stop_firmware(cnova);
	else
		cnova_recovery_watch_mm(cnova);

	return err;
}

static void cnova_device_fini_mm(struct drm_device *drm, void *arg)
{
	struct cnova_device *cnova = arg;

	cnova_selftest_fini(&cnova->selftest, &cnova->mm);
	cnova_mm_fini(&cnova->mm);
}

/*
 * Before anybody else takes memory, and with @bar1 before anybody uses that. A failure
 * is told, and the GPU is there to be looked at; who would rather have no GPU than a
 * bad one says so.
 */
static int cnova_device_selftest(struct cnova_device *cnova, bool bar1)
{
	enum cnova_driver_selftest mode = cnova_driver_wants_selftest();
	struct cnova_selftest *tests = &cnova->selftest;
	u64 withheld = tests->withheld_bytes;
	u32 failed;

	if (mode == CNOVA_DRIVER_SELFTEST_OFF)
		return 0;

	if (bar1)
		failed = cnova_selftest_run_bar1(tests, &cnova->mm,
						 cnova->bar1_size ? &cnova->bar1 : NULL);
	else
		failed = cnova_selftest_run(tests, &cnova->mm);
	atomic64_add(tests->withheld_bytes - withheld, &cnova->quarantined);
	if (!failed || mode != CNOVA_DRIVER_SELFTEST_REQUIRE)
		return 0;

	drm_err(&cnova->drm, "%u self-tests failed: not used\n", failed);
	return -EIO;
}

static void cnova_device_fini_bar1(struct drm_device *drm, void *arg)
{
	cnova_bar1_fini(arg);
}

static int cnova_device_init_bar1(struct cnova_device *cnova)
{
	int err;

	err = cnova_pt_alloc_check(cnova);
	if (err || !cnova->bar1_size)
		return err;

	err = cnova_bar1_init(&cnova->bar1, &cnova->mm, cnova->bar1_size);
	if (err)
		return err;

	cnova_windows_start(cnova);
	err = drmm_add_action(&cnova->drm, cnova_device_fini_bar1, &cnova->bar1);
	if (err) {
		cnova_bar1_stop(&cnova->bar1);
		cnova_bar1_fini(&cnova->bar1);
	}

	return err;
}

/* All channels are gone, or cannot be stopped. */
static void cnova_device_stop_host(struct cnova_device *cnova)
{
	/* As with tables of a VM that is dead: only a reset helps. */
	if (!cnova_copy_fini(cnova))
		atomic64_add(PAGE_SIZE, &cnova->quarantined);
	if (!cnova_host_stop(&cnova->host))
		atomic64_add(PAGE_SIZE, &cnova->quarantined);
}

/* CPU mappings are gone, page tables are not written any more. */
static void cnova_device_stop_bar1(struct cnova_device *cnova)
{
	if (!cnova->bar1_size)
		return;

	cnova_windows_stop(cnova);
	/* As with tables of a VM that is dead: only a reset helps. */
	if (!cnova_bar1_stop(&cnova->bar1))
		atomic64_add(PAGE_SIZE, &cnova->quarantined);
}

/**
 * cnova_device_start() - Bring a GPU up, all but registering it with DRM.
 * @cnova: Device, &cnova_device.io initialised.
 *
 * Context: Probe.
 * Return: 0; -ENODEV: no device answers, or the chip is unknown; -EINVAL: its
 * registers make no sense; -EIO: it failed a self-test that had to pass; -ENOMEM; or
 * what DMA setup says. What was done is undone with the device.
 */
int cnova_device_start(struct cnova_device *cnova)
{
	struct drm_device *drm = &cnova->drm;
	int err;

	cnova_selftest_init(&cnova->selftest);
	err = cnova_device_init_mm(cnova);
	if (err)
		return err;

	err = drmm_add_action_or_reset(drm, cnova_device_fini_mm, cnova);
	if (err) {
		cnova_device_stop_firmware(cnova);
		return err;
	}

	err = cnova_device_selftest(cnova, false);
	if (err)
		goto err_let_go;

	err = cnova_device_init_bar1(cnova);
	if (err)
		goto err_let_go;

	err = cnova_device_selftest(cnova, true);
	if (err)
		goto err_stop_bar1;

	/* All but channels works without. */
	err = cnova_host_init(&cnova->host, &cnova->mm, cnova->irq);
	if (err)
		drm_err(drm, "no channels: %d\n", err);
	cnova_recovery_watch_host(cnova);

	err = cnova_copy_init(cnova);
	if (err)
		goto err_stop_host;

	err = cnova_ttm_init(cnova);
	if (err)
		goto err_stop_host;

	err = cnova_shrinker_init(cnova);
	if (err)
		goto err_stop_host;

	err = cnova_device_init_kms(cnova);
	if (err)
		goto err_stop_host;

	cnova_debugfs_init(cnova);

	drm_info(drm, "%s%s, %llu MiB of VRAM in %u regions, BAR1 of %llu MiB\n",
		 cnova_chip_name(cnova->mm.chip),
		 cnova_io_is_model(&cnova->io) ? " in software" : "",
		 cnova_vram_size(&cnova->mm.vram) >> 20, cnova->mm.fb.nr_regions,
		 cnova->bar1_size >> 20);
	return 0;

err_stop_host:
	cnova_device_stop_host(cnova);
err_stop_bar1:
	cnova_device_stop_bar1(cnova);
err_let_go:
	/* The device outlives the mapping of BAR0: what ends with it must not go there. */
	cnova_mm_stop(&cnova->mm);
	cnova_device_stop_firmware(cnova);
	if (atomic64_read(&cnova->quarantined))
		cnova_io_reset(&cnova->io);
	cnova_io_gone(&cnova->io);
	cnova_copy_release(cnova);
	cnova_host_fini(&cnova->host);
	return err;
}

/**
 * cnova_device_get_vms() - Get hold of all address spaces.
 * @cnova: Device.
 * @nr: Set to how many there are.
 *
 * They may be closed meanwhile.
 *
 * Context: Process context.
 * Return: A reference on each, for cnova_device_put_vms(); NULL without memory.
 */
struct cnova_vm **cnova_device_get_vms(struct cnova_device *cnova, u32 *nr)
{
	struct cnova_vm **vms, *vm;

	*nr = 0;
	mutex_lock(&cnova->vms_lock);
	vms = kvcalloc(list_count_nodes(&cnova->vms), sizeof(*vms), GFP_KERNEL);
	if (vms) {
		list_for_each_entry(vm, &cnova->vms, device_entry)
			vms[(*nr)++] = cnova_vm_get(vm);
	}
	mutex_unlock(&cnova->vms_lock);

	return vms;
}

/**
 * cnova_device_put_vms() - Let go of them.
 * @vms: What cnova_device_get_vms() returned.
 * @nr: How many.
 *
 * Context: Process context, no lock held.
 */
void cnova_device_put_vms(struct cnova_vm **vms, u32 nr)
{
	while (nr--)
		cnova_vm_put(vms[nr]);
	kvfree(vms);
}

/* A VM leaves the list when it is closed, whoever does that. */
static void cnova_device_close_vms(struct cnova_device *cnova)
{
	struct cnova_vm *vm;

	for (;;) {
		mutex_lock(&cnova->vms_lock);
		vm = list_first_entry_or_null(&cnova->vms, struct cnova_vm, device_entry);
		if (vm)
			cnova_vm_get(vm);
		mutex_unlock(&cnova->vms_lock);
		if (!vm)
			return;

		cnova_vm_close(vm);
		cnova_vm_put(vm);
	}
}

/**
 * cnova_device_stop() - Let go of the hardware.
 * @cnova: Device that was started, unplugged or never registered.
 *
 * Context: Process context.
 */
void cnova_device_stop(struct cnova_device *cnova)
{
	bool was_reset;

	cnova_debugfs_fini(cnova);
	cnova_device_close_vms(cnova);
	cnova_coredump_remove(cnova);

	/* The last reference on the device must not be dropped by its own workers. */
	flush_workqueue(cnova->cleanup_wq);

	cnova_device_stop_host(cnova);
	cnova_device_stop_bar1(cnova);
	cnova_mm_stop(&cnova->mm);
	was_reset = !cnova_firmware_stop(cnova);
	was_reset |= cnova_ttm_settle(cnova) || atomic64_read(&cnova->quarantined);
	/* Whatever it goes on doing, it reaches no memory of the system any more. */
	if (dev_is_pci(cnova->drm.dev))
		pci_clear_master(to_pci_dev(cnova->drm.dev));
	cnova_ttm_drop_dma_pages(cnova);

	/*
	 * Objects of files that are still open keep their memory, but the GPU, which
	 * may have another driver soon, is told that it is not in use any more. Who
	 * gives memory back after this finds nobody to tell.
	 */
	down_write(&cnova->io_lock);
	/* It did not answer: what it still reaches cannot be taken back piecemeal. */
	if (was_reset)
		cnova_io_reset(&cnova->io);
	cnova_tts_release_locked(cnova, was_reset);
	if (!was_reset) {
		cnova_imports_release_locked(cnova);
		cnova_vram_mgr_release_locked(cnova);
	}
	cnova_io_gone(&cnova->io);
	up_write(&cnova->io_lock);

	cnova_copy_release(cnova);
	cnova_host_fini(&cnova->host);
	cnova_firmware_free(cnova);
	cnova_imports_stop(cnova);
	/* What a GPU that did not answer may still reach was never given back to it. */
	cnova_quarantine_release(cnova);
	cnova_tts_release_lost(cnova);
	cnova_pt_alloc_release_quarantine(cnova);
	cnova_channel_mem_release_quarantine(cnova);
}

/**
 * cnova_device_remove() - The device goes away, its files maybe later.
 * @cnova: Registered device.
 *
 * Context: Remove callback of a bus.
 */
void cnova_device_remove(struct cnova_device *cnova)
{
	/* Before DRM removes the directory that ours is in. */
	cnova_debugfs_fini(cnova);
	drm_dev_unplug(&cnova->drm);
	cnova_device_stop(cnova);
}

/**
 * cnova_device_is_wedged() - Ask whether the hardware has stopped answering.
 * @cnova: Device.
 *
 * Context: Any; a hint, old when read.
 * Return: true if nothing works any more until the device is reset.
 */
bool cnova_device_is_wedged(struct cnova_device *cnova)
{
	return READ_ONCE(cnova->mm.tlb.wedged);
}
