// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the whole model, through the interface that a driver has: registers of each
 * chip, the window, posted stores, invalidates, binds, flushes. Prints TAP.
 */
#include "sim_gpu.h"

/* ---- which registers there are ---- */

static void test_identity(void)
{
	static const struct {
		const char *chip;
		u32 id;
	} ids[] = {
		{ "tu102", 0x162 }, { "ga100", 0x170 }, { "ga102", 0x172 }, { "ad102", 0x192 },
		{ "gh100", 0x180 }, { "gb100", 0x1a0 }, { "gb10b", 0x1ab }, { "gb202", 0x1b2 },
		{ "gb20b", 0x1bb },
	};
	unsigned int i, nr = 0;

	gpu_begin("regs_identity");
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (strcmp(ids[i].chip, chip))
			continue;
		CHECK_EQ(rd(0xa00) >> 20 & 0x3ff, ids[i].id);
		CHECK_EQ(rd(0) >> 20 & 0x1ff, ids[i].id);
		nr++;
	}
	CHECK_EQ(nr, 1);
	CHECK_EQ(rd(4), 0);
	gpu_expect_none();
	wr(0, 1);
	wr(0xa00, 1);
	gpu_expect(CNOVA_SIM_UNKNOWN_REG, 2);
	gpu_end();
}

static bool chip_has(u32 offset)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (facts->pages[i] == offset)
			return true;
	switch (offset) {
	case 0x1700: case 0x10fd40:
		return facts->window == offset;
	case 0x100ce0: case 0x1183a4:
		return facts->size_reg == offset;
	case 0x1fa3e0:
		return !strcmp(chip, "gb100");
	case 0x70000:
		return facts->flush == offset;
	case 0x10f800: case 0x10f804:
		return facts->flush == 0x10f800;
	case 0x70004: case 0x70008: case 0x7000c: case 0x70010: case 0xb80f00: case 0xb80f04:
		return !is_v3;
	case 0x10f808: case 0x10f80c: case 0x10f810: case 0x10f814:
	case 0xb80f10: case 0xb80f14: case 0xb80f18: case 0xb80f1c:
		return is_v3;
	case 0xb80f40: case 0xb80f48: case 0xb80f50: case 0x1704: case 0x1714: case 0x1710:
		return !facts->bind_pair;
	case 0xb80f60: case 0xb80f64: case 0xb80f70: case 0xb80f74:
		return facts->bind_pair;
	case 0x1fa824: case 0x1fa828: case 0xb830a0: case 0xb830a4: case 0xb830b0:
		return true;
	}
	return false;
}

/* A register of one chip is unknown on another. */
static void test_known(void)
{
	static const u32 all[] = {
		0x1700, 0x10fd40, 0x100ce0, 0x1183a4, 0x1fa3e0, 0x70000, 0x10f800, 0x10f804,
		0x70004, 0x70008, 0x7000c, 0x70010, 0xb80f00, 0xb80f04, 0x10f808, 0x10f80c,
		0x10f810, 0x10f814, 0xb80f10, 0xb80f14, 0xb80f18, 0xb80f1c, 0xb80f40, 0xb80f48,
		0xb80f50, 0x1704, 0x1714, 0x1710, 0xb80f60, 0xb80f64, 0xb80f70, 0xb80f74,
		0x1fa824, 0x1fa828, 0xb830a0, 0xb830a4, 0xb830b0, 0x100c10, 0x100c40, 0x100a34,
		0x100a38, 0x870e50, 0x870e54, 0x8706c0, 0x8706c4, 0x8a1d58, 0x8a1d5c, 0x123454,
	};
	unsigned int i;

	gpu_begin("regs_by_chip");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		u32 value = rd(all[i]);

		if (!chip_has(all[i]))
			CHECK_EQ(value >> 16, 0xbadf);
		gpu_expect(CNOVA_SIM_UNKNOWN_REG, !chip_has(all[i]));
		if (chip_has(all[i]))
			continue;
		wr(all[i], 0);
		gpu_expect(CNOVA_SIM_UNKNOWN_REG, 1);
	}
	io->read(gpu, 0xb830b0, 8);
	io->read(gpu, 0xb830b0, 2);
	io->read(gpu, 0x700002, 4);
	gpu_expect(CNOVA_SIM_UNKNOWN_REG, 3);
	gpu_end();

	gpu_begin("regs_flush_page");
	for (i = 0; i < 4 && facts->pages[i]; i++) {
		wr(facts->pages[i], 0x1234);
		CHECK_EQ(rd(facts->pages[i]), 0x1234);
	}
	gpu_expect_none();
	/* Upper halves have 24 bits, or 20. */
	if (facts->pages[1]) {
		wr(facts->pages[1], is_v3 ? 0xfffff : 0xffffff);
		gpu_expect_none();
		wr(facts->pages[1], is_v3 ? 0x100000 : 0x1000000);
		gpu_expect(CNOVA_SIM_UNKNOWN_REG, 1);
	}
	gpu_end();
}

