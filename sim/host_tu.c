// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Registers of host, Turing
 *
 * One PFIFO for all runlists, one table of channels. MAN T dev_fifo. Locking: &cnova_sim.lock, held
 * by the caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>

#include "sim.h"

#define CFG0			0x2004
#define CFG1			0x2008
#define CFG2			0x200c
#define INTR_0			0x2100
#define INTR_0_CLEAR		(BIT(0) | BIT(8) | BIT(16) | BIT(28) | BIT(31))
#define INTR_EN_0		0x2140
#define PBDMA_MAP(i)		(0x2390 + (i) * 4)
#define INTR_EN_1		0x2528
#define INTR_BIND_ERROR		0x252c
#define INTR_SCHED_ERROR	0x254c
#define INTR_PBDMA_ID		0x25a0
#define SCHED_DISABLE		0x2630
#define PREEMPT			0x2634
#define PREEMPT_ID		GENMASK(11, 0)
#define PREEMPT_PENDING		BIT(20)
#define PREEMPT_TYPE		GENMASK(25, 24)
#define PREEMPT_TYPE_TSG	1
#define RUNLIST_PREEMPT		0x2638
#define ENGINE_STATUS		0x2640
#define INTR_RUNLIST		0x2a00
#define RUNLIST			0x2b00
#define RUNLIST_STRIDE		16
#define SUBMIT_PENDING		BIT(15)
#define PBDMA			0x40000
#define PBDMA_STRIDE		0x2000
#define CHANNEL_TABLE		0x800000
#define DOORBELL_CFG		0xb65000
#define STALL_BASE		0xb66880
#define NONSTALL_BASE		0xb66884
#define STALL_BASE_VECTOR	192

#define PFIFO_BIND_ERROR	BIT(0)
#define BIND_NOT_UNBOUND	1
#define UNBIND_WHILE_RUNNING	3
#define BIND_INVALID_TARGET	6

/* Channel table. */
#define INST_PTR		GENMASK(27, 0)
#define INST_TARGET		GENMASK(29, 28)
#define INST_BIND		BIT(31)
#define INST_SHIFT		12
#define CHAN_ENABLED		BIT(0)
#define CHAN_NEXT		BIT(1)
#define CHAN_ENABLE_SET		BIT(10)
#define CHAN_ENABLE_CLR		BIT(11)
#define CHAN_FORCE_PBDMA	BIT(20)
#define CHAN_FORCE_ENG		BIT(21)
#define CHAN_PBDMA_FAULTED	BIT(22)
#define CHAN_ENG_FAULTED	BIT(23)
#define CHAN_STATUS		GENMASK(27, 24)
#define CHAN_BUSY		BIT(28)

enum {
	STATUS_IDLE = 0,
	STATUS_PENDING = 1,
	STATUS_PENDING_ACQUIRE = 3,
	STATUS_ON_PBDMA = 5,
	STATUS_ON_PBDMA_AND_ENG = 6,
};

/* Engine status. */
#define ENG_ID			GENMASK(11, 0)
#define ENG_ID_IS_TSG		BIT(12)
#define ENG_CTX_STATUS		GENMASK(15, 13)
#define ENG_CTX_VALID		1
#define ENG_FAULTED		BIT(30)
#define ENG_BUSY		BIT(31)

static struct cnova_sim_runlist *cnova_sim_tu_runlist(struct cnova_sim *sim, u32 number)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		if (number == CNOVA_SIM_TU_RUNLIST(i))
			return &sim->host->runlist[i];
	}
	return NULL;
}

/* A bit for each runlist of which @is holds. */
static u32 cnova_sim_tu_bits(struct cnova_sim *sim,
			     bool (*is)(const struct cnova_sim_runlist *rl))
{
	u32 bits = 0;
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		if (is(&sim->host->runlist[i]))
			bits |= BIT(CNOVA_SIM_TU_RUNLIST(i));
	}
	return bits;
}

static bool cnova_sim_tu_is_disabled(const struct cnova_sim_runlist *rl)
{
	return rl->no_sched;
}

static bool cnova_sim_tu_is_preempted(const struct cnova_sim_runlist *rl)
{
	return rl->runlist_preempt;
}

static bool cnova_sim_tu_in_tsg_preempt(const struct cnova_sim_runlist *rl)
{
	return rl->tsg_preempt;
}

