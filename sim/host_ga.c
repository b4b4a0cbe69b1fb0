// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Registers of host, Ampere and later
 *
 * Each runlist has a block of registers and a RAM of channels, found by device info. MAN A
 * dev_runlist, REF dev_runlist.h of GA100 and GB202. Locking: &cnova_sim.lock, held by the
 * caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/log2.h>

#include "sim.h"

#define RUNLIST_SIZE		0x1000
#define CHANNEL_CONFIG		0x004
#define DOORBELL_CONFIG		0x008
#define DOORBELL_CONFIG_ID	GENMASK(31, 16)
#define PBDMA_CONFIG_0		0x010
#define PBDMA_CONFIG_1		0x014
#define PBDMA_CONFIG_VALID	BIT(31)
#define PREEMPT_GB		0x014
#define SUBMIT_BASE_LO		0x080
#define SUBMIT_BASE_HI		0x084
#define SUBMIT			0x088
#define SUBMIT_INFO		0x08c
#define SUBMIT_PENDING		BIT(15)
#define INTERNAL_DOORBELL	0x090
#define INTERNAL_CHID		GENMASK(11, 0)
#define SCHED_DISABLE		0x094
#define SCHED_DISABLED		BIT(0)
#define PREEMPT_GA		0x098
#define PREEMPT_ID		GENMASK(11, 0)
#define PREEMPT_TSG_PENDING	BIT(20)
#define PREEMPT_RUNLIST_PENDING	BIT(21)
#define PREEMPT_TYPE		GENMASK(25, 24)
#define PREEMPT_TYPE_TSG	1
#define INTR_0			0x100
#define INTR_0_CLEAR		(BIT(0) | BIT(8) | BIT(9) | BIT(12))
#define INTR_0_EN_SET(tree)	(0x120 + (tree) * 8)
#define INTR_0_EN_CLEAR(tree)	(0x140 + (tree) * 8)
#define INTR_VECTORID(tree)	(0x160 + (tree) * 4)
#define INTR_BAD_TSG		0x174
#define INTR_RETRIGGER(tree)	(0x180 + (tree) * 4)
#define ENGINE_STATUS0		0x200
#define VIRTUAL_CHANNEL_CFG	0x300

#define PBDMA			0x40000
#define PBDMA_STRIDE		0x800

/* Channel RAM. */
#define CHAN_WRITE_CLEAR	BIT(0)
#define CHAN_ENABLE		BIT(1)
#define CHAN_NEXT		BIT(2)
#define CHAN_BUSY		BIT(3)
#define CHAN_PBDMA_FAULTED	BIT(4)
#define CHAN_ENG_FAULTED	BIT(5)
#define CHAN_ON_PBDMA		BIT(6)
#define CHAN_ON_ENG		BIT(7)
#define CHAN_PENDING		BIT(8)
#define CHAN_PBDMA_BUSY		BIT(10)
#define CHAN_ENG_BUSY		BIT(11)
#define CHAN_ACQUIRE_FAIL	BIT(12)
#define CHAN_CLEAR_CHANNEL	U32_MAX

static u32 cnova_sim_ga_preempt_offset(const struct cnova_sim *sim)
{
	return sim->chip->registers & CNOVA_SIM_HAS_PREEMPT_GB ? PREEMPT_GB : PREEMPT_GA;
}

/* ---- channel RAM ---- */

static u32 cnova_sim_ga_channel(const struct cnova_sim_channel *ch)
{
	bool loaded = cnova_sim_host_is_loaded(ch);
	u32 value = 0;

	if (ch->enabled)
		value |= CHAN_ENABLE;
	if (ch->next)
		value |= CHAN_NEXT;
	if (loaded || ch->pending)
		value |= CHAN_BUSY;
	if (ch->pbdma_faulted)
		value |= CHAN_PBDMA_FAULTED;
	if (ch->eng_faulted)
		value |= CHAN_ENG_FAULTED;
	if (loaded)
		value |= CHAN_ON_PBDMA | CHAN_PBDMA_BUSY;
	if (loaded && ch->runlist->on_engine)
		value |= CHAN_ON_ENG | CHAN_ENG_BUSY;
	if (ch->pending && !loaded)
		value |= CHAN_PENDING;
	if (ch->fc.acquiring)
		value |= CHAN_ACQUIRE_FAIL;
	return value;
}

static void cnova_sim_ga_clear_channel(struct cnova_sim *sim, struct cnova_sim_channel *ch)
{
	if (cnova_sim_host_is_loaded(ch))
		cnova_sim_report(sim, CNOVA_SIM_HOST, "channel %u cleared while it runs", ch->chid);
	else
		cnova_sim_host_unbind(sim, ch);
}

