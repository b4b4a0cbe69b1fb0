/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The object whose reservation an address space shares with its private objects.
 */
#ifndef _CNOVA_DRM_VM_ROOT_H_
#define _CNOVA_DRM_VM_ROOT_H_

#include <drm/drm_gem.h>
#include <drm/ttm/ttm_resource.h>

struct cnova_device;
struct drm_exec;

/**
 * struct cnova_vm_root - What private objects have in common.
 *
 * There as long as the address space or one of its private objects.
 */
struct cnova_vm_root {
	/** @base: Has the reservation, and no memory. */
	struct drm_gem_object base;

	/**
	 * @bulk: The private objects that have a handle: they are used together, and go
	 * to the end of the list of what is evicted together. Protected by TTM's lru_lock
	 * and the reservation.
	 */
	struct ttm_lru_bulk_move bulk;
};

static inline struct cnova_vm_root *to_cnova_vm_root(struct drm_gem_object *gem)
{
	return container_of(gem, struct cnova_vm_root, base);
}

struct drm_gem_object *cnova_vm_root_create(struct cnova_device *cnova);
void cnova_vm_root_used(struct cnova_device *cnova, struct drm_gem_object *root,
			struct drm_exec *exec);

#endif /* _CNOVA_DRM_VM_ROOT_H_ */
