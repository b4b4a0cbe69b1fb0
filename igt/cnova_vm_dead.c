// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <time.h>

#include "sync.h"

/**
 * TEST: cnova vm dead
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: The hardware fails while page tables change. Needs the software model, which
 *	can be told to. What these tests leave behind stays withheld until the device is
 *	bound again, which the last of them does.
 *
 * SUBTEST: bind
 * Description: No acknowledge: the bind fails, the VM is dead, and nothing but that VM.
 *
 * SUBTEST: queued
 * Description: What waits in a VM that dies is cancelled; its fences signal with an error.
 *
 * SUBTEST: quarantine
 * Description: Memory that a dead VM might still reach is not given to anybody.
 *
 * SUBTEST: gone-briefly
 * Description: The GPU does not answer for a moment. The VM that noticed is dead, and what
 *	it had is withheld: the GPU has its translations still.
 *
 * SUBTEST: others
 * Description: One of three VMs dies: its memory is in quarantine, the others, with binds
 *	queued meanwhile, go on.
 *
 * SUBTEST: wedged-queued
 * Description: Binds are queued in several VMs when the unit stops: all end with an error,
 *	also those behind a fence that never signals, and after the first nobody asks the
 *	unit again.
 *
 * SUBTEST: wedged
 * Description: The unit never answers again: every VM dies, nobody waits in turn, and binding
 *	the driver again makes all well.
 */

#define HANG_SECONDS	30

/* Longer than the driver waits, and over when it looks again. */
static void lose_next_ack(void)
{
	igt_emit_ignore_dmesg_regex("no acknowledge of a TLB invalidate|is dead: ");
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("ack_lost", "1");
}

static struct cnova_world *prepare(int fd)
{
	return cnova_world_watched(fd, HANG_SECONDS, "a VM that is dead");
}

/*
 * Not cnova_world_destroy(): TLB and memory do differ now, for what is in quarantine. But
 * nothing that the model counts may have happened.
 */
static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_world_abandon(w);
	cnova_model_check_violations();
}

static void expect_dead(const struct cnova_vm *vm, int error, int refused_with)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_4K);
	struct drm_cnova_vm_get_state state;

	igt_assert_eq(__cnova_vm_get_state(vm->fd, vm->id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_DEAD);
	igt_assert_eq(state.error, error);
	igt_assert_eq(__cnova_bind_one(vm, &op), -refused_with);
}

static void test_bind(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op;
	struct cnova_vm other;

	cnova_vm_init(&other, w->fd);
	op = cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&other, &op), 0);
	cnova_world_bind(w, &op, 1);

	lose_next_ack();
	op = cnova_op_map(&w->bo[1], 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), -EIO);
	expect_dead(&w->vm, ETIMEDOUT, ENOENT);

	/* The other one lives. */
	op = cnova_op_map(&w->bo[1], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&other, &op), 0);
	cnova_eye_expect(&other, CNOVA_VA, &w->bo[0], 0);
	cnova_eye_expect(&other, CNOVA_VA + SZ_64K, &w->bo[1], 0);
	op = cnova_op_unmap(CNOVA_VA, SZ_64K);
	igt_assert_eq(__cnova_bind_one(&other, &op), 0);
	cnova_eye_expect_fault(&other, CNOVA_VA);
	cnova_vm_fini(&other);

	cnova_vm_destroy(w->fd, w->vm.id);
	igt_assert_eq(__cnova_vm_destroy(w->fd, w->vm.id), -ENOENT);
	finish(w);
}

static void test_queued(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[2];
	uint32_t out[4];
	struct drm_cnova_vm_bind_op op;
	struct cnova_cork corks[2];

	/* Binary ones: the points of a timeline carry no errors. */
	for (int i = 0; i < 4; i++)
		out[i] = syncobj_create(w->fd, 0);
	for (int i = 0; i < 2; i++) {
		cnova_cork_init(&corks[i]);
		syncs[0] = cnova_wait(cnova_cork_syncobj(&corks[i], w->fd), 0);
		syncs[1] = cnova_signal(out[2 * i], 0);
		op = cnova_op_map(&w->bo[i], 0, CNOVA_VA + i * SZ_64K, SZ_64K, 0);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
		syncs[1] = cnova_signal(out[2 * i + 1], 0);
		igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, &syncs[1], 1), 0);
	}

	/* The first one dies of it; the second one's cork is never pulled. */
	lose_next_ack();
	cnova_cork_pull(&corks[0]);
	for (int i = 0; i < 4; i++) {
		igt_assert_eq(cnova_syncobj_wait(w->fd, out[i], 0, 10000), 0);
		if (i)
			igt_assert_eq(cnova_syncobj_status(w->fd, out[i], 0), -ECANCELED);
		else
			igt_assert_lt(cnova_syncobj_status(w->fd, out[i], 0), 0);
	}
	expect_dead(&w->vm, ETIMEDOUT, ENOENT);

	for (int i = 0; i < 2; i++)
		cnova_cork_fini(&corks[i]);
	finish(w);
}

