// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Eviction
 *
 * An object that loses its place is taken out of the page tables of all address spaces
 * that map it, one acknowledged invalidate for each. Its mappings stay in the VA trees,
 * as evicted: for the page tables a hole, until cnova_vm_rebind() finds the object a
 * place and writes the entries again. Tables stay too, so that this needs few.
 *
 * In immediate mode a bind that was accepted has no mapping yet. So whoever takes an
 * object away waits first for the fences in its reservation, all of them, and zaps then:
 * the other way round, a bind that runs in between would write the old place.
 *
 * If an address space does not acknowledge, it is dead, and the GPU may go on using the
 * object: that one stays where it is, in quarantine. The other address spaces have lost
 * it by then, and are in working order.
 *
 * Locking: the reservation of the object. Inside it, one after the other and none within
 * another, the tree locks of its address spaces: drm/vm.h.
 */

#include <linux/dma-resv.h>

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/ttm/ttm_bo.h>

#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/evict.h"
#include "drm/gem.h"
#include "drm/quarantine.h"
#include "drm/trace.h"
#include "drm/vm.h"

/* Clears the entries. Return: how many mappings had some. */
static u32 cnova_vm_zap_entries_locked(struct cnova_vm *vm, struct drm_gpuvm_bo *vm_bo)
{
	struct drm_gpuva *va;
	u32 nr = 0;

	lockdep_assert_held(&vm->vmm.lock);

	mutex_lock(&vm_bo->obj->gpuva.lock);
	drm_gpuvm_bo_for_each_va(va, vm_bo) {
		if (to_cnova_va(va)->evicted)
			continue;

		cnova_vmm_zap_locked(&vm->vmm, &(struct cnova_pt_range){
			va->va.addr, va->va.addr + va->va.range,
		});
		nr++;
	}
	mutex_unlock(&vm_bo->obj->gpuva.lock);
	return nr;
}

static void cnova_vm_mark_evicted_locked(struct cnova_vm *vm, struct drm_gpuvm_bo *vm_bo)
{
	struct drm_gpuva *va;

	lockdep_assert_held(&vm->vmm.lock);

	mutex_lock(&vm_bo->obj->gpuva.lock);
	drm_gpuvm_bo_for_each_va(va, vm_bo) {
		to_cnova_va(va)->bound = false;
		to_cnova_va(va)->evicted = true;
	}
	mutex_unlock(&vm_bo->obj->gpuva.lock);
}

/* What may be in use still leaves the tree, as if a bind that unmapped it had failed. */
static void cnova_vm_quarantine_locked(struct cnova_vm *vm, struct drm_gpuvm_bo *vm_bo)
{
	struct drm_gpuva *va;
	LIST_HEAD(lost);

	lockdep_assert_held(&vm->vmm.lock);

	mutex_lock(&vm_bo->obj->gpuva.lock);
	drm_gpuvm_bo_for_each_va(va, vm_bo) {
		if (to_cnova_va(va)->evicted)
			continue;

		drm_gpuva_remove(va);
		vm->mapped -= va->va.range;
		list_add_tail(&va->rb.entry, &lost);
	}
	mutex_unlock(&vm_bo->obj->gpuva.lock);

	vm->quarantined += cnova_quarantine_add(vm->cnova, &lost);
}

static int cnova_vm_zap_locked(struct cnova_vm *vm, struct drm_gpuvm_bo *vm_bo)
{
	u32 nr = cnova_vm_zap_entries_locked(vm, vm_bo);
	bool was_dead = vm->vmm.error;
	int err;

	if (!nr)
		return 0;

	err = cnova_vmm_flush_locked(&vm->vmm);
	trace_cnova_vm_zap(vm, vm_bo->obj, nr, err);
	if (!cnova_vm_is_reachable(vm, err)) {
		cnova_vm_mark_evicted_locked(vm, vm_bo);
		drm_gpuvm_bo_evict(vm_bo, true);
		return 0;
	}

	cnova_vm_quarantine_locked(vm, vm_bo);
	if (!was_dead)
		cnova_vm_died_locked(vm);
	return err;
}

