// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Imported memory
 *
 * The memory of an imported object belongs to whoever exported the dma-buf, and is
 * ours only while it is mapped: from the first bind that needs it until the exporter
 * takes it away, or the object is evicted, or dies. It is never copied, swapped out or
 * given back by us.
 *
 * A software GPU reaches memory by its pages, page by page and only those that it was
 * granted. So it can be given a dma-buf only if that has pages, as all system memory has,
 * and the VRAM of another device has not; and a page can be granted once: two dma-bufs
 * with the same pages cannot be mapped at the same time. None of this holds for silicon.
 *
 * Locking: the reservation, which is the dma-buf's own. Mapping and unmapping may be
 * asked for in reclaim, by way of the exporter.
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/runs.h"
#include "drm/ttm.h"

static struct cnova_device *cnova_import_device(const struct cnova_import *import)
{
	return to_cnova_device(import->bo->ttm.base.dev);
}

/**
 * cnova_import_alloc() - Begin an import.
 * @bo: New object.
 * @dma_buf: What is imported.
 *
 * Context: Process context.
 * Return: For a new object, which frees it; NULL without memory.
 */
struct cnova_import *cnova_import_alloc(struct cnova_bo *bo, struct dma_buf *dma_buf)
{
	struct cnova_import *import = kzalloc_obj(*import);

	if (!import)
		return NULL;

	INIT_LIST_HEAD(&import->entry);
	/* Our object shares its reservation, and so must go first. */
	get_dma_buf(dma_buf);
	import->dma_buf = dma_buf;
	import->bo = bo;
	/* As a CPU mapping of the file would have it. */
	import->read_only = !(dma_buf->file->f_mode & FMODE_WRITE);
	return import;
}

/**
 * cnova_import_free() - The end of an import.
 * @import: Import that is not mapped; or NULL.
 *
 * Context: Process context, no &dma_resv held.
 */
void cnova_import_free(struct cnova_import *import)
{
	if (!import)
		return;

	if (import->attach)
		dma_buf_detach(import->dma_buf, import->attach);
	dma_buf_put(import->dma_buf);
	kfree(import);
}

static enum dma_data_direction cnova_import_dir(const struct cnova_import *import)
{
	return import->read_only ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
}

/* ------------------------------------------------------------------- grants */

/*
 * Take back the first @nr pages. They have no entry in page tables, but what the GPU
 * wrote may be on its way.
 */
static void cnova_import_revoke(struct cnova_import *import, u32 nr)
{
	struct cnova_device *cnova = cnova_import_device(import);
	struct sg_dma_page_iter iter;

	for_each_sgtable_dma_page(import->sgt, &iter, 0) {
		dma_addr_t bus = sg_page_iter_dma_address(&iter);

		if (!nr--)
			return;
		cnova_io_dma_revoke(&cnova->io, bus, 1);
		xa_erase(&cnova->imported, bus >> PAGE_SHIFT);
	}
}

static void cnova_import_revoke_all(struct cnova_import *import)
{
	if (cnova_io_is_model(&cnova_import_device(import)->io))
		cnova_import_revoke(import, import->bo->ttm.base.size >> PAGE_SHIFT);
	import->granted = false;
}

static int cnova_import_grant_page(struct cnova_device *cnova, dma_addr_t bus, struct page *page)
{
	int err;

	/* -EBUSY: another import has it. */
	err = xa_insert(&cnova->imported, bus >> PAGE_SHIFT, page, GFP_KERNEL);
	if (err)
		return err;

	err = cnova_io_dma_grant(&cnova->io, bus, page, 1);
	if (err)
		xa_erase(&cnova->imported, bus >> PAGE_SHIFT);
	return err;
}

/* Pages and bus addresses come in the same order, but in different pieces. */
static int cnova_import_grant_locked(struct cnova_import *import)
{
	struct cnova_device *cnova = cnova_import_device(import);
	struct sg_dma_page_iter dma_iter;
	struct sg_page_iter iter;
	u32 nr = 0;
	int err;

	lockdep_assert_held(&cnova->io_lock);

	__sg_page_iter_start(&iter, import->sgt->sgl, import->sgt->orig_nents, 0);
	for_each_sgtable_dma_page(import->sgt, &dma_iter, 0) {
		err = -EOPNOTSUPP;
		if (__sg_page_iter_next(&iter) && sg_page(iter.sg) &&
		    !is_zone_device_page(sg_page_iter_page(&iter)))
			err = cnova_import_grant_page(cnova, sg_page_iter_dma_address(&dma_iter),
						      sg_page_iter_page(&iter));
		if (err) {
			drm_dbg_driver(&cnova->drm,
				       "dma-buf: page %u, which a software GPU needs: %d\n", nr,
				       err);
			cnova_import_revoke(import, nr);
			return err;
		}
		nr++;
	}

	return 0;
}

static int cnova_import_hold(struct cnova_import *import)
{
	struct cnova_device *cnova = cnova_import_device(import);
	int err = 0;

	down_read(&cnova->io_lock);
	if (cnova_io_is_model(&cnova->io))
		err = cnova_import_grant_locked(import);
	if (!err) {
		import->granted = true;
		spin_lock(&cnova->held_lock);
		list_add(&import->entry, &cnova->imports);
		spin_unlock(&cnova->held_lock);
	}
	up_read(&cnova->io_lock);

	return err;
}

