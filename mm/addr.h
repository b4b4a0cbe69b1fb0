/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The three kinds of address a GPU driver handles, each a type of its own: an
 * address of one kind passed for another does not compile.
 */
#ifndef _CNOVA_MM_ADDR_H_
#define _CNOVA_MM_ADDR_H_

#include <linux/types.h>

/** struct cnova_vram_addr - A byte in VRAM. */
struct cnova_vram_addr {
	/** @raw: Offset from the start of VRAM. */
	u64 raw;
};

/** struct cnova_gpu_va - A byte in a GPU address space. */
struct cnova_gpu_va {
	/** @raw: Virtual address as the GPU uses it. */
	u64 raw;
};

/** struct cnova_bus_addr - A byte of system memory as the GPU addresses it. */
struct cnova_bus_addr {
	/** @raw: DMA address. */
	u64 raw;
};

static inline struct cnova_vram_addr cnova_vram_addr(u64 raw)
{
	return (struct cnova_vram_addr){ .raw = raw };
}

static inline struct cnova_gpu_va cnova_gpu_va(u64 raw)
{
	return (struct cnova_gpu_va){ .raw = raw };
}

static inline struct cnova_bus_addr cnova_bus_addr(u64 raw)
{
	return (struct cnova_bus_addr){ .raw = raw };
}

#endif /* _CNOVA_MM_ADDR_H_ */
