// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Pages of page tables
 *
 * Page tables live in VRAM, next to the objects, and need it in pages of 4 KiB. An
 * arena is a pinned kernel object that is cut into such pages. Its memory comes from
 * TTM, which can evict objects to make room; it is contiguous, and shares the
 * reservation of the VM, so that a bind that holds this can get one.
 *
 * Arenas grow with the address space, from 128 KiB to 1 MiB. One that is empty goes
 * back, except for the last.
 *
 * When the hardware does not acknowledge a change, it may go on walking the tables of
 * a dead VM. Its arenas are then kept by the device, as they are, until it is removed.
 *
 * Where there is a BAR1 it shows arenas for as long as they exist, so that stores need
 * neither the lock of the PRAMIN window nor moves of it. Arenas take no more than half
 * of BAR1; those that find no room are written through the window.
 *
 * Locking: &cnova_pt_alloc.lock for the pages. Arenas are added with the reservation
 * of the VM held, so that no two are made for the same need.
 */

#include <linux/bitmap.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <drm/drm_print.h>

#include "drm/device.h"
#include "drm/gem.h"
#include "drm/pt_alloc.h"

#define CNOVA_PT_PAGE_SHIFT	12
#define CNOVA_PT_ARENA_MIN	SZ_64K
#define CNOVA_PT_ARENA_FIRST	SZ_128K
#define CNOVA_PT_ARENA_MAX	SZ_1M
#define CNOVA_PT_ARENA_MAX_PAGES	(CNOVA_PT_ARENA_MAX >> CNOVA_PT_PAGE_SHIFT)

/* How page tables are written. */
enum cnova_pt_access {
	CNOVA_PT_ACCESS_AUTO,
	CNOVA_PT_ACCESS_PRAMIN,
	CNOVA_PT_ACCESS_BAR1,
};

static const char * const cnova_pt_access_names[] = {
	[CNOVA_PT_ACCESS_AUTO] = "auto",
	[CNOVA_PT_ACCESS_PRAMIN] = "pramin",
	[CNOVA_PT_ACCESS_BAR1] = "bar1",
};

static int cnova_pt_access;

static int cnova_pt_access_set(const char *value, const struct kernel_param *param)
{
	int i = sysfs_match_string(cnova_pt_access_names, value);

	if (i < 0)
		return i;

	cnova_pt_access = i;
	return 0;
}

static int cnova_pt_access_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n", cnova_pt_access_names[cnova_pt_access]);
}

static const struct kernel_param_ops cnova_pt_access_ops = {
	.set = cnova_pt_access_set,
	.get = cnova_pt_access_get,
};

module_param_cb(pt_access, &cnova_pt_access_ops, NULL, 0400);
MODULE_PARM_DESC(pt_access,
		 "Write page tables through: pramin, the window; bar1, and refuse a GPU without; auto, BAR1 if there is one (default)");

/* A piece of VRAM, in pages. */
struct cnova_pt_arena {
	/* In &cnova_pt_alloc.arenas, or &cnova_device.pt_quarantine. */
	struct list_head entry;
	/* The memory. */
	struct cnova_bo *bo;
	/* VRAM address of its first page. */
	u64 pa;
	/* The VM's page tables; NULL in quarantine, which outlives them. */
	struct cnova_vmm *vmm;
	/* What BAR1 shows of it: all, or nothing, with offset 0. */
	struct cnova_bar1_map map;
	struct cnova_vmm_arena shown;
	u32 nr_pages;
	u32 nr_used;
	DECLARE_BITMAP(used, CNOVA_PT_ARENA_MAX_PAGES);
};

/* Have BAR1 show it, so that the window has not to be moved to it. */
static void cnova_pt_arena_show(struct cnova_device *cnova, struct cnova_pt_arena *arena, u64 size)
{
	if (cnova_pt_access == CNOVA_PT_ACCESS_PRAMIN || !cnova_device_has_bar1(cnova))
		return;

	/* The other half is for objects. */
	if (atomic64_add_return(size, &cnova->pt_shown) > cnova->bar1_size / 2 ||
	    cnova_windows_map(cnova, &arena->map, cnova_vram_addr(arena->pa), size)) {
		atomic64_sub(size, &cnova->pt_shown);
		return;
	}

	arena->shown.pa = cnova_vram_addr(arena->pa);
	arena->shown.size = size;
	arena->shown.bar1 = arena->map.offset;
	cnova_vmm_arena_add(arena->vmm, &arena->shown);
}

