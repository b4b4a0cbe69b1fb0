// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Running a bind
 *
 * What happens between a job's dependencies and its fence: the VA tree changes,
 * then the page tables follow it, then the TLB acknowledges, and only then do the
 * objects learn that they are not mapped any more. All of it under one hold of
 * the tree lock, so whoever holds that lock sees a tree that says what the GPU
 * sees.
 *
 * The steps of drm_gpuvm change the VA tree and nothing else. They consume
 * mappings that the ioctl has allocated, and cannot fail. The page tables are
 * brought in line once, for all operations together: an address that is mapped
 * before and after has no hole in between, and what is mapped again as it was is
 * not written.
 *
 * Context: everything here runs in the fence signalling path: no allocation, no
 * reservation, no wait but for the hardware.
 */

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/device.h"
#include "drm/gem.h"
#include "drm/quarantine.h"
#include "drm/rebind.h"
#include "drm/trace.h"
#include "drm/va.h"
#include "drm/view.h"
#include "drm/vm.h"

/* What the steps of one operation share. */
struct cnova_bind_step {
	struct cnova_vm *vm;
	struct cnova_bind_op *op;
	/* What it has locked; NULL: it runs with no objects locked. */
	const struct cnova_object_set *set;
	struct list_head *spare_vas;
	struct list_head *removed;
	/* The operation maps again exactly what it found. */
	bool identical;
};

static struct cnova_va *cnova_step_take_va(struct cnova_bind_step *step)
{
	struct cnova_va *va = list_first_entry(step->spare_vas, struct cnova_va, base.rb.entry);

	list_del_init(&va->base.rb.entry);
	return va;
}

/*
 * What a job touches it has put its fence on: eviction waits for that. Where locks are
 * proved, this is too.
 */
static void cnova_step_check(struct cnova_bind_step *step, const struct drm_gpuva *va)
{
	if (IS_ENABLED(CONFIG_PROVE_LOCKING) && step->set)
		drm_WARN_ONCE(&step->vm->cnova->drm,
			      !cnova_object_set_has(step->set, step->vm, va->gem.obj),
			      "a bind touches an object that it has not locked\n");
}

/* Out of the tree; stays on the list of its object until the TLB has acknowledged. */
static void cnova_step_removed(struct cnova_bind_step *step, struct drm_gpuva *va)
{
	trace_cnova_bind_step(step->vm, va, false);
	cnova_step_check(step, va);
	step->vm->mapped -= va->va.range;
	list_add_tail(&va->rb.entry, step->removed);
}

static void cnova_step_inserted(struct cnova_bind_step *step, struct drm_gpuva *va,
				struct drm_gpuvm_bo *vm_bo)
{
	trace_cnova_bind_step(step->vm, va, true);
	cnova_step_check(step, va);
	step->vm->mapped += va->va.range;
	if (!vm_bo)
		return;

	mutex_lock(&va->gem.obj->gpuva.lock);
	drm_gpuva_link(va, vm_bo);
	mutex_unlock(&va->gem.obj->gpuva.lock);
}

static bool cnova_op_is_identical(const struct cnova_bind_op *op, const struct drm_gpuva *gpuva)
{
	const struct cnova_va *va = container_of_const(gpuva, struct cnova_va, base);

	return op && op->type == DRM_CNOVA_VM_BIND_OP_MAP && va->bound &&
	       gpuva->gem.obj == &op->bo->ttm.base && gpuva->gem.offset == op->offset &&
	       gpuva->va.addr == op->start && gpuva->va.range == op->last - op->start + 1 &&
	       va->flags == op->flags && va->kind == op->kind;
}

static int cnova_step_map(struct drm_gpuva_op *gpuva_op, void *priv)
{
	struct cnova_bind_step *step = priv;
	struct cnova_va *va = cnova_step_take_va(step);

	lockdep_assert_held(&step->vm->vmm.lock);

	va->flags = step->op->flags;
	va->kind = step->op->kind;
	va->bound = step->identical;
	va->base.flags = step->op->bo ? 0 : DRM_GPUVA_SPARSE;
	drm_gpuva_map(&step->vm->base, &va->base, &gpuva_op->map);
	cnova_step_inserted(step, &va->base, step->op->vm_bo);
	return 0;
}

static struct cnova_va *cnova_step_piece(struct cnova_bind_step *step, const struct cnova_va *of)
{
	struct cnova_va *va = cnova_step_take_va(step);

