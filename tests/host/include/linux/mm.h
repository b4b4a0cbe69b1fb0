/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_MM_H_
#define _HOST_LINUX_MM_H_

#include <linux/slab.h>

#define PAGE_SHIFT		12
#define PAGE_SIZE		4096UL
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))

/* A page is its own descriptor. */
struct page {
	unsigned char bytes[PAGE_SIZE];
};

#define virt_to_page(address)	((struct page *)(address))
#define page_address(page)	((void *)(page)->bytes)

#endif