static void cnova_pt_arena_hide(struct cnova_device *cnova, struct cnova_pt_arena *arena)
{
	if (!arena->shown.size)
		return;

	if (arena->vmm)
		cnova_vmm_arena_remove(arena->vmm, &arena->shown);
	if (cnova_bar1_unmap(&cnova->bar1, &arena->map))
		cnova_bo_withhold(arena->bo);
	atomic64_sub(arena->shown.size, &cnova->pt_shown);
	arena->shown.size = 0;
}

/* Nothing reaches it any more. No reservation held. */
static void cnova_pt_arena_destroy(struct cnova_pt_arena *arena)
{
	cnova_pt_arena_hide(to_cnova_device(arena->bo->ttm.base.dev), arena);
	cnova_bo_destroy_kernel(arena->bo);
	kfree(arena);
}

static struct cnova_pt_arena *cnova_pt_arena_create(struct cnova_pt_alloc *alloc, u64 size,
						    struct ttm_operation_ctx *ctx)
{
	struct cnova_pt_arena *arena = kzalloc_obj(*arena);
	struct cnova_bo *bo;

	if (!arena)
		return ERR_PTR(-ENOMEM);

	bo = cnova_bo_create_kernel(alloc->cnova, size, alloc->root, ctx);
	if (IS_ERR(bo)) {
		kfree(arena);
		return ERR_CAST(bo);
	}

	arena->bo = bo;
	arena->pa = cnova_bo_runs(bo)->run[0].pa;
	arena->nr_pages = size >> CNOVA_PT_PAGE_SHIFT;
	arena->vmm = alloc->vmm;
	cnova_pt_arena_show(alloc->cnova, arena, size);
	return arena;
}

/**
 * cnova_pt_alloc_check() - Can page tables be written as the user wants?
 * @cnova: Device.
 *
 * Context: Probe.
 * Return: 0; -ENODEV: through BAR1, and there is none.
 */
int cnova_pt_alloc_check(struct cnova_device *cnova)
{
	if (cnova_pt_access != CNOVA_PT_ACCESS_BAR1 || cnova_device_has_bar1(cnova))
		return 0;

	drm_err(&cnova->drm, "pt_access=bar1, and there is no BAR1\n");
	return -ENODEV;
}

/**
 * cnova_pt_alloc_init() - Start without any memory.
 * @alloc: To be initialised.
 * @cnova: Device.
 * @root: Owner of the VM's reservation; has to outlive @alloc.
 * @vmm: The VM's page tables, &cnova_vmm.lock of which outlives @alloc.
 *
 * Context: Any.
 */
void cnova_pt_alloc_init(struct cnova_pt_alloc *alloc, struct cnova_device *cnova,
			 struct drm_gem_object *root, struct cnova_vmm *vmm)
{
	alloc->cnova = cnova;
	alloc->vmm = vmm;
	alloc->root = root;
	mutex_init(&alloc->lock);
	INIT_LIST_HEAD(&alloc->arenas);
	/* The root, a reserve of up to 11 pages, and as much again for the first binds. */
	alloc->next_size = CNOVA_PT_ARENA_FIRST;
	alloc->bytes = 0;
}

/**
 * cnova_pt_alloc_fini() - Give all memory back.
 * @alloc: What cnova_pt_alloc_init() made; no page in use, unless the VM is dead: then
 *         nobody knew which could go.
 *
 * Context: Process context, no &dma_resv held.
 */
void cnova_pt_alloc_fini(struct cnova_pt_alloc *alloc)
{
	struct cnova_pt_arena *arena, *next;

	list_for_each_entry_safe(arena, next, &alloc->arenas, entry) {
		drm_WARN_ON_ONCE(&alloc->cnova->drm, arena->nr_used && !alloc->vmm->error);
		list_del(&arena->entry);
		cnova_pt_arena_destroy(arena);
	}

	alloc->bytes = 0;
	mutex_destroy(&alloc->lock);
}

