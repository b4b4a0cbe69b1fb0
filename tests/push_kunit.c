// SPDX-License-Identifier: GPL-2.0-only
/*
 * What channels are made to execute, word by word: HARDWARE.md 11.3, 11.4, 11.6.
 */

#include <kunit/test.h>
#include <linux/bits.h>

#include "hw/chip.h"
#include "mm/push.h"
#include "tests/fake_io.h"

#define SEGMENT_4G	(16ULL << 40)

static void push_entry(struct kunit *test)
{
	const struct cnova_chip *chip = test->param_value;
	u64 entry[CNOVA_PUSH_MAX_ENTRIES], base = CNOVA_PUSH_NO_BASE;
	bool v3 = fake_is_v3(chip);
	u32 nr;

	nr = cnova_push_segment(chip, entry, &base, cnova_gpu_va(0x9876543210ULL), 8, false);
	KUNIT_ASSERT_EQ(test, nr, v3 ? 2 : 1);
	if (v3)
		KUNIT_EXPECT_EQ(test, entry[0], 4ULL << 32);
	KUNIT_EXPECT_EQ(test, entry[nr - 1], 8ULL << 42 | 0x9876543210ULL);

	/* The largest, and in order with the one before. Nothing about its base: it is known. */
	nr = cnova_push_segment(chip, entry, &base, cnova_gpu_va(0xfffc), 0x1fffff, true);
	KUNIT_ASSERT_EQ(test, nr, 1);
	KUNIT_EXPECT_EQ(test, entry[0], 0xfffffc000000fffcULL);

	if (!v3)
		return;
	nr = cnova_push_segment(chip, entry, &base, cnova_gpu_va(0x1abcd00000000f0ULL), 1, false);
	KUNIT_ASSERT_EQ(test, nr, 2);
	KUNIT_EXPECT_EQ(test, entry[0], 4ULL << 32 | 0x1abcdULL << 8);
	KUNIT_EXPECT_EQ(test, entry[1], 1ULL << 42 | 0xf0);
	KUNIT_EXPECT_EQ(test, base, 0x1abcd);
}

static void push_reach(struct kunit *test)
{
	const struct cnova_chip *chip = test->param_value;
	bool v3 = fake_is_v3(chip);
	u64 end = v3 ? BIT_ULL(57) : BIT_ULL(40), border = BIT_ULL(40);

	KUNIT_EXPECT_TRUE(test, cnova_push_reaches(chip, cnova_gpu_va(0), 4));
	KUNIT_EXPECT_TRUE(test, cnova_push_reaches(chip, cnova_gpu_va(end - 8), 4));
	KUNIT_EXPECT_FALSE(test, cnova_push_reaches(chip, cnova_gpu_va(end - 8), 8));
	KUNIT_EXPECT_FALSE(test, cnova_push_reaches(chip, cnova_gpu_va(end), 4));
	KUNIT_EXPECT_FALSE(test, cnova_push_reaches(chip, cnova_gpu_va(~0ULL - 3), 8));
	KUNIT_EXPECT_FALSE(test, cnova_push_reaches(chip, cnova_gpu_va(border - 4), 8));
	KUNIT_EXPECT_EQ(test, cnova_push_reaches(chip, cnova_gpu_va(border), 8), v3);
	KUNIT_EXPECT_EQ(test, cnova_push_reaches(chip, cnova_gpu_va(SEGMENT_4G), 8), v3);
}

static void push_fence(struct kunit *test)
{
	static const u32 want[] = {
		0x20050017, 0x9abcdef0, 0x00000056, 0x33333333, 0x44444444,
		/* Release, wait for idle, 64 bits. */
		0x01100001,
		0x20010008, 0,
	};
	u32 words[CNOVA_PUSH_FENCE_DWORDS];
	struct cnova_push push;

	cnova_push_begin(&push, words, ARRAY_SIZE(words));
	cnova_push_fence(&push, cnova_gpu_va(0x569abcdef0ULL), 0x4444444433333333ULL);
	KUNIT_ASSERT_EQ(test, push.nr, ARRAY_SIZE(want));
	KUNIT_EXPECT_MEMEQ(test, words, want, sizeof(want));
}

static void push_copy(struct kunit *test)
{
	static const u32 want[] = {
		/* Class on subchannel 4. */
		0x20018000, 0xc5b5,
		0x20028098, 1, 0,
		0x20048100, 0x00000001, 0x23456789, 0x00000002, 0x3456789a,
		0x20028106, 0x00300000, 1,
		/* Non-pipelined, flush, pitch and physical on both sides. */
		0x200180c0, 0x00003186,
	};
	const struct cnova_push_place dst = { CNOVA_PUSH_VRAM, 0x23456789aULL };
	const struct cnova_push_place src = { CNOVA_PUSH_SYSTEM, 0x123456789ULL };
	u32 words[2 + CNOVA_PUSH_COPY_DWORDS];
	struct cnova_push push;

	cnova_push_begin(&push, words, ARRAY_SIZE(words));
	cnova_push_object(&push, 4, 0xc5b5);
	cnova_push_copy(&push, 4, &dst, &src, 0x300000);
	KUNIT_ASSERT_EQ(test, push.nr, ARRAY_SIZE(want));
	KUNIT_EXPECT_MEMEQ(test, words, want, sizeof(want));
}

static void push_clear(struct kunit *test)
{
	static const u32 want[] = {
		0x20018099, 0,
		0x20028102, 0x00000002, 0x3456789c,
		/* Constant A in components of 4 bytes. */
		0x200381c0, 0, 0, 0x00030004,
		0x20028106, 0x00000400, 1,
		0x200180c0, 0x00002586,
	};
	const struct cnova_push_place dst = { CNOVA_PUSH_VRAM, 0x23456789cULL };
	u32 words[CNOVA_PUSH_CLEAR_DWORDS];
	struct cnova_push push;

	cnova_push_begin(&push, words, ARRAY_SIZE(words));
	cnova_push_clear(&push, 4, &dst, 0x1000);
	KUNIT_ASSERT_EQ(test, push.nr, ARRAY_SIZE(want));
	KUNIT_EXPECT_MEMEQ(test, words, want, sizeof(want));
}

static struct kunit_case push_cases[] = {
	KUNIT_CASE_PARAM(push_entry, fake_gen_chips),
	KUNIT_CASE_PARAM(push_reach, fake_gen_chips),
	KUNIT_CASE(push_fence),
	KUNIT_CASE(push_copy),
	KUNIT_CASE(push_clear),
	{}
};

static struct kunit_suite push_suite = {
	.name = "cnova_push",
	.test_cases = push_cases,
};

kunit_test_suite(push_suite);
