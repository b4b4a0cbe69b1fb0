// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Two sizes for one address
 *
 * A TLB that holds an address twice, in two page sizes, loses stores. HARDWARE.md
 * 3.7 therefore asks for an invalidate between the two. The check takes each word
 * of a page table for any of the values it had since the last invalidate, follows
 * all of them from the root, and reports an address for which two leaf
 * sizes can come out.
 *
 * Pure; builds in user space. Locking: the model's.
 */
#include <linux/bits.h>

#include "model.h"

/*
 * Tables that one entry may lead to. More than two would take a driver that replaced
 * the same table over and over without an invalidate; the rest is not followed.
 */
#define CNOVA_SIM_SIZE_TABLES	8

/* Slots of 64 KiB in a PD0 entry, pages of 4 KiB in a slot. */
#define CNOVA_SIM_SLOTS		32
#define CNOVA_SIM_SLOT_SHIFT	16
#define CNOVA_SIM_SLOT_PAGES	16
#define CNOVA_SIM_PAGE_SHIFT	12

/** struct cnova_sim_tables - Tables of one level that a walker may look into. */
struct cnova_sim_tables {
	/** @pa: Where they are. */
	u64 pa[CNOVA_SIM_SIZE_TABLES];
	/** @nr: How many there are. */
	unsigned int nr;
};

/** struct cnova_sim_choice - What one word of all those tables may say. */
struct cnova_sim_choice {
	/** @next: Tables it may point to. */
	struct cnova_sim_tables next;
	/** @leaf: It may be a leaf. */
	bool leaf;
	/** @open: It may leave the decision to the 4K entries. */
	bool open;
};

/** struct cnova_sim_size - One run of the check. */
struct cnova_sim_size {
	/** @mmu: The model. */
	struct cnova_sim_mmu *mmu;
	/** @level: Kind of table that was stored into. */
	enum cnova_sim_level level;
	/** @va: Where two sizes were found. */
	u64 va;
};

static void cnova_sim_choice_add(struct cnova_sim_mmu *mmu, enum cnova_sim_level level,
				 unsigned int half, u64 value, struct cnova_sim_choice *choice)
{
	struct cnova_sim_word word;
	unsigned int i;

	mmu->traits->format->decode(mmu->traits, level, half, value, &word);
	switch (word.type) {
	case CNOVA_SIM_WORD_LEAF:
		choice->leaf = true;
		return;
	case CNOVA_SIM_WORD_TABLE:
		break;
	case CNOVA_SIM_WORD_UNDECIDED:
		choice->open = true;
		return;
	default:
		if (level == CNOVA_SIM_PD0)
			choice->open = true;
		return;
	}

	if (word.aperture != CNOVA_SIM_VIDEO)
		return;
	for (i = 0; i < choice->next.nr; i++) {
		if (choice->next.pa[i] == word.pa)
			return;
	}
	if (choice->next.nr < CNOVA_SIM_SIZE_TABLES)
		choice->next.pa[choice->next.nr++] = word.pa;
}

/* Everything that half @half of the entry for @va may say, now or in a walk cache. */
static void cnova_sim_choice_get(struct cnova_sim_mmu *mmu, enum cnova_sim_level level,
				 unsigned int half, const struct cnova_sim_tables *tables,
				 u64 va, struct cnova_sim_choice *choice)
{
	u64 offset = cnova_sim_entry_offset(mmu->traits->format, level, va) + half * sizeof(u64);
	unsigned int i;

	/* Not the addresses: this runs for each entry below a store. */
	choice->next.nr = 0;
	choice->leaf = false;
	choice->open = false;
	for (i = 0; i < tables->nr; i++) {
		u64 pa = tables->pa[i] + offset;
		struct cnova_sim_old *old = NULL;
		u64 value;

		if (mmu->mem.ops->read64(mmu->mem.priv, CNOVA_SIM_VIDEO, pa, &value) &&
		    mmu->mem.ops->is_written(mmu->mem.priv, CNOVA_SIM_VIDEO, pa))
			cnova_sim_choice_add(mmu, level, half, value, choice);
		while ((old = cnova_sim_track_next_old(mmu, pa, old)))
			cnova_sim_choice_add(mmu, level, half, old->value, choice);
	}
}

