// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The driver's own copies
 *
 * VRAM is cleared before a user sees it, and objects move between VRAM and system memory.
 * Where the GPU runs channels, a copy engine does that, by physical addresses, through a
 * channel of the kernel that no client can reach; otherwise, and for small pieces, the CPU
 * (drm/vram_access.c).
 *
 * A copy is waited for where it is asked for: moves are synchronous, as TTM allows. The wait
 * is bounded. If the engine fails, its channel is killed, which ends every access, and
 * this copy is the CPU's: it begins anew. The next one finds a channel that was started
 * again; an engine that fails %CNOVA_COPY_RESTARTS times, with nothing done in between, is
 * not asked any more. If the channel cannot be killed, the device is wedged.
 *
 * The module parameter copy says cpu to never do so, ce to do nothing by the CPU, for tests.
 *
 * Locking: &cnova_copy.lock, below reservations and above &cnova_host_runlist.lock. Never in
 * the fence signalling path.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <drm/drm_print.h>

#include "drm/channel.h"
#include "drm/copy.h"
#include "drm/device.h"
#include "drm/runs.h"

/* What is in &cnova_copy.dma; all but the last is mapped at CNOVA_COPY_VA. */
#define CNOVA_COPY_RING			0
#define CNOVA_COPY_RING_LG2		9
#define CNOVA_COPY_SEMAPHORE		SZ_4K
#define CNOVA_COPY_SEGMENT		SZ_8K
#define CNOVA_COPY_SEGMENT_SIZE		SZ_16K
#define CNOVA_COPY_USERD		(CNOVA_COPY_SEGMENT + CNOVA_COPY_SEGMENT_SIZE)
#define CNOVA_COPY_DMA_SIZE		(CNOVA_COPY_USERD + SZ_4K)

/* Any place that every host reaches. */
#define CNOVA_COPY_VA			SZ_1M

#define CNOVA_COPY_SUBCHANNEL		4

/* Smaller pieces are the CPU's: to wait for an interrupt takes longer. */
#define CNOVA_COPY_MIN			SZ_64K

/* What one method, and what one submission does at most: between two of these others run. */
#define CNOVA_COPY_MAX_PIECE		SZ_16M
#define CNOVA_COPY_MAX_BYTES		SZ_64M

/* So often the engine is given another chance; each time may cost a timeout. */
#define CNOVA_COPY_RESTARTS		3

/*
 * For one submission: who waits holds reservations, so that it is not longer than what a
 * client has. An interrupt that does not come costs one slice.
 */
#define CNOVA_COPY_TIMEOUT_MS		5000
#define CNOVA_COPY_SLICE_MS		100

static char *cnova_copy_param = "auto";
module_param_named(copy, cnova_copy_param, charp, 0444);
MODULE_PARM_DESC(copy, "Who clears and moves objects: auto (default), cpu, ce");

static int cnova_copy_parse(enum cnova_copy_mode *mode)
{
	static const char * const names[] = {
		[CNOVA_COPY_AUTO] = "auto",
		[CNOVA_COPY_CPU] = "cpu",
		[CNOVA_COPY_CE] = "ce",
	};
	int i = sysfs_match_string(names, cnova_copy_param);

	if (i < 0)
		return i;

	*mode = i;
	return 0;
}

/* ------------------------------------------------------------- the channel */

static int cnova_copy_page_get(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page)
{
	struct cnova_copy *copy = container_of(vmm, struct cnova_copy, vmm);
	struct gpu_buddy_block *block;
	LIST_HEAD(blocks);
	int err;

	err = cnova_vram_alloc(&vmm->mm->vram, SZ_4K, SZ_4K, 0, &blocks);
	if (err)
		return err;

	block = list_first_entry(&blocks, struct gpu_buddy_block, link);
	*page = cnova_vram_addr(gpu_buddy_block_offset(block));
	list_splice_tail(&blocks, &copy->blocks);
	return 0;
}

/* There are a few, and they go all together. */
static void cnova_copy_page_put(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
}

