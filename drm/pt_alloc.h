/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRAM for the page tables of an address space.
 */
#ifndef _CNOVA_DRM_PT_ALLOC_H_
#define _CNOVA_DRM_PT_ALLOC_H_

#include <linux/list.h>
#include <linux/mutex.h>

#include "mm/vmm.h"

struct cnova_device;
struct drm_gem_object;
struct seq_file;
struct ttm_operation_ctx;

/**
 * struct cnova_pt_alloc - Pages for the tables of one address space.
 *
 * They come from arenas: pinned kernel objects on the reservation of the VM, so
 * that TTM can evict something else to make room for them. The first has 128 KiB,
 * each further one twice as much, up to 1 MiB.
 */
struct cnova_pt_alloc {
	/** @cnova: Device. Immutable. */
	struct cnova_device *cnova;
	/** @root: Owner of the VM's reservation; it outlives us. Immutable. */
	struct drm_gem_object *root;
	/** @vmm: The VM's page tables. Immutable. */
	struct cnova_vmm *vmm;
	/** @lock: Protects the fields below. A leaf lock, never in the signalling path. */
	struct mutex lock;
	/** @arenas: &struct cnova_pt_arena. */
	struct list_head arenas;
	/** @next_size: Bytes of the next arena. */
	u64 next_size;
	/** @bytes: VRAM in arenas. */
	u64 bytes;
};

int cnova_pt_alloc_check(struct cnova_device *cnova);
void cnova_pt_alloc_init(struct cnova_pt_alloc *alloc, struct cnova_device *cnova,
			 struct drm_gem_object *root, struct cnova_vmm *vmm);
void cnova_pt_alloc_fini(struct cnova_pt_alloc *alloc);
void cnova_pt_alloc_quarantine(struct cnova_pt_alloc *alloc);
void cnova_pt_alloc_release_quarantine(struct cnova_device *cnova);
void cnova_pt_alloc_show_quarantine(struct cnova_device *cnova, struct seq_file *m);

int cnova_pt_alloc_page(struct cnova_pt_alloc *alloc, struct ttm_operation_ctx *ctx,
			struct cnova_vram_addr *page);
void cnova_pt_alloc_free_page(struct cnova_pt_alloc *alloc, struct cnova_vram_addr page);
void cnova_pt_alloc_shrink(struct cnova_pt_alloc *alloc);

#endif /* _CNOVA_DRM_PT_ALLOC_H_ */
