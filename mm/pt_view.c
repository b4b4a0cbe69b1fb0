// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Reading a view
 *
 * Answers two questions: which extent is at an address, or next; and how the part
 * of the view below one entry is stored, on its own level or in a table.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

/**
 * cnova_pt_reader_init() - Start to read a view, all of it.
 * @reader: To be initialised.
 * @fmt: Format.
 * @view: What to read; NULL: nothing but holes.
 *
 * Context: Any.
 */
void cnova_pt_reader_init(struct cnova_pt_reader *reader, const struct cnova_pt_fmt *fmt,
			  struct cnova_pt_view *view)
{
	*reader = (struct cnova_pt_reader){
		.fmt = fmt,
		.view = view,
		.known = !view,
		.none = !view,
	};
}

/**
 * cnova_pt_range_after() - Find a range of the job.
 * @reader: Reader.
 * @va: Address.
 *
 * Context: Any.
 * Return: The first range that ends after @va, or NULL.
 */
const struct cnova_pt_range *cnova_pt_range_after(const struct cnova_pt_reader *reader, u64 va)
{
	u32 lo = 0, hi = reader->nr_ranges;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (reader->ranges[mid].end > va)
			hi = mid;
		else
			lo = mid + 1;
	}

	return lo < reader->nr_ranges ? &reader->ranges[lo] : NULL;
}

/* Cut what is not bound to the ranges of the job. Return: false if nothing is left. */
static bool cnova_pt_extent_clip(const struct cnova_pt_reader *reader,
				 struct cnova_extent *extent, u64 va)
{
	const struct cnova_pt_range *range;
	u64 start;

	if (extent->bound || !reader->ranges)
		return true;

	range = cnova_pt_range_after(reader, max(va, extent->start));
	if (!range || range->start >= extent->end)
		return false;

	start = max(range->start, extent->start);
	extent->pa += start - extent->start;
	extent->start = start;
	extent->end = min(range->end, extent->end);
	return true;
}

/**
 * cnova_pt_extent_at() - Find the extent at an address, or the next one.
 * @reader: Reader.
 * @va: Address.
 *
 * Context: As &cnova_pt_view.next.
 * Return: The first extent that ends after @va, valid until the next call; or NULL.
 */
const struct cnova_extent *cnova_pt_extent_at(struct cnova_pt_reader *reader, u64 va)
{
	struct cnova_extent *extent = &reader->extent;
	u64 from = va;

	if (reader->known && va >= reader->from && (reader->none || va < extent->end))
		return reader->none ? NULL : extent;

	reader->known = true;
	reader->from = from;
	reader->none = true;

	while (reader->view->next(reader->view, va, extent)) {
		if (WARN_ON_ONCE(extent->end <= va))
			return NULL;

		if (cnova_pt_extent_clip(reader, extent, va)) {
			reader->none = false;
			return extent;
		}
		va = extent->end;
	}

	return NULL;
}

/**
 * cnova_pt_want() - How is a span of the view stored?
 * @reader: Reader.
 * @kind: Kind of table whose entry covers the span.
 * @va: First address of the span.
 *
 * Context: As &cnova_pt_view.next.
 * Return: In one entry of that table, and what it says; or in a table below. After
 * a leaf &cnova_pt_reader.extent is its extent.
 */
struct cnova_pt_want cnova_pt_want(struct cnova_pt_reader *reader, enum cnova_pt_kind kind,
				   u64 va)
{
	const struct cnova_pt_level *level = &reader->fmt->level[kind];
	const struct cnova_extent *extent = cnova_pt_extent_at(reader, va);
	u64 span = 1ULL << level->shift;
	struct cnova_pt_want want = { .type = CNOVA_PT_WANT_TABLE };

	if (!extent || extent->start >= va + span) {
		want.type = CNOVA_PT_WANT_HOLE;
		return want;
	}

	if (extent->start > va || extent->end < va + span)
		return want;

	want.keep = extent->bound;
	if (extent->type == CNOVA_EXTENT_SPARSE)
		want.type = CNOVA_PT_WANT_SPARSE;
	else if (level->leaf && level->shift <= extent->max_leaf_lg2 &&
		 IS_ALIGNED(extent->pa + (va - extent->start), span))
		want.type = CNOVA_PT_WANT_LEAF;

	return want;
}

/**
 * cnova_pt_leaf_value() - Make the leaf that cnova_pt_want() asked for.
 * @reader: Reader; its extent is the one the leaf belongs to.
 * @va: First address of the leaf.
 *
 * Context: Any.
 * Return: The entry.
 */
u64 cnova_pt_leaf_value(const struct cnova_pt_reader *reader, u64 va)
{
	const struct cnova_extent *extent = &reader->extent;
	u64 word;

	reader->fmt->fill(&word, 1, extent->pa + (va - extent->start), 0, &extent->attr);
	return word;
}
