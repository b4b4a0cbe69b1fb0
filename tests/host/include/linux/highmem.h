/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_HIGHMEM_H_
#define _HOST_LINUX_HIGHMEM_H_

#include <string.h>

#include <linux/mm.h>

#define memcpy_from_page(to, page, offset, size)	\
	memcpy(to, page_address(page) + (offset), size)
#define memcpy_to_page(page, offset, from, size)	\
	memcpy(page_address(page) + (offset), from, size)

/* All memory is mapped. */
#define kmap_local_page(page)	page_address(page)
#define kunmap_local(address)	((void)(address))

#endif
