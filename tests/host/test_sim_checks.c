// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model: what it says of stores to page tables, and of memory given back.
 * Prints TAP.
 */
#include "test_sim.h"

/* ---- size change ---- */

static void map_4k(void)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		store(SMALL + i * 8, LEAF(DATA + i * SZ_4K));
	store(E_HIGH, TABLE(SMALL));
	invalidate();
}

static void map_dual(u64 slot0)
{
	map_4k();
	store(BIG, slot0);
	store(E_LOW, TABLE(BIG));
	invalidate();
	expect_none();
}

static void test_size_wrong(void)
{
	begin_used("size_2m_to_table_direct");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	expect_none();
	store(E_LOW, 0);
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_2m_to_table_without_invalidate");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(E_LOW, 0);
	store(SMALL, LEAF(DATA));
	expect_none();
	store(E_HIGH, TABLE(SMALL));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_leaf_under_a_forgotten_2m");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(E_LOW, 0);
	store(E_HIGH, TABLE(SMALL));
	expect_none();
	store(SMALL, LEAF(DATA));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_table_to_2m_without_invalidate");
	map_4k();
	store(E_HIGH, 0);
	expect_none();
	store(E_LOW, LEAF(DATA));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();
}

static void test_size_wrong_64k(void)
{
	begin_used("size_4k_to_64k_direct");
	map_dual(0);
	store(BIG, LEAF(DATA));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_4k_to_64k_without_invalidate");
	map_dual(0);
	store(BIG, BLOCKED);
	expect_none();
	store(BIG, LEAF(DATA));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_4k_cleared_to_64k_without_invalidate");
	map_dual(0);
	fill(SMALL, 128, 0);
	store(BIG, BLOCKED);
	expect_none();
	store(BIG, LEAF(DATA));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_64k_to_4k_direct");
	map_dual(BLOCKED);
	store(BIG, LEAF(DATA));
	invalidate();
	expect_none();
	store(BIG, 0);
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_64k_to_4k_without_invalidate");
	map_dual(BLOCKED);
	store(BIG, LEAF(DATA));
	invalidate();
	store(BIG, BLOCKED);
	expect_none();
	store(BIG, 0);
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_4k_after_64k_gave_up");
	fill(SMALL, 128, 0);
	store(E_HIGH, TABLE(SMALL));
	store(BIG, LEAF(DATA));
	store(E_LOW, TABLE(BIG));
	invalidate();
	store(BIG, 0);
	expect_none();
	store(SMALL + 8, LEAF(DATA));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();
}

static void test_size_wrong_above(void)
{
	begin_used("size_2m_to_64k_without_invalidate");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(BIG + 8, LEAF(DATA + SZ_64K));
	store(E_LOW, TABLE(BIG));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_2m_to_4k_in_the_last_slot");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(SMALL + 511 * 8, LEAF(DATA + 511 * SZ_4K));
	store(E_HIGH, TABLE(SMALL));
	expect_none();
	store(E_LOW, 0);
	CHECK_EQ(flat->last.va, VA + 511 * SZ_4K);
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_big_half_added_over_live_4k");
	map_4k();
	store(BIG, LEAF(DATA));
	expect_none();
	store(E_LOW, TABLE(BIG));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_big_half_removed_while_64k_goes_to_4k");
	map_dual(BLOCKED);
	store(BIG, LEAF(DATA));
	invalidate();
	expect_none();
	store(E_LOW, 0);
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_pd0_table_replaced");
	map_4k();
	store(PD0_2 + 7 * 16, LEAF(DATA));
	expect_none();
	store(E_PD1, TABLE(PD0_2));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_other_address_space_invalidated");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(E_LOW, 0);
	inval(CNOVA_SIM_NR_LEVELS, false, false, OTHER);
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	inval(1, false, false, ROOT);
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();
}

