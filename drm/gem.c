// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Objects
 *
 * An object is a TTM buffer object with a GEM handle. It lives where it was asked
 * to live, VRAM or system memory, and holds zeros when its maker first sees it.
 * Objects that are private to an address space share its reservation; page tables
 * are kernel objects of the same kind.
 *
 * Objects may be shared with other devices, in both directions: drm/prime.c.
 *
 * Locking: where an object is, and its runs, are protected by its reservation.
 * Who gets memory for an object does so in cnova_validate().
 */

#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/drm_vma_manager.h>
#include <drm/ttm/ttm_placement.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/device.h"
#include "drm/file.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/prime.h"
#include "drm/ttm.h"
#include "drm/validate.h"
#include "drm/vm.h"
#include "drm/window.h"
#include "drm/vm_root.h"

#define CNOVA_GEM_FLAGS		(DRM_CNOVA_GEM_VRAM | DRM_CNOVA_GEM_VM_PRIVATE)

/* The place an object belongs to. */
struct cnova_placement {
	struct ttm_placement base;
	struct ttm_place place;
};

static void cnova_placement_init(struct cnova_placement *placement, const struct cnova_bo *bo)
{
	bool vram = bo->flags & DRM_CNOVA_GEM_VRAM && !bo->nr_shared;

	*placement = (struct cnova_placement){
		.base.num_placement = 1,
		.base.placement = &placement->place,
		.place.mem_type = vram ? TTM_PL_VRAM : TTM_PL_TT,
	};
}

/* The last reference of TTM's own is gone. */
static void cnova_bo_destroy(struct ttm_buffer_object *tbo)
{
	struct cnova_bo *bo = container_of(tbo, struct cnova_bo, ttm);
	struct drm_gem_object *vm_root = bo->vm_root;

	drm_gem_object_release(&tbo->base);
	cnova_import_free(bo->import);
	xa_destroy(&bo->windows);
	/* Mappings hold the object: there are none. */
	if (bo->dummy)
		__free_page(bo->dummy);
	kfree(bo);
	if (vm_root)
		drm_gem_object_put(vm_root);
}

static void cnova_gem_free(struct drm_gem_object *gem)
{
	ttm_bo_fini(&to_cnova_bo(gem)->ttm);
}

static void cnova_gem_print_info(struct drm_printer *p, unsigned int indent,
				 const struct drm_gem_object *gem)
{
	static const char * const names[] = {
		[TTM_PL_SYSTEM] = "system",
		[TTM_PL_TT] = "gtt",
		[TTM_PL_VRAM] = "vram0",
	};
	const struct cnova_bo *bo = container_of_const(gem, struct cnova_bo, ttm.base);

	drm_printf_indent(p, indent, "placement=%s%s%s\n", names[READ_ONCE(bo->mem_type)],
			  bo->flags & DRM_CNOVA_GEM_VM_PRIVATE ? " private" : "",
			  READ_ONCE(bo->quarantined) ? " quarantined" : "");
}

static enum drm_gem_object_status cnova_gem_status(struct drm_gem_object *gem)
{
	return READ_ONCE(to_cnova_bo(gem)->mem_type) == TTM_PL_SYSTEM ?
	       0 : DRM_GEM_OBJECT_RESIDENT;
}

/* A fault cannot fail any more where it needs one. */
static int cnova_bo_make_dummy(struct cnova_bo *bo)
{
	struct page *page;

	if (!(bo->flags & DRM_CNOVA_GEM_VRAM) || READ_ONCE(bo->dummy) ||
	    !cnova_io_is_model(&to_cnova_device(bo->ttm.base.dev)->io))
		return 0;

	page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page)
		return -ENOMEM;

	/* Another thread may have been faster. */
	if (cmpxchg(&bo->dummy, NULL, page))
		__free_page(page);
	return 0;
}

