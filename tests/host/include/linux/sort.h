/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_SORT_H_
#define _HOST_LINUX_SORT_H_

#include <stdlib.h>

/* The last argument is a function that swaps; NULL is all that is asked for here. */
static inline void sort(void *base, size_t num, size_t size,
			int (*cmp)(const void *, const void *), void *swap_func)
{
	(void)swap_func;
	qsort(base, num, size, cmp);
}

#define sort_nonatomic	sort

#endif
