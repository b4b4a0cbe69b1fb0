// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Runlists
 *
 * The host runs the channels of a list in VRAM. To change it, the whole list is written to
 * memory that the host does not read, submitted, and waited for: when that is done, who is
 * no longer on it is off the hardware (HARDWARE.md 11.2). Turing has one set of registers
 * for all lists, later chips have a block for each; here both look alike.
 *
 * To take a channel off: disable it, so that it is not scheduled again; preempt its group,
 * clearing what its PBDMA complains about, which would keep it there; if it does not come
 * off and is what the engine works on, reset the engine; submit a list without it; forget
 * it (tu104 dev_fifo.ref.txt, ga100 dev_runlist.ref.txt: Channel Teardown Sequence). All
 * waits are bounded. If a channel does not come off even then, all go: mm/host_reset.c.
 *
 * Locking: &cnova_host_runlist.lock. Fence signalling path: no allocation inside.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "mm/ramin.h"

/* Polls before we sleep between them. */
#define CNOVA_HOST_SPINS	16

static struct cnova_io *cnova_runlist_io(const struct cnova_host_runlist *runlist)
{
	return runlist->host->mm->io;
}

/* What keeps channel @id on a PBDMA: cleared, as it is being killed. */
static void cnova_runlist_clear_errors(struct cnova_host_runlist *runlist, u32 id)
{
	struct cnova_io *io = cnova_runlist_io(runlist);

	for (u32 i = 0; i < runlist->nr_pbdmas; i++) {
		u32 pbdma = runlist->regs.pbdma[i];
		u32 intr_0 = cnova_poll32(io, pbdma + NV_PPBDMA_INTR_0);
		u32 intr_1 = cnova_poll32(io, pbdma + NV_PPBDMA_INTR_1);

		if (!intr_0 && !intr_1)
			continue;
		if ((cnova_poll32(io, pbdma + NV_PPBDMA_CHANNEL) & NV_PPBDMA_CHANNEL_CHID) != id)
			continue;
		cnova_wr32(io, pbdma + NV_PPBDMA_INTR_0, intr_0);
		cnova_wr32(io, pbdma + NV_PPBDMA_INTR_1, intr_1);
	}
}

/*
 * Wait until @busy is clear in @reg, clearing errors of channel @id meanwhile, if there is
 * one. Return: 0; -ETIMEDOUT; -ENODEV: the device is gone.
 */
static int cnova_runlist_wait(struct cnova_host_runlist *runlist, u32 reg, u32 busy, int id)
{
	struct cnova_io *io = cnova_runlist_io(runlist);
	ktime_t end = ktime_add_us(ktime_get(), runlist->host->timeout_us);

	for (u32 i = 0; ; i++) {
		bool late = ktime_after(ktime_get(), end);
		u32 value = cnova_poll32(io, reg);

		if (cnova_io_lost(io, value))
			return -ENODEV;
		if (!(value & busy))
			return 0;
		if (late)
			return -ETIMEDOUT;

		if (i < CNOVA_HOST_SPINS) {
			udelay(1);
			continue;
		}
		if (id >= 0)
			cnova_runlist_clear_errors(runlist, id);
		usleep_range(10, 100);
	}
}

