/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the kernel that a channel needs in its address space.
 */
#ifndef _CNOVA_DRM_CHANNEL_MEM_H_
#define _CNOVA_DRM_CHANNEL_MEM_H_

#include <linux/list.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "mm/addr.h"
#include "mm/dma.h"

struct cnova_device;
struct cnova_vm;

/** CNOVA_CHANNEL_RING_LG2 - log2 of the entries of a ring. */
#define CNOVA_CHANNEL_RING_LG2		10

/** CNOVA_CHANNEL_RING_ROOM - Entries that can be in a ring: one always stays free. */
#define CNOVA_CHANNEL_RING_ROOM		((1U << CNOVA_CHANNEL_RING_LG2) - 1)

/**
 * CNOVA_CHANNEL_FENCES - Segments of the kernel: one for each execution that the ring can
 * hold, see %CNOVA_EXEC_MIN_CREDITS.
 */
#define CNOVA_CHANNEL_FENCES		256

/** CNOVA_CHANNEL_FENCE_SIZE - Bytes of such a segment. */
#define CNOVA_CHANNEL_FENCE_SIZE	32

/**
 * CNOVA_CHANNEL_SLOTS - Channels that can be mapped in one address space. Each has a piece
 * of 2 MiB of the kernel's part, which shares no page table with others; the first piece
 * stays empty, for address 0.
 */
#define CNOVA_CHANNEL_SLOTS		127

/**
 * struct cnova_channel_mem - Ring, segments, semaphore and USERD of a channel.
 *
 * Ring and segments are read-only for the GPU; the semaphore is not, so that a client may
 * forge its own fences. USERD is not mapped at all.
 */
struct cnova_channel_mem {
	/** @code: Ring, then segments. */
	struct cnova_dma code;
	/** @sem: A page: the semaphore is its first 8 bytes. */
	struct cnova_dma sem;
	/** @userd: A page: the first 512 bytes are USERD. */
	struct cnova_dma userd;
	/** @slot: Which slot of the address space it has. */
	u32 slot;
	/** @mapped: The GPU reaches it. */
	bool mapped;
	/** @entry: In &cnova_device.channel_quarantine, if it may be reached for ever. */
	struct list_head entry;
};

struct cnova_channel_mem *cnova_channel_mem_create(struct cnova_vm *vm);
void cnova_channel_mem_destroy(struct cnova_vm *vm, struct cnova_channel_mem *mem, bool stuck);
void cnova_channel_mem_release_quarantine(struct cnova_device *cnova);

/* Where things are. */
static inline u64 cnova_channel_mem_va(const struct cnova_channel_mem *mem)
{
	return (mem->slot + 1) * (u64)SZ_2M;
}

static inline struct cnova_gpu_va cnova_channel_mem_ring_va(const struct cnova_channel_mem *mem)
{
	return cnova_gpu_va(cnova_channel_mem_va(mem));
}

static inline u32 cnova_channel_mem_fence_offset(u64 seqno)
{
	return (sizeof(u64) << CNOVA_CHANNEL_RING_LG2) +
	       seqno % CNOVA_CHANNEL_FENCES * CNOVA_CHANNEL_FENCE_SIZE;
}

static inline struct cnova_gpu_va cnova_channel_mem_sem_va(const struct cnova_channel_mem *mem)
{
	return cnova_gpu_va(cnova_channel_mem_va(mem) + SZ_1M);
}

#endif /* _CNOVA_DRM_CHANNEL_MEM_H_ */
