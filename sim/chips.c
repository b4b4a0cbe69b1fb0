// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The chips that the model can be
 *
 * One row per chip, from HARDWARE.md 1.1. Code asks the row, never the name. Pure;
 * builds in user space.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "chips.h"

/* HARDWARE.md 10, second table: bit k is kind k. */
#define CNOVA_SIM_KINDS_TURING	0xff7f
#define CNOVA_SIM_KINDS_GB20X	0x8341
#define CNOVA_SIM_KINDS_GB20B	0x8f47

/*
 * HARDWARE.md 1: the id is in 29:20; below it revision A1. BOOT_0 keeps revisions in
 * 7:0, BOOT_42 in 19:12.
 */
#define CNOVA_SIM_BOOT_0(id)	((id) | 0xa1)
#define CNOVA_SIM_BOOT_42(id)	((id) | 0xa1 << 12)

/* MMUs, HARDWARE.md 1.1 and 1.2: leaf sizes, width of a system address. */
#define CNOVA_SIM_MMU_TURING \
	.format = &cnova_sim_format_v2, .kinds = CNOVA_SIM_KINDS_TURING, .sys_bits = 47
#define CNOVA_SIM_MMU_AMPERE \
	CNOVA_SIM_MMU_TURING, .leaf_512m = true
#define CNOVA_SIM_MMU_INTEGRATED(_kinds) \
	.format = &cnova_sim_format_v3, .kinds = (_kinds), .sys_bits = 52
#define CNOVA_SIM_MMU_HOPPER \
	CNOVA_SIM_MMU_INTEGRATED(CNOVA_SIM_KINDS_TURING), .leaf_512m = true
#define CNOVA_SIM_MMU_BLACKWELL(_kinds) \
	CNOVA_SIM_MMU_INTEGRATED(_kinds), .leaf_512m = true, .leaf_256g = true

/* Registers by generation, HARDWARE.md 1.1, columns W, B1, SM and FB, and section 6. */
#define CNOVA_SIM_REGS_TURING \
	(CNOVA_SIM_HAS_WINDOW_TU | CNOVA_SIM_HAS_BIND_TU | CNOVA_SIM_HAS_FLUSH_TU | \
	 CNOVA_SIM_HAS_PAGE_TU)
#define CNOVA_SIM_REGS_AMPERE \
	(CNOVA_SIM_REGS_TURING | CNOVA_SIM_HAS_PAGE_GA | CNOVA_SIM_HAS_RUNLISTS)
#define CNOVA_SIM_REGS_HOPPER \
	(CNOVA_SIM_HAS_WINDOW_XAL | CNOVA_SIM_HAS_BIND_GH | CNOVA_SIM_HAS_L2_TOKEN | \
	 CNOVA_SIM_HAS_SIZE_MIB | CNOVA_SIM_HAS_RISCV_GA | CNOVA_SIM_HAS_RUNLISTS | \
	 CNOVA_SIM_HAS_LEAVES_16)

/*
 * Host by generation, HARDWARE.md 1.1, 9.1, 11. No source has the fault id of Hopper's PBDMAs:
 * it is Turing's here.
 */
#define CNOVA_SIM_HOST_V2(class) \
	.host_class = (class), .host_va_bits = 40, .ramfc = CNOVA_SIM_RAMFC_TU, \
	.ce_fault_id = 15, .host_fault_id = 32
#define CNOVA_SIM_HOST_HOPPER \
	.host_class = 0xc86f, .host_va_bits = 57, .ramfc = CNOVA_SIM_RAMFC_GH, \
	.ce_fault_id = 43, .host_fault_id = 32
#define CNOVA_SIM_HOST_BLACKWELL(class) \
	.host_class = (class), .host_va_bits = 57, .ramfc = CNOVA_SIM_RAMFC_GB, \
	.ce_fault_id = 65, .host_fault_id = 85

