// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Reserving tables
 *
 * Which tables may a change need? Those on the path of every piece that is stored
 * in them; and where a mapping with bytes on both sides of an edge may have to be
 * taken apart, all tables on the path of the edge. Tables are reserved by name
 * (kind, index), each once, so that thousands of scattered operations reserve what
 * the hardware needs, and not a worst case each; and they are shared with the live
 * tree and with jobs that wait.
 *
 * Locking: see mm/pt.h. cnova_pt_job_init() and _fini() see no tree and need none.
 * Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "mm/pt_walk.h"

/* A user decides how much: it is his, and if it is too much that is his to know. */
#define CNOVA_PT_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/* Collects needs; first only their number. */
struct cnova_pt_collector {
	const struct cnova_pt_fmt *fmt;
	struct cnova_pt_need *needs;
	u64 nr;
	/* The last of each kind: neighbours of an operation need the same tables. */
	u64 last[CNOVA_NR_PT_KINDS];
	bool any[CNOVA_NR_PT_KINDS];
};

static void cnova_pt_need_table(struct cnova_pt_collector *c, enum cnova_pt_kind kind, u64 va,
				bool whole)
{
	u64 index = va >> cnova_pt_span_lg2(c->fmt, kind);

	if (c->any[kind] && c->last[kind] == index && !whole)
		return;

	c->any[kind] = true;
	c->last[kind] = index;
	if (c->needs)
		c->needs[c->nr] = (struct cnova_pt_need){
			.index = index,
			.kind = kind,
			.whole = whole,
		};
	c->nr++;
}

/* One operation, and its view. */
struct cnova_pt_need_op {
	struct cnova_pt_collector *c;
	const struct cnova_pt_op *op;
	struct cnova_pt_reader reader;
};

/* Does [@start, @end), a part of the operation's range, have an extent? */
static bool cnova_pt_need_maps(struct cnova_pt_need_op *n, u64 start, u64 end)
{
	const struct cnova_extent *extent = cnova_pt_extent_at(&n->reader, start);

	return extent && extent->start < end;
}

/* Is an edge at which a mapping may be cut strictly inside [@va, @va + @span)? */
static bool cnova_pt_need_cuts(const struct cnova_pt_op *op, u64 va, u64 span)
{
	return (op->split_start && op->range.start > va && op->range.start < va + span) ||
	       (op->split_end && op->range.end > va && op->range.end < va + span);
}

/* The 64K entries of the frame at @va that [@start, @end) touches. */
static void cnova_pt_need_slots(struct cnova_pt_need_op *n, u64 va, u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(n->c->fmt, CNOVA_PT_64K);
	u64 frame = cnova_pt_entry_span(n->c->fmt, CNOVA_PT_PDE0);
	bool big = false, small = false, whole = end - start == frame;

	while (start < end) {
		u64 slot = round_down(start, span), stop = min(slot + span, end);
		enum cnova_pt_want_type type = CNOVA_PT_WANT_TABLE;

		if (stop - start == span)
			type = cnova_pt_want(&n->reader, CNOVA_PT_64K, slot).type;
		else if (!cnova_pt_need_maps(n, start, stop))
			type = CNOVA_PT_WANT_HOLE;

		big |= type == CNOVA_PT_WANT_LEAF || type == CNOVA_PT_WANT_SPARSE;
		small |= type == CNOVA_PT_WANT_TABLE;
		whole &= type == CNOVA_PT_WANT_TABLE;
		start = stop;
	}

	/* A mapping that is cut goes on in pieces as large as the edge is aligned. */
	if (cnova_pt_need_cuts(n->op, va, frame))
		big = true;
	for (start = va; start < va + frame; start += span)
		small |= cnova_pt_need_cuts(n->op, start, span);

	if (big)
		cnova_pt_need_table(n->c, CNOVA_PT_64K, va, false);
	if (small)
		cnova_pt_need_table(n->c, CNOVA_PT_4K, va, whole);
}

static bool cnova_pt_need_below(struct cnova_pt_need_op *n, enum cnova_pt_kind kind, u64 va,
				u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(n->c->fmt, kind);

	if (end - start == span)
		return cnova_pt_want(&n->reader, kind, va).type == CNOVA_PT_WANT_TABLE;

	return cnova_pt_need_maps(n, start, end) || cnova_pt_need_cuts(n->op, va, span);
}

