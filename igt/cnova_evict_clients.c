// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "set.h"
#include "sync.h"

/**
 * TEST: cnova evict clients
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: More is asked for than VRAM holds, by several clients, while binds wait or run,
 *	or when an eviction fails. For a GPU with little VRAM, as cnova_evict.
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
 * SUBTEST: stores
 * Description: [16] A process stores into an object without pause while it goes and comes back:
 *	no store is lost.
 *
 * SUBTEST: ack-lost
 * Description: [17, 19] No acknowledge for an eviction: that VM is dead, what waits in it is
 *	cancelled, its object withheld, though another VM has it too; others find memory and go on.
 */

static void test_corked(int fd)
{
	uint64_t size = cnova_align_down(cnova_vram(fd) / 8, SZ_64K);
	int own = drm_reopen_driver(fd), other = drm_reopen_driver(fd);
	struct cnova_pressure pressure = { .fd = other };
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync;
	struct cnova_cork cork;
	static struct cnova_set set;
	time_t start;

	cnova_set_init(&set, own, 6, size, DRM_CNOVA_GEM_VRAM);
	cnova_cork_init(&cork);
	sync = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	for (int i = 0; i < 2; i++) {
		op = cnova_op_unmap(cnova_set_va(&set, i), size);
		igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, &sync, 1), 0);
	}

	igt_assert_lte_u64(2 * size, cnova_fdinfo(own, "drm-active-vram0"));

	/* What the waiting binds do not hold goes; what they hold stays, and nobody waits. */
	start = time(NULL);
	cnova_press(&pressure, 12 * size, size);
	igt_assert_lte(time(NULL) - start, 10);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 4);
	cnova_release(&pressure);

	cnova_cork_pull(&cork);
	for (int i = 0; i < 2; i++) {
		op = cnova_op_map(&set.bo[i], 0, cnova_set_va(&set, i), size, 0);
		igt_assert_eq(__cnova_bind_one(&set.vm, &op), 0);
	}
	cnova_set_check(&set, SZ_64K);
	cnova_cork_fini(&cork);
	cnova_set_fini(&set);
	drm_close_driver(other);
	drm_close_driver(own);
	cnova_model_check();
}

/* All private objects share one reservation, with the fence of the bind that waits in it. */
static void test_corked_private(int fd)
{
	uint64_t size = cnova_align_down(cnova_vram(fd) / 16, SZ_64K);
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync;
	struct cnova_cork cork;
	static struct cnova_set set;
	time_t start;

	cnova_set_init(&set, own, 8, size, DRM_CNOVA_GEM_VRAM | DRM_CNOVA_GEM_VM_PRIVATE);
	cnova_evict_all(fd);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 8);

	cnova_cork_init(&cork);
	sync = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	op = cnova_op_map(&set.bo[0], 0, cnova_set_va(&set, 0), size, 0);
	igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, &sync, 1), 0);

	start = time(NULL);
	cnova_set_check(&set, set.step);
	igt_assert_lte(time(NULL) - start, 10);
	igt_assert_eq(sync_fence_status(cork.fence), 0);

	cnova_cork_pull(&cork);
	cnova_set_check(&set, SZ_64K);
	cnova_evict_all(fd);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 8);
	cnova_set_check(&set, SZ_64K);
	cnova_cork_fini(&cork);
	cnova_set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

/* Four VMs of half the VRAM each. */
static void run_client(int fd, unsigned int seed)
{
	enum { NR_VMS = 4, ROUNDS = 2 };
	static struct cnova_set set[NR_VMS];
	int own = drm_reopen_driver(fd);
	uint64_t size = cnova_align_down(cnova_vram(fd) / 16, SZ_64K);

	srandom(seed);
	for (int i = 0; i < NR_VMS; i++)
		cnova_set_init(&set[i], own, 8, size,
			       DRM_CNOVA_GEM_VRAM | (i % 2 ? DRM_CNOVA_GEM_VM_PRIVATE : 0));
	for (int round = 0; round < ROUNDS; round++) {
		int i = random() % NR_VMS, k = random() % 8;

		cnova_set_check(&set[i], SZ_64K);
		cnova_set_write(&set[i], k);
	}
	for (int i = 0; i < NR_VMS; i++) {
		cnova_set_check(&set[i], SZ_64K / 2);
		cnova_set_fini(&set[i]);
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
	uint64_t size = cnova_align_down(cnova_vram(fd) / 8, SZ_2M);

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
			cnova_evict_all(fd);
	}
	igt_waitchildren();
	cnova_model_check();
}

/* At least two stores that began after now have been done. Return: what the first one stored. */
static uint64_t stored_since(const volatile uint64_t *stored)
{
	uint64_t since = *stored;

	while (*stored < since + 2)
		;
	return since + 1;
}

/*
 * Nothing but its own faults brings the process into the kernel: when an eviction takes its
 * mapping away, its stores go on until the other processor has forgotten it too.
 */
