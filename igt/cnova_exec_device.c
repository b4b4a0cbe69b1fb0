// SPDX-License-Identifier: MIT

#include <time.h>

#include "hang.h"
#include "uevent.h"

/**
 * TEST: cnova exec device
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: An engine hangs and does not go into reset, so that its channel cannot be stopped
 *	alone. Needs the software model, which does that when it is told to.
 *
 * SUBTEST: reset
 * Description: All channels are reset: the one that hung says ETIMEDOUT, the others, on that
 *	engine and on others, at work or not, say ECANCELED. Address spaces live, binds go on,
 *	new channels work, user space is told.
 *
 * SUBTEST: reset-again
 * Description: That is done many times, with nothing left behind.
 *
 * SUBTEST: wedged
 * Description: That does not help either: the device is wedged. All that waits ends at once, with
 *	an error, nothing new is taken, user space is told, and all can be closed (rules 18,
 *	22). Binding the driver again makes all well.
 */

#define HANG_SECONDS	60
#define PATIENCE	"700"
#define FOR_EVER	"4294967295"
#define EVENT_MS	20000

/* Twice the time that the longest of the waits takes; a fence that nobody ends takes 10 s. */
#define AT_ONCE		4.0

enum { GUILTY, BEHIND, BESIDE, IDLE, NR };

static struct cnova_actor actors[NR];
static struct cnova_cork cork;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int other_engine(int engine)
{
	return engine == 2 ? 3 : 2;
}

static void prepare(int fd)
{
	int engine;

	cnova_require_exec(fd);
	igt_require_f(cnova_has_model(), "an engine has to hang\n");
	igt_emit_ignore_dmesg_regex("is dead: |was reset|channels? |wedged|the copy engine");
	igt_set_timeout(HANG_SECONDS, "an engine that hangs");
	cnova_exec_timeout_set(PATIENCE);
	cnova_actor_init(&actors[GUILTY], fd, CNOVA_ANY_ENGINE);
	cnova_exec_timeout_restore();
	engine = cnova_actor_engine(&actors[GUILTY]);
	cnova_actor_init(&actors[BEHIND], fd, engine);
	cnova_actor_init(&actors[BESIDE], fd, other_engine(engine));
	cnova_actor_init(&actors[IDLE], fd, engine);
}

