// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model: what words of page tables say, and which of them it does not
 * accept. Prints TAP.
 */
#include "test_sim.h"

/* ---- vectors ---- */

#define VECTOR_FIELDS	12

/* Columns of the file, as its head explains them. */
enum {
	V_ID, V_MMU, V_WHAT, V_LEVEL, V_SIZE, V_APERTURE, V_PA, V_FLAGS, V_KIND, V_PEER, V_LO, V_HI
};

static enum cnova_sim_level vector_level(const char *name)
{
	static const char * const names[] = {
		[CNOVA_SIM_PT4K] = "PTE4K", [CNOVA_SIM_PT64K] = "PTE64K",
		[CNOVA_SIM_PD0] = "PDE0", [CNOVA_SIM_PD1] = "PDE1",
		[CNOVA_SIM_PD2] = "PDE2", [CNOVA_SIM_PD3] = "PDE3",
		[CNOVA_SIM_PD4] = "PDE4",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i]))
			break;
	}
	return i;
}

static enum cnova_sim_aperture vector_aperture(const char *name)
{
	if (!strcmp(name, "peer"))
		return CNOVA_SIM_PEER;
	if (!strcmp(name, "sys_coh"))
		return CNOVA_SIM_SYS_COH;
	return strcmp(name, "sys_ncoh") ? CNOVA_SIM_VIDEO : CNOVA_SIM_SYS_NCOH;
}

static u64 vector_number(const char *text)
{
	return strtoull(text, NULL, 0);		/* "-" is 0 */
}

static void check_vector_leaf(char **v, const struct cnova_sim_word *word)
{
	CHECK_EQ(word->kind, vector_number(v[V_KIND]));
	CHECK_EQ(word->peer, vector_number(v[V_PEER]));
	CHECK_EQ(word->read_only, !!strstr(v[V_FLAGS], "ro"));
	CHECK_EQ(word->privileged, !!strstr(v[V_FLAGS], "priv"));
	CHECK_EQ(word->uncached, !!strstr(v[V_FLAGS], "uncached"));
	CHECK_EQ(word->no_atomic, !!strstr(v[V_FLAGS], "atomic_disable"));
}

static void check_vector(char **v)
{
	const struct cnova_sim_format *format = traits(chip)->format;
	enum cnova_sim_level level = vector_level(v[V_LEVEL]);
	bool small = !strcmp(v[V_WHAT], "pde0_small");
	bool pte = !strcmp(v[V_WHAT], "pte");
	struct cnova_sim_word word;

	if (!strcmp(v[V_WHAT], "index")) {
		CHECK_EQ(cnova_sim_entry_offset(format, level, vector_number(v[V_PA])),
			 vector_number(v[V_HI]));
		return;
	}

	format->decode(traits(chip), level, small, vector_number(v[small ? V_HI : V_LO]),
		       &word);
	if (strstr(v[V_FLAGS], "no_valid_4k")) {
		CHECK_EQ(word.type, CNOVA_SIM_WORD_BLOCKED);
	} else if (strstr(v[V_FLAGS], "sparse")) {
		CHECK_EQ(word.type, CNOVA_SIM_WORD_SPARSE);
	} else if (strstr(v[V_FLAGS], "invalid")) {
		CHECK_EQ(word.type, CNOVA_SIM_WORD_NONE);
	} else {
		CHECK_EQ(word.type, pte ? CNOVA_SIM_WORD_LEAF : CNOVA_SIM_WORD_TABLE);
		CHECK_EQ(word.pa, vector_number(v[V_PA]));
		CHECK_EQ(word.aperture, vector_aperture(v[V_APERTURE]));
		if (pte)
			check_vector_leaf(v, &word);
	}
}

