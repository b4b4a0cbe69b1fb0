// SPDX-License-Identifier: GPL-2.0-only
/*
 * An address space on a fake GPU. Numbers in brackets are rules of the VM_BIND contract.
 */

#include "tests/pt_fixture.h"

int pt_suite_init(struct kunit_suite *suite)
{
	return cnova_vmm_caches_get();
}

void pt_suite_exit(struct kunit_suite *suite)
{
	cnova_vmm_caches_put();
}

static int pt_alloc(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page)
{
	struct pt_fixture *fix = container_of(vmm, struct pt_fixture, vmm);
	void (*meanwhile)(struct kunit *test) = fix->meanwhile;
	u32 i;

	if (meanwhile) {
		fix->meanwhile = NULL;
		meanwhile(fix->test);
	}
	if (++fix->nr_calls == fix->fail_at)
		return -ENOSPC;

	i = find_first_zero_bit(fix->held, FAKE_NR_PAGES);
	if (i == FAKE_NR_PAGES)
		return -ENOSPC;

	__set_bit(i, fix->held);
	fix->nr_allocs++;
	*page = cnova_vram_addr((u64)i * SZ_4K);
	return 0;
}

static void pt_free(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
	struct pt_fixture *fix = container_of(vmm, struct pt_fixture, vmm);

	WARN_ON(!__test_and_clear_bit(page.raw / SZ_4K, fix->held));
	fix->nr_frees++;
}

const struct cnova_vmm_ops pt_vmm_ops = {
	.alloc = pt_alloc,
	.free = pt_free,
};

static bool pt_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	struct pt_view *view = container_of(base, struct pt_view, base);

	for (u32 i = 0; i < view->nr; i++) {
		if (view->extent[i].end > va) {
			*extent = view->extent[i];
			return true;
		}
	}

	return false;
}

u32 pt_held(const struct pt_fixture *fix)
{
	return bitmap_weight(fix->held, FAKE_NR_PAGES);
}

u32 pt_nr_dirs(const struct pt_fixture *fix)
{
	return fake_is_v3(fix->fake->chip) ? 4 : 3;
}

/* Count from here on. */
void pt_begin(struct pt_fixture *fix)
{
	fix->nr_allocs = 0;
	fix->nr_frees = 0;
	fix->nr_calls = 0;
	fix->fail_at = 0;
	fake_begin(fix->fake);
}

int pt_fixture_init(struct kunit *test)
{
	struct pt_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	fix->fake = fake_create(test, test->param_value ?: cnova_chip_at(0));
	fix->view.base.next = pt_view_next;
	fix->test = test;
	test->priv = fix;

	err = cnova_mm_identify(&fix->mm, fix->fake->dev, &fix->fake->io);
	KUNIT_ASSERT_EQ(test, err, 0);
	err = cnova_mm_init(&fix->mm);
	KUNIT_ASSERT_EQ(test, err, 0);
	fix->has_mm = true;

	err = cnova_vmm_init(&fix->vmm, &fix->mm, &pt_vmm_ops, NULL);
	KUNIT_ASSERT_EQ(test, err, 0);
	fix->has_vmm = true;
	pt_begin(fix);
	return 0;
}

void pt_fixture_exit(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	if (!fix)
		return;
	if (fix->has_vmm) {
		cnova_vmm_fini(&fix->vmm);
		/* [16, 22] Every page is back, unless the GPU may still read it. */
		if (!fix->vmm.error) {
			KUNIT_EXPECT_EQ(test, pt_held(fix), 0);
			KUNIT_EXPECT_EQ(test, fix->vmm.table_bytes, 0);
		}
	}
	if (fix->has_mm) {
		cnova_mm_stop(&fix->mm);
		cnova_mm_fini(&fix->mm);
	}
	fake_check(test, fix->fake);
}

/* An extent after those that are there. */
void pt_have(struct pt_fixture *fix, u64 start, u64 size, u64 pa, u8 max_leaf_lg2)
{
	fix->view.extent[fix->view.nr++] = (struct cnova_extent){
		.start = start,
		.end = start + size,
		.pa = pa,
		.type = CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = max_leaf_lg2,
	};
}

/* The tables hold what the view says. */
void pt_all_bound(struct pt_fixture *fix)
{
	for (u32 i = 0; i < fix->view.nr; i++)
		fix->view.extent[i].bound = true;
}

struct pt_mem {
	struct cnova_pt_mem base;
	struct fake_gpu *fake;
};

