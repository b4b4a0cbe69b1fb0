// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Placement
 *
 * Objects are in one of three places:
 *
 * - VRAM;
 * - TT: pages of system memory that the GPU may reach, mapped for DMA and granted to
 *   a software GPU one contiguous piece at a time;
 * - SYSTEM: the same pages, never mapped by the GPU; from here they may be swapped
 *   out. TTM asks move() before an object comes here, which may refuse.
 *
 * Copies are made by the CPU, through BAR1 and the PRAMIN window; TTM's own copies
 * would ioremap() what is no I/O memory under a software GPU. For the same reason
 * nothing here is ever mapped into the kernel: &ttm_bus_placement.addr stays NULL.
 *
 * An object that is mapped by the GPU is taken away from it first: drm/evict.c. A bind
 * that waits for a fence of a user keeps its objects where they are; private objects
 * share one reservation, so that it keeps all those of its address space.
 *
 * Locking: the reservation of the object. A page or a piece of VRAM may be given
 * back at any time, also while the device goes away, hence &cnova_device.io_lock.
 */

#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_cache.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/drm_vma_manager.h>
#include <drm/ttm/ttm_allocation.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/copy.h"
#include "drm/device.h"
#include "drm/evict.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/prime.h"
#include "drm/ttm.h"
#include "drm/vram_access.h"
#include "drm/window.h"
#include "hw/flush.h"

/* As long as TTM waits for an object. */
#define CNOVA_TTM_TIMEOUT	(15 * HZ)

/* Pages of an object in TT or SYSTEM. */
struct cnova_tt {
	struct ttm_tt base;
	/* Index by offset; NULL while there are no pages. */
	struct cnova_runs *runs;
	/* In &cnova_device.held_tts while the GPU may reach the pages. */
	struct list_head held;
};

static struct cnova_tt *to_cnova_tt(struct ttm_tt *tt)
{
	return container_of(tt, struct cnova_tt, base);
}

static struct cnova_device *to_cnova(struct ttm_device *bdev)
{
	return container_of(bdev, struct cnova_device, ttm);
}

static struct cnova_bo *to_bo(struct ttm_buffer_object *tbo)
{
	return container_of(tbo, struct cnova_bo, ttm);
}

/* ------------------------------------------------------------------ TT pages */

/* Pages from @first that follow each other, on the bus and in memory. */
static u32 cnova_tt_piece(const struct ttm_tt *tt, u32 first)
{
	unsigned long pfn = page_to_pfn(tt->pages[first]);
	dma_addr_t bus = tt->dma_address[first];
	u32 nr = 1;

	while (first + nr < tt->num_pages &&
	       page_to_pfn(tt->pages[first + nr]) == pfn + nr &&
	       tt->dma_address[first + nr] == bus + ((dma_addr_t)nr << PAGE_SHIFT))
		nr++;

	return nr;
}

/* Take back what was granted of the first @end pages. */
static void cnova_tt_revoke_locked(struct cnova_device *cnova, const struct ttm_tt *tt, u32 end)
{
	u32 nr;

	lockdep_assert_held(&cnova->io_lock);

	for (u32 i = 0; i < end; i += nr) {
		nr = cnova_tt_piece(tt, i);
		cnova_io_dma_revoke(&cnova->io, tt->dma_address[i], nr);
	}
}

static int cnova_tt_grant_locked(struct cnova_device *cnova, const struct ttm_tt *tt)
{
	u32 nr;
	int err;

	lockdep_assert_held(&cnova->io_lock);

	for (u32 i = 0; i < tt->num_pages; i += nr) {
		nr = cnova_tt_piece(tt, i);
		err = cnova_io_dma_grant(&cnova->io, tt->dma_address[i], tt->pages[i], nr);
		if (err) {
			cnova_tt_revoke_locked(cnova, tt, i);
			return err;
		}
	}

	return 0;
}

static int cnova_tt_hold(struct cnova_device *cnova, struct cnova_tt *tt)
{
	int err;

	down_read(&cnova->io_lock);
	err = cnova_tt_grant_locked(cnova, &tt->base);
	if (!err) {
		spin_lock(&cnova->held_lock);
		list_add(&tt->held, &cnova->held_tts);
		spin_unlock(&cnova->held_lock);
	}
	up_read(&cnova->io_lock);

	return err;
}

/**
 * cnova_ttm_settle() - Have the stores arrive that the GPU made.
 * @cnova: Device.
 *
 * No page table leads to pages that go, but what the GPU wrote there by one may be on its
 * way. If there is no end of that, they go all the same: TTM does not ask whether they may.
 *
 * Context: Process context. Caller holds &cnova_device.io_lock.
 */
