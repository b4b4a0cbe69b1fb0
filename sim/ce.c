// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Copy engines
 *
 * Classes C5B5 to CAB5: methods set registers, LAUNCH_DMA copies (ce_copy.c), flushes, releases
 * a semaphore and interrupts, in this order and each to its end, so that pipelined and
 * non-pipelined transfers are the same. Methods and fields: HARDWARE.md 11.6 and
 * the class headers of open-gpu-doc; errors of a launch and the engine's own registers: its
 * manuals, tu104 and ga102 dev_ce.ref.txt.
 *
 * What no source says, and was decided: a field's bits are kept and others dropped, but in
 * LAUNCH_DMA a bit that is no field is an INVALID_UNUSED_FIELD; render enable stops the transfer
 * and nothing else; a conditional-interrupt semaphore interrupts if what the fence's monitor
 * asks for is not more than the payload, or nothing is monitored; a prefetch does nothing. Not
 * executed, and refused as INVALID_OPERATION: secure copies, reductions of floating point,
 * and scrubbing by virtual address.
 *
 * A bad launch leaves its reason in LAUNCHERR, raises the stall interrupt and halts the
 * engine until it is reset.
 *
 * Locking: methods are called by the engine's thread, one at a time; registers under
 * &cnova_sim.lock.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "ce.h"
#include "sim.h"

/** struct cnova_sim_ce_row - A method. */
struct cnova_sim_ce_row {
	/** @offset: Byte offset. */
	u16 offset;
	/** @since: Oldest class that has it. */
	u8 since;
	/** @mask: Bits that its fields have. */
	u32 mask;
	/** @mask_c8: The same from C8B5 on, where addresses are wider; 0: no different. */
	u32 mask_c8;
};

#define ANY		GENMASK(31, 0)
#define UPPER_49	GENMASK(16, 0)
#define UPPER_57	GENMASK(24, 0)

static const struct cnova_sim_ce_row cnova_sim_ce_rows[NR_METHODS] = {
	[M_NOP] = { 0x100, C5B5, ANY },
	[M_PM_TRIGGER] = { 0x140, C5B5, ANY },
	[M_PM_TRIGGER_END] = { 0x1114, C5B5, ANY },
	[M_FENCE_TYPE] = { 0x21c, C7B5, BIT(0) },
	[M_FENCE_UPPER] = { 0x220, C7B5, UPPER_49, UPPER_57 },
	[M_FENCE_LOWER] = { 0x224, C7B5, ANY },
	[M_SEM_UPPER] = { 0x240, C5B5, UPPER_49, UPPER_57 },
	[M_SEM_LOWER] = { 0x244, C5B5, ANY },
	[M_PAYLOAD] = { 0x248, C5B5, ANY },
	[M_PAYLOAD_UPPER] = { 0x24c, C7B5, ANY },
	[M_RENDER_UPPER] = { 0x254, C5B5, GENMASK(7, 0), UPPER_57 },
	[M_RENDER_LOWER] = { 0x258, C5B5, ANY },
	[M_RENDER_MODE] = { 0x25c, C5B5, GENMASK(2, 0) },
	[M_SRC_PHYS] = { 0x260, C5B5, GENMASK(9, 0) },
	[M_DST_PHYS] = { 0x264, C5B5, GENMASK(9, 0) },
	[M_LAUNCH] = { 0x300, C5B5, ANY },
	[M_IN_UPPER] = { 0x400, C5B5, UPPER_49, UPPER_57 },
	[M_IN_LOWER] = { 0x404, C5B5, ANY },
	[M_OUT_UPPER] = { 0x408, C5B5, UPPER_49, UPPER_57 },
	[M_OUT_LOWER] = { 0x40c, C5B5, ANY },
	[M_PITCH_IN] = { 0x410, C5B5, ANY },
	[M_PITCH_OUT] = { 0x414, C5B5, ANY },
	[M_LENGTH] = { 0x418, C5B5, ANY },
	[M_COUNT] = { 0x41c, C5B5, ANY },
	[M_SECURE_MODE] = { 0x500, C8B5, BIT(0) },
	[M_AUTH_UPPER] = { 0x514, C8B5, UPPER_57 },
	[M_AUTH_LOWER] = { 0x518, C8B5, ANY },
	[M_TAG_UPPER] = { 0x530, C8B5, UPPER_57 },
	[M_TAG_LOWER] = { 0x534, C8B5, ANY },
	[M_IV_UPPER] = { 0x538, C8B5, UPPER_57 },
	[M_IV_LOWER] = { 0x53c, C8B5, ANY },
	[M_SCRUB] = { 0x6fc, C8B5, BIT(0) },
	[M_CONST_A] = { 0x700, C5B5, ANY },
	[M_CONST_B] = { 0x704, C5B5, ANY },
	[M_COMPONENTS] = { 0x708, C5B5, ANY },
	[M_DST_BLOCK] = { 0x70c, C5B5, GENMASK(17, 0) },
	[M_DST_WIDTH] = { 0x710, C5B5, ANY },
	[M_DST_HEIGHT] = { 0x714, C5B5, ANY },
	[M_DST_DEPTH] = { 0x718, C5B5, ANY },
	[M_DST_LAYER] = { 0x71c, C5B5, ANY },
	[M_DST_ORIGIN] = { 0x720, C5B5, ANY },
	[M_SRC_BLOCK] = { 0x728, C5B5, GENMASK(17, 0) },
	[M_SRC_WIDTH] = { 0x72c, C5B5, ANY },
	[M_SRC_HEIGHT] = { 0x730, C5B5, ANY },
	[M_SRC_DEPTH] = { 0x734, C5B5, ANY },
	[M_SRC_LAYER] = { 0x738, C5B5, ANY },
	[M_SRC_ORIGIN] = { 0x73c, C5B5, ANY },
	[M_SRC_X] = { 0x744, C5B5, ANY },
	[M_SRC_Y] = { 0x748, C5B5, ANY },
	[M_DST_X] = { 0x74c, C5B5, ANY },
	[M_DST_Y] = { 0x750, C5B5, ANY },
	[M_REQ_ATTR] = { 0x754, CAB5, GENMASK(1, 0) },
};

