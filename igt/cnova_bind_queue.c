// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "queue.h"

/**
 * TEST: cnova bind queue
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Several bind queues of one VM. Numbers in brackets are rules of the
 *	contract (Documentation/contract.rst).
 *
 * SUBTEST: basic
 * Description: A queue is made, binds go through it, it is destroyed.
 *
 * SUBTEST: invalid
 * Description: [1] Fields that must be 0, and the VM's own queue, which nobody destroys.
 *
 * SUBTEST: foreign
 * Description: Ids of queues and VMs that belong to another VM or file.
 *
 * SUBTEST: limit
 * Description: As many queues as promised; one that was destroyed counts until its binds
 *	have run.
 *
 * SUBTEST: order
 * Description: [13] Binds of one queue run in the order they were submitted.
 *
 * SUBTEST: independent
 * Description: [13] What waits on one queue does not hold up the others.
 *
 * SUBTEST: overlap
 * Description: [13] Overlapping binds of two queues run in the order they were submitted,
 *	maps and unmaps over each other in all combinations.
 *
 * SUBTEST: overlap-chain
 * Description: [13] Binds over each other on all queues, and the fences of the last come
 *	first.
 *
 * SUBTEST: overlap-array
 * Description: [13] An array overlaps where one of its operations does, not between them.
 *
 * SUBTEST: unmap-delayed-map-other
 * Description: [13] The unmap of an object waits on one queue, another object is mapped
 *	there on a second: the unmap takes away what it was meant for.
 *
 * SUBTEST: unmap-all
 * Description: [13] An unmap-all comes after the maps of other queues that were submitted
 *	before, and leaves those alone that were submitted later.
 *
 * SUBTEST: sync-after-async
 * Description: [14] A synchronous bind comes after what waits on its queue.
 *
 * SUBTEST: sync-interrupted
 * Description: [20] Signals while a synchronous bind waits; it is applied once.
 *
 * SUBTEST: timeline
 * Description: Points of one timeline go round all queues.
 */

#define HANG_SECONDS	20

static struct cnova_world *prepare(int fd)
{
	return cnova_world_watched(fd, HANG_SECONDS, "a bind queue");
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

static struct drm_cnova_vm_bind_op unmap_slot(int slot)
{
	return cnova_op_unmap(CNOVA_VA + slot * SZ_64K, SZ_64K);
}

/* ------------------------------------------------------------ making, destroying */

static void test_basic(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w), third;
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 0), map_slot(w, 1, 1),
					      unmap_slot(0) };
	struct drm_cnova_sync out = cnova_new_signal(w);

	igt_assert_neq(first, second);
	cnova_queue_bind(w, first, &ops[0], 1, NULL, 0);
	cnova_queue_bind(w, second, &ops[1], 1, NULL, 0);
	cnova_world_apply(w, ops, 2);
	cnova_world_check(w);
	cnova_queue_bind(w, first, &ops[2], 1, &out, 1);
	cnova_expect_done(w, out);
	cnova_world_apply(w, &ops[2], 1);

	cnova_queue_destroy(w, first);
	igt_assert_eq(__cnova_queue_destroy(w->fd, w->vm.id, first), -ENOENT);
	igt_assert_eq(__cnova_queue_bind(w, first, &ops[0], 1, NULL, 0), -ENOENT);
	/* What it mapped stays, and an id is not used again soon. */
	cnova_world_check(w);
	third = cnova_queue_create(w);
	igt_assert_neq(third, first);
	cnova_queue_bind(w, third, &ops[0], 1, NULL, 0);
	cnova_world_apply(w, &ops[0], 1);
	finish(w);
}

