// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Runs a script: the engine against a description of the address space and the model's
 * walker and TLB.
 *
 * While a job stores, a client of the GPU looks at addresses: with whatever the TLB
 * and the walk caches remember, each must be as before the job, or as after it; and a
 * hole in between only if the job changed the size of a leaf.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "fuzz.h"

/* Say what is wrong, once: the rest follows from it. */
static void __attribute__((format(printf, 2, 3))) fail(struct fuzz *f, const char *format, ...)
{
	va_list args;

	if (!f->failed) {
		va_start(args, format);
		printf("# ");
		vprintf(format, args);
		printf("\n");
		va_end(args);
	}
	f->failed = true;
}

static u64 below(struct fuzz *f, u64 n)
{
	return host_random_below(&f->random, n);
}

/* An address near what a job changes. */
static u64 near_page(struct fuzz *f, const struct fuzz_job *job)
{
	const struct cnova_pt_range *range = &job->op[below(f, job->nr)]->range;
	u64 size = min(range->end - range->start, (u64)SZ_2M) + SZ_1M / 2;
	u64 va = range->start + below(f, size / SZ_4K) * SZ_4K;

	/* The far end too, of what is large. */
	if (range->end - range->start > SZ_2M && below(f, 2))
		va = range->end - size + (va - range->start);
	va = va < SZ_64K ? 0 : va - SZ_64K;
	return min(va, f->va_end - SZ_4K);
}

static void op_apply(const struct fuzz_step *op, struct oracle *oracle)
{
	if (op->type == FUZZ_UNMAP)
		oracle_unmap(oracle, op->range.start, op->range.end);
	else
		oracle_map(oracle, op->range.start, op->range.end, &op->backing);
}

/* ---- what other mappings there may be, as drm/ finds out ---- */

static bool op_maps_over(const struct fuzz_step *op, u64 start, u64 end)
{
	return op->type != FUZZ_UNMAP && op->range.start < end && op->range.end > start;
}

static bool job_maps_over(const struct fuzz_job *job, const struct fuzz_step *but, u64 start,
			  u64 end)
{
	u32 k;

	for (k = 0; k < job->nr; k++)
		if (job->op[k] != but && op_maps_over(job->op[k], start, end))
			return true;
	return false;
}

static bool queue_maps_over(const struct fuzz *f, u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < f->nr_queued; i++)
		if (job_maps_over(f->queue[i], NULL, start, end))
			return true;
	return false;
}

/* Does a mapping, there or to come, have bytes on both sides of @va? */
static bool may_span(const struct fuzz *f, const struct fuzz_job *job, u64 va)
{
	return oracle_spans(&f->now, va) || queue_maps_over(f, va - 1, va + 1) ||
	       job_maps_over(job, NULL, va - 1, va + 1);
}

/* Does another mapping, there or to come, overlap what @op maps? */
static bool may_overlap(const struct fuzz *f, const struct fuzz_job *job,
			const struct fuzz_step *op)
{
	return oracle_overlaps(&f->now, op->range.start, op->range.end) ||
	       queue_maps_over(f, op->range.start, op->range.end) ||
	       job_maps_over(job, op, op->range.start, op->range.end);
}

static void job_describe(struct fuzz *f, struct fuzz_job *job, struct cnova_pt_op *pt,
			 struct mapping_view *views)
{
	u32 i;

	for (i = 0; i < job->nr; i++) {
		const struct fuzz_step *op = job->op[i];

		pt[i] = (struct cnova_pt_op){
			.range = op->range,
			.split_start = may_span(f, job, op->range.start),
			.split_end = may_span(f, job, op->range.end),
		};
		if (op->type != FUZZ_UNMAP)
			pt[i].view = mapping_view_init(&views[i], op->range.start, op->range.end,
						       &op->backing);
		job->may_resize |= (pt[i].split_start && op->range.start % f->max_leaf) ||
				   (pt[i].split_end && op->range.end % f->max_leaf) ||
				   (op->type == FUZZ_MAP && may_overlap(f, job, op));
	}
}

/* ---- looking ---- */

static void look(struct fuzz *f, u64 va)
{
	struct model_page is = model_look(&f->model, va);
	struct model_page before = oracle_page(&f->before, va);
	struct model_page after = oracle_page(&f->now, va);

	f->totals->looks++;
	if (same_page(&is, &before) || same_page(&is, &after))
		return;
	if (is.hole) {
		f->hole_seen = true;
		return;
	}
	fail(f, "in the middle of a job %llx is neither as before nor as after it%s", va,
	     is.sparse ? ": sparse" : "");
}

static void stored(struct model_vm *model)
{
	struct fuzz *f = model->priv;

	if (!f->running || !f->looks_left || below(f, 3))
		return;
	f->looks_left--;
	look(f, near_page(f, f->running));
}

static const char *page_name(const struct model_page *page)
{
	return page->hole ? "hole" : page->sparse ? "sparse" : "memory";
}

