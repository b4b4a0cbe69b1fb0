/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking an object away from the GPU.
 */
#ifndef _CNOVA_DRM_EVICT_H_
#define _CNOVA_DRM_EVICT_H_

#include <linux/types.h>

struct cnova_bo;

int cnova_bo_zap(struct cnova_bo *bo);
bool cnova_bo_may_move(struct cnova_bo *bo);

#endif /* _CNOVA_DRM_EVICT_H_ */
