/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure part of the model knows of the world: memory that it can read,
 * and somebody to tell about mistakes.
 */
#ifndef _CNOVA_SIM_MEM_H_
#define _CNOVA_SIM_MEM_H_

#include <linux/types.h>

/** enum cnova_sim_aperture - Where an address points; coded as in a PTE (HARDWARE.md 2.4). */
enum cnova_sim_aperture {
	/** @CNOVA_SIM_VIDEO: The GPU's own memory. */
	CNOVA_SIM_VIDEO = 0,
	/** @CNOVA_SIM_PEER: Another GPU's; the model has none. */
	CNOVA_SIM_PEER = 1,
	/** @CNOVA_SIM_SYS_COH: System memory, snooped. */
	CNOVA_SIM_SYS_COH = 2,
	/** @CNOVA_SIM_SYS_NCOH: System memory, not snooped. */
	CNOVA_SIM_SYS_NCOH = 3,
};

/**
 * enum cnova_sim_check - What can be found wrong with a driver.
 *
 * The numbers are those of DESIGN.md section 6 and do not change; the names, as
 * debugfs prints them, are in cnova_sim_check_name().
 */
enum cnova_sim_check {
	/** @CNOVA_SIM_COHERENCE: At a checkpoint a cached entry differs from memory. */
	CNOVA_SIM_COHERENCE = 1,
	/** @CNOVA_SIM_SIZE_CHANGE: One VA can be had in two page sizes. */
	CNOVA_SIM_SIZE_CHANGE = 2,
	/** @CNOVA_SIM_RELEASED: Something still points at memory given back. */
	CNOVA_SIM_RELEASED = 3,
	/** @CNOVA_SIM_UNORDERED: An invalidate overtakes stores to page tables. */
	CNOVA_SIM_UNORDERED = 4,
	/** @CNOVA_SIM_UNINIT: A walk fetched a word that nobody ever wrote. */
	CNOVA_SIM_UNINIT = 5,
	/** @CNOVA_SIM_FORMAT: An entry that the format does not allow. */
	CNOVA_SIM_FORMAT = 6,
	/** @CNOVA_SIM_GRANT: System memory outside a grant. */
	CNOVA_SIM_GRANT = 7,
	/** @CNOVA_SIM_PDB_REUSE: A root table bound with old entries in the TLB. */
	CNOVA_SIM_PDB_REUSE = 8,
	/** @CNOVA_SIM_TLB_REGS: Misuse of the TLB and bind registers. */
	CNOVA_SIM_TLB_REGS = 9,
	/** @CNOVA_SIM_WINDOW: Misuse of the window, or an access beyond VRAM. */
	CNOVA_SIM_WINDOW = 10,
	/** @CNOVA_SIM_GPU_STORE: The GPU stored into a page table. */
	CNOVA_SIM_GPU_STORE = 11,
	/** @CNOVA_SIM_UNKNOWN_REG: No such register, or one that cannot be written. */
	CNOVA_SIM_UNKNOWN_REG = 12,
	/** @CNOVA_SIM_POPULATE: VRAM used, taken or given back out of turn. */
	CNOVA_SIM_POPULATE = 13,
	/** @CNOVA_SIM_GSP: Misuse of the firmware's queues, or of its memory. */
	CNOVA_SIM_GSP = 14,
	/** @CNOVA_SIM_HOST: Misuse of channels and runlists. */
	CNOVA_SIM_HOST = 15,
	/** @CNOVA_SIM_NR_CHECKS: One more than the last. */
	CNOVA_SIM_NR_CHECKS
};

/** struct cnova_sim_finding - One mistake, for &cnova_sim_mem_ops.report. */
struct cnova_sim_finding {
	/** @check: Which rule. */
	enum cnova_sim_check check;
	/** @what: A few words; a literal. */
	const char *what;
	/** @pdb: Root table of the address space, or 0. */
	u64 pdb;
	/** @va: First address concerned, or 0. */
	u64 va;
	/** @pa: Address of the entry or memory concerned. */
	u64 pa;
	/** @value: The entry, or what was written. */
	u64 value;
};

/**
 * struct cnova_sim_mem_ops - Memory as the GPU sees it: without stores that are
 * still on their way. Called with whatever lock protects the model.
 */
struct cnova_sim_mem_ops {
	/**
	 * @read64: Load the naturally aligned word at @pa. Return: whether there
	 * is memory at all; if not, *@value is what the bus returns.
	 */
	bool (*read64)(void *priv, enum cnova_sim_aperture aperture, u64 pa, u64 *value);

	/** @is_written: Return: whether the word was written since it was populated. */
	bool (*is_written)(void *priv, enum cnova_sim_aperture aperture, u64 pa);

	/** @report: A mistake of the driver. May not call back into the model. */
	void (*report)(void *priv, const struct cnova_sim_finding *finding);
};

/** struct cnova_sim_mem - Memory and its size. */
struct cnova_sim_mem {
	/** @ops: How to reach it. */
	const struct cnova_sim_mem_ops *ops;
	/** @priv: First argument of every op. */
	void *priv;
	/** @vram_size: Bytes of VRAM. */
	u64 vram_size;
	/** @wpr_start: First byte that only firmware may touch; @vram_size if none. */
	u64 wpr_start;
};

#endif /* _CNOVA_SIM_MEM_H_ */
