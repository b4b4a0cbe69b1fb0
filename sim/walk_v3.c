// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Page tables of Hopper and Blackwell, as the GPU reads them
 *
 * Written from HARDWARE.md section 3 alone, so that a mistake of the driver's
 * encoder shows as a difference. Pure: no memory, no lock; builds in user space.
 *
 * Where the section leaves something open, the model faults and reports: an undefined
 * PCF leads nowhere, and MAPPING_NOWHERE, of which nobody knows what it is for, does not
 * either. Words are judged by their low half where nothing is valid: of two 32-bit
 * stores the high one comes first when an entry becomes valid and last when it goes
 * (HARDWARE.md 3.7), so that an address without an entry is what a walk may meet.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/string.h>

#include "walk.h"

/* Directory words, HARDWARE.md 3.2 and 3.3. */
#define V3_DIR_IS_LEAF		BIT_ULL(0)
#define V3_DIR_WHERE		GENMASK_ULL(2, 1)
#define V3_DIR_PCF		GENMASK_ULL(5, 3)
#define V3_DIR_ADDRESS		GENMASK_ULL(51, 12)
#define V3_DIR_ADDRESS_BIG	GENMASK_ULL(51, 8)

/* Aperture of a directory word: 0 is "nothing", not video. */
#define V3_WHERE_NOTHING	0
#define V3_WHERE_SYS_COH	2
#define V3_WHERE_SYS_NCOH	3

/* PCF of a directory word, HARDWARE.md 3.2: bit 1 is about ATS, which nobody here has. */
#define V3_DIR_PCF_SPARSE	BIT(0)
#define V3_DIR_PCF_UNDEFINED	BIT(2)

/* Leaf words, HARDWARE.md 3.4. */
#define V3_LEAF_VALID		BIT_ULL(0)
#define V3_LEAF_WHERE		GENMASK_ULL(2, 1)
#define V3_LEAF_PCF		GENMASK_ULL(7, 3)
#define V3_LEAF_KIND		GENMASK_ULL(11, 8)
#define V3_LEAF_ADDRESS		GENMASK_ULL(51, 12)
#define V3_LEAF_ZERO		GENMASK_ULL(60, 52)
#define V3_LEAF_PEER		GENMASK_ULL(63, 61)

/* PCF of a valid leaf: five bits, all combinations of them. */
#define V3_PCF_UNCACHED		BIT(0)
#define V3_PCF_PRIVILEGE	BIT(1)
#define V3_PCF_READ_ONLY	BIT(2)
#define V3_PCF_NO_ATOMIC	BIT(3)
/* Bit 4 turns access counting off: there are no counters here. */

/* PCF of an invalid one: a number. */
#define V3_PCF_INVALID		0
#define V3_PCF_SPARSE		1
#define V3_PCF_NOWHERE		2
#define V3_PCF_NO_VALID_4K	3

#define V3_LOW_DWORD		GENMASK_ULL(31, 0)

#define V3_HALF_LOW		0
#define V3_HALF_HIGH		1

static const char v3_reserved[] = "reserved bits set";

static enum cnova_sim_aperture cnova_sim_v3_dir_aperture(u64 word)
{
	switch (FIELD_GET(V3_DIR_WHERE, word)) {
	case V3_WHERE_SYS_COH:
		return CNOVA_SIM_SYS_COH;
	case V3_WHERE_SYS_NCOH:
		return CNOVA_SIM_SYS_NCOH;
	default:
		return CNOVA_SIM_VIDEO;
	}
}

static u64 cnova_sim_v3_dir_address(enum cnova_sim_level level, unsigned int half)
{
	/* Tables of 64K entries stand at multiples of their 256 bytes. */
	if (level == CNOVA_SIM_PD0 && half == V3_HALF_LOW)
		return V3_DIR_ADDRESS_BIG;
	return V3_DIR_ADDRESS;
}

static void cnova_sim_v3_decode_dir(enum cnova_sim_level level, unsigned int half, u64 word,
				    struct cnova_sim_word *out)
{
	u64 pcf = FIELD_GET(V3_DIR_PCF, word);

