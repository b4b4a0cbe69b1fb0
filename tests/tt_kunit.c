// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flush that does not end: what the GPU wrote may arrive later, so that pages it has reached
 * are not given back. What the shrinker leaves alone. On the device that cnova_sim made; skipped
 * where there is none.
 *
 * Rules of the VM_BIND contract: [16, 17] memory that the GPU may still reach is never freed.
 */

#include <kunit/static_stub.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include "drm/shrinker.h"
#include "drm/tt.h"
#include "hw/flush.h"
#include "tests/vm_fixture.h"

static void tt_kunit_exit(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	if (!fix)
		return;

	vm_fixture_close(fix);
	/* As if the device had been removed and come back: the suites behind need it. */
	down_write(&fix->cnova->io_lock);
	cnova_tts_release_locked(fix->cnova, false);
	up_write(&fix->cnova->io_lock);
	cnova_tts_release_lost(fix->cnova);
	fix->cnova->mm.tlb.wedged = false;
	vm_fixture_exit(test);
}

static int flush_has_no_end(struct cnova_io *io, const struct cnova_chip *chip)
{
	return -ETIMEDOUT;
}

static int to_system(struct cnova_bo *bo)
{
	const struct ttm_place place = { .mem_type = TTM_PL_SYSTEM };
	struct ttm_placement placement = { .num_placement = 1, .placement = &place };
	struct ttm_operation_ctx ctx = {};
	int err;

	dma_resv_lock(bo->ttm.base.resv, NULL);
	err = ttm_bo_validate(&bo->ttm, &placement, &ctx);
	dma_resv_unlock(bo->ttm.base.resv);
	return err;
}

/* Without trouble: pages are reached in TT, and in SYSTEM they are not. */
static void tt_is_reached_in_its_place_only(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bo *bo = vm_new_bo(test, 0);
	long shrinkable = atomic_long_read(&fix->cnova->nr_shrinkable);

	vm_map_bo(test, bo, 0);
	KUNIT_EXPECT_EQ(test, bo->mem_type, TTM_PL_TT);
	KUNIT_EXPECT_NOT_NULL(test, cnova_tt_runs(bo->ttm.ttm));
	KUNIT_EXPECT_EQ(test, to_system(bo), 0);
	KUNIT_EXPECT_EQ(test, bo->mem_type, TTM_PL_SYSTEM);
	KUNIT_EXPECT_NULL(test, cnova_tt_runs(bo->ttm.ttm));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&fix->cnova->nr_shrinkable), shrinkable);
	vm_map_bo(test, bo, STRIDE);
	KUNIT_EXPECT_NOT_NULL(test, cnova_tt_runs(bo->ttm.ttm));
	KUNIT_EXPECT_FALSE(test, cnova_device_is_wedged(fix->cnova));
}

/* What was to move stays where it is. */
static void tt_stays_without_a_flush(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bo *bo = vm_new_bo(test, 0);

	vm_map_bo(test, bo, 0);
	kunit_activate_static_stub(test, cnova_flush, flush_has_no_end);
	KUNIT_EXPECT_NE(test, to_system(bo), 0);
	kunit_deactivate_static_stub(test, cnova_flush);

	KUNIT_EXPECT_TRUE(test, cnova_device_is_wedged(fix->cnova));
	KUNIT_EXPECT_EQ(test, bo->mem_type, TTM_PL_TT);
	KUNIT_EXPECT_NOT_NULL(test, cnova_tt_runs(bo->ttm.ttm));
}

/* What nobody has any more is kept. */
static void tt_is_kept_without_a_flush(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_device *cnova = fix->cnova;
	u64 before = atomic64_read(&cnova->quarantined);
	struct cnova_bo *bo;
	u32 nr;

	bo = cnova_bo_create(cnova, BO_SIZE, 0, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bo);
	kunit_activate_static_stub(test, cnova_flush, flush_has_no_end);
	drm_gem_object_put(&bo->ttm.base);
	kunit_deactivate_static_stub(test, cnova_flush);

	KUNIT_EXPECT_TRUE(test, cnova_device_is_wedged(cnova));
	KUNIT_EXPECT_EQ(test, atomic64_read(&cnova->quarantined), before + BO_SIZE);
	mutex_lock(&cnova->tts_lock);
	nr = list_count_nodes(&cnova->lost_tts);
	mutex_unlock(&cnova->tts_lock);
	KUNIT_EXPECT_EQ(test, nr, 1);
}

/* All there are. */
#define MOST_PAGES	1000000

static unsigned long shrink(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	if (!ttm_backup_bytes_avail())
		kunit_skip(test, "no swap space");
	return cnova_shrinker_run(fix->cnova, MOST_PAGES);
}

/* What left VRAM may still be reached: then its pages are not given to anybody. */
static void shrinker_lets_go_first(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, DRM_CNOVA_GEM_VRAM);

	shrink(test);
	kunit_activate_static_stub(test, cnova_flush, flush_has_no_end);
	KUNIT_ASSERT_EQ(test, to_system(bo), 0);
	KUNIT_ASSERT_EQ(test, bo->mem_type, TTM_PL_SYSTEM);
	KUNIT_ASSERT_NOT_NULL(test, cnova_tt_runs(bo->ttm.ttm));
	KUNIT_EXPECT_EQ(test, shrink(test), 0);
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_backed_up(bo->ttm.ttm));

	kunit_deactivate_static_stub(test, cnova_flush);
	KUNIT_EXPECT_GE(test, shrink(test), BO_SIZE >> PAGE_SHIFT);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_backed_up(bo->ttm.ttm));
	KUNIT_EXPECT_NULL(test, cnova_tt_runs(bo->ttm.ttm));
}

/*
 * The kernel's own thread may wait for the GPU, but not for a user: here for an execution that
 * does not end, behind which a bind of the object is.
 */
static void shrinker_waits_for_no_user(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bo *bo = vm_new_bo(test, 0);
	struct cnova_bind_job *job;
	struct dma_fence *fence;
	struct vm_exec exec;
	unsigned long from;

	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, 0, SZ_2M));
	vm_exec_begin(test, &exec);
	job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo, 0, BO_SIZE);
	KUNIT_ASSERT_EQ(test, cnova_bind_job_submit(job, &fix->file, &fence), 0);

	current->flags |= PF_KSWAPD;
	from = jiffies;
	shrink(test);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, from + 5 * HZ));
	current->flags &= ~PF_KSWAPD;
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_backed_up(bo->ttm.ttm));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));

	dma_fence_signal(&exec.fence->base);
	KUNIT_EXPECT_EQ(test, cnova_fence_wait_killable(fence), 0);
	KUNIT_EXPECT_GE(test, shrink(test), BO_SIZE >> PAGE_SHIFT);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_backed_up(bo->ttm.ttm));
	dma_fence_put(fence);
	vm_exec_end(test, &exec);
}

static struct kunit_case tt_kunit_cases[] = {
	KUNIT_CASE(tt_is_reached_in_its_place_only),
	KUNIT_CASE(tt_stays_without_a_flush),
	KUNIT_CASE(tt_is_kept_without_a_flush),
	KUNIT_CASE(shrinker_lets_go_first),
	KUNIT_CASE(shrinker_waits_for_no_user),
	{}
};

static struct kunit_suite tt_kunit_suite = {
	.name = "cnova_tt",
	.init = vm_fixture_init,
	.exit = tt_kunit_exit,
	.test_cases = tt_kunit_cases,
};

kunit_test_suite(tt_kunit_suite);
