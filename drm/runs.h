/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the bytes of an object are: an index of its contiguous runs.
 */
#ifndef _CNOVA_DRM_RUNS_H_
#define _CNOVA_DRM_RUNS_H_

#include <linux/types.h>

#include "mm/pt_fmt.h"

/** struct cnova_run - A piece of an object in contiguous memory. */
struct cnova_run {
	/** @offset: First byte of the object. The piece ends where the next begins. */
	u64 offset;
	/** @pa: VRAM address, or bus address. */
	u64 pa;
};

/**
 * struct cnova_runs - The runs of an object in its present place.
 *
 * Made when memory is allocated, not changed until it is freed. Holders of the
 * object's reservation may read it, and bind jobs whose fence is in there.
 */
struct cnova_runs {
	/** @aperture: Where all of it is. */
	enum cnova_aperture aperture;
	/** @nr: Number of runs. */
	u32 nr;
	/** @max: Number of runs there is room for. */
	u32 max;
	/** @size: Bytes in all. */
	u64 size;
	/** @run: By ascending offset; neighbours are never contiguous in memory. */
	struct cnova_run run[] __counted_by(nr);
};

struct cnova_runs *cnova_runs_alloc(u32 max_runs, enum cnova_aperture aperture);
void cnova_runs_append(struct cnova_runs *runs, u64 pa, u64 size);
struct cnova_runs *cnova_runs_trim(struct cnova_runs *runs);
void cnova_runs_free(struct cnova_runs *runs);
u32 cnova_runs_find(const struct cnova_runs *runs, u64 offset);

/**
 * cnova_runs_end() - Where a run ends.
 * @runs: Index.
 * @i: A run of it.
 *
 * Return: Offset of the byte after its last.
 */
static inline u64 cnova_runs_end(const struct cnova_runs *runs, u32 i)
{
	return i + 1 < runs->nr ? runs->run[i + 1].offset : runs->size;
}

#endif /* _CNOVA_DRM_RUNS_H_ */
