// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <sys/mman.h>

#include "cnova.h"

/**
 * TEST: cnova vm bind
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Each change of an address space is compared with an oracle: every page
 *	of a window, hole or not, is read through the GPU's MMU, and the VA tree and the
 *	page tables are compared as well. No page of an object is at the offset of its
 *	address, and each carries a tag of its own.
 *
 * SUBTEST: eye
 * Description: The eye itself: short counts, faults, writes. Without it nothing here counts.
 *
 * SUBTEST: unmapped-vram
 * Description: VRAM that no CPU has mapped, or can map, is zero, and the GPU's own.
 *
 * SUBTEST: map-%s
 * Description: Map, read, write, unmap in VRAM and system memory, with %arg[1] pages.
 *
 * SUBTEST: shifted-%s
 * Description: The same where address and offset are not aligned alike, with %arg[1] objects.
 *
 * arg[1]:
 *
 * @4k:		4 KiB
 * @64k:	64 KiB
 * @2m:		2 MiB
 *
 * SUBTEST: read-only
 * Description: Writes to read-only mappings fault; the flag goes and comes with a re-map.
 *
 * SUBTEST: flags
 * Description: Uncached mappings and each memory kind show the same data; a page size cap
 *	is kept.
 *
 * SUBTEST: sparse
 * Description: Sparse ranges of each page size do not fault and drop writes; objects go
 *	in and out of them.
 *
 * SUBTEST: aliases
 * Description: One object at many addresses, from the first to the last one.
 *
 * SUBTEST: vms
 * Description: One address in several VMs shows different data.
 *
 * SUBTEST: private
 * Description: Objects that are private to the VM can be mapped like others.
 *
 * SUBTEST: identical
 * Description: Mapping again what is there changes nothing, and costs no invalidation.
 *
 * SUBTEST: invalidations
 * Description: No change costs no invalidation, a change one, a page that changes size two.
 *
 * SUBTEST: replace-while-reading
 * Description: A page that is mapped before and after a change is mapped all the time.
 *
 * SUBTEST: unmap-hole
 * Description: Unmapping what is not mapped is fine.
 *
 * SUBTEST: unmap-all
 * Description: All mappings of one object go, and no others.
 *
 * SUBTEST: array
 * Description: Operations of an array see what earlier ones did.
 *
 * SUBTEST: array-fails
 * Description: A bad operation at each place of an array: nothing happens, and the place
 *	and the reason are told.
 *
 * SUBTEST: array-large
 * Description: Hundreds of operations in one call cost one invalidation.
 *
 * SUBTEST: swap
 * Description: Two ranges change places in one call.
 */

static const uint32_t places[] = { DRM_CNOVA_GEM_VRAM, 0 };

static const struct unit {
	const char *name;
	uint64_t size;
} units[] = {
	{ "4k", SZ_4K },
	{ "64k", SZ_64K },
	{ "2m", SZ_2M },
};

static void test_eye(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	static char buf[SZ_64K + SZ_4K];
	uint64_t word = 0x1234567890abcdef;

	cnova_eye_expect_fault(&w->vm, CNOVA_VA);
	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA, &word, 8), -EFAULT);

	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA, buf, sizeof(buf)), SZ_64K);
	igt_assert(!memcmp(buf, bo->map, SZ_64K));
	igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA + SZ_64K - 8, &word, 8), 8);
	igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA + SZ_64K - 4, &word, 8), 4);
	cnova_eye_expect_fault(&w->vm, CNOVA_VA + SZ_64K);

	word = 0x1234567890abcdef;
	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA + 1001, &word, 8), 8);
	igt_assert(!memcmp(bo->map + 1001, &word, 8));
	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA + SZ_64K - 4, &word, 8), 4);
	cnova_world_destroy(w);
}