static void test_invalid(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_bind_queue_create create;
	uint32_t id;

	for (int bit = 0; bit < 32; bit++) {
		create = (struct drm_cnova_bind_queue_create){ w->vm.id, 1u << bit, 0, 0 };
		igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE, &create),
			      -EINVAL);
		create = (struct drm_cnova_bind_queue_create){ w->vm.id, 0, 1u << bit, 0 };
		igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE, &create),
			      -EINVAL);
		create = (struct drm_cnova_bind_queue_create){ w->vm.id, 0, 0, 1u << bit };
		igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE, &create),
			      -EINVAL);
	}
	igt_assert_eq(__cnova_queue_create(w->fd, 0, &id), -ENOENT);
	igt_assert_eq(__cnova_queue_create(w->fd, UINT32_MAX, &id), -ENOENT);
	igt_assert_eq(__cnova_queue_destroy(w->fd, w->vm.id, 0), -EINVAL);
	igt_assert_eq(__cnova_queue_destroy(w->fd, w->vm.id, UINT32_MAX), -ENOENT);
	igt_assert_eq(__cnova_queue_destroy(w->fd, 0, 1), -ENOENT);
	finish(w);
}

static void test_foreign(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	struct drm_cnova_vm_bind args;
	uint32_t queue, id;
	struct cnova_vm other;
	int file;

	cnova_vm_init(&other, w->fd);
	/* The second queue of this VM: the other one has no queue with that id. */
	cnova_queue_create(w);
	queue = cnova_queue_create(w);
	args = cnova_bind_args(&other, &op, 1, NULL, 0);
	args.queue_id = queue;
	igt_assert_eq(__cnova_bind(w->fd, &args), -ENOENT);
	igt_assert_eq(__cnova_queue_destroy(w->fd, other.id, queue), -ENOENT);

	file = drm_reopen_driver(fd);
	igt_assert_eq(__cnova_queue_create(file, w->vm.id, &id), -ENOENT);
	igt_assert_eq(__cnova_queue_destroy(file, w->vm.id, queue), -ENOENT);
	drm_close_driver(file);

	id = w->vm.id;
	cnova_vm_fini(&other);
	igt_assert_eq(__cnova_queue_create(w->fd, other.id, &id), -ENOENT);
	cnova_queue_bind(w, queue, &op, 1, NULL, 0);
	cnova_world_apply(w, &op, 1);
	finish(w);
}

static void test_limit(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_QUEUES);
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 0);
	struct drm_cnova_sync syncs[2];
	uint32_t queue[CNOVA_TEST_QUEUES], id;
	struct cnova_cork c;
	char name[32];

	igt_assert(limit > 0 && limit <= CNOVA_TEST_QUEUES);
	cnova_new_cork(w, &c, syncs);
	for (uint64_t i = 0; i < limit; i++)
		queue[i] = cnova_queue_create(w);
	igt_assert_eq(__cnova_queue_create(w->fd, w->vm.id, &id), -ENOSPC);

	/* Without binds it goes at once; also right after a bind that is done. */
	cnova_queue_destroy(w, queue[0]);
	queue[0] = cnova_queue_create(w);
	for (int i = 0; i < 20; i++) {
		cnova_queue_bind(w, queue[0], &op, 1, NULL, 0);
		snprintf(name, sizeof(name), "queue_%u", queue[0]);
		igt_assert_eq(cnova_binds(w, name), 0);
		cnova_queue_destroy(w, queue[0]);
		queue[0] = cnova_queue_create(w);
	}

	cnova_queue_bind(w, queue[1], &op, 1, syncs, 2);
	cnova_queue_destroy(w, queue[1]);
	igt_assert_eq(__cnova_queue_create(w->fd, w->vm.id, &id), -ENOSPC);
	cnova_cork_pull(&c);
	cnova_expect_done(w, syncs[1]);
	cnova_queue_create(w);
	igt_assert_eq(__cnova_queue_create(w->fd, w->vm.id, &id), -ENOSPC);
	cnova_world_apply(w, &op, 1);
	cnova_cork_fini(&c);
	finish(w);
}

/* ----------------------------------------------------------------------- order */

static void test_order(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 0), map_slot(w, 1, 5) };
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w), point = cnova_new_signal(w);
	uint32_t queue = cnova_queue_create(w);
	struct cnova_cork c;

	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, queue, &ops[0], 1, syncs, 2);
	cnova_queue_bind(w, queue, &ops[1], 1, &out, 1);
	cnova_queue_bind(w, queue, NULL, 0, &point, 1);
	cnova_expect_waits(w, out);
	cnova_expect_waits(w, point);
	cnova_world_check(w);
	cnova_cork_pull(&c);
	cnova_expect_done(w, point);
	cnova_expect_done(w, out);
	cnova_world_apply(w, ops, 2);
	cnova_cork_fini(&c);
	finish(w);
}