static void test_stores(int fd)
{
	volatile uint64_t *stored = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile uint64_t *page;
	struct cnova_vm vm;
	struct cnova_bo bo;
	struct drm_cnova_vm_bind_op op;
	uint64_t since, have;

	igt_assert(stored != MAP_FAILED);
	igt_set_timeout(60, "a process that stores");
	cnova_bo_init(&bo, fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	page = cnova_gem_mmap(fd, bo.handle, bo.size);
	cnova_vm_init(&vm, fd);
	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(__cnova_bind_one(&vm, &op), 0);
	igt_fork(child, 1)
		for (uint64_t i = 1; !stored[1]; i++) {
			*page = i;
			stored[0] = i;
		}

	for (int round = 0; round < 6; round++) {
		cnova_evict_all(fd);
		since = stored_since(stored);
		igt_assert_lte_u64(since, *page);

		/* The eye brings it back. */
		igt_assert_eq(cnova_eye_read(&vm, CNOVA_VA, &have, sizeof(have)), sizeof(have));
		since = stored_since(stored);
		igt_assert_eq(cnova_eye_read(&vm, CNOVA_VA, &have, sizeof(have)), sizeof(have));
		igt_assert_lte_u64(since, have);
	}

	stored[1] = 1;
	igt_waitchildren();
	igt_reset_timeout();
	munmap((void *)page, bo.size);
	munmap((void *)stored, SZ_4K);
	cnova_vm_fini(&vm);
	cnova_bo_fini(&bo);
	cnova_model_check();
}

static void test_ack_lost(int *fd)
{
	uint64_t size = cnova_align_down(cnova_vram(*fd) / 8, SZ_64K), before;
	int own = drm_reopen_driver(*fd);
	struct cnova_pressure pressure = { .fd = own };
	struct drm_cnova_vm_get_state state;
	static struct cnova_set set[2];
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;
	struct cnova_vm other;
	struct cnova_bo bo;

	/* The first is what was used longest ago; another VM has it too. */
	cnova_set_init(&set[0], own, 2, size, DRM_CNOVA_GEM_VRAM);
	cnova_vm_init(&other, own);
	for (int i = 0; i < 2; i++) {
		op = cnova_op_map(&set[0].bo[i], 0, cnova_set_va(&set[0], i), size, 0);
		igt_assert_eq(__cnova_bind_one(&other, &op), 0);
	}
	cnova_set_init(&set[1], own, 2, size, DRM_CNOVA_GEM_VRAM);

	/* It has a bind that waits, for something else. */
	cnova_bo_init(&bo, own, SZ_64K, 0);
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	syncs[1] = cnova_signal(syncobj_create(own, 0), 0);
	op = cnova_op_map(&bo, 0, CNOVA_VA + SZ_4G, SZ_64K, 0);
	igt_assert_eq(cnova_bind_async(&set[0].vm, &op, 1, syncs, 2), 0);
	igt_assert_eq(__cnova_vm_get_state(own, set[0].vm.id, &state), 0);
	before = state.quarantined;

	/* Then the next invalidate is that of an eviction, and not of BAR1. */
	while (cnova_param(*fd, DRM_CNOVA_PARAM_VRAM_FREE) >= size)
		cnova_press(&pressure, size, size);
	igt_emit_ignore_dmesg_regex("no acknowledge of a TLB invalidate|is dead: |eviction failed");
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("ack_lost", "1");
	cnova_press(&pressure, size, size);

	igt_assert_eq(__cnova_vm_get_state(own, set[0].vm.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_DEAD);
	igt_assert_lte_u64(before + size, state.quarantined);
	igt_assert_eq(__cnova_vm_get_state(own, set[1].vm.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_ACTIVE);
	/* The other VM has lost it, in good order: it stays all the same. */
	igt_assert_eq(__cnova_vm_get_state(own, other.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_ACTIVE);
	igt_assert_eq(cnova_syncobj_wait(own, syncs[1].handle, 0, 10000), 0);
	igt_assert_eq(cnova_syncobj_status(own, syncs[1].handle, 0), -ECANCELED);
	igt_assert_eq(sync_fence_status(cork.fence), 0);
	cnova_release(&pressure);
	cnova_set_check(&set[1], SZ_4K);

	cnova_cork_fini(&cork);
	cnova_vm_fini(&other);
	for (int i = 0; i < 2; i++)
		cnova_set_fini(&set[i]);
	cnova_bo_fini(&bo);
	/* Not what is withheld: 2 objects. */
	cnova_press(&pressure, 5 * size, size);
	cnova_release(&pressure);
	drm_close_driver(own);
	cnova_model_check_violations();
	cnova_bind_again(fd);
}

int igt_main()
{
	static int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "needs the eye, for now\n");
		igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "more VRAM than these tests fill\n");
	}

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

	igt_describe("No store of a process that goes on storing is lost.");
	igt_subtest("stores")
		test_stores(fd);

	igt_describe("No acknowledge for an eviction.");
	igt_subtest("ack-lost")
		test_ack_lost(&fd);

	igt_fixture()
		drm_close_driver(fd);
}
