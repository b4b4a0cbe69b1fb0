// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Channels of clients
 *
 * A channel is a ring of work for one engine in one address space (mm/channel.h), with a
 * scheduler in front of it.
 *
 * It dies when the hardware complains of it, when an execution takes too long, and when
 * its address space or the device goes. From then on nothing is pushed; the hardware is
 * made to stop, in a worker, and only then do the fences of what was in the ring signal:
 * with the error that killed it if it is the oldest, with -ECANCELED if it is a later
 * one. What had not run is cancelled. The address space is as it was.
 *
 * Locking: see drm/vm.h.
 */

#include <linux/dma-resv.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "drm/channel.h"
#include "drm/channel_mem.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/timeline.h"
#include "drm/vm.h"

static uint cnova_exec_timeout_ms = 10000;
module_param_named(exec_timeout_ms, cnova_exec_timeout_ms, uint, 0644);
MODULE_PARM_DESC(exec_timeout_ms,
		 "How long one EXEC may run before its channel is killed; of channels made later (default: 10000)");

/**
 * cnova_channel_timeout_ms() - Ask for the module parameter exec_timeout_ms.
 *
 * Return: its value, within reason.
 */
u32 cnova_channel_timeout_ms(void)
{
	return clamp(READ_ONCE(cnova_exec_timeout_ms), 1, 24 * 3600 * MSEC_PER_SEC);
}

/* ---------------------------------------------------------------- its death */

/* Only the first error counts. */
static void cnova_user_channel_set_error(struct cnova_user_channel *channel, int err,
					 const struct cnova_fault *fault)
{
	unsigned long flags;

	spin_lock_irqsave(&channel->lock, flags);
	if (!channel->error) {
		WRITE_ONCE(channel->error, err);
		if (fault)
			channel->fault = *fault;
	}
	spin_unlock_irqrestore(&channel->lock, flags);
}

static void cnova_user_channel_report(const struct cnova_user_channel *channel)
{
	const struct cnova_vm *vm = channel->vm;
	struct cnova_device *cnova = vm->cnova;

	/* It went because somebody wanted it to, or with something that was told of. */
	if (channel->error == -ECANCELED || channel->error == -ENODEV)
		return;

	/* The client's mistake, and it can make one after the other: no warning, not often. */
	if (!__ratelimit(&cnova->channel_reports))
		return;

	if (channel->error == -EFAULT)
		dev_notice(cnova->drm.dev,
			   "channel %u of client %llu is dead: fault at 0x%llx, type %u, access %u\n",
			   channel->id, vm->client_id, channel->fault.va, channel->fault.type,
			   channel->fault.access);
	else
		dev_notice(cnova->drm.dev, "channel %u of client %llu is dead: %pe\n",
			   channel->id, vm->client_id, ERR_PTR(channel->error));
}

/**
 * cnova_user_channel_stop() - Have the hardware let go of a channel.
 * @channel: Channel.
 * @err: Negative errno for GET_STATE, if there is none yet.
 *
 * When it returns, nothing more is pushed, and the fences of all that was in the ring
 * have signalled.
 *
 * Context: Process context, fence signalling path. Waits for the hardware, which has a
 * bounded time to answer.
 */
void cnova_user_channel_stop(struct cnova_user_channel *channel, int err)
{
	bool cookie = dma_fence_begin_signalling();
	unsigned long flags;

	cnova_user_channel_set_error(channel, err, NULL);

	mutex_lock(&channel->stop_lock);
	if (!channel->stopped) {
		cnova_user_channel_dump(channel);
		/* If even a reset does not help, the device is wedged, and all memory kept. */
		cnova_channel_kill(&channel->hw);
		channel->stopped = true;
		cnova_user_channel_report(channel);

		cnova_exec_complete(channel);
		spin_lock_irqsave(&channel->lock, flags);
		cnova_exec_fail_locked(channel);
		spin_unlock_irqrestore(&channel->lock, flags);
	}
	mutex_unlock(&channel->stop_lock);

	/* What waits for others finds that it need not. */
	cnova_in_fences_cancel_all(&channel->in_fences);
	dma_fence_end_signalling(cookie);
}