/* Leaves of directories; a level above takes them for what they are. */
static void test_size_wrong_large(void)
{
	if (!traits(chip)->leaf_512m)
		return;

	begin_used("size_512m_to_table");
	store(E_PD1, SYS_LEAF(0x40000000ULL));
	invalidate();
	store(E_LOW, LEAF(DATA));
	expect_none();
	store(E_PD1, TABLE(PD0));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_table_to_512m");
	map_4k();
	store(E_PD1, SYS_LEAF(0x40000000ULL));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_512m_broken_then_table");
	store(E_PD1, SYS_LEAF(0x40000000ULL));
	invalidate();
	store(E_PD1, 0);
	invalidate();
	store(E_LOW, LEAF(DATA));
	store(E_PD1, TABLE(PD0));
	expect_none();
	end();

	if (!traits(chip)->leaf_256g)
		return;

	begin_used("size_256g_to_table");
	store(E_PD2, SYS_LEAF(0x4000000000ULL));
	invalidate();
	store(E_PD1, SYS_LEAF(0x40000000ULL));
	expect_none();
	store(E_PD2, TABLE(PD1));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();

	begin_used("size_table_to_256g");
	map_4k();
	store(E_PD2, SYS_LEAF(0x4000000000ULL));
	expect_some(CNOVA_SIM_SIZE_CHANGE);
	end();
}

static void test_size_right(void)
{
	unsigned int i;

	begin_used("size_ok_2m_broken_then_table");
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(E_LOW, 0);
	invalidate();
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_table_broken_then_2m");
	map_4k();
	store(E_HIGH, 0);
	invalidate();
	store(E_LOW, LEAF(DATA));
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_4k_to_64k");
	map_dual(0);
	store(BIG, BLOCKED);
	invalidate();
	fill(SMALL, 128, 0);
	store(BIG, LEAF(DATA));
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_64k_to_4k");
	store(BIG, LEAF(DATA));
	store(E_LOW, TABLE(BIG));
	store(E_HIGH, TABLE(SMALL));
	invalidate();
	for (i = 0; i < 16; i++)
		store(SMALL + i * 8, LEAF(DATA + i * SZ_4K));
	store(BIG, BLOCKED);
	invalidate();
	store(BIG, 0);
	invalidate();
	expect_none();
	end();
}

static void test_size_right_dual(void)
{
	unsigned int i;

	begin_used("size_ok_unmapped_to_4k_in_one_pass");
	store(E_LOW, TABLE(BIG));
	store(E_HIGH, TABLE(SMALL));
	invalidate();
	for (i = 0; i < 16; i++)
		store(SMALL + i * 8, LEAF(DATA + i * SZ_4K));
	store(BIG, 0);
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_last_4k_goes_later_64k_comes");
	map_dual(0);
	fill(SMALL, 128, 0);
	store(BIG, BLOCKED);
	invalidate();
	store(BIG, LEAF(DATA));
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_64k_over_nothing");
	fill(SMALL, 128, 0);
	store(E_HIGH, TABLE(SMALL));
	store(E_LOW, TABLE(BIG));
	store(BIG, 0);
	invalidate();
	store(BIG, LEAF(DATA));
	expect_none();
	end();

	begin_used("size_ok_big_half_added_beside_live_4k");
	map_4k();
	store(BIG, 0);
	store(BIG + 8, LEAF(DATA + SZ_64K));
	store(E_LOW, TABLE(BIG));
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_same_size_changes");
	map_dual(0);
	store(SMALL, LEAF(DATA + SZ_64K));
	store(SMALL, 0);
	store(SMALL, LEAF(DATA + SZ_64K) | READ_ONLY);
	store(BIG + 8, LEAF(DATA));
	store(BIG + 8, LEAF(DATA + SZ_64K));
	invalidate();
	expect_none();
	end();
}

