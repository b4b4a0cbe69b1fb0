// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What changes of page tables cost, counted: through the driver's own window, TLB and
 * address spaces, on every chip of the model, against the budget of
 * Documentation/budget.csv, which this reads. Everything translates as it should when it
 * was counted, and the model has nothing to say against it: who does less cannot win.
 *
 * TAP, and a table in comments: tests/host/Makefile, bench-counts. All counts are of the
 * model's accesses; none is a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "bench_gpu.h"
#include "host_vm.h"

/* Somewhere with all indices different from 0. */
#define BASE	0x80c0a0000000ULL

#define NR_SCATTERED	1000
/* Where the n-th of them is: each in a table of its own, none at the same index. */
#define SCATTERED(n)	(BASE + (u64)(n) * (SZ_2M + SZ_4K))
#define MAX_EXTENTS	(NR_SCATTERED + 8)

static struct bench_gpu gpu;

/* What the address space is. */
static struct cnova_extent now[MAX_EXTENTS];
static u32 nr_now;

/* Of the operation that is counted: what prepare and what execute did. */
static struct bench_counts prepared, executed;

static struct bench_counts minus(struct bench_counts a, struct bench_counts b)
{
	u64 *to = (u64 *)&a, *by = (u64 *)&b;
	u32 i;

	for (i = 0; i < sizeof(a) / sizeof(u64); i++)
		to[i] -= by[i];
	return a;
}

static void fail(const char *what)
{
	printf("# %s: %s\n", gpu.dev.name, what);
	host_nr_warnings++;
}

static void have(u64 start, u64 size, u64 pa, u8 cap)
{
	if (nr_now == MAX_EXTENTS)
		abort();
	now[nr_now++] = (struct cnova_extent){
		.start = start, .end = start + size, .pa = pa, .max_leaf_lg2 = cap,
	};
}

/* 4K leaves over @size, in memory of 16 MiB again and again. */
static void have_4k(u64 start, u64 size)
{
	u64 at;

	for (at = 0; at < size; at += SZ_16M)
		have(start + at, min(size - at, (u64)SZ_16M), BENCH_DATA, 12);
}

/* One job, from prepare to cleanup. Return: what prepare said. */
static int change(const struct cnova_pt_op *ops, u32 nr)
{
	struct cnova_vmm_job job = { .may_resize = true };
	struct bench_counts begin = bench_counts_of(&gpu), middle;
	struct host_view view;
	u32 i;
	int err;

	err = cnova_vmm_prepare(&gpu.vmm, &job, ops, nr, NULL);
	middle = bench_counts_of(&gpu);
	prepared = minus(middle, begin);
	if (err)
		return err;

	mutex_lock(&gpu.vmm.lock);
	if (cnova_vmm_execute_locked(&gpu.vmm, &job, host_view_init(&view, now, nr_now)))
		fail("execute failed");
	mutex_unlock(&gpu.vmm.lock);
	executed = minus(bench_counts_of(&gpu), middle);
	/* The tree lock is the caller's, and was taken here. */
	executed.locks--;
	cnova_vmm_cleanup(&gpu.vmm, &job);
	for (i = 0; i < nr_now; i++)
		now[i].bound = true;
	return 0;
}

/* @split: something lies across both ends. */
static void change_part(u64 start, u64 size, bool split)
{
	struct host_view view;
	struct cnova_pt_op op = {
		.range = { start, start + size },
		.view = host_view_init(&view, now, nr_now),
		.split_start = split, .split_end = split,
	};

	if (change(&op, 1))
		fail("prepare failed");
}

static void change_range(u64 start, u64 size)
{
	change_part(start, size, false);
}

/* As a client of the GPU sees it; the TLB remembers that. */
static u64 look(u64 va)
{
	struct cnova_sim_client client = {
		.unit = va & SZ_4K ? CNOVA_SIM_HUB : CNOVA_SIM_GPC,
		.pdb = cnova_vmm_pdb(&gpu.vmm).raw,
	};
	struct cnova_sim_translation to = {};

	if (cnova_sim_mmu_translate(gpu.flat->mmu, &client, va, CNOVA_SIM_WRITE, &to) !=
	    CNOVA_SIM_FAULT_NONE)
		return ~0ULL;
	return to.pa;
}

