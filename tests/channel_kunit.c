// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels on a host that does nothing by itself: what the driver finds, writes, in which
 * order, and what it makes of hardware that does not do as it is told. On all chips.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/dma-mapping.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "hw/chip.h"
#include "tests/fake_host.h"

#define RING_LG2	4
#define RING		BIT(RING_LG2)
#define PDB		0x123456000ULL
#define RING_VA		0x12345000ULL

struct channel_test {
	struct fake_gpu *fake;
	struct fake_host *hw;
	struct fake_host_regs regs;
	struct cnova_mm mm;
	struct cnova_host host;
	u64 free;
	bool has_mm;

	u64 ring[RING];
	u32 userd[CNOVA_CHANNEL_USERD_SIZE / 4];
	struct cnova_channel channel;

	/* What the ops were called with. */
	u32 nonstalls;
	u32 faults;
	u32 errors;
	u32 wedged;
	struct cnova_fault fault;
	struct cnova_channel_error error;
};

static struct channel_test *channel_test_of(struct cnova_channel *channel)
{
	return container_of(channel->host, struct channel_test, host);
}

static void channel_on_nonstall(struct cnova_channel *channel)
{
	channel_test_of(channel)->nonstalls++;
}

static void channel_on_fault(struct cnova_channel *channel, const struct cnova_fault *fault)
{
	struct channel_test *t = channel_test_of(channel);

	t->faults++;
	t->fault = *fault;
}

static void channel_on_error(struct cnova_channel *channel,
			     const struct cnova_channel_error *error)
{
	struct channel_test *t = channel_test_of(channel);

	t->errors++;
	t->error = *error;
}

static const struct cnova_channel_ops channel_ops = {
	.nonstall = channel_on_nonstall,
	.fault = channel_on_fault,
	.error = channel_on_error,
};

static void channel_on_wedged(struct cnova_tlb *tlb)
{
	container_of(tlb, struct channel_test, mm.tlb)->wedged++;
}

/* Interrupts are what a test says. */
static int channel_request_irq(struct cnova_host *host)
{
	return 0;
}

static void channel_free_irq(struct cnova_host *host)
{
}

static int channel_test_init(struct kunit *test)
{
	struct channel_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	kunit_activate_static_stub(test, cnova_host_request_irq, channel_request_irq);
	kunit_activate_static_stub(test, cnova_host_free_irq, channel_free_irq);

	t->fake = fake_create(test, test->param_value ?: cnova_chip_at(0));
	t->fake->dev->dma_mask = &t->fake->dev->coherent_dma_mask;
	KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(t->fake->dev, DMA_BIT_MASK(47)), 0);
	KUNIT_ASSERT_EQ(test, cnova_mm_identify(&t->mm, t->fake->dev, &t->fake->io), 0);
	KUNIT_ASSERT_EQ(test, cnova_mm_init(&t->mm), 0);
	t->has_mm = true;
	t->mm.tlb.on_wedged = channel_on_wedged;

	t->hw = fake_host_create(test, t->fake);
	fake_host_regs(t->hw, &t->regs);
	t->free = cnova_vram_free_bytes(&t->mm.vram);
	KUNIT_ASSERT_EQ(test, cnova_host_init(&t->host, &t->mm, 1), 0);
	KUNIT_ASSERT_TRUE(test, cnova_host_is_up(&t->host));
	t->host.timeout_us = 2000;
	return 0;
}

static void channel_test_exit(struct kunit *test)
{
	struct channel_test *t = test->priv;

	if (!t || !t->has_mm)
		return;
	cnova_host_stop(&t->host);
	cnova_host_fini(&t->host);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->mm.vram), t->free);
	cnova_mm_stop(&t->mm);
	cnova_mm_fini(&t->mm);
	fake_check(test, t->fake);
}