/* The rows of the golden vectors for the format, from the file that the environment names. */
static void test_vectors(void)
{
	const char *name = getenv("VECTORS");
	unsigned int nr = 0, i;
	char line[512];
	FILE *file;

	begin("vectors_decode");
	file = fopen(name ? name : "data/mmu_vectors.csv", "r");
	CHECK(file);
	while (file && fgets(line, sizeof(line), file)) {
		char *v[VECTOR_FIELDS], *rest = line;
		bool before = test_ok;

		for (i = 0; i < VECTOR_FIELDS && rest; i++)
			v[i] = strsep(&rest, ",");
		if (i < VECTOR_FIELDS || strcmp(v[V_MMU], traits(chip)->format->name))
			continue;
		/* Leaves that only other chips of the format have. */
		if (!strcmp(v[V_WHAT], "pte") &&
		    !cnova_sim_has_leaf(traits(chip), vector_level(v[V_LEVEL])))
			continue;
		nr++;
		check_vector(v);
		if (before && !test_ok)
			printf("# at %s\n", v[V_ID]);
	}
	if (file)
		fclose(file);
	CHECK(nr > 30);
	end();
}

/* ---- words ---- */

/* A word, and whether a driver may write it. */
struct format_row {
	const char *name;
	enum cnova_sim_level level;
	unsigned int half;
	u64 word;
	bool bad;
};

#define V2_TABLE(pa)	((pa) >> 4 | 2)
#define V2_LEAF(pa)	((pa) >> 4 | 1)

/* HARDWARE.md 2.2 to 2.5. */
static const struct format_row v2_rows[] = {
	{ "leaf in PDE3", CNOVA_SIM_PD3, 0, V2_LEAF(DATA), true },
	{ "value 1 in PDE2", CNOVA_SIM_PD2, 0, 1, true },
	{ "table", CNOVA_SIM_PD2, 0, V2_TABLE(PD1), false },
	{ "table, volatile, no ATS", CNOVA_SIM_PD2, 0, V2_TABLE(PD1) | 0x28, false },
	{ "table, bit 4", CNOVA_SIM_PD2, 0, V2_TABLE(PD1) | 0x10, true },
	{ "table, unaligned", CNOVA_SIM_PD2, 0, V2_TABLE(PD1 + 0x800), true },
	{ "table beyond VRAM", CNOVA_SIM_PD2, 0, V2_TABLE(VRAM), true },
	{ "table, last page", CNOVA_SIM_PD2, 0, V2_TABLE(VRAM - SZ_4K), false },
	{ "video table, system bits", CNOVA_SIM_PD2, 0, V2_TABLE(PD1) | 1ULL << 40, true },
	{ "system table", CNOVA_SIM_PD2, 0, 0x12345004, false },
	{ "system table, unaligned", CNOVA_SIM_PD2, 0, 0x12345084, true },
	{ "system table of 48 bits", CNOVA_SIM_PD2, 0, 1ULL << 43 | 4, true },
	{ "no table, but an address", CNOVA_SIM_PD2, 0, PD1 >> 4, true },
	{ "big table at 256 bytes", CNOVA_SIM_PD0, 0, V2_TABLE(BIG + 0x900), false },
	{ "big table beyond VRAM", CNOVA_SIM_PD0, 0, V2_TABLE(VRAM), true },
	{ "small half, leaf", CNOVA_SIM_PD0, 1, V2_LEAF(DATA), true },
	{ "small half, sparse", CNOVA_SIM_PD0, 1, 0x8, true },
	{ "small half at 256 bytes", CNOVA_SIM_PD0, 1, V2_TABLE(SMALL + 0x100), true },
	{ "2M leaf", CNOVA_SIM_PD0, 0, V2_LEAF(DATA), false },
	{ "2M leaf, unaligned", CNOVA_SIM_PD0, 0, V2_LEAF(DATA + SZ_64K), true },
	{ "512M leaf, unaligned", CNOVA_SIM_PD1, 0, V2_LEAF(0x40200000ULL) | 4, true },
	{ "64K leaf, unaligned", CNOVA_SIM_PT64K, 0, V2_LEAF(DATA + SZ_4K), true },
	{ "64K leaf", CNOVA_SIM_PT64K, 0, V2_LEAF(DATA + SZ_64K), false },
	{ "64K entry 0x28", CNOVA_SIM_PT64K, 0, 0x28, true },
	{ "64K entry 0x20", CNOVA_SIM_PT64K, 0, 0x20, false },
	{ "64K entry 0x8", CNOVA_SIM_PT64K, 0, 0x8, false },
	{ "4K leaf", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA), false },
	{ "4K leaf, all flags", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 0xe8, false },
	{ "4K leaf, encrypted", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 0x10, true },
	{ "4K leaf, peer id", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 1ULL << 33, true },
	{ "4K leaf beyond VRAM", CNOVA_SIM_PT4K, 0, V2_LEAF(VRAM), true },
	{ "4K leaf, kind 6", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 6ULL << 56, false },
	{ "4K leaf, kind 7", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 7ULL << 56, true },
	{ "4K leaf, kind 0x10", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 0x10ULL << 56, true },
	{ "4K leaf, kind 0x80", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 0x80ULL << 56, true },
	{ "4K leaf, comptag", CNOVA_SIM_PT4K, 0, V2_LEAF(DATA) | 1ULL << 36, true },
	{ "4K leaf, comptag, kind 8", CNOVA_SIM_PT4K, 0,
	  V2_LEAF(DATA) | 1ULL << 36 | 8ULL << 56, false },
	{ "system leaf", CNOVA_SIM_PT4K, 0, 0x12345005, false },
	{ "system leaf of 48 bits", CNOVA_SIM_PT4K, 0, 1ULL << 43 | 5, true },
	{ "system leaf, bits 55:54", CNOVA_SIM_PT4K, 0, 5 | 1ULL << 54, true },
	{ }
};

