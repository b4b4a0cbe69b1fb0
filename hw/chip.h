/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What differs between chips. Code asks the table, never for a chip by name.
 */
#ifndef _CNOVA_HW_CHIP_H_
#define _CNOVA_HW_CHIP_H_

#include <linux/types.h>

struct cnova_io;
struct cnova_pt_fmt;
struct device;

/* Formats are known to mm/ only; the table points at them. */
extern const struct cnova_pt_fmt cnova_pt_fmt_v2;

/** struct cnova_chip_window - How the PRAMIN window is moved. */
struct cnova_chip_window {
	/** @reg: Register that moves it. */
	u32 reg;
	/** @base: Field of @reg that holds the base address in units of 64 KiB. */
	u32 base;
	/** @reach_bits: Width of an address that the window can show. */
	u8 reach_bits;
};

/** enum cnova_chip_fb - Which register tells how much VRAM there is. */
enum cnova_chip_fb {
	/** @CNOVA_CHIP_FB_RANGE: Magnitude and scale. */
	CNOVA_CHIP_FB_RANGE,
	/** @CNOVA_CHIP_FB_MIB: Number of MiB. */
	CNOVA_CHIP_FB_MIB,
};

/** struct cnova_chip - A row of the chip table. All of it is constant. */
struct cnova_chip {
	/** @name: For people, as in "TU102". */
	const char *name;
	/** @chipset: Architecture and implementation, as in 0x162. */
	u16 chipset;
	/** @fb: Where the size of VRAM is. */
	enum cnova_chip_fb fb;
	/** @fmt: Format of page tables. NULL: not supported yet. */
	const struct cnova_pt_fmt *fmt;
	/** @window: The PRAMIN window. */
	const struct cnova_chip_window *window;
	/**
	 * @tlb_invalidate: Bits of an acknowledged invalidate, next to what all chips
	 * need.
	 */
	u32 tlb_invalidate;
	/** @kinds: Bit k: user mappings may have memory kind k (HARDWARE.md 10). */
	u32 kinds;
	/** @sys_bits: Width of a bus address: the DMA mask. */
	u8 sys_bits;
};

const struct cnova_chip *cnova_chip_find(u32 boot_42);
const struct cnova_chip *cnova_chip_at(unsigned int index);
const struct cnova_chip *cnova_chip_identify(struct cnova_io *io, struct device *dev);

static inline const char *cnova_chip_name(const struct cnova_chip *chip)
{
	return chip->name;
}

#endif /* _CNOVA_HW_CHIP_H_ */
