// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's host: what channels execute, and what they must not, on every chip.
 * Prints TAP. What stops them, and how they are got rid of, is in test_sim_host_errors.c and
 * test_sim_runlist.c.
 */
#include "sim_host.h"

static const u64 sem = H_VA_OF(H_DATA);

/* A ring with one segment: a release, then a non-stall interrupt. */
static void test_release(void)
{
	u64 stamp;

	h_begin("host_release");
	h_create(1, 0, 3);
	h_semaphore(0, sem, 0x1234, SEM_RELEASE | SEM_WFI);
	h_semaphore(0, sem + 8, 0x123456789abcULL, SEM_RELEASE | SEM_64);
	poke(H_DATA + 24, ~0ULL);
	h_semaphore(0, sem + 16, 0x77, SEM_RELEASE | SEM_STAMP);
	h_semaphore(0, sem + 32, 0x11223344556677ULL, SEM_RELEASE | SEM_STAMP | SEM_64);
	h_word(0, IMMD(0, 0x20, 0));
	CHECK(!h_vector(h_engine[1].vector));
	h_go(1, 0, 3);
	CHECK_EQ(peek(H_DATA), 0x1234);
	CHECK_EQ(peek(H_DATA + 8), 0x123456789abcULL);
	CHECK_EQ(peek(H_DATA + 16), 0x77);
	stamp = peek(H_DATA + 24);
	CHECK(stamp <= ((u64)rd(0xbb0084) << 32 | rd(0xbb0080) | 31));
	CHECK_EQ(peek(H_DATA + 32), 0x11223344556677ULL);
	CHECK(peek(H_DATA + 40) >= stamp);
	CHECK_EQ(h_get(0), 1);
	CHECK(h_vector(h_engine[1].vector));
	CHECK(gpu->irq.message);
	gpu_expect_none();
	gpu_end();
}

/* The ring goes round; an entry is done when GP_GET is behind it. */
static void test_ring(void)
{
	u32 i;

	h_begin("host_ring");
	h_create(0, 0, 0);
	for (i = 1; i < 3 * H_RING_SIZE; i++) {
		h_semaphore(0, sem, i, SEM_RELEASE);
		h_go(0, 0, 0);
		CHECK_EQ(h_peek32(H_DATA), i);
		CHECK_EQ(h_get(0), i % H_RING_SIZE);
	}
	/* Many at once. */
	for (i = 0; i < H_RING_SIZE - 1; i++) {
		u32 from = h_push_at[0];

		h_semaphore(0, sem + 8 * i, 100 + i, SEM_RELEASE);
		h_segment(0, from);
	}
	h_kick(0, 0, 0);
	h_run();
	for (i = 0; i < H_RING_SIZE - 1; i++)
		CHECK_EQ(h_peek32(H_DATA + 8 * i), 100 + i);
	gpu_expect_none();
	gpu_end();
}

static const struct {
	u32 op;
	u64 value, payload;
	bool wide, passes;
} acquires[] = {
	{ 0, 5, 5, false, true }, { 0, 5, 6, false, false },
	{ 0, 1ULL << 32 | 5, 5, false, true }, { 0, 1ULL << 32 | 5, 5, true, false },
	{ 0, 1ULL << 32 | 5, 1ULL << 32 | 5, true, true },
	{ 2, 5, 5, false, true }, { 2, 4, 5, false, false }, { 2, 0xffffffff, 1, false, true },
	{ 2, 1ULL << 40, 1, true, true }, { 2, 1, 1ULL << 40, true, false },
	{ 3, 5, 5, false, true }, { 3, 4, 5, false, false }, { 3, 1, 0xffffffff, false, true },
	{ 3, 0x80000005, 5, false, false }, { 3, 0x80000004, 5, false, true },
	{ 3, 0x80000005, 5, true, true }, { 3, 1, ~0ULL, true, true },
	{ 4, 6, 3, false, true }, { 4, 4, 3, false, false },
	{ 4, 1ULL << 33, 1ULL << 33, true, true }, { 4, 1ULL << 33, 1ULL << 33, false, false },
	{ 5, 1, 2, false, true }, { 5, 0xfffffff0, 0xf, false, false },
	{ 5, 0xffffffff, 0, true, true },
};

