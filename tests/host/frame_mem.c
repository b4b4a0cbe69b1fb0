// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Memory for the frame test, and all that walkers may have cached of it.
 *
 * The walk is written here once more, from HARDWARE.md 2 and 3.
 */
#include <stdlib.h>

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "frame.h"

#define POISON		0xdeadbeefdeadbee8ULL

struct frame frame;
const struct frame_shape *shape;

void frame_failed(const char *what)
{
	if (!frame.failure)
		frame.failure = what;
}

/* ---- words: 2.2 to 2.5, 3.2 to 3.4 ---- */

static bool is_leaf(u64 word)
{
	return word & 1;
}

static bool is_table(u64 word)
{
	return word != POISON && !(word & 1) && word & 6;
}

/* Neither a leaf nor a table. In v2 bit 3 says it; in v3 five bits do. */
static bool is_sparse(u64 word)
{
	return shape->v3 ? (word >> 3 & 0x1f) == 1 : word & 8;
}

/* 4K tables, directories. */
static u64 table_pa(u64 word)
{
	return shape->v3 ? word & GENMASK_ULL(51, 12) : (word & GENMASK_ULL(53, 8)) << 4;
}

static u64 big_table_pa(u64 word)
{
	return shape->v3 ? word & GENMASK_ULL(51, 8) : (word & GENMASK_ULL(53, 4)) << 4;
}

static u64 leaf_pa(u64 word)
{
	return shape->v3 ? word & GENMASK_ULL(51, 12) : (word & GENMASK_ULL(32, 8)) << 4;
}

static struct table *table_at(u64 pa)
{
	if (pa / SZ_4K - 1 >= NR_TABLES) {
		frame_failed("pointer to nowhere");
		return &frame.table[0];
	}
	return &frame.table[pa / SZ_4K - 1];
}

/* Walkers can read entry @i of @t now, with the value it has. */
static struct history *see(struct table *t, enum cnova_pt_kind kind, u32 i)
{
	u32 words = kind == CNOVA_PT_PDE0 ? 2 : 1;
	const u64 *now = &t->word[i * words];
	struct history *h = &t->entry[i];
	u64 second = words == 2 ? now[1] : 0;
	u32 k;

	if (t->reached && t->kind != kind)
		frame_failed("one table of two kinds");
	t->reached = true;
	t->kind = kind;
	for (k = 0; k < h->nr; k++)
		if (h->value[k][0] == now[0] && h->value[k][1] == second)
			return h;
	if (h->nr == NR_VALUES)
		abort();
	h->value[h->nr][0] = now[0];
	h->value[h->nr++][1] = second;
	return h;
}

/* 4K entries of a slot. */
static void see_small(u64 pa, u32 slot)
{
	const struct cnova_pt_level *level = shape->fmt.level;
	u32 pages = 1U << (level[CNOVA_PT_64K].shift - level[CNOVA_PT_4K].shift), i;

	for (i = slot * pages; i < (slot + 1) * pages; i++)
		see(table_at(pa), CNOVA_PT_4K, i);
}

/*
 * Below one value of a PDE0 entry. A 4K entry is read only where a 64K entry leaves it
 * open: HARDWARE.md 2.6, 4.3.
 */
static void see_below(u64 low, u64 high)
{
	u64 small = is_table(high) ? table_pa(high) : 0;
	u32 slot, k;

	if (low == POISON || is_leaf(low))
		return;

	for (slot = 0; slot < 1U << shape->fmt.level[CNOVA_PT_64K].bits; slot++) {
		const struct history *h;

		if (!is_table(low)) {
			if (small)
				see_small(small, slot);
			continue;
		}
		h = see(table_at(big_table_pa(low)), CNOVA_PT_64K, slot);
		for (k = 0; k < h->nr; k++)
			if (!h->value[k][0] && small)
				see_small(small, slot);
	}
}

/* All that walkers can read now, by all that they may have cached. */
static void see_all(u64 pa, enum cnova_pt_kind kind)
{
	u32 i, k;

	for (i = 0; i < 1U << shape->fmt.level[kind].bits; i++) {
		const struct history *h = see(table_at(pa), kind, i);

		for (k = 0; k < h->nr; k++) {
			u64 word = h->value[k][0];

			if (kind == CNOVA_PT_PDE0)
				see_below(word, h->value[k][1]);
			else if (is_table(word))
				see_all(table_pa(word), kind - 1);
		}
	}
}

/* After an invalidate only what memory says can be seen. */
void frame_forget(void)
{
	u32 i, k;

	for (i = 0; i < NR_TABLES; i++) {
		for (k = 0; k < NR_WORDS && frame.table[i].reached; k++)
			frame.table[i].entry[k].nr = 0;
		frame.table[i].reached = false;
	}
	see_all(host_vm_pdb(&frame.vm), shape->fmt.root);
}

/* ---- the walk ---- */

static void outcome_add(struct outcomes *out, enum outcome_type type, u64 pa, u64 size)
{
	struct outcome o = { .type = type, .pa = pa, .size = size, .interval = frame.interval };
	u32 i;

	for (i = 0; i < out->nr; i++)
		if (out->o[i].type == type && out->o[i].pa == pa && out->o[i].size == size &&
		    out->o[i].interval == frame.interval)
			return;
	if (out->nr == NR_OUTCOMES)
		abort();
	out->o[out->nr++] = o;
}

