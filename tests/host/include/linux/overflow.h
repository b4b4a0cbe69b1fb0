/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_OVERFLOW_H_
#define _HOST_LINUX_OVERFLOW_H_

#include <linux/types.h>

#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)
#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)
#define struct_size(p, member, n)	(sizeof(*(p)) + (n) * sizeof((p)->member[0]))

static inline size_t size_mul(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

#endif
