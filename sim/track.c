// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Known page tables
 *
 * The model follows the tables of every address space it has met, so that a store
 * into one can be judged when it arrives, and not only when a walk happens to pass
 * at the wrong moment. See the DOC section of model.h.
 *
 * Pure; builds in user space. Locking: the model's.
 */
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "model.h"

/* One bit of a mask of system memory stands for so many bytes, modulo 64 of them. */
#define CNOVA_SIM_SYS_MASK_SHIFT	21
#define CNOVA_SIM_MASK_BITS		64

static struct list_head *cnova_sim_track_bucket(struct cnova_sim_track *track, u64 pa)
{
	u64 hash = (pa >> 12) * 0x9e3779b97f4a7c15ULL;

	return &track->tables[(hash >> 40) % CNOVA_SIM_TRACK_BUCKETS];
}

static struct list_head *cnova_sim_old_bucket(struct cnova_sim_track *track, u64 pa)
{
	u64 hash = (pa >> 3) * 0x9e3779b97f4a7c15ULL;

	return &track->olds[(hash >> 40) % CNOVA_SIM_OLD_BUCKETS];
}

/**
 * cnova_sim_track_mask() - Summarise a range of memory in 64 bits.
 * @track: Says how much VRAM there is.
 * @aperture: Where the range is.
 * @pa: First byte.
 * @size: Bytes, not 0.
 *
 * Two ranges that overlap have a bit in common; the reverse need not be.
 *
 * Context: Any.
 * Return: The summary.
 */
u64 cnova_sim_track_mask(const struct cnova_sim_track *track, enum cnova_sim_aperture aperture,
			 u64 pa, u64 size)
{
	u8 shift = aperture == CNOVA_SIM_VIDEO ? track->vid_shift : CNOVA_SIM_SYS_MASK_SHIFT;
	u64 first = pa >> shift;
	u64 last = (pa + size - 1) >> shift;
	u64 mask = 0;

	if (last - first >= CNOVA_SIM_MASK_BITS)
		return ~0ULL;
	for (; first <= last; first++)
		mask |= BIT_ULL(first % CNOVA_SIM_MASK_BITS);
	return mask;
}

/**
 * cnova_sim_track_init() - Know nothing.
 * @mmu: The model.
 * @grow: Pools may allocate by themselves.
 *
 * Context: Any.
 */
void cnova_sim_track_init(struct cnova_sim_mmu *mmu, bool grow)
{
	struct cnova_sim_track *track = &mmu->track;
	unsigned int i;

	INIT_LIST_HEAD(&track->roots);
	INIT_LIST_HEAD(&track->all);
	for (i = 0; i < CNOVA_SIM_TRACK_BUCKETS; i++)
		INIT_LIST_HEAD(&track->tables[i]);
	for (i = 0; i < CNOVA_SIM_OLD_BUCKETS; i++)
		INIT_LIST_HEAD(&track->olds[i]);

	cnova_sim_pool_init(&track->root_pool, sizeof(struct cnova_sim_root), grow);
	cnova_sim_pool_init(&track->table_pool, sizeof(struct cnova_sim_table), grow);
	cnova_sim_pool_init(&track->old_pool, sizeof(struct cnova_sim_old), grow);

	track->vid_shift = ilog2(max_t(u64, mmu->mem.vram_size, SZ_1M)) -
			   ilog2(CNOVA_SIM_MASK_BITS);
}

/**
 * cnova_sim_track_fini() - Free everything.
 * @mmu: The model.
 *
 * Context: Process context.
 */
void cnova_sim_track_fini(struct cnova_sim_mmu *mmu)
{
	cnova_sim_pool_fini(&mmu->track.root_pool);
	cnova_sim_pool_fini(&mmu->track.table_pool);
	cnova_sim_pool_fini(&mmu->track.old_pool);
}

/**
 * cnova_sim_track_find() - Find the table that holds an address.
 * @mmu: The model.
 * @pa: VRAM address.
 *
 * Context: Any; caller holds the model's lock.
 * Return: The table, or NULL.
 */
struct cnova_sim_table *cnova_sim_track_find(struct cnova_sim_mmu *mmu, u64 pa)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	struct cnova_sim_table *table;

	list_for_each_entry(table, cnova_sim_track_bucket(&mmu->track, pa), bucket) {
		if (pa >= table->pa &&
		    pa - table->pa < cnova_sim_table_bytes(format, table->level))
			return table;
	}
	return NULL;
}

/**
 * cnova_sim_track_has_table() - Tell whether memory holds a known table.
 * @mmu: The model.
 * @pa: VRAM address.
 * @size: Bytes, within one 4 KiB page.
 *
 * Context: Any; caller holds the model's lock.
 * Return: Whether any byte of it belongs to one.
 */