static void test_size(void)
{
	struct cnova_sim_config config = {
		.chip = chip, .vram_mib = 128, .bar1_mib = 0, .wpr_kib = 1024, .seed = 1,
	};
	bool range;

	gpu_begin_with("regs_size", &config);
	range = facts->size_reg == 0x100ce0;
	/* 128 MiB: 32 << 2; in MiB: 128. */
	CHECK_EQ(rd(facts->size_reg), range ? 32 << 4 | 2 : 128);
	CHECK_EQ(rd(0x1fa824), (127 << 20) >> 12 << 4);
	CHECK_EQ(rd(0x1fa828), (128 << 20) >> 12 << 4);
	if (!strcmp(chip, "gb100"))
		CHECK_EQ(rd(0x1fa3e0), 128 << 4);
	gpu_expect_none();
	gpu_end();

	config.ecc = true;
	config.wpr_kib = 0;
	gpu_begin_with("regs_size_with_ecc", &config);
	CHECK_EQ(rd(facts->size_reg), range ? 0x40000000 | 32 << 4 | 2 : 120);
	CHECK_EQ(gpu->vram_size, 120ULL << 20);
	CHECK_EQ(rd(0x1fa828), 0);
	gpu_expect_none();
	gpu_end();
}

/* ---- window ---- */

static void test_window(void)
{
	gpu_begin("window_moves");
	CHECK(!io->vram_populate(gpu, 0x30000, SZ_4K));
	wr(facts->window, 3);
	CHECK_EQ(rd(facts->window), 3);
	io->write(gpu, 0x700010, 0x1122334455667788, 8);
	wr(facts->window, 1);
	CHECK_EQ(io->read(gpu, 0x720010, 8), 0x1122334455667788);
	CHECK_EQ(io->read(gpu, 0x720012, 2), 0x5566);
	io->write(gpu, 0x720013, 0xaa, 1);
	CHECK_EQ(io->read(gpu, 0x720010, 4), 0xaa667788);
	gpu_expect_none();
	gpu_end();

	gpu_begin("window_beyond");
	wr(facts->window, GPU_VRAM >> 16);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	CHECK(io->read(gpu, 0x700000, 4) != 0);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	io->write(gpu, 0x700000, 1, 4);
	order();
	gpu_expect(CNOVA_SIM_WINDOW, 2);	/* the store, and the load that ordered it */
	/* The highest base of the register, and a bit more. */
	wr(facts->window, (1U << facts->window_bits) - 1);
	CHECK_EQ(rd(facts->window), (1U << facts->window_bits) - 1);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	wr(facts->window, facts->has_target ? 1U << 26 : 1U << facts->window_bits);
	CHECK_EQ(rd(facts->window), 0);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	gpu_end();

	gpu_begin("window_protected");
	peek(GPU_WPR);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	poke(GPU_WPR, 1);
	wr(facts->window, 0);
	order();
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	gpu_end();

	gpu_begin("window_of_two");
	atomic_inc_return(&gpu->window_users);
	peek(0);
	gpu_expect(CNOVA_SIM_WINDOW, 2);	/* the move, and the load */
	atomic_dec(&gpu->window_users);
	peek(0);
	gpu_expect_none();
	gpu_end();
}

