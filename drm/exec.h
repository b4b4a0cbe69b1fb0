/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EXEC.
 */
#ifndef _CNOVA_DRM_EXEC_H_
#define _CNOVA_DRM_EXEC_H_

struct drm_device;
struct drm_file;

int cnova_exec_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _CNOVA_DRM_EXEC_H_ */
