// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Shadow of the page tables
 *
 * A node for each table. It answers every question about the table, so that VRAM is
 * never read. Linked nodes are found from the root as a walker finds the tables;
 * loose ones, which no walker can reach, by kind and index in an rb-tree whose
 * links are in the nodes: inserting allocates nothing.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "mm/pt_walk.h"

/**
 * cnova_pt_node_bytes() - How large is a node?
 * @fmt: Format.
 * @kind: Kind of table.
 *
 * Context: Any.
 * Return: Bytes to allocate.
 */
size_t cnova_pt_node_bytes(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind)
{
	switch (kind) {
	case CNOVA_PT_4K:
		return offsetofend(struct cnova_pt_node, small);
	case CNOVA_PT_64K:
		return offsetofend(struct cnova_pt_node, big);
	default:
		/* A root may have fewer words than a loose node needs. */
		return max_t(size_t, sizeof(struct cnova_pt_node),
			     offsetof(struct cnova_pt_node, word) +
			     cnova_pt_table_bytes(fmt, kind));
	}
}

/**
 * cnova_pt_node_init() - Initialise a node.
 * @node: Memory of cnova_pt_node_bytes() bytes.
 * @kind: Kind of its table.
 * @index: Which table: first address >> log2 of the bytes it covers.
 * @pa: Where it is.
 * @zeroed: It holds zero only. Otherwise what it holds is undefined.
 *
 * Context: Any.
 */
void cnova_pt_node_init(struct cnova_pt_node *node, enum cnova_pt_kind kind, u64 index,
			struct cnova_vram_addr pa, bool zeroed)
{
	node->pa = pa;
	node->index = index;
	node->pins = 0;
	node->live = 0;
	node->kind = kind;
	node->state = CNOVA_PT_LOOSE;
	node->stale = !zeroed;
	node->foreign = false;
	RB_CLEAR_NODE(&node->rb);
}

static void cnova_pt_node_empty(const struct cnova_pt_fmt *fmt, struct cnova_pt_node *node)
{
	size_t header = offsetof(struct cnova_pt_node, word);

	memset((void *)node + header, 0, cnova_pt_node_bytes(fmt, node->kind) - header);
	node->live = 0;
}

/**
 * cnova_pt_tree_init() - Start with an empty address space.
 * @tree: To be initialised.
 * @fmt: Format.
 * @root: Node of the root table, which is zeroed.
 *
 * Context: Any.
 */
void cnova_pt_tree_init(struct cnova_pt_tree *tree, const struct cnova_pt_fmt *fmt,
			struct cnova_pt_node *root)
{
	*tree = (struct cnova_pt_tree){ .fmt = fmt, .root = root, .loose = RB_ROOT };
	root->state = CNOVA_PT_LINKED;
	cnova_pt_node_empty(fmt, root);
}

static u32 cnova_pt_nr_words(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *node)
{
	return cnova_pt_table_bytes(fmt, node->kind) / sizeof(u64);
}

/**
 * cnova_pt_kill() - Put a node on a list of dead ones.
 * @dead: The list.
 * @node: Node that is in no tree.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_kill(struct cnova_pt_node **dead, struct cnova_pt_node *node)
{
	node->state = CNOVA_PT_DEAD;
	node->next = *dead;
	*dead = node;
}

static void cnova_pt_kill_below(const struct cnova_pt_fmt *fmt, struct cnova_pt_node **dead,
				struct cnova_pt_node *node)
{
	u32 i;

	for (i = 0; node->kind >= CNOVA_PT_PDE0 && i < cnova_pt_nr_words(fmt, node); i++) {
		struct cnova_pt_node *child = cnova_pt_word_table(node->word[i]);

		if (child)
			cnova_pt_kill_below(fmt, dead, child);
	}
	cnova_pt_kill(dead, node);
}

/**
 * cnova_pt_tree_fini() - The end of a tree.
 * @tree: Tree.
 *
 * Context: As mm/pt.h says.
 * Return: All its nodes, by &cnova_pt_node.next.
 */
struct cnova_pt_node *cnova_pt_tree_fini(struct cnova_pt_tree *tree)
{
	struct cnova_pt_node *dead = tree->dead;
	struct rb_node *rb;

	while ((rb = rb_first(&tree->loose))) {
		rb_erase(rb, &tree->loose);
		cnova_pt_kill(&dead, rb_entry(rb, struct cnova_pt_node, rb));
	}
	cnova_pt_kill_below(tree->fmt, &dead, tree->root);
	tree->root = NULL;
	tree->dead = NULL;
	return dead;
}

static int cnova_pt_compare(const struct cnova_pt_node *node, enum cnova_pt_kind kind, u64 index)
{
	if (node->kind != kind)
		return kind < node->kind ? -1 : 1;
	if (node->index != index)
		return index < node->index ? -1 : 1;
	return 0;
}

static struct cnova_pt_node *cnova_pt_loose_find(struct cnova_pt_tree *tree,
						 enum cnova_pt_kind kind, u64 index)
{
	struct rb_node *rb = tree->loose.rb_node;

