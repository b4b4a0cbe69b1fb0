/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_BUILD_BUG_H_
#define _HOST_LINUX_BUILD_BUG_H_

#undef static_assert
#define static_assert(expr, ...)		__host_static_assert(expr, ##__VA_ARGS__, #expr)
#define __host_static_assert(expr, msg, ...)	_Static_assert(expr, msg)
#define BUILD_BUG_ON(cond)			_Static_assert(!(cond), #cond)

#endif
