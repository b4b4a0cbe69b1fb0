/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_KTHREAD_H_
#define _HOST_LINUX_KTHREAD_H_

#include <linux/err.h>

struct task_struct;

/* A thread that nobody waits for but by what it completes. tests/host/shim_kernel.c */
struct task_struct *host_kthread_run(int (*fn)(void *data), void *data);

#define kthread_run(fn, data, ...)	host_kthread_run(fn, data)

#endif
