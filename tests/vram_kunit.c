// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocator of VRAM: all of the usable regions, nothing else, and every byte back.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/fb.h"
#include "mm/vram.h"

/* VRAM of the tests, in pages. */
#define VRAM_PAGES	(SZ_4M / SZ_4K)

struct vram_fixture {
	struct cnova_io io;
	struct cnova_vram vram;
	struct list_head blocks;
	/* Pages that were populated and not released. */
	DECLARE_BITMAP(used, VRAM_PAGES);
	/* Pages that were populated although they were, or released although not. */
	u32 misuse;
	/* The n-th call to populate fails; 0: none. */
	u32 fail_at;
	u32 calls;
};

/*
 * Holes at the start, in the middle and at the end; the last region makes the size no
 * power of two.
 */
static const struct cnova_fb vram_fb = {
	.size = SZ_4M,
	.nr_regions = 3,
	.region = {
		{ SZ_64K, SZ_1M }, { SZ_1M + SZ_4K, SZ_2M }, { 3 * SZ_1M, SZ_4M - SZ_64K },
	},
};

static bool vram_page_is_usable(u32 page)
{
	for (u32 i = 0; i < vram_fb.nr_regions; i++)
		if (page >= vram_fb.region[i].start / SZ_4K && page < vram_fb.region[i].end / SZ_4K)
			return true;
	return false;
}

static u64 vram_usable(void)
{
	u64 bytes = 0;

	for (u32 i = 0; i < vram_fb.nr_regions; i++)
		bytes += vram_fb.region[i].end - vram_fb.region[i].start;
	return bytes;
}

static u64 vram_read(void *priv, u32 offset, unsigned int width)
{
	return 0;
}

static void vram_write(void *priv, u32 offset, u64 value, unsigned int width)
{
}

static int vram_populate(void *priv, u64 pa, u64 size)
{
	struct vram_fixture *fix = priv;

	if (++fix->calls == fix->fail_at)
		return -ENOMEM;

	for (u64 page = pa / SZ_4K; page < (pa + size) / SZ_4K; page++) {
		if (page >= VRAM_PAGES || !vram_page_is_usable(page) ||
		    test_bit(page, fix->used))
			fix->misuse++;
		else
			__set_bit(page, fix->used);
	}
	return 0;
}

static void vram_release(void *priv, u64 pa, u64 size)
{
	struct vram_fixture *fix = priv;

	for (u64 page = pa / SZ_4K; page < (pa + size) / SZ_4K; page++)
		if (page >= VRAM_PAGES || !__test_and_clear_bit(page, fix->used))
			fix->misuse++;
}

static const struct cnova_io_ops vram_ops = {
	.read = vram_read,
	.write = vram_write,
	.vram_populate = vram_populate,
	.vram_release = vram_release,
};

static int vram_kunit_init(struct kunit *test)
{
	struct vram_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	struct cnova_io_platform_data data = { .ops = &vram_ops, .priv = fix };

	KUNIT_ASSERT_NOT_NULL(test, fix);
	cnova_io_init_platform(&fix->io, &data);
	INIT_LIST_HEAD(&fix->blocks);
	KUNIT_ASSERT_EQ(test, cnova_vram_init(&fix->vram, &fix->io, &vram_fb), 0);
	test->priv = fix;
	return 0;
}

static void vram_kunit_exit(struct kunit *test)
{
	struct vram_fixture *fix = test->priv;

	if (!fix)
		return;
	cnova_vram_free(&fix->vram, &fix->blocks);
	KUNIT_EXPECT_TRUE(test, list_empty(&fix->blocks));
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&fix->vram), vram_usable());
	KUNIT_EXPECT_EQ(test, bitmap_weight(fix->used, VRAM_PAGES), 0);
	KUNIT_EXPECT_EQ(test, fix->misuse, 0);
	cnova_vram_fini(&fix->vram);
}

/* The sum of what a list holds. */
static u64 vram_list_bytes(struct vram_fixture *fix, struct list_head *blocks)
{
	struct gpu_buddy_block *block;
	u64 bytes = 0;

	list_for_each_entry(block, blocks, link)
		bytes += cnova_vram_block_size(&fix->vram, block);
	return bytes;
}

