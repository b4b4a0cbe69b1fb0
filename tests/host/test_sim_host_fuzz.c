// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host test of the model's host with random input, SEED=n, STREAMS=n for each chip. Prints TAP.
 *
 * Users' channels on two runlists execute what comes: push buffers, GPFIFO entries and
 * GP_PUT, with headers and methods that are likely to be something; a driver gets rid of what
 * fails and makes it anew. Whatever they do, memory that is not mapped for them stays as it was,
 * and nothing counts as a violation of the driver's.
 */
#include <time.h>

#include <linux/align.h>
#include <linux/minmax.h>

#include "sim_host.h"

#define STREAMS		12000
#define STREAM_WORDS	24
#define NR		4	/* channels: n is on runlist n / 2, its number 8 + n */

/* One page of system memory for each: ring, USERD, push buffer. */
#define BUS(n)		(0x40000000ULL + (n) * SZ_4K)
#define F_VA(n)		(H_UNMAPPED + (n) * SZ_4K)
#define F_USERD		0x200
#define F_PUSH		0x400

/* Nobody has this mapped; it is between what everybody has. */
#define CANARY		H_END
#define CANARY_END	(H_END + 4 * SZ_4K)

static u64 state;
static u32 *page[NR];
static u32 patience;
static u64 nr_errors, nr_faults, nr_resets, nr_executed, nr_killed;

/* A copy may be as long as a day: a driver would lose its patience, too. */
bool __wrap_cnova_sim_engine_must_stop(const struct cnova_sim_engine *engine)
{
	if (patience && !--patience)
		gpu->host->stopped = true;
	return __real_cnova_sim_engine_must_stop(engine);
}

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static u32 below(u32 n)
{
	return (rnd() >> 20) % n;
}

/* An address that may be there, or a number that may be none. */
static u64 any_va(void)
{
	switch (below(8)) {
	case 0:
		return rnd();
	case 1:
		return F_VA(below(NR + 1)) + below(SZ_4K);
	case 2:
		return H_VA_OF(CANARY) + below(SZ_4K);
	default:
		return H_VA_OF(H_DATA) + below(0x10000) / 8 * 8;
	}
}

static u32 any_data(void)
{
	switch (below(5)) {
	case 0:
		return rnd();
	case 1:
		return 1U << below(32);
	case 2:
		return any_va() >> (below(2) ? 32 : 0);
	default:
		return below(64);
	}
}

static u32 any_method(void)
{
	static const u32 likely[] = {
		0x00, 0x08, 0x20, 0x24, 0x28, 0x34, 0x50, 0x5c, 0x5c, 0x5c, 0x60, 0x64, 0x6c, 0x6c,
		0x78, 0x80, 0x84, 0x240, 0x260, 0x300, 0x300, 0x400, 0x400, 0x408, 0x410, 0x418,
		0x700, 0x708,
	};

	return below(6) ? likely[below(sizeof(likely) / sizeof(likely[0]))] : below(0x1000) * 4;
}

static u32 any_header(u32 left)
{
	static const u32 opcode[] = { 1, 1, 1, 1, 3, 4, 4, 5, 7, 0, 2, 6 };
	u32 op = opcode[below(below(4) ? 8 : 12)];
	u32 method = any_method();

	if (!below(40))
		return rnd();
	if (op == 7)
		return 7U << 29;
	if (!op)
		return below(2) ? 0 : below(4) << 16 | below(16) << 4;
	return op << 29 | (op == 4 ? below(0x2000) : below(min(left + 1, 9U))) << 16 |
	       (method >= 0x100 || !method ? 4 : below(8)) << 13 | method >> 2;
}

/* A semaphore, or a copy, as somebody who means it would write it; then noise. */
static void any_stream(u32 *word)
{
	u32 i = 0;
	u64 va;

	if (below(2)) {
		word[i++] = INC(4, 0, 1);
		word[i++] = h_ce_class();
	}
	while (i + 8 < STREAM_WORDS) {
		if (below(2)) {
			word[i] = any_header(STREAM_WORDS - i);
			i++;
			continue;
		}
		va = any_va();
		word[i++] = INC(0, 0x5c, 5);
		word[i++] = va;
		word[i++] = va >> 32;
		word[i++] = any_data();
		word[i++] = any_data();
		word[i++] = below(8) | (below(4) ? 0 : any_data());
		if (below(2))
			word[i++] = any_data();
	}
	while (i < STREAM_WORDS)
		word[i++] = any_data();
}

