// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Running an execution
 *
 * What happens between a job's dependencies and its fence. The entries that the ioctl
 * made are copied to the ring; the last one has the host release a semaphore, when the
 * engine has done what came before, and raise an interrupt. In the interrupt the
 * semaphore says how far the channel has come, and the fences up to there signal.
 *
 * A client can release that semaphore itself. Then its own fences are wrong, and it may
 * be surprised by what its own ring holds: nothing that belongs to others is ever given
 * away on the word of a fence, but after an acknowledged invalidate.
 *
 * Context: everything here runs in the fence signalling path: no allocation, no
 * reservation, no wait but for the hardware.
 */

#include <linux/ktime.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "drm/channel.h"
#include "drm/channel_mem.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/timeline.h"
#include "drm/trace.h"
#include "drm/vm.h"

/* ------------------------------------------------------------------- fences */

static const char *cnova_exec_fence_driver_name(struct dma_fence *fence)
{
	return "cnova";
}

static const char *cnova_exec_fence_timeline_name(struct dma_fence *fence)
{
	return "channel";
}

static const struct dma_fence_ops cnova_exec_fence_ops = {
	.get_driver_name = cnova_exec_fence_driver_name,
	.get_timeline_name = cnova_exec_fence_timeline_name,
};

/**
 * cnova_exec_fence_create() - Get memory for a fence of the hardware.
 *
 * Context: Process context.
 * Return: The fence, for kfree() until it runs; NULL without memory.
 */
struct cnova_exec_fence *cnova_exec_fence_create(void)
{
	struct cnova_exec_fence *fence = kzalloc_obj(*fence, GFP_KERNEL_ACCOUNT);

	if (fence)
		spin_lock_init(&fence->lock);
	return fence;
}

/* Takes the fence off the ring, and signals it. */
static void cnova_exec_fence_end_locked(struct cnova_user_channel *channel,
					struct cnova_exec_fence *fence, int err)
{
	u64 now = ktime_get_ns();

	lockdep_assert_held(&channel->lock);

	channel->busy_ns += now - channel->busy_from;
	channel->busy_from = now;
	list_del(&fence->entry);
	trace_cnova_exec_done(channel, &fence->base, err);
	if (err)
		dma_fence_set_error(&fence->base, err);
	dma_fence_signal(&fence->base);
	dma_fence_put(&fence->base);
}

/**
 * cnova_exec_complete() - Signal what the hardware has done.
 * @channel: Channel whose memory is there.
 *
 * Context: Any, hard interrupt included.
 */
void cnova_exec_complete(struct cnova_user_channel *channel)
{
	struct cnova_exec_fence *fence, *next;
	unsigned long flags;
	u64 seqno;

	spin_lock_irqsave(&channel->lock, flags);
	seqno = READ_ONCE(*(const u64 *)channel->mem->sem.cpu);
	list_for_each_entry_safe(fence, next, &channel->running, entry) {
		if (fence->base.seqno > seqno)
			break;
		cnova_exec_fence_end_locked(channel, fence, 0);
	}
	spin_unlock_irqrestore(&channel->lock, flags);
}

/**
 * cnova_exec_fail_locked() - Signal what the hardware will not do any more.
 * @channel: Channel that the hardware has let go of, cnova_exec_complete() called.
 *
 * The oldest one is what killed the channel, if anything did: the ring is in order, and
 * the next fence waits for the engine.
 *
 * Context: Any. Caller holds &cnova_user_channel.lock.
 */
void cnova_exec_fail_locked(struct cnova_user_channel *channel)
{
	struct cnova_exec_fence *fence, *next;
	int err = channel->error;

	lockdep_assert_held(&channel->lock);

	list_for_each_entry_safe(fence, next, &channel->running, entry) {
		cnova_exec_fence_end_locked(channel, fence, err);
		err = -ECANCELED;
	}
}

/**
 * cnova_exec_fence_may_wait() - Ask whether a fence is of an execution that may wait for long.
 * @fence: Any fence, in an RCU read-side section.
 *
 * See cnova_bind_queue_may_wait().
 *
 * Context: Any.
 * Return: true if it is, and its channel has an execution that waits for others.
 */
