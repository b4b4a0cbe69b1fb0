// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A GPU for counting. Registers are those of HARDWARE.md 4 and 5, written out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "bench_gpu.h"
#include "host_vm.h"

#define BENCH_APERTURE		0x700000
#define BENCH_APERTURE_SIZE	0x100000

/* The model allocates as the driver does; what it does is not counted, and never fails. */
struct bench_aside {
	unsigned long allocs;
	unsigned long fail;
	long held;
};

static struct bench_aside bench_begin_aside(void)
{
	struct bench_aside aside = { host_nr_allocs, host_alloc_fail, host_nr_held };

	host_alloc_fail = 0;
	return aside;
}

static void bench_end_aside(struct bench_aside aside)
{
	host_nr_allocs = aside.allocs;
	host_alloc_fail = aside.fail;
	host_nr_held = aside.held;
}

static u64 bench_at(struct bench_gpu *gpu, u32 offset)
{
	u64 pa = ((u64)gpu->window << 16) + (offset - BENCH_APERTURE);

	if (pa >= BENCH_DATA)
		gpu->misuse++;
	return pa % BENCH_DATA;
}

static bool bench_is_aperture(u32 offset)
{
	return offset >= BENCH_APERTURE && offset < BENCH_APERTURE + BENCH_APERTURE_SIZE;
}

static u64 bench_read(void *priv, u32 offset, unsigned int width)
{
	struct bench_gpu *gpu = priv;

	if (bench_is_aperture(offset)) {
		u64 word = cnova_sim_flat_load(gpu->flat, bench_at(gpu, offset) & ~7ULL);

		gpu->own.loads++;
		gpu->dirty = false;
		word >>= offset % 8 * 8;
		return width == 8 ? word : word & ((1ULL << 8 * width) - 1);
	}

	if (offset == 0xb830b0) {
		gpu->own.polls++;
		return 0;
	}

	gpu->own.registers++;
	if (offset == 0xa00)
		return gpu->chip->boot_42;
	if (offset == gpu->window_reg)
		return gpu->window;
	gpu->misuse++;
	return 0;
}

static void bench_trigger(struct bench_gpu *gpu, u32 value)
{
	gpu->own.invalidates++;
	/* All addresses, hub and GPC, acknowledged globally; and nothing may be on its way. */
	if (!(value & 1) || value & 4 || (value >> 7 & 3) != 1 || gpu->dirty)
		gpu->misuse++;
	cnova_sim_mmu_invalidate_pdb(gpu->flat->mmu, gpu->pdb);
}

static void bench_store(struct bench_gpu *gpu, u64 pa, u64 value, unsigned int width)
{
	gpu->dirty = true;
	if (gpu->watch && test_bit(pa / SZ_4K, gpu->seen))
		gpu->seen_stores++;
	if (width == 8) {
		gpu->own.stores++;
		cnova_sim_flat_store(gpu->flat, pa, value);
	} else {
		gpu->own.narrow++;
	}
}

static void bench_write(void *priv, u32 offset, u64 value, unsigned int width)
{
	struct bench_aside aside = bench_begin_aside();
	struct bench_gpu *gpu = priv;

	if (bench_is_aperture(offset)) {
		bench_store(gpu, bench_at(gpu, offset), value, width);
	} else if (offset == gpu->window_reg) {
		gpu->own.moves++;
		gpu->window = value;
	} else if (offset == 0xb830b0) {
		bench_trigger(gpu, value);
	} else {
		gpu->own.registers++;
		if (offset == 0xb830a0)
			gpu->pdb = (gpu->pdb & ~0ULL << 40) | (value >> 4) << 12;
		else if (offset == 0xb830a4)
			gpu->pdb = (gpu->pdb & ~(~0ULL << 40)) | value << 40;
		else
			gpu->misuse++;
	}
	bench_end_aside(aside);
}

