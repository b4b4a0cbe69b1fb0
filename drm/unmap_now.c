// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Unmapping without memory
 *
 * Whoever is short of memory unmaps, so an unmap must not fail for want of memory. A job
 * cannot promise that: the scheduler, reservations and drm_exec allocate on the way. Nor
 * can a reserve that is held by a job, which may wait for a fence of a user: the next
 * unmap would wait for that user.
 *
 * So an unmap that gets ENOMEM or ENOSPC is done again at once, in the ioctl, without job
 * and drm_exec. First, with no lock held, it waits for all that a job would depend on: its
 * in-fences, earlier maps that are pending where it unmaps, and executions if a leaf may
 * change its size. These waits end when the task is killed, and when the address space is
 * destroyed or dies, which they do not hold up. Then one operation after the other runs
 * under the submit mutex and the VM's reservation, from the VM's reserve: the tree lock is
 * what protects mappings of immediate mode, so no object has to be locked. Out-syncs get a
 * fence that has signalled.
 *
 * An unmap needs as much as its edges cut: a mapping with bytes on both sides of an edge
 * leaves a piece behind, and tables where it had a large leaf. The reserve is enough for
 * two edges, which is one range. More operations are fine as long as no more than two
 * edges cut something; else it is the array that is too long.
 *
 * What is used up a worker gets back. Nothing that is queued ever holds the reserve.
 */

#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_bo.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/device.h"
#include "drm/gem.h"
#include "drm/resize.h"
#include "drm/sync.h"
#include "drm/unmap_now.h"
#include "drm/va.h"
#include "drm/vm.h"

/* A cut leaves a piece on each side. */
#define CNOVA_RESERVE_VAS	2

/* While no memory comes back, ask for it again this often. */
#define CNOVA_REFILL_JIFFIES	(HZ / 20)

/* ------------------------------------------------------------- the reserve */

static int cnova_vm_reserve_fill(struct cnova_vm *vm, struct ttm_operation_ctx *ctx)
{
	struct cnova_vm_reserve *reserve = &vm->reserve;
	int err;

	while (reserve->nr_vas < CNOVA_RESERVE_VAS) {
		err = cnova_vas_alloc(&reserve->job->spare_vas, 1);
		if (err)
			return err;
		reserve->nr_vas++;
	}

	if (!reserve->chain)
		reserve->chain = dma_fence_chain_alloc();
	if (!reserve->chain)
		return -ENOMEM;

	err = cnova_vmm_reserve_fill(&vm->vmm, &reserve->tables, ctx);
	if (!err)
		WRITE_ONCE(reserve->full, true);
	return err;
}

/* What has been used is missing: in the background, as there is no hurry. */
static void cnova_vm_reserve_used(struct cnova_vm *vm)
{
	struct cnova_vm_reserve *reserve = &vm->reserve;

	lockdep_assert_held(&vm->submit_lock);

	WRITE_ONCE(reserve->full,
		   reserve->nr_vas == CNOVA_RESERVE_VAS && reserve->chain &&
		   cnova_vmm_reserve_is_full(&vm->vmm, &reserve->tables));
	if (!reserve->full && !vm->closed)
		queue_work(vm->cnova->cleanup_wq, &reserve->refill_work);
}

static void cnova_vm_refill_work(struct work_struct *work)
{
	struct cnova_vm *vm = container_of(work, struct cnova_vm, reserve.refill_work);
	struct ttm_operation_ctx ctx = {
		.resv = vm->root->resv,
		.allow_res_evict = true,
	};
	int idx;

	mutex_lock(&vm->submit_lock);
	if (!vm->closed && !READ_ONCE(vm->vmm.error) && drm_dev_enter(&vm->cnova->drm, &idx)) {
		down_read(&vm->cnova->validate_lock);
		dma_resv_lock(vm->root->resv, NULL);
		cnova_vm_reserve_fill(vm, &ctx);
		dma_resv_unlock(vm->root->resv);
		up_read(&vm->cnova->validate_lock);
		drm_dev_exit(idx);
	}
	mutex_unlock(&vm->submit_lock);

	wake_up_all(&vm->in_fences.wait);
}

