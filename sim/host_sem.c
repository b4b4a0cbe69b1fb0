// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Semaphores and memory operations of host
 *
 * HARDWARE.md 11.4, 11.5; MAN T dev_pbdma, SEM_EXECUTE and MEM_OP. An acquire that fails gives
 * the PBDMA to others and is made again later. TLB invalidates are for privileged channels
 * only: the manual says so in the description of MMU_TLB_INVALIDATE.
 *
 * Locking: as in pbdma.c.
 */
#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/delay.h>

#include "sim.h"

/* SEM_EXECUTE. */
#define SEM_OPERATION		GENMASK(2, 0)
#define SEM_WFI			BIT(20)
#define SEM_64BIT		BIT(24)
#define SEM_TIMESTAMP		BIT(25)
#define SEM_REDUCTION		GENMASK(30, 27)
#define SEM_UNSIGNED		BIT(31)

enum {
	SEM_ACQUIRE = 0,
	SEM_RELEASE = 1,
	SEM_ACQ_STRICT_GEQ = 2,
	SEM_ACQ_CIRC_GEQ = 3,
	SEM_ACQ_AND = 4,
	SEM_ACQ_NOR = 5,
	SEM_REDUCE = 6,
};

#define TIMESTAMP_ALIGN		16

/* RAMFC ACQUIRE: how long an acquire may take. */
#define ACQUIRE_TIMEOUT_EXP	GENMASK(14, 11)
#define ACQUIRE_TIMEOUT_MAN	GENMASK(30, 15)
#define ACQUIRE_TIMEOUT_EN	BIT(31)
#define ACQUIRE_UNIT_NS		1024

/* MEM_OP_D. */
#define MEM_OP_OPERATION	GENMASK(31, 27)
#define MEM_OP_PDB_HI		GENMASK(26, 0)

enum {
	MEM_OP_MEMBAR = 0x05,
	MEM_OP_TLB_INVALIDATE = 0x09,
	MEM_OP_TLB_INVALIDATE_TARGETED = 0x0a,
	MEM_OP_MMU_OPERATION = 0x0b,
	MEM_OP_L2_PEERMEM = 0x0d,
	MEM_OP_L2_SYSMEM = 0x0e,
	MEM_OP_L2_COMPTAGS = 0x0f,
	MEM_OP_L2_FLUSH = 0x10,
	MEM_OP_L2_SYSMEM_NCOH = 0x11,
	MEM_OP_L2_WAIT = 0x15,
	MEM_OP_ACCESS_COUNTER = 0x16,
};

/* MEM_OP_A and C of an invalidate; C of a membar. */
#define INVAL_A_SYSMEMBAR	BIT(11)
#define INVAL_C_ALL_PDB		BIT(0)
#define INVAL_C_HUB_ONLY	BIT(1)
#define INVAL_C_ACK		GENMASK(6, 5)
#define INVAL_C_LEVEL		GENMASK(9, 7)
#define INVAL_C_APERTURE	GENMASK(11, 10)
#define INVAL_C_PDB		GENMASK(31, 12)
#define MEMBAR_C_TYPE		GENMASK(2, 0)
#define MEMBAR_SYS		0

/* Does the value in memory satisfy an acquire? */
static bool cnova_sim_sem_matches(u32 operation, u64 value, u64 payload, bool wide)
{
	u64 mask = wide ? U64_MAX : U32_MAX;

	payload &= mask;
	switch (operation) {
	case SEM_ACQUIRE:
		return value == payload;
	case SEM_ACQ_STRICT_GEQ:
		return value >= payload;
	case SEM_ACQ_CIRC_GEQ:
		return wide ? (s64)(value - payload) >= 0 : (s32)(value - payload) >= 0;
	case SEM_ACQ_AND:
		return value & payload;
	default:
		return ~(value | payload) & mask;
	}
}

static enum cnova_sim_step cnova_sim_sem_acquire(struct cnova_sim_runlist *rl,
						 struct cnova_sim_channel *ch, u32 execute)
{
	struct cnova_sim_fc *fc = &ch->fc;
	bool wide = execute & SEM_64BIT;
	struct cnova_sim_mmu_fault fault = {};
	u64 timeout_ns = 0;
	u64 value;

