// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Building tables that are not linked
 *
 * What no walker can reach is written in any order, whole, from the view alone, and
 * linked afterwards by one store, or two in a PDE0. A table whose contents are known
 * to be zero gets its other entries only.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/errno.h>
#include <linux/kernel.h>

#include "mm/pt_walk.h"

/* How each 64K entry below a PDE0 entry is to be stored. */
struct cnova_pt_plan {
	enum cnova_pt_want_type want[CNOVA_PT_BIG_ENTRIES];
	bool needs_big;
	bool needs_small;
};

static void cnova_pt_plan(struct cnova_pt_walk *walk, u64 va, bool over_sparse,
			  struct cnova_pt_plan *plan)
{
	u64 span = cnova_pt_entry_span(walk->fmt, CNOVA_PT_64K);
	u32 slot, nr = cnova_pt_nr_slots(walk->fmt);
	u32 has[CNOVA_PT_WANT_TABLE + 1] = {};

	for (slot = 0; slot < nr; slot++) {
		plan->want[slot] = cnova_pt_want(&walk->reader, CNOVA_PT_64K,
						 va + slot * span).type;
		has[plan->want[slot]]++;
	}

	/*
	 * In place of a sparse PDE0 the 4K table is linked first and has to be
	 * complete on its own: then it need not share sparse entries with a 64K table.
	 */
	if (over_sparse && has[CNOVA_PT_WANT_TABLE]) {
		for (slot = 0; slot < nr; slot++)
			if (plan->want[slot] == CNOVA_PT_WANT_SPARSE)
				plan->want[slot] = CNOVA_PT_WANT_TABLE;
		has[CNOVA_PT_WANT_SPARSE] = 0;
	}

	plan->needs_small = has[CNOVA_PT_WANT_TABLE];
	plan->needs_big = has[CNOVA_PT_WANT_LEAF] || has[CNOVA_PT_WANT_SPARSE];
}

static void cnova_pt_build_big(struct cnova_pt_walk *walk, struct cnova_pt_node *big, u64 va,
			       const struct cnova_pt_plan *plan)
{
	u64 span = cnova_pt_entry_span(walk->fmt, CNOVA_PT_64K);
	u32 slot;

	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot++, va += span) {
		u64 value = 0;

		switch (plan->want[slot]) {
		case CNOVA_PT_WANT_HOLE:
			value = walk->fmt->blocked;
			break;
		case CNOVA_PT_WANT_SPARSE:
			value = walk->fmt->sparse;
			break;
		case CNOVA_PT_WANT_LEAF:
			/* The reader stands where the plan left it. */
			cnova_pt_extent_at(&walk->reader, va);
			value = cnova_pt_leaf_value(&walk->reader, va);
			break;
		case CNOVA_PT_WANT_TABLE:
			break;
		}

		big->big.value[slot] = value;
		big->live += cnova_pt_word_is_leaf(value) || value == walk->fmt->sparse;
		cnova_pt_put(walk, big->pa.raw + slot * sizeof(u64), value);
	}
}

static void cnova_pt_build_small(struct cnova_pt_walk *walk, struct cnova_pt_node *small, u64 va,
				 const struct cnova_pt_plan *plan, bool over_sparse)
{
	u64 span = cnova_pt_entry_span(walk->fmt, CNOVA_PT_64K);
	u32 slot, next;

	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot = next) {
		u64 start = va + slot * span, end;

		for (next = slot + 1; next < cnova_pt_nr_slots(walk->fmt); next++)
			if (plan->want[next] != plan->want[slot])
				break;
		end = va + next * span;

		if (plan->want[slot] == CNOVA_PT_WANT_TABLE)
			cnova_pt_small_paint(walk, small, start, end, false, small->stale);
		else if (plan->want[slot] == CNOVA_PT_WANT_LEAF && over_sparse)
			cnova_pt_small_sparse(walk, small, start, end);
		else if (small->stale)
			cnova_pt_small_clear(walk, small, start, end, true);
	}
}

