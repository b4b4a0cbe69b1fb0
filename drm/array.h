/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays of user space.
 */
#ifndef _CNOVA_DRM_ARRAY_H_
#define _CNOVA_DRM_ARRAY_H_

#include <linux/types.h>

struct drm_cnova_array;
struct drm_device;

void *cnova_copy_array(struct drm_device *drm, const char *name,
		       const struct drm_cnova_array *array, u32 max_count, size_t size);

#endif /* _CNOVA_DRM_ARRAY_H_ */
