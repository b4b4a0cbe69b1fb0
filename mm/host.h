/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The host of one GPU: runlists, engines, interrupts; what its channels share.
 */
#ifndef _CNOVA_MM_HOST_H_
#define _CNOVA_MM_HOST_H_

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/irqreturn.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "hw/intr.h"
#include "hw/top.h"
#include "mm/addr.h"
#include "mm/fault.h"

struct cnova_channel;
struct cnova_channel_error;
struct cnova_mm;

/** CNOVA_HOST_CHANNELS - Most channels of a GPU. */
#define CNOVA_HOST_CHANNELS		256

/** CNOVA_HOST_CHUNK - So many instance blocks are taken of VRAM at once, and kept. */
#define CNOVA_HOST_CHUNK		16

/** CNOVA_HOST_ENGINES - Most engines that the driver knows. */
#define CNOVA_HOST_ENGINES		16

/** CNOVA_HOST_RUNLISTS - Most runlists that have such engines. */
#define CNOVA_HOST_RUNLISTS		16

/**
 * CNOVA_HOST_TIMEOUT_US - How long a preemption, a new runlist or a reset of an engine
 * may take, each. NVKM waits 2 s; who is killed has run for long already.
 */
#define CNOVA_HOST_TIMEOUT_US		(500 * 1000)

/** CNOVA_HOST_PBDMAS - Most PBDMAs of a runlist. */
#define CNOVA_HOST_PBDMAS		2

/** struct cnova_host_regs - Registers of a runlist, wherever the chip has them. */
struct cnova_host_regs {
	/** @base: Address of its memory: low half, high half, and a register that submits it. */
	u32 base;
	/** @info: Is it read? */
	u32 info;
	/** @preempt: Take a group off. */
	u32 preempt;
	/** @sched: Keep it from being scheduled. */
	u32 sched;
	/** @sched_bit: Bit of that. */
	u32 sched_bit;
	/** @chram: Its channels; 0: they are in PCCSR. */
	u32 chram;
	/** @pbdma: What parses its rings. */
	u32 pbdma[CNOVA_HOST_PBDMAS];
	/** @error_vector: Vector of its errors; 0: they are PFIFO's. */
	u32 error_vector;
};

/**
 * struct cnova_host_runlist - A runlist: channels that share engines.
 *
 * Its memory in VRAM is there twice: one the host reads, the other is written.
 */
struct cnova_host_runlist {
	/** @host: The host. Immutable. */
	struct cnova_host *host;
	/** @id: Turing: its number; later: its block of registers. Immutable. */
	u32 id;
	/** @regs: Where its registers are. Immutable. */
	struct cnova_host_regs regs;
	/** @doorbell: What is written to the doorbell, but for the channel. Immutable. */
	u32 doorbell;
	/** @nr_pbdmas: Number of &cnova_host_regs.pbdma. Immutable. */
	u32 nr_pbdmas;
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
	/** @stuck: It does not answer any more. */
	bool stuck;
	/**
	 * @recoveries: How often a channel was taken off that had the PBDMA or the engine:
	 * others waited for it. Changes with @lock held; also read without.
	 */
	u32 recoveries;
	/** @lost: The device was gone when a channel had to stop; it may be back. Under @lock. */
	bool lost;
};

/** struct cnova_host_engine - A copy engine. All of it is immutable after probe. */
struct cnova_host_engine {
	/** @runlist: Where its channels are. */
	struct cnova_host_runlist *runlist;
	/** @top: What the GPU says of it. */
	struct cnova_top_engine top;
	/** @status: Register that tells who is on it. */
	u32 status;
};