static void test_independent(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w);
	/* Neighbours on both sides, and pages of one page table. */
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 3), map_slot(w, 1, 2),
					      map_slot(w, 1, 4), unmap_slot(2) };
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w), point = cnova_new_signal(w);
	struct cnova_cork c;

	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, first, &ops[0], 1, syncs, 2);
	cnova_queue_bind(w, second, &ops[1], 1, &out, 1);
	cnova_expect_done(w, out);
	cnova_queue_bind(w, 0, &ops[2], 1, NULL, 0);
	cnova_queue_bind(w, second, &ops[3], 1, NULL, 0);
	cnova_queue_bind(w, second, NULL, 0, &point, 1);
	cnova_expect_done(w, point);
	igt_assert_eq(cnova_binds(w, "order_waits"), 0);
	cnova_world_apply(w, &ops[1], 3);
	cnova_world_check(w);

	cnova_cork_pull(&c);
	cnova_expect_done(w, syncs[1]);
	cnova_world_apply(w, &ops[0], 1);
	cnova_cork_fini(&c);
	finish(w);
}

static struct drm_cnova_vm_bind_op some_op(struct cnova_world *w, int type, uint64_t va,
					   uint64_t range)
{
	switch (type) {
	case 0:
		return cnova_op_map(&w->bo[0], 0, va, range, 0);
	case 1:
		return cnova_op_map(&w->bo[1], SZ_64K - range, va, range, 0);
	case 2:
		return cnova_op_unmap(va, range);
	default:
		return cnova_op_sparse(va, range);
	}
}

static void test_overlap(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w);

	for (int i = 0; i < 16; i++) {
		struct drm_cnova_vm_bind_op ops[] = {
			some_op(w, i % 4, CNOVA_VA + SZ_4K, 4 * SZ_4K),
			/* One page of it, at its start, in it, or at its end. */
			some_op(w, i / 4, CNOVA_VA + (i % 3 + 1) * SZ_4K, 2 * SZ_4K),
			cnova_op_unmap(CNOVA_VA, SZ_64K),
		};
		struct drm_cnova_sync syncs[2], out = cnova_new_signal(w);
		long waits = cnova_binds(w, "order_waits");
		struct cnova_cork c;

		cnova_world_map(w, &w->bo[1], 0, CNOVA_VA, 8 * SZ_4K, 0);
		cnova_new_cork(w, &c, syncs);
		cnova_queue_bind(w, first, &ops[0], 1, syncs, 2);
		cnova_queue_bind(w, second, &ops[1], 1, &out, 1);
		cnova_expect_waits(w, out);
		igt_assert_eq(cnova_binds(w, "order_waits"), waits + 1);
		cnova_cork_pull(&c);
		cnova_expect_done(w, out);
		igt_assert_eq(cnova_syncobj_status(w->fd, syncs[1].handle, 0), 1);
		cnova_world_apply(w, ops, 2);
		cnova_world_check_all(w);
		cnova_world_bind(w, &ops[2], 1);
		cnova_cork_fini(&c);
	}
	finish(w);
}

#define NR_CHAIN	6

static void test_overlap_chain(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[NR_CHAIN][2];
	struct cnova_cork c[NR_CHAIN];

	/* One after the other along the addresses: each overlaps the one before it only. */
	for (int i = 0; i < NR_CHAIN; i++) {
		struct drm_cnova_vm_bind_op op =
			cnova_op_map(&w->bo[i % 2], i * SZ_4K, CNOVA_VA + i * SZ_4K, 2 * SZ_4K, 0);

		cnova_new_cork(w, &c[i], syncs[i]);
		cnova_queue_bind(w, cnova_queue_create(w), &op, 1, syncs[i], 2);
		cnova_world_apply(w, &op, 1);
	}
	igt_assert_eq(cnova_binds(w, "order_waits"), NR_CHAIN - 1);

	for (int i = NR_CHAIN; --i;) {
		cnova_cork_pull(&c[i]);
		cnova_expect_waits(w, syncs[i][1]);
	}
	cnova_cork_pull(&c[0]);
	for (int i = 0; i < NR_CHAIN; i++) {
		cnova_expect_done(w, syncs[i][1]);
		cnova_cork_fini(&c[i]);
	}
	finish(w);
}

