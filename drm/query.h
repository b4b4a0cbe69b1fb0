/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Properties of the device.
 */
#ifndef _CNOVA_DRM_QUERY_H_
#define _CNOVA_DRM_QUERY_H_

struct drm_device;
struct drm_file;

int cnova_getparam_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _CNOVA_DRM_QUERY_H_ */
