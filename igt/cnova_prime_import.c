// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "prime.h"

/**
 * TEST: cnova prime import
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: Memory of other devices, by dma-buf, in the address spaces of ours.
 *
 * SUBTEST: vgem
 * Description: Memory of another device is bound, in parts and at several places; what the
 *	GPU writes it reads, and the other way round.
 *
 * SUBTEST: outlives
 * Description: Imported memory stays when the exporter closes everything.
 *
 * SUBTEST: sizes
 * Description: Imports of 1 page to many, of pages that are all over the place.
 *
 * SUBTEST: range
 * Description: A bind beyond the end of an import is refused.
 *
 * SUBTEST: read-only
 * Description: An import that was not exported to be written is bound and mapped read only,
 *	or not at all.
 *
 * SUBTEST: mmap
 * Description: An import is mapped through our file as the exporter maps it.
 *
 * SUBTEST: twice
 * Description: The same dma-buf twice is one object; two with the same pages cannot be mapped
 *	at once by a software GPU.
 *
 * SUBTEST: kill
 * Description: A client with imports bound is killed: everything goes back.
 */

/* What others have, before the first test. */
static int other_dma_bufs;

static int bind_reason(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *op,
		       uint32_t *reason)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, op, 1, NULL, 0);
	int err = __cnova_bind(vm->fd, &args);

	*reason = args.reason;
	return err;
}

static void test_vgem(int fd)
{
	int vgem = cnova_require_vgem(), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K + SZ_4K };
	uint32_t theirs = cnova_vgem_create(vgem, bo.size);
	uint64_t word = 45;

	bo.map = cnova_vgem_map(vgem, theirs, bo.size);
	dma_buf = cnova_prime_export(vgem, theirs);
	bo.handle = cnova_prime_import(w->fd, dma_buf);
	close(dma_buf);
	cnova_tag_pages(bo.map, bo.handle, bo.size);

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

static void test_outlives(int fd)
{
	int vgem = cnova_require_vgem(), dma_buf, bufs = cnova_wait_dma_bufs(other_dma_bufs);
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t theirs = cnova_vgem_create(vgem, bo.size);

	bo.map = cnova_vgem_map(vgem, theirs, bo.size);
	dma_buf = cnova_prime_export(vgem, theirs);
	bo.handle = cnova_prime_import(w->fd, dma_buf);
	cnova_tag_pages(bo.map, bo.handle, bo.size);
	munmap(bo.map, bo.size);
	close(dma_buf);
	gem_close(vgem, theirs);
	close(vgem);

	cnova_world_map(w, &bo, 0, CNOVA_VA, bo.size, 0);
	cnova_world_check(w);
	/* The mapping alone keeps it. */
	gem_close(w->fd, bo.handle);
	cnova_world_check(w);
	igt_assert_eq(cnova_nr_dma_bufs(), bufs + 1);
	cnova_world_unmap(w, CNOVA_VA, bo.size);
	cnova_wait_dma_bufs(bufs);
	cnova_world_destroy(w);
}

static void test_sizes(int fd)
{
	static const uint64_t pages[] = { 1, 2, 15, 16, 17, 511, 513 };
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_2M);

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(pages); i++) {
		struct cnova_bo bo = { .fd = w->fd, .size = pages[i / 2] * SZ_4K };
		int memfd = cnova_new_memfd(bo.size);
		int dma_buf = cnova_new_udmabuf(memfd, bo.size, i % 2);

		bo.handle = cnova_prime_import(w->fd, dma_buf);
		bo.map = cnova_dma_buf_map(dma_buf, bo.size);
		cnova_tag_pages(bo.map, bo.handle, bo.size);
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

static void test_range(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	int memfd = cnova_new_memfd(3 * SZ_4K);
	int dma_buf = cnova_new_udmabuf(memfd, 3 * SZ_4K, false);
	struct cnova_bo bo = { .fd = w->fd, .handle = cnova_prime_import(w->fd, dma_buf) };
	struct drm_cnova_vm_bind_op op;
	uint32_t reason;

	op = cnova_op_map(&bo, 0, CNOVA_VA, 4 * SZ_4K, 0);
	igt_assert_eq(bind_reason(&w->vm, &op, &reason), -EINVAL);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_OFFSET);
	op = cnova_op_map(&bo, 2 * SZ_4K, CNOVA_VA, 2 * SZ_4K, 0);
	igt_assert_eq(bind_reason(&w->vm, &op, &reason), -EINVAL);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_OFFSET);
	op = cnova_op_map(&bo, 2048, CNOVA_VA, SZ_4K, 0);
	igt_assert_eq(bind_reason(&w->vm, &op, &reason), -EINVAL);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_ALIGN);
	cnova_world_check(w);

	gem_close(w->fd, bo.handle);
	close(memfd);
	close(dma_buf);
	cnova_world_destroy(w);
}

