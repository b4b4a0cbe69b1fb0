// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Preparing an execution
 *
 * All that can fail happens here, before the job is armed, as for a bind:
 *
 * 1. The reservations of the address space and of all objects in it that are not its own
 *    are locked with drm_exec, and inside that loop what was evicted is brought back:
 *    drm/rebind.c.
 * 2. Fence slots and dependencies are allocated: the syncs, the last bind that changes the
 *    size of a leaf, and moves and clears of the objects.
 * 3. The job is armed. From there on nothing fails.
 *
 * Whatever it depends on stands behind a fence that can be cancelled, not only what the
 * client named: a bind waits for what *its* client named. A channel can be destroyed at
 * any time, and waits for nobody then.
 *
 * Its fence is in all these reservations for bookkeeping: nothing is evicted while it may
 * use it, and nothing is freed.
 */

#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/channel.h"
#include "drm/channel_mem.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/rebind.h"
#include "drm/trace.h"
#include "drm/validate.h"
#include "drm/vm.h"
#include "drm/vm_root.h"

/**
 * cnova_exec_job_create() - Make a job.
 * @channel: Channel; the job takes a reference.
 * @nr_pushes: How many times cnova_exec_job_add_push() will be called.
 *
 * Context: Process context.
 * Return: The job, or NULL.
 */
struct cnova_exec_job *cnova_exec_job_create(struct cnova_user_channel *channel, u32 nr_pushes)
{
	struct cnova_exec_job *job;

	/* One more for the fence. */
	job = kzalloc(struct_size(job, entries, (nr_pushes + 1) * CNOVA_PUSH_MAX_ENTRIES),
		      GFP_KERNEL_ACCOUNT);
	if (!job)
		return NULL;

	job->fence = cnova_exec_fence_create();
	if (!job->fence) {
		kfree(job);
		return NULL;
	}

	job->channel = cnova_user_channel_get(channel);
	job->failed = U32_MAX;
	job->nr_pushes = nr_pushes;
	/* What ran before may have been cancelled: nothing is known of the base. */
	job->base_va = CNOVA_PUSH_NO_BASE;
	return job;
}

/**
 * cnova_exec_job_add_push() - Append a segment.
 * @job: Job, not submitted.
 * @va: First word, checked.
 * @dwords: Words, checked.
 * @sync: Fetch it only when the one before has been consumed.
 */
void cnova_exec_job_add_push(struct cnova_exec_job *job, u64 va, u32 dwords, bool sync)
{
	job->nr_entries += cnova_push_segment(job->channel->vm->cnova->mm.chip,
					      job->entries + job->nr_entries, &job->base_va,
					      cnova_gpu_va(va), dwords, sync);
}

/**
 * cnova_exec_job_refuse() - Say what is wrong with a job.
 * @job: Job.
 * @index: Push or sync at fault, U32_MAX if none in particular.
 * @reason: An &enum drm_cnova_exec_reason.
 * @err: Negative errno.
 *
 * Return: @err.
 */
int cnova_exec_job_refuse(struct cnova_exec_job *job, u32 index, u32 reason, int err)
{
	job->failed = index;
	job->reason = reason;
	return err;
}

/**
 * cnova_exec_job_cleanup() - Free a job that ran, or will not.
 * @job: Job. Its reference on the channel is left to the caller.
 *
 * Context: Process context.
 */
void cnova_exec_job_cleanup(struct cnova_exec_job *job)
{
	cnova_syncs_fini(&job->syncs);
	/* Did not run, so nobody else knows it. */
	kfree(job->fence);
	kfree(job);
}

/**
 * cnova_exec_job_destroy() - Drop a job that was not accepted.
 * @job: Job.
 *
 * Context: Process context, no lock held.
 */
void cnova_exec_job_destroy(struct cnova_exec_job *job)
{
	struct cnova_user_channel *channel = job->channel;

	cnova_syncs_abort(&job->syncs);
	cnova_exec_job_cleanup(job);
	cnova_user_channel_put(channel);
}

/* ------------------------------------------------- the rest that can fail */

static int cnova_exec_job_wait_for_resv(struct cnova_exec_job *job, struct dma_resv *resv)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	int err;

	dma_resv_for_each_fence(&cursor, resv, DMA_RESV_USAGE_KERNEL, fence) {
		err = cnova_in_fences_add_dependency(&job->channel->in_fences, fence, &job->base);
		if (err)
			return err;
	}
	return 0;
}

