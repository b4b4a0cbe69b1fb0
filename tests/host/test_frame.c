// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every change of a small piece of page tables, over the real engine, in both formats.
 *
 * The geometry of a format is data, so here is one with two 64K entries ("slots") of
 * two 4K entries each below an entry of PDE0, and two entries in each directory
 * above: small enough to go through all of it. Starting from nothing, every state
 * that jobs can lead to is visited, and from each every job is tried: one operation
 * on any range, or two on any two ranges that do not overlap; alone, or while
 * another job has everything pinned; and eviction of every mapping. One level up, and
 * two, where PDE1 and PDE2 have leaves, ranges begin and end at some pages only.
 *
 * Each time all that walkers may have remembered is looked at: an entry (both halves
 * of a PDE0 together) may be cached with any value it had since the last invalidate
 * while a walker could read it, in any mixture along the path. Then for every page:
 *
 * - all leaves that come out have one size: never two for one address;
 * - what comes out is what was before the job or what is after it: no garbage;
 * - or a hole, but only where a leaf changes its size;
 * - there are at most two invalidates, and two only if something changed its size;
 * - and in the end memory says what the view says.
 *
 * All single operations from all states are always tried. Of the jobs with two
 * operations one in 32, chosen by SEED; all of them with EXHAUSTIVE=1 ("make frame"),
 * where the larger shapes have a round without neighbours too.
 *
 * Memory and caches: frame_mem.c; jobs and states: frame_jobs.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "frame.h"

/*
 * May there be a hole at @page, which is none before and after? Only if the leaf before
 * or the leaf after covers a page that is mapped in another size on the other side.
 */
static bool may_break(const struct outcome *a, const struct outcome *b, u32 page)
{
	u32 pages, first, i;

	if (a[page].type != LEAF)
		return false;
	pages = a[page].size / SZ_4K;
	first = page & ~(pages - 1);
	for (i = first; i < first + pages && i < shape->nr_seen; i++)
		if (b[i].type == LEAF && b[i].size != a[page].size)
			return true;
	return false;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->type == b->type && (a->type != LEAF || a->pa == b->pa);
}

static void check_page(const struct outcome *before, const struct outcome *after, u32 page)
{
	const struct outcomes *seen = &frame.seen[page];
	u32 i, k;

	for (i = 0; i < seen->nr; i++) {
		const struct outcome *o = &seen->o[i];

		for (k = 0; k < i; k++)
			if (o->type == LEAF && seen->o[k].type == LEAF &&
			    o->interval == seen->o[k].interval && o->size != seen->o[k].size)
				frame_failed("two sizes for one address");
		if (o->type == GARBAGE)
			frame_failed("garbage: something that nobody wrote, or not aligned");
		else if (same(o, &before[page]) || same(o, &after[page]))
			continue;
		else if (o->type != HOLE)
			frame_failed("neither as before nor as after");
		else if (!may_break(before, after, page) && !may_break(after, before, page))
			frame_failed("a hole where no leaf changes size");
	}
}

static void check_final(u32 page, const struct outcome *is)
{
	u32 i;

	for (i = 0; i < frame.nr_extents; i++) {
		const struct cnova_extent *e = &frame.extent[i];

		if (e->start > PAGE(page) || e->end <= PAGE(page))
			continue;
		if (e->type == CNOVA_EXTENT_SPARSE ? is->type != SPARSE :
		    is->type != LEAF || is->pa != e->pa + PAGE(page) - e->start ||
		    is->size > 1ULL << min(e->max_leaf_lg2, (u8)62))
			frame_failed("not what the view says");
		return;
	}
	if (is->type != HOLE)
		frame_failed("not what the view says: a hole");
}

struct totals {
	u64 cases;
	u64 breaks;
	u64 deferred;
	u64 still;
	u64 max_stores;
};

static struct totals totals;
static u64 seed;
static bool exhaustive, with_neighbour;

/* One case. Return: whether the job was one. */
static bool check(const struct state *state, const struct job *job)
{
	struct outcome before[NR_SEEN], after[NR_SEEN];
	const struct host_counts *c = &frame.vm.counts;
	bool broken = false;
	const char *what;
	u32 page;
	u64 va;

	state_begin(state, with_neighbour);
	frame_forget();
	for (page = 0; page < shape->nr_seen; page++)
		before[page] = frame_look(page);

	host_reset_counts(&frame.vm);
	frame.collect = true;
	if (!job_run(job)) {
		state_end();
		return false;
	}
	frame_collect();
	frame.collect = false;
	frame_forget();

	for (page = 0; page < shape->nr_seen; page++) {
		after[page] = frame_look(page);
		check_final(page, &after[page]);
	}
	for (page = 0; page < shape->nr_seen; page++) {
		check_page(before, after, page);
		broken |= may_break(before, after, page) || may_break(after, before, page);
	}

	if (c->invalidates > 2 || c->unordered || c->since || !c->stores != !c->invalidates)
		frame_failed("number of invalidates");
	if (job->pin != ZAP && frame_resized != broken)
		frame_failed("the engine is of another mind about what changed its size");
	what = host_validate(&frame.vm, &va);
	if (what)
		frame_failed(what);
	if (host_nr_warnings)
		frame_failed("warning");

	totals.cases++;
	totals.breaks += broken;
	totals.deferred += !broken && c->invalidates == 2;
	totals.still += !c->stores;
	totals.max_stores = max(totals.max_stores, c->stores);

	if (!frame.failure)
		state_remember(state, job);
	state_end();
	return true;
}

