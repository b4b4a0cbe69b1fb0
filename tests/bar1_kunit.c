// SPDX-License-Identifier: GPL-2.0-only
/*
 * BAR1: binding, what is mapped where, a root of GSP, and page tables written through it.
 */
#include <linux/bits.h>

#include "mm/bar1.h"
#include "tests/pt_fixture.h"

#define BAR1_SIZE	SZ_16M

/* A root that belongs to somebody else. */
#define THEIRS		SZ_1M

struct bar1_test {
	struct pt_fixture *fix;
	struct cnova_bar1 bar1;
	u64 free;
};

static struct bar1_test *bar1_begin(struct kunit *test)
{
	struct bar1_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->fix = test->priv;
	t->free = cnova_vram_free_bytes(&t->fix->mm.vram);
	return t;
}

static void bar1_up(struct kunit *test, struct bar1_test *t)
{
	KUNIT_ASSERT_EQ(test, cnova_bar1_init(&t->bar1, &t->fix->mm, BAR1_SIZE), 0);
}

/* Everything is back afterwards, and the window as it was. */
static void bar1_end(struct kunit *test, struct bar1_test *t)
{
	KUNIT_EXPECT_TRUE(test, cnova_bar1_stop(&t->bar1));
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->fix->mm.vram), t->free);
	cnova_bar1_fini(&t->bar1);
}

/* The n-th register store to @offset in the log. */
static u32 bar1_logged(const struct fake_gpu *fake, u32 offset, u32 *at)
{
	for (u32 i = *at; i < min(fake->nr_log, FAKE_LOG); i++) {
		if (fake->log[i].offset == offset) {
			*at = i + 1;
			return fake->log[i].value;
		}
	}
	*at = FAKE_LOG + 1;
	return 0;
}

/* HARDWARE.md 7.1, 7.2 */
static void bar1_bound_and_unbound(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct fake_gpu *fake = t->fix->fake;
	bool v3 = fake_is_v3(fake->chip);
	u32 at = 0, low, high = 0;
	u64 instance;

	fake->bar1_busy = 3;
	fake_begin(fake);
	bar1_up(test, t);
	low = bar1_logged(fake, v3 ? 0xb80f60 : 0xb80f40, &at);
	if (v3)
		high = bar1_logged(fake, 0xb80f64, &at);
	KUNIT_EXPECT_LE(test, at, FAKE_LOG);
	instance = v3 ? (u64)high << 32 | (low & 0xfffff000) : (u64)(low & GENMASK(27, 0)) << 12;
	KUNIT_EXPECT_EQ(test, low & (v3 ? 0xfff : 0xf0000000), v3 ? 0x200 : 0x80000000);

	KUNIT_EXPECT_EQ(test, fake_word(fake, instance + 0x200),
			cnova_vmm_pdb(&t->bar1.vmm).raw | 0xc00);
	KUNIT_EXPECT_EQ(test, fake_word(fake, instance + 0x208), BAR1_SIZE - 1);
	for (u32 i = 0; i < SZ_4K; i += 8)
		if (i != 0x200 && i != 0x208)
			KUNIT_EXPECT_EQ(test, fake_word(fake, instance + i), 0);
	/* Nobody goes on before it is done. */
	KUNIT_EXPECT_EQ(test, fake->bar1_polls, 4);

	fake_begin(fake);
	at = 0;
	KUNIT_EXPECT_TRUE(test, cnova_bar1_stop(&t->bar1));
	low = bar1_logged(fake, v3 ? 0xb80f60 : 0xb80f40, &at);
	KUNIT_EXPECT_LE(test, at, FAKE_LOG);
	KUNIT_EXPECT_EQ(test, low, 0);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->fix->mm.vram), t->free);
	cnova_bar1_fini(&t->bar1);
}

static void bar1_device_gone(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);

	t->fix->fake->gone = true;
	KUNIT_EXPECT_EQ(test, cnova_bar1_init(&t->bar1, &t->fix->mm, BAR1_SIZE), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->fix->mm.vram), t->free);
	t->fix->fake->gone = false;
}

/* While the bind is waited for: it ends at once, not when time is up. */
static void bar1_device_leaves(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct fake_gpu *fake = t->fix->fake;

	/* Four looks before the bind, and the second one after it. */
	fake->bar1_busy = 3;
	fake->bar1_leave = 6;
	fake_begin(fake);
	KUNIT_EXPECT_EQ(test, cnova_bar1_init(&t->bar1, &t->fix->mm, BAR1_SIZE), -ENODEV);
	/* One more, to take the bind back. */
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_BAR1_POLL), 6 + 1);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->fix->mm.vram), t->free);
	fake->gone = false;
}

