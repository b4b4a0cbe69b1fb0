// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Re-binding
 *
 * What was evicted is mapped again before the GPU uses the address space the next time:
 * inside the drm_exec loop of an execution, which holds the reservation of the VM and
 * those of all external objects, so that nothing is evicted between this and its fence.
 * There is no job: the page tables are written here and now. The execution has to wait
 * for the KERNEL fences of the objects, as always.
 *
 * An object is first given its place, then its evicted mappings get tables, then, under
 * the tree lock, those that are still the same get their entries. A bind that ran in
 * between may have cut one, for the pieces of which other tables are needed: that one is
 * left for another round. New binds need the reservation of the VM, so there is an end.
 *
 * To map what was evicted changes the size of no leaf: its entries are empty, and the TLB
 * has acknowledged that they are. So this needs no order against executions.
 *
 * To find a place for one object may evict others of the same VM, private ones, which
 * come back to the list. What was settled in this transaction stays: drm/evict.c.
 *
 * Locking: see cnova_vm_rebind(). The tree lock is taken where nothing allocates.
 */

#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#include <linux/slab.h>

#include <drm/drm_exec.h>
#include <drm/drm_gpuvm.h>
#include <drm/ttm/ttm_bo.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/rebind.h"
#include "drm/trace.h"
#include "drm/validate.h"
#include "drm/view.h"
#include "drm/vm.h"

/* Mappings of one object in one round. */
#define CNOVA_REBIND_MAX	4096

/* A mapping as it was found. */
struct cnova_rebind_va {
	struct cnova_mapping map;
	struct cnova_mapping_view view;
};

/* A round for one object. */
struct cnova_rebind {
	struct cnova_vm *vm;
	struct drm_gpuvm_bo *vm_bo;
	struct cnova_rebind_va *vas;
	struct cnova_pt_op *pt_ops;
	u32 nr;
	u32 max;
};

/* As many as there is room for. Return: how many there are. */
static u32 cnova_rebind_find(struct cnova_rebind *rebind)
{
	struct drm_gpuvm_bo *vm_bo = rebind->vm_bo;
	struct cnova_vm *vm = rebind->vm;
	struct drm_gpuva *va;
	u32 nr = 0;

	rebind->nr = 0;
	mutex_lock(&vm->vmm.lock);
	mutex_lock(&vm_bo->obj->gpuva.lock);
	drm_gpuvm_bo_for_each_va(va, vm_bo) {
		if (!to_cnova_va(va)->evicted)
			continue;
		if (rebind->nr < rebind->max)
			cnova_mapping_init(&rebind->vas[rebind->nr++].map, va);
		nr++;
	}
	mutex_unlock(&vm_bo->obj->gpuva.lock);
	mutex_unlock(&vm->vmm.lock);
	return nr;
}

static void cnova_rebind_free(struct cnova_rebind *rebind)
{
	kvfree(rebind->vas);
	kvfree(rebind->pt_ops);
}

static int cnova_rebind_alloc(struct cnova_rebind *rebind, u32 nr)
{
	rebind->max = min(nr, CNOVA_REBIND_MAX);
	rebind->vas = kvmalloc_array(rebind->max, sizeof(*rebind->vas), GFP_KERNEL);
	rebind->pt_ops = kvmalloc_array(rebind->max, sizeof(*rebind->pt_ops), GFP_KERNEL);
	if (rebind->vas && rebind->pt_ops)
		return 0;

	cnova_rebind_free(rebind);
	return -ENOMEM;
}

static int cnova_rebind_prepare(struct cnova_rebind *rebind, struct cnova_vmm_job *job,
				struct ttm_operation_ctx *ctx)
{
	for (u32 i = 0; i < rebind->nr; i++) {
		struct cnova_rebind_va *va = &rebind->vas[i];

		/* It is as it was: nobody's leaf is cut. */
		rebind->pt_ops[i] = (struct cnova_pt_op){
			.range = { va->map.start, va->map.end },
			.view = cnova_mapping_view_init(&va->view, &va->map),
		};
	}

	return cnova_vmm_prepare(&rebind->vm->vmm, job, rebind->pt_ops, rebind->nr, ctx);
}

