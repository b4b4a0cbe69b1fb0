/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MMU of the model: walker, TLB and the checks that watch them.
 */
#ifndef _CNOVA_SIM_MODEL_H_
#define _CNOVA_SIM_MODEL_H_

#include <linux/list.h>
#include <linux/types.h>

#include "mem.h"
#include "tlb.h"
#include "track.h"
#include "walk.h"

/**
 * DOC: The model's MMU, and how to use it from a host test
 *
 * A &struct cnova_sim_mmu sits beside a memory. It is told of every store
 * (cnova_sim_mmu_store()), of invalidates and of memory given back, and it
 * translates; what it finds wrong goes to &cnova_sim_mem_ops.report. It takes no lock,
 * and with @grow set allocates when it must.
 *
 * A test needs no memory of its own, sim/flat.h has one::
 *
 *	struct cnova_sim_flat *flat;
 *	struct cnova_sim_translation t;
 *	struct cnova_sim_client client = { .unit = CNOVA_SIM_GPC, .pdb = root };
 *
 *	flat = cnova_sim_flat_create(&cnova_sim_chip_find("tu102")->traits, SZ_16M);
 *	cnova_sim_flat_populate(flat, root, SZ_4K);	// undefined content
 *	cnova_sim_flat_store(flat, root, 0);		// one word; tells flat->mmu
 *	...
 *	cnova_sim_mmu_invalidate_pdb(flat->mmu, root);
 *	fault = cnova_sim_mmu_translate(flat->mmu, &client, va, CNOVA_SIM_READ, &t);
 *	stale = cnova_sim_mmu_coherent(flat->mmu);	// after the job's last ack
 *	cnova_sim_flat_release(flat, pa, size);
 *	assert(!flat->nr_findings);			// or flat->count[CNOVA_SIM_...]
 *
 * Objects to link: walk walk_v2 walk_v3 tlb pool track check_size mmu chips flat.
 *
 * **What counts as a page table.** An address space is known once a client walked
 * it, it was bound, or an invalidate named it. From then on every table that can be
 * reached from its root through VRAM is known, and each store there is looked at when it
 * arrives in memory: no access at an unlucky moment is needed. A table that is linked
 * is read when its link arrives. Tables in system memory are walked and
 * cached, but stores there go unseen.
 *
 * **Size change.** For every word of a known table the model keeps the values it had
 * since the last invalidate that covered it: a TLB or walk cache may hold any of them. If
 * some choice of values along the path makes one VA translate with two sizes, that is
 * reported at the store that made it possible. So are not reported: a leaf after
 * 0 (or 0x20 in a 64K entry) and an invalidate; 0x20 to 0 over complete 4K entries;
 * sparse to table and back; one half of a dual entry added; a 64K leaf over a slot in which
 * nothing was valid since the last invalidate.
 *
 * **Memory given back.** Reported are cached lines, reachable entries, and entries changed
 * but not yet invalidated that point there. To take down an address space: clear
 * the entries of its root (or release the root's page before any table below it),
 * invalidate, release.
 */

/** enum cnova_sim_access - What a client wants to do. */
enum cnova_sim_access {
	/** @CNOVA_SIM_READ: Load. */
	CNOVA_SIM_READ,
	/** @CNOVA_SIM_WRITE: Store. */
	CNOVA_SIM_WRITE,
	/** @CNOVA_SIM_ATOMIC: Read, modify, write. */
	CNOVA_SIM_ATOMIC,
};

/** struct cnova_sim_client - Who accesses, and in which address space. */
struct cnova_sim_client {
	/** @unit: Whose TLB is used. */
	enum cnova_sim_unit unit;
	/** @aperture: Where the root table is. */
	enum cnova_sim_aperture aperture;
	/** @pdb: Address of the root table. */
	u64 pdb;
	/** @privileged: May use privileged pages. */
	bool privileged;
};

/** struct cnova_sim_translation - Where an access goes. */
struct cnova_sim_translation {
	/** @pa: Physical address; not for sparse. */
	u64 pa;
	/** @aperture: Where that is. */
	enum cnova_sim_aperture aperture;
	/** @sparse: Loads give 0, stores are dropped. */
	bool sparse;
	/** @size: Bytes of the leaf or sparse range. */
	u64 size;
};