void cnova_ttm_settle(struct cnova_device *cnova)
{
	int err = cnova_flush(&cnova->io, cnova->mm.chip);

	if (err && err != -ENODEV)
		drm_err_ratelimited(&cnova->drm, "no end of a flush: %d\n", err);
}

static void cnova_tt_release(struct cnova_device *cnova, struct cnova_tt *tt)
{
	down_read(&cnova->io_lock);
	/* Not if cnova_ttm_release_locked() has been there. */
	if (!list_empty(&tt->held)) {
		spin_lock(&cnova->held_lock);
		list_del_init(&tt->held);
		spin_unlock(&cnova->held_lock);
		cnova_ttm_settle(cnova);
		cnova_tt_revoke_locked(cnova, &tt->base, tt->base.num_pages);
	}
	up_read(&cnova->io_lock);
}

/**
 * cnova_ttm_release_locked() - Take all pages out of the reach of the GPU.
 * @cnova: Device that is being removed, after drm_dev_unplug().
 *
 * The objects keep them.
 *
 * Context: Process context. Caller holds &cnova_device.io_lock for write.
 */
void cnova_ttm_release_locked(struct cnova_device *cnova)
{
	struct cnova_tt *tt, *next;

	lockdep_assert_held_write(&cnova->io_lock);

	cnova_ttm_settle(cnova);
	list_for_each_entry_safe(tt, next, &cnova->held_tts, held) {
		list_del_init(&tt->held);
		cnova_tt_revoke_locked(cnova, &tt->base, tt->base.num_pages);
	}
	cnova_imports_release_locked(cnova);
}

static struct cnova_runs *cnova_tt_make_runs(const struct ttm_tt *tt)
{
	struct cnova_runs *runs;
	u32 nr = 0;

	for (u32 i = 0; i < tt->num_pages; i += cnova_tt_piece(tt, i))
		nr++;

	runs = cnova_runs_alloc(nr, CNOVA_APERTURE_SYS_COH);
	if (!runs)
		return NULL;

	for (u32 i = 0; i < tt->num_pages; i++)
		cnova_runs_append(runs, tt->dma_address[i], PAGE_SIZE);

	return cnova_runs_trim(runs);
}

static struct ttm_tt *cnova_tt_create(struct ttm_buffer_object *tbo, uint32_t page_flags)
{
	struct cnova_tt *tt = kzalloc_obj(*tt);

	if (!tt)
		return NULL;

	INIT_LIST_HEAD(&tt->held);
	/* Not for external pages alone: it is what makes TTM map pages for DMA. */
	if (ttm_sg_tt_init(&tt->base, tbo, page_flags, ttm_cached)) {
		kfree(tt);
		return NULL;
	}

	return &tt->base;
}

static void cnova_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt)
{
	ttm_tt_fini(tt);
	kfree(to_cnova_tt(tt));
}

static int cnova_tt_populate(struct ttm_device *bdev, struct ttm_tt *tt,
			     struct ttm_operation_ctx *ctx)
{
	int err;

	/* drm/import.c does it, when it is needed. */
	if (tt->page_flags & TTM_TT_FLAG_EXTERNAL)
		return 0;

	err = ttm_pool_alloc(&bdev->pool, tt, ctx);
	if (err)
		return err;

	to_cnova_tt(tt)->runs = cnova_tt_make_runs(tt);
	if (!to_cnova_tt(tt)->runs) {
		err = -ENOMEM;
		goto err_free_pages;
	}

	err = cnova_tt_hold(to_cnova(bdev), to_cnova_tt(tt));
	if (err)
		goto err_free_runs;

	return 0;

err_free_runs:
	cnova_runs_free(to_cnova_tt(tt)->runs);
	to_cnova_tt(tt)->runs = NULL;
err_free_pages:
	ttm_pool_free(&bdev->pool, tt);
	return err;
}

static void cnova_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *tt)
{
	if (tt->page_flags & TTM_TT_FLAG_EXTERNAL)
		return;

	cnova_tt_release(to_cnova(bdev), to_cnova_tt(tt));
	cnova_runs_free(to_cnova_tt(tt)->runs);
	to_cnova_tt(tt)->runs = NULL;
	ttm_pool_free(&bdev->pool, tt);
}

