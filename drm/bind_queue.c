// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Bind queues
 *
 * A queue is a scheduler with one entity. Its jobs complete inside run_job, so
 * they have no hardware fence and cannot time out; the polls inside are bounded.
 *
 * A VM has one of its own and as many more as a client makes, each with its scheduler,
 * all of which run on one work queue of the device. Binds of different queues know
 * nothing of each other but what drm/order.c tells them.
 *
 * A queue that is destroyed takes no job any more; it stays until those it has are done,
 * and counts as one of the VM's until they have run. Its fences may outlive it.
 *
 * Everything that a job leaves behind is given back by a worker of the address
 * space: free_job is in the fence signalling path, where references must not be
 * dropped.
 */

#include <linux/dma-resv.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/file.h"
#include "drm/sync.h"
#include "drm/timeline.h"
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

static int cnova_bind_queue_init_sched(struct cnova_bind_queue *queue)
{
	const struct drm_sched_init_args args = {
		.ops = &cnova_bind_queue_ops,
		.submit_wq = queue->vm->cnova->bind_wq,
		.num_rqs = 1,
		/* One after the other: the next runs when this one's fence has signalled. */
		.credit_limit = 1,
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.name = "cnova-bind",
		.dev = queue->vm->cnova->drm.dev,
	};
	struct drm_gpu_scheduler *sched = &queue->sched;
	int err;

	err = drm_sched_init(sched, &args);
	if (err)
		return err;

	/* The only run queue there is: a priority beyond it indexes past the array. */
	err = drm_sched_entity_init(&queue->entity, DRM_SCHED_PRIORITY_KERNEL, &sched, 1, NULL);
	if (err)
		goto err_sched;

	err = cnova_timeline_add(&queue->entity, &cnova_bind_queue_ops);
	if (err)
		goto err_entity;

	return 0;

err_entity:
	drm_sched_entity_destroy(&queue->entity);
err_sched:
	drm_sched_fini(sched);
	return err;
}

static struct cnova_bind_queue *cnova_bind_queue_alloc(struct cnova_vm *vm)
{
	struct cnova_bind_queue *queue = kzalloc_obj(*queue, GFP_KERNEL_ACCOUNT);
	int err;

	if (!queue)
		return ERR_PTR(-ENOMEM);

	queue->vm = vm;
	queue->spans = RB_ROOT_CACHED;
	kref_init(&queue->ref);
	err = cnova_bind_queue_init_sched(queue);
	if (err) {
		kfree(queue);
		return ERR_PTR(err);
	}

	mutex_lock(&vm->vmm.lock);
	list_add_tail(&queue->entry, &vm->queues);
	mutex_unlock(&vm->vmm.lock);
	return queue;
}

static void cnova_bind_queue_release(struct kref *ref)
{
	struct cnova_bind_queue *queue = container_of(ref, struct cnova_bind_queue, ref);

	mutex_lock(&queue->vm->vmm.lock);
	list_del(&queue->entry);
	mutex_unlock(&queue->vm->vmm.lock);

	drm_sched_entity_destroy(&queue->entity);
	cnova_timeline_remove(&queue->entity);
	drm_sched_fini(&queue->sched);
	kfree_rcu(queue, rcu);
}

/**
 * cnova_bind_queue_put() - Drop a reference.
 * @queue: Queue, or NULL. All jobs of a queue have been freed when the last one goes.
 *
 * Context: Process context; not from a worker of the scheduler. Caller holds a reference
 * on the VM and none of its locks.
 */
void cnova_bind_queue_put(struct cnova_bind_queue *queue)
{
	if (queue)
		kref_put(&queue->ref, cnova_bind_queue_release);
}

/**
 * cnova_bind_queue_get() - Look a queue up.
 * @vm: Address space.
 * @id: Its id.
 *
 * Context: Any.
 * Return: The queue, a reference on it; NULL: there is none.
 */
struct cnova_bind_queue *cnova_bind_queue_get(struct cnova_vm *vm, u32 id)
{
	struct cnova_bind_queue *queue;

	xa_lock(&vm->queue_ids);
	queue = xa_load(&vm->queue_ids, id);
	if (queue)
		kref_get(&queue->ref);
	xa_unlock(&vm->queue_ids);

	return queue;
}

/*
 * One that was destroyed counts while jobs of it wait: a job may have to depend on one of
 * each. The VM's own is not counted.
 */
static u32 cnova_bind_queues_count(struct cnova_vm *vm)
{
	struct cnova_bind_queue *queue;
	u32 nr = 0;

	mutex_lock(&vm->vmm.lock);
	list_for_each_entry(queue, &vm->queues, entry)
		nr += queue->id && (!queue->destroyed || queue->nr_pending);
	mutex_unlock(&vm->vmm.lock);
	return nr;
}

/**
 * cnova_bind_queue_create() - Make a queue.
 * @vm: Address space.
 * @own: It is the VM's own, which gets id 0.
 * @id: Its id.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock, unless nobody else can
 * see the VM.
 * Return: 0; -ENOSPC: the VM has as many as it may have; -ENOMEM.
 */
