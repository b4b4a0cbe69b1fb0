/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The shadow of a set of page tables, and changes to it.
 */
#ifndef _CNOVA_MM_PT_TREE_H_
#define _CNOVA_MM_PT_TREE_H_

#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/rbtree.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "mm/addr.h"
#include "mm/pt.h"
#include "mm/pt_fmt.h"

/** CNOVA_PT_SMALL_ENTRIES - Most entries of a 4K table. */
#define CNOVA_PT_SMALL_ENTRIES	512
/** CNOVA_PT_BIG_ENTRIES - Most entries of a 64K table. */
#define CNOVA_PT_BIG_ENTRIES	32

/** enum cnova_pt_state - Where a node is. */
enum cnova_pt_state {
	/**
	 * @CNOVA_PT_LOOSE: In &cnova_pt_tree.loose: no walker can reach the table.
	 * Contents of the shadow are void: the tree's link is in their place.
	 */
	CNOVA_PT_LOOSE,
	/** @CNOVA_PT_LINKED: In a word of its parent; or the root. */
	CNOVA_PT_LINKED,
	/** @CNOVA_PT_DEAD: On a list of nodes to be freed once the TLB forgot them. */
	CNOVA_PT_DEAD,
};

/** struct cnova_pt_small - Shadow of a 4K table. */
struct cnova_pt_small {
	/** @used: Entries that are not zero. */
	DECLARE_BITMAP(used, CNOVA_PT_SMALL_ENTRIES);
	/**
	 * @valid: How many of the used entries below each 64K entry are leaves; the
	 * rest is sparse.
	 */
	u8 valid[CNOVA_PT_BIG_ENTRIES];
};

/** struct cnova_pt_big - Shadow of a 64K table. */
struct cnova_pt_big {
	/** @value: The entries. */
	u64 value[CNOVA_PT_BIG_ENTRIES];
	/** @broken: Entries that get their final value in pass 2. 0 between changes. */
	u32 broken;
};

/**
 * struct cnova_pt_node - Shadow of one table.
 *
 * Allocated with as much of the union as its kind needs: cnova_pt_node_bytes().
 */
struct cnova_pt_node {
	/** @pa: The table. Immutable. */
	struct cnova_vram_addr pa;
	/** @index: First virtual address >> log2 of the bytes covered. Immutable. */
	u64 index;
	/** @pins: Jobs, prepared and not executed, that may need it. */
	u32 pins;
	/** @live: Used entries; in a directory, entries that are not empty. */
	u16 live;
	/** @kind: An &enum cnova_pt_kind. Immutable. */
	u8 kind;
	/** @state: An &enum cnova_pt_state. */
	u8 state : 2;
	/** @stale: Loose: what the table holds is undefined; else it is all zero. */
	u8 stale : 1;
	/** @foreign: Adopted: somebody else's table. Never unhooked, never given back. */
	u8 foreign : 1;
	union {
		/** @rb: State LOOSE: in &cnova_pt_tree.loose. */
		struct rb_node rb;
		/** @next: State DEAD: next on the list. */
		struct cnova_pt_node *next;
		/** @small: Contents of a 4K table. */
		struct cnova_pt_small small;
		/** @big: Contents of a 64K table. */
		struct cnova_pt_big big;
		/**
		 * @word: Contents of a directory, one tagged word per child; PDE0
		 * two, low half (64K table, leaf, sparse) and high half (4K table).
		 */
		DECLARE_FLEX_ARRAY(u64, word);
	};
};

/* PERFORMANCE.md 6: 128 bytes for a 4K table, 384 for a 64K table, 4 KiB + 64. */
static_assert(offsetofend(struct cnova_pt_node, small) <= 128);
static_assert(offsetofend(struct cnova_pt_node, big) <= 384);
static_assert(offsetof(struct cnova_pt_node, word) <= 64);

/** struct cnova_pt_tree - Shadow of the tables of one address space. */
struct cnova_pt_tree {
	/** @fmt: Their format. Immutable. */
	const struct cnova_pt_fmt *fmt;
	/** @root: The root table. Never given back before the tree. */
	struct cnova_pt_node *root;
	/** @loose: Nodes of tables that are prepared and not linked. */
	struct rb_root loose;
	/** @dead: Nodes unhooked by cnova_pt_clear(). */
	struct cnova_pt_node *dead;
};

/** struct cnova_pt_need - A table that a job may need. */
struct cnova_pt_need {
	/** @index: As &cnova_pt_node.index. */
	u64 index;
	/** @node: Pinned; or, before that, one to be inserted. */
	struct cnova_pt_node *node;
	/** @kind: An &enum cnova_pt_kind. */
	u8 kind;
	/** @whole: An operation fills the table, so that it need not be zero first. */
	bool whole;
	/** @pinned: @node is in the tree and has our pin. */
	bool pinned;
};

