// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: A walk for people
 *
 * What do the page tables say of an address? Not what the shadow believes: the entries
 * are read from VRAM, from the root on, as a GPU would (HARDWARE.md 2 and 3), and all
 * that stand for the address are told, so that a reader sees where the walk ended and
 * why. An entry that makes no sense ends it; what is not VRAM is never read.
 */

#include "mm/mm.h"
#include "mm/vmm.h"

/* Where a walk goes on: the table of a kind, or none. */
struct cnova_vmm_place {
	enum cnova_pt_kind kind;
	bool found;
	u64 pa;
};

static bool cnova_vmm_is_table(const struct cnova_vmm *vmm, enum cnova_pt_kind kind,
			       const struct cnova_pt_entry *entry)
{
	u64 end = vmm->mm->pramin.size;

	return entry->type == CNOVA_PT_ENTRY_TABLE &&
	       entry->attr.aperture == CNOVA_APERTURE_VIDEO && entry->pa < end &&
	       cnova_pt_table_bytes(vmm->mm->chip->fmt, kind) <= end - entry->pa;
}

/* Read the entry, or the half of a PDE0, for @va. */
static void cnova_vmm_step(struct cnova_vmm *vmm, const struct cnova_vmm_place *place, u32 half,
			   u64 va, struct cnova_vmm_step *step)
{
	const struct cnova_pt_fmt *fmt = vmm->mm->chip->fmt;
	struct cnova_pramin_cursor cursor;

	step->kind = place->kind;
	step->half = half;
	step->pa = cnova_vram_addr(place->pa + sizeof(u64) *
				   (cnova_pt_index(fmt, place->kind, va) *
				    fmt->level[place->kind].words + half));

	cnova_pramin_begin(&vmm->mm->pramin, &cursor);
	cnova_pramin_read(&cursor, step->pa, &step->word, 1);
	cnova_pramin_end(&cursor);
	fmt->decode(fmt, place->kind, half, step->word, &step->entry);
}

/**
 * cnova_vmm_walk_locked() - Read what stands for an address.
 * @vmm: Address space; it may be dead.
 * @va: Address in bytes, below the end of the address space.
 * @steps: Room for %CNOVA_VMM_MAX_STEPS. The entries, from the root down; of a PDE0
 * the low half, then the high one, then what is in the tables they name.
 *
 * The GPU should be there: one that is gone shows entries of all-ones.
 *
 * Context: Process context, fence signalling path. Caller holds &cnova_vmm.lock.
 * Return: Number of @steps.
 */
u32 cnova_vmm_walk_locked(struct cnova_vmm *vmm, u64 va, struct cnova_vmm_step *steps)
{
	const struct cnova_pt_fmt *fmt = vmm->mm->chip->fmt;
	struct cnova_vmm_place place = {
		.kind = fmt->root,
		.found = true,
		.pa = vmm->tree.root->pa.raw,
	};
	u32 nr = 0;

	lockdep_assert_held(&vmm->lock);

	while (place.found && place.kind > CNOVA_PT_PDE0) {
		cnova_vmm_step(vmm, &place, 0, va, &steps[nr]);
		place.kind--;
		place.found = cnova_vmm_is_table(vmm, place.kind, &steps[nr].entry);
		place.pa = steps[nr].entry.pa;
		nr++;
	}
	if (!place.found)
		return nr;

	cnova_vmm_step(vmm, &place, 0, va, &steps[nr]);
	cnova_vmm_step(vmm, &place, 1, va, &steps[nr + 1]);
	nr += 2;

	/* The 64K entry first: it decides whether the other one counts. */
	for (u32 half = 0, pde0 = nr - 2; half < 2; half++) {
		place.kind = half ? CNOVA_PT_4K : CNOVA_PT_64K;
		place.pa = steps[pde0 + half].entry.pa;
		if (cnova_vmm_is_table(vmm, place.kind, &steps[pde0 + half].entry))
			cnova_vmm_step(vmm, &place, 0, va, &steps[nr++]);
	}

	return nr;
}
