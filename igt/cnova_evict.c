// SPDX-License-Identifier: MIT

#include <sys/mman.h>

#include "set.h"
#include "sync.h"

/**
 * TEST: cnova evict
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: More is asked for than VRAM holds: objects are taken out of the page tables,
 *	copied away, and mapped again before the GPU looks. A user notices nothing. For a
 *	GPU with little VRAM: each test uses more than all of it.
 *
 * SUBTEST: %s
 * Description: Two VMs that do not fit beside each other take turns; contents stay.
 * arg[1]:
 * @private:	objects private to their VMs
 * @shared:	objects that any VM could map
 *
 * SUBTEST: one-invalidate
 * Description: [11] An object that is mapped often in two VMs costs one invalidate for each
 *	VM when it goes.
 *
 * SUBTEST: many
 * Description: An object that is mapped thousands of times goes and comes back.
 *
 * SUBTEST: pieces
 * Description: Mappings that are cut, replaced and removed while they are evicted show what
 *	they should when they come back.
 *
 * SUBTEST: unmap-all
 * Description: An unmap-all runs where meanwhile another object is, which is evicted.
 *
 * SUBTEST: too-large-%s
 * Description: [6] An object larger than VRAM, and a VM that maps more than VRAM, are refused
 *	with an error, and nothing is lost.
 * arg[1]:
 * @private:	objects private to their VMs
 * @shared:	objects that any VM could map
 *
 * SUBTEST: tables
 * Description: [10] VRAM is full of objects that are mapped: tables find room all the same.
 *
 * SUBTEST: cpu-mmap
 * Description: A CPU mapping shows the object wherever it is.
 */

static void test_turns(int fd, uint32_t flags)
{
	uint64_t size = cnova_align_down(cnova_vram(fd) / 16, SZ_64K);
	int own = drm_reopen_driver(fd);
	static struct cnova_set set[2];

	for (int i = 0; i < 2; i++)
		cnova_set_init(&set[i], own, 10, size, flags | DRM_CNOVA_GEM_VRAM);
	igt_assert_lt(0, cnova_nr_unbound(&set[0].vm));

	for (int round = 0; round < 4; round++) {
		cnova_set_check(&set[round % 2], round < 2 ? set->step : SZ_64K);
		igt_assert_eq(cnova_nr_unbound(&set[round % 2].vm), 0);
		igt_assert_lt(0, cnova_nr_unbound(&set[1 - round % 2].vm));
	}

	for (int i = 0; i < 2; i++)
		cnova_set_fini(&set[i]);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_one_invalidate(int fd)
{
	uint64_t size = cnova_align_down(cnova_vram(fd) / 4, SZ_64K), before;
	int own = drm_reopen_driver(fd);
	struct cnova_pressure pressure = { .fd = own };
	struct drm_cnova_vm_bind_op op;
	static struct cnova_set set;
	struct cnova_vm other;

	cnova_set_init(&set, own, 1, size, DRM_CNOVA_GEM_VRAM);
	cnova_vm_init(&other, own);
	for (int i = 1; i < 4; i++) {
		op = cnova_op_map(&set.bo[0], 0, CNOVA_VA + i * SZ_4G, size, 0);
		igt_assert_eq(__cnova_bind_one(&set.vm, &op), 0);
		igt_assert_eq(__cnova_bind_one(&other, &op), 0);
	}

	before = cnova_counter(fd, "zap_invalidates");
	cnova_press(&pressure, cnova_vram(fd) - size, SZ_1M);
	igt_assert_eq_u64(cnova_counter(fd, "zap_invalidates"), before + 2);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 4);
	igt_assert_eq(cnova_nr_unbound(&other), 3);
	cnova_release(&pressure);

	cnova_set_check(&set, SZ_4K);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 0);
	igt_assert_eq(cnova_nr_unbound(&other), 3);
	cnova_eye_expect(&other, CNOVA_VA + 3 * SZ_4G + size - SZ_4K, &set.bo[0], size - SZ_4K);
	igt_assert_eq(cnova_nr_unbound(&other), 0);

	cnova_vm_fini(&other);
	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

