/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copy engine of the software GPU, called as host calls it. What it asks of host (whether it has
 * to stop, its interrupts) is answered here: the linker is told to (--wrap, see Makefile).
 */
#ifndef _TEST_CE_H_
#define _TEST_CE_H_

#include "sim_gpu.h"

#include "sim/engine.h"

/* HARDWARE.md 1.1, column CE, by hand. */
static const struct {
	const char *chip;
	u32 class;
} ce_classes[] = {
	{ "tu102", 0xc5b5 }, { "ga100", 0xc6b5 }, { "ga102", 0xc7b5 }, { "ad102", 0xc7b5 },
	{ "gh100", 0xc8b5 }, { "gb100", 0xc9b5 }, { "gb10b", 0xc9b5 }, { "gb202", 0xcab5 },
	{ "gb20b", 0xcab5 },
};

/* Methods, HARDWARE.md 11.6. */
#define SEMAPHORE_A	0x240
#define SEMAPHORE_B	0x244
#define PAYLOAD		0x248
#define PAYLOAD_UPPER	0x24c
#define RENDER_A	0x254
#define RENDER_B	0x258
#define RENDER_C	0x25c
#define SRC_PHYS	0x260
#define DST_PHYS	0x264
#define LAUNCH		0x300
#define IN_UPPER	0x400
#define IN_LOWER	0x404
#define OUT_UPPER	0x408
#define OUT_LOWER	0x40c
#define PITCH_IN	0x410
#define PITCH_OUT	0x414
#define LENGTH		0x418
#define COUNT		0x41c
#define CONST_A		0x700
#define CONST_B		0x704
#define COMPONENTS	0x708
#define DST_BLOCK	0x70c
#define SRC_BLOCK	0x728
#define SRC_ORIGIN	0x73c
#define SRC_ORIGIN_X	0x744
#define DST_ORIGIN	0x720
#define DST_ORIGIN_X	0x74c

#define COPY		0x182	/* non-pipelined, pitch both */
#define MULTI		0x200
#define REMAP		0x400

#define CE_INST		2
#define CE_STALL	194
#define CE_REG(reg)	(0x104400 + CE_INST * 0x80 + (reg))

static struct cnova_sim_engine engine;
static struct cnova_sim_context ctx;
static u32 ce_class;

/* Host's side. */
static unsigned int ce_pieces, ce_stop_every, nr_notified;
static bool ce_stalled;
static unsigned int pulses[256];
static void (*ce_asked)(void);

bool __wrap_cnova_sim_engine_must_stop(const struct cnova_sim_engine *e);
void __wrap_cnova_sim_engine_notify(struct cnova_sim_engine *e);
void __wrap_cnova_sim_irq_level(struct cnova_sim *sim, u32 vector, bool pending);
void __wrap_cnova_sim_irq_pulse(struct cnova_sim *sim, u32 vector);

bool __wrap_cnova_sim_engine_must_stop(const struct cnova_sim_engine *e)
{
	if (ce_asked)
		ce_asked();
	return ce_stop_every && !(++ce_pieces % ce_stop_every);
}

void __wrap_cnova_sim_engine_notify(struct cnova_sim_engine *e)
{
	nr_notified++;
}

void __wrap_cnova_sim_irq_level(struct cnova_sim *sim, u32 vector, bool pending)
{
	/* The GPU's own engines are reset as it is made, and have nothing pending. */
	if (vector != CE_STALL) {
		CHECK(!pending);
		return;
	}
	ce_stalled = pending;
}

void __wrap_cnova_sim_irq_pulse(struct cnova_sim *sim, u32 vector)
{
	pulses[vector]++;
}

static inline enum cnova_sim_result ce_run(u32 method, u32 data)
{
	return engine.ops->method(&engine, &ctx, method, data);
}

static inline void ce_do(u32 method, u32 data)
{
	CHECK_EQ(ce_run(method, data), CNOVA_SIM_DONE);
}

static inline void ce_pair(u32 method, u64 value)
{
	ce_do(method, value >> 32);
	ce_do(method + 4, (u32)value);
}

static inline void ce_linear(u64 src, u64 dst, u32 length)
{
	ce_pair(IN_UPPER, src);
	ce_pair(OUT_UPPER, dst);
	ce_do(LENGTH, length);
}

/* Its registers; host finds the engine for the bus. */
static inline u32 ce_reg(u32 reg)
{
	u32 value = 0xdead;

	CHECK(cnova_sim_ce_read(&engine, CE_REG(reg), &value));
	return value;
}

static inline void ce_set_reg(u32 reg, u32 value)
{
	spin_lock(&gpu->lock);
	CHECK(cnova_sim_ce_write(&engine, CE_REG(reg), value));
	spin_unlock(&gpu->lock);
}

static inline void ce_fresh_channel(void)
{
	memset(&ctx, 0, sizeof(ctx));
	ctx.port.client = (struct cnova_sim_client){ .unit = CNOVA_SIM_HUB, .pdb = ROOT };
}

/* On the GPU that was begun. */
static inline void ce_begin(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(ce_classes) / sizeof(ce_classes[0]); i++)
		if (!strcmp(ce_classes[i].chip, chip))
			ce_class = ce_classes[i].class;
	engine = (struct cnova_sim_engine){
		.sim = gpu, .inst = CE_INST, .stall_vector = CE_STALL,
	};
	CHECK(!cnova_sim_ce_create(&engine));
	ce_stop_every = 0;
	nr_notified = 0;
	ce_stalled = false;
	ce_asked = NULL;
	ce_fresh_channel();
	CHECK_EQ(engine.ops->set_object(&engine, &ctx, ce_class), CNOVA_SIM_DONE);
}

static inline void ce_end(void)
{
	cnova_sim_ce_destroy(&engine);
	gpu_end();
}

#endif /* _TEST_CE_H_ */
