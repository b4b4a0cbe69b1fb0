// SPDX-License-Identifier: MIT

#include <drm/vgem_drm.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <sys/mman.h>

#include "prime.h"
#include "sync.h"

/**
 * TEST: cnova prime
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: Objects that are shared with other files and other devices, by dma-buf.
 *
 * SUBTEST: bad-input
 * Description: Handles, files and flags that are none are refused.
 *
 * SUBTEST: private
 * Description: What is private to a VM cannot be exported.
 *
 * SUBTEST: self-import-%s
 * Description: A dma-buf of %arg[1] is the same handle in its file, and the same memory in
 *	another one.
 *
 * SUBTEST: lifetime-%s
 * Description: Memory in %arg[1] lives as long as a handle or a dma-buf, whoever goes first.
 *
 * SUBTEST: mmap-%s
 * Description: A dma-buf of %arg[1] is mapped as its object is, and written only if it was
 *	exported to be.
 *
 * SUBTEST: export-%s
 * Description: Another device keeps what is in %arg[1] after our last handle has gone.
 *
 * arg[1]:
 *
 * @vram:	VRAM
 * @system:	system memory
 *
 * SUBTEST: fence-import
 * Description: The out-fence of a bind, put in a dma-buf, is waited for by who polls that.
 *
 * SUBTEST: fence-export
 * Description: A fence that another device has in its dma-buf holds a bind.
 */

static const struct {
	const char *name;
	uint32_t flags;
} places[] = {
	{ "vram", DRM_CNOVA_GEM_VRAM },
	{ "system", 0 },
};

/* What others have, before the first test. */
static int other_dma_bufs;

/* ------------------------------------------------------------------------ our own */

static void test_bad_input(int fd)
{
	uint32_t handle = cnova_gem_create(fd, SZ_4K, 0), other;
	int dma_buf = -1, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	igt_assert_eq(__cnova_prime_export(fd, 0, DRM_CLOEXEC, &dma_buf), -ENOENT);
	igt_assert_eq(__cnova_prime_export(fd, handle + 1000, DRM_CLOEXEC, &dma_buf), -ENOENT);
	for (int bit = 0; bit < 32; bit++)
		if (!(1u << bit & (DRM_CLOEXEC | DRM_RDWR)))
			igt_assert_eq(__cnova_prime_export(fd, handle, 1u << bit, &dma_buf),
				      -EINVAL);

	igt_assert_eq(__cnova_prime_import(fd, -1, &other), -EBADF);
	igt_assert_eq(__cnova_prime_import(fd, null, &other), -EINVAL);
	igt_assert_eq(__cnova_prime_import(fd, fd, &other), -EINVAL);

	dma_buf = cnova_prime_export(fd, handle);
	close(dma_buf);
	igt_assert_eq(__cnova_prime_import(fd, dma_buf, &other), -EBADF);
	close(null);
	gem_close(fd, handle);
}

static void test_private(int fd)
{
	uint32_t vm = cnova_vm_create(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		uint32_t handle = vm;
		uint64_t size = SZ_4K;
		int dma_buf;

		igt_assert_eq(__cnova_gem_create(fd, &size, places[i].flags |
						 DRM_CNOVA_GEM_VM_PRIVATE, &handle), 0);
		igt_assert_eq(__cnova_prime_export(fd, handle, DRM_CLOEXEC, &dma_buf), -EPERM);
		igt_assert_eq(__cnova_prime_export(fd, handle, DRM_CLOEXEC | DRM_RDWR, &dma_buf),
			      -EPERM);
		gem_close(fd, handle);
	}
	cnova_vm_destroy(fd, vm);
}

static void test_self_import(int fd, uint32_t flags)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, flags), twin = { .fd = fd };
	int dma_buf = cnova_prime_export(w->fd, bo->handle);
	int again = cnova_prime_export(w->fd, bo->handle);
	uint64_t word = 42;

	igt_assert_eq_u32(cnova_prime_import(w->fd, dma_buf), bo->handle);
	igt_assert_eq_u32(cnova_prime_import(w->fd, again), bo->handle);

	twin.handle = cnova_prime_import(fd, dma_buf);
	twin.map = cnova_gem_mmap(fd, twin.handle, bo->size);
	cnova_expect_tags(twin.map, bo->handle, bo->size);
	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_64K, 0);
	cnova_world_check(w);
	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA + 64, &word, 8), 8);
	igt_assert_eq_u64(*(uint64_t *)(twin.map + 64), 42);

	/* It is an object of theirs as any other. */
	igt_assert_eq_u32(cnova_prime_import(fd, again), twin.handle);
	munmap(twin.map, bo->size);
	gem_close(fd, twin.handle);
	close(dma_buf);
	close(again);
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	cnova_world_destroy(w);
}

