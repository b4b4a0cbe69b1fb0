// SPDX-License-Identifier: MIT

#include <sys/ioctl.h>

#include "exec.h"

/* Long enough for the debug kernel, and shorter than a test may take. */
#define EXEC_WAIT_MS	40000

/* -------------------------------------------------------------------------- ioctls */

int __cnova_channel_create(int fd, uint32_t vm_id, struct drm_cnova_channel_create *args)
{
	*args = (struct drm_cnova_channel_create) {
		.vm_id = vm_id,
		.engine = DRM_CNOVA_ENGINE_COPY,
	};
	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_CHANNEL_CREATE, args);
}

int __cnova_channel_destroy(int fd, uint32_t id)
{
	struct drm_cnova_channel_destroy args = { .channel_id = id };

	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_CHANNEL_DESTROY, &args);
}

int __cnova_channel_get_state(int fd, uint32_t id, struct drm_cnova_channel_get_state *state)
{
	memset(state, 0, sizeof(*state));
	state->channel_id = id;
	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_CHANNEL_GET_STATE, state);
}

int __cnova_exec(int fd, struct drm_cnova_exec *args)
{
	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_EXEC, args);
}

/**
 * cnova_require_exec() - Skip where the device runs no channels.
 */
void cnova_require_exec(int fd)
{
	igt_require_f(cnova_param(fd, DRM_CNOVA_PARAM_COPY_CLASS), "no copy engine\n");
}

/* ------------------------------------------------------------------------- channels */

/**
 * cnova_channel_init() - Make a channel, with memory for its pushes at @va.
 */
void cnova_channel_init(struct cnova_channel *ch, const struct cnova_vm *vm, uint64_t va,
			uint64_t size)
{
	struct drm_cnova_channel_create args;
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_vm_bind bind;

	memset(ch, 0, sizeof(*ch));
	ch->vm = vm;
	ch->va = va;
	cnova_bo_init(&ch->pb, vm->fd, size, 0);
	memset(ch->pb.map, 0, size);
	op = cnova_op_map(&ch->pb, 0, va, size, 0);
	bind = cnova_bind_args(vm, &op, 1, NULL, 0);
	igt_assert_eq(__cnova_bind(vm->fd, &bind), 0);

	igt_assert_eq(__cnova_channel_create(vm->fd, vm->id, &args), 0);
	igt_assert_neq(args.channel_id, 0);
	igt_assert_eq_u32(args.channel_class,
			  (uint32_t)cnova_param(vm->fd, DRM_CNOVA_PARAM_CHANNEL_CLASS));
	igt_assert_eq_u32(args.engine_class,
			  (uint32_t)cnova_param(vm->fd, DRM_CNOVA_PARAM_COPY_CLASS));
	ch->id = args.channel_id;
	ch->engine_class = args.engine_class;
	ch->out = syncobj_create(vm->fd, 0);
}

/**
 * cnova_channel_fini() - End a channel, whatever it is doing.
 */
void cnova_channel_fini(struct cnova_channel *ch)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(ch->va, ch->pb.size);
	struct drm_cnova_vm_bind args = cnova_bind_args(ch->vm, &op, 1, NULL, 0);

	igt_assert_eq(__cnova_channel_destroy(ch->vm->fd, ch->id), 0);
	/* The VM may be gone. */
	__cnova_bind(ch->vm->fd, &args);
	syncobj_destroy(ch->vm->fd, ch->out);
	for (unsigned int i = 0; i < CNOVA_CHANNEL_FENCES; i++)
		if (ch->fence[i])
			syncobj_destroy(ch->vm->fd, ch->fence[i]);
	cnova_bo_fini(&ch->pb);
}

/**
 * cnova_channel_word() - A word of a channel's own memory that no push uses.
 */
volatile uint32_t *cnova_channel_word(struct cnova_channel *ch, unsigned int i)
{
	return (volatile uint32_t *)(ch->pb.map + ch->pb.size - SZ_4K + i * 16);
}

uint64_t cnova_channel_word_va(const struct cnova_channel *ch, unsigned int i)
{
	return ch->va + ch->pb.size - SZ_4K + i * 16;
}

/* ---------------------------------------------------------------------------- words */

/**
 * cnova_pb_begin() - Start a push, behind what was written before; SET_OBJECT first.
 *
 * The rest is for the builder of cnova_push.h, with @ch->push, or for what is below.
 */
void cnova_pb_begin(struct cnova_channel *ch)
{
	const uint64_t room = ch->pb.size - SZ_4K;

	/* Once around, when nothing uses it any more. */
	if (ch->used + SZ_4K > room) {
		cnova_exec_finish(ch);
		ch->used = 0;
	}
	ch->start = ch->used;
	cnova_push_init(&ch->push, ch->pb.map + ch->start, room - ch->start);
	cnova_push_set_object(&ch->push, CNOVA_PUSH_COPY, ch->engine_class);
}

/**
 * cnova_pb_copy() - The engine copies bytes, and the CPU sees them.
 */
void cnova_pb_copy(struct cnova_channel *ch, uint64_t dst, uint64_t src, uint32_t size)
{
	cnova_push_copy(&ch->push, dst, src, size, CNOVA_PUSH_FLUSH);
}

/**
 * cnova_pb_fill() - The engine fills bytes, a multiple of 4, with a word of 32 bits.
 */
