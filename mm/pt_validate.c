// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Invariants of the shadow
 *
 * For tests: checks the shadow against itself, and against the tables in memory,
 * between two changes.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "mm/pt_walk.h"

/* The first thing found wrong, and where. */
struct cnova_pt_check {
	const struct cnova_pt_fmt *fmt;
	struct cnova_pt_mem *mem;
	const char *what;
	u64 va;
};

static bool cnova_pt_fail(struct cnova_pt_check *check, u64 va, const char *what)
{
	if (!check->what) {
		check->what = what;
		check->va = va;
	}
	return false;
}

static u64 cnova_pt_load(const struct cnova_pt_check *check, const struct cnova_pt_node *node,
			 u32 i)
{
	return check->mem->load(check->mem, node->pa, i);
}

static bool cnova_pt_check_node(struct cnova_pt_check *check, const struct cnova_pt_node *node,
				enum cnova_pt_kind kind, u64 va)
{
	if (node->state != CNOVA_PT_LINKED)
		return cnova_pt_fail(check, va, "linked node is not in state LINKED");
	if (node->kind != kind)
		return cnova_pt_fail(check, va, "node of another kind");
	if (node->index != va >> cnova_pt_span_lg2(check->fmt, kind))
		return cnova_pt_fail(check, va, "node with another index");
	if (node->pa.raw % (kind == CNOVA_PT_64K ? 256 : 4096))
		return cnova_pt_fail(check, va, "table not aligned");
	return true;
}

static bool cnova_pt_check_big(struct cnova_pt_check *check, const struct cnova_pt_node *big,
			       u64 va)
{
	u32 slot, live = 0;

	if (!cnova_pt_check_node(check, big, CNOVA_PT_64K, va))
		return false;
	if (big->big.broken)
		return cnova_pt_fail(check, va, "64K entry left broken");

	for (slot = 0; slot < cnova_pt_nr_slots(check->fmt); slot++) {
		u64 value = big->big.value[slot];

		if (value != cnova_pt_load(check, big, slot))
			return cnova_pt_fail(check, va, "64K entry differs from memory");
		if (!cnova_pt_word_is_leaf(value) && value != check->fmt->sparse &&
		    value != check->fmt->blocked && value)
			return cnova_pt_fail(check, va, "64K entry makes no sense");
		live += cnova_pt_word_is_leaf(value) || value == check->fmt->sparse;
	}

	return live == big->live || cnova_pt_fail(check, va, "count of a 64K table");
}

static bool cnova_pt_check_small_entry(struct cnova_pt_check *check,
				       const struct cnova_pt_node *small,
				       const struct cnova_pt_node *big, u32 i, u64 va, u8 *valid)
{
	u32 shift = check->fmt->level[CNOVA_PT_64K].shift - check->fmt->level[CNOVA_PT_4K].shift;
	u64 word = cnova_pt_load(check, small, i);
	struct cnova_pt_entry entry;

	if (!!word != !!test_bit(i, small->small.used))
		return cnova_pt_fail(check, va, "4K entry differs from memory");

	check->fmt->decode(check->fmt, CNOVA_PT_4K, 0, word, &entry);
	switch (entry.type) {
	case CNOVA_PT_ENTRY_NONE:
	case CNOVA_PT_ENTRY_SPARSE:
		return true;
	case CNOVA_PT_ENTRY_LEAF:
		valid[i >> shift]++;
		if (big && big->big.value[i >> shift])
			return cnova_pt_fail(check, va, "4K leaf under a 64K entry");
		return true;
	default:
		return cnova_pt_fail(check, va, "4K entry makes no sense");
	}
}

static bool cnova_pt_check_small(struct cnova_pt_check *check, const struct cnova_pt_node *small,
				 const struct cnova_pt_node *big, u64 va)
{
	u32 i, nr = 1U << check->fmt->level[CNOVA_PT_4K].bits;
	u8 valid[CNOVA_PT_BIG_ENTRIES] = {};

	if (!cnova_pt_check_node(check, small, CNOVA_PT_4K, va))
		return false;

	for (i = 0; i < nr; i++)
		if (!cnova_pt_check_small_entry(check, small, big, i, va, valid))
			return false;
	if (memcmp(valid, small->small.valid, sizeof(valid)))
		return cnova_pt_fail(check, va, "count of leaves below a 64K entry");

	return small->live == bitmap_weight(small->small.used, nr) ||
	       cnova_pt_fail(check, va, "count of a 4K table");
}

static bool cnova_pt_check_directory(struct cnova_pt_check *check,
				     const struct cnova_pt_node *node, u64 va);

