// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's copy engines: which methods there are, what a launch does, and what
 * it refuses. Random copies are in test_sim_ce_fuzz.c. Prints TAP.
 */
#include <linux/kernel.h>

#include "test_ce.h"

static void begin_ce(const char *name)
{
	unsigned int i;

	gpu_begin_mapped(name);
	for (i = 0; i < 16; i++)
		poke(SMALL + i * 8, LEAF(DATA + i * SZ_4K));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	ce_begin();
}

static void fill_bytes(u64 pa, u64 size)
{
	u64 at;

	for (at = pa; at < pa + size; at += 8)
		poke(at, (at * 0x9e3779b97f4a7c15ULL) | 1);
	order();
}

/* ---- methods ---- */

/* From the class headers: what all classes have, and what later ones add. */
static bool has_method(u32 offset)
{
	static const u16 all[] = {
		0x100, 0x140, 0x1114, 0x240, 0x244, 0x248, 0x254, 0x258, 0x25c, 0x260, 0x264, 0x300,
		0x400, 0x404, 0x408, 0x40c, 0x410, 0x414, 0x418, 0x41c, 0x700, 0x704, 0x708, 0x70c,
		0x710, 0x714, 0x718, 0x71c, 0x720, 0x728, 0x72c, 0x730, 0x734, 0x738, 0x73c, 0x744,
		0x748, 0x74c, 0x750,
	};
	static const u16 from_c7[] = { 0x21c, 0x220, 0x224, 0x24c };
	static const u16 from_c8[] = { 0x500, 0x514, 0x518, 0x530, 0x534, 0x538, 0x53c, 0x6fc };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i] == offset)
			return true;
	for (i = 0; ce_class >= 0xc7b5 && i < ARRAY_SIZE(from_c7); i++)
		if (from_c7[i] == offset)
			return true;
	for (i = 0; ce_class >= 0xc8b5 && i < ARRAY_SIZE(from_c8); i++)
		if (from_c8[i] == offset)
			return true;
	return ce_class >= 0xcab5 && offset == 0x754;
}

static void test_methods(void)
{
	u32 class, offset;

	begin_ce("ce_methods");
	for (offset = 0x100; offset < 0x4000; offset += 4)
		CHECK(ce_run(offset, 0) ==
		      (has_method(offset) ? CNOVA_SIM_DONE : CNOVA_SIM_BAD_METHOD));
	gpu_expect_none();
	ce_end();

	begin_ce("ce_classes");
	for (class = 0xc0b5; class < 0xd0b5; class += 0x100) {
		bool known = class == ce_class || (!strcmp(chip, "gb20b") && class == 0xc9b5);

		CHECK_EQ(engine.ops->set_object(&engine, &ctx, class),
			 known ? CNOVA_SIM_DONE : CNOVA_SIM_BAD_CLASS);
	}
	CHECK_EQ(engine.ops->set_object(&engine, &ctx, 0), CNOVA_SIM_BAD_CLASS);
	ce_fresh_channel();
	CHECK_EQ(ce_run(LENGTH, 0), CNOVA_SIM_BAD_CLASS);
	ce_end();
}

/* ---- copies ---- */

