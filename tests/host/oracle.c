// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What an address space should be.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "oracle.h"

u32 oracle_find(const struct oracle *oracle, u64 va)
{
	u32 lo = 0, hi = oracle->nr;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (oracle->map[mid].end > va)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* The piece of @map that has @va, or the first after it. */
static void oracle_extent(const struct mapping *map, u64 va, struct cnova_extent *extent)
{
	const struct backing *b = map->backing;
	u64 from;
	u32 i;

	va = max(va, map->start);
	for (i = 0; i + 1 < b->nr && b->run[i + 1].start <= va; i++)
		;
	from = max(map->start, b->run[i].start);
	*extent = (struct cnova_extent){
		.start = from,
		.end = i + 1 < b->nr ? min(map->end, b->run[i + 1].start) : map->end,
		.pa = b->run[i].pa + (from - b->run[i].start),
		.attr = b->attr,
		.type = b->type,
		.max_leaf_lg2 = b->cap,
		.bound = map->bound,
	};
}

static bool oracle_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	const struct oracle *oracle = container_of(base, struct oracle_view, base)->oracle;
	u32 i = oracle_find(oracle, va);

	if (i == oracle->nr)
		return false;
	oracle_extent(&oracle->map[i], va, extent);
	return true;
}

struct cnova_pt_view *oracle_view_init(struct oracle_view *view, const struct oracle *oracle)
{
	view->base.next = oracle_view_next;
	view->oracle = oracle;
	return &view->base;
}

static bool mapping_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	const struct mapping *map = &container_of(base, struct mapping_view, base)->map;

	if (va >= map->end)
		return false;
	oracle_extent(map, va, extent);
	return true;
}

struct cnova_pt_view *mapping_view_init(struct mapping_view *view, u64 start, u64 end,
					const struct backing *backing)
{
	view->base.next = mapping_view_next;
	view->map = (struct mapping){ .start = start, .end = end, .backing = backing };
	return &view->base;
}

void oracle_copy(struct oracle *to, const struct oracle *from)
{
	to->nr = from->nr;
	memcpy(to->map, from->map, from->nr * sizeof(from->map[0]));
}

static void oracle_insert(struct oracle *oracle, u32 i, const struct mapping *map)
{
	if (oracle->nr == ORACLE_MAX)
		abort();
	memmove(&oracle->map[i + 1], &oracle->map[i], (oracle->nr - i) * sizeof(*map));
	oracle->map[i] = *map;
	oracle->nr++;
}

static void oracle_remove(struct oracle *oracle, u32 i, u32 nr)
{
	memmove(&oracle->map[i], &oracle->map[i + nr],
		(oracle->nr - i - nr) * sizeof(oracle->map[0]));
	oracle->nr -= nr;
}

void oracle_unmap(struct oracle *oracle, u64 start, u64 end)
{
	u32 i = oracle_find(oracle, start), nr = 0;

	if (i < oracle->nr && oracle->map[i].start < start) {
		struct mapping rest = oracle->map[i];

		oracle->map[i++].end = start;
		rest.start = start;
		oracle_insert(oracle, i, &rest);
	}
	while (i + nr < oracle->nr && oracle->map[i + nr].end <= end)
		nr++;
	oracle_remove(oracle, i, nr);
	if (i < oracle->nr && oracle->map[i].start < end)
		oracle->map[i].start = end;
}

static bool same_backing(const struct backing *a, const struct backing *b)
{
	return a == b || (a->type == b->type && !memcmp(&a->attr, &b->attr, sizeof(a->attr)) &&
			  a->cap == b->cap && a->nr == b->nr &&
			  !memcmp(a->run, b->run, a->nr * sizeof(a->run[0])));
}

/* As the driver: what is there already, exactly, stays bound. */
void oracle_map(struct oracle *oracle, u64 start, u64 end, const struct backing *backing)
{
	struct mapping map = { .start = start, .end = end, .backing = backing };
	u32 i = oracle_find(oracle, start);

	if (i < oracle->nr && oracle->map[i].start <= start && oracle->map[i].end >= end &&
	    same_backing(oracle->map[i].backing, backing))
		map.bound = oracle->map[i].bound;

	oracle_unmap(oracle, start, end);
	oracle_insert(oracle, oracle_find(oracle, start), &map);
}

bool oracle_spans(const struct oracle *oracle, u64 va)
{
	u32 i = oracle_find(oracle, va);

	return i < oracle->nr && oracle->map[i].start < va;
}

bool oracle_overlaps(const struct oracle *oracle, u64 start, u64 end)
{
	u32 i = oracle_find(oracle, start);

	return i < oracle->nr && oracle->map[i].start < end;
}

struct model_page oracle_page(const struct oracle *oracle, u64 va)
{
	struct model_page page = { .hole = true };
	u32 i = oracle_find(oracle, va);
	struct cnova_extent e;

	if (i == oracle->nr || oracle->map[i].start > va || !oracle->map[i].bound)
		return page;

	oracle_extent(&oracle->map[i], va, &e);
	page.hole = false;
	if (e.type == CNOVA_EXTENT_SPARSE) {
		page.sparse = true;
		return page;
	}
	page.pa = e.pa + (va - e.start);
	page.aperture = (enum cnova_sim_aperture)e.attr.aperture;
	page.read_only = e.attr.read_only;
	page.privileged = e.attr.privileged;
	page.uncached = e.attr.uncached;
	page.kind = e.attr.kind;
	return page;
}

bool same_page(const struct model_page *a, const struct model_page *b)
{
	if (a->hole || b->hole)
		return a->hole == b->hole;
	if (a->sparse || b->sparse)
		return a->sparse == b->sparse;
	return a->pa == b->pa && a->aperture == b->aperture && a->read_only == b->read_only;
}

bool same_leaf(const struct model_page *a, const struct model_page *b)
{
	return same_page(a, b) && a->kind == b->kind && a->uncached == b->uncached &&
	       a->privileged == b->privileged;
}