/* The one subtest that works with VRAM and needs no BAR1. */
static void test_unmapped_vram(int fd)
{
	uint32_t handle = cnova_gem_create(fd, SZ_2M, DRM_CNOVA_GEM_VRAM);
	const struct cnova_bo bo = { .fd = fd, .handle = handle, .size = SZ_2M };
	struct drm_cnova_vm_bind_op op = cnova_op_map(&bo, 0, CNOVA_VA, SZ_2M, 0);
	struct drm_cnova_vm_bind args;
	struct cnova_vm vm;
	uint64_t word;
	void *map;

	cnova_vm_init(&vm, fd);
	args = cnova_bind_args(&vm, &op, 1, NULL, 0);
	igt_assert_eq(__cnova_bind(fd, &args), 0);
	for (uint64_t va = CNOVA_VA; va < CNOVA_VA + SZ_2M; va += SZ_4K) {
		igt_assert_eq(cnova_eye_read(&vm, va, &word, 8), 8);
		igt_assert_eq_u64(word, 0);
		igt_assert_eq(cnova_eye_write(&vm, va, &va, 8), 8);
	}

	map = mmap(NULL, SZ_2M, PROT_READ, MAP_SHARED, fd, cnova_gem_mmap_offset(fd, handle));
	if (!cnova_param(fd, DRM_CNOVA_PARAM_VRAM_BAR_SIZE)) {
		igt_assert(map == MAP_FAILED);
		igt_assert_eq(errno, ENXIO);
	}
	for (uint64_t va = CNOVA_VA; va < CNOVA_VA + SZ_2M; va += SZ_4K) {
		igt_assert_eq(cnova_eye_read(&vm, va, &word, 8), 8);
		igt_assert_eq_u64(word, va);
		if (map != MAP_FAILED)
			igt_assert_eq_u64(*(uint64_t *)((char *)map + (va - CNOVA_VA)), va);
	}
	if (map != MAP_FAILED)
		munmap(map, SZ_2M);
	cnova_vm_fini(&vm);
	gem_close(fd, handle);
	cnova_model_check();
}

/* Objects are mapped one unit into them, so that no offset is that of the address. */
static void test_map(int fd, uint64_t unit)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 4 * unit);
		struct cnova_bo *bo = cnova_world_bo(w, 3 * unit, places[i]);

		w->oracle.sample = unit == SZ_2M ? 16 : 0;
		cnova_world_check(w);
		cnova_world_map(w, bo, unit, CNOVA_VA + unit, 2 * unit, 0);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);

		cnova_world_unmap(w, CNOVA_VA + unit, 2 * unit);
		cnova_world_check_all(w);

		/* The same place again: a walk that failed is not remembered. */
		cnova_world_map(w, bo, 0, CNOVA_VA + unit, unit, 0);
		cnova_world_check_all(w);
		cnova_world_destroy(w);
	}
}

static void test_shifted(int fd, uint64_t unit)
{
	const uint64_t shifts[][2] = {
		{ 0, SZ_4K }, { SZ_4K, 0 }, { SZ_4K, SZ_4K }, { 15 * SZ_4K, 7 * SZ_4K },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 3 * unit);
		struct cnova_bo *bo = cnova_world_bo(w, 2 * unit + 16 * SZ_4K, places[i]);

		w->oracle.sample = unit == SZ_2M ? 16 : 0;
		for (unsigned int k = 0; k < ARRAY_SIZE(shifts); k++) {
			uint64_t va = CNOVA_VA + shifts[k][0] % unit;

			cnova_world_map(w, bo, shifts[k][1], va, 2 * unit, 0);
			cnova_world_check_all(w);
			cnova_world_unmap(w, CNOVA_VA, 3 * unit);
		}
		cnova_world_check_all(w);
		cnova_world_destroy(w);
	}
}

