// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The engine against the model's walker and TLB, and against a description of the
 * address space, on random operations.
 *
 * While a job stores, a client of the GPU looks at addresses: with whatever the TLB
 * and the walk caches remember, each must be as before the job, or as after it; and a
 * hole in between only if the job changed the size of a leaf.
 *
 * SEED=n repeats one round; ROUNDS=n makes it longer; both: other rounds.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "oracle.h"

#define VA_END		BIT_ULL(49)
#define MAX_OPS		6
#define MAX_QUEUE	4
#define JOBS_PER_ROUND	1500

/* Where operations go: at boundaries of all levels. */
static const struct {
	u64 start;
	u64 size;
} window[] = {
	{ 3ULL << 21, 3ULL << 21 },
	{ (1ULL << 29) - SZ_2M, 2 * SZ_2M },
	{ (5ULL << 38) - SZ_2M, 2 * SZ_2M },
	{ (1ULL << 47) - SZ_2M, 2 * SZ_2M },
};

/* Where large ones go. */
static const struct cnova_pt_range large[] = {
	{ 0, 1ULL << 29 },
	{ 0, 1ULL << 30 },
	{ 1ULL << 29, 1ULL << 31 },
	{ 4ULL << 38, 5ULL << 38 },
	{ (5ULL << 38) - SZ_4K, (5ULL << 38) + SZ_1G },
	{ 1ULL << 47, (1ULL << 47) + SZ_512M },
	{ 0, VA_END },
};

enum op_type { OP_MAP, OP_SPARSE, OP_UNMAP };

struct op {
	enum op_type type;
	struct cnova_pt_range range;
	const struct backing *backing;
};

struct job {
	struct host_job host;
	struct op op[MAX_OPS];
	u32 nr;
	bool may_resize;
};

struct totals {
	u64 jobs;
	u64 ops;
	u64 aborted;
	u64 zaps;
	u64 stores;
	u64 looks;
	u64 resizes;
	u64 deferred;
	u64 idle;
};

struct round {
	struct model_vm model;
	struct host_random random;
	/* Bytes of the largest leaf. */
	u64 max_leaf;
	struct backing *backings;
	struct job *queue[MAX_QUEUE];
	u32 nr_queued;
	/* The address space before the job that runs, after it, and for other uses. */
	struct oracle *before;
	struct oracle *now;
	const struct job *running;
	bool hole_seen;
	bool failed;
	u64 seed;
};

/* What address spaces there are. */
static const struct variant {
	const char *chip;
	bool leaf_512m;
} variant[] = { { "tu102", false }, { "ga102", false }, { "ga102", true } };

static struct totals totals;

/* Say what is wrong, once: the rest follows from it. */
static void __attribute__((format(printf, 2, 3))) fail(struct round *r, const char *format, ...)
{
	va_list args;

	if (!r->failed) {
		va_start(args, format);
		printf("# seed %#llx: ", r->seed);
		vprintf(format, args);
		printf("\n");
		va_end(args);
	}
	r->failed = true;
}

static u64 below(struct round *r, u64 n)
{
	return host_random_below(&r->random, n);
}

static u64 random_page(struct round *r)
{
	u32 w = below(r, ARRAY_SIZE(window));

	return window[w].start + below(r, window[w].size / SZ_4K) * SZ_4K;
}

/* An address near what a job changes. */
static u64 near_page(struct round *r, const struct job *job)
{
	const struct cnova_pt_range *range = &job->op[below(r, job->nr)].range;
	u64 size = min(range->end - range->start, (u64)SZ_2M) + SZ_256M / 512;
	u64 va = range->start + below(r, size / SZ_4K) * SZ_4K;

	va -= va < SZ_64K ? va : SZ_64K;
	return min(va, VA_END - SZ_4K);
}

/* ---- making operations ---- */

static struct cnova_pt_range random_range(struct round *r)
{
	static const u64 unit[] = { SZ_4K, SZ_4K, SZ_4K, SZ_64K, SZ_64K, SZ_64K, SZ_64K, SZ_2M };
	u32 w = below(r, ARRAY_SIZE(window));
	u64 a = unit[below(r, ARRAY_SIZE(unit))], b = unit[below(r, ARRAY_SIZE(unit))];
	struct cnova_pt_range range;

