// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Tables below a PDE0 entry
 *
 * Below an entry of a PDE0 stand a 64K table, a 4K table, or both; the 64K entry has
 * the first word, and only where it is zero the 4K entries count. The two are
 * changed together, 64K entry by 64K entry ("slot").
 *
 * The rules (HARDWARE.md 2.6, 3.7), with the reasons why there is neither a moment nor
 * a mixture of old and new cached words in which an address has two sizes, or a
 * hole that it has neither before nor after, unless its leaf changes size:
 *
 * - A 4K entry under a 64K entry that is not zero is zero or sparse, except while the
 *   slot is broken: so it does not matter which half of a PDE0 is seen first.
 * - A leaf that changes size is blocked in pass 1 and stored in pass 2.
 * - A slot of 4K entries that becomes sparse gets sparse 4K entries, and stays as it
 *   is: a 64K entry that was cached as zero would show a hole under it.
 * - A slot that is sparse in 64K and becomes 4K entries waits for pass 2 if the 4K table
 *   is linked only now: a cached PDE0 would not know the table.
 * - A half of the PDE0 is added in pass 1, and removed in the last pass of the frame.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "mm/pt_walk.h"

/* How a slot is stored, or is to be stored. */
enum cnova_pt_slot {
	/* To be: leave it alone. */
	CNOVA_PT_SLOT_KEEP,
	/* Is: no entry anywhere, 64K entry zero or absent. To be: nothing. */
	CNOVA_PT_SLOT_HOLE,
	/* Is: nothing, by the 64K entry. */
	CNOVA_PT_SLOT_BLOCKED,
	CNOVA_PT_SLOT_4K,
	CNOVA_PT_SLOT_64K,
	CNOVA_PT_SLOT_SPARSE,
};

/* The slots of a PDE0 entry on their way through pass 1. */
struct cnova_pt_slots {
	struct cnova_pt_node *node;
	/* Index of the entry in @node, its first address, a slot's bytes. */
	u32 i;
	u64 va;
	u64 span;
	/* Tables that are linked, from now on or already; may be NULL. */
	struct cnova_pt_node *big;
	struct cnova_pt_node *small;
	/* They are linked by this job. */
	bool new_big;
	bool new_small;
	/* A slot of sparse 4K entries became a 64K leaf: the 4K table has to stay. */
	bool hides_sparse;
	u8 is[CNOVA_PT_BIG_ENTRIES];
	u8 to_be[CNOVA_PT_BIG_ENTRIES];
};

static enum cnova_pt_slot cnova_pt_slot_is(const struct cnova_pt_fmt *fmt,
					   const struct cnova_pt_slots *s, u32 slot)
{
	u64 value = s->big ? s->big->big.value[slot] : 0;

	if (cnova_pt_word_is_leaf(value))
		return CNOVA_PT_SLOT_64K;
	if (value == fmt->sparse)
		return CNOVA_PT_SLOT_SPARSE;
	if (value)
		return CNOVA_PT_SLOT_BLOCKED;

	return cnova_pt_small_uses(fmt, s->small, slot) ? CNOVA_PT_SLOT_4K : CNOVA_PT_SLOT_HOLE;
}

static enum cnova_pt_slot cnova_pt_slot_to_be(struct cnova_pt_walk *walk,
					      const struct cnova_pt_slots *s, u32 slot)
{
	struct cnova_pt_want want = cnova_pt_want(&walk->reader, CNOVA_PT_64K,
						  s->va + slot * s->span);

	if (want.keep && s->is[slot] >= CNOVA_PT_SLOT_4K)
		return CNOVA_PT_SLOT_KEEP;

	switch (want.type) {
	case CNOVA_PT_WANT_HOLE:
		return CNOVA_PT_SLOT_HOLE;
	case CNOVA_PT_WANT_SPARSE:
		return s->is[slot] == CNOVA_PT_SLOT_4K ? CNOVA_PT_SLOT_4K : CNOVA_PT_SLOT_SPARSE;
	case CNOVA_PT_WANT_LEAF:
		return CNOVA_PT_SLOT_64K;
	default:
		return CNOVA_PT_SLOT_4K;
	}
}

/*
 * Find out what is, what is to be, and which table is missing. Slots that are not in
 * @dirty stay as they are.
 */
static void cnova_pt_slots_plan(struct cnova_pt_walk *walk, struct cnova_pt_slots *s, u32 dirty)
{
	u32 slot, nr = cnova_pt_nr_slots(walk->fmt);

	for (slot = 0; slot < nr; slot++) {
		s->is[slot] = cnova_pt_slot_is(walk->fmt, s, slot);
		s->to_be[slot] = CNOVA_PT_SLOT_KEEP;
		if (!(dirty & BIT(slot)))
			continue;

		s->to_be[slot] = cnova_pt_slot_to_be(walk, s, slot);
		s->new_big |= !s->big && s->to_be[slot] == CNOVA_PT_SLOT_64K;
		s->new_small |= !s->small && s->to_be[slot] == CNOVA_PT_SLOT_4K;
	}

	/* Sparse entries alone are no reason for another table. */
	for (slot = 0; slot < nr && !s->big && !s->new_big; slot++)
		if (s->to_be[slot] == CNOVA_PT_SLOT_SPARSE)
			s->to_be[slot] = CNOVA_PT_SLOT_4K;
}

