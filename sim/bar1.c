// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: BAR1
 *
 * The CPU's large aperture; HARDWARE.md 7. In physical mode, which is how it comes out of
 * reset, an offset is a VRAM address; in virtual mode it is an address of the
 * address space whose instance block was bound, translated by the hub.
 *
 * Locking: &cnova_sim.lock, taken per page of data.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sim.h"

/* BAR1_BLOCK, HARDWARE.md 7.1, row "tu". */
#define BLOCK_ADDRESS		GENMASK(27, 0)
#define BLOCK_TARGET		GENMASK(29, 28)
#define BLOCK_VIRTUAL		BIT(31)
#define BLOCK_ADDRESS_SHIFT	12

#define TARGET_VIDEO		0
#define TARGET_INVALID		1
#define TARGET_SYS_COH		2

/* BIND_STATUS. */
#define STATUS_BAR1_OUTSTANDING	BIT(1)

/* The words at 0x200 of an instance block, HARDWARE.md 7.2. */
#define RAMIN_PDB		0x200
#define RAMIN_PDB_TARGET	GENMASK_ULL(1, 0)
#define RAMIN_NEW_FORMAT	BIT_ULL(10)
#define RAMIN_BIG_PAGE_64K	BIT_ULL(11)
#define RAMIN_PDB_ADDRESS	GENMASK_ULL(63, 12)

static enum cnova_sim_aperture cnova_sim_bar1_target(u64 target)
{
	switch (target) {
	case TARGET_VIDEO:
		return CNOVA_SIM_VIDEO;
	case TARGET_SYS_COH:
		return CNOVA_SIM_SYS_COH;
	default:
		return CNOVA_SIM_SYS_NCOH;
	}
}

static void cnova_sim_bar1_bind_virtual(struct cnova_sim *sim, u32 value)
{
	u64 block = (u64)FIELD_GET(BLOCK_ADDRESS, value) << BLOCK_ADDRESS_SHIFT;
	enum cnova_sim_aperture aperture;
	u64 word, pa;

	aperture = cnova_sim_bar1_target(FIELD_GET(BLOCK_TARGET, value));
	if (aperture == CNOVA_SIM_VIDEO &&
	    cnova_sim_post_find(sim, block, CNOVA_SIM_PAGE_SIZE, &pa))
		cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
				 "bind overtakes a store to the instance block at %#llx", pa);
	if (aperture == CNOVA_SIM_VIDEO && !cnova_sim_vram_is_written(sim, block + RAMIN_PDB)) {
		cnova_sim_report(sim, CNOVA_SIM_UNINIT, "instance block %#llx never written",
				 block);
		return;
	}

	word = cnova_sim_memory_load(sim, aperture, block + RAMIN_PDB, sizeof(u64));
	if (FIELD_GET(RAMIN_PDB_TARGET, word) == TARGET_INVALID)
		return;
	if (!(word & RAMIN_NEW_FORMAT) || !(word & RAMIN_BIG_PAGE_64K))
		cnova_sim_report(sim, CNOVA_SIM_FORMAT,
				 "instance block %#llx asks for formats of old: %#llx", block,
				 word);

	sim->bar1.client.unit = CNOVA_SIM_HUB;
	sim->bar1.client.privileged = true;
	sim->bar1.client.aperture = cnova_sim_bar1_target(FIELD_GET(RAMIN_PDB_TARGET, word));
	sim->bar1.client.pdb = word & RAMIN_PDB_ADDRESS;
	sim->bar1.is_bound = true;
	if (sim->bar1.client.aperture == CNOVA_SIM_VIDEO &&
	    cnova_sim_post_find_table(sim, &sim->bar1.client.pdb, &pa))
		cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
				 "bind overtakes a store to a page table at %#llx", pa);
	cnova_sim_mmu_bind(sim->mmu, &sim->bar1.client);
}

/**
 * cnova_sim_bar1_bind() - BAR1_BLOCK is written.
 * @sim: The device.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_bar1_bind(struct cnova_sim *sim, u32 value)
{
	struct cnova_sim_bar1 *bar1 = &sim->bar1;

	if (bar1->outstanding)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS, "BAR1 bound while a bind is outstanding");
	bar1->block = value;
	bar1->is_virtual = value & BLOCK_VIRTUAL;
	bar1->is_bound = false;
	bar1->outstanding = true;
	bar1->due = ktime_add_us(ktime_get(), READ_ONCE(sim->knobs.latency_us));
	if (bar1->is_virtual)
		cnova_sim_bar1_bind_virtual(sim, value);
}

/**
 * cnova_sim_bar1_status() - BIND_STATUS is read.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The register.
 */
u32 cnova_sim_bar1_status(struct cnova_sim *sim)
{
	if (sim->bar1.outstanding && !ktime_before(ktime_get(), sim->bar1.due))
		sim->bar1.outstanding = false;
	return sim->bar1.outstanding ? STATUS_BAR1_OUTSTANDING : 0;
}

static bool cnova_sim_bar1_translate(struct cnova_sim *sim, u64 offset, bool write,
				     struct cnova_sim_translation *out)
{
	if (sim->bar1.outstanding)
		cnova_sim_report(sim, CNOVA_SIM_TLB_REGS,
				 "BAR1 used while a bind is outstanding");
	if (offset >= sim->bar1_size)
		return false;
	if (!sim->bar1.is_virtual) {
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
 * Context: Process context.
 */
void cnova_sim_bar1_write(void *priv, u64 offset, const void *src, u64 size)
{
	struct cnova_sim *sim = priv;
	const u8 *from = src;

	while (size && !READ_ONCE(sim->knobs.gone)) {
		u32 chunk = cnova_sim_bar1_chunk(offset, size);

		spin_lock_irq(&sim->lock);
		cnova_sim_bar1_store_page(sim, offset, from, chunk);
		spin_unlock_irq(&sim->lock);
		from += chunk;
		offset += chunk;
		size -= chunk;
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
 * Context: Process context.
 */
void cnova_sim_bar1_read(void *priv, u64 offset, void *dst, u64 size)
{
	struct cnova_sim *sim = priv;
	u8 *to = dst;

	while (size) {
		u32 chunk = cnova_sim_bar1_chunk(offset, size);

		if (READ_ONCE(sim->knobs.gone)) {
			memset(to, 0xff, size);
			return;
		}
		spin_lock_irq(&sim->lock);
		cnova_sim_post_drain(sim, &sim->bar1_posts);
		cnova_sim_bar1_load_page(sim, offset, to, chunk);
		spin_unlock_irq(&sim->lock);
		to += chunk;
		offset += chunk;
		size -= chunk;
		cond_resched();
	}
}
