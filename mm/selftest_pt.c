// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Self-test of page tables
 *
 * A scratch address space, from nothing to nothing. After each change the tables are
 * read back from VRAM: by a walk from the root that knows the format and nothing of
 * the engine, for what the GPU would find at an address; and word by word against the
 * engine's shadow.
 *
 * Locking: none. Nobody else knows the address space.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "mm/mm.h"
#include "mm/pt_tree.h"
#include "mm/selftest.h"
#include "mm/vmm.h"

/* All below one PDE0 table: the address of a frame, of 2 MiB. */
#define SCRATCH_VA(frame)	((u64)(frame) * SZ_2M)

/* A path of six tables, five frames with two tables each. */
#define SCRATCH_PAGES		20

/* Most extents at a time. */
#define SCRATCH_EXTENTS		4

struct cnova_scratch_page {
	struct list_head blocks;
	u64 pa;
};

/* A scratch address space, and what is mapped in it. */
struct cnova_scratch {
	struct cnova_selftest *tests;
	struct cnova_mm *mm;
	struct cnova_selftest_result *result;
	struct cnova_vmm vmm;
	struct cnova_pramin_cursor cursor;
	struct cnova_pt_mem mem;
	struct cnova_pt_view view;
	struct cnova_extent extent[SCRATCH_EXTENTS];	/* ascending */
	u32 nr;
	/* Pages of tables, by number of the call; a free one has no blocks. */
	struct cnova_scratch_page page[SCRATCH_PAGES];
};

static struct cnova_scratch *to_scratch(struct cnova_vmm *vmm)
{
	return container_of(vmm, struct cnova_scratch, vmm);
}

static int cnova_scratch_alloc(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page)
{
	struct cnova_scratch *s = to_scratch(vmm);

	for (u32 i = 0; i < SCRATCH_PAGES; i++) {
		struct cnova_scratch_page *slot = &s->page[i];
		struct gpu_buddy_block *block;
		int err;

		if (!list_empty(&slot->blocks))
			continue;

		err = cnova_vram_alloc(&s->mm->vram, SZ_4K, SZ_4K, 0, &slot->blocks);
		if (err)
			return err;

		block = list_first_entry(&slot->blocks, struct gpu_buddy_block, link);
		slot->pa = gpu_buddy_block_offset(block);
		*page = cnova_vram_addr(slot->pa);
		return 0;
	}

	return -ENOSPC;
}

static void cnova_scratch_free(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
	struct cnova_scratch *s = to_scratch(vmm);

	for (u32 i = 0; i < SCRATCH_PAGES; i++)
		if (!list_empty(&s->page[i].blocks) && s->page[i].pa == page.raw)
			cnova_vram_free(&s->mm->vram, &s->page[i].blocks);
}

static const struct cnova_vmm_ops cnova_scratch_vmm_ops = {
	.alloc = cnova_scratch_alloc,
	.free = cnova_scratch_free,
};

static bool cnova_scratch_view_next(struct cnova_pt_view *view, u64 va,
				    struct cnova_extent *extent)
{
	struct cnova_scratch *s = container_of(view, struct cnova_scratch, view);

	for (u32 i = 0; i < s->nr; i++) {
		if (s->extent[i].end <= va)
			continue;
		*extent = s->extent[i];
		return true;
	}

	return false;
}

static u64 cnova_scratch_load(struct cnova_pt_mem *mem, struct cnova_vram_addr pa, u32 i)
{
	struct cnova_scratch *s = container_of(mem, struct cnova_scratch, mem);

	return cnova_pramin_rd64(&s->cursor, cnova_vram_addr(pa.raw + i * sizeof(u64)));
}

static int cnova_scratch_init(struct cnova_scratch *s)
{
	int err;

	for (u32 i = 0; i < SCRATCH_PAGES; i++)
		INIT_LIST_HEAD(&s->page[i].blocks);
	s->view.next = cnova_scratch_view_next;
	s->mem.load = cnova_scratch_load;
	cnova_pramin_begin(&s->mm->pramin, &s->cursor);

	err = cnova_vmm_init(&s->vmm, s->mm, &cnova_scratch_vmm_ops, NULL);
	if (err)
		cnova_selftest_fail(s->result, "no address space");
	return err;
}

