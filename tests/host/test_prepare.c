// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What prepare reserves, and what is left of it when an allocation fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "model_vm.h"

#define BASE	0x80c0a0000000ULL

static struct model_vm model;
static bool ok;
static const char *chip;

static void result(const char *name)
{
	char title[128];

	snprintf(title, sizeof(title), "%s: %s", chip, name);
	tap_result(ok, title);
}

/* Directories below the root. */
static u32 nr_dirs(void)
{
	return model.vm.tree.fmt->root - CNOVA_PT_PDE0;
}

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

static void begin(void)
{
	ok = true;
	model_vm_init(&model, chip);
}

static void end(const char *name)
{
	const char *what;
	u64 va;

	what = host_validate(&model.vm, &va);
	if (what) {
		printf("# %s at %llx\n", what, va);
		ok = false;
	}
	ok &= !model_has_findings(&model);
	model_vm_fini(&model);
	result(name);
}

/* Operations with their views, of which each has one extent at most. */
struct change {
	u32 nr;
	struct cnova_pt_op *op;
	struct host_view *view;
	struct cnova_extent *extent;
};

static void change_init(struct change *c, u32 max)
{
	c->nr = 0;
	c->op = calloc(max, sizeof(*c->op));
	c->view = calloc(max, sizeof(*c->view));
	c->extent = calloc(max, sizeof(*c->extent));
}

static void change_fini(struct change *c)
{
	free(c->op);
	free(c->view);
	free(c->extent);
}

static void change_add(struct change *c, u64 start, u64 size, const struct cnova_extent *extent,
		       bool split)
{
	struct cnova_pt_op *op = &c->op[c->nr];

	op->range.start = start;
	op->range.end = start + size;
	op->split_start = split;
	op->split_end = split;
	op->view = NULL;
	if (extent) {
		c->extent[c->nr] = *extent;
		c->extent[c->nr].start = start;
		c->extent[c->nr].end = start + size;
		op->view = host_view_init(&c->view[c->nr], &c->extent[c->nr], 1);
	}
	c->nr++;
}

static void change_mem(struct change *c, u64 start, u64 size, u64 pa)
{
	change_add(c, start, size, &(struct cnova_extent){ .pa = pa, .max_leaf_lg2 = 63 }, false);
}

/* Tables of each kind that one change reserves in the address space as it is. */
static void expect_made(struct change *c, u32 pde2, u32 pde1, u32 pde0, u32 big, u32 small)
{
	/* With six levels there is one more above PDE2: no test goes over its border. */
	u32 pde3 = nr_dirs() == 4 ? pde2 : 0;
	u32 free_before = model.vm.nr_free;
	struct host_job job;

	EXPECT_EQ(host_prepare(&model.vm, &job, c->op, c->nr), 0);
	EXPECT_EQ(job.made[CNOVA_PT_PDE3], pde3);
	EXPECT_EQ(job.made[CNOVA_PT_PDE2], pde2);
	EXPECT_EQ(job.made[CNOVA_PT_PDE1], pde1);
	EXPECT_EQ(job.made[CNOVA_PT_PDE0], pde0);
	EXPECT_EQ(job.made[CNOVA_PT_64K], big);
	EXPECT_EQ(job.made[CNOVA_PT_4K], small);
	EXPECT_EQ(free_before - model.vm.nr_free, pde3 + pde2 + pde1 + pde0 + big + small);
	EXPECT_EQ(model.vm.counts.stores, 0);
	host_cleanup(&model.vm, &job);
	EXPECT_EQ(model.vm.nr_free, free_before);
}

