/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads, stores and atomics of engines, by the addresses that a channel uses.
 */
#ifndef _CNOVA_SIM_ACCESS_H_
#define _CNOVA_SIM_ACCESS_H_

#include <linux/types.h>

#include "model.h"

struct cnova_sim;

/** struct cnova_sim_port - Whose addresses an engine uses, and how. */
struct cnova_sim_port {
	/** @client: Address space; not looked at if @physical. */
	struct cnova_sim_client client;
	/** @unbound: There is no address space: every access faults. */
	bool unbound;
	/** @physical: Addresses are physical. For privileged channels only. */
	bool physical;
	/** @aperture: Where those are. */
	enum cnova_sim_aperture aperture;
};

/** struct cnova_sim_mmu_fault - Why an access was not made, HARDWARE.md 9. */
struct cnova_sim_mmu_fault {
	/** @address: First byte that could not be reached; virtual unless @physical. */
	u64 address;
	/** @type: What is wrong there. */
	enum cnova_sim_fault type;
	/** @access: What was to be done. */
	enum cnova_sim_access access;
	/** @physical: @address is physical. */
	bool physical;
	/** @aperture: Where it is then. */
	enum cnova_sim_aperture aperture;
};

/** enum cnova_sim_reduction - What an atomic does, coded as in HARDWARE.md 11.4 and 11.6. */
enum cnova_sim_reduction {
	/** @CNOVA_SIM_RED_MIN: The smaller one. */
	CNOVA_SIM_RED_MIN = 0,
	/** @CNOVA_SIM_RED_MAX: The larger one. */
	CNOVA_SIM_RED_MAX = 1,
	/** @CNOVA_SIM_RED_XOR: Bits that differ. */
	CNOVA_SIM_RED_XOR = 2,
	/** @CNOVA_SIM_RED_AND: Bits in both. */
	CNOVA_SIM_RED_AND = 3,
	/** @CNOVA_SIM_RED_OR: Bits in one. */
	CNOVA_SIM_RED_OR = 4,
	/** @CNOVA_SIM_RED_ADD: The sum. */
	CNOVA_SIM_RED_ADD = 5,
	/** @CNOVA_SIM_RED_INC: One more; 0 after the operand. */
	CNOVA_SIM_RED_INC = 6,
	/** @CNOVA_SIM_RED_DEC: One less; the operand after 0, and if it is larger. */
	CNOVA_SIM_RED_DEC = 7,
	/** @CNOVA_SIM_NR_REDS: How many there are. */
	CNOVA_SIM_NR_REDS
};

/** struct cnova_sim_atomic - An atomic operation. */
struct cnova_sim_atomic {
	/** @op: What to do with what is there. */
	enum cnova_sim_reduction op;
	/** @operand: And with this. */
	u64 operand;
	/** @width: 4 or 8 bytes. */
	u8 width;
	/** @is_signed: Comparisons are signed. */
	bool is_signed;
};

/** CNOVA_SIM_PIECE - Bytes that an engine moves under one hold of the lock, at most. */
#define CNOVA_SIM_PIECE		65536

/**
 * struct cnova_sim_request - One access, within a leaf once it is made.
 *
 * A load has @dst, a store @src; a word, that is to arrive in one piece, and an atomic have
 * @value instead of both.
 */
struct cnova_sim_request {
	/** @va: First byte. */
	u64 va;
	/** @size: Bytes; cnova_sim_access_piece() does as many of them as it can at once. */
	u32 size;
	/** @access: What to do. */
	enum cnova_sim_access access;
	/** @dst: Where a load goes. */
	void *dst;
	/** @src: Where a store comes from. */
	const void *src;
	/** @value: Word to store; or what was loaded, or what an atomic found. */
	u64 *value;
	/** @atomic: What to do there. */
	const struct cnova_sim_atomic *atomic;
};

enum cnova_sim_fault cnova_sim_access_piece(struct cnova_sim *sim,
					    const struct cnova_sim_port *port,
					    const struct cnova_sim_request *request, u32 *done,
					    struct cnova_sim_translation *to);

bool cnova_sim_access_read(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			   void *dst, u64 size, struct cnova_sim_mmu_fault *fault);
bool cnova_sim_access_write(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			    const void *src, u64 size, struct cnova_sim_mmu_fault *fault);
bool cnova_sim_access_load(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			   u8 width, u64 *value, struct cnova_sim_mmu_fault *fault);
bool cnova_sim_access_store(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			    u8 width, u64 value, struct cnova_sim_mmu_fault *fault);
bool cnova_sim_access_atomic(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			     const struct cnova_sim_atomic *atomic, u64 *old,
			     struct cnova_sim_mmu_fault *fault);
bool cnova_sim_access_release(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			      u64 payload, u8 width, bool timestamp,
			      struct cnova_sim_mmu_fault *fault);

void cnova_sim_access_flush(struct cnova_sim *sim);
u64 cnova_sim_access_time(void);
u64 cnova_sim_reduce(const struct cnova_sim_atomic *atomic, u64 old);

#endif /* _CNOVA_SIM_ACCESS_H_ */