/* SET_*_ORIGIN. */
#define ORIGIN_X		GENMASK(15, 0)
#define ORIGIN_Y		GENMASK(31, 16)

/* Registers of an engine, from MAN dev_ce. */
#define LCE_BASE		0x104400
#define LCE_STRIDE		0x80
#define LCE_STATUS		0x00
#define LCE_INTR_EN		0x0c
#define LCE_INTR_STATUS		0x10
#define LCE_LAUNCHERR		0x18
#define LCE_INTR_ALL		GENMASK(6, 0)
/* At reset all but MTHD_BUFFER_FAULT. */
#define LCE_INTR_RESET		0x6f
#define LCE_ERROR		GENMASK(3, 0)

/* Tell host of the stall interrupt, on or off. Caller holds the lock. */
static void cnova_sim_ce_update(struct cnova_sim_engine *engine)
{
	struct cnova_sim_ce *ce = engine->priv;

	cnova_sim_irq_level(engine->sim, engine->stall_vector, ce->intr & ce->intr_enable);
}

/**
 * cnova_sim_ce_raise() - Raise the stall interrupt.
 * @engine: The engine.
 * @intr: Bits of INTR_STATUS.
 * @error: For LAUNCHERR; 0: none.
 *
 * Context: Process context of the engine, which signals fences.
 */
void cnova_sim_ce_raise(struct cnova_sim_engine *engine, u32 intr, u32 error)
{
	struct cnova_sim_ce *ce = engine->priv;

	spin_lock_irq(&engine->sim->lock);
	ce->intr |= intr;
	if (error)
		ce->error = error;
	cnova_sim_ce_update(engine);
	spin_unlock_irq(&engine->sim->lock);
}

/* Some registers can be written in two ways. */
static void cnova_sim_ce_set(struct cnova_sim_ce_state *state, u32 method, u32 data)
{
	state->method[method] = data;
	if (method == M_SRC_ORIGIN) {
		state->method[M_SRC_X] = FIELD_GET(ORIGIN_X, data);
		state->method[M_SRC_Y] = FIELD_GET(ORIGIN_Y, data);
	}
	if (method == M_DST_ORIGIN) {
		state->method[M_DST_X] = FIELD_GET(ORIGIN_X, data);
		state->method[M_DST_Y] = FIELD_GET(ORIGIN_Y, data);
	}
}

static enum cnova_sim_result cnova_sim_ce_method(struct cnova_sim_engine *engine,
						 struct cnova_sim_context *ctx, u32 offset,
						 u32 data)
{
	struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	u32 generation = cnova_sim_ce_generation(state->class);
	u32 i;

	if (!state->class)
		return CNOVA_SIM_BAD_CLASS;
	for (i = 0; i < NR_METHODS; i++) {
		const struct cnova_sim_ce_row *row = &cnova_sim_ce_rows[i];

		if (row->offset != offset || row->since > generation)
			continue;
		data &= generation >= C8B5 && row->mask_c8 ? row->mask_c8 : row->mask;
		if (i == M_LAUNCH)
			return cnova_sim_ce_launch(engine, ctx, data);
		cnova_sim_ce_set(state, i, data);
		return CNOVA_SIM_DONE;
	}
	return CNOVA_SIM_BAD_METHOD;
}