static void test_copy(void)
{
	begin_ce("ce_copy");
	fill_bytes(DATA, SZ_16K);
	ce_linear(VA + 3, VA + SZ_32K + 5, SZ_8K + 1);
	ce_do(LAUNCH, COPY);
	CHECK_EQ(peek(DATA + SZ_32K + 8), peek(DATA) >> 48 | peek(DATA + 8) << 16);
	CHECK_EQ(peek(DATA + SZ_32K + SZ_8K) >> 40 & 0xff, peek(DATA + SZ_8K) >> 24 & 0xff);
	/* Nothing of it is interrupted, flushed or released. */
	CHECK_EQ(nr_notified, 0);
	ce_do(LENGTH, 0);
	ce_do(LAUNCH, COPY);
	ce_do(LENGTH, 64);
	ce_pair(OUT_UPPER, VA + SZ_1M);
	ce_do(LAUNCH, COPY & ~3);
	gpu_expect_none();
	ce_end();

	begin_ce("ce_lines");
	fill_bytes(DATA, SZ_4K);
	fill_bytes(DATA + SZ_32K, SZ_4K);
	ce_linear(VA, VA + SZ_32K + 4 * 256, 8);
	ce_do(PITCH_IN, 64);
	ce_do(PITCH_OUT, -256U);
	ce_do(COUNT, 5);
	ce_do(LAUNCH, COPY | MULTI);
	CHECK_EQ(peek(DATA + SZ_32K + 4 * 256), peek(DATA));
	CHECK_EQ(peek(DATA + SZ_32K + 3 * 256), peek(DATA + 64));
	CHECK_EQ(peek(DATA + SZ_32K), peek(DATA + 4 * 64));
	CHECK_EQ(peek(DATA + SZ_32K + 8), ((DATA + SZ_32K + 8) * 0x9e3779b97f4a7c15ULL) | 1);
	/* One line without the bit. */
	ce_pair(OUT_UPPER, VA + SZ_16K);
	poke(DATA + SZ_16K + 256, 77);
	order();
	ce_do(PITCH_OUT, 256);
	ce_do(LAUNCH, COPY);
	CHECK_EQ(peek(DATA + SZ_16K), peek(DATA));
	CHECK_EQ(peek(DATA + SZ_16K + 256), 77);
	gpu_expect_none();
	ce_end();
}

static void test_remap(void)
{
	begin_ce("ce_memset");
	fill_bytes(DATA, SZ_4K);
	ce_pair(OUT_UPPER, VA + 3);
	/* One byte, four, eight: HARDWARE.md 11.6, last paragraph. */
	ce_do(CONST_B, 0x1234565a);
	ce_do(COMPONENTS, 5);
	ce_do(LENGTH, 9);
	ce_do(LAUNCH, 0x582);
	CHECK_EQ(peek(DATA) >> 24, 0x5a5a5a5a5a);
	CHECK_EQ(peek(DATA + 8) & 0xffffffff, 0x5a5a5a5a);
	CHECK((peek(DATA + 8) >> 32 & 0xff) != 0x5a || (peek(DATA) & 0xff) != 0x5a);
	ce_pair(OUT_UPPER, VA + 0x40);
	ce_do(COMPONENTS, 5 | 3 << 16);
	ce_do(LENGTH, 2);
	ce_do(LAUNCH, 0x582);
	CHECK_EQ(peek(DATA + 0x40), 0x1234565a1234565a);
	ce_do(CONST_A, 0x87654321);
	ce_do(COMPONENTS, 4 | 5 << 4 | 3 << 16 | 1 << 24);
	ce_do(LENGTH, 1);
	ce_do(LAUNCH, 0x582);
	CHECK_EQ(peek(DATA + 0x40), 0x1234565a87654321);
	/* It reads nothing, so where from does not matter. */
	ce_pair(IN_UPPER, 0);
	ce_do(LAUNCH, 0x582);
	gpu_expect_none();
	ce_end();

	begin_ce("ce_remap");
	fill_bytes(DATA, SZ_8K);
	poke(DATA, 0x8877665544332211);
	poke(DATA + SZ_4K, 0);
	order();
	/* Four bytes to four: w, kept, A, x. */
	ce_linear(VA, VA + SZ_4K, 2);
	ce_do(CONST_A, 0xaa);
	ce_do(COMPONENTS, 3 | 6 << 4 | 4 << 8 | 0 << 12 | 3 << 20 | 3 << 24);
	ce_do(LAUNCH, COPY | REMAP);
	CHECK_EQ(peek(DATA + SZ_4K), 0x55aa008811aa0044);
	/* Two components of two bytes to one. */
	ce_do(COMPONENTS, 1 | 1 << 16 | 1 << 20);
	ce_pair(OUT_UPPER, VA + SZ_4K + 8);
	ce_do(LAUNCH, COPY | REMAP);
	CHECK_EQ(peek(DATA + SZ_4K + 8) & 0xffffffff, 0x88774433);
	gpu_expect_none();
	ce_end();
}