static void test_acquire(void)
{
	u32 i;

	for (i = 0; i < sizeof(acquires) / sizeof(acquires[0]); i++) {
		u32 execute = acquires[i].op | (acquires[i].wide ? SEM_64 : 0);

		h_begin("host_acquire");
		h_create(0, 0, 1);
		poke(H_DATA, acquires[i].value);
		h_semaphore(0, sem, acquires[i].payload, execute);
		h_semaphore(0, sem + 64, 9, SEM_RELEASE);
		h_go(0, 0, 1);
		CHECK_EQ(h_peek32(H_DATA + 64), acquires[i].passes ? 9 : 0);
		CHECK_EQ(h_get(0), acquires[i].passes);
		gpu_expect_none();
		gpu_end();
	}
}

/* A channel that waits lets others run, also those that it waits for; and is looked at again. */
static void test_yield(void)
{
	h_begin("host_acquire_yields");
	h_ramfc(0, 4, 0);
	h_ramfc(1, 5, 0);
	h_bind(0, 4);
	h_bind(1, 5);
	h_submit(2, 0, 4, 2);
	h_channel(2, 4, true);
	h_channel(2, 5, true);
	h_semaphore(0, sem, 7, 0);
	h_semaphore(0, sem + 8, 1, SEM_RELEASE);
	h_go(2, 0, 4);
	CHECK_EQ(h_peek32(H_DATA + 8), 0);
	CHECK(gpu->host->runlist[2].idle_us);
	h_semaphore(1, sem, 7, SEM_RELEASE);
	h_go(2, 1, 5);
	CHECK_EQ(h_peek32(H_DATA + 8), 1);
	CHECK_EQ(h_get(0), 1);
	/* Other runlists, too. */
	h_semaphore(0, sem, 8, 0);
	h_semaphore(0, sem + 8, 2, SEM_RELEASE);
	h_go(2, 0, 4);
	h_create(3, 2, 9);
	h_semaphore(2, sem, 8, SEM_RELEASE);
	h_go(3, 2, 9);
	h_run();
	CHECK_EQ(h_peek32(H_DATA + 8), 2);
	/* YIELD is no more than that. */
	h_word(1, IMMD(0, 0x80, 2));
	h_word(1, IMMD(0, 0x80, 3));
	h_word(1, IMMD(0, 0x80, 0));
	h_semaphore(1, sem, 3, SEM_RELEASE);
	h_go(2, 1, 5);
	CHECK_EQ(h_peek32(H_DATA), 3);
	gpu_expect_none();
	gpu_end();
}

static const struct {
	u32 op;
	bool is_unsigned, wide;
	u64 value, payload, want;
} reductions[] = {
	{ 0, true, false, 5, 3, 3 }, { 0, false, false, 5, 0xffffffff, 0xffffffff },
	{ 0, true, true, 1ULL << 40, 7, 7 }, { 1, true, false, 5, 3, 5 },
	{ 1, false, false, 5, 0xffffffff, 5 }, { 1, true, true, 1, 1ULL << 40, 1ULL << 40 },
	{ 2, true, false, 5, 3, 6 }, { 3, true, false, 5, 3, 1 }, { 4, true, false, 5, 3, 7 },
	{ 5, true, false, 0xffffffff, 2, 1 }, { 5, true, true, 0xffffffff, 2, 0x100000001ULL },
	{ 5, false, false, 5, 3, 8 },
	{ 6, true, false, 3, 3, 0 }, { 6, true, false, 2, 3, 3 },
	{ 7, true, false, 0, 3, 3 }, { 7, true, false, 9, 3, 3 }, { 7, true, false, 2, 3, 1 },
};

