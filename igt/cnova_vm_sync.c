// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>

#include "sync.h"

/**
 * TEST: cnova vm sync
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Asynchronous binds: fences in and out, and order. A fence that the test
 *	holds (a cork) keeps binds waiting.
 *
 * SUBTEST: out
 * Description: A binary syncobj and a timeline point signal when the bind is done.
 *
 * SUBTEST: in
 * Description: A bind waits for binary syncobjs and timeline points that have signalled.
 *
 * SUBTEST: points-64bit
 * Description: Timeline points beyond 32 bits, in and out.
 *
 * SUBTEST: many-syncs
 * Description: As many syncs as one call takes.
 *
 * SUBTEST: same-syncobj
 * Description: One syncobj that a bind waits for and signals.
 *
 * SUBTEST: timeline-order
 * Description: Points that are signalled twice or backwards are refused.
 *
 * SUBTEST: sync-point
 * Description: A bind without operations signals after what was submitted before it.
 *
 * SUBTEST: no-syncs
 * Description: An asynchronous bind without syncs happens, before a synchronous one.
 *
 * SUBTEST: wait-for-submit
 * Description: A bind waits for a fence that another thread submits later.
 *
 * SUBTEST: wait-for-submit-time
 * Description: It gives up after five seconds.
 *
 * SUBTEST: wait-for-submit-signal
 * Description: A signal interrupts it, and nothing has happened.
 *
 * SUBTEST: corked
 * Description: A bind does nothing before its in-fence signals, then all.
 *
 * SUBTEST: corked-order
 * Description: A bind without in-fence that overlaps one that waits runs after it.
 *
 * SUBTEST: corked-reverse
 * Description: Binds over each other run in submission order, whichever fence signals first.
 *
 * SUBTEST: corked-unmap-all
 * Description: Unmapping an object everywhere includes what binds before it will map.
 *
 * SUBTEST: corked-other-vm
 * Description: A VM that waits does not hold up another.
 *
 * SUBTEST: corked-close-handle
 * Description: Objects and syncobjs of a bind that waits may be closed.
 *
 * SUBTEST: corked-limit
 * Description: As many binds may wait as promised; one more is refused, until one is done.
 *
 * SUBTEST: fence-error
 * Description: An in-fence with an error does not cancel the bind.
 */

#define HANG_SECONDS	60

static struct cnova_world *prepare(int fd)
{
	return cnova_world_watched(fd, HANG_SECONDS, "a fence");
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static struct drm_cnova_vm_bind_op map_slot(struct cnova_world *w, int bo, int slot)
{
	return cnova_op_map(&w->bo[bo], 0, CNOVA_VA + slot * SZ_64K, SZ_64K, 0);
}

static void wait_done(struct cnova_world *w, uint32_t handle, uint64_t point)
{
	igt_assert_eq(cnova_syncobj_wait(w->fd, handle, point, HANG_SECONDS * 500), 0);
	igt_assert_eq(cnova_syncobj_status(w->fd, handle, point), 1);
}

static void test_out(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync out[2] = {
		cnova_signal(syncobj_create(w->fd, 0), 0),
		cnova_signal(syncobj_create(w->fd, 0), 5),
	};
	struct drm_cnova_vm_bind_op op;

	for (int i = 0; i < 4; i++) {
		op = map_slot(w, i % 2, i);
		out[1].point = 5 + i;
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, out, 2), 0);
		wait_done(w, out[0].handle, 0);
		wait_done(w, out[1].handle, 5 + i);
		igt_assert_eq_u64(cnova_syncobj_query(w->fd, out[1].handle), 5 + i);
		cnova_world_apply(w, &op, 1);
		cnova_world_check(w);
		syncobj_reset(w->fd, &out[0].handle, 1);
	}
	finish(w);
}

static void test_in(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[] = {
		cnova_wait(syncobj_create(w->fd, DRM_SYNCOBJ_CREATE_SIGNALED), 0),
		cnova_wait(syncobj_create(w->fd, 0), 3),
		cnova_signal(syncobj_create(w->fd, 0), 0),
	};
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 2);

	cnova_syncobj_timeline_signal(w->fd, syncs[1].handle, 4);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 3), 0);
	wait_done(w, syncs[2].handle, 0);
	cnova_world_apply(w, &op, 1);

	/* Signals first, and a wait for what another bind signals. */
	syncs[0] = cnova_signal(syncs[0].handle, 0);
	syncs[1] = cnova_signal(syncs[1].handle, 9);
	op = map_slot(w, 1, 3);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
	cnova_world_apply(w, &op, 1);
	syncs[0] = cnova_wait(syncs[0].handle, 0);
	syncs[1] = cnova_wait(syncs[1].handle, 9);
	op = cnova_op_unmap(CNOVA_VA + 3 * SZ_64K, SZ_4K);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 3), 0);
	wait_done(w, syncs[2].handle, 0);
	cnova_world_apply(w, &op, 1);
	finish(w);
}

