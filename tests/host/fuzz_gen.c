// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Makes steps: at random, but where it hurts. Operations lie at boundaries of all
 * levels and at both ends of the address space; a round has few places for them, so
 * that they meet.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/sizes.h>

#include "fuzz.h"
#include "sim/chips.h"

#define SZ_256G		(1ULL << 38)

/* From the start of the address space, or, if negative, from its end. */
static const struct {
	s64 start;
	u64 size;
} window[] = {
	{ 0, SZ_2M },
	{ 3LL << 21, 3 * SZ_2M },
	{ SZ_512M - SZ_2M, 2 * SZ_2M },
	{ 5 * SZ_256G - SZ_2M, 2 * SZ_2M },
	{ (1LL << 47) - SZ_2M, 2 * SZ_2M },
	{ (1LL << 56) - SZ_2M, 2 * SZ_2M },
	{ -2LL * SZ_2M, 2 * SZ_2M },
};

/* Large ones. */
static const struct {
	s64 start;
	u64 size;
} large[] = {
	{ 0, SZ_512M },
	{ 0, SZ_1G },
	{ SZ_512M, SZ_1G + SZ_512M },
	{ 4 * SZ_256G, SZ_256G },
	{ 4 * SZ_256G, SZ_256G },
	{ 3 * SZ_256G + SZ_512M, 2 * SZ_256G },
	{ 5 * SZ_256G - SZ_512M, SZ_512M + SZ_2M },
	{ 5 * SZ_256G - SZ_4K, SZ_1G + SZ_4K },
	{ 1LL << 47, SZ_512M },
	{ (1LL << 47) - SZ_512M, SZ_1G },
	{ -(s64)SZ_512M, SZ_512M },
	{ -(s64)SZ_256G, SZ_256G },
	{ -(s64)SZ_1G - SZ_4K, SZ_512M },
};

static u64 below(struct fuzz_gen *gen, u64 n)
{
	return host_random_below(&gen->random, n);
}

/* A range of one of the two tables. Return: false if the address space lacks it. */
static bool place(const struct fuzz *f, s64 start, u64 size, struct cnova_pt_range *range)
{
	range->start = start < 0 ? f->va_end + start : start;
	range->end = range->start + size;
	return range->end <= f->va_end && range->start < range->end;
}

void fuzz_gen_init(struct fuzz_gen *gen, const struct fuzz *f, const char *chip, u64 seed)
{
	const struct cnova_sim_chip *sim = cnova_sim_chip_find(chip);

	memset(gen, 0, sizeof(*gen));
	gen->random.state = seed;
	gen->chip = cnova_chip_find(sim->boot_42);
	gen->traits_kinds = sim->traits.kinds;
	gen->may_be_slow = !below(gen, 16);
	while (gen->nr_windows < ARRAY_SIZE(gen->window)) {
		u32 w = below(gen, ARRAY_SIZE(window));

		if (place(f, window[w].start, window[w].size, &gen->window[gen->nr_windows]))
			gen->nr_windows++;
	}
}

static struct cnova_pt_range random_range(struct fuzz_gen *gen, const struct fuzz *f)
{
	static const u64 unit[] = { SZ_4K, SZ_4K, SZ_4K, SZ_64K, SZ_64K, SZ_64K, SZ_64K, SZ_2M };
	const struct cnova_pt_range *w = &gen->window[below(gen, gen->nr_windows)];
	u64 a = unit[below(gen, ARRAY_SIZE(unit))], b = unit[below(gen, ARRAY_SIZE(unit))];
	struct cnova_pt_range range;

	if (!below(gen, 60)) {
		u32 i = below(gen, ARRAY_SIZE(large));

		if (place(f, large[i].start, large[i].size, &range))
			return range;
	}

	range.start = round_down(w->start + below(gen, w->end - w->start), a);
	range.start = max(range.start, w->start);
	range.end = range.start + (1 + below(gen, 20)) * b;
	if (!below(gen, 4))
		range.end = round_up(range.end, SZ_64K);
	range.end = min(range.end, w->end);
	return range;
}

