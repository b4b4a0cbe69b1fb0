// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: BAR0
 *
 * Registers are rows of a table. One that is not in it reads as the bus reports an error,
 * and the access is counted as a violation.
 *
 * Locking: reads and writes take &cnova_sim.lock; nothing here allocates or sleeps.
 */
#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/sizes.h>

#include "sim.h"

/* What a register that does not exist reads as; HARDWARE.md 5. */
#define CNOVA_SIM_NO_REGISTER	0xbadf5040

/* NV_PFB_PRI_MMU_LOCAL_MEMORY_RANGE, HARDWARE.md 8.1. */
#define RANGE_SCALE		GENMASK(3, 0)
#define RANGE_MAGNITUDE		GENMASK(9, 4)
#define RANGE_SCALE_SHIFT	20

/* WPR2 bounds, HARDWARE.md 8.1. nova takes the upper one as exclusive. */
#define WPR2_ADDRESS		GENMASK(31, 4)
#define WPR2_SHIFT		12

/* FB flush, HARDWARE.md 6. */
#define FLUSH_PENDING		BIT(0)

/** struct cnova_sim_reg - A register. */
struct cnova_sim_reg {
	/** @offset: In BAR0. */
	u32 offset;
	/** @read: Its value now; NULL if it cannot be read. */
	u32 (*read)(struct cnova_sim *sim);
	/** @write: What a store does; NULL if it is read-only. */
	void (*write)(struct cnova_sim *sim, u32 value);
};

static u32 cnova_sim_regs_boot_0(struct cnova_sim *sim)
{
	return sim->chip->boot_0;
}

/* Not a virtual function: 0, HARDWARE.md 1. */
static u32 cnova_sim_regs_zero(struct cnova_sim *sim)
{
	return 0;
}

static u32 cnova_sim_regs_boot_42(struct cnova_sim *sim)
{
	return sim->chip->boot_42;
}

static u32 cnova_sim_regs_window(struct cnova_sim *sim)
{
	return sim->window;
}

/**
 * cnova_sim_regs_vram_range() - Code a size as the range register does.
 * @vram_size: Bytes.
 * @value: The register.
 *
 * Context: Any.
 * Return: Whether it can be coded.
 */
bool cnova_sim_regs_vram_range(u64 vram_size, u32 *value)
{
	u64 magnitude = vram_size >> RANGE_SCALE_SHIFT;
	u32 scale = 0;

	if (!IS_ALIGNED(vram_size, SZ_1M))
		return false;
	while (magnitude > FIELD_MAX(RANGE_MAGNITUDE) && !(magnitude & 1)) {
		magnitude >>= 1;
		scale++;
	}
	if (magnitude > FIELD_MAX(RANGE_MAGNITUDE) || scale > FIELD_MAX(RANGE_SCALE))
		return false;
	*value = FIELD_PREP(RANGE_MAGNITUDE, magnitude) | FIELD_PREP(RANGE_SCALE, scale);
	return true;
}

static u32 cnova_sim_regs_range(struct cnova_sim *sim)
{
	u32 value = 0;

	cnova_sim_regs_vram_range(sim->vram_size, &value);
	return value;
}

static u32 cnova_sim_regs_mib(struct cnova_sim *sim)
{
	return sim->vram_size / SZ_1M;
}

static u32 cnova_sim_regs_wpr2_low(struct cnova_sim *sim)
{
	if (sim->wpr_start == sim->vram_size)
		return 0;
	return FIELD_PREP(WPR2_ADDRESS, sim->wpr_start >> WPR2_SHIFT);
}

static u32 cnova_sim_regs_wpr2_high(struct cnova_sim *sim)
{
	if (sim->wpr_start == sim->vram_size)
		return 0;
	return FIELD_PREP(WPR2_ADDRESS, sim->vram_size >> WPR2_SHIFT);
}

