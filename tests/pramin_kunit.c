// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PRAMIN window: who has it, where it is, and what that costs. On every chip of
 * the table: the window is the one thing that works on all of them already.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sizes.h>

#include "hw/chip.h"
#include "mm/pramin.h"
#include "tests/fake_io.h"

struct pramin_fixture {
	struct fake_gpu *fake;
	struct cnova_pramin pramin;
};

static int pramin_kunit_init(struct kunit *test)
{
	struct pramin_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	const struct cnova_chip *chip = test->param_value ?: cnova_chip_at(0);

	KUNIT_ASSERT_NOT_NULL(test, fix);
	fix->fake = fake_create(test, chip);
	KUNIT_ASSERT_EQ(test, 0, cnova_pramin_init(&fix->pramin, fix->fake->dev,
						   &fix->fake->io, chip->window,
						   FAKE_VRAM_SIZE));
	fake_begin(fix->fake);
	test->priv = fix;
	return 0;
}

static void pramin_kunit_exit(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;

	if (!fix)
		return;
	cnova_pramin_fini(&fix->pramin);
	KUNIT_EXPECT_EQ(test, fix->fake->window, fix->fake->boot_window);
	fake_check(test, fix->fake);
}

static struct cnova_vram_addr at(u64 pa)
{
	return cnova_vram_addr(pa);
}

static void pramin_every_width_round_trips(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(0x1000), 0x1122334455667788ULL);
	cnova_pramin_wr32(&cursor, at(0x1004), 0xdeadbeef);
	cnova_pramin_wr16(&cursor, at(0x1002), 0xcafe);
	cnova_pramin_wr8(&cursor, at(0x1001), 0x5a);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(0x1000)), 0xdeadbeefcafe5a88ULL);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd32(&cursor, at(0x1004)), 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd16(&cursor, at(0x1002)), 0xcafe);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd8(&cursor, at(0x1001)), 0x5a);
	cnova_pramin_end(&cursor);

	KUNIT_EXPECT_EQ(test, fake_word(fix->fake, 0x1000), 0xdeadbeefcafe5a88ULL);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 1);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR), 3);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 4);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), 1);
}

static void pramin_bulk_is_64_bits_at_a_time(struct kunit *test)
{
	static const u64 words[] = { 1, 2, 3, 4, 5 };
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;
	u64 back[ARRAY_SIZE(words)];

	/* Across the end of a window. */
	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_write(&cursor, at(SZ_1M - 16), words, ARRAY_SIZE(words));
	cnova_pramin_fill(&cursor, at(SZ_2M), 7, 3);
	cnova_pramin_read(&cursor, at(SZ_1M - 16), back, ARRAY_SIZE(words));
	cnova_pramin_end(&cursor);

	KUNIT_EXPECT_MEMEQ(test, words, back, sizeof(words));
	KUNIT_EXPECT_EQ(test, fake_word(fix->fake, SZ_1M), 3);
	KUNIT_EXPECT_EQ(test, fake_word(fix->fake, SZ_2M + 16), 7);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 8);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 5);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR), 0);
}

static void pramin_moves_only_when_it_must(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;
	u64 pa;

	cnova_pramin_begin(&fix->pramin, &cursor);
	for (pa = 0; pa < FAKE_VRAM_SIZE; pa += SZ_4K)
		cnova_pramin_wr64(&cursor, at(pa), pa);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), FAKE_VRAM_SIZE / SZ_1M);

	/* The next user finds it where it is. */
	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(FAKE_VRAM_SIZE - 8), 1);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), FAKE_VRAM_SIZE / SZ_1M);

	for (pa = 0; pa < FAKE_VRAM_SIZE; pa += SZ_4K)
		KUNIT_ASSERT_EQ(test, fake_word(fix->fake, pa), pa);
}

static void pramin_position_is_void_after_reset(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(SZ_2M), 1);
	cnova_pramin_end(&cursor);

	fix->fake->window = 0;
	cnova_pramin_reset(&fix->pramin);
	cnova_pramin_wr64(&cursor, at(SZ_2M + 8), 2);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_word(fix->fake, SZ_2M + 8), 2);
}

static void pramin_restore_leaves_the_boot_position(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(SZ_2M), 1);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fix->fake->window, SZ_2M >> 16);
	cnova_pramin_restore(&fix->pramin);
	KUNIT_EXPECT_EQ(test, fix->fake->window, fix->fake->boot_window);

	/* And who comes after that moves it again. */
	cnova_pramin_wr64(&cursor, at(SZ_2M), 3);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_word(fix->fake, SZ_2M), 3);
}

static void pramin_order_loads_once_and_only_after_stores(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_order(&cursor);
	KUNIT_EXPECT_EQ(test, fake_total(fix->fake), 0);
	cnova_pramin_fill(&cursor, at(0), 7, 100);
	cnova_pramin_order(&cursor);
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fix->fake->io, CNOVA_IO_ORDER), 1);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 1);
	KUNIT_EXPECT_FALSE(test, fix->fake->dirty);
}