static void test_window_target(void)
{
	struct page *page = (struct page *)__get_free_page(GFP_KERNEL);

	gpu_begin("window_target");
	memset(page, 0x5a, SZ_4K);
	CHECK(!io->dma_grant(gpu, 0x123450000, page, 1));
	wr(facts->window, 2U << 24 | 0x12345);
	if (!facts->has_target) {
		gpu_expect(CNOVA_SIM_WINDOW, 1);
	} else {
		CHECK_EQ(io->read(gpu, 0x700000, 4), 0x5a5a5a5a);
		wr(facts->window, 3U << 24 | 0x12345);
		io->write(gpu, 0x700008, 0x77, 1);
		CHECK_EQ(io->read(gpu, 0x700008, 1), 0x77);
		CHECK_EQ(page->bytes[8], 0x77);
		gpu_expect_none();
		CHECK_EQ(io->read(gpu, 0x701000, 4), 0xffffffff);
		gpu_expect(CNOVA_SIM_GRANT, 1);
		wr(facts->window, 1U << 24);
		gpu_expect(CNOVA_SIM_WINDOW, 1);
		CHECK_EQ(io->read(gpu, 0x700000, 2), 0xffff);
		io->write(gpu, 0x700000, 1, 4);
		gpu_expect(CNOVA_SIM_WINDOW, 2);
		/* The byte may be on its way still. */
		gpu_flush();
	}
	io->dma_revoke(gpu, 0x123450000, 1);
	gpu_expect_none();
	free_page((unsigned long)page);
	gpu_end();
}

/* ---- stores on their way ---- */

static void test_posted(void)
{
	u64 value;

	gpu_begin_mapped("posted_until_a_load");
	poke(DATA, 0x1111);
	CHECK(!gpu_load(VA, &value));
	CHECK(value != 0x1111);
	order();
	CHECK(!gpu_load(VA, &value));
	CHECK_EQ(value, 0x1111);
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("posted_not_by_the_other_aperture");
	poke(DATA, 0x1111);
	io->bar1_read(gpu, DATA + 64, &value, 8);
	io->bar1_read(gpu, DATA, &value, 8);
	CHECK(value != 0x1111);
	value = 0x2222;
	io->bar1_write(gpu, DATA + 8, &value, 8);
	CHECK(peek(DATA + 8) != 0x2222);
	CHECK_EQ(peek(DATA), 0x1111);
	io->bar1_read(gpu, DATA + 8, &value, 8);
	CHECK_EQ(value, 0x2222);
	CHECK_EQ(peek(DATA + 8), 0x2222);
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("posted_and_overtaken");
	poke(SMALL + 8, LEAF(DATA + SZ_4K));
	gpu_invalidate(ROOT, ALL_OF_IT);
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	/* Another's stores, and data, are nobody's business. */
	poke(DATA, 1);
	gpu_invalidate(ROOT, ALL_OF_IT);
	poke(SMALL + 16, 0);
	gpu_invalidate(BIG, ALL_OF_IT | 4);
	gpu_expect_none();
	gpu_invalidate(0, ALL_OF_IT | 2);
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	gpu_end();

	gpu_begin_mapped("posted_queue_overflows");
	for (value = 0; value < CNOVA_SIM_POSTS; value++)
		poke(DATA + 8 * value, value + 1);
	CHECK(!gpu_load(VA, &value));
	CHECK(value != 1);
	poke(DATA + 8 * CNOVA_SIM_POSTS, 1);
	CHECK(!gpu_load(VA, &value));
	CHECK_EQ(value, 1);
	gpu_expect_none();
	gpu_end();
}

static void test_flush(void)
{
	u64 value;
	u32 token;

	gpu_begin_mapped("flush");
	gpu->knobs.latency_us = 10;
	poke(DATA, 0x1111);
	if (facts->flush == 0x70000) {
		wr(0x70000, 1);
		CHECK_EQ(rd(0x70000), 2);
		fsleep(10);
		CHECK(gpu->pramin.nr);
		CHECK_EQ(rd(0x70000), 0);
		gpu_expect_none();
		wr(0x70000, 2);
		gpu_expect(CNOVA_SIM_UNKNOWN_REG, 1);
		wr(0x70010, 2);
		gpu_expect(CNOVA_SIM_UNKNOWN_REG, 1);
	} else if (facts->flush) {
		CHECK_EQ(rd(0x10f804), 0);
		token = rd(0x10f800);
		CHECK_EQ(rd(0x10f804), 0x80000000);
		CHECK_EQ(rd(0x10f800), token + 1);
		fsleep(10);
		CHECK(gpu->pramin.nr);
		CHECK_EQ(rd(0x10f804), token + 1);
		gpu->flush.started = 0x7fffffff;
		CHECK_EQ(rd(0x10f800), 0);
		gpu_expect_none();
		wr(0x10f800, 1);
		gpu_expect(CNOVA_SIM_UNKNOWN_REG, 1);
	} else {
		order();
	}
	gpu->knobs.latency_us = 0;
	CHECK(!gpu->pramin.nr);
	CHECK(!gpu_load(VA, &value));
	CHECK_EQ(value, 0x1111);
	gpu_expect_none();
	gpu_end();

	if (!is_v3)
		return;
	gpu_begin("flush_l2_tokens");
	CHECK_EQ(rd(0x10f80c), 0);
	token = rd(0x10f808);
	CHECK_EQ(rd(0x10f80c), token);
	CHECK_EQ(rd(0x10f814), 0);
	CHECK_EQ(rd(0xb80f10), 1);
	CHECK_EQ(rd(0xb80f14), 1);
	CHECK_EQ(rd(0xb80f1c), 0);
	gpu_expect_none();
	gpu_end();
}