static struct cnova_channel_args channel_args(struct channel_test *t)
{
	return (struct cnova_channel_args){
		.ops = &channel_ops,
		.engine = FAKE_ENGINE,
		.pdb = cnova_vram_addr(PDB),
		.ring_va = cnova_gpu_va(RING_VA),
		.ring = t->ring,
		.ring_lg2 = RING_LG2,
		.userd = t->userd,
		.userd_bus = cnova_bus_addr(0x6789ab200ULL),
	};
}

static void channel_up(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);

	fake_host_begin(t->hw);
	KUNIT_ASSERT_EQ(test, cnova_channel_init(&t->channel, &t->host, &args), 0);
}

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
	cnova_channel_fini(&t->channel);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);

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
	t->hw->reset_stuck = true;
	fake_host_set(t->hw, t->regs.status, 1 << 13);
	channel_up(test);
	channel_expect_stuck(test);
}

/* It works on something else: an innocent's engine is not reset. */
static void channel_kill_spares(struct kunit *test)
{
	struct channel_test *t = test->priv;

	t->hw->preempt_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	fake_host_set(t->hw, t->regs.status, 1 << 13 | 77 << 16 | 77);
	channel_up(test);
	channel_expect_stuck(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), 0);
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
	KUNIT_EXPECT_FALSE(test, cnova_channel_is_stuck(&t->channel));
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

/* The engine's vector reaches the channel, another engine's does not. */
static void channel_nonstall(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	fake_host_interrupt(&t->host, t->hw, t->regs.nonstall);
	KUNIT_EXPECT_EQ(test, t->nonstalls, 1);
	fake_host_interrupt(&t->host, t->hw, t->regs.nonstall - 1);
	KUNIT_EXPECT_EQ(test, t->nonstalls, 1);
	/* Seen, and armed again. */
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb81000 + 4 * (t->regs.nonstall / 32)), 0);
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, 0xb81608) & BIT(t->regs.nonstall / 64));

	if (!t->hw->blocks) {
		fake_host_set(t->hw, 0x2100, BIT(31));
		fake_host_interrupt(&t->host, t->hw, 137);
		KUNIT_EXPECT_EQ(test, t->nonstalls, 2);
		KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0x2100), 0);
	}

	cnova_channel_fini(&t->channel);
	fake_host_interrupt(&t->host, t->hw, t->regs.nonstall);
	KUNIT_EXPECT_EQ(test, t->nonstalls, t->hw->blocks ? 1 : 2);
}

/* It is taken off its PBDMA before that may go on, and its owner is told. */
static void channel_error(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 disable = t->hw->blocks ? 0x1b0000 : 0x800004;
	int off, clear;

	channel_up(test);
	t->hw->error_keeps = true;
	fake_host_set(t->hw, t->regs.pbdma + 0x108, BIT(15));
	fake_host_set(t->hw, t->regs.pbdma + 0x120, 0x2000);
	fake_host_set(t->hw, t->regs.pbdma + 0xc0, 0x80000abc);
	fake_host_set(t->hw, t->regs.pbdma + 0xc4, 0x12345678);
	fake_host_set(t->hw, t->hw->blocks ? 0x190100 : 0x2100, t->hw->blocks ? BIT(16) : BIT(29));
	fake_host_begin(t->hw);
	fake_host_interrupt(&t->host, t->hw, t->regs.error_vector);

	KUNIT_EXPECT_EQ(test, t->errors, 1);
	KUNIT_EXPECT_EQ(test, t->error.reason, CNOVA_CHANNEL_BAD_ENTRY);
	KUNIT_EXPECT_EQ(test, t->error.status, BIT(15));
	KUNIT_EXPECT_EQ(test, t->error.method, 0x80000abc);
	KUNIT_EXPECT_EQ(test, t->error.data, 0x12345678);
	off = fake_host_find(t->hw, disable, 0);
	clear = fake_host_find(t->hw, t->regs.pbdma + 0x108, 0);
	KUNIT_ASSERT_GE(test, off, 0);
	KUNIT_EXPECT_GT(test, fake_host_find(t->hw, t->regs.preempt, 0), off);
	KUNIT_EXPECT_GT(test, clear, fake_host_find(t->hw, t->regs.preempt, 0));
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, t->regs.pbdma + 0x108), 0);

	/* The vector interrupts again, and what raised it once was asked to do so. */
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, 0xb81200 + 4 * (t->regs.error_vector / 32)) &
			  BIT(t->regs.error_vector % 32));
	if (t->hw->blocks)
		KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0x190180), 1);

	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	cnova_channel_fini(&t->channel);
}