static const struct cnova_vmm_ops cnova_copy_vmm_ops = {
	.alloc = cnova_copy_page_get,
	.free = cnova_copy_page_put,
};

struct cnova_copy_view {
	struct cnova_pt_view base;
	struct cnova_extent extent;
};

static bool cnova_copy_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	struct cnova_copy_view *view = container_of(base, struct cnova_copy_view, base);

	if (va >= view->extent.end)
		return false;

	*extent = view->extent;
	return true;
}

static int cnova_copy_map(struct cnova_copy *copy)
{
	struct cnova_copy_view view = {
		.base.next = cnova_copy_view_next,
		.extent = {
			.start = CNOVA_COPY_VA,
			.end = CNOVA_COPY_VA + CNOVA_COPY_USERD,
			.pa = copy->dma.bus.raw,
			.attr.aperture = CNOVA_APERTURE_SYS_COH,
			.type = CNOVA_EXTENT_MEM,
			.max_leaf_lg2 = 12,
		},
	};
	const struct cnova_pt_op op = {
		.range = { view.extent.start, view.extent.end },
		.view = &view.base,
	};
	struct cnova_vmm_job job = {};
	int err;

	err = cnova_vmm_prepare(&copy->vmm, &job, &op, 1, NULL);
	if (err)
		return err;

	mutex_lock(&copy->vmm.lock);
	err = cnova_vmm_execute_locked(&copy->vmm, &job, &view.base);
	mutex_unlock(&copy->vmm.lock);
	cnova_vmm_cleanup(&copy->vmm, &job);
	return err;
}

/* Hard interrupt. */
static void cnova_copy_on_nonstall(struct cnova_channel *channel)
{
	wake_up(&container_of(channel, struct cnova_copy, channel)->wait);
}

static void cnova_copy_fail(struct cnova_channel *channel)
{
	struct cnova_copy *copy = container_of(channel, struct cnova_copy, channel);

	WRITE_ONCE(copy->failed, true);
	wake_up(&copy->wait);
}

static void cnova_copy_on_fault(struct cnova_channel *channel, const struct cnova_fault *fault)
{
	cnova_copy_fail(channel);
}

static void cnova_copy_on_error(struct cnova_channel *channel,
				const struct cnova_channel_error *error)
{
	cnova_copy_fail(channel);
}

/* Whoever asks has waited for longer than a copy takes. */
static bool cnova_copy_is_late(struct cnova_channel *channel)
{
	return true;
}

static const struct cnova_channel_ops cnova_copy_ops = {
	.nonstall = cnova_copy_on_nonstall,
	.fault = cnova_copy_on_fault,
	.error = cnova_copy_on_error,
	.is_late = cnova_copy_is_late,
};

static struct cnova_channel_args cnova_copy_channel_args(struct cnova_device *cnova)
{
	struct cnova_copy *copy = &cnova->copy;

	return (struct cnova_channel_args){
		.ops = &cnova_copy_ops,
		/* The last: clients begin with the first. */
		.engine = cnova->host.nr_engines - 1,
		.pdb = cnova_vmm_pdb(&copy->vmm),
		.ring_va = cnova_gpu_va(CNOVA_COPY_VA + CNOVA_COPY_RING),
		.ring = copy->dma.cpu + CNOVA_COPY_RING,
		.ring_lg2 = CNOVA_COPY_RING_LG2,
		.userd = copy->dma.cpu + CNOVA_COPY_USERD,
		.userd_bus = cnova_bus_addr(copy->dma.bus.raw + CNOVA_COPY_USERD),
		.privileged = true,
	};
}

static int cnova_copy_init_channel(struct cnova_device *cnova)
{
	const struct cnova_channel_args args = cnova_copy_channel_args(cnova);
	struct cnova_copy *copy = &cnova->copy;
	int err;

	err = cnova_copy_map(copy);
	if (err)
		return err;

	return cnova_channel_init(&copy->channel, &cnova->host, &args);
}