static void cnova_user_channel_kill_work(struct work_struct *work)
{
	struct cnova_user_channel *channel =
		container_of(work, struct cnova_user_channel, kill_work);

	cnova_user_channel_stop(channel, channel->error);
}

/**
 * cnova_user_channel_kill() - End a channel that is in nobody's way any more, or too much.
 * @channel: Channel, not closed.
 * @err: Negative errno for GET_STATE.
 *
 * Context: Any.
 */
void cnova_user_channel_kill(struct cnova_user_channel *channel, int err)
{
	cnova_user_channel_set_error(channel, err, NULL);
	queue_work(channel->vm->cnova->exec_wq, &channel->kill_work);
}

static void cnova_user_channel_nonstall(struct cnova_channel *hw)
{
	cnova_exec_complete(to_cnova_user_channel(hw));
}

static void cnova_user_channel_fault(struct cnova_channel *hw, const struct cnova_fault *fault)
{
	struct cnova_user_channel *channel = to_cnova_user_channel(hw);

	cnova_user_channel_set_error(channel, -EFAULT, fault);
	queue_work(channel->vm->cnova->exec_wq, &channel->kill_work);
}

static void cnova_user_channel_error(struct cnova_channel *hw,
				     const struct cnova_channel_error *error)
{
	struct cnova_user_channel *channel = to_cnova_user_channel(hw);

	drm_dbg_driver(&channel->vm->cnova->drm,
		       "channel %u: reason %u, status 0x%x, method 0x%x, data 0x%x\n",
		       channel->id, error->reason, error->status, error->method, error->data);

	switch (error->reason) {
	case CNOVA_CHANNEL_HANGS:
		cnova_user_channel_kill(channel, -ETIMEDOUT);
		break;
	case CNOVA_CHANNEL_RESET:
		cnova_user_channel_kill(channel, -ECANCELED);
		break;
	default:
		cnova_user_channel_kill(channel, -EINVAL);
		break;
	}
}

/*
 * If nothing of it is in the ring by its own account, it has no business on the engine: a
 * client can release its semaphore itself.
 */
static bool cnova_user_channel_is_late(struct cnova_channel *hw)
{
	struct cnova_user_channel *channel = to_cnova_user_channel(hw);
	u64 timeout = jiffies_to_nsecs(channel->sched.timeout);
	unsigned long flags;
	bool late;

	/* No interrupt comes from an engine that hangs. */
	cnova_exec_complete(channel);
	spin_lock_irqsave(&channel->lock, flags);
	late = list_empty(&channel->running) ||
	       ktime_get_ns() - channel->busy_from >= timeout;
	spin_unlock_irqrestore(&channel->lock, flags);

	return late;
}

static const struct cnova_channel_ops cnova_user_channel_ops = {
	.nonstall = cnova_user_channel_nonstall,
	.fault = cnova_user_channel_fault,
	.error = cnova_user_channel_error,
	.is_late = cnova_user_channel_is_late,
};

/* ------------------------------------------------------------------ workers */

/* Gives back what executions leave behind: here references may be dropped. */
static void cnova_user_channel_cleanup_work(struct work_struct *work)
{
	struct cnova_user_channel *channel =
		container_of(work, struct cnova_user_channel, cleanup_work);
	struct llist_node *done = llist_del_all(&channel->done);
	struct cnova_exec_job *job, *next;
	int nr = 0;

	llist_for_each_entry_safe(job, next, done, done) {
		cnova_exec_job_cleanup(job);
		nr++;
	}

	/* cnova_user_channel_close() goes on at zero; only references follow. */
	if (nr && atomic_sub_and_test(nr, &channel->nr_jobs))
		wake_up_all(&channel->idle);

	while (nr--)
		cnova_user_channel_put(channel);
	/* The one that cnova_user_channel_job_done() took for us. */
	cnova_user_channel_put(channel);
}

