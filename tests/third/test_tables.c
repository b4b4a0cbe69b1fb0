// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Whole page tables in the model's memory: those that RM's library makes, read by the
 * model's walker, and those that our engine makes, read by RM's formats; both against
 * a flat list of pages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/sizes.h>

#include "sim/flat.h"
#include "test.h"

#define VRAM		0x3000000ULL	/* 48 MiB */
#define TABLES		SZ_1M		/* from here on tables */
#define NR_TABLES	5000
#define DATA		0x1800000ULL	/* from here on no tables */

#define WINDOW_PAGES	1536
#define MAX_OPS		4

/* Where operations go: at boundaries of all levels. The last one for v3 only. */
static const u64 window[] = {
	3ULL << 21,
	(1ULL << 29) - SZ_2M,
	(5ULL << 38) - SZ_2M,
	(1ULL << 47) - SZ_2M,
	(1ULL << 56) - SZ_2M,
};

/* What pages are mapped to, by one operation. */
struct backing {
	struct backing *next;
	struct third_entry entry;
	u8 max_leaf_lg2;
	bool bound;
};

struct page {
	/* NULL: hole. */
	const struct backing *backing;
	u64 pa;
	/* RM's tables: log2 of the bytes of the leaf. */
	u8 leaf_lg2;
};

struct space {
	const struct third_chip *chip;
	struct host_random *random;
	struct cnova_sim_flat *flat;
	u32 nr_windows;
	struct page page[ARRAY_SIZE(window)][WINDOW_PAGES];
	struct backing *backings;
	struct host_vm vm;
	struct rm_vas *rm;
	/* Tables that RM gave back, until the TLB forgot them. */
	u64 freed[NR_TABLES];
	u32 nr_freed;
	u64 free_table[NR_TABLES];
	u32 nr_free;
};

static u64 below(struct space *s, u64 n)
{
	return host_random_below(s->random, n);
}

/* ---- memory ---- */

static void flat_store(struct cnova_sim_flat *flat, u64 pa, u64 word)
{
	cnova_sim_flat_store(flat, pa, word);
	third_totals.stores++;
}

static void vm_store(struct host_vm *vm, u64 pa, u64 word)
{
	flat_store(((struct space *)vm->priv)->flat, pa, word);
}

static u64 vm_load(struct host_vm *vm, u64 pa)
{
	return cnova_sim_flat_load(((struct space *)vm->priv)->flat, pa);
}

static void vm_populate(struct host_vm *vm, u64 pa)
{
	cnova_sim_flat_populate(((struct space *)vm->priv)->flat, pa, SZ_4K);
}

static void vm_release(struct host_vm *vm, u64 pa)
{
	cnova_sim_flat_release(((struct space *)vm->priv)->flat, pa, SZ_4K);
}

static int vm_invalidate(struct host_vm *vm)
{
	cnova_sim_mmu_invalidate_pdb(((struct space *)vm->priv)->flat->mmu, host_vm_pdb(vm));
	return 0;
}

static const struct host_mem vm_mem = {
	.zero_bytes = SZ_4K,
	.store = vm_store,
	.load = vm_load,
	.populate = vm_populate,
	.release = vm_release,
	.invalidate = vm_invalidate,
};

static uint64_t rm_mem_alloc(void *priv)
{
	struct space *s = priv;
	u64 pa;

	if (!s->nr_free)
		abort();
	pa = s->free_table[--s->nr_free];
	cnova_sim_flat_populate(s->flat, pa, SZ_4K);
	return pa;
}

static void rm_mem_free(void *priv, uint64_t pa)
{
	struct space *s = priv;

	s->freed[s->nr_freed++] = pa;
}

static uint64_t rm_mem_load(void *priv, uint64_t pa)
{
	return cnova_sim_flat_load(((struct space *)priv)->flat, pa);
}

static void rm_mem_store(void *priv, uint64_t pa, uint64_t word)
{
	flat_store(((struct space *)priv)->flat, pa, word);
}

