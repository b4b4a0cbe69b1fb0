// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's host: errors and faults, and what of it stops; on every chip. Prints
 * TAP.
 */
#include <linux/align.h>

#include "sim_host.h"

static const u64 sem = H_VA_OF(H_DATA);

/* ---- errors ---- */

/*
 * Whatever stops a channel stops that one: another on the same runlist waits until software has
 * seen to it, one on another runlist does not even do that.
 */
static void expect_error(u32 intr_0, u32 intr_1)
{
	h_ramfc(1, 2, 0);
	h_bind(1, 2);
	h_submit(0, 0, 1, 2);
	h_run();
	h_channel(0, 2, true);
	h_run();
	CHECK_EQ(h_intr(0, 0), intr_0);
	CHECK_EQ(h_intr(0, 1), intr_1);
	CHECK_EQ(rd(h_engine[0].pbdma + 0x120) & 0xfff, 1);
	CHECK(h_errors(0));
	h_semaphore(1, sem + 0x100, 1, SEM_RELEASE);
	h_go(0, 1, 2);
	CHECK_EQ(h_peek32(H_DATA + 0x100), 0);
	h_create(1, 2, 3);
	h_semaphore(2, sem + 0x200, 1, SEM_RELEASE);
	h_go(1, 2, 3);
	CHECK_EQ(h_peek32(H_DATA + 0x200), 1);

	h_channel(0, 1, false);
	h_preempt(0, 10);
	h_run();
	CHECK(h_preempt_pending(0));
	wr(h_engine[0].pbdma + 0x108, intr_0);
	wr(h_engine[0].pbdma + 0x148, intr_1);
	h_run();
	CHECK(!h_preempt_pending(0));
	CHECK_EQ(h_intr(0, 0) | h_intr(0, 1), 0);
	CHECK_EQ(h_peek32(H_DATA + 0x100), 1);
	h_unbind(0, 1);
	gpu_expect_none();
	gpu_end();
}

/* Words of a push buffer that are an error. */
static const struct {
	const char *name;
	u32 word[8];
	u32 intr_0, intr_1;
} bad_words[] = {
	{ "host_bad_old_header", { 1 << 18 | 0x100 }, 1 << 18 },
	{ "host_bad_opcode_2", { 2U << 29 }, 1 << 18 },
	{ "host_bad_opcode_6", { 6U << 29 }, 1 << 18 },
	{ "host_bad_reserved", { INC(0, 0x8, 1) | 1 << 12 }, 1 << 18 },
	{ "host_bad_wrap", { 1U << 29 | 2 << 16 | 0xfff }, 1 << 18 },
	{ "host_bad_wrap_once", { 5U << 29 | 2 << 16 | 0xfff }, 1 << 18 },
	{ "host_bad_illegal", { IMMD(0, 0x04, 0) }, 1 << 21 },
	{ "host_bad_method", { IMMD(0, 0x88, 0) }, 1 << 21 },
	{ "host_bad_legacy_semaphore", { IMMD(0, 0x10, 0) }, 1 << 21 },
	{ "host_bad_yield", { IMMD(0, 0x80, 1) }, 1 << 21 },
	{ "host_bad_mem_op", { INC(0, 0x34, 1), 0x1fU << 27 }, 1 << 21 },
	{ "host_bad_counter_clear", { INC(0, 0x34, 1), 0x16U << 27 }, 1 << 21 },
	{ "host_bad_invalidate", { INC(0, 0x34, 1), 0x0aU << 27 }, 1 << 21 },
	{ "host_bad_software_object", { IMMD(5, 0, 0) }, 1 << 23 },
	{ "host_bad_software_method", { IMMD(7, 0x100, 0) }, 1 << 23 },
	{ "host_bad_sem_operation", { IMMD(0, 0x6c, 7) }, 1 << 25 },
	{ "host_bad_sem_reduction", { INC(0, 0x6c, 1), 6 | 8 << 27 }, 1 << 25 },
	{ "host_bad_sem_inc_signed", { INC(0, 0x6c, 1), 6 | 6 << 27 }, 1 << 25 },
	{ "host_bad_sem_inc_64", { INC(0, 0x6c, 1), 6 | 6 << 27 | SEM_64 | 1U << 31 }, 1 << 25 },
	{ "host_bad_sem_dec_64", { INC(0, 0x6c, 1), 6 | 7 << 27 | SEM_64 | 1U << 31 }, 1 << 25 },
	{ "host_bad_sem_add_64", { INC(0, 0x6c, 1), 6 | 5 << 27 | SEM_64 }, 1 << 25 },
	{ "host_bad_sem_align_8", { IMMD(0, 0x5c, 4), INC(0, 0x6c, 1), 1 | SEM_64 }, 1 << 25 },
	{ "host_bad_sem_align_16", { IMMD(0, 0x5c, 8), INC(0, 0x6c, 1), 1 | SEM_STAMP }, 1 << 25 },
	{ "host_bad_sem_align_acq", { IMMD(0, 0x5c, 4), INC(0, 0x6c, 1), SEM_64 }, 1 << 25 },
	{ "host_bad_class", { IMMD(4, 0, 0x123) }, 0, 1 << 4 },
};

