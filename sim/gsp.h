/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GSP firmware, as far as the model has any: message queues and static info.
 *
 * Pure, builds in user space; sim/gsp.c is what makes a thread and registers of it.
 */
#ifndef _CNOVA_SIM_GSP_H_
#define _CNOVA_SIM_GSP_H_

#include <linux/types.h>

/* The largest structure, and the largest element, HARDWARE.md 8.3 and 8.4. */
#define CNOVA_SIM_GSP_INFO_MAX		0x878
#define CNOVA_SIM_GSP_ELEMENT_MAX	65536
#define CNOVA_SIM_GSP_PAGES		129
#define CNOVA_SIM_GSP_REGIONS		5
#define CNOVA_SIM_GSP_OUTBOX		128

/*
 * What the firmware does wrong, or does although it rarely would. The names, in
 * gsp_fault.c, say what.
 */
enum cnova_sim_gsp_fault {
	CNOVA_SIM_GSP_GOOD,

	/* Rare but right: the driver has to get along with these. */
	CNOVA_SIM_GSP_WRAP,
	CNOVA_SIM_GSP_BIG,
	CNOVA_SIM_GSP_STALE_SEQ,
	CNOVA_SIM_GSP_STALE_REPLY,
	CNOVA_SIM_GSP_PENDING_FIRST,
	CNOVA_SIM_GSP_LONGER,
	CNOVA_SIM_GSP_UNALIGNED,

	/* Queues. */
	CNOVA_SIM_GSP_BAD_CHECKSUM,
	CNOVA_SIM_GSP_BAD_SIGNATURE,
	CNOVA_SIM_GSP_MISSING_SEQ,
	CNOVA_SIM_GSP_NO_SLOTS,
	CNOVA_SIM_GSP_MANY_SLOTS,
	CNOVA_SIM_GSP_MORE_SLOTS,
	CNOVA_SIM_GSP_WRITE_PTR,
	CNOVA_SIM_GSP_READ_PTR,
	CNOVA_SIM_GSP_READ_ASTRAY,
	CNOVA_SIM_GSP_SHORT_LENGTH,
	CNOVA_SIM_GSP_LONG_LENGTH,
	CNOVA_SIM_GSP_TRUNCATED,
	CNOVA_SIM_GSP_RESULT,
	CNOVA_SIM_GSP_WRONG_FUNCTION,
	CNOVA_SIM_GSP_CONTINUATION,
	CNOVA_SIM_GSP_FLOOD,
	CNOVA_SIM_GSP_NO_ANSWER,
	CNOVA_SIM_GSP_NO_INIT_DONE,
	CNOVA_SIM_GSP_INIT_ERROR,
	CNOVA_SIM_GSP_NO_LINK,
	CNOVA_SIM_GSP_BAD_LINK,
	CNOVA_SIM_GSP_STOPS,
	CNOVA_SIM_GSP_NO_UNLOAD,

	/* Static info. */
	CNOVA_SIM_GSP_COUNT_0,
	CNOVA_SIM_GSP_COUNT_17,
	CNOVA_SIM_GSP_INVERTED,
	CNOVA_SIM_GSP_OVERLAP,
	CNOVA_SIM_GSP_NO_END,
	CNOVA_SIM_GSP_BEYOND,
	CNOVA_SIM_GSP_NONE_USABLE,
	CNOVA_SIM_GSP_USABLE_WPR,
	CNOVA_SIM_GSP_BAR1_UNALIGNED,
	CNOVA_SIM_GSP_BAR1_BEYOND,
	CNOVA_SIM_GSP_BAR1_USABLE,
	CNOVA_SIM_GSP_BAR2_USABLE,

	CNOVA_SIM_GSP_NR_FAULTS
};

/** enum cnova_sim_gsp_step - What came of a step. */
enum cnova_sim_gsp_step {
	/** @CNOVA_SIM_GSP_IDLE: Nothing to do until somebody rings. */
	CNOVA_SIM_GSP_IDLE,
	/** @CNOVA_SIM_GSP_AGAIN: There may be more to do. */
	CNOVA_SIM_GSP_AGAIN,
	/** @CNOVA_SIM_GSP_FULL: The driver has to read first. */
	CNOVA_SIM_GSP_FULL,
};

/** enum cnova_sim_gsp_state - How far the firmware has come. */
enum cnova_sim_gsp_state {
	/** @CNOVA_SIM_GSP_OFF: There is none, or it has stopped: the core is not active. */
	CNOVA_SIM_GSP_OFF,
	/** @CNOVA_SIM_GSP_WAITING: It waits for boot arguments. */
	CNOVA_SIM_GSP_WAITING,
	/** @CNOVA_SIM_GSP_STARTING: It has them. */
	CNOVA_SIM_GSP_STARTING,
	/** @CNOVA_SIM_GSP_RUNNING: It reads its queue. */
	CNOVA_SIM_GSP_RUNNING,
};

