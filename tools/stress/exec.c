// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Executions of a stress client: the copy engine reads pages, which must hold what they should,
 * and writes others.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <xf86drm.h>

#include "cnova_push.h"
#include "client.h"

/* Out of the way of what a client binds. */
#define PUSH_VA		0x20000000ull
#define PUSH_SIZE	(4 * PAGE)
/* Where the engine puts what it has read. */
#define FOUND		(3 * PAGE)
#define MAX_PAGES	48

static int bind_push(struct client *c, const struct vm *vm)
{
	struct drm_cnova_vm_bind_op op = {
		.op = DRM_CNOVA_VM_BIND_OP_MAP, .handle = vm->push, .va = PUSH_VA,
		.range = PUSH_SIZE,
	};
	struct drm_cnova_vm_bind bind = {
		.vm_id = vm->id, .ops = { ptr_u64(&op), 1, sizeof(op) },
	};

	return drmIoctl(c->fd, DRM_IOCTL_CNOVA_VM_BIND, &bind) ? -errno : 0;
}

/* 0: it has one, or there is no room for it, or the VM is dead already. */
static int channel_error(struct client *c, struct vm *vm, const char *what, int err)
{
	channel_fini(c, vm);
	if (is_want(err) || (c->setup->faults && (err == ENOENT || err == EIO)))
		return 0;
	return failed(what, err);
}

int channel_init(struct client *c, struct vm *vm)
{
	struct drm_cnova_channel_create channel = {
		.vm_id = vm->id, .engine = DRM_CNOVA_ENGINE_COPY,
	};
	struct drm_cnova_gem_create push = { .size = PUSH_SIZE };
	int err;

	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_GEM_CREATE, &push))
		return channel_error(c, vm, "GEM_CREATE", errno);
	vm->push = push.handle;
	vm->push_map = object_map(c->fd, vm->push, PUSH_SIZE);
	if (!vm->push_map)
		return failed("mmap of a push buffer", errno);
	err = bind_push(c, vm);
	if (err)
		return channel_error(c, vm, "VM_BIND of a push buffer", -err);
	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_CHANNEL_CREATE, &channel))
		return channel_error(c, vm, "CHANNEL_CREATE", errno);

	vm->channel = channel.channel_id;
	vm->engine_class = channel.engine_class;
	if (drmSyncobjCreate(c->fd, 0, &vm->done))
		return failed("syncobj", errno);
	return 0;
}

void channel_fini(struct client *c, struct vm *vm)
{
	struct drm_cnova_channel_destroy destroy = { .channel_id = vm->channel };

	if (vm->channel)
		drmIoctl(c->fd, DRM_IOCTL_CNOVA_CHANNEL_DESTROY, &destroy);
	if (vm->done)
		drmSyncobjDestroy(c->fd, vm->done);
	if (vm->push_map)
		munmap(vm->push_map, PUSH_SIZE);
	if (vm->push)
		drmCloseBufferHandle(c->fd, vm->push);
	vm->channel = 0;
	vm->done = 0;
	vm->push_map = NULL;
	vm->push = 0;
}

/* What one execution does, and what it must find. */
struct plan {
	uint32_t nr;
	uint32_t page[MAX_PAGES];
	uint64_t want[MAX_PAGES];
	/* NULL: only read. */
	uint64_t *written[MAX_PAGES];
};

/* Each page is read first, and then some are written: a page may come twice. */
static void plan_fill(struct client *c, struct vm *vm, struct plan *plan,
		      struct cnova_push *push)
{
	plan->nr = 0;
	for (uint32_t k = 0; k < MAX_PAGES; k++) {
		uint32_t i = pick(c, NR_PAGES);
		uint64_t va = WINDOW + i * PAGE, *word = page_word(c, &vm->page[i]);

		if (vm->page[i].state == HOLE || (word && *word == ANY_WORD))
			continue;
		cnova_push_copy(push, PUSH_VA + FOUND + plan->nr * 8, va, 8, 0);
		plan->want[plan->nr] = word ? *word : 0;
		plan->written[plan->nr] = NULL;
		if (word && !(vm->page[i].flags & DRM_CNOVA_VM_BIND_READ_ONLY) && !pick(c, 3)) {
			cnova_push_fill(push, va, c->next_word, 8, 8, CNOVA_PUSH_FLUSH);
			*word = c->next_word++;
			plan->written[plan->nr] = word;
		}
		plan->page[plan->nr++] = i;
	}
}

