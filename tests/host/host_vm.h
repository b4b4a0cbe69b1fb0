/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An address space for the host tests: the engine over some memory, with the part of
 * mm/vmm.c that gets tables, and with counters.
 */
#ifndef _HOST_VM_H_
#define _HOST_VM_H_

#include <linux/types.h>

#include "mm/pt_tree.h"

struct host_vm;

/* Memory that tables live in. */
struct host_mem {
	/* Bytes that are zeroed in a fresh table. */
	u32 zero_bytes;
	void (*store)(struct host_vm *vm, u64 pa, u64 word);
	u64 (*load)(struct host_vm *vm, u64 pa);
	void (*populate)(struct host_vm *vm, u64 pa);
	void (*release)(struct host_vm *vm, u64 pa);
	int (*invalidate)(struct host_vm *vm);
};

/* What was done, exactly. */
struct host_counts {
	u64 stores;
	u64 orders;
	u64 invalidates;
	/* Stores that had not been ordered when an invalidate came. */
	u64 unordered;
	/* Of @stores, those between the last two invalidates. */
	u64 since;
};

struct host_vm {
	struct cnova_pt_tree tree;
	struct cnova_pt_io io;
	struct cnova_pt_mem pt_mem;
	const struct host_mem *mem;
	void *priv;
	/* Memory from address 0 on, or NULL: what @mem->load would say, faster. */
	const u64 *words;
	struct host_counts counts;
	/* Pages for tables: [0, nr_pages) from @pages_pa on; a stack of free ones. */
	u64 pages_pa;
	u32 nr_pages;
	u32 nr_free;
	u32 *free_page;
	/* Fail the n-th page from now on; 0: none. */
	u32 fail_page;
	/* Set once the hardware failed. */
	int error;
	u32 pending_stores;
};

struct host_job {
	struct cnova_pt_job pt;
	/* Nodes made for it, of each kind: what prepare reserved. */
	u32 made[CNOVA_NR_PT_KINDS];
};

/* All extents of an array, ascending. */
struct host_view {
	struct cnova_pt_view base;
	const struct cnova_extent *extents;
	u32 nr;
};

struct cnova_pt_view *host_view_init(struct host_view *view, const struct cnova_extent *extents,
				     u32 nr);

void host_vm_init(struct host_vm *vm, const struct cnova_pt_fmt *fmt,
		  const struct host_mem *mem, void *priv, u64 pages_pa, u32 nr_pages);
void host_vm_fini(struct host_vm *vm);
/* Throw the empty root away, and go on with one that is in memory already. */
void host_vm_adopt(struct host_vm *vm, u64 root, u64 end, u64 vram_end);
u64 host_vm_pdb(const struct host_vm *vm);

int host_prepare(struct host_vm *vm, struct host_job *job, const struct cnova_pt_op *ops,
		 u32 nr_ops);
int host_execute(struct host_vm *vm, struct host_job *job, struct cnova_pt_view *view);
void host_cleanup(struct host_vm *vm, struct host_job *job);
void host_zap(struct host_vm *vm, u64 start, u64 end);
const char *host_validate(struct host_vm *vm, u64 *va);
void host_reset_counts(struct host_vm *vm);

/* Random numbers that can be had again. */
struct host_random {
	u64 state;
};

u64 host_random(struct host_random *random);
u64 host_random_below(struct host_random *random, u64 n);
u64 host_seed(u64 fallback);

/* TAP. */
void tap_result(bool ok, const char *name);
void tap_skip(const char *name, const char *why);
int tap_done(void);

#endif /* _HOST_VM_H_ */
