/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host: channels, runlists, and the units that take methods out of push buffers.
 */
#ifndef _CNOVA_SIM_HOST_H_
#define _CNOVA_SIM_HOST_H_

#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "engine.h"

struct task_struct;

/** CNOVA_SIM_TU_RUNLIST - Number of a runlist, Turing: the first is that of graphics. */
#define CNOVA_SIM_TU_RUNLIST(index)	((index) + 1)
/** CNOVA_SIM_GA_RUNLIST - Registers of a runlist, Ampere and later. */
#define CNOVA_SIM_GA_RUNLIST(index)	(0xa0000 + (index) * 0x1000)
/** CNOVA_SIM_GA_CHANNELS - Channel RAM of a runlist, Ampere and later. */
#define CNOVA_SIM_GA_CHANNELS(index)	(0xc0000 + (index) * 0x2000)
/** CNOVA_SIM_GA_DOORBELL - By which the doorbell knows it. */
#define CNOVA_SIM_GA_DOORBELL(index)	((index) * 3 + 5)

/* Bits of INTR_0 and INTR_1 of a PBDMA: MAN dev_pbdma. */
#define CNOVA_SIM_INTR_GPFIFO		BIT(13)
#define CNOVA_SIM_INTR_GPPTR		BIT(14)
#define CNOVA_SIM_INTR_GPENTRY		BIT(15)
#define CNOVA_SIM_INTR_GPCRC		BIT(16)
#define CNOVA_SIM_INTR_PBENTRY		BIT(18)
#define CNOVA_SIM_INTR_PBCRC		BIT(19)
#define CNOVA_SIM_INTR_CLEAR_FAULTED	BIT(20)
#define CNOVA_SIM_INTR_METHOD		BIT(21)
#define CNOVA_SIM_INTR_DEVICE		BIT(23)
#define CNOVA_SIM_INTR_ENG_RESET	BIT(24)
#define CNOVA_SIM_INTR_SEMAPHORE	BIT(25)
#define CNOVA_SIM_INTR_ACQUIRE		BIT(26)
#define CNOVA_SIM_INTR_PBSEG		BIT(30)
#define CNOVA_SIM_INTR_SIGNATURE	BIT(31)
#define CNOVA_SIM_INTR_1_PRIV		BIT(2)
#define CNOVA_SIM_INTR_1_METHOD		BIT(3)
#define CNOVA_SIM_INTR_1_CLASS		BIT(4)
#define CNOVA_SIM_INTR_1_CONTEXT	BIT(31)

/** enum cnova_sim_event - What software may want to know of a runlist. */
enum cnova_sim_event {
	/** @CNOVA_SIM_EVENT_TSG_PREEMPT: Preempt of a TSG is over. */
	CNOVA_SIM_EVENT_TSG_PREEMPT,
	/** @CNOVA_SIM_EVENT_RUNLIST: Preempt of the runlist, or a submit, is over. */
	CNOVA_SIM_EVENT_RUNLIST,
	/** @CNOVA_SIM_EVENT_BAD_TSG: The runlist in memory is none. */
	CNOVA_SIM_EVENT_BAD_TSG,
};

/* Upper bit of INTR_VECTORID: the CPU is told. */
#define CNOVA_SIM_INTR_CPU		BIT(31)

/** CNOVA_SIM_NR_RUNLISTS - One for each engine, each with one PBDMA. */
#define CNOVA_SIM_NR_RUNLISTS	CNOVA_SIM_NR_ENGINES

/** CNOVA_SIM_NR_CHANNELS - Of all runlists together. */
#define CNOVA_SIM_NR_CHANNELS	2048

/** CNOVA_SIM_RUNLIST_CHANNELS - Of each, where each has its own. */
#define CNOVA_SIM_RUNLIST_CHANNELS	(CNOVA_SIM_NR_CHANNELS / CNOVA_SIM_NR_RUNLISTS)

/** CNOVA_SIM_RUNLIST_ENTRIES - Entries that a runlist may have; more is an overflow. */
#define CNOVA_SIM_RUNLIST_ENTRIES	2048

/** CNOVA_SIM_FETCH - Words of a push buffer that are fetched at once. */
#define CNOVA_SIM_FETCH		32