static void test_points_64bit(int fd)
{
	static const uint64_t points[] = {
		1, UINT32_MAX, 1ull << 32, (1ull << 32) + 1, 5ull << 32, 1ull << 62,
	};
	struct cnova_world *w = prepare(fd);
	uint32_t timeline = syncobj_create(w->fd, 0);
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind_op op;

	for (unsigned int i = 0; i < ARRAY_SIZE(points); i++) {
		op = map_slot(w, i % 2, i);
		syncs[0] = cnova_signal(timeline, points[i]);
		syncs[1] = cnova_wait(timeline, i ? points[i - 1] : 1);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, i ? 2 : 1), 0);
		wait_done(w, timeline, points[i]);
		igt_assert_eq_u64(cnova_syncobj_query(w->fd, timeline), points[i]);
		igt_assert(!cnova_syncobj_has_fence(w->fd, timeline, points[i] + 1));
		cnova_world_apply(w, &op, 1);
	}
	finish(w);
}

static void test_many_syncs(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_SYNCS);
	unsigned int nr = limit < 128 ? limit : 128;
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync *syncs = calloc(nr, sizeof(*syncs));
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);

	igt_assert(syncs);
	for (unsigned int i = 0; i < nr; i++) {
		if (i & 1)
			syncs[i] = cnova_wait(syncobj_create(w->fd, DRM_SYNCOBJ_CREATE_SIGNALED),
					      0);
		else
			syncs[i] = cnova_signal(syncobj_create(w->fd, 0), i & 2 ? 1 + i : 0);
	}
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, nr), 0);
	for (unsigned int i = 0; i < nr; i += 2)
		wait_done(w, syncs[i].handle, syncs[i].point);
	cnova_world_apply(w, &op, 1);
	free(syncs);
	finish(w);
}

static void test_same_syncobj(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t handle = syncobj_create(w->fd, DRM_SYNCOBJ_CREATE_SIGNALED);
	struct drm_cnova_sync syncs[2] = { cnova_signal(handle, 0), cnova_wait(handle, 0) };
	struct drm_cnova_vm_bind_op op;

	/* A wait means what was there before the call, wherever it stands in the array. */
	for (int i = 0; i < 8; i++) {
		op = map_slot(w, i % 2, i % 3);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
		cnova_world_apply(w, &op, 1);
	}
	wait_done(w, handle, 0);
	finish(w);
}

static void test_timeline_order(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t timeline = syncobj_create(w->fd, 0);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	struct drm_cnova_sync out[2] = { cnova_signal(timeline, 4), cnova_signal(timeline, 4) };

	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, out, 2), -EINVAL);
	out[1].point = 3;
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, out, 2), -EINVAL);
	igt_assert(!cnova_syncobj_has_fence(w->fd, timeline, 3));
	cnova_world_check(w);

	out[1].point = 5;
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, out, 2), 0);
	wait_done(w, timeline, 5);
	cnova_world_apply(w, &op, 1);

	op = map_slot(w, 1, 1);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, out, 1), -EINVAL);
	out[0].point = 5;
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, out, 1), -EINVAL);
	finish(w);
}

static void test_sync_point(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync out = cnova_signal(syncobj_create(w->fd, 0), 0);
	struct drm_cnova_vm_bind_op op;

	for (int i = 0; i < 8; i++) {
		op = map_slot(w, i % 2, i);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, NULL, 0), 0);
		cnova_world_apply(w, &op, 1);
	}
	igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, &out, 1), 0);
	wait_done(w, out.handle, 0);
	finish(w);
}

static void test_no_syncs(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op;

	for (int i = 0; i < 8; i++) {
		op = map_slot(w, i % 2, i);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, NULL, 0), 0);
		cnova_world_apply(w, &op, 1);
		cnova_world_unmap(w, CNOVA_VA + i * SZ_64K, SZ_4K);
	}
	finish(w);
}

