// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <time.h>

#include "cnova.h"
#include "random.h"

/**
 * TEST: cnova vm bind ranges
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: What happens to mappings when a range that is not theirs is mapped or
 *	unmapped: split, cut, replaced. Every page and every hole is looked at through the
 *	GPU's MMU.
 *
 * SUBTEST: intervals-%s
 * Description: All 13 relations of two ranges, for unmap, map and sparse, with %arg[1] units
 *	across the edge of a page table.
 *
 * SUBTEST: random-%s
 * Description: Random arrays of operations, with %arg[1] units. CNOVA_SEED repeats a run,
 *	CNOVA_STEPS says how long it is.
 *
 * arg[1]:
 *
 * @4k:		4 KiB
 * @64k:	64 KiB
 * @2m:		2 MiB
 *
 * SUBTEST: random-processes
 * Description: Random operations in four processes at once, each in a VM of its own.
 *
 * SUBTEST: spread-processes
 * Description: Four processes at once, each in a VM of its own with more than 1 MiB of page
 *	tables, so that a window on them has to move.
 *
 * SUBTEST: shared-processes
 * Description: Four processes change neighbouring pages of one VM at once, each its own.
 *
 * SUBTEST: munmap-%s-%s
 * Description: Unmap a part of a row of mappings, in units of %arg[1]: %arg[2]
 *
 * SUBTEST: mmap-%s-%s
 * Description: Map another object over a part of a row of mappings, in units of %arg[1]:
 *	%arg[2]
 *
 * arg[1]:
 *
 * @4k:		4 KiB
 * @64k:	64 KiB
 * @2m:		2 MiB
 * @2m-odd:	2 MiB, but a 4 KiB page less at each end
 *
 * arg[2]:
 *
 * @all:			all of it
 * @one-partial:		the middle of one
 * @either-side-partial:	parts of two
 * @either-side-full:		two of four
 * @end:			from the front to the middle of the last
 * @front:			from the middle of the first to the end
 * @hammer:			parts of two of larger ones
 *
 * SUBTEST: munmap-%s-many-%s
 * Description: Unmap a part of a long row of mappings, in units of %arg[1]: %arg[2]
 *
 * SUBTEST: mmap-%s-many-%s
 * Description: Map another object over a part of a long row of mappings, in units of
 *	%arg[1]: %arg[2]
 *
 * arg[1]:
 *
 * @4k:		4 KiB
 * @64k:	64 KiB
 *
 * arg[2]:
 *
 * @all:	all of sixteen
 * @partial:	all but the first and last page of sixteen
 * @full:	sixteen of thirty-two
 * @end:	all but the last pages of four
 * @front:	all but the first pages of four
 * @hammer:	all but two pages at each end of sixteen
 */

static const uint32_t places[] = { DRM_CNOVA_GEM_VRAM, 0 };

static const struct unit {
	const char *name;
	uint64_t size;
} units[] = {
	{ "4k", SZ_4K },
	{ "64k", SZ_64K },
	{ "2m", SZ_2M },
};

/* Pages of the row, mappings that make it up, first page and number of pages to replace. */
static const struct section {
	const char *name;
	unsigned int nr_pages;
	unsigned int nr_binds;
	unsigned int first;
	unsigned int nr;
} sections[] = {
	{ "all", 4, 2, 0, 4 },
	{ "one-partial", 4, 1, 1, 2 },
	{ "either-side-partial", 4, 2, 1, 2 },
	{ "either-side-full", 4, 4, 1, 2 },
	{ "end", 4, 2, 0, 3 },
	{ "front", 4, 2, 1, 3 },
	{ "hammer", 6, 2, 2, 2 },
	/* From here on too many for large pages. */
	{ "many-all", 32, 16, 0, 32 },
	{ "many-partial", 32, 16, 1, 30 },
	{ "many-full", 32, 32, 8, 16 },
	{ "many-end", 32, 4, 0, 26 },
	{ "many-front", 32, 4, 6, 26 },
	{ "many-hammer", 32, 16, 2, 28 },
};

