// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Pending operations
 *
 * In immediate mode the VA tree says what the GPU sees, not what has been asked
 * for: an accepted bind changes the tree when it runs. What stands between is
 * kept in an interval tree of its own. The mappings that a new job may meet when
 * it runs are those of the VA tree and those of the pending operations together:
 * not what the tree will look like if all goes well, because an earlier job may
 * be killed and never run.
 *
 * From this union follow the objects a job has to lock (the *exact set*), and
 * where it may cut a mapping in two, which decides what tables it needs.
 *
 * Locking: both trees are protected by &cnova_vmm.lock. That lock is taken in
 * the fence signalling path, so nothing is allocated under it: a list that is
 * too short is dropped, made longer and collected again. &cnova_vm.submit_lock
 * keeps new operations out meanwhile; jobs that run only take away, or cut in two.
 *
 * A client may queue as many overlapping operations as the limits allow, so nothing
 * here looks at every pair of two of them: what a job touches is merged first, and
 * each mapping and each pending map is looked at once.
 */

#include <linux/bsearch.h>
#include <linux/interval_tree_generic.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/device.h"
#include "drm/gem.h"
#include "drm/resize.h"
#include "drm/view.h"
#include "drm/vm.h"

#define START(op) ((op)->start)
#define LAST(op) ((op)->last)
INTERVAL_TREE_DEFINE(struct cnova_bind_op, rb, u64, __subtree_last, START, LAST,
		     static inline, cnova_pending_it);
#undef START
#undef LAST

/* The first pending operation with a byte in the range, and the next one. */
static struct cnova_bind_op *cnova_pending_first(struct cnova_vm *vm, u64 start, u64 last)
{
	return cnova_pending_it_iter_first(&vm->pending, start, last);
}

static struct cnova_bind_op *cnova_pending_next(struct cnova_bind_op *op, u64 start, u64 last)
{
	return cnova_pending_it_iter_next(op, start, last);
}

static bool cnova_bind_op_maps(const struct cnova_bind_op *op)
{
	return op->type == DRM_CNOVA_VM_BIND_OP_MAP ||
	       op->type == DRM_CNOVA_VM_BIND_OP_MAP_SPARSE;
}

static u64 cnova_va_end(const struct drm_gpuva *va)
{
	return va->va.addr + va->va.range;
}

/* ------------------------------------------------------------------- ranges */

static int cnova_cmp_range(const void *a, const void *b)
{
	const struct cnova_pt_range *l = a, *r = b;

	return l->start < r->start ? -1 : l->start > r->start;
}

/**
 * cnova_ranges_merge() - Make ranges ascending and disjoint.
 * @range: Ranges, none empty.
 * @nr: Number of them.
 *
 * What overlaps becomes one; neighbours stay two.
 *
 * Context: Process context.
 * Return: How many are left.
 */
u32 cnova_ranges_merge(struct cnova_pt_range *range, u32 nr)
{
	u32 left = 0;

	sort_nonatomic(range, nr, sizeof(*range), cnova_cmp_range, NULL);
	for (u32 i = 0; i < nr; i++) {
		if (left && range[i].start < range[left - 1].end)
			range[left - 1].end = max(range[left - 1].end, range[i].end);
		else
			range[left++] = range[i];
	}
	return left;
}

/* Is a byte of @op in one of the ranges, which are merged? */
static bool cnova_ranges_touch(const struct cnova_pt_range *range, u32 nr,
			       const struct cnova_bind_op *op)
{
	u32 low = 0, high = nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (range[mid].end > op->start)
			high = mid;
		else
			low = mid + 1;
	}

	return low < nr && range[low].start <= op->last;
}

/* ------------------------------------------------------ unmap-all by object */

struct cnova_range_list {
	struct cnova_pt_range *range;
	u32 nr;
	u32 max;
};

static void cnova_range_list_add(struct cnova_range_list *list, u64 start, u64 end)
{
	if (list->nr < list->max)
		list->range[list->nr] = (struct cnova_pt_range){ start, end };
	list->nr++;
}

/*
 * Where mappings of the object of @all are or will be when it runs. Under the tree lock
 * the list of an object holds what is in the tree and nothing else.
 */
static void cnova_pending_find_object_locked(struct cnova_bind_op *all,
					     struct cnova_range_list *list)
{
	struct drm_gem_object *gem = &all->bo->ttm.base;
	struct cnova_vm *vm = all->job->vm;
	struct drm_gpuvm_bo *vm_bo;
	struct cnova_bind_op *op;
	struct drm_gpuva *va;

