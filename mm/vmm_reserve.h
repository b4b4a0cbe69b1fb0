/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Tables that are kept for a change that must not fail for memory.
 */
#ifndef _CNOVA_MM_VMM_RESERVE_H_
#define _CNOVA_MM_VMM_RESERVE_H_

#include <linux/types.h>

#include "mm/pt.h"
#include "mm/pt_fmt.h"
#include "mm/pt_tree.h"

struct cnova_vmm;
struct cnova_vmm_job;

/** CNOVA_VMM_EDGES - A range has two edges; each needs one table of a kind at most. */
#define CNOVA_VMM_EDGES	2

/**
 * struct cnova_vmm_reserve - Tables for the edges of one range.
 *
 * The caller serialises all that is done with it.
 */
struct cnova_vmm_reserve {
	/** @spare: Tables that nothing reaches, by kind, by &cnova_pt_node.next. */
	struct cnova_pt_node *spare[CNOVA_NR_PT_KINDS];
	/** @nr: How many there are of each kind. */
	u8 nr[CNOVA_NR_PT_KINDS];
	/** @range: For the job that uses it. */
	struct cnova_pt_range range;
	/** @needs: The same. */
	struct cnova_pt_need needs[CNOVA_VMM_EDGES * CNOVA_NR_PT_KINDS];
};

int cnova_vmm_reserve_fill(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve, void *ctx);
void cnova_vmm_reserve_fini(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve);
bool cnova_vmm_reserve_is_full(const struct cnova_vmm *vmm,
			       const struct cnova_vmm_reserve *reserve);

int cnova_vmm_reserve_prepare(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve,
			      struct cnova_vmm_job *job, const struct cnova_pt_op *op);
void cnova_vmm_reserve_cleanup(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve,
			       struct cnova_vmm_job *job);

#endif /* _CNOVA_MM_VMM_RESERVE_H_ */
