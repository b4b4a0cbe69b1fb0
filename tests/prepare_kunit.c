// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tables prepare reserves, and what is left of them when it fails.
 *
 * Numbers in brackets are rules of the VM_BIND contract.
 */

#include "tests/pt_fixture.h"

/* Prepares, counts and aborts: @nodes tables in @pages pages, all of it given back. */
static void pt_expect_reserved(struct kunit *test, const struct cnova_pt_op *ops, u32 nr,
			       u32 nodes, u32 pages)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm_job job = {};
	u32 held = pt_held(fix);

	pt_begin(fix);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, ops, nr), 0);
	KUNIT_EXPECT_EQ(test, job.pt.nr_needs, nodes);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, pages);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held + pages);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 0);

	/* EXEMPLARS: abort undoes prepare and writes nothing to the device. [9] */
	fake_begin(fix->fake);
	cnova_vmm_cleanup(&fix->vmm, &job);
	pt_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held);
	pt_validate(test);
}

static void pt_expect_reserved_one(struct kunit *test, u64 start, u64 size, u32 nodes, u32 pages)
{
	struct cnova_pt_op op = pt_op(test->priv, start, size);

	pt_expect_reserved(test, &op, 1, nodes, pages);
}

/* [9] What single operations reserve: the path, and no worst case. */
static void pt_prepare_reserves_the_path(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	u32 dirs = pt_nr_dirs(fix);
	struct cnova_pt_op cut = { .range = { VA + SZ_4K, VA + SZ_8K } };

	/* Nothing for a hole. */
	pt_expect_reserved_one(test, VA, SZ_4K, 0, 0);

	/* All directories down to PDE0, and a table of 4K entries. */
	pt_have(fix, VA, SZ_4K, PA_A, LEAF_2M);
	pt_expect_reserved_one(test, VA, SZ_4K, dirs + 1, dirs + 1);

	/* The same with one of 64K entries. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_64K, PA_A, LEAF_2M);
	pt_expect_reserved_one(test, VA, SZ_64K, dirs + 1, dirs + 1);

	/* 64 KiB that are not aligned, or may not be: 4K entries again. */
	fix->view.extent[0].max_leaf_lg2 = LEAF_4K;
	pt_expect_reserved_one(test, VA, SZ_64K, dirs + 1, dirs + 1);
	fix->view.extent[0].max_leaf_lg2 = LEAF_2M;
	fix->view.extent[0].pa += SZ_4K;
	pt_expect_reserved_one(test, VA, SZ_64K, dirs + 1, dirs + 1);

	/* Both, for 64 KiB and a page. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_64K + SZ_4K, PA_A, LEAF_2M);
	pt_expect_reserved_one(test, VA, SZ_64K + SZ_4K, dirs + 2, dirs + 2);

	/* A leaf in PDE0. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_2M, PA_A, LEAF_2M);
	pt_expect_reserved_one(test, VA, SZ_2M, dirs, dirs);

	/* Over a border of two PDE0. */
	pt_view_clear(fix);
	pt_have(fix, VA - SZ_2M, 2 * SZ_2M, PA_A, LEAF_2M);
	pt_expect_reserved_one(test, VA - SZ_2M, 2 * SZ_2M, dirs + 1, dirs + 1);

	/* An unmap that may cut something at both edges: both tables below. */
	cut.split_start = true;
	cut.split_end = true;
	pt_expect_reserved(test, &cut, 1, dirs + 2, dirs + 2);
}

/* DESIGN 4: scattered operations reserve what the hardware needs: nodes are shared. */
static void pt_prepare_shares_tables(struct kunit *test)
{
	enum { NR = 100 };
	struct pt_fixture *fix = test->priv;
	u32 dirs = pt_nr_dirs(fix);
	struct cnova_vmm_job job = {};
	struct cnova_pt_op *ops;

	ops = kunit_kcalloc(test, NR, sizeof(*ops), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ops);

	/* Pages, two in each of 50 tables, below one PDE0. With each other: */
	for (u32 i = 0; i < NR; i++) {
		pt_have(fix, VA + (u64)i * SZ_1M, SZ_4K, PA_A + i * SZ_4K, LEAF_4K);
		ops[i] = pt_op(fix, VA + (u64)i * SZ_1M, SZ_4K);
	}
	pt_expect_reserved(test, ops, NR, dirs + NR / 2, dirs + NR / 2);

	/* ... with the live tree, of which 25 are there: */
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, ops, NR / 2), 0);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	cnova_vmm_cleanup(&fix->vmm, &job);
	pt_expect_reserved(test, ops, NR / 2, dirs + NR / 4, 0);
	pt_expect_reserved(test, ops, NR, dirs + NR / 2, NR / 4);

	/* ... in any order: */
	for (u32 i = 0; i < NR; i++)
		swap(ops[i], ops[i * 37 % NR]);
	pt_expect_reserved(test, ops, NR, dirs + NR / 2, NR / 4);

	/* ... and with a job that waits. */
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, ops, NR), 0);
	pt_expect_reserved(test, ops, NR, dirs + NR / 2, 0);
	cnova_vmm_cleanup(&fix->vmm, &job);
}