static bool is_untouched(const uint8_t *map, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++)
		if (map[i])
			return false;

	return true;
}

static void test_quarantine(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_get_state state;
	struct drm_cnova_vm_bind_op op;
	uint64_t before, after;
	struct cnova_bo bo;
	uint8_t *map;

	cnova_bo_init(&bo, w->fd, 4 * SZ_1M, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);

	lose_next_ack();
	op = cnova_op_unmap(CNOVA_VA, bo.size);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), -EIO);
	igt_assert_eq(__cnova_vm_get_state(w->fd, w->vm.id, &state), 0);
	igt_assert_lte_u64(bo.size, state.quarantined);

	/* Neither unmapping nor closing gives it back, */
	cnova_bo_fini(&bo);
	cnova_vm_destroy(w->fd, w->vm.id);
	usleep(200000);
	after = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	igt_assert_lte_u64(after, before);

	/* and what others get is not it. */
	bo.handle = cnova_gem_create(w->fd, 4 * SZ_1M, DRM_CNOVA_GEM_VRAM);
	map = cnova_gem_mmap(w->fd, bo.handle, 4 * SZ_1M);
	igt_assert(is_untouched(map, 4 * SZ_1M));
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), after - 4 * SZ_1M);
	finish(w);
}

/* What other tests left behind is somewhere else. */
#define CNOVA_VA_LOST	(CNOVA_VA + 64 * SZ_1M)
#define CNOVA_VA_GONE	(CNOVA_VA + 80 * SZ_1M)

/* Bytes that the device withholds; *@listed: the mapping of 64K at @va is among it. */
static uint64_t quarantined(int fd, uint64_t va, bool *listed)
{
	int dir = igt_debugfs_dir(fd);
	char *text = cnova_read_text(dir, "quarantine");
	uint64_t total = ~0ull;
	char line[64], *end;

	igt_assert(text);
	snprintf(line, sizeof(line), "0x%016" PRIx64 "-0x%016" PRIx64 " object", va,
		 (uint64_t)(va + SZ_64K));
	*listed = strstr(text, line);
	end = strstr(text, "total ");
	igt_assert(end && sscanf(end, "total %" SCNu64, &total) == 1);
	free(text);
	close(dir);
	return total;
}

static void test_gone_briefly(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op;
	uint64_t before, after;
	struct cnova_vm other;
	bool listed;

	op = cnova_op_map(&w->bo[0], 0, CNOVA_VA_GONE, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	before = quarantined(fd, CNOVA_VA_GONE, &listed);
	igt_assert(!listed);

	igt_emit_ignore_dmesg_regex("is dead: ");
	cnova_model_set("gone", "1");
	op = cnova_op_unmap(CNOVA_VA_GONE, SZ_64K);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), -ENODEV);
	cnova_model_set("gone", "0");
	expect_dead(&w->vm, ENODEV, ENOENT);
	after = quarantined(fd, CNOVA_VA_GONE, &listed);
	igt_assert(listed);
	igt_assert_lte_u64(before + SZ_64K, after);

	/* Its tables too. */
	cnova_vm_destroy(w->fd, w->vm.id);
	igt_assert_lte_u64(after + SZ_4K, quarantined(fd, CNOVA_VA_GONE, &listed));

	cnova_vm_init(&other, w->fd);
	op = cnova_op_map(&w->bo[1], 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&other, &op), 0);
	cnova_eye_expect(&other, CNOVA_VA, &w->bo[1], 0);
	cnova_vm_fini(&other);
	finish(w);
}

