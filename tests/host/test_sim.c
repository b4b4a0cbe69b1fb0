// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model: walker, TLB, coherence, entry formats. Prints TAP.
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
	const struct cnova_sim_format *format = &cnova_sim_format_v2;
	enum cnova_sim_level level = vector_level(v[V_LEVEL]);
	bool small = !strcmp(v[V_WHAT], "pde0_small");
	bool pte = !strcmp(v[V_WHAT], "pte");
	struct cnova_sim_word word;

	if (!strcmp(v[V_WHAT], "index")) {
		CHECK_EQ(cnova_sim_entry_offset(format, level, vector_number(v[V_PA])),
			 vector_number(v[V_HI]));
		return;
	}

	format->decode(traits("ga102"), level, small, vector_number(v[small ? V_HI : V_LO]),
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

/* The v2 rows of the golden vectors, from the file that the environment names. */
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
		if (i < VECTOR_FIELDS || strcmp(v[V_MMU], "v2"))
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

/* ---- walker ---- */

static void test_leaf_sizes(void)
{
	struct cnova_sim_translation to;

	begin("walk_4k");
	store(SMALL + 8, LEAF(DATA + 0x3000));
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(look(VA + 0x1234, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA + 0x3234);
	CHECK_EQ(to.size, SZ_4K);
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	expect_none();
	end();

	begin("walk_64k");
	store(BIG + 8, LEAF(DATA + 0x30000));
	store(E_LOW, TABLE(BIG));
	CHECK_EQ(look(VA + 0x12345, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA + 0x32345);
	CHECK_EQ(to.size, SZ_64K);
	expect_none();
	end();

	begin("walk_64k_table_at_256_bytes");
	store(BIG + 0x300, LEAF(DATA + 0x30000));
	fill(BIG + 0x308, 248, BLOCKED);
	store(E_LOW, TABLE(BIG + 0x300));
	CHECK_EQ(read_pa(VA + 0x345), DATA + 0x30345);
	CHECK_EQ(read_pa(VA + 0x10345), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	expect_none();
	end();

	begin("walk_2m_ignores_high_half");
	store(E_HIGH, TABLE(SMALL));
	store(E_LOW, LEAF(DATA));
	CHECK_EQ(look(VA + 0x123456, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA + 0x123456);
	CHECK_EQ(to.size, SZ_2M);
	expect_none();
	end();

	begin("walk_512m_on_ampere");
	store(E_PD1, 0x40000000ULL >> 4 | 2 << 1 | 1);
	CHECK_EQ(look(VA + 0x1234, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.aperture, CNOVA_SIM_SYS_COH);
	CHECK_EQ(to.pa, 0x40000000ULL + (VA & 0x1fffffff) + 0x1234);
	CHECK_EQ(to.size, 0x20000000);
	expect_none();
	end();

	begin_on("tu102", "walk_512m_on_turing_is_no_leaf");
	store(E_PD1, 0x40000000ULL >> 4 | 2 << 1 | 1);
	CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_PDE);
	expect_some(CNOVA_SIM_FORMAT);
	end();
}

static void test_precedence(void)
{
	static const struct {
		u64 big, small;
		bool has_big, has_small;
		u64 want;
	} rows[] = {
		/* 2.6 step 4: a 64K entry that is not zero has the last word. */
		{ LEAF(DATA), LEAF(DATA + 0x100000), true, true, DATA },
		{ SPARSE, LEAF(DATA + 0x100000), true, true, IS_SPARSE },
		{ BLOCKED, LEAF(DATA + 0x100000), true, true, IS_FAULT(CNOVA_SIM_FAULT_PTE) },
		{ BLOCKED, SPARSE, true, true, IS_FAULT(CNOVA_SIM_FAULT_PTE) },
		{ 0, LEAF(DATA + 0x100000), true, true, DATA + 0x100000 },
		{ 0, SPARSE, true, true, IS_SPARSE },
		{ 0, 0, true, true, IS_FAULT(CNOVA_SIM_FAULT_PTE) },
		{ 0, 0, true, false, IS_FAULT(CNOVA_SIM_FAULT_PTE) },
		{ SPARSE, 0, true, false, IS_SPARSE },
		{ LEAF(DATA), 0, true, false, DATA },
		/* Step 5: without a big table step 4 is skipped. */
		{ LEAF(DATA), LEAF(DATA + 0x100000), false, true, DATA + 0x100000 },
		{ BLOCKED, SPARSE, false, true, IS_SPARSE },
		{ LEAF(DATA), LEAF(DATA), false, false, IS_FAULT(CNOVA_SIM_FAULT_PDE) },
	};
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "dual_precedence_%u", i);
		begin(name);
		store(BIG, rows[i].big);
		store(SMALL, rows[i].small);
		store(E_HIGH, rows[i].has_small ? TABLE(SMALL) : 0);
		store(E_LOW, rows[i].has_big ? TABLE(BIG) : 0);
		CHECK_EQ(read_pa(VA), rows[i].want);
		expect_none();
		end();
	}

	/* 2.5: RM's own value; unmapped to a walker, and a driver must not write it. */
	begin("dual_precedence_0x28");
	store(BIG, 0x28);
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	store(E_LOW, TABLE(BIG));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	expect_some(CNOVA_SIM_FORMAT);
	end();
}

static void test_sparse(void)
{
	struct cnova_sim_translation to;

	begin("sparse_at_every_level");
	store(E_LOW, SPARSE);
	CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_NONE);
	CHECK(to.sparse);
	CHECK_EQ(to.size, SZ_2M);
	store(E_PD1, SPARSE);
	invalidate();
	CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_NONE);
	CHECK(to.sparse);
	CHECK_EQ(to.size, 1ULL << 29);
	store(E_PD2, SPARSE);
	invalidate();
	CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.size, 1ULL << 38);
	store(E_PD3, SPARSE);
	invalidate();
	CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.size, 1ULL << 47);
	expect_none();
	end();

	begin("sparse_pd0_only_as_a_whole");
	store(E_HIGH, TABLE(SMALL));
	store(E_LOW, SPARSE);
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	expect_none();
	end();
}