/* BAR1 as if it were mapped once and for good: its own tables are not counted here. */
static void bench_bar1_write(void *priv, u64 offset, const void *src, u64 size)
{
	struct bench_aside aside = bench_begin_aside();
	struct bench_gpu *gpu = priv;
	const u64 *words = src;
	u64 i;

	for (i = 0; i < size / sizeof(u64); i++)
		bench_store(gpu, BENCH_TABLES + offset - BENCH_BAR1 + i * sizeof(u64), words[i], 8);
	bench_end_aside(aside);
}

static void bench_bar1_read(void *priv, u64 offset, void *dst, u64 size)
{
	struct bench_gpu *gpu = priv;

	gpu->own.loads++;
	gpu->dirty = false;
	memset(dst, 0, size);
}

static const struct cnova_io_ops bench_ops = {
	.read = bench_read,
	.write = bench_write,
	.bar1_read = bench_bar1_read,
	.bar1_write = bench_bar1_write,
};

static struct bench_gpu *to_gpu(struct cnova_vmm *vmm)
{
	return container_of(vmm, struct bench_gpu, vmm);
}

static void bench_show_arena(struct bench_gpu *gpu, struct cnova_vmm_arena *arena)
{
	arena->pa = cnova_vram_addr(gpu->arena);
	arena->size = gpu->arena_size;
	arena->bar1 = BENCH_BAR1 + gpu->arena - BENCH_TABLES;
	cnova_vmm_arena_add(&gpu->vmm, arena);
}

static int bench_alloc(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page)
{
	struct bench_gpu *gpu = to_gpu(vmm);

	if (++gpu->nr_calls == gpu->fail_at)
		return -ENOSPC;

	if (gpu->arena_used == gpu->arena_size) {
		/* As a buddy allocator would: aligned to its size. */
		gpu->arena += gpu->arena_size;
		gpu->arena_size = gpu->arena_size ? min(2 * gpu->arena_size, (u64)SZ_1M) : SZ_64K;
		gpu->arena = round_up(gpu->arena, gpu->arena_size);
		gpu->arena_used = 0;
		gpu->nr_arenas++;
		if (gpu->arena + gpu->arena_size > BENCH_DATA || gpu->nr_arenas > BENCH_ARENAS)
			return -ENOSPC;
		if (gpu->bar1)
			bench_show_arena(gpu, &gpu->arenas[gpu->nr_arenas - 1]);
	}

	*page = cnova_vram_addr(gpu->arena + gpu->arena_used);
	gpu->arena_used += SZ_4K;
	cnova_sim_flat_populate(gpu->flat, page->raw, SZ_4K);
	gpu->nr_pages++;
	gpu->nr_held++;
	return 0;
}

static void bench_free(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
	struct bench_aside aside = bench_begin_aside();
	struct bench_gpu *gpu = to_gpu(vmm);

	cnova_sim_flat_release(gpu->flat, page.raw, SZ_4K);
	gpu->nr_held--;
	bench_end_aside(aside);
}

static const struct cnova_vmm_ops bench_vmm_ops = {
	.alloc = bench_alloc,
	.free = bench_free,
};

/* A GPU of that chip, with an empty address space; tables through BAR1 or the window. */
void bench_gpu_init(struct bench_gpu *gpu, const struct cnova_sim_chip *chip, bool bar1)
{
	struct cnova_io_platform_data data = { .ops = &bench_ops, .priv = gpu };
	struct bench_aside aside;
	u32 arch = chip->boot_42 >> 24 & 0x3f;

	memset(gpu, 0, sizeof(*gpu));
	gpu->chip = chip;
	gpu->bar1 = bar1;
	gpu->dev.name = chip->name;
	/* Hopper and Blackwell have the new one; Ada, in between by number, the old one. */
	gpu->window_reg = arch == 0x18 || arch >= 0x1a ? 0x10fd40 : 0x1700;
	gpu->arena = BENCH_TABLES;
	aside = bench_begin_aside();
	gpu->flat = cnova_sim_flat_create(&chip->traits, BENCH_VRAM);
	bench_end_aside(aside);
	if (!gpu->flat)
		abort();
	gpu->flat->verbose = getenv("VERBOSE");

	cnova_io_init_platform(&gpu->io, &data);
	gpu->mm.dev = &gpu->dev;
	gpu->mm.io = &gpu->io;
	gpu->mm.chip = cnova_chip_identify(&gpu->io, &gpu->dev);
	if (IS_ERR(gpu->mm.chip) || cnova_vmm_caches_get() ||
	    cnova_pramin_init(&gpu->mm.pramin, &gpu->dev, &gpu->io, gpu->mm.chip->window,
			      BENCH_VRAM))
		abort();
	cnova_tlb_init(&gpu->mm.tlb, &gpu->dev, &gpu->io, gpu->mm.chip);
	if (cnova_vmm_init(&gpu->vmm, &gpu->mm, &bench_vmm_ops, NULL))
		abort();
}

