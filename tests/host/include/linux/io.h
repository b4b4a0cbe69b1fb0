/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_IO_H_
#define _HOST_LINUX_IO_H_

#include <asm/barrier.h>

#include <linux/compiler.h>
#include <linux/types.h>

#define readb(p)	READ_ONCE(*(const u8 *)(p))
#define readw(p)	READ_ONCE(*(const u16 *)(p))
#define readl(p)	READ_ONCE(*(const u32 *)(p))
#define readq(p)	READ_ONCE(*(const u64 *)(p))
#define writeb(v, p)	WRITE_ONCE(*(u8 *)(p), v)
#define writew(v, p)	WRITE_ONCE(*(u16 *)(p), v)
#define writel(v, p)	WRITE_ONCE(*(u32 *)(p), v)
#define writeq(v, p)	WRITE_ONCE(*(u64 *)(p), v)
#define writeq_relaxed	writeq

#define memcpy_fromio(dst, p, size)	memcpy(dst, p, size)
#define memcpy_toio(p, src, size)	memcpy(p, src, size)

#endif
