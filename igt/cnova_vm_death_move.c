// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "exec.h"
#include "random.h"
#include "set.h"

/**
 * TEST: cnova vm death move
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: The hardware fails at each step of an eviction, and of an execution that binds
 *	again what was evicted (contract rules 16, 17, 19 and 22), as in cnova_vm_death. For a
 *	GPU with little VRAM, of the software model.
 *
 * SUBTEST: evict-ack-lost
 * Description: The acknowledge of each invalidate is lost while somebody else needs room: the
 *	VM whose mapping it was is dead, its object withheld; the one that needs room gets it.
 *
 * SUBTEST: evict-gone
 * Description: The device leaves the bus at each access, or at some that are drawn, while
 *	somebody else needs room: calls fail with an error, and nobody waits for ever.
 *
 * SUBTEST: exec-ack-lost
 * Description: The same for an execution that binds again: it is refused, the VM is dead, and its
 *	channel too.
 *
 * SUBTEST: exec-gone
 * Description: The device leaves the bus at each access of such an execution.
 */

#define HANG_SECONDS	120
/* More steps than that are drawn. */
#define MAX_STEPS	6

/* What is evicted, and who does. */
struct scene {
	int fd, own, others;
	struct cnova_vm vm;
	struct cnova_bo bo;
	struct cnova_channel channel;
	bool has_channel;
	/* Has the rest, and it cannot go: a bind of it waits. */
	struct cnova_vm filler;
	struct cnova_cork cork;
};

static void turn_off(__attribute__((unused)) int sig)
{
	cnova_model_try("arm", "none");
	cnova_model_try("gone", "0");
	cnova_model_try("ack_lost", "0");
}

static void fill_vram(struct scene *s)
{
	struct cnova_bo bo = {
		.size = cnova_align_down(cnova_param(s->fd, DRM_CNOVA_PARAM_VRAM_FREE) -
					 SZ_1M / 4, SZ_64K),
	};
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync;

	cnova_vm_init(&s->filler, s->others);
	cnova_cork_init(&s->cork);
	sync = cnova_wait(cnova_cork_syncobj(&s->cork, s->others), 0);
	bo.handle = cnova_gem_create(s->others, bo.size, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(cnova_bind_async(&s->filler, &op, 1, &sync, 1), 0);
}

/* More than is left: something else has to go. */
static int need_room(struct scene *s)
{
	uint64_t size = cnova_param(s->fd, DRM_CNOVA_PARAM_VRAM_FREE) + SZ_4K;
	uint32_t handle = 0;
	int err = __cnova_gem_create(s->others, &size, DRM_CNOVA_GEM_VRAM, &handle);

	if (!err)
		gem_close(s->others, handle);
	return err;
}

static void scene_init(struct scene *s, int fd, bool with_channel)
{
	struct drm_cnova_vm_bind_op op;

	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->own = drm_reopen_driver(fd);
	s->others = drm_reopen_driver(fd);
	cnova_vm_init(&s->vm, s->own);
	cnova_bo_init(&s->bo, s->own, SZ_64K, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&s->bo, 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&s->vm, &op), 0);
	s->has_channel = with_channel;
	if (with_channel)
		cnova_channel_init(&s->channel, &s->vm, CNOVA_PB_VA, SZ_64K);

	fill_vram(s);
}

static void scene_fini(struct scene *s)
{
	if (s->has_channel) {
		__cnova_channel_destroy(s->own, s->channel.id);
		cnova_bo_fini(&s->channel.pb);
	}
	cnova_bo_fini(&s->bo);
	cnova_vm_fini(&s->vm);
	drm_close_driver(s->own);
	cnova_vm_fini(&s->filler);
	cnova_cork_fini(&s->cork);
	drm_close_driver(s->others);
	cnova_model_check_violations();
}

/* ----------------------------------------------------------------------- what fails */

/* Return: what it came to. */
static int evict(struct scene *s)
{
	return need_room(s);
}

static void evict_before(struct scene *s)
{
	igt_assert_eq(cnova_nr_unbound(&s->vm), 0);
}

/* Copies what was evicted. */
static int exec(struct scene *s)
{
	struct drm_cnova_push push;

	cnova_pb_begin(&s->channel);
	cnova_pb_copy(&s->channel, cnova_channel_word_va(&s->channel, 0), CNOVA_VA, 8);
	push = cnova_pb_end(&s->channel);
	return cnova_exec_try(&s->channel, &push, 1, NULL, 0);
}

static void exec_before(struct scene *s)
{
	igt_assert_eq(need_room(s), 0);
	igt_assert_lt(0, cnova_nr_unbound(&s->vm));
}

struct step {
	bool with_channel;
	void (*before)(struct scene *s);
	int (*call)(struct scene *s);
};

