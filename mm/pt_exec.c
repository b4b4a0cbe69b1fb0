// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Executing a change
 *
 * One pass brings the tables to what the view says, over the ranges of the job. It
 * goes down from the root: a span that is a hole, sparse or a leaf as a whole is
 * stored in one entry, everything else in the table below. Where a leaf changes its
 * size, pass 1 leaves a hole and a mark, and pass 2, after an invalidate, stores
 * the final entry.
 *
 * An entry is always brought up to date as a whole, so that a leaf which reaches
 * over the edge of a range is taken apart on both sides of it.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

static int cnova_pt_directory(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
			      u64 start, u64 end);

/* Store one word in place of whatever is there. */
static void cnova_pt_replace(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i,
			     u64 word)
{
	struct cnova_pt_node *child = cnova_pt_word_table(node->word[i]);

	cnova_pt_set(walk, node, i, word);
	if (child)
		cnova_pt_detach(walk, child);
}

static int cnova_pt_entry_hole(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i,
			       u64 start, u64 end)
{
	struct cnova_pt_node *child = cnova_pt_word_table(node->word[i]);
	bool whole = end - start == cnova_pt_entry_span(walk->fmt, node->kind);

	/* Tables that others need stay, if little of them is cleared. */
	if (child && child->pins && !(whole && child->live))
		return cnova_pt_directory(walk, child, start, end);

	cnova_pt_replace(walk, node, i, 0);
	return 0;
}

static int cnova_pt_entry_leaf(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i,
			       u64 va)
{
	u64 word = cnova_pt_leaf_value(&walk->reader, va);

	if (cnova_pt_has_leaf(walk->fmt, cnova_pt_word_table(node->word[i]))) {
		word = CNOVA_PT_WORD_BROKEN;
		walk->resized = true;
		walk->marks++;
	}

	cnova_pt_replace(walk, node, i, word);
	return 0;
}

static int cnova_pt_entry_table(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i,
				u64 va)
{
	struct cnova_pt_node *child = cnova_pt_take(walk, node->kind - 1, va);
	u64 word;
	int err;

	if (!child)
		return -EIO;

	err = cnova_pt_build(walk, child);
	if (err) {
		cnova_pt_detach(walk, child);
		return err;
	}

	word = cnova_pt_table_word(child);
	if (cnova_pt_word_is_leaf(node->word[i]) && cnova_pt_has_leaf(walk->fmt, child)) {
		word |= CNOVA_PT_WORD_BROKEN;
		walk->resized = true;
		walk->marks++;
	}

	cnova_pt_set(walk, node, i, word);
	return 0;
}

static int cnova_pt_entry(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
			  u64 start, u64 end)
{
	u64 va = round_down(start, cnova_pt_entry_span(walk->fmt, node->kind));
	struct cnova_pt_want want = cnova_pt_want(&walk->reader, node->kind, va);
	u32 i = cnova_pt_index(walk->fmt, node->kind, va);
	u64 word = node->word[i];

	if (want.keep && word)
		return 0;
	/* Somebody else's table stays; what we have in it is changed there. */
	if (cnova_pt_word_is_foreign(word) && cnova_pt_word_table(word))
		return cnova_pt_directory(walk, cnova_pt_word_table(word), start, end);
	if (want.type == CNOVA_PT_WANT_LEAF || !cnova_pt_word_table(word))
		walk->done = va + cnova_pt_entry_span(walk->fmt, node->kind);

	switch (want.type) {
	case CNOVA_PT_WANT_HOLE:
		return word ? cnova_pt_entry_hole(walk, node, i, start, end) : 0;
	case CNOVA_PT_WANT_SPARSE:
		cnova_pt_replace(walk, node, i, CNOVA_PT_WORD_SPARSE);
		return 0;
	case CNOVA_PT_WANT_LEAF:
		return cnova_pt_entry_leaf(walk, node, i, va);
	default:
		/* It does not become empty: the view has something there. */
		if (cnova_pt_word_table(word))
			return cnova_pt_directory(walk, cnova_pt_word_table(word), start, end);
		return cnova_pt_entry_table(walk, node, i, va);
	}
}

/* Pass 1 for [@start, @end) of a directory that is linked. */
static int cnova_pt_directory(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
			      u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(walk->fmt, node->kind);
	int err = 0;

	start = max(start, walk->done);
	while (start < end && !err) {
		u64 va = round_down(start, span), stop = min(va + span, end);

		if (node->kind == CNOVA_PT_PDE0) {
			walk->done = va + span;
			err = cnova_pt_frame(walk, node, va);
		} else {
			err = cnova_pt_entry(walk, node, start, stop);
		}
		start = stop;
	}

	return err;
}

