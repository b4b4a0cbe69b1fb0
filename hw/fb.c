// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Layout of VRAM
 *
 * Size from the registers that devinit leaves behind; usable is what the firmware's
 * protected region (WPR2) does not hold. Where GSP firmware answers, its list of
 * regions replaces the second half of this: what the registers say is then the limit
 * of what is believed.
 *
 * Locking: none, called once at probe.
 */

#include <linux/bitfield.h>
#include <linux/dev_printk.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/fb.h"
#include "hw/gsp_static.h"
#include "hw/regs.h"

/* HARDWARE.md 8.1 */
static u64 cnova_fb_size(struct cnova_io *io, const struct cnova_chip *chip)
{
	u64 size;
	u32 value;

	if (chip->fb == CNOVA_CHIP_FB_MIB)
		return (u64)cnova_rd32(io, NV_USABLE_FB_SIZE_IN_MB) << 20;

	value = cnova_rd32(io, NV_PFB_PRI_MMU_LOCAL_MEMORY_RANGE);
	size = (u64)FIELD_GET(NV_PFB_LOCAL_MEMORY_RANGE_LOWER_MAG, value) <<
	       (FIELD_GET(NV_PFB_LOCAL_MEMORY_RANGE_LOWER_SCALE, value) + 20);

	return value & NV_PFB_LOCAL_MEMORY_RANGE_ECC_MODE ? size / 16 * 15 : size;
}

/* What the window shows and a leaf can point at; more is a register read wrongly. */
static u64 cnova_fb_max(const struct cnova_chip *chip)
{
	return BIT_ULL(min(chip->window->reach_bits, chip->vram_bits));
}

static void cnova_fb_add(struct cnova_fb *fb, u64 start, u64 end)
{
	start = round_up(start, SZ_4K);
	end = round_down(end, SZ_4K);
	if (start < end)
		fb->region[fb->nr_regions++] = (struct cnova_fb_region){ start, end };
}

/**
 * cnova_fb_read() - Find out how much VRAM there is, and what of it may be used.
 * @io: The GPU.
 * @chip: Its chip.
 * @dev: For messages.
 * @fb: Filled.
 *
 * Context: Probe.
 * Return: 0; -ENODEV: the device is gone; -EINVAL: the registers make no sense.
 */
int cnova_fb_read(struct cnova_io *io, const struct cnova_chip *chip, struct device *dev,
		  struct cnova_fb *fb)
{
	u32 lo = cnova_rd32(io, NV_PFB_PRI_MMU_WPR2_ADDR_LO);
	u32 hi = cnova_rd32(io, NV_PFB_PRI_MMU_WPR2_ADDR_HI);

	*fb = (struct cnova_fb){
		.size = cnova_fb_size(io, chip),
		.wpr_start = (u64)FIELD_GET(NV_PFB_WPR2_ADDR_VAL, lo) << 12,
		.wpr_end = (u64)FIELD_GET(NV_PFB_WPR2_ADDR_VAL, hi) << 12,
	};
	if (cnova_io_lost(io, hi))
		return -ENODEV;

	fb->end = fb->size;
	if (fb->size < SZ_1M || fb->size > cnova_fb_max(chip) ||
	    (fb->wpr_end && (fb->wpr_start >= fb->wpr_end || fb->wpr_start >= fb->size))) {
		dev_err(dev, "no sense in VRAM of %llu bytes with %#llx..%#llx protected\n",
			fb->size, fb->wpr_start, fb->wpr_end);
		return -EINVAL;
	}

	/*
	 * What the firmware keeps for itself besides WPR2 lies above it: a heap, the
	 * page tables of the BARs. So use what is below, if anything is.
	 */
	cnova_fb_add(fb, 0, fb->wpr_end ? fb->wpr_start : fb->size);
	if (!fb->nr_regions) {
		dev_err(dev, "all of VRAM is protected\n");
		return -EINVAL;
	}

	return 0;
}

/**
 * cnova_fb_from_gsp() - Put what GSP firmware says in the place of the registers.
 * @chip: Chip.
 * @dev: For messages.
 * @release: Major number of the firmware.
 * @info: Its static info; a copy that nobody else writes to.
 * @size: Bytes of @info.
 * @fb: What cnova_fb_read() filled; replaced, if all is well.
 *
 * Context: Probe.
 * Return: 0; -EOPNOTSUPP: a release that is not known; -EINVAL: it makes no sense.
 */
int cnova_fb_from_gsp(const struct cnova_chip *chip, struct device *dev, u32 release,
		      const void *info, u32 size, struct cnova_fb *fb)
{
	const struct cnova_gsp_static_layout *layout = cnova_gsp_static_layout(release);
	const struct cnova_gsp_static_limits limits = {
		.size = fb->size,
		.reach = BIT_ULL(chip->window->reach_bits),
		.entry = BIT_ULL(chip->vram_bits),
		.wpr_start = fb->wpr_start,
		.wpr_end = fb->wpr_end,
	};
	struct cnova_gsp_refusal why;
	struct cnova_fb told;
	int err;

	if (!layout) {
		dev_err(dev, "GSP static info: release %u is not known\n", release);
		return -EOPNOTSUPP;
	}

	err = cnova_gsp_static_parse(layout, info, size, &limits, &told, &why);
	if (err) {
		if (why.region < 0)
			dev_err(dev, "GSP static info of r%u: %s (%#llx)\n", release, why.what,
				why.value);
		else
			dev_err(dev, "GSP static info of r%u: region %d: %s (%#llx)\n", release,
				why.region, why.what, why.value);
		return err;
	}

	told.wpr_start = fb->wpr_start;
	told.wpr_end = fb->wpr_end;
	*fb = told;
	return 0;
}