#define V3_TABLE(pa)	((pa) | 2)
#define V3_LEAF(pa)	((pa) | 1)
#define V3_SYS_TABLE(pa)	((pa) | 4)

/* HARDWARE.md 3.2 to 3.4. */
static const struct format_row v3_rows[] = {
	{ "leaf in PDE4", CNOVA_SIM_PD4, 0, V3_LEAF(DATA), true },
	{ "leaf in PDE3", CNOVA_SIM_PD3, 0, V3_LEAF(DATA), true },
	{ "value 1 in PDE4", CNOVA_SIM_PD4, 0, 1, true },
	{ "table", CNOVA_SIM_PD2, 0, V3_TABLE(PD1), false },
	{ "table in PDE4", CNOVA_SIM_PD4, 0, V3_TABLE(PD3), false },
	{ "table, uncached", CNOVA_SIM_PD2, 0, V3_TABLE(PD1) | 1 << 3, false },
	{ "table, no ATS", CNOVA_SIM_PD2, 0, V3_TABLE(PD1) | 2 << 3, false },
	{ "table, uncached, no ATS", CNOVA_SIM_PD2, 0, V3_TABLE(PD1) | 3 << 3, false },
	{ "table, PCF 4", CNOVA_SIM_PD2, 0, V3_TABLE(PD1) | 4 << 3, true },
	{ "table, PCF 7", CNOVA_SIM_PD2, 0, V3_TABLE(PD1) | 7 << 3, true },
	{ "table, bit 6", CNOVA_SIM_PD2, 0, V3_TABLE(PD1) | 1 << 6, true },
	{ "table, unaligned", CNOVA_SIM_PD2, 0, V3_TABLE(PD1 + 0x800), true },
	{ "table, bit 52", CNOVA_SIM_PD2, 0, V3_SYS_TABLE(1ULL << 52), true },
	{ "table beyond VRAM", CNOVA_SIM_PD2, 0, V3_TABLE(VRAM), true },
	{ "table, last page", CNOVA_SIM_PD2, 0, V3_TABLE(VRAM - SZ_4K), false },
	{ "system table", CNOVA_SIM_PD2, 0, V3_SYS_TABLE(0x12345000ULL), false },
	{ "system table of 52 bits", CNOVA_SIM_PD2, 0, V3_SYS_TABLE(0xffffffffff000ULL), false },
	{ "invalid", CNOVA_SIM_PD2, 0, 0, false },
	{ "invalid, no ATS", CNOVA_SIM_PD2, 0, 2 << 3, false },
	{ "sparse", CNOVA_SIM_PD2, 0, 1 << 3, false },
	{ "sparse, no ATS", CNOVA_SIM_PD2, 0, 3 << 3, false },
	{ "PCF 4, no table", CNOVA_SIM_PD2, 0, 4 << 3, true },
	{ "PCF 5, no table", CNOVA_SIM_PD2, 0, 5 << 3, true },
	{ "no table, but an address", CNOVA_SIM_PD2, 0, PD1, true },
	{ "half a table: the upper word", CNOVA_SIM_PD2, 0, 1ULL << 32, false },
	{ "big table at 256 bytes", CNOVA_SIM_PD0, 0, V3_TABLE(BIG + 0x900), false },
	{ "big table at 128 bytes", CNOVA_SIM_PD0, 0, V3_TABLE(BIG + 0x80), true },
	{ "big table, bit 6", CNOVA_SIM_PD0, 0, V3_TABLE(BIG) | 1 << 6, true },
	{ "big table beyond VRAM", CNOVA_SIM_PD0, 0, V3_TABLE(VRAM), true },
	{ "big table, last 256 bytes", CNOVA_SIM_PD0, 0, V3_TABLE(VRAM - 0x100), false },
	{ "small half, leaf", CNOVA_SIM_PD0, 1, V3_LEAF(DATA), true },
	{ "small half, sparse", CNOVA_SIM_PD0, 1, 1 << 3, true },
	{ "small half, sparse, no ATS", CNOVA_SIM_PD0, 1, 3 << 3, true },
	{ "small half, invalid, no ATS", CNOVA_SIM_PD0, 1, 2 << 3, false },
	{ "small half", CNOVA_SIM_PD0, 1, V3_TABLE(SMALL), false },
	{ "small half at 256 bytes", CNOVA_SIM_PD0, 1, V3_TABLE(SMALL + 0x100), true },
	{ "2M leaf", CNOVA_SIM_PD0, 0, V3_LEAF(DATA), false },
	{ "2M leaf, unaligned", CNOVA_SIM_PD0, 0, V3_LEAF(DATA + SZ_64K), true },
	{ "512M leaf, unaligned", CNOVA_SIM_PD1, 0, V3_LEAF(0x40200000ULL) | 4, true },
	{ "256G leaf, unaligned", CNOVA_SIM_PD2, 0, V3_LEAF(0x20000000ULL) | 4, true },
	{ "64K leaf, unaligned", CNOVA_SIM_PT64K, 0, V3_LEAF(DATA + SZ_4K), true },
	{ "64K leaf", CNOVA_SIM_PT64K, 0, V3_LEAF(DATA + SZ_64K), false },
	{ "64K entry 0x18", CNOVA_SIM_PT64K, 0, 0x18, false },
	{ "64K entry 0x18 with an address", CNOVA_SIM_PT64K, 0, DATA | 0x18, true },
	{ "64K entry 0x10", CNOVA_SIM_PT64K, 0, 0x10, true },
	{ "64K entry 0x20", CNOVA_SIM_PT64K, 0, 0x20, true },
	{ "64K entry 0x8", CNOVA_SIM_PT64K, 0, 0x8, false },
	{ "4K entry 0x18", CNOVA_SIM_PT4K, 0, 0x18, true },
	{ "4K entry 0x10", CNOVA_SIM_PT4K, 0, 0x10, true },
	{ "4K entry 0x8", CNOVA_SIM_PT4K, 0, 0x8, false },
	{ "4K entry 0x80", CNOVA_SIM_PT4K, 0, 0x80, true },
	{ "4K entry, valid bit cleared", CNOVA_SIM_PT4K, 0, DATA, true },
	{ "4K entry, half of it", CNOVA_SIM_PT4K, 0, 1ULL << 32, false },
	{ "4K leaf", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA), false },
	{ "4K leaf, PCF 0x1f", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 0xf8, false },
	{ "4K leaf, bit 52", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 5 | 1ULL << 52, true },
	{ "4K leaf, bit 60", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 1ULL << 60, true },
	{ "4K leaf, peer id", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 1ULL << 61, true },
	{ "system leaf, peer id", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 4 | 1ULL << 63, true },
	{ "peer leaf, peer id", CNOVA_SIM_PT4K, 0, V3_LEAF(VRAM) | 2 | 7ULL << 61, false },
	{ "4K leaf beyond VRAM", CNOVA_SIM_PT4K, 0, V3_LEAF(VRAM), true },
	{ "4K leaf, kind 6", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 6ULL << 8, false },
	{ "4K leaf, kind 7", CNOVA_SIM_PT4K, 0, V3_LEAF(DATA) | 7ULL << 8, true },
	{ "system leaf of 52 bits", CNOVA_SIM_PT4K, 0, V3_LEAF(0xffffffffff000ULL) | 4, false },
	{ }
};