static void test_bounds(void)
{
	struct change c;
	u32 i;

	begin();
	change_init(&c, 5000);

	change_mem(&c, BASE, SZ_4K, MODEL_DATA + SZ_4K);
	expect_made(&c, 1, 1, 1, 0, 1);

	/* Aligned 64K and 2M do with the table that holds them. */
	c.nr = 0;
	change_mem(&c, BASE, SZ_64K, MODEL_DATA);
	expect_made(&c, 1, 1, 1, 1, 0);
	c.nr = 0;
	change_mem(&c, BASE, SZ_2M, MODEL_DATA);
	expect_made(&c, 1, 1, 1, 0, 0);

	/* 64K where aligned, 4K at the ends. */
	c.nr = 0;
	change_mem(&c, BASE + SZ_4K, SZ_1M, MODEL_DATA + SZ_4K);
	expect_made(&c, 1, 1, 1, 1, 1);

	/* Sparse stays in the largest entries. */
	c.nr = 0;
	change_add(&c, BASE, SZ_512M, &(struct cnova_extent){ .type = CNOVA_EXTENT_SPARSE }, false);
	expect_made(&c, 1, 1, 0, 0, 0);

	/* Across a boundary of PDE1: a path on both sides. */
	c.nr = 0;
	change_mem(&c, BASE + SZ_512M - SZ_4K, 2 * SZ_4K, MODEL_DATA);
	expect_made(&c, 1, 1, 2, 0, 2);

	/* An unmap needs nothing, or what is below the entries that its edges cut. */
	c.nr = 0;
	change_add(&c, BASE + SZ_4K, SZ_1G, NULL, false);
	expect_made(&c, 0, 0, 0, 0, 0);
	c.nr = 0;
	change_add(&c, BASE + SZ_4K, SZ_1G, NULL, true);
	expect_made(&c, 1, 1, 2, 2, 2);
	c.nr = 0;
	change_add(&c, BASE + SZ_64K, SZ_1G, NULL, true);
	expect_made(&c, 1, 1, 2, 2, 0);
	c.nr = 0;
	change_add(&c, BASE + SZ_2M, SZ_1G, NULL, true);
	expect_made(&c, 1, 1, 2, 0, 0);
	c.nr = 0;
	change_add(&c, BASE, SZ_1G, NULL, true);
	expect_made(&c, 1, 1, 0, 0, 0);

	/* Scattered: by table, not by operation; not more for doing it twice. */
	c.nr = 0;
	for (i = 0; i < 4096; i++)
		change_mem(&c, BASE + i * 8ULL * SZ_4K, SZ_4K, MODEL_DATA + i % 4096 * SZ_4K);
	expect_made(&c, 1, 1, 1, 0, 64);
	c.nr = 0;
	for (i = 0; i < 4096; i++)
		change_mem(&c, BASE + i * 7919ULL % 64 * SZ_2M + i / 64 * SZ_4K, SZ_4K,
			   MODEL_DATA + SZ_4K);
	expect_made(&c, 1, 1, 1, 0, 64);

	change_fini(&c);
	end("what prepare reserves");
}

static void test_shared(void)
{
	struct host_job first, second;
	struct host_view view;
	struct change c;
	u32 held;

	begin();
	change_init(&c, 8);
	held = model.vm.nr_free;

	change_mem(&c, BASE, SZ_4K, MODEL_DATA);
	EXPECT_EQ(host_prepare(&model.vm, &first, c.op, c.nr), 0);
	c.nr = 0;
	change_mem(&c, BASE + SZ_64K, SZ_4K, MODEL_DATA);
	EXPECT_EQ(host_prepare(&model.vm, &second, c.op, c.nr), 0);
	EXPECT_EQ(second.made[CNOVA_PT_4K] + second.made[CNOVA_PT_PDE0], 0);

	/* The one that made them never runs; the other one does not notice. */
	host_cleanup(&model.vm, &first);
	EXPECT_EQ(held - model.vm.nr_free, nr_dirs() + 1);
	EXPECT_EQ(host_execute(&model.vm, &second, host_view_init(&view, c.extent, 1)), 0);
	host_cleanup(&model.vm, &second);
	EXPECT_EQ(held - model.vm.nr_free, nr_dirs() + 1);
	EXPECT_EQ(model_walk(&model, BASE + SZ_64K).pa, MODEL_DATA);

	/* Aborted alone: everything goes. */
	c.nr = 0;
	change_mem(&c, BASE + SZ_512M, SZ_4K, MODEL_DATA);
	EXPECT_EQ(host_prepare(&model.vm, &first, c.op, c.nr), 0);
	host_cleanup(&model.vm, &first);
	EXPECT_EQ(held - model.vm.nr_free, nr_dirs() + 1);

	change_fini(&c);
	end("tables are shared by jobs that wait");
}

static void expect_refused(u64 start, u64 end)
{
	struct cnova_pt_op op = { .range = { start, end } };
	struct host_job job;

	EXPECT_EQ(-host_prepare(&model.vm, &job, &op, 1), EINVAL);
}

static void test_refused(void)
{
	struct host_job job;
	u64 top;

	begin();
	top = 1ULL << model.vm.tree.fmt->va_bits;
	expect_refused(0, 0);
	expect_refused(SZ_4K, 0);
	expect_refused(1, SZ_4K);
	expect_refused(0, SZ_4K + 1);
	expect_refused(0, top + SZ_4K);
	expect_refused(top, top + SZ_4K);
	expect_refused(0, -4096ULL);
	EXPECT_EQ(host_prepare(&model.vm, &job, NULL, 0), 0);
	host_cleanup(&model.vm, &job);
	end("ranges that make no sense are refused");
}