static void test_read_only(int fd)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_2M + SZ_64K);
		struct cnova_bo *bo = cnova_world_bo(w, SZ_2M, places[i]);

		cnova_world_map(w, bo, 0, CNOVA_VA, SZ_2M, DRM_CNOVA_VM_BIND_READ_ONLY);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);

		/* A hole in it for writing, in it a page for reading. */
		cnova_world_map(w, bo, SZ_64K, CNOVA_VA + SZ_1M, SZ_64K, 0);
		cnova_world_map(w, bo, SZ_1M, CNOVA_VA + SZ_1M + SZ_4K, SZ_4K,
				DRM_CNOVA_VM_BIND_READ_ONLY);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);

		cnova_world_map(w, bo, 0, CNOVA_VA, SZ_2M, 0);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);
		cnova_world_destroy(w);
	}
}

static void test_flags(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_2M);
	struct cnova_bo *bo = cnova_world_bo(w, 2 * SZ_2M, DRM_CNOVA_GEM_VRAM);
	uint64_t kinds = cnova_param(fd, DRM_CNOVA_PARAM_KINDS);
	struct drm_cnova_vm_bind_op op;
	char want[32], *leaves;

	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_2M, DRM_CNOVA_VM_BIND_UNCACHED);
	cnova_world_check_all(w);
	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_2M, DRM_CNOVA_VM_BIND_CAP_64K);
	cnova_world_check_all(w);
	cnova_world_map(w, bo, SZ_64K, CNOVA_VA + SZ_64K * 3, SZ_64K, DRM_CNOVA_VM_BIND_CAP_64K);
	cnova_world_check_all(w);

	for (unsigned int kind = 0; kind < 64; kind++) {
		if (!(kinds & 1ull << kind))
			continue;

		op = cnova_op_map(bo, SZ_2M, CNOVA_VA + SZ_2M, SZ_64K, 0);
		op.kind = kind;
		cnova_world_bind(w, &op, 1);
		cnova_world_check(w);

		snprintf(want, sizeof(want), "kind=%u ", kind);
		leaves = cnova_read_text(w->vm.dir, "pagetable");
		igt_assert_f(strstr(leaves, want), "no page of %s\n", want);
		free(leaves);
	}
	cnova_world_destroy(w);
}

