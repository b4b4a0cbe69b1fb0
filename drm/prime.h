/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that are shared with other devices.
 */
#ifndef _CNOVA_DRM_PRIME_H_
#define _CNOVA_DRM_PRIME_H_

struct cnova_bo;
struct dma_buf;
struct drm_device;
struct drm_gem_object;

struct dma_buf *cnova_prime_export(struct drm_gem_object *gem, int flags);
struct drm_gem_object *cnova_prime_import(struct drm_device *drm, struct dma_buf *dma_buf);
int cnova_prime_recall(struct cnova_bo *bo);

#endif /* _CNOVA_DRM_PRIME_H_ */
