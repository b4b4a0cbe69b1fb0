// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidates on a fake GPU: what is stored to which register, and what happens when
 * the acknowledge is late, never comes, or the device goes away.
 *
 * Numbers in brackets are rules of the VM_BIND contract.
 */

#include <kunit/test.h>

#include "hw/chip.h"
#include "mm/tlb.h"
#include "tests/fake_io.h"

/* Bits above 40 too. */
#define PDB_A	0x0000abcdef012000ULL
#define PDB_B	0x0000000000345000ULL

/* Long enough that nothing but a stall of the fake exceeds it. */
#define SHORT_US	(50 * 1000)
#define STALL_US	(2 * SHORT_US)

struct tlb_fixture {
	struct fake_gpu *fake;
	struct cnova_tlb tlb;
};

static int tlb_kunit_init(struct kunit *test)
{
	struct tlb_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	const struct cnova_chip *chip = test->param_value ?: cnova_chip_at(0);

	KUNIT_ASSERT_NOT_NULL(test, fix);
	fix->fake = fake_create(test, chip);
	cnova_tlb_init(&fix->tlb, fix->fake->dev, &fix->fake->io, chip);
	test->priv = fix;
	return 0;
}

static void tlb_kunit_exit(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	if (!fix)
		return;
	cnova_tlb_fini(&fix->tlb);
	fake_check(test, fix->fake);
}

static int invalidate(struct kunit *test, u64 pdb)
{
	struct tlb_fixture *fix = test->priv;

	return cnova_tlb_invalidate(&fix->tlb, cnova_vram_addr(pdb), CNOVA_TLB_ALL_UNITS,
				    CNOVA_TLB_ACK_GLOBALLY);
}

static void expect_log(struct kunit *test, u32 i, u32 offset, u32 value)
{
	struct tlb_fixture *fix = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, fix->fake->log[i].offset, offset, "store %u", i);
	KUNIT_EXPECT_EQ_MSG(test, fix->fake->log[i].value, value, "store %u", i);
}

/*
 * HARDWARE.md 4: three stores in this order; the table is in VRAM (bit 1 clear);
 * all addresses, acknowledged globally, hub and GPC; RM's system membar on Turing.
 */
static void tlb_invalidate_stores_pdb_and_triggers(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;
	bool turing = fix->fake->chip->chipset >> 4 == 0x16;

	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
	KUNIT_EXPECT_EQ(test, fix->fake->nr_log, 3);
	expect_log(test, 0, 0xb830a0, 0xcdef0120);
	expect_log(test, 1, 0xb830a4, 0xab);
	expect_log(test, 2, 0xb830b0, turing ? 0x800000c1 : 0x80000081);

	/* UPPER is stored also when it is 0: the one before may have left something. */
	fake_begin(fix->fake);
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_B), 0);
	KUNIT_EXPECT_EQ(test, fix->fake->nr_log, 3);
	expect_log(test, 0, 0xb830a0, 0x00003450);
	expect_log(test, 1, 0xb830a4, 0);
	expect_log(test, 2, 0xb830b0, turing ? 0x800000c1 : 0x80000081);
}

/*
 * HARDWARE.md 4, 4.2: each combination as a whole word. The membar belongs to the
 * acknowledge, whichever units are meant.
 */
static void tlb_scope_and_ack_are_in_the_command(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;
	u32 membar = fix->fake->chip->chipset >> 4 == 0x16 ? 0x40 : 0;
	const struct {
		enum cnova_tlb_scope scope;
		enum cnova_tlb_ack ack;
		u32 command;
	} cases[] = {
		{ CNOVA_TLB_ALL_UNITS, CNOVA_TLB_ACK_NONE, 0x80000001 },
		{ CNOVA_TLB_HUB_ONLY, CNOVA_TLB_ACK_NONE, 0x80000005 },
		{ CNOVA_TLB_ALL_UNITS, CNOVA_TLB_ACK_GLOBALLY, 0x80000081 | membar },
		{ CNOVA_TLB_HUB_ONLY, CNOVA_TLB_ACK_GLOBALLY, 0x80000085 | membar },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_begin(fix->fake);
		/* TRIGGER is awaited in any case: the unit takes one at a time. */
		fix->fake->tlb_next.busy = 3;
		KUNIT_EXPECT_EQ(test, cnova_tlb_invalidate(&fix->tlb, cnova_vram_addr(PDB_A),
							   cases[i].scope, cases[i].ack), 0);
		KUNIT_EXPECT_EQ(test, fix->fake->nr_log, 3);
		expect_log(test, 2, 0xb830b0, cases[i].command);
		KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 5);
	}
}

/* An idle unit: one look before, one after, nothing else. */
static void tlb_ack_at_once_takes_two_loads(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 2);
	KUNIT_EXPECT_EQ(test, fake_total(fix->fake), 5);
}

/* [16] Does not return before the acknowledge, however many looks that takes. */
static void tlb_ack_after_polls_is_awaited(struct kunit *test)
{
	static const u32 polls[] = { 1, 2, 15, 16, 17, 40 };
	struct tlb_fixture *fix = test->priv;

	for (u32 i = 0; i < ARRAY_SIZE(polls); i++) {
		fake_begin(fix->fake);
		fix->fake->tlb_next.busy = polls[i];
		KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
		KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 2 + polls[i]);
		KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 1);
	}
	KUNIT_EXPECT_FALSE(test, fix->tlb.wedged);
}

/* A unit that is still busy for somebody else is awaited before the first store. */
static void tlb_busy_before_is_awaited(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->fake->tlb.busy = 20;
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
	/* 20 busy, one idle; after the trigger one. A trigger too early is misuse. */
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 22);
	KUNIT_EXPECT_EQ(test, fix->fake->nr_log, 3);
}