static const struct step steps[] = {
	{ false, evict_before, evict },
	{ true, exec_before, exec },
};

/* --------------------------------------------------------------------------- deaths */

struct result {
	int err;
	uint32_t left;
	struct drm_cnova_vm_get_state state;
};

static uint32_t steps_left(void)
{
	char *text = cnova_read_text(AT_FDCWD, "/sys/kernel/debug/cnova_sim/arm"), name[32];
	uint32_t left;

	igt_assert(text && sscanf(text, "%31s %" SCNu32, name, &left) == 2);
	free(text);
	return left;
}

static void die_at(int fd, const struct step *step, const char *knob, uint32_t k,
		   struct result *result)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA_EDGE, SZ_4K);
	bool dead, gone = !strcmp(knob, "gone");
	struct scene s;
	char text[32];

	scene_init(&s, fd, step->with_channel);
	step->before(&s);
	snprintf(text, sizeof(text), "%s:%u", knob, k);
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("arm", text);
	result->err = step->call(&s);
	result->left = steps_left();
	turn_off(0);

	igt_assert_eq(__cnova_vm_get_state(s.own, s.vm.id, &result->state), 0);
	dead = result->state.state == DRM_CNOVA_VM_DEAD;
	igt_info("%s, %u steps left: %s, VM %s, %" PRIu64 " bytes withheld\n", text, result->left,
		 strerror(-result->err), dead ? "dead" : "alive",
		 (uint64_t)result->state.quarantined);
	igt_assert_eq(__cnova_bind_one(&s.vm, &op), dead ? -ENOENT : 0);
	if (dead) {
		igt_assert_eq(result->state.error, gone ? ENODEV : ETIMEDOUT);
		if (step->with_channel)
			igt_assert_eq(exec(&s), -ENOENT);
	} else {
		/* It has what it had. */
		for (uint64_t at = 0; at < SZ_64K; at += SZ_4K)
			cnova_eye_expect(&s.vm, CNOVA_VA + at, &s.bo, at);
	}

	scene_fini(&s);
}

static void test_ack_lost(int *fd, const struct step *step)
{
	unsigned int deaths = 0;
	struct result result;
	uint32_t k = 0;

	do {
		die_at(*fd, step, "ack_lost", ++k, &result);
		deaths += result.state.state == DRM_CNOVA_VM_DEAD;
		igt_assert_lte(k, 8);
		cnova_bind_again(fd);
	} while (!result.left);
	igt_assert_lt(0, deaths);
}

static void test_gone(int *fd, const struct step *step)
{
	unsigned int deaths = 0, nr = 0;
	struct result result;
	uint32_t all, k;

	/* How many are there? */
	die_at(*fd, step, "gone", 1000000, &result);
	igt_assert_eq(result.err, 0);
	all = 1000000 - result.left;
	igt_info("%u accesses\n", all);
	cnova_random_start(cnova_random_seed());
	for (k = 1; k <= all; k += 1 + cnova_random() % (2 * all / MAX_STEPS + 1)) {
		die_at(*fd, step, "gone", k, &result);
		deaths += result.state.state == DRM_CNOVA_VM_DEAD;
		nr++;
		cnova_bind_again(fd);
	}
	igt_info("%u of %u deadly\n", deaths, nr);
	igt_assert_lt(0, deaths);
}

static void test(int *fd, const struct step *step, void (*how)(int *fd, const struct step *step))
{
	cnova_require_endless_cork();
	igt_require_f(cnova_vram(*fd) <= 64 * SZ_1M, "a lot of VRAM to be filled\n");
	if (step->with_channel)
		cnova_require_exec(*fd);
	igt_set_timeout(HANG_SECONDS, "hardware that fails");
	/* What others have left withheld is not to be in the way. */
	cnova_bind_again(fd);
	igt_emit_ignore_dmesg_regex("no acknowledge|is dead: |is wedged|eviction failed");
	how(fd, step);
	igt_reset_timeout();
}

int igt_main()
{
	static int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "silicon cannot be told to fail\n");
		igt_install_exit_handler(turn_off);
	}

	igt_describe("Acknowledges of an eviction are lost.");
	igt_subtest("evict-ack-lost")
		test(&fd, &steps[0], test_ack_lost);

	igt_describe("The device is gone in the middle of an eviction.");
	igt_subtest("evict-gone")
		test(&fd, &steps[0], test_gone);

	igt_describe("Acknowledges are lost while an execution binds again.");
	igt_subtest("exec-ack-lost")
		test(&fd, &steps[1], test_ack_lost);

	igt_describe("The device is gone while an execution binds again.");
	igt_subtest("exec-gone")
		test(&fd, &steps[1], test_gone);

	igt_fixture()
		drm_close_driver(fd);
}
