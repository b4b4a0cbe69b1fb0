/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host tests of the model share: a memory with one path of tables, and helpers.
 * Entries are written by hand, as HARDWARE.md gives them: neither the driver's encoder nor
 * anything of the model's makes them.
 */
#ifndef _TEST_SIM_H_
#define _TEST_SIM_H_

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sizes.h>

#include "sim/chips.h"
#include "sim/flat.h"
#include "sim/model.h"

/* One path of tables, and room for more. */
#define ROOT	0x1000ULL
#define PD2	0x2000ULL
#define PD1	0x3000ULL
#define PD0	0x4000ULL
#define BIG	0x5000ULL
#define SMALL	0x6000ULL
#define BIG2	0x7000ULL
#define SMALL2	0x8000ULL
#define PD0_2	0x9000ULL
#define PD3	0xa000ULL	/* v3 only: below its root */
#define OTHER	0xb000ULL
#define DATA	0x200000ULL
#define VRAM	0x400000ULL

/* The address that the path leads to: indices (0,) 1, 3, 5, 7, then the first page. */
#define VA	(1ULL << 47 | 3ULL << 38 | 5ULL << 29 | 7ULL << 21)

#define E_PD4	(ROOT + 0 * 8)
#define E_PD3	((is_v3 ? PD3 : ROOT) + 1 * 8)
#define E_PD2	(PD2 + 3 * 8)
#define E_PD1	(PD1 + 5 * 8)
#define E_LOW	(PD0 + 7 * 16)
#define E_HIGH	(PD0 + 7 * 16 + 8)

/* Which chip is under test, and which of the two formats it has. */
static const char *chip;
static bool is_v3;

/* HARDWARE.md 2.2, 2.4; 3.2, 3.4: an address is shifted in v2 and stands in place in v3. */
static inline u64 address(u64 pa)
{
	return is_v3 ? pa : pa >> 4;
}

#define TABLE(pa)	(address(pa) | 2)
#define LEAF(pa)	(address(pa) | 1)
#define SYS_LEAF(pa)	(address(pa) | 5)
#define SPARSE		0x8ULL
#define BLOCKED		(is_v3 ? 0x18ULL : 0x20ULL)
#define PRIVILEGE	(is_v3 ? 0x10ULL : 0x20ULL)
#define READ_ONLY	(is_v3 ? 0x20ULL : 0x40ULL)
#define NO_ATOMIC	(is_v3 ? 0x40ULL : 0x80ULL)
#define KIND(k)		((k) << (is_v3 ? 8 : 56))

static struct cnova_sim_flat *flat;
static unsigned int nr_tests, nr_failed;
static const char *test_name;
static bool test_ok;

#define CHECK(cond)								\
	do {									\
		if (!(cond)) {							\
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
			test_ok = false;					\
		}								\
	} while (0)

