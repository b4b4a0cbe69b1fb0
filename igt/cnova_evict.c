// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

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
 *
 * SUBTEST: corked
 * Description: [18] One client's binds wait for a fence that never signals: another one
 *	allocates, and does not wait.
 *
 * SUBTEST: corked-private
 * Description: [18] A bind of a private object waits for a fence: the VM's others, which were
 *	evicted, come back without waiting for it.
 *
 * SUBTEST: clients
 * Description: Two clients use four times as much VRAM as there is; contents stay.
 *
 * SUBTEST: binds
 * Description: [16] Objects are evicted while several processes bind, cut and unmap them.
 *
 * SUBTEST: swap
 * Description: Little system memory is left: objects are swapped out, and come back.
 *
 * SUBTEST: ack-lost
 * Description: [17] No acknowledge for an eviction: that VM is dead, its object withheld, and
 *	others find memory and go on.
 */

#define MAX_OBJECTS	64

/* Objects of one VM, one behind the other from CNOVA_VA. */
struct set {
	struct cnova_vm vm;
	struct cnova_bo bo[MAX_OBJECTS];
	unsigned int nr;
	uint64_t size;
	/* A tag every so many bytes. */
	uint64_t step;
};

static uint64_t vram(int fd)
{
	return cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
}

static uint64_t align_down(uint64_t value, uint64_t to)
{
	return value / to * to;
}

static int bind_one(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *op)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, op, 1, NULL, 0);

	return __cnova_bind(vm->fd, &args);
}

static uint64_t set_va(const struct set *set, unsigned int i)
{
	return CNOVA_VA + i * set->size;
}

/* Through the GPU, so that nothing but the VM has to do with it. */
static void write_tags(const struct set *set, unsigned int i)
{
	for (uint64_t at = 0; at < set->size; at += set->step) {
		uint64_t tag = cnova_tag(set->bo[i].handle, at / SZ_4K);

		igt_assert_eq(cnova_eye_write((struct cnova_vm *)&set->vm, set_va(set, i) + at,
					      &tag, sizeof(tag)), sizeof(tag));
	}
}

static void set_add(struct set *set, uint32_t flags)
{
	struct cnova_bo *bo = &set->bo[set->nr];
	struct drm_cnova_vm_bind_op op;

	igt_assert(set->nr < MAX_OBJECTS);
	bo->fd = set->vm.fd;
	bo->size = set->size;
	bo->handle = flags & DRM_CNOVA_GEM_VM_PRIVATE ? set->vm.id : 0;
	igt_assert_eq(__cnova_gem_create(bo->fd, &bo->size, flags, &bo->handle), 0);
	op = cnova_op_map(bo, 0, set_va(set, set->nr), set->size, 0);
	igt_assert_eq(bind_one(&set->vm, &op), 0);
	write_tags(set, set->nr++);
}

static void set_init(struct set *set, int fd, unsigned int nr, uint64_t size, uint32_t flags)
{
	memset(set, 0, sizeof(*set));
	cnova_vm_init(&set->vm, fd);
	set->size = size;
	set->step = nr > 4 ? 4 * SZ_4K : SZ_4K;
	while (set->nr < nr)
		set_add(set, flags);
}

static void set_fini(struct set *set)
{
	cnova_vm_fini(&set->vm);
	for (unsigned int i = 0; i < set->nr; i++)
		gem_close(set->bo[i].fd, set->bo[i].handle);
}

static void set_check(struct set *set, uint64_t step)
{
	for (unsigned int i = 0; i < set->nr; i++)
		for (uint64_t at = 0; at < set->size; at += step)
			cnova_eye_expect(&set->vm, set_va(set, i) + at, &set->bo[i], at);
}

static unsigned int nr_in_tree(const struct cnova_vm *vm, const char *what)
{
	char *text = cnova_read_text(vm->dir, "gpuvas"), *at = text;
	unsigned int nr = 0;

	igt_assert(text);
	while ((at = strstr(at, what))) {
		at++;
		nr++;
	}
	free(text);
	return nr;
}

/* How many mappings of objects does the VM have? */
static unsigned int nr_mapped(const struct cnova_vm *vm)
{
	return nr_in_tree(vm, " object ");
}