	if (!below(r, 40))
		return large[below(r, ARRAY_SIZE(large))];

	range.start = round_down(window[w].start + below(r, window[w].size), a);
	range.end = range.start + (1 + below(r, 20)) * b;
	if (below(r, 4) == 0)
		range.end = round_up(range.end, SZ_64K);
	range.start = max(range.start, window[w].start);
	range.end = min(range.end, window[w].start + window[w].size);
	return range;
}

/* Physical addresses whose alignment agrees with @va up to a random size. */
static u64 random_pa(struct round *r, enum cnova_aperture aperture, u64 va, u64 size)
{
	static const u64 align[] = { SZ_4K, SZ_64K, SZ_64K, SZ_2M, SZ_2M };
	u64 a = size >= SZ_2M && below(r, 4) ? SZ_2M : align[below(r, ARRAY_SIZE(align))];
	u64 pa;

	if (size >= SZ_512M && below(r, 4))
		a = SZ_512M;

	if (aperture != CNOVA_APERTURE_VIDEO)
		return round_down(host_random(&r->random) & 0x3fffffffffffULL, a) + va % a;

	pa = MODEL_DATA + round_down(below(r, MODEL_VRAM - MODEL_DATA), a) + va % a;
	if (pa + size > MODEL_VRAM)
		pa = MODEL_DATA + va % a;
	return pa;
}

static const struct backing *random_backing(struct round *r, enum op_type type,
					    const struct cnova_pt_range *range)
{
	static const u8 cap[] = { 12, 16, 21, 63, 63, 63 };
	struct backing *b = calloc(1, sizeof(*b));
	u64 at = range->start, size = range->end - range->start;

	b->next = r->backings;
	r->backings = b;
	b->nr = 1;
	b->run[0].start = at;
	b->cap = size >= SZ_2M && below(r, 4) ? 63 : cap[below(r, ARRAY_SIZE(cap))];
	if (type == OP_SPARSE) {
		b->type = CNOVA_EXTENT_SPARSE;
		return b;
	}

	/* What is large must not need more than VRAM has. */
	b->attr.aperture = below(r, 3) && size <= SZ_8G / 1024 ? CNOVA_APERTURE_VIDEO :
			   CNOVA_APERTURE_SYS_COH;
	b->attr.kind = below(r, 2) ? 6 : 0;
	b->attr.read_only = !below(r, 3);
	b->attr.uncached = below(r, 2);
	b->nr = below(r, 2) ? 1 : 1 + below(r, ORACLE_RUNS);
	for (u32 i = 0; i < b->nr; i++) {
		b->run[i].start = at;
		b->run[i].pa = random_pa(r, b->attr.aperture, at, range->end - at);
		at += (1 + below(r, 40)) * (below(r, 2) ? SZ_4K : SZ_64K);
		if (at >= range->end)
			b->nr = i + 1;
	}
	return b;
}

static void random_op(struct round *r, struct op *op)
{
	op->range = random_range(r);
	op->type = below(r, 10) < 5 ? OP_MAP : below(r, 2) ? OP_SPARSE : OP_UNMAP;
	if (op->type == OP_MAP && op->range.end - op->range.start > SZ_1G)
		op->type = OP_UNMAP;
	if (op->type != OP_UNMAP)
		op->backing = random_backing(r, op->type, &op->range);

	/* Sometimes a mapping that is there, again, or a part of it. */
	if (r->now->nr && !below(r, 6)) {
		const struct mapping *map = &r->now->map[below(r, r->now->nr)];

		if (map->end - map->start > SZ_1G)
			return;
		op->type = map->backing->type == CNOVA_EXTENT_SPARSE ? OP_SPARSE : OP_MAP;
		op->range.start = map->start;
		op->range.end = map->end;
		op->backing = map->backing;
	}
}

static void op_apply(const struct op *op, struct oracle *oracle)
{
	if (op->type == OP_UNMAP)
		oracle_unmap(oracle, op->range.start, op->range.end);
	else
		oracle_map(oracle, op->range.start, op->range.end, op->backing);
}

/* ---- what other mappings there may be, as drm/ finds out ---- */

static bool op_maps_over(const struct op *op, u64 start, u64 end)
{
	return op->type != OP_UNMAP && op->range.start < end && op->range.end > start;
}