/** CNOVA_SIM_NO_TSG - Of a channel that is in no TSG. */
#define CNOVA_SIM_NO_TSG	U32_MAX

/** struct cnova_sim_segment - What a GPFIFO entry says, and how far it was read. */
struct cnova_sim_segment {
	/** @va: Next word to be fetched. */
	u64 va;
	/** @left: Words that are still to be fetched. */
	u32 left;
	/** @nr: Words in @word. */
	u32 nr;
	/** @at: The first of those that was not used yet. */
	u32 at;
	/** @open: There is a segment. */
	bool open;
	/** @conditional: It was fetched on condition. */
	bool conditional;
	/** @word: What was fetched. */
	u32 word[CNOVA_SIM_FETCH];
};

/** enum cnova_sim_header - Kinds of method headers, HARDWARE.md 11.4. */
enum cnova_sim_header {
	/** @CNOVA_SIM_INC: Addresses go up. */
	CNOVA_SIM_INC = 1,
	/** @CNOVA_SIM_NON_INC: They do not. */
	CNOVA_SIM_NON_INC = 3,
	/** @CNOVA_SIM_IMMEDIATE: The datum is in the header. */
	CNOVA_SIM_IMMEDIATE = 4,
	/** @CNOVA_SIM_ONE_INC: Up once. */
	CNOVA_SIM_ONE_INC = 5,
	/** @CNOVA_SIM_END_SEGMENT: The rest of the segment is not looked at. */
	CNOVA_SIM_END_SEGMENT = 7,
};

/** struct cnova_sim_method - A method on its way to where it is executed. */
struct cnova_sim_method {
	/** @address: Byte offset. */
	u32 address;
	/** @data: Datum. */
	u32 data;
	/** @subchannel: From the header. */
	u8 subchannel;
	/** @valid: There is one: it is executed, or waits, or is to be executed again. */
	bool valid;
};

/** struct cnova_sim_fc - State of a channel that RAMFC would hold (HARDWARE.md 11.2). */
struct cnova_sim_fc {
	/** @gp_base: VA of the ring. */
	u64 gp_base;
	/** @gp_entries: Entries of it. */
	u32 gp_entries;
	/** @gp_get: Next entry to be executed. */
	u32 gp_get;
	/** @gp_put: End of what may be executed, as last read from USERD. */
	u32 gp_put;
	/** @segment_base: Bits 56:40 of segments, in place. */
	u64 segment_base;
	/** @segment: The segment that is executed. */
	struct cnova_sim_segment segment;
	/** @header: Kind of the method header that is executed. */
	enum cnova_sim_header header;
	/** @subchannel: From it. */
	u8 subchannel;
	/** @address: Byte offset of the next method. */
	u32 address;
	/** @count: Methods that are still to come. */
	u32 count;
	/** @method: The one under way. */
	struct cnova_sim_method method;
	/** @subdevice_mask: Subdevices that this one is. */
	u32 subdevice_mask;
	/** @stored_mask: By STORE_SUBDEVICE_MASK. */
	u32 stored_mask;
	/** @inactive: The mask leaves this subdevice out. */
	bool inactive;
	/** @sem_address: Address of the semaphore. */
	u64 sem_address;
	/** @sem_payload: Operand. */
	u64 sem_payload;
	/** @mem_op: MEM_OP_A to C. */
	u32 mem_op[3];
	/** @ref: By SET_REFERENCE. */
	u32 ref;
	/** @acquire: Timeout of acquires. */
	u32 acquire;
	/** @deadline: When the one under way is over; with @acquiring. */
	ktime_t deadline;
	/** @acquiring: A method waits for something. */
	bool acquiring;
	/** @privileged: May execute privileged methods. */
	bool privileged;
	/** @notify: Vector of its non-stall interrupt, and whether there is one. */
	u32 notify;
	/** @ce_valid: There is a context for the copy engine. */
	bool ce_valid;
	/** @gp_crc: Over GPFIFO entries. */
	u32 gp_crc;
	/** @pb_crc: Over words of push buffers. */
	u32 pb_crc;
};