#define NR_LARGE_SECTIONS	7

static struct cnova_world *map_row(int fd, const struct section *s, uint64_t unit,
				   uint32_t place)
{
	uint64_t guard = unit < SZ_64K ? unit : SZ_64K;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA_EDGE - unit - guard,
						   s->nr_pages * unit + 2 * guard);
	struct cnova_bo *bo = cnova_world_bo(w, (s->nr_pages + 1) * unit, place);
	uint64_t chunk = s->nr_pages / s->nr_binds * unit;

	for (unsigned int i = 0; i < s->nr_binds; i++)
		cnova_world_map(w, bo, unit + i * chunk, CNOVA_VA_EDGE - unit + i * chunk,
				chunk, 0);

	/* All of it once; then the page tables say it for what is not looked at. */
	cnova_world_check_all(w);
	w->oracle.sample = unit == SZ_2M ? 64 : 0;
	return w;
}

static void test_munmap(int fd, const struct section *s, uint64_t unit, uint64_t odd)
{
	uint64_t start = CNOVA_VA_EDGE - unit + s->first * unit + odd;
	uint64_t size = s->nr * unit - 2 * odd;

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		struct cnova_world *w = map_row(fd, s, unit, places[i]);

		cnova_world_unmap(w, start, size);
		cnova_world_check_all(w);

		/* What was there comes back, from elsewhere in the object. */
		cnova_world_map(w, &w->bo[0], odd, start, size, 0);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);

		cnova_world_unmap(w, CNOVA_VA_EDGE - 2 * unit, (s->nr_pages + 2) * unit);
		cnova_world_check_all(w);
		cnova_world_destroy(w);
	}
}

static void test_mmap(int fd, const struct section *s, uint64_t unit, uint64_t odd)
{
	uint64_t start = CNOVA_VA_EDGE - unit + s->first * unit + odd;
	uint64_t size = s->nr * unit - 2 * odd;

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		struct cnova_world *w = map_row(fd, s, unit, places[i]);
		struct cnova_bo *over = cnova_world_bo(w, (s->nr + 1) * unit, places[!i]);

		cnova_world_map(w, over, unit + odd, start, size, 0);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);

		/* A page of it goes; the rest must know its offset. */
		cnova_world_unmap(w, start + SZ_4K, SZ_4K);
		cnova_world_check_all(w);
		cnova_world_destroy(w);
	}
}

/* Range b against a = [4, 8): before, meets, overlaps, ..., after. */
static const uint8_t relations[13][2] = {
	{ 1, 3 }, { 2, 4 }, { 2, 6 }, { 2, 8 }, { 2, 10 }, { 4, 6 }, { 4, 8 },
	{ 4, 10 }, { 5, 7 }, { 6, 8 }, { 6, 10 }, { 8, 10 }, { 9, 11 },
};

static void test_intervals(int fd, uint64_t unit)
{
	uint64_t base = CNOVA_VA_EDGE - 6 * unit;
	struct cnova_world *w = cnova_world_create(fd, base, 12 * unit);
	struct cnova_bo *a = cnova_world_bo(w, 12 * unit, DRM_CNOVA_GEM_VRAM);
	struct cnova_bo *b = cnova_world_bo(w, 12 * unit, 0);
	struct drm_cnova_vm_bind_op ops[5];

	w->oracle.sample = unit == SZ_2M ? 64 : 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(relations); i++) {
		uint64_t from = relations[i][0] * unit, range = relations[i][1] * unit - from;

		ops[0] = cnova_op_unmap(base + from, range);
		ops[1] = cnova_op_map(a, from, base + from, range, 0);
		ops[2] = cnova_op_map(a, 0, base + from, range, 0);
		ops[3] = cnova_op_map(b, from, base + from, range, 0);
		ops[4] = cnova_op_sparse(base + from, range);

		for (unsigned int k = 0; k < ARRAY_SIZE(ops); k++) {
			cnova_world_map(w, a, 4 * unit, base + 4 * unit, 4 * unit, 0);
			cnova_world_bind(w, &ops[k], 1);
			cnova_world_check(w);
			cnova_world_unmap(w, base, 12 * unit);
		}
	}

	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/* ------------------------------------------------------------------------- random */

