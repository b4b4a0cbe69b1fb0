// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <sys/mman.h>

#include "prime.h"

/**
 * TEST: cnova prime more
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: Shared memory when memory is short, and when a driver goes.
 *
 * SUBTEST: larger-than-vram
 * Description: An import larger than all of VRAM, and than any BAR1, is bound as a whole.
 *
 * SUBTEST: unbind-import
 * Description: The driver goes while it has memory of others bound: they have it back with
 *	what the GPU wrote, and the driver has it again when it comes back.
 *
 * SUBTEST: unbind-export
 * Description: The driver goes while dma-bufs of its memory are open: they can be used without
 *	harm, and end.
 *
 * SUBTEST: pair-pressure
 * Description: [16] What a second GPU has bound stays where that reaches it, however short VRAM
 *	and memory are on the first; then it goes home with what the second wrote. Needs two GPUs.
 *
 * SUBTEST: pair-unbind-exporter
 * Description: [22] The driver of the first GPU goes while the second has its memory bound: the
 *	second goes on with it. Needs two GPUs.
 *
 * SUBTEST: pair-unbind-importer
 * Description: [22] The driver of the second GPU goes while it has memory of the first bound: the
 *	first has it back, and it can move again. Needs two GPUs.
 */

static int require_other(int fd)
{
	int other = cnova_open_other(fd);

	igt_require_f(other >= 0, "one GPU only\n");
	return other;
}

/* An address space with one object at CNOVA_VA. */
struct user {
	struct cnova_vm vm;
	struct cnova_bo bo;
};

static void bind_bo(struct user *user)
{
	struct drm_cnova_vm_bind_op op = cnova_op_map(&user->bo, 0, CNOVA_VA, user->bo.size, 0);
	struct drm_cnova_vm_bind args = cnova_bind_args(&user->vm, &op, 1, NULL, 0);

	igt_assert_eq(__cnova_bind(user->vm.fd, &args), 0);
}

static void user_import(struct user *user, int fd, int dma_buf, uint64_t size)
{
	cnova_vm_init(&user->vm, fd);
	user->bo = (struct cnova_bo){
		.fd = fd, .handle = cnova_prime_import(fd, dma_buf), .size = size,
	};
	bind_bo(user);
}

static void user_create(struct user *user, int fd, uint64_t size, uint32_t flags)
{
	cnova_vm_init(&user->vm, fd);
	cnova_bo_init(&user->bo, fd, size, flags);
	bind_bo(user);
}

static void user_fini(struct user *user)
{
	cnova_vm_fini(&user->vm);
	gem_close(user->bo.fd, user->bo.handle);
	if (user->bo.map)
		munmap(user->bo.map, user->bo.size);
}

/* Its driver is gone: nothing can be asked for, only closed. */
static void user_forget(struct user *user)
{
	close(user->vm.eye);
	close(user->vm.dir);
	if (user->bo.map)
		munmap(user->bo.map, user->bo.size);
}

static void expect_tags(struct user *user, const struct cnova_bo *bo)
{
	for (uint64_t at = 0; at < bo->size; at += SZ_4K)
		cnova_eye_expect(&user->vm, CNOVA_VA + at, bo, at);
}

static void put(struct user *user, uint64_t at, uint64_t word)
{
	igt_assert_eq(cnova_eye_write(&user->vm, CNOVA_VA + at, &word, 8), 8);
}

static void expect(struct user *user, uint64_t at, uint64_t want)
{
	uint64_t word = 0;

	igt_assert_eq(cnova_eye_read(&user->vm, CNOVA_VA + at, &word, 8), 8);
	igt_assert_eq_u64(word, want);
}

static void check_models(bool pair)
{
	char *text;

	cnova_model_check();
	if (!pair)
		return;
	text = cnova_read_text(AT_FDCWD, "/sys/kernel/debug/cnova_sim1/violations");
	igt_assert(text);
	igt_assert_f(strstr(text, "total 0\n"), "%s", text);
	free(text);
}

