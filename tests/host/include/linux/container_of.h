/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_CONTAINER_OF_H_
#define _HOST_LINUX_CONTAINER_OF_H_

#include <stddef.h>

#define container_of(ptr, type, member)	((type *)((char *)(ptr) - offsetof(type, member)))

/* The kernel's keeps the const of the pointer. */
#define container_of_const(ptr, type, member)	container_of(ptr, type, member)

#endif
