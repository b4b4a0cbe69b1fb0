// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hardware tells of a channel: work done, errors, faults; and who is told of it. On a
 * host that does nothing by itself, on all chips.
 */

#include <kunit/test.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "hw/chip.h"
#include "tests/channel_fixture.h"

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

static struct kunit_case channel_events_cases[] = {
	KUNIT_CASE_PARAM(channel_kill_in_error, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_nonstall, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_error, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_stall, fake_gen_chips),
	KUNIT_CASE_PARAM(channel_fault, fake_gen_chips),
	KUNIT_CASE(channel_fault_overflow),
	{}
};

static struct kunit_suite channel_events_suite = {
	.name = "cnova_channel_events",
	.init = channel_test_init,
	.exit = channel_test_exit,
	.test_cases = channel_events_cases,
};

kunit_test_suite(channel_events_suite);
