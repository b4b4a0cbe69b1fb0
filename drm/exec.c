// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: EXEC
 *
 * The first part of the ioctl: copy from user space and check, before any lock is taken,
 * as in drm/vm_bind.c. Pushes become entries for the ring here: what runs later only
 * copies them.
 */

#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/array.h"
#include "drm/channel.h"
#include "drm/device.h"
#include "drm/exec.h"
#include "drm/exec_job.h"
#include "drm/file.h"
#include "drm/vm.h"
#include "mm/push.h"

static u32 cnova_check_push(const struct cnova_vm *vm, const struct drm_cnova_push *push)
{
	u64 first = round_down(push->va, SZ_4K);

	if (push->flags & ~DRM_CNOVA_PUSH_SYNC)
		return DRM_CNOVA_EXEC_REASON_FLAGS;
	if (!IS_ALIGNED(push->va | push->length, sizeof(u32)))
		return DRM_CNOVA_EXEC_REASON_ALIGN;
	if (!push->length || push->length / sizeof(u32) > CNOVA_PUSH_MAX_DWORDS)
		return DRM_CNOVA_EXEC_REASON_RANGE;
	/* Not the sum of what the user says first: it may wrap. */
	if (first < vm->base.mm_start ||
	    push->va - vm->base.mm_start > vm->base.mm_range - push->length ||
	    !cnova_push_reaches(vm->cnova->mm.chip, cnova_gpu_va(push->va), push->length))
		return DRM_CNOVA_EXEC_REASON_RANGE;

	return DRM_CNOVA_EXEC_REASON_NONE;
}

static int cnova_parse_pushes(struct cnova_exec_job *job, const struct drm_cnova_push *user)
{
	struct cnova_vm *vm = job->channel->vm;

	for (u32 i = 0; i < job->nr_pushes; i++) {
		const struct drm_cnova_push *push = &user[i];
		u32 reason = cnova_check_push(vm, push);

		if (reason) {
			drm_dbg_driver(&vm->cnova->drm,
				       "push %u: reason %u: va 0x%llx length %u flags 0x%x\n",
				       i, reason, push->va, push->length, push->flags);
			return cnova_exec_job_refuse(job, i, reason, -EINVAL);
		}
		cnova_exec_job_add_push(job, push->va, push->length / sizeof(u32),
					push->flags & DRM_CNOVA_PUSH_SYNC);
	}
	return 0;
}

static int cnova_parse_exec_syncs(struct cnova_exec_job *job, const struct drm_cnova_array *array,
				  struct drm_file *file)
{
	struct drm_cnova_sync *user;
	u32 failed = U32_MAX;
	int err;

	user = cnova_copy_array(&job->channel->vm->cnova->drm, "syncs", array, CNOVA_MAX_SYNCS,
				sizeof(*user));
	if (IS_ERR(user))
		return PTR_ERR(user);

	err = cnova_syncs_init(&job->syncs, &job->channel->in_fences, file, user, array->count,
			       &failed);
	kvfree(user);

	return err ? cnova_exec_job_refuse(job, failed, DRM_CNOVA_EXEC_REASON_SYNC, err) : 0;
}

static int cnova_check_exec_args(struct drm_device *drm, const struct drm_cnova_exec *args)
{
	if (args->flags) {
		drm_dbg_driver(drm, "flags 0x%x\n", args->flags);
		return -EINVAL;
	}
	if (!args->pushes.count && args->pushes.stride) {
		drm_dbg_driver(drm, "pushes.stride %u without pushes\n", args->pushes.stride);
		return -EINVAL;
	}
	if (!args->syncs.count && args->syncs.stride) {
		drm_dbg_driver(drm, "syncs.stride %u without syncs\n", args->syncs.stride);
		return -EINVAL;
	}
	if (!args->pushes.count && !args->syncs.count) {
		drm_dbg_driver(drm, "pushes.count 0, syncs.count 0\n");
		return -EINVAL;
	}
	return 0;
}

static int cnova_exec(struct cnova_user_channel *channel, struct drm_cnova_exec *args,
		      struct drm_file *file)
{
	struct drm_cnova_push *user;
	struct cnova_exec_job *job;
	int err;

	user = cnova_copy_array(&channel->vm->cnova->drm, "pushes", &args->pushes,
				CNOVA_MAX_PUSHES, sizeof(*user));
	if (IS_ERR(user))
		return PTR_ERR(user);

	job = cnova_exec_job_create(channel, args->pushes.count);
	if (!job) {
		err = args->pushes.count > 1 ? -ENOBUFS : -ENOMEM;
		goto out_free_user;
	}

	err = cnova_parse_pushes(job, user);
	if (!err)
		err = cnova_parse_exec_syncs(job, &args->syncs, file);
	if (!err)
		err = cnova_exec_job_submit(job, file);
	if (err) {
		args->failed = job->failed;
		args->reason = job->reason;
		cnova_exec_job_destroy(job);
	}

out_free_user:
	kvfree(user);
	return err;
}

/**
 * cnova_exec_ioctl() - DRM_IOCTL_CNOVA_EXEC.
 * @drm: Device.
 * @data: A &struct drm_cnova_exec.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or a negative errno, see &struct drm_cnova_exec.
 */
int cnova_exec_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_exec *args = data;
	struct cnova_user_channel *channel;
	int err;

	args->failed = U32_MAX;
	args->reason = DRM_CNOVA_EXEC_REASON_NONE;

	err = cnova_check_exec_args(drm, args);
	if (err)
		return err;

	channel = cnova_file_get_channel(file, args->channel_id);
	if (!channel) {
		drm_dbg_driver(drm, "channel_id %u\n", args->channel_id);
		return -ENOENT;
	}

	err = cnova_exec(channel, args, file);
	cnova_user_channel_put(channel);
	return err;
}
