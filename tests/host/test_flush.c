// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's flush on the model, for every chip: it ends, when it has to and not before, and
 * does what it is for. Prints TAP.
 */
#include "hw/access.h"
#include "hw/chip.h"
#include "hw/flush.h"
#include "sim_gpu.h"

static struct cnova_io driver;
static const struct cnova_chip *driver_chip;

static void flush_begin(const char *name)
{
	const struct cnova_io_platform_data data = { .ops = io };

	gpu_begin_mapped(name);
	cnova_io_init_platform(&driver, &data);
	driver.priv = gpu;
	driver_chip = cnova_chip_find(rd(0xa00));
	CHECK(driver_chip);
	CHECK_EQ(!!driver_chip->flush, !!facts->flush);
}

/* What the GPU wrote to a page has arrived there, and the page may go. */
static void test_settles(void)
{
	static struct page one __aligned(PAGE_SIZE), *page = &one;

	flush_begin("flush_settles");
	CHECK(!io->dma_grant(gpu, 0x12345000, page, 1));
	poke(SMALL + 8, SYS_LEAF(0x12345000ULL));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_store(VA + SZ_4K, 0x1111));
	poke(SMALL + 8, 0);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK_EQ(cnova_flush(&driver, driver_chip), 0);
	io->dma_revoke(gpu, 0x12345000, 1);
	gpu_expect_none();
	gpu_end();
}

/* It is waited for, and costs one access to start it; nothing where there is no register. */
static void test_waits(void)
{
	u64 started, polls;

	flush_begin("flush_waits");
	gpu->knobs.latency_us = 200;
	CHECK_EQ(cnova_flush(&driver, driver_chip), 0);
	started = cnova_io_count(&driver, CNOVA_IO_WR32) + cnova_io_count(&driver, CNOVA_IO_RD32);
	polls = cnova_io_count(&driver, CNOVA_IO_POLL);
	CHECK_EQ(started, !!facts->flush);
	CHECK_EQ(polls > 1, !!facts->flush);
	CHECK(!gpu->flush.pending);
	gpu_expect_none();
	gpu_end();
}

static void test_gives_up(void)
{
	flush_begin("flush_gives_up");
	gpu->knobs.latency_us = 3 * CNOVA_FLUSH_TIMEOUT_US;
	CHECK_EQ(cnova_flush(&driver, driver_chip), facts->flush ? -ETIMEDOUT : 0);
	gpu->knobs.gone = true;
	CHECK_EQ(cnova_flush(&driver, driver_chip), facts->flush ? -ENODEV : 0);
	gpu->knobs.gone = false;
	gpu_expect_none();
	gpu_end();
}

/* The token of a later flush says that ours is over too, across the end of the numbers. */
static u64 later_read(void *priv, u32 offset, unsigned int width)
{
	const u32 *done = priv;

	return offset == 0x10f804 ? 0x80000000 | *done : 0x7fffffff;
}

static void test_later_token(void)
{
	const struct cnova_io_ops ops = { .read = later_read, .write = io->write };
	const struct cnova_io_platform_data data = { .ops = &ops };
	u32 done;

	if (facts->flush != 0x10f800)
		return;
	flush_begin("flush_later_token");
	cnova_io_init_platform(&driver, &data);
	driver.priv = &done;
	/* 0x7fffffff was started; 3 is behind it, 0x7ffffffe before it. */
	done = 3;
	CHECK_EQ(cnova_flush(&driver, driver_chip), 0);
	done = 0x7ffffffe;
	CHECK_EQ(cnova_flush(&driver, driver_chip), -ETIMEDOUT);
	gpu_end();
}

static void tests(void)
{
	test_settles();
	test_waits();
	test_gives_up();
	test_later_token();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
