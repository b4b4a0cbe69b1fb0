// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels on a host that does nothing by itself: what the driver finds, writes, in which
 * order, and what it makes of hardware that does not do as it is told. On all chips. What the
 * hardware tells of its own accord is in channel_events_kunit.c.
 */

#include <kunit/test.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "hw/chip.h"
#include "tests/channel_fixture.h"

/* HARDWARE.md 11.2: the engines that a runlist serves, and no others. */
static void channel_engines(struct kunit *test)
{
	struct channel_test *t = test->priv;
	const struct cnova_host_engine *engine = &t->host.engines[FAKE_ENGINE];

	KUNIT_ASSERT_EQ(test, t->host.nr_engines, 2);
	KUNIT_EXPECT_EQ(test, t->host.nr_runlists, 2);
	KUNIT_EXPECT_EQ(test, t->host.engines[0].top.instance, 2);
	KUNIT_EXPECT_EQ(test, t->host.engines[0].top.fault_id, 17);
	KUNIT_EXPECT_EQ(test, engine->top.instance, 3);
	KUNIT_EXPECT_EQ(test, engine->top.fault_id, 18);
	KUNIT_EXPECT_EQ(test, engine->top.nonstall, t->regs.nonstall);
	KUNIT_EXPECT_EQ(test, engine->top.stall, t->regs.stall_vector);
	KUNIT_EXPECT_EQ(test, BIT(engine->top.reset % 32), t->regs.reset_bit);
	KUNIT_EXPECT_EQ(test, engine->status, t->regs.status);
	KUNIT_EXPECT_EQ(test, engine->runlist->nr_pbdmas, 1);
	KUNIT_EXPECT_EQ(test, engine->runlist->regs.pbdma[0], t->regs.pbdma);
	KUNIT_EXPECT_EQ(test, engine->runlist->regs.sched_bit, t->regs.sched_bit);
	KUNIT_EXPECT_EQ(test, engine->runlist->doorbell, t->regs.doorbell);
	KUNIT_EXPECT_EQ(test, t->host.max_channels, CNOVA_HOST_CHANNELS);

	/* Both are told of, and nobody else. */
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, 0xb81200 + 4 * (t->regs.nonstall / 32)) &
			  BIT(t->regs.nonstall % 32));
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb81200 + 4 * 4) & 0x30, 0x30);
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, 0xb81200 + 4 * (t->regs.stall_vector / 32)) &
			  BIT(t->regs.stall_vector % 32));
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0x10458c) & 0xd, 0xd);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83010), 0xa0000100);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83000) & 0xfff, 5);
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, t->hw->blocks ? 0x190300 : 0xb65000) &
			  BIT(31));
}

/* The word of VRAM at @pa. */
static u32 channel_word(struct channel_test *t, u64 pa)
{
	return fake_word(t->fake, pa & ~7ULL) >> (pa & 4 ? 32 : 0);
}

/* RAMFC and the rest: HARDWARE.md 7.2, 11.2; NVIDIA's dev_ram.h of each generation. */
static void channel_instance(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u16 chipset = t->fake->chip->chipset;
	bool blackwell = chipset >= 0x1a0, hopper = chipset == 0x180;
	struct { u32 offset, value; } words[] = {
		{ 0x010, 0x0000face },
		{ 0x030, 0x7ffff902 },
		{ 0x084, 0x20400000 },
		{ 0x0ac, 0x00020000 },
		{ 0x0e8, 0 },
		{ 0x0f4, 0x00001000 },
		{ 0x200, 0x23456c00 },
		{ 0x204, 1 },
		{ 0x208, 0xffffffff },
		{ 0x20c, fake_is_v3(t->fake->chip) ? 0x01ffffff : 0x0001ffff },
		{ blackwell ? 0x90 : 0x48, RING_VA },
		{ blackwell || hopper ? (blackwell ? 0xb4 : 0xa4) : 0x4c,
		  blackwell ? RING_LG2 << 24 : hopper ? RING_LG2 : RING_LG2 << 16 },
		{ 0x094, blackwell ? 0 : 0x30000fff },
		{ 0x008, t->hw->blocks ? 0 : 0x789ab202 },
		{ 0x00c, t->hw->blocks ? 0 : 6 },
		{ 0x0f8, t->hw->blocks ? 0x80000000 | t->regs.nonstall : 0 },
	};
	u64 pa;

	channel_up(test);
	pa = t->channel.instance.raw;
	KUNIT_EXPECT_EQ(test, pa & 0xfff, 0);
	for (u32 offset = 0; offset < SZ_4K; offset += 4) {
		u32 want = 0;

		for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
			if (words[i].offset == offset && words[i].value)
				want = words[i].value;
		}
		KUNIT_EXPECT_EQ_MSG(test, channel_word(t, pa + offset), want, "at %#x", offset);
	}
	cnova_channel_fini(&t->channel);
}