static void pramin_window_must_reach_all_of_vram(struct kunit *test)
{
	const struct cnova_chip *chip = test->param_value;
	struct pramin_fixture *fix = test->priv;
	u64 reach = BIT_ULL(chip->window->reach_bits);
	struct cnova_pramin pramin;

	KUNIT_EXPECT_EQ(test, -EINVAL, cnova_pramin_init(&pramin, fix->fake->dev,
							 &fix->fake->io, chip->window,
							 reach + SZ_4K));
}

/* The last MiB that the window can show: no bit of the base is lost. */
static void pramin_reaches_the_end(struct kunit *test)
{
	const struct cnova_chip *chip = test->param_value;
	struct pramin_fixture *fix = test->priv;
	u64 reach = BIT_ULL(chip->window->reach_bits);
	struct cnova_pramin_cursor cursor;
	struct cnova_pramin pramin;

	fix->fake->vram_base = reach - FAKE_VRAM_SIZE;
	KUNIT_ASSERT_EQ(test, 0, cnova_pramin_init(&pramin, fix->fake->dev, &fix->fake->io,
						   chip->window, reach));
	cnova_pramin_begin(&pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(reach - 8), 42);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_word(fix->fake, reach - 8), 42);
	cnova_pramin_fini(&pramin);
}

/* Two users at both ends of VRAM, so that each has to move the window. */
#define PRAMIN_HOLDS	300
#define PRAMIN_STARVED	(50 * PRAMIN_HOLDS)

struct pramin_user {
	struct cnova_pramin *pramin;
	struct completion done;
	struct pramin_user *other;
	u64 pa;
	u32 holds;
};

/* Goes on without a pause until both had their holds, or the other one is starved. */
static int pramin_user(void *data)
{
	struct pramin_user *user = data;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(user->pramin, &cursor);
	while (user->holds < PRAMIN_HOLDS ||
	       (READ_ONCE(user->other->holds) < PRAMIN_HOLDS && user->holds < PRAMIN_STARVED)) {
		cnova_pramin_fill(&cursor, at(user->pa), user->pa + user->holds,
				  CNOVA_PRAMIN_MAX_HOLD);
		WRITE_ONCE(user->holds, user->holds + 1);
	}
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
	complete(&user->done);
	return 0;
}

/*
 * Neither has to wait for the other to be through: a cursor lets go of the window by
 * itself, and the mutex hands it to who waits.
 */
static void pramin_two_users_take_turns(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct pramin_user user[2] = {
		{ .pramin = &fix->pramin, .pa = 0, .other = &user[1] },
		{ .pramin = &fix->pramin, .pa = FAKE_VRAM_SIZE - SZ_4K, .other = &user[0] },
	};
	struct task_struct *task;
	u32 i, k;

	for (i = 0; i < 2; i++)
		init_completion(&user[i].done);
	for (i = 0; i < 2; i++) {
		task = kthread_run(pramin_user, &user[i], "pramin-%u", i);
		KUNIT_EXPECT_FALSE(test, IS_ERR(task));
		if (IS_ERR(task))
			complete(&user[i].done);
	}
	for (i = 0; i < 2; i++)
		wait_for_completion(&user[i].done);

	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_LT(test, user[i].holds, PRAMIN_STARVED);
		for (k = 0; k < CNOVA_PRAMIN_MAX_HOLD; k++)
			KUNIT_ASSERT_EQ(test, fake_word(fix->fake, user[i].pa + k * 8),
					user[i].pa + user[i].holds - 1);
	}
	/* A move for each hold, and one where the order came first in its hold. */
	KUNIT_EXPECT_LE(test, fake_count(fix->fake, FAKE_MOVE),
			user[0].holds + user[1].holds + 2);
}

static struct kunit_case pramin_kunit_cases[] = {
	KUNIT_CASE_PARAM(pramin_every_width_round_trips, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_moves_only_when_it_must, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_restore_leaves_the_boot_position, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_window_must_reach_all_of_vram, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_reaches_the_end, fake_gen_chips),
	KUNIT_CASE(pramin_bulk_is_64_bits_at_a_time),
	KUNIT_CASE(pramin_position_is_void_after_reset),
	KUNIT_CASE(pramin_order_loads_once_and_only_after_stores),
	KUNIT_CASE(pramin_two_users_take_turns),
	{}
};

static struct kunit_suite pramin_kunit_suite = {
	.name = "cnova_pramin",
	.init = pramin_kunit_init,
	.exit = pramin_kunit_exit,
	.test_cases = pramin_kunit_cases,
};

kunit_test_suite(pramin_kunit_suite);
