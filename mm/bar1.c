// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: BAR1
 *
 * BAR1 shows an address space of its own, of as many bytes as the aperture has,
 * starting at 0. The CPU sees VRAM through it where something is mapped. Its tables are
 * ours, or we have adopted those of GSP firmware (mm/pt_adopt.c); they are always
 * written through the PRAMIN window.
 *
 * Addresses are given out by a buddy allocator: what it hands out is aligned to its own
 * size, as VRAM is, so that large leaves fit; foreign ranges and address 0 are taken
 * out once. A mapping is made and removed as a whole, its invalidate awaited; only the
 * hub walks these tables (HARDWARE.md 4.2).
 *
 * Before a mapping goes, its CPU mappings have to: that is up to who asked for it.
 *
 * Locking: &cnova_bar1.lock for a change; &cnova_vmm.lock, which is taken in the
 * signalling path elsewhere, only around execution. See struct cnova_bar1.
 */

#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "mm/bar1.h"
#include "mm/mm.h"

/* All mappings, or with @only that one, as the engine looks at them. */
struct cnova_bar1_view {
	struct cnova_pt_view base;
	struct cnova_bar1 *bar1;
	const struct cnova_bar1_map *only;
};

static const struct cnova_bar1_map *cnova_bar1_map_at(struct cnova_bar1_view *view, u64 va)
{
	struct rb_node *rb = view->bar1->maps.rb_node;
	const struct cnova_bar1_map *found = NULL;

	if (view->only)
		return view->only->offset + view->only->size > va ? view->only : NULL;

	while (rb) {
		const struct cnova_bar1_map *map = rb_entry(rb, struct cnova_bar1_map, rb);

		if (map->offset + map->size > va) {
			found = map;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}

	return found;
}

/* The first piece of @map that ends after @offset bytes. */
static u32 cnova_bar1_find_piece(const struct cnova_bar1_map *map, u64 offset)
{
	u32 low = 0, high = map->nr_pieces - 1;

	while (low < high) {
		u32 i = (low + high) / 2;

		if (map->pieces[i].end > offset)
			high = i;
		else
			low = i + 1;
	}

	return low;
}

static bool cnova_bar1_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	struct cnova_bar1_view *view = container_of(base, struct cnova_bar1_view, base);
	const struct cnova_bar1_map *map = cnova_bar1_map_at(view, va);
	u64 start;
	u32 i;

	if (!map)
		return false;

	i = cnova_bar1_find_piece(map, va > map->offset ? va - map->offset : 0);
	start = i ? map->pieces[i - 1].end : 0;
	*extent = (struct cnova_extent){
		.start = map->offset + start,
		.end = map->offset + map->pieces[i].end,
		.pa = map->pieces[i].pa.raw,
		.attr.aperture = CNOVA_APERTURE_VIDEO,
		.type = CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = U8_MAX,
		.bound = map->bound,
	};
	return true;
}

static int cnova_bar1_vmm_alloc(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page)
{
	return cnova_bar1_page_get(container_of(vmm, struct cnova_bar1, vmm), page);
}

static void cnova_bar1_vmm_free(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
	cnova_bar1_page_put(container_of(vmm, struct cnova_bar1, vmm), page);
}

static const struct cnova_vmm_ops cnova_bar1_vmm_ops = {
	.alloc = cnova_bar1_vmm_alloc,
	.free = cnova_bar1_vmm_free,
	.tlbs = CNOVA_TLB_HUB_ONLY,
};

/* Take [@start, @end) out of what can be handed out. */
static int cnova_bar1_reserve(struct cnova_bar1 *bar1, u64 start, u64 end)
{
	return gpu_buddy_alloc_blocks(&bar1->space, start, end, end - start, SZ_4K,
				      &bar1->reserved, GPU_BUDDY_RANGE_ALLOCATION);
}

static int cnova_bar1_reserve_foreign(struct cnova_bar1 *bar1)
{
	/* Address 0 is never used: NULL is no mapping. */
	struct cnova_pt_range range;
	u64 done = SZ_4K;
	int err;

	err = cnova_bar1_reserve(bar1, 0, done);
	while (!err && cnova_pt_next_foreign(&bar1->vmm.tree, done, &range) &&
	       range.start < bar1->size) {
		u64 start = max(range.start, done);

		done = min(range.end, bar1->size);
		if (start < done)
			err = cnova_bar1_reserve(bar1, start, done);
		if (done == bar1->size)
			break;
	}

	return err;
}

static int cnova_bar1_init_space(struct cnova_bar1 *bar1)
{
	int err;

	INIT_LIST_HEAD(&bar1->reserved);
	err = gpu_buddy_init(&bar1->space, bar1->size, SZ_4K);
	if (err)
		return err;

	gpu_buddy_driver_set_lock(&bar1->space, &bar1->lock);
	mutex_lock(&bar1->lock);
	err = cnova_bar1_reserve_foreign(bar1);
	if (err) {
		gpu_buddy_free_list(&bar1->space, &bar1->reserved, 0);
		gpu_buddy_fini(&bar1->space);
	}
	mutex_unlock(&bar1->lock);
	return err;
}

