// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Chip table
 *
 * One row for every chip of HARDWARE.md 1.1. Rows with page-table format v3 name the
 * chip so that it can be refused by its name.
 *
 * Builds in user space too.
 */

#include <linux/bitfield.h>
#include <linux/kernel.h>

#include "hw/chip.h"
#include "hw/regs.h"

/* HARDWARE.md 5 */
static const struct cnova_chip_window cnova_window_tu = {
	.reg = NV_PBUS_BAR0_WINDOW,
	.base = NV_PBUS_BAR0_WINDOW_BASE,
	.reach_bits = 40,
};

static const struct cnova_chip_window cnova_window_gh = {
	.reg = NV_XAL_EP_BAR0_WINDOW,
	.base = NV_XAL_EP_BAR0_WINDOW_BASE_GH100,
	.reach_bits = 38,
};

static const struct cnova_chip_window cnova_window_gb = {
	.reg = NV_XAL_EP_BAR0_WINDOW,
	.base = NV_XAL_EP_BAR0_WINDOW_BASE_GB100,
	.reach_bits = 39,
};

static const struct cnova_chip_window cnova_window_gb25 = {
	.reg = NV_XAL_EP_BAR0_WINDOW,
	.base = NV_XAL_EP_BAR0_WINDOW_BASE_GB10B,
	.reach_bits = 41,
};

/* HARDWARE.md 10: kinds without compression that RM accepts. */
#define CNOVA_KINDS_ALL		GENMASK(6, 0)
#define CNOVA_KINDS_GB20X	(BIT(6) | BIT(0))
#define CNOVA_KINDS_GB20B	(BIT(6) | BIT(2) | BIT(1) | BIT(0))

/*
 * HARDWARE.md 4.2: RM on Turing asks for a system membar with every invalidate that
 * takes something away; from Ampere on it does not.
 */
#define CNOVA_CHIP_TURING(name_, chipset_) {				\
	.name = #name_, .chipset = chipset_, .fb = CNOVA_CHIP_FB_RANGE,	\
	.fmt = &cnova_pt_fmt_v2, .window = &cnova_window_tu,		\
	.tlb_invalidate = NV_MMU_INVALIDATE_SYS_MEMBAR,			\
	.kinds = CNOVA_KINDS_ALL, .sys_bits = 47 }

/* 512M leaves are not used yet: the format is Turing's. */
#define CNOVA_CHIP_AMPERE(name_, chipset_, fb_) {			\
	.name = #name_, .chipset = chipset_, .fb = fb_,			\
	.fmt = &cnova_pt_fmt_v2, .window = &cnova_window_tu,		\
	.kinds = CNOVA_KINDS_ALL, .sys_bits = 47 }

#define CNOVA_CHIP_V3(name_, chipset_, window_, kinds_) {		\
	.name = #name_, .chipset = chipset_, .fb = CNOVA_CHIP_FB_MIB,	\
	.window = &(window_), .kinds = kinds_, .sys_bits = 52 }

static const struct cnova_chip cnova_chips[] = {
	CNOVA_CHIP_TURING(TU102, 0x162),
	CNOVA_CHIP_TURING(TU104, 0x164),
	CNOVA_CHIP_TURING(TU106, 0x166),
	CNOVA_CHIP_TURING(TU117, 0x167),
	CNOVA_CHIP_TURING(TU116, 0x168),
	CNOVA_CHIP_AMPERE(GA100, 0x170, CNOVA_CHIP_FB_RANGE),
	CNOVA_CHIP_AMPERE(GA102, 0x172, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(GA103, 0x173, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(GA104, 0x174, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(GA106, 0x176, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(GA107, 0x177, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_V3(GH100, 0x180, cnova_window_gh, CNOVA_KINDS_ALL),
	CNOVA_CHIP_AMPERE(AD102, 0x192, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(AD103, 0x193, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(AD104, 0x194, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(AD106, 0x196, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_AMPERE(AD107, 0x197, CNOVA_CHIP_FB_MIB),
	CNOVA_CHIP_V3(GB100, 0x1a0, cnova_window_gb, CNOVA_KINDS_ALL),
	CNOVA_CHIP_V3(GB102, 0x1a2, cnova_window_gb, CNOVA_KINDS_ALL),
	CNOVA_CHIP_V3(GB110, 0x1a3, cnova_window_gb, CNOVA_KINDS_ALL),
	CNOVA_CHIP_V3(GB112, 0x1a4, cnova_window_gb, CNOVA_KINDS_ALL),
	CNOVA_CHIP_V3(GB10B, 0x1ab, cnova_window_gb25, CNOVA_KINDS_ALL),
	CNOVA_CHIP_V3(GB202, 0x1b2, cnova_window_gb, CNOVA_KINDS_GB20X),
	CNOVA_CHIP_V3(GB203, 0x1b3, cnova_window_gb, CNOVA_KINDS_GB20X),
	CNOVA_CHIP_V3(GB205, 0x1b5, cnova_window_gb, CNOVA_KINDS_GB20X),
	CNOVA_CHIP_V3(GB206, 0x1b6, cnova_window_gb, CNOVA_KINDS_GB20X),
	CNOVA_CHIP_V3(GB207, 0x1b7, cnova_window_gb, CNOVA_KINDS_GB20X),
	CNOVA_CHIP_V3(GB20B, 0x1bb, cnova_window_gb25, CNOVA_KINDS_GB20B),
	CNOVA_CHIP_V3(GB20C, 0x1bc, cnova_window_gb25, CNOVA_KINDS_GB20B),
};

/**
 * cnova_chip_find() - Look a chip up.
 * @boot_42: What NV_PMC_BOOT_42 reads as. Its revisions do not matter.
 *
 * Context: Any.
 * Return: The row, or NULL for a chip that is not in the table.
 */
const struct cnova_chip *cnova_chip_find(u32 boot_42)
{
	u32 chipset = FIELD_GET(NV_PMC_BOOT_42_CHIP_ID, boot_42);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnova_chips); i++)
		if (cnova_chips[i].chipset == chipset)
			return &cnova_chips[i];

	return NULL;
}

/**
 * cnova_chip_at() - Go through the table.
 * @index: Row.
 *
 * Context: Any.
 * Return: The row, or NULL after the last.
 */
const struct cnova_chip *cnova_chip_at(unsigned int index)
{
	return index < ARRAY_SIZE(cnova_chips) ? &cnova_chips[index] : NULL;
}