/**
 * cnova_sim_host_engine_status() - What an engine does.
 * @rl: Its runlist.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: ENGINE_STATUS, which looks the same on all chips.
 */
u32 cnova_sim_host_engine_status(const struct cnova_sim_runlist *rl)
{
	const struct cnova_sim_channel *ch = rl->current_channel;
	u32 value;

	if (!ch || !ch->engine)
		return 0;
	value = FIELD_PREP(ENG_CTX_STATUS, ENG_CTX_VALID);
	value |= FIELD_PREP(ENG_ID, ch->tsg) | ENG_ID_IS_TSG;
	if (ch->eng_faulted)
		value |= ENG_FAULTED;
	if (rl->on_engine || rl->hung)
		value |= ENG_BUSY;
	return value;
}

/* ---- channel table ---- */

static u32 cnova_sim_tu_inst(const struct cnova_sim_channel *ch)
{
	u32 value = FIELD_PREP(INST_PTR, ch->inst >> INST_SHIFT);

	value |= FIELD_PREP(INST_TARGET, ch->inst_aperture);
	return value | (ch->bound ? INST_BIND : 0);
}

static u32 cnova_sim_tu_channel(const struct cnova_sim_channel *ch)
{
	bool loaded = cnova_sim_host_is_loaded(ch);
	u32 status = STATUS_IDLE;
	u32 value = 0;

	if (loaded)
		status = ch->runlist->on_engine ? STATUS_ON_PBDMA_AND_ENG : STATUS_ON_PBDMA;
	else if (ch->pending)
		status = ch->fc.acquiring ? STATUS_PENDING_ACQUIRE : STATUS_PENDING;
	if (ch->enabled)
		value |= CHAN_ENABLED;
	if (ch->next)
		value |= CHAN_NEXT;
	if (ch->pbdma_faulted)
		value |= CHAN_PBDMA_FAULTED;
	if (ch->eng_faulted)
		value |= CHAN_ENG_FAULTED;
	if (loaded || ch->pending)
		value |= CHAN_BUSY;
	return value | FIELD_PREP(CHAN_STATUS, status);
}

static void cnova_sim_tu_bind_error(struct cnova_sim *sim, u32 code)
{
	sim->host->pfifo.intr |= PFIFO_BIND_ERROR;
	sim->host->pfifo.bind_error = code;
	cnova_sim_host_update_irq(&sim->host->runlist[0]);
}

static void cnova_sim_tu_set_inst(struct cnova_sim *sim, struct cnova_sim_channel *ch, u32 value)
{
	u32 target = FIELD_GET(INST_TARGET, value);

	if (!(value & INST_BIND)) {
		if (cnova_sim_host_is_loaded(ch))
			cnova_sim_tu_bind_error(sim, UNBIND_WHILE_RUNNING);
		else
			cnova_sim_host_unbind(sim, ch);
		return;
	}
	if (ch->bound) {
		cnova_sim_tu_bind_error(sim, BIND_NOT_UNBOUND);
		return;
	}
	if (target == CNOVA_SIM_PEER) {
		cnova_sim_tu_bind_error(sim, BIND_INVALID_TARGET);
		return;
	}
	cnova_sim_host_bind(sim, ch, (u64)FIELD_GET(INST_PTR, value) << INST_SHIFT, target);
}

static void cnova_sim_tu_set_channel(struct cnova_sim_channel *ch, u32 value)
{
	ch->next = value & CHAN_NEXT;
	if (value & CHAN_FORCE_PBDMA)
		ch->pbdma_faulted = true;
	if (value & CHAN_FORCE_ENG)
		ch->eng_faulted = true;
	if (value & CHAN_PBDMA_FAULTED)
		cnova_sim_host_clear_fault(ch, false);
	if (value & CHAN_ENG_FAULTED)
		cnova_sim_host_clear_fault(ch, true);
	if (value & CHAN_ENABLE_SET)
		cnova_sim_host_enable(ch, true);
	if (value & CHAN_ENABLE_CLR)
		cnova_sim_host_enable(ch, false);
}

/* ---- runlists ---- */

static bool cnova_sim_tu_runlist_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	struct cnova_sim_runlist *rl = cnova_sim_tu_runlist(sim, (offset - RUNLIST) /
							    RUNLIST_STRIDE);

	if (!rl)
		return false;
	switch (offset % RUNLIST_STRIDE) {
	case 0:
	case 4:
		*value = rl->base[offset % RUNLIST_STRIDE / 4];
		return true;
	case 8:
		*value = rl->nr_entries;
		return true;
	case 12:
		*value = rl->submit_pending ? SUBMIT_PENDING : 0;
		return true;
	}
	return false;
}

