/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_PICTURE_H
#define CNOVA_IGT_PICTURE_H

#include "cnova.h"

/**
 * struct cnova_picture - All that a refused call must leave as it was.
 */
struct cnova_picture {
	/** @state: what the VM says of itself. */
	struct drm_cnova_vm_get_state state;

	/** @vram_free: bytes of VRAM. */
	uint64_t vram_free;

	/** @tree: the VA tree, as text. */
	char *tree;

	/** @leaves: the page tables, as text. */
	char *leaves;
};

void cnova_picture_take(struct cnova_world *w, struct cnova_picture *picture);
void cnova_picture_drop(struct cnova_picture *picture);
void cnova_picture_settle(struct cnova_world *w, struct cnova_picture *before);
void cnova_picture_expect(struct cnova_world *w, const struct cnova_picture *before,
			  unsigned int n);

#endif