static void test_wait_for_submit(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync in[2] = {
		cnova_wait(syncobj_create(w->fd, 0), 0),
		cnova_wait(syncobj_create(w->fd, 0), (1ull << 32) + 7),
	};
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);

	in[0].flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	in[1].flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	igt_fork(child, 1) {
		usleep(50000);
		syncobj_signal(w->fd, &in[0].handle, 1);
		usleep(50000);
		cnova_syncobj_timeline_signal(w->fd, in[1].handle, in[1].point);
	}
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, in, 2), 0);
	igt_assert_eq_u64(cnova_syncobj_query(w->fd, in[1].handle), in[1].point);
	cnova_world_apply(w, &op, 1);
	igt_waitchildren();

	/* A synchronous one is ordered after it. */
	cnova_world_unmap(w, CNOVA_VA, SZ_4K);
	finish(w);
}

static void test_wait_for_submit_time(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync in = cnova_wait(syncobj_create(w->fd, 0), 0);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	time_t start = time(NULL);

	in.flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, &in, 1), -ETIME);
	igt_assert_lte(4, time(NULL) - start);
	finish(w);
}

static void do_nothing(int sig)
{
	(void)sig;
}

static void test_wait_for_submit_signal(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync in = cnova_wait(syncobj_create(w->fd, 0), 0);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, &op, 1, &in, 1);
	struct sigaction action = { .sa_handler = do_nothing }, old;
	pid_t parent = getpid();
	int ret, err;

	in.flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	sigaction(SIGUSR1, &action, &old);
	igt_fork(child, 1) {
		for (int i = 0; i < 20; i++) {
			usleep(20000);
			kill(parent, SIGUSR1);
		}
	}
	ret = ioctl(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args);
	err = errno;
	igt_waitchildren();
	sigaction(SIGUSR1, &old, NULL);
	igt_assert_eq(ret, -1);
	igt_assert_eq(err, EINTR);
	cnova_world_check(w);
	finish(w);
}

static void test_corked(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct cnova_cork cork;
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind_op ops[2] = { map_slot(w, 0, 1), map_slot(w, 1, 2) };

	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 1);
	igt_assert_eq(cnova_bind_async(&w->vm, ops, 2, syncs, 2), 0);

	usleep(50000);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, syncs[1].handle, 1));
	igt_assert_eq(cnova_syncobj_status(w->fd, syncs[1].handle, 1), 0);
	cnova_world_check(w);

	cnova_cork_pull(&cork);
	wait_done(w, syncs[1].handle, 1);
	cnova_world_apply(w, ops, 2);
	cnova_world_check(w);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_corked_order(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct cnova_cork cork;
	struct drm_cnova_sync in, out[2];
	struct drm_cnova_vm_bind_op ops[2] = {
		map_slot(w, 0, 1), cnova_op_unmap(CNOVA_VA + SZ_64K + SZ_4K, SZ_4K),
	};

	cnova_cork_init(&cork);
	in = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	out[0] = cnova_signal(syncobj_create(w->fd, 0), 0);
	out[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &ops[0], 1, &in, 1), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &ops[1], 1, &out[0], 1), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, &out[1], 1), 0);

	usleep(50000);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, out[0].handle, 0));
	igt_assert(!cnova_syncobj_is_signaled(w->fd, out[1].handle, 0));
	cnova_world_check(w);

	cnova_cork_pull(&cork);
	wait_done(w, out[1].handle, 0);
	wait_done(w, out[0].handle, 0);
	cnova_world_apply(w, ops, 2);
	cnova_cork_fini(&cork);
	finish(w);
}

#define NR_CORKS	6

static void test_corked_reverse(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct cnova_cork cork[NR_CORKS];
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind_op op;
	uint32_t timeline = syncobj_create(w->fd, 0);

	for (int i = 0; i < NR_CORKS; i++) {
		cnova_cork_init(&cork[i]);
		syncs[0] = cnova_wait(cnova_cork_syncobj(&cork[i], w->fd), 0);
		syncs[1] = cnova_signal(timeline, 1 + i);
		op = cnova_op_map(&w->bo[i % 2], i * SZ_4K, CNOVA_VA + i * SZ_4K,
				  SZ_64K - i * SZ_4K, 0);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
		cnova_oracle_apply(&w->oracle, &op);
	}

	for (int i = NR_CORKS; --i;) {
		cnova_cork_pull(&cork[i]);
		usleep(2000);
		igt_assert_eq_u64(cnova_syncobj_query(w->fd, timeline), 0);
	}
	cnova_cork_pull(&cork[0]);
	wait_done(w, timeline, NR_CORKS);
	for (int i = 0; i < NR_CORKS; i++)
		cnova_cork_fini(&cork[i]);
	finish(w);
}

