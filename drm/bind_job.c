// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Preparing a bind
 *
 * All that can fail, allocate or wait for memory happens here, in the ioctl,
 * before the job is armed. In the order of cnova_bind_job_submit():
 *
 * 1. The operations become pending, so that they are seen, by this job too.
 * 2. The exact set of objects is found: see drm/pending.c.
 * 3. The VM's reservation and the set are locked with drm_exec, and inside that
 *    loop, where eviction may still lock more, the objects get their place, then
 *    the page tables theirs. If there is no room everything is dropped and tried
 *    once more, with nobody else validating.
 * 4. Fence slots, mappings and dependencies are allocated.
 * 5. The job is armed. From there on nothing fails.
 *
 * A job that fails before 5 leaves the address space as it was.
 */

#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/gem.h"
#include "drm/resize.h"
#include "drm/trace.h"
#include "drm/va.h"
#include "drm/validate.h"
#include "drm/view.h"
#include "drm/vm.h"

/**
 * cnova_bind_job_create() - Make a job.
 * @queue: Queue it is for; the job takes references on it and its VM.
 * @nr_ops: Number of operations, which the caller then fills in.
 *
 * Context: Process context.
 * Return: The job, or NULL.
 */
struct cnova_bind_job *cnova_bind_job_create(struct cnova_bind_queue *queue, u32 nr_ops)
{
	struct cnova_bind_job *job;

	job = kvzalloc_flex(*job, ops, nr_ops, GFP_KERNEL_ACCOUNT);
	if (!job)
		return NULL;

	job->nr_ops = nr_ops;
	job->vm = cnova_vm_get(queue->vm);
	kref_get(&queue->ref);
	job->queue = queue;
	job->failed_op = U32_MAX;
	INIT_LIST_HEAD(&job->spare_vas);
	INIT_LIST_HEAD(&job->removed);
	for (u32 i = 0; i < nr_ops; i++)
		job->ops[i].job = job;
	return job;
}

/**
 * cnova_bind_job_refuse() - Say what is wrong with a job.
 * @job: Job.
 * @index: Operation or sync at fault, U32_MAX if none in particular.
 * @reason: An &enum drm_cnova_vm_bind_reason.
 * @err: Negative errno.
 *
 * Return: @err.
 */
int cnova_bind_job_refuse(struct cnova_bind_job *job, u32 index, u32 reason, int err)
{
	job->failed_op = index;
	job->reason = reason;
	return err;
}

/**
 * cnova_bind_job_cleanup() - Give back what a job has used, or not.
 * @job: Job that ran, or will not; not pending any more.
 *
 * Leaves the objects that were unmapped to drm_gpuvm_bo_deferred_cleanup(), which
 * the caller has to call.
 *
 * Context: Process context, no &dma_resv held.
 */
void cnova_bind_job_cleanup(struct cnova_bind_job *job)
{
	struct cnova_vm *vm = job->vm;

	cnova_vmm_cleanup(&vm->vmm, &job->pt);
	cnova_vas_free(&job->spare_vas);
	cnova_vas_free(&job->removed);
	cnova_object_set_fini(&job->set);
	cnova_syncs_fini(&job->syncs);

	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		kvfree(op->ranges);
		drm_gpuvm_bo_put_deferred(op->vm_bo);
		if (op->bo)
			drm_gem_object_put(&op->bo->ttm.base);
	}
	kvfree(job->span_array);
	cnova_bind_queue_put(job->queue);
	kvfree(job);
}

/**
 * cnova_bind_job_destroy() - Drop a job that was not accepted.
 * @job: Job.
 *
 * Context: Process context, no lock of the VM held.
 */
void cnova_bind_job_destroy(struct cnova_bind_job *job)
{
	struct cnova_vm *vm = job->vm;

	cnova_syncs_abort(&job->syncs);
	cnova_bind_job_cleanup(job);
	drm_gpuvm_bo_deferred_cleanup(&vm->base);
	cnova_vm_put(vm);
}

/* --------------------------------------------------- locks, places, tables */

static int cnova_bind_job_lock_set(struct cnova_bind_job *job, struct drm_exec *exec)
{
	for (u32 i = 0; i < job->set.nr; i++) {
		int err = drm_exec_lock_obj(exec, job->set.objs[i]);

		if (err)
			return err;
	}
	return 0;
}

static int cnova_bind_job_validate(struct cnova_bind_job *job, struct ttm_operation_ctx *ctx)
{
	struct cnova_bo *last = NULL;

	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_op *op = &job->ops[i];
		int err;

		if (op->type != DRM_CNOVA_VM_BIND_OP_MAP || op->bo == last)
			continue;

		drm_gpuvm_bo_extobj_add(op->vm_bo);
		err = cnova_bo_validate(op->bo, ctx);
		if (err)
			return cnova_bind_job_refuse(job, i, DRM_CNOVA_REASON_MEMORY, err);
		last = op->bo;
	}
	return 0;
}