static struct drm_cnova_vm_bind_op random_op(struct cnova_world *w, uint64_t unit, uint64_t nr)
{
	uint64_t pages = unit / SZ_4K, total = nr * pages, first, range, offset;
	struct cnova_bo *bo = &w->bo[cnova_below(w->nr_bos)];
	uint32_t what = cnova_below(100), flags = 0;

	/* Whole units often, or else every mapping ends up as small pages. */
	if (cnova_below(4)) {
		first = cnova_below(nr) * pages;
		range = (1 + cnova_below(nr / 2)) * pages;
	} else {
		first = cnova_below(total);
		range = 1 + cnova_below(total / 4);
	}
	if (range > total - first)
		range = total - first;

	if (what < 5)
		return cnova_op_unmap_all(bo);
	if (what < 35)
		return cnova_op_unmap(w->oracle.start + first * SZ_4K, range * SZ_4K);
	if (what < 45)
		return cnova_op_sparse(w->oracle.start + first * SZ_4K, range * SZ_4K);

	if (!cnova_below(5))
		flags |= DRM_CNOVA_VM_BIND_READ_ONLY;
	if (!cnova_below(8))
		flags |= DRM_CNOVA_VM_BIND_CAP_64K;
	/* In phase with the address, in large steps, or anyhow. */
	what = cnova_below(3);
	if (!what)
		offset = first;
	else
		offset = what == 1 ? cnova_below(nr / 2) * pages : cnova_below(total / 2);
	return cnova_op_map(bo, offset * SZ_4K % (bo->size - range * SZ_4K + SZ_4K),
			    w->oracle.start + first * SZ_4K, range * SZ_4K, flags);
}

static void random_refused(struct cnova_world *w, struct drm_cnova_vm_bind_op *ops, unsigned int n)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, n, NULL, 0);
	unsigned int k = cnova_below(n);

	ops[k].reserved = 1;
	cnova_world_expect_refused(w, &args, EINVAL, k, DRM_CNOVA_REASON_RESERVED);
	ops[k].reserved = 0;
}

static void random_run(int fd, uint64_t unit, uint64_t nr, uint64_t seed, unsigned int handles,
		       unsigned int most)
{
	uint64_t steps = cnova_env_number("CNOVA_STEPS", most);
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA_EDGE - nr / 2 * unit, nr * unit);
	struct drm_cnova_vm_bind_op ops[8];

	cnova_random_start(seed);
	/* Tags are made of handles, and each file counts from 1. */
	while (handles--)
		cnova_gem_create(w->fd, SZ_4K, 0);
	cnova_world_bo(w, nr * unit, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, nr * unit, 0);
	cnova_world_bo(w, nr * unit, DRM_CNOVA_GEM_VRAM);
	w->oracle.sample = unit == SZ_2M ? 64 : 0;

	for (uint64_t step = 0; step < steps; step++) {
		unsigned int n = cnova_below(4) ? 1 : 1 + cnova_below(ARRAY_SIZE(ops));

		igt_debug("step %" PRIu64 ", %u operations\n", step, n);
		for (unsigned int i = 0; i < n; i++) {
			ops[i] = random_op(w, unit, nr);
			igt_debug("op %u handle %u offset %#llx va %#llx range %#llx flags %#x\n",
				  ops[i].op, ops[i].handle, (unsigned long long)ops[i].offset,
				  (unsigned long long)ops[i].va,
				  (unsigned long long)ops[i].range, ops[i].flags);
		}
		if (!cnova_below(8))
			random_refused(w, ops, n);
		cnova_world_bind(w, ops, n);
		if (step % 8 == 7)
			cnova_world_check_all(w);
		else
			cnova_world_check(w);
	}

	cnova_world_check_all(w);
	cnova_world_check_writes(w);
	cnova_world_close(w);
}

