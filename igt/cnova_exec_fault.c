// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <time.h>

#include "exec.h"

/**
 * TEST: cnova exec fault
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Executions that touch what they may not, or send what the hardware refuses. The
 *	channel is dead, says why, and nothing else is: not its VM, not other channels.
 *
 * SUBTEST: %s
 * Description: The fault is told with its address, its type, and what was tried.
 *
 * arg[1]:
 * @read-hole: a copy from where nothing is
 * @write-hole: a copy to where nothing is
 * @write-read-only: a copy to what is mapped read-only
 * @push-hole: a push where nothing is
 * @semaphore-hole: a semaphore where nothing is
 *
 * SUBTEST: %s-middle
 * Description: What was executed before is done, what comes after is cancelled.
 *
 * arg[1]:
 * @fault: a copy to where nothing is
 * @error: a method that there is not
 *
 * SUBTEST: fault-queued
 * Description: What is queued behind, and waits for others, is cancelled at once, too.
 *
 * SUBTEST: methods
 * Description: Headers, methods and classes that there are not: EINVAL.
 *
 * SUBTEST: launch-error
 * Description: Launches that the engine refuses: EINVAL long before a timeout, and channels of
 *	the same VM and engine go on. One that asks to be seen does no harm.
 *
 * SUBTEST: others
 * Description: Channels of the same VM and engine, at work all the time, do not notice.
 *
 * SUBTEST: unmapped-while-running
 * Description: What is unmapped under an execution faults, and is not written after the
 *	unmap is done (rule 16).
 *
 * SUBTEST: again
 * Description: Channels that fault one after the other, many times; nothing is left.
 */

#define HANG_SECONDS	60
#define HOLE		(CNOVA_VA + 8 * SZ_2M)
/* Whoever waits for a timeout waits for 10 s. */
#define NO_TIMEOUT	5.0
#define LATENCY_US	"200"
#define BAD_METHOD	0x3f00
#define BAD_HEADER	cnova_push_header(6, 0, 0, 0)

static struct cnova_channel channel;

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	w = cnova_world_create(fd, CNOVA_VA, SZ_2M);
	cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA + SZ_1M, SZ_64K, DRM_CNOVA_VM_BIND_READ_ONLY);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	igt_set_timeout(HANG_SECONDS, "a channel that is dead");
	return w;
}

