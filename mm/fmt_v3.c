// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Page-table format v3
 *
 * Hopper and Blackwell: HARDWARE.md 3. Addresses stand in their place in the word,
 * and what v2 says in single bits is a number, the PCF. Its bits have a meaning each
 * all the same: 1 is privilege, and 4 turns access counting off; nova has the names of
 * these two exchanged.
 *
 * Arguments in, words out; no bus, no lock, no device. Builds in user space too.
 */

#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "mm/pt_fmt.h"

/* 3.2 and 3.3. The address of a 64K table ends lower: it is less aligned. */
#define V3_PDE_IS_PTE		BIT_ULL(0)
#define V3_PDE_APERTURE		GENMASK_ULL(2, 1)
#define   V3_PDE_APERTURE_INVALID	0
#define   V3_PDE_APERTURE_VIDEO		1
#define   V3_PDE_APERTURE_SYS_COH	2
#define   V3_PDE_APERTURE_SYS_NCOH	3
#define V3_PDE_PCF		GENMASK_ULL(5, 3)
/*   With an aperture; without one the same bit means sparse. */
#define   V3_PDE_PCF_UNCACHED		BIT(0)
#define   V3_PDE_PCF_SPARSE		BIT(0)
#define   V3_PDE_PCF_NO_ATS		BIT(1)
#define   V3_PDE_PCF_DEFINED		GENMASK(1, 0)
#define V3_PDE_ADDRESS		GENMASK_ULL(51, 12)
#define V3_PDE_ADDRESS_BIG	GENMASK_ULL(51, 8)

/* 3.4 */
#define V3_PTE_VALID		BIT_ULL(0)
#define V3_PTE_APERTURE		GENMASK_ULL(2, 1)
#define V3_PTE_PCF		GENMASK_ULL(7, 3)
#define   V3_PTE_PCF_UNCACHED		BIT(0)
#define   V3_PTE_PCF_PRIVILEGE		BIT(1)
#define   V3_PTE_PCF_RO			BIT(2)
#define   V3_PTE_PCF_NO_ATOMIC		BIT(3)
#define   V3_PTE_PCF_ACD		BIT(4)
/*   With VALID = 0 */
#define   V3_PTE_PCF_INVALID		0
#define   V3_PTE_PCF_SPARSE		1
#define   V3_PTE_PCF_NO_VALID_4KB_PAGE	3
#define V3_PTE_KIND		GENMASK_ULL(11, 8)
#define V3_PTE_ADDRESS		GENMASK_ULL(51, 12)
#define V3_PTE_RESERVED		GENMASK_ULL(60, 52)
#define V3_PTE_PEER_ID		GENMASK_ULL(63, 61)

#define V3_PA_BITS		52

/* Written over whole entries, so the other bits are 0 too. */
#define V3_SPARSE		FIELD_PREP_CONST(V3_PTE_PCF, V3_PTE_PCF_SPARSE)
#define V3_BLOCKED		FIELD_PREP_CONST(V3_PTE_PCF, V3_PTE_PCF_NO_VALID_4KB_PAGE)

/* Sparse is the same word in directories and in tables. */
static_assert(FIELD_PREP_CONST(V3_PDE_PCF, V3_PDE_PCF_SPARSE) == V3_SPARSE);

static u64 v3_leaf(u64 pa, const struct cnova_pt_attr *attr)
{
	u32 pcf = 0;

	if (attr->uncached)
		pcf |= V3_PTE_PCF_UNCACHED;
	if (attr->privileged)
		pcf |= V3_PTE_PCF_PRIVILEGE;
	if (attr->read_only)
		pcf |= V3_PTE_PCF_RO;
	if (attr->atomic_disable)
		pcf |= V3_PTE_PCF_NO_ATOMIC;
	if (!attr->access_counted)
		pcf |= V3_PTE_PCF_ACD;

	return V3_PTE_VALID | FIELD_PREP(V3_PTE_APERTURE, attr->aperture) |
	       FIELD_PREP(V3_PTE_PCF, pcf) | FIELD_PREP(V3_PTE_KIND, attr->kind) |
	       FIELD_PREP(V3_PTE_PEER_ID, attr->peer) | (pa & V3_PTE_ADDRESS);
}

