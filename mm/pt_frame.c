// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Entries of a PDE0
 *
 * An entry is empty, a 2M leaf, sparse, or has a 64K table, a 4K table, or both below
 * it. It is two words, stored one after the other: cnova_pt_set_frame() says in
 * which order.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

/* An entry, taken apart. */
struct cnova_pt_pde0 {
	struct cnova_pt_node *node;
	u32 i;
	u64 va;
	u64 low;
	u64 high;
	struct cnova_pt_node *big;
	struct cnova_pt_node *small;
};

/* The slots below an entry that the job may change, by any of its ranges. */
static u32 cnova_pt_dirty_slots(const struct cnova_pt_walk *walk, u64 va)
{
	u64 end = va + cnova_pt_entry_span(walk->fmt, CNOVA_PT_PDE0);
	const struct cnova_pt_range *last = walk->reader.ranges + walk->reader.nr_ranges;
	const struct cnova_pt_range *range = cnova_pt_range_after(&walk->reader, va);
	u32 dirty = 0;

	for (; range && range < last && range->start < end; range++)
		dirty |= GENMASK(cnova_pt_index(walk->fmt, CNOVA_PT_64K,
						min(range->end, end) - 1),
				 cnova_pt_index(walk->fmt, CNOVA_PT_64K, max(range->start, va)));

	return dirty;
}

static void cnova_pt_pde0_init(const struct cnova_pt_walk *walk, struct cnova_pt_pde0 *e,
			       struct cnova_pt_node *node, u64 va)
{
	e->node = node;
	e->i = cnova_pt_index(walk->fmt, CNOVA_PT_PDE0, va);
	e->va = round_down(va, cnova_pt_entry_span(walk->fmt, CNOVA_PT_PDE0));
	e->low = node->word[2 * e->i];
	e->high = node->word[2 * e->i + 1];
	e->big = cnova_pt_word_table(e->low);
	e->small = cnova_pt_word_table(e->high);
}

static bool cnova_pt_pde0_has_tables(const struct cnova_pt_pde0 *e)
{
	return e->big || e->small;
}

static bool cnova_pt_pde0_has_leaf(const struct cnova_pt_walk *walk,
				   const struct cnova_pt_pde0 *e)
{
	return cnova_pt_word_is_leaf(e->low) || cnova_pt_has_leaf(walk->fmt, e->big) ||
	       cnova_pt_has_leaf(walk->fmt, e->small);
}

/* Store one word in place of whatever is there. */
static void cnova_pt_pde0_replace(struct cnova_pt_walk *walk, const struct cnova_pt_pde0 *e,
				  u64 low, bool high_first)
{
	cnova_pt_set_frame(walk, e->node, e->i, low, 0, high_first);
	if (e->big)
		cnova_pt_detach(walk, e->big);
	if (e->small)
		cnova_pt_detach(walk, e->small);
}

static int cnova_pt_frame_hole(struct cnova_pt_walk *walk, const struct cnova_pt_pde0 *e,
			       u32 dirty)
{
	bool whole = dirty == GENMASK(cnova_pt_nr_slots(walk->fmt) - 1, 0);
	bool pinned = (e->big && e->big->pins) || (e->small && e->small->pins);

	if (!(e->low | e->high))
		return 0;

	/*
	 * Tables that others need stay, unless to clear them is more work than to
	 * write one of them whole later on.
	 */
	if (cnova_pt_pde0_has_tables(e) && pinned &&
	    !(whole && ((e->big && e->big->live) ||
			cnova_pt_small_shows(walk->fmt, e->small, e->big))))
		return cnova_pt_slots(walk, e->node, e->va, dirty);

	cnova_pt_pde0_replace(walk, e, 0, true);
	return 0;
}

static int cnova_pt_frame_sparse(struct cnova_pt_walk *walk, const struct cnova_pt_pde0 *e,
				 u32 dirty)
{
	bool small_shows = cnova_pt_small_shows(walk->fmt, e->small, e->big);

	/*
	 * The halves go one after the other. With entries in both tables something
	 * would be a hole in between: then the tables stay.
	 */
	if (e->big && e->big->live && small_shows)
		return cnova_pt_slots(walk, e->node, e->va, dirty);

	/* The half that says something goes last: sparse counts without tables only. */
	cnova_pt_pde0_replace(walk, e, CNOVA_PT_WORD_SPARSE, !small_shows);
	return 0;
}

