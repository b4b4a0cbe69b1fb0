// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Address spaces
 *
 * A VM is a drm_gpuvm (what is mapped where), a cnova_vmm (its page tables) and bind
 * queues (what is going to change). It has one reference count, drm_gpuvm's:
 * the file, every job and every mapping hold one. Mappings hold one too, so a VM
 * does not end by its last reference but by cnova_vm_close(), which cancels what
 * waits, lets the jobs run through, and empties the tree.
 *
 * A VM is *killed* when its owner does not want it any more: jobs that have not
 * run do nothing. It is *dead* when the hardware failed to acknowledge a change:
 * then nobody knows what the GPU still reaches, and all of it is quarantined.
 *
 * Locking: see drm/vm.h.
 */

#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_bo.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/channel.h"
#include "drm/debugfs.h"
#include "drm/device.h"
#include "drm/file.h"
#include "drm/va.h"
#include "drm/validate.h"
#include "drm/vm.h"
#include "drm/vm_root.h"

/* ------------------------------------------------------------ page tables */

static int cnova_vm_alloc_table_page(struct cnova_vmm *vmm, void *ctx,
				     struct cnova_vram_addr *page)
{
	return cnova_pt_alloc_page(&vmm_to_cnova_vm(vmm)->pt_alloc, ctx, page);
}

static void cnova_vm_free_table_page(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
	cnova_pt_alloc_free_page(&vmm_to_cnova_vm(vmm)->pt_alloc, page);
}

static const struct cnova_vmm_ops cnova_vm_vmm_ops = {
	.alloc = cnova_vm_alloc_table_page,
	.free = cnova_vm_free_table_page,
};

/**
 * cnova_vm_is_reachable() - May the GPU still reach what an address space gave up?
 * @vm: Address space.
 * @err: What changing its page tables last failed with, or 0.
 *
 * A GPU that is gone reaches nothing. One that did not answer once may come back, as
 * after a bus error, and has its TLB still: it is gone when the bus says so too.
 *
 * Context: Any, fence signalling path.
 * Return: true if memory that was mapped must not be used again.
 */
bool cnova_vm_is_reachable(struct cnova_vm *vm, int err)
{
	if (err != -ENODEV)
		return err;

	return !drm_dev_is_unplugged(&vm->cnova->drm) || !cnova_io_lost(&vm->cnova->io, ~0);
}

static void cnova_vm_drop_tables(struct cnova_vm *vm)
{
	cnova_vmm_fini(&vm->vmm);
	if (cnova_vm_is_reachable(vm, vm->vmm.error))
		cnova_pt_alloc_quarantine(&vm->pt_alloc);
	cnova_pt_alloc_fini(&vm->pt_alloc);
}

/**
 * cnova_vm_submit_error() - What a caller is told whose request was not accepted.
 * @vm: Address space.
 * @err: What went wrong.
 *
 * Room is made by moving what is mapped, which takes acknowledges. One that is missing kills
 * the address space that it was for: perhaps this one, since it was last looked at. A caller
 * should not take it for a wait of its own that timed out.
 *
 * Context: Any.
 * Return: @err; instead of an error of the hardware -ENODEV if the device is wedged, -ENOENT if
 * @vm is dead, -ENOMEM if it was for others.
 */
int cnova_vm_submit_error(struct cnova_vm *vm, int err)
{
	if (err != -ETIMEDOUT && err != -EIO)
		return err;
	if (cnova_device_is_wedged(vm->cnova))
		return -ENODEV;

	return READ_ONCE(vm->vmm.error) ? -ENOENT : -ENOMEM;
}

static void cnova_vm_fini_tables(struct cnova_vm *vm)
{
	cnova_vm_reserve_fini(vm);
	cnova_vm_drop_tables(vm);
}

