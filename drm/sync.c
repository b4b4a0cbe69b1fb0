// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Syncs
 *
 * A job never waits for a fence of user space directly: it waits for a stand-in
 * that signals when the fence does, or when its address space, or channel, is
 * killed. A fence that is never signalled would otherwise hold the job, and with it
 * the address space and all memory it maps, for ever: the scheduler waits for what
 * a killed job depends on before it lets go. The stand-in never signals later than
 * the fence, so it is as finite as that is.
 *
 * Locking: a stand-in signals from the callback of the fence, under the lock of
 * that. Its own lock is therefore a class of its own, and
 * &cnova_in_fences.lock is taken inside the lock of the fence, never around it.
 */

#include <linux/completion.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>
#include <drm/drm_syncobj.h>
#include <drm/gpu_scheduler.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/sync.h"

/** struct cnova_in_fence - Stands in for a fence that somebody else signals. */
struct cnova_in_fence {
	/** @base: What the job waits for. First: freed as a plain fence. */
	struct dma_fence base;
	/** @lock: Lock of @base. */
	spinlock_t lock;
	/** @fence: What it stands for; a reference. */
	struct dma_fence *fence;
	/** @cb: On @fence. Owns a reference on @base. */
	struct dma_fence_cb cb;
	/** @owner: Whose list @entry is in; outlives the entry. */
	struct cnova_in_fences *owner;
	/** @entry: In &cnova_in_fences.list. */
	struct list_head entry;
};

static const char *cnova_in_fence_driver_name(struct dma_fence *fence)
{
	return "cnova";
}

static const char *cnova_in_fence_timeline_name(struct dma_fence *fence)
{
	return "in-fence";
}

static void cnova_in_fence_release(struct dma_fence *fence)
{
	struct cnova_in_fence *in = container_of(fence, struct cnova_in_fence, base);

	dma_fence_put(in->fence);
	dma_fence_free(fence);
}

static const struct dma_fence_ops cnova_in_fence_ops = {
	.get_driver_name = cnova_in_fence_driver_name,
	.get_timeline_name = cnova_in_fence_timeline_name,
	.release = cnova_in_fence_release,
};

static void cnova_in_fence_unlist(struct cnova_in_fence *in)
{
	unsigned long flags;

	spin_lock_irqsave(&in->owner->lock, flags);
	list_del_init(&in->entry);
	spin_unlock_irqrestore(&in->owner->lock, flags);
}

/* The fence signalled. Context: any, the lock of the fence is held. */
static void cnova_in_fence_cb(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct cnova_in_fence *in = container_of(cb, struct cnova_in_fence, cb);

	cnova_in_fence_unlist(in);
	dma_fence_signal(&in->base);
	dma_fence_put(&in->base);
}

/*
 * The caller holds a reference of its own. The callback runs under the lock of
 * the fence, so where it cannot be removed any more, it is through.
 */
static void cnova_in_fence_cancel(struct cnova_in_fence *in)
{
	if (!dma_fence_remove_callback(in->fence, &in->cb))
		return;

	cnova_in_fence_unlist(in);
	dma_fence_set_error(&in->base, -ECANCELED);
	dma_fence_signal(&in->base);
	dma_fence_put(&in->base);
}

/* Takes over the reference on @fence. */
static struct cnova_in_fence *cnova_in_fence_create(struct cnova_in_fences *owner,
						    struct dma_fence *fence)
{
	struct cnova_in_fence *in;
	unsigned long flags;
	bool cancelled;

	in = kzalloc_obj(*in, GFP_KERNEL_ACCOUNT);
	if (!in) {
		dma_fence_put(fence);
		return ERR_PTR(-ENOMEM);
	}

	spin_lock_init(&in->lock);
	dma_fence_init(&in->base, &cnova_in_fence_ops, &in->lock, dma_fence_context_alloc(1), 1);
	in->fence = fence;
	in->owner = owner;
	/* As long as there is no callback, whoever cancels finds none. */
	INIT_LIST_HEAD(&in->cb.node);
	/* The reference of the callback. */
	dma_fence_get(&in->base);

