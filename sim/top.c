// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What engines there are, and where
 *
 * A driver finds engines, their runlists, ids, vectors and reset bits in device info. Real
 * chips differ in all of these from one to the next, so here nothing is what one might guess: the
 * copy engines are numbers 2 to 5, as graphics has the first two, and their runlists do not begin
 * with 0.
 *
 * Locking: none; all of it is constant.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "sim.h"

#define FIRST_LCE	2
#define TYPE_LCE	19
#define CE_BASE		0x104000

/* Turing: MAN dev_top. */
#define TU_INFO			0x22700
#define TU_INFO_ROWS		64
#define TU_CHAIN		BIT(31)
#define TU_DATA			1
#define TU_DATA_INST		GENMASK(29, 26)
#define TU_DATA_BASE		GENMASK(23, 12)
#define TU_DATA_FAULT		GENMASK(9, 3)
#define TU_DATA_HAS_FAULT	BIT(2)
#define TU_ENUM			2
#define TU_ENUM_ENGINE		GENMASK(29, 26)
#define TU_ENUM_RUNLIST		GENMASK(24, 21)
#define TU_ENUM_INTR		GENMASK(19, 15)
#define TU_ENUM_RESET		GENMASK(13, 9)
#define TU_ENUM_HAS_ALL		(BIT(5) | BIT(4) | BIT(3) | BIT(2))
#define TU_TYPE			3
#define TU_TYPE_ENUM		GENMASK(30, 2)
#define TU_STALL_BASE		192

/* Ampere and later: REF dev_top.h of GB100, nouveau top/ga100.c. */
#define GA_INFO			0x22800
#define GA_ROWS			3
#define GA_MORE			BIT(31)
#define GA_TYPE			GENMASK(30, 24)
#define GA_INST			GENMASK(23, 16)
#define GA_FAULT		GENMASK(10, 0)
#define GA_IS_ENGINE		BIT(30)
#define GA_BASE			GENMASK(25, 8)
#define GA_RESET		GENMASK(7, 0)
#define GA_RUNLIST		GENMASK(25, 10)
#define GA_CFG			0x224fc
#define GA_CFG_ROWS		GENMASK(31, 20)
#define GA_CFG_ROWS_EACH	GENMASK(19, 16)
#define GA_CFG_DEVICES		GENMASK(15, 4)
#define GA_CFG_VERSION		2
#define GA_STALL_BASE		192

/* Vectors of an engine, Ampere and later: nouveau ce/ga100.c. */
#define GA_LCE(inst)		(0x104400 + 0x80 * (inst))
#define GA_LCE_NONSTALL		0x24
#define GA_LCE_STALL		0x2c

/* Interrupt bits of the copy engines, Turing: LCE 2 to 5. MAP turing_interrupt_map.csv. */
static const u8 cnova_sim_top_intr[CNOVA_SIM_NR_ENGINES] = { 7, 10, 11, 2 };
/* Reset bits. No source has those of all chips. */
static const u8 cnova_sim_top_reset[CNOVA_SIM_NR_ENGINES] = { 21, 22, 23, 14 };

/**
 * cnova_sim_top_engine() - Tell an engine what it is.
 * @sim: The device.
 * @engine: One of its engines; its index is set.
 *
 * Context: Any.
 */
void cnova_sim_top_engine(struct cnova_sim *sim, struct cnova_sim_engine *engine)
{
	u32 intr = engine->index + 8;

	if (sim->chip->registers & CNOVA_SIM_HAS_PFIFO)
		intr = cnova_sim_top_intr[engine->index];
	engine->inst = FIRST_LCE + engine->index;
	engine->fault_id = sim->chip->ce_fault_id + engine->inst;
	engine->nonstall_vector = intr;
	engine->stall_vector = TU_STALL_BASE + intr;
}

/**
 * cnova_sim_top_reset_bit() - The bit by which an engine is reset.
 * @engine: Which.
 *
 * Context: Any.
 * Return: The bit.
 */
u32 cnova_sim_top_reset_bit(const struct cnova_sim_engine *engine)
{
	return BIT(cnova_sim_top_reset[engine->index]);
}

