// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Pages of objects
 *
 * Pages are mapped for DMA, and granted to a software GPU, while their object is in TT, and
 * for a copy to SYSTEM or from there. When it leaves they are taken back: no page table leads
 * to them any more, and what the GPU wrote has arrived. So what is in SYSTEM may be swapped
 * out: drm/shrinker.c.
 *
 * What the GPU wrote arrives when a flush ends. One that does not end means that the GPU may
 * write later, whenever that is: the device is wedged, the object stays where it is, and
 * the pages of one that nobody has any more are kept until the device is gone.
 *
 * When the driver lets go of a device all pages are taken back from it. They stay where
 * they are, as another device may have them mapped: only memory that was allocated for the
 * device, and has to go with it, is lost. That is used where DMA would go through a bounce
 * buffer, and is not shared.
 *
 * Locking: the reservation of the object. Pages may be given back at any time, also in reclaim,
 * and while the device goes away. Who finds it unplugged leaves its pages to whoever stops
 * it; &cnova_device.tts_lock says which of the two was first.
 */

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_allocation.h>
#include <drm/ttm/ttm_bo.h>
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
	/* The pages, mapped for DMA; of no use without @runs. Empty if TTM maps them. */
	struct sg_table sgt;
	/* Index by offset; NULL while they are not mapped. */
	struct cnova_runs *runs;
	/*
	 * In &cnova_device.held_tts while the GPU may reach the pages; in
	 * &cnova_device.lost_tts if it does although it should not.
	 */
	struct list_head held;
	/* Counted in &cnova_device.nr_shrinkable. */
	bool shrinkable;
	/* The GPU did not let go of them. */
	bool lost;
};

static struct cnova_tt *to_cnova_tt(struct ttm_tt *tt)
{
	return container_of(tt, struct cnova_tt, base);
}

static struct cnova_device *to_cnova(struct ttm_device *bdev)
{
	return container_of(bdev, struct cnova_device, ttm);
}

/* Memory of others, which drm/import.c maps when it is needed. */
static bool cnova_tt_is_import(const struct ttm_tt *tt)
{
	return tt->page_flags & TTM_TT_FLAG_EXTERNAL &&
	       !(tt->page_flags & TTM_TT_FLAG_EXTERNAL_MAPPABLE);
}

/* ------------------------------------------------------------------- grants */

typedef int (*cnova_tt_piece_fn)(struct cnova_device *cnova, dma_addr_t bus, struct page *page,
				 u32 nr);

/*
 * Calls @fn for what follows each other, on the bus and in memory, of the first @end pages;
 * the two may come in different pieces. Return: 0, or the first error, with how many pages were
 * done in @done.
 */
static int cnova_tt_do_pieces(struct cnova_device *cnova, struct cnova_tt *tt, u32 end,
			      cnova_tt_piece_fn fn, u32 *done)
{
	struct scatterlist *cpu = tt->sgt.sgl, *dma = tt->sgt.sgl;
	u32 cpu_at = 0, dma_at = 0, nr;
	int err;

	for (*done = 0; *done < end; *done += nr) {
		if (cpu_at == cpu->length) {
			cpu = sg_next(cpu);
			cpu_at = 0;
		}
		if (dma_at == sg_dma_len(dma)) {
			dma = sg_next(dma);
			dma_at = 0;
		}

		nr = min(cpu->length - cpu_at, sg_dma_len(dma) - dma_at) >> PAGE_SHIFT;
		nr = min(nr, end - *done);
		err = fn(cnova, sg_dma_address(dma) + dma_at,
			 sg_page(cpu) + (cpu_at >> PAGE_SHIFT), nr);
		if (err)
			return err;
		cpu_at += nr << PAGE_SHIFT;
		dma_at += nr << PAGE_SHIFT;
	}

	return 0;
}

static int cnova_tt_grant(struct cnova_device *cnova, dma_addr_t bus, struct page *page, u32 nr)
{
	return cnova_io_dma_grant(&cnova->io, bus, page, nr);
}

static int cnova_tt_revoke(struct cnova_device *cnova, dma_addr_t bus, struct page *page, u32 nr)
{
	cnova_io_dma_revoke(&cnova->io, bus, nr);
	return 0;
}

/* Take back what was granted of the first @end pages. */
static void cnova_tt_revoke_first(struct cnova_device *cnova, struct cnova_tt *tt, u32 end)
{
	u32 done;

	if (cnova_io_is_model(&cnova->io))
		cnova_tt_do_pieces(cnova, tt, end, cnova_tt_revoke, &done);
}