static void v3_fill(u64 *words, u32 nr, u64 pa, u64 step, const struct cnova_pt_attr *attr)
{
	u64 word = v3_leaf(pa, attr);
	u32 i;

	for (i = 0; i < nr; i++, word += step)
		words[i] = word;
}

static u64 v3_table(enum cnova_pt_kind kind, const struct cnova_pt_entry *entry)
{
	static const u8 aperture[CNOVA_NR_APERTURES] = {
		/* A table is never in peer memory. */
		[CNOVA_APERTURE_VIDEO] = V3_PDE_APERTURE_VIDEO,
		[CNOVA_APERTURE_SYS_COH] = V3_PDE_APERTURE_SYS_COH,
		[CNOVA_APERTURE_SYS_NCOH] = V3_PDE_APERTURE_SYS_NCOH,
	};
	u64 mask = kind == CNOVA_PT_64K ? V3_PDE_ADDRESS_BIG : V3_PDE_ADDRESS;
	u32 pcf = (entry->attr.uncached ? V3_PDE_PCF_UNCACHED : 0) |
		  (entry->no_ats ? V3_PDE_PCF_NO_ATS : 0);

	return FIELD_PREP(V3_PDE_APERTURE, aperture[entry->attr.aperture]) |
	       FIELD_PREP(V3_PDE_PCF, pcf) | (entry->pa & mask);
}

static void v3_decode_leaf(u64 word, struct cnova_pt_entry *entry)
{
	u32 pcf = FIELD_GET(V3_PTE_PCF, word);

	entry->type = word & V3_PTE_RESERVED ? CNOVA_PT_ENTRY_BAD : CNOVA_PT_ENTRY_LEAF;
	entry->pa = word & V3_PTE_ADDRESS;
	entry->attr = (struct cnova_pt_attr){
		.aperture = FIELD_GET(V3_PTE_APERTURE, word),
		.kind = FIELD_GET(V3_PTE_KIND, word),
		.peer = FIELD_GET(V3_PTE_PEER_ID, word),
		.read_only = pcf & V3_PTE_PCF_RO,
		.privileged = pcf & V3_PTE_PCF_PRIVILEGE,
		.uncached = pcf & V3_PTE_PCF_UNCACHED,
		.atomic_disable = pcf & V3_PTE_PCF_NO_ATOMIC,
		.access_counted = !(pcf & V3_PTE_PCF_ACD),
	};

	if (entry->attr.peer && entry->attr.aperture != CNOVA_APERTURE_PEER)
		entry->type = CNOVA_PT_ENTRY_BAD;
}

/* An entry of a 4K or 64K table with VALID = 0. */
static void v3_decode_none(enum cnova_pt_kind kind, u64 word, struct cnova_pt_entry *entry)
{
	if (word == V3_SPARSE)
		entry->type = CNOVA_PT_ENTRY_SPARSE;
	else if (word == V3_BLOCKED && kind == CNOVA_PT_64K)
		entry->type = CNOVA_PT_ENTRY_BLOCKED;
	else
		entry->type = word ? CNOVA_PT_ENTRY_BAD : CNOVA_PT_ENTRY_NONE;
}

