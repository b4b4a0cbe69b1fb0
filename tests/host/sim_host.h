/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Channels by hand: device info, instance blocks, runlists, rings and push buffers, as
 * HARDWARE.md 11 and the manuals it names have them. Nothing of the driver's or the model's makes
 * them. Threads do not run here: a test steps the runlists itself.
 */
#ifndef _SIM_HOST_H_
#define _SIM_HOST_H_

#include "sim_gpu.h"

/* Tables of an address space below 2^40, which all of host can reach. */
#define H_ROOT		0x20000ULL
#define H_PD3		0x21000ULL
#define H_PD2		0x22000ULL
#define H_PD1		0x23000ULL
#define H_PD0		0x24000ULL
#define H_SMALL		0x25000ULL
#define H_TABLES_END	0x26000ULL
#define H_VA		(7ULL << 21)

/* Physical places; n is a channel of the test, from 0. */
#define H_INST(n)	(0x30000ULL + (n) * 0x1000)
#define H_USERD(n)	(0x40000ULL + (n) * 0x200)
#define H_LIST(r)	(0x50000ULL + (r) * 0x1000)
#define H_RING(n)	(0x60000ULL + (n) * 0x1000)
#define H_PUSH(n)	(0x70000ULL + (n) * 0x1000)
#define H_DATA		0x80000ULL
#define H_END		0x90000ULL

/* Each page from H_RING(0) to H_END is mapped, one after the other. */
#define H_VA_OF(pa)	(H_VA + (pa) - H_RING(0))
#define H_UNMAPPED	(H_VA + (1ULL << 20))

#define H_RING_LOG2	5
#define H_RING_SIZE	(1 << H_RING_LOG2)

/* What device info says of one copy engine. */
struct h_engine {
	u32 runlist;	/* number, or register block */
	u32 doorbell;	/* id, in place */
	u32 pbdma;	/* register block */
	u32 reset;	/* bit */
	u32 inst, fault, vector;
	u32 channels;	/* channel RAM */
};

static struct h_engine h_engine[4];
static u32 h_put[16];
static u32 h_push_at[16];

static inline bool h_turing(void)
{
	return !strcmp(chip, "tu102");
}

static inline bool h_blackwell(void)
{
	return chip[0] == 'g' && chip[1] == 'b';
}

static inline bool h_gb20x(void)
{
	return !strncmp(chip, "gb20", 4);
}

static inline u32 h_class(void)
{
	if (h_turing())
		return 0xc46f;
	if (h_gb20x())
		return 0xca6f;
	if (h_blackwell())
		return 0xc96f;
	return is_v3 ? 0xc86f : 0xc56f;
}

/* The copy engine's, HARDWARE.md 1.1. */
static inline u32 h_ce_class(void)
{
	if (h_turing())
		return 0xc5b5;
	if (h_blackwell())
		return h_gb20x() ? 0xcab5 : 0xc9b5;
	if (is_v3)
		return 0xc8b5;
	return !strcmp(chip, "ga100") ? 0xc6b5 : 0xc7b5;
}

/* Device info, Turing. Return: how many copy engines. */
static inline u32 h_discover_turing(void)
{
	struct h_engine e = {};
	u32 type = ~0U, nr = 0;
	u32 i, p, row;

	for (i = 0; i < 64; i++) {
		row = rd(0x22700 + i * 4);
		switch (row & 3) {
		case 0:
			continue;
		case 1:
			e.inst = row >> 26 & 0xf;
			e.fault = row >> 3 & 0x7f;
			break;
		case 2:
			e.runlist = row >> 21 & 0xf;
			e.vector = row >> 15 & 0x1f;
			e.reset = 1U << (row >> 9 & 0x1f);
			break;
		case 3:
			type = row >> 2 & 0x1fffffff;
			break;
		}
		if (row >> 31)
			continue;
		e.vector += rd(0xb66884);
		e.doorbell = e.runlist << 16;
		for (p = 0; p < (rd(0x2004) & 0xff); p++)
			if (rd(0x2390 + p * 4) == 1U << e.runlist)
				e.pbdma = 0x40000 + p * 0x2000;
		if (type == 19 && nr < 4)
			h_engine[nr++] = e;
		memset(&e, 0, sizeof(e));
		type = ~0U;
	}
	return nr;
}

