// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The PBDMA: from GPFIFO entries to methods
 *
 * HARDWARE.md 11.3 and 11.4, and MAN dev_pbdma, dev_ram. The ring and push buffers are fetched
 * by GPU virtual address, through TLB and walker, as an engine's accesses are; no more than a
 * few words at a time, so that a page that goes is noticed soon.
 *
 * Locking: the thread of the runlist owns &cnova_sim_channel.fc while a step is under way;
 * nothing here holds &cnova_sim.lock but where it says so.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/minmax.h>

#include "sim.h"

/* GPFIFO entry, the lower word first. */
#define ENTRY_CONDITIONAL	BIT_ULL(0)
#define ENTRY_ADDRESS		GENMASK_ULL(39, 2)
#define ENTRY_OPERAND		GENMASK_ULL(31, 0)
#define ENTRY_OPCODE		GENMASK_ULL(39, 32)
#define ENTRY_LENGTH		GENMASK_ULL(62, 42)
#define ENTRY_SIZE		8

enum {
	OPCODE_NOP = 0,
	OPCODE_ILLEGAL = 1,
	OPCODE_GP_CRC = 2,
	OPCODE_PB_CRC = 3,
	OPCODE_SEGMENT_BASE = 4,
};

#define SEGMENT_BASE		GENMASK_ULL(24, 8)
#define SEGMENT_BASE_SHIFT	32

/* Method header. */
#define HEADER_ADDRESS		GENMASK(11, 0)
#define HEADER_RESERVED		BIT(12)
#define HEADER_SUBCHANNEL	GENMASK(15, 13)
#define HEADER_COUNT		GENMASK(28, 16)
#define HEADER_OPCODE		GENMASK(31, 29)
#define HEADER_MASK		GENMASK(15, 4)
#define HEADER_TERT		GENMASK(28, 16)
#define METHOD_MAX		0xfff

enum {
	TERT_SET_MASK = 1,
	TERT_STORE_MASK = 2,
	TERT_USE_MASK = 3,
};

#define CRC_POLYNOMIAL		0x04c11db7

/**
 * cnova_sim_host_stop() - An error: the PBDMA freezes.
 * @rl: The runlist.
 * @intr_0: Why: bits of INTR_0.
 * @intr_1: Or of INTR_1.
 *
 * Context: In a step.
 * Return: CNOVA_SIM_STEP_STOPPED.
 */
enum cnova_sim_step cnova_sim_host_stop(struct cnova_sim_runlist *rl, u32 intr_0, u32 intr_1)
{
	spin_lock_irq(&rl->sim->lock);
	cnova_sim_host_error(rl, intr_0, intr_1);
	spin_unlock_irq(&rl->sim->lock);
	return CNOVA_SIM_STEP_STOPPED;
}

/**
 * cnova_sim_host_fault() - An access of host faulted: the channel leaves the PBDMA.
 * @rl: The runlist.
 * @ch: The channel.
 * @fault: What happened.
 *
 * Context: In a step.
 * Return: CNOVA_SIM_STEP_STOPPED.
 */
enum cnova_sim_step cnova_sim_host_fault(struct cnova_sim_runlist *rl,
					 struct cnova_sim_channel *ch,
					 const struct cnova_sim_mmu_fault *fault)
{
	const struct cnova_sim_culprit culprit = {
		.inst = ch->ctx.inst,
		.inst_aperture = ch->ctx.inst_aperture,
		.engine_id = rl->sim->chip->host_fault_id + rl->index,
		.client_id = CNOVA_SIM_CLIENT_HOST,
	};

	spin_lock_irq(&rl->sim->lock);
	ch->pbdma_faulted = true;
	spin_unlock_irq(&rl->sim->lock);
	cnova_sim_fault_report(rl->sim, &culprit, fault);
	return CNOVA_SIM_STEP_STOPPED;
}

/* CRC-32 over the bytes of a word, the lowest first; MAN T dev_pbdma, CRC_CHECK. */
static u32 cnova_sim_pbdma_crc(u32 crc, u32 word)
{
	unsigned int byte, bit;

	for (byte = 0; byte < sizeof(word); byte++) {
		crc ^= (word >> byte * 8 & 0xff) << 24;
		for (bit = 0; bit < 8; bit++)
			crc = crc & BIT(31) ? crc << 1 ^ CRC_POLYNOMIAL : crc << 1;
	}
	return crc;
}

