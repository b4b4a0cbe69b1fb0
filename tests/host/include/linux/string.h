/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_STRING_H_
#define _HOST_LINUX_STRING_H_

#include <string.h>

static inline void *memchr_inv(const void *p, int c, size_t n)
{
	for (; n; n--, p++)
		if (*(const unsigned char *)p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

#endif
