// SPDX-License-Identifier: MIT

#include <sys/mman.h>

#include "cnova.h"

/**
 * TEST: cnova vm bind invalid
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: What VM_BIND refuses. The errno, the operation and the reason must be
 *	right, and nothing may have changed: the bad operation is always the second of
 *	three, whose neighbours would be seen.
 *
 * SUBTEST: op
 * Description: Operations that do not exist.
 *
 * SUBTEST: op-flags
 * Description: Each flag that an operation does not take.
 *
 * SUBTEST: op-fields
 * Description: Fields that must be 0 are not.
 *
 * SUBTEST: align
 * Description: Addresses, ranges and offsets that are not of whole pages.
 *
 * SUBTEST: range
 * Description: Ranges that are empty, wrap, or leave the address space.
 *
 * SUBTEST: offset
 * Description: Offsets beyond the object, and those that wrap.
 *
 * SUBTEST: handle
 * Description: Handles of no object, of another file, and closed ones.
 *
 * SUBTEST: kind
 * Description: Memory kinds that the device does not have.
 *
 * SUBTEST: private
 * Description: An object private to another VM.
 *
 * SUBTEST: bind-flags
 * Description: Each flag of the call that does not exist, and its padding.
 *
 * SUBTEST: bind-vm
 * Description: Ids of no VM, of a destroyed one, of another file's, and of no queue.
 *
 * SUBTEST: array-count
 * Description: No operation, too many of them.
 *
 * SUBTEST: array-pointer
 * Description: Arrays that cannot be read, in whole or in part.
 *
 * SUBTEST: array-stride
 * Description: A stride that is too small; one that is larger, with zeros and without.
 *
 * SUBTEST: sync-with-synchronous
 * Description: A synchronous bind takes no syncs.
 *
 * SUBTEST: sync-flags
 * Description: Each flag of a sync that does not exist, and those that contradict.
 *
 * SUBTEST: sync-handle
 * Description: Syncs of no syncobj.
 *
 * SUBTEST: sync-point
 * Description: Point 0 of a timeline, and a point of a binary syncobj.
 *
 * SUBTEST: sync-unsubmitted
 * Description: A wait for what nobody submitted.
 *
 * SUBTEST: sync-array
 * Description: Sync arrays of bad count, stride or pointer.
 */

#define NONE	(~0u)

/* An address space with something in it, and the neighbours of the bad operation. */
static struct cnova_world *prepare(int fd, struct drm_cnova_vm_bind_op *ops)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K * 2, DRM_CNOVA_GEM_VRAM);

	cnova_world_map(w, bo, SZ_64K, CNOVA_VA + SZ_64K, SZ_64K, 0);
	ops[0] = cnova_op_map(bo, 0, CNOVA_VA + 4 * SZ_64K, SZ_64K, 0);
	ops[1] = cnova_op_map(bo, 0, CNOVA_VA + 6 * SZ_64K, SZ_64K, 0);
	ops[2] = cnova_op_unmap(CNOVA_VA + SZ_64K, SZ_4K);
	return w;
}

static void finish(struct cnova_world *w)
{
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void refuse(struct cnova_world *w, const struct drm_cnova_vm_bind_op *ops,
		   int err, uint32_t reason)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 3, NULL, 0);

	igt_debug("op %u flags %#x handle %u kind %#x offset %#llx va %#llx range %#llx\n",
		  ops[1].op, ops[1].flags, ops[1].handle, ops[1].kind,
		  (unsigned long long)ops[1].offset, (unsigned long long)ops[1].va,
		  (unsigned long long)ops[1].range);
	cnova_world_expect_refused(w, &args, err, 1, reason);
}

static void test_op(int fd)
{
	const uint32_t bad[] = { 0, 5, 6, 0x100, 0x10001, 0x80000001, UINT32_MAX };
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		ops[1].op = bad[i];
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_OP);
	}
	finish(w);
}

/* A well-formed operation of each kind, and the flags it takes. */
static unsigned int each_op(struct cnova_world *w, struct drm_cnova_vm_bind_op *op,
			    unsigned int i)
{
	switch (i) {
	case 0:
		*op = cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_4K, 0);
		return DRM_CNOVA_VM_BIND_READ_ONLY | DRM_CNOVA_VM_BIND_UNCACHED |
		       DRM_CNOVA_VM_BIND_CAP_64K;
	case 1:
		*op = cnova_op_unmap(CNOVA_VA, SZ_4K);
		return 0;
	case 2:
		*op = cnova_op_unmap_all(&w->bo[0]);
		return 0;
	default:
		*op = cnova_op_sparse(CNOVA_VA, SZ_4K);
		return 0;
	}
}