	lockdep_assert_held(&vm->vmm.lock);

	list->nr = 0;
	mutex_lock(&gem->gpuva.lock);
	drm_gem_for_each_gpuvm_bo(vm_bo, gem) {
		if (vm_bo->vm != &vm->base)
			continue;
		drm_gpuvm_bo_for_each_va(va, vm_bo)
			cnova_range_list_add(list, va->va.addr, cnova_va_end(va));
	}
	mutex_unlock(&gem->gpuva.lock);

	for (op = cnova_pending_first(vm, 0, U64_MAX); op;
	     op = cnova_pending_next(op, 0, U64_MAX))
		if (op->type == DRM_CNOVA_VM_BIND_OP_MAP && op->bo == all->bo)
			cnova_range_list_add(list, op->start, op->last + 1);
}

/* Turns "all mappings of the object" into ranges, as things stand now. */
static int cnova_pending_expand(struct cnova_bind_op *all)
{
	struct cnova_vm *vm = all->job->vm;
	struct cnova_range_list list = {};

	for (;;) {
		mutex_lock(&vm->vmm.lock);
		cnova_pending_find_object_locked(all, &list);
		mutex_unlock(&vm->vmm.lock);
		if (list.nr <= list.max)
			break;

		kvfree(list.range);
		list.max = list.nr;
		list.range = kvmalloc_array(list.max, sizeof(*list.range),
					    GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!list.range)
			return -ENOMEM;
	}

	all->ranges = list.range;
	all->nr_ranges = cnova_ranges_merge(list.range, list.nr);
	if (!all->nr_ranges)
		return 0;

	all->start = list.range[0].start;
	all->last = list.range[all->nr_ranges - 1].end - 1;
	return 0;
}

/* -------------------------------------------------------- life of an entry */

static int cnova_pending_add_map(struct cnova_bind_op *op)
{
	struct cnova_vm *vm = op->job->vm;
	int err = 0;

	mutex_lock(&vm->vmm.lock);
	if (vm->nr_pending < CNOVA_MAX_PENDING_MAPS) {
		cnova_pending_it_insert(op, &vm->pending);
		op->queued = true;
		vm->nr_pending++;
	} else {
		err = -EBUSY;
	}
	mutex_unlock(&vm->vmm.lock);
	return err;
}

/**
 * cnova_pending_add() - Announce the operations of a job.
 * @job: Job.
 *
 * One after the other, so that an unmap-all finds the maps before it in the
 * same array. What only unmaps is nothing that another job could meet, but has its place
 * in the order of jobs.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock.
 * Return: 0; -ENOMEM; -EBUSY: too many are pending; -ENOBUFS: the unmap-alls are too
 * many for one job; -ENOENT: the queue has been destroyed; -EINTR: the task is being
 * killed. Then nothing is announced.
 */
int cnova_pending_add(struct cnova_bind_job *job)
{
	u64 nr_ranges = 0;
	int err = 0;

	lockdep_assert_held(&job->vm->submit_lock);

	for (u32 i = 0; i < job->nr_ops && !err; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		if (cnova_bind_op_maps(op)) {
			err = cnova_pending_add_map(op);
		} else if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
			err = cnova_pending_expand(op);
			nr_ranges += op->nr_ranges;
			if (i && nr_ranges > CNOVA_MAX_BIND_RANGES)
				err = -ENOBUFS;
			else if (fatal_signal_pending(current))
				err = -EINTR;
		}
	}

	if (!err)
		err = cnova_order_add(job);
	if (err)
		cnova_pending_remove(job);
	return err;
}

/**
 * cnova_pending_remove_locked() - The operations of a job are pending no more.
 * @job: Job. Its operations may be gone already.
 *
 * Context: Fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_pending_remove_locked(struct cnova_bind_job *job)
{
	lockdep_assert_held(&job->vm->vmm.lock);

	cnova_order_remove_locked(job);
	cnova_resize_done(job);
	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		if (!op->queued)
			continue;
		cnova_pending_it_remove(op, &job->vm->pending);
		op->queued = false;
		job->vm->nr_pending--;
	}
}

/**
 * cnova_pending_remove() - The same, for a job that did not run.
 * @job: Job.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_pending_remove(struct cnova_bind_job *job)
{
	mutex_lock(&job->vm->vmm.lock);
	cnova_pending_remove_locked(job);
	mutex_unlock(&job->vm->vmm.lock);
}

/**
 * cnova_pending_get_fence() - Find a map that has not run.
 * @vm: Address space.
 * @start: First address.
 * @last: Last address, inclusive.
 * @bo: If not NULL: wherever this object is to be mapped, and nothing else.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock, so that whatever is
 * pending has been accepted.
 * Return: Finished fence of its job, a reference; NULL: there is none.
 */
