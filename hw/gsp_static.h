/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What GSP firmware tells about a GPU: regions of VRAM, root tables of the BARs.
 */
#ifndef _CNOVA_HW_GSP_STATIC_H_
#define _CNOVA_HW_GSP_STATIC_H_

#include <linux/types.h>

#include "hw/fb.h"

/** CNOVA_GSP_STATIC_MAX_SIZE - Bytes of the largest GspStaticConfigInfo. */
#define CNOVA_GSP_STATIC_MAX_SIZE	0x878

/**
 * struct cnova_gsp_static_layout - Where things are in GspStaticConfigInfo of one
 * release of the firmware (HARDWARE.md 8.3).
 */
struct cnova_gsp_static_layout {
	/** @release: Major number, as in 570. */
	u16 release;
	/** @size: Bytes of the structure. */
	u16 size;
	/** @nr_regions: Offset of the number of regions, 32 bits. */
	u16 nr_regions;
	/** @region: Offset of the first region. */
	u16 region;
	/** @stride: From region to region. */
	u16 stride;
	/** @fb_length: Offset; 64 bits, like those that follow. */
	u16 fb_length;
	/** @bar1_pde_base: Offset. */
	u16 bar1_pde_base;
	/** @bar2_pde_base: Offset. */
	u16 bar2_pde_base;
};

/** struct cnova_gsp_static_limits - What VRAM cannot exceed, whatever firmware says. */
struct cnova_gsp_static_limits {
	/** @size: Bytes as the size register tells. */
	u64 size;
	/** @reach: First address that the PRAMIN window cannot show. */
	u64 reach;
	/** @entry: First address that does not fit a page-table entry. */
	u64 entry;
	/** @wpr_start: Start of WPR2, as its register tells. */
	u64 wpr_start;
	/** @wpr_end: Its end; 0: there is none. */
	u64 wpr_end;
};

/** struct cnova_gsp_refusal - Why static info is not believed. */
struct cnova_gsp_refusal {
	/** @what: A few words; a literal. */
	const char *what;
	/** @region: Index in the firmware's list, or -1. */
	int region;
	/** @value: The number that is wrong. */
	u64 value;
};

const struct cnova_gsp_static_layout *cnova_gsp_static_layout(u32 release);
int cnova_gsp_static_parse(const struct cnova_gsp_static_layout *layout, const void *blob,
			   size_t size, const struct cnova_gsp_static_limits *limits,
			   struct cnova_fb *fb, struct cnova_gsp_refusal *why);

#endif /* _CNOVA_HW_GSP_STATIC_H_ */
