// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: VRAM and TTM
 *
 * Gives TTM's objects memory of the device's allocator (mm/vram.c), in blocks as
 * large as their size is a multiple of, if there are such: a page of the GPU is at
 * most as large as what is contiguous. A limit in the placement, which is what the
 * CPU can see, holds for every block.
 *
 * Locking: the allocator has its own. VRAM may be given back when the device is
 * going away or gone, hence &cnova_device.io_lock.
 */

#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/runs.h"
#include "drm/vram_mgr.h"

static struct cnova_device *mgr_to_cnova(struct ttm_resource_manager *man)
{
	return container_of(man, struct cnova_device, vram_mgr.base);
}

/* The largest size first that blocks of the object may have at least. */
static int cnova_vram_mgr_alloc_blocks(struct cnova_device *cnova, u64 size,
				       const struct ttm_place *place, struct list_head *blocks)
{
	static const u64 sizes[] = { SZ_2M, SZ_64K, SZ_4K };
	u64 limit = (u64)place->lpfn << PAGE_SHIFT;
	int err = -ENOSPC;

	if (place->flags & TTM_PL_FLAG_CONTIGUOUS)
		return cnova_vram_alloc(&cnova->mm.vram, size, size, limit, blocks);

	for (u32 i = 0; i < ARRAY_SIZE(sizes) && err == -ENOSPC; i++)
		if (IS_ALIGNED(size, sizes[i]))
			err = cnova_vram_alloc(&cnova->mm.vram, size, sizes[i], limit, blocks);

	return err;
}

static int cnova_vram_mgr_make_runs(struct cnova_device *cnova, struct cnova_vram_resource *vres)
{
	struct gpu_buddy_block *block;

	vres->runs = cnova_runs_alloc(list_count_nodes(&vres->blocks), CNOVA_APERTURE_VIDEO);
	if (!vres->runs)
		return -ENOMEM;

	vres->low = U64_MAX;
	list_for_each_entry(block, &vres->blocks, link) {
		u64 pa = gpu_buddy_block_offset(block);
		u64 size = cnova_vram_block_size(&cnova->mm.vram, block);

		cnova_runs_append(vres->runs, pa, size);
		vres->low = min(vres->low, pa);
	}

	vres->runs = cnova_runs_trim(vres->runs);
	return 0;
}

static int cnova_vram_mgr_alloc(struct ttm_resource_manager *man, struct ttm_buffer_object *tbo,
				const struct ttm_place *place, struct ttm_resource **res)
{
	struct cnova_device *cnova = mgr_to_cnova(man);
	struct cnova_vram_resource *vres;
	int err;

	vres = kzalloc_obj(*vres);
	if (!vres)
		return -ENOMEM;

	ttm_resource_init(tbo, place, &vres->base);
	INIT_LIST_HEAD(&vres->blocks);

	down_read(&cnova->io_lock);
	err = cnova_vram_mgr_alloc_blocks(cnova, vres->base.size, place, &vres->blocks);
	if (err)
		goto err_fini;

	err = cnova_vram_mgr_make_runs(cnova, vres);
	if (err)
		goto err_free_blocks;

	spin_lock(&cnova->held_lock);
	list_add(&vres->held, &cnova->held_vram);
	spin_unlock(&cnova->held_lock);
	up_read(&cnova->io_lock);

	vres->base.start = vres->low >> PAGE_SHIFT;
	*res = &vres->base;
	return 0;

err_free_blocks:
	cnova_vram_free(&cnova->mm.vram, &vres->blocks);
err_fini:
	up_read(&cnova->io_lock);
	ttm_resource_fini(man, &vres->base);
	kfree(vres);
	return err;
}

/* Kept until the device is gone: nobody knows that the GPU does not show it. */
static void cnova_vram_mgr_withhold(struct cnova_device *cnova, struct cnova_vram_resource *vres)
{
	mutex_lock(&cnova->mm.vram.lock);
	list_splice_tail_init(&vres->blocks, &cnova->withheld);
	mutex_unlock(&cnova->mm.vram.lock);
	atomic64_add(vres->base.size, &cnova->quarantined);
}