/* DESIGN 3: one register that is all-ones is a hint only; its bits say that it is busy. */
static void bar1_all_ones_alone_is_no_lost_device(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct fake_gpu *fake = t->fix->fake;

	fake->bar1_ones = 3;
	fake->bar1_busy = 5;
	fake_begin(fake);
	bar1_up(test, t);
	KUNIT_EXPECT_EQ(test, fake->bar1_polls, 6);
	/* Once for each, before the bind and after it. */
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_BOOT_0), 2 * fake->bar1_ones);
	fake->bar1_ones = 0;
	bar1_end(test, t);
}

/* Never 0; aligned as VRAM is; one leaf where one is enough; the hub alone is told. */
static void bar1_map_unmap(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct fake_gpu *fake = t->fix->fake;
	struct cnova_bar1_map large = {}, small = {};
	u32 at = 0;

	bar1_up(test, t);
	KUNIT_ASSERT_EQ(test, cnova_bar1_map(&t->bar1, &small, cnova_vram_addr(SZ_4K), SZ_4K), 0);
	KUNIT_EXPECT_NE(test, small.offset, 0);

	fake_begin(fake);
	KUNIT_ASSERT_EQ(test, cnova_bar1_map(&t->bar1, &large, cnova_vram_addr(SZ_2M), SZ_2M), 0);
	KUNIT_EXPECT_NE(test, large.offset, 0);
	KUNIT_EXPECT_EQ(test, large.offset % SZ_2M, 0);
	/* One store of a leaf, one invalidate. */
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_WR64), 1);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_TRIGGER), 1);
	KUNIT_EXPECT_TRUE(test, bar1_logged(fake, 0xb830b0, &at) & BIT(2));
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_BAR1_WR64), 0);

	fake_begin(fake);
	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &large), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_TRIGGER), 1);
	KUNIT_EXPECT_EQ(test, large.offset, 0);
	/* Twice is nothing. */
	fake_begin(fake);
	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &large), 0);
	KUNIT_EXPECT_EQ(test, fake_total(fake), 0);

	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &small), 0);
	bar1_end(test, t);
}

/* All but what is around address 0 can be had, and then no more. */
static void bar1_full(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct cnova_bar1_map map[BAR1_SIZE / SZ_2M] = {};
	u32 nr = 0;
	int err;

	bar1_up(test, t);
	do {
		err = cnova_bar1_map(&t->bar1, &map[nr], cnova_vram_addr(0), SZ_2M);
	} while (!err && ++nr < ARRAY_SIZE(map));
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_EQ(test, nr, ARRAY_SIZE(map) - 1);

	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &map[1]), 0);
	KUNIT_EXPECT_EQ(test, cnova_bar1_map(&t->bar1, &map[1], cnova_vram_addr(0), SZ_2M), 0);
	KUNIT_EXPECT_EQ(test, cnova_bar1_map(&t->bar1, &map[nr], cnova_vram_addr(0),
					     2 * BAR1_SIZE), -ENOSPC);

	for (u32 i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &map[i]), 0);
	bar1_end(test, t);
}

/* VRAM is full: there is room for the tables of one mapping all the same. */
static void bar1_without_vram(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct cnova_vram *vram = &t->fix->mm.vram;
	struct cnova_bar1_map map = {};
	LIST_HEAD(all);

	bar1_up(test, t);
	while (!cnova_vram_alloc(vram, SZ_4K, SZ_4K, 0, &all))
		;
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(vram), 0);
	KUNIT_EXPECT_EQ(test, cnova_bar1_map(&t->bar1, &map, cnova_vram_addr(SZ_4K),
					     SZ_64K + SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &map), 0);
	cnova_vram_free(vram, &all);
	bar1_end(test, t);
}

/* HARDWARE.md 7.3: no bind, what is there stays, ours goes. */
static void bar1_adopted(struct kunit *test)
{
	struct bar1_test *t = bar1_begin(test);
	struct fake_gpu *fake = t->fix->fake;
	struct cnova_bar1_map map[2] = {};
	u64 *before = kunit_kzalloc(test, SZ_4K, GFP_KERNEL);
	u32 last = fake_is_v3(fake->chip) ? 1 : 3;
	u64 theirs = 0xdead0000;

	KUNIT_ASSERT_NOT_NULL(test, before);
	/* The last entry of the root: no pointer, but not nothing either. */
	memset(fake->vram + THEIRS, 0, SZ_4K);
	memcpy(fake->vram + THEIRS + last * sizeof(u64), &theirs, sizeof(u64));
	memcpy(before, fake->vram + THEIRS, SZ_4K);

	t->fix->mm.fb.bar1_pde_base = THEIRS;
	fake_begin(fake);
	bar1_up(test, t);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_REG_WR), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_WR64), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_BAR1_POLL), 0);

	KUNIT_EXPECT_EQ(test, cnova_bar1_map(&t->bar1, &map[0], cnova_vram_addr(SZ_2M), SZ_2M), 0);
	KUNIT_EXPECT_EQ(test, cnova_bar1_map(&t->bar1, &map[1], cnova_vram_addr(SZ_64K),
					     SZ_4K), 0);
	KUNIT_EXPECT_NE(test, fake_word(fake, THEIRS), 0);
	KUNIT_EXPECT_EQ(test, fake_word(fake, THEIRS + last * sizeof(u64)), theirs);
	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &map[0]), 0);

	/* One is left when it stops; it goes in vain. */
	KUNIT_EXPECT_TRUE(test, cnova_bar1_stop(&t->bar1));
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->fix->mm.vram), t->free);
	fake_begin(fake);
	KUNIT_EXPECT_EQ(test, cnova_bar1_unmap(&t->bar1, &map[1]), 0);
	KUNIT_EXPECT_EQ(test, fake_total(fake), 0);
	cnova_bar1_fini(&t->bar1);
	KUNIT_EXPECT_EQ(test, memcmp(before, fake->vram + THEIRS, SZ_4K), 0);
	t->fix->mm.fb.bar1_pde_base = 0;
}

