// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Windows
 *
 * The CPU maps objects in VRAM through BAR1, which may be much smaller than they are.
 * A fault has BAR1 show the 2 MiB of the object around it, or all of a smaller object:
 * a window. In a BAR1 of less than 16 MiB they are smaller. It stays for the next fault.
 * When BAR1 is full, the window that was used longest ago goes: its CPU mappings first,
 * then its entries; whoever comes back faults again. When an object moves or dies, its
 * windows go before its VRAM.
 *
 * The driver's own accesses, which are short, and page tables, which stay, take their
 * place in BAR1 from windows too.
 *
 * Locking: &cnova_windows.lock, inside reservations. The windows of an object appear
 * with its reservation held, and go without: it is another object that needs room.
 */

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/drm_vma_manager.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/window.h"
#include "mm/bar1.h"

/* Large leaves from here on; and a small BAR1 has room for a few windows at least. */
#define CNOVA_WINDOW_MAX	SZ_2M
#define CNOVA_WINDOW_MIN	SZ_64K
#define CNOVA_WINDOWS_IN_BAR1	8

/* A part of an object that BAR1 shows. */
struct cnova_window {
	/* In &cnova_windows.lru. */
	struct list_head lru;
	struct cnova_bo *bo;
	/* First byte of the object. */
	u64 offset;
	struct cnova_bar1_map map;
	u32 nr_pieces;
	struct cnova_bar1_piece pieces[] __counted_by(nr_pieces);
};

/**
 * cnova_windows_init() - Start without windows.
 * @cnova: Device.
 *
 * Context: Probe.
 * Return: 0; -ENOMEM.
 */
int cnova_windows_init(struct cnova_device *cnova)
{
	INIT_LIST_HEAD(&cnova->windows.lru);
	return drmm_mutex_init(&cnova->drm, &cnova->windows.lock);
}

/**
 * cnova_windows_start() - BAR1 is there.
 * @cnova: Device that has a BAR1.
 *
 * Context: Probe, before the first window.
 */
void cnova_windows_start(struct cnova_device *cnova)
{
	u64 share = cnova->bar1_size / CNOVA_WINDOWS_IN_BAR1;

	cnova->windows.shift = ilog2(clamp_t(u64, share, CNOVA_WINDOW_MIN, CNOVA_WINDOW_MAX));
}

/**
 * cnova_windows_prime_lockdep() - Teach lockdep the order of our locks.
 * @cnova: Device.
 *
 * Memory is allocated under each of them, so that none may be taken in the fence
 * signalling path.
 *
 * Context: Process context. Caller holds a reservation.
 */
void cnova_windows_prime_lockdep(struct cnova_device *cnova)
{
	struct cnova_bar1 *bar1 = &cnova->bar1;

	if (!cnova->bar1_size)
		return;

	mutex_lock(&cnova->windows.lock);
	mutex_lock(&bar1->lock);
	mutex_lock(&cnova->mm.vram.lock);
	might_alloc(GFP_KERNEL);
	mutex_unlock(&cnova->mm.vram.lock);
	mutex_lock(&bar1->vmm.pages.lock);
	mutex_unlock(&bar1->vmm.pages.lock);
	mutex_unlock(&bar1->lock);
	mutex_unlock(&cnova->windows.lock);
}

static void cnova_window_zap(struct cnova_window *window)
{
	struct ttm_buffer_object *tbo = &window->bo->ttm;
	struct drm_vma_offset_node *node = &tbo->base.vma_node;

	/* One that is on its way out has neither an offset nor CPU mappings. */
	if (drm_mm_node_allocated(&node->vm_node))
		unmap_mapping_range(tbo->bdev->dev_mapping,
				    drm_vma_node_offset_addr(node) + window->offset,
				    window->map.size, 1);
}

/*
 * Return: 0; what cnova_bar1_unmap() failed with: its VRAM may be shown still, and is
 * withheld. As long as there is a window the object has not moved.
 */
static int cnova_window_destroy_locked(struct cnova_device *cnova, struct cnova_window *window)
{
	int err;

	lockdep_assert_held(&cnova->windows.lock);

	cnova_window_zap(window);
	err = cnova_bar1_unmap(&cnova->bar1, &window->map);
	/* Here, because nobody will know of the window any more when the object goes. */
	if (err)
		cnova_bo_withhold(window->bo);
	xa_erase(&window->bo->windows, window->offset >> cnova->windows.shift);
	list_del(&window->lru);
	kfree(window);
	return err;
}

/* Return: whether there was a window to be had. */
static bool cnova_windows_evict_locked(struct cnova_device *cnova)
{
	struct cnova_window *window;

	window = list_first_entry_or_null(&cnova->windows.lru, struct cnova_window, lru);
	if (!window)
		return false;

	/* If that fails BAR1 is dead, which is the next map's to say. */
	cnova_window_destroy_locked(cnova, window);
	return true;
}

static int cnova_window_map_locked(struct cnova_device *cnova, struct cnova_window *window)
{
	int err;

	do {
		err = cnova_bar1_map_pieces(&cnova->bar1, &window->map, window->pieces,
					    window->nr_pieces);
	} while (err == -ENOSPC && cnova_windows_evict_locked(cnova));

	return err;
}

static struct cnova_window *cnova_window_alloc(struct cnova_bo *bo, u64 offset, u64 size)
{
	const struct cnova_runs *runs = cnova_bo_runs(bo);
	u64 end = min(offset + size, bo->ttm.base.size);
	u32 first = cnova_runs_find(runs, offset), nr = 1, i;
	struct cnova_window *window;

	while (first + nr < runs->nr && runs->run[first + nr].offset < end)
		nr++;

	window = kzalloc_flex(*window, pieces, nr);
	if (!window)
		return NULL;