static void test_sparse(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 3 * SZ_2M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_bind_op op;

	/* From 4K inside one page of 2M to 4K inside the third. */
	op = cnova_op_sparse(CNOVA_VA + SZ_2M - SZ_64K - SZ_4K, SZ_2M + 2 * SZ_64K);
	cnova_world_bind(w, &op, 1);
	cnova_world_check_all(w);
	cnova_world_check_writes(w);

	cnova_world_map(w, bo, SZ_4K, CNOVA_VA + SZ_2M + SZ_4K, SZ_4K, 0);
	cnova_world_check_all(w);
	cnova_world_map(w, bo, SZ_64K, CNOVA_VA + SZ_2M + SZ_1M, SZ_64K, 0);
	cnova_world_check_all(w);
	op = cnova_op_sparse(CNOVA_VA + SZ_2M, SZ_2M);
	cnova_world_bind(w, &op, 1);
	cnova_world_check_all(w);

	cnova_world_map(w, bo, 0, CNOVA_VA + SZ_2M, SZ_2M, 0);
	cnova_world_check_all(w);
	cnova_world_check_writes(w);
	op = cnova_op_sparse(CNOVA_VA + SZ_2M + SZ_64K, SZ_4K);
	cnova_world_bind(w, &op, 1);
	cnova_world_check_all(w);

	cnova_world_unmap(w, CNOVA_VA, 3 * SZ_2M);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_aliases(int fd)
{
	uint64_t first = cnova_param(fd, DRM_CNOVA_PARAM_VA_START);
	uint64_t end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	const uint64_t vas[] = {
		first, SZ_2M * 512 - SZ_64K / 2, SZ_4G - SZ_64K, SZ_4G, CNOVA_VA_EDGE - SZ_64K,
		CNOVA_VA_EDGE + SZ_4K, end / 2 - 8 * SZ_4K, end - SZ_64K,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(vas); i++)
		cnova_world_map(w, bo, 0, vas[i], SZ_64K, 0);

	for (unsigned int i = 0; i < ARRAY_SIZE(vas); i++) {
		for (uint64_t offset = 0; offset < SZ_64K; offset += SZ_4K)
			cnova_eye_expect(&w->vm, vas[i] + offset, bo, offset);

		/* Only this one goes. */
		cnova_world_unmap(w, vas[i], SZ_64K);
		cnova_eye_expect_fault(&w->vm, vas[i]);
		cnova_eye_expect_fault(&w->vm, vas[i] + SZ_64K - SZ_4K);
		for (unsigned int k = i + 1; k < ARRAY_SIZE(vas); k++)
			cnova_eye_expect(&w->vm, vas[k] + SZ_4K, bo, SZ_4K);
	}

	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_vms(int fd)
{
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_vm_bind args;
	struct cnova_vm vm[4];
	struct cnova_bo bo[4];

	for (int i = 0; i < 4; i++) {
		cnova_vm_init(&vm[i], fd);
		cnova_bo_init(&bo[i], fd, SZ_64K, places[i % 2]);
		op = cnova_op_map(&bo[i], 0, CNOVA_VA, SZ_64K, 0);
		args = cnova_bind_args(&vm[i], &op, 1, NULL, 0);
		igt_assert_eq(__cnova_bind(fd, &args), 0);
	}

	for (int i = 0; i < 4; i++) {
		for (int k = i; k < 4; k++)
			cnova_eye_expect(&vm[k], CNOVA_VA + SZ_4K, &bo[k], SZ_4K);
		op = cnova_op_unmap(CNOVA_VA, SZ_64K);
		args = cnova_bind_args(&vm[i], &op, 1, NULL, 0);
		igt_assert_eq(__cnova_bind(fd, &args), 0);
		cnova_eye_expect_fault(&vm[i], CNOVA_VA + SZ_4K);
	}

	for (int i = 0; i < 4; i++) {
		cnova_vm_fini(&vm[i]);
		cnova_bo_fini(&bo[i]);
	}
	cnova_model_check();
}

static void test_private(int fd)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_2M);
		struct cnova_bo *shared = cnova_world_bo(w, SZ_2M, places[i]);
		struct cnova_bo *bo = &w->bo[w->nr_bos++];
		uint64_t size = SZ_2M;

		/* As cnova_bo_init(), but the handle is an argument as well. */
		bo->fd = w->fd;
		bo->size = size;
		bo->handle = w->vm.id;
		igt_assert_eq(__cnova_gem_create(w->fd, &size, places[i] |
						 DRM_CNOVA_GEM_VM_PRIVATE, &bo->handle), 0);
		bo->map = cnova_gem_mmap(w->fd, bo->handle, size);
		for (uint32_t k = 0; k < size / SZ_4K; k++) {
			*(uint64_t *)(bo->map + k * SZ_4K) = cnova_tag(bo->handle, k);
			*(uint64_t *)(bo->map + (k + 1) * SZ_4K - 8) = ~cnova_tag(bo->handle, k);
		}

		cnova_world_map(w, bo, 0, CNOVA_VA + SZ_2M, SZ_2M, 0);
		cnova_world_map(w, shared, SZ_1M, CNOVA_VA + SZ_2M + SZ_64K, SZ_64K, 0);
		cnova_world_map(w, bo, SZ_1M, CNOVA_VA, SZ_1M, 0);
		cnova_world_check_all(w);
		cnova_world_check_writes(w);
		cnova_world_destroy(w);
	}
}