/* ---- invalidates ---- */

static void test_invalidate(void)
{
	/* HARDWARE.md 4: what is written, and how many reports it is worth. */
	static const struct {
		u32 command, nr, on_turing;
	} rows[] = {
		{ 0x81, 0, 0 }, { 0x101, 0, 0 }, { 0xc1, 0, 0 },
		{ 0x01, 1, 1 },			/* no ACK */
		{ 0x181, 1, 1 },		/* ACK 3 */
		{ 0x85, 1, 1 },			/* hub only */
		{ 0x05, 2, 2 },
		{ 0x80, 1, 1 },			/* no ALL_VA */
		{ 0x89, 1, 1 },			/* replay */
		{ 0x200081, 1, 1 },		/* PASID */
		{ 0x8000081, 1, 1 },		/* bit 27 */
		{ 0x40000081, 1, 1 },		/* SKIPPED */
		{ 0x281, 1, 1 },		/* a field of a cancel */
		{ 0x10081, 0, 1 },		/* scope: Turing has none */
		{ 0x18081, 1, 1 },
		{ 0x1000081, 0, 0 },		/* level */
		{ 0x83, 0, 0 },
		{ 0x87, 0, 0 },			/* every address space, hub only: BAR's */
	};
	unsigned int i;

	gpu_begin_mapped("invalidate_fields");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gpu_invalidate(ROOT, rows[i].command);
		gpu_expect(CNOVA_SIM_TLB_REGS, facts->scope ? rows[i].nr : rows[i].on_turing);
	}
	gpu_end();

	gpu_begin_mapped("invalidate_registers");
	wr(0xb830a0, 4);
	gpu_expect(CNOVA_SIM_TLB_REGS, 1);
	wr(0xb830a4, 1 << 20);
	gpu_expect(CNOVA_SIM_TLB_REGS, 1);
	gpu_invalidate(GPU_VRAM, 0x85);
	gpu_expect(CNOVA_SIM_TLB_REGS, 1);
	gpu_invalidate(1ULL << 40 | ROOT, ALL_OF_IT);
	gpu_expect(CNOVA_SIM_TLB_REGS, 1);
	CHECK_EQ(rd(0xb830a4), 1);
	CHECK_EQ(rd(0xb830a0), ROOT >> 8);
	wr(0xb830b0, 0x81);		/* no trigger: nothing */
	CHECK_EQ(rd(0xb830b0), 0x81);
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("invalidate_busy");
	gpu->knobs.latency_us = 10;
	wr(0xb830b0, 0x80000081);
	CHECK_EQ(rd(0xb830b0), 0x80000081);
	wr(0xb830a0, 0);
	wr(0xb830a4, 0);
	wr(0xb830b0, 0x80000081);
	gpu_expect(CNOVA_SIM_TLB_REGS, 3);
	fsleep(20);
	CHECK_EQ(rd(0xb830b0), 0x81);
	gpu_expect_none();
	gpu_end();
}