/* Who may use physical addresses has it in two places, and has the upper half of a ring. */
static void channel_privileged(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);
	bool blackwell = t->fake->chip->chipset >= 0x1a0;
	u64 pa;

	args.privileged = true;
	args.ring_va = cnova_gpu_va(0xfe00001000ULL);
	KUNIT_ASSERT_EQ(test, cnova_channel_init(&t->channel, &t->host, &args), 0);
	pa = t->channel.instance.raw;
	KUNIT_EXPECT_EQ(test, channel_word(t, pa + 0xe4), 0x20);
	KUNIT_EXPECT_EQ(test, channel_word(t, pa + 0xf4), 0x1100);
	KUNIT_EXPECT_EQ(test, channel_word(t, pa + (blackwell ? 0x94 : 0x4c)) & 0xff, 0xfe);
	cnova_channel_fini(&t->channel);
}

/* What a runlist holds; bound before it is submitted, enabled after. */
static void channel_runlist(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 enable = t->hw->blocks ? 0x1b0000 : 0x800004;
	int bind, submit, on;
	u64 pa;

	t->hw->submit_polls = 3;
	channel_up(test);
	KUNIT_EXPECT_EQ(test, t->hw->submit_left, 0);

	submit = fake_host_find(t->hw, t->regs.base + 8, 0);
	KUNIT_ASSERT_GE(test, submit, 2);
	KUNIT_EXPECT_EQ(test, t->hw->log[submit].value, 2);
	pa = (u64)t->hw->log[submit - 1].value << 32 | t->hw->log[submit - 2].value;
	KUNIT_EXPECT_EQ(test, pa & 0xfff, 0);
	KUNIT_EXPECT_EQ(test, fake_word(t->fake, pa), 0x180030001ULL);
	KUNIT_EXPECT_EQ(test, fake_word(t->fake, pa + 8), 0);
	KUNIT_EXPECT_EQ(test, fake_word(t->fake, pa + 16), 0x6789ab280ULL);
	KUNIT_EXPECT_EQ(test, fake_word(t->fake, pa + 24), t->channel.instance.raw);

	on = fake_host_find(t->hw, enable, 0);
	KUNIT_EXPECT_GT(test, on, submit);
	KUNIT_EXPECT_EQ(test, t->hw->log[on].value, t->hw->blocks ? 2 : BIT(10));
	bind = fake_host_find(t->hw, 0x800000, 0);
	KUNIT_EXPECT_EQ(test, bind >= 0, !t->hw->blocks);
	if (bind >= 0) {
		KUNIT_EXPECT_LT(test, bind, submit);
		KUNIT_EXPECT_EQ(test, t->hw->log[bind].value,
				BIT(31) | t->channel.instance.raw >> 12);
	}
	cnova_channel_fini(&t->channel);
	/* The other half of its memory, and empty. */
	submit = fake_host_find(t->hw, t->regs.base + 8, submit + 1);
	KUNIT_ASSERT_GE(test, submit, 2);
	KUNIT_EXPECT_EQ(test, t->hw->log[submit].value, 0);
	KUNIT_EXPECT_NE(test, (u64)t->hw->log[submit - 1].value << 32 |
			t->hw->log[submit - 2].value, pa);
}

