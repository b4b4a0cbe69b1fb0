/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests ask NVIDIA's code, without its types: its headers and ours define
 * the same names differently, so no file includes both.
 */
#ifndef _THIRD_H_
#define _THIRD_H_

#include <stdbool.h>
#include <stdint.h>

/* Families of chips that differ in page tables, for RM and UVM alike. */
enum third_mmu {
	THIRD_TURING,
	THIRD_AMPERE,
	THIRD_HOPPER,
	THIRD_BLACKWELL,
	THIRD_BLACKWELL_INTEGRATED,
	THIRD_NR_MMUS
};

/* Kinds of tables; numbered as in mm/pt_fmt.h and sim/walk.h. */
enum third_level {
	THIRD_4K,
	THIRD_64K,
	THIRD_PDE0,
	THIRD_PDE1,
	THIRD_PDE2,
	THIRD_PDE3,
	THIRD_PDE4,
	THIRD_NR_LEVELS
};

/* Apertures; numbered as in a leaf. */
enum third_aperture {
	THIRD_VIDEO,
	THIRD_PEER,
	THIRD_SYS_COH,
	THIRD_SYS_NCOH,
};

enum third_type {
	THIRD_NONE,
	THIRD_TABLE,
	THIRD_LEAF,
	THIRD_SPARSE,
	THIRD_BLOCKED,
	/* Not legal, or RM cannot tell. */
	THIRD_BAD,
};

/* What an entry, or half of a PDE0, says. */
struct third_entry {
	enum third_type type;
	uint64_t pa;
	enum third_aperture aperture;
	uint8_t kind;
	uint8_t peer;
	bool read_only;
	bool privileged;
	bool uncached;
	bool no_atomic;
	/* v3 */
	bool counted;
	/* TABLE, v3 */
	bool no_ats;
};

/* Shape of a table. */
struct third_shape {
	uint8_t shift;
	uint8_t bits;
	uint8_t words;
	bool leaf;
};

/* ---- RM ---- */

struct rm_fmt;

const struct rm_fmt *rm_fmt(enum third_mmu mmu);
/* Return: whether there is such a table. */
bool rm_shape(const struct rm_fmt *fmt, enum third_level level, struct third_shape *shape);
/* Return: false if RM has no word for it. */
bool rm_leaf(const struct rm_fmt *fmt, const struct third_entry *leaf, uint64_t *word);
/* @half: of a PDE0: 0 low, for a 64K table; 1 high, for a 4K table. Else 0. */
uint64_t rm_table(const struct rm_fmt *fmt, enum third_level level, unsigned int half,
		  const struct third_entry *table);
void rm_decode(const struct rm_fmt *fmt, enum third_level level, unsigned int half, uint64_t word,
	       struct third_entry *entry);
/* @words: two of them for a PDE0. */
void rm_sparse(const struct rm_fmt *fmt, enum third_level level, uint64_t *words);
/* RM's 64K entry under which no 4K entry is. */
uint64_t rm_nv4k(const struct rm_fmt *fmt);

/* Memory that RM's tables are in. */
struct rm_mem {
	void *priv;
	/* A page; undefined contents. */
	uint64_t (*alloc)(void *priv);
	void (*free)(void *priv, uint64_t pa);
	uint64_t (*load)(void *priv, uint64_t pa);
	void (*store)(void *priv, uint64_t pa, uint64_t word);
};

/* An address space, with tables made by RM's page-table library. */
struct rm_vas;

struct rm_vas *rm_vas_create(const struct rm_fmt *fmt, const struct rm_mem *mem);
void rm_vas_destroy(struct rm_vas *vas);
uint64_t rm_vas_pdb(const struct rm_vas *vas);
/* @end: one more than the last byte. @level: where the leaves are; @leaf->pa of the first. */
void rm_vas_map(struct rm_vas *vas, uint64_t start, uint64_t end, enum third_level level,
		const struct third_entry *leaf);
void rm_vas_unmap(struct rm_vas *vas, uint64_t start, uint64_t end);
void rm_vas_sparse(struct rm_vas *vas, uint64_t start, uint64_t end);

/*
 * Go through tables at @pdb by RM's description of levels and entries. @entry: LEAF with
 * the address of the byte at @va, SPARSE, NONE or BAD. @level: where it was found.
 */
void rm_walk(const struct rm_fmt *fmt, const struct rm_mem *mem, uint64_t pdb, uint64_t va,
	     struct third_entry *entry, enum third_level *level);

/* ---- UVM ---- */

/* Return: whether there is such a table. */
bool uvm_shape(enum third_mmu mmu, enum third_level level, struct third_shape *shape);
/* Return: false if UVM makes no such leaf. */
bool uvm_leaf(enum third_mmu mmu, const struct third_entry *leaf, uint64_t *word);
/* @tables: NULL where there is none; two of them for a PDE0, low half first. */
void uvm_tables(enum third_mmu mmu, enum third_level level, const struct third_entry **tables,
		uint64_t *words);
uint64_t uvm_sparse(enum third_mmu mmu);
uint64_t uvm_unmapped(enum third_mmu mmu);
/* What UVM fills tables with that nobody should use: a leaf that faults. */
uint64_t uvm_poison(enum third_mmu mmu);

#endif /* _THIRD_H_ */
