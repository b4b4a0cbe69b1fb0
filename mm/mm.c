// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Memory management of one GPU
 *
 * Brings up, in this order, what the address spaces of a GPU share: which chip it
 * is, how much VRAM it has, the PRAMIN window, the TLB registers, the allocator.
 *
 * Locking: none of its own.
 */

#include <linux/device.h>
#include <linux/err.h>

#include "mm/mm.h"
#include "mm/vmm_pages.h"

/**
 * cnova_mm_identify() - Find out what GPU this is, and how its VRAM is laid out.
 * @mm: Its first fields are set.
 * @dev: For messages.
 * @io: The GPU.
 *
 * Only registers are looked at. Who knows better may change &cnova_mm.fb before
 * cnova_mm_init().
 *
 * Context: Probe.
 * Return: 0; -ENODEV: no device answers, or an unknown chip; -EINVAL: its registers
 * make no sense.
 */
int cnova_mm_identify(struct cnova_mm *mm, struct device *dev, struct cnova_io *io)
{
	mm->dev = dev;
	mm->io = io;
	mm->chip = cnova_chip_identify(io, dev);
	if (IS_ERR(mm->chip))
		return PTR_ERR(mm->chip);

	return cnova_fb_read(io, mm->chip, dev, &mm->fb);
}

/**
 * cnova_mm_init() - Bring up the memory management of a GPU.
 * @mm: After cnova_mm_identify().
 *
 * Context: Probe.
 * Return: 0; -EINVAL: VRAM is larger than the window reaches; -ENOMEM.
 */
int cnova_mm_init(struct cnova_mm *mm)
{
	int err;

	err = cnova_vmm_caches_get();
	if (err)
		return err;

	err = cnova_vram_init(&mm->vram, mm->io, &mm->fb);
	if (err)
		goto err_put_caches;

	err = cnova_pramin_init(&mm->pramin, mm->dev, mm->io, mm->chip->window, mm->fb.end);
	if (err)
		goto err_fini_vram;

	cnova_tlb_init(&mm->tlb, mm->dev, mm->io, mm->chip);
	return 0;

err_fini_vram:
	cnova_vram_fini(&mm->vram);
err_put_caches:
	cnova_vmm_caches_put();
	return err;
}

/**
 * cnova_mm_stop() - Leave the GPU as it was found, before somebody else gets it.
 * @mm: Memory management without address spaces.
 *
 * Context: Process context, the device still there.
 */
void cnova_mm_stop(struct cnova_mm *mm)
{
	cnova_pramin_restore(&mm->pramin);
}

/**
 * cnova_mm_fini() - The end of cnova_mm_init().
 * @mm: Memory management without address spaces, all VRAM given back.
 *
 * Context: Process context. The device may be gone.
 */
void cnova_mm_fini(struct cnova_mm *mm)
{
	cnova_tlb_fini(&mm->tlb);
	cnova_pramin_fini(&mm->pramin);
	cnova_vram_fini(&mm->vram);
	cnova_vmm_caches_put();
}