static inline u32 h_discover_ampere(void)
{
	u32 rows = rd(0x224fc) >> 20;
	struct h_engine e = {};
	u32 type = ~0U, at = 0, nr = 0;
	u32 i, row;

	for (i = 0; i < rows; i++) {
		row = rd(0x22800 + i * 4);
		if (!row && !at)
			continue;
		switch (at++) {
		case 0:
			type = row >> 24 & 0x7f;
			e.inst = row >> 16 & 0xff;
			e.fault = row & 0x7ff;
			break;
		case 1:
			e.reset = 1U << (row & 0xff);
			break;
		case 2:
			e.runlist = row & 0x03fffc00;
			break;
		}
		if (row >> 31)
			continue;
		at = 0;
		e.doorbell = rd(e.runlist + 8) & 0xffff0000;
		e.channels = rd(e.runlist + 4) & 0xfffffff0;
		e.pbdma = rd(e.runlist + 0x10) & 0x03fffc00;
		e.vector = 40 + nr;
		if (type == 19 && nr < 4)
			h_engine[nr++] = e;
		memset(&e, 0, sizeof(e));
	}
	return nr;
}

/* Run what there is to run, without a thread. */
static inline void h_run(void)
{
	bool more;
	u32 i, n = 0;

	do {
		more = false;
		for (i = 0; i < 4; i++) {
			cnova_sim_runlist_run(&gpu->host->runlist[i]);
			more |= gpu->host->runlist[i].kicked;
		}
	} while (more && ++n < 1000);
	CHECK(n < 1000);
}

/* Enable what a driver enables. */
static inline void h_enable(void)
{
	u32 i;

	for (i = 0; i < (h_turing() || !is_v3 ? 8 : 16); i++)
		wr(0xb81200 + i * 4, ~0U);
	wr(0xb81608, is_v3 ? 0xff : 0xf);
	if (h_turing()) {
		wr(0x2140, ~0U & ~(1U << 31 | 1U << 30 | 1U << 28));
		wr(0xb65000, 0x80000fff);
	}
	for (i = 0; i < 4; i++) {
		u32 rl = h_engine[i].runlist;

		if (h_turing()) {
			wr(h_engine[i].pbdma + 0x10c, ~0U);
			wr(h_engine[i].pbdma + 0x14c, ~0U);
			continue;
		}
		wr(h_engine[i].pbdma + 0x170, ~0U);
		wr(h_engine[i].pbdma + 0x180, ~0U);
		wr(rl + 0x120, 1 << 16 | 1 << 12);
		wr(rl + 0x300, 0x80000000);
	}
}

static inline void h_poke32(u64 pa, u32 value)
{
	io->write(gpu, window_to(pa), value, 4);
}

static inline u32 h_peek32(u64 pa)
{
	return io->read(gpu, window_to(pa), 4);
}

static inline void h_begin(const char *name)
{
	u64 at;

	gpu_begin(name);
	CHECK(!io->vram_populate(gpu, H_ROOT, H_END - H_ROOT));
	gpu_clear(H_ROOT, H_END - H_ROOT);
	if (is_v3)
		poke(H_ROOT, TABLE(H_PD3));
	poke(is_v3 ? H_PD3 : H_ROOT, TABLE(H_PD2));
	poke(H_PD2, TABLE(H_PD1));
	poke(H_PD1, TABLE(H_PD0));
	poke(H_PD0 + 7 * 16 + 8, TABLE(H_SMALL));
	for (at = H_RING(0); at < H_END; at += SZ_4K)
		poke(H_SMALL + (at - H_RING(0)) / SZ_4K * 8, LEAF(at));
	order();
	gpu_invalidate(H_ROOT, ALL_OF_IT);
	memset(h_engine, 0, sizeof(h_engine));
	memset(h_put, 0, sizeof(h_put));
	memset(h_push_at, 0, sizeof(h_push_at));
	CHECK_EQ(h_turing() ? h_discover_turing() : h_discover_ampere(), 4);
	h_enable();
	gpu_expect_none();
}

/* Instance block and USERD of channel @n, as a driver writes them for a user. */
static inline void h_ramfc(u32 n, u32 chid, u32 vector)
{
	u64 inst = H_INST(n), ring = H_VA_OF(H_RING(n));

	h_poke32(inst + 0x10, 0xface);
	h_poke32(inst + 0x30, 0x7ffff902);
	h_poke32(inst + 0x84, 0x20400000);
	h_poke32(inst + 0xac, 1 << 17);
	h_poke32(inst + 0xe8, chid);
	h_poke32(inst + 0xf4, 0x1000);
	if (h_turing()) {
		h_poke32(inst + 0x08, H_USERD(n));
		h_poke32(inst + 0x0c, 0);
	} else {
		h_poke32(inst + 0xf8, 0x80000000 | vector);
	}
	if (h_blackwell()) {
		h_poke32(inst + 0x90, ring);
		h_poke32(inst + 0x94, ring >> 32);
		h_poke32(inst + 0xb4, H_RING_LOG2 << 24);
	} else {
		h_poke32(inst + 0x48, ring);
		h_poke32(inst + 0x4c, ring >> 32 | (is_v3 ? 0 : H_RING_LOG2 << 16));
		if (is_v3)
			h_poke32(inst + 0xa4, H_RING_LOG2);
		h_poke32(inst + 0x94, 0x30000fff);
	}
	poke(inst + 0x200, H_ROOT | 0xc00);
	order();
}