static void test_bad_words(void)
{
	u32 i, w;

	for (i = 0; i < sizeof(bad_words) / sizeof(bad_words[0]); i++) {
		h_begin(bad_words[i].name);
		h_create(0, 0, 1);
		for (w = 0; w < 8 && (!w || bad_words[i].word[w]); w++)
			h_word(0, bad_words[i].word[w]);
		h_go(0, 0, 1);
		expect_error(bad_words[i].intr_0, bad_words[i].intr_1);
	}
}

static u64 last_va(void)
{
	return is_v3 ? 1ULL << 57 : 1ULL << 40;
}

static void test_bad_entries(void)
{
	const struct {
		const char *name;
		u64 entry;
	} bad[] = {
		{ "host_bad_entry_illegal", 1ULL << 32 },
		{ "host_bad_entry_opcode", 5ULL << 32 },
		{ "host_bad_entry_opcode_255", 255ULL << 32 },
	};
	u32 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		h_begin(bad[i].name);
		h_create(0, 0, 1);
		h_entry(0, bad[i].entry);
		h_kick(0, 0, 1);
		h_run();
		expect_error(1 << 15, 0);
	}

	/* A segment that reaches the end of all addresses, to the word; and past it. */
	for (i = 0; i < 2; i++) {
		h_begin("host_bad_entry_end");
		h_create(0, 0, 1);
		if (is_v3)
			h_entry(0, 4ULL << 32 | 0x1ffff00);
		h_entry(0, ((last_va() - 16) & 0xffffffffffULL) | (4ULL + i) << 42);
		h_kick(0, 0, 1);
		h_run();
		expect_error(1 << 15, 0);
	}

	/* Thrown away: what follows is executed. */
	h_begin("host_bad_entry_goes_on");
	h_create(0, 0, 1);
	h_semaphore(0, sem, 4, SEM_RELEASE);
	h_entry(0, 1ULL << 32);
	h_segment(0, 0);
	h_kick(0, 0, 1);
	h_run();
	CHECK_EQ(h_peek32(H_DATA), 0);
	h_ack(0, 1 << 15, 0);
	CHECK_EQ(h_peek32(H_DATA), 4);
	CHECK_EQ(h_get(0), 2);
	gpu_expect_none();
	gpu_end();

	/* All other errors come again. */
	h_begin("host_error_again");
	h_create(0, 0, 1);
	h_word(0, IMMD(0, 0x04, 0));
	h_go(0, 0, 1);
	h_ack(0, 1 << 21, 0);
	CHECK_EQ(h_intr(0, 0), 1 << 21);
	h_kill(0, 0, 1);
	h_create(0, 1, 2);
	h_word(1, 6U << 29);
	h_go(0, 1, 2);
	h_ack(0, 1 << 18, 0);
	CHECK_EQ(h_intr(0, 0), 1 << 18);
	h_kill(0, 1, 2);
	gpu_expect_none();
	gpu_end();

	h_begin("host_bad_put");
	h_create(0, 0, 1);
	h_put[0] = H_RING_SIZE;
	h_kick(0, 0, 1);
	h_run();
	expect_error(1 << 14, 0);

	h_begin("host_bad_ring");
	h_ramfc(0, 1, 0);
	if (h_blackwell())
		h_poke32(H_INST(0) + 0x94, 0x1ffffff);
	else
		h_poke32(H_INST(0) + 0x4c, is_v3 ? 0x1ffffff : 0xff | H_RING_LOG2 << 16);
	h_poke32(H_INST(0) + (h_blackwell() ? 0x90 : 0x48), 0xffffff08);
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_entry(0, 0);
	h_kick(0, 0, 1);
	h_run();
	expect_error(1 << 13, 0);

	h_begin("host_bad_signature");
	h_ramfc(0, 1, 0);
	h_poke32(H_INST(0) + 0x10, 0xbeef);
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_run();
	expect_error(1U << 31, 0);

	/* The class of the chip is as good as the signature. */
	h_begin("host_signature_class");
	h_ramfc(0, 1, 0);
	h_poke32(H_INST(0) + 0x10, h_class());
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 1);
	gpu_expect_none();
	gpu_end();

	h_begin("host_no_context");
	h_ramfc(0, 1, 0);
	h_poke32(H_INST(0) + 0xac, 0);
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_word(0, IMMD(4, 0x100, 0));
	h_go(0, 0, 1);
	expect_error(0, 1U << 31);

	h_begin("host_bad_conditional");
	h_create(0, 0, 1);
	h_word(0, INC(0, 0x8, 2));
	h_segment(0, 0);
	h_entry(0, H_VA_OF(H_PUSH(0)) | 1 | 1ULL << 42);
	h_kick(0, 0, 1);
	h_run();
	expect_error(1 << 30, 0);
}