	va->flags = of->flags;
	va->kind = of->kind;
	va->bound = of->bound;
	va->evicted = of->evicted;
	va->base.flags = of->base.flags;
	return va;
}

static int cnova_step_remap(struct drm_gpuva_op *gpuva_op, void *priv)
{
	struct cnova_bind_step *step = priv;
	struct drm_gpuva_op_remap *remap = &gpuva_op->remap;
	struct drm_gpuva *old = remap->unmap->va;
	struct cnova_va *prev = NULL, *next = NULL;

	lockdep_assert_held(&step->vm->vmm.lock);

	if (remap->prev)
		prev = cnova_step_piece(step, to_cnova_va(old));
	if (remap->next)
		next = cnova_step_piece(step, to_cnova_va(old));

	drm_gpuva_remap(prev ? &prev->base : NULL, next ? &next->base : NULL, remap);

	/* To the old mapping's vm_bo, which that one keeps alive; not to the new one's. */
	if (prev)
		cnova_step_inserted(step, &prev->base, old->vm_bo);
	if (next)
		cnova_step_inserted(step, &next->base, old->vm_bo);
	cnova_step_removed(step, old);
	return 0;
}

static int cnova_step_unmap(struct drm_gpuva_op *gpuva_op, void *priv)
{
	struct cnova_bind_step *step = priv;
	struct drm_gpuva *va = gpuva_op->unmap.va;

	lockdep_assert_held(&step->vm->vmm.lock);

	step->identical = cnova_op_is_identical(step->op, va);
	drm_gpuva_unmap(&gpuva_op->unmap);
	cnova_step_removed(step, va);
	return 0;
}

const struct drm_gpuvm_ops cnova_gpuvm_ops = {
	.vm_free = cnova_vm_free,
	.vm_bo_validate = cnova_vm_bo_validate,
	.sm_step_map = cnova_step_map,
	.sm_step_remap = cnova_step_remap,
	.sm_step_unmap = cnova_step_unmap,
};

/* Mappings of one object only; each lies in one of the ranges as a whole. */
static void cnova_bind_op_unmap_all(struct cnova_bind_step *step)
{
	struct cnova_bind_op *op = step->op;
	struct drm_gpuva *va, *next;

	for (u32 i = 0; i < op->nr_ranges; i++) {
		drm_gpuvm_for_each_va_range_safe(va, next, &step->vm->base,
						 op->ranges[i].start, op->ranges[i].end) {
			if (va->gem.obj != &op->bo->ttm.base)
				continue;
			drm_gpuva_remove(va);
			cnova_step_removed(step, va);
		}
	}
}

static int cnova_bind_op_apply(struct cnova_bind_step *step)
{
	struct cnova_bind_op *op = step->op;
	u64 range = op->last - op->start + 1;

	step->identical = false;
	trace_cnova_bind_op(op);

	if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
		cnova_bind_op_unmap_all(step);
		return 0;
	}

	if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP)
		return drm_gpuvm_sm_unmap(&step->vm->base, step, op->start, range);

	return drm_gpuvm_sm_map(&step->vm->base, step, &(struct drm_gpuvm_map_req){
		.map.va.addr = op->start,
		.map.va.range = range,
		.map.gem.obj = op->bo ? &op->bo->ttm.base : NULL,
		.map.gem.offset = op->offset,
	});
}

/*
 * What was executed is in the page tables now: a mapping that lies in it as a whole is
 * bound. Not if it was evicted before: an unmap-all may find another object's mapping in
 * its ranges, whose place is none of its business. By range, not by operation: the maps
 * of a job may lie in each other, and each would find what the others find.
 */
static void cnova_bind_job_mark_bound(const struct cnova_bind_job *job)
{
	struct cnova_vm *vm = job->vm;
	struct drm_gpuva *va;

	lockdep_assert_held(&vm->vmm.lock);

	for (u32 i = 0; i < job->pt.pt.nr_ranges; i++) {
		const struct cnova_pt_range *range = &job->pt.pt.ranges[i];

		drm_gpuvm_for_each_va_range(va, &vm->base, range->start, range->end) {
			vm->nr_marked++;
			if (!to_cnova_va(va)->evicted && va->va.addr >= range->start &&
			    va->va.addr + va->va.range <= range->end)
				to_cnova_va(va)->bound = true;
		}
	}
}

