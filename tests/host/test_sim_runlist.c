// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's host: runlists, preempts, resets, interrupts, and what it finds wrong
 * with a driver; on every chip. Prints TAP.
 */
#include <linux/align.h>

#include "sim_host.h"

static const u64 sem = H_VA_OF(H_DATA);

/* ---- runlists ---- */

static void h_submit_raw(u32 e, const u32 *word, u32 nr)
{
	u32 i;

	for (i = 0; i < nr * 4; i++)
		h_poke32(H_LIST(e) + i * 4, word[i]);
	order();
	if (h_turing()) {
		wr(0x2b00 + h_engine[e].runlist * 16, H_LIST(e));
		wr(0x2b04 + h_engine[e].runlist * 16, 0);
		wr(0x2b08 + h_engine[e].runlist * 16, nr);
	} else {
		wr(h_engine[e].runlist + 0x80, H_LIST(e));
		wr(h_engine[e].runlist + 0x84, 0);
		wr(h_engine[e].runlist + 0x88, nr);
	}
	h_run();
}

static void expect_bad_tsg(u32 code)
{
	if (h_turing()) {
		CHECK_EQ(rd(0x2100) >> 8 & 1, 1);
		CHECK_EQ(rd(0x254c), 0x20);
		CHECK(h_vector(136));
		wr(0x2100, 1 << 8);
		CHECK(!h_vector(136));
	} else {
		CHECK_EQ(rd(h_engine[0].runlist + 0x100) >> 12 & 1, 1);
		CHECK_EQ(rd(h_engine[0].runlist + 0x174), code);
		CHECK(h_errors(0));
		wr(h_engine[0].runlist + 0x100, 1 << 12);
	}
}

static void test_bad_runlist(void)
{
	const u32 zero[] = { 1, 0, 10, 0 };
	const u32 many[] = { 1, 129, 10, 0 };
	const u32 short_tsg[] = { 1, 2, 10, 0, H_USERD(0), 0, H_INST(0) | 1, 0 };
	const u32 nested[] = { 1, 1, 10, 0, 1, 1, 11, 0 };
	const u32 bare[] = { H_USERD(0), 0, H_INST(0) | 1, 0 };
	const u32 beyond[] = { 1, 1, 10, 0, H_USERD(0), 0, H_INST(0) | 0xfff, 0 };

	h_begin("host_bad_runlist");
	h_ramfc(0, 1, 0);
	h_bind(0, 1);
	h_submit_raw(0, zero, 1);
	expect_bad_tsg(1);
	h_submit_raw(0, many, 1);
	expect_bad_tsg(2);
	h_submit_raw(0, beyond, 2);
	expect_bad_tsg(3);
	h_submit_raw(0, short_tsg, 2);
	expect_bad_tsg(4);
	h_submit_raw(0, nested, 2);
	expect_bad_tsg(4);
	h_submit_raw(0, bare, 1);
	if (h_turing()) {
		CHECK_EQ(rd(0x2100) >> 8 & 1, 0);
		h_channel(0, 1, true);
		h_semaphore(0, sem, 6, SEM_RELEASE);
		h_go(0, 0, 1);
		CHECK_EQ(h_peek32(H_DATA), 6);
	} else {
		expect_bad_tsg(5);
	}
	gpu_expect_none();
	gpu_end();
}

