/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_GPU_BUDDY_H_
#define _HOST_LINUX_GPU_BUDDY_H_

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#define GPU_BUDDY_RANGE_ALLOCATION	BIT(0)
#define GPU_BUDDY_TOPDOWN_ALLOCATION	BIT(1)
#define GPU_BUDDY_CONTIGUOUS_ALLOCATION	BIT(2)

struct gpu_buddy_block {
	u64 start;
	u64 size;
	struct list_head link;
};

/* First fit over a map of chunks, in aligned blocks of powers of two. tests/host/shim_buddy.c */
struct gpu_buddy {
	u64 chunk_size;
	u64 size;
	u64 avail;
	unsigned char *taken;
	struct mutex *lock;
};

#define gpu_buddy_driver_set_lock(mm, by)		((mm)->lock = (by))
#define gpu_buddy_block_offset(block)			((block)->start)
#define gpu_buddy_block_size(mm, block)			((block)->size)

int gpu_buddy_init(struct gpu_buddy *mm, u64 size, u64 chunk_size);
void gpu_buddy_fini(struct gpu_buddy *mm);
int gpu_buddy_alloc_blocks(struct gpu_buddy *mm, u64 start, u64 end, u64 size, u64 min_page_size,
			   struct list_head *blocks, unsigned long flags);
void gpu_buddy_free_list(struct gpu_buddy *mm, struct list_head *objects, unsigned int flags);

#endif