/* A flush is over when somebody has seen it so. */
static u32 cnova_sim_regs_flush(struct cnova_sim *sim)
{
	if (sim->flush_pending) {
		cnova_sim_post_drain(sim, &sim->pramin);
		cnova_sim_post_drain(sim, &sim->bar1_posts);
		sim->flush_pending = false;
	}
	return 0;
}

static void cnova_sim_regs_flush_start(struct cnova_sim *sim, u32 value)
{
	if (value & FLUSH_PENDING)
		sim->flush_pending = true;
}

/* There is no L2 cache: its operations are over at once. */
static void cnova_sim_regs_ignore(struct cnova_sim *sim, u32 value)
{
}

static u32 cnova_sim_regs_flush_page(struct cnova_sim *sim)
{
	return sim->flush_page[0];
}

static void cnova_sim_regs_set_flush_page(struct cnova_sim *sim, u32 value)
{
	sim->flush_page[0] = value;
}

static u32 cnova_sim_regs_flush_page_high(struct cnova_sim *sim)
{
	return sim->flush_page[1];
}

static void cnova_sim_regs_set_flush_page_high(struct cnova_sim *sim, u32 value)
{
	sim->flush_page[1] = value;
}

static u32 cnova_sim_regs_pdb(struct cnova_sim *sim)
{
	return sim->tlb_regs.pdb;
}

static u32 cnova_sim_regs_upper_pdb(struct cnova_sim *sim)
{
	return sim->tlb_regs.upper_pdb;
}

static u32 cnova_sim_regs_bar1_block(struct cnova_sim *sim)
{
	return sim->bar1.block;
}

/* Registers of every chip; HARDWARE.md sections in brackets. */
static const struct cnova_sim_reg cnova_sim_regs_common[] = {
	/* TLB [4]; first, being the most used. */
	{ 0xb830b0, cnova_sim_tlb_regs_read, cnova_sim_tlb_regs_write },
	{ 0xb830a0, cnova_sim_regs_pdb, cnova_sim_tlb_regs_set_pdb },
	{ 0xb830a4, cnova_sim_regs_upper_pdb, cnova_sim_tlb_regs_set_upper },
	/* Identity [1]. */
	{ 0x000000, cnova_sim_regs_boot_0, NULL },
	{ 0x000004, cnova_sim_regs_zero, NULL },
	{ 0x000a00, cnova_sim_regs_boot_42, NULL },
	/* Window [5]; writes do not come here. */
	{ CNOVA_SIM_REG_WINDOW, cnova_sim_regs_window, NULL },
	/* BAR1 [7.1], and its legacy copies. */
	{ 0xb80f40, cnova_sim_regs_bar1_block, cnova_sim_bar1_bind },
	{ 0xb80f50, cnova_sim_bar1_status, NULL },
	{ 0x001704, cnova_sim_regs_bar1_block, cnova_sim_bar1_bind },
	{ 0x001710, cnova_sim_bar1_status, NULL },
	/* Flush and L2 [6]. */
	{ 0x070000, cnova_sim_regs_flush, cnova_sim_regs_flush_start },
	{ 0x070004, cnova_sim_regs_zero, cnova_sim_regs_ignore },
	{ 0x070008, cnova_sim_regs_zero, cnova_sim_regs_ignore },
	{ 0x07000c, cnova_sim_regs_zero, cnova_sim_regs_ignore },
	{ 0x070010, cnova_sim_regs_zero, cnova_sim_regs_ignore },
	{ 0x100c10, cnova_sim_regs_flush_page, cnova_sim_regs_set_flush_page },
	/* WPR2 [8.1]. */
	{ 0x1fa824, cnova_sim_regs_wpr2_low, NULL },
	{ 0x1fa828, cnova_sim_regs_wpr2_high, NULL },
	{ }
};

/* Registers that only some chips have. */
static const struct cnova_sim_reg cnova_sim_regs_range_row = { 0x100ce0, cnova_sim_regs_range };
static const struct cnova_sim_reg cnova_sim_regs_mib_row = { 0x1183a4, cnova_sim_regs_mib };
static const struct cnova_sim_reg cnova_sim_regs_flush_high_row = {
	0x100c40, cnova_sim_regs_flush_page_high, cnova_sim_regs_set_flush_page_high
};

