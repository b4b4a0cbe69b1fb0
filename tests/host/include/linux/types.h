/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_TYPES_H_
#define _HOST_LINUX_TYPES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* As in the kernel: 64 bits are long long, whatever the machine. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef unsigned int gfp_t;
typedef u32 __le32;
typedef u64 __le64;

#undef __printf
#define __printf(fmt, args)	__attribute__((__format__(__printf__, fmt, args)))
#define __user
#define __iomem
#define __force
#define __must_check
#define __maybe_unused	__attribute__((__unused__))
#define __packed	__attribute__((__packed__))
#define __aligned(x)	__attribute__((__aligned__(x)))

struct list_head {
	struct list_head *next, *prev;
};

#endif
