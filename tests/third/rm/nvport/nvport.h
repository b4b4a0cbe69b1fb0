/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* In place of NVIDIA's porting layer: what its page-table code uses of it. */
#ifndef _THIRD_NVPORT_H_
#define _THIRD_NVPORT_H_

#include <stdlib.h>
#include <string.h>

#define portMemAllocNonPaged(size)	malloc(size)
#define portMemFree(p)			free(p)
#define portMemSet(p, c, size)		memset(p, c, size)
#define portMemCopy(to, to_size, from, size)	memcpy(to, from, size)

#endif /* _THIRD_NVPORT_H_ */