/* And how many of them have lost their memory? */
static unsigned int nr_unbound(const struct cnova_vm *vm)
{
	return nr_in_tree(vm, " unbound");
}

/* Objects that nobody maps: those come, others go. */
struct pressure {
	int fd;
	uint32_t handle[MAX_OBJECTS];
	unsigned int nr;
};

static int __press(struct pressure *pressure, uint64_t size)
{
	uint32_t *handle = &pressure->handle[pressure->nr];
	int err;

	igt_assert(pressure->nr < MAX_OBJECTS);
	*handle = 0;
	err = __cnova_gem_create(pressure->fd, &size, DRM_CNOVA_GEM_VRAM, handle);
	if (!err)
		pressure->nr++;
	return err;
}

static void press(struct pressure *pressure, uint64_t bytes, uint64_t size)
{
	for (uint64_t done = 0; done < bytes; done += size)
		igt_assert_eq(__press(pressure, size), 0);
}

static void release(struct pressure *pressure)
{
	while (pressure->nr)
		gem_close(pressure->fd, pressure->handle[--pressure->nr]);
}

/* All VRAM but a little, which keeps page tables and what cannot move. */
static void evict_all(int fd)
{
	struct pressure pressure = { .fd = fd };

	press(&pressure, vram(fd) * 3 / 4, align_down(vram(fd) / 16, SZ_64K));
	while (!__press(&pressure, SZ_64K * 4))
		if (pressure.nr == MAX_OBJECTS)
			break;
	release(&pressure);
}