/* The VM is as it was, and another channel works in it. */
static void finish(struct cnova_world *w)
{
	struct cnova_channel next;

	cnova_channel_fini(&channel);
	cnova_channel_init(&next, &w->vm, CNOVA_PB_VA, SZ_64K);
	cnova_gpu_copy(&next, CNOVA_VA + SZ_4K, CNOVA_VA + SZ_4K, SZ_4K);
	cnova_channel_fini(&next);
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static int run(struct cnova_channel *ch)
{
	struct drm_cnova_push push = cnova_pb_end(ch);

	return cnova_exec_wait(ch, cnova_exec(ch, &push, 1, NULL));
}

static void expect_fault(uint64_t va, uint32_t access, bool read_only)
{
	struct drm_cnova_channel_get_state state;

	cnova_channel_expect_dead(&channel, EFAULT);
	igt_assert_eq(__cnova_channel_get_state(channel.vm->fd, channel.id, &state), 0);
	igt_info("type %u, access %u, address %#" PRIx64 "\n", state.fault_type,
		 state.fault_access, (uint64_t)state.fault_va);
	igt_assert_eq_u64(state.fault_va, va);
	igt_assert_eq_u32(state.fault_access, access);
	if (read_only)
		igt_assert_eq_u32(state.fault_type, 6);
	else
		igt_assert(state.fault_type == 0 || state.fault_type == 2);
}

static void test_read_hole(int fd)
{
	struct cnova_world *w = prepare(fd);

	cnova_pb_begin(&channel);
	cnova_pb_copy(&channel, CNOVA_VA, HOLE + 0x1234, 64);
	igt_assert_eq(run(&channel), -EFAULT);
	expect_fault(HOLE + SZ_4K, 0, false);
	finish(w);
}

static void test_write_hole(int fd)
{
	struct cnova_world *w = prepare(fd);

	cnova_pb_begin(&channel);
	cnova_pb_copy(&channel, CNOVA_VA + SZ_64K, CNOVA_VA, 64);
	igt_assert_eq(run(&channel), -EFAULT);
	expect_fault(CNOVA_VA + SZ_64K, 1, false);
	finish(w);
}

static void test_write_read_only(int fd)
{
	struct cnova_world *w = prepare(fd);

	cnova_pb_begin(&channel);
	cnova_pb_copy(&channel, CNOVA_VA + SZ_1M + SZ_4K, CNOVA_VA, 64);
	igt_assert_eq(run(&channel), -EFAULT);
	expect_fault(CNOVA_VA + SZ_1M + SZ_4K, 1, true);
	finish(w);
}

static void test_push_hole(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push = { .va = HOLE, .length = 64 };

	igt_assert_eq(cnova_exec_wait(&channel, cnova_exec(&channel, &push, 1, NULL)), -EFAULT);
	expect_fault(HOLE, 0, false);
	finish(w);
}

static void test_semaphore_hole(int fd)
{
	struct cnova_world *w = prepare(fd);

	cnova_pb_begin(&channel);
	cnova_pb_release(&channel, HOLE, 1);
	igt_assert_eq(run(&channel), -EFAULT);
	expect_fault(HOLE, 1, false);
	finish(w);
}

static void middle(int fd, bool error)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push[3];
	struct drm_cnova_sync fence[3];
	int err, nr = 0;

	for (int i = 0; i < 3; i++) {
		cnova_pb_begin(&channel);
		if (i == 1 && error)
			cnova_push_ce(&channel.push, BAD_METHOD, 0);
		else if (i == 1)
			cnova_pb_copy(&channel, HOLE, CNOVA_VA, 64);
		cnova_pb_release(&channel, cnova_channel_word_va(&channel, i), i + 1);
		push[i] = cnova_pb_end(&channel);
	}
	for (int i = 0; i < 3; i++) {
		fence[i] = cnova_signal(syncobj_create(w->fd, 0), 0);
		err = cnova_exec_try(&channel, &push[i], 1, &fence[i], 1);
		/* It may be dead already. */
		igt_assert(!err || (i == 2 && err == -ENOENT));
		nr += !err;
	}
	for (int i = 0; i < nr; i++)
		igt_assert_eq(cnova_syncobj_wait(w->fd, fence[i].handle, 0, HANG_SECONDS * 500), 0);
	igt_assert_eq(cnova_syncobj_status(w->fd, fence[0].handle, 0), 1);
	igt_assert_eq(cnova_syncobj_status(w->fd, fence[1].handle, 0), error ? -EINVAL : -EFAULT);
	if (nr == 3)
		igt_assert_eq(cnova_syncobj_status(w->fd, fence[2].handle, 0), -ECANCELED);
	igt_assert_eq_u32(*cnova_channel_word(&channel, 0), 1);
	igt_assert_eq_u32(*cnova_channel_word(&channel, 2), 0);
	cnova_channel_expect_dead(&channel, error ? EINVAL : EFAULT);
	finish(w);
}

static void test_fault_middle(int fd)
{
	middle(fd, false);
}

static void test_error_middle(int fd)
{
	middle(fd, true);
}

