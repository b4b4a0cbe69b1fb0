// SPDX-License-Identifier: GPL-2.0-only
/*
 * An address space on the device that cnova_sim made; tests are skipped where there is none.
 */

#include <linux/dma-fence.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "tests/vm_fixture.h"

unsigned long vm_kunit_seed = 1;
module_param_named(vm_seed, vm_kunit_seed, ulong, 0444);
MODULE_PARM_DESC(vm_seed, "Seed of the random sets (default 1)");

int vm_fixture_init(struct kunit *test)
{
	struct vm_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	dev = bus_find_device_by_name(&platform_bus_type, NULL, CNOVA_SIM_PLATFORM_NAME);
	if (!dev || !dev_get_drvdata(dev)) {
		put_device(dev);
		kunit_skip(test, "no device: load cnova_sim first");
	}

	fix->dev = dev;
	fix->cnova = dev_get_drvdata(dev);
	fix->vm = cnova_vm_create(fix->cnova, &fix->file);
	if (IS_ERR(fix->vm)) {
		put_device(dev);
		KUNIT_FAIL_AND_ABORT(test, "cnova_vm_create: %pe", fix->vm);
	}
	test->priv = fix;
	return 0;
}

void vm_fixture_close(struct vm_fixture *fix)
{
	if (!fix->vm)
		return;
	cnova_vm_close(fix->vm);
	cnova_vm_put(fix->vm);
	fix->vm = NULL;
}

void vm_fixture_exit(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	if (!fix)
		return;
	vm_fixture_close(fix);
	put_device(fix->dev);
}

void vm_put_bo(void *bo)
{
	drm_gem_object_put(&((struct cnova_bo *)bo)->ttm.base);
}

struct cnova_bo *vm_new_bo(struct kunit *test, u32 flags)
{
	struct vm_fixture *fix = test->priv;
	bool private = flags & DRM_CNOVA_GEM_VM_PRIVATE;
	struct cnova_bo *bo;

	bo = cnova_bo_create(fix->cnova, BO_SIZE, flags, private ? fix->vm->root : NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bo);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, vm_put_bo, bo), 0);
	return bo;
}

/* Operation @index of a job, as the ioctl would have parsed it. */
void vm_set_op(struct kunit *test, struct cnova_bind_job *job, u32 index, u32 type,
	       struct cnova_bo *bo, u64 va, u64 range)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bind_op *op = &job->ops[index];

	op->type = type;
	op->start = BASE + va;
	op->last = BASE + va + range - 1;
	if (bo) {
		drm_gem_object_get(&bo->ttm.base);
		op->bo = bo;
	}
	if (type == DRM_CNOVA_VM_BIND_OP_MAP) {
		struct drm_gpuvm_bo *vm_bo = drm_gpuvm_bo_create(&fix->vm->base, &bo->ttm.base);

		KUNIT_ASSERT_NOT_NULL(test, vm_bo);
		op->vm_bo = drm_gpuvm_bo_obtain_prealloc(vm_bo);
	}
}

/* A job of a queue; 0: the VM's own. */
struct cnova_bind_job *vm_new_empty_job(struct kunit *test, u32 queue_id, u32 nr_ops)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bind_queue *queue = cnova_bind_queue_get(fix->vm, queue_id);
	struct cnova_bind_job *job;

	KUNIT_ASSERT_NOT_NULL(test, queue);
	job = cnova_bind_job_create(queue, nr_ops);
	cnova_bind_queue_put(queue);
	KUNIT_ASSERT_NOT_NULL(test, job);
	return job;
}

/* A job of one operation. */
struct cnova_bind_job *vm_new_job(struct kunit *test, u32 type, struct cnova_bo *bo,
				  u64 va, u64 range)
{
	struct cnova_bind_job *job = vm_new_empty_job(test, 0, 1);

	vm_set_op(test, job, 0, type, bo, va, range);
	return job;
}

void vm_run_job(struct kunit *test, struct cnova_bind_job *job)
{
	struct vm_fixture *fix = test->priv;
	struct dma_fence *fence;

	KUNIT_ASSERT_EQ(test, cnova_bind_job_submit(job, &fix->file, &fence), 0);
	KUNIT_EXPECT_EQ(test, cnova_fence_wait_killable(fence), 0);
	dma_fence_put(fence);
}

void vm_map_bo(struct kunit *test, struct cnova_bo *bo, u64 va)
{
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo, va, BO_SIZE));
}

/* Announces the job and finds its set; vm_forget() has to follow. */
void vm_collect(struct kunit *test, struct cnova_bind_job *job)
{
	mutex_lock(&job->vm->submit_lock);
	KUNIT_EXPECT_EQ(test, cnova_pending_add(job), 0);
	KUNIT_EXPECT_EQ(test, cnova_pending_collect(job), 0);
	mutex_unlock(&job->vm->submit_lock);
}

void vm_forget(struct cnova_bind_job *job)
{
	cnova_pending_remove(job);
	cnova_bind_job_destroy(job);
}

bool vm_set_has(const struct cnova_bind_job *job, const struct cnova_bo *bo)
{
	for (u32 i = 0; i < job->set.nr; i++)
		if (job->set.objs[i] == &bo->ttm.base)
			return true;
	return false;
}

static const char *vm_fence_name(struct dma_fence *fence)
{
	return "fake";
}

static const struct dma_fence_ops vm_fence_ops = {
	.get_driver_name = vm_fence_name,
	.get_timeline_name = vm_fence_name,
};

void vm_exec_begin(struct kunit *test, struct vm_exec *exec)
{
	struct vm_fixture *fix = test->priv;
	struct vm_fence *fence = kzalloc_obj(*fence);

	KUNIT_ASSERT_NOT_NULL(test, fence);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &vm_fence_ops, &fence->lock, dma_fence_context_alloc(1), 1);
	exec->fence = fence;
	dma_resv_lock(fix->vm->root->resv, NULL);
	cnova_exec_slot_add(fix->vm, &exec->slot);
	cnova_exec_slot_set(fix->vm, &exec->slot, &fence->base);
	dma_resv_unlock(fix->vm->root->resv);
}

void vm_exec_end(struct kunit *test, struct vm_exec *exec)
{
	struct vm_fixture *fix = test->priv;

	dma_resv_lock(fix->vm->root->resv, NULL);
	cnova_exec_slot_remove(fix->vm, &exec->slot);
	dma_resv_unlock(fix->vm->root->resv);
	dma_fence_put(&exec->fence->base);
}