/** struct cnova_sim_gsp_region - A region of VRAM, HARDWARE.md 8.2. */
struct cnova_sim_gsp_region {
	/** @base: First byte. */
	u64 base;
	/** @limit: Last byte. */
	u64 limit;
	/** @reserved: Bytes that the firmware may need. */
	u64 reserved;
	/** @compressed: Compression works here. */
	bool compressed;
	/** @iso: A display could scan out from here. */
	bool iso;
	/** @is_protected: Nobody but firmware may touch it. */
	bool is_protected;
};

/** struct cnova_sim_gsp_layout - What VRAM looks like under firmware. */
struct cnova_sim_gsp_layout {
	/** @region: In no order. */
	struct cnova_sim_gsp_region region[CNOVA_SIM_GSP_REGIONS];
	/** @vram_size: Bytes. */
	u64 vram_size;
	/** @firmware: Start of what firmware keeps, below its protected part. */
	u64 firmware;
	/** @bar1_block: Instance block of BAR1. */
	u64 bar1_block;
	/** @bar1_root: Root table of BAR1. */
	u64 bar1_root;
	/** @bar2_root: Root table of BAR2. */
	u64 bar2_root;
};

/** struct cnova_sim_gsp_ops - What the firmware can reach. */
struct cnova_sim_gsp_ops {
	/** @read: DMA from system memory. Return: false: it faulted. */
	bool (*read)(void *priv, u64 bus, void *dst, u32 size);
	/** @write: DMA to system memory. */
	bool (*write)(void *priv, u64 bus, const void *src, u32 size);
	/** @report: The driver made a mistake; @what is a literal. */
	void (*report)(void *priv, const char *what, u64 value);
};

/** struct cnova_sim_gsp_out - A message to be sent. */
struct cnova_sim_gsp_out {
	/** @function: Which. */
	u32 function;
	/** @result: 0, or what is wrong. */
	u32 result;
	/** @sequence: RPC sequence. */
	u32 sequence;
	/** @size: Bytes of payload. */
	u32 size;
	/** @seq_offset: Added to the queue sequence; -1: that of the last one again. */
	s32 seq_offset;
	/** @is_info: The answer to the question for static info. */
	bool is_info;
};

/** struct cnova_sim_gsp - The firmware. One user at a time. */
struct cnova_sim_gsp {
	/** @ops: What it can reach. */
	const struct cnova_sim_gsp_ops *ops;
	/** @priv: First argument of every op. */
	void *priv;
	/** @layout: Of VRAM. */
	struct cnova_sim_gsp_layout layout;
	/** @release: 535, 570 or 595. */
	u32 release;
	/** @fault: What it does wrong. */
	enum cnova_sim_gsp_fault fault;
	/** @state: How far it has come. */
	enum cnova_sim_gsp_state state;
	/** @libos: Bus address of what libos is told. */
	u64 libos;
	/** @page: Bus addresses of the pages of the shared block. */
	u64 page[CNOVA_SIM_GSP_PAGES];
	/** @status_write: Our write pointer. */
	u32 status_write;
	/** @status_read: The driver's read pointer, when we looked. */
	u32 status_read;
	/** @cmd_read: Our read pointer. */
	u32 cmd_read;
	/** @send_seq: Queue sequence of the next element sent. */
	u32 send_seq;
	/** @recv_seq: That of the next element received. */
	u32 recv_seq;
	/** @nr_rings: Doorbells that we know of. */
	u64 nr_rings;
	/** @nr_messages: Elements received. */
	u64 nr_messages;
	/** @rung: The queue has to be looked at. */
	bool rung;
	/** @unloaded: The driver was told that nothing touches its memory any more. */
	bool unloaded;
	/** @first_out: Index of the oldest of @out. */
	u32 first_out;
	/** @nr_out: How many there are. */
	u32 nr_out;
	/** @out: A ring of messages to be sent. */
	struct cnova_sim_gsp_out out[CNOVA_SIM_GSP_OUTBOX];
	/** @element: What is received or sent. */
	u8 element[CNOVA_SIM_GSP_ELEMENT_MAX];
};

/* gsp_static.c */
void cnova_sim_gsp_lay_out(struct cnova_sim_gsp_layout *layout, u64 vram_size, u64 wpr_start);
u32 cnova_sim_gsp_info_size(u32 release);
u32 cnova_sim_gsp_build_info(const struct cnova_sim_gsp_layout *layout, u32 release,
			     enum cnova_sim_gsp_fault fault, u8 *info);
bool cnova_sim_gsp_is_usable(const struct cnova_sim_gsp_layout *layout, u64 pa, u64 size);

/* gsp_fw.c */
void cnova_sim_gsp_power_on(struct cnova_sim_gsp *gsp);
void cnova_sim_gsp_start(struct cnova_sim_gsp *gsp, u64 libos);
void cnova_sim_gsp_ring(struct cnova_sim_gsp *gsp, u64 nr_rings);
enum cnova_sim_gsp_step cnova_sim_gsp_step(struct cnova_sim_gsp *gsp);

/* gsp_fault.c */
const char *cnova_sim_gsp_fault_name(enum cnova_sim_gsp_fault fault);
bool cnova_sim_gsp_fault_find(const char *name, enum cnova_sim_gsp_fault *fault);

#endif /* _CNOVA_SIM_GSP_H_ */