/* Operations to fail in, each in an address space where some tables are there. */
static const struct failing {
	const char *name;
	struct {
		u64 start;
		u64 size;
		bool map;
		bool sparse;
	} op[3];
} failing[] = {
	{ "one page", { { SZ_64K, SZ_4K, true } } },
	{ "tables of all kinds", { { SZ_4K, SZ_1M, true }, { SZ_512M - SZ_4K, SZ_16M, true },
				   { SZ_2M, 3 * SZ_64K } } },
	{ "over many directories", { { SZ_512M - SZ_64K, 3ULL << 38, false, true },
				     { (1ULL << 38) + SZ_4K, SZ_64K, true } } },
	{ "an unmap with two edges", { { SZ_4K, 5ULL << 38 } } },
	{ "a table filled whole", { { 8ULL * SZ_2M + 2 * SZ_64K, SZ_64K, true },
				    { 9ULL * SZ_2M, SZ_2M, true } } },
};

static void change_failing(struct change *c, const struct failing *f)
{
	struct cnova_extent sparse = { .type = CNOVA_EXTENT_SPARSE };
	u32 i;

	c->nr = 0;
	for (i = 0; i < ARRAY_SIZE(f->op) && f->op[i].size; i++) {
		u64 start = BASE + f->op[i].start, size = f->op[i].size;
		struct cnova_extent mem = { .pa = MODEL_DATA + SZ_4K, .max_leaf_lg2 = 63 };

		change_add(c, start, size,
			   f->op[i].map ? &mem : f->op[i].sparse ? &sparse : NULL, true);
	}
}

/* A sum of all pages that tables are in, and what the shadow counts. */
static u64 digest(void)
{
	u64 sum = model.vm.tree.root->live, pa;

	for (pa = model.vm.pages_pa; pa < model.vm.pages_pa + 64 * SZ_4K; pa += sizeof(u64))
		sum = (sum ^ cnova_sim_flat_load(model.flat, pa)) * 0x100000001b3ULL;
	return sum;
}

/* Fail the n-th allocation, or the n-th page, until none fails. Return: how many did. */
static u32 fail_each(struct change *c, bool pages, int want)
{
	u64 sum = digest(), stores = model.vm.counts.stores;
	u32 n, nr_free = model.vm.nr_free;
	long held = host_nr_held;
	struct host_job job;
	int err = want;

	for (n = 1; ok && err; n++) {
		const char *what;
		u64 va;

		host_alloc_fail = pages ? 0 : n;
		model.vm.fail_page = pages ? n : 0;
		err = host_prepare(&model.vm, &job, c->op, c->nr);
		host_alloc_fail = 0;
		model.vm.fail_page = 0;
		if (!err)
			host_cleanup(&model.vm, &job);
		else
			EXPECT_EQ(-err, -want);

		EXPECT_EQ(host_nr_held, held);
		EXPECT_EQ(model.vm.nr_free, nr_free);
		EXPECT_EQ(model.vm.counts.stores, stores);
		/* What was given back is poison again, as it was before. */
		EXPECT_EQ(digest(), sum);
		what = host_validate(&model.vm, &va);
		EXPECT_EQ(!what, true);
	}
	return n - 2;
}

static void test_fail(void)
{
	u32 i, allocs = 0, pages = 0;
	struct host_view view;
	struct host_job job;
	struct change c;

	begin();
	change_init(&c, 8);
	change_mem(&c, BASE + SZ_2M, SZ_2M, MODEL_DATA);
	change_mem(&c, BASE + 8 * SZ_2M, SZ_64K + SZ_4K, MODEL_DATA);
	EXPECT_EQ(host_prepare(&model.vm, &job, c.op, c.nr), 0);
	EXPECT_EQ(host_execute(&model.vm, &job, host_view_init(&view, c.extent, c.nr)), 0);
	host_cleanup(&model.vm, &job);

	for (i = 0; i < ARRAY_SIZE(failing); i++) {
		change_failing(&c, &failing[i]);
		allocs += fail_each(&c, false, -ENOMEM);
		pages += fail_each(&c, true, -ENOSPC);
		if (!ok) {
			printf("# %s\n", failing[i].name);
			break;
		}
	}
	printf("# %u allocations, %u pages\n", allocs, pages);
	EXPECT_EQ(allocs > 40 && pages > 30, true);
	change_fini(&c);
	end("each single allocation fails: nothing stored, nothing kept");
}

/*
 * 4,096 scattered pages: by the formula of the hardware's tables, T(k) being the number
 * of distinct va >> k: one directory for each, one 4K table for each 2 MiB.
 */