/* Return: whether the hardware has let go of the tables. */
static bool cnova_copy_fini_vmm(struct cnova_copy *copy)
{
	bool clean;

	mutex_lock(&copy->vmm.lock);
	clean = !cnova_vmm_clear_locked(&copy->vmm);
	mutex_unlock(&copy->vmm.lock);
	clean &= !copy->vmm.error;
	cnova_vmm_fini(&copy->vmm);
	return clean;
}

static int cnova_copy_start(struct cnova_device *cnova)
{
	struct cnova_copy *copy = &cnova->copy;
	int err;

	err = cnova_dma_alloc(&cnova->mm, &copy->dma, CNOVA_COPY_DMA_SIZE);
	if (err)
		return err;

	err = cnova_vmm_init(&copy->vmm, &cnova->mm, &cnova_copy_vmm_ops, NULL);
	if (err)
		goto err_free_blocks;

	err = cnova_copy_init_channel(cnova);
	if (err)
		goto err_fini_vmm;

	copy->up = true;
	return 0;

err_fini_vmm:
	/* Else it is all of it kept until the GPU is reset. */
	if (!cnova_copy_fini_vmm(copy)) {
		atomic64_add(PAGE_SIZE, &cnova->quarantined);
		return err;
	}
err_free_blocks:
	cnova_vram_free(&cnova->mm.vram, &copy->blocks);
	cnova_dma_free(&copy->dma);
	return err;
}

/**
 * cnova_copy_init() - Have a copy engine for the driver's own copies, if there is one.
 * @cnova: Device whose host is initialised.
 *
 * Context: Probe.
 * Return: 0; -EINVAL: the module parameter is none; -EOPNOTSUPP: there has to be an engine,
 * and there is none.
 */
int cnova_copy_init(struct cnova_device *cnova)
{
	struct cnova_copy *copy = &cnova->copy;
	int err;

	mutex_init(&copy->lock);
	init_waitqueue_head(&copy->wait);
	INIT_LIST_HEAD(&copy->blocks);
	err = cnova_copy_parse(&copy->mode);
	if (err || copy->mode == CNOVA_COPY_CPU)
		return err;

	err = cnova_host_is_up(&cnova->host) ? cnova_copy_start(cnova) : -EOPNOTSUPP;
	if (err && copy->mode == CNOVA_COPY_CE)
		return -EOPNOTSUPP;
	if (err && err != -EOPNOTSUPP)
		drm_warn(&cnova->drm, "no copy engine for the driver itself: %d\n", err);
	return 0;
}

/**
 * cnova_copy_fini() - End of that.
 * @cnova: Device, unplugged or never registered; its host is still up.
 *
 * Context: Process context, the device still there.
 * Return: false: the hardware may reach what the channel had before it is reset.
 */
bool cnova_copy_fini(struct cnova_device *cnova)
{
	struct cnova_copy *copy = &cnova->copy;
	bool clean;

	if (!copy->up)
		return true;

	copy->up = false;
	cnova_channel_fini(&copy->channel);
	clean = !cnova_channel_is_stuck(&copy->channel);
	clean &= cnova_copy_fini_vmm(copy);
	if (clean) {
		cnova_vram_free(&cnova->mm.vram, &copy->blocks);
		cnova_dma_free(&copy->dma);
	}
	return clean;
}

/**
 * cnova_copy_release() - Give back what a copy engine might have reached.
 * @cnova: Device whose GPU was reset since cnova_copy_fini(), or did not need it.
 *
 * Context: Process context.
 */
void cnova_copy_release(struct cnova_device *cnova)
{
	if (!cnova->copy.dma.mm)
		return;

	cnova_vram_free(&cnova->mm.vram, &cnova->copy.blocks);
	cnova_dma_free(&cnova->copy.dma);
}

/* --------------------------------------------------------------- the copies */

static void cnova_copy_begin(struct cnova_device *cnova)
{
	struct cnova_copy *copy = &cnova->copy;

	cnova_push_begin(&copy->push, copy->dma.cpu + CNOVA_COPY_SEGMENT,
			 CNOVA_COPY_SEGMENT_SIZE / sizeof(u32));
	cnova_push_object(&copy->push, CNOVA_COPY_SUBCHANNEL, cnova->mm.chip->copy);
	copy->bytes = 0;
}

