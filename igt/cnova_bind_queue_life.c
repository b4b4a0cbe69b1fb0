// SPDX-License-Identifier: MIT

#include <linux/sync_file.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "queue.h"

/**
 * TEST: cnova bind queue life
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: The ends of bind queues, and of VMs that have several. Numbers in brackets
 *	are rules of the contract (Documentation/contract.rst).
 *
 * SUBTEST: destroy-waiting
 * Description: [18] A queue is destroyed with binds waiting: they run, in their order.
 *
 * SUBTEST: outlive
 * Description: [18] Fences of a queue are looked at after it, its VM and its file are gone.
 *
 * SUBTEST: destroy-vm
 * Description: [18] The VM is destroyed, fences that never signal on several queues.
 *
 * SUBTEST: close-file
 * Description: [18] The file is closed, fences that never signal on several queues.
 *
 * SUBTEST: kill
 * Description: [18] The process is killed, fences that never signal on several queues.
 *
 * SUBTEST: races
 * Description: Threads make, use and destroy the queues of one VM at the same time.
 */

#define HANG_SECONDS	20

static struct cnova_world *prepare(int fd)
{
	return cnova_world_watched(fd, HANG_SECONDS, "the end of a bind queue");
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

static void test_destroy_waiting(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t queue = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op ops[] = { map_slot(w, 0, 2), map_slot(w, 1, 2),
					      map_slot(w, 0, 8) };
	struct drm_cnova_sync syncs[2], out[2] = { cnova_new_signal(w), cnova_new_signal(w) };
	struct cnova_cork c;

	cnova_new_cork(w, &c, syncs);
	cnova_queue_bind(w, queue, &ops[0], 1, syncs, 2);
	cnova_queue_bind(w, queue, &ops[1], 1, &out[0], 1);
	cnova_queue_destroy(w, queue);
	igt_assert_eq(__cnova_queue_bind(w, queue, &ops[2], 1, NULL, 0), -ENOENT);
	/* It still counts for the order. */
	cnova_queue_bind(w, 0, &ops[0], 1, &out[1], 1);
	cnova_expect_waits(w, out[1]);
	cnova_cork_pull(&c);
	cnova_expect_done(w, out[1]);
	igt_assert(cnova_syncobj_is_signaled(w->fd, out[0].handle, 0));
	cnova_world_apply(w, &ops[0], 1);
	cnova_cork_fini(&c);
	finish(w);
}

enum how { DESTROY_QUEUE, DESTROY_VM, CLOSE_FILE, KILL };

/* What the fence is called is asked of the driver until a fence has signalled. */
static void look_at(int file, int status)
{
	for (int i = 0; i < 20; i++) {
		struct sync_fence_info fence = {};
		struct sync_file_info info = {
			.num_fences = 1,
			.sync_fence_info = ptr_u64(&fence),
		};

		igt_assert_eq(cnova_ioctl(file, SYNC_IOC_FILE_INFO, &info), 0);
		igt_assert_eq(fence.status, status);
		usleep(1000);
	}
}

static int export_fence(struct cnova_world *w, struct drm_cnova_sync out)
{
	return syncobj_handle_to_fd(w->fd, out.handle,
				    DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
}

static void outlive(int fd, enum how how)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(w, 0, 2);
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w);
	uint32_t queue = cnova_queue_create(w);
	struct cnova_cork cork;
	int waiting, done;

	cnova_new_cork(w, &cork, syncs);
	cnova_queue_bind(w, queue, &op, 1, &out, 1);
	cnova_expect_done(w, out);
	cnova_world_apply(w, &op, 1);
	cnova_queue_bind(w, queue, &op, 1, syncs, 2);
	done = export_fence(w, out);
	waiting = export_fence(w, syncs[1]);

	cnova_queue_destroy(w, queue);
	if (how == DESTROY_VM)
		cnova_world_close(w);
	else if (how == CLOSE_FILE)
		cnova_world_drop(w);

	look_at(waiting, how == DESTROY_QUEUE ? 0 : -ECANCELED);
	look_at(done, 1);
	cnova_cork_pull(&cork);
	if (how == DESTROY_QUEUE) {
		cnova_expect_done(w, syncs[1]);
		look_at(waiting, 1);
		finish(w);
	} else {
		igt_reset_timeout();
		cnova_model_check();
	}
	close(done);
	close(waiting);
	cnova_cork_fini(&cork);
}

static void test_outlive(int fd)
{
	cnova_require_endless_cork();
	outlive(fd, DESTROY_QUEUE);
	outlive(fd, DESTROY_VM);
	outlive(fd, CLOSE_FILE);
}

/* -------------------------------------------------------------------- the end */

#define NR_LEFT		6

