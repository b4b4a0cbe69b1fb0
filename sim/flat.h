/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flat memory for host tests of the model and of the driver's engine.
 */
#ifndef _CNOVA_SIM_FLAT_H_
#define _CNOVA_SIM_FLAT_H_

#include <linux/types.h>

#include "model.h"

/** struct cnova_sim_flat - VRAM from address 0 on, with an MMU beside it. User space only. */
struct cnova_sim_flat {
	/** @mmu: The MMU. */
	struct cnova_sim_mmu *mmu;
	/** @size: Bytes. */
	u64 size;
	/** @word: Content. */
	u64 *word;
	/** @written: One byte per word: whether it was written since it was populated. */
	u8 *written;
	/** @count: Findings by check. */
	u32 count[CNOVA_SIM_NR_CHECKS];
	/** @nr_findings: All of them. */
	u32 nr_findings;
	/** @last: The last one. */
	struct cnova_sim_finding last;
	/** @verbose: Print findings to stderr. */
	bool verbose;
};

struct cnova_sim_flat *cnova_sim_flat_create(const struct cnova_sim_traits *traits, u64 size);
void cnova_sim_flat_destroy(struct cnova_sim_flat *flat);
void cnova_sim_flat_populate(struct cnova_sim_flat *flat, u64 pa, u64 size);
void cnova_sim_flat_release(struct cnova_sim_flat *flat, u64 pa, u64 size);
void cnova_sim_flat_store(struct cnova_sim_flat *flat, u64 pa, u64 value);
void cnova_sim_flat_store32(struct cnova_sim_flat *flat, u64 pa, u32 value);
u64 cnova_sim_flat_load(const struct cnova_sim_flat *flat, u64 pa);
void cnova_sim_flat_clear_findings(struct cnova_sim_flat *flat);

#endif /* _CNOVA_SIM_FLAT_H_ */