static void cnova_runlist_write(struct cnova_host_runlist *runlist, struct cnova_vram_addr pa,
				u32 *nr)
{
	struct cnova_mm *mm = runlist->host->mm;
	u64 words[2 * CNOVA_RAMRL_ENTRY_WORDS];
	struct cnova_pramin_cursor cursor;
	struct cnova_channel *channel;

	*nr = 0;
	cnova_pramin_begin(&mm->pramin, &cursor);
	list_for_each_entry(channel, &runlist->channels, runlist_entry) {
		cnova_ramrl_encode_group(words, channel->id, 1);
		cnova_ramrl_encode_channel(mm->chip, words + CNOVA_RAMRL_ENTRY_WORDS,
					   channel->id, channel->instance, channel->userd_bus);
		cnova_pramin_write(&cursor, pa, words, ARRAY_SIZE(words));
		pa.raw += sizeof(words);
		*nr += 2;
	}
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

/**
 * cnova_host_bind_locked() - Tell the host of a channel, before it is on a runlist.
 * @channel: Channel, its instance block in memory, its runlist locked.
 *
 * Context: Process context.
 */
void cnova_host_bind_locked(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;

	/* Later chips take it from the runlist. VRAM is target 0. */
	if (!runlist->regs.chram)
		cnova_wr32(cnova_runlist_io(runlist), NV_PCCSR_CHANNEL_INST(channel->id),
			   NV_PCCSR_CHANNEL_INST_BIND |
			   FIELD_PREP(NV_PCCSR_CHANNEL_INST_PTR, channel->instance.raw >> 12));
}

/**
 * cnova_host_unbind_locked() - Have the host forget a channel.
 * @channel: Channel that is off its runlist, which is locked.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_unbind_locked(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	struct cnova_io *io = cnova_runlist_io(runlist);

	if (runlist->regs.chram) {
		cnova_wr32(io, runlist->regs.chram + NV_CHRAM_CHANNEL(channel->id),
			   NV_CHRAM_CHANNEL_UPDATE_CLEAR);
		return;
	}

	cnova_wr32(io, NV_PCCSR_CHANNEL(channel->id),
		   NV_PCCSR_CHANNEL_PBDMA_FAULTED | NV_PCCSR_CHANNEL_ENG_FAULTED);
	cnova_wr32(io, NV_PCCSR_CHANNEL_INST(channel->id), 0);
}

/**
 * cnova_host_enable_locked() - Let a channel be scheduled.
 * @channel: Channel on its runlist, which is locked.
 *
 * Context: Process context.
 */
void cnova_host_enable_locked(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	struct cnova_io *io = cnova_runlist_io(runlist);

	if (runlist->regs.chram)
		cnova_wr32(io, runlist->regs.chram + NV_CHRAM_CHANNEL(channel->id),
			   NV_CHRAM_CHANNEL_UPDATE_ENABLE);
	else
		cnova_wr32(io, NV_PCCSR_CHANNEL(channel->id), NV_PCCSR_CHANNEL_ENABLE_SET);
}

/* Nothing new of channel @id begins. */
static void cnova_runlist_disable(struct cnova_host_runlist *runlist, u32 id)
{
	struct cnova_io *io = cnova_runlist_io(runlist);

	if (runlist->regs.chram)
		cnova_wr32(io, runlist->regs.chram + NV_CHRAM_CHANNEL(id),
			   NV_CHRAM_CHANNEL_UPDATE_DISABLE);
	else
		cnova_wr32(io, NV_PCCSR_CHANNEL(id), NV_PCCSR_CHANNEL_ENABLE_CLR);
}

/* Turing's register is not only ours. */
static void cnova_runlist_preempt_lock(struct cnova_host_runlist *runlist)
{
	if (!runlist->regs.chram)
		mutex_lock(&runlist->host->preempt_lock);
}

static void cnova_runlist_preempt_unlock(struct cnova_host_runlist *runlist)
{
	if (!runlist->regs.chram)
		mutex_unlock(&runlist->host->preempt_lock);
}

/**
 * cnova_host_set_scheduling_locked() - Have a runlist's channels be scheduled, or not.
 * @runlist: Runlist, locked.
 * @on: Which. What is on the hardware stays there.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_set_scheduling_locked(struct cnova_host_runlist *runlist, bool on)
{
	const struct cnova_host_regs *regs = &runlist->regs;
	struct cnova_io *io = cnova_runlist_io(runlist);
	u32 value;

	/* Turing has one register for all. */
	mutex_lock(&runlist->host->reset_lock);
	value = cnova_rd32(io, regs->sched);
	cnova_wr32(io, regs->sched, on ? value & ~regs->sched_bit : value | regs->sched_bit);
	mutex_unlock(&runlist->host->reset_lock);
}

/**
 * cnova_host_disable_locked() - Begin nothing new of a channel.
 * @channel: Channel, its runlist locked.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_disable_locked(struct cnova_channel *channel)
{
	cnova_runlist_disable(channel->engine->runlist, channel->id);
}

/**
 * cnova_host_wait_preempted_locked() - Wait until no preemption is under way.
 * @runlist: Runlist, locked; others may be at theirs, on Turing.
 *
 * Context: Process context, fence signalling path.
 * Return: 0; -ETIMEDOUT; -ENODEV: the device is gone.
 */
int cnova_host_wait_preempted_locked(struct cnova_host_runlist *runlist)
{
	return cnova_runlist_wait(runlist, runlist->regs.preempt, NV_RUNLIST_PREEMPT_PENDING, -1);
}

/* And what it does ends soon. */
static void cnova_runlist_preempt(struct cnova_host_runlist *runlist, u32 id)
{
	cnova_runlist_disable(runlist, id);
	/* It is the only one of its group, which has the same number. */
	cnova_wr32(cnova_runlist_io(runlist), runlist->regs.preempt,
		   NV_RUNLIST_PREEMPT_TYPE_TSG | FIELD_PREP(NV_RUNLIST_PREEMPT_ID, id));
}

