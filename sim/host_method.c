// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Methods: those of host, and where the others go
 *
 * HARDWARE.md 11.4 and 11.5, and MAN dev_pbdma, chapter 9. Methods below 0x100 are host's,
 * whatever their subchannel; SET_OBJECT and all others go to the engine of the runlist, or to
 * software from subchannel 5 on, which is an error here.
 *
 * Locking: as in pbdma.c. A method stays in &cnova_sim_fc.method until it was executed.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/ktime.h>

#include "sim.h"

/* Host methods, byte offsets. */
#define SET_OBJECT		0x00
#define NOP			0x08
#define NON_STALL_INTERRUPT	0x20
#define FB_FLUSH		0x24
#define MEM_OP_A		0x28
#define MEM_OP_B		0x2c
#define MEM_OP_C		0x30
#define MEM_OP_D		0x34
#define SET_REFERENCE		0x50
#define SEM_ADDR_LO		0x5c
#define SEM_ADDR_HI		0x60
#define SEM_PAYLOAD_LO		0x64
#define SEM_PAYLOAD_HI		0x68
#define SEM_EXECUTE		0x6c
#define WFI			0x78
#define CRC_CHECK		0x7c
#define YIELD			0x80
#define CLEAR_FAULTED		0x84
#define FIRST_OF_ENGINE		0x100

#define OBJECT_CLASS		GENMASK(15, 0)
#define FIRST_SW_SUBCHANNEL	5

#define SEM_ADDRESS_LO		GENMASK(31, 2)
#define SEM_ADDRESS_HI_40	GENMASK(7, 0)
#define SEM_ADDRESS_HI_57	GENMASK(24, 0)

enum {
	YIELD_NOP = 0,
	YIELD_RUNLIST = 2,
	YIELD_TSG = 3,
};

#define YIELD_OP		GENMASK(1, 0)

#define CLEAR_ENGINE		BIT(31)
#define CLEAR_CHID		GENMASK(11, 0)
#define CLEAR_RUNLIST		GENMASK(22, 16)

/* A CLEAR_FAULTED that finds nothing to clear is given up after so long. */
#define CLEAR_TIMEOUT_NS	(2 * 1000 * 1000)

#define NOTIFY_CPU		BIT(31)
#define NOTIFY_VECTOR		GENMASK(11, 0)

#define PFIFO_CHANNEL_INTR	BIT(31)

/**
 * cnova_sim_host_wait() - A method cannot be executed yet.
 * @rl: The runlist.
 * @ch: The channel.
 * @timeout_ns: For how long, from the first time; 0: for ever.
 * @intr_0: What it is an error of after that.
 *
 * Context: In a step.
 * Return: What the step returns.
 */
enum cnova_sim_step cnova_sim_host_wait(struct cnova_sim_runlist *rl,
					struct cnova_sim_channel *ch, u64 timeout_ns, u32 intr_0)
{
	struct cnova_sim_fc *fc = &ch->fc;

	if (!fc->acquiring) {
		fc->acquiring = true;
		fc->deadline = ktime_add_ns(ktime_get(), timeout_ns);
	} else if (timeout_ns && !ktime_before(ktime_get(), fc->deadline)) {
		fc->acquiring = false;
		return cnova_sim_host_stop(rl, intr_0, 0);
	}
	return CNOVA_SIM_STEP_WAIT;
}

/* What the engine says of a method. */
static enum cnova_sim_step cnova_sim_host_result(struct cnova_sim_runlist *rl,
						 struct cnova_sim_channel *ch,
						 enum cnova_sim_result result)
{
	const struct cnova_sim_culprit culprit = {
		.inst = ch->ctx.inst,
		.inst_aperture = ch->ctx.inst_aperture,
		.engine_id = rl->engine.fault_id,
		.client_id = CNOVA_SIM_CLIENT_CE,
	};