/* What is not there, not enabled, not rung for or not on the runlist does nothing. */
static void test_deaf(void)
{
	h_begin("host_deaf");
	h_create(0, 0, 1);
	h_run();
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_segment(0, 0);
	h_poke32(H_USERD(0) + 0x8c, h_put[0]);
	order();
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 0);
	/* Others' doorbells, and numbers that there are not. */
	h_doorbell(0, 2);
	h_doorbell(1, 1);
	h_doorbell(0, 0xfff);
	wr(0xbb0090, 0x7f0001);
	if (h_gb20x())
		wr(0xbb0090, h_engine[0].doorbell | 1);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 0);
	/* Doorbell off. */
	wr(h_turing() ? 0xb65000 : h_engine[0].runlist + 0x300, 0);
	h_doorbell(0, 1);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 0);
	wr(h_turing() ? 0xb65000 : h_engine[0].runlist + 0x300, 0x80000000);
	/* Scheduling off. */
	wr(h_turing() ? 0x2630 : h_engine[0].runlist + 0x94,
	   h_turing() ? 1 << h_engine[0].runlist : 1);
	h_doorbell(0, 1);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 0);
	wr(h_turing() ? 0x2630 : h_engine[0].runlist + 0x94, 0);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 1);

	/* Disabled; it goes on when it is enabled, without a doorbell. */
	h_channel(0, 1, false);
	h_semaphore(0, sem, 2, SEM_RELEASE);
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 1);
	h_channel(0, 1, true);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 2);
	/* Off the runlist, and on again. */
	h_submit(0, 0, 0, 0);
	h_run();
	h_semaphore(0, sem, 3, SEM_RELEASE);
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 2);
	h_submit(0, 0, 1, 1);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 3);
	if (h_turing()) {
		h_semaphore(0, sem, 4, SEM_RELEASE);
		h_segment(0, 0);
		h_poke32(H_USERD(0) + 0x8c, h_put[0]);
		order();
		wr(0x810090, h_engine[0].doorbell | 1);
		h_run();
		CHECK_EQ(h_peek32(H_DATA), 4);
	} else {
		h_semaphore(0, sem, 4, SEM_RELEASE);
		h_segment(0, 0);
		h_poke32(H_USERD(0) + 0x8c, h_put[0]);
		order();
		wr(h_engine[0].runlist + 0x90, 1);
		h_run();
		CHECK_EQ(h_peek32(H_DATA), 4);
	}
	gpu_expect_none();
	gpu_end();
}

static void test_bind_errors(void)
{
	h_begin("host_bind_errors");
	h_create(0, 0, 1);
	if (h_turing()) {
		wr(0x800008, 0x80000000 | H_INST(1) >> 12);
		CHECK_EQ(rd(0x2100) & 1, 1);
		CHECK_EQ(rd(0x252c), 1);
		CHECK_EQ(rd(0x800008), 0x80000000 | H_INST(0) >> 12);
		wr(0x2100, 1);
		wr(0x800010, 0x90000000);
		CHECK_EQ(rd(0x252c), 6);
		wr(0x2100, 1);
		CHECK_EQ(rd(0x2100) & 1, 0);
	}
	/* While it is frozen on the PBDMA. */
	h_word(0, IMMD(0, 0x04, 0));
	h_go(0, 0, 1);
	h_unbind(0, 1);
	if (h_turing()) {
		CHECK_EQ(rd(0x252c), 3);
		gpu_expect_none();
	} else {
		gpu_expect(CNOVA_SIM_HOST, 1);
	}
	CHECK_EQ(h_intr(0, 0), 1 << 21);
	h_kill(0, 0, 1);
	gpu_expect_none();
	gpu_end();
}

static u32 engine_status(u32 e)
{
	return rd(h_turing() ? 0x2640 + (e + 1) * 8 : h_engine[e].runlist + 0x200);
}

