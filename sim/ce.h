/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copy engines: what methods leave behind, and the copy that a launch asks for.
 */
#ifndef _CNOVA_SIM_CE_H_
#define _CNOVA_SIM_CE_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include "engine.h"

/* LAUNCH_DMA, HARDWARE.md 11.6. */
#define CE_TRANSFER		GENMASK(1, 0)
#define   CE_TRANSFER_NONE	0
#define   CE_TRANSFER_PREFETCH	3
#define CE_FLUSH		BIT(2)
#define CE_SEMAPHORE		GENMASK(4, 3)
#define   CE_SEMAPHORE_TIME	2
#define   CE_SEMAPHORE_INTR	3
#define CE_INTERRUPT		GENMASK(6, 5)
#define   CE_INTERRUPT_BLOCK	1
#define   CE_INTERRUPT_NOTIFY	2
#define CE_SRC_PITCH		BIT(7)
#define CE_DST_PITCH		BIT(8)
#define CE_MULTI_LINE		BIT(9)
#define CE_REMAP		BIT(10)
#define CE_NO_RMW		BIT(11)
#define CE_SRC_PHYSICAL		BIT(12)
#define CE_DST_PHYSICAL		BIT(13)
#define CE_REDUCTION		GENMASK(17, 14)
#define   CE_REDUCTION_FADD	0xa
#define   CE_REDUCTION_FMAX	0xc
#define CE_UNSIGNED		BIT(18)
#define CE_REDUCE		BIT(19)
#define CE_VOLATILE		GENMASK(21, 20)
#define CE_COPY_TYPE		GENMASK(21, 20)
#define   CE_COPY_SECURE	1
#define   CE_COPY_RESERVED	3
#define CE_VPR			BIT(22)
#define CE_VPR_HIGH		BIT(23)
#define CE_SCRUB		BIT(23)
#define CE_FLUSH_LOCAL		BIT(25)
#define CE_NO_PLC		BIT(26)
#define CE_PAYLOAD_64		BIT(27)

/** CNOVA_SIM_CE_REMAP_MAX - Bytes of an element: four components of four bytes. */
#define CNOVA_SIM_CE_REMAP_MAX	16

/** enum cnova_sim_ce_error - LAUNCHERR, MAN tu104 and ga102 dev_ce. */
enum cnova_sim_ce_error {
	CNOVA_SIM_CE_OK = 0x0,
	CNOVA_SIM_CE_LAYER = 0x1,
	CNOVA_SIM_CE_ALIGNMENT = 0x2,
	CNOVA_SIM_CE_RECT = 0x3,
	CNOVA_SIM_CE_SRC_PITCH_ERROR = 0x4,
	CNOVA_SIM_CE_SRC_NEG_PITCH = 0x5,
	CNOVA_SIM_CE_DST_PITCH_ERROR = 0x6,
	CNOVA_SIM_CE_DST_NEG_PITCH = 0x7,
	CNOVA_SIM_CE_COMPONENT = 0x8,
	CNOVA_SIM_CE_VALUE = 0x9,
	CNOVA_SIM_CE_UNUSED_FIELD = 0xa,
	CNOVA_SIM_CE_OPERATION = 0xb,
};

/** struct cnova_sim_ce_surface - Block-linear memory, in elements of the copy. */
struct cnova_sim_ce_surface {
	/** @block: BLOCK_SIZE: log2 of GOBs in 7:4 down and 11:8 deep. */
	u32 block;
	/** @width: Elements of a line. */
	u32 width;
	/** @height: Lines. */
	u32 height;
	/** @depth: Layers. */
	u32 depth;
	/** @layer: The one that is meant. */
	u32 layer;
	/** @x: First element. */
	u32 x;
	/** @y: First line. */
	u32 y;
};

/** struct cnova_sim_ce_side - Where a copy comes from, or goes to. */
struct cnova_sim_ce_side {
	/** @base: Address. */
	u64 base;
	/** @pitch: Bytes from line to line; pitch memory. */
	s32 pitch;
	/** @linear: Pitch memory; else @surface. */
	bool linear;
	/** @physical: @base is a physical address... */
	bool physical;
	/** @aperture: ...of this memory. */
	enum cnova_sim_aperture aperture;
	/** @element: Bytes of an element. */
	u8 element;
	/** @surface: Block-linear memory. */
	struct cnova_sim_ce_surface surface;
};

/** struct cnova_sim_ce_remap - What becomes of the components of an element. */
struct cnova_sim_ce_remap {
	/** @pick: By component of the destination: see CNOVA_SIM_CE_CONST_A. */
	u8 pick[4];
	/** @size: Bytes of a component. */
	u8 size;
	/** @nr_src: Components of the source. */
	u8 nr_src;
	/** @nr_dst: Components of the destination. */
	u8 nr_dst;
	/** @constant: What CONST_A and CONST_B are. */
	u32 constant[2];
	/** @reads: The source is looked at. */
	bool reads;
	/** @holes: Some components stay as they are. */
	bool holes;
};

/* Values of @pick beyond the source's components. */
#define CNOVA_SIM_CE_CONST_A	4
#define CNOVA_SIM_CE_CONST_B	5
#define CNOVA_SIM_CE_NO_WRITE	6