/* PERFORMANCE: any number of entries is one store to the GPU, the doorbell. */
static void channel_push_cost(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u64 entries[RING - 1];

	channel_up(test);
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		entries[i] = 0x1111 * (i + 1);
	KUNIT_EXPECT_EQ(test, cnova_channel_space(&t->channel), RING - 1);

	fake_host_begin(t->hw);
	cnova_channel_push(&t->channel, entries, RING - 1);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 1);
	KUNIT_EXPECT_EQ(test, t->hw->nr_log, 1);
	KUNIT_EXPECT_EQ(test, t->hw->log[0].offset, 0xbb0090);
	KUNIT_EXPECT_EQ(test, t->hw->log[0].value, t->regs.doorbell | t->channel.id);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&t->fake->io, CNOVA_IO_DOORBELL), 1);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&t->fake->io, CNOVA_IO_RING_ENTRY), RING - 1);
	KUNIT_EXPECT_MEMEQ(test, t->ring, entries, sizeof(entries));
	KUNIT_EXPECT_EQ(test, t->userd[0x8c / 4], RING - 1);
	KUNIT_EXPECT_EQ(test, cnova_channel_space(&t->channel), 0);

	/* Around the end: the host has fetched ten. */
	t->userd[0x88 / 4] = 10;
	KUNIT_EXPECT_EQ(test, cnova_channel_get(&t->channel), 10);
	KUNIT_EXPECT_EQ(test, cnova_channel_space(&t->channel), 10);
	cnova_channel_push(&t->channel, entries, 2);
	KUNIT_EXPECT_EQ(test, t->ring[RING - 1], 0x1111);
	KUNIT_EXPECT_EQ(test, t->ring[0], 0x2222);
	KUNIT_EXPECT_EQ(test, t->userd[0x8c / 4], 1);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 2);
	cnova_channel_fini(&t->channel);
}

/* Addresses that the hardware cannot take are refused, and nothing is done. */
static void channel_bad_args(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u64 end = fake_is_v3(t->fake->chip) ? BIT_ULL(57) : BIT_ULL(40);
	const struct cnova_channel_args good = channel_args(t);
	struct cnova_channel_args bad[9];

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[0].engine = 2;
	bad[1].ring_lg2 = 0;
	bad[2].ring_lg2 = CNOVA_CHANNEL_MAX_RING_LG2 + 1;
	bad[3].ring_va.raw += 8;
	bad[4].ring_va.raw = end - SZ_4K;
	bad[4].ring_lg2 = 9;
	bad[5].ring_va.raw = end;
	bad[6].userd_bus.raw += 256;
	bad[7].pdb.raw += 256;
	bad[8].ring_va.raw = end + SZ_1M;

	KUNIT_EXPECT_EQ(test, cnova_channel_va_end(t->fake->chip).raw, end);
	fake_host_begin(t->hw);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, cnova_channel_init(&t->channel, &t->host, &bad[i]),
				    -EINVAL, "case %u", i);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);
}

/* Killed: disabled before it is preempted, off the runlist, forgotten; once. */
static void channel_kill(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 chram = 0x1b0000;
	int off, preempt, submit, forget;

	t->hw->preempt_polls = 5;
	channel_up(test);
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);

	off = fake_host_find(t->hw, t->hw->blocks ? chram : 0x800004, 0);
	KUNIT_ASSERT_GE(test, off, 0);
	KUNIT_EXPECT_EQ(test, t->hw->log[off].value, t->hw->blocks ? 3 : BIT(11));
	preempt = fake_host_find(t->hw, t->regs.preempt, off);
	KUNIT_ASSERT_GT(test, preempt, off);
	KUNIT_EXPECT_EQ(test, t->hw->log[preempt].value, BIT(24));
	submit = fake_host_find(t->hw, t->regs.base + 8, preempt);
	KUNIT_ASSERT_GT(test, submit, preempt);
	KUNIT_EXPECT_EQ(test, t->hw->log[submit].value, 0);
	forget = fake_host_find(t->hw, t->hw->blocks ? chram : 0x800000, submit);
	KUNIT_ASSERT_GT(test, forget, submit);
	KUNIT_EXPECT_EQ(test, t->hw->log[forget].value, t->hw->blocks ? ~0U : 0);
	KUNIT_EXPECT_EQ(test, t->hw->preempt_left, 0);
	KUNIT_EXPECT_EQ(test, fake_host_find(t->hw, t->regs.reset, 0), -1);

	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);
	/* Is there a fault of it? */
	cnova_channel_fini(&t->channel);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 1);

	/* Its id is free again. */
	channel_up(test);
	KUNIT_EXPECT_EQ(test, t->channel.id, 0);
	cnova_channel_fini(&t->channel);
}

