// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Self-tests
 *
 * On request, when a GPU is probed and before anybody else uses it: the driver looks
 * whether the hardware does what memory management relies on. They run on free
 * memory, through the code that is used afterwards, and leave nothing behind.
 *
 * They are for a new chip, a suspicious card, and a virtual machine that passes one
 * through: what they find is what would otherwise be found as corrupted memory. So
 * they look at memory again by another way than the one that stored, where there
 * is one.
 *
 * One that fails keeps those from running that rely on what it looked at: nothing can
 * be stored without the window, and nothing be mapped without page tables. BAR1 comes
 * up after the first two, and is looked at then.
 *
 * Locking: none of their own. Nobody else has the GPU.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "mm/mm.h"
#include "mm/selftest.h"

static const char * const cnova_selftest_names[CNOVA_NR_SELFTESTS] = {
	[CNOVA_SELFTEST_PRAMIN] = "pramin",
	[CNOVA_SELFTEST_PAGE_TABLES] = "page_tables",
	[CNOVA_SELFTEST_BAR1] = "bar1",
};

/**
 * cnova_selftest_name() - What a self-test is called.
 * @id: Which.
 *
 * Context: Any.
 * Return: One word.
 */
const char *cnova_selftest_name(enum cnova_selftest_id id)
{
	return cnova_selftest_names[id];
}

/**
 * cnova_selftest_fail() - Say what a self-test has seen.
 * @result: Its result; keeps what was said first.
 * @fmt: As for printf().
 *
 * Context: Process context.
 * Return: -EIO.
 */
int cnova_selftest_fail(struct cnova_selftest_result *result, const char *fmt, ...)
{
	va_list args;

	if (!result->reason[0]) {
		va_start(args, fmt);
		vscnprintf(result->reason, sizeof(result->reason), fmt, args);
		va_end(args);
	}

	return -EIO;
}

/* ------------------------------------------------------------------- pramin */

/* What the window test works on: two positions of the window, one MiB each. */
struct cnova_selftest_window {
	struct cnova_pramin *pramin;
	struct cnova_pramin_cursor cursor;
	struct cnova_selftest_result *result;
	u64 pa;
};

/**
 * cnova_selftest_pattern() - What the tests store.
 * @pa: Where.
 *
 * A different one for every place, and no byte of it is that of a neighbour.
 *
 * Context: Any.
 * Return: A word.
 */
u64 cnova_selftest_pattern(u64 pa)
{
	return (pa / sizeof(u64) + 1) * 0x9e3779b97f4a7c15ULL;
}

static int cnova_selftest_expect(struct cnova_selftest_window *w, u64 pa, unsigned int width,
				 u64 expected)
{
	u64 found = cnova_pramin_load(&w->cursor, cnova_vram_addr(pa), width);

	if (width < sizeof(u64))
		expected &= BIT_ULL(8 * width) - 1;
	if (found == expected)
		return 0;

	return cnova_selftest_fail(w->result, "%u bytes at %#llx are %#llx instead of %#llx",
				   width, pa, found, expected);
}

/*
 * A window that does not move would have us store to memory of others: this only loads,
 * and looks at the register.
 */
static int cnova_selftest_register(struct cnova_selftest_window *w)
{
	const struct cnova_chip_window *window = w->pramin->window;

	for (u32 i = 0; i < 4; i++) {
		u64 pa = w->pa + (i & 1) * SZ_1M;
		u32 found, expected = (pa >> 16) & window->base;

		cnova_pramin_rd32(&w->cursor, cnova_vram_addr(pa));
		found = cnova_rd32(w->pramin->io, window->reg);
		if (cnova_io_lost(w->pramin->io, found)) {
			cnova_selftest_fail(w->result, "the device is gone");
			return -ENODEV;
		}
		if (found != expected)
			return cnova_selftest_fail(w->result,
						   "the window is at %#x instead of %#x", found,
						   expected);
	}

	return 0;
}

/* Every width at every offset in a word changes its own bytes and no other. */
static int cnova_selftest_widths(struct cnova_selftest_window *w)
{
	u64 pa = w->pa + SZ_64K;
	int err = 0;

	for (u32 width = 1; width <= sizeof(u64); width *= 2) {
		u64 ones = width < sizeof(u64) ? BIT_ULL(8 * width) - 1 : ~0ULL;

		for (u32 at = 0; at < sizeof(u64) && !err; at += width, pa += sizeof(u64)) {
			u64 word = cnova_selftest_pattern(pa);
			u64 part = ~word >> 8 * at & ones;

			cnova_pramin_wr64(&w->cursor, cnova_vram_addr(pa), word);
			cnova_pramin_store(&w->cursor, cnova_vram_addr(pa + at), part, width);
			err = cnova_selftest_expect(w, pa + at, width, part);
			if (!err)
				err = cnova_selftest_expect(w, pa, sizeof(u64),
							    word ^ ones << 8 * at);
		}
	}

	return err;
}

