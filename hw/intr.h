/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tree of interrupts: leaves of 32 vectors, two leaves to a bit of the top.
 */
#ifndef _CNOVA_HW_INTR_H_
#define _CNOVA_HW_INTR_H_

#include <linux/atomic.h>
#include <linux/types.h>

struct cnova_io;

/** CNOVA_INTR_LEAVES - Most leaves. */
#define CNOVA_INTR_LEAVES	16

/** struct cnova_intr_seen - Vectors that were pending. */
struct cnova_intr_seen {
	/** @leaf: Those of each leaf. */
	u32 leaf[CNOVA_INTR_LEAVES];
};

/** struct cnova_intr - Interrupts of one GPU. */
struct cnova_intr {
	/** @io: The GPU. Immutable. */
	struct cnova_io *io;
	/** @nr_leaves: Leaves of this chip. Immutable. */
	u32 nr_leaves;
	/** @enabled: Vectors that may interrupt, by leaf. */
	atomic_t enabled[CNOVA_INTR_LEAVES];
	/** @subtrees: Bits of the top with any. Immutable while armed. */
	u32 subtrees;
};

void cnova_intr_init(struct cnova_intr *intr, struct cnova_io *io, u32 nr_leaves);
int cnova_intr_allow(struct cnova_intr *intr, u32 vector);
void cnova_intr_arm(struct cnova_intr *intr);
void cnova_intr_disarm(struct cnova_intr *intr);

bool cnova_intr_take(struct cnova_intr *intr, struct cnova_intr_seen *seen);
void cnova_intr_rearm(struct cnova_intr *intr);
void cnova_intr_mask(struct cnova_intr *intr, u32 vector);
void cnova_intr_unmask(struct cnova_intr *intr, u32 vector);

static inline bool cnova_intr_has(const struct cnova_intr_seen *seen, u32 vector)
{
	return seen->leaf[vector / 32] >> (vector % 32) & 1;
}

#endif /* _CNOVA_HW_INTR_H_ */
