/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_DMA_MAPPING_H_
#define _HOST_LINUX_DMA_MAPPING_H_

#include <stdlib.h>
#include <string.h>

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/types.h>

typedef u64 dma_addr_t;

#define DMA_BIT_MASK(n)		((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)
#define PAGE_ALIGN(size)	(((size) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))

#define dma_set_mask_and_coherent(dev, mask)	((void)(dev), (void)(mask), 0)

/* The bus is the machine's memory. */
static inline void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp)
{
	void *p = aligned_alloc(PAGE_SIZE, size);

	if (p)
		memset(p, 0, size);
	*bus = (uintptr_t)p;
	return p;
}

static inline void dma_free_coherent(struct device *dev, size_t size, void *p, dma_addr_t bus)
{
	free(p);
}

#endif
