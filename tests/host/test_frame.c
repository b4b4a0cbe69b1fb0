// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every change of one PDE0 entry, over the real engine.
 *
 * The geometry of a format is data, so here is one with two 64K entries ("slots") of
 * two 4K entries each below an entry of PDE0, and two entries in each directory
 * above: small enough to go through all of it. Starting from nothing, every state
 * that jobs can lead to is visited, and from each every job is tried: one operation
 * on any range, or two on any two ranges that do not overlap; alone, or while
 * another job has everything pinned; and eviction of every mapping.
 *
 * Each time all that walkers may have remembered is looked at: an entry (both halves
 * of a PDE0 together) may be cached with any value it had since the last invalidate
 * while a walker could read it, in any mixture along the path. Then for every page:
 *
 * - all leaves that come out have one size: never two for one address;
 * - what comes out is what was before the job or what is after it: no garbage;
 * - or a hole, but only where a leaf changes its size;
 * - there are at most two invalidates, and two only if something changed its size;
 * - and in the end memory says what the view says.
 *
 * The walk is written here once more, from HARDWARE.md 2.
 *
 * All single operations from all states are always tried. Of the jobs with two
 * operations a sixteenth, chosen by SEED; all of them with EXHAUSTIVE=1 ("make frame").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "host_vm.h"

#define NR_FRAME	4		/* pages below the entry */
#define NR_SEEN		8		/* and below the next one */
#define NR_TABLES	20
#define NR_WORDS	4		/* of the largest table */
#define NR_VALUES	12
#define NR_OUTCOMES	24
#define MAX_EXTENTS	16
#define MAX_PATH	12
#define POISON		0xdeadbeefdeadbee8ULL

#define PAGE(n)		((u64)(n) * SZ_4K)

static struct cnova_pt_fmt tiny;

/* ---- memory, and what walkers may have cached of it ---- */

struct history {
	u32 nr;
	u64 value[NR_VALUES][2];
};

struct table {
	u64 word[NR_WORDS];
	/* A walker may have got here since the last invalidate. */
	bool reached;
	enum cnova_pt_kind kind;
	struct history entry[NR_WORDS];
};

enum outcome_type { HOLE, SPARSE, LEAF, GARBAGE };

struct outcome {
	enum outcome_type type;
	u64 pa;
	u64 size;
	u32 interval;
};

struct outcomes {
	u32 nr;
	struct outcome o[NR_OUTCOMES];
};

struct frame {
	struct host_vm vm;
	struct table table[NR_TABLES];
	/* Collect outcomes; number of the interval between invalidates. */
	bool collect;
	u32 interval;
	struct outcomes seen[NR_SEEN];
	u32 nr_extents;
	struct cnova_extent extent[MAX_EXTENTS];
	u32 next_color;
	const char *failure;
};

static struct frame frame;

static void failed(const char *what)
{
	if (!frame.failure)
		frame.failure = what;
}

