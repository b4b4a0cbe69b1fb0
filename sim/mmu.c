// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The MMU: lookups through the TLB, and the checks at their edges
 *
 * See model.h. Pure; builds in user space. Locking: the model's, held by the caller of
 * every function here.
 */
#include <linux/bits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "model.h"

/* The register has one bit for the aperture of a PDB: system memory is one place. */
static enum cnova_sim_aperture cnova_sim_pdb_aperture(enum cnova_sim_aperture aperture)
{
	return aperture == CNOVA_SIM_VIDEO ? CNOVA_SIM_VIDEO : CNOVA_SIM_SYS_COH;
}

/**
 * cnova_sim_mmu_create() - Make an MMU.
 * @traits: What it can do.
 * @mem: Its memory; copied.
 * @grow: Allocate when a pool is empty; user space only. In the kernel, pools are
 *	filled with cnova_sim_pool_add().
 *
 * Context: Process context.
 * Return: The MMU, or NULL without memory.
 */
struct cnova_sim_mmu *cnova_sim_mmu_create(const struct cnova_sim_traits *traits,
					   const struct cnova_sim_mem *mem, bool grow)
{
	struct cnova_sim_mmu *mmu = kvcalloc(1, sizeof(*mmu), GFP_KERNEL);

	if (!mmu)
		return NULL;
	mmu->traits = traits;
	mmu->mem = *mem;
	INIT_LIST_HEAD(&mmu->flights);
	cnova_sim_tlb_init(&mmu->tlb, traits->format, grow);
	cnova_sim_track_init(mmu, grow);
	return mmu;
}

/**
 * cnova_sim_mmu_destroy() - Free an MMU.
 * @mmu: From cnova_sim_mmu_create(), or NULL.
 *
 * Context: Process context. No lookup may be on its way.
 */
void cnova_sim_mmu_destroy(struct cnova_sim_mmu *mmu)
{
	if (!mmu)
		return;
	cnova_sim_track_fini(mmu);
	cnova_sim_tlb_fini(&mmu->tlb);
	kvfree(mmu);
}

/**
 * cnova_sim_mmu_lookup_begin() - Start to translate.
 * @mmu: The model.
 * @lookup: To be initialised.
 * @client: Who asks.
 * @va: What to translate.
 *
 * From now on the address space is known, and stores into its tables are checked.
 *
 * Context: Any; caller holds the model's lock, which it may drop between steps.
 */
void cnova_sim_mmu_lookup_begin(struct cnova_sim_mmu *mmu, struct cnova_sim_lookup *lookup,
				const struct cnova_sim_client *client, u64 va)
{
	lookup->client = *client;
	lookup->client.aperture = cnova_sim_pdb_aperture(client->aperture);
	lookup->generation = mmu->tlb.generation;
	cnova_sim_walk_begin(&lookup->walk, mmu->traits, client->aperture, client->pdb, va);
	if (client->aperture == CNOVA_SIM_VIDEO)
		cnova_sim_track_root(mmu, client->pdb, BIT(client->unit));
}

/* Read 32 bytes of a table. Return: whether there is memory. */
static bool cnova_sim_mmu_fetch(struct cnova_sim_mmu *mmu, const struct cnova_sim_lookup *lookup,
				struct cnova_sim_line *line)
{
	const struct cnova_sim_mem *mem = &mmu->mem;
	const struct cnova_sim_format *format = mmu->traits->format;
	u8 words = format->level[line->level].words;
	bool uninit = false;
	unsigned int i;

