/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Page-table formats: geometry as data, encoding and decoding as pure functions.
 */
#ifndef _CNOVA_MM_PT_FMT_H_
#define _CNOVA_MM_PT_FMT_H_

#include <linux/bits.h>
#include <linux/types.h>

/* Declares the formats that there are. */
#include "hw/chip.h"

/** enum cnova_aperture - Where memory is; numbered as in a leaf (HARDWARE.md 2.4). */
enum cnova_aperture {
	/** @CNOVA_APERTURE_VIDEO: The GPU's own memory. */
	CNOVA_APERTURE_VIDEO,
	/** @CNOVA_APERTURE_PEER: Another GPU's memory. */
	CNOVA_APERTURE_PEER,
	/** @CNOVA_APERTURE_SYS_COH: System memory, snooped. */
	CNOVA_APERTURE_SYS_COH,
	/** @CNOVA_APERTURE_SYS_NCOH: System memory, not snooped. */
	CNOVA_APERTURE_SYS_NCOH,
	/** @CNOVA_NR_APERTURES: How many there are. */
	CNOVA_NR_APERTURES
};

/**
 * enum cnova_pt_kind - Kinds of tables, from the leaves up.
 *
 * 4K and 64K tables stand side by side below PDE0. Higher values have larger
 * entries.
 */
enum cnova_pt_kind {
	/** @CNOVA_PT_4K: Entries of 4 KiB. */
	CNOVA_PT_4K,
	/** @CNOVA_PT_64K: Entries of 64 KiB. */
	CNOVA_PT_64K,
	/** @CNOVA_PT_PDE0: Dual entries of 2 MiB. */
	CNOVA_PT_PDE0,
	/** @CNOVA_PT_PDE1: Entries of 512 MiB. */
	CNOVA_PT_PDE1,
	/** @CNOVA_PT_PDE2: Entries of 256 GiB. */
	CNOVA_PT_PDE2,
	/** @CNOVA_PT_PDE3: Entries of 128 TiB; the root of v2. */
	CNOVA_PT_PDE3,
	/** @CNOVA_PT_PDE4: Entries of 64 PiB; the root of v3. */
	CNOVA_PT_PDE4,
	/** @CNOVA_NR_PT_KINDS: How many there are. */
	CNOVA_NR_PT_KINDS
};

/** struct cnova_pt_attr - What a leaf says beside an address. */
struct cnova_pt_attr {
	/** @aperture: Where the memory is. */
	enum cnova_aperture aperture;
	/** @kind: Memory kind (HARDWARE.md 10). */
	u8 kind;
	/** @peer: Which peer; CNOVA_APERTURE_PEER only. */
	u8 peer;
	/** @read_only: Stores fault. */
	bool read_only;
	/** @privileged: Unprivileged accesses fault. */
	bool privileged;
	/** @uncached: Not kept in L2. */
	bool uncached;
	/** @atomic_disable: Atomics fault. */
	bool atomic_disable;
	/**
	 * @access_counted: Accesses count in the access counters, which tell the
	 * driver of memory worth moving. Only where &cnova_pt_fmt.can_count. Nobody
	 * reads the counters here, so nothing should fill their buffer.
	 */
	bool access_counted;
};

/** struct cnova_pt_level - Shape of one kind of table. */
struct cnova_pt_level {
	/** @shift: log2 of the bytes of address space per entry. */
	u8 shift;
	/** @bits: log2 of the number of entries; 0: there is no such table. */
	u8 bits;
	/** @words: 64-bit words per entry. */
	u8 words;
	/** @leaf: May hold leaves. */
	bool leaf;
};

/* A &struct cnova_pt_level, for the tables of formats. */
#define CNOVA_PT_LEVEL(shift_, bits_, words_, leaf_)			\
	{ .shift = shift_, .bits = bits_, .words = words_, .leaf = leaf_ }

