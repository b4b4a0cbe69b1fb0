// SPDX-License-Identifier: MIT

#include <drm/vgem_drm.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

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
 * SUBTEST: import
 * Description: Memory of another device is bound, in parts and at several places; what the
 *	GPU writes it reads, and the other way round.
 *
 * SUBTEST: import-outlives
 * Description: Imported memory stays when the exporter closes everything.
 *
 * SUBTEST: import-sizes
 * Description: Imports of 1 page to many, of pages that are all over the place.
 *
 * SUBTEST: import-range
 * Description: A bind beyond the end of an import is refused.
 *
 * SUBTEST: import-read-only
 * Description: An import that was not exported to be written is bound and mapped read only,
 *	or not at all.
 *
 * SUBTEST: import-mmap
 * Description: An import is mapped through our file as the exporter maps it.
 *
 * SUBTEST: import-twice
 * Description: The same dma-buf twice is one object; two with the same pages cannot be mapped
 *	at once by a software GPU.
 *
 * SUBTEST: import-kill
 * Description: A client with imports bound is killed: everything goes back.
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

/* ----------------------------------------------------------------- small helpers */

static int __export(int fd, uint32_t handle, uint32_t flags, int *dma_buf)
{
	struct drm_prime_handle args = { .handle = handle, .flags = flags, .fd = -1 };
	int err = cnova_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	*dma_buf = args.fd;
	return err;
}

static int export(int fd, uint32_t handle)
{
	int dma_buf;

	igt_assert_eq(__export(fd, handle, DRM_CLOEXEC | DRM_RDWR, &dma_buf), 0);
	return dma_buf;
}

static int __import(int fd, int dma_buf, uint32_t *handle)
{
	struct drm_prime_handle args = { .fd = dma_buf };
	int err = cnova_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	*handle = args.handle;
	return err;
}

static uint32_t import(int fd, int dma_buf)
{
	uint32_t handle;

	igt_assert_eq(__import(fd, dma_buf, &handle), 0);
	return handle;
}

/* As cnova_bo_init() does it. */
static void tag(uint8_t *map, uint32_t handle, uint64_t size)
{
	for (uint64_t i = 0; i < size; i += SZ_4K) {
		*(uint64_t *)(map + i) = cnova_tag(handle, i >> CNOVA_PAGE_SHIFT);
		*(uint64_t *)(map + i + SZ_4K - 8) = ~cnova_tag(handle, i >> CNOVA_PAGE_SHIFT);
	}
}

static void expect_tags(const uint8_t *map, uint32_t handle, uint64_t size)
{
	for (uint64_t i = 0; i < size; i += SZ_4K) {
		uint64_t want = cnova_tag(handle, i >> CNOVA_PAGE_SHIFT);

		igt_assert_eq_u64(*(const uint64_t *)(map + i), want);
		igt_assert_eq_u64(*(const uint64_t *)(map + i + SZ_4K - 8), ~want);
	}
}

static void *map_dma_buf(int dma_buf, uint64_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dma_buf, 0);

	igt_assert_f(map != MAP_FAILED, "mmap: %m\n");
	return map;
}

static int bind_sync(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *op,
		     uint32_t *reason)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, op, 1, NULL, 0);
	int err = __cnova_bind(vm->fd, &args);

	if (reason)
		*reason = args.reason;
	return err;
}

/* ------------------------------------------------------------------ vgem, udmabuf */

static int require_vgem(void)
{
	int vgem = cnova_open_vgem();

	igt_require_f(vgem >= 0, "no vgem\n");
	return vgem;
}

static uint32_t vgem_create(int vgem, uint64_t size)
{
	struct drm_mode_create_dumb dumb = { .width = size / 4, .height = 1, .bpp = 32 };

	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	igt_assert_eq_u64(dumb.size, size);
	return dumb.handle;
}

static void *vgem_map(int vgem, uint32_t handle, uint64_t size)
{
	struct drm_mode_map_dumb args = { .handle = handle };
	void *map;

	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &args), 0);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vgem, args.offset);
	igt_assert_f(map != MAP_FAILED, "mmap: %m\n");
	return map;
}

