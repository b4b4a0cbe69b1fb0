// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: 4K tables
 *
 * The shadow keeps no values of 4K leaves, only which entries are used: what is bound
 * and used is right as it stands, everything else is stored.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mm/pt_walk.h"

static u32 cnova_pt_slot_pages(const struct cnova_pt_fmt *fmt)
{
	return 1U << (fmt->level[CNOVA_PT_64K].shift - fmt->level[CNOVA_PT_4K].shift);
}

/* Entries [*@a, *@b) of @small for [@va, @end). */
static void cnova_pt_small_entries(const struct cnova_pt_walk *walk, u64 va, u64 end,
				   u32 *a, u32 *b)
{
	*a = cnova_pt_index(walk->fmt, CNOVA_PT_4K, va);
	*b = *a + ((end - va) >> walk->fmt->level[CNOVA_PT_4K].shift);
}

static void cnova_pt_small_count(const struct cnova_pt_walk *walk, struct cnova_pt_node *small)
{
	small->live = bitmap_weight(small->small.used,
				    1U << walk->fmt->level[CNOVA_PT_4K].bits);
}

/**
 * cnova_pt_small_uses() - Is anything used below a 64K entry?
 * @fmt: Format.
 * @small: 4K table, or NULL.
 * @slot: Index of the 64K entry.
 *
 * Context: As mm/pt.h says.
 * Return: Whether a 4K entry is.
 */
bool cnova_pt_small_uses(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *small,
			 u32 slot)
{
	u32 pages = cnova_pt_slot_pages(fmt), a = slot * pages;

	return small && find_next_bit(small->small.used, a + pages, a) < a + pages;
}

/**
 * cnova_pt_small_shows() - Is any entry of a 4K table in use and not hidden?
 * @fmt: Format.
 * @small: 4K table, or NULL.
 * @big: The 64K table beside it, or NULL.
 *
 * Context: As mm/pt.h says.
 * Return: Whether one is.
 */
bool cnova_pt_small_shows(const struct cnova_pt_fmt *fmt, const struct cnova_pt_node *small,
			  const struct cnova_pt_node *big)
{
	u32 slot;

	if (!small || !small->live)
		return false;
	if (!big)
		return true;

	for (slot = 0; slot < cnova_pt_nr_slots(fmt); slot++)
		if (!big->big.value[slot] && cnova_pt_small_uses(fmt, small, slot))
			return true;

	return false;
}

/* Clear entries [@a, @b). Return: how many were used. */
static u32 cnova_pt_small_zero(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			       u32 a, u32 b, bool all)
{
	u32 i, nr = 0;

	for (i = a; i < b; i++) {
		bool used = test_bit(i, small->small.used);

		nr += used;
		if (used || all)
			cnova_pt_put(walk, small->pa.raw + i * sizeof(u64), 0);
	}

	bitmap_clear(small->small.used, a, b - a);
	small->live -= nr;
	return nr;
}

/**
 * cnova_pt_small_clear() - Clear all entries below some 64K entries.
 * @walk: Execution.
 * @small: 4K table.
 * @va: First address, of a whole 64K entry.
 * @end: Address after the last 64K entry.
 * @all: Also entries that the shadow says are clear: what the table holds is
 *       undefined.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_small_clear(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			  u64 va, u64 end, bool all)
{
	u32 a, b, slot, pages = cnova_pt_slot_pages(walk->fmt);

	cnova_pt_small_entries(walk, va, end, &a, &b);
	cnova_pt_small_zero(walk, small, a, b, all);
	for (slot = a / pages; slot < b / pages; slot++)
		small->small.valid[slot] = 0;
}

/**
 * cnova_pt_small_zap() - Clear leaves.
 * @walk: Execution.
 * @small: 4K table.
 * @va: First address.
 * @end: Address after the last, below the same 64K entry. No entry is sparse.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_small_zap(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			u64 va, u64 end)
{
	u32 a, b, nr;
	u8 *valid;

	cnova_pt_small_entries(walk, va, end, &a, &b);
	valid = &small->small.valid[a / cnova_pt_slot_pages(walk->fmt)];
	nr = cnova_pt_small_zero(walk, small, a, b, false);
	if (!WARN_ON_ONCE(nr > *valid))
		*valid -= nr;
}

/**
 * cnova_pt_small_sparse() - Make entries sparse.
 * @walk: Execution.
 * @small: 4K table.
 * @va: First address.
 * @end: Address after the last.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_small_sparse(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			   u64 va, u64 end)
{
	u32 a, b, i;

	cnova_pt_small_entries(walk, va, end, &a, &b);
	for (i = a; i < b; i++)
		cnova_pt_put(walk, small->pa.raw + i * sizeof(u64), walk->fmt->sparse);

	bitmap_set(small->small.used, a, b - a);
	cnova_pt_small_count(walk, small);
}

/* [@a, @b) is memory now. Slots count from zero, as cnova_pt_small_paint() leaves them. */
static void cnova_pt_small_count_valid(const struct cnova_pt_walk *walk,
				       struct cnova_pt_node *small, u32 a, u32 b)
{
	u32 pages = cnova_pt_slot_pages(walk->fmt);