static void cnova_sim_ga_set_channel(struct cnova_sim *sim, struct cnova_sim_channel *ch,
				     u32 value)
{
	if (value == CHAN_CLEAR_CHANNEL) {
		cnova_sim_ga_clear_channel(sim, ch);
		return;
	}
	if (value & CHAN_NEXT)
		ch->next = !(value & CHAN_WRITE_CLEAR);
	if (!(value & CHAN_WRITE_CLEAR)) {
		if (value & CHAN_PBDMA_FAULTED)
			ch->pbdma_faulted = true;
		if (value & CHAN_ENG_FAULTED)
			ch->eng_faulted = true;
		if (value & CHAN_ENABLE)
			cnova_sim_host_enable(ch, true);
		return;
	}
	if (value & CHAN_ENABLE)
		cnova_sim_host_enable(ch, false);
	if (value & CHAN_PBDMA_FAULTED)
		cnova_sim_host_clear_fault(ch, false);
	if (value & CHAN_ENG_FAULTED)
		cnova_sim_host_clear_fault(ch, true);
}

/* ---- runlists ---- */

static u32 cnova_sim_ga_preempt(const struct cnova_sim_runlist *rl)
{
	u32 value = rl->preempt_id;

	if (rl->tsg_preempt)
		value |= PREEMPT_TSG_PENDING | FIELD_PREP(PREEMPT_TYPE, PREEMPT_TYPE_TSG);
	if (rl->runlist_preempt)
		value |= PREEMPT_RUNLIST_PENDING;
	return value;
}

static void cnova_sim_ga_set_preempt(struct cnova_sim_runlist *rl, u32 value)
{
	if (FIELD_GET(PREEMPT_TYPE, value) == PREEMPT_TYPE_TSG) {
		rl->tsg_preempt = true;
		rl->preempt_is_channel = false;
		rl->preempt_id = FIELD_GET(PREEMPT_ID, value);
	} else {
		rl->runlist_preempt = true;
	}
	cnova_sim_host_preempt(rl);
}

static bool cnova_sim_ga_config_read(const struct cnova_sim_runlist *rl, u32 offset, u32 *value)
{
	switch (offset) {
	case CHANNEL_CONFIG:
		*value = CNOVA_SIM_GA_CHANNELS(rl->index) | ilog2(CNOVA_SIM_RUNLIST_CHANNELS);
		return true;
	case DOORBELL_CONFIG:
		*value = FIELD_PREP(DOORBELL_CONFIG_ID, CNOVA_SIM_GA_DOORBELL(rl->index));
		return true;
	case PBDMA_CONFIG_0:
		*value = (PBDMA + rl->index * PBDMA_STRIDE) | PBDMA_CONFIG_VALID;
		return true;
	case PBDMA_CONFIG_1:
		*value = 0;
		return true;
	}
	return false;
}

static bool cnova_sim_ga_runlist_read(const struct cnova_sim_runlist *rl, u32 offset, u32 *value)
{
	if (offset == cnova_sim_ga_preempt_offset(rl->sim)) {
		*value = cnova_sim_ga_preempt(rl);
		return true;
	}
	switch (offset) {
	case SUBMIT_BASE_LO:
	case SUBMIT_BASE_HI:
		*value = rl->base[offset == SUBMIT_BASE_HI];
		return true;
	case SUBMIT:
		*value = rl->nr_entries;
		return true;
	case SUBMIT_INFO:
		*value = rl->submit_pending ? SUBMIT_PENDING : 0;
		return true;
	case SCHED_DISABLE:
		*value = rl->no_sched ? SCHED_DISABLED : 0;
		return true;
	case INTR_0:
		*value = cnova_sim_host_runlist_intr(rl);
		return true;
	case INTR_0_EN_SET(0):
	case INTR_0_EN_CLEAR(0):
		*value = rl->intr_enable;
		return true;
	case INTR_0_EN_SET(1):
	case INTR_0_EN_CLEAR(1):
	case INTR_VECTORID(1):
		*value = 0;
		return true;
	case INTR_VECTORID(0):
		*value = rl->intr_vector;
		return true;
	case INTR_BAD_TSG:
		*value = rl->bad_tsg;
		return true;
	case ENGINE_STATUS0:
		*value = cnova_sim_host_engine_status(rl);
		return true;
	case VIRTUAL_CHANNEL_CFG:
		*value = rl->doorbell;
		return true;
	}
	return cnova_sim_ga_config_read(rl, offset, value);
}

