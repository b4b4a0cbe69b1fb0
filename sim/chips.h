/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chips that the model can be.
 */
#ifndef _CNOVA_SIM_CHIPS_H_
#define _CNOVA_SIM_CHIPS_H_

#include <linux/bits.h>
#include <linux/types.h>

#include "walk.h"

/*
 * Registers that some chips have and others do not: bits of &cnova_sim_chip.registers. A chip
 * that lacks the bit does not know the register at all. HARDWARE.md sections in brackets.
 */
/** CNOVA_SIM_HAS_WINDOW_TU - Window register with a target, at 0x1700 [5]. */
#define CNOVA_SIM_HAS_WINDOW_TU		BIT(0)
/** CNOVA_SIM_HAS_WINDOW_XAL - Window register without, at 0x10FD40 [5]. */
#define CNOVA_SIM_HAS_WINDOW_XAL	BIT(1)
/** CNOVA_SIM_HAS_BIND_TU - Bind by one register, with a status register [7.1]. */
#define CNOVA_SIM_HAS_BIND_TU		BIT(2)
/** CNOVA_SIM_HAS_BIND_GH - Bind by a pair of registers [7.1]. */
#define CNOVA_SIM_HAS_BIND_GH		BIT(3)
/** CNOVA_SIM_HAS_FLUSH_TU - Flush and L2 operations at 0x70000 [6]. */
#define CNOVA_SIM_HAS_FLUSH_TU		BIT(4)
/** CNOVA_SIM_HAS_FLUSH_TOKEN - Flush by tokens at 0x10F800 [6]. */
#define CNOVA_SIM_HAS_FLUSH_TOKEN	BIT(5)
/** CNOVA_SIM_HAS_L2_TOKEN - L2 operations by tokens [6]. */
#define CNOVA_SIM_HAS_L2_TOKEN		BIT(6)
/** CNOVA_SIM_HAS_PAGE_TU - Flush page at 0x100C10 [6]. */
#define CNOVA_SIM_HAS_PAGE_TU		BIT(7)
/** CNOVA_SIM_HAS_PAGE_GA - Upper half of it at 0x100C40 [6]. */
#define CNOVA_SIM_HAS_PAGE_GA		BIT(8)
/** CNOVA_SIM_HAS_PAGE_GH - Flush page at 0x100A34 [6]. */
#define CNOVA_SIM_HAS_PAGE_GH		BIT(9)
/** CNOVA_SIM_HAS_PAGE_HSHUB - Flush page at 0x870E50, and an egress pair [6]. */
#define CNOVA_SIM_HAS_PAGE_HSHUB	BIT(10)
/** CNOVA_SIM_HAS_PAGE_FBHUB - Flush page at 0x8A1D58 [6]. */
#define CNOVA_SIM_HAS_PAGE_FBHUB	BIT(11)
/** CNOVA_SIM_HAS_SIZE_RANGE - Size of VRAM as magnitude and scale, at 0x100CE0 [8.1]. */
#define CNOVA_SIM_HAS_SIZE_RANGE	BIT(12)
/** CNOVA_SIM_HAS_SIZE_MIB - Size of VRAM in MiB, at 0x1183A4 [8.1]. */
#define CNOVA_SIM_HAS_SIZE_MIB		BIT(13)
/** CNOVA_SIM_HAS_SIZE_HDM - Another range register, at 0x1FA3E0 [8.1]. */
#define CNOVA_SIM_HAS_SIZE_HDM		BIT(14)
/** CNOVA_SIM_HAS_RISCV_TU - State of GSP's core at 0x111240 [8.4]. */
#define CNOVA_SIM_HAS_RISCV_TU		BIT(15)
/** CNOVA_SIM_HAS_RISCV_GA - State of GSP's core at 0x111388 [8.4]. */
#define CNOVA_SIM_HAS_RISCV_GA		BIT(16)

/** CNOVA_SIM_HAS_PFIFO - One PFIFO with a table of channels for all runlists [11]. */
#define CNOVA_SIM_HAS_PFIFO		BIT(17)
/** CNOVA_SIM_HAS_RUNLISTS - A block of registers and channels of its own for each [11]. */
#define CNOVA_SIM_HAS_RUNLISTS		BIT(18)
/** CNOVA_SIM_HAS_PREEMPT_GB - PREEMPT of a runlist is at 0x14 of its block [11]. */
#define CNOVA_SIM_HAS_PREEMPT_GB	BIT(19)
/** CNOVA_SIM_HAS_LEAVES_16 - Sixteen leaves in the interrupt tree, not eight. */
#define CNOVA_SIM_HAS_LEAVES_16		BIT(20)

/** enum cnova_sim_ramfc - Where the state of a channel is in its instance block [11.2]. */
enum cnova_sim_ramfc {
	/** @CNOVA_SIM_RAMFC_TU: Turing to Ada. */
	CNOVA_SIM_RAMFC_TU,
	/** @CNOVA_SIM_RAMFC_GH: Hopper. */
	CNOVA_SIM_RAMFC_GH,
	/** @CNOVA_SIM_RAMFC_GB: Blackwell. */
	CNOVA_SIM_RAMFC_GB,
};

/** struct cnova_sim_chip - What differs from chip to chip. */
struct cnova_sim_chip {
	/** @name: For the module parameter, lower case. */
	const char *name;
	/** @ce_class: Newest class of its copy engines. */
	u16 ce_class;
	/** @ce_class_old: Another one that they know; 0: none. */
	u16 ce_class_old;
	/** @boot_0: NV_PMC_BOOT_0. */
	u32 boot_0;
	/** @boot_42: NV_PMC_BOOT_42. */
	u32 boot_42;
	/** @registers: CNOVA_SIM_HAS_*. */
	u32 registers;
	/** @window_bits: Width of the base field of its window register. */
	u8 window_bits;
	/** @inval_scope: Bits 16:15 of INVALIDATE are a scope (HARDWARE.md 4). */
	bool inval_scope;
	/** @host_class: Newest class of its channels. */
	u16 host_class;
	/** @host_va_bits: Width of the addresses that host takes. */
	u8 host_va_bits;
	/** @ramfc: How channels look in memory. */
	enum cnova_sim_ramfc ramfc;
	/** @ce_fault_id: MMU engine id of copy engine 0 [9.1]. */
	u8 ce_fault_id;
	/** @host_fault_id: Of the first PBDMA. */
	u8 host_fault_id;
	/** @traits: Its MMU. */
	struct cnova_sim_traits traits;
};

const struct cnova_sim_chip *cnova_sim_chip_find(const char *name);
const struct cnova_sim_chip *cnova_sim_chip_at(unsigned int index);

#endif /* _CNOVA_SIM_CHIPS_H_ */
