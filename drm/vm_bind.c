// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: VM_BIND
 *
 * The first part of the ioctl: copy from user space and check. Every field is
 * looked at before any lock is taken, because a page of user memory may take as
 * long as it likes to arrive. Nothing here changes anything that others see.
 */

#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/array.h"
#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/file.h"
#include "drm/gem.h"
#include "drm/import.h"
#include "drm/unmap_now.h"
#include "drm/validate.h"
#include "drm/vm.h"

/* What VM_BIND_OP_MAP takes. */
#define CNOVA_MAP_FLAGS	(DRM_CNOVA_VM_BIND_READ_ONLY | DRM_CNOVA_VM_BIND_UNCACHED | \
			 DRM_CNOVA_VM_BIND_CAP_64K)

/* ------------------------------------------------------------- operations */

/* Checks that need no look-up. Returns a reason, and the errno in *@err. */
static u32 cnova_check_op(struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *op, int *err)
{
	const bool maps = op->op == DRM_CNOVA_VM_BIND_OP_MAP;
	const bool has_range = op->op != DRM_CNOVA_VM_BIND_OP_UNMAP_ALL;
	const bool has_handle = maps || !has_range;

	*err = -EINVAL;
	if (op->op < DRM_CNOVA_VM_BIND_OP_MAP || op->op > DRM_CNOVA_VM_BIND_OP_MAP_SPARSE)
		return DRM_CNOVA_REASON_OP;
	if (op->flags & ~(maps ? CNOVA_MAP_FLAGS : 0))
		return DRM_CNOVA_REASON_FLAGS;
	if (op->reserved || (!maps && (op->offset || op->kind)) ||
	    (!has_range && (op->va || op->range)) || (!has_handle && op->handle))
		return DRM_CNOVA_REASON_RESERVED;
	if (!IS_ALIGNED(op->va | op->range | op->offset, SZ_4K))
		return DRM_CNOVA_REASON_ALIGN;
	if (has_range && (!op->range || !drm_gpuvm_range_valid(&vm->base, op->va, op->range)))
		return DRM_CNOVA_REASON_RANGE;
	if (maps && (op->kind > 31 || !(vm->cnova->mm.chip->kinds & BIT(op->kind))))
		return DRM_CNOVA_REASON_KIND;

	*err = 0;
	return DRM_CNOVA_REASON_NONE;
}

/* *@bo: a reference, if it was found, whatever comes back. */
static u32 cnova_look_up_bo(struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *user,
			    struct drm_file *file, struct cnova_bo **bo, int *err)
{
	struct drm_gem_object *gem = drm_gem_object_lookup(file, user->handle);

	if (!gem) {
		*err = -ENOENT;
		return DRM_CNOVA_REASON_HANDLE;
	}
	*bo = to_cnova_bo(gem);

	if ((*bo)->vm_root && (*bo)->vm_root != vm->root) {
		*err = -EPERM;
		return DRM_CNOVA_REASON_PRIVATE;
	}

	if (user->op == DRM_CNOVA_VM_BIND_OP_MAP && (*bo)->import && (*bo)->import->read_only &&
	    !(user->flags & DRM_CNOVA_VM_BIND_READ_ONLY)) {
		*err = -EACCES;
		return DRM_CNOVA_REASON_READ_ONLY;
	}

	if (user->op == DRM_CNOVA_VM_BIND_OP_MAP &&
	    (user->offset > gem->size || user->range > gem->size - user->offset)) {
		*err = -EINVAL;
		return DRM_CNOVA_REASON_OFFSET;
	}

	*err = 0;
	return DRM_CNOVA_REASON_NONE;
}

static int cnova_get_vm_bo(struct cnova_bind_op *op)
{
	struct drm_gpuvm_bo *vm_bo = drm_gpuvm_bo_create(&op->job->vm->base, &op->bo->ttm.base);

	if (!vm_bo)
		return -ENOMEM;

	op->vm_bo = drm_gpuvm_bo_obtain_prealloc(vm_bo);
	return 0;
}

