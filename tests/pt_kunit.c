// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of page tables on a fake GPU: what they cost, by count and with equality.
 * Whether the entries are right is asked of cnova_pt_validate() after each step; the
 * walker's view has tests of its own.
 *
 * Numbers in brackets are rules of the VM_BIND contract.
 */

#include "tests/pt_fixture.h"

/* [11] 512 pages in a table that is linked: a store each, one order, one invalidate. */
static void pt_map_512_pages_stores_512(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA + SZ_2M - SZ_4K, SZ_4K, PA_B, LEAF_4K);
	pt_change(test, VA + SZ_2M - SZ_4K, SZ_4K);

	/* Holes, and one page that is replaced. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_2M, PA_A, LEAF_4K);
	pt_change(test, VA, SZ_2M);
	pt_expect(test, 512, 1);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);

	/* [11] Other memory in the place of each: the same, and no hole in between. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_2M, PA_B, LEAF_4K);
	pt_change(test, VA, SZ_2M);
	pt_expect(test, 512, 1);
}

/* A page in the place of another: one store. */
static void pt_replace_page_stores_once(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_4K, SZ_4K, PA_B, LEAF_4K);
	pt_change(test, VA, SZ_8K);
	pt_change(test, VA, SZ_4K);
	pt_expect_nothing(test);

	fix->view.extent[0].pa = PA_B + SZ_2M;
	fix->view.extent[0].bound = false;
	pt_change(test, VA, SZ_4K);
	pt_expect(test, 1, 1);
}

/* A leaf of 2 MiB is one store where its directory is there, at most 2 in any case. */
static void pt_map_2m_stores_once(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	/* Empty space: the leaf in a table of zeroes, and a link for each directory. */
	pt_have(fix, VA, SZ_2M, PA_A, LEAF_2M);
	pt_change(test, VA, SZ_2M);
	pt_expect(test, 1 + pt_nr_dirs(fix), 1);
	KUNIT_EXPECT_EQ(test, fix->nr_allocs, pt_nr_dirs(fix));

	pt_have(fix, VA + SZ_2M, SZ_2M, PA_B, LEAF_2M);
	pt_change(test, VA + SZ_2M, SZ_2M);
	pt_expect(test, 1, 1);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);

	/* Other memory in its place. */
	fix->view.extent[1].pa = PA_A + SZ_1G;
	fix->view.extent[1].bound = false;
	pt_change(test, VA + SZ_2M, SZ_2M);
	pt_expect(test, 1, 1);
}

/*
 * The largest leaf of the chip: one store, whatever its size, and one invalidate. What
 * is larger than any leaf is mapped by several; what is cut is taken apart by tables
 * that hold the next smaller size, in two passes.
 */
static void pt_map_largest_stores_once(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	u8 largest = fake_largest_leaf(fix->fake->chip);
	u64 size = 1ULL << largest, half = size / 2;
	u32 above = pt_nr_dirs(fix) - (largest >= LEAF_512M) - (largest >= LEAF_256G);
	struct cnova_pt_op op = { .range = { size, size + half }, .split_end = true };

	/* The same place again as the one next to it, so that they cannot be one leaf. */
	pt_have(fix, size, size, 0, LEAF_256G);
	pt_have(fix, 2 * size, size, 0, LEAF_256G);
	pt_change(test, size, size);
	pt_expect(test, 1 + above, 1);
	KUNIT_EXPECT_EQ(test, fix->nr_allocs, above);
	fix->view.extent[1].bound = false;
	pt_change(test, 2 * size, size);
	pt_expect(test, 1, 1);

	/* The second half stays: leaves of the next size in one new table. */
	fix->view.extent[0].start += half;
	fix->view.extent[0].pa += half;
	pt_change_op(test, &op, true);
	KUNIT_EXPECT_EQ(test, fix->nr_allocs, 1);
	pt_expect(test, 2 + (largest == LEAF_2M ? 32 : largest == LEAF_512M ? 128 : 256), 2);

	/* And one store makes it whole: two, as it has to be broken first. */
	fix->view.extent[0] = (struct cnova_extent){
		.start = size, .end = 2 * size, .max_leaf_lg2 = LEAF_256G,
	};
	op = pt_op(fix, size, size);
	pt_change_op(test, &op, true);
	pt_expect(test, 2, 2);
	KUNIT_EXPECT_EQ(test, fix->nr_frees, 1);
}