static void test_random(int fd, uint64_t unit, uint64_t nr)
{
	random_run(fd, unit, nr, cnova_random_seed(), 0, unit == SZ_2M ? 30 : 80);
	cnova_model_check();
}

/*
 * The model is asked when all are through: what is on its way may differ. Fewer steps each, as
 * processors that exclude each other take ten times as long where guests share a machine.
 */
static void test_random_processes(int fd)
{
	uint64_t seed = cnova_random_seed();

	igt_fork(child, 4)
		random_run(fd, child & 1 ? SZ_64K : SZ_4K, 32, seed + child,
			   child * CNOVA_WORLD_BOS, 32);
	igt_waitchildren();
	cnova_model_check();
}

/* A page in each of so many frames of 2 MiB: as many page tables. */
#define SPREAD_FRAMES	320

static void spread_run(int fd, uint64_t seed, unsigned int handles)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_4K);
	static struct drm_cnova_vm_bind_op ops[SPREAD_FRAMES];
	struct drm_cnova_vm_bind args;
	struct cnova_bo *bo;

	cnova_random_start(seed);
	while (handles--)
		cnova_gem_create(w->fd, SZ_4K, 0);
	bo = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);

	for (uint64_t round = 0; round < cnova_env_number("CNOVA_STEPS", 3); round++) {
		for (unsigned int i = 0; i < SPREAD_FRAMES; i++) {
			uint64_t va = CNOVA_VA + i * SZ_2M + cnova_below(512) * SZ_4K;

			ops[i] = cnova_op_map(bo, cnova_below(SZ_1M / SZ_4K) * SZ_4K, va, SZ_4K,
					      0);
		}
		args = cnova_bind_args(&w->vm, ops, SPREAD_FRAMES, NULL, 0);
		igt_assert_eq(__cnova_bind(w->fd, &args), 0);
		for (unsigned int i = 0; i < SPREAD_FRAMES; i++)
			cnova_eye_expect(&w->vm, ops[i].va, bo, ops[i].offset);

		cnova_world_unmap(w, CNOVA_VA, SPREAD_FRAMES * SZ_2M);
		for (unsigned int i = 0; i < SPREAD_FRAMES; i++)
			cnova_eye_expect_fault(&w->vm, ops[i].va);
	}

	cnova_world_check_all(w);
	cnova_world_close(w);
}

static void test_spread_processes(int fd)
{
	uint64_t seed = cnova_random_seed();

	igt_fork(child, 4)
		spread_run(fd, seed + child, child * CNOVA_WORLD_BOS);
	igt_waitchildren();
	cnova_model_check();
}

/* --------------------------------------------------------------------- one VM, shared */

#define SHARERS		4
#define SHARED_BLOCKS	16
#define BLOCK_PAGES	((unsigned int)(SZ_64K / SZ_4K))

/* One process's blocks of 64 KiB; the ones between are those of the others. */
struct shared {
	struct cnova_world *w;
	unsigned int me;
	struct shared_page {
		const struct cnova_bo *bo;
		uint64_t offset;
	} page[SHARED_BLOCKS][BLOCK_PAGES];
};

static uint64_t shared_va(const struct shared *s, unsigned int block, unsigned int page)
{
	return CNOVA_VA + (block * SHARERS + s->me) * SZ_64K + page * SZ_4K;
}

static void shared_check(const struct shared *s, unsigned int block)
{
	for (unsigned int i = 0; i < BLOCK_PAGES; i++) {
		const struct shared_page *page = &s->page[block][i];

		if (page->bo)
			cnova_eye_expect(&s->w->vm, shared_va(s, block, i), page->bo, page->offset);
		else
			cnova_eye_expect_fault(&s->w->vm, shared_va(s, block, i));
	}
}

