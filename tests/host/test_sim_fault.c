// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's fault buffers: packets bit by bit, and what happens when there is no
 * room for them. Prints TAP.
 */
#include <linux/kernel.h>

#include "sim_gpu.h"

#include "sim/engine.h"

/* HARDWARE.md 9.3. */
#define LO		0xb83000
#define HI		0xb83004
#define GET		0xb83008
#define PUT		0xb8300c
#define SIZE		0xb83010
#define CTRL		0xb83070
#define ADDR		0xb83080
#define INST		0xb83088
#define INFO		0xb83090
#define STATUS		0xb83094
#define OVERFLOW	BIT(31)
#define CORRUPTED	BIT(30)
#define ENABLE		BIT(31)

#define BUFFER		(DATA + SZ_32K)
#define ENTRIES		4

/* Interrupts go here: the linker is told so. Vectors of the three, HOST facts. */
#define NOTIFY		132
#define ERROR		133
#define INFO_VECTOR	134

static unsigned int pulses[256];

void __wrap_cnova_sim_irq_pulse(struct cnova_sim *sim, u32 vector)
{
	pulses[vector]++;
}

static void expect_pulses(unsigned int notify, unsigned int error, unsigned int info)
{
	CHECK_EQ(pulses[NOTIFY], notify);
	CHECK_EQ(pulses[ERROR], error);
	CHECK_EQ(pulses[INFO_VECTOR], info);
	memset(pulses, 0, sizeof(pulses));
}

static u32 get(u32 reg)
{
	u32 value = 0xdead;

	spin_lock(&gpu->lock);
	CHECK(cnova_sim_fault_read(gpu, reg, &value));
	spin_unlock(&gpu->lock);
	return value;
}

static bool set(u32 reg, u32 value)
{
	bool ok;

	spin_lock(&gpu->lock);
	ok = cnova_sim_fault_write(gpu, reg, value);
	spin_unlock(&gpu->lock);
	return ok;
}

static const struct cnova_sim_culprit culprit = {
	.inst = 0x0123456789000ULL, .inst_aperture = CNOVA_SIM_SYS_COH, .engine_id = 0x105,
	.client_id = 0x63,
};

static const struct cnova_sim_mmu_fault fault = {
	.address = 0x1fedcba9876543ULL, .type = CNOVA_SIM_FAULT_RO, .access = CNOVA_SIM_WRITE,
};

static void report(const struct cnova_sim_mmu_fault *what)
{
	cnova_sim_fault_report(gpu, &culprit, what);
}

static void begin_fault(const char *name)
{
	gpu_begin_mapped(name);
	memset(pulses, 0, sizeof(pulses));
	CHECK_EQ(get(CTRL), 3);
	CHECK_EQ(get(SIZE), 0);
}

static void enable(void)
{
	set(HI, BUFFER >> 32);
	set(LO, (u32)BUFFER | 1);
	set(SIZE, ENTRIES | ENABLE | BIT(29));
}

/* A packet in VRAM, word by word. */
static u32 word(unsigned int entry, unsigned int i)
{
	u64 pa = BUFFER + entry * 32 + i * 4;

	return peek(pa & ~7ULL) >> (pa % 8 * 8);
}