static int cnova_bind_job_prepare_tables(struct cnova_bind_job *job,
					 struct ttm_operation_ctx *ctx)
{
	u32 nr = cnova_pending_nr_pt_ops(job);
	struct cnova_op_view *views;
	struct cnova_pt_op *pt_ops;
	int err = -ENOMEM;

	views = kvmalloc_array(job->nr_ops, sizeof(*views), GFP_KERNEL);
	pt_ops = kvmalloc_array(nr, sizeof(*pt_ops), GFP_KERNEL | __GFP_NOWARN);
	if (views && pt_ops) {
		cnova_pending_describe(job, pt_ops, views);
		err = cnova_vmm_prepare(&job->vm->vmm, &job->pt, pt_ops, nr, ctx);
	}
	kvfree(pt_ops);
	kvfree(views);

	return err ? cnova_bind_job_refuse(job, U32_MAX, DRM_CNOVA_REASON_MEMORY, err) : 0;
}

/*
 * On success all is locked. Validation is inside the loop because it may lock
 * more objects with the same ticket, to evict them.
 */
static int cnova_bind_job_lock(struct drm_exec *exec, void *arg)
{
	struct cnova_bind_job *job = arg;
	struct cnova_vm *vm = job->vm;
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.resv = drm_gpuvm_resv(&vm->base),
		.allow_res_evict = true,
	};
	u32 tries = 0;
	int err;

	cnova_bind_job_refuse(job, U32_MAX, DRM_CNOVA_REASON_NONE, 0);
	drm_exec_init(exec, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      job->set.nr + 1);
	drm_exec_until_all_locked(exec) {
		tries++;
		/* First, always: a loop that locks nothing never ends its contention. */
		err = drm_gpuvm_prepare_vm(&vm->base, exec, 0);
		if (!err)
			err = cnova_bind_job_lock_set(job, exec);
		drm_exec_retry_on_contention(exec);
		if (!err)
			err = cnova_bind_job_validate(job, &ctx);
		if (!err)
			err = cnova_bind_job_prepare_tables(job, &ctx);
		if (err)
			break;
	}

	if (err)
		drm_exec_fini(exec);
	else
		vm->nr_lock_retries += tries - 1;
	return err;
}

/* ------------------------------------------------- the rest that can fail */

/*
 * A map cuts at most two mappings and adds one, an unmap cuts one in two, in any
 * tree. An unmap-all takes whole mappings.
 */
static u32 cnova_bind_op_max_vas(const struct cnova_bind_op *op)
{
	switch (op->type) {
	case DRM_CNOVA_VM_BIND_OP_UNMAP:
		return 2;
	case DRM_CNOVA_VM_BIND_OP_UNMAP_ALL:
		return 0;
	default:
		return 3;
	}
}

static int cnova_bind_job_alloc_vas(struct cnova_bind_job *job)
{
	u32 nr = 0;

	for (u32 i = 0; i < job->nr_ops; i++)
		nr += cnova_bind_op_max_vas(&job->ops[i]);

	return cnova_vas_alloc(&job->spare_vas, nr);
}

static int cnova_bind_job_add_dependencies(struct cnova_bind_job *job)
{
	struct dma_resv *last = NULL;
	int err;

	err = cnova_syncs_add_dependencies(&job->syncs, &job->base);
	if (!err)
		err = cnova_order_add_dependencies(job);
	if (!err)
		err = cnova_resize_add_dependencies(job);

	/* Moves and clears of what is mapped; nothing else is implicit. */
	for (u32 i = 0; i < job->nr_ops && !err; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		if (op->type != DRM_CNOVA_VM_BIND_OP_MAP || op->bo->ttm.base.resv == last)
			continue;
		last = op->bo->ttm.base.resv;
		err = drm_sched_job_add_resv_dependencies(&job->base, last,
							  DMA_RESV_USAGE_KERNEL);
	}
	return err;
}

static int cnova_bind_job_reserve_slots(struct drm_exec *exec)
{
	struct drm_gem_object *obj;

	/* After validation, which may have used up slots reserved earlier. */
	drm_exec_for_each_locked_object(exec, obj) {
		int err = dma_resv_reserve_fences(obj->resv, 1);

		if (err)
			return err;
	}
	return 0;
}

/* ------------------------------------------------------------------ commit */

static struct dma_fence *cnova_bind_job_arm(struct cnova_bind_job *job)
{
	drm_sched_job_arm(&job->base);
	return dma_fence_get(&job->base.s_fence->finished);
}

/* From here on it may run, and be gone. */
static void cnova_bind_job_push(struct cnova_bind_job *job, struct dma_fence *fence)
{
	cnova_syncs_signal_with(&job->syncs, fence);
	atomic_inc(&job->vm->nr_jobs);
	trace_cnova_bind_submit(job);
	drm_sched_entity_push_job(&job->base);
}

