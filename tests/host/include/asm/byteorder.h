/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_ASM_BYTEORDER_H_
#define _HOST_ASM_BYTEORDER_H_

/* The machines that build this are little-endian. */
#define cpu_to_le32(x)	((__le32)(x))
#define le32_to_cpu(x)	((u32)(x))
#define cpu_to_le64(x)	((__le64)(x))

#endif
