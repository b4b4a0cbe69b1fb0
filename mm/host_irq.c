// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Interrupts of the host
 *
 * An engine's non-stall interrupt says that a semaphore may have been released: whoever
 * waits for one is told in the hard interrupt. Faults and errors are read by the
 * interrupt's thread, their vectors masked until it is done, as some stay pending as long
 * as their source.
 *
 * An error makes a PBDMA stand still, with all other channels of its runlist waiting. So
 * the thread takes the channel off before it tells its owner. After a fault the channel is
 * off by itself.
 *
 * An engine that refuses a launch (HARDWARE.md 11.6) stands still too, until it is reset. Its
 * stall interrupt does not say whose launch that was, the engine's status does. The thread
 * disables that channel and tells its owner, who kills it, and then the engine is reset. A
 * launch may also ask for a stall interrupt that blocks the engine until somebody has
 * seen it; this is acknowledged, and the channel goes on.
 *
 * Locking: &cnova_host.lock around the calls of owners' ops; &cnova_host_runlist.lock from
 * asking who is on an engine or PBDMA to telling that channel, so that it is the one that is
 * told; &cnova_host.fault_lock around the buffer of faults. A channel's number is given away
 * only when its faults have been told of. Nothing here allocates: fences are signalled from
 * it.
 */

#include <kunit/static_stub.h>
#include <linux/bitfield.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "mm/ramin.h"

/* Bits of &cnova_host.pending, behind those of the runlists. */
#define CNOVA_HOST_PENDING_PFIFO	CNOVA_HOST_RUNLISTS
#define CNOVA_HOST_PENDING_FAULTS	(CNOVA_HOST_RUNLISTS + 1)
#define CNOVA_HOST_PENDING_STALLS	(CNOVA_HOST_RUNLISTS + 2)

static bool cnova_host_is_turing(const struct cnova_host *host)
{
	return !host->mm->chip->host->has_blocks;
}

/* -------------------------------------------------------- hard interrupt */

/* Tell the channels of the engines that interrupted. */
static void cnova_host_nonstall(struct cnova_host *host, const struct cnova_intr_seen *seen,
				bool all)
{
	unsigned long flags;
	u32 id;

	spin_lock_irqsave(&host->lock, flags);
	for_each_set_bit(id, host->ids, CNOVA_HOST_CHANNELS) {
		struct cnova_channel *channel = host->channels[id];

		if (channel && (all || cnova_intr_has(seen, channel->engine->top.nonstall)))
			channel->ops->nonstall(channel);
	}
	spin_unlock_irqrestore(&host->lock, flags);
}

/* Leave it to the thread. */
static bool cnova_host_defer(struct cnova_host *host, const struct cnova_intr_seen *seen,
			     u32 vector, u32 pending)
{
	if (!cnova_intr_has(seen, vector))
		return false;

	cnova_intr_mask(&host->intr, vector);
	set_bit(pending, &host->pending);
	return true;
}

static bool cnova_host_defer_all(struct cnova_host *host, const struct cnova_intr_seen *seen)
{
	bool any = false;

	for (u32 i = 0; i < ARRAY_SIZE(host->fault_vectors); i++)
		any |= cnova_host_defer(host, seen, host->fault_vectors[i],
					CNOVA_HOST_PENDING_FAULTS);
	for (u32 i = 0; i < host->nr_found; i++)
		any |= cnova_host_defer(host, seen, host->engines[i].top.stall,
					CNOVA_HOST_PENDING_STALLS);

	if (cnova_host_is_turing(host))
		return cnova_host_defer(host, seen, NV_CPU_INTR_VECTOR_PFIFO_STALL,
					CNOVA_HOST_PENDING_PFIFO) | any;

	for (u32 i = 0; i < host->nr_runlists; i++)
		any |= cnova_host_defer(host, seen, host->runlists[i].regs.error_vector, i);
	return any;
}

/**
 * cnova_host_hard_irq() - The handler.
 * @irq: Interrupt.
 * @arg: Host.
 *
 * Context: Hard interrupt.
 * Return: Whether it was ours, and whether the thread has to look.
 */
