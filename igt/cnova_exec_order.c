// SPDX-License-Identifier: MIT

#include <pthread.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <time.h>

#include "exec.h"
#include "nth.h"
#include "queue.h"
#include "set.h"

/**
 * TEST: cnova exec order
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: What executions, binds and evictions wait for, and what they do not. Numbers in
 *	brackets are rules of the contract (Documentation/contract.rst).
 *
 * SUBTEST: one-by-one
 * Description: Executions in one ring: each fence signals when its own is done, not earlier.
 *
 * SUBTEST: other-channel
 * Description: [11] What is submitted to another channel after a bind that changes the size of
 *	a leaf waits for that bind, and so for what ran before it.
 *
 * SUBTEST: two-binds
 * Description: [11] Two binds that change sizes, far from each other, on two queues: an execution
 *	waits for both.
 *
 * SUBTEST: unmap-without-memory
 * Description: [10, 11] An unmap that finds no memory and takes half of a leaf waits for what
 *	runs, too.
 *
 * SUBTEST: nothing-implicit
 * Description: Neither a bind that waits nor an execution is seen by who asks for readers
 *	and writers of an object, and the CPU faults its pages in meanwhile.
 *
 * SUBTEST: dead-vm
 * Description: [17, 19] A VM that is dead takes its channels along, and gets no other one,
 *	nor a bind.
 *
 * SUBTEST: passed-over
 * Description: [18] A bind waits for an execution: another client that needs VRAM does not wait
 *	for its object. For a GPU with little VRAM.
 *
 * SUBTEST: private-alone
 * Description: [18] A bind of an object that any VM could map waits for a fence: the private
 *	objects of its VM can go. For a GPU with little VRAM.
 *
 * SUBTEST: in-use
 * Description: [16] Another client needs VRAM while an execution runs: what that uses stays until
 *	it is done. For a GPU with little VRAM.
 *
 * SUBTEST: one-after-the-other
 * Description: [16] Of the private objects of a VM one was evicted, and room for it is only where
 *	others of them are: an EXEC finds all of them bound. For a GPU with little VRAM.
 *
 * SUBTEST: cut-while-rebinding
 * Description: [16] Mappings are cut by a bind that runs while an EXEC binds them again. For a
 *	GPU with little VRAM.
 */

#define HANG_SECONDS	60

static struct cnova_channel channel, other;

/* An object in two leaves of 2 MiB, another one in the next, and channels. */
static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	w = cnova_world_create(fd, CNOVA_VA, 4 * SZ_2M);
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	cnova_channel_init(&other, &w->vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
	for (int i = 0; i < 2; i++)
		cnova_world_map(w, &w->bo[i], 0, CNOVA_VA + i * SZ_2M, SZ_2M, 0);
	igt_set_timeout(HANG_SECONDS, "a bind or an execution");
	return w;
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_channel_fini(&other);
	cnova_channel_fini(&channel);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/* Runs until end_long(). */
static uint64_t exec_long(struct cnova_channel *ch)
{
	struct drm_cnova_push push;

	*cnova_channel_word(ch, 0) = 0;
	cnova_pb_begin(ch);
	cnova_pb_acquire(ch, cnova_channel_word_va(ch, 0), 1);
	push = cnova_pb_end(ch);
	return cnova_exec(ch, &push, 1, NULL);
}

static void end_long(struct cnova_channel *ch)
{
	*cnova_channel_word(ch, 0) = 1;
}

static void expect_exec_waits(const struct cnova_channel *ch, uint64_t point)
{
	igt_assert_eq(cnova_syncobj_wait(ch->vm->fd, ch->out, point, 50), -ETIME);
}

static void test_one_by_one(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint64_t point[3];

	for (unsigned int i = 0; i < 3; i++) {
		struct drm_cnova_push push;

		cnova_pb_begin(&channel);
		cnova_pb_acquire(&channel, cnova_channel_word_va(&channel, i), 1);
		push = cnova_pb_end(&channel);
		point[i] = cnova_exec(&channel, &push, 1, NULL);
	}
	for (unsigned int i = 0; i < 3; i++) {
		expect_exec_waits(&channel, point[i]);
		*cnova_channel_word(&channel, i) = 1;
		igt_assert_eq(cnova_exec_wait(&channel, point[i]), 0);
	}
	finish(w);
}

static void test_other_channel(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA + SZ_1M, SZ_1M);
	struct drm_cnova_sync out = cnova_new_signal(w);
	uint64_t first, before, after;

	first = exec_long(&channel);
	before = cnova_exec(&other, NULL, 0, NULL);
	igt_assert_eq(cnova_exec_wait(&other, before), 0);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, &out, 1), 0);
	cnova_world_apply(w, &op, 1);
	after = cnova_exec(&other, NULL, 0, NULL);
	expect_exec_waits(&other, after);
	cnova_expect_waits(w, out);
	expect_exec_waits(&channel, first);

	end_long(&channel);
	igt_assert_eq(cnova_exec_wait(&other, after), 0);
	igt_assert(cnova_syncobj_is_signaled(w->fd, out.handle, 0));
	finish(w);
}

