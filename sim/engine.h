/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam between host, which takes methods out of push buffers, and the engines that
 * execute them.
 */
#ifndef _CNOVA_SIM_ENGINE_H_
#define _CNOVA_SIM_ENGINE_H_

#include <linux/types.h>

#include "access.h"

struct cnova_sim;

/**
 * DOC: Engines
 *
 * Host calls &cnova_sim_engine_ops from the thread of a runlist, annotated as fence signalling:
 * no allocation, no lock but &cnova_sim.lock, which is not held at the call. One call at a time
 * for each engine, so that its state needs no lock against itself; engines run beside each
 * other. An engine may sleep as the latency knob says, with no lock held.
 *
 * A method that takes long looks at cnova_sim_engine_must_stop() between pieces of at most 64 KiB,
 * and if it says so keeps in the context how far it came and returns CNOVA_SIM_AGAIN: the
 * same method with the same data comes again when the channel is back. Nothing of the channel
 * may be on its way then: preempt and disable wait for that.
 */

/** CNOVA_SIM_CONTEXT_WORDS - Words of state that an engine has for each channel. */
#define CNOVA_SIM_CONTEXT_WORDS	48

/** CNOVA_SIM_NR_ENGINES - Copy engines, each with a runlist of its own. */
#define CNOVA_SIM_NR_ENGINES	4

/* MMU client ids of the hub, HARDWARE.md 9: REF dev_fault.h. */
/** CNOVA_SIM_CLIENT_CE - A copy engine. */
#define CNOVA_SIM_CLIENT_CE	1
/** CNOVA_SIM_CLIENT_HOST - Host. */
#define CNOVA_SIM_CLIENT_HOST	6

/** enum cnova_sim_result - What became of a method. */
enum cnova_sim_result {
	/** @CNOVA_SIM_DONE: It was executed. */
	CNOVA_SIM_DONE,
	/** @CNOVA_SIM_AGAIN: In part: it is to come again later. */
	CNOVA_SIM_AGAIN,
	/** @CNOVA_SIM_BAD_METHOD: The class has no such method: INTR_1 HCE_ILLEGAL_MTHD. */
	CNOVA_SIM_BAD_METHOD,
	/** @CNOVA_SIM_BAD_CLASS: The engine has no such class: INTR_1 HCE_ILLEGAL_CLASS. */
	CNOVA_SIM_BAD_CLASS,
	/** @CNOVA_SIM_NOT_ALLOWED: Physical addresses in a user's channel: INTR_1 HCE_PRIV. */
	CNOVA_SIM_NOT_ALLOWED,
	/**
	 * @CNOVA_SIM_HALTED: Arguments that the engine cannot execute. It has raised its stall
	 * interrupt, keeps the channel and does nothing more until it is reset.
	 */
	CNOVA_SIM_HALTED,
	/**
	 * @CNOVA_SIM_FAULTED: An access faulted; &cnova_sim_context.fault says which. Host
	 * reports it to the fault buffer and takes the channel off until FAULTED is cleared;
	 * then the method comes again, from its beginning.
	 */
	CNOVA_SIM_FAULTED,
};

/** struct cnova_sim_context - A channel, as an engine sees it. */
struct cnova_sim_context {
	/** @port: Its address space; always virtual, through the hub. */
	struct cnova_sim_port port;
	/** @inst: Address of its instance block. */
	u64 inst;
	/** @inst_aperture: Where that is. */
	enum cnova_sim_aperture inst_aperture;
	/** @chid: Number of the channel. */
	u32 chid;
	/** @may_physical: Methods may ask for physical addresses; never set for a user. */
	bool may_physical;
	/** @fault: With CNOVA_SIM_FAULTED: what went wrong. */
	struct cnova_sim_mmu_fault fault;
	/** @state: The engine's; all 0 before the first method and after a reset. */
	u64 state[CNOVA_SIM_CONTEXT_WORDS];
};

