// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: debugfs
 *
 * Of a device, in /sys/kernel/debug/dri/<device>/:
 *
 * - ``gpuvas``: what is mapped, in all VMs;
 * - ``counters``: what the driver has done to the hardware so far, as ``name value``;
 * - ``quarantine``: what is withheld, because the hardware may still reach it;
 * - ``layout``: how VRAM is laid out, and who said so: "registers", or "gsp" and the
 *   release of the firmware;
 * - ``selftest``: how the self-tests of the module parameter ``selftest`` ended, one
 *   line for each: name, ``pass``, ``fail`` or ``skip``, reason;
 * - ``vram``: how full VRAM and system memory are;
 * - ``shrink``: a number written is of pages to be freed at once, as if the kernel were short
 *   of memory. What was is in ``counters``. Root only;
 * - ``vm/<client>.<vm>/``: one directory for each VM:
 *
 *   - ``gpuvas``: what is mapped in it, as the driver sees it;
 *   - ``binds``: its bind queues, and how often binds had to wait for what, as
 *     ``name value``;
 *   - ``channels``: its channels: what was accepted, how far the hardware is, what it died of;
 *   - ``history``: the operations that ran last, oldest first;
 *   - ``pagetable``: its leaves, as the walker of the GPU finds them in memory. The
 *     tables may change meanwhile;
 *   - ``eye``: its memory, as the GPU sees it: the offset in the file is the virtual
 *     address. Reads and writes end before the first address that faults, or fail
 *     with EFAULT. Root only.
 *
 * ``pagetable`` and ``eye`` are there with a software GPU only.
 *
 * Locking: &cnova_device.debugfs_lock for the directories. Removing one waits for
 * whoever is in one of its files, so that those need no reference on the VM.
 */

#include <linux/bitops.h>
#include <linux/debugfs.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_queue.h"
#include "drm/channel.h"
#include "drm/debugfs.h"
#include "drm/device.h"
#include "drm/eye.h"
#include "drm/pt_alloc.h"
#include "drm/quarantine.h"
#include "drm/shrinker.h"
#include "drm/vm.h"

/* ------------------------------------------------------------------- device */

static struct cnova_device *seq_to_cnova(struct seq_file *m)
{
	const struct drm_debugfs_entry *entry = m->private;

	return to_cnova_device(entry->dev);
}

static void cnova_debugfs_show_gpuvas(struct cnova_vm *vm, struct seq_file *m)
{
	struct drm_gpuva *gpuva;

	mutex_lock(&vm->vmm.lock);
	drm_gpuvm_for_each_va(gpuva, &vm->base) {
		const struct cnova_va *va = to_cnova_va(gpuva);

		seq_printf(m, "0x%016llx-0x%016llx %s offset=0x%llx kind=%u%s%s%s%s\n",
			   gpuva->va.addr, gpuva->va.addr + gpuva->va.range,
			   gpuva->gem.obj ? "object" : "sparse", gpuva->gem.offset, va->kind,
			   va->flags & DRM_CNOVA_VM_BIND_READ_ONLY ? " ro" : "",
			   va->flags & DRM_CNOVA_VM_BIND_UNCACHED ? " uncached" : "",
			   va->flags & DRM_CNOVA_VM_BIND_CAP_64K ? " cap64k" : "",
			   va->bound ? "" : " unbound");
	}
	mutex_unlock(&vm->vmm.lock);
}

static int cnova_debugfs_gpuvas_show(struct seq_file *m, void *unused)
{
	struct cnova_vm **vms;
	u32 nr;

	vms = cnova_device_get_vms(seq_to_cnova(m), &nr);
	if (!vms)
		return -ENOMEM;

	for (u32 i = 0; i < nr; i++) {
		const struct cnova_vm *vm = vms[i];

		seq_printf(m, "vm %llu.%u mapped=%llu tables=%llu%s%s\n", vm->client_id, vm->id,
			   READ_ONCE(vm->mapped), READ_ONCE(vm->vmm.table_bytes),
			   READ_ONCE(vm->killed) ? " killed" : "",
			   READ_ONCE(vm->vmm.error) ? " dead" : "");
		cnova_debugfs_show_gpuvas(vms[i], m);
	}

	cnova_device_put_vms(vms, nr);
	return 0;
}