static bool cnova_sim_ga_intr_write(struct cnova_sim_runlist *rl, u32 offset, u32 value)
{
	switch (offset) {
	case INTR_0:
		rl->intr &= ~(value & INTR_0_CLEAR);
		break;
	case INTR_0_EN_SET(0):
		rl->intr_enable |= value;
		break;
	case INTR_0_EN_CLEAR(0):
		rl->intr_enable &= ~value;
		break;
	case INTR_0_EN_SET(1):
	case INTR_0_EN_CLEAR(1):
	case INTR_VECTORID(1):
	case INTR_RETRIGGER(1):
		/* The second tree has nothing of its own. */
		return true;
	case INTR_VECTORID(0):
		rl->intr_vector = value;
		break;
	case INTR_RETRIGGER(0):
		if (value & BIT(0))
			cnova_sim_host_retrigger(rl);
		return true;
	default:
		return false;
	}
	cnova_sim_host_update_irq(rl);
	return true;
}

static bool cnova_sim_ga_runlist_write(struct cnova_sim_runlist *rl, u32 offset, u32 value)
{
	if (offset == cnova_sim_ga_preempt_offset(rl->sim)) {
		cnova_sim_ga_set_preempt(rl, value);
		return true;
	}
	switch (offset) {
	case SUBMIT_BASE_LO:
	case SUBMIT_BASE_HI:
		rl->base[offset == SUBMIT_BASE_HI] = value;
		return true;
	case SUBMIT:
		cnova_sim_host_submit(rl, value);
		return true;
	case INTERNAL_DOORBELL:
		cnova_sim_host_doorbell(rl, FIELD_GET(INTERNAL_CHID, value));
		return true;
	case SCHED_DISABLE:
		rl->no_sched = value & SCHED_DISABLED;
		cnova_sim_host_kick(rl);
		return true;
	case VIRTUAL_CHANNEL_CFG:
		rl->doorbell = value;
		return true;
	}
	return cnova_sim_ga_intr_write(rl, offset, value);
}

/* Which of the blocks, @stride apart from @base on, is @offset in? NULL: none. */
static struct cnova_sim_runlist *cnova_sim_ga_block(struct cnova_sim *sim, u32 *offset, u32 base,
						    u32 stride)
{
	u32 index = (*offset - base) / stride;

	if (*offset < base || index >= CNOVA_SIM_NR_RUNLISTS)
		return NULL;
	*offset = (*offset - base) % stride;
	return &sim->host->runlist[index];
}

#define RUNLISTS	CNOVA_SIM_GA_RUNLIST(0)
#define CHANNELS	CNOVA_SIM_GA_CHANNELS(0)
#define CHANNELS_SIZE	(CNOVA_SIM_GA_CHANNELS(1) - CHANNELS)

/**
 * cnova_sim_ga_read() - A register of host is read, Ampere and later.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be read.
 */
bool cnova_sim_ga_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	const struct cnova_sim_channel *ch;
	struct cnova_sim_runlist *rl;

	if (!(sim->chip->registers & CNOVA_SIM_HAS_RUNLISTS))
		return false;
	rl = cnova_sim_ga_block(sim, &offset, RUNLISTS, RUNLIST_SIZE);
	if (rl)
		return cnova_sim_ga_runlist_read(rl, offset, value);
	rl = cnova_sim_ga_block(sim, &offset, PBDMA, PBDMA_STRIDE);
	if (rl)
		return cnova_sim_pbdma_read(rl, offset, value);
	rl = cnova_sim_ga_block(sim, &offset, CHANNELS, CHANNELS_SIZE);
	if (!rl)
		return false;
	ch = cnova_sim_host_channel(sim, rl, offset / sizeof(u32));
	if (!ch)
		return false;
	*value = cnova_sim_ga_channel(ch);
	return true;
}

/**
 * cnova_sim_ga_write() - A register of host is written, Ampere and later.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be written.
 */
bool cnova_sim_ga_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_channel *ch;
	struct cnova_sim_runlist *rl;

	if (!(sim->chip->registers & CNOVA_SIM_HAS_RUNLISTS))
		return false;
	rl = cnova_sim_ga_block(sim, &offset, RUNLISTS, RUNLIST_SIZE);
	if (rl)
		return cnova_sim_ga_runlist_write(rl, offset, value);
	rl = cnova_sim_ga_block(sim, &offset, PBDMA, PBDMA_STRIDE);
	if (rl)
		return cnova_sim_pbdma_write(rl, offset, value);
	rl = cnova_sim_ga_block(sim, &offset, CHANNELS, CHANNELS_SIZE);
	ch = rl ? cnova_sim_host_channel(sim, rl, offset / sizeof(u32)) : NULL;
	if (!ch)
		return false;
	cnova_sim_ga_set_channel(sim, ch, value);
	return true;
}