/**
 * cnova_host_halt_locked() - A channel made its PBDMA stand still: take it off there.
 * @runlist: Its runlist, locked.
 * @id: Channel; of ours or not.
 * @pbdma: What stands still.
 *
 * The channel stays on the runlist and is not scheduled: its owner has to kill it.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_halt_locked(struct cnova_host_runlist *runlist, u32 id, u32 pbdma)
{
	struct cnova_io *io = cnova_runlist_io(runlist);

	lockdep_assert_held(&runlist->lock);

	cnova_runlist_preempt_lock(runlist);
	if (id < runlist->host->max_channels)
		cnova_runlist_preempt(runlist, id);
	/* Only now: it must not go on. */
	cnova_wr32(io, pbdma + NV_PPBDMA_INTR_0, ~0U);
	cnova_wr32(io, pbdma + NV_PPBDMA_INTR_1, ~0U);
	/* If it does not come off, the owner will see that. */
	cnova_runlist_wait(runlist, runlist->regs.preempt, NV_RUNLIST_PREEMPT_PENDING, id);
	cnova_runlist_preempt_unlock(runlist);
}

/* Is channel @id what its engine works on, or is about to? */
static bool cnova_engine_has(struct cnova_io *io, const struct cnova_host_engine *engine, u32 id)
{
	u32 status = cnova_rd32(io, engine->status);

	if (FIELD_GET(NV_ENGINE_STATUS_CTX, status) == NV_ENGINE_STATUS_CTX_INVALID)
		return false;

	return FIELD_GET(NV_ENGINE_STATUS_ID, status) == id ||
	       FIELD_GET(NV_ENGINE_STATUS_NEXT_ID, status) == id;
}

/**
 * cnova_host_disable_current_locked() - An engine stands still: who made it do so?
 * @engine: Engine, its runlist locked.
 *
 * The channel is not scheduled any more; its owner has to kill it, which resets the engine.
 *
 * Context: Process context, fence signalling path.
 * Return: the channel, there as long as the runlist is locked; NULL: none of ours.
 */
struct cnova_channel *cnova_host_disable_current_locked(const struct cnova_host_engine *engine)
{
	struct cnova_host_runlist *runlist = engine->runlist;
	u32 status = cnova_rd32(cnova_runlist_io(runlist), engine->status), id;
	struct cnova_channel *channel;

	lockdep_assert_held(&runlist->lock);

	if (!cnova_host_current(engine, status, &id))
		return NULL;

	list_for_each_entry(channel, &runlist->channels, runlist_entry) {
		if (channel->id != id || channel->engine != engine)
			continue;
		cnova_runlist_disable(runlist, id);
		return channel;
	}

	return NULL;
}

/**
 * cnova_host_reset_engine() - Reset an engine: it forgets what it does.
 * @engine: Engine, its runlist locked, nobody else being scheduled.
 *
 * Context: Process context, fence signalling path.
 * Return: 0; -EIO: it does not go down, or not come up again; -ENODEV: the device is gone.
 */
int cnova_host_reset_engine(const struct cnova_host_engine *engine)
{
	struct cnova_host *host = engine->runlist->host;
	u32 reg = host->mm->chip->host->reset + 4 * (engine->top.reset / 32);
	u32 bit = BIT(engine->top.reset % 32), value;
	struct cnova_io *io = host->mm->io;
	bool down;

	mutex_lock(&host->reset_lock);
	value = cnova_rd32(io, reg);
	cnova_wr32(io, reg, value & ~bit);
	/* NVKM reads twice: the reset takes that long. */
	cnova_rd32(io, reg);
	down = !(cnova_rd32(io, reg) & bit);
	cnova_wr32(io, reg, value | bit);
	value = cnova_rd32(io, reg);
	mutex_unlock(&host->reset_lock);

	if (cnova_io_lost(io, value))
		return -ENODEV;

	atomic_inc(&host->resets);
	dev_warn(host->mm->dev, "CE%u was reset%s\n", engine->top.instance,
		 down && value & bit ? "" : ", in vain");
	return down && value & bit ? 0 : -EIO;
}

/*
 * A new list is not taken as long as somebody's engine hangs: whoever that is has to wait for
 * a timeout, who is well need not. It is disabled, and its owner told. Return: whether
 * there was one.
 */