static void test_two_binds(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint32_t queue = cnova_queue_create(w);
	struct drm_cnova_vm_bind_op ops[2];
	struct drm_cnova_sync syncs[2], out = cnova_new_signal(w);
	struct cnova_cork cork;
	uint64_t point;

	for (int i = 0; i < 2; i++)
		ops[i] = cnova_op_unmap(CNOVA_VA + i * SZ_2M + SZ_1M, SZ_1M);
	cnova_new_cork(w, &cork, syncs);
	cnova_queue_bind(w, 0, &ops[0], 1, syncs, 2);
	cnova_queue_bind(w, queue, &ops[1], 1, &out, 1);
	cnova_world_apply(w, ops, 2);
	point = cnova_exec(&channel, NULL, 0, NULL);
	expect_exec_waits(&channel, point);
	cnova_expect_waits(w, out);

	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	igt_assert(cnova_syncobj_is_signaled(w->fd, syncs[1].handle, 0));
	igt_assert(cnova_syncobj_is_signaled(w->fd, out.handle, 0));
	cnova_cork_fini(&cork);
	cnova_queue_destroy(w, queue);
	finish(w);
}

static void *end_soon(void *data)
{
	usleep(200000);
	end_long(data);
	return NULL;
}

static void test_unmap_without_memory(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA + SZ_1M, SZ_1M);
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, &op, 1, NULL, 0);
	bool injected, ended;
	pthread_t thread;
	uint64_t point;

	cnova_nth_begin();
	point = exec_long(&channel);
	igt_assert_eq(pthread_create(&thread, NULL, end_soon, &channel), 0);
	/* Two copies come before its first allocation, without which there is no job. */
	igt_assert_eq(cnova_nth_ioctl(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args, 3, &injected), 0);
	ended = *cnova_channel_word(&channel, 0);
	cnova_nth_end();
	pthread_join(thread, NULL);
	igt_assert(injected);
	igt_assert(ended);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	cnova_world_apply(w, &op, 1);
	finish(w);
}

/* To write is to wait for readers and writers. */
static bool seems_idle(int dma_buf)
{
	struct pollfd poll_fd = { .fd = dma_buf, .events = POLLOUT };

	return poll(&poll_fd, 1, 0) == 1;
}

/* Pages that the CPU has not seen before. */
static void touch(struct cnova_world *w, const struct cnova_bo *bo)
{
	uint8_t *map = cnova_gem_mmap(w->fd, bo->handle, bo->size);

	igt_assert_eq_u64(*(uint64_t *)map, cnova_tag(bo->handle, 0));
	munmap(map, bo->size);
}