/** struct cnova_sim_channel - A channel. Protected by &cnova_sim.lock, see host.c. */
struct cnova_sim_channel {
	/** @ctx: For the engine; its address space. */
	struct cnova_sim_context ctx;
	/** @fc: Valid if @loaded. */
	struct cnova_sim_fc fc;
	/** @bound: By the channel table; where there is none, since it was enabled. */
	bool bound;
	/** @enabled: May be scheduled. */
	bool enabled;
	/** @pending: May have work: the doorbell rang, or something changed. */
	bool pending;
	/** @pbdma_faulted: Host faulted. */
	bool pbdma_faulted;
	/** @eng_faulted: The engine faulted. */
	bool eng_faulted;
	/** @next: NEXT, as written. */
	bool next;
	/** @loaded: @fc was read from its instance block. */
	bool loaded;
	/** @engine: The engine that has seen it; NULL: none has. */
	struct cnova_sim_engine *engine;
	/** @inst: Instance block in the channel table, with its aperture. */
	u64 inst;
	/** @inst_aperture: Where that is. */
	enum cnova_sim_aperture inst_aperture;
	/** @userd: USERD, by the runlist. */
	u64 userd;
	/** @userd_aperture: Where that is. */
	enum cnova_sim_aperture userd_aperture;
	/** @runlist: The one that it is on; NULL if none. */
	struct cnova_sim_runlist *runlist;
	/** @tsg: Number of its TSG there. */
	u32 tsg;
	/** @chid: Its number. */
	u32 chid;
};

/** struct cnova_sim_pbdma - What software sees of a PBDMA, but for the channel on it. */
struct cnova_sim_pbdma {
	/** @intr: INTR_0 and INTR_1: while a bit is set nothing goes on. */
	u32 intr[2];
	/** @enable: Which of those are passed on. */
	u32 enable[2];
	/** @chid: Channel of the last error. */
	u32 chid;
	/** @method: METHOD0 and DATA0, as of then. */
	struct cnova_sim_method method;
	/** @gp_shadow: The GPFIFO entry then. */
	u64 gp_shadow;
	/** @header: The header then. */
	u32 header;
	/** @hce: Address and data of a method of the copy engine's class. */
	u32 hce[2];
};

/** struct cnova_sim_runlist - A runlist, its PBDMA and its engine. */
struct cnova_sim_runlist {
	/** @sim: The device. */
	struct cnova_sim *sim;
	/** @engine: What executes methods. */
	struct cnova_sim_engine engine;
	/** @index: From 0. */
	u32 index;
	/** @pbdma: The PBDMA. */
	struct cnova_sim_pbdma pbdma;
	/** @base: SUBMIT_BASE registers. */
	u32 base[2];
	/** @nr_entries: Channels on it. */
	u32 nr_entries;
	/** @entry: Those, in order. */
	struct cnova_sim_channel *entry[CNOVA_SIM_RUNLIST_ENTRIES];
	/** @pos: Next to be looked at. */
	u32 pos;
	/** @current_channel: On the PBDMA, or NULL. */
	struct cnova_sim_channel *current_channel;
	/** @budget: Steps that it has left until another one is looked for. */
	u32 budget;
	/** @fresh: It has just been put there: its state is to be loaded. */
	bool fresh;
	/** @stepping: A step is under way, maybe without the lock. */
	bool stepping;
	/** @on_engine: A method is with the engine now. */
	bool on_engine;
	/** @hung: The engine does not end a method; a reset ends it. */
	bool hung;
	/** @engine_off: It is held in reset. */
	bool engine_off;
	/** @engine_reset: It was reset while a step was under way. */
	bool engine_reset;
	/** @no_sched: No channel is put on the PBDMA. */
	bool no_sched;
	/** @doorbell: VIRTUAL_CHANNEL_CFG: whether the doorbell works. */
	u32 doorbell;
	/** @submit_pending: A submit waits for channels to leave. */
	bool submit_pending;
	/** @tsg_preempt: Preempt of @preempt_id under way. */
	bool tsg_preempt;
	/** @runlist_preempt: Preempt of everything under way. */
	bool runlist_preempt;
	/** @preempt_id: TSG that is to leave. */
	u32 preempt_id;
	/** @preempt_is_channel: @preempt_id is a channel. */
	bool preempt_is_channel;
	/** @intr: INTR_0 of the runlist, Ampere and later. */
	u32 intr;
	/** @intr_enable: Which of those are passed on. */
	u32 intr_enable;
	/** @intr_seen: Which of those a pulse was sent for. */
	u32 intr_seen;
	/** @intr_vector: INTR_VECTORID. */
	u32 intr_vector;
	/** @bad_tsg: What was wrong with the last runlist. */
	u32 bad_tsg;
	/** @kicked: There may be something to do. */
	bool kicked;
	/** @idle_us: When nothing else happens, look again after so long; 0: never. */
	u32 idle_us;
	/** @wait: Its thread waits here. */
	wait_queue_head_t wait;
	/** @thread: Its thread; NULL where a test steps it. */
	struct task_struct *thread;
};