static int new_memfd(uint64_t size)
{
	int memfd = memfd_create("cnova_prime", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	igt_assert(memfd >= 0);
	igt_assert_eq(ftruncate(memfd, size), 0);
	igt_assert_eq(fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	return memfd;
}

static int open_udmabuf(void)
{
	int fd = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);

	if (fd < 0 && !system("modprobe -q udmabuf"))
		fd = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	igt_require_f(fd >= 0, "no udmabuf\n");
	return fd;
}

/* Pages of @memfd, from the first on, or backwards, so that no two of them follow another. */
static int new_udmabuf(int memfd, uint64_t size, bool backwards)
{
	uint64_t nr = backwards ? size / SZ_4K : 1;
	struct udmabuf_create_list *list;
	int fd = open_udmabuf(), dma_buf;

	list = calloc(1, sizeof(*list) + nr * sizeof(list->list[0]));
	igt_assert(list);
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	list->count = nr;
	for (uint64_t i = 0; i < nr; i++)
		list->list[i] = (struct udmabuf_create_item) {
			.memfd = memfd,
			.offset = (nr - 1 - i) * SZ_4K,
			.size = backwards ? SZ_4K : size,
		};
	dma_buf = ioctl(fd, UDMABUF_CREATE_LIST, list);
	igt_assert_f(dma_buf >= 0, "UDMABUF_CREATE_LIST: %m\n");
	free(list);
	close(fd);
	return dma_buf;
}

/* How many dma-bufs there are, in the whole system. */
static int nr_dma_bufs(void)
{
	char *text = cnova_read_text(AT_FDCWD, "/sys/kernel/debug/dma_buf/bufinfo"), *line;
	int nr = -1, bytes;

	igt_assert(text);
	for (line = text; (line = strstr(line, "\nTotal ")); line++)
		if (sscanf(line, "\nTotal %d objects, %d", &nr, &bytes) == 2)
			break;
	igt_assert_f(line, "%s", text);
	free(text);
	return nr;
}

/* Objects are destroyed by a worker. Return: how many there are when all of ours have gone. */
static int wait_dma_bufs(int want)
{
	for (int i = 0; i < 500 && nr_dma_bufs() != want; i++)
		usleep(10000);
	igt_assert_eq(nr_dma_bufs(), want);
	return want;
}

/* What others have, before the first test. */
static int other_dma_bufs;

/* ------------------------------------------------------------------------ our own */

static void test_bad_input(int fd)
{
	uint32_t handle = cnova_gem_create(fd, SZ_4K, 0), other;
	int dma_buf = -1, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	igt_assert_eq(__export(fd, 0, DRM_CLOEXEC, &dma_buf), -ENOENT);
	igt_assert_eq(__export(fd, handle + 1000, DRM_CLOEXEC, &dma_buf), -ENOENT);
	for (int bit = 0; bit < 32; bit++)
		if (!(1u << bit & (DRM_CLOEXEC | DRM_RDWR)))
			igt_assert_eq(__export(fd, handle, 1u << bit, &dma_buf), -EINVAL);

	igt_assert_eq(__import(fd, -1, &other), -EBADF);
	igt_assert_eq(__import(fd, null, &other), -EINVAL);
	igt_assert_eq(__import(fd, fd, &other), -EINVAL);

	dma_buf = export(fd, handle);
	close(dma_buf);
	igt_assert_eq(__import(fd, dma_buf, &other), -EBADF);
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
		igt_assert_eq(__export(fd, handle, DRM_CLOEXEC, &dma_buf), -EPERM);
		igt_assert_eq(__export(fd, handle, DRM_CLOEXEC | DRM_RDWR, &dma_buf), -EPERM);
		gem_close(fd, handle);
	}
	cnova_vm_destroy(fd, vm);
}

