/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole software GPU on the host, and a client of it that is no driver: registers and
 * memory through &struct cnova_io_ops, page tables written by hand through the window.
 */
#ifndef _SIM_GPU_H_
#define _SIM_GPU_H_

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "hw/io.h"
#include "sim/sim.h"
#include "test_sim.h"

/* HARDWARE.md 1.1, 5 to 8: what differs from chip to chip, by hand. */
struct gpu_facts {
	const char *chip;
	u32 window, window_bits;
	bool has_target, bind_pair;
	u32 flush;		/* 0x70000, 0x10f800, or 0 for none */
	u32 size_reg;
	u32 pages[4];		/* registers of the flush page */
	bool scope;
};

static const struct gpu_facts gpu_facts[] = {
	{ "tu102", 0x1700, 24, true, false, 0x70000, 0x100ce0, { 0x100c10 }, false },
	{ "ga100", 0x1700, 24, true, false, 0x70000, 0x100ce0, { 0x100c10, 0x100c40 }, true },
	{ "ga102", 0x1700, 24, true, false, 0x70000, 0x1183a4, { 0x100c10, 0x100c40 }, true },
	{ "ad102", 0x1700, 24, true, false, 0x70000, 0x1183a4, { 0x100c10, 0x100c40 }, true },
	{ "gh100", 0x10fd40, 22, false, true, 0x10f800, 0x1183a4, { 0x100a34, 0x100a38 }, true },
	{ "gb100", 0x10fd40, 23, false, true, 0, 0x1183a4,
	  { 0x870e50, 0x870e54, 0x8706c0, 0x8706c4 }, true },
	{ "gb10b", 0x10fd40, 25, false, true, 0x10f800, 0x1183a4, { 0x8a1d58, 0x8a1d5c }, true },
	{ "gb202", 0x10fd40, 23, false, true, 0x10f800, 0x1183a4, { 0x8a1d58, 0x8a1d5c }, true },
	{ "gb20b", 0x10fd40, 25, false, true, 0x10f800, 0x1183a4, { 0x8a1d58, 0x8a1d5c }, true },
};

#define GPU_VRAM_MIB	16
#define GPU_VRAM	((u64)GPU_VRAM_MIB * SZ_1M)
#define GPU_WPR		(GPU_VRAM - SZ_1M)

static const struct cnova_io_ops *const io = &cnova_sim_io_ops;
static struct cnova_sim *gpu;
static const struct gpu_facts *facts;

static inline u32 rd(u32 offset)
{
	return io->read(gpu, offset, 4);
}

static inline void wr(u32 offset, u32 value)
{
	io->write(gpu, offset, value, 4);
}

/* Where the window has to be for @pa; the way there is the caller's to undo. */
static inline u32 window_to(u64 pa)
{
	wr(facts->window, pa >> 16 & ~0xfU);
	return 0x700000 + pa % SZ_1M;
}

/* One word of VRAM, on its way. */
static inline void poke(u64 pa, u64 value)
{
	io->write(gpu, window_to(pa), value, 8);
}

static inline u64 peek(u64 pa)
{
	return io->read(gpu, window_to(pa), 8);
}

/* What was poked arrives. */
static inline void order(void)
{
	io->read(gpu, 0x700000, 4);
}

/* Zeroes, through BAR1: it takes many words at once. They arrive, as does what was poked before. */
static inline void gpu_clear(u64 pa, u64 size)
{
	u64 word;

	order();
	io->bar1_fill(gpu, pa, 0, size);
	io->bar1_read(gpu, pa, &word, sizeof(word));
}

static inline u64 gpu_count(enum cnova_sim_check check)
{
	return gpu->violation[check].count;
}

/* Exactly @nr of @check and nothing else; 0 of any for none. */
static inline void gpu_expect(enum cnova_sim_check check, u64 nr)
{
	unsigned int i;

	CHECK_EQ(gpu_count(check), nr);
	CHECK_EQ(cnova_sim_report_total(gpu), nr);
	for (i = 1; cnova_sim_report_total(gpu) != nr && i < CNOVA_SIM_NR_CHECKS; i++)
		printf("# %llu of %u: %s\n", gpu_count(i), i, gpu->violation[i].last);
	cnova_sim_report_reset(gpu);
}