static void test_op_flags(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);

	for (unsigned int i = 0; i < 4; i++) {
		for (int bit = 0; bit < 32; bit++) {
			if (each_op(w, &ops[1], i) & 1u << bit)
				continue;
			ops[1].flags = 1u << bit;
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_FLAGS);
		}
	}
	finish(w);
}

static void test_op_fields(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	uint32_t handle = w->bo[0].handle;

	for (unsigned int i = 0; i < 4; i++) {
		for (int bit = 0; bit < 64; bit++) {
			each_op(w, &ops[1], i);
			ops[1].reserved = 1ull << bit;
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RESERVED);
		}
		if (i == 0)
			continue;

		/* What only a map has. */
		each_op(w, &ops[1], i);
		ops[1].kind = 6;
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RESERVED);
		each_op(w, &ops[1], i);
		ops[1].offset = SZ_4K;
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RESERVED);
		each_op(w, &ops[1], i);
		if (i != 2) {
			ops[1].handle = handle;
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RESERVED);
			continue;
		}
		ops[1].va = CNOVA_VA;
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RESERVED);
		each_op(w, &ops[1], i);
		ops[1].range = SZ_4K;
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RESERVED);
	}
	finish(w);
}

static void test_align(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);

	for (unsigned int i = 0; i < 4; i++) {
		if (i == 2)
			continue;
		for (int bit = 0; bit < CNOVA_PAGE_SHIFT; bit++) {
			each_op(w, &ops[1], i);
			ops[1].va += 1 << bit;
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_ALIGN);
			each_op(w, &ops[1], i);
			ops[1].range += 1 << bit;
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_ALIGN);
			each_op(w, &ops[1], i);
			ops[1].offset += 1 << bit;
			refuse(w, ops, EINVAL, i ? DRM_CNOVA_REASON_RESERVED :
			       DRM_CNOVA_REASON_ALIGN);
		}
	}
	finish(w);
}

static void test_range(int fd)
{
	uint64_t start = cnova_param(fd, DRM_CNOVA_PARAM_VA_START);
	uint64_t end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);
	const uint64_t bad[][2] = {
		{ CNOVA_VA, 0 }, { end, SZ_4K }, { end - SZ_4K, 2 * SZ_4K }, { end + SZ_2M, SZ_4K },
		{ start, end - start + SZ_4K }, { 1ull << 63, SZ_4K }, { -SZ_4K, SZ_4K },
		{ -SZ_4K, 2 * SZ_4K }, { CNOVA_VA, -SZ_4K }, { CNOVA_VA, -CNOVA_VA },
		{ CNOVA_VA, -CNOVA_VA + SZ_4K }, { start, 1ull << 63 }, { 0, -SZ_4K },
		{ start - SZ_4K, SZ_4K }, { start - SZ_4K, 2 * SZ_4K }, { 0, SZ_4K },
	};
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);

	for (unsigned int i = 0; i < 4; i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(bad); k++) {
			/* An address space that begins at 0 has nothing before it. */
			if (i == 2 || (!start && k >= ARRAY_SIZE(bad) - 3))
				continue;
			each_op(w, &ops[1], i);
			ops[1].va = bad[k][0];
			ops[1].range = bad[k][1];
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_RANGE);
		}
	}
	finish(w);
}

static void test_offset(int fd)
{
	const uint64_t size = 2 * SZ_64K;
	const uint64_t bad[][2] = {
		{ size, SZ_4K }, { size - SZ_4K, 2 * SZ_4K }, { 0, size + SZ_4K },
		{ SZ_4K, size }, { -SZ_4K, SZ_4K }, { -SZ_4K, 2 * SZ_4K },
		{ 1ull << 63, SZ_4K }, { 1ull << 32, SZ_4K }, { 0, SZ_4G + SZ_4K },
	};
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);

	for (unsigned int k = 0; k < ARRAY_SIZE(bad); k++) {
		ops[1].offset = bad[k][0];
		ops[1].range = bad[k][1];
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_OFFSET);
	}
	finish(w);
}

