// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: GSP static info
 *
 * The firmware's list of regions says more than the registers do: which parts of VRAM
 * may be used, all of them, and where VRAM ends. Where the fields are depends on the
 * release of the firmware, and is data here.
 *
 * Nothing in it is believed. A number that cannot be right is a reason to refuse the
 * GPU and not to guess: whoever lays a page table over the firmware's memory finds
 * out much later.
 *
 * Pure functions on a private copy; builds in user space too. Locking: none.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "hw/gsp_static.h"

/* HARDWARE.md 8.2: a region. */
#define GSP_REGION_BASE			0x00
#define GSP_REGION_LIMIT		0x08
#define GSP_REGION_RESERVED		0x10
#define GSP_REGION_COMPRESSED		0x1c
#define GSP_REGION_ISO			0x1d
#define GSP_REGION_PROTECTED		0x1e

/* HARDWARE.md 8.3 */
static const struct cnova_gsp_static_layout cnova_gsp_static_layouts[] = {
	{
		.release = 535, .size = 0x878,
		.nr_regions = 0x348, .region = 0x350, .stride = 48,
		.fb_length = 0x6d8, .bar1_pde_base = 0x828, .bar2_pde_base = 0x830,
	},
	{
		.release = 570, .size = 0x678,
		.nr_regions = 0x158, .region = 0x160, .stride = 48,
		.fb_length = 0x4c8, .bar1_pde_base = 0x600, .bar2_pde_base = 0x608,
	},
	{
		.release = 595, .size = 0x638,
		.nr_regions = 0x140, .region = 0x148, .stride = 56,
		.fb_length = 0x540, .bar1_pde_base = 0x5e0, .bar2_pde_base = 0x5e8,
	},
};

/* A region as the firmware lists it, its end made exclusive. */
struct cnova_gsp_region {
	u64 start;
	u64 end;
	bool usable;
};

/**
 * cnova_gsp_static_layout() - Find the layout of a release.
 * @release: Major number of the firmware, as in 570.
 *
 * Context: Any.
 * Return: The layout; NULL for a release that is not known.
 */
const struct cnova_gsp_static_layout *cnova_gsp_static_layout(u32 release)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnova_gsp_static_layouts); i++)
		if (cnova_gsp_static_layouts[i].release == release)
			return &cnova_gsp_static_layouts[i];

	return NULL;
}

static int cnova_gsp_refuse(struct cnova_gsp_refusal *why, const char *what, int region,
			    u64 value)
{
	*why = (struct cnova_gsp_refusal){ .what = what, .region = region, .value = value };
	return -EINVAL;
}

static bool cnova_gsp_overlaps(u64 a_start, u64 a_end, u64 b_start, u64 b_end)
{
	return a_start < b_end && b_start < a_end;
}

/* 8.2: what is usable. The limit is the last byte, and the sum may overflow. */
static int cnova_gsp_region_read(const u8 *at, int index,
				 const struct cnova_gsp_static_limits *limits,
				 struct cnova_gsp_region *region, struct cnova_gsp_refusal *why)
{
	u64 limit = get_unaligned_le64(at + GSP_REGION_LIMIT);

	region->start = get_unaligned_le64(at + GSP_REGION_BASE);
	if (check_add_overflow(limit, 1, &region->end))
		return cnova_gsp_refuse(why, "a region without an end", index, limit);
	if (region->end < region->start)
		return cnova_gsp_refuse(why, "a region ends before it starts", index, limit);
	if (region->end > limits->size)
		return cnova_gsp_refuse(why, "a region beyond the size register's VRAM", index,
					limit);
	if (region->end > limits->reach)
		return cnova_gsp_refuse(why, "a region that the window does not reach", index,
					limit);
	if (region->end > limits->entry)
		return cnova_gsp_refuse(why, "a region wider than page-table entries", index,
					limit);

	region->usable = !get_unaligned_le64(at + GSP_REGION_RESERVED) &&
			 !at[GSP_REGION_PROTECTED] && at[GSP_REGION_COMPRESSED] &&
			 at[GSP_REGION_ISO];

	if (region->usable && limits->wpr_end &&
	    cnova_gsp_overlaps(region->start, region->end, limits->wpr_start, limits->wpr_end))
		return cnova_gsp_refuse(why, "a usable region in protected memory", index,
					region->start);
	return 0;
}

static int cnova_gsp_regions_check(const struct cnova_gsp_region *regions, u32 nr,
				   struct cnova_gsp_refusal *why)
{
	u32 i, j;

	for (i = 1; i < nr; i++)
		for (j = 0; j < i; j++)
			if (cnova_gsp_overlaps(regions[i].start, regions[i].end,
					       regions[j].start, regions[j].end))
				return cnova_gsp_refuse(why, "two regions overlap", i,
							regions[i].start);
	return 0;
}

