/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_COMPLETION_H_
#define _HOST_LINUX_COMPLETION_H_

#include <pthread.h>

struct completion {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	unsigned int done;
};

#define HOST_COMPLETION_INIT	\
	{ .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER }
#define init_completion(c)	(*(c) = (struct completion)HOST_COMPLETION_INIT)

void complete(struct completion *c);
void wait_for_completion(struct completion *c);

#endif
