// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Chip table
 *
 * One row for every chip of HARDWARE.md 1.1, with all its columns. What several chips
 * share is named as in that table.
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

/* HARDWARE.md 7.1 */
static const struct cnova_chip_bar1 cnova_bar1_tu = {
	.block = NV_VIRTUAL_FUNCTION_PRIV_FUNC_BAR1_BLOCK,
	.addr = NV_BAR1_BLOCK_PTR,
	.target = NV_BAR1_BLOCK_TARGET,
	.mode_virtual = NV_BAR1_BLOCK_MODE_VIRTUAL,
	.status = NV_VIRTUAL_FUNCTION_PRIV_FUNC_BIND_STATUS,
	.busy = NV_BIND_STATUS_BAR1_PENDING | NV_BIND_STATUS_BAR1_OUTSTANDING,
};

static const struct cnova_chip_bar1 cnova_bar1_gh = {
	.block = NV_VIRTUAL_FUNCTION_PRIV_FUNC_BAR1_BLOCK_LOW,
	.block_high = NV_VIRTUAL_FUNCTION_PRIV_FUNC_BAR1_BLOCK_HIGH,
	.addr = NV_BAR1_BLOCK_LOW_PTR,
	.target = NV_BAR1_BLOCK_LOW_TARGET,
	.mode_virtual = NV_BAR1_BLOCK_LOW_MODE_VIRTUAL,
	.status = NV_VIRTUAL_FUNCTION_PRIV_FUNC_BAR1_BLOCK_LOW,
	.busy = NV_BAR1_BLOCK_LOW_PENDING | NV_BAR1_BLOCK_LOW_OUTSTANDING,
};

/* HARDWARE.md 6 */
static const struct cnova_chip_flush cnova_flush_70000 = {
	.start = NV_UFLUSH_FB_FLUSH,
	.done = NV_UFLUSH_FB_FLUSH,
	.busy = NV_UFLUSH_FB_FLUSH_OUTSTANDING,
};

static const struct cnova_chip_flush cnova_flush_token = {
	.start = NV_XAL_EP_UFLUSH_FB_FLUSH,
	.done = NV_XAL_EP_UFLUSH_FB_FLUSH_COMPLETED,
	.busy = NV_XAL_EP_UFLUSH_COMPLETED_STATUS_BUSY,
	.token = NV_XAL_EP_UFLUSH_TOKEN,
};

/* HARDWARE.md 8.4 */
static const struct cnova_chip_riscv cnova_riscv_tu = {
	.reg = NV_PGSP_RISCV_CORE_SWITCH_STATUS,
	.active = NV_PGSP_RISCV_CORE_SWITCH_STATUS_ACTIVE,
};

static const struct cnova_chip_riscv cnova_riscv_ga102 = {
	.reg = NV_PGSP_RISCV_CPUCTL,
	.active = NV_PGSP_RISCV_CPUCTL_ACTIVE_STAT,
};

/*
 * HARDWARE.md 11. Before Hopper the host has addresses of 40 bits, whatever the page tables
 * translate: GP_BASE_HI, the entries of the ring and SEM_ADDR_HI have 8 upper bits.
 */
#define CNOVA_RAMFC_TU							\
	.gp_base = 0x48, .gp_base_hi = GENMASK(7, 0),			\
	.limit = 0x4c, .limit_lg2 = GENMASK(20, 16), .has_subdevice = true

static const struct cnova_chip_host cnova_host_tu = {
	.va_bits = 40,
	.intr_leaves = 8,
	.preempt = NV_PFIFO_PREEMPT,
	.reset = NV_PMC_ENABLE,
	.userd_hi = GENMASK(7, 0),
	.ramfc = { CNOVA_RAMFC_TU, .has_userd = true },
};

static const struct cnova_chip_host cnova_host_ga = {
	.va_bits = 40,
	.intr_leaves = 8,
	.has_blocks = true,
	.preempt = NV_RUNLIST_PREEMPT,
	.reset = NV_PMC_DEVICE_ENABLE,
	.userd_hi = GENMASK(7, 0),
	.ramfc = { CNOVA_RAMFC_TU, .has_vector = true },
};

#define CNOVA_HOST_V3							\
	.va_bits = 57, .intr_leaves = 16, .has_blocks = true,		\
	.has_base = true, .reset = NV_PMC_DEVICE_ENABLE,		\
	.userd_hi = GENMASK(19, 0)