static void test_larger_than_vram(int fd)
{
	uint64_t size = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE) + SZ_1M, *map;
	int own, memfd, dma_buf;
	struct user user;

	igt_require_f(size <= 65 * SZ_1M, "more VRAM than this test fills\n");
	size = size / SZ_1M * SZ_1M;
	own = drm_reopen_driver(fd);
	memfd = cnova_new_memfd(size);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	igt_assert(map != MAP_FAILED);
	for (uint64_t at = 0; at < size; at += SZ_4K)
		map[at / 8] = at + 1;
	dma_buf = cnova_new_udmabuf(memfd, size, false);
	user_import(&user, own, dma_buf, size);
	for (uint64_t at = 0; at < size; at += 16 * SZ_4K) {
		expect(&user, at, at + 1);
		put(&user, at + 8, at + 2);
	}
	for (uint64_t at = 0; at < size; at += 16 * SZ_4K)
		igt_assert_eq_u64(map[at / 8 + 1], at + 2);
	user_fini(&user);
	close(dma_buf);
	munmap(map, size);
	close(memfd);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_unbind_import(int *fd)
{
	int bufs = cnova_other_dma_bufs(), own = drm_reopen_driver(*fd), memfd, dma_buf;
	struct user user;
	uint64_t *map;

	memfd = cnova_new_memfd(SZ_1M);
	map = mmap(NULL, SZ_1M, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	igt_assert(map != MAP_FAILED);
	dma_buf = cnova_new_udmabuf(memfd, SZ_1M, true);
	user_import(&user, own, dma_buf, SZ_1M);
	put(&user, SZ_64K, 42);

	cnova_device_unbind(*fd);
	/* Backwards: its last page is the first. */
	igt_assert_eq_u64(map[(SZ_1M - SZ_4K - SZ_64K) / 8], 42);
	map[(SZ_1M - SZ_4K) / 8] = 43;
	user_forget(&user);
	drm_close_driver(own);
	drm_close_driver(*fd);

	*fd = cnova_device_bind();
	own = drm_reopen_driver(*fd);
	user_import(&user, own, dma_buf, SZ_1M);
	expect(&user, 0, 43);
	expect(&user, SZ_64K, 42);
	user_fini(&user);
	drm_close_driver(own);
	close(dma_buf);
	munmap(map, SZ_1M);
	close(memfd);
	cnova_wait_dma_bufs(bufs);
	cnova_model_check();
}

static void test_unbind_export(int *fd)
{
	static const uint32_t flags[] = { 0, DRM_CNOVA_GEM_VRAM };
	int bufs = cnova_other_dma_bufs(), own = drm_reopen_driver(*fd), dma_buf[2];
	struct user user[2];
	volatile uint64_t *map[2];

	for (int i = 0; i < 2; i++) {
		user_create(&user[i], own, SZ_1M, flags[i]);
		dma_buf[i] = cnova_prime_export(own, user[i].bo.handle);
		map[i] = cnova_dma_buf_map(dma_buf[i], SZ_1M);
		igt_assert_eq_u64(map[i][0], cnova_tag(user[i].bo.handle, 0));
	}

	cnova_device_unbind(*fd);
	for (int i = 0; i < 2; i++) {
		/* Whatever it shows: it is there. */
		for (uint64_t at = 0; at < SZ_1M; at += SZ_64K)
			map[i][at / 8] = map[i][at / 8] + 1;
		user_forget(&user[i]);
	}
	drm_close_driver(own);
	drm_close_driver(*fd);
	for (int i = 0; i < 2; i++) {
		munmap((void *)map[i], SZ_1M);
		close(dma_buf[i]);
	}

	*fd = cnova_device_bind();
	cnova_wait_dma_bufs(bufs);
	cnova_model_check();
}

static void test_pair_pressure(int fd)
{
	enum { MOST = 64 };
	int other = require_other(fd), own = drm_reopen_driver(fd), dma_buf;
	uint32_t filler[MOST], nr;
	struct user ours, theirs;

	user_create(&ours, own, SZ_1M, DRM_CNOVA_GEM_VRAM);
	dma_buf = cnova_prime_export(own, ours.bo.handle);
	user_import(&theirs, other, dma_buf, SZ_1M);
	close(dma_buf);
	for (int round = 0; round < 2; round++) {
		for (nr = 0; nr < MOST; nr++) {
			uint64_t size = 2 * SZ_1M;

			filler[nr] = 0;
			igt_assert_eq(__cnova_gem_create(own, &size, DRM_CNOVA_GEM_VRAM,
							 &filler[nr]), 0);
		}
		cnova_write_text("/proc/sys/vm/drop_caches", "2");
		expect_tags(&theirs, &ours.bo);
		put(&theirs, SZ_64K + 8, round + 1);
		expect(&ours, SZ_64K + 8, round + 1);
		expect_tags(&ours, &ours.bo);
		while (nr)
			gem_close(own, filler[--nr]);
	}
	user_fini(&theirs);
	expect(&ours, SZ_64K + 8, 2);
	expect_tags(&ours, &ours.bo);
	user_fini(&ours);
	drm_close_driver(own);
	close(other);
	check_models(true);
}

/*
 * Pages that were given back are used by somebody else: as many at a time as they were had,
 * so that these are the next to be given.
 */
static void use_free_pages(struct cnova_bo *bo, unsigned int nr, int fd)
{
	for (unsigned int i = 0; i < nr; i++)
		cnova_bo_init(&bo[i], fd, SZ_1M, 0);
}

static void test_pair_unbind_exporter(int *fd)
{
	static const uint32_t flags[] = { 0, DRM_CNOVA_GEM_VRAM };
	int other = require_other(*fd), bufs = cnova_other_dma_bufs(), own, dma_buf;
	struct user ours[2], theirs[2];
	struct cnova_bo taken[16];

	own = drm_reopen_driver(*fd);
	for (int i = 0; i < 2; i++) {
		user_create(&ours[i], own, SZ_1M, flags[i]);
		dma_buf = cnova_prime_export(own, ours[i].bo.handle);
		user_import(&theirs[i], other, dma_buf, SZ_1M);
		close(dma_buf);
		put(&ours[i], SZ_64K + 8, 42);
	}

	cnova_device_unbind(*fd);
	use_free_pages(taken, ARRAY_SIZE(taken), other);
	for (int i = 0; i < 2; i++) {
		user_forget(&ours[i]);
		expect_tags(&theirs[i], &ours[i].bo);
		expect(&theirs[i], SZ_64K + 8, 42);
	}
	drm_close_driver(own);
	drm_close_driver(*fd);

	/* Also when the first has come back, and uses the same memory of the system. */
	*fd = cnova_device_bind();
	own = drm_reopen_driver(*fd);
	user_create(&ours[0], own, 8 * SZ_1M, 0);
	for (int i = 0; i < 2; i++) {
		expect(&theirs[i], SZ_64K + 8, 42);
		put(&theirs[i], SZ_64K + 8, 43);
		expect(&theirs[i], SZ_64K + 8, 43);
		user_fini(&theirs[i]);
	}
	expect_tags(&ours[0], &ours[0].bo);
	user_fini(&ours[0]);
	for (unsigned int i = 0; i < ARRAY_SIZE(taken); i++)
		cnova_bo_fini(&taken[i]);
	drm_close_driver(own);
	close(other);
	cnova_wait_dma_bufs(bufs);
	check_models(true);
}

/* @fd is that of the first again afterwards. */
static void test_pair_unbind_importer(int *fd)
{
	int other = require_other(*fd), bufs = cnova_other_dma_bufs(), own, dma_buf;
	struct user ours, theirs;
	uint64_t before;

	own = drm_reopen_driver(*fd);
	user_create(&ours, own, SZ_1M, DRM_CNOVA_GEM_VRAM);
	before = cnova_param(own, DRM_CNOVA_PARAM_VRAM_FREE);
	dma_buf = cnova_prime_export(own, ours.bo.handle);
	user_import(&theirs, other, dma_buf, SZ_1M);
	put(&theirs, SZ_64K + 8, 42);
	igt_assert_lte_u64(before + SZ_1M, cnova_param(own, DRM_CNOVA_PARAM_VRAM_FREE));

	cnova_device_unbind(other);
	user_forget(&theirs);
	close(other);
	expect(&ours, SZ_64K + 8, 42);
	expect_tags(&ours, &ours.bo);
	/* A bind takes it home. */
	bind_bo(&ours);
	igt_assert_lte_u64(cnova_param(own, DRM_CNOVA_PARAM_VRAM_FREE), before);
	expect(&ours, SZ_64K + 8, 42);

	close(cnova_device_bind());
	other = require_other(*fd);
	user_import(&theirs, other, dma_buf, SZ_1M);
	expect_tags(&theirs, &ours.bo);
	user_fini(&theirs);
	close(dma_buf);
	user_fini(&ours);
	drm_close_driver(own);
	close(other);
	cnova_wait_dma_bufs(bufs);
	check_models(true);
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("A large import.");
	igt_subtest("larger-than-vram")
		test_larger_than_vram(fd);

	igt_describe("The driver goes with memory of others.");
	igt_subtest("unbind-import")
		test_unbind_import(&fd);

	igt_describe("The driver goes with memory that others have.");
	igt_subtest("unbind-export")
		test_unbind_export(&fd);

	igt_describe("Memory is short.");
	igt_subtest("pair-pressure")
		test_pair_pressure(fd);

	igt_describe("The first of two drivers goes.");
	igt_subtest("pair-unbind-exporter")
		test_pair_unbind_exporter(&fd);

	igt_describe("The second of two drivers goes.");
	igt_subtest("pair-unbind-importer")
		test_pair_unbind_importer(&fd);

	igt_fixture()
		drm_close_driver(fd);
}