	if (pcf & V3_DIR_PCF_UNDEFINED)
		return;
	if (FIELD_GET(V3_DIR_WHERE, word) == V3_WHERE_NOTHING) {
		/* A PD0 entry is sparse by its low half (HARDWARE.md 3.5). */
		if ((pcf & V3_DIR_PCF_SPARSE) && half == V3_HALF_LOW)
			out->type = CNOVA_SIM_WORD_SPARSE;
		return;
	}

	out->type = CNOVA_SIM_WORD_TABLE;
	out->aperture = cnova_sim_v3_dir_aperture(word);
	out->pa = word & cnova_sim_v3_dir_address(level, half);
}

static void cnova_sim_v3_decode_leaf(u64 word, struct cnova_sim_word *out)
{
	u64 pcf = FIELD_GET(V3_LEAF_PCF, word);

	out->type = CNOVA_SIM_WORD_LEAF;
	out->aperture = FIELD_GET(V3_LEAF_WHERE, word);
	out->kind = FIELD_GET(V3_LEAF_KIND, word);
	out->pa = word & V3_LEAF_ADDRESS;
	out->uncached = pcf & V3_PCF_UNCACHED;
	out->privileged = pcf & V3_PCF_PRIVILEGE;
	out->read_only = pcf & V3_PCF_READ_ONLY;
	out->no_atomic = pcf & V3_PCF_NO_ATOMIC;
	if (out->aperture == CNOVA_SIM_PEER)
		out->peer = FIELD_GET(V3_LEAF_PEER, word);
}

static void cnova_sim_v3_decode_invalid(enum cnova_sim_level level, u64 word,
					struct cnova_sim_word *out)
{
	bool big = level == CNOVA_SIM_PT64K;

	switch (FIELD_GET(V3_LEAF_PCF, word)) {
	case V3_PCF_INVALID:
		if (big)
			out->type = CNOVA_SIM_WORD_UNDECIDED;
		break;
	case V3_PCF_SPARSE:
		out->type = CNOVA_SIM_WORD_SPARSE;
		break;
	case V3_PCF_NO_VALID_4K:
		if (big)
			out->type = CNOVA_SIM_WORD_BLOCKED;
		break;
	default:
		/* MAPPING_NOWHERE and what is not defined: nothing, and do not ask. */
		break;
	}
}

static void cnova_sim_v3_decode(const struct cnova_sim_traits *traits,
				enum cnova_sim_level level, unsigned int half, u64 word,
				struct cnova_sim_word *out)
{
	memset(out, 0, sizeof(*out));
	out->type = CNOVA_SIM_WORD_NONE;

	if (level == CNOVA_SIM_PT4K || level == CNOVA_SIM_PT64K) {
		if (word & V3_LEAF_VALID)
			cnova_sim_v3_decode_leaf(word, out);
		else
			cnova_sim_v3_decode_invalid(level, word, out);
		return;
	}

	if ((word & V3_DIR_IS_LEAF) && half == V3_HALF_LOW) {
		/* Not legal where no leaf may be: nothing there, and check() tells. */
		if (cnova_sim_has_leaf(traits, level))
			cnova_sim_v3_decode_leaf(word, out);
		return;
	}
	cnova_sim_v3_decode_dir(level, half, word, out);
}

static const char *cnova_sim_v3_check_dir(const struct cnova_sim_traits *traits,
					  const struct cnova_sim_mem *mem,
					  enum cnova_sim_level level, unsigned int half, u64 word)
{
	u64 pcf = FIELD_GET(V3_DIR_PCF, word);
	struct cnova_sim_word table;

	if (pcf & V3_DIR_PCF_UNDEFINED)
		return "undefined PCF in a directory";
	if (FIELD_GET(V3_DIR_WHERE, word) == V3_WHERE_NOTHING) {
		if ((pcf & V3_DIR_PCF_SPARSE) && half == V3_HALF_HIGH)
			return "small half is sparse";
		if (word & V3_LOW_DWORD & ~V3_DIR_PCF)
			return "neither invalid, nor sparse, nor a table";
		return NULL;
	}
	if (word & ~(V3_DIR_WHERE | V3_DIR_PCF | cnova_sim_v3_dir_address(level, half)))
		return v3_reserved;

