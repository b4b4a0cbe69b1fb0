// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reserve: to unmap one range without any allocation. Rule 10 of the VM_BIND contract.
 */

#include "mm/vmm_reserve.h"
#include "tests/pt_fixture.h"

struct reserve_test {
	struct cnova_vmm_reserve reserve;
	struct cnova_vmm_job job;
};

static struct reserve_test *reserve_new(struct kunit *test)
{
	struct reserve_test *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	return r;
}

/* Tables below the root, and the pages that two of each take: 64K tables share one. */
static u32 reserve_pages(const struct pt_fixture *fix)
{
	return 2 * pt_nr_dirs(fix) + 2 + 1;
}

/* Pages of what the reserve has now, if it has no more than one 64K table. */
static u32 reserve_held(const struct pt_fixture *fix, const struct reserve_test *r)
{
	u32 nr = 0;

	for (enum cnova_pt_kind kind = 0; kind < fix->vmm.tree.fmt->root; kind++)
		nr += r->reserve.nr[kind];
	return nr;
}

/* Unmap with every page refused. The view shows what is left already. */
static void reserve_unmap(struct kunit *test, struct reserve_test *r, u64 start, u64 end)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = {
		.range = { start, end }, .split_start = true, .split_end = true,
	};

	pt_begin(fix);
	fix->fail_at = 1;
	r->job.may_resize = true;
	KUNIT_ASSERT_EQ(test, cnova_vmm_reserve_prepare(&fix->vmm, &r->reserve, &r->job, &op), 0);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &r->job), 0);
	cnova_vmm_reserve_cleanup(&fix->vmm, &r->reserve, &r->job);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);
	pt_all_bound(fix);
	pt_validate(test);
	fix->fail_at = 0;
}

/* What is filled comes back, wherever a filling fails. */
static void reserve_fill_and_fini(struct kunit *test)
{
	struct reserve_test *r = reserve_new(test);
	struct pt_fixture *fix = test->priv;
	u32 fail_at;

	for (fail_at = 1; ; fail_at++) {
		pt_begin(fix);
		fix->fail_at = fail_at;
		if (!cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL))
			break;
		KUNIT_EXPECT_FALSE(test, cnova_vmm_reserve_is_full(&fix->vmm, &r->reserve));
		cnova_vmm_reserve_fini(&fix->vmm, &r->reserve);
		KUNIT_EXPECT_EQ(test, pt_held(fix), 1);
	}
	KUNIT_EXPECT_EQ(test, fail_at, reserve_pages(fix) + 1);
	KUNIT_EXPECT_TRUE(test, cnova_vmm_reserve_is_full(&fix->vmm, &r->reserve));
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + reserve_pages(fix));
	/* It is not cleared before it is used. */
	pt_expect_nothing(test);

	/* And is filled up after it was left half-way. */
	KUNIT_EXPECT_EQ(test, cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL), 0);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + reserve_pages(fix));
	cnova_vmm_reserve_fini(&fix->vmm, &r->reserve);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1);
}

/* A page out of the middle of a large leaf. */
static void reserve_cuts_a_leaf(struct kunit *test)
{
	struct reserve_test *r = reserve_new(test);
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA, 2 * SZ_2M, PA_A, LEAF_2M);
	pt_change(test, VA, 2 * SZ_2M);
	KUNIT_ASSERT_EQ(test, cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL), 0);

	/* One page: both edges are in the same tables, so one of each kind is left. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_1M, PA_A, LEAF_2M);
	pt_have(fix, VA + SZ_1M + SZ_4K, 2 * SZ_2M - SZ_1M - SZ_4K, PA_A + SZ_1M + SZ_4K, LEAF_2M);
	pt_all_bound(fix);
	reserve_unmap(test, r, VA + SZ_1M, VA + SZ_1M + SZ_4K);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_4K], 1);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_64K], 1);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_PDE0], 2);

	/* The other leaf with what is left; then it is empty, and says so. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_1M, PA_A, LEAF_2M);
	pt_have(fix, VA + SZ_2M + SZ_4K, SZ_2M - SZ_4K, PA_A + SZ_2M + SZ_4K, LEAF_2M);
	pt_all_bound(fix);
	reserve_unmap(test, r, VA + SZ_1M, VA + SZ_2M + SZ_4K);
	KUNIT_EXPECT_FALSE(test, cnova_vmm_reserve_is_full(&fix->vmm, &r->reserve));
	cnova_vmm_reserve_fini(&fix->vmm, &r->reserve);
}

/* The worst of all: a sparse entry of the root is cut at two edges far from each other. */
static void reserve_cuts_the_root(struct kunit *test)
{
	struct reserve_test *r = reserve_new(test);
	struct pt_fixture *fix = test->priv;
	const struct cnova_pt_fmt *fmt = fix->mm.chip->fmt;
	u64 span = 1ULL << fmt->level[fmt->root].shift;
	struct cnova_pt_op op = { .range = { SZ_4K, 2 * span - SZ_4K }, .split_start = true };
	struct cnova_vmm_job job = {};

	pt_have(fix, 0, 2 * span, 0, LEAF_4K);
	fix->view.extent[0].type = CNOVA_EXTENT_SPARSE;
	pt_change(test, 0, 2 * span);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1);

	/* Without a reserve nothing happens, */
	KUNIT_EXPECT_EQ(test, cnova_vmm_reserve_prepare(&fix->vmm, &r->reserve, &job, &op),
			-ENOMEM);
	pt_validate(test);
	/* nor with one that is not full. */
	KUNIT_ASSERT_EQ(test, cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL), 0);
	cnova_vmm_nodes_destroy(&fix->vmm, r->reserve.spare[CNOVA_PT_4K], true);
	r->reserve.spare[CNOVA_PT_4K] = NULL;
	r->reserve.nr[CNOVA_PT_4K] = 0;
	KUNIT_EXPECT_EQ(test, cnova_vmm_reserve_prepare(&fix->vmm, &r->reserve, &job, &op),
			-ENOMEM);
	pt_validate(test);

	KUNIT_ASSERT_EQ(test, cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL), 0);
	pt_view_clear(fix);
	pt_have(fix, 0, SZ_4K, 0, LEAF_4K);
	pt_have(fix, 2 * span - SZ_4K, SZ_4K, 0, LEAF_4K);
	fix->view.extent[0].type = CNOVA_EXTENT_SPARSE;
	fix->view.extent[1].type = CNOVA_EXTENT_SPARSE;
	pt_all_bound(fix);
	reserve_unmap(test, r, SZ_4K, 2 * span - SZ_4K);
	for (enum cnova_pt_kind kind = CNOVA_PT_PDE0; kind < fmt->root; kind++)
		KUNIT_EXPECT_EQ_MSG(test, r->reserve.nr[kind], 0, "kind %u", kind);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_4K], 0);
	cnova_vmm_reserve_fini(&fix->vmm, &r->reserve);
}

