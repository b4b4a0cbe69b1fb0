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

static const char *cnova_sim_v2_check_dir(const struct cnova_sim_traits *traits,
					  const struct cnova_sim_mem *mem,
					  enum cnova_sim_level level, unsigned int half, u64 word)
{
	bool big = cnova_sim_v2_is_big_half(level, half);
	struct cnova_sim_word table;
	u64 defined;

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
	return cnova_sim_check_target(traits, mem, &table,
				      cnova_sim_table_bytes(traits->format,
							    cnova_sim_next_level(level, half)));
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
	return cnova_sim_check_target(traits, mem, &leaf, size);
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
};