static void test_size_right_sparse(void)
{
	begin_used("size_ok_sparse_to_table_and_back");
	store(E_LOW, SPARSE);
	invalidate();
	fill(SMALL, SZ_4K, SPARSE);
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	store(E_LOW, 0);
	invalidate();
	store(SMALL, SPARSE);
	invalidate();
	store(E_LOW, SPARSE);
	store(E_HIGH, 0);
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_sparse_to_2m");
	store(E_LOW, SPARSE);
	invalidate();
	store(E_LOW, LEAF(DATA));
	invalidate();
	store(E_LOW, SPARSE);
	invalidate();
	expect_none();
	end();

	begin_used("size_ok_empty_tables_unhooked");
	map_dual(0);
	fill(SMALL, 128, 0);
	store(BIG, BLOCKED);
	store(E_LOW, 0);
	store(E_HIGH, 0);
	invalidate();
	store(E_LOW, LEAF(DATA));
	invalidate();
	expect_none();
	end();

	begin("size_ok_before_anybody_looks");
	store(E_LOW, LEAF(DATA));
	store(E_LOW, 0);
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	CHECK_EQ(read_pa(VA), DATA);
	expect_none();
	end();

	begin_used("size_ok_hub_only_where_only_the_hub_looks");
	cnova_sim_flat_release(flat, ROOT, SZ_4K);
	cnova_sim_flat_clear_findings(flat);
	fill(ROOT, SZ_4K, 0);
	store(is_v3 ? E_PD4 : E_PD3, TABLE(is_v3 ? PD3 : PD2));
	store(E_LOW, LEAF(DATA));
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	store(E_LOW, 0);
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	store(SMALL, LEAF(DATA));
	store(E_HIGH, TABLE(SMALL));
	expect_none();
	end();
}

/* ---- memory given back ---- */

static void test_release(void)
{
	begin_used("release_of_a_mapped_page");
	map_4k();
	cnova_sim_flat_release(flat, DATA + 3 * SZ_4K, SZ_4K);
	expect(CNOVA_SIM_RELEASED, 1);
	end();

	begin_used("release_of_a_page_next_to_it");
	map_4k();
	cnova_sim_flat_release(flat, DATA + 16 * SZ_4K, SZ_4K);
	expect_none();
	end();

	begin_used("release_before_the_invalidate");
	map_4k();
	store(SMALL, 0);
	cnova_sim_flat_release(flat, DATA, SZ_4K);
	expect(CNOVA_SIM_RELEASED, 1);
	end();

	begin_used("release_after_the_invalidate");
	map_4k();
	CHECK_EQ(read_pa(VA), DATA);
	store(SMALL, 0);
	invalidate();
	cnova_sim_flat_release(flat, DATA, SZ_4K);
	expect_none();
	end();

	begin_used("release_with_a_cached_entry");
	map_4k();
	CHECK_EQ(read_pa(VA), DATA);
	store(SMALL, 0);
	inval(CNOVA_SIM_NR_LEVELS, false, true, ROOT);
	/* Once for the line, once for what is not invalidated. */
	cnova_sim_flat_release(flat, DATA, SZ_4K);
	expect(CNOVA_SIM_RELEASED, 2);
	end();
}

static void test_release_of_tables(void)
{
	begin_used("release_of_a_linked_table");
	map_4k();
	cnova_sim_flat_release(flat, SMALL, SZ_4K);
	expect(CNOVA_SIM_RELEASED, 1);
	end();

	begin_used("release_of_an_unhooked_table");
	map_4k();
	store(E_HIGH, 0);
	invalidate();
	cnova_sim_flat_release(flat, SMALL, SZ_4K);
	cnova_sim_flat_release(flat, DATA, SZ_64K);
	expect_none();
	end();

	begin_used("release_of_a_page_below_an_unhooked_table");
	map_4k();
	store(E_HIGH, 0);
	cnova_sim_flat_release(flat, DATA, SZ_4K);
	expect(CNOVA_SIM_RELEASED, 1);
	invalidate();
	cnova_sim_flat_release(flat, DATA + SZ_4K, SZ_4K);
	expect_none();
	end();

	begin_used("release_of_a_page_behind_a_hidden_entry");
	map_dual(0);
	store(BIG, BLOCKED);
	invalidate();
	cnova_sim_flat_release(flat, DATA, SZ_4K);
	expect_none();
	end();

	begin_used("release_of_everything_root_cleared");
	map_4k();
	CHECK_EQ(read_pa(VA), DATA);
	store(is_v3 ? E_PD4 : E_PD3, 0);
	invalidate();
	cnova_sim_flat_release(flat, PD2, OTHER - PD2);
	cnova_sim_flat_release(flat, DATA, SZ_64K);
	cnova_sim_flat_release(flat, ROOT, SZ_4K);
	expect_none();
	end();

	begin_used("release_of_everything_root_first");
	map_4k();
	CHECK_EQ(read_pa(VA), DATA);
	invalidate();
	cnova_sim_flat_release(flat, ROOT, SZ_4K);
	cnova_sim_flat_release(flat, PD2, OTHER - PD2);
	expect_none();
	end();

	begin_used("release_of_everything_at_once");
	map_4k();
	CHECK_EQ(read_pa(VA), DATA);
	invalidate();
	cnova_sim_flat_release(flat, ROOT, OTHER - ROOT);
	expect_none();
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, ROOT, 8));
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, PD2, 8));
	end();

	begin_used("release_of_a_cached_root");
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	cnova_sim_flat_release(flat, ROOT, SZ_4K);
	expect(CNOVA_SIM_RELEASED, 1);
	end();

	begin_used("release_of_system_memory");
	store(SMALL, SYS_LEAF(0x12345000ULL));
	store(E_HIGH, TABLE(SMALL));
	invalidate();
	cnova_sim_mmu_release(flat->mmu, CNOVA_SIM_SYS_COH, 0x12346000, SZ_4K);
	expect_none();
	cnova_sim_mmu_release(flat->mmu, CNOVA_SIM_SYS_COH, 0x12345000, SZ_4K);
	expect(CNOVA_SIM_GRANT, 1);
	end();
}

