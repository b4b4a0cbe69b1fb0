// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Jobs of the frame test, and the states that they lead to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "frame.h"

#define MAX_STATES	60000
#define MAX_JOBS	8192
#define NR_BUCKETS	262144U

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
	return (struct cnova_extent){
		.start = PAGE(op->first),
		.end = PAGE(op->stop),
		.pa = SZ_1M * (u64)frame.next_color + PAGE(op->first),
		.type = op->type == OP_SPARSE ? CNOVA_EXTENT_SPARSE : CNOVA_EXTENT_MEM,
		.max_leaf_lg2 = op->type == OP_SPARSE ? 63 : shape->cap[op->type - OP_MEM],
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
		frame_failed("prepare");
}

/* Another job that waits, and needs everything below the entry. */
static void pin(struct host_job *host)
{
	struct cnova_pt_op pt = {
		.range = { PAGE(1), PAGE(2) }, .split_start = true, .split_end = true,
	};

	if (host_prepare(&frame.vm, host, &pt, 1))
		frame_failed("prepare");
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

bool frame_resized;

/* Run a job. Return: false if there is nothing of that kind to do. */
bool job_run(const struct job *job)
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
	frame_resized = ran.pt.resized;
	host_cleanup(&frame.vm, &ran);
	if (job->pin == PINNED)
		host_cleanup(&frame.vm, &other);
	return true;
}

/* ---- states ---- */

struct state *states;
u32 nr_states;
static u32 *buckets;

/* Two sums, so that no two states are taken for one. */
static void feed(struct key *key, u64 value)
{
	key->hash[0] = (key->hash[0] ^ value) * 0x100000001b3ULL;
	key->hash[1] = (key->hash[1] + value + 1) * 0x9e3779b97f4a7c15ULL;
	key->hash[1] ^= key->hash[1] >> 29;
}

/* 0 empty, 1 leaf, 2 table; sparse and blocked as they are. */
static u64 word_shape(u64 word)
{
	if (!word || word == shape->fmt.sparse || word == shape->fmt.blocked)
		return word;
	return word & 1 ? 1 : 2;
}

static struct cnova_pt_node *child(const struct cnova_pt_node *node, u32 word)
{
	return (struct cnova_pt_node *)(unsigned long)(node->word[word] & ~7ULL);
}

static void feed_leaves(struct key *key, const struct cnova_pt_node *node)
{
	u32 i;

	for (i = 0; i < 1U << shape->fmt.level[node->kind].bits; i++)
		feed(key, word_shape(frame_load(&frame.vm, node->pa.raw + i * sizeof(u64))));
	if (node->kind == CNOVA_PT_4K)
		for (i = 0; i < 1U << shape->fmt.level[CNOVA_PT_64K].bits; i++)
			feed(key, node->small.valid[i]);
}

/* What is below the entries that have to do with the pages looked at. */
static void feed_directory(struct key *key, const struct cnova_pt_node *node, u64 va)
{
	const struct cnova_pt_level *level = &shape->fmt.level[node->kind];
	u32 i, k;

	for (i = 0; i < 1U << level->bits && va < PAGE(shape->nr_pages); i++) {
		for (k = i * level->words; k < (i + 1) * level->words; k++) {
			u64 word = word_shape(frame_load(&frame.vm,
							 node->pa.raw + k * sizeof(u64)));

			feed(key, word | 0x40);
			if (word != 2)
				continue;
			if (node->kind == CNOVA_PT_PDE0)
				feed_leaves(key, child(node, k));
			else
				feed_directory(key, child(node, k), va);
		}
		va += 1ULL << level->shift;
	}
}

static void make_key(struct key *key)
{
	u64 end = PAGE(shape->nr_pages);
	u32 i;

	*key = (struct key){};
	for (i = 0; i < frame.nr_extents && frame.extent[i].start < end; i++) {
		const struct cnova_extent *e = &frame.extent[i];

		feed(key, e->start);
		feed(key, min(e->end, end + 1));
		feed(key, e->type == CNOVA_EXTENT_SPARSE ? 1 : e->max_leaf_lg2);
	}
	feed_directory(key, frame.vm.tree.root, 0);
}

