/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What engines a GPU has.
 */
#ifndef _CNOVA_HW_TOP_H_
#define _CNOVA_HW_TOP_H_

#include <linux/types.h>

struct cnova_chip;
struct cnova_io;

/** struct cnova_top_engine - A copy engine as the GPU describes it. */
struct cnova_top_engine {
	/** @instance: Which one it is: 0 is CE0. */
	u32 instance;
	/** @runlist: Turing: number of its runlist; later: base of its block of registers. */
	u32 runlist;
	/** @id: Turing: number of the engine; later: within its runlist. */
	u32 id;
	/** @fault_id: Its number in faults. */
	u32 fault_id;
	/** @reset: Its bit in the registers that reset devices. */
	u32 reset;
	/** @nonstall: Vector of its interrupt. */
	u32 nonstall;
	/** @stall: Vector of the interrupt by which it complains. */
	u32 stall;
};

u32 cnova_top_copy_engines(struct cnova_io *io, const struct cnova_chip *chip,
			   struct cnova_top_engine *engines, u32 max);

#endif /* _CNOVA_HW_TOP_H_ */
