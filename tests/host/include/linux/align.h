/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_ALIGN_H_
#define _HOST_LINUX_ALIGN_H_

#define ALIGN(x, a)		(((x) + (__typeof__(x))(a) - 1) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)

#endif