static void test_preempt(void)
{
	u32 runlist = h_turing() ? 0x2638 : 0;

	h_begin("host_preempt");
	h_create(0, 0, 1);
	/* Of what does not run: over at once, and told. */
	h_preempt(0, 10);
	CHECK(!h_preempt_pending(0));
	if (h_turing()) {
		CHECK_EQ(rd(0x2100) >> 28 & 1, 1);
		wr(0x2100, 1 << 28);
		wr(runlist, 1 << h_engine[0].runlist);
		CHECK_EQ(rd(runlist), 0);
		CHECK_EQ(rd(0x2100) >> 30 & 1, 1);
		wr(0x2a00, ~0U);
		CHECK_EQ(rd(0x2100) >> 30 & 1, 0);
	} else {
		CHECK_EQ(rd(h_engine[0].runlist + 0x100) >> 8 & 1, 1);
		wr(h_engine[0].runlist + 0x100, 1 << 8 | 1 << 9);
		wr(h_engine[0].runlist + (h_gb20x() ? 0x14 : 0x98), 0);
		CHECK_EQ(rd(h_engine[0].runlist + 0x100) >> 8 & 3, 2);
	}
	/* An engine that hangs keeps it. */
	gpu->knobs.engine_hang = 1;
	h_copy(0, sem, sem + 0x1000, 8);
	h_semaphore(0, sem + 64, 3, SEM_RELEASE);
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA + 64), 0);
	CHECK_EQ(engine_status(0) & 0xffff, 1 << 13 | 1 << 12 | 10);
	CHECK(engine_status(0) >> 31);
	h_channel(0, 1, false);
	h_preempt(0, 10);
	h_run();
	CHECK(h_preempt_pending(0));
	/* Another runlist does not care. */
	h_create(1, 1, 5);
	h_semaphore(1, sem + 128, 1, SEM_RELEASE);
	h_go(1, 1, 5);
	CHECK_EQ(h_peek32(H_DATA + 128), 1);
	/* A reset ends it, without an error: the channel was on its way out. */
	gpu->knobs.reset_stuck = true;
	h_engine_reset(0);
	CHECK(h_preempt_pending(0));
	gpu->knobs.reset_stuck = false;
	h_engine_reset(0);
	CHECK(!h_preempt_pending(0));
	CHECK_EQ(engine_status(0), 0);
	CHECK_EQ(h_intr(0, 0), 0);
	h_unbind(0, 1);
	gpu_expect_none();
	gpu_end();
}

static void test_engine_reset(void)
{
	u32 reg = h_turing() ? 0x200 : 0x600;

	h_begin("host_engine_reset");
	h_create(0, 0, 1);
	gpu->knobs.engine_hang = 1;
	h_copy(0, sem, sem + 0x1000, 8);
	h_go(0, 0, 1);
	/* Under a channel that is to go on: an error. */
	h_engine_reset(0);
	CHECK_EQ(h_intr(0, 0), 1 << 24);
	h_kill(0, 0, 1);
	/* The engine works again, for another one. */
	h_create(0, 1, 2);
	poke(H_DATA, 0x55);
	order();
	h_copy(1, sem, sem + 0x1000, 8);
	h_go(0, 1, 2);
	CHECK_EQ(h_peek32(H_DATA + 0x1000), 0x55);
	/* Held in reset it does nothing; host does. */
	wr(reg, rd(reg) & ~h_engine[0].reset);
	CHECK_EQ(rd(reg) & h_engine[0].reset, 0);
	h_semaphore(1, sem + 64, 1, SEM_RELEASE);
	h_copy(1, sem, sem + 0x2000, 8);
	h_go(0, 1, 2);
	CHECK_EQ(h_peek32(H_DATA + 64), 1);
	CHECK_EQ(h_peek32(H_DATA + 0x2000), 0);
	wr(reg, rd(reg) | h_engine[0].reset);
	h_run();
	CHECK_EQ(h_peek32(H_DATA + 0x2000), 0x55);
	gpu_expect_none();
	gpu_end();
}

/* ---- interrupts ---- */

