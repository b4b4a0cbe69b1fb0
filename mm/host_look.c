// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Who is on the engine
 *
 * A channel that does not come to an end need not be at fault: the host runs one channel of
 * a runlist at a time, and does not take one off that its engine, or its PBDMA, stands still
 * with. So before a channel is killed its owner looks: is it on its PBDMA or its engine, does
 * it wait for a semaphore, and who is there instead (tu104 dev_fifo.ref.txt, ga100
 * dev_runlist.ref.txt: status of channels and of engines; dev_pbdma.ref.txt: channel of a
 * PBDMA). nouveau finds the channel to be killed in the same way (Linux: nouveau
 * nvkm/engine/fifo/runl.c).
 *
 * One look does not say that the other one hangs: it may have come a moment ago. Two looks
 * do, a timeout apart, that find it in the same place; then it may be blamed, and its owner
 * is asked whether it has had its time. And a channel that was taken off from where others
 * wanted to be has had their time: it is counted, so that they can be given it anew.
 *
 * Locking: &cnova_host_runlist.lock, so that nobody is looked at who is being taken off.
 */

#include <linux/bitfield.h>
#include <linux/lockdep.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"

static struct cnova_io *cnova_look_io(const struct cnova_host_runlist *runlist)
{
	return runlist->host->mm->io;
}

/* Turing: one of a number of states. */
static void cnova_look_pccsr(u32 value, struct cnova_channel_look *look)
{
	u32 status = FIELD_GET(NV_PCCSR_CHANNEL_STATUS, value);

	look->resident = status >= NV_PCCSR_CHANNEL_STATUS_ON_PBDMA;
	look->acquiring = status == NV_PCCSR_CHANNEL_STATUS_PENDING_ACQUIRE ||
			  status == NV_PCCSR_CHANNEL_STATUS_PENDING_ACQ_CTX_RELOAD ||
			  status == NV_PCCSR_CHANNEL_STATUS_ON_ENG_PENDING_ACQUIRE ||
			  status == NV_PCCSR_CHANNEL_STATUS_ON_ENG_PENDING_ACQ_CTX_RELOAD;
}

/* Ampere and later: a bit for each. */
static void cnova_look_chram(u32 value, struct cnova_channel_look *look)
{
	look->resident = value & (NV_CHRAM_CHANNEL_ON_PBDMA | NV_CHRAM_CHANNEL_ON_ENG);
	look->acquiring = value & NV_CHRAM_CHANNEL_ACQUIRE_FAIL;
}

/* Return: false: the device is gone. */
static bool cnova_look_self(const struct cnova_channel *channel, struct cnova_channel_look *look)
{
	const struct cnova_host_runlist *runlist = channel->engine->runlist;
	struct cnova_io *io = cnova_look_io(runlist);
	u32 chram = runlist->regs.chram, value;

	value = cnova_rd32(io, chram ? chram + NV_CHRAM_CHANNEL(channel->id) :
				       NV_PCCSR_CHANNEL(channel->id));
	if (cnova_io_lost(io, value))
		return false;

	if (chram)
		cnova_look_chram(value, look);
	else
		cnova_look_pccsr(value, look);
	return true;
}

/**
 * cnova_host_current() - Ask who an engine works for.
 * @engine: Engine.
 * @status: Its status register.
 * @id: Set to the channel.
 *
 * Context: Any.
 * Return: false: nobody is on it.
 */
bool cnova_host_current(const struct cnova_host_engine *engine, u32 status, u32 *id)
{
	u32 ctx = FIELD_GET(NV_ENGINE_STATUS_CTX, status);

	if (ctx == NV_ENGINE_STATUS_CTX_INVALID)
		return false;

	/* Linux: nouveau nvkm/engine/fifo/gk104.c: the next one only while it is loaded. */
	*id = ctx == NV_ENGINE_STATUS_CTX_LOAD ? FIELD_GET(NV_ENGINE_STATUS_NEXT_ID, status) :
						 FIELD_GET(NV_ENGINE_STATUS_ID, status);
	return true;
}