	switch (result) {
	case CNOVA_SIM_DONE:
		ch->fc.method.valid = false;
		return CNOVA_SIM_STEP_ON;
	case CNOVA_SIM_AGAIN:
		return CNOVA_SIM_STEP_ON;
	case CNOVA_SIM_BAD_METHOD:
		return cnova_sim_host_stop(rl, 0, CNOVA_SIM_INTR_1_METHOD);
	case CNOVA_SIM_BAD_CLASS:
		return cnova_sim_host_stop(rl, 0, CNOVA_SIM_INTR_1_CLASS);
	case CNOVA_SIM_NOT_ALLOWED:
		return cnova_sim_host_stop(rl, 0, CNOVA_SIM_INTR_1_PRIV);
	case CNOVA_SIM_HALTED:
		break;
	case CNOVA_SIM_FAULTED:
		spin_lock_irq(&rl->sim->lock);
		ch->eng_faulted = true;
		spin_unlock_irq(&rl->sim->lock);
		cnova_sim_fault_report(rl->sim, &culprit, &ch->ctx.fault);
		return CNOVA_SIM_STEP_STOPPED;
	}
	spin_lock_irq(&rl->sim->lock);
	rl->hung = true;
	spin_unlock_irq(&rl->sim->lock);
	return CNOVA_SIM_STEP_STOPPED;
}

/* The engine is told of the channel, and that it has a method now. Return: whether it works. */
static bool cnova_sim_host_enter(struct cnova_sim_runlist *rl, struct cnova_sim_channel *ch)
{
	struct cnova_sim *sim = rl->sim;
	bool hang = false;
	bool bind;

	spin_lock_irq(&sim->lock);
	if (rl->engine_off) {
		spin_unlock_irq(&sim->lock);
		return false;
	}
	if (READ_ONCE(sim->knobs.engine_hang)) {
		sim->knobs.engine_hang--;
		rl->hung = true;
		hang = true;
	}
	rl->on_engine = true;
	bind = !ch->engine;
	ch->engine = &rl->engine;
	spin_unlock_irq(&sim->lock);

	if (bind && rl->engine.ops->bind)
		rl->engine.ops->bind(&rl->engine, &ch->ctx);
	return !hang;
}

static void cnova_sim_host_exit(struct cnova_sim_runlist *rl)
{
	spin_lock_irq(&rl->sim->lock);
	rl->on_engine = rl->hung;
	spin_unlock_irq(&rl->sim->lock);
}

/* A method for the engine, or SET_OBJECT. */
static enum cnova_sim_step cnova_sim_host_to_engine(struct cnova_sim_runlist *rl,
						    struct cnova_sim_channel *ch)
{
	const struct cnova_sim_method *method = &ch->fc.method;
	enum cnova_sim_result result;
	enum cnova_sim_step step;

	if (method->subchannel >= FIRST_SW_SUBCHANNEL)
		return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_DEVICE, 0);
	if (!ch->fc.ce_valid)
		return cnova_sim_host_stop(rl, 0, CNOVA_SIM_INTR_1_CONTEXT);
	if (!cnova_sim_host_enter(rl, ch))
		return rl->hung ? CNOVA_SIM_STEP_STOPPED : CNOVA_SIM_STEP_WAIT;

	if (method->address == SET_OBJECT)
		result = rl->engine.ops->set_object(&rl->engine, &ch->ctx,
						    method->data & OBJECT_CLASS);
	else
		result = rl->engine.ops->method(&rl->engine, &ch->ctx, method->address,
						method->data);
	step = cnova_sim_host_result(rl, ch, result);
	cnova_sim_host_exit(rl);
	return step;
}

/**
 * cnova_sim_host_idle() - Wait until the engine has nothing more to do for the channel.
 * @rl: The runlist.
 * @ch: The channel; the method under way is the one that waits.
 *
 * Context: In a step.
 * Return: CNOVA_SIM_STEP_ON if it is idle, and the method may go on.
 */
enum cnova_sim_step cnova_sim_host_idle(struct cnova_sim_runlist *rl,
					struct cnova_sim_channel *ch)
{
	enum cnova_sim_step step = CNOVA_SIM_STEP_ON;
	enum cnova_sim_result result;

