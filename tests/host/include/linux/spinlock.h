/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_SPINLOCK_H_
#define _HOST_LINUX_SPINLOCK_H_

#include <linux/mutex.h>

/* A mutex that says who holds it. Interrupts are nothing that user space has to keep out. */
typedef struct mutex spinlock_t;

#define spin_lock_init(lock)	mutex_init(lock)
#define spin_lock(lock)		mutex_lock(lock)
#define spin_unlock(lock)	mutex_unlock(lock)
#define spin_lock_irq(lock)	spin_lock(lock)
#define spin_unlock_irq(lock)	spin_unlock(lock)

#define spin_lock_irqsave(lock, flags)		do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags)	do { (void)(flags); spin_unlock(lock); } while (0)

#define __must_hold(lock)

#endif