static int cnova_debugfs_counters_show(struct seq_file *m, void *unused)
{
	static const char * const names[] = {
		[CNOVA_IO_WR32] = "wr32",
		[CNOVA_IO_RD32] = "rd32",
		[CNOVA_IO_POLL] = "poll",
		[CNOVA_IO_PRAMIN_WR64] = "pramin_wr64",
		[CNOVA_IO_PRAMIN_WR] = "pramin_wr",
		[CNOVA_IO_PRAMIN_RD] = "pramin_rd",
		[CNOVA_IO_ORDER] = "order",
		[CNOVA_IO_WINDOW_MOVE] = "window_move",
		[CNOVA_IO_INVALIDATE] = "invalidate",
		[CNOVA_IO_BAR1_BYTES] = "bar1_bytes",
		[CNOVA_IO_BAR1_WR64] = "bar1_wr64",
		[CNOVA_IO_BAR1_RD] = "bar1_rd",
		[CNOVA_IO_DOORBELL] = "doorbell",
		[CNOVA_IO_RING_ENTRY] = "ring_entry",
		[CNOVA_IO_COPY_BYTES] = "copy_bytes",
	};

	/* By what they took: none, one, two; more never happen. */
	static const char * const executed[] = {
		"executed_invalidates_0",
		"executed_invalidates_1",
		"executed_invalidates_2",
		"executed_invalidates_more",
	};

	static_assert(ARRAY_SIZE(names) == CNOVA_IO_NR_COUNTS);
	static_assert(ARRAY_SIZE(executed) == CNOVA_MM_MAX_INVALIDATES + 2);

	for (u32 i = 0; i < CNOVA_IO_NR_COUNTS; i++)
		seq_printf(m, "%s %llu\n", names[i], cnova_io_count(&seq_to_cnova(m)->io, i));

	for (u32 i = 0; i < ARRAY_SIZE(executed); i++)
		seq_printf(m, "%s %llu\n", executed[i],
			   atomic64_read(&seq_to_cnova(m)->mm.executed[i]));

	/* An eviction takes one for each address space. */
	seq_printf(m, "zap_invalidates %llu\n", atomic64_read(&seq_to_cnova(m)->mm.flushed));

	/* Pages: see drm/shrinker.c. */
	seq_printf(m, "shrinkable %ld\n", atomic_long_read(&seq_to_cnova(m)->nr_shrinkable));
	seq_printf(m, "shrunk %ld\n", atomic_long_read(&seq_to_cnova(m)->nr_shrunk));
	return 0;
}

static int cnova_debugfs_quarantine_show(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);

	if (seq_to_cnova(m)->selftest.withheld_bytes)
		seq_printf(m, "vram %llu bytes of self-tests\n",
			   seq_to_cnova(m)->selftest.withheld_bytes);
	cnova_pt_alloc_show_quarantine(seq_to_cnova(m), m);
	cnova_quarantine_show(seq_to_cnova(m), &p, U32_MAX);
	return 0;
}

static int cnova_debugfs_layout_show(struct seq_file *m, void *unused)
{
	const struct cnova_fb *fb = &seq_to_cnova(m)->mm.fb;

	if (fb->gsp_release)
		seq_printf(m, "source gsp %u\n", fb->gsp_release);
	else
		seq_puts(m, "source registers\n");
	seq_printf(m, "size %#llx\nend %#llx\nwpr2 %#llx-%#llx\n", fb->size, fb->end,
		   fb->wpr_start, fb->wpr_end);
	seq_printf(m, "bar1_root %#llx\nbar2_root %#llx\nregions %u\n", fb->bar1_pde_base,
		   fb->bar2_pde_base, fb->nr_regions);
	for (u32 i = 0; i < fb->nr_regions; i++)
		seq_printf(m, "region %#llx-%#llx\n", fb->region[i].start, fb->region[i].end);
	return 0;
}

static int cnova_debugfs_selftest_show(struct seq_file *m, void *unused)
{
	const struct cnova_selftest *tests = &seq_to_cnova(m)->selftest;

	for (u32 i = 0; i < CNOVA_NR_SELFTESTS && tests->ran; i++) {
		const struct cnova_selftest_result *result = &tests->result[i];
		const char *verdict = result->err ? "fail" : result->skipped ? "skip" : "pass";

		seq_printf(m, "%s %s %s\n", cnova_selftest_name(i), verdict,
			   result->reason[0] ? result->reason : "-");
	}
	return 0;
}

