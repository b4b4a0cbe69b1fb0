// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-tests of the driver on a fake GPU of every chip: they pass, give everything
 * back, and each fails on a GPU that does what it looks for.
 */

#include <kunit/test.h>
#include <linux/sizes.h>

#include "hw/chip.h"
#include "mm/bar1.h"
#include "mm/mm.h"
#include "mm/selftest.h"
#include "tests/fake_io.h"

struct selftest_fixture {
	struct fake_gpu *fake;
	struct cnova_mm mm;
	bool has_mm;
	struct cnova_selftest tests;
	u64 before;
};

static int selftest_kunit_init(struct kunit *test)
{
	struct selftest_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	const struct cnova_chip *chip = test->param_value ?: cnova_chip_at(0);

	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	fix->fake = fake_create(test, chip);
	cnova_selftest_init(&fix->tests);
	KUNIT_ASSERT_EQ(test, cnova_mm_identify(&fix->mm, fix->fake->dev, &fix->fake->io), 0);
	KUNIT_ASSERT_EQ(test, cnova_mm_init(&fix->mm), 0);
	fix->has_mm = true;
	fix->mm.tlb.timeout_us = 1000;
	fix->before = cnova_vram_free_bytes(&fix->mm.vram);
	return 0;
}

static void selftest_kunit_exit(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;

	if (!fix || !fix->has_mm)
		return;
	/* What the GPU may still reach is not given to others before the end. */
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&fix->mm.vram),
			fix->before - fix->tests.withheld_bytes);
	cnova_selftest_fini(&fix->tests, &fix->mm);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&fix->mm.vram), fix->before);
	cnova_mm_stop(&fix->mm);
	cnova_mm_fini(&fix->mm);
}

/* Runs those without BAR1: the first @nr_pass pass, the next one fails. All: how many. */
static void expect(struct kunit *test, u32 nr_pass)
{
	struct selftest_fixture *fix = test->priv;
	u32 failed = cnova_selftest_run(&fix->tests, &fix->mm);

	KUNIT_EXPECT_TRUE(test, fix->tests.ran);
	KUNIT_EXPECT_EQ(test, failed > 0, nr_pass < CNOVA_SELFTEST_BAR1);
	for (u32 i = 0; i < CNOVA_SELFTEST_BAR1 && i <= nr_pass; i++) {
		const struct cnova_selftest_result *result = &fix->tests.result[i];

		KUNIT_EXPECT_EQ_MSG(test, !result->err, i < nr_pass, "%s: %s",
				    cnova_selftest_name(i), result->reason);
		/* Who fails says why. */
		KUNIT_EXPECT_EQ(test, result->err || result->skipped, !!result->reason[0]);
	}
}

static void selftests_pass_and_leave_nothing(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;

	expect(test, CNOVA_SELFTEST_BAR1);
	KUNIT_EXPECT_EQ(test, fix->tests.withheld_bytes, 0);
	fake_check(test, fix->fake);
}

/* The window is put where it was before each access: moves have no effect. */
static void selftest_pin_window(struct fake_gpu *fake)
{
	fake->window = 0;
}

static void selftest_window_stuck_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;

	fix->fake->hook = selftest_pin_window;
	expect(test, CNOVA_SELFTEST_PRAMIN);
	/* The rest did not store anything: its stores could go anywhere. */
	KUNIT_EXPECT_TRUE(test, fix->tests.result[CNOVA_SELFTEST_PAGE_TABLES].skipped);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR), 0);
}

/* Bit 3 of the last byte of the tested memory cannot be set. */
static void selftest_stick_bit(struct fake_gpu *fake)
{
	for (u64 at = SZ_1M - 1; at < FAKE_VRAM_SIZE; at += SZ_1M)
		fake->vram[at] &= ~BIT(3);
}

static void selftest_bad_memory_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;

	fix->fake->hook = selftest_stick_bit;
	expect(test, CNOVA_SELFTEST_PRAMIN);
}

static void selftest_no_acknowledge_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;

	fix->fake->tlb_next = (struct fake_tlb_script){ .busy = 2, .stall_us = 3000 };
	expect(test, CNOVA_SELFTEST_PAGE_TABLES);
	KUNIT_EXPECT_GT(test, fix->tests.withheld_bytes, CNOVA_SELFTEST_BYTES);
}

static void selftest_device_gone_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;

	fix->fake->gone = true;
	expect(test, CNOVA_SELFTEST_PRAMIN);
	KUNIT_EXPECT_EQ(test, fix->tests.result[CNOVA_SELFTEST_PRAMIN].err, -ENODEV);
}

/* The BAR1 of the fake, which walks no page tables: it asks the driver what is mapped. */
#define SELFTEST_BAR1_SIZE	SZ_16M

struct selftest_bar1 {
	struct cnova_bar1 bar1;
	u64 first;	/* what was shown first */
	bool forgets;	/* invalidates have an effect */
};