/** struct cnova_sim_pfifo - Registers of all runlists, Turing. */
struct cnova_sim_pfifo {
	/** @intr: INTR_0. */
	u32 intr;
	/** @enable: INTR_EN_0 and 1. */
	u32 enable[2];
	/** @bind_error: Code. */
	u32 bind_error;
	/** @sched_error: Code. */
	u32 sched_error;
	/** @event: Bit by runlist: RUNLIST_EVENT. */
	u32 event;
	/** @preempt: PREEMPT, as written. */
	u32 preempt;
	/** @doorbell: VIRTUAL_CHANNEL_CFG(0). */
	u32 doorbell;
};

/** struct cnova_sim_host - Host. All of it is protected by &cnova_sim.lock. */
struct cnova_sim_host {
	/** @runlist: The runlists. */
	struct cnova_sim_runlist runlist[CNOVA_SIM_NR_RUNLISTS];
	/** @channel: The channels; where each runlist has its own, one part for each. */
	struct cnova_sim_channel channel[CNOVA_SIM_NR_CHANNELS];
	/** @pfifo: Turing. */
	struct cnova_sim_pfifo pfifo;
	/** @nr_bound: Channels that are bound. */
	u32 nr_bound;
	/** @reset_mask: PMC_ENABLE or DEVICE_ENABLE, as it reads. */
	u32 reset_mask;
	/** @stopped: No step begins: the GPU is being reset, or goes. */
	bool stopped;
};

/* host.c */
int cnova_sim_host_init(struct cnova_sim *sim);
void cnova_sim_host_fini(struct cnova_sim *sim);
void cnova_sim_host_reset(struct cnova_sim *sim);
void cnova_sim_host_check_release(struct cnova_sim *sim, enum cnova_sim_aperture aperture,
				  u64 pa, u64 size);
struct cnova_sim_channel *cnova_sim_host_channel(struct cnova_sim *sim,
						 const struct cnova_sim_runlist *rl, u32 chid);
void cnova_sim_host_doorbell(struct cnova_sim_runlist *rl, u32 chid);
u32 cnova_sim_host_engine_status(const struct cnova_sim_runlist *rl);
void cnova_sim_host_kick(struct cnova_sim_runlist *rl);
void cnova_sim_host_settle(struct cnova_sim_runlist *rl);
void cnova_sim_host_enable(struct cnova_sim_channel *ch, bool enable);
void cnova_sim_host_bind(struct cnova_sim *sim, struct cnova_sim_channel *ch, u64 inst,
			 enum cnova_sim_aperture aperture);
void cnova_sim_host_unbind(struct cnova_sim *sim, struct cnova_sim_channel *ch);
void cnova_sim_host_clear_fault(struct cnova_sim_channel *ch, bool engine);
void cnova_sim_host_preempt(struct cnova_sim_runlist *rl);
void cnova_sim_host_engine_reset(struct cnova_sim_runlist *rl, bool off);
bool cnova_sim_host_is_loaded(const struct cnova_sim_channel *ch);
u32 cnova_sim_runlist_run(struct cnova_sim_runlist *rl);

/* host_load.c */
void cnova_sim_host_check_doorbell(struct cnova_sim *sim, const struct cnova_sim_channel *ch);
bool cnova_sim_host_load(struct cnova_sim *sim, struct cnova_sim_channel *ch, u32 *error);
void cnova_sim_host_save(struct cnova_sim *sim, struct cnova_sim_channel *ch);
u32 cnova_sim_host_read_put(struct cnova_sim *sim, const struct cnova_sim_channel *ch);
void cnova_sim_host_write_userd(struct cnova_sim *sim, const struct cnova_sim_channel *ch);