/**
 * cnova_pt_alloc_quarantine() - Give no memory back until the device is removed.
 * @alloc: Of a dead VM; empty afterwards.
 *
 * Context: Process context.
 */
void cnova_pt_alloc_quarantine(struct cnova_pt_alloc *alloc)
{
	struct cnova_device *cnova = alloc->cnova;
	struct cnova_pt_arena *arena;

	mutex_lock(&alloc->lock);
	list_for_each_entry(arena, &alloc->arenas, entry) {
		WRITE_ONCE(arena->bo->quarantined, true);
		if (arena->shown.size)
			cnova_vmm_arena_remove(arena->vmm, &arena->shown);
		arena->vmm = NULL;
	}

	mutex_lock(&cnova->quarantine_lock);
	list_splice_tail_init(&alloc->arenas, &cnova->pt_quarantine);
	mutex_unlock(&cnova->quarantine_lock);
	atomic64_add(alloc->bytes, &cnova->quarantined);
	alloc->bytes = 0;
	mutex_unlock(&alloc->lock);
}

/**
 * cnova_pt_alloc_release_quarantine() - Give back what dead VMs left behind.
 * @cnova: Device; the GPU is gone.
 *
 * Context: Process context, no &dma_resv held.
 */
void cnova_pt_alloc_release_quarantine(struct cnova_device *cnova)
{
	struct cnova_pt_arena *arena, *next;
	LIST_HEAD(arenas);

	mutex_lock(&cnova->quarantine_lock);
	list_splice_init(&cnova->pt_quarantine, &arenas);
	mutex_unlock(&cnova->quarantine_lock);

	list_for_each_entry_safe(arena, next, &arenas, entry) {
		atomic64_sub((u64)arena->nr_pages << CNOVA_PT_PAGE_SHIFT, &cnova->quarantined);
		cnova_pt_arena_destroy(arena);
	}
}

/**
 * cnova_pt_alloc_show_quarantine() - List what dead VMs left behind; for debugfs.
 * @cnova: Device.
 * @m: Where to.
 *
 * Context: Process context.
 */
void cnova_pt_alloc_show_quarantine(struct cnova_device *cnova, struct seq_file *m)
{
	struct cnova_pt_arena *arena;

	mutex_lock(&cnova->quarantine_lock);
	list_for_each_entry(arena, &cnova->pt_quarantine, entry)
		seq_printf(m, "vram 0x%016llx-0x%016llx tables\n", arena->pa,
			   arena->pa + ((u64)arena->nr_pages << CNOVA_PT_PAGE_SHIFT));
	mutex_unlock(&cnova->quarantine_lock);
}

static bool cnova_pt_alloc_take_locked(struct cnova_pt_alloc *alloc, struct cnova_vram_addr *page)
{
	struct cnova_pt_arena *arena;
	u32 i;

	lockdep_assert_held(&alloc->lock);

	list_for_each_entry(arena, &alloc->arenas, entry) {
		if (arena->nr_used == arena->nr_pages)
			continue;

		i = find_first_zero_bit(arena->used, arena->nr_pages);
		__set_bit(i, arena->used);
		arena->nr_used++;
		*page = cnova_vram_addr(arena->pa + ((u64)i << CNOVA_PT_PAGE_SHIFT));

		/* Full ones are looked at last. */
		if (arena->nr_used == arena->nr_pages)
			list_move_tail(&arena->entry, &alloc->arenas);
		return true;
	}

	return false;
}

