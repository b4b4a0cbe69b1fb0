// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "queue.h"

/**
 * TEST: cnova vm sync matrix
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: What a bind waits for, by what it signals, by what it does, by where. Numbers
 *	in brackets are rules of the contract (Documentation/contract.rst).
 *
 * SUBTEST: matrix
 * Description: [4, 7, 13] All kinds of waits with all kinds of signals, on all numbers of
 *	operations, on the VM's own queue and another.
 *
 * SUBTEST: chain
 * Description: One array of syncs waits for and signals points of the same timelines.
 *
 * SUBTEST: sync-file
 * Description: Fences come from sync files and go into them.
 *
 * SUBTEST: refused
 * Description: [5, 6] The operation at fault is anywhere in the array: nothing is signalled,
 *	no point is taken.
 *
 * SUBTEST: empty
 * Description: [4] Binds without operations lock nothing and do not touch the hardware.
 *
 * SUBTEST: wait-holds-nothing
 * Description: While a bind waits for a submission, others go through, and its VM goes.
 */

#define HANG_SECONDS	30

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

/* ------------------------------------------------------------------------ matrix */

enum in { IN_NONE, IN_BINARY, IN_POINT, IN_BOTH_CORKED, IN_POINT_CORKED, NR_IN };
enum out { OUT_NONE, OUT_BINARY, OUT_POINT, OUT_MANY, NR_OUT };

#define POINT	((1ull << 33) + 3)

/* A point of a timeline that a cork holds. */
static uint32_t corked_timeline(struct cnova_world *w, const struct cnova_cork *cork)
{
	uint32_t timeline = syncobj_create(w->fd, 0);
	struct drm_cnova_sync syncs[2] = {
		cnova_wait(cnova_cork_syncobj(cork, w->fd), 0), cnova_signal(timeline, POINT),
	};
	struct cnova_vm other = { .fd = w->fd, .id = cnova_vm_create(w->fd) };

	/* In a VM of its own, which lives as long as the file. */
	igt_assert_eq(cnova_bind_async(&other, NULL, 0, syncs, 2), 0);
	return timeline;
}

static unsigned int fill_in(struct cnova_world *w, enum in in, const struct cnova_cork *cork,
			    struct drm_cnova_sync *syncs)
{
	uint32_t timeline;

	switch (in) {
	case IN_BINARY:
		syncs[0] = cnova_wait(syncobj_create(w->fd, DRM_SYNCOBJ_CREATE_SIGNALED), 0);
		return 1;
	case IN_POINT:
		timeline = syncobj_create(w->fd, 0);
		cnova_syncobj_timeline_signal(w->fd, timeline, POINT);
		/* One before is there when this one is. */
		syncs[0] = cnova_wait(timeline, POINT);
		syncs[1] = cnova_wait(timeline, 1);
		return 2;
	case IN_BOTH_CORKED:
		syncs[0] = cnova_wait(cnova_cork_syncobj(cork, w->fd), 0);
		syncs[1] = cnova_wait(corked_timeline(w, cork), POINT);
		return 2;
	case IN_POINT_CORKED:
		syncs[0] = cnova_wait(corked_timeline(w, cork), POINT);
		syncs[0].flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
		return 1;
	default:
		return 0;
	}
}

static unsigned int fill_out(struct cnova_world *w, enum out out, struct drm_cnova_sync *syncs)
{
	unsigned int nr = 0;

	if (out == OUT_BINARY || out == OUT_MANY)
		syncs[nr++] = cnova_new_signal(w);
	if (out == OUT_POINT || out == OUT_MANY)
		syncs[nr++] = cnova_signal(syncobj_create(w->fd, 0), POINT);
	/* A second point of the same timeline. */
	if (out == OUT_MANY)
		syncs[nr++] = cnova_signal(syncs[1].handle, POINT + 5);
	return nr;
}

