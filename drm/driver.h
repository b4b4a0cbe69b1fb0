/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pieces of the module need of each other to start.
 */
#ifndef _CNOVA_DRM_DRIVER_H_
#define _CNOVA_DRM_DRIVER_H_

#include <linux/types.h>

struct drm_driver;

extern const struct drm_driver cnova_driver;

/** enum cnova_driver_selftest - What the module parameter selftest asks for. */
enum cnova_driver_selftest {
	/** @CNOVA_DRIVER_SELFTEST_OFF: Nothing. */
	CNOVA_DRIVER_SELFTEST_OFF,
	/** @CNOVA_DRIVER_SELFTEST_REPORT: Run them and say how they ended. */
	CNOVA_DRIVER_SELFTEST_REPORT,
	/** @CNOVA_DRIVER_SELFTEST_REQUIRE: And leave a GPU alone that fails one. */
	CNOVA_DRIVER_SELFTEST_REQUIRE,
};

bool cnova_driver_wants_kms(void);
enum cnova_driver_selftest cnova_driver_wants_selftest(void);

int cnova_platform_register(void);
void cnova_platform_unregister(void);

int cnova_pci_register(void);
void cnova_pci_unregister(void);

#endif /* _CNOVA_DRM_DRIVER_H_ */
