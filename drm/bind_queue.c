// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Bind queues
 *
 * A queue is a scheduler with one entity. Its jobs complete inside run_job, so
 * they have no hardware fence and cannot time out; the polls inside are bounded.
 *
 * Everything that a job leaves behind is given back by a worker of the address
 * space: free_job is in the fence signalling path, where references must not be
 * dropped.
 */

#include <linux/dma-resv.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include <drm/drm_file.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/timeline.h"
#include "drm/sync.h"
#include "drm/vm.h"

static struct dma_fence *cnova_bind_queue_run_job(struct drm_sched_job *sched_job)
{
	int err = cnova_bind_job_run(to_cnova_bind_job(sched_job));

	return err ? ERR_PTR(err) : NULL;
}

/* Also called for jobs that never ran, from another thread than the scheduler's. */
static void cnova_bind_queue_free_job(struct drm_sched_job *sched_job)
{
	struct cnova_bind_job *job = to_cnova_bind_job(sched_job);

	cnova_pending_remove(job);
	drm_sched_job_cleanup(sched_job);
	cnova_vm_job_done(job->vm, job);
}

static const struct drm_sched_backend_ops cnova_bind_queue_ops = {
	.run_job = cnova_bind_queue_run_job,
	.free_job = cnova_bind_queue_free_job,
};

/**
 * cnova_bind_queue_create() - Make a queue.
 * @vm: Address space.
 *
 * Context: Process context.
 * Return: The queue, or an ERR_PTR().
 */
struct cnova_bind_queue *cnova_bind_queue_create(struct cnova_vm *vm)
{
	const struct drm_sched_init_args args = {
		.ops = &cnova_bind_queue_ops,
		.submit_wq = vm->cnova->bind_wq,
		.num_rqs = 1,
		/* One after the other: the next runs when this one's fence has signalled. */
		.credit_limit = 1,
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.name = "cnova-bind",
		.dev = vm->cnova->drm.dev,
	};
	struct drm_gpu_scheduler *sched;
	struct cnova_bind_queue *queue;
	int err;

	queue = kzalloc_obj(*queue);
	if (!queue)
		return ERR_PTR(-ENOMEM);

	err = drm_sched_init(&queue->sched, &args);
	if (err)
		goto err_free;

	sched = &queue->sched;
	/* The only run queue there is: a priority beyond it indexes past the array. */
	err = drm_sched_entity_init(&queue->entity, DRM_SCHED_PRIORITY_KERNEL, &sched, 1, NULL);
	if (err)
		goto err_sched;

	err = cnova_timeline_add(&queue->entity, &cnova_bind_queue_ops);
	if (err)
		goto err_entity;

	return queue;

err_entity:
	drm_sched_entity_destroy(&queue->entity);
err_sched:
	drm_sched_fini(&queue->sched);
err_free:
	kfree(queue);
	return ERR_PTR(err);
}

/**
 * cnova_bind_queue_destroy() - Drop a queue.
 * @queue: Queue whose jobs have all been freed.
 *
 * Context: Process context; not from a worker of the scheduler.
 */
void cnova_bind_queue_destroy(struct cnova_bind_queue *queue)
{
	drm_sched_entity_destroy(&queue->entity);
	cnova_timeline_remove(&queue->entity);
	drm_sched_fini(&queue->sched);
	kfree_rcu(queue, rcu);
}

/**
 * cnova_bind_queue_init_job() - Give a job its place in the scheduler.
 * @queue: Queue.
 * @job: Job, which drm_sched_job_cleanup() has to be called for if it is not armed.
 * @file: Whose it is.
 *
 * Context: Process context.
 * Return: 0, -ENOMEM, or -ENOENT: the queue has been stopped.
 */
int cnova_bind_queue_init_job(struct cnova_bind_queue *queue, struct cnova_bind_job *job,
			      struct drm_file *file)
{
	return drm_sched_job_init(&job->base, &queue->entity, 1, job->vm, file->client_id);
}

/* Caller is in an RCU read-side section. */
static bool cnova_bind_fence_may_wait(struct dma_fence *fence)
{
	const struct drm_sched_fence *job_fence = cnova_timeline_find(fence, &cnova_bind_queue_ops);
	const struct cnova_vm *vm;

	/* Until it has signalled, the job keeps its VM, which goes by RCU. */
	if (!job_fence)
		return false;

	vm = job_fence->owner;
	return cnova_in_fences_may_wait(&vm->in_fences);
}

/**
 * cnova_bind_queue_may_wait() - Ask whether a reservation may be busy for long.
 * @resv: Reservation of an object.
 *
 * Jobs of a VM run in order: one that waits for a fence of a user holds up those behind
 * it, and with them whoever waits for the objects in their hands. That may be 15 seconds,
 * or for ever. A job that runs, or waits for others that do, is soon done and not meant.
 * One that is soon done while a later one of its VM waits for a user is, which errs on
 * the side of not waiting.
 *
 * Context: Any. Caller holds @resv.
 * Return: true if a bind has its fence there and may wait for a fence of a user.
 */
bool cnova_bind_queue_may_wait(struct dma_resv *resv)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	bool may_wait = false;

	rcu_read_lock();
	dma_resv_for_each_fence(&cursor, resv, DMA_RESV_USAGE_BOOKKEEP, fence)
		may_wait |= cnova_bind_fence_may_wait(fence);
	rcu_read_unlock();

	return may_wait;
}