static void test_linear_blocks(void)
{
	begin_ce("ce_block_linear");
	fill_bytes(DATA, SZ_4K);
	/* Two GOBs high: pixel (64 + 17, 9) of a line of 128: block 1, GOB 1, line 1. */
	ce_linear(VA, VA + SZ_32K, 1);
	ce_do(DST_BLOCK, 0x1010);
	ce_do(DST_BLOCK + 4, 128);
	ce_do(DST_BLOCK + 8, 16);
	ce_do(DST_BLOCK + 12, 1);
	ce_do(DST_BLOCK + 16, 0);
	ce_do(DST_ORIGIN, 9 << 16 | 81);
	ce_do(LAUNCH, COPY & ~0x100);
	CHECK_EQ(peek(DATA + SZ_32K + 1024 + 512 + 32 + 16) >> 8 & 0xff, peek(DATA) & 0xff);
	/* The same origin, in two words; and back. */
	ce_do(SRC_BLOCK, 0x1010);
	ce_do(SRC_BLOCK + 4, 128);
	ce_do(SRC_BLOCK + 8, 16);
	ce_do(SRC_BLOCK + 12, 1);
	ce_do(SRC_ORIGIN_X, 81);
	ce_do(SRC_ORIGIN_X + 4, 9);
	ce_linear(VA + SZ_32K, VA + SZ_16K, 1);
	ce_do(LAUNCH, COPY & ~0x80);
	CHECK_EQ(peek(DATA + SZ_16K) & 0xff, peek(DATA) & 0xff);
	gpu_expect_none();
	ce_end();
}

/* ---- faults ---- */

static void test_faults(void)
{
	begin_ce("ce_fault_in_the_middle");
	fill_bytes(DATA, SZ_64K);
	/* 5 bytes before the end of what is mapped. */
	ce_linear(VA + SZ_64K - 5, VA, 64);
	CHECK_EQ(ce_run(LAUNCH, COPY), CNOVA_SIM_FAULTED);
	CHECK_EQ(ctx.fault.address, VA + SZ_64K);
	CHECK_EQ(ctx.fault.access, CNOVA_SIM_READ);
	CHECK_EQ(ctx.fault.type, CNOVA_SIM_FAULT_PTE);
	CHECK_EQ(peek(DATA) & 0xffffffffffULL, peek(DATA + SZ_64K - 8) >> 24);
	/* The destination ends earlier than the source. */
	ce_linear(VA + SZ_64K - 16, VA + SZ_64K - 8, 64);
	CHECK_EQ(ce_run(LAUNCH, COPY), CNOVA_SIM_FAULTED);
	CHECK_EQ(ctx.fault.access, CNOVA_SIM_WRITE);
	CHECK_EQ(ctx.fault.address, VA + SZ_64K);
	/* Mapped meanwhile: the same launch again does all of it. */
	poke(E_HIGH + 16, TABLE(SMALL2));
	poke(SMALL + 16 * 8, LEAF(DATA));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK_EQ(ce_run(LAUNCH, COPY), CNOVA_SIM_DONE);
	/* No semaphore of a copy that faulted. */
	ce_linear(VA + SZ_1M, VA, 64);
	ce_pair(SEMAPHORE_A, VA + SZ_32K);
	ce_do(PAYLOAD, 0x600d);
	CHECK_EQ(ce_run(LAUNCH, COPY | 1 << 3), CNOVA_SIM_FAULTED);
	CHECK((peek(DATA + SZ_32K) & 0xffffffff) != 0x600d);
	ce_pair(SEMAPHORE_A, VA + SZ_1M);
	ce_do(LENGTH, 0);
	CHECK_EQ(ce_run(LAUNCH, COPY | 1 << 3), CNOVA_SIM_FAULTED);
	CHECK_EQ(ctx.fault.address, VA + SZ_1M);
	ce_end();

	begin_ce("ce_address_width");
	ce_linear(0x1ffffffffffffff, VA, 1);
	CHECK_EQ(ce_run(LAUNCH, COPY), CNOVA_SIM_FAULTED);
	CHECK_EQ(ctx.fault.address, ce_class >= 0xc8b5 ? 0x1ffffffffffffff : 0x1ffffffffffff);
	/* Beyond the last address there is none. */
	ce_pair(IN_UPPER, VA);
	ce_pair(OUT_UPPER, ctx.fault.address);
	ce_do(LENGTH, 2);
	CHECK_EQ(ce_run(LAUNCH, COPY), CNOVA_SIM_FAULTED);
	gpu_expect_none();
	ce_end();
}