static enum cnova_sim_result cnova_sim_ce_set_object(struct cnova_sim_engine *engine,
						     struct cnova_sim_context *ctx, u32 class)
{
	struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	const struct cnova_sim_chip *chip = engine->sim->chip;

	if (class != chip->ce_class && (!chip->ce_class_old || class != chip->ce_class_old))
		return CNOVA_SIM_BAD_CLASS;
	if (!state->class)
		state->method[M_RENDER_MODE] = CE_RENDER_TRUE;
	state->class = class;
	return CNOVA_SIM_DONE;
}

/* Each method is executed to its end. */
static enum cnova_sim_result cnova_sim_ce_idle(struct cnova_sim_engine *engine,
					       struct cnova_sim_context *ctx)
{
	return CNOVA_SIM_DONE;
}

static void cnova_sim_ce_reset(struct cnova_sim_engine *engine)
{
	struct cnova_sim_ce *ce = engine->priv;

	ce->intr = 0;
	ce->intr_enable = LCE_INTR_RESET;
	ce->error = 0;
	cnova_sim_ce_update(engine);
}

/** cnova_sim_ce_ops - Copy engines. */
const struct cnova_sim_engine_ops cnova_sim_ce_ops = {
	.set_object = cnova_sim_ce_set_object,
	.method = cnova_sim_ce_method,
	.idle = cnova_sim_ce_idle,
	.reset = cnova_sim_ce_reset,
};

/**
 * cnova_sim_ce_create() - Make a copy engine of an engine.
 * @engine: The engine, filled in but for &cnova_sim_engine.ops and &cnova_sim_engine.priv.
 *
 * Context: Process context.
 * Return: 0, or -ENOMEM.
 */
int cnova_sim_ce_create(struct cnova_sim_engine *engine)
{
	struct cnova_sim_ce *ce = kvzalloc_obj(*ce);

	if (!ce)
		return -ENOMEM;
	ce->intr_enable = LCE_INTR_RESET;
	engine->ops = &cnova_sim_ce_ops;
	engine->priv = ce;
	return 0;
}

/**
 * cnova_sim_ce_destroy() - Free what cnova_sim_ce_create() made.
 * @engine: The engine; nobody uses it any more.
 *
 * Context: Process context.
 */
void cnova_sim_ce_destroy(struct cnova_sim_engine *engine)
{
	kvfree(engine->priv);
	engine->priv = NULL;
}

/**
 * cnova_sim_ce_read() - Load from a register of an engine.
 * @engine: The engine.
 * @offset: In BAR0.
 * @value: What it holds.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether that is a register of this engine.
 */
bool cnova_sim_ce_read(const struct cnova_sim_engine *engine, u32 offset, u32 *value)
{
	const struct cnova_sim_ce *ce = engine->priv;

	switch (offset - LCE_BASE - engine->inst * LCE_STRIDE) {
	case LCE_STATUS:
		*value = READ_ONCE(ce->busy);
		return true;
	case LCE_INTR_EN:
		*value = ce->intr_enable;
		return true;
	case LCE_INTR_STATUS:
		*value = ce->intr;
		return true;
	case LCE_LAUNCHERR:
		*value = ce->error;
		return true;
	default:
		return false;
	}
}

/**
 * cnova_sim_ce_write() - Store to a register of an engine.
 * @engine: The engine.
 * @offset: In BAR0.
 * @value: What is stored.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether that is a register of this engine that can be written.
 */
bool cnova_sim_ce_write(struct cnova_sim_engine *engine, u32 offset, u32 value)
{
	struct cnova_sim_ce *ce = engine->priv;

	switch (offset - LCE_BASE - engine->inst * LCE_STRIDE) {
	case LCE_INTR_EN:
		ce->intr_enable = value & LCE_INTR_ALL;
		break;
	case LCE_INTR_STATUS:
		ce->intr &= ~value;
		break;
	case LCE_LAUNCHERR:
		ce->error = value & LCE_ERROR;
		break;
	default:
		return false;
	}
	cnova_sim_ce_update(engine);
	return true;
}
