/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The allocator of VRAM.
 */
#ifndef _CNOVA_MM_VRAM_H_
#define _CNOVA_MM_VRAM_H_

#include <linux/gpu_buddy.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct cnova_fb;
struct cnova_io;

/** struct cnova_vram - One buddy allocator over all usable regions. */
struct cnova_vram {
	/** @io: The GPU. Immutable. */
	struct cnova_io *io;
	/** @lock: Protects what follows. Never taken in the fence signalling path. */
	struct mutex lock;
	/** @buddy: The allocator; its addresses are VRAM addresses. */
	struct gpu_buddy buddy;
	/** @reserved: Blocks of what may not be used. */
	struct list_head reserved;
	/** @size: Bytes that may be used. Immutable. */
	u64 size;
};

int cnova_vram_init(struct cnova_vram *vram, struct cnova_io *io, const struct cnova_fb *fb);
void cnova_vram_fini(struct cnova_vram *vram);

int cnova_vram_alloc(struct cnova_vram *vram, u64 size, u64 min_block, u64 limit_end,
		     struct list_head *blocks);
void cnova_vram_free(struct cnova_vram *vram, struct list_head *blocks);
u64 cnova_vram_free_bytes(struct cnova_vram *vram);

static inline u64 cnova_vram_size(const struct cnova_vram *vram)
{
	return vram->size;
}

/* Bytes of a block. */
static inline u64 cnova_vram_block_size(struct cnova_vram *vram, struct gpu_buddy_block *block)
{
	return gpu_buddy_block_size(&vram->buddy, block);
}

#endif /* _CNOVA_MM_VRAM_H_ */
