// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-tests of the driver on a fake GPU of every chip: they pass, give everything
 * back, and each fails on a GPU that does what it looks for.
 */

#include <kunit/test.h>
#include <linux/sizes.h>

#include "hw/chip.h"
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

/* Runs them: the first @nr_pass pass, the next one fails. All: the number of tests. */
static void expect(struct kunit *test, u32 nr_pass)
{
	struct selftest_fixture *fix = test->priv;
	u32 failed = cnova_selftest_run(&fix->tests, &fix->mm);

	KUNIT_EXPECT_TRUE(test, fix->tests.ran);
	KUNIT_EXPECT_EQ(test, failed > 0, nr_pass < CNOVA_NR_SELFTESTS);
	for (u32 i = 0; i < CNOVA_NR_SELFTESTS && i <= nr_pass; i++) {
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

	expect(test, CNOVA_NR_SELFTESTS);
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

static struct kunit_case selftest_kunit_cases[] = {
	KUNIT_CASE_PARAM(selftests_pass_and_leave_nothing, fake_gen_chips),
	KUNIT_CASE_PARAM(selftest_window_stuck_fails, fake_gen_chips),
	KUNIT_CASE(selftest_bad_memory_fails),
	KUNIT_CASE_PARAM(selftest_no_acknowledge_fails, fake_gen_chips),
	KUNIT_CASE(selftest_device_gone_fails),
	{}
};

static struct kunit_suite selftest_kunit_suite = {
	.name = "cnova_selftest",
	.init = selftest_kunit_init,
	.exit = selftest_kunit_exit,
	.test_cases = selftest_kunit_cases,
};

kunit_test_suite(selftest_kunit_suite);
