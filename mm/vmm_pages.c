// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Room for page tables
 *
 * A node of the shadow with the VRAM of its table. Most tables fill a page of 4096
 * bytes, which comes from &struct cnova_vmm_ops; a 64K table has 256, so that 16 of
 * them share one.
 *
 * Nodes come from caches of exact size, shared by all GPUs: a directory is a little
 * larger than 4 KiB, for which kmalloc() would take 8.
 *
 * Locking: &cnova_vmm_pages.lock, never in the fence signalling path.
 */

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "mm/mm.h"
#include "mm/vmm.h"

#define CNOVA_PIECES	16
#define CNOVA_PIECE	(SZ_4K / CNOVA_PIECES)

/* A page that is cut into 64K tables. */
struct cnova_vmm_page {
	struct list_head entry;
	struct cnova_vram_addr pa;
	u16 used;
};

static_assert(BITS_PER_BYTE * sizeof_field(struct cnova_vmm_page, used) == CNOVA_PIECES);

enum { CNOVA_CACHE_4K, CNOVA_CACHE_64K, CNOVA_CACHE_DIR, CNOVA_NR_CACHES };

static struct kmem_cache *cnova_vmm_cache[CNOVA_NR_CACHES];
static unsigned int cnova_vmm_cache_users;
static DEFINE_MUTEX(cnova_vmm_cache_lock);

static const struct {
	const char *name;
	size_t bytes;
} cnova_vmm_cache_desc[CNOVA_NR_CACHES] = {
	[CNOVA_CACHE_4K] = { "cnova_pt_4k", offsetofend(struct cnova_pt_node, small) },
	[CNOVA_CACHE_64K] = { "cnova_pt_64k", offsetofend(struct cnova_pt_node, big) },
	[CNOVA_CACHE_DIR] = { "cnova_pt_dir", offsetof(struct cnova_pt_node, word) + SZ_4K },
};

static struct kmem_cache *cnova_vmm_cache_of(enum cnova_pt_kind kind)
{
	return cnova_vmm_cache[min_t(unsigned int, kind, CNOVA_CACHE_DIR)];
}

static void cnova_vmm_caches_destroy(void)
{
	for (unsigned int i = 0; i < CNOVA_NR_CACHES; i++) {
		kmem_cache_destroy(cnova_vmm_cache[i]);
		cnova_vmm_cache[i] = NULL;
	}
}

/**
 * cnova_vmm_caches_get() - Have caches for nodes.
 *
 * Context: Process context.
 * Return: 0; -ENOMEM.
 */
int cnova_vmm_caches_get(void)
{
	int err = 0;

	mutex_lock(&cnova_vmm_cache_lock);
	for (unsigned int i = 0; !cnova_vmm_cache_users && i < CNOVA_NR_CACHES; i++) {
		cnova_vmm_cache[i] = kmem_cache_create(cnova_vmm_cache_desc[i].name,
						       cnova_vmm_cache_desc[i].bytes, 0, 0, NULL);
		if (!cnova_vmm_cache[i]) {
			cnova_vmm_caches_destroy();
			err = -ENOMEM;
			goto unlock;
		}
	}
	cnova_vmm_cache_users++;
unlock:
	mutex_unlock(&cnova_vmm_cache_lock);
	return err;
}

/**
 * cnova_vmm_caches_put() - The end of cnova_vmm_caches_get().
 *
 * Context: Process context.
 */
void cnova_vmm_caches_put(void)
{
	mutex_lock(&cnova_vmm_cache_lock);
	if (!--cnova_vmm_cache_users)
		cnova_vmm_caches_destroy();
	mutex_unlock(&cnova_vmm_cache_lock);
}

/**
 * cnova_vmm_pages_init() - Start without pages.
 * @pages: To be initialised.
 *
 * Context: Any.
 */
void cnova_vmm_pages_init(struct cnova_vmm_pages *pages)
{
	mutex_init(&pages->lock);
	INIT_LIST_HEAD(&pages->room);
	xa_init(&pages->cut);
}