static struct rm_mem space_rm_mem(struct space *s)
{
	return (struct rm_mem){
		.priv = s,
		.alloc = rm_mem_alloc,
		.free = rm_mem_free,
		.load = rm_mem_load,
		.store = rm_mem_store,
	};
}

/* RM's library leaves invalidates to its callers: after each operation, as RM does. */
static void rm_invalidate(struct space *s)
{
	if (s->rm)
		cnova_sim_mmu_invalidate_pdb(s->flat->mmu, rm_vas_pdb(s->rm));
	while (s->nr_freed) {
		u64 pa = s->freed[--s->nr_freed];

		cnova_sim_flat_release(s->flat, pa, SZ_4K);
		s->free_table[s->nr_free++] = pa;
	}
}

static struct space *space_create(const struct third_chip *chip, struct host_random *random)
{
	struct space *s = calloc(1, sizeof(*s));
	u32 i;

	if (!s)
		abort();
	s->chip = chip;
	s->random = random;
	s->nr_windows = ARRAY_SIZE(window) - !chip->v3;
	s->flat = cnova_sim_flat_create(&chip->model->traits, VRAM);
	if (!s->flat)
		abort();
	s->flat->verbose = getenv("VERBOSE");
	for (i = 0; i < NR_TABLES; i++)
		s->free_table[s->nr_free++] = TABLES + (u64)i * SZ_4K;
	return s;
}

static void space_destroy(struct space *s)
{
	while (s->backings) {
		struct backing *next = s->backings->next;

		free(s->backings);
		s->backings = next;
	}
	cnova_sim_flat_destroy(s->flat);
	free(s);
}

/* ---- what should be there ---- */

static struct backing *space_backing(struct space *s, bool sparse)
{
	struct backing *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->next = s->backings;
	s->backings = b;
	b->max_leaf_lg2 = 63;
	b->entry.type = THIRD_SPARSE;
	if (sparse)
		return b;

	/* What RM's table of PCFs has, and kinds that every chip has. */
	random_attr(s->random, s->chip, &b->entry);
	b->entry.privileged = false;
	b->entry.kind = below(s, 2) ? 6 : 0;
	b->entry.peer = 0;
	b->entry.aperture = below(s, 2) ? THIRD_VIDEO : below(s, 2) ? THIRD_SYS_COH :
			    THIRD_SYS_NCOH;
	return b;
}

/* An address as good as @va for leaves of 1 << @lg2 bytes, for @size bytes. */
static u64 space_pa(struct space *s, const struct backing *b, u64 va, u64 size, u8 lg2)
{
	u64 offset = va & (BIT_ULL(lg2) - 1), pa;

	if (b->entry.aperture != THIRD_VIDEO)
		return (host_random(s->random) & 0x3fffffffffffULL) >> lg2 << lg2 | offset;

	pa = DATA + ((below(s, VRAM - DATA) >> lg2) << lg2) + offset;
	return pa + size > VRAM ? DATA + offset : pa;
}

static void space_set(struct space *s, u32 w, u32 first, u32 nr, const struct backing *b, u64 pa,
		      u8 leaf_lg2)
{
	u32 i;

	for (i = 0; i < nr; i++)
		s->page[w][first + i] = (struct page){
			.backing = b,
			.pa = pa + (u64)i * SZ_4K,
			.leaf_lg2 = leaf_lg2,
		};
}

static void space_check_model(struct space *s, u64 pdb, u64 va, const struct page *want)
{
	struct third_entry entry = {};
	struct cnova_sim_walk walk;

	cnova_sim_mmu_walk_memory(s->flat->mmu, CNOVA_SIM_VIDEO, pdb, va, true, &walk);
	if (walk.state == CNOVA_SIM_WALK_SPARSE) {
		entry.type = THIRD_SPARSE;
	} else if (walk.state == CNOVA_SIM_WALK_LEAF) {
		entry = from_model(&walk.leaf);
		entry.pa += va & (walk.size - 1);
		entry.counted = want->backing && want->backing->entry.counted;
	}

	if (!want->backing) {
		if (entry.type != THIRD_NONE)
			third_fail(s->chip, "%llx: model sees %s in a hole", va,
				   entry_string(&entry));
	} else {
		struct third_entry is = want->backing->entry;

		is.pa = want->pa;
		if (!same_entry(&is, &entry))
			third_fail(s->chip, "%llx: model sees %s, not %s", va,
				   entry_string(&entry), entry_string(&is));
	}
}