static void test_physical(void)
{
	begin_ce("ce_physical");
	fill_bytes(DATA, SZ_4K);
	ce_linear(VA, VA + SZ_4K, 8);
	CHECK_EQ(ce_run(LAUNCH, COPY | BIT(12)), CNOVA_SIM_NOT_ALLOWED);
	CHECK_EQ(ce_run(LAUNCH, COPY | BIT(13)), CNOVA_SIM_NOT_ALLOWED);
	CHECK_EQ(ce_run(LAUNCH, BIT(13)), CNOVA_SIM_NOT_ALLOWED);
	ctx.may_physical = true;
	ce_pair(OUT_UPPER, DATA + SZ_8K);
	ce_do(LAUNCH, COPY | BIT(13));
	CHECK_EQ(peek(DATA + SZ_8K), peek(DATA));
	/* A knob: one that is to go by a physical address does not, and virtual ones do. */
	poke(DATA + SZ_8K, 0);
	order();
	gpu->knobs.physical_fault = 1;
	CHECK_EQ(ce_run(LAUNCH, COPY | BIT(13)), CNOVA_SIM_FAULTED);
	CHECK(ctx.fault.physical);
	CHECK_EQ(ctx.fault.type, CNOVA_SIM_FAULT_REGION);
	CHECK_EQ(ctx.fault.access, CNOVA_SIM_WRITE);
	CHECK_EQ(ctx.fault.address, DATA + SZ_8K);
	CHECK_EQ(peek(DATA + SZ_8K), 0);
	CHECK_EQ(gpu->knobs.physical_fault, 0);
	CHECK_EQ(ce_run(LAUNCH, COPY | BIT(13)), CNOVA_SIM_DONE);
	CHECK_EQ(peek(DATA + SZ_8K), peek(DATA));
	ce_do(DST_PHYS, 3);
	CHECK_EQ(ce_run(LAUNCH, COPY | BIT(13)), CNOVA_SIM_FAULTED);
	CHECK(ctx.fault.physical);
	CHECK_EQ(ctx.fault.type, CNOVA_SIM_FAULT_APERTURE);
	gpu_expect_none();
	ce_do(DST_PHYS, 1);
	CHECK_EQ(ce_run(LAUNCH, COPY | BIT(13)), CNOVA_SIM_FAULTED);
	gpu_expect(CNOVA_SIM_GRANT, 1);
	ce_end();

	if (ce_class < 0xc8b5)
		return;
	begin_ce("ce_scrub");
	fill_bytes(DATA, SZ_8K);
	ctx.may_physical = true;
	ce_pair(OUT_UPPER, DATA + SZ_4K);
	ce_do(LENGTH, SZ_4K);
	ce_do(LAUNCH, COPY | BIT(13) | BIT(23));
	CHECK_EQ(peek(DATA + SZ_4K), 0);
	CHECK_EQ(peek(DATA + SZ_8K - 8), 0);
	CHECK(peek(DATA + SZ_4K - 8) != 0);
	gpu_expect_none();
	ce_end();
}

/* ---- semaphores and interrupts ---- */