struct dma_fence *cnova_pending_get_fence(struct cnova_vm *vm, u64 start, u64 last,
					  struct cnova_bo *bo)
{
	struct dma_fence *fence = NULL;
	struct cnova_bind_op *op;

	lockdep_assert_held(&vm->submit_lock);

	if (bo) {
		start = 0;
		last = U64_MAX;
	}

	mutex_lock(&vm->vmm.lock);
	for (op = cnova_pending_first(vm, start, last); op && !fence;
	     op = cnova_pending_next(op, start, last))
		if (!bo || op->bo == bo)
			fence = dma_fence_get(&op->job->base.s_fence->finished);
	mutex_unlock(&vm->vmm.lock);
	return fence;
}

/* ---------------------------------------------------------- the exact set */

struct cnova_collect {
	struct cnova_vm *vm;
	struct cnova_object_set *set;
	/* All that the job maps and unmaps by address, merged. */
	struct cnova_pt_range *ranges;
	u32 nr_ranges;
	struct drm_gem_object *last;
	u32 max;
	u32 wanted;
};

static int cnova_collect_init(struct cnova_collect *collect, struct cnova_bind_job *job)
{
	u32 nr = 0;

	*collect = (struct cnova_collect){ .vm = job->vm, .set = &job->set };
	if (!job->nr_ops)
		return 0;

	collect->ranges = kvmalloc_array(job->nr_ops, sizeof(*collect->ranges), GFP_KERNEL);
	if (!collect->ranges)
		return -ENOMEM;

	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		/* Takes away mappings of one object only. */
		if (op->type != DRM_CNOVA_VM_BIND_OP_UNMAP_ALL)
			collect->ranges[nr++] = (struct cnova_pt_range){ op->start, op->last + 1 };
	}
	collect->nr_ranges = cnova_ranges_merge(collect->ranges, nr);
	return 0;
}

static void cnova_collect_object(struct cnova_collect *collect, struct drm_gem_object *obj)
{
	struct cnova_object_set *set = collect->set;

	if (!obj)
		return;

	if (!drm_gpuvm_is_extobj(&collect->vm->base, obj)) {
		set->has_private = true;
		return;
	}

	/* Neighbours often show the same object; the rest is sorted out later. */
	if (obj == collect->last)
		return;

	collect->last = obj;
	collect->wanted++;
	if (set->nr < collect->max) {
		drm_gem_object_get(obj);
		set->objs[set->nr++] = obj;
	}
}

static void cnova_collect_ranges_locked(struct cnova_collect *collect)
{
	const struct cnova_pt_range *range = collect->ranges;
	struct cnova_vm *vm = collect->vm;
	struct cnova_bind_op *op;
	struct drm_gpuva *va;
	u32 nr = collect->nr_ranges;

	if (!nr)
		return;

	for (u32 i = 0; i < nr; i++)
		drm_gpuvm_for_each_va_range(va, &vm->base, range[i].start, range[i].end)
			cnova_collect_object(collect, va->gem.obj);

	for (op = cnova_pending_first(vm, range[0].start, range[nr - 1].end - 1); op;
	     op = cnova_pending_next(op, range[0].start, range[nr - 1].end - 1))
		if (op->bo && cnova_ranges_touch(range, nr, op))
			cnova_collect_object(collect, &op->bo->ttm.base);
}

static void cnova_collect_job_locked(struct cnova_collect *collect, struct cnova_bind_job *job)
{
	lockdep_assert_held(&collect->vm->vmm.lock);

	collect->wanted = 0;
	collect->last = NULL;
	cnova_collect_ranges_locked(collect);
	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL)
			cnova_collect_object(collect, &op->bo->ttm.base);
	}
}

static int cnova_cmp_pointer(const void *a, const void *b)
{
	const unsigned long l = *(const unsigned long *)a, r = *(const unsigned long *)b;

	return l < r ? -1 : l > r;
}