	cnova_sim_v3_decode(traits, level, half, word, &table);
	return cnova_sim_check_target(traits, mem, &table,
				      cnova_sim_table_bytes(traits->format,
							    cnova_sim_next_level(level, half)));
}

static const char *cnova_sim_v3_check_leaf(const struct cnova_sim_traits *traits,
					   const struct cnova_sim_mem *mem,
					   enum cnova_sim_level level, u64 word)
{
	u64 size = BIT_ULL(traits->format->level[level].shift);
	struct cnova_sim_word leaf;

	cnova_sim_v3_decode_leaf(word, &leaf);
	if (word & V3_LEAF_ZERO)
		return v3_reserved;
	if (leaf.aperture != CNOVA_SIM_PEER && (word & V3_LEAF_PEER))
		return "peer id in a leaf that is not a peer's";
	if (!(traits->kinds & BIT(leaf.kind)))
		return "illegal kind";
	if (leaf.pa & (size - 1))
		return "address not aligned to the size of the leaf";
	return cnova_sim_check_target(traits, mem, &leaf, size);
}

static const char *cnova_sim_v3_check_invalid(enum cnova_sim_level level, u64 word)
{
	switch (FIELD_GET(V3_LEAF_PCF, word)) {
	case V3_PCF_INVALID:
	case V3_PCF_SPARSE:
		break;
	case V3_PCF_NO_VALID_4K:
		if (level != CNOVA_SIM_PT64K)
			return "\"no valid 4K page\" in a 4K entry";
		break;
	case V3_PCF_NOWHERE:
		return "MAPPING_NOWHERE, the meaning of which is not known";
	default:
		return "undefined PCF in an invalid entry";
	}
	return word & V3_LOW_DWORD & ~V3_LEAF_PCF ? "invalid entry with other fields" : NULL;
}

static const char *cnova_sim_v3_check(const struct cnova_sim_traits *traits,
				      const struct cnova_sim_mem *mem,
				      enum cnova_sim_level level, unsigned int half, u64 word)
{
	if (level == CNOVA_SIM_PT4K || level == CNOVA_SIM_PT64K) {
		if (word & V3_LEAF_VALID)
			return cnova_sim_v3_check_leaf(traits, mem, level, word);
		return cnova_sim_v3_check_invalid(level, word);
	}
	if (word & V3_DIR_IS_LEAF) {
		if (half == V3_HALF_HIGH)
			return v3_reserved;
		if (!cnova_sim_has_leaf(traits, level))
			return "leaf at a level that has none";
		return cnova_sim_v3_check_leaf(traits, mem, level, word);
	}
	return cnova_sim_v3_check_dir(traits, mem, level, half, word);
}

/** cnova_sim_format_v3 - Hopper, Blackwell (HARDWARE.md 3.1). */
const struct cnova_sim_format cnova_sim_format_v3 = {
	.name = "v3",
	.va_bits = 57,
	.root = CNOVA_SIM_PD4,
	.level = {
		[CNOVA_SIM_PT4K] = { .shift = 12, .bits = 9, .words = 1 },
		[CNOVA_SIM_PT64K] = { .shift = 16, .bits = 5, .words = 1 },
		[CNOVA_SIM_PD0] = { .shift = 21, .bits = 8, .words = 2 },
		[CNOVA_SIM_PD1] = { .shift = 29, .bits = 9, .words = 1 },
		[CNOVA_SIM_PD2] = { .shift = 38, .bits = 9, .words = 1 },
		[CNOVA_SIM_PD3] = { .shift = 47, .bits = 9, .words = 1 },
		[CNOVA_SIM_PD4] = { .shift = 56, .bits = 1, .words = 1 },
	},
	.decode = cnova_sim_v3_decode,
	.check = cnova_sim_v3_check,
};