/* LCE 3 says @intr and @launch, with @status of who is on it. */
static void channel_raise_stall(struct channel_test *t, u32 intr, u32 launch, u32 status)
{
	fake_host_set(t->hw, 0x104590, intr);
	fake_host_set(t->hw, 0x104598, launch);
	fake_host_set(t->hw, t->regs.status, status);
	fake_host_begin(t->hw);
	fake_host_interrupt(&t->host, t->hw, t->regs.stall_vector);
}

/* Whoever is on an engine that refuses a launch is disabled, then told, and nobody else. */
static void channel_stall(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 disable = t->hw->blocks ? 0x1b0000 : 0x800004;
	int off;

	channel_up(test);
	/* Somebody else; nobody; and ours is next, which is not yet: not told. */
	channel_raise_stall(t, BIT(2), 9, 1 << 13 | 3);
	channel_raise_stall(t, BIT(2), 9, 0);
	channel_raise_stall(t, BIT(2), 9, 7 << 13 | 3);
	/* Ours, but it only wants to be seen. */
	channel_raise_stall(t, BIT(0), 0, 1 << 13);
	KUNIT_EXPECT_EQ(test, t->errors, 0);
	KUNIT_EXPECT_EQ(test, fake_host_find(t->hw, disable, 0), -1);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0x104590), 0);

	channel_raise_stall(t, BIT(2), 9, BIT(31) | 1 << 13 | BIT(12) | 3 << 16);
	KUNIT_EXPECT_EQ(test, t->errors, 1);
	KUNIT_EXPECT_EQ(test, t->error.reason, CNOVA_CHANNEL_ENGINE_ERROR);
	KUNIT_EXPECT_EQ(test, t->error.status, BIT(2));
	KUNIT_EXPECT_EQ(test, t->error.method, 0);
	KUNIT_EXPECT_EQ(test, t->error.data, 9);
	off = fake_host_find(t->hw, disable, 0);
	KUNIT_ASSERT_GE(test, off, 0);
	KUNIT_EXPECT_GT(test, fake_host_find(t->hw, 0x104590, 0), off);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0x104590), 0);
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, 0xb81200 + 4 * (t->regs.stall_vector / 32)) &
			  BIT(t->regs.stall_vector % 32));

	/* While a channel is loaded, it is that one. */
	channel_raise_stall(t, BIT(3), 0, BIT(31) | 5 << 13 | 3);
	KUNIT_EXPECT_EQ(test, t->errors, 2);

	fake_host_set(t->hw, t->regs.status, 1 << 13);
	cnova_channel_fini(&t->channel);
	channel_raise_stall(t, BIT(2), 9, 1 << 13);
	KUNIT_EXPECT_EQ(test, t->errors, 2);
}

/* Killed while its PBDMA waits for somebody to look: that does not keep it there. */
static void channel_kill_in_error(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	t->hw->error_keeps = true;
	fake_host_set(t->hw, t->regs.pbdma + 0x148, BIT(3));
	fake_host_set(t->hw, t->regs.pbdma + 0x120, 0x2000);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, t->regs.pbdma + 0x148), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), 0);
	cnova_channel_fini(&t->channel);
}

