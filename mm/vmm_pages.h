/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Room for the tables of an address space: pages, and sixteenths of pages.
 */
#ifndef _CNOVA_MM_VMM_PAGES_H_
#define _CNOVA_MM_VMM_PAGES_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "mm/addr.h"
#include "mm/pt_fmt.h"

struct cnova_pt_node;
struct cnova_vmm;

/** struct cnova_vmm_pages - Pages that are cut up for 64K tables. */
struct cnova_vmm_pages {
	/** @lock: Protects what follows. Below &cnova_vmm.lock, which is not needed. */
	struct mutex lock;
	/** @room: Those of @cut that have room. */
	struct list_head room;
	/** @cut: &struct cnova_vmm_page by number of the page in VRAM. */
	struct xarray cut;
};

int cnova_vmm_caches_get(void);
void cnova_vmm_caches_put(void);

void cnova_vmm_pages_init(struct cnova_vmm_pages *pages);
void cnova_vmm_pages_fini(struct cnova_vmm_pages *pages);

struct cnova_pt_node *cnova_vmm_node_alloc(enum cnova_pt_kind kind);
struct cnova_pt_node *cnova_vmm_node_create(struct cnova_vmm *vmm, enum cnova_pt_kind kind,
					    u64 index, bool zero, void *ctx);
void cnova_vmm_node_destroy(struct cnova_vmm *vmm, struct cnova_pt_node *node, bool give_back);
void cnova_vmm_nodes_destroy(struct cnova_vmm *vmm, struct cnova_pt_node *list, bool give_back);

#endif /* _CNOVA_MM_VMM_PAGES_H_ */
