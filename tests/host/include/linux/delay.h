/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_DELAY_H_
#define _HOST_LINUX_DELAY_H_

#include <linux/ktime.h>

/* Moves the clock of ktime_get() on, and is back at once. tests/host/shim_kernel.c */
void host_wait_us(u64 us);

/* What others do meanwhile, for a test that has but one thread. */
extern void (*host_while_waiting)(void);

#define udelay(us)			host_wait_us(us)
#define fsleep(us)			host_wait_us(us)
#define usleep_range(least, most)	host_wait_us(least)
#define msleep(ms)			host_wait_us((u64)(ms) * 1000)

#endif