static void test_interrupts(void)
{
	u64 sent;
	u32 v;

	h_begin("host_interrupts");
	v = h_engine[0].vector;
	sent = gpu->irq.messages;
	/* By software. */
	wr(0xb81640, 77);
	CHECK_EQ(gpu->irq.messages, sent + 1);
	CHECK_EQ(rd(0xb81000 + 2 * 4), 1 << 13);
	CHECK_EQ(rd(0xb81600), 1 << 1);
	/* What is there already says nothing more; nor does another one. */
	wr(0xb81640, 77);
	wr(0xb81640, 78);
	CHECK_EQ(gpu->irq.messages, sent + 1);
	/* It does when enables are written. */
	wr(0xb81610, ~0U);
	wr(0xb81000 + 2 * 4, 1 << 13);
	CHECK_EQ(gpu->irq.messages, sent + 1);
	wr(0xb81608, is_v3 ? 0xff : 0xf);
	CHECK_EQ(gpu->irq.messages, sent + 2);
	wr(0xb81000 + 2 * 4, 1 << 14);
	wr(0xb81608, 0xf);
	CHECK_EQ(gpu->irq.messages, sent + 2);
	CHECK_EQ(rd(0xb81600), 0);
	/* A leaf that is not enabled keeps it, and tells later. */
	wr(0xb81400 + v / 32 * 4, 1U << v % 32);
	CHECK_EQ(rd(0xb81200 + v / 32 * 4), ~(1U << v % 32));
	h_create(0, 0, 1);
	h_word(0, IMMD(0, 0x20, 0));
	h_go(0, 0, 1);
	CHECK(h_vector(v));
	CHECK_EQ(gpu->irq.messages, sent + 2);
	wr(0xb81200 + v / 32 * 4, 1U << v % 32);
	CHECK_EQ(gpu->irq.messages, sent + 3);
	wr(0xb81000 + v / 32 * 4, 1U << v % 32);
	/* One that is lost. */
	gpu->knobs.irq_lost = 1;
	h_word(0, IMMD(0, 0x20, 0));
	h_go(0, 0, 1);
	CHECK(h_vector(v));
	CHECK_EQ(gpu->irq.messages, sent + 3);
	CHECK_EQ(gpu->irq.lost, 1);
	wr(0xb81000 + v / 32 * 4, 1U << v % 32);
	h_word(0, IMMD(0, 0x20, 0));
	h_go(0, 0, 1);
	CHECK_EQ(gpu->irq.messages, sent + 4);
	wr(0xb81000 + v / 32 * 4, 1U << v % 32);

	/* An error: a level on Turing, a pulse for each bit and by RETRIGGER elsewhere. */
	h_word(0, IMMD(0, 0x04, 0));
	h_go(0, 0, 1);
	CHECK(h_errors(0));
	CHECK_EQ(gpu->irq.messages, sent + 5);
	if (h_turing()) {
		wr(0xb81000 + 4 * 4, 1 << 8);
		CHECK(h_errors(0));
		CHECK_EQ(rd(0x25a0), 1);
		wr(0x2140, 0);
		CHECK(!h_errors(0));
		wr(0x2140, 1 << 29);
		CHECK(h_errors(0));
		wr(h_engine[0].pbdma + 0x10c, 0);
		CHECK(!h_errors(0));
	} else {
		u32 rl = h_engine[0].runlist;

		v = rd(rl + 0x160) & 0xfff;
		CHECK_EQ(rd(rl + 0x100) >> 16 & 1, 1);
		wr(0xb81000 + v / 32 * 4, 1U << v % 32);
		CHECK(!h_errors(0));
		wr(rl + 0x180, 1);
		CHECK(h_errors(0));
		wr(0xb81000 + v / 32 * 4, 1U << v % 32);
		wr(rl + 0x140, 1 << 16);
		wr(rl + 0x180, 1);
		CHECK(!h_errors(0));
		wr(rl + 0x120, 1 << 16);
		CHECK(h_errors(0));
		wr(0xb81000 + v / 32 * 4, 1U << v % 32);
		wr(h_engine[0].pbdma + 0x190, ~0U);
		wr(rl + 0x180, 1);
		CHECK(!h_errors(0));
	}
	/* Enables that are written again, though they are set, tell again. */
	wr(0xb81640, 77);
	sent = gpu->irq.messages;
	wr(0xb81608, 0xf);
	CHECK_EQ(gpu->irq.messages, sent + 1);
	wr(0xb81200 + 2 * 4, 1 << 13);
	CHECK_EQ(gpu->irq.messages, sent + 2);
	gpu_expect_none();
	gpu_end();
}

/* ---- what a driver does wrong ---- */