static void test_lifetime(int fd, uint32_t flags)
{
	uint64_t before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	int other = drm_reopen_driver(fd), dma_buf, bufs = cnova_wait_dma_bufs(other_dma_bufs);
	uint32_t first, second;
	struct cnova_bo bo;
	uint8_t *map;

	/* The dma-buf alone keeps it, */
	cnova_bo_init(&bo, other, SZ_1M, flags);
	first = bo.handle;
	dma_buf = cnova_prime_export(other, first);
	cnova_bo_fini(&bo);
	drm_close_driver(other);

	/* a handle alone, */
	second = cnova_prime_import(fd, dma_buf);
	close(dma_buf);
	map = cnova_gem_mmap(fd, second, SZ_1M);
	cnova_expect_tags(map, first, SZ_1M);

	/* a mapping alone; and it can be exported and imported again. */
	dma_buf = cnova_prime_export(fd, second);
	gem_close(fd, second);
	igt_assert_eq(__cnova_gem_close(fd, second), -EINVAL);
	second = cnova_prime_import(fd, dma_buf);
	gem_close(fd, second);
	close(dma_buf);
	cnova_expect_tags(map, first, SZ_1M);
	munmap(map, SZ_1M);

	cnova_wait_vram_free(fd, before);
	cnova_wait_dma_bufs(bufs);
}

static void test_mmap(int fd, uint32_t flags)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, flags), plain;
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	int dma_buf = cnova_prime_export(w->fd, bo->handle);
	uint8_t *map = cnova_dma_buf_map(dma_buf, bo->size), *part;
	uint64_t word;

	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(cnova_ioctl(dma_buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	cnova_expect_tags(map, bo->handle, bo->size);
	*(uint64_t *)(map + SZ_4K + 8) = 43;
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	igt_assert_eq(cnova_ioctl(dma_buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	igt_assert_eq_u64(*(uint64_t *)(bo->map + SZ_4K + 8), 43);
	igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA + SZ_4K + 8, &word, 8), 8);
	igt_assert_eq_u64(word, 43);

	/* From the middle, but not beyond the end. */
	part = mmap(NULL, SZ_4K, PROT_READ, MAP_SHARED, dma_buf, 5 * SZ_4K);
	igt_assert(part != MAP_FAILED);
	igt_assert_eq_u64(*(uint64_t *)part, cnova_tag(bo->handle, 5));
	munmap(part, SZ_4K);
	igt_assert(mmap(NULL, 2 * SZ_4K, PROT_READ, MAP_SHARED, dma_buf, 15 * SZ_4K) ==
		   MAP_FAILED);
	igt_assert_eq(lseek(dma_buf, 0, SEEK_END), (off_t)bo->size);
	munmap(map, bo->size);
	close(dma_buf);

	cnova_bo_init(&plain, w->fd, SZ_4K, flags);
	igt_assert_eq(__cnova_prime_export(w->fd, plain.handle, DRM_CLOEXEC, &dma_buf), 0);
	igt_assert(mmap(NULL, SZ_4K, PROT_WRITE, MAP_SHARED, dma_buf, 0) == MAP_FAILED);
	igt_assert_eq(errno, EACCES);
	map = mmap(NULL, SZ_4K, PROT_READ, MAP_SHARED, dma_buf, 0);
	igt_assert(map != MAP_FAILED);
	cnova_expect_tags(map, plain.handle, SZ_4K);
	munmap(map, SZ_4K);
	close(dma_buf);
	cnova_bo_fini(&plain);

	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	cnova_world_destroy(w);
}

/* ------------------------------------------------------------------------- export */

/* vgem maps nothing of what it imports: it only keeps it. */
static void test_export(int fd, uint32_t flags)
{
	int vgem = cnova_require_vgem(), bufs = cnova_wait_dma_bufs(other_dma_bufs), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K + SZ_4K, flags);
	uint32_t theirs, ours = bo->handle;
	uint64_t size = bo->size;
	uint8_t *map;

	dma_buf = cnova_prime_export(w->fd, bo->handle);
	theirs = cnova_prime_import(vgem, dma_buf);
	close(dma_buf);
	cnova_world_map(w, bo, 0, CNOVA_VA, size, 0);
	cnova_world_check(w);
	cnova_world_unmap(w, CNOVA_VA, size);

	/* All of ours goes; what is theirs comes back as ours. */
	cnova_world_destroy(w);
	dma_buf = cnova_prime_export(vgem, theirs);
	gem_close(vgem, theirs);
	close(vgem);
	map = cnova_dma_buf_map(dma_buf, size);
	cnova_expect_tags(map, ours, size);
	munmap(map, size);
	theirs = cnova_prime_import(fd, dma_buf);
	close(dma_buf);
	map = cnova_gem_mmap(fd, theirs, size);
	cnova_expect_tags(map, ours, size);
	munmap(map, size);
	gem_close(fd, theirs);
	cnova_wait_dma_bufs(bufs);
	cnova_model_check();
}