static int cnova_exec_job_add_dependencies(struct cnova_exec_job *job, struct drm_exec *exec)
{
	struct cnova_user_channel *channel = job->channel;
	struct drm_gem_object *obj;
	struct dma_fence *resize;
	int err;

	err = cnova_syncs_add_dependencies(&job->syncs, &job->base);
	if (err)
		return err;

	resize = cnova_exec_resize_fence(channel->vm);
	if (resize)
		err = cnova_in_fences_add_dependency(&channel->in_fences, resize, &job->base);
	if (err)
		return err;

	/* After validation, which may have used up slots. */
	drm_exec_for_each_locked_object(exec, obj) {
		err = dma_resv_reserve_fences(obj->resv, 1);
		if (!err)
			err = cnova_exec_job_wait_for_resv(job, obj->resv);
		if (err)
			return err;
	}
	return 0;
}

/* ------------------------------------------------------------------- commit */

/* The last entry: a segment of the kernel's that releases the semaphore. */
static void cnova_exec_job_add_fence(struct cnova_exec_job *job)
{
	struct cnova_user_channel *channel = job->channel;
	u64 va = cnova_channel_mem_va(channel->mem);

	job->seqno = ++channel->seqno;
	va += cnova_channel_mem_fence_offset(job->seqno);
	cnova_exec_job_add_push(job, va, CNOVA_PUSH_FENCE_DWORDS, false);
}

static void cnova_exec_job_commit(struct cnova_exec_job *job, struct drm_exec *exec)
{
	struct cnova_user_channel *channel = job->channel;
	struct drm_gem_object *obj;
	struct dma_fence *fence;

	drm_sched_job_arm(&job->base);
	fence = dma_fence_get(&job->base.s_fence->finished);
	cnova_exec_job_add_fence(job);

	drm_exec_for_each_locked_object(exec, obj)
		dma_resv_add_fence(obj->resv, fence, DMA_RESV_USAGE_BOOKKEEP);

	cnova_vm_root_used(channel->vm->cnova, channel->vm->root, exec);
	cnova_exec_slot_set(channel->vm, &channel->slot, fence);
	cnova_syncs_signal_with(&job->syncs, fence);
	atomic_inc(&channel->nr_jobs);
	trace_cnova_exec_submit(job);
	drm_sched_entity_push_job(&job->base);
	dma_fence_put(fence);
}

static int cnova_exec_job_check_channel(const struct cnova_exec_job *job)
{
	const struct cnova_user_channel *channel = job->channel;
	const struct cnova_vm *vm = channel->vm;

	lockdep_assert_held(&vm->submit_lock);

	if (cnova_device_is_wedged(vm->cnova))
		return -ENODEV;
	if (vm->closed || READ_ONCE(vm->vmm.error) || channel->closed ||
	    READ_ONCE(channel->error))
		return -ENOENT;
	if (atomic_read(&channel->nr_jobs) >= CNOVA_MAX_PENDING_EXECS)
		return -EBUSY;
	return 0;
}

static int cnova_exec_job_submit_locked(struct cnova_exec_job *job)
{
	struct cnova_vm *vm = job->channel->vm;
	struct cnova_validation validation;
	int err;

	err = cnova_vm_lock_bound(vm, &validation);
	if (err)
		goto out_refuse;

	err = cnova_exec_job_add_dependencies(job, &validation.exec);
	if (!err)
		cnova_exec_job_commit(job, &validation.exec);
	cnova_validation_end(&validation);

out_refuse:
	if (cnova_is_out_of_memory(err))
		cnova_exec_job_refuse(job, U32_MAX, DRM_CNOVA_EXEC_REASON_MEMORY, err);
	return err;
}

/**
 * cnova_exec_job_submit() - Accept a job.
 * @job: Job with all its pushes. Belongs to the channel if accepted.
 * @file: Whose it is.
 *
 * Context: Process context, no locks held.
 * Return: 0; -ENODEV; -ENOENT: the channel or its address space is closed or dead;
 * -EBUSY: too many jobs pending; -ENOMEM, -ENOSPC; -EINTR, -ERESTARTSYS: nothing happened.
 */
int cnova_exec_job_submit(struct cnova_exec_job *job, struct drm_file *file)
{
	struct cnova_user_channel *channel = job->channel;
	struct cnova_vm *vm = channel->vm;
	u32 credits;
	int err, idx;

	if (!drm_dev_enter(&vm->cnova->drm, &idx))
		return -ENODEV;

	err = mutex_lock_interruptible(&vm->submit_lock);
	if (err)
		goto out_exit;

	err = cnova_exec_job_check_channel(job);
	if (err)
		goto out_unlock;

	credits = max(job->nr_entries + CNOVA_PUSH_MAX_ENTRIES, CNOVA_EXEC_MIN_CREDITS);
	err = drm_sched_job_init(&job->base, &channel->entity, credits, channel,
				 file->client_id);
	if (err)
		goto out_unlock;

	err = cnova_exec_job_submit_locked(job);
	if (err)
		drm_sched_job_cleanup(&job->base);

out_unlock:
	mutex_unlock(&vm->submit_lock);
out_exit:
	drm_dev_exit(idx);
	return cnova_vm_submit_error(vm, err);
}