/* More mappings of one object than are bound again in a round (4096). */
static void test_many(int fd)
{
	enum { NR = 4200, ROOM = 300 };
	static struct drm_cnova_vm_bind_op ops[ROOM];
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind args;
	static struct cnova_set set;

	cnova_set_init(&set, own, 1, SZ_1M, DRM_CNOVA_GEM_VRAM);
	/* Backwards, so that no two are one piece of memory. */
	for (int i = 0; i < NR; i += ROOM) {
		for (int k = 0; k < ROOM; k++)
			ops[k] = cnova_op_map(&set.bo[0], (255 - (i + k) % 256) * SZ_4K,
					      CNOVA_VA + SZ_4G + (i + k) * SZ_4K, SZ_4K, 0);
		args = cnova_bind_args(&set.vm, ops, ROOM, NULL, 0);
		igt_assert_eq(__cnova_bind(own, &args), 0);
	}

	cnova_evict_all(fd);
	igt_assert_eq(cnova_nr_unbound(&set.vm), NR + 1);
	cnova_eye_expect(&set.vm, CNOVA_VA + SZ_4G + (NR - 1) * SZ_4K, &set.bo[0],
			 (255 - (NR - 1) % 256) * SZ_4K);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 0);
	for (int i = 0; i < NR; i += 7)
		cnova_eye_expect(&set.vm, CNOVA_VA + SZ_4G + i * SZ_4K, &set.bo[0],
				 (255 - i % 256) * SZ_4K);

	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_pieces(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 4 * SZ_2M);

	w->oracle.sample = 16;
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	for (int round = 0; round < 2; round++) {
		uint64_t cut = CNOVA_VA + 5 * SZ_64K + round * SZ_4K;

		cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, 0);
		cnova_world_map(w, &w->bo[0], 0, CNOVA_VA + SZ_2M, SZ_2M,
				DRM_CNOVA_VM_BIND_READ_ONLY);
		cnova_world_map(w, &w->bo[1], SZ_64K, CNOVA_VA + 2 * SZ_2M, SZ_1M,
				DRM_CNOVA_VM_BIND_CAP_64K);
		cnova_world_check(w);

		/* One in the middle, one across two of them, one replaced as it is, one gone. */
		cnova_evict_all(fd);
		igt_assert_lt(0, cnova_nr_unbound(&w->vm));
		cnova_world_unmap(w, cut, SZ_64K);
		cnova_world_map(w, &w->bo[1], 0, CNOVA_VA + SZ_2M - SZ_64K, 2 * SZ_64K, 0);
		cnova_world_map(w, &w->bo[1], SZ_64K, CNOVA_VA + 2 * SZ_2M, SZ_1M,
				DRM_CNOVA_VM_BIND_CAP_64K);
		cnova_world_check(w);
		cnova_evict_all(fd);
		if (round)
			cnova_world_check_writes(w);
		else
			cnova_world_check(w);
		cnova_evict_all(fd);
		cnova_world_unmap(w, CNOVA_VA + SZ_2M, SZ_1M);
		cnova_world_check(w);
	}
	/* Once only: the oracle takes it that objects stay where it saw them. */
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/*
 * An unmap-all whose ranges, found when it was asked for, hold another object by the time it
 * runs; and that one is evicted. Were it mapped where it happens to be, it would stay mapped
 * there when it goes home.
 */
