// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Registers of host that all chips have
 *
 * Those of a PBDMA, the doorbell, the clock, and resets of engines. MAN dev_pbdma, dev_usermode,
 * REF dev_vm.h, dev_boot.h. Locking: &cnova_sim.lock, held by the caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/limits.h>

#include "sim.h"

/* In a PBDMA's block. */
#define PBDMA_GP_PUT		0x000
#define PBDMA_GP_GET		0x014
#define PBDMA_METHOD0		0x0c0
#define PBDMA_DATA0		0x0c4
#define PBDMA_INTR_0		0x108
#define PBDMA_GP_SHADOW_0	0x110
#define PBDMA_GP_SHADOW_1	0x114
#define PBDMA_HDR_SHADOW	0x118
#define PBDMA_CHANNEL		0x120
#define PBDMA_INTR_1		0x148
#define PBDMA_HCE_DBG0		0x150
#define PBDMA_HCE_DBG1		0x154
/* Enables: one register for each on Turing, later one to set and one to clear. */
#define TU_INTR_EN_0		0x10c
#define TU_INTR_EN_1		0x14c
#define GA_INTR_0_EN_SET	0x170
#define GA_INTR_1_EN_SET	0x180
#define GA_INTR_0_EN_CLEAR	0x190
#define GA_INTR_1_EN_CLEAR	0x1a0

#define CHANNEL_VALID		BIT(13)
#define METHOD_ADDRESS		GENMASK(13, 2)
#define METHOD_SUBCHANNEL	GENMASK(18, 16)
#define METHOD_VALID		BIT(31)
#define HCE_ADDRESS		GENMASK(13, 2)

/* Usermode. */
#define USERMODE_CLASS		0xbb0000
#define USERMODE_TIME_LO	0xbb0080
#define USERMODE_TIME_HI	0xbb0084
#define USERMODE_DOORBELL	0xbb0090
/* Turing has the doorbell here, too. */
#define TU_DOORBELL		0x810090
#define TIME_LO			GENMASK(31, 5)
#define DOORBELL_CHID		GENMASK(11, 0)
#define DOORBELL_RUNLIST	GENMASK(22, 16)
#define DOORBELL_GB20X		BIT(30)
#define DOORBELL_ON		BIT(31)

/* Resets: PMC_ENABLE, DEVICE_ENABLE. */
#define TU_RESET		0x200
#define GA_RESET		0x600

static bool cnova_sim_is_turing(const struct cnova_sim *sim)
{
	return sim->chip->registers & CNOVA_SIM_HAS_PFIFO;
}

static u32 cnova_sim_pbdma_method0(const struct cnova_sim_pbdma *pbdma)
{
	const struct cnova_sim_method *method = &pbdma->method;

	return (method->address & METHOD_ADDRESS) |
	       FIELD_PREP(METHOD_SUBCHANNEL, method->subchannel) |
	       (method->valid ? METHOD_VALID : 0);
}

/* The channel on it, or that of the last error. */
static u32 cnova_sim_pbdma_channel(const struct cnova_sim_runlist *rl)
{
	return rl->current_channel ? rl->current_channel->chid | CHANNEL_VALID : rl->pbdma.chid;
}

static bool cnova_sim_pbdma_read_enable(const struct cnova_sim_runlist *rl, u32 offset,
					u32 *value)
{
	bool turing = cnova_sim_is_turing(rl->sim);

	switch (offset) {
	case TU_INTR_EN_0:
	case TU_INTR_EN_1:
		*value = rl->pbdma.enable[offset == TU_INTR_EN_1];
		return turing;
	case GA_INTR_0_EN_SET:
	case GA_INTR_0_EN_CLEAR:
		*value = rl->pbdma.enable[0];
		return !turing;
	case GA_INTR_1_EN_SET:
	case GA_INTR_1_EN_CLEAR:
		*value = rl->pbdma.enable[1];
		return !turing;
	}
	return false;
}

/**
 * cnova_sim_pbdma_read() - A register of a PBDMA is read.
 * @rl: Its runlist.
 * @offset: In its block.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one.
 */