/*
 * The TLB has forgotten them, or will never tell. In the second case nothing
 * they reach may be used again: they go to the quarantine, before the fence of
 * the job signals.
 */
static void cnova_vm_unlink_removed(struct cnova_vm *vm, struct list_head *removed, int err)
{
	struct drm_gpuva *va;

	lockdep_assert_held(&vm->vmm.lock);

	if (cnova_vm_is_reachable(vm, err)) {
		vm->quarantined += cnova_quarantine_add(vm->cnova, removed);
		return;
	}

	list_for_each_entry(va, removed, rb.entry)
		drm_gpuva_unlink_defer(va);
}

static int cnova_bind_job_run_locked(struct cnova_bind_job *job)
{
	struct cnova_vm *vm = job->vm;
	struct cnova_tree_view view;
	int err;

	lockdep_assert_held(&vm->vmm.lock);

	cnova_pending_remove_locked(job);
	/* On a wedged device what it waited for may have been cancelled, not done. */
	if (vm->killed || vm->vmm.error || cnova_device_is_wedged(vm->cnova))
		return -ECANCELED;

	for (u32 i = 0; i < job->nr_ops; i++) {
		struct cnova_bind_step step = {
			.vm = vm,
			.op = &job->ops[i],
			.set = job->has_locks ? &job->set : NULL,
			.spare_vas = &job->spare_vas,
			.removed = &job->removed,
		};

		err = cnova_bind_op_apply(&step);
		if (drm_WARN_ON_ONCE(&vm->cnova->drm, err))
			return err;
	}

	err = cnova_vmm_execute_locked(&vm->vmm, &job->pt, cnova_tree_view_init(&view, vm));
	if (!err)
		cnova_bind_job_mark_bound(job);
	cnova_vm_unlink_removed(vm, &job->removed, err);
	return err;
}

/**
 * cnova_bind_job_run() - Apply a job.
 * @job: Job whose dependencies have signalled.
 *
 * Context: Process context, fence signalling path.
 * Return: 0; -ECANCELED: the address space was killed or dead, or the device wedged,
 * nothing was touched; -ENODEV: the device is gone; -EIO: the hardware failed, the
 * address space is dead now.
 */
int cnova_bind_job_run(struct cnova_bind_job *job)
{
	struct cnova_vm *vm = job->vm;
	bool cookie = dma_fence_begin_signalling();
	bool died;
	int err, idx;

	mutex_lock(&vm->vmm.lock);
	trace_cnova_bind_run(job);
	if (drm_dev_enter(&vm->cnova->drm, &idx)) {
		err = cnova_bind_job_run_locked(job);
		drm_dev_exit(idx);
	} else {
		cnova_pending_remove_locked(job);
		err = -ENODEV;
	}
	died = err && err != -ECANCELED && vm->vmm.error;
	/* A wait that timed out would look the same to user space. */
	if (err == -ETIMEDOUT)
		err = -EIO;
	cnova_history_add(&vm->history, job, err);
	if (died)
		cnova_coredump_vm(vm, vm->vmm.error);
	trace_cnova_bind_done(job, err);
	mutex_unlock(&vm->vmm.lock);

	if (died)
		queue_work(vm->cnova->cleanup_wq, &vm->died_work);

	dma_fence_end_signalling(cookie);
	return err;
}

/**
 * cnova_vm_unmap_everything() - Empty an address space that nobody uses any more.
 * @vm: Address space without jobs.
 *
 * Works whatever state the hardware is in: what it may still reach goes to the
 * quarantine.
 *
 * Context: Process context, no &dma_resv held.
 * Return: 0, or an error of the hardware.
 */
int cnova_vm_unmap_everything(struct cnova_vm *vm)
{
	struct drm_gpuva *va, *next;
	LIST_HEAD(removed);
	int err;

	mutex_lock(&vm->vmm.lock);
	drm_gpuvm_for_each_va_safe(va, next, &vm->base) {
		drm_gpuva_remove(va);
		list_add_tail(&va->rb.entry, &removed);
	}
	vm->mapped = 0;

	err = cnova_vmm_clear_locked(&vm->vmm);
	cnova_vm_unlink_removed(vm, &removed, err);
	mutex_unlock(&vm->vmm.lock);

	cnova_vas_free(&removed);
	return err;
}
