/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_UNALIGNED_H_
#define _HOST_LINUX_UNALIGNED_H_

#include <string.h>

#include <linux/types.h>

/* The machines that build this are little-endian. */
static inline u64 get_unaligned_le64(const void *p)
{
	u64 value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline u32 get_unaligned_le32(const void *p)
{
	u32 value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline void put_unaligned_le64(u64 value, void *p)
{
	memcpy(p, &value, sizeof(value));
}

static inline void put_unaligned_le32(u32 value, void *p)
{
	memcpy(p, &value, sizeof(value));
}

#endif
