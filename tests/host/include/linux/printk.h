/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_PRINTK_H_
#define _HOST_LINUX_PRINTK_H_

#include <stdio.h>

#define pr_err(...)	fprintf(stderr, __VA_ARGS__)
#define pr_warn(...)	fprintf(stderr, __VA_ARGS__)
#define pr_info(...)	fprintf(stderr, __VA_ARGS__)
#define printk(...)	fprintf(stderr, __VA_ARGS__)

#endif