/* Memory of others is mapped as they map it. */
static int cnova_gem_mmap_import(struct cnova_bo *bo, struct vm_area_struct *vma)
{
	int err;

	if (bo->import->read_only) {
		if (vma->vm_flags & VM_WRITE) {
			drm_dbg_driver(bo->ttm.base.dev, "mmap: imported to be read only\n");
			return -EACCES;
		}
		vm_flags_clear(vma, VM_MAYWRITE);
	}

	/* Whoever maps it sets these, or needs none. */
	vma->vm_private_data = NULL;
	vma->vm_ops = NULL;
	err = dma_buf_mmap(bo->import->dma_buf, vma, 0);
	if (err)
		return err;

	/* The mapping has the file of the dma-buf. */
	drm_gem_object_put(&bo->ttm.base);
	return 0;
}

static int cnova_gem_mmap(struct drm_gem_object *gem, struct vm_area_struct *vma)
{
	struct cnova_device *cnova = to_cnova_device(gem->dev);
	struct cnova_bo *bo = to_cnova_bo(gem);
	int err;

	if (bo->import)
		return cnova_gem_mmap_import(bo, vma);

	if (bo->flags & DRM_CNOVA_GEM_VRAM && !cnova->bar1_size) {
		drm_dbg_driver(gem->dev, "mmap: no BAR1, VRAM cannot be mapped\n");
		return -ENXIO;
	}

	err = cnova_bo_make_dummy(bo);
	if (err)
		return err;

	err = ttm_bo_mmap_obj(vma, &bo->ttm);
	if (err)
		return err;

	/* TTM has taken a reference of its own for the mapping. */
	drm_gem_object_put(gem);
	return 0;
}

/* Inside drm_dev_enter(), with the reservation. */
static vm_fault_t cnova_gem_fault_locked(struct cnova_bo *bo, struct vm_fault *vmf)
{
	/* As after an unplug: better a page of nothing than a signal. */
	if (cnova_ttm_is_lost(bo))
		return ttm_bo_vm_dummy_page(vmf, vmf->vma->vm_page_prot);

	if (bo->ttm.resource->mem_type == TTM_PL_VRAM)
		return cnova_window_fault(bo, vmf);

	return ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot, TTM_BO_VM_NUM_PREFAULT);
}

static vm_fault_t cnova_gem_fault(struct vm_fault *vmf)
{
	struct ttm_buffer_object *tbo = vmf->vma->vm_private_data;
	vm_fault_t ret;
	int idx;

	ret = ttm_bo_vm_reserve(tbo, vmf);
	if (ret)
		return ret;

	if (drm_dev_enter(tbo->base.dev, &idx)) {
		ret = cnova_gem_fault_locked(container_of(tbo, struct cnova_bo, ttm), vmf);
		drm_dev_exit(idx);
	} else {
		ret = ttm_bo_vm_dummy_page(vmf, vmf->vma->vm_page_prot);
	}

	/* TTM has dropped the reservation, and the lock of the address space. */
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;

	dma_resv_unlock(tbo->base.resv);
	return ret;
}