static struct table *table_at(u64 pa)
{
	if (pa / SZ_4K - 1 >= NR_TABLES) {
		failed("pointer to nowhere");
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
		failed("one table of two kinds");
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
	u32 pages = 1U << (tiny.level[CNOVA_PT_64K].shift - tiny.level[CNOVA_PT_4K].shift), i;

	for (i = slot * pages; i < (slot + 1) * pages; i++)
		see(table_at(pa), CNOVA_PT_4K, i);
}

/*
 * Below one value of a PDE0 entry. A 4K entry is read only where a 64K entry leaves it
 * open: HARDWARE.md 2.6, 4.3.
 */
static void see_below(u64 low, u64 high)
{
	u64 small = high != POISON && high & 6 ? (high & ~0xffULL) << 4 : 0;
	u32 slot, k;

	if (low == POISON || low & 1)
		return;

	for (slot = 0; slot < 1U << tiny.level[CNOVA_PT_64K].bits; slot++) {
		const struct history *h;

		if (!(low & 6)) {
			if (small)
				see_small(small, slot);
			continue;
		}
		h = see(table_at((low & ~0xfULL) << 4), CNOVA_PT_64K, slot);
		for (k = 0; k < h->nr; k++)
			if (!h->value[k][0] && small)
				see_small(small, slot);
	}
}

/* All that walkers can read now, by all that they may have cached. */
static void see_all(u64 pa, enum cnova_pt_kind kind)
{
	u32 i, k;

	for (i = 0; i < 1U << tiny.level[kind].bits; i++) {
		const struct history *h = see(table_at(pa), kind, i);

		for (k = 0; k < h->nr; k++) {
			u64 word = h->value[k][0];

			if (kind == CNOVA_PT_PDE0)
				see_below(word, h->value[k][1]);
			else if (word != POISON && word & 6)
				see_all((word & ~0xffULL) << 4, kind - 1);
		}
	}
}

/* After an invalidate only what memory says can be seen. */
static void forget(void)
{
	u32 i, k;

	for (i = 0; i < NR_TABLES; i++) {
		for (k = 0; k < NR_WORDS && frame.table[i].reached; k++)
			frame.table[i].entry[k].nr = 0;
		frame.table[i].reached = false;
	}
	see_all(host_vm_pdb(&frame.vm), tiny.root);
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
	u64 size = 1ULL << tiny.level[kind].shift;
	u64 pa = (word & 0x1ffffff00ULL) << 4;

	outcome_add(out, pa % size ? GARBAGE : LEAF, pa + va % size, size);
}

/* All that may come out for a page, by all that the path may be cached as. */
static void walk_small(struct outcomes *out, u64 pa, u64 va)
{
	const struct history *h = &table_at(pa)->entry[cnova_pt_index(&tiny, CNOVA_PT_4K, va)];
	u32 i;

	for (i = 0; i < h->nr; i++) {
		u64 word = h->value[i][0];

		if (word == POISON)
			outcome_add(out, GARBAGE, 0, 0);
		else if (word & 1)
			leaf(out, word, CNOVA_PT_4K, va);
		else
			outcome_add(out, word & 8 ? SPARSE : HOLE, 0, 0);
	}
}

static void walk_big(struct outcomes *out, u64 pa, u64 small, u64 va)
{
	const struct history *h = &table_at(pa)->entry[cnova_pt_index(&tiny, CNOVA_PT_64K, va)];
	u32 i;

	for (i = 0; i < h->nr; i++) {
		u64 word = h->value[i][0];

		if (word == POISON)
			outcome_add(out, GARBAGE, 0, 0);
		else if (word & 1)
			leaf(out, word, CNOVA_PT_64K, va);
		else if (word & 8)
			outcome_add(out, SPARSE, 0, 0);
		else if (!word && small & 6)
			walk_small(out, (small & ~0xffULL) << 4, va);
		else
			outcome_add(out, HOLE, 0, 0);
	}
}

static void walk_pde0(struct outcomes *out, u64 pa, u64 va)
{
	const struct history *h = &table_at(pa)->entry[cnova_pt_index(&tiny, CNOVA_PT_PDE0, va)];
	u32 i;

	for (i = 0; i < h->nr; i++) {
		u64 low = h->value[i][0], high = h->value[i][1];

		if (low == POISON || high == POISON)
			outcome_add(out, GARBAGE, 0, 0);
		else if (low & 1)
			leaf(out, low, CNOVA_PT_PDE0, va);
		else if (low & 6)
			walk_big(out, (low & ~0xfULL) << 4, high, va);
		else if (high & 6)
			walk_small(out, (high & ~0xffULL) << 4, va);
		else
			outcome_add(out, low & 8 ? SPARSE : HOLE, 0, 0);
	}
}

static void walk(struct outcomes *out, u64 pa, enum cnova_pt_kind kind, u64 va)
{
	const struct history *h = &table_at(pa)->entry[cnova_pt_index(&tiny, kind, va)];
	u32 i;

	if (kind == CNOVA_PT_PDE0) {
		walk_pde0(out, pa, va);
		return;
	}
	for (i = 0; i < h->nr; i++) {
		u64 word = h->value[i][0];

		if (word == POISON || word & 1)
			outcome_add(out, GARBAGE, 0, 0);
		else if (word & 6)
			walk(out, (word & ~0xffULL) << 4, kind - 1, va);
		else
			outcome_add(out, word & 8 ? SPARSE : HOLE, 0, 0);
	}
}

static void collect(void)
{
	u32 page;

	for (page = 0; page < NR_SEEN; page++)
		walk(&frame.seen[page], host_vm_pdb(&frame.vm), tiny.root, PAGE(page));
}

/* What comes out for a page, when nothing is cached. */
static struct outcome look(u32 page)
{
	struct outcomes out = {};