#define CHECK_EQ(is, want)							\
	do {									\
		unsigned long long _is = (is), _want = (want);			\
										\
		if (_is != _want) {						\
			printf("# %s:%d: %s is %#llx, want %#llx\n", __FILE__,	\
			       __LINE__, #is, _is, _want);			\
			test_ok = false;					\
		}								\
	} while (0)

static inline const struct cnova_sim_traits *traits(const char *chip)
{
	return &cnova_sim_chip_find(chip)->traits;
}

static inline void store(u64 pa, u64 value)
{
	cnova_sim_flat_store(flat, pa, value);
}

static inline void fill(u64 pa, u64 bytes, u64 value)
{
	u64 at;

	for (at = pa; at < pa + bytes; at += 8)
		store(at, value);
}

static inline void invalidate(void)
{
	cnova_sim_mmu_invalidate_pdb(flat->mmu, ROOT);
}

static inline void inval(enum cnova_sim_level level, bool all_pdb, bool hub_only, u64 pdb)
{
	struct cnova_sim_inval what = {
		.pdb = pdb, .level = level, .all_pdb = all_pdb, .hub_only = hub_only,
	};

	cnova_sim_mmu_invalidate(flat->mmu, &what, cnova_sim_mmu_inval_begin(flat->mmu));
}

/* Nothing was found, or exactly @nr of @check and nothing else. */
static inline void expect(enum cnova_sim_check check, u32 nr)
{
	CHECK_EQ(flat->count[check], nr);
	CHECK_EQ(flat->nr_findings, nr);
	if (flat->nr_findings != nr)
		printf("# last: %d %s\n", flat->last.check, flat->last.what);
	cnova_sim_flat_clear_findings(flat);
}

static inline void expect_some(enum cnova_sim_check check)
{
	CHECK(flat->count[check] > 0);
	CHECK_EQ(flat->nr_findings, flat->count[check]);
	cnova_sim_flat_clear_findings(flat);
}

static inline void expect_none(void)
{
	CHECK_EQ(flat->nr_findings, 0);
	if (flat->nr_findings)
		printf("# last: %d %s va %llx pa %llx value %llx\n", flat->last.check,
		       flat->last.what, (unsigned long long)flat->last.va,
		       (unsigned long long)flat->last.pa, (unsigned long long)flat->last.value);
	cnova_sim_flat_clear_findings(flat);
}

static inline enum cnova_sim_fault look_as(enum cnova_sim_unit unit, u64 va,
					   enum cnova_sim_access access,
					   struct cnova_sim_translation *to)
{
	struct cnova_sim_client client = { .unit = unit, .pdb = ROOT };

	return cnova_sim_mmu_translate(flat->mmu, &client, va, access, to);
}

static inline enum cnova_sim_fault look(u64 va, struct cnova_sim_translation *to)
{
	return look_as(CNOVA_SIM_GPC, va, CNOVA_SIM_READ, to);
}

/* Where a read of @va goes; ~0 for sparse, -2 - fault if it faults. */
static inline u64 read_pa(u64 va)
{
	struct cnova_sim_translation to;
	enum cnova_sim_fault fault = look(va, &to);

	if (fault != CNOVA_SIM_FAULT_NONE)
		return -2ULL - fault;
	return to.sparse ? ~0ULL : to.pa;
}

#define IS_SPARSE	(~0ULL)
#define IS_FAULT(f)	(-2ULL - (f))

static inline void begin(const char *name)
{
	u64 at;

	test_name = name;
	test_ok = true;
	flat = cnova_sim_flat_create(traits(chip), VRAM);
	if (!flat)
		exit(1);
	for (at = ROOT; at < OTHER; at += SZ_4K)
		fill(at, SZ_4K, 0);
	fill(BIG, 256, BLOCKED);
	fill(BIG2, 256, BLOCKED);
	if (is_v3)
		store(E_PD4, TABLE(PD3));
	store(E_PD3, TABLE(PD2));
	store(E_PD2, TABLE(PD1));
	store(E_PD1, TABLE(PD0));
}

/* The model watches an address space that is in use. */
static inline void begin_used(const char *name)
{
	begin(name);
	CHECK_EQ(read_pa(VA), IS_FAULT(CNOVA_SIM_FAULT_PDE));
	invalidate();
	expect_none();
}

static inline void end(void)
{
	printf("%sok %u - %s %s\n", test_ok ? "" : "not ", ++nr_tests, chip, test_name);
	if (!test_ok)
		nr_failed++;
	cnova_sim_flat_destroy(flat);
}

/* Run @tests on every chip that the model can be. */
static inline void on_every_chip(void (*tests)(void))
{
	const struct cnova_sim_chip *row;
	unsigned int i;

	for (i = 0; (row = cnova_sim_chip_at(i)); i++) {
		chip = row->name;
		is_v3 = row->traits.format == &cnova_sim_format_v3;
		tests();
	}
}

static inline int finish(void)
{
	printf("1..%u\n", nr_tests);
	return nr_failed ? 1 : 0;
}

#endif /* _TEST_SIM_H_ */
