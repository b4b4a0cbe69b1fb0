// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * In the place of the kernel's gpu_buddy: as strict to its caller, slow and simple. What it
 * hands out are aligned blocks of powers of two; nobody may rely on which.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gpu_buddy.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/slab.h>

int gpu_buddy_init(struct gpu_buddy *mm, u64 size, u64 chunk_size)
{
	if (!size || !is_power_of_2(chunk_size) || size % chunk_size)
		return -EINVAL;

	*mm = (struct gpu_buddy){ .chunk_size = chunk_size, .size = size, .avail = size };
	mm->taken = kvcalloc(size / chunk_size, 1, GFP_KERNEL);
	return mm->taken ? 0 : -ENOMEM;
}

void gpu_buddy_fini(struct gpu_buddy *mm)
{
	WARN_ON(mm->avail != mm->size);
	kvfree(mm->taken);
}

static bool host_buddy_is_free(const struct gpu_buddy *mm, u64 start, u64 end)
{
	for (; start < end; start += mm->chunk_size)
		if (mm->taken[start / mm->chunk_size])
			return false;
	return true;
}

static int host_buddy_take(struct gpu_buddy *mm, u64 start, u64 size, struct list_head *blocks)
{
	struct gpu_buddy_block *block = kmalloc(sizeof(*block), GFP_KERNEL);
	u64 i;

	if (!block)
		return -ENOMEM;

	*block = (struct gpu_buddy_block){ .start = start, .size = size };
	for (i = start; i < start + size; i += mm->chunk_size)
		mm->taken[i / mm->chunk_size] = 1;
	mm->avail -= size;
	list_add_tail(&block->link, blocks);
	return 0;
}

/* The largest block that fits at @start. */
static u64 host_buddy_fit(u64 start, u64 size)
{
	u64 block = 1ULL << ilog2(size);

	return start ? min(block, start & -start) : block;
}

/* All of [@start, @end). */
static int host_buddy_alloc_range(struct gpu_buddy *mm, u64 start, u64 end,
				  struct list_head *blocks)
{
	int err;

	if (!host_buddy_is_free(mm, start, end))
		return -ENOSPC;

	while (start < end) {
		u64 size = host_buddy_fit(start, end - start);

		err = host_buddy_take(mm, start, size, blocks);
		if (err)
			return err;
		start += size;
	}
	return 0;
}

static int host_buddy_alloc_any(struct gpu_buddy *mm, u64 start, u64 end, u64 size,
				u64 min_size, struct list_head *blocks)
{
	while (size) {
		u64 block = 1ULL << ilog2(size), at;
		int err = -ENOSPC;

		for (; err && block >= mm->chunk_size && (block >= min_size || size < min_size);
		     block /= 2)
			for (at = round_up(start, block); err && at + block <= end; at += block)
				if (host_buddy_is_free(mm, at, at + block)) {
					err = host_buddy_take(mm, at, block, blocks);
					if (err)
						return err;
					size -= block;
				}
		if (err)
			return err;
	}
	return 0;
}

int gpu_buddy_alloc_blocks(struct gpu_buddy *mm, u64 start, u64 end, u64 size, u64 min_page_size,
			   struct list_head *blocks, unsigned long flags)
{
	LIST_HEAD(got);
	int err;

	if (mm->lock)
		lockdep_assert_held(mm->lock);
	if (!size || size % mm->chunk_size || min_page_size < mm->chunk_size ||
	    !is_power_of_2(min_page_size) || start > end || end > mm->size)
		return -EINVAL;

	if (!(flags & GPU_BUDDY_RANGE_ALLOCATION)) {
		start = 0;
		end = mm->size;
	}
	if (flags & GPU_BUDDY_RANGE_ALLOCATION && start + size == end)
		err = host_buddy_alloc_range(mm, start, end, &got);
	else
		err = host_buddy_alloc_any(mm, start, end, size, min_page_size, &got);
	if (err) {
		gpu_buddy_free_list(mm, &got, 0);
		return err;
	}

	list_splice_tail_init(&got, blocks);
	return 0;
}

void gpu_buddy_free_list(struct gpu_buddy *mm, struct list_head *objects, unsigned int flags)
{
	struct gpu_buddy_block *block, *next;
	u64 i;

	if (mm->lock)
		lockdep_assert_held(mm->lock);

	list_for_each_entry_safe(block, next, objects, link) {
		for (i = block->start; i < block->start + block->size; i += mm->chunk_size) {
			WARN_ON(!mm->taken[i / mm->chunk_size]);
			mm->taken[i / mm->chunk_size] = 0;
		}
		mm->avail += block->size;
		kfree(block);
	}
	INIT_LIST_HEAD(objects);
}