static void test_identical(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_2M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	uint64_t before;

	cnova_world_map(w, bo, SZ_64K, CNOVA_VA + SZ_64K, SZ_64K * 3 + SZ_4K, 0);
	cnova_world_check_all(w);

	before = cnova_counter(w->fd, "invalidate");
	cnova_world_map(w, bo, SZ_64K, CNOVA_VA + SZ_64K, SZ_64K * 3 + SZ_4K, 0);
	igt_assert_eq_u64(cnova_counter(w->fd, "invalidate"), before);
	cnova_world_check_all(w);

	/* A part of it, and then the parts around it know nothing of each other. */
	cnova_world_map(w, bo, SZ_64K * 2, CNOVA_VA + SZ_64K * 2, SZ_64K, 0);
	igt_assert_eq_u64(cnova_counter(w->fd, "invalidate"), before);
	cnova_world_check_all(w);
	cnova_world_unmap(w, CNOVA_VA + SZ_64K * 2, SZ_64K);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/* What one call costs, by what it does. */
static void expect_invalidations(struct cnova_world *w, struct drm_cnova_vm_bind_op op, int nr)
{
	uint64_t before = cnova_counter(w->fd, "invalidate");

	cnova_world_bind(w, &op, 1);
	igt_assert_eq_u64(cnova_counter(w->fd, "invalidate") - before, nr);
	cnova_world_check_all(w);
}

static void test_invalidations(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *a = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	struct cnova_bo *b = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);

	expect_invalidations(w, cnova_op_unmap(CNOVA_VA, SZ_1M), 0);
	expect_invalidations(w, cnova_op_map(a, 0, CNOVA_VA, SZ_1M, 0), 1);
	/* Pages of the same size, others, and one cut into small ones. */
	expect_invalidations(w, cnova_op_map(b, 0, CNOVA_VA, SZ_1M, 0), 1);
	expect_invalidations(w, cnova_op_unmap(CNOVA_VA + SZ_64K, SZ_64K), 1);
	expect_invalidations(w, cnova_op_map(a, 0, CNOVA_VA + SZ_4K, SZ_4K, 0), 2);
	expect_invalidations(w, cnova_op_map(b, 0, CNOVA_VA + SZ_4K, SZ_4K, 0), 1);
	expect_invalidations(w, cnova_op_unmap_all(a), 0);
	expect_invalidations(w, cnova_op_unmap_all(b), 1);
	cnova_world_destroy(w);
}

static void read_all_the_time(struct cnova_vm *vm, const struct cnova_bo *bo, volatile int *stop)
{
	uint64_t word, nr = 0;

	while (!*stop) {
		uint64_t page = nr++ % 16;

		igt_assert_eq(cnova_eye_read(vm, CNOVA_VA + page * SZ_4K, &word, 8), 8);
		igt_assert_f(word == cnova_tag(bo[0].handle, page) ||
			     word == cnova_tag(bo[1].handle, page),
			     "page %" PRIu64 " shows %" PRIx64 "\n", page, word);
		if (nr == 1)
			__atomic_add_fetch(&stop[1], 1, __ATOMIC_SEQ_CST);
	}
	igt_assert_neq(nr, 0);
}

/* What is mapped before and after is mapped all the time, if no page changes its size. */
static void test_replace_while_reading(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	volatile int *stop = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	igt_assert(stop != MAP_FAILED);
	cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);

	igt_fork(child, 2)
		read_all_the_time(&w->vm, w->bo, stop);
	/* A hundred times, and until both have begun. */
	for (int i = 0; i < 100 || stop[1] < 2; i++)
		cnova_world_map(w, &w->bo[i & 1], 0, CNOVA_VA, SZ_64K, 0);
	*stop = 1;
	igt_waitchildren();

	munmap((void *)stop, SZ_4K);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_unmap_hole(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_2M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, 0);
	uint64_t first = cnova_param(fd, DRM_CNOVA_PARAM_VA_START);
	uint64_t end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);

	cnova_world_unmap(w, CNOVA_VA, SZ_4K);
	cnova_world_unmap(w, first, end - first);
	cnova_world_map(w, bo, 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	cnova_world_unmap(w, CNOVA_VA + 2 * SZ_64K, SZ_64K);
	cnova_world_check_all(w);
	cnova_world_unmap(w, first, end - first);
	cnova_world_check_all(w);
	cnova_world_unmap(w, CNOVA_VA + SZ_64K, SZ_64K);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_unmap_all(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA_EDGE - SZ_1M, 2 * SZ_1M);
	struct cnova_bo *a = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	struct cnova_bo *b = cnova_world_bo(w, SZ_1M, 0);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap_all(a);

	/* None yet. */
	cnova_world_bind(w, &op, 1);
	cnova_world_check(w);

	for (int i = 0; i < 8; i++)
		cnova_world_map(w, i & 1 ? a : b, i * SZ_64K, CNOVA_VA_EDGE - SZ_1M +
				i * (SZ_64K + SZ_4K) + SZ_1M / 2, SZ_64K + SZ_4K, 0);
	cnova_world_map(w, b, 0, CNOVA_VA_EDGE - SZ_4K, SZ_4K * 2, 0);
	cnova_world_check_all(w);

	cnova_world_bind(w, &op, 1);
	cnova_world_check_all(w);
	op = cnova_op_unmap_all(b);
	cnova_world_bind(w, &op, 1);
	cnova_world_check_all(w);
	igt_assert_eq_u64(cnova_oracle_mapped(&w->oracle), 0);
	cnova_world_destroy(w);
}