/* Large pages become small ones and the other way round, next to those of others. */
static void shared_step(struct shared *s, unsigned int block)
{
	const struct cnova_bo *bo = cnova_below(3) ? &s->w->bo[cnova_below(s->w->nr_bos)] : NULL;
	unsigned int first = 0, nr = BLOCK_PAGES;
	uint64_t offset = cnova_below(8) * SZ_64K;
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_vm_bind args;

	if (cnova_below(2)) {
		first = cnova_below(BLOCK_PAGES);
		nr = 1 + cnova_below(BLOCK_PAGES - first);
		offset += cnova_below(BLOCK_PAGES) * SZ_4K;
	}

	op = bo ? cnova_op_map(bo, offset, shared_va(s, block, first), nr * SZ_4K, 0) :
		  cnova_op_unmap(shared_va(s, block, first), nr * SZ_4K);
	args = cnova_bind_args(&s->w->vm, &op, 1, NULL, 0);
	igt_assert_eq(__cnova_bind(s->w->fd, &args), 0);

	for (unsigned int i = 0; i < nr; i++)
		s->page[block][first + i] = (struct shared_page){ bo, offset + i * SZ_4K };
	shared_check(s, block);
}

static void shared_run(struct cnova_world *w, unsigned int me, uint64_t seed)
{
	uint64_t steps = cnova_env_number("CNOVA_STEPS", 100);
	static struct shared s;

	s.w = w;
	s.me = me;
	cnova_random_start(seed);
	for (uint64_t step = 0; step < steps; step++)
		shared_step(&s, cnova_below(SHARED_BLOCKS));
	for (unsigned int block = 0; block < SHARED_BLOCKS; block++)
		shared_check(&s, block);
}

/* Each process finds its own as it left it, whatever the others do in the same page tables. */
static void test_shared_processes(int fd)
{
	uint64_t size = SHARERS * SHARED_BLOCKS * SZ_64K, seed = cnova_random_seed();
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, size);

	cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_1M, 0);

	igt_fork(child, SHARERS)
		shared_run(w, child, seed + child);
	igt_waitchildren();

	cnova_world_unmap(w, CNOVA_VA, size);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void sections_subtests(int fd, const char *unit, uint64_t size, uint64_t odd)
{
	unsigned int n = size < SZ_2M ? ARRAY_SIZE(sections) : NR_LARGE_SECTIONS;

	for (unsigned int i = 0; i < n; i++) {
		igt_describe("Unmap a part of a row of mappings.");
		igt_subtest_f("munmap-%s-%s", unit, sections[i].name)
			test_munmap(fd, &sections[i], size, odd);

		igt_describe("Map another object over a part of a row of mappings.");
		igt_subtest_f("mmap-%s-%s", unit, sections[i].name)
			test_mmap(fd, &sections[i], size, odd);
	}
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++) {
		igt_describe("All 13 relations of two ranges.");
		igt_subtest_f("intervals-%s", units[i].name)
			test_intervals(fd, units[i].size);

		igt_describe("Random arrays of operations; CNOVA_SEED repeats a run.");
		igt_subtest_f("random-%s", units[i].name)
			test_random(fd, units[i].size, units[i].size == SZ_2M ? 6 : 32);

		sections_subtests(fd, units[i].name, units[i].size, 0);
	}
	sections_subtests(fd, "2m-odd", SZ_2M, SZ_4K);

	igt_describe("Random operations in four processes at once.");
	igt_subtest("random-processes")
		test_random_processes(fd);

	igt_describe("Four processes at once, each with page tables of more than 1 MiB.");
	igt_subtest("spread-processes")
		test_spread_processes(fd);

	igt_describe("Four processes change neighbouring pages of one VM at once.");
	igt_subtest("shared-processes")
		test_shared_processes(fd);

	igt_fixture()
		drm_close_driver(fd);
}
