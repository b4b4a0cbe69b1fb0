/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRAM under the hands of the CPU.
 */
#ifndef _CNOVA_DRM_VRAM_ACCESS_H_
#define _CNOVA_DRM_VRAM_ACCESS_H_

#include <linux/types.h>

struct cnova_device;
struct cnova_runs;

int cnova_vram_clear(struct cnova_device *cnova, const struct cnova_runs *runs);
int cnova_vram_read(struct cnova_device *cnova, const struct cnova_runs *runs, u64 offset,
		    void *dst, u64 size);
int cnova_vram_write(struct cnova_device *cnova, const struct cnova_runs *runs, u64 offset,
		     const void *src, u64 size);

#endif /* _CNOVA_DRM_VRAM_ACCESS_H_ */