/* Forget all states but the first, in which there is nothing. */
void states_reset(void)
{
	if (!states) {
		states = calloc(MAX_STATES, sizeof(*states));
		buckets = calloc(NR_BUCKETS, sizeof(*buckets));
	}
	memset(buckets, 0, NR_BUCKETS * sizeof(*buckets));
	nr_states = 0;
}

/* Remember the state that @job led to from @from, unless it is known. */
void state_remember(const struct state *from, const struct job *job)
{
	struct state *state;
	struct key key;
	u64 at;

	make_key(&key);
	for (at = key.hash[1] >> 20; buckets[at % NR_BUCKETS]; at++)
		if (!memcmp(&states[buckets[at % NR_BUCKETS] - 1].key, &key, sizeof(key)))
			return;
	if (from && from->nr == MAX_PATH)
		return;
	if (nr_states == MAX_STATES) {
		frame_failed("too many states");
		return;
	}

	state = &states[nr_states++];
	buckets[at % NR_BUCKETS] = nr_states;
	memset(state, 0, sizeof(*state));
	if (from) {
		*state = *from;
		state->path[state->nr++] = *job;
	}
	state->key = key;
}

/* Make a state again; NULL: the first. */
void state_begin(const struct state *state, bool with_neighbour)
{
	const struct job neighbour = {
		.nr = 1, .op[0] = { OP_MEM, shape->nr_pages, shape->nr_pages + 1 },
	};
	u32 i;

	memset(&frame, 0, sizeof(frame));
	host_vm_init(&frame.vm, &shape->fmt, &frame_mem, NULL, SZ_4K, NR_TABLES);
	if (with_neighbour)
		job_run(&neighbour);
	for (i = 0; state && i < state->nr; i++)
		job_run(&state->path[i]);
}

void state_end(void)
{
	frame.collect = false;
	host_vm_fini(&frame.vm);
}

/* ---- all jobs ---- */

struct job *jobs;
u32 nr_jobs;

void job_print(const struct job *job)
{
	u32 i;

	printf("%s", job->pin == ZAP ? " zap" : job->pin == PINNED ? " pinned" : "");
	for (i = 0; i < job->nr; i++) {
		const struct op *op = &job->op[i];

		if (op->type < OP_MEM)
			printf(" %s", op->type == OP_UNMAP ? "unmap" : "sparse");
		else
			printf(" mem%u", shape->cap[op->type - OP_MEM]);
		printf("[%u,%u)", op->first, op->stop);
	}
	printf(";");
}

static void add_job(const struct op *a, const struct op *b)
{
	u32 k;

	for (k = FREE; k <= PINNED && nr_jobs < MAX_JOBS; k++) {
		struct job *job = &jobs[nr_jobs++];

		*job = (struct job){ .nr = b ? 2 : 1, .pin = k };
		job->op[0] = *a;
		if (b)
			job->op[1] = *b;
	}
}

static u32 make_ops(struct op *op)
{
	u32 type, a, b, nr = 0;

	for (type = 0; type < OP_MEM + shape->nr_caps; type++)
		for (a = 0; a < shape->nr_edges; a++)
			for (b = a + 1; b < shape->nr_edges; b++)
				op[nr++] = (struct op){ type, shape->edge[a], shape->edge[b] };
	return nr;
}

/* Every job of the shape that is set. */
void jobs_make(void)
{
	u8 span = shape->nr_pages, largest = OP_MEM + shape->nr_caps - 1;
	struct op op[128];
	u32 a, b, nr = make_ops(op);

	if (!jobs)
		jobs = calloc(MAX_JOBS, sizeof(*jobs));
	nr_jobs = 0;
	for (a = 0; a < nr; a++) {
		add_job(&op[a], NULL);
		for (b = 0; b < nr && shape->pairs; b++)
			if (op[a].stop <= op[b].first)
				add_job(&op[a], &op[b]);
	}

	/* Across entries, up to whole directories. */
	for (a = 2 * span; a <= 64 && a <= 1U << (shape->fmt.va_bits - 12); a *= 2) {
		add_job(&(struct op){ OP_SPARSE, 0, a }, NULL);
		add_job(&(struct op){ OP_UNMAP, 0, a }, NULL);
	}
	add_job(&(struct op){ largest, span / 2, span + 4 }, NULL);

	for (a = 0; a < span && nr_jobs < MAX_JOBS; a++)
		jobs[nr_jobs++] = (struct job){ .nr = 1, .pin = ZAP, .op[0].first = a };
}
