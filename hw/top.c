// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Engines
 *
 * A GPU lists its devices in registers: on Turing in words that tell what they are, later
 * in rows of up to three words. We look for copy engines that a runlist serves
 * (HARDWARE.md 11.2; tu104 dev_top.ref.txt; OGKM blackwell/gb100/dev_top.h).
 *
 * Locking: none; registers that do not change. Builds in user space too.
 */

#include <linux/bitfield.h>
#include <linux/kernel.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"
#include "hw/top.h"

/* A device on Turing, while its words come in. */
struct cnova_top_words {
	u32 type;
	u32 data;
	u32 enums;
};

/* Return: whether it is a copy engine with all that we need. */
static bool cnova_top_from_words(struct cnova_io *io, const struct cnova_top_words *words,
				 struct cnova_top_engine *engine)
{
	const u32 needed = NV_PTOP_DEVICE_INFO_RESET_VALID | NV_PTOP_DEVICE_INFO_INTR_VALID |
			   NV_PTOP_DEVICE_INFO_RUNLIST_VALID | NV_PTOP_DEVICE_INFO_ENGINE_VALID;
	u32 base, stall;

	if (words->type != NV_PTOP_DEVICE_TYPE_LCE || (words->enums & needed) != needed)
		return false;

	base = cnova_rd32(io, NV_CTRL_LEGACY_ENGINE_NONSTALL_INTR_BASE_VECTORID);
	stall = cnova_rd32(io, NV_CTRL_LEGACY_ENGINE_STALL_INTR_BASE_VECTORID);
	*engine = (struct cnova_top_engine){
		.instance = FIELD_GET(NV_PTOP_DEVICE_INFO_DATA_INST_ID, words->data),
		.runlist = FIELD_GET(NV_PTOP_DEVICE_INFO_RUNLIST_ENUM, words->enums),
		.id = FIELD_GET(NV_PTOP_DEVICE_INFO_ENGINE_ENUM, words->enums),
		.fault_id = FIELD_GET(NV_PTOP_DEVICE_INFO_DATA_FAULT_ID, words->data),
		.reset = FIELD_GET(NV_PTOP_DEVICE_INFO_RESET_ENUM, words->enums),
		.nonstall = FIELD_GET(NV_CTRL_INTR_BASE_VECTORID, base) +
			    FIELD_GET(NV_PTOP_DEVICE_INFO_INTR_ENUM, words->enums),
		.stall = FIELD_GET(NV_CTRL_INTR_BASE_VECTORID, stall) +
			 FIELD_GET(NV_PTOP_DEVICE_INFO_INTR_ENUM, words->enums),
	};
	return true;
}

static u32 cnova_top_turing(struct cnova_io *io, struct cnova_top_engine *engines, u32 max)
{
	struct cnova_top_words words = { .type = ~0U };
	u32 nr = 0;

	for (u32 i = 0; i < NV_PTOP_DEVICE_INFO__SIZE_1 && nr < max; i++) {
		u32 word = cnova_rd32(io, NV_PTOP_DEVICE_INFO(i));

		switch (FIELD_GET(NV_PTOP_DEVICE_INFO_ENTRY, word)) {
		case NV_PTOP_DEVICE_INFO_ENTRY_NOT_VALID:
			continue;
		case NV_PTOP_DEVICE_INFO_ENTRY_DATA:
			words.data = word;
			break;
		case NV_PTOP_DEVICE_INFO_ENTRY_ENUM:
			words.enums = word;
			break;
		case NV_PTOP_DEVICE_INFO_ENTRY_ENGINE_TYPE:
			words.type = FIELD_GET(NV_PTOP_DEVICE_INFO_TYPE_ENUM, word);
			break;
		}

		if (word & NV_PTOP_DEVICE_INFO_CHAIN)
			continue;
		nr += cnova_top_from_words(io, &words, &engines[nr]);
		words = (struct cnova_top_words){ .type = ~0U };
	}

	return nr;
}

/* Return: whether the three words are a copy engine that a runlist serves. */
static bool cnova_top_from_rows(struct cnova_io *io, const u32 *row, u32 nr_rows,
				struct cnova_top_engine *engine)
{
	if (nr_rows < 3 || !(row[1] & NV_PTOP_DEVICE_INFO2_ROW1_IS_ENGINE) ||
	    FIELD_GET(NV_PTOP_DEVICE_INFO2_ROW0_TYPE, row[0]) != NV_PTOP_DEVICE_TYPE_LCE)
		return false;

	*engine = (struct cnova_top_engine){
		.instance = FIELD_GET(NV_PTOP_DEVICE_INFO2_ROW0_INSTANCE, row[0]),
		.runlist = row[2] & NV_PTOP_DEVICE_INFO2_ROW2_RUNLIST_BASE,
		.id = FIELD_GET(NV_PTOP_DEVICE_INFO2_ROW2_ENGINE_ID, row[2]),
		.fault_id = FIELD_GET(NV_PTOP_DEVICE_INFO2_ROW0_FAULT_ID, row[0]),
		.reset = FIELD_GET(NV_PTOP_DEVICE_INFO2_ROW1_RESET_ID, row[1]),
	};
	engine->nonstall = cnova_rd32(io, NV_CE_LCE_NONSTALL_VECTOR(engine->instance)) &
			   NV_RUNLIST_INTR_VECTORID_VECTOR;
	engine->stall = cnova_rd32(io, NV_CE_LCE_STALL_VECTOR(engine->instance)) &
			NV_RUNLIST_INTR_VECTORID_VECTOR;
	return engine->runlist;
}

static u32 cnova_top_ampere(struct cnova_io *io, struct cnova_top_engine *engines, u32 max)
{
	u32 cfg = cnova_rd32(io, NV_PTOP_DEVICE_INFO_CFG), row[3] = {}, nr_rows = 0, nr = 0;

	if (cnova_io_lost(io, cfg))
		return 0;

	for (u32 i = 0; i < FIELD_GET(NV_PTOP_DEVICE_INFO_CFG_NUM_ROWS, cfg) && nr < max; i++) {
		u32 word = cnova_rd32(io, NV_PTOP_DEVICE_INFO2(i));

		if (!word && !nr_rows)
			continue;
		if (nr_rows < ARRAY_SIZE(row))
			row[nr_rows] = word;
		nr_rows++;

		if (word & NV_PTOP_DEVICE_INFO2_ROW_CHAIN)
			continue;
		nr += cnova_top_from_rows(io, row, nr_rows, &engines[nr]);
		nr_rows = 0;
	}

	return nr;
}

/**
 * cnova_top_copy_engines() - Find the copy engines.
 * @io: The GPU.
 * @chip: Its chip.
 * @engines: Filled.
 * @max: How many fit; more are left out.
 *
 * Context: Probe.
 * Return: How many there are.
 */
u32 cnova_top_copy_engines(struct cnova_io *io, const struct cnova_chip *chip,
			   struct cnova_top_engine *engines, u32 max)
{
	return chip->host->has_blocks ? cnova_top_ampere(io, engines, max) :
					cnova_top_turing(io, engines, max);
}