/* Write a packet as the GPU does; HARDWARE.md 9.2. */
static void channel_write_fault(struct channel_test *t, u32 index, u64 instance, bool valid)
{
	u32 *packet = t->host.faults.dma.cpu + 32 * index;

	packet[0] = (u32)instance | 2;
	packet[1] = instance >> 32;
	packet[2] = 0xabcde000 | 1;
	packet[3] = 0x00001234;
	packet[4] = 0x11111111;
	packet[5] = 0x22222222;
	packet[6] = 0x0000012b;
	packet[7] = 0x01912a02 | (valid ? BIT(31) : 0);
}

static void channel_fault(struct kunit *test)
{
	struct channel_test *t = test->priv;
	const u32 *packets = t->host.faults.dma.cpu;

	channel_up(test);
	/* The first is nobody's. */
	channel_write_fault(t, 0, t->channel.instance.raw + SZ_4K, true);
	channel_write_fault(t, 1, t->channel.instance.raw, true);
	t->hw->fault_put = 2;
	fake_host_begin(t->hw);
	fake_host_interrupt(&t->host, t->hw, 132);

	KUNIT_ASSERT_EQ(test, t->faults, 1);
	KUNIT_EXPECT_EQ(test, t->fault.va, 0x1234abcde000ULL);
	KUNIT_EXPECT_EQ(test, t->fault.timestamp, 0x2222222211111111ULL);
	KUNIT_EXPECT_EQ(test, t->fault.engine, 0x12b);
	KUNIT_EXPECT_EQ(test, t->fault.type, 2);
	KUNIT_EXPECT_EQ(test, t->fault.access, 1);
	KUNIT_EXPECT_EQ(test, t->fault.client, 0x2a);
	KUNIT_EXPECT_TRUE(test, t->fault.hub);
	KUNIT_EXPECT_FALSE(test, t->fault.replayable);
	KUNIT_EXPECT_EQ(test, t->fault.gpc, 1);
	/* Both are done with. */
	KUNIT_EXPECT_EQ(test, packets[7] & BIT(31), 0);
	KUNIT_EXPECT_EQ(test, packets[15] & BIT(31), 0);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83008), 2);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb81210) & 0x30, 0x30);

	/* One that comes too late is nobody's. */
	cnova_channel_fini(&t->channel);
	channel_write_fault(t, 2, t->channel.instance.raw, true);
	t->hw->fault_put = 3;
	fake_host_interrupt(&t->host, t->hw, 132);
	KUNIT_EXPECT_EQ(test, t->faults, 1);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83008), 3);
}

/* Full: all are read, then the GPU is told in a store of its own. */
static void channel_fault_overflow(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 get;

	channel_up(test);
	for (u32 i = 0; i < CNOVA_FAULT_ENTRIES - 1; i++)
		channel_write_fault(t, i, t->channel.instance.raw, true);
	get = CNOVA_FAULT_ENTRIES - 1;
	t->hw->fault_put = get | BIT(31);
	fake_host_interrupt(&t->host, t->hw, 133);
	KUNIT_EXPECT_EQ(test, t->faults, CNOVA_FAULT_ENTRIES - 1);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83008), get | BIT(31));
	KUNIT_EXPECT_EQ(test, t->host.faults.overflows, 1);

	/* Announced and never written: the next one is found all the same. */
	channel_write_fault(t, 0, t->channel.instance.raw, true);
	t->hw->fault_put = 1;
	fake_host_interrupt(&t->host, t->hw, 132);
	KUNIT_EXPECT_EQ(test, t->faults, CNOVA_FAULT_ENTRIES);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83008), 1);
	cnova_channel_fini(&t->channel);
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
	KUNIT_CASE_PARAM(channel_kill_in_error, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_runlist_stuck, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_kill_beside_hang, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_init_fails, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_gone, fake_gen_chips),
	KUNIT_CASE(channel_too_many),
	KUNIT_CASE_PARAM(channel_nonstall, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_error, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_stall, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_fault, fake_gen_chips),
	KUNIT_CASE(channel_fault_overflow),
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
