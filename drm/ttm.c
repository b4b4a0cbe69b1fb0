// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Placement
 *
 * Objects are in one of three places:
 *
 * - VRAM;
 * - TT: pages of system memory that the GPU may reach, mapped for DMA and granted to
 *   a software GPU one contiguous piece at a time;
 * - SYSTEM: the same pages, out of the reach of the GPU; from here they may be swapped
 *   out. TTM asks move() before an object comes here, which may refuse.
 *
 * Nothing here is ever mapped into the kernel: TTM would ioremap() what is no I/O memory
 * under a software GPU. So &ttm_bus_placement.addr stays NULL.
 *
 * Locking: the reservation of the object. A page or a piece of VRAM may be given
 * back at any time, also while the device goes away, hence &cnova_device.io_lock.
 */

#include <linux/mm.h>

#include <drm/drm_cache.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/drm_vma_manager.h>
#include <drm/ttm/ttm_allocation.h>
#include <drm/ttm/ttm_placement.h>

#include "drm/copy.h"
#include "drm/device.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/move.h"
#include "drm/tt.h"
#include "drm/ttm.h"
#include "drm/vram_access.h"
#include "drm/window.h"

static struct cnova_device *to_cnova(struct ttm_device *bdev)
{
	return container_of(bdev, struct cnova_device, ttm);
}

static struct cnova_bo *to_bo(struct ttm_buffer_object *tbo)
{
	return container_of(tbo, struct cnova_bo, ttm);
}

/* -------------------------------------------------------------- CPU mappings */

static int cnova_ttm_io_mem_reserve(struct ttm_device *bdev, struct ttm_resource *res)
{
	struct cnova_device *cnova = to_cnova(bdev);

	if (res->mem_type != TTM_PL_VRAM)
		return 0;

	if (!cnova->bar1_size)
		return -EINVAL;

	/* It may be anywhere there, in pieces: this only says that it was reserved. */
	res->bus.offset = cnova->bar1_phys;
	res->bus.is_iomem = true;
	res->bus.caching = cnova_io_is_model(&cnova->io) ? ttm_cached : ttm_write_combined;
	return 0;
}

/* Called back by cnova_window_fault() only. */
static unsigned long cnova_ttm_io_mem_pfn(struct ttm_buffer_object *tbo,
					  unsigned long page_offset)
{
	u64 offset = cnova_window_offset(to_bo(tbo), (u64)page_offset << PAGE_SHIFT);
	struct cnova_device *cnova = to_cnova(tbo->bdev);
	struct page *page;

	/* A bug of ours, and no way to say so to TTM: rather a page of nobody's VRAM. */
	if (drm_WARN_ON_ONCE(&cnova->drm, !offset))
		return page_to_pfn(cnova->dummy_page);

	if (!cnova_io_is_model(&cnova->io))
		return PHYS_PFN(cnova->bar1_phys + offset);

	/* A GPU may be lost at any time; cnova_ttm_is_lost() sees most of that. */
	page = cnova_io_bar1_page(&cnova->io, offset);
	return page_to_pfn(page ?: to_bo(tbo)->dummy);
}

static int cnova_ttm_access_memory(struct ttm_buffer_object *tbo, unsigned long offset,
				   void *buf, int len, int write)
{
	const struct cnova_runs *runs = to_cnova_vram_resource(tbo->resource)->runs;
	struct cnova_device *cnova = to_cnova(tbo->bdev);
	struct cnova_vram_access access;
	int err, idx;

	if (!drm_dev_enter(&cnova->drm, &idx))
		return -EIO;

	cnova_vram_begin(&access, cnova, runs);
	if (write)
		err = cnova_vram_write(&access, offset, buf, len);
	else
		err = cnova_vram_read(&access, offset, buf, len);
	err = cnova_vram_end(&access) ?: err;

	drm_dev_exit(idx);
	return err ? -EIO : len;
}

/**
 * cnova_ttm_is_lost() - Ask whether there is nothing behind an object any more.
 * @bo: Object that the CPU may map.
 *
 * Context: Process context, inside drm_dev_enter(). Caller holds the reservation.
 * Return: true if it is in VRAM, and the GPU does not answer.
 */