static void test_unmap_all(int fd)
{
	struct drm_cnova_vm_bind_op op;
	int own = drm_reopen_driver(fd);
	struct cnova_cork cork[2];
	struct drm_cnova_sync sync;
	static struct cnova_set set;
	uint64_t word = 42;

	cnova_set_init(&set, own, 2, SZ_2M / 2, DRM_CNOVA_GEM_VRAM);
	for (int i = 0; i < 2; i++) {
		cnova_cork_init(&cork[i]);
		sync = cnova_wait(cnova_cork_syncobj(&cork[i], own), 0);
		op = i ? cnova_op_unmap_all(&set.bo[0]) :
			 cnova_op_map(&set.bo[1], 0, cnova_set_va(&set, 0) + SZ_64K, SZ_64K, 0);
		igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, &sync, 1), 0);
	}
	cnova_cork_pull(&cork[0]);
	while (cnova_nr_mapped(&set.vm) != 4)
		usleep(1000);

	cnova_evict_all(fd);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 2);
	cnova_cork_pull(&cork[1]);
	while (cnova_nr_mapped(&set.vm) != 2)
		usleep(1000);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 2);

	/* Home again, by a bind of something else. */
	op = cnova_op_map(&set.bo[1], 0, CNOVA_VA + SZ_4G, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&set.vm, &op), 0);
	igt_assert_eq(cnova_eye_write(&set.vm, CNOVA_VA + SZ_4G + 8, &word, 8), 8);
	word = 0;
	igt_assert_eq(cnova_eye_read(&set.vm, cnova_set_va(&set, 0) + SZ_64K + 8, &word, 8), 8);
	igt_assert_eq_u64(word, 42);
	cnova_eye_expect(&set.vm, cnova_set_va(&set, 1), &set.bo[1], 0);
	cnova_eye_expect_fault(&set.vm, cnova_set_va(&set, 0));

	for (int i = 0; i < 2; i++)
		cnova_cork_fini(&cork[i]);
	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_too_large(int fd, uint32_t flags)
{
	uint64_t all = cnova_vram(fd), size = cnova_align_down(all / 8, SZ_64K), more = all + SZ_4K;
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind_op op;
	static struct cnova_set set;
	uint32_t handle = 0;
	uint64_t word;

	cnova_set_init(&set, own, 6, size, DRM_CNOVA_GEM_VRAM | flags);
	igt_assert_eq(__cnova_gem_create(own, &more, DRM_CNOVA_GEM_VRAM, &handle), -EINVAL);
	/* Page tables are there too, and do not move. */
	igt_assert_eq(__cnova_gem_create(own, &all, DRM_CNOVA_GEM_VRAM, &handle), -ENOSPC);
	cnova_set_check(&set, SZ_64K);

	/* Each fits, all together do not: the GPU cannot run with that. */
	while (set.nr < 9) {
		struct cnova_bo *bo = &set.bo[set.nr];

		bo->fd = own;
		bo->handle = flags ? set.vm.id : 0;
		igt_assert_eq(__cnova_gem_create(own, &size, DRM_CNOVA_GEM_VRAM | flags,
						 &bo->handle), 0);
		op = cnova_op_map(bo, 0, cnova_set_va(&set, set.nr), size, 0);
		igt_assert_eq(__cnova_bind_one(&set.vm, &op), 0);
		set.nr++;
	}
	igt_assert_lt(0, cnova_nr_unbound(&set.vm));
	for (unsigned int i = 0; i < set.nr; i++) {
		ssize_t n = cnova_eye_read(&set.vm, cnova_set_va(&set, i), &word, sizeof(word));

		igt_assert_f(n == sizeof(word) || n == -ENOSPC || n == -ENOMEM, "%zd\n", n);
	}

	for (unsigned int i = 6; i < 9; i++) {
		op = cnova_op_unmap(cnova_set_va(&set, i), size);
		igt_assert_eq(__cnova_bind_one(&set.vm, &op), 0);
		gem_close(own, set.bo[i].handle);
	}
	set.nr = 6;
	cnova_set_check(&set, set.step);

	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_tables(int fd)
{
	enum { NR = 128 };
	uint64_t size = cnova_align_down(cnova_vram(fd) / 16, SZ_64K), before;
	struct drm_cnova_vm_bind_op ops[NR];
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind args;
	static struct cnova_set set;
	struct cnova_vm other;
	struct cnova_bo bo;

	/* Full to the last page. */
	cnova_set_init(&set, own, 8, size, DRM_CNOVA_GEM_VRAM);
	cnova_bo_init(&bo, own, SZ_64K, 0);
	cnova_vm_init(&other, own);
	set.size = SZ_64K;
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	for (uint32_t handle = 0; before; before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE)) {
		uint64_t bytes = before < SZ_64K ? SZ_4K : cnova_align_down(before, SZ_64K);

		handle = 0;
		if (__cnova_gem_create(own, &bytes, DRM_CNOVA_GEM_VRAM, &handle))
			break;
	}
	set.size = size;
	igt_assert_lte_u64(before, SZ_64K);

	/* Two tables for each. */
	for (int i = 0; i < NR; i++)
		ops[i] = cnova_op_map(&bo, i % 16 * SZ_4K, CNOVA_VA_EDGE + i * SZ_1M * 1024,
				      SZ_4K, 0);
	args = cnova_bind_args(&other, ops, NR, NULL, 0);
	igt_assert_eq(__cnova_bind(own, &args), 0);
	for (int i = 0; i < NR; i++)
		cnova_eye_expect(&other, ops[i].va, &bo, ops[i].offset);
	igt_assert_lt(0, cnova_nr_unbound(&set.vm));

	cnova_set_check(&set, set.step);
	cnova_vm_fini(&other);
	cnova_bo_fini(&bo);
	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_cpu_mmap(int fd)
{
	int own = drm_reopen_driver(fd);
	static struct cnova_set set;
	uint8_t *map;

	/* Less than each page, but in each window. */
	cnova_set_init(&set, own, 2, SZ_2M, DRM_CNOVA_GEM_VRAM);
	map = cnova_gem_mmap(own, set.bo[0].handle, SZ_2M);
	for (uint64_t round = 0; round < 2; round++) {
		for (uint64_t at = 0; at < SZ_2M; at += SZ_4K) {
			igt_assert_eq_u64(*(uint64_t *)(map + at),
					  cnova_tag(set.bo[0].handle, at / SZ_4K));
			*(uint64_t *)(map + at + 8) = at + round;
		}
		cnova_evict_all(fd);
		igt_assert_lt(0, cnova_nr_unbound(&set.vm));
		for (uint64_t at = 0; at < SZ_2M; at += SZ_4K) {
			igt_assert_eq_u64(*(uint64_t *)(map + at + 8), at + round);
			*(uint64_t *)(map + at + 16) = at + round;
		}
		for (uint64_t at = 0; at < SZ_2M; at += SZ_4K) {
			uint64_t word[3];

			igt_assert_eq(cnova_eye_read(&set.vm, cnova_set_va(&set, 0) + at, word,
						     sizeof(word)), sizeof(word));
			igt_assert_eq_u64(word[1], at + round);
			igt_assert_eq_u64(word[2], at + round);
		}
	}
	munmap(map, SZ_2M);
	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

int igt_main()
{
	static const struct {
		const char *name;
		uint32_t flags;
	} kinds[] = {
		{ "private", DRM_CNOVA_GEM_VM_PRIVATE },
		{ "shared", 0 },
	};
	static int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "needs the eye, for now\n");
		igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "more VRAM than these tests fill\n");
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		igt_describe("Two VMs that do not fit beside each other take turns.");
		igt_subtest(kinds[i].name)
			test_turns(fd, kinds[i].flags);
	}

	igt_describe("One invalidate for each VM that maps it.");
	igt_subtest("one-invalidate")
		test_one_invalidate(fd);

	igt_describe("An object with thousands of mappings.");
	igt_subtest("many")
		test_many(fd);

	igt_describe("Mappings change while they are evicted.");
	igt_subtest("pieces")
		test_pieces(fd);

	igt_describe("An unmap-all meets what was evicted.");
	igt_subtest("unmap-all")
		test_unmap_all(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		igt_describe("What cannot fit is refused, and nothing is lost.");
		igt_subtest_f("too-large-%s", kinds[i].name)
			test_too_large(fd, kinds[i].flags);
	}

	igt_describe("VRAM is full, and tables find room.");
	igt_subtest("tables")
		test_tables(fd);

	igt_describe("A CPU mapping shows the object wherever it is.");
	igt_subtest("cpu-mmap")
		test_cpu_mmap(fd);

	igt_fixture()
		drm_close_driver(fd);
}
