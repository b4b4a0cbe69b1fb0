// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said about sizes of leaves beforehand, against what the engine then does.
 *
 * Numbers in brackets are rules of the VM_BIND contract.
 */

#include "tests/pt_fixture.h"

#define WINDOW	(2 * SZ_2M)

struct size_pair {
	u64 start, size, pa;
	u8 max_leaf_lg2;
	u64 new_start, new_size, new_pa;
	u8 new_max_leaf_lg2;
	bool resizes;
};

/* In the place of one mapping another. @start and the like: from VA, and from PA_A and PA_B. */
static const struct size_pair size_pairs[] = {
	/* The same in another place: leaves of each size. */
	{ 0, SZ_4K, 0, LEAF_2M, 0, SZ_4K, 0, LEAF_2M, false },
	{ 0, SZ_64K, 0, LEAF_2M, 0, SZ_64K, 0, LEAF_2M, false },
	{ 0, SZ_2M, 0, LEAF_2M, 0, SZ_2M, 0, LEAF_2M, false },
	{ 0, SZ_2M, 0, LEAF_64K, 0, SZ_2M, 0, LEAF_64K, false },
	{ 0, SZ_2M, 0, LEAF_2M, 0, SZ_2M, SZ_2M, LEAF_2M, false },
	/* A part of it. */
	{ 0, SZ_2M, 0, LEAF_64K, SZ_64K, SZ_64K, 0, LEAF_64K, false },
	{ 0, SZ_64K, 0, LEAF_4K, SZ_4K, SZ_4K, 0, LEAF_4K, false },
	/* Of another size: by the memory, by the limit, by the edges of the mapping. */
	{ 0, SZ_64K, 0, LEAF_2M, 0, SZ_64K, SZ_4K, LEAF_2M, true },
	{ 0, SZ_64K, SZ_4K, LEAF_2M, 0, SZ_64K, 0, LEAF_2M, true },
	{ 0, SZ_2M, 0, LEAF_2M, 0, SZ_2M, SZ_64K, LEAF_2M, true },
	{ 0, SZ_2M, 0, LEAF_2M, 0, SZ_2M, 0, LEAF_64K, true },
	{ 0, SZ_2M, 0, LEAF_64K, 0, SZ_2M, 0, LEAF_2M, true },
	{ 0, SZ_64K, 0, LEAF_2M, 0, SZ_2M, 0, LEAF_2M, true },
	{ SZ_4K, SZ_64K - SZ_4K, SZ_4K, LEAF_2M, 0, SZ_64K, 0, LEAF_2M, true },
	{ 0, SZ_64K + SZ_4K, 0, LEAF_2M, 0, 2 * SZ_64K, 0, LEAF_2M, true },
	/* Where there is nothing, there is nothing to change. */
	{ 0, SZ_4K, 0, LEAF_2M, SZ_64K, SZ_64K, 0, LEAF_2M, false },
	{ 0, SZ_4K, 0, LEAF_2M, SZ_2M, SZ_2M, 0, LEAF_2M, false },
};

static void size_expect(struct kunit *test, struct pt_view *is, u64 start, u64 size,
			const char *what, u32 number)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = pt_op(fix, start, size);
	struct cnova_vmm_job job = {};

	job.may_resize = cnova_pt_may_resize(fix->mm.chip->fmt, &is->base, &fix->view.base,
					     &op.range);
	pt_begin(fix);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, &op, 1), 0);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	KUNIT_EXPECT_EQ_MSG(test, job.pt.resized, job.may_resize, "%s %u", what, number);
	cnova_vmm_cleanup(&fix->vmm, &job);
	pt_all_bound(fix);
}

/* Everything away: the next pair finds nothing. */
static void size_clear(struct kunit *test)
{
	pt_view_clear(test->priv);
	pt_change(test, VA, WINDOW);
}

