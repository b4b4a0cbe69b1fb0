// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A channel with a place for methods, for programs that give up when something fails. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xf86drm.h>

#include "cnova.h"

#define PUSH_SIZE	(64u << 10)

/**
 * channels_are_there() - Whether this device runs channels with a copy engine.
 */
bool channels_are_there(const struct device *dev)
{
	struct drm_cnova_getparam class = { .param = DRM_CNOVA_PARAM_CHANNEL_CLASS };
	struct drm_cnova_getparam copy = { .param = DRM_CNOVA_PARAM_COPY_CLASS };

	return !drmIoctl(dev->fd, DRM_IOCTL_CNOVA_GETPARAM, &class) && class.value &&
	       !drmIoctl(dev->fd, DRM_IOCTL_CNOVA_GETPARAM, &copy) && copy.value;
}

/**
 * map_object() - Map all of an object, and wait until that is done.
 */
void map_object(const struct device *dev, uint32_t vm, const struct object *object, uint64_t va)
{
	const struct drm_cnova_vm_bind_op op = {
		.op = DRM_CNOVA_VM_BIND_OP_MAP, .handle = object->handle, .va = va,
		.range = object->size,
	};

	vm_bind(dev, vm, &op, 1);
}

/**
 * channel_create() - Make a channel of a copy engine.
 * @dev: the device.
 * @channel: to be filled in.
 * @vm: where it works.
 * @push_va: where its methods are to be mapped, 64 KiB.
 */
void channel_create(const struct device *dev, struct channel *channel, uint32_t vm,
		    uint64_t push_va)
{
	struct drm_cnova_channel_create create = {
		.vm_id = vm, .engine = DRM_CNOVA_ENGINE_COPY,
	};

	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_CHANNEL_CREATE, &create))
		die("channel: %s", strerror(errno));
	channel->dev = dev;
	channel->id = create.channel_id;
	channel->engine_class = create.engine_class;
	channel->push_va = push_va;
	object_create(dev, &channel->methods, PUSH_SIZE, 0);
	map_object(dev, vm, &channel->methods, push_va);
}

void channel_destroy(struct channel *channel)
{
	struct drm_cnova_channel_destroy destroy = { .channel_id = channel->id };

	if (drmIoctl(channel->dev->fd, DRM_IOCTL_CNOVA_CHANNEL_DESTROY, &destroy))
		die("channel: %s", strerror(errno));
	object_destroy(channel->dev, &channel->methods);
}

/**
 * channel_begin() - Begin with new methods; those before have been executed.
 */
void channel_begin(struct channel *channel, struct cnova_push *push)
{
	cnova_push_init(push, channel->methods.map, channel->methods.size);
}

/**
 * channel_exec() - Have the methods executed and wait for the fence.
 *
 * Return: 0, or as a positive errno what killed the channel.
 */
int channel_exec(struct channel *channel, const struct cnova_push *push)
{
	struct drm_cnova_push one = {
		.va = channel->push_va, .length = cnova_push_bytes(push),
	};
	struct drm_cnova_sync done = { .flags = DRM_CNOVA_SYNC_SIGNAL };
	struct drm_cnova_exec exec = {
		.channel_id = channel->id,
		.pushes = { .pointer = ptr_u64(&one), .count = 1, .stride = sizeof(one) },
		.syncs = { .pointer = ptr_u64(&done), .count = 1, .stride = sizeof(done) },
	};
	struct drm_cnova_channel_get_state state;
	int err = drmSyncobjCreate(channel->dev->fd, 0, &done.handle);

	if (err)
		die("syncobj: %s", strerror(errno));
	if (!one.length)
		die("more methods than %u bytes hold", PUSH_SIZE);
	if (drmIoctl(channel->dev->fd, DRM_IOCTL_CNOVA_EXEC, &exec))
		die("exec: %s (element %d, reason %u)", strerror(errno), (int)exec.failed,
		    exec.reason);
	err = drmSyncobjWait(channel->dev->fd, &done.handle, 1, INT64_MAX, 0, NULL);
	if (err)
		die("waiting for the channel: %s", strerror(-err));
	drmSyncobjDestroy(channel->dev->fd, done.handle);
	channel_state(channel, &state);
	return state.state == DRM_CNOVA_CHANNEL_DEAD ? (int)state.error : 0;
}

void channel_state(const struct channel *channel, struct drm_cnova_channel_get_state *state)
{
	*state = (struct drm_cnova_channel_get_state) { .channel_id = channel->id };
	if (drmIoctl(channel->dev->fd, DRM_IOCTL_CNOVA_CHANNEL_GET_STATE, state))
		die("channel: %s", strerror(errno));
}

/* MMU faults as the hardware numbers them. */
static const char *fault_name(uint32_t type)
{
	static const char * const names[] = {
		[0] = "no directory entry", [2] = "no page", [3] = "beyond the address space",
		[5] = "privileged page", [6] = "read-only page", [0xa] = "memory out of reach",
		[0xc] = "unknown kind", [0xd] = "no such memory", [0xf] = "no atomics there",
	};

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "fault";
}

/**
 * channel_obituary() - What killed a channel, for people.
 */
const char *channel_obituary(const struct channel *channel, char *buf, size_t room)
{
	static const char * const access[] = { "load", "store", "atomic", "prefetch", "atomic" };
	struct drm_cnova_channel_get_state state;

	channel_state(channel, &state);
	if (state.state == DRM_CNOVA_CHANNEL_ACTIVE)
		snprintf(buf, room, "nothing");
	else if (state.error == EFAULT)
		snprintf(buf, room, "%s at GPU address %#" PRIx64 ": %s (type %u)",
			 access[state.fault_access < ARRAY_SIZE(access) ? state.fault_access : 0],
			 (uint64_t)state.fault_va, fault_name(state.fault_type), state.fault_type);
	else
		snprintf(buf, room, "%s", state.error == EINVAL ?
			 "a method that the GPU refuses" : strerror(state.error));
	return buf;
}