/**
 * cnova_pt_build_below() - Build what belongs below an entry of a PDE0.
 * @walk: Execution.
 * @va: First address of the entry.
 * @over_sparse: The entry is sparse and linked: where the 4K table is hidden it says
 *               sparse too, for the moment in which it is the only one.
 * @big: Set to the 64K table, or NULL: none is needed.
 * @small: Set to the 4K table, or NULL.
 *
 * Context: As mm/pt.h says.
 * Return: 0; -EIO: a table was not prepared.
 */
int cnova_pt_build_below(struct cnova_pt_walk *walk, u64 va, bool over_sparse,
			 struct cnova_pt_node **big, struct cnova_pt_node **small)
{
	struct cnova_pt_plan plan;

	cnova_pt_plan(walk, va, over_sparse, &plan);
	*big = plan.needs_big ? cnova_pt_take(walk, CNOVA_PT_64K, va) : NULL;
	*small = plan.needs_small ? cnova_pt_take(walk, CNOVA_PT_4K, va) : NULL;
	if (!*big == plan.needs_big || !*small == plan.needs_small)
		goto err_detach;

	if (*small)
		cnova_pt_build_small(walk, *small, va, &plan, over_sparse);
	if (*big)
		cnova_pt_build_big(walk, *big, va, &plan);

	return 0;

err_detach:
	if (*big)
		cnova_pt_detach(walk, *big);
	if (*small)
		cnova_pt_detach(walk, *small);
	*big = NULL;
	*small = NULL;
	return -EIO;
}

/* What an entry of @node, which is not linked, has to say. */
static int cnova_pt_build_entry(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
				u64 *word, u64 va)
{
	struct cnova_pt_want want = cnova_pt_want(&walk->reader, node->kind, va);
	struct cnova_pt_node *big, *small;
	int err;

	switch (want.type) {
	case CNOVA_PT_WANT_HOLE:
		return 0;
	case CNOVA_PT_WANT_SPARSE:
		*word = CNOVA_PT_WORD_SPARSE;
		return 0;
	case CNOVA_PT_WANT_LEAF:
		*word = cnova_pt_leaf_value(&walk->reader, va);
		return 0;
	case CNOVA_PT_WANT_TABLE:
		break;
	}

	if (node->kind == CNOVA_PT_PDE0) {
		err = cnova_pt_build_below(walk, va, false, &big, &small);
		word[0] = cnova_pt_table_word(big);
		word[1] = cnova_pt_table_word(small);
		return err;
	}

	small = cnova_pt_take(walk, node->kind - 1, va);
	if (!small)
		return -EIO;

	*word = cnova_pt_table_word(small);
	return cnova_pt_build(walk, small);
}

/**
 * cnova_pt_build() - Build a directory and all below it.
 * @walk: Execution.
 * @node: Directory that was taken: its shadow is empty.
 *
 * Context: As mm/pt.h says.
 * Return: 0; -EIO: a table was not prepared.
 */
int cnova_pt_build(struct cnova_pt_walk *walk, struct cnova_pt_node *node)
{
	const struct cnova_pt_level *level = &walk->fmt->level[node->kind];
	u64 va = node->index << cnova_pt_span_lg2(walk->fmt, node->kind);
	u32 i, nr = (u32)level->words << level->bits;
	int err;

	for (i = 0; i < nr; i += level->words, va += 1ULL << level->shift) {
		err = cnova_pt_build_entry(walk, node, &node->word[i], va);
		node->live += node->word[i] || (level->words == 2 && node->word[i + 1]);
		if (err)
			return err;
	}

	for (i = 0; i < nr; i++)
		if (node->word[i] || node->stale)
			cnova_pt_put(walk, node->pa.raw + i * sizeof(u64),
				     cnova_pt_encode(walk->fmt, node->word[i]));

	return 0;
}
