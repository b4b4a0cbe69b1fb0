// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "hang.h"

#define TIMEOUT		"/sys/module/cnova/parameters/exec_timeout_ms"
#define HANGS		"/sys/kernel/debug/cnova_sim/engine_hang"
#define DST		(CNOVA_VA + CNOVA_ACTOR_SIZE)

/* Engines are taken in turn, by whoever makes a channel. */
#define ENGINE_TRIES	64

static char timeout_before[32];

/**
 * cnova_exec_timeout_set() - Of channels made from here on.
 */
void cnova_exec_timeout_set(const char *ms)
{
	char *text = cnova_read_text(AT_FDCWD, TIMEOUT);

	igt_require_f(text, "no module parameter\n");
	if (!timeout_before[0])
		snprintf(timeout_before, sizeof(timeout_before), "%s", text);
	free(text);
	cnova_write_text(TIMEOUT, ms);
}

void cnova_exec_timeout_restore(void)
{
	if (timeout_before[0])
		cnova_write_text(TIMEOUT, timeout_before);
}

/* What debugfs says of its channel. */
static char *channel_line(struct cnova_actor *actor)
{
	char *text = cnova_read_text(actor->vm.dir, "channels"), name[32], *line;

	igt_assert(text);
	snprintf(name, sizeof(name), "channel_%u ", actor->channel.id);
	line = strstr(text, name);
	igt_assert_f(line, "no %sin debugfs\n", name);
	line = strdup(line);
	free(text);
	return line;
}

/**
 * cnova_actor_engine() - Which copy engine its channel has.
 */
int cnova_actor_engine(struct cnova_actor *actor)
{
	char *line = channel_line(actor), *at = strstr(line, " engine=CE");
	int engine;

	igt_assert(at);
	engine = strtol(at + strlen(" engine=CE"), NULL, 10);
	free(line);
	return engine;
}

/**
 * cnova_actor_renewals() - How often an execution of its channel was given its time anew.
 */
unsigned int cnova_actor_renewals(struct cnova_actor *actor)
{
	char *line = channel_line(actor), *at = strstr(line, " renewals=");
	unsigned int nr;

	igt_assert(at);
	nr = strtoul(at + strlen(" renewals="), NULL, 10);
	free(line);
	return nr;
}

/**
 * cnova_actor_new_channel() - Make a channel on @engine.
 */
void cnova_actor_new_channel(struct cnova_actor *actor, int engine)
{
	for (int i = 0; i < ENGINE_TRIES; i++) {
		cnova_channel_init(&actor->channel, &actor->vm, CNOVA_PB_VA, SZ_64K);
		if (engine == CNOVA_ANY_ENGINE || cnova_actor_engine(actor) == engine)
			return;
		cnova_channel_fini(&actor->channel);
	}
	igt_assert_f(false, "no channel on CE%d\n", engine);
}

static void map(struct cnova_actor *actor, const struct cnova_bo *bo, uint64_t va)
{
	struct drm_cnova_vm_bind_op op = cnova_op_map(bo, 0, va, CNOVA_ACTOR_SIZE, 0);
	struct drm_cnova_vm_bind args = cnova_bind_args(&actor->vm, &op, 1, NULL, 0);

	igt_assert_eq(__cnova_bind(actor->fd, &args), 0);
}

void cnova_actor_init(struct cnova_actor *actor, int fd, int engine)
{
	memset(actor, 0, sizeof(*actor));
	actor->fd = drm_reopen_driver(fd);
	cnova_vm_init(&actor->vm, actor->fd);
	cnova_bo_init(&actor->src, actor->fd, CNOVA_ACTOR_SIZE, DRM_CNOVA_GEM_VRAM);
	cnova_bo_init(&actor->dst, actor->fd, CNOVA_ACTOR_SIZE, DRM_CNOVA_GEM_VRAM);
	map(actor, &actor->src, CNOVA_VA);
	map(actor, &actor->dst, DST);
	cnova_actor_new_channel(actor, engine);
}

