// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Copy engines: a launch
 *
 * What LAUNCH_DMA asks for is checked as a whole before anything is done. Then come the transfer
 * (ce_copy.c), the flush, the semaphore and the interrupt. A launch that is interrupted
 * between two pieces goes on there; one that faults begins anew.
 */
#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/string.h>

#include "ce.h"
#include "sim.h"

/* Stages of a launch. */
enum { STAGE_BEGIN, STAGE_COPY, STAGE_SEMAPHORE, STAGE_INTERRUPT, STAGE_WAIT };

/* SET_*_PHYS_MODE. */
#define PHYS_TARGET	GENMASK(1, 0)
#define PHYS_FLA	BIT(9)

/* SET_REMAP_COMPONENTS. */
#define COMPONENT_PICK(i)	(GENMASK(2, 0) << (i) * 4)
#define COMPONENT_BYTES		GENMASK(17, 16)
#define COMPONENTS_SRC		GENMASK(21, 20)
#define COMPONENTS_DST		GENMASK(25, 24)

/* SET_*_BLOCK_SIZE. */
#define BLOCK_WIDTH		GENMASK(3, 0)
#define BLOCK_HEIGHT		GENMASK(7, 4)
#define BLOCK_DEPTH		GENMASK(11, 8)
#define BLOCK_GOB		GENMASK(15, 12)
#define BLOCK_GOB_FERMI		1
#define BLOCK_MAX		5
#define GOB_BYTES		512

/* SET_RENDER_ENABLE_C; the memory it looks at has the second value 16 bytes behind. */
#define RENDER_CONDITIONAL	2
#define RENDER_EQUAL		3
#define RENDER_NOT_EQUAL	4
#define RENDER_SECOND		16

/* How often a blocking interrupt is looked at, in microseconds. */
#define BLOCK_POLL_US		50

static u64 cnova_sim_ce_pair(const struct cnova_sim_ce_state *state, u32 upper, u32 lower)
{
	return (u64)state->method[upper] << 32 | state->method[lower];
}

/* Bits of LAUNCH_DMA that are a field of the class. */
static u32 cnova_sim_ce_launch_bits(u32 generation)
{
	u32 bits = CE_TRANSFER | CE_FLUSH | CE_SEMAPHORE | CE_INTERRUPT | CE_SRC_PITCH |
		   CE_DST_PITCH | CE_MULTI_LINE | CE_REMAP | CE_SRC_PHYSICAL | CE_DST_PHYSICAL |
		   CE_REDUCTION | CE_UNSIGNED | CE_REDUCE | CE_VPR | CE_FLUSH_LOCAL | CE_NO_PLC;

	if (generation <= C8B5)
		bits |= CE_NO_RMW;
	if (generation == C5B5)
		bits |= CE_VOLATILE;
	if (generation >= C7B5)
		bits |= CE_PAYLOAD_64;
	/* The upper bit of VPR, or scrub. */
	bits |= CE_VPR_HIGH;
	if (generation >= C8B5)
		bits |= CE_COPY_TYPE;
	return bits;
}

static enum cnova_sim_ce_error cnova_sim_ce_check_fields(const struct cnova_sim_ce_state *state,
							 u32 launch)
{
	u32 generation = cnova_sim_ce_generation(state->class);
	u32 transfer = FIELD_GET(CE_TRANSFER, launch);
	u32 type = FIELD_GET(CE_COPY_TYPE, launch);

	if (launch & ~cnova_sim_ce_launch_bits(generation))
		return CNOVA_SIM_CE_UNUSED_FIELD;
	if (transfer == CE_TRANSFER_PREFETCH && generation < CAB5)
		return CNOVA_SIM_CE_VALUE;
	if (FIELD_GET(CE_INTERRUPT, launch) > CE_INTERRUPT_NOTIFY)
		return CNOVA_SIM_CE_VALUE;
	if (generation < C8B5 && launch & CE_VPR_HIGH)
		return CNOVA_SIM_CE_VALUE;
	if (generation >= C8B5 && type == CE_COPY_RESERVED)
		return CNOVA_SIM_CE_VALUE;
	if (generation >= C8B5 && type == CE_COPY_SECURE)
		return CNOVA_SIM_CE_OPERATION;
	return CNOVA_SIM_CE_OK;
}