/* A table that was adopted: it has to stay hooked where it was found. */
static bool cnova_pt_check_foreign(struct cnova_pt_check *check, const struct cnova_pt_node *node,
				   u32 i, u64 va)
{
	const struct cnova_pt_node *child = cnova_pt_word_table(node->word[i]);
	struct cnova_pt_entry entry;

	check->fmt->decode(check->fmt, node->kind, 0, cnova_pt_load(check, node, i), &entry);
	if (!node->foreign || entry.type != CNOVA_PT_ENTRY_TABLE || entry.pa != child->pa.raw)
		return cnova_pt_fail(check, va, "adopted table is not hooked");

	return cnova_pt_check_node(check, child, node->kind - 1, va) &&
	       cnova_pt_check_directory(check, child, va);
}

static bool cnova_pt_check_word(struct cnova_pt_check *check, const struct cnova_pt_node *node,
				u32 i, u64 va)
{
	const struct cnova_pt_node *child;
	u64 word = node->word[i];

	/* Most of them: nothing, here and in memory. */
	if (!word)
		return !cnova_pt_load(check, node, i) ||
		       cnova_pt_fail(check, va, "directory entry differs from memory");
	if (cnova_pt_word_is_broken(word))
		return cnova_pt_fail(check, va, "directory entry left broken");
	/* Somebody else's, who may have changed it. */
	if (word == CNOVA_PT_WORD_FOREIGN)
		return node->foreign || cnova_pt_fail(check, va, "foreign entry in our table");
	if (cnova_pt_word_is_foreign(word))
		return cnova_pt_check_foreign(check, node, i, va);
	if (cnova_pt_encode(check->fmt, word) != cnova_pt_load(check, node, i))
		return cnova_pt_fail(check, va, "directory entry differs from memory");
	if (cnova_pt_word_is_leaf(word) && !check->fmt->level[node->kind].leaf)
		return cnova_pt_fail(check, va, "leaf where none can be");

	child = cnova_pt_word_table(word);
	if (!child)
		return true;
	if (node->kind != CNOVA_PT_PDE0)
		return cnova_pt_check_node(check, child, node->kind - 1, va) &&
		       cnova_pt_check_directory(check, child, va);
	if (i & 1)
		return cnova_pt_check_small(check, child, cnova_pt_word_table(node->word[i - 1]),
					    va);
	return cnova_pt_check_big(check, child, va);
}

static bool cnova_pt_check_directory(struct cnova_pt_check *check,
				     const struct cnova_pt_node *node, u64 va)
{
	const struct cnova_pt_level *level = &check->fmt->level[node->kind];
	u32 i, live = 0;

	for (i = 0; i < 1U << level->bits; i++, va += 1ULL << level->shift) {
		bool used = false;
		u32 k;

		for (k = i * level->words; k < (i + 1) * level->words; k++) {
			if (!cnova_pt_check_word(check, node, k, va))
				return false;
			used |= node->word[k];
		}
		if (level->words == 2 && cnova_pt_word_is_leaf(node->word[2 * i]) &&
		    node->word[2 * i + 1])
			return cnova_pt_fail(check, va, "4K table beside a 2M leaf");
		live += used;
	}

	return live == node->live || cnova_pt_fail(check, va, "count of a directory");
}

static bool cnova_pt_check_loose(struct cnova_pt_check *check, struct rb_node *rb)
{
	for (; rb; rb = rb_next(rb)) {
		const struct cnova_pt_node *node = rb_entry(rb, struct cnova_pt_node, rb);
		u64 va = node->index << cnova_pt_span_lg2(check->fmt, node->kind);
		u32 i, nr = cnova_pt_table_bytes(check->fmt, node->kind) / sizeof(u64);

		if (node->state != CNOVA_PT_LOOSE)
			return cnova_pt_fail(check, va, "loose node is not in state LOOSE");
		if (!node->pins)
			return cnova_pt_fail(check, va, "loose node that nobody needs");
		for (i = 0; i < nr && !node->stale; i++)
			if (cnova_pt_load(check, node, i))
				return cnova_pt_fail(check, va, "fresh table is not zero");
	}

	return true;
}

/**
 * cnova_pt_validate() - Check a tree that no change is in the middle of.
 * @tree: Shadow.
 * @mem: The tables.
 * @va: Set to where something is wrong.
 *
 * Context: As mm/pt.h says. Reads all tables: for tests.
 * Return: NULL, or what is wrong.
 */
const char *cnova_pt_validate(struct cnova_pt_tree *tree, struct cnova_pt_mem *mem, u64 *va)
{
	struct cnova_pt_check check = { .fmt = tree->fmt, .mem = mem };

	if (cnova_pt_check_node(&check, tree->root, tree->fmt->root, 0) &&
	    cnova_pt_check_directory(&check, tree->root, 0))
		cnova_pt_check_loose(&check, rb_first(&tree->loose));

	*va = check.va;
	return check.what;
}
