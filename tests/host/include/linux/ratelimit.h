/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_RATELIMIT_H_
#define _HOST_LINUX_RATELIMIT_H_

#include <stdlib.h>

#include <linux/types.h>

#define HZ				100
#define RATELIMIT_MSG_ON_RELEASE	1

/* Nobody reads it but to find out why a test fails. */
struct ratelimit_state {
	int unused;
};

#define ratelimit_state_init(rs, interval, burst)	((rs)->unused = 0)
#define ratelimit_set_flags(rs, flags)			((void)(rs))
#define __ratelimit(rs)					((void)(rs), !!getenv("VERBOSE"))

#endif
