// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: BAR0
 *
 * Registers are rows of a table, each with the chips that have it. One that is not there reads
 * as the bus reports an error, and the access is counted as a violation.
 *
 * Locking: reads and writes take &cnova_sim.lock; nothing here allocates or sleeps.
 */
#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
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

#define RANGE_ECC		BIT(30)

/* LOCAL_MEMORY_RANGE of GB100. */
#define HDM_MAGNITUDE		GENMASK(27, 4)

/* Flush page, the pairs of Hopper and later: PA 31:8 and PA 51:32. */
#define PAGE_HIGH_ADDRESS	GENMASK(19, 0)
#define PAGE_HIGH_ADDRESS_GA	GENMASK(23, 0)

/* Token of an L2 operation, HARDWARE.md 6. */
#define L2_TOKEN		GENMASK(30, 0)
/* The same before there were tokens. */
#define L2_PENDING		BIT(0)

/** struct cnova_sim_reg - A register. */
struct cnova_sim_reg {
	/** @offset: In BAR0. */
	u32 offset;
	/** @chips: One of CNOVA_SIM_HAS_*; 0: every chip has it. */
	u32 chips;
	/** @read: Its value now. */
	u32 (*read)(struct cnova_sim *sim, unsigned int which);
	/** @write: What a store does; NULL if it is read-only. */
	void (*write)(struct cnova_sim *sim, unsigned int which, u32 value);
	/** @which: Second argument of both, where one function serves several registers. */
	unsigned int which;
};

static u32 cnova_sim_regs_boot_0(struct cnova_sim *sim, unsigned int which)
{
	return sim->chip->boot_0;
}

/* Not a virtual function: 0, HARDWARE.md 1. */
static u32 cnova_sim_regs_zero(struct cnova_sim *sim, unsigned int which)
{
	return 0;
}

static u32 cnova_sim_regs_boot_42(struct cnova_sim *sim, unsigned int which)
{
	return sim->chip->boot_42;
}

static u32 cnova_sim_regs_window(struct cnova_sim *sim, unsigned int which)
{
	return sim->window_reg;
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

/* With ECC the register tells how much there would be without. */
static u32 cnova_sim_regs_range(struct cnova_sim *sim, unsigned int which)
{
	u64 size = sim->ecc ? sim->vram_size / 15 * 16 : sim->vram_size;
	u32 value = 0;

	cnova_sim_regs_vram_range(size, &value);
	return value | (sim->ecc ? RANGE_ECC : 0);
}

static u32 cnova_sim_regs_mib(struct cnova_sim *sim, unsigned int which)
{
	return sim->vram_size / SZ_1M;
}

static u32 cnova_sim_regs_hdm(struct cnova_sim *sim, unsigned int which)
{
	return FIELD_PREP(HDM_MAGNITUDE, sim->vram_size / SZ_1M);
}

static u32 cnova_sim_regs_wpr2_low(struct cnova_sim *sim, unsigned int which)
{
	if (sim->wpr_start == sim->vram_size)
		return 0;
	return FIELD_PREP(WPR2_ADDRESS, sim->wpr_start >> WPR2_SHIFT);
}

static u32 cnova_sim_regs_wpr2_high(struct cnova_sim *sim, unsigned int which)
{
	if (sim->wpr_start == sim->vram_size)
		return 0;
	return FIELD_PREP(WPR2_ADDRESS, sim->vram_size >> WPR2_SHIFT);
}

/* There is no L2 cache: its operations are over at once. */
static u32 cnova_sim_regs_l2(struct cnova_sim *sim, unsigned int which)
{
	return 0;
}

static void cnova_sim_regs_set_l2(struct cnova_sim *sim, unsigned int which, u32 value)
{
	if (value != L2_PENDING)
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG,
				 "an L2 operation takes a 1, not %#x", value);
}

/* L2 operations by tokens: a load begins one, the next register tells which are over. */
static u32 cnova_sim_regs_l2_start(struct cnova_sim *sim, unsigned int which)
{
	sim->flush.l2[which] = (sim->flush.l2[which] + 1) & L2_TOKEN;
	return sim->flush.l2[which];
}

static u32 cnova_sim_regs_l2_completed(struct cnova_sim *sim, unsigned int which)
{
	return sim->flush.l2[which];
}