static enum cnova_sim_ce_error cnova_sim_ce_check_semaphore(const struct cnova_sim_ce_state *state,
							    u32 launch)
{
	u32 type = FIELD_GET(CE_SEMAPHORE, launch);
	u32 reduction = FIELD_GET(CE_REDUCTION, launch);
	u32 align = launch & CE_PAYLOAD_64 ? sizeof(u64) : sizeof(u32);

	if (!type)
		return CNOVA_SIM_CE_OK;
	if (type == CE_SEMAPHORE_TIME)
		align = 16;
	if (!IS_ALIGNED(state->method[M_SEM_LOWER], align))
		return CNOVA_SIM_CE_ALIGNMENT;
	if (!(launch & CE_REDUCE) || reduction < CNOVA_SIM_NR_REDS)
		return CNOVA_SIM_CE_OK;
	if (reduction >= CE_REDUCTION_FADD && reduction <= CE_REDUCTION_FMAX)
		return CNOVA_SIM_CE_OPERATION;
	return CNOVA_SIM_CE_VALUE;
}

/* Components: CONST_A and so on, as SET_REMAP_COMPONENTS codes them. */
static enum cnova_sim_ce_error cnova_sim_ce_decode_remap(const struct cnova_sim_ce_state *state,
							 struct cnova_sim_ce_copy *copy)
{
	struct cnova_sim_ce_remap *remap = &copy->remap;
	u32 components = state->method[M_COMPONENTS];
	unsigned int i;

	remap->size = FIELD_GET(COMPONENT_BYTES, components) + 1;
	remap->nr_src = FIELD_GET(COMPONENTS_SRC, components) + 1;
	remap->nr_dst = FIELD_GET(COMPONENTS_DST, components) + 1;
	remap->constant[0] = state->method[M_CONST_A];
	remap->constant[1] = state->method[M_CONST_B];
	for (i = 0; i < remap->nr_dst; i++) {
		u8 pick = (components & COMPONENT_PICK(i)) >> i * 4;

		remap->pick[i] = pick;
		if (pick > CNOVA_SIM_CE_NO_WRITE)
			return CNOVA_SIM_CE_VALUE;
		if (pick < CNOVA_SIM_CE_CONST_A && pick >= remap->nr_src)
			return CNOVA_SIM_CE_COMPONENT;
		if (pick < CNOVA_SIM_CE_CONST_A)
			remap->reads = true;
		if (pick == CNOVA_SIM_CE_NO_WRITE)
			remap->holes = true;
	}
	copy->src.element = remap->nr_src * remap->size;
	copy->dst.element = remap->nr_dst * remap->size;
	return CNOVA_SIM_CE_OK;
}

static void cnova_sim_ce_decode_phys(struct cnova_sim_ce_side *side, u32 mode)
{
	static const enum cnova_sim_aperture aperture[] = {
		CNOVA_SIM_VIDEO, CNOVA_SIM_SYS_COH, CNOVA_SIM_SYS_NCOH, CNOVA_SIM_PEER,
	};

	side->physical = true;
	/* Fabric addresses lead to another GPU, as a peer's do. */
	side->aperture = mode & PHYS_FLA ? CNOVA_SIM_PEER : aperture[FIELD_GET(PHYS_TARGET, mode)];
}

static void cnova_sim_ce_decode_sides(const struct cnova_sim_ce_state *state, u32 launch,
				      struct cnova_sim_ce_copy *copy)
{
	const u32 *method = state->method;

	copy->src = (struct cnova_sim_ce_side){
		.base = cnova_sim_ce_pair(state, M_IN_UPPER, M_IN_LOWER),
		.pitch = method[M_PITCH_IN], .linear = launch & CE_SRC_PITCH, .element = 1,
		.surface = {
			.block = method[M_SRC_BLOCK], .width = method[M_SRC_WIDTH],
			.height = method[M_SRC_HEIGHT], .depth = method[M_SRC_DEPTH],
			.layer = method[M_SRC_LAYER], .x = method[M_SRC_X], .y = method[M_SRC_Y],
		},
	};
	copy->dst = (struct cnova_sim_ce_side){
		.base = cnova_sim_ce_pair(state, M_OUT_UPPER, M_OUT_LOWER),
		.pitch = method[M_PITCH_OUT], .linear = launch & CE_DST_PITCH, .element = 1,
		.surface = {
			.block = method[M_DST_BLOCK], .width = method[M_DST_WIDTH],
			.height = method[M_DST_HEIGHT], .depth = method[M_DST_DEPTH],
			.layer = method[M_DST_LAYER], .x = method[M_DST_X], .y = method[M_DST_Y],
		},
	};
	if (launch & CE_SRC_PHYSICAL)
		cnova_sim_ce_decode_phys(&copy->src, method[M_SRC_PHYS]);
	if (launch & CE_DST_PHYSICAL)
		cnova_sim_ce_decode_phys(&copy->dst, method[M_DST_PHYS]);
}

