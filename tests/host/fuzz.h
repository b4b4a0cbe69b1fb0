/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Differential fuzz of the page-table engine: scripts of steps, who makes them, who runs
 * them, who makes them shorter.
 */
#ifndef _FUZZ_H_
#define _FUZZ_H_

#include <stdio.h>

#include "oracle.h"
#include "hw/chip.h"

#define FUZZ_MAX_OPS	40
#define FUZZ_MAX_QUEUE	6
#define FUZZ_MAX_STEPS	20000
#define FUZZ_MAX_CHIPS	16

/* One line of a script. Whatever lines are taken out, the rest still makes sense. */
enum fuzz_type {
	/* Operations wait for the PREPARE that makes a job of them. */
	FUZZ_MAP,
	FUZZ_SPARSE,
	FUZZ_UNMAP,
	FUZZ_PREPARE,
	/* Of a job that was prepared; overlapping jobs before it are killed first. */
	FUZZ_RUN,
	FUZZ_KILL,
	/* Of the mapping at an address, if it is bound memory. */
	FUZZ_ZAP,
	FUZZ_NR_TYPES
};

struct fuzz_step {
	enum fuzz_type type;
	/* PREPARE, RUN, KILL: which job. */
	u32 job;
	/* PREPARE: which new table gets no page; 0: all get one. */
	u32 fail_page;
	/* Where to look, while it runs and afterwards. */
	u64 seed;
	/* Operations. ZAP: the start alone. */
	struct cnova_pt_range range;
	struct backing backing;
};

struct fuzz_script {
	char chip[16];
	u64 seed;
	/* Of @nr steps @done were run, the last of which failed, if any did. */
	u32 nr;
	u32 done;
	struct fuzz_step step[FUZZ_MAX_STEPS];
};

struct fuzz_totals {
	u64 rounds;
	u64 jobs;
	u64 ops;
	u64 killed;
	u64 refused;
	u64 zaps;
	u64 stores;
	u64 looks;
	u64 resizes;
	u64 deferred;
	u64 idle;
	/* Pages found in leaves of that size, by log2 of bytes. */
	u64 leaf[64];
	u64 chip_ops[FUZZ_MAX_CHIPS];
};

struct fuzz_job {
	struct host_job host;
	u32 id;
	u32 nr;
	const struct fuzz_step *op[FUZZ_MAX_OPS];
	bool may_resize;
};

struct fuzz {
	struct model_vm model;
	/* Seeded by each step. */
	struct host_random random;
	struct fuzz_totals *totals;
	u64 va_end;
	/* Bytes of the largest leaf. */
	u64 max_leaf;
	/* Operations that wait to be prepared. */
	u32 nr_ops;
	const struct fuzz_step *op[FUZZ_MAX_OPS];
	u32 nr_queued;
	struct fuzz_job *queue[FUZZ_MAX_QUEUE];
	/* The address space before the job that runs, after it, and as the job is shown it. */
	struct oracle before;
	struct oracle now;
	struct oracle after;
	const struct fuzz_job *running;
	u32 looks_left;
	bool hole_seen;
	bool failed;
};

/* fuzz_run.c: returns false once something is wrong, and has said what. */
struct fuzz *fuzz_begin(const char *chip, struct fuzz_totals *totals);
bool fuzz_step(struct fuzz *f, const struct fuzz_step *step);
bool fuzz_end(struct fuzz *f);

/* fuzz_gen.c */
struct fuzz_gen {
	struct host_random random;
	u32 next_job;
	/* Where operations go in this round. */
	u32 nr_windows;
	struct cnova_pt_range window[2];
	/* Hundreds of leaves of 2M in one operation. */
	bool may_be_slow;
	u64 traits_kinds;
	const struct cnova_chip *chip;
};

void fuzz_gen_init(struct fuzz_gen *gen, const struct fuzz *f, const char *chip, u64 seed);
/* Append some steps that make sense in the state of @f. */
void fuzz_gen_steps(struct fuzz_gen *gen, const struct fuzz *f, struct fuzz_script *script);

/* fuzz_script.c */
void fuzz_script_print(const struct fuzz_script *script, FILE *file, const char *prefix);
bool fuzz_script_parse(struct fuzz_script *script, FILE *file);
void fuzz_script_shrink(struct fuzz_script *script, bool (*fails)(struct fuzz_script *script));

static inline bool fuzz_is_op(enum fuzz_type type)
{
	return type == FUZZ_MAP || type == FUZZ_SPARSE || type == FUZZ_UNMAP;
}

#endif /* _FUZZ_H_ */
