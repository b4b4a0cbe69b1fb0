// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Sharing
 *
 * Objects are exported as dma-bufs, and dma-bufs of others become objects. What is
 * private to an address space shares that one's reservation and cannot be exported.
 *
 * **Export.** Others reach system memory only: an object of VRAM moves there when the
 * first of them maps it, and stays as long as one has it mapped, also if the GPU uses it
 * in between. Who does not care to be told when it moves has it pinned. Others are told:
 * before an object that they have mapped leaves system memory that the GPU may reach, to
 * be swapped out maybe, they are asked to let go of it. If one does not at once, it stays.
 * CPU mappings of the dma-buf are those of the object, by way of BAR1 where that is in
 * VRAM: nothing has to be done before or after such an access.
 *
 * **Import.** A dma-buf that this device exported is its object: the same handle in the
 * same file. Any other one gets an object without memory, which is mapped when a bind
 * needs it: drm/import.c. If the file was not opened for writing, as that of an export
 * without DRM_RDWR, it can only be bound with DRM_CNOVA_VM_BIND_READ_ONLY.
 *
 * When the exporter takes the memory away, all binds of it are waited for, and it
 * leaves the page tables, with one acknowledged invalidate for each address space. The
 * callback cannot fail. If the acknowledge is lost, the GPU may go on reading and writing
 * memory that has another owner soon; it cannot be withheld as ours can. Then the device
 * is wedged: no work is taken any more, and it takes a reset to come back. An IOMMU
 * protects that memory, as the software GPU does, which gets the pages taken away.
 *
 * **Fences.** Nothing is implicit but moves: neither binds nor executions wait for fences
 * of a dma-buf, nor are theirs seen by others who look for readers and writers. Where
 * others expect that, DMA_BUF_IOCTL_EXPORT_SYNC_FILE and IMPORT_SYNC_FILE of the dma-buf's
 * file take fences out and put them in, to and from syncobjs.
 *
 * Locking: the reservation of the object, which is the dma-buf's.
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_allocation.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/device.h"
#include "drm/evict.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/prime.h"
#include "mm/tlb.h"

MODULE_IMPORT_NS("DMA_BUF");

/* ------------------------------------------------------------------- export */

static struct cnova_bo *cnova_prime_bo(struct dma_buf *dma_buf)
{
	return to_cnova_bo(dma_buf->priv);
}

/*
 * Nobody reaches our VRAM, not even another device of ours; and memory that was allocated for
 * our device goes with it, whoever has it mapped.
 */
static int cnova_prime_attach(struct dma_buf *dma_buf, struct dma_buf_attachment *attach)
{
	struct ttm_device *bdev = cnova_prime_bo(dma_buf)->ttm.bdev;

	if (bdev->alloc_flags & TTM_ALLOCATION_POOL_USE_DMA_ALLOC)
		return -EOPNOTSUPP;

	attach->peer2peer = false;
	return 0;
}

/* To where others reach it; once more for each that does. Undone by cnova_prime_unshare(). */
static int cnova_prime_share(struct cnova_bo *bo)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };
	int err;

	dma_resv_assert_held(bo->ttm.base.resv);

	bo->nr_shared++;
	err = cnova_bo_validate(bo, &ctx);
	if (err)
		bo->nr_shared--;

	/* Importers know no restart. */
	return err == -ERESTARTSYS ? -EINTR : err;
}

static void cnova_prime_unshare(struct cnova_bo *bo)
{
	dma_resv_assert_held(bo->ttm.base.resv);

	bo->nr_shared--;
}

static int cnova_prime_pin_bo(struct cnova_bo *bo)
{
	int err = cnova_prime_share(bo);

	if (!err)
		ttm_bo_pin(&bo->ttm);
	return err;
}

static void cnova_prime_unpin_bo(struct cnova_bo *bo)
{
	ttm_bo_unpin(&bo->ttm);
	cnova_prime_unshare(bo);
}

static int cnova_prime_pin(struct dma_buf_attachment *attach)
{
	return cnova_prime_pin_bo(cnova_prime_bo(attach->dmabuf));
}

