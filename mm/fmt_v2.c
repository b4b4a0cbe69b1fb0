// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Page-table format v2
 *
 * Turing, Ampere, Ada: HARDWARE.md 2. Arguments in, words out; no bus, no lock, no
 * device. Builds in user space too.
 */

#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "mm/pt_fmt.h"

/*
 * 2.2 and 2.3. A PDE's address field ends lower where tables may be less aligned, which
 * leaves no room for NO_ATS there, and ends at bit 32 if the table is in VRAM.
 */
#define V2_PDE_IS_PTE		BIT_ULL(0)
#define V2_PDE_APERTURE		GENMASK_ULL(2, 1)
#define   V2_PDE_APERTURE_INVALID	0
#define   V2_PDE_APERTURE_VIDEO		1
#define   V2_PDE_APERTURE_SYS_COH	2
#define   V2_PDE_APERTURE_SYS_NCOH	3
#define V2_PDE_VOL		BIT_ULL(3)
#define V2_PDE_NO_ATS		BIT_ULL(5)
#define V2_PDE_ADDRESS		GENMASK_ULL(53, 8)
#define V2_PDE_ADDRESS_BIG	GENMASK_ULL(53, 4)
#define V2_PDE_ADDRESS_NOT_VID	GENMASK_ULL(53, 33)

/* 2.4 */
#define V2_PTE_VALID		BIT_ULL(0)
#define V2_PTE_APERTURE		GENMASK_ULL(2, 1)
#define V2_PTE_VOL		BIT_ULL(3)
#define V2_PTE_PRIVILEGE	BIT_ULL(5)
#define V2_PTE_READ_ONLY	BIT_ULL(6)
#define V2_PTE_ATOMIC_DISABLE	BIT_ULL(7)
#define V2_PTE_ADDRESS_VID	GENMASK_ULL(32, 8)
#define V2_PTE_ADDRESS_VID_PEER	GENMASK_ULL(35, 33)
#define V2_PTE_ADDRESS_SYS	GENMASK_ULL(53, 8)
#define V2_PTE_COMPTAGLINE	GENMASK_ULL(55, 36)
#define V2_PTE_KIND		GENMASK_ULL(63, 56)

/* All addresses are stored so: bit 12 of an address is bit 8 of the word. */
#define V2_ADDRESS_SHIFT	4

/* Bits of an address that a local or peer leaf keeps in ADDRESS_VID. */
#define V2_VID_BITS		37

/* 2.5. Written over whole entries, so the other bits are 0 too. */
#define V2_SPARSE		V2_PTE_VOL
#define V2_BLOCKED		V2_PTE_PRIVILEGE

static_assert(V2_PDE_VOL == V2_PTE_VOL);

static u64 v2_leaf(u64 pa, const struct cnova_pt_attr *attr)
{
	u64 word = V2_PTE_VALID | FIELD_PREP(V2_PTE_APERTURE, attr->aperture) |
		   FIELD_PREP(V2_PTE_KIND, attr->kind);

	if (attr->uncached)
		word |= V2_PTE_VOL;
	if (attr->privileged)
		word |= V2_PTE_PRIVILEGE;
	if (attr->read_only)
		word |= V2_PTE_READ_ONLY;
	if (attr->atomic_disable)
		word |= V2_PTE_ATOMIC_DISABLE;

	switch (attr->aperture) {
	case CNOVA_APERTURE_PEER:
		/* What does not fit the address field goes where tags would be. */
		word |= FIELD_PREP(V2_PTE_ADDRESS_VID_PEER, attr->peer) |
			FIELD_PREP(V2_PTE_COMPTAGLINE, pa >> V2_VID_BITS) |
			((pa >> V2_ADDRESS_SHIFT) & V2_PTE_ADDRESS_VID);
		break;
	case CNOVA_APERTURE_VIDEO:
		word |= (pa >> V2_ADDRESS_SHIFT) & V2_PTE_ADDRESS_VID;
		break;
	default:
		word |= (pa >> V2_ADDRESS_SHIFT) & V2_PTE_ADDRESS_SYS;
		break;
	}

	return word;
}