/* Have BAR1 show [@pa, @pa + @size) to the engine: the fake shows it linearly. */
static void bar1_show(struct pt_fixture *fix, struct cnova_vmm_arena *arena, u64 pa, u64 size)
{
	fix->fake->bar1_pa = 0;
	arena->pa = cnova_vram_addr(pa);
	arena->size = size;
	arena->bar1 = pa;
	cnova_vmm_arena_add(&fix->vmm, arena);
}

/* The same stores, another way; one ordering read; the window is not touched. */
static void bar1_tables_through_it(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm_arena arena = {};
	u32 stores;

	/* The fixture hands pages out from 0 on; the root is there already. */
	bar1_show(fix, &arena, SZ_4K, FAKE_VRAM_SIZE - SZ_4K);
	pt_have(fix, VA, SZ_4K, PA_A, LEAF_4K);
	pt_change(test, VA, SZ_4K);
	pt_all_bound(fix);
	pt_begin(fix);
	pt_have(fix, VA + SZ_64K, 16 * SZ_4K, PA_B + SZ_4K, LEAF_4K);
	pt_change(test, VA + SZ_64K, 16 * SZ_4K);

	stores = fake_count(fix->fake, FAKE_BAR1_WR64);
	KUNIT_EXPECT_GE(test, stores, 16);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_MOVE), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BAR1_RD), 1);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_TRIGGER), 1);
	pt_validate(test);

	/* Again, through the window: as many. */
	pt_begin(fix);
	fix->view.nr--;
	pt_change(test, VA + SZ_64K, 16 * SZ_4K);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), 0);
	cnova_vmm_arena_remove(&fix->vmm, &arena);
	pt_begin(fix);
	pt_have(fix, VA + SZ_64K, 16 * SZ_4K, PA_B + SZ_4K, LEAF_4K);
	pt_change(test, VA + SZ_64K, 16 * SZ_4K);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_WR64), stores);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_BAR1_WR64), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fix->fake, FAKE_RD), 1);
	pt_validate(test);
}

/*
 * Tables on both sides: what goes into one aperture is in memory before the other is
 * used, which the fake asks for.
 */
static void bar1_tables_on_both_sides(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm_arena arena[3] = {};

	bar1_show(fix, &arena[1], 4 * SZ_4K, 2 * SZ_4K);
	bar1_show(fix, &arena[0], 2 * SZ_4K, SZ_4K);
	bar1_show(fix, &arena[2], 8 * SZ_4K, SZ_4K);

	for (u32 i = 0; i < 8; i++) {
		pt_have(fix, VA + i * SZ_2M, SZ_4K, PA_A + SZ_4K, LEAF_4K);
		pt_change(test, VA + i * SZ_2M, SZ_4K);
		pt_all_bound(fix);
	}
	KUNIT_EXPECT_GT(test, fake_count(fix->fake, FAKE_BAR1_WR64), 0);
	KUNIT_EXPECT_GT(test, fake_count(fix->fake, FAKE_WR64), 0);
	KUNIT_EXPECT_EQ(test, fix->fake->unordered, 0);
	pt_validate(test);

	for (u32 i = 0; i < ARRAY_SIZE(arena); i++)
		cnova_vmm_arena_remove(&fix->vmm, &arena[i]);
}

static struct kunit_case bar1_kunit_cases[] = {
	KUNIT_CASE_PARAM(bar1_bound_and_unbound, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_device_gone, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_device_leaves, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_all_ones_alone_is_no_lost_device, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_map_unmap, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_full, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_without_vram, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_adopted, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_tables_through_it, fake_gen_chips),
	KUNIT_CASE_PARAM(bar1_tables_on_both_sides, fake_gen_chips),
	{}
};

static struct kunit_suite bar1_kunit_suite = {
	.name = "cnova_bar1",
	.suite_init = pt_suite_init,
	.suite_exit = pt_suite_exit,
	.init = pt_fixture_init,
	.exit = pt_fixture_exit,
	.test_cases = bar1_kunit_cases,
};

kunit_test_suite(bar1_kunit_suite);
