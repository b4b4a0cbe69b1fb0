// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Memory of channels
 *
 * The host fetches ring and segments, and releases semaphores, through the address space
 * of the channel. So that memory is mapped there, below %CNOVA_VM_START, where no client
 * can bind. A client can make the GPU store there all the same: what would hurt others is
 * read-only, and what it may write only tells the kernel what the client has done.
 *
 * It is mapped as a bind would do it: prepared, executed under the tree lock. No leaf
 * there ever changes its size, because nothing shares a table with a client's mappings.
 */

#include <linux/bitmap.h>
#include <linux/slab.h>

#include <drm/ttm/ttm_bo.h>

#include "drm/channel_mem.h"
#include "drm/device.h"
#include "drm/validate.h"
#include "drm/vm.h"

/* What the engine is told: the two pieces that are mapped. */
struct cnova_channel_view {
	struct cnova_pt_view base;
	const struct cnova_channel_mem *mem;
};

static void cnova_channel_extent(const struct cnova_dma *dma, u64 va, bool read_only,
				 struct cnova_extent *extent)
{
	*extent = (struct cnova_extent){
		.start = va,
		.end = va + dma->size,
		.pa = dma->bus.raw,
		.type = CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = ilog2(SZ_4K),
		.attr = {
			.aperture = CNOVA_APERTURE_SYS_COH,
			.read_only = read_only,
			.atomic_disable = read_only,
			.uncached = true,
		},
	};
}

static bool cnova_channel_view_next(struct cnova_pt_view *base, u64 va,
				    struct cnova_extent *extent)
{
	const struct cnova_channel_mem *mem =
		container_of(base, struct cnova_channel_view, base)->mem;
	u64 ring = cnova_channel_mem_ring_va(mem).raw;
	u64 sem = cnova_channel_mem_sem_va(mem).raw;

	if (va < ring + mem->code.size)
		cnova_channel_extent(&mem->code, ring, true, extent);
	else if (va < sem + mem->sem.size)
		cnova_channel_extent(&mem->sem, sem, false, extent);
	else
		return false;

	return true;
}

static struct cnova_pt_range cnova_channel_mem_range(const struct cnova_channel_mem *mem)
{
	u64 va = cnova_channel_mem_va(mem);

	return (struct cnova_pt_range){ va, va + SZ_2M };
}

struct cnova_channel_mem_prepare {
	struct cnova_vm *vm;
	struct cnova_channel_mem *mem;
	struct cnova_vmm_job *job;
};

static int cnova_channel_mem_try_prepare(void *arg)
{
	const struct cnova_channel_mem_prepare *prepare = arg;
	struct cnova_vm *vm = prepare->vm;
	struct cnova_channel_view view = {
		.base.next = cnova_channel_view_next,
		.mem = prepare->mem,
	};
	struct cnova_pt_op op = {
		.range = cnova_channel_mem_range(prepare->mem),
		.view = &view.base,
	};
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.resv = vm->root->resv,
		.allow_res_evict = true,
	};
	int err;

	err = dma_resv_lock_interruptible(vm->root->resv, NULL);
	if (err)
		return err;
	err = cnova_vmm_prepare(&vm->vmm, prepare->job, &op, 1, &ctx);
	dma_resv_unlock(vm->root->resv);
	return err;
}

static int cnova_channel_mem_map(struct cnova_vm *vm, struct cnova_channel_mem *mem)
{
	struct cnova_channel_view view = { .base.next = cnova_channel_view_next, .mem = mem };
	struct cnova_vmm_job job = {};
	int err;

	err = cnova_validate(vm->cnova, cnova_channel_mem_try_prepare,
			     &(struct cnova_channel_mem_prepare){ vm, mem, &job });
	if (err)
		return err;

	mutex_lock(&vm->vmm.lock);
	err = cnova_vmm_execute_locked(&vm->vmm, &job, &view.base);
	mutex_unlock(&vm->vmm.lock);
	cnova_vmm_cleanup(&vm->vmm, &job);

	/* Also where it failed: nobody knows what the GPU has seen of it. */
	mem->mapped = true;
	return err;
}