static void v2_fill(u64 *words, u32 nr, u64 pa, u64 step, const struct cnova_pt_attr *attr)
{
	u64 word = v2_leaf(pa, attr);
	u32 i;

	/* Peer addresses are in two pieces, so that one cannot count in the word. */
	if (attr->aperture == CNOVA_APERTURE_PEER) {
		for (i = 0; i < nr; i++, pa += step)
			words[i] = v2_leaf(pa, attr);
		return;
	}

	step >>= V2_ADDRESS_SHIFT;
	for (i = 0; i < nr; i++, word += step)
		words[i] = word;
}

static u64 v2_table(enum cnova_pt_kind kind, const struct cnova_pt_entry *entry)
{
	static const u8 aperture[CNOVA_NR_APERTURES] = {
		/* A table is never in peer memory (2.2). */
		[CNOVA_APERTURE_VIDEO] = V2_PDE_APERTURE_VIDEO,
		[CNOVA_APERTURE_SYS_COH] = V2_PDE_APERTURE_SYS_COH,
		[CNOVA_APERTURE_SYS_NCOH] = V2_PDE_APERTURE_SYS_NCOH,
	};
	u64 mask = kind == CNOVA_PT_64K ? V2_PDE_ADDRESS_BIG : V2_PDE_ADDRESS;

	return FIELD_PREP(V2_PDE_APERTURE, aperture[entry->attr.aperture]) |
	       (entry->attr.uncached ? V2_PDE_VOL : 0) |
	       (entry->no_ats && kind != CNOVA_PT_64K ? V2_PDE_NO_ATS : 0) |
	       ((entry->pa >> V2_ADDRESS_SHIFT) & mask);
}

static void v2_decode_leaf(u64 word, struct cnova_pt_entry *entry)
{
	entry->type = CNOVA_PT_ENTRY_LEAF;
	entry->attr = (struct cnova_pt_attr){
		.aperture = FIELD_GET(V2_PTE_APERTURE, word),
		.kind = FIELD_GET(V2_PTE_KIND, word),
		.read_only = word & V2_PTE_READ_ONLY,
		.privileged = word & V2_PTE_PRIVILEGE,
		.uncached = word & V2_PTE_VOL,
		.atomic_disable = word & V2_PTE_ATOMIC_DISABLE,
	};

	switch (entry->attr.aperture) {
	case CNOVA_APERTURE_PEER:
		entry->attr.peer = FIELD_GET(V2_PTE_ADDRESS_VID_PEER, word);
		entry->pa = (word & V2_PTE_ADDRESS_VID) << V2_ADDRESS_SHIFT |
			    FIELD_GET(V2_PTE_COMPTAGLINE, word) << V2_VID_BITS;
		break;
	case CNOVA_APERTURE_VIDEO:
		entry->pa = (word & V2_PTE_ADDRESS_VID) << V2_ADDRESS_SHIFT;
		break;
	default:
		entry->pa = (word & V2_PTE_ADDRESS_SYS) << V2_ADDRESS_SHIFT;
		break;
	}
}

static void v2_decode_none(enum cnova_pt_kind kind, unsigned int half, u64 word,
			   struct cnova_pt_entry *entry)
{
	if (word == V2_SPARSE && !half)
		entry->type = CNOVA_PT_ENTRY_SPARSE;
	else if (word == V2_BLOCKED && kind == CNOVA_PT_64K)
		entry->type = CNOVA_PT_ENTRY_BLOCKED;
	else
		entry->type = word ? CNOVA_PT_ENTRY_BAD : CNOVA_PT_ENTRY_NONE;
}