static void test_semaphores(void)
{
	u64 sem = DATA + SZ_16K;

	begin_ce("ce_semaphores");
	fill_bytes(sem, 16);
	ce_pair(SEMAPHORE_A, VA + SZ_16K);
	ce_do(PAYLOAD, 0x1001);
	ce_do(LAUNCH, 1 << 3);
	CHECK_EQ(peek(sem) & 0xffffffff, 0x1001);
	CHECK_EQ(peek(sem) >> 32, (sem * 0x9e3779b97f4a7c15ULL) >> 32);
	ce_do(LAUNCH, 2 << 3);
	CHECK_EQ(peek(sem), 0x1001);
	CHECK(peek(sem + 8) && peek(sem + 8) <= cnova_sim_access_time());
	/* Signed minimum, unsigned maximum. */
	ce_do(PAYLOAD, -5U);
	ce_do(LAUNCH, 1 << 3 | 0 << 14 | BIT(19));
	CHECK_EQ(peek(sem), 0xfffffffb);
	ce_do(PAYLOAD, 7);
	ce_do(LAUNCH, 1 << 3 | 1 << 14 | BIT(18) | BIT(19));
	CHECK_EQ(peek(sem), 0xfffffffb);
	ce_do(LAUNCH, 1 << 3 | 5 << 14 | BIT(19));
	CHECK_EQ(peek(sem), 2);
	if (ce_class >= 0xc7b5) {
		ce_do(PAYLOAD_UPPER, 0x77);
		ce_do(LAUNCH, 1 << 3 | BIT(27));
		CHECK_EQ(peek(sem), 0x7700000007);
		ce_do(LAUNCH, 1 << 3 | 5 << 14 | BIT(19) | BIT(27));
		CHECK_EQ(peek(sem), 0xee0000000e);
	}
	CHECK_EQ(nr_notified, 0);
	ce_do(LAUNCH, 3 << 3);
	CHECK_EQ(nr_notified, 1);
	gpu_expect_none();
	ce_end();

	if (ce_class < 0xc7b5)
		return;
	begin_ce("ce_monitored_fence");
	poke(DATA + 64, 100);
	order();
	ce_pair(0x220, VA + 64);
	ce_pair(SEMAPHORE_A, VA + SZ_16K);
	ce_do(PAYLOAD, 99);
	ce_do(LAUNCH, 3 << 3);
	CHECK_EQ(nr_notified, 0);
	ce_do(PAYLOAD, 100);
	ce_do(LAUNCH, 3 << 3);
	CHECK_EQ(nr_notified, 1);
	CHECK_EQ(peek(sem) & 0xffffffff, 100);
	gpu_expect_none();
	ce_end();
}

static void clear_blocking(void)
{
	if (ce_reg(0x10) & 1 && ++ce_pieces == 4) {
		CHECK(ce_stalled);
		ce_set_reg(0x10, 1);
	}
}

static void test_interrupts(void)
{
	begin_ce("ce_interrupts");
	ce_do(LAUNCH, 2 << 5);
	CHECK_EQ(nr_notified, 1);
	CHECK(!ce_stalled);
	/* Blocking: it waits, may be taken off, and goes on once software has seen it. */
	ce_stop_every = 2;
	ce_pieces = 0;
	CHECK_EQ(ce_run(LAUNCH, 1 << 5), CNOVA_SIM_AGAIN);
	CHECK(ce_stalled);
	CHECK_EQ(ce_reg(0x10), 1);
	ce_stop_every = 0;
	ce_pieces = 0;
	ce_asked = clear_blocking;
	CHECK_EQ(ce_run(LAUNCH, 1 << 5), CNOVA_SIM_DONE);
	CHECK_EQ(ce_pieces, 4);
	CHECK(!ce_stalled);
	CHECK_EQ(nr_notified, 1);
	gpu_expect_none();
	ce_end();
}

static void test_render(void)
{
	static const struct {
		u32 mode;
		u64 first, second;
		bool copies;
	} cases[] = {
		{ 0, 1, 1, false }, { 1, 0, 0, true }, { 2, 0, 1, false }, { 2, 5, 5, true },
		{ 3, 5, 5, true }, { 3, 5, 6, false }, { 4, 5, 5, false }, { 4, 5, 6, true },
		{ 5, 1, 1, false },
	};
	unsigned int i;

	begin_ce("ce_render_enable");
	ce_linear(VA, VA + SZ_4K, 8);
	ce_pair(RENDER_A, VA + SZ_8K);
	ce_pair(SEMAPHORE_A, VA + SZ_16K);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* Before C8B5 the upper half has eight bits: VA does not fit. */
		if (ce_class < 0xc8b5 && cases[i].mode > 1)
			continue;
		poke(DATA, i + 1);
		poke(DATA + SZ_4K, 0);
		poke(DATA + SZ_8K, cases[i].first);
		poke(DATA + SZ_8K + 16, cases[i].second);
		order();
		ce_do(RENDER_C, cases[i].mode);
		ce_do(PAYLOAD, i);
		ce_do(LAUNCH, COPY | 1 << 3);
		CHECK_EQ(peek(DATA + SZ_4K), (i + 1) * cases[i].copies);
		CHECK_EQ(peek(DATA + SZ_16K) & 0xffffffff, i);
	}
	gpu_expect_none();
	if (ce_class < 0xc8b5) {
		ce_do(RENDER_C, 2);
		CHECK_EQ(ce_run(LAUNCH, COPY), CNOVA_SIM_FAULTED);
		CHECK_EQ(ctx.fault.address, (VA + SZ_8K) & 0xffffffffff);
	}
	ce_end();
}