static void space_check_rm(struct space *s, u64 pdb, u64 va, const struct page *want)
{
	struct rm_mem mem = space_rm_mem(s);
	enum third_level level;
	struct third_entry entry;

	rm_walk(s->chip->rm, &mem, pdb, va, &entry, &level);
	if (!want->backing) {
		if (entry.type != THIRD_NONE && entry.type != THIRD_BLOCKED)
			third_fail(s->chip, "%llx: RM sees %s in a hole", va, entry_string(&entry));
	} else {
		struct third_entry is = want->backing->entry;

		is.pa = want->pa;
		if (!same_entry(&is, &entry) ||
		    (is.type == THIRD_LEAF && is.counted != entry.counted))
			third_fail(s->chip, "%llx: RM sees %s at level %d, not %s", va,
				   entry_string(&entry), level, entry_string(&is));
	}
}

static void space_look(struct space *s, u64 pdb, u32 w, u32 i)
{
	u64 va = window[w] + (u64)i * SZ_4K;

	third_totals.looks++;
	space_check_model(s, pdb, va, &s->page[w][i]);
	space_check_rm(s, pdb, va, &s->page[w][i]);
}

/* What changed, its neighbours, and some of the rest. */
static void space_check(struct space *s, u64 pdb, u32 w, u32 first, u32 nr)
{
	u32 i, step = max(nr / 64, 1U);

	for (i = first; i < first + nr; i += step)
		space_look(s, pdb, w, i);
	space_look(s, pdb, w, first + nr - 1);
	if (first)
		space_look(s, pdb, w, first - 1);
	if (first + nr < WINDOW_PAGES)
		space_look(s, pdb, w, first + nr);
	for (i = 0; i < 12; i++)
		space_look(s, pdb, below(s, s->nr_windows), below(s, WINDOW_PAGES));
}

static void space_check_findings(struct space *s, u32 allowed)
{
	const struct cnova_sim_finding *last = &s->flat->last;
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_CHECKS; i++) {
		if (s->flat->count[i] && !(allowed & BIT(i)))
			third_fail(s->chip, "model: check %d, last %s at %llx, value %llx", i,
				   last->what, last->va, last->value);
	}
	cnova_sim_flat_clear_findings(s->flat);
}

/* ---- RM's tables ---- */

/* Would an edge at page @i cut a leaf of RM's? */
static bool rm_cuts(const struct space *s, u32 w, u32 i)
{
	u64 va = window[w] + (u64)i * SZ_4K;
	const struct page *page = i < WINDOW_PAGES ? &s->page[w][i] : NULL;

	return page && page->backing && page->backing->entry.type == THIRD_LEAF &&
	       va & (BIT_ULL(page->leaf_lg2) - 1);
}

