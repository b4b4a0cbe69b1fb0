// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The ioctls of a client, for programs that give up when one fails. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <xf86drm.h>

#include "cnova.h"

/**
 * object_create() - Make an object and map it for the CPU.
 */
void object_create(const struct device *dev, struct object *object, uint64_t size,
		   uint32_t flags)
{
	struct drm_cnova_gem_create create = { .flags = flags, .size = size };
	struct drm_cnova_gem_mmap_offset offset = {};

	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_GEM_CREATE, &create))
		die("an object of %" PRIu64 " bytes: %s", size, strerror(errno));

	offset.handle = create.handle;
	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &offset))
		die("mmap offset: %s", strerror(errno));

	object->handle = create.handle;
	object->size = create.size;
	object->map = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd,
			   offset.offset);
	if (object->map == MAP_FAILED)
		die("mmap: %s", strerror(errno));
}

void object_destroy(const struct device *dev, struct object *object)
{
	munmap(object->map, object->size);
	drmCloseBufferHandle(dev->fd, object->handle);
}

uint32_t vm_create(const struct device *dev)
{
	struct drm_cnova_vm_create create = {};

	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_VM_CREATE, &create))
		die("VM: %s", strerror(errno));
	return create.vm_id;
}

void vm_destroy(const struct device *dev, uint32_t vm)
{
	struct drm_cnova_vm_destroy destroy = { .vm_id = vm };

	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_VM_DESTROY, &destroy))
		die("VM: %s", strerror(errno));
}

/**
 * vm_bind() - Bind asynchronously and wait for the fence.
 */
void vm_bind(const struct device *dev, uint32_t vm, const struct drm_cnova_vm_bind_op *ops,
	     uint32_t nr_ops)
{
	struct drm_cnova_sync done = { .flags = DRM_CNOVA_SYNC_SIGNAL };
	struct drm_cnova_vm_bind bind = {
		.vm_id = vm,
		.flags = DRM_CNOVA_VM_BIND_ASYNC,
		.ops = { .pointer = ptr_u64(ops), .count = nr_ops, .stride = sizeof(*ops) },
		.syncs = { .pointer = ptr_u64(&done), .count = 1, .stride = sizeof(done) },
	};
	int err = drmSyncobjCreate(dev->fd, 0, &done.handle);

	if (err)
		die("syncobj: %s", strerror(errno));
	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_VM_BIND, &bind))
		die("bind: %s (operation %d, reason %u)", strerror(errno), (int)bind.failed_op,
		    bind.reason);
	err = drmSyncobjWait(dev->fd, &done.handle, 1, INT64_MAX, 0, NULL);
	if (err)
		die("waiting for the bind: %s", strerror(-err));
	drmSyncobjDestroy(dev->fd, done.handle);
}