static bool report(const struct state *state, const struct job *job)
{
	u32 i;

	if (!frame.failure)
		return true;
	printf("# %s: after", frame.failure);
	for (i = 0; i < state->nr; i++)
		job_print(&state->path[i]);
	printf(" job");
	job_print(job);
	printf("\n");
	return false;
}

/* ---- all states ---- */

static void check_all(const struct frame_shape *of, bool neighbour)
{
	char name[128];
	bool ok = true;
	u32 i, k;

	shape = of;
	with_neighbour = neighbour;
	memset(&totals, 0, sizeof(totals));
	jobs_make();
	states_reset();
	state_begin(NULL, with_neighbour);
	state_remember(NULL, NULL);
	state_end();

	for (i = 0; i < nr_states && ok; i++)
		for (k = 0; k < nr_jobs && ok; k++) {
			if (jobs[k].nr == 2 && !exhaustive &&
			    (states[i].key.hash[0] + k + seed) % 32)
				continue;
			check(&states[i], &jobs[k]);
			ok = report(&states[i], &jobs[k]);
		}

	printf("# %u states, %u jobs, %llu cases, at most %llu stores; broken: %llu,\n",
	       nr_states, nr_jobs, totals.cases, totals.max_stores, totals.breaks);
	printf("# sparse in two steps: %llu, nothing stored: %llu\n", totals.deferred,
	       totals.still);
	snprintf(name, sizeof(name), "%s: %s", of->name,
		 neighbour ? "tables in use beside it" : "alone: directories come and go");
	tap_result(ok, name);
}

/* @leaf: the highest kind with leaves, where what is looked at is one entry. */
static struct frame_shape make_shape(const char *name, const struct cnova_pt_fmt *fmt,
				     enum cnova_pt_kind leaf, bool pairs)
{
	struct frame_shape s = {
		.name = name,
		.fmt = *fmt,
		.v3 = fmt->root == CNOVA_PT_PDE4,
		.nr_pages = 4 << (leaf - CNOVA_PT_PDE0),
		.pairs = pairs,
	};
	static const u8 edges[3][MAX_EDGES] = { { 0, 1, 2, 3, 4 }, { 0, 1, 4, 8 },
						{ 0, 1, 8, 16 } };
	u8 shift = 14;
	u32 kind;

	s.nr_seen = s.nr_pages + 4;
	s.nr_edges = leaf == CNOVA_PT_PDE0 ? 5 : 4;
	memcpy(s.edge, edges[leaf - CNOVA_PT_PDE0], sizeof(s.edge));

	s.fmt.level[CNOVA_PT_4K] = (struct cnova_pt_level)CNOVA_PT_LEVEL(12, 2, 1, true);
	s.fmt.level[CNOVA_PT_64K] = (struct cnova_pt_level)CNOVA_PT_LEVEL(13, 1, 1, true);
	for (kind = CNOVA_PT_PDE0; kind <= s.fmt.root; kind++, shift++)
		s.fmt.level[kind] = (struct cnova_pt_level)
			CNOVA_PT_LEVEL(shift, 1, kind == CNOVA_PT_PDE0 ? 2 : 1, kind <= leaf);
	s.fmt.va_bits = shift;

	/* The smallest leaves, 64K, each size of a directory that is not the largest, any. */
	s.cap[s.nr_caps++] = 12;
	s.cap[s.nr_caps++] = 13;
	for (kind = CNOVA_PT_PDE0; kind < leaf; kind++)
		s.cap[s.nr_caps++] = s.fmt.level[kind].shift;
	s.cap[s.nr_caps++] = 63;
	return s;
}

int main(void)
{
	struct frame_shape shapes[] = {
		make_shape("v2, one PDE0 entry", &cnova_pt_fmt_v2, CNOVA_PT_PDE0, true),
		make_shape("v3, one PDE0 entry", &cnova_pt_fmt_v3, CNOVA_PT_PDE0, true),
		make_shape("v2, one PDE1 entry with 512M leaves", &cnova_pt_fmt_v2_512m,
			   CNOVA_PT_PDE1, false),
		make_shape("v3, one PDE1 entry with 512M leaves", &cnova_pt_fmt_v3_512m,
			   CNOVA_PT_PDE1, false),
		make_shape("v3, one PDE2 entry with 256G leaves", &cnova_pt_fmt_v3_256g,
			   CNOVA_PT_PDE2, false),
	};
	u32 i;

	seed = host_seed(1);
	exhaustive = getenv("EXHAUSTIVE");
	printf("# seed %#llx%s\n", seed, exhaustive ? ", exhaustive" : "");

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		bool small = shapes[i].pairs;

		check_all(&shapes[i], true);
		shapes[i].pairs = false;
		if (small || exhaustive)
			check_all(&shapes[i], false);
	}
	free(jobs);
	return tap_done();
}