	/* Listed before the callback can come, which takes it off the list. */
	spin_lock_irqsave(&owner->lock, flags);
	list_add_tail(&in->entry, &owner->list);
	spin_unlock_irqrestore(&owner->lock, flags);

	if (dma_fence_add_callback(fence, &in->cb, cnova_in_fence_cb)) {
		cnova_in_fence_cb(fence, &in->cb);
		return in;
	}

	/* Looked at last: who cancelled before the callback was there did so in vain. */
	spin_lock_irqsave(&owner->lock, flags);
	cancelled = owner->cancelled;
	spin_unlock_irqrestore(&owner->lock, flags);
	if (cancelled)
		cnova_in_fence_cancel(in);

	return in;
}

/**
 * cnova_in_fences_init() - Make an empty list.
 * @owner: To be initialised.
 *
 * Context: Any.
 */
void cnova_in_fences_init(struct cnova_in_fences *owner)
{
	*owner = (struct cnova_in_fences){ .list = LIST_HEAD_INIT(owner->list) };
	spin_lock_init(&owner->lock);
	init_waitqueue_head(&owner->wait);
}

/**
 * cnova_in_fences_cancel_all() - Let no job of an owner wait any more.
 * @owner: What the jobs of an address space, or of a channel, wait for.
 *
 * What its jobs wait for signals with -ECANCELED, now and from now on.
 *
 * Context: Any that may take the lock of a fence.
 */
void cnova_in_fences_cancel_all(struct cnova_in_fences *owner)
{
	struct cnova_in_fence *in;
	unsigned long flags;

	spin_lock_irqsave(&owner->lock, flags);
	owner->cancelled = true;
	while ((in = list_first_entry_or_null(&owner->list, typeof(*in), entry))) {
		/* Listed: the callback has not dropped its reference yet. */
		dma_fence_get(&in->base);
		list_del_init(&in->entry);
		spin_unlock_irqrestore(&owner->lock, flags);

		cnova_in_fence_cancel(in);
		dma_fence_put(&in->base);

		spin_lock_irqsave(&owner->lock, flags);
	}
	spin_unlock_irqrestore(&owner->lock, flags);
	wake_up_all(&owner->wait);
}

struct cnova_in_wait {
	struct dma_fence_cb cb;
	struct cnova_in_fences *owner;
	bool done;
};

static void cnova_in_wait_cb(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct cnova_in_wait *wait = container_of(cb, struct cnova_in_wait, cb);

	WRITE_ONCE(wait->done, true);
	wake_up_all(&wait->owner->wait);
}

/**
 * cnova_in_fences_wait() - Wait for a fence oneself, without a job.
 * @owner: Of the address space, or of the channel, that it is for.
 * @fence: Fence of anybody.
 *
 * Context: Process context, no locks held.
 * Return: 0, whatever the fence says; -EINTR: the task is being killed; -ECANCELED: its
 * owner has given up.
 */
int cnova_in_fences_wait(struct cnova_in_fences *owner, struct dma_fence *fence)
{
	struct cnova_in_wait wait = { .owner = owner };
	int err;

	if (dma_fence_add_callback(fence, &wait.cb, cnova_in_wait_cb))
		return 0;

	err = wait_event_killable(owner->wait,
				  READ_ONCE(wait.done) || READ_ONCE(owner->cancelled));
	/* It runs under the lock that this takes: from here on it is through. */
	if (!dma_fence_remove_callback(fence, &wait.cb))
		return 0;
	return err ? -EINTR : -ECANCELED;
}

static int cnova_sync_find_in(struct drm_file *file, const struct drm_cnova_sync *sync,
			      struct dma_fence **fence)
{
	u64 flags = 0;

	if (sync->flags & DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT)
		flags |= DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT;

	return drm_syncobj_find_fence(file, sync->handle, sync->point, flags, fence);
}

static int cnova_syncs_add_in(struct cnova_syncs *syncs, struct cnova_in_fences *owner,
			      struct drm_file *file, const struct drm_cnova_sync *sync)
{
	struct cnova_in_fence *in;
	struct dma_fence *fence;
	int err;

