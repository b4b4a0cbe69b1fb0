/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_LOCKDEP_H_
#define _HOST_LINUX_LOCKDEP_H_

#include <linux/bug.h>

struct mutex;

/* Whether this thread holds it. tests/host/shim_kernel.c */
bool host_mutex_is_mine(struct mutex *lock);

#define lockdep_assert_held(lock)	WARN_ON(!host_mutex_is_mine(lock))

#endif
