/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An address space on a fake GPU, for tests of what changes cost and reserve.
 */
#ifndef _CNOVA_TESTS_PT_FIXTURE_H_
#define _CNOVA_TESTS_PT_FIXTURE_H_

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/sizes.h>

#include "hw/chip.h"
#include "mm/mm.h"
#include "mm/vmm.h"
#include "tests/fake_io.h"

#define MAX_EXTENTS	128

/* Memory: nobody looks at it. */
#define PA_A	0x10000000ULL
#define PA_B	0x20000000ULL

/* Any place that is not the start of everything. */
#define VA	(3ULL * SZ_1G)

/* log2 of leaves */
#define LEAF_4K		12
#define LEAF_64K	16
#define LEAF_2M		21
#define LEAF_512M	29
#define LEAF_256G	38

struct pt_view {
	struct cnova_pt_view base;
	struct cnova_extent extent[MAX_EXTENTS];	/* ascending */
	u32 nr;
};

struct pt_fixture {
	struct fake_gpu *fake;
	struct cnova_mm mm;
	bool has_mm;
	struct cnova_vmm vmm;
	bool has_vmm;
	struct pt_view view;

	/* Pages for tables. */
	DECLARE_BITMAP(held, FAKE_NR_PAGES);
	u32 nr_allocs;	/* calls that got one, since pt_begin() */
	u32 nr_frees;	/* since pt_begin() */
	u32 fail_at;	/* the n-th call from pt_begin() on fails; 0: none */
	u32 nr_calls;
	/* Called once, by the next call: what another thread does meanwhile. */
	void (*meanwhile)(struct kunit *test);
	struct kunit *test;
};

extern const struct cnova_vmm_ops pt_vmm_ops;

/* Directories between the root and the tables with pages, HARDWARE.md 2.1 and 3.1. */
u32 pt_nr_dirs(const struct pt_fixture *fix);

/* Hold what is made once for all GPUs: to make it anew for each test takes its time. */
int pt_suite_init(struct kunit_suite *suite);
void pt_suite_exit(struct kunit_suite *suite);

u32 pt_held(const struct pt_fixture *fix);
void pt_begin(struct pt_fixture *fix);
int pt_fixture_init(struct kunit *test);
void pt_fixture_exit(struct kunit *test);
void pt_have(struct pt_fixture *fix, u64 start, u64 size, u64 pa, u8 max_leaf_lg2);
void pt_all_bound(struct pt_fixture *fix);
void pt_validate(struct kunit *test);
struct cnova_pt_op pt_op(struct pt_fixture *fix, u64 start, u64 size);
int pt_prepare(struct kunit *test, struct cnova_vmm_job *job, const struct cnova_pt_op *ops,
	       u32 nr);
int pt_execute(struct kunit *test, struct cnova_vmm_job *job);
void pt_change_op(struct kunit *test, const struct cnova_pt_op *op, bool may_resize);
void pt_change(struct kunit *test, u64 start, u64 size);
void pt_expect(struct kunit *test, u32 stores, u32 invalidates);
void pt_expect_nothing(struct kunit *test);
void pt_neighbour(struct kunit *test);
void pt_view_clear(struct pt_fixture *fix);

#endif /* _CNOVA_TESTS_PT_FIXTURE_H_ */