/* First and last page of all extents translate, and what is beside them does not. */
static void check_translations(void)
{
	u32 i;

	for (i = 0; i < nr_now; i++) {
		u64 size = now[i].end - now[i].start;

		if (look(now[i].start) != now[i].pa ||
		    look(now[i].end - SZ_4K) != now[i].pa + size - SZ_4K)
			fail("a mapping does not translate");
		if (i + 1 < nr_now && now[i].end != now[i + 1].start &&
		    look(now[i].end) != ~0ULL)
			fail("a hole translates");
	}
	if (cnova_sim_mmu_coherent(gpu.flat->mmu))
		fail("a TLB entry is not what memory says");
}

/* --- The operations, by their name in the budget --- */

static void op_map_table(void)
{
	have(BASE + SZ_4K, SZ_4K, BENCH_DATA + SZ_1M, 12);
	change_range(BASE + SZ_4K, SZ_4K);
	check_translations();
	nr_now = 0;
	have(BASE, SZ_2M, BENCH_DATA, 12);
	change_range(BASE, SZ_2M);
}

static void op_map_2m(void)
{
	have(BASE + SZ_16M, SZ_4K, BENCH_DATA, 12);
	change_range(BASE + SZ_16M, SZ_4K);
	nr_now = 0;
	have(BASE, SZ_2M, BENCH_DATA, 63);
	have(BASE + SZ_16M, SZ_4K, BENCH_DATA, 12);
	now[1].bound = true;
	change_range(BASE, SZ_2M);
}

static void op_map_1g(void)
{
	have_4k(BASE, SZ_1G);
	change_range(BASE, SZ_1G);
}

/* Not on the grid of larger entries, and with neighbours, so that tables stay. */
static void op_unmap_1g(void)
{
	have_4k(BASE, SZ_1G + SZ_512M + SZ_2M);
	change_range(BASE, SZ_1G + SZ_512M + SZ_2M);
	nr_now = 0;
	have(BASE, SZ_16M, BENCH_DATA, 12);
	have_4k(BASE + SZ_16M + SZ_1G, SZ_512M + SZ_2M - SZ_16M);
	for (u32 i = 0; i < nr_now; i++)
		now[i].bound = true;
	change_range(BASE + SZ_16M, SZ_1G);
}

static void map_scattered(u64 pa)
{
	struct cnova_pt_op *ops = calloc(NR_SCATTERED, sizeof(*ops));
	struct host_view view;
	u32 i;

	nr_now = 0;
	for (i = 0; i < NR_SCATTERED; i++)
		have(SCATTERED(i), SZ_4K, pa + i * SZ_4K, 12);
	host_view_init(&view, now, nr_now);
	for (i = 0; i < NR_SCATTERED; i++) {
		ops[i].range = (struct cnova_pt_range){ SCATTERED(i), SCATTERED(i) + SZ_4K };
		ops[i].view = &view.base;
	}
	if (change(ops, NR_SCATTERED))
		fail("prepare failed");
	free(ops);
}

static void op_scattered_new(void)
{
	map_scattered(BENCH_DATA);
}

static void op_scattered(void)
{
	map_scattered(BENCH_DATA);
	check_translations();
	map_scattered(BENCH_DATA + SZ_8M);
}

static void op_punch(void)
{
	have(BASE, SZ_2M, BENCH_DATA, 63);
	change_range(BASE, SZ_2M);
	check_translations();
	nr_now = 0;
	have(BASE, SZ_1M, BENCH_DATA, 63);
	have(BASE + SZ_1M + SZ_4K, SZ_1M - SZ_4K, BENCH_DATA + SZ_1M + SZ_4K, 63);
	now[0].bound = true;
	now[1].bound = true;
	change_part(BASE + SZ_1M, SZ_4K, true);
}

static void op_unmap_hole(void)
{
	have(BASE, SZ_4K, BENCH_DATA, 12);
	change_range(BASE, SZ_4K);
	change_range(BASE + SZ_4K, SZ_1G);
}

static void op_remap(void)
{
	have(BASE, SZ_2M, BENCH_DATA, 12);
	have(BASE + SZ_2M, SZ_2M, BENCH_DATA, 63);
	change_range(BASE, 2 * SZ_2M);
	change_range(BASE, 2 * SZ_2M);
}