static bool cnova_runlist_unhang(struct cnova_host_runlist *runlist)
{
	static const struct cnova_channel_error error = { .reason = CNOVA_CHANNEL_HANGS };
	struct cnova_host *host = runlist->host;
	bool any = false;

	for (u32 i = 0; i < host->nr_found; i++) {
		const struct cnova_host_engine *engine = &host->engines[i];
		struct cnova_channel *channel;

		if (engine->runlist != runlist)
			continue;
		channel = cnova_host_disable_current_locked(engine);
		if (!channel)
			continue;

		/* Nobody else gets onto the engine while it is down. */
		cnova_host_set_scheduling_locked(runlist, false);
		any |= !cnova_host_reset_engine(engine);
		cnova_host_set_scheduling_locked(runlist, true);
		runlist->recoveries++;
		cnova_host_tell(channel, &error);
	}

	return any;
}

/**
 * cnova_host_submit_locked() - Have the host run what is on a runlist now.
 * @runlist: Runlist, locked.
 *
 * Context: Process context, fence signalling path.
 * Return: 0: it does, and nothing else; -ETIMEDOUT; -ENODEV: the device is gone.
 */
int cnova_host_submit_locked(struct cnova_host_runlist *runlist)
{
	struct cnova_vram_addr pa = runlist->memory[runlist->next];
	struct cnova_io *io = cnova_runlist_io(runlist);
	u32 nr;
	int err;

	lockdep_assert_held(&runlist->lock);

	/* The one before may still be read. */
	err = cnova_runlist_wait(runlist, runlist->regs.info, NV_RUNLIST_SUBMIT_INFO_PENDING, -1);
	if (err)
		return err;

	cnova_runlist_write(runlist, pa, &nr);
	runlist->next ^= 1;

	/* VRAM is target 0. */
	cnova_wr32(io, runlist->regs.base, lower_32_bits(pa.raw));
	cnova_wr32(io, runlist->regs.base + 4, upper_32_bits(pa.raw));
	cnova_wr32(io, runlist->regs.base + 8, FIELD_PREP(NV_RUNLIST_SUBMIT_LENGTH, nr));

	err = cnova_runlist_wait(runlist, runlist->regs.info, NV_RUNLIST_SUBMIT_INFO_PENDING, -1);
	if (err == -ETIMEDOUT && cnova_runlist_unhang(runlist))
		err = cnova_runlist_wait(runlist, runlist->regs.info,
					 NV_RUNLIST_SUBMIT_INFO_PENDING, -1);
	return err;
}

/* The group of @channel does not come off. Return: 0: it is off now; or an error. */
static int cnova_runlist_force(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	struct cnova_io *io = cnova_runlist_io(runlist);
	int err = 0;

	/* Nobody else gets onto the engine while it is down. */
	cnova_host_set_scheduling_locked(runlist, false);

	if (cnova_engine_has(io, channel->engine, channel->id))
		err = cnova_host_reset_engine(channel->engine);
	if (!err)
		err = cnova_runlist_wait(runlist, runlist->regs.preempt,
					 NV_RUNLIST_PREEMPT_PENDING, channel->id);

	cnova_host_set_scheduling_locked(runlist, true);
	return err;
}

/* Return: 0: it is off; or an error. */
static int cnova_runlist_take_off(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	int err = -ETIMEDOUT;

	cnova_runlist_preempt_lock(runlist);
	cnova_runlist_preempt(runlist, channel->id);
	/* What stands still is not waited for: it comes off only by a reset. */
	if (!channel->halted)
		err = cnova_runlist_wait(runlist, runlist->regs.preempt,
					 NV_RUNLIST_PREEMPT_PENDING, channel->id);
	if (err == -ETIMEDOUT)
		err = cnova_runlist_force(channel);
	cnova_runlist_preempt_unlock(runlist);

	return err;
}

/**
 * cnova_host_evict_locked() - Take a channel off the hardware.
 * @channel: Channel on its runlist, which is locked.
 *
 * Context: Process context, fence signalling path. Sleeps for the hardware, not longer than
 * five times &cnova_host.timeout_us.
 * Return: 0: nothing of it runs any more, no access of it is on its way; -EIO: it cannot
 * be stopped, cnova_host_reset() should follow; -ENODEV: the device is gone.
 */
int cnova_host_evict_locked(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	int err;

	lockdep_assert_held(&runlist->lock);

	list_del_init(&channel->runlist_entry);
	if (runlist->stuck)
		return -EIO;

	if (cnova_host_is_resident_locked(channel))
		runlist->recoveries++;

	err = cnova_runlist_take_off(channel);
	if (!err)
		err = cnova_host_submit_locked(runlist);
	if (!err)
		cnova_host_unbind_locked(channel);
	if (!err || err == -ENODEV)
		return err;

	dev_err(runlist->host->mm->dev, "channel %u cannot be stopped\n", channel->id);
	return -EIO;
}
