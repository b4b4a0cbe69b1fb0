/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Self-tests: does this GPU do what memory management relies on?
 */
#ifndef _CNOVA_MM_SELFTEST_H_
#define _CNOVA_MM_SELFTEST_H_

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/types.h>

#include "mm/pt.h"
#include "mm/vmm.h"

struct cnova_bar1;
struct cnova_mm;

/** enum cnova_selftest_id - The self-tests, in the order in which they run. */
enum cnova_selftest_id {
	/** @CNOVA_SELFTEST_PRAMIN: The window: patterns, moves, restoring it. */
	CNOVA_SELFTEST_PRAMIN,
	/** @CNOVA_SELFTEST_PAGE_TABLES: Tables of a scratch address space, as VRAM has them. */
	CNOVA_SELFTEST_PAGE_TABLES,
	/** @CNOVA_SELFTEST_BAR1: BAR1 shows what is mapped in it, and nothing older. */
	CNOVA_SELFTEST_BAR1,
	/** @CNOVA_NR_SELFTESTS: How many there are. */
	CNOVA_NR_SELFTESTS
};

/** struct cnova_selftest_result - How one of them ended. */
struct cnova_selftest_result {
	/** @err: 0; -EIO: the hardware does not do it; or what kept the test from going on. */
	int err;
	/** @skipped: It did not run, for @reason. */
	bool skipped;
	/** @reason: What was seen, for people; empty if it passed. */
	char reason[120];
};

/** struct cnova_selftest - The self-tests of one GPU. */
struct cnova_selftest {
	/** @ran: They did. */
	bool ran;
	/** @result: By &enum cnova_selftest_id. */
	struct cnova_selftest_result result[CNOVA_NR_SELFTESTS];
	/**
	 * @withheld: Blocks that the GPU may still reach, because it did not
	 * acknowledge. For cnova_selftest_fini().
	 */
	struct list_head withheld;
	/** @withheld_bytes: How much that is. */
	u64 withheld_bytes;
};

void cnova_selftest_init(struct cnova_selftest *tests);
u32 cnova_selftest_run(struct cnova_selftest *tests, struct cnova_mm *mm);
u32 cnova_selftest_run_bar1(struct cnova_selftest *tests, struct cnova_mm *mm,
			    struct cnova_bar1 *bar1);
void cnova_selftest_fini(struct cnova_selftest *tests, struct cnova_mm *mm);
const char *cnova_selftest_name(enum cnova_selftest_id id);

/* mm/selftest*.c only. */

/** CNOVA_SELFTEST_BYTES - Memory that the tests store to: two positions of the window. */
#define CNOVA_SELFTEST_BYTES	(2 * 1024 * 1024)

__printf(2, 3)
int cnova_selftest_fail(struct cnova_selftest_result *result, const char *fmt, ...);
int cnova_selftest_page_tables(struct cnova_selftest *tests, struct cnova_mm *mm, u64 pa,
			       struct cnova_selftest_result *result);
int cnova_selftest_bar1(struct cnova_selftest *tests, struct cnova_mm *mm,
			struct cnova_bar1 *bar1, struct cnova_selftest_result *result);
u64 cnova_selftest_pattern(u64 pa);

#endif /* _CNOVA_MM_SELFTEST_H_ */
