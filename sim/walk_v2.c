// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Page tables of Turing, Ampere and Ada, as the GPU reads them
 *
 * Written from HARDWARE.md section 2 alone, so that a mistake of the driver's
 * encoder shows as a difference. Pure: no memory, no lock; builds in user space.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "walk.h"

/* Directory words, HARDWARE.md 2.2 and 2.3. */
#define V2_DIR_IS_LEAF		BIT_ULL(0)
#define V2_DIR_WHERE		GENMASK_ULL(2, 1)
#define V2_DIR_VOLATILE		BIT_ULL(3)
#define V2_DIR_NO_ATS		BIT_ULL(5)
#define V2_DIR_VID		GENMASK_ULL(32, 8)
#define V2_DIR_SYS		GENMASK_ULL(53, 8)
#define V2_DUAL_BIG_VID		GENMASK_ULL(32, 4)
#define V2_DUAL_BIG_SYS		GENMASK_ULL(53, 4)

/* Aperture of a directory word: 0 is "nothing", not video (HARDWARE.md 2.4). */
#define V2_WHERE_NOTHING	0
#define V2_WHERE_VIDEO		1
#define V2_WHERE_SYS_COH	2
#define V2_WHERE_SYS_NCOH	3

/* Leaf words, HARDWARE.md 2.4. */
#define V2_LEAF_VALID		BIT_ULL(0)
#define V2_LEAF_WHERE		GENMASK_ULL(2, 1)
#define V2_LEAF_VOLATILE	BIT_ULL(3)
#define V2_LEAF_ENCRYPTED	BIT_ULL(4)
#define V2_LEAF_PRIVILEGE	BIT_ULL(5)
#define V2_LEAF_READ_ONLY	BIT_ULL(6)
#define V2_LEAF_NO_ATOMIC	BIT_ULL(7)
#define V2_LEAF_VID		GENMASK_ULL(32, 8)
#define V2_LEAF_PEER		GENMASK_ULL(35, 33)
#define V2_LEAF_SYS		GENMASK_ULL(53, 8)
#define V2_LEAF_SYS_ZERO	GENMASK_ULL(55, 54)
#define V2_LEAF_COMPTAG		GENMASK_ULL(55, 36)
#define V2_LEAF_KIND		GENMASK_ULL(63, 56)

/* Address fields start at bit 8 with PA bit 12, those of a big table at 4 with PA bit 8. */
#define V2_PAGE_SHIFT		12
#define V2_BIG_TABLE_SHIFT	8
/* A peer address continues in the comptag field with PA bit 37. */
#define V2_PEER_HIGH_SHIFT	37

#define V2_HALF_LOW		0
#define V2_HALF_HIGH		1

static const char v2_reserved[] = "reserved bits set";

static enum cnova_sim_aperture cnova_sim_v2_dir_aperture(u64 word)
{
	switch (FIELD_GET(V2_DIR_WHERE, word)) {
	case V2_WHERE_SYS_COH:
		return CNOVA_SIM_SYS_COH;
	case V2_WHERE_SYS_NCOH:
		return CNOVA_SIM_SYS_NCOH;
	default:
		return CNOVA_SIM_VIDEO;
	}
}

static bool cnova_sim_v2_is_big_half(enum cnova_sim_level level, unsigned int half)
{
	return level == CNOVA_SIM_PD0 && half == V2_HALF_LOW;
}

static void cnova_sim_v2_decode_dir(enum cnova_sim_level level, unsigned int half, u64 word,
				    struct cnova_sim_word *out)
{
	bool video = FIELD_GET(V2_DIR_WHERE, word) == V2_WHERE_VIDEO;

	if (FIELD_GET(V2_DIR_WHERE, word) == V2_WHERE_NOTHING) {
		/* The small half never says sparse (HARDWARE.md 2.3). */
		if ((word & V2_DIR_VOLATILE) && half == V2_HALF_LOW)
			out->type = CNOVA_SIM_WORD_SPARSE;
		return;
	}

