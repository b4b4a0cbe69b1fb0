/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM_BIND on its way: what it owns from the ioctl to the cleanup.
 */
#ifndef _CNOVA_DRM_BIND_JOB_H_
#define _CNOVA_DRM_BIND_JOB_H_

#include <linux/llist.h>
#include <linux/rbtree.h>

#include <drm/gpu_scheduler.h>

#include "drm/order.h"
#include "drm/sync.h"
#include "mm/vmm.h"

struct cnova_bind_job;
struct cnova_bind_queue;
struct cnova_bo;
struct cnova_op_view;
struct cnova_vm;
struct dma_fence;
struct drm_file;
struct drm_gem_object;
struct drm_gpuvm_bo;

/** struct cnova_bind_op - One operation of a job, checked. */
struct cnova_bind_op {
	/** @job: The job it is part of. */
	struct cnova_bind_job *job;

	/** @type: DRM_CNOVA_VM_BIND_OP_*. */
	u32 type;

	/** @flags: DRM_CNOVA_VM_BIND_READ_ONLY and the like; MAP only. */
	u16 flags;

	/** @kind: Memory kind; MAP only. */
	u8 kind;

	/** @queued: Stands in &cnova_vm.pending. Protected by &cnova_vmm.lock. */
	bool queued;

	/** @start: First address. UNMAP_ALL: the lowest of @ranges. */
	u64 start;

	/** @last: Last address, inclusive: what an interval tree wants. */
	u64 last;

	/** @offset: First byte of @bo; MAP only. */
	u64 offset;

	/**
	 * @bo: MAP: the object, UNMAP_ALL: the one whose mappings go. A
	 * reference of the job. NULL otherwise.
	 */
	struct cnova_bo *bo;

	/** @vm_bo: MAP only: a reference of the job. */
	struct drm_gpuvm_bo *vm_bo;

	/** @ranges: UNMAP_ALL only: where mappings of @bo are, or will be. */
	struct cnova_pt_range *ranges;

	/** @nr_ranges: Number of @ranges, ascending and disjoint; 0: nothing to do. */
	u32 nr_ranges;

	/** @rb: In &cnova_vm.pending. */
	struct rb_node rb;

	/** @__subtree_last: For the interval tree. */
	u64 __subtree_last;
};

/** struct cnova_object_set - Objects, each once, each with a reference. */
struct cnova_object_set {
	/** @objs: The objects; kvmalloc()ed. */
	struct drm_gem_object **objs;
	/** @nr: Number of objects. */
	u32 nr;
	/** @has_private: An object of the VM's own reservation belongs to it too. */
	bool has_private;
};

/** struct cnova_bind_job - All operations of one ioctl. */
struct cnova_bind_job {
	/** @base: Scheduler's part. */
	struct drm_sched_job base;

	/** @vm: Address space; a reference. */
	struct cnova_vm *vm;

	/** @queue: Queue that it is for; a reference. */
	struct cnova_bind_queue *queue;

	/**
	 * @order: Its place among the jobs of the VM, from 1; 0: not announced, or it
	 * has run. Protected by &cnova_vmm.lock.
	 */
	u64 order;

	/** @spans: What it touches, ascending and disjoint: @span_array, or @hull. */
	struct cnova_bind_span *spans;

	/** @nr_spans: Number of @spans. Immutable once announced. */
	u32 nr_spans;

	/** @span_array: Memory for more than one; kvmalloc()ed, or NULL. */
	struct cnova_bind_span *span_array;

	/** @hull: All between its first and its last address. */
	struct cnova_bind_span hull;

	/** @waits_for_exec: Counted in &cnova_resize.nr_waiting. */
	bool waits_for_exec;

	/** @pt: Pinned tables. */
	struct cnova_vmm_job pt;

	/** @spare_vas: Mappings to be made, on &drm_gpuva.rb.entry. */
	struct list_head spare_vas;

	/**
	 * @removed: Mappings taken out of the tree, on &drm_gpuva.rb.entry; still
	 * linked to their objects until the TLB has acknowledged.
	 */
	struct list_head removed;

	/** @set: Objects that it locks; dropped once its fence is on them. */
	struct cnova_object_set set;

	/**
	 * @has_locks: Put its fence on the objects of @set. An unmap without memory has
	 * none: it is over, and acknowledged, before whoever moves an object may go on.
	 */
	bool has_locks;

	/** @syncs: What it waits for and signals. */
	struct cnova_syncs syncs;

	/** @done: In &cnova_vm.done. */
	struct llist_node done;

	/** @failed_op: Index of the operation at fault, ~0 if none is. */
	u32 failed_op;

	/** @reason: An &enum drm_cnova_vm_bind_reason. */
	u32 reason;

	/** @nr_ops: Number of @ops. */
	u32 nr_ops;

	/** @ops: The operations in order. */
	struct cnova_bind_op ops[] __counted_by(nr_ops);
};

static inline struct cnova_bind_job *to_cnova_bind_job(struct drm_sched_job *job)
{
	return container_of(job, struct cnova_bind_job, base);
}

/* Of its fence; 0: it has none, see drm/unmap_now.c. */
static inline u64 cnova_bind_job_seqno(const struct cnova_bind_job *job)
{
	return job->base.s_fence ? job->base.s_fence->finished.seqno : 0;
}

static inline u64 cnova_bind_job_context(const struct cnova_bind_job *job)
{
	return job->base.s_fence ? job->base.s_fence->finished.context : 0;
}

struct cnova_bind_job *cnova_bind_job_create(struct cnova_bind_queue *queue, u32 nr_ops);
void cnova_bind_job_destroy(struct cnova_bind_job *job);
int cnova_bind_job_submit(struct cnova_bind_job *job, struct drm_file *file,
			  struct dma_fence **fence);
void cnova_bind_job_cleanup(struct cnova_bind_job *job);

int cnova_bind_job_refuse(struct cnova_bind_job *job, u32 index, u32 reason, int err);

/* drm/bind_run.c: what happens in the signalling path. */
int cnova_bind_job_run(struct cnova_bind_job *job);
int cnova_vm_unmap_everything(struct cnova_vm *vm);

/* drm/pending.c: what has been accepted and has not run. */
u32 cnova_ranges_merge(struct cnova_pt_range *range, u32 nr);
int cnova_pending_add(struct cnova_bind_job *job);
void cnova_pending_remove_locked(struct cnova_bind_job *job);
void cnova_pending_remove(struct cnova_bind_job *job);
struct dma_fence *cnova_pending_get_fence(struct cnova_vm *vm, u64 start, u64 last,
					  struct cnova_bo *bo);
bool cnova_pending_spans_locked(struct cnova_vm *vm, u64 va);
int cnova_pending_collect(struct cnova_bind_job *job);
void cnova_pending_describe(struct cnova_bind_job *job, struct cnova_pt_op *pt_ops,
			    struct cnova_op_view *views);
bool cnova_object_set_has(const struct cnova_object_set *set, struct cnova_vm *vm,
			  struct drm_gem_object *obj);
void cnova_object_set_fini(struct cnova_object_set *set);
u32 cnova_pending_nr_pt_ops(const struct cnova_bind_job *job);

#endif /* _CNOVA_DRM_BIND_JOB_H_ */