static void cnova_vram_mgr_free(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	struct cnova_vram_resource *vres = to_cnova_vram_resource(res);
	struct cnova_device *cnova = mgr_to_cnova(man);

	down_read(&cnova->io_lock);
	spin_lock(&cnova->held_lock);
	list_del_init(&vres->held);
	spin_unlock(&cnova->held_lock);
	if (vres->withheld)
		cnova_vram_mgr_withhold(cnova, vres);
	else
		cnova_vram_free(&cnova->mm.vram, &vres->blocks);
	up_read(&cnova->io_lock);

	cnova_runs_free(vres->runs);
	ttm_resource_fini(man, res);
	kfree(vres);
}

static void cnova_vram_mgr_debug(struct ttm_resource_manager *man, struct drm_printer *p)
{
	struct cnova_vram *vram = &mgr_to_cnova(man)->mm.vram;

	drm_printf(p, "  usable: %llu\n", cnova_vram_size(vram));
	drm_printf(p, "  free: %llu\n", cnova_vram_free_bytes(vram));
}

static const struct ttm_resource_manager_func cnova_vram_mgr_func = {
	.alloc = cnova_vram_mgr_alloc,
	.free = cnova_vram_mgr_free,
	.debug = cnova_vram_mgr_debug,
};

/**
 * cnova_vram_mgr_init() - Offer VRAM to TTM.
 * @cnova: Device, &cnova_device.mm and &cnova_device.ttm initialised.
 *
 * Context: Probe.
 * Return: 0.
 */
int cnova_vram_mgr_init(struct cnova_device *cnova)
{
	struct ttm_resource_manager *man = &cnova->vram_mgr.base;

	man->func = &cnova_vram_mgr_func;
	ttm_resource_manager_init(man, &cnova->ttm, cnova_vram_size(&cnova->mm.vram));
	ttm_set_driver_manager(&cnova->ttm, TTM_PL_VRAM, man);
	ttm_resource_manager_set_used(man, true);
	return 0;
}

/**
 * cnova_vram_mgr_fini() - End of that.
 * @cnova: Device; no object has VRAM any more.
 *
 * Context: Process context.
 */
void cnova_vram_mgr_fini(struct cnova_device *cnova)
{
	struct ttm_resource_manager *man = &cnova->vram_mgr.base;

	ttm_resource_manager_set_used(man, false);
	ttm_resource_manager_cleanup(man);
	ttm_set_driver_manager(&cnova->ttm, TTM_PL_VRAM, NULL);
	cnova_vram_free(&cnova->mm.vram, &cnova->withheld);
}

/**
 * cnova_vram_mgr_release_locked() - Tell the GPU that no VRAM is in use any more.
 * @cnova: Device that is being removed, after drm_dev_unplug().
 *
 * The objects keep what is no memory any more; telling again when they go does no
 * harm, as the GPU is gone then. What is in quarantine stays in use: nobody knows
 * that the GPU does not reach it.
 *
 * Context: Process context. Caller holds &cnova_device.io_lock for write, and lets
 * go of &cnova_device.io under the same hold.
 */
void cnova_vram_mgr_release_locked(struct cnova_device *cnova)
{
	struct cnova_vram_resource *vres;

	lockdep_assert_held_write(&cnova->io_lock);

	list_for_each_entry(vres, &cnova->held_vram, held) {
		struct cnova_runs *runs = vres->runs;

		if (READ_ONCE(to_cnova_bo(&vres->base.bo->base)->quarantined))
			continue;

		for (u32 i = 0; i < runs->nr; i++)
			cnova_io_release(&cnova->io, runs->run[i].pa,
					 cnova_runs_end(runs, i) - runs->run[i].offset);
	}
}
