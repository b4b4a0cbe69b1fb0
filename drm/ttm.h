/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement of objects.
 */
#ifndef _CNOVA_DRM_TTM_H_
#define _CNOVA_DRM_TTM_H_

#include <linux/types.h>

struct cnova_bo;
struct cnova_device;

int cnova_ttm_init(struct cnova_device *cnova);
void cnova_ttm_drop_dma_pages(struct cnova_device *cnova);
int cnova_ttm_settle(struct cnova_device *cnova);

bool cnova_ttm_is_lost(struct cnova_bo *bo);

#endif /* _CNOVA_DRM_TTM_H_ */