/* DESIGN 4: no ack: look again; trigger clear -> that VM is dead. [17] Others go on. */
static void tlb_ack_late_kills_one_address_space(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->tlb.timeout_us = SHORT_US;
	/* The first look takes longer than the timeout, the second is the last. */
	fix->fake->tlb_next = (struct fake_tlb_script){ .busy = 2, .stall_us = STALL_US };
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 1);
	/* One before, the two busy ones, one again. */
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 4);
	KUNIT_EXPECT_FALSE(test, fix->tlb.wedged);

	fix->fake->tlb_next = (struct fake_tlb_script){};
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_B), 0);
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 3);
}

/* The same, found by the next one: it is not his fault, and he gets his invalidate. */
static void tlb_busy_before_and_late_goes_on(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->tlb.timeout_us = SHORT_US;
	fix->fake->tlb = (struct fake_tlb_script){ .busy = 2, .stall_us = STALL_US };
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 1);
	KUNIT_EXPECT_FALSE(test, fix->tlb.wedged);
}

static int tlb_nr_wedged;

static void tlb_count_wedged(struct cnova_tlb *tlb)
{
	tlb_nr_wedged++;
}

/*
 * DESIGN 4: trigger still set -> the device is wedged, all VMs die at once without
 * waiting in turn: no access, so no wait either. [17]
 */
static void tlb_stuck_wedges_the_device(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	tlb_nr_wedged = 0;
	fix->tlb.on_wedged = tlb_count_wedged;
	fix->tlb.timeout_us = 1000;
	fix->fake->tlb_next.busy = FAKE_FOREVER;
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -EIO);
	KUNIT_EXPECT_TRUE(test, fix->tlb.wedged);
	KUNIT_EXPECT_EQ(test, tlb_nr_wedged, 1);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 1);

	fake_begin(fix->fake);
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_B), -EIO);
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -EIO);
	KUNIT_EXPECT_EQ(test, fake_total(fix->fake), 0);

	/* Not even if it recovers: only a reset helps. */
	fix->fake->tlb = (struct fake_tlb_script){};
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_B), -EIO);
	KUNIT_EXPECT_EQ(test, fake_total(fix->fake), 0);
	KUNIT_EXPECT_EQ(test, tlb_nr_wedged, 1);
}

/* Stuck when we come: nothing is stored into a busy unit. */
static void tlb_stuck_before_stores_nothing(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->tlb.timeout_us = 1000;
	fix->fake->tlb.busy = FAKE_FOREVER;
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -EIO);
	KUNIT_EXPECT_TRUE(test, fix->tlb.wedged);
	KUNIT_EXPECT_EQ(test, fix->fake->nr_log, 0);
}

/*
 * DESIGN 3: all-ones counts as a lost device only in registers, confirmed by BOOT_0,
 * poll loops included: the loop ends with the load that finds it, not after 2 s.
 */
static void tlb_device_gone_ends_the_poll(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->fake->tlb_next = (struct fake_tlb_script){ .busy = FAKE_FOREVER, .gone = 5 };
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -ENODEV);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 1 + 5);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BOOT_0), 1);
	KUNIT_EXPECT_FALSE(test, fix->tlb.wedged);
}

static void tlb_device_gone_before_stores_nothing(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->fake->gone = true;
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -ENODEV);
	KUNIT_EXPECT_EQ(test, fix->fake->nr_log, 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 1);
	KUNIT_EXPECT_FALSE(test, fix->tlb.wedged);
}

/* The device goes while we wait before the second look. */
static void tlb_device_gone_when_late(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->tlb.timeout_us = SHORT_US;
	fix->fake->tlb_next = (struct fake_tlb_script){
		.busy = FAKE_FOREVER, .gone = 3, .stall_us = STALL_US,
	};
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), -ENODEV);
	KUNIT_EXPECT_FALSE(test, fix->tlb.wedged);
}

/* DESIGN 3: one register that is all-ones is a hint only. */
static void tlb_all_ones_alone_is_no_lost_device(struct kunit *test)
{
	struct tlb_fixture *fix = test->priv;

	fix->fake->tlb_next = (struct fake_tlb_script){ .ones = 3, .busy = 5 };
	KUNIT_EXPECT_EQ(test, invalidate(test, PDB_A), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_POLL), 1 + 5 + 1);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BOOT_0), 3);
}

static struct kunit_case tlb_kunit_cases[] = {
	KUNIT_CASE_PARAM(tlb_invalidate_stores_pdb_and_triggers, fake_gen_chips),
	KUNIT_CASE_PARAM(tlb_scope_and_ack_are_in_the_command, fake_gen_chips),
	KUNIT_CASE(tlb_ack_at_once_takes_two_loads),
	KUNIT_CASE(tlb_ack_after_polls_is_awaited),
	KUNIT_CASE(tlb_busy_before_is_awaited),
	KUNIT_CASE(tlb_ack_late_kills_one_address_space),
	KUNIT_CASE(tlb_busy_before_and_late_goes_on),
	KUNIT_CASE(tlb_stuck_wedges_the_device),
	KUNIT_CASE(tlb_stuck_before_stores_nothing),
	KUNIT_CASE(tlb_device_gone_ends_the_poll),
	KUNIT_CASE(tlb_device_gone_before_stores_nothing),
	KUNIT_CASE(tlb_device_gone_when_late),
	KUNIT_CASE(tlb_all_ones_alone_is_no_lost_device),
	{}
};

static struct kunit_suite tlb_kunit_suite = {
	.name = "cnova_tlb",
	.init = tlb_kunit_init,
	.exit = tlb_kunit_exit,
	.test_cases = tlb_kunit_cases,
};

kunit_test_suite(tlb_kunit_suite);