/* RM maps blocks of one size of pages, and unmaps what it mapped. */
static void rm_job(struct space *s)
{
	static const enum third_level levels[] = { THIRD_4K, THIRD_4K, THIRD_64K, THIRD_64K,
						   THIRD_PDE0 };
	enum third_level level = levels[below(s, ARRAY_SIZE(levels))];
	u8 lg2 = s->chip->ours->fmt->level[level].shift;
	u32 unit = 1 << (lg2 - 12), w = below(s, s->nr_windows);
	u32 first = below(s, WINDOW_PAGES) / unit * unit;
	u32 nr = (1 + below(s, level == THIRD_PDE0 ? 3 : 40)) * unit;
	u64 start = window[w] + (u64)first * SZ_4K, end, pa = 0;
	struct backing *b = NULL;

	nr = min(nr, (u32)WINDOW_PAGES - first);
	if (rm_cuts(s, w, first) || rm_cuts(s, w, first + nr))
		return;
	end = start + (u64)nr * SZ_4K;

	switch (below(s, 8)) {
	case 0:
	case 1:
		rm_vas_unmap(s->rm, start, end);
		break;
	case 2:
		b = space_backing(s, true);
		rm_vas_sparse(s->rm, start, end);
		break;
	default:
		b = space_backing(s, false);
		pa = space_pa(s, b, start, end - start, lg2);
		b->entry.pa = pa;
		rm_vas_map(s->rm, start, end, level, &b->entry);
		break;
	}
	rm_invalidate(s);
	space_set(s, w, first, nr, b, pa, lg2);
	third_totals.jobs++;
	space_check(s, rm_vas_pdb(s->rm), w, first, nr);
	/* RM's callers see to it that no leaf in use changes its size; we do not. */
	space_check_findings(s, BIT(CNOVA_SIM_SIZE_CHANGE));
}

/* One leaf of every size that the chip has, and what is beside it. */
static void rm_large(struct space *s, enum third_level level)
{
	u8 lg2 = s->chip->ours->fmt->level[level].shift;
	u64 start = BIT_ULL(46) + BIT_ULL(lg2), end = start + BIT_ULL(lg2), pdb;
	struct backing *b = space_backing(s, false);
	struct page want = { .backing = b }, hole = {};
	u32 i;

	b->entry.aperture = THIRD_SYS_COH;
	b->entry.pa = space_pa(s, b, start, end - start, lg2);
	rm_vas_map(s->rm, start, end, level, &b->entry);
	rm_invalidate(s);
	pdb = rm_vas_pdb(s->rm);
	for (i = 0; i < 8; i++) {
		u64 offset = below(s, (end - start) / SZ_4K) * SZ_4K;

		want.pa = b->entry.pa + offset;
		space_check_model(s, pdb, start + offset, &want);
		space_check_rm(s, pdb, start + offset, &want);
	}
	space_check_model(s, pdb, start - SZ_4K, &hole);
	space_check_model(s, pdb, end, &hole);
	rm_vas_unmap(s->rm, start, end);
	rm_invalidate(s);
	space_check_model(s, pdb, start, &hole);
	third_totals.jobs += 2;
	space_check_findings(s, 0);
}

void test_their_tables(const struct third_chip *chip, struct host_random *random, u64 rounds)
{
	struct space *s = space_create(chip, random);
	struct rm_mem mem = space_rm_mem(s);
	u32 level;

	s->rm = rm_vas_create(chip->rm, &mem);
	while (rounds--)
		rm_job(s);
	for (level = 0; level <= CNOVA_PT_PDE2; level++)
		if (chip->ours->fmt->level[level].leaf)
			rm_large(s, level);
	rm_vas_destroy(s->rm);
	s->rm = NULL;
	rm_invalidate(s);
	if (s->nr_free != NR_TABLES)
		third_fail(chip, "RM kept %u tables", NR_TABLES - s->nr_free);
	space_destroy(s);
}

/* ---- the engine's tables ---- */

struct space_view {
	struct cnova_pt_view base;
	const struct space *space;
};

static bool same_run(const struct page *a, const struct page *b, s64 pages)
{
	if (a->backing != b->backing)
		return false;
	return a->backing->entry.type == THIRD_SPARSE || b->pa == a->pa + pages * SZ_4K;
}

static void space_extent(const struct space *s, u32 w, u32 i, struct cnova_extent *extent)
{
	const struct page *page = s->page[w], *at = &page[i];
	u32 first = i, end = i + 1;

	while (first && same_run(at, &page[first - 1], (s64)first - 1 - i))
		first--;
	while (end < WINDOW_PAGES && same_run(at, &page[end], end - i))
		end++;
	*extent = (struct cnova_extent){
		.start = window[w] + (u64)first * SZ_4K,
		.end = window[w] + (u64)end * SZ_4K,
		.pa = page[first].pa,
		.attr = to_attr(&at->backing->entry),
		.type = at->backing->entry.type == THIRD_SPARSE ? CNOVA_EXTENT_SPARSE :
								 CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = at->backing->max_leaf_lg2,
		.bound = at->backing->bound,
	};
}