static const struct cnova_chip_host cnova_host_gh = {
	CNOVA_HOST_V3,
	.preempt = NV_RUNLIST_PREEMPT,
	.ramfc = {
		.gp_base = 0x48, .gp_base_hi = GENMASK(24, 0),
		.limit = 0xa4, .limit_lg2 = GENMASK(4, 0),
		.has_subdevice = true, .has_vector = true,
	},
};

#define CNOVA_RAMFC_GB							\
	.gp_base = 0x90, .gp_base_hi = GENMASK(24, 0),			\
	.limit = 0xb4, .limit_lg2 = GENMASK(28, 24), .has_vector = true

static const struct cnova_chip_host cnova_host_gb10x = {
	CNOVA_HOST_V3,
	.preempt = NV_RUNLIST_PREEMPT,
	.ramfc = { CNOVA_RAMFC_GB },
};

static const struct cnova_chip_host cnova_host_gb20x = {
	CNOVA_HOST_V3,
	.preempt = NV_RUNLIST_PREEMPT_GB202,
	.doorbell = NV_DOORBELL_RUNLIST_DOORBELL_ENABLE,
	.ramfc = { CNOVA_RAMFC_GB },
};

/* HARDWARE.md 10: kinds without compression that RM accepts. */
#define CNOVA_KINDS_ALL		GENMASK(6, 0)
#define CNOVA_KINDS_GB20X	(BIT(6) | BIT(0))
#define CNOVA_KINDS_GB20B	(BIT(6) | BIT(2) | BIT(1) | BIT(0))

/*
 * Turing, Ampere, Ada share the first set of registers and the widths of format v2
 * (HARDWARE.md 1.2): 37 bits of VRAM in a leaf, whatever the window reaches.
 */
#define CNOVA_CHIP_V2							\
	.window = &cnova_window_tu, .bar1 = &cnova_bar1_tu,		\
	.flush = &cnova_flush_70000, .kinds = CNOVA_KINDS_ALL,		\
	.sys_bits = 47, .vram_bits = 37

/*
 * HARDWARE.md 4.2: RM on Turing asks for a system membar with every invalidate that
 * takes something away; from Ampere on it does not.
 */
#define CNOVA_CHIP_TURING(name_, chipset_) {				\
	.name = #name_, .chipset = chipset_, .fb = CNOVA_CHIP_FB_RANGE,	\
	.fmt = &cnova_pt_fmt_v2, .riscv = &cnova_riscv_tu,		\
	.tlb_invalidate = NV_MMU_INVALIDATE_SYS_MEMBAR,			\
	.host = &cnova_host_tu,						\
	.channel = 0xc46f, .copy = 0xc5b5, .usermode = 0xc461,		\
	CNOVA_CHIP_V2 }

/* GA100 came before the other Amperes: the registers of Turing, a class of its own. */
#define CNOVA_CHIP_GA100(name_, chipset_) {				\
	.name = #name_, .chipset = chipset_, .fb = CNOVA_CHIP_FB_RANGE,	\
	.fmt = &cnova_pt_fmt_v2_512m, .riscv = &cnova_riscv_tu,		\
	.host = &cnova_host_ga,						\
	.channel = 0xc56f, .copy = 0xc6b5, .usermode = 0xc561,		\
	CNOVA_CHIP_V2 }

#define CNOVA_CHIP_AMPERE(name_, chipset_) {				\
	.name = #name_, .chipset = chipset_, .fb = CNOVA_CHIP_FB_MIB,	\
	.fmt = &cnova_pt_fmt_v2_512m, .riscv = &cnova_riscv_ga102,	\
	.host = &cnova_host_ga,						\
	.channel = 0xc56f, .copy = 0xc7b5, .usermode = 0xc561,		\
	CNOVA_CHIP_V2 }

#define CNOVA_CHIP_V3(name_, chipset_)					\
	.name = #name_, .chipset = chipset_, .fb = CNOVA_CHIP_FB_MIB,	\
	.bar1 = &cnova_bar1_gh, .riscv = &cnova_riscv_ga102, .sys_bits = 52

/* Format v3 has room for 52 bits, but Hopper's VRAM has 38 (HARDWARE.md 1.2). */
#define CNOVA_CHIP_HOPPER(name_, chipset_) {				\
	CNOVA_CHIP_V3(name_, chipset_), .fmt = &cnova_pt_fmt_v3_512m,	\
	.window = &cnova_window_gh, .flush = &cnova_flush_token,	\
	.kinds = CNOVA_KINDS_ALL, .vram_bits = 38,			\
	.host = &cnova_host_gh,						\
	.channel = 0xc86f, .copy = 0xc8b5, .usermode = 0xc661 }