/* Make an arena; a small one if VRAM is too full for the size it should have. */
static int cnova_pt_alloc_grow(struct cnova_pt_alloc *alloc, struct ttm_operation_ctx *ctx)
{
	struct cnova_pt_arena *arena;
	u64 size;

	dma_resv_assert_held(alloc->root->resv);

	size = alloc->next_size;
	arena = cnova_pt_arena_create(alloc, size, ctx);
	if (arena == ERR_PTR(-ENOSPC) && size > CNOVA_PT_ARENA_MIN) {
		size = CNOVA_PT_ARENA_MIN;
		arena = cnova_pt_arena_create(alloc, size, ctx);
	}
	if (IS_ERR(arena))
		return PTR_ERR(arena);

	mutex_lock(&alloc->lock);
	list_add(&arena->entry, &alloc->arenas);
	alloc->bytes += size;
	alloc->next_size = min_t(u64, size * 2, CNOVA_PT_ARENA_MAX);
	mutex_unlock(&alloc->lock);
	return 0;
}

/**
 * cnova_pt_alloc_page() - Get a page.
 * @alloc: Of the VM.
 * @ctx: What may be done to get memory; NULL: nothing, only pages that are there.
 * @page: Set to its address.
 *
 * What it holds is undefined.
 *
 * Context: Process context. Caller holds the reservation of the VM, unless @ctx is
 * NULL.
 * Return: 0; -ENOMEM, -ENOSPC: no room; -ERESTARTSYS: a signal came.
 */
int cnova_pt_alloc_page(struct cnova_pt_alloc *alloc, struct ttm_operation_ctx *ctx,
			struct cnova_vram_addr *page)
{
	bool found;
	int err;

	for (;;) {
		mutex_lock(&alloc->lock);
		found = cnova_pt_alloc_take_locked(alloc, page);
		mutex_unlock(&alloc->lock);
		if (found)
			return 0;

		if (!ctx)
			return -ENOSPC;

		err = cnova_pt_alloc_grow(alloc, ctx);
		if (err)
			return err;
	}
}

/**
 * cnova_pt_alloc_free_page() - Give a page back.
 * @alloc: Of the VM.
 * @page: What cnova_pt_alloc_page() gave; nothing reaches it any more.
 *
 * Context: Process context. Needs no reservation.
 */
void cnova_pt_alloc_free_page(struct cnova_pt_alloc *alloc, struct cnova_vram_addr page)
{
	struct cnova_pt_arena *arena;

	mutex_lock(&alloc->lock);
	list_for_each_entry(arena, &alloc->arenas, entry) {
		u64 offset = page.raw - arena->pa;

		if (page.raw < arena->pa || offset >> CNOVA_PT_PAGE_SHIFT >= arena->nr_pages)
			continue;

		if (drm_WARN_ON_ONCE(&alloc->cnova->drm,
				     !__test_and_clear_bit(offset >> CNOVA_PT_PAGE_SHIFT,
							   arena->used)))
			break;
		arena->nr_used--;
		list_move(&arena->entry, &alloc->arenas);
		break;
	}
	drm_WARN_ON_ONCE(&alloc->cnova->drm, list_entry_is_head(arena, &alloc->arenas, entry));
	mutex_unlock(&alloc->lock);
}

/**
 * cnova_pt_alloc_shrink() - Give empty arenas back, but one.
 * @alloc: Of the VM.
 *
 * Context: Process context, no &dma_resv held: takes that of the VM.
 */
void cnova_pt_alloc_shrink(struct cnova_pt_alloc *alloc)
{
	struct cnova_pt_arena *arena, *next, *keep = NULL;
	LIST_HEAD(empty);

	mutex_lock(&alloc->lock);
	list_for_each_entry_safe(arena, next, &alloc->arenas, entry) {
		if (arena->nr_used)
			continue;

		/* The largest is what took most to get. */
		if (!keep || keep->nr_pages < arena->nr_pages)
			swap(keep, arena);
		if (arena) {
			list_move(&arena->entry, &empty);
			alloc->bytes -= (u64)arena->nr_pages << CNOVA_PT_PAGE_SHIFT;
		}
	}
	if (!list_empty(&empty))
		alloc->next_size = max_t(u64, alloc->next_size / 2, CNOVA_PT_ARENA_MIN);
	mutex_unlock(&alloc->lock);

	list_for_each_entry_safe(arena, next, &empty, entry)
		cnova_pt_arena_destroy(arena);
}