static void cnova_dbg_op(struct cnova_vm *vm, u32 index, const struct drm_cnova_vm_bind_op *user,
			 u32 reason, int err)
{
	drm_dbg_driver(&vm->cnova->drm,
		       "op %u: reason %u: op %u flags 0x%x handle %u kind %u offset 0x%llx va 0x%llx range 0x%llx reserved 0x%llx: %d\n",
		       index, reason, user->op, user->flags, user->handle, user->kind,
		       user->offset, user->va, user->range, user->reserved, err);
}

static int cnova_parse_op(struct cnova_bind_job *job, u32 index,
			  const struct drm_cnova_vm_bind_op *user, struct drm_file *file)
{
	struct cnova_bind_op *op = &job->ops[index];
	u32 reason;
	int err;

	reason = cnova_check_op(job->vm, user, &err);
	if (err)
		goto err_refuse;

	op->type = user->op;
	op->flags = user->flags;
	op->kind = user->kind;
	op->offset = user->offset;
	op->start = user->va;
	op->last = user->va + user->range - 1;

	if (op->type == DRM_CNOVA_VM_BIND_OP_MAP ||
	    op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
		reason = cnova_look_up_bo(job->vm, user, file, &op->bo, &err);
		if (err)
			goto err_refuse;
	}

	if (op->type == DRM_CNOVA_VM_BIND_OP_MAP) {
		reason = DRM_CNOVA_REASON_MEMORY;
		err = cnova_get_vm_bo(op);
		if (err)
			goto err_refuse;
	}
	return 0;

err_refuse:
	cnova_dbg_op(job->vm, index, user, reason, err);
	return cnova_bind_job_refuse(job, index, reason, err);
}

static int cnova_parse_ops(struct cnova_bind_job *job, const struct drm_cnova_vm_bind_op *user,
			   struct drm_file *file)
{
	u64 frames = 0;

	for (u32 i = 0; i < job->nr_ops; i++) {
		int err = cnova_parse_op(job, i, &user[i], file);

		if (err)
			return err;

		/* The same large object many times: a shorter array may do. */
		if (job->ops[i].type == DRM_CNOVA_VM_BIND_OP_MAP)
			frames += (job->ops[i].last - job->ops[i].start) / SZ_2M + 1;
		if (i && frames > CNOVA_MAX_BIND_FRAMES)
			return cnova_bind_job_refuse(job, i, DRM_CNOVA_REASON_MEMORY, -ENOBUFS);
		if (!(i % 256))
			cond_resched();
	}
	return 0;
}

/* ----------------------------------------------- unmaps that find no memory */

/* The user's arrays, copied. Small ones need no memory. */
struct cnova_bind_user {
	struct drm_cnova_vm_bind_op *ops;
	struct drm_cnova_sync *syncs;
	u32 nr_ops;
	u32 nr_syncs;
	struct drm_cnova_vm_bind_op small_ops[CNOVA_SMALL_ARRAY];
	struct drm_cnova_sync small_syncs[CNOVA_SMALL_ARRAY];
};

static bool cnova_bind_user_only_unmaps(const struct cnova_bind_user *user)
{
	for (u32 i = 0; i < user->nr_ops; i++)
		if (user->ops[i].op != DRM_CNOVA_VM_BIND_OP_UNMAP &&
		    user->ops[i].op != DRM_CNOVA_VM_BIND_OP_UNMAP_ALL)
			return false;
	return user->nr_ops;
}