static u32 cnova_sim_regs_page(struct cnova_sim *sim, unsigned int which)
{
	return sim->flush.page[which];
}

static void cnova_sim_regs_set_page(struct cnova_sim *sim, unsigned int which, u32 value)
{
	u32 defined = U32_MAX;

	if (which != CNOVA_SIM_PAGE_LOW && which != CNOVA_SIM_PAGE_EGRESS_LOW)
		defined = sim->chip->registers & CNOVA_SIM_HAS_PAGE_GA ? PAGE_HIGH_ADDRESS_GA :
									 PAGE_HIGH_ADDRESS;
	if (value & ~defined)
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG,
				 "reserved bits in the address of the flush page: %#x", value);
	sim->flush.page[which] = value & defined;
}

static u32 cnova_sim_regs_flush(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_flush_read(sim);
}

static void cnova_sim_regs_set_flush(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_flush_write(sim, value);
}

static u32 cnova_sim_regs_flush_start(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_flush_start(sim);
}

static u32 cnova_sim_regs_flush_completed(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_flush_completed(sim);
}

static u32 cnova_sim_regs_invalidate(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_tlb_regs_read(sim);
}

static void cnova_sim_regs_set_invalidate(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_tlb_regs_write(sim, value);
}

static u32 cnova_sim_regs_pdb(struct cnova_sim *sim, unsigned int which)
{
	return sim->tlb_regs.pdb;
}

static u32 cnova_sim_regs_upper_pdb(struct cnova_sim *sim, unsigned int which)
{
	return sim->tlb_regs.upper_pdb;
}

static void cnova_sim_regs_set_pdb(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_tlb_regs_set_pdb(sim, value);
}

static void cnova_sim_regs_set_upper_pdb(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_tlb_regs_set_upper(sim, value);
}

static struct cnova_sim_bar *cnova_sim_regs_bar(struct cnova_sim *sim, unsigned int which)
{
	return which == 2 ? &sim->bar2 : &sim->bar1;
}

static u32 cnova_sim_regs_bind_status(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_bind_status(sim);
}

static u32 cnova_sim_regs_block(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_regs_bar(sim, which)->low;
}

static void cnova_sim_regs_set_block(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_bind_set_block(sim, cnova_sim_regs_bar(sim, which), value);
}

static u32 cnova_sim_regs_low(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_bind_low(sim, cnova_sim_regs_bar(sim, which));
}

static void cnova_sim_regs_set_low(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_bind_set_low(sim, cnova_sim_regs_bar(sim, which), value);
}

static u32 cnova_sim_regs_high(struct cnova_sim *sim, unsigned int which)
{
	return cnova_sim_regs_bar(sim, which)->high;
}

static void cnova_sim_regs_set_high(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_bind_set_high(sim, cnova_sim_regs_bar(sim, which), value);
}

static u32 cnova_sim_regs_mailbox(struct cnova_sim *sim, unsigned int which)
{
	return sim->gsp_regs.mailbox[which];
}

static void cnova_sim_regs_set_mailbox(struct cnova_sim *sim, unsigned int which, u32 value)
{
	cnova_sim_gsp_mailbox(sim, which, value);
}

static u32 cnova_sim_regs_doorbell(struct cnova_sim *sim, unsigned int unused)
{
	return 0;
}

static void cnova_sim_regs_set_doorbell(struct cnova_sim *sim, unsigned int unused, u32 value)
{
	cnova_sim_gsp_doorbell(sim, value);
}

static u32 cnova_sim_regs_gsp_core(struct cnova_sim *sim, unsigned int active)
{
	return sim->gsp_regs.active ? active : 0;
}