	for (i = 0; i < CNOVA_SIM_LINE_WORDS; i++) {
		u64 pa = line->pa + i * sizeof(u64);
		const char *wrong;

		if (!mem->ops->read64(mem->priv, line->aperture, pa, &line->word[i]))
			return false;
		if (!mem->ops->is_written(mem->priv, line->aperture, pa)) {
			/* One line of a table is one mistake. */
			if (!uninit)
				cnova_sim_mmu_report(mmu, CNOVA_SIM_UNINIT,
						     "table entry never written", line->pdb,
						     line->va, pa, line->word[i]);
			uninit = true;
			continue;
		}
		wrong = format->check(mmu->traits, mem, line->level, i % words, line->word[i]);
		if (wrong)
			cnova_sim_mmu_report(mmu, CNOVA_SIM_FORMAT, wrong, line->pdb, line->va,
					     pa, line->word[i]);
	}
	cnova_sim_tlb_fill(&mmu->tlb, line, lookup->generation);
	return true;
}

/**
 * cnova_sim_mmu_lookup_step() - Look at one more entry, cached or in memory.
 * @mmu: The model.
 * @lookup: Begun.
 *
 * Context: Any; caller holds the model's lock.
 * Return: Whether there is more to do.
 */
bool cnova_sim_mmu_lookup_step(struct cnova_sim_mmu *mmu, struct cnova_sim_lookup *lookup)
{
	struct cnova_sim_walk *walk = &lookup->walk;
	const struct cnova_sim_line *cached;
	struct cnova_sim_line line = {};
	u64 entry;

	if (walk->state != CNOVA_SIM_WALK_MORE)
		return false;

	entry = cnova_sim_walk_entry(walk);
	line.pdb = lookup->client.pdb;
	line.pdb_aperture = lookup->client.aperture;
	line.unit = lookup->client.unit;
	line.level = walk->level;
	line.va = cnova_sim_tlb_line_va(mmu->traits->format, walk->level, walk->va);
	line.aperture = walk->table_aperture;
	line.pa = entry & ~(CNOVA_SIM_LINE_BYTES - 1);

	cached = cnova_sim_tlb_find(&mmu->tlb, &line);
	if (!cached) {
		if (!cnova_sim_mmu_fetch(mmu, lookup, &line)) {
			walk->state = CNOVA_SIM_WALK_FAULT;
			walk->fault = CNOVA_SIM_FAULT_REGION;
			return false;
		}
		cached = &line;
	}
	cnova_sim_walk_step(walk, &cached->word[entry % CNOVA_SIM_LINE_BYTES / sizeof(u64)]);
	return walk->state == CNOVA_SIM_WALK_MORE;
}

/* HARDWARE.md 9.1: privilege, read-only, atomic, kind, region, in this order. */
static enum cnova_sim_fault cnova_sim_mmu_leaf_fault(const struct cnova_sim_mmu *mmu,
						     const struct cnova_sim_client *client,
						     const struct cnova_sim_word *leaf, u64 pa,
						     enum cnova_sim_access access)
{
	if (leaf->privileged && !client->privileged)
		return CNOVA_SIM_FAULT_PRIV;
	if (leaf->read_only && access != CNOVA_SIM_READ)
		return CNOVA_SIM_FAULT_RO;
	if (leaf->no_atomic && access == CNOVA_SIM_ATOMIC)
		return CNOVA_SIM_FAULT_ATOMIC;
	if (leaf->kind >= 32 || !(mmu->traits->kinds & BIT(leaf->kind)))
		return CNOVA_SIM_FAULT_KIND;
	if (leaf->aperture == CNOVA_SIM_PEER)
		return CNOVA_SIM_FAULT_APERTURE;
	if (leaf->aperture == CNOVA_SIM_VIDEO &&
	    (pa >= mmu->mem.vram_size || pa >= mmu->mem.wpr_start))
		return CNOVA_SIM_FAULT_REGION;
	return CNOVA_SIM_FAULT_NONE;
}

/**
 * cnova_sim_mmu_lookup_end() - Say what a lookup has found.
 * @mmu: The model.
 * @lookup: One for which cnova_sim_mmu_lookup_step() returned false.
 * @access: What is to be done there.
 * @out: Where to.
 *
 * Context: Any; caller holds the model's lock.
 * Return: CNOVA_SIM_FAULT_NONE, with @out filled in; else why not.
 */