static void test_nothing_implicit(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = cnova_op_map(&w->bo[0], 0, CNOVA_VA + 2 * SZ_2M, SZ_2M, 0);
	int dma_buf = prime_handle_to_fd(w->fd, w->bo[0].handle);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;
	uint64_t point;

	cnova_new_cork(w, &cork, syncs);
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, 2), 0);
	cnova_world_apply(w, &op, 1);
	igt_assert(seems_idle(dma_buf));
	touch(w, &w->bo[0]);
	cnova_expect_waits(w, syncs[1]);
	cnova_cork_pull(&cork);
	cnova_expect_done(w, syncs[1]);

	point = exec_long(&channel);
	igt_assert(seems_idle(dma_buf));
	touch(w, &w->bo[0]);
	expect_exec_waits(&channel, point);
	end_long(&channel);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);

	close(dma_buf);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_dead_vm(int *fd)
{
	struct cnova_world *w = prepare(*fd);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_2M);
	struct drm_cnova_channel_create create;
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, &op, 1, NULL, 0);
	struct drm_cnova_sync out = cnova_new_signal(w);
	uint64_t point = exec_long(&channel);

	igt_emit_ignore_dmesg_regex("no acknowledge of a TLB invalidate|is dead: ");
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("ack_lost", "1");
	igt_assert_eq(__cnova_bind(w->fd, &args), -EIO);

	igt_assert_eq(cnova_exec_wait(&channel, point), -ECANCELED);
	cnova_channel_expect_dead(&channel, ECANCELED);
	cnova_channel_expect_dead(&other, ECANCELED);
	igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &create), -ENOENT);
	/* Nor does it take what would not touch its tables. */
	igt_assert_eq(cnova_bind_async(&w->vm, NULL, 0, &out, 1), -ENOENT);
	igt_assert_eq(__cnova_channel_destroy(w->fd, other.id), 0);

	/* TLB and memory differ now, for what is withheld until the driver comes again. */
	igt_reset_timeout();
	cnova_bo_fini(&channel.pb);
	cnova_bo_fini(&other.pb);
	cnova_world_abandon(w);
	cnova_model_check_violations();
	cnova_bind_again(fd);
}

/* ------------------------------------------------------------- with little VRAM */

static void require_little_vram(int fd)
{
	cnova_require_exec(fd);
	igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "more VRAM than this test fills\n");
}

static void bind_one(const struct cnova_vm *vm, struct drm_cnova_vm_bind_op op)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, &op, 1, NULL, 0);

	igt_assert_eq(__cnova_bind(vm->fd, &args), 0);
}

static void test_passed_over(int fd)
{
	struct drm_cnova_sync out;
	struct cnova_bo under, over = {};
	struct drm_cnova_vm_bind_op op;
	struct cnova_vm vm;
	uint64_t point;
	int own;

	require_little_vram(fd);
	own = drm_reopen_driver(fd);
	cnova_vm_init(&vm, own);
	igt_set_timeout(HANG_SECONDS, "somebody who needs VRAM");

	/* The oldest in VRAM, and the only one that is not the execution's. */
	over.size = SZ_1M;
	over.handle = cnova_gem_create(own, over.size, DRM_CNOVA_GEM_VRAM);
	cnova_bo_init(&under, own, SZ_2M, 0);
	bind_one(&vm, cnova_op_map(&under, 0, CNOVA_VA, SZ_2M, 0));
	cnova_channel_init(&channel, &vm, CNOVA_PB_VA, SZ_64K);
	point = exec_long(&channel);
	op = cnova_op_map(&over, 0, CNOVA_VA, SZ_1M, 0);
	out = cnova_signal(syncobj_create(own, 0), 0);
	igt_assert_eq(cnova_bind_async(&vm, &op, 1, &out, 1), 0);

	cnova_evict_all(fd);
	igt_assert(!cnova_syncobj_is_signaled(own, out.handle, 0));
	expect_exec_waits(&channel, point);
	end_long(&channel);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	igt_assert_eq(cnova_syncobj_wait(own, out.handle, 0, 10000), 0);

	/* Now it may go. */
	cnova_evict_all(fd);
	cnova_exec_wait(&channel, cnova_exec(&channel, NULL, 0, NULL));

	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_vm_fini(&vm);
	cnova_bo_fini(&under);
	gem_close(own, over.handle);
	drm_close_driver(own);
	cnova_model_check();
}

/* All private objects share one reservation with their VM: it is not in that bind's hands. */
static void test_private_alone(int fd)
{
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync syncs[2];
	struct cnova_bo bo, private = { .size = SZ_1M };
	struct cnova_cork cork;
	struct cnova_vm vm;
	int own;

	require_little_vram(fd);
	cnova_require_endless_cork();
	own = drm_reopen_driver(fd);
	cnova_vm_init(&vm, own);
	private.handle = vm.id;
	igt_assert_eq(__cnova_gem_create(own, &private.size, DRM_CNOVA_GEM_VRAM |
					 DRM_CNOVA_GEM_VM_PRIVATE, &private.handle), 0);
	bind_one(&vm, cnova_op_map(&private, 0, CNOVA_VA, SZ_1M, 0));
	cnova_bo_init(&bo, own, SZ_64K, 0);
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	syncs[1] = cnova_signal(syncobj_create(own, 0), 0);
	op = cnova_op_map(&bo, 0, CNOVA_VA + SZ_2M, SZ_64K, 0);
	igt_assert_eq(cnova_bind_async(&vm, &op, 1, syncs, 2), 0);

	igt_assert_eq(cnova_nr_unbound(&vm), 0);
	cnova_evict_all(fd);
	igt_assert_eq(cnova_nr_unbound(&vm), 1);
	igt_assert(!cnova_syncobj_is_signaled(own, syncs[1].handle, 0));
	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_syncobj_wait(own, syncs[1].handle, 0, 10000), 0);
	cnova_eye_expect(&vm, CNOVA_VA + SZ_2M, &bo, 0);

	cnova_cork_fini(&cork);
	cnova_vm_fini(&vm);
	cnova_bo_fini(&bo);
	gem_close(own, private.handle);
	drm_close_driver(own);
	cnova_model_check();
}

