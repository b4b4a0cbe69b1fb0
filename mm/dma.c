// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Shared memory
 *
 * Rings, semaphores, USERD and the buffer of faults are system memory that CPU and GPU use
 * at the same time: coherent memory of the DMA layer, granted to the GPU page by page.
 *
 * Locking: none of its own.
 */

#include <linux/dev_printk.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "hw/flush.h"
#include "mm/dma.h"
#include "mm/mm.h"

static struct page *cnova_dma_page(const struct cnova_dma *dma, size_t offset)
{
	void *page = dma->cpu + offset;

	/* Whichever of the two the DMA layer made. */
	return is_vmalloc_addr(page) ? vmalloc_to_page(page) : virt_to_page(page);
}

static void cnova_dma_revoke(struct cnova_dma *dma, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE_SIZE)
		cnova_io_dma_revoke(dma->mm->io, dma->bus.raw + i, 1);
}

/**
 * cnova_dma_alloc() - Get memory that both sides may use.
 * @mm: Memory management of the GPU.
 * @dma: Set up; not, if there is none.
 * @size: Bytes, rounded up to pages.
 *
 * Context: Process context, may sleep; not the fence signalling path.
 * Return: 0; -ENOMEM.
 */
int cnova_dma_alloc(struct cnova_mm *mm, struct cnova_dma *dma, size_t size)
{
	dma_addr_t bus;
	int err;

	size = PAGE_ALIGN(size);
	*dma = (struct cnova_dma){
		.cpu = dma_alloc_coherent(mm->dev, size, &bus, GFP_KERNEL | __GFP_NOWARN),
		.size = size,
	};
	if (!dma->cpu)
		return -ENOMEM;

	dma->mm = mm;
	dma->bus = cnova_bus_addr(bus);
	for (size_t i = 0; i < size; i += PAGE_SIZE) {
		err = cnova_io_dma_grant(mm->io, bus + i, cnova_dma_page(dma, i), 1);
		if (err) {
			cnova_dma_revoke(dma, i);
			dma_free_coherent(mm->dev, size, dma->cpu, bus);
			dma->mm = NULL;
			return err;
		}
	}

	return 0;
}

/**
 * cnova_dma_free() - Give it back.
 * @dma: What cnova_dma_alloc() made, and nothing of the GPU reaches any more; or zero, or
 *	 freed before.
 *
 * What the GPU stored there may still be on its way: it has to arrive first (HARDWARE.md 6). If
 * there is no end of that, the memory stays granted and is never used again.
 *
 * Context: Process context, may sleep.
 */
void cnova_dma_free(struct cnova_dma *dma)
{
	int err;

	if (!dma->mm)
		return;

	err = cnova_flush(dma->mm->io, dma->mm->chip);
	if (err && err != -ENODEV) {
		dev_warn_ratelimited(dma->mm->dev, "no end of a flush: %zu bytes are lost\n",
				     dma->size);
		dma->mm = NULL;
		return;
	}

	cnova_dma_revoke(dma, dma->size);
	dma_free_coherent(dma->mm->dev, dma->size, dma->cpu, dma->bus.raw);
	dma->mm = NULL;
}
