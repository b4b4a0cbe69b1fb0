// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PRAMIN window: who has it, where it is, and what that costs. On every chip of
 * the table: the window is the one thing that works on all of them already.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
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

/* ---------------------------------------------------------------------- edges */

/* How often the window has to move for accesses in this order. */
struct pramin_moves {
	u64 at;
	u32 nr;
};

static void pramin_moves_to(struct pramin_moves *moves, u64 pa)
{
	if (!moves->nr || moves->at != pa / SZ_1M)
		moves->nr++;
	moves->at = pa / SZ_1M;
}

/* Stores at @pa, and looks at memory: the bytes that are meant, and no others. */
static void pramin_edge_store(struct kunit *test, struct cnova_pramin_cursor *cursor, u64 pa,
			      unsigned int width, struct pramin_moves *moves)
{
	struct pramin_fixture *fix = test->priv;
	u64 value = 0x8877665544332211ULL;

	memset(fix->fake->vram, FAKE_POISON, FAKE_VRAM_SIZE);
	cnova_pramin_store(cursor, at(pa), value, width);
	pramin_moves_to(moves, pa);
	KUNIT_EXPECT_MEMEQ(test, fix->fake->vram + pa, &value, width);
	if (width < sizeof(u64))
		value &= BIT_ULL(8 * width) - 1;
	KUNIT_EXPECT_EQ(test, cnova_pramin_load(cursor, at(pa), width), value);
	KUNIT_EXPECT_EQ(test, fix->fake->vram[pa - 1], FAKE_POISON);
	if (pa + width < FAKE_VRAM_SIZE)
		KUNIT_EXPECT_EQ(test, fix->fake->vram[pa + width], FAKE_POISON);
}

/* The last access of a window, the first one of the next, and the last one of VRAM. */
static void pramin_every_width_at_the_edges(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;
	struct pramin_moves moves = {};

	cnova_pramin_begin(&fix->pramin, &cursor);
	for (unsigned int width = 1; width <= sizeof(u64); width *= 2) {
		for (u64 edge = SZ_1M; edge <= FAKE_VRAM_SIZE; edge += SZ_1M) {
			pramin_edge_store(test, &cursor, edge - width, width, &moves);
			if (edge < FAKE_VRAM_SIZE)
				pramin_edge_store(test, &cursor, edge, width, &moves);
		}
	}
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), moves.nr);
}

/* Bulk that ends at an edge, that begins there, and that is cut by it at each word. */
static void pramin_bulk_at_the_edges(struct kunit *test)
{
	static const u64 words[] = { 1, 2, 3, 4 };
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;
	struct pramin_moves moves = {};
	u64 back[ARRAY_SIZE(words)];

	cnova_pramin_begin(&fix->pramin, &cursor);
	for (u64 edge = SZ_1M; edge < FAKE_VRAM_SIZE; edge += SZ_1M) {
		for (u32 cut = 0; cut <= ARRAY_SIZE(words); cut++) {
			u64 pa = edge - cut * sizeof(u64), last = pa + sizeof(words) - 1;

			cnova_pramin_write(&cursor, at(pa), words, ARRAY_SIZE(words));
			pramin_moves_to(&moves, pa);
			pramin_moves_to(&moves, last);
			KUNIT_EXPECT_MEMEQ(test, fix->fake->vram + pa, words, sizeof(words));

			cnova_pramin_read(&cursor, at(pa), back, ARRAY_SIZE(words));
			pramin_moves_to(&moves, pa);
			pramin_moves_to(&moves, last);
			KUNIT_EXPECT_MEMEQ(test, back, words, sizeof(words));

			cnova_pramin_fill(&cursor, at(pa), 5, ARRAY_SIZE(words));
			pramin_moves_to(&moves, pa);
			pramin_moves_to(&moves, last);
			for (u32 i = 0; i < ARRAY_SIZE(words); i++)
				KUNIT_EXPECT_EQ(test, fake_word(fix->fake, pa + i * 8), 5);
		}
	}
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), moves.nr);
}