/**
 * cnova_user_channel_job_done() - Hand an execution that the scheduler let go to the cleanup.
 * @channel: Channel.
 * @job: Execution.
 *
 * Context: Fence signalling path.
 */
void cnova_user_channel_job_done(struct cnova_user_channel *channel, struct cnova_exec_job *job)
{
	/* The worker may free the job, and the channel, before we have queued it. */
	cnova_user_channel_get(channel);
	llist_add(&job->done, &channel->done);
	if (!queue_work(channel->vm->cnova->cleanup_wq, &channel->cleanup_work))
		cnova_user_channel_put(channel);
}

/**
 * cnova_user_channel_busy_ns() - How long did a channel have something to do?
 * @channel: Channel.
 *
 * Context: Any.
 * Return: ns, up to now.
 */
u64 cnova_user_channel_busy_ns(struct cnova_user_channel *channel)
{
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&channel->lock, flags);
	ns = channel->busy_ns;
	if (!list_empty(&channel->running))
		ns += ktime_get_ns() - channel->busy_from;
	spin_unlock_irqrestore(&channel->lock, flags);

	return ns;
}

/* --------------------------------------------------------------------- life */

static void cnova_user_channel_release(struct kref *ref)
{
	struct cnova_user_channel *channel = container_of(ref, struct cnova_user_channel, ref);

	drm_WARN_ON_ONCE(&channel->vm->cnova->drm, channel->mem);
	cnova_vm_put(channel->vm);
	mutex_destroy(&channel->stop_lock);
	kfree_rcu(channel, rcu);
}

/**
 * cnova_user_channel_put() - Drop a reference.
 * @channel: Channel.
 *
 * Context: Process context, no lock held.
 */
void cnova_user_channel_put(struct cnova_user_channel *channel)
{
	kref_put(&channel->ref, cnova_user_channel_release);
}

static int cnova_user_channel_init_sched(struct cnova_user_channel *channel)
{
	struct cnova_device *cnova = channel->vm->cnova;
	const struct drm_sched_init_args args = {
		.ops = &cnova_exec_sched_ops,
		.submit_wq = cnova->exec_wq,
		.num_rqs = 1,
		.credit_limit = CNOVA_CHANNEL_RING_ROOM,
		.timeout = msecs_to_jiffies(cnova_channel_timeout_ms()),
		.timeout_wq = cnova->exec_wq,
		.name = "cnova-exec",
		.dev = cnova->drm.dev,
	};
	struct drm_gpu_scheduler *sched = &channel->sched;
	int err;

	err = drm_sched_init(sched, &args);
	if (err)
		return err;

	/* The only run queue there is: a priority beyond it indexes past the array. */
	err = drm_sched_entity_init(&channel->entity, DRM_SCHED_PRIORITY_KERNEL, &sched, 1, NULL);
	if (err)
		goto err_sched;

	err = cnova_timeline_add(&channel->entity, &cnova_exec_sched_ops);
	if (err)
		goto err_entity;

	return 0;

err_entity:
	drm_sched_entity_destroy(&channel->entity);
err_sched:
	drm_sched_fini(sched);
	return err;
}

static void cnova_user_channel_fini_sched(struct cnova_user_channel *channel)
{
	drm_sched_entity_destroy(&channel->entity);
	cnova_timeline_remove(&channel->entity);
	drm_sched_fini(&channel->sched);
}

static int cnova_user_channel_init_hw(struct cnova_user_channel *channel)
{
	struct cnova_device *cnova = channel->vm->cnova;
	struct cnova_channel_mem *mem = channel->mem;
	const struct cnova_channel_args args = {
		.ops = &cnova_user_channel_ops,
		.engine = (u32)atomic_inc_return(&cnova->next_engine) % cnova->host.nr_engines,
		.pdb = cnova_vmm_pdb(&channel->vm->vmm),
		.ring_va = cnova_channel_mem_ring_va(mem),
		.ring = mem->code.cpu,
		.ring_lg2 = CNOVA_CHANNEL_RING_LG2,
		.userd = mem->userd.cpu,
		.userd_bus = mem->userd.bus,
	};

	return cnova_channel_init(&channel->hw, &cnova->host, &args);
}

