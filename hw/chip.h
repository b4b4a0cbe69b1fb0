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
extern const struct cnova_pt_fmt cnova_pt_fmt_v2_512m;
extern const struct cnova_pt_fmt cnova_pt_fmt_v3;
extern const struct cnova_pt_fmt cnova_pt_fmt_v3_512m;
extern const struct cnova_pt_fmt cnova_pt_fmt_v3_256g;

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

/**
 * struct cnova_chip_bar1 - How BAR1 is bound to an address space (HARDWARE.md 7.1).
 *
 * A store of the address, target and mode to @block starts it; where there is
 * @block_high, the upper half of the address goes there, and that store starts it,
 * after @block.
 */
struct cnova_chip_bar1 {
	/** @block: Register with the instance block. */
	u32 block;
	/** @block_high: Register with bits 63:32 of its address; 0: there is none. */
	u32 block_high;
	/** @addr: Field of @block: address of the instance block >> 12, its low bits. */
	u32 addr;
	/** @target: Field of @block: 0 video memory. */
	u32 target;
	/** @mode_virtual: Bit of @block: BAR1 is an address space, not VRAM. */
	u32 mode_virtual;
	/** @status: Register that tells how far it is. */
	u32 status;
	/** @busy: Bits of @status, all 0 when it is done. */
	u32 busy;
};

/**
 * struct cnova_chip_flush - How the GPU is told to finish its writes to memory
 * (HARDWARE.md 6).
 */
struct cnova_chip_flush {
	/** @start: Register. Without tokens a store of 1 starts a flush, with tokens a load. */
	u32 start;
	/** @done: Register to be polled. */
	u32 done;
	/** @busy: Bit of @done. */
	u32 busy;
	/** @token: Field of @start and @done: number of a flush; 0: there are no tokens. */
	u32 token;
};

/**
 * struct cnova_chip_ramfc - Where a channel's state is in its instance block, as far as it
 * differs (HARDWARE.md 11.2; NVIDIA's dev_ram.h of Turing, GA100, GH100, GB100).
 */
struct cnova_chip_ramfc {
	/** @gp_base: Address of the ring, low half; the high half follows. */
	u16 gp_base;
	/** @gp_base_hi: Field of the high half. */
	u32 gp_base_hi;
	/** @limit: Word with log2 of the ring's entries; may be that of the high half. */
	u16 limit;
	/** @limit_lg2: Field of that word. */
	u32 limit_lg2;
	/** @has_userd: USERD's address is here, as well as in the runlist. */
	bool has_userd;
	/** @has_subdevice: There is a mask of subdevices. */
	bool has_subdevice;
	/** @has_vector: The vector of its non-stall interrupt is here. */
	bool has_vector;
};

/** struct cnova_chip_host - How channels are run (HARDWARE.md 11). */
struct cnova_chip_host {
	/** @va_bits: Width of addresses of rings, segments and the host's semaphores. */
	u8 va_bits;
	/** @intr_leaves: Leaves of the tree of interrupts. */
	u8 intr_leaves;
	/** @has_blocks: Each runlist has a block of registers; else they are PFIFO's. */
	bool has_blocks;
	/** @has_base: Segments have an upper half, set by an entry of its own. */
	bool has_base;
	/** @preempt: Register, or its place in the block. */
	u32 preempt;
	/** @reset: Register with a bit for each device, 0 while it is in reset. */
	u32 reset;
	/** @doorbell: Bits that each doorbell needs. */
	u32 doorbell;
	/** @userd_hi: Bits of the upper half of USERD's address in a runlist. */
	u32 userd_hi;
	/** @ramfc: State of a channel. */
	struct cnova_chip_ramfc ramfc;
};

/** struct cnova_chip_riscv - Where the GSP's core tells that it runs (HARDWARE.md 8.4). */
struct cnova_chip_riscv {
	/** @reg: Register. */
	u32 reg;
	/** @active: Its bit. */
	u32 active;
};

/** struct cnova_chip - A row of the chip table. All of it is constant. */
struct cnova_chip {
	/** @name: For people, as in "TU102". */
	const char *name;
	/** @chipset: Architecture and implementation, as in 0x162. */
	u16 chipset;
	/** @fb: Where the size of VRAM is. */
	enum cnova_chip_fb fb;
	/** @fmt: Format of page tables, with the sizes of leaves of this chip. */
	const struct cnova_pt_fmt *fmt;
	/** @window: The PRAMIN window. */
	const struct cnova_chip_window *window;
	/** @bar1: Binding of BAR1. */
	const struct cnova_chip_bar1 *bar1;
	/** @flush: Flush of what the GPU wrote; NULL: the CPU has no register for it. */
	const struct cnova_chip_flush *flush;
	/** @riscv: Is the GSP running? */
	const struct cnova_chip_riscv *riscv;
	/** @host: Channels. */
	const struct cnova_chip_host *host;
	/**
	 * @tlb_invalidate: Bits of an acknowledged invalidate, next to what all chips
	 * need.
	 */
	u32 tlb_invalidate;
	/** @kinds: Bit k: user mappings may have memory kind k (HARDWARE.md 10). */
	u32 kinds;
	/** @sys_bits: Width of a bus address: the DMA mask. */
	u8 sys_bits;
	/** @vram_bits: Width of an address in VRAM that page tables can hold. */
	u8 vram_bits;
	/** @channel: Newest class of channels. */
	u16 channel;
	/** @copy: Class of the copy engines. */
	u16 copy;
	/** @usermode: Class of the doorbell. */
	u16 usermode;
};

const struct cnova_chip *cnova_chip_find(u32 boot_42);
const struct cnova_chip *cnova_chip_at(unsigned int index);
const struct cnova_chip *cnova_chip_identify(struct cnova_io *io, struct device *dev);

static inline const char *cnova_chip_name(const struct cnova_chip *chip)
{
	return chip->name;
}

#endif /* _CNOVA_HW_CHIP_H_ */