static int cnova_bar1_init_vmm(struct cnova_bar1 *bar1)
{
	struct cnova_vram_addr root = cnova_vram_addr(bar1->mm->fb.bar1_pde_base);

	bar1->adopted = root.raw;
	if (bar1->adopted)
		return cnova_vmm_init_adopted(&bar1->vmm, bar1->mm, &cnova_bar1_vmm_ops, root,
					      bar1->size);

	return cnova_vmm_init(&bar1->vmm, bar1->mm, &cnova_bar1_vmm_ops, NULL);
}

/**
 * cnova_bar1_init() - Bring BAR1 up.
 * @bar1: To be initialised.
 * @mm: Memory management of the GPU.
 * @size: Bytes of the aperture, a multiple of 4096 and not 0.
 *
 * Context: Probe.
 * Return: 0; -ENOMEM, -ENOSPC: no room; -ETIMEDOUT: the hardware does not bind it;
 * -ENODEV: the device is gone. Then there is nothing to end.
 */
int cnova_bar1_init(struct cnova_bar1 *bar1, struct cnova_mm *mm, u64 size)
{
	int err;

	*bar1 = (struct cnova_bar1){
		.mm = mm,
		.size = min(size, BIT_ULL(mm->chip->fmt->va_bits)),
		.maps = RB_ROOT,
	};
	mutex_init(&bar1->lock);

	err = cnova_bar1_pages_init(bar1);
	if (err)
		goto err_destroy_lock;

	err = cnova_bar1_init_vmm(bar1);
	if (err)
		goto err_fini_pages;

	err = cnova_bar1_init_space(bar1);
	if (err)
		goto err_fini_vmm;

	if (!bar1->adopted)
		err = cnova_bar1_bind(bar1);
	if (err)
		goto err_unbind;

	bar1->up = true;
	return 0;

err_unbind:
	/* What may still be read is not used again until the device goes. */
	if (cnova_bar1_unbind(bar1))
		bar1->vmm.error = -EIO;
	mutex_lock(&bar1->lock);
	gpu_buddy_free_list(&bar1->space, &bar1->reserved, 0);
	gpu_buddy_fini(&bar1->space);
	mutex_unlock(&bar1->lock);
err_fini_vmm:
	cnova_vmm_fini(&bar1->vmm);
err_fini_pages:
	cnova_bar1_pages_fini(bar1);
err_destroy_lock:
	mutex_destroy(&bar1->lock);
	return err;
}

/**
 * cnova_bar1_stop() - Leave BAR1 as it was found.
 * @bar1: BAR1. CPU mappings are gone; what is mapped in the page tables goes now.
 *
 * Mappings may be removed afterwards, in vain, and none made.
 *
 * Context: Process context, the device still there.
 * Return: false: the hardware did not answer, and may reach VRAM through BAR1 before it
 * is reset.
 */
bool cnova_bar1_stop(struct cnova_bar1 *bar1)
{
	struct cnova_vmm *vmm = &bar1->vmm;
	bool clean;
	int err;

	mutex_lock(&bar1->lock);
	bar1->up = false;

	mutex_lock(&vmm->lock);
	if (bar1->adopted)
		cnova_vmm_clear_locked(vmm);
	mutex_unlock(&vmm->lock);

	err = cnova_bar1_unbind(bar1);
	if (err && !vmm->error)
		vmm->error = err;

	cnova_vmm_fini(vmm);
	clean = !vmm->error;
	if (clean)
		cnova_bar1_pages_drop_spare(bar1);
	mutex_unlock(&bar1->lock);

	return clean;
}

/**
 * cnova_bar1_fini() - The end of cnova_bar1_init().
 * @bar1: BAR1 that was stopped, all mappings removed.
 *
 * Context: Process context. The device may be gone.
 */
void cnova_bar1_fini(struct cnova_bar1 *bar1)
{
	mutex_lock(&bar1->lock);
	gpu_buddy_free_list(&bar1->space, &bar1->reserved, 0);
	gpu_buddy_fini(&bar1->space);
	mutex_unlock(&bar1->lock);

	/* Left are pages that the hardware might have read before it was reset. */
	cnova_bar1_pages_fini(bar1);
	mutex_destroy(&bar1->lock);
}

static void cnova_bar1_insert_locked(struct cnova_bar1 *bar1, struct cnova_bar1_map *map)
{
	struct rb_node **link = &bar1->maps.rb_node, *parent = NULL;

	lockdep_assert_held(&bar1->vmm.lock);

	while (*link) {
		parent = *link;
		link = map->offset < rb_entry(parent, struct cnova_bar1_map, rb)->offset ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&map->rb, parent, link);
	rb_insert_color(&map->rb, &bar1->maps);
}

