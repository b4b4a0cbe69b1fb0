// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Binding BAR1 and BAR2
 *
 * HARDWARE.md 7.1 and 7.2. Turing to Ada have one register for each BAR and one for the state
 * of both; Hopper and later have a pair for each, where the upper one starts the bind and the
 * lower one tells its state. What is bound is an instance block, of which the GPU takes the
 * address of a root table.
 *
 * BAR2 can be bound and its state asked for, and what it is bound to is judged like
 * any address space. There is no aperture behind it: &struct cnova_io_ops has none.
 *
 * Locking: &cnova_sim.lock, held by the caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/ktime.h>

#include "sim.h"

/* BAR1_BLOCK and BAR2_BLOCK, row "tu". Bit 30 is DEBUG_CYA of BAR2, and nothing in BAR1. */
#define BLOCK_ADDRESS		GENMASK(27, 0)
#define BLOCK_TARGET		GENMASK(29, 28)
#define BLOCK_DEBUG_CYA		BIT(30)
#define BLOCK_VIRTUAL		BIT(31)

/* BAR1_BLOCK_LOW and BAR2_BLOCK_LOW, row "gh". */
#define LOW_PENDING		BIT(0)
#define LOW_OUTSTANDING		BIT(1)
#define LOW_VIRTUAL		BIT(9)
#define LOW_TARGET		GENMASK(11, 10)
#define LOW_ADDRESS		GENMASK(31, 12)
#define HIGH_ADDRESS_BAR2	GENMASK(19, 0)

#define BLOCK_ADDRESS_SHIFT	12
#define HIGH_ADDRESS_SHIFT	32

#define TARGET_VIDEO		0
#define TARGET_INVALID		1
#define TARGET_SYS_COH		2

/* BIND_STATUS: two bits for each BAR. */
#define STATUS_BAR1_OUTSTANDING	BIT(1)
#define STATUS_BAR2_OUTSTANDING	BIT(3)

/* The words at 0x200 of an instance block, HARDWARE.md 7.2. */
#define RAMIN_PDB		0x200
#define RAMIN_PDB_TARGET	GENMASK_ULL(1, 0)
#define RAMIN_NEW_FORMAT	BIT_ULL(10)
#define RAMIN_BIG_PAGE_64K	BIT_ULL(11)
#define RAMIN_PDB_ADDRESS	GENMASK_ULL(63, 12)

static const char *cnova_sim_bind_name(const struct cnova_sim *sim,
				       const struct cnova_sim_bar *bar)
{
	return bar == &sim->bar2 ? "BAR2" : "BAR1";
}

static enum cnova_sim_aperture cnova_sim_bind_target(u64 target)
{
	switch (target) {
	case TARGET_VIDEO:
		return CNOVA_SIM_VIDEO;
	case TARGET_SYS_COH:
		return CNOVA_SIM_SYS_COH;
	default:
		return CNOVA_SIM_SYS_NCOH;
	}
}

/**
 * cnova_sim_bind_root() - A BAR shows an address space from now on.
 * @sim: The device.
 * @bar: Which.
 * @aperture: Where the root table is.
 * @pdb: Its address.
 *
 * By an instance block that the driver bound, or by firmware, which needs none here.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_bind_root(struct cnova_sim *sim, struct cnova_sim_bar *bar,
			 enum cnova_sim_aperture aperture, u64 pdb)
{
	u64 pa;

	bar->client.unit = CNOVA_SIM_HUB;
	bar->client.privileged = true;
	bar->client.aperture = aperture;
	bar->client.pdb = pdb;
	bar->is_virtual = true;
	bar->is_bound = true;
	if (aperture == CNOVA_SIM_VIDEO && cnova_sim_post_find_table(sim, &pdb, &pa))
		cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
				 "bind overtakes a store to a page table at %#llx", pa);
	cnova_sim_mmu_bind(sim->mmu, &bar->client);
}

/* An instance block is bound: look into it. */
static void cnova_sim_bind_virtual(struct cnova_sim *sim, struct cnova_sim_bar *bar, u64 block,
				   enum cnova_sim_aperture aperture)
{
	u64 word, pa;