/* DESIGN 4: 16 64K tables to a page. */
static void pt_prepare_packs_64k_tables(struct kunit *test)
{
	enum { NR = 33 };
	struct pt_fixture *fix = test->priv;
	u32 dirs = pt_nr_dirs(fix);
	struct cnova_pt_op *ops;

	ops = kunit_kcalloc(test, NR, sizeof(*ops), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	for (u32 i = 0; i < NR; i++) {
		pt_have(fix, VA + (u64)i * SZ_2M, SZ_64K, PA_A, LEAF_2M);
		ops[i] = pt_op(fix, VA + (u64)i * SZ_2M, SZ_64K);
	}
	pt_expect_reserved(test, ops, 16, dirs + 16, dirs + 1);
	pt_expect_reserved(test, ops, 17, dirs + 17, dirs + 2);
	pt_expect_reserved(test, ops, NR, dirs + NR, dirs + 3);
}

/* [9] Two jobs wait for the same tables: each one may go without the other. */
static void pt_prepare_twice_shares_and_outlives(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = pt_op(fix, VA, SZ_4K);
	struct cnova_vmm_job first = {}, second = {};

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &first, &op, 1), 0);
	pt_begin(fix);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &second, &op, 1), 0);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);

	/* The first is killed, the second runs. */
	cnova_vmm_cleanup(&fix->vmm, &first);
	KUNIT_EXPECT_EQ(test, fix->nr_frees, 0);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &second), 0);
	cnova_vmm_cleanup(&fix->vmm, &second);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + pt_nr_dirs(fix) + 1);
	pt_validate(test);
}

static struct cnova_vmm_job pt_other_job;

static void pt_prepare_other(struct kunit *test)
{
	struct cnova_pt_op op = pt_op(test->priv, VA, SZ_4K);

	KUNIT_EXPECT_EQ(test, pt_prepare(test, &pt_other_job, &op, 1), 0);
}

/* Two jobs make the same tables at the same time: one set of them stays. */
static void pt_prepare_at_the_same_time(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = pt_op(fix, VA, SZ_4K);
	struct cnova_vmm_job job = {};
	u32 held;

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_other_job = (struct cnova_vmm_job){};
	fix->meanwhile = pt_prepare_other;
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, &op, 1), 0);
	KUNIT_EXPECT_TRUE(test, !fix->meanwhile);
	held = pt_held(fix);
	KUNIT_EXPECT_EQ(test, held, 1 + job.pt.nr_needs);

	cnova_vmm_cleanup(&fix->vmm, &pt_other_job);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	cnova_vmm_cleanup(&fix->vmm, &job);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held);
	pt_validate(test);
}