/* A context stays on an idle engine: only who keeps it busy is in the way. */
static bool cnova_look_engine(const struct cnova_host_engine *engine, u32 *id)
{
	u32 status = cnova_rd32(cnova_look_io(engine->runlist), engine->status);

	return (status & NV_ENGINE_STATUS_BUSY) && cnova_host_current(engine, status, id);
}

static void cnova_look_other(const struct cnova_channel *channel,
			     struct cnova_channel_look *look)
{
	const struct cnova_host_runlist *runlist = channel->engine->runlist;
	struct cnova_io *io = cnova_look_io(runlist);
	u32 id;

	if (cnova_look_engine(channel->engine, &id) && id != channel->id) {
		look->has_other = true;
		look->other = id;
	}

	for (u32 i = 0; i < runlist->nr_pbdmas; i++) {
		u32 value = cnova_rd32(io, runlist->regs.pbdma[i] + NV_PPBDMA_CHANNEL);

		id = value & NV_PPBDMA_CHANNEL_CHID;
		if (!(value & NV_PPBDMA_CHANNEL_VALID) || id == channel->id)
			continue;
		if (look->has_other && id != look->other)
			continue;
		look->has_other = true;
		look->other = id;
		look->place = cnova_rd32(io, runlist->regs.pbdma[i] + NV_PPBDMA_GP_GET);
	}
}

/**
 * cnova_host_is_resident_locked() - Does a channel keep others from running?
 * @channel: Channel, its runlist locked.
 *
 * Context: Process context, fence signalling path.
 * Return: whether it is on its PBDMA or engine.
 */
bool cnova_host_is_resident_locked(const struct cnova_channel *channel)
{
	struct cnova_channel_look look = {};

	lockdep_assert_held(&channel->engine->runlist->lock);

	return cnova_look_self(channel, &look) && look.resident;
}

/**
 * cnova_channel_look() - Ask why a channel does not come to an end.
 * @channel: Channel.
 * @look: Set to what is there now. Nothing, if the device is gone.
 *
 * Context: Process context, fence signalling path. Waits for who takes a channel off the
 * same runlist, which is bounded.
 */
void cnova_channel_look(struct cnova_channel *channel, struct cnova_channel_look *look)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;

	*look = (struct cnova_channel_look){};
	mutex_lock(&runlist->lock);
	look->recoveries = runlist->recoveries;
	if (cnova_look_self(channel, look))
		cnova_look_other(channel, look);
	mutex_unlock(&runlist->lock);
}

/**
 * cnova_channel_recoveries() - Ask how often somebody was taken off who was in the way.
 * @channel: Channel that may have waited.
 *
 * Context: Any; old when read.
 * Return: a number that changes when it happens.
 */
u32 cnova_channel_recoveries(const struct cnova_channel *channel)
{
	return READ_ONCE(channel->engine->runlist->recoveries);
}

/**
 * cnova_channel_blame() - A channel waits for long, always for the same one.
 * @channel: Who waits.
 * @look: What was found, twice.
 *
 * If the other one is late by its owner's account too, the owner is told
 * %CNOVA_CHANNEL_HANGS. A channel of nobody's stays where it is.
 *
 * Context: Process context, fence signalling path.
 * Return: whether that was so.
 */
bool cnova_channel_blame(struct cnova_channel *channel, const struct cnova_channel_look *look)
{
	static const struct cnova_channel_error error = { .reason = CNOVA_CHANNEL_HANGS };
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	struct cnova_host *host = runlist->host;
	struct cnova_channel *other;
	bool blamed = false;

	mutex_lock(&runlist->lock);
	/* Who was taken off since is not on the list any more, but its id may be another's. */
	if (runlist->recoveries != look->recoveries)
		goto unlock;

	list_for_each_entry(other, &runlist->channels, runlist_entry) {
		if (other->id != look->other)
			continue;

		spin_lock_irq(&host->lock);
		if (host->channels[other->id] == other && other->ops->is_late(other)) {
			other->ops->error(other, &error);
			blamed = true;
		}
		spin_unlock_irq(&host->lock);
	}
unlock:
	mutex_unlock(&runlist->lock);

	return blamed;
}
