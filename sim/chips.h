/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chips that the model can be.
 */
#ifndef _CNOVA_SIM_CHIPS_H_
#define _CNOVA_SIM_CHIPS_H_

#include <linux/types.h>

#include "walk.h"

/** enum cnova_sim_size_reg - How the chip tells the size of its memory, HARDWARE.md 8.1. */
enum cnova_sim_size_reg {
	/** @CNOVA_SIM_SIZE_RANGE: Magnitude and scale, at 0x100CE0. */
	CNOVA_SIM_SIZE_RANGE,
	/** @CNOVA_SIM_SIZE_MIB: MiB, at 0x1183A4. */
	CNOVA_SIM_SIZE_MIB,
};

/** struct cnova_sim_chip - What differs from chip to chip. */
struct cnova_sim_chip {
	/** @name: For the module parameter, lower case. */
	const char *name;
	/** @boot_0: NV_PMC_BOOT_0. */
	u32 boot_0;
	/** @boot_42: NV_PMC_BOOT_42. */
	u32 boot_42;
	/** @size_reg: How it tells the size of its memory. */
	enum cnova_sim_size_reg size_reg;
	/** @flush_page_high: It has 0x100C40 beside 0x100C10 (HARDWARE.md 6). */
	bool flush_page_high;
	/** @inval_scope: Bits 16:15 of INVALIDATE are a scope (HARDWARE.md 4). */
	bool inval_scope;
	/** @traits: Its MMU. */
	struct cnova_sim_traits traits;
};

const struct cnova_sim_chip *cnova_sim_chip_find(const char *name);
const struct cnova_sim_chip *cnova_sim_chip_at(unsigned int index);

#endif /* _CNOVA_SIM_CHIPS_H_ */
