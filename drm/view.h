/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings as the page-table engine wants to see them.
 */
#ifndef _CNOVA_DRM_VIEW_H_
#define _CNOVA_DRM_VIEW_H_

#include "mm/pt.h"

struct cnova_bind_op;
struct cnova_bo;
struct cnova_vm;
struct drm_gpuva;

/** struct cnova_mapping - A mapping, whether it is in the tree or will be. */
struct cnova_mapping {
	/** @start: First byte. */
	u64 start;
	/** @end: Byte after the last. */
	u64 end;
	/** @offset: First byte of @bo. */
	u64 offset;
	/** @bo: Object; NULL: sparse. Not a reference. */
	struct cnova_bo *bo;
	/** @flags: DRM_CNOVA_VM_BIND_READ_ONLY and the like. */
	u16 flags;
	/** @kind: Memory kind. */
	u8 kind;
	/** @bound: See &cnova_extent.bound. */
	bool bound;
};

/** struct cnova_tree_view - The VA tree. */
struct cnova_tree_view {
	/** @base: What the engine calls. */
	struct cnova_pt_view base;
	/** @vm: Whose tree; its tree lock is held while the view is used. */
	struct cnova_vm *vm;
	/** @last: Mapping found last: the next one is asked for mostly. */
	struct drm_gpuva *last;
};

/** struct cnova_op_view - What one operation will map. */
struct cnova_op_view {
	/** @base: What the engine calls. */
	struct cnova_pt_view base;
	/** @op: MAP or MAP_SPARSE; its object has a place that will not change. */
	const struct cnova_bind_op *op;
};

/** struct cnova_mapping_view - One mapping. */
struct cnova_mapping_view {
	/** @base: What the engine calls. */
	struct cnova_pt_view base;
	/** @map: The mapping; its object has a place that will not change. */
	const struct cnova_mapping *map;
};

void cnova_mapping_init(struct cnova_mapping *map, struct drm_gpuva *va);
bool cnova_mapping_is_equal(const struct cnova_mapping *a, const struct cnova_mapping *b);

struct cnova_pt_view *cnova_tree_view_init(struct cnova_tree_view *view, struct cnova_vm *vm);
struct cnova_pt_view *cnova_op_view_init(struct cnova_op_view *view,
					 const struct cnova_bind_op *op);
struct cnova_pt_view *cnova_mapping_view_init(struct cnova_mapping_view *view,
					      const struct cnova_mapping *map);

#endif /* _CNOVA_DRM_VIEW_H_ */
