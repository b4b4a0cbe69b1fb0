// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Host: channels and runlists
 *
 * Each runlist has a thread, a PBDMA and an engine. The thread puts channels on the PBDMA, one at a
 * time, in the order of the runlist, and takes steps: one GPFIFO entry, one fetch, one method. A
 * channel stays until it has nothing more to do, waits for a semaphore, has used up its turn, or is
 * to leave: disabled, preempted, faulted, gone from the runlist. It leaves between two steps, so
 * that nothing of it is on its way when a preempt is over.
 *
 * An error of the PBDMA freezes it, with the channel on it, until software clears the interrupt, as
 * hardware does; other runlists run on. A fault takes off the channel alone. A method
 * that does not end is ended by a reset of its engine.
 *
 * Locking: &cnova_sim.lock protects everything. It is dropped for the time of a step; what
 * belongs to the channel on the PBDMA is then the thread's alone, but for the flags that
 * registers change.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sim.h"

/* Steps that a channel may take while others wait. */
#define TURN		512

/* A channel waits for a semaphore: when to look at it again. */
#define POLL_US		50

/**
 * cnova_sim_host_channel() - Find a channel by its number.
 * @sim: The device.
 * @rl: Its runlist, where each has its own channels; may be NULL where not.
 * @chid: Its number.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The channel, or NULL if there is no such number.
 */
struct cnova_sim_channel *cnova_sim_host_channel(struct cnova_sim *sim,
						 const struct cnova_sim_runlist *rl, u32 chid)
{
	if (sim->chip->registers & CNOVA_SIM_HAS_PFIFO)
		return chid < CNOVA_SIM_NR_CHANNELS ? &sim->host->channel[chid] : NULL;
	if (chid >= CNOVA_SIM_RUNLIST_CHANNELS)
		return NULL;
	return &sim->host->channel[rl->index * CNOVA_SIM_RUNLIST_CHANNELS + chid];
}

/**
 * cnova_sim_host_kick() - There may be something to do.
 * @rl: For whom.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_kick(struct cnova_sim_runlist *rl)
{
	rl->kicked = true;
	wake_up(&rl->wait);
}

/**
 * cnova_sim_host_is_loaded() - Is a channel on its PBDMA?
 * @ch: The channel.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it is.
 */
bool cnova_sim_host_is_loaded(const struct cnova_sim_channel *ch)
{
	return ch->runlist && ch->runlist->current_channel == ch;
}

static bool cnova_sim_host_is_frozen(const struct cnova_sim_runlist *rl)
{
	return rl->pbdma.intr[0] || rl->pbdma.intr[1];
}

static bool cnova_sim_host_is_preempted(const struct cnova_sim_runlist *rl,
					const struct cnova_sim_channel *ch)
{
	if (rl->runlist_preempt || rl->submit_pending)
		return true;
	return rl->tsg_preempt &&
	       rl->preempt_id == (rl->preempt_is_channel ? ch->chid : ch->tsg);
}

/* Must the channel on the PBDMA leave it? */
static bool cnova_sim_host_must_leave(const struct cnova_sim_runlist *rl)
{
	const struct cnova_sim_channel *ch = rl->current_channel;

	return !ch->enabled || ch->pbdma_faulted || ch->eng_faulted ||
	       cnova_sim_host_is_preempted(rl, ch);
}

/**
 * cnova_sim_engine_must_stop() - Is the method under way to be left for later?
 * @engine: Who asks, out of a method.
 *
 * Context: Any; caller does not hold &cnova_sim.lock. What it says may change at once.
 * Return: Whether to return CNOVA_SIM_AGAIN.
 */
bool cnova_sim_engine_must_stop(const struct cnova_sim_engine *engine)
{
	const struct cnova_sim_runlist *rl =
		container_of_const(engine, struct cnova_sim_runlist, engine);
	bool stop;

	spin_lock_irq(&rl->sim->lock);
	stop = rl->engine_reset || rl->sim->host->stopped || cnova_sim_host_must_leave(rl);
	spin_unlock_irq(&rl->sim->lock);
	return stop;
}

/* The channel on the PBDMA leaves it; nothing of it is on its way. */
static void cnova_sim_host_leave(struct cnova_sim_runlist *rl)
{
	struct cnova_sim_channel *ch = rl->current_channel;

	if (ch->loaded)
		cnova_sim_host_save(rl->sim, ch);
	rl->current_channel = NULL;
}

