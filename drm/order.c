// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Order between queues
 *
 * Binds of one queue run one after the other. Those of different queues run when what
 * they wait for has signalled, so that one that was submitted later may run first; where
 * the two overlap it must not. What a job would meet in its ranges then is something that
 * nobody knew when it was submitted: an object whose lock it does not hold, a mapping to
 * cut that no table was reserved for, a leaf whose size it changes beside executions.
 *
 * So a job depends on the last job of each other queue that was submitted before, has not
 * run, and overlaps it. Every edge points to an earlier submission, and fences of users
 * are looked up before a job gets its place in that order: there is no cycle.
 *
 * For that each queue has an interval tree with the addresses that its jobs touch, maps
 * and unmaps alike: the *spans* of a job, disjoint and no more than it takes. An unmap-all
 * has those of all mappings of its object, there or pending. A job leaves the tree when it
 * runs, under the same hold of the tree lock that changes the VA tree: whoever does not
 * find it any more sees what it did.
 *
 * What a client has pending is bounded: where a VM has too many spans, or no memory is
 * left for them, a job counts as touching all between its first and its last address.
 * That costs independence, never order.
 *
 * Locking: &cnova_vmm.lock. Jobs come under &cnova_vm.submit_lock only.
 */

#include <linux/interval_tree_generic.h>
#include <linux/slab.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/order.h"
#include "drm/vm.h"

#define START(span) ((span)->start)
#define LAST(span) ((span)->last)
INTERVAL_TREE_DEFINE(struct cnova_bind_span, rb, u64, __subtree_last, START, LAST,
		     static inline, cnova_span_it);
#undef START
#undef LAST

/* -------------------------------------------------------------------- spans */

static bool cnova_bind_op_is_unmap_all(const struct cnova_bind_op *op)
{
	return op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL;
}

/* Ranges of a job, those of unmap-alls one by one or all in one. */
static u64 cnova_job_nr_ranges(const struct cnova_bind_job *job, bool one_by_one)
{
	u64 nr = 0;

	for (u32 i = 0; i < job->nr_ops; i++) {
		const struct cnova_bind_op *op = &job->ops[i];

		if (!cnova_bind_op_is_unmap_all(op))
			nr++;
		else
			nr += one_by_one ? op->nr_ranges : !!op->nr_ranges;
	}
	return nr;
}

static void cnova_job_get_ranges(const struct cnova_bind_job *job, bool one_by_one,
				 struct cnova_pt_range *range)
{
	for (u32 i = 0; i < job->nr_ops; i++) {
		const struct cnova_bind_op *op = &job->ops[i];

		if (!cnova_bind_op_is_unmap_all(op) || (op->nr_ranges && !one_by_one)) {
			*range++ = (struct cnova_pt_range){ op->start, op->last + 1 };
		} else {
			memcpy(range, op->ranges, op->nr_ranges * sizeof(*range));
			range += op->nr_ranges;
		}
	}
}

/* Ascending and apart from each other: neighbours become one. */
static u32 cnova_spans_fill(struct cnova_bind_span *span, struct cnova_bind_job *job,
			    const struct cnova_pt_range *range, u32 nr_ranges)
{
	u32 nr = 0;

	for (u32 i = 0; i < nr_ranges; i++) {
		if (nr && span[nr - 1].last + 1 == range[i].start)
			span[nr - 1].last = range[i].end - 1;
		else
			span[nr++] = (struct cnova_bind_span){
				.job = job,
				.start = range[i].start,
				.last = range[i].end - 1,
			};
	}
	return nr;
}

static void cnova_job_use_hull(struct cnova_bind_job *job)
{
	struct cnova_bind_span *hull = &job->hull;

	*hull = (struct cnova_bind_span){ .job = job, .start = U64_MAX };
	for (u32 i = 0; i < job->nr_ops; i++) {
		const struct cnova_bind_op *op = &job->ops[i];

		if (cnova_bind_op_is_unmap_all(op) && !op->nr_ranges)
			continue;
		hull->start = min(hull->start, op->start);
		hull->last = max(hull->last, op->last);
	}

	job->spans = hull;
	job->nr_spans = hull->start <= hull->last;
}

/* Finds the spans of a job. Without memory it has one. */
static void cnova_job_make_spans(struct cnova_bind_job *job)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;
	bool one_by_one = cnova_job_nr_ranges(job, true) <= CNOVA_MAX_BIND_OPS;
	u32 nr = cnova_job_nr_ranges(job, one_by_one);
	struct cnova_pt_range *ranges = NULL;

	cnova_job_use_hull(job);
	if (nr < 2)
		return;

	ranges = kvmalloc_array(nr, sizeof(*ranges), gfp);
	if (!ranges)
		return;

	cnova_job_get_ranges(job, one_by_one, ranges);
	nr = cnova_ranges_merge(ranges, nr);
	job->span_array = kvmalloc_array(nr, sizeof(*job->span_array), gfp);
	if (job->span_array) {
		job->spans = job->span_array;
		job->nr_spans = cnova_spans_fill(job->spans, job, ranges, nr);
	}
	kvfree(ranges);
}

/* ------------------------------------------------------------------- coming */

/**
 * cnova_order_add() - Give a job its place in the order of its VM.
 * @job: Job whose operations are pending.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock.
 * Return: 0 or -ENOENT: its queue has been destroyed.
 */