/* What is not there costs nothing to remove: wherever the hole is. */
static void pt_unmap_hole_does_nothing(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	/* In an empty space. */
	pt_change(test, VA, SZ_4K);
	pt_expect_nothing(test);
	pt_change(test, 0, BIT_ULL(fix->mm.chip->fmt->va_bits));
	pt_expect_nothing(test);

	/* Beside a page, in its table; in its 64K entry; and all tables but this one. */
	pt_have(fix, VA + SZ_64K, SZ_4K, PA_A, LEAF_4K);
	pt_change(test, VA + SZ_64K, SZ_4K);
	pt_change(test, VA, SZ_64K);
	pt_expect_nothing(test);
	pt_change(test, VA + SZ_64K + SZ_4K, SZ_4K);
	pt_expect_nothing(test);
	pt_change(test, VA + SZ_2M, SZ_1G);
	pt_expect_nothing(test);
	pt_change(test, VA + (1ULL << 40), SZ_2M);
	pt_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);
}

/* A table goes by one store to its directory; its page after the invalidate. [16] */
static void pt_unmap_table_stores_once(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	u32 held;

	pt_neighbour(test);
	held = pt_held(fix);
	fix->view.nr = 0;
	pt_have(fix, VA, SZ_2M, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_2M, SZ_2M, PA_B, LEAF_2M);
	fix->view.extent[1].bound = true;
	pt_change(test, VA, SZ_2M);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held + 1);

	fix->view.extent[0] = fix->view.extent[1];
	fix->view.nr = 1;
	pt_change(test, VA, SZ_2M);
	pt_expect(test, 1, 1);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);
	KUNIT_EXPECT_EQ(test, fix->nr_frees, 1);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held);
}

/* With the last mapping everything below the root goes, by one store to the root. */
static void pt_unmap_last_unhooks_all(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA, SZ_2M, PA_A, LEAF_4K);
	pt_change(test, VA, SZ_2M);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + pt_nr_dirs(fix) + 1);

	pt_view_clear(fix);
	pt_change(test, VA, SZ_2M);
	pt_expect(test, 1, 1);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1);
}

/* [12] Re-mapping what is mapped is a no-op, for each size of leaf. */
static void pt_remap_identical_does_nothing(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA, SZ_2M, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_2M, SZ_2M, PA_A, LEAF_64K);
	pt_have(fix, VA + 2 * SZ_2M, SZ_2M, PA_A, LEAF_2M);
	pt_change(test, VA, 3 * SZ_2M);

	pt_change(test, VA, 3 * SZ_2M);
	pt_expect_nothing(test);
	pt_change(test, VA, SZ_2M);
	pt_expect_nothing(test);
	pt_change(test, VA + SZ_2M, SZ_64K);
	pt_expect_nothing(test);
	pt_change(test, VA + 2 * SZ_2M, SZ_2M);
	pt_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + pt_nr_dirs(fix) + 2);
}

/*
 * [12] mm/pt.h: a bound mapping is in the tables as any mixture of leaf sizes; that a
 * larger leaf would do is no reason to write it again, nor to break anything.
 */
static void pt_remap_mixture_does_nothing(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA, SZ_2M, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_2M, SZ_2M, PA_A, LEAF_64K);
	pt_change(test, VA, 2 * SZ_2M);

	for (u32 i = 0; i < fix->view.nr; i++)
		fix->view.extent[i].max_leaf_lg2 = LEAF_2M;
	pt_change(test, VA, 2 * SZ_2M);
	pt_expect_nothing(test);
	pt_change(test, VA + SZ_64K, SZ_64K);
	pt_expect_nothing(test);
	pt_change(test, VA + SZ_2M + SZ_4K, SZ_4K);
	pt_expect_nothing(test);
}

/*
 * [11] A live leaf changes its size: break, invalidate, make, invalidate. To the
 * directory one store that breaks it and two that link what is below.
 */