static const struct vm_operations_struct cnova_gem_vm_ops = {
	.fault = cnova_gem_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

/* Private objects are used together as long as somebody can use them. */
static void cnova_gem_set_bulk(struct drm_gem_object *gem, bool on)
{
	struct cnova_bo *bo = to_cnova_bo(gem);

	if (!bo->vm_root)
		return;

	dma_resv_lock(gem->resv, NULL);
	ttm_bo_set_bulk_move(&bo->ttm, on ? &to_cnova_vm_root(bo->vm_root)->bulk : NULL);
	dma_resv_unlock(gem->resv);
}

static int cnova_gem_open(struct drm_gem_object *gem, struct drm_file *file)
{
	cnova_gem_set_bulk(gem, true);
	return 0;
}

static void cnova_gem_close(struct drm_gem_object *gem, struct drm_file *file)
{
	cnova_gem_set_bulk(gem, false);
}

static const struct drm_gem_object_funcs cnova_gem_funcs = {
	.free = cnova_gem_free,
	.open = cnova_gem_open,
	.close = cnova_gem_close,
	.print_info = cnova_gem_print_info,
	.export = cnova_prime_export,
	.mmap = cnova_gem_mmap,
	.status = cnova_gem_status,
	.vm_ops = &cnova_gem_vm_ops,
};

/* Without memory. TTM's init frees it if that fails. */
static struct cnova_bo *cnova_bo_alloc(struct cnova_device *cnova, u64 size, u32 flags,
				       struct drm_gem_object *vm_root)
{
	struct cnova_bo *bo = kzalloc_obj(*bo);

	if (!bo)
		return NULL;

	drm_gem_private_object_init(&cnova->drm, &bo->ttm.base, size);
	bo->ttm.base.funcs = &cnova_gem_funcs;
	bo->flags = flags;
	bo->mem_type = TTM_PL_SYSTEM;
	xa_init(&bo->windows);
	if (vm_root) {
		drm_gem_object_get(vm_root);
		bo->vm_root = vm_root;
	}

	return bo;
}

struct cnova_bo_create {
	struct cnova_device *cnova;
	u64 size;
	u32 flags;
	struct drm_gem_object *vm_root;
	struct cnova_bo *bo;
};

static int cnova_bo_try_create(void *arg)
{
	struct cnova_bo_create *create = arg;
	struct drm_gem_object *vm_root = create->vm_root;
	struct dma_resv *resv = vm_root ? vm_root->resv : NULL;
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.gfp_retry_mayfail = true,
		.resv = resv,
		.allow_res_evict = resv,
	};
	struct cnova_placement placement;
	struct cnova_bo *bo;
	int err;

	bo = cnova_bo_alloc(create->cnova, create->size, create->flags, vm_root);
	if (!bo)
		return -ENOMEM;

	if (resv) {
		err = dma_resv_lock_interruptible(resv, NULL);
		if (err) {
			cnova_bo_destroy(&bo->ttm);
			return err == -EINTR ? -ERESTARTSYS : err;
		}
	}

	cnova_placement_init(&placement, bo);
	err = ttm_bo_init_reserved(&create->cnova->ttm, &bo->ttm, ttm_bo_type_device,
				   &placement.base, 0, &ctx, NULL, resv, cnova_bo_destroy);
	if (!err)
		ttm_bo_unreserve(&bo->ttm);
	else if (resv)
		dma_resv_unlock(resv);

	create->bo = bo;
	return err;
}

/**
 * cnova_bo_create() - Make an object for a client.
 * @cnova: Device.
 * @size: Bytes, a multiple of the page size, and no more than the memory there is.
 * @flags: DRM_CNOVA_GEM_*.
 * @vm_root: With DRM_CNOVA_GEM_VM_PRIVATE the root object of the VM, else NULL.
 *
 * Context: Process context, no &dma_resv held.
 * Return: The object, a reference on it; -ENOMEM, -ENOSPC: no room, even after
 * evicting what can be; -ERESTARTSYS: a signal came; -ENODEV: the device is gone.
 */
struct cnova_bo *cnova_bo_create(struct cnova_device *cnova, u64 size, u32 flags,
				 struct drm_gem_object *vm_root)
{
	struct cnova_bo_create create = {
		.cnova = cnova,
		.size = size,
		.flags = flags,
		.vm_root = vm_root,
	};
	int err = cnova_validate(cnova, cnova_bo_try_create, &create);

	return err ? ERR_PTR(err) : create.bo;
}

/**
 * cnova_bo_create_import() - Make an object for memory of somebody else.
 * @cnova: Device.
 * @dma_buf: The memory; whole pages.
 *
 * It is mapped by cnova_bo_validate(); before that the caller attaches to @dma_buf.
 *
 * Context: Process context, no &dma_resv held.
 * Return: The object, a reference on it; -ENOMEM; -ERESTARTSYS: a signal came.
 */
struct cnova_bo *cnova_bo_create_import(struct cnova_device *cnova, struct dma_buf *dma_buf)
{
	const struct ttm_place place = { .mem_type = TTM_PL_SYSTEM };
	struct ttm_placement placement = { .num_placement = 1, .placement = &place };
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct cnova_bo *bo;
	int err;

	bo = cnova_bo_alloc(cnova, dma_buf->size, 0, NULL);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	bo->import = cnova_import_alloc(bo, dma_buf);
	err = bo->import ? dma_resv_lock_interruptible(dma_buf->resv, NULL) : -ENOMEM;
	if (err) {
		cnova_bo_destroy(&bo->ttm);
		return ERR_PTR(err == -EINTR ? -ERESTARTSYS : err);
	}

