/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of GSP have in common: a GPU's VRAM, and what the driver has to make of
 * the model's static info.
 */
#ifndef _TEST_GSP_H_
#define _TEST_GSP_H_

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/delay.h>
#include <linux/dev_printk.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/fb.h"
#include "hw/gsp_queue.h"
#include "hw/gsp_static.h"
#include "host_vm.h"
#include "sim/gsp.h"

#define VRAM		(256ULL * SZ_1M)
#define WPR		(VRAM - SZ_1M)
#define BOOT_42_TU102	0x16200000
#define BOOT_42_GA102	0x17200000

static const u32 releases[] = { 535, 570, 595 };

static bool failed;

#define CHECK(cond) do {								\
	if (!(cond)) {									\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);			\
		failed = true;								\
	}										\
} while (0)

#define CHECK_EQ(is, want) do {								\
	long long _is = (is), _want = (want);						\
											\
	if (_is != _want) {								\
		printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #is, _is,	\
		       _want);								\
		failed = true;								\
	}										\
} while (0)

static inline const struct cnova_chip *a_chip(u32 release)
{
	return cnova_chip_find(release == 535 ? BOOT_42_TU102 : BOOT_42_GA102);
}

static inline struct cnova_fb registers(void)
{
	return (struct cnova_fb){
		.size = VRAM, .end = VRAM, .nr_regions = 1, .region = { { 0, WPR } },
		.wpr_start = WPR, .wpr_end = VRAM,
	};
}

static inline void check_good_fb(const struct cnova_fb *fb, u32 release,
				 const struct cnova_sim_gsp_layout *layout)
{
	CHECK_EQ(fb->nr_regions, 2);
	CHECK_EQ(fb->region[0].start, 0);
	CHECK_EQ(fb->region[0].end, layout->region[2].limit + 1);
	CHECK_EQ(fb->region[1].start, layout->region[0].base);
	CHECK_EQ(fb->region[1].end, layout->firmware);
	CHECK_EQ(fb->size, VRAM);
	CHECK_EQ(fb->end, VRAM);
	CHECK_EQ(fb->length, VRAM);
	CHECK_EQ(fb->bar1_pde_base, layout->bar1_root);
	CHECK_EQ(fb->bar2_pde_base, layout->bar2_root);
	CHECK_EQ(fb->wpr_start, WPR);
	CHECK_EQ(fb->gsp_release, release);
}

/* Whatever is accepted has to be a layout that an allocator can live with. */
static inline bool is_sane(const struct cnova_fb *fb)
{
	if (!fb->nr_regions || fb->nr_regions > CNOVA_FB_MAX_REGIONS || fb->end > fb->size)
		return false;
	for (u32 i = 0; i < fb->nr_regions; i++) {
		u64 start = fb->region[i].start, end = fb->region[i].end;

		if (start % SZ_4K || end % SZ_4K || start >= end || end > fb->end ||
		    (i && start < fb->region[i - 1].end) ||
		    (start < fb->wpr_end && end > fb->wpr_start))
			return false;
		if (fb->bar1_pde_base &&
		    (fb->bar1_pde_base % SZ_4K || fb->bar1_pde_base > fb->end - SZ_4K ||
		     (fb->bar1_pde_base < end && fb->bar1_pde_base + SZ_4K > start)))
			return false;
	}
	return true;
}

#endif /* _TEST_GSP_H_ */
