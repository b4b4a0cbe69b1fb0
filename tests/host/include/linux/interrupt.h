/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_INTERRUPT_H_
#define _HOST_LINUX_INTERRUPT_H_

#include <linux/irqreturn.h>

/* Nothing interrupts: a test calls the handlers. */
#define request_threaded_irq(irq, handler, thread, flags, name, arg)	\
	((void)(irq), (void)(handler), (void)(thread), (void)(arg), 0)
#define free_irq(irq, arg)	((void)(irq), (void)(arg))

#endif
