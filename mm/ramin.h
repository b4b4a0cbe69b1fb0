/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the host reads in VRAM: instance blocks and runlists. Pure functions.
 */
#ifndef _CNOVA_MM_RAMIN_H_
#define _CNOVA_MM_RAMIN_H_

#include <linux/types.h>

#include "mm/addr.h"

struct cnova_chip;

/** CNOVA_RAMIN_SIZE - Bytes of an instance block, and its alignment. */
#define CNOVA_RAMIN_SIZE		4096

/** CNOVA_RAMIN_WORDS - Words of it that are ever set; the rest is 0. */
#define CNOVA_RAMIN_WORDS		(0x210 / 4)

/** CNOVA_RAMRL_ENTRY_WORDS - 64-bit words of an entry of a runlist. */
#define CNOVA_RAMRL_ENTRY_WORDS		2

/** struct cnova_ramin - What is in the instance block of a channel. */
struct cnova_ramin {
	/** @pdb: Root table of its address space. */
	struct cnova_vram_addr pdb;
	/** @va_limit: Last address of it. */
	u64 va_limit;
	/** @ring: Ring. */
	struct cnova_gpu_va ring;
	/** @ring_lg2: log2 of its entries. */
	u32 ring_lg2;
	/** @userd: USERD, in coherent system memory. */
	struct cnova_bus_addr userd;
	/** @id: Channel. */
	u32 id;
	/** @vector: Of its non-stall interrupt. */
	u32 vector;
	/** @privileged: Physical addresses and privileged methods are allowed. */
	bool privileged;
};

void cnova_ramin_encode(const struct cnova_chip *chip, const struct cnova_ramin *ramin,
			u32 *words);

void cnova_ramrl_encode_group(u64 *entry, u32 id, u32 nr_channels);
void cnova_ramrl_encode_channel(const struct cnova_chip *chip, u64 *entry, u32 id,
				struct cnova_vram_addr instance, struct cnova_bus_addr userd);

#endif /* _CNOVA_MM_RAMIN_H_ */
