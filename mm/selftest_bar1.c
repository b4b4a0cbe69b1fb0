// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Self-test of BAR1
 *
 * Two pages of memory, shown one after the other at the same place of BAR1. What is there
 * is looked at through PRAMIN as well, which knows no page tables:
 *
 * - BAR1 that is not bound, or to something else, shows other memory;
 * - an invalidate that is acknowledged and does nothing shows the first page where the
 *   second one is mapped.
 *
 * Nothing is stored through BAR1 before it has shown the page that is meant: it might be
 * memory of others. If it ever showed something else, both pages stay withheld.
 *
 * Locking: none of its own. Nobody else has the GPU.
 */

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "hw/access.h"
#include "mm/bar1.h"
#include "mm/mm.h"
#include "mm/selftest.h"

struct cnova_selftest_bar1 {
	struct cnova_mm *mm;
	struct cnova_bar1 *bar1;
	struct cnova_selftest_result *result;
	struct cnova_bar1_map map;
	/* What &map shows. */
	u64 pa;
};

/* The page at @pa, through PRAMIN, all bits turned by @flip. */
static void cnova_selftest_bar1_fill(struct cnova_selftest_bar1 *t, u64 pa, u64 flip)
{
	struct cnova_pramin_cursor cursor;

	cnova_pramin_begin(&t->mm->pramin, &cursor);
	for (u64 at = 0; at < SZ_4K; at += sizeof(u64))
		cnova_pramin_wr64(&cursor, cnova_vram_addr(pa + at),
				  cnova_selftest_pattern(pa + at) ^ flip);
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

/* The same through BAR1. */
static void cnova_selftest_bar1_store(struct cnova_selftest_bar1 *t, u64 flip)
{
	struct cnova_io *io = t->mm->io;

	for (u64 at = 0; at < SZ_4K; at += sizeof(u64)) {
		u64 word = cnova_selftest_pattern(t->pa + at) ^ flip;

		cnova_io_bar1_wr64(io, t->map.offset + at, &word, 1);
	}
	cnova_io_bar1_order(io, t->map.offset);
}

static int cnova_selftest_bar1_compare(struct cnova_selftest_bar1 *t, const char *through,
				       u64 pa, u64 found, u64 expected)
{
	if (found == expected)
		return 0;

	/* No pattern is all-ones, but memory may be: only a register tells. */
	if (found == ~0ULL && cnova_io_lost(t->mm->io, ~0U)) {
		cnova_selftest_fail(t->result, "the device is gone");
		return -ENODEV;
	}

	return cnova_selftest_fail(t->result,
				   "%s (BAR1 %#llx): %#llx at %#llx instead of %#llx",
				   through, t->map.offset, found, pa, expected);
}

/* The page at @pa has what @flip says, seen through PRAMIN. */
static int cnova_selftest_bar1_expect(struct cnova_selftest_bar1 *t, u64 pa, u64 flip)
{
	struct cnova_pramin_cursor cursor;
	int err = 0;

	cnova_pramin_begin(&t->mm->pramin, &cursor);
	for (u64 at = 0; at < SZ_4K && !err; at += sizeof(u64))
		err = cnova_selftest_bar1_compare(t, "through PRAMIN", pa + at,
						  cnova_pramin_rd64(&cursor,
								    cnova_vram_addr(pa + at)),
						  cnova_selftest_pattern(pa + at) ^ flip);
	cnova_pramin_end(&cursor);
	return err;
}

/* BAR1 shows the page that is mapped, and that what @flip says. */
static int cnova_selftest_bar1_shows(struct cnova_selftest_bar1 *t, u64 flip)
{
	int err = 0;

	for (u64 at = 0; at < SZ_4K && !err; at += sizeof(u64)) {
		u64 word;

		err = cnova_io_bar1_read(t->mm->io, t->map.offset + at, &word, sizeof(word));
		if (!err)
			err = cnova_selftest_bar1_compare(t, "through BAR1", t->pa + at, word,
							  cnova_selftest_pattern(t->pa + at) ^
							  flip);
	}

	return err;
}

/* Map the page at @pa, which is as cnova_selftest_bar1_fill() left it; there and back. */
static int cnova_selftest_bar1_page(struct cnova_selftest_bar1 *t, u64 pa)
{
	int err, unmap_err;

	t->map = (struct cnova_bar1_map){};
	t->pa = pa;
	err = cnova_bar1_map(t->bar1, &t->map, cnova_vram_addr(pa), SZ_4K);
	if (err) {
		cnova_selftest_fail(t->result, "%#llx cannot be mapped", pa);
		return err;
	}

	err = cnova_selftest_bar1_shows(t, 0);
	if (!err) {
		cnova_selftest_bar1_store(t, ~0ULL);
		err = cnova_selftest_bar1_expect(t, pa, ~0ULL);
	}
	if (!err) {
		cnova_selftest_bar1_fill(t, pa, 0);
		err = cnova_selftest_bar1_shows(t, 0);
	}

	unmap_err = cnova_bar1_unmap(t->bar1, &t->map);
	if (unmap_err)
		cnova_selftest_fail(t->result, "%#llx cannot be unmapped", pa);
	return err ?: unmap_err;
}

static int cnova_selftest_bar1_pages(struct cnova_selftest_bar1 *t, u64 pa)
{
	u64 other = pa + SZ_4K;
	int err;

	cnova_selftest_bar1_fill(t, pa, 0);
	cnova_selftest_bar1_fill(t, other, 0);

	err = cnova_selftest_bar1_page(t, pa);
	/* The page next to it is none of its business. */
	if (!err)
		err = cnova_selftest_bar1_expect(t, other, 0);
	if (!err)
		err = cnova_selftest_bar1_page(t, other);
	if (!err)
		err = cnova_selftest_bar1_expect(t, pa, 0);

	return err;
}

/**
 * cnova_selftest_bar1() - Does BAR1 show what is mapped?
 * @tests: Takes what has to be withheld.
 * @mm: Memory management.
 * @bar1: BAR1, up and not used: two mappings of one size get the same place.
 * @result: Takes the reason.
 *
 * Context: Probe.
 * Return: 0 or a negative errno.
 */
int cnova_selftest_bar1(struct cnova_selftest *tests, struct cnova_mm *mm,
			struct cnova_bar1 *bar1, struct cnova_selftest_result *result)
{
	struct cnova_selftest_bar1 *t;
	struct gpu_buddy_block *block;
	LIST_HEAD(blocks);
	int err;

	t = kzalloc_obj(*t);
	if (!t) {
		cnova_selftest_fail(result, "no memory");
		return -ENOMEM;
	}
	t->mm = mm;
	t->bar1 = bar1;
	t->result = result;

	err = cnova_vram_alloc(&mm->vram, SZ_8K, SZ_8K, 0, &blocks);
	if (err) {
		cnova_selftest_fail(result, "no memory to test");
		goto out_free;
	}

	block = list_first_entry(&blocks, struct gpu_buddy_block, link);
	err = cnova_selftest_bar1_pages(t, gpu_buddy_block_offset(block));
	if (err) {
		/* Whatever BAR1 shows, it may be this. */
		list_splice_tail(&blocks, &tests->withheld);
		tests->withheld_bytes += SZ_8K;
	} else {
		cnova_vram_free(&mm->vram, &blocks);
	}

out_free:
	kfree(t);
	return err;
}