enum cnova_sim_fault cnova_sim_mmu_lookup_end(struct cnova_sim_mmu *mmu,
					      const struct cnova_sim_lookup *lookup,
					      enum cnova_sim_access access,
					      struct cnova_sim_translation *out)
{
	const struct cnova_sim_walk *walk = &lookup->walk;

	memset(out, 0, sizeof(*out));
	out->size = walk->size;
	if (walk->state == CNOVA_SIM_WALK_FAULT)
		return walk->fault;
	if (walk->state == CNOVA_SIM_WALK_SPARSE) {
		out->sparse = true;
		return CNOVA_SIM_FAULT_NONE;
	}

	out->aperture = walk->leaf.aperture;
	out->pa = walk->leaf.pa + (walk->va & (walk->size - 1));
	return cnova_sim_mmu_leaf_fault(mmu, &lookup->client, &walk->leaf, out->pa, access);
}

/**
 * cnova_sim_mmu_translate() - Translate at one go.
 * @mmu: The model.
 * @client: Who asks.
 * @va: What to translate.
 * @access: What is to be done there.
 * @out: Where to.
 *
 * Context: Any; caller holds the model's lock.
 * Return: CNOVA_SIM_FAULT_NONE, with @out filled in; else why not.
 */
enum cnova_sim_fault cnova_sim_mmu_translate(struct cnova_sim_mmu *mmu,
					     const struct cnova_sim_client *client, u64 va,
					     enum cnova_sim_access access,
					     struct cnova_sim_translation *out)
{
	struct cnova_sim_lookup lookup;

	cnova_sim_mmu_lookup_begin(mmu, &lookup, client, va);
	while (cnova_sim_mmu_lookup_step(mmu, &lookup))
		;
	return cnova_sim_mmu_lookup_end(mmu, &lookup, access, out);
}

/* Walk through memory down to @stop, or to the end. */
static void cnova_sim_mmu_walk_to(struct cnova_sim_mmu *mmu, struct cnova_sim_walk *walk,
				  enum cnova_sim_level stop, bool strict)
{
	const struct cnova_sim_mem *mem = &mmu->mem;
	u64 pdb = walk->table_pa;

	while (walk->state == CNOVA_SIM_WALK_MORE && walk->level != stop) {
		u8 words = mmu->traits->format->level[walk->level].words;
		u64 pa = cnova_sim_walk_entry(walk);
		u64 word[2] = {};
		unsigned int i;

		for (i = 0; i < words; i++) {
			u64 at = pa + i * sizeof(u64);

			if (!mem->ops->read64(mem->priv, walk->table_aperture, at, &word[i])) {
				walk->state = CNOVA_SIM_WALK_FAULT;
				walk->fault = CNOVA_SIM_FAULT_REGION;
				walk->size = BIT_ULL(mmu->traits->format->level[walk->level].shift);
				return;
			}
			if (strict && !mem->ops->is_written(mem->priv, walk->table_aperture, at))
				cnova_sim_mmu_report(mmu, CNOVA_SIM_UNINIT,
						     "table entry never written", pdb, walk->va,
						     at, word[i]);
		}
		cnova_sim_walk_step(walk, word);
	}
}

/**
 * cnova_sim_mmu_walk_memory() - Translate by what memory says now, without the TLB.
 * @mmu: The model.
 * @aperture: Where the root table is.
 * @pdb: Its address.
 * @va: What to translate.
 * @strict: Report entries that were never written.
 * @walk: The walk as it ended.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_walk_memory(struct cnova_sim_mmu *mmu, enum cnova_sim_aperture aperture,
			       u64 pdb, u64 va, bool strict, struct cnova_sim_walk *walk)
{
	cnova_sim_walk_begin(walk, mmu->traits, aperture, pdb, va);
	cnova_sim_mmu_walk_to(mmu, walk, CNOVA_SIM_NR_LEVELS, strict);
}

/**
 * cnova_sim_mmu_store() - Tell the model that a word of VRAM has changed.
 * @mmu: The model.
 * @pa: Address of the word.
 * @old: What it was; 0 if nobody had written it.
 * @value: What it is now.
 * @whole: Whether all eight bytes came in one store.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_store(struct cnova_sim_mmu *mmu, u64 pa, u64 old, u64 value, bool whole)
{
	cnova_sim_track_store(mmu, pa, old, value, whole);
}

/**
 * cnova_sim_mmu_has_table() - Tell whether memory holds a known page table.
 * @mmu: The model.
 * @pa: VRAM address.
 * @size: Bytes, within one 4 KiB page.
 *
 * Context: Any; caller holds the model's lock.
 * Return: Whether any byte of it belongs to one.
 */
