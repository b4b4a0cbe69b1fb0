// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: System memory
 *
 * A wrong entry in a page table must not let the model read or write any page of the
 * machine it runs on. It touches pages that the driver has granted by bus address, and
 * nothing else: another access is a DMA fault, and reported.
 *
 * Locking: &cnova_sim.lock for accesses; grants come and go under the lock of the xarray.
 */
#include <linux/align.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sim.h"

/**
 * cnova_sim_sysmem_grant() - &cnova_io_ops.dma_grant.
 * @priv: The device.
 * @bus: Bus address of the first page.
 * @page: The first page; the others follow it.
 * @nr_pages: How many.
 *
 * Context: Process context.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int cnova_sim_sysmem_grant(void *priv, u64 bus, struct page *page, u32 nr_pages)
{
	struct cnova_sim *sim = priv;
	unsigned long index = bus >> PAGE_SHIFT;
	int err;
	u32 i;

	if (!IS_ALIGNED(bus, PAGE_SIZE)) {
		cnova_sim_report(sim, CNOVA_SIM_GRANT, "grant at %#llx is not page aligned", bus);
		return 0;
	}

	for (i = 0; i < nr_pages; i++) {
		struct page *old;

		old = xa_store_irq(&sim->grants, index + i, page + i, GFP_KERNEL);
		err = xa_err(old);
		if (err)
			goto err_erase;
		if (old)
			cnova_sim_report(sim, CNOVA_SIM_GRANT, "granted twice: bus address %#llx",
					 bus + ((u64)i << PAGE_SHIFT));
	}
	return 0;

err_erase:
	while (i--)
		xa_erase_irq(&sim->grants, index + i);
	return err;
}

/**
 * cnova_sim_sysmem_post() - A store of the GPU is on its way to system memory.
 * @sim: The device.
 * @bus: Where to.
 *
 * Chips without a register for a flush are not held to it (HARDWARE.md 6).
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_sysmem_post(struct cnova_sim *sim, u64 bus)
{
	struct cnova_sim_unsettled *unsettled = &sim->unsettled;
	u32 i;

	if (!(sim->chip->registers & (CNOVA_SIM_HAS_FLUSH_TU | CNOVA_SIM_HAS_FLUSH_TOKEN)))
		return;

	bus = ALIGN_DOWN(bus, PAGE_SIZE);
	for (i = 0; i < unsettled->nr; i++) {
		if (unsettled->bus[i] == bus)
			return;
	}
	unsettled->bus[unsettled->next] = bus;
	unsettled->next = (unsettled->next + 1) % CNOVA_SIM_UNSETTLED;
	unsettled->nr = min(unsettled->nr + 1, CNOVA_SIM_UNSETTLED);
}

/**
 * cnova_sim_sysmem_settle() - A membar or a flush: all of those arrive.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_sysmem_settle(struct cnova_sim *sim)
{
	sim->unsettled.nr = 0;
	sim->unsettled.next = 0;
}

/* Pages that go must not have a store on its way. */
static void cnova_sim_sysmem_check_settled(struct cnova_sim *sim, u64 bus, u64 size)
{
	u32 i;

	for (i = 0; i < sim->unsettled.nr; i++) {
		if (sim->unsettled.bus[i] >= bus && sim->unsettled.bus[i] - bus < size)
			cnova_sim_report(sim, CNOVA_SIM_GRANT,
					 "revoked with a store on its way: bus address %#llx",
					 sim->unsettled.bus[i]);
	}
}

/**
 * cnova_sim_sysmem_revoke() - &cnova_io_ops.dma_revoke.
 * @priv: The device.
 * @bus: Bus address of the first page.
 * @nr_pages: How many.
 *
 * Context: Process context.
 */