	if (!ch->engine)
		return step;
	if (!cnova_sim_host_enter(rl, ch))
		return rl->hung ? CNOVA_SIM_STEP_STOPPED : CNOVA_SIM_STEP_WAIT;
	result = rl->engine.ops->idle(&rl->engine, &ch->ctx);
	if (result == CNOVA_SIM_AGAIN)
		step = CNOVA_SIM_STEP_WAIT;
	else if (result != CNOVA_SIM_DONE)
		step = cnova_sim_host_result(rl, ch, result);
	cnova_sim_host_exit(rl);
	return step;
}

static enum cnova_sim_step cnova_sim_host_interrupt(struct cnova_sim_runlist *rl,
						    struct cnova_sim_channel *ch)
{
	struct cnova_sim *sim = rl->sim;

	spin_lock_irq(&sim->lock);
	if (sim->chip->registers & CNOVA_SIM_HAS_PFIFO) {
		cnova_sim_irq_pulse(sim, rl->engine.nonstall_vector);
		sim->host->pfifo.intr |= PFIFO_CHANNEL_INTR;
		cnova_sim_host_update_irq(rl);
	} else if (ch->fc.notify & NOTIFY_CPU) {
		cnova_sim_irq_pulse(sim, ch->fc.notify & NOTIFY_VECTOR);
	}
	spin_unlock_irq(&sim->lock);
	return CNOVA_SIM_STEP_ON;
}

static enum cnova_sim_step cnova_sim_host_set_reference(struct cnova_sim_runlist *rl,
							struct cnova_sim_channel *ch)
{
	enum cnova_sim_step step = cnova_sim_host_idle(rl, ch);

	if (step != CNOVA_SIM_STEP_ON)
		return step;
	cnova_sim_access_flush(rl->sim);
	ch->fc.ref = ch->fc.method.data;
	return step;
}

static enum cnova_sim_step cnova_sim_host_yield(struct cnova_sim_runlist *rl,
						struct cnova_sim_channel *ch)
{
	switch (ch->fc.method.data & YIELD_OP) {
	case YIELD_NOP:
		return CNOVA_SIM_STEP_ON;
	case YIELD_RUNLIST:
	case YIELD_TSG:
		return CNOVA_SIM_STEP_YIELD;
	}
	return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_METHOD, 0);
}

/* The channel that a handle names; under the lock. */
static struct cnova_sim_channel *cnova_sim_host_by_handle(struct cnova_sim *sim, u32 handle)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++) {
		bool turing = sim->chip->registers & CNOVA_SIM_HAS_PFIFO;
		u32 id = turing ? CNOVA_SIM_TU_RUNLIST(i) : CNOVA_SIM_GA_DOORBELL(i);

		if (FIELD_GET(CLEAR_RUNLIST, handle) == id)
			return cnova_sim_host_channel(sim, &sim->host->runlist[i],
						      handle & CLEAR_CHID);
	}
	return NULL;
}

static enum cnova_sim_step cnova_sim_host_clear_faulted(struct cnova_sim_runlist *rl,
							struct cnova_sim_channel *ch)
{
	struct cnova_sim *sim = rl->sim;
	u32 data = ch->fc.method.data;
	struct cnova_sim_channel *other;
	bool cleared = false;

	spin_lock_irq(&sim->lock);
	other = cnova_sim_host_by_handle(sim, data);
	if (other && (data & CLEAR_ENGINE ? other->eng_faulted : other->pbdma_faulted)) {
		cnova_sim_host_clear_fault(other, data & CLEAR_ENGINE);
		cleared = true;
	}
	spin_unlock_irq(&sim->lock);
	if (cleared)
		return CNOVA_SIM_STEP_ON;
	/* GA100's manual has no bit for it. */
	return cnova_sim_host_wait(rl, ch, CLEAR_TIMEOUT_NS,
				   sim->chip->registers & CNOVA_SIM_HAS_PFIFO ?
				   CNOVA_SIM_INTR_CLEAR_FAULTED : CNOVA_SIM_INTR_METHOD);
}