static void test_self_import(int fd, uint32_t flags)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, flags), twin = { .fd = fd };
	int dma_buf = export(w->fd, bo->handle), again = export(w->fd, bo->handle);
	uint64_t word = 42;

	igt_assert_eq_u32(import(w->fd, dma_buf), bo->handle);
	igt_assert_eq_u32(import(w->fd, again), bo->handle);

	twin.handle = import(fd, dma_buf);
	twin.map = cnova_gem_mmap(fd, twin.handle, bo->size);
	expect_tags(twin.map, bo->handle, bo->size);
	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_64K, 0);
	cnova_world_check(w);
	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA + 64, &word, 8), 8);
	igt_assert_eq_u64(*(uint64_t *)(twin.map + 64), 42);

	/* It is an object of theirs as any other. */
	igt_assert_eq_u32(import(fd, again), twin.handle);
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
	int other = drm_reopen_driver(fd), dma_buf, bufs = wait_dma_bufs(other_dma_bufs);
	uint32_t first, second;
	struct cnova_bo bo;
	uint8_t *map;

	/* The dma-buf alone keeps it, */
	cnova_bo_init(&bo, other, SZ_1M, flags);
	first = bo.handle;
	dma_buf = export(other, first);
	cnova_bo_fini(&bo);
	drm_close_driver(other);

	/* a handle alone, */
	second = import(fd, dma_buf);
	close(dma_buf);
	map = cnova_gem_mmap(fd, second, SZ_1M);
	expect_tags(map, first, SZ_1M);

	/* a mapping alone; and it can be exported and imported again. */
	dma_buf = export(fd, second);
	gem_close(fd, second);
	igt_assert_eq(__cnova_gem_close(fd, second), -EINVAL);
	second = import(fd, dma_buf);
	gem_close(fd, second);
	close(dma_buf);
	expect_tags(map, first, SZ_1M);
	munmap(map, SZ_1M);

	cnova_wait_vram_free(fd, before);
	wait_dma_bufs(bufs);
}

static void test_mmap(int fd, uint32_t flags)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, flags), plain;
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	int dma_buf = export(w->fd, bo->handle);
	uint8_t *map = map_dma_buf(dma_buf, bo->size), *part;
	uint64_t word;

	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(cnova_ioctl(dma_buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	expect_tags(map, bo->handle, bo->size);
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
	igt_assert_eq(__export(w->fd, plain.handle, DRM_CLOEXEC, &dma_buf), 0);
	igt_assert(mmap(NULL, SZ_4K, PROT_WRITE, MAP_SHARED, dma_buf, 0) == MAP_FAILED);
	igt_assert_eq(errno, EACCES);
	map = mmap(NULL, SZ_4K, PROT_READ, MAP_SHARED, dma_buf, 0);
	igt_assert(map != MAP_FAILED);
	expect_tags(map, plain.handle, SZ_4K);
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
	int vgem = require_vgem(), bufs = wait_dma_bufs(other_dma_bufs), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K + SZ_4K, flags);
	uint32_t theirs, ours = bo->handle;
	uint64_t size = bo->size;
	uint8_t *map;

	dma_buf = export(w->fd, bo->handle);
	theirs = import(vgem, dma_buf);
	close(dma_buf);
	cnova_world_map(w, bo, 0, CNOVA_VA, size, 0);
	cnova_world_check(w);
	cnova_world_unmap(w, CNOVA_VA, size);

	/* All of ours goes; what is theirs comes back as ours. */
	cnova_world_destroy(w);
	dma_buf = export(vgem, theirs);
	gem_close(vgem, theirs);
	close(vgem);
	map = map_dma_buf(dma_buf, size);
	expect_tags(map, ours, size);
	munmap(map, size);
	theirs = import(fd, dma_buf);
	close(dma_buf);
	map = cnova_gem_mmap(fd, theirs, size);
	expect_tags(map, ours, size);
	munmap(map, size);
	gem_close(fd, theirs);
	wait_dma_bufs(bufs);
	cnova_model_check();
}

/* ------------------------------------------------------------------------- import */