/* Behind what faults one waits for a fence that never comes: it has not been near the ring. */
static void test_fault_queued(int fd)
{
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_push push;
	struct cnova_world *w;
	struct cnova_cork cork;

	cnova_require_endless_cork();
	w = prepare(fd);
	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	cnova_pb_begin(&channel);
	cnova_pb_acquire(&channel, cnova_channel_word_va(&channel, 1), 1);
	cnova_pb_copy(&channel, HOLE, CNOVA_VA, 64);
	push = cnova_pb_end(&channel);
	cnova_exec(&channel, &push, 1, NULL);
	cnova_pb_begin(&channel);
	cnova_pb_release(&channel, cnova_channel_word_va(&channel, 0), 1);
	push = cnova_pb_end(&channel);
	igt_assert_eq(cnova_exec_try(&channel, &push, 1, syncs, 2), 0);

	*cnova_channel_word(&channel, 1) = 1;
	igt_assert_eq(cnova_syncobj_wait(w->fd, syncs[1].handle, 0, NO_TIMEOUT * 1000), 0);
	igt_assert_eq(cnova_syncobj_status(w->fd, syncs[1].handle, 0), -ECANCELED);
	igt_assert_eq(sync_fence_status(cork.fence), 0);
	igt_assert_eq_u32(*cnova_channel_word(&channel, 0), 0);
	cnova_channel_expect_dead(&channel, EFAULT);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_methods(int fd)
{
	const uint32_t words[] = {
		/* A class that there is not. */
		cnova_push_header(3, 0, CNOVA_HOST_SET_OBJECT, 1),
		/* Opcodes that there are not. */
		cnova_push_header(2, 0, 0, 0),
		cnova_push_header(6, 0, 0, 0),
		cnova_push_header(1, CNOVA_PUSH_COPY, BAD_METHOD, 1),
		/* A subchannel of software. */
		cnova_push_header(1, 7, CNOVA_CE_LAUNCH_DMA, 1),
		cnova_push_header(1, 0, CNOVA_HOST_ILLEGAL, 1),
	};
	struct cnova_world *w = prepare(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++) {
		struct cnova_channel ch;
		int err;

		cnova_channel_init(&ch, &w->vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
		cnova_pb_begin(&ch);
		cnova_push_word(&ch.push, words[i]);
		cnova_push_word(&ch.push, 0x1234);
		err = run(&ch);
		igt_assert_f(err == -EINVAL, "word %#x gives %d\n", words[i], err);
		cnova_channel_expect_dead(&ch, EINVAL);
		cnova_channel_fini(&ch);
	}
	finish(w);
}

#define LAUNCH	(CNOVA_LAUNCH_NON_PIPELINED | CNOVA_LAUNCH_FLUSH | CNOVA_LAUNCH_SRC_PITCH | \
		 CNOVA_LAUNCH_DST_PITCH)
/* Fields of LAUNCH_DMA, HARDWARE.md 11.6: the engine's interrupt. */
#define LAUNCH_BLOCKING	(1 << 5)
#define LAUNCH_NO_SUCH	(3 << 5)

/* A page onto itself, all registers set by hand. */
static void launch(struct cnova_channel *ch, uint32_t how)
{
	const uint32_t shape[] = { SZ_4K, SZ_4K, SZ_4K, 1 };

	cnova_pb_begin(ch);
	cnova_push_ce_address(&ch->push, CNOVA_CE_OFFSET_IN_UPPER, CNOVA_VA);
	cnova_push_ce_address(&ch->push, CNOVA_CE_OFFSET_OUT_UPPER, CNOVA_VA);
	cnova_push_methods(&ch->push, CNOVA_PUSH_COPY, CNOVA_CE_PITCH_IN, shape, 4);
	cnova_push_ce(&ch->push, CNOVA_CE_LAUNCH_DMA, how);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void test_launch_error(int fd)
{
	/* On each of the engines, whoever is on which. */
	enum { NR = 8 };
	static const uint32_t words[] = {
		LAUNCH | LAUNCH_NO_SUCH,
		/* To a blocked surface, without a block size. */
		LAUNCH & ~CNOVA_LAUNCH_DST_PITCH,
	};
	struct cnova_world *w = prepare(fd);
	struct cnova_channel other[NR];
	struct drm_cnova_push push;
	double start, took;

	for (int i = 0; i < NR; i++)
		cnova_channel_init(&other[i], &w->vm, CNOVA_PB_VA + (i + 1) * SZ_2M, SZ_64K);
	for (unsigned int round = 0; round < ARRAY_SIZE(words); round++) {
		start = now();
		launch(&channel, words[round]);
		push = cnova_pb_end(&channel);
		cnova_exec(&channel, &push, 1, NULL);
		for (int i = 0; i < NR; i++) {
			cnova_pb_begin(&other[i]);
			cnova_pb_copy(&other[i], CNOVA_VA + i * SZ_4K, CNOVA_VA + i * SZ_4K, SZ_4K);
			push = cnova_pb_end(&other[i]);
			cnova_exec(&other[i], &push, 1, NULL);
		}
		igt_assert_eq(cnova_exec_wait(&channel, channel.point), -EINVAL);
		took = now() - start;
		igt_info("launch %#x: dead after %.2f s\n", words[round], took);
		igt_assert_f(took < NO_TIMEOUT, "that was the timeout\n");
		cnova_channel_expect_dead(&channel, EINVAL);
		cnova_channel_fini(&channel);
		cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	}
	for (int i = 0; i < NR; i++) {
		cnova_exec_finish(&other[i]);
		cnova_channel_expect_alive(&other[i]);
		cnova_channel_fini(&other[i]);
	}

	launch(&channel, LAUNCH | LAUNCH_BLOCKING);
	igt_assert_eq(run(&channel), 0);
	cnova_channel_expect_alive(&channel);
	finish(w);
}

static void test_others(int fd)
{
	enum { NR = 8, ROUNDS = 10 };
	struct cnova_world *w = prepare(fd);
	struct cnova_channel other[NR];
	struct drm_cnova_push push;

	for (int i = 0; i < NR; i++)
		cnova_channel_init(&other[i], &w->vm, CNOVA_PB_VA + (i + 1) * SZ_2M, SZ_64K);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < NR; i++) {
			cnova_pb_begin(&other[i]);
			cnova_pb_copy(&other[i], CNOVA_VA + i * SZ_4K, CNOVA_VA + i * SZ_4K, SZ_4K);
			cnova_pb_release(&other[i], cnova_channel_word_va(&other[i], 0), round + 1);
			push = cnova_pb_end(&other[i]);
			cnova_exec(&other[i], &push, 1, NULL);
			if (i != NR / 2)
				continue;
			cnova_channel_fini(&channel);
			cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
			cnova_pb_begin(&channel);
			if (round & 1)
				cnova_push_word(&channel.push, BAD_HEADER);
			else
				cnova_pb_copy(&channel, HOLE, CNOVA_VA, 64);
			push = cnova_pb_end(&channel);
			cnova_exec(&channel, &push, 1, NULL);
		}
		igt_assert_eq(cnova_exec_wait(&channel, channel.point),
			      round & 1 ? -EINVAL : -EFAULT);
	}
	for (int i = 0; i < NR; i++) {
		cnova_exec_finish(&other[i]);
		igt_assert_eq_u32(*cnova_channel_word(&other[i], 0), ROUNDS);
		cnova_channel_expect_alive(&other[i]);
		cnova_channel_fini(&other[i]);
	}
	finish(w);
}

