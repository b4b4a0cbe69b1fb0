// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is to blame for a channel that does not end, and what is done when it cannot be
 * stopped. On all chips.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "hw/chip.h"
#include "tests/channel_fixture.h"

/* Channel 1 of the engine that tests use. */
static struct cnova_channel *recovery_second(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct cnova_channel_args args = channel_args(t);

	KUNIT_ASSERT_NOT_NULL(test, other);
	args.userd_bus.raw += CNOVA_CHANNEL_USERD_SIZE;
	KUNIT_ASSERT_EQ(test, cnova_channel_init(other, &t->host, &args), 0);
	KUNIT_ASSERT_EQ(test, other->id, 1);
	return other;
}

/* Channel 0 is in this state: that of Turing's table, or bits of later chips. */
static void recovery_set_state(struct channel_test *t, u32 turing, u32 later)
{
	fake_host_set(t->hw, t->hw->blocks ? 0x1b0000 : 0x800004,
		      t->hw->blocks ? later : turing << 24);
}

static void recovery_expect_look(struct kunit *test, bool resident, bool acquiring)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_look look;

	cnova_channel_look(&t->channel, &look);
	KUNIT_EXPECT_EQ(test, look.resident, resident);
	KUNIT_EXPECT_EQ(test, look.acquiring, acquiring);
}

/* tu104 dev_fifo.ref.txt, ga100 dev_runlist.ref.txt */
static void recovery_look_self(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	recovery_set_state(t, 0, BIT(1));
	recovery_expect_look(test, false, false);
	recovery_set_state(t, 1, BIT(1) | BIT(3) | BIT(8));
	recovery_expect_look(test, false, false);
	recovery_set_state(t, 3, BIT(1) | BIT(12));
	recovery_expect_look(test, false, true);
	recovery_set_state(t, 5, BIT(1) | BIT(6));
	recovery_expect_look(test, true, false);
	recovery_set_state(t, 6, BIT(6) | BIT(7));
	recovery_expect_look(test, true, false);
	recovery_set_state(t, 7, BIT(7));
	recovery_expect_look(test, true, false);
	recovery_set_state(t, 8, BIT(7) | BIT(12));
	recovery_expect_look(test, true, true);
	recovery_set_state(t, 0, 0);
	cnova_channel_fini(&t->channel);
}

static void recovery_expect_other(struct kunit *test, int other, u32 place)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_look look;

	cnova_channel_look(&t->channel, &look);
	KUNIT_EXPECT_EQ(test, look.has_other ? (int)look.other : -1, other);
	KUNIT_EXPECT_EQ(test, look.place, place);
}

static void recovery_look_other(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	recovery_expect_other(test, -1, 0);
	/* Its context is there still, but the engine is idle. */
	fake_host_set(t->hw, t->regs.status, 1 << 13 | BIT(12) | 5);
	recovery_expect_other(test, -1, 0);
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13 | BIT(12) | 5);
	recovery_expect_other(test, 5, 0);
	/* Being loaded: the next one. */
	fake_host_set(t->hw, t->regs.status, BIT(31) | 5 << 13 | 6 << 16 | 5);
	recovery_expect_other(test, 6, 0);
	/* The PBDMA says how far that is, or somebody else, who is not asked about. */
	fake_host_set(t->hw, t->regs.pbdma + 0x14, 77);
	fake_host_set(t->hw, t->regs.pbdma + 0x120, 0x2000 | 7);
	recovery_expect_other(test, 6, 0);
	fake_host_set(t->hw, t->regs.pbdma + 0x120, 0x2000 | 6);
	recovery_expect_other(test, 6, 77);
	/* On the PBDMA alone; what was there before counts for nothing. */
	fake_host_set(t->hw, t->regs.status, 0);
	recovery_expect_other(test, 6, 77);
	fake_host_set(t->hw, t->regs.pbdma + 0x120, 6);
	recovery_expect_other(test, -1, 0);
	/* It itself is no other. */
	fake_host_set(t->hw, t->regs.pbdma + 0x120, 0x2000);
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13);
	recovery_expect_other(test, -1, 0);
	fake_host_set(t->hw, t->regs.status, 0);
	cnova_channel_fini(&t->channel);
}

