// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the whole model: each rule that it watches (DESIGN.md 6, enum cnova_sim_check)
 * is broken once, through the interface that a driver has, and only that rule is reported.
 * Registers have their own program, test_sim_regs.c. Prints TAP.
 */
#include "sim_gpu.h"

static void test_coherence(void)
{
	u64 value;

	gpu_begin_mapped("rule_1_missing_invalidate");
	CHECK(!gpu_load(VA, &value));
	CHECK_EQ(io->gpu_stale(gpu), 0);
	poke(SMALL, LEAF(DATA + SZ_4K));
	order();
	CHECK(!gpu_load(VA, &value));
	gpu_expect_none();
	/* Both units have it. */
	CHECK_EQ(io->gpu_stale(gpu), 2);
	gpu_expect(CNOVA_SIM_COHERENCE, 2);
	gpu_end();

	gpu_begin_mapped("rule_1_failures_too");
	CHECK_EQ(gpu_load(VA + SZ_4K, &value), -EFAULT);
	poke(SMALL + 8, LEAF(DATA));
	order();
	CHECK_EQ(gpu_load(VA + SZ_4K, &value), -EFAULT);
	CHECK_EQ(io->gpu_stale(gpu), 2);
	gpu_expect(CNOVA_SIM_COHERENCE, 2);
	gpu_end();
}

static void test_size_change(void)
{
	gpu_begin_mapped("rule_2_no_break");
	poke(E_LOW, LEAF(DATA));
	order();
	gpu_expect_some(CNOVA_SIM_SIZE_CHANGE);
	gpu_end();

	gpu_begin_mapped("rule_2_break_without_ack");
	poke(E_HIGH, 0);
	order();
	wr(0xb830a0, ROOT >> 12 << 4);
	wr(0xb830b0, 0x80000081);
	poke(E_LOW, LEAF(DATA));
	order();
	gpu_expect_some(CNOVA_SIM_SIZE_CHANGE);
	gpu_end();

	gpu_begin_mapped("rule_2_kept");
	poke(E_HIGH, 0);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	poke(E_LOW, LEAF(DATA));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	gpu_expect_none();
	gpu_end();
}

static void test_released(void)
{
	u64 value;

	gpu_begin_mapped("rule_3_reachable");
	io->vram_release(gpu, DATA, SZ_64K);
	gpu_expect(CNOVA_SIM_RELEASED, 1);
	gpu_end();

	gpu_begin_mapped("rule_3_cached");
	CHECK(!gpu_load(VA, &value));
	gpu->knobs.ack_lost = 1;
	poke(SMALL, 0);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->vram_release(gpu, DATA, SZ_64K);
	/* What is not invalidated, and a line of each unit. */
	gpu_expect(CNOVA_SIM_RELEASED, 3);
	gpu_end();

	gpu_begin_mapped("rule_3_a_table");
	io->vram_release(gpu, SMALL, SZ_4K);
	gpu_expect(CNOVA_SIM_RELEASED, 1);
	gpu_end();

	gpu_begin_mapped("rule_3_kept");
	CHECK(!gpu_load(VA, &value));
	poke(SMALL, 0);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->vram_release(gpu, DATA, SZ_64K);
	gpu_expect_none();
	gpu_end();
}

static void test_uninit(void)
{
	u64 value;

	gpu_begin_mapped("rule_5_table_not_cleared");
	CHECK(!io->vram_populate(gpu, OTHER, SZ_4K));
	poke(OTHER, LEAF(DATA));
	poke(PD0 + 9 * 16 + 8, TABLE(OTHER));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	gpu_expect_none();
	CHECK(!gpu_load(VA + 2 * SZ_2M, &value));
	gpu_expect(CNOVA_SIM_UNINIT, 2);
	gpu_end();

	gpu_begin_mapped("rule_5_root_of_16_bytes");
	CHECK(!io->vram_populate(gpu, OTHER, SZ_4K));
	poke(OTHER, 0);
	poke(OTHER + 8, 0);
	order();
	CHECK_EQ(io->gpu_read(gpu, OTHER, VA, &value, 8, &value), -EFAULT);
	/* 32 bytes are fetched, by each unit (HARDWARE.md 2.1, 3.1). */
	gpu_expect(CNOVA_SIM_UNINIT, 2);
	gpu_end();
}

static void test_format(void)
{
	gpu_begin_mapped("rule_6_kind_7");
	poke(SMALL + 8, LEAF(DATA) | KIND(7ULL));
	order();
	gpu_expect(CNOVA_SIM_FORMAT, 1);
	gpu_end();

	gpu_begin_mapped("rule_6_blocked_of_the_other_format");
	poke(BIG, 0);
	poke(E_LOW, TABLE(BIG));
	order();
	gpu_expect_none();
	poke(BIG, is_v3 ? 0x20 : 0x28);
	order();
	gpu_expect(CNOVA_SIM_FORMAT, 1);
	gpu_end();
}

