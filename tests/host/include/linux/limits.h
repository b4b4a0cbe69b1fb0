/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_LIMITS_H_
#define _HOST_LINUX_LIMITS_H_

/* The C library includes this one too. */
#include_next <linux/limits.h>

#define U8_MAX	((unsigned char)~0U)
#define U16_MAX	((unsigned short)~0U)
#define U32_MAX	(~0U)
#define S32_MAX	((int)(U32_MAX >> 1))
#define U64_MAX	(~0ULL)

#endif