/* No flush: RM has the GSP do it, as these chips have no register for the CPU. */
#define CNOVA_CHIP_GB10X(name_, chipset_) {				\
	CNOVA_CHIP_V3(name_, chipset_), .fmt = &cnova_pt_fmt_v3_256g,	\
	.window = &cnova_window_gb, .host = &cnova_host_gb10x,		\
	.kinds = CNOVA_KINDS_ALL, .vram_bits = 52,			\
	.channel = 0xc96f, .copy = 0xc9b5, .usermode = 0xc661 }

#define CNOVA_CHIP_GB20X(name_, chipset_) {				\
	CNOVA_CHIP_V3(name_, chipset_), .fmt = &cnova_pt_fmt_v3_256g,	\
	.window = &cnova_window_gb, .flush = &cnova_flush_token,	\
	.kinds = CNOVA_KINDS_GB20X, .vram_bits = 52,			\
	.host = &cnova_host_gb20x,					\
	.channel = 0xca6f, .copy = 0xcab5, .usermode = 0xc761 }

/* Integrated parts: leaves of 2 MiB at most, a wider window. */
#define CNOVA_CHIP_GB_SOC(name_, chipset_, kinds_, host_, gen_, copy_, um_) { \
	CNOVA_CHIP_V3(name_, chipset_), .fmt = &cnova_pt_fmt_v3,	\
	.window = &cnova_window_gb25, .flush = &cnova_flush_token,	\
	.kinds = kinds_, .vram_bits = 52, .host = host_,		\
	.channel = gen_, .copy = copy_, .usermode = um_ }

static const struct cnova_chip cnova_chips[] = {
	CNOVA_CHIP_TURING(TU102, 0x162),
	CNOVA_CHIP_TURING(TU104, 0x164),
	CNOVA_CHIP_TURING(TU106, 0x166),
	CNOVA_CHIP_TURING(TU117, 0x167),
	CNOVA_CHIP_TURING(TU116, 0x168),
	CNOVA_CHIP_GA100(GA100, 0x170),
	CNOVA_CHIP_AMPERE(GA102, 0x172),
	CNOVA_CHIP_AMPERE(GA103, 0x173),
	CNOVA_CHIP_AMPERE(GA104, 0x174),
	CNOVA_CHIP_AMPERE(GA106, 0x176),
	CNOVA_CHIP_AMPERE(GA107, 0x177),
	CNOVA_CHIP_HOPPER(GH100, 0x180),
	CNOVA_CHIP_AMPERE(AD102, 0x192),
	CNOVA_CHIP_AMPERE(AD103, 0x193),
	CNOVA_CHIP_AMPERE(AD104, 0x194),
	CNOVA_CHIP_AMPERE(AD106, 0x196),
	CNOVA_CHIP_AMPERE(AD107, 0x197),
	CNOVA_CHIP_GB10X(GB100, 0x1a0),
	CNOVA_CHIP_GB10X(GB102, 0x1a2),
	CNOVA_CHIP_GB10X(GB110, 0x1a3),
	CNOVA_CHIP_GB10X(GB112, 0x1a4),
	CNOVA_CHIP_GB_SOC(GB10B, 0x1ab, CNOVA_KINDS_ALL, &cnova_host_gb10x,
			  0xc96f, 0xc9b5, 0xc661),
	CNOVA_CHIP_GB20X(GB202, 0x1b2),
	CNOVA_CHIP_GB20X(GB203, 0x1b3),
	CNOVA_CHIP_GB20X(GB205, 0x1b5),
	CNOVA_CHIP_GB20X(GB206, 0x1b6),
	CNOVA_CHIP_GB20X(GB207, 0x1b7),
	/* These two may have copy engines of class C9B5 as well. */
	CNOVA_CHIP_GB_SOC(GB20B, 0x1bb, CNOVA_KINDS_GB20B, &cnova_host_gb20x,
			  0xca6f, 0xcab5, 0xc761),
	CNOVA_CHIP_GB_SOC(GB20C, 0x1bc, CNOVA_KINDS_GB20B, &cnova_host_gb20x,
			  0xca6f, 0xcab5, 0xc761),
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