/* Physical addresses whose alignment agrees with @va up to a random size. */
static u64 random_pa(struct fuzz_gen *gen, enum cnova_aperture aperture, u64 va, u64 size)
{
	static const u64 align[] = { SZ_4K, SZ_64K, SZ_64K, SZ_2M, SZ_2M };
	u64 a = size >= SZ_2M && below(gen, 4) ? SZ_2M : align[below(gen, ARRAY_SIZE(align))];
	u64 reach = 1ULL << gen->chip->sys_bits, pa;

	if (size > SZ_16M)
		a = SZ_2M;
	if (size >= SZ_512M && below(gen, 4))
		a = SZ_512M;
	if (size >= SZ_256G)
		a = below(gen, 2) ? SZ_256G : SZ_512M;

	if (aperture != CNOVA_APERTURE_VIDEO) {
		pa = round_down(host_random(&gen->random) & (reach - 1), a) + va % a;
		return pa + size <= reach ? pa : va % a;
	}

	pa = MODEL_DATA + round_down(below(gen, MODEL_VRAM - MODEL_DATA), a) + va % a;
	return pa + size <= MODEL_VRAM ? pa : MODEL_DATA + va % a;
}

static u8 random_kind(struct fuzz_gen *gen)
{
	u8 kind;

	if (below(gen, 2))
		return 0;
	do {
		kind = below(gen, 16);
	} while (!(gen->traits_kinds >> kind & 1) || !(gen->chip->kinds >> kind & 1));
	return kind;
}

/* What is large must not take more stores, or VRAM, than there is time, and VRAM, for. */
static void random_memory(struct fuzz_gen *gen, struct fuzz_step *op)
{
	static const u8 cap[] = { 12, 16, 21, 29, 63, 63 };
	u64 at = op->range.start, size = op->range.end - at;
	struct backing *b = &op->backing;
	u32 i;

	if (size >= SZ_256G)
		b->cap = below(gen, 2) ? 63 : 29;
	else if (size > SZ_16M)
		b->cap = below(gen, 8) || !gen->may_be_slow ? 63 : 21;
	else
		b->cap = size >= SZ_2M && below(gen, 4) ? 63 : cap[below(gen, ARRAY_SIZE(cap))];

	b->attr.aperture = CNOVA_APERTURE_VIDEO;
	if (!below(gen, 3) || size > SZ_16M)
		b->attr.aperture = below(gen, 2) ? CNOVA_APERTURE_SYS_COH :
						   CNOVA_APERTURE_SYS_NCOH;
	b->attr.kind = random_kind(gen);
	b->attr.read_only = !below(gen, 3);
	b->attr.uncached = below(gen, 2);
	b->attr.privileged = !below(gen, 8);

	b->nr = below(gen, 2) || size > SZ_16M ? 1 : 1 + below(gen, ORACLE_RUNS);
	for (i = 0; i < b->nr; i++) {
		b->run[i].start = at;
		b->run[i].pa = random_pa(gen, b->attr.aperture, at, op->range.end - at);
		at += (1 + below(gen, 40)) * (below(gen, 2) ? SZ_4K : SZ_64K);
		if (at >= op->range.end)
			b->nr = i + 1;
	}
}

static void make_map(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_step *op)
{
	bool in_large_leaves = f->max_leaf >= SZ_512M && op->range.start % SZ_512M == 0 &&
			       op->range.end % SZ_512M == 0;
	u64 max = in_large_leaves ? f->va_end : gen->may_be_slow ? SZ_1G : SZ_32M;

	op->type = FUZZ_MAP;
	/* 256G in leaves of 2M: too many. The model looks at each closely. */
	if (op->range.end - op->range.start > max)
		op->range.end = op->range.start + max;
	random_memory(gen, op);
}

