// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of channels.
 */

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/channel.h"
#include "drm/device.h"
#include "drm/file.h"
#include "drm/vm.h"

static int cnova_channel_check_create(struct drm_device *drm,
				      const struct drm_cnova_channel_create *args)
{
	if (args->flags) {
		drm_dbg_driver(drm, "flags 0x%x\n", args->flags);
		return -EINVAL;
	}
	if (args->engine != DRM_CNOVA_ENGINE_COPY) {
		drm_dbg_driver(drm, "engine %u\n", args->engine);
		return -EINVAL;
	}
	if (args->channel_id || args->channel_class || args->engine_class) {
		drm_dbg_driver(drm, "channel_id %u channel_class 0x%x engine_class 0x%x\n",
			       args->channel_id, args->channel_class, args->engine_class);
		return -EINVAL;
	}
	return 0;
}

static int cnova_channel_create(struct cnova_device *cnova, struct drm_file *file,
				struct drm_cnova_channel_create *args)
{
	struct cnova_user_channel *channel;
	struct cnova_vm *vm;
	int err;

	vm = cnova_file_get_vm(file, args->vm_id);
	if (!vm) {
		drm_dbg_driver(&cnova->drm, "vm_id %u\n", args->vm_id);
		return -ENOENT;
	}

	channel = cnova_user_channel_create(vm);
	if (IS_ERR(channel)) {
		err = PTR_ERR(channel);
		goto out_put;
	}

	/* The file has it from here on: another thread may destroy it at once. */
	err = cnova_file_add_channel(file, channel, &args->channel_id);
	if (err) {
		cnova_user_channel_close(channel);
		cnova_user_channel_put(channel);
		goto out_put;
	}
	args->channel_class = cnova->mm.chip->channel;
	args->engine_class = cnova->mm.chip->copy;

out_put:
	cnova_vm_put(vm);
	return err;
}

/**
 * cnova_channel_create_ioctl() - DRM_IOCTL_CNOVA_CHANNEL_CREATE.
 * @drm: Device.
 * @data: A &struct drm_cnova_channel_create.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or a negative errno, see &struct drm_cnova_channel_create.
 */
int cnova_channel_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct cnova_device *cnova = to_cnova_device(drm);
	struct drm_cnova_channel_create *args = data;
	int err, idx;

	err = cnova_channel_check_create(drm, args);
	if (err)
		return err;
	if (cnova_device_is_wedged(cnova) || !drm_dev_enter(drm, &idx))
		return -ENODEV;

	if (cnova_host_is_up(&cnova->host))
		err = cnova_channel_create(cnova, file, args);
	else
		err = -EOPNOTSUPP;

	drm_dev_exit(idx);
	return err;
}

/**
 * cnova_channel_destroy_ioctl() - DRM_IOCTL_CNOVA_CHANNEL_DESTROY.
 * @drm: Device.
 * @data: A &struct drm_cnova_channel_destroy.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0, -EINVAL or -ENOENT.
 */
int cnova_channel_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_channel_destroy *args = data;
	struct cnova_user_channel *channel;

	if (args->pad) {
		drm_dbg_driver(drm, "pad 0x%x\n", args->pad);
		return -EINVAL;
	}

	channel = cnova_file_get_channel(file, args->channel_id);
	if (!channel || !cnova_file_remove_channel(file, channel)) {
		drm_dbg_driver(drm, "channel_id %u\n", args->channel_id);
		if (channel)
			cnova_user_channel_put(channel);
		return -ENOENT;
	}

	cnova_user_channel_put(channel);
	return 0;
}

/**
 * cnova_channel_get_state_ioctl() - DRM_IOCTL_CNOVA_CHANNEL_GET_STATE.
 * @drm: Device.
 * @data: A &struct drm_cnova_channel_get_state.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or -ENOENT.
 */
int cnova_channel_get_state_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_channel_get_state *args = data;
	struct cnova_user_channel *channel;
	struct cnova_fault fault;
	unsigned long flags;
	int err;

	channel = cnova_file_get_channel(file, args->channel_id);
	if (!channel) {
		drm_dbg_driver(drm, "channel_id %u\n", args->channel_id);
		return -ENOENT;
	}

	spin_lock_irqsave(&channel->lock, flags);
	err = channel->error;
	fault = channel->fault;
	spin_unlock_irqrestore(&channel->lock, flags);
	/* With the device, all that it had: those too that were not asked about. */
	if (!err && cnova_device_is_wedged(to_cnova_device(drm)))
		err = -ECANCELED;

	*args = (struct drm_cnova_channel_get_state){
		.channel_id = args->channel_id,
		.state = err ? DRM_CNOVA_CHANNEL_DEAD : DRM_CNOVA_CHANNEL_ACTIVE,
		.error = -err,
		.fault_type = fault.type,
		.fault_access = fault.access,
		.fault_va = fault.va,
	};

	cnova_user_channel_put(channel);
	return 0;
}
