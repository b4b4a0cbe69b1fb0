// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Adopted tables
 *
 * The root of BAR1 may belong to firmware, and have entries already (HARDWARE.md 7.3).
 * Then the shadow starts with what is there: the directories that cover the
 * addresses of interest become nodes like ours, but foreign: we use their empty
 * entries, and never unhook or free them. All other entries of theirs, and a whole
 * PDE0 entry if there is anything in it, are marked and left alone; nothing can be
 * mapped there. Everything is read once, so that whoever owns the tables must leave
 * our entries alone as we do theirs.
 *
 * Locking: see mm/pt.h. Builds in user space too.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mm/pt_walk.h"

static u32 cnova_pt_nr_entries(const struct cnova_pt_tree *tree, const struct cnova_pt_node *node)
{
	return 1U << tree->fmt->level[node->kind].bits;
}

static struct cnova_pt_node *cnova_pt_adopt_node(struct cnova_pt_tree *tree,
						 struct cnova_pt_adopter *adopter,
						 enum cnova_pt_kind kind, u64 va,
						 struct cnova_vram_addr pa)
{
	struct cnova_pt_node *node = adopter->alloc(adopter, kind);
	u32 i;

	if (!node)
		return NULL;

	cnova_pt_node_init(node, kind, va >> cnova_pt_span_lg2(tree->fmt, kind), pa, true);
	node->state = CNOVA_PT_LINKED;
	node->foreign = true;
	for (i = 0; i < cnova_pt_table_bytes(tree->fmt, kind) / sizeof(u64); i++)
		node->word[i] = 0;

	return node;
}

/* A directory that we can go on in? */
static bool cnova_pt_is_adoptable(const struct cnova_pt_tree *tree,
				  const struct cnova_pt_adopter *adopter,
				  const struct cnova_pt_node *node,
				  const struct cnova_pt_entry *entry)
{
	return node->kind > CNOVA_PT_PDE0 && entry->type == CNOVA_PT_ENTRY_TABLE &&
	       entry->attr.aperture == CNOVA_APERTURE_VIDEO &&
	       entry->pa < adopter->vram_end &&
	       cnova_pt_table_bytes(tree->fmt, node->kind - 1) <= adopter->vram_end - entry->pa;
}

static int cnova_pt_adopt_directory(struct cnova_pt_tree *tree, struct cnova_pt_adopter *adopter,
				    struct cnova_pt_node *node, u64 va);

static int cnova_pt_adopt_entry(struct cnova_pt_tree *tree, struct cnova_pt_adopter *adopter,
				struct cnova_pt_node *node, u32 i, u64 va)
{
	u32 words = tree->fmt->level[node->kind].words;
	struct cnova_pt_mem *mem = adopter->mem;
	struct cnova_pt_entry entry;
	struct cnova_pt_node *child;
	u64 word, any;

	/* What is of no interest may be anything. */
	any = va >= adopter->end;
	word = any ? 0 : mem->load(mem, node->pa, i * words);
	any |= word;
	if (!any && words == 2)
		any = mem->load(mem, node->pa, i * words + 1);
	if (!any)
		return 0;

	node->live++;
	node->word[i * words] = CNOVA_PT_WORD_FOREIGN;
	node->word[i * words + words - 1] = CNOVA_PT_WORD_FOREIGN;
	if (va >= adopter->end)
		return 0;

	tree->fmt->decode(tree->fmt, node->kind, 0, word, &entry);
	if (!cnova_pt_is_adoptable(tree, adopter, node, &entry))
		return 0;

	child = cnova_pt_adopt_node(tree, adopter, node->kind - 1, va, cnova_vram_addr(entry.pa));
	if (!child)
		return -ENOMEM;

	node->word[i] = cnova_pt_table_word(child);
	return cnova_pt_adopt_directory(tree, adopter, child, va);
}

static int cnova_pt_adopt_directory(struct cnova_pt_tree *tree, struct cnova_pt_adopter *adopter,
				    struct cnova_pt_node *node, u64 va)
{
	u64 span = cnova_pt_entry_span(tree->fmt, node->kind);
	u32 i;
	int err;

	for (i = 0; i < cnova_pt_nr_entries(tree, node); i++, va += span) {
		err = cnova_pt_adopt_entry(tree, adopter, node, i, va);
		if (err)
			return err;
	}

	return 0;
}

/**
 * cnova_pt_adopt() - Start with the tables of somebody else.
 * @tree: To be initialised; to be ended by cnova_pt_tree_fini() in any case.
 * @fmt: Format.
 * @root: Their root table.
 * @adopter: What there is to know.
 *
 * Reads the tables and stores nothing.
 *
 * Context: Process context, nobody else uses @tree.
 * Return: 0; -ENOMEM: then @tree->root may be NULL, and there is nothing to end.
 */
int cnova_pt_adopt(struct cnova_pt_tree *tree, const struct cnova_pt_fmt *fmt,
		   struct cnova_vram_addr root, struct cnova_pt_adopter *adopter)
{
	*tree = (struct cnova_pt_tree){ .fmt = fmt, .loose = RB_ROOT };

	tree->root = cnova_pt_adopt_node(tree, adopter, fmt->root, 0, root);
	if (!tree->root)
		return -ENOMEM;

	return cnova_pt_adopt_directory(tree, adopter, tree->root, 0);
}

/* As cnova_pt_next_foreign(), below @node, which begins at @start. */
static bool cnova_pt_foreign_below(struct cnova_pt_tree *tree, const struct cnova_pt_node *node,
				   u64 start, u64 va, struct cnova_pt_range *range)
{
	u64 span = cnova_pt_entry_span(tree->fmt, node->kind);
	u32 words = tree->fmt->level[node->kind].words;
	u32 i = va > start ? (va - start) / span : 0;

	if (!node->foreign)
		return false;

	for (; i < cnova_pt_nr_entries(tree, node); i++) {
		u64 word = node->word[i * words], first = start + i * span;

		if (word == CNOVA_PT_WORD_FOREIGN) {
			*range = (struct cnova_pt_range){ first, first + span };
			return true;
		}
		if (node->kind > CNOVA_PT_PDE0 && cnova_pt_word_table(word) &&
		    cnova_pt_foreign_below(tree, cnova_pt_word_table(word), first, va, range))
			return true;
	}

	return false;
}

/**
 * cnova_pt_next_foreign() - Find addresses that belong to somebody else.
 * @tree: Shadow.
 * @va: Where to start.
 * @range: Set to the first range of one entry that ends after @va.
 *
 * Context: As mm/pt.h says.
 * Return: Whether there is one. Never in a tree of our own.
 */
bool cnova_pt_next_foreign(struct cnova_pt_tree *tree, u64 va, struct cnova_pt_range *range)
{
	return va >> tree->fmt->va_bits == 0 &&
	       cnova_pt_foreign_below(tree, tree->root, 0, va, range);
}

/**
 * cnova_pt_job_meets_foreign() - Does a change concern what belongs to somebody else?
 * @tree: Shadow.
 * @job: Job, from cnova_pt_job_init().
 *
 * Such a job cannot be executed.
 *
 * Context: As mm/pt.h says.
 * Return: Whether it does.
 */
bool cnova_pt_job_meets_foreign(struct cnova_pt_tree *tree, const struct cnova_pt_job *job)
{
	struct cnova_pt_range foreign;
	u32 i;

	for (i = 0; tree->root->foreign && i < job->nr_ranges; i++)
		if (cnova_pt_next_foreign(tree, job->ranges[i].start, &foreign) &&
		    foreign.start < job->ranges[i].end)
			return true;

	return false;
}
