/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * System memory that CPU and GPU share, for the driver's own use.
 */
#ifndef _CNOVA_MM_DMA_H_
#define _CNOVA_MM_DMA_H_

#include <linux/types.h>

#include "mm/addr.h"

struct cnova_mm;

/** struct cnova_dma - Coherent memory that the GPU may reach. */
struct cnova_dma {
	/** @mm: Memory management of the GPU; NULL: there is no memory here. */
	struct cnova_mm *mm;
	/** @cpu: What the CPU uses. Zero when allocated. */
	void *cpu;
	/** @bus: What the GPU uses, 4096-aligned and contiguous. */
	struct cnova_bus_addr bus;
	/** @size: Bytes, a multiple of a page. */
	size_t size;
};

int cnova_dma_alloc(struct cnova_mm *mm, struct cnova_dma *dma, size_t size);
void cnova_dma_free(struct cnova_dma *dma);

#endif /* _CNOVA_MM_DMA_H_ */