bool cnova_sim_mmu_has_table(struct cnova_sim_mmu *mmu, u64 pa, u64 size)
{
	return cnova_sim_track_has_table(mmu, pa, size);
}

/**
 * cnova_sim_mmu_flight_begin() - An access begins.
 * @mmu: The model.
 * @flight: To be initialised.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_flight_begin(struct cnova_sim_mmu *mmu, struct cnova_sim_flight *flight)
{
	flight->epoch = mmu->epoch;
	list_add_tail(&flight->node, &mmu->flights);
}

/**
 * cnova_sim_mmu_flight_end() - An access has ended.
 * @flight: Begun.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_flight_end(struct cnova_sim_flight *flight)
{
	list_del(&flight->node);
}

/**
 * cnova_sim_mmu_inval_begin() - An invalidate is asked for.
 * @mmu: The model.
 *
 * Context: Any; caller holds the model's lock.
 * Return: Ticket for the functions below.
 */
u64 cnova_sim_mmu_inval_begin(struct cnova_sim_mmu *mmu)
{
	return mmu->epoch++;
}

/**
 * cnova_sim_mmu_inval_must_wait() - Tell whether an ack would come too early.
 * @mmu: The model.
 * @epoch: From cnova_sim_mmu_inval_begin().
 *
 * Context: Any; caller holds the model's lock.
 * Return: Whether an access is on its way that began before the request.
 */
bool cnova_sim_mmu_inval_must_wait(const struct cnova_sim_mmu *mmu, u64 epoch)
{
	if (list_empty(&mmu->flights))
		return false;
	return list_first_entry(&mmu->flights, struct cnova_sim_flight, node)->epoch <= epoch;
}

/**
 * cnova_sim_mmu_forget() - The TLBs do what an invalidate asks for.
 * @mmu: The model.
 * @inval: What to forget.
 *
 * Accesses on their way may have used what is forgotten now, those too that began after the
 * request. An acknowledge has to wait for all of them, by a second epoch.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_forget(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval)
{
	/*
	 * Whoever invalidates an address space has it in use: from now on the
	 * model watches it, whether or not something ever walks it.
	 */
	if (!inval->all_pdb && inval->pdb_aperture == CNOVA_SIM_VIDEO &&
	    mmu->mem.ops->is_written(mmu->mem.priv, CNOVA_SIM_VIDEO, inval->pdb))
		cnova_sim_track_root(mmu, inval->pdb,
				     BIT(CNOVA_SIM_HUB) |
				     (inval->hub_only ? 0 : BIT(CNOVA_SIM_GPC)));
	cnova_sim_tlb_invalidate(&mmu->tlb, inval);
}

