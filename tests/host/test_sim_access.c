// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of what engines load and store (sim/access.c): where it goes, what stays done when
 * it faults, and what the fault says. Prints TAP.
 */
#include "sim_gpu.h"

#include "sim/access.h"

static struct cnova_sim_mmu_fault fault;

static struct cnova_sim_port port(void)
{
	return (struct cnova_sim_port){ .client = { .unit = CNOVA_SIM_HUB, .pdb = ROOT } };
}

static void expect_fault(u64 address, enum cnova_sim_fault type, enum cnova_sim_access access)
{
	CHECK_EQ(fault.address, address);
	CHECK_EQ(fault.type, type);
	CHECK_EQ(fault.access, access);
	memset(&fault, 0xee, sizeof(fault));
}

static void put(u64 entry, u64 value)
{
	poke(entry, value);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
}

static void test_bytes(void)
{
	struct cnova_sim_port hub = port();
	u8 in[SZ_64K + 16], out[SZ_64K + 16];
	unsigned int i;

	gpu_begin_mapped("access_bytes_over_leaves");
	for (i = 0; i < 16; i++)
		poke(SMALL + i * 8, LEAF(DATA + (15 - i) * SZ_4K));
	put(SMALL, LEAF(DATA + 15 * SZ_4K));
	for (i = 0; i < sizeof(in); i++)
		in[i] = i * 7 + i / 256;
	CHECK(cnova_sim_access_write(gpu, &hub, VA + 5, in, SZ_64K - 10, &fault));
	memset(out, 0, sizeof(out));
	CHECK(cnova_sim_access_read(gpu, &hub, VA + 5, out, SZ_64K - 10, &fault));
	CHECK(!memcmp(in, out, SZ_64K - 10));
	/* Pages are in the other order in memory. */
	CHECK_EQ(peek(DATA + 14 * SZ_4K) & 0xff, in[SZ_4K - 5]);
	gpu_expect_none();
	gpu_end();

	gpu_begin_mapped("access_fault_in_the_middle");
	memset(out, 0x11, sizeof(out));
	CHECK(!cnova_sim_access_write(gpu, &hub, VA + SZ_4K - 3, in, 8, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_PTE, CNOVA_SIM_WRITE);
	CHECK(!cnova_sim_access_read(gpu, &hub, VA + SZ_4K - 3, out, 8, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_PTE, CNOVA_SIM_READ);
	CHECK(!memcmp(in, out, 3));
	CHECK_EQ(out[3], 0x11);
	CHECK(!cnova_sim_access_read(gpu, &hub, VA - 1, out, 8, &fault));
	expect_fault(VA - 1, CNOVA_SIM_FAULT_PDE, CNOVA_SIM_READ);
	gpu_expect_none();
	gpu_end();
}

static void test_types(void)
{
	struct cnova_sim_atomic add = { .op = CNOVA_SIM_RED_ADD, .operand = 1, .width = 4 };
	struct cnova_sim_port hub = port();
	u64 old;

	gpu_begin_mapped("access_fault_types");
	put(SMALL + 8, LEAF(DATA) | READ_ONLY);
	CHECK(cnova_sim_access_load(gpu, &hub, VA + SZ_4K, 8, &old, &fault));
	CHECK(!cnova_sim_access_store(gpu, &hub, VA + SZ_4K, 8, 1, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_RO, CNOVA_SIM_WRITE);
	CHECK(!cnova_sim_access_atomic(gpu, &hub, VA + SZ_4K, &add, &old, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_RO, CNOVA_SIM_ATOMIC);

	put(SMALL + 16, LEAF(DATA) | PRIVILEGE);
	CHECK(!cnova_sim_access_load(gpu, &hub, VA + SZ_8K, 4, &old, &fault));
	expect_fault(VA + SZ_8K, CNOVA_SIM_FAULT_PRIV, CNOVA_SIM_READ);
	hub.client.privileged = true;
	CHECK(cnova_sim_access_load(gpu, &hub, VA + SZ_8K, 4, &old, &fault));
	hub.client.privileged = false;

	put(SMALL + 24, LEAF(DATA) | NO_ATOMIC);
	CHECK(cnova_sim_access_store(gpu, &hub, VA + 3 * SZ_4K, 4, 41, &fault));
	CHECK(!cnova_sim_access_atomic(gpu, &hub, VA + 3 * SZ_4K, &add, &old, &fault));
	expect_fault(VA + 3 * SZ_4K, CNOVA_SIM_FAULT_ATOMIC, CNOVA_SIM_ATOMIC);
	CHECK(cnova_sim_access_atomic(gpu, &hub, VA, &add, &old, &fault));
	CHECK_EQ(old, 41);
	CHECK_EQ(peek(DATA) & 0xffffffff, 42);

	hub.unbound = true;
	CHECK(!cnova_sim_access_load(gpu, &hub, VA, 4, &old, &fault));
	expect_fault(VA, CNOVA_SIM_FAULT_UNBOUND, CNOVA_SIM_READ);
	gpu_expect_none();
	gpu_end();
}

static void test_sparse(void)
{
	struct cnova_sim_atomic add = { .op = CNOVA_SIM_RED_ADD, .operand = 1, .width = 8 };
	struct cnova_sim_port hub = port();
	u8 bytes[SZ_8K];
	u64 old = 1;

	gpu_begin_mapped("access_sparse");
	put(SMALL + 8, SPARSE);
	memset(bytes, 0x77, sizeof(bytes));
	CHECK(cnova_sim_access_write(gpu, &hub, VA, bytes, SZ_8K, &fault));
	CHECK(cnova_sim_access_read(gpu, &hub, VA, bytes, SZ_8K, &fault));
	CHECK_EQ(bytes[SZ_4K - 1], 0x77);
	CHECK_EQ(bytes[SZ_4K], 0);
	CHECK_EQ(bytes[SZ_8K - 1], 0);
	CHECK(cnova_sim_access_atomic(gpu, &hub, VA + SZ_4K, &add, &old, &fault));
	CHECK_EQ(old, 0);
	CHECK(cnova_sim_access_load(gpu, &hub, VA + SZ_4K, 8, &old, &fault));
	CHECK_EQ(old, 0);
	gpu_expect_none();
	gpu_end();
}

#define BUS	0x76543000ULL

static void test_system(void)
{
	struct cnova_sim_atomic add = { .op = CNOVA_SIM_RED_ADD, .operand = 3, .width = 4 };
	struct page *page = (struct page *)__get_free_page(GFP_KERNEL);
	struct cnova_sim_port hub = port();
	u32 *word = page_address(page);
	u64 old, bytes[2] = { 5, 6 };

	gpu_begin_mapped("access_system_memory");
	memset(word, 0, PAGE_SIZE);
	CHECK(!io->dma_grant(gpu, BUS, page, 1));
	put(SMALL, SYS_LEAF(BUS));
	put(SMALL + 8, SYS_LEAF(BUS + SZ_4K));
	CHECK(cnova_sim_access_write(gpu, &hub, VA + 16, bytes, sizeof(bytes), &fault));
	CHECK_EQ(word[4], 5);
	CHECK_EQ(word[6], 6);
	CHECK(cnova_sim_access_store(gpu, &hub, VA, 4, 0x1122334455667788, &fault));
	CHECK_EQ(word[0], 0x55667788);
	CHECK_EQ(word[1], 0);
	CHECK(cnova_sim_access_atomic(gpu, &hub, VA + 16, &add, &old, &fault));
	CHECK_EQ(old, 5);
	CHECK_EQ(word[4], 8);
	CHECK(cnova_sim_access_load(gpu, &hub, VA + 16, 8, &old, &fault));
	CHECK_EQ(old, 8);
	gpu_expect_none();

	/* No grant: the bus says no, which is the driver's mistake. */
	CHECK(!cnova_sim_access_read(gpu, &hub, VA + SZ_4K - 8, bytes, 16, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_REGION, CNOVA_SIM_READ);
	CHECK(!cnova_sim_access_store(gpu, &hub, VA + SZ_4K, 4, 1, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_REGION, CNOVA_SIM_WRITE);
	CHECK(!cnova_sim_access_atomic(gpu, &hub, VA + SZ_4K, &add, &old, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_REGION, CNOVA_SIM_ATOMIC);
	gpu_expect(CNOVA_SIM_GRANT, 3);

	/* Nor may the page go with stores on their way, where the chip can flush. */
	put(SMALL, 0);
	put(SMALL + 8, 0);
	if (facts->flush) {
		io->dma_revoke(gpu, BUS, 1);
		gpu_expect(CNOVA_SIM_GRANT, 1);
		CHECK(!io->dma_grant(gpu, BUS, page, 1));
	}
	cnova_sim_access_flush(gpu);
	io->dma_revoke(gpu, BUS, 1);
	gpu_expect_none();
	free_page((unsigned long)page);
	gpu_end();
}

static void test_physical(void)
{
	struct cnova_sim_port hub = { .physical = true };
	u64 value;

	gpu_begin_mapped("access_physical");
	CHECK(cnova_sim_access_store(gpu, &hub, DATA + 8, 8, 0x123, &fault));
	CHECK_EQ(peek(DATA + 8), 0x123);
	CHECK(!cnova_sim_access_load(gpu, &hub, GPU_WPR, 4, &value, &fault));
	CHECK(fault.physical);
	expect_fault(GPU_WPR, CNOVA_SIM_FAULT_REGION, CNOVA_SIM_READ);
	hub.aperture = CNOVA_SIM_PEER;
	CHECK(!cnova_sim_access_load(gpu, &hub, DATA, 4, &value, &fault));
	CHECK_EQ(fault.aperture, CNOVA_SIM_PEER);
	expect_fault(DATA, CNOVA_SIM_FAULT_APERTURE, CNOVA_SIM_READ);
	gpu_expect_none();
	gpu_end();
}

/* A leaf that begins in memory and ends outside: HARDWARE.md 9.1, REGION. */
static void test_edge(void)
{
	struct cnova_sim_port hub = port();
	u8 bytes[SZ_64K];

	gpu_begin_mapped("access_leaf_beyond_memory");
	CHECK(!io->vram_populate(gpu, GPU_WPR - SZ_64K, SZ_64K));
	put(E_HIGH, 0);
	put(E_LOW, LEAF(GPU_WPR - SZ_1M));
	cnova_sim_report_reset(gpu);
	memset(bytes, 1, sizeof(bytes));
	CHECK(!cnova_sim_access_write(gpu, &hub, VA + SZ_1M - SZ_4K, bytes, SZ_8K, &fault));
	expect_fault(VA + SZ_1M, CNOVA_SIM_FAULT_REGION, CNOVA_SIM_WRITE);
	CHECK(!cnova_sim_access_read(gpu, &hub, VA + SZ_1M - SZ_4K, bytes, SZ_8K, &fault));
	expect_fault(VA + SZ_1M, CNOVA_SIM_FAULT_REGION, CNOVA_SIM_READ);
	CHECK_EQ(peek(GPU_WPR - 8), 0x0101010101010101);
	gpu_end();
}

static void reduce(u8 op, u8 width, bool is_signed, u64 old, u64 operand, u64 want)
{
	struct cnova_sim_atomic atomic = {
		.op = op, .width = width, .is_signed = is_signed, .operand = operand,
	};

	CHECK_EQ(cnova_sim_reduce(&atomic, old), want);
}

static void test_reductions(void)
{
	gpu_begin("access_reductions");
	reduce(CNOVA_SIM_RED_MIN, 4, false, 0xfffffff0, 5, 5);
	reduce(CNOVA_SIM_RED_MIN, 4, true, 0xfffffff0, 5, 0xfffffff0);
	reduce(CNOVA_SIM_RED_MIN, 8, true, 0xfffffff0, 5, 5);
	reduce(CNOVA_SIM_RED_MAX, 4, false, 0xfffffff0, 5, 0xfffffff0);
	reduce(CNOVA_SIM_RED_MAX, 4, true, 0xfffffff0, 5, 5);
	reduce(CNOVA_SIM_RED_MAX, 8, true, ~0ULL, 5, 5);
	reduce(CNOVA_SIM_RED_XOR, 4, false, 0xff00ff00, 0xffff, 0xff0000ff);
	reduce(CNOVA_SIM_RED_AND, 4, false, 0xff00ff00, 0xffff, 0xff00);
	reduce(CNOVA_SIM_RED_OR, 8, false, 1ULL << 63, 1, 1ULL << 63 | 1);
	reduce(CNOVA_SIM_RED_ADD, 4, false, 0xffffffff, 2, 1);
	reduce(CNOVA_SIM_RED_ADD, 8, false, 0xffffffff, 2, 0x100000001);
	reduce(CNOVA_SIM_RED_INC, 4, false, 6, 7, 7);
	reduce(CNOVA_SIM_RED_INC, 4, false, 7, 7, 0);
	reduce(CNOVA_SIM_RED_DEC, 4, false, 1, 7, 0);
	reduce(CNOVA_SIM_RED_DEC, 4, false, 0, 7, 7);
	reduce(CNOVA_SIM_RED_DEC, 4, false, 8, 7, 7);
	gpu_end();
}

static void test_release(void)
{
	struct cnova_sim_port hub = port();
	u64 before, after;

	gpu_begin_mapped("access_release");
	poke(DATA, ~0ULL);
	poke(DATA + 8, ~0ULL);
	order();
	CHECK(cnova_sim_access_release(gpu, &hub, VA, 0x1100000007, 4, false, &fault));
	CHECK_EQ(peek(DATA), 0xffffffff00000007);
	CHECK(cnova_sim_access_release(gpu, &hub, VA, 0x1100000008, 8, false, &fault));
	CHECK_EQ(peek(DATA), 0x1100000008);
	CHECK_EQ(peek(DATA + 8), ~0ULL);
	before = cnova_sim_access_time();
	CHECK(cnova_sim_access_release(gpu, &hub, VA, 0x1100000009, 4, true, &fault));
	after = cnova_sim_access_time();
	CHECK_EQ(peek(DATA), 9);
	CHECK(peek(DATA + 8) >= before && peek(DATA + 8) <= after);
	CHECK_EQ(peek(DATA + 8) % 32, 0);
	CHECK(!cnova_sim_access_release(gpu, &hub, VA + SZ_4K, 1, 4, true, &fault));
	expect_fault(VA + SZ_4K, CNOVA_SIM_FAULT_PTE, CNOVA_SIM_WRITE);
	gpu_expect_none();
	gpu_end();
}

static void test_tables(void)
{
	struct cnova_sim_port hub = port();

	gpu_begin_mapped("access_store_into_a_table");
	put(SMALL + 8, LEAF(SMALL));
	CHECK(cnova_sim_access_store(gpu, &hub, VA + SZ_4K + 512, 8, 0, &fault));
	gpu_expect(CNOVA_SIM_GPU_STORE, 1);
	gpu_end();
}

static unsigned int nr_waits;
static bool early;

/* An invalidate with an ack, asked for at the first wait and then looked at. */
static void invalidate_meanwhile(void)
{
	if (!nr_waits++) {
		wr(0xb830a0, ROOT >> 12 << 4);
		wr(0xb830a4, ROOT >> 40);
		wr(0xb830b0, 0x80000000 | ALL_OF_IT);
	}
	if (!(rd(0xb830b0) & 0x80000000))
		early = true;
}

static void test_ack(void)
{
	struct cnova_sim_port hub = port();
	unsigned int polls = 0;
	u64 value;

	gpu_begin_mapped("access_holds_an_ack_back");
	gpu->knobs.latency_us = 10;
	nr_waits = 0;
	early = false;
	host_while_waiting = invalidate_meanwhile;
	CHECK(cnova_sim_access_load(gpu, &hub, VA, 8, &value, &fault));
	host_while_waiting = NULL;
	CHECK(nr_waits > 2);
	CHECK(!early);
	while (rd(0xb830b0) & 0x80000000 && ++polls < 100000)
		;
	CHECK(polls < 100000);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_ack();
	test_bytes();
	test_types();
	test_sparse();
	test_system();
	test_physical();
	test_edge();
	test_reductions();
	test_release();
	test_tables();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