void cnova_pb_fill(struct cnova_channel *ch, uint64_t dst, uint32_t value, uint32_t size)
{
	cnova_push_fill(&ch->push, dst, value, 4, size / 4, CNOVA_PUSH_FLUSH);
}

/**
 * cnova_pb_release() - The host stores @payload when the engine has done what came before.
 */
void cnova_pb_release(struct cnova_channel *ch, uint64_t va, uint32_t payload)
{
	cnova_push_release(&ch->push, va, payload);
}

/**
 * cnova_pb_acquire() - The host waits until there is @payload; others of its runlist wait too.
 */
void cnova_pb_acquire(struct cnova_channel *ch, uint64_t va, uint32_t payload)
{
	cnova_push_semaphore(&ch->push, va, payload, CNOVA_SEM_ACQUIRE);
}

/**
 * cnova_pb_end() - What was written since cnova_pb_begin().
 */
struct drm_cnova_push cnova_pb_end(struct cnova_channel *ch)
{
	uint32_t length = cnova_push_bytes(&ch->push);

	igt_assert_f(length, "a push that does not fit\n");
	ch->used = ch->start + length;
	return (struct drm_cnova_push) { .va = ch->va + ch->start, .length = length };
}

/* ----------------------------------------------------------------------- executions */

/**
 * cnova_exec_try() - EXEC with the syncs given.
 *
 * Return: 0 or -errno.
 */
int cnova_exec_try(struct cnova_channel *ch, const struct drm_cnova_push *pushes,
		   unsigned int nr_pushes, const struct drm_cnova_sync *syncs,
		   unsigned int nr_syncs)
{
	struct drm_cnova_exec args = {
		.channel_id = ch->id,
		.pushes = { ptr_u64(pushes), nr_pushes, nr_pushes ? sizeof(*pushes) : 0 },
		.syncs = { ptr_u64(syncs), nr_syncs, nr_syncs ? sizeof(*syncs) : 0 },
	};

	return __cnova_exec(ch->vm->fd, &args);
}

/**
 * cnova_exec() - Have it executed after @wait, if that is not NULL.
 *
 * Return: point of @ch->out that it signals.
 */
uint64_t cnova_exec(struct cnova_channel *ch, const struct drm_cnova_push *pushes,
		    unsigned int nr_pushes, const struct drm_cnova_sync *wait)
{
	uint32_t *fence = &ch->fence[(ch->point + 1) % CNOVA_CHANNEL_FENCES];
	struct drm_cnova_sync syncs[3] = { cnova_signal(ch->out, ch->point + 1) };

	if (!*fence)
		*fence = syncobj_create(ch->vm->fd, 0);
	syncs[1] = cnova_signal(*fence, 0);
	if (wait)
		syncs[2] = *wait;
	igt_assert_eq(cnova_exec_try(ch, pushes, nr_pushes, syncs, wait ? 3 : 2), 0);
	return ++ch->point;
}

/**
 * cnova_exec_wait() - Wait for an execution.
 *
 * Return: 0, or the error its fence carries, negative.
 */
int cnova_exec_wait(struct cnova_channel *ch, uint64_t point)
{
	uint32_t fence = ch->fence[point % CNOVA_CHANNEL_FENCES];
	int status;

	igt_assert_eq(cnova_syncobj_wait(ch->vm->fd, ch->out, point, EXEC_WAIT_MS), 0);
	/* An older one has been replaced; what came after it has succeeded or failed too. */
	status = cnova_syncobj_status(ch->vm->fd, fence, 0);
	igt_assert_neq(status, 0);
	return status < 0 ? status : 0;
}

/**
 * cnova_exec_finish() - Wait for all that was executed so far; it must have succeeded.
 */
void cnova_exec_finish(struct cnova_channel *ch)
{
	if (ch->point)
		igt_assert_eq(cnova_exec_wait(ch, ch->point), 0);
}

/**
 * cnova_gpu_copy() - Copy, and wait for it.
 */
void cnova_gpu_copy(struct cnova_channel *ch, uint64_t dst, uint64_t src, uint32_t size)
{
	struct drm_cnova_push push;

	cnova_pb_begin(ch);
	cnova_pb_copy(ch, dst, src, size);
	push = cnova_pb_end(ch);
	igt_assert_eq(cnova_exec_wait(ch, cnova_exec(ch, &push, 1, NULL)), 0);
}

/**
 * cnova_channel_expect_dead() - It says that it is dead, of @error, and takes nothing.
 */
void cnova_channel_expect_dead(struct cnova_channel *ch, int error)
{
	struct drm_cnova_sync sync = cnova_signal(syncobj_create(ch->vm->fd, 0), 0);
	struct drm_cnova_channel_get_state state;

	igt_assert_eq(__cnova_channel_get_state(ch->vm->fd, ch->id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_CHANNEL_DEAD);
	igt_assert_eq(state.error, error);
	igt_assert_eq(cnova_exec_try(ch, NULL, 0, &sync, 1), -ENOENT);
	syncobj_destroy(ch->vm->fd, sync.handle);
}

/**
 * cnova_channel_expect_alive() - It says so, and executes.
 */
void cnova_channel_expect_alive(struct cnova_channel *ch)
{
	struct drm_cnova_channel_get_state state;

	igt_assert_eq(__cnova_channel_get_state(ch->vm->fd, ch->id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_CHANNEL_ACTIVE);
	igt_assert_eq_u32(state.error, 0);
	igt_assert_eq(cnova_exec_wait(ch, cnova_exec(ch, NULL, 0, NULL)), 0);
}
