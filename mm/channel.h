/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A channel: a ring of work for an engine, in one address space.
 */
#ifndef _CNOVA_MM_CHANNEL_H_
#define _CNOVA_MM_CHANNEL_H_

#include <linux/list.h>
#include <linux/types.h>

#include "mm/addr.h"

struct cnova_channel;
struct cnova_chip;
struct cnova_fault;
struct cnova_host;
struct cnova_host_engine;

/** CNOVA_CHANNEL_USERD_SIZE - Bytes of USERD, and its alignment (HARDWARE.md 11.1). */
#define CNOVA_CHANNEL_USERD_SIZE	512

/** CNOVA_CHANNEL_MAX_RING_LG2 - Most entries of a ring. */
#define CNOVA_CHANNEL_MAX_RING_LG2	16

/** enum cnova_channel_reason - What the hardware did not like. */
enum cnova_channel_reason {
	/** @CNOVA_CHANNEL_BAD_ENTRY: an entry of the ring. */
	CNOVA_CHANNEL_BAD_ENTRY,
	/** @CNOVA_CHANNEL_BAD_METHOD: a header, method or datum, found by the host. */
	CNOVA_CHANNEL_BAD_METHOD,
	/** @CNOVA_CHANNEL_BAD_SEMAPHORE: alignment or operation of a semaphore. */
	CNOVA_CHANNEL_BAD_SEMAPHORE,
	/** @CNOVA_CHANNEL_ENGINE_ERROR: a method that the engine refuses. */
	CNOVA_CHANNEL_ENGINE_ERROR,
	/** @CNOVA_CHANNEL_HANGS: nothing: it kept its engine from others for too long. */
	CNOVA_CHANNEL_HANGS,
	/** @CNOVA_CHANNEL_RESET: nothing: all channels ended, for another one's sake. */
	CNOVA_CHANNEL_RESET,
};

/** struct cnova_channel_look - What a channel that does not end was found doing. */
struct cnova_channel_look {
	/** @resident: It was on its PBDMA, or on its engine. */
	bool resident;
	/** @acquiring: It waited for a semaphore. */
	bool acquiring;
	/** @has_other: Another channel was where it wants to be. */
	bool has_other;
	/** @other: Which, its id. */
	u32 other;
	/** @place: How far that one was in its ring. */
	u32 place;
	/** @recoveries: &cnova_host_runlist.recoveries. */
	u32 recoveries;
};

/** struct cnova_channel_error - An error of a channel that is no fault. */
struct cnova_channel_error {
	/** @reason: What it was. */
	enum cnova_channel_reason reason;
	/** @status: Status register of the unit that found it. */
	u32 status;
	/**
	 * @method: What it was about: method with subchannel, as the register has it; 0 if
	 * an engine does not say.
	 */
	u32 method;
	/** @data: Its datum; or what the engine says of a launch, LAUNCHERR. */
	u32 data;
};

/**
 * struct cnova_channel_ops - What a channel tells its owner.
 *
 * All of them are called with &cnova_host.lock held and interrupts off, between
 * cnova_channel_init() and cnova_channel_fini(), and may signal fences, take spinlocks and
 * queue work; they call no function of a channel but cnova_channel_get().
 */
struct cnova_channel_ops {
	/**
	 * @nonstall: An interrupt of the channel's engine came: a semaphore may have
	 * been released, by this channel or another one. Hard interrupt.
	 */
	void (*nonstall)(struct cnova_channel *channel);

	/** @fault: It touched what it may not, and stands still. To be killed. */
	void (*fault)(struct cnova_channel *channel, const struct cnova_fault *fault);

	/** @error: It sent what the hardware refuses, and stands still. To be killed. */
	void (*error)(struct cnova_channel *channel, const struct cnova_channel_error *error);

	/**
	 * @is_late: Others wait for its engine, and it does not move. Has it had the time
	 * that its owner gives it? If so, @error follows.
	 */
	bool (*is_late)(struct cnova_channel *channel);
};

