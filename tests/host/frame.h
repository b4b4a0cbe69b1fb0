/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Every change of a small piece of page tables: what its parts share. See test_frame.c.
 */
#ifndef _FRAME_H_
#define _FRAME_H_

#include "host_vm.h"

#define NR_FRAME	16		/* most pages below the entry */
#define NR_SEEN		20		/* and below the next one */
#define NR_TABLES	40
#define NR_WORDS	4		/* of the largest table */
#define NR_VALUES	16
#define NR_OUTCOMES	32
#define MAX_EXTENTS	24
#define MAX_PATH	12
#define MAX_EDGES	6

#define PAGE(n)		((u64)(n) * SZ_4K)

/* A format, made small, and what is tried with it. */
struct frame_shape {
	const char *name;
	struct cnova_pt_fmt fmt;
	bool v3;
	/* Pages below the entry that is looked at, and with those of the next one. */
	u32 nr_pages;
	u32 nr_seen;
	/* Operations begin and end there. */
	u32 nr_edges;
	u8 edge[MAX_EDGES];
	/* log2 of the largest leaf, by type from OP_MEM on. */
	u32 nr_caps;
	u8 cap[5];
	/* Jobs of two operations too. */
	bool pairs;
};

/* ---- memory, and what walkers may have cached of it: frame_mem.c ---- */

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

extern struct frame frame;
extern const struct frame_shape *shape;
extern const struct host_mem frame_mem;

void frame_failed(const char *what);
u64 frame_load(struct host_vm *vm, u64 pa);
void frame_forget(void);
void frame_collect(void);
struct outcome frame_look(u32 page);

/* ---- operations and states: frame_jobs.c ---- */

/* From OP_MEM on: memory, with the cap of that number. */
enum op_type { OP_UNMAP, OP_SPARSE, OP_MEM };

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

/* What tells states apart: how pages are stored, and what mappings there are. */
struct key {
	u64 hash[2];
};

struct state {
	struct key key;
	u32 nr;
	struct job path[MAX_PATH];
};

extern struct state *states;
extern u32 nr_states;
extern struct job *jobs;
extern u32 nr_jobs;
extern bool frame_resized;

bool job_run(const struct job *job);
void job_print(const struct job *job);
void jobs_make(void);
void state_begin(const struct state *state, bool with_neighbour);
void state_end(void);
void states_reset(void);
void state_remember(const struct state *from, const struct job *job);

#endif /* _FRAME_H_ */
