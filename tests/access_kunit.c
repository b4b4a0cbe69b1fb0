// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way to a GPU: that an access reaches the ops as it was asked for, what a GPU says
 * that lacks an op, and what is left of one that is gone.
 */

#include <kunit/test.h>
#include <linux/sizes.h>

#include "hw/access.h"

/* The last call, and what the next one returns. */
struct access_gpu {
	struct cnova_io io;
	u32 offset;
	u32 width;
	u64 value;
	u64 result;
	u32 loads;
	u32 boot_0;
	u64 pa;
	u64 size;
	u32 releases;
};

static u64 access_read(void *priv, u32 offset, unsigned int width)
{
	struct access_gpu *gpu = priv;

	if (!offset)
		return gpu->boot_0;
	gpu->loads++;
	gpu->offset = offset;
	gpu->width = width;
	return gpu->result;
}

static void access_write(void *priv, u32 offset, u64 value, unsigned int width)
{
	struct access_gpu *gpu = priv;

	gpu->offset = offset;
	gpu->value = value;
	gpu->width = width;
}

static int access_populate(void *priv, u64 pa, u64 size)
{
	struct access_gpu *gpu = priv;

	gpu->pa = pa;
	gpu->size = size;
	return -ENOMEM;
}

static void access_release(void *priv, u64 pa, u64 size)
{
	struct access_gpu *gpu = priv;

	gpu->pa = pa;
	gpu->size = size;
	gpu->releases++;
}

static int access_grant(void *priv, u64 bus, struct page *page, u32 nr_pages)
{
	struct access_gpu *gpu = priv;

	gpu->pa = bus;
	gpu->size = nr_pages;
	return 0;
}

static void access_revoke(void *priv, u64 bus, u32 nr_pages)
{
	struct access_gpu *gpu = priv;

	gpu->pa = bus;
	gpu->size = nr_pages;
	gpu->releases++;
}

static void access_fill(void *priv, u64 offset, u64 value, u64 size)
{
	struct access_gpu *gpu = priv;

	gpu->pa = offset;
	gpu->value = value;
	gpu->size = size;
}

static u32 access_stale(void *priv)
{
	return 3;
}

static const struct cnova_io_ops access_ops = {
	.read = access_read,
	.write = access_write,
	.vram_populate = access_populate,
	.vram_release = access_release,
	.dma_grant = access_grant,
	.dma_revoke = access_revoke,
	.bar1_fill = access_fill,
	.gpu_stale = access_stale,
};

static int access_kunit_init(struct kunit *test)
{
	struct access_gpu *gpu = kunit_kzalloc(test, sizeof(*gpu), GFP_KERNEL);
	struct cnova_io_platform_data data = {
		.ops = &access_ops, .priv = gpu, .bar1_size = SZ_1M,
	};

	KUNIT_ASSERT_NOT_NULL(test, gpu);
	gpu->boot_0 = 0x162000a1;
	cnova_io_init_platform(&gpu->io, &data);
	test->priv = gpu;
	return 0;
}

static void access_reaches_the_ops(struct kunit *test)
{
	struct access_gpu *gpu = test->priv;
	struct cnova_io *io = &gpu->io;

	KUNIT_EXPECT_TRUE(test, cnova_io_is_model(io));
	KUNIT_EXPECT_EQ(test, io->bar1_size, SZ_1M);

	gpu->result = 0x1122334455667788ULL;
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(io, 0x700008, 8), gpu->result);
	KUNIT_EXPECT_EQ(test, gpu->offset, 0x700008);
	KUNIT_EXPECT_EQ(test, gpu->width, 8);
	KUNIT_EXPECT_EQ(test, cnova_rd32(io, 0xa00), 0x55667788);
	KUNIT_EXPECT_EQ(test, gpu->width, 4);
	KUNIT_EXPECT_EQ(test, cnova_poll32(io, 0xb830b0), 0x55667788);

	cnova_wr32(io, 0x1700, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, gpu->offset, 0x1700);
	KUNIT_EXPECT_EQ(test, gpu->value, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, gpu->width, 4);
	cnova_aperture_wr(io, 0x700010, ~1ULL, 8);
	KUNIT_EXPECT_EQ(test, gpu->value, ~1ULL);
	KUNIT_EXPECT_EQ(test, gpu->width, 8);
	cnova_aperture_wr(io, 0x700010, 7, 2);
	KUNIT_EXPECT_EQ(test, gpu->width, 2);
}