static void make_op(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_step *op)
{
	/* Sometimes a mapping that is there, again. */
	if (f->now.nr && !below(gen, 6)) {
		const struct mapping *map = &f->now.map[below(gen, f->now.nr)];

		op->type = map->backing->type == CNOVA_EXTENT_SPARSE ? FUZZ_SPARSE : FUZZ_MAP;
		op->range.start = map->start;
		op->range.end = map->end;
		op->backing = *map->backing;
		return;
	}

	op->range = random_range(gen, f);
	if (below(gen, 2)) {
		make_map(gen, f, op);
	} else if (below(gen, 2)) {
		op->type = FUZZ_SPARSE;
		op->backing.type = CNOVA_EXTENT_SPARSE;
		op->backing.nr = 1;
		op->backing.run[0].start = op->range.start;
		op->backing.cap = 63;
	} else {
		op->type = FUZZ_UNMAP;
		if (!below(gen, 100))
			op->range = (struct cnova_pt_range){ 0, f->va_end };
	}
}

static struct fuzz_step *append(struct fuzz_gen *gen, struct fuzz_script *script,
				enum fuzz_type type)
{
	struct fuzz_step *step = &script->step[script->nr++];

	memset(step, 0, sizeof(*step));
	step->type = type;
	step->seed = host_random(&gen->random);
	return step;
}

static void add_prepare(struct fuzz_gen *gen, struct fuzz_script *script)
{
	struct fuzz_step *step = append(gen, script, FUZZ_PREPARE);

	step->job = gen->next_job++;
	if (!below(gen, 12))
		step->fail_page = 1 + below(gen, below(gen, 2) ? 3 : 40);
}

/* A job of one operation, of some, or of many. */
static void add_job(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_script *script)
{
	static const u32 max[] = { 1, 1, 2, 4, 8, 16, FUZZ_MAX_OPS, FUZZ_MAX_OPS };
	u32 i, nr = 1 + below(gen, max[below(gen, ARRAY_SIZE(max))]);

	for (i = 0; i < nr; i++)
		make_op(gen, f, append(gen, script, FUZZ_MAP));
	add_prepare(gen, script);
}

static void add_unmap_all(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_script *script)
{
	append(gen, script, FUZZ_UNMAP)->range.end = f->va_end;
	append(gen, script, FUZZ_PREPARE)->job = gen->next_job;
	append(gen, script, FUZZ_RUN)->job = gen->next_job++;
}

/* Evict a mapping; bind it somewhere else, now or never. */
static void add_zap(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_script *script)
{
	const struct mapping *map = &f->now.map[below(gen, f->now.nr)];
	struct fuzz_step *op;

	if (map->backing->type != CNOVA_EXTENT_MEM)
		return;

	append(gen, script, FUZZ_ZAP)->range.start = map->start;
	if (below(gen, 2))
		return;

	op = append(gen, script, FUZZ_MAP);
	op->range.start = map->start;
	op->range.end = map->end;
	make_map(gen, f, op);
	append(gen, script, FUZZ_PREPARE)->job = gen->next_job;
	append(gen, script, FUZZ_RUN)->job = gen->next_job++;
}

void fuzz_gen_steps(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_script *script)
{
	/* A fresh start, now and then. */
	if (f->now.nr > 250) {
		add_unmap_all(gen, f, script);
		return;
	}

	if (f->now.nr && !below(gen, 8)) {
		add_zap(gen, f, script);
	} else if (f->nr_queued && below(gen, FUZZ_MAX_QUEUE) < f->nr_queued) {
		enum fuzz_type type = below(gen, 10) ? FUZZ_RUN : FUZZ_KILL;

		/* Not the first: jobs before it that overlap it are killed. */
		append(gen, script, type)->job =
			f->queue[below(gen, 3) ? 0 : below(gen, f->nr_queued)]->id;
	} else if (f->nr_queued < FUZZ_MAX_QUEUE - 1) {
		add_job(gen, f, script);
	}
}