/**
 * cnova_sim_host_settle() - What was asked for is done, as far as it can be by now.
 * @rl: The runlist.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_settle(struct cnova_sim_runlist *rl)
{
	struct cnova_sim_channel *ch = rl->current_channel;
	bool stays = ch && (rl->stepping || rl->hung || cnova_sim_host_is_frozen(rl));

	if (ch && !stays && cnova_sim_host_must_leave(rl)) {
		cnova_sim_host_leave(rl);
		ch = NULL;
	}
	if (rl->tsg_preempt &&
	    (!ch || rl->preempt_id != (rl->preempt_is_channel ? ch->chid : ch->tsg))) {
		rl->tsg_preempt = false;
		cnova_sim_host_event(rl, CNOVA_SIM_EVENT_TSG_PREEMPT);
	}
	if (ch)
		return;
	if (rl->runlist_preempt || rl->submit_pending) {
		rl->runlist_preempt = false;
		rl->submit_pending = false;
		cnova_sim_host_event(rl, CNOVA_SIM_EVENT_RUNLIST);
	}
}

/**
 * cnova_sim_host_preempt() - A preempt was asked for.
 * @rl: The runlist; it says what is to leave.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_preempt(struct cnova_sim_runlist *rl)
{
	cnova_sim_host_settle(rl);
	cnova_sim_host_kick(rl);
}

/**
 * cnova_sim_host_enable() - A channel may be scheduled, or not.
 * @ch: The channel.
 * @enable: Whether it may.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_enable(struct cnova_sim_channel *ch, bool enable)
{
	ch->enabled = enable;
	/* It may have had work before. */
	ch->pending = enable;
	if (!ch->runlist)
		return;
	cnova_sim_host_settle(ch->runlist);
	cnova_sim_host_kick(ch->runlist);
}

/**
 * cnova_sim_host_bind() - A channel has an instance block.
 * @sim: The device.
 * @ch: The channel.
 * @inst: Address of that.
 * @aperture: Where it is.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_bind(struct cnova_sim *sim, struct cnova_sim_channel *ch, u64 inst,
			 enum cnova_sim_aperture aperture)
{
	ch->inst = inst;
	ch->inst_aperture = aperture;
	if (!ch->bound)
		sim->host->nr_bound++;
	ch->bound = true;
}

/**
 * cnova_sim_host_unbind() - A channel is forgotten.
 * @sim: The device.
 * @ch: The channel; not on a PBDMA.
 *
 * It keeps its place in the runlist, where it does nothing.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_unbind(struct cnova_sim *sim, struct cnova_sim_channel *ch)
{
	if (ch->engine && ch->engine->ops->unbind)
		ch->engine->ops->unbind(ch->engine, &ch->ctx);
	if (ch->bound)
		sim->host->nr_bound--;
	ch->bound = false;
	ch->enabled = false;
	ch->pending = false;
	ch->pbdma_faulted = false;
	ch->eng_faulted = false;
	ch->next = false;
	ch->loaded = false;
	ch->engine = NULL;
	memset(&ch->ctx, 0, sizeof(ch->ctx));
	memset(&ch->fc, 0, sizeof(ch->fc));
}

/**
 * cnova_sim_host_clear_fault() - Software has seen to a fault: the access is made again.
 * @ch: The channel.
 * @engine: Of the engine, not of host.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_clear_fault(struct cnova_sim_channel *ch, bool engine)
{
	if (engine)
		ch->eng_faulted = false;
	else
		ch->pbdma_faulted = false;
	ch->pending = ch->enabled;
	if (ch->runlist)
		cnova_sim_host_kick(ch->runlist);
}

/**
 * cnova_sim_host_engine_reset() - An engine goes into reset, or comes out of it.
 * @rl: Its runlist.
 * @off: It goes into it.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_engine_reset(struct cnova_sim_runlist *rl, bool off)
{
	struct cnova_sim_channel *ch = rl->current_channel;
	u32 i;

	rl->engine_off = off;
	if (off) {
		if (rl->engine.ops->reset)
			rl->engine.ops->reset(&rl->engine);
		/* What channels had set in the engine is lost, and what it was doing. */
		for (i = 0; i < rl->nr_entries; i++) {
			if (rl->entry[i] != ch || !rl->stepping)
				memset(rl->entry[i]->ctx.state, 0,
				       sizeof(rl->entry[i]->ctx.state));
		}
		rl->engine_reset = rl->stepping && rl->on_engine;
		if (rl->hung && ch) {
			ch->fc.method.valid = false;
			if (!cnova_sim_host_must_leave(rl))
				cnova_sim_host_error(rl, CNOVA_SIM_INTR_ENG_RESET, 0);
		}
		rl->hung = false;
	}
	cnova_sim_host_settle(rl);
	cnova_sim_host_kick(rl);
}