	err = ttm_bo_init_reserved(&cnova->ttm, &bo->ttm, ttm_bo_type_sg, &placement, 0, &ctx, NULL,
				   dma_buf->resv, cnova_bo_destroy);
	dma_resv_unlock(dma_buf->resv);

	return err ? ERR_PTR(err) : bo;
}

/**
 * cnova_bo_create_kernel() - Make a pinned object in VRAM for the driver itself.
 * @cnova: Device.
 * @size: Bytes, a power of two: it is in one piece, aligned to its size.
 * @vm_root: Root object of the VM whose reservation it shares.
 * @ctx: What may be done to get memory.
 *
 * What the memory holds is undefined.
 *
 * Context: Process context. Caller holds the reservation of @vm_root.
 * Return: The object, a reference on it; -ENOMEM, -ENOSPC: no room;
 * -ERESTARTSYS: a signal came.
 */
struct cnova_bo *cnova_bo_create_kernel(struct cnova_device *cnova, u64 size,
					struct drm_gem_object *vm_root,
					struct ttm_operation_ctx *ctx)
{
	const struct ttm_place place = {
		.mem_type = TTM_PL_VRAM,
		.flags = TTM_PL_FLAG_CONTIGUOUS,
	};
	struct ttm_placement placement = { .num_placement = 1, .placement = &place };
	struct cnova_bo *bo;
	int err;

	dma_resv_assert_held(vm_root->resv);

	bo = cnova_bo_alloc(cnova, size, DRM_CNOVA_GEM_VRAM, vm_root);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	err = ttm_bo_init_reserved(&cnova->ttm, &bo->ttm, ttm_bo_type_kernel, &placement, 0, ctx,
				   NULL, vm_root->resv, cnova_bo_destroy);
	if (err)
		return ERR_PTR(err);

	ttm_bo_pin(&bo->ttm);
	return bo;
}

/**
 * cnova_bo_destroy_kernel() - Drop what cnova_bo_create_kernel() made.
 * @bo: Object.
 *
 * Its memory is free when the fences in the reservation have signalled.
 *
 * Context: Process context. Takes the reservation.
 */
void cnova_bo_destroy_kernel(struct cnova_bo *bo)
{
	dma_resv_lock(bo->ttm.base.resv, NULL);
	ttm_bo_unpin(&bo->ttm);
	dma_resv_unlock(bo->ttm.base.resv);
	drm_gem_object_put(&bo->ttm.base);
}

/**
 * cnova_bo_withhold() - BAR1 may go on showing an object.
 * @bo: Object that cannot move: with the last reference, pinned, or by its window.
 *
 * Its VRAM is not given to others until the device is gone, also if the object moves.
 *
 * Context: Process context.
 */
void cnova_bo_withhold(struct cnova_bo *bo)
{
	struct ttm_resource *res = bo->ttm.resource;

	if (res && res->mem_type == TTM_PL_VRAM)
		to_cnova_vram_resource(res)->withheld = true;
}

/**
 * cnova_bo_validate() - See that an object is where the GPU can reach it.
 * @bo: Object.
 * @ctx: What may be done to get memory.
 *
 * If the caller locked it with a ticket, as drm_exec does, it stays there until that
 * ends: what is validated next does not take its place.
 *
 * Context: Process context. Caller holds the reservation of @bo.
 * Return: 0; -ENOMEM, -ENOSPC: no room; -ERESTARTSYS: a signal came; -ENODEV: the
 * device is gone.
 */
int cnova_bo_validate(struct cnova_bo *bo, struct ttm_operation_ctx *ctx)
{
	struct ww_acquire_ctx *ticket = dma_resv_locking_ctx(bo->ttm.base.resv);
	struct cnova_placement placement;
	int err;

	dma_resv_assert_held(bo->ttm.base.resv);

	cnova_placement_init(&placement, bo);
	err = ttm_bo_validate(&bo->ttm, &placement.base, ctx);
	if (!err && bo->import)
		err = cnova_import_map(bo->import);
	if (!err && ticket)
		bo->settled = ticket->stamp;
	return err;
}

