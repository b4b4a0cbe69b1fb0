/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page-table formats as the model reads them, and a walk through them.
 */
#ifndef _CNOVA_SIM_WALK_H_
#define _CNOVA_SIM_WALK_H_

#include <linux/types.h>

#include "mem.h"

/**
 * enum cnova_sim_level - Kinds of tables, from the leaves up.
 *
 * The numbers are those of CACHE_LEVEL (HARDWARE.md 4): 1 the leaf tables, 2 and more up to
 * PDE0, PDE1 and so on.
 */
enum cnova_sim_level {
	/** @CNOVA_SIM_PT4K: 512 entries for 4 KiB each. */
	CNOVA_SIM_PT4K,
	/** @CNOVA_SIM_PT64K: 32 entries for 64 KiB each. */
	CNOVA_SIM_PT64K,
	/** @CNOVA_SIM_PD0: dual entries for 2 MiB each. */
	CNOVA_SIM_PD0,
	/** @CNOVA_SIM_PD1: entries for 512 MiB each. */
	CNOVA_SIM_PD1,
	/** @CNOVA_SIM_PD2: entries for 256 GiB each. */
	CNOVA_SIM_PD2,
	/** @CNOVA_SIM_PD3: entries for 128 TiB each; root of format v2. */
	CNOVA_SIM_PD3,
	/** @CNOVA_SIM_PD4: root of format v3. */
	CNOVA_SIM_PD4,
	/** @CNOVA_SIM_NR_LEVELS: how many there are. */
	CNOVA_SIM_NR_LEVELS
};

/** enum cnova_sim_word_type - What one 64-bit word of a table says. */
enum cnova_sim_word_type {
	/** @CNOVA_SIM_WORD_NONE: Nothing: a fault. */
	CNOVA_SIM_WORD_NONE,
	/** @CNOVA_SIM_WORD_UNDECIDED: 64K entry: ask the 4K entries. */
	CNOVA_SIM_WORD_UNDECIDED,
	/** @CNOVA_SIM_WORD_BLOCKED: 64K entry: a fault, and do not ask. */
	CNOVA_SIM_WORD_BLOCKED,
	/** @CNOVA_SIM_WORD_SPARSE: Reads as zero. In PD0, if neither half has a table. */
	CNOVA_SIM_WORD_SPARSE,
	/** @CNOVA_SIM_WORD_TABLE: Points to the next table. */
	CNOVA_SIM_WORD_TABLE,
	/** @CNOVA_SIM_WORD_LEAF: Translates. */
	CNOVA_SIM_WORD_LEAF,
};

/** struct cnova_sim_word - A decoded word. */
struct cnova_sim_word {
	/** @pa: Address of page or table; TABLE and LEAF. */
	u64 pa;
	/** @type: What it says. */
	enum cnova_sim_word_type type;
	/** @aperture: Where @pa is; TABLE and LEAF. */
	enum cnova_sim_aperture aperture;
	/** @kind: Memory kind; LEAF, like the rest. */
	u8 kind;
	/** @peer: Peer GPU, aperture peer only. */
	u8 peer;
	/** @privileged: Faults for user channels. */
	bool privileged;
	/** @read_only: Stores fault. */
	bool read_only;
	/** @no_atomic: Atomics fault. */
	bool no_atomic;
	/** @uncached: Not kept in L2. */
	bool uncached;
};

/** struct cnova_sim_geometry - Shape of one kind of table. */
struct cnova_sim_geometry {
	/** @shift: log2 of the bytes one entry translates. */
	u8 shift;
	/** @bits: log2 of the number of entries. */
	u8 bits;
	/** @words: 64-bit words per entry. */
	u8 words;
};

struct cnova_sim_format;

/** struct cnova_sim_traits - What a chip's MMU can do. */
struct cnova_sim_traits {
	/** @format: Its tables. */
	const struct cnova_sim_format *format;
	/** @kinds: Bit k: kind k is legal (HARDWARE.md 10). */
	u32 kinds;
	/** @sys_bits: Width of a system memory address (HARDWARE.md 1.2). */
	u8 sys_bits;
	/** @leaf_512m: PD1 may hold leaves. */
	bool leaf_512m;
	/** @leaf_256g: PD2 may hold leaves. */
	bool leaf_256g;
};

