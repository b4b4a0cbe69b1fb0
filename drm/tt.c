// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Pages of objects
 *
 * Pages of system memory are mapped for DMA and granted to a software GPU when an object
 * gets them, one contiguous piece at a time, and as long as it has them, also in SYSTEM.
 * They are revoked when no page table leads to them any more and what the GPU wrote has
 * arrived.
 *
 * Locking: the reservation of the object. Pages may be given back at any time, also while
 * the device goes away, hence &cnova_device.io_lock.
 */

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_pool.h>
#include <drm/ttm/ttm_tt.h>

#include "drm/device.h"
#include "drm/import.h"
#include "drm/runs.h"
#include "drm/tt.h"
#include "drm/ttm.h"
#include "hw/flush.h"

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

/**
 * cnova_tt_create() - Make the pages of an object, without any; &ttm_device_funcs.ttm_tt_create.
 * @tbo: Object.
 * @page_flags: TTM_TT_FLAG_*.
 *
 * Context: Process context. Caller holds the reservation.
 * Return: The pages, or NULL without memory.
 */
struct ttm_tt *cnova_tt_create(struct ttm_buffer_object *tbo, uint32_t page_flags)
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

/**
 * cnova_tt_destroy() - The end of that; &ttm_device_funcs.ttm_tt_destroy.
 * @bdev: Device.
 * @tt: Pages, not populated.
 *
 * Context: Process context.
 */
void cnova_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt)
{
	ttm_tt_fini(tt);
	kfree(to_cnova_tt(tt));
}

/**
 * cnova_tt_populate() - Have pages that the GPU may reach; &ttm_device_funcs.ttm_tt_populate.
 * @bdev: Device.
 * @tt: Pages, not populated.
 * @ctx: What may be done to get memory.
 *
 * Context: Process context. Caller holds the reservation.
 * Return: 0; -ENOMEM; what the software GPU refuses them with.
 */
int cnova_tt_populate(struct ttm_device *bdev, struct ttm_tt *tt, struct ttm_operation_ctx *ctx)
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

/**
 * cnova_tt_unpopulate() - Give them back; &ttm_device_funcs.ttm_tt_unpopulate.
 * @bdev: Device.
 * @tt: Pages that no page table leads to.
 *
 * Context: Process context.
 */
void cnova_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *tt)
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

/**
 * cnova_tt_runs() - Where pages are.
 * @tt: Pages, populated.
 *
 * Context: As cnova_bo_runs().
 * Return: Their runs.
 */
const struct cnova_runs *cnova_tt_runs(const struct ttm_tt *tt)
{
	return container_of_const(tt, struct cnova_tt, base)->runs;
}

/**
 * cnova_tt_mgr_init() - Offer system memory to TTM.
 * @cnova: Device, &cnova_device.ttm initialised.
 *
 * Context: Probe.
 */
void cnova_tt_mgr_init(struct cnova_device *cnova)
{
	cnova->tt_mgr.use_tt = true;
	cnova->tt_mgr.func = &cnova_tt_mgr_func;
	ttm_resource_manager_init(&cnova->tt_mgr, &cnova->ttm,
				  (u64)ttm_tt_pages_limit() << PAGE_SHIFT);
	ttm_set_driver_manager(&cnova->ttm, TTM_PL_TT, &cnova->tt_mgr);
	ttm_resource_manager_set_used(&cnova->tt_mgr, true);
}

/**
 * cnova_tt_mgr_fini() - End of that.
 * @cnova: Device; no object is there any more.
 *
 * Context: Process context.
 */
void cnova_tt_mgr_fini(struct cnova_device *cnova)
{
	ttm_resource_manager_set_used(&cnova->tt_mgr, false);
	ttm_resource_manager_cleanup(&cnova->tt_mgr);
	ttm_set_driver_manager(&cnova->ttm, TTM_PL_TT, NULL);
}
