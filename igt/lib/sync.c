// SPDX-License-Identifier: MIT

#include <drm/vgem_drm.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <time.h>

#include "sync.h"

#define SW_SYNC		"/sys/kernel/debug/sync/sw_sync"

/* The interface of sw_sync, which is in no header of the kernel. */
struct sw_sync_create {
	uint32_t value;
	char name[32];
	int32_t fence;
};

#define SW_SYNC_CREATE	_IOWR('W', 0, struct sw_sync_create)
#define SW_SYNC_INC	_IOW('W', 1, uint32_t)

/* ------------------------------------------------------------------------- corks */

static bool cork_init_sw_sync(struct cnova_cork *cork)
{
	struct sw_sync_create create = { .value = 1, .name = "cork" };

	cork->source = open(SW_SYNC, O_RDWR | O_CLOEXEC);
	if (cork->source < 0)
		return false;

	igt_assert_eq(cnova_ioctl(cork->source, SW_SYNC_CREATE, &create), 0);
	cork->fence = create.fence;
	cork->vgem_fence = 0;
	return true;
}

static int find_vgem(void)
{
	char path[32], name[16];
	int fd;

	for (int i = 0; i < 16; i++) {
		struct drm_version version = { .name = name, .name_len = sizeof(name) };

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!cnova_ioctl(fd, DRM_IOCTL_VERSION, &version) && version.name_len == 4 &&
		    !strncmp(name, "vgem", 4))
			return fd;
		close(fd);
	}

	return -1;
}

/**
 * cnova_open_vgem() - Open vgem, a driver with memory to share, and no device.
 *
 * Return: a file; -1 if there is none.
 */
int cnova_open_vgem(void)
{
	int fd = find_vgem();

	if (fd < 0 && !system("modprobe -q vgem"))
		fd = find_vgem();
	return fd;
}

/* The stock kernel has no sw_sync, but vgem's fences; they give up after 10 seconds. */
static bool cork_init_vgem(struct cnova_cork *cork)
{
	struct drm_mode_create_dumb dumb = { .width = 64, .height = 64, .bpp = 32 };
	struct drm_vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_READ };
	int dma_buf;

	cork->source = cnova_open_vgem();
	if (cork->source < 0)
		return false;

	igt_assert_eq(cnova_ioctl(cork->source, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	attach.handle = dumb.handle;
	igt_assert_eq(cnova_ioctl(cork->source, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach), 0);
	cork->vgem_fence = attach.out_fence;

	dma_buf = prime_handle_to_fd(cork->source, dumb.handle);
	igt_assert_eq(cnova_ioctl(dma_buf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), 0);
	cork->fence = export.fd;
	close(dma_buf);
	return true;
}

/**
 * cnova_cork_init() - Make a fence that holds what waits for it; skip if there is no way.
 */
void cnova_cork_init(struct cnova_cork *cork)
{
	igt_require_f(cork_init_sw_sync(cork) || cork_init_vgem(cork),
		      "neither SW_SYNC nor vgem\n");
}

/**
 * cnova_require_endless_cork() - Skip where a cork gives up by itself.
 */
void cnova_require_endless_cork(void)
{
	igt_require_f(access(SW_SYNC, F_OK) == 0, "no SW_SYNC\n");
}

/**
 * cnova_cork_pull() - Signal the fence.
 */
void cnova_cork_pull(struct cnova_cork *cork)
{
	struct drm_vgem_fence_signal signal = { .fence = cork->vgem_fence };
	uint32_t steps = 1;

	if (cork->vgem_fence)
		igt_assert_eq(cnova_ioctl(cork->source, DRM_IOCTL_VGEM_FENCE_SIGNAL, &signal), 0);
	else
		igt_assert_eq(cnova_ioctl(cork->source, SW_SYNC_INC, &steps), 0);
}

/**
 * cnova_cork_fini() - Drop the cork. A fence that was not pulled signals with an error.
 */
void cnova_cork_fini(struct cnova_cork *cork)
{
	close(cork->fence);
	close(cork->source);
}

/**
 * cnova_cork_syncobj() - A new binary syncobj that holds the fence.
 */
uint32_t cnova_cork_syncobj(const struct cnova_cork *cork, int fd)
{
	struct drm_syncobj_handle args = {
		.handle = syncobj_create(fd, 0),
		.fd = cork->fence,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args), 0);
	return args.handle;
}

/* ---------------------------------------------------------------------- syncobjs */

/**
 * cnova_wait() - A sync entry that waits; @point 0 is a binary syncobj.
 */
struct drm_cnova_sync cnova_wait(uint32_t handle, uint64_t point)
{
	return (struct drm_cnova_sync) {
		.handle = handle,
		.flags = point ? DRM_CNOVA_SYNC_TIMELINE : 0,
		.point = point,
	};
}

/**
 * cnova_signal() - A sync entry that signals; @point 0 is a binary syncobj.
 */
struct drm_cnova_sync cnova_signal(uint32_t handle, uint64_t point)
{
	struct drm_cnova_sync sync = cnova_wait(handle, point);

	sync.flags |= DRM_CNOVA_SYNC_SIGNAL;
	return sync;
}

/**
 * cnova_syncobj_wait() - Wait for a point, or with 0 for a binary syncobj.
 *
 * Return: 0, -ETIME, or -EINVAL if nothing was submitted to it.
 */
int cnova_syncobj_wait(int fd, uint32_t handle, uint64_t point, int timeout_ms)
{
	struct drm_syncobj_timeline_wait args = {
		.handles = ptr_u64(&handle),
		.points = ptr_u64(&point),
		.count_handles = 1,
	};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	args.timeout_nsec = now.tv_sec * 1000000000ll + now.tv_nsec + timeout_ms * 1000000ll;
	return cnova_ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
}

bool cnova_syncobj_is_signaled(int fd, uint32_t handle, uint64_t point)
{
	return cnova_syncobj_wait(fd, handle, point, 0) == 0;
}

bool cnova_syncobj_has_fence(int fd, uint32_t handle, uint64_t point)
{
	return cnova_syncobj_wait(fd, handle, point, 0) != -EINVAL;
}

/**
 * cnova_syncobj_query() - Last signalled point of a timeline.
 */
uint64_t cnova_syncobj_query(int fd, uint32_t handle)
{
	uint64_t point = ~0ull;
	struct drm_syncobj_timeline_array args = {
		.handles = ptr_u64(&handle),
		.points = ptr_u64(&point),
		.count_handles = 1,
	};

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_SYNCOBJ_QUERY, &args), 0);
	return point;
}

/**
 * cnova_syncobj_status() - 1 if its fence signalled, 0 if not yet, -errno if with an error.
 */
int cnova_syncobj_status(int fd, uint32_t handle, uint64_t point)
{
	struct drm_syncobj_transfer transfer = {
		.src_handle = handle,
		.dst_handle = syncobj_create(fd, 0),
		.src_point = point,
	};
	int fence, status;

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer), 0);
	fence = syncobj_handle_to_fd(fd, transfer.dst_handle,
				     DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
	status = sync_fence_status(fence);
	close(fence);
	syncobj_destroy(fd, transfer.dst_handle);
	return status;
}

/**
 * cnova_syncobj_timeline_signal() - Signal a point from the CPU.
 */
void cnova_syncobj_timeline_signal(int fd, uint32_t handle, uint64_t point)
{
	struct drm_syncobj_timeline_array args = {
		.handles = ptr_u64(&handle),
		.points = ptr_u64(&point),
		.count_handles = 1,
	};

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &args), 0);
}