int cnova_bind_queue_create(struct cnova_vm *vm, bool own, u32 *id)
{
	const struct xa_limit limit = own ? XA_LIMIT(0, 0) : XA_LIMIT(1, INT_MAX);
	struct cnova_bind_queue *queue;
	int err;

	if (!own && cnova_bind_queues_count(vm) >= CNOVA_MAX_BIND_QUEUES)
		return -ENOSPC;

	queue = cnova_bind_queue_alloc(vm);
	if (IS_ERR(queue))
		return PTR_ERR(queue);

	/* As soon as it is there another thread may guess the id and destroy it. */
	kref_get(&queue->ref);
	if (own)
		err = xa_alloc(&vm->queue_ids, &queue->id, queue, limit, GFP_KERNEL);
	else
		err = xa_alloc_cyclic(&vm->queue_ids, &queue->id, queue, limit,
				      &vm->next_queue_id, GFP_KERNEL);
	/* 1: the ids have wrapped. */
	if (err >= 0)
		*id = queue->id;
	else
		cnova_bind_queue_put(queue);
	cnova_bind_queue_put(queue);
	return err == -EBUSY ? -ENOSPC : min(err, 0);
}

/* Whoever takes it out of the table ends it. Its jobs hold it until they have run. */
static void cnova_bind_queue_end(struct cnova_bind_queue *queue)
{
	mutex_lock(&queue->vm->vmm.lock);
	queue->destroyed = true;
	mutex_unlock(&queue->vm->vmm.lock);
	cnova_bind_queue_put(queue);
}

/**
 * cnova_bind_queue_destroy() - Drop a queue.
 * @vm: Address space.
 * @id: Id of the queue.
 *
 * Jobs that wait run in their order, then the queue goes.
 *
 * Context: Process context, no lock of the VM held. Waits for nobody's fence.
 * Return: 0 or -ENOENT.
 */
int cnova_bind_queue_destroy(struct cnova_vm *vm, u32 id)
{
	struct cnova_bind_queue *queue = xa_erase(&vm->queue_ids, id);

	if (!queue)
		return -ENOENT;
	cnova_bind_queue_end(queue);
	return 0;
}

/**
 * cnova_bind_queues_destroy_all() - Drop all queues, the VM's own too.
 * @vm: Address space that gets no job any more.
 *
 * Context: Process context, no lock of the VM held.
 */
void cnova_bind_queues_destroy_all(struct cnova_vm *vm)
{
	struct cnova_bind_queue *queue;
	unsigned long id;

	xa_for_each(&vm->queue_ids, id, queue)
		cnova_bind_queue_destroy(vm, id);
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
	return cnova_in_fences_may_wait(&vm->in_fences) || cnova_resize_may_wait(vm);
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
		may_wait |= cnova_bind_fence_may_wait(fence) || cnova_exec_fence_may_wait(fence);
	rcu_read_unlock();

	return may_wait;
}

/* ------------------------------------------------------------------- ioctls */

static int cnova_bind_queue_create_locked(struct cnova_vm *vm, u32 *id)
{
	int err;

	err = mutex_lock_interruptible(&vm->submit_lock);
	if (err)
		return err;

	if (vm->closed || READ_ONCE(vm->vmm.error))
		err = -ENOENT;
	else
		err = cnova_bind_queue_create(vm, false, id);
	mutex_unlock(&vm->submit_lock);
	return err;
}

/**
 * cnova_bind_queue_create_ioctl() - DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE.
 * @drm: Device.
 * @data: A &struct drm_cnova_bind_queue_create.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or a negative errno, see &struct drm_cnova_bind_queue_create.
 */
int cnova_bind_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_bind_queue_create *args = data;
	struct cnova_vm *vm;
	int err, idx;

	if (args->flags) {
		drm_dbg_driver(drm, "flags 0x%x\n", args->flags);
		return -EINVAL;
	}
	if (args->pad) {
		drm_dbg_driver(drm, "pad 0x%x\n", args->pad);
		return -EINVAL;
	}
	if (args->queue_id) {
		drm_dbg_driver(drm, "queue_id %u\n", args->queue_id);
		return -EINVAL;
	}

	if (cnova_device_is_wedged(to_cnova_device(drm)) || !drm_dev_enter(drm, &idx))
		return -ENODEV;

	vm = cnova_file_get_vm(file, args->vm_id);
	if (vm) {
		err = cnova_bind_queue_create_locked(vm, &args->queue_id);
		cnova_vm_put(vm);
	} else {
		drm_dbg_driver(drm, "vm_id %u\n", args->vm_id);
		err = -ENOENT;
	}

	drm_dev_exit(idx);
	return err;
}

/**
 * cnova_bind_queue_destroy_ioctl() - DRM_IOCTL_CNOVA_BIND_QUEUE_DESTROY.
 * @drm: Device.
 * @data: A &struct drm_cnova_bind_queue_destroy.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: the VM's own queue; -ENOENT.
 */
int cnova_bind_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_bind_queue_destroy *args = data;
	struct cnova_vm *vm;
	int err;

	if (!args->queue_id) {
		drm_dbg_driver(drm, "queue_id 0\n");
		return -EINVAL;
	}

	vm = cnova_file_get_vm(file, args->vm_id);
	if (!vm) {
		drm_dbg_driver(drm, "vm_id %u\n", args->vm_id);
		return -ENOENT;
	}

	err = cnova_bind_queue_destroy(vm, args->queue_id);
	if (err)
		drm_dbg_driver(drm, "queue_id %u\n", args->queue_id);
	cnova_vm_put(vm);
	return err;
}
