/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GSP firmware, for as long as the driver is bound.
 */
#ifndef _CNOVA_DRM_FIRMWARE_H_
#define _CNOVA_DRM_FIRMWARE_H_

#include <linux/types.h>

struct cnova_device;

int cnova_firmware_start(struct cnova_device *cnova);
bool cnova_firmware_stop(struct cnova_device *cnova);
void cnova_firmware_free(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_FIRMWARE_H_ */
