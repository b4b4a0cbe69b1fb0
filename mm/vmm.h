/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A GPU address space: page tables, the lock over them, and the TLB.
 */
#ifndef _CNOVA_MM_VMM_H_
#define _CNOVA_MM_VMM_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>

#include "mm/addr.h"
#include "mm/pramin.h"
#include "mm/pt.h"
#include "mm/pt_tree.h"
#include "mm/tlb.h"
#include "mm/vmm_pages.h"

struct cnova_mm;
struct cnova_vmm;

/**
 * struct cnova_vmm_ops - Where an address space gets pages for its tables.
 */
struct cnova_vmm_ops {
	/**
	 * @alloc: Get one 4096-byte page of VRAM, 4096-aligned, that nothing
	 * reaches. @ctx is what the caller of cnova_vmm_prepare() passed. Process
	 * context, no lock of mm/ held. Return: 0, -ENOMEM or -ENOSPC.
	 */
	int (*alloc)(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page);

	/** @free: Take it back. Process context. Never called for a dead VMM. */
	void (*free)(struct cnova_vmm *vmm, struct cnova_vram_addr page);

	/** @tlbs: Who walks the tables. 0: all units. */
	enum cnova_tlb_scope tlbs;
};

/**
 * struct cnova_vmm_arena - VRAM for tables that BAR1 shows for good.
 *
 * Belongs to the source of pages.
 */
struct cnova_vmm_arena {
	/** @rb: In &cnova_vmm.arenas. */
	struct rb_node rb;
	/** @pa: First byte. */
	struct cnova_vram_addr pa;
	/** @size: Bytes. */
	u64 size;
	/** @bar1: Where it is in BAR1, not 0. */
	u64 bar1;
};

/** struct cnova_vmm_io - Stores to tables, through BAR1 or the PRAMIN window. */
struct cnova_vmm_io {
	/** @base: What the engine sees. */
	struct cnova_pt_io base;
	/** @vmm: Whose tables. Immutable. */
	struct cnova_vmm *vmm;
	/** @cursor: The window. Used by the holder of &cnova_vmm.lock. */
	struct cnova_pramin_cursor cursor;
	/** @bar1_last: Where BAR1 was last stored to, 0: nothing is on its way there. */
	u64 bar1_last;
	/** @stored: Something was stored since the last invalidate. */
	bool stored;
	/** @invalidates: Since the execution began. */
	u32 invalidates;
	/** @idle_invalidates: Of those, how many had nothing to do. */
	u32 idle_invalidates;
};

/**
 * struct cnova_vmm - A GPU address space.
 *
 * Lock order: &cnova_vmm.lock > &cnova_tlb.lock > &cnova_pramin.lock.
 */
struct cnova_vmm {
	/** @mm: The device's memory management. Immutable. */
	struct cnova_mm *mm;

	/** @ops: Source of pages. Immutable. */
	const struct cnova_vmm_ops *ops;

	/**
	 * @lock: The tree lock. Covers @tree and @error; and, for a user that
	 * keeps a description of the address space, that description, so that
	 * both change under one hold. Taken in the fence signalling path:
	 * nothing under it allocates or waits but for the hardware.
	 */
	struct mutex lock;

	/** @tree: The shadow of the page tables. */
	struct cnova_pt_tree tree;

	/**
	 * @error: Negative errno once the hardware failed to acknowledge: the
	 * address space is dead, nothing more is stored. Set under @lock; read
	 * without it as a hint.
	 */
	int error;

	/** @table_bytes: VRAM held by tables. Under &cnova_vmm_pages.lock, read as a hint. */
	u64 table_bytes;

	/** @arenas: &struct cnova_vmm_arena by address. Under @lock. */
	struct rb_root arenas;

	/** @io: How tables are written. Under @lock. */
	struct cnova_vmm_io io;

	/** @unflushed: cnova_vmm_zap_locked() stored something. Under @lock. */
	bool unflushed;

	/** @pages: Room for tables. */
	struct cnova_vmm_pages pages;
};

/**
 * struct cnova_vmm_job - A change between prepare and cleanup.
 *
 * Belongs to the caller; zero it before cnova_vmm_prepare().
 */
struct cnova_vmm_job {
	/** @pt: Pins and merged ranges. */
	struct cnova_pt_job pt;

	/**
	 * @may_resize: A live leaf may change size. Execute warns if one does
	 * although this is clear: the caller has ordered nothing for it then.
	 */
	bool may_resize;
};

/** CNOVA_VMM_MAX_STEPS - Most entries that a walk looks at: five levels, two halves, two tables. */
#define CNOVA_VMM_MAX_STEPS	8

/** struct cnova_vmm_step - An entry on the way to an address. */
struct cnova_vmm_step {
	/** @kind: Kind of the table that it is in. */
	enum cnova_pt_kind kind;
	/** @half: Half of a PDE0, 0 low, 1 high; else 0. */
	u8 half;
	/** @pa: Where it is. */
	struct cnova_vram_addr pa;
	/** @word: What is there. */
	u64 word;
	/** @entry: What that says. */
	struct cnova_pt_entry entry;
};

int cnova_vmm_init(struct cnova_vmm *vmm, struct cnova_mm *mm,
		   const struct cnova_vmm_ops *ops, void *ctx);
int cnova_vmm_init_adopted(struct cnova_vmm *vmm, struct cnova_mm *mm,
			   const struct cnova_vmm_ops *ops, struct cnova_vram_addr root, u64 end);
void cnova_vmm_fini(struct cnova_vmm *vmm);

void cnova_vmm_arena_add(struct cnova_vmm *vmm, struct cnova_vmm_arena *arena);
void cnova_vmm_arena_remove(struct cnova_vmm *vmm, struct cnova_vmm_arena *arena);
u64 cnova_vmm_bar1_locked(struct cnova_vmm *vmm, struct cnova_vram_addr pa);

int cnova_vmm_prepare(struct cnova_vmm *vmm, struct cnova_vmm_job *job,
		      const struct cnova_pt_op *ops, u32 nr_ops, void *ctx);
int cnova_vmm_execute_locked(struct cnova_vmm *vmm, struct cnova_vmm_job *job,
			     struct cnova_pt_view *view);
void cnova_vmm_cleanup(struct cnova_vmm *vmm, struct cnova_vmm_job *job);

void cnova_vmm_zap_locked(struct cnova_vmm *vmm, const struct cnova_pt_range *range);
int cnova_vmm_flush_locked(struct cnova_vmm *vmm);
int cnova_vmm_clear_locked(struct cnova_vmm *vmm);

struct cnova_vram_addr cnova_vmm_pdb(const struct cnova_vmm *vmm);

/* mm/vmm_walk.c */
u32 cnova_vmm_walk_locked(struct cnova_vmm *vmm, u64 va, struct cnova_vmm_step *steps);

#endif /* _CNOVA_MM_VMM_H_ */
