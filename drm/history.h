/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last operations of an address space: what an address was, when somebody asks
 * later on.
 */
#ifndef _CNOVA_DRM_HISTORY_H_
#define _CNOVA_DRM_HISTORY_H_

#include <linux/types.h>

struct cnova_bind_job;
struct drm_printer;

/** CNOVA_HISTORY_OPS - How many operations are remembered. */
#define CNOVA_HISTORY_OPS	64

/** struct cnova_history_op - An operation that ran. */
struct cnova_history_op {
	/** @time: When, CLOCK_MONOTONIC in ns. */
	u64 time;
	/** @seqno: Of the fence of its job; 0: without a job, see drm/unmap_now.c. */
	u64 seqno;
	/** @va: First address. */
	u64 va;
	/** @range: Bytes. */
	u64 range;
	/** @offset: First byte of the object. */
	u64 offset;
	/** @index: Which operation of its job. */
	u32 index;
	/** @err: 0, or the error of the fence: what it was to change is void. */
	int err;
	/** @flags: DRM_CNOVA_VM_BIND_READ_ONLY and the like. */
	u16 flags;
	/** @type: DRM_CNOVA_VM_BIND_OP_*. */
	u8 type;
	/** @kind: Memory kind. */
	u8 kind;
};

/** struct cnova_history - The last operations. Protected by &cnova_vmm.lock. */
struct cnova_history {
	/** @nr: Operations ever; the next one's place, modulo the size of @ops. */
	u64 nr;
	/** @ops: A ring. */
	struct cnova_history_op ops[CNOVA_HISTORY_OPS];
};

void cnova_history_add(struct cnova_history *history, const struct cnova_bind_job *job, int err);
void cnova_history_show(const struct cnova_history *history, struct drm_printer *p);

#endif /* _CNOVA_DRM_HISTORY_H_ */
