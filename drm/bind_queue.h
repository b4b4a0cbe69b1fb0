/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bind queues.
 */
#ifndef _CNOVA_DRM_BIND_QUEUE_H_
#define _CNOVA_DRM_BIND_QUEUE_H_

#include <linux/rcupdate.h>

#include <drm/gpu_scheduler.h>

struct cnova_bind_job;
struct cnova_vm;
struct dma_resv;
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
	/**
	 * @rcu: A fence may ask for the scheduler's name until a grace period after it
	 * signalled.
	 */
	struct rcu_head rcu;
};

struct cnova_bind_queue *cnova_bind_queue_create(struct cnova_vm *vm);
void cnova_bind_queue_destroy(struct cnova_bind_queue *queue);
int cnova_bind_queue_init_job(struct cnova_bind_queue *queue, struct cnova_bind_job *job,
			      struct drm_file *file);
bool cnova_bind_queue_may_wait(struct dma_resv *resv);

#endif /* _CNOVA_DRM_BIND_QUEUE_H_ */