/* Slots from @slot on that are alike: they are painted at once. */
static u32 cnova_pt_slots_alike(const struct cnova_pt_slots *s, u32 slot, u32 nr)
{
	u32 next = slot + 1;

	while (next < nr && s->is[next] == s->is[slot] && s->to_be[next] == s->to_be[slot])
		next++;

	return next;
}

static bool cnova_pt_slot_is_hidden(const struct cnova_pt_slots *s, u32 slot)
{
	return s->is[slot] != CNOVA_PT_SLOT_4K && s->is[slot] != CNOVA_PT_SLOT_HOLE;
}

/* Step 1: the 4K table. A new one is built, and linked when it is complete. */
static int cnova_pt_slots_small(struct cnova_pt_walk *walk, struct cnova_pt_slots *s)
{
	struct cnova_pt_node *small = s->small;
	u32 slot, next, nr = cnova_pt_nr_slots(walk->fmt);
	bool all = false;

	if (s->new_small) {
		small = cnova_pt_take(walk, CNOVA_PT_4K, s->va);
		if (!small)
			return -EIO;
		all = small->stale;
	}

	for (slot = 0; slot < nr; slot = next) {
		u64 start = s->va + slot * s->span, end;

		next = cnova_pt_slots_alike(s, slot, nr);
		end = s->va + next * s->span;

		if (s->to_be[slot] == CNOVA_PT_SLOT_4K)
			cnova_pt_small_paint(walk, small, start, end,
					     !cnova_pt_slot_is_hidden(s, slot), all);
		else if (all || (s->to_be[slot] == CNOVA_PT_SLOT_HOLE &&
				 s->is[slot] == CNOVA_PT_SLOT_4K))
			cnova_pt_small_clear(walk, small, start, end, all);
	}

	if (s->new_small) {
		cnova_pt_set_frame(walk, s->node, s->i, s->node->word[2 * s->i],
				   cnova_pt_table_word(small), true);
		s->small = small;
	}

	return 0;
}

static void cnova_pt_slot_break(struct cnova_pt_walk *walk, struct cnova_pt_slots *s, u32 slot)
{
	s->big->big.broken |= BIT(slot);
}

/* Step 2: what the entry of a 64K table is after pass 1. Marks slots for pass 2. */
static u64 cnova_pt_slot_entry(struct cnova_pt_walk *walk, struct cnova_pt_slots *s, u32 slot)
{
	u64 va = s->va + slot * s->span, now = s->big->big.value[slot];
	bool valid = s->small && s->small->small.valid[slot];
	bool is_4k = s->is[slot] == CNOVA_PT_SLOT_4K;

	switch (s->to_be[slot]) {
	case CNOVA_PT_SLOT_KEEP:
		return now;
	case CNOVA_PT_SLOT_HOLE:
		return s->is[slot] == CNOVA_PT_SLOT_HOLE ? now : walk->fmt->blocked;
	case CNOVA_PT_SLOT_SPARSE:
		return walk->fmt->sparse;
	case CNOVA_PT_SLOT_64K:
		if (!is_4k || !valid) {
			s->hides_sparse |= is_4k;
			cnova_pt_extent_at(&walk->reader, va);
			return cnova_pt_leaf_value(&walk->reader, va);
		}
		break;
	default:
		if (is_4k || !cnova_pt_slot_is_hidden(s, slot) ||
		    s->is[slot] == CNOVA_PT_SLOT_BLOCKED)
			return 0;
		if (s->is[slot] == CNOVA_PT_SLOT_SPARSE || !valid) {
			/* No size changes. But is the 4K table known to every walker? */
			if (!s->new_small)
				return 0;
			cnova_pt_slot_break(walk, s, slot);
			return now;
		}
		break;
	}

	walk->resized = true;
	cnova_pt_slot_break(walk, s, slot);
	return walk->fmt->blocked;
}

/* A 64K table beside a 4K table that is linked: all of it, then the link. */
static int cnova_pt_slots_new_big(struct cnova_pt_walk *walk, struct cnova_pt_slots *s)
{
	struct cnova_pt_node *big = cnova_pt_take(walk, CNOVA_PT_64K, s->va);
	u32 slot;

	if (!big)
		return -EIO;

	s->big = big;
	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot++) {
		/* As if it had been there before: zero where 4K entries count. */
		big->big.value[slot] = s->is[slot] == CNOVA_PT_SLOT_4K ? 0 : walk->fmt->blocked;
		big->big.value[slot] = cnova_pt_slot_entry(walk, s, slot);

		big->live += cnova_pt_word_is_leaf(big->big.value[slot]) ||
			     big->big.value[slot] == walk->fmt->sparse;
		cnova_pt_put(walk, big->pa.raw + slot * sizeof(u64), big->big.value[slot]);
	}

	cnova_pt_set_frame(walk, s->node, s->i, cnova_pt_table_word(big),
			   s->node->word[2 * s->i + 1], true);
	return 0;
}