bool cnova_exec_fence_may_wait(struct dma_fence *fence)
{
	const struct drm_sched_fence *job_fence = cnova_timeline_find(fence, &cnova_exec_sched_ops);
	const struct cnova_user_channel *channel;

	/* Until it has signalled, the job keeps its channel, which goes by RCU. */
	if (!job_fence)
		return false;

	channel = job_fence->owner;
	return cnova_in_fences_may_wait(&channel->in_fences);
}

/* ---------------------------------------------------------------- scheduler */

static void cnova_exec_write_fence(struct cnova_exec_job *job)
{
	struct cnova_channel_mem *mem = job->channel->mem;
	struct cnova_push push;

	cnova_push_begin(&push, mem->code.cpu + cnova_channel_mem_fence_offset(job->seqno),
			 CNOVA_PUSH_FENCE_DWORDS);
	cnova_push_fence(&push, cnova_channel_mem_sem_va(mem), job->seqno);
}

static struct dma_fence *cnova_exec_start(struct cnova_exec_job *job)
{
	struct cnova_user_channel *channel = job->channel;
	struct cnova_exec_fence *fence = job->fence;
	unsigned long flags;

	lockdep_assert_held(&channel->stop_lock);

	cnova_exec_write_fence(job);
	job->seen.recoveries = cnova_channel_recoveries(&channel->hw);
	dma_fence_init64(&fence->base, &cnova_exec_fence_ops, &fence->lock,
			 channel->fence_context, job->seqno);
	job->fence = NULL;
	/* One reference for the list, one for the scheduler. */
	dma_fence_get(&fence->base);

	spin_lock_irqsave(&channel->lock, flags);
	if (list_empty(&channel->running))
		channel->busy_from = ktime_get_ns();
	list_add_tail(&fence->entry, &channel->running);
	spin_unlock_irqrestore(&channel->lock, flags);

	trace_cnova_exec_run(job);
	cnova_channel_push(&channel->hw, job->entries, job->nr_entries);
	return &fence->base;
}

static struct dma_fence *cnova_exec_try_start(struct cnova_exec_job *job)
{
	struct cnova_user_channel *channel = job->channel;
	struct dma_fence *fence;

	/* Whoever stops the hardware finds the fence in the list, or we find the error. */
	mutex_lock(&channel->stop_lock);
	if (READ_ONCE(channel->error)) {
		fence = ERR_PTR(-ECANCELED);
	} else if (cnova_channel_space(&channel->hw) < job->nr_entries) {
		/* The credits say there is room: the client has forged a fence. */
		cnova_user_channel_kill(channel, -EINVAL);
		fence = ERR_PTR(-EINVAL);
	} else {
		fence = cnova_exec_start(job);
	}
	mutex_unlock(&channel->stop_lock);

	return fence;
}

static struct dma_fence *cnova_exec_run_job(struct drm_sched_job *sched_job)
{
	struct cnova_exec_job *job = to_cnova_exec_job(sched_job);
	bool cookie = dma_fence_begin_signalling();
	struct dma_fence *fence = ERR_PTR(-ECANCELED);
	int idx;

	if (drm_dev_enter(&job->channel->vm->cnova->drm, &idx)) {
		fence = cnova_exec_try_start(job);
		drm_dev_exit(idx);
	}

	dma_fence_end_signalling(cookie);
	return fence;
}

/* Also called for jobs that never ran, from another thread than the scheduler's. */
static void cnova_exec_free_job(struct drm_sched_job *sched_job)
{
	struct cnova_exec_job *job = to_cnova_exec_job(sched_job);

	drm_sched_job_cleanup(sched_job);
	cnova_user_channel_job_done(job->channel, job);
}

const struct drm_sched_backend_ops cnova_exec_sched_ops = {
	.run_job = cnova_exec_run_job,
	.free_job = cnova_exec_free_job,
	.timedout_job = cnova_exec_timedout_job,
};