static void test_packet(void)
{
	struct cnova_sim_mmu_fault atomic = fault, phys = fault, read = fault;
	u64 time;

	begin_fault("fault_packet");
	enable();
	udelay(1);
	report(&fault);
	expect_pulses(1, 0, 0);
	CHECK_EQ(word(0, 0), 0x56789000 | 2 << 8);
	CHECK_EQ(word(0, 1), 0x1234);
	CHECK_EQ(word(0, 2), 0xa9876000);
	CHECK_EQ(word(0, 3), 0x1fedcb);
	time = (u64)word(0, 5) << 32 | word(0, 4);
	CHECK(time && time <= cnova_sim_access_time());
	CHECK_EQ(word(0, 6), 0x105);
	CHECK_EQ(word(0, 7), 6 | 0x63 << 8 | 1 << 16 | BIT(20) | BIT(31));
	CHECK_EQ(get(PUT), 1);
	CHECK_EQ(get(GET), 0);
	CHECK_EQ(get(STATUS), BIT(9));

	atomic.access = CNOVA_SIM_ATOMIC;
	report(&atomic);
	CHECK_EQ(word(1, 7) >> 16 & 0xf, 2);
	read.access = CNOVA_SIM_READ;
	read.type = CNOVA_SIM_FAULT_PDE;
	report(&read);
	CHECK_EQ(word(2, 7) >> 16 & 0xf, 0);
	CHECK_EQ(word(2, 7) & 0x1f, 0);
	expect_pulses(2, 0, 0);
	set(GET, 3);
	CHECK_EQ(get(STATUS), 0);
	phys.physical = true;
	phys.aperture = CNOVA_SIM_SYS_NCOH;
	report(&phys);
	CHECK_EQ(word(3, 2), 0xa9876000 | 3);
	CHECK_EQ(word(3, 7) >> 16 & 0xf, 9);
	CHECK_EQ(get(PUT), 0);
	/* Around the end. */
	set(GET, 0);
	report(&fault);
	CHECK_EQ(get(PUT), 1);
	gpu_expect_none();
	gpu_end();
}

static void test_overflow(void)
{
	begin_fault("fault_overflow");
	enable();
	report(&fault);
	report(&fault);
	report(&fault);
	expect_pulses(3, 0, 0);
	CHECK_EQ(get(PUT), 3);
	/* PUT + 1 would be GET. */
	report(&fault);
	expect_pulses(0, 1, 0);
	CHECK_EQ(get(PUT), 3 | OVERFLOW);
	CHECK_EQ(get(GET), 0 | OVERFLOW);
	CHECK_EQ(get(STATUS), BIT(9) | BIT(13));
	/* Room alone does not end it, nor clearing and moving at once. */
	set(GET, 1 | OVERFLOW);
	CHECK_EQ(get(GET), 1 | OVERFLOW);
	report(&fault);
	CHECK_EQ(get(PUT), 3 | OVERFLOW);
	expect_pulses(0, 0, 0);
	set(GET, 1 | OVERFLOW);
	CHECK_EQ(get(GET), 1);
	report(&fault);
	CHECK_EQ(get(PUT), 0);
	expect_pulses(1, 0, 0);
	/* Not told unless that is wanted. */
	set(SIZE, ENTRIES | ENABLE);
	report(&fault);
	CHECK_EQ(get(PUT), 0 | OVERFLOW);
	expect_pulses(0, 0, 0);
	gpu_expect_none();
	gpu_end();
}

static void test_corrupted(void)
{
	begin_fault("fault_get_corrupted");
	enable();
	set(GET, ENTRIES);
	expect_pulses(0, 1, 0);
	CHECK_EQ(get(GET), ENTRIES | CORRUPTED);
	CHECK_EQ(get(PUT), CORRUPTED);
	CHECK_EQ(get(STATUS) & BIT(15), BIT(15));
	report(&fault);
	CHECK_EQ(get(PUT), CORRUPTED);
	set(GET, 0);
	report(&fault);
	CHECK_EQ(get(PUT), CORRUPTED);
	set(GET, CORRUPTED);
	CHECK_EQ(get(GET), 0);
	report(&fault);
	CHECK_EQ(get(PUT), 1);
	expect_pulses(1, 0, 0);
	gpu_expect_none();
	gpu_end();
}

