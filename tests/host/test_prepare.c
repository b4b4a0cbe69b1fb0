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

/* Two operations that need tables of all kinds, some of which are there. */
static void change_large(struct change *c)
{
	c->nr = 0;
	change_mem(c, BASE + SZ_4K, SZ_1M, MODEL_DATA + SZ_4K);
	change_mem(c, BASE + SZ_512M - SZ_4K, SZ_16M, MODEL_DATA);
	change_add(c, BASE + SZ_2M, 3 * SZ_64K, NULL, true);
}

static void test_fail(void)
{
	u64 allocs, nr, i;
	struct host_job job;
	u32 free_before, pages;
	struct change c;
	long held;
	int err;

	begin();
	change_init(&c, 8);
	change_large(&c);

	host_nr_allocs = 0;
	pages = model.vm.nr_free;
	EXPECT_EQ(host_prepare(&model.vm, &job, c.op, c.nr), 0);
	allocs = host_nr_allocs;
	pages -= model.vm.nr_free;
	host_cleanup(&model.vm, &job);
	printf("# %llu allocations, %u pages\n", allocs, pages);

	free_before = model.vm.nr_free;
	held = host_nr_held;
	nr = model.vm.counts.stores;
	for (i = 1; i <= allocs; i++) {
		host_alloc_fail = i;
		err = host_prepare(&model.vm, &job, c.op, c.nr);
		host_alloc_fail = 0;
		EXPECT_EQ(-err, ENOMEM);
		EXPECT_EQ(host_nr_held, held);
		EXPECT_EQ(model.vm.nr_free, free_before);
	}
	for (i = 1; i <= pages; i++) {
		model.vm.fail_page = i;
		err = host_prepare(&model.vm, &job, c.op, c.nr);
		EXPECT_EQ(-err, ENOSPC);
		EXPECT_EQ(host_nr_held, held);
		EXPECT_EQ(model.vm.nr_free, free_before);
	}
	EXPECT_EQ(model.vm.counts.stores, nr);

	change_fini(&c);
	end("each single allocation fails: nothing stored, nothing kept");
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
		test_shared();
		test_refused();
		test_fail();
		test_dead();
		test_missing();
	}
	return tap_done();
}