/* Load by virtual address, within what memory says at once; never what is still on its way. */
static bool cnova_sim_pbdma_fetch(struct cnova_sim_runlist *rl, struct cnova_sim_channel *ch,
				  u64 va, void *dst, u32 size, struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim *sim = rl->sim;

	while (size) {
		struct cnova_sim_request request = {
			.va = va, .size = size, .access = CNOVA_SIM_READ, .dst = dst,
		};
		struct cnova_sim_translation to;
		u32 done = 0;
		u64 found;

		if (cnova_sim_memory_is_low(sim))
			schedule_work(&sim->refill);
		spin_lock_irq(&sim->lock);
		fault->type = cnova_sim_access_piece(sim, &ch->ctx.port, &request, &done, &to);
		if (fault->type == CNOVA_SIM_FAULT_NONE && !to.sparse &&
		    to.aperture == CNOVA_SIM_VIDEO &&
		    cnova_sim_post_find(sim, to.pa, done, &found))
			cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
					 "host overtakes a store to what it executes at %#llx",
					 found);
		spin_unlock_irq(&sim->lock);
		fault->address = va + done;
		fault->access = CNOVA_SIM_READ;
		if (fault->type != CNOVA_SIM_FAULT_NONE)
			return false;
		va += done;
		dst += done;
		size -= done;
	}
	return true;
}

/* The operand of a CRC check. Return: whether it is as it must be. */
static enum cnova_sim_step cnova_sim_pbdma_check_crc(struct cnova_sim_runlist *rl, u32 *crc,
						     u32 want, u32 intr)
{
	bool good = *crc == want;

	*crc = 0;
	return good ? CNOVA_SIM_STEP_ON : cnova_sim_host_stop(rl, intr, 0);
}

static enum cnova_sim_step cnova_sim_pbdma_control(struct cnova_sim_runlist *rl,
						   struct cnova_sim_channel *ch, u64 entry)
{
	struct cnova_sim_fc *fc = &ch->fc;
	u32 operand = FIELD_GET(ENTRY_OPERAND, entry);

	switch (FIELD_GET(ENTRY_OPCODE, entry)) {
	case OPCODE_NOP:
		return CNOVA_SIM_STEP_ON;
	case OPCODE_GP_CRC:
		return cnova_sim_pbdma_check_crc(rl, &fc->gp_crc, operand, CNOVA_SIM_INTR_GPCRC);
	case OPCODE_PB_CRC:
		return cnova_sim_pbdma_check_crc(rl, &fc->pb_crc, operand, CNOVA_SIM_INTR_PBCRC);
	case OPCODE_SEGMENT_BASE:
		if (rl->sim->chip->ramfc == CNOVA_SIM_RAMFC_TU)
			break;
		fc->segment_base = (operand & SEGMENT_BASE) << SEGMENT_BASE_SHIFT;
		return CNOVA_SIM_STEP_ON;
	}
	return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_GPENTRY, 0);
}

/* The next entry of the ring is executed; whatever becomes of it, the one after it comes next. */
static enum cnova_sim_step cnova_sim_pbdma_entry(struct cnova_sim_runlist *rl,
						 struct cnova_sim_channel *ch, u64 entry)
{
	struct cnova_sim_fc *fc = &ch->fc;
	struct cnova_sim_segment *segment = &fc->segment;
	u32 length = FIELD_GET(ENTRY_LENGTH, entry);
	u64 va = (entry & ENTRY_ADDRESS) | fc->segment_base;