/** struct cnova_channel_args - What a channel is made of. */
struct cnova_channel_args {
	/** @ops: Who is told. */
	const struct cnova_channel_ops *ops;
	/** @engine: Index into &cnova_host.engines. */
	u32 engine;
	/** @pdb: Root table of the address space, cnova_vmm_pdb(). */
	struct cnova_vram_addr pdb;
	/**
	 * @ring_va: Where the ring is mapped in it, 4096-aligned, below
	 * cnova_channel_va_end(); read-only will do.
	 */
	struct cnova_gpu_va ring_va;
	/** @ring: The ring for the CPU, coherent. */
	void *ring;
	/** @ring_lg2: log2 of its entries; one less can be in it. */
	u32 ring_lg2;
	/** @userd: USERD for the CPU, coherent, zero. */
	void *userd;
	/** @userd_bus: The same for the GPU; not mapped, a multiple of 512. */
	struct cnova_bus_addr userd_bus;
	/** @privileged: Physical addresses are allowed. Never for a user. */
	bool privileged;
};

/**
 * struct cnova_channel - A channel.
 *
 * Embedded in what belongs to the owner, who keeps ring, USERD and address space until
 * cnova_channel_fini() has returned, and for good if cnova_channel_is_stuck() then.
 */
struct cnova_channel {
	/** @host: The host. Immutable. */
	struct cnova_host *host;
	/** @engine: Its engine. Immutable. */
	const struct cnova_host_engine *engine;
	/** @ops: Who is told. Immutable. */
	const struct cnova_channel_ops *ops;
	/** @id: Its number, and that of its group, of which it is the only member. Immutable. */
	u32 id;
	/** @instance: Its instance block. Immutable. */
	struct cnova_vram_addr instance;
	/** @userd_bus: See &cnova_channel_args.userd_bus. Immutable. */
	struct cnova_bus_addr userd_bus;
	/** @userd: See &cnova_channel_args.userd. */
	__le32 *userd;
	/** @ring: See &cnova_channel_args.ring. */
	__le64 *ring;
	/** @ring_mask: Entries of @ring - 1. Immutable. */
	u32 ring_mask;
	/** @put: Where the next entry goes. Belongs to who pushes. */
	u32 put;
	/** @token: What is written to the doorbell. Immutable. */
	u32 token;
	/** @runlist_entry: In &cnova_host_runlist.channels. */
	struct list_head runlist_entry;
	/** @halted: Its engine has stopped at it, for good. Under &cnova_host_runlist.lock. */
	bool halted;
	/** @killed: It runs nothing any more. Under &cnova_host_runlist.lock. */
	bool killed;
	/** @stuck: It cannot be made to stop. Under &cnova_host_runlist.lock. */
	bool stuck;
};

struct cnova_gpu_va cnova_channel_va_end(const struct cnova_chip *chip);

int cnova_channel_init(struct cnova_channel *channel, struct cnova_host *host,
		       const struct cnova_channel_args *args);
int cnova_channel_restart(struct cnova_channel *channel, const struct cnova_channel_args *args);
void cnova_channel_fini(struct cnova_channel *channel);

u32 cnova_channel_space(const struct cnova_channel *channel);
void cnova_channel_push(struct cnova_channel *channel, const u64 *entries, u32 nr);
u32 cnova_channel_get(const struct cnova_channel *channel);

void cnova_channel_look(struct cnova_channel *channel, struct cnova_channel_look *look);
u32 cnova_channel_recoveries(const struct cnova_channel *channel);
bool cnova_channel_blame(struct cnova_channel *channel, const struct cnova_channel_look *look);

int cnova_channel_kill(struct cnova_channel *channel);
bool cnova_channel_is_stuck(struct cnova_channel *channel);

#endif /* _CNOVA_MM_CHANNEL_H_ */