/* Does a fault of any of its channels keep a TSG off? */
static bool cnova_sim_host_tsg_is_faulted(const struct cnova_sim_runlist *rl, u32 tsg)
{
	u32 i;

	for (i = 0; i < rl->nr_entries; i++) {
		const struct cnova_sim_channel *ch = rl->entry[i];

		if (ch->tsg == tsg && (ch->pbdma_faulted || ch->eng_faulted))
			return true;
	}
	return false;
}

static bool cnova_sim_host_is_ready(const struct cnova_sim_runlist *rl,
				    const struct cnova_sim_channel *ch)
{
	return ch->runlist == rl && ch->bound && ch->enabled && ch->pending &&
	       !cnova_sim_host_tsg_is_faulted(rl, ch->tsg);
}

/* Its state comes from memory. Return: whether that could be. */
static bool cnova_sim_host_refresh(struct cnova_sim_runlist *rl)
{
	u32 error = 0;

	if (!rl->fresh)
		return true;
	if (!cnova_sim_host_load(rl->sim, rl->current_channel, &error)) {
		cnova_sim_host_error(rl, error, 0);
		return false;
	}
	rl->fresh = false;
	return true;
}

/* Put the next channel on the PBDMA. Return: whether there was one. */
static bool cnova_sim_host_pick(struct cnova_sim_runlist *rl)
{
	u32 i;

	if (rl->no_sched)
		return false;
	for (i = 0; i < rl->nr_entries; i++) {
		struct cnova_sim_channel *ch = rl->entry[(rl->pos + i) % rl->nr_entries];

		if (!cnova_sim_host_is_ready(rl, ch))
			continue;
		rl->pos = (rl->pos + i + 1) % rl->nr_entries;
		rl->current_channel = ch;
		rl->budget = TURN;
		rl->fresh = true;
		return true;
	}
	return false;
}

/* A step is over: what does the runlist do next? Return: whether to go on at once. */
static bool cnova_sim_host_after(struct cnova_sim_runlist *rl, enum cnova_sim_step step,
				 u32 *fruitless)
{
	struct cnova_sim_channel *ch = rl->current_channel;

	switch (step) {
	case CNOVA_SIM_STEP_ON:
		*fruitless = 0;
		if (rl->budget && --rl->budget == 0)
			cnova_sim_host_leave(rl);
		break;
	case CNOVA_SIM_STEP_IDLE:
		ch->pending = false;
		/* The doorbell may have rung since the ring was found empty. */
		if (cnova_sim_host_read_put(rl->sim, ch) != ch->fc.gp_get)
			ch->pending = true;
		cnova_sim_host_leave(rl);
		break;
	case CNOVA_SIM_STEP_WAIT:
		cnova_sim_host_leave(rl);
		if (++*fruitless > rl->nr_entries) {
			rl->idle_us = POLL_US;
			return false;
		}
		break;
	case CNOVA_SIM_STEP_YIELD:
		*fruitless = 0;
		cnova_sim_host_leave(rl);
		break;
	case CNOVA_SIM_STEP_STOPPED:
		break;
	}
	return true;
}

/* One step of the channel on the PBDMA, without the lock. */
static enum cnova_sim_step cnova_sim_host_step(struct cnova_sim_runlist *rl)
	__must_hold(&rl->sim->lock)
{
	struct cnova_sim_channel *ch = rl->current_channel;
	enum cnova_sim_step step;

	rl->stepping = true;
	spin_unlock_irq(&rl->sim->lock);
	step = cnova_sim_pbdma_step(rl, ch);
	spin_lock_irq(&rl->sim->lock);
	rl->stepping = false;

	if (rl->engine_reset) {
		rl->engine_reset = false;
		ch->fc.method.valid = false;
		memset(ch->ctx.state, 0, sizeof(ch->ctx.state));
		if (!cnova_sim_host_must_leave(rl))
			cnova_sim_host_error(rl, CNOVA_SIM_INTR_ENG_RESET, 0);
		return CNOVA_SIM_STEP_STOPPED;
	}
	return step;
}

