// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Quarantine
 *
 * When the TLB does not acknowledge that it has forgotten a mapping, the GPU may
 * go on reading and writing what the mapping reached. That memory must not be
 * given to anybody else: the mapping, taken out of the VA tree, is kept here with
 * a reference on its object, and the object stays where it is, until the device
 * is removed and the GPU with it.
 *
 * Locking: &cnova_device.quarantine_lock, a leaf below the tree lock.
 */

#include <drm/drm_print.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/quarantine.h"
#include "drm/va.h"
#include "drm/vm.h"

/**
 * cnova_quarantine_add() - Withhold what mappings reach.
 * @cnova: Device.
 * @vas: Mappings out of the VA tree, linked to their objects; empty afterwards.
 *
 * Context: Process context, fence signalling path. Caller holds &cnova_vmm.lock.
 * Return: Bytes withheld.
 */
u64 cnova_quarantine_add(struct cnova_device *cnova, struct list_head *vas)
{
	struct drm_gpuva *va;
	u64 bytes = 0;

	list_for_each_entry(va, vas, rb.entry) {
		if (!va->gem.obj)
			continue;

		/* The object outlives the VM, so its mapping must not point there. */
		drm_gem_object_get(va->gem.obj);
		WRITE_ONCE(to_cnova_bo(va->gem.obj)->quarantined, true);
		drm_gpuva_unlink_defer(va);
		bytes += va->va.range;
	}
	atomic64_add(bytes, &cnova->quarantined);

	mutex_lock(&cnova->quarantine_lock);
	list_splice_tail_init(vas, &cnova->quarantine);
	mutex_unlock(&cnova->quarantine_lock);
	return bytes;
}

/**
 * cnova_quarantine_release() - Let go of everything: the GPU is gone.
 * @cnova: Device.
 *
 * Context: Process context.
 */
void cnova_quarantine_release(struct cnova_device *cnova)
{
	struct drm_gpuva *va;
	LIST_HEAD(vas);

	mutex_lock(&cnova->quarantine_lock);
	list_splice_init(&cnova->quarantine, &vas);
	mutex_unlock(&cnova->quarantine_lock);

	list_for_each_entry(va, &vas, rb.entry) {
		if (!va->gem.obj)
			continue;
		atomic64_sub(va->va.range, &cnova->quarantined);
		drm_gem_object_put(va->gem.obj);
	}
	cnova_vas_free(&vas);
}

/**
 * cnova_quarantine_show() - List what is withheld.
 * @cnova: Device.
 * @p: Where to.
 * @max: Most mappings to list.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_quarantine_show(struct cnova_device *cnova, struct drm_printer *p, u32 max)
{
	struct drm_gpuva *va;
	u32 nr = 0;

	mutex_lock(&cnova->quarantine_lock);
	list_for_each_entry(va, &cnova->quarantine, rb.entry) {
		if (nr++ == max)
			break;
		drm_printf(p, "0x%016llx-0x%016llx %s offset=0x%llx\n", va->va.addr,
			   va->va.addr + va->va.range, va->gem.obj ? "object" : "sparse",
			   va->gem.offset);
	}
	mutex_unlock(&cnova->quarantine_lock);
	drm_printf(p, "total %lld bytes\n", (long long)atomic64_read(&cnova->quarantined));
}