bool cnova_sim_track_has_table(struct cnova_sim_mmu *mmu, u64 pa, u64 size)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	struct cnova_sim_table *table;

	list_for_each_entry(table, cnova_sim_track_bucket(&mmu->track, pa), bucket) {
		if (table->pa < pa + size &&
		    pa < table->pa + cnova_sim_table_bytes(format, table->level))
			return true;
	}
	return false;
}

/**
 * cnova_sim_track_next_old() - Go through the history of a word.
 * @mmu: The model.
 * @pa: Address of the word.
 * @prev: What the last call returned; NULL to begin.
 *
 * Context: Any; caller holds the model's lock.
 * Return: An old value, or NULL after the last one.
 */
struct cnova_sim_old *cnova_sim_track_next_old(struct cnova_sim_mmu *mmu, u64 pa,
					       struct cnova_sim_old *prev)
{
	struct list_head *bucket = cnova_sim_old_bucket(&mmu->track, pa);
	struct list_head *pos = prev ? &prev->bucket : bucket;

	for (pos = pos->next; pos != bucket; pos = pos->next) {
		struct cnova_sim_old *old = list_entry(pos, struct cnova_sim_old, bucket);

		if (old->pa == pa)
			return old;
	}
	return NULL;
}

static void cnova_sim_old_drop(struct cnova_sim_mmu *mmu, struct cnova_sim_old *old)
{
	list_del(&old->node);
	list_del(&old->bucket);
	cnova_sim_pool_put(&mmu->track.old_pool, old);
}

static void cnova_sim_old_record(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table,
				 u64 pa, u64 value)
{
	struct cnova_sim_old *old = NULL;

	while ((old = cnova_sim_track_next_old(mmu, pa, old))) {
		if (old->value == value) {
			old->epoch = mmu->epoch;
			return;
		}
	}

	old = cnova_sim_pool_get(&mmu->track.old_pool);
	if (!old)
		return;		/* counted by the pool */
	old->pa = pa;
	old->value = value;
	old->epoch = mmu->epoch;
	list_add(&old->bucket, cnova_sim_old_bucket(&mmu->track, pa));
	if (list_empty(&table->old))
		list_add_tail(&table->dirty, &table->root->dirty);
	list_add(&old->node, &table->old);
}

static void cnova_sim_track_drop_one(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table)
{
	struct cnova_sim_old *old, *next;

	list_for_each_entry_safe(old, next, &table->old, node)
		cnova_sim_old_drop(mmu, old);
	list_del(&table->dirty);
	list_del(&table->doomed);
	list_del(&table->sibling);
	list_del(&table->all);
	list_del(&table->bucket);
	if (!table->parent) {
		list_del(&table->root->node);
		cnova_sim_pool_put(&mmu->track.root_pool, table->root);
	}
	cnova_sim_pool_put(&mmu->track.table_pool, table);
}

/**
 * cnova_sim_track_drop() - Forget a table and all below it.
 * @mmu: The model.
 * @table: The table; the root table takes its address space along.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_track_drop(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table)
{
	struct cnova_sim_table *top = table->parent;

	/* Depth first without recursion: always the first child, then back up. */
	for (;;) {
		struct cnova_sim_table *up = table->parent;

		if (!list_empty(&table->children)) {
			table = list_first_entry(&table->children, struct cnova_sim_table,
						 sibling);
			continue;
		}
		cnova_sim_track_drop_one(mmu, table);
		if (up == top)
			return;
		table = up;
	}
}

static struct cnova_sim_table *cnova_sim_track_add(struct cnova_sim_mmu *mmu,
						   struct cnova_sim_root *root,
						   struct cnova_sim_table *parent,
						   enum cnova_sim_level level, u64 pa, u64 va)
{
	struct cnova_sim_table *table = cnova_sim_pool_get(&mmu->track.table_pool);

	if (!table)
		return NULL;	/* counted by the pool */
	memset(table, 0, sizeof(*table));
	INIT_LIST_HEAD(&table->children);
	INIT_LIST_HEAD(&table->sibling);
	INIT_LIST_HEAD(&table->dirty);
	INIT_LIST_HEAD(&table->doomed);
	INIT_LIST_HEAD(&table->old);
	table->root = root;
	table->parent = parent;
	table->level = level;
	table->pa = pa;
	table->va = va;
	table->linked = true;
	if (parent)
		list_add(&table->sibling, &parent->children);
	list_add(&table->all, &mmu->track.all);
	list_add(&table->bucket, cnova_sim_track_bucket(&mmu->track, pa));
	return table;
}

static void cnova_sim_track_scan(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table);

static bool cnova_sim_track_is_above(const struct cnova_sim_table *table,
				     const struct cnova_sim_table *below)
{
	for (; below; below = below->parent) {
		if (below == table)
			return true;
	}
	return false;
}