/**
 * cnova_vmm_pages_fini() - The end of cnova_vmm_pages_init().
 * @pages: Pages. What is still in use is not given back.
 *
 * Context: Process context; nobody uses the address space.
 */
void cnova_vmm_pages_fini(struct cnova_vmm_pages *pages)
{
	struct cnova_vmm_page *page;
	unsigned long i;

	xa_for_each(&pages->cut, i, page)
		kfree(page);
	xa_destroy(&pages->cut);
	mutex_destroy(&pages->lock);
}

static int cnova_vmm_page_get(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *pa)
{
	int err = vmm->ops->alloc(vmm, ctx, pa);

	if (err)
		return err;

	mutex_lock(&vmm->pages.lock);
	vmm->table_bytes += SZ_4K;
	mutex_unlock(&vmm->pages.lock);
	return 0;
}

static void cnova_vmm_page_put(struct cnova_vmm *vmm, struct cnova_vram_addr pa)
{
	mutex_lock(&vmm->pages.lock);
	vmm->table_bytes -= SZ_4K;
	mutex_unlock(&vmm->pages.lock);

	vmm->ops->free(vmm, pa);
}

/* Return: whether some cut page had room. */
static bool cnova_vmm_piece_find(struct cnova_vmm_pages *pages, struct cnova_vram_addr *pa)
{
	struct cnova_vmm_page *page;
	unsigned int i;

	lockdep_assert_held(&pages->lock);

	page = list_first_entry_or_null(&pages->room, struct cnova_vmm_page, entry);
	if (!page)
		return false;

	i = ffz(page->used);
	page->used |= BIT(i);
	if (page->used == U16_MAX)
		list_del_init(&page->entry);

	*pa = cnova_vram_addr(page->pa.raw + i * CNOVA_PIECE);
	return true;
}

static int cnova_vmm_piece_get(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *pa)
{
	struct cnova_vmm_pages *pages = &vmm->pages;
	struct cnova_vmm_page *page;
	bool found;
	int err;

	mutex_lock(&pages->lock);
	found = cnova_vmm_piece_find(pages, pa);
	mutex_unlock(&pages->lock);
	if (found)
		return 0;

	page = kzalloc_obj(*page);
	if (!page)
		return -ENOMEM;

	err = cnova_vmm_page_get(vmm, ctx, &page->pa);
	if (err)
		goto err_free_page;

	err = xa_insert(&pages->cut, page->pa.raw / SZ_4K, page, GFP_KERNEL);
	if (err)
		goto err_put_page;

	mutex_lock(&pages->lock);
	list_add(&page->entry, &pages->room);
	cnova_vmm_piece_find(pages, pa);
	mutex_unlock(&pages->lock);
	return 0;

err_put_page:
	cnova_vmm_page_put(vmm, page->pa);
err_free_page:
	kfree(page);
	return err;
}

static void cnova_vmm_piece_put(struct cnova_vmm *vmm, struct cnova_vram_addr pa)
{
	struct cnova_vmm_pages *pages = &vmm->pages;
	struct cnova_vmm_page *page;

	mutex_lock(&pages->lock);
	page = xa_load(&pages->cut, pa.raw / SZ_4K);
	if (page->used == U16_MAX)
		list_add_tail(&page->entry, &pages->room);
	page->used &= ~BIT(pa.raw % SZ_4K / CNOVA_PIECE);
	if (page->used) {
		mutex_unlock(&pages->lock);
		return;
	}

	list_del(&page->entry);
	xa_erase(&pages->cut, pa.raw / SZ_4K);
	mutex_unlock(&pages->lock);

	cnova_vmm_page_put(vmm, page->pa);
	kfree(page);
}

/**
 * cnova_vmm_node_alloc() - Get memory for a node alone, without a table.
 * @kind: Kind of table.
 *
 * Context: Process context.
 * Return: The memory, for cnova_vmm_node_destroy(); NULL without.
 */
struct cnova_pt_node *cnova_vmm_node_alloc(enum cnova_pt_kind kind)
{
	return kmem_cache_alloc(cnova_vmm_cache_of(kind), GFP_KERNEL);
}