/* Return: 0; what the hardware failed with: then what it may reach is withheld. */
static int cnova_scratch_fini(struct cnova_scratch *s)
{
	cnova_vmm_fini(&s->vmm);

	for (u32 i = 0; i < SCRATCH_PAGES; i++) {
		if (list_empty(&s->page[i].blocks))
			continue;
		if (!s->vmm.error)
			cnova_selftest_fail(s->result, "table at %#llx was not given back",
					    s->page[i].pa);
		list_splice_tail_init(&s->page[i].blocks, &s->tests->withheld);
		s->tests->withheld_bytes += SZ_4K;
	}

	if (s->vmm.error)
		cnova_selftest_fail(s->result, "the address space is dead");
	else if (s->result->reason[0])
		return -EIO;
	return s->vmm.error;
}

/* Bring [@start, @end) of the tables to what the extents say. */
static int cnova_scratch_change(struct cnova_scratch *s, u64 start, u64 end)
{
	const struct cnova_pt_op op = {
		.range = { start, end },
		.view = &s->view,
		.split_start = true,
		.split_end = true,
	};
	struct cnova_vmm_job job = { .may_resize = true };
	int err;

	cnova_pramin_end(&s->cursor);

	err = cnova_vmm_prepare(&s->vmm, &job, &op, 1, NULL);
	if (err) {
		cnova_selftest_fail(s->result, "no tables");
		return err;
	}

	mutex_lock(&s->vmm.lock);
	err = cnova_vmm_execute_locked(&s->vmm, &job, &s->view);
	mutex_unlock(&s->vmm.lock);
	cnova_vmm_cleanup(&s->vmm, &job);

	for (u32 i = 0; i < s->nr; i++)
		s->extent[i].bound = true;
	if (err)
		cnova_selftest_fail(s->result, "no acknowledge of an invalidate");
	return err;
}

/* ------------------------------------------------------------------- the walk */

static struct cnova_pt_entry cnova_scratch_entry(struct cnova_scratch *s,
						 enum cnova_pt_kind kind, u64 table, u64 va,
						 unsigned int half)
{
	const struct cnova_pt_fmt *fmt = s->mm->chip->fmt;
	u32 i = cnova_pt_index(fmt, kind, va) * fmt->level[kind].words + half;
	struct cnova_pt_entry entry;

	fmt->decode(fmt, kind, half, s->mem.load(&s->mem, cnova_vram_addr(table), i), &entry);
	return entry;
}

/* Below a PDE0: a 64K entry has the first word (HARDWARE.md 2.6). */
static struct cnova_pt_entry cnova_scratch_walk_frame(struct cnova_scratch *s, u64 pde0, u64 va,
						      u64 *size)
{
	struct cnova_pt_entry big, small;

	big = cnova_scratch_entry(s, CNOVA_PT_PDE0, pde0, va, 0);
	*size = SZ_2M;
	if (big.type == CNOVA_PT_ENTRY_LEAF)
		return big;

	small = cnova_scratch_entry(s, CNOVA_PT_PDE0, pde0, va, 1);
	if (big.type != CNOVA_PT_ENTRY_TABLE && small.type != CNOVA_PT_ENTRY_TABLE)
		return big;

	*size = SZ_64K;
	if (big.type == CNOVA_PT_ENTRY_TABLE) {
		big = cnova_scratch_entry(s, CNOVA_PT_64K, big.pa, va, 0);
		if (big.type != CNOVA_PT_ENTRY_NONE || small.type != CNOVA_PT_ENTRY_TABLE)
			return big;
	}

	*size = SZ_4K;
	return cnova_scratch_entry(s, CNOVA_PT_4K, small.pa, va, 0);
}

/* What the GPU would find at @va, from the root. */
static struct cnova_pt_entry cnova_scratch_walk(struct cnova_scratch *s, u64 va, u64 *size)
{
	const struct cnova_pt_fmt *fmt = s->mm->chip->fmt;
	u64 table = cnova_vmm_pdb(&s->vmm).raw;

	for (u32 kind = fmt->root; kind > CNOVA_PT_PDE0; kind--) {
		struct cnova_pt_entry entry = cnova_scratch_entry(s, kind, table, va, 0);

		*size = BIT_ULL(fmt->level[kind].shift);
		if (entry.type != CNOVA_PT_ENTRY_TABLE)
			return entry;
		table = entry.pa;
	}