static int cnova_tt_grant_all(struct cnova_device *cnova, struct cnova_tt *tt)
{
	u32 done;
	int err;

	if (!cnova_io_is_model(&cnova->io))
		return 0;

	err = cnova_tt_do_pieces(cnova, tt, tt->base.num_pages, cnova_tt_grant, &done);
	if (err)
		cnova_tt_revoke_first(cnova, tt, done);
	return err;
}

/**
 * cnova_ttm_settle() - Have the stores arrive that the GPU made.
 * @cnova: Device.
 *
 * No page table leads to pages that go, but what the GPU wrote there by one may be on its
 * way. If there is no end of that the device is wedged, and the caller keeps the pages.
 *
 * Context: Process context, may be in reclaim. Caller is inside drm_dev_enter(), or holds
 * &cnova_device.io_lock.
 * Return: 0, also if the device is gone and its stores with it; or -ETIMEDOUT.
 */
int cnova_ttm_settle(struct cnova_device *cnova)
{
	int err = cnova_flush(&cnova->io, cnova->mm.chip);

	if (!err || err == -ENODEV)
		return 0;

	if (!cnova_device_is_wedged(cnova))
		drm_err(&cnova->drm, "no end of a flush: %d: device is wedged\n", err);
	cnova_tlb_wedge(&cnova->mm.tlb);
	return err;
}

/* ----------------------------------------------------------------- DMA maps */

static void cnova_tt_unmap_sgt(struct cnova_device *cnova, struct cnova_tt *tt)
{
	if (!tt->sgt.sgl)
		return;

	dma_unmap_sgtable(cnova->drm.dev, &tt->sgt, DMA_BIDIRECTIONAL, 0);
	sg_free_table(&tt->sgt);
	memset(&tt->sgt, 0, sizeof(tt->sgt));
}

static int cnova_tt_map_sgt(struct cnova_device *cnova, struct cnova_tt *tt)
{
	struct device *dev = cnova->drm.dev;
	int err;

	err = sg_alloc_table_from_pages_segment(&tt->sgt, tt->base.pages, tt->base.num_pages, 0,
						(size_t)tt->base.num_pages << PAGE_SHIFT,
						dma_get_max_seg_size(dev), GFP_KERNEL);
	if (err)
		return err;

	err = dma_map_sgtable(dev, &tt->sgt, DMA_BIDIRECTIONAL, 0);
	if (err) {
		sg_free_table(&tt->sgt);
		memset(&tt->sgt, 0, sizeof(tt->sgt));
	}
	return err;
}

static struct cnova_runs *cnova_tt_make_runs(const struct cnova_tt *tt)
{
	const struct ttm_tt *base = &tt->base;
	struct cnova_runs *runs;
	struct scatterlist *sg;
	u32 i;

	runs = cnova_runs_alloc(base->dma_address ? base->num_pages : tt->sgt.nents,
				CNOVA_APERTURE_SYS_COH);
	if (!runs)
		return NULL;

	if (base->dma_address) {
		for (i = 0; i < base->num_pages; i++)
			cnova_runs_append(runs, base->dma_address[i], PAGE_SIZE);
	} else {
		for_each_sgtable_dma_sg(&tt->sgt, sg, i)
			cnova_runs_append(runs, sg_dma_address(sg), sg_dma_len(sg));
	}

	return cnova_runs_trim(runs);
}

/* Inside drm_dev_enter(). */
static int cnova_tt_map_new(struct cnova_device *cnova, struct cnova_tt *tt)
{
	int err;

	if (!tt->base.dma_address) {
		err = cnova_tt_map_sgt(cnova, tt);
		if (err)
			return err;
	}

	tt->runs = cnova_tt_make_runs(tt);
	err = tt->runs ? cnova_tt_grant_all(cnova, tt) : -ENOMEM;
	if (err) {
		cnova_runs_free(tt->runs);
		tt->runs = NULL;
		cnova_tt_unmap_sgt(cnova, tt);
		return err;
	}

	mutex_lock(&cnova->tts_lock);
	list_add(&tt->held, &cnova->held_tts);
	mutex_unlock(&cnova->tts_lock);
	return 0;
}

/**
 * cnova_tt_map() - Let the GPU reach pages.
 * @bdev: Device.
 * @ttm: Pages, populated; or memory of others, of which drm/import.c takes care.
 *
 * Context: Process context. Caller holds the reservation.
 * Return: 0, also if it reaches them already; -ENOMEM; -ENODEV: the device is gone; or what
 * mapping them says.
 */
