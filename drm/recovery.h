/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens when the GPU as a whole fails.
 */
#ifndef _CNOVA_DRM_RECOVERY_H_
#define _CNOVA_DRM_RECOVERY_H_

struct cnova_device;

void cnova_recovery_init(struct cnova_device *cnova);
void cnova_recovery_watch_mm(struct cnova_device *cnova);
void cnova_recovery_watch_host(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_RECOVERY_H_ */
