// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Clearing without a view
 *
 * Mappings that lose their memory are zapped: their entries are cleared, and nothing
 * else changes, so that no preparation is needed. An address space that goes away
 * is cleared by unhooking everything from its root.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

/* The entry for [@va, @va + @span) goes; it should not reach beyond [@start, @end). */
static void cnova_pt_zap_check(u64 va, u64 span, u64 start, u64 end)
{
	WARN_ONCE(start > va || end < va + span,
		  "cnova: entry %#llx + %#llx reaches beyond zapped %#llx..%#llx\n",
		  va, span, start, end);
}

static void cnova_pt_zap_slot(struct cnova_pt_walk *walk, struct cnova_pt_node *big,
			      struct cnova_pt_node *small, u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(walk->fmt, CNOVA_PT_64K);
	u32 slot = cnova_pt_index(walk->fmt, CNOVA_PT_64K, start);
	u64 value = big ? big->big.value[slot] : 0;

	if (value == walk->fmt->blocked)
		return;

	if (value) {
		cnova_pt_zap_check(round_down(start, span), span, start, end);
		cnova_pt_set_big(walk, big, slot, walk->fmt->blocked);
		return;
	}

	if (!cnova_pt_small_uses(walk->fmt, small, slot))
		return;

	cnova_pt_small_zap(walk, small, start, end);
	if (big && !cnova_pt_small_uses(walk->fmt, small, slot))
		cnova_pt_set_big(walk, big, slot, walk->fmt->blocked);
}

static void cnova_pt_zap_frame(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
			       u64 start, u64 end)
{
	u64 frame = cnova_pt_entry_span(walk->fmt, CNOVA_PT_PDE0);
	u64 span = cnova_pt_entry_span(walk->fmt, CNOVA_PT_64K);
	u32 i = cnova_pt_index(walk->fmt, CNOVA_PT_PDE0, start);
	struct cnova_pt_node *big = cnova_pt_word_table(node->word[2 * i]);
	struct cnova_pt_node *small = cnova_pt_word_table(node->word[2 * i + 1]);

	if (!big && !small) {
		if (node->word[2 * i])
			cnova_pt_zap_check(round_down(start, frame), frame, start, end);
		cnova_pt_set_frame(walk, node, i, 0, 0, true);
		return;
	}

	while (start < end) {
		u64 stop = min(round_down(start, span) + span, end);

		cnova_pt_zap_slot(walk, big, small, start, stop);
		start = stop;
	}
}

static void cnova_pt_zap_directory(struct cnova_pt_walk *walk, struct cnova_pt_node *node,
				   u64 start, u64 end)
{
	u64 span = cnova_pt_entry_span(walk->fmt, node->kind);

	while (start < end) {
		u64 stop = min(round_down(start, span) + span, end);
		u32 i = cnova_pt_index(walk->fmt, node->kind, start);

		if (node->kind == CNOVA_PT_PDE0) {
			cnova_pt_zap_frame(walk, node, start, stop);
		} else if (cnova_pt_word_table(node->word[i])) {
			cnova_pt_zap_directory(walk, cnova_pt_word_table(node->word[i]),
					       start, stop);
		} else if (node->word[i]) {
			cnova_pt_zap_check(round_down(start, span), span, start, stop);
			cnova_pt_set(walk, node, i, 0);
		}
		start = stop;
	}
}

static void cnova_pt_zap_walk_init(struct cnova_pt_walk *walk, struct cnova_pt_tree *tree,
				   struct cnova_pt_io *io)
{
	*walk = (struct cnova_pt_walk){
		.tree = tree,
		.fmt = tree->fmt,
		.io = io,
		.dead = &tree->dead,
	};
}

/**
 * cnova_pt_zap() - Clear the leaves of mappings that lose their memory.
 * @tree: Shadow.
 * @range: What whole mappings of memory cover: no leaf reaches beyond, and nothing in
 *         it is sparse.
 * @io: Where stores go.
 *
 * Tables stay, empty ones too. The stores are neither ordered nor followed by an
 * invalidate: that is the caller's, for many calls at once.
 *
 * Context: As mm/pt.h says. Allocates nothing.
 * Return: Whether anything was stored.
 */
bool cnova_pt_zap(struct cnova_pt_tree *tree, const struct cnova_pt_range *range,
		  struct cnova_pt_io *io)
{
	struct cnova_pt_walk walk;

	cnova_pt_zap_walk_init(&walk, tree, io);
	cnova_pt_zap_directory(&walk, tree->root, range->start, range->end);
	cnova_pt_flush(&walk);
	return walk.stored;
}

/* Unhook all that is ours: in a table of ours that is everything. */
static void cnova_pt_clear_directory(struct cnova_pt_walk *walk, struct cnova_pt_node *node)
{
	const struct cnova_pt_level *level = &walk->fmt->level[node->kind];
	u32 i;

	for (i = 0; i < (u32)level->words << level->bits; i += level->words) {
		struct cnova_pt_node *child = cnova_pt_word_table(node->word[i]);
		struct cnova_pt_node *small = NULL;

		if (cnova_pt_word_is_foreign(node->word[i])) {
			if (child)
				cnova_pt_clear_directory(walk, child);
			continue;
		}

		if (node->kind == CNOVA_PT_PDE0) {
			small = cnova_pt_word_table(node->word[i + 1]);
			cnova_pt_set_frame(walk, node, i / 2, 0, 0, true);
		} else {
			cnova_pt_set(walk, node, i, 0);
		}
		if (child)
			cnova_pt_detach(walk, child);
		if (small)
			cnova_pt_detach(walk, small);
	}
}

/**
 * cnova_pt_clear() - Unhook everything from the root.
 * @tree: Shadow.
 * @io: Where stores go.
 *
 * An adopted table keeps what was in it, and stays where it is.
 *
 * Order and invalidate are the caller's. The tables are dead afterwards, and part of
 * what cnova_pt_tree_fini() returns; what is pinned stays prepared.
 *
 * Context: As mm/pt.h says. Allocates nothing.
 * Return: Whether anything was stored.
 */
bool cnova_pt_clear(struct cnova_pt_tree *tree, struct cnova_pt_io *io)
{
	struct cnova_pt_walk walk;

	cnova_pt_zap_walk_init(&walk, tree, io);
	cnova_pt_clear_directory(&walk, tree->root);
	cnova_pt_flush(&walk);
	return walk.stored;
}