/* Return: whether nothing is left, and nothing was done that no driver may do. */
bool bench_gpu_fini(struct bench_gpu *gpu)
{
	struct bench_aside aside;
	bool ok;

	cnova_vmm_fini(&gpu->vmm);
	ok = bench_gpu_agrees(gpu) && !gpu->nr_held && !gpu->misuse && !gpu->flat->nr_findings;
	if (!ok)
		printf("# %s: %llu pages held, misuse %u, findings %u, last: %s\n", gpu->dev.name,
		       gpu->nr_held, gpu->misuse, gpu->flat->nr_findings,
		       gpu->flat->nr_findings ? gpu->flat->last.what : "none");
	cnova_tlb_fini(&gpu->mm.tlb);
	cnova_pramin_fini(&gpu->mm.pramin);
	cnova_vmm_caches_put();
	aside = bench_begin_aside();
	cnova_sim_flat_destroy(gpu->flat);
	bench_end_aside(aside);
	return ok;
}

/* What the driver counted, and what the shims did. */
struct bench_counts bench_counts_of(struct bench_gpu *gpu)
{
	struct cnova_io *io = &gpu->io;

	return (struct bench_counts){
		.stores = cnova_io_count(io, CNOVA_IO_PRAMIN_WR64) +
			  cnova_io_count(io, CNOVA_IO_BAR1_WR64),
		.narrow = cnova_io_count(io, CNOVA_IO_PRAMIN_WR),
		.loads = cnova_io_count(io, CNOVA_IO_PRAMIN_RD) +
			 cnova_io_count(io, CNOVA_IO_BAR1_RD),
		.orders = cnova_io_count(io, CNOVA_IO_ORDER) +
			  cnova_io_count(io, CNOVA_IO_BAR1_RD),
		.moves = cnova_io_count(io, CNOVA_IO_WINDOW_MOVE),
		.invalidates = cnova_io_count(io, CNOVA_IO_INVALIDATE),
		/* A move is a store and a load. */
		.registers = cnova_io_count(io, CNOVA_IO_RD32) +
			     cnova_io_count(io, CNOVA_IO_WR32) -
			     2 * cnova_io_count(io, CNOVA_IO_WINDOW_MOVE) -
			     cnova_io_count(io, CNOVA_IO_INVALIDATE),
		.polls = cnova_io_count(io, CNOVA_IO_POLL),
		.allocs = host_nr_allocs,
		.pages = gpu->nr_pages,
		.locks = host_nr_locks,
	};
}

/* Return: whether the driver counted as the GPU saw. */
bool bench_gpu_agrees(struct bench_gpu *gpu)
{
	struct bench_counts is = bench_counts_of(gpu), own = gpu->own;

	return is.stores == own.stores && is.narrow == own.narrow && is.loads == own.loads &&
	       is.moves == own.moves && is.invalidates == own.invalidates &&
	       is.registers == own.registers - own.moves && is.polls == own.polls;
}

/* From now on stores to pages that are in use now are counted. */
void bench_watch(struct bench_gpu *gpu)
{
	u64 page;

	gpu->watch = true;
	gpu->seen_stores = 0;
	memset(gpu->seen, 0, sizeof(gpu->seen));
	for (page = BENCH_TABLES / SZ_4K; page < (gpu->arena + gpu->arena_used) / SZ_4K; page++)
		__set_bit(page, gpu->seen);
}