static void op_destroy(void)
{
	struct bench_counts begin;

	have_4k(BASE, SZ_1G);
	change_range(BASE, SZ_1G);
	memset(&prepared, 0, sizeof(prepared));
	begin = bench_counts_of(&gpu);
	mutex_lock(&gpu.vmm.lock);
	if (cnova_vmm_clear_locked(&gpu.vmm))
		fail("clear failed");
	mutex_unlock(&gpu.vmm.lock);
	executed = minus(bench_counts_of(&gpu), begin);
	executed.locks--;
	nr_now = 0;
	if (look(BASE) != ~0ULL)
		fail("a destroyed mapping translates");
}

static const struct {
	const char *name;
	void (*run)(void);
	const char *nova, *nova_v3, *nouveau;
} operations[] = {
	{ "map-table", op_map_table, "512 st, 5632 ld, 1 inv", "512 st, 6656 ld, 1 inv",
	  "1024 st32, 1 flush, 1-2 inv" },
	{ "map-2m", op_map_2m, "512 st, 5632 ld, 1 inv", "512 st, 6656 ld, 1 inv",
	  "4 st32, 1-2 inv" },
	{ "map-1g", op_map_1g, "524800+ st, 2883584 ld, 1 inv", "524800+ st, 3407872 ld, 1 inv",
	  "524288 st32, 512 flush, 1-2 inv" },
	{ "unmap-1g", op_unmap_1g, "262144 st, 1572864 ld, 1 inv",
	  "262144 st, 1835008 ld, 1 inv", "1+ inv" },
	{ "scattered-new", op_scattered_new, "513000+ st, 11000+ ld, 1000 inv",
	  "513000+ st, 13000+ ld, 1000 inv", "2000 st32, 1000 flush, 1000-2000 inv" },
	{ "scattered", op_scattered, "1000 st, 11000 ld, 1000 inv",
	  "1000 st, 13000 ld, 1000 inv", "2000 st32, 1000 flush, 1000-2000 inv" },
	{ "punch", op_punch, "no such leaf", "no such leaf", "not counted" },
	{ "unmap-hole", op_unmap_hole, "not counted", "not counted", "not counted" },
	{ "remap", op_remap, "not counted", "not counted", "not counted" },
	{ "destroy", op_destroy, "not counted", "not counted", "not counted" },
};

/* --- The budget --- */

struct budget {
	char operation[32];
	char chips[32];
	char cell[5][24];
	bool used;
};

enum { CELL_PREPARE, CELL_STORES, CELL_ORDERS, CELL_MOVES, CELL_INVALIDATES };

static const char * const cell_name[] = {
	"prepare stores", "stores", "ordering loads", "window moves", "invalidates",
};

static struct budget budgets[64];
static u32 nr_budgets;

/* operation,format,description,prepare,stores,orders,moves,invalidates */
static void read_budget(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512];

	if (!f) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof(line), f)) {
		struct budget *b = &budgets[nr_budgets];

		if (nr_budgets == ARRAY_SIZE(budgets) ||
		    sscanf(line, "%31[^,],%31[^,],%*[^,],%23[^,],%23[^,],%23[^,],%23[^,],%23[^\n]",
			   b->operation, b->chips, b->cell[0], b->cell[1], b->cell[2],
			   b->cell[3], b->cell[4]) != 7) {
			printf("# not understood: %s", line);
			exit(2);
		}
		nr_budgets++;
	}
	fclose(f);
}

/* The row of an operation on this chip. */
static struct budget *budget_of(const char *operation)
{
	const char *fmt = gpu.mm.chip->fmt->root == CNOVA_PT_PDE3 ? "v2" : "v3";
	u32 i;

	for (i = 0; i < nr_budgets; i++)
		if (!strcmp(budgets[i].operation, operation) && strstr(budgets[i].chips, fmt))
			return &budgets[i];
	return NULL;
}

/* Through BAR1 there is no window to move: all else costs the same. */
static const char *cell_of(const struct budget *b, u32 i)
{
	return i == CELL_MOVES && gpu.bar1 ? "0" : b->cell[i];
}