static inline void h_bind(u32 n, u32 chid)
{
	if (h_turing())
		wr(0x800000 + chid * 8, 0x80000000 | H_INST(n) >> 12);
}

static inline void h_channel(u32 e, u32 chid, bool enable)
{
	if (h_turing())
		wr(0x800004 + chid * 8, enable ? 1 << 10 : 1 << 11);
	else
		wr(h_engine[e].channels + chid * 4, enable ? 2 : 3);
}

static inline void h_unbind(u32 e, u32 chid)
{
	if (h_turing())
		wr(0x800000 + chid * 8, 0);
	else
		wr(h_engine[e].channels + chid * 4, ~0U);
}

static inline u32 h_submit_pending(u32 e)
{
	return rd(h_turing() ? 0x2b0c + h_engine[e].runlist * 16 : h_engine[e].runlist + 0x8c) &
	       0x8000;
}

/* A runlist with TSGs 10, 11... of one channel each: channels @n, ids @chid, from @first on. */
static inline void h_submit(u32 e, u32 first, u32 chid, u32 nr)
{
	u64 at = H_LIST(e);
	u32 i;

	for (i = 0; i < nr; i++) {
		h_poke32(at, 1 | 3 << 16 | 128U << 24);
		h_poke32(at + 4, 1);
		h_poke32(at + 8, 10 + first + i);
		h_poke32(at + 12, 0);
		h_poke32(at + 16, H_USERD(first + i));
		h_poke32(at + 20, 0);
		h_poke32(at + 24, H_INST(first + i) | (chid + i));
		h_poke32(at + 28, 0);
		at += 32;
	}
	order();
	if (h_turing()) {
		wr(0x2b00 + h_engine[e].runlist * 16, H_LIST(e));
		wr(0x2b04 + h_engine[e].runlist * 16, 0);
		wr(0x2b08 + h_engine[e].runlist * 16, nr * 2);
	} else {
		wr(h_engine[e].runlist + 0x80, H_LIST(e));
		wr(h_engine[e].runlist + 0x84, 0);
		wr(h_engine[e].runlist + 0x88, nr * 2);
	}
}

static inline void h_doorbell(u32 e, u32 chid)
{
	wr(0xbb0090, h_engine[e].doorbell | chid | (h_gb20x() ? 1U << 30 : 0));
}

/* One channel on engine @e: everything that makes it run. */
static inline void h_create(u32 e, u32 n, u32 chid)
{
	h_ramfc(n, chid, h_engine[e].vector);
	h_bind(n, chid);
	h_submit(e, n, chid, 1);
	h_run();
	CHECK_EQ(h_submit_pending(e), 0);
	h_channel(e, chid, true);
}

/* A word of the next segment of channel @n. */
static inline void h_word(u32 n, u32 word)
{
	h_poke32(H_PUSH(n) + h_push_at[n]++ * 4, word);
}

#define INC(subch, method, nr)	(1U << 29 | (u32)(nr) << 16 | (subch) << 13 | (method) >> 2)
#define SEM_RELEASE	1
#define SEM_WFI		(1U << 20)
#define SEM_64		(1U << 24)
#define SEM_STAMP	(1U << 25)

#define IMMD(subch, method, d)	(4U << 29 | (u32)(d) << 16 | (subch) << 13 | (method) >> 2)

static inline void h_semaphore(u32 n, u64 va, u64 payload, u32 execute)
{
	h_word(n, INC(0, 0x5c, 5));
	h_word(n, va);
	h_word(n, va >> 32);
	h_word(n, payload);
	h_word(n, payload >> 32);
	h_word(n, execute);
}

/* A copy of bytes. */
static inline void h_copy(u32 n, u64 src, u64 dst, u32 bytes)
{
	h_word(n, INC(4, 0, 1));
	h_word(n, h_ce_class());
	h_word(n, INC(4, 0x400, 8));
	h_word(n, src >> 32);
	h_word(n, src);
	h_word(n, dst >> 32);
	h_word(n, dst);
	h_word(n, 0);
	h_word(n, 0);
	h_word(n, bytes);
	h_word(n, 1);
	h_word(n, INC(4, 0x300, 1));
	h_word(n, 0x182);
}

static inline void h_entry(u32 n, u64 entry)
{
	poke(H_RING(n) + h_put[n] * 8, entry);
	h_put[n] = (h_put[n] + 1) % H_RING_SIZE;
}