static struct cnova_user_channel *cnova_user_channel_alloc(struct cnova_vm *vm)
{
	struct cnova_user_channel *channel = kzalloc_obj(*channel, GFP_KERNEL_ACCOUNT);

	if (!channel)
		return NULL;

	kref_init(&channel->ref);
	channel->vm = cnova_vm_get(vm);
	cnova_in_fences_init(&channel->in_fences);
	INIT_LIST_HEAD(&channel->vm_entry);
	spin_lock_init(&channel->lock);
	INIT_LIST_HEAD(&channel->running);
	mutex_init(&channel->stop_lock);
	INIT_WORK(&channel->kill_work, cnova_user_channel_kill_work);
	init_waitqueue_head(&channel->idle);
	init_completion(&channel->gone);
	init_llist_head(&channel->done);
	INIT_WORK(&channel->cleanup_work, cnova_user_channel_cleanup_work);
	channel->fence_context = dma_fence_context_alloc(1);
	return channel;
}

/* As cnova_vm_prime_lockdep(), for what is below the VM's locks. */
static void cnova_user_channel_prime_lockdep(struct cnova_user_channel *channel)
{
	if (!IS_ENABLED(CONFIG_LOCKDEP))
		return;

	fs_reclaim_acquire(GFP_KERNEL);
	mutex_lock(&channel->stop_lock);
	mutex_lock(&channel->vm->vmm.lock);
	mutex_lock(&channel->hw.engine->runlist->lock);
	mutex_unlock(&channel->hw.engine->runlist->lock);
	mutex_unlock(&channel->vm->vmm.lock);
	mutex_unlock(&channel->stop_lock);
	fs_reclaim_release(GFP_KERNEL);
}

/* All that can fail. On success it is on the list of its address space. */
static int cnova_user_channel_init_locked(struct cnova_user_channel *channel)
{
	struct cnova_vm *vm = channel->vm;
	int err;

	lockdep_assert_held(&vm->submit_lock);

	if (vm->closed || READ_ONCE(vm->vmm.error))
		return -ENOENT;

	err = cnova_user_channel_init_sched(channel);
	if (err)
		return err;

	channel->mem = cnova_channel_mem_create(vm);
	if (IS_ERR(channel->mem)) {
		err = PTR_ERR(channel->mem);
		channel->mem = NULL;
		goto err_sched;
	}

	err = cnova_user_channel_init_hw(channel);
	if (err)
		goto err_mem;

	cnova_user_channel_prime_lockdep(channel);
	dma_resv_lock(vm->root->resv, NULL);
	cnova_exec_slot_add(vm, &channel->slot);
	dma_resv_unlock(vm->root->resv);

	spin_lock(&vm->channels_lock);
	list_add_tail(&channel->vm_entry, &vm->channels);
	spin_unlock(&vm->channels_lock);
	return 0;

err_mem:
	cnova_channel_mem_destroy(vm, channel->mem, false);
	channel->mem = NULL;
err_sched:
	cnova_user_channel_fini_sched(channel);
	return err;
}

/**
 * cnova_user_channel_create() - Make a channel.
 * @vm: Its address space.
 *
 * Context: Process context, no lock held, inside drm_dev_enter(); the host is up.
 * Return: The channel, to be ended by cnova_user_channel_close(), with a reference; or an
 * ERR_PTR(): -ENOENT: the address space is closed or dead; -ENOSPC, -ENOMEM, -EINTR; -EIO,
 * -ENODEV: the hardware does not answer.
 */
struct cnova_user_channel *cnova_user_channel_create(struct cnova_vm *vm)
{
	struct cnova_user_channel *channel;
	int err;

	channel = cnova_user_channel_alloc(vm);
	if (!channel)
		return ERR_PTR(-ENOMEM);