/**
 * cnova_vm_reserve_init() - Have the reserve of a new VM.
 * @vm: Address space with page tables, known to nobody.
 * @ctx: What may be done to get memory.
 *
 * Context: Process context. Caller holds the VM's reservation.
 * Return: 0; -ENOMEM, -ENOSPC, -ERESTARTSYS: then there is nothing.
 */
int cnova_vm_reserve_init(struct cnova_vm *vm, struct ttm_operation_ctx *ctx)
{
	struct cnova_vm_reserve *reserve = &vm->reserve;
	int err;

	INIT_WORK(&reserve->refill_work, cnova_vm_refill_work);
	reserve->job = kzalloc_flex(*reserve->job, ops, 1, GFP_KERNEL_ACCOUNT);
	if (!reserve->job)
		return -ENOMEM;

	reserve->job->nr_ops = 1;
	reserve->job->vm = vm;
	INIT_LIST_HEAD(&reserve->job->spare_vas);
	INIT_LIST_HEAD(&reserve->job->removed);

	err = cnova_vm_reserve_fill(vm, ctx);
	if (err)
		cnova_vm_reserve_fini(vm);
	return err;
}

/**
 * cnova_vm_reserve_stop() - Get nothing more for it.
 * @vm: Address space, closed.
 *
 * Context: Process context, no lock of the VM held.
 */
void cnova_vm_reserve_stop(struct cnova_vm *vm)
{
	cancel_work_sync(&vm->reserve.refill_work);
}

/**
 * cnova_vm_reserve_fini() - Give all of it back.
 * @vm: Address space, closed or not made, before its page tables go.
 *
 * Context: Process context.
 */
void cnova_vm_reserve_fini(struct cnova_vm *vm)
{
	struct cnova_vm_reserve *reserve = &vm->reserve;

	cnova_vmm_reserve_fini(&vm->vmm, &reserve->tables);
	cnova_vas_free(&reserve->job->spare_vas);
	dma_fence_chain_free(reserve->chain);
	kfree(reserve->job);
	/* VM_CREATE may try a second time. */
	reserve->chain = NULL;
	reserve->job = NULL;
	reserve->nr_vas = 0;
}

static int cnova_vm_reserve_wait(struct cnova_vm *vm)
{
	long left = wait_event_killable_timeout(vm->in_fences.wait,
						READ_ONCE(vm->reserve.full) ||
						READ_ONCE(vm->in_fences.cancelled),
						CNOVA_REFILL_JIFFIES);

	return left < 0 ? -EINTR : 0;
}

/* ------------------------------------------------------------ one operation */

/* Which edges cut a mapping? Whole mappings of an object go. */
static struct cnova_pt_op cnova_unmap_describe(struct cnova_vm *vm,
					       const struct cnova_unmap *unmap)
{
	struct cnova_pt_op op = { .range = { unmap->start, unmap->last + 1 } };

	if (unmap->bo)
		return op;

	mutex_lock(&vm->vmm.lock);
	op.split_start = cnova_pending_spans_locked(vm, unmap->start);
	op.split_end = cnova_pending_spans_locked(vm, unmap->last + 1);
	mutex_unlock(&vm->vmm.lock);
	return op;
}

/* Mappings that went out of the tree are as good as new ones. */
static void cnova_vm_reserve_take_vas(struct cnova_vm_reserve *reserve)
{
	struct cnova_bind_job *job = reserve->job;

	reserve->nr_vas = list_count_nodes(&job->spare_vas);
	reserve->nr_vas += cnova_vas_recycle(&job->spare_vas, &job->removed,
					     CNOVA_RESERVE_VAS - reserve->nr_vas);
	cnova_vas_free(&job->removed);
}