static int cnova_vm_try_init_tables(void *arg)
{
	struct cnova_vm *vm = arg;
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.resv = vm->root->resv,
		.allow_res_evict = true,
	};
	bool has_vmm = false;
	int err;

	cnova_pt_alloc_init(&vm->pt_alloc, vm->cnova, vm->root, &vm->vmm);

	err = dma_resv_lock_interruptible(vm->root->resv, NULL);
	if (!err) {
		err = cnova_vmm_init(&vm->vmm, &vm->cnova->mm, &cnova_vm_vmm_ops, &ctx);
		has_vmm = !err;
		if (!err)
			err = cnova_vm_reserve_init(vm, &ctx);
		dma_resv_unlock(vm->root->resv);
	}

	if (has_vmm && err)
		cnova_vm_drop_tables(vm);
	else if (err)
		cnova_pt_alloc_fini(&vm->pt_alloc);
	return err;
}

/* Root table and reserve come with the VM, so VRAM may have to be made free for them. */
static int cnova_vm_init_tables(struct cnova_vm *vm)
{
	return cnova_validate(vm->cnova, cnova_vm_try_init_tables, vm);
}

/* ----------------------------------------------------------------- workers */

/* Gives back what jobs leave behind: here references may be dropped. */
static void cnova_vm_cleanup_work(struct work_struct *work)
{
	struct cnova_vm *vm = container_of(work, struct cnova_vm, cleanup_work);
	struct llist_node *done = llist_del_all(&vm->done);
	struct cnova_bind_job *job, *next;
	int nr = 0;

	llist_for_each_entry_safe(job, next, done, done) {
		cnova_bind_job_cleanup(job);
		nr++;
	}

	drm_gpuvm_bo_deferred_cleanup(&vm->base);
	if (nr) {
		cnova_pt_alloc_shrink(&vm->pt_alloc);

		/* cnova_vm_close() goes on at zero; only references follow. */
		if (atomic_sub_and_test(nr, &vm->nr_jobs))
			wake_up_all(&vm->idle);
	}

	while (nr--)
		cnova_vm_put(vm);
	/* The one that cnova_vm_queue_cleanup() took for us. */
	cnova_vm_put(vm);
}

static void cnova_vm_queue_cleanup(struct cnova_vm *vm)
{
	cnova_vm_get(vm);
	if (!queue_work(vm->cnova->cleanup_wq, &vm->cleanup_work))
		cnova_vm_put(vm);
}

/**
 * cnova_vm_job_done() - Hand a job that the scheduler has let go to the cleanup.
 * @vm: Address space.
 * @job: Job.
 *
 * Context: Fence signalling path.
 */
void cnova_vm_job_done(struct cnova_vm *vm, struct cnova_bind_job *job)
{
	/* The worker may free the job, and the VM, before we have queued it. */
	cnova_vm_get(vm);
	llist_add(&job->done, &vm->done);
	cnova_vm_queue_cleanup(vm);
	cnova_vm_put(vm);
}

/**
 * cnova_vm_put_bo() - Let go of an object of an address space.
 * @vm_bo: A reference.
 *
 * If it is the last one, a worker drops what it holds.
 *
 * Context: Process context, also in reclaim. Locks outside of
 * &drm_gem_object.gpuva.lock may be held.
 */
void cnova_vm_put_bo(struct drm_gpuvm_bo *vm_bo)
{
	/* It has the VM, but the worker may be done with it at once. */
	struct cnova_vm *vm = cnova_vm_get(to_cnova_vm(vm_bo->vm));

	if (drm_gpuvm_bo_put_deferred(vm_bo))
		cnova_vm_queue_cleanup(vm);
	cnova_vm_put(vm);
}

/* The hardware failed: nothing that waits has any use. */
static void cnova_vm_died_work(struct work_struct *work)
{
	struct cnova_vm *vm = container_of(work, struct cnova_vm, died_work);

	if (vm->vmm.error != -ENODEV)
		drm_warn(&vm->cnova->drm, "VM %u of client %llu is dead: %pe\n", vm->id,
			 vm->client_id, ERR_PTR(vm->vmm.error));
	cnova_in_fences_cancel_all(&vm->in_fences);
	cnova_vm_kill_channels(vm);
}