/* Who was in nobody's way is not counted; who was is, also where it had to be reset. */
static void recovery_counts(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel *other;
	u32 before;

	channel_up(test);
	other = recovery_second(test);
	before = cnova_channel_recoveries(other);
	recovery_set_state(t, 1, BIT(8));
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, cnova_channel_recoveries(other), before);
	cnova_channel_fini(&t->channel);

	channel_up(test);
	KUNIT_ASSERT_EQ(test, t->channel.id, 0);
	recovery_set_state(t, 5, BIT(6));
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, cnova_channel_recoveries(other), before + 1);
	recovery_set_state(t, 0, 0);
	cnova_channel_fini(&t->channel);
	cnova_channel_fini(other);
}

static void recovery_blame(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_look look;
	struct cnova_channel *other;

	channel_up(test);
	other = recovery_second(test);
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13 | BIT(12) | 1);
	cnova_channel_look(&t->channel, &look);
	KUNIT_ASSERT_TRUE(test, look.has_other);

	/* Its owner thinks that it has time. */
	KUNIT_EXPECT_FALSE(test, cnova_channel_blame(&t->channel, &look));
	KUNIT_EXPECT_EQ(test, t->errors, 0);
	t->late = true;
	/* Somebody was taken off since: it may have come there just now. */
	look.recoveries--;
	KUNIT_EXPECT_FALSE(test, cnova_channel_blame(&t->channel, &look));
	look.recoveries++;
	/* Nobody's. */
	look.other = 2;
	KUNIT_EXPECT_FALSE(test, cnova_channel_blame(&t->channel, &look));
	KUNIT_EXPECT_EQ(test, t->errors, 0);

	look.other = 1;
	KUNIT_EXPECT_TRUE(test, cnova_channel_blame(&t->channel, &look));
	KUNIT_EXPECT_EQ(test, t->errors, 1);
	KUNIT_EXPECT_PTR_EQ(test, t->told, other);
	KUNIT_EXPECT_EQ(test, t->error.reason, CNOVA_CHANNEL_HANGS);
	fake_host_set(t->hw, t->regs.status, 0);
	cnova_channel_fini(other);
	cnova_channel_fini(&t->channel);
}

/* An engine that refused a launch stands still: nobody waits before it is reset. */
static void recovery_launch_error(struct kunit *test)
{
	struct channel_test *t = test->priv;
	ktime_t start;

	channel_up(test);
	fake_host_set(t->hw, 0x104590, BIT(2));
	fake_host_set(t->hw, 0x104598, 9);
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13 | BIT(12));
	fake_host_interrupt(&t->host, t->hw, t->regs.stall_vector);
	KUNIT_ASSERT_EQ(test, t->errors, 1);

	t->hw->preempt_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	t->host.timeout_us = 2000000;
	start = ktime_get();
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_LT(test, ktime_us_delta(ktime_get(), start), 1000000);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), 1);
	fake_host_set(t->hw, t->regs.status, 0);
	cnova_channel_fini(&t->channel);
}

/* If it came off meanwhile, nothing is reset, and nothing is stuck. */
static void recovery_launch_error_late(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	fake_host_set(t->hw, 0x104590, BIT(2));
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13 | BIT(12));
	fake_host_interrupt(&t->host, t->hw, t->regs.stall_vector);
	KUNIT_ASSERT_EQ(test, t->errors, 1);
	fake_host_set(t->hw, t->regs.status, 0);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->host.resets), 0);
	cnova_channel_fini(&t->channel);
}