/* [11] A map that takes the place of another, or of a part of it. */
static void size_pairs_as_the_engine_does(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct pt_view *is = kunit_kzalloc(test, sizeof(*is), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, is);
	for (u32 i = 0; i < ARRAY_SIZE(size_pairs); i++) {
		const struct size_pair *p = &size_pairs[i];
		u64 end = p->start + p->size, new_end = p->new_start + p->new_size;

		pt_have(fix, VA + p->start, p->size, PA_A + p->pa, p->max_leaf_lg2);
		pt_change(test, VA, WINDOW);
		*is = fix->view;

		/* What is left of it on both sides, and between them the new one. */
		pt_view_clear(fix);
		if (p->start < p->new_start)
			pt_have(fix, VA + p->start, min(end, p->new_start) - p->start,
				PA_A + p->pa, p->max_leaf_lg2);
		pt_all_bound(fix);
		pt_have(fix, VA + p->new_start, p->new_size, PA_B + p->new_pa,
			p->new_max_leaf_lg2);
		if (end > new_end) {
			pt_have(fix, VA + new_end, end - new_end,
				PA_A + p->pa + new_end - p->start, p->max_leaf_lg2);
			fix->view.extent[fix->view.nr - 1].bound = true;
		}

		KUNIT_EXPECT_EQ_MSG(test, cnova_pt_may_resize(fix->mm.chip->fmt, &is->base,
							      &fix->view.base,
							      &(struct cnova_pt_range){
							      VA + p->new_start, VA + new_end }),
				    p->resizes, "pair %u", i);
		size_expect(test, is, VA + p->new_start, p->new_size, "pair", i);
		size_clear(test);
	}
}

/* splitmix64 */
static u64 size_random(u64 *state, u64 below)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (u32)(z >> 32) % (u32)below;
}

/* Large pieces and small ones, memory of each alignment, holes, and some of it sparse. */
static void size_random_view(struct pt_fixture *fix, u64 *state)
{
	static const u64 unit[] = { SZ_4K, SZ_64K, SZ_64K, SZ_2M };
	static const u8 limit[] = { LEAF_4K, LEAF_64K, LEAF_2M, LEAF_2M };
	u64 at = VA, left, size, pa;

	pt_view_clear(fix);
	while (at < VA + WINDOW && fix->view.nr < MAX_EXTENTS) {
		u64 step = unit[size_random(state, ARRAY_SIZE(unit))];

		left = VA + WINDOW - at;
		size = min((1 + size_random(state, 8)) * step, left);
		/* In phase with the address for leaves of that size. */
		pa = PA_A + size_random(state, 4) * SZ_2M + (at - VA) % SZ_2M +
		     size_random(state, 2) * unit[size_random(state, ARRAY_SIZE(unit))];
		if (size_random(state, 5)) {
			pt_have(fix, at, size, pa, limit[size_random(state, ARRAY_SIZE(limit))]);
			if (!size_random(state, 8))
				fix->view.extent[fix->view.nr - 1].type = CNOVA_EXTENT_SPARSE;
		}
		at += size;
	}
}

/* Elsewhere, in phase or not; sparse, or no more. */
static void size_vary(struct cnova_extent *extent, u32 how)
{
	if (how == 0)
		extent->pa += SZ_2M;
	else if (how == 1)
		extent->pa += SZ_64K;
	else if (how == 2)
		extent->pa += SZ_4K;
	else
		extent->type = CNOVA_EXTENT_SPARSE;
	if (how < 3)
		extent->type = CNOVA_EXTENT_MEM;
}

/* [11] It is no superset, either: a map that is said to wait does change a size. */
static void size_random_as_the_engine_does(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct pt_view *is = kunit_kzalloc(test, sizeof(*is), GFP_KERNEL);
	u64 state = 0x51ce5;

	KUNIT_ASSERT_NOT_NULL(test, is);
	for (u32 i = 0; i < 48; i++) {
		size_random_view(fix, &state);
		pt_change(test, VA, WINDOW);
		*is = fix->view;

		/* Another one altogether, or the same but for a piece or two. */
		if (i % 4 == 0) {
			size_random_view(fix, &state);
		} else {
			for (u32 k = 0; k < fix->view.nr; k++)
				fix->view.extent[k].bound = false;
			for (u32 k = 0; fix->view.nr && k <= i % 2; k++)
				size_vary(&fix->view.extent[size_random(&state, fix->view.nr)],
					  size_random(&state, 4));
		}
		size_expect(test, is, VA, WINDOW, "round", i);
		size_clear(test);
	}
}

static struct kunit_case size_kunit_cases[] = {
	KUNIT_CASE_PARAM(size_pairs_as_the_engine_does, fake_gen_chips),
	KUNIT_CASE_PARAM(size_random_as_the_engine_does, fake_gen_chips),
	{}
};

static struct kunit_suite size_kunit_suite = {
	.name = "cnova_size",
	.suite_init = pt_suite_init,
	.suite_exit = pt_suite_exit,
	.init = pt_fixture_init,
	.exit = pt_fixture_exit,
	.test_cases = size_kunit_cases,
};

kunit_test_suite(size_kunit_suite);
