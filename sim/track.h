/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which memory is page tables, and what their entries were since the last invalidate.
 */
#ifndef _CNOVA_SIM_TRACK_H_
#define _CNOVA_SIM_TRACK_H_

#include <linux/list.h>
#include <linux/types.h>

#include "pool.h"
#include "tlb.h"
#include "walk.h"

#define CNOVA_SIM_TRACK_BUCKETS	4096
#define CNOVA_SIM_OLD_BUCKETS	8192

struct cnova_sim_mmu;

/** struct cnova_sim_root - An address space that the GPU has met. */
struct cnova_sim_root {
	/** @node: In &cnova_sim_track.roots; first, for the pool. */
	struct list_head node;
	/** @dirty: Tables with a history. */
	struct list_head dirty;
	/** @table: Its root table. */
	struct cnova_sim_table *table;
	/** @units: Bit per unit that may have cached something. */
	u8 units;
};

/** struct cnova_sim_table - Memory that a walk from a known root can come to. */
struct cnova_sim_table {
	/** @bucket: In &cnova_sim_track.tables by 4 KiB page; first, for the pool. */
	struct list_head bucket;
	/** @all: In &cnova_sim_track.all. */
	struct list_head all;
	/** @children: Tables that its entries point to, or did. */
	struct list_head children;
	/** @sibling: In @children of @parent. */
	struct list_head sibling;
	/** @dirty: In &cnova_sim_root.dirty while @old is not empty. */
	struct list_head dirty;
	/** @doomed: In a local list, while an invalidate is done. */
	struct list_head doomed;
	/** @old: History of its words. */
	struct list_head old;
	/** @root: Whose it is. */
	struct cnova_sim_root *root;
	/** @parent: Table above; NULL for a root table. */
	struct cnova_sim_table *parent;
	/** @link_pa: The word of @parent that points here. */
	u64 link_pa;
	/** @pa: VRAM address. */
	u64 pa;
	/** @va: First address it decides about. */
	u64 va;
	/** @vid_mask: Parts of VRAM that entries point to or did; see cnova_sim_track_mask(). */
	u64 vid_mask;
	/** @sys_mask: The same for system memory. */
	u64 sys_mask;
	/** @level: Kind of table. */
	enum cnova_sim_level level;
	/** @linked: Memory points here; else only walk caches may. */
	bool linked;
};

/** struct cnova_sim_old - A value that a word had since the last invalidate. */
struct cnova_sim_old {
	/** @bucket: In &cnova_sim_track.olds by address; first, for the pool. */
	struct list_head bucket;
	/** @node: In &cnova_sim_table.old. */
	struct list_head node;
	/** @pa: Address of the word. */
	u64 pa;
	/** @value: What it was. */
	u64 value;
	/** @epoch: &cnova_sim_mmu.epoch when it was replaced. */
	u64 epoch;
};

/** struct cnova_sim_track - All of that. */
struct cnova_sim_track {
	/** @roots: Known address spaces. */
	struct list_head roots;
	/** @all: Known tables. */
	struct list_head all;
	/** @tables: The same by address. */
	struct list_head tables[CNOVA_SIM_TRACK_BUCKETS];
	/** @olds: History by address. */
	struct list_head olds[CNOVA_SIM_OLD_BUCKETS];
	/** @root_pool: Where roots come from. */
	struct cnova_sim_pool root_pool;
	/** @table_pool: Where tables come from. */
	struct cnova_sim_pool table_pool;
	/** @old_pool: Where history comes from. */
	struct cnova_sim_pool old_pool;
	/** @vid_shift: log2 of the VRAM that one bit of a mask stands for. */
	u8 vid_shift;
};

void cnova_sim_track_init(struct cnova_sim_mmu *mmu, bool grow);
void cnova_sim_track_fini(struct cnova_sim_mmu *mmu);
struct cnova_sim_root *cnova_sim_track_root(struct cnova_sim_mmu *mmu, u64 pdb, u8 units);
struct cnova_sim_table *cnova_sim_track_find(struct cnova_sim_mmu *mmu, u64 pa);
bool cnova_sim_track_has_table(struct cnova_sim_mmu *mmu, u64 pa, u64 size);
void cnova_sim_track_drop(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table);
void cnova_sim_track_store(struct cnova_sim_mmu *mmu, u64 pa, u64 old, u64 value, bool whole);
void cnova_sim_track_invalidate(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval,
				u64 epoch);
struct cnova_sim_old *cnova_sim_track_next_old(struct cnova_sim_mmu *mmu, u64 pa,
					       struct cnova_sim_old *prev);
u64 cnova_sim_track_mask(const struct cnova_sim_track *track, enum cnova_sim_aperture aperture,
			 u64 pa, u64 size);

void cnova_sim_size_check(struct cnova_sim_mmu *mmu, const struct cnova_sim_table *table, u64 pa,
			  u64 va, u64 value);

#endif /* _CNOVA_SIM_TRACK_H_ */