/* Waits for ever on several queues, some of them destroyed, some behind each other. */
static void leave_behind(struct cnova_world *w, const struct cnova_cork *c,
			 const int out_fd[NR_LEFT])
{
	struct drm_cnova_sync syncs[2] = { cnova_wait(cnova_cork_syncobj(c, w->fd), 0) };
	uint32_t queue = 0;

	for (int i = 0; i < NR_LEFT; i++) {
		struct drm_cnova_vm_bind_op ops[] = {
			cnova_op_map(&w->bo[0], 0, CNOVA_VA + i * SZ_4K, SZ_64K, 0),
			cnova_op_map(&w->bo[1], 0, CNOVA_VA_EDGE + i * SZ_2M, SZ_64K, 0),
		};

		if (i != NR_LEFT - 1)
			queue = cnova_queue_create(w);
		syncs[1] = cnova_signal(syncobj_fd_to_handle(w->fd, out_fd[i], 0), 0);
		/* Half of them have no fence of their own. */
		cnova_queue_bind(w, queue, ops, 2, &syncs[i % 2], 2 - i % 2);
		if (i % 3 == 0)
			cnova_queue_destroy(w, queue);
	}
}

static void test_end(int fd, enum how how)
{
	struct cnova_world *w;
	uint32_t out[NR_LEFT];
	int out_fd[NR_LEFT], ready[2];
	struct cnova_cork c;
	pid_t pid;

	cnova_require_endless_cork();
	igt_set_timeout(HANG_SECONDS, "the end of a VM");
	cnova_cork_init(&c);
	for (int i = 0; i < NR_LEFT; i++) {
		out[i] = syncobj_create(fd, 0);
		out_fd[i] = syncobj_handle_to_fd(fd, out[i], 0);
	}

	if (how == KILL) {
		igt_assert_eq(pipe(ready), 0);
		igt_fork(child, 1) {
			w = prepare(fd);
			leave_behind(w, &c, out_fd);
			pid = getpid();
			igt_assert_eq(write(ready[1], &pid, sizeof(pid)), sizeof(pid));
			for (;;)
				pause();
		}
		close(ready[1]);
		igt_assert_eq(read(ready[0], &pid, sizeof(pid)), sizeof(pid));
		close(ready[0]);
		igt_assert(!cnova_syncobj_is_signaled(fd, out[1], 0));
		kill(pid, SIGKILL);
		igt_assert_eq(__igt_waitchildren(), 128 + SIGKILL);
	} else {
		w = prepare(fd);
		leave_behind(w, &c, out_fd);
		igt_assert(!cnova_syncobj_is_signaled(fd, out[1], 0));
		if (how == DESTROY_VM)
			cnova_world_close(w);
		else
			cnova_world_drop(w);
	}

	for (int i = 0; i < NR_LEFT; i++) {
		igt_assert_eq(cnova_syncobj_wait(fd, out[i], 0, 10000), 0);
		igt_assert_eq(cnova_syncobj_status(fd, out[i], 0), -ECANCELED);
		syncobj_destroy(fd, out[i]);
		close(out_fd[i]);
	}
	cnova_cork_fini(&c);
	igt_reset_timeout();
	cnova_model_check();
}

static void race(struct cnova_world *w, unsigned int seed)
{
	for (int i = 0; i < 60; i++) {
		uint32_t queue = rand_r(&seed) % 12;
		int slot = rand_r(&seed) % 14, err;
		struct drm_cnova_vm_bind_op ops[] = {
			map_slot(w, slot % 2, slot),
			cnova_op_unmap(CNOVA_VA + slot * SZ_64K + SZ_4K, SZ_64K),
		};

		switch (rand_r(&seed) % 4) {
		case 0:
			err = __cnova_queue_create(w->fd, w->vm.id, &queue);
			igt_assert(!err || err == -ENOSPC);
			break;
		case 1:
			err = __cnova_queue_destroy(w->fd, w->vm.id, queue);
			igt_assert(!err || err == (queue ? -ENOENT : -EINVAL));
			break;
		default:
			err = __cnova_queue_bind(w, queue, ops, 2, NULL, 0);
			igt_assert(!err || err == -ENOENT);
		}
	}
}

static void test_races(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_1M);

	igt_fork(child, 4)
		race(w, child + 1);
	igt_waitchildren();
	cnova_world_bind(w, &op, 1);
	finish(w);
}

int igt_main()
{
	static const struct {
		const char *name;
		enum how how;
	} ends[] = {
		{ "destroy-vm", DESTROY_VM },
		{ "close-file", CLOSE_FILE },
		{ "kill", KILL },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("What waits runs all the same.");
	igt_subtest("destroy-waiting")
		test_destroy_waiting(fd);

	igt_describe("Fences stay when the queue goes.");
	igt_subtest("outlive")
		test_outlive(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++) {
		igt_describe("Fences that never signal on several queues.");
		igt_subtest(ends[i].name)
			test_end(fd, ends[i].how);
	}

	igt_describe("Threads make, use and destroy queues.");
	igt_subtest("races")
		test_races(fd);

	igt_fixture()
		drm_close_driver(fd);
}