static void test_turns(int fd, uint32_t flags)
{
	uint64_t size = align_down(vram(fd) / 16, SZ_64K);
	int own = drm_reopen_driver(fd);
	static struct set set[2];

	for (int i = 0; i < 2; i++)
		set_init(&set[i], own, 10, size, flags | DRM_CNOVA_GEM_VRAM);
	igt_assert_lt(0, nr_unbound(&set[0].vm));

	for (int round = 0; round < 4; round++) {
		set_check(&set[round % 2], round < 2 ? set->step : SZ_64K);
		igt_assert_eq(nr_unbound(&set[round % 2].vm), 0);
		igt_assert_lt(0, nr_unbound(&set[1 - round % 2].vm));
	}

	for (int i = 0; i < 2; i++)
		set_fini(&set[i]);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_one_invalidate(int fd)
{
	uint64_t size = align_down(vram(fd) / 4, SZ_64K), before;
	int own = drm_reopen_driver(fd);
	struct pressure pressure = { .fd = own };
	struct drm_cnova_vm_bind_op op;
	static struct set set;
	struct cnova_vm other;

	set_init(&set, own, 1, size, DRM_CNOVA_GEM_VRAM);
	cnova_vm_init(&other, own);
	for (int i = 1; i < 4; i++) {
		op = cnova_op_map(&set.bo[0], 0, CNOVA_VA + i * SZ_4G, size, 0);
		igt_assert_eq(bind_one(&set.vm, &op), 0);
		igt_assert_eq(bind_one(&other, &op), 0);
	}

	before = cnova_counter(fd, "zap_invalidates");
	press(&pressure, vram(fd) - size, SZ_1M);
	igt_assert_eq_u64(cnova_counter(fd, "zap_invalidates"), before + 2);
	igt_assert_eq(nr_unbound(&set.vm), 4);
	igt_assert_eq(nr_unbound(&other), 3);
	release(&pressure);

	set_check(&set, SZ_4K);
	igt_assert_eq(nr_unbound(&set.vm), 0);
	igt_assert_eq(nr_unbound(&other), 3);
	cnova_eye_expect(&other, CNOVA_VA + 3 * SZ_4G + size - SZ_4K, &set.bo[0], size - SZ_4K);
	igt_assert_eq(nr_unbound(&other), 0);

	cnova_vm_fini(&other);
	set_fini(&set);
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
	static struct set set;

	set_init(&set, own, 1, SZ_1M, DRM_CNOVA_GEM_VRAM);
	/* Backwards, so that no two are one piece of memory. */
	for (int i = 0; i < NR; i += ROOM) {
		for (int k = 0; k < ROOM; k++)
			ops[k] = cnova_op_map(&set.bo[0], (255 - (i + k) % 256) * SZ_4K,
					      CNOVA_VA + SZ_4G + (i + k) * SZ_4K, SZ_4K, 0);
		args = cnova_bind_args(&set.vm, ops, ROOM, NULL, 0);
		igt_assert_eq(__cnova_bind(own, &args), 0);
	}

	evict_all(fd);
	igt_assert_eq(nr_unbound(&set.vm), NR + 1);
	cnova_eye_expect(&set.vm, CNOVA_VA + SZ_4G + (NR - 1) * SZ_4K, &set.bo[0],
			 (255 - (NR - 1) % 256) * SZ_4K);
	igt_assert_eq(nr_unbound(&set.vm), 0);
	for (int i = 0; i < NR; i += 7)
		cnova_eye_expect(&set.vm, CNOVA_VA + SZ_4G + i * SZ_4K, &set.bo[0],
				 (255 - i % 256) * SZ_4K);

	set_fini(&set);
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
		evict_all(fd);
		igt_assert_lt(0, nr_unbound(&w->vm));
		cnova_world_unmap(w, cut, SZ_64K);
		cnova_world_map(w, &w->bo[1], 0, CNOVA_VA + SZ_2M - SZ_64K, 2 * SZ_64K, 0);
		cnova_world_map(w, &w->bo[1], SZ_64K, CNOVA_VA + 2 * SZ_2M, SZ_1M,
				DRM_CNOVA_VM_BIND_CAP_64K);
		cnova_world_check(w);
		evict_all(fd);
		if (round)
			cnova_world_check_writes(w);
		else
			cnova_world_check(w);
		evict_all(fd);
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
	static struct set set;
	uint64_t word = 42;

	set_init(&set, own, 2, SZ_2M / 2, DRM_CNOVA_GEM_VRAM);
	for (int i = 0; i < 2; i++) {
		cnova_cork_init(&cork[i]);
		sync = cnova_wait(cnova_cork_syncobj(&cork[i], own), 0);
		op = i ? cnova_op_unmap_all(&set.bo[0]) :
			 cnova_op_map(&set.bo[1], 0, set_va(&set, 0) + SZ_64K, SZ_64K, 0);
		igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, &sync, 1), 0);
	}
	cnova_cork_pull(&cork[0]);
	while (nr_mapped(&set.vm) != 4)
		usleep(1000);

	evict_all(fd);
	igt_assert_eq(nr_unbound(&set.vm), 2);
	cnova_cork_pull(&cork[1]);
	while (nr_mapped(&set.vm) != 2)
		usleep(1000);
	igt_assert_eq(nr_unbound(&set.vm), 2);

	/* Home again, by a bind of something else. */
	op = cnova_op_map(&set.bo[1], 0, CNOVA_VA + SZ_4G, SZ_64K, 0);
	igt_assert_eq(bind_one(&set.vm, &op), 0);
	igt_assert_eq(cnova_eye_write(&set.vm, CNOVA_VA + SZ_4G + 8, &word, 8), 8);
	word = 0;
	igt_assert_eq(cnova_eye_read(&set.vm, set_va(&set, 0) + SZ_64K + 8, &word, 8), 8);
	igt_assert_eq_u64(word, 42);
	cnova_eye_expect(&set.vm, set_va(&set, 1), &set.bo[1], 0);
	cnova_eye_expect_fault(&set.vm, set_va(&set, 0));

	for (int i = 0; i < 2; i++)
		cnova_cork_fini(&cork[i]);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_too_large(int fd, uint32_t flags)
{
	uint64_t size = align_down(vram(fd) / 8, SZ_64K), all = vram(fd), more = all + SZ_4K;
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind_op op;
	static struct set set;
	uint32_t handle = 0;
	uint64_t word;

	set_init(&set, own, 6, size, DRM_CNOVA_GEM_VRAM | flags);
	igt_assert_eq(__cnova_gem_create(own, &more, DRM_CNOVA_GEM_VRAM, &handle), -EINVAL);
	/* Page tables are there too, and do not move. */
	igt_assert_eq(__cnova_gem_create(own, &all, DRM_CNOVA_GEM_VRAM, &handle), -ENOSPC);
	set_check(&set, SZ_64K);

	/* Each fits, all together do not: the GPU cannot run with that. */
	while (set.nr < 9) {
		struct cnova_bo *bo = &set.bo[set.nr];

		bo->fd = own;
		bo->handle = flags ? set.vm.id : 0;
		igt_assert_eq(__cnova_gem_create(own, &size, DRM_CNOVA_GEM_VRAM | flags,
						 &bo->handle), 0);
		op = cnova_op_map(bo, 0, set_va(&set, set.nr), size, 0);
		igt_assert_eq(bind_one(&set.vm, &op), 0);
		set.nr++;
	}
	igt_assert_lt(0, nr_unbound(&set.vm));
	for (unsigned int i = 0; i < set.nr; i++) {
		ssize_t n = cnova_eye_read(&set.vm, set_va(&set, i), &word, sizeof(word));

		igt_assert_f(n == sizeof(word) || n == -ENOSPC || n == -ENOMEM, "%zd\n", n);
	}

	for (unsigned int i = 6; i < 9; i++) {
		op = cnova_op_unmap(set_va(&set, i), size);
		igt_assert_eq(bind_one(&set.vm, &op), 0);
		gem_close(own, set.bo[i].handle);
	}
	set.nr = 6;
	set_check(&set, set.step);

	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_tables(int fd)
{
	enum { NR = 128 };
	uint64_t size = align_down(vram(fd) / 16, SZ_64K), before;
	struct drm_cnova_vm_bind_op ops[NR];
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind args;
	static struct set set;
	struct cnova_vm other;
	struct cnova_bo bo;

	/* Full to the last page. */
	set_init(&set, own, 8, size, DRM_CNOVA_GEM_VRAM);
	cnova_bo_init(&bo, own, SZ_64K, 0);
	cnova_vm_init(&other, own);
	set.size = SZ_64K;
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	for (uint32_t handle = 0; before; before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE)) {
		uint64_t bytes = before < SZ_64K ? SZ_4K : align_down(before, SZ_64K);

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
	igt_assert_lt(0, nr_unbound(&set.vm));

	set_check(&set, set.step);
	cnova_vm_fini(&other);
	cnova_bo_fini(&bo);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_cpu_mmap(int fd)
{
	int own = drm_reopen_driver(fd);
	static struct set set;
	uint8_t *map;

	/* Less than each page, but in each window. */
	set_init(&set, own, 2, SZ_2M, DRM_CNOVA_GEM_VRAM);
	map = cnova_gem_mmap(own, set.bo[0].handle, SZ_2M);
	for (uint64_t round = 0; round < 2; round++) {
		for (uint64_t at = 0; at < SZ_2M; at += SZ_4K) {
			igt_assert_eq_u64(*(uint64_t *)(map + at),
					  cnova_tag(set.bo[0].handle, at / SZ_4K));
			*(uint64_t *)(map + at + 8) = at + round;
		}
		evict_all(fd);
		igt_assert_lt(0, nr_unbound(&set.vm));
		for (uint64_t at = 0; at < SZ_2M; at += SZ_4K) {
			igt_assert_eq_u64(*(uint64_t *)(map + at + 8), at + round);
			*(uint64_t *)(map + at + 16) = at + round;
		}
		for (uint64_t at = 0; at < SZ_2M; at += SZ_4K) {
			uint64_t word[3];

			igt_assert_eq(cnova_eye_read(&set.vm, set_va(&set, 0) + at, word,
						     sizeof(word)), sizeof(word));
			igt_assert_eq_u64(word[1], at + round);
			igt_assert_eq_u64(word[2], at + round);
		}
	}
	munmap(map, SZ_2M);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_corked(int fd)
{
	uint64_t size = align_down(vram(fd) / 8, SZ_64K);
	int own = drm_reopen_driver(fd), other = drm_reopen_driver(fd);
	struct pressure pressure = { .fd = other };
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync;
	struct cnova_cork cork;
	static struct set set;
	time_t start;

	set_init(&set, own, 6, size, DRM_CNOVA_GEM_VRAM);
	cnova_cork_init(&cork);
	sync = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	for (int i = 0; i < 2; i++) {
		op = cnova_op_unmap(set_va(&set, i), size);
		igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, &sync, 1), 0);
	}

	igt_assert_lte_u64(2 * size, cnova_fdinfo(own, "drm-active-vram0"));

	/* What the waiting binds do not hold goes; what they hold stays, and nobody waits. */
	start = time(NULL);
	press(&pressure, 12 * size, size);
	igt_assert_lte(time(NULL) - start, 10);
	igt_assert_eq(nr_unbound(&set.vm), 4);
	release(&pressure);

	cnova_cork_pull(&cork);
	for (int i = 0; i < 2; i++) {
		op = cnova_op_map(&set.bo[i], 0, set_va(&set, i), size, 0);
		igt_assert_eq(bind_one(&set.vm, &op), 0);
	}
	set_check(&set, SZ_64K);
	cnova_cork_fini(&cork);
	set_fini(&set);
	drm_close_driver(other);
	drm_close_driver(own);
	cnova_model_check();
}

/* All private objects share one reservation, with the fence of the bind that waits in it. */
static void test_corked_private(int fd)
{
	uint64_t size = align_down(vram(fd) / 16, SZ_64K);
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync;
	struct cnova_cork cork;
	static struct set set;
	time_t start;

	set_init(&set, own, 8, size, DRM_CNOVA_GEM_VRAM | DRM_CNOVA_GEM_VM_PRIVATE);
	evict_all(fd);
	igt_assert_eq(nr_unbound(&set.vm), 8);

	cnova_cork_init(&cork);
	sync = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	op = cnova_op_map(&set.bo[0], 0, set_va(&set, 0), size, 0);
	igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, &sync, 1), 0);

	start = time(NULL);
	set_check(&set, set.step);
	igt_assert_lte(time(NULL) - start, 10);
	igt_assert_eq(sync_fence_status(cork.fence), 0);

	cnova_cork_pull(&cork);
	set_check(&set, SZ_64K);
	evict_all(fd);
	igt_assert_eq(nr_unbound(&set.vm), 8);
	set_check(&set, SZ_64K);
	cnova_cork_fini(&cork);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

