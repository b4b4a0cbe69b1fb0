// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Stores to page tables
 *
 * Every store goes through here, in the order in which it is asked for; stores to
 * consecutive words are handed over together. What changes an entry changes the
 * shadow and the memory.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

/**
 * cnova_pt_flush() - Hand over the stores collected.
 * @walk: Execution.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_flush(struct cnova_pt_walk *walk)
{
	if (!walk->run_nr)
		return;

	walk->io->ops->store(walk->io, cnova_vram_addr(walk->run_pa), walk->run, walk->run_nr);
	walk->run_nr = 0;
	walk->stored = true;
}

/* Room for stores at @pa and on: at least one, at most @nr. Return: how many. */
static u32 cnova_pt_room(struct cnova_pt_walk *walk, u64 pa, u32 nr)
{
	if (walk->run_nr == CNOVA_PT_RUN_WORDS ||
	    pa != walk->run_pa + walk->run_nr * sizeof(u64))
		cnova_pt_flush(walk);
	if (!walk->run_nr)
		walk->run_pa = pa;

	return min(nr, CNOVA_PT_RUN_WORDS - walk->run_nr);
}

/**
 * cnova_pt_put() - Store a word.
 * @walk: Execution.
 * @pa: VRAM address.
 * @word: What to store.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_put(struct cnova_pt_walk *walk, u64 pa, u64 word)
{
	cnova_pt_room(walk, pa, 1);
	walk->run[walk->run_nr++] = word;
}

/**
 * cnova_pt_put_leaves() - Store 4K leaves.
 * @walk: Execution.
 * @pa: VRAM address of the first.
 * @nr: How many.
 * @extent: What they belong to.
 * @va: First address they translate.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_put_leaves(struct cnova_pt_walk *walk, u64 pa, u32 nr,
			 const struct cnova_extent *extent, u64 va)
{
	u64 step = cnova_pt_entry_span(walk->fmt, CNOVA_PT_4K);

	while (nr) {
		u32 now = cnova_pt_room(walk, pa, nr);

		walk->fmt->fill(&walk->run[walk->run_nr], now,
				extent->pa + (va - extent->start), step, &extent->attr);
		walk->run_nr += now;
		pa += now * sizeof(u64);
		va += now * step;
		nr -= now;
	}
}

/**
 * cnova_pt_encode() - What stands in memory for a word of the shadow?
 * @fmt: Format.
 * @word: Word of a directory.
 *
 * Context: Any.
 * Return: The entry, or half of a PDE0.
 */
u64 cnova_pt_encode(const struct cnova_pt_fmt *fmt, u64 word)
{
	const struct cnova_pt_node *table;

	if (cnova_pt_word_is_leaf(word))
		return word;
	if (word == CNOVA_PT_WORD_SPARSE)
		return fmt->sparse;
	if (!word || cnova_pt_word_is_broken(word))
		return 0;

	table = cnova_pt_word_table(word);
	return fmt->table(table->kind, &(struct cnova_pt_entry){
		.pa = table->pa.raw,
		.attr.aperture = CNOVA_APERTURE_VIDEO,
	});
}

/**
 * cnova_pt_set() - Change an entry of a directory.
 * @walk: Execution.
 * @node: Directory, not a PDE0.
 * @i: Index of the entry.
 * @word: What it is to say.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_set(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i, u64 word)
{
	u64 before = cnova_pt_encode(walk->fmt, node->word[i]);
	u64 after = cnova_pt_encode(walk->fmt, word);

	if (WARN_ON_ONCE(cnova_pt_word_is_foreign(node->word[i])))
		return;

	node->live += !!word - !!node->word[i];
	node->word[i] = word;
	if (before != after)
		cnova_pt_put(walk, node->pa.raw + i * sizeof(u64), after);
}

/**
 * cnova_pt_set_frame() - Change an entry of a PDE0.
 * @walk: Execution.
 * @node: The PDE0.
 * @i: Index of the entry.
 * @low: What its low half is to say: 64K table, leaf, sparse.
 * @high: What its high half is to say: 4K table.
 * @high_first: Store the high half first.
 *
 * The two halves are not stored at once. HARDWARE.md 3.7: the low half decides the
 * type, so it comes last for becoming a directory entry and first for becoming a
 * leaf. For becoming empty it comes last too: with only the 64K table left, an
 * address reads as before or as a hole; with only the 4K table left, sparse
 * entries hidden under a 64K leaf would show.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_set_frame(struct cnova_pt_walk *walk, struct cnova_pt_node *node, u32 i,
			u64 low, u64 high, bool high_first)
{
	u64 *word = &node->word[2 * i];
	u64 now[2] = { low, high };
	u64 put[2];
	bool change[2];
	u32 k, half;

	if (WARN_ON_ONCE(word[0] == CNOVA_PT_WORD_FOREIGN))
		return;

	for (half = 0; half < 2; half++) {
		put[half] = cnova_pt_encode(walk->fmt, now[half]);
		change[half] = put[half] != cnova_pt_encode(walk->fmt, word[half]);
	}

	node->live += !!(low | high) - !!(word[0] | word[1]);
	word[0] = low;
	word[1] = high;

	for (k = 0; k < 2; k++) {
		half = high_first ? 1 - k : k;
		/* Not in one call, within which stores have no order. */
		if (k && change[0] && change[1])
			cnova_pt_flush(walk);
		if (change[half])
			cnova_pt_put(walk, node->pa.raw + (2 * i + half) * sizeof(u64), put[half]);
	}
}

static bool cnova_pt_big_is_live(const struct cnova_pt_fmt *fmt, u64 value)
{
	return cnova_pt_word_is_leaf(value) || value == fmt->sparse;
}

/**
 * cnova_pt_set_big() - Change an entry of a 64K table.
 * @walk: Execution.
 * @big: The table.
 * @slot: Index of the entry.
 * @value: What it is to be.
 *
 * Context: As mm/pt.h says.
 */
void cnova_pt_set_big(struct cnova_pt_walk *walk, struct cnova_pt_node *big, u32 slot, u64 value)
{
	u64 *entry = &big->big.value[slot];

	if (*entry == value)
		return;

	big->live += cnova_pt_big_is_live(walk->fmt, value) -
		     cnova_pt_big_is_live(walk->fmt, *entry);
	*entry = value;
	cnova_pt_put(walk, big->pa.raw + slot * sizeof(u64), value);
}