/* The first try may have failed before it had looked at all of them. */
static int cnova_parse_unmaps(struct cnova_vm *vm, const struct cnova_bind_user *user,
			      struct drm_file *file, struct cnova_unmap *unmaps,
			      struct drm_cnova_vm_bind *args)
{
	for (u32 i = 0; i < user->nr_ops; i++) {
		const struct drm_cnova_vm_bind_op *op = &user->ops[i];
		u32 reason;
		int err;

		reason = cnova_check_op(vm, op, &err);
		if (!err && op->op == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL)
			reason = cnova_look_up_bo(vm, op, file, &unmaps[i].bo, &err);
		if (err) {
			cnova_dbg_op(vm, i, op, reason, err);
			args->failed_op = i;
			args->reason = reason;
			return err;
		}
		unmaps[i].start = op->va;
		unmaps[i].last = op->va + op->range - 1;
	}
	return 0;
}

static int cnova_bind_unmap_now(struct cnova_vm *vm, const struct cnova_bind_user *user,
				struct drm_file *file, struct drm_cnova_vm_bind *args)
{
	struct cnova_unmap small[CNOVA_SMALL_ARRAY] = {}, *unmaps = small;
	struct cnova_unmap_list list;
	u32 failed_sync = U32_MAX;
	int err;

	args->failed_op = U32_MAX;
	args->reason = DRM_CNOVA_REASON_NONE;
	if (user->nr_ops > ARRAY_SIZE(small))
		unmaps = kvcalloc(user->nr_ops, sizeof(*unmaps), GFP_KERNEL_ACCOUNT);
	if (!unmaps)
		return -ENOBUFS;

	list = (struct cnova_unmap_list){
		.unmap = unmaps,
		.nr = user->nr_ops,
		.sync = user->syncs,
		.nr_syncs = user->nr_syncs,
	};
	err = cnova_parse_unmaps(vm, user, file, unmaps, args);
	if (!err)
		err = cnova_unmap_now(vm, file, &list, &failed_sync);
	if (failed_sync != U32_MAX) {
		args->failed_op = failed_sync;
		args->reason = DRM_CNOVA_REASON_SYNC;
	}

	for (u32 i = 0; i < user->nr_ops; i++)
		if (unmaps[i].bo)
			drm_gem_object_put(&unmaps[i].bo->ttm.base);
	if (unmaps != small)
		kvfree(unmaps);
	return err;
}

/* ------------------------------------------------------------------- ioctl */

static int cnova_check_args(struct drm_device *drm, const struct drm_cnova_vm_bind *args)
{
	const bool async = args->flags & DRM_CNOVA_VM_BIND_ASYNC;

	if (args->flags & ~DRM_CNOVA_VM_BIND_ASYNC) {
		drm_dbg_driver(drm, "flags 0x%x\n", args->flags);
		return -EINVAL;
	}
	if (args->pad) {
		drm_dbg_driver(drm, "pad 0x%x\n", args->pad);
		return -EINVAL;
	}
	if (!args->ops.count && args->ops.stride) {
		drm_dbg_driver(drm, "ops.stride %u without ops\n", args->ops.stride);
		return -EINVAL;
	}
	if (!args->syncs.count && args->syncs.stride) {
		drm_dbg_driver(drm, "syncs.stride %u without syncs\n", args->syncs.stride);
		return -EINVAL;
	}
	if (!async && args->syncs.count) {
		drm_dbg_driver(drm, "syncs.count %u, but not asynchronous\n", args->syncs.count);
		return -EINVAL;
	}
	if (!args->ops.count && !args->syncs.count) {
		drm_dbg_driver(drm, "ops.count 0, syncs.count 0\n");
		return -EINVAL;
	}
	return 0;
}

/* *@fence: of the job, a reference, if it was accepted. */
static int cnova_vm_bind_submit(struct cnova_bind_queue *queue,
				const struct cnova_bind_user *user, struct drm_file *file,
				struct drm_cnova_vm_bind *args, struct dma_fence **fence)
{
	struct cnova_vm *vm = queue->vm;
	struct cnova_bind_job *job;
	u32 failed = U32_MAX;
	int err;

	job = cnova_bind_job_create(queue, user->nr_ops);
	if (!job)
		return -ENOMEM;