static void test_words(void)
{
	const struct cnova_sim_format *format = traits(chip)->format;
	const struct format_row *row;

	begin("format_words");
	for (row = is_v3 ? v3_rows : v2_rows; row->name; row++) {
		const char *wrong = format->check(traits(chip), &flat->mmu->mem, row->level,
						  row->half, row->word);

		CHECK_EQ(!!wrong, row->bad);
		if (!!wrong != row->bad)
			printf("# at %s: %s\n", row->name, wrong ? wrong : "accepted");
	}
	end();

	begin("format_leaf_across_the_end_of_vram");
	{
		struct cnova_sim_mem odd = flat->mmu->mem;

		odd.vram_size = 63 * SZ_1M;
		CHECK(!format->check(traits(chip), &odd, CNOVA_SIM_PD0, 0, LEAF(60ULL * SZ_1M)));
		CHECK(format->check(traits(chip), &odd, CNOVA_SIM_PD0, 0, LEAF(62ULL * SZ_1M)));
	}
	end();
}

/* HARDWARE.md 10: what the chip takes for a kind; 7 means "invalid" everywhere. */
static void test_kinds(void)
{
	const struct cnova_sim_format *format = traits(chip)->format;
	bool gb20x = !strcmp(chip, "gb202");
	bool gb20b = !strcmp(chip, "gb20b");
	u64 kind;

	begin("format_kinds");
	for (kind = 0; kind < 16; kind++) {
		bool legal = kind != 7;

		if (gb20x)
			legal = kind == 0 || kind == 6 || kind == 8 || kind == 9 || kind == 15;
		if (gb20b)
			legal = kind <= 2 || kind == 6 || (kind >= 8 && kind <= 11) || kind == 15;
		CHECK_EQ(!format->check(traits(chip), &flat->mmu->mem, CNOVA_SIM_PT4K, 0,
					LEAF(DATA) | KIND(kind)), legal);
	}
	end();
}