	return cnova_scratch_walk_frame(s, table, va, size);
}

static int cnova_scratch_expect_type(struct cnova_scratch *s, u64 va,
				     enum cnova_pt_entry_type type)
{
	struct cnova_pt_entry entry;
	u64 size;

	entry = cnova_scratch_walk(s, va, &size);
	if (entry.type == CNOVA_PT_ENTRY_BLOCKED)
		entry.type = CNOVA_PT_ENTRY_NONE;
	if (entry.type == type)
		return 0;

	return cnova_selftest_fail(s->result, "entry for %#llx is of type %u instead of %u", va,
				   entry.type, type);
}

static int cnova_scratch_expect_leaf(struct cnova_scratch *s, u64 va, u64 pa, u64 size)
{
	struct cnova_pt_entry entry;
	u64 found;

	entry = cnova_scratch_walk(s, va, &found);
	if (entry.type != CNOVA_PT_ENTRY_LEAF)
		return cnova_scratch_expect_type(s, va, CNOVA_PT_ENTRY_LEAF);

	entry.pa += va % found;
	if (found == size && entry.pa == pa && entry.attr.aperture == CNOVA_APERTURE_VIDEO)
		return 0;

	return cnova_selftest_fail(s->result, "%#llx: leaf of %#llx to %#llx, not %#llx to %#llx",
				   va, found, entry.pa, size, pa);
}

/* All words of all tables. */
static int cnova_scratch_validate(struct cnova_scratch *s)
{
	const char *what;
	u64 va;

	/* The window ranks below. */
	cnova_pramin_end(&s->cursor);
	mutex_lock(&s->vmm.lock);
	what = cnova_pt_validate(&s->vmm.tree, &s->mem, &va);
	cnova_pramin_end(&s->cursor);
	mutex_unlock(&s->vmm.lock);

	return what ? cnova_selftest_fail(s->result, "%#llx: %s", va, what) : 0;
}

/* ------------------------------------------------------------------- the steps */

static void cnova_scratch_set(struct cnova_scratch *s, u32 i, u64 start, u64 end, u64 pa)
{
	s->extent[i] = (struct cnova_extent){
		.start = start,
		.end = end,
		.pa = pa,
		.attr.aperture = CNOVA_APERTURE_VIDEO,
		.type = CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = 21,
	};
	s->nr = i + 1;
}

/* 64K and 4K leaves side by side in one frame, nothing beside them. */
static int cnova_scratch_map_mixed(struct cnova_scratch *s, u64 pa)
{
	u64 va = SCRATCH_VA(1);
	int err;

	cnova_scratch_set(s, 0, va + SZ_64K, va + 2 * SZ_64K + 3 * SZ_4K, pa);
	err = cnova_scratch_change(s, SCRATCH_VA(1), SCRATCH_VA(2));
	if (!err)
		err = cnova_scratch_expect_type(s, va, CNOVA_PT_ENTRY_NONE);
	if (!err)
		err = cnova_scratch_expect_leaf(s, va + SZ_64K, pa, SZ_64K);
	for (u32 i = 0; i < 3 && !err; i++)
		err = cnova_scratch_expect_leaf(s, va + 2 * SZ_64K + i * SZ_4K,
						pa + SZ_64K + i * SZ_4K, SZ_4K);
	if (!err)
		err = cnova_scratch_expect_type(s, va + 2 * SZ_64K + 3 * SZ_4K,
						CNOVA_PT_ENTRY_NONE);
	return err ?: cnova_scratch_validate(s);
}

