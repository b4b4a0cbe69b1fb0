// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Memory that is given back
 *
 * When memory goes back to an allocator, nothing may point there any more: no entry
 * of a page table that a walk can come to, no entry that was changed but is not
 * invalidated, and nothing cached.
 *
 * Pure; builds in user space. Locking: the model's.
 */
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "model.h"

/** struct cnova_sim_release - What is given back. */
struct cnova_sim_release {
	/** @mmu: The model. */
	struct cnova_sim_mmu *mmu;
	/** @pa: First byte. */
	u64 pa;
	/** @size: Bytes. */
	u64 size;
	/** @mask: Its summary, cnova_sim_track_mask(). */
	u64 mask;
	/** @video: VRAM; else system memory. */
	bool video;
	/** @check: How to report. */
	enum cnova_sim_check check;
};

static bool cnova_sim_release_overlaps(const struct cnova_sim_release *release, bool video, u64 pa,
				       u64 size)
{
	return video == release->video && pa < release->pa + release->size &&
	       release->pa < pa + size;
}

/* Does this word of a table point there? */
static bool cnova_sim_release_hits(const struct cnova_sim_release *release,
				   enum cnova_sim_level level, unsigned int half, u64 value)
{
	const struct cnova_sim_traits *traits = release->mmu->traits;
	struct cnova_sim_word word;
	u64 size;

	traits->format->decode(traits, level, half, value, &word);
	if (word.type == CNOVA_SIM_WORD_LEAF) {
		if (word.aperture == CNOVA_SIM_PEER)
			return false;
		size = BIT_ULL(traits->format->level[level].shift);
	} else if (word.type == CNOVA_SIM_WORD_TABLE) {
		size = cnova_sim_table_bytes(traits->format, cnova_sim_next_level(level, half));
	} else {
		return false;
	}
	return cnova_sim_release_overlaps(release, word.aperture == CNOVA_SIM_VIDEO, word.pa, size);
}

/* A leaf in the low half of a dual entry hides the high half. */
static bool cnova_sim_release_is_hidden(const struct cnova_sim_release *release,
					enum cnova_sim_level level, unsigned int half, u64 low)
{
	const struct cnova_sim_traits *traits = release->mmu->traits;
	struct cnova_sim_word word;

	if (!half)
		return false;
	traits->format->decode(traits, level, 0, low, &word);
	return word.type == CNOVA_SIM_WORD_LEAF;
}

static void cnova_sim_release_lines(const struct cnova_sim_release *release)
{
	struct cnova_sim_mmu *mmu = release->mmu;
	const struct cnova_sim_line *line;

	list_for_each_entry(line, &mmu->tlb.lines, age) {
		u8 words = mmu->traits->format->level[line->level].words;
		unsigned int i;

		if (cnova_sim_release_overlaps(release, line->aperture == CNOVA_SIM_VIDEO,
					       line->pa, CNOVA_SIM_LINE_BYTES)) {
			cnova_sim_mmu_report(mmu, release->check,
					     "a cached table is given back", line->pdb, line->va,
					     line->pa, line->word[0]);
			continue;
		}
		for (i = 0; i < CNOVA_SIM_LINE_WORDS; i++) {
			if (cnova_sim_release_is_hidden(release, line->level, i % words,
							line->word[i - i % words]))
				continue;
			if (!cnova_sim_release_hits(release, line->level, i % words,
						    line->word[i]))
				continue;
			cnova_sim_mmu_report(mmu, release->check,
					     "a cached entry points there", line->pdb, line->va,
					     line->pa + i * sizeof(u64), line->word[i]);
			break;
		}
	}
}

/* Unhooked, or below what is, and no invalidate since: a walk cache may lead here. */
static bool cnova_sim_release_is_loose(const struct cnova_sim_table *table)
{
	for (; table; table = table->parent) {
		if (!table->linked)
			return true;
	}
	return false;
}

/* Does a walk through memory, or through a walk cache, come to this word? */
static bool cnova_sim_release_reaches(struct cnova_sim_mmu *mmu,
				      const struct cnova_sim_table *table, u64 pa, u64 va)
{
	const struct cnova_sim_mem *mem = &mmu->mem;
	u8 words = mmu->traits->format->level[table->level].words;
	struct cnova_sim_walk walk;

	if (cnova_sim_release_is_loose(table))
		return true;
	cnova_sim_walk_begin(&walk, mmu->traits, CNOVA_SIM_VIDEO, table->root->table->pa, va);
	while (walk.state == CNOVA_SIM_WALK_MORE) {
		u64 entry = cnova_sim_walk_entry(&walk);
		u64 word[2] = {};

		if (walk.level == table->level)
			return entry == (pa & ~(words * sizeof(u64) - 1));
		mem->ops->read64(mem->priv, walk.table_aperture, entry, &word[0]);
		if (walk.level == CNOVA_SIM_PD0)
			mem->ops->read64(mem->priv, walk.table_aperture, entry + sizeof(u64),
					 &word[1]);
		cnova_sim_walk_step(&walk, word);
	}
	return false;
}