static u64 any_entry(u32 n)
{
	u64 at = F_VA(n) + F_PUSH + below(SZ_4K - F_PUSH - STREAM_WORDS * 4) / 4 * 4;

	switch (below(20)) {
	case 0:
		return rnd();
	case 1:
		return (u64)below(6) << 32 | (u32)rnd();
	case 2:
		return (any_va() & 0xfffffffffcULL) | (u64)below(64) << 42;
	}
	any_stream(page[n] + (at - F_VA(n)) / 4);
	return at | (below(8) ? 0 : below(4)) | (u64)(below(8) ? STREAM_WORDS : below(200)) << 42;
}

/* ---- the driver ---- */

static void f_step(void)
{
	u32 r;

	patience = 2000;
	for (r = 0; r < 4; r++)
		cnova_sim_runlist_run(&gpu->host->runlist[r]);
}

static void f_reset(u32 e)
{
	u32 reg = h_turing() ? 0x200 : 0x600;

	gpu->host->stopped = false;
	wr(reg, rd(reg) & ~h_engine[e].reset);
	wr(reg, rd(reg) | h_engine[e].reset);
	f_step();
	nr_resets++;
}

/* A submit waits for what is on the PBDMA: that has to leave first, whatever keeps it there. */
static void f_thaw(u32 e)
{
	u32 chid = rd(h_engine[e].pbdma + 0x120) & 0xfff;

	if (!h_submit_pending(e))
		return;
	f_step();
	if (!h_submit_pending(e))
		return;
	h_channel(e, chid, false);
	wr(h_engine[e].pbdma + 0x108, ~0U);
	wr(h_engine[e].pbdma + 0x148, ~0U);
	f_step();
	if (h_submit_pending(e))
		f_reset(e);
	CHECK(!h_submit_pending(e));
}

static void f_submit(u32 r)
{
	u64 at = H_LIST(r);
	u32 i;

	f_thaw(r);
	for (i = 2 * r; i < 2 * r + 2; i++, at += 32) {
		const u32 word[] = {
			1, 1, 10 + i, 0, (u32)(BUS(i) + F_USERD) | 2 << 6, BUS(i) >> 32,
			H_INST(i) | (8 + i), 0,
		};
		u32 w;

		for (w = 0; w < 8; w++)
			h_poke32(at + w * 4, word[w]);
	}
	order();
	if (h_turing()) {
		wr(0x2b00 + h_engine[r].runlist * 16, H_LIST(r));
		wr(0x2b08 + h_engine[r].runlist * 16, 4);
	} else {
		wr(h_engine[r].runlist + 0x80, H_LIST(r));
		wr(h_engine[r].runlist + 0x88, 4);
	}
}

static void f_create(u32 n)
{
	memset(page[n], 0, SZ_4K);
	h_put[n] = 0;
	h_ramfc(n, 8 + n, h_engine[n / 2].vector);
	h_poke32(H_INST(n) + (h_blackwell() ? 0x90 : 0x48), F_VA(n));
	h_poke32(H_INST(n) + (h_blackwell() ? 0x98 : 0x14), 0);
	if (h_turing())
		h_poke32(H_INST(n) + 0x08, BUS(n) + F_USERD);
	/* Acquires are given up after a while. */
	h_poke32(H_INST(n) + 0x30, 1U << 31 | 1 << 15 | 5 << 11);
	order();
	h_bind(n, 8 + n);
}

/* What cannot go on is taken off, and begins anew. */
static void f_recover(u32 n)
{
	u32 e = n / 2, chid = 8 + n;

	h_channel(e, chid, false);
	h_preempt(e, 10 + n);
	f_step();
	wr(h_engine[e].pbdma + 0x108, ~0U);
	wr(h_engine[e].pbdma + 0x148, ~0U);
	f_step();
	if (h_preempt_pending(e) || gpu->host->stopped)
		f_reset(e);
	CHECK(!h_preempt_pending(e));
	h_unbind(e, chid);
	CHECK_EQ(h_state(e, chid), 0);
	f_create(n);
	f_submit(e);
	f_step();
	h_channel(e, chid, true);
	nr_killed++;
}