static void cnova_prime_unpin(struct dma_buf_attachment *attach)
{
	cnova_prime_unpin_bo(cnova_prime_bo(attach->dmabuf));
}

static struct sg_table *cnova_prime_map(struct dma_buf_attachment *attach,
					enum dma_data_direction dir)
{
	struct cnova_bo *bo = cnova_prime_bo(attach->dmabuf);
	struct sg_table *sgt;
	int err;

	err = cnova_prime_share(bo);
	if (err)
		return ERR_PTR(err);

	sgt = drm_prime_pages_to_sg(bo->ttm.base.dev, bo->ttm.ttm->pages, bo->ttm.ttm->num_pages);
	if (IS_ERR(sgt)) {
		err = PTR_ERR(sgt);
		goto err_unshare;
	}

	err = dma_map_sgtable(attach->dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
	if (err)
		goto err_free;

	return sgt;

err_free:
	sg_free_table(sgt);
	kfree(sgt);
err_unshare:
	cnova_prime_unshare(bo);
	return ERR_PTR(err);
}

static void cnova_prime_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
			      enum dma_data_direction dir)
{
	dma_unmap_sgtable(attach->dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(sgt);
	kfree(sgt);
	cnova_prime_unshare(cnova_prime_bo(attach->dmabuf));
}

static int cnova_prime_vmap(struct dma_buf *dma_buf, struct iosys_map *map)
{
	struct cnova_bo *bo = cnova_prime_bo(dma_buf);
	int err;

	/* The kernel itself never maps VRAM, see drm/ttm.c. */
	err = cnova_prime_pin_bo(bo);
	if (err)
		return err;

	err = ttm_bo_vmap(&bo->ttm, map);
	if (err)
		cnova_prime_unpin_bo(bo);
	return err;
}

static void cnova_prime_vunmap(struct dma_buf *dma_buf, struct iosys_map *map)
{
	struct cnova_bo *bo = cnova_prime_bo(dma_buf);

	ttm_bo_vunmap(&bo->ttm, map);
	cnova_prime_unpin_bo(bo);
}

static void cnova_prime_release(struct dma_buf *dma_buf)
{
	struct cnova_bo *bo = cnova_prime_bo(dma_buf);

	dma_resv_lock(bo->ttm.base.resv, NULL);
	bo->exported = NULL;
	dma_resv_unlock(bo->ttm.base.resv);
	drm_gem_dmabuf_release(dma_buf);
}

static const struct dma_buf_ops cnova_prime_ops = {
	.attach = cnova_prime_attach,
	.pin = cnova_prime_pin,
	.unpin = cnova_prime_unpin,
	.map_dma_buf = cnova_prime_map,
	.unmap_dma_buf = cnova_prime_unmap,
	.release = cnova_prime_release,
	.mmap = drm_gem_dmabuf_mmap,
	.vmap = cnova_prime_vmap,
	.vunmap = cnova_prime_vunmap,
};

/**
 * cnova_prime_export() - Make a dma-buf of an object; &drm_gem_object_funcs.export.
 * @gem: Object of ours that has none.
 * @flags: DRM_CLOEXEC, DRM_RDWR.
 *
 * Context: Process context, no &dma_resv held.
 * Return: The dma-buf; -EPERM: the object is private to an address space; -ENOMEM.
 */
struct dma_buf *cnova_prime_export(struct drm_gem_object *gem, int flags)
{
	struct cnova_bo *bo = to_cnova_bo(gem);
	struct dma_buf *dma_buf;

	if (bo->flags & DRM_CNOVA_GEM_VM_PRIVATE) {
		drm_dbg_driver(gem->dev, "handle: private to a VM\n");
		return ERR_PTR(-EPERM);
	}

	dma_buf = drm_gem_prime_export(gem, flags);
	if (IS_ERR(dma_buf))
		return dma_buf;