static void try_syncs(struct cnova_world *w, enum in in, enum out out, unsigned int nr_ops,
		      uint32_t queue)
{
	bool corked = in == IN_BOTH_CORKED || in == IN_POINT_CORKED;
	struct drm_cnova_vm_bind_op ops[] = {
		cnova_op_map(&w->bo[in % 2], 0, CNOVA_VA + out * SZ_64K, SZ_64K, 0),
		cnova_op_unmap(CNOVA_VA + out * SZ_64K, in * SZ_4K + SZ_4K),
		cnova_op_map(&w->bo[out % 2], SZ_4K, CNOVA_VA + 5 * SZ_64K, SZ_4K, 0),
	};
	struct drm_cnova_sync syncs[8];
	struct cnova_cork cork;
	unsigned int nr_in, nr_out;

	cnova_cork_init(&cork);
	nr_out = fill_out(w, out, syncs);
	nr_in = fill_in(w, in, &cork, syncs + nr_out);
	if (!nr_ops && !nr_in && !nr_out) {
		cnova_cork_fini(&cork);
		return;
	}

	/* Without any sync it is a synchronous one. */
	cnova_queue_bind(w, queue, ops, nr_ops, syncs, nr_in + nr_out);
	if (corked) {
		for (unsigned int i = 0; i < nr_out; i++)
			igt_assert(!cnova_syncobj_is_signaled(w->fd, syncs[i].handle,
							      syncs[i].point));
		cnova_world_check(w);
	}
	cnova_cork_pull(&cork);
	for (unsigned int i = 0; i < nr_out; i++)
		cnova_expect_done(w, syncs[i]);
	if (out == OUT_MANY)
		igt_assert_eq_u64(cnova_syncobj_query(w->fd, syncs[2].handle), POINT + 5);

	cnova_world_apply(w, ops, nr_ops);
	/* A synchronous bind on the same queue comes after it, signalled or not. */
	ops[0] = cnova_op_unmap(CNOVA_VA + 15 * SZ_64K, SZ_4K);
	cnova_queue_bind(w, queue, ops, 1, NULL, 0);
	cnova_world_check(w);
	cnova_cork_fini(&cork);
}

static void test_matrix(int fd)
{
	static const unsigned int nr_ops[] = { 0, 1, 3 };

	for (unsigned int in = 0; in < NR_IN; in++) {
		struct cnova_world *w = prepare(fd);
		uint32_t queue = cnova_queue_create(w);

		for (unsigned int out = 0; out < NR_OUT; out++)
			for (unsigned int i = 0; i < ARRAY_SIZE(nr_ops); i++)
				for (int own = 0; own < 2; own++)
					try_syncs(w, in, out, nr_ops[i], own ? 0 : queue);
		finish(w);
	}
}

static void test_chain(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t timeline[2] = { syncobj_create(w->fd, 0), syncobj_create(w->fd, 0) };
	uint32_t queue[2] = { cnova_queue_create(w), cnova_queue_create(w) };
	struct drm_cnova_sync syncs[4];
	struct cnova_cork cork;

	cnova_new_cork(w, &cork, syncs);
	for (int i = 0; i < 2; i++) {
		syncs[1] = cnova_signal(timeline[i], 1);
		cnova_queue_bind(w, queue[i], NULL, 0, syncs, 2);
	}
	for (uint64_t point = 1; point < 20; point++) {
		struct drm_cnova_vm_bind_op op =
			cnova_op_map(&w->bo[point % 2], 0, CNOVA_VA + point % 7 * SZ_4K, SZ_64K, 0);

		/* A wait means what was there before the call, wherever it stands. */
		syncs[0] = cnova_signal(timeline[0], point + 1);
		syncs[1] = cnova_wait(timeline[0], point);
		syncs[2] = cnova_wait(timeline[1], point);
		syncs[3] = cnova_signal(timeline[1], point + 1);
		cnova_queue_bind(w, queue[point % 2], &op, 1, syncs, 4);
		cnova_oracle_apply(&w->oracle, &op);
	}
	igt_assert_eq_u64(cnova_syncobj_query(w->fd, timeline[1]), 0);
	cnova_cork_pull(&cork);
	cnova_expect_done(w, syncs[0]);
	cnova_expect_done(w, syncs[3]);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_sync_file(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t queue = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op ops[] = {
		cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0),
		cnova_op_unmap(CNOVA_VA + SZ_4K, SZ_4K),
	};
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w);
	struct cnova_cork cork;
	uint32_t imported;
	int file;

	/* Out of one bind into a file, out of the file into another bind. */
	cnova_new_cork(w, &cork, syncs);
	cnova_queue_bind(w, queue, &ops[0], 1, syncs, 2);
	file = syncobj_handle_to_fd(w->fd, syncs[1].handle,
				    DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
	imported = syncobj_create(w->fd, 0);
	syncobj_import_sync_file(w->fd, imported, file);
	close(file);
	syncs[0] = cnova_wait(imported, 0);
	syncs[1] = out;
	cnova_queue_bind(w, 0, &ops[1], 1, syncs, 2);
	cnova_expect_waits(w, out);
	cnova_cork_pull(&cork);
	cnova_expect_done(w, out);
	cnova_world_apply(w, ops, 2);
	cnova_cork_fini(&cork);
	finish(w);
}

/* ----------------------------------------------------------------------- refused */

#define NR_REFUSED	7

