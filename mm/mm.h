/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Memory management of one GPU: what all its address spaces share.
 */
#ifndef _CNOVA_MM_MM_H_
#define _CNOVA_MM_MM_H_

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/fb.h"
#include "mm/pramin.h"
#include "mm/tlb.h"
#include "mm/vram.h"

struct device;

/** CNOVA_MM_MAX_INVALIDATES - Most invalidates that one change of page tables takes. */
#define CNOVA_MM_MAX_INVALIDATES	2U

/** struct cnova_mm - Memory management of one GPU. */
struct cnova_mm {
	/** @dev: For messages. */
	struct device *dev;

	/** @io: The way to the hardware. */
	struct cnova_io *io;

	/** @chip: What this chip is. Immutable. */
	const struct cnova_chip *chip;

	/** @fb: How VRAM is laid out. Immutable. */
	struct cnova_fb fb;

	/** @pramin: The window into VRAM. */
	struct cnova_pramin pramin;

	/** @tlb: The invalidate registers. */
	struct cnova_tlb tlb;

	/** @vram: The allocator. */
	struct cnova_vram vram;

	/** @executed: Changes that were executed, by their invalidates; the last: more. */
	atomic64_t executed[CNOVA_MM_MAX_INVALIDATES + 2];

	/** @flushed: Invalidates of what was zapped. */
	atomic64_t flushed;
};

int cnova_mm_identify(struct cnova_mm *mm, struct device *dev, struct cnova_io *io);
int cnova_mm_init(struct cnova_mm *mm);
void cnova_mm_stop(struct cnova_mm *mm);
void cnova_mm_fini(struct cnova_mm *mm);

#endif /* _CNOVA_MM_MM_H_ */