/* @more: what else the word may hold beside an address in @mask. */
static void v2_decode_table(u64 word, u64 mask, u64 more, struct cnova_pt_entry *entry)
{
	static const enum cnova_aperture aperture[] = {
		[V2_PDE_APERTURE_VIDEO] = CNOVA_APERTURE_VIDEO,
		[V2_PDE_APERTURE_SYS_COH] = CNOVA_APERTURE_SYS_COH,
		[V2_PDE_APERTURE_SYS_NCOH] = CNOVA_APERTURE_SYS_NCOH,
	};

	entry->attr.aperture = aperture[FIELD_GET(V2_PDE_APERTURE, word)];
	if (entry->attr.aperture == CNOVA_APERTURE_VIDEO)
		mask &= ~V2_PDE_ADDRESS_NOT_VID;

	entry->type = word & ~(V2_PDE_APERTURE | V2_PDE_VOL | more | mask) ?
		      CNOVA_PT_ENTRY_BAD : CNOVA_PT_ENTRY_TABLE;
	entry->pa = (word & mask) << V2_ADDRESS_SHIFT;
	entry->attr.uncached = word & V2_PDE_VOL;
	entry->no_ats = word & more;
}

static void v2_decode(const struct cnova_pt_fmt *fmt, enum cnova_pt_kind kind,
		      unsigned int half, u64 word, struct cnova_pt_entry *entry)
{
	bool big = kind == CNOVA_PT_PDE0 && !half;

	memset(entry, 0, sizeof(*entry));

	if (word & V2_PTE_VALID) {
		if (!fmt->level[kind].leaf || half)
			entry->type = CNOVA_PT_ENTRY_BAD;
		else
			v2_decode_leaf(word, entry);
	} else if (kind <= CNOVA_PT_64K || !FIELD_GET(V2_PDE_APERTURE, word)) {
		v2_decode_none(kind, half, word, entry);
	} else {
		v2_decode_table(word, big ? V2_PDE_ADDRESS_BIG : V2_PDE_ADDRESS,
				kind == CNOVA_PT_PDE0 ? 0 : V2_PDE_NO_ATS, entry);
	}
}

/* 2.1, with leaves in PDE1 or without. */
#define V2_FMT(leaf_512m_) {						\
	.name = "v2",							\
	.root = CNOVA_PT_PDE3,						\
	.kind_bits = 8,							\
	.va_bits = 49,							\
	.level = {							\
		[CNOVA_PT_4K] = CNOVA_PT_LEVEL(12, 9, 1, true),		\
		[CNOVA_PT_64K] = CNOVA_PT_LEVEL(16, 5, 1, true),	\
		[CNOVA_PT_PDE0] = CNOVA_PT_LEVEL(21, 8, 2, true),	\
		[CNOVA_PT_PDE1] = CNOVA_PT_LEVEL(29, 9, 1, leaf_512m_),	\
		[CNOVA_PT_PDE2] = CNOVA_PT_LEVEL(38, 9, 1, false),	\
		[CNOVA_PT_PDE3] = CNOVA_PT_LEVEL(47, 2, 1, false),	\
	},								\
	.sparse = V2_SPARSE,						\
	.blocked = V2_BLOCKED,						\
	.pa_bits = {							\
		[CNOVA_APERTURE_VIDEO] = V2_VID_BITS,			\
		[CNOVA_APERTURE_PEER] = 57,				\
		[CNOVA_APERTURE_SYS_COH] = 58,				\
		[CNOVA_APERTURE_SYS_NCOH] = 58,				\
	},								\
	.fill = v2_fill,						\
	.table = v2_table,						\
	.decode = v2_decode,						\
}

/* Turing */
const struct cnova_pt_fmt cnova_pt_fmt_v2 = V2_FMT(false);

/* GA100 and later, Ada */
const struct cnova_pt_fmt cnova_pt_fmt_v2_512m = V2_FMT(true);

static_assert(47 + 2 == 49, "levels and width of an address agree");