/**
 * struct cnova_host - The host of one GPU.
 *
 * There is one only if @nr_engines is not 0.
 *
 * Lock order: &cnova_vmm.lock, @recovery_lock > &cnova_host_runlist.lock > @preempt_lock >
 * @reset_lock, and &cnova_host_runlist.lock > &cnova_tlb.lock > &cnova_pramin.lock. @lock is a
 * leaf, inside &cnova_host_runlist.lock and @fault_lock, but for what &struct
 * cnova_channel_ops take.
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
	/** @nr_found: The same, before the host is up and after. */
	u32 nr_found;
	/** @blocks: VRAM of instance blocks and runlists. */
	struct list_head blocks;
	/**
	 * @instances: The instance blocks, by channel id / %CNOVA_HOST_CHUNK. What is
	 * there does not change.
	 */
	struct cnova_vram_addr instances[CNOVA_HOST_CHANNELS / CNOVA_HOST_CHUNK];
	/** @nr_chunks: How many of them there are. Grows with @grow_lock and @lock held. */
	u32 nr_chunks;
	/** @grow_lock: Held to take more VRAM; not in the fence signalling path. */
	struct mutex grow_lock;
	/**
	 * @lock: Protects @ids and @channels, and keeps the channels there while their
	 * ops are called. Taken in the hard interrupt.
	 */
	spinlock_t lock;
	/** @ids: Channel ids in use. One that the hardware did not let go of stays. */
	DECLARE_BITMAP(ids, CNOVA_HOST_CHANNELS);
	/** @channels: Channels by id. */
	struct cnova_channel *channels[CNOVA_HOST_CHANNELS];
	/** @fault_vectors: Of packets in @faults, and of packets lost. Immutable. */
	u32 fault_vectors[2];
	/** @max_channels: Ids that this GPU has, of ours. Immutable. */
	u32 max_channels;
	/** @pending: What the hard interrupt left for the thread: bit i for runlist i. */
	unsigned long pending;
	/** @recovery_lock: One reset of all at a time. Outside of all &cnova_host_runlist.lock. */
	struct mutex recovery_lock;
	/** @generation: Resets of all so far. Changes with all runlists locked. */
	u32 generation;
	/** @on_reset: Called after one, in the fence signalling path; or NULL. */
	void (*on_reset)(struct cnova_host *host);
	/**
	 * @fault_lock: One takes packets out of @faults at a time, and tells of them. Taken
	 * in the fence signalling path; only @lock is taken inside.
	 */
	struct mutex fault_lock;
	/**
	 * @preempt_lock: Turing has one register for all runlists: from asking for a
	 * preemption until it is over, or given up. Inside &cnova_host_runlist.lock.
	 */
	struct mutex preempt_lock;
	/**
	 * @reset_lock: What all runlists share in one register: resets of engines, and on
	 * Turing whether they are scheduled. Inside @preempt_lock.
	 */
	struct mutex reset_lock;
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
bool cnova_host_stop(struct cnova_host *host);
void cnova_host_set_doorbell(struct cnova_host *host, bool on);
void cnova_host_prime_lockdep(struct cnova_host *host);
int cnova_host_grow(struct cnova_host *host, u32 nr_chunks);
void cnova_host_fini(struct cnova_host *host);

/* mm/host_irq.c, for mm/host.c and tests. */
irqreturn_t cnova_host_hard_irq(int irq, void *arg);
irqreturn_t cnova_host_irq_thread(int irq, void *arg);
int cnova_host_request_irq(struct cnova_host *host);
void cnova_host_free_irq(struct cnova_host *host);
int cnova_host_irq_init(struct cnova_host *host);
void cnova_host_irq_fini(struct cnova_host *host);

/* mm/host_runlist.c, for mm/host*.c and mm/channel.c. */
int cnova_host_submit_locked(struct cnova_host_runlist *runlist);
void cnova_host_enable_locked(struct cnova_channel *channel);
void cnova_host_set_scheduling_locked(struct cnova_host_runlist *runlist, bool on);
void cnova_host_disable_locked(struct cnova_channel *channel);
int cnova_host_reset_engine(const struct cnova_host_engine *engine);
int cnova_host_wait_preempted_locked(struct cnova_host_runlist *runlist);
int cnova_host_evict_locked(struct cnova_channel *channel);
void cnova_host_bind_locked(struct cnova_channel *channel);
void cnova_host_unbind_locked(struct cnova_channel *channel);
void cnova_host_halt_locked(struct cnova_host_runlist *runlist, u32 id, u32 pbdma);
struct cnova_channel *cnova_host_disable_current_locked(const struct cnova_host_engine *engine);

/* mm/host_look.c */
bool cnova_host_current(const struct cnova_host_engine *engine, u32 status, u32 *id);
bool cnova_host_is_resident_locked(const struct cnova_channel *channel);

/* mm/host_reset.c */
int cnova_host_reset(struct cnova_channel *channel, u32 generation);

/* mm/host_irq.c */
void cnova_host_enable_interrupts(struct cnova_host *host);
void cnova_host_tell(struct cnova_channel *channel, const struct cnova_channel_error *error);
void cnova_host_drain_faults(struct cnova_host *host);

#endif /* _CNOVA_MM_HOST_H_ */