static u64 pt_mem_load(struct cnova_pt_mem *base, struct cnova_vram_addr pa, u32 i)
{
	return fake_word(container_of(base, struct pt_mem, base)->fake, pa.raw + i * sizeof(u64));
}

/* The shadow is in order, and memory says the same. */
void pt_validate(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;
	struct pt_mem mem = { .base.load = pt_mem_load, .fake = fix->fake };
	const char *what;
	u64 va = 0;

	mutex_lock(&fix->vmm.lock);
	what = cnova_pt_validate(&fix->vmm.tree, &mem.base, &va);
	mutex_unlock(&fix->vmm.lock);
	KUNIT_EXPECT_TRUE_MSG(test, !what, "%s at %#llx", what, va);
}

struct cnova_pt_op pt_op(struct pt_fixture *fix, u64 start, u64 size)
{
	return (struct cnova_pt_op){
		.range = { start, start + size },
		.view = &fix->view.base,
	};
}

int pt_prepare(struct kunit *test, struct cnova_vmm_job *job, const struct cnova_pt_op *ops,
	       u32 nr)
{
	struct pt_fixture *fix = test->priv;

	return cnova_vmm_prepare(&fix->vmm, job, ops, nr, NULL);
}

int pt_execute(struct kunit *test, struct cnova_vmm_job *job)
{
	struct pt_fixture *fix = test->priv;
	u32 calls = fix->nr_calls, frees = fix->nr_frees;
	u32 invalidates = fix->fake->counts[FAKE_TRIGGER];
	s64 executed[ARRAY_SIZE(fix->mm.executed)];
	int err;

	mutex_lock(&fix->vmm.lock);
	for (u32 i = 0; i < ARRAY_SIZE(executed); i++)
		executed[i] = atomic64_read(&fix->mm.executed[i]);
	err = cnova_vmm_execute_locked(&fix->vmm, job, &fix->view.base);
	/* 0, 1 or 2 of them, and the driver's own account agrees with what arrived. */
	if (!err) {
		invalidates = fix->fake->counts[FAKE_TRIGGER] - invalidates;
		KUNIT_EXPECT_LE(test, invalidates, 2);
		for (u32 i = 0; i < ARRAY_SIZE(executed); i++)
			KUNIT_EXPECT_EQ(test, atomic64_read(&fix->mm.executed[i]),
					executed[i] + (i == invalidates));
	}
	mutex_unlock(&fix->vmm.lock);

	/* [8] Nothing is allocated, [16] nor given back before the job is over. */
	KUNIT_EXPECT_EQ(test, fix->nr_calls, calls);
	KUNIT_EXPECT_EQ(test, fix->nr_frees, frees);
	return err;
}

/*
 * One change, from prepare to cleanup. What execute does is counted; pages are counted
 * from the call on.
 */
void pt_change_op(struct kunit *test, const struct cnova_pt_op *op, bool may_resize)
{
	struct pt_fixture *fix = test->priv;
	struct cnova_vmm_job job = { .may_resize = may_resize };

	pt_begin(fix);
	KUNIT_ASSERT_EQ(test, pt_prepare(test, &job, op, 1), 0);
	fake_begin(fix->fake);
	KUNIT_EXPECT_EQ(test, pt_execute(test, &job), 0);
	cnova_vmm_cleanup(&fix->vmm, &job);
	pt_all_bound(fix);
	pt_validate(test);
}

void pt_change(struct kunit *test, u64 start, u64 size)
{
	struct cnova_pt_op op = pt_op(test->priv, start, size);

	pt_change_op(test, &op, false);
}

/* Stores and invalidates of the last change. Table reads: only those that order. */
void pt_expect(struct kunit *test, u32 stores, u32 invalidates)
{
	struct fake_gpu *fake = ((struct pt_fixture *)test->priv)->fake;

	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_WR64), stores);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_WR), 0);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_RD), invalidates);
	KUNIT_EXPECT_EQ(test, fake_count(fake, FAKE_TRIGGER), invalidates);
}

/* Nothing at all: no store, no invalidate, no move of the window, no load. */
void pt_expect_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, fake_total(((struct pt_fixture *)test->priv)->fake), 0);
}

/* A mapping that keeps the directories above VA, 2 MiB further on. */
void pt_neighbour(struct kunit *test)
{
	struct pt_fixture *fix = test->priv;

	pt_have(fix, VA + SZ_2M, SZ_2M, PA_B, LEAF_2M);
	pt_change(test, VA + SZ_2M, SZ_2M);
}

void pt_view_clear(struct pt_fixture *fix)
{
	fix->view.nr = 0;
}