/**
 * cnova_gem_create_ioctl() - DRM_IOCTL_CNOVA_GEM_CREATE.
 * @drm: Device.
 * @data: &struct drm_cnova_gem_create.
 * @file: Caller.
 *
 * Context: Process context.
 * Return: 0; -EINVAL, -ENOENT, -ENOMEM, -ENOSPC, -ERESTARTSYS, -ENODEV as the
 * interface says.
 */
int cnova_gem_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct cnova_device *cnova = to_cnova_device(drm);
	struct drm_cnova_gem_create *args = data;
	struct cnova_vm *vm = NULL;
	struct cnova_bo *bo;
	u64 limit;
	int err;

	if (args->flags & ~CNOVA_GEM_FLAGS) {
		drm_dbg_driver(drm, "flags: unknown 0x%x\n", args->flags & ~CNOVA_GEM_FLAGS);
		return -EINVAL;
	}

	if (cnova_device_is_wedged(cnova))
		return -ENODEV;

	/* The limit is a multiple of the page size: rounding up does not pass it. */
	limit = args->flags & DRM_CNOVA_GEM_VRAM ? cnova_vram_size(&cnova->mm.vram) :
						   cnova->tt_mgr.size;
	if (!args->size || args->size > limit) {
		drm_dbg_driver(drm, "size: %llu, not 1 to %llu\n", args->size, limit);
		return -EINVAL;
	}

	if (args->flags & DRM_CNOVA_GEM_VM_PRIVATE) {
		vm = cnova_file_get_vm(file, args->handle);
		if (!vm || READ_ONCE(vm->killed) || READ_ONCE(vm->vmm.error)) {
			drm_dbg_driver(drm, "handle: no VM %u, or dead\n", args->handle);
			err = -ENOENT;
			goto out_put_vm;
		}
	}

	bo = cnova_bo_create(cnova, PAGE_ALIGN(args->size), args->flags, vm ? vm->root : NULL);
	if (IS_ERR(bo)) {
		err = PTR_ERR(bo);
		goto out_put_vm;
	}

	err = drm_gem_handle_create(file, &bo->ttm.base, &args->handle);
	if (!err)
		args->size = bo->ttm.base.size;
	drm_gem_object_put(&bo->ttm.base);

out_put_vm:
	if (vm)
		cnova_vm_put(vm);
	return err;
}

/**
 * cnova_gem_info_ioctl() - DRM_IOCTL_CNOVA_GEM_INFO.
 * @drm: Device.
 * @data: &struct drm_cnova_gem_info.
 * @file: Caller.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: pad; -ENOENT: no such handle.
 */
int cnova_gem_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_gem_info *args = data;
	struct drm_gem_object *gem;

	if (args->pad) {
		drm_dbg_driver(drm, "pad: 0x%x, not 0\n", args->pad);
		return -EINVAL;
	}

	gem = drm_gem_object_lookup(file, args->handle);
	if (!gem) {
		drm_dbg_driver(drm, "handle: no object %u\n", args->handle);
		return -ENOENT;
	}

	args->size = gem->size;
	drm_gem_object_put(gem);
	return 0;
}

/**
 * cnova_gem_mmap_offset_ioctl() - DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET.
 * @drm: Device.
 * @data: &struct drm_cnova_gem_mmap_offset.
 * @file: Caller.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: flags; -ENOENT: no such handle.
 */
int cnova_gem_mmap_offset_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_gem_mmap_offset *args = data;
	struct drm_gem_object *gem;

	if (args->flags) {
		drm_dbg_driver(drm, "flags: 0x%x, not 0\n", args->flags);
		return -EINVAL;
	}

	gem = drm_gem_object_lookup(file, args->handle);
	if (!gem) {
		drm_dbg_driver(drm, "handle: no object %u\n", args->handle);
		return -ENOENT;
	}

	args->offset = drm_vma_node_offset_addr(&gem->vma_node);
	drm_gem_object_put(gem);
	return 0;
}
