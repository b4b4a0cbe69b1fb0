/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of objects for a kernel that is short of memory.
 */
#ifndef _CNOVA_DRM_SHRINKER_H_
#define _CNOVA_DRM_SHRINKER_H_

struct cnova_device;

int cnova_shrinker_init(struct cnova_device *cnova);
unsigned long cnova_shrinker_run(struct cnova_device *cnova, unsigned long nr);

#endif /* _CNOVA_DRM_SHRINKER_H_ */
