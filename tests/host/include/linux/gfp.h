/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_GFP_H_
#define _HOST_LINUX_GFP_H_

#include <linux/slab.h>

unsigned long __get_free_page(gfp_t gfp);
void free_page(unsigned long address);

#endif
