// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of sim/arm.c: knobs of the whole model that turn at a step. Prints TAP.
 */
#include "sim_gpu.h"

static void expect_arm(const char *name, u32 left)
{
	const char *has;
	u32 got;

	has = cnova_sim_arm_show(gpu, &got);
	CHECK(!strcmp(has, name));
	CHECK_EQ(got, left);
}

static void test_set(void)
{
	static const char * const wrong[] = {
		"", ":", "gone", "gone:", "gone:0", "gone: 1", "gone:-1", "gone:1x", "gone:1:1",
		"gon:1", "gonee:1", "none:1", "irq_lost:1", "1", "gone:1000000001",
		"gone:99999999999999999999",
	};
	unsigned int i;

	gpu_begin("arm_set");
	expect_arm("none", 0);
	CHECK(!cnova_sim_arm_set(gpu, "window_lies:17"));
	expect_arm("window_lies", 17);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_EQ(cnova_sim_arm_set(gpu, wrong[i]), -EINVAL);
	expect_arm("window_lies", 17);
	CHECK(!cnova_sim_arm_set(gpu, "gone:1000000000"));
	expect_arm("gone", 1000000000);
	CHECK(!cnova_sim_arm_set(gpu, "none"));
	expect_arm("none", 0);
	rd(0);
	CHECK(!gpu->knobs.gone);
	gpu_expect_none();
	gpu_end();
}

/* Each kind of access counts, and the one that is named is the first to miss the device. */
static void test_gone(void)
{
	u64 value = 0;

	gpu_begin("arm_gone");
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	/* A move, a store; a move, a load; two of BAR1. */
	CHECK(!cnova_sim_arm_set(gpu, "gone:8"));
	poke(DATA, 0x1111);
	expect_arm("gone", 6);
	CHECK_EQ(peek(DATA), 0x1111);
	expect_arm("gone", 4);
	io->bar1_write(gpu, DATA, &value, 8);
	io->bar1_read(gpu, DATA, &value, 8);
	expect_arm("gone", 2);
	CHECK(rd(0) != ~0U);
	CHECK(!gpu->knobs.gone);
	CHECK_EQ(rd(0), ~0U);
	CHECK(gpu->knobs.gone);
	expect_arm("gone", 0);

	/* It stays, until somebody turns it back; and then it does not turn again. */
	CHECK_EQ(rd(0), ~0U);
	gpu->knobs.gone = false;
	CHECK(rd(0) != ~0U);
	expect_arm("gone", 0);
	gpu_expect_none();
	gpu_end();

	gpu_begin("arm_gone_while_bar1_is_copied");
	CHECK(!io->vram_populate(gpu, DATA, 2 * SZ_4K));
	value = 0x2222;
	poke(DATA, 0);
	poke(DATA + SZ_4K, 0);
	order();
	CHECK(!cnova_sim_arm_set(gpu, "gone:2"));
	io->bar1_fill(gpu, DATA + SZ_4K - 256, value, 512);
	gpu->knobs.gone = false;
	io->bar1_read(gpu, DATA + SZ_4K - 8, &value, 8);
	CHECK_EQ(value, 0x2222);
	CHECK_EQ(peek(DATA + SZ_4K), 0);
	gpu_expect_none();
	gpu_end();
}

static void test_invalidates(void)
{
	u64 value;

	gpu_begin_mapped("arm_ack_lost");
	CHECK(!gpu_load(VA, &value));
	poke(SMALL, 0);
	order();
	CHECK(!cnova_sim_arm_set(gpu, "ack_lost:2"));
	/* What is written without a trigger is no step. */
	wr(0xb830b0, ALL_OF_IT);
	wr(0xb830a0, 0);
	expect_arm("ack_lost", 2);
	gpu_invalidate(OTHER, ALL_OF_IT);
	expect_arm("ack_lost", 1);
	gpu_invalidate(ROOT, ALL_OF_IT);
	expect_arm("ack_lost", 0);
	CHECK_EQ(gpu->knobs.ack_lost, 0);
	CHECK(!gpu_load(VA, &value));
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK_EQ(gpu_load(VA, &value), -EFAULT);
	cnova_sim_report_reset(gpu);
	gpu_end();

	gpu_begin_mapped("arm_trigger_stuck");
	CHECK(!cnova_sim_arm_set(gpu, "trigger_stuck:2"));
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu->knobs.trigger_stuck);
	wr(0xb830b0, 0x80000000 | ALL_OF_IT);
	CHECK(gpu->knobs.trigger_stuck);
	CHECK(rd(0xb830b0) & 0x80000000);
	gpu->knobs.trigger_stuck = false;
	CHECK(!(rd(0xb830b0) & 0x80000000));
	gpu_expect_none();
	gpu_end();
}

static void test_window(void)
{
	const u32 here = DATA >> 16 & ~0xfU, there = (DATA + SZ_1M) >> 16 & ~0xfU;

	gpu_begin("arm_window_stuck");
	CHECK(!cnova_sim_arm_set(gpu, "window_stuck:3"));
	window_to(DATA + SZ_1M);
	window_to(DATA);
	/* Accesses are no moves. */
	rd(facts->window);
	expect_arm("window_stuck", 1);
	window_to(DATA + SZ_1M);
	CHECK_EQ(rd(facts->window), here);
	gpu->knobs.window_stuck = false;
	window_to(DATA + SZ_1M);
	CHECK_EQ(rd(facts->window), there);
	gpu_expect_none();
	gpu_end();

	gpu_begin("arm_window_lies");
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	poke(DATA, 0x1111);
	CHECK(!cnova_sim_arm_set(gpu, "window_lies:1"));
	window_to(DATA + SZ_1M);
	CHECK_EQ(rd(facts->window), there);
	CHECK_EQ(io->read(gpu, 0x700000 + DATA % SZ_1M, 8), 0x1111);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_set();
	test_gone();
	test_invalidates();
	test_window();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