/* The evicted mapping that was found before, if it has not changed. */
static struct cnova_va *cnova_rebind_find_again_locked(struct cnova_rebind *rebind, u32 i)
{
	const struct cnova_mapping *map = &rebind->vas[i].map;
	struct cnova_mapping now;
	struct drm_gpuva *va;

	va = drm_gpuva_find(&rebind->vm->base, map->start, map->end - map->start);
	if (!va || !to_cnova_va(va)->evicted)
		return NULL;

	cnova_mapping_init(&now, va);
	return cnova_mapping_is_equal(&now, map) ? to_cnova_va(va) : NULL;
}

static int cnova_rebind_execute_locked(struct cnova_rebind *rebind, struct cnova_vmm_job *job)
{
	struct cnova_vm *vm = rebind->vm;
	struct cnova_tree_view view;
	struct cnova_va *va;
	int err;

	lockdep_assert_held(&vm->vmm.lock);

	if (vm->killed)
		return -ECANCELED;

	for (u32 i = 0; i < rebind->nr; i++) {
		va = cnova_rebind_find_again_locked(rebind, i);
		if (va)
			va->evicted = false;
		else
			rebind->vas[i].map.bo = NULL;
	}

	err = cnova_vmm_execute_locked(&vm->vmm, job, cnova_tree_view_init(&view, vm));
	if (err)
		return err;

	for (u32 i = 0; i < rebind->nr; i++) {
		const struct cnova_mapping *map = &rebind->vas[i].map;

		if (map->bo)
			to_cnova_va(drm_gpuva_find(&vm->base, map->start,
						   map->end - map->start))->bound = true;
	}
	return 0;
}

static int cnova_rebind_execute(struct cnova_rebind *rebind, struct cnova_vmm_job *job)
{
	struct cnova_vm *vm = rebind->vm;
	bool was_dead;
	int err;

	mutex_lock(&vm->vmm.lock);
	was_dead = vm->vmm.error;
	err = cnova_rebind_execute_locked(rebind, job);
	if (vm->vmm.error && !was_dead)
		cnova_vm_died_locked(vm);
	mutex_unlock(&vm->vmm.lock);

	trace_cnova_vm_rebind(vm, rebind->vm_bo->obj, rebind->nr, err);
	return err;
}

/* Here a bind that was accepted before may run; tests see to it that one does. */
VISIBLE_IF_KUNIT void cnova_rebind_prepared(struct cnova_vm *vm)
{
	KUNIT_STATIC_STUB_REDIRECT(cnova_rebind_prepared, vm);
}

/* Return: 1: all that was found is bound; 0: there may be more; negative errno. */
static int cnova_rebind_round(struct cnova_rebind *rebind, struct ttm_operation_ctx *ctx)
{
	struct cnova_vmm_job job = {};
	int err;

	if (!cnova_rebind_find(rebind))
		return 1;

	err = cnova_rebind_prepare(rebind, &job, ctx);
	if (err)
		return err;

	cnova_rebind_prepared(rebind->vm);
	err = cnova_rebind_execute(rebind, &job);
	cnova_vmm_cleanup(&rebind->vm->vmm, &job);
	return err;
}

/**
 * cnova_vm_bo_validate() - Bind an evicted object again; &drm_gpuvm_ops.vm_bo_validate.
 * @vm_bo: The object in its address space.
 * @exec: What it was locked with.
 *
 * Context: See cnova_vm_rebind(), whose part this is.
 * Return: As there.
 */
int cnova_vm_bo_validate(struct drm_gpuvm_bo *vm_bo, struct drm_exec *exec)
{
	struct cnova_rebind rebind = { .vm = to_cnova_vm(vm_bo->vm), .vm_bo = vm_bo };
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.resv = drm_gpuvm_resv(vm_bo->vm),
		.allow_res_evict = true,
	};
	u32 nr = cnova_rebind_find(&rebind);
	int err = 0;

	/* Else all mappings went meanwhile, or were made anew by binds. */
	if (nr) {
		err = cnova_bo_validate(to_cnova_bo(vm_bo->obj), &ctx);
		if (err)
			return err;

		err = cnova_rebind_alloc(&rebind, nr);
		if (err)
			return err;

		do {
			err = cnova_rebind_round(&rebind, &ctx);
		} while (!err);
		cnova_rebind_free(&rebind);
		if (err < 0)
			return err;
	}

	/* drm_gpuvm takes it off its list. */
	vm_bo->evicted = false;
	return 0;
}