static int cnova_tt_mgr_alloc(struct ttm_resource_manager *man, struct ttm_buffer_object *tbo,
			      const struct ttm_place *place, struct ttm_resource **res)
{
	struct ttm_resource *new = kzalloc_obj(*new);

	if (!new)
		return -ENOMEM;

	/* Adds to the usage; there is nothing else to manage. */
	ttm_resource_init(tbo, place, new);
	if (ttm_resource_manager_usage(man) > man->size) {
		ttm_resource_fini(man, new);
		kfree(new);
		return -ENOSPC;
	}

	*res = new;
	return 0;
}

static void cnova_tt_mgr_free(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	ttm_resource_fini(man, res);
	kfree(res);
}

static const struct ttm_resource_manager_func cnova_tt_mgr_func = {
	.alloc = cnova_tt_mgr_alloc,
	.free = cnova_tt_mgr_free,
};

/* -------------------------------------------------------------------- moves */

/**
 * cnova_bo_runs() - Where an object is.
 * @bo: Object in VRAM or TT, that is, after cnova_bo_validate().
 *
 * Context: Any, if the caller holds the reservation of @bo, or runs a job whose
 * fence is in there.
 * Return: Its runs.
 */
const struct cnova_runs *cnova_bo_runs(struct cnova_bo *bo)
{
	if (bo->import)
		return bo->import->runs;

	if (bo->ttm.resource->mem_type == TTM_PL_VRAM)
		return to_cnova_vram_resource(bo->ttm.resource)->runs;

	return to_cnova_tt(bo->ttm.ttm)->runs;
}

/* Copy all of @tt to VRAM or from there. */
static int cnova_ttm_copy(struct cnova_device *cnova, const struct ttm_tt *tt,
			  const struct ttm_resource *vram, bool to_vram)
{
	const struct cnova_runs *runs =
		container_of_const(vram, struct cnova_vram_resource, base)->runs;
	const struct cnova_runs *pages =
		container_of_const(tt, struct cnova_tt, base)->runs;
	struct cnova_vram_access access;
	int err, idx;

	if (!drm_dev_enter(&cnova->drm, &idx))
		return -ENODEV;

	err = to_vram ? cnova_copy_move(cnova, runs, pages) : cnova_copy_move(cnova, pages, runs);
	if (err != -EOPNOTSUPP) {
		drm_dev_exit(idx);
		return err;
	}

	err = 0;
	cnova_vram_begin(&access, cnova, runs);
	for (u32 i = 0; i < tt->num_pages && !err; i++) {
		u64 offset = (u64)i << PAGE_SHIFT;
		void *page = kmap_local_page(tt->pages[i]);

		if (to_vram)
			err = cnova_vram_write(&access, offset, page, PAGE_SIZE);
		else
			err = cnova_vram_read(&access, offset, page, PAGE_SIZE);
		kunmap_local(page);
		cond_resched();
	}
	err = cnova_vram_end(&access) ?: err;

	/* Then nothing was copied, see cnova_vram_clear(). */
	if (!err && cnova_io_lost(&cnova->io, ~0))
		err = -ENODEV;

	drm_dev_exit(idx);
	return err;
}

/* Memory that was never used: zeros for users; the driver clears for itself. */
static int cnova_ttm_clear(struct ttm_buffer_object *tbo, const struct ttm_resource *vram)
{
	struct cnova_device *cnova = to_cnova(tbo->bdev);
	int err, idx;

	if (tbo->type == ttm_bo_type_kernel)
		return 0;

	if (!drm_dev_enter(&cnova->drm, &idx))
		return -ENODEV;
	err = cnova_vram_clear(cnova,
			       container_of_const(vram, struct cnova_vram_resource, base)->runs);
	drm_dev_exit(idx);
	return err;
}

static int cnova_ttm_move_to_vram(struct ttm_buffer_object *tbo, struct ttm_operation_ctx *ctx,
				  struct ttm_resource *new)
{
	int err;

	if (!tbo->ttm || !(ttm_tt_is_populated(tbo->ttm) || ttm_tt_is_swapped(tbo->ttm)))
		return cnova_ttm_clear(tbo, new);

	err = ttm_bo_populate(tbo, ctx);
	if (err)
		return err;

	return cnova_ttm_copy(to_cnova(tbo->bdev), tbo->ttm, new, true);
}

static int cnova_ttm_move_from_vram(struct ttm_buffer_object *tbo,
				    struct ttm_operation_ctx *ctx)
{
	int err;

	/* TTM has done this for TT, but not for SYSTEM. */
	err = ttm_bo_populate(tbo, ctx);
	if (err)
		return err;

	return cnova_ttm_copy(to_cnova(tbo->bdev), tbo->ttm, tbo->resource, false);
}

