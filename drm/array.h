/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays of user space.
 */
#ifndef _CNOVA_DRM_ARRAY_H_
#define _CNOVA_DRM_ARRAY_H_

#include <linux/err.h>
#include <linux/slab.h>
#include <linux/types.h>

struct drm_cnova_array;
struct drm_device;

void *cnova_copy_array(struct drm_device *drm, const char *name,
		       const struct drm_cnova_array *array, u32 max_count, size_t size);
void *cnova_copy_small_array(struct drm_device *drm, const char *name,
			     const struct drm_cnova_array *array, u32 max_count, size_t size,
			     void *small, u32 nr_small);

/* Whatever cnova_copy_small_array() gave, errors too. */
static inline void cnova_free_small_array(void *copy, const void *small)
{
	if (!IS_ERR(copy) && copy != small)
		kvfree(copy);
}

#endif /* _CNOVA_DRM_ARRAY_H_ */
