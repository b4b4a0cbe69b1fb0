/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose fence is it?
 */
#ifndef _CNOVA_DRM_TIMELINE_H_
#define _CNOVA_DRM_TIMELINE_H_

struct drm_sched_backend_ops;
struct drm_sched_entity;
struct drm_sched_fence;
struct dma_fence;

int cnova_timeline_add(const struct drm_sched_entity *entity,
		       const struct drm_sched_backend_ops *ops);
void cnova_timeline_remove(const struct drm_sched_entity *entity);
const struct drm_sched_fence *cnova_timeline_find(struct dma_fence *fence,
						  const struct drm_sched_backend_ops *ops);

#endif /* _CNOVA_DRM_TIMELINE_H_ */