/* Within VRAM: from one place to another. */
static int cnova_ttm_move_in_vram(struct ttm_buffer_object *tbo, struct ttm_resource *new)
{
	struct cnova_device *cnova = to_cnova(tbo->bdev);
	const struct cnova_runs *from = to_cnova_vram_resource(tbo->resource)->runs;
	const struct cnova_runs *to = to_cnova_vram_resource(new)->runs;
	struct cnova_vram_access source, target;
	int err, idx;
	void *page;

	page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!page)
		return -ENOMEM;

	if (!drm_dev_enter(&cnova->drm, &idx)) {
		kfree(page);
		return -ENODEV;
	}

	err = cnova_copy_move(cnova, to, from);
	if (err != -EOPNOTSUPP)
		goto out;

	err = 0;
	cnova_vram_begin(&source, cnova, from);
	cnova_vram_begin(&target, cnova, to);
	for (u64 offset = 0; offset < tbo->base.size && !err; offset += PAGE_SIZE) {
		err = cnova_vram_read(&source, offset, page, PAGE_SIZE);
		if (!err)
			err = cnova_vram_write(&target, offset, page, PAGE_SIZE);
		cond_resched();
	}
	err = cnova_vram_end(&target) ?: err;
	err = cnova_vram_end(&source) ?: err;

	if (!err && cnova_io_lost(&cnova->io, ~0))
		err = -ENODEV;

out:
	drm_dev_exit(idx);
	kfree(page);
	return err;
}

static int cnova_ttm_move_contents(struct ttm_buffer_object *tbo, struct ttm_operation_ctx *ctx,
				   struct ttm_resource *new)
{
	bool from_vram = tbo->resource->mem_type == TTM_PL_VRAM;

	if (new->mem_type == TTM_PL_VRAM)
		return from_vram ? cnova_ttm_move_in_vram(tbo, new) :
				   cnova_ttm_move_to_vram(tbo, ctx, new);

	/* TT and SYSTEM are the same pages. */
	return from_vram ? cnova_ttm_move_from_vram(tbo, ctx) : 0;
}

/*
 * May anything but a copy of ours use it where it is? Only at home it is mapped, or is about
 * to be: a bind has validated its objects, and who takes one away has zapped it. What was
 * exported may have been bound where others wanted it.
 */
static bool cnova_ttm_may_be_used(const struct ttm_buffer_object *tbo)
{
	const struct cnova_bo *bo = container_of_const(tbo, struct cnova_bo, ttm);
	u32 home = bo->flags & DRM_CNOVA_GEM_VRAM ? TTM_PL_VRAM : TTM_PL_TT;

	return tbo->resource->mem_type == home || bo->was_exported;
}

/*
 * For all fences, binds in flight too: only then the mappings of an object are all there. But
 * away from home there are none. Then a bind of another private object of the same VM, which
 * waits for its user, is nothing to wait for.
 */
static int cnova_ttm_wait(struct ttm_buffer_object *tbo, struct ttm_operation_ctx *ctx)
{
	long ret;

	if (cnova_ttm_may_be_used(tbo))
		return ttm_bo_wait_ctx(tbo, ctx);

	ret = dma_resv_wait_timeout(tbo->base.resv, DMA_RESV_USAGE_KERNEL, ctx->interruptible,
				    ctx->no_wait_gpu ? 0 : CNOVA_TTM_TIMEOUT);
	return ret > 0 ? 0 : ret ?: -EBUSY;
}

/* The old place goes, and the pages where the new one needs none. */
static void cnova_ttm_move_finish(struct ttm_buffer_object *tbo, struct ttm_resource *new)
{
	/* TTM's helper would wait for that bind: then pages that are not needed stay for now. */
	if (!cnova_ttm_may_be_used(tbo) &&
	    !dma_resv_test_signaled(tbo->base.resv, DMA_RESV_USAGE_BOOKKEEP))
		ttm_bo_move_null(tbo, new);
	else
		ttm_bo_move_sync_cleanup(tbo, new);
}

/* Memory of others does not move. It is mapped when it is needed: cnova_bo_validate(). */
static int cnova_ttm_move_import(struct ttm_buffer_object *tbo, struct ttm_operation_ctx *ctx,
				 struct ttm_resource *new)
{
	int err;

	if (new->mem_type == TTM_PL_SYSTEM) {
		err = ttm_bo_wait_ctx(tbo, ctx);
		if (err)
			return err;

		err = cnova_bo_zap(to_bo(tbo));
		if (err)
			return err == -ENODEV ? err : -EBUSY;

		cnova_import_unmap(to_bo(tbo)->import);
	}

