// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Views
 *
 * The page-table engine knows neither drm_gpuvm nor objects. It asks for the
 * extents of an address space: pieces of one mapping in contiguous memory.
 *
 * Context: the view of the tree is used in the fence signalling path.
 */

#include <linux/sizes.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/gem.h"
#include "drm/view.h"
#include "drm/vm.h"

/**
 * cnova_mapping_init() - Describe a mapping of the VA tree.
 * @map: To be filled.
 * @va: Mapping.
 *
 * Context: Any. Caller holds &cnova_vmm.lock.
 */
void cnova_mapping_init(struct cnova_mapping *map, struct drm_gpuva *va)
{
	*map = (struct cnova_mapping){
		.start = va->va.addr,
		.end = va->va.addr + va->va.range,
		.offset = va->gem.offset,
		.bo = va->gem.obj ? to_cnova_bo(va->gem.obj) : NULL,
		.flags = to_cnova_va(va)->flags,
		.kind = to_cnova_va(va)->kind,
		.bound = to_cnova_va(va)->bound,
	};
}

/**
 * cnova_mapping_is_equal() - Do two mappings say the same?
 * @a: One.
 * @b: The other. Whether they are bound is not compared.
 *
 * Context: Any.
 * Return: true if page tables that say one say the other.
 */
bool cnova_mapping_is_equal(const struct cnova_mapping *a, const struct cnova_mapping *b)
{
	return a->start == b->start && a->end == b->end && a->offset == b->offset &&
	       a->bo == b->bo && a->flags == b->flags && a->kind == b->kind;
}

static u8 cnova_mapping_max_leaf_lg2(const struct cnova_mapping *map)
{
	return map->flags & DRM_CNOVA_VM_BIND_CAP_64K ? ilog2(SZ_64K) : 63;
}

/* The piece of @map that @va is in, or the first one. */
static void cnova_mapping_extent(const struct cnova_mapping *map, u64 va,
				 struct cnova_extent *extent)
{
	const struct cnova_runs *runs;
	u64 from, to;
	u32 i;

	*extent = (struct cnova_extent){
		.start = map->start,
		.end = map->end,
		.type = CNOVA_EXTENT_SPARSE,
		.max_leaf_lg2 = cnova_mapping_max_leaf_lg2(map),
		.bound = map->bound,
	};
	if (!map->bo)
		return;

	runs = cnova_bo_runs(map->bo);
	i = cnova_runs_find(runs, map->offset + max(va, map->start) - map->start);
	from = max(map->offset, runs->run[i].offset);
	to = min(map->offset + map->end - map->start, cnova_runs_end(runs, i));

	extent->type = CNOVA_EXTENT_MEM;
	extent->start = map->start + from - map->offset;
	extent->end = map->start + to - map->offset;
	extent->pa = runs->run[i].pa + from - runs->run[i].offset;
	extent->attr = (struct cnova_pt_attr){
		.aperture = runs->aperture,
		.kind = map->kind,
		.read_only = map->flags & DRM_CNOVA_VM_BIND_READ_ONLY,
		/* An atomic is a store: HARDWARE.md 3.4, what UVM writes. */
		.atomic_disable = map->flags & DRM_CNOVA_VM_BIND_READ_ONLY,
		/* System memory is kept out of L2: HARDWARE.md 2.4, what nova and NVKM write. */
		.uncached = runs->aperture != CNOVA_APERTURE_VIDEO ||
			    map->flags & DRM_CNOVA_VM_BIND_UNCACHED,
	};
}

static struct drm_gpuva *cnova_tree_view_find(struct cnova_tree_view *view, u64 va)
{
	struct drm_gpuvm *gpuvm = &view->vm->base;
	u64 end = gpuvm->mm_start + gpuvm->mm_range;
	struct drm_gpuva *last = view->last;

	/* Asked in ascending order, the answer is this one or the next. */
	if (last && last->va.addr <= va) {
		if (va < last->va.addr + last->va.range)
			return last;
		last = __drm_gpuva_next(last);
		if (!last || va < last->va.addr + last->va.range)
			return last;
	}

	return va < end ? drm_gpuva_find_first(gpuvm, va, end - va) : NULL;
}

/* Where an evicted object is, is nobody's business who has not locked it: a hole. */
static struct drm_gpuva *cnova_tree_view_find_placed(struct cnova_tree_view *view, u64 va)
{
	struct drm_gpuva *gpuva = cnova_tree_view_find(view, va);

	while (gpuva && to_cnova_va(gpuva)->evicted)
		gpuva = __drm_gpuva_next(gpuva);
	return gpuva;
}

static bool cnova_tree_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	struct cnova_tree_view *view = container_of(base, struct cnova_tree_view, base);
	struct cnova_mapping map;
	struct drm_gpuva *gpuva;

	lockdep_assert_held(&view->vm->vmm.lock);

	gpuva = cnova_tree_view_find_placed(view, va);
	if (!gpuva)
		return false;

	view->last = gpuva;
	cnova_mapping_init(&map, gpuva);
	cnova_mapping_extent(&map, va, extent);
	return true;
}

/**
 * cnova_tree_view_init() - Look at the VA tree as it is.
 * @view: View; void as soon as the tree changes.
 * @vm: Address space.
 *
 * Context: Caller holds &cnova_vmm.lock as long as the view is used.
 * Return: What the engine takes.
 */
struct cnova_pt_view *cnova_tree_view_init(struct cnova_tree_view *view, struct cnova_vm *vm)
{
	*view = (struct cnova_tree_view){ .base.next = cnova_tree_view_next, .vm = vm };
	return &view->base;
}

static bool cnova_op_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	const struct cnova_bind_op *op = container_of(base, struct cnova_op_view, base)->op;

	if (va > op->last)
		return false;

	cnova_mapping_extent(&(struct cnova_mapping){
		.start = op->start,
		.end = op->last + 1,
		.offset = op->offset,
		.bo = op->bo,
		.flags = op->flags,
		.kind = op->kind,
	}, va, extent);
	return true;
}

/**
 * cnova_op_view_init() - Look at what an operation will map.
 * @view: View.
 * @op: MAP or MAP_SPARSE, its object validated.
 *
 * Return: What the engine takes.
 */
struct cnova_pt_view *cnova_op_view_init(struct cnova_op_view *view,
					 const struct cnova_bind_op *op)
{
	*view = (struct cnova_op_view){ .base.next = cnova_op_view_next, .op = op };
	return &view->base;
}

static bool cnova_mapping_view_next(struct cnova_pt_view *base, u64 va,
				    struct cnova_extent *extent)
{
	const struct cnova_mapping *map =
		container_of(base, struct cnova_mapping_view, base)->map;

	if (va >= map->end)
		return false;

	cnova_mapping_extent(map, va, extent);
	return true;
}

/**
 * cnova_mapping_view_init() - Look at one mapping.
 * @view: View.
 * @map: Mapping, its object validated.
 *
 * Return: What the engine takes.
 */
struct cnova_pt_view *cnova_mapping_view_init(struct cnova_mapping_view *view,
					      const struct cnova_mapping *map)
{
	*view = (struct cnova_mapping_view){ .base.next = cnova_mapping_view_next, .map = map };
	return &view->base;
}
