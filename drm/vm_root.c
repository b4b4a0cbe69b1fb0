// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What was used last
 *
 * TTM evicts what stands first in its lists. An execution uses all that its address space
 * maps, so all of it moves to the end: private objects with one move, as they hang together
 * (ttm_lru_bulk_move; Linux: Xe and amdgpu do likewise), the others one by one, which had to
 * be locked one by one before.
 *
 * A private object is one of these from its first handle to its last: without one nothing
 * is left but mappings that nobody can make again, and TTM wants it to be by itself before
 * it goes, with the reservation held, which may be nobody's to take then.
 *
 * Locking: the reservation, and TTM's lru_lock for the lists.
 */

#include <linux/slab.h>

#include <drm/drm_exec.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/vm_root.h"

static void cnova_vm_root_free(struct drm_gem_object *gem)
{
	struct cnova_vm_root *root = to_cnova_vm_root(gem);

	ttm_lru_bulk_move_fini(&to_cnova_device(gem->dev)->ttm, &root->bulk);
	drm_gem_object_release(gem);
	kfree(root);
}

static const struct drm_gem_object_funcs cnova_vm_root_funcs = {
	.free = cnova_vm_root_free,
};

/**
 * cnova_vm_root_create() - Make one.
 * @cnova: Device.
 *
 * Context: Process context.
 * Return: &cnova_vm_root.base, a reference; or NULL.
 */
struct drm_gem_object *cnova_vm_root_create(struct cnova_device *cnova)
{
	struct cnova_vm_root *root = kzalloc_obj(*root);

	if (!root)
		return NULL;

	root->base.funcs = &cnova_vm_root_funcs;
	drm_gem_private_object_init(&cnova->drm, &root->base, 0);
	ttm_lru_bulk_move_init(&root->bulk);
	return &root->base;
}

/**
 * cnova_vm_root_used() - All that an address space maps is used now: evict it last.
 * @cnova: Device.
 * @root: Its root object.
 * @exec: What that, and all external objects, were locked with.
 *
 * Context: Process context. Caller holds the reservations.
 */
void cnova_vm_root_used(struct cnova_device *cnova, struct drm_gem_object *root,
			struct drm_exec *exec)
{
	struct drm_gem_object *gem;

	spin_lock(&cnova->ttm.lru_lock);
	ttm_lru_bulk_move_tail(&to_cnova_vm_root(root)->bulk);
	drm_exec_for_each_locked_object(exec, gem) {
		if (gem->funcs != &cnova_vm_root_funcs)
			ttm_bo_move_to_lru_tail(&to_cnova_bo(gem)->ttm);
	}
	spin_unlock(&cnova->ttm.lru_lock);
}