/* Page by page until there is none: every page of every region, and no other. */
static void vram_all_regions_are_used(struct kunit *test)
{
	struct vram_fixture *fix = test->priv;
	u64 free = vram_usable();
	LIST_HEAD(one);
	int err;

	KUNIT_EXPECT_EQ(test, cnova_vram_size(&fix->vram), free);
	for (;;) {
		KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&fix->vram), free);
		err = cnova_vram_alloc(&fix->vram, SZ_4K, SZ_4K, 0, &one);
		if (err)
			break;
		KUNIT_ASSERT_EQ(test, vram_list_bytes(fix, &one), SZ_4K);
		list_splice_tail_init(&one, &fix->blocks);
		free -= SZ_4K;
	}
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_EQ(test, free, 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(fix->used, VRAM_PAGES), vram_usable() / SZ_4K);
}

/* One object may be more than any region has. */
static void vram_an_object_spans_regions(struct kunit *test)
{
	struct vram_fixture *fix = test->priv;

	KUNIT_ASSERT_EQ(test, cnova_vram_alloc(&fix->vram, vram_usable() - SZ_4K, SZ_4K, 0,
					       &fix->blocks), 0);
	KUNIT_EXPECT_EQ(test, vram_list_bytes(fix, &fix->blocks), vram_usable() - SZ_4K);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&fix->vram), SZ_4K);
}

static void vram_limit_is_kept(struct kunit *test)
{
	struct vram_fixture *fix = test->priv;
	struct gpu_buddy_block *block;
	LIST_HEAD(one);

	/* All there is below 1 MiB and a half, and then no more. */
	while (!cnova_vram_alloc(&fix->vram, SZ_4K, SZ_4K, SZ_1M + SZ_512K, &one)) {
		block = list_first_entry(&one, struct gpu_buddy_block, link);
		KUNIT_EXPECT_LE(test, gpu_buddy_block_offset(block) + SZ_4K, SZ_1M + SZ_512K);
		list_splice_tail_init(&one, &fix->blocks);
	}
	KUNIT_EXPECT_EQ(test, vram_list_bytes(fix, &fix->blocks),
			SZ_1M + SZ_512K - SZ_64K - SZ_4K);
	KUNIT_EXPECT_EQ(test, cnova_vram_alloc(&fix->vram, SZ_4K, SZ_4K, 0, &one), 0);
	list_splice_tail_init(&one, &fix->blocks);
}

/* A failure gives back what was populated, and only that. */
static void vram_populate_fails_without_trace(struct kunit *test)
{
	struct vram_fixture *fix = test->priv;
	u64 free = cnova_vram_free_bytes(&fix->vram);
	u32 fail_at;
	int err;

	for (fail_at = 1; ; fail_at++) {
		fix->fail_at = fail_at;
		fix->calls = 0;
		err = cnova_vram_alloc(&fix->vram, SZ_2M, SZ_4K, 0, &fix->blocks);
		if (!err)
			break;
		KUNIT_ASSERT_EQ(test, err, -ENOMEM);
		KUNIT_EXPECT_TRUE(test, list_empty(&fix->blocks));
		KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&fix->vram), free);
		KUNIT_EXPECT_EQ(test, bitmap_weight(fix->used, VRAM_PAGES), 0);
	}
	/* No region has 2 MiB: at least two blocks. */
	KUNIT_EXPECT_GT(test, fail_at, 2);
}

static void vram_refuses(struct kunit *test)
{
	struct vram_fixture *fix = test->priv;

	KUNIT_EXPECT_EQ(test, cnova_vram_alloc(&fix->vram, 0, SZ_4K, 0, &fix->blocks), -EINVAL);
	KUNIT_EXPECT_EQ(test, cnova_vram_alloc(&fix->vram, SZ_4M, SZ_4K, 0, &fix->blocks),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, cnova_vram_alloc(&fix->vram, vram_usable() + SZ_4K, SZ_4K, 0,
					       &fix->blocks), -ENOSPC);
	KUNIT_EXPECT_EQ(test, fix->calls, 0);
}

static struct kunit_case vram_kunit_cases[] = {
	KUNIT_CASE(vram_all_regions_are_used),
	KUNIT_CASE(vram_an_object_spans_regions),
	KUNIT_CASE(vram_limit_is_kept),
	KUNIT_CASE(vram_populate_fails_without_trace),
	KUNIT_CASE(vram_refuses),
	{}
};

static struct kunit_suite vram_kunit_suite = {
	.name = "cnova_vram",
	.init = vram_kunit_init,
	.exit = vram_kunit_exit,
	.test_cases = vram_kunit_cases,
};

kunit_test_suite(vram_kunit_suite);