irqreturn_t cnova_host_hard_irq(int irq, void *arg)
{
	struct cnova_host *host = arg;
	struct cnova_intr_seen seen;
	bool channel_intr, thread;

	if (!cnova_intr_take(&host->intr, &seen)) {
		cnova_intr_rearm(&host->intr);
		return IRQ_NONE;
	}

	/* On Turing a semaphore's interrupt may be PFIFO's, for any engine. */
	channel_intr = cnova_host_is_turing(host) &&
		       cnova_intr_has(&seen, NV_CPU_INTR_VECTOR_PFIFO_NONSTALL);
	if (channel_intr)
		cnova_wr32(host->mm->io, NV_PFIFO_INTR_0, NV_PFIFO_INTR_0_CHANNEL_INTR);

	thread = cnova_host_defer_all(host, &seen);
	cnova_host_nonstall(host, &seen, channel_intr);
	cnova_intr_rearm(&host->intr);
	return thread ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

/* ---------------------------------------------------------------- thread */

/**
 * cnova_host_tell() - Tell the owner of a channel that it is to be killed.
 * @channel: Channel, its runlist locked: on it, or about to leave it.
 * @error: Why.
 *
 * Nothing happens if the owner does not want to know any more.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_tell(struct cnova_channel *channel, const struct cnova_channel_error *error)
{
	struct cnova_host *host = channel->host;

	lockdep_assert_held(&channel->engine->runlist->lock);

	spin_lock_irq(&host->lock);
	if (host->channels[channel->id] == channel)
		channel->ops->error(channel, error);
	spin_unlock_irq(&host->lock);
}

static void cnova_host_tell_fault(struct cnova_host *host, const struct cnova_fault *fault)
{
	struct cnova_channel *channel = NULL;

	spin_lock_irq(&host->lock);
	/* Target 0 is VRAM; an address before the chunk is a large number. */
	for (u32 i = 0; i < host->nr_chunks && !fault->instance_aperture; i++) {
		u64 id = (fault->instance - host->instances[i].raw) / CNOVA_RAMIN_SIZE;

		if (id < CNOVA_HOST_CHUNK)
			channel = host->channels[i * CNOVA_HOST_CHUNK + id];
	}
	if (channel)
		channel->ops->fault(channel, fault);
	spin_unlock_irq(&host->lock);

	dev_dbg(host->mm->dev,
		"fault of type %u at %#llx, access %u, engine %u, %s client %u, instance %#llx%s\n",
		fault->type, fault->va, fault->access, fault->engine,
		fault->hub ? "hub" : "GPC", fault->client, fault->instance,
		channel ? "" : ": nobody's");
}

/**
 * cnova_host_drain_faults() - Tell of all faults that happened so far.
 * @host: Host.
 *
 * Afterwards nothing is left of a channel that does not run any more.
 *
 * Context: Process context, fence signalling path, no lock of the host held.
 */
void cnova_host_drain_faults(struct cnova_host *host)
{
	struct cnova_fault fault;

	mutex_lock(&host->fault_lock);
	while (cnova_fault_buffer_next(&host->faults, &fault))
		cnova_host_tell_fault(host, &fault);
	mutex_unlock(&host->fault_lock);
}

static void cnova_host_service_faults(struct cnova_host *host)
{
	cnova_host_drain_faults(host);
	for (u32 i = 0; i < ARRAY_SIZE(host->fault_vectors); i++)
		cnova_intr_unmask(&host->intr, host->fault_vectors[i]);
}

/* What a PBDMA does not like. HARDWARE.md 11.3, 11.4 */
static enum cnova_channel_reason cnova_host_reason(u32 intr_0, u32 intr_1)
{
	if (intr_1)
		return CNOVA_CHANNEL_ENGINE_ERROR;
	if (intr_0 & NV_PPBDMA_INTR_0_SEMAPHORE)
		return CNOVA_CHANNEL_BAD_SEMAPHORE;
	if (intr_0 & (NV_PPBDMA_INTR_0_GPFIFO | NV_PPBDMA_INTR_0_GPPTR | NV_PPBDMA_INTR_0_GPENTRY))
		return CNOVA_CHANNEL_BAD_ENTRY;

	return CNOVA_CHANNEL_BAD_METHOD;
}