static bool space_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	const struct space *s = container_of(base, struct space_view, base)->space;
	u32 w, i;

	for (w = 0; w < s->nr_windows; w++) {
		i = va > window[w] ? min((va - window[w]) / SZ_4K, (u64)WINDOW_PAGES) : 0;
		for (; i < WINDOW_PAGES; i++) {
			if (!s->page[w][i].backing)
				continue;
			space_extent(s, w, i, extent);
			return true;
		}
	}
	return false;
}

struct op {
	u32 window;
	u32 first;
	u32 nr;
	struct backing *backing;
	u64 pa;
};

static void engine_op(struct space *s, struct op *op)
{
	static const u8 lg2s[] = { 12, 12, 16, 16, 21 };
	u8 lg2 = lg2s[below(s, ARRAY_SIZE(lg2s))];
	u32 unit = 1 << (lg2 - 12), kind = below(s, 8);
	u64 start;

	*op = (struct op){ .window = below(s, s->nr_windows) };
	op->first = below(s, WINDOW_PAGES) / unit * unit;
	op->nr = min((u32)(1 + below(s, lg2 == 21 ? 3 : 40)) * unit, WINDOW_PAGES - op->first);
	start = window[op->window] + (u64)op->first * SZ_4K;
	if (kind < 2)
		return;

	op->backing = space_backing(s, kind == 2);
	if (kind == 2)
		return;
	op->backing->max_leaf_lg2 = below(s, 4) ? 63 : 16;
	op->pa = space_pa(s, op->backing, start, (u64)op->nr * SZ_4K, below(s, 4) ? lg2 : 12);
}

static void engine_describe(const struct op *op, struct cnova_pt_op *pt, struct host_view *view,
			    struct cnova_extent *extent)
{
	u64 start = window[op->window] + (u64)op->first * SZ_4K;

	*pt = (struct cnova_pt_op){
		.range = { start, start + (u64)op->nr * SZ_4K },
		/* There may be: more is reserved than needed, nothing else. */
		.split_start = true,
		.split_end = true,
	};
	if (!op->backing)
		return;

	*extent = (struct cnova_extent){
		.start = pt->range.start,
		.end = pt->range.end,
		.pa = op->pa,
		.attr = to_attr(&op->backing->entry),
		.type = op->backing->entry.type == THIRD_SPARSE ? CNOVA_EXTENT_SPARSE :
								  CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = op->backing->max_leaf_lg2,
	};
	pt->view = host_view_init(view, extent, 1);
}

static void engine_job(struct space *s)
{
	struct space_view view = { .base.next = space_next, .space = s };
	struct cnova_extent extents[MAX_OPS];
	struct host_view views[MAX_OPS];
	struct cnova_pt_op pt[MAX_OPS];
	struct op op[MAX_OPS];
	u32 nr = 1 + below(s, MAX_OPS), i;
	struct host_job job;

	for (i = 0; i < nr; i++) {
		engine_op(s, &op[i]);
		engine_describe(&op[i], &pt[i], &views[i], &extents[i]);
	}
	if (host_prepare(&s->vm, &job, pt, nr))
		abort();
	for (i = 0; i < nr; i++)
		space_set(s, op[i].window, op[i].first, op[i].nr, op[i].backing, op[i].pa, 0);
	if (host_execute(&s->vm, &job, &view.base))
		third_fail(s->chip, "execute failed");
	host_cleanup(&s->vm, &job);

	for (i = 0; i < nr; i++) {
		if (op[i].backing)
			op[i].backing->bound = true;
		space_check(s, host_vm_pdb(&s->vm), op[i].window, op[i].first, op[i].nr);
	}
	third_totals.jobs++;
	space_check_findings(s, 0);
}

