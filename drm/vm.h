/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GPU address spaces.
 *
 * Lock order, from the outside in. This is the one place where it is written;
 * cnova_vm_prime_lockdep() teaches it to lockdep, reclaim included.
 *
 *	cnova_vm.submit_lock		one bind or execution of a VM is prepared at a time
 *	  cnova_device.validate_lock	rwsem; around a drm_exec loop that validates
 *	    dma_resv			the VM's own first, then objects (ww)
 *	      cnova_windows.lock	what BAR1 shows of objects; held by CPU faults
 *	        cnova_bar1.lock		its addresses, and pages for its tables
 *	          cnova_vram.lock	the allocator of VRAM
 *	      cnova_pt_alloc.lock	arenas of table pages
 *	      cnova_device.tts_lock	pages that the GPU may reach; taken in reclaim
 *	      cnova_copy.lock		the driver's own copies; allocates nothing either
 *	      --- below: taken in the fence signalling path, nothing allocates ---
 *	      cnova_user_channel.stop_lock	its hardware is pushed to, or stopped
 *	      cnova_vmm.lock		the tree lock: VA tree, pending tree, page tables
 *	        drm_gem_object.gpuva.lock	list of mappings of an object
 *	          cnova_host_runlist.lock	the hardware's list of channels
 *	            cnova_host.preempt_lock	Turing's one register for preemptions
 *	              cnova_host.reset_lock	the register that resets engines
 *	          cnova_tlb.lock	the invalidate registers
 *	            cnova_pramin.lock	the window
 *	      cnova_vm.channels_lock	spinlock
 *	      cnova_host.fault_lock	the buffer of faults
 *	        cnova_host.lock		spinlock, hard interrupt: channels are called back
 *	          cnova_user_channel.lock	spinlock: what its ring holds
 *	            dma_fence.lock
 *	              cnova_in_fences.lock	spinlock; in-fences that can be cancelled
 */
#ifndef _CNOVA_DRM_VM_H_
#define _CNOVA_DRM_VM_H_

#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <drm/drm_gpuvm.h>

#include "drm/channel_mem.h"
#include "drm/coredump.h"
#include "drm/history.h"
#include "drm/pt_alloc.h"
#include "drm/resize.h"
#include "drm/sync.h"
#include "drm/unmap_now.h"
#include "mm/vmm.h"

/**
 * CNOVA_VM_START - First address of clients. What is below is the kernel's.
 *
 * At the lower end, because Host of Turing to Ada reaches 40 bits of the 49 only
 * (HARDWARE.md 11.3, 11.4), and the first page of all never holds anything.
 */
#define CNOVA_VM_START		SZ_256M

struct cnova_bind_job;
struct cnova_device;
struct drm_file;

/**
 * struct cnova_va - A mapping.
 *
 * In the VA tree from the job that made it until the job that removes it; on
 * the list of its object until the TLB has acknowledged.
 */
struct cnova_va {
	/** @base: Address, range, object, offset. */
	struct drm_gpuva base;

	/** @flags: DRM_CNOVA_VM_BIND_READ_ONLY and the like. Immutable in the tree. */
	u16 flags;

	/** @kind: Memory kind. Immutable in the tree. */
	u8 kind;

	/** @bound: The page tables hold this mapping. Protected by &cnova_vmm.lock. */
	bool bound;

	/**
	 * @evicted: The page tables hold nothing of it: its object has lost its place.
	 * Until cnova_vm_rebind() it counts as a hole. Protected by &cnova_vmm.lock. What
	 * is neither @bound nor @evicted is being bound by the job that has that lock.
	 */
	bool evicted;
};

static inline struct cnova_va *to_cnova_va(struct drm_gpuva *va)
{
	return container_of(va, struct cnova_va, base);
}

/** struct cnova_vm - A GPU address space of a client. */
struct cnova_vm {
	/** @base: VA tree, object lists and the only reference count. */
	struct drm_gpuvm base;

	/** @cnova: Device. Immutable. */
	struct cnova_device *cnova;

	/**
	 * @rcu: Who finds it as the owner of a fence that has not signalled may look at
	 * @in_fences in a read-side section. See cnova_bind_queue_may_wait().
	 */
	struct rcu_head rcu;

	/** @vmm: Page tables and the tree lock, which covers @base's tree too. */
	struct cnova_vmm vmm;

	/** @pt_alloc: Where table pages come from. */
	struct cnova_pt_alloc pt_alloc;

	/** @root: Owner of the VM's reservation; our reference outlives @base's. */
	struct drm_gem_object *root;

	/**
	 * @queue_ids: Bind queues by id, 0: the VM's own; empty once closed. Each entry
	 * holds a reference. Has a lock of its own.
	 */
	struct xarray queue_ids;

	/** @next_queue_id: An id is not used again soon. Protected by @submit_lock. */
	u32 next_queue_id;

	/**
	 * @queues: &cnova_bind_queue.entry of all, those included that were destroyed and
	 * have jobs. Protected by &cnova_vmm.lock.
	 */
	struct list_head queues;

	/** @resize: Orders binds that change the size of a leaf against executions. */
	struct cnova_resize resize;

	/** @channels: Channels that are not closed, &cnova_user_channel.vm_entry. */
	struct list_head channels;

