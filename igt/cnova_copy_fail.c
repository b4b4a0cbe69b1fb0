// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <time.h>

#include "hang.h"
#include "set.h"

/**
 * TEST: cnova copy fail
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: The engine that clears and moves objects for the driver fails. Nobody's data is
 *	lost: the CPU does what the engine did not, and the next copy is the engine's again.
 *	Needs the software model, whose engines fail when they are told to.
 *
 * SUBTEST: clear-%s
 * Description: Fresh memory is zero all the same, and nothing is left behind.
 * arg[1]:
 * @hang:	the engine hangs: the driver waits as long as a client may
 * @error:	the host refuses what the driver sends, as after a bit that fell over
 * @reset:	it hangs, and its engine does not go into reset: all channels are reset
 * @fault:	it faults
 *
 * SUBTEST: move-%s
 * Description: [16] An object that is mapped has to leave VRAM, and comes back: it holds what it
 *	did, though the engine failed each time. For a GPU with little VRAM.
 * arg[1]:
 * @hang:	the engine hangs
 * @error:	the host refuses what the driver sends
 * @reset:	it hangs, and its engine does not go into reset
 * @fault:	it faults
 *
 * SUBTEST: behind-client
 * Description: A client's channel hangs on the engine that the driver uses.
 *
 * SUBTEST: hopeless
 * Description: It fails again and again: from then on all is the CPU's, and it is right.
 */

#define HANG_SECONDS	60
#define PATIENCE	"500"
#define SIZE		SZ_1M

/* INTR_0 of a PBDMA: SEMAPHORE. */
#define PBDMA_ERROR	"0x2000000"

/* How often an engine is asked again, with nothing done in between. */
#define RESTARTS	3

static uint64_t free_before;

/* What an object holds that was made just now; returns what engines have cleared of it. */
static uint64_t fresh(int fd)
{
	uint64_t before = cnova_counter(fd, "copy_bytes"), copied;
	struct cnova_bo bo = { .fd = fd, .size = SIZE };

	bo.handle = cnova_gem_create(fd, bo.size, DRM_CNOVA_GEM_VRAM);
	bo.map = cnova_gem_mmap(fd, bo.handle, bo.size);
	copied = cnova_counter(fd, "copy_bytes") - before;
	for (uint64_t i = 0; i < bo.size; i += sizeof(uint64_t))
		igt_assert_eq_u64(*(volatile uint64_t *)(bo.map + i), 0);
	/* So that the next one, in the same place, has something to clear. */
	memset(bo.map, 0xa5, bo.size);
	cnova_bo_fini(&bo);
	return copied;
}

static void prepare(int fd)
{
	cnova_require_exec(fd);
	igt_require_f(cnova_has_model(), "an engine has to fail\n");
	igt_emit_ignore_dmesg_regex("is dead: |was reset|channels? |wedged|the copy engine");
	igt_set_timeout(HANG_SECONDS, "an engine that fails");
	cnova_exec_timeout_set(PATIENCE);
	igt_require_f(fresh(fd) == SIZE, "the driver uses no engine\n");
	free_before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
}

static void finish(int fd)
{
	cnova_exec_timeout_restore();
	igt_reset_timeout();
	cnova_wait_vram_free(fd, free_before);
	cnova_model_check();
}

static void clear(int fd, const char *knob, const char *value)
{
	igt_assert_eq_u64(fresh(fd), SIZE);
	cnova_model_set(knob, value);
	igt_assert_eq_u64(fresh(fd), 0);
	cnova_model_set(knob, "0");
	igt_assert_eq_u64(fresh(fd), SIZE);
}

static void test_clear_hang(int fd)
{
	prepare(fd);
	clear(fd, "engine_hang", "1");
	finish(fd);
}

static void test_clear_error(int fd)
{
	prepare(fd);
	clear(fd, "pbdma_error", PBDMA_ERROR);
	finish(fd);
}

static void test_clear_fault(int fd)
{
	prepare(fd);
	clear(fd, "physical_fault", "1");
	finish(fd);
}

static void test_clear_reset(int fd)
{
	prepare(fd);
	cnova_model_set("reset_stuck", "1");
	clear(fd, "engine_hang", "1");
	finish(fd);
}

/* One object that can go and is mapped, and one that fills VRAM and cannot: a bind waits. */
struct scene {
	struct cnova_vm vm, filler;
	struct cnova_bo bo;
	struct cnova_cork cork;
};

static void scene_init(struct scene *s, int fd)
{
	struct cnova_bo rest = { .fd = drm_reopen_driver(fd) };
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync;
	int own = drm_reopen_driver(fd);

	cnova_vm_init(&s->vm, own);
	cnova_bo_init(&s->bo, own, SIZE, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&s->bo, 0, CNOVA_VA, SIZE, 0);
	igt_assert_eq(__cnova_bind_one(&s->vm, &op), 0);

	cnova_vm_init(&s->filler, rest.fd);
	cnova_cork_init(&s->cork);
	sync = cnova_wait(cnova_cork_syncobj(&s->cork, rest.fd), 0);
	rest.size = cnova_align_down(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) - SIZE / 2,
				     SZ_64K);
	rest.handle = cnova_gem_create(rest.fd, rest.size, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&rest, 0, CNOVA_VA, rest.size, 0);
	igt_assert_eq(cnova_bind_async(&s->filler, &op, 1, &sync, 1), 0);
}