/**
 * cnova_sim_runlist_run() - Do what there is to do.
 * @rl: For whom.
 *
 * Context: The thread of the runlist, annotated as fence signalling; sleeps only as the
 * latency knob says.
 * Return: Microseconds after which to come again, though nothing happens; 0: not before it is
 * kicked.
 */
u32 cnova_sim_runlist_run(struct cnova_sim_runlist *rl)
{
	struct cnova_sim *sim = rl->sim;
	u32 fruitless = 0;
	u32 idle_us;

	spin_lock_irq(&sim->lock);
	rl->kicked = false;
	rl->idle_us = 0;
	while (!sim->host->stopped && !READ_ONCE(sim->knobs.gone)) {
		enum cnova_sim_step step;

		cnova_sim_host_settle(rl);
		if (!rl->current_channel && !cnova_sim_host_pick(rl))
			break;
		if (rl->hung || cnova_sim_host_is_frozen(rl) || !cnova_sim_host_refresh(rl))
			break;
		step = cnova_sim_host_step(rl);
		/* It may have been told to leave while it waited, and must not be saved twice. */
		if (!cnova_sim_host_is_frozen(rl) && !rl->hung &&
		    !cnova_sim_host_after(rl, step, &fruitless))
			break;
		spin_unlock_irq(&sim->lock);
		cond_resched();
		spin_lock_irq(&sim->lock);
	}
	cnova_sim_host_settle(rl);
	idle_us = rl->idle_us;
	spin_unlock_irq(&sim->lock);
	return idle_us;
}

/**
 * cnova_sim_engine_notify() - A non-stall interrupt of an engine.
 * @engine: Which; out of a method.
 *
 * Context: Any; caller does not hold &cnova_sim.lock.
 */
void cnova_sim_engine_notify(struct cnova_sim_engine *engine)
{
	struct cnova_sim *sim = engine->sim;

	spin_lock_irq(&sim->lock);
	cnova_sim_irq_pulse(sim, engine->nonstall_vector);
	spin_unlock_irq(&sim->lock);
}

static bool cnova_sim_host_is_in(enum cnova_sim_aperture aperture, u64 pa, u64 size,
				 enum cnova_sim_aperture what_aperture, u64 what)
{
	bool video = aperture == CNOVA_SIM_VIDEO;
	bool what_video = what_aperture == CNOVA_SIM_VIDEO;

	return video == what_video && what >= pa && what - pa < size;
}

/* Does memory that goes hold something that a channel needs? */
static void cnova_sim_host_check_channel(struct cnova_sim *sim,
					 const struct cnova_sim_channel *ch,
					 enum cnova_sim_aperture aperture, u64 pa, u64 size)
{
	const struct cnova_sim_client *client = &ch->ctx.port.client;

	if (!ch->bound)
		return;
	if (cnova_sim_host_is_in(aperture, pa, size, ch->inst_aperture, ch->inst))
		cnova_sim_report(sim, CNOVA_SIM_RELEASED,
				 "instance block of channel %u in use: %#llx", ch->chid, ch->inst);
	if (ch->runlist &&
	    cnova_sim_host_is_in(aperture, pa, size, ch->userd_aperture, ch->userd))
		cnova_sim_report(sim, CNOVA_SIM_RELEASED, "USERD of channel %u in use: %#llx",
				 ch->chid, ch->userd);
	if (ch->loaded &&
	    cnova_sim_host_is_in(aperture, pa, size, client->aperture, client->pdb))
		cnova_sim_report(sim, CNOVA_SIM_RELEASED,
				 "root table of channel %u in use: %#llx", ch->chid, client->pdb);
}