/* In reclaim the device is there, and who uses &cnova_device.io_lock may wait for memory. */
static void cnova_import_release(struct cnova_import *import)
{
	struct cnova_device *cnova = cnova_import_device(import);
	bool there;
	int idx;

	there = drm_dev_enter(&cnova->drm, &idx);
	if (!there)
		down_read(&cnova->io_lock);
	spin_lock(&cnova->held_lock);
	list_del_init(&import->entry);
	spin_unlock(&cnova->held_lock);
	if (import->granted) {
		/* It is not ours to keep: if that fails the device is wedged, and all is said. */
		cnova_ttm_settle(cnova);
		cnova_import_revoke_all(import);
	}
	if (there)
		drm_dev_exit(idx);
	else
		up_read(&cnova->io_lock);
}

/**
 * cnova_imports_release_locked() - Take all memory of others out of the reach of the GPU.
 * @cnova: Device that is being removed, after drm_dev_unplug() and a flush.
 *
 * Context: Process context. Caller holds &cnova_device.io_lock for write.
 */
void cnova_imports_release_locked(struct cnova_device *cnova)
{
	struct cnova_import *import;

	lockdep_assert_held_write(&cnova->io_lock);

	list_for_each_entry(import, &cnova->imports, entry)
		cnova_import_revoke_all(import);
}

/* --------------------------------------------------------------------- maps */

/* An exporter may be wrong; page tables built of what it says must not be. */
static int cnova_import_make_runs(struct cnova_import *import)
{
	struct drm_device *drm = import->bo->ttm.base.dev;
	u64 left = import->bo->ttm.base.size;
	struct cnova_runs *runs;
	struct scatterlist *sg;
	u32 i;

	runs = cnova_runs_alloc(import->sgt->nents, CNOVA_APERTURE_SYS_COH);
	if (!runs)
		return -ENOMEM;

	for_each_sgtable_dma_sg(import->sgt, sg, i) {
		u64 len = sg_dma_len(sg);

		if (!len || !PAGE_ALIGNED(sg_dma_address(sg) | len) || len > left) {
			drm_dbg_driver(drm, "dma-buf: piece %u: %#llx bytes at %#llx, %#llx left\n",
				       i, len, (u64)sg_dma_address(sg), left);
			goto err_free;
		}
		cnova_runs_append(runs, sg_dma_address(sg), len);
		left -= len;
	}
	if (left) {
		drm_dbg_driver(drm, "dma-buf: the last %#llx bytes are missing\n", left);
		goto err_free;
	}

	import->runs = cnova_runs_trim(runs);
	return 0;

err_free:
	cnova_runs_free(runs);
	return -EINVAL;
}

static void cnova_import_drop(struct cnova_import *import)
{
	cnova_runs_free(import->runs);
	import->runs = NULL;
	dma_buf_unmap_attachment(import->attach, import->sgt, cnova_import_dir(import));
	import->sgt = NULL;
}

/**
 * cnova_import_map() - Get hold of the memory.
 * @import: Import.
 *
 * The exporter may be moving it here still: its &DMA_RESV_USAGE_KERNEL fences come first.
 *
 * Context: Process context. Caller holds the reservation.
 * Return: 0, also if it was mapped; -EOPNOTSUPP: a software GPU, and there are no pages;
 * -EBUSY: one, and another import has a page of it; -EINVAL: the exporter tells nonsense;
 * -ENODEV: the device is gone; or what the exporter says.
 */
int cnova_import_map(struct cnova_import *import)
{
	struct drm_device *drm = import->bo->ttm.base.dev;
	struct sg_table *sgt;
	int err, idx;

	dma_resv_assert_held(import->dma_buf->resv);

	if (import->sgt)
		return 0;
	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;

	sgt = dma_buf_map_attachment(import->attach, cnova_import_dir(import));
	if (IS_ERR(sgt)) {
		err = PTR_ERR(sgt);
		drm_dbg_driver(drm, "dma-buf: its exporter %s: %d\n",
			       import->dma_buf->exp_name, err);
		goto out_exit;
	}

	import->sgt = sgt;
	err = cnova_import_make_runs(import);
	if (!err)
		err = cnova_import_hold(import);
	if (err)
		cnova_import_drop(import);

out_exit:
	drm_dev_exit(idx);
	return err;
}

/**
 * cnova_import_unmap() - Let go of the memory.
 * @import: Import, in no page table any more.
 *
 * Context: Process context, may be in reclaim: allocates nothing. Caller holds the
 * reservation.
 */
void cnova_import_unmap(struct cnova_import *import)
{
	if (!import->sgt)
		return;

	dma_resv_assert_held(import->dma_buf->resv);

	cnova_import_release(import);
	cnova_import_drop(import);
}

/* A reference on the object of one that is mapped, or NULL. */
static struct cnova_bo *cnova_imports_first(struct cnova_device *cnova)
{
	struct cnova_import *import;
	struct cnova_bo *bo = NULL;

	spin_lock(&cnova->held_lock);
	list_for_each_entry(import, &cnova->imports, entry) {
		/* Else TTM is about to destroy it, and unmaps it. */
		if (kref_get_unless_zero(&import->bo->ttm.base.refcount)) {
			bo = import->bo;
			break;
		}
	}
	spin_unlock(&cnova->held_lock);

	return bo;
}

/**
 * cnova_imports_stop() - Let go of all memory of others.
 * @cnova: Device, unplugged, without address spaces.
 *
 * Context: Process context. Takes reservations.
 */
void cnova_imports_stop(struct cnova_device *cnova)
{
	struct cnova_bo *bo;

	while ((bo = cnova_imports_first(cnova))) {
		dma_resv_lock(bo->ttm.base.resv, NULL);
		cnova_import_unmap(bo->import);
		dma_resv_unlock(bo->ttm.base.resv);
		drm_gem_object_put(&bo->ttm.base);
	}
}
