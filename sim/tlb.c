// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The TLB
 *
 * As strict as the hardware may be (HARDWARE.md 4.3): what was read once stays
 * until an invalidate that covers it, entries that say "nothing" included. Hub and
 * GPC units keep copies of their own, and what is read is a line of 32 bytes, so
 * that neighbours of a used entry are remembered as well.
 *
 * A walk that began before an invalidate does not leave anything behind after
 * it: fills carry the generation at which their walk began.
 *
 * Pure; builds in user space. Locking: the caller's.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "tlb.h"

static struct list_head *cnova_sim_tlb_bucket(struct cnova_sim_tlb *tlb,
					      const struct cnova_sim_line *key)
{
	u64 hash = key->pdb ^ key->va >> 12 ^ (u64)key->level << 56 ^ (u64)key->unit << 60;

	/* Fibonacci hashing; the upper bits are the good ones. */
	hash *= 0x9e3779b97f4a7c15ULL;
	return &tlb->bucket[(hash >> 40) % CNOVA_SIM_TLB_BUCKETS];
}

/**
 * cnova_sim_tlb_init() - Start with nothing cached.
 * @tlb: To be initialised.
 * @format: Shape of the tables.
 * @grow: The pool of lines may allocate by itself.
 *
 * Context: Any.
 */
void cnova_sim_tlb_init(struct cnova_sim_tlb *tlb, const struct cnova_sim_format *format,
			bool grow)
{
	unsigned int i;

	memset(tlb, 0, sizeof(*tlb));
	tlb->format = format;
	cnova_sim_pool_init(&tlb->pool, sizeof(struct cnova_sim_line), grow);
	INIT_LIST_HEAD(&tlb->lines);
	for (i = 0; i < CNOVA_SIM_TLB_BUCKETS; i++)
		INIT_LIST_HEAD(&tlb->bucket[i]);
}

/**
 * cnova_sim_tlb_fini() - Free all lines.
 * @tlb: The TLB.
 *
 * Context: Process context.
 */
void cnova_sim_tlb_fini(struct cnova_sim_tlb *tlb)
{
	cnova_sim_pool_fini(&tlb->pool);
}

/**
 * cnova_sim_tlb_line_va() - First address that a line decides about.
 * @format: Shape of the tables.
 * @level: Kind of table.
 * @va: Any address of the line.
 *
 * Context: Any.
 * Return: That address.
 */
u64 cnova_sim_tlb_line_va(const struct cnova_sim_format *format, enum cnova_sim_level level,
			  u64 va)
{
	const struct cnova_sim_geometry *geometry = &format->level[level];
	u64 entries = CNOVA_SIM_LINE_WORDS / geometry->words;

	return va & ~((entries << geometry->shift) - 1);
}

static struct cnova_sim_line *cnova_sim_tlb_lookup(struct cnova_sim_tlb *tlb,
						   const struct cnova_sim_line *key)
{
	struct cnova_sim_line *line;

	list_for_each_entry(line, cnova_sim_tlb_bucket(tlb, key), bucket) {
		if (line->va == key->va && line->level == key->level &&
		    line->unit == key->unit && line->pdb == key->pdb &&
		    line->pdb_aperture == key->pdb_aperture)
			return line;
	}
	return NULL;
}

/**
 * cnova_sim_tlb_find() - Look for a line.
 * @tlb: The TLB.
 * @key: pdb, pdb_aperture, va (of the line), level and unit; the rest is ignored.
 *
 * Context: Any; caller holds the model's lock.
 * Return: The line, or NULL.
 */
const struct cnova_sim_line *cnova_sim_tlb_find(struct cnova_sim_tlb *tlb,
						const struct cnova_sim_line *key)
{
	const struct cnova_sim_line *line = cnova_sim_tlb_lookup(tlb, key);

	if (line)
		tlb->counts.hits++;
	else
		tlb->counts.misses++;
	return line;
}

static bool cnova_sim_inval_covers(const struct cnova_sim_inval *inval,
				   const struct cnova_sim_line *line)
{
	if (inval->hub_only && line->unit != CNOVA_SIM_HUB)
		return false;
	if (line->level > inval->level)
		return false;
	return inval->all_pdb || (line->pdb == inval->pdb &&
				  line->pdb_aperture == inval->pdb_aperture);
}

/* Has an invalidate that covers @line been done since @generation? */
static bool cnova_sim_tlb_is_overtaken(const struct cnova_sim_tlb *tlb,
				       const struct cnova_sim_line *line, u64 generation)
{
	u64 i;

	/* Too long ago to know: refuse, which is always right. */
	if (tlb->generation - generation > CNOVA_SIM_TLB_RECENT)
		return true;
	for (i = generation; i < tlb->generation; i++) {
		if (cnova_sim_inval_covers(&tlb->recent[i % CNOVA_SIM_TLB_RECENT], line))
			return true;
	}
	return false;
}

static void cnova_sim_tlb_drop(struct cnova_sim_tlb *tlb, struct cnova_sim_line *line)
{
	tlb->counts.lines[line->unit]--;
	list_del(&line->age);
	list_del(&line->bucket);
	cnova_sim_pool_put(&tlb->pool, line);
}

/**
 * cnova_sim_tlb_fill() - Keep what a walk has read.
 * @tlb: The TLB.
 * @line: What was read; copied.
 * @generation: &cnova_sim_tlb.generation when the walk began.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_tlb_fill(struct cnova_sim_tlb *tlb, const struct cnova_sim_line *line,
			u64 generation)
{
	struct cnova_sim_line *copy;

	if (cnova_sim_tlb_is_overtaken(tlb, line, generation)) {
		tlb->counts.refused++;
		return;
	}
	/* A second walk may have been faster; what is there stays. */
	if (cnova_sim_tlb_lookup(tlb, line))
		return;

	copy = cnova_sim_pool_get(&tlb->pool);
	if (!copy && !list_empty(&tlb->lines)) {
		cnova_sim_tlb_drop(tlb, list_first_entry(&tlb->lines,
							 struct cnova_sim_line, age));
		tlb->counts.evicted++;
		copy = cnova_sim_pool_get(&tlb->pool);
	}
	if (!copy)
		return;

	*copy = *line;
	list_add_tail(&copy->age, &tlb->lines);
	list_add(&copy->bucket, cnova_sim_tlb_bucket(tlb, copy));
	tlb->counts.lines[copy->unit]++;
}

/**
 * cnova_sim_tlb_invalidate() - Forget.
 * @tlb: The TLB.
 * @inval: What.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_tlb_invalidate(struct cnova_sim_tlb *tlb, const struct cnova_sim_inval *inval)
{
	struct cnova_sim_line *line, *next;

	tlb->recent[tlb->generation % CNOVA_SIM_TLB_RECENT] = *inval;
	tlb->generation++;
	tlb->counts.invalidates++;

	list_for_each_entry_safe(line, next, &tlb->lines, age) {
		if (cnova_sim_inval_covers(inval, line))
			cnova_sim_tlb_drop(tlb, line);
	}
}