/* Everything below the table of kind @kind that covers [@start, @end). */
static void cnova_pt_need_directory(struct cnova_pt_need_op *n, enum cnova_pt_kind kind,
				    u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(n->c->fmt, kind);

	while (start < end) {
		u64 va = round_down(start, span), stop = min(va + span, end);

		if (!cnova_pt_need_below(n, kind, va, start, stop)) {
			start = stop;
			continue;
		}

		if (kind == CNOVA_PT_PDE0) {
			cnova_pt_need_slots(n, va, start, stop);
		} else {
			cnova_pt_need_table(n->c, kind - 1, va, false);
			cnova_pt_need_directory(n, kind - 1, start, stop);
		}
		start = stop;
	}

	/* Up to a million frames in one job, and nobody holds a lock here. */
	if (kind == CNOVA_PT_PDE0)
		cond_resched();
}

static u64 cnova_pt_collect_needs(const struct cnova_pt_fmt *fmt, const struct cnova_pt_op *ops,
				  u32 nr_ops, struct cnova_pt_need *needs)
{
	struct cnova_pt_collector c = { .fmt = fmt, .needs = needs };
	u32 i;

	for (i = 0; i < nr_ops; i++) {
		struct cnova_pt_need_op n = { .c = &c, .op = &ops[i] };

		cnova_pt_reader_init(&n.reader, fmt, ops[i].view);
		cnova_pt_need_directory(&n, fmt->root, ops[i].range.start, ops[i].range.end);
	}

	return c.nr;
}

static int cnova_pt_need_compare(const void *pa, const void *pb)
{
	const struct cnova_pt_need *a = pa, *b = pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return 0;
}

static int cnova_pt_range_compare(const void *pa, const void *pb)
{
	const struct cnova_pt_range *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return 0;
}

/* Each table once, in order. */
static void cnova_pt_job_unique(struct cnova_pt_job *job)
{
	u32 i, nr = 0;

	sort_nonatomic(job->needs, job->nr_needs, sizeof(*job->needs), cnova_pt_need_compare,
		       NULL);
	for (i = 0; i < job->nr_needs; i++) {
		if (nr && !cnova_pt_need_compare(&job->needs[nr - 1], &job->needs[i]))
			job->needs[nr - 1].whole |= job->needs[i].whole;
		else
			job->needs[nr++] = job->needs[i];
	}
	job->nr_needs = nr;
}

/* Ascending, and what overlaps or touches in one. */
static void cnova_pt_job_merge(struct cnova_pt_job *job)
{
	u32 i, nr = 0;

	sort_nonatomic(job->ranges, job->nr_ranges, sizeof(*job->ranges),
		       cnova_pt_range_compare, NULL);
	for (i = 0; i < job->nr_ranges; i++) {
		if (nr && job->ranges[i].start <= job->ranges[nr - 1].end)
			job->ranges[nr - 1].end = max(job->ranges[nr - 1].end,
						      job->ranges[i].end);
		else
			job->ranges[nr++] = job->ranges[i];
	}
	job->nr_ranges = nr;
}

static bool cnova_pt_range_is_valid(const struct cnova_pt_fmt *fmt,
				    const struct cnova_pt_range *range)
{
	return range->start < range->end && range->end <= BIT_ULL(fmt->va_bits) &&
	       IS_ALIGNED(range->start | range->end, cnova_pt_entry_span(fmt, CNOVA_PT_4K));
}

/**
 * cnova_pt_job_init() - Find out which tables a change may need.
 * @job: Zeroed. Filled.
 * @fmt: Format.
 * @ops: Operations.
 * @nr_ops: How many.
 *
 * Only computes.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL: a range is empty, beyond the address space, or not of whole
 * pages; -ENOMEM.
 */
int cnova_pt_job_init(struct cnova_pt_job *job, const struct cnova_pt_fmt *fmt,
		      const struct cnova_pt_op *ops, u32 nr_ops)
{
	u64 nr_needs;
	u32 i;

	for (i = 0; i < nr_ops; i++)
		if (!cnova_pt_range_is_valid(fmt, &ops[i].range))
			return -EINVAL;

	if (!nr_ops)
		return 0;

	job->ranges = kvcalloc(nr_ops, sizeof(*job->ranges), CNOVA_PT_GFP);
	if (!job->ranges)
		return -ENOMEM;

	for (i = 0; i < nr_ops; i++)
		job->ranges[i] = ops[i].range;
	job->nr_ranges = nr_ops;
	cnova_pt_job_merge(job);

	nr_needs = cnova_pt_collect_needs(fmt, ops, nr_ops, NULL);
	if (!nr_needs)
		return 0;
	if (nr_needs > U32_MAX)
		goto err_fini;

	job->needs = kvcalloc(nr_needs, sizeof(*job->needs), CNOVA_PT_GFP);
	if (!job->needs)
		goto err_fini;
	job->nr_needs = nr_needs;

	cnova_pt_collect_needs(fmt, ops, nr_ops, job->needs);
	cnova_pt_job_unique(job);
	return 0;

err_fini:
	cnova_pt_job_fini(job);
	return -ENOMEM;
}

