// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <time.h>

#include "hang.h"

/**
 * TEST: cnova exec guilty
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Channels that share an engine, of clients that know nothing of each other, one of
 *	which keeps it. That one dies of it, and nobody else: who waits gets time anew (rule 18:
 *	every fence signals, with an error only where there was one). Needs the software
 *	model, whose engine hangs when it is told to.
 *
 * SUBTEST: same-timeout
 * Description: Executions behind one that hangs have as much time as that one: they complete.
 *
 * SUBTEST: impatient
 * Description: Who waits has less time than who hangs, and gets it anew until that is over.
 *
 * SUBTEST: bounded
 * Description: Who waits gets its time anew eight times and no more, however long who hangs may:
 *	memory may have to wait for its fence.
 *
 * SUBTEST: semaphore
 * Description: Who waits for a semaphore that nobody releases is guilty, whoever else is on the
 *	engine.
 *
 * SUBTEST: semaphore-behind
 * Description: Who waits for a semaphore that would be released if nobody hung is not.
 *
 * SUBTEST: forged
 * Description: A client says that its execution is done, and hangs on: it is found all the
 *	same.
 *
 * SUBTEST: forged-ring
 * Description: A client says that its executions are done, which the host has not fetched: what
 *	its ring holds is not overwritten by more, and it dies of it.
 */

#define HANG_SECONDS	60
#define PATIENCE	"700"
#define LONG_PATIENCE	"3000"
#define LITTLE_PATIENCE	"200"

/* Executions of a channel that is always at work. */
#define IN_RING		4

/* Many in one execution, so that few fill a ring, which has 1024 entries. */
#define PUSHES		100
#define MORE_THAN_FIT	20

/* So often, at most, an execution gets its time anew. */
#define MAX_RENEWALS	8

/* The kernel's semaphore of the first channel of an address space: the client may write it. */
#define KERNEL_SEMAPHORE	0x300000

static struct cnova_actor guilty, innocent, third;

static void prepare(int fd, const char *guilty_ms, const char *others_ms)
{
	int engine;

	cnova_require_exec(fd);
	igt_require_f(cnova_has_model(), "an engine has to hang\n");
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	igt_set_timeout(HANG_SECONDS, "an engine that hangs");
	cnova_exec_timeout_set(guilty_ms);
	cnova_actor_init(&guilty, fd, CNOVA_ANY_ENGINE);
	engine = cnova_actor_engine(&guilty);
	cnova_exec_timeout_set(others_ms);
	cnova_actor_init(&innocent, fd, engine);
	cnova_actor_init(&third, fd, engine);
}

static void expect_well(struct cnova_actor *actor)
{
	cnova_exec_finish(&actor->channel);
	cnova_channel_expect_alive(&actor->channel);
	cnova_actor_copy(actor);
	cnova_exec_finish(&actor->channel);
	cnova_actor_check(actor);
}

/* Its address space is as it was, and another channel works in it. */
static void expect_dead_of(struct cnova_actor *actor, int error)
{
	cnova_channel_expect_dead(&actor->channel, error);
	cnova_channel_fini(&actor->channel);
	cnova_actor_new_channel(actor, CNOVA_ANY_ENGINE);
	expect_well(actor);
}

static void expect_guilty(struct cnova_actor *actor)
{
	expect_dead_of(actor, ETIMEDOUT);
}

static void finish(void)
{
	cnova_exec_timeout_restore();
	cnova_actor_fini(&guilty);
	cnova_actor_fini(&innocent);
	cnova_actor_fini(&third);
	igt_reset_timeout();
	cnova_model_check();
}

static void test_same_timeout(int fd)
{
	uint64_t point;

	prepare(fd, PATIENCE, PATIENCE);
	point = cnova_actor_hang(&guilty);
	/* When their time is over they may have just begun. */
	for (int i = 0; i < 3; i++) {
		cnova_actor_copy_often(&innocent, 40);
		cnova_actor_copy_often(&third, 40);
	}
	igt_assert_eq(cnova_exec_wait(&guilty.channel, point), -ETIMEDOUT);
	expect_well(&innocent);
	expect_well(&third);
	igt_assert_lte(1, cnova_actor_renewals(&innocent));
	expect_guilty(&guilty);
	finish();
}

static void test_impatient(int fd)
{
	uint64_t point;

	prepare(fd, LONG_PATIENCE, PATIENCE);
	point = cnova_actor_hang(&guilty);
	cnova_actor_copy(&innocent);
	cnova_actor_copy(&third);
	igt_assert_eq(cnova_exec_wait(&guilty.channel, point), -ETIMEDOUT);
	expect_well(&innocent);
	expect_well(&third);
	igt_assert_lte(2, cnova_actor_renewals(&innocent));
	igt_assert_lte(2, cnova_actor_renewals(&third));
	expect_guilty(&guilty);
	finish();
}

static void test_bounded(int fd)
{
	uint64_t hangs, point;

	prepare(fd, "50000", LITTLE_PATIENCE);
	hangs = cnova_actor_hang(&guilty);
	point = cnova_actor_copy(&innocent);
	igt_assert_eq(cnova_exec_wait(&innocent.channel, point), -ETIMEDOUT);
	igt_assert_eq(cnova_actor_renewals(&innocent), MAX_RENEWALS);
	/* Found when the other one was to be taken off. */
	igt_assert_eq(cnova_exec_wait(&guilty.channel, hangs), -ETIMEDOUT);
	expect_guilty(&guilty);
	expect_dead_of(&innocent, ETIMEDOUT);
	expect_well(&third);
	finish();
}

