/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The host of one GPU: runlists, engines, interrupts; what its channels share.
 */
#ifndef _CNOVA_MM_HOST_H_
#define _CNOVA_MM_HOST_H_

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "hw/intr.h"
#include "mm/addr.h"
#include "mm/fault.h"

struct cnova_channel;
struct cnova_mm;

/** CNOVA_HOST_CHANNELS - Most channels of a GPU: memory for all is taken at probe. */
#define CNOVA_HOST_CHANNELS		256

/** CNOVA_HOST_ENGINES - Most engines that the driver knows. */
#define CNOVA_HOST_ENGINES		16

/** CNOVA_HOST_RUNLISTS - Most runlists that have such engines. */
#define CNOVA_HOST_RUNLISTS		16

/**
 * CNOVA_HOST_TIMEOUT_US - How long a preemption, a new runlist or a reset of an engine
 * may take, each. NVKM waits 2 s; who is killed has run for long already.
 */
#define CNOVA_HOST_TIMEOUT_US		(500 * 1000)

/**
 * struct cnova_host_runlist - A runlist: channels that share engines.
 *
 * Its memory in VRAM is there twice: one the host reads, the other is written.
 */
struct cnova_host_runlist {
	/** @host: The host. Immutable. */
	struct cnova_host *host;
	/** @id: Number on Turing; index of its block of registers later. Immutable. */
	u32 id;
	/** @base: Its block of registers, from Ampere on. Immutable. */
	u32 base;
	/** @chram: Registers of its channels, from Ampere on. Immutable. */
	u32 chram;
	/** @doorbell: Bits 31:16 of what is written to the doorbell. Immutable. */
	u32 doorbell;
	/**
	 * @lock: One change at a time. Protects @channels and @next. Taken in the fence
	 * signalling path: nothing under it allocates or waits but for the hardware.
	 * Order: after the tree lock, before &cnova_tlb.lock and &cnova_pramin.lock.
	 */
	struct mutex lock;
	/** @channels: Those on it, &cnova_channel.runlist_entry. */
	struct list_head channels;
	/** @memory: Where it is in VRAM, one after the other. */
	struct cnova_vram_addr memory[2];
	/** @next: Which of them is written next. */
	u32 next;
};

/** struct cnova_host_engine - A copy engine. All of it is immutable after probe. */
struct cnova_host_engine {
	/** @runlist: Where its channels are. */
	struct cnova_host_runlist *runlist;
	/** @instance: Which one it is: 0 is CE0. */
	u32 instance;
	/** @id: Number within its runlist, as in its status registers. */
	u32 id;
	/** @fault_id: Its number in faults (HARDWARE.md 9.1). */
	u32 fault_id;
	/** @reset: Its bit in the registers that reset devices. */
	u32 reset;
	/** @nonstall: Vector of the interrupt that it and its host methods raise. */
	u32 nonstall;
};

/**
 * struct cnova_host - The host of one GPU.
 *
 * There is one only if @nr_engines is not 0.
 *
 * Lock order: &cnova_vmm.lock > &cnova_host_runlist.lock > &cnova_tlb.lock >
 * &cnova_pramin.lock. @lock is a leaf but for what &struct cnova_channel_ops take.
 */
struct cnova_host {
	/** @mm: Memory management of the GPU. Immutable. */
	struct cnova_mm *mm;
	/** @irq: Interrupt of the GPU. Immutable. */
	int irq;
	/** @intr: The tree of interrupts. */
	struct cnova_intr intr;
	/** @faults: The buffer of faults. */
	struct cnova_fault_buffer faults;
	/** @runlists: Those with an engine in @engines. */
	struct cnova_host_runlist runlists[CNOVA_HOST_RUNLISTS];
	/** @nr_runlists: Number of @runlists. */
	u32 nr_runlists;
	/** @engines: Copy engines. */
	struct cnova_host_engine engines[CNOVA_HOST_ENGINES];
	/** @nr_engines: Number of @engines; 0: this GPU runs no channels. */
	u32 nr_engines;
	/** @blocks: VRAM of instance blocks and runlists. */
	struct list_head blocks;
	/** @instances: The instance blocks, by channel id. */
	struct cnova_vram_addr instances;
	/**
	 * @lock: Protects @ids and @channels, and keeps the channels there while their
	 * ops are called. Taken in the hard interrupt.
	 */
	spinlock_t lock;
	/** @ids: Channel ids in use. One that the hardware did not let go of stays. */
	DECLARE_BITMAP(ids, CNOVA_HOST_CHANNELS);
	/** @channels: Channels by id. */
	struct cnova_channel *channels[CNOVA_HOST_CHANNELS];
	/** @pending: What the hard interrupt left for the thread. */
	atomic_t pending;
	/** @timeout_us: See %CNOVA_HOST_TIMEOUT_US. Tests shorten it. */
	u32 timeout_us;
	/** @resets: Engines that were reset. */
	atomic_t resets;
};

static inline bool cnova_host_is_up(const struct cnova_host *host)
{
	return host->nr_engines;
}

int cnova_host_init(struct cnova_host *host, struct cnova_mm *mm, int irq);
void cnova_host_stop(struct cnova_host *host);
void cnova_host_fini(struct cnova_host *host);

#endif /* _CNOVA_MM_HOST_H_ */
