// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Sizes of leaves
 *
 * Which leaves a view is stored in follows from the view alone: the largest that the
 * alignment of address and memory, the end of the extent and its limit allow. So two views can be
 * compared without the tables: whether one can take the other's place with no leaf
 * changing its size, which the GPU would have to be idle for (HARDWARE.md 3.7).
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

/* Stretches of leaves of one size to look at, before it is no longer cheap. */
#define CNOVA_PT_MAX_STRETCHES	256

static bool cnova_pt_extent_allows(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind,
				   const struct cnova_extent *extent)
{
	const struct cnova_pt_level *level = &fmt->level[kind];

	return level->bits && level->leaf && level->shift <= extent->max_leaf_lg2 &&
	       IS_ALIGNED(extent->pa - extent->start, 1ULL << level->shift);
}

/*
 * The size of the leaf at @va, as log2. @end, which is not beyond the extent, is moved down to
 * where leaves of another size may begin.
 */
static u8 cnova_pt_extent_leaf(const struct cnova_pt_fmt *fmt, const struct cnova_extent *extent,
			       u64 va, u64 *end)
{
	enum cnova_pt_kind kind;

	for (kind = CNOVA_NR_PT_KINDS - 1; kind > CNOVA_PT_4K; kind--) {
		u64 span = 1ULL << fmt->level[kind].shift, start;

		if (!cnova_pt_extent_allows(fmt, kind, extent))
			continue;

		start = round_down(va, span);
		if (start >= extent->start && extent->end - start >= span) {
			*end = min(*end, round_down(extent->end, span));
			return fmt->level[kind].shift;
		}

		/* The next leaf of this size, if there is one. */
		start += span;
		if (start < extent->end && extent->end - start >= span)
			*end = min(*end, start);
	}
	return fmt->level[CNOVA_PT_4K].shift;
}

/**
 * cnova_pt_may_resize() - May a leaf change its size when a view replaces another?
 * @fmt: Format.
 * @is: What is there.
 * @to_be: What will be there instead. It cuts no leaf of @is.
 * @range: Where.
 *
 * What is sparse, or a hole, on either side has no leaf.
 *
 * Context: As &cnova_pt_view.next.
 * Return: false: none does. true: one may, or there is too much to compare.
 */
bool cnova_pt_may_resize(const struct cnova_pt_fmt *fmt, struct cnova_pt_view *is,
			 struct cnova_pt_view *to_be, const struct cnova_pt_range *range)
{
	const struct cnova_extent *old, *new;
	struct cnova_pt_reader old_reader, new_reader;
	u64 va = range->start, end;
	u32 nr;

	cnova_pt_reader_init(&old_reader, fmt, is);
	cnova_pt_reader_init(&new_reader, fmt, to_be);

	for (nr = 0; nr < CNOVA_PT_MAX_STRETCHES; nr++, va = end) {
		old = cnova_pt_extent_at(&old_reader, va);
		new = cnova_pt_extent_at(&new_reader, va);
		if (!old || !new)
			return false;

		va = max3(va, old->start, new->start);
		if (va >= range->end)
			return false;

		end = min(old->end, new->end);
		if (va >= end || old->type != CNOVA_EXTENT_MEM || new->type != CNOVA_EXTENT_MEM)
			continue;
		if (cnova_pt_extent_leaf(fmt, old, va, &end) !=
		    cnova_pt_extent_leaf(fmt, new, va, &end))
			return true;
	}
	return true;
}
