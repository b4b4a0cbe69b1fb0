/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_STRING_H_
#define _HOST_LINUX_STRING_H_

#include <string.h>

/* The size is always given here. */
static inline void host_strscpy(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = 0;
}

/* The size may be left out where @to is an array. */
#define strscpy(to, from, ...)	host_strscpy(to, from, host_size(to, ##__VA_ARGS__, 0))
#define host_size(to, n, ...)	((n) ? (n) : sizeof(to))

static inline void *memset64(unsigned long long *p, unsigned long long v, size_t n)
{
	while (n--)
		p[n] = v;
	return p;
}

static inline void *memchr_inv(const void *p, int c, size_t n)
{
	for (; n; n--, p++)
		if (*(const unsigned char *)p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

#endif
