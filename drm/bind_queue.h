/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bind queues.
 */
#ifndef _CNOVA_DRM_BIND_QUEUE_H_
#define _CNOVA_DRM_BIND_QUEUE_H_

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>

#include <drm/gpu_scheduler.h>

struct cnova_bind_job;
struct cnova_vm;
struct dma_resv;
struct drm_device;
struct drm_file;

/**
 * struct cnova_bind_queue - Jobs that run in order.
 *
 * One scheduler per queue: inside one scheduler a dependency counts as met when
 * the other job is scheduled, which is too early for binds that overlap.
 */
struct cnova_bind_queue {
	/** @sched: Scheduler. */
	struct drm_gpu_scheduler sched;

	/** @entity: Its only entity. */
	struct drm_sched_entity entity;

	/** @vm: Address space, which whoever holds a reference on the queue holds too. */
	struct cnova_vm *vm;

	/** @ref: Of the id, of each job, and of who looked it up. */
	struct kref ref;

	/** @id: Its id in the VM, 0: the VM's own; for people. Immutable once it has it. */
	u32 id;

	/** @entry: In &cnova_vm.queues. */
	struct list_head entry;

	/**
	 * @destroyed: Takes no job any more. Protected by &cnova_vmm.lock, like @spans
	 * and @nr_pending.
	 */
	bool destroyed;

	/** @spans: Interval tree of what its jobs that have not run touch. */
	struct rb_root_cached spans;

	/** @nr_pending: Jobs that have not run. */
	u32 nr_pending;

	/**
	 * @rcu: A fence may ask for the scheduler's name until a grace period after it
	 * signalled.
	 */
	struct rcu_head rcu;
};

int cnova_bind_queue_create(struct cnova_vm *vm, bool own, u32 *id);
int cnova_bind_queue_destroy(struct cnova_vm *vm, u32 id);
void cnova_bind_queues_destroy_all(struct cnova_vm *vm);
struct cnova_bind_queue *cnova_bind_queue_get(struct cnova_vm *vm, u32 id);
void cnova_bind_queue_put(struct cnova_bind_queue *queue);

int cnova_bind_queue_init_job(struct cnova_bind_queue *queue, struct cnova_bind_job *job,
			      struct drm_file *file);
bool cnova_bind_queue_may_wait(struct dma_resv *resv);

int cnova_bind_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_bind_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _CNOVA_DRM_BIND_QUEUE_H_ */