static void cnova_object_set_sort_unique(struct cnova_object_set *set)
{
	u32 nr = 0;

	sort_nonatomic(set->objs, set->nr, sizeof(*set->objs), cnova_cmp_pointer, NULL);
	for (u32 i = 0; i < set->nr; i++) {
		if (nr && set->objs[nr - 1] == set->objs[i])
			drm_gem_object_put(set->objs[i]);
		else
			set->objs[nr++] = set->objs[i];
	}
	set->nr = nr;
}

static void cnova_object_set_drop(struct cnova_object_set *set)
{
	for (u32 i = 0; i < set->nr; i++)
		drm_gem_object_put(set->objs[i]);
	set->nr = 0;
}

/**
 * cnova_object_set_fini() - Drop a set.
 * @set: Set.
 *
 * Context: Process context, no &dma_resv held: may put the last reference.
 */
void cnova_object_set_fini(struct cnova_object_set *set)
{
	cnova_object_set_drop(set);
	kvfree(set->objs);
	set->objs = NULL;
}

/**
 * cnova_object_set_has() - Does a job hold the lock, or the fence slot, of an object?
 * @set: Set that cnova_pending_collect() made.
 * @vm: Address space of the job.
 * @obj: Object, or NULL.
 *
 * Context: Any.
 * Return: Whether @obj is in it; private objects are all in or none.
 */
bool cnova_object_set_has(const struct cnova_object_set *set, struct cnova_vm *vm,
			  struct drm_gem_object *obj)
{
	if (!obj)
		return true;
	if (!drm_gpuvm_is_extobj(&vm->base, obj))
		return set->has_private;
	return bsearch(&obj, set->objs, set->nr, sizeof(*set->objs), cnova_cmp_pointer);
}

/**
 * cnova_pending_collect() - Find all objects that a job may touch.
 * @job: Job, announced.
 *
 * Fills &cnova_bind_job.set with the objects, other than the VM's private ones,
 * of all mappings that may be in a range of the job when it runs, those included
 * that it makes itself.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock.
 * Return: 0 or -ENOMEM.
 */
int cnova_pending_collect(struct cnova_bind_job *job)
{
	struct cnova_collect collect;
	int err;

	lockdep_assert_held(&job->vm->submit_lock);

	err = cnova_collect_init(&collect, job);
	if (err)
		return err;

	for (;;) {
		mutex_lock(&job->vm->vmm.lock);
		cnova_collect_job_locked(&collect, job);
		mutex_unlock(&job->vm->vmm.lock);
		if (collect.wanted <= collect.max)
			break;

		cnova_object_set_fini(&job->set);
		collect.max = collect.wanted;
		job->set.objs = kvmalloc_array(collect.max, sizeof(*job->set.objs),
					       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!job->set.objs) {
			err = -ENOMEM;
			break;
		}
	}

	kvfree(collect.ranges);
	cnova_object_set_sort_unique(&job->set);
	return err;
}

/* ------------------------------------------- what the page tables must know */

/* Does one pending map cover both @first and @last, and so all between? */
static bool cnova_pending_map_covers_locked(struct cnova_vm *vm, u64 first, u64 last)
{
	struct rb_node *rb = vm->pending.rb_root.rb_node;

	while (rb) {
		struct cnova_bind_op *op = rb_entry(rb, struct cnova_bind_op, rb), *left;

		if (op->start > first) {
			rb = rb->rb_left;
			continue;
		}

		if (op->last >= last)
			return true;

		/* All on the left begin no later: does one of them reach @last? */
		left = rb_entry_safe(rb->rb_left, struct cnova_bind_op, rb);
		if (left && left->__subtree_last >= last)
			return true;
		rb = rb->rb_right;
	}
	return false;
}

/* The same for a mapping that is there, or pending. */
static bool cnova_pending_covers_locked(struct cnova_vm *vm, u64 first, u64 last)
{
	struct drm_gpuva *live = drm_gpuva_find_first(&vm->base, first, 1);

	return (live && cnova_va_end(live) > last) ||
	       cnova_pending_map_covers_locked(vm, first, last);
}

/**
 * cnova_pending_spans_locked() - May a mapping have bytes on both sides?
 * @vm: Address space.
 * @va: The edge.
 *
 * Context: Caller holds &cnova_vmm.lock.
 * Return: Whether a mapping that is there, or pending, covers @va - 1 and @va.
 */
bool cnova_pending_spans_locked(struct cnova_vm *vm, u64 va)
{
	lockdep_assert_held(&vm->vmm.lock);

	return va && cnova_pending_covers_locked(vm, va - 1, va);
}

