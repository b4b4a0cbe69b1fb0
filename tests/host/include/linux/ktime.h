/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_KTIME_H_
#define _HOST_LINUX_KTIME_H_

#include <linux/types.h>

/*
 * Nanoseconds of a clock that only ticks when somebody looks or waits: a timeout takes
 * no time, and the same run is the same twice. tests/host/shim_kernel.c
 */
typedef s64 ktime_t;

ktime_t ktime_get(void);

#define ktime_to_ns(t)		(t)
#define ktime_add_ns(t, ns)	((t) + (s64)(ns))
#define ktime_add_us(t, us)	((t) + (s64)(us) * 1000)
#define ktime_add_ms(t, ms)	((t) + (s64)(ms) * 1000000)
#define ktime_after(a, b)	((a) > (b))
#define ktime_before(a, b)	((a) < (b))
#define ktime_sub(a, b)		((a) - (b))
#define ktime_us_delta(a, b)	(((a) - (b)) / 1000)
#define ktime_ms_delta(a, b)	(((a) - (b)) / 1000000)

#endif