static void pt_split_2m_invalidates_twice(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = { .range = { VA, VA + SZ_4K }, .split_end = true };

	pt_have(fix, VA, SZ_2M, PA_A, LEAF_2M);
	pt_change(test, VA, SZ_2M);

	fix->view.extent[0].start += SZ_4K;
	fix->view.extent[0].pa += SZ_4K;
	pt_change_op(test, &op, true);
	KUNIT_EXPECT_EQ(test, fix->nr_allocs, 2);
	/* Not linked: all of the 64K table, 15 pages of the other; then the three. */
	pt_expect(test, 32 + 15 + 3, 2);

	/* And back to one leaf. */
	pt_view_clear(fix);
	pt_have(fix, VA, SZ_2M, PA_A, LEAF_2M);
	op = pt_op(fix, VA, SZ_2M);
	pt_change_op(test, &op, true);
	pt_expect(test, 2 + 1, 2);
	KUNIT_EXPECT_EQ(test, fix->nr_frees, 2);
	KUNIT_EXPECT_EQ(test, pt_held(fix), 1 + pt_nr_dirs(fix));
}

/* [7, 11] Any number of operations of a job: one invalidate. */
static void pt_many_ops_invalidate_once(struct kunit *test)
{
	enum { NR = 100 };
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm_job job = {};
	struct cnova_pt_op *ops;

	ops = kunit_kcalloc(test, NR, sizeof(*ops), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	for (u32 i = 0; i < NR; i++) {
		pt_have(fix, VA + (u64)i * SZ_1M, SZ_4K, PA_A + i * SZ_4K, LEAF_4K);
		ops[i] = pt_op(fix, VA + (u64)i * SZ_1M, SZ_4K);
	}

	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, ops, NR), 0);
	fake_begin(fix->fake);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	/* Pages, links of their 50 tables, links of the directories. */
	pt_expect(test, NR + NR / 2 + pt_nr_dirs(fix), 1);
	cnova_vmm_cleanup(&fix->vmm, &job);
	pt_validate(test);
}

/* DESIGN 5: eviction: two mappings zapped, one acked invalidate, tables stay. [16] */
static void pt_zap_twice_flushes_once(struct kunit *test)
{
	struct cnova_pt_range range[] = { { VA, VA + SZ_4K }, { VA + SZ_2M, VA + 2 * SZ_2M } };
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm *vmm = &fix->vmm;
	u32 held;

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_have(fix, VA + SZ_2M, SZ_2M, PA_B, LEAF_2M);
	pt_change(test, VA, 2 * SZ_2M);
	held = pt_held(fix);
	pt_begin(fix);

	mutex_lock(&vmm->lock);
	for (u32 i = 0; i < 2; i++)
		cnova_vmm_zap_locked(vmm, &range[i]);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 0);
	KUNIT_EXPECT_EQ(test, cnova_vmm_flush_locked(vmm), 0);
	pt_expect(test, 2, 1);

	/* What is zapped is not zapped again; what needs no flush gets none. */
	fake_begin(fix->fake);
	for (u32 i = 0; i < 2; i++)
		cnova_vmm_zap_locked(vmm, &range[i]);
	KUNIT_EXPECT_EQ(test, cnova_vmm_flush_locked(vmm), 0);
	mutex_unlock(&vmm->lock);
	pt_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held);
	pt_validate(test);
}

/*
 * [17, 19, 22] No acknowledge: the address space is dead. Nothing is stored any more,
 * by no call, and none of its pages given back.
 */