	if (aperture == CNOVA_SIM_VIDEO &&
	    cnova_sim_post_find(sim, block, CNOVA_SIM_PAGE_SIZE, &pa))
		cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
				 "bind overtakes a store to the instance block at %#llx", pa);
	if (aperture == CNOVA_SIM_VIDEO && !cnova_sim_vram_is_written(sim, block + RAMIN_PDB)) {
		cnova_sim_report(sim, CNOVA_SIM_UNINIT, "instance block %#llx never written",
				 block);
		return;
	}

	word = cnova_sim_memory_load(sim, aperture, block + RAMIN_PDB, sizeof(u64));
	if (FIELD_GET(RAMIN_PDB_TARGET, word) == TARGET_INVALID)
		return;
	if (!(word & RAMIN_NEW_FORMAT) || !(word & RAMIN_BIG_PAGE_64K))
		cnova_sim_report(sim, CNOVA_SIM_FORMAT,
				 "instance block %#llx asks for formats of old: %#llx", block,
				 word);
	cnova_sim_bind_root(sim, bar,
			    cnova_sim_bind_target(FIELD_GET(RAMIN_PDB_TARGET, word)),
			    word & RAMIN_PDB_ADDRESS);
}

/* A bind sets out. */
static void cnova_sim_bind(struct cnova_sim *sim, struct cnova_sim_bar *bar, bool is_virtual,
			   u32 target, u64 block)
{
	if (bar->outstanding)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "%s bound while a bind is outstanding",
				 cnova_sim_bind_name(sim, bar));
	bar->is_virtual = is_virtual;
	bar->is_bound = false;
	bar->outstanding = true;
	bar->due = ktime_add_us(ktime_get(), READ_ONCE(sim->knobs.latency_us));
	if (target == TARGET_INVALID)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "%s bound to an undefined target",
				 cnova_sim_bind_name(sim, bar));
	else if (is_virtual)
		cnova_sim_bind_virtual(sim, bar, block, cnova_sim_bind_target(target));
}

static bool cnova_sim_bind_is_outstanding(struct cnova_sim_bar *bar)
{
	if (bar->outstanding && !ktime_before(ktime_get(), bar->due))
		bar->outstanding = false;
	return bar->outstanding;
}

/**
 * cnova_sim_bind_status() - BIND_STATUS is read, for both BARs.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The register.
 */
u32 cnova_sim_bind_status(struct cnova_sim *sim)
{
	u32 value = 0;

	if (cnova_sim_bind_is_outstanding(&sim->bar1))
		value |= STATUS_BAR1_OUTSTANDING;
	if (cnova_sim_bind_is_outstanding(&sim->bar2))
		value |= STATUS_BAR2_OUTSTANDING;
	return value;
}

/**
 * cnova_sim_bind_set_block() - A block register is written: a bind.
 * @sim: The device.
 * @bar: Which.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_bind_set_block(struct cnova_sim *sim, struct cnova_sim_bar *bar, u32 value)
{
	if (bar == &sim->bar1 && (value & BLOCK_DEBUG_CYA))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "reserved bits in BAR1_BLOCK: %#x",
				 value);
	bar->low = value;
	cnova_sim_bind(sim, bar, value & BLOCK_VIRTUAL, FIELD_GET(BLOCK_TARGET, value),
		       (u64)FIELD_GET(BLOCK_ADDRESS, value) << BLOCK_ADDRESS_SHIFT);
}

/**
 * cnova_sim_bind_low() - The lower register of a pair is read.
 * @sim: The device.
 * @bar: Which.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: What was written, with the state of the bind.
 */
u32 cnova_sim_bind_low(struct cnova_sim *sim, struct cnova_sim_bar *bar)
{
	return bar->low | (cnova_sim_bind_is_outstanding(bar) ? LOW_OUTSTANDING : 0);
}

/**
 * cnova_sim_bind_set_low() - The lower register of a pair is written: nothing happens yet.
 * @sim: The device.
 * @bar: Which.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_bind_set_low(struct cnova_sim *sim, struct cnova_sim_bar *bar, u32 value)
{
	if (bar->outstanding)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS,
				 "%s_BLOCK_LOW written while a bind is outstanding",
				 cnova_sim_bind_name(sim, bar));
	if (value & ~(LOW_VIRTUAL | LOW_TARGET | LOW_ADDRESS))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "reserved bits in %s_BLOCK_LOW: %#x",
				 cnova_sim_bind_name(sim, bar), value);
	bar->low = value & (LOW_VIRTUAL | LOW_TARGET | LOW_ADDRESS);
}

/**
 * cnova_sim_bind_set_high() - The upper register of a pair is written: a bind.
 * @sim: The device.
 * @bar: Which.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_bind_set_high(struct cnova_sim *sim, struct cnova_sim_bar *bar, u32 value)
{
	if (bar == &sim->bar2 && (value & ~HIGH_ADDRESS_BAR2))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "reserved bits in BAR2_BLOCK_HIGH: %#x",
				 value);
	bar->high = value;
	cnova_sim_bind(sim, bar, bar->low & LOW_VIRTUAL, FIELD_GET(LOW_TARGET, bar->low),
		       (bar->low & LOW_ADDRESS) | (u64)value << HIGH_ADDRESS_SHIFT);
}