/* ---- what is refused ---- */

/* The launch raises @error; the engine says so until it is reset. */
static void refuse(u32 launch, u32 error)
{
	CHECK_EQ(ce_run(LAUNCH, launch), CNOVA_SIM_HALTED);
	CHECK_EQ(ce_reg(0x18), error);
	CHECK_EQ(ce_reg(0x10), BIT(2));
	CHECK(ce_stalled);
	ce_set_reg(0x10, BIT(2));
	CHECK(!ce_stalled);
	spin_lock(&gpu->lock);
	engine.ops->reset(&engine);
	spin_unlock(&gpu->lock);
	CHECK_EQ(ce_reg(0x18), 0);
}

static void test_bad_launches(void)
{
	begin_ce("ce_bad_launches");
	ce_linear(VA, VA + SZ_4K, 64);
	refuse(COPY | BIT(31), 0xa);
	refuse(COPY | BIT(24), 0xa);
	if (ce_class < 0xc7b5)
		refuse(1 << 3 | BIT(27), 0xa);
	if (ce_class > 0xc8b5)
		refuse(COPY | BIT(11), 0xa);
	if (ce_class == 0xc6b5 || ce_class == 0xc7b5)
		refuse(COPY | BIT(20), 0xa);
	if (ce_class < 0xcab5)
		refuse(COPY | 3, 9);
	else
		ce_do(LAUNCH, COPY | 3);
	refuse(COPY | 3 << 5, 9);
	if (ce_class >= 0xc8b5) {
		refuse(COPY | 3 << 20, 9);
		refuse(COPY | 1 << 20, 0xb);
		refuse(COPY | BIT(23), 0xb);
	} else {
		refuse(COPY | BIT(23), 9);
	}

	ce_pair(SEMAPHORE_A, VA + 2);
	refuse(1 << 3, 2);
	ce_pair(SEMAPHORE_A, VA + 8);
	refuse(2 << 3, 2);
	if (ce_class >= 0xc7b5) {
		ce_pair(SEMAPHORE_A, VA + 4);
		refuse(1 << 3 | BIT(27), 2);
	}
	ce_pair(SEMAPHORE_A, VA);
	refuse(1 << 3 | BIT(19) | 8 << 14, 9);
	refuse(1 << 3 | BIT(19) | 0xa << 14, 0xb);

	ce_do(COUNT, 2);
	ce_do(PITCH_IN, 63);
	ce_do(PITCH_OUT, 64);
	refuse(COPY | MULTI, 4);
	ce_do(PITCH_IN, -63U);
	refuse(COPY | MULTI, 5);
	ce_do(PITCH_IN, -64U);
	ce_do(PITCH_OUT, 63);
	refuse(COPY | MULTI, 6);
	ce_do(PITCH_OUT, -63U);
	refuse(COPY | MULTI, 7);

	ce_do(COMPONENTS, 7);
	refuse(COPY | REMAP, 9);
	ce_do(COMPONENTS, 2 | 1 << 20);
	refuse(COPY | REMAP, 8);
	ce_do(COMPONENTS, 5 | 3 << 16);
	ce_pair(OUT_UPPER, VA + 2);
	refuse(COPY | REMAP, 2);
	gpu_expect_none();
	/* None of them did anything. */
	CHECK_EQ(nr_notified, 0);
	ce_end();
}

