// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: VRAM
 *
 * One buddy allocator over all usable regions: it starts at address 0, and what lies
 * between the regions is taken out once, at the start. Who allocates here gets
 * memory with undefined contents.
 *
 * Locking: &cnova_vram.lock. Never taken in the fence signalling path: the
 * allocator allocates.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/fb.h"
#include "mm/vram.h"

static int cnova_vram_reserve(struct cnova_vram *vram, u64 start, u64 end)
{
	if (start == end)
		return 0;

	return gpu_buddy_alloc_blocks(&vram->buddy, start, end, end - start, SZ_4K,
				      &vram->reserved, GPU_BUDDY_RANGE_ALLOCATION);
}

static int cnova_vram_reserve_gaps(struct cnova_vram *vram, const struct cnova_fb *fb)
{
	u64 end = 0;
	int err;
	u32 i;

	for (i = 0; i < fb->nr_regions; i++) {
		err = cnova_vram_reserve(vram, end, fb->region[i].start);
		if (err)
			return err;

		end = fb->region[i].end;
		vram->size += end - fb->region[i].start;
	}

	return 0;
}

/**
 * cnova_vram_init() - Start with all usable memory free.
 * @vram: To be initialised.
 * @io: The GPU.
 * @fb: Layout of its VRAM, with one region at least.
 *
 * Context: Probe.
 * Return: 0; -ENOMEM.
 */
int cnova_vram_init(struct cnova_vram *vram, struct cnova_io *io, const struct cnova_fb *fb)
{
	int err;

	*vram = (struct cnova_vram){ .io = io };
	INIT_LIST_HEAD(&vram->reserved);
	mutex_init(&vram->lock);

	err = gpu_buddy_init(&vram->buddy, fb->region[fb->nr_regions - 1].end, SZ_4K);
	if (err)
		goto err_destroy_lock;
	gpu_buddy_driver_set_lock(&vram->buddy, &vram->lock);

	mutex_lock(&vram->lock);
	err = cnova_vram_reserve_gaps(vram, fb);
	mutex_unlock(&vram->lock);
	if (err)
		goto err_fini_buddy;

	return 0;

err_fini_buddy:
	mutex_lock(&vram->lock);
	gpu_buddy_free_list(&vram->buddy, &vram->reserved, 0);
	gpu_buddy_fini(&vram->buddy);
	mutex_unlock(&vram->lock);
err_destroy_lock:
	mutex_destroy(&vram->lock);
	return err;
}

/**
 * cnova_vram_fini() - The end of cnova_vram_init().
 * @vram: VRAM, with everything given back.
 *
 * Context: Process context.
 */
void cnova_vram_fini(struct cnova_vram *vram)
{
	mutex_lock(&vram->lock);
	gpu_buddy_free_list(&vram->buddy, &vram->reserved, 0);
	gpu_buddy_fini(&vram->buddy);
	mutex_unlock(&vram->lock);
	mutex_destroy(&vram->lock);
}

static void cnova_vram_put_blocks(struct cnova_vram *vram, struct list_head *blocks)
{
	mutex_lock(&vram->lock);
	gpu_buddy_free_list(&vram->buddy, blocks, 0);
	mutex_unlock(&vram->lock);
}

static void cnova_vram_release(struct cnova_vram *vram, struct list_head *blocks,
			       const struct gpu_buddy_block *end)
{
	struct gpu_buddy_block *block;

	list_for_each_entry(block, blocks, link) {
		if (block == end)
			break;
		cnova_io_release(vram->io, gpu_buddy_block_offset(block),
				 cnova_vram_block_size(vram, block));
	}
}

/**
 * cnova_vram_alloc() - Take memory.
 * @vram: VRAM.
 * @size: Bytes, a multiple of 4096.
 * @min_block: No block smaller than this if that can be, a power of two from 4096
 *             on. What is given is not larger than @size all the same.
 * @limit_end: Only below this address; 0: anywhere.
 * @blocks: Empty list; filled with &gpu_buddy_block.link, in the order of use.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC: not enough of it; -ENOMEM; -EINVAL; -ENODEV: the device is gone.
 */
int cnova_vram_alloc(struct cnova_vram *vram, u64 size, u64 min_block, u64 limit_end,
		     struct list_head *blocks)
{
	u64 end = limit_end ? min(limit_end, vram->buddy.size) : vram->buddy.size;
	struct gpu_buddy_block *block;
	int err;

	if (!size || size > end)
		return size ? -ENOSPC : -EINVAL;

	mutex_lock(&vram->lock);
	err = gpu_buddy_alloc_blocks(&vram->buddy, 0, end, size, min_block, blocks,
				     limit_end ? GPU_BUDDY_RANGE_ALLOCATION : 0);
	mutex_unlock(&vram->lock);
	if (err)
		return err;

	list_for_each_entry(block, blocks, link) {
		err = cnova_io_populate(vram->io, gpu_buddy_block_offset(block),
					cnova_vram_block_size(vram, block));
		if (err)
			goto err_release;
	}

	return 0;

err_release:
	cnova_vram_release(vram, blocks, block);
	cnova_vram_put_blocks(vram, blocks);
	return err;
}

/**
 * cnova_vram_free() - Give memory back.
 * @vram: VRAM.
 * @blocks: What cnova_vram_alloc() filled; empty afterwards.
 *
 * Nothing may reach it any more.
 *
 * Context: Process context.
 */
void cnova_vram_free(struct cnova_vram *vram, struct list_head *blocks)
{
	cnova_vram_release(vram, blocks, NULL);
	cnova_vram_put_blocks(vram, blocks);
}

/**
 * cnova_vram_free_bytes() - How much is free.
 * @vram: VRAM.
 *
 * Context: Process context.
 * Return: Bytes; old at once.
 */
u64 cnova_vram_free_bytes(struct cnova_vram *vram)
{
	u64 bytes;

	mutex_lock(&vram->lock);
	bytes = vram->buddy.avail;
	mutex_unlock(&vram->lock);
	return bytes;
}