/* A packet of a channel that is gone, which no interrupt told of: not its successor's. */
static void recovery_stale_fault(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 *packet = t->host.faults.dma.cpu, id;

	channel_up(test);
	id = t->channel.id;
	packet[0] = (u32)t->channel.instance.raw;
	packet[1] = t->channel.instance.raw >> 32;
	packet[7] = BIT(31) | 2;
	t->hw->fault_put = 1;
	cnova_channel_fini(&t->channel);
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, 0xb83008), 1);
	KUNIT_EXPECT_EQ(test, packet[7] & BIT(31), 0);

	channel_up(test);
	KUNIT_ASSERT_EQ(test, t->channel.id, id);
	fake_host_interrupt(&t->host, t->hw, 132);
	KUNIT_EXPECT_EQ(test, t->faults, 0);
	cnova_channel_fini(&t->channel);
}

/* Its engine does not go into reset, the first time. */
static void recovery_hang(struct channel_test *t, u32 reset_stuck)
{
	t->hw->preempt_polls = FAKE_FOREVER;
	t->hw->reset_ends_it = true;
	t->hw->reset_stuck = reset_stuck;
	fake_host_set(t->hw, t->regs.status, BIT(31) | 1 << 13 | BIT(12));
	fake_host_begin(t->hw);
}

static void recovery_reset(struct kunit *test)
{
	struct channel_test *t = test->priv;
	u32 forget = t->hw->blocks ? 0x1b0004 : 0x800008;
	u32 doorbell = t->hw->blocks ? 0x190300 : 0xb65000;
	struct cnova_channel *other;
	int off, down, submit, gone, on;

	channel_up(test);
	other = recovery_second(test);
	recovery_hang(t, 1);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_FALSE(test, cnova_channel_is_stuck(&t->channel));
	KUNIT_EXPECT_EQ(test, t->wedged, 0);
	KUNIT_EXPECT_EQ(test, t->resets, 1);

	/* Who hung is being killed: only the other one is told. */
	KUNIT_EXPECT_EQ(test, t->errors, 1);
	KUNIT_EXPECT_PTR_EQ(test, t->told, other);
	KUNIT_EXPECT_EQ(test, t->error.reason, CNOVA_CHANNEL_RESET);

	/* Nobody is scheduled, engines are reset, lists are empty, then it is forgotten. */
	off = fake_host_find(t->hw, doorbell, 0);
	KUNIT_ASSERT_GE(test, off, 0);
	KUNIT_EXPECT_EQ(test, t->hw->log[off].value & BIT(31), 0);
	down = fake_host_find(t->hw, t->regs.reset, off);
	submit = fake_host_find(t->hw, t->regs.base + 8, down);
	gone = fake_host_find(t->hw, forget, submit);
	on = fake_host_find(t->hw, doorbell, gone);
	KUNIT_ASSERT_GT(test, down, off);
	KUNIT_ASSERT_GT(test, submit, down);
	KUNIT_ASSERT_GT(test, gone, submit);
	KUNIT_ASSERT_GT(test, on, gone);
	KUNIT_EXPECT_EQ(test, t->hw->log[submit].value, 0);
	KUNIT_EXPECT_EQ(test, t->hw->log[gone].value, t->hw->blocks ? ~0U : 0);
	KUNIT_EXPECT_TRUE(test, t->hw->log[on].value & BIT(31));
	KUNIT_EXPECT_EQ(test, fake_host_get(t->hw, t->regs.sched) & t->regs.sched_bit, 0);

	/* Nothing is left to be done for either. */
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(other), 0);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);
	cnova_channel_fini(other);
	cnova_channel_fini(&t->channel);

	t->hw->preempt_polls = 0;
	fake_host_set(t->hw, t->regs.status, 0);
	channel_up(test);
	KUNIT_EXPECT_EQ(test, t->channel.id, 0);
	cnova_channel_fini(&t->channel);
}

