/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_VMALLOC_H_
#define _HOST_LINUX_VMALLOC_H_

#include <linux/mm.h>

#define is_vmalloc_addr(p)	((void)(p), false)
#define vmalloc_to_page(p)	virt_to_page(p)

#endif
