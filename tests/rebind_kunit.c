// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was evicted is bound again, and a bind that was accepted before runs in the middle of
 * that: between the moment when tables were made for mappings and that when they are
 * written. Runs on the device that cnova_sim made; skipped where there is none.
 *
 * Rules of the VM_BIND contract: [13] submission order; [16] nobody finds memory that was
 * taken away.
 */

#include <kunit/static_stub.h>
#include <linux/dma-fence.h>

#include "drm/evict.h"
#include "drm/rebind.h"
#include "drm/resize.h"
#include "drm/validate.h"
#include "tests/vm_fixture.h"

/* Where the first mapping is cut. */
#define CUT		SZ_16K

/* An execution that takes as long as the test wants, and that binds which cut leaves wait for. */
struct rebind_fence {
	struct dma_fence base;
	/* Of @base. */
	spinlock_t lock;
};

/* Of the test that runs. */
static struct rebind_race {
	struct cnova_exec_slot slot;
	struct rebind_fence *exec;
	/* Of the bind that runs in between. */
	struct dma_fence *bind;
	u32 nr_prepared;
	/* Translations that another suite has left in the TLB, of address spaces that are dead. */
	int nr_stale;
	int err;
} race;

static const char *rebind_fence_name(struct dma_fence *fence)
{
	return "rebind_kunit";
}

static const struct dma_fence_ops rebind_fence_ops = {
	.get_driver_name = rebind_fence_name,
	.get_timeline_name = rebind_fence_name,
};

static void race_begin(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	memset(&race, 0, sizeof(race));
	race.nr_stale = cnova_io_gpu_stale(&fix->cnova->io);
	race.exec = kzalloc_obj(*race.exec);
	KUNIT_ASSERT_NOT_NULL(test, race.exec);
	spin_lock_init(&race.exec->lock);
	dma_fence_init(&race.exec->base, &rebind_fence_ops, &race.exec->lock,
		       dma_fence_context_alloc(1), 1);
	dma_resv_lock(fix->vm->root->resv, NULL);
	cnova_exec_slot_add(fix->vm, &race.slot);
	cnova_exec_slot_set(fix->vm, &race.slot, &race.exec->base);
	dma_resv_unlock(fix->vm->root->resv);
}

/* Stands for cnova_rebind_prepared(): the first time, what the bind waits for is over. */
static void race_prepared(struct cnova_vm *vm)
{
	if (race.nr_prepared++)
		return;

	dma_fence_signal(&race.exec->base);
	race.err = cnova_fence_wait_killable(race.bind);
}

/* Bind again, with @job, which cuts a leaf and so waits, in the middle of it. */
static void race_run(struct kunit *test, struct cnova_bind_job *job)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_validation validation;

	KUNIT_ASSERT_EQ(test, cnova_bind_job_submit(job, &fix->file, &race.bind), 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(race.bind));

	kunit_activate_static_stub(test, cnova_rebind_prepared, race_prepared);
	KUNIT_ASSERT_EQ(test, cnova_vm_lock_bound(fix->vm, &validation), 0);
	kunit_deactivate_static_stub(test, cnova_rebind_prepared);
	cnova_validation_end(&validation);
	KUNIT_EXPECT_EQ(test, race.err, 0);
	dma_fence_put(race.bind);

	dma_resv_lock(fix->vm->root->resv, NULL);
	cnova_exec_slot_remove(fix->vm, &race.slot);
	dma_resv_unlock(fix->vm->root->resv);
	dma_fence_put(&race.exec->base);
}

/* The object loses its place, as far as page tables are concerned. */
static void zap(struct kunit *test, struct cnova_bo *bo)
{
	dma_resv_lock(bo->ttm.base.resv, NULL);
	KUNIT_EXPECT_EQ(test, cnova_bo_zap(bo), 0);
	dma_resv_unlock(bo->ttm.base.resv);
}

static int gpu_access(struct kunit *test, u64 va, u64 *word, bool write)
{
	struct vm_fixture *fix = test->priv;
	u64 pdb = cnova_vmm_pdb(&fix->vm->vmm).raw, fault_va;

	if (write)
		return cnova_io_gpu_write(&fix->cnova->io, pdb, BASE + va, word, sizeof(*word),
					  &fault_va);
	return cnova_io_gpu_read(&fix->cnova->io, pdb, BASE + va, word, sizeof(*word), &fault_va);
}

/* Each page of what is mapped at @va holds @seed and its number. */
static void fill(struct kunit *test, u64 va, u64 seed)
{
	for (u32 i = 0; i < BO_SIZE / SZ_4K; i++) {
		u64 word = seed + i;

		KUNIT_EXPECT_EQ(test, gpu_access(test, va + i * SZ_4K, &word, true), 0);
	}
}

static void expect_pages(struct kunit *test, u64 start, u64 end, u64 va, u64 seed)
{
	for (u64 at = start; at < end; at += SZ_4K) {
		u64 word = 0;

		KUNIT_EXPECT_EQ_MSG(test, gpu_access(test, at, &word, false), 0, "%#llx", at);
		KUNIT_EXPECT_EQ_MSG(test, word, seed + (at - va) / SZ_4K, "%#llx", at);
	}
}