/* Caller holds the VM's reservation. Fails with the hardware only. */
static int cnova_unmap_range(struct cnova_vm *vm, const struct cnova_unmap *unmap)
{
	struct cnova_vm_reserve *reserve = &vm->reserve;
	struct cnova_pt_op pt_op = cnova_unmap_describe(vm, unmap);
	struct cnova_bind_job *job = reserve->job;
	int err;

	err = cnova_vmm_reserve_prepare(&vm->vmm, &reserve->tables, &job->pt, &pt_op);
	if (err)
		return err;

	/* Whoever executes was waited for, and is kept out by the reservation. */
	job->pt.may_resize = pt_op.split_start || pt_op.split_end;
	job->ops[0] = (struct cnova_bind_op){
		.job = job,
		.type = unmap->bo ? DRM_CNOVA_VM_BIND_OP_UNMAP_ALL : DRM_CNOVA_VM_BIND_OP_UNMAP,
		.start = unmap->start,
		.last = unmap->last,
		.bo = unmap->bo,
		.ranges = &pt_op.range,
		.nr_ranges = 1,
	};
	err = cnova_bind_job_run(job);
	job->ops[0] = (struct cnova_bind_op){};

	cnova_vmm_reserve_cleanup(&vm->vmm, &reserve->tables, &job->pt);
	cnova_vm_reserve_take_vas(reserve);
	return err;
}

/* Some mapping of an object; false: there is none. */
static bool cnova_unmap_find(struct cnova_vm *vm, struct cnova_unmap *unmap)
{
	struct drm_gem_object *gem = &unmap->bo->ttm.base;
	struct drm_gpuvm_bo *vm_bo;
	struct drm_gpuva *va = NULL;

	mutex_lock(&vm->vmm.lock);
	mutex_lock(&gem->gpuva.lock);
	drm_gem_for_each_gpuvm_bo(vm_bo, gem) {
		if (vm_bo->vm != &vm->base)
			continue;
		va = list_first_entry_or_null(&vm_bo->list.gpuva, struct drm_gpuva, gem.entry);
		if (va)
			break;
	}
	if (va) {
		unmap->start = va->va.addr;
		unmap->last = va->va.addr + va->va.range - 1;
	}
	mutex_unlock(&gem->gpuva.lock);
	mutex_unlock(&vm->vmm.lock);
	return va;
}

static int cnova_unmap_one(struct cnova_vm *vm, const struct cnova_unmap *unmap)
{
	struct cnova_unmap all = { .bo = unmap->bo };
	int err = 0;

	if (!unmap->bo)
		return cnova_unmap_range(vm, unmap);

	while (!err && cnova_unmap_find(vm, &all)) {
		err = cnova_unmap_range(vm, &all);
		cond_resched();
	}
	return err;
}

/* --------------------------------------------------------------- all of them */

static int cnova_unmap_check_vm(struct cnova_vm *vm)
{
	if (cnova_device_is_wedged(vm->cnova))
		return -ENODEV;
	if (vm->closed || READ_ONCE(vm->vmm.error))
		return -ENOENT;
	return 0;
}

static struct dma_fence *cnova_unmap_find_pending(struct cnova_vm *vm,
						  const struct cnova_unmap_list *list)
{
	struct dma_fence *fence = NULL;

	for (u32 i = 0; i < list->nr && !fence; i++) {
		const struct cnova_unmap *unmap = &list->unmap[i];

		fence = cnova_pending_get_fence(vm, unmap->start, unmap->last, unmap->bo);
	}
	return fence;
}

/* Caller holds the reservation. *@busy: what has to be over first, a reference. */
static int cnova_unmap_all_locked(struct cnova_vm *vm, const struct cnova_unmap_list *list,
				  struct dma_fence **busy)
{
	u32 i, cuts = 0;
	int err = 0;

	for (i = 0; i < list->nr; i++) {
		struct cnova_pt_op op = cnova_unmap_describe(vm, &list->unmap[i]);

		cuts += op.split_start + op.split_end;
	}
	if (cuts > CNOVA_RESERVE_VAS)
		return -ENOBUFS;

	if (cuts)
		*busy = cnova_resize_find_busy(vm);
	if (*busy)
		return -EAGAIN;

	for (i = 0; i < list->nr && !err; i++)
		err = cnova_unmap_one(vm, &list->unmap[i]);
	return err;
}

/*
 * Caller holds the submit mutex. -EAGAIN: something has to be waited for first, without
 * locks: *@busy, or else for the reserve.
 */
static int cnova_unmap_list_try(struct cnova_vm *vm, const struct cnova_unmap_list *list,
				struct cnova_syncs *out, struct drm_file *file,
				struct dma_fence **busy, u32 *failed_sync)
{
	struct dma_fence *stub;
	int err;

