/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a job waits for, and what it signals.
 */
#ifndef _CNOVA_DRM_SYNC_H_
#define _CNOVA_DRM_SYNC_H_

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

struct cnova_in_fence;
struct dma_fence;
struct dma_fence_chain;
struct drm_cnova_sync;
struct drm_file;
struct drm_sched_job;
struct drm_syncobj;

/**
 * struct cnova_in_fences - What the jobs of one owner wait for.
 *
 * Lives as long as the fences that are in it; see cnova_in_fences_may_wait() for who
 * looks at it without being its owner.
 */
struct cnova_in_fences {
	/** @list: &cnova_in_fence.entry. */
	struct list_head list;
	/** @lock: Protects @list and @cancelled. */
	spinlock_t lock;
	/** @cancelled: New ones are cancelled at once. Also read without the lock. */
	bool cancelled;
	/** @wait: Who waits for a fence himself: see cnova_in_fences_wait(). */
	wait_queue_head_t wait;
};

/** struct cnova_out_sync - A syncobj, or a point of one, to signal. */
struct cnova_out_sync {
	/** @syncobj: A reference. */
	struct drm_syncobj *syncobj;
	/** @chain: Node for a timeline point; NULL: binary, or used. */
	struct dma_fence_chain *chain;
	/** @point: Timeline point, 0 if binary. */
	u64 point;
};

/** struct cnova_syncs - All syncs of one job. */
struct cnova_syncs {
	/** @in: Fences to wait for, cancellable. */
	struct cnova_in_fence **in;
	/** @out: What to signal. */
	struct cnova_out_sync *out;
	/** @nr_in: Number of @in. */
	u32 nr_in;
	/** @nr_out: Number of @out. */
	u32 nr_out;
};

int cnova_syncs_init(struct cnova_syncs *syncs, struct cnova_in_fences *in_fences,
		     struct drm_file *file, const struct drm_cnova_sync *sync, u32 nr,
		     u32 *failed);
void cnova_syncs_fini(struct cnova_syncs *syncs);
void cnova_syncs_abort(struct cnova_syncs *syncs);
int cnova_syncs_add_dependencies(struct cnova_syncs *syncs, struct drm_sched_job *job);
void cnova_syncs_signal_with(struct cnova_syncs *syncs, struct dma_fence *fence);

int cnova_syncs_wait_in(struct cnova_in_fences *in_fences, struct drm_file *file,
			const struct drm_cnova_sync *sync, u32 nr, u32 *failed);
int cnova_syncs_find_out(struct cnova_syncs *syncs, struct drm_file *file,
			 const struct drm_cnova_sync *sync, u32 nr,
			 struct dma_fence_chain **reserve, u32 *failed);
void cnova_syncs_put_out(struct cnova_syncs *syncs);

void cnova_in_fences_init(struct cnova_in_fences *in_fences);
void cnova_in_fences_cancel_all(struct cnova_in_fences *in_fences);
int cnova_in_fences_add_dependency(struct cnova_in_fences *owner, struct dma_fence *fence,
				   struct drm_sched_job *job);
int cnova_in_fences_wait(struct cnova_in_fences *in_fences, struct dma_fence *fence);

/*
 * A hint, old when read. Who finds the owner through a fence that has not signalled may ask
 * in an RCU read-side section: owners go by RCU.
 */
static inline bool cnova_in_fences_may_wait(const struct cnova_in_fences *in_fences)
{
	return !list_empty(&in_fences->list);
}

int cnova_fence_wait_killable(struct dma_fence *fence);

#endif /* _CNOVA_DRM_SYNC_H_ */