static bool cnova_copy_is_done(struct cnova_copy *copy)
{
	const u64 *semaphore = copy->dma.cpu + CNOVA_COPY_SEMAPHORE;

	return READ_ONCE(*semaphore) == copy->seqno;
}

static bool cnova_copy_wait(struct cnova_copy *copy)
{
	u32 ms = min_t(u32, cnova_channel_timeout_ms(), CNOVA_COPY_TIMEOUT_MS);
	unsigned long end = jiffies + msecs_to_jiffies(ms);

	while (!cnova_copy_is_done(copy)) {
		if (READ_ONCE(copy->failed) || time_after(jiffies, end))
			return cnova_copy_is_done(copy);

		wait_event_timeout(copy->wait,
				   cnova_copy_is_done(copy) || READ_ONCE(copy->failed),
				   msecs_to_jiffies(CNOVA_COPY_SLICE_MS));
	}

	return true;
}

/* Return: 0: the channel does nothing any more; or an error. */
static int cnova_copy_kill(struct cnova_copy *copy)
{
	int err = cnova_channel_kill(&copy->channel);

	WRITE_ONCE(copy->dead, true);
	if (err)
		WRITE_ONCE(copy->restarts, CNOVA_COPY_RESTARTS);
	return err;
}

/* The engine did not do it. Return: an error, -EOPNOTSUPP if the CPU may. */
static int cnova_copy_give_up(struct cnova_device *cnova)
{
	struct cnova_copy *copy = &cnova->copy;
	int err = cnova_copy_kill(copy);

	if (err)
		return err;

	drm_err(&cnova->drm, "the copy engine %s: the CPU copies%s\n",
		READ_ONCE(copy->failed) ? "failed" : "did not end",
		copy->restarts == CNOVA_COPY_RESTARTS ? " from now on" : "");
	return copy->mode == CNOVA_COPY_CE ? -EIO : -EOPNOTSUPP;
}

/* Have done what is in the segment. Return: 0, or an error as cnova_copy_give_up(). */
static int cnova_copy_submit(struct cnova_device *cnova)
{
	u64 entries[CNOVA_PUSH_MAX_ENTRIES], base = CNOVA_PUSH_NO_BASE;
	struct cnova_copy *copy = &cnova->copy;
	const u64 va = CNOVA_COPY_VA;
	u32 nr;

	lockdep_assert_held(&copy->lock);

	cnova_push_fence(&copy->push, cnova_gpu_va(va + CNOVA_COPY_SEMAPHORE), ++copy->seqno);
	nr = cnova_push_segment(cnova->mm.chip, entries, &base,
				cnova_gpu_va(va + CNOVA_COPY_SEGMENT), copy->push.nr, false);
	cnova_channel_push(&copy->channel, entries, nr);
	if (!cnova_copy_wait(copy))
		return cnova_copy_give_up(cnova);

	/* What it wrote is newer than the semaphore. */
	rmb();
	copy->restarts = 0;
	cnova_io_account(&cnova->io, CNOVA_IO_COPY_BYTES, copy->bytes);
	cnova_copy_begin(cnova);
	return 0;
}

/* Room for one more, submitting what there is if there is none. */
static int cnova_copy_room(struct cnova_device *cnova, u64 size)
{
	struct cnova_copy *copy = &cnova->copy;
	const u32 most = max(CNOVA_PUSH_COPY_DWORDS, CNOVA_PUSH_CLEAR_DWORDS);

	if (copy->push.nr + most + CNOVA_PUSH_FENCE_DWORDS <= copy->push.max &&
	    copy->bytes + size <= CNOVA_COPY_MAX_BYTES)
		return 0;

	return cnova_copy_submit(cnova);
}

static struct cnova_push_place cnova_copy_place(const struct cnova_runs *runs, u64 offset,
						u64 *size)
{
	u32 i = cnova_runs_find(runs, offset);

	*size = min(*size, cnova_runs_end(runs, i) - offset);
	return (struct cnova_push_place){
		.target = runs->aperture == CNOVA_APERTURE_VIDEO ? CNOVA_PUSH_VRAM :
								   CNOVA_PUSH_SYSTEM,
		.address = runs->run[i].pa + offset - runs->run[i].offset,
	};
}