	rl->pbdma.gp_shadow = entry;
	if (!length) {
		enum cnova_sim_step step = cnova_sim_pbdma_control(rl, ch, entry);

		if (FIELD_GET(ENTRY_OPCODE, entry) != OPCODE_GP_CRC) {
			fc->gp_crc = cnova_sim_pbdma_crc(fc->gp_crc, entry);
			fc->gp_crc = cnova_sim_pbdma_crc(fc->gp_crc, entry >> 32);
		}
		return step;
	}
	fc->gp_crc = cnova_sim_pbdma_crc(fc->gp_crc, entry);
	fc->gp_crc = cnova_sim_pbdma_crc(fc->gp_crc, entry >> 32);
	if (va + (u64)length * sizeof(u32) >= BIT_ULL(rl->sim->chip->host_va_bits))
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_GPENTRY, 0);
	if ((entry & ENTRY_CONDITIONAL) && fc->inactive)
		return CNOVA_SIM_STEP_ON;

	segment->va = va;
	segment->left = length;
	segment->nr = 0;
	segment->at = 0;
	segment->conditional = entry & ENTRY_CONDITIONAL;
	segment->open = true;
	if (segment->conditional && fc->count)
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_PBSEG, 0);
	return CNOVA_SIM_STEP_ON;
}

/* GP_GET is what software sees: it stands at an entry until all of that was executed. */
static void cnova_sim_pbdma_retire(struct cnova_sim_channel *ch)
{
	ch->fc.segment.open = false;
	ch->fc.gp_get = (ch->fc.gp_get + 1) & (ch->fc.gp_entries - 1);
}

static enum cnova_sim_step cnova_sim_pbdma_next_entry(struct cnova_sim_runlist *rl,
						      struct cnova_sim_channel *ch)
{
	struct cnova_sim_fc *fc = &ch->fc;
	struct cnova_sim_mmu_fault fault = {};
	enum cnova_sim_step step;
	u64 entry;

	if (fc->gp_base + (u64)fc->gp_entries * ENTRY_SIZE > BIT_ULL(rl->sim->chip->host_va_bits))
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_GPFIFO, 0);
	if (fc->gp_get == fc->gp_put) {
		spin_lock_irq(&rl->sim->lock);
		fc->gp_put = cnova_sim_host_read_put(rl->sim, ch);
		spin_unlock_irq(&rl->sim->lock);
	}
	if (fc->gp_put >= fc->gp_entries || fc->gp_get >= fc->gp_entries) {
		/* Software may mend it. */
		fc->gp_put = fc->gp_get;
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_GPPTR, 0);
	}
	if (fc->gp_get == fc->gp_put)
		return CNOVA_SIM_STEP_IDLE;

	if (!cnova_sim_pbdma_fetch(rl, ch, fc->gp_base + (u64)fc->gp_get * ENTRY_SIZE, &entry,
				   sizeof(entry), &fault))
		return cnova_sim_host_fault(rl, ch, &fault);
	step = cnova_sim_pbdma_entry(rl, ch, entry);
	if (!fc->segment.open)
		cnova_sim_pbdma_retire(ch);
	return step;
}

/* The next word of the segment. Return: CNOVA_SIM_STEP_ON with it; IDLE at the end. */
static enum cnova_sim_step cnova_sim_pbdma_word(struct cnova_sim_runlist *rl,
						struct cnova_sim_channel *ch, u32 *word)
{
	struct cnova_sim_segment *segment = &ch->fc.segment;
	struct cnova_sim_mmu_fault fault = {};
	u32 nr;

	if (segment->at == segment->nr) {
		if (!segment->left)
			return CNOVA_SIM_STEP_IDLE;
		nr = min_t(u32, segment->left, CNOVA_SIM_FETCH);
		/* Not across a page: the next one may be wanted later than this one. */
		nr = min_t(u32, nr, (CNOVA_SIM_PAGE_SIZE - segment->va % CNOVA_SIM_PAGE_SIZE) /
				    sizeof(u32));
		if (!cnova_sim_pbdma_fetch(rl, ch, segment->va, segment->word,
					   nr * sizeof(u32), &fault))
			return cnova_sim_host_fault(rl, ch, &fault);
		segment->va += nr * sizeof(u32);
		segment->left -= nr;
		segment->nr = nr;
		segment->at = 0;
	}
	*word = segment->word[segment->at++];
	ch->fc.pb_crc = cnova_sim_pbdma_crc(ch->fc.pb_crc, *word);
	return CNOVA_SIM_STEP_ON;
}