/* Each access is in one count, and in the right one. */
static void access_counts(struct kunit *test)
{
	static const u32 want[CNOVA_IO_NR_COUNTS] = {
		[CNOVA_IO_WR32] = 1, [CNOVA_IO_RD32] = 2, [CNOVA_IO_POLL] = 3,
		[CNOVA_IO_PRAMIN_WR64] = 4, [CNOVA_IO_PRAMIN_WR] = 5, [CNOVA_IO_PRAMIN_RD] = 6,
		[CNOVA_IO_BAR1_BYTES] = 64,
	};
	struct cnova_io *io = &((struct access_gpu *)test->priv)->io;
	u32 i;

	cnova_wr32(io, 0x1700, 0);
	for (i = 0; i < 2; i++)
		cnova_rd32(io, 0xa00);
	for (i = 0; i < 3; i++)
		cnova_poll32(io, 0xb830b0);
	for (i = 0; i < 4; i++)
		cnova_aperture_wr(io, 0x700000, 0, 8);
	for (i = 0; i < 5; i++)
		cnova_aperture_wr(io, 0x700000, 0, i < 3 ? 4 : 1);
	for (i = 0; i < 6; i++)
		cnova_aperture_rd(io, 0x700000, i < 3 ? 8 : 4);
	KUNIT_EXPECT_EQ(test, cnova_io_bar1_fill(io, 0, 0, 64), 0);

	for (i = 0; i < CNOVA_IO_NR_COUNTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, cnova_io_count(io, i), want[i], "count %u", i);
}

/* All-ones in one register is a hint; BOOT_0 tells, and is asked for no other value. */
static void access_lost_asks_boot_0(struct kunit *test)
{
	struct access_gpu *gpu = test->priv;

	KUNIT_EXPECT_FALSE(test, cnova_io_lost(&gpu->io, 0xfffffffe));
	KUNIT_EXPECT_EQ(test, cnova_io_count(&gpu->io, CNOVA_IO_POLL), 0);
	KUNIT_EXPECT_FALSE(test, cnova_io_lost(&gpu->io, ~0U));
	KUNIT_EXPECT_EQ(test, cnova_io_count(&gpu->io, CNOVA_IO_POLL), 1);
	gpu->boot_0 = ~0U;
	KUNIT_EXPECT_FALSE(test, cnova_io_lost(&gpu->io, 0));
	KUNIT_EXPECT_TRUE(test, cnova_io_lost(&gpu->io, ~0U));
}

static void access_hints_reach_the_ops(struct kunit *test)
{
	struct access_gpu *gpu = test->priv;
	struct cnova_io *io = &gpu->io;

	KUNIT_EXPECT_EQ(test, cnova_io_populate(io, SZ_64K, SZ_4K), -ENOMEM);
	KUNIT_EXPECT_EQ(test, gpu->pa, SZ_64K);
	KUNIT_EXPECT_EQ(test, gpu->size, SZ_4K);
	cnova_io_release(io, SZ_1M, SZ_8K);
	KUNIT_EXPECT_EQ(test, gpu->pa, SZ_1M);
	KUNIT_EXPECT_EQ(test, gpu->size, SZ_8K);
	KUNIT_EXPECT_EQ(test, cnova_io_dma_grant(io, SZ_2M, NULL, 5), 0);
	KUNIT_EXPECT_EQ(test, gpu->pa, SZ_2M);
	KUNIT_EXPECT_EQ(test, gpu->size, 5);
	cnova_io_dma_revoke(io, SZ_4M, 6);
	KUNIT_EXPECT_EQ(test, gpu->pa, SZ_4M);
	KUNIT_EXPECT_EQ(test, gpu->size, 6);
	KUNIT_EXPECT_EQ(test, gpu->releases, 2);
	KUNIT_EXPECT_EQ(test, cnova_io_bar1_fill(io, SZ_4K, 9, 16), 0);
	KUNIT_EXPECT_EQ(test, gpu->pa, SZ_4K);
	KUNIT_EXPECT_EQ(test, gpu->value, 9);
	KUNIT_EXPECT_EQ(test, gpu->size, 16);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_stale(io), 3);
}