/* Whose error it is does not change as long as the runlist is locked. */
static void cnova_host_service_pbdma_locked(struct cnova_host_runlist *runlist, u32 pbdma)
{
	struct cnova_host *host = runlist->host;
	struct cnova_io *io = host->mm->io;
	u32 intr_0 = cnova_rd32(io, pbdma + NV_PPBDMA_INTR_0);
	u32 intr_1 = cnova_rd32(io, pbdma + NV_PPBDMA_INTR_1);
	struct cnova_channel_error error;
	u32 id;

	if ((!intr_0 && !intr_1) || cnova_io_lost(io, intr_0))
		return;

	id = cnova_rd32(io, pbdma + NV_PPBDMA_CHANNEL) & NV_PPBDMA_CHANNEL_CHID;
	error = (struct cnova_channel_error){
		.reason = cnova_host_reason(intr_0, intr_1),
		.status = intr_0 ?: intr_1,
		.method = cnova_rd32(io, pbdma + (intr_0 ? NV_PPBDMA_METHOD0 :
							   NV_PPBDMA_HCE_DBG0)),
		.data = cnova_rd32(io, pbdma + (intr_0 ? NV_PPBDMA_DATA0 : NV_PPBDMA_HCE_DBG1)),
	};
	dev_dbg(host->mm->dev, "channel %u: PBDMA error %#x %#x, method %#x, data %#x\n", id,
		intr_0, intr_1, error.method, error.data);

	cnova_host_halt_locked(runlist, id, pbdma);

	spin_lock_irq(&host->lock);
	if (id < CNOVA_HOST_CHANNELS && host->channels[id])
		host->channels[id]->ops->error(host->channels[id], &error);
	spin_unlock_irq(&host->lock);
}

static void cnova_host_service_pbdmas(struct cnova_host_runlist *runlist)
{
	struct cnova_io *io = runlist->host->mm->io;

	for (u32 i = 0; i < runlist->nr_pbdmas; i++) {
		u32 pbdma = runlist->regs.pbdma[i];

		/* The lock may be held for long: only where there is something. */
		if (!cnova_rd32(io, pbdma + NV_PPBDMA_INTR_0) &&
		    !cnova_rd32(io, pbdma + NV_PPBDMA_INTR_1))
			continue;

		mutex_lock(&runlist->lock);
		cnova_host_service_pbdma_locked(runlist, pbdma);
		mutex_unlock(&runlist->lock);
	}
}

/* Turing: one register for all runlists. */
static void cnova_host_service_pfifo(struct cnova_host *host)
{
	struct cnova_io *io = host->mm->io;
	u32 intr = cnova_rd32(io, NV_PFIFO_INTR_0);

	if (cnova_io_lost(io, intr))
		return;

	if (intr & NV_PFIFO_INTR_0_BIND_ERROR)
		dev_err(host->mm->dev, "binding a channel failed, code %#x\n",
			cnova_rd32(io, NV_PFIFO_INTR_BIND_ERROR));
	if (intr & NV_PFIFO_INTR_0_SCHED_ERROR)
		dev_err(host->mm->dev, "bad runlist, code %#x\n",
			cnova_rd32(io, NV_PFIFO_INTR_SCHED_ERROR));
	cnova_wr32(io, NV_PFIFO_INTR_0,
		   intr & (NV_PFIFO_INTR_0_BIND_ERROR | NV_PFIFO_INTR_0_SCHED_ERROR));

	/* This bit goes with what is pending there. */
	for (u32 i = 0; i < host->nr_runlists && intr & NV_PFIFO_INTR_0_PBDMA_INTR; i++)
		cnova_host_service_pbdmas(&host->runlists[i]);

	cnova_intr_unmask(&host->intr, NV_CPU_INTR_VECTOR_PFIFO_STALL);
}

static void cnova_host_service_runlist(struct cnova_host_runlist *runlist)
{
	struct cnova_host *host = runlist->host;
	struct cnova_io *io = host->mm->io;
	u32 intr = cnova_rd32(io, runlist->id + NV_RUNLIST_INTR_0);

	if (cnova_io_lost(io, intr))
		return;

	if (intr & NV_RUNLIST_INTR_0_BAD_TSG)
		dev_err(host->mm->dev, "bad runlist, code %#x\n",
			cnova_rd32(io, runlist->id + NV_RUNLIST_INTR_BAD_TSG));
	cnova_wr32(io, runlist->id + NV_RUNLIST_INTR_0, intr);
	cnova_host_service_pbdmas(runlist);

	cnova_intr_unmask(&host->intr, runlist->regs.error_vector);
	/* It raises its vector once: again, if something came meanwhile. */
	cnova_wr32(io, runlist->id + NV_RUNLIST_INTR_RETRIGGER, 1);
}