/* @above: a leaf larger than the slot may be in use. */
static bool cnova_sim_size_slot(struct cnova_sim_size *size, const struct cnova_sim_choice *low,
				const struct cnova_sim_choice *high, u64 va, bool above)
{
	struct cnova_sim_choice big, small;
	unsigned int i;

	cnova_sim_choice_get(size->mmu, CNOVA_SIM_PT64K, 0, &low->next, va, &big);
	size->va = va;
	if (above && big.leaf)
		return true;
	if (!above && !big.leaf)
		return false;
	if (!high->next.nr || (!low->open && !big.open))
		return false;

	for (i = 0; i < CNOVA_SIM_SLOT_PAGES; i++) {
		size->va = va + ((u64)i << CNOVA_SIM_PAGE_SHIFT);
		cnova_sim_choice_get(size->mmu, CNOVA_SIM_PT4K, 0, &high->next, size->va, &small);
		if (small.leaf)
			return true;
	}
	return false;
}

static bool cnova_sim_size_dual(struct cnova_sim_size *size, const struct cnova_sim_tables *tables,
				u64 va, bool above)
{
	struct cnova_sim_choice low, high;
	unsigned int i;

	cnova_sim_choice_get(size->mmu, CNOVA_SIM_PD0, 0, tables, va, &low);
	cnova_sim_choice_get(size->mmu, CNOVA_SIM_PD0, 1, tables, va, &high);
	size->va = va;
	if (above && low.leaf)
		return true;
	above |= low.leaf;
	if (above ? !low.next.nr && !high.next.nr : !low.next.nr || !high.next.nr)
		return false;

	if (size->level < CNOVA_SIM_PD0)
		return cnova_sim_size_slot(size, &low, &high,
					   va & ~(BIT_ULL(CNOVA_SIM_SLOT_SHIFT) - 1), above);

	va &= ~(BIT_ULL(size->mmu->traits->format->level[CNOVA_SIM_PD0].shift) - 1);
	for (i = 0; i < CNOVA_SIM_SLOTS; i++) {
		if (cnova_sim_size_slot(size, &low, &high,
					va + ((u64)i << CNOVA_SIM_SLOT_SHIFT), above))
			return true;
	}
	return false;
}

/* Recursion goes down one level at a time and ends at PD0. */
static bool cnova_sim_size_level(struct cnova_sim_size *size, enum cnova_sim_level level,
				 const struct cnova_sim_tables *tables, u64 va, bool above)
{
	const struct cnova_sim_format *format = size->mmu->traits->format;
	struct cnova_sim_choice choice;
	u64 i;

	if (level == CNOVA_SIM_PD0)
		return cnova_sim_size_dual(size, tables, va, above);

	cnova_sim_choice_get(size->mmu, level, 0, tables, va, &choice);
	size->va = va;
	if (above && choice.leaf)
		return true;
	above |= choice.leaf;
	if (!choice.next.nr)
		return false;

	/* Above the entry that was stored: only its address matters. */
	if (level > size->level)
		return cnova_sim_size_level(size, level - 1, &choice.next, va, above);

	/* A single table holds no two sizes: each of its words was checked. */
	if (!above && choice.next.nr == 1)
		return false;
	va &= ~(BIT_ULL(format->level[level].shift) - 1);
	for (i = 0; i < BIT_ULL(format->level[level - 1].bits); i++) {
		if (cnova_sim_size_level(size, level - 1, &choice.next,
					 va + (i << format->level[level - 1].shift), above))
			return true;
	}
	return false;
}

/**
 * cnova_sim_size_check() - Look for two sizes below an entry that has changed.
 * @mmu: The model.
 * @table: Table that was stored into.
 * @pa: Word that was stored.
 * @va: First address the entry decides about.
 * @value: What was stored.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_size_check(struct cnova_sim_mmu *mmu, const struct cnova_sim_table *table, u64 pa,
			  u64 va, u64 value)
{
	u64 pdb = table->root->table->pa;
	struct cnova_sim_tables root = { .pa = { pdb }, .nr = 1 };
	struct cnova_sim_size size = { .mmu = mmu, .level = table->level };

	if (cnova_sim_size_level(&size, mmu->traits->format->root, &root, va, false))
		cnova_sim_mmu_report(mmu, CNOVA_SIM_SIZE_CHANGE,
				     "two page sizes without an invalidate between", pdb,
				     size.va, pa, value);
}
