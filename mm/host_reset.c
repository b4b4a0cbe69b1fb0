// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Resetting the host
 *
 * The last that can be done for a GPU that does not let go of a channel. A reset of the
 * channel's engine is for that channel alone; here all of them end:
 *
 * 1. Doorbells and scheduling are turned off, all channels disabled.
 * 2. All engines are reset, and what PBDMAs complain about is cleared.
 * 3. Empty runlists are submitted, and preemptions waited for: nothing runs.
 * 4. The host forgets all channels. Their owners are told %CNOVA_CHANNEL_RESET; it was not
 *    their fault.
 * 5. Interrupts, scheduling and doorbells are turned on. New channels can be made.
 *
 * Page tables, TLBs and memory are not touched: address spaces live, binds go on. If any of
 * this fails, it stays off, and the device is wedged; owners are told all the same.
 *
 * With GSP firmware, on silicon, this is the firmware's business.
 *
 * Locking: &cnova_host.recovery_lock, then all runlists. Fence signalling path: nothing here
 * allocates, and waits are bounded.
 */

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/list.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"

static void cnova_reset_lock_all(struct cnova_host *host)
{
	mutex_lock(&host->recovery_lock);
	for (u32 i = 0; i < host->nr_runlists; i++)
		mutex_lock_nest_lock(&host->runlists[i].lock, &host->recovery_lock);
}

static void cnova_reset_unlock_all(struct cnova_host *host)
{
	for (u32 i = host->nr_runlists; i--; )
		mutex_unlock(&host->runlists[i].lock);
	mutex_unlock(&host->recovery_lock);
}

static void cnova_reset_set_scheduling(struct cnova_host *host, bool on)
{
	for (u32 i = 0; i < host->nr_runlists; i++)
		cnova_host_set_scheduling_locked(&host->runlists[i], on);
}

static void cnova_reset_disable_all(struct cnova_host *host)
{
	struct cnova_channel *channel;

	for (u32 i = 0; i < host->nr_runlists; i++) {
		list_for_each_entry(channel, &host->runlists[i].channels, runlist_entry)
			cnova_host_disable_locked(channel);
	}
}

static int cnova_reset_engines(struct cnova_host *host)
{
	int err;

	for (u32 i = 0; i < host->nr_found; i++) {
		err = cnova_host_reset_engine(&host->engines[i]);
		if (err)
			return err;
	}

	return 0;
}

/* Return: 0: nothing of it runs; or an error. Its list is empty afterwards. */
static int cnova_reset_empty(struct cnova_host_runlist *runlist)
{
	struct cnova_io *io = runlist->host->mm->io;
	int err;

	for (u32 i = 0; i < runlist->nr_pbdmas; i++) {
		cnova_wr32(io, runlist->regs.pbdma[i] + NV_PPBDMA_INTR_0, ~0U);
		cnova_wr32(io, runlist->regs.pbdma[i] + NV_PPBDMA_INTR_1, ~0U);
	}

	err = cnova_host_submit_locked(runlist);
	return err ?: cnova_host_wait_preempted_locked(runlist);
}

static int cnova_reset_all_locked(struct cnova_host *host, struct list_head *channels)
{
	struct cnova_channel *channel;
	int err;

	cnova_host_set_doorbell(host, false);
	cnova_reset_set_scheduling(host, false);
	cnova_reset_disable_all(host);
	for (u32 i = 0; i < host->nr_runlists; i++)
		list_splice_tail_init(&host->runlists[i].channels, channels);

	err = cnova_reset_engines(host);
	for (u32 i = 0; i < host->nr_runlists && !err; i++)
		err = cnova_reset_empty(&host->runlists[i]);
	if (err)
		return err;

	list_for_each_entry(channel, channels, runlist_entry) {
		cnova_host_unbind_locked(channel);
		channel->killed = true;
	}
	cnova_host_enable_interrupts(host);
	cnova_reset_set_scheduling(host, true);
	cnova_host_set_doorbell(host, true);
	return 0;
}

static void cnova_reset_tell(struct list_head *channels)
{
	static const struct cnova_channel_error error = { .reason = CNOVA_CHANNEL_RESET };
	struct cnova_channel *channel, *next;

	list_for_each_entry_safe(channel, next, channels, runlist_entry) {
		list_del_init(&channel->runlist_entry);
		cnova_host_tell(channel, &error);
	}
}

/* Return: 0; -ENODEV: the device is gone; -EIO: wedged. */
static int cnova_reset_locked(struct cnova_host *host)
{
	LIST_HEAD(channels);
	int err;

	dev_err(host->mm->dev, "channels cannot be stopped one by one: resetting all\n");
	err = cnova_reset_all_locked(host, &channels);
	for (u32 i = 0; i < host->nr_runlists; i++) {
		host->runlists[i].recoveries++;
		host->runlists[i].stuck = err && err != -ENODEV;
	}
	cnova_reset_tell(&channels);
	if (!err)
		host->generation++;

	return !err || err == -ENODEV ? err : -EIO;
}

/**
 * cnova_host_reset() - A channel cannot be stopped: end all of them.
 * @channel: That one: cnova_host_evict_locked() failed.
 * @generation: &cnova_host.generation of then.
 *
 * If somebody else has done so since, it is done for this one too.
 *
 * Context: Process context, fence signalling path, no lock of the host held. Sleeps for the
 * hardware, for each runlist not longer than four times &cnova_host.timeout_us.
 * Return: 0: no channel runs, channels can be made. -EIO: the device is wedged; -ENODEV: it
 * is gone.
 */
int cnova_host_reset(struct cnova_channel *channel, u32 generation)
{
	struct cnova_host *host = channel->host;
	bool failed = false, done = false;
	int err = 0;

	cnova_reset_lock_all(host);
	if (channel->engine->runlist->stuck) {
		err = -EIO;
	} else if (host->generation == generation) {
		err = cnova_reset_locked(host);
		failed = err == -EIO;
		done = !err;
	}
	if (!err) {
		cnova_host_unbind_locked(channel);
		channel->stuck = false;
	}
	cnova_reset_unlock_all(host);

	if (failed) {
		dev_err(host->mm->dev, "resetting all channels failed: device is wedged\n");
		cnova_tlb_wedge(&host->mm->tlb);
	}
	if (done) {
		dev_err(host->mm->dev, "all channels were reset\n");
		if (host->on_reset)
			host->on_reset(host);
	}
	return err;
}