static void cnova_sim_release_table(const struct cnova_sim_release *release,
				    const struct cnova_sim_table *table)
{
	struct cnova_sim_mmu *mmu = release->mmu;
	const struct cnova_sim_format *format = mmu->traits->format;
	const struct cnova_sim_geometry *geometry = &format->level[table->level];
	u64 bytes = cnova_sim_table_bytes(format, table->level);
	u64 before = 0;
	u64 offset;

	for (offset = 0; offset < bytes; offset += sizeof(u64)) {
		unsigned int half = (offset / sizeof(u64)) % geometry->words;
		u64 entry = offset / sizeof(u64) / geometry->words;
		u64 va = table->va + (entry << geometry->shift);
		u64 pa = table->pa + offset;
		u64 value;

		mmu->mem.ops->read64(mmu->mem.priv, CNOVA_SIM_VIDEO, pa, &value);
		if (!cnova_sim_release_is_hidden(release, table->level, half, before) &&
		    cnova_sim_release_hits(release, table->level, half, value) &&
		    cnova_sim_release_reaches(mmu, table, pa, va))
			cnova_sim_mmu_report(mmu, release->check, "a page table points there",
					     table->root->table->pa, va, pa, value);
		before = value;
	}
}

static void cnova_sim_release_olds(const struct cnova_sim_release *release,
				   const struct cnova_sim_table *table)
{
	struct cnova_sim_mmu *mmu = release->mmu;
	u8 words = mmu->traits->format->level[table->level].words;
	const struct cnova_sim_old *old;

	list_for_each_entry(old, &table->old, node) {
		unsigned int half = (old->pa / sizeof(u64)) % words;

		if (cnova_sim_release_hits(release, table->level, half, old->value))
			cnova_sim_mmu_report(mmu, release->check,
					     "an entry that pointed there is not yet invalidated",
					     table->root->table->pa, table->va, old->pa,
					     old->value);
	}
}

static void cnova_sim_release_drop_roots(const struct cnova_sim_release *release)
{
	struct cnova_sim_mmu *mmu = release->mmu;
	struct cnova_sim_root *root, *next;

	list_for_each_entry_safe(root, next, &mmu->track.roots, node) {
		if (cnova_sim_release_overlaps(release, true, root->table->pa, SZ_4K))
			cnova_sim_track_drop(mmu, root->table);
	}
}

static void cnova_sim_release_drop_tables(const struct cnova_sim_release *release)
{
	struct cnova_sim_mmu *mmu = release->mmu;
	struct cnova_sim_table *table;
	bool again;

	/* A table takes those below it along: begin anew after each. */
	do {
		again = false;
		list_for_each_entry(table, &mmu->track.all, all) {
			if (cnova_sim_release_overlaps(release, true, table->pa, 1)) {
				cnova_sim_track_drop(mmu, table);
				again = true;
				break;
			}
		}
	} while (again);
}

/**
 * cnova_sim_mmu_release() - Memory is given back: report what still points there.
 * @mmu: The model.
 * @aperture: CNOVA_SIM_VIDEO, or any other for system memory.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: Any; caller holds the model's lock. The memory can still be read.
 */
void cnova_sim_mmu_release(struct cnova_sim_mmu *mmu, enum cnova_sim_aperture aperture, u64 pa,
			   u64 size)
{
	struct cnova_sim_release release = {
		.mmu = mmu,
		.pa = pa,
		.size = size,
		.mask = cnova_sim_track_mask(&mmu->track, aperture, pa, size),
		.video = aperture == CNOVA_SIM_VIDEO,
		.check = aperture == CNOVA_SIM_VIDEO ? CNOVA_SIM_RELEASED : CNOVA_SIM_GRANT,
	};
	const struct cnova_sim_table *table;

	cnova_sim_release_lines(&release);
	/* An address space ends with its root; what is below is not reachable by it. */
	cnova_sim_release_drop_roots(&release);

	list_for_each_entry(table, &mmu->track.all, all) {
		u64 mask = release.video ? table->vid_mask : table->sys_mask;

		if (!list_empty(&table->old))
			cnova_sim_release_olds(&release, table);
		if (mask & release.mask)
			cnova_sim_release_table(&release, table);
	}
	cnova_sim_release_drop_tables(&release);
}
