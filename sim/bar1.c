// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: BAR1
 *
 * The CPU's large aperture; HARDWARE.md 7. In physical mode, which is how it comes out of
 * reset, an offset is a VRAM address; in virtual mode it is an address of the
 * address space whose instance block was bound (bind.c), translated by the hub.
 *
 * What the CPU stores through a mapping of BAR1 cannot be trapped: such a store is never
 * on its way, is not judged, and finds no page table that it must not change.
 *
 * Locking: &cnova_sim.lock, taken per page of data.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sim.h"

static bool cnova_sim_bar1_translate(struct cnova_sim *sim, u64 offset, bool write,
				     struct cnova_sim_translation *out)
{
	if (sim->bar1.outstanding)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS,
				 "BAR1 used while a bind is outstanding");
	if (offset >= sim->bar1_size)
		return false;
	if (!sim->bar1.is_virtual || READ_ONCE(sim->knobs.bar1_physical)) {
		*out = (struct cnova_sim_translation){
			.pa = offset, .aperture = CNOVA_SIM_VIDEO, .size = CNOVA_SIM_PAGE_SIZE,
		};
		return offset < sim->wpr_start;
	}
	return sim->bar1.is_bound &&
	       cnova_sim_mmu_translate(sim->mmu, &sim->bar1.client, offset,
				       write ? CNOVA_SIM_WRITE : CNOVA_SIM_READ,
				       out) == CNOVA_SIM_FAULT_NONE;
}

/* As above, for accesses by the driver, which must not fault. */
static bool cnova_sim_bar1_target_of(struct cnova_sim *sim, u64 offset, bool write,
				     struct cnova_sim_translation *out)
{
	if (cnova_sim_bar1_translate(sim, offset, write, out))
		return true;
	cnova_sim_report(sim, CNOVA_SIM_WINDOW, "BAR1 %s faults at %#llx",
			 write ? "store" : "load", offset);
	return false;
}

/**
 * cnova_sim_bar1_page() - &cnova_io_ops.bar1_page.
 * @priv: The device.
 * @offset: Into BAR1.
 *
 * Context: Process context.
 * Return: The page, or NULL.
 */
struct page *cnova_sim_bar1_page(void *priv, u64 offset)
{
	struct cnova_sim *sim = priv;
	struct cnova_sim_translation to;
	struct page *page = NULL;

	if (READ_ONCE(sim->knobs.gone))
		return NULL;
	spin_lock_irq(&sim->lock);
	if (cnova_sim_bar1_translate(sim, offset, true, &to) && !to.sparse) {
		if (to.aperture == CNOVA_SIM_VIDEO) {
			/* The CPU is about to see memory itself. */
			cnova_sim_post_drain(sim, &sim->bar1_posts);
			page = cnova_sim_vram_map(sim, to.pa);
		} else {
			page = cnova_sim_sysmem_page(sim, to.pa);
		}
	}
	spin_unlock_irq(&sim->lock);
	return page;
}

static void cnova_sim_bar1_store_page(struct cnova_sim *sim, u64 offset, const u8 *src, u32 size)
{
	struct cnova_sim_translation to;
	u64 word;

	if (!cnova_sim_bar1_target_of(sim, offset, true, &to) || to.sparse)
		return;
	while (size) {
		u32 width = sizeof(u64);

		/* The widest store that is aligned and fits. */
		while (to.pa % width || width > size)
			width /= 2;
		word = 0;
		memcpy(&word, src, width);
		cnova_sim_post(sim, &sim->bar1_posts, to.aperture, to.pa, word, width);
		to.pa += width;
		src += width;
		size -= width;
	}
}

static u32 cnova_sim_bar1_chunk(u64 offset, u64 size)
{
	return min_t(u64, size, CNOVA_SIM_PAGE_SIZE - offset % CNOVA_SIM_PAGE_SIZE);
}

/**
 * cnova_sim_bar1_write() - &cnova_io_ops.bar1_write.
 * @priv: The device.
 * @offset: Into BAR1.
 * @src: Where from.
 * @size: Bytes.
 *
 * Context: Any within a page, else process context.
 */
void cnova_sim_bar1_write(void *priv, u64 offset, const void *src, u64 size)
{
	struct cnova_sim *sim = priv;
	const u8 *from = src;
	unsigned long flags;

	while (size) {
		u32 chunk = cnova_sim_bar1_chunk(offset, size);

		cnova_sim_arm_step(sim, CNOVA_SIM_AT_ACCESS);
		if (READ_ONCE(sim->knobs.gone))
			return;
		spin_lock_irqsave(&sim->lock, flags);
		cnova_sim_bar1_store_page(sim, offset, from, chunk);
		spin_unlock_irqrestore(&sim->lock, flags);
		from += chunk;
		offset += chunk;
		size -= chunk;
		if (size)
			cond_resched();
	}
}

/**
 * cnova_sim_bar1_fill() - &cnova_io_ops.bar1_fill.
 * @priv: The device.
 * @offset: Into BAR1; multiple of 8.
 * @value: What to store.
 * @size: Bytes; multiple of 8.
 *
 * Context: Process context.
 */
void cnova_sim_bar1_fill(void *priv, u64 offset, u64 value, u64 size)
{
	u64 words[32];

	memset64(words, value, ARRAY_SIZE(words));
	while (size) {
		u64 chunk = min_t(u64, size, sizeof(words));

		cnova_sim_bar1_write(priv, offset, words, chunk);
		offset += chunk;
		size -= chunk;
	}
}

static void cnova_sim_bar1_load_page(struct cnova_sim *sim, u64 offset, u8 *dst, u32 size)
{
	struct cnova_sim_translation to;

	memset(dst, 0xff, size);
	if (!cnova_sim_bar1_target_of(sim, offset, false, &to))
		return;
	if (to.sparse)
		memset(dst, 0, size);
	else if (to.aperture == CNOVA_SIM_VIDEO)
		cnova_sim_vram_read(sim, to.pa, dst, size);
	else
		cnova_sim_sysmem_read(sim, to.pa, dst, size);
}

/**
 * cnova_sim_bar1_read() - &cnova_io_ops.bar1_read. All stores before it arrive.
 * @priv: The device.
 * @offset: Into BAR1.
 * @dst: Where to.
 * @size: Bytes.
 *
 * Context: Any within a page, else process context.
 */
void cnova_sim_bar1_read(void *priv, u64 offset, void *dst, u64 size)
{
	struct cnova_sim *sim = priv;
	unsigned long flags;
	u8 *to = dst;

	while (size) {
		u32 chunk = cnova_sim_bar1_chunk(offset, size);

		cnova_sim_arm_step(sim, CNOVA_SIM_AT_ACCESS);
		if (READ_ONCE(sim->knobs.gone)) {
			memset(to, 0xff, size);
			return;
		}
		spin_lock_irqsave(&sim->lock, flags);
		cnova_sim_post_drain(sim, &sim->bar1_posts);
		cnova_sim_bar1_load_page(sim, offset, to, chunk);
		spin_unlock_irqrestore(&sim->lock, flags);
		to += chunk;
		offset += chunk;
		size -= chunk;
		if (size)
			cond_resched();
	}
}