/* Its copy comes last, from memory that somebody else wants all the time. */
static bool is_full(int fd)
{
	return cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) < cnova_vram(fd) / 16;
}

static void test_in_use(int fd)
{
	struct drm_cnova_push push;
	struct cnova_bo bo;
	struct cnova_vm vm;
	uint64_t point;
	int own;

	require_little_vram(fd);
	own = drm_reopen_driver(fd);
	cnova_vm_init(&vm, own);
	cnova_bo_init(&bo, own, SZ_1M, DRM_CNOVA_GEM_VRAM);
	bind_one(&vm, cnova_op_map(&bo, 0, CNOVA_VA, SZ_1M, 0));
	cnova_channel_init(&channel, &vm, CNOVA_PB_VA, SZ_64K);
	igt_set_timeout(HANG_SECONDS, "somebody who needs VRAM");
	cnova_pb_begin(&channel);
	cnova_pb_acquire(&channel, cnova_channel_word_va(&channel, 0), 1);
	cnova_pb_copy(&channel, cnova_channel_word_va(&channel, 1), CNOVA_VA + SZ_1M - SZ_4K, 8);
	push = cnova_pb_end(&channel);
	point = cnova_exec(&channel, &push, 1, NULL);

	/* What is there longest would go first, as soon as there is no room left. */
	igt_fork(child, 1)
		cnova_evict_all(fd);
	for (int i = 0; i < 1000 && !is_full(fd); i++)
		usleep(10000);
	usleep(500000);
	igt_assert_eq(cnova_nr_unbound(&vm), 0);
	expect_exec_waits(&channel, point);
	end_long(&channel);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	igt_assert_eq_u64(*(volatile uint64_t *)cnova_channel_word(&channel, 1),
			  cnova_tag(bo.handle, SZ_1M / SZ_4K - 1));
	igt_waitchildren();
	igt_assert_eq(cnova_nr_unbound(&vm), 1);

	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_vm_fini(&vm);
	cnova_bo_fini(&bo);
	drm_close_driver(own);
	cnova_model_check();
}

/*
 * Room for the one that is missing is what the oldest of the same VM has, room for that the next
 * oldest, and so on: after one look at what was evicted there is still one.
 */
static void test_one_after_the_other(int fd)
{
	struct cnova_pressure pressure;
	static struct cnova_set set;
	uint64_t size, point;
	int own, their;

	require_little_vram(fd);
	size = cnova_align_down(cnova_vram(fd) / 16, SZ_64K);
	own = drm_reopen_driver(fd);
	their = drm_reopen_driver(fd);
	pressure = (struct cnova_pressure){ .fd = their };
	cnova_set_init(&set, own, 10, size, DRM_CNOVA_GEM_VRAM | DRM_CNOVA_GEM_VM_PRIVATE);
	cnova_channel_init(&channel, &set.vm, CNOVA_PB_VA, SZ_64K);
	while (!cnova_nr_unbound(&set.vm))
		cnova_press(&pressure, size, size);

	point = cnova_exec(&channel, NULL, 0, NULL);
	igt_assert_eq(cnova_nr_unbound(&set.vm), 0);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	cnova_set_check(&set, SZ_64K);

	cnova_release(&pressure);
	cnova_channel_fini(&channel);
	cnova_set_fini(&set);
	drm_close_driver(their);
	drm_close_driver(own);
	cnova_model_check();
}

struct puller {
	struct cnova_cork *cork;
	uint64_t us;
};