/* A round of binds, each of which must be acknowledged and seen. */
static void keep_binding(struct cnova_vm *vm, const struct cnova_bo *bo, int fd)
{
	for (unsigned int i = 0; i < 8; i++) {
		uint64_t va = CNOVA_VA + i * SZ_64K, before = cnova_counter(fd, "invalidate");
		struct drm_cnova_vm_bind_op op = cnova_op_map(bo, 0, va, SZ_64K, 0);

		igt_assert_eq(__cnova_bind_one(vm, &op), 0);
		cnova_eye_expect(vm, va, bo, 0);
		cnova_eye_expect(vm, va + SZ_64K - SZ_4K, bo, SZ_64K - SZ_4K);
		if (i % 2) {
			op = cnova_op_unmap(va, SZ_64K);
			igt_assert_eq(__cnova_bind_one(vm, &op), 0);
			cnova_eye_expect_fault(vm, va);
		}
		igt_assert_lte_u64(before + 1 + i % 2, cnova_counter(fd, "invalidate"));
	}
}

static void test_others(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind_op op;
	struct cnova_vm other[2];
	struct cnova_cork cork;
	uint64_t before;
	uint32_t out[2];
	bool listed;

	op = cnova_op_map(&w->bo[0], 0, CNOVA_VA_LOST, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	cnova_cork_init(&cork);
	for (int i = 0; i < 2; i++) {
		cnova_vm_init(&other[i], w->fd);
		out[i] = syncobj_create(w->fd, 0);
		syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
		syncs[1] = cnova_signal(out[i], 0);
		op = cnova_op_map(&w->bo[i], 0, CNOVA_VA_EDGE, SZ_64K, 0);
		igt_assert_eq(cnova_bind_async(&other[i], &op, 1, syncs, 2), 0);
	}

	before = quarantined(fd, CNOVA_VA_LOST, &listed);
	igt_assert(!listed);
	lose_next_ack();
	op = cnova_op_unmap(CNOVA_VA_LOST, SZ_64K);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), -EIO);
	expect_dead(&w->vm, ETIMEDOUT, ENOENT);
	igt_assert_lte_u64(before + SZ_64K, quarantined(fd, CNOVA_VA_LOST, &listed));
	igt_assert(listed);

	/* What the others had queued was not theirs to lose. */
	for (int i = 0; i < 2; i++)
		igt_assert(!cnova_syncobj_is_signaled(w->fd, out[i], 0));
	cnova_cork_pull(&cork);
	for (int i = 0; i < 2; i++) {
		igt_assert_eq(cnova_syncobj_wait(w->fd, out[i], 0, 10000), 0);
		igt_assert_eq(cnova_syncobj_status(w->fd, out[i], 0), 1);
		cnova_eye_expect(&other[i], CNOVA_VA_EDGE, &w->bo[i], 0);
	}
	for (int i = 0; i < 2; i++) {
		keep_binding(&other[i], &w->bo[1 - i], fd);
		cnova_vm_fini(&other[i]);
	}

	cnova_cork_fini(&cork);
	finish(w);
}

/* ----------------------------------------------------------------------- wedged */

