/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_LOG2_H_
#define _HOST_LINUX_LOG2_H_

#define ilog2(n)		(63 - __builtin_clzll(n))
#define roundup_pow_of_two(n)	((n) < 2 ? 1ULL : 1ULL << (ilog2((n) - 1) + 1))
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))

#endif
