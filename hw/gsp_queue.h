/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The message queues between the CPU and GSP firmware, as needed to ask it a question.
 */
#ifndef _CNOVA_HW_GSP_QUEUE_H_
#define _CNOVA_HW_GSP_QUEUE_H_

#include <linux/ktime.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct cnova_chip;
struct cnova_io;
struct device;

/* HARDWARE.md 8.4: slots of a queue, and how many of them one element may have. */
#define CNOVA_GSP_SLOT_SIZE		SZ_4K
#define CNOVA_GSP_SLOTS			63
#define CNOVA_GSP_ELEMENT_SLOTS		16
#define CNOVA_GSP_ELEMENT_SIZE		(CNOVA_GSP_ELEMENT_SLOTS * CNOVA_GSP_SLOT_SIZE)

/** CNOVA_GSP_SHARED_SIZE - Bytes of the block that both sides see. */
#define CNOVA_GSP_SHARED_SIZE		0x81000

/**
 * CNOVA_GSP_MEMORY_SIZE - Bytes that cnova_gsp_init() wants: the block, a page with
 * what libos is to map, and a page of boot arguments.
 */
#define CNOVA_GSP_MEMORY_SIZE		(CNOVA_GSP_SHARED_SIZE + 2 * SZ_4K)

/* Functions that are used, and the event that says that the firmware is there. */
#define CNOVA_GSP_UNLOADING_GUEST_DRIVER	47
#define CNOVA_GSP_GET_STATIC_INFO		65
#define CNOVA_GSP_CONTINUATION_RECORD		71
#define CNOVA_GSP_FIRST_EVENT			0x1000
#define CNOVA_GSP_INIT_DONE			0x1001

/** struct cnova_gsp_message - What was received. */
struct cnova_gsp_message {
	/** @payload: In &cnova_gsp.element: valid until the next call. */
	const void *payload;
	/** @size: Bytes of it. */
	u32 size;
	/** @function: Which. */
	u32 function;
	/** @result: 0, or why not. */
	u32 result;
	/** @sequence: Of the question that it answers; 0: of none. */
	u32 sequence;
	/** @slots: How many it had. */
	u32 slots;
};

/**
 * struct cnova_gsp - A way to talk to GSP firmware.
 *
 * Needs no lock: used by probe and remove of one device only, which exclude each other.
 */
struct cnova_gsp {
	/** @io: The GPU. Immutable, like what follows up to @element. */
	struct cnova_io *io;
	/** @chip: Its chip. */
	const struct cnova_chip *chip;
	/** @dev: For messages. */
	struct device *dev;
	/** @release: Major number of the firmware, as in 570. */
	u32 release;
	/** @memory: CNOVA_GSP_MEMORY_SIZE bytes that the firmware can write to as well. */
	u8 *memory;
	/** @bus: Where the firmware finds them. */
	u64 bus;
	/** @element: Private copy of what is sent or was received. */
	u8 *element;

	/*
	 * Our own pointers and counters. What stands in @memory is for the other side,
	 * and never read back: it may have changed.
	 */
	/** @cmd_write: Slot that is filled next. */
	u32 cmd_write;
	/** @cmd_read: How far the firmware had read when we looked. */
	u32 cmd_read;
	/** @status_read: Slot that is read next. */
	u32 status_read;
	/** @send_seq: Queue sequence of the next element sent. */
	u32 send_seq;
	/** @recv_seq: Queue sequence of the next element received. */
	u32 recv_seq;
	/** @rpc_seq: RPC sequence of the last question. */
	u32 rpc_seq;
	/** @split: The last element received may go on in a continuation record. */
	bool split;
	/** @booted: The firmware knows @memory, and may write to it. */
	bool booted;
	/** @err: What broke the queues for good, or 0. */
	int err;
};

/* gsp_queue.c */
int cnova_gsp_init(struct cnova_gsp *gsp, struct cnova_io *io, const struct cnova_chip *chip,
		   struct device *dev, u32 release, void *memory, u64 bus);
void cnova_gsp_fini(struct cnova_gsp *gsp);
int cnova_gsp_link(struct cnova_gsp *gsp);
int cnova_gsp_send(struct cnova_gsp *gsp, u32 function, u32 sequence, u32 size);
int cnova_gsp_receive(struct cnova_gsp *gsp, ktime_t deadline, struct cnova_gsp_message *message);
int cnova_gsp_poll(struct cnova_gsp *gsp, ktime_t deadline, bool *last);
int cnova_gsp_fail(struct cnova_gsp *gsp, int err, const char *what, u64 value);

/* gsp_rpc.c */
bool cnova_gsp_is_active(struct cnova_io *io, const struct cnova_chip *chip);
int cnova_gsp_boot(struct cnova_gsp *gsp);
int cnova_gsp_get_static_info(struct cnova_gsp *gsp, void *info, u32 size);
int cnova_gsp_unload(struct cnova_gsp *gsp);

#endif /* _CNOVA_HW_GSP_QUEUE_H_ */