bool cnova_ttm_is_lost(struct cnova_bo *bo)
{
	struct cnova_device *cnova = to_cnova(bo->ttm.bdev);

	dma_resv_assert_held(bo->ttm.base.resv);

	return bo->ttm.resource->mem_type == TTM_PL_VRAM && cnova_io_lost(&cnova->io, ~0);
}

/* The last user of the memory is gone. What BAR1 may still show is withheld. */
static void cnova_ttm_delete_mem_notify(struct ttm_buffer_object *tbo)
{
	struct cnova_bo *bo = to_bo(tbo);

	if (bo->import)
		cnova_import_unmap(bo->import);
	cnova_windows_drop(bo);
}

static const struct ttm_device_funcs cnova_ttm_funcs = {
	.ttm_tt_create = cnova_tt_create,
	.ttm_tt_populate = cnova_tt_populate,
	.ttm_tt_unpopulate = cnova_tt_unpopulate,
	.ttm_tt_destroy = cnova_tt_destroy,
	.eviction_valuable = cnova_ttm_eviction_valuable,
	.evict_flags = cnova_ttm_evict_flags,
	.move = cnova_ttm_move,
	.io_mem_reserve = cnova_ttm_io_mem_reserve,
	.io_mem_pfn = cnova_ttm_io_mem_pfn,
	.access_memory = cnova_ttm_access_memory,
	.delete_mem_notify = cnova_ttm_delete_mem_notify,
};

/* ------------------------------------------------------------------- device */

static void cnova_ttm_fini(struct drm_device *drm, void *arg)
{
	struct cnova_device *cnova = arg;

	/* What TTM deletes late still needs the managers. */
	drain_workqueue(cnova->ttm.wq);

	cnova_tts_release_lost(cnova);
	cnova_tt_mgr_fini(cnova);
	cnova_vram_mgr_fini(cnova);
	ttm_device_fini(&cnova->ttm);
	__free_page(cnova->dummy_page);
}

/**
 * cnova_ttm_init() - Set up placement.
 * @cnova: Device, &cnova_device.mm initialised. Undone when its last user is gone.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int cnova_ttm_init(struct cnova_device *cnova)
{
	struct drm_device *drm = &cnova->drm;
	unsigned int flags = TTM_ALLOCATION_PROPAGATE_ENOSPC;
	int err;

	/*
	 * Where DMA would go through a bounce buffer the pages must come from there. The
	 * model has no DMA.
	 */
	if (!cnova_io_is_model(&cnova->io) && drm_need_swiotlb(cnova->mm.chip->sys_bits))
		flags |= TTM_ALLOCATION_POOL_USE_DMA_ALLOC;

	cnova->dummy_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!cnova->dummy_page)
		return -ENOMEM;

	err = ttm_device_init(&cnova->ttm, &cnova_ttm_funcs, drm->dev, drm->anon_inode->i_mapping,
			      drm->vma_offset_manager, flags);
	if (err)
		goto err_free_page;

	err = cnova_vram_mgr_init(cnova);
	if (err)
		goto err_fini_device;

	cnova_tt_mgr_init(cnova);
	return drmm_add_action_or_reset(drm, cnova_ttm_fini, cnova);

err_fini_device:
	ttm_device_fini(&cnova->ttm);
err_free_page:
	__free_page(cnova->dummy_page);
	return err;
}

/**
 * cnova_ttm_drop_dma_pages() - Give back memory that was allocated for a device.
 * @cnova: Device that is being removed, after drm_dev_unplug().
 *
 * Its contents are lost; CPU mappings are gone already, and nobody shares it. Pages that are only
 * mapped for the device, as nearly all are, stay.
 *
 * Context: Process context.
 */
void cnova_ttm_drop_dma_pages(struct cnova_device *cnova)
{
	if (cnova->ttm.alloc_flags & TTM_ALLOCATION_POOL_USE_DMA_ALLOC)
		ttm_device_clear_dma_mappings(&cnova->ttm);
}