static void leaf(struct outcomes *out, u64 word, enum cnova_pt_kind kind, u64 va)
{
	u64 size = 1ULL << shape->fmt.level[kind].shift;
	u64 pa = leaf_pa(word);

	outcome_add(out, pa % size ? GARBAGE : LEAF, pa + va % size, size);
}

/* What an entry says that has neither leaf nor table. */
static void nothing(struct outcomes *out, u64 word)
{
	outcome_add(out, is_sparse(word) ? SPARSE : HOLE, 0, 0);
}

/* All that may come out for a page, by all that the path may be cached as. */
static void walk_small(struct outcomes *out, u64 pa, u64 va)
{
	const struct history *h =
		&table_at(pa)->entry[cnova_pt_index(&shape->fmt, CNOVA_PT_4K, va)];
	u32 i;

	for (i = 0; i < h->nr; i++) {
		u64 word = h->value[i][0];

		if (word == POISON)
			outcome_add(out, GARBAGE, 0, 0);
		else if (is_leaf(word))
			leaf(out, word, CNOVA_PT_4K, va);
		else
			nothing(out, word);
	}
}

static void walk_big(struct outcomes *out, u64 pa, u64 small, u64 va)
{
	const struct history *h =
		&table_at(pa)->entry[cnova_pt_index(&shape->fmt, CNOVA_PT_64K, va)];
	u32 i;

	for (i = 0; i < h->nr; i++) {
		u64 word = h->value[i][0];

		if (word == POISON)
			outcome_add(out, GARBAGE, 0, 0);
		else if (is_leaf(word))
			leaf(out, word, CNOVA_PT_64K, va);
		else if (!word && is_table(small))
			walk_small(out, table_pa(small), va);
		else
			nothing(out, word);
	}
}

static void walk_pde0(struct outcomes *out, u64 pa, u64 va)
{
	const struct history *h =
		&table_at(pa)->entry[cnova_pt_index(&shape->fmt, CNOVA_PT_PDE0, va)];
	u32 i;

	for (i = 0; i < h->nr; i++) {
		u64 low = h->value[i][0], high = h->value[i][1];

		if (low == POISON || high == POISON)
			outcome_add(out, GARBAGE, 0, 0);
		else if (is_leaf(low))
			leaf(out, low, CNOVA_PT_PDE0, va);
		else if (is_table(low))
			walk_big(out, big_table_pa(low), high, va);
		else if (is_table(high))
			walk_small(out, table_pa(high), va);
		else
			nothing(out, low);
	}
}

static void walk(struct outcomes *out, u64 pa, enum cnova_pt_kind kind, u64 va)
{
	const struct history *h = &table_at(pa)->entry[cnova_pt_index(&shape->fmt, kind, va)];
	u32 i;

	if (kind == CNOVA_PT_PDE0) {
		walk_pde0(out, pa, va);
		return;
	}
	for (i = 0; i < h->nr; i++) {
		u64 word = h->value[i][0];

		if (word == POISON || (is_leaf(word) && !shape->fmt.level[kind].leaf))
			outcome_add(out, GARBAGE, 0, 0);
		else if (is_leaf(word))
			leaf(out, word, kind, va);
		else if (is_table(word))
			walk(out, table_pa(word), kind - 1, va);
		else
			nothing(out, word);
	}
}

void frame_collect(void)
{
	u32 page;

	for (page = 0; page < shape->nr_seen; page++)
		walk(&frame.seen[page], host_vm_pdb(&frame.vm), shape->fmt.root, PAGE(page));
}

/* What comes out for a page, when nothing is cached. */
struct outcome frame_look(u32 page)
{
	struct outcomes out = {};

	walk(&out, host_vm_pdb(&frame.vm), shape->fmt.root, PAGE(page));
	if (out.nr != 1)
		abort();
	return out.o[0];
}

/* ---- the engine's back end ---- */

static void mem_store(struct host_vm *vm, u64 pa, u64 word)
{
	struct table *t = table_at(pa & ~(SZ_4K - 1ULL));
	u32 i = pa % SZ_4K / sizeof(u64);

	if (i >= NR_WORDS) {
		frame_failed("store beyond a table");
		return;
	}
	t->word[i] = word;
	if (t->reached && frame.collect)
		see_all(host_vm_pdb(vm), shape->fmt.root);
}

u64 frame_load(struct host_vm *vm, u64 pa)
{
	return table_at(pa & ~(SZ_4K - 1ULL))->word[pa % SZ_4K / sizeof(u64)];
}

static void mem_populate(struct host_vm *vm, u64 pa)
{
	struct table *t = table_at(pa);
	u32 i;

	for (i = 0; i < NR_WORDS; i++)
		t->word[i] = POISON;
}

static void mem_release(struct host_vm *vm, u64 pa)
{
	if (frame.collect && table_at(pa)->reached)
		frame_failed("table given back that walkers may know");
}

static int mem_invalidate(struct host_vm *vm)
{
	if (!frame.collect)
		return 0;
	frame_collect();
	frame.interval++;
	frame_forget();
	return 0;
}

const struct host_mem frame_mem = {
	.zero_bytes = NR_WORDS * sizeof(u64),
	.store = mem_store,
	.load = frame_load,
	.populate = mem_populate,
	.release = mem_release,
	.invalidate = mem_invalidate,
};