	walk(&out, host_vm_pdb(&frame.vm), tiny.root, PAGE(page));
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
		failed("store beyond a table");
		return;
	}
	t->word[i] = word;
	if (t->reached && frame.collect)
		see_all(host_vm_pdb(vm), tiny.root);
}

static u64 mem_load(struct host_vm *vm, u64 pa)
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
		failed("table given back that walkers may know");
}

static int mem_invalidate(struct host_vm *vm)
{
	if (!frame.collect)
		return 0;
	collect();
	frame.interval++;
	forget();
	return 0;
}

static const struct host_mem mem = {
	.zero_bytes = NR_WORDS * sizeof(u64),
	.store = mem_store,
	.load = mem_load,
	.populate = mem_populate,
	.release = mem_release,
	.invalidate = mem_invalidate,
};

/* ---- operations ---- */

enum op_type { OP_UNMAP, OP_SPARSE, OP_MEM_4K, OP_MEM_64K, OP_MEM, NR_OPS };

struct op {
	u8 type;
	u8 first;
	u8 stop;
};

enum pin { FREE, PINNED, ZAP };

/* What leads from one state to another. */
struct job {
	u8 nr;
	/* An &enum pin. ZAP: of the mapping that op[0].first is in. */
	u8 pin;
	struct op op[2];
};

/* Cut pages out of the description. */
static void cut(u64 start, u64 end)
{
	struct cnova_extent old[MAX_EXTENTS];
	u32 i, nr = frame.nr_extents;

	memcpy(old, frame.extent, sizeof(old));
	frame.nr_extents = 0;
	for (i = 0; i < nr; i++) {
		struct cnova_extent e = old[i];

		if (e.start < start) {
			frame.extent[frame.nr_extents] = e;
			frame.extent[frame.nr_extents++].end = min(e.end, start);
		}
		if (e.end > end) {
			if (e.start < end) {
				e.pa += end - e.start;
				e.start = end;
			}
			frame.extent[frame.nr_extents++] = e;
		}
	}
}

static struct cnova_extent op_extent(const struct op *op)
{
	static const u8 cap[NR_OPS] = {
		[OP_MEM_4K] = 12, [OP_MEM_64K] = 13, [OP_MEM] = 63, [OP_SPARSE] = 63,
	};

	return (struct cnova_extent){
		.start = PAGE(op->first),
		.end = PAGE(op->stop),
		.pa = SZ_1M * (u64)frame.next_color + PAGE(op->first),
		.type = op->type == OP_SPARSE ? CNOVA_EXTENT_SPARSE : CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = cap[op->type],
	};
}

static void op_apply(const struct op *op)
{
	struct cnova_extent e;
	u32 i;

	cut(PAGE(op->first), PAGE(op->stop));
	if (op->type == OP_UNMAP)
		return;

	frame.next_color++;
	e = op_extent(op);
	for (i = frame.nr_extents++; i && frame.extent[i - 1].start > e.start; i--)
		frame.extent[i] = frame.extent[i - 1];
	frame.extent[i] = e;
}