static void test_handle(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	const uint32_t closed = cnova_gem_create(w->fd, SZ_64K, 0);
	const uint32_t foreign = cnova_gem_create(fd, SZ_64K, 0);
	const uint32_t bad[] = { 0, closed, foreign + 100, 0x7fffffff, UINT32_MAX };
	uint32_t handles[8];

	/* Only a handle that this file does not have is foreign. */
	for (int i = 0; i < 8; i++)
		handles[i] = cnova_gem_create(fd, SZ_64K, 0);
	gem_close(w->fd, closed);

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		ops[1].handle = bad[i];
		refuse(w, ops, ENOENT, DRM_CNOVA_REASON_HANDLE);
	}
	ops[1].handle = handles[7];
	refuse(w, ops, ENOENT, DRM_CNOVA_REASON_HANDLE);

	ops[1] = cnova_op_unmap_all(&w->bo[0]);
	ops[1].handle = closed;
	refuse(w, ops, ENOENT, DRM_CNOVA_REASON_HANDLE);
	ops[1].handle = 0;
	refuse(w, ops, ENOENT, DRM_CNOVA_REASON_HANDLE);

	for (int i = 0; i < 8; i++)
		gem_close(fd, handles[i]);
	gem_close(fd, foreign);
	finish(w);
}

static void test_kind(int fd)
{
	uint64_t kinds = cnova_param(fd, DRM_CNOVA_PARAM_KINDS);
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);

	for (uint32_t kind = 0; kind < 64; kind++) {
		ops[1].kind = kind;
		if (!(kinds & 1ull << kind))
			refuse(w, ops, EINVAL, DRM_CNOVA_REASON_KIND);
	}
	for (int bit = 6; bit < 32; bit++) {
		ops[1].kind = 1u << bit;
		refuse(w, ops, EINVAL, DRM_CNOVA_REASON_KIND);
	}
	finish(w);
}

static void test_private(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	uint32_t other = cnova_vm_create(w->fd), handle = other;
	uint64_t size = SZ_64K;

	igt_assert_eq(__cnova_gem_create(w->fd, &size, DRM_CNOVA_GEM_VRAM |
					 DRM_CNOVA_GEM_VM_PRIVATE, &handle), 0);
	ops[1].handle = handle;
	refuse(w, ops, EPERM, DRM_CNOVA_REASON_PRIVATE);

	/* Nor when its VM is gone. */
	cnova_vm_destroy(w->fd, other);
	refuse(w, ops, EPERM, DRM_CNOVA_REASON_PRIVATE);
	gem_close(w->fd, handle);
	finish(w);
}

static void refuse_call(struct cnova_world *w, struct drm_cnova_vm_bind args, int err)
{
	cnova_world_expect_refused(w, &args, err, NONE, DRM_CNOVA_REASON_NONE);
}

static void test_bind_flags(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	const struct drm_cnova_vm_bind good = cnova_bind_args(&w->vm, ops, 3, NULL, 0);
	struct drm_cnova_vm_bind args;

	for (int bit = 0; bit < 32; bit++) {
		args = good;
		args.flags = 1u << bit;
		if (args.flags != DRM_CNOVA_VM_BIND_ASYNC)
			refuse_call(w, args, EINVAL);
		args = good;
		args.pad = 1u << bit;
		refuse_call(w, args, EINVAL);
	}
	finish(w);
}

static void test_bind_vm(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 3, NULL, 0);
	uint32_t gone = cnova_vm_create(w->fd), id = 0;

	cnova_vm_destroy(w->fd, gone);
	args.vm_id = 0;
	refuse_call(w, args, ENOENT);
	args.vm_id = gone;
	refuse_call(w, args, ENOENT);
	args.vm_id = UINT32_MAX;
	refuse_call(w, args, ENOENT);

	/* One that the other file has and this one has not. */
	for (int i = 0; i < 4 && id <= w->vm.id; i++)
		id = cnova_vm_create(fd);
	args.vm_id = id;
	refuse_call(w, args, ENOENT);

	args.vm_id = w->vm.id;
	args.queue_id = 0x7fffffff;
	refuse_call(w, args, ENOENT);
	finish(w);
}

static void test_array_count(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_OPS);
	struct drm_cnova_vm_bind_op ops[3], *many;
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 0, NULL, 0);

	refuse_call(w, args, EINVAL);
	args.flags = DRM_CNOVA_VM_BIND_ASYNC;
	refuse_call(w, args, EINVAL);
	args.ops.stride = sizeof(*ops);
	refuse_call(w, args, EINVAL);

	many = calloc(limit + 1, sizeof(*many));
	igt_assert(many);
	for (uint64_t i = 0; i <= limit; i++)
		many[i] = ops[2];
	args = cnova_bind_args(&w->vm, many, limit + 1, NULL, 0);
	refuse_call(w, args, EINVAL);
	args.ops.count = UINT32_MAX;
	refuse_call(w, args, EINVAL);
	args.ops.count = 1u << 31;
	refuse_call(w, args, EINVAL);
	free(many);
	finish(w);
}