/* Copy all of @from to @to, or clear @to. */
static int cnova_copy_run_locked(struct cnova_device *cnova, const struct cnova_runs *to,
				 const struct cnova_runs *from)
{
	u64 end = from ? min(to->size, from->size) : to->size, size;
	struct cnova_copy *copy = &cnova->copy;
	int err;

	cnova_copy_begin(cnova);
	for (u64 offset = 0; offset < end; offset += size) {
		struct cnova_push_place dst, src;

		size = min_t(u64, end - offset, CNOVA_COPY_MAX_PIECE);
		dst = cnova_copy_place(to, offset, &size);
		if (from)
			src = cnova_copy_place(from, offset, &size);

		err = cnova_copy_room(cnova, size);
		if (err)
			return err;

		if (from)
			cnova_push_copy(&copy->push, CNOVA_COPY_SUBCHANNEL, &dst, &src, size);
		else
			cnova_push_clear(&copy->push, CNOVA_COPY_SUBCHANNEL, &dst, size);
		copy->bytes += size;
	}

	return cnova_copy_submit(cnova);
}

static bool cnova_copy_is_hopeless(const struct cnova_copy *copy)
{
	return READ_ONCE(copy->dead) && READ_ONCE(copy->restarts) == CNOVA_COPY_RESTARTS;
}

/* Is there a channel that works? If the engine did not do the last copy, it is asked anew. */
static bool cnova_copy_is_ready(struct cnova_device *cnova)
{
	const struct cnova_channel_args args = cnova_copy_channel_args(cnova);
	struct cnova_copy *copy = &cnova->copy;

	lockdep_assert_held(&copy->lock);

	/* All channels may have been reset while this one did nothing. */
	if (!copy->dead && READ_ONCE(copy->failed))
		cnova_copy_kill(copy);
	if (!copy->dead)
		return true;
	if (cnova_copy_is_hopeless(copy))
		return false;

	WRITE_ONCE(copy->restarts, copy->restarts + 1);
	WRITE_ONCE(copy->failed, false);
	if (!cnova_channel_restart(&copy->channel, &args))
		WRITE_ONCE(copy->dead, false);
	return !copy->dead;
}

static int cnova_copy_run(struct cnova_device *cnova, const struct cnova_runs *to,
			  const struct cnova_runs *from)
{
	struct cnova_copy *copy = &cnova->copy;
	bool must = copy->mode == CNOVA_COPY_CE;
	int err;

	if (!copy->up || (!must && (to->size < CNOVA_COPY_MIN || cnova_copy_is_hopeless(copy))))
		return -EOPNOTSUPP;

	mutex_lock(&copy->lock);
	if (cnova_copy_is_ready(cnova))
		err = cnova_copy_run_locked(cnova, to, from);
	else
		err = must ? -EIO : -EOPNOTSUPP;
	mutex_unlock(&copy->lock);
	return err;
}

/**
 * cnova_copy_clear() - Store zeros.
 * @cnova: Device.
 * @runs: Where to, all of it.
 *
 * Context: Process context, inside drm_dev_enter(); not the fence signalling path.
 * Return: 0: it is done. -EOPNOTSUPP: the CPU has to do it. -EIO: nobody can; -ENODEV: the
 * device is gone.
 */
int cnova_copy_clear(struct cnova_device *cnova, const struct cnova_runs *runs)
{
	return cnova_copy_run(cnova, runs, NULL);
}

/**
 * cnova_copy_move() - Copy an object.
 * @cnova: Device.
 * @to: Where to.
 * @from: Where from: as many bytes. Either may be system memory that the GPU reaches.
 *
 * Context: As for cnova_copy_clear(). Both stay where they are.
 * Return: As for cnova_copy_clear().
 */
int cnova_copy_move(struct cnova_device *cnova, const struct cnova_runs *to,
		    const struct cnova_runs *from)
{
	return cnova_copy_run(cnova, to, from);
}