static void test_unordered(void)
{
	h_begin("host_unordered_userd");
	h_create(0, 0, 1);
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_segment(0, 0);
	order();
	h_poke32(H_USERD(0) + 0x8c, h_put[0]);
	h_doorbell(0, 1);
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	gpu_end();

	h_begin("host_unordered_inst");
	h_create(0, 0, 1);
	h_poke32(H_INST(0) + 0xe8, 1);
	h_doorbell(0, 1);
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	gpu_end();

	h_begin("host_unordered_ring");
	h_create(0, 0, 1);
	h_poke32(H_USERD(0) + 0x8c, 1);
	order();
	h_entry(0, 0);
	h_doorbell(0, 1);
	gpu_expect_none();
	h_run();
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	gpu_end();

	h_begin("host_unordered_runlist");
	h_ramfc(0, 1, 0);
	h_bind(0, 1);
	h_poke32(H_LIST(0), 1);
	if (h_turing()) {
		wr(0x2b00 + h_engine[0].runlist * 16, H_LIST(0));
		wr(0x2b08 + h_engine[0].runlist * 16, 1);
	} else {
		wr(h_engine[0].runlist + 0x80, H_LIST(0));
		wr(h_engine[0].runlist + 0x88, 1);
	}
	gpu_expect(CNOVA_SIM_UNORDERED, 1);
	gpu_end();
}

static void test_memory(void)
{
	const u32 twice[] = {
		1, 2, 10, 0, H_USERD(1), 0, H_INST(0) | 1, 0, H_USERD(1), 0, H_INST(0) | 1, 0,
	};

	h_begin("host_released");
	h_create(0, 0, 1);
	io->vram_release(gpu, H_INST(0), SZ_4K);
	gpu_expect(CNOVA_SIM_RELEASED, 1);
	CHECK(!io->vram_populate(gpu, H_INST(0), SZ_4K));
	io->vram_release(gpu, ALIGN_DOWN(H_USERD(0), SZ_4K), SZ_4K);
	gpu_expect(CNOVA_SIM_RELEASED, 1);
	CHECK(!io->vram_populate(gpu, ALIGN_DOWN(H_USERD(0), SZ_4K), SZ_4K));
	gpu_end();

	/* All of it is let go: nothing is wrong. */
	h_begin("host_released_late");
	h_create(0, 0, 1);
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_go(0, 0, 1);
	h_kill(0, 0, 1);
	io->vram_release(gpu, H_INST(0), SZ_4K);
	io->vram_release(gpu, ALIGN_DOWN(H_USERD(0), SZ_4K), SZ_4K);
	gpu_expect_none();
	gpu_end();

	h_begin("host_uninit");
	CHECK(!io->vram_populate(gpu, H_END, SZ_4K));
	h_submit_raw(0, (const u32[]){ 1, 1, 10, 0, H_USERD(0), 0, H_END | 1, 0 }, 2);
	if (h_turing())
		wr(0x800008, 0x80000000 | H_END >> 12);
	h_channel(0, 1, true);
	h_run();
	CHECK(gpu_count(CNOVA_SIM_UNINIT) == 1);
	gpu_end();

	h_begin("host_old_format");
	h_ramfc(0, 1, 0);
	poke(H_INST(0) + 0x200, H_ROOT);
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_run();
	gpu_expect(CNOVA_SIM_FORMAT, 1);
	gpu_end();

	h_begin("host_moved");
	h_create(0, 0, 1);
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_go(0, 0, 1);
	h_submit_raw(0, (const u32[]){ 1, 1, 10, 0, H_USERD(1), 0, H_INST(0) | 1, 0 }, 2);
	gpu_expect(CNOVA_SIM_HOST, 1);
	h_submit_raw(0, twice, 3);
	gpu_expect(CNOVA_SIM_HOST, 1);
	gpu_end();

	/* A channel without an address space. */
	h_begin("host_unbound");
	h_fault_buffer();
	h_ramfc(0, 1, 0);
	poke(H_INST(0) + 0x200, 1);
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_entry(0, 0);
	h_kick(0, 0, 1);
	h_run();
	CHECK(h_faulted(0, 1, false));
	CHECK_EQ(h_peek32(H_FAULTS + 28) & 0x1f, 4);
	gpu_expect_none();
	gpu_end();
}