	err = cnova_sync_find_in(file, sync, &fence);
	if (err)
		return err;

	in = cnova_in_fence_create(owner, fence);
	if (IS_ERR(in))
		return PTR_ERR(in);

	syncs->in[syncs->nr_in++] = in;
	return 0;
}

/* A timeline only goes forward: @point must lie beyond what was submitted. */
static bool cnova_syncobj_is_beyond(struct drm_syncobj *syncobj, u64 point)
{
	struct dma_fence *fence = drm_syncobj_fence_get(syncobj);
	struct dma_fence_chain *chain = fence ? to_dma_fence_chain(fence) : NULL;
	bool beyond = !chain || point > chain->base.seqno;

	dma_fence_put(fence);
	return beyond;
}

static bool cnova_syncs_has_out(const struct cnova_syncs *syncs,
				const struct drm_syncobj *syncobj, u64 point)
{
	for (u32 i = 0; i < syncs->nr_out; i++) {
		const struct cnova_out_sync *out = &syncs->out[i];

		/* A binary signal would replace a timeline, and the reverse. */
		if (out->syncobj == syncobj && (!out->point || !point || out->point >= point))
			return true;
	}
	return false;
}

/* *@reserve, if there is one, serves when there is no memory. */
static int cnova_syncs_add_out(struct cnova_syncs *syncs, struct drm_file *file,
			       const struct drm_cnova_sync *sync,
			       struct dma_fence_chain **reserve)
{
	struct cnova_out_sync *out = &syncs->out[syncs->nr_out];
	int err = -EINVAL;

	*out = (struct cnova_out_sync){};
	out->syncobj = drm_syncobj_find(file, sync->handle);
	if (!out->syncobj)
		return -ENOENT;

	if (cnova_syncs_has_out(syncs, out->syncobj, sync->point))
		goto err_put;

	if (sync->point) {
		if (!cnova_syncobj_is_beyond(out->syncobj, sync->point))
			goto err_put;

		out->chain = dma_fence_chain_alloc();
		if (!out->chain && reserve)
			swap(out->chain, *reserve);
		if (!out->chain) {
			err = -ENOMEM;
			goto err_put;
		}
	}

	out->point = sync->point;
	syncs->nr_out++;
	return 0;

err_put:
	drm_syncobj_put(out->syncobj);
	return err;
}

static bool cnova_sync_is_valid(const struct drm_cnova_sync *sync)
{
	const u32 known = DRM_CNOVA_SYNC_TIMELINE | DRM_CNOVA_SYNC_SIGNAL |
			  DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;

	if (sync->flags & ~known)
		return false;
	if ((sync->flags & DRM_CNOVA_SYNC_SIGNAL) &&
	    (sync->flags & DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT))
		return false;

	return !!(sync->flags & DRM_CNOVA_SYNC_TIMELINE) == !!sync->point;
}

static int cnova_sync_refuse(struct drm_file *file, const struct drm_cnova_sync *sync, u32 i,
			     u32 *failed, int err)
{
	drm_dbg_driver(file->minor->dev, "sync %u: handle %u flags 0x%x point %llu: %d\n",
		       i, sync[i].handle, sync[i].flags, sync[i].point, err);
	*failed = i;
	return err;
}

/**
 * cnova_syncs_init() - Look up what a job waits for and signals.
 * @syncs: Zeroed. To be given to cnova_syncs_fini(), after an error too.
 * @in_fences: Where what it waits for is listed.
 * @file: Whose syncobjs these are.
 * @sync: Entries, not checked yet.
 * @nr: Number of entries.
 * @failed: Index of the entry at fault, on error.
 *
 * Context: Process context, no locks held: may sleep for up to 5 seconds per
 * entry where the user asked to wait for a submission.
 * Return: 0; -EINVAL: bad flags, a wait for what was never submitted, a signal
 * that comes twice or goes backwards; -ENOENT: no such syncobj; -ENOMEM; -ETIME;
 * -ERESTARTSYS.
 */