/* It was not accepted: back to what the pages hold. */
static void plan_undo(struct plan *plan)
{
	while (plan->nr--)
		if (plan->written[plan->nr])
			*plan->written[plan->nr] = plan->want[plan->nr];
}

/* It was, and its VM died: who knows how far it came. Others have the objects too. */
static void plan_forget(struct plan *plan)
{
	for (uint32_t k = 0; k < plan->nr; k++)
		if (plan->written[k])
			*plan->written[k] = ANY_WORD;
}

static int wait_done(struct client *c, const struct vm *vm)
{
	uint32_t handle = vm->done;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return drmSyncobjWait(c->fd, &handle, 1, (now.tv_sec + 60) * 1000000000ll, 0, NULL);
}

/* Its VM is dead, or something is wrong. */
static int exec_error(struct client *c, struct vm *vm, struct plan *plan, const char *what, int err)
{
	int buried;

	/* Objects of its own go with it. */
	plan_forget(plan);
	buried = vm_bury(c, vm);
	if (buried)
		return buried < 0 ? -1 : 0;
	return failed(what, err);
}

static int check_found(struct client *c, struct vm *vm, struct plan *plan)
{
	const volatile uint64_t *found = (const void *)(vm->push_map + FOUND);
	struct drm_cnova_channel_get_state state = { .channel_id = vm->channel };

	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_CHANNEL_GET_STATE, &state))
		return exec_error(c, vm, plan, "CHANNEL_GET_STATE", errno);
	if (state.state != DRM_CNOVA_CHANNEL_ACTIVE)
		return exec_error(c, vm, plan, "a channel is dead", state.error);

	for (uint32_t k = 0; k < plan->nr; k++) {
		if (found[k] == plan->want[k])
			continue;
		fprintf(stderr, "VM %u, %#llx: the engine finds %#" PRIx64 ", not %#" PRIx64 "\n",
			vm->id, WINDOW + plan->page[k] * PAGE, found[k], plan->want[k]);
		return exec_error(c, vm, plan, "an execution", EBADMSG);
	}
	count(c->setup->totals->executed, plan->nr);
	return 0;
}

int step_exec(struct client *c, struct vm *vm)
{
	struct drm_cnova_sync done = { .handle = vm->done, .flags = DRM_CNOVA_SYNC_SIGNAL };
	struct drm_cnova_push segment = { .va = PUSH_VA };
	struct drm_cnova_exec exec = {
		.channel_id = vm->channel,
		.pushes = { ptr_u64(&segment), 1, sizeof(segment) },
		.syncs = { ptr_u64(&done), 1, sizeof(done) },
	};
	struct cnova_push push;
	struct plan plan;
	int buried;

	if (vm_wait(c, vm))
		return -1;
	buried = vm_bury(c, vm);
	if (buried || !vm->channel)
		return buried < 0 ? -1 : 0;

	cnova_push_init(&push, vm->push_map, FOUND);
	cnova_push_set_object(&push, CNOVA_PUSH_COPY, vm->engine_class);
	plan_fill(c, vm, &plan, &push);
	if (!plan.nr)
		return 0;
	segment.length = cnova_push_bytes(&push);
	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_EXEC, &exec)) {
		if (is_want(errno)) {
			plan_undo(&plan);
			count(c->setup->totals->no_room, 1);
			return 0;
		}
		return exec_error(c, vm, &plan, "EXEC", errno);
	}

	count(c->setup->totals->execs, 1);
	if (wait_done(c, vm))
		return exec_error(c, vm, &plan, "an execution does not end", errno);
	return check_found(c, vm, &plan);
}