/* Returns whether the GPU has let go of it. */
static bool cnova_channel_mem_unmap(struct cnova_vm *vm, struct cnova_channel_mem *mem)
{
	struct cnova_pt_range range = cnova_channel_mem_range(mem);
	int err;

	mutex_lock(&vm->vmm.lock);
	cnova_vmm_zap_locked(&vm->vmm, &range);
	err = cnova_vmm_flush_locked(&vm->vmm);
	mutex_unlock(&vm->vmm.lock);

	return !cnova_vm_is_reachable(vm, err);
}

static void cnova_channel_mem_free(struct cnova_channel_mem *mem)
{
	cnova_dma_free(&mem->userd);
	cnova_dma_free(&mem->sem);
	cnova_dma_free(&mem->code);
	kfree(mem);
}

static int cnova_channel_mem_alloc(struct cnova_mm *mm, struct cnova_channel_mem *mem)
{
	int err;

	err = cnova_dma_alloc(mm, &mem->code,
			      cnova_channel_mem_fence_offset(CNOVA_CHANNEL_FENCES - 1) +
			      CNOVA_CHANNEL_FENCE_SIZE);
	if (!err)
		err = cnova_dma_alloc(mm, &mem->sem, SZ_4K);
	if (!err)
		err = cnova_dma_alloc(mm, &mem->userd, SZ_4K);
	return err;
}

/**
 * cnova_channel_mem_create() - Get memory for a channel, and map it.
 * @vm: Address space of the channel.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock and is inside
 * drm_dev_enter().
 * Return: The memory, zeroed; or an ERR_PTR(): -ENOSPC: the address space has no slot
 * left, or VRAM no room for page tables; -ENOMEM; -EINTR; -EIO: the hardware failed, the
 * address space is dead.
 */
struct cnova_channel_mem *cnova_channel_mem_create(struct cnova_vm *vm)
{
	struct cnova_channel_mem *mem;
	int err;

	lockdep_assert_held(&vm->submit_lock);

	mem = kzalloc_obj(*mem);
	if (!mem)
		return ERR_PTR(-ENOMEM);

	mem->slot = find_first_zero_bit(vm->channel_slots, CNOVA_CHANNEL_SLOTS);
	if (mem->slot == CNOVA_CHANNEL_SLOTS) {
		kfree(mem);
		return ERR_PTR(-ENOSPC);
	}
	__set_bit(mem->slot, vm->channel_slots);

	err = cnova_channel_mem_alloc(&vm->cnova->mm, mem);
	if (!err)
		err = cnova_channel_mem_map(vm, mem);
	if (!err)
		return mem;

	cnova_channel_mem_destroy(vm, mem, false);
	return ERR_PTR(err == -ETIMEDOUT ? -EIO : err);
}

/**
 * cnova_channel_mem_destroy() - Give it back.
 * @vm: Address space of the channel.
 * @mem: Memory of a channel that is not there any more.
 * @stuck: The channel could not be made to stop: it may fetch for ever.
 *
 * What the GPU may still reach is kept until the device is reset.
 *
 * Context: Process context. Caller holds &cnova_vm.submit_lock.
 */
void cnova_channel_mem_destroy(struct cnova_vm *vm, struct cnova_channel_mem *mem, bool stuck)
{
	struct cnova_device *cnova = vm->cnova;

	lockdep_assert_held(&vm->submit_lock);

	if (mem->mapped && !cnova_channel_mem_unmap(vm, mem))
		stuck = true;
	/* Of an address space that is dead, nothing is used again. */
	if (!stuck)
		__clear_bit(mem->slot, vm->channel_slots);

	if (!stuck) {
		cnova_channel_mem_free(mem);
		return;
	}

	mutex_lock(&cnova->quarantine_lock);
	list_add_tail(&mem->entry, &cnova->channel_quarantine);
	mutex_unlock(&cnova->quarantine_lock);
	atomic64_add(mem->code.size + mem->sem.size + mem->userd.size, &cnova->quarantined);
}

/**
 * cnova_channel_mem_release_quarantine() - Free what was kept.
 * @cnova: Device that was reset, and will do nothing any more.
 *
 * Context: Process context.
 */
void cnova_channel_mem_release_quarantine(struct cnova_device *cnova)
{
	struct cnova_channel_mem *mem, *next;

	list_for_each_entry_safe(mem, next, &cnova->channel_quarantine, entry)
		cnova_channel_mem_free(mem);
	INIT_LIST_HEAD(&cnova->channel_quarantine);
}
