/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_RBTREE_H_
#define _HOST_LINUX_RBTREE_H_

#include <linux/container_of.h>
#include <linux/types.h>

/*
 * The interface, and the size of a node. Not balanced: the tests do not care, and
 * what is not here cannot be wrong.
 */
struct rb_node {
	struct rb_node *rb_parent;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT				((struct rb_root) { NULL })
#define RB_CLEAR_NODE(node)		((node)->rb_parent = (node))
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)
#define rb_insert_color(node, root)	do { (void)(node); (void)(root); } while (0)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->rb_parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

static inline struct rb_node *host_rb_leftmost(struct rb_node *node)
{
	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return host_rb_leftmost(root->rb_node);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->rb_right)
		return host_rb_leftmost(node->rb_right);
	while (node->rb_parent && node == node->rb_parent->rb_right)
		node = node->rb_parent;
	return node->rb_parent;
}

/* Put @by, or nothing, where @node hangs. */
static inline void host_rb_replace(struct rb_root *root, struct rb_node *node,
				   struct rb_node *by)
{
	if (!node->rb_parent)
		root->rb_node = by;
	else if (node == node->rb_parent->rb_left)
		node->rb_parent->rb_left = by;
	else
		node->rb_parent->rb_right = by;
	if (by)
		by->rb_parent = node->rb_parent;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		host_rb_replace(root, node, node->rb_left ? node->rb_left : node->rb_right);
		return;
	}

	next = host_rb_leftmost(node->rb_right);
	host_rb_replace(root, next, next->rb_right);
	host_rb_replace(root, node, next);
	next->rb_left = node->rb_left;
	next->rb_left->rb_parent = next;
	next->rb_right = node->rb_right;
	if (next->rb_right)
		next->rb_right->rb_parent = next;
}

#endif