	while (rb) {
		struct cnova_pt_node *node = rb_entry(rb, struct cnova_pt_node, rb);
		int cmp = cnova_pt_compare(node, kind, index);

		if (!cmp)
			return node;
		rb = cmp < 0 ? rb->rb_left : rb->rb_right;
	}

	return NULL;
}

/**
 * cnova_pt_loose_add() - Have a node that no walker can reach.
 * @tree: Tree, without such a node.
 * @node: Node.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_loose_add(struct cnova_pt_tree *tree, struct cnova_pt_node *node)
{
	struct rb_node **link = &tree->loose.rb_node, *parent = NULL;

	while (*link) {
		struct cnova_pt_node *other = rb_entry(*link, struct cnova_pt_node, rb);

		parent = *link;
		link = cnova_pt_compare(other, node->kind, node->index) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	node->state = CNOVA_PT_LOOSE;
	rb_link_node(&node->rb, parent, link);
	rb_insert_color(&node->rb, &tree->loose);
}

/**
 * cnova_pt_loose_remove() - The opposite of cnova_pt_loose_add().
 * @tree: Tree.
 * @node: Loose node of it.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_loose_remove(struct cnova_pt_tree *tree, struct cnova_pt_node *node)
{
	rb_erase(&node->rb, &tree->loose);
}

/**
 * cnova_pt_find() - Find the node of a table, linked or loose.
 * @tree: Tree.
 * @kind: Kind of table, below the root.
 * @index: Which one.
 *
 * Context: As mm/pt.h says.
 * Return: The node, or NULL.
 */
struct cnova_pt_node *cnova_pt_find(struct cnova_pt_tree *tree, enum cnova_pt_kind kind,
				    u64 index)
{
	u64 va = index << cnova_pt_span_lg2(tree->fmt, kind);
	struct cnova_pt_node *node = tree->root;

	while (node) {
		u32 i = cnova_pt_index(tree->fmt, node->kind, va);

		if (node->kind == kind)
			return node;
		if (node->kind == CNOVA_PT_PDE0)
			i = 2 * i + (kind == CNOVA_PT_4K);
		else if (node->kind < CNOVA_PT_PDE0)
			break;
		node = cnova_pt_word_table(node->word[i]);
	}

	return cnova_pt_loose_find(tree, kind, index);
}

/**
 * cnova_pt_take() - Take a loose node, to be linked.
 * @walk: Execution.
 * @kind: Kind of table.
 * @va: An address below the table.
 *
 * Context: As mm/pt.h says.
 * Return: The node, its shadow empty; or NULL: nobody prepared it.
 */
struct cnova_pt_node *cnova_pt_take(struct cnova_pt_walk *walk, enum cnova_pt_kind kind, u64 va)
{
	u64 index = va >> cnova_pt_span_lg2(walk->fmt, kind);
	struct cnova_pt_node *node = cnova_pt_loose_find(walk->tree, kind, index);

	if (WARN_ON_ONCE(!node))
		return NULL;

	cnova_pt_loose_remove(walk->tree, node);
	cnova_pt_node_empty(walk->fmt, node);
	node->state = CNOVA_PT_LINKED;
	return node;
}

/**
 * cnova_pt_detach() - Let go of a table that was unhooked, and of all below.
 * @walk: Execution.
 * @node: Its node.
 *
 * What is pinned becomes loose, with undefined contents; the rest is dead.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_detach(struct cnova_pt_walk *walk, struct cnova_pt_node *node)
{
	u32 i;

	for (i = 0; node->kind >= CNOVA_PT_PDE0 && i < cnova_pt_nr_words(walk->fmt, node); i++) {
		struct cnova_pt_node *child = cnova_pt_word_table(node->word[i]);

		if (child)
			cnova_pt_detach(walk, child);
	}

	if (!node->pins) {
		cnova_pt_kill(walk->dead, node);
		return;
	}

	node->stale = true;
	cnova_pt_loose_add(walk->tree, node);
}

/**
 * cnova_pt_has_leaf() - Is anything mapped below a table?
 * @fmt: Format.
 * @node: Its node, or NULL.
 *
 * Context: As mm/pt.h says.
 * Return: Whether there is a leaf. Sparse entries are none.
 */
bool cnova_pt_has_leaf(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *node)
{
	u32 i;

	if (!node || !node->live)
		return false;
	if (node->kind == CNOVA_PT_4K)
		return memchr_inv(node->small.valid, 0, sizeof(node->small.valid));
	if (node->kind == CNOVA_PT_64K) {
		for (i = 0; i < cnova_pt_nr_slots(fmt); i++)
			if (cnova_pt_word_is_leaf(node->big.value[i]))
				return true;
		return false;
	}

	for (i = 0; i < cnova_pt_nr_words(fmt, node); i++)
		if (cnova_pt_word_is_leaf(node->word[i]) ||
		    cnova_pt_has_leaf(fmt, cnova_pt_word_table(node->word[i])))
			return true;

	return false;
}
