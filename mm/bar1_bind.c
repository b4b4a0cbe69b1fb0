// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Binding BAR1
 *
 * Where no GSP firmware runs, the driver makes BAR1's instance block and root table, and
 * tells the hardware by the bind registers (HARDWARE.md 7.1, 7.2), all in VRAM. Reset
 * leaves BAR1 in physical mode, and there it is put back before that memory goes.
 *
 * Pages for BAR1's own tables come from the allocator of VRAM, which evicts nobody:
 * a few are kept for the time when it is full, so that something can be mapped always.
 *
 * Locking: &cnova_bar1.lock, held by the callers or not needed yet.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "mm/bar1.h"
#include "mm/mm.h"

/* HARDWARE.md 7.2 */
#define CNOVA_RAMIN_PDB			0x200
#define CNOVA_RAMIN_PDB_NEW_FORMAT	BIT_ULL(10)
#define CNOVA_RAMIN_PDB_BIG_PAGE_64K	BIT_ULL(11)
#define CNOVA_RAMIN_LIMIT		0x208

/**
 * cnova_bar1_page_get() - Get a page of VRAM for a table.
 * @bar1: BAR1.
 * @page: Set to its address.
 *
 * Context: Process context, &cnova_bar1.lock held or not needed.
 * Return: 0; -ENOMEM, -ENOSPC: no room; -ENODEV: the device is gone.
 */
int cnova_bar1_page_get(struct cnova_bar1 *bar1, struct cnova_vram_addr *page)
{
	struct gpu_buddy_block *block;
	LIST_HEAD(blocks);
	int err;

	err = cnova_vram_alloc(&bar1->mm->vram, SZ_4K, SZ_4K, 0, &blocks);
	if (err == -ENOSPC && bar1->nr_spare) {
		block = list_first_entry(&bar1->spare, struct gpu_buddy_block, link);
		list_move(&block->link, &blocks);
		bar1->nr_spare--;
	} else if (err) {
		return err;
	}

	block = list_first_entry(&blocks, struct gpu_buddy_block, link);
	*page = cnova_vram_addr(gpu_buddy_block_offset(block));
	err = xa_insert(&bar1->pages, page->raw / SZ_4K, block, GFP_KERNEL);
	if (err)
		cnova_vram_free(&bar1->mm->vram, &blocks);

	return err;
}

/**
 * cnova_bar1_page_put() - Give a page back.
 * @bar1: BAR1.
 * @page: What cnova_bar1_page_get() gave; nothing reaches it any more.
 *
 * Context: As for cnova_bar1_page_get().
 */
void cnova_bar1_page_put(struct cnova_bar1 *bar1, struct cnova_vram_addr page)
{
	struct gpu_buddy_block *block = xa_erase(&bar1->pages, page.raw / SZ_4K);
	LIST_HEAD(blocks);

	if (bar1->nr_spare < CNOVA_BAR1_SPARE_PAGES) {
		list_add(&block->link, &bar1->spare);
		bar1->nr_spare++;
		return;
	}

	list_add(&block->link, &blocks);
	cnova_vram_free(&bar1->mm->vram, &blocks);
}

/**
 * cnova_bar1_pages_init() - Have the spare pages.
 * @bar1: BAR1.
 *
 * Context: Probe.
 * Return: 0; -ENOMEM, -ENOSPC: no room; -ENODEV: the device is gone.
 */
int cnova_bar1_pages_init(struct cnova_bar1 *bar1)
{
	int err;

	xa_init(&bar1->pages);
	INIT_LIST_HEAD(&bar1->spare);
	bar1->nr_spare = 0;

	for (; bar1->nr_spare < CNOVA_BAR1_SPARE_PAGES; bar1->nr_spare++) {
		LIST_HEAD(blocks);

		err = cnova_vram_alloc(&bar1->mm->vram, SZ_4K, SZ_4K, 0, &blocks);
		if (err) {
			cnova_bar1_pages_fini(bar1);
			return err;
		}
		list_splice_tail_init(&blocks, &bar1->spare);
	}

	return 0;
}

/**
 * cnova_bar1_pages_drop_spare() - Give the spare pages back.
 * @bar1: BAR1.
 *
 * Context: Process context.
 */
void cnova_bar1_pages_drop_spare(struct cnova_bar1 *bar1)
{
	cnova_vram_free(&bar1->mm->vram, &bar1->spare);
	bar1->nr_spare = 0;
}