static void test_grant(void)
{
	static struct page one __aligned(PAGE_SIZE), *page = &one;
	unsigned int i;
	u64 value;

	memset(page, 0x5a, SZ_4K);
	gpu_begin_mapped("rule_7_no_grant");
	poke(SMALL + 8, SYS_LEAF(0x12345000ULL));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	gpu_expect_none();
	CHECK_EQ(gpu_load(VA + SZ_4K, &value), -EFAULT);
	CHECK_EQ(gpu_store(VA + SZ_4K, 1), -EFAULT);
	gpu_expect(CNOVA_SIM_GRANT, 2);

	CHECK(!io->dma_grant(gpu, 0x12345000, page, 1));
	CHECK(!gpu_load(VA + SZ_4K, &value));
	CHECK_EQ(value, 0x5a5a5a5a5a5a5a5a);
	CHECK(!gpu_store(VA + SZ_4K, 0x1111));
	CHECK_EQ(*(u64 *)page->bytes, 0x1111);
	gpu_expect_none();
	CHECK(!io->dma_grant(gpu, 0x12345000, page, 1));
	gpu_expect(CNOVA_SIM_GRANT, 1);
	gpu_end();

	/* What is gone from the tables may be on its way to the page all the same. */
	gpu_begin_mapped("rule_7_revoked_without_membar");
	for (i = 0; i < 3; i++) {
		CHECK(!io->dma_grant(gpu, 0x12345000, page, 1));
		poke(SMALL + 8, SYS_LEAF(0x12345000ULL));
		order();
		gpu_invalidate(ROOT, ALL_OF_IT);
		CHECK(!gpu_store(VA + SZ_4K, 0x1111));
		poke(SMALL + 8, 0);
		order();
		gpu_invalidate(ROOT, i == 1 ? ALL_OF_IT | MEMBAR : ALL_OF_IT);
		if (i == 2)
			gpu_flush();
		io->dma_revoke(gpu, 0x12345000, 1);
		gpu_expect(CNOVA_SIM_GRANT, !i && facts->flush);
	}
	gpu_end();

	/* Those of long ago have arrived. */
	gpu_begin_mapped("rule_7_stores_arrive_in_time");
	CHECK(!io->dma_grant(gpu, 0x12345000, page, 1));
	for (i = 0; i <= CNOVA_SIM_UNSETTLED; i++) {
		poke(SMALL + 8 + i * 8, SYS_LEAF(0x12345000ULL + i * SZ_4K));
		order();
		gpu_invalidate(ROOT, ALL_OF_IT);
		CHECK(!i || !io->dma_grant(gpu, 0x12345000ULL + i * SZ_4K, page, 1));
		CHECK(!gpu_store(VA + SZ_4K + i * SZ_4K, 0x1111));
	}
	for (i = 0; i <= CNOVA_SIM_UNSETTLED; i++)
		poke(SMALL + 8 + i * 8, 0);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->dma_revoke(gpu, 0x12345000, 1);
	gpu_expect_none();
	io->dma_revoke(gpu, 0x12345000 + SZ_4K, 1);
	gpu_expect(CNOVA_SIM_GRANT, !!facts->flush);
	gpu_end();

	gpu_begin_mapped("rule_7_revoked_too_early");
	CHECK(!io->dma_grant(gpu, 0x12345000, page, 1));
	poke(SMALL + 8, SYS_LEAF(0x12345000ULL));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	io->dma_revoke(gpu, 0x12345000, 1);
	gpu_expect(CNOVA_SIM_GRANT, 1);
	io->dma_revoke(gpu, 0x12345000, 1);
	gpu_expect(CNOVA_SIM_GRANT, 2);	/* still mapped, and no grant */
	gpu_end();
}