static void test_faults(void)
{
	/* HARDWARE.md 9.1 and 2.4: privilege 0x20, read-only 0x40, no atomics 0x80. */
	static const struct {
		u64 bits;
		enum cnova_sim_access access;
		enum cnova_sim_fault fault;
	} rows[] = {
		{ 0x20, CNOVA_SIM_READ, CNOVA_SIM_FAULT_PRIV },
		{ 0x40, CNOVA_SIM_READ, CNOVA_SIM_FAULT_NONE },
		{ 0x40, CNOVA_SIM_WRITE, CNOVA_SIM_FAULT_RO },
		{ 0x40, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_RO },
		{ 0x80, CNOVA_SIM_WRITE, CNOVA_SIM_FAULT_NONE },
		{ 0x80, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_ATOMIC },
		{ 0xe0, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_PRIV },
		{ 0xc0, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_RO },
		{ 0x00, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_NONE },
	};
	struct cnova_sim_translation to;
	struct cnova_sim_client client = { .unit = CNOVA_SIM_HUB, .pdb = ROOT, .privileged = true };
	unsigned int i;

	begin("fault_leaf_checks");
	store(E_HIGH, TABLE(SMALL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		store(SMALL + i * 8, LEAF(DATA) | rows[i].bits);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_EQ(look_as(CNOVA_SIM_GPC, VA + i * SZ_4K, rows[i].access, &to),
			 rows[i].fault);
	CHECK_EQ(cnova_sim_mmu_translate(flat->mmu, &client, VA, CNOVA_SIM_READ, &to),
		 CNOVA_SIM_FAULT_NONE);
	expect_none();
	end();

	begin("fault_directories");
	CHECK_EQ(read_pa(1ULL << 49), IS_FAULT(CNOVA_SIM_FAULT_VA_LIMIT));
	CHECK_EQ(read_pa(0), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	CHECK_EQ(read_pa(VA + (1ULL << 29)), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	expect_none();
	end();

	begin("fault_kind_region_aperture");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA) | 7ULL << 56);
	store(SMALL + 8, LEAF(VRAM));
	store(SMALL + 16, LEAF(DATA) | 1 << 1);
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_KIND));
	CHECK_EQ(read_pa(VA + 0x1000), IS_FAULT(CNOVA_SIM_FAULT_REGION));
	CHECK_EQ(read_pa(VA + 0x2000), IS_FAULT(CNOVA_SIM_FAULT_APERTURE));
	expect_some(CNOVA_SIM_FORMAT);
	end();
}