/* Later operations split, replace and remove what earlier ones make. */
static unsigned int build_array(struct cnova_world *w, struct drm_cnova_vm_bind_op *ops)
{
	struct cnova_bo *a = &w->bo[0], *b = &w->bo[1];
	unsigned int n = 0;

	ops[n++] = cnova_op_map(a, 0, CNOVA_VA, SZ_1M, 0);
	ops[n++] = cnova_op_map(b, SZ_64K, CNOVA_VA + SZ_64K, 3 * SZ_64K, 0);
	ops[n++] = cnova_op_unmap(CNOVA_VA + 2 * SZ_64K, SZ_64K + SZ_4K);
	ops[n++] = cnova_op_sparse(CNOVA_VA + SZ_1M - SZ_64K, 2 * SZ_64K);
	ops[n++] = cnova_op_map(a, SZ_4K, CNOVA_VA + 2 * SZ_64K + SZ_4K, 3 * SZ_4K,
				DRM_CNOVA_VM_BIND_READ_ONLY);
	ops[n++] = cnova_op_map(b, 0, CNOVA_VA + SZ_1M, SZ_4K, 0);
	ops[n++] = cnova_op_unmap_all(b);
	ops[n++] = cnova_op_map(b, SZ_4K * 5, CNOVA_VA + 8 * SZ_64K - SZ_4K, SZ_64K, 0);
	return n;
}

static struct cnova_world *array_world(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_2M);

	cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_1M, 0);
	return w;
}