static void test_invalidate_late(void)
{
	struct cnova_sim_flight flight;
	u64 value;

	gpu_begin_mapped("invalidate_when_it_is_seen");
	CHECK(!gpu_load(VA, &value));
	poke(SMALL, 0);
	order();
	wr(0xb830a0, ROOT >> 12 << 4);
	wr(0xb830b0, 0x80000081);
	CHECK(!gpu_load(VA, &value));
	rd(0xb830b0);
	CHECK_EQ(gpu_load(VA, &value), -EFAULT);
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("invalidate_waits_with_ack");
	cnova_sim_mmu_flight_begin(gpu->mmu, &flight);
	wr(0xb830b0, 0x80000081);
	CHECK_EQ(rd(0xb830b0), 0x80000081);
	CHECK_EQ(rd(0xb830b0), 0x80000081);
	cnova_sim_mmu_flight_end(&flight);
	CHECK_EQ(rd(0xb830b0), 0x81);
	cnova_sim_mmu_flight_begin(gpu->mmu, &flight);
	wr(0xb830b0, 0x80000003);
	CHECK_EQ(rd(0xb830b0), 3);
	cnova_sim_mmu_flight_end(&flight);
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("invalidate_lost");
	CHECK(!gpu_load(VA, &value));
	poke(SMALL, 0);
	order();
	gpu->knobs.ack_lost = 1;
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_load(VA, &value));
	CHECK(io->gpu_stale(gpu) > 0);
	gpu_expect_some(CNOVA_SIM_COHERENCE);
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK_EQ(gpu_load(VA, &value), -EFAULT);
	CHECK_EQ(io->gpu_stale(gpu), 0);
	gpu->knobs.trigger_stuck = true;
	wr(0xb830b0, 0x80000081);
	msleep(1000);
	CHECK_EQ(rd(0xb830b0), 0x80000081);
	gpu_expect_none();
	gpu_end();

	/* Nothing is cached, but the model has to remember what nobody was told of. */
	gpu_begin_mapped("invalidate_lost_gives_nothing_back");
	poke(SMALL, 0);
	order();
	gpu->knobs.ack_lost = 1;
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->vram_release(gpu, DATA, SZ_64K);
	gpu_expect(CNOVA_SIM_RELEASED, 1);
	CHECK(!io->vram_populate(gpu, DATA, SZ_64K));
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->vram_release(gpu, DATA, SZ_64K);
	gpu_expect_none();
	gpu_end();
}

/* CACHE_LEVEL n reaches up to PDE(n - 2); one less leaves the directory in the cache. */
static void test_cache_level(void)
{
	u64 entry[] = { 0, SMALL, E_HIGH, E_PD1, E_PD2, E_PD3, E_PD4 };
	unsigned int level, top = is_v3 ? 6 : 5;
	u64 value;

	for (level = 1; level <= top; level++) {
		char name[32];

		snprintf(name, sizeof(name), "invalidate_level_%u", level);
		gpu_begin_mapped(name);
		CHECK(!gpu_load(VA, &value));
		poke(entry[level], 0);
		order();
		if (level > 1) {
			gpu_invalidate(ROOT, ALL_OF_IT | (level - 1) << 24);
			CHECK(!gpu_load(VA, &value));
		}
		gpu_invalidate(ROOT, ALL_OF_IT | level << 24);
		CHECK_EQ(gpu_load(VA, &value), -EFAULT);
		gpu_expect_none();
		gpu_end();
	}
}

/* ---- binding ---- */

#define BLOCK	OTHER		/* an instance block */

static void bind(unsigned int bar, u64 block)
{
	if (facts->bind_pair) {
		wr(0xb80f50 + 0x10 * bar, (block & 0xfffff000) | 0x200);
		wr(0xb80f54 + 0x10 * bar, block >> 32);
	} else {
		wr(0xb80f38 + 8 * bar, 0x80000000 | block >> 12);
	}
}

static bool is_bound(unsigned int bar)
{
	if (facts->bind_pair)
		return !(rd(0xb80f50 + 0x10 * bar) & 3);
	return !(rd(0xb80f50) & 3 << 2 * (bar - 1));
}

static void gpu_begin_block(const char *name, u64 pdb)
{
	gpu_begin_mapped(name);
	CHECK(!io->vram_populate(gpu, BLOCK, SZ_4K));
	poke(BLOCK + 0x200, pdb);
	order();
	/* BAR1 begins at address 0: give it the page of data there as well. */
	poke(is_v3 ? PD3 : ROOT, TABLE(PD2));
	poke(PD2, TABLE(PD1));
	poke(PD1, TABLE(PD0));
	poke(PD0 + 8, TABLE(SMALL2));
	poke(SMALL2 + 8, LEAF(DATA));
	poke(DATA, 0x1111);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	gpu_expect_none();
}

