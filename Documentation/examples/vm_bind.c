// SPDX-License-Identifier: MIT
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <xf86drm.h>
#include <drm/cnova_drm.h>

int main(void)
{
	struct drm_cnova_gem_create object = { .flags = DRM_CNOVA_GEM_VRAM, .size = 2 << 20 };
	struct drm_cnova_vm_create vm = {};
	struct drm_cnova_sync done = { .flags = DRM_CNOVA_SYNC_SIGNAL };
	int fd = drmOpenWithType("cnova", NULL, DRM_NODE_RENDER);

	if (fd < 0)
		errx(1, "no cnova device");
	if (drmIoctl(fd, DRM_IOCTL_CNOVA_GEM_CREATE, &object) ||
	    drmIoctl(fd, DRM_IOCTL_CNOVA_VM_CREATE, &vm) ||
	    drmSyncobjCreate(fd, 0, &done.handle))
		err(1, "create");

	struct drm_cnova_vm_bind_op map = {
		.op = DRM_CNOVA_VM_BIND_OP_MAP,
		.handle = object.handle,
		.va = 0x40000000,
		.range = object.size,
	};
	struct drm_cnova_vm_bind bind = {
		.vm_id = vm.vm_id,
		.flags = DRM_CNOVA_VM_BIND_ASYNC,
		.ops = { .pointer = (uintptr_t)&map, .count = 1, .stride = sizeof(map) },
		.syncs = { .pointer = (uintptr_t)&done, .count = 1, .stride = sizeof(done) },
	};

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_VM_BIND, &bind))
		err(1, "operation %u, reason %u", bind.failed_op, bind.reason);
	if (drmSyncobjWait(fd, &done.handle, 1, INT64_MAX, 0, NULL))
		err(1, "wait");
	printf("%llu bytes of VRAM are at GPU address %#llx\n", map.range, map.va);
	return 0;
}
