/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_BUG_H_
#define _HOST_LINUX_BUG_H_

#include <linux/types.h>

/* How many warnings there were: a test looks at it when it ends. tests/host/shim.c */
extern unsigned int host_nr_warnings;
/* A test provokes them. */
extern bool host_warnings_wanted;

bool host_warn(const char *file, int line, const char *what);

#define WARN_ON(cond)		((cond) ? host_warn(__FILE__, __LINE__, #cond) : false)
#define WARN_ON_ONCE(cond)	WARN_ON(cond)
#define WARN(cond, ...)		WARN_ON(cond)
#define WARN_ONCE(cond, ...)	WARN_ON(cond)

#endif