	while (a < b) {
		u32 stop = min(round_down(a, pages) + pages, b);

		small->small.valid[a / pages] += stop - a;
		a = stop;
	}
}

static void cnova_pt_small_store(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
				 u32 a, u32 b, u64 va)
{
	const struct cnova_extent *extent = &walk->reader.extent;
	u64 pa = small->pa.raw + a * sizeof(u64);
	u32 i;

	if (extent->type == CNOVA_EXTENT_MEM) {
		cnova_pt_put_leaves(walk, pa, b - a, extent, va);
		return;
	}

	for (i = a; i < b; i++, pa += sizeof(u64))
		cnova_pt_put(walk, pa, walk->fmt->sparse);
}

/* Make [@va, @end), which the current extent covers, say what it says. */
static void cnova_pt_small_extent(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
				  u64 va, u64 end, bool in_place)
{
	const struct cnova_extent *extent = &walk->reader.extent;
	unsigned long *used = small->small.used;
	u64 page = cnova_pt_entry_span(walk->fmt, CNOVA_PT_4K);
	u32 first, a, b, stop;

	cnova_pt_small_entries(walk, va, end, &first, &stop);
	for (a = first; a < stop; a = b) {
		b = stop;
		if (in_place && extent->bound) {
			a = find_next_zero_bit(used, stop, a);
			b = find_next_bit(used, stop, a);
			if (a == b)
				break;
		}
		cnova_pt_small_store(walk, small, a, b, va + (a - first) * page);
	}

	bitmap_set(used, first, stop - first);
	if (extent->type == CNOVA_EXTENT_MEM)
		cnova_pt_small_count_valid(walk, small, first, stop);
}

/**
 * cnova_pt_small_paint() - Make entries say what the view says.
 * @walk: Execution.
 * @small: 4K table.
 * @va: First address, of a whole 64K entry.
 * @end: Address after the last 64K entry.
 * @in_place: What is bound and used is right. Otherwise the entries are hidden, and
 *            what they hold has nothing to do with the view.
 * @all: As for cnova_pt_small_clear().
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_small_paint(struct cnova_pt_walk *walk, struct cnova_pt_node *small,
			  u64 va, u64 end, bool in_place, bool all)
{
	u32 a, b, pages = cnova_pt_slot_pages(walk->fmt);

	cnova_pt_small_entries(walk, va, end, &a, &b);
	memset(&small->small.valid[a / pages], 0, (b - a) / pages);

	while (va < end) {
		const struct cnova_extent *extent = cnova_pt_extent_at(&walk->reader, va);
		u64 stop = extent ? min(extent->start, end) : end;

		if (stop > va) {
			cnova_pt_small_entries(walk, va, stop, &a, &b);
			cnova_pt_small_zero(walk, small, a, b, all);
		} else {
			stop = min(extent->end, end);
			cnova_pt_small_extent(walk, small, va, stop, in_place);
		}
		va = stop;
	}
	cnova_pt_small_count(walk, small);
}