static void f_look(void)
{
	u32 n, e;

	for (e = 0; e < 2; e++) {
		if (!h_intr(e, 0) && !h_intr(e, 1))
			continue;
		nr_errors++;
		n = (rd(h_engine[e].pbdma + 0x120) & 0xfff) - 8;
		CHECK(n / 2 == e);
		if (n / 2 == e)
			f_recover(n);
	}
	for (n = 0; n < NR; n++) {
		e = n / 2;
		if (h_faulted(e, 8 + n, false) || h_faulted(e, 8 + n, true)) {
			nr_faults++;
			f_recover(n);
		}
	}
	/* Those that had to make way. */
	for (n = 0; n < NR; n++) {
		if (!(h_state(n / 2, 8 + n) & (h_turing() ? 1 : 2)))
			f_recover(n);
	}
	if (gpu->host->stopped || gpu->host->runlist[0].hung || gpu->host->runlist[1].hung) {
		gpu->host->stopped = false;
		for (n = 0; n < NR; n++)
			f_recover(n);
	}
}

/* ---- one stream ---- */

static void f_stream(void)
{
	u32 n = below(NR), nr = 1 + below(3);

	while (nr--) {
		u64 entry = any_entry(n);

		memcpy(page[n] + h_put[n] * 2, &entry, 8);
		h_put[n] = (h_put[n] + 1) % H_RING_SIZE;
	}
	page[n][(F_USERD + 0x8c) / 4] = below(100) ? h_put[n] : below(64);
	switch (below(60)) {
	case 0:
		gpu->knobs.engine_hang = 1;
		break;
	case 1:
		h_channel(n / 2, 8 + n, false);
		h_channel(n / 2, 8 + n, true);
		break;
	case 2:
		h_preempt(n / 2, 10 + n);
		break;
	case 3:
		f_submit(n / 2);
		break;
	}
	h_doorbell(n / 2, 8 + n);
	f_step();
	/* What waits is given up soon. */
	usleep_range(below(10) ? 40 : 3000, 4000);
	f_step();
	f_look();
	gpu->knobs.engine_hang = 0;
}

static void f_begin(const char *name)
{
	u64 at;
	u32 n;

	h_begin(name);
	CHECK(!io->vram_populate(gpu, CANARY, CANARY_END - CANARY));
	for (at = CANARY; at < CANARY_END; at += 8)
		poke(at, ~at);
	for (n = 0; n < NR; n++) {
		page[n] = (u32 *)__get_free_page(GFP_KERNEL);
		CHECK(!io->dma_grant(gpu, BUS(n), virt_to_page(page[n]), 1));
		poke(H_SMALL + (F_VA(n) - H_VA) / SZ_4K * 8, SYS_LEAF(BUS(n)));
	}
	order();
	gpu_invalidate(H_ROOT, ALL_OF_IT);
	for (n = 0; n < NR; n++)
		f_create(n);
	for (n = 0; n < 2; n++)
		f_submit(n);
	f_step();
	for (n = 0; n < NR; n++)
		h_channel(n / 2, 8 + n, true);
}

static u64 f_sum(u64 from, u64 to)
{
	u64 sum = 0;

	for (; from < to; from += 8)
		sum = sum * 31 + peek(from);
	return sum;
}

static void tests(void)
{
	const char *streams = getenv("STREAMS");
	u32 nr = streams ? strtoul(streams, NULL, 0) : STREAMS;
	u64 tables, canary, at;
	u32 i, n;

	f_begin("host_random_streams");
	tables = f_sum(H_ROOT, H_TABLES_END);
	canary = f_sum(CANARY, CANARY_END);
	for (i = 0; i < nr && test_ok; i++) {
		f_stream();
		nr_executed++;
		if (cnova_sim_report_total(gpu)) {
			printf("# stream %u\n", i);
			gpu_expect_none();
		}
	}
	CHECK_EQ(f_sum(H_ROOT, H_TABLES_END), tables);
	CHECK_EQ(f_sum(CANARY, CANARY_END), canary);
	for (at = H_LIST(2); at < H_RING(0); at += 8)
		CHECK_EQ(peek(at), 0);
	gpu_expect_none();
	for (n = 0; n < NR; n++)
		free_page((unsigned long)page[n]);
	gpu_end();
}

int main(void)
{
	const char *seed = getenv("SEED");

	state = seed && *seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# SEED=%#llx\n", (unsigned long long)state);
	state = state * 2 + 1;
	on_every_chip(tests);
	printf("# %llu streams, %llu errors, %llu faults\n", (unsigned long long)nr_executed,
	       (unsigned long long)nr_errors, (unsigned long long)nr_faults);
	printf("# %llu engine resets, %llu channels killed\n", (unsigned long long)nr_resets,
	       (unsigned long long)nr_killed);
	return finish();
}