	out->type = CNOVA_SIM_WORD_TABLE;
	out->aperture = cnova_sim_v2_dir_aperture(word);
	if (cnova_sim_v2_is_big_half(level, half)) {
		u64 field = video ? FIELD_GET(V2_DUAL_BIG_VID, word) :
				    FIELD_GET(V2_DUAL_BIG_SYS, word);

		out->pa = field << V2_BIG_TABLE_SHIFT;
	} else {
		u64 field = video ? FIELD_GET(V2_DIR_VID, word) : FIELD_GET(V2_DIR_SYS, word);

		out->pa = field << V2_PAGE_SHIFT;
	}
}

static void cnova_sim_v2_decode_leaf(u64 word, struct cnova_sim_word *out)
{
	out->type = CNOVA_SIM_WORD_LEAF;
	out->aperture = FIELD_GET(V2_LEAF_WHERE, word);
	out->kind = FIELD_GET(V2_LEAF_KIND, word);
	out->privileged = word & V2_LEAF_PRIVILEGE;
	out->read_only = word & V2_LEAF_READ_ONLY;
	out->no_atomic = word & V2_LEAF_NO_ATOMIC;
	out->uncached = word & V2_LEAF_VOLATILE;

	switch (out->aperture) {
	case CNOVA_SIM_VIDEO:
		out->pa = FIELD_GET(V2_LEAF_VID, word) << V2_PAGE_SHIFT;
		break;
	case CNOVA_SIM_PEER:
		out->pa = FIELD_GET(V2_LEAF_VID, word) << V2_PAGE_SHIFT |
			  FIELD_GET(V2_LEAF_COMPTAG, word) << V2_PEER_HIGH_SHIFT;
		out->peer = FIELD_GET(V2_LEAF_PEER, word);
		break;
	default:
		out->pa = FIELD_GET(V2_LEAF_SYS, word) << V2_PAGE_SHIFT;
		break;
	}
}

/* HARDWARE.md 2.5: with VALID clear only VOL and PRIVILEGE are looked at. */
static void cnova_sim_v2_decode_invalid(enum cnova_sim_level level, u64 word,
					struct cnova_sim_word *out)
{
	bool volatile_bit = word & V2_LEAF_VOLATILE;
	bool privilege = word & V2_LEAF_PRIVILEGE;

	if (level == CNOVA_SIM_PT64K && privilege)
		out->type = CNOVA_SIM_WORD_BLOCKED;	/* 0x20, and 0x28 too */
	else if (volatile_bit)
		out->type = CNOVA_SIM_WORD_SPARSE;
	else if (level == CNOVA_SIM_PT64K)
		out->type = CNOVA_SIM_WORD_UNDECIDED;
}

static void cnova_sim_v2_decode(const struct cnova_sim_traits *traits,
				enum cnova_sim_level level, unsigned int half, u64 word,
				struct cnova_sim_word *out)
{
	memset(out, 0, sizeof(*out));
	out->type = CNOVA_SIM_WORD_NONE;

	if (level == CNOVA_SIM_PT4K || level == CNOVA_SIM_PT64K) {
		if (word & V2_LEAF_VALID)
			cnova_sim_v2_decode_leaf(word, out);
		else
			cnova_sim_v2_decode_invalid(level, word, out);
		return;
	}

	if ((word & V2_DIR_IS_LEAF) && half == V2_HALF_LOW) {
		/* Not legal where no leaf may be: nothing there, and check() tells. */
		if (cnova_sim_has_leaf(traits, level))
			cnova_sim_v2_decode_leaf(word, out);
		return;
	}
	cnova_sim_v2_decode_dir(level, half, word, out);
}