static inline void gpu_expect_none(void)
{
	gpu_expect(CNOVA_SIM_COHERENCE, 0);
}

/* One or more of @check, and nothing else. */
static inline void gpu_expect_some(enum cnova_sim_check check)
{
	CHECK(gpu_count(check) > 0);
	gpu_expect(check, gpu_count(check));
}

/* Trigger an invalidate of @pdb and wait for it. */
static inline void gpu_invalidate(u64 pdb, u32 command)
{
	unsigned int polls = 0;

	wr(0xb830a0, pdb >> 12 << 4);
	wr(0xb830a4, pdb >> 40);
	wr(0xb830b0, 0x80000000 | command);
	while (rd(0xb830b0) & 0x80000000 && ++polls < 1000)
		;
	CHECK(polls < 1000);
}

/* All of one address space, acknowledged globally. */
#define ALL_OF_IT	0x81

/* With it a system membar. */
#define MEMBAR		0x40

/* Start a flush and wait for it, where the chip has one. */
static inline void gpu_flush(void)
{
	if (facts->flush == 0x70000) {
		wr(0x70000, 1);
		while (rd(0x70000) & 2)
			;
	} else if (facts->flush) {
		rd(0x10f800);
		while (rd(0x10f804) & 0x80000000)
			;
	}
}

static inline int gpu_load(u64 va, u64 *value)
{
	u64 fault;

	return io->gpu_read(gpu, ROOT, va, value, sizeof(*value), &fault);
}

static inline int gpu_store(u64 va, u64 value)
{
	u64 fault;

	return io->gpu_write(gpu, ROOT, va, &value, sizeof(value), &fault);
}

static inline void gpu_begin_with(const char *name, const struct cnova_sim_config *config)
{
	unsigned int i;

	test_name = name;
	test_ok = true;
	for (i = 0; i < sizeof(gpu_facts) / sizeof(gpu_facts[0]); i++)
		if (!strcmp(gpu_facts[i].chip, chip))
			facts = &gpu_facts[i];
	gpu = cnova_sim_create(config);
	if (IS_ERR(gpu) || !facts || strcmp(facts->chip, chip))
		exit(1);
}

static inline void gpu_begin(const char *name)
{
	const struct cnova_sim_config config = {
		.chip = chip, .vram_mib = GPU_VRAM_MIB, .bar1_mib = -1, .wpr_kib = 1024, .seed = 1,
	};

	gpu_begin_with(name, &config);
}

/* The path of test_sim.h, through memory that was asked for, and a page of data. */
static inline void gpu_begin_mapped(const char *name)
{
	u64 at;

	gpu_begin(name);
	CHECK(!io->vram_populate(gpu, ROOT, OTHER - ROOT));
	CHECK(!io->vram_populate(gpu, DATA, SZ_64K));
	for (at = ROOT; at < OTHER; at += 8)
		poke(at, 0);
	if (is_v3)
		poke(E_PD4, TABLE(PD3));
	poke(E_PD3, TABLE(PD2));
	poke(E_PD2, TABLE(PD1));
	poke(E_PD1, TABLE(PD0));
	poke(E_HIGH, TABLE(SMALL));
	poke(SMALL, LEAF(DATA));
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	gpu_expect_none();
}

static inline void gpu_end(void)
{
	printf("%sok %u - %s %s\n", test_ok ? "" : "not ", ++nr_tests, chip, test_name);
	if (!test_ok)
		nr_failed++;
	cnova_sim_destroy(gpu);
	if (host_nr_held) {
		printf("# %ld allocations are still held\n", host_nr_held);
		nr_failed++;
		host_nr_held = 0;
	}
}

#endif /* _SIM_GPU_H_ */