static bool spans(u64 va, const struct job *job)
{
	u32 i;

	for (i = 0; i < frame.nr_extents; i++)
		if (frame.extent[i].start < va && frame.extent[i].end > va)
			return true;
	for (i = 0; i < job->nr; i++)
		if (job->op[i].type != OP_UNMAP && PAGE(job->op[i].first) < va &&
		    PAGE(job->op[i].stop) > va)
			return true;
	return false;
}

static void prepare(const struct job *job, struct host_job *host)
{
	struct cnova_pt_op pt[2] = {};
	struct cnova_extent e[2];
	struct host_view view[2];
	u32 i, color = frame.next_color;

	for (i = 0; i < job->nr; i++) {
		const struct op *op = &job->op[i];

		pt[i].range.start = PAGE(op->first);
		pt[i].range.end = PAGE(op->stop);
		pt[i].split_start = spans(PAGE(op->first), job);
		pt[i].split_end = spans(PAGE(op->stop), job);
		if (op->type == OP_UNMAP)
			continue;
		frame.next_color++;
		e[i] = op_extent(op);
		pt[i].view = host_view_init(&view[i], &e[i], 1);
	}
	frame.next_color = color;
	if (host_prepare(&frame.vm, host, pt, job->nr))
		failed("prepare");
}

/* Another job that waits, and needs everything below the entry. */
static void pin(struct host_job *host)
{
	struct cnova_pt_op pt = {
		.range = { PAGE(1), PAGE(2) }, .split_start = true, .split_end = true,
	};

	if (host_prepare(&frame.vm, host, &pt, 1))
		failed("prepare");
}

static bool zap(const struct job *job)
{
	u32 i;

	for (i = 0; i < frame.nr_extents; i++) {
		struct cnova_extent *e = &frame.extent[i];

		if (e->start != PAGE(job->op[0].first) || e->type != CNOVA_EXTENT_MEM)
			continue;
		host_zap(&frame.vm, e->start, e->end);
		cut(e->start, e->end);
		return true;
	}
	return false;
}

static bool resized;

/* Run a job. Return: false if there is nothing of that kind to do. */
static bool run(const struct job *job)
{
	struct host_job ran, other;
	struct host_view view;
	u32 i;

	if (job->pin == ZAP)
		return zap(job);

	if (job->pin == PINNED)
		pin(&other);
	prepare(job, &ran);
	for (i = 0; i < job->nr; i++)
		op_apply(&job->op[i]);
	host_execute(&frame.vm, &ran, host_view_init(&view, frame.extent, frame.nr_extents));
	for (i = 0; i < frame.nr_extents; i++)
		frame.extent[i].bound = true;
	resized = ran.pt.resized;
	host_cleanup(&frame.vm, &ran);
	if (job->pin == PINNED)
		host_cleanup(&frame.vm, &other);
	return true;
}

/* ---- states ---- */

/* What tells states apart: how pages are stored, and what mappings there are. */
struct key {
	u8 byte[40];
};

struct state {
	struct key key;
	u32 nr;
	struct job path[MAX_PATH];
};

static struct state *states;
static u32 nr_states, max_states;
static u32 *buckets;
#define NR_BUCKETS	65536U

static u8 shape(u64 word)
{
	if (!word || word == 8 || word == 0x20)
		return word;
	return word & 1 ? 1 : 2;
}