/* Four VMs of half the VRAM each. */
static void run_client(int fd, unsigned int seed)
{
	enum { NR_VMS = 4, ROUNDS = 2 };
	static struct set set[NR_VMS];
	int own = drm_reopen_driver(fd);
	uint64_t size = align_down(vram(fd) / 16, SZ_64K);

	srandom(seed);
	for (int i = 0; i < NR_VMS; i++)
		set_init(&set[i], own, 8, size,
			 DRM_CNOVA_GEM_VRAM | (i % 2 ? DRM_CNOVA_GEM_VM_PRIVATE : 0));
	for (int round = 0; round < ROUNDS; round++) {
		int i = random() % NR_VMS, k = random() % 8;

		set_check(&set[i], SZ_64K);
		write_tags(&set[i], k);
	}
	for (int i = 0; i < NR_VMS; i++) {
		set_check(&set[i], SZ_64K / 2);
		set_fini(&set[i]);
	}
	drm_close_driver(own);
}

static void test_clients(int fd)
{
	igt_fork(child, 2)
		run_client(fd, child);
	igt_waitchildren();
	cnova_model_check();
}

/* A window of its own, over two objects that come and go. */
static void run_binder(int fd, unsigned int seed)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA + seed * SZ_4G, SZ_2M);
	uint64_t size = align_down(vram(fd) / 8, SZ_2M);

	srandom(seed);
	for (int i = 0; i < 2; i++)
		cnova_world_bo(w, size ? size : SZ_2M, i ? 0 : DRM_CNOVA_GEM_VRAM);
	for (int step = 0; step < 24; step++) {
		uint64_t first = random() % 512, nr = 1 + random() % (512 - first);
		struct cnova_bo *bo = &w->bo[random() % 2];
		uint64_t va = w->oracle.start + first * SZ_4K;

		if (random() % 3)
			cnova_world_map(w, bo, random() % (bo->size / SZ_4K - nr + 1) * SZ_4K, va,
					nr * SZ_4K, 0);
		else
			cnova_world_unmap(w, va, nr * SZ_4K);
		if (!(step % 10))
			cnova_world_check(w);
	}
	cnova_world_check(w);
	cnova_world_close(w);
}