int cnova_order_add(struct cnova_bind_job *job)
{
	struct cnova_bind_queue *queue = job->queue;
	struct cnova_vm *vm = job->vm;

	lockdep_assert_held(&vm->submit_lock);

	cnova_job_make_spans(job);

	mutex_lock(&vm->vmm.lock);
	if (queue->destroyed) {
		mutex_unlock(&vm->vmm.lock);
		return -ENOENT;
	}

	if (vm->nr_spans + job->nr_spans > CNOVA_MAX_PENDING_SPANS)
		cnova_job_use_hull(job);
	for (u32 i = 0; i < job->nr_spans; i++)
		cnova_span_it_insert(&job->spans[i], &queue->spans);
	vm->nr_spans += job->nr_spans;
	queue->nr_pending++;
	job->order = ++vm->nr_ordered;
	mutex_unlock(&vm->vmm.lock);
	return 0;
}

/**
 * cnova_order_remove_locked() - A job runs, or will not.
 * @job: Job. It may have been removed already, or never have been added.
 *
 * Context: Fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_order_remove_locked(struct cnova_bind_job *job)
{
	struct cnova_bind_queue *queue = job->queue;

	lockdep_assert_held(&job->vm->vmm.lock);

	if (!job->order)
		return;

	for (u32 i = 0; i < job->nr_spans; i++)
		cnova_span_it_remove(&job->spans[i], &queue->spans);
	job->vm->nr_spans -= job->nr_spans;
	queue->nr_pending--;
	job->order = 0;
}

/* ------------------------------------------------------------------ overlap */

static bool cnova_job_touches(const struct cnova_bind_job *job,
			      const struct cnova_bind_span *other)
{
	u32 low = 0, high = job->nr_spans;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (job->spans[mid].last >= other->start)
			high = mid;
		else
			low = mid + 1;
	}

	return low < job->nr_spans && job->spans[low].start <= other->last;
}

/**
 * cnova_order_last_overlap_locked() - Find what a job has to wait for in a queue.
 * @queue: Queue.
 * @job: Job of another queue, added; no job was added later.
 *
 * Looks at each pending span between the first and the last address of @job at most once.
 *
 * Context: Caller holds &cnova_vmm.lock, under which the job found stays.
 * Return: The last job of @queue that overlaps; those before it run first. Or NULL.
 */
struct cnova_bind_job *cnova_order_last_overlap_locked(struct cnova_bind_queue *queue,
						       const struct cnova_bind_job *job)
{
	struct cnova_bind_job *last = NULL;
	struct cnova_bind_span *span;
	u64 first_va, last_va;

	lockdep_assert_held(&job->vm->vmm.lock);

	if (!job->nr_spans)
		return NULL;
	first_va = job->spans[0].start;
	last_va = job->spans[job->nr_spans - 1].last;

	for (span = cnova_span_it_iter_first(&queue->spans, first_va, last_va); span;
	     span = cnova_span_it_iter_next(span, first_va, last_va)) {
		job->vm->nr_spans_seen++;
		if (last && span->job->order <= last->order)
			continue;
		if (cnova_job_touches(job, span))
			last = span->job;
	}
	return last;
}

static bool cnova_queue_resizes_locked(struct cnova_bind_queue *queue,
				       const struct cnova_bind_job *job, u64 first_va,
				       u64 last_va)
{
	struct cnova_bind_span *span;

	for (span = cnova_span_it_iter_first(&queue->spans, first_va, last_va); span;
	     span = cnova_span_it_iter_next(span, first_va, last_va))
		if (span->job != job && span->job->pt.may_resize && cnova_job_touches(job, span))
			return true;
	return false;
}

/**
 * cnova_order_resizes_locked() - Is a leaf that a job touches about to change its size?
 * @job: Job, added; no job was added later.
 *
 * Context: Caller holds &cnova_vm.submit_lock and &cnova_vmm.lock.
 * Return: whether a job of any queue overlaps it that has not run, and may do so.
 */
bool cnova_order_resizes_locked(const struct cnova_bind_job *job)
{
	struct cnova_bind_queue *queue;

	lockdep_assert_held(&job->vm->vmm.lock);

	if (!job->nr_spans)
		return false;

	list_for_each_entry(queue, &job->vm->queues, entry)
		if (cnova_queue_resizes_locked(queue, job, job->spans[0].start,
					       job->spans[job->nr_spans - 1].last))
			return true;
	return false;
}

/**
 * cnova_order_add_dependencies() - Have a job wait for what it overlaps.
 * @job: Job, added, not armed.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock.
 * Return: 0 or -ENOMEM.
 */
int cnova_order_add_dependencies(struct cnova_bind_job *job)
{
	/* No other queue has pending jobs: see cnova_bind_queue_create(). */
	struct dma_fence *fences[CNOVA_MAX_BIND_QUEUES + 1];
	struct cnova_vm *vm = job->vm;
	struct cnova_bind_queue *queue;
	u32 nr = 0, i;
	int err = 0;

	lockdep_assert_held(&vm->submit_lock);

	mutex_lock(&vm->vmm.lock);
	list_for_each_entry(queue, &vm->queues, entry) {
		struct cnova_bind_job *other;

		if (queue == job->queue || !queue->nr_pending)
			continue;

		other = cnova_order_last_overlap_locked(queue, job);
		if (other && !WARN_ON_ONCE(nr == ARRAY_SIZE(fences)))
			fences[nr++] = dma_fence_get(&other->base.s_fence->finished);
	}
	vm->nr_order_waits += nr;
	mutex_unlock(&vm->vmm.lock);

	for (i = 0; i < nr && !err; i++)
		err = drm_sched_job_add_dependency(&job->base, fences[i]);
	for (; i < nr; i++)
		dma_fence_put(fences[i]);
	return err;
}
