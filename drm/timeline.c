// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Our timelines
 *
 * A reservation that is shared with other drivers holds fences of their schedulers.
 * All schedulers have the same &struct dma_fence_ops, so that to_drm_sched_fence() takes
 * any of them; but &drm_sched_fence.sched of a foreign one may be followed by its driver
 * only: nothing keeps that scheduler when its fence has signalled, a grace period of RCU
 * neither. What may be looked at without knowing whose fence it is, is the number of its
 * context, which is given out once and never again. So our schedulers write down theirs,
 * and a fence is ours if its context is there.
 *
 * Locking: the lock of the xarray; looked up with RCU.
 */

#include <linux/xarray.h>

#include <drm/gpu_scheduler.h>

#include "drm/timeline.h"

/* By dma_fence.context: what the scheduler runs. */
static DEFINE_XARRAY(cnova_timelines);

/* The second one: that of the fences which signal when a job is done. */
static u64 cnova_timeline_context(const struct drm_sched_entity *entity)
{
	return entity->fence_context + 1;
}

/* A context of 64 bits is an index as long as 32 bits do; of those beyond none is ours. */
static bool cnova_timeline_is_index(u64 context)
{
	return context <= ULONG_MAX;
}

/**
 * cnova_timeline_add() - The fences of an entity are ours.
 * @entity: New entity.
 * @ops: What its scheduler runs.
 *
 * Context: Process context.
 * Return: 0; -ENOMEM.
 */
int cnova_timeline_add(const struct drm_sched_entity *entity,
		       const struct drm_sched_backend_ops *ops)
{
	u64 context = cnova_timeline_context(entity);

	if (!cnova_timeline_is_index(context))
		return 0;

	return xa_err(xa_store(&cnova_timelines, context, (void *)ops, GFP_KERNEL));
}

/**
 * cnova_timeline_remove() - All its fences have signalled.
 * @entity: Entity that goes. The same grace period of RCU is to pass for what the
 * owners of its fences are.
 *
 * Context: Any that allows a spinlock.
 */
void cnova_timeline_remove(const struct drm_sched_entity *entity)
{
	u64 context = cnova_timeline_context(entity);

	if (cnova_timeline_is_index(context))
		xa_erase(&cnova_timelines, context);
}

/**
 * cnova_timeline_find() - Ask whether a fence is of a scheduler of ours.
 * @fence: A fence of anybody.
 * @ops: Which kind of scheduler.
 *
 * Context: Any. Caller has a reference on @fence, and is in an RCU read-side section as
 * long as it looks at what the answer points to.
 * Return: The fence, if it says that a job is done, and that job has not been seen done
 * yet; NULL: it is something else.
 */
const struct drm_sched_fence *cnova_timeline_find(struct dma_fence *fence,
						  const struct drm_sched_backend_ops *ops)
{
	const struct drm_sched_fence *job_fence = to_drm_sched_fence(fence);

	if (!job_fence || !cnova_timeline_is_index(fence->context) ||
	    xa_load(&cnova_timelines, fence->context) != ops || dma_fence_is_signaled(fence))
		return NULL;

	return job_fence;
}
