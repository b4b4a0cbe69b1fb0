/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_STRING_H_
#define _HOST_LINUX_STRING_H_

#include <string.h>

/* The size is always given here. */
static inline void strscpy(char *to, const char *from, size_t size)
{
	strncpy(to, from, size - 1);
	to[size - 1] = 0;
}

static inline void *memchr_inv(const void *p, int c, size_t n)
{
	for (; n; n--, p++)
		if (*(const unsigned char *)p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

#endif