/* An engine refuses a launch, or wants to be seen. */
static void cnova_host_service_stall(struct cnova_host *host,
				     const struct cnova_host_engine *engine)
{
	const u32 fatal = NV_CE_LCE_INTR_LAUNCHERR | NV_CE_LCE_INTR_INVALID_CONFIG;
	u32 instance = engine->top.instance;
	struct cnova_channel *channel = NULL;
	struct cnova_io *io = host->mm->io;
	struct cnova_channel_error error;
	u32 intr;

	/* Whoever kills a channel resets the engine under this lock: then there is nothing. */
	mutex_lock(&engine->runlist->lock);
	intr = cnova_rd32(io, NV_CE_LCE_INTR_STATUS(instance));
	if (!intr || cnova_io_lost(io, intr))
		goto unlock;

	error = (struct cnova_channel_error){
		.reason = CNOVA_CHANNEL_ENGINE_ERROR,
		.status = intr,
		.data = cnova_rd32(io, NV_CE_LCE_LAUNCHERR(instance)) &
			NV_CE_LCE_LAUNCHERR_REPORT,
	};
	if (intr & fatal)
		channel = cnova_host_disable_current_locked(engine);
	if (channel)
		channel->halted = true;
	/* Only now: it must not go on. */
	cnova_wr32(io, NV_CE_LCE_INTR_STATUS(instance), intr);
	dev_dbg(host->mm->dev, "CE%u: stall interrupt %#x, launch error %#x, channel %d\n",
		instance, intr, error.data, channel ? (int)channel->id : -1);
	if (channel)
		cnova_host_tell(channel, &error);
unlock:
	mutex_unlock(&engine->runlist->lock);
}

static void cnova_host_service_stalls(struct cnova_host *host)
{
	for (u32 i = 0; i < host->nr_found; i++) {
		const struct cnova_host_engine *engine = &host->engines[i];

		/* A lock may be held for long: only where there is something. */
		if (cnova_rd32(host->mm->io, NV_CE_LCE_INTR_STATUS(engine->top.instance)))
			cnova_host_service_stall(host, engine);
		cnova_intr_unmask(&host->intr, engine->top.stall);
	}
}

/**
 * cnova_host_irq_thread() - Its thread: faults and errors.
 * @irq: Interrupt.
 * @arg: Host.
 *
 * Context: Process context, fence signalling path.
 * Return: IRQ_HANDLED.
 */
irqreturn_t cnova_host_irq_thread(int irq, void *arg)
{
	struct cnova_host *host = arg;

	if (test_and_clear_bit(CNOVA_HOST_PENDING_FAULTS, &host->pending))
		cnova_host_service_faults(host);
	if (test_and_clear_bit(CNOVA_HOST_PENDING_PFIFO, &host->pending))
		cnova_host_service_pfifo(host);
	if (test_and_clear_bit(CNOVA_HOST_PENDING_STALLS, &host->pending))
		cnova_host_service_stalls(host);
	for (u32 i = 0; i < host->nr_runlists; i++) {
		if (test_and_clear_bit(i, &host->pending))
			cnova_host_service_runlist(&host->runlists[i]);
	}

	return IRQ_HANDLED;
}

/* --------------------------------------------------------- begin and end */

static void cnova_host_enable_stalls(struct cnova_host *host, bool on)
{
	const u32 bits = NV_CE_LCE_INTR_BLOCKPIPE | NV_CE_LCE_INTR_LAUNCHERR |
			 NV_CE_LCE_INTR_INVALID_CONFIG;
	struct cnova_io *io = host->mm->io;

	for (u32 i = 0; i < host->nr_found; i++) {
		u32 instance = host->engines[i].top.instance;

		cnova_wr32(io, NV_CE_LCE_INTR_STATUS(instance), ~0U);
		cnova_wr32(io, NV_CE_LCE_INTR_EN(instance), on ? bits : 0);
	}
}

static void cnova_host_enable_errors(struct cnova_host *host, bool on)
{
	const u32 runlist_bits = NV_RUNLIST_INTR_0_BAD_TSG | NV_RUNLIST_INTR_0_PBDMA(0) |
				 NV_RUNLIST_INTR_0_PBDMA(1);
	const u32 pfifo_bits = NV_PFIFO_INTR_0_BIND_ERROR | NV_PFIFO_INTR_0_SCHED_ERROR |
			       NV_PFIFO_INTR_0_PBDMA_INTR;
	bool turing = cnova_host_is_turing(host);
	struct cnova_io *io = host->mm->io;

	for (u32 i = 0; i < host->nr_runlists; i++) {
		const struct cnova_host_runlist *runlist = &host->runlists[i];

		for (u32 k = 0; k < runlist->nr_pbdmas; k++) {
			u32 pbdma = runlist->regs.pbdma[k];

			cnova_wr32(io, pbdma + NV_PPBDMA_INTR_0, ~0U);
			cnova_wr32(io, pbdma + NV_PPBDMA_INTR_1, ~0U);
			if (turing) {
				cnova_wr32(io, pbdma + NV_PPBDMA_INTR_EN_0, on ? ~0U : 0);
				cnova_wr32(io, pbdma + NV_PPBDMA_INTR_EN_1, on ? ~0U : 0);
			} else if (on) {
				cnova_wr32(io, pbdma + NV_PPBDMA_INTR_0_EN_SET_TREE, ~0U);
				cnova_wr32(io, pbdma + NV_PPBDMA_INTR_1_EN_SET_TREE, ~0U);
			}
		}

		if (!turing)
			cnova_wr32(io, runlist->id + (on ? NV_RUNLIST_INTR_0_EN_SET_TREE :
							   NV_RUNLIST_INTR_0_EN_CLEAR_TREE),
				   runlist_bits);
	}

	if (turing) {
		cnova_wr32(io, NV_PFIFO_INTR_EN_0, on ? pfifo_bits : 0);
		cnova_wr32(io, NV_PFIFO_INTR_EN_1, on ? NV_PFIFO_INTR_0_CHANNEL_INTR : 0);
	}
}