static void test_binds(int fd)
{
	igt_fork(child, 3)
		run_binder(fd, child);
	igt_fork(child, 1) {
		for (int i = 0; i < 4; i++)
			evict_all(fd);
	}
	igt_waitchildren();
	cnova_model_check();
}

#define PAGES_LIMIT	"/sys/module/ttm/parameters/pages_limit"

static void test_swap(int fd)
{
	uint64_t size = align_down(vram(fd) / 16, SZ_64K), swapped;
	char *limit = cnova_read_text(AT_FDCWD, PAGES_LIMIT);
	static struct set set[2];
	char low[32];
	int own;

	igt_require_f(limit, "no " PAGES_LIMIT "\n");
	own = drm_reopen_driver(fd);
	snprintf(low, sizeof(low), "%llu", 12 * size / SZ_4K);
	cnova_write_text(PAGES_LIMIT, low);
	/* In system memory, where there is room for one of the two sets. */
	for (int i = 0; i < 2; i++)
		set_init(&set[i], own, 8, size, 0);
	swapped = cnova_fdinfo(own, "drm-total-system");
	igt_assert_lt(0, nr_unbound(&set[0].vm));
	for (int round = 0; round < 4; round++)
		set_check(&set[round % 2], set->step);
	igt_assert_lte_u64(size, swapped);
	cnova_write_text(PAGES_LIMIT, limit);
	free(limit);

	for (int i = 0; i < 2; i++)
		set_fini(&set[i]);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_ack_lost(int *fd)
{
	uint64_t size = align_down(vram(*fd) / 8, SZ_64K), before;
	int own = drm_reopen_driver(*fd);
	struct pressure pressure = { .fd = own };
	struct drm_cnova_vm_get_state state;
	static struct set set[2];

	/* The first is what was used longest ago. */
	for (int i = 0; i < 2; i++)
		set_init(&set[i], own, 2, size, DRM_CNOVA_GEM_VRAM);
	igt_assert_eq(__cnova_vm_get_state(own, set[0].vm.id, &state), 0);
	before = state.quarantined;

	/* Then the next invalidate is that of an eviction, and not of BAR1. */
	while (cnova_param(*fd, DRM_CNOVA_PARAM_VRAM_FREE) >= size)
		press(&pressure, size, size);
	igt_emit_ignore_dmesg_regex("no acknowledge of a TLB invalidate|is dead: |eviction failed");
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("ack_lost", "1");
	press(&pressure, size, size);

	igt_assert_eq(__cnova_vm_get_state(own, set[0].vm.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_DEAD);
	igt_assert_lte_u64(before + size, state.quarantined);
	igt_assert_eq(__cnova_vm_get_state(own, set[1].vm.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_ACTIVE);
	release(&pressure);
	set_check(&set[1], SZ_4K);

	for (int i = 0; i < 2; i++)
		set_fini(&set[i]);
	/* Not what is withheld: 2 objects. */
	press(&pressure, 5 * size, size);
	release(&pressure);
	drm_close_driver(own);
	cnova_model_check_violations();
	cnova_bind_again(fd);
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
		igt_require_f(vram(fd) <= 64 * SZ_1M, "more VRAM than these tests fill\n");
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

	igt_describe("Nobody waits for another client's fence.");
	igt_subtest("corked") {
		cnova_require_endless_cork();
		test_corked(fd);
	}

	igt_describe("Nor for the bind of another private object.");
	igt_subtest("corked-private") {
		cnova_require_endless_cork();
		test_corked_private(fd);
	}

	igt_describe("Two clients use four times what there is.");
	igt_subtest("clients")
		test_clients(fd);

	igt_describe("Objects go while they are bound, cut and unmapped.");
	igt_subtest("binds")
		test_binds(fd);

	igt_describe("Objects are swapped out, and come back.");
	igt_subtest("swap")
		test_swap(fd);

	igt_describe("No acknowledge for an eviction.");
	igt_subtest("ack-lost")
		test_ack_lost(&fd);

	igt_fixture()
		drm_close_driver(fd);
}