static void expect_killed(struct cnova_actor *actor, int error)
{
	struct drm_cnova_channel_get_state state;

	igt_assert_eq(__cnova_channel_get_state(actor->fd, actor->channel.id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_CHANNEL_DEAD);
	igt_assert_eq(state.error, error);
}

/* The address space is as it was, takes binds, and a new channel works in it. */
static void expect_vm_lives(struct cnova_actor *actor)
{
	const uint64_t va = CNOVA_VA + SZ_2M;
	struct drm_cnova_vm_bind_op op = cnova_op_map(&actor->src, 0, va, SZ_64K, 0);
	struct drm_cnova_vm_bind args = cnova_bind_args(&actor->vm, &op, 1, NULL, 0);
	struct drm_cnova_vm_get_state state;

	igt_assert_eq(__cnova_vm_get_state(actor->fd, actor->vm.id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_VM_ACTIVE);
	cnova_eye_expect(&actor->vm, CNOVA_VA, &actor->src, 0);
	igt_assert_eq(__cnova_bind(actor->fd, &args), 0);
	cnova_eye_expect(&actor->vm, va, &actor->src, 0);
	op = cnova_op_unmap(va, SZ_64K);
	igt_assert_eq(__cnova_bind(actor->fd, &args), 0);
	cnova_eye_expect_fault(&actor->vm, va);

	cnova_channel_fini(&actor->channel);
	cnova_actor_new_channel(actor, CNOVA_ANY_ENGINE);
	cnova_actor_copy(actor);
	cnova_exec_finish(&actor->channel);
	cnova_actor_check(actor);
}

static void hang_and_reset(void)
{
	uint64_t point[NR];

	point[BESIDE] = cnova_actor_acquire(&actors[BESIDE]);
	point[GUILTY] = cnova_actor_hang(&actors[GUILTY]);
	point[BEHIND] = cnova_actor_copy(&actors[BEHIND]);
	cnova_model_set("reset_stuck", "1");
	igt_assert_eq(cnova_exec_wait(&actors[GUILTY].channel, point[GUILTY]), -ETIMEDOUT);
	igt_assert_eq(cnova_exec_wait(&actors[BEHIND].channel, point[BEHIND]), -ECANCELED);
	igt_assert_eq(cnova_exec_wait(&actors[BESIDE].channel, point[BESIDE]), -ECANCELED);
	expect_killed(&actors[GUILTY], ETIMEDOUT);
	expect_killed(&actors[BEHIND], ECANCELED);
	expect_killed(&actors[BESIDE], ECANCELED);
	expect_killed(&actors[IDLE], ECANCELED);
}

static void test_reset(int fd)
{
	uint64_t copied = cnova_counter(fd, "copy_bytes");
	int listener = cnova_uevent_open();
	struct cnova_bo bo;

	prepare(fd);
	hang_and_reset();
	cnova_uevent_expect(listener, "WEDGED=none", EVENT_MS);
	for (int i = 0; i < NR; i++)
		expect_vm_lives(&actors[i]);
	/* The driver's own channel was one of them. */
	copied = cnova_counter(fd, "copy_bytes");
	cnova_bo_init(&bo, fd, SZ_1M, DRM_CNOVA_GEM_VRAM);
	igt_assert_lte_u64(copied + SZ_1M, cnova_counter(fd, "copy_bytes"));
	cnova_bo_fini(&bo);
	for (int i = 0; i < NR; i++)
		cnova_actor_fini(&actors[i]);
	igt_reset_timeout();
	cnova_model_check();
}

static void test_reset_again(int fd)
{
	uint64_t before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	uint64_t withheld = cnova_quarantined(fd);

	for (int round = 0; round < 3; round++) {
		prepare(fd);
		hang_and_reset();
		for (int i = 0; i < NR; i++)
			cnova_actor_fini(&actors[i]);
	}
	igt_reset_timeout();
	cnova_wait_vram_free(fd, before);
	/* Nothing of a channel that could not be stopped either. */
	igt_assert_eq_u64(cnova_quarantined(fd), withheld);
	cnova_model_check();
}

static void test_wedged(int *fd)
{
	struct drm_cnova_channel_create create;
	int listener = cnova_uevent_open();
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_vm_bind args;
	uint64_t point[NR];
	double start;

	prepare(*fd);
	/* A bind, and an execution, that wait for somebody who never comes. */
	cnova_require_endless_cork();
	cnova_cork_init(&cork);
	point[IDLE] = cnova_exec(&actors[IDLE].channel, NULL, 0, &(struct drm_cnova_sync){
				 .handle = cnova_cork_syncobj(&cork, actors[IDLE].fd) });
	point[BESIDE] = cnova_actor_acquire(&actors[BESIDE]);
	point[GUILTY] = cnova_actor_hang(&actors[GUILTY]);
	point[BEHIND] = cnova_actor_copy(&actors[BEHIND]);
	cnova_model_set("reset_stuck", FOR_EVER);
	igt_assert_eq(cnova_exec_wait(&actors[GUILTY].channel, point[GUILTY]), -ETIMEDOUT);
	start = now();
	igt_assert_eq(cnova_exec_wait(&actors[BEHIND].channel, point[BEHIND]), -ECANCELED);
	igt_assert_eq(cnova_exec_wait(&actors[BESIDE].channel, point[BESIDE]), -ECANCELED);
	igt_assert_eq(cnova_exec_wait(&actors[IDLE].channel, point[IDLE]), -ECANCELED);
	igt_info("%.2f s from the first to the last\n", now() - start);
	igt_assert(now() - start < AT_ONCE);
	cnova_uevent_expect(listener, "WEDGED=rebind", EVENT_MS);

	for (int i = 0; i < NR; i++) {
		expect_killed(&actors[i], i == GUILTY ? ETIMEDOUT : ECANCELED);
		igt_assert_eq(__cnova_channel_create(actors[i].fd, actors[i].vm.id, &create),
			      -ENODEV);
		op = cnova_op_unmap(CNOVA_VA, SZ_64K);
		args = cnova_bind_args(&actors[i].vm, &op, 1, NULL, 0);
		igt_assert_eq(__cnova_bind(actors[i].fd, &args), -ENODEV);
	}
	start = now();
	for (int i = 0; i < NR; i++)
		cnova_actor_fini(&actors[i]);
	igt_info("%.2f s to close all\n", now() - start);
	igt_assert(now() - start < AT_ONCE);
	cnova_cork_fini(&cork);

	cnova_model_set("engine_hang", "0");
	cnova_model_set("reset_stuck", "0");
	cnova_bind_again(fd);
	cnova_actor_init(&actors[0], *fd, CNOVA_ANY_ENGINE);
	cnova_actor_copy(&actors[0]);
	cnova_exec_finish(&actors[0].channel);
	cnova_actor_check(&actors[0]);
	cnova_actor_fini(&actors[0]);
	igt_reset_timeout();
	cnova_model_check();
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("All channels are reset.");
	igt_subtest("reset")
		test_reset(fd);

	igt_describe("That is done many times.");
	igt_subtest("reset-again")
		test_reset_again(fd);

	igt_describe("That does not help either.");
	igt_subtest("wedged")
		test_wedged(&fd);

	igt_fixture() {
		cnova_exec_timeout_restore();
		if (cnova_has_model()) {
			cnova_model_set("engine_hang", "0");
			cnova_model_set("reset_stuck", "0");
		}
		drm_close_driver(fd);
	}
}