static int cnova_pt_slots_big(struct cnova_pt_walk *walk, struct cnova_pt_slots *s)
{
	u32 slot;

	if (s->new_big)
		return cnova_pt_slots_new_big(walk, s);

	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt) && s->big; slot++)
		cnova_pt_set_big(walk, s->big, slot, cnova_pt_slot_entry(walk, s, slot));

	return 0;
}

/* A hole in the 64K table that goes hides sparse entries in the 4K table that stays. */
static void cnova_pt_slots_unhide(struct cnova_pt_walk *walk, const struct cnova_pt_slots *s)
{
	u32 slot;

	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot++)
		if (s->big->big.value[slot] && cnova_pt_small_uses(walk->fmt, s->small, slot))
			cnova_pt_small_clear(walk, s->small, s->va + slot * s->span,
					     s->va + (slot + 1) * s->span, false);
}

/* Step 3, in the last pass of the frame: tables without entries and pins go. */
static void cnova_pt_slots_trim(struct cnova_pt_walk *walk, struct cnova_pt_slots *s)
{
	bool shows = cnova_pt_small_shows(walk->fmt, s->small, s->big);
	bool keep_big = s->big && (s->big->pins || s->big->live);
	bool keep_small = s->small && (s->small->pins || shows || s->hides_sparse);

	if (keep_big == !!s->big && keep_small == !!s->small)
		return;

	if (s->big && !keep_big && keep_small)
		cnova_pt_slots_unhide(walk, s);

	cnova_pt_set_frame(walk, s->node, s->i,
			   keep_big ? cnova_pt_table_word(s->big) : 0,
			   keep_small ? cnova_pt_table_word(s->small) : 0, true);
	if (s->big && !keep_big)
		cnova_pt_detach(walk, s->big);
	if (s->small && !keep_small)
		cnova_pt_detach(walk, s->small);
}

static void cnova_pt_slots_init(struct cnova_pt_walk *walk, struct cnova_pt_slots *s,
				struct cnova_pt_node *node, u64 va)
{
	memset(s, 0, sizeof(*s));
	s->node = node;
	s->i = cnova_pt_index(walk->fmt, CNOVA_PT_PDE0, va);
	s->va = round_down(va, cnova_pt_entry_span(walk->fmt, CNOVA_PT_PDE0));
	s->span = cnova_pt_entry_span(walk->fmt, CNOVA_PT_64K);
	s->big = cnova_pt_word_table(node->word[2 * s->i]);
	s->small = cnova_pt_word_table(node->word[2 * s->i + 1]);
}

/**
 * cnova_pt_slots() - Pass 1 below an entry of a PDE0 that has tables.
 * @walk: Execution.
 * @node: The PDE0.
 * @va: First address of that entry.
 * @dirty: Slots to look at: all that the job may change, since tables that seem to be
 *         of no use any more are unhooked.
 *
 * Context: As mm/pt.h says.
 * Return: 0; -EIO: a table was not prepared.
 */
int cnova_pt_slots(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va, u32 dirty)
{
	struct cnova_pt_slots s;
	int err;

	cnova_pt_slots_init(walk, &s, node, va);
	cnova_pt_slots_plan(walk, &s, dirty);

	err = cnova_pt_slots_small(walk, &s);
	if (err)
		return err;

	err = cnova_pt_slots_big(walk, &s);
	if (err)
		return err;

	if (s.big && s.big->big.broken)
		walk->marks++;
	else
		cnova_pt_slots_trim(walk, &s);

	return 0;
}

/**
 * cnova_pt_slots_finish() - Pass 2 below an entry of a PDE0 with broken slots.
 * @walk: Execution.
 * @node: The PDE0.
 * @va: First address of that entry.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_slots_finish(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va)
{
	u32 slot, broken, leaves = 0;
	struct cnova_pt_slots s;

	cnova_pt_slots_init(walk, &s, node, va);
	broken = s.big->big.broken;
	s.big->big.broken = 0;

	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot++)
		if (broken & BIT(slot) &&
		    cnova_pt_want(&walk->reader, CNOVA_PT_64K, s.va + slot * s.span).type ==
		    CNOVA_PT_WANT_LEAF)
			leaves |= BIT(slot);

	/* A 64K entry that is not zero hides 4K entries: they go first. */
	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot++)
		if (leaves & BIT(slot))
			cnova_pt_small_clear(walk, s.small, s.va + slot * s.span,
					     s.va + (slot + 1) * s.span, false);

	for (slot = 0; slot < cnova_pt_nr_slots(walk->fmt); slot++) {
		u64 value = 0;

		if (!(broken & BIT(slot)))
			continue;
		if (leaves & BIT(slot)) {
			cnova_pt_extent_at(&walk->reader, s.va + slot * s.span);
			value = cnova_pt_leaf_value(&walk->reader, s.va + slot * s.span);
		}
		cnova_pt_set_big(walk, s.big, slot, value);
	}

	cnova_pt_slots_trim(walk, &s);
}