/* Whole pages: the walker fetches 32 bytes of a root that uses less (2.1). */
static void cnova_vmm_table_zero(struct cnova_vmm *vmm, struct cnova_vram_addr pa)
{
	static const u64 zeros[SZ_4K / sizeof(u64) / 8];
	struct cnova_pramin_cursor cursor;
	u64 bar1;

	mutex_lock(&vmm->lock);
	bar1 = cnova_vmm_bar1_locked(vmm, pa);
	mutex_unlock(&vmm->lock);

	/* The arena stays where it is while it has a page of ours. */
	if (bar1) {
		for (u32 i = 0; i < SZ_4K; i += sizeof(zeros))
			cnova_io_bar1_wr64(vmm->mm->io, bar1 + i, zeros, ARRAY_SIZE(zeros));
		cnova_io_bar1_order(vmm->mm->io, bar1);
		return;
	}

	cnova_pramin_begin(&vmm->mm->pramin, &cursor);
	cnova_pramin_fill(&cursor, pa, 0, SZ_4K / sizeof(u64));
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

/**
 * cnova_vmm_node_create() - Make a table that nothing reaches yet.
 * @vmm: Address space.
 * @kind: Kind of table.
 * @index: Which one.
 * @zero: Store zero all over it. Else the contents are undefined.
 * @ctx: For &cnova_vmm_ops.alloc.
 *
 * Context: Process context, may sleep, no lock of mm/ held.
 * Return: Its node, or an ERR_PTR: -ENOMEM, -ENOSPC.
 */
struct cnova_pt_node *cnova_vmm_node_create(struct cnova_vmm *vmm, enum cnova_pt_kind kind,
					    u64 index, bool zero, void *ctx)
{
	struct kmem_cache *cache = cnova_vmm_cache_of(kind);
	struct cnova_pt_node *node;
	struct cnova_vram_addr pa;
	int err;

	node = kmem_cache_alloc(cache, GFP_KERNEL);
	if (!node)
		return ERR_PTR(-ENOMEM);

	if (kind == CNOVA_PT_64K)
		err = cnova_vmm_piece_get(vmm, ctx, &pa);
	else
		err = cnova_vmm_page_get(vmm, ctx, &pa);
	if (err)
		goto err_free_node;

	/* A 64K table is written whole when it is linked. */
	zero = zero && kind != CNOVA_PT_64K;
	if (zero)
		cnova_vmm_table_zero(vmm, pa);

	cnova_pt_node_init(node, kind, index, pa, zero);
	return node;

err_free_node:
	kmem_cache_free(cache, node);
	return ERR_PTR(err);
}

/**
 * cnova_vmm_node_destroy() - Give a table back.
 * @vmm: Address space.
 * @node: Node that is in no tree.
 * @give_back: The GPU cannot reach the table; else its VRAM is left alone for good.
 *
 * The VRAM of an adopted table is not ours to give.
 *
 * Context: Process context, no lock of mm/ held.
 */
void cnova_vmm_node_destroy(struct cnova_vmm *vmm, struct cnova_pt_node *node, bool give_back)
{
	if (node->foreign)
		give_back = false;

	if (give_back && node->kind == CNOVA_PT_64K)
		cnova_vmm_piece_put(vmm, node->pa);
	else if (give_back)
		cnova_vmm_page_put(vmm, node->pa);

	kmem_cache_free(cnova_vmm_cache_of(node->kind), node);
}

/**
 * cnova_vmm_nodes_destroy() - Give tables back.
 * @vmm: Address space.
 * @list: Nodes, by &cnova_pt_node.next.
 * @give_back: As for cnova_vmm_node_destroy().
 *
 * Context: Process context, no lock of mm/ held.
 */
void cnova_vmm_nodes_destroy(struct cnova_vmm *vmm, struct cnova_pt_node *list, bool give_back)
{
	while (list) {
		struct cnova_pt_node *node = list;

		list = node->next;
		cnova_vmm_node_destroy(vmm, node, give_back);
	}
}