	if (!cnova_sim_access_load(rl->sim, &ch->ctx.port, fc->sem_address,
				   wide ? sizeof(u64) : sizeof(u32), &value, &fault))
		return cnova_sim_host_fault(rl, ch, &fault);
	if (cnova_sim_sem_matches(FIELD_GET(SEM_OPERATION, execute), value, fc->sem_payload, wide))
		return CNOVA_SIM_STEP_ON;
	if (fc->acquire & ACQUIRE_TIMEOUT_EN)
		timeout_ns = (u64)ACQUIRE_UNIT_NS * FIELD_GET(ACQUIRE_TIMEOUT_MAN, fc->acquire) <<
			     FIELD_GET(ACQUIRE_TIMEOUT_EXP, fc->acquire);
	return cnova_sim_host_wait(rl, ch, timeout_ns, CNOVA_SIM_INTR_ACQUIRE);
}

static enum cnova_sim_step cnova_sim_sem_release(struct cnova_sim_runlist *rl,
						 struct cnova_sim_channel *ch, u32 execute)
{
	u8 width = execute & SEM_64BIT ? sizeof(u64) : sizeof(u32);
	struct cnova_sim_mmu_fault fault = {};

	if (!cnova_sim_access_release(rl->sim, &ch->ctx.port, ch->fc.sem_address,
				      ch->fc.sem_payload, width, execute & SEM_TIMESTAMP, &fault))
		return cnova_sim_host_fault(rl, ch, &fault);
	return CNOVA_SIM_STEP_ON;
}

static enum cnova_sim_step cnova_sim_sem_reduce(struct cnova_sim_runlist *rl,
						struct cnova_sim_channel *ch, u32 execute)
{
	const struct cnova_sim_atomic atomic = {
		.op = FIELD_GET(SEM_REDUCTION, execute),
		.operand = execute & SEM_64BIT ? ch->fc.sem_payload : (u32)ch->fc.sem_payload,
		.width = execute & SEM_64BIT ? sizeof(u64) : sizeof(u32),
		.is_signed = !(execute & SEM_UNSIGNED),
	};
	struct cnova_sim_mmu_fault fault = {};
	u64 time = cnova_sim_access_time();
	u64 old;

	/* The timestamp comes first, so that who sees the value has it too. */
	if ((execute & SEM_TIMESTAMP) &&
	    !cnova_sim_access_store(rl->sim, &ch->ctx.port, ch->fc.sem_address + sizeof(u64),
				    sizeof(u64), time, &fault))
		return cnova_sim_host_fault(rl, ch, &fault);
	if (!cnova_sim_access_atomic(rl->sim, &ch->ctx.port, ch->fc.sem_address, &atomic, &old,
				     &fault))
		return cnova_sim_host_fault(rl, ch, &fault);
	return CNOVA_SIM_STEP_ON;
}

/* MAN T dev_pbdma: which reductions there are in which size, signed and unsigned. */
static bool cnova_sim_sem_can_reduce(u32 execute)
{
	bool wide = execute & SEM_64BIT;
	bool is_signed = !(execute & SEM_UNSIGNED);

	switch (FIELD_GET(SEM_REDUCTION, execute)) {
	case CNOVA_SIM_RED_MIN:
	case CNOVA_SIM_RED_MAX:
	case CNOVA_SIM_RED_XOR:
	case CNOVA_SIM_RED_AND:
	case CNOVA_SIM_RED_OR:
		return true;
	case CNOVA_SIM_RED_ADD:
		return !wide || !is_signed;
	case CNOVA_SIM_RED_INC:
	case CNOVA_SIM_RED_DEC:
		return !wide && !is_signed;
	}
	return false;
}

static bool cnova_sim_sem_is_valid(u64 address, u32 execute)
{
	u32 operation = FIELD_GET(SEM_OPERATION, execute);
	bool writes = operation == SEM_RELEASE || operation == SEM_REDUCE;

	if (operation > SEM_REDUCE)
		return false;
	if (operation == SEM_REDUCE && !cnova_sim_sem_can_reduce(execute))
		return false;
	if ((execute & SEM_64BIT) && !IS_ALIGNED(address, sizeof(u64)))
		return false;
	return !writes || !(execute & SEM_TIMESTAMP) || IS_ALIGNED(address, TIMESTAMP_ALIGN);
}

/**
 * cnova_sim_host_semaphore() - SEM_EXECUTE.
 * @rl: The runlist.
 * @ch: The channel.
 *
 * Context: In a step.
 * Return: What became of it.
 */
enum cnova_sim_step cnova_sim_host_semaphore(struct cnova_sim_runlist *rl,
					     struct cnova_sim_channel *ch)
{
	u32 execute = ch->fc.method.data;
	u32 operation = FIELD_GET(SEM_OPERATION, execute);
	enum cnova_sim_step step;

