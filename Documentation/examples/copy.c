// SPDX-License-Identifier: MIT
/* Have the GPU copy a megabyte from system memory to VRAM. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <xf86drm.h>
#include <cnova_push.h>
#include <drm/cnova_drm.h>

#define SIZE	(1 << 20)
/* Where the GPU sees the methods, the source and the destination. */
#define PUSH	0x20000000ull
#define SRC	0x40000000ull
#define DST	0x50000000ull

static int fd;
static uint32_t vm;

/* An object that the CPU and, at @va, the GPU can reach. */
static uint8_t *object_at(uint64_t va, uint64_t size, uint32_t flags)
{
	struct drm_cnova_gem_create object = { .flags = flags, .size = size };
	struct drm_cnova_gem_mmap_offset offset = {};
	uint8_t *map;

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_GEM_CREATE, &object))
		err(1, "object");
	struct drm_cnova_vm_bind_op op = {
		.op = DRM_CNOVA_VM_BIND_OP_MAP, .handle = object.handle, .va = va,
		.range = object.size,
	};
	struct drm_cnova_vm_bind bind = {
		.vm_id = vm,
		.ops = { .pointer = (uintptr_t)&op, .count = 1, .stride = sizeof(op) },
	};

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_VM_BIND, &bind))
		err(1, "bind: reason %u", bind.reason);
	offset.handle = object.handle;
	if (drmIoctl(fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &offset))
		err(1, "mmap offset");
	map = mmap(NULL, object.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset.offset);
	if (map == MAP_FAILED)
		err(1, "mmap");
	return map;
}

int main(void)
{
	struct drm_cnova_channel_create channel = { .engine = DRM_CNOVA_ENGINE_COPY };
	struct drm_cnova_sync done = { .flags = DRM_CNOVA_SYNC_SIGNAL };
	struct drm_cnova_vm_create create = {};
	struct cnova_push push;
	uint8_t *src, *dst;

	fd = drmOpenWithType("cnova", NULL, DRM_NODE_RENDER);
	if (fd < 0)
		errx(1, "no cnova device");
	if (drmIoctl(fd, DRM_IOCTL_CNOVA_VM_CREATE, &create))
		err(1, "VM");
	vm = create.vm_id;
	channel.vm_id = vm;
	if (drmIoctl(fd, DRM_IOCTL_CNOVA_CHANNEL_CREATE, &channel) ||
	    drmSyncobjCreate(fd, 0, &done.handle))
		err(1, "channel");

	src = object_at(SRC, SIZE, 0);
	dst = object_at(DST, SIZE, DRM_CNOVA_GEM_VRAM);
	cnova_push_init(&push, object_at(PUSH, 4096, 0), 4096);
	for (int i = 0; i < SIZE; i++)
		src[i] = i * 7 + i / 4096;

	cnova_push_set_object(&push, CNOVA_PUSH_COPY, channel.engine_class);
	cnova_push_copy(&push, DST, SRC, SIZE, CNOVA_PUSH_FLUSH);

	struct drm_cnova_push segment = { .va = PUSH, .length = cnova_push_bytes(&push) };
	struct drm_cnova_exec exec = {
		.channel_id = channel.channel_id,
		.pushes = { .pointer = (uintptr_t)&segment, .count = 1, .stride = sizeof(segment) },
		.syncs = { .pointer = (uintptr_t)&done, .count = 1, .stride = sizeof(done) },
	};

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_EXEC, &exec))
		err(1, "exec: element %u, reason %u", exec.failed, exec.reason);
	if (drmSyncobjWait(fd, &done.handle, 1, INT64_MAX, 0, NULL))
		err(1, "wait");
	if (memcmp(src, dst, SIZE))
		errx(1, "it is not what it was");
	printf("the GPU copied %d bytes to VRAM\n", SIZE);
	return 0;
}