struct cnova_sim_engine;

/** struct cnova_sim_engine_ops - A kind of engine. */
struct cnova_sim_engine_ops {
	/** @bind: @ctx is used for the first time; its state is all 0. May be NULL. */
	void (*bind)(struct cnova_sim_engine *engine, struct cnova_sim_context *ctx);
	/** @unbind: @ctx goes; nothing of it is on its way. Under &cnova_sim.lock. May be NULL. */
	void (*unbind)(struct cnova_sim_engine *engine, struct cnova_sim_context *ctx);
	/** @set_object: SET_OBJECT names @class. Return: DONE or BAD_CLASS. */
	enum cnova_sim_result (*set_object)(struct cnova_sim_engine *engine,
					    struct cnova_sim_context *ctx, u32 class);
	/** @method: Execute the method at byte offset @method (0x100..0x3ffc) with @data. */
	enum cnova_sim_result (*method)(struct cnova_sim_engine *engine,
					struct cnova_sim_context *ctx, u32 method, u32 data);
	/** @idle: Finish all that methods began, as WFI asks. Return: DONE, AGAIN or FAULTED. */
	enum cnova_sim_result (*idle)(struct cnova_sim_engine *engine,
				      struct cnova_sim_context *ctx);
	/** @reset: The engine forgets what it does. Under &cnova_sim.lock. May be NULL. */
	void (*reset)(struct cnova_sim_engine *engine);
};

/** struct cnova_sim_engine - An engine. Immutable but for what the kind keeps in @priv. */
struct cnova_sim_engine {
	/** @sim: The device. */
	struct cnova_sim *sim;
	/** @ops: What it can do. */
	const struct cnova_sim_engine_ops *ops;
	/** @index: From 0; also of its runlist. */
	u32 index;
	/** @inst: Its number among those of its kind, as device info has it. */
	u32 inst;
	/** @fault_id: Its MMU engine id (HARDWARE.md 9.1). */
	u32 fault_id;
	/** @nonstall_vector: Of its non-stall interrupt. */
	u32 nonstall_vector;
	/** @stall_vector: Of its stall interrupt. */
	u32 stall_vector;
	/** @priv: The kind's. */
	void *priv;
};

/** struct cnova_sim_culprit - Who faulted, for the fault buffer. */
struct cnova_sim_culprit {
	/** @inst: Address of the instance block. */
	u64 inst;
	/** @inst_aperture: Where that is. */
	enum cnova_sim_aperture inst_aperture;
	/** @engine_id: MMU engine id. */
	u32 engine_id;
	/** @client_id: MMU client id; the client is always of the hub. */
	u32 client_id;
};

/* host.c: for engines. */
bool cnova_sim_engine_must_stop(const struct cnova_sim_engine *engine);
void cnova_sim_engine_notify(struct cnova_sim_engine *engine);

/* irq.c: any context; caller holds &cnova_sim.lock. */
void cnova_sim_irq_pulse(struct cnova_sim *sim, u32 vector);
void cnova_sim_irq_level(struct cnova_sim *sim, u32 vector, bool pending);

/* fault.c: put a packet into the non-replayable buffer; caller holds no lock. */
void cnova_sim_fault_report(struct cnova_sim *sim, const struct cnova_sim_culprit *culprit,
			    const struct cnova_sim_mmu_fault *fault);

/* ce.c */
extern const struct cnova_sim_engine_ops cnova_sim_ce_ops;
int cnova_sim_ce_create(struct cnova_sim_engine *engine);
void cnova_sim_ce_destroy(struct cnova_sim_engine *engine);
bool cnova_sim_ce_read(const struct cnova_sim_engine *engine, u32 offset, u32 *value);
bool cnova_sim_ce_write(struct cnova_sim_engine *engine, u32 offset, u32 value);

#endif /* _CNOVA_SIM_ENGINE_H_ */
