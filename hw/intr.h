/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tree of interrupts: leaves of 32 vectors, two leaves to a bit of the top.
 */
#ifndef _CNOVA_HW_INTR_H_
#define _CNOVA_HW_INTR_H_

#include <linux/types.h>

struct cnova_io;

/** CNOVA_INTR_LEAVES - Most leaves. */
#define CNOVA_INTR_LEAVES	16

/** struct cnova_intr - Interrupts of one GPU. */
struct cnova_intr {
	/** @io: The GPU. Immutable. */
	struct cnova_io *io;
	/** @allowed: Vectors that may interrupt, by leaf. Immutable while armed. */
	u32 allowed[CNOVA_INTR_LEAVES];
};

#endif /* _CNOVA_HW_INTR_H_ */