bool cnova_sim_pbdma_read(const struct cnova_sim_runlist *rl, u32 offset, u32 *value)
{
	const struct cnova_sim_pbdma *pbdma = &rl->pbdma;
	const struct cnova_sim_channel *ch = rl->current_channel;

	switch (offset) {
	case PBDMA_GP_PUT:
		*value = ch ? READ_ONCE(ch->fc.gp_put) : 0;
		return true;
	case PBDMA_GP_GET:
		*value = ch ? READ_ONCE(ch->fc.gp_get) : 0;
		return true;
	case PBDMA_METHOD0:
		*value = cnova_sim_pbdma_method0(pbdma);
		return true;
	case PBDMA_DATA0:
		*value = pbdma->method.data;
		return true;
	case PBDMA_INTR_0:
		*value = pbdma->intr[0];
		return true;
	case PBDMA_GP_SHADOW_0:
		*value = pbdma->gp_shadow;
		return true;
	case PBDMA_GP_SHADOW_1:
		*value = pbdma->gp_shadow >> 32;
		return true;
	case PBDMA_HDR_SHADOW:
		*value = pbdma->header;
		return true;
	case PBDMA_CHANNEL:
		*value = cnova_sim_pbdma_channel(rl);
		return true;
	case PBDMA_INTR_1:
		*value = pbdma->intr[1];
		return true;
	case PBDMA_HCE_DBG0:
		*value = pbdma->hce[0] & HCE_ADDRESS;
		return true;
	case PBDMA_HCE_DBG1:
		*value = pbdma->hce[1];
		return true;
	}
	return cnova_sim_pbdma_read_enable(rl, offset, value);
}

/* Software has seen to an error: the PBDMA goes on. */
static void cnova_sim_pbdma_ack(struct cnova_sim_runlist *rl, unsigned int which, u32 value)
{
	rl->pbdma.intr[which] &= ~value;
	cnova_sim_host_update_irq(rl);
	cnova_sim_host_settle(rl);
	cnova_sim_host_kick(rl);
}

static void cnova_sim_pbdma_enable(struct cnova_sim_runlist *rl, unsigned int which, u32 set,
				   u32 clear)
{
	rl->pbdma.enable[which] = (rl->pbdma.enable[which] & ~clear) | set;
	cnova_sim_host_update_irq(rl);
}

/**
 * cnova_sim_pbdma_write() - A register of a PBDMA is written.
 * @rl: Its runlist.
 * @offset: In its block.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be written.
 */
bool cnova_sim_pbdma_write(struct cnova_sim_runlist *rl, u32 offset, u32 value)
{
	bool turing = cnova_sim_is_turing(rl->sim);

	switch (offset) {
	case PBDMA_INTR_0:
		cnova_sim_pbdma_ack(rl, 0, value);
		return true;
	case PBDMA_INTR_1:
		cnova_sim_pbdma_ack(rl, 1, value);
		return true;
	case TU_INTR_EN_0:
	case TU_INTR_EN_1:
		if (turing)
			cnova_sim_pbdma_enable(rl, offset == TU_INTR_EN_1, value, U32_MAX);
		return turing;
	case GA_INTR_0_EN_SET:
	case GA_INTR_1_EN_SET:
		if (!turing)
			cnova_sim_pbdma_enable(rl, offset == GA_INTR_1_EN_SET, value, 0);
		return !turing;
	case GA_INTR_0_EN_CLEAR:
	case GA_INTR_1_EN_CLEAR:
		if (!turing)
			cnova_sim_pbdma_enable(rl, offset == GA_INTR_1_EN_CLEAR, 0, value);
		return !turing;
	}
	return false;
}

/* Class of the usermode registers, HARDWARE.md 1.1. */
static u32 cnova_sim_usermode_class(const struct cnova_sim *sim)
{
	switch (sim->chip->host_class) {
	case 0xc46f:
		return 0xc461;
	case 0xc56f:
		return 0xc561;
	case 0xca6f:
		return 0xc761;
	default:
		return 0xc661;
	}
}

/**
 * cnova_sim_usermode_read() - A register of usermode is read.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be read.
 */
