/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The page-table engine from the inside: shared by mm/pt_*.c only.
 */
#ifndef _CNOVA_MM_PT_WALK_H_
#define _CNOVA_MM_PT_WALK_H_

#include <linux/bits.h>
#include <linux/types.h>

#include "mm/pt_tree.h"

/*
 * Words of a directory: 0 is empty, a value with bit 0 a leaf as the hardware has
 * it, an aligned pointer the node of a table. An entry that is broken is zero in
 * memory until pass 2 gives it its final value: a table, if there is a pointer too.
 */
#define CNOVA_PT_WORD_LEAF	BIT_ULL(0)
#define CNOVA_PT_WORD_SPARSE	BIT_ULL(1)
#define CNOVA_PT_WORD_BROKEN	BIT_ULL(2)
#define CNOVA_PT_WORD_TAGS	GENMASK_ULL(2, 0)

/* In an adopted table: an entry of somebody else, whatever it says. Never changed. */
#define CNOVA_PT_WORD_FOREIGN	(CNOVA_PT_WORD_SPARSE | CNOVA_PT_WORD_BROKEN)

static inline bool cnova_pt_word_is_leaf(u64 word)
{
	return word & CNOVA_PT_WORD_LEAF;
}

static inline bool cnova_pt_word_is_broken(u64 word)
{
	return (word & CNOVA_PT_WORD_TAGS) == CNOVA_PT_WORD_BROKEN;
}

/* The table that a word names, linked or, in a broken one, to be linked; or NULL. */
static inline struct cnova_pt_node *cnova_pt_word_table(u64 word)
{
	if (word & (CNOVA_PT_WORD_LEAF | CNOVA_PT_WORD_SPARSE))
		return NULL;

	return (struct cnova_pt_node *)(unsigned long)(word & ~CNOVA_PT_WORD_TAGS);
}

/* May the entry not be changed? Its table, or all that it says, belongs to others. */
static inline bool cnova_pt_word_is_foreign(u64 word)
{
	const struct cnova_pt_node *table = cnova_pt_word_table(word);

	return word == CNOVA_PT_WORD_FOREIGN || (table && table->foreign);
}

static inline u64 cnova_pt_table_word(const struct cnova_pt_node *node)
{
	return (unsigned long)node;
}

/** enum cnova_pt_want_type - How a span of a view is stored in one entry. */
enum cnova_pt_want_type {
	/** @CNOVA_PT_WANT_HOLE: Empty. */
	CNOVA_PT_WANT_HOLE,
	/** @CNOVA_PT_WANT_SPARSE: Sparse entry. */
	CNOVA_PT_WANT_SPARSE,
	/** @CNOVA_PT_WANT_LEAF: Leaf, of &cnova_pt_reader.extent. */
	CNOVA_PT_WANT_LEAF,
	/** @CNOVA_PT_WANT_TABLE: Not in one entry. */
	CNOVA_PT_WANT_TABLE,
};

/** struct cnova_pt_want - What cnova_pt_want() finds. */
struct cnova_pt_want {
	/** @type: How it is stored. */
	enum cnova_pt_want_type type;
	/** @keep: One bound extent covers all: as the tables have it, it is right. */
	bool keep;
};

/** struct cnova_pt_reader - Reads a view, and remembers the last answer. */
struct cnova_pt_reader {
	/** @fmt: Format. */
	const struct cnova_pt_fmt *fmt;
	/** @view: What is read. */
	struct cnova_pt_view *view;
	/** @ranges: What is not bound exists only here; NULL: everywhere. */
	const struct cnova_pt_range *ranges;
	/** @nr_ranges: Number of @ranges. */
	u32 nr_ranges;
	/** @known: @from, @none and @extent are an answer. */
	bool known;
	/** @none: There is no extent after @from. */
	bool none;
	/** @from: @extent is the first extent that ends after any address from here on. */
	u64 from;
	/** @extent: The extent. */
	struct cnova_extent extent;
};

void cnova_pt_reader_init(struct cnova_pt_reader *reader, const struct cnova_pt_fmt *fmt,
			  struct cnova_pt_view *view);
const struct cnova_pt_range *cnova_pt_range_after(const struct cnova_pt_reader *reader, u64 va);
const struct cnova_extent *cnova_pt_extent_at(struct cnova_pt_reader *reader, u64 va);
struct cnova_pt_want cnova_pt_want(struct cnova_pt_reader *reader, enum cnova_pt_kind kind,
				   u64 va);