/* Binding the driver again makes all well. */
static void bind_again(int *fd)
{
	struct cnova_world *w;

	cnova_bind_again(fd);
	w = prepare(*fd);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	cnova_world_check_all(w);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

#define NR_VMS		4
#define NR_QUEUED	4

/*
 * The first job waits for @first, the third for @never. What does not wait is behind what
 * does.
 */
static void queue_binds(const struct cnova_vm *vm, struct cnova_world *w, uint32_t *out,
			const struct cnova_cork *first, const struct cnova_cork *never)
{
	for (unsigned int i = 0; i < NR_QUEUED; i++) {
		struct drm_cnova_vm_bind_op op = cnova_op_map(&w->bo[1], 0, CNOVA_VA + i * SZ_64K,
							      SZ_64K, 0);
		struct drm_cnova_sync syncs[2];

		out[i] = syncobj_create(w->fd, 0);
		syncs[0] = cnova_signal(out[i], 0);
		if (!(i % 2))
			syncs[1] = cnova_wait(cnova_cork_syncobj(i ? never : first, w->fd), 0);
		igt_assert_eq(cnova_bind_async(vm, &op, 1, syncs, i % 2 ? 1 : 2), 0);
	}
}

static bool is_any_signaled(int fd, uint32_t out[][NR_QUEUED])
{
	for (unsigned int i = 0; i < NR_VMS; i++)
		if (cnova_syncobj_is_signaled(fd, out[i][0], 0))
			return true;

	return false;
}

/*
 * By counts: if the others asked the unit too, or each tried its own luck, polls or
 * invalidates would go on after the first has ended.
 */
static void test_wedged_queued(int *fd)
{
	struct cnova_world *w = prepare(*fd);
	struct drm_cnova_vm_bind_op op;
	uint32_t out[NR_VMS][NR_QUEUED];
	uint64_t invalidates, polls;
	struct cnova_cork cork, never;
	struct cnova_vm vm[NR_VMS];
	int status;

	cnova_cork_init(&cork);
	cnova_cork_init(&never);
	op = cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	for (unsigned int i = 0; i < NR_VMS; i++) {
		cnova_vm_init(&vm[i], w->fd);
		igt_assert_eq(__cnova_bind_one(&vm[i], &op), 0);
		/* The last one is not even about to begin. */
		queue_binds(&vm[i], w, out[i], i == NR_VMS - 1 ? &never : &cork, &never);
	}

	invalidates = cnova_counter(*fd, "invalidate");
	igt_emit_ignore_dmesg_regex("device is wedged|is dead: ");
	cnova_model_set("trigger_stuck", "1");
	cnova_cork_pull(&cork);
	while (!is_any_signaled(w->fd, out))
		usleep(1000);
	polls = cnova_counter(*fd, "poll");

	for (unsigned int i = 0; i < NR_VMS; i++) {
		for (unsigned int j = 0; j < NR_QUEUED; j++) {
			igt_assert_eq(cnova_syncobj_wait(w->fd, out[i][j], 0, 10000), 0);
			status = cnova_syncobj_status(w->fd, out[i][j], 0);
			igt_assert_lt(status, 0);
			/* What it waited for was cancelled, not done: it must not run. */
			if (i == NR_VMS - 1)
				igt_assert_eq(status, -ECANCELED);
		}
		expect_dead(&vm[i], EIO, ENODEV);
	}
	igt_assert_eq(sync_fence_status(never.fence), 0);

	for (unsigned int i = 0; i < NR_VMS; i++)
		cnova_vm_fini(&vm[i]);
	finish(w);
	igt_assert_eq_u64(cnova_counter(*fd, "invalidate"), invalidates + 1);
	igt_assert_eq_u64(cnova_counter(*fd, "poll"), polls);

	cnova_cork_fini(&cork);
	cnova_cork_fini(&never);
	bind_again(fd);
}

static void test_wedged(int *fd)
{
	struct cnova_world *w = prepare(*fd);
	struct drm_cnova_vm_bind_op op;
	uint64_t size = SZ_4K;
	struct cnova_vm vm[4];
	uint32_t handle = 0;
	time_t start;

	for (int i = 0; i < 4; i++) {
		cnova_vm_init(&vm[i], w->fd);
		op = cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
		igt_assert_eq(__cnova_bind_one(&vm[i], &op), 0);
	}

	cnova_world_bind(w, &op, 1);

	igt_emit_ignore_dmesg_regex("device is wedged|is dead: ");
	cnova_model_set("trigger_stuck", "1");
	op = cnova_op_unmap(CNOVA_VA, SZ_64K);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), -EIO);
	expect_dead(&w->vm, EIO, ENODEV);
	start = time(NULL);
	for (int i = 0; i < 4; i++)
		igt_assert_eq(__cnova_bind_one(&vm[i], &op), -ENODEV);
	for (int i = 0; i < 4; i++) {
		close(vm[i].eye);
		close(vm[i].dir);
		cnova_vm_destroy(w->fd, vm[i].id);
	}
	igt_assert_lte(time(NULL) - start, 4);
	igt_assert_eq(__cnova_gem_create(w->fd, &size, DRM_CNOVA_GEM_VRAM, &handle), -ENODEV);
	finish(w);
	bind_again(fd);
}

int igt_main()
{
	static int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "silicon cannot be told to fail\n");
	}

	igt_describe("No acknowledge: the VM is dead, and nothing but that VM.");
	igt_subtest("bind")
		test_bind(fd);

	igt_describe("What waits in a VM that dies is cancelled.");
	igt_subtest("queued")
		test_queued(fd);

	igt_describe("Memory that a dead VM might still reach is not given to anybody.");
	igt_subtest("quarantine")
		test_quarantine(fd);

	igt_describe("The GPU does not answer for a moment.");
	igt_subtest("gone-briefly")
		test_gone_briefly(fd);

	igt_describe("One VM dies, two others go on.");
	igt_subtest("others")
		test_others(fd);

	igt_describe("Nobody waits in turn for a unit that has stopped, or for a fence.");
	igt_subtest("wedged-queued") {
		cnova_require_endless_cork();
		test_wedged_queued(&fd);
	}

	igt_describe("The unit never answers again; binding the driver again makes all well.");
	igt_subtest("wedged")
		test_wedged(&fd);

	igt_fixture()
		drm_close_driver(fd);
}