/* What is cut by an edge, or beyond VRAM, is refused: the hardware sees nothing of it. */
static void pramin_refuses(struct kunit *test)
{
	static const u64 words[] = { 1, 2, 3 };
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;
	u64 back[ARRAY_SIZE(words)] = {};

	cnova_pramin_begin(&fix->pramin, &cursor);
	kunit_warning_suppress(test) {
		for (unsigned int width = 1; width <= sizeof(u64); width *= 2) {
			const u64 bad[] = {
				SZ_1M - width / 2, FAKE_VRAM_SIZE - width / 2, FAKE_VRAM_SIZE,
				FAKE_VRAM_SIZE + SZ_1M, BIT_ULL(40), -(u64)width,
			};

			for (u32 i = width > 1 ? 0 : 2; i < ARRAY_SIZE(bad); i++) {
				cnova_pramin_store(&cursor, at(bad[i]), 0, width);
				KUNIT_EXPECT_EQ(test, ~0ULL,
						cnova_pramin_load(&cursor, at(bad[i]), width));
			}
		}
		for (u64 pa = SZ_1M - 9; pa < SZ_1M + 8; pa++) {
			if (!(pa % sizeof(u64)))
				continue;
			cnova_pramin_write(&cursor, at(pa), words, ARRAY_SIZE(words));
			cnova_pramin_fill(&cursor, at(pa), 1, ARRAY_SIZE(words));
			cnova_pramin_read(&cursor, at(pa), back, ARRAY_SIZE(words));
		}
		KUNIT_EXPECT_EQ(test, fake_total(fix->fake), 0);
		KUNIT_EXPECT_FALSE(test, mutex_is_locked(&fix->pramin.lock));

		/* Bulk that leaves VRAM: as far as there is any. */
		cnova_pramin_write(&cursor, at(FAKE_VRAM_SIZE - 16), words, ARRAY_SIZE(words));
		cnova_pramin_read(&cursor, at(FAKE_VRAM_SIZE - 16), back, ARRAY_SIZE(words));
	}
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 2);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 2);
	KUNIT_EXPECT_EQ(test, back[1], 2);
	KUNIT_EXPECT_EQ(test, back[2], ~0ULL);
}

/* DESIGN 3: all-ones is a lost device in registers only, never in memory. */
static void pramin_all_ones_is_data(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_fill(&cursor, at(SZ_4K), ~0ULL, 4);
	cnova_pramin_order(&cursor);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(SZ_4K)), ~0ULL);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd32(&cursor, at(SZ_4K + 4)), ~0U);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd16(&cursor, at(SZ_4K + 8)), 0xffff);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd8(&cursor, at(SZ_4K + 31)), 0xff);
	/* And it can be stored over. */
	cnova_pramin_wr64(&cursor, at(SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(SZ_4K)), 0);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BOOT_0), 0);
	/* That of the move. */
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_REG_RD), 1);
}

/* [17] Nothing goes to where the window happens to be. */
static void pramin_stuck(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(SZ_4K), 1);
	fix->fake->window_stuck = true;
	KUNIT_EXPECT_FALSE(test, cnova_pramin_is_stuck(&fix->pramin));
	cnova_pramin_wr64(&cursor, at(2 * SZ_1M), 2);
	KUNIT_EXPECT_TRUE(test, cnova_pramin_is_stuck(&fix->pramin));
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(2 * SZ_1M)), ~0ULL);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd16(&cursor, at(2 * SZ_1M)), 0xffff);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 1);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 0);

	/* Where it is it can be used; and it is looked for again after a failure. */
	cnova_pramin_wr64(&cursor, at(SZ_4K), 3);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(SZ_4K)), 3);
	cnova_pramin_end(&cursor);
	fix->fake->window_stuck = false;
}

/* A device that was gone is not one whose window is stuck, and may be back. */
static void pramin_gone_briefly(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&fix->pramin, &cursor);
	cnova_pramin_wr64(&cursor, at(SZ_4K), 1);
	fix->fake->gone = true;
	cnova_pramin_wr64(&cursor, at(2 * SZ_1M), 2);
	fix->fake->gone = false;
	KUNIT_EXPECT_FALSE(test, cnova_pramin_is_stuck(&fix->pramin));
	cnova_pramin_wr64(&cursor, at(2 * SZ_1M + 8), 3);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(2 * SZ_1M + 8)), 3);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, at(SZ_4K)), 1);
	cnova_pramin_end(&cursor);
}

/* --------------------------------------------------------------------- holds */

/* Looks at each access, before it is done. */
struct pramin_holds {
	struct cnova_pramin *pramin;
	struct cnova_pramin_cursor cursor;
	u32 nr;		/* holds that began */
	u32 now;	/* accesses in this one */
	u32 longest;
	u32 unlocked;	/* accesses without the window */
};

static void pramin_watch_hold(struct fake_gpu *fake)
{
	struct pramin_holds *holds = fake->hook_arg;

	if (!mutex_is_locked(&holds->pramin->lock))
		holds->unlocked++;
	if (holds->cursor.budget == CNOVA_PRAMIN_MAX_HOLD) {
		holds->nr++;
		holds->now = 0;
	}
	holds->now++;
	holds->longest = max(holds->longest, holds->now);
}