static void test_array(int fd)
{
	struct cnova_world *w = array_world(fd);
	struct drm_cnova_vm_bind_op ops[16];
	unsigned int n = build_array(w, ops);

	cnova_world_bind(w, ops, n);
	cnova_world_check_all(w);
	cnova_world_check_writes(w);

	/* The same over what it made. */
	cnova_world_bind(w, ops, n);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_array_fails(int fd)
{
	struct cnova_world *w = array_world(fd);
	struct drm_cnova_vm_bind_op ops[16], good;
	struct drm_cnova_vm_bind args;
	unsigned int n = build_array(w, ops);

	cnova_world_map(w, &w->bo[1], SZ_64K, CNOVA_VA + SZ_64K + SZ_4K, SZ_1M - SZ_64K, 0);

	for (unsigned int k = 0; k < n; k++) {
		good = ops[k];

		ops[k].reserved = 1;
		args = cnova_bind_args(&w->vm, ops, n, NULL, 0);
		cnova_world_expect_refused(w, &args, EINVAL, k, DRM_CNOVA_REASON_RESERVED);

		ops[k] = cnova_op_map(&w->bo[0], 0, CNOVA_VA + 0x800, SZ_4K, 0);
		cnova_world_expect_refused(w, &args, EINVAL, k, DRM_CNOVA_REASON_ALIGN);

		ops[k] = cnova_op_map(&w->bo[0], SZ_1M, CNOVA_VA, SZ_4K, 0);
		cnova_world_expect_refused(w, &args, EINVAL, k, DRM_CNOVA_REASON_OFFSET);

		ops[k].handle = 0x7ffffff;
		cnova_world_expect_refused(w, &args, ENOENT, k, DRM_CNOVA_REASON_HANDLE);

		ops[k] = good;
	}

	cnova_world_check_all(w);
	cnova_world_bind(w, ops, n);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_array_large(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_OPS), before;
	unsigned int n = limit < 256 ? limit : 256;
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * n * SZ_4K);
	struct cnova_bo *bo = cnova_world_bo(w, n * SZ_4K, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_bind_op *ops = calloc(n, sizeof(*ops));

	/* Every other page, the object backwards. */
	igt_assert(ops);
	for (unsigned int i = 0; i < n; i++)
		ops[i] = cnova_op_map(bo, (n - 1 - i) * SZ_4K, CNOVA_VA + 2 * i * SZ_4K, SZ_4K, 0);
	before = cnova_counter(w->fd, "invalidate");
	cnova_world_bind(w, ops, n);
	igt_assert_eq_u64(cnova_counter(w->fd, "invalidate"), before + 1);
	cnova_world_check_all(w);

	for (unsigned int i = 0; i < n; i++)
		ops[i] = cnova_op_unmap(CNOVA_VA + 2 * i * SZ_4K, SZ_4K);
	before = cnova_counter(w->fd, "invalidate");
	cnova_world_bind(w, ops, n);
	igt_assert_eq_u64(cnova_counter(w->fd, "invalidate"), before + 1);
	cnova_world_check_all(w);
	free(ops);
	cnova_world_destroy(w);
}

static void test_swap(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_2M * 2);
	struct cnova_bo *a = cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	struct cnova_bo *b = cnova_world_bo(w, SZ_2M, 0);

	for (int i = 0; i < 4; i++) {
		struct drm_cnova_vm_bind_op ops[] = {
			cnova_op_map(i & 1 ? a : b, 0, CNOVA_VA, SZ_2M, 0),
			cnova_op_map(i & 1 ? b : a, 0, CNOVA_VA + SZ_2M, SZ_2M, 0),
		};

		cnova_world_bind(w, ops, 2);
		cnova_world_check_all(w);
	}
	cnova_world_destroy(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "eye", "The eye itself: short counts, faults, writes.", test_eye },
		{ "unmapped-vram", "VRAM without a CPU mapping.", test_unmapped_vram },
		{ "read-only", "Writes to read-only mappings fault.", test_read_only },
		{ "flags", "Uncached, capped and each kind.", test_flags },
		{ "sparse", "Sparse ranges do not fault and drop writes.", test_sparse },
		{ "aliases", "One object at many addresses.", test_aliases },
		{ "vms", "One address in several VMs shows different data.", test_vms },
		{ "private", "Objects private to the VM.", test_private },
		{ "identical", "Mapping again what is there changes nothing.", test_identical },
		{ "invalidations", "What a change costs.", test_invalidations },
		{ "replace-while-reading", "What stays mapped never faults.",
		  test_replace_while_reading },
		{ "unmap-hole", "Unmapping what is not mapped is fine.", test_unmap_hole },
		{ "unmap-all", "All mappings of one object go.", test_unmap_all },
		{ "array", "Operations of an array see earlier ones.", test_array },
		{ "array-fails", "A bad operation at each place of an array.", test_array_fails },
		{ "array-large", "Hundreds of operations in one call.", test_array_large },
		{ "swap", "Two ranges change places in one call.", test_swap },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++) {
		igt_describe("Map, read, write, unmap in VRAM and system memory.");
		igt_subtest_f("map-%s", units[i].name)
			test_map(fd, units[i].size);

		igt_describe("Address and offset are not aligned alike.");
		igt_subtest_f("shifted-%s", units[i].name)
			test_shifted(fd, units[i].size);
	}

	igt_fixture()
		drm_close_driver(fd);
}