/* Whole pages of a usable region, to its place in ascending order. */
static void cnova_gsp_region_add(struct cnova_fb *fb, const struct cnova_gsp_region *region)
{
	u64 start = ALIGN(region->start, SZ_4K);
	u64 end = ALIGN_DOWN(region->end, SZ_4K);
	u32 i;

	if (start >= end)
		return;

	for (i = fb->nr_regions; i && fb->region[i - 1].start > start; i--)
		fb->region[i] = fb->region[i - 1];
	fb->region[i] = (struct cnova_fb_region){ start, end };
	fb->nr_regions++;
}

static int cnova_gsp_regions_read(const struct cnova_gsp_static_layout *layout, const u8 *blob,
				  const struct cnova_gsp_static_limits *limits,
				  struct cnova_fb *fb, struct cnova_gsp_refusal *why)
{
	struct cnova_gsp_region regions[CNOVA_FB_MAX_REGIONS];
	u32 nr = get_unaligned_le32(blob + layout->nr_regions);
	u32 i;
	int err;

	if (!nr)
		return cnova_gsp_refuse(why, "no region", -1, 0);
	if (nr > CNOVA_FB_MAX_REGIONS)
		return cnova_gsp_refuse(why, "more regions than the list holds", -1, nr);

	for (i = 0; i < nr; i++) {
		err = cnova_gsp_region_read(blob + layout->region + i * layout->stride, i,
					    limits, &regions[i], why);
		if (err)
			return err;
	}

	err = cnova_gsp_regions_check(regions, nr, why);
	if (err)
		return err;

	for (i = 0; i < nr; i++) {
		if (regions[i].start < regions[i].end && regions[i].end > fb->end)
			fb->end = regions[i].end;
		if (regions[i].usable)
			cnova_gsp_region_add(fb, &regions[i]);
	}

	return fb->nr_regions ? 0 : cnova_gsp_refuse(why, "no usable region", -1, nr);
}

/* 7.3: a root table is a page of VRAM that nobody else has. */
static int cnova_gsp_root_check(const struct cnova_fb *fb, u64 base, const char * const what[3],
				struct cnova_gsp_refusal *why)
{
	u32 i;

	if (!base)
		return 0;
	if (!IS_ALIGNED(base, SZ_4K))
		return cnova_gsp_refuse(why, what[0], -1, base);
	if (base >= fb->end || fb->end - base < SZ_4K)
		return cnova_gsp_refuse(why, what[1], -1, base);

	for (i = 0; i < fb->nr_regions; i++)
		if (cnova_gsp_overlaps(base, base + SZ_4K, fb->region[i].start,
				       fb->region[i].end))
			return cnova_gsp_refuse(why, what[2], -1, base);
	return 0;
}

/**
 * cnova_gsp_static_parse() - Take in what the firmware says about VRAM.
 * @layout: Where it says it.
 * @blob: The structure; a copy that nobody else writes to.
 * @size: Its bytes. More than the structure has are ignored.
 * @limits: What the registers and formats allow.
 * @fb: Filled; &cnova_fb.size is @limits'.
 * @why: If refused, filled with the reason.
 *
 * The end of VRAM is that of the last region, usable or not (HARDWARE.md 8.2).
 *
 * Context: Any.
 * Return: 0; -EINVAL: it makes no sense.
 */
int cnova_gsp_static_parse(const struct cnova_gsp_static_layout *layout, const void *blob,
			   size_t size, const struct cnova_gsp_static_limits *limits,
			   struct cnova_fb *fb, struct cnova_gsp_refusal *why)
{
	static const char * const bar1[] = {
		"BAR1's root is not aligned", "BAR1's root is outside VRAM",
		"BAR1's root is in a usable region",
	};
	static const char * const bar2[] = {
		"BAR2's root is not aligned", "BAR2's root is outside VRAM",
		"BAR2's root is in a usable region",
	};
	int err;

	*fb = (struct cnova_fb){ .size = limits->size, .gsp_release = layout->release };
	if (size < layout->size)
		return cnova_gsp_refuse(why, "too short", -1, size);

	err = cnova_gsp_regions_read(layout, blob, limits, fb, why);
	if (err)
		return err;

	fb->length = get_unaligned_le64(blob + layout->fb_length);
	fb->bar1_pde_base = get_unaligned_le64(blob + layout->bar1_pde_base);
	fb->bar2_pde_base = get_unaligned_le64(blob + layout->bar2_pde_base);

	err = cnova_gsp_root_check(fb, fb->bar1_pde_base, bar1, why);
	if (err)
		return err;

	return cnova_gsp_root_check(fb, fb->bar2_pde_base, bar2, why);
}
