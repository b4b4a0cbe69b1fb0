/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TLB: everything that walks have read, kept until an invalidate.
 */
#ifndef _CNOVA_SIM_TLB_H_
#define _CNOVA_SIM_TLB_H_

#include <linux/list.h>
#include <linux/types.h>

#include "pool.h"
#include "walk.h"

/** CNOVA_SIM_LINE_WORDS - The walk cache fetches 32 bytes at a time (HARDWARE.md 2.1). */
#define CNOVA_SIM_LINE_WORDS	4
#define CNOVA_SIM_LINE_BYTES	(CNOVA_SIM_LINE_WORDS * sizeof(u64))

#define CNOVA_SIM_TLB_BUCKETS	4096
#define CNOVA_SIM_TLB_RECENT	16

/** enum cnova_sim_unit - Whose TLB: each keeps its own copy. */
enum cnova_sim_unit {
	/** @CNOVA_SIM_HUB: BARs, host, copy engines. */
	CNOVA_SIM_HUB,
	/** @CNOVA_SIM_GPC: Shaders. */
	CNOVA_SIM_GPC,
	/** @CNOVA_SIM_NR_UNITS: How many there are. */
	CNOVA_SIM_NR_UNITS
};

/**
 * struct cnova_sim_line - 32 bytes of a table, as they were when a walk read them.
 *
 * What a VA translates to follows from the lines on its path, so that
 * translations, directories and failures are all kept in this one form.
 */
struct cnova_sim_line {
	/** @bucket: In &cnova_sim_tlb.bucket; first, for the pool. */
	struct list_head bucket;
	/** @age: In &cnova_sim_tlb.lines, oldest first. */
	struct list_head age;
	/** @pdb: Root table; with @pdb_aperture, the address space. */
	u64 pdb;
	/** @va: First address that the line decides about. */
	u64 va;
	/** @pa: Where the line was read. */
	u64 pa;
	/** @word: What was read. */
	u64 word[CNOVA_SIM_LINE_WORDS];
	/** @pdb_aperture: Where the root is. */
	enum cnova_sim_aperture pdb_aperture;
	/** @aperture: Where @pa is. */
	enum cnova_sim_aperture aperture;
	/** @level: Kind of table. */
	enum cnova_sim_level level;
	/** @unit: Whose copy. */
	enum cnova_sim_unit unit;
};

/** struct cnova_sim_inval - What an invalidate is to forget. */
struct cnova_sim_inval {
	/** @pdb: Root table, unless @all_pdb. */
	u64 pdb;
	/** @pdb_aperture: Where it is. */
	enum cnova_sim_aperture pdb_aperture;
	/** @level: Highest kind of table that is forgotten. */
	enum cnova_sim_level level;
	/** @all_pdb: Every address space. */
	bool all_pdb;
	/** @hub_only: GPC TLBs keep what they have. */
	bool hub_only;
};

/** struct cnova_sim_tlb_counts - What happened so far. */
struct cnova_sim_tlb_counts {
	/** @hits: Entries found. */
	u64 hits;
	/** @misses: Entries fetched. */
	u64 misses;
	/** @invalidates: Invalidates done. */
	u64 invalidates;
	/** @refused: Lines not kept because an invalidate overtook the walk. */
	u64 refused;
	/** @evicted: Lines dropped for want of room. */
	u64 evicted;
	/** @lines: Lines held, by unit. */
	u32 lines[CNOVA_SIM_NR_UNITS];
};

/** struct cnova_sim_tlb - The TLBs of all units. */
struct cnova_sim_tlb {
	/** @format: Shape of the tables. */
	const struct cnova_sim_format *format;
	/** @pool: Where lines come from. */
	struct cnova_sim_pool pool;
	/** @lines: All lines by age, oldest first. */
	struct list_head lines;
	/** @bucket: The same by key. */
	struct list_head bucket[CNOVA_SIM_TLB_BUCKETS];
	/** @recent: The last invalidates, at generation modulo size. */
	struct cnova_sim_inval recent[CNOVA_SIM_TLB_RECENT];
	/** @generation: Number of invalidates done. */
	u64 generation;
	/** @counts: Statistics. */
	struct cnova_sim_tlb_counts counts;
};

void cnova_sim_tlb_init(struct cnova_sim_tlb *tlb, const struct cnova_sim_format *format,
			bool grow);
void cnova_sim_tlb_fini(struct cnova_sim_tlb *tlb);
const struct cnova_sim_line *cnova_sim_tlb_find(struct cnova_sim_tlb *tlb,
						const struct cnova_sim_line *key);
void cnova_sim_tlb_fill(struct cnova_sim_tlb *tlb, const struct cnova_sim_line *line,
			u64 generation);
void cnova_sim_tlb_invalidate(struct cnova_sim_tlb *tlb, const struct cnova_sim_inval *inval);
u64 cnova_sim_tlb_line_va(const struct cnova_sim_format *format, enum cnova_sim_level level,
			  u64 va);

#endif /* _CNOVA_SIM_TLB_H_ */
