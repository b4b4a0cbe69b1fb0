/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The page-table engine: what its users see.
 */
#ifndef _CNOVA_MM_PT_H_
#define _CNOVA_MM_PT_H_

#include <linux/types.h>

#include "mm/addr.h"
#include "mm/pt_fmt.h"

/**
 * DOC: Page-table engine
 *
 * The engine makes page tables say what a description of the address space
 * says: a *view*, an iterator over extents. Mapping, unmapping, sparse ranges,
 * eviction and re-binding are the same call with another view; the engine knows
 * nothing of who keeps the description.
 *
 * A change has three parts:
 *
 * *prepare* (process context, may fail) makes sure that every table which the
 * change may need exists: nodes of the shadow tree are found or made, and pinned.
 * *execute* (fence signalling path) stores entries. It allocates nothing and fails
 * only with the hardware.
 * *cleanup* (process context) unpins, and gives back tables that nothing uses.
 *
 * The engine takes no lock. Whoever owns the tree serialises all calls that take
 * a &struct cnova_pt_tree; in the kernel that is &cnova_vmm.lock. It never reads
 * VRAM: the shadow answers every question.
 */

/** enum cnova_extent_type - What a range of an address space is. */
enum cnova_extent_type {
	/** @CNOVA_EXTENT_MEM: Mapped to memory. */
	CNOVA_EXTENT_MEM,
	/** @CNOVA_EXTENT_SPARSE: Readable without memory. */
	CNOVA_EXTENT_SPARSE,
};

/**
 * struct cnova_extent - A range that one mapping covers with contiguous memory.
 *
 * Maximal: the neighbouring bytes belong to another mapping, to other memory, or
 * to none. No leaf reaches beyond an extent.
 */
struct cnova_extent {
	/** @start: First byte, 4 KiB aligned. */
	u64 start;
	/** @end: Byte after the last, 4 KiB aligned. */
	u64 end;
	/** @pa: VRAM or bus address of @start, as @attr.aperture says. */
	u64 pa;
	/** @attr: Aperture, permissions, kind. Ignored for sparse extents. */
	struct cnova_pt_attr attr;
	/** @type: Memory or sparse. */
	enum cnova_extent_type type;
	/**
	 * @max_leaf_lg2: No leaf larger than this: 12, 16, 21... Ignored for
	 * sparse extents: taking a sparse entry apart makes no hole.
	 */
	u8 max_leaf_lg2;
	/**
	 * @bound: The page tables held exactly this mapping before the change
	 * (as any mixture of leaf sizes): entries need not be written again.
	 *
	 * What is not bound is written inside the ranges of the job and taken for
	 * a hole outside of them: an evicted mapping that nobody binds now.
	 */
	bool bound;
};

/**
 * struct cnova_pt_view - A description of an address space, holes being what no
 * extent covers.
 */
struct cnova_pt_view {
	/**
	 * @next: Find the first extent that ends after @va. Called with
	 * ascending @va mostly. Signalling path during execute.
	 * Return: false if there is none.
	 */
	bool (*next)(struct cnova_pt_view *view, u64 va, struct cnova_extent *extent);
};

/** struct cnova_pt_range - A range of virtual addresses. */
struct cnova_pt_range {
	/** @start: First byte. */
	u64 start;
	/** @end: Byte after the last. */
	u64 end;
};

/**
 * struct cnova_pt_op - One operation, as prepare has to know it.
 *
 * Operations of a job may overlap; each is described as if it came alone, except
 * for the two flags, which look at all other mappings, whichever job makes them.
 */
struct cnova_pt_op {
	/** @range: The addresses that change. */
	struct cnova_pt_range range;
	/**
	 * @view: Extents that will be in @range: memory, or sparse. NULL for an
	 * unmap. May be asked for parts beyond @range, which are ignored.
	 */
	struct cnova_pt_view *view;
	/**
	 * @split_start: A mapping that may be there when the job runs has bytes
	 * on both sides of @range.start.
	 */
	bool split_start;
	/** @split_end: The same for @range.end. */
	bool split_end;
};

#endif /* _CNOVA_MM_PT_H_ */