/**
 * cnova_sim_host_check_release() - Memory is given back: no channel may need it.
 * @sim: The device.
 * @aperture: Where it is.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_check_release(struct cnova_sim *sim, enum cnova_sim_aperture aperture,
				  u64 pa, u64 size)
{
	u32 i;

	for (i = 0; sim->host->nr_bound && i < CNOVA_SIM_NR_CHANNELS; i++)
		cnova_sim_host_check_channel(sim, &sim->host->channel[i], aperture, pa, size);
}

/* Until no step is under way, and none begins. */
static void cnova_sim_host_quiesce(struct cnova_sim *sim)
{
	u32 i;

	spin_lock_irq(&sim->lock);
	sim->host->stopped = true;
	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		while (sim->host->runlist[i].stepping) {
			spin_unlock_irq(&sim->lock);
			usleep_range(50, 100);
			spin_lock_irq(&sim->lock);
		}
	}
	spin_unlock_irq(&sim->lock);
}

/* Everything but what the runlist is made of. */
static void cnova_sim_host_clear_runlist(struct cnova_sim_runlist *rl)
{
	memset(&rl->pbdma, 0, sizeof(rl->pbdma));
	memset(rl->base, 0, sizeof(rl->base));
	rl->nr_entries = 0;
	rl->pos = 0;
	rl->current_channel = NULL;
	rl->on_engine = false;
	rl->hung = false;
	rl->engine_off = false;
	rl->engine_reset = false;
	rl->no_sched = false;
	rl->doorbell = 0;
	rl->submit_pending = false;
	rl->tsg_preempt = false;
	rl->runlist_preempt = false;
	rl->intr = 0;
	rl->intr_enable = 0;
	rl->intr_seen = 0;
	rl->intr_vector = CNOVA_SIM_INTR_CPU | (CNOVA_SIM_VECTOR_RUNLIST + rl->index);
	rl->bad_tsg = 0;
	if (rl->engine.ops->reset)
		rl->engine.ops->reset(&rl->engine);
}

/**
 * cnova_sim_host_reset() - As after power-on.
 * @sim: The device.
 *
 * Context: Process context; waits for what is under way.
 */
void cnova_sim_host_reset(struct cnova_sim *sim)
{
	struct cnova_sim_host *host = sim->host;
	u32 i;

	cnova_sim_host_quiesce(sim);
	spin_lock_irq(&sim->lock);
	for (i = 0; i < CNOVA_SIM_NR_CHANNELS; i++) {
		cnova_sim_host_unbind(sim, &host->channel[i]);
		host->channel[i].runlist = NULL;
		host->channel[i].tsg = CNOVA_SIM_NO_TSG;
	}
	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++)
		cnova_sim_host_clear_runlist(&host->runlist[i]);
	memset(&host->pfifo, 0, sizeof(host->pfifo));
	host->reset_mask = U32_MAX;
	cnova_sim_irq_reset(sim);
	host->stopped = false;
	spin_unlock_irq(&sim->lock);
}

/**
 * cnova_sim_host_init() - Make host.
 * @sim: The device, configured.
 *
 * Context: Process context.
 * Return: 0, or -ENOMEM.
 */
int cnova_sim_host_init(struct cnova_sim *sim)
{
	struct cnova_sim_host *host;
	int err;
	u32 i;

	host = kvzalloc_obj(*host);
	if (!host)
		return -ENOMEM;
	sim->host = host;
	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		struct cnova_sim_runlist *rl = &host->runlist[i];

		rl->sim = sim;
		rl->index = i;
		init_waitqueue_head(&rl->wait);
		rl->engine.sim = sim;
		rl->engine.index = i;
		cnova_sim_top_engine(sim, &rl->engine);
		err = cnova_sim_ce_create(&rl->engine);
		if (err) {
			cnova_sim_host_fini(sim);
			return err;
		}
	}
	for (i = 0; i < CNOVA_SIM_NR_CHANNELS; i++)
		host->channel[i].chid = sim->chip->registers & CNOVA_SIM_HAS_PFIFO ?
					i : i % CNOVA_SIM_RUNLIST_CHANNELS;
	cnova_sim_irq_init(sim);
	cnova_sim_host_reset(sim);
	return 0;
}

/**
 * cnova_sim_host_fini() - Take it apart.
 * @sim: The device; its threads are gone.
 *
 * Context: Process context.
 */
void cnova_sim_host_fini(struct cnova_sim *sim)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++)
		cnova_sim_ce_destroy(&sim->host->runlist[i].engine);
	kvfree(sim->host);
	sim->host = NULL;
}
