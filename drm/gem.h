/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects.
 */
#ifndef _CNOVA_DRM_GEM_H_
#define _CNOVA_DRM_GEM_H_

#include <linux/xarray.h>

#include <drm/ttm/ttm_bo.h>

#include "drm/runs.h"

struct cnova_device;
struct cnova_import;
struct dma_buf;
struct drm_file;

/** struct cnova_bo - An object: memory that can be mapped. */
struct cnova_bo {
	/** @ttm: Base, which holds the GEM object. */
	struct ttm_buffer_object ttm;

	/** @flags: DRM_CNOVA_GEM_*. Immutable. */
	u32 flags;

	/** @quarantined: The GPU may still reach it: never moved, never freed. Only ever set. */
	bool quarantined;

	/** @import: Its memory, if that belongs to somebody else; else NULL. Immutable. */
	struct cnova_import *import;

	/** @exported: Its dma-buf, for others; NULL: none. Under the reservation. */
	struct dma_buf *exported;

	/** @was_exported: Others have or had it. Only ever set, under the reservation. */
	bool was_exported;

	/**
	 * @nr_shared: How often others have it mapped or pinned: so long it belongs in
	 * system memory. Under the reservation.
	 */
	u32 nr_shared;

	/**
	 * @settled: &ww_acquire_ctx.stamp of the transaction that last gave it its place:
	 * as long as that holds the reservation the object stays. Under the reservation.
	 */
	unsigned long settled;

	/**
	 * @windows: &struct cnova_window by number: parts that BAR1 shows. Under
	 * &cnova_windows.lock.
	 */
	struct xarray windows;

	/**
	 * @dummy: What its CPU mappings show where the model denies having VRAM. Of
	 * its own: files that share nothing must not meet in one page. Made by the
	 * first mmap(); NULL on silicon.
	 */
	struct page *dummy;

	/**
	 * @mem_type: TTM_PL_* of where it is. Written with the reservation held;
	 * read without it by those who only tell people.
	 */
	u32 mem_type;

	/**
	 * @vm_root: With DRM_CNOVA_GEM_VM_PRIVATE, and for page tables, the object
	 * whose reservation this one shares: a reference, held until TTM destroys
	 * us, because TTM uses the reservation that long. NULL otherwise. Immutable.
	 */
	struct drm_gem_object *vm_root;
};

static inline struct cnova_bo *to_cnova_bo(struct drm_gem_object *gem)
{
	return container_of(gem, struct cnova_bo, ttm.base);
}

struct cnova_bo *cnova_bo_create(struct cnova_device *cnova, u64 size, u32 flags,
				 struct drm_gem_object *vm_root);
struct cnova_bo *cnova_bo_create_import(struct cnova_device *cnova, struct dma_buf *dma_buf);
struct cnova_bo *cnova_bo_create_kernel(struct cnova_device *cnova, u64 size,
					struct drm_gem_object *vm_root,
					struct ttm_operation_ctx *ctx);
void cnova_bo_destroy_kernel(struct cnova_bo *bo);

void cnova_bo_withhold(struct cnova_bo *bo);
int cnova_bo_validate(struct cnova_bo *bo, struct ttm_operation_ctx *ctx);
const struct cnova_runs *cnova_bo_runs(struct cnova_bo *bo);

int cnova_gem_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_gem_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_gem_mmap_offset_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _CNOVA_DRM_GEM_H_ */