static u32 cnova_sim_top_turing(const struct cnova_sim *sim, u32 row)
{
	const struct cnova_sim_engine *engine;

	/* Rows that say nothing are part of the table. */
	if (!row || row > CNOVA_SIM_NR_ENGINES * 3)
		return 0;
	row--;
	engine = &sim->host->runlist[row / 3].engine;
	switch (row % 3) {
	case 0:
		return TU_CHAIN | TU_TYPE | FIELD_PREP(TU_TYPE_ENUM, TYPE_LCE);
	case 1:
		return TU_CHAIN | TU_ENUM | TU_ENUM_HAS_ALL |
		       FIELD_PREP(TU_ENUM_ENGINE, engine->index + 1) |
		       FIELD_PREP(TU_ENUM_RUNLIST, CNOVA_SIM_TU_RUNLIST(engine->index)) |
		       FIELD_PREP(TU_ENUM_INTR, cnova_sim_top_intr[engine->index]) |
		       FIELD_PREP(TU_ENUM_RESET, cnova_sim_top_reset[engine->index]);
	default:
		return TU_DATA | TU_DATA_HAS_FAULT | FIELD_PREP(TU_DATA_INST, engine->inst) |
		       FIELD_PREP(TU_DATA_BASE, CE_BASE >> 12) |
		       FIELD_PREP(TU_DATA_FAULT, engine->fault_id);
	}
}

static u32 cnova_sim_top_ampere(const struct cnova_sim *sim, u32 row)
{
	const struct cnova_sim_engine *engine;

	/* An empty row before each device. */
	if (row % (GA_ROWS + 1) == 0)
		return 0;
	engine = &sim->host->runlist[row / (GA_ROWS + 1)].engine;
	switch (row % (GA_ROWS + 1)) {
	case 1:
		return GA_MORE | FIELD_PREP(GA_TYPE, TYPE_LCE) |
		       FIELD_PREP(GA_INST, engine->inst) | FIELD_PREP(GA_FAULT, engine->fault_id);
	case 2:
		return GA_MORE | GA_IS_ENGINE | FIELD_PREP(GA_BASE, CE_BASE >> 8) |
		       FIELD_PREP(GA_RESET, cnova_sim_top_reset[engine->index]);
	default:
		return FIELD_PREP(GA_RUNLIST, CNOVA_SIM_GA_RUNLIST(engine->index) >> 10);
	}
}

/* What tells of vectors. Return: whether @offset is such a register. */
static bool cnova_sim_top_vector(const struct cnova_sim *sim, u32 offset, u32 *value)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_ENGINES; i++) {
		const struct cnova_sim_engine *engine = &sim->host->runlist[i].engine;
		u32 reg = offset - GA_LCE(engine->inst);

		if ((sim->chip->registers & CNOVA_SIM_HAS_PFIFO) ||
		    (reg != GA_LCE_NONSTALL && reg != GA_LCE_STALL))
			continue;
		*value = reg == GA_LCE_STALL ? engine->stall_vector : engine->nonstall_vector;
		return true;
	}
	return false;
}

/**
 * cnova_sim_top_read() - A register of device info is read.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any.
 * Return: Whether there is one.
 */
bool cnova_sim_top_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	const u32 ga_rows = CNOVA_SIM_NR_ENGINES * (GA_ROWS + 1);

	if (cnova_sim_top_vector(sim, offset, value))
		return true;
	if (sim->chip->registers & CNOVA_SIM_HAS_PFIFO) {
		u32 row = (offset - TU_INFO) / sizeof(u32);

		*value = cnova_sim_top_turing(sim, row);
		return offset >= TU_INFO && row < TU_INFO_ROWS;
	}
	if (offset == GA_CFG) {
		*value = FIELD_PREP(GA_CFG_ROWS, ga_rows) |
			 FIELD_PREP(GA_CFG_ROWS_EACH, GA_ROWS) |
			 FIELD_PREP(GA_CFG_DEVICES, CNOVA_SIM_NR_ENGINES) | GA_CFG_VERSION;
		return true;
	}
	if (offset < GA_INFO || (offset - GA_INFO) / sizeof(u32) >= ga_rows)
		return false;
	*value = cnova_sim_top_ampere(sim, (offset - GA_INFO) / sizeof(u32));
	return true;
}
