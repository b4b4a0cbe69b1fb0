/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_SCHED_H_
#define _HOST_LINUX_SCHED_H_

static inline int cond_resched(void)
{
	return 0;
}

#endif