/** enum cnova_pt_entry_type - What an entry, or half of a PDE0, says. */
enum cnova_pt_entry_type {
	/** @CNOVA_PT_ENTRY_NONE: Nothing. In a 64K entry: the 4K entries decide. */
	CNOVA_PT_ENTRY_NONE,
	/** @CNOVA_PT_ENTRY_TABLE: A table. */
	CNOVA_PT_ENTRY_TABLE,
	/** @CNOVA_PT_ENTRY_LEAF: Memory. */
	CNOVA_PT_ENTRY_LEAF,
	/** @CNOVA_PT_ENTRY_SPARSE: Reads without memory. */
	CNOVA_PT_ENTRY_SPARSE,
	/** @CNOVA_PT_ENTRY_BLOCKED: 64K entry: nothing, whatever the 4K entries say. */
	CNOVA_PT_ENTRY_BLOCKED,
	/** @CNOVA_PT_ENTRY_BAD: Not legal. */
	CNOVA_PT_ENTRY_BAD,
};

/** struct cnova_pt_entry - A decoded entry, or half of a PDE0. */
struct cnova_pt_entry {
	/** @type: What it says. */
	enum cnova_pt_entry_type type;
	/** @pa: Address of memory or table. */
	u64 pa;
	/** @attr: LEAF: all of it. TABLE: aperture and @attr.uncached. */
	struct cnova_pt_attr attr;
	/** @no_ats: TABLE: no lookup in parallel by ATS. */
	bool no_ats;
};

/**
 * struct cnova_pt_fmt - A page-table format.
 *
 * The engine relies on: leaf values have bit 0 set, no other entry has; a table
 * of zeroes says nothing.
 */
struct cnova_pt_fmt {
	/** @name: "v2" or "v3". */
	const char *name;

	/** @root: Kind of the root table. */
	enum cnova_pt_kind root;

	/** @kind_bits: Width of a memory kind in a leaf. */
	u8 kind_bits;

	/** @can_count: Leaves have a say in &cnova_pt_attr.access_counted. */
	bool can_count;

	/** @va_bits: Width of a virtual address. */
	u8 va_bits;

	/** @level: Shapes, by &enum cnova_pt_kind. */
	struct cnova_pt_level level[CNOVA_NR_PT_KINDS];

	/** @sparse: Sparse entry; in PDE0 the low half, the high one is 0. */
	u64 sparse;

	/** @blocked: 64K entry under which no 4K entry is read. */
	u64 blocked;

	/** @pa_bits: Width of an address in a leaf, by aperture. */
	u8 pa_bits[CNOVA_NR_APERTURES];

	/**
	 * @fill: Make @nr leaves: the first for @pa, each next one @step bytes on.
	 * All @attr are encodable: cnova_pt_attr_is_valid().
	 */
	void (*fill)(u64 *words, u32 nr, u64 pa, u64 step, const struct cnova_pt_attr *attr);

	/**
	 * @table: Make a pointer to the table of kind @kind at @entry.pa: half of a
	 * PDE0 where the table belongs below one.
	 */
	u64 (*table)(enum cnova_pt_kind kind, const struct cnova_pt_entry *entry);

	/**
	 * @decode: Tell what @word says: an entry of a table of kind @kind, half
	 * @half (0 low, 1 high) in a PDE0, else 0. Whether a sparse low half of a
	 * PDE0 counts, the high one decides.
	 */
	void (*decode)(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind,
		       unsigned int half, u64 word, struct cnova_pt_entry *entry);
};

bool cnova_pt_attr_is_valid(const struct cnova_pt_fmt *fmt, const struct cnova_pt_attr *attr);

/* log2 of the bytes of address space that a whole table covers. */
static inline u8 cnova_pt_span_lg2(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind)
{
	return fmt->level[kind].shift + fmt->level[kind].bits;
}

/* Bytes of a table. */
static inline u32 cnova_pt_table_bytes(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind)
{
	return (u32)fmt->level[kind].words * sizeof(u64) << fmt->level[kind].bits;
}

/* Index of the entry for @va in the table of kind @kind that covers it. */
static inline u32 cnova_pt_index(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind, u64 va)
{
	return (va >> fmt->level[kind].shift) & (BIT_ULL(fmt->level[kind].bits) - 1);
}

#endif /* _CNOVA_MM_PT_FMT_H_ */
