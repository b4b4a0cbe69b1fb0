// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <stdlib.h>

#include "sync.h"

/**
 * TEST: cnova vm limits
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Limits on what a VM_BIND covers and a VM has pending, each as GETPARAM
 *	tells it: what reaches it is accepted, one more gets the errno of the interface and
 *	changes nothing.
 *
 * SUBTEST: pending-maps
 * Description: Maps of one VM that wait, in as many binds as it takes.
 *
 * SUBTEST: bind-frames
 * Description: Pieces of 2 MiB that the maps of one bind cover.
 *
 * SUBTEST: bind-ranges
 * Description: Ranges that the unmap-alls of one bind find.
 */

#define HANG_SECONDS	50

static int bind(struct cnova_world *w, const struct drm_cnova_vm_bind_op *ops, unsigned int n)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, n, NULL, 0);

	return __cnova_bind(w->fd, &args);
}

static struct drm_cnova_vm_bind_op *alloc_ops(uint64_t n)
{
	struct drm_cnova_vm_bind_op *ops = calloc(n, sizeof(*ops));

	igt_assert(ops);
	return ops;
}

static struct cnova_world *prepare(int fd)
{
	igt_set_timeout(HANG_SECONDS, "a bind at a limit");
	return cnova_world_create(fd, CNOVA_VA, SZ_1M);
}

static void finish(struct cnova_world *w, struct drm_cnova_vm_bind_op *ops)
{
	free(ops);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

/* What maps nothing may still come; and the end of the VM takes all of them away. */
static void test_pending_maps(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_PENDING_MAPS);
	uint64_t max_ops = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_OPS);
	struct drm_cnova_vm_bind_op *ops = alloc_ops(max_ops), op;
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	for (uint64_t i = 0; i < max_ops; i++)
		ops[i] = cnova_op_sparse(CNOVA_VA_EDGE, SZ_2M);
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);

	for (uint64_t left = limit; left;) {
		uint64_t n = left < max_ops ? left : max_ops;

		/* The first of two that do not both fit must leave nothing behind. */
		if (left == n)
			igt_assert_eq(cnova_bind_async(&w->vm, ops, n - 1, syncs, 2), 0);
		else
			igt_assert_eq(cnova_bind_async(&w->vm, ops, n, syncs, 2), 0);
		left -= n;
	}
	igt_assert_eq(cnova_bind_async(&w->vm, ops, 2, syncs, 2), -EBUSY);
	igt_assert_eq(cnova_bind_async(&w->vm, ops, 1, syncs, 2), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, ops, 1, syncs, 2), -EBUSY);
	op = cnova_op_unmap(CNOVA_VA_EDGE, SZ_2M);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);

	igt_assert(!cnova_syncobj_is_signaled(w->fd, syncs[1].handle, 0));
	cnova_vm_fini(&w->vm);
	igt_assert_eq(cnova_syncobj_wait(w->fd, syncs[1].handle, 0, 10000), 0);
	igt_assert_eq(cnova_syncobj_status(w->fd, syncs[1].handle, 0), -ECANCELED);
	cnova_cork_fini(&cork);
	cnova_vm_init(&w->vm, w->fd);
	finish(w, ops);
}

/* All at one place: a map counts what it covers though the next covers it again. */
static void test_bind_frames(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_FRAMES);
	uint64_t nr = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_OPS), each = limit / nr;
	struct drm_cnova_vm_bind_op *ops = alloc_ops(nr);
	struct cnova_world *w = prepare(fd);
	struct cnova_bo bo = {};

	igt_assert_eq_u64(each * nr, limit);
	bo.handle = cnova_gem_create(w->fd, (each + 1) * SZ_2M, 0);
	/* A piece that is begun counts. */
	for (uint64_t i = 0; i < nr; i++)
		ops[i] = cnova_op_map(&bo, 0, CNOVA_VA_EDGE, (each - 1) * SZ_2M + SZ_4K, 0);

	ops[nr - 2].range = each * SZ_2M + SZ_4K;
	igt_assert_eq(bind(w, ops, nr), -ENOBUFS);
	cnova_world_check_all(w);

	ops[nr - 2].range = each * SZ_2M;
	igt_assert_eq(bind(w, ops, nr), 0);
	ops[0] = cnova_op_unmap(CNOVA_VA_EDGE, each * SZ_2M);
	cnova_world_bind(w, ops, 1);
	cnova_world_check_all(w);
	finish(w, ops);
}

static void test_bind_ranges(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_RANGES), n = 1024;
	uint64_t nr = limit / n;
	struct drm_cnova_vm_bind_op *ops = alloc_ops(nr >= n ? nr + 1 : n);
	struct cnova_world *w = prepare(fd);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_4K, 0), *other = cnova_world_bo(w, SZ_4K, 0);

	igt_assert_eq_u64(n * nr, limit);
	/* Apart from each other, or they were one range. */
	for (uint64_t i = 0; i < n; i++)
		ops[i] = cnova_op_map(bo, 0, CNOVA_VA_EDGE + 2 * i * SZ_4K, SZ_4K, 0);
	igt_assert_eq(bind(w, ops, n), 0);

	for (uint64_t i = 0; i <= nr; i++)
		ops[i] = cnova_op_unmap_all(bo);
	igt_assert_eq(bind(w, ops, nr + 1), -ENOBUFS);
	cnova_eye_expect(&w->vm, CNOVA_VA_EDGE, bo, 0);
	cnova_eye_expect(&w->vm, CNOVA_VA_EDGE + 2 * (n - 1) * SZ_4K, bo, 0);

	/* One that finds nothing adds nothing. */
	ops[nr] = cnova_op_unmap_all(other);
	igt_assert_eq(bind(w, ops, nr + 1), 0);
	for (uint64_t i = 0; i < n; i++)
		cnova_eye_expect_fault(&w->vm, CNOVA_VA_EDGE + 2 * i * SZ_4K);
	finish(w, ops);
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("As many maps may wait as promised.");
	igt_subtest("pending-maps") {
		cnova_require_endless_cork();
		test_pending_maps(fd);
	}

	igt_describe("The maps of a bind may cover as much as promised.");
	igt_subtest("bind-frames")
		test_bind_frames(fd);

	igt_describe("The unmap-alls of a bind may find as many ranges as promised.");
	igt_subtest("bind-ranges")
		test_bind_ranges(fd);

	igt_fixture()
		drm_close_driver(fd);
}
