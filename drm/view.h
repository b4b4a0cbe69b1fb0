/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings as the page-table engine wants to see them.
 */
#ifndef _CNOVA_DRM_VIEW_H_
#define _CNOVA_DRM_VIEW_H_

#include "mm/pt.h"

struct cnova_bind_op;
struct cnova_vm;
struct drm_gpuva;

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

struct cnova_pt_view *cnova_tree_view_init(struct cnova_tree_view *view, struct cnova_vm *vm);
struct cnova_pt_view *cnova_op_view_init(struct cnova_op_view *view,
					 const struct cnova_bind_op *op);

#endif /* _CNOVA_DRM_VIEW_H_ */
