/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRAM under the hands of the CPU.
 */
#ifndef _CNOVA_DRM_VRAM_ACCESS_H_
#define _CNOVA_DRM_VRAM_ACCESS_H_

#include <linux/types.h>

#include "mm/bar1.h"

struct cnova_device;
struct cnova_runs;

/** struct cnova_vram_access - A user of the VRAM of one object; on the stack. */
struct cnova_vram_access {
	/** @cnova: Device. */
	struct cnova_device *cnova;
	/** @runs: Where the object is. */
	const struct cnova_runs *runs;
	/** @start: First byte of the object that @map, or for lack of it nothing, shows. */
	u64 start;
	/** @end: Byte after the last. */
	u64 end;
	/** @stored: Something was stored through @map. */
	bool stored;
	/** @map: What BAR1 shows. */
	struct cnova_bar1_map map;
};

void cnova_vram_begin(struct cnova_vram_access *access, struct cnova_device *cnova,
		      const struct cnova_runs *runs);
int cnova_vram_end(struct cnova_vram_access *access);

int cnova_vram_clear(struct cnova_device *cnova, const struct cnova_runs *runs);
int cnova_vram_read(struct cnova_vram_access *access, u64 offset, void *dst, u64 size);
int cnova_vram_write(struct cnova_vram_access *access, u64 offset, const void *src, u64 size);

#endif /* _CNOVA_DRM_VRAM_ACCESS_H_ */