static int cnova_pt_frame_leaf(struct cnova_pt_walk *walk, const struct cnova_pt_pde0 *e)
{
	u64 value = cnova_pt_leaf_value(&walk->reader, e->va);

	if (cnova_pt_pde0_has_tables(e) && cnova_pt_pde0_has_leaf(walk, e)) {
		cnova_pt_pde0_replace(walk, e, CNOVA_PT_WORD_BROKEN, true);
		walk->resized = true;
		walk->marks++;
		return 0;
	}

	/* A leaf in the low half makes the high one ignored. */
	cnova_pt_pde0_replace(walk, e, value, false);
	return 0;
}

static int cnova_pt_frame_tables(struct cnova_pt_walk *walk, struct cnova_pt_pde0 *e)
{
	bool over_sparse = e->low == CNOVA_PT_WORD_SPARSE;
	struct cnova_pt_node *big, *small;
	u64 low, high;
	int err;

	err = cnova_pt_build_below(walk, e->va, over_sparse, &big, &small);
	if (err)
		return err;

	low = cnova_pt_table_word(big);
	high = cnova_pt_table_word(small);
	if (cnova_pt_word_is_leaf(e->low) &&
	    (cnova_pt_has_leaf(walk->fmt, big) || cnova_pt_has_leaf(walk->fmt, small))) {
		low |= CNOVA_PT_WORD_BROKEN;
		high |= small ? CNOVA_PT_WORD_BROKEN : 0;
		walk->resized = true;
		walk->marks++;
	}

	/* Sparse: with the high half there, the low one does not count any more. */
	cnova_pt_set_frame(walk, e->node, e->i, low, high, true);
	return 0;
}

/**
 * cnova_pt_frame() - Pass 1 for an entry of a PDE0, for all ranges of the job.
 * @walk: Execution.
 * @node: The PDE0, linked.
 * @va: First address of that entry.
 *
 * Context: As mm/pt.h says.
 * Return: 0; -EIO: a table was not prepared.
 */
int cnova_pt_frame(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va)
{
	u32 dirty = cnova_pt_dirty_slots(walk, va);
	struct cnova_pt_want want;
	struct cnova_pt_pde0 e;

	cnova_pt_pde0_init(walk, &e, node, va);
	want = cnova_pt_want(&walk->reader, CNOVA_PT_PDE0, va);
	if (want.keep && (e.low | e.high))
		return 0;

	switch (want.type) {
	case CNOVA_PT_WANT_HOLE:
		return cnova_pt_frame_hole(walk, &e, dirty);
	case CNOVA_PT_WANT_SPARSE:
		return cnova_pt_frame_sparse(walk, &e, dirty);
	case CNOVA_PT_WANT_LEAF:
		return cnova_pt_frame_leaf(walk, &e);
	default:
		if (cnova_pt_pde0_has_tables(&e))
			return cnova_pt_slots(walk, node, va, dirty);
		return cnova_pt_frame_tables(walk, &e);
	}
}

/**
 * cnova_pt_frame_finish() - Pass 2 for an entry of a PDE0.
 * @walk: Execution.
 * @node: The PDE0, linked.
 * @va: An address below that entry.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_frame_finish(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va)
{
	struct cnova_pt_want want;
	struct cnova_pt_pde0 e;
	u64 low;

	cnova_pt_pde0_init(walk, &e, node, va);
	if (!cnova_pt_word_is_broken(e.low)) {
		if (e.big && e.big->big.broken) {
			cnova_pt_slots_finish(walk, node, e.va);
			walk->marks--;
		}
		return;
	}

	walk->marks--;
	low = cnova_pt_table_word(e.big);
	if (!cnova_pt_pde0_has_tables(&e)) {
		want = cnova_pt_want(&walk->reader, CNOVA_PT_PDE0, e.va);
		if (!WARN_ON_ONCE(want.type != CNOVA_PT_WANT_LEAF))
			low = cnova_pt_leaf_value(&walk->reader, e.va);
	}
	cnova_pt_set_frame(walk, node, e.i, low, cnova_pt_table_word(e.small), true);
}