static void test_array_pointer(int fd)
{
	struct drm_cnova_vm_bind_op ops[3], *edge;
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 3, NULL, 0);
	const uint64_t bad[] = { 0, 8, 1ull << 63, -SZ_4K, UINT64_MAX, 0x1000 };
	uint8_t *map;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		args.ops.pointer = bad[i];
		refuse_call(w, args, EFAULT);
	}

	/* Two of three can be read. */
	map = mmap(NULL, 2 * SZ_4K, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	igt_assert(map != MAP_FAILED);
	munmap(map + SZ_4K, SZ_4K);
	edge = (struct drm_cnova_vm_bind_op *)(map + SZ_4K) - 2;
	memcpy(edge, ops, 2 * sizeof(*edge));
	args.ops.pointer = ptr_u64(edge);
	refuse_call(w, args, EFAULT);
	munmap(map, SZ_4K);
	finish(w);
}

static void test_array_stride(int fd)
{
	struct {
		struct drm_cnova_vm_bind_op op;
		uint8_t more[24];
	} large[3];
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	const struct drm_cnova_vm_bind good = cnova_bind_args(&w->vm, ops, 3, NULL, 0);
	struct drm_cnova_vm_bind args = good;

	for (uint32_t stride = 0; stride < sizeof(*ops); stride += stride < 8 ? 1 : 8) {
		args.ops.stride = stride;
		refuse_call(w, args, EINVAL);
	}

	/* Refused for what a newer client asks for, */
	memset(large, 0, sizeof(large));
	for (int i = 0; i < 3; i++)
		large[i].op = ops[i];
	args.ops.pointer = ptr_u64(large);
	args.ops.stride = sizeof(large[0]);
	for (unsigned int i = 0; i < 3; i++) {
		for (unsigned int k = 0; k < sizeof(large[0].more); k += 23) {
			large[i].more[k] = 1;
			args.failed_op = NONE;
			igt_assert_eq(__cnova_bind(w->fd, &args), -E2BIG);
			large[i].more[k] = 0;
		}
	}
	cnova_world_check(w);

	/* and done when it asks for nothing. */
	igt_assert_eq(__cnova_bind(w->fd, &args), 0);
	cnova_world_apply(w, ops, 3);
	finish(w);
}

/* Asynchronous, well-formed but for the syncs; the second of them is bad. */
static void refuse_sync(struct cnova_world *w, const struct drm_cnova_vm_bind_op *ops,
			struct drm_cnova_sync bad, int err)
{
	uint32_t out = syncobj_create(w->fd, 0);
	struct drm_cnova_sync syncs[3] = {
		{ .handle = out, .flags = DRM_CNOVA_SYNC_SIGNAL },
		bad,
		{ .handle = out, .flags = DRM_CNOVA_SYNC_SIGNAL | DRM_CNOVA_SYNC_TIMELINE,
		  .point = 7 },
	};
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 3, syncs, 2);
	struct drm_syncobj_wait wait = {
		.handles = ptr_u64(&out),
		.count_handles = 1,
	};

	cnova_world_expect_refused(w, &args, err, 1, DRM_CNOVA_REASON_SYNC);

	/* Nothing was put into the other one either. */
	igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait), -EINVAL);
	syncobj_destroy(w->fd, out);
}

static void test_sync_with_synchronous(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_sync sync = { .flags = DRM_CNOVA_SYNC_SIGNAL };
	struct drm_cnova_vm_bind args;

	sync.handle = syncobj_create(w->fd, 0);
	args = cnova_bind_args(&w->vm, ops, 3, &sync, 1);
	args.flags = 0;
	refuse_call(w, args, EINVAL);
	syncobj_destroy(w->fd, sync.handle);
	finish(w);
}

static void test_sync_flags(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_sync sync = { .handle = syncobj_create(w->fd,
								DRM_SYNCOBJ_CREATE_SIGNALED) };

	for (int bit = 3; bit < 32; bit++) {
		sync.flags = 1u << bit;
		refuse_sync(w, ops, sync, EINVAL);
		sync.flags |= DRM_CNOVA_SYNC_SIGNAL;
		refuse_sync(w, ops, sync, EINVAL);
	}
	sync.flags = DRM_CNOVA_SYNC_SIGNAL | DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	refuse_sync(w, ops, sync, EINVAL);
	finish(w);
}