	err = cnova_parse_ops(job, user->ops, file);
	if (!err) {
		err = cnova_syncs_init(&job->syncs, &vm->in_fences, file, user->syncs,
				       user->nr_syncs, &failed);
		if (err)
			cnova_bind_job_refuse(job, failed, DRM_CNOVA_REASON_SYNC, err);
	}
	if (!err)
		err = cnova_bind_job_submit(job, file, fence);
	if (!err)
		return 0;

	args->failed_op = job->failed_op;
	args->reason = job->reason;
	cnova_bind_job_destroy(job);
	return err;
}

static int cnova_vm_bind_user(struct cnova_bind_queue *queue, const struct cnova_bind_user *user,
			      struct drm_file *file, struct drm_cnova_vm_bind *args)
{
	struct dma_fence *fence;
	int err;

	err = cnova_vm_bind_submit(queue, user, file, args, &fence);
	if (cnova_is_out_of_memory(err) && cnova_bind_user_only_unmaps(user))
		return cnova_bind_unmap_now(queue->vm, user, file, args);
	/* Not for an operation of it: there was no memory for a job this large. */
	if (err == -ENOMEM && args->reason == DRM_CNOVA_REASON_NONE && user->nr_ops > 1)
		return -ENOBUFS;
	if (err)
		return err;

	/* Accepted: from here on the call must not be started again. */
	if (!(args->flags & DRM_CNOVA_VM_BIND_ASYNC))
		err = cnova_fence_wait_killable(fence);
	dma_fence_put(fence);
	return err;
}

static int cnova_vm_bind(struct cnova_bind_queue *queue, struct drm_cnova_vm_bind *args,
			 struct drm_file *file)
{
	struct drm_device *drm = &queue->vm->cnova->drm;
	struct cnova_bind_user user = {
		.nr_ops = args->ops.count,
		.nr_syncs = args->syncs.count,
	};
	int err;

	user.ops = cnova_copy_small_array(drm, "ops", &args->ops, CNOVA_MAX_BIND_OPS,
					  sizeof(*user.ops), user.small_ops,
					  ARRAY_SIZE(user.small_ops));
	if (IS_ERR(user.ops))
		return PTR_ERR(user.ops);

	user.syncs = cnova_copy_small_array(drm, "syncs", &args->syncs,
					    CNOVA_MAX_SYNCS, sizeof(*user.syncs),
					    user.small_syncs, ARRAY_SIZE(user.small_syncs));
	err = PTR_ERR_OR_ZERO(user.syncs);
	if (!err)
		err = cnova_vm_bind_user(queue, &user, file, args);
	cnova_free_small_array(user.syncs, user.small_syncs);
	cnova_free_small_array(user.ops, user.small_ops);
	return err;
}

/**
 * cnova_vm_bind_ioctl() - DRM_IOCTL_CNOVA_VM_BIND.
 * @drm: Device.
 * @data: A &struct drm_cnova_vm_bind.
 * @file: File.
 *
 * Context: Process context.
 * Return: 0 or a negative errno, see &struct drm_cnova_vm_bind.
 */
int cnova_vm_bind_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_cnova_vm_bind *args = data;
	struct cnova_bind_queue *queue;
	struct cnova_vm *vm;
	int err;

	args->failed_op = U32_MAX;
	args->reason = DRM_CNOVA_REASON_NONE;

	err = cnova_check_args(drm, args);
	if (err)
		return err;

	vm = cnova_file_get_vm(file, args->vm_id);
	if (!vm) {
		drm_dbg_driver(drm, "vm_id %u\n", args->vm_id);
		return -ENOENT;
	}

	queue = cnova_bind_queue_get(vm, args->queue_id);
	if (queue) {
		err = cnova_vm_bind(queue, args, file);
		cnova_bind_queue_put(queue);
	} else {
		drm_dbg_driver(drm, "queue_id %u\n", args->queue_id);
		err = -ENOENT;
	}
	cnova_vm_put(vm);
	return err;
}