/* host_submit.c */
void cnova_sim_host_submit(struct cnova_sim_runlist *rl, u32 value);

/* host_irq.c */
void cnova_sim_host_error(struct cnova_sim_runlist *rl, u32 intr_0, u32 intr_1);
void cnova_sim_host_event(struct cnova_sim_runlist *rl, enum cnova_sim_event event);
void cnova_sim_host_update_irq(struct cnova_sim_runlist *rl);
void cnova_sim_host_retrigger(struct cnova_sim_runlist *rl);
u32 cnova_sim_host_pfifo_intr(const struct cnova_sim *sim, u32 *pbdmas);
u32 cnova_sim_host_runlist_intr(const struct cnova_sim_runlist *rl);

/* host_tu.c */
bool cnova_sim_tu_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_tu_write(struct cnova_sim *sim, u32 offset, u32 value);

/* host_ga.c */
bool cnova_sim_ga_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_ga_write(struct cnova_sim *sim, u32 offset, u32 value);

/* host_regs.c */
bool cnova_sim_engines_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_engines_write(struct cnova_sim *sim, u32 offset, u32 value);
bool cnova_sim_pbdma_read(const struct cnova_sim_runlist *rl, u32 offset, u32 *value);
bool cnova_sim_pbdma_write(struct cnova_sim_runlist *rl, u32 offset, u32 value);
bool cnova_sim_usermode_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_usermode_write(struct cnova_sim *sim, u32 offset, u32 value);
bool cnova_sim_reset_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_reset_write(struct cnova_sim *sim, u32 offset, u32 value);

/* top.c */
void cnova_sim_top_engine(struct cnova_sim *sim, struct cnova_sim_engine *engine);
u32 cnova_sim_top_reset_bit(const struct cnova_sim_engine *engine);
bool cnova_sim_top_read(struct cnova_sim *sim, u32 offset, u32 *value);

/* threads.c */
int cnova_sim_threads_start(struct cnova_sim *sim);
void cnova_sim_threads_stop(struct cnova_sim *sim);

/* pbdma.c */
/** enum cnova_sim_step - What became of a step. */
enum cnova_sim_step {
	/** @CNOVA_SIM_STEP_ON: Something was done. */
	CNOVA_SIM_STEP_ON,
	/** @CNOVA_SIM_STEP_IDLE: There is nothing to do. */
	CNOVA_SIM_STEP_IDLE,
	/** @CNOVA_SIM_STEP_WAIT: A method waits; another channel may run. */
	CNOVA_SIM_STEP_WAIT,
	/** @CNOVA_SIM_STEP_YIELD: Another channel is to run. */
	CNOVA_SIM_STEP_YIELD,
	/** @CNOVA_SIM_STEP_STOPPED: An error or a fault: the channel does not go on. */
	CNOVA_SIM_STEP_STOPPED,
};

enum cnova_sim_step cnova_sim_pbdma_step(struct cnova_sim_runlist *rl,
					 struct cnova_sim_channel *ch);

/* host_method.c, host_sem.c */
enum cnova_sim_step cnova_sim_host_method(struct cnova_sim_runlist *rl,
					  struct cnova_sim_channel *ch);
enum cnova_sim_step cnova_sim_host_semaphore(struct cnova_sim_runlist *rl,
					     struct cnova_sim_channel *ch);
enum cnova_sim_step cnova_sim_host_mem_op(struct cnova_sim_runlist *rl,
					  struct cnova_sim_channel *ch);
enum cnova_sim_step cnova_sim_host_idle(struct cnova_sim_runlist *rl,
					struct cnova_sim_channel *ch);
enum cnova_sim_step cnova_sim_host_stop(struct cnova_sim_runlist *rl, u32 intr_0, u32 intr_1);
enum cnova_sim_step cnova_sim_host_fault(struct cnova_sim_runlist *rl,
					 struct cnova_sim_channel *ch,
					 const struct cnova_sim_mmu_fault *fault);
enum cnova_sim_step cnova_sim_host_wait(struct cnova_sim_runlist *rl,
					struct cnova_sim_channel *ch, u64 timeout_ns,
					u32 intr_0);

#endif /* _CNOVA_SIM_HOST_H_ */
