// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Moves
 *
 * An object that is mapped by the GPU is taken away from it first: drm/evict.c. A bind
 * that waits for a fence of a user keeps its objects where they are; private objects
 * share one reservation, so that it keeps all those of its address space.
 *
 * Copies are made by the CPU, through BAR1 and the PRAMIN window; TTM's own copies
 * would ioremap() what is no I/O memory under a software GPU.
 *
 * Locking: the reservation of the object.
 */

#include <linux/dma-resv.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/device.h"
#include "drm/evict.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/move.h"
#include "drm/prime.h"
#include "drm/tt.h"
#include "drm/ttm.h"
#include "drm/vram_access.h"
#include "drm/window.h"

/* As long as TTM waits for an object. */
#define CNOVA_TTM_TIMEOUT	(15 * HZ)

static struct cnova_device *to_cnova(struct ttm_device *bdev)
{
	return container_of(bdev, struct cnova_device, ttm);
}

static struct cnova_bo *to_bo(struct ttm_buffer_object *tbo)
{
	return container_of(tbo, struct cnova_bo, ttm);
}

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

	return cnova_tt_runs(bo->ttm.ttm);
}

/* Copy all of @tt to VRAM or from there. */
static int cnova_ttm_copy(struct cnova_device *cnova, const struct ttm_tt *tt,
			  const struct ttm_resource *vram, bool to_vram)
{
	const struct cnova_runs *runs =
		container_of_const(vram, struct cnova_vram_resource, base)->runs;
	const struct cnova_runs *pages =
		cnova_tt_runs(tt);
	struct cnova_vram_access access;
	int err, idx;

	if (!drm_dev_enter(&cnova->drm, &idx))
		return -ENODEV;

	/* What the GPU wrote has to be there before it is read. */
	err = to_vram ? cnova_ttm_settle(cnova) : 0;
	if (!err)
		err = to_vram ? cnova_copy_move(cnova, runs, pages) :
				cnova_copy_move(cnova, pages, runs);
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
	if (!err)
		err = cnova_tt_map(tbo->bdev, tbo->ttm);
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
	if (!err)
		err = cnova_tt_map(tbo->bdev, tbo->ttm);
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
	int err;

	if (new->mem_type == TTM_PL_VRAM)
		return from_vram ? cnova_ttm_move_in_vram(tbo, new) :
				   cnova_ttm_move_to_vram(tbo, ctx, new);

	if (from_vram) {
		err = cnova_ttm_move_from_vram(tbo, ctx);
		/* A copy that has ended is all there: this cannot fail for good. */
		if (!err && new->mem_type == TTM_PL_SYSTEM)
			cnova_tt_unmap(tbo->bdev, tbo->ttm);
		return err;
	}

	/* TT and SYSTEM are the same pages. */
	if (new->mem_type == TTM_PL_TT)
		return cnova_tt_map(tbo->bdev, tbo->ttm);

	return cnova_tt_unmap(tbo->bdev, tbo->ttm) ? -EBUSY : 0;
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

/**
 * cnova_ttm_move() - Take an object elsewhere; &ttm_device_funcs.move.
 * @tbo: Object.
 * @evict: Because somebody else needs the room.
 * @ctx: What may be done to get memory.
 * @new: Where to.
 * @hop: Unused: all moves are direct.
 *
 * Context: Process context, may be in reclaim. Caller holds the reservation.
 * Return: 0; -EBUSY: it stays, or fences did not signal in time; -ENOMEM; -ERESTARTSYS;
 * -ENODEV: the device is gone.
 */
int cnova_ttm_move(struct ttm_buffer_object *tbo, bool evict, struct ttm_operation_ctx *ctx,
		   struct ttm_resource *new, struct ttm_place *hop)
{
	int err;

	if (!tbo->resource) {
		/* The pages of a new object in TT are zero already. */
		err = 0;
		if (new->mem_type == TTM_PL_VRAM)
			err = cnova_ttm_clear(tbo, new);
		else if (new->mem_type == TTM_PL_TT)
			err = cnova_tt_map(tbo->bdev, tbo->ttm);
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

	/* TTM has taken the CPU mappings away. The place is withheld if that fails. */
	err = cnova_windows_drop(to_bo(tbo));
	if (err)
		return err == -ENODEV ? err : -EBUSY;

	err = cnova_ttm_move_contents(tbo, ctx, new);
	if (err)
		return err;

	cnova_ttm_move_finish(tbo, new);

out:
	WRITE_ONCE(to_bo(tbo)->mem_type, new->mem_type);
	return 0;
}

/**
 * cnova_ttm_eviction_valuable() - Is it any use to move an object?
 * @tbo: Object.
 * @place: What room is needed for.
 *
 * &ttm_device_funcs.eviction_valuable.
 *
 * Context: Process context. Caller holds the reservation.
 * Return: true if it may move, and that makes room there.
 */
bool cnova_ttm_eviction_valuable(struct ttm_buffer_object *tbo, const struct ttm_place *place)
{
	return cnova_bo_may_move(to_bo(tbo)) && ttm_bo_eviction_valuable(tbo, place);
}

/**
 * cnova_ttm_evict_flags() - Where an object goes that has to go; &ttm_device_funcs.evict_flags.
 * @tbo: Object.
 * @placement: Filled in.
 *
 * Context: Process context. Caller holds the reservation.
 */
void cnova_ttm_evict_flags(struct ttm_buffer_object *tbo, struct ttm_placement *placement)
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