/* Rings and USERD in system memory: inside a grant, or not at all. */
static void test_sysmem(void)
{
	const u64 bus = 0x40000000;
	const u32 list[] = {
		1, 1, 10, 0, (bus + 0x200) | 2 << 6, bus >> 32, H_INST(0) | 1, 0,
	};
	u32 *word;

	h_begin("host_system_memory");
	word = (u32 *)__get_free_page(GFP_KERNEL);
	CHECK(!io->dma_grant(gpu, bus, virt_to_page(word), 1));
	h_map_page(H_UNMAPPED, 0);
	poke(H_SMALL + (H_UNMAPPED - H_VA) / SZ_4K * 8, SYS_LEAF(bus));
	order();
	gpu_invalidate(H_ROOT, ALL_OF_IT);
	h_ramfc(0, 1, 0);
	h_poke32(H_INST(0) + (h_blackwell() ? 0x90 : 0x48), H_UNMAPPED);
	if (h_turing()) {
		h_poke32(H_INST(0) + 0x08, bus + 0x200);
		h_poke32(H_INST(0) + 0x0c, bus >> 32);
	}
	order();
	h_bind(0, 1);
	h_submit_raw(0, list, 2);
	h_channel(0, 1, true);
	memset(word, 0, SZ_4K);
	/* The entry, the segment and the semaphore are all in this page. */
	word[0] = H_UNMAPPED + 0x400;
	word[1] = 6 << 10;
	word[0x400 / 4] = INC(0, 0x5c, 5);
	word[0x404 / 4] = H_UNMAPPED + 0x800;
	word[0x40c / 4] = 0x77;
	word[0x414 / 4] = SEM_RELEASE;
	word[(0x200 + 0x8c) / 4] = 1;
	h_doorbell(0, 1);
	h_run();
	CHECK_EQ(word[0x800 / 4], 0x77);
	CHECK_EQ(word[(0x200 + 0x88) / 4], 1);
	gpu_expect_none();
	h_kill(0, 0, 1);
	gpu_expect_none();
	poke(H_SMALL + (H_UNMAPPED - H_VA) / SZ_4K * 8, 0);
	order();
	gpu_invalidate(H_ROOT, ALL_OF_IT | MEMBAR);
	io->dma_revoke(gpu, bus, 1);
	gpu_expect_none();
	free_page((unsigned long)word);
	gpu_end();
}

/* The whole GPU is reset under channels: it forgets them. */
static void test_gpu_reset(void)
{
	h_begin("host_gpu_reset");
	h_create(0, 0, 1);
	h_create(1, 1, 2);
	gpu->knobs.engine_hang = 1;
	h_copy(0, sem, sem + 0x1000, 8);
	h_go(0, 0, 1);
	h_word(1, IMMD(0, 0x04, 0));
	h_go(1, 1, 2);
	io->reset(gpu);
	h_run();
	CHECK_EQ(h_state(0, 1), 0);
	CHECK_EQ(h_intr(1, 0), 0);
	CHECK_EQ(rd(0xb81600), 0);
	CHECK_EQ(rd(0xb81200), 0);
	CHECK_EQ(engine_status(0), 0);
	gpu_expect_none();
	gpu_end();

	/* Off the bus nothing runs, and nobody is told. */
	h_begin("host_gone");
	h_create(0, 0, 1);
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_segment(0, 0);
	h_poke32(H_USERD(0) + 0x8c, 1);
	order();
	h_doorbell(0, 1);
	gpu->knobs.gone = true;
	cnova_sim_runlist_run(&gpu->host->runlist[0]);
	CHECK_EQ(h_state(0, 1), ~0U);
	gpu->knobs.gone = false;
	CHECK_EQ(h_peek32(H_DATA), 0);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_bad_runlist();
	test_deaf();
	test_bind_errors();
	test_preempt();
	test_engine_reset();
	test_interrupts();
	test_unordered();
	test_memory();
	test_sysmem();
	test_gpu_reset();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