/* ---- TLB ---- */

static void test_tlb(void)
{
	begin("tlb_keeps_translations");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	CHECK_EQ(read_pa(VA), DATA);
	store(SMALL, LEAF(DATA + 0x1000));
	CHECK_EQ(read_pa(VA), DATA);
	inval(CNOVA_SIM_NR_LEVELS, false, false, OTHER);
	CHECK_EQ(read_pa(VA), DATA);
	invalidate();
	CHECK_EQ(read_pa(VA), DATA + 0x1000);
	store(SMALL, LEAF(DATA));
	inval(CNOVA_SIM_NR_LEVELS, true, false, 0);
	CHECK_EQ(read_pa(VA), DATA);
	end();

	begin("tlb_keeps_failures");
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	store(SMALL, LEAF(DATA));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	invalidate();
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	end();

	begin("tlb_keeps_directories");
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	invalidate();
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	end();

	begin("tlb_keeps_neighbours_of_32_bytes");
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	store(SMALL + 3 * 8, LEAF(DATA));
	store(SMALL + 4 * 8, LEAF(DATA));
	CHECK_EQ(read_pa(VA + 3 * SZ_4K), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	CHECK_EQ(read_pa(VA + 4 * SZ_4K), DATA);
	end();
}

static void test_tlb_units(void)
{
	struct cnova_sim_translation to;

	begin("tlb_hub_and_gpc_apart");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	CHECK_EQ(look_as(CNOVA_SIM_GPC, VA, CNOVA_SIM_READ, &to), CNOVA_SIM_FAULT_NONE);
	store(SMALL, LEAF(DATA + 0x1000));
	CHECK_EQ(look_as(CNOVA_SIM_HUB, VA, CNOVA_SIM_READ, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA + 0x1000);
	store(SMALL, LEAF(DATA + 0x2000));
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	CHECK_EQ(look_as(CNOVA_SIM_HUB, VA, CNOVA_SIM_READ, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA + 0x2000);
	CHECK_EQ(look_as(CNOVA_SIM_GPC, VA, CNOVA_SIM_READ, &to), CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA);
	end();

	begin("tlb_cache_level");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	store(SMALL2, LEAF(DATA + 0x1000));
	CHECK_EQ(read_pa(VA), DATA);
	store(E_HIGH, TABLE(SMALL2));
	/* CACHE_LEVEL 1: entries, not directories. */
	inval(1, false, false, ROOT);
	CHECK_EQ(read_pa(VA), DATA);
	/* 2: up to PDE0. */
	inval(2, false, false, ROOT);
	CHECK_EQ(read_pa(VA), DATA + 0x1000);
	store(E_PD1, SPARSE);
	inval(2, false, false, ROOT);
	CHECK_EQ(read_pa(VA), DATA + 0x1000);
	inval(3, false, false, ROOT);
	CHECK_EQ(read_pa(VA), IS_SPARSE);
	end();
}

static void test_generation(void)
{
	struct cnova_sim_client client = { .unit = CNOVA_SIM_GPC, .pdb = ROOT };
	struct cnova_sim_translation to;
	struct cnova_sim_lookup lookup;
	struct cnova_sim_flight flight;
	u64 ticket;

	begin("tlb_overtaken_walk_fills_nothing");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	cnova_sim_mmu_lookup_begin(flat->mmu, &lookup, &client, VA);
	CHECK(cnova_sim_mmu_lookup_step(flat->mmu, &lookup));
	CHECK(cnova_sim_mmu_lookup_step(flat->mmu, &lookup));
	invalidate();
	while (cnova_sim_mmu_lookup_step(flat->mmu, &lookup))
		;
	CHECK_EQ(cnova_sim_mmu_lookup_end(flat->mmu, &lookup, CNOVA_SIM_READ, &to),
		 CNOVA_SIM_FAULT_NONE);
	CHECK_EQ(to.pa, DATA);
	CHECK_EQ(flat->mmu->tlb.counts.lines[CNOVA_SIM_GPC], 0);
	store(SMALL, LEAF(DATA + 0x1000));
	CHECK_EQ(read_pa(VA), DATA + 0x1000);
	end();

	begin("tlb_foreign_invalidate_overtakes_nothing");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	cnova_sim_mmu_lookup_begin(flat->mmu, &lookup, &client, VA);
	CHECK(cnova_sim_mmu_lookup_step(flat->mmu, &lookup));
	inval(CNOVA_SIM_NR_LEVELS, false, false, OTHER);
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	while (cnova_sim_mmu_lookup_step(flat->mmu, &lookup))
		;
	CHECK_EQ(flat->mmu->tlb.counts.lines[CNOVA_SIM_GPC], 5);
	end();

	begin("ack_waits_for_accesses_begun_before");
	cnova_sim_mmu_flight_begin(flat->mmu, &flight);
	ticket = cnova_sim_mmu_inval_begin(flat->mmu);
	CHECK(cnova_sim_mmu_inval_must_wait(flat->mmu, ticket));
	cnova_sim_mmu_flight_end(&flight);
	CHECK(!cnova_sim_mmu_inval_must_wait(flat->mmu, ticket));
	cnova_sim_mmu_flight_begin(flat->mmu, &flight);
	CHECK(!cnova_sim_mmu_inval_must_wait(flat->mmu, ticket));
	cnova_sim_mmu_flight_end(&flight);
	end();

	begin("history_keeps_what_was_stored_after_the_request");
	store(E_LOW, LEAF(DATA));
	CHECK_EQ(read_pa(VA), DATA);
	ticket = cnova_sim_mmu_inval_begin(flat->mmu);
	store(E_LOW, 0);
	{
		struct cnova_sim_inval what = { .pdb = ROOT, .level = CNOVA_SIM_NR_LEVELS };

		cnova_sim_mmu_invalidate(flat->mmu, &what, ticket);
	}
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();
}

static void test_coherence(void)
{
	begin("coherence_reports_what_stays_stale");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	CHECK_EQ(read_pa(VA), DATA);
	CHECK_EQ(cnova_sim_mmu_coherent(flat->mmu), 0);
	expect_none();
	store(SMALL, LEAF(DATA + 0x1000));
	expect_none();
	CHECK_EQ(cnova_sim_mmu_coherent(flat->mmu), 1);
	CHECK_EQ(flat->last.va, VA);
	CHECK_EQ(flat->last.value, LEAF(DATA));
	expect(CNOVA_SIM_COHERENCE, 1);
	invalidate();
	CHECK_EQ(cnova_sim_mmu_coherent(flat->mmu), 0);
	expect_none();
	end();

	begin("coherence_sees_a_replaced_table");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA));
	store(SMALL2, LEAF(DATA));
	CHECK_EQ(read_pa(VA), DATA);
	store(E_HIGH, TABLE(SMALL2));
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	CHECK_EQ(cnova_sim_mmu_coherent(flat->mmu), 2);
	expect(CNOVA_SIM_COHERENCE, 2);
	end();

	begin("bind_reports_entries_of_an_earlier_use");
	{
		struct cnova_sim_client client = { .unit = CNOVA_SIM_HUB, .pdb = ROOT };

		CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
		cnova_sim_mmu_bind(flat->mmu, &client);
		expect_none();
		store(E_PD3, 0);
		cnova_sim_mmu_bind(flat->mmu, &client);
		expect_some(CNOVA_SIM_PDB_REUSE);
	}
	end();
}

/* ---- format, uninitialised memory ---- */

static void test_format(void)
{
	/* HARDWARE.md 2.2 to 2.5. */
	static const struct {
		const char *name;
		enum cnova_sim_level level;
		unsigned int half;
		u64 word;
		bool bad;
	} rows[] = {
		{ "leaf in PDE3", CNOVA_SIM_PD3, 0, LEAF(DATA), true },
		{ "value 1 in PDE2", CNOVA_SIM_PD2, 0, 1, true },
		{ "table", CNOVA_SIM_PD2, 0, TABLE(PD1), false },
		{ "table, volatile, no ATS", CNOVA_SIM_PD2, 0, TABLE(PD1) | 0x28, false },
		{ "table, bit 4", CNOVA_SIM_PD2, 0, TABLE(PD1) | 0x10, true },
		{ "table, unaligned", CNOVA_SIM_PD2, 0, TABLE(PD1 + 0x800), true },
		{ "table beyond VRAM", CNOVA_SIM_PD2, 0, TABLE(VRAM), true },
		{ "table, last page", CNOVA_SIM_PD2, 0, TABLE(VRAM - SZ_4K), false },
		{ "video table, system bits", CNOVA_SIM_PD2, 0, TABLE(PD1) | 1ULL << 40, true },
		{ "system table", CNOVA_SIM_PD2, 0, 0x12345004, false },
		{ "system table, unaligned", CNOVA_SIM_PD2, 0, 0x12345084, true },
		{ "system table of 48 bits", CNOVA_SIM_PD2, 0, 1ULL << 43 | 4, true },
		{ "no table, but an address", CNOVA_SIM_PD2, 0, PD1 >> 4, true },
		{ "big table at 256 bytes", CNOVA_SIM_PD0, 0, TABLE(BIG + 0x900), false },
		{ "big table beyond VRAM", CNOVA_SIM_PD0, 0, TABLE(VRAM), true },
		{ "small half, leaf", CNOVA_SIM_PD0, 1, LEAF(DATA), true },
		{ "small half, sparse", CNOVA_SIM_PD0, 1, SPARSE, true },
		{ "small half at 256 bytes", CNOVA_SIM_PD0, 1, TABLE(SMALL + 0x100), true },
		{ "2M leaf", CNOVA_SIM_PD0, 0, LEAF(DATA), false },
		{ "2M leaf, unaligned", CNOVA_SIM_PD0, 0, LEAF(DATA + SZ_64K), true },
		{ "512M leaf, unaligned", CNOVA_SIM_PD1, 0, 0x40200000ULL >> 4 | 5, true },
		{ "64K leaf, unaligned", CNOVA_SIM_PT64K, 0, LEAF(DATA + SZ_4K), true },
		{ "64K leaf", CNOVA_SIM_PT64K, 0, LEAF(DATA + SZ_64K), false },
		{ "64K entry 0x28", CNOVA_SIM_PT64K, 0, 0x28, true },
		{ "64K entry 0x20", CNOVA_SIM_PT64K, 0, BLOCKED, false },
		{ "64K entry 0x8", CNOVA_SIM_PT64K, 0, SPARSE, false },
		{ "4K leaf", CNOVA_SIM_PT4K, 0, LEAF(DATA), false },
		{ "4K leaf, all flags", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 0xe8, false },
		{ "4K leaf, encrypted", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 0x10, true },
		{ "4K leaf, peer id", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 1ULL << 33, true },
		{ "4K leaf beyond VRAM", CNOVA_SIM_PT4K, 0, LEAF(VRAM), true },
		{ "4K leaf, kind 6", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 6ULL << 56, false },
		{ "4K leaf, kind 7", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 7ULL << 56, true },
		{ "4K leaf, kind 0x10", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 0x10ULL << 56, true },
		{ "4K leaf, kind 0x80", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 0x80ULL << 56, true },
		{ "4K leaf, comptag", CNOVA_SIM_PT4K, 0, LEAF(DATA) | 1ULL << 36, true },
		{ "4K leaf, comptag, kind 8", CNOVA_SIM_PT4K, 0,
		  LEAF(DATA) | 1ULL << 36 | 8ULL << 56, false },
		{ "system leaf", CNOVA_SIM_PT4K, 0, 0x12345005, false },
		{ "system leaf of 48 bits", CNOVA_SIM_PT4K, 0, 1ULL << 43 | 5, true },
		{ "system leaf, bits 55:54", CNOVA_SIM_PT4K, 0, 5 | 1ULL << 54, true },
	};
	const struct cnova_sim_format *format = &cnova_sim_format_v2;
	unsigned int i;

	begin("format_words");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *wrong = format->check(traits("ga102"), &flat->mmu->mem, rows[i].level,
						  rows[i].half, rows[i].word);

		CHECK_EQ(!!wrong, rows[i].bad);
		if (!!wrong != rows[i].bad)
			printf("# at %s: %s\n", rows[i].name, wrong ? wrong : "accepted");
	}
	end();

	begin("format_leaf_across_the_end_of_vram");
	{
		struct cnova_sim_mem odd = flat->mmu->mem;

		odd.vram_size = 63 * SZ_1M;
		CHECK(!format->check(traits("ga102"), &odd, CNOVA_SIM_PD0, 0, LEAF(60 * SZ_1M)));
		CHECK(format->check(traits("ga102"), &odd, CNOVA_SIM_PD0, 0, LEAF(62 * SZ_1M)));
	}
	end();
}

