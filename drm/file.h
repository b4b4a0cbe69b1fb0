/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One open file: its address spaces and channels.
 */
#ifndef _CNOVA_DRM_FILE_H_
#define _CNOVA_DRM_FILE_H_

#include <linux/mutex.h>
#include <linux/xarray.h>

struct cnova_device;
struct cnova_user_channel;
struct cnova_vm;
struct drm_device;
struct drm_file;
struct drm_printer;

/** struct cnova_file - What a file owns. */
struct cnova_file {
	/**
	 * @vms: Address spaces by id, from 1. Each entry holds a reference. Has a
	 * lock of its own, with which @add_lock need not be held.
	 */
	struct xarray vms;

	/** @next_id: An id is not used again soon. Protected by @add_lock. */
	u32 next_id;

	/** @channels: Channels by id, from 1; the same. */
	struct xarray channels;

	/** @next_channel_id: As @next_id. Protected by @add_lock. */
	u32 next_channel_id;

	/** @busy_ns: Of channels that are gone. Changes with the lock of @channels. */
	u64 busy_ns;

	/** @add_lock: Serialises additions to @vms and @channels. */
	struct mutex add_lock;
};

static inline struct cnova_file *to_cnova_file(struct drm_file *file)
{
	return file->driver_priv;
}

int cnova_file_open(struct drm_device *drm, struct drm_file *file);
void cnova_file_postclose(struct drm_device *drm, struct drm_file *file);
void cnova_file_show_fdinfo(struct drm_printer *p, struct drm_file *file);

int cnova_file_add_vm(struct drm_file *file, struct cnova_vm *vm, u32 *id);
struct cnova_vm *cnova_file_get_vm(struct drm_file *file, u32 id);

int cnova_file_add_channel(struct drm_file *file, struct cnova_user_channel *channel, u32 *id);
struct cnova_user_channel *cnova_file_get_channel(struct drm_file *file, u32 id);
bool cnova_file_remove_channel(struct drm_file *file, struct cnova_user_channel *channel);

#endif /* _CNOVA_DRM_FILE_H_ */