int cnova_syncs_init(struct cnova_syncs *syncs, struct cnova_in_fences *in_fences,
		     struct drm_file *file, const struct drm_cnova_sync *sync, u32 nr,
		     u32 *failed)
{
	u32 i;
	int err;

	if (!nr)
		return 0;

	syncs->in = kvcalloc(nr, sizeof(*syncs->in), GFP_KERNEL_ACCOUNT);
	syncs->out = kvcalloc(nr, sizeof(*syncs->out), GFP_KERNEL_ACCOUNT);
	if (!syncs->in || !syncs->out)
		return -ENOMEM;

	for (i = 0; i < nr; i++) {
		if (!cnova_sync_is_valid(&sync[i]))
			err = -EINVAL;
		else if (sync[i].flags & DRM_CNOVA_SYNC_SIGNAL)
			err = cnova_syncs_add_out(syncs, file, &sync[i], NULL);
		else
			err = cnova_syncs_add_in(syncs, in_fences, file, &sync[i]);
		if (err)
			return cnova_sync_refuse(file, sync, i, failed, err);
	}
	return 0;
}

/**
 * cnova_syncs_wait_in() - Wait for what a job would wait for, without memory.
 * @in_fences: Whose end ends the waits.
 * @file: Whose syncobjs these are.
 * @sync: Entries, not checked yet.
 * @nr: Number of entries.
 * @failed: Index of the entry at fault, on error.
 *
 * Context: Process context, no locks held.
 * Return: 0; as cnova_syncs_init(); -EINTR, -ECANCELED: as cnova_in_fences_wait().
 */
int cnova_syncs_wait_in(struct cnova_in_fences *in_fences, struct drm_file *file,
			const struct drm_cnova_sync *sync, u32 nr, u32 *failed)
{
	struct dma_fence *fence;
	int err;

	/* Nobody waits for a call that is refused in the end. */
	for (u32 i = 0; i < nr; i++)
		if (!cnova_sync_is_valid(&sync[i]))
			return cnova_sync_refuse(file, sync, i, failed, -EINVAL);

	for (u32 i = 0; i < nr; i++) {
		if (sync[i].flags & DRM_CNOVA_SYNC_SIGNAL)
			continue;

		err = cnova_sync_find_in(file, &sync[i], &fence);
		if (err)
			return cnova_sync_refuse(file, sync, i, failed, err);
		err = cnova_in_fences_wait(in_fences, fence);
		dma_fence_put(fence);
		if (err)
			return err;
	}
	return 0;
}

/**
 * cnova_syncs_find_out() - Look up what to signal, without memory for it.
 * @syncs: Zeroed but for &cnova_syncs.out, room for @nr. To be given to
 *	cnova_syncs_put_out(), after an error too.
 * @file: Whose syncobjs these are.
 * @sync: Entries, valid: see cnova_syncs_wait_in().
 * @nr: Number of entries.
 * @reserve: A node for one point of a timeline; NULL once it is used.
 * @failed: Index of the entry at fault, on error.
 *
 * Context: Process context.
 * Return: 0; -EINVAL, -ENOENT, -ENOMEM: as cnova_syncs_init().
 */
int cnova_syncs_find_out(struct cnova_syncs *syncs, struct drm_file *file,
			 const struct drm_cnova_sync *sync, u32 nr,
			 struct dma_fence_chain **reserve, u32 *failed)
{
	for (u32 i = 0; i < nr; i++) {
		int err;

		if (!(sync[i].flags & DRM_CNOVA_SYNC_SIGNAL))
			continue;
		err = cnova_syncs_add_out(syncs, file, &sync[i], reserve);
		if (err)
			return cnova_sync_refuse(file, sync, i, failed, err);
	}
	return 0;
}

/**
 * cnova_syncs_put_out() - Let go of what was to be signalled.
 * @syncs: Syncs. Their memory stays.
 *
 * Context: Process context.
 */
