/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Channels of clients.
 */
#ifndef _CNOVA_DRM_CHANNEL_H_
#define _CNOVA_DRM_CHANNEL_H_

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/gpu_scheduler.h>

#include "drm/resize.h"
#include "drm/sync.h"
#include "mm/channel.h"
#include "mm/fault.h"

struct cnova_channel_mem;
struct cnova_device;
struct cnova_exec_job;
struct cnova_vm;
struct drm_device;
struct drm_file;
struct drm_printer;

/**
 * struct cnova_user_channel - A channel of a client.
 *
 * References: its file, until CHANNEL_DESTROY; every execution. It ends with
 * cnova_user_channel_close(), and not with its last reference: what remains until then
 * says only that it is dead.
 */
struct cnova_user_channel {
	/** @hw: What the hardware knows. From creation to close. */
	struct cnova_channel hw;

	/** @ref: References. */
	struct kref ref;

	/** @rcu: A fence may ask for what belongs to us until a grace period after it signalled. */
	struct rcu_head rcu;

	/** @vm: Address space, a reference. Immutable. */
	struct cnova_vm *vm;

	/** @mem: Ring, semaphore and the like. From creation to close. */
	struct cnova_channel_mem *mem;

	/** @sched: Scheduler, one per channel. */
	struct drm_gpu_scheduler sched;

	/** @entity: Its only entity. */
	struct drm_sched_entity entity;

	/** @in_fences: What its executions wait for. */
	struct cnova_in_fences in_fences;

	/** @slot: Its last execution, for binds that change the size of leaves. */
	struct cnova_exec_slot slot;

	/** @vm_entry: In &cnova_vm.channels. */
	struct list_head vm_entry;

	/** @closed: No execution is accepted any more. Protected by &cnova_vm.submit_lock. */
	bool closed;

	/** @seqno: Of the last execution accepted. Protected by &cnova_vm.submit_lock. */
	u64 seqno;

	/**
	 * @lock: Protects @running, @error, @fault, and @busy_from; taken in hard interrupts,
	 * inside &cnova_host.lock.
	 */
	spinlock_t lock;

	/** @running: &cnova_exec_fence.entry of what the ring holds, oldest first. */
	struct list_head running;

	/**
	 * @error: Negative errno once the channel runs nothing any more, for GET_STATE; only
	 * the first counts. Also read without @lock, as a hint.
	 */
	int error;

	/** @fault: With -EFAULT: what the MMU said. */
	struct cnova_fault fault;

	/** @stop_lock: Serialises stopping; taken in the fence signalling path. */
	struct mutex stop_lock;

	/** @stopped: The hardware runs nothing of it any more. Protected by @stop_lock. */
	bool stopped;

	/** @kill_work: Stops the hardware after an error. */
	struct work_struct kill_work;

	/** @renewals: How often one was given its time anew; for people. Of the timeout's. */
	u32 renewals;

	/** @nr_jobs: Executions that were pushed and are not cleaned up. */
	atomic_t nr_jobs;

	/** @idle: Woken when @nr_jobs becomes zero. */
	wait_queue_head_t idle;

	/** @gone: Done when cnova_user_channel_close() is through. */
	struct completion gone;

	/** @done: Executions that the scheduler has let go, &cnova_exec_job.done. */
	struct llist_head done;

	/** @cleanup_work: Gives back what the executions in @done hold. */
	struct work_struct cleanup_work;

	/** @fence_context: Of the hardware's fences. Immutable. */
	u64 fence_context;

	/** @busy_ns: How long it had something to do. Protected by @lock. */
	u64 busy_ns;

	/** @busy_from: Since when it has, ktime_get(); only with something in @running. */
	u64 busy_from;

	/** @id: Id in its file; for people. Immutable. */
	u32 id;
};

static inline struct cnova_user_channel *to_cnova_user_channel(struct cnova_channel *hw)
{
	return container_of(hw, struct cnova_user_channel, hw);
}

static inline struct cnova_user_channel *
cnova_user_channel_get(struct cnova_user_channel *channel)
{
	kref_get(&channel->ref);
	return channel;
}

void cnova_user_channel_put(struct cnova_user_channel *channel);

struct cnova_user_channel *cnova_user_channel_create(struct cnova_vm *vm);
void cnova_user_channel_close(struct cnova_user_channel *channel);
void cnova_user_channel_kill(struct cnova_user_channel *channel, int err);
void cnova_user_channel_stop(struct cnova_user_channel *channel, int err);
void cnova_user_channel_job_done(struct cnova_user_channel *channel, struct cnova_exec_job *job);
u64 cnova_user_channel_busy_ns(struct cnova_user_channel *channel);

void cnova_user_channel_dump(struct cnova_user_channel *channel);
void cnova_vm_show_channels(struct cnova_vm *vm, struct drm_printer *p);

void cnova_vm_kill_channels(struct cnova_vm *vm);
void cnova_vm_close_channels(struct cnova_vm *vm);

u32 cnova_channel_timeout_ms(void);

int cnova_channel_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_channel_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int cnova_channel_get_state_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _CNOVA_DRM_CHANNEL_H_ */