/* A leaf of 2 MiB, and a hole of 4 KiB in its middle. */
static int cnova_scratch_split(struct cnova_scratch *s, u64 pa)
{
	u64 va = SCRATCH_VA(2), hole = va + SZ_1M + SZ_4K;
	int err;

	cnova_scratch_set(s, 1, va, va + SZ_2M, pa);
	err = cnova_scratch_change(s, va, va + SZ_2M);
	if (!err)
		err = cnova_scratch_expect_leaf(s, va + SZ_1M, pa + SZ_1M, SZ_2M);
	if (!err)
		err = cnova_scratch_validate(s);
	if (err)
		return err;

	cnova_scratch_set(s, 1, va, hole, pa);
	s->extent[1].bound = true;
	cnova_scratch_set(s, 2, hole + SZ_4K, va + SZ_2M, pa + (hole + SZ_4K - va));
	s->extent[2].bound = true;
	err = cnova_scratch_change(s, hole, hole + SZ_4K);
	if (!err)
		err = cnova_scratch_expect_type(s, hole, CNOVA_PT_ENTRY_NONE);
	if (!err)
		err = cnova_scratch_expect_leaf(s, va, pa, SZ_64K);
	if (!err)
		err = cnova_scratch_expect_leaf(s, hole - SZ_4K, pa + (hole - SZ_4K - va), SZ_4K);
	if (!err)
		err = cnova_scratch_expect_leaf(s, hole + SZ_4K, pa + (hole + SZ_4K - va), SZ_4K);
	if (!err)
		err = cnova_scratch_expect_leaf(s, va + SZ_2M - SZ_4K, pa + SZ_2M - SZ_4K, SZ_64K);
	return err ?: cnova_scratch_validate(s);
}

/* Readable without memory, as a whole frame and in a part of one. */
static int cnova_scratch_map_sparse(struct cnova_scratch *s)
{
	u64 va = SCRATCH_VA(4), end = SCRATCH_VA(5) + SZ_64K;
	int err;

	cnova_scratch_set(s, 3, va, end, 0);
	s->extent[3].type = CNOVA_EXTENT_SPARSE;
	err = cnova_scratch_change(s, va, end);
	if (!err)
		err = cnova_scratch_expect_type(s, va, CNOVA_PT_ENTRY_SPARSE);
	if (!err)
		err = cnova_scratch_expect_type(s, SCRATCH_VA(5), CNOVA_PT_ENTRY_SPARSE);
	if (!err)
		err = cnova_scratch_expect_type(s, end, CNOVA_PT_ENTRY_NONE);
	return err ?: cnova_scratch_validate(s);
}

/* Back to an empty root: no entry, and no table but that one. */
static int cnova_scratch_unmap(struct cnova_scratch *s)
{
	const struct cnova_pt_fmt *fmt = s->mm->chip->fmt;
	u32 nr_words = cnova_pt_table_bytes(fmt, fmt->root) / sizeof(u64);
	int err;

	s->nr = 0;
	err = cnova_scratch_change(s, 0, SCRATCH_VA(6));
	if (err)
		return err;

	for (u32 i = 0; i < nr_words && !err; i++)
		if (s->mem.load(&s->mem, cnova_vmm_pdb(&s->vmm), i))
			err = cnova_selftest_fail(s->result, "entry %u of the root is left", i);
	if (!err && s->vmm.table_bytes > SZ_4K)
		err = cnova_selftest_fail(s->result, "%llu bytes of tables are left",
					  s->vmm.table_bytes - SZ_4K);
	return err ?: cnova_scratch_validate(s);
}

/**
 * cnova_selftest_page_tables() - Is what is stored what the GPU would read?
 * @tests: Takes what has to be withheld.
 * @mm: Memory management.
 * @pa: %CNOVA_SELFTEST_BYTES of memory to map, aligned to as much.
 * @result: Takes the reason.
 *
 * Context: Probe.
 * Return: 0 or a negative errno.
 */
int cnova_selftest_page_tables(struct cnova_selftest *tests, struct cnova_mm *mm, u64 pa,
			       struct cnova_selftest_result *result)
{
	u64 before = cnova_vram_free_bytes(&mm->vram);
	struct cnova_scratch *s;
	int err, fini_err;

	s = kzalloc_obj(*s);
	if (!s) {
		cnova_selftest_fail(result, "no memory");
		return -ENOMEM;
	}
	s->tests = tests;
	s->mm = mm;
	s->result = result;

	err = cnova_scratch_init(s);
	if (err)
		goto out_free;

	err = cnova_scratch_map_mixed(s, pa);
	if (!err)
		err = cnova_scratch_split(s, pa);
	if (!err)
		err = cnova_scratch_map_sparse(s);
	if (!err)
		err = cnova_scratch_unmap(s);
	cnova_pramin_end(&s->cursor);

	fini_err = cnova_scratch_fini(s);
	err = err ?: fini_err;
	if (!err && cnova_vram_free_bytes(&mm->vram) != before)
		err = cnova_selftest_fail(result, "memory was not given back");

out_free:
	kfree(s);
	return err;
}