	dma_buf->ops = &cnova_prime_ops;
	dma_resv_lock(gem->resv, NULL);
	bo->exported = dma_buf;
	bo->was_exported = true;
	dma_resv_unlock(gem->resv);
	return dma_buf;
}

/**
 * cnova_prime_recall() - Have others let go of an object.
 * @bo: Object that is about to leave system memory that the GPU may reach.
 *
 * &drm_gem_object.dma_buf would not do: that ends with the last handle.
 *
 * Context: Process context. Caller holds the reservation, and waits for the fences in it
 * afterwards.
 * Return: 0; -EBUSY: somebody has it mapped still, so that it cannot go.
 */
int cnova_prime_recall(struct cnova_bo *bo)
{
	dma_resv_assert_held(bo->ttm.base.resv);

	if (bo->nr_shared && bo->exported)
		dma_buf_invalidate_mappings(bo->exported);

	return bo->nr_shared ? -EBUSY : 0;
}

/* ------------------------------------------------------------------- import */

/* The exporter takes the memory away. It holds the reservation, and cannot be refused. */
static void cnova_prime_invalidate(struct dma_buf_attachment *attach)
{
	struct drm_gem_object *gem = attach->importer_priv;
	struct cnova_device *cnova = to_cnova_device(gem->dev);
	struct cnova_bo *bo = to_cnova_bo(gem);
	int err;

	dma_resv_assert_held(gem->resv);

	if (!bo->import->sgt)
		return;

	/* The binds that are accepted: a fence ends in finite time. Their exporter waits too. */
	dma_resv_wait_timeout(gem->resv, DMA_RESV_USAGE_BOOKKEEP, false, MAX_SCHEDULE_TIMEOUT);

	err = cnova_bo_zap(bo);
	/* Unplugged: cnova_device_stop() is about to end all of it. */
	if (err == -ENODEV)
		return;
	if (err) {
		drm_err(gem->dev, "memory of others was taken away: device is wedged\n");
		cnova_tlb_wedge(&cnova->mm.tlb);
	}
	cnova_import_unmap(bo->import);
}

static const struct dma_buf_attach_ops cnova_prime_attach_ops = {
	.invalidate_mappings = cnova_prime_invalidate,
};

/**
 * cnova_prime_import() - Make an object of a dma-buf; &drm_driver.gem_prime_import.
 * @drm: Device.
 * @dma_buf: A dma-buf of anybody.
 *
 * Context: Process context, no &dma_resv held.
 * Return: The object, a reference on it: an object of the device's own, if that exported
 * it. -EINVAL: its size is not a multiple of the page size, or too large; -ENOMEM,
 * -ENOSPC; or what the exporter says.
 */
struct drm_gem_object *cnova_prime_import(struct drm_device *drm, struct dma_buf *dma_buf)
{
	struct cnova_device *cnova = to_cnova_device(drm);
	struct dma_buf_attachment *attach;
	struct cnova_bo *bo;

	if (dma_buf->ops == &cnova_prime_ops && cnova_prime_bo(dma_buf)->ttm.base.dev == drm) {
		drm_gem_object_get(dma_buf->priv);
		return dma_buf->priv;
	}

	if (!dma_buf->size || !PAGE_ALIGNED(dma_buf->size) || dma_buf->size > cnova->tt_mgr.size) {
		drm_dbg_driver(drm, "dma-buf: size: %zu, not whole pages up to %llu\n",
			       dma_buf->size, cnova->tt_mgr.size);
		return ERR_PTR(-EINVAL);
	}

	/* First: as soon as it is attached the exporter may call back. */
	bo = cnova_bo_create_import(cnova, dma_buf);
	if (IS_ERR(bo))
		return ERR_CAST(bo);

	attach = dma_buf_dynamic_attach(dma_buf, drm->dev, &cnova_prime_attach_ops, &bo->ttm.base);
	if (IS_ERR(attach)) {
		drm_dbg_driver(drm, "dma-buf: its exporter %s: %pe\n", dma_buf->exp_name, attach);
		drm_gem_object_put(&bo->ttm.base);
		return ERR_CAST(attach);
	}

	bo->import->attach = attach;
	bo->ttm.base.import_attach = attach;
	return &bo->ttm.base;
}
