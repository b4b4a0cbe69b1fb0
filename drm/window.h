/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows: the parts of objects in VRAM that BAR1 shows.
 */
#ifndef _CNOVA_DRM_WINDOW_H_
#define _CNOVA_DRM_WINDOW_H_

#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>

#include "mm/addr.h"

struct cnova_bar1_map;
struct cnova_bo;
struct cnova_device;

/** struct cnova_windows - All windows of a GPU. */
struct cnova_windows {
	/**
	 * @lock: Protects what follows and &cnova_bo.windows. Held while a page of
	 * a window is put into a CPU page table, so that no window goes before its
	 * CPU mappings. Its rank is in drm/vm.h.
	 */
	struct mutex lock;
	/** @shift: log2 of the bytes of a window. Immutable. */
	u8 shift;
	/** @lru: &struct cnova_window, the one used last at the end. */
	struct list_head lru;
};

int cnova_windows_init(struct cnova_device *cnova);
void cnova_windows_start(struct cnova_device *cnova);
void cnova_windows_stop(struct cnova_device *cnova);
void cnova_windows_prime_lockdep(struct cnova_device *cnova);

vm_fault_t cnova_window_fault(struct cnova_bo *bo, struct vm_fault *vmf);
u64 cnova_window_offset(struct cnova_bo *bo, u64 offset);
int cnova_windows_drop(struct cnova_bo *bo);

int cnova_windows_map(struct cnova_device *cnova, struct cnova_bar1_map *map,
		      struct cnova_vram_addr pa, u64 size);

#endif /* _CNOVA_DRM_WINDOW_H_ */
