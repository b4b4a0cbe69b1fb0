// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Shrinker
 *
 * When the kernel is short of memory it asks us for pages of objects. What is in SYSTEM goes
 * first, then what is in TT: that one leaves the page tables of all address spaces, as for any
 * other move, and comes back when the GPU uses them the next time. Contents are written to
 * shmem page by page, each of which is given back before the next is copied, and from there
 * to swap; without swap nothing can be gained, and nothing is tried.
 *
 * Who calls us may hold any reservation, and waits for memory that others may need to signal
 * a fence. So:
 *
 * - reservations are only tried, and what is locked is left;
 * - an object with fences that have not signalled is left, unless it is kswapd that asks:
 *   others had better look elsewhere than wait for the GPU;
 * - to take an object out of page tables needs the locks of the signalling path, under which
 *   nobody allocates, and acknowledges that the hardware gives in bounded time;
 * - &cnova_device.io_lock is not taken: an unplugged device gives nothing;
 * - without __GFP_FS nothing is done: shmem locks its pages.
 *
 * Pages that a device had allocated for itself, see drm/tt.c, and those of pinned objects stay.
 *
 * Locking: none of its own.
 */

#include <linux/sched/mm.h>
#include <linux/shrinker.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_resource.h>
#include <drm/ttm/ttm_tt.h>

#include "drm/device.h"
#include "drm/evict.h"
#include "drm/gem.h"
#include "drm/shrinker.h"
#include "drm/trace.h"
#include "drm/tt.h"

/* What one call looks for, and what it has found. */
struct cnova_shrink {
	struct cnova_device *cnova;
	struct ttm_operation_ctx ctx;
	/* Have shmem write to swap at once. */
	bool writeback;
	/* Pages. */
	unsigned long to_scan;
	unsigned long scanned;
	unsigned long freed;
};

/* Return: pages freed; -EBUSY: this one stays; another error ends the walk. */
static long cnova_shrink_bo(struct cnova_shrink *shrink, struct ttm_buffer_object *tbo)
{
	struct cnova_bo *bo = container_of(tbo, struct cnova_bo, ttm);
	struct ttm_bo_shrink_flags flags = {
		.writeback = shrink->writeback,
		.allow_move = true,
	};
	long nr;

	/* One that is deleted ends by itself. */
	if (tbo->deleted || !tbo->ttm->backup || !cnova_bo_may_move(bo))
		return -EBUSY;

	shrink->scanned += tbo->ttm->num_pages;
	if (tbo->resource->mem_type == TTM_PL_SYSTEM && cnova_tt_unmap(tbo->bdev, tbo->ttm))
		return -EBUSY;

	nr = ttm_bo_shrink(&shrink->ctx, tbo, flags);
	if (nr > 0)
		cnova_tt_uncount(tbo->bdev, tbo->ttm);
	return nr;
}

static int cnova_shrink_walk_type(struct cnova_shrink *shrink, u32 mem_type)
{
	struct ttm_resource_manager *man = ttm_manager_type(&shrink->cnova->ttm, mem_type);
	struct ttm_lru_walk_arg arg = { .ctx = &shrink->ctx, .trylock_only = true };
	struct ttm_buffer_object *tbo;
	struct ttm_bo_lru_cursor curs;
	long nr;

	ttm_bo_lru_for_each_reserved_guarded(&curs, man, &arg, tbo) {
		if (!ttm_bo_shrink_suitable(tbo, &shrink->ctx))
			continue;

		nr = cnova_shrink_bo(shrink, tbo);
		if (nr > 0)
			shrink->freed += nr;
		else if (nr && nr != -EBUSY)
			return nr;
		if (shrink->scanned >= shrink->to_scan)
			break;
	}

	return 0;
}

/* Return: whether it is enough, or there is no use in going on. */
static bool cnova_shrink_walk(struct cnova_shrink *shrink, bool no_wait, bool writeback)
{
	static const u32 types[] = { TTM_PL_SYSTEM, TTM_PL_TT };

	shrink->ctx.no_wait_gpu = no_wait;
	shrink->writeback = writeback;
	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		if (cnova_shrink_walk_type(shrink, types[i]) || shrink->scanned >= shrink->to_scan)
			return true;
	return false;
}

static unsigned long cnova_shrinker_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct cnova_device *cnova = shrinker->private_data;
	unsigned long nr;

	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_EMPTY;

	nr = min_t(u64, atomic_long_read(&cnova->nr_shrinkable),
		   ttm_backup_bytes_avail() >> PAGE_SHIFT);
	return nr ?: SHRINK_EMPTY;
}

/* First what costs least: what is idle, and without asking for I/O. */
static unsigned long cnova_shrinker_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct cnova_shrink shrink = {
		.cnova = shrinker->private_data,
		.to_scan = sc->nr_to_scan,
	};
	bool no_wait = ttm_bo_shrink_avoid_wait();
	int idx;

	if (!(sc->gfp_mask & __GFP_FS) || !ttm_backup_bytes_avail() ||
	    !drm_dev_enter(&shrink.cnova->drm, &idx))
		return SHRINK_STOP;

	if (!cnova_shrink_walk(&shrink, true, false) && !no_wait &&
	    !cnova_shrink_walk(&shrink, false, false))
		cnova_shrink_walk(&shrink, false, sc->gfp_mask & __GFP_IO);

	drm_dev_exit(idx);
	atomic_long_add(shrink.freed, &shrink.cnova->nr_shrunk);
	trace_cnova_shrink(&shrink.cnova->drm, shrink.to_scan, shrink.scanned, shrink.freed);
	sc->nr_scanned = shrink.scanned;
	return shrink.scanned ? shrink.freed : SHRINK_STOP;
}

/**
 * cnova_shrinker_run() - Be asked for pages, as if in reclaim: for tests.
 * @cnova: Device.
 * @nr: Pages.
 *
 * Context: Process context, no locks held.
 * Return: Pages that were freed.
 */
unsigned long cnova_shrinker_run(struct cnova_device *cnova, unsigned long nr)
{
	struct shrink_control sc = { .gfp_mask = GFP_KERNEL, .nr_to_scan = nr };
	unsigned int flags;
	unsigned long ret;

	fs_reclaim_acquire(sc.gfp_mask);
	flags = memalloc_noreclaim_save();
	ret = cnova_shrinker_scan(cnova->shrinker, &sc);
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(sc.gfp_mask);

	return ret == SHRINK_STOP ? 0 : ret;
}

static void cnova_shrinker_fini(struct drm_device *drm, void *arg)
{
	shrinker_free(arg);
}

/**
 * cnova_shrinker_init() - Offer pages of objects to the kernel when it is short of memory.
 * @cnova: Device, after cnova_ttm_init(). Undone when its last user is gone, before that.
 *
 * Context: Probe.
 * Return: 0 or -ENOMEM.
 */
int cnova_shrinker_init(struct cnova_device *cnova)
{
	struct shrinker *shrinker = shrinker_alloc(0, "drm-cnova_gem:%s", cnova->drm.unique);

	if (!shrinker)
		return -ENOMEM;

	shrinker->count_objects = cnova_shrinker_count;
	shrinker->scan_objects = cnova_shrinker_scan;
	shrinker->private_data = cnova;
	cnova->shrinker = shrinker;
	shrinker_register(shrinker);
	return drmm_add_action_or_reset(&cnova->drm, cnova_shrinker_fini, shrinker);
}
