// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Which chip is this?
 *
 * Reads the boot registers and finds the row of the chip table, or says by its
 * number which chip has none. Locking: none, called once at probe.
 */

#include <linux/bitfield.h>
#include <linux/dev_printk.h>
#include <linux/err.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"

/**
 * cnova_chip_identify() - Find out which chip a GPU is.
 * @io: The GPU.
 * @dev: For messages.
 *
 * Context: Probe.
 * Return: Its row of the chip table, or an ERR_PTR: -ENODEV: no device answers, or
 * the chip is unknown.
 */
const struct cnova_chip *cnova_chip_identify(struct cnova_io *io, struct device *dev)
{
	u32 boot_42 = cnova_rd32(io, NV_PMC_BOOT_42);
	const struct cnova_chip *chip;

	if (cnova_io_lost(io, boot_42)) {
		dev_err(dev, "registers read as all-ones: no device\n");
		return ERR_PTR(-ENODEV);
	}

	chip = cnova_chip_find(boot_42);
	if (!chip) {
		dev_err(dev, "unknown chip %03lx (BOOT_42 %08x)\n",
			FIELD_GET(NV_PMC_BOOT_42_CHIP_ID, boot_42), boot_42);
		return ERR_PTR(-ENODEV);
	}

	return chip;
}
