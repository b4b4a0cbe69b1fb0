/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_DEV_PRINTK_H_
#define _HOST_LINUX_DEV_PRINTK_H_

struct device;

/* Says it if VERBOSE is in the environment. tests/host/shim_kernel.c */
__attribute__((__format__(__printf__, 2, 3)))
void host_dev_printk(const struct device *dev, const char *fmt, ...);

/* The last error, for tests that want to know what was said. */
extern char host_last_error[256];
__attribute__((__format__(__printf__, 2, 3)))
void host_dev_err(const struct device *dev, const char *fmt, ...);

#define dev_err(dev, ...)	host_dev_err(dev, __VA_ARGS__)
#define dev_warn(dev, ...)	host_dev_printk(dev, __VA_ARGS__)
#define dev_warn_ratelimited(dev, ...)	host_dev_printk(dev, __VA_ARGS__)
#define dev_info(dev, ...)	host_dev_printk(dev, __VA_ARGS__)
#define dev_dbg(dev, ...)	host_dev_printk(dev, __VA_ARGS__)

#endif