/* ------------------------------------------------------------------------- fences */

static bool is_ready(int dma_buf, short events)
{
	struct pollfd poll_fd = { .fd = dma_buf, .events = events };

	return poll(&poll_fd, 1, 0) == 1;
}

static void test_fence_import(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_bind_op op = cnova_op_map(bo, 0, CNOVA_VA, SZ_64K, 0);
	struct dma_buf_import_sync_file args = { .flags = DMA_BUF_SYNC_WRITE };
	uint32_t out = syncobj_create(w->fd, 0);
	int dma_buf = cnova_prime_export(w->fd, bo->handle);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(out, 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);

	/* Binds are not seen by who asks for readers and writers, unless they are told. */
	igt_assert(is_ready(dma_buf, POLLOUT));
	args.fd = syncobj_handle_to_fd(w->fd, out, DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
	igt_assert_eq(cnova_ioctl(dma_buf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &args), 0);
	close(args.fd);
	igt_assert(!is_ready(dma_buf, POLLIN));
	igt_assert(!is_ready(dma_buf, POLLOUT));

	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_syncobj_wait(w->fd, out, 0, 10000), 0);
	igt_assert(is_ready(dma_buf, POLLOUT));
	cnova_world_apply(w, &op, 1);
	cnova_world_check(w);

	cnova_cork_fini(&cork);
	close(dma_buf);
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	cnova_world_destroy(w);
}

static void test_fence_export(int fd)
{
	int vgem = cnova_require_vgem(), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t theirs = cnova_vgem_create(vgem, bo.size), in = syncobj_create(w->fd, 0);
	struct drm_vgem_fence_attach attach = { .handle = theirs, .flags = VGEM_FENCE_WRITE };
	struct dma_buf_export_sync_file args = { .flags = DMA_BUF_SYNC_READ };
	struct drm_syncobj_handle handle = {
		.handle = in, .flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};
	struct drm_vgem_fence_signal signal = {};
	uint32_t out = syncobj_create(w->fd, 0);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync syncs[2];

	bo.map = cnova_vgem_map(vgem, theirs, bo.size);
	dma_buf = cnova_prime_export(vgem, theirs);
	bo.handle = cnova_prime_import(w->fd, dma_buf);
	cnova_tag_pages(bo.map, bo.handle, bo.size);
	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach), 0);
	signal.fence = attach.out_fence;

	/* By itself it holds nobody, */
	op = cnova_op_map(&bo, 0, CNOVA_VA, SZ_4K, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);

	/* taken out it does. */
	igt_assert_eq(cnova_ioctl(dma_buf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args), 0);
	handle.fd = args.fd;
	igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &handle), 0);
	close(args.fd);
	syncs[0] = cnova_wait(in, 0);
	syncs[1] = cnova_signal(out, 0);
	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
	igt_assert_eq(cnova_syncobj_wait(w->fd, out, 0, 50), -ETIME);
	cnova_eye_expect_fault(&w->vm, CNOVA_VA + SZ_4K);

	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_VGEM_FENCE_SIGNAL, &signal), 0);
	igt_assert_eq(cnova_syncobj_wait(w->fd, out, 0, 5000), 0);
	cnova_world_apply(w, &op, 1);
	cnova_world_check(w);

	munmap(bo.map, bo.size);
	close(dma_buf);
	cnova_world_unmap(w, CNOVA_VA, bo.size);
	gem_close(w->fd, bo.handle);
	close(vgem);
	cnova_world_destroy(w);
}

int igt_main()
{
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		other_dma_bufs = cnova_other_dma_bufs();
	}

	igt_describe("What is no object, no dma-buf and no flag is refused.");
	igt_subtest("bad-input")
		test_bad_input(fd);

	igt_describe("What is private to a VM cannot be exported.");
	igt_subtest("private")
		test_private(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		igt_describe("A dma-buf of ours is our object.");
		igt_subtest_f("self-import-%s", places[i].name)
			test_self_import(fd, places[i].flags);

		igt_describe("The last of handle, dma-buf and mapping frees the memory.");
		igt_subtest_f("lifetime-%s", places[i].name)
			test_lifetime(fd, places[i].flags);

		igt_describe("The CPU maps a dma-buf as its object.");
		igt_subtest_f("mmap-%s", places[i].name)
			test_mmap(fd, places[i].flags);

		igt_describe("Another device has our memory.");
		igt_subtest_f("export-%s", places[i].name)
			test_export(fd, places[i].flags);
	}

	igt_describe("A fence of ours in a dma-buf.");
	igt_subtest("fence-import")
		test_fence_import(fd);

	igt_describe("A fence of another device in a dma-buf.");
	igt_subtest("fence-export")
		test_fence_export(fd);

	igt_fixture()
		drm_close_driver(fd);
}