static int cnova_debugfs_vram_show(struct seq_file *m, void *unused)
{
	struct cnova_device *cnova = seq_to_cnova(m);
	struct drm_printer p = drm_seq_file_printer(m);

	seq_puts(m, "vram0\n");
	ttm_resource_manager_debug(&cnova->vram_mgr.base, &p);
	seq_puts(m, "gtt\n");
	ttm_resource_manager_debug(&cnova->tt_mgr, &p);
	return 0;
}

static const struct drm_debugfs_info cnova_debugfs_files[] = {
	{ "gpuvas", cnova_debugfs_gpuvas_show },
	{ "counters", cnova_debugfs_counters_show },
	{ "quarantine", cnova_debugfs_quarantine_show },
	{ "layout", cnova_debugfs_layout_show },
	{ "selftest", cnova_debugfs_selftest_show },
	{ "vram", cnova_debugfs_vram_show },
};

static int cnova_debugfs_shrink(void *data, u64 nr)
{
	cnova_shrinker_run(data, nr);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(cnova_debugfs_shrink_fops, NULL, cnova_debugfs_shrink, "%llu\n");

/* ------------------------------------------------------------ address space */

static int cnova_debugfs_vm_gpuvas_show(struct seq_file *m, void *unused)
{
	cnova_debugfs_show_gpuvas(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cnova_debugfs_vm_gpuvas);

static int cnova_debugfs_vm_binds_show(struct seq_file *m, void *unused)
{
	struct cnova_vm *vm = m->private;
	struct cnova_bind_queue *queue;

	mutex_lock(&vm->vmm.lock);
	list_for_each_entry(queue, &vm->queues, entry)
		seq_printf(m, "queue_%u %u%s\n", queue->id, queue->nr_pending,
			   queue->destroyed ? " destroyed" : "");
	seq_printf(m, "submitted %llu\n", vm->nr_ordered);
	seq_printf(m, "pending_maps %u\n", vm->nr_pending);
	seq_printf(m, "pending_spans %u\n", vm->nr_spans);
	seq_printf(m, "order_waits %llu\n", vm->nr_order_waits);
	mutex_unlock(&vm->vmm.lock);

	seq_printf(m, "locked %u\n", READ_ONCE(vm->nr_locked));
	seq_printf(m, "lock_retries %llu\n", READ_ONCE(vm->nr_lock_retries));
	seq_printf(m, "resizes %llu\n", READ_ONCE(vm->resize.nr_jobs));
	seq_printf(m, "resize_waits %llu\n", READ_ONCE(vm->resize.nr_waits));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cnova_debugfs_vm_binds);

static int cnova_debugfs_vm_channels_show(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);

	cnova_vm_show_channels(m->private, &p);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cnova_debugfs_vm_channels);

static int cnova_debugfs_vm_history_show(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);
	struct cnova_vm *vm = m->private;

	mutex_lock(&vm->vmm.lock);
	cnova_history_show(&vm->history, &p);
	mutex_unlock(&vm->vmm.lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cnova_debugfs_vm_history);

/* An entry covers a power of two, from 4K to the 64P of a sparse one in the root of v3. */
static void cnova_debugfs_show_size(struct seq_file *m, u64 size)
{
	static const char units[] = "BKMGTP";
	u32 unit = size ? __ffs64(size) / 10 : 0;

	seq_printf(m, "%llu%c", size >> 10 * unit, units[unit]);
}

static int cnova_debugfs_show_leaf(void *arg, const struct cnova_io_leaf *leaf)
{
	struct seq_file *m = arg;

	seq_printf(m, "0x%016llx ", leaf->va);
	cnova_debugfs_show_size(m, leaf->size);
	seq_printf(m, " 0x%016llx %s kind=%u%s%s entry=0x%016llx\n", leaf->pa, leaf->aperture,
		   leaf->kind, leaf->read_only ? " ro" : "", leaf->uncached ? " uncached" : "",
		   leaf->entry);

	/* What does not fit is thrown away: the buffer grows, and we begin again. */
	return seq_has_overflowed(m);
}

static int cnova_debugfs_vm_pagetable_show(struct seq_file *m, void *unused)
{
	struct cnova_vm *vm = m->private;
	struct cnova_device *cnova = vm->cnova;
	int err, idx;

	/*
	 * No lock of ours: the root table stays until this file is gone, and the model
	 * walks from there for each leaf, under its own lock. A table that is given back
	 * meanwhile was unhooked before. With the tree lock held, that long a walk would
	 * keep binds from their fences.
	 */
	if (!drm_dev_enter(&cnova->drm, &idx))
		return -ENODEV;
	err = cnova_io_gpu_walk(&cnova->io, cnova_vmm_pdb(&vm->vmm).raw,
				cnova_debugfs_show_leaf, m);
	drm_dev_exit(idx);

	return min(err, 0);
}
DEFINE_SHOW_ATTRIBUTE(cnova_debugfs_vm_pagetable);

/**
 * cnova_debugfs_add_vm() - Show an address space.
 * @vm: Address space that has its id; closed maybe.
 *
 * Context: Process context.
 */
void cnova_debugfs_add_vm(struct cnova_vm *vm)
{
	struct cnova_device *cnova = vm->cnova;
	struct dentry *dir;
	char name[48];

	scnprintf(name, sizeof(name), "%llu.%u", vm->client_id, vm->id);

	mutex_lock(&cnova->debugfs_lock);
	/* Who closes it sets this first, and comes for the directory then. */
	if (!cnova->debugfs_vms || READ_ONCE(vm->closed))
		goto out_unlock;

	dir = debugfs_create_dir(name, cnova->debugfs_vms);
	vm->debugfs_dir = dir;
	debugfs_create_file("gpuvas", 0400, dir, vm, &cnova_debugfs_vm_gpuvas_fops);
	debugfs_create_file("binds", 0400, dir, vm, &cnova_debugfs_vm_binds_fops);
	debugfs_create_file("channels", 0400, dir, vm, &cnova_debugfs_vm_channels_fops);
	debugfs_create_file("history", 0400, dir, vm, &cnova_debugfs_vm_history_fops);
	if (cnova_io_is_model(&cnova->io)) {
		debugfs_create_file("pagetable", 0400, dir, vm,
				    &cnova_debugfs_vm_pagetable_fops);
		debugfs_create_file("eye", 0600, dir, vm, &cnova_eye_fops);
	}

out_unlock:
	mutex_unlock(&cnova->debugfs_lock);
}

/**
 * cnova_debugfs_remove_vm() - Do not show an address space any more.
 * @vm: Address space, &cnova_vm.closed.
 *
 * When it returns, nobody is in one of its files, nor will be.
 *
 * Context: Process context, none of the locks held that files take.
 */
void cnova_debugfs_remove_vm(struct cnova_vm *vm)
{
	struct cnova_device *cnova = vm->cnova;

	mutex_lock(&cnova->debugfs_lock);
	if (cnova->debugfs_vms)
		debugfs_remove(vm->debugfs_dir);
	vm->debugfs_dir = NULL;
	mutex_unlock(&cnova->debugfs_lock);
}

/**
 * cnova_debugfs_init() - Show a device.
 * @cnova: Device, before it is registered.
 *
 * Context: Probe.
 */
void cnova_debugfs_init(struct cnova_device *cnova)
{
	drm_debugfs_add_files(&cnova->drm, cnova_debugfs_files, ARRAY_SIZE(cnova_debugfs_files));
	debugfs_create_file_unsafe("shrink", 0200, cnova->drm.debugfs_root, cnova,
				   &cnova_debugfs_shrink_fops);

	mutex_lock(&cnova->debugfs_lock);
	cnova->debugfs_vms = debugfs_create_dir("vm", cnova->drm.debugfs_root);
	mutex_unlock(&cnova->debugfs_lock);
}

/**
 * cnova_debugfs_fini() - Show none of its address spaces any more.
 * @cnova: Device. DRM removes the rest when the device is unregistered.
 *
 * Context: Process context, none of the locks held that files take.
 */
void cnova_debugfs_fini(struct cnova_device *cnova)
{
	/* Held while we wait, so that no VM goes before its files. */
	mutex_lock(&cnova->debugfs_lock);
	debugfs_remove(cnova->debugfs_vms);
	cnova->debugfs_vms = NULL;
	mutex_unlock(&cnova->debugfs_lock);
}
