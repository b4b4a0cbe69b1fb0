// SPDX-License-Identifier: MIT

#include <stdlib.h>
#include <string.h>

#include "queue.h"

#define WAIT_MS		10000

int __cnova_queue_create(int fd, uint32_t vm, uint32_t *id)
{
	struct drm_cnova_bind_queue_create args = { .vm_id = vm };
	int err = cnova_ioctl(fd, DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE, &args);

	*id = args.queue_id;
	return err;
}

int __cnova_queue_destroy(int fd, uint32_t vm, uint32_t id)
{
	struct drm_cnova_bind_queue_destroy args = { .vm_id = vm, .queue_id = id };

	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_BIND_QUEUE_DESTROY, &args);
}

/**
 * __cnova_queue_bind() - Bind on a queue; synchronously without syncs.
 */
int __cnova_queue_bind(struct cnova_world *world, uint32_t queue,
		       const struct drm_cnova_vm_bind_op *ops, unsigned int nr_ops,
		       const struct drm_cnova_sync *syncs, unsigned int nr_syncs)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(&world->vm, ops, nr_ops, syncs, nr_syncs);

	args.queue_id = queue;
	if (nr_syncs)
		args.flags = DRM_CNOVA_VM_BIND_ASYNC;
	return __cnova_bind(world->fd, &args);
}

uint32_t cnova_queue_create(struct cnova_world *world)
{
	uint32_t id;

	igt_assert_eq(__cnova_queue_create(world->fd, world->vm.id, &id), 0);
	igt_assert(id);
	return id;
}

void cnova_queue_destroy(struct cnova_world *world, uint32_t id)
{
	igt_assert_eq(__cnova_queue_destroy(world->fd, world->vm.id, id), 0);
}

void cnova_queue_bind(struct cnova_world *world, uint32_t queue,
		      const struct drm_cnova_vm_bind_op *ops, unsigned int nr_ops,
		      const struct drm_cnova_sync *syncs, unsigned int nr_syncs)
{
	igt_assert_eq(__cnova_queue_bind(world, queue, ops, nr_ops, syncs, nr_syncs), 0);
}

/**
 * cnova_binds() - A number out of the VM's file "binds".
 *
 * Return: the number; -1: there is none of that name.
 */
long cnova_binds(struct cnova_world *world, const char *name)
{
	char *text = cnova_read_text(world->vm.dir, "binds"), *at;
	size_t length = strlen(name);
	long value = -1;

	igt_assert_f(text, "binds: %m\n");
	for (at = text; at && *at; at = strchr(at, '\n'), at += !!at)
		if (!strncmp(at, name, length) && at[length] == ' ')
			value = strtol(at + length, NULL, 10);
	free(text);
	return value;
}

/**
 * cnova_new_signal() - Signal a new binary syncobj.
 */
struct drm_cnova_sync cnova_new_signal(struct cnova_world *world)
{
	return cnova_signal(syncobj_create(world->fd, 0), 0);
}

/**
 * cnova_new_cork() - A cork, and syncs that wait for it and signal something.
 */
void cnova_new_cork(struct cnova_world *world, struct cnova_cork *cork,
		    struct drm_cnova_sync syncs[2])
{
	cnova_cork_init(cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(cork, world->fd), 0);
	syncs[1] = cnova_new_signal(world);
}

/**
 * cnova_expect_waits() - It does not come, as long as one can wait for what must not happen.
 */
void cnova_expect_waits(struct cnova_world *world, struct drm_cnova_sync out)
{
	igt_assert_eq(cnova_syncobj_wait(world->fd, out.handle, out.point, 30), -ETIME);
}

/**
 * cnova_expect_done() - It comes, without an error.
 */
void cnova_expect_done(struct cnova_world *world, struct drm_cnova_sync out)
{
	igt_assert_eq(cnova_syncobj_wait(world->fd, out.handle, out.point, WAIT_MS), 0);
	igt_assert_eq(cnova_syncobj_status(world->fd, out.handle, out.point), 1);
}