void cnova_actor_fini(struct cnova_actor *actor)
{
	cnova_channel_fini(&actor->channel);
	cnova_vm_fini(&actor->vm);
	cnova_bo_fini(&actor->src);
	cnova_bo_fini(&actor->dst);
	drm_close_driver(actor->fd);
}

/**
 * cnova_actor_copy() - Have it copy @src to @dst, and then write a word.
 *
 * Return: point of its channel.
 */
uint64_t cnova_actor_copy(struct cnova_actor *actor)
{
	return cnova_actor_copy_often(actor, 1);
}

/**
 * cnova_actor_copy_often() - The same, but that it copies @nr times, 80 at most.
 *
 * Return: point of its channel.
 */
uint64_t cnova_actor_copy_often(struct cnova_actor *actor, unsigned int nr)
{
	struct cnova_channel *ch = &actor->channel;
	struct drm_cnova_push push;

	cnova_pb_begin(ch);
	for (unsigned int i = 0; i < nr; i++)
		cnova_pb_copy(ch, DST, CNOVA_VA, CNOVA_ACTOR_SIZE);
	cnova_pb_release(ch, cnova_channel_word_va(ch, 0), ch->point + 1);
	push = cnova_pb_end(ch);
	return cnova_exec(ch, &push, 1, NULL);
}

/**
 * cnova_actor_check() - What it copied is there, and what it maps is as it was.
 */
void cnova_actor_check(struct cnova_actor *actor)
{
	struct cnova_channel *ch = &actor->channel;

	igt_assert_eq_u32(*cnova_channel_word(ch, 0), (uint32_t)ch->point);
	igt_assert(!memcmp(actor->dst.map, actor->src.map, CNOVA_ACTOR_SIZE));
	cnova_eye_expect(&actor->vm, CNOVA_VA, &actor->src, 0);
}

/**
 * cnova_actor_acquire() - Have its channel wait for word 1, which the CPU may write; it does so
 * when we return.
 *
 * Return: point of its channel.
 */
uint64_t cnova_actor_acquire(struct cnova_actor *actor)
{
	struct cnova_channel *ch = &actor->channel;
	struct drm_cnova_push push;
	uint64_t point;

	cnova_pb_begin(ch);
	cnova_pb_release(ch, cnova_channel_word_va(ch, 2), 1);
	cnova_pb_acquire(ch, cnova_channel_word_va(ch, 1), 1);
	push = cnova_pb_end(ch);
	point = cnova_exec(ch, &push, 1, NULL);
	for (int i = 0; i < 2000 && !*cnova_channel_word(ch, 2); i++)
		usleep(1000);
	igt_assert_eq_u32(*cnova_channel_word(ch, 2), 1);
	return point;
}

/**
 * cnova_actor_hang_at() - Have its engine never end the first method of @push; wait for that.
 *
 * Return: point of its channel.
 */
uint64_t cnova_actor_hang_at(struct cnova_actor *actor, const struct drm_cnova_push *push)
{
	uint64_t point;
	char *text;
	bool taken;

	cnova_model_set("engine_hang", "1");
	point = cnova_exec(&actor->channel, push, 1, NULL);
	for (int i = 0; i < 2000; i++) {
		text = cnova_read_text(AT_FDCWD, HANGS);
		igt_assert(text);
		taken = !strtoul(text, NULL, 0);
		free(text);
		if (taken)
			return point;
		usleep(1000);
	}
	igt_assert_f(false, "the engine was not asked for anything\n");
	return 0;
}

/**
 * cnova_actor_hang() - Have its engine never end what it is given; wait until it has it.
 *
 * Return: point of its channel.
 */
uint64_t cnova_actor_hang(struct cnova_actor *actor)
{
	struct cnova_channel *ch = &actor->channel;
	struct drm_cnova_push push;

	cnova_pb_begin(ch);
	cnova_pb_copy(ch, DST, CNOVA_VA, SZ_4K);
	push = cnova_pb_end(ch);
	return cnova_actor_hang_at(actor, &push);
}