static bool cnova_sim_pbdma_mask(struct cnova_sim_fc *fc, u32 header)
{
	u32 mask = FIELD_GET(HEADER_MASK, header);

	switch (FIELD_GET(HEADER_TERT, header)) {
	case TERT_SET_MASK:
		fc->inactive = !(mask & fc->subdevice_mask);
		return true;
	case TERT_STORE_MASK:
		fc->stored_mask = mask;
		return true;
	case TERT_USE_MASK:
		fc->inactive = !(fc->stored_mask & fc->subdevice_mask);
		return true;
	}
	return !header;
}

/* A header is decoded. Return: whether it is one. */
static bool cnova_sim_pbdma_header(struct cnova_sim_runlist *rl, struct cnova_sim_channel *ch,
				   u32 header)
{
	struct cnova_sim_fc *fc = &ch->fc;
	u32 address = FIELD_GET(HEADER_ADDRESS, header);
	u32 count = FIELD_GET(HEADER_COUNT, header);

	rl->pbdma.header = header;
	fc->header = FIELD_GET(HEADER_OPCODE, header);
	if (!fc->header)
		return cnova_sim_pbdma_mask(fc, header);
	if (fc->header == CNOVA_SIM_END_SEGMENT) {
		fc->segment.at = fc->segment.nr;
		fc->segment.left = 0;
		return true;
	}
	if (header & HEADER_RESERVED)
		return false;
	fc->subchannel = FIELD_GET(HEADER_SUBCHANNEL, header);
	fc->address = address * sizeof(u32);
	switch (fc->header) {
	case CNOVA_SIM_IMMEDIATE:
		fc->method = (struct cnova_sim_method){
			.address = fc->address, .data = count, .subchannel = fc->subchannel,
			.valid = !fc->inactive,
		};
		return true;
	case CNOVA_SIM_INC:
		if (count && address + count - 1 > METHOD_MAX)
			return false;
		break;
	case CNOVA_SIM_ONE_INC:
		if (count > 1 && address + 1 > METHOD_MAX)
			return false;
		break;
	case CNOVA_SIM_NON_INC:
		break;
	default:
		return false;
	}
	fc->count = count;
	return true;
}

/* A datum: it makes the method that the header announced. */
static void cnova_sim_pbdma_datum(struct cnova_sim_fc *fc, u32 data)
{
	fc->method = (struct cnova_sim_method){
		.address = fc->address, .data = data, .subchannel = fc->subchannel,
		.valid = !fc->inactive,
	};
	fc->count--;
	if (fc->header != CNOVA_SIM_NON_INC)
		fc->address += sizeof(u32);
	if (fc->header == CNOVA_SIM_ONE_INC)
		fc->header = CNOVA_SIM_NON_INC;
}

/**
 * cnova_sim_pbdma_step() - The smallest piece of work.
 * @rl: The runlist.
 * @ch: The channel on its PBDMA.
 *
 * Context: The thread of the runlist; no lock is held.
 * Return: What became of it.
 */
enum cnova_sim_step cnova_sim_pbdma_step(struct cnova_sim_runlist *rl,
					 struct cnova_sim_channel *ch)
{
	struct cnova_sim_fc *fc = &ch->fc;
	enum cnova_sim_step step;
	u32 word;

	if (fc->method.valid) {
		step = cnova_sim_host_method(rl, ch);
		if (step == CNOVA_SIM_STEP_ON || step == CNOVA_SIM_STEP_YIELD)
			fc->acquiring = false;
		return step;
	}
	if (!fc->segment.open)
		return cnova_sim_pbdma_next_entry(rl, ch);

	step = cnova_sim_pbdma_word(rl, ch, &word);
	if (step == CNOVA_SIM_STEP_IDLE) {
		cnova_sim_pbdma_retire(ch);
		return CNOVA_SIM_STEP_ON;
	}
	if (step != CNOVA_SIM_STEP_ON)
		return step;
	if (fc->count) {
		cnova_sim_pbdma_datum(fc, word);
		return CNOVA_SIM_STEP_ON;
	}
	if (!cnova_sim_pbdma_header(rl, ch, word)) {
		/* The same word again, when software clears the interrupt. */
		fc->segment.at--;
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_PBENTRY, 0);
	}
	return CNOVA_SIM_STEP_ON;
}