/* ---- known tables ---- */

static void test_track(void)
{
	begin_used("track_follows_links");
	CHECK(cnova_sim_mmu_has_table(flat->mmu, ROOT, 8));
	/* A root has 4 entries, or 2. */
	CHECK(cnova_sim_mmu_has_table(flat->mmu, ROOT + (is_v3 ? 8 : 24), 8));
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, ROOT + (is_v3 ? 16 : 32), 8));
	CHECK(cnova_sim_mmu_has_table(flat->mmu, PD0 + 0xff8, 8));
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, SMALL, 8));
	store(E_HIGH, TABLE(SMALL));
	store(E_LOW, TABLE(BIG + 0x100));
	CHECK(cnova_sim_mmu_has_table(flat->mmu, SMALL, 8));
	CHECK(cnova_sim_mmu_has_table(flat->mmu, BIG + 0x1f8, 8));
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, BIG, 8));
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, BIG + 0x200, 8));
	store(E_PD1, 0);
	CHECK(cnova_sim_mmu_has_table(flat->mmu, SMALL, 8));
	invalidate();
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, SMALL, 8));
	CHECK(!cnova_sim_mmu_has_table(flat->mmu, PD0, 8));
	CHECK(cnova_sim_mmu_has_table(flat->mmu, PD1, 8));
	expect_none();
	end();

	begin_used("track_survives_loops");
	store(PD1, TABLE(PD1));
	store(PD1 + 8, TABLE(PD2));
	store(PD0, TABLE(ROOT));
	store(E_PD2, 0);
	store(PD1 + 16, TABLE(PD1));
	store(PD1 + 24, TABLE(PD2));
	invalidate();
	store(E_PD2, TABLE(PD1));
	store(E_PD3, 0);
	store(PD1 + 32, TABLE(PD2));
	invalidate();
	cnova_sim_flat_clear_findings(flat);
	end();

	begin_used("track_table_moves");
	store(E_HIGH, TABLE(SMALL));
	store(E_HIGH, 0);
	store(PD0 + 9 * 16 + 8, TABLE(SMALL));
	invalidate();
	CHECK(cnova_sim_mmu_has_table(flat->mmu, SMALL, 8));
	store(SMALL, LEAF(DATA) | KIND(7ULL));
	CHECK_EQ(flat->last.va, VA + 2 * SZ_2M);
	expect(CNOVA_SIM_FORMAT, 1);
	end();
}

static void tests(void)
{
	test_size_wrong();
	test_size_wrong_64k();
	test_size_wrong_above();
	test_size_wrong_large();
	test_size_right();
	test_size_right_dual();
	test_size_right_sparse();
	test_release();
	test_release_of_tables();
	test_track();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