/* What only a software GPU can do, or this one cannot. */
static void expect_no_extras(struct kunit *test, struct cnova_io *io)
{
	u64 va, word = 0;

	KUNIT_EXPECT_TRUE(test, !cnova_io_bar1_page(io, 0));
	KUNIT_EXPECT_EQ(test, cnova_io_bar1_read(io, 0, &word, 8), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_io_bar1_write(io, 0, &word, 8), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_read(io, 0, 0, &word, 8, &va), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_write(io, 0, 0, &word, 8, &va), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_walk(io, 0, NULL, NULL), -EOPNOTSUPP);
	cnova_io_reset(io);
}

static void access_without_an_op(struct kunit *test)
{
	expect_no_extras(test, &((struct access_gpu *)test->priv)->io);
}

/* Loads are all-ones of their width, stores and hints go nowhere. */
static void access_gone(struct kunit *test)
{
	struct access_gpu *gpu = test->priv;
	struct cnova_io *io = &gpu->io;

	cnova_io_gone(io);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(io, 0x700000, 1), 0xff);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(io, 0x700000, 2), 0xffff);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(io, 0x700000, 4), 0xffffffffULL);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(io, 0x700000, 8), ~0ULL);
	KUNIT_EXPECT_TRUE(test, cnova_io_lost(io, ~0U));
	cnova_wr32(io, 0x1700, 5);
	KUNIT_EXPECT_EQ(test, gpu->offset, 0);
	KUNIT_EXPECT_EQ(test, gpu->loads, 0);

	KUNIT_EXPECT_EQ(test, cnova_io_populate(io, 0, SZ_4K), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_io_dma_grant(io, 0, NULL, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_io_bar1_fill(io, 0, 0, 8), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_stale(io), -EOPNOTSUPP);
	cnova_io_release(io, 0, SZ_4K);
	cnova_io_dma_revoke(io, 0, 1);
	KUNIT_EXPECT_EQ(test, gpu->releases, 0);
	expect_no_extras(test, io);
}

/* A GPU on PCI needs no hints, and finds its memory without. */
static void access_pci_needs_no_hints(struct kunit *test)
{
	struct cnova_io io;

	cnova_io_init_pci(&io, NULL, SZ_16M);
	KUNIT_EXPECT_FALSE(test, cnova_io_is_model(&io));
	KUNIT_EXPECT_EQ(test, io.bar0_size, SZ_16M);
	KUNIT_EXPECT_EQ(test, cnova_io_populate(&io, 0, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, cnova_io_dma_grant(&io, 0, NULL, 1), 0);
	cnova_io_release(&io, 0, SZ_4K);
	cnova_io_dma_revoke(&io, 0, 1);
	KUNIT_EXPECT_EQ(test, cnova_io_bar1_fill(&io, 0, 0, 8), -ENODEV);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_stale(&io), -EOPNOTSUPP);
	expect_no_extras(test, &io);
}

static struct kunit_case access_kunit_cases[] = {
	KUNIT_CASE(access_reaches_the_ops),
	KUNIT_CASE(access_counts),
	KUNIT_CASE(access_lost_asks_boot_0),
	KUNIT_CASE(access_hints_reach_the_ops),
	KUNIT_CASE(access_without_an_op),
	KUNIT_CASE(access_gone),
	KUNIT_CASE(access_pci_needs_no_hints),
	{}
};

static struct kunit_suite access_kunit_suite = {
	.name = "cnova_access",
	.init = access_kunit_init,
	.test_cases = access_kunit_cases,
};

kunit_test_suite(access_kunit_suite);