	ttm_bo_move_null(tbo, new);
	return 0;
}

static int cnova_ttm_move(struct ttm_buffer_object *tbo, bool evict,
			  struct ttm_operation_ctx *ctx, struct ttm_resource *new,
			  struct ttm_place *hop)
{
	int err;

	if (!tbo->resource) {
		/* The pages of a new object in TT are zero already. */
		err = new->mem_type == TTM_PL_VRAM ? cnova_ttm_clear(tbo, new) : 0;
		if (err)
			return err;
		ttm_bo_assign_mem(tbo, new);
		goto out;
	}

	if (to_bo(tbo)->import) {
		err = cnova_ttm_move_import(tbo, ctx, new);
		if (err)
			return err;
		goto out;
	}

	if (tbo->resource->mem_type == TTM_PL_TT) {
		err = cnova_prime_recall(to_bo(tbo));
		if (err)
			return err;
	}

	err = cnova_ttm_wait(tbo, ctx);
	if (err)
		return err;

	/* Of a quarantined object TTM keeps the place; it goes on with another one. */
	err = cnova_bo_zap(to_bo(tbo));
	if (err)
		return err == -ENODEV ? err : -EBUSY;

	/* TTM has taken the CPU mappings away. */
	err = cnova_windows_drop(to_bo(tbo));
	if (err)
		return err;

	err = cnova_ttm_move_contents(tbo, ctx, new);
	if (err)
		return err;

	cnova_ttm_move_finish(tbo, new);

out:
	WRITE_ONCE(to_bo(tbo)->mem_type, new->mem_type);
	return 0;
}

static bool cnova_ttm_eviction_valuable(struct ttm_buffer_object *tbo,
					const struct ttm_place *place)
{
	return cnova_bo_may_move(to_bo(tbo)) && ttm_bo_eviction_valuable(tbo, place);
}

static void cnova_ttm_evict_flags(struct ttm_buffer_object *tbo, struct ttm_placement *placement)
{
	static const struct ttm_place from_vram[] = {
		{ .mem_type = TTM_PL_TT },
		{ .mem_type = TTM_PL_SYSTEM },
	};
	static const struct ttm_place from_tt[] = {
		{ .mem_type = TTM_PL_SYSTEM },
	};

	if (tbo->resource->mem_type == TTM_PL_VRAM) {
		placement->placement = from_vram;
		placement->num_placement = ARRAY_SIZE(from_vram);
	} else {
		placement->placement = from_tt;
		placement->num_placement = ARRAY_SIZE(from_tt);
	}
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

/* The last user of the memory is gone. What BAR1 may still show stays. */
static void cnova_ttm_delete_mem_notify(struct ttm_buffer_object *tbo)
{
	struct cnova_bo *bo = to_bo(tbo);

	if (bo->import)
		cnova_import_unmap(bo->import);
	if (cnova_windows_drop(bo))
		cnova_bo_withhold(bo);
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

	ttm_resource_manager_set_used(&cnova->tt_mgr, false);
	ttm_resource_manager_cleanup(&cnova->tt_mgr);
	ttm_set_driver_manager(&cnova->ttm, TTM_PL_TT, NULL);
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

	/* Where DMA would go through a bounce buffer the pages must come from there. */
	if (drm_need_swiotlb(cnova->mm.chip->sys_bits))
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

	cnova->tt_mgr.use_tt = true;
	cnova->tt_mgr.func = &cnova_tt_mgr_func;
	ttm_resource_manager_init(&cnova->tt_mgr, &cnova->ttm,
				  (u64)ttm_tt_pages_limit() << PAGE_SHIFT);
	ttm_set_driver_manager(&cnova->ttm, TTM_PL_TT, &cnova->tt_mgr);
	ttm_resource_manager_set_used(&cnova->tt_mgr, true);

	return drmm_add_action_or_reset(drm, cnova_ttm_fini, cnova);

err_fini_device:
	ttm_device_fini(&cnova->ttm);
err_free_page:
	__free_page(cnova->dummy_page);
	return err;
}

/**
 * cnova_ttm_unmap_dma() - Take all pages out of the reach of a PCI device.
 * @cnova: Device that is being removed, after drm_dev_unplug().
 *
 * Their contents are lost; CPU mappings are gone already.
 *
 * Context: Process context.
 */
void cnova_ttm_unmap_dma(struct cnova_device *cnova)
{
	ttm_device_clear_dma_mappings(&cnova->ttm);
}
