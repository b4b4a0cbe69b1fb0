// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What single changes cost: equality where it can be asked for (PERFORMANCE.md 5, 7).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/sizes.h>

#include "model_vm.h"

/* Somewhere with all indices different from 0. */
#define BASE	0x80c0a0000000ULL

static struct model_vm model;
static bool ok;
static const char *name;
static const char *chip;

/* What the address space is, in the eyes of the test. */
static struct cnova_extent now[2048];
static u32 nr_now;

#define EXPECT(cond)							\
	do {								\
		if (!(cond)) {						\
			printf("# line %d: %s\n", __LINE__, #cond);	\
			ok = false;					\
		}							\
	} while (0)

#define EXPECT_EQ(is, want)								\
	do {										\
		u64 _is = (is), _want = (want);						\
											\
		if (_is != _want) {							\
			printf("# line %d: %s is %llu, not %llu\n", __LINE__, #is, _is,	\
			       _want);							\
			ok = false;							\
		}									\
	} while (0)

static void begin(const char *test)
{
	name = test;
	ok = true;
	nr_now = 0;
	model_vm_init(&model, chip);
}

/* Directories from below the root to the one whose entries are of kind @kind. */
static u32 nr_tables(enum cnova_pt_kind kind)
{
	return model.vm.tree.fmt->root - kind;
}

static void end(void)
{
	const char *what;
	char title[128];
	u64 va;

	what = host_validate(&model.vm, &va);
	if (what) {
		printf("# %s at %llx\n", what, va);
		ok = false;
	}
	ok &= !model.vm.counts.unordered;
	ok &= !cnova_sim_mmu_coherent(model.flat->mmu);
	ok &= !model_has_findings(&model);

	/* To destroy it takes no store, and one invalidate that is not counted here. */
	host_reset_counts(&model.vm);
	model_vm_fini(&model);
	EXPECT_EQ(model.vm.counts.stores, 0);
	snprintf(title, sizeof(title), "%s: %s", chip, name);
	tap_result(ok, title);
}

/* An extent that is not there yet. */
static struct cnova_extent mem(u64 start, u64 size, u64 pa, u8 cap)
{
	return (struct cnova_extent){
		.start = start,
		.end = start + size,
		.pa = pa,
		.attr.aperture = CNOVA_APERTURE_VIDEO,
		.max_leaf_lg2 = cap,
	};
}

static struct cnova_extent sparse(u64 start, u64 size)
{
	return (struct cnova_extent){
		.start = start,
		.end = start + size,
		.type = CNOVA_EXTENT_SPARSE,
		.max_leaf_lg2 = 63,
	};
}

/* Cut [@start, @end) out of the address space. */
static void cut(u64 start, u64 end)
{
	static struct cnova_extent old[ARRAY_SIZE(now)];
	u32 i, nr = nr_now;

	memcpy(old, now, sizeof(old));
	nr_now = 0;
	for (i = 0; i < nr; i++) {
		struct cnova_extent e = old[i];

		if (e.start < start) {
			now[nr_now] = e;
			now[nr_now].end = min(e.end, start);
			nr_now++;
		}
		if (e.end > end) {
			now[nr_now] = e;
			if (e.start < end) {
				now[nr_now].pa += end - e.start;
				now[nr_now].start = end;
			}
			nr_now++;
		}
	}
}

static void insert(const struct cnova_extent *e)
{
	u32 i = nr_now++;

	for (; i && now[i - 1].start > e->start; i--)
		now[i] = now[i - 1];
	now[i] = *e;
}

/* One job that maps @nr extents; @bound: as if they had been there. */
static void map_many(const struct cnova_extent *extents, u32 nr, bool bound)
{
	struct cnova_pt_op *ops = calloc(nr, sizeof(*ops));
	struct host_view *views = calloc(nr, sizeof(*views)), view;
	struct host_job job;
	u32 i;

	for (i = 0; i < nr; i++) {
		ops[i].range.start = extents[i].start;
		ops[i].range.end = extents[i].end;
		ops[i].view = host_view_init(&views[i], &extents[i], 1);
		ops[i].split_start = true;
		ops[i].split_end = true;
	}
	EXPECT_EQ(host_prepare(&model.vm, &job, ops, nr), 0);
	for (i = 0; i < nr; i++) {
		struct cnova_extent e = extents[i];

		e.bound = bound;
		cut(e.start, e.end);
		insert(&e);
	}
	host_reset_counts(&model.vm);
	EXPECT_EQ(host_execute(&model.vm, &job, host_view_init(&view, now, nr_now)), 0);
	for (i = 0; i < nr_now; i++)
		now[i].bound = true;
	host_cleanup(&model.vm, &job);
	free(views);
	free(ops);
}

static void map(struct cnova_extent e)
{
	map_many(&e, 1, false);
}

static void unmap(u64 start, u64 size)
{
	struct cnova_pt_op op = {
		.range = { start, start + size }, .split_start = true, .split_end = true,
	};
	struct host_view view;
	struct host_job job;

	EXPECT_EQ(host_prepare(&model.vm, &job, &op, 1), 0);
	cut(start, start + size);
	host_reset_counts(&model.vm);
	EXPECT_EQ(host_execute(&model.vm, &job, host_view_init(&view, now, nr_now)), 0);
	host_cleanup(&model.vm, &job);
}

/* 4K leaves only, in memory that would do for larger ones. */
#define MAP_4K(start, size)	map(mem(start, size, MODEL_DATA, 12))

static void test_map_present(void)
{
	begin("map 512 4K pages in a present table: 512 stores, 1 order, 1 invalidate");
	MAP_4K(BASE, SZ_4K);
	map(mem(BASE + SZ_4K, SZ_4K, MODEL_DATA + SZ_64K, 12));
	unmap(BASE, SZ_4K);
	map(mem(BASE + SZ_2M - SZ_4K, SZ_4K, MODEL_DATA, 12));
	unmap(BASE + SZ_4K, SZ_4K);
	/* The table is there now, with one entry, which is replaced. */
	MAP_4K(BASE, SZ_2M);
	EXPECT_EQ(model.vm.counts.stores, 512);
	EXPECT_EQ(model.vm.counts.orders, 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	end();
}

static void test_map_new_table(void)
{
	begin("map 512 4K pages in a new table: 512 stores and a link");
	MAP_4K(BASE + SZ_16M, SZ_4K);
	MAP_4K(BASE, SZ_2M);
	EXPECT_EQ(model.vm.counts.stores, 512 + 1);
	EXPECT_EQ(model.vm.counts.orders, 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	end();
}

static void test_map_2m(void)
{
	begin("map an aligned 2 MiB: at most 2 stores");
	MAP_4K(BASE + SZ_16M, SZ_4K);
	map(mem(BASE, SZ_2M, MODEL_DATA, 63));
	EXPECT_EQ(model.vm.counts.stores, 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	EXPECT_EQ(model_walk(&model, BASE + SZ_1M).pa, MODEL_DATA + SZ_1M);
	end();
}

static void test_unmap_hole(void)
{
	begin("unmap a hole: nothing");
	unmap(BASE, SZ_2M);
	EXPECT_EQ(model.vm.counts.stores, 0);
	EXPECT_EQ(model.vm.counts.invalidates, 0);
	MAP_4K(BASE, SZ_4K);
	unmap(BASE + SZ_4K, SZ_64K);
	EXPECT_EQ(model.vm.counts.stores, 0);
	EXPECT_EQ(model.vm.counts.invalidates, 0);
	unmap(BASE + SZ_2M, 1ULL << 40);
	EXPECT_EQ(model.vm.counts.stores, 0);
	EXPECT_EQ(model.vm.counts.orders, 0);
	EXPECT_EQ(model.vm.counts.invalidates, 0);
	end();
}

static void test_unmap_part(void)
{
	begin("unmap n pages of a 4K table: n stores");
	MAP_4K(BASE, SZ_2M);
	unmap(BASE + SZ_64K, 100 * SZ_4K);
	EXPECT_EQ(model.vm.counts.stores, 100);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	end();
}

static void test_unmap_table(void)
{
	begin("unmap a whole table: at most 2 stores, 1 invalidate, table given back");
	MAP_4K(BASE + SZ_16M, SZ_4K);
	MAP_4K(BASE, SZ_2M);
	unmap(BASE, SZ_2M);
	EXPECT_EQ(model.vm.counts.stores, 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	/* Of the neighbour: the root, directories, a table. */
	EXPECT_EQ(model.vm.nr_pages - model.vm.nr_free, 1 + nr_tables(CNOVA_PT_PDE0) + 1);
	end();
}

static void test_unmap_last(void)
{
	begin("unmap all that is in a table: its link, not its entries");
	MAP_4K(BASE + SZ_16M, SZ_4K);
	MAP_4K(BASE + SZ_64K, 100 * SZ_4K);
	unmap(BASE + SZ_4K, SZ_1M);
	EXPECT_EQ(model.vm.counts.stores, 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	end();
}

static void test_punch(void)
{
	begin("punch 4K in 2 MiB: at most 516 stores, 2 invalidates");
	map(mem(BASE, SZ_2M, MODEL_DATA, 63));
	unmap(BASE + SZ_1M, SZ_4K);
	/* 32 64K entries, 15 4K entries; the entry to 0, then two halves. */
	EXPECT_EQ(model.vm.counts.stores, 32 + 15 + 1 + 2);
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	EXPECT_EQ(model_walk(&model, BASE).pa, MODEL_DATA);
	EXPECT(model_walk(&model, BASE + SZ_1M).hole);
	EXPECT_EQ(model_walk(&model, BASE + SZ_1M + SZ_4K).pa, MODEL_DATA + SZ_1M + SZ_4K);
	end();
}

static void test_scattered(void)
{
	struct cnova_extent *extents = calloc(1000, sizeof(*extents));
	u32 i;

	begin("1000 scattered 4K pages in one job: at most 2 invalidates");
	for (i = 0; i < 1000; i++)
		extents[i] = mem(BASE + (u64)i * 37 * SZ_2M / 16 / SZ_4K * SZ_4K, SZ_4K,
				 MODEL_DATA + i * SZ_4K, 63);
	map_many(extents, 1000, false);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	EXPECT_EQ(model.vm.counts.orders, 1);
	EXPECT_EQ(model_walk(&model, extents[999].start).pa, extents[999].pa);
	free(extents);
	end();
}

static void test_unmap_1g(void)
{
	u64 at;

	begin("unmap 1 GiB of 4K: at most 1024 stores, 1 invalidate");
	for (at = 0; at < SZ_1G; at += SZ_16M)
		MAP_4K(BASE + SZ_512M + at, SZ_16M);
	unmap(BASE + SZ_512M, SZ_1G);
	EXPECT(model.vm.counts.stores <= 2);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	/* Not on the grid of larger entries: one table after the other. */
	for (at = 0; at < SZ_1G; at += SZ_16M)
		MAP_4K(BASE + SZ_16M + at, SZ_16M);
	MAP_4K(BASE, SZ_2M);
	MAP_4K(BASE + SZ_1G + SZ_512M, SZ_2M);
	unmap(BASE + SZ_16M, SZ_1G);
	EXPECT(model.vm.counts.stores <= 512);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	end();
}

static void test_remap(void)
{
	struct cnova_extent e[4] = {
		mem(BASE, SZ_4K, MODEL_DATA, 63),
		mem(BASE + SZ_64K, 3 * SZ_64K, MODEL_DATA, 63),
		sparse(BASE + SZ_1M, 100 * SZ_4K),
		mem(BASE + SZ_2M, 3 * SZ_2M, MODEL_DATA, 63),
	};

	begin("map what is mapped: nothing");
	map_many(e, 4, false);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	map_many(e, 4, true);
	EXPECT_EQ(model.vm.counts.stores, 0);
	EXPECT_EQ(model.vm.counts.invalidates, 0);
	/* 64K and 2M leaves are compared, bound or not. */
	map_many(&e[3], 1, false);
	EXPECT_EQ(model.vm.counts.stores, 0);
	EXPECT_EQ(model.vm.counts.invalidates, 0);
	end();
}

static void test_sparse(void)
{
	begin("sparse: one entry at any level, no second invalidate");
	map(sparse(BASE, SZ_512M));
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	EXPECT(model_walk(&model, BASE + SZ_16M).sparse);
	map(mem(BASE + SZ_2M, SZ_64K, MODEL_DATA, 63));
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	EXPECT(model_walk(&model, BASE + SZ_2M + SZ_64K).sparse);
	map(mem(BASE + SZ_2M + SZ_1M, SZ_4K, MODEL_DATA, 63));
	map(sparse(BASE, SZ_512M));
	EXPECT_EQ(model.vm.counts.stores, 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	map(mem(BASE, SZ_4K, MODEL_DATA, 63));
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	end();
}

static void test_zap(void)
{
	u32 held;

	begin("zap and bind again: tables stay");
	MAP_4K(BASE, SZ_2M);
	map(mem(BASE + SZ_2M, SZ_2M, MODEL_DATA, 63));
	held = model.vm.nr_free;
	host_reset_counts(&model.vm);
	host_zap(&model.vm, BASE, BASE + 2 * SZ_2M);
	EXPECT_EQ(model.vm.counts.stores, 512 + 1);
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	EXPECT_EQ(model.vm.nr_free, held);
	EXPECT(model_walk(&model, BASE).hole);
	EXPECT(model_walk(&model, BASE + SZ_2M).hole);
	now[0].bound = false;
	now[1].bound = false;
	MAP_4K(BASE, SZ_2M);
	EXPECT_EQ(model.vm.counts.stores, 512);
	EXPECT(model_walk(&model, BASE + SZ_2M).hole);
	end();
}

static void test_resize(void)
{
	begin("4K pages to 64K leaf and back: 2 invalidates each");
	MAP_4K(BASE, SZ_64K);
	map(mem(BASE, SZ_64K, MODEL_DATA, 63));
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	MAP_4K(BASE, SZ_64K);
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	map(mem(BASE, SZ_2M, MODEL_DATA, 63));
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	MAP_4K(BASE, SZ_2M);
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	end();
}

/*
 * A leaf above 2 MiB. @below: what is stored in the directories below it for a hole of one
 * page, their links included.
 */
static void check_large(enum cnova_pt_kind kind, u64 size, u32 below)
{
	struct cnova_extent e = mem(round_down(BASE, size), size, 1ULL << 40, 63);

	e.attr.aperture = CNOVA_APERTURE_SYS_COH;
	map(e);
	/* The leaf, and the links of the tables that were made for it. */
	EXPECT_EQ(model.vm.counts.stores, 1 + nr_tables(kind));
	EXPECT_EQ(model.vm.counts.invalidates, 1);
	unmap(e.start + SZ_16M, SZ_4K);
	/* And 31 and 15 leaves, a table each; 0, then the link. */
	EXPECT_EQ(model.vm.counts.stores, below + 32 + 15 + 2);
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	EXPECT_EQ(model_walk(&model, e.start).pa, e.pa);
	EXPECT(model_walk(&model, e.start + SZ_16M).hole);
	EXPECT_EQ(model_walk(&model, e.start + SZ_16M + SZ_4K).pa, e.pa + SZ_16M + SZ_4K);
	EXPECT_EQ(model_walk(&model, e.start + size / 2).pa, e.pa + size / 2);
	EXPECT_EQ(model_walk(&model, e.end - SZ_4K).pa, e.pa + size - SZ_4K);
	e.bound = false;
	map(e);
	EXPECT_EQ(model.vm.counts.stores, 2);
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	EXPECT_EQ(model_walk(&model, e.start + SZ_16M).pa, e.pa + SZ_16M);
	/* Cut in halves: no table but the one below, and no page of it that is not cut. */
	unmap(e.start, size / 2);
	EXPECT_EQ(model.vm.counts.stores, (kind == CNOVA_PT_PDE1 ? 256 : 512) / 2 + 2);
	EXPECT(model_walk(&model, e.start + size / 2 - SZ_4K).hole);
	EXPECT_EQ(model_walk(&model, e.start + size / 2).pa, e.pa + size / 2);
	unmap(e.start + size / 2, size / 2);
	EXPECT_EQ(model.vm.counts.stores, 1);
}

static void test_512m(void)
{
	begin("512 MiB leaf: one store; a hole in it: 2 invalidates; and back");
	/* 255 leaves and two halves. */
	check_large(CNOVA_PT_PDE1, SZ_512M, 255 + 2);
	end();
}

static void test_256g(void)
{
	begin("256 GiB leaf: one store; a hole in it: 2 invalidates; and back");
	/* 511 leaves and a link, then as above. */
	check_large(CNOVA_PT_PDE2, 1ULL << 38, 511 + 1 + 255 + 2);
	end();
}

/* Memory that is aligned for a size of leaf which the chip lacks: the next smaller one. */
static void test_no_larger(enum cnova_pt_kind lacks, u32 nr)
{
	const struct cnova_pt_fmt *fmt;
	struct cnova_extent e;
	u64 size;

	begin("no leaf larger than the chip has");
	fmt = model.vm.tree.fmt;
	size = 1ULL << fmt->level[lacks].shift;
	e = mem(round_down(BASE, size), size, 1ULL << 40, 63);
	e.attr.aperture = CNOVA_APERTURE_SYS_COH;
	map(e);
	EXPECT_EQ(model.vm.counts.stores, nr + nr_tables(lacks - 1));
	EXPECT_EQ(model_walk(&model, e.end - SZ_4K).pa, e.pa + size - SZ_4K);
	end();
}

/* All indices at their largest. */
static void test_top(void)
{
	u64 top;

	begin("the last page of the address space, and the last 2 MiB");
	top = 1ULL << model.vm.tree.fmt->va_bits;
	MAP_4K(top - SZ_4K, SZ_4K);
	EXPECT_EQ(model.vm.counts.stores, 1 + nr_tables(CNOVA_PT_PDE0) + 1);
	EXPECT_EQ(model_walk(&model, top - SZ_4K).pa, MODEL_DATA);
	map(mem(top - SZ_2M, SZ_2M, MODEL_DATA, 63));
	EXPECT_EQ(model.vm.counts.invalidates, 2);
	EXPECT_EQ(model_walk(&model, top - SZ_4K).pa, MODEL_DATA + SZ_2M - SZ_4K);
	map(sparse(0, top));
	EXPECT(model_walk(&model, 0).sparse);
	EXPECT(model_walk(&model, top - SZ_4K).sparse);
	unmap(0, top);
	EXPECT(model_walk(&model, top - SZ_4K).hole);
	EXPECT_EQ(model.vm.nr_pages - model.vm.nr_free, 1);
	end();
}

/* One of each generation, with what leaves it has (HARDWARE.md 1.1). */
static const struct {
	const char *name;
	bool has_512m;
	bool has_256g;
} chips[] = {
	{ "tu102" }, { "ga100", true }, { "ga102", true }, { "ad102", true }, { "gh100", true },
	{ "gb100", true, true }, { "gb10b" }, { "gb202", true, true }, { "gb20b" },
};

static void test_large(bool has_512m, bool has_256g)
{
	if (has_512m)
		test_512m();
	else
		test_no_larger(CNOVA_PT_PDE1, 256);
	if (has_256g)
		test_256g();
	else if (has_512m)
		test_no_larger(CNOVA_PT_PDE2, 512);
	test_top();
}

int main(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(chips); i++) {
		chip = chips[i].name;
		test_map_present();
		test_map_new_table();
		test_map_2m();
		test_unmap_hole();
		test_unmap_part();
		test_unmap_table();
		test_unmap_last();
		test_punch();
		test_scattered();
		test_unmap_1g();
		test_remap();
		test_sparse();
		test_zap();
		test_resize();
		test_large(chips[i].has_512m, chips[i].has_256g);
	}
	return tap_done();
}