static const struct cnova_sim_chip cnova_sim_chips[] = {
	{
		.name = "tu102",
		.ce_class = 0xc5b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x16200000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x16200000),
		.registers = CNOVA_SIM_REGS_TURING | CNOVA_SIM_HAS_SIZE_RANGE |
			     CNOVA_SIM_HAS_RISCV_TU | CNOVA_SIM_HAS_PFIFO,
		.window_bits = 24,
		CNOVA_SIM_HOST_V2(0xc46f),
		.traits = { CNOVA_SIM_MMU_TURING },
	},
	{
		.name = "ga100",
		.ce_class = 0xc6b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x17000000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x17000000),
		.registers = CNOVA_SIM_REGS_AMPERE | CNOVA_SIM_HAS_SIZE_RANGE |
			     CNOVA_SIM_HAS_RISCV_TU,
		.window_bits = 24,
		.inval_scope = true,
		CNOVA_SIM_HOST_V2(0xc56f),
		.traits = { CNOVA_SIM_MMU_AMPERE },
	},
	{
		.name = "ga102",
		.ce_class = 0xc7b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x17200000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x17200000),
		.registers = CNOVA_SIM_REGS_AMPERE | CNOVA_SIM_HAS_SIZE_MIB |
			     CNOVA_SIM_HAS_RISCV_GA,
		.window_bits = 24,
		.inval_scope = true,
		CNOVA_SIM_HOST_V2(0xc56f),
		.traits = { CNOVA_SIM_MMU_AMPERE },
	},
	{
		.name = "ad102",
		.ce_class = 0xc7b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x19200000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x19200000),
		.registers = CNOVA_SIM_REGS_AMPERE | CNOVA_SIM_HAS_SIZE_MIB |
			     CNOVA_SIM_HAS_RISCV_GA,
		.window_bits = 24,
		.inval_scope = true,
		CNOVA_SIM_HOST_V2(0xc56f),
		.traits = { CNOVA_SIM_MMU_AMPERE },
	},
	{
		.name = "gh100",
		.ce_class = 0xc8b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x18000000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x18000000),
		.registers = CNOVA_SIM_REGS_HOPPER | CNOVA_SIM_HAS_FLUSH_TOKEN |
			     CNOVA_SIM_HAS_PAGE_GH,
		.window_bits = 22,
		.inval_scope = true,
		CNOVA_SIM_HOST_HOPPER,
		.traits = { CNOVA_SIM_MMU_HOPPER },
	},
	{
		.name = "gb100",
		.ce_class = 0xc9b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x1a000000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x1a000000),
		.registers = CNOVA_SIM_REGS_HOPPER | CNOVA_SIM_HAS_PAGE_HSHUB |
			     CNOVA_SIM_HAS_SIZE_HDM,
		.window_bits = 23,
		.inval_scope = true,
		CNOVA_SIM_HOST_BLACKWELL(0xc96f),
		.traits = { CNOVA_SIM_MMU_BLACKWELL(CNOVA_SIM_KINDS_TURING) },
	},
	{
		.name = "gb10b",
		.ce_class = 0xc9b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x1ab00000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x1ab00000),
		.registers = CNOVA_SIM_REGS_HOPPER | CNOVA_SIM_HAS_FLUSH_TOKEN |
			     CNOVA_SIM_HAS_PAGE_FBHUB,
		.window_bits = 25,
		.inval_scope = true,
		CNOVA_SIM_HOST_BLACKWELL(0xc96f),
		.traits = { CNOVA_SIM_MMU_INTEGRATED(CNOVA_SIM_KINDS_TURING) },
	},
	{
		.name = "gb202",
		.ce_class = 0xcab5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x1b200000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x1b200000),
		.registers = CNOVA_SIM_REGS_HOPPER | CNOVA_SIM_HAS_FLUSH_TOKEN |
			     CNOVA_SIM_HAS_PAGE_FBHUB | CNOVA_SIM_HAS_PREEMPT_GB,
		.window_bits = 23,
		.inval_scope = true,
		CNOVA_SIM_HOST_BLACKWELL(0xca6f),
		.traits = { CNOVA_SIM_MMU_BLACKWELL(CNOVA_SIM_KINDS_GB20X) },
	},
	{
		.name = "gb20b",
		.ce_class = 0xcab5,
		.ce_class_old = 0xc9b5,
		.boot_0 = CNOVA_SIM_BOOT_0(0x1bb00000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x1bb00000),
		.registers = CNOVA_SIM_REGS_HOPPER | CNOVA_SIM_HAS_FLUSH_TOKEN |
			     CNOVA_SIM_HAS_PAGE_FBHUB | CNOVA_SIM_HAS_PREEMPT_GB,
		.window_bits = 25,
		.inval_scope = true,
		CNOVA_SIM_HOST_BLACKWELL(0xca6f),
		.traits = { CNOVA_SIM_MMU_INTEGRATED(CNOVA_SIM_KINDS_GB20B) },
	},
};

/**
 * cnova_sim_chip_at() - Go through the table.
 * @index: From 0.
 *
 * Context: Any.
 * Return: A chip, or NULL after the last one.
 */
const struct cnova_sim_chip *cnova_sim_chip_at(unsigned int index)
{
	return index < ARRAY_SIZE(cnova_sim_chips) ? &cnova_sim_chips[index] : NULL;
}

/**
 * cnova_sim_chip_find() - Find a chip by name.
 * @name: "tu102".
 *
 * Context: Any.
 * Return: The chip, or NULL.
 */
const struct cnova_sim_chip *cnova_sim_chip_find(const char *name)
{
	const struct cnova_sim_chip *chip;
	unsigned int i;

	for (i = 0; (chip = cnova_sim_chip_at(i)); i++) {
		if (!strcmp(chip->name, name))
			return chip;
	}
	return NULL;
}