/* Rule 11: a page table that the GPU can store into, in each way that it can come to be one. */
static void test_gpu_store(void)
{
	u64 value;

	gpu_begin_mapped("rule_11_own_4k_table");
	poke(SMALL + 8, LEAF(SMALL));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_load(VA + SZ_4K, &value));
	gpu_expect_none();
	CHECK(!gpu_store(VA + SZ_4K + 0x800, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	gpu_end();

	gpu_begin_mapped("rule_11_root");
	poke(SMALL + 8, LEAF(ROOT));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_store(VA + SZ_4K, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	/* Beyond the entries of the root there is none. */
	CHECK(!gpu_store(VA + SZ_4K + 32, 0));
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("rule_11_64k_table_in_the_middle_of_a_page");
	poke(BIG + 0x300, 0);
	poke(E_LOW, TABLE(BIG + 0x300));
	poke(SMALL + 8, LEAF(BIG));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_store(VA + SZ_4K + 0x2f8, 0));
	gpu_expect_none();
	CHECK(!gpu_store(VA + SZ_4K + 0x2fc, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	CHECK(!gpu_store(VA + SZ_4K + 0x3f8, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	CHECK(!gpu_store(VA + SZ_4K + 0x400, 0));
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("rule_11_through_a_2m_leaf");
	CHECK(!io->vram_populate(gpu, DATA + SZ_1M, SZ_4K));
	for (value = 0; value < SZ_4K; value += 8)
		poke(DATA + SZ_1M + value, 0);
	poke(PD0 + 9 * 16, LEAF(DATA));
	poke(PD0 + 11 * 16 + 8, TABLE(DATA + SZ_1M));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_store(VA + 2 * SZ_2M + SZ_1M + 8, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	gpu_end();

	gpu_begin_mapped("rule_11_of_another_address_space");
	CHECK(!io->vram_populate(gpu, OTHER, SZ_4K));
	for (value = 0; value < SZ_4K; value += 8)
		poke(OTHER + value, 0);
	poke(SMALL + 8, LEAF(OTHER));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	CHECK(!gpu_store(VA + SZ_4K, 0));
	gpu_expect_none();
	gpu_invalidate(OTHER, ALL_OF_IT);
	CHECK(!gpu_store(VA + SZ_4K, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	gpu_end();

	gpu_begin_mapped("rule_11_unhooked_but_cached");
	poke(E_HIGH, TABLE(SMALL2));
	poke(PD0 + 9 * 16 + 8, TABLE(BIG2));
	poke(BIG2, LEAF(SMALL));
	order();
	CHECK(!gpu_store(VA + 2 * SZ_2M, 0));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	gpu_end();
}

static void test_populate(void)
{
	u64 value;

	gpu_begin("rule_13_memory_in_use");
	poke(DATA, 1);
	order();
	gpu_expect(CNOVA_SIM_POPULATE, 1);
	CHECK(peek(DATA) != 1);
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	gpu_expect_none();
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	gpu_expect(CNOVA_SIM_POPULATE, 1);
	io->vram_release(gpu, DATA, SZ_4K);
	gpu_expect_none();
	io->vram_release(gpu, DATA, SZ_4K);
	gpu_expect(CNOVA_SIM_POPULATE, 1);
	io->vram_populate(gpu, DATA + 8, SZ_4K);
	io->vram_populate(gpu, GPU_VRAM, SZ_4K);
	io->vram_release(gpu, GPU_VRAM - SZ_4K, SZ_64K);
	gpu_expect(CNOVA_SIM_POPULATE, 3);
	gpu_end();

	/* Nobody wrote it: no byte of it is 0, and it is another with another seed. */
	gpu_begin("rule_13_poison");
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	for (value = 0; value < SZ_4K; value++)
		CHECK(io->read(gpu, window_to(DATA + value), 1) != 0);
	value = peek(DATA);
	poke(DATA, 0);
	CHECK_EQ(peek(DATA), 0);
	io->vram_release(gpu, DATA, SZ_4K);
	CHECK(!io->vram_populate(gpu, DATA, SZ_4K));
	CHECK_EQ(peek(DATA), value);
	gpu_expect_none();
	gpu_end();
}

static void test_reset(void)
{
	u64 value;

	gpu_begin_mapped("reset_forgets");
	CHECK(!gpu_load(VA, &value));
	poke(SMALL, 0);
	io->reset(gpu);
	CHECK_EQ(rd(facts->window), 0);
	CHECK_EQ(io->gpu_stale(gpu), 0);
	CHECK(!cnova_sim_mmu_has_table(gpu->mmu, ROOT, 8));
	gpu_expect_none();
	CHECK(!io->vram_populate(gpu, ROOT, SZ_4K));
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("gone");
	gpu->knobs.gone = true;
	CHECK_EQ(rd(0), 0xffffffff);
	CHECK_EQ(io->read(gpu, 0x700000, 8), ~0ULL);
	wr(0x123454, 0);
	io->bar1_read(gpu, 0, &value, 8);
	CHECK_EQ(value, ~0ULL);
	CHECK(!io->bar1_page(gpu, DATA));
	CHECK_EQ(gpu_load(VA, &value), -EFAULT);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_coherence();
	test_size_change();
	test_released();
	test_uninit();
	test_format();
	test_grant();
	test_gpu_store();
	test_populate();
	test_reset();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
