// SPDX-License-Identifier: MIT

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "picture.h"

/**
 * cnova_picture_take() - What the world is like.
 */
void cnova_picture_take(struct cnova_world *w, struct cnova_picture *picture)
{
	igt_assert_eq(__cnova_vm_get_state(w->fd, w->vm.id, &picture->state), 0);
	picture->vram_free = cnova_param(w->fd, DRM_CNOVA_PARAM_VRAM_FREE);
	picture->tree = cnova_world_tree(w);
	picture->leaves = cnova_read_text(w->vm.dir, "pagetable");
	igt_assert(picture->leaves);
}

/**
 * cnova_picture_drop() - Free it.
 */
void cnova_picture_drop(struct cnova_picture *picture)
{
	free(picture->tree);
	free(picture->leaves);
}

static uint64_t table_bytes(struct cnova_world *w)
{
	struct drm_cnova_vm_get_state state;

	igt_assert_eq(__cnova_vm_get_state(w->fd, w->vm.id, &state), 0);
	return state.table_bytes;
}

/* A worker may still give tables back. */
static void wait_table_bytes(struct cnova_world *w, uint64_t want)
{
	for (int i = 0; i < 200 && table_bytes(w) != want; i++)
		usleep(10000);
	igt_assert_eq_u64(table_bytes(w), want);
}

/**
 * cnova_picture_settle() - Take over how many tables there are.
 *
 * Empty tables go when the next change comes by, so that undoing one leaves more or less.
 */
void cnova_picture_settle(struct cnova_world *w, struct cnova_picture *before)
{
	uint64_t last;

	do {
		last = table_bytes(w);
		usleep(10000);
	} while (table_bytes(w) != last);
	igt_assert_lte_u64(last, before->state.table_bytes + SZ_64K);
	before->state.table_bytes = last;
	before->vram_free = cnova_param(w->fd, DRM_CNOVA_PARAM_VRAM_FREE);
}

/**
 * cnova_picture_expect() - It is as it was, after the @n-th allocation failed.
 */
void cnova_picture_expect(struct cnova_world *w, const struct cnova_picture *before,
			  unsigned int n)
{
	struct cnova_picture now;

	wait_table_bytes(w, before->state.table_bytes);
	cnova_wait_vram_free(w->fd, before->vram_free);
	cnova_picture_take(w, &now);
	igt_assert_f(!strcmp(before->tree, now.tree), "allocation %u: the tree was\n%sand is\n%s",
		     n, before->tree, now.tree);
	igt_assert_f(!strcmp(before->leaves, now.leaves),
		     "allocation %u: the page tables were\n%sand are\n%s", n, before->leaves,
		     now.leaves);
	igt_assert_eq_u64(now.state.mapped, before->state.mapped);
	igt_assert_eq(now.state.state, DRM_CNOVA_VM_ACTIVE);
	cnova_picture_drop(&now);
}
