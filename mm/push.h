/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a channel executes: entries of its ring, and methods of the host and of the copy
 * engine. Pure functions.
 */
#ifndef _CNOVA_MM_PUSH_H_
#define _CNOVA_MM_PUSH_H_

#include <linux/types.h>

#include "mm/addr.h"

struct cnova_chip;

/**
 * CNOVA_PUSH_MAX_DWORDS - Most words of one segment: LENGTH of a GPFIFO entry has 21
 * bits, 0 being a control entry (HARDWARE.md 11.3).
 */
#define CNOVA_PUSH_MAX_DWORDS		((1U << 21) - 1)

/** CNOVA_PUSH_NO_BASE - The base of segments is not known. */
#define CNOVA_PUSH_NO_BASE		(~0ULL)

/** CNOVA_PUSH_MAX_ENTRIES - Most entries that cnova_push_segment() writes. */
#define CNOVA_PUSH_MAX_ENTRIES		2

/** CNOVA_PUSH_FENCE_DWORDS - Words that cnova_push_fence() writes. */
#define CNOVA_PUSH_FENCE_DWORDS		8

/** CNOVA_PUSH_COPY_DWORDS - Words that cnova_push_copy() writes. */
#define CNOVA_PUSH_COPY_DWORDS		13

/** CNOVA_PUSH_CLEAR_DWORDS - Words that cnova_push_clear() writes. */
#define CNOVA_PUSH_CLEAR_DWORDS		14

/** struct cnova_push - A segment that is being written. */
struct cnova_push {
	/** @words: Where to: memory of @max words, in the CPU's byte order: it is little. */
	u32 *words;
	/** @nr: Words written. */
	u32 nr;
	/** @max: Words that fit. */
	u32 max;
};

/** enum cnova_push_target - Where a physical address of the copy engine is. */
enum cnova_push_target {
	/** @CNOVA_PUSH_VRAM: VRAM. */
	CNOVA_PUSH_VRAM,
	/** @CNOVA_PUSH_SYSTEM: System memory, coherent. */
	CNOVA_PUSH_SYSTEM,
};

/** struct cnova_push_place - A physical address for the copy engine. */
struct cnova_push_place {
	/** @target: What memory. */
	enum cnova_push_target target;
	/** @address: VRAM or bus address. */
	u64 address;
};

bool cnova_push_reaches(const struct cnova_chip *chip, struct cnova_gpu_va va, u64 size);
u32 cnova_push_segment(const struct cnova_chip *chip, u64 *entries, u64 *base,
		       struct cnova_gpu_va va, u32 dwords, bool sync);

void cnova_push_begin(struct cnova_push *push, void *words, u32 max);
void cnova_push_methods(struct cnova_push *push, u32 subchannel, u32 method,
			const u32 *data, u32 nr);
void cnova_push_object(struct cnova_push *push, u32 subchannel, u32 class);
void cnova_push_fence(struct cnova_push *push, struct cnova_gpu_va va, u64 payload);

void cnova_push_copy(struct cnova_push *push, u32 subchannel, const struct cnova_push_place *dst,
		     const struct cnova_push_place *src, u32 size);
void cnova_push_clear(struct cnova_push *push, u32 subchannel,
		      const struct cnova_push_place *dst, u32 size);

#endif /* _CNOVA_MM_PUSH_H_ */
