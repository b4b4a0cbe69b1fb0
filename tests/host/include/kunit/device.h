/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_KUNIT_DEVICE_H_
#define _HOST_KUNIT_DEVICE_H_

#include <kunit/test.h>
#include <linux/device.h>

struct device *kunit_device_register(struct kunit *test, const char *name);

#endif