/* Does a mapping, there or to come, have bytes on both sides of @va? */
static bool may_span(const struct round *r, const struct job *job, u64 va)
{
	u32 i, k;

	if (oracle_spans(r->now, va))
		return true;
	for (i = 0; i < r->nr_queued; i++)
		for (k = 0; k < r->queue[i]->nr; k++)
			if (op_maps_over(&r->queue[i]->op[k], va - 1, va + 1))
				return true;
	for (k = 0; k < job->nr; k++)
		if (op_maps_over(&job->op[k], va - 1, va + 1))
			return true;
	return false;
}

/* Does another mapping, there or to come, overlap what @op maps? */
static bool may_overlap(const struct round *r, const struct job *job, const struct op *op)
{
	u32 i, k;

	if (oracle_overlaps(r->now, op->range.start, op->range.end))
		return true;
	for (i = 0; i < r->nr_queued; i++)
		for (k = 0; k < r->queue[i]->nr; k++)
			if (op_maps_over(&r->queue[i]->op[k], op->range.start, op->range.end))
				return true;
	for (k = 0; k < job->nr; k++)
		if (&job->op[k] != op &&
		    op_maps_over(&job->op[k], op->range.start, op->range.end))
			return true;
	return false;
}

static void job_describe(struct round *r, struct job *job, struct cnova_pt_op *pt,
			 struct oracle_view *views, struct oracle *oracles)
{
	u32 i;

	for (i = 0; i < job->nr; i++) {
		const struct op *op = &job->op[i];

		pt[i] = (struct cnova_pt_op){
			.range = op->range,
			.split_start = may_span(r, job, op->range.start),
			.split_end = may_span(r, job, op->range.end),
		};
		if (op->type != OP_UNMAP) {
			oracles[i].nr = 0;
			op_apply(op, &oracles[i]);
			pt[i].view = oracle_view_init(&views[i], &oracles[i]);
		}
		job->may_resize |= (pt[i].split_start && op->range.start % r->max_leaf) ||
				   (pt[i].split_end && op->range.end % r->max_leaf) ||
				   (op->type == OP_MAP && may_overlap(r, job, op));
	}
}

static bool job_prepare(struct round *r, struct job *job)
{
	static struct oracle oracles[MAX_OPS];
	struct oracle_view views[MAX_OPS];
	struct cnova_pt_op pt[MAX_OPS];
	u64 stores = r->model.vm.counts.stores;
	int err;

	job_describe(r, job, pt, views, oracles);
	err = host_prepare(&r->model.vm, &job->host, pt, job->nr);
	if (err)
		fail(r, "prepare failed: %d", err);
	if (r->model.vm.counts.stores != stores)
		fail(r, "prepare stored into tables");
	return !err;
}

/* ---- looking ---- */

static void look(struct round *r, u64 va)
{
	struct model_page is = model_look(&r->model, va);
	struct model_page before = oracle_page(r->before, va);
	struct model_page after = oracle_page(r->now, va);

	totals.looks++;
	if (same_page(&is, &before) || same_page(&is, &after))
		return;
	if (is.hole) {
		r->hole_seen = true;
		return;
	}
	fail(r, "in the middle of a job %llx is neither as before nor as after it%s", va,
	     is.sparse ? ": sparse" : "");
}

static void stored(struct model_vm *model)
{
	struct round *r = model->priv;

	if (r->running && !below(r, 3))
		look(r, near_page(r, r->running));
}

static void check_page(struct round *r, u64 va)
{
	struct model_page want = oracle_page(r->now, va);
	struct model_page look = model_look(&r->model, va);
	struct model_page walk = model_walk(&r->model, va);

	if (!same_page(&want, &walk))
		fail(r, "%llx: wrong in memory: %s, not %s", va,
		     walk.hole ? "hole" : walk.sparse ? "sparse" : "memory",
		     want.hole ? "hole" : want.sparse ? "sparse" : "memory");
	if (!same_page(&want, &look))
		fail(r, "%llx: wrong through the TLB", va);
}

