// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "queue.h"
#include "random.h"

/**
 * TEST: cnova bind lock
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Which objects a bind locks: those that it may meet, and no others. Where
 *	the kernel proves locks, the driver warns if a bind touches an object that it has
 *	not locked, and the test fails by that.
 *
 * SUBTEST: locked-objects
 * Description: As many are locked where the VM knows ten objects as where it knows hundreds.
 *
 * SUBTEST: locked-objects-10000
 * Description: The same with ten thousand. What a bind takes is said, beside what it took with ten.
 *
 * SUBTEST: locked-sets
 * Description: What a bind locks: neighbours not, what waits there yes, each object once.
 *
 * SUBTEST: contention
 * Description: Processes lock the same objects in different orders, again and again.
 *
 * SUBTEST: random
 * Description: [7, 13] Random arrays on several queues, held up by fences that signal in any
 *	order: what is mapped in the end is what they say in the order of submission.
 *	CNOVA_SEED repeats a run, CNOVA_STEPS says how long it is.
 *
 * SUBTEST: random-killed
 * Description: [18, 19] The same, and the VM goes in the middle.
 */

#define HANG_SECONDS	40

/* In the kernel that proves locks every acquisition may be made to begin again. */
static bool kernel_is_debug(void)
{
	return access("/proc/lockdep_stats", F_OK) == 0;
}

/* ---------------------------------------------------------------- locked objects */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double time_binds(struct cnova_world *w, const struct drm_cnova_vm_bind_op *ops)
{
	double start = now();

	for (int i = 0; i < 50; i++)
		cnova_world_bind(w, ops, 2);
	return now() - start;
}

static void test_locked_objects(int fd, uint64_t many)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *here = cnova_world_bo(w, SZ_64K, 0), *over = cnova_world_bo(w, SZ_64K, 0);
	struct drm_cnova_vm_bind_op ops[] = {
		cnova_op_map(over, 0, CNOVA_VA + SZ_4K, SZ_4K, 0),
		cnova_op_map(here, SZ_4K, CNOVA_VA + SZ_4K, SZ_4K, 0),
	};
	struct cnova_bo other = { .fd = w->fd, .size = SZ_4K };
	uint64_t nr = 2, size = SZ_4K;
	double few = 0, all;

	igt_set_timeout(HANG_SECONDS, "binds of many objects");
	cnova_world_map(w, here, 0, CNOVA_VA, SZ_64K, 0);
	for (; nr <= many; nr++) {
		struct drm_cnova_vm_bind_op op;

		if (nr == 10) {
			few = time_binds(w, ops);
			igt_assert_eq(cnova_binds(w, "locked"), 3);
		}
		igt_assert_eq(__cnova_gem_create(w->fd, &size, 0, &other.handle), 0);
		op = cnova_op_map(&other, 0, CNOVA_VA_EDGE + nr * SZ_4K, SZ_4K, 0);
		cnova_world_bind(w, &op, 1);
		igt_assert_eq(cnova_binds(w, "locked"), 2);
		igt_assert_eq(__cnova_gem_close(w->fd, other.handle), 0);
	}

	all = time_binds(w, ops);
	/* Both objects and the VM. */
	igt_assert_eq(cnova_binds(w, "locked"), 3);
	ops[0] = cnova_op_unmap(CNOVA_VA_EDGE, nr * SZ_4K);
	cnova_world_bind(w, ops, 1);
	igt_info("50 binds: %.3f s with 10 objects, %.3f s with %" PRIu64 "\n", few, all, many);
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static long locked_by(struct cnova_world *w, uint32_t queue,
		      const struct drm_cnova_vm_bind_op *ops, unsigned int nr_ops)
{
	struct drm_cnova_sync out = cnova_new_signal(w);

	cnova_queue_bind(w, queue, ops, nr_ops, &out, 1);
	return cnova_binds(w, "locked");
}