/** struct cnova_sim_ce_copy - A copy, as a launch asks for it. */
struct cnova_sim_ce_copy {
	/** @src: Where from. */
	struct cnova_sim_ce_side src;
	/** @dst: Where to. */
	struct cnova_sim_ce_side dst;
	/** @remap: What becomes of an element; bytes as they are if it has no components. */
	struct cnova_sim_ce_remap remap;
	/** @length: Elements of a line. */
	u32 length;
	/** @lines: How many. */
	u32 lines;
	/** @zero: Nothing is read; zero is written. */
	bool zero;
};

/** struct cnova_sim_ce_progress - How far a launch has come. */
struct cnova_sim_ce_progress {
	/** @line: Line that is being copied. */
	u32 line;
	/** @done: Elements of it that were copied. */
	u32 done;
	/** @stage: What is under way; 0: nothing. */
	u32 stage;
};

/** CNOVA_SIM_CE_BUFFER - Bytes between load and store. */
#define CNOVA_SIM_CE_BUFFER	CNOVA_SIM_PIECE

/** struct cnova_sim_ce - A copy engine; &cnova_sim_engine.priv. */
struct cnova_sim_ce {
	/** @in: What was loaded. Used by the engine's thread only, like @out. */
	u8 in[CNOVA_SIM_CE_BUFFER];
	/** @out: What is to be stored. */
	u8 out[CNOVA_SIM_CE_BUFFER];
	/** @intr: INTR_STATUS. Protected by &cnova_sim.lock, like the rest. */
	u32 intr;
	/** @intr_enable: INTR_EN. */
	u32 intr_enable;
	/** @error: LAUNCHERR. */
	u32 error;
	/** @busy: It executes something. */
	bool busy;
};

/** enum cnova_sim_ce_generation - Classes, oldest first: for what not all have. */
enum cnova_sim_ce_generation { C5B5, C6B5, C7B5, C8B5, C9B5, CAB5 };

/** enum cnova_sim_ce_method - Methods, by their place in the state of a channel. */
enum cnova_sim_ce_method {
	M_NOP, M_PM_TRIGGER, M_PM_TRIGGER_END, M_FENCE_TYPE, M_FENCE_UPPER, M_FENCE_LOWER,
	M_SEM_UPPER, M_SEM_LOWER, M_PAYLOAD, M_PAYLOAD_UPPER,
	M_RENDER_UPPER, M_RENDER_LOWER, M_RENDER_MODE, M_SRC_PHYS, M_DST_PHYS, M_LAUNCH,
	M_IN_UPPER, M_IN_LOWER, M_OUT_UPPER, M_OUT_LOWER,
	M_PITCH_IN, M_PITCH_OUT, M_LENGTH, M_COUNT,
	M_SECURE_MODE, M_AUTH_UPPER, M_AUTH_LOWER, M_TAG_UPPER, M_TAG_LOWER, M_IV_UPPER, M_IV_LOWER,
	M_SCRUB, M_CONST_A, M_CONST_B, M_COMPONENTS,
	M_DST_BLOCK, M_DST_WIDTH, M_DST_HEIGHT, M_DST_DEPTH, M_DST_LAYER, M_DST_ORIGIN,
	M_SRC_BLOCK, M_SRC_WIDTH, M_SRC_HEIGHT, M_SRC_DEPTH, M_SRC_LAYER, M_SRC_ORIGIN,
	M_SRC_X, M_SRC_Y, M_DST_X, M_DST_Y, M_REQ_ATTR,
	NR_METHODS
};

/** struct cnova_sim_ce_state - What an engine keeps for a channel: &cnova_sim_context.state. */
struct cnova_sim_ce_state {
	/** @method: What methods left. */
	u32 method[NR_METHODS];
	/** @progress: Of the launch under way. */
	struct cnova_sim_ce_progress progress;
	/** @class: From SET_OBJECT; 0 before that. */
	u32 class;
};

static inline struct cnova_sim_ce_state *cnova_sim_ce_state(struct cnova_sim_context *ctx)
{
	BUILD_BUG_ON(sizeof(struct cnova_sim_ce_state) > sizeof(ctx->state));
	return (struct cnova_sim_ce_state *)ctx->state;
}

static inline enum cnova_sim_ce_generation cnova_sim_ce_generation(u32 class)
{
	switch (class) {
	case 0xc5b5:
		return C5B5;
	case 0xc6b5:
		return C6B5;
	case 0xc7b5:
		return C7B5;
	case 0xc8b5:
		return C8B5;
	case 0xc9b5:
		return C9B5;
	default:
		return CAB5;
	}
}

/* Bits of INTR_STATUS and INTR_EN, MAN dev_ce. */
#define CE_INTR_BLOCKPIPE	BIT(0)
#define CE_INTR_LAUNCHERR	BIT(2)

/* SET_RENDER_ENABLE_C. */
#define CE_RENDER_TRUE		1

/* ce.c */
void cnova_sim_ce_raise(struct cnova_sim_engine *engine, u32 intr, u32 error);

/* ce_launch.c */
enum cnova_sim_result cnova_sim_ce_launch(struct cnova_sim_engine *engine,
					  struct cnova_sim_context *ctx, u32 launch);

/* ce_copy.c */
enum cnova_sim_result cnova_sim_ce_copy(struct cnova_sim_engine *engine,
					struct cnova_sim_context *ctx,
					const struct cnova_sim_ce_copy *copy,
					struct cnova_sim_ce_progress *progress);
u64 cnova_sim_ce_surface_offset(const struct cnova_sim_ce_surface *surface, u8 element, u64 x,
				u32 y);

#endif /* _CNOVA_SIM_CE_H_ */