/* What only sets something. Return: whether it was that. */
static bool cnova_sim_host_set(struct cnova_sim_runlist *rl, struct cnova_sim_fc *fc)
{
	u32 data = fc->method.data;
	u32 high = rl->sim->chip->ramfc == CNOVA_SIM_RAMFC_TU ? SEM_ADDRESS_HI_40 :
								SEM_ADDRESS_HI_57;

	switch (fc->method.address) {
	case NOP:
		return true;
	case MEM_OP_A:
	case MEM_OP_B:
	case MEM_OP_C:
		fc->mem_op[(fc->method.address - MEM_OP_A) / sizeof(u32)] = data;
		return true;
	case SEM_ADDR_LO:
		fc->sem_address = (fc->sem_address & ~(u64)U32_MAX) | (data & SEM_ADDRESS_LO);
		return true;
	case SEM_ADDR_HI:
		fc->sem_address = (u32)fc->sem_address | (u64)(data & high) << 32;
		return true;
	case SEM_PAYLOAD_LO:
		fc->sem_payload = (fc->sem_payload & ~(u64)U32_MAX) | data;
		return true;
	case SEM_PAYLOAD_HI:
		fc->sem_payload = (u32)fc->sem_payload | (u64)data << 32;
		return true;
	}
	return false;
}

/* Methods of host that do something. */
static enum cnova_sim_step cnova_sim_host_do(struct cnova_sim_runlist *rl,
					     struct cnova_sim_channel *ch)
{
	switch (ch->fc.method.address) {
	case NON_STALL_INTERRUPT:
		return cnova_sim_host_interrupt(rl, ch);
	case FB_FLUSH:
		/* Deprecated, and not there any more from Hopper on. */
		if (rl->sim->chip->ramfc != CNOVA_SIM_RAMFC_TU)
			break;
		cnova_sim_access_flush(rl->sim);
		return CNOVA_SIM_STEP_ON;
	case MEM_OP_D:
		return cnova_sim_host_mem_op(rl, ch);
	case SET_REFERENCE:
		return cnova_sim_host_set_reference(rl, ch);
	case SEM_EXECUTE:
		return cnova_sim_host_semaphore(rl, ch);
	case WFI:
		return cnova_sim_host_idle(rl, ch);
	case CRC_CHECK:
		/* Only Turing's manual has it. It is taken, and not checked. */
		if (rl->sim->chip->registers & CNOVA_SIM_HAS_PFIFO)
			return CNOVA_SIM_STEP_ON;
		break;
	case YIELD:
		return cnova_sim_host_yield(rl, ch);
	case CLEAR_FAULTED:
		return cnova_sim_host_clear_faulted(rl, ch);
	}
	return cnova_sim_host_stop(rl, CNOVA_SIM_INTR_METHOD, 0);
}

/**
 * cnova_sim_host_method() - Execute the method under way.
 * @rl: The runlist.
 * @ch: The channel.
 *
 * Context: In a step.
 * Return: What became of it. It is gone after STEP_ON and STEP_YIELD, unless the engine wants
 * it again.
 */
enum cnova_sim_step cnova_sim_host_method(struct cnova_sim_runlist *rl,
					  struct cnova_sim_channel *ch)
{
	struct cnova_sim_fc *fc = &ch->fc;
	enum cnova_sim_step step;
	u32 error = READ_ONCE(rl->sim->knobs.pbdma_error);

	if (error && fc->method.address < FIRST_OF_ENGINE) {
		WRITE_ONCE(rl->sim->knobs.pbdma_error, 0);
		return cnova_sim_host_stop(rl, error, 0);
	}
	if (fc->method.address == SET_OBJECT || fc->method.address >= FIRST_OF_ENGINE)
		return cnova_sim_host_to_engine(rl, ch);
	step = cnova_sim_host_set(rl, fc) ? CNOVA_SIM_STEP_ON : cnova_sim_host_do(rl, ch);
	if (step == CNOVA_SIM_STEP_ON || step == CNOVA_SIM_STEP_YIELD)
		fc->method.valid = false;
	return step;
}
