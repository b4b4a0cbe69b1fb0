// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: GSP firmware
 *
 * Where firmware runs that was loaded by somebody else, probe asks it how VRAM is laid
 * out. cnova loads none: on PCI there is nobody to ask, and the layout comes from
 * registers. A software GPU says in its platform data which release it has.
 *
 * The firmware may write to the queues as long as it runs, whether or not anybody
 * reads them. So their memory stays until it has said that it lets go of it, or the
 * GPU was reset.
 *
 * Locking: probe and remove of one device.
 */

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_print.h>

#include "drm/device.h"
#include "drm/firmware.h"
#include "hw/gsp_static.h"

#define CNOVA_FIRMWARE_PAGES	DIV_ROUND_UP(CNOVA_GSP_MEMORY_SIZE, PAGE_SIZE)

static struct page *cnova_firmware_page(const struct cnova_device *cnova, u32 i)
{
	void *page = cnova->gsp_memory + i * PAGE_SIZE;

	/* Whichever of the two the DMA layer made. */
	return is_vmalloc_addr(page) ? vmalloc_to_page(page) : virt_to_page(page);
}

static void cnova_firmware_revoke(struct cnova_device *cnova, u32 nr)
{
	while (nr--)
		cnova_io_dma_revoke(&cnova->io, cnova->gsp_bus + nr * PAGE_SIZE, 1);
}

static int cnova_firmware_alloc(struct cnova_device *cnova)
{
	int err;
	u32 i;

	cnova->gsp_memory = dma_alloc_coherent(cnova->drm.dev, CNOVA_GSP_MEMORY_SIZE,
					       &cnova->gsp_bus, GFP_KERNEL | __GFP_NOWARN);
	if (!cnova->gsp_memory)
		return -ENOMEM;

	for (i = 0; i < CNOVA_FIRMWARE_PAGES; i++) {
		err = cnova_io_dma_grant(&cnova->io, cnova->gsp_bus + i * PAGE_SIZE,
					 cnova_firmware_page(cnova, i), 1);
		if (err)
			goto err_revoke;
	}

	err = cnova_gsp_init(&cnova->gsp, &cnova->io, cnova->mm.chip, cnova->drm.dev,
			     cnova->io.gsp_release, cnova->gsp_memory, cnova->gsp_bus);
	if (err)
		goto err_revoke;

	return 0;

err_revoke:
	cnova_firmware_revoke(cnova, i);
	cnova_firmware_free(cnova);
	return err;
}

static int cnova_firmware_ask(struct cnova_device *cnova,
			      const struct cnova_gsp_static_layout *layout)
{
	struct cnova_mm *mm = &cnova->mm;
	void *info;
	int err;

	info = kzalloc(layout->size, GFP_KERNEL);
	if (!info)
		return -ENOMEM;

	err = cnova_gsp_boot(&cnova->gsp);
	if (!err)
		err = cnova_gsp_get_static_info(&cnova->gsp, info, layout->size);
	if (!err)
		err = cnova_fb_from_gsp(mm->chip, mm->dev, layout->release, info, layout->size,
					&mm->fb);
	kfree(info);
	return err;
}

/**
 * cnova_firmware_start() - Make contact with GSP firmware, if there is any.
 * @cnova: Device with a known chip; its layout of VRAM is replaced.
 *
 * Firmware that talks nonsense is no reason to fall back to registers: what it
 * keeps in VRAM would then be written over.
 *
 * Context: Probe, nothing of VRAM in use.
 * Return: 0, also without firmware; -EOPNOTSUPP: a release that is not known; -ENOMEM;
 * or what went wrong with it.
 */
int cnova_firmware_start(struct cnova_device *cnova)
{
	const struct cnova_gsp_static_layout *layout;
	u32 release = cnova->io.gsp_release;
	int err;

	if (!release || !cnova_gsp_is_active(&cnova->io, cnova->mm.chip))
		return 0;

	layout = cnova_gsp_static_layout(release);
	if (!layout) {
		drm_err(&cnova->drm, "GSP firmware of release %u is not known\n", release);
		return -EOPNOTSUPP;
	}

	err = cnova_firmware_alloc(cnova);
	if (err)
		return err;

	err = cnova_firmware_ask(cnova, layout);
	if (err && !cnova_firmware_stop(cnova)) {
		cnova_io_reset(&cnova->io);
		cnova_firmware_free(cnova);
	}

	return err;
}

/**
 * cnova_firmware_stop() - Have the firmware let go of its queues.
 * @cnova: Device.
 *
 * Context: Process context, the hardware still there.
 * Return: true: it has, and their memory is free, or there was none; false: the GPU has
 * to be reset, then cnova_firmware_free() called.
 */
bool cnova_firmware_stop(struct cnova_device *cnova)
{
	if (!cnova->gsp_memory)
		return true;
	if (cnova_gsp_unload(&cnova->gsp))
		return false;

	cnova_firmware_revoke(cnova, CNOVA_FIRMWARE_PAGES);
	cnova_firmware_free(cnova);
	return true;
}

/**
 * cnova_firmware_free() - Free the memory of the queues.
 * @cnova: Device whose GPU does not reach it any more.
 *
 * Context: Process context.
 */
void cnova_firmware_free(struct cnova_device *cnova)
{
	if (!cnova->gsp_memory)
		return;

	cnova_gsp_fini(&cnova->gsp);
	dma_free_coherent(cnova->drm.dev, CNOVA_GSP_MEMORY_SIZE, cnova->gsp_memory,
			  cnova->gsp_bus);
	cnova->gsp_memory = NULL;
}