bool cnova_sim_usermode_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	switch (offset) {
	case USERMODE_CLASS:
		*value = cnova_sim_usermode_class(sim);
		return true;
	case USERMODE_TIME_LO:
		*value = cnova_sim_access_time() & TIME_LO;
		return true;
	case USERMODE_TIME_HI:
		*value = cnova_sim_access_time() >> 32;
		return true;
	}
	return false;
}

static struct cnova_sim_runlist *cnova_sim_doorbell_runlist(struct cnova_sim *sim, u32 id,
							    u32 *config)
{
	bool turing = cnova_sim_is_turing(sim);
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		struct cnova_sim_runlist *rl = &sim->host->runlist[i];

		if (id != (turing ? CNOVA_SIM_TU_RUNLIST(i) : CNOVA_SIM_GA_DOORBELL(i)))
			continue;
		*config = turing ? sim->host->pfifo.doorbell : rl->doorbell;
		return rl;
	}
	return NULL;
}

/**
 * cnova_sim_host_doorbell() - There is work for a channel.
 * @rl: Its runlist.
 * @chid: Its number.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_doorbell(struct cnova_sim_runlist *rl, u32 chid)
{
	struct cnova_sim_channel *ch = cnova_sim_host_channel(rl->sim, rl, chid);

	if (!ch || !ch->bound || ch->runlist != rl)
		return;
	cnova_sim_host_check_doorbell(rl->sim, ch);
	if (!ch->enabled)
		return;
	ch->pending = true;
	cnova_sim_host_kick(rl);
}

/**
 * cnova_sim_usermode_write() - A register of usermode is written.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is written.
 *
 * A doorbell that names nothing goes unheard, as on hardware.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be written.
 */
bool cnova_sim_usermode_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_runlist *rl;
	u32 config = 0;

	if (offset != USERMODE_DOORBELL && !(offset == TU_DOORBELL && cnova_sim_is_turing(sim)))
		return false;
	/* The runlist doorbell of GB20x works only where it is asked for. */
	if ((sim->chip->registers & CNOVA_SIM_HAS_PREEMPT_GB) && !(value & DOORBELL_GB20X))
		return true;
	rl = cnova_sim_doorbell_runlist(sim, FIELD_GET(DOORBELL_RUNLIST, value), &config);
	if (rl && (config & DOORBELL_ON))
		cnova_sim_host_doorbell(rl, value & DOORBELL_CHID);
	return true;
}

/**
 * cnova_sim_reset_read() - The register that resets engines is read.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it is that.
 */
bool cnova_sim_reset_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	*value = sim->host->reset_mask;
	return offset == (cnova_sim_is_turing(sim) ? TU_RESET : GA_RESET);
}

/* U32_MAX is for ever. */
static bool cnova_sim_reset_fails(struct cnova_sim *sim)
{
	u32 left = READ_ONCE(sim->knobs.reset_stuck);

	if (left && left != U32_MAX)
		WRITE_ONCE(sim->knobs.reset_stuck, left - 1);
	return left;
}

/**
 * cnova_sim_reset_write() - Engines go into reset, or come out of it.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it is that register.
 */
bool cnova_sim_reset_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_host *host = sim->host;
	u32 i;

	if (offset != (cnova_sim_is_turing(sim) ? TU_RESET : GA_RESET))
		return false;
	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		struct cnova_sim_runlist *rl = &host->runlist[i];
		u32 bit = cnova_sim_top_reset_bit(&rl->engine);

		/* The knob: the engine does not go into reset. */
		if (!(value & bit) && (host->reset_mask & bit) && cnova_sim_reset_fails(sim))
			value |= bit;
		else if ((value ^ host->reset_mask) & bit)
			cnova_sim_host_engine_reset(rl, !(value & bit));
	}
	host->reset_mask = value;
	return true;
}

/**
 * cnova_sim_engines_read() - A register of an engine is read.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be read.
 */
bool cnova_sim_engines_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		if (cnova_sim_ce_read(&sim->host->runlist[i].engine, offset, value))
			return true;
	}
	return false;
}

/**
 * cnova_sim_engines_write() - A register of an engine is written.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be written.
 */
bool cnova_sim_engines_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		if (cnova_sim_ce_write(&sim->host->runlist[i].engine, offset, value))
			return true;
	}
	return false;
}
