/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An EXEC on its way: what it owns from the ioctl to the cleanup.
 */
#ifndef _CNOVA_DRM_EXEC_JOB_H_
#define _CNOVA_DRM_EXEC_JOB_H_

#include <linux/dma-fence.h>
#include <linux/list.h>
#include <linux/llist.h>

#include <drm/gpu_scheduler.h>

#include "drm/sync.h"
#include "mm/channel.h"
#include "mm/push.h"

struct cnova_user_channel;
struct drm_cnova_push;
struct drm_exec;
struct drm_file;

/** CNOVA_MAX_PUSHES - Pushes in one EXEC: so that its ring takes two of the longest. */
#define CNOVA_MAX_PUSHES		254

/** CNOVA_MAX_PENDING_EXECS - EXECs of one channel waiting or running. */
#define CNOVA_MAX_PENDING_EXECS		1024

/**
 * CNOVA_EXEC_MIN_CREDITS - Entries of the ring that an execution counts as, at least: so
 * that no more than %CNOVA_CHANNEL_FENCES are in it.
 */
#define CNOVA_EXEC_MIN_CREDITS		4

/** struct cnova_exec_fence - Signals when the hardware has released the semaphore. */
struct cnova_exec_fence {
	/** @base: What the scheduler waits for. First: freed as a plain fence. */
	struct dma_fence base;
	/** @lock: Lock of @base. */
	spinlock_t lock;
	/** @entry: In &cnova_user_channel.running, which holds a reference then. */
	struct list_head entry;
};

/** struct cnova_exec_job - One EXEC. */
struct cnova_exec_job {
	/** @base: Scheduler's part. */
	struct drm_sched_job base;

	/** @channel: Where it runs; a reference. */
	struct cnova_user_channel *channel;

	/** @fence: Fence of the hardware, not initialised; NULL once it is in the ring. */
	struct cnova_exec_fence *fence;

	/** @syncs: What it waits for and signals. */
	struct cnova_syncs syncs;

	/** @done: In &cnova_user_channel.done. */
	struct llist_node done;

	/** @seqno: Which of its channel it is: what the semaphore says when it is done. */
	u64 seqno;

	/** @failed: Index of the push or sync at fault, ~0 if none is. */
	u32 failed;

	/** @reason: An &enum drm_cnova_exec_reason. */
	u32 reason;

	/** @nr_pushes: Pushes of the client; for people. */
	u32 nr_pushes;

	/** @nr_entries: Number of @entries that are used. */
	u32 nr_entries;

	/** @renewals: How often it was given its time anew: drm/exec_timeout.c. */
	u32 renewals;

	/** @seen: What was found the last time; first, only the count of recoveries. */
	struct cnova_channel_look seen;

	/** @base_va: Base of segments after the last of @entries. */
	u64 base_va;

	/** @entries: Entries for the ring, room for the kernel's own among them. */
	u64 entries[];
};

static inline struct cnova_exec_job *to_cnova_exec_job(struct drm_sched_job *job)
{
	return container_of(job, struct cnova_exec_job, base);
}

struct cnova_exec_job *cnova_exec_job_create(struct cnova_user_channel *channel, u32 nr_pushes);
void cnova_exec_job_add_push(struct cnova_exec_job *job, u64 va, u32 dwords, bool sync);
void cnova_exec_job_destroy(struct cnova_exec_job *job);
void cnova_exec_job_cleanup(struct cnova_exec_job *job);
int cnova_exec_job_refuse(struct cnova_exec_job *job, u32 index, u32 reason, int err);
int cnova_exec_job_submit(struct cnova_exec_job *job, struct drm_file *file);

/* drm/exec_run.c: what happens in the signalling path. */
extern const struct drm_sched_backend_ops cnova_exec_sched_ops;

struct cnova_exec_fence *cnova_exec_fence_create(void);
void cnova_exec_complete(struct cnova_user_channel *channel);
void cnova_exec_fail_locked(struct cnova_user_channel *channel);
bool cnova_exec_fence_may_wait(struct dma_fence *fence);

/* drm/exec_timeout.c */
enum drm_gpu_sched_stat cnova_exec_timedout_job(struct drm_sched_job *sched_job);

#endif /* _CNOVA_DRM_EXEC_JOB_H_ */
