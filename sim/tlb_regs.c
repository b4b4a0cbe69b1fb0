// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Registers that invalidate the TLB
 *
 * HARDWARE.md 4. An invalidate takes effect when TRIGGER is read back as 0, not
 * before: a driver that does not wait for it finds its old translations. With ACK it waits
 * for accesses that began before it.
 *
 * Locking: &cnova_sim.lock, held by the caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/ktime.h>

#include "sim.h"

/* INVALIDATE_PDB and INVALIDATE_UPPER_PDB. */
#define PDB_IS_SYSMEM		BIT(1)
#define PDB_ADDRESS		GENMASK(31, 4)
#define PDB_ADDRESS_SHIFT	12
#define UPPER_PDB_ADDRESS	GENMASK(19, 0)
#define UPPER_PDB_SHIFT		40

/* INVALIDATE. */
#define INVALIDATE_ALL_VA	BIT(0)
#define INVALIDATE_ALL_PDB	BIT(1)
#define INVALIDATE_HUB_ONLY	BIT(2)
#define INVALIDATE_REPLAY	GENMASK(5, 3)
#define INVALIDATE_MEMBAR	BIT(6)
#define INVALIDATE_ACK		GENMASK(8, 7)
#define INVALIDATE_SCOPE	GENMASK(16, 15)
#define INVALIDATE_USE_PASID	BIT(21)
#define INVALIDATE_USE_SIZE	BIT(22)
#define INVALIDATE_LEVEL	GENMASK(26, 24)
#define INVALIDATE_SKIPPED	BIT(30)
#define INVALIDATE_TRIGGER	BIT(31)
/* Bits that no chip has a field in. */
#define INVALIDATE_RESERVED	GENMASK(29, 27)
/* Fields that mean something in a cancel only, and no cancel is modelled. */
#define INVALIDATE_CANCEL	(GENMASK(14, 9) | GENMASK(19, 17) | BIT(20))

#define ACK_UNDEFINED		3
#define SCOPE_LINK_ONLY		1
#define SCOPE_UNDEFINED		3

static bool cnova_sim_tlb_regs_is_busy(struct cnova_sim *sim, const char *what)
{
	if (!sim->tlb_regs.busy)
		return false;
	cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "%s written while TRIGGER is set", what);
	return true;
}

/**
 * cnova_sim_tlb_regs_set_pdb() - INVALIDATE_PDB is written.
 * @sim: The device.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_tlb_regs_set_pdb(struct cnova_sim *sim, u32 value)
{
	cnova_sim_tlb_regs_is_busy(sim, "PDB");
	sim->tlb_regs.pdb = value;
	if (value & ~(PDB_ADDRESS | PDB_IS_SYSMEM))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "reserved bits in PDB: %#x", value);
}

/**
 * cnova_sim_tlb_regs_set_upper() - INVALIDATE_UPPER_PDB is written.
 * @sim: The device.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_tlb_regs_set_upper(struct cnova_sim *sim, u32 value)
{
	cnova_sim_tlb_regs_is_busy(sim, "UPPER_PDB");
	sim->tlb_regs.upper_pdb = value;
	if (value & ~UPPER_PDB_ADDRESS)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "reserved bits in UPPER_PDB: %#x",
				 value);
}

/* CACHE_LEVEL: 0 all, 1 PTEs, 2.. up to PDE0..; enum cnova_sim_level counts alike. */
static enum cnova_sim_level cnova_sim_tlb_regs_level(u32 value)
{
	u32 level = FIELD_GET(INVALIDATE_LEVEL, value);

	return level ? level : CNOVA_SIM_NR_LEVELS;
}

static void cnova_sim_tlb_regs_decode(struct cnova_sim *sim, u32 value)
{
	struct cnova_sim_tlb_regs *regs = &sim->tlb_regs;
	struct cnova_sim_inval *inval = &regs->inval;

	inval->pdb = (u64)FIELD_GET(PDB_ADDRESS, regs->pdb) << PDB_ADDRESS_SHIFT |
		     (u64)FIELD_GET(UPPER_PDB_ADDRESS, regs->upper_pdb) << UPPER_PDB_SHIFT;
	inval->pdb_aperture = regs->pdb & PDB_IS_SYSMEM ? CNOVA_SIM_SYS_COH : CNOVA_SIM_VIDEO;
	inval->level = cnova_sim_tlb_regs_level(value);
	inval->all_pdb = value & INVALIDATE_ALL_PDB;
	inval->hub_only = value & INVALIDATE_HUB_ONLY;
	regs->ack = FIELD_GET(INVALIDATE_ACK, value);

	/* There is no address register here: without ALL_VA nothing is named. */
	regs->nothing = !(value & INVALIDATE_ALL_VA);
	/* Link TLBs serve other GPUs. */
	if (sim->chip->inval_scope && FIELD_GET(INVALIDATE_SCOPE, value) == SCOPE_LINK_ONLY)
		regs->nothing = true;
}

/* Is this the address space of a user, as opposed to that of a BAR? */
static bool cnova_sim_tlb_regs_is_user(struct cnova_sim *sim)
{
	const struct cnova_sim_inval *inval = &sim->tlb_regs.inval;
	struct cnova_sim_table *table;

	if (inval->all_pdb || inval->pdb_aperture != CNOVA_SIM_VIDEO)
		return false;
	if ((sim->bar1.is_bound && sim->bar1.client.pdb == inval->pdb) ||
	    (sim->bar2.is_bound && sim->bar2.client.pdb == inval->pdb))
		return false;
	/* One that only ever asked for the hub may be BAR1's, not bound at the moment. */
	table = cnova_sim_track_find(sim->mmu, inval->pdb);
	if (table && !table->parent)
		return table->root->units & BIT(CNOVA_SIM_GPC);
	return !inval->hub_only;
}