/* The engine hangs: it is reset, nobody else being scheduled, and that is that. */
static void channel_kill_resets(struct kunit *test)
{
	struct channel_test *t = test->priv;
	int down, up, on;

	t->hw->preempt_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	fake_host_set(t->hw, t->regs.status, 1 << 13);
	channel_up(test);
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_FALSE(test, cnova_channel_is_stuck(&t->channel));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), 1);
	KUNIT_EXPECT_EQ(test, t->wedged, 0);

	on = fake_host_find(t->hw, t->regs.sched, 0);
	down = fake_host_find(t->hw, t->regs.reset, on);
	up = fake_host_find(t->hw, t->regs.reset, down + 1);
	KUNIT_ASSERT_GT(test, up, down);
	KUNIT_EXPECT_EQ(test, t->hw->log[on].value, t->regs.sched_bit);
	KUNIT_EXPECT_EQ(test, t->hw->log[down].value, ~t->regs.reset_bit);
	KUNIT_EXPECT_EQ(test, t->hw->log[up].value, ~0U);
	on = fake_host_find(t->hw, t->regs.sched, up);
	KUNIT_ASSERT_GT(test, on, up);
	KUNIT_EXPECT_EQ(test, t->hw->log[on].value, 0);
	cnova_channel_fini(&t->channel);
}

static void channel_expect_stuck(struct kunit *test)
{
	struct channel_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), -EIO);
	KUNIT_EXPECT_TRUE(test, cnova_channel_is_stuck(&t->channel));
	KUNIT_EXPECT_EQ(test, t->wedged, 1);
	KUNIT_EXPECT_TRUE(test, t->mm.tlb.wedged);

	/* Nobody waits again, and what it had is nobody else's. */
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), -EIO);
	cnova_channel_fini(&t->channel);
	KUNIT_EXPECT_TRUE(test, test_bit(0, t->host.ids));
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);
	KUNIT_EXPECT_FALSE(test, cnova_host_stop(&t->host));
	KUNIT_EXPECT_LT(test, cnova_vram_free_bytes(&t->mm.vram), t->free);
}

/* The engine does not go into reset: that it lets go of the channel then is no comfort. */
static void channel_kill_fails(struct kunit *test)
{
	struct channel_test *t = test->priv;

	t->hw->preempt_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	t->hw->reset_stuck = FAKE_FOREVER;
	fake_host_set(t->hw, t->regs.status, 1 << 13);
	channel_up(test);
	channel_expect_stuck(test);
}

/* It works on something else: it is not reset for this one alone, but all are. */
static void channel_kill_spares(struct kunit *test)
{
	struct channel_test *t = test->priv;

	t->hw->preempt_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	fake_host_set(t->hw, t->regs.status, 1 << 13 | 77 << 16 | 77);
	channel_up(test);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), t->host.nr_engines);
	KUNIT_EXPECT_EQ(test, t->resets, 1);
	KUNIT_EXPECT_EQ(test, t->wedged, 0);
	cnova_channel_fini(&t->channel);
}

/* The runlist is never read. */
static void channel_runlist_stuck(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);

	channel_up(test);
	t->hw->submit_polls = FAKE_FOREVER;
	channel_expect_stuck(test);
	KUNIT_EXPECT_EQ(test, args.engine, FAKE_ENGINE);
}

/* Nor is it while somebody else hangs on the engine: that is reset, and this one goes. */
static void channel_kill_beside_hang(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);
	struct cnova_channel *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	u32 disable = t->hw->blocks ? 0x1b0004 : 0x80000c;

	KUNIT_ASSERT_NOT_NULL(test, other);
	channel_up(test);
	args.userd_bus.raw += CNOVA_CHANNEL_USERD_SIZE;
	KUNIT_ASSERT_EQ(test, cnova_channel_init(other, &t->host, &args), 0);
	KUNIT_ASSERT_EQ(test, other->id, 1);

	t->hw->submit_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13 | BIT(12) | other->id);
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_FALSE(test, cnova_channel_is_stuck(&t->channel));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), 1);
	KUNIT_EXPECT_EQ(test, t->wedged, 0);
	KUNIT_EXPECT_GE(test, fake_host_find(t->hw, disable, 0), 0);
	KUNIT_EXPECT_GT(test, fake_host_find(t->hw, t->regs.reset, 0),
			fake_host_find(t->hw, disable, 0));

	t->hw->submit_polls = 0;
	fake_host_set(t->hw, t->regs.status, 0);
	cnova_channel_fini(other);
	cnova_channel_fini(&t->channel);
}