static bool cnova_sim_tu_runlist_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_runlist *rl = cnova_sim_tu_runlist(sim, (offset - RUNLIST) /
							    RUNLIST_STRIDE);

	if (!rl)
		return false;
	switch (offset % RUNLIST_STRIDE) {
	case 0:
	case 4:
		rl->base[offset % RUNLIST_STRIDE / 4] = value;
		return true;
	case 8:
		cnova_sim_host_submit(rl, value);
		return true;
	}
	return false;
}

static void cnova_sim_tu_preempt(struct cnova_sim *sim, u32 value)
{
	u32 i;

	sim->host->pfifo.preempt = value;
	/* Nobody says on which runlist the TSG is: there is but one with it. */
	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		struct cnova_sim_runlist *rl = &sim->host->runlist[i];
		u32 id = FIELD_GET(PREEMPT_ID, value);
		bool has = false;
		u32 at;

		for (at = 0; at < rl->nr_entries && !has; at++)
			has = id == (FIELD_GET(PREEMPT_TYPE, value) == PREEMPT_TYPE_TSG ?
				     rl->entry[at]->tsg : rl->entry[at]->chid);
		if (rl->current_channel && id == rl->current_channel->tsg)
			has = true;
		if (!has)
			continue;
		rl->tsg_preempt = true;
		rl->preempt_id = id;
		rl->preempt_is_channel = FIELD_GET(PREEMPT_TYPE, value) != PREEMPT_TYPE_TSG;
		cnova_sim_host_preempt(rl);
	}
}

/* Registers with a bit for each runlist. */
static bool cnova_sim_tu_each(struct cnova_sim *sim, u32 offset, u32 value)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		struct cnova_sim_runlist *rl = &sim->host->runlist[i];
		bool set = value & BIT(CNOVA_SIM_TU_RUNLIST(i));

		if (offset == SCHED_DISABLE) {
			rl->no_sched = set;
			cnova_sim_host_kick(rl);
		} else if (set) {
			rl->runlist_preempt = true;
			cnova_sim_host_preempt(rl);
		}
	}
	return true;
}

/* ---- PFIFO ---- */

static bool cnova_sim_tu_pfifo_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	const struct cnova_sim_pfifo *pfifo = &sim->host->pfifo;

	switch (offset) {
	case CFG0:
		*value = CNOVA_SIM_NR_RUNLISTS | sim->chip->host_fault_id << 16;
		return true;
	case CFG1:
		*value = CNOVA_SIM_NR_CHANNELS;
		return true;
	case CFG2:
		*value = sim->chip->host_class;
		return true;
	case INTR_0:
		*value = cnova_sim_host_pfifo_intr(sim, NULL);
		return true;
	case INTR_EN_0:
	case INTR_EN_1:
		*value = pfifo->enable[offset == INTR_EN_1];
		return true;
	case INTR_BIND_ERROR:
		*value = pfifo->bind_error;
		return true;
	case INTR_SCHED_ERROR:
		*value = pfifo->sched_error;
		return true;
	case INTR_PBDMA_ID:
		cnova_sim_host_pfifo_intr(sim, value);
		return true;
	case INTR_RUNLIST:
		*value = pfifo->event;
		return true;
	case SCHED_DISABLE:
		*value = cnova_sim_tu_bits(sim, cnova_sim_tu_is_disabled);
		return true;
	case PREEMPT:
		*value = pfifo->preempt & ~PREEMPT_PENDING;
		if (cnova_sim_tu_bits(sim, cnova_sim_tu_in_tsg_preempt))
			*value |= PREEMPT_PENDING;
		return true;
	case RUNLIST_PREEMPT:
		*value = cnova_sim_tu_bits(sim, cnova_sim_tu_is_preempted);
		return true;
	case DOORBELL_CFG:
		*value = pfifo->doorbell;
		return true;
	case STALL_BASE:
		*value = STALL_BASE_VECTOR;
		return true;
	case NONSTALL_BASE:
		*value = 0;
		return true;
	}
	return false;
}