/* "12": equal; "<=12": at most; "<=arenas+3": at most so many more than arenas touched. */
static bool within(const char *cell, u64 is)
{
	bool at_most = !strncmp(cell, "<=", 2);
	u64 want = 0;

	if (at_most)
		cell += 2;
	if (!strncmp(cell, "arenas+", 7)) {
		want = gpu.nr_arenas;
		cell += 7;
	}
	want += strtoull(cell, NULL, 10);
	return at_most ? is <= want : is == want;
}

static bool always(bool ok, const char *what)
{
	if (!ok)
		printf("# %s: not so: %s\n", gpu.dev.name, what);
	return ok;
}

static bool check_budget(const char *operation)
{
	const u64 is[] = {
		prepared.stores, executed.stores, executed.orders, executed.moves,
		executed.invalidates,
	};
	struct budget *b = budget_of(operation);
	bool ok = true;
	u32 i;

	if (!b) {
		printf("# %s has no budget\n", operation);
		return false;
	}
	b->used = true;
	for (i = 0; i < ARRAY_SIZE(is); i++) {
		if (!within(cell_of(b, i), is[i])) {
			printf("# %s, %s: %s: %llu, budget %s\n", gpu.dev.name, operation,
			       cell_name[i], is[i], cell_of(b, i));
			ok = false;
		}
	}

	/* Whatever the operation. */
	ok &= always(!executed.narrow && !prepared.narrow, "stores of 64 bits");
	ok &= always(executed.loads == executed.orders && prepared.loads == prepared.orders,
		     "no load but those that order");
	ok &= always(executed.orders == executed.invalidates, "an order for an invalidate");
	ok &= always(executed.registers == 2 * executed.invalidates, "two registers besides");
	ok &= always(!executed.allocs && !executed.pages, "no allocation in execute");
	ok &= always(!prepared.invalidates, "no invalidate in prepare");
	ok &= always(!gpu.bar1 || !prepared.moves, "no window beside BAR1");
	return ok;
}

static void run(const struct cnova_sim_chip *chip, bool bar1)
{
	const char *way = bar1 ? "BAR1" : "PRAMIN";
	char name[100];
	bool v3, ok;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		bench_gpu_init(&gpu, chip, bar1);
		v3 = gpu.mm.chip->fmt->root != CNOVA_PT_PDE3;
		nr_now = 0;
		operations[i].run();
		check_translations();
		ok = check_budget(operations[i].name);
		printf("#| %s %s | %s | %llu | %llu | %llu | %llu | %llu | %llu | %llu ",
		       chip->name,
		       way, operations[i].name, prepared.stores, executed.stores,
		       executed.orders, executed.moves, executed.invalidates, executed.locks,
		       prepared.pages);
		printf("| %s | %s |\n", v3 ? operations[i].nova_v3 : operations[i].nova,
		       operations[i].nouveau);
		ok &= bench_gpu_fini(&gpu);
		snprintf(name, sizeof(name), "%s, %s: %s is within its budget", chip->name, way,
			 operations[i].name);
		tap_result(ok, name);
	}
}

/*
 * PERFORMANCE 7, row 14: prepare fails at each of its allocations: nothing is stored where
 * a walker can come, and nothing is kept.
 */