static void *pull(void *data)
{
	struct puller *puller = data;

	usleep(puller->us);
	cnova_cork_pull(puller->cork);
	return NULL;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

/* Pages of @bo backwards, so that no two are one piece of memory. */
static uint64_t page_of(unsigned int i)
{
	return (SZ_1M / SZ_4K - 1 - i % (SZ_1M / SZ_4K)) * SZ_4K;
}

static uint64_t page_va(unsigned int i)
{
	return CNOVA_VA + i * SZ_4K;
}

static void test_cut_while_rebinding(int fd)
{
	enum { NR = 600, ROOM = 150, ROUNDS = 8 };
	static struct drm_cnova_vm_bind_op ops[ROOM];
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind args;
	struct puller puller;
	struct cnova_bo bo, cut;
	struct cnova_cork cork;
	uint64_t start, took = 0, point;
	struct cnova_vm vm;
	pthread_t thread;
	int own;

	require_little_vram(fd);
	own = drm_reopen_driver(fd);
	cnova_vm_init(&vm, own);
	cnova_bo_init(&bo, own, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_bo_init(&cut, own, SZ_64K, 0);
	cnova_channel_init(&channel, &vm, CNOVA_PB_VA, SZ_64K);
	igt_set_timeout(HANG_SECONDS, "an execution that binds again");
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < NR; i += ROOM) {
			for (unsigned int k = 0; k < ROOM; k++)
				ops[k] = cnova_op_map(&bo, page_of(i + k), page_va(i + k),
						      SZ_4K, 0);
			args = cnova_bind_args(&vm, ops, ROOM, NULL, 0);
			igt_assert_eq(__cnova_bind(own, &args), 0);
		}
		cnova_evict_all(fd);

		/* Every fourth is replaced, when the other thread wants. */
		cnova_cork_init(&cork);
		syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
		syncs[1] = cnova_signal(syncobj_create(own, 0), 0);
		for (unsigned int k = 0; k < ROOM; k++)
			ops[k] = cnova_op_map(&cut, k % 16 * SZ_4K, page_va(4 * k), SZ_4K, 0);
		igt_assert_eq(cnova_bind_async(&vm, ops, ROOM, syncs, 2), 0);
		/* At another moment each time, of the time that it takes to bind them. */
		puller = (struct puller){ .cork = &cork, .us = took * round / ROUNDS };
		igt_assert_eq(pthread_create(&thread, NULL, pull, &puller), 0);
		start = now_us();
		point = cnova_exec(&channel, NULL, 0, NULL);
		if (took < now_us() - start)
			took = now_us() - start;
		igt_assert_eq(cnova_exec_wait(&channel, point), 0);
		pthread_join(thread, NULL);
		igt_assert_eq(cnova_syncobj_wait(own, syncs[1].handle, 0, 10000), 0);

		for (unsigned int i = 0; i < NR; i += 7)
			if (i % 4)
				cnova_eye_expect(&vm, page_va(i), &bo, page_of(i));
			else
				cnova_eye_expect(&vm, page_va(i), &cut, i / 4 % 16 * SZ_4K);
		syncobj_destroy(own, syncs[0].handle);
		syncobj_destroy(own, syncs[1].handle);
		cnova_cork_fini(&cork);
	}

	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_vm_fini(&vm);
	cnova_bo_fini(&cut);
	cnova_bo_fini(&bo);
	drm_close_driver(own);
	cnova_model_check();
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "one-by-one", "A fence is of its own execution.", test_one_by_one },
		{ "other-channel", "It waits for a bind that changes sizes.", test_other_channel },
		{ "two-binds", "An execution waits for both.", test_two_binds },
		{ "unmap-without-memory", "It waits for what runs, too.",
		  test_unmap_without_memory },
		{ "nothing-implicit", "No reader, no writer, nothing the CPU waits for.",
		  test_nothing_implicit },
		{ "passed-over", "Nobody waits for a bind that waits.", test_passed_over },
		{ "private-alone", "Private objects go beside a bind that waits.",
		  test_private_alone },
		{ "in-use", "What an execution uses stays.", test_in_use },
		{ "one-after-the-other", "To bind one again evicts the next.",
		  test_one_after_the_other },
		{ "cut-while-rebinding", "A bind cuts what is bound again.",
		  test_cut_while_rebinding },
	};
	static int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_describe("No channel in a dead VM.");
	igt_subtest("dead-vm")
		test_dead_vm(&fd);

	igt_fixture()
		drm_close_driver(fd);
}
