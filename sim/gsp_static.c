// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: GSP static info
 *
 * How firmware divides VRAM, and the structure in which it says so, for each release
 * (HARDWARE.md 8.2, 8.3): two usable regions with a hole between them, and above them
 * what firmware keeps: a heap with the tables of the BARs, and its protected region.
 *
 * Pure; builds in user space. Locking: none.
 */
#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "gsp.h"

/* Between the usable regions; neither end is aligned to a large page. */
#define HOLE_SIZE	(SZ_1M - SZ_64K)
/* What firmware keeps below WPR2: nouveau's heap. */
#define HEAP_SIZE	SZ_1M

/** struct cnova_sim_gsp_offsets - Where a release has what. */
struct cnova_sim_gsp_offsets {
	u32 release;
	u32 size;
	u32 count;
	u32 first;
	u32 stride;
	u32 fb_length;
	u32 bar1;
	u32 bar2;
};

static const struct cnova_sim_gsp_offsets cnova_sim_gsp_offsets[] = {
	{ 535, 0x878, 0x348, 0x350, 48, 0x6d8, 0x828, 0x830 },
	{ 570, 0x678, 0x158, 0x160, 48, 0x4c8, 0x600, 0x608 },
	{ 595, 0x638, 0x140, 0x148, 56, 0x540, 0x5e0, 0x5e8 },
};

static const struct cnova_sim_gsp_offsets *cnova_sim_gsp_find(u32 release)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnova_sim_gsp_offsets); i++) {
		if (cnova_sim_gsp_offsets[i].release == release)
			return &cnova_sim_gsp_offsets[i];
	}
	return NULL;
}

/**
 * cnova_sim_gsp_info_size() - Size of the structure.
 * @release: Of the firmware.
 *
 * Context: Any.
 * Return: Bytes; 0: there is no such release.
 */
u32 cnova_sim_gsp_info_size(u32 release)
{
	const struct cnova_sim_gsp_offsets *at = cnova_sim_gsp_find(release);

	return at ? at->size : 0;
}

/**
 * cnova_sim_gsp_lay_out() - Divide VRAM.
 * @layout: Filled.
 * @vram_size: Bytes, 8 MiB at least.
 * @wpr_start: Where the protected region begins; at least 4 MiB below it.
 *
 * Context: Any.
 */
void cnova_sim_gsp_lay_out(struct cnova_sim_gsp_layout *layout, u64 vram_size, u64 wpr_start)
{
	u64 heap = ALIGN_DOWN(wpr_start - HEAP_SIZE, SZ_64K);
	u64 hole = ALIGN_DOWN(heap / 4 * 3, SZ_64K);

	*layout = (struct cnova_sim_gsp_layout){
		.vram_size = vram_size,
		.firmware = heap,
		.bar1_block = heap,
		.bar1_root = heap + 2 * SZ_4K,
		.bar2_root = heap + 5 * SZ_4K,
		/* Not in the order of addresses: nothing says that there is one. */
		.region = {
			{ hole + HOLE_SIZE, heap - 1, 0, true, true, false },
			{ wpr_start, vram_size - 1, 0, true, true, true },
			{ 0, hole - 1, 0, true, true, false },
			{ heap, wpr_start - 1, 0, false, false, false },
			{ hole, hole + HOLE_SIZE - 1, HOLE_SIZE, true, true, false },
		},
	};
}

static bool cnova_sim_gsp_region_usable(const struct cnova_sim_gsp_region *region)
{
	return !region->reserved && !region->is_protected && region->compressed && region->iso;
}

/**
 * cnova_sim_gsp_is_usable() - May the driver use this memory?
 * @layout: Of VRAM.
 * @pa: First byte.
 * @size: Bytes, in VRAM.
 *
 * Context: Any.
 * Return: Whether it is in one usable region.
 */
bool cnova_sim_gsp_is_usable(const struct cnova_sim_gsp_layout *layout, u64 pa, u64 size)
{
	unsigned int i;

	for (i = 0; i < CNOVA_SIM_GSP_REGIONS; i++) {
		const struct cnova_sim_gsp_region *region = &layout->region[i];

		if (cnova_sim_gsp_region_usable(region) && pa >= region->base &&
		    pa + size - 1 <= region->limit)
			return true;
	}
	return false;
}