/**
 * cnova_vm_died_locked() - An eviction, or what undoes it, was the end of an address space.
 * @vm: Address space, &cnova_vmm.error set just now.
 *
 * Context: Process context. Caller holds &cnova_vmm.lock, as cnova_vm_close() does after
 * this, which then waits for the worker.
 */
void cnova_vm_died_locked(struct cnova_vm *vm)
{
	lockdep_assert_held(&vm->vmm.lock);

	cnova_coredump_vm(vm, vm->vmm.error);
	queue_work(vm->cnova->cleanup_wq, &vm->died_work);
}

/* ---------------------------------------------------------------- lockdep */

/*
 * Takes every lock once in its order, so that lockdep knows the order before
 * anything has gone wrong; and those of the signalling path inside reclaim, so
 * that an allocation under one of them is reported at once.
 */
static void cnova_vm_prime_lockdep(struct cnova_vm *vm)
{
	struct cnova_device *cnova = vm->cnova;

	if (!IS_ENABLED(CONFIG_LOCKDEP))
		return;

	mutex_lock(&vm->submit_lock);
	down_read(&cnova->validate_lock);
	dma_resv_lock(vm->root->resv, NULL);
	cnova_windows_prime_lockdep(cnova);
	mutex_lock(&vm->pt_alloc.lock);
	mutex_unlock(&vm->pt_alloc.lock);
	mutex_lock(&cnova->copy.lock);

	fs_reclaim_acquire(GFP_KERNEL);
	mutex_lock(&cnova->tts_lock);
	mutex_unlock(&cnova->tts_lock);
	mutex_lock(&vm->vmm.lock);
	mutex_lock(&cnova->quarantine_lock);
	mutex_unlock(&cnova->quarantine_lock);
	mutex_lock(&vm->root->gpuva.lock);
	mutex_lock(&cnova->mm.tlb.lock);
	mutex_lock(&cnova->mm.pramin.lock);
	mutex_unlock(&cnova->mm.pramin.lock);
	mutex_unlock(&cnova->mm.tlb.lock);
	mutex_unlock(&vm->root->gpuva.lock);
	cnova_host_prime_lockdep(&cnova->host);
	mutex_unlock(&vm->vmm.lock);
	fs_reclaim_release(GFP_KERNEL);
	mutex_unlock(&cnova->copy.lock);

	dma_resv_unlock(vm->root->resv);
	up_read(&cnova->validate_lock);
	mutex_unlock(&vm->submit_lock);
}

/* -------------------------------------------------------------------- life */

static void cnova_vm_init_fields(struct cnova_vm *vm, struct cnova_device *cnova)
{
	vm->cnova = cnova;
	mutex_init(&vm->submit_lock);
	xa_init_flags(&vm->queue_ids, XA_FLAGS_ALLOC);
	vm->next_queue_id = 1;
	INIT_LIST_HEAD(&vm->queues);
	vm->pending = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&vm->channels);
	spin_lock_init(&vm->channels_lock);
	cnova_in_fences_init(&vm->in_fences);
	cnova_resize_init(&vm->resize);
	init_waitqueue_head(&vm->idle);
	init_completion(&vm->gone);
	init_llist_head(&vm->done);
	INIT_WORK(&vm->cleanup_work, cnova_vm_cleanup_work);
	INIT_WORK(&vm->died_work, cnova_vm_died_work);
	INIT_LIST_HEAD(&vm->device_entry);
}

/**
 * cnova_vm_create() - Make an address space.
 * @cnova: Device.
 * @file: Whose it will be.
 *
 * Context: Process context, inside drm_dev_enter().
 * Return: The VM, to be given to cnova_vm_close() and then cnova_vm_put(); or an
 * ERR_PTR(): -ENOMEM, -ENOSPC, -EINTR, or an error of the hardware.
 */
struct cnova_vm *cnova_vm_create(struct cnova_device *cnova, struct drm_file *file)
{
	const u64 end = BIT_ULL(cnova->mm.chip->fmt->va_bits);
	struct cnova_vm *vm;
	u32 own_queue;
	int err;