/* Does the rectangle lie in the memory? */
static enum cnova_sim_ce_error cnova_sim_ce_check_surface(const struct cnova_sim_ce_copy *copy,
							  const struct cnova_sim_ce_side *side)
{
	const struct cnova_sim_ce_surface *surface = &side->surface;

	if (FIELD_GET(BLOCK_WIDTH, surface->block) ||
	    FIELD_GET(BLOCK_HEIGHT, surface->block) > BLOCK_MAX ||
	    FIELD_GET(BLOCK_DEPTH, surface->block) > BLOCK_MAX ||
	    FIELD_GET(BLOCK_GOB, surface->block) != BLOCK_GOB_FERMI)
		return CNOVA_SIM_CE_VALUE;
	if (!IS_ALIGNED(side->base, GOB_BYTES))
		return CNOVA_SIM_CE_ALIGNMENT;
	if (surface->layer >= surface->depth)
		return CNOVA_SIM_CE_LAYER;
	if ((u64)surface->x + copy->length > surface->width ||
	    (u64)surface->y + copy->lines > surface->height)
		return CNOVA_SIM_CE_RECT;
	return CNOVA_SIM_CE_OK;
}

/* Lines that run into the next one. Return: too long for a pitch, for a negative one, or OK. */
static enum cnova_sim_ce_error cnova_sim_ce_check_pitch(const struct cnova_sim_ce_copy *copy,
							const struct cnova_sim_ce_side *side,
							enum cnova_sim_ce_error error)
{
	u64 bytes = (u64)copy->length * side->element;

	if (copy->lines < 2)
		return CNOVA_SIM_CE_OK;
	if (side->pitch < 0)
		return bytes > -(s64)side->pitch ? error + 1 : CNOVA_SIM_CE_OK;
	return bytes > side->pitch ? error : CNOVA_SIM_CE_OK;
}

static enum cnova_sim_ce_error cnova_sim_ce_check_side(const struct cnova_sim_ce_copy *copy,
						       const struct cnova_sim_ce_side *side,
						       enum cnova_sim_ce_error error)
{
	u8 size = copy->remap.size;

	if (!side->linear)
		return cnova_sim_ce_check_surface(copy, side);
	/* Three bytes are no power of two, and have no alignment. */
	if (size && size != 3 && (!IS_ALIGNED(side->base, size) ||
				  (copy->lines > 1 && !IS_ALIGNED((u32)side->pitch, size))))
		return CNOVA_SIM_CE_ALIGNMENT;
	return cnova_sim_ce_check_pitch(copy, side, error);
}

/* UVM's conditions for the fast scrubber: uvm_hopper_ce.c. */
static enum cnova_sim_ce_error cnova_sim_ce_check_scrub(const struct cnova_sim_ce_copy *copy,
							u32 launch)
{
	if (launch & (CE_REMAP | CE_MULTI_LINE) || !copy->dst.linear || !copy->dst.physical ||
	    copy->dst.aperture != CNOVA_SIM_VIDEO)
		return CNOVA_SIM_CE_OPERATION;
	if (!IS_ALIGNED(copy->dst.base | copy->length, CNOVA_SIM_PAGE_SIZE))
		return CNOVA_SIM_CE_ALIGNMENT;
	return CNOVA_SIM_CE_OK;
}

/* What a launch asks for. */
static enum cnova_sim_ce_error cnova_sim_ce_decode(const struct cnova_sim_ce_state *state,
						   u32 launch, struct cnova_sim_ce_copy *copy)
{
	enum cnova_sim_ce_error error;

	memset(copy, 0, sizeof(*copy));
	cnova_sim_ce_decode_sides(state, launch, copy);
	copy->length = state->method[M_LENGTH];
	copy->lines = launch & CE_MULTI_LINE ? state->method[M_COUNT] : 1;
	if (cnova_sim_ce_generation(state->class) >= C8B5 && launch & CE_SCRUB) {
		copy->zero = true;
		return cnova_sim_ce_check_scrub(copy, launch);
	}
	if (launch & CE_REMAP) {
		error = cnova_sim_ce_decode_remap(state, copy);
		if (error)
			return error;
	}
	if (!(launch & CE_REMAP) || copy->remap.reads) {
		error = cnova_sim_ce_check_side(copy, &copy->src, CNOVA_SIM_CE_SRC_PITCH_ERROR);
		if (error)
			return error;
	}
	return cnova_sim_ce_check_side(copy, &copy->dst, CNOVA_SIM_CE_DST_PITCH_ERROR);
}