/**
 * cnova_bar1_pages_fini() - Give everything back.
 * @bar1: BAR1, not up; or the device is gone.
 *
 * Context: Process context.
 */
void cnova_bar1_pages_fini(struct cnova_bar1 *bar1)
{
	struct gpu_buddy_block *block;
	unsigned long i;
	LIST_HEAD(blocks);

	xa_for_each(&bar1->pages, i, block)
		list_add(&block->link, &blocks);
	xa_destroy(&bar1->pages);
	cnova_vram_free(&bar1->mm->vram, &blocks);
	cnova_bar1_pages_drop_spare(bar1);
}

static void cnova_bar1_write_instance(struct cnova_bar1 *bar1)
{
	u64 pdb = cnova_vmm_pdb(&bar1->vmm).raw | CNOVA_RAMIN_PDB_NEW_FORMAT |
		  CNOVA_RAMIN_PDB_BIG_PAGE_64K;
	u64 pa = bar1->instance.raw, limit = bar1->size - 1;
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&bar1->mm->pramin, &cursor);
	cnova_pramin_fill(&cursor, bar1->instance, 0, SZ_4K / sizeof(u64));
	cnova_pramin_write(&cursor, cnova_vram_addr(pa + CNOVA_RAMIN_PDB), &pdb, 1);
	cnova_pramin_write(&cursor, cnova_vram_addr(pa + CNOVA_RAMIN_LIMIT), &limit, 1);
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

/* Return: 0; -ETIMEDOUT; -ENODEV: the device is gone. */
static int cnova_bar1_wait(struct cnova_bar1 *bar1)
{
	const struct cnova_chip_bar1 *regs = bar1->mm->chip->bar1;
	ktime_t end = ktime_add_us(ktime_get(), CNOVA_BAR1_TIMEOUT_US);

	for (;;) {
		bool late = ktime_after(ktime_get(), end);
		u32 status = cnova_poll32(bar1->mm->io, regs->status);

		if (cnova_io_lost(bar1->mm->io, status))
			return -ENODEV;
		if (!(status & regs->busy))
			return 0;
		if (late)
			return -ETIMEDOUT;

		usleep_range(10, 100);
	}
}

/* Bind what @mode and @pa say, and wait until that is so. */
static int cnova_bar1_set_block(struct cnova_bar1 *bar1, u32 mode, u64 pa)
{
	const struct cnova_chip_bar1 *regs = bar1->mm->chip->bar1;
	struct cnova_io *io = bar1->mm->io;
	u32 addr;
	int err;

	err = cnova_bar1_wait(bar1);
	if (err)
		return err;

	/* Target 0 is video memory. The address starts at bit 12, wherever its field is. */
	addr = ((pa >> 12) * (regs->addr & -regs->addr)) & regs->addr;
	cnova_wr32(io, regs->block, mode | addr);
	if (regs->block_high)
		cnova_wr32(io, regs->block_high, upper_32_bits(pa));

	return cnova_bar1_wait(bar1);
}

/**
 * cnova_bar1_bind() - Have BAR1 show its address space.
 * @bar1: BAR1 with a root of our own.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM, -ENOSPC: no room; -ETIMEDOUT; -ENODEV: the device is gone.
 */
int cnova_bar1_bind(struct cnova_bar1 *bar1)
{
	int err;

	err = cnova_bar1_page_get(bar1, &bar1->instance);
	if (err)
		return err;

	cnova_bar1_write_instance(bar1);
	return cnova_bar1_set_block(bar1, bar1->mm->chip->bar1->mode_virtual,
				    bar1->instance.raw);
}

/**
 * cnova_bar1_unbind() - Leave BAR1 in physical mode, as reset does.
 * @bar1: BAR1 that was bound, or tried to be.
 *
 * Context: Process context, may sleep.
 * Return: 0: nothing reads the instance block any more; -ETIMEDOUT; -ENODEV: the
 * device is gone.
 */
int cnova_bar1_unbind(struct cnova_bar1 *bar1)
{
	int err;

	if (!bar1->instance.raw)
		return 0;

	err = cnova_bar1_set_block(bar1, 0, 0);
	if (!err)
		cnova_bar1_page_put(bar1, bar1->instance);
	bar1->instance = cnova_vram_addr(0);
	return err;
}