/** struct cnova_sim_lookup - A translation on its way. */
struct cnova_sim_lookup {
	/** @walk: How far it has come. */
	struct cnova_sim_walk walk;
	/** @client: Who asked. */
	struct cnova_sim_client client;
	/** @generation: Of the TLB, when it began. */
	u64 generation;
};

/**
 * struct cnova_sim_flight - An access that has begun and not ended.
 *
 * An invalidate with ACK waits for those that began before it.
 */
struct cnova_sim_flight {
	/** @node: In &cnova_sim_mmu.flights. */
	struct list_head node;
	/** @epoch: When it began. */
	u64 epoch;
};

/** struct cnova_sim_mmu - The MMU. */
struct cnova_sim_mmu {
	/** @traits: What the chip can do. */
	const struct cnova_sim_traits *traits;
	/** @mem: Memory. */
	struct cnova_sim_mem mem;
	/** @tlb: What walks have read. */
	struct cnova_sim_tlb tlb;
	/** @track: Known page tables. */
	struct cnova_sim_track track;
	/** @flights: Accesses on their way, oldest first. */
	struct list_head flights;
	/** @epoch: Counts invalidates as they are asked for. */
	u64 epoch;
};

struct cnova_sim_mmu *cnova_sim_mmu_create(const struct cnova_sim_traits *traits,
					   const struct cnova_sim_mem *mem, bool grow);
void cnova_sim_mmu_destroy(struct cnova_sim_mmu *mmu);

void cnova_sim_mmu_lookup_begin(struct cnova_sim_mmu *mmu, struct cnova_sim_lookup *lookup,
				const struct cnova_sim_client *client, u64 va);
bool cnova_sim_mmu_lookup_step(struct cnova_sim_mmu *mmu, struct cnova_sim_lookup *lookup);
enum cnova_sim_fault cnova_sim_mmu_lookup_end(struct cnova_sim_mmu *mmu,
					      const struct cnova_sim_lookup *lookup,
					      enum cnova_sim_access access,
					      struct cnova_sim_translation *out);
enum cnova_sim_fault cnova_sim_mmu_translate(struct cnova_sim_mmu *mmu,
					     const struct cnova_sim_client *client, u64 va,
					     enum cnova_sim_access access,
					     struct cnova_sim_translation *out);
void cnova_sim_mmu_walk_memory(struct cnova_sim_mmu *mmu, enum cnova_sim_aperture aperture,
			       u64 pdb, u64 va, bool strict, struct cnova_sim_walk *walk);

void cnova_sim_mmu_store(struct cnova_sim_mmu *mmu, u64 pa, u64 old, u64 value, bool whole);
void cnova_sim_mmu_bind(struct cnova_sim_mmu *mmu, const struct cnova_sim_client *client);
bool cnova_sim_mmu_has_table(struct cnova_sim_mmu *mmu, u64 pa, u64 size);

void cnova_sim_mmu_flight_begin(struct cnova_sim_mmu *mmu, struct cnova_sim_flight *flight);
void cnova_sim_mmu_flight_end(struct cnova_sim_flight *flight);
u64 cnova_sim_mmu_inval_begin(struct cnova_sim_mmu *mmu);
bool cnova_sim_mmu_inval_must_wait(const struct cnova_sim_mmu *mmu, u64 epoch);
void cnova_sim_mmu_forget(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval);
void cnova_sim_mmu_forgotten(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval,
			     u64 epoch);
void cnova_sim_mmu_invalidate(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval,
			      u64 epoch);
void cnova_sim_mmu_invalidate_pdb(struct cnova_sim_mmu *mmu, u64 pdb);

u32 cnova_sim_mmu_coherent(struct cnova_sim_mmu *mmu);
void cnova_sim_mmu_release(struct cnova_sim_mmu *mmu, enum cnova_sim_aperture aperture, u64 pa,
			   u64 size);

static inline void cnova_sim_mmu_report(const struct cnova_sim_mmu *mmu,
					enum cnova_sim_check check, const char *what, u64 pdb,
					u64 va, u64 pa, u64 value)
{
	struct cnova_sim_finding finding = {
		.check = check, .what = what, .pdb = pdb, .va = va, .pa = pa, .value = value,
	};

	mmu->mem.ops->report(mmu->mem.priv, &finding);
}

#endif /* _CNOVA_SIM_MODEL_H_ */