static struct dma_fence *cnova_bind_job_commit(struct cnova_bind_job *job, struct drm_exec *exec)
{
	struct dma_fence *fence = cnova_bind_job_arm(job);
	struct cnova_vm *vm = job->vm;
	struct drm_gem_object *obj;

	vm->nr_locked = 0;
	job->has_locks = true;
	drm_exec_for_each_locked_object(exec, obj) {
		vm->nr_locked++;
		/* On the VM's own it would hold back every private object. */
		if (obj == vm->root && !job->set.has_private)
			continue;
		dma_resv_add_fence(obj->resv, fence, DMA_RESV_USAGE_BOOKKEEP);
	}

	cnova_resize_publish(job, fence);
	cnova_bind_job_push(job, fence);
	return fence;
}

static int cnova_bind_job_check_vm(struct cnova_bind_job *job)
{
	struct cnova_vm *vm = job->vm;

	lockdep_assert_held(&vm->submit_lock);

	if (cnova_device_is_wedged(vm->cnova))
		return -ENODEV;
	if (vm->closed || READ_ONCE(vm->vmm.error))
		return -ENOENT;
	if (atomic_read(&vm->nr_jobs) >= CNOVA_MAX_PENDING_BINDS)
		return -EBUSY;
	return 0;
}

/* No operations: it touches nothing, so nothing is locked. */
static int cnova_bind_job_submit_empty(struct cnova_bind_job *job, struct dma_fence **fence)
{
	int err = cnova_syncs_add_dependencies(&job->syncs, &job->base);

	if (err)
		return cnova_bind_job_refuse(job, U32_MAX, DRM_CNOVA_REASON_MEMORY, err);

	*fence = cnova_bind_job_arm(job);
	cnova_bind_job_push(job, *fence);
	return 0;
}

static int cnova_bind_job_submit_locked(struct cnova_bind_job *job, struct dma_fence **fence)
{
	/* Not part of the job, which may be done and freed once it is pushed. */
	struct cnova_validation validation;
	int err;

	err = cnova_bind_job_alloc_vas(job);
	if (!err)
		err = cnova_pending_collect(job);
	if (err)
		return cnova_bind_job_refuse(job, U32_MAX, DRM_CNOVA_REASON_MEMORY, err);

	err = cnova_validation_begin(&validation, job->vm->cnova, cnova_bind_job_lock, job);
	if (err)
		return err;

	err = cnova_bind_job_reserve_slots(&validation.exec);
	if (!err)
		err = cnova_bind_job_add_dependencies(job);
	if (!err)
		*fence = cnova_bind_job_commit(job, &validation.exec);
	cnova_validation_end(&validation);

	return err ? cnova_bind_job_refuse(job, U32_MAX, DRM_CNOVA_REASON_MEMORY, err) : 0;
}

/**
 * cnova_bind_job_submit() - Accept a job.
 * @job: Job with all its operations checked. Belongs to the VM if accepted.
 * @file: Whose it is.
 * @fence: Finished fence, a reference, if accepted.
 *
 * Context: Process context, no locks held.
 * Return: 0; -ENODEV; -ENOENT: the address space is closed or dead, or the queue
 * destroyed; -EBUSY: too many jobs
 * pending; -ENOMEM, -ENOSPC; -EINTR, -ERESTARTSYS: nothing happened.
 */
int cnova_bind_job_submit(struct cnova_bind_job *job, struct drm_file *file,
			  struct dma_fence **fence)
{
	struct cnova_vm *vm = job->vm;
	int err, idx;

	if (!drm_dev_enter(&vm->cnova->drm, &idx))
		return -ENODEV;

	err = mutex_lock_interruptible(&vm->submit_lock);
	if (err)
		goto out_exit;

	err = cnova_bind_job_check_vm(job);
	if (err)
		goto out_unlock;

	err = cnova_bind_queue_init_job(job->queue, job, file);
	if (err)
		goto out_unlock;

	err = cnova_pending_add(job);
	if (err)
		goto err_job;

	err = job->nr_ops ? cnova_bind_job_submit_locked(job, fence) :
			    cnova_bind_job_submit_empty(job, fence);
	if (err)
		goto err_pending;

	goto out_unlock;

err_pending:
	cnova_pending_remove(job);
	/* As long as nobody can close the VM, which ends its tables, pinned or not. */
	cnova_vmm_cleanup(&vm->vmm, &job->pt);
err_job:
	drm_sched_job_cleanup(&job->base);
out_unlock:
	mutex_unlock(&vm->submit_lock);
out_exit:
	drm_dev_exit(idx);
	return cnova_vm_submit_error(vm, err);
}
