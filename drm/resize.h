/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Binds that change the size of a leaf, against executions.
 */
#ifndef _CNOVA_DRM_RESIZE_H_
#define _CNOVA_DRM_RESIZE_H_

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

struct cnova_bind_job;
struct cnova_pt_op;
struct cnova_vm;
struct dma_fence;

/**
 * struct cnova_exec_slot - The last execution of a channel, as its VM sees it.
 *
 * Part of the channel. All of it is protected by the VM's reservation.
 */
struct cnova_exec_slot {
	/** @entry: In &cnova_resize.slots. */
	struct list_head entry;

	/** @last: Finished fence of the last execution, a reference; NULL: there was none. */
	struct dma_fence *last;
};

/** struct cnova_resize - What orders a VM's binds and executions. */
struct cnova_resize {
	/** @slots: One per channel, &cnova_exec_slot.entry. Under the VM's reservation. */
	struct list_head slots;

	/**
	 * @fence: Finished fence of the last bind that may change the size of a leaf, a
	 * reference; NULL: there was none. Under the VM's reservation.
	 */
	struct dma_fence *fence;

	/**
	 * @nr_waiting: Such binds that have not run and had to wait for an execution when
	 * they were submitted. Executions may wait for fences of users.
	 */
	atomic_t nr_waiting;

	/** @nr_jobs: Such binds so far. Also read without the reservation, for people. */
	u64 nr_jobs;

	/** @nr_waits: Executions that they had to wait for; the same. */
	u64 nr_waits;
};

bool cnova_resize_by_map_locked(struct cnova_vm *vm, const struct cnova_pt_op *pt_op, bool cut);

void cnova_resize_init(struct cnova_resize *resize);
void cnova_resize_fini(struct cnova_resize *resize);

int cnova_resize_add_dependencies(struct cnova_bind_job *job);
struct dma_fence *cnova_resize_find_busy(struct cnova_vm *vm);
void cnova_resize_publish(struct cnova_bind_job *job, struct dma_fence *fence);
void cnova_resize_done(struct cnova_bind_job *job);
bool cnova_resize_may_wait(const struct cnova_vm *vm);

void cnova_exec_slot_add(struct cnova_vm *vm, struct cnova_exec_slot *slot);
void cnova_exec_slot_remove(struct cnova_vm *vm, struct cnova_exec_slot *slot);
void cnova_exec_slot_set(struct cnova_vm *vm, struct cnova_exec_slot *slot,
			 struct dma_fence *fence);
struct dma_fence *cnova_exec_resize_fence(struct cnova_vm *vm);

#endif /* _CNOVA_DRM_RESIZE_H_ */