u64 cnova_pt_leaf_value(const struct cnova_pt_reader *reader, u64 va);

/** CNOVA_PT_RUN_WORDS - Stores that are handed over in one call. */
#define CNOVA_PT_RUN_WORDS	64

/** struct cnova_pt_walk - An execution on its way. On the stack. */
struct cnova_pt_walk {
	/** @tree: Shadow. */
	struct cnova_pt_tree *tree;
	/** @fmt: Its format. */
	const struct cnova_pt_fmt *fmt;
	/** @io: Where stores go. */
	struct cnova_pt_io *io;
	/** @dead: Where nodes go that nothing uses any more. */
	struct cnova_pt_node **dead;
	/** @stored: Something was stored since the last invalidate. */
	bool stored;
	/**
	 * @done: Everything before this address is as pass 1 leaves it. Two ranges
	 * may concern one entry, which is brought up to date once, for both.
	 */
	u64 done;
	/** @resized: A leaf changed its size. */
	bool resized;
	/** @marks: Entries of directories, and PDE0 entries, with work for pass 2. */
	u32 marks;
	/** @run_nr: Stores collected. */
	u32 run_nr;
	/** @run_pa: Where the first of them goes. */
	u64 run_pa;
	/** @run: Stores collected, to consecutive words. */
	u64 run[CNOVA_PT_RUN_WORDS];
	/** @reader: The view. */
	struct cnova_pt_reader reader;
};

/* mm/pt_tree.c */
struct cnova_pt_node *cnova_pt_find(struct cnova_pt_tree *tree, enum cnova_pt_kind kind,
				    u64 index);
void cnova_pt_loose_add(struct cnova_pt_tree *tree, struct cnova_pt_node *node);
void cnova_pt_loose_remove(struct cnova_pt_tree *tree, struct cnova_pt_node *node);
struct cnova_pt_node *cnova_pt_take(struct cnova_pt_walk *walk, enum cnova_pt_kind kind, u64 va);
void cnova_pt_kill(struct cnova_pt_node **dead, struct cnova_pt_node *node);
void cnova_pt_detach(struct cnova_pt_walk *walk, struct cnova_pt_node *node);
bool cnova_pt_has_leaf(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *node);

/* mm/pt_store.c */
void cnova_pt_put(struct cnova_pt_walk *walk, u64 pa, u64 word);
void cnova_pt_put_leaves(struct cnova_pt_walk *walk, u64 pa, u32 nr,
			 const struct cnova_extent *extent, u64 va);
void cnova_pt_flush(struct cnova_pt_walk *walk);
u64 cnova_pt_encode(const struct cnova_pt_fmt *fmt, u64 word);
void cnova_pt_set(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i, u64 word);
void cnova_pt_set_frame(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i,
			u64 low, u64 high, bool high_first);
void cnova_pt_set_big(struct cnova_pt_walk *walk, struct cnova_pt_node *big, u32 slot, u64 value);

/* mm/pt_small.c */
void cnova_pt_small_clear(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			  u64 va, u64 end, bool all);
void cnova_pt_small_zap(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			u64 va, u64 end);
void cnova_pt_small_sparse(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			   u64 va, u64 end);
void cnova_pt_small_paint(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			  u64 va, u64 end, bool in_place, bool all);
bool cnova_pt_small_uses(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *small,
			 u32 slot);
bool cnova_pt_small_shows(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *small,
			  const struct cnova_pt_node *big);

/* mm/pt_build.c */
int cnova_pt_build(struct cnova_pt_walk *walk, struct cnova_pt_node *node);
int cnova_pt_build_below(struct cnova_pt_walk *walk, u64 va, bool over_sparse,
			 struct cnova_pt_node **big, struct cnova_pt_node **small);

/* mm/pt_frame.c, mm/pt_slots.c */
int cnova_pt_frame(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va);
void cnova_pt_frame_finish(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va);
int cnova_pt_slots(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va, u32 dirty);
void cnova_pt_slots_finish(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u64 va);

/* Number of 64K entries of a frame. */
static inline u32 cnova_pt_nr_slots(const struct cnova_pt_fmt *fmt)
{
	return 1U << fmt->level[CNOVA_PT_64K].bits;
}

/* Bytes of address space per entry. */
static inline u64 cnova_pt_entry_span(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind)
{
	return 1ULL << fmt->level[kind].shift;
}

#endif /* _CNOVA_MM_PT_WALK_H_ */
