/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pieces of the module need of each other to start.
 */
#ifndef _CNOVA_DRM_DRIVER_H_
#define _CNOVA_DRM_DRIVER_H_

#include <linux/types.h>

struct drm_driver;

extern const struct drm_driver cnova_driver;

bool cnova_driver_wants_kms(void);

int cnova_platform_register(void);
void cnova_platform_unregister(void);

int cnova_pci_register(void);
void cnova_pci_unregister(void);

#endif /* _CNOVA_DRM_DRIVER_H_ */