static void test_locked_sets(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *a = cnova_world_bo(w, SZ_64K, 0), *b = cnova_world_bo(w, SZ_64K, 0);
	struct cnova_bo *c = cnova_world_bo(w, SZ_64K, 0);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op map = cnova_op_map(b, 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	struct drm_cnova_vm_bind_op ops[] = {
		/* Between two, over each, over what waits, by object, and over nothing. */
		cnova_op_unmap(CNOVA_VA + 2 * SZ_64K, SZ_64K),
		cnova_op_unmap(CNOVA_VA, SZ_4K),
		cnova_op_unmap(CNOVA_VA + SZ_64K, SZ_4K),
		cnova_op_unmap_all(c),
		cnova_op_sparse(CNOVA_VA + 9 * SZ_64K, SZ_4K),
		cnova_op_map(c, 0, CNOVA_VA + 15 * SZ_4K, 2 * SZ_4K, 0),
	};
	static const long expected[] = { 1, 2, 2, 2, 1, 4 };
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	igt_set_timeout(HANG_SECONDS, "a fence");
	cnova_world_map(w, a, 0, CNOVA_VA, SZ_64K, 0);
	cnova_world_map(w, c, 0, CNOVA_VA + 3 * SZ_64K, SZ_64K, 0);
	cnova_new_cork(w, &cork, syncs);
	cnova_queue_bind(w, first, &map, 1, syncs, 2);
	cnova_oracle_apply(&w->oracle, &map);

	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		igt_assert_eq(locked_by(w, second, &ops[i], 1), expected[i]);
		cnova_oracle_apply(&w->oracle, &ops[i]);
	}
	/* The same object twice: once. */
	ops[0] = cnova_op_map(c, 0, CNOVA_VA + 10 * SZ_64K, SZ_4K, 0);
	ops[1] = cnova_op_map(c, SZ_4K, CNOVA_VA + 11 * SZ_64K, SZ_4K, 0);
	igt_assert_eq(locked_by(w, second, ops, 2), 2);
	cnova_world_apply(w, ops, 2);

	cnova_cork_pull(&cork);
	cnova_expect_done(w, syncs[1]);
	ops[0] = cnova_op_unmap(CNOVA_VA + 12 * SZ_64K, SZ_4K);
	cnova_queue_bind(w, second, ops, 1, NULL, 0);
	cnova_cork_fini(&cork);
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/* -------------------------------------------------------------------- contention */

#define NR_SHARED	6

static void contend(struct cnova_world *w, const struct cnova_vm *vm, unsigned int seed)
{
	for (int i = 0; i < 60; i++) {
		struct drm_cnova_vm_bind_op ops[NR_SHARED];
		struct drm_cnova_vm_bind args;

		for (int k = 0; k < NR_SHARED; k++)
			ops[k] = cnova_op_map(&w->bo[rand_r(&seed) % NR_SHARED], 0,
					      CNOVA_VA + k * SZ_64K, SZ_64K, 0);
		args = cnova_bind_args(vm, ops, NR_SHARED, NULL, 0);
		igt_assert_eq(__cnova_bind(w->fd, &args), 0);
	}
}

static void test_contention(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_1M);
	struct cnova_vm vm[4];
	long retries = 0;

	igt_set_timeout(HANG_SECONDS, "processes that lock the same objects");
	for (int i = 0; i < NR_SHARED; i++)
		cnova_world_bo(w, SZ_64K, i & 1 ? DRM_CNOVA_GEM_VRAM : 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(vm); i++)
		cnova_vm_init(&vm[i], w->fd);
	igt_fork(child, ARRAY_SIZE(vm))
		contend(w, &vm[child], child + 1);
	igt_waitchildren();

	for (unsigned int i = 0; i < ARRAY_SIZE(vm); i++) {
		struct cnova_world look = { .vm = vm[i] };

		retries += cnova_binds(&look, "lock_retries");
		cnova_vm_fini(&vm[i]);
	}
	igt_info("%ld retries\n", retries);
	/* CONFIG_DEBUG_WW_MUTEX_SLOWPATH sees to it. */
	igt_assert(retries > 0 || !kernel_is_debug());
	cnova_world_bind(w, &op, 1);
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/* ------------------------------------------------------------------------ random */

#define NR_QUEUES	4
#define NR_CORKS	5
#define NR_PAGES	64
#define MAX_OPS		5

static struct drm_cnova_vm_bind_op random_op(struct cnova_world *w, unsigned int *seed)
{
	uint64_t pages = 1 + rand_r(seed) % 12, at = rand_r(seed) % (NR_PAGES - pages);
	struct cnova_bo *bo = &w->bo[rand_r(seed) % 3];
	uint64_t va = CNOVA_VA + at * SZ_4K, range = pages * SZ_4K;

	switch (rand_r(seed) % 8) {
	case 0:
	case 1:
		return cnova_op_unmap(va, range);
	case 2:
		return cnova_op_sparse(va, range);
	case 3:
		return cnova_op_unmap_all(bo);
	default:
		return cnova_op_map(bo, rand_r(seed) % (bo->size / SZ_4K - pages) * SZ_4K, va,
				    range, 0);
	}
}

/* Half of them wait for a cork, for any. */
static void random_bind(struct cnova_world *w, const uint32_t *queue,
			const struct cnova_cork *cork, struct drm_cnova_sync out,
			unsigned int *seed)
{
	struct drm_cnova_sync syncs[2] = { out };
	struct drm_cnova_vm_bind_op ops[MAX_OPS];
	unsigned int nr = 1 + rand_r(seed) % MAX_OPS, nr_syncs = 1;

	for (unsigned int i = 0; i < nr; i++) {
		ops[i] = random_op(w, seed);
		cnova_oracle_apply(&w->oracle, &ops[i]);
	}
	if (rand_r(seed) % 2)
		syncs[nr_syncs++] = cnova_wait(cnova_cork_syncobj(&cork[rand_r(seed) % NR_CORKS],
								  w->fd), 0);
	cnova_queue_bind(w, queue[rand_r(seed) % NR_QUEUES], ops, nr, syncs, nr_syncs);
}

static void random_round(int fd, unsigned int seed, bool killed)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, NR_PAGES * SZ_4K);
	struct drm_cnova_sync out[24];
	struct cnova_cork cork[NR_CORKS];
	uint32_t queue[NR_QUEUES] = {};

	cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_64K, 0);
	cnova_world_bo(w, SZ_64K + SZ_4K, DRM_CNOVA_GEM_VRAM);
	for (unsigned int i = 0; i < NR_CORKS; i++)
		cnova_cork_init(&cork[i]);
	for (unsigned int i = 1; i < NR_QUEUES; i++)
		queue[i] = cnova_queue_create(w);

	for (unsigned int i = 0; i < ARRAY_SIZE(out); i++) {
		out[i] = cnova_new_signal(w);
		random_bind(w, queue, cork, out[i], &seed);
	}

	/* Any order: the seed begins anywhere and goes round. */
	for (unsigned int i = 0; i < NR_CORKS; i++) {
		if (killed && i == NR_CORKS / 2)
			break;
		cnova_cork_pull(&cork[(seed + i * 2) % NR_CORKS]);
	}

	if (killed) {
		cnova_world_close(w);
	} else {
		for (unsigned int i = 0; i < ARRAY_SIZE(out); i++)
			cnova_expect_done(w, out[i]);
		cnova_world_check_all(w);
		cnova_world_destroy(w);
	}
	for (unsigned int i = 0; i < NR_CORKS; i++)
		cnova_cork_fini(&cork[i]);
	if (killed)
		cnova_model_check();
}

static void test_random(int fd, bool killed)
{
	uint64_t seed = cnova_random_seed(), steps = cnova_env_number("CNOVA_STEPS", 12);

	cnova_require_endless_cork();
	for (uint64_t i = 0; i < steps; i++) {
		igt_set_timeout(HANG_SECONDS, "random binds");
		random_round(fd, seed + i, killed);
	}
	igt_reset_timeout();
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("What a bind locks does not depend on the size of the VM.");
	igt_subtest("locked-objects")
		test_locked_objects(fd, 200);

	igt_describe("Nor with ten thousand.");
	igt_subtest("locked-objects-10000")
		test_locked_objects(fd, 10000);

	igt_describe("Neighbours are not locked, what waits is.");
	igt_subtest("locked-sets")
		test_locked_sets(fd);

	igt_describe("The same objects in different orders.");
	igt_subtest("contention")
		test_contention(fd);

	igt_describe("Random binds on several queues.");
	igt_subtest("random")
		test_random(fd, false);

	igt_describe("Random binds on several queues of a VM that goes.");
	igt_subtest("random-killed")
		test_random(fd, true);

	igt_fixture()
		drm_close_driver(fd);
}