/* Is there to be a transfer? Return: DONE with @enabled set, or FAULTED. */
static enum cnova_sim_result cnova_sim_ce_render(struct cnova_sim_engine *engine,
						 struct cnova_sim_context *ctx, bool *enabled)
{
	const struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	u64 va = cnova_sim_ce_pair(state, M_RENDER_UPPER, M_RENDER_LOWER) & ~7ULL;
	u32 mode = state->method[M_RENDER_MODE];
	u64 first, second = 0;

	*enabled = mode == CE_RENDER_TRUE;
	if (mode != RENDER_CONDITIONAL && mode != RENDER_EQUAL && mode != RENDER_NOT_EQUAL)
		return CNOVA_SIM_DONE;
	if (!cnova_sim_access_load(engine->sim, &ctx->port, va, sizeof(u64), &first, &ctx->fault))
		return CNOVA_SIM_FAULTED;
	if (mode != RENDER_CONDITIONAL &&
	    !cnova_sim_access_load(engine->sim, &ctx->port, va + RENDER_SECOND, sizeof(u64),
				   &second, &ctx->fault))
		return CNOVA_SIM_FAULTED;
	*enabled = (first == second) == (mode == RENDER_EQUAL);
	return CNOVA_SIM_DONE;
}

/* What the monitored fence says of a conditional interrupt. */
static enum cnova_sim_result cnova_sim_ce_monitor(struct cnova_sim_engine *engine,
						  struct cnova_sim_context *ctx, u64 payload)
{
	const struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	u64 va = cnova_sim_ce_pair(state, M_FENCE_UPPER, M_FENCE_LOWER) & ~7ULL;
	u64 monitored = 0;

	if (va && !cnova_sim_access_load(engine->sim, &ctx->port, va, sizeof(u64), &monitored,
					 &ctx->fault))
		return CNOVA_SIM_FAULTED;
	if (monitored <= payload)
		cnova_sim_engine_notify(engine);
	return CNOVA_SIM_DONE;
}

static enum cnova_sim_result cnova_sim_ce_semaphore(struct cnova_sim_engine *engine,
						    struct cnova_sim_context *ctx, u32 launch)
{
	const struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	u64 va = cnova_sim_ce_pair(state, M_SEM_UPPER, M_SEM_LOWER);
	u64 payload = cnova_sim_ce_pair(state, M_PAYLOAD_UPPER, M_PAYLOAD);
	u32 type = FIELD_GET(CE_SEMAPHORE, launch);
	struct cnova_sim_atomic atomic = {
		.op = FIELD_GET(CE_REDUCTION, launch),
		.operand = payload,
		.width = launch & CE_PAYLOAD_64 ? sizeof(u64) : sizeof(u32),
		.is_signed = !(launch & CE_UNSIGNED),
	};
	struct cnova_sim *sim = engine->sim;
	bool ok = true;
	u64 old;

	if (!type)
		return CNOVA_SIM_DONE;
	if (!(launch & CE_REDUCE)) {
		ok = cnova_sim_access_release(sim, &ctx->port, va, payload, atomic.width,
					      type == CE_SEMAPHORE_TIME, &ctx->fault);
	} else {
		if (type == CE_SEMAPHORE_TIME)
			ok = cnova_sim_access_store(sim, &ctx->port, va + sizeof(u64), sizeof(u64),
						    cnova_sim_access_time(), &ctx->fault);
		ok = ok && cnova_sim_access_atomic(sim, &ctx->port, va, &atomic, &old, &ctx->fault);
	}
	if (!ok)
		return CNOVA_SIM_FAULTED;
	if (type == CE_SEMAPHORE_INTR)
		return cnova_sim_ce_monitor(engine, ctx, payload);
	return CNOVA_SIM_DONE;
}

/* A blocking interrupt: nothing goes on until software has cleared it. */
static enum cnova_sim_result cnova_sim_ce_wait(struct cnova_sim_engine *engine)
{
	struct cnova_sim_ce *ce = engine->priv;

	while (READ_ONCE(ce->intr) & CE_INTR_BLOCKPIPE) {
		if (cnova_sim_engine_must_stop(engine))
			return CNOVA_SIM_AGAIN;
		usleep_range(BLOCK_POLL_US, 2 * BLOCK_POLL_US);
	}
	return CNOVA_SIM_DONE;
}