static void test_import(int fd)
{
	int vgem = require_vgem(), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K + SZ_4K };
	uint32_t theirs = vgem_create(vgem, bo.size);
	uint64_t word = 45;

	bo.map = vgem_map(vgem, theirs, bo.size);
	dma_buf = export(vgem, theirs);
	bo.handle = import(w->fd, dma_buf);
	close(dma_buf);
	tag(bo.map, bo.handle, bo.size);

	cnova_world_map(w, &bo, 0, CNOVA_VA, bo.size, 0);
	cnova_world_map(w, &bo, SZ_4K, CNOVA_VA + 2 * SZ_64K, 3 * SZ_4K, 0);
	cnova_world_map(w, &bo, SZ_64K, CNOVA_VA + 4 * SZ_64K, SZ_4K,
			DRM_CNOVA_VM_BIND_READ_ONLY);
	cnova_world_check(w);

	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA + 2 * SZ_64K + 8, &word, 8), 8);
	igt_assert_eq_u64(*(uint64_t *)(bo.map + SZ_4K + 8), 45);
	*(uint64_t *)(bo.map + SZ_64K + 8) = 46;
	igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA + 4 * SZ_64K + 8, &word, 8), 8);
	igt_assert_eq_u64(word, 46);
	igt_assert_lt(cnova_eye_write(&w->vm, CNOVA_VA + 4 * SZ_64K, &word, 8), 0);

	/* A hole in it, then the rest by object. */
	cnova_world_unmap(w, CNOVA_VA + SZ_4K, SZ_4K);
	cnova_world_check(w);
	cnova_world_bind(w, (struct drm_cnova_vm_bind_op[]){ cnova_op_unmap_all(&bo) }, 1);
	cnova_world_check(w);

	munmap(bo.map, bo.size);
	gem_close(w->fd, bo.handle);
	close(vgem);
	cnova_world_destroy(w);
}

static void test_import_outlives(int fd)
{
	int vgem = require_vgem(), dma_buf, bufs = wait_dma_bufs(other_dma_bufs);
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t theirs = vgem_create(vgem, bo.size);

	bo.map = vgem_map(vgem, theirs, bo.size);
	dma_buf = export(vgem, theirs);
	bo.handle = import(w->fd, dma_buf);
	tag(bo.map, bo.handle, bo.size);
	munmap(bo.map, bo.size);
	close(dma_buf);
	gem_close(vgem, theirs);
	close(vgem);

	cnova_world_map(w, &bo, 0, CNOVA_VA, bo.size, 0);
	cnova_world_check(w);
	/* The mapping alone keeps it. */
	gem_close(w->fd, bo.handle);
	cnova_world_check(w);
	igt_assert_eq(nr_dma_bufs(), bufs + 1);
	cnova_world_unmap(w, CNOVA_VA, bo.size);
	wait_dma_bufs(bufs);
	cnova_world_destroy(w);
}

static void test_import_sizes(int fd)
{
	static const uint64_t pages[] = { 1, 2, 15, 16, 17, 511, 513 };
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_2M);

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(pages); i++) {
		struct cnova_bo bo = { .fd = w->fd, .size = pages[i / 2] * SZ_4K };
		int memfd = new_memfd(bo.size), dma_buf = new_udmabuf(memfd, bo.size, i % 2);

		bo.handle = import(w->fd, dma_buf);
		bo.map = map_dma_buf(dma_buf, bo.size);
		tag(bo.map, bo.handle, bo.size);
		close(memfd);
		close(dma_buf);

		cnova_world_map(w, &bo, 0, CNOVA_VA, bo.size, 0);
		cnova_world_check(w);
		cnova_world_unmap(w, CNOVA_VA, bo.size);
		munmap(bo.map, bo.size);
		gem_close(w->fd, bo.handle);
	}
	cnova_world_destroy(w);
}

