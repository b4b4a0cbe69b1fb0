/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRAM as TTM sees it.
 */
#ifndef _CNOVA_DRM_VRAM_MGR_H_
#define _CNOVA_DRM_VRAM_MGR_H_

#include <drm/ttm/ttm_resource.h>

struct cnova_device;
struct cnova_runs;

/** struct cnova_vram_mgr - TTM resource manager over &cnova_mm.vram. */
struct cnova_vram_mgr {
	/** @base: Base. */
	struct ttm_resource_manager base;
};

/** struct cnova_vram_resource - VRAM that an object holds. */
struct cnova_vram_resource {
	/** @base: Base. */
	struct ttm_resource base;
	/** @blocks: Blocks of &cnova_mm.vram. */
	struct list_head blocks;
	/** @runs: The same, as an index by offset. */
	struct cnova_runs *runs;
	/** @held: In &cnova_device.held_vram while the GPU exists. */
	struct list_head held;
	/** @withheld: BAR1 died showing it: not to be given to others. */
	bool withheld;
	/** @low: VRAM address of its lowest byte. */
	u64 low;
};

static inline struct cnova_vram_resource *to_cnova_vram_resource(struct ttm_resource *res)
{
	return container_of(res, struct cnova_vram_resource, base);
}

int cnova_vram_mgr_init(struct cnova_device *cnova);
void cnova_vram_mgr_fini(struct cnova_device *cnova);
void cnova_vram_mgr_release_locked(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_VRAM_MGR_H_ */