static void scene_fini(struct scene *s)
{
	int own = s->vm.fd, others = s->filler.fd;

	cnova_vm_fini(&s->filler);
	cnova_cork_fini(&s->cork);
	drm_close_driver(others);
	cnova_bo_fini(&s->bo);
	cnova_vm_fini(&s->vm);
	drm_close_driver(own);
}

/* @knob fails the first copy that comes, which is the move; the engine clears what is new. */
static void move(struct scene *s, const char *knob, const char *value, const char *resets)
{
	int own = s->vm.fd, others = s->filler.fd;
	uint64_t size = cnova_param(own, DRM_CNOVA_PARAM_VRAM_FREE) + SZ_64K, before;
	uint32_t handle;

	before = cnova_counter(own, "copy_bytes");
	cnova_model_set("reset_stuck", resets);
	cnova_model_set(knob, value);
	handle = cnova_gem_create(others, size, DRM_CNOVA_GEM_VRAM);
	cnova_model_set(knob, "0");
	igt_assert_lte_u64(SIZE, cnova_fdinfo(own, "drm-resident-gtt"));
	igt_assert_eq_u64(cnova_counter(own, "copy_bytes"), before + size);
	cnova_expect_tags(s->bo.map, s->bo.handle, SIZE);

	gem_close(others, handle);
	before = cnova_counter(own, "copy_bytes");
	cnova_model_set("reset_stuck", resets);
	cnova_model_set(knob, value);
	cnova_eye_expect(&s->vm, CNOVA_VA, &s->bo, 0);
	cnova_model_set(knob, "0");
	igt_assert_lte_u64(SIZE, cnova_fdinfo(own, "drm-resident-vram0"));
	igt_assert_eq_u64(cnova_counter(own, "copy_bytes"), before);
	for (uint64_t at = 0; at < SIZE; at += SZ_4K)
		cnova_eye_expect(&s->vm, CNOVA_VA + at, &s->bo, at);
}

static void test_move(int fd, const char *knob, const char *value, const char *resets)
{
	struct scene scene;

	cnova_require_endless_cork();
	igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "a lot of VRAM to be filled\n");
	prepare(fd);
	scene_init(&scene, fd);
	move(&scene, knob, value, resets);
	scene_fini(&scene);
	igt_assert_eq_u64(fresh(fd), SIZE);
	finish(fd);
}

/* The copy engines there are: the driver uses the last one. */
static void test_behind_client(int fd)
{
	struct cnova_actor actor[4];
	int last = 0, engine;
	uint64_t point;

	prepare(fd);
	for (int i = 0; i < 4; i++)
		cnova_actor_init(&actor[i], fd, CNOVA_ANY_ENGINE);
	for (int i = 0; i < 4; i++) {
		engine = cnova_actor_engine(&actor[i]);
		if (engine > cnova_actor_engine(&actor[last]))
			last = i;
	}
	point = cnova_actor_hang(&actor[last]);
	/* Either the client is found first, or the CPU does it: it is zero. */
	fresh(fd);
	igt_assert_eq(cnova_exec_wait(&actor[last].channel, point), -ETIMEDOUT);
	cnova_channel_expect_dead(&actor[last].channel, ETIMEDOUT);
	for (int i = 0; i < 4; i++) {
		if (i == last)
			continue;
		cnova_actor_copy(&actor[i]);
		cnova_exec_finish(&actor[i].channel);
		cnova_actor_check(&actor[i]);
	}
	for (int i = 0; i < 4; i++)
		cnova_actor_fini(&actor[i]);
	igt_assert_eq_u64(fresh(fd), SIZE);
	finish(fd);
}

static void test_hopeless(int *fd)
{
	prepare(*fd);
	for (int i = 0; i < RESTARTS + 1; i++) {
		cnova_model_set("pbdma_error", PBDMA_ERROR);
		igt_assert_eq_u64(fresh(*fd), 0);
	}
	cnova_model_set("pbdma_error", "0");
	igt_assert_eq_u64(fresh(*fd), 0);
	finish(*fd);
	cnova_bind_again(fd);
	igt_assert_eq_u64(fresh(*fd), SIZE);
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("It hangs while it clears.");
	igt_subtest("clear-hang")
		test_clear_hang(fd);

	igt_describe("The host refuses what it is sent.");
	igt_subtest("clear-error")
		test_clear_error(fd);

	igt_describe("It faults.");
	igt_subtest("clear-fault")
		test_clear_fault(fd);

	igt_describe("It hangs, and does not go into reset.");
	igt_subtest("clear-reset")
		test_clear_reset(fd);

	igt_describe("It hangs while it moves an object.");
	igt_subtest("move-hang")
		test_move(fd, "engine_hang", "1", "0");

	igt_describe("The host refuses what moves an object.");
	igt_subtest("move-error")
		test_move(fd, "pbdma_error", PBDMA_ERROR, "0");

	igt_describe("It faults while it moves an object.");
	igt_subtest("move-fault")
		test_move(fd, "physical_fault", "1", "0");

	igt_describe("It hangs while it moves an object, and does not go into reset.");
	igt_subtest("move-reset")
		test_move(fd, "engine_hang", "1", "1");

	igt_describe("A client hangs on it.");
	igt_subtest("behind-client")
		test_behind_client(fd);

	igt_describe("It fails again and again.");
	igt_subtest("hopeless")
		test_hopeless(&fd);

	igt_fixture() {
		cnova_exec_timeout_restore();
		if (cnova_has_model()) {
			cnova_model_set("engine_hang", "0");
			cnova_model_set("pbdma_error", "0");
			cnova_model_set("reset_stuck", "0");
			cnova_model_set("physical_fault", "0");
		}
		drm_close_driver(fd);
	}
}