int cnova_tt_map(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	struct cnova_device *cnova = to_cnova(bdev);
	struct cnova_tt *tt = to_cnova_tt(ttm);
	int err, idx;

	if (tt->runs || cnova_tt_is_import(ttm))
		return 0;

	/* What is mapped after this is unmapped by nobody. */
	if (!drm_dev_enter(&cnova->drm, &idx))
		return -ENODEV;
	err = cnova_tt_map_new(cnova, tt);
	drm_dev_exit(idx);
	return err;
}

/* Inside drm_dev_enter(): nobody stops the device meanwhile. */
static int cnova_tt_let_go(struct cnova_device *cnova, struct cnova_tt *tt)
{
	int err = cnova_ttm_settle(cnova);

	if (err)
		return err;

	mutex_lock(&cnova->tts_lock);
	list_del_init(&tt->held);
	mutex_unlock(&cnova->tts_lock);
	cnova_tt_revoke_first(cnova, tt, tt->base.num_pages);
	cnova_tt_unmap_sgt(cnova, tt);
	return 0;
}

/* Has cnova_tts_release_locked() been there? */
static bool cnova_tt_was_released(struct cnova_device *cnova, struct cnova_tt *tt)
{
	bool released;

	mutex_lock(&cnova->tts_lock);
	released = list_empty(&tt->held);
	mutex_unlock(&cnova->tts_lock);
	return released;
}

/**
 * cnova_tt_unmap() - Do not let the GPU reach pages any more.
 * @bdev: Device.
 * @ttm: Pages that no page table leads to.
 *
 * Context: Process context, may be in reclaim: allocates nothing. Caller holds the
 * reservation, or the last reference.
 * Return: 0, also if it did not reach them; -ETIMEDOUT: it may still, and does; -ENODEV: it
 * does until the device that is being removed is stopped.
 */
int cnova_tt_unmap(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	struct cnova_device *cnova = to_cnova(bdev);
	struct cnova_tt *tt = to_cnova_tt(ttm);
	int err, idx;

	if (!tt->runs)
		return 0;

	if (!cnova_tt_was_released(cnova, tt)) {
		if (!drm_dev_enter(&cnova->drm, &idx))
			return -ENODEV;
		err = cnova_tt_let_go(cnova, tt);
		drm_dev_exit(idx);
		if (err)
			return err;
	}

	cnova_runs_free(tt->runs);
	tt->runs = NULL;
	return 0;
}

/**
 * cnova_tts_release_locked() - Take all pages out of the reach of the GPU.
 * @cnova: Device that is being removed, after drm_dev_unplug(); its stores have arrived, or
 *         it was reset.
 * @was_reset: It knows of no grants any more.
 *
 * The objects keep them.
 *
 * Context: Process context. Caller holds &cnova_device.io_lock for write.
 */
void cnova_tts_release_locked(struct cnova_device *cnova, bool was_reset)
{
	struct cnova_tt *tt, *next;

	lockdep_assert_held_write(&cnova->io_lock);

	mutex_lock(&cnova->tts_lock);
	/* Of those nobody else knows: cnova_tts_release_lost() frees them. */
	list_for_each_entry(tt, &cnova->lost_tts, held) {
		if (!was_reset)
			cnova_tt_revoke_first(cnova, tt, tt->base.num_pages);
		cnova_tt_unmap_sgt(cnova, tt);
	}
	list_for_each_entry_safe(tt, next, &cnova->held_tts, held) {
		list_del_init(&tt->held);
		if (!was_reset)
			cnova_tt_revoke_first(cnova, tt, tt->base.num_pages);
		cnova_tt_unmap_sgt(cnova, tt);
	}
	mutex_unlock(&cnova->tts_lock);
}

/* -------------------------------------------------------------------- pages */

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
	bool ours = !(page_flags & TTM_TT_FLAG_EXTERNAL) &&
		    !(tbo->bdev->alloc_flags & TTM_ALLOCATION_POOL_USE_DMA_ALLOC);
	int err;

	if (!tt)
		return NULL;
	INIT_LIST_HEAD(&tt->held);

	if (ours) {
		/* To TTM they are not its own: it neither counts nor swaps them, we do. */
		page_flags |= TTM_TT_FLAG_EXTERNAL | TTM_TT_FLAG_EXTERNAL_MAPPABLE;
		err = ttm_tt_init(&tt->base, tbo, page_flags, ttm_cached, 0);
	} else {
		/* Not for external pages alone: it is what makes TTM map pages for DMA. */
		err = ttm_sg_tt_init(&tt->base, tbo, page_flags, ttm_cached);
	}
	if (err)
		goto err_free;

	/* Now, as there is no memory when it is needed. */
	err = ours ? ttm_tt_setup_backup(&tt->base) : 0;
	if (err)
		goto err_fini;

	return &tt->base;