/* A register that can be loaded and stored, or loaded only. */
#define RW(_offset, _chips, _name, _which) \
	{ _offset, CNOVA_SIM_HAS_##_chips, cnova_sim_regs_##_name, \
	  cnova_sim_regs_set_##_name, _which }
#define RO(_offset, _chips, _name, _which) \
	{ _offset, CNOVA_SIM_HAS_##_chips, cnova_sim_regs_##_name, NULL, _which }
#define CNOVA_SIM_HAS_ALL	0

/* HARDWARE.md sections in brackets. Writes of the window registers do not come here. */
static const struct cnova_sim_reg cnova_sim_regs[] = {
	/* TLB [4]; first, being the most used. */
	RW(0xb830b0, ALL, invalidate, 0),
	RW(0xb830a0, ALL, pdb, 0),
	RW(0xb830a4, ALL, upper_pdb, 0),
	/* Identity [1]. */
	RO(0x000000, ALL, boot_0, 0),
	RO(0x000004, ALL, zero, 0),
	RO(0x000a00, ALL, boot_42, 0),
	/* Window [5]. */
	RO(0x001700, WINDOW_TU, window, 0),
	RO(0x10fd40, WINDOW_XAL, window, 0),
	/* BAR1 and BAR2 [7.1], and the legacy copies. */
	RW(0xb80f40, BIND_TU, block, 1),
	RW(0xb80f48, BIND_TU, block, 2),
	RO(0xb80f50, BIND_TU, bind_status, 0),
	RW(0x001704, BIND_TU, block, 1),
	RW(0x001714, BIND_TU, block, 2),
	RO(0x001710, BIND_TU, bind_status, 0),
	RW(0xb80f60, BIND_GH, low, 1),
	RW(0xb80f64, BIND_GH, high, 1),
	RW(0xb80f70, BIND_GH, low, 2),
	RW(0xb80f74, BIND_GH, high, 2),
	/* Flush and L2 [6]. */
	RW(0x070000, FLUSH_TU, flush, 0),
	RW(0x070004, FLUSH_TU, l2, 0),
	RW(0x070008, FLUSH_TU, l2, 0),
	RW(0x07000c, FLUSH_TU, l2, 0),
	RW(0x070010, FLUSH_TU, l2, 0),
	RW(0xb80f00, FLUSH_TU, l2, 0),
	RW(0xb80f04, FLUSH_TU, l2, 0),
	RO(0x10f800, FLUSH_TOKEN, flush_start, 0),
	RO(0x10f804, FLUSH_TOKEN, flush_completed, 0),
	RO(0x10f808, L2_TOKEN, l2_start, 0),
	RO(0x10f80c, L2_TOKEN, l2_completed, 0),
	RO(0x10f810, L2_TOKEN, l2_start, 1),
	RO(0x10f814, L2_TOKEN, l2_completed, 1),
	RO(0xb80f10, L2_TOKEN, l2_start, 2),
	RO(0xb80f14, L2_TOKEN, l2_completed, 2),
	RO(0xb80f18, L2_TOKEN, l2_start, 3),
	RO(0xb80f1c, L2_TOKEN, l2_completed, 3),
	/* Flush page [6]. */
	RW(0x100c10, PAGE_TU, page, CNOVA_SIM_PAGE_LOW),
	RW(0x100c40, PAGE_GA, page, CNOVA_SIM_PAGE_HIGH),
	RW(0x100a34, PAGE_GH, page, CNOVA_SIM_PAGE_LOW),
	RW(0x100a38, PAGE_GH, page, CNOVA_SIM_PAGE_HIGH),
	RW(0x870e50, PAGE_HSHUB, page, CNOVA_SIM_PAGE_LOW),
	RW(0x870e54, PAGE_HSHUB, page, CNOVA_SIM_PAGE_HIGH),
	RW(0x8706c0, PAGE_HSHUB, page, CNOVA_SIM_PAGE_EGRESS_LOW),
	RW(0x8706c4, PAGE_HSHUB, page, CNOVA_SIM_PAGE_EGRESS_HIGH),
	RW(0x8a1d58, PAGE_FBHUB, page, CNOVA_SIM_PAGE_LOW),
	RW(0x8a1d5c, PAGE_FBHUB, page, CNOVA_SIM_PAGE_HIGH),
	/* Size of VRAM, WPR2 [8.1]. */
	RO(0x100ce0, SIZE_RANGE, range, 0),
	RO(0x1183a4, SIZE_MIB, mib, 0),
	RO(0x1fa3e0, SIZE_HDM, hdm, 0),
	RO(0x1fa824, ALL, wpr2_low, 0),
	RO(0x1fa828, ALL, wpr2_high, 0),
	/* GSP: mailboxes, doorbell, is the core running [8.4]. */
	RW(0x110040, ALL, mailbox, 0),
	RW(0x110044, ALL, mailbox, 1),
	RW(0x110c00, ALL, doorbell, 0),
	RO(0x111240, RISCV_TU, gsp_core, CNOVA_SIM_GSP_CORE_TU),
	RO(0x111388, RISCV_GA, gsp_core, CNOVA_SIM_GSP_CORE_GA),
};

/** struct cnova_sim_reg_unit - A unit that knows its registers itself; asked after the rows. */
struct cnova_sim_reg_unit {
	/** @read: Load. Return: whether there is such a register. */
	bool (*read)(struct cnova_sim *sim, u32 offset, u32 *value);
	/** @write: Store. Return: whether there is one that can be written. */
	bool (*write)(struct cnova_sim *sim, u32 offset, u32 value);
};

static bool cnova_sim_regs_no_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	return false;
}

static const struct cnova_sim_reg_unit cnova_sim_units[] = {
	{ cnova_sim_usermode_read, cnova_sim_usermode_write },
	{ cnova_sim_irq_read, cnova_sim_irq_write },
	{ cnova_sim_tu_read, cnova_sim_tu_write },
	{ cnova_sim_ga_read, cnova_sim_ga_write },
	{ cnova_sim_fault_read, cnova_sim_fault_write },
	{ cnova_sim_engines_read, cnova_sim_engines_write },
	{ cnova_sim_reset_read, cnova_sim_reset_write },
	{ cnova_sim_top_read, cnova_sim_regs_no_write },
};

static bool cnova_sim_regs_unit_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnova_sim_units); i++) {
		u32 found = 0;

		if (cnova_sim_units[i].read(sim, offset, &found)) {
			*value = found;
			return true;
		}
	}
	return false;
}

