// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Executions that take too long
 *
 * Time runs from when an execution is the oldest in its ring, whether or not its channel has
 * the engine. So when it is over, the hardware is asked who is there (mm/host_look.c):
 *
 * - The channel itself, or nobody: it hangs, or waits for a semaphore that nobody releases.
 *   It is killed.
 * - Another channel, and ours waits for a semaphore while that one goes on: the same.
 * - Another channel: ours is innocent, and gets its time anew. If it is in the same place the
 *   next time, and is late itself, it is that one which is killed. It may have been killed by
 *   its own timeout before.
 * - Whoever it may be, somebody else had to be taken off meanwhile, who had been in the way:
 *   time anew.
 *
 * This ends: an execution gets its time anew %CNOVA_EXEC_RENEWALS times at most, since memory
 * may have to wait for its fence. Others do likewise: Xe (xe_guc_submit.c) and Panthor
 * (panthor_sched.c) count only the time that a queue has the engine, as their firmware
 * knows it.
 */

#include <linux/delay.h>

#include <drm/drm_print.h>

#include "drm/channel.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/vm.h"

/* So often an execution gets its time anew. */
#define CNOVA_EXEC_RENEWALS	8

/* Between two looks at somebody who may be going on. */
#define CNOVA_EXEC_LOOK_MS	100

static bool cnova_exec_is_same_place(const struct cnova_channel_look *a,
				     const struct cnova_channel_look *b)
{
	return a->has_other && b->has_other && a->other == b->other && a->place == b->place &&
	       a->recoveries == b->recoveries;
}

/* Who waits for a semaphore may find it released once who is in its way goes. */
static bool cnova_exec_is_held_up(struct cnova_exec_job *job,
				  const struct cnova_channel_look *look)
{
	struct cnova_channel_look next;

	if (look->resident || !look->has_other)
		return false;
	if (!look->acquiring)
		return true;

	msleep(CNOVA_EXEC_LOOK_MS);
	cnova_channel_look(&job->channel->hw, &next);
	return cnova_exec_is_same_place(look, &next);
}

/* Return: whether to give it its time anew. */
static bool cnova_exec_is_innocent(struct cnova_exec_job *job)
{
	struct cnova_user_channel *channel = job->channel;
	struct cnova_channel_look look;
	bool blamed = false;

	cnova_channel_look(&channel->hw, &look);
	if (READ_ONCE(channel->error) || job->renewals == CNOVA_EXEC_RENEWALS)
		return false;

	/* Else somebody was taken off in whose way it was: it had no time. */
	if (look.recoveries == job->seen.recoveries) {
		if (!cnova_exec_is_held_up(job, &look))
			return false;
		if (cnova_exec_is_same_place(&look, &job->seen))
			blamed = cnova_channel_blame(&channel->hw, &look);
	}

	job->renewals++;
	job->seen = look;
	WRITE_ONCE(channel->renewals, channel->renewals + 1);
	drm_dbg_driver(&channel->vm->cnova->drm,
		       "channel %u waits, hardware channel %d is there%s: time anew, %u\n",
		       channel->id, look.has_other ? (int)look.other : -1,
		       blamed ? " and hangs" : "", job->renewals);
	return true;
}

/**
 * cnova_exec_timedout_job() - &drm_sched_backend_ops.timedout_job.
 * @sched_job: The oldest execution of a channel.
 *
 * Context: Process context, fence signalling path. Waits for the hardware, which has a
 * bounded time to answer.
 * Return: DRM_GPU_SCHED_STAT_NO_HANG: it is done, or has its time anew;
 * DRM_GPU_SCHED_STAT_RESET: its channel is dead.
 */
enum drm_gpu_sched_stat cnova_exec_timedout_job(struct drm_sched_job *sched_job)
{
	struct cnova_exec_job *job = to_cnova_exec_job(sched_job);
	struct cnova_user_channel *channel = job->channel;

	/* An interrupt may have been lost, or be late. */
	cnova_exec_complete(channel);
	if (dma_fence_is_signaled(&sched_job->s_fence->finished))
		return DRM_GPU_SCHED_STAT_NO_HANG;

	if (cnova_exec_is_innocent(job))
		return DRM_GPU_SCHED_STAT_NO_HANG;

	/* It may have come to its end while we looked. */
	cnova_exec_complete(channel);
	if (dma_fence_is_signaled(&sched_job->s_fence->finished))
		return DRM_GPU_SCHED_STAT_NO_HANG;

	/* All fences of what was in the ring have signalled when it returns. */
	cnova_user_channel_stop(channel, -ETIMEDOUT);

	/* Puts the job back where it can be freed; what waits runs into the error. */
	drm_sched_stop(&channel->sched, sched_job);
	drm_sched_start(&channel->sched, 0);
	return DRM_GPU_SCHED_STAT_RESET;
}