err_fini:
	ttm_tt_fini(&tt->base);
err_free:
	kfree(tt);
	return NULL;
}

/**
 * cnova_tt_destroy() - The end of that; &ttm_device_funcs.ttm_tt_destroy.
 * @bdev: Device.
 * @ttm: Pages, not populated.
 *
 * Context: Process context.
 */
void cnova_tt_destroy(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	struct cnova_device *cnova = to_cnova(bdev);
	struct cnova_tt *tt = to_cnova_tt(ttm);

	if (tt->lost) {
		mutex_lock(&cnova->tts_lock);
		list_move(&tt->held, &cnova->lost_tts);
		mutex_unlock(&cnova->tts_lock);
		atomic64_add((u64)ttm->num_pages << PAGE_SHIFT, &cnova->quarantined);
		return;
	}

	ttm_tt_fini(ttm);
	kfree(tt);
}

/* What the shrinker may count on; to be undone by cnova_tt_uncount(). */
static void cnova_tt_count(struct cnova_device *cnova, struct cnova_tt *tt)
{
	if (!tt->base.backup)
		return;
	tt->shrinkable = true;
	atomic_long_add(tt->base.num_pages, &cnova->nr_shrinkable);
}

/**
 * cnova_tt_uncount() - Pages are not there any more, or were written elsewhere.
 * @bdev: Device.
 * @ttm: Pages.
 *
 * Context: Process context, may be in reclaim. Caller holds the reservation, or the last
 * reference.
 */
void cnova_tt_uncount(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	struct cnova_tt *tt = to_cnova_tt(ttm);

	if (!tt->shrinkable)
		return;
	tt->shrinkable = false;
	atomic_long_sub(ttm->num_pages, &to_cnova(bdev)->nr_shrinkable);
}

/**
 * cnova_tt_populate() - Have pages; &ttm_device_funcs.ttm_tt_populate.
 * @bdev: Device.
 * @ttm: Pages, not populated.
 * @ctx: What may be done to get memory.
 *
 * What was swapped out comes back.
 *
 * Context: Process context. Caller holds the reservation.
 * Return: 0; -ENOMEM; -EINTR, -ERESTARTSYS: a signal came; -EIO: the GPU did not let go of
 * those that were there.
 */
int cnova_tt_populate(struct ttm_device *bdev, struct ttm_tt *ttm, struct ttm_operation_ctx *ctx)
{
	int err;

	/* drm/import.c does it, when it is needed. */
	if (cnova_tt_is_import(ttm))
		return 0;
	if (to_cnova_tt(ttm)->lost)
		return -EIO;

	if (ttm_tt_is_backed_up(ttm))
		err = ttm_tt_restore(bdev, ttm, ctx);
	else
		err = ttm_pool_alloc(&bdev->pool, ttm, ctx);
	if (!err)
		cnova_tt_count(to_cnova(bdev), to_cnova_tt(ttm));
	return err;
}

/**
 * cnova_tt_unpopulate() - Give them back; &ttm_device_funcs.ttm_tt_unpopulate.
 * @bdev: Device.
 * @ttm: Pages that no page table leads to.
 *
 * Those that the GPU does not let go of are kept.
 *
 * Context: Process context, may be in reclaim.
 */
void cnova_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	if (cnova_tt_is_import(ttm))
		return;

	cnova_tt_uncount(bdev, ttm);
	if (cnova_tt_unmap(bdev, ttm))
		to_cnova_tt(ttm)->lost = true;
	else
		ttm_pool_free(&bdev->pool, ttm);
}

/**
 * cnova_tts_release_lost() - Give back what the GPU had not let go of.
 * @cnova: Device, which is gone.
 *
 * Context: Process context.
 */
void cnova_tts_release_lost(struct cnova_device *cnova)
{
	struct cnova_tt *tt, *next;
	LIST_HEAD(lost);

	mutex_lock(&cnova->tts_lock);
	list_splice_init(&cnova->lost_tts, &lost);
	mutex_unlock(&cnova->tts_lock);

	list_for_each_entry_safe(tt, next, &lost, held) {
		atomic64_sub((u64)tt->base.num_pages << PAGE_SHIFT, &cnova->quarantined);
		cnova_runs_free(tt->runs);
		ttm_pool_free(&cnova->ttm.pool, &tt->base);
		ttm_tt_fini(&tt->base);
		kfree(tt);
	}
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
 * @tt: Pages that are mapped: cnova_tt_map().
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