static void check(struct round *r, const struct job *job)
{
	const char *what;
	u32 i;
	u64 va;

	for (i = 0; i < job->nr; i++) {
		const struct cnova_pt_range *range = &job->op[i].range;
		u64 pages = (range->end - range->start) / SZ_4K, step = max(pages / 96, 1ULL);

		for (va = range->start; va < range->end && !r->failed; va += step * SZ_4K)
			check_page(r, va);
		check_page(r, range->end - SZ_4K);
		if (range->end < VA_END)
			check_page(r, range->end);
		if (range->start)
			check_page(r, range->start - SZ_4K);
	}
	for (i = 0; i < 24; i++)
		check_page(r, random_page(r));

	if (!below(r, 6)) {
		what = host_validate(&r->model.vm, &va);
		if (what)
			fail(r, "shadow: %s at %llx", what, va);
		if (cnova_sim_mmu_coherent(r->model.flat->mmu))
			fail(r, "TLB not coherent");
	}
	if (model_has_findings(&r->model))
		fail(r, "model");
	if (host_nr_warnings)
		fail(r, "warning");
}

/* ---- running ---- */

static void job_check_counts(struct round *r, const struct job *job)
{
	const struct host_counts *c = &r->model.vm.counts;
	bool resized = job->host.pt.resized;

	if (c->invalidates > 2 || c->orders != c->invalidates || c->unordered || c->since)
		fail(r, "%llu invalidates, %llu orders, %llu unordered, %llu not invalidated",
		     c->invalidates, c->orders, c->unordered, c->since);
	if (!c->stores != !c->invalidates)
		fail(r, "%llu stores, but %llu invalidates", c->stores, c->invalidates);
	if (resized && !job->may_resize)
		fail(r, "a leaf changed its size, and geometry did not say so");
	if (r->hole_seen && !resized)
		fail(r, "a hole that was neither before nor after, and no leaf changed size");

	totals.stores += c->stores;
	totals.idle += !c->stores;
	totals.resizes += resized;
	totals.deferred += c->invalidates == 2 && !resized;
}

static void job_execute(struct round *r, struct job *job)
{
	struct oracle_view view;
	u32 i;

	*r->before = *r->now;
	for (i = 0; i < job->nr; i++)
		op_apply(&job->op[i], r->now);

	/* What the GPU remembers of the time before. */
	r->hole_seen = false;
	for (i = 0; i < 12; i++)
		model_look(&r->model, below(r, 2) ? near_page(r, job) : random_page(r));

	/* After the job everything in it is bound: that is what is looked for. */
	struct oracle *after = malloc(sizeof(*after));

	*after = *r->now;
	oracle_view_init(&view, after);
	for (i = 0; i < r->now->nr; i++) {
		struct mapping *map = &r->now->map[i];

		for (u32 k = 0; k < job->nr; k++)
			if (job->op[k].type != OP_UNMAP && map->start >= job->op[k].range.start &&
			    map->end <= job->op[k].range.end)
				map->bound = true;
	}

	host_reset_counts(&r->model.vm);
	r->running = job;
	if (host_execute(&r->model.vm, &job->host, &view.base))
		fail(r, "execute failed");
	r->running = NULL;
	free(after);

	job_check_counts(r, job);
	host_cleanup(&r->model.vm, &job->host);
	totals.jobs++;
	totals.ops += job->nr;
	check(r, job);
}

static void job_abort(struct round *r, struct job *job)
{
	host_cleanup(&r->model.vm, &job->host);
	totals.aborted++;
}

static bool jobs_overlap(const struct job *a, const struct job *b)
{
	u32 i, k;

	for (i = 0; i < a->nr; i++)
		for (k = 0; k < b->nr; k++)
			if (a->op[i].range.start < b->op[k].range.end &&
			    a->op[i].range.end > b->op[k].range.start)
				return true;
	return false;
}

/* Take a job that may run: nothing before it in the queue overlaps it. */
static struct job *queue_take(struct round *r)
{
	u32 i = below(r, r->nr_queued), k;
	struct job *job;

	for (k = 0; k < i; k++)
		if (jobs_overlap(r->queue[k], r->queue[i]))
			i = 0;
	job = r->queue[i];
	r->nr_queued--;
	memmove(&r->queue[i], &r->queue[i + 1], (r->nr_queued - i) * sizeof(job));
	return job;
}

static void queue_run(struct round *r)
{
	struct job *job = queue_take(r);

	if (below(r, 10))
		job_execute(r, job);
	else
		job_abort(r, job);
	free(job);
}