static void make_key(struct key *key)
{
	struct cnova_pt_node *node = frame.vm.tree.root;
	u32 i, k, n = 0;
	u64 word;

	memset(key, 0, sizeof(*key));
	for (i = 0; i < frame.nr_extents && frame.extent[i].start < PAGE(NR_FRAME); i++) {
		const struct cnova_extent *e = &frame.extent[i];

		for (k = e->start / SZ_4K; k < min(e->end / SZ_4K, (u64)NR_FRAME); k++)
			key->byte[k] = e->type == CNOVA_EXTENT_SPARSE ? 1 : e->max_leaf_lg2;
		/* Where it begins, whether its memory is aligned with it. */
		key->byte[4 + min(e->start / SZ_4K, 3ULL)] = 1 + (e->end > PAGE(NR_FRAME));
	}

	/* The path down, then the entry and its tables. */
	n = 8;
	while (node->kind > CNOVA_PT_PDE0) {
		word = mem_load(&frame.vm, node->pa.raw);
		key->byte[n++] = 0x80 | shape(word);
		if (shape(word) != 2)
			return;
		node = (struct cnova_pt_node *)(unsigned long)(node->word[0] & ~7ULL);
	}
	for (i = 0; i < 2; i++) {
		word = mem_load(&frame.vm, node->pa.raw + i * sizeof(u64));
		key->byte[n++] = 0x40 | shape(word);
		if (shape(word) != 2)
			continue;
		word = (word & ~0xfULL) << 4;
		for (k = 0; k < (i ? 4 : 2); k++)
			key->byte[n++] = shape(mem_load(&frame.vm, word + k * sizeof(u64)));
		if (i) {
			const struct cnova_pt_node *small =
				(struct cnova_pt_node *)(unsigned long)(node->word[1] & ~7ULL);

			key->byte[n++] = small->small.valid[0] << 4 | small->small.valid[1];
		}
	}
}

static u32 hash(const struct key *key)
{
	u32 i, h = 2166136261U;

	for (i = 0; i < sizeof(*key); i++)
		h = (h ^ key->byte[i]) * 16777619U;
	return h ^ h >> 16;
}

/* Remember the state that @job led to from @from, unless it is known. */
static void remember(const struct state *from, const struct job *job)
{
	struct state *state;
	struct key key;
	u32 at;

	make_key(&key);
	for (at = hash(&key); buckets[at % NR_BUCKETS]; at++)
		if (!memcmp(&states[buckets[at % NR_BUCKETS] - 1].key, &key, sizeof(key)))
			return;
	if (from && from->nr == MAX_PATH)
		return;
	if (nr_states == max_states)
		abort();

	state = &states[nr_states++];
	buckets[at % NR_BUCKETS] = nr_states;
	memset(state, 0, sizeof(*state));
	if (from) {
		*state = *from;
		state->path[state->nr++] = *job;
	}
	state->key = key;
}

static bool with_neighbour;

/* Make a state again. */
static void begin(const struct state *state)
{
	const struct job neighbour = { .nr = 1, .op[0] = { OP_MEM_4K, 4, 5 } };
	u32 i;

	memset(&frame, 0, sizeof(frame));
	host_vm_init(&frame.vm, &tiny, &mem, NULL, SZ_4K, NR_TABLES);
	if (with_neighbour)
		run(&neighbour);
	for (i = 0; state && i < state->nr; i++)
		run(&state->path[i]);
}

static void end(void)
{
	frame.collect = false;
	host_vm_fini(&frame.vm);
}

static void print_job(const struct job *job)
{
	static const char * const type[] = { "unmap", "sparse", "mem4K", "mem64K", "mem" };
	u32 i;

	printf("%s", job->pin == ZAP ? " zap" : job->pin == PINNED ? " pinned" : "");
	for (i = 0; i < job->nr; i++)
		printf(" %s[%u,%u)", type[job->op[i].type], job->op[i].first, job->op[i].stop);
	printf(";");
}

/* ---- the check ---- */

/*
 * May there be a hole at @page, which is none before and after? Only if the leaf before
 * or the leaf after covers a page that is mapped in another size on the other side.
 */
static bool may_break(const struct outcome *a, const struct outcome *b, u32 page)
{
	u32 pages, first, i;

	if (a[page].type != LEAF)
		return false;
	pages = a[page].size / SZ_4K;
	first = page & ~(pages - 1);
	for (i = first; i < first + pages && i < NR_SEEN; i++)
		if (b[i].type == LEAF && b[i].size != a[page].size)
			return true;
	return false;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->type == b->type && (a->type != LEAF || a->pa == b->pa);
}