static void test_overlap_array(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 1), map_slot(w, 1, 9),
					      map_slot(w, 0, 5) };
	struct drm_cnova_vm_bind_op between[] = { map_slot(w, 1, 2), unmap_slot(8),
						  map_slot(w, 0, 4), map_slot(w, 1, 12) };
	struct drm_cnova_vm_bind_op hits[] = { unmap_slot(13), map_slot(w, 1, 6),
					       cnova_op_unmap(CNOVA_VA + 6 * SZ_64K - SZ_4K,
							      2 * SZ_4K) };
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w);
	struct cnova_cork c;

	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, first, ops, 3, syncs, 2);
	cnova_queue_bind(w, second, between, 4, NULL, 0);
	cnova_world_apply(w, between, 4);
	cnova_world_check(w);
	cnova_queue_bind(w, second, hits, 3, &out, 1);
	cnova_expect_waits(w, out);
	cnova_cork_pull(&c);
	cnova_expect_done(w, out);
	cnova_world_apply(w, ops, 3);
	cnova_world_apply(w, hits, 3);
	cnova_cork_fini(&c);
	finish(w);
}

static void test_unmap_delayed_map_other(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op unmap = unmap_slot(4), map = map_slot(w, 1, 4);
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w);
	struct cnova_cork c;

	for (int round = 0; round < 2; round++) {
		/* First over an object, then where nothing is: the set of the unmap is empty. */
		if (!round)
			cnova_world_map(w, &w->bo[0], 0, map.va, SZ_64K, 0);
		cnova_new_cork(w, &c, syncs);
		cnova_queue_bind(w, first, &unmap, 1, syncs, 2);
		cnova_queue_bind(w, second, &map, 1, &out, 1);
		cnova_expect_waits(w, out);
		cnova_world_check(w);
		cnova_cork_pull(&c);
		cnova_expect_done(w, out);
		cnova_world_apply(w, &unmap, 1);
		cnova_world_apply(w, &map, 1);
		cnova_world_check(w);
		cnova_world_bind(w, &unmap, 1);
		cnova_cork_fini(&c);
	}
	finish(w);
}

static void test_unmap_all(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t first = cnova_queue_create(w), second = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op map = map_slot(w, 0, 4), all = cnova_op_unmap_all(&w->bo[0]),
				    later = map_slot(w, 0, 9), over = map_slot(w, 1, 1);
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w), last = cnova_new_signal(w);
	struct cnova_cork c;

	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, first, &map, 1, syncs, 2);
	cnova_queue_bind(w, second, &all, 1, &out, 1);
	cnova_expect_waits(w, out);
	/* Elsewhere: it waits for nobody, and stays. */
	cnova_queue_bind(w, 0, &later, 1, NULL, 0);
	/* Where the unmap-all takes something away: after it. */
	cnova_queue_bind(w, 0, &over, 1, &last, 1);
	cnova_expect_waits(w, last);
	cnova_cork_pull(&c);
	cnova_expect_done(w, out);
	cnova_expect_done(w, last);
	cnova_world_apply(w, &all, 1);
	cnova_world_apply(w, &later, 1);
	cnova_world_apply(w, &over, 1);
	cnova_cork_fini(&c);
	finish(w);
}

/* ----------------------------------------------------------------- synchronous */

