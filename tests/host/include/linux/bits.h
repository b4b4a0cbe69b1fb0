/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_BITS_H_
#define _HOST_LINUX_BITS_H_

#define BITS_PER_BYTE		8
#define BITS_PER_LONG		((int)(8 * sizeof(long)))
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(h, l)		((~0UL >> (BITS_PER_LONG - 1 - (h))) & (~0UL << (l)))
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))

#endif