static void test_scattered(void)
{
	u32 i, kind, dirs = 0, tables = 0;
	u64 bytes = 0, sum = 0;
	struct host_job job;
	struct change c;

	begin();
	change_init(&c, 4096);
	/* 16 pages in each of 256 blocks of 2M, 64 blocks to each of 4 blocks of 512M. */
	for (i = 0; i < 4096; i++)
		change_mem(&c, BASE + (i / 1024) * (u64)SZ_512M + (i / 16 % 64) * 4ULL * SZ_2M +
			   (i % 16) * 31ULL * SZ_4K, SZ_4K, MODEL_DATA + SZ_4K);
	EXPECT_EQ(host_prepare(&model.vm, &job, c.op, c.nr), 0);
	for (kind = 0; kind < CNOVA_NR_PT_KINDS; kind++) {
		u32 table_bytes = cnova_pt_table_bytes(model.vm.tree.fmt, kind);

		tables += job.made[kind];
		dirs += kind >= CNOVA_PT_PDE0 ? job.made[kind] : 0;
		bytes += (u64)job.made[kind] *
			 max(table_bytes, kind == CNOVA_PT_64K ? 256U : 4096U);
	}
	/* PDE0: T(29) = 4; PDE1: T(38) = 1; PDE2: T(47) = 1; v3: PDE3: T(56) = 1. */
	EXPECT_EQ(job.made[CNOVA_PT_4K], 256);
	EXPECT_EQ(job.made[CNOVA_PT_64K], 0);
	EXPECT_EQ(job.made[CNOVA_PT_PDE0], 4);
	EXPECT_EQ(dirs, 4 + nr_dirs() - 1);
	EXPECT_EQ(tables, 260 + nr_dirs() - 1);
	EXPECT_EQ(bytes, (260 + nr_dirs() - 1) * 4096ULL);
	host_cleanup(&model.vm, &job);
	sum = model.vm.nr_pages - model.vm.nr_free;
	EXPECT_EQ(sum, 1);
	change_fini(&c);
	end("4,096 scattered pages reserve what the hardware needs");
}

/* The hardware fails in the first and in the second pass. */
static void test_dead(void)
{
	struct host_job job, waiting;
	struct host_view view;
	struct change c;

	begin();
	change_init(&c, 8);
	change_mem(&c, BASE, SZ_2M, MODEL_DATA);
	EXPECT_EQ(host_prepare(&model.vm, &waiting, c.op, c.nr), 0);
	EXPECT_EQ(host_prepare(&model.vm, &job, c.op, c.nr), 0);
	model.ack = -ETIMEDOUT;
	EXPECT_EQ(-host_execute(&model.vm, &job, host_view_init(&view, c.extent, 1)), ETIMEDOUT);
	host_cleanup(&model.vm, &job);
	/* Nothing is stored from here on: host_vm.c looks. */
	EXPECT_EQ(-host_execute(&model.vm, &waiting, &view.base), ETIMEDOUT);
	host_cleanup(&model.vm, &waiting);
	model_vm_fini(&model);
	change_fini(&c);
	result("no acknowledge: nothing more is stored, no page given back");
}

/* A table that should have been prepared is not there. */
static void test_missing(void)
{
	struct cnova_extent extent = {
		.start = BASE, .end = BASE + SZ_4K, .pa = MODEL_DATA, .max_leaf_lg2 = 63,
	};
	struct host_view view;
	struct host_job job;
	struct change c;
	u64 stores;

	begin();
	change_init(&c, 8);
	/* An unmap, prepared as one; and then there is memory after all. */
	change_add(&c, BASE, SZ_4K, NULL, false);
	EXPECT_EQ(host_prepare(&model.vm, &job, c.op, c.nr), 0);
	stores = model.vm.counts.stores;
	EXPECT_EQ(-host_execute(&model.vm, &job, host_view_init(&view, &extent, 1)), EIO);
	EXPECT_EQ(model.vm.counts.stores, stores);
	EXPECT_EQ(host_nr_warnings > 0, true);
	host_nr_warnings = 0;
	host_cleanup(&model.vm, &job);
	model_vm_fini(&model);
	change_fini(&c);
	result("a table that nobody prepared: -EIO before anything is stored");
}

int main(void)
{
	static const char * const chips[] = {
		"tu102", "ga100", "ga102", "ad102", "gh100", "gb100", "gb10b", "gb202", "gb20b",
	};

	for (u32 i = 0; i < ARRAY_SIZE(chips); i++) {
		chip = chips[i];
		test_bounds();
		test_scattered();
		test_shared();
		test_refused();
		test_fail();
		test_dead();
		test_missing();
	}
	return tap_done();
}