static void check_page(struct fuzz *f, u64 va)
{
	struct model_page want = oracle_page(&f->now, va);
	struct model_page look = model_look(&f->model, va);
	struct model_page walk = model_walk(&f->model, va);

	if (!same_leaf(&want, &walk))
		fail(f, "%llx: wrong in memory: %s, not %s", va, page_name(&walk),
		     page_name(&want));
	if (!same_page(&want, &look))
		fail(f, "%llx: wrong through the TLB: %s, not %s", va, page_name(&look),
		     page_name(&want));
	if (walk.size)
		f->totals->leaf[ilog2(walk.size)]++;
}

static void check_range(struct fuzz *f, const struct cnova_pt_range *range, u64 samples)
{
	u64 pages = (range->end - range->start) / SZ_4K, step = max(pages / samples, 1ULL);
	u64 va = range->start + below(f, step) * SZ_4K;

	for (; va < range->end && !f->failed; va += step * SZ_4K)
		check_page(f, va);
	check_page(f, range->start);
	check_page(f, range->end - SZ_4K);
	if (range->end < f->va_end)
		check_page(f, range->end);
	if (range->start)
		check_page(f, range->start - SZ_4K);
}

/* Invariants: after each step that changes something. */
static void check_tree(struct fuzz *f)
{
	const char *what;
	u64 va;

	what = host_validate(&f->model.vm, &va);
	if (what)
		fail(f, "shadow: %s at %llx", what, va);
	if (cnova_sim_mmu_coherent(f->model.flat->mmu))
		fail(f, "TLB not coherent");
	if (model_has_findings(&f->model))
		fail(f, "the model found something");
	if (host_nr_warnings)
		fail(f, "warning");
}

static void check_job(struct fuzz *f, const struct fuzz_job *job)
{
	u32 i;

	for (i = 0; i < job->nr && !f->failed; i++)
		check_range(f, &job->op[i]->range, max(48 / job->nr, 3U));
	/* And what was mapped before, wherever it is. */
	for (i = 0; i < 12 && f->now.nr; i++) {
		const struct mapping *map = &f->now.map[below(f, f->now.nr)];
		u64 pages = (map->end - map->start) / SZ_4K;

		check_page(f, map->start + below(f, pages) * SZ_4K);
	}
	check_tree(f);
}

/* ---- running ---- */

static void check_counts(struct fuzz *f, const struct fuzz_job *job)
{
	const struct host_counts *c = &f->model.vm.counts;
	bool resized = job->host.pt.resized;

	if (c->invalidates > 2 || c->orders != c->invalidates || c->unordered || c->since)
		fail(f, "%llu invalidates, %llu orders, %llu unordered, %llu not invalidated",
		     c->invalidates, c->orders, c->unordered, c->since);
	if (!c->stores != !c->invalidates)
		fail(f, "%llu stores, but %llu invalidates", c->stores, c->invalidates);
	if (resized && !job->may_resize)
		fail(f, "a leaf changed its size, and geometry did not say so");
	if (resized && c->invalidates != 2)
		fail(f, "a leaf changed its size with %llu invalidates", c->invalidates);
	if (f->hole_seen && !resized)
		fail(f, "a hole that was neither before nor after, and no leaf changed size");

	f->totals->stores += c->stores;
	f->totals->idle += !c->stores;
	f->totals->resizes += resized;
	f->totals->deferred += c->invalidates == 2 && !resized;
}

/* What the GPU remembers of the time before. */
static void warm(struct fuzz *f, const struct fuzz_job *job)
{
	u32 i;

	for (i = 0; i < 12; i++)
		model_look(&f->model, near_page(f, job));
}

static void job_execute(struct fuzz *f, struct fuzz_job *job)
{
	struct oracle_view view;
	u32 i, k;

	oracle_copy(&f->before, &f->now);
	for (i = 0; i < job->nr; i++)
		op_apply(job->op[i], &f->now);

	/* After the job everything in it is bound: that is what is looked for. */
	oracle_copy(&f->after, &f->now);
	for (i = 0; i < f->now.nr; i++) {
		struct mapping *map = &f->now.map[i];

		for (k = 0; k < job->nr && !map->bound; k++)
			if (job->op[k]->type != FUZZ_UNMAP &&
			    map->start >= job->op[k]->range.start &&
			    map->end <= job->op[k]->range.end)
				map->bound = true;
	}

	warm(f, job);
	host_reset_counts(&f->model.vm);
	f->hole_seen = false;
	f->looks_left = 60;
	f->running = job;
	if (host_execute(&f->model.vm, &job->host, oracle_view_init(&view, &f->after)))
		fail(f, "execute failed");
	f->running = NULL;

	check_counts(f, job);
	host_cleanup(&f->model.vm, &job->host);
	f->totals->jobs++;
	f->totals->ops += job->nr;
	check_job(f, job);
}

static void queue_kill(struct fuzz *f, u32 i)
{
	struct fuzz_job *job = f->queue[i];
	u64 stores = f->model.vm.counts.stores;

	host_cleanup(&f->model.vm, &job->host);
	if (f->model.vm.counts.stores != stores)
		fail(f, "a job that never ran stored");
	f->totals->killed++;
	f->nr_queued--;
	memmove(&f->queue[i], &f->queue[i + 1], (f->nr_queued - i) * sizeof(job));
	free(job);
}

