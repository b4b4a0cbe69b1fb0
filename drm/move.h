/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that go elsewhere.
 */
#ifndef _CNOVA_DRM_MOVE_H_
#define _CNOVA_DRM_MOVE_H_

#include <linux/types.h>

struct ttm_buffer_object;
struct ttm_operation_ctx;
struct ttm_place;
struct ttm_placement;
struct ttm_resource;

int cnova_ttm_move(struct ttm_buffer_object *tbo, bool evict, struct ttm_operation_ctx *ctx,
		   struct ttm_resource *new, struct ttm_place *hop);
bool cnova_ttm_eviction_valuable(struct ttm_buffer_object *tbo, const struct ttm_place *place);
void cnova_ttm_evict_flags(struct ttm_buffer_object *tbo, struct ttm_placement *placement);

#endif /* _CNOVA_DRM_MOVE_H_ */
