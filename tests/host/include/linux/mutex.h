/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_MUTEX_H_
#define _HOST_LINUX_MUTEX_H_

#include <pthread.h>

#include <linux/lockdep.h>
#include <linux/types.h>

/*
 * Handed over in the order of asking, as the kernel's is under contention: a C library's
 * may go to the same thread for ever. tests/host/shim_kernel.c
 */
struct mutex {
	pthread_mutex_t inner;
	pthread_cond_t turn;
	unsigned int next;
	unsigned int serving;
	bool held;
	pthread_t owner;
};

#define HOST_MUTEX_INIT		\
	{ .inner = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER }
#define DEFINE_MUTEX(name)	struct mutex name = HOST_MUTEX_INIT
#define mutex_init(lock)	(*(lock) = (struct mutex)HOST_MUTEX_INIT)

/* How often any was taken: exact with one thread. */
extern unsigned long host_nr_locks;

void mutex_lock(struct mutex *lock);
#define mutex_lock_nest_lock(lock, nest)	mutex_lock(lock)
void mutex_unlock(struct mutex *lock);
void mutex_destroy(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);

#endif