static void test_sync_after_async(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t queue = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 2), map_slot(w, 1, 8) };
	struct drm_cnova_sync syncs[2];
	struct cnova_cork c;

	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, queue, &ops[0], 1, syncs, 2);
	igt_fork(child, 1) {
		usleep(100000);
		igt_assert(!cnova_syncobj_is_signaled(w->fd, syncs[1].handle, 0));
		cnova_cork_pull(&c);
	}
	cnova_queue_bind(w, queue, &ops[1], 1, NULL, 0);
	/* No wait: it came after the first. */
	igt_assert(cnova_syncobj_is_signaled(w->fd, syncs[1].handle, 0));
	igt_waitchildren();
	cnova_world_apply(w, ops, 2);
	cnova_cork_fini(&c);
	finish(w);
}

static void on_alarm(int signal __attribute__((unused)))
{
}

/* Unmaps what was there: if it came twice, the second time would be seen in "submitted". */
static void test_sync_interrupted(int fd)
{
	const struct itimerval every = { { 0, 2000 }, { 0, 2000 } }, never = {};
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART }, old;
	struct cnova_world *w = prepare(fd);
	uint32_t queue = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 2), map_slot(w, 1, 8) };
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind args;
	struct cnova_cork c;
	int ret;

	args = cnova_bind_args(&w->vm, &ops[1], 1, NULL, 0);
	args.queue_id = queue;
	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, queue, &ops[0], 1, syncs, 2);
	igt_fork(child, 1) {
		usleep(200000);
		cnova_cork_pull(&c);
	}
	sigaction(SIGALRM, &action, &old);
	setitimer(ITIMER_REAL, &every, NULL);
	ret = ioctl(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	igt_assert_eq(ret, 0);
	igt_assert_eq(cnova_binds(w, "submitted"), 2);
	igt_waitchildren();
	cnova_world_apply(w, ops, 2);
	cnova_cork_fini(&c);
	finish(w);
}

static void test_timeline(int fd)
{
	uint64_t nr = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_QUEUES);
	struct cnova_world *w = prepare(fd);
	uint32_t timeline = syncobj_create(w->fd, 0), queue[CNOVA_TEST_QUEUES];
	struct drm_cnova_sync syncs[2];
	uint64_t point = 1ull << 40;
	struct cnova_cork c;

	cnova_new_cork(w, &c, syncs);
	syncs[1] = cnova_signal(timeline, point);
	igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, syncs, 2), 0);
	for (uint64_t i = 0; i < nr; i++)
		queue[i] = cnova_queue_create(w);

	for (uint64_t i = 0; i < 3 * nr; i++) {
		struct drm_cnova_vm_bind_op op =
			cnova_op_map(&w->bo[i % 2], i % 8 * SZ_4K, CNOVA_VA + i % 11 * SZ_4K,
				     4 * SZ_4K, 0);

		syncs[0] = cnova_wait(timeline, point);
		syncs[1] = cnova_signal(timeline, ++point);
		cnova_queue_bind(w, queue[i % nr], &op, 1, syncs, 2);
		cnova_world_apply(w, &op, 1);
	}
	cnova_expect_waits(w, syncs[1]);
	cnova_cork_pull(&c);
	cnova_expect_done(w, syncs[1]);
	igt_assert_eq_u64(cnova_syncobj_query(w->fd, timeline), point);
	cnova_cork_fini(&c);
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "basic", "Binds go through a queue.", test_basic },
		{ "invalid", "Fields that must be 0.", test_invalid },
		{ "foreign", "Ids of others.", test_foreign },
		{ "limit", "As many queues as promised.", test_limit },
		{ "order", "One queue, one order.", test_order },
		{ "independent", "Queues do not wait for each other.", test_independent },
		{ "overlap", "Unless their binds overlap.", test_overlap },
		{ "overlap-chain", "One after the other, over all queues.",
		  test_overlap_chain },
		{ "overlap-array", "Where an operation is, not between.",
		  test_overlap_array },
		{ "unmap-delayed-map-other", "An unmap removes what it was meant for.",
		  test_unmap_delayed_map_other },
		{ "unmap-all", "Before, after and beside binds of other queues.",
		  test_unmap_all },
		{ "sync-after-async", "A synchronous bind waits its turn.",
		  test_sync_after_async },
		{ "sync-interrupted", "And is applied once.", test_sync_interrupted },
		{ "timeline", "Points go round all queues.", test_timeline },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