static void test_corked_unmap_all(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct cnova_cork cork;
	struct drm_cnova_sync in, out;
	struct drm_cnova_vm_bind_op ops[] = {
		map_slot(w, 0, 1), map_slot(w, 1, 3), cnova_op_unmap_all(&w->bo[0]),
	};

	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	cnova_cork_init(&cork);
	in = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	out = cnova_signal(syncobj_create(w->fd, 0), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, ops, 2, &in, 1), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &ops[2], 1, &out, 1), 0);
	cnova_cork_pull(&cork);
	wait_done(w, out.handle, 0);
	cnova_world_apply(w, ops, 3);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_corked_other_vm(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 1);
	struct drm_cnova_vm_bind args;
	struct drm_cnova_sync in;
	struct cnova_cork cork;
	struct cnova_vm other;

	cnova_vm_init(&other, w->fd);
	cnova_cork_init(&cork);
	in = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, &in, 1), 0);

	args = cnova_bind_args(&other, &op, 1, NULL, 0);
	igt_assert_eq(__cnova_bind(w->fd, &args), 0);
	cnova_eye_expect(&other, op.va, &w->bo[0], 0);
	cnova_eye_expect_fault(&w->vm, op.va);
	cnova_vm_fini(&other);

	cnova_cork_pull(&cork);
	cnova_world_apply(w, &op, 1);
	op = cnova_op_unmap(CNOVA_VA, SZ_4K);
	cnova_world_bind(w, &op, 1);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_corked_close_handle(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[2], out;
	struct drm_cnova_vm_bind_op op;
	struct cnova_cork cork;
	struct cnova_bo bo;

	cnova_bo_init(&bo, w->fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&bo, 0, CNOVA_VA, SZ_64K, 0);
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
	syncobj_destroy(w->fd, syncs[0].handle);
	syncobj_destroy(w->fd, syncs[1].handle);
	cnova_bo_fini(&bo);

	out = cnova_signal(syncobj_create(w->fd, 0), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, &out, 1), 0);
	cnova_cork_pull(&cork);
	wait_done(w, out.handle, 0);
	cnova_world_apply(w, &op, 1);
	cnova_world_check(w);
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_corked_limit(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_PENDING_BINDS), n;
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	igt_require_f(limit <= 4096, "the limit is %" PRIu64 "\n", limit);
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	for (n = 0; n < limit; n++)
		igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, syncs, 2), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, syncs, 2), -EBUSY);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 1), -EBUSY);

	cnova_cork_pull(&cork);
	wait_done(w, syncs[1].handle, 0);
	cnova_world_bind(w, &op, 1);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_fence_error(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	/* A fence of sw_sync whose timeline is closed signals with an error. */
	cnova_require_endless_cork();
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
	cnova_cork_fini(&cork);
	igt_assert_eq(cnova_syncobj_wait(w->fd, syncs[1].handle, 0, HANG_SECONDS * 500), 0);
	igt_assert(cnova_syncobj_status(w->fd, syncs[0].handle, 0) < 0);
	igt_assert_eq(cnova_syncobj_status(w->fd, syncs[1].handle, 0), 1);
	cnova_world_apply(w, &op, 1);
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "out", "Syncs signal when the bind is done.", test_out },
		{ "in", "A bind waits for what has signalled.", test_in },
		{ "points-64bit", "Points beyond 32 bits.", test_points_64bit },
		{ "many-syncs", "As many syncs as one call takes.", test_many_syncs },
		{ "same-syncobj", "Wait and signal one syncobj.", test_same_syncobj },
		{ "timeline-order", "Points twice or backwards are refused.",
		  test_timeline_order },
		{ "sync-point", "A bind without operations.", test_sync_point },
		{ "no-syncs", "An asynchronous bind without syncs.", test_no_syncs },
		{ "wait-for-submit", "A fence that is submitted later.", test_wait_for_submit },
		{ "wait-for-submit-time", "It gives up after five seconds.",
		  test_wait_for_submit_time },
		{ "wait-for-submit-signal", "A signal interrupts it.",
		  test_wait_for_submit_signal },
		{ "corked", "Nothing before the in-fence signals, then all.", test_corked },
		{ "corked-order", "What overlaps runs after it.", test_corked_order },
		{ "corked-reverse", "Submission order, whichever fence is first.",
		  test_corked_reverse },
		{ "corked-unmap-all", "Includes what binds before it will map.",
		  test_corked_unmap_all },
		{ "corked-other-vm", "A VM that waits does not hold up another.",
		  test_corked_other_vm },
		{ "corked-close-handle", "Objects and syncobjs may be closed.",
		  test_corked_close_handle },
		{ "corked-limit", "As many binds may wait as promised.", test_corked_limit },
		{ "fence-error", "Does not cancel the bind.", test_fence_error },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