static const struct cnova_sim_reg *cnova_sim_regs_find(const struct cnova_sim *sim, u32 offset)
{
	const struct cnova_sim_reg *reg;

	for (reg = cnova_sim_regs_common; reg->read; reg++) {
		if (reg->offset == offset)
			return reg;
	}
	if (sim->chip->size_reg == CNOVA_SIM_SIZE_RANGE &&
	    offset == cnova_sim_regs_range_row.offset)
		return &cnova_sim_regs_range_row;
	if (sim->chip->size_reg == CNOVA_SIM_SIZE_MIB && offset == cnova_sim_regs_mib_row.offset)
		return &cnova_sim_regs_mib_row;
	if (sim->chip->flush_page_high && offset == cnova_sim_regs_flush_high_row.offset)
		return &cnova_sim_regs_flush_high_row;
	return NULL;
}

static bool cnova_sim_regs_is_pramin(u32 offset)
{
	return offset >= CNOVA_SIM_PRAMIN && offset - CNOVA_SIM_PRAMIN < CNOVA_SIM_PRAMIN_SIZE;
}

/* Registers are 32 bits wide and come at once; the aperture takes any width. */
static bool cnova_sim_regs_is_access(struct cnova_sim *sim, u32 offset, unsigned int width)
{
	if (IS_ALIGNED(offset, width) &&
	    (width == sizeof(u32) || cnova_sim_regs_is_pramin(offset)))
		return true;
	cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG, "access of %u bytes at %#x", width, offset);
	return false;
}

/**
 * cnova_sim_regs_read() - &cnova_io_ops.read.
 * @priv: The device.
 * @offset: In BAR0.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any.
 * Return: What was read.
 */
u64 cnova_sim_regs_read(void *priv, u32 offset, unsigned int width)
{
	struct cnova_sim *sim = priv;
	const struct cnova_sim_reg *reg;
	u32 value = CNOVA_SIM_NO_REGISTER;
	unsigned long flags;

	if (READ_ONCE(sim->knobs.gone))
		return GENMASK_ULL(width * 8 - 1, 0);
	if (!cnova_sim_regs_is_access(sim, offset, width))
		return GENMASK_ULL(width * 8 - 1, 0);
	if (cnova_sim_regs_is_pramin(offset))
		return cnova_sim_pramin_read(sim, offset, width);

	reg = cnova_sim_regs_find(sim, offset);
	if (!reg) {
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG, "load from %#x", offset);
		return value;
	}
	spin_lock_irqsave(&sim->lock, flags);
	value = reg->read(sim);
	spin_unlock_irqrestore(&sim->lock, flags);
	return value;
}

/**
 * cnova_sim_regs_write() - &cnova_io_ops.write.
 * @priv: The device.
 * @offset: In BAR0.
 * @value: What to store.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any.
 */
void cnova_sim_regs_write(void *priv, u32 offset, u64 value, unsigned int width)
{
	struct cnova_sim *sim = priv;
	const struct cnova_sim_reg *reg;
	unsigned long flags;

	if (READ_ONCE(sim->knobs.gone) || !cnova_sim_regs_is_access(sim, offset, width))
		return;
	if (cnova_sim_memory_is_low(sim))
		schedule_work(&sim->refill);
	if (cnova_sim_regs_is_pramin(offset)) {
		cnova_sim_pramin_write(sim, offset, value, width);
		return;
	}
	if (offset == CNOVA_SIM_REG_WINDOW) {
		cnova_sim_pramin_move(sim, value);
		return;
	}

	reg = cnova_sim_regs_find(sim, offset);
	if (!reg || !reg->write) {
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG, "store of %#llx to %#x%s", value,
				 offset, reg ? ", which is read-only" : "");
		return;
	}
	spin_lock_irqsave(&sim->lock, flags);
	reg->write(sim, value);
	spin_unlock_irqrestore(&sim->lock, flags);
}