static void run_failures(const struct cnova_sim_chip *chip)
{
	u64 held, stores = 0;
	long memory;
	u32 n, failures = 0;
	char name[100];
	bool ok = true, pages;
	struct host_view view;
	struct cnova_pt_op op;

	bench_gpu_init(&gpu, chip, false);
	nr_now = 0;
	have(BASE, SZ_4K, BENCH_DATA, 12);
	change_range(BASE, SZ_4K);
	have(BASE + SZ_2M + SZ_64K, SZ_1M, BENCH_DATA, 63);
	have(BASE + SZ_1G, SZ_2M + SZ_4K, BENCH_DATA, 12);
	op = (struct cnova_pt_op){
		.range = { BASE, BASE + 2ULL * SZ_1G },
		.view = host_view_init(&view, now, nr_now),
	};
	held = gpu.nr_held;
	memory = host_nr_held;

	for (pages = false; ; pages = true) {
		for (n = 1; ; n++) {
			bench_watch(&gpu);
			host_alloc_fail = pages ? 0 : n;
			gpu.fail_at = pages ? gpu.nr_calls + n : 0;
			if (!change(&op, 1))
				break;
			failures++;
			stores += gpu.seen_stores + prepared.invalidates;
			ok &= gpu.nr_held == held && host_nr_held == memory;
		}
		host_alloc_fail = 0;
		gpu.fail_at = 0;
		if (pages)
			break;
		/* Back to where it was. */
		nr_now = 1;
		op.view = NULL;
		op.range.start = BASE + SZ_4K;
		if (change(&op, 1))
			fail("prepare failed");
		ok &= gpu.nr_held == held;
		nr_now = 3;
		now[1].bound = false;
		now[2].bound = false;
		op.view = &view.base;
	}
	check_translations();
	ok &= !stores && failures >= 12;
	printf("#| %s PRAMIN | prepare fails, %u ways | %llu stores |\n", chip->name, failures,
	       stores);
	ok &= bench_gpu_fini(&gpu);
	snprintf(name, sizeof(name), "%s: prepare fails in %u ways, none leaves a store",
		 chip->name, failures);
	tap_result(ok, name);
}

/*
 * Row 13, what of it mm/ has: the shadow of 10^5 mappings in 10^3 tables is the shadow of
 * 10^3 tables, and nothing is left when they are gone. The rest is measured in a kernel:
 * scripts/stages/scale.
 */
static void run_memory(const struct cnova_sim_chip *chip)
{
	enum { TABLES = 1000, EACH = 100 };
	long memory = host_nr_held;
	u64 one, all;
	char name[100];
	bool ok;
	u32 k, i;

	bench_gpu_init(&gpu, chip, false);
	for (k = 0, one = 0, all = 0; k < EACH; k++) {
		struct cnova_pt_op *ops = calloc(TABLES, sizeof(*ops));
		struct host_view view;

		/* Holes between them, so that no two are one mapping. */
		nr_now = 0;
		for (i = 0; i < TABLES; i++)
			have(BASE + (u64)i * SZ_2M + k * SZ_8K, SZ_4K, BENCH_DATA, 12);
		host_view_init(&view, now, nr_now);
		for (i = 0; i < TABLES; i++) {
			ops[i].range = (struct cnova_pt_range){ now[i].start, now[i].end };
			ops[i].view = &view.base;
		}
		if (change(ops, TABLES))
			fail("prepare failed");
		free(ops);
		all = host_kmem_bytes;
		if (!k)
			one = all;
	}
	printf("#| %s | shadow of 10^5 mappings in %u tables | %llu bytes |\n", chip->name,
	       TABLES, all);
	/* 128 a 4K table; five directories below 2 GiB and what is above, 4 KiB + 64 each. */
	ok = one == all && all <= TABLES * 128 + 16 * (SZ_4K + 64);
	nr_now = 0;
	change_range(BASE, 2ULL * SZ_1G);
	ok &= gpu.nr_held == 1;
	ok &= bench_gpu_fini(&gpu);
	ok &= host_nr_held == memory && !host_kmem_bytes;
	snprintf(name, sizeof(name), "%s: the shadow of 10^5 mappings is that of their tables",
		 chip->name);
	tap_result(ok, name);
}

int main(void)
{
	const char *only = getenv("CHIP");
	const struct cnova_sim_chip *chip;
	u32 i;

	if (!getenv("BUDGET")) {
		fprintf(stderr, "BUDGET=file.csv has to be set\n");
		return 2;
	}
	read_budget(getenv("BUDGET"));
	printf("#| chip, window | operation | prepare st | st | ordering ld | moves | inv ");
	printf("| locks | pages | nova | nouveau |\n");
	for (i = 0; (chip = cnova_sim_chip_at(i)); i++) {
		if (only && *only && strcmp(only, chip->name))
			continue;
		run(chip, false);
		run(chip, true);
		run_failures(chip);
		run_memory(chip);
	}
	for (i = 1; !(only && *only) && i < nr_budgets; i++)
		if (!budgets[i].used) {
			printf("# %s %s is not measured\n", budgets[i].operation,
			       budgets[i].chips);
			tap_result(false, "all of the budget is measured");
		}
	return tap_done();
}