static bool cnova_sim_tu_pfifo_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_pfifo *pfifo = &sim->host->pfifo;

	switch (offset) {
	case INTR_0:
		pfifo->intr &= ~(value & INTR_0_CLEAR);
		break;
	case INTR_EN_0:
	case INTR_EN_1:
		pfifo->enable[offset == INTR_EN_1] = value;
		break;
	case INTR_RUNLIST:
		pfifo->event &= ~value;
		break;
	case SCHED_DISABLE:
	case RUNLIST_PREEMPT:
		return cnova_sim_tu_each(sim, offset, value);
	case PREEMPT:
		cnova_sim_tu_preempt(sim, value);
		return true;
	case DOORBELL_CFG:
		pfifo->doorbell = value;
		return true;
	default:
		return false;
	}
	cnova_sim_host_update_irq(&sim->host->runlist[0]);
	return true;
}

static bool cnova_sim_tu_table_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	const struct cnova_sim_channel *ch =
		cnova_sim_host_channel(sim, NULL, (offset - CHANNEL_TABLE) / 8);

	if (!ch)
		return false;
	*value = offset % 8 ? cnova_sim_tu_channel(ch) : cnova_sim_tu_inst(ch);
	return true;
}

static bool cnova_sim_tu_table_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_channel *ch =
		cnova_sim_host_channel(sim, NULL, (offset - CHANNEL_TABLE) / 8);

	if (!ch)
		return false;
	if (offset % 8)
		cnova_sim_tu_set_channel(ch, value);
	else
		cnova_sim_tu_set_inst(sim, ch, value);
	return true;
}

static bool cnova_sim_tu_is_in(u32 offset, u32 base, u32 size)
{
	return offset >= base && offset - base < size;
}

/**
 * cnova_sim_tu_read() - A register of Turing's host is read.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be read.
 */
bool cnova_sim_tu_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	struct cnova_sim_host *host = sim->host;

	if (!(sim->chip->registers & CNOVA_SIM_HAS_PFIFO))
		return false;
	if (cnova_sim_tu_is_in(offset, CHANNEL_TABLE, CNOVA_SIM_NR_CHANNELS * 8))
		return cnova_sim_tu_table_read(sim, offset, value);
	if (cnova_sim_tu_is_in(offset, RUNLIST, 16 * RUNLIST_STRIDE))
		return cnova_sim_tu_runlist_read(sim, offset, value);
	if (cnova_sim_tu_is_in(offset, PBDMA, CNOVA_SIM_NR_RUNLISTS * PBDMA_STRIDE))
		return cnova_sim_pbdma_read(&host->runlist[(offset - PBDMA) / PBDMA_STRIDE],
					    offset % PBDMA_STRIDE, value);
	if (cnova_sim_tu_is_in(offset, PBDMA_MAP(0), CNOVA_SIM_NR_RUNLISTS * 4)) {
		*value = BIT(CNOVA_SIM_TU_RUNLIST((offset - PBDMA_MAP(0)) / 4));
		return true;
	}
	/* Engine ids are one more than the index: graphics would be 0. */
	if (cnova_sim_tu_is_in(offset, ENGINE_STATUS + 8, CNOVA_SIM_NR_RUNLISTS * 8) &&
	    offset % 8 == 0) {
		u32 index = (offset - ENGINE_STATUS) / 8 - 1;

		*value = cnova_sim_host_engine_status(&host->runlist[index]);
		return true;
	}
	return cnova_sim_tu_pfifo_read(sim, offset, value);
}

/**
 * cnova_sim_tu_write() - A register of Turing's host is written.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be written.
 */
bool cnova_sim_tu_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_host *host = sim->host;

	if (!(sim->chip->registers & CNOVA_SIM_HAS_PFIFO))
		return false;
	if (cnova_sim_tu_is_in(offset, CHANNEL_TABLE, CNOVA_SIM_NR_CHANNELS * 8))
		return cnova_sim_tu_table_write(sim, offset, value);
	if (cnova_sim_tu_is_in(offset, RUNLIST, 16 * RUNLIST_STRIDE))
		return cnova_sim_tu_runlist_write(sim, offset, value);
	if (cnova_sim_tu_is_in(offset, PBDMA, CNOVA_SIM_NR_RUNLISTS * PBDMA_STRIDE))
		return cnova_sim_pbdma_write(&host->runlist[(offset - PBDMA) / PBDMA_STRIDE],
					     offset % PBDMA_STRIDE, value);
	return cnova_sim_tu_pfifo_write(sim, offset, value);
}