static const char *cnova_sim_v2_check_target(const struct cnova_sim_traits *traits,
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

static const char *cnova_sim_v2_check_dir(const struct cnova_sim_traits *traits,
					  const struct cnova_sim_mem *mem,
					  enum cnova_sim_level level, unsigned int half, u64 word)
{
	bool big = cnova_sim_v2_is_big_half(level, half);
	enum cnova_sim_level next = level - 1;
	struct cnova_sim_word table;
	u64 defined;

	if (level == CNOVA_SIM_PD0)
		next = big ? CNOVA_SIM_PT64K : CNOVA_SIM_PT4K;

	defined = V2_DIR_WHERE | V2_DIR_VOLATILE;
	if (half == V2_HALF_LOW)
		defined |= V2_DIR_NO_ATS;

	switch (FIELD_GET(V2_DIR_WHERE, word)) {
	case V2_WHERE_NOTHING:
		if (half == V2_HALF_HIGH && word)
			return "small half without a table is not zero";
		return word & ~defined ? "neither invalid, nor sparse, nor a table" : NULL;
	case V2_WHERE_VIDEO:
		defined |= big ? V2_DUAL_BIG_VID : V2_DIR_VID;
		break;
	default:
		defined |= big ? V2_DUAL_BIG_SYS : V2_DIR_SYS;
		break;
	}
	if (word & ~defined)
		return v2_reserved;

	cnova_sim_v2_decode(traits, level, half, word, &table);
	return cnova_sim_v2_check_target(traits, mem, &table,
					 cnova_sim_table_bytes(traits->format, next));
}

/* HARDWARE.md 10: the kinds with a compressed form. */
static bool cnova_sim_v2_kind_is_compressible(u8 kind)
{
	return kind >= 0x8 && kind <= 0xe;
}

static const char *cnova_sim_v2_check_leaf(const struct cnova_sim_traits *traits,
					   const struct cnova_sim_mem *mem,
					   enum cnova_sim_level level, u64 word)
{
	u64 size = BIT_ULL(traits->format->level[level].shift);
	struct cnova_sim_word leaf;

	cnova_sim_v2_decode_leaf(word, &leaf);
	if (word & V2_LEAF_ENCRYPTED)
		return v2_reserved;
	if (leaf.aperture == CNOVA_SIM_VIDEO) {
		if (word & V2_LEAF_PEER)
			return "peer id in a video leaf";
		if ((word & V2_LEAF_COMPTAG) && !cnova_sim_v2_kind_is_compressible(leaf.kind))
			return "comptag without a compressible kind";
	} else if (leaf.aperture != CNOVA_SIM_PEER && (word & V2_LEAF_SYS_ZERO)) {
		return v2_reserved;
	}
	if (leaf.kind >= 32 || !(traits->kinds & BIT(leaf.kind)))
		return "illegal kind";
	if (leaf.pa & (size - 1))
		return "address not aligned to the size of the leaf";
	return cnova_sim_v2_check_target(traits, mem, &leaf, size);
}

static const char *cnova_sim_v2_check(const struct cnova_sim_traits *traits,
				      const struct cnova_sim_mem *mem,
				      enum cnova_sim_level level, unsigned int half, u64 word)
{
	if (level == CNOVA_SIM_PT4K || level == CNOVA_SIM_PT64K) {
		if (word & V2_LEAF_VALID)
			return cnova_sim_v2_check_leaf(traits, mem, level, word);
		/* 2.5: 0x28 is RM's own; a driver must not write it. */
		if (level == CNOVA_SIM_PT64K && (word & V2_LEAF_VOLATILE) &&
		    (word & V2_LEAF_PRIVILEGE))
			return "64K entry both sparse and unmapped";
		return NULL;
	}
	if (word & V2_DIR_IS_LEAF) {
		if (half == V2_HALF_HIGH)
			return v2_reserved;
		if (!cnova_sim_has_leaf(traits, level))
			return "leaf at a level that has none";
		return cnova_sim_v2_check_leaf(traits, mem, level, word);
	}
	return cnova_sim_v2_check_dir(traits, mem, level, half, word);
}

static void cnova_sim_v2_descend(struct cnova_sim_walk *walk, enum cnova_sim_level level,
				 const struct cnova_sim_word *table)
{
	walk->level = level;
	walk->table_aperture = table->aperture;
	walk->table_pa = table->pa;
}

static void cnova_sim_v2_stop(struct cnova_sim_walk *walk, enum cnova_sim_walk_state state,
			      u64 entry, enum cnova_sim_fault fault)
{
	walk->state = state;
	walk->entry = entry;
	walk->fault = fault;
	walk->size = BIT_ULL(walk->traits->format->level[walk->level].shift);
}

/* HARDWARE.md 2.6, step 3. */
static void cnova_sim_v2_step_dual(struct cnova_sim_walk *walk, const u64 *words)
{
	struct cnova_sim_word big;

	cnova_sim_v2_decode(walk->traits, CNOVA_SIM_PD0, V2_HALF_LOW, words[0], &big);
	if (big.type == CNOVA_SIM_WORD_LEAF) {
		walk->leaf = big;
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_LEAF, words[0], CNOVA_SIM_FAULT_NONE);
		return;
	}

	cnova_sim_v2_decode(walk->traits, CNOVA_SIM_PD0, V2_HALF_HIGH, words[1], &walk->small);
	if (big.type == CNOVA_SIM_WORD_TABLE)
		cnova_sim_v2_descend(walk, CNOVA_SIM_PT64K, &big);
	else if (walk->small.type == CNOVA_SIM_WORD_TABLE)
		cnova_sim_v2_descend(walk, CNOVA_SIM_PT4K, &walk->small);
	else if (big.type == CNOVA_SIM_WORD_SPARSE)
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_SPARSE, words[0], CNOVA_SIM_FAULT_NONE);
	else
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_FAULT, words[0], CNOVA_SIM_FAULT_PDE);
}

