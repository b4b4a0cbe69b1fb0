/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Invalidation of the GPU's TLBs.
 */
#ifndef _CNOVA_MM_TLB_H_
#define _CNOVA_MM_TLB_H_

#include <linux/mutex.h>
#include <linux/types.h>

#include "mm/addr.h"

struct cnova_chip;
struct cnova_io;
struct device;

/** CNOVA_TLB_TIMEOUT_US - How long an acknowledge may take: what NVKM and nova wait. */
#define CNOVA_TLB_TIMEOUT_US	(2 * 1000 * 1000)

/** enum cnova_tlb_scope - Which TLBs an invalidate reaches (HARDWARE.md 4.2). */
enum cnova_tlb_scope {
	/** @CNOVA_TLB_ALL_UNITS: Those of the hub and of the GPCs. */
	CNOVA_TLB_ALL_UNITS,
	/** @CNOVA_TLB_HUB_ONLY: The hub's. Enough for BAR1 and BAR2: no GPC uses them. */
	CNOVA_TLB_HUB_ONLY,
};

/** enum cnova_tlb_ack - What has to be over when an invalidate returns. */
enum cnova_tlb_ack {
	/**
	 * @CNOVA_TLB_ACK_NONE: The TLBs have forgotten. An access that found its
	 * translation before may still be on its way: never before memory is given
	 * to somebody else.
	 */
	CNOVA_TLB_ACK_NONE,
	/** @CNOVA_TLB_ACK_GLOBALLY: Those accesses too. */
	CNOVA_TLB_ACK_GLOBALLY,
};

/** struct cnova_tlb - The registers: one set for all address spaces. */
struct cnova_tlb {
	/** @dev: For messages. */
	struct device *dev;
	/** @io: The GPU. Immutable. */
	struct cnova_io *io;
	/** @chip: Its chip. Immutable. */
	const struct cnova_chip *chip;
	/**
	 * @lock: One invalidate at a time. Taken in the fence signalling path:
	 * nothing under it allocates; it waits for the hardware only.
	 */
	struct mutex lock;
	/** @timeout_us: How long an acknowledge may take. Tests shorten it. */
	u32 timeout_us;
	/**
	 * @wedged: The unit did not become idle: nothing of this GPU can be
	 * trusted before a reset. Set under @lock, read without it too.
	 */
	bool wedged;
	/**
	 * @on_wedged: Called once, when @wedged has been set, with @lock held: whoever
	 * waits for anything else than this unit waits in vain. NULL: nobody wants to
	 * know. Immutable after the first invalidate.
	 */
	void (*on_wedged)(struct cnova_tlb *tlb);
};

void cnova_tlb_init(struct cnova_tlb *tlb, struct device *dev, struct cnova_io *io,
		    const struct cnova_chip *chip);
void cnova_tlb_fini(struct cnova_tlb *tlb);
void cnova_tlb_wedge(struct cnova_tlb *tlb);
int cnova_tlb_invalidate(struct cnova_tlb *tlb, struct cnova_vram_addr pdb,
			 enum cnova_tlb_scope scope, enum cnova_tlb_ack ack);

#endif /* _CNOVA_MM_TLB_H_ */
