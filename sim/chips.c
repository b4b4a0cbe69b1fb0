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

/* HARDWARE.md 10: Turing to GB10x accept all of 0..15 but 7. */
#define CNOVA_SIM_KINDS_TURING	0xff7f

/*
 * HARDWARE.md 1: the id is in 29:20; below it revision A1. BOOT_0 keeps revisions in
 * 7:0, BOOT_42 in 19:12.
 */
#define CNOVA_SIM_BOOT_0(id)	((id) | 0xa1)
#define CNOVA_SIM_BOOT_42(id)	((id) | 0xa1 << 12)

static const struct cnova_sim_chip cnova_sim_chips[] = {
	{
		.name = "tu102",
		.boot_0 = CNOVA_SIM_BOOT_0(0x16200000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x16200000),
		.size_reg = CNOVA_SIM_SIZE_RANGE,
		.traits = {
			.format = &cnova_sim_format_v2,
			.kinds = CNOVA_SIM_KINDS_TURING,
			.sys_bits = 47,
		},
	},
	{
		.name = "ga102",
		.boot_0 = CNOVA_SIM_BOOT_0(0x17200000),
		.boot_42 = CNOVA_SIM_BOOT_42(0x17200000),
		.size_reg = CNOVA_SIM_SIZE_MIB,
		.flush_page_high = true,
		.inval_scope = true,
		.traits = {
			.format = &cnova_sim_format_v2,
			.kinds = CNOVA_SIM_KINDS_TURING,
			.sys_bits = 47,
			.leaf_512m = true,
		},
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