static void test_reduction(void)
{
	u32 i;

	h_begin("host_reduction");
	h_create(0, 0, 1);
	for (i = 0; i < sizeof(reductions) / sizeof(reductions[0]); i++) {
		u32 execute = 6 | reductions[i].op << 27 | (reductions[i].wide ? SEM_64 : 0) |
			      (reductions[i].is_unsigned ? 1U << 31 : 0);

		poke(H_DATA, reductions[i].value);
		h_semaphore(0, sem, reductions[i].payload, execute | SEM_STAMP);
		h_go(0, 0, 1);
		CHECK_EQ(peek(H_DATA), reductions[i].want);
		CHECK(peek(H_DATA + 8) != 0);
	}
	gpu_expect_none();
	gpu_end();
}

/* Headers that there are. */
static void test_headers(void)
{
	h_begin("host_headers");
	h_create(0, 0, 1);
	h_word(0, 0);
	h_word(0, INC(7, 0x5c, 2));
	h_word(0, sem);
	h_word(0, sem >> 32);
	h_word(0, INC(0, 0x5c, 0));
	/* The address stands still; then it goes up once. */
	h_word(0, 3U << 29 | 3 << 16 | 0x64 >> 2);
	h_word(0, 1);
	h_word(0, 2);
	h_word(0, 3);
	h_word(0, 5U << 29 | 4 << 16 | 0x68 >> 2);
	h_word(0, 0);
	h_word(0, SEM_RELEASE);
	h_word(0, SEM_RELEASE);
	h_word(0, SEM_RELEASE);
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 3);
	/* Immediate data; and nothing behind the end of a segment. */
	h_word(0, IMMD(0, 0x64, 0x1fff));
	h_word(0, IMMD(0, 0x6c, SEM_RELEASE));
	h_word(0, 7U << 29);
	h_word(0, IMMD(0, 0x64, 2));
	h_word(0, IMMD(0, 0x6c, SEM_RELEASE));
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 0x1fff);
	CHECK_EQ(h_get(0), 2);
	/* A sequence may go on in the next segment. */
	h_word(0, INC(0, 0x64, 3));
	h_word(0, 0x55);
	h_segment(0, 0);
	h_word(0, 0);
	h_word(0, SEM_RELEASE);
	h_segment(0, 2);
	h_kick(0, 0, 1);
	h_run();
	h_push_at[0] = 0;
	CHECK_EQ(h_peek32(H_DATA), 0x55);
	gpu_expect_none();
	gpu_end();
}

static void test_mask(void)
{
	h_begin("host_subdevice_mask");
	h_create(0, 0, 1);
	h_word(0, INC(0, 0x5c, 2));
	h_word(0, sem);
	h_word(0, sem >> 32);
	/* None: nothing is executed, not even what would be an error. */
	h_word(0, 1 << 16);
	h_word(0, IMMD(0, 0x64, 1));
	h_word(0, IMMD(0, 0x6c, SEM_RELEASE));
	h_word(0, IMMD(5, 0x100, 0));
	h_word(0, 1 << 16 | 0xfff0);
	h_word(0, IMMD(0, 0x64, 2));
	h_word(0, 2 << 16);
	h_word(0, IMMD(0, 0x6c, SEM_RELEASE));
	h_word(0, 3 << 16);
	h_word(0, IMMD(0, 0x64, 3));
	h_word(0, IMMD(0, 0x6c, SEM_RELEASE));
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 2);
	/* Off, still: a segment on condition is not fetched. */
	h_entry(0, H_UNMAPPED | 1 | 8ULL << 42);
	h_kick(0, 0, 1);
	h_run();
	CHECK_EQ(h_get(0), 2);
	gpu_expect_none();
	gpu_end();
}

static u32 crc(u32 c, u32 word)
{
	u32 i, bit;

	for (i = 0; i < 4; i++)
		for (c ^= (word >> i * 8 & 0xff) << 24, bit = 0; bit < 8; bit++)
			c = c << 1 ^ (c >> 31 ? 0x04c11db7 : 0);
	return c;
}