/* HARDWARE.md 3.4: each of the 32 values is five independent bits. 2.4: four of them. */
static void test_flags(void)
{
	const struct cnova_sim_format *format = traits(chip)->format;
	static const u8 v2_bit[] = { 3, 5, 6, 7 }, v3_bit[] = { 3, 4, 5, 6, 7 };
	const u8 *bit = is_v3 ? v3_bit : v2_bit;
	unsigned int nr = is_v3 ? 5 : 4;
	unsigned int flags, i;

	begin("format_flags_of_leaves");
	for (flags = 0; flags < 1U << nr; flags++) {
		struct cnova_sim_word leaf;
		u64 word = LEAF(DATA);

		for (i = 0; i < nr; i++)
			word |= (u64)(flags >> i & 1) << bit[i];
		CHECK(!format->check(traits(chip), &flat->mmu->mem, CNOVA_SIM_PT4K, 0, word));
		format->decode(traits(chip), CNOVA_SIM_PT4K, 0, word, &leaf);
		CHECK_EQ(leaf.type, CNOVA_SIM_WORD_LEAF);
		CHECK_EQ(leaf.pa, DATA);
		CHECK_EQ(leaf.uncached, flags & 1);
		CHECK_EQ(leaf.privileged, flags >> 1 & 1);
		CHECK_EQ(leaf.read_only, flags >> 2 & 1);
		CHECK_EQ(leaf.no_atomic, flags >> 3 & 1);
	}
	end();
}

static void tests(void)
{
	test_vectors();
	test_words();
	test_kinds();
	test_flags();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
