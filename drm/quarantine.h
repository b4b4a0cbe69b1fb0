/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings that the hardware may still reach.
 */
#ifndef _CNOVA_DRM_QUARANTINE_H_
#define _CNOVA_DRM_QUARANTINE_H_

#include <linux/types.h>

struct cnova_device;
struct list_head;
struct drm_printer;

u64 cnova_quarantine_add(struct cnova_device *cnova, struct list_head *vas);
void cnova_quarantine_release(struct cnova_device *cnova);
void cnova_quarantine_show(struct cnova_device *cnova, struct drm_printer *p, u32 max);

#endif /* _CNOVA_DRM_QUARANTINE_H_ */