static void check_page(const struct outcome *before, const struct outcome *after, u32 page)
{
	const struct outcomes *seen = &frame.seen[page];
	u32 i, k;

	for (i = 0; i < seen->nr; i++) {
		const struct outcome *o = &seen->o[i];

		for (k = 0; k < i; k++)
			if (o->type == LEAF && seen->o[k].type == LEAF &&
			    o->interval == seen->o[k].interval && o->size != seen->o[k].size)
				failed("two sizes for one address");
		if (o->type == GARBAGE)
			failed("garbage: something that nobody wrote, or not aligned");
		else if (same(o, &before[page]) || same(o, &after[page]))
			continue;
		else if (o->type != HOLE)
			failed("neither as before nor as after");
		else if (!may_break(before, after, page) && !may_break(after, before, page))
			failed("a hole where no leaf changes size");
	}
}

static void check_final(u32 page, const struct outcome *is)
{
	u32 i;

	for (i = 0; i < frame.nr_extents; i++) {
		const struct cnova_extent *e = &frame.extent[i];

		if (e->start > PAGE(page) || e->end <= PAGE(page))
			continue;
		if (e->type == CNOVA_EXTENT_SPARSE ? is->type != SPARSE :
		    is->type != LEAF || is->pa != e->pa + PAGE(page) - e->start ||
		    is->size > 1ULL << min(e->max_leaf_lg2, (u8)62))
			failed("not what the view says");
		return;
	}
	if (is->type != HOLE)
		failed("not what the view says: a hole");
}

struct totals {
	u64 cases;
	u64 breaks;
	u64 deferred;
	u64 still;
	u64 max_stores;
};

static struct totals totals;
static u64 seed;
static bool exhaustive;

/* One case. Return: whether the job was one. */
static bool check(const struct state *state, const struct job *job)
{
	struct outcome before[NR_SEEN], after[NR_SEEN];
	const struct host_counts *c = &frame.vm.counts;
	bool broken = false;
	const char *what;
	u32 page;
	u64 va;

	begin(state);
	forget();
	for (page = 0; page < NR_SEEN; page++)
		before[page] = look(page);

	host_reset_counts(&frame.vm);
	frame.collect = true;
	if (!run(job)) {
		end();
		return false;
	}
	collect();
	frame.collect = false;
	forget();

	for (page = 0; page < NR_SEEN; page++) {
		after[page] = look(page);
		check_final(page, &after[page]);
	}
	for (page = 0; page < NR_SEEN; page++) {
		check_page(before, after, page);
		broken |= may_break(before, after, page) || may_break(after, before, page);
	}

	if (c->invalidates > 2 || c->unordered || c->since || !c->stores != !c->invalidates)
		failed("number of invalidates");
	if (job->pin != ZAP && resized != broken)
		failed("the engine is of another mind about what changed its size");
	what = host_validate(&frame.vm, &va);
	if (what)
		failed(what);
	if (host_nr_warnings)
		failed("warning");

	totals.cases++;
	totals.breaks += broken;
	totals.deferred += !broken && c->invalidates == 2;
	totals.still += !c->stores;
	totals.max_stores = max(totals.max_stores, c->stores);

	if (!frame.failure)
		remember(state, job);
	end();
	return true;
}

static bool report(const struct state *state, const struct job *job)
{
	u32 i;

	if (!frame.failure)
		return true;
	printf("# %s: after", frame.failure);
	for (i = 0; i < state->nr; i++)
		print_job(&state->path[i]);
	printf(" job");
	print_job(job);
	printf("\n");
	return false;
}

/* ---- all jobs ---- */

static struct job *jobs;
static u32 nr_jobs;

static void add_job(const struct op *a, const struct op *b)
{
	u32 k;

	for (k = FREE; k <= PINNED; k++) {
		struct job *job = &jobs[nr_jobs++];

		*job = (struct job){ .nr = b ? 2 : 1, .pin = k };
		job->op[0] = *a;
		if (b)
			job->op[1] = *b;
	}
}

