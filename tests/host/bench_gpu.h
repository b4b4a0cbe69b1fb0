/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A GPU for counting: registers and window in front of the model's memory and MMU, below
 * the driver's own window, TLB and address spaces.
 */
#ifndef _BENCH_GPU_H_
#define _BENCH_GPU_H_

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/sizes.h>

#include "mm/mm.h"
#include "mm/vmm.h"
#include "sim/chips.h"
#include "sim/flat.h"

#define BENCH_VRAM	0x3000000ULL	/* 48 MiB */
#define BENCH_TABLES	0x100000ULL	/* tables from here on */
#define BENCH_DATA	0x1800000ULL	/* memory from here on */
#define BENCH_BAR1	0x10000ULL	/* where BAR1 shows BENCH_TABLES */
#define BENCH_ARENAS	32
#define BENCH_PAGES	(BENCH_DATA / SZ_4K)

/* What an operation may cost. Loads are without those that poll. */
struct bench_counts {
	u64 stores;	/* into tables, 64 bits wide */
	u64 narrow;	/* into tables, of less */
	u64 loads;	/* of tables, those that order included */
	u64 orders;
	u64 moves;	/* of the window */
	u64 invalidates;
	u64 registers;	/* other accesses to registers */
	u64 polls;
	u64 allocs;	/* of the CPU's memory */
	u64 pages;	/* of VRAM, for tables */
	u64 locks;
};

struct bench_gpu {
	struct cnova_io io;
	struct cnova_mm mm;
	struct cnova_vmm vmm;
	struct device dev;
	const struct cnova_sim_chip *chip;
	struct cnova_sim_flat *flat;

	u32 window_reg;
	u32 window;
	u64 pdb;	/* as the two registers have it */
	bool dirty;	/* a store that no load followed */

	/* What no driver may do. */
	u32 misuse;

	/* BAR1 shows the arenas from BENCH_BAR1 on. */
	bool bar1;
	struct cnova_vmm_arena arenas[BENCH_ARENAS];

	/* Pages for tables: arenas of 64 KiB, doubling to 1 MiB, as drm/pt_alloc.c has them. */
	u64 arena;
	u64 arena_size;
	u64 arena_used;
	u32 nr_arenas;
	u64 nr_pages;	/* ever given out */
	u64 nr_held;
	u64 nr_calls;
	u64 fail_at;	/* the n-th call fails; 0: none */

	/* Pages that were there when a prepare began, and stores to them. */
	bool watch;
	DECLARE_BITMAP(seen, BENCH_PAGES);
	u64 seen_stores;

	/* Seen here, by what the registers said: the driver must count the same. */
	struct bench_counts own;
};

void bench_gpu_init(struct bench_gpu *gpu, const struct cnova_sim_chip *chip, bool bar1);
bool bench_gpu_fini(struct bench_gpu *gpu);
bool bench_gpu_agrees(struct bench_gpu *gpu);
struct bench_counts bench_counts_of(struct bench_gpu *gpu);
void bench_watch(struct bench_gpu *gpu);

#endif /* _BENCH_GPU_H_ */