/* So slow that it fills for seconds, if nobody stops it. */
static void test_unmapped_while_running(int fd)
{
	struct drm_cnova_push push;
	struct cnova_world *w;
	struct cnova_bo *bo;
	uint8_t *before;
	int err;

	igt_require_f(cnova_has_model(), "only the model can be slowed down\n");
	w = prepare(fd);
	bo = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_world_map(w, bo, 0, CNOVA_VA + SZ_64K, SZ_1M - SZ_64K, 0);
	cnova_pb_begin(&channel);
	cnova_pb_release(&channel, cnova_channel_word_va(&channel, 0), 1);
	for (int i = 0; i < 40; i++)
		cnova_pb_fill(&channel, CNOVA_VA + SZ_64K, i, SZ_1M - SZ_64K);
	push = cnova_pb_end(&channel);
	cnova_model_set("latency_us", LATENCY_US);
	cnova_exec(&channel, &push, 1, NULL);
	while (!*cnova_channel_word(&channel, 0))
		usleep(1000);
	cnova_world_unmap(w, CNOVA_VA + SZ_64K, SZ_1M - SZ_64K);

	/* The TLB has acknowledged: not a byte changes any more. */
	before = malloc(SZ_1M);
	memcpy(before, bo->map, SZ_1M);
	err = cnova_exec_wait(&channel, channel.point);
	cnova_model_set("latency_us", "0");
	igt_assert(!memcmp(before, bo->map, SZ_1M));
	free(before);
	igt_assert_eq(err, -EFAULT);
	cnova_tag_pages(bo->map, bo->handle, bo->size);
	finish(w);
}

static void test_again(int fd)
{
	struct cnova_world *w = prepare(fd);

	for (int i = 0; i < 30; i++) {
		cnova_channel_fini(&channel);
		cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
		cnova_pb_begin(&channel);
		cnova_pb_copy(&channel, HOLE + i * SZ_4K, CNOVA_VA, 64);
		igt_assert_eq(run(&channel), -EFAULT);
		expect_fault(HOLE + i * SZ_4K, 1, false);
	}
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "read-hole", "A copy from where nothing is.", test_read_hole },
		{ "write-hole", "A copy to where nothing is.", test_write_hole },
		{ "write-read-only", "A copy to what is read-only.", test_write_read_only },
		{ "push-hole", "A push where nothing is.", test_push_hole },
		{ "semaphore-hole", "A semaphore where nothing is.", test_semaphore_hole },
		{ "fault-middle", "What comes after is cancelled.", test_fault_middle },
		{ "error-middle", "What comes after is cancelled.", test_error_middle },
		{ "fault-queued", "What waits for others is cancelled.", test_fault_queued },
		{ "methods", "Methods that there are not.", test_methods },
		{ "launch-error", "Launches that are refused.", test_launch_error },
		{ "others", "Other channels do not notice.", test_others },
		{ "unmapped-while-running", "What is unmapped faults.",
		  test_unmapped_while_running },
		{ "again", "One after the other.", test_again },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture() {
		/* A test that failed may have left it slow. */
		if (cnova_has_model())
			cnova_model_set("latency_us", "0");
		drm_close_driver(fd);
	}
}