static void test_import_range(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	int memfd = new_memfd(3 * SZ_4K), dma_buf = new_udmabuf(memfd, 3 * SZ_4K, false);
	struct cnova_bo bo = { .fd = w->fd, .handle = import(w->fd, dma_buf) };
	struct drm_cnova_vm_bind_op op;
	uint32_t reason;

	op = cnova_op_map(&bo, 0, CNOVA_VA, 4 * SZ_4K, 0);
	igt_assert_eq(bind_sync(&w->vm, &op, &reason), -EINVAL);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_OFFSET);
	op = cnova_op_map(&bo, 2 * SZ_4K, CNOVA_VA, 2 * SZ_4K, 0);
	igt_assert_eq(bind_sync(&w->vm, &op, &reason), -EINVAL);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_OFFSET);
	op = cnova_op_map(&bo, 2048, CNOVA_VA, SZ_4K, 0);
	igt_assert_eq(bind_sync(&w->vm, &op, &reason), -EINVAL);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_ALIGN);
	cnova_world_check(w);

	gem_close(w->fd, bo.handle);
	close(memfd);
	close(dma_buf);
	cnova_world_destroy(w);
}

static void test_import_read_only(int fd)
{
	int vgem = require_vgem(), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t theirs = vgem_create(vgem, bo.size), reason;
	struct drm_cnova_vm_bind_op op;
	uint64_t word = 47, offset;
	uint8_t *map;

	igt_assert_eq(__export(vgem, theirs, DRM_CLOEXEC, &dma_buf), 0);
	bo.handle = import(w->fd, dma_buf);
	close(dma_buf);
	bo.map = vgem_map(vgem, theirs, bo.size);
	tag(bo.map, bo.handle, bo.size);

	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(bind_sync(&w->vm, &op, &reason), -EACCES);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_READ_ONLY);
	cnova_world_check(w);
	cnova_world_map(w, &bo, 0, CNOVA_VA, bo.size, DRM_CNOVA_VM_BIND_READ_ONLY);
	cnova_world_check(w);
	igt_assert_lt(cnova_eye_write(&w->vm, CNOVA_VA, &word, 8), 0);
	expect_tags(bo.map, bo.handle, bo.size);

	offset = cnova_gem_mmap_offset(w->fd, bo.handle);
	map = mmap(NULL, bo.size, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, offset);
	igt_assert(map == MAP_FAILED);
	igt_assert_eq(errno, EACCES);
	map = mmap(NULL, bo.size, PROT_READ, MAP_SHARED, w->fd, offset);
	igt_assert(map != MAP_FAILED);
	expect_tags(map, bo.handle, bo.size);
	igt_assert_eq(mprotect(map, bo.size, PROT_READ | PROT_WRITE), -1);
	igt_assert_eq(errno, EACCES);
	munmap(map, bo.size);

	munmap(bo.map, bo.size);
	cnova_world_unmap(w, CNOVA_VA, bo.size);
	gem_close(w->fd, bo.handle);
	close(vgem);
	cnova_world_destroy(w);
}

static void test_import_mmap(int fd)
{
	int memfd = new_memfd(SZ_64K), dma_buf = new_udmabuf(memfd, SZ_64K, true);
	uint32_t handle = import(fd, dma_buf);
	uint8_t *map = cnova_gem_mmap(fd, handle, SZ_64K), *theirs = map_dma_buf(dma_buf, SZ_64K);

	tag(map, handle, SZ_64K);
	expect_tags(theirs, handle, SZ_64K);
	munmap(theirs, SZ_64K);
	close(dma_buf);
	close(memfd);
	gem_close(fd, handle);
	expect_tags(map, handle, SZ_64K);
	munmap(map, SZ_64K);
}

