// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model: walker, TLB, coherence, memory that nobody wrote. Prints TAP.
 */
#include "test_sim.h"

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
}

/* Leaves of directories: where a chip has none, the entry is nothing and is reported. */
static void test_large_leaf(const char *name, u64 entry, u64 pa, u64 size, bool has)
{
	struct cnova_sim_translation to;

	begin(name);
	store(entry, SYS_LEAF(pa));
	if (has) {
		CHECK_EQ(look(VA + 0x1234, &to), CNOVA_SIM_FAULT_NONE);
		CHECK_EQ(to.aperture, CNOVA_SIM_SYS_COH);
		CHECK_EQ(to.pa, pa + (VA & (size - 1)) + 0x1234);
		CHECK_EQ(to.size, size);
		expect_none();
	} else {
		CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_PDE);
		expect_some(CNOVA_SIM_FORMAT);
	}
	end();
}

static void test_large_leaves(void)
{
	test_large_leaf("walk_512m", E_PD1, 0x40000000, 1ULL << 29, traits(chip)->leaf_512m);
	test_large_leaf("walk_256g", E_PD2, 0x4000000000, 1ULL << 38, traits(chip)->leaf_256g);
	test_large_leaf("walk_128t", E_PD3, 0, 1ULL << 47, false);
	if (is_v3)
		test_large_leaf("walk_64p", E_PD4, 0, 1ULL << 56, false);
}

/* The last address that there is, by the last entry of the root. */
static void test_last_address(void)
{
	u64 last = (1ULL << (is_v3 ? 57 : 49)) - SZ_4K;

	begin("walk_last_address");
	store(ROOT + (is_v3 ? 8 : 24), TABLE(is_v3 ? PD3 : PD2));
	if (is_v3)
		store(PD3 + 511 * 8, TABLE(PD2));
	store(PD2 + 511 * 8, TABLE(PD1));
	store(PD1 + 511 * 8, TABLE(PD0));
	store(PD0 + 255 * 16 + 8, TABLE(SMALL));
	store(SMALL + 511 * 8, LEAF(DATA));
	CHECK_EQ(read_pa(last), DATA);
	CHECK_EQ(read_pa(last + SZ_4K), IS_FAULT(CNOVA_SIM_FAULT_VA_LIMIT));
	CHECK_EQ(read_pa(last - SZ_4K), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	expect_none();
	end();
}

static void test_precedence(void)
{
	const struct {
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
}

/* What a driver must not write into a 64K entry: a fault, and the 4K entries stay unread. */
static void test_precedence_wrong(void)
{
	/* 2.5: RM's own, unmapped to a walker. 3.4: MAPPING_NOWHERE, v2's value, the last PCF. */
	static const u64 v2[] = { 0x28, 0 }, v3[] = { 0x10, 0x20, 0x28, 0xf8, 0 };
	const u64 *value;

	for (value = is_v3 ? v3 : v2; *value; value++) {
		char name[64];

		snprintf(name, sizeof(name), "dual_precedence_0x%llx", *value);
		begin(name);
		store(BIG, *value);
		store(SMALL, LEAF(DATA));
		store(E_HIGH, TABLE(SMALL));
		store(E_LOW, TABLE(BIG));
		CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PTE));
		expect_some(CNOVA_SIM_FORMAT);
		end();
	}
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
	if (is_v3) {
		store(E_PD4, SPARSE);
		invalidate();
		CHECK_EQ(look(VA, &to), CNOVA_SIM_FAULT_NONE);
		CHECK_EQ(to.size, 1ULL << 56);
	}
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
	/* HARDWARE.md 9.1. */
	const struct {
		u64 bits;
		enum cnova_sim_access access;
		enum cnova_sim_fault fault;
	} rows[] = {
		{ PRIVILEGE, CNOVA_SIM_READ, CNOVA_SIM_FAULT_PRIV },
		{ READ_ONLY, CNOVA_SIM_READ, CNOVA_SIM_FAULT_NONE },
		{ READ_ONLY, CNOVA_SIM_WRITE, CNOVA_SIM_FAULT_RO },
		{ READ_ONLY, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_RO },
		{ NO_ATOMIC, CNOVA_SIM_WRITE, CNOVA_SIM_FAULT_NONE },
		{ NO_ATOMIC, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_ATOMIC },
		{ PRIVILEGE | READ_ONLY | NO_ATOMIC, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_PRIV },
		{ READ_ONLY | NO_ATOMIC, CNOVA_SIM_ATOMIC, CNOVA_SIM_FAULT_RO },
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
	CHECK_EQ(read_pa(1ULL << (is_v3 ? 57 : 49)), IS_FAULT(CNOVA_SIM_FAULT_VA_LIMIT));
	CHECK_EQ(read_pa(0), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	CHECK_EQ(read_pa(VA + (1ULL << 29)), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	expect_none();
	end();

	begin("fault_kind_region_aperture");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA) | KIND(7ULL));
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
	CHECK_EQ(flat->mmu->tlb.counts.lines[CNOVA_SIM_GPC], is_v3 ? 6 : 5);
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

/* ---- where the format is judged, uninitialised memory ---- */

static void test_format_where(void)
{
	begin_used("format_seen_at_the_store");
	store(E_HIGH, TABLE(SMALL));
	store(SMALL, LEAF(DATA) | KIND(7ULL));
	expect(CNOVA_SIM_FORMAT, 1);
	end();

	begin_used("format_seen_at_the_link");
	store(SMALL, LEAF(DATA) | KIND(7ULL));
	expect_none();
	store(E_HIGH, TABLE(SMALL));
	expect(CNOVA_SIM_FORMAT, 1);
	end();

	begin("format_seen_by_a_walk");
	store(SMALL, 0);
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA + SZ_64K), IS_FAULT(CNOVA_SIM_FAULT_PTE));
	cnova_sim_flat_store32(flat, SMALL, LEAF(DATA) | KIND(7ULL));
	cnova_sim_flat_store32(flat, SMALL + 4, KIND(7ULL) >> 32);
	expect_none();
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_KIND));
	expect(CNOVA_SIM_FORMAT, 1);
	end();

	begin_used("halves_of_a_word_are_not_judged");
	store(E_HIGH, TABLE(SMALL));
	cnova_sim_flat_store32(flat, SMALL + 4, KIND(6ULL) >> 32);
	cnova_sim_flat_store32(flat, SMALL, LEAF(DATA) | KIND(6ULL));
	invalidate();
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	end();
}

static void test_uninit(void)
{
	begin("uninit_root");
	cnova_sim_flat_populate(flat, ROOT, SZ_4K);
	store(is_v3 ? E_PD4 : E_PD3, TABLE(is_v3 ? PD3 : PD2));
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

static void tests(void)
{
	test_leaf_sizes();
	test_large_leaves();
	test_last_address();
	test_precedence();
	test_precedence_wrong();
	test_sparse();
	test_faults();
	test_tlb();
	test_tlb_units();
	test_generation();
	test_coherence();
	test_format_where();
	test_uninit();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
