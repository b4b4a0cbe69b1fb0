/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How much VRAM there is, and which parts of it may be used.
 */
#ifndef _CNOVA_HW_FB_H_
#define _CNOVA_HW_FB_H_

#include <linux/types.h>

struct cnova_chip;
struct cnova_io;
struct device;

/** CNOVA_FB_MAX_REGIONS - As many as the firmware's list can have (HARDWARE.md 8.2). */
#define CNOVA_FB_MAX_REGIONS	16

/** struct cnova_fb_region - A part of VRAM. */
struct cnova_fb_region {
	/** @start: First byte. */
	u64 start;
	/** @end: Byte after the last. */
	u64 end;
};

/** struct cnova_fb - Layout of VRAM. */
struct cnova_fb {
	/** @size: Bytes of VRAM as the size register tells. */
	u64 size;
	/**
	 * @end: Byte after the last that exists, the firmware's included: what the
	 * window has to reach, and no address is beyond. At most @size.
	 */
	u64 end;
	/** @wpr_start: Start of WPR2, which only firmware may touch. */
	u64 wpr_start;
	/** @wpr_end: Its end; 0: there is none. */
	u64 wpr_end;
	/**
	 * @bar1_pde_base: Root table of BAR1, in firmware's part of VRAM; 0: BAR1
	 * belongs to nobody (HARDWARE.md 7.3).
	 */
	u64 bar1_pde_base;
	/** @bar2_pde_base: The same of BAR2. */
	u64 bar2_pde_base;
	/** @length: What the firmware calls the length of VRAM; shown, not used. */
	u64 length;
	/** @gsp_release: Release of the firmware that told this; 0: from registers. */
	u32 gsp_release;
	/** @nr_regions: Number of @region. */
	u32 nr_regions;
	/** @region: What may be used: ascending, disjoint, 4 KiB aligned. */
	struct cnova_fb_region region[CNOVA_FB_MAX_REGIONS];
};

int cnova_fb_read(struct cnova_io *io, const struct cnova_chip *chip, struct device *dev,
		  struct cnova_fb *fb);
int cnova_fb_from_gsp(const struct cnova_chip *chip, struct device *dev, u32 release,
		      const void *info, u32 size, struct cnova_fb *fb);

#endif /* _CNOVA_HW_FB_H_ */
