// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The walk, and what the formats have in common
 *
 * Both formats have the same shape from PD2 down, the dual PD0 and its rules among it
 * (HARDWARE.md 2.6, 3.5); v3 has one more level on top. What a word says is the
 * business of walk_v2.c and walk_v3.c, what follows from it is decided here, once. Pure:
 * no memory, no lock; builds in user space.
 */
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "walk.h"

/**
 * cnova_sim_has_leaf() - Tell whether a level may hold leaves.
 * @traits: The chip.
 * @level: Kind of table.
 *
 * Context: Any.
 * Return: Whether it may.
 */
bool cnova_sim_has_leaf(const struct cnova_sim_traits *traits, enum cnova_sim_level level)
{
	/* HARDWARE.md 2.1 and 3.1, last column. */
	switch (level) {
	case CNOVA_SIM_PT4K:
	case CNOVA_SIM_PT64K:
	case CNOVA_SIM_PD0:
		return true;
	case CNOVA_SIM_PD1:
		return traits->leaf_512m;
	case CNOVA_SIM_PD2:
		return traits->leaf_256g;
	default:
		return false;
	}
}

/**
 * cnova_sim_next_level() - Tell which table a pointer leads to.
 * @level: Kind of table that holds the pointer; not one of leaves.
 * @half: Half of the entry: 1 for the high one of a dual entry.
 *
 * Context: Any.
 * Return: Kind of table that it points to.
 */
enum cnova_sim_level cnova_sim_next_level(enum cnova_sim_level level, unsigned int half)
{
	if (level == CNOVA_SIM_PD0)
		return half ? CNOVA_SIM_PT4K : CNOVA_SIM_PT64K;
	return level - 1;
}

/**
 * cnova_sim_table_bytes() - Size of a table.
 * @format: Page-table format.
 * @level: Kind of table.
 *
 * Context: Any.
 * Return: Bytes that entries take up; 32 for a v2 root, 16 for one of v3.
 */
u64 cnova_sim_table_bytes(const struct cnova_sim_format *format, enum cnova_sim_level level)
{
	const struct cnova_sim_geometry *geometry = &format->level[level];

	return (u64)geometry->words * sizeof(u64) << geometry->bits;
}

/**
 * cnova_sim_entry_offset() - Find the entry for an address.
 * @format: Page-table format.
 * @level: Kind of table.
 * @va: Address.
 *
 * Context: Any.
 * Return: Byte offset of the entry in its table.
 */
u64 cnova_sim_entry_offset(const struct cnova_sim_format *format, enum cnova_sim_level level,
			   u64 va)
{
	const struct cnova_sim_geometry *geometry = &format->level[level];
	u64 index = (va >> geometry->shift) & (BIT_ULL(geometry->bits) - 1);

	return index * geometry->words * sizeof(u64);
}

/**
 * cnova_sim_check_target() - Is there memory where an entry points?
 * @traits: The chip.
 * @mem: Says how much VRAM there is.
 * @word: A decoded table or leaf.
 * @size: Bytes that it points to.
 *
 * Context: Any.
 * Return: What is wrong, or NULL.
 */
const char *cnova_sim_check_target(const struct cnova_sim_traits *traits,
				   const struct cnova_sim_mem *mem,
				   const struct cnova_sim_word *word, u64 size)
{
	if (word->aperture == CNOVA_SIM_PEER)
		return NULL;
	if (word->aperture == CNOVA_SIM_VIDEO) {
		if (word->pa >= mem->vram_size || size > mem->vram_size - word->pa)
			return "points beyond the end of VRAM";
		return NULL;
	}
	if (word->pa >> traits->sys_bits)
		return "points beyond the reach of system addresses";
	return NULL;
}

/**
 * cnova_sim_walk_begin() - Start a walk at a root table.
 * @walk: To be initialised.
 * @traits: The chip.
 * @aperture: Where the root is.
 * @pdb: Address of the root.
 * @va: What to look for.
 *
 * Context: Any.
 */
void cnova_sim_walk_begin(struct cnova_sim_walk *walk, const struct cnova_sim_traits *traits,
			  enum cnova_sim_aperture aperture, u64 pdb, u64 va)
{
	memset(walk, 0, sizeof(*walk));
	walk->traits = traits;
	walk->va = va;
	walk->state = CNOVA_SIM_WALK_MORE;
	walk->level = traits->format->root;
	walk->table_aperture = aperture;
	walk->table_pa = pdb;
	walk->fault = CNOVA_SIM_FAULT_NONE;