/* Control entries. */
static void test_control(void)
{
	u64 segment = H_VA_OF(H_PUSH(0)) | 1ULL << 42;
	u32 gp;

	h_begin("host_control_entries");
	h_create(0, 0, 1);
	h_word(0, 0);
	h_entry(0, 0);
	h_entry(0, segment);
	gp = crc(crc(crc(crc(0, 0), 0), segment), segment >> 32);
	h_entry(0, 2ULL << 32 | gp);
	h_entry(0, 3ULL << 32 | crc(0, 0));
	/* Both begin anew. */
	h_entry(0, 3ULL << 32);
	h_kick(0, 0, 1);
	h_run();
	CHECK_EQ(h_intr(0, 0), 0);
	CHECK_EQ(h_get(0), 5);
	h_entry(0, 2ULL << 32 | 1);
	h_kick(0, 0, 1);
	h_run();
	CHECK_EQ(h_intr(0, 0), 1 << 16);
	h_ack(0, 1 << 16, 0);
	h_entry(0, 3ULL << 32 | 1);
	h_kick(0, 0, 1);
	h_run();
	CHECK_EQ(h_intr(0, 0), 1 << 19);
	h_ack(0, 1 << 19, 0);
	CHECK_EQ(h_get(0), 7);
	gpu_expect_none();
	gpu_end();
}

/* The upper part of addresses of segments: Hopper and later. */
static void test_extended_base(void)
{
	h_begin("host_extended_base");
	h_create(0, 0, 1);
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_entry(0, 4ULL << 32 | 0x100);
	h_segment(0, 0);
	h_kick(0, 0, 1);
	h_run();
	if (!is_v3) {
		CHECK_EQ(h_intr(0, 0), 1 << 15);
		h_ack(0, 1 << 15, 0);
		CHECK_EQ(h_peek32(H_DATA), 1);
		gpu_expect_none();
		gpu_end();
		return;
	}
	/* There is nothing at bit 40. */
	CHECK(h_faulted(0, 1, false));
	CHECK_EQ(h_peek32(H_DATA), 0);
	h_clear_fault(0, 1, false);
	CHECK(h_faulted(0, 1, false));
	h_entry(0, 4ULL << 32);
	gpu_expect_none();
	gpu_end();
}

/* What is set stays set, and shows. */
static void test_reference(void)
{
	h_begin("host_set_reference");
	h_create(0, 0, 1);
	h_word(0, INC(0, 0x50, 1));
	h_word(0, 0xabcdef);
	h_word(0, IMMD(0, 0x78, 1));
	h_word(0, IMMD(0, 0x08, 5));
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_USERD(0) + 0x48), 0xabcdef);
	/* As a register, and in the instance block, too. */
	CHECK_EQ(h_peek32(H_INST(0) + (h_blackwell() ? 0x98 : 0x14)), 1);
	gpu_expect_none();
	gpu_end();
}

static void h_mem_op(u32 n, u32 a, u32 c, u32 d)
{
	h_word(n, INC(0, 0x28, 4));
	h_word(n, a);
	h_word(n, 0);
	h_word(n, c);
	h_word(n, d);
}