	/** @channels_lock: Protects @channels. A spinlock, inside of which channels are killed. */
	spinlock_t channels_lock;

	/** @channel_slots: Slots of the kernel's part in use. Under @submit_lock. */
	DECLARE_BITMAP(channel_slots, CNOVA_CHANNEL_SLOTS);

	/** @submit_lock: Serialises preparation and submission of binds and executions. */
	struct mutex submit_lock;

	/** @reserve: For an unmap that finds no memory. Protected by @submit_lock. */
	struct cnova_vm_reserve reserve;

	/** @closed: No bind is accepted any more. Protected by @submit_lock. */
	bool closed;

	/**
	 * @killed: Jobs still to run do nothing. Protected by &cnova_vmm.lock.
	 * Also read without it, as a hint.
	 */
	bool killed;

	/**
	 * @pending: Interval tree of the maps, of memory and sparse, that were
	 * accepted and have not run. Protected by &cnova_vmm.lock.
	 */
	struct rb_root_cached pending;

	/** @nr_pending: Number of maps in @pending. Protected by &cnova_vmm.lock. */
	u32 nr_pending;

	/** @nr_spans: Spans of jobs that have not run. Protected by &cnova_vmm.lock. */
	u32 nr_spans;

	/** @nr_ordered: Last &cnova_bind_job.order. Protected by &cnova_vmm.lock. */
	u64 nr_ordered;

	/**
	 * @nr_order_waits: How often a job had to wait for one of another queue: for
	 * tests. Protected by &cnova_vmm.lock.
	 */
	u64 nr_order_waits;

	/**
	 * @nr_spans_seen: Spans that jobs of other queues have looked at: a cost, for
	 * tests. Protected by &cnova_vmm.lock.
	 */
	u64 nr_spans_seen;

	/**
	 * @nr_locked: Objects that the last bind locked, the VM's root included: for
	 * tests. Under the VM's reservation.
	 */
	u32 nr_locked;

	/** @nr_lock_retries: How often locking them had to begin again; the same. */
	u64 nr_lock_retries;

	/**
	 * @nr_marked: How often jobs looked at a mapping to say that it is bound: a
	 * cost, for tests. Protected by &cnova_vmm.lock.
	 */
	u64 nr_marked;

	/** @mapped: Bytes in the VA tree. Protected by &cnova_vmm.lock. */
	u64 mapped;

	/** @quarantined: Bytes of it withheld. Protected by &cnova_vmm.lock. */
	u64 quarantined;

	/** @history: What ran last. Protected by &cnova_vmm.lock. */
	struct cnova_history history;

	/** @in_fences: What its binds wait for. */
	struct cnova_in_fences in_fences;

	/** @coredump: For when it dies. */
	struct cnova_coredump coredump;

	/** @nr_jobs: Jobs that were pushed and are not cleaned up. */
	atomic_t nr_jobs;

	/** @idle: Woken when @nr_jobs becomes zero. */
	wait_queue_head_t idle;

	/** @gone: Done when cnova_vm_close() is through. */
	struct completion gone;

	/** @done: Jobs that were freed by the scheduler, &cnova_bind_job.done. */
	struct llist_head done;

	/** @cleanup_work: Gives back what the jobs in @done hold, and objects let go of. */
	struct work_struct cleanup_work;

	/** @died_work: Cancels what waits, after the hardware failed. */
	struct work_struct died_work;

	/** @id: Id in its file; for people. Immutable. */
	u32 id;

	/** @client_id: &drm_file.client_id of its file; for people. Immutable. */
	u64 client_id;

	/** @device_entry: In &cnova_device.vms. */
	struct list_head device_entry;

	/** @debugfs_dir: Directory of its debugfs files. */
	struct dentry *debugfs_dir;
};

static inline struct cnova_vm *to_cnova_vm(struct drm_gpuvm *gpuvm)
{
	return container_of(gpuvm, struct cnova_vm, base);
}

static inline struct cnova_vm *vmm_to_cnova_vm(struct cnova_vmm *vmm)
{
	return container_of(vmm, struct cnova_vm, vmm);
}

static inline struct cnova_vm *cnova_vm_get(struct cnova_vm *vm)
{
	drm_gpuvm_get(&vm->base);
	return vm;
}

static inline void cnova_vm_put(struct cnova_vm *vm)
{
	drm_gpuvm_put(&vm->base);
}

extern const struct drm_gpuvm_ops cnova_gpuvm_ops;

int cnova_vm_module_init(void);
void cnova_vm_module_exit(void);

struct cnova_vm *cnova_vm_create(struct cnova_device *cnova, struct drm_file *file);
void cnova_vm_close(struct cnova_vm *vm);
void cnova_vm_free(struct drm_gpuvm *gpuvm);
bool cnova_vm_is_reachable(struct cnova_vm *vm, int err);
int cnova_vm_submit_error(struct cnova_vm *vm, int err);
void cnova_vm_job_done(struct cnova_vm *vm, struct cnova_bind_job *job);
void cnova_vm_died_locked(struct cnova_vm *vm);
void cnova_vm_put_bo(struct drm_gpuvm_bo *vm_bo);

int cnova_vm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_vm_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_vm_get_state_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_vm_bind_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _CNOVA_DRM_VM_H_ */