	window->nr_pieces = nr;
	window->bo = bo;
	window->offset = offset;
	for (i = 0; i < nr; i++) {
		const struct cnova_run *run = &runs->run[first + i];
		u64 skip = i ? 0 : offset - run->offset;

		window->pieces[i].pa = cnova_vram_addr(run->pa + skip);
		window->pieces[i].end = min(cnova_runs_end(runs, first + i), end) - offset;
	}

	return window;
}

/* Have a window around @offset. */
static struct cnova_window *cnova_window_get_locked(struct cnova_device *cnova,
						    struct cnova_bo *bo, u64 offset)
{
	u64 size = 1ULL << cnova->windows.shift;
	unsigned long i = offset >> cnova->windows.shift;
	struct cnova_window *window = xa_load(&bo->windows, i);
	int err;

	lockdep_assert_held(&cnova->windows.lock);

	if (window) {
		list_move_tail(&window->lru, &cnova->windows.lru);
		return window;
	}

	window = cnova_window_alloc(bo, i * size, size);
	if (!window)
		return ERR_PTR(-ENOMEM);

	err = xa_err(xa_store(&bo->windows, i, window, GFP_KERNEL));
	if (err)
		goto err_free;

	err = cnova_window_map_locked(cnova, window);
	if (err)
		goto err_erase;

	list_add_tail(&window->lru, &cnova->windows.lru);
	return window;

err_erase:
	xa_erase(&bo->windows, i);
err_free:
	kfree(window);
	return ERR_PTR(err);
}

/**
 * cnova_window_fault() - Map pages of an object in VRAM for the CPU.
 * @bo: Object.
 * @vmf: Fault.
 *
 * Context: Fault handler, inside drm_dev_enter(). Caller holds the reservation.
 * Return: As a fault handler. SIGBUS where BAR1 is dead.
 */
vm_fault_t cnova_window_fault(struct cnova_bo *bo, struct vm_fault *vmf)
{
	struct cnova_device *cnova = to_cnova_device(bo->ttm.base.dev);
	u64 page = vmf->pgoff - drm_vma_node_start(&bo->ttm.base.vma_node);
	struct cnova_window *window;
	u64 left;
	vm_fault_t ret;

	dma_resv_assert_held(bo->ttm.base.resv);

	if (page >= bo->ttm.base.size >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;

	mutex_lock(&cnova->windows.lock);
	window = cnova_window_get_locked(cnova, bo, page << PAGE_SHIFT);
	if (IS_ERR(window)) {
		ret = window == ERR_PTR(-ENOMEM) ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		goto unlock;
	}

	/* Not further than the window, behind which is something else. */
	left = ((window->offset + window->map.size) >> PAGE_SHIFT) - page;
	ret = ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot,
				       min_t(u64, left, TTM_BO_VM_NUM_PREFAULT));
unlock:
	mutex_unlock(&cnova->windows.lock);
	return ret;
}

/**
 * cnova_window_offset() - Find a byte of an object in BAR1.
 * @bo: Object.
 * @offset: The byte.
 *
 * Context: Process context. Caller is in cnova_window_fault().
 * Return: Offset in BAR1; 0: it is not shown.
 */
u64 cnova_window_offset(struct cnova_bo *bo, u64 offset)
{
	struct cnova_device *cnova = to_cnova_device(bo->ttm.base.dev);
	struct cnova_window *window = xa_load(&bo->windows, offset >> cnova->windows.shift);

	lockdep_assert_held(&cnova->windows.lock);

	return window ? window->map.offset + offset - window->offset : 0;
}

/**
 * cnova_windows_drop() - Have BAR1 show nothing of an object any more.
 * @bo: Object that is about to lose its VRAM.
 *
 * Context: Process context, may sleep. Caller holds the reservation, or the last
 * reference.
 * Return: 0; -ETIMEDOUT, -EIO, -ENODEV: the VRAM may be shown still.
 */
int cnova_windows_drop(struct cnova_bo *bo)
{
	struct cnova_device *cnova = to_cnova_device(bo->ttm.base.dev);
	struct cnova_window *window;
	unsigned long i;
	int err = 0;

	/* Windows appear with the reservation held: none is missed. */
	if (xa_empty(&bo->windows))
		return 0;

	mutex_lock(&cnova->windows.lock);
	xa_for_each(&bo->windows, i, window)
		err = cnova_window_destroy_locked(cnova, window) ?: err;
	mutex_unlock(&cnova->windows.lock);
	return err;
}

/**
 * cnova_windows_map() - Show VRAM to the driver itself, at the cost of windows.
 * @cnova: Device.
 * @map: Zeroed. To be ended by cnova_bar1_unmap().
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: Process context, may sleep. Takes &cnova_windows.lock.
 * Return: As cnova_bar1_map(); -ENODEV without BAR1.
 */
int cnova_windows_map(struct cnova_device *cnova, struct cnova_bar1_map *map,
		      struct cnova_vram_addr pa, u64 size)
{
	int err;

	if (!cnova->bar1_size)
		return -ENODEV;

	mutex_lock(&cnova->windows.lock);
	do {
		err = cnova_bar1_map(&cnova->bar1, map, pa, size);
	} while (err == -ENOSPC && cnova_windows_evict_locked(cnova));
	mutex_unlock(&cnova->windows.lock);
	return err;
}

/**
 * cnova_windows_stop() - All windows go.
 * @cnova: Device, unplugged or never registered: no fault makes a window any more.
 *
 * Context: Process context.
 */
void cnova_windows_stop(struct cnova_device *cnova)
{
	mutex_lock(&cnova->windows.lock);
	while (cnova_windows_evict_locked(cnova))
		;
	mutex_unlock(&cnova->windows.lock);
}