/* The transfer of a launch, as far as there is one. */
static enum cnova_sim_result cnova_sim_ce_transfer(struct cnova_sim_engine *engine,
						   struct cnova_sim_context *ctx, u32 launch)
{
	struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	u32 transfer = FIELD_GET(CE_TRANSFER, launch);
	struct cnova_sim_ce_copy copy;
	enum cnova_sim_result result;
	bool enabled = true;

	if (transfer == CE_TRANSFER_NONE || transfer == CE_TRANSFER_PREFETCH)
		return CNOVA_SIM_DONE;
	/* Asked once: what is begun is finished. */
	if (state->progress.stage == STAGE_BEGIN)
		result = cnova_sim_ce_render(engine, ctx, &enabled);
	else
		result = CNOVA_SIM_DONE;
	if (result != CNOVA_SIM_DONE || !enabled)
		return result;

	state->progress.stage = STAGE_COPY;
	cnova_sim_ce_decode(state, launch, &copy);
	return cnova_sim_ce_copy(engine, ctx, &copy, &state->progress);
}

static enum cnova_sim_result cnova_sim_ce_stages(struct cnova_sim_engine *engine,
						 struct cnova_sim_context *ctx, u32 launch)
{
	struct cnova_sim_ce_progress *progress = &cnova_sim_ce_state(ctx)->progress;
	enum cnova_sim_result result;

	if (progress->stage <= STAGE_COPY) {
		result = cnova_sim_ce_transfer(engine, ctx, launch);
		if (result != CNOVA_SIM_DONE)
			return result;
		if ((launch & CE_FLUSH) && !(launch & CE_FLUSH_LOCAL))
			cnova_sim_access_flush(engine->sim);
		progress->stage = STAGE_SEMAPHORE;
	}
	if (progress->stage == STAGE_SEMAPHORE) {
		result = cnova_sim_ce_semaphore(engine, ctx, launch);
		if (result != CNOVA_SIM_DONE)
			return result;
		progress->stage = STAGE_INTERRUPT;
	}
	if (progress->stage == STAGE_INTERRUPT) {
		if (FIELD_GET(CE_INTERRUPT, launch) == CE_INTERRUPT_NOTIFY)
			cnova_sim_engine_notify(engine);
		if (FIELD_GET(CE_INTERRUPT, launch) == CE_INTERRUPT_BLOCK)
			cnova_sim_ce_raise(engine, CE_INTR_BLOCKPIPE, 0);
		progress->stage = STAGE_WAIT;
	}
	return FIELD_GET(CE_INTERRUPT, launch) == CE_INTERRUPT_BLOCK ? cnova_sim_ce_wait(engine) :
								       CNOVA_SIM_DONE;
}

static enum cnova_sim_ce_error cnova_sim_ce_check(const struct cnova_sim_ce_state *state,
						  u32 launch)
{
	u32 transfer = FIELD_GET(CE_TRANSFER, launch);
	struct cnova_sim_ce_copy copy;
	enum cnova_sim_ce_error error;

	error = cnova_sim_ce_check_fields(state, launch);
	if (!error)
		error = cnova_sim_ce_check_semaphore(state, launch);
	if (!error && transfer != CE_TRANSFER_NONE)
		error = cnova_sim_ce_decode(state, launch, &copy);
	return error;
}

/**
 * cnova_sim_ce_launch() - LAUNCH_DMA.
 * @engine: Who is to do it.
 * @ctx: For whom.
 * @launch: What; the same as before, if that was not finished.
 *
 * Context: Process context of the engine, which signals fences.
 * Return: What became of it.
 */
enum cnova_sim_result cnova_sim_ce_launch(struct cnova_sim_engine *engine,
					  struct cnova_sim_context *ctx, u32 launch)
{
	struct cnova_sim_ce_state *state = cnova_sim_ce_state(ctx);
	struct cnova_sim_ce *ce = engine->priv;
	enum cnova_sim_ce_error error;
	enum cnova_sim_result result;

	if (launch & (CE_SRC_PHYSICAL | CE_DST_PHYSICAL) && !ctx->may_physical)
		return CNOVA_SIM_NOT_ALLOWED;
	error = cnova_sim_ce_check(state, launch);
	if (error) {
		cnova_sim_ce_raise(engine, CE_INTR_LAUNCHERR, error);
		return CNOVA_SIM_HALTED;
	}

	WRITE_ONCE(ce->busy, true);
	result = cnova_sim_ce_stages(engine, ctx, launch);
	WRITE_ONCE(ce->busy, false);
	if (result != CNOVA_SIM_AGAIN)
		memset(&state->progress, 0, sizeof(state->progress));
	return result;
}