static void pt_dead_vmm_stores_nothing(struct kunit *test)
{
	struct cnova_pt_range range = { VA, VA + SZ_4K };
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm_job job = {}, queued = {}, late = {};
	struct cnova_vmm *vmm = &fix->vmm;
	struct cnova_pt_op op = pt_op(fix, VA, SZ_4K), far = pt_op(fix, VA + SZ_1G, SZ_4K);
	u32 held;

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_change(test, VA, SZ_4K);
	fix->view.extent[0].pa = PA_B;
	fix->view.extent[0].bound = false;
	pt_have(fix, VA + SZ_1G, SZ_4K, PA_B, LEAF_4K);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, &op, 1), 0);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &queued, &far, 1), 0);
	held = pt_held(fix);

	fix->mm.tlb.timeout_us = 1000;
	fix->fake->tlb_next.busy = FAKE_FOREVER;
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), -EIO);
	KUNIT_EXPECT_EQ(test, vmm->error, -EIO);

	pt_begin(fix);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &queued), -EIO);
	KUNIT_EXPECT_EQ(test, pt_prepare(test, &late, &far, 1), -EIO);
	mutex_lock(&vmm->lock);
	cnova_vmm_zap_locked(vmm, &range);
	KUNIT_EXPECT_EQ(test, cnova_vmm_flush_locked(vmm), -EIO);
	KUNIT_EXPECT_EQ(test, cnova_vmm_clear_locked(vmm), -EIO);
	mutex_unlock(&vmm->lock);
	cnova_vmm_cleanup(vmm, &job);
	cnova_vmm_cleanup(vmm, &queued);
	cnova_vmm_fini(vmm);
	fix->has_vmm = false;
	pt_expect_nothing(test);
	KUNIT_EXPECT_EQ(test, fix->nr_calls, 0);
	KUNIT_EXPECT_EQ(test, fix->nr_frees, 0);
	KUNIT_EXPECT_EQ(test, pt_held(fix), held);
}

/* DESIGN 4: no ack, trigger clear: that VM is dead, and no other. [17] */
static void pt_late_ack_kills_one_vmm(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_pt_op op = pt_op(fix, VA, SZ_4K);
	struct cnova_vmm_job job = {};
	struct pt_fixture *other;

	/* An allocator of its own, in the upper half of VRAM. */
	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	bitmap_set(other->held, 0, FAKE_NR_PAGES / 2);
	KUNIT_ASSERT_EQ(test, cnova_vmm_init(&other->vmm, &fix->mm, &pt_vmm_ops, NULL), 0);

	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	KUNIT_EXPECT_EQ(test, pt_prepare(test, &job, &op, 1), 0);
	fix->mm.tlb.timeout_us = 50 * 1000;
	fix->fake->tlb_next = (struct fake_tlb_script){ .busy = 2, .stall_us = 100 * 1000 };
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), -ETIMEDOUT);
	cnova_vmm_cleanup(&fix->vmm, &job);
	KUNIT_EXPECT_EQ(test, pt_prepare(test, &job, &op, 1), -ETIMEDOUT);

	fix->fake->tlb_next = (struct fake_tlb_script){};
	KUNIT_EXPECT_EQ(test, cnova_vmm_prepare(&other->vmm, &job, &op, 1, NULL), 0);
	mutex_lock(&other->vmm.lock);
	KUNIT_EXPECT_EQ(test, cnova_vmm_execute_locked(&other->vmm, &job, &fix->view.base), 0);
	mutex_unlock(&other->vmm.lock);
	cnova_vmm_cleanup(&other->vmm, &job);
	cnova_vmm_fini(&other->vmm);
	KUNIT_EXPECT_EQ(test, pt_held(other), FAKE_NR_PAGES / 2);
}

static struct kunit_case pt_kunit_cases[] = {
	KUNIT_CASE_PARAM(pt_map_512_pages_stores_512, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_replace_page_stores_once, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_map_2m_stores_once, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_map_largest_stores_once, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_unmap_hole_does_nothing, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_unmap_table_stores_once, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_unmap_last_unhooks_all, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_remap_identical_does_nothing, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_remap_mixture_does_nothing, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_split_2m_invalidates_twice, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_many_ops_invalidate_once, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_zap_twice_flushes_once, fake_gen_chips),
	KUNIT_CASE_PARAM(pt_dead_vmm_stores_nothing, fake_gen_chips),
	KUNIT_CASE(pt_late_ack_kills_one_vmm),
	{}
};

static struct kunit_suite pt_kunit_suite = {
	.name = "cnova_pt",
	.suite_init = pt_suite_init,
	.suite_exit = pt_suite_exit,
	.init = pt_fixture_init,
	.exit = pt_fixture_exit,
	.test_cases = pt_kunit_cases,
};

kunit_test_suite(pt_kunit_suite);