void cnova_syncs_put_out(struct cnova_syncs *syncs)
{
	for (u32 i = 0; i < syncs->nr_out; i++) {
		dma_fence_chain_free(syncs->out[i].chain);
		drm_syncobj_put(syncs->out[i].syncobj);
	}
	syncs->nr_out = 0;
}

/**
 * cnova_syncs_fini() - Give back what a job did not use.
 * @syncs: Syncs.
 *
 * What the job waits for stays alive through the scheduler if it was submitted,
 * and is cancelled with their owner only.
 *
 * Context: Process context.
 */
void cnova_syncs_fini(struct cnova_syncs *syncs)
{
	for (u32 i = 0; i < syncs->nr_in; i++)
		dma_fence_put(&syncs->in[i]->base);
	cnova_syncs_put_out(syncs);

	kvfree(syncs->in);
	kvfree(syncs->out);
	*syncs = (struct cnova_syncs){};
}

/**
 * cnova_syncs_abort() - Forget what a job that will not run waited for.
 * @syncs: Syncs.
 *
 * Context: Process context.
 */
void cnova_syncs_abort(struct cnova_syncs *syncs)
{
	for (u32 i = 0; i < syncs->nr_in; i++)
		cnova_in_fence_cancel(syncs->in[i]);
}

/**
 * cnova_syncs_add_dependencies() - Make a job wait.
 * @syncs: Syncs.
 * @job: Initialised, not armed.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int cnova_syncs_add_dependencies(struct cnova_syncs *syncs, struct drm_sched_job *job)
{
	for (u32 i = 0; i < syncs->nr_in; i++) {
		int err = drm_sched_job_add_dependency(job, dma_fence_get(&syncs->in[i]->base));

		if (err)
			return err;
	}
	return 0;
}

/**
 * cnova_in_fences_add_dependency() - Make a job wait for something that is not its client's.
 * @owner: List; cancelled before it goes.
 * @fence: What to wait for.
 * @job: Initialised, not armed.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int cnova_in_fences_add_dependency(struct cnova_in_fences *owner, struct dma_fence *fence,
				   struct drm_sched_job *job)
{
	struct cnova_in_fence *in;

	if (dma_fence_is_signaled(fence))
		return 0;

	in = cnova_in_fence_create(owner, dma_fence_get(fence));
	if (IS_ERR(in))
		return PTR_ERR(in);

	return drm_sched_job_add_dependency(job, &in->base);
}

/**
 * cnova_syncs_signal_with() - Hand out a fence. Cannot fail.
 * @syncs: Syncs.
 * @fence: Finished fence of the armed job.
 *
 * Context: Process context.
 */
void cnova_syncs_signal_with(struct cnova_syncs *syncs, struct dma_fence *fence)
{
	for (u32 i = 0; i < syncs->nr_out; i++) {
		struct cnova_out_sync *out = &syncs->out[i];

		if (out->chain) {
			drm_syncobj_add_point(out->syncobj, out->chain, fence, out->point);
			out->chain = NULL;
		} else {
			drm_syncobj_replace_fence(out->syncobj, fence);
		}
	}
}

struct cnova_fence_wait {
	struct dma_fence_cb cb;
	struct completion done;
};

static void cnova_fence_wait_cb(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	complete(&container_of(cb, struct cnova_fence_wait, cb)->done);
}

/**
 * cnova_fence_wait_killable() - Wait for a fence; only a fatal signal stops it.
 * @fence: Fence that signals in bounded time.
 *
 * For a request that has been accepted: if any signal ended the wait, the caller
 * would be started again and the request be applied twice.
 *
 * Context: Process context.
 * Return: 0; -EINTR: the task is being killed; else the error of the fence.
 */
int cnova_fence_wait_killable(struct dma_fence *fence)
{
	struct cnova_fence_wait wait;
	int status;

	init_completion(&wait.done);
	if (!dma_fence_add_callback(fence, &wait.cb, cnova_fence_wait_cb) &&
	    wait_for_completion_killable(&wait.done) &&
	    dma_fence_remove_callback(fence, &wait.cb))
		return -EINTR;

	status = dma_fence_get_status(fence);
	return status < 0 ? status : 0;
}