/* Make the engine's tables say what @extents say in @range. */
static void engine_set(struct space *s, const struct cnova_pt_range *range,
		       const struct cnova_extent *extents, u32 nr)
{
	struct host_view view;
	struct cnova_pt_op pt = {
		.range = *range,
		.view = nr ? host_view_init(&view, extents, nr) : NULL,
		.split_start = true,
		.split_end = true,
	};
	struct host_job job;

	if (host_prepare(&s->vm, &job, &pt, 1) ||
	    host_execute(&s->vm, &job, host_view_init(&view, extents, nr)))
		third_fail(s->chip, "a large job failed");
	host_cleanup(&s->vm, &job);
	third_totals.jobs++;
	space_check_findings(s, 0);
}

static void engine_look(struct space *s, u64 va, const struct backing *b, u64 pa,
			enum third_level level)
{
	struct page want = { .backing = b, .pa = pa };
	struct rm_mem mem = space_rm_mem(s);
	u64 pdb = host_vm_pdb(&s->vm);
	struct third_entry entry;
	enum third_level at;

	third_totals.looks++;
	space_check_model(s, pdb, va, &want);
	space_check_rm(s, pdb, va, &want);
	rm_walk(s->chip->rm, &mem, pdb, va, &entry, &at);
	if (b && at != level)
		third_fail(s->chip, "%llx: RM finds a leaf of level %d, not %d", va, at, level);
}

/* Two leaves of a size, one page taken out, and all given back. */
static void engine_large(struct space *s, enum third_level level)
{
	u8 lg2 = s->chip->ours->fmt->level[level].shift;
	u64 start = BIT_ULL(46), size = 2ULL << lg2, hole = start + size / 4;
	struct backing *b = space_backing(s, false);
	struct cnova_pt_range range = { start, start + size };
	struct cnova_extent extent[2];
	u64 pa;

	b->entry.aperture = THIRD_SYS_COH;
	pa = space_pa(s, b, start, size, lg2 + 1);
	extent[0] = (struct cnova_extent){
		.start = start,
		.end = start + size,
		.pa = pa,
		.attr = to_attr(&b->entry),
		.max_leaf_lg2 = 63,
	};
	engine_set(s, &range, extent, 1);
	engine_look(s, start, b, pa, level);
	engine_look(s, start + size - SZ_4K, b, pa + size - SZ_4K, level);
	engine_look(s, start + size, NULL, 0, 0);

	if (level != THIRD_4K) {
		extent[0].bound = true;
		extent[1] = extent[0];
		extent[0].end = hole;
		extent[1].start = hole + SZ_4K;
		extent[1].pa += extent[1].start - start;
		range = (struct cnova_pt_range){ hole, hole + SZ_4K };
		engine_set(s, &range, extent, 2);
		engine_look(s, hole, NULL, 0, 0);
		engine_look(s, hole - SZ_4K, b, pa + (hole - start) - SZ_4K,
			    level == THIRD_64K ? THIRD_4K : level == THIRD_PDE0 ? THIRD_64K :
			    level - 1);
		engine_look(s, hole + SZ_4K, b, pa + (hole - start) + SZ_4K, THIRD_4K);
		engine_look(s, start + size - SZ_4K, b, pa + size - SZ_4K, level);
	}

	range = (struct cnova_pt_range){ start, start + size };
	engine_set(s, &range, NULL, 0);
	engine_look(s, start, NULL, 0, 0);
	engine_look(s, start + size - SZ_4K, NULL, 0, 0);
}

void test_our_tables(const struct third_chip *chip, struct host_random *random, u64 rounds)
{
	struct space *s = space_create(chip, random);
	u32 level;

	host_vm_init(&s->vm, chip->ours->fmt, &vm_mem, s, TABLES, NR_TABLES);
	for (level = 0; level <= CNOVA_PT_PDE2; level++)
		if (chip->ours->fmt->level[level].leaf)
			engine_large(s, level);
	while (rounds--)
		engine_job(s);
	host_vm_fini(&s->vm);
	space_check_findings(s, 0);
	space_destroy(s);
}