/* [6] Prepare fails at each of its allocations: no store is seen, all pages are back. */
static void pt_prepare_fails_without_trace(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op ops[3];
	DECLARE_BITMAP(before, FAKE_NR_PAGES);
	struct cnova_vmm_job job = {};
	u32 fail_at, i, pages;
	int err;

	/* Some tables are there: in one of them, beside one, and in a space of their own. */
	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_64K, SZ_64K, PA_A, LEAF_64K);
	pt_have(fix, VA + SZ_2M, SZ_4K, PA_A, LEAF_4K);
	pt_have(fix, VA + (1ULL << 40), SZ_64K + SZ_4K, PA_A, LEAF_64K);
	pt_change(test, VA, SZ_64K);
	ops[0] = pt_op(fix, VA + SZ_64K, SZ_64K);
	ops[1] = pt_op(fix, VA + SZ_2M, SZ_4K);
	ops[2] = pt_op(fix, VA + (1ULL << 40), SZ_64K + SZ_4K);
	for (i = 1; i < fix->view.nr; i++)
		fix->view.extent[i].bound = false;
	bitmap_copy(before, fix->held, FAKE_NR_PAGES);

	/* Two 4K tables; two 64K tables, which share a page; PDE0 and PDE1. */
	for (fail_at = 1; ; fail_at++) {
		pt_begin(fix);
		fix->fail_at = fail_at;
		err = pt_prepare(test, &job, ops, ARRAY_SIZE(ops));
		if (!err)
			break;

		KUNIT_EXPECT_EQ(test, err, -ENOSPC);
		KUNIT_EXPECT_EQ(test, fix->nr_calls, fail_at);
		KUNIT_EXPECT_TRUE_MSG(test, bitmap_equal(before, fix->held, FAKE_NR_PAGES),
				      "pages are lost at allocation %u", fail_at);
		for_each_set_bit(i, before, FAKE_NR_PAGES)
			KUNIT_EXPECT_EQ_MSG(test, fix->fake->page_stores[i], 0,
					    "page %u, allocation %u", i, fail_at);
		KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 0);
		KUNIT_EXPECT_TRUE(test, !job.pt.needs && !job.pt.ranges && !job.pt.dead);
		pt_validate(test);
	}
	pages = fix->nr_allocs;
	KUNIT_EXPECT_EQ(test, fail_at, 6);
	KUNIT_EXPECT_EQ(test, pages, 5);

	/* And nothing was spoilt. */
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	cnova_vmm_cleanup(&fix->vmm, &job);
	KUNIT_EXPECT_EQ(test, pt_held(fix), bitmap_weight(before, FAKE_NR_PAGES) + pages);
	pt_validate(test);
}

/* The root's page is the only one of an empty space; without it there is none. */
static void pt_init_fails_without_trace(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct pt_fixture *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	other->fail_at = 1;
	KUNIT_EXPECT_EQ(test, cnova_vmm_init(&other->vmm, &fix->mm, &pt_vmm_ops, NULL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, pt_held(other), 0);
	pt_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1);
}

/* [2] Ranges that are none are refused, and nothing is done. */
static void pt_prepare_refuses_bad_ranges(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	u64 top = BIT_ULL(fix->mm.chip->fmt->va_bits);
	const struct cnova_pt_range range[] = {
		{ VA, VA }, { VA + SZ_4K, VA }, { VA + 1, VA + SZ_4K }, { VA, VA + SZ_4K - 1 },
		{ top - SZ_4K, top + SZ_4K }, { top, top + SZ_4K }, { ~0ULL - SZ_4K + 1, 0 },
	};
	struct cnova_pt_op ops[2] = { pt_op(fix, VA, SZ_4K) };
	struct cnova_vmm_job job = {};

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	for (u32 i = 0; i < ARRAY_SIZE(range); i++) {
		ops[1] = (struct cnova_pt_op){ .range = range[i] };
		KUNIT_EXPECT_EQ_MSG(test, pt_prepare(test, &job, ops, 2), -EINVAL, "range %u", i);
	}
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);
	pt_expect_nothing(test);

	/* The last page is none of them; nor is a job of nothing. */
	pt_have(fix, top - SZ_4K, SZ_4K, PA_A, LEAF_4K);
	pt_change(test, top - SZ_4K, SZ_4K);
	KUNIT_EXPECT_EQ(test, pt_prepare(test, &job, NULL, 0), 0);
	fake_begin(fix->fake);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	cnova_vmm_cleanup(&fix->vmm, &job);
	pt_expect_nothing(test);
}

static struct kunit_case prepare_kunit_cases[] = {
	KUNIT_CASE_PARAM(pt_prepare_reserves_the_path, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_prepare_shares_tables, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_prepare_packs_64k_tables, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_prepare_twice_shares_and_outlives, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_prepare_at_the_same_time, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_prepare_fails_without_trace, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_init_fails_without_trace, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_prepare_refuses_bad_ranges, fake_gen_chips),
	{}
};

static struct kunit_suite prepare_kunit_suite = {
	.name = "cnova_prepare",
	.suite_init = pt_suite_init,
	.suite_exit = pt_suite_exit,
	.init = pt_fixture_init,
	.exit = pt_fixture_exit,
	.test_cases = prepare_kunit_cases,
};

kunit_test_suite(prepare_kunit_suite);