static void test_refused(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t timeline = syncobj_create(w->fd, 0), queue = cnova_queue_create(w);
	struct drm_cnova_sync syncs[] = {
		cnova_signal(timeline, 8), cnova_new_signal(w),
		cnova_wait(syncobj_create(w->fd, DRM_SYNCOBJ_CREATE_SIGNALED), 0),
	};
	struct drm_cnova_vm_bind_op ops[NR_REFUSED];

	cnova_syncobj_timeline_signal(w->fd, timeline, 7);
	cnova_world_map(w, &w->bo[1], 0, CNOVA_VA, SZ_64K, 0);
	for (int bad = 0; bad < 2 * NR_REFUSED; bad++) {
		struct drm_cnova_vm_bind args;

		for (int i = 0; i < NR_REFUSED; i++)
			ops[i] = i % 2 ? cnova_op_unmap(CNOVA_VA + i * SZ_4K, SZ_4K) :
					 cnova_op_map(&w->bo[0], 0, CNOVA_VA + i * SZ_4K,
						      2 * SZ_4K, 0);
		if (bad < NR_REFUSED)
			ops[bad].range = 0;
		else
			ops[bad - NR_REFUSED].va += 1;

		args = cnova_bind_args(&w->vm, ops, NR_REFUSED, syncs, ARRAY_SIZE(syncs));
		args.flags = DRM_CNOVA_VM_BIND_ASYNC;
		args.queue_id = bad % 2 ? queue : 0;
		cnova_world_expect_refused(w, &args, EINVAL, bad % NR_REFUSED,
					   bad < NR_REFUSED ? DRM_CNOVA_REASON_RANGE :
							      DRM_CNOVA_REASON_ALIGN);
		igt_assert_eq_u64(cnova_syncobj_query(w->fd, timeline), 7);
		igt_assert(!cnova_syncobj_has_fence(w->fd, timeline, 8));
		igt_assert(!cnova_syncobj_has_fence(w->fd, syncs[1].handle, 0));
	}

	/* And so nothing is in the way of a good one. */
	ops[0] = cnova_op_unmap(CNOVA_VA, SZ_4K);
	cnova_queue_bind(w, queue, ops, 1, syncs, ARRAY_SIZE(syncs));
	cnova_expect_done(w, syncs[0]);
	cnova_expect_done(w, syncs[1]);
	cnova_world_apply(w, ops, 1);
	finish(w);
}

/* ------------------------------------------------------------------------- cheap */

static void test_empty(int fd)
{
	static const char * const counters[] = {
		"wr32", "rd32", "pramin_wr64", "bar1_wr64", "invalidate", "window_move",
	};
	struct cnova_world *w = prepare(fd);
	uint32_t queue = cnova_queue_create(w), timeline = syncobj_create(w->fd, 0);
	struct drm_cnova_sync syncs[2];
	uint64_t before[ARRAY_SIZE(counters)];
	long locked;

	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	locked = cnova_binds(w, "locked");
	igt_assert_eq(locked, 2);
	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++)
		before[i] = cnova_counter(w->fd, counters[i]);

	syncs[0] = cnova_signal(timeline, 1);
	cnova_queue_bind(w, queue, NULL, 0, syncs, 1);
	for (uint64_t point = 1; point < 200; point++) {
		syncs[0] = cnova_wait(timeline, point);
		syncs[1] = cnova_signal(timeline, point + 1);
		cnova_queue_bind(w, point % 2 ? queue : 0, NULL, 0, syncs, 2);
	}
	cnova_expect_done(w, syncs[1]);

	igt_assert_eq(cnova_binds(w, "locked"), locked);
	igt_assert_eq(cnova_binds(w, "submitted"), 201);
	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++)
		igt_assert_eq_u64(cnova_counter(w->fd, counters[i]), before[i]);
	finish(w);
}

static void test_wait_holds_nothing(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync in = cnova_wait(syncobj_create(w->fd, 0), 0);
	struct drm_cnova_vm_bind_op op = cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	time_t start;

	in.flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	igt_fork(child, 2) {
		/* Nobody submits it: it gives up, or finds its VM gone. */
		igt_assert(cnova_bind_async(&w->vm, &op, 1, &in, 1) == -ETIME);
	}
	usleep(100000);
	start = time(NULL);
	cnova_world_bind(w, &op, 1);
	cnova_queue_destroy(w, cnova_queue_create(w));
	cnova_world_check(w);
	igt_assert_eq(__cnova_vm_destroy(w->fd, w->vm.id), 0);
	igt_assert_lte(time(NULL) - start, 3);

	igt_waitchildren();
	w->vm.id = cnova_vm_create(w->fd);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "matrix", "All kinds of waits and signals.", test_matrix },
		{ "chain", "Points of the same timelines.", test_chain },
		{ "sync-file", "Out of sync files and into them.", test_sync_file },
		{ "refused", "Nothing is signalled.", test_refused },
		{ "empty", "Without operations it is cheap.", test_empty },
		{ "wait-holds-nothing", "Waiting for a submission is in nobody's way.",
		  test_wait_holds_nothing },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