/* Lies about regions. */
static void cnova_sim_gsp_spoil(struct cnova_sim_gsp_layout *layout,
				enum cnova_sim_gsp_fault fault)
{
	struct cnova_sim_gsp_region *high = &layout->region[0], *wpr = &layout->region[1];
	struct cnova_sim_gsp_region *low = &layout->region[2];
	unsigned int i;

	switch (fault) {
	case CNOVA_SIM_GSP_UNALIGNED:
		high->base += 0x123;
		low->limit -= 0x77;
		break;
	case CNOVA_SIM_GSP_INVERTED:
		low->base = low->limit + SZ_4K;
		break;
	case CNOVA_SIM_GSP_OVERLAP:
		low->limit += SZ_4K;
		break;
	case CNOVA_SIM_GSP_NO_END:
		wpr->limit = ~0ULL;
		break;
	case CNOVA_SIM_GSP_BEYOND:
		wpr->limit++;
		break;
	case CNOVA_SIM_GSP_NONE_USABLE:
		for (i = 0; i < CNOVA_SIM_GSP_REGIONS; i++)
			layout->region[i].iso = false;
		break;
	case CNOVA_SIM_GSP_USABLE_WPR:
		wpr->is_protected = false;
		break;
	default:
		break;
	}
}

static u64 cnova_sim_gsp_bar1(const struct cnova_sim_gsp_layout *layout,
			      enum cnova_sim_gsp_fault fault)
{
	switch (fault) {
	case CNOVA_SIM_GSP_BAR1_UNALIGNED:
		return layout->bar1_root + 0x20;
	case CNOVA_SIM_GSP_BAR1_BEYOND:
		return layout->vram_size;
	case CNOVA_SIM_GSP_BAR1_USABLE:
		return layout->region[0].base + SZ_4K;
	default:
		return layout->bar1_root;
	}
}

/**
 * cnova_sim_gsp_build_info() - Fill the structure.
 * @layout: Of VRAM.
 * @release: Of the firmware; one that there is.
 * @fault: What to lie about.
 * @info: CNOVA_SIM_GSP_INFO_MAX bytes.
 *
 * Fields that the model knows nothing of hold a pattern: nobody may take them for 0.
 *
 * Context: Any.
 * Return: Bytes.
 */
u32 cnova_sim_gsp_build_info(const struct cnova_sim_gsp_layout *layout, u32 release,
			     enum cnova_sim_gsp_fault fault, u8 *info)
{
	const struct cnova_sim_gsp_offsets *at = cnova_sim_gsp_find(release);
	struct cnova_sim_gsp_layout told = *layout;
	u32 count = CNOVA_SIM_GSP_REGIONS;
	unsigned int i;

	cnova_sim_gsp_spoil(&told, fault);
	if (fault == CNOVA_SIM_GSP_COUNT_0)
		count = 0;
	if (fault == CNOVA_SIM_GSP_COUNT_17)
		count = 17;

	memset(info, 0xa5, at->size);
	put_unaligned_le32(count, info + at->count);
	for (i = 0; i < CNOVA_SIM_GSP_REGIONS; i++) {
		const struct cnova_sim_gsp_region *region = &told.region[i];
		u8 *to = info + at->first + i * at->stride;

		put_unaligned_le64(region->base, to);
		put_unaligned_le64(region->limit, to + 0x08);
		put_unaligned_le64(region->reserved, to + 0x10);
		put_unaligned_le32(10 * i, to + 0x18);
		to[0x1c] = region->compressed;
		to[0x1d] = region->iso;
		to[0x1e] = region->is_protected;
	}
	put_unaligned_le64(layout->vram_size, info + at->fb_length);
	put_unaligned_le64(cnova_sim_gsp_bar1(layout, fault), info + at->bar1);
	put_unaligned_le64(fault == CNOVA_SIM_GSP_BAR2_USABLE ? layout->region[2].base + SZ_64K :
								 layout->bar2_root,
			   info + at->bar2);
	return at->size;
}