static void pramin_expect_holds(struct kunit *test, struct pramin_holds *holds, u32 nr)
{
	cnova_pramin_end(&holds->cursor);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&holds->pramin->lock));
	KUNIT_EXPECT_EQ(test, holds->nr, nr);
	KUNIT_EXPECT_EQ(test, holds->longest, CNOVA_PRAMIN_MAX_HOLD);
	KUNIT_EXPECT_EQ(test, holds->unlocked, 0);
	holds->nr = 0;
	holds->longest = 0;
}

/* The number of accesses decides, not what they are, and nobody has to end a hold. */
static void pramin_a_hold_is_bounded(struct kunit *test)
{
	const u32 nr = 2 * CNOVA_PRAMIN_MAX_HOLD + 10;
	u64 *words = kunit_kcalloc(test, nr, sizeof(u64), GFP_KERNEL);
	struct pramin_fixture *fix = test->priv;
	struct pramin_holds holds = { .pramin = &fix->pramin };

	KUNIT_ASSERT_NOT_NULL(test, words);
	fix->fake->hook = pramin_watch_hold;
	fix->fake->hook_arg = &holds;

	cnova_pramin_begin(&fix->pramin, &holds.cursor);
	for (u32 i = 0; i < nr; i++) {
		/* Free between two holds, and only then. */
		KUNIT_EXPECT_EQ(test, mutex_is_locked(&fix->pramin.lock),
				i % CNOVA_PRAMIN_MAX_HOLD > 0);
		if (i % 3)
			cnova_pramin_wr8(&holds.cursor, at(i), i);
		else
			cnova_pramin_rd64(&holds.cursor, at(SZ_1M + 8 * i));
	}
	pramin_expect_holds(test, &holds, 3);

	cnova_pramin_fill(&holds.cursor, at(0), 1, nr);
	pramin_expect_holds(test, &holds, 3);
	cnova_pramin_write(&holds.cursor, at(SZ_1M - 8), words, nr);
	pramin_expect_holds(test, &holds, 3);
	cnova_pramin_read(&holds.cursor, at(SZ_1M - 8), words, nr);
	pramin_expect_holds(test, &holds, 3);

	/* What orders is an access like any other: here it needs a hold of its own. */
	cnova_pramin_fill(&holds.cursor, at(0), 1, CNOVA_PRAMIN_MAX_HOLD);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&fix->pramin.lock));
	cnova_pramin_order(&holds.cursor);
	pramin_expect_holds(test, &holds, 2);
	fix->fake->hook = NULL;
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

/* Each place where the window is seen to be after it was elsewhere; under the lock. */
static void pramin_watch_window(struct fake_gpu *fake)
{
	struct pramin_moves *seen = fake->hook_arg;

	if (!seen->nr || seen->at != fake->window)
		seen->nr++;
	seen->at = fake->window;
}

/*
 * Neither has to wait for the other to be through: a cursor lets go of the window by
 * itself, and the mutex hands it to a waiter that was passed over once. How many
 * holds go by before that waiter first runs is up to the scheduler; so the rule here
 * is one of averages: while one user gets its share of PRAMIN_HOLDS holds, the other gets
 * less than fifty times as many. One that kept the window would get all of them.
 */
static void pramin_two_users_take_turns(struct kunit *test)
{
	struct pramin_fixture *fix = test->priv;
	struct pramin_user user[2] = {
		{ .pramin = &fix->pramin, .pa = 0, .other = &user[1] },
		{ .pramin = &fix->pramin, .pa = FAKE_VRAM_SIZE - SZ_4K, .other = &user[0] },
	};
	struct pramin_moves seen = {};
	struct task_struct *task;
	u32 i, k;

	fix->fake->hook = pramin_watch_window;
	fix->fake->hook_arg = &seen;
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
	/* No move but those that had to be; and not more than holds, the two orders included. */
	fix->fake->hook = NULL;
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), seen.nr);
	KUNIT_EXPECT_LE(test, seen.nr, user[0].holds + user[1].holds + 2);
}

static struct kunit_case pramin_kunit_cases[] = {
	KUNIT_CASE_PARAM(pramin_every_width_round_trips, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_moves_only_when_it_must, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_restore_leaves_the_boot_position, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_window_must_reach_all_of_vram, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_reaches_the_end, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_every_width_at_the_edges, fake_gen_chips),
	KUNIT_CASE_PARAM(pramin_bulk_at_the_edges, fake_gen_chips),
	KUNIT_CASE(pramin_refuses),
	KUNIT_CASE(pramin_all_ones_is_data),
	KUNIT_CASE(pramin_stuck),
	KUNIT_CASE(pramin_gone_briefly),
	KUNIT_CASE(pramin_a_hold_is_bounded),
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