/*
 * The same offset at both positions, there and back: memory must differ, and keep what
 * it was given while the window was elsewhere. Once more with every bit turned, by
 * @flip: one that cannot be set, or cleared, shows in one of the two.
 */
static int cnova_selftest_moves(struct cnova_selftest_window *w, u64 flip)
{
	static const u32 offsets[] = { 0, SZ_64K - 8, SZ_512K, SZ_1M - 8 };
	int err = 0;
	u64 pa;

	for (u32 i = 0; i < 2 * ARRAY_SIZE(offsets); i++) {
		pa = w->pa + (i & 1) * SZ_1M + offsets[i / 2];
		cnova_pramin_wr64(&w->cursor, cnova_vram_addr(pa),
				  cnova_selftest_pattern(pa) ^ flip);
	}

	for (u32 i = 0; i < 2 * ARRAY_SIZE(offsets) && !err; i++) {
		pa = w->pa + (i & 1) * SZ_1M + offsets[i / 2];
		err = cnova_selftest_expect(w, pa, sizeof(u64),
					    cnova_selftest_pattern(pa) ^ flip);
	}

	return err;
}

/* More than a posted queue holds, over the edge of a window, and back. */
static int cnova_selftest_bulk(struct cnova_selftest_window *w)
{
	u64 pa = w->pa + SZ_1M - SZ_4K, words[8];
	int err = 0;

	for (u64 at = 0; at < SZ_8K; at += sizeof(words)) {
		for (u32 i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = cnova_selftest_pattern(pa + at + i * sizeof(u64));
		cnova_pramin_write(&w->cursor, cnova_vram_addr(pa + at), words,
				   ARRAY_SIZE(words));
	}
	cnova_pramin_order(&w->cursor);

	for (u64 at = 0; at < SZ_8K && !err; at += sizeof(u64))
		err = cnova_selftest_expect(w, pa + at, sizeof(u64),
					    cnova_selftest_pattern(pa + at));

	return err;
}

/* The next driver finds the window where the firmware left it; and we find our way. */
static int cnova_selftest_restore(struct cnova_selftest_window *w)
{
	u32 found;

	cnova_pramin_end(&w->cursor);
	cnova_pramin_restore(w->pramin);
	found = cnova_rd32(w->pramin->io, w->pramin->window->reg);
	if (found != w->pramin->boot)
		return cnova_selftest_fail(w->result,
					   "the window is at %#x after restoring it to %#x",
					   found, w->pramin->boot);

	return cnova_selftest_expect(w, w->pa + SZ_1M, sizeof(u64),
				     cnova_selftest_pattern(w->pa + SZ_1M));
}

static int cnova_selftest_pramin(struct cnova_mm *mm, u64 pa,
				 struct cnova_selftest_result *result)
{
	struct cnova_selftest_window w = { .pramin = &mm->pramin, .result = result, .pa = pa };
	int err;

	cnova_pramin_begin(&mm->pramin, &w.cursor);
	err = cnova_selftest_register(&w);
	if (!err)
		err = cnova_selftest_widths(&w);
	if (!err)
		err = cnova_selftest_moves(&w, ~0ULL);
	if (!err)
		err = cnova_selftest_moves(&w, 0);
	if (!err)
		err = cnova_selftest_bulk(&w);
	if (!err)
		err = cnova_selftest_restore(&w);
	cnova_pramin_end(&w.cursor);

	return err;
}

/* ---------------------------------------------------------------- all of them */

/**
 * cnova_selftest_init() - Make a set of results that says nothing yet.
 * @tests: To be initialised.
 *
 * Context: Probe.
 */
void cnova_selftest_init(struct cnova_selftest *tests)
{
	*tests = (struct cnova_selftest){};
	INIT_LIST_HEAD(&tests->withheld);
}

static void cnova_selftest_skip(struct cnova_selftest_result *result, const char *reason)
{
	result->skipped = true;
	strscpy(result->reason, reason);
}

static void cnova_selftest_log(const struct cnova_selftest *tests, struct device *dev,
			       enum cnova_selftest_id id)
{
	const struct cnova_selftest_result *result = &tests->result[id];

	if (result->err)
		dev_err(dev, "self-test %s: fail: %s: %pe\n", cnova_selftest_name(id),
			result->reason, ERR_PTR(result->err));
	else
		dev_info(dev, "self-test %s: %s%s\n", cnova_selftest_name(id),
			 result->skipped ? "skip: " : "pass", result->reason);
}

/**
 * cnova_selftest_run() - Run those that need no BAR1.
 * @tests: From cnova_selftest_init().
 * @mm: Memory management of a GPU that nobody uses.
 *
 * Context: Probe. May take seconds if the hardware does not answer.
 * Return: How many failed.
 */
u32 cnova_selftest_run(struct cnova_selftest *tests, struct cnova_mm *mm)
{
	struct cnova_selftest_result *result = tests->result;
	struct gpu_buddy_block *block;
	LIST_HEAD(blocks);
	u64 pa;

	tests->ran = true;
	/* In one piece: two positions of the window, one leaf of 2 MiB. */
	result[CNOVA_SELFTEST_PRAMIN].err = cnova_vram_alloc(&mm->vram, CNOVA_SELFTEST_BYTES,
							     CNOVA_SELFTEST_BYTES, 0, &blocks);
	block = list_first_entry_or_null(&blocks, struct gpu_buddy_block, link);
	if (!block) {
		cnova_selftest_fail(&result[CNOVA_SELFTEST_PRAMIN], "no memory to test");
		goto out_log;
	}

	pa = gpu_buddy_block_offset(block);
	result[CNOVA_SELFTEST_PRAMIN].err =
		cnova_selftest_pramin(mm, pa, &result[CNOVA_SELFTEST_PRAMIN]);
	if (result[CNOVA_SELFTEST_PRAMIN].err)
		goto out_log;

	result[CNOVA_SELFTEST_PAGE_TABLES].err =
		cnova_selftest_page_tables(tests, mm, pa, &result[CNOVA_SELFTEST_PAGE_TABLES]);

out_log:
	/* What was mapped and not let go of is withheld with the tables. */
	if (!list_empty(&tests->withheld)) {
		list_splice_tail(&blocks, &tests->withheld);
		tests->withheld_bytes += block ? CNOVA_SELFTEST_BYTES : 0;
	} else if (block) {
		cnova_vram_free(&mm->vram, &blocks);
	}

	if (result[CNOVA_SELFTEST_PRAMIN].err)
		cnova_selftest_skip(&result[CNOVA_SELFTEST_PAGE_TABLES],
				    "nothing works without the window");
	cnova_selftest_skip(&result[CNOVA_SELFTEST_BAR1], "BAR1 is not up");

	cnova_selftest_log(tests, mm->dev, CNOVA_SELFTEST_PRAMIN);
	cnova_selftest_log(tests, mm->dev, CNOVA_SELFTEST_PAGE_TABLES);
	return !!result[CNOVA_SELFTEST_PRAMIN].err + !!result[CNOVA_SELFTEST_PAGE_TABLES].err;
}

/**
 * cnova_selftest_run_bar1() - Run the one that needs BAR1.
 * @tests: After cnova_selftest_run().
 * @mm: As there.
 * @bar1: BAR1, up and not used; NULL: there is none.
 *
 * Context: Probe. May take seconds if the hardware does not answer.
 * Return: How many failed.
 */
u32 cnova_selftest_run_bar1(struct cnova_selftest *tests, struct cnova_mm *mm,
			    struct cnova_bar1 *bar1)
{
	struct cnova_selftest_result *result = &tests->result[CNOVA_SELFTEST_BAR1];

	*result = (struct cnova_selftest_result){};
	if (tests->result[CNOVA_SELFTEST_PRAMIN].err)
		cnova_selftest_skip(result, "nothing works without the window");
	else if (tests->result[CNOVA_SELFTEST_PAGE_TABLES].err)
		cnova_selftest_skip(result, "nothing can be mapped without page tables");
	else if (!bar1)
		cnova_selftest_skip(result, "there is no BAR1");
	else
		result->err = cnova_selftest_bar1(tests, mm, bar1, result);

	cnova_selftest_log(tests, mm->dev, CNOVA_SELFTEST_BAR1);
	return !!result->err;
}

/**
 * cnova_selftest_fini() - Give back what was withheld.
 * @tests: Self-tests, maybe never run.
 * @mm: As for cnova_selftest_run(); the GPU is gone or was reset.
 *
 * Context: Process context.
 */
void cnova_selftest_fini(struct cnova_selftest *tests, struct cnova_mm *mm)
{
	if (!list_empty(&tests->withheld))
		cnova_vram_free(&mm->vram, &tests->withheld);
	tests->withheld_bytes = 0;
}