/* Will something else be mapped in the range, for all that is known now? */
static bool cnova_pending_has_other_map_locked(struct cnova_bind_op *self)
{
	struct cnova_vm *vm = self->job->vm;
	struct cnova_bind_op *op;

	for (op = cnova_pending_first(vm, self->start, self->last); op;
	     op = cnova_pending_next(op, self->start, self->last))
		if (op != self && op->type == DRM_CNOVA_VM_BIND_OP_MAP)
			return true;

	return false;
}

/**
 * cnova_pending_nr_pt_ops() - How many operations the page tables will be told.
 * @job: Job, announced.
 *
 * Return: Number of elements that cnova_pending_describe() fills.
 */
u32 cnova_pending_nr_pt_ops(const struct cnova_bind_job *job)
{
	u32 nr = 0;

	for (u32 i = 0; i < job->nr_ops; i++)
		nr += job->ops[i].type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL ?
		      job->ops[i].nr_ranges : 1;
	return nr;
}

/* Could a leaf of @size be at @start? What is pending may be capped too, and is soon done. */
static bool cnova_may_have_leaf_locked(struct cnova_vm *vm, u64 start, u64 size)
{
	struct drm_gpuva *live = drm_gpuva_find_first(&vm->base, start, 1);

	if (live && cnova_va_end(live) > start + size - 1 &&
	    !(size > SZ_64K && to_cnova_va(live)->flags & DRM_CNOVA_VM_BIND_CAP_64K))
		return true;

	return cnova_pending_map_covers_locked(vm, start, start + size - 1);
}

/*
 * Could a leaf be cut at @edge? Each size has its own grid, and a leaf lies in one
 * mapping.
 */
static bool cnova_edge_may_resize_locked(struct cnova_vm *vm, u64 edge)
{
	const struct cnova_pt_fmt *fmt = vm->cnova->mm.chip->fmt;

	for (u32 kind = CNOVA_PT_64K; kind < CNOVA_NR_PT_KINDS; kind++) {
		u64 size = 1ULL << fmt->level[kind].shift, start = round_down(edge, size);

		if (fmt->level[kind].leaf && start != edge &&
		    cnova_may_have_leaf_locked(vm, start, size))
			return true;
	}
	return false;
}

/**
 * cnova_pending_describe() - Tell the page tables what a job may do.
 * @job: Job, announced; its objects validated: they have a place.
 * @pt_ops: Array of cnova_pending_nr_pt_ops() elements, filled.
 * @views: Array of &cnova_bind_job.nr_ops elements that @pt_ops points into.
 *
 * Sets &cnova_vmm_job.may_resize from geometry alone: whether a mapping that is
 * there or pending could own a leaf that the job makes smaller or larger. That
 * is a superset, which costs a wait at most; what the page tables hold at this
 * moment says nothing about when the job runs.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock, and the reservations of all
 * objects that the job may touch.
 */
void cnova_pending_describe(struct cnova_bind_job *job, struct cnova_pt_op *pt_ops,
			    struct cnova_op_view *views)
{
	struct cnova_vm *vm = job->vm;
	bool cut;

	lockdep_assert_held(&vm->submit_lock);

	mutex_lock(&vm->vmm.lock);
	cut = cnova_order_resizes_locked(job);
	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_op *op = &job->ops[i];

		if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
			/* Whole mappings go: nothing is cut. */
			for (u32 k = 0; k < op->nr_ranges; k++, pt_ops++)
				*pt_ops = (struct cnova_pt_op){ .range = op->ranges[k] };
			continue;
		}

		*pt_ops = (struct cnova_pt_op){
			.range = { op->start, op->last + 1 },
			.view = cnova_bind_op_maps(op) ? cnova_op_view_init(&views[i], op) : NULL,
			.split_start = cnova_pending_spans_locked(vm, op->start),
			.split_end = cnova_pending_spans_locked(vm, op->last + 1),
		};

		if (cnova_edge_may_resize_locked(vm, op->start) ||
		    cnova_edge_may_resize_locked(vm, op->last + 1) ||
		    (op->type == DRM_CNOVA_VM_BIND_OP_MAP &&
		     (cnova_pending_has_other_map_locked(op) ||
		      cnova_resize_by_map_locked(vm, pt_ops, cut))))
			job->pt.may_resize = true;
		pt_ops++;
	}
	mutex_unlock(&vm->vmm.lock);
}