static void test_bind(void)
{
	u64 value;

	gpu_begin("bind_physical_after_reset");
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	value = 0x1111;
	io->bar1_write(gpu, DATA, &value, 8);
	io->bar1_read(gpu, DATA, &value, 8);
	CHECK_EQ(peek(DATA), 0x1111);
	CHECK(io->bar1_page(gpu, DATA));
	gpu_expect_none();
	io->bar1_read(gpu, GPU_WPR, &value, 8);
	CHECK_EQ(value, ~0ULL);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	gpu_end();

	gpu_begin_block("bind_virtual", ROOT | 0xc00);
	gpu->knobs.latency_us = 10;
	bind(1, BLOCK);
	CHECK(!is_bound(1));
	io->bar1_read(gpu, SZ_4K, &value, 8);
	gpu_expect(CNOVA_SIM_TLB_REGS, 1);
	bind(1, BLOCK);
	gpu_expect(CNOVA_SIM_TLB_REGS, facts->bind_pair ? 2 : 1);
	fsleep(20);
	CHECK(is_bound(1));
	io->bar1_read(gpu, SZ_4K, &value, 8);
	CHECK_EQ(value, 0x1111);
	gpu_expect_none();
	io->bar1_read(gpu, 0, &value, 8);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	CHECK(!io->bar1_page(gpu, 0));
	gpu->knobs.latency_us = 0;
	/* The hub's own: nobody else need be told. */
	gpu_invalidate(ROOT, 5);
	gpu_expect_none();
	gpu_end();

	gpu_begin_block("bind_bar2", ROOT | 0xc00);
	bind(2, BLOCK);
	CHECK(gpu->bar2.outstanding);
	CHECK(is_bound(2));
	CHECK(!gpu->bar2.outstanding);
	CHECK_EQ(gpu->bar2.client.pdb, ROOT);
	CHECK(!gpu->bar1.is_bound);
	gpu_expect_none();
	gpu_end();

	if (!facts->bind_pair)
		return;
	gpu_begin_block("bind_starts_with_the_upper_half", ROOT | 0xc00);
	wr(0xb80f60, BLOCK | 0x200);
	CHECK(!gpu->bar1.outstanding);
	CHECK(!gpu->bar1.is_bound);
	CHECK_EQ(rd(0xb80f60), BLOCK | 0x200);
	wr(0xb80f64, 0);
	CHECK(gpu->bar1.is_bound);
	CHECK(is_bound(1));
	gpu_expect_none();
	wr(0xb80f60, BLOCK | 0x202);
	wr(0xb80f74, 1 << 20);
	gpu_expect(CNOVA_SIM_TLB_REGS, 2);
	gpu_end();
}

static void test_bind_wrong(void)
{
	u64 value;

	gpu_begin_mapped("bind_to_nothing_written");
	CHECK(!io->vram_populate(gpu, BLOCK, SZ_4K));
	bind(1, BLOCK);
	gpu_expect(CNOVA_SIM_UNINIT, 1);
	CHECK(is_bound(1));
	io->bar1_read(gpu, SZ_4K, &value, 8);
	gpu_expect(CNOVA_SIM_WINDOW, 1);
	gpu_end();

	gpu_begin_block("bind_to_old_formats", ROOT | 0x400);
	bind(1, BLOCK);
	gpu_expect(CNOVA_SIM_FORMAT, 1);
	gpu_end();

	gpu_begin_block("bind_to_an_invalid_pdb", ROOT | 0xc01);
	bind(1, BLOCK);
	CHECK(!gpu->bar1.is_bound);
	gpu_expect_none();
	gpu_end();

	gpu_begin_block("bind_to_an_undefined_target", ROOT | 0xc00);
	if (facts->bind_pair) {
		wr(0xb80f60, BLOCK | 0x600);
		wr(0xb80f64, 0);
	} else {
		wr(0xb80f40, 0x90000000 | BLOCK >> 12);
	}
	CHECK(!gpu->bar1.is_bound);
	gpu_expect(CNOVA_SIM_TLB_REGS, 1);
	gpu_end();

	gpu_begin_block("bind_overtakes_the_block", ROOT | 0xc00);
	poke(BLOCK + 0x208, 0);
	bind(1, BLOCK);
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	CHECK(is_bound(1));
	order();
	poke(ROOT + 8, 0);
	bind(1, BLOCK);
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	gpu_end();

	gpu_begin_block("bind_with_entries_of_an_earlier_use", ROOT | 0xc00);
	CHECK(!gpu_load(VA, &value));
	poke(is_v3 ? E_PD4 : E_PD3, 0);
	order();
	bind(1, BLOCK);
	gpu_expect_some(CNOVA_SIM_PDB_REUSE);
	gpu_end();
}

static void tests(void)
{
	test_identity();
	test_known();
	test_size();
	test_window();
	test_window_target();
	test_posted();
	test_flush();
	test_invalidate();
	test_invalidate_late();
	test_cache_level();
	test_bind();
	test_bind_wrong();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