static void test_bad_blocks(void)
{
	begin_ce("ce_bad_blocks");
	ce_linear(VA, VA + SZ_4K, 64);
	ce_do(DST_BLOCK, 0x1000);
	ce_do(DST_BLOCK + 4, 64);
	ce_do(DST_BLOCK + 8, 8);
	ce_do(DST_BLOCK + 12, 2);
	ce_do(COUNT, 8);
	ce_do(PITCH_IN, 64);
	ce_do(LAUNCH, (COPY & ~0x100) | MULTI);
	ce_do(COUNT, 9);
	refuse((COPY & ~0x100) | MULTI, 3);
	ce_do(COUNT, 8);
	ce_do(DST_ORIGIN, 1);
	refuse((COPY & ~0x100) | MULTI, 3);
	ce_do(DST_ORIGIN, 0);
	ce_do(DST_BLOCK + 16, 2);
	refuse((COPY & ~0x100) | MULTI, 1);
	ce_do(DST_BLOCK + 16, 0);
	ce_do(DST_BLOCK, 0x1001);
	refuse(COPY & ~0x100, 9);
	ce_do(DST_BLOCK, 0x1060);
	refuse(COPY & ~0x100, 9);
	ce_do(DST_BLOCK, 0x1600);
	refuse(COPY & ~0x100, 9);
	ce_do(DST_BLOCK, 0);
	refuse(COPY & ~0x100, 9);
	ce_do(DST_BLOCK, 0x1000);
	ce_pair(OUT_UPPER, VA + 256);
	refuse(COPY & ~0x100, 2);
	gpu_expect_none();
	ce_end();
}

/* ---- in slices ---- */

static void test_slices(void)
{
	enum cnova_sim_result result;
	unsigned int again = 0;
	u64 at;

	begin_ce("ce_slices");
	fill_bytes(DATA, SZ_32K);
	ce_linear(VA, VA + SZ_32K, SZ_1K);
	ce_do(PITCH_IN, SZ_1K);
	ce_do(PITCH_OUT, SZ_1K);
	ce_do(COUNT, 32);
	ce_pair(SEMAPHORE_A, VA + SZ_64K - 4);
	ce_do(PAYLOAD, 0x51);
	ce_do(COUNT, 31);
	ce_stop_every = 3;
	ce_pieces = 0;
	while ((result = ce_run(LAUNCH, COPY | MULTI | 1 << 3 | 2 << 5)) == CNOVA_SIM_AGAIN &&
	       again < 16) {
		CHECK_EQ(nr_notified, 0);
		/* What was copied is not copied again. */
		poke(DATA + again * 2 * SZ_1K, 0xbad);
		order();
		again++;
	}
	CHECK_EQ(result, CNOVA_SIM_DONE);
	CHECK_EQ(again, 15);
	CHECK_EQ(nr_notified, 1);
	CHECK_EQ(peek(DATA + SZ_64K - 8) >> 32, 0x51);
	for (at = 0; at < 31 * SZ_1K; at += 8)
		CHECK_EQ(peek(DATA + SZ_32K + at), ((DATA + at) * 0x9e3779b97f4a7c15ULL) | 1);
	gpu_expect_none();
	ce_end();
}

static void test_flush(void)
{
	struct page *page = (struct page *)__get_free_page(GFP_KERNEL);
	u64 bus = 0x76543000;

	begin_ce("ce_flush");
	CHECK(!io->dma_grant(gpu, bus, page, 1));
	poke(SMALL + 16 * 8, SYS_LEAF(bus));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	ce_linear(VA, VA + SZ_64K, SZ_4K);
	/* Local: what is on its way to system memory stays on it. */
	ce_do(LAUNCH, COPY | BIT(2) | BIT(25));
	CHECK_EQ(gpu->unsettled.nr, facts->flush ? 1 : 0);
	ce_do(LAUNCH, COPY | BIT(2));
	CHECK_EQ(gpu->unsettled.nr, 0);
	poke(SMALL + 16 * 8, 0);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->dma_revoke(gpu, bus, 1);
	gpu_expect_none();
	free_page((unsigned long)page);
	ce_end();
}

static void tests(void)
{
	test_methods();
	test_copy();
	test_remap();
	test_linear_blocks();
	test_faults();
	test_physical();
	test_semaphores();
	test_interrupts();
	test_render();
	test_bad_launches();
	test_bad_blocks();
	test_slices();
	test_flush();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