static void cnova_sim_track_link(struct cnova_sim_mmu *mmu, struct cnova_sim_table *parent,
				 unsigned int half, u64 word_pa, u64 va, u64 child_pa)
{
	enum cnova_sim_level level = cnova_sim_next_level(parent->level, half);
	struct cnova_sim_table *child = cnova_sim_track_find(mmu, child_pa);

	/* Shared, or a loop: it has its place. */
	if (child && child->linked && child->link_pa != word_pa)
		return;
	if (child && cnova_sim_track_is_above(child, parent))
		return;
	if (child && child->link_pa == word_pa && child->level == level) {
		child->linked = true;
		return;
	}
	/* Its address serves for another table since: forget that one. */
	if (child)
		cnova_sim_track_drop(mmu, child);

	child = cnova_sim_track_add(mmu, parent->root, parent, level, child_pa, va);
	if (!child)
		return;
	child->link_pa = word_pa;
	cnova_sim_track_scan(mmu, child);
}

/* What one word points to is remembered, followed, and looked at. */
static void cnova_sim_track_word(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table, u64 pa,
				 u64 va, u64 value, bool check)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	u8 words = format->level[table->level].words;
	unsigned int half = (pa / sizeof(u64)) % words;
	struct cnova_sim_word word;
	const char *wrong;
	u64 mask, size;

	if (check) {
		wrong = format->check(mmu->traits, &mmu->mem, table->level, half, value);
		if (wrong) {
			cnova_sim_mmu_report(mmu, CNOVA_SIM_FORMAT, wrong, table->root->table->pa,
					     va, pa, value);
			return;
		}
	}

	format->decode(mmu->traits, table->level, half, value, &word);
	if (word.type == CNOVA_SIM_WORD_LEAF)
		size = BIT_ULL(format->level[table->level].shift);
	else if (word.type == CNOVA_SIM_WORD_TABLE)
		size = SZ_4K;
	else
		return;

	mask = cnova_sim_track_mask(&mmu->track, word.aperture, word.pa, size);
	if (word.aperture == CNOVA_SIM_VIDEO)
		table->vid_mask |= mask;
	else
		table->sys_mask |= mask;

	if (word.type == CNOVA_SIM_WORD_TABLE && word.aperture == CNOVA_SIM_VIDEO)
		cnova_sim_track_link(mmu, table, half, pa, va, word.pa);
}

/* Read a table that has become reachable. Recursion ends at the leaf tables. */
static void cnova_sim_track_scan(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	const struct cnova_sim_geometry *geometry = &format->level[table->level];
	u64 bytes = cnova_sim_table_bytes(format, table->level);
	u64 offset, value;

	for (offset = 0; offset < bytes; offset += sizeof(u64)) {
		u64 pa = table->pa + offset;
		u64 entry = offset / sizeof(u64) / geometry->words;

		/* What nobody wrote is not followed: a walk that reads it reports it. */
		if (!mmu->mem.ops->read64(mmu->mem.priv, CNOVA_SIM_VIDEO, pa, &value))
			return;
		if (value && mmu->mem.ops->is_written(mmu->mem.priv, CNOVA_SIM_VIDEO, pa))
			cnova_sim_track_word(mmu, table, pa,
					     table->va + (entry << geometry->shift), value, true);
	}
}

/**
 * cnova_sim_track_root() - Meet an address space.
 * @mmu: The model.
 * @pdb: VRAM address of its root table.
 * @units: Bit per unit that may now cache it.
 *
 * Context: Any; caller holds the model's lock.
 * Return: The address space; NULL if nothing more can be followed.
 */
struct cnova_sim_root *cnova_sim_track_root(struct cnova_sim_mmu *mmu, u64 pdb, u8 units)
{
	struct cnova_sim_table *table = cnova_sim_track_find(mmu, pdb);
	struct cnova_sim_root *root;

	if (table && !table->parent) {
		table->root->units |= units;
		return table->root;
	}
	if (table)
		cnova_sim_track_drop(mmu, table);

	root = cnova_sim_pool_get(&mmu->track.root_pool);
	if (!root)
		return NULL;
	memset(root, 0, sizeof(*root));
	INIT_LIST_HEAD(&root->dirty);
	root->units = units;
	root->table = cnova_sim_track_add(mmu, root, NULL, mmu->traits->format->root, pdb, 0);
	if (!root->table) {
		cnova_sim_pool_put(&mmu->track.root_pool, root);
		return NULL;
	}
	list_add(&root->node, &mmu->track.roots);
	cnova_sim_track_scan(mmu, root->table);
	return root;
}