static void test_acquire_timeout(void)
{
	h_begin("host_acquire_timeout");
	h_ramfc(0, 1, 0);
	/* 1024 ns << 3, ten times. */
	h_poke32(H_INST(0) + 0x30, 1U << 31 | 10 << 15 | 3 << 11);
	order();
	h_bind(0, 1);
	h_submit(0, 0, 1, 1);
	h_channel(0, 1, true);
	h_semaphore(0, sem, 1, 0);
	h_go(0, 0, 1);
	CHECK_EQ(h_intr(0, 0), 0);
	usleep_range(100, 200);
	h_run();
	expect_error(1 << 26, 0);
}

static void test_knob_error(void)
{
	h_begin("host_knob_error");
	h_create(0, 0, 1);
	gpu->knobs.pbdma_error = 1 << 19;
	h_semaphore(0, sem, 1, SEM_RELEASE);
	h_go(0, 0, 1);
	CHECK_EQ(h_peek32(H_DATA), 0);
	expect_error(1 << 19, 0);
}

/* ---- faults ---- */

static void expect_fault(u32 e, u32 nr, u64 va, u32 engine_id, u32 client, u32 access)
{
	u64 at = H_FAULTS + (nr - 1) * 32;

	CHECK_EQ(rd(0xb8300c) & 0xfffff, nr);
	CHECK_EQ(h_peek32(at + 8) & 0xfffff000, va & 0xfffff000);
	CHECK_EQ(h_peek32(at + 12), va >> 32);
	CHECK_EQ(h_peek32(at) & 0xfffff000, H_INST(0));
	CHECK_EQ(h_peek32(at + 24) & 0x1ff, engine_id);
	CHECK_EQ(h_peek32(at + 28) >> 8 & 0x7f, client);
	CHECK_EQ(h_peek32(at + 28) >> 16 & 0xf, access);
	CHECK(h_vector(132));
}

static u32 host_id(u32 e)
{
	return (h_blackwell() ? 85 : 32) + e;
}