static void test_semaphore(int fd)
{
	uint32_t fence;
	uint64_t point;

	prepare(fd, PATIENCE, PATIENCE);
	point = cnova_actor_acquire(&guilty);
	fence = guilty.channel.fence[point % CNOVA_CHANNEL_FENCES];
	/* All the time some of theirs are in the ring. */
	for (int i = 0; i < IN_RING; i++) {
		cnova_actor_copy_often(&innocent, 20);
		cnova_actor_copy_often(&third, 20);
	}
	while (!cnova_syncobj_status(guilty.fd, fence, 0)) {
		point = cnova_actor_copy_often(&innocent, 20);
		igt_assert_eq(cnova_exec_wait(&innocent.channel, point - IN_RING), 0);
		point = cnova_actor_copy_often(&third, 20);
		igt_assert_eq(cnova_exec_wait(&third.channel, point - IN_RING), 0);
	}
	igt_assert_eq(cnova_syncobj_status(guilty.fd, fence, 0), -ETIMEDOUT);
	igt_info("%" PRIu64 " executions meanwhile, %u renewals\n",
		 innocent.channel.point + third.channel.point, cnova_actor_renewals(&guilty));
	/* The others go on: that is seen, if not each time on a machine that is busy. */
	igt_assert_lte(cnova_actor_renewals(&guilty), MAX_RENEWALS - 1);
	expect_well(&innocent);
	expect_well(&third);
	expect_guilty(&guilty);
	finish();
}

static void test_semaphore_behind(int fd)
{
	uint64_t point, waits;

	prepare(fd, LONG_PATIENCE, PATIENCE);
	waits = cnova_actor_acquire(&innocent);
	point = cnova_actor_hang(&guilty);
	/* Nobody looks at it before the engine is free again. */
	*cnova_channel_word(&innocent.channel, 1) = 1;
	igt_assert_eq(cnova_exec_wait(&innocent.channel, waits), 0);
	igt_assert_lte(1, cnova_actor_renewals(&innocent));
	igt_assert_eq(cnova_exec_wait(&guilty.channel, point), -ETIMEDOUT);
	expect_well(&innocent);
	expect_well(&third);
	expect_guilty(&guilty);
	finish();
}

static void test_forged(int fd)
{
	struct cnova_channel *ch = &guilty.channel;
	struct drm_cnova_push push;
	uint64_t point;

	/* As long as it does not say so itself, it has ages. */
	prepare(fd, "50000", PATIENCE);
	/* The object is set there. */
	cnova_actor_copy(&guilty);
	ch->start = ch->used;
	cnova_push_init(&ch->push, ch->pb.map + ch->start, SZ_4K);
	/* Not after the engine is idle: it would be asked. */
	cnova_push_semaphore(&ch->push, KERNEL_SEMAPHORE, 1000, CNOVA_SEM_RELEASE);
	cnova_push_notify(&ch->push);
	cnova_pb_copy(ch, CNOVA_VA, CNOVA_VA, SZ_4K);
	push = cnova_pb_end(ch);
	cnova_exec_finish(ch);
	point = cnova_actor_hang_at(&guilty, &push);
	igt_assert_eq(cnova_exec_wait(ch, point), 0);
	cnova_actor_copy(&innocent);
	cnova_actor_copy(&third);
	expect_well(&innocent);
	expect_well(&third);
	igt_assert_lte(1, cnova_actor_renewals(&innocent) + cnova_actor_renewals(&third));
	expect_guilty(&guilty);
	finish();
}

/* Its semaphore is looked at when the engine has done something for whomever. */
static int forged_status(uint64_t point)
{
	uint32_t fence = guilty.channel.fence[point % CNOVA_CHANNEL_FENCES];
	int status;

	while (!(status = cnova_syncobj_status(guilty.fd, fence, 0))) {
		cnova_actor_copy(&innocent);
		cnova_exec_finish(&innocent.channel);
	}
	return status;
}

static void test_forged_ring(int fd)
{
	struct cnova_channel *ch = &guilty.channel;
	struct drm_cnova_push push, pushes[PUSHES];
	int status = 1;

	prepare(fd, "50000", PATIENCE);
	cnova_pb_begin(ch);
	cnova_push_semaphore(&ch->push, KERNEL_SEMAPHORE, INT32_MAX, CNOVA_SEM_RELEASE);
	cnova_push_notify(&ch->push);
	cnova_pb_acquire(ch, cnova_channel_word_va(ch, 1), 1);
	push = cnova_pb_end(ch);
	igt_assert_eq(forged_status(cnova_exec(ch, &push, 1, NULL)), 1);

	/* The host waits for the word: it fetches none of these. */
	for (int i = 0; i < PUSHES; i++)
		pushes[i] = push;
	for (int i = 0; i < MORE_THAN_FIT && status == 1; i++)
		status = forged_status(cnova_exec(ch, pushes, PUSHES, NULL));
	igt_assert_eq(status, -EINVAL);
	expect_well(&innocent);
	expect_well(&third);
	expect_dead_of(&guilty, EINVAL);
	finish();
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "same-timeout", "All have the same time.", test_same_timeout },
		{ "impatient", "Who waits has less.", test_impatient },
		{ "bounded", "Who waits does so no longer.", test_bounded },
		{ "semaphore", "It waits for a semaphore.", test_semaphore },
		{ "semaphore-behind", "It is held up and waits for one.", test_semaphore_behind },
		{ "forged", "It says that it is done.", test_forged },
		{ "forged-ring", "It says so of what was not fetched.", test_forged_ring },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture() {
		cnova_exec_timeout_restore();
		drm_close_driver(fd);
	}
}