/* Bits that the register does not have, or has for something else. */
static bool cnova_sim_tlb_regs_is_odd(const struct cnova_sim *sim, u32 value)
{
	u32 scope = FIELD_GET(INVALIDATE_SCOPE, value);

	/* SKIPPED is for reading, where there is one. */
	if (value & (INVALIDATE_RESERVED | INVALIDATE_CANCEL | INVALIDATE_SKIPPED))
		return true;
	if (FIELD_GET(INVALIDATE_ACK, value) == ACK_UNDEFINED)
		return true;
	return sim->chip->inval_scope ? scope == SCOPE_UNDEFINED : scope;
}

/* Mistakes that show in the command. */
static void cnova_sim_tlb_regs_judge(struct cnova_sim *sim, u32 value)
{
	const struct cnova_sim_inval *inval = &sim->tlb_regs.inval;
	bool user = cnova_sim_tlb_regs_is_user(sim);
	u64 pa;

	if (!(value & INVALIDATE_ALL_VA))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "invalidate without ALL_VA: %#x", value);
	if (cnova_sim_tlb_regs_is_odd(sim, value))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "undefined fields in INVALIDATE: %#x",
				 value);
	if (!inval->all_pdb && inval->pdb_aperture == CNOVA_SIM_VIDEO &&
	    inval->pdb >= sim->vram_size)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "PDB beyond VRAM: %#llx", inval->pdb);
	if (value & (INVALIDATE_REPLAY | INVALIDATE_USE_PASID | INVALIDATE_USE_SIZE))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS,
				 "replay, PASID and size are not modelled: %#x", value);
	if (user && !FIELD_GET(INVALIDATE_ACK, value))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS,
				 "no ACK asked for a user's address space %#llx", inval->pdb);
	if (user && (value & INVALIDATE_HUB_ONLY))
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS,
				 "hub only for a user's address space %#llx", inval->pdb);
	if (cnova_sim_post_find_table(sim, inval->all_pdb ? NULL : &inval->pdb, &pa))
		cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
				 "invalidate overtakes a store to a page table at %#llx", pa);
}

/**
 * cnova_sim_tlb_regs_write() - INVALIDATE is written.
 * @sim: The device.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_tlb_regs_write(struct cnova_sim *sim, u32 value)
{
	struct cnova_sim_tlb_regs *regs = &sim->tlb_regs;
	u32 ack_lost;

	/* The one that was on its way is lost. */
	cnova_sim_tlb_regs_is_busy(sim, "INVALIDATE");
	regs->command = value;
	if (!(value & INVALIDATE_TRIGGER))
		return;

	cnova_sim_arm_step(sim, CNOVA_SIM_AT_INVALIDATE);
	ack_lost = READ_ONCE(sim->knobs.ack_lost);
	cnova_sim_tlb_regs_decode(sim, value);
	cnova_sim_tlb_regs_judge(sim, value);
	regs->busy = true;
	regs->lost = ack_lost;
	if (ack_lost)
		WRITE_ONCE(sim->knobs.ack_lost, ack_lost - 1);
	regs->due = ack_lost ? ktime_add_ms(ktime_get(), READ_ONCE(sim->knobs.ack_delay_ms)) :
			       ktime_add_us(ktime_get(), READ_ONCE(sim->knobs.latency_us));
	regs->epoch = cnova_sim_mmu_inval_begin(sim->mmu);
	regs->wait_epoch = regs->epoch;
	regs->forgotten = false;
}

static bool cnova_sim_tlb_regs_must_wait(struct cnova_sim *sim)
{
	const struct cnova_sim_tlb_regs *regs = &sim->tlb_regs;

	if (READ_ONCE(sim->knobs.trigger_stuck))
		return true;
	if (ktime_before(ktime_get(), regs->due))
		return true;
	if (!regs->ack || regs->lost)
		return false;
	return cnova_sim_mmu_inval_must_wait(sim->mmu, regs->wait_epoch);
}

/* The TLBs forget; then who has used what they knew is waited for. */
static bool cnova_sim_tlb_regs_is_over(struct cnova_sim *sim)
{
	struct cnova_sim_tlb_regs *regs = &sim->tlb_regs;

	if (cnova_sim_tlb_regs_must_wait(sim))
		return false;
	if (regs->lost || regs->nothing || regs->forgotten)
		return true;

	cnova_sim_mmu_forget(sim->mmu, &regs->inval);
	regs->forgotten = true;
	regs->wait_epoch = cnova_sim_mmu_inval_begin(sim->mmu);
	return !cnova_sim_tlb_regs_must_wait(sim);
}

/**
 * cnova_sim_tlb_regs_read() - INVALIDATE is read.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: What was written, TRIGGER being set while it is on its way.
 */
u32 cnova_sim_tlb_regs_read(struct cnova_sim *sim)
{
	struct cnova_sim_tlb_regs *regs = &sim->tlb_regs;

	if (regs->busy && cnova_sim_tlb_regs_is_over(sim)) {
		if (!regs->lost && !regs->nothing)
			cnova_sim_mmu_forgotten(sim->mmu, &regs->inval, regs->epoch);
		if (!regs->lost && regs->command & INVALIDATE_MEMBAR)
			cnova_sim_sysmem_settle(sim);
		regs->busy = false;
	}
	return (regs->command & ~INVALIDATE_TRIGGER) | (regs->busy ? INVALIDATE_TRIGGER : 0);
}
