/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * MMU faults, as the GPU reports them in memory.
 */
#ifndef _CNOVA_MM_FAULT_H_
#define _CNOVA_MM_FAULT_H_

#include <linux/types.h>

#include "mm/addr.h"
#include "mm/dma.h"

struct cnova_mm;

/** CNOVA_FAULT_PACKET_SIZE - Bytes of a packet (HARDWARE.md 9.2). */
#define CNOVA_FAULT_PACKET_SIZE		32

/** CNOVA_FAULT_ENTRIES - Packets that the buffer holds: a power of two. */
#define CNOVA_FAULT_ENTRIES		256

/** struct cnova_fault - One fault (HARDWARE.md 9.1, 9.2). */
struct cnova_fault {
	/** @va: Virtual address, rounded down to 4096; physical, if @access says so. */
	u64 va;
	/** @instance: Physical address of the instance block of who faulted. */
	u64 instance;
	/** @timestamp: When, in ns of the GPU. */
	u64 timestamp;
	/** @instance_aperture: Where that is: 0 video, 2 coherent, 3 non-coherent. */
	u8 instance_aperture;
	/** @engine: Number of the MMU engine. */
	u16 engine;
	/** @type: 0 PDE, 2 PTE, 4 unbound instance block, 6 read-only, 0xd region... */
	u8 type;
	/** @access: 0 read, 1 write, 2 atomic, 3 prefetch, 4 weak atomic; + 8: physical. */
	u8 access;
	/** @client: Which unit of the GPC or hub. */
	u8 client;
	/** @hub: The client is one of the hub. */
	bool hub;
	/** @gpc: GPC of a client that is not. */
	u8 gpc;
	/** @replayable: It waits to be replayed; ours never do. */
	bool replayable;
};

/**
 * struct cnova_fault_buffer - The buffer of faults that are not replayed.
 *
 * Used by one thread at a time: the interrupt thread of &struct cnova_host.
 */
struct cnova_fault_buffer {
	/** @mm: Memory management of the GPU. Immutable. */
	struct cnova_mm *mm;
	/** @dma: The packets. */
	struct cnova_dma dma;
	/** @get: Next packet to be looked at. */
	u32 get;
	/** @overflows: How often packets were lost. */
	u32 overflows;
};

void cnova_fault_decode(const u32 *packet, struct cnova_fault *fault);

int cnova_fault_buffer_init(struct cnova_fault_buffer *buffer, struct cnova_mm *mm);
void cnova_fault_buffer_fini(struct cnova_fault_buffer *buffer);
bool cnova_fault_buffer_next(struct cnova_fault_buffer *buffer, struct cnova_fault *fault);

#endif /* _CNOVA_MM_FAULT_H_ */