	err = mutex_lock_interruptible(&vm->submit_lock);
	if (!err) {
		err = cnova_user_channel_init_locked(channel);
		mutex_unlock(&vm->submit_lock);
	}
	if (err) {
		cnova_user_channel_put(channel);
		return ERR_PTR(err);
	}
	return channel;
}

static int cnova_user_channel_end_error(const struct cnova_user_channel *channel)
{
	return drm_dev_is_unplugged(&channel->vm->cnova->drm) ? -ENODEV : -ECANCELED;
}

/* What the hardware does not use any more goes. */
static void cnova_user_channel_fini(struct cnova_user_channel *channel)
{
	struct cnova_vm *vm = channel->vm;
	bool stuck;

	cnova_user_channel_fini_sched(channel);
	cnova_channel_fini(&channel->hw);
	stuck = cnova_channel_is_stuck(&channel->hw);

	/* Nobody finds it any more, and the hardware tells of it no more. */
	spin_lock(&vm->channels_lock);
	list_del_init(&channel->vm_entry);
	spin_unlock(&vm->channels_lock);
	cancel_work_sync(&channel->kill_work);

	mutex_lock(&vm->submit_lock);
	dma_resv_lock(vm->root->resv, NULL);
	cnova_exec_slot_remove(vm, &channel->slot);
	dma_resv_unlock(vm->root->resv);
	cnova_channel_mem_destroy(vm, channel->mem, stuck);
	channel->mem = NULL;
	mutex_unlock(&vm->submit_lock);
}

/**
 * cnova_user_channel_close() - End a channel.
 * @channel: Channel; the caller has a reference and keeps it.
 *
 * What runs is stopped, what waits is cancelled; nobody's fence is waited for, only the
 * hardware. A second call waits until the first is through.
 *
 * Context: Process context, no lock of the driver held. The hardware, and the address
 * space, must be there still: who closes that closes its channels first.
 */
void cnova_user_channel_close(struct cnova_user_channel *channel)
{
	struct cnova_vm *vm = channel->vm;
	bool closed;

	/* First: who prepares an execution may wait, with the lock, for one that runs. */
	cnova_user_channel_set_error(channel, cnova_user_channel_end_error(channel), NULL);
	cnova_in_fences_cancel_all(&channel->in_fences);

	mutex_lock(&vm->submit_lock);
	closed = channel->closed;
	channel->closed = true;
	mutex_unlock(&vm->submit_lock);
	if (closed) {
		wait_for_completion(&channel->gone);
		return;
	}

	cnova_user_channel_stop(channel, -ECANCELED);
	wait_event(channel->idle, !atomic_read(&channel->nr_jobs));
	cnova_user_channel_fini(channel);
	complete_all(&channel->gone);
}

/**
 * cnova_vm_kill_channels() - The address space is of no use any more: nor are its channels.
 * @vm: Address space that died, or whose device did.
 *
 * Context: Any but hard interrupt.
 */
void cnova_vm_kill_channels(struct cnova_vm *vm)
{
	struct cnova_user_channel *channel;

	spin_lock(&vm->channels_lock);
	list_for_each_entry(channel, &vm->channels, vm_entry)
		cnova_user_channel_kill(channel, cnova_user_channel_end_error(channel));
	spin_unlock(&vm->channels_lock);
}

/**
 * cnova_vm_close_channels() - End all channels of an address space.
 * @vm: Address space; its channels are not closed by anybody else afterwards only if it
 *	is closed itself, so that none is made any more.
 *
 * Context: Process context, no lock of the driver held.
 */
void cnova_vm_close_channels(struct cnova_vm *vm)
{
	struct cnova_user_channel *channel;

	for (;;) {
		spin_lock(&vm->channels_lock);
		channel = list_first_entry_or_null(&vm->channels, typeof(*channel), vm_entry);
		if (channel)
			cnova_user_channel_get(channel);
		spin_unlock(&vm->channels_lock);
		if (!channel)
			return;

		cnova_user_channel_close(channel);
		cnova_user_channel_put(channel);
	}
}