/* What was written since @from becomes an entry of the ring. */
static inline void h_segment(u32 n, u32 from)
{
	u64 va = H_VA_OF(H_PUSH(n)) + from * 4;

	h_entry(n, va | (u64)(h_push_at[n] - from) << 42);
}

static inline void h_kick(u32 e, u32 n, u32 chid)
{
	h_poke32(H_USERD(n) + 0x8c, h_put[n]);
	order();
	h_doorbell(e, chid);
}

/* All of the push buffer as one segment, and go. */
static inline void h_go(u32 e, u32 n, u32 chid)
{
	h_segment(n, 0);
	h_kick(e, n, chid);
	h_run();
	h_push_at[n] = 0;
}

static inline u32 h_get(u32 n)
{
	return h_peek32(H_USERD(n) + 0x88);
}

static inline bool h_vector(u32 vector)
{
	return rd(0xb81000 + vector / 32 * 4) >> vector % 32 & 1;
}

/* INTR_0 or INTR_1 of the PBDMA. */
static inline u32 h_intr(u32 e, u32 which)
{
	return rd(h_engine[e].pbdma + (which ? 0x148 : 0x108));
}

static inline void h_ack(u32 e, u32 intr_0, u32 intr_1)
{
	wr(h_engine[e].pbdma + 0x108, intr_0);
	wr(h_engine[e].pbdma + 0x148, intr_1);
	h_run();
}

static inline u32 h_state(u32 e, u32 chid)
{
	return h_turing() ? rd(0x800004 + chid * 8) : rd(h_engine[e].channels + chid * 4);
}

static inline bool h_faulted(u32 e, u32 chid, bool engine)
{
	u32 bit = h_turing() ? engine ? 23 : 22 : engine ? 5 : 4;

	return h_state(e, chid) >> bit & 1;
}

static inline void h_clear_fault(u32 e, u32 chid, bool engine)
{
	if (h_turing())
		wr(0x800004 + chid * 8, engine ? 1 << 23 : 1 << 22);
	else
		wr(h_engine[e].channels + chid * 4, engine ? 0x21 : 0x11);
	h_run();
}

static inline void h_preempt(u32 e, u32 tsg)
{
	u32 offset = h_turing() ? 0x2634 : h_engine[e].runlist + (h_gb20x() ? 0x14 : 0x98);

	wr(offset, 1 << 24 | tsg);
}

static inline bool h_preempt_pending(u32 e)
{
	u32 offset = h_turing() ? 0x2634 : h_engine[e].runlist + (h_gb20x() ? 0x14 : 0x98);

	return rd(offset) >> 20 & 1;
}

/* The way out of an error: HOST of MAN dev_fifo, "Channel Teardown Sequence". */
static inline void h_kill(u32 e, u32 n, u32 chid)
{
	h_channel(e, chid, false);
	h_preempt(e, 10 + n);
	wr(h_engine[e].pbdma + 0x108, ~0U);
	wr(h_engine[e].pbdma + 0x148, ~0U);
	h_run();
	CHECK(!h_preempt_pending(e));
	CHECK_EQ(h_intr(e, 0) | h_intr(e, 1), 0);
	h_unbind(e, chid);
	h_submit(e, 0, 0, 0);
	h_run();
	CHECK_EQ(h_state(e, chid), 0);
}

/* Is an error of a PBDMA or runlist on its way to the CPU? */
static inline bool h_errors(u32 e)
{
	return h_vector(h_turing() ? 136 : rd(h_engine[e].runlist + 0x160) & 0xfff);
}

static inline void h_engine_reset(u32 e)
{
	u32 reg = h_turing() ? 0x200 : 0x600;

	wr(reg, rd(reg) & ~h_engine[e].reset);
	wr(reg, rd(reg) | h_engine[e].reset);
	h_run();
}

/* What the linker puts in the place of cnova_sim_engine_must_stop(), in a program linked so. */
bool __real_cnova_sim_engine_must_stop(const struct cnova_sim_engine *engine);
bool __wrap_cnova_sim_engine_must_stop(const struct cnova_sim_engine *engine);

/* The packet with the fault, in memory; HARDWARE.md 9.2. */
#define H_FAULTS	(H_DATA + 0x8000)

static inline void h_fault_buffer(void)
{
	wr(0xb83004, 0);
	wr(0xb83000, H_FAULTS | 1);
	wr(0xb83010, 0x80000000 | 16);
}

static inline void h_map_page(u64 va, u64 pa)
{
	poke(H_SMALL + (va - H_VA) / SZ_4K * 8, LEAF(pa));
	order();
	gpu_invalidate(H_ROOT, ALL_OF_IT);
}

#endif /* _SIM_HOST_H_ */