/* Can this value, if a walker still uses it, lead to a translation? */
static bool cnova_sim_old_matters(const struct cnova_sim_table *table, unsigned int half,
				  const struct cnova_sim_word *word)
{
	switch (word->type) {
	case CNOVA_SIM_WORD_LEAF:
	case CNOVA_SIM_WORD_TABLE:
	case CNOVA_SIM_WORD_UNDECIDED:
		return true;
	default:
		/* Without a big table the 4K entries decide (HARDWARE.md 2.6, 5). */
		return table->level == CNOVA_SIM_PD0 && half == 0;
	}
}

static void cnova_sim_track_unlink(struct cnova_sim_mmu *mmu, u64 word_pa, u64 child_pa)
{
	struct cnova_sim_table *child = cnova_sim_track_find(mmu, child_pa);

	if (child && child->parent && child->pa == child_pa && child->link_pa == word_pa)
		child->linked = false;
}

/**
 * cnova_sim_track_store() - A word of memory changed.
 * @mmu: The model.
 * @pa: VRAM address of the word.
 * @old: What it was.
 * @value: What it is now.
 * @whole: Stored in one piece; the halves of a word may look odd by themselves.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_track_store(struct cnova_sim_mmu *mmu, u64 pa, u64 old, u64 value, bool whole)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	struct cnova_sim_table *table = cnova_sim_track_find(mmu, pa);
	const struct cnova_sim_geometry *geometry;
	struct cnova_sim_word was, is;
	unsigned int half;
	u64 entry, va;

	if (!table || old == value)
		return;

	geometry = &format->level[table->level];
	entry = (pa - table->pa) / sizeof(u64) / geometry->words;
	half = (pa / sizeof(u64)) % geometry->words;
	va = table->va + (entry << geometry->shift);

	format->decode(mmu->traits, table->level, half, old, &was);
	format->decode(mmu->traits, table->level, half, value, &is);
	if (cnova_sim_old_matters(table, half, &was))
		cnova_sim_old_record(mmu, table, pa, old);
	if (was.type == CNOVA_SIM_WORD_TABLE && was.aperture == CNOVA_SIM_VIDEO)
		cnova_sim_track_unlink(mmu, pa, was.pa);
	cnova_sim_track_word(mmu, table, pa, va, value, whole);

	/* Only a value that can lead somewhere can give a VA another size. */
	if (cnova_sim_old_matters(table, half, &is) && !list_empty(&table->root->dirty))
		cnova_sim_size_check(mmu, table, pa, va, value);
}

static void cnova_sim_track_forget(struct cnova_sim_mmu *mmu, struct cnova_sim_table *table,
				   u64 epoch, struct list_head *doomed)
{
	const struct cnova_sim_format *format = mmu->traits->format;
	u8 words = format->level[table->level].words;
	struct cnova_sim_old *old, *next;

	list_for_each_entry_safe(old, next, &table->old, node) {
		unsigned int half = (old->pa / sizeof(u64)) % words;
		struct cnova_sim_table *child;
		struct cnova_sim_word word;

		if (old->epoch > epoch)
			continue;
		format->decode(mmu->traits, table->level, half, old->value, &word);
		if (word.type == CNOVA_SIM_WORD_TABLE && word.aperture == CNOVA_SIM_VIDEO) {
			child = cnova_sim_track_find(mmu, word.pa);
			if (child && !child->linked && child->link_pa == old->pa)
				list_move_tail(&child->doomed, doomed);
		}
		cnova_sim_old_drop(mmu, old);
	}
	if (list_empty(&table->old))
		list_del_init(&table->dirty);
}

/**
 * cnova_sim_track_invalidate() - Walkers hold no old values any more.
 * @mmu: The model.
 * @inval: What was forgotten.
 * @epoch: Of the request; what was stored since may be cached.
 *
 * Context: Any; caller holds the model's lock.
 */
void cnova_sim_track_invalidate(struct cnova_sim_mmu *mmu, const struct cnova_sim_inval *inval,
				u64 epoch)
{
	struct cnova_sim_table *table, *next_table;
	struct cnova_sim_root *root;
	LIST_HEAD(doomed);

	list_for_each_entry(root, &mmu->track.roots, node) {
		if (!inval->all_pdb && root->table->pa != inval->pdb)
			continue;
		if (inval->hub_only && root->units & BIT(CNOVA_SIM_GPC))
			continue;
		list_for_each_entry_safe(table, next_table, &root->dirty, dirty) {
			if (table->level <= inval->level)
				cnova_sim_track_forget(mmu, table, epoch, &doomed);
		}
	}

	while (!list_empty(&doomed)) {
		table = list_first_entry(&doomed, struct cnova_sim_table, doomed);
		list_del_init(&table->doomed);
		cnova_sim_track_drop(mmu, table);
	}
}