/* All mappings of objects are bound, and there are @nr of them. */
static void expect_bound(struct kunit *test, u32 nr)
{
	struct vm_fixture *fix = test->priv;
	struct drm_gpuva *va;
	u32 found = 0;

	mutex_lock(&fix->vm->vmm.lock);
	drm_gpuvm_for_each_va(va, &fix->vm->base) {
		if (!va->gem.obj)
			continue;
		found++;
		KUNIT_EXPECT_TRUE_MSG(test, to_cnova_va(va)->bound, "%#llx", va->va.addr);
		KUNIT_EXPECT_FALSE_MSG(test, to_cnova_va(va)->evicted, "%#llx", va->va.addr);
	}
	mutex_unlock(&fix->vm->vmm.lock);
	KUNIT_EXPECT_EQ(test, found, nr);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_stale(&fix->cnova->io), race.nr_stale);
}

/* It was cut: the pieces need another round, and what is left of it is a hole. */
static void cut_in_between(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0);
	u64 word;

	vm_map_bo(test, bo, 0);
	vm_map_bo(test, bo, STRIDE);
	fill(test, 0, 0x1000);
	zap(test, bo);
	KUNIT_EXPECT_EQ(test, gpu_access(test, 0, &word, false), -EFAULT);

	race_begin(test);
	race_run(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, CUT, SZ_4K));
	KUNIT_EXPECT_EQ(test, race.nr_prepared, 2);
	expect_bound(test, 3);
	expect_pages(test, 0, CUT, 0, 0x1000);
	KUNIT_EXPECT_EQ(test, gpu_access(test, CUT, &word, false), -EFAULT);
	expect_pages(test, CUT + SZ_4K, BO_SIZE, 0, 0x1000);
	expect_pages(test, STRIDE, STRIDE + BO_SIZE, STRIDE, 0x1000);
}

/* A part of it shows another object: that one's binding is left alone. */
static void replaced_in_part_in_between(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0), *other = vm_new_bo(test, 0);
	struct cnova_bind_job *job;

	vm_map_bo(test, bo, 0);
	vm_map_bo(test, other, STRIDE);
	fill(test, 0, 0x1000);
	fill(test, STRIDE, 0x2000);
	zap(test, bo);

	race_begin(test);
	job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, other, CUT, SZ_4K);
	race_run(test, job);
	expect_bound(test, 4);
	expect_pages(test, 0, CUT, 0, 0x1000);
	expect_pages(test, CUT, CUT + SZ_4K, CUT, 0x2000);
	expect_pages(test, CUT + SZ_4K, BO_SIZE, 0, 0x1000);
	expect_pages(test, STRIDE, STRIDE + BO_SIZE, STRIDE, 0x2000);
}

/* The same range, the same object, another place in it: not what tables were made for. */
static void moved_within_in_between(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0);
	struct cnova_bind_job *job;

	vm_map_bo(test, bo, STRIDE);
	fill(test, STRIDE, 0x1000);
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo, 0, SZ_4K));
	zap(test, bo);

	race_begin(test);
	/* The second operation is what cuts a leaf, and makes the job wait. */
	job = vm_new_empty_job(test, 0, 2);
	vm_set_op(test, job, 0, DRM_CNOVA_VM_BIND_OP_MAP, bo, 0, SZ_4K);
	job->ops[0].offset = SZ_32K;
	vm_set_op(test, job, 1, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, STRIDE + CUT, SZ_4K);
	race_run(test, job);
	expect_bound(test, 3);
	expect_pages(test, 0, SZ_4K, 0, 0x1000 + SZ_32K / SZ_4K);
	expect_pages(test, STRIDE, STRIDE + CUT, STRIDE, 0x1000);
	expect_pages(test, STRIDE + CUT + SZ_4K, STRIDE + BO_SIZE, STRIDE, 0x1000);
}

/* It has gone altogether: nothing is written in its place. */
static void unmapped_in_between(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0);
	struct cnova_bind_job *job;
	u64 word;

	vm_map_bo(test, bo, 0);
	vm_map_bo(test, bo, STRIDE);
	fill(test, 0, 0x1000);
	zap(test, bo);

	race_begin(test);
	job = vm_new_empty_job(test, 0, 2);
	vm_set_op(test, job, 0, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, BO_SIZE);
	vm_set_op(test, job, 1, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, STRIDE + CUT, SZ_4K);
	race_run(test, job);
	expect_bound(test, 2);
	for (u64 at = 0; at < BO_SIZE; at += SZ_4K)
		KUNIT_EXPECT_EQ(test, gpu_access(test, at, &word, false), -EFAULT);
	expect_pages(test, STRIDE, STRIDE + CUT, STRIDE, 0x1000);
}

static struct kunit_case rebind_kunit_cases[] = {
	KUNIT_CASE(cut_in_between),
	KUNIT_CASE(replaced_in_part_in_between),
	KUNIT_CASE(moved_within_in_between),
	KUNIT_CASE(unmapped_in_between),
	{}
};

static struct kunit_suite rebind_kunit_suite = {
	.name = "cnova_rebind",
	.init = vm_fixture_init,
	.exit = vm_fixture_exit,
	.test_cases = rebind_kunit_cases,
};

kunit_test_suite(rebind_kunit_suite);