/**
 * cnova_pt_job_init_unmap() - The same for one unmap, without any allocation.
 * @job: Zeroed. Filled; not for cnova_pt_job_fini(): its arrays are the caller's.
 * @fmt: Format.
 * @op: The unmap: it has no view.
 * @range: Room for &cnova_pt_job.ranges.
 * @needs: Room for &cnova_pt_job.needs.
 * @max_needs: How many: two for each kind of table are enough.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: as cnova_pt_job_init(), or @op maps something.
 */
int cnova_pt_job_init_unmap(struct cnova_pt_job *job, const struct cnova_pt_fmt *fmt,
			    const struct cnova_pt_op *op, struct cnova_pt_range *range,
			    struct cnova_pt_need *needs, u32 max_needs)
{
	u64 nr_needs;

	if (op->view || !cnova_pt_range_is_valid(fmt, &op->range))
		return -EINVAL;

	nr_needs = cnova_pt_collect_needs(fmt, op, 1, NULL);
	if (WARN_ON_ONCE(nr_needs > max_needs))
		return -EINVAL;

	*range = op->range;
	job->ranges = range;
	job->nr_ranges = 1;
	job->needs = needs;
	job->nr_needs = nr_needs;
	cnova_pt_collect_needs(fmt, op, 1, needs);
	cnova_pt_job_unique(job);
	return 0;
}

/**
 * cnova_pt_job_fini() - Let go of the arrays of a job.
 * @job: Job without pins. Its list of dead nodes is the caller's. Zeroed.
 *
 * Context: Process context.
 */
void cnova_pt_job_fini(struct cnova_pt_job *job)
{
	kvfree(job->needs);
	kvfree(job->ranges);
	*job = (struct cnova_pt_job){};
}

/**
 * cnova_pt_job_pin() - Pin the tables that are there.
 * @tree: Shadow.
 * @job: Job, from cnova_pt_job_init().
 *
 * Context: As mm/pt.h says.
 * Return: How many are missing: a node for each &cnova_pt_need that is not pinned
 * is to be put into &cnova_pt_need.node, then comes cnova_pt_job_insert().
 */
u32 cnova_pt_job_pin(struct cnova_pt_tree *tree, struct cnova_pt_job *job)
{
	u32 i, missing = 0;

	for (i = 0; i < job->nr_needs; i++) {
		struct cnova_pt_need *need = &job->needs[i];

		need->node = cnova_pt_find(tree, need->kind, need->index);
		if (need->node) {
			need->node->pins++;
			need->pinned = true;
		} else {
			missing++;
		}
	}

	return missing;
}

/**
 * cnova_pt_job_insert() - Have the tables that were missing.
 * @tree: Shadow.
 * @job: Job, with a node for each need that is not pinned.
 *
 * Where somebody else was faster, his table is used, and ours put on
 * &cnova_pt_job.dead: no walker ever saw it.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_job_insert(struct cnova_pt_tree *tree, struct cnova_pt_job *job)
{
	u32 i;

	for (i = 0; i < job->nr_needs; i++) {
		struct cnova_pt_need *need = &job->needs[i];
		struct cnova_pt_node *other;

		if (need->pinned)
			continue;

		other = cnova_pt_find(tree, need->kind, need->index);
		if (other) {
			cnova_pt_kill(&job->dead, need->node);
			need->node = other;
		} else {
			cnova_pt_loose_add(tree, need->node);
		}
		need->node->pins++;
		need->pinned = true;
	}
}

/**
 * cnova_pt_job_unpin() - Let go of the tables of a job.
 * @tree: Shadow.
 * @job: Job, prepared wholly or in part, or executed. Keeps &cnova_pt_job.dead.
 *
 * Tables that were prepared, and that nobody else waits for, are dead. Linked ones
 * stay, even if they are empty: the next job that comes by unhooks them.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_job_unpin(struct cnova_pt_tree *tree, struct cnova_pt_job *job)
{
	u32 i;

	for (i = 0; i < job->nr_needs; i++) {
		struct cnova_pt_need *need = &job->needs[i];
		struct cnova_pt_node *node = need->node;

		if (!node)
			continue;

		if (need->pinned && !--node->pins && node->state == CNOVA_PT_LOOSE) {
			cnova_pt_loose_remove(tree, node);
			cnova_pt_kill(&job->dead, node);
		} else if (!need->pinned) {
			/* Made, and never inserted. */
			cnova_pt_kill(&job->dead, node);
		}
	}
	job->nr_needs = 0;
}