	if (!cnova_sim_sem_is_valid(ch->fc.sem_address, execute))
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_SEMAPHORE, 0);
	if (operation != SEM_RELEASE && operation != SEM_REDUCE)
		return cnova_sim_sem_acquire(rl, ch, execute);
	if (execute & SEM_WFI) {
		step = cnova_sim_host_idle(rl, ch);
		if (step != CNOVA_SIM_STEP_ON)
			return step;
		cnova_sim_access_flush(rl->sim);
	}
	return operation == SEM_RELEASE ? cnova_sim_sem_release(rl, ch, execute) :
					  cnova_sim_sem_reduce(rl, ch, execute);
}

/* Everything of an address space, whatever the range: hardware may forget more than it must. */
/* Caller holds the lock, which is dropped meanwhile. */
static void cnova_sim_mem_op_wait(struct cnova_sim *sim, bool ack, u64 epoch)
{
	while (ack && cnova_sim_mmu_inval_must_wait(sim->mmu, epoch)) {
		spin_unlock_irq(&sim->lock);
		usleep_range(10, 20);
		spin_lock_irq(&sim->lock);
	}
}

static enum cnova_sim_step cnova_sim_mem_op_invalidate(struct cnova_sim_runlist *rl,
						       struct cnova_sim_fc *fc)
{
	struct cnova_sim *sim = rl->sim;
	u32 c = fc->mem_op[2];
	struct cnova_sim_inval inval = {
		.pdb = (c & INVAL_C_PDB) | (u64)(fc->method.data & MEM_OP_PDB_HI) << 32,
		.pdb_aperture = FIELD_GET(INVAL_C_APERTURE, c) ? CNOVA_SIM_SYS_COH :
								 CNOVA_SIM_VIDEO,
		.level = CNOVA_SIM_NR_LEVELS,
		.all_pdb = c & INVAL_C_ALL_PDB,
		.hub_only = c & INVAL_C_HUB_ONLY,
	};
	bool ack = FIELD_GET(INVAL_C_ACK, c);
	u64 epoch;

	spin_lock_irq(&sim->lock);
	epoch = cnova_sim_mmu_inval_begin(sim->mmu);
	cnova_sim_mem_op_wait(sim, ack, epoch);
	cnova_sim_mmu_forget(sim->mmu, &inval);
	cnova_sim_mem_op_wait(sim, ack, cnova_sim_mmu_inval_begin(sim->mmu));
	cnova_sim_mmu_forgotten(sim->mmu, &inval, epoch);
	spin_unlock_irq(&sim->lock);
	if (fc->mem_op[0] & INVAL_A_SYSMEMBAR)
		cnova_sim_access_flush(sim);
	return CNOVA_SIM_STEP_ON;
}

/**
 * cnova_sim_host_mem_op() - MEM_OP_D.
 * @rl: The runlist.
 * @ch: The channel.
 *
 * Context: In a step.
 * Return: What became of it.
 */
enum cnova_sim_step cnova_sim_host_mem_op(struct cnova_sim_runlist *rl,
					  struct cnova_sim_channel *ch)
{
	struct cnova_sim_fc *fc = &ch->fc;
	enum cnova_sim_ramfc ramfc = rl->sim->chip->ramfc;

	switch (FIELD_GET(MEM_OP_OPERATION, fc->method.data)) {
	case MEM_OP_MEMBAR:
		if (FIELD_GET(MEMBAR_C_TYPE, fc->mem_op[2]) == MEMBAR_SYS)
			cnova_sim_access_flush(rl->sim);
		return CNOVA_SIM_STEP_ON;
	case MEM_OP_TLB_INVALIDATE:
	case MEM_OP_TLB_INVALIDATE_TARGETED:
		if (fc->privileged)
			return cnova_sim_mem_op_invalidate(rl, fc);
		break;
	case MEM_OP_ACCESS_COUNTER:
		/* There are none to be cleared. */
		if (fc->privileged)
			return CNOVA_SIM_STEP_ON;
		break;
	case MEM_OP_MMU_OPERATION:
		if (fc->privileged && ramfc == CNOVA_SIM_RAMFC_GH)
			return CNOVA_SIM_STEP_ON;
		break;
	case MEM_OP_L2_PEERMEM:
	case MEM_OP_L2_SYSMEM:
	case MEM_OP_L2_COMPTAGS:
	case MEM_OP_L2_FLUSH:
	case MEM_OP_L2_WAIT:
		/* There is no L2 cache. */
		return CNOVA_SIM_STEP_ON;
	case MEM_OP_L2_SYSMEM_NCOH:
		if (ramfc == CNOVA_SIM_RAMFC_GB)
			return CNOVA_SIM_STEP_ON;
		break;
	}
	return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_METHOD, 0);
}
