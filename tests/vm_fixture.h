/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An address space on the device that cnova_sim made, and jobs for it as the ioctl would
 * have parsed them.
 */
#ifndef _CNOVA_TESTS_VM_FIXTURE_H_
#define _CNOVA_TESTS_VM_FIXTURE_H_

#include <kunit/test.h>
#include <linux/sizes.h>

#include <drm/drm_file.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/device.h"
#include "drm/gem.h"
#include "drm/resize.h"
#include "drm/view.h"
#include "drm/vm.h"

/* What addresses here count from; a client's, and aligned to any leaf. */
#define BASE		SZ_512M

/* Objects of 64 KiB, one every 2 MiB: each in a page table of its own. */
#define STRIDE		SZ_2M
#define BO_SIZE		SZ_64K

struct vm_fixture {
	struct device *dev;
	struct cnova_device *cnova;
	struct drm_file file;
	struct cnova_vm *vm;
};

/* An execution that takes as long as the test wants. @fence frees itself, and is first. */
struct vm_fence {
	struct dma_fence base;
	/* Of @base. */
	spinlock_t lock;
};

struct vm_exec {
	struct cnova_exec_slot slot;
	struct vm_fence *fence;
};

extern unsigned long vm_kunit_seed;

int vm_fixture_init(struct kunit *test);
void vm_fixture_close(struct vm_fixture *fix);
void vm_fixture_exit(struct kunit *test);

void vm_put_bo(void *bo);
struct cnova_bo *vm_new_bo(struct kunit *test, u32 flags);
void vm_set_op(struct kunit *test, struct cnova_bind_job *job, u32 index, u32 type,
	       struct cnova_bo *bo, u64 va, u64 range);
struct cnova_bind_job *vm_new_empty_job(struct kunit *test, u32 queue_id, u32 nr_ops);
struct cnova_bind_job *vm_new_job(struct kunit *test, u32 type, struct cnova_bo *bo,
				  u64 va, u64 range);
void vm_run_job(struct kunit *test, struct cnova_bind_job *job);
void vm_map_bo(struct kunit *test, struct cnova_bo *bo, u64 va);
void vm_collect(struct kunit *test, struct cnova_bind_job *job);
void vm_forget(struct cnova_bind_job *job);
void vm_exec_begin(struct kunit *test, struct vm_exec *exec);
void vm_exec_end(struct kunit *test, struct vm_exec *exec);
bool vm_set_has(const struct cnova_bind_job *job, const struct cnova_bo *bo);

#endif /* _CNOVA_TESTS_VM_FIXTURE_H_ */