static bool jobs_overlap(const struct fuzz_job *a, const struct fuzz_job *b)
{
	u32 i, k;

	for (i = 0; i < a->nr; i++)
		for (k = 0; k < b->nr; k++)
			if (a->op[i]->range.start < b->op[k]->range.end &&
			    a->op[i]->range.end > b->op[k]->range.start)
				return true;
	return false;
}

static void queue_run(struct fuzz *f, u32 i)
{
	struct fuzz_job *job = f->queue[i];
	u32 k;

	/* Overlapping jobs run in the order of submission, or never. */
	for (k = 0; k < i; k++)
		if (jobs_overlap(f->queue[k], job)) {
			queue_kill(f, k--);
			i--;
		}

	f->nr_queued--;
	memmove(&f->queue[i], &f->queue[i + 1], (f->nr_queued - i) * sizeof(job));
	job_execute(f, job);
	free(job);
}

static void queue_add(struct fuzz *f, const struct fuzz_step *step)
{
	struct mapping_view views[FUZZ_MAX_OPS];
	struct cnova_pt_op pt[FUZZ_MAX_OPS];
	struct host_vm *vm = &f->model.vm;
	struct fuzz_job *job;
	u64 stores = vm->counts.stores;
	u32 pages = vm->nr_free;
	int err;

	if (f->nr_queued == FUZZ_MAX_QUEUE)
		queue_kill(f, 0);

	job = calloc(1, sizeof(*job));
	job->id = step->job;
	job->nr = f->nr_ops;
	memcpy(job->op, f->op, sizeof(f->op));
	job_describe(f, job, pt, views);
	vm->fail_page = step->fail_page;
	err = host_prepare(vm, &job->host, pt, job->nr);
	vm->fail_page = 0;

	if (vm->counts.stores != stores)
		fail(f, "prepare stored into tables");
	if (!err) {
		f->queue[f->nr_queued++] = job;
		return;
	}
	if (err != -ENOSPC)
		fail(f, "prepare failed: %d", err);
	if (vm->nr_free != pages)
		fail(f, "prepare failed and kept %u pages", pages - vm->nr_free);
	f->totals->refused++;
	check_tree(f);
	free(job);
}

/* Evict. */
static void zap(struct fuzz *f, const struct fuzz_step *step)
{
	u32 i = oracle_find(&f->now, step->range.start);
	struct mapping *map = &f->now.map[i];
	struct fuzz_step was = { .type = FUZZ_UNMAP };
	struct fuzz_job job = { .nr = 1, .op = { &was } };

	if (i == f->now.nr || map->start > step->range.start || !map->bound ||
	    map->backing->type != CNOVA_EXTENT_MEM)
		return;

	was.range.start = map->start;
	was.range.end = map->end;
	warm(f, &job);
	host_zap(&f->model.vm, map->start, map->end);
	map->bound = false;
	f->totals->zaps++;
	check_job(f, &job);
}

static struct fuzz_job *queue_find(struct fuzz *f, u32 id, u32 *at)
{
	for (*at = 0; *at < f->nr_queued; ++*at)
		if (f->queue[*at]->id == id)
			return f->queue[*at];
	return NULL;
}

/* Run one step. Operations are kept by reference. Return: whether all is well. */
bool fuzz_step(struct fuzz *f, const struct fuzz_step *step)
{
	u32 i;

	f->random.state = step->seed;
	switch (step->type) {
	case FUZZ_PREPARE:
		if (f->nr_ops)
			queue_add(f, step);
		f->nr_ops = 0;
		break;
	case FUZZ_RUN:
		if (queue_find(f, step->job, &i))
			queue_run(f, i);
		break;
	case FUZZ_KILL:
		if (queue_find(f, step->job, &i)) {
			queue_kill(f, i);
			check_tree(f);
		}
		break;
	case FUZZ_ZAP:
		zap(f, step);
		break;
	default:
		/* More than one job can hold: left out, so that scripts can be cut. */
		if (f->nr_ops < FUZZ_MAX_OPS)
			f->op[f->nr_ops++] = step;
		break;
	}
	return !f->failed;
}

/* Make an empty address space of a chip. */
struct fuzz *fuzz_begin(const char *chip, struct fuzz_totals *totals)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	const struct cnova_pt_fmt *fmt;
	u32 kind;

	model_vm_init(&f->model, chip);
	fmt = f->model.vm.tree.fmt;
	f->model.priv = f;
	f->model.stored = stored;
	f->totals = totals;
	f->va_end = 1ULL << fmt->va_bits;
	for (kind = 0; kind < CNOVA_NR_PT_KINDS; kind++)
		if (fmt->level[kind].leaf)
			f->max_leaf = 1ULL << fmt->level[kind].shift;
	return f;
}

/* Take it down. Return: whether all was well. */
bool fuzz_end(struct fuzz *f)
{
	bool ok;

	while (f->nr_queued)
		queue_kill(f, 0);
	model_vm_fini(&f->model);
	if (host_nr_warnings)
		fail(f, "at the end");
	ok = !f->failed;
	free(f);
	return ok;
}