/* An entry of a directory, or half of one, without IS_PTE. */
static void v3_decode_pde(unsigned int half, u64 word, u64 mask, struct cnova_pt_entry *entry)
{
	static const enum cnova_aperture aperture[] = {
		[V3_PDE_APERTURE_VIDEO] = CNOVA_APERTURE_VIDEO,
		[V3_PDE_APERTURE_SYS_COH] = CNOVA_APERTURE_SYS_COH,
		[V3_PDE_APERTURE_SYS_NCOH] = CNOVA_APERTURE_SYS_NCOH,
	};
	u32 pcf = FIELD_GET(V3_PDE_PCF, word);
	u64 known = V3_PDE_APERTURE | FIELD_PREP(V3_PDE_PCF, V3_PDE_PCF_DEFINED);

	if (FIELD_GET(V3_PDE_APERTURE, word)) {
		entry->type = word & ~(known | mask) ? CNOVA_PT_ENTRY_BAD : CNOVA_PT_ENTRY_TABLE;
		entry->pa = word & mask;
		entry->attr.aperture = aperture[FIELD_GET(V3_PDE_APERTURE, word)];
		entry->attr.uncached = pcf & V3_PDE_PCF_UNCACHED;
		entry->no_ats = pcf & V3_PDE_PCF_NO_ATS;
		return;
	}

	/* The high half of a PDE0 never says sparse (3.3). */
	if (word & ~known || (half && pcf & V3_PDE_PCF_SPARSE))
		entry->type = CNOVA_PT_ENTRY_BAD;
	else
		entry->type = pcf & V3_PDE_PCF_SPARSE ? CNOVA_PT_ENTRY_SPARSE :
							CNOVA_PT_ENTRY_NONE;
}

static void v3_decode(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind,
		      unsigned int half, u64 word, struct cnova_pt_entry *entry)
{
	bool big = kind == CNOVA_PT_PDE0 && !half;

	memset(entry, 0, sizeof(*entry));

	if (word & V3_PTE_VALID) {
		if (!fmt->level[kind].leaf || half)
			entry->type = CNOVA_PT_ENTRY_BAD;
		else
			v3_decode_leaf(word, entry);
	} else if (kind <= CNOVA_PT_64K) {
		v3_decode_none(kind, word, entry);
	} else {
		v3_decode_pde(half, word, big ? V3_PDE_ADDRESS_BIG : V3_PDE_ADDRESS, entry);
	}
}

/* 3.1, with leaves in PDE1 and PDE2 or without. */
#define V3_FMT(leaf_512m_, leaf_256g_) {				\
	.name = "v3",							\
	.root = CNOVA_PT_PDE4,						\
	.kind_bits = 4,							\
	.can_count = true,						\
	.va_bits = 57,							\
	.level = {							\
		[CNOVA_PT_4K] = CNOVA_PT_LEVEL(12, 9, 1, true),		\
		[CNOVA_PT_64K] = CNOVA_PT_LEVEL(16, 5, 1, true),	\
		[CNOVA_PT_PDE0] = CNOVA_PT_LEVEL(21, 8, 2, true),	\
		[CNOVA_PT_PDE1] = CNOVA_PT_LEVEL(29, 9, 1, leaf_512m_),	\
		[CNOVA_PT_PDE2] = CNOVA_PT_LEVEL(38, 9, 1, leaf_256g_),	\
		[CNOVA_PT_PDE3] = CNOVA_PT_LEVEL(47, 9, 1, false),	\
		[CNOVA_PT_PDE4] = CNOVA_PT_LEVEL(56, 1, 1, false),	\
	},								\
	.sparse = V3_SPARSE,						\
	.blocked = V3_BLOCKED,						\
	.pa_bits = {							\
		[CNOVA_APERTURE_VIDEO] = V3_PA_BITS,			\
		[CNOVA_APERTURE_PEER] = V3_PA_BITS,			\
		[CNOVA_APERTURE_SYS_COH] = V3_PA_BITS,			\
		[CNOVA_APERTURE_SYS_NCOH] = V3_PA_BITS,			\
	},								\
	.fill = v3_fill,						\
	.table = v3_table,						\
	.decode = v3_decode,						\
}

/* Integrated Blackwell */
const struct cnova_pt_fmt cnova_pt_fmt_v3 = V3_FMT(false, false);

/* Hopper */
const struct cnova_pt_fmt cnova_pt_fmt_v3_512m = V3_FMT(true, false);

/* Blackwell */
const struct cnova_pt_fmt cnova_pt_fmt_v3_256g = V3_FMT(true, true);

static_assert(56 + 1 == 57, "levels and width of an address agree");
