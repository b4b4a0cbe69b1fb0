// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Runs
 *
 * An object is seldom in one piece. Its runs are an array, sorted by offset, of
 * the pieces that are contiguous for the GPU, so that the page of an offset is a
 * binary search away and never a walk from the start of a list: binding the end
 * of a large object costs what binding its start costs.
 *
 * An index is made by whoever allocates the memory (drm/vram_mgr.c, drm/tt.c) and
 * not changed afterwards. It knows neither TTM nor the objects.
 *
 * Locking: none; see &struct cnova_runs.
 */

#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "drm/runs.h"

/**
 * cnova_runs_alloc() - Make an empty index.
 * @max_runs: Most runs it will get.
 * @aperture: Where all of the memory is.
 *
 * Context: Process context, may sleep.
 * Return: The index, for cnova_runs_append(); NULL without memory.
 */
struct cnova_runs *cnova_runs_alloc(u32 max_runs, enum cnova_aperture aperture)
{
	struct cnova_runs *runs;

	runs = kvzalloc(struct_size(runs, run, max_runs), GFP_KERNEL | __GFP_NOWARN);
	if (!runs)
		return NULL;

	runs->aperture = aperture;
	runs->max = max_runs;
	return runs;
}

/**
 * cnova_runs_append() - Add memory at the end.
 * @runs: Index.
 * @pa: VRAM or bus address of the memory.
 * @size: Its bytes, not 0.
 *
 * Memory that continues the last run makes that longer.
 *
 * Context: Any.
 */
void cnova_runs_append(struct cnova_runs *runs, u64 pa, u64 size)
{
	struct cnova_run *last;

	if (runs->nr) {
		last = &runs->run[runs->nr - 1];
		if (last->pa + (runs->size - last->offset) == pa) {
			runs->size += size;
			return;
		}
	}

	if (WARN_ON_ONCE(runs->nr == runs->max))
		return;

	runs->nr++;
	runs->run[runs->nr - 1] = (struct cnova_run){
		.offset = runs->size,
		.pa = pa,
	};
	runs->size += size;
}

/**
 * cnova_runs_trim() - Give back the room that merging has left.
 * @runs: Index, complete; not to be used afterwards.
 *
 * Context: Process context, may sleep.
 * Return: The index, which may have moved. Never NULL.
 */
struct cnova_runs *cnova_runs_trim(struct cnova_runs *runs)
{
	struct cnova_runs *trimmed;
	size_t size = struct_size(runs, run, runs->nr);

	if (runs->nr >= runs->max / 2)
		return runs;

	trimmed = kvmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (!trimmed)
		return runs;

	memcpy(trimmed, runs, size);
	trimmed->max = runs->nr;
	kvfree(runs);
	return trimmed;
}

/**
 * cnova_runs_free() - Free an index.
 * @runs: Index, or NULL.
 *
 * Context: Process context, may sleep.
 */
void cnova_runs_free(struct cnova_runs *runs)
{
	kvfree(runs);
}

/**
 * cnova_runs_find() - Find the run that holds a byte.
 * @runs: Index.
 * @offset: Byte of the object, below &cnova_runs.size.
 *
 * Context: Any, the fence signalling path too.
 * Return: Index into &cnova_runs.run.
 */
u32 cnova_runs_find(const struct cnova_runs *runs, u64 offset)
{
	u32 low = 0, high = runs->nr;

	WARN_ON_ONCE(offset >= runs->size);

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (runs->run[mid].offset <= offset)
			low = mid;
		else
			high = mid;
	}

	return low;
}