	if (va >> traits->format->va_bits) {
		walk->state = CNOVA_SIM_WALK_FAULT;
		walk->fault = CNOVA_SIM_FAULT_VA_LIMIT;
		walk->size = SZ_4K;
	}
}

/**
 * cnova_sim_walk_entry() - Where the entry is that the walk needs next.
 * @walk: A walk in state CNOVA_SIM_WALK_MORE.
 *
 * Context: Any.
 * Return: Physical address in &cnova_sim_walk.table_aperture.
 */
u64 cnova_sim_walk_entry(const struct cnova_sim_walk *walk)
{
	return walk->table_pa + cnova_sim_entry_offset(walk->traits->format, walk->level,
						       walk->va);
}

static void cnova_sim_walk_descend(struct cnova_sim_walk *walk, enum cnova_sim_level level,
				   const struct cnova_sim_word *table)
{
	walk->level = level;
	walk->table_aperture = table->aperture;
	walk->table_pa = table->pa;
}

static void cnova_sim_walk_stop(struct cnova_sim_walk *walk, enum cnova_sim_walk_state state,
				u64 entry, enum cnova_sim_fault fault)
{
	walk->state = state;
	walk->entry = entry;
	walk->fault = fault;
	walk->size = BIT_ULL(walk->traits->format->level[walk->level].shift);
}

/* HARDWARE.md 2.6, step 3; the same in v3. */
static void cnova_sim_walk_dual(struct cnova_sim_walk *walk, const u64 *words)
{
	const struct cnova_sim_format *format = walk->traits->format;
	struct cnova_sim_word big;

	format->decode(walk->traits, CNOVA_SIM_PD0, 0, words[0], &big);
	if (big.type == CNOVA_SIM_WORD_LEAF) {
		walk->leaf = big;
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_LEAF, words[0], CNOVA_SIM_FAULT_NONE);
		return;
	}

	format->decode(walk->traits, CNOVA_SIM_PD0, 1, words[1], &walk->small);
	if (big.type == CNOVA_SIM_WORD_TABLE)
		cnova_sim_walk_descend(walk, CNOVA_SIM_PT64K, &big);
	else if (walk->small.type == CNOVA_SIM_WORD_TABLE)
		cnova_sim_walk_descend(walk, CNOVA_SIM_PT4K, &walk->small);
	else if (big.type == CNOVA_SIM_WORD_SPARSE)
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_SPARSE, words[0], CNOVA_SIM_FAULT_NONE);
	else
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_FAULT, words[0], CNOVA_SIM_FAULT_PDE);
}

/**
 * cnova_sim_walk_step() - Go one level further.
 * @walk: A walk in state CNOVA_SIM_WALK_MORE.
 * @words: The entry: one word, or two at CNOVA_SIM_PD0.
 *
 * Context: Any.
 */
void cnova_sim_walk_step(struct cnova_sim_walk *walk, const u64 *words)
{
	bool is_dir = walk->level > CNOVA_SIM_PD0;
	struct cnova_sim_word word;

	if (walk->level == CNOVA_SIM_PD0) {
		cnova_sim_walk_dual(walk, words);
		return;
	}

	walk->traits->format->decode(walk->traits, walk->level, 0, words[0], &word);
	switch (word.type) {
	case CNOVA_SIM_WORD_TABLE:
		cnova_sim_walk_descend(walk, cnova_sim_next_level(walk->level, 0), &word);
		break;
	case CNOVA_SIM_WORD_LEAF:
		walk->leaf = word;
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_LEAF, words[0], CNOVA_SIM_FAULT_NONE);
		break;
	case CNOVA_SIM_WORD_SPARSE:
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_SPARSE, words[0], CNOVA_SIM_FAULT_NONE);
		break;
	case CNOVA_SIM_WORD_UNDECIDED:
		if (walk->small.type == CNOVA_SIM_WORD_TABLE) {
			cnova_sim_walk_descend(walk, CNOVA_SIM_PT4K, &walk->small);
			break;
		}
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_FAULT, words[0], CNOVA_SIM_FAULT_PTE);
		break;
	default:
		cnova_sim_walk_stop(walk, CNOVA_SIM_WALK_FAULT, words[0],
				    is_dir ? CNOVA_SIM_FAULT_PDE : CNOVA_SIM_FAULT_PTE);
		break;
	}
}