static void test_sync_handle(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	const uint32_t bad[] = { 0, 0x7fffffff, UINT32_MAX };
	struct drm_cnova_sync sync = {};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		sync.handle = bad[i];
		sync.flags = 0;
		refuse_sync(w, ops, sync, ENOENT);
		sync.flags = DRM_CNOVA_SYNC_SIGNAL;
		refuse_sync(w, ops, sync, ENOENT);
		sync.flags = DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
		refuse_sync(w, ops, sync, ENOENT);
	}
	finish(w);
}

static void test_sync_point(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_sync sync = { .handle = syncobj_create(w->fd,
								DRM_SYNCOBJ_CREATE_SIGNALED) };

	sync.flags = DRM_CNOVA_SYNC_TIMELINE;
	refuse_sync(w, ops, sync, EINVAL);
	sync.flags = DRM_CNOVA_SYNC_TIMELINE | DRM_CNOVA_SYNC_SIGNAL;
	refuse_sync(w, ops, sync, EINVAL);
	sync.point = 1;
	sync.flags = 0;
	refuse_sync(w, ops, sync, EINVAL);
	sync.flags = DRM_CNOVA_SYNC_SIGNAL;
	refuse_sync(w, ops, sync, EINVAL);
	finish(w);
}

static void test_sync_unsubmitted(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_sync sync = { .handle = syncobj_create(w->fd, 0) };

	refuse_sync(w, ops, sync, EINVAL);
	sync.flags = DRM_CNOVA_SYNC_TIMELINE;
	sync.point = 3;
	refuse_sync(w, ops, sync, EINVAL);
	finish(w);
}

static void test_sync_array(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_SYNCS);
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_world *w = prepare(fd, ops);
	struct drm_cnova_sync sync = { .handle = syncobj_create(w->fd, 0),
				       .flags = DRM_CNOVA_SYNC_SIGNAL };
	const struct drm_cnova_vm_bind good = cnova_bind_args(&w->vm, ops, 3, &sync, 1);
	struct drm_cnova_vm_bind args = good;
	struct {
		struct drm_cnova_sync sync;
		uint64_t more;
	} large = { .sync = sync, .more = 1ull << 63 };

	args.syncs.count = limit + 1;
	refuse_call(w, args, EINVAL);
	args.syncs.count = UINT32_MAX;
	refuse_call(w, args, EINVAL);

	args = good;
	for (args.syncs.stride = 0; args.syncs.stride < sizeof(sync); args.syncs.stride += 4)
		refuse_call(w, args, EINVAL);

	args = good;
	args.syncs.pointer = 8;
	refuse_call(w, args, EFAULT);

	args = good;
	args.syncs.pointer = ptr_u64(&large);
	args.syncs.stride = sizeof(large);
	igt_assert_eq(__cnova_bind(w->fd, &args), -E2BIG);
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "op", "Operations that do not exist.", test_op },
		{ "op-flags", "Each flag that an operation does not take.", test_op_flags },
		{ "op-fields", "Fields that must be 0 are not.", test_op_fields },
		{ "align", "What is not of whole pages.", test_align },
		{ "range", "Ranges that are empty, wrap, or leave.", test_range },
		{ "offset", "Offsets beyond the object.", test_offset },
		{ "handle", "Handles of no object.", test_handle },
		{ "kind", "Memory kinds that the device does not have.", test_kind },
		{ "private", "An object private to another VM.", test_private },
		{ "bind-flags", "Each flag and pad of the call.", test_bind_flags },
		{ "bind-vm", "Ids of no VM and of no queue.", test_bind_vm },
		{ "array-count", "No operation, too many of them.", test_array_count },
		{ "array-pointer", "Arrays that cannot be read.", test_array_pointer },
		{ "array-stride", "Strides.", test_array_stride },
		{ "sync-with-synchronous", "A synchronous bind takes no syncs.",
		  test_sync_with_synchronous },
		{ "sync-flags", "Each flag of a sync that does not exist.", test_sync_flags },
		{ "sync-handle", "Syncs of no syncobj.", test_sync_handle },
		{ "sync-point", "Points where there are none, and none where needed.",
		  test_sync_point },
		{ "sync-unsubmitted", "A wait for what nobody submitted.",
		  test_sync_unsubmitted },
		{ "sync-array", "Sync arrays of bad count, stride or pointer.",
		  test_sync_array },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