	vm = kzalloc_obj(*vm);
	if (!vm)
		return ERR_PTR(-ENOMEM);
	cnova_vm_init_fields(vm, cnova);
	vm->client_id = file->client_id;

	vm->root = cnova_vm_root_create(cnova);
	if (!vm->root) {
		err = -ENOMEM;
		goto err_free;
	}

	err = cnova_vm_init_tables(vm);
	if (err)
		goto err_root;

	err = cnova_coredump_init(vm);
	if (err)
		goto err_tables;

	err = cnova_bind_queue_create(vm, true, &own_queue);
	if (err)
		goto err_coredump;

	cnova_vm_prime_lockdep(vm);
	drm_gpuvm_init(&vm->base, "cnova", DRM_GPUVM_IMMEDIATE_MODE | DRM_GPUVM_RESV_PROTECTED,
		       &cnova->drm, vm->root, CNOVA_VM_START, end - CNOVA_VM_START, 0, 0,
		       &cnova_gpuvm_ops);

	mutex_lock(&cnova->vms_lock);
	list_add_tail(&vm->device_entry, &cnova->vms);
	mutex_unlock(&cnova->vms_lock);
	return vm;

err_coredump:
	cnova_coredump_fini(vm);
err_tables:
	cnova_vm_fini_tables(vm);
err_root:
	drm_gem_object_put(vm->root);
err_free:
	kfree(vm);
	return ERR_PTR(err);
}

/**
 * cnova_vm_free() - The last reference is gone. For drm_gpuvm only.
 * @gpuvm: The VM's base.
 *
 * Context: Process context.
 */
void cnova_vm_free(struct drm_gpuvm *gpuvm)
{
	struct cnova_vm *vm = to_cnova_vm(gpuvm);

	drm_WARN_ON_ONCE(&vm->cnova->drm, !vm->closed || !list_empty(&vm->queues));
	xa_destroy(&vm->queue_ids);
	drm_gem_object_put(vm->root);
	mutex_destroy(&vm->vmm.lock);
	mutex_destroy(&vm->submit_lock);
	kfree_rcu(vm, rcu);
}

/**
 * cnova_vm_close() - End an address space.
 * @vm: Address space; the caller has a reference and keeps it.
 *
 * Binds that wait are cancelled; nobody's fence is waited for, only jobs that
 * run, which takes as long as the hardware may take to answer. When it returns,
 * the GPU reaches nothing through this VM, or what it may reach is quarantined.
 * A second call waits until the first is through.
 *
 * Context: Process context, no lock of the driver held. The hardware must be
 * there still: the device closes all VMs before it lets go of it.
 */
void cnova_vm_close(struct cnova_vm *vm)
{
	struct cnova_device *cnova = vm->cnova;
	bool closed;

	/* First: who prepares something may wait, with the lock, for what runs. */
	cnova_vm_kill_channels(vm);

	mutex_lock(&vm->submit_lock);
	closed = vm->closed;
	vm->closed = true;
	mutex_unlock(&vm->submit_lock);
	if (closed) {
		wait_for_completion(&vm->gone);
		return;
	}

	cnova_debugfs_remove_vm(vm);

	/* They use the page tables, and binds may wait for what they run. */
	cnova_vm_close_channels(vm);

	mutex_lock(&vm->vmm.lock);
	vm->killed = true;
	mutex_unlock(&vm->vmm.lock);
	cnova_in_fences_cancel_all(&vm->in_fences);
	cnova_vm_reserve_stop(vm);

	wait_event(vm->idle, !atomic_read(&vm->nr_jobs));
	cnova_bind_queues_destroy_all(vm);
	cnova_resize_fini(&vm->resize);

	cnova_vm_unmap_everything(vm);
	cancel_work_sync(&vm->died_work);
	drm_gpuvm_bo_deferred_cleanup(&vm->base);
	cnova_coredump_fini(vm);
	cnova_vm_fini_tables(vm);

	/* Last: whoever takes the hardware away closes what is on the list first. */
	mutex_lock(&cnova->vms_lock);
	list_del_init(&vm->device_entry);
	mutex_unlock(&cnova->vms_lock);
	complete_all(&vm->gone);
}

