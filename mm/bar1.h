/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * BAR1: the CPU's large aperture, an address space of its own.
 */
#ifndef _CNOVA_MM_BAR1_H_
#define _CNOVA_MM_BAR1_H_

#include <linux/gpu_buddy.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "mm/addr.h"
#include "mm/vmm.h"

struct cnova_mm;

/** CNOVA_BAR1_SPARE_PAGES - For tables when VRAM is full: enough for one mapping. */
#define CNOVA_BAR1_SPARE_PAGES	8

/** CNOVA_BAR1_TIMEOUT_US - How long a bind may take: what NVKM waits. */
#define CNOVA_BAR1_TIMEOUT_US	(2 * 1000 * 1000)

/** struct cnova_bar1_piece - A part of a mapping that is contiguous in VRAM. */
struct cnova_bar1_piece {
	/** @end: Bytes from the start of the mapping to the end of the piece. */
	u64 end;
	/** @pa: Where the piece starts. */
	struct cnova_vram_addr pa;
};

/**
 * struct cnova_bar1_map - VRAM that BAR1 shows.
 *
 * Belongs to the caller, who zeroes it, and keeps it and its pieces until
 * cnova_bar1_unmap() has returned.
 */
struct cnova_bar1_map {
	/** @offset: Where it is in BAR1; 0: it is not mapped. */
	u64 offset;
	/** @size: Bytes. */
	u64 size;
	/** @pieces: The VRAM. */
	const struct cnova_bar1_piece *pieces;
	/** @nr_pieces: Number of @pieces. */
	u32 nr_pieces;
	/** @bound: The page tables hold it. Under &cnova_vmm.lock. */
	bool bound;
	/** @one: For cnova_bar1_map(). */
	struct cnova_bar1_piece one;
	/** @rb: In &cnova_bar1.maps. */
	struct rb_node rb;
	/** @blocks: Of &cnova_bar1.space. */
	struct list_head blocks;
};

/**
 * struct cnova_bar1 - BAR1 of one GPU.
 *
 * Lock order: &cnova_bar1.lock > &cnova_vmm.lock of @vmm, and > &cnova_vram.lock.
 */
struct cnova_bar1 {
	/** @mm: Memory management of the GPU. Immutable. */
	struct cnova_mm *mm;
	/** @size: Bytes of the aperture; only these addresses can be used. Immutable. */
	u64 size;
	/**
	 * @lock: One change at a time. Protects what follows. Never taken in the
	 * fence signalling path: allocations are made under it.
	 */
	struct mutex lock;
	/** @up: It is bound, and may be used. */
	bool up;
	/** @adopted: The root is GSP's. Immutable while @up. */
	bool adopted;
	/** @vmm: The page tables, written through the window. */
	struct cnova_vmm vmm;
	/** @maps: What is mapped, by offset. Under &cnova_vmm.lock too. */
	struct rb_root maps;
	/** @space: The addresses, less 0 and what belongs to GSP. */
	struct gpu_buddy space;
	/** @reserved: Of @space: never handed out. */
	struct list_head reserved;
	/** @pages: Blocks of VRAM for tables and the instance block, by pa / 4096. */
	struct xarray pages;
	/** @spare: Of these, a few that nobody uses. */
	struct list_head spare;
	/** @nr_spare: Number of @spare. */
	u32 nr_spare;
	/** @instance: The instance block; 0 if BAR1 was bound by GSP. */
	struct cnova_vram_addr instance;
};

int cnova_bar1_init(struct cnova_bar1 *bar1, struct cnova_mm *mm, u64 size);
bool cnova_bar1_stop(struct cnova_bar1 *bar1);
void cnova_bar1_fini(struct cnova_bar1 *bar1);

int cnova_bar1_map(struct cnova_bar1 *bar1, struct cnova_bar1_map *map,
		   struct cnova_vram_addr pa, u64 size);
int cnova_bar1_map_pieces(struct cnova_bar1 *bar1, struct cnova_bar1_map *map,
			  const struct cnova_bar1_piece *pieces, u32 nr_pieces);
int cnova_bar1_unmap(struct cnova_bar1 *bar1, struct cnova_bar1_map *map);

/* mm/bar1_bind.c, for mm/bar1.c only. */
int cnova_bar1_page_get(struct cnova_bar1 *bar1, struct cnova_vram_addr *page);
void cnova_bar1_page_put(struct cnova_bar1 *bar1, struct cnova_vram_addr page);
int cnova_bar1_pages_init(struct cnova_bar1 *bar1);
void cnova_bar1_pages_drop_spare(struct cnova_bar1 *bar1);
void cnova_bar1_pages_fini(struct cnova_bar1 *bar1);
int cnova_bar1_bind(struct cnova_bar1 *bar1);
int cnova_bar1_unbind(struct cnova_bar1 *bar1);

#endif /* _CNOVA_MM_BAR1_H_ */