void cnova_sim_sysmem_revoke(void *priv, u64 bus, u32 nr_pages)
{
	struct cnova_sim *sim = priv;
	unsigned long index = bus >> PAGE_SHIFT;
	u32 i;

	spin_lock_irq(&sim->lock);
	cnova_sim_sysmem_check_settled(sim, bus, (u64)nr_pages << PAGE_SHIFT);
	cnova_sim_host_check_release(sim, CNOVA_SIM_SYS_COH, bus, (u64)nr_pages << PAGE_SHIFT);
	if (nr_pages)
		cnova_sim_mmu_release(sim->mmu, CNOVA_SIM_SYS_COH, bus,
				      (u64)nr_pages << PAGE_SHIFT);
	spin_unlock_irq(&sim->lock);

	for (i = 0; i < nr_pages; i++) {
		if (!xa_erase_irq(&sim->grants, index + i))
			cnova_sim_report(sim, CNOVA_SIM_GRANT,
					 "revoked without a grant: bus address %#llx",
					 bus + ((u64)i << PAGE_SHIFT));
	}
	/* An access that found a page has ended when the lock is free. */
	spin_lock_irq(&sim->lock);
	spin_unlock_irq(&sim->lock);
}

/**
 * cnova_sim_sysmem_page() - Find a granted page.
 * @sim: The device.
 * @bus: Any bus address in it.
 *
 * Context: Any; caller holds &cnova_sim.lock as long as it uses the page.
 * Return: The page, or NULL if there is no grant, which is reported.
 */
struct page *cnova_sim_sysmem_page(struct cnova_sim *sim, u64 bus)
{
	struct page *page = xa_load(&sim->grants, bus >> PAGE_SHIFT);

	if (!page)
		cnova_sim_report(sim, CNOVA_SIM_GRANT, "access outside a grant: bus address %#llx",
				 bus);
	return page;
}

/**
 * cnova_sim_sysmem_read() - Copy out of system memory.
 * @sim: The device.
 * @bus: Bus address.
 * @dst: Where to.
 * @size: Bytes, within one page.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it may.
 */
bool cnova_sim_sysmem_read(struct cnova_sim *sim, u64 bus, void *dst, u32 size)
{
	struct page *page = cnova_sim_sysmem_page(sim, bus);

	if (!page)
		return false;
	memcpy_from_page(dst, page, offset_in_page(bus), size);
	return true;
}

/**
 * cnova_sim_sysmem_write() - Copy into system memory.
 * @sim: The device.
 * @bus: Bus address.
 * @src: Where from.
 * @size: Bytes, within one page.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it may.
 */
bool cnova_sim_sysmem_write(struct cnova_sim *sim, u64 bus, const void *src, u32 size)
{
	struct page *page = cnova_sim_sysmem_page(sim, bus);

	if (!page)
		return false;
	memcpy_to_page(page, offset_in_page(bus), src, size);
	return true;
}

/* The word at @bus, for as long as the caller's hold of the lock; NULL: there is no grant. */
static void *cnova_sim_sysmem_map(struct cnova_sim *sim, u64 bus)
{
	struct page *page = cnova_sim_sysmem_page(sim, bus);

	return page ? kmap_local_page(page) + offset_in_page(bus) : NULL;
}

/**
 * cnova_sim_sysmem_load() - Load a word, in one piece.
 * @sim: The device.
 * @bus: Bus address, a multiple of @width.
 * @width: 4 or 8 bytes.
 * @value: The word; all ones if there is none.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it may.
 */
bool cnova_sim_sysmem_load(struct cnova_sim *sim, u64 bus, u32 width, u64 *value)
{
	void *at = cnova_sim_sysmem_map(sim, bus);

	*value = ~0ULL;
	if (!at)
		return false;
	*value = width == sizeof(u64) ? READ_ONCE(*(u64 *)at) : READ_ONCE(*(u32 *)at);
	kunmap_local(at);
	return true;
}

/**
 * cnova_sim_sysmem_store() - Store a word, in one piece and after what was stored before.
 * @sim: The device.
 * @bus: Bus address, a multiple of @width.
 * @width: 4 or 8 bytes.
 * @value: The word.
 *
 * A CPU that polls a semaphore sees the old or the new one.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it may.
 */
bool cnova_sim_sysmem_store(struct cnova_sim *sim, u64 bus, u32 width, u64 value)
{
	void *at = cnova_sim_sysmem_map(sim, bus);

	if (!at)
		return false;
	if (width == sizeof(u64)) {
		/* Pairs with whoever polls the semaphore, and reads what it guards. */
		smp_store_release((u64 *)at, value);
	} else {
		/* Likewise. */
		smp_store_release((u32 *)at, value);
	}
	kunmap_local(at);
	return true;
}