/* Bring the tables to what is mapped now, with @map or without it. */
static int cnova_bar1_execute(struct cnova_bar1 *bar1, struct cnova_bar1_map *map, bool with)
{
	struct cnova_bar1_view all = {
		.base.next = cnova_bar1_view_next, .bar1 = bar1,
	};
	struct cnova_bar1_view only = {
		.base.next = cnova_bar1_view_next, .bar1 = bar1, .only = map,
	};
	const struct cnova_pt_op op = {
		.range = { map->offset, map->offset + map->size },
		.view = with ? &only.base : NULL,
	};
	struct cnova_vmm *vmm = &bar1->vmm;
	struct cnova_vmm_job job = {};
	int err;

	err = cnova_vmm_prepare(vmm, &job, &op, 1, NULL);
	if (err && with)
		return err;

	mutex_lock(&vmm->lock);
	if (with)
		cnova_bar1_insert_locked(bar1, map);
	else
		rb_erase(&map->rb, &bar1->maps);

	if (err) {
		/* No memory to do it well: then the tables stay, empty. */
		cnova_vmm_zap_locked(vmm, &op.range);
		err = cnova_vmm_flush_locked(vmm);
		mutex_unlock(&vmm->lock);
		return err;
	}

	err = cnova_vmm_execute_locked(vmm, &job, &all.base);
	if (!err)
		map->bound = with;
	else if (with)
		rb_erase(&map->rb, &bar1->maps);
	mutex_unlock(&vmm->lock);

	cnova_vmm_cleanup(vmm, &job);
	return err;
}

static int cnova_bar1_map_locked(struct cnova_bar1 *bar1, struct cnova_bar1_map *map)
{
	u64 size = roundup_pow_of_two(map->size);
	int err;

	lockdep_assert_held(&bar1->lock);

	if (!bar1->up)
		return -ENODEV;
	if (size > bar1->size)
		return -ENOSPC;

	/* One block, aligned to its size. */
	INIT_LIST_HEAD(&map->blocks);
	err = gpu_buddy_alloc_blocks(&bar1->space, 0, bar1->size, size, size, &map->blocks, 0);
	if (err)
		return err == -EINVAL ? -ENOSPC : err;

	map->offset = gpu_buddy_block_offset(list_first_entry(&map->blocks,
							      struct gpu_buddy_block, link));
	err = cnova_bar1_execute(bar1, map, true);
	if (err) {
		/* Of a dead BAR1 nothing is handed out any more. */
		gpu_buddy_free_list(&bar1->space, &map->blocks, 0);
		map->offset = 0;
	}

	return err;
}

/**
 * cnova_bar1_map_pieces() - Show VRAM through BAR1.
 * @bar1: BAR1.
 * @map: Zeroed. Filled: what @pieces are is at &cnova_bar1_map.offset now.
 * @pieces: The VRAM, 4 KiB aligned; stays the caller's, who keeps it.
 * @nr_pieces: Number of @pieces, not 0.
 *
 * Context: Process context, may sleep. Takes &cnova_bar1.lock.
 * Return: 0; -ENOSPC: no room in BAR1, or none for its tables: something else has to
 * be unmapped first; -ENOMEM; -ENODEV: BAR1 is not there any more; or it is dead:
 * -ETIMEDOUT, -EIO.
 */
int cnova_bar1_map_pieces(struct cnova_bar1 *bar1, struct cnova_bar1_map *map,
			  const struct cnova_bar1_piece *pieces, u32 nr_pieces)
{
	int err;

	map->pieces = pieces;
	map->nr_pieces = nr_pieces;
	map->size = pieces[nr_pieces - 1].end;

	mutex_lock(&bar1->lock);
	err = cnova_bar1_map_locked(bar1, map);
	mutex_unlock(&bar1->lock);
	return err;
}

/**
 * cnova_bar1_map() - Show contiguous VRAM through BAR1.
 * @bar1: BAR1.
 * @map: Zeroed. Filled: @pa is at &cnova_bar1_map.offset now.
 * @pa: First byte, 4 KiB aligned.
 * @size: Bytes, a multiple of 4096.
 *
 * Context: Process context, may sleep. Takes &cnova_bar1.lock.
 * Return: As cnova_bar1_map_pieces().
 */
int cnova_bar1_map(struct cnova_bar1 *bar1, struct cnova_bar1_map *map,
		   struct cnova_vram_addr pa, u64 size)
{
	map->one = (struct cnova_bar1_piece){ .end = size, .pa = pa };
	return cnova_bar1_map_pieces(bar1, map, &map->one, 1);
}

/**
 * cnova_bar1_unmap() - The end of a mapping.
 * @bar1: BAR1.
 * @map: What was mapped; nobody uses it any more. May be mapped again afterwards.
 *       Nothing happens if it is not mapped.
 *
 * Needs no memory.
 *
 * Context: Process context, may sleep. Takes &cnova_bar1.lock.
 * Return: 0: the VRAM can be used for something else. Otherwise BAR1 is dead, and a
 * translation of it may be left: -ETIMEDOUT, -EIO, -ENODEV.
 */
int cnova_bar1_unmap(struct cnova_bar1 *bar1, struct cnova_bar1_map *map)
{
	int err = 0;

	mutex_lock(&bar1->lock);
	if (map->offset) {
		if (bar1->up)
			err = cnova_bar1_execute(bar1, map, false);
		gpu_buddy_free_list(&bar1->space, &map->blocks, 0);
		map->offset = 0;
		map->bound = false;
	}
	mutex_unlock(&bar1->lock);
	return err;
}
