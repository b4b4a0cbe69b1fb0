/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_SPRINTF_H_
#define _HOST_LINUX_SPRINTF_H_

#include <stdio.h>

#define vscnprintf(to, size, fmt, args)	vsnprintf(to, size, fmt, args)

#endif