static void cnova_pt_entry_finish(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va)
{
	u32 i = cnova_pt_index(walk->fmt, node->kind, va);
	u64 word = node->word[i];
	struct cnova_pt_want want;

	if (!cnova_pt_word_is_broken(word))
		return;

	walk->marks--;
	word &= ~CNOVA_PT_WORD_BROKEN;
	if (!word) {
		va = round_down(va, cnova_pt_entry_span(walk->fmt, node->kind));
		want = cnova_pt_want(&walk->reader, node->kind, va);
		if (!WARN_ON_ONCE(want.type != CNOVA_PT_WANT_LEAF))
			word = cnova_pt_leaf_value(&walk->reader, va);
	}
	cnova_pt_set(walk, node, i, word);
}

/* Pass 2 for [@start, @end) of a directory that is linked: only where marks are. */
static void cnova_pt_finish(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
			    u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(walk->fmt, node->kind);

	while (start < end && walk->marks) {
		u64 stop = min(round_down(start, span) + span, end);
		u32 i = cnova_pt_index(walk->fmt, node->kind, start);

		if (node->kind == CNOVA_PT_PDE0) {
			cnova_pt_frame_finish(walk, node, start);
		} else if (cnova_pt_word_table(node->word[i]) &&
			   !cnova_pt_word_is_broken(node->word[i])) {
			cnova_pt_finish(walk, cnova_pt_word_table(node->word[i]), start, stop);
		} else {
			cnova_pt_entry_finish(walk, node, start);
		}
		start = stop;
	}
}

static int cnova_pt_invalidate(struct cnova_pt_walk *walk)
{
	cnova_pt_flush(walk);
	if (!walk->stored)
		return 0;

	walk->stored = false;
	walk->io->ops->order(walk->io);
	return walk->io->ops->invalidate(walk->io);
}

static int cnova_pt_run(struct cnova_pt_walk *walk, const struct cnova_pt_job *job)
{
	u32 i;
	int err;

	for (i = 0; i < job->nr_ranges; i++) {
		err = cnova_pt_directory(walk, walk->tree->root, job->ranges[i].start,
					 job->ranges[i].end);
		if (err)
			return err;
	}

	err = cnova_pt_invalidate(walk);
	if (err || !walk->marks)
		return err;

	for (i = 0; i < job->nr_ranges; i++)
		cnova_pt_finish(walk, walk->tree->root, job->ranges[i].start,
				job->ranges[i].end);
	if (WARN_ON_ONCE(walk->marks))
		return -EIO;

	return cnova_pt_invalidate(walk);
}

/* What was prepared and is not needed goes. */
static void cnova_pt_collect(struct cnova_pt_tree *tree, struct cnova_pt_job *job)
{
	u32 i;

	for (i = 0; i < job->nr_needs; i++) {
		struct cnova_pt_node *node = job->needs[i].node;

		if (node->state == CNOVA_PT_LOOSE && !node->pins) {
			cnova_pt_loose_remove(tree, node);
			cnova_pt_kill(&job->dead, node);
		}
	}
	job->nr_needs = 0;
}

/**
 * cnova_pt_execute() - Make the tables say what a view says.
 * @tree: Shadow.
 * @job: Prepared: cnova_pt_job_pin(), cnova_pt_job_insert(). Afterwards it holds
 *       only &cnova_pt_job.dead.
 * @view: The address space with the change. Outside the ranges of @job: without it.
 * @io: Where stores go.
 *
 * If nothing differs, nothing is stored and nothing invalidated; otherwise there is
 * one invalidate, or two if a leaf changed its size, or a sparse entry its size and
 * its table was missing.
 *
 * Context: As mm/pt.h says; fence signalling path, allocates nothing.
 * Return: 0; what &cnova_pt_io_ops.invalidate failed with; -EIO: a table was not
 * prepared. After an error nothing may be stored any more, and no page of a table
 * given back.
 */
int cnova_pt_execute(struct cnova_pt_tree *tree, struct cnova_pt_job *job,
		     struct cnova_pt_view *view, struct cnova_pt_io *io)
{
	struct cnova_pt_walk walk = {
		.tree = tree,
		.fmt = tree->fmt,
		.io = io,
		.dead = &job->dead,
	};
	u32 i;
	int err;

	cnova_pt_reader_init(&walk.reader, tree->fmt, view);
	walk.reader.ranges = job->ranges;
	walk.reader.nr_ranges = job->nr_ranges;

	/* First, so that tables which this job empties can go. */
	for (i = 0; i < job->nr_needs; i++) {
		job->needs[i].node->pins--;
		job->needs[i].pinned = false;
	}

	err = cnova_pt_run(&walk, job);
	job->resized = walk.resized;
	cnova_pt_collect(tree, job);
	return err;
}