	err = cnova_unmap_check_vm(vm);
	if (err)
		return err;

	if (!vm->reserve.full) {
		cnova_vm_reserve_used(vm);
		return -EAGAIN;
	}

	*busy = cnova_unmap_find_pending(vm, list);
	if (*busy)
		return -EAGAIN;

	err = cnova_syncs_find_out(out, file, list->sync, list->nr_syncs, &vm->reserve.chain,
				   failed_sync);
	if (!err)
		err = dma_resv_lock_interruptible(vm->root->resv, NULL);
	if (!err) {
		err = cnova_unmap_all_locked(vm, list, busy);
		dma_resv_unlock(vm->root->resv);
	}
	if (!err) {
		stub = dma_fence_get_stub();
		cnova_syncs_signal_with(out, stub);
		dma_fence_put(stub);
	}
	cnova_syncs_put_out(out);
	cnova_vm_reserve_used(vm);
	return err;
}

static int cnova_unmap_list_enter(struct cnova_vm *vm, const struct cnova_unmap_list *list,
				  struct cnova_syncs *out, struct drm_file *file,
				  struct dma_fence **busy, u32 *failed_sync)
{
	int err, idx;

	if (!drm_dev_enter(&vm->cnova->drm, &idx))
		return -ENODEV;

	err = mutex_lock_killable(&vm->submit_lock);
	if (!err) {
		err = cnova_unmap_list_try(vm, list, out, file, busy, failed_sync);
		mutex_unlock(&vm->submit_lock);
	}
	drm_dev_exit(idx);
	return err;
}

static int cnova_unmap_list_run(struct cnova_vm *vm, const struct cnova_unmap_list *list,
				struct cnova_syncs *out, struct drm_file *file, u32 *failed_sync)
{
	struct dma_fence *busy;
	int err;

	err = cnova_syncs_wait_in(&vm->in_fences, file, list->sync, list->nr_syncs, failed_sync);
	while (!err) {
		busy = NULL;
		err = cnova_unmap_list_enter(vm, list, out, file, &busy, failed_sync);
		if (err != -EAGAIN)
			break;

		err = busy ? cnova_in_fences_wait(&vm->in_fences, busy) :
			     cnova_vm_reserve_wait(vm);
		dma_fence_put(busy);
	}
	return err;
}

/**
 * cnova_unmap_now() - Unmap, without any allocation.
 * @vm: Address space.
 * @file: Whose it is.
 * @list: What to unmap, all of it checked but for the syncs.
 * @failed_sync: Index of the sync at fault, on error.
 *
 * Up to CNOVA_SMALL_ARRAY syncs with one point of a timeline to signal need no memory.
 *
 * Context: Process context, no locks held. Waits for fences of users.
 * Return: 0: it is done, and the out-syncs have signalled. Else nothing happened: -EINTR:
 * the task is being killed, or, if it had not to wait, was interrupted; -ECANCELED: the
 * address space was destroyed or died meanwhile; -ENOENT: it had been, or there is no such
 * syncobj; -ENODEV; -EINVAL, -ETIME, -ERESTARTSYS: as cnova_syncs_init(); -ENOMEM: for
 * more syncs; -ENOBUFS: a shorter list may do. Or the address space died of it, and the
 * out-syncs are as they were: -EIO, -ENODEV.
 */
int cnova_unmap_now(struct cnova_vm *vm, struct drm_file *file,
		    const struct cnova_unmap_list *list, u32 *failed_sync)
{
	struct cnova_out_sync small[CNOVA_SMALL_ARRAY];
	struct cnova_syncs out = { .out = small };
	int err;

	if (list->nr_syncs > ARRAY_SIZE(small)) {
		out.out = kvcalloc(list->nr_syncs, sizeof(*out.out), GFP_KERNEL_ACCOUNT);
		if (!out.out)
			return -ENOMEM;
	}

	err = cnova_unmap_list_run(vm, list, &out, file, failed_sync);
	drm_gpuvm_bo_deferred_cleanup(&vm->base);
	if (out.out != small)
		kvfree(out.out);
	return err;
}