/* Nor is a new one: the channel is not made, and its id is free. */
static void channel_init_fails(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);

	t->hw->submit_polls = FAKE_FOREVER;
	KUNIT_EXPECT_EQ(test, cnova_channel_init(&t->channel, &t->host, &args), -EIO);
	KUNIT_EXPECT_FALSE(test, test_bit(0, t->host.ids));
	KUNIT_EXPECT_EQ(test, fake_host_find(t->hw, t->hw->blocks ? 0x1b0000 : 0x800004, 0) >= 0 &&
			fake_host_get(t->hw, t->hw->blocks ? 0x1b0000 : 0x800004) ==
			(t->hw->blocks ? 2 : BIT(10)), false);
	t->hw->submit_polls = 0;
	t->hw->submit_left = 0;
}

static void channel_gone(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	t->fake->gone = true;
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), -ENODEV);
	/* It may come back. */
	KUNIT_EXPECT_TRUE(test, cnova_channel_is_stuck(&t->channel));
	cnova_channel_fini(&t->channel);
	KUNIT_EXPECT_EQ(test, t->wedged, 0);
	t->fake->gone = false;
}

/* As many as there are, and not one more; VRAM for them is taken when they are made. */
static void channel_too_many(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);

	KUNIT_EXPECT_EQ(test, t->host.nr_chunks, 1);
	bitmap_fill(t->host.ids, CNOVA_HOST_CHANNELS);
	KUNIT_EXPECT_EQ(test, cnova_channel_init(&t->channel, &t->host, &args), -ENOSPC);
	__clear_bit(CNOVA_HOST_CHANNELS - 1, t->host.ids);
	channel_up(test);
	KUNIT_EXPECT_EQ(test, t->channel.id, CNOVA_HOST_CHANNELS - 1);
	KUNIT_EXPECT_EQ(test, t->channel.instance.raw,
			t->host.instances[t->host.nr_chunks - 1].raw + 15 * SZ_4K);
	KUNIT_EXPECT_EQ(test, t->host.nr_chunks, 16);
	cnova_channel_fini(&t->channel);
	bitmap_zero(t->host.ids, CNOVA_HOST_CHANNELS);
}

/* Without an interrupt, or without engines, all is as before. */
static void channel_none(struct kunit *test)
{
	struct cnova_host *host = kunit_kzalloc(test, sizeof(*host), GFP_KERNEL);
	struct channel_test *t = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, host);
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_host_init(host, &t->mm, 0), 0);
	KUNIT_EXPECT_FALSE(test, cnova_host_is_up(host));
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);
	KUNIT_EXPECT_TRUE(test, cnova_host_stop(host));
	cnova_host_fini(host);

	for (u32 i = 0; i < 64; i++)
		fake_host_set(t->hw, (t->hw->blocks ? 0x22800 : 0x22700) + 4 * i, 0);
	KUNIT_EXPECT_EQ(test, cnova_host_init(host, &t->mm, 1), 0);
	KUNIT_EXPECT_FALSE(test, cnova_host_is_up(host));
	KUNIT_EXPECT_TRUE(test, cnova_host_stop(host));
	cnova_host_fini(host);
}

static struct kunit_case channel_cases[] = {
	KUNIT_CASE_PARAM(channel_engines, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_instance, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_privileged, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_runlist, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_push_cost, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_bad_args, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_kill, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_kill_resets, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_kill_fails, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_kill_spares, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_runlist_stuck, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_kill_beside_hang, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_init_fails, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_gone, fake_gen_chips),
	KUNIT_CASE(channel_too_many),
	KUNIT_CASE_PARAM(channel_none, fake_gen_chips),
	{}
};

static struct kunit_suite channel_suite = {
	.name = "cnova_channel",
	.init = channel_test_init,
	.exit = channel_test_exit,
	.test_cases = channel_cases,
};

kunit_test_suite(channel_suite);