/* ------------------------------------------------------------------ ioctls */

/**
 * cnova_vm_create_ioctl() - DRM_IOCTL_CNOVA_VM_CREATE.
 * @drm: Device.
 * @data: A &struct drm_cnova_vm_create.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or a negative errno, see &struct drm_cnova_vm_create.
 */
int cnova_vm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_vm_create *args = data;
	struct cnova_vm *vm;
	int err, idx;

	if (args->flags) {
		drm_dbg_driver(drm, "flags 0x%x\n", args->flags);
		return -EINVAL;
	}
	if (args->vm_id) {
		drm_dbg_driver(drm, "vm_id %u\n", args->vm_id);
		return -EINVAL;
	}

	if (cnova_device_is_wedged(to_cnova_device(drm)) || !drm_dev_enter(drm, &idx))
		return -ENODEV;

	vm = cnova_vm_create(to_cnova_device(drm), file);
	if (IS_ERR(vm)) {
		err = PTR_ERR(vm);
		goto out_exit;
	}

	/* The file has it from here on: another thread may destroy it at once. */
	err = cnova_file_add_vm(file, vm, &args->vm_id);
	if (err) {
		cnova_vm_close(vm);
		cnova_vm_put(vm);
	}

out_exit:
	drm_dev_exit(idx);
	return err;
}

/**
 * cnova_vm_destroy_ioctl() - DRM_IOCTL_CNOVA_VM_DESTROY.
 * @drm: Device.
 * @data: A &struct drm_cnova_vm_destroy.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0, -EINVAL or -ENOENT.
 */
int cnova_vm_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_vm_destroy *args = data;
	struct cnova_vm *vm;

	if (args->pad) {
		drm_dbg_driver(drm, "pad 0x%x\n", args->pad);
		return -EINVAL;
	}

	/* Whoever takes it out of the table ends it: two threads cannot both. */
	vm = xa_erase(&to_cnova_file(file)->vms, args->vm_id);
	if (!vm) {
		drm_dbg_driver(drm, "vm_id %u\n", args->vm_id);
		return -ENOENT;
	}

	cnova_vm_close(vm);
	cnova_vm_put(vm);
	return 0;
}

/**
 * cnova_vm_get_state_ioctl() - DRM_IOCTL_CNOVA_VM_GET_STATE.
 * @drm: Device.
 * @data: A &struct drm_cnova_vm_get_state.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or -ENOENT.
 */
int cnova_vm_get_state_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_vm_get_state *args = data;
	struct cnova_vm *vm;
	int err;

	vm = cnova_file_get_vm(file, args->vm_id);
	if (!vm) {
		drm_dbg_driver(drm, "vm_id %u\n", args->vm_id);
		return -ENOENT;
	}

	mutex_lock(&vm->vmm.lock);
	/* With the device, all that it had: those too that it was not asked about. */
	err = vm->vmm.error ?: cnova_device_is_wedged(vm->cnova) ? -EIO : 0;
	args->state = err ? DRM_CNOVA_VM_DEAD : DRM_CNOVA_VM_ACTIVE;
	args->error = -err;
	args->pad = 0;
	args->mapped = vm->mapped;
	args->table_bytes = vm->vmm.table_bytes;
	args->quarantined = vm->quarantined;
	mutex_unlock(&vm->vmm.lock);

	cnova_vm_put(vm);
	return 0;
}

/**
 * cnova_vm_module_init() - What all VMs need. Module start only.
 *
 * Return: 0 or -ENOMEM.
 */
int cnova_vm_module_init(void)
{
	return cnova_va_cache_init();
}

/** cnova_vm_module_exit() - The reverse. Module end only. */
void cnova_vm_module_exit(void)
{
	/* Fences, and what they hold, are freed by RCU. */
	rcu_barrier();
	cnova_va_cache_exit();
}