static void test_import_twice(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	int memfd = new_memfd(SZ_64K), bufs = wait_dma_bufs(other_dma_bufs);
	struct cnova_bo bo[2] = { { .fd = w->fd }, { .fd = w->fd } };
	struct drm_cnova_vm_bind_op op;
	int dma_buf[2], err;

	for (int i = 0; i < 2; i++) {
		dma_buf[i] = new_udmabuf(memfd, SZ_64K, i);
		bo[i].handle = import(w->fd, dma_buf[i]);
		igt_assert_eq_u32(import(w->fd, dma_buf[i]), bo[i].handle);
	}
	igt_assert_neq_u32(bo[0].handle, bo[1].handle);

	op = cnova_op_map(&bo[0], 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(bind_sync(&w->vm, &op, NULL), 0);
	op = cnova_op_map(&bo[1], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	err = bind_sync(&w->vm, &op, NULL);
	igt_assert_eq(err, cnova_has_model() ? -EBUSY : 0);

	/* The first one goes, which takes a worker. */
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	gem_close(w->fd, bo[0].handle);
	close(dma_buf[0]);
	wait_dma_bufs(bufs + 1);
	igt_assert_eq(bind_sync(&w->vm, &op, NULL), 0);

	cnova_world_unmap(w, CNOVA_VA + SZ_64K, SZ_64K);
	gem_close(w->fd, bo[1].handle);
	close(dma_buf[1]);
	close(memfd);
	wait_dma_bufs(bufs);
	cnova_world_destroy(w);
}

static void test_import_kill(int fd)
{
	uint64_t before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	int memfd = new_memfd(SZ_1M), bufs = wait_dma_bufs(other_dma_bufs), ready[2];
	uint8_t *map = map_dma_buf(memfd, SZ_1M);
	pid_t child;
	char byte;

	igt_assert_eq(pipe(ready), 0);
	child = fork();
	igt_assert(child >= 0);
	if (!child) {
		struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
		struct cnova_bo bo = { .fd = w->fd };

		bo.handle = import(w->fd, new_udmabuf(memfd, SZ_1M, false));
		cnova_world_map(w, &bo, 0, CNOVA_VA, SZ_1M, 0);
		if (write(ready[1], "1", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	igt_assert_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	igt_assert_eq(nr_dma_bufs(), bufs + 1);
	kill(child, SIGKILL);
	igt_assert_eq(waitpid(child, NULL, 0), child);

	wait_dma_bufs(bufs);
	cnova_wait_vram_free(fd, before);
	tag(map, 1, SZ_1M);
	munmap(map, SZ_1M);
	close(memfd);
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
	int dma_buf = export(w->fd, bo->handle);
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
	int vgem = require_vgem(), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t theirs = vgem_create(vgem, bo.size), in = syncobj_create(w->fd, 0);
	struct drm_vgem_fence_attach attach = { .handle = theirs, .flags = VGEM_FENCE_WRITE };
	struct dma_buf_export_sync_file args = { .flags = DMA_BUF_SYNC_READ };
	struct drm_syncobj_handle handle = {
		.handle = in, .flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};
	struct drm_vgem_fence_signal signal = {};
	uint32_t out = syncobj_create(w->fd, 0);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync syncs[2];

	bo.map = vgem_map(vgem, theirs, bo.size);
	dma_buf = export(vgem, theirs);
	bo.handle = import(w->fd, dma_buf);
	tag(bo.map, bo.handle, bo.size);
	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach), 0);
	signal.fence = attach.out_fence;

	/* By itself it holds nobody, */
	op = cnova_op_map(&bo, 0, CNOVA_VA, SZ_4K, 0);
	igt_assert_eq(bind_sync(&w->vm, &op, NULL), 0);

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
		other_dma_bufs = nr_dma_bufs();
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

	igt_describe("We have memory of another device.");
	igt_subtest("import")
		test_import(fd);

	igt_describe("Imported memory stays when its exporter goes.");
	igt_subtest("import-outlives")
		test_import_outlives(fd);

	igt_describe("Imports of all sizes and shapes.");
	igt_subtest("import-sizes")
		test_import_sizes(fd);

	igt_describe("Nothing beyond the end of an import.");
	igt_subtest("import-range")
		test_import_range(fd);

	igt_describe("What was not exported to be written is not written.");
	igt_subtest("import-read-only")
		test_import_read_only(fd);

	igt_describe("An import is mapped as its exporter maps it.");
	igt_subtest("import-mmap")
		test_import_mmap(fd);

	igt_describe("The same memory twice.");
	igt_subtest("import-twice")
		test_import_twice(fd);

	igt_describe("A client with imports is killed.");
	igt_subtest("import-kill")
		test_import_kill(fd);

	igt_describe("A fence of ours in a dma-buf.");
	igt_subtest("fence-import")
		test_fence_import(fd);

	igt_describe("A fence of another device in a dma-buf.");
	igt_subtest("fence-export")
		test_fence_export(fd);

	igt_fixture()
		drm_close_driver(fd);
}