/** struct cnova_pt_job - A change: from prepare to cleanup. Starts zeroed. */
struct cnova_pt_job {
	/** @needs: Tables, ascending by kind and index, each once. */
	struct cnova_pt_need *needs;
	/** @nr_needs: Number of @needs. */
	u32 nr_needs;
	/** @nr_ranges: Number of @ranges. */
	u32 nr_ranges;
	/** @ranges: Addresses that change, ascending, disjoint, not touching. */
	struct cnova_pt_range *ranges;
	/** @dead: Nodes that nothing uses any more, by &cnova_pt_node.next. */
	struct cnova_pt_node *dead;
	/** @resized: Execute changed the size of a leaf with bytes valid throughout. */
	bool resized;
};

struct cnova_pt_mem;

/** struct cnova_pt_adopter - What cnova_pt_adopt() is told. */
struct cnova_pt_adopter {
	/** @mem: The tables. Read once each. */
	struct cnova_pt_mem *mem;
	/** @end: Byte after the last of the addresses that are of interest. */
	u64 end;
	/** @vram_end: Byte after the last of VRAM: no table is beyond. */
	u64 vram_end;
	/**
	 * @alloc: Get memory for a node of a table of kind @kind,
	 * cnova_pt_node_bytes(). Return: NULL without.
	 */
	struct cnova_pt_node *(*alloc)(struct cnova_pt_adopter *adopter, enum cnova_pt_kind kind);
};

struct cnova_pt_io;

/** struct cnova_pt_io_ops - How tables are written. */
struct cnova_pt_io_ops {
	/**
	 * @store: Store @nr 64-bit words at @pa and on. All in one table. A walker
	 * sees them after those of earlier calls; those of one call in any order.
	 */
	void (*store)(struct cnova_pt_io *io, struct cnova_vram_addr pa, const u64 *words, u32 nr);

	/** @order: All stores so far are in memory before anything that follows. */
	void (*order)(struct cnova_pt_io *io);

	/**
	 * @invalidate: Make the TLB forget the address space and wait until it has.
	 * Return: 0, or the negative errno that makes the address space dead.
	 */
	int (*invalidate)(struct cnova_pt_io *io);
};

/** struct cnova_pt_io - Base of what writes tables. */
struct cnova_pt_io {
	/** @ops: How. */
	const struct cnova_pt_io_ops *ops;
};

size_t cnova_pt_node_bytes(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind);
void cnova_pt_node_init(struct cnova_pt_node *node, enum cnova_pt_kind kind, u64 index,
			struct cnova_vram_addr pa, bool zeroed);

void cnova_pt_tree_init(struct cnova_pt_tree *tree, const struct cnova_pt_fmt *fmt,
			struct cnova_pt_node *root);
struct cnova_pt_node *cnova_pt_tree_fini(struct cnova_pt_tree *tree);

int cnova_pt_adopt(struct cnova_pt_tree *tree, const struct cnova_pt_fmt *fmt,
		   struct cnova_vram_addr root, struct cnova_pt_adopter *adopter);
bool cnova_pt_next_foreign(struct cnova_pt_tree *tree, u64 va, struct cnova_pt_range *range);

int cnova_pt_job_init(struct cnova_pt_job *job, const struct cnova_pt_fmt *fmt,
		      const struct cnova_pt_op *ops, u32 nr_ops);
int cnova_pt_job_init_unmap(struct cnova_pt_job *job, const struct cnova_pt_fmt *fmt,
			    const struct cnova_pt_op *op, struct cnova_pt_range *range,
			    struct cnova_pt_need *needs, u32 max_needs);
bool cnova_pt_job_meets_foreign(struct cnova_pt_tree *tree, const struct cnova_pt_job *job);
u32 cnova_pt_job_pin(struct cnova_pt_tree *tree, struct cnova_pt_job *job);
void cnova_pt_job_insert(struct cnova_pt_tree *tree, struct cnova_pt_job *job);
void cnova_pt_job_unpin(struct cnova_pt_tree *tree, struct cnova_pt_job *job);
void cnova_pt_job_fini(struct cnova_pt_job *job);

int cnova_pt_execute(struct cnova_pt_tree *tree, struct cnova_pt_job *job,
		     struct cnova_pt_view *view, struct cnova_pt_io *io);

/* mm/pt_size.c */
bool cnova_pt_may_resize(const struct cnova_pt_fmt *fmt, struct cnova_pt_view *is,
			 struct cnova_pt_view *to_be, const struct cnova_pt_range *range);
bool cnova_pt_zap(struct cnova_pt_tree *tree, const struct cnova_pt_range *range,
		  struct cnova_pt_io *io);
bool cnova_pt_clear(struct cnova_pt_tree *tree, struct cnova_pt_io *io);

/**
 * struct cnova_pt_mem - Tables as they stand in memory, for cnova_pt_validate().
 */
struct cnova_pt_mem {
	/** @load: Load word @i of the table at @pa. */
	u64 (*load)(struct cnova_pt_mem *mem, struct cnova_vram_addr pa, u32 i);
};

const char *cnova_pt_validate(struct cnova_pt_tree *tree, struct cnova_pt_mem *mem, u64 *va);

#endif /* _CNOVA_MM_PT_TREE_H_ */