/**
 * cnova_sim_mmu_forgotten() - Nobody uses what an invalidate was for any more.
 * @mmu: The model.
 * @inval: What cnova_sim_mmu_forget() was called with.
 * @epoch: From cnova_sim_mmu_inval_begin(), at the request.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_forgotten(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval,
			     u64 epoch)
{
	cnova_sim_track_invalidate(mmu, inval, epoch);
}

/**
 * cnova_sim_mmu_invalidate() - Do what an invalidate asks for, at once.
 * @mmu: The model; no access is on its way, or nobody waits for an acknowledge.
 * @inval: What to forget.
 * @epoch: From cnova_sim_mmu_inval_begin().
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_invalidate(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval,
			      u64 epoch)
{
	cnova_sim_mmu_forget(mmu, inval);
	cnova_sim_mmu_forgotten(mmu, inval, epoch);
}

/**
 * cnova_sim_mmu_invalidate_pdb() - Invalidate one address space, all of it, at once.
 * @mmu: The model.
 * @pdb: VRAM address of its root table.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_invalidate_pdb(struct cnova_sim_mmu *mmu, u64 pdb)
{
	struct cnova_sim_inval inval = { .pdb = pdb, .level = CNOVA_SIM_NR_LEVELS };

	cnova_sim_mmu_invalidate(mmu, &inval, cnova_sim_mmu_inval_begin(mmu));
}

/* Return: what differs between a line and memory, or NULL. */
static const char *cnova_sim_mmu_line_stale(struct cnova_sim_mmu *mmu,
					    const struct cnova_sim_line *line, unsigned int *at)
{
	const struct cnova_sim_mem *mem = &mmu->mem;
	struct cnova_sim_walk walk;
	unsigned int i;
	u64 value;

	*at = 0;
	cnova_sim_walk_begin(&walk, mmu->traits, line->pdb_aperture, line->pdb, line->va);
	cnova_sim_mmu_walk_to(mmu, &walk, line->level, false);
	if (walk.state != CNOVA_SIM_WALK_MORE)
		return "cached table is not part of the address space any more";
	if ((cnova_sim_walk_entry(&walk) & ~(CNOVA_SIM_LINE_BYTES - 1)) != line->pa ||
	    walk.table_aperture != line->aperture)
		return "cached table was replaced";

	for (i = 0; i < CNOVA_SIM_LINE_WORDS; i++) {
		*at = i;
		if (!mem->ops->read64(mem->priv, line->aperture, line->pa + i * sizeof(u64),
				      &value) || value != line->word[i])
			return "cached entry differs from memory";
	}
	return NULL;
}

static u32 cnova_sim_mmu_compare(struct cnova_sim_mmu *mmu, const struct cnova_sim_client *client,
				 enum cnova_sim_check check)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	const struct cnova_sim_line *line;
	u32 stale = 0;

	list_for_each_entry(line, &mmu->tlb.lines, age) {
		const struct cnova_sim_geometry *geometry = &format->level[line->level];
		const char *what;
		unsigned int at;

		if (client && (line->pdb != client->pdb ||
			       line->pdb_aperture != cnova_sim_pdb_aperture(client->aperture)))
			continue;
		what = cnova_sim_mmu_line_stale(mmu, line, &at);
		if (!what)
			continue;
		stale++;
		cnova_sim_mmu_report(mmu, check, what, line->pdb,
				     line->va + ((u64)(at / geometry->words) << geometry->shift),
				     line->pa + at * sizeof(u64), line->word[at]);
	}
	return stale;
}

/**
 * cnova_sim_mmu_coherent() - Checkpoint: compare everything cached with memory.
 * @mmu: The model.
 *
 * A stale entry is legal until the job that changed memory has its ack; so this is
 * for a moment when no job is on its way. Each stale line is reported.
 *
 * Context: Any; caller holds the model's lock.
 * Return: Number of lines that differ.
 */
u32 cnova_sim_mmu_coherent(struct cnova_sim_mmu *mmu)
{
	return cnova_sim_mmu_compare(mmu, NULL, CNOVA_SIM_COHERENCE);
}

/**
 * cnova_sim_mmu_bind() - A client is given an address space.
 * @mmu: The model.
 * @client: Who, and which.
 *
 * Reported is a root table whose address the TLB still knows from an earlier use.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_mmu_bind(struct cnova_sim_mmu *mmu, const struct cnova_sim_client *client)
{
	cnova_sim_mmu_compare(mmu, client, CNOVA_SIM_PDB_REUSE);
	if (client->aperture == CNOVA_SIM_VIDEO)
		cnova_sim_track_root(mmu, client->pdb, BIT(client->unit));
}