static bool cnova_sim_regs_unit_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnova_sim_units); i++) {
		if (cnova_sim_units[i].write(sim, offset, value))
			return true;
	}
	return false;
}

static const struct cnova_sim_reg *cnova_sim_regs_find(const struct cnova_sim *sim, u32 offset)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnova_sim_regs); i++) {
		const struct cnova_sim_reg *reg = &cnova_sim_regs[i];

		if (reg->offset == offset &&
		    (!reg->chips || (sim->chip->registers & reg->chips)))
			return reg;
	}
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
	bool known = true;

	cnova_sim_arm_step(sim, CNOVA_SIM_AT_ACCESS);
	if (READ_ONCE(sim->knobs.gone))
		return GENMASK_ULL(width * 8 - 1, 0);
	if (!cnova_sim_regs_is_access(sim, offset, width))
		return GENMASK_ULL(width * 8 - 1, 0);
	if (cnova_sim_regs_is_pramin(offset))
		return cnova_sim_pramin_read(sim, offset, width);

	reg = cnova_sim_regs_find(sim, offset);
	spin_lock_irqsave(&sim->lock, flags);
	if (reg)
		value = reg->read(sim, reg->which);
	else
		known = cnova_sim_regs_unit_read(sim, offset, &value);
	spin_unlock_irqrestore(&sim->lock, flags);
	if (!known)
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG, "load from %#x", offset);
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
	bool known = true;

	cnova_sim_arm_step(sim, CNOVA_SIM_AT_ACCESS);
	if (READ_ONCE(sim->knobs.gone) || !cnova_sim_regs_is_access(sim, offset, width))
		return;
	if (cnova_sim_memory_is_low(sim))
		schedule_work(&sim->refill);
	if (cnova_sim_regs_is_pramin(offset)) {
		cnova_sim_pramin_write(sim, offset, value, width);
		return;
	}
	if (cnova_sim_pramin_is_register(sim, offset)) {
		cnova_sim_pramin_move(sim, value);
		return;
	}

	reg = cnova_sim_regs_find(sim, offset);
	spin_lock_irqsave(&sim->lock, flags);
	if (reg && reg->write)
		reg->write(sim, reg->which, value);
	else
		known = !reg && cnova_sim_regs_unit_write(sim, offset, value);
	spin_unlock_irqrestore(&sim->lock, flags);
	if (!known)
		cnova_sim_report(sim, CNOVA_SIM_UNKNOWN_REG, "store of %#llx to %#x%s", value,
				 offset, reg ? ", which is read-only" : "");
}