/* Tables that are unhooked fill it up again. */
static void reserve_takes_back(struct kunit *test)
{
	struct reserve_test *r = reserve_new(test);
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_64K, SZ_64K, PA_A, LEAF_64K);
	pt_change(test, VA, 2 * SZ_64K);
	pt_view_clear(fix);
	reserve_unmap(test, r, VA, VA + 2 * SZ_64K);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_4K], 1);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_64K], 1);
	KUNIT_EXPECT_EQ(test, r->reserve.nr[CNOVA_PT_PDE0], 1);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + reserve_held(fix, r));

	/* But not beyond. */
	KUNIT_ASSERT_EQ(test, cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL), 0);
	for (u32 i = 0; i < 3; i++)
		pt_have(fix, VA + i * SZ_2M, SZ_4K, PA_A, LEAF_4K);
	pt_change(test, VA, 3 * SZ_2M);
	pt_view_clear(fix);
	reserve_unmap(test, r, VA, VA + 3 * SZ_2M);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + reserve_pages(fix));
	cnova_vmm_reserve_fini(&fix->vmm, &r->reserve);
}

/* A refusal lets go of the tables that were there: the next change can free them. */
static void reserve_refusal_keeps_nothing(struct kunit *test)
{
	struct reserve_test *r = reserve_new(test);
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = {
		.range = { VA + SZ_4K, VA + SZ_2M }, .split_start = true,
	};

	pt_have(fix, VA, SZ_2M, PA_A, LEAF_2M);
	pt_change(test, VA, SZ_2M);
	KUNIT_EXPECT_EQ(test, cnova_vmm_reserve_prepare(&fix->vmm, &r->reserve, &r->job, &op),
			-ENOMEM);
	pt_view_clear(fix);
	pt_change(test, VA, SZ_2M);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1);
}

/* A change that maps, or whose range is none, is not what it is for. */
static void reserve_refuses(struct kunit *test)
{
	struct reserve_test *r = reserve_new(test);
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = pt_op(fix, VA, SZ_4K);

	KUNIT_ASSERT_EQ(test, cnova_vmm_reserve_fill(&fix->vmm, &r->reserve, NULL), 0);
	KUNIT_EXPECT_EQ(test, cnova_vmm_reserve_prepare(&fix->vmm, &r->reserve, &r->job, &op),
			-EINVAL);
	op = (struct cnova_pt_op){ .range = { VA, VA } };
	KUNIT_EXPECT_EQ(test, cnova_vmm_reserve_prepare(&fix->vmm, &r->reserve, &r->job, &op),
			-EINVAL);
	KUNIT_EXPECT_TRUE(test, cnova_vmm_reserve_is_full(&fix->vmm, &r->reserve));
	cnova_vmm_reserve_fini(&fix->vmm, &r->reserve);
}

static struct kunit_case reserve_kunit_cases[] = {
	KUNIT_CASE_PARAM(reserve_fill_and_fini, fake_gen_chips),
	KUNIT_CASE_PARAM(reserve_cuts_a_leaf, fake_gen_chips),
	KUNIT_CASE_PARAM(reserve_cuts_the_root, fake_gen_chips),
	KUNIT_CASE_PARAM(reserve_takes_back, fake_gen_chips),
	KUNIT_CASE_PARAM(reserve_refusal_keeps_nothing, fake_gen_chips),
	KUNIT_CASE_PARAM(reserve_refuses, fake_gen_chips),
	{}
};

static struct kunit_suite reserve_kunit_suite = {
	.name = "cnova_reserve",
	.suite_init = pt_suite_init,
	.suite_exit = pt_suite_exit,
	.init = pt_fixture_init,
	.exit = pt_fixture_exit,
	.test_cases = reserve_kunit_cases,
};

kunit_test_suite(reserve_kunit_suite);