static int cnova_vm_zap(struct cnova_vm *vm, struct drm_gpuvm_bo *vm_bo)
{
	int err;

	mutex_lock(&vm->vmm.lock);
	err = cnova_vm_zap_locked(vm, vm_bo);
	mutex_unlock(&vm->vmm.lock);
	return err;
}

/* The one after @last, or the first one; a reference on it. That on @last is dropped. */
static struct drm_gpuvm_bo *cnova_bo_next_vm(struct drm_gem_object *gem, struct drm_gpuvm_bo *last)
{
	struct drm_gpuvm_bo *next;

	/* Whoever has a reference stays on the list; and who is on it has one. */
	mutex_lock(&gem->gpuva.lock);
	next = list_prepare_entry(last, &gem->gpuva.list, list.entry.gem);
	list_for_each_entry_continue(next, &gem->gpuva.list, list.entry.gem)
		break;
	next = list_entry_is_head(next, &gem->gpuva.list, list.entry.gem) ?
	       NULL : drm_gpuvm_bo_get(next);
	mutex_unlock(&gem->gpuva.lock);

	if (last)
		cnova_vm_put_bo(last);
	return next;
}

/**
 * cnova_bo_zap() - Take an object out of all page tables.
 * @bo: Object that is about to lose its place.
 *
 * Before this the caller waits for all fences in the reservation, up to
 * %DMA_RESV_USAGE_BOOKKEEP: a bind in flight would map the object afterwards.
 *
 * The mappings stay, for cnova_vm_rebind(). Costs one invalidate for each address space
 * in which the object was bound, however often.
 *
 * Context: Process context, may be in reclaim: allocates nothing. Caller holds the
 * reservation of @bo, none of the locks inside it. Sleeps for the hardware.
 * Return: 0: the GPU does not use the object any more. -EIO, -ETIMEDOUT: an address space
 * did not acknowledge and is dead; the object must stay where it is, in quarantine, as it
 * does if it was there before. -ENODEV: the device is gone, or going.
 */
int cnova_bo_zap(struct cnova_bo *bo)
{
	struct drm_gem_object *gem = &bo->ttm.base;
	struct drm_gpuvm_bo *vm_bo = NULL;
	int err = 0, idx;

	dma_resv_assert_held(gem->resv);

	if (READ_ONCE(bo->quarantined))
		return -EIO;
	if (!drm_dev_enter(gem->dev, &idx))
		return -ENODEV;

	/* All of them, whatever becomes of one: then only that one is to blame. */
	while ((vm_bo = cnova_bo_next_vm(gem, vm_bo)))
		err = cnova_vm_zap(to_cnova_vm(vm_bo->vm), vm_bo) ?: err;

	drm_dev_exit(idx);
	return err;
}

/* Was it given its place by the one that asks, in the same transaction? */
static bool cnova_bo_is_settled(const struct cnova_bo *bo)
{
	struct ww_acquire_ctx *ticket = dma_resv_locking_ctx(bo->ttm.base.resv);

	return ticket && ticket->stamp == bo->settled;
}

/**
 * cnova_bo_may_move() - Ask whether an object may be taken elsewhere to make room.
 * @bo: Object.
 *
 * Not one that has just been given its place by the one that asks; nor one that the GPU
 * may reach although it should not; nor one that a bind holds which waits for a fence of
 * a user: TTM would wait for what only that user can end, holding what others need.
 *
 * Context: Process context. Caller holds the reservation of @bo.
 * Return: true if it may move.
 */
bool cnova_bo_may_move(struct cnova_bo *bo)
{
	return !READ_ONCE(bo->quarantined) && !cnova_bo_is_settled(bo) &&
	       !cnova_bind_queue_may_wait(bo->ttm.base.resv);
}
