// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Interrupts of host
 *
 * Turing: one level for all of PFIFO. Ampere and later: a pulse for each runlist, sent when a bit
 * comes up, and by RETRIGGER. Locking: &cnova_sim.lock, held by the caller of every function
 * here.
 */
#include <linux/bits.h>

#include "sim.h"

/* INTR_0 of PFIFO, Turing. */
#define PFIFO_SCHED_ERROR	BIT(8)
#define PFIFO_TSG_PREEMPT	BIT(28)
#define PFIFO_PBDMA		BIT(29)
#define PFIFO_RUNLIST_EVENT	BIT(30)
#define SCHED_ERROR_BAD_TSG	0x20

/* INTR_0 of a runlist, Ampere and later. */
#define RUNLIST_TSG_PREEMPT	BIT(8)
#define RUNLIST_PREEMPT		BIT(9)
#define RUNLIST_BAD_TSG		BIT(12)
#define RUNLIST_PBDMA_0		BIT(16)

static bool cnova_sim_host_pbdma_pending(const struct cnova_sim_pbdma *pbdma)
{
	return (pbdma->intr[0] & pbdma->enable[0]) || (pbdma->intr[1] & pbdma->enable[1]);
}

/**
 * cnova_sim_host_pfifo_intr() - INTR_0 of PFIFO.
 * @sim: The device.
 * @pbdmas: Which PBDMAs have something; may be NULL.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The register.
 */
u32 cnova_sim_host_pfifo_intr(const struct cnova_sim *sim, u32 *pbdmas)
{
	const struct cnova_sim_host *host = sim->host;
	u32 intr = host->pfifo.intr;
	u32 bits = 0;
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		if (cnova_sim_host_pbdma_pending(&host->runlist[i].pbdma))
			bits |= BIT(i);
	}
	if (bits)
		intr |= PFIFO_PBDMA;
	if (host->pfifo.event)
		intr |= PFIFO_RUNLIST_EVENT;
	if (pbdmas)
		*pbdmas = bits;
	return intr;
}

/**
 * cnova_sim_host_runlist_intr() - INTR_0 of a runlist.
 * @rl: The runlist.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The register.
 */
u32 cnova_sim_host_runlist_intr(const struct cnova_sim_runlist *rl)
{
	return rl->intr | (cnova_sim_host_pbdma_pending(&rl->pbdma) ? RUNLIST_PBDMA_0 : 0);
}

/**
 * cnova_sim_host_retrigger() - Tell again what is pending in a runlist.
 * @rl: The runlist.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_retrigger(struct cnova_sim_runlist *rl)
{
	if ((cnova_sim_host_runlist_intr(rl) & rl->intr_enable) &&
	    (rl->intr_vector & CNOVA_SIM_INTR_CPU))
		cnova_sim_irq_pulse(rl->sim, rl->intr_vector & GENMASK(11, 0));
}

/**
 * cnova_sim_host_update_irq() - Something came up or was cleared.
 * @rl: Where.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_update_irq(struct cnova_sim_runlist *rl)
{
	struct cnova_sim *sim = rl->sim;
	u32 intr;

	if (sim->chip->registers & CNOVA_SIM_HAS_PFIFO) {
		const u32 *enable = sim->host->pfifo.enable;

		intr = cnova_sim_host_pfifo_intr(sim, NULL);
		cnova_sim_irq_level(sim, CNOVA_SIM_VECTOR_PFIFO, intr & enable[0]);
		cnova_sim_irq_level(sim, CNOVA_SIM_VECTOR_PFIFO + 1, intr & enable[1]);
		return;
	}
	intr = cnova_sim_host_runlist_intr(rl) & rl->intr_enable;
	if (intr & ~rl->intr_seen)
		cnova_sim_host_retrigger(rl);
	rl->intr_seen = intr;
}

/**
 * cnova_sim_host_error() - The PBDMA freezes, with the channel that is on it.
 * @rl: Its runlist.
 * @intr_0: Why: bits of INTR_0.
 * @intr_1: Or of INTR_1.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_error(struct cnova_sim_runlist *rl, u32 intr_0, u32 intr_1)
{
	struct cnova_sim_pbdma *pbdma = &rl->pbdma;
	const struct cnova_sim_channel *ch = rl->current_channel;

	pbdma->chid = ch->chid;
	pbdma->method = ch->fc.method;
	pbdma->hce[0] = ch->fc.method.address;
	pbdma->hce[1] = ch->fc.method.data;
	pbdma->intr[0] |= intr_0;
	pbdma->intr[1] |= intr_1;
	cnova_sim_host_update_irq(rl);
}

/**
 * cnova_sim_host_event() - Something that software may wait for.
 * @rl: Where.
 * @event: What.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_event(struct cnova_sim_runlist *rl, enum cnova_sim_event event)
{
	struct cnova_sim_pfifo *pfifo = &rl->sim->host->pfifo;

	switch (event) {
	case CNOVA_SIM_EVENT_TSG_PREEMPT:
		pfifo->intr |= PFIFO_TSG_PREEMPT;
		rl->intr |= RUNLIST_TSG_PREEMPT;
		break;
	case CNOVA_SIM_EVENT_RUNLIST:
		pfifo->event |= BIT(CNOVA_SIM_TU_RUNLIST(rl->index));
		rl->intr |= RUNLIST_PREEMPT;
		break;
	case CNOVA_SIM_EVENT_BAD_TSG:
		pfifo->intr |= PFIFO_SCHED_ERROR;
		pfifo->sched_error = SCHED_ERROR_BAD_TSG;
		rl->intr |= RUNLIST_BAD_TSG;
		break;
	}
	cnova_sim_host_update_irq(rl);
}
