/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_DEVICE_H_
#define _HOST_LINUX_DEVICE_H_

#include <linux/dev_printk.h>
#include <linux/types.h>

struct device {
	const char *name;
	u64 *dma_mask;
	u64 coherent_dma_mask;
};

#endif