static void queue_add(struct round *r)
{
	struct job *job = calloc(1, sizeof(*job));
	u32 i;

	job->nr = 1 + below(r, below(r, 2) ? MAX_OPS : 1);
	for (i = 0; i < job->nr; i++)
		random_op(r, &job->op[i]);
	if (job_prepare(r, job))
		r->queue[r->nr_queued++] = job;
	else
		free(job);
}

/* Evict a mapping; bind it somewhere else, now or never. */
static void evict(struct round *r)
{
	struct mapping *map = &r->now->map[below(r, r->now->nr)];
	struct cnova_pt_range range = { map->start, map->end };
	struct job job = { .nr = 1 };

	if (map->backing->type != CNOVA_EXTENT_MEM)
		return;

	if (map->bound) {
		host_zap(&r->model.vm, map->start, map->end);
		map->bound = false;
		totals.zaps++;
		job.op[0] = (struct op){ .type = OP_UNMAP, .range = range };
		check(r, &job);
		if (below(r, 2))
			return;
	}

	job.op[0] = (struct op){
		.type = OP_MAP,
		.range = range,
		.backing = random_backing(r, OP_MAP, &range),
	};
	if (range.end - range.start <= SZ_1G && job_prepare(r, &job))
		job_execute(r, &job);
}

static bool run_round(u64 seed, const struct variant *variant)
{
	struct round *r = calloc(1, sizeof(*r));
	bool ok;

	r->seed = seed;
	r->random.state = seed;
	r->before = calloc(1, sizeof(*r->before));
	r->now = calloc(1, sizeof(*r->now));
	r->max_leaf = variant->leaf_512m ? SZ_512M : SZ_2M;
	model_vm_init(&r->model, variant->chip, variant->leaf_512m);
	r->model.priv = r;
	r->model.stored = stored;

	for (u32 i = 0; i < JOBS_PER_ROUND && !r->failed; i++) {
		if (r->now->nr > 300) {
			/* A fresh start, now and then. */
			struct job *job = calloc(1, sizeof(*job));

			job->nr = 1;
			job->op[0].type = OP_UNMAP;
			job->op[0].range.end = VA_END;
			if (job_prepare(r, job))
				job_execute(r, job);
			free(job);
		}
		if (r->nr_queued < MAX_QUEUE)
			queue_add(r);
		while (r->nr_queued && !r->failed && below(r, MAX_QUEUE) < r->nr_queued)
			queue_run(r);
		if (r->now->nr && !below(r, 5) && !r->failed)
			evict(r);
	}

	while (r->nr_queued) {
		struct job *job = queue_take(r);

		job_abort(r, job);
		free(job);
	}
	model_vm_fini(&r->model);
	if (host_nr_warnings)
		fail(r, "at the end");
	while (r->backings) {
		struct backing *b = r->backings;

		r->backings = b->next;
		free(b);
	}
	ok = !r->failed;
	free(r->before);
	free(r->now);
	free(r);
	return ok;
}

int main(void)
{
	const char *rounds_env = getenv("ROUNDS"), *seed_env = getenv("SEED");
	u32 rounds = rounds_env && *rounds_env ? strtoul(rounds_env, NULL, 0) : 66;
	struct host_random seeds = { .state = host_seed(0x1f25a3) };
	bool ok = true;

	/* A round that failed prints its seed; with ROUNDS it seeds all of them. */
	if (seed_env && *seed_env && !(rounds_env && *rounds_env))
		rounds = 1;
	printf("# seed %#llx, %u rounds\n", seeds.state, rounds);
	for (u32 i = 0; i < rounds && ok; i++) {
		u64 seed = rounds == 1 ? seeds.state : host_random(&seeds);

		/* The seed alone has to repeat the round: it chooses the chip too. */
		ok = run_round(seed, &variant[seed % ARRAY_SIZE(variant)]);
	}

	printf("# %llu jobs, %llu operations, %llu aborted, %llu zaps, %llu stores, %llu looks\n",
	       totals.jobs, totals.ops, totals.aborted, totals.zaps, totals.stores, totals.looks);
	printf("# size changed: %llu jobs, sparse in two steps: %llu, nothing stored: %llu\n",
	       totals.resizes, totals.deferred, totals.idle);
	tap_result(ok, "random operations");
	return tap_done();
}
