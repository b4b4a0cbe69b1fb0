// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "prime.h"

/**
 * TEST: cnova prime pair
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: Objects of one GPU are bound by another one. Needs two, such as a software
 *	model with devices=2.
 *
 * SUBTEST: %s
 * Description: Memory in %arg[1] of the first GPU is read and written by the second, while
 *	the first has it bound; afterwards it is where it belongs.
 *
 * arg[1]:
 *
 * @vram:	VRAM
 * @system:	system memory
 *
 * SUBTEST: read-only
 * Description: What the first did not export to be written the second can only read.
 *
 * SUBTEST: outlives
 * Description: The second has it when the first's files are closed.
 *
 * SUBTEST: private
 * Description: There is no way to the second for what is private to a VM of the first.
 *
 * SUBTEST: recall
 * Description: The first one's memory is swapped out: the second lets go of it, with an
 *	acknowledge, and has it again, contents and all, when it is used.
 */

static const struct {
	const char *name;
	uint32_t flags;
} places[] = {
	{ "vram", DRM_CNOVA_GEM_VRAM },
	{ "system", 0 },
};

/* The second GPU's view of an object of the first. */
struct guest {
	struct cnova_vm vm;
	struct cnova_bo bo;
};

static void guest_init(struct guest *guest, int fd, int dma_buf, uint64_t size)
{
	cnova_vm_init(&guest->vm, fd);
	guest->bo = (struct cnova_bo){
		.fd = fd, .handle = cnova_prime_import(fd, dma_buf), .size = size,
	};
}

static void guest_bind(struct guest *guest, uint32_t flags)
{
	struct drm_cnova_vm_bind_op op = cnova_op_map(&guest->bo, 0, CNOVA_VA, guest->bo.size,
						      flags);

	igt_assert_eq(__cnova_bind_one(&guest->vm, &op), 0);
}

static void guest_fini(struct guest *guest)
{
	cnova_vm_fini(&guest->vm);
	gem_close(guest->bo.fd, guest->bo.handle);
}

/* Tags carry the handle of who wrote them. */
static void expect_tags(struct cnova_vm *vm, const struct cnova_bo *bo)
{
	for (uint64_t at = 0; at < bo->size; at += SZ_4K)
		cnova_eye_expect(vm, CNOVA_VA + at, bo, at);
}

static void check_models(void)
{
	char *text = cnova_read_text(AT_FDCWD, "/sys/kernel/debug/cnova_sim1/violations");

	cnova_model_check();
	igt_assert(text);
	igt_assert_f(strstr(text, "total 0\n"), "%s", text);
	free(text);
}

static void test_share(int fd, int other, uint32_t flags)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_1M, flags);
	uint64_t vram = flags ? SZ_1M : 0, before, word = 42;
	int dma_buf = cnova_prime_export(w->fd, bo->handle);
	struct guest guest;

	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_1M, 0);
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	guest_init(&guest, other, dma_buf, bo->size);
	close(dma_buf);
	igt_assert_eq_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), before);

	/* Nobody reaches into another's VRAM. */
	guest_bind(&guest, 0);
	igt_assert_eq_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), before + vram);
	expect_tags(&guest.vm, bo);
	expect_tags(&w->vm, bo);
	igt_assert_eq_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), before + vram);

	igt_assert_eq(cnova_eye_write(&guest.vm, CNOVA_VA + SZ_64K + 8, &word, 8), 8);
	igt_assert_eq_u64(*(uint64_t *)(bo->map + SZ_64K + 8), 42);
	word = 0;
	igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA + SZ_64K + 8, &word, 8), 8);
	igt_assert_eq_u64(word, 42);

	guest_fini(&guest);
	/* Let go of by a worker; then the next bind takes it home. */
	for (int i = 0; i < 100; i++) {
		struct drm_cnova_vm_bind_op op = cnova_op_map(bo, 0, CNOVA_VA, SZ_1M, 0);

		igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
		if (cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) <= before)
			break;
		usleep(20000);
	}
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), before);
	expect_tags(&w->vm, bo);
	igt_assert_eq_u64(*(uint64_t *)(bo->map + SZ_64K + 8), 42);
	cnova_world_unmap(w, CNOVA_VA, SZ_1M);
	cnova_world_destroy(w);
	check_models();
}