static void cnova_sim_v2_step(struct cnova_sim_walk *walk, const u64 *words)
{
	bool is_dir = walk->level > CNOVA_SIM_PD0;
	struct cnova_sim_word word;

	if (walk->level == CNOVA_SIM_PD0) {
		cnova_sim_v2_step_dual(walk, words);
		return;
	}

	cnova_sim_v2_decode(walk->traits, walk->level, V2_HALF_LOW, words[0], &word);
	switch (word.type) {
	case CNOVA_SIM_WORD_TABLE:
		cnova_sim_v2_descend(walk, walk->level - 1, &word);
		break;
	case CNOVA_SIM_WORD_LEAF:
		walk->leaf = word;
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_LEAF, words[0], CNOVA_SIM_FAULT_NONE);
		break;
	case CNOVA_SIM_WORD_SPARSE:
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_SPARSE, words[0], CNOVA_SIM_FAULT_NONE);
		break;
	case CNOVA_SIM_WORD_UNDECIDED:
		if (walk->small.type == CNOVA_SIM_WORD_TABLE) {
			cnova_sim_v2_descend(walk, CNOVA_SIM_PT4K, &walk->small);
			break;
		}
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_FAULT, words[0], CNOVA_SIM_FAULT_PTE);
		break;
	default:
		cnova_sim_v2_stop(walk, CNOVA_SIM_WALK_FAULT, words[0],
				  is_dir ? CNOVA_SIM_FAULT_PDE : CNOVA_SIM_FAULT_PTE);
		break;
	}
}

/** cnova_sim_format_v2 - Turing, Ampere, Ada (HARDWARE.md 2.1). */
const struct cnova_sim_format cnova_sim_format_v2 = {
	.name = "v2",
	.va_bits = 49,
	.root = CNOVA_SIM_PD3,
	.level = {
		[CNOVA_SIM_PT4K] = { .shift = 12, .bits = 9, .words = 1 },
		[CNOVA_SIM_PT64K] = { .shift = 16, .bits = 5, .words = 1 },
		[CNOVA_SIM_PD0] = { .shift = 21, .bits = 8, .words = 2 },
		[CNOVA_SIM_PD1] = { .shift = 29, .bits = 9, .words = 1 },
		[CNOVA_SIM_PD2] = { .shift = 38, .bits = 9, .words = 1 },
		[CNOVA_SIM_PD3] = { .shift = 47, .bits = 2, .words = 1 },
	},
	.decode = cnova_sim_v2_decode,
	.check = cnova_sim_v2_check,
	.step = cnova_sim_v2_step,
};

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
	/* HARDWARE.md 2.1, last column. */
	return level <= CNOVA_SIM_PD0 || (level == CNOVA_SIM_PD1 && traits->leaf_512m);
}

/**
 * cnova_sim_table_bytes() - Size of a table.
 * @format: Page-table format.
 * @level: Kind of table.
 *
 * Context: Any.
 * Return: Bytes that entries take up; 32 for a v2 root.
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

/**
 * cnova_sim_walk_step() - Go one level further.
 * @walk: A walk in state CNOVA_SIM_WALK_MORE.
 * @words: The entry: one word, or two at CNOVA_SIM_PD0.
 *
 * Context: Any.
 */
void cnova_sim_walk_step(struct cnova_sim_walk *walk, const u64 *words)
{
	walk->traits->format->step(walk, words);
}