/** enum cnova_sim_fault - Fault types with their hardware numbers, HARDWARE.md 9.1. */
enum cnova_sim_fault {
	/** @CNOVA_SIM_FAULT_PDE: A directory entry says nothing. */
	CNOVA_SIM_FAULT_PDE = 0x0,
	/** @CNOVA_SIM_FAULT_PTE: The leaf says nothing. */
	CNOVA_SIM_FAULT_PTE = 0x2,
	/** @CNOVA_SIM_FAULT_VA_LIMIT: Beyond the address space. */
	CNOVA_SIM_FAULT_VA_LIMIT = 0x3,
	/** @CNOVA_SIM_FAULT_UNBOUND: The client has no instance block. */
	CNOVA_SIM_FAULT_UNBOUND = 0x4,
	/** @CNOVA_SIM_FAULT_PRIV: Unprivileged access to a privileged page. */
	CNOVA_SIM_FAULT_PRIV = 0x5,
	/** @CNOVA_SIM_FAULT_RO: Store to a read-only page. */
	CNOVA_SIM_FAULT_RO = 0x6,
	/** @CNOVA_SIM_FAULT_APERTURE: Memory that the GPU cannot reach. */
	CNOVA_SIM_FAULT_APERTURE = 0xa,
	/** @CNOVA_SIM_FAULT_KIND: Kind not supported. */
	CNOVA_SIM_FAULT_KIND = 0xc,
	/** @CNOVA_SIM_FAULT_REGION: Outside memory, or protected. */
	CNOVA_SIM_FAULT_REGION = 0xd,
	/** @CNOVA_SIM_FAULT_ATOMIC: Atomic on a page that does not allow it. */
	CNOVA_SIM_FAULT_ATOMIC = 0xf,
	/** @CNOVA_SIM_FAULT_NONE: Not a number of the hardware. */
	CNOVA_SIM_FAULT_NONE = 0xff,
};

/** enum cnova_sim_walk_state - How far a walk has come. */
enum cnova_sim_walk_state {
	/** @CNOVA_SIM_WALK_MORE: Needs the entry at cnova_sim_walk_entry(). */
	CNOVA_SIM_WALK_MORE,
	/** @CNOVA_SIM_WALK_LEAF: Found memory. */
	CNOVA_SIM_WALK_LEAF,
	/** @CNOVA_SIM_WALK_SPARSE: Found a sparse range. */
	CNOVA_SIM_WALK_SPARSE,
	/** @CNOVA_SIM_WALK_FAULT: Found nothing. */
	CNOVA_SIM_WALK_FAULT,
};

/**
 * struct cnova_sim_walk - A walk on its way.
 *
 * A walk reads no memory: its owner fetches each entry, from memory or from a
 * cache, and hands it to cnova_sim_walk_step(). So a walk can be interrupted at
 * any level, as one of the hardware can.
 */
struct cnova_sim_walk {
	/** @traits: Whose tables these are. */
	const struct cnova_sim_traits *traits;
	/** @va: The address looked for. */
	u64 va;
	/** @state: How far it has come. */
	enum cnova_sim_walk_state state;
	/** @level: Table to look into next; of the last entry, once it is over. */
	enum cnova_sim_level level;
	/** @table_aperture: Where that table is. */
	enum cnova_sim_aperture table_aperture;
	/** @table_pa: Its address. */
	u64 table_pa;
	/** @small: The 4K table to ask if the 64K entry leaves it open. */
	struct cnova_sim_word small;
	/** @leaf: What was found; state LEAF. */
	struct cnova_sim_word leaf;
	/** @entry: The word that ended the walk. */
	u64 entry;
	/** @size: Bytes that the last entry decides about, an aligned block around @va. */
	u64 size;
	/** @fault: Why there is nothing; state FAULT. */
	enum cnova_sim_fault fault;
};

/** struct cnova_sim_format - A page-table format. */
struct cnova_sim_format {
	/** @name: "v2". */
	const char *name;
	/** @va_bits: Width of a virtual address. */
	u8 va_bits;
	/** @root: Kind of the root table. */
	enum cnova_sim_level root;
	/** @level: Shapes. */
	struct cnova_sim_geometry level[CNOVA_SIM_NR_LEVELS];

	/** @decode: Tell what @word, half @half of an entry at @level, says. */
	void (*decode)(const struct cnova_sim_traits *traits, enum cnova_sim_level level,
		       unsigned int half, u64 word, struct cnova_sim_word *out);

	/** @check: Return: what is wrong with @word, or NULL. */
	const char *(*check)(const struct cnova_sim_traits *traits,
			     const struct cnova_sim_mem *mem, enum cnova_sim_level level,
			     unsigned int half, u64 word);
};

extern const struct cnova_sim_format cnova_sim_format_v2;
extern const struct cnova_sim_format cnova_sim_format_v3;

void cnova_sim_walk_begin(struct cnova_sim_walk *walk, const struct cnova_sim_traits *traits,
			  enum cnova_sim_aperture aperture, u64 pdb, u64 va);
u64 cnova_sim_walk_entry(const struct cnova_sim_walk *walk);
void cnova_sim_walk_step(struct cnova_sim_walk *walk, const u64 *words);
u64 cnova_sim_entry_offset(const struct cnova_sim_format *format, enum cnova_sim_level level,
			   u64 va);
u64 cnova_sim_table_bytes(const struct cnova_sim_format *format, enum cnova_sim_level level);
bool cnova_sim_has_leaf(const struct cnova_sim_traits *traits, enum cnova_sim_level level);
enum cnova_sim_level cnova_sim_next_level(enum cnova_sim_level level, unsigned int half);
const char *cnova_sim_check_target(const struct cnova_sim_traits *traits,
				   const struct cnova_sim_mem *mem,
				   const struct cnova_sim_word *word, u64 size);

#endif /* _CNOVA_SIM_WALK_H_ */