static void test_mem_op(void)
{
	u64 before;

	h_begin("host_mem_op");
	h_create(0, 0, 1);
	h_mem_op(0, 0, 0, 5U << 27);
	h_mem_op(0, 0, 1, 5U << 27);
	h_mem_op(0, 0, 0, 0xdU << 27);
	h_mem_op(0, 0, 0, 0x10U << 27);
	h_mem_op(0, 0, 0, 0x15U << 27);
	h_go(0, 0, 1);
	CHECK_EQ(h_get(0), 1);
	CHECK_EQ(h_intr(0, 0), 0);
	/* A user does not invalidate. */
	before = gpu->mmu->tlb.counts.invalidates;
	h_mem_op(0, 0, H_ROOT | 1 << 5, 9U << 27);
	h_go(0, 0, 1);
	CHECK_EQ(h_intr(0, 0), 1 << 21);
	CHECK_EQ(gpu->mmu->tlb.counts.invalidates, before);
	h_kill(0, 0, 1);
	gpu_expect_none();

	/* A privileged channel does. */
	h_ramfc(2, 2, 0);
	h_poke32(H_INST(2) + 0xf4, 0x1100);
	order();
	h_bind(2, 2);
	h_submit(1, 2, 2, 1);
	h_channel(1, 2, true);
	h_semaphore(2, H_UNMAPPED, 5, 0);
	h_go(1, 2, 2);
	CHECK(h_faulted(1, 2, false));
	poke(H_SMALL + (H_UNMAPPED - H_VA) / SZ_4K * 8, LEAF(H_DATA));
	poke(H_DATA, 5);
	order();
	/* The failed walk is cached. */
	h_clear_fault(1, 2, false);
	CHECK(h_faulted(1, 2, false));
	h_ramfc(3, 3, 0);
	h_poke32(H_INST(3) + 0xf4, 0x1100);
	order();
	h_bind(3, 3);
	h_submit(2, 3, 3, 1);
	h_channel(2, 3, true);
	before = gpu->mmu->tlb.counts.invalidates;
	h_mem_op(3, 1 << 11, H_ROOT | 1 << 5, 9U << 27);
	h_mem_op(3, H_UNMAPPED & 0xfffff000, H_ROOT | 1 << 5, 0xaU << 27);
	h_go(2, 3, 3);
	CHECK_EQ(h_intr(2, 0), 0);
	CHECK_EQ(gpu->mmu->tlb.counts.invalidates, before + 2);
	h_clear_fault(1, 2, false);
	CHECK(!h_faulted(1, 2, false));
	CHECK_EQ(h_get(2), 1);
	gpu_expect_none();
	gpu_end();
}

/* The copy engine behind host: a few bytes, and its own release and interrupt. */
static void test_copy(void)
{
	u32 class = h_ce_class(), i;

	h_begin("host_copy");
	h_create(3, 0, 6);
	for (i = 0; i < 64; i++)
		poke(H_DATA + i * 8, 0x1000 + i);
	order();
	h_copy(0, sem, sem + 0x1000, 512);
	h_semaphore(0, sem + 0x2000, 1, SEM_RELEASE | SEM_WFI);
	h_go(3, 0, 6);
	for (i = 0; i < 64; i++)
		CHECK_EQ(peek(H_DATA + 0x1000 + i * 8), 0x1000 + i);
	CHECK_EQ(h_peek32(H_DATA + 0x2000), 1);
	gpu_expect_none();

	/* Another class; a method that it has not; physical addresses. */
	h_word(0, INC(4, 0, 1));
	h_word(0, 0xb0b5);
	h_go(3, 0, 6);
	CHECK_EQ(h_intr(3, 1), 1 << 4);
	h_kill(3, 0, 6);

	h_create(3, 1, 7);
	h_word(1, INC(4, 0, 1));
	h_word(1, class);
	h_word(1, INC(4, 0x3f00, 1));
	h_word(1, 0x12);
	h_go(3, 1, 7);
	CHECK_EQ(h_intr(3, 1), 1 << 3);
	CHECK_EQ(rd(h_engine[3].pbdma + 0x150), 0x3f00);
	CHECK_EQ(rd(h_engine[3].pbdma + 0x154), 0x12);
	h_kill(3, 1, 7);

	h_create(3, 2, 8);
	h_word(2, INC(4, 0, 1));
	h_word(2, class);
	h_word(2, INC(4, 0x418, 2));
	h_word(2, 8);
	h_word(2, 1);
	h_word(2, INC(4, 0x300, 1));
	h_word(2, 0x182 | 1 << 12);
	h_go(3, 2, 8);
	CHECK_EQ(h_intr(3, 1), 1 << 2);
	h_kill(3, 2, 8);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_release();
	test_ring();
	test_acquire();
	test_yield();
	test_reduction();
	test_headers();
	test_mask();
	test_control();
	test_extended_base();
	test_reference();
	test_mem_op();
	test_copy();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