static void test_registers(void)
{
	u32 value;

	begin_fault("fault_registers");
	CHECK(!set(PUT, 1));
	CHECK(!cnova_sim_fault_read(gpu, 0xb83014, &value));
	CHECK(!cnova_sim_fault_read(gpu, 0xb83040, &value));
	set(SIZE, BIT(30) | ENABLE);
	CHECK(get(SIZE) & 0xfffff);
	CHECK_EQ(get(SIZE) & ~0xfffffU, ENABLE);
	set(LO, 0xffffffff);
	CHECK_EQ(get(LO), 0xfffff00f);
	set(HI, 0xffffffff);
	CHECK_EQ(get(HI), 0xffffffff);
	/* The replayable one has its own. */
	CHECK_EQ(get(SIZE + 32), 0);
	set(GET + 32, 5);
	CHECK_EQ(get(GET), 0);
	CHECK_EQ(get(GET + 32), 5);
	set(CTRL, 0xfffffffc);
	CHECK_EQ(get(CTRL), 0);
	spin_lock(&gpu->lock);
	cnova_sim_fault_reset(gpu);
	spin_unlock(&gpu->lock);
	CHECK_EQ(get(CTRL), 3);
	CHECK_EQ(get(SIZE), 0);
	gpu_expect_none();
	gpu_end();
}

static void test_latch(void)
{
	struct cnova_sim_mmu_fault phys = fault;

	begin_fault("fault_without_a_buffer");
	report(&fault);
	expect_pulses(0, 0, 1);
	CHECK_EQ(get(STATUS), BIT(31));
	CHECK_EQ(get(ADDR), 0xa9876000);
	CHECK_EQ(get(ADDR + 4), 0x1fedcb);
	CHECK_EQ(get(INST), 0x56789000 | 2 << 10 | 0x105);
	CHECK_EQ(get(INST + 4), 0x1234);
	CHECK_EQ(get(INFO), 6 | 0x63 << 8 | 1 << 16 | BIT(20));
	phys.physical = true;
	report(&fault);
	CHECK_EQ(get(STATUS), BIT(31) | BIT(7));
	report(&phys);
	CHECK_EQ(get(STATUS), BIT(31) | BIT(7) | BIT(6));
	expect_pulses(0, 0, 0);
	set(STATUS, BIT(31) | BIT(7));
	CHECK_EQ(get(STATUS), BIT(6));
	report(&fault);
	expect_pulses(0, 0, 1);
	gpu_expect_none();
	gpu_end();
}

static void test_places(void)
{
	u64 bus = 0x76543000;
	struct page *page;
	u32 *words;

	begin_fault("fault_buffer_in_system_memory");
	page = (struct page *)__get_free_page(GFP_KERNEL);
	words = page_address(page);
	memset(words, 0, PAGE_SIZE);
	CHECK(!io->dma_grant(gpu, bus, page, 1));
	set(LO, bus | 1 | 2 << 1);
	set(SIZE, ENTRIES | ENABLE);
	report(&fault);
	CHECK_EQ(words[2], 0xa9876000);
	CHECK(words[7] & BIT(31));
	cnova_sim_access_flush(gpu);
	io->dma_revoke(gpu, bus, 1);
	gpu_expect_none();
	/* Without the page: nothing that could be read, and an error. */
	report(&fault);
	CHECK_EQ(get(PUT), 1);
	CHECK_EQ(get(STATUS) & BIT(11), BIT(11));
	expect_pulses(1, 1, 0);
	gpu_expect(CNOVA_SIM_GRANT, 1);
	free_page((unsigned long)page);
	gpu_end();

	begin_fault("fault_buffer_in_bar2");
	set(LO, (u32)VA);
	set(HI, VA >> 32);
	set(SIZE, ENTRIES | ENABLE);
	/* Nothing bound to it. */
	report(&fault);
	CHECK_EQ(get(PUT), 0);
	CHECK_EQ(get(STATUS) & BIT(11), BIT(11));
	expect_pulses(0, 1, 0);
	spin_lock(&gpu->lock);
	cnova_sim_bind_root(gpu, &gpu->bar2, CNOVA_SIM_VIDEO, ROOT);
	spin_unlock(&gpu->lock);
	report(&fault);
	CHECK_EQ(get(PUT), 1);
	CHECK_EQ(peek(DATA + 8) & 0xffffffff, 0xa9876000);
	expect_pulses(1, 0, 0);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_packet();
	test_overflow();
	test_corrupted();
	test_registers();
	test_latch();
	test_places();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