static void test_format_where(void)
{
	begin_used("format_seen_at_the_store");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA) | 7ULL << 56);
	expect(CNOVA_SIM_FORMAT, 1);
	end();

	begin_used("format_seen_at_the_link");
	store(SMALL, LEAF(DATA) | 7ULL << 56);
	expect_none();
	store(E_HIGH, TABLE(SMALL));
	expect(CNOVA_SIM_FORMAT, 1);
	end();

	begin("format_seen_by_a_walk");
	store(SMALL, 0);
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA + SZ_64K), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	cnova_sim_flat_store32(flat, SMALL, LEAF(DATA));
	cnova_sim_flat_store32(flat, SMALL + 4, 7 << 24);
	expect_none();
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_KIND));
	expect(CNOVA_SIM_FORMAT, 1);
	end();

	begin_used("halves_of_a_word_are_not_judged");
	store(E_HIGH, TABLE(SMALL));
	cnova_sim_flat_store32(flat, SMALL + 4, 6 << 24);
	cnova_sim_flat_store32(flat, SMALL, LEAF(DATA));
	invalidate();
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	end();
}

static void test_uninit(void)
{
	begin("uninit_root");
	cnova_sim_flat_populate(flat, ROOT, SZ_4K);
	store(E_PD3, TABLE(PD2));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	expect(CNOVA_SIM_UNINIT, 1);
	end();

	begin("uninit_neighbour");
	cnova_sim_flat_populate(flat, SMALL, SZ_4K);
	store(SMALL, LEAF(DATA));
	store(SMALL + 8, 0);
	store(SMALL + 24, 0);
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA), DATA);
	expect(CNOVA_SIM_UNINIT, 1);
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	store(SMALL + 16, 0);
	invalidate();
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	end();

	begin("uninit_behind_a_decided_slot_is_not_read");
	cnova_sim_flat_populate(flat, SMALL, SZ_4K);
	fill(SMALL + 128, 128, 0);
	store(BIG + 8, 0);
	store(E_LOW, TABLE(BIG));
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	CHECK_EQ(read_pa(VA + SZ_64K), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	expect_none();
	end();
}

int main(void)
{
	test_vectors();
	test_leaf_sizes();
	test_precedence();
	test_sparse();
	test_faults();
	test_tlb();
	test_tlb_units();
	test_generation();
	test_coherence();
	test_format();
	test_format_where();
	test_uninit();
	return finish();
}