static u32 make_ops(struct op *op)
{
	u32 type, first, stop, nr = 0;

	for (type = 0; type < NR_OPS; type++)
		for (first = 0; first < NR_FRAME; first++)
			for (stop = first + 1; stop <= NR_FRAME; stop++)
				op[nr++] = (struct op){ type, first, stop };
	return nr;
}

static void make_jobs(bool pairs)
{
	struct op op[64];
	u32 a, b, nr = make_ops(op);

	jobs = calloc(8192, sizeof(*jobs));
	nr_jobs = 0;
	for (a = 0; a < nr; a++) {
		add_job(&op[a], NULL);
		for (b = 0; b < nr && pairs; b++)
			if (op[a].stop <= op[b].first)
				add_job(&op[a], &op[b]);
	}

	/* Across entries, up to whole directories. */
	for (a = 0; a < 3; a++) {
		static const u8 stop[] = { 8, 16, 64 };

		add_job(&(struct op){ OP_SPARSE, 0, stop[a] }, NULL);
		add_job(&(struct op){ OP_UNMAP, 0, stop[a] }, NULL);
	}

	add_job(&(struct op){ OP_MEM, 2, 8 }, NULL);

	for (a = 0; a < NR_FRAME; a++)
		jobs[nr_jobs++] = (struct job){ .nr = 1, .pin = ZAP, .op[0].first = a };
}

static bool check_all(const char *name)
{
	bool ok = true;
	u32 i, k;

	memset(&totals, 0, sizeof(totals));
	memset(buckets, 0, NR_BUCKETS * sizeof(*buckets));
	nr_states = 0;
	begin(NULL);
	remember(NULL, NULL);
	end();

	for (i = 0; i < nr_states && ok; i++)
		for (k = 0; k < nr_jobs && ok; k++) {
			if (jobs[k].nr == 2 && !exhaustive &&
			    (hash(&states[i].key) + k + seed) % 16)
				continue;
			check(&states[i], &jobs[k]);
			ok = report(&states[i], &jobs[k]);
		}

	printf("# %u states, %u jobs, %llu cases, at most %llu stores; broken: %llu,\n",
	       nr_states, nr_jobs, totals.cases, totals.max_stores, totals.breaks);
	printf("# sparse in two steps: %llu, nothing stored: %llu\n", totals.deferred,
	       totals.still);
	tap_result(ok, name);
	return ok;
}

int main(void)
{
	tiny = cnova_pt_fmt_v2;
	tiny.name = "tiny";
	tiny.level[CNOVA_PT_4K] = (struct cnova_pt_level){ 12, 2, 1, true };
	tiny.level[CNOVA_PT_64K] = (struct cnova_pt_level){ 13, 1, 1, true };
	tiny.level[CNOVA_PT_PDE0] = (struct cnova_pt_level){ 14, 1, 2, true };
	tiny.level[CNOVA_PT_PDE1] = (struct cnova_pt_level){ 15, 1, 1, false };
	tiny.level[CNOVA_PT_PDE2] = (struct cnova_pt_level){ 16, 1, 1, false };
	tiny.level[CNOVA_PT_PDE3] = (struct cnova_pt_level){ 17, 1, 1, false };
	tiny.va_bits = 18;

	seed = host_seed(1);
	exhaustive = getenv("EXHAUSTIVE");
	printf("# seed %#llx%s\n", seed, exhaustive ? ", exhaustive" : "");
	max_states = 20000;
	states = calloc(max_states, sizeof(*states));
	buckets = calloc(NR_BUCKETS, sizeof(*buckets));

	make_jobs(true);
	with_neighbour = true;
	check_all("one PDE0 entry, its table in use beside it");
	free(jobs);

	make_jobs(false);
	with_neighbour = false;
	check_all("one PDE0 entry, alone: directories come and go");
	free(jobs);

	free(buckets);
	free(states);
	return tap_done();
}