static bool cnova_vm_has_evicted(struct cnova_vm *vm)
{
	struct drm_gpuvm_bo *vm_bo;

	drm_gpuvm_resv_assert_held(&vm->base);

	/* Some there have no users any more, and wait for the worker. */
	list_for_each_entry(vm_bo, &vm->base.evict.list, list.entry.evict)
		if (vm_bo->evicted && kref_read(&vm_bo->kref))
			return true;
	return false;
}

/**
 * cnova_vm_rebind() - Map what was evicted.
 * @vm: Address space.
 * @exec: The VM's reservation and all its external objects are locked with it, by
 *        drm_gpuvm_prepare_vm() and then drm_gpuvm_prepare_objects(), in this order.
 *
 * To be called inside drm_exec_until_all_locked(), behind
 * drm_exec_retry_on_contention(): to make room TTM may lock more objects with the same
 * ticket. Slots for fences are reserved after it.
 *
 * Context: Process context, with &cnova_device.validate_lock held, inside
 * drm_dev_enter().
 * Return: 0: until the reservations are dropped nothing is evicted, and everything is
 * bound. -ENOMEM, -ENOSPC: no room; the caller should drop everything and try once more
 * with &cnova_device.validate_lock held for write. -ERESTARTSYS: a signal came.
 * -ECANCELED: the address space was killed. -EIO, -ETIMEDOUT, -ENODEV: it is dead. What
 * was bound before an error stays so.
 */
int cnova_vm_rebind(struct cnova_vm *vm, struct drm_exec *exec)
{
	int err;

	do {
		err = drm_gpuvm_validate(&vm->base, exec);
	} while (!err && cnova_vm_has_evicted(vm));

	return err;
}

/* ------------------------------------------------------------------ all of it */

/**
 * cnova_vm_is_evicted() - Is an address mapped to memory that was taken away?
 * @vm: Address space.
 * @va: Address.
 *
 * Context: Process context. Takes the tree lock.
 * Return: true if a fault there is not the user's.
 */
bool cnova_vm_is_evicted(struct cnova_vm *vm, u64 va)
{
	struct drm_gpuva *gpuva;
	bool evicted;

	mutex_lock(&vm->vmm.lock);
	gpuva = drm_gpuva_find_first(&vm->base, va, 1);
	evicted = gpuva && to_cnova_va(gpuva)->evicted && !vm->vmm.error && !vm->killed;
	mutex_unlock(&vm->vmm.lock);
	return evicted;
}

static int cnova_vm_lock_and_rebind(struct drm_exec *exec, void *arg)
{
	struct cnova_vm *vm = arg;
	int err;

	drm_exec_init(exec, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES, 0);
	drm_exec_until_all_locked(exec) {
		err = drm_gpuvm_prepare_vm(&vm->base, exec, 0);
		if (!err)
			err = drm_gpuvm_prepare_objects(&vm->base, exec, 0);
		drm_exec_retry_on_contention(exec);
		if (!err)
			err = cnova_vm_rebind(vm, exec);
		if (err)
			break;
	}

	if (err)
		drm_exec_fini(exec);
	return err;
}

/**
 * cnova_vm_lock_bound() - Have everything bound, and keep it so.
 * @vm: Address space.
 * @validation: For cnova_validation_end().
 *
 * For an execution, and for the eye in debugfs, which looks as one does.
 *
 * Context: Process context, no locks of the driver held but &cnova_vm.submit_lock, inside
 * drm_dev_enter().
 * Return: 0, to be ended by cnova_validation_end(); or as cnova_vm_rebind(), then
 * nothing is locked.
 */
int cnova_vm_lock_bound(struct cnova_vm *vm, struct cnova_validation *validation)
{
	return cnova_validation_begin(validation, vm->cnova, cnova_vm_lock_and_rebind, vm);
}