static u64 selftest_bar1_show(struct fake_gpu *fake, u64 offset)
{
	struct selftest_bar1 *b = fake->hook_arg;
	struct rb_node *rb = rb_first(&b->bar1.maps);
	struct cnova_bar1_map *map = rb ? rb_entry(rb, struct cnova_bar1_map, rb) : NULL;
	u64 pa;

	/* One page at a time is what the test maps; elsewhere there is nothing. */
	if (!map || offset < map->offset || offset >= map->offset + map->size)
		return FAKE_VRAM_SIZE;

	pa = map->one.pa.raw;
	if (!b->first)
		b->first = pa;
	return (b->forgets ? pa : b->first) + offset - map->offset;
}

/* Runs all of them; the one of BAR1 ends like this. */
static void expect_bar1(struct kunit *test, struct selftest_bar1 *b, int err)
{
	struct selftest_fixture *fix = test->priv;
	const struct cnova_selftest_result *result = &fix->tests.result[CNOVA_SELFTEST_BAR1];

	expect(test, CNOVA_SELFTEST_BAR1);
	KUNIT_ASSERT_EQ(test, cnova_bar1_init(&b->bar1, &fix->mm, SELFTEST_BAR1_SIZE), 0);
	fix->fake->hook_arg = b;
	KUNIT_EXPECT_EQ(test, cnova_selftest_run_bar1(&fix->tests, &fix->mm, &b->bar1), !!err);
	KUNIT_EXPECT_EQ_MSG(test, result->err, err, "%s", result->reason);
	KUNIT_EXPECT_FALSE(test, result->skipped);
	KUNIT_EXPECT_EQ(test, !!err, !!result->reason[0]);
	/* What BAR1 may show is not for others. */
	KUNIT_EXPECT_EQ(test, fix->tests.withheld_bytes, err ? SZ_8K : 0);
	KUNIT_EXPECT_NULL(test, rb_first(&b->bar1.maps));

	fix->fake->gone = false;
	cnova_bar1_stop(&b->bar1);
	cnova_bar1_fini(&b->bar1);
}

static void selftest_bar1_passes(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;
	struct selftest_bar1 b = { .forgets = true };

	fix->fake->bar1_show = selftest_bar1_show;
	expect_bar1(test, &b, 0);
	fake_check(test, fix->fake);
}

/* The bind had no effect: the offset is the address. Nothing is stored there. */
static void selftest_bar1_not_bound_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;
	struct selftest_bar1 b = {};

	expect_bar1(test, &b, -EIO);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BAR1_WR64), 0);
}

/* The second page is mapped where the first one was, and that is what is shown. */
static void selftest_bar1_stale_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;
	struct selftest_bar1 b = {};

	fix->fake->bar1_show = selftest_bar1_show;
	expect_bar1(test, &b, -EIO);
	/* But the first one passed. */
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BAR1_WR64), SZ_4K / sizeof(u64));
}

static u64 selftest_bar1_leave(struct fake_gpu *fake, u64 offset)
{
	fake->gone = true;
	return selftest_bar1_show(fake, offset);
}

static void selftest_bar1_gone_fails(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;
	struct selftest_bar1 b = { .forgets = true };

	fix->fake->bar1_show = selftest_bar1_leave;
	expect_bar1(test, &b, -ENODEV);
}

/* Without BAR1, and where page tables fail: with a reason, and without an access. */
static void selftest_bar1_skips(struct kunit *test)
{
	struct selftest_fixture *fix = test->priv;
	const struct cnova_selftest_result *result = &fix->tests.result[CNOVA_SELFTEST_BAR1];

	expect(test, CNOVA_SELFTEST_BAR1);
	fake_begin(fix->fake);
	KUNIT_EXPECT_EQ(test, cnova_selftest_run_bar1(&fix->tests, &fix->mm, NULL), 0);
	KUNIT_EXPECT_TRUE(test, result->skipped);
	KUNIT_EXPECT_STREQ(test, result->reason, "there is no BAR1");

	fix->tests.result[CNOVA_SELFTEST_PAGE_TABLES].err = -EIO;
	KUNIT_EXPECT_EQ(test, cnova_selftest_run_bar1(&fix->tests, &fix->mm, NULL), 0);
	KUNIT_EXPECT_TRUE(test, result->skipped);
	KUNIT_EXPECT_EQ(test, fake_total(fix->fake), 0);
}

static struct kunit_case selftest_kunit_cases[] = {
	KUNIT_CASE_PARAM(selftests_pass_and_leave_nothing, fake_gen_chips),
	KUNIT_CASE_PARAM(selftest_window_stuck_fails, fake_gen_chips),
	KUNIT_CASE(selftest_bad_memory_fails),
	KUNIT_CASE_PARAM(selftest_no_acknowledge_fails, fake_gen_chips),
	KUNIT_CASE(selftest_device_gone_fails),
	KUNIT_CASE_PARAM(selftest_bar1_passes, fake_gen_chips),
	KUNIT_CASE_PARAM(selftest_bar1_not_bound_fails, fake_gen_chips),
	KUNIT_CASE_PARAM(selftest_bar1_stale_fails, fake_gen_chips),
	KUNIT_CASE(selftest_bar1_gone_fails),
	KUNIT_CASE(selftest_bar1_skips),
	{}
};

static struct kunit_suite selftest_kunit_suite = {
	.name = "cnova_selftest",
	.init = selftest_kunit_init,
	.exit = selftest_kunit_exit,
	.test_cases = selftest_kunit_cases,
};

kunit_test_suite(selftest_kunit_suite);