static void test_read_only(int fd)
{
	int vgem = cnova_require_vgem(), dma_buf;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t theirs = cnova_vgem_create(vgem, bo.size), reason;
	struct drm_cnova_vm_bind_op op;
	uint64_t word = 47, offset;
	uint8_t *map;

	igt_assert_eq(__cnova_prime_export(vgem, theirs, DRM_CLOEXEC, &dma_buf), 0);
	bo.handle = cnova_prime_import(w->fd, dma_buf);
	close(dma_buf);
	bo.map = cnova_vgem_map(vgem, theirs, bo.size);
	cnova_tag_pages(bo.map, bo.handle, bo.size);

	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(bind_reason(&w->vm, &op, &reason), -EACCES);
	igt_assert_eq_u32(reason, DRM_CNOVA_REASON_READ_ONLY);
	cnova_world_check(w);
	cnova_world_map(w, &bo, 0, CNOVA_VA, bo.size, DRM_CNOVA_VM_BIND_READ_ONLY);
	cnova_world_check(w);
	igt_assert_lt(cnova_eye_write(&w->vm, CNOVA_VA, &word, 8), 0);
	cnova_expect_tags(bo.map, bo.handle, bo.size);

	offset = cnova_gem_mmap_offset(w->fd, bo.handle);
	map = mmap(NULL, bo.size, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, offset);
	igt_assert(map == MAP_FAILED);
	igt_assert_eq(errno, EACCES);
	map = mmap(NULL, bo.size, PROT_READ, MAP_SHARED, w->fd, offset);
	igt_assert(map != MAP_FAILED);
	cnova_expect_tags(map, bo.handle, bo.size);
	igt_assert_eq(mprotect(map, bo.size, PROT_READ | PROT_WRITE), -1);
	igt_assert_eq(errno, EACCES);
	munmap(map, bo.size);

	munmap(bo.map, bo.size);
	cnova_world_unmap(w, CNOVA_VA, bo.size);
	gem_close(w->fd, bo.handle);
	close(vgem);
	cnova_world_destroy(w);
}

static void test_mmap(int fd)
{
	int memfd = cnova_new_memfd(SZ_64K), dma_buf = cnova_new_udmabuf(memfd, SZ_64K, true);
	uint32_t handle = cnova_prime_import(fd, dma_buf);
	uint8_t *map = cnova_gem_mmap(fd, handle, SZ_64K);
	uint8_t *theirs = cnova_dma_buf_map(dma_buf, SZ_64K);

	cnova_tag_pages(map, handle, SZ_64K);
	cnova_expect_tags(theirs, handle, SZ_64K);
	munmap(theirs, SZ_64K);
	close(dma_buf);
	close(memfd);
	gem_close(fd, handle);
	cnova_expect_tags(map, handle, SZ_64K);
	munmap(map, SZ_64K);
}

static void test_twice(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	int memfd = cnova_new_memfd(SZ_64K), bufs = cnova_wait_dma_bufs(other_dma_bufs);
	struct cnova_bo bo[2] = { { .fd = w->fd }, { .fd = w->fd } };
	struct drm_cnova_vm_bind_op op;
	int dma_buf[2], err;

	for (int i = 0; i < 2; i++) {
		dma_buf[i] = cnova_new_udmabuf(memfd, SZ_64K, i);
		bo[i].handle = cnova_prime_import(w->fd, dma_buf[i]);
		igt_assert_eq_u32(cnova_prime_import(w->fd, dma_buf[i]), bo[i].handle);
	}
	igt_assert_neq_u32(bo[0].handle, bo[1].handle);

	op = cnova_op_map(&bo[0], 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	op = cnova_op_map(&bo[1], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	err = __cnova_bind_one(&w->vm, &op);
	igt_assert_eq(err, cnova_has_model() ? -EBUSY : 0);

	/* The first one goes, which takes a worker. */
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	gem_close(w->fd, bo[0].handle);
	close(dma_buf[0]);
	cnova_wait_dma_bufs(bufs + 1);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);

	cnova_world_unmap(w, CNOVA_VA + SZ_64K, SZ_64K);
	gem_close(w->fd, bo[1].handle);
	close(dma_buf[1]);
	close(memfd);
	cnova_wait_dma_bufs(bufs);
	cnova_world_destroy(w);
}

static void test_kill(int fd)
{
	uint64_t before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	int memfd = cnova_new_memfd(SZ_1M), bufs = cnova_wait_dma_bufs(other_dma_bufs), ready[2];
	uint8_t *map = cnova_dma_buf_map(memfd, SZ_1M);
	pid_t child;
	char byte;

	igt_assert_eq(pipe(ready), 0);
	child = fork();
	igt_assert(child >= 0);
	if (!child) {
		struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
		struct cnova_bo bo = { .fd = w->fd };

		bo.handle = cnova_prime_import(w->fd, cnova_new_udmabuf(memfd, SZ_1M, false));
		cnova_world_map(w, &bo, 0, CNOVA_VA, SZ_1M, 0);
		if (write(ready[1], "1", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	igt_assert_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	igt_assert_eq(cnova_nr_dma_bufs(), bufs + 1);
	kill(child, SIGKILL);
	igt_assert_eq(waitpid(child, NULL, 0), child);

	cnova_wait_dma_bufs(bufs);
	cnova_wait_vram_free(fd, before);
	cnova_tag_pages(map, 1, SZ_1M);
	munmap(map, SZ_1M);
	close(memfd);
	cnova_model_check();
}

int igt_main()
{
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		other_dma_bufs = cnova_other_dma_bufs();
	}

	igt_describe("We have memory of another device.");
	igt_subtest("vgem")
		test_vgem(fd);

	igt_describe("Imported memory stays when its exporter goes.");
	igt_subtest("outlives")
		test_outlives(fd);

	igt_describe("Imports of all sizes and shapes.");
	igt_subtest("sizes")
		test_sizes(fd);

	igt_describe("Nothing beyond the end of an import.");
	igt_subtest("range")
		test_range(fd);

	igt_describe("What was not exported to be written is not written.");
	igt_subtest("read-only")
		test_read_only(fd);

	igt_describe("An import is mapped as its exporter maps it.");
	igt_subtest("mmap")
		test_mmap(fd);

	igt_describe("The same memory twice.");
	igt_subtest("twice")
		test_twice(fd);

	igt_describe("A client with imports is killed.");
	igt_subtest("kill")
		test_kill(fd);

	igt_fixture()
		drm_close_driver(fd);
}