/**
 * cnova_host_enable_interrupts() - Have PBDMAs, runlists and engines interrupt.
 * @host: Host. What they complained about before is forgotten.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_enable_interrupts(struct cnova_host *host)
{
	cnova_host_enable_errors(host, true);
	cnova_host_enable_stalls(host, true);
}

static int cnova_host_allow_vectors(struct cnova_host *host)
{
	u32 value = cnova_rd32(host->mm->io, NV_PFB_PRI_MMU_INT_VECTOR_FAULT_NOTIFY);
	struct cnova_intr *intr = &host->intr;
	int err = 0;

	cnova_intr_init(intr, host->mm->io, host->mm->chip->host->intr_leaves);

	host->fault_vectors[0] = FIELD_GET(NV_PFB_MMU_INT_VECTOR_FAULT_NOTIFY, value);
	host->fault_vectors[1] = FIELD_GET(NV_PFB_MMU_INT_VECTOR_FAULT_ERROR, value);
	for (u32 i = 0; i < ARRAY_SIZE(host->fault_vectors); i++)
		err = cnova_intr_allow(intr, host->fault_vectors[i]) ?: err;
	for (u32 i = 0; i < host->nr_found; i++)
		err = cnova_intr_allow(intr, host->engines[i].top.nonstall) ?:
		      cnova_intr_allow(intr, host->engines[i].top.stall) ?: err;

	if (cnova_host_is_turing(host)) {
		err = cnova_intr_allow(intr, NV_CPU_INTR_VECTOR_PFIFO_STALL) ?: err;
		return cnova_intr_allow(intr, NV_CPU_INTR_VECTOR_PFIFO_NONSTALL) ?: err;
	}

	for (u32 i = 0; i < host->nr_runlists; i++)
		err = cnova_intr_allow(intr, host->runlists[i].regs.error_vector) ?: err;
	return err;
}

/**
 * cnova_host_request_irq() - Have the handler called.
 * @host: Host.
 *
 * Context: Probe.
 * Return: What request_irq() says.
 */
int cnova_host_request_irq(struct cnova_host *host)
{
	KUNIT_STATIC_STUB_REDIRECT(cnova_host_request_irq, host);

	return request_threaded_irq(host->irq, cnova_host_hard_irq, cnova_host_irq_thread, 0,
				    "cnova", host);
}

/**
 * cnova_host_free_irq() - End of that: it is not called any more.
 * @host: Host.
 *
 * Context: Process context.
 */
void cnova_host_free_irq(struct cnova_host *host)
{
	KUNIT_STATIC_STUB_REDIRECT(cnova_host_free_irq, host);

	free_irq(host->irq, host);
}

/**
 * cnova_host_irq_init() - Have the GPU interrupt.
 * @host: Host that knows its engines and runlists, and has a buffer of faults.
 *
 * Context: Probe.
 * Return: 0; -EINVAL: a vector that cannot be; or what request_irq() says.
 */
int cnova_host_irq_init(struct cnova_host *host)
{
	int err;

	err = cnova_host_allow_vectors(host);
	if (err) {
		dev_err(host->mm->dev, "interrupt vectors out of range\n");
		return err;
	}

	err = cnova_host_request_irq(host);
	if (err)
		return err;

	cnova_host_enable_interrupts(host);
	cnova_intr_arm(&host->intr);
	return 0;
}

/**
 * cnova_host_irq_fini() - End of that: no handler runs any more.
 * @host: Host.
 *
 * Context: Process context.
 */
void cnova_host_irq_fini(struct cnova_host *host)
{
	cnova_intr_disarm(&host->intr);
	cnova_host_enable_stalls(host, false);
	cnova_host_enable_errors(host, false);
	cnova_host_free_irq(host);
}