/* A fault takes off one channel; others on its runlist run; when it is mended, it goes on. */
static void test_fault(void)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		h_begin(i == 0 ? "host_fault_segment" :
			i == 1 ? "host_fault_semaphore" : "host_fault_ring");
		h_fault_buffer();
		h_ramfc(0, 1, 0);
		h_ramfc(1, 2, 0);
		if (i == 2)
			h_poke32(H_INST(0) + (h_blackwell() ? 0x90 : 0x48), H_UNMAPPED);
		order();
		h_bind(0, 1);
		h_bind(1, 2);
		h_submit(1, 0, 1, 2);
		h_run();
		h_channel(1, 1, true);
		h_channel(1, 2, true);
		h_semaphore(0, i == 1 ? H_UNMAPPED : sem, 5, SEM_RELEASE);
		if (i == 0)
			h_entry(0, H_UNMAPPED | 6ULL << 42);
		else
			h_segment(0, 0);
		h_kick(1, 0, 1);
		h_run();
		CHECK(h_faulted(1, 1, false));
		CHECK_EQ(h_intr(1, 0) | h_intr(1, 1), 0);
		expect_fault(1, 1, H_UNMAPPED, host_id(1), 6, i == 1);
		h_semaphore(1, sem + 64, 1, SEM_RELEASE);
		h_go(1, 1, 2);
		CHECK_EQ(h_peek32(H_DATA + 64), 1);
		/* The doorbell does not help. */
		h_doorbell(1, 1);
		h_run();
		CHECK_EQ(rd(0xb8300c) & 0xfffff, 1);

		h_map_page(H_UNMAPPED, i == 0 ? H_PUSH(0) : i == 1 ? H_DATA + 0x2000 : H_RING(0));
		h_clear_fault(1, 1, false);
		CHECK(!h_faulted(1, 1, false));
		CHECK_EQ(h_peek32(H_DATA + (i == 1 ? 0x2000 : 0)), 5);
		CHECK_EQ(h_get(0), 1);
		gpu_expect_none();
		gpu_end();
	}
}

static void test_engine_fault(void)
{
	h_begin("host_fault_engine");
	h_fault_buffer();
	h_create(2, 0, 1);
	poke(H_DATA, 0x1234567);
	order();
	h_copy(0, sem, H_UNMAPPED, 8);
	h_semaphore(0, sem + 64, 1, SEM_RELEASE | SEM_WFI);
	h_go(2, 0, 1);
	CHECK(h_faulted(2, 1, true));
	CHECK(!h_faulted(2, 1, false));
	expect_fault(2, 1, H_UNMAPPED, h_engine[2].fault, 1, 1);
	CHECK_EQ(h_peek32(H_DATA + 64), 0);
	h_map_page(H_UNMAPPED, H_DATA + 0x3000);
	h_clear_fault(2, 1, true);
	CHECK_EQ(h_peek32(H_DATA + 64), 1);
	CHECK_EQ(h_peek32(H_DATA + 0x3000), 0x1234567);
	gpu_expect_none();
	gpu_end();

	/* The same by a method of another channel. */
	h_begin("host_clear_faulted");
	h_fault_buffer();
	h_create(2, 0, 1);
	h_semaphore(0, H_UNMAPPED, 5, SEM_RELEASE);
	h_go(2, 0, 1);
	CHECK(h_faulted(2, 1, false));
	h_map_page(H_UNMAPPED, H_DATA);
	h_create(0, 1, 7);
	h_word(1, INC(0, 0x84, 1));
	h_word(1, h_engine[2].doorbell | 1);
	h_go(0, 1, 7);
	h_run();
	CHECK(!h_faulted(2, 1, false));
	CHECK_EQ(h_peek32(H_DATA), 5);
	/* Nothing to clear: given up after a while. */
	h_word(1, INC(0, 0x84, 1));
	h_word(1, h_engine[2].doorbell | 1);
	h_go(0, 1, 7);
	CHECK_EQ(h_intr(0, 0), 0);
	usleep_range(5000, 6000);
	h_run();
	CHECK_EQ(h_intr(0, 0), h_turing() ? 1 << 20 : 1 << 21);
	h_kill(0, 1, 7);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_bad_words();
	test_bad_entries();
	test_acquire_timeout();
	test_knob_error();
	test_fault();
	test_engine_fault();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
