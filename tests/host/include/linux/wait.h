/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_WAIT_H_
#define _HOST_LINUX_WAIT_H_

/* Nobody waits: a test looks at what the thread would look at. */
typedef struct {
	char unused;
} wait_queue_head_t;

#define init_waitqueue_head(wait)	((void)(wait))
#define wake_up(wait)			((void)(wait))

#endif
