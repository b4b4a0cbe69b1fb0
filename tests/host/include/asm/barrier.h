/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_ASM_BARRIER_H_
#define _HOST_ASM_BARRIER_H_

/* Both sides are one thread: only the compiler could reorder. */
#define mb()	__asm__ __volatile__("" : : : "memory")
#define rmb()	mb()
#define wmb()	mb()
#define dma_rmb()	mb()
#define dma_wmb()	mb()

#endif