/* It stays off, and the others are told all the same, before anybody waits for them. */
static void recovery_reset_fails(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel *other;

	channel_up(test);
	other = recovery_second(test);
	recovery_hang(t, FAKE_FOREVER);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), -EIO);
	KUNIT_EXPECT_EQ(test, t->wedged, 1);
	KUNIT_EXPECT_EQ(test, t->resets, 0);
	KUNIT_EXPECT_EQ(test, t->errors, 1);
	KUNIT_EXPECT_PTR_EQ(test, t->told, other);
	KUNIT_EXPECT_TRUE(test, fake_host_get(t->hw, t->regs.sched) & t->regs.sched_bit);

	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(other), -EIO);
	KUNIT_EXPECT_TRUE(test, cnova_channel_is_stuck(other));
	KUNIT_EXPECT_EQ(test, fake_total(t->fake), 0);
	KUNIT_EXPECT_EQ(test, t->wedged, 1);
	cnova_channel_fini(other);
	cnova_channel_fini(&t->channel);
}

/* What the register says is believed, not what was stored there. */
static void recovery_engine_stays_up(struct kunit *test)
{
	struct channel_test *t = test->priv;

	channel_up(test);
	t->hw->reset_stuck = 1;
	KUNIT_EXPECT_EQ(test, cnova_host_reset_engine(t->channel.engine), -EIO);
	KUNIT_EXPECT_EQ(test, cnova_host_reset_engine(t->channel.engine), 0);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	cnova_channel_fini(&t->channel);
}

/* The same number and instance block, an empty ring, and it runs. */
static void recovery_restart(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);
	u32 enable = t->hw->blocks ? 0x1b0000 : 0x800004;
	u64 entry = 0x123456789abcULL;
	int at;

	channel_up(test);
	cnova_channel_push(&t->channel, &entry, 1);
	KUNIT_EXPECT_EQ(test, t->userd[0x8c / 4], 1);
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	fake_host_begin(t->hw);
	KUNIT_EXPECT_EQ(test, cnova_channel_restart(&t->channel, &args), 0);
	KUNIT_EXPECT_EQ(test, t->channel.id, 0);
	KUNIT_EXPECT_EQ(test, t->userd[0x8c / 4], 0);
	at = fake_host_find(t->hw, t->regs.base + 8, 0);
	KUNIT_ASSERT_GE(test, at, 0);
	KUNIT_EXPECT_EQ(test, t->hw->log[at].value, 2);
	KUNIT_EXPECT_GT(test, fake_host_find(t->hw, enable, at), at);
	cnova_channel_push(&t->channel, &entry, 1);
	KUNIT_EXPECT_EQ(test, t->userd[0x8c / 4], 1);

	/* It is told of what happens from here on. */
	fake_host_interrupt(&t->host, t->hw, t->regs.nonstall);
	KUNIT_EXPECT_EQ(test, t->nonstalls, 1);

	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	t->hw->submit_polls = FAKE_FOREVER;
	KUNIT_EXPECT_EQ(test, cnova_channel_restart(&t->channel, &args), -EIO);
	t->hw->submit_polls = 0;
	t->hw->submit_left = 0;
	KUNIT_EXPECT_EQ(test, cnova_channel_kill(&t->channel), 0);
	cnova_channel_fini(&t->channel);
}

static struct kunit_case channel_recovery_cases[] = {
	KUNIT_CASE_PARAM(recovery_look_self, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_look_other, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_counts, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_blame, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_launch_error, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_launch_error_late, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_stale_fault, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_reset, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_reset_fails, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_engine_stays_up, fake_gen_chips),
	KUNIT_CASE_PARAM(recovery_restart, fake_gen_chips),
	{}
};

static struct kunit_suite channel_recovery_suite = {
	.name = "cnova_channel_recovery",
	.init = channel_test_init,
	.exit = channel_test_exit,
	.test_cases = channel_recovery_cases,
};

kunit_test_suite(channel_recovery_suite);