static void test_read_only(int fd, int other)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_bind_op op;
	struct guest guest;
	uint64_t word = 42;
	int dma_buf;

	igt_assert_eq(__cnova_prime_export(w->fd, bo->handle, DRM_CLOEXEC, &dma_buf), 0);
	guest_init(&guest, other, dma_buf, bo->size);
	close(dma_buf);
	op = cnova_op_map(&guest.bo, 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&guest.vm, &op), -EACCES);
	guest_bind(&guest, DRM_CNOVA_VM_BIND_READ_ONLY);
	expect_tags(&guest.vm, bo);
	igt_assert_lt(cnova_eye_write(&guest.vm, CNOVA_VA, &word, 8), 0);
	guest_fini(&guest);
	cnova_world_destroy(w);
	check_models();
}

static void test_outlives(int fd, int other)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM), ours = *bo;
	int dma_buf = cnova_prime_export(w->fd, bo->handle);
	struct guest guest;

	guest_init(&guest, other, dma_buf, bo->size);
	close(dma_buf);
	cnova_world_destroy(w);
	guest_bind(&guest, 0);
	expect_tags(&guest.vm, &ours);
	guest_fini(&guest);
	check_models();
}

static void test_private(int fd, int other)
{
	uint32_t vm = cnova_vm_create(fd), handle = vm;
	struct drm_prime_handle args = { .flags = DRM_CLOEXEC };
	uint64_t size = SZ_4K;

	igt_assert_eq(__cnova_gem_create(fd, &size, DRM_CNOVA_GEM_VM_PRIVATE, &handle), 0);
	args.handle = handle;
	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args), -EPERM);
	igt_assert_eq(cnova_ioctl(other, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args), -ENOENT);
	gem_close(fd, handle);
	cnova_vm_destroy(fd, vm);
}

/* Ask the first GPU for all that can be swapped out. Return: pages. */
static uint64_t shrink(int fd)
{
	uint64_t before = cnova_counter(fd, "shrunk");
	int dir = igt_debugfs_dir(fd), file = openat(dir, "shrink", O_WRONLY | O_CLOEXEC);

	igt_assert_f(file >= 0, "no shrink in debugfs: %m\n");
	igt_assert_eq(write(file, "1000000", 7), 7);
	close(file);
	close(dir);
	return cnova_counter(fd, "shrunk") - before;
}

static void test_recall(int fd, int other)
{
	char *swaps = cnova_read_text(AT_FDCWD, "/proc/swaps");
	struct guest guest;
	struct cnova_bo bo;
	uint64_t before;
	int own, dma_buf;

	igt_require_f(swaps && strstr(swaps, "\n/"), "no swap space\n");
	free(swaps);
	own = drm_reopen_driver(fd);
	cnova_bo_init(&bo, own, SZ_1M, 0);
	dma_buf = cnova_prime_export(own, bo.handle);
	guest_init(&guest, other, dma_buf, bo.size);
	close(dma_buf);
	guest_bind(&guest, 0);
	expect_tags(&guest.vm, &bo);

	before = cnova_counter(other, "invalidate");
	igt_assert_lte_u64(SZ_1M / SZ_4K, shrink(fd));
	igt_assert_lte_u64(SZ_1M, cnova_fdinfo(own, "drm-total-system"));
	igt_assert_eq_u64(cnova_counter(other, "invalidate"), before + 1);

	expect_tags(&guest.vm, &bo);
	guest_fini(&guest);
	cnova_bo_fini(&bo);
	drm_close_driver(own);
	check_models();
}

int igt_main()
{
	int fd = -1, other = -1;

	igt_fixture() {
		fd = cnova_open();
		other = cnova_open_other(fd);
		igt_require_f(other >= 0, "one GPU only\n");
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		igt_describe("Two GPUs use the same memory.");
		igt_subtest_f("%s", places[i].name)
			test_share(fd, other, places[i].flags);
	}

	igt_describe("What was not exported to be written is not written.");
	igt_subtest("read-only")
		test_read_only(fd, other);

	igt_describe("Memory lives as long as one of the two has it.");
	igt_subtest("outlives")
		test_outlives(fd, other);

	igt_describe("What is private cannot be shared.");
	igt_subtest("private")
		test_private(fd, other);

	igt_describe("The first takes its memory away from the second.");
	igt_subtest("recall")
		test_recall(fd, other);

	igt_fixture() {
		close(other);
		drm_close_driver(fd);
	}
}
