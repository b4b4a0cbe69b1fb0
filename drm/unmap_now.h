/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmaps that find no memory.
 */
#ifndef _CNOVA_DRM_UNMAP_NOW_H_
#define _CNOVA_DRM_UNMAP_NOW_H_

#include <linux/types.h>
#include <linux/workqueue.h>

#include "mm/vmm_reserve.h"

struct cnova_bind_job;
struct cnova_bo;
struct cnova_vm;
struct dma_fence_chain;
struct drm_cnova_sync;
struct drm_file;
struct ttm_operation_ctx;

/**
 * CNOVA_SMALL_ARRAY - Elements of user arrays that need no memory: they are copied to the
 * stack.
 */
#define CNOVA_SMALL_ARRAY	4

/**
 * struct cnova_vm_reserve - What a VM keeps to unmap one range without any allocation.
 *
 * All of it under &cnova_vm.submit_lock.
 */
struct cnova_vm_reserve {
	/** @tables: For the two edges of a range. */
	struct cnova_vmm_reserve tables;

	/**
	 * @job: Carries one operation through the code that all binds share. Never in a
	 * scheduler; holds no reference on the VM. Its spare mappings are the two that
	 * may be left and right of the range.
	 */
	struct cnova_bind_job *job;

	/** @nr_vas: How many spare mappings @job has. */
	u32 nr_vas;

	/** @chain: For a point of a timeline. */
	struct dma_fence_chain *chain;

	/** @full: Nothing is missing. Read without the lock as a hint. */
	bool full;

	/** @refill_work: Gets what is missing. */
	struct work_struct refill_work;
};

/** struct cnova_unmap - An UNMAP or UNMAP_ALL, checked. */
struct cnova_unmap {
	/** @start: First address; UNMAP only. */
	u64 start;
	/** @last: Last address, inclusive; UNMAP only. */
	u64 last;
	/** @bo: UNMAP_ALL: the object, a reference of the caller. Else NULL. */
	struct cnova_bo *bo;
};

/** struct cnova_unmap_list - Unmaps, and what they wait for and signal. */
struct cnova_unmap_list {
	/** @unmap: The unmaps in order. */
	const struct cnova_unmap *unmap;
	/** @nr: How many. */
	u32 nr;
	/** @nr_syncs: Number of @sync. */
	u32 nr_syncs;
	/** @sync: Syncs, not checked yet. */
	const struct drm_cnova_sync *sync;
};

int cnova_vm_reserve_init(struct cnova_vm *vm, struct ttm_operation_ctx *ctx);
void cnova_vm_reserve_stop(struct cnova_vm *vm);
void cnova_vm_reserve_fini(struct cnova_vm *vm);

int cnova_unmap_now(struct cnova_vm *vm, struct drm_file *file,
		    const struct cnova_unmap_list *list, u32 *failed_sync);

#endif /* _CNOVA_DRM_UNMAP_NOW_H_ */
