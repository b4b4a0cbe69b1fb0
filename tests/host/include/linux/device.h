/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_DEVICE_H_
#define _HOST_LINUX_DEVICE_H_

#include <linux/dev_printk.h>

struct device {
	const char *name;
};

#endif
