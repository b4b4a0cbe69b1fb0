// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * NVIDIA's UVM: page-table words and shapes by its "MMU mode HAL".
 */
#include "third.h"

struct uvm_global g_uvm_global;

static uvm_mmu_mode_hal_t *uvm_hal(enum third_mmu mmu)
{
	switch (mmu) {
	case THIRD_TURING:
		return uvm_hal_mmu_mode_turing();
	case THIRD_AMPERE:
		return uvm_hal_mmu_mode_ampere();
	case THIRD_HOPPER:
		return uvm_hal_mmu_mode_hopper();
	case THIRD_BLACKWELL:
		return uvm_hal_mmu_mode_blackwell();
	default:
		return uvm_hal_mmu_mode_blackwell_integrated();
	}
}

/* UVM counts from the root; both leaf tables have the same depth. */
static NvU32 uvm_depth(enum third_mmu mmu, enum third_level level)
{
	NvU32 root = mmu < THIRD_HOPPER ? THIRD_PDE3 : THIRD_PDE4;

	return level <= THIRD_64K ? root - THIRD_64K : root - level;
}

bool uvm_shape(enum third_mmu mmu, enum third_level level, struct third_shape *shape)
{
	uvm_mmu_mode_hal_t *hal = uvm_hal(mmu);
	NvU64 size = level == THIRD_4K ? UVM_PAGE_SIZE_4K : UVM_PAGE_SIZE_64K;
	NvU32 depth, bits = hal->num_va_bits();

	if (level > THIRD_PDE3 && mmu < THIRD_HOPPER)
		return false;

	for (depth = 0; depth <= uvm_depth(mmu, level); depth++)
		bits -= hal->index_bits(depth, size);

	*shape = (struct third_shape){
		.shift = bits,
		.bits = hal->index_bits(depth - 1, size),
		.words = hal->entry_size(depth - 1) / sizeof(NvU64),
		.leaf = hal->page_sizes() >> bits & 1,
	};
	/* Leaves of that size are where UVM looks for them. */
	UVM_ASSERT(!shape->leaf || hal->page_table_depth(1ULL << bits) == depth - 1);
	return true;
}

static uvm_aperture_t uvm_aperture(const struct third_entry *entry)
{
	switch (entry->aperture) {
	case THIRD_VIDEO:
		return UVM_APERTURE_VID;
	case THIRD_PEER:
		return UVM_APERTURE_PEER_0 + entry->peer;
	case THIRD_SYS_COH:
		return UVM_APERTURE_SYS;
	default:
		return UVM_APERTURE_SYS_NON_COHERENT;
	}
}

bool uvm_leaf(enum third_mmu mmu, const struct third_entry *leaf, uint64_t *word)
{
	NvU64 flags = leaf->uncached ? UVM_MMU_PTE_FLAGS_NONE : UVM_MMU_PTE_FLAGS_CACHED;
	uvm_prot_t prot = leaf->read_only ? UVM_PROT_READ_ONLY :
			  leaf->no_atomic ? UVM_PROT_READ_WRITE : UVM_PROT_READ_WRITE_ATOMIC;

	/* Its kind is "generic", nothing is privileged, what is read only has no atomics. */
	if (leaf->kind != 6 || leaf->privileged || (leaf->read_only && !leaf->no_atomic))
		return false;
	if (mmu < THIRD_HOPPER && leaf->aperture == THIRD_SYS_NCOH)
		return false;

	if (!leaf->counted)
		flags |= UVM_MMU_PTE_FLAGS_ACCESS_COUNTERS_DISABLED;
	*word = uvm_hal(mmu)->make_pte(uvm_aperture(leaf), leaf->pa, prot, flags);
	return true;
}

void uvm_tables(enum third_mmu mmu, enum third_level level, const struct third_entry **tables,
		uint64_t *words)
{
	uvm_mmu_page_table_alloc_t allocs[2] = {}, *pointers[2] = {};
	uvm_page_directory_t dir = { .depth = uvm_depth(mmu, level) };
	NvU64 entry[2];
	unsigned int i, nr = level == THIRD_PDE0 ? 2 : 1;

	for (i = 0; i < nr; i++) {
		if (!tables[i])
			continue;
		allocs[i].addr.address = tables[i]->pa;
		allocs[i].addr.aperture = uvm_aperture(tables[i]);
		pointers[i] = &allocs[i];
	}
	uvm_hal(mmu)->make_pde(entry, pointers, &dir, 0);
	for (i = 0; i < nr; i++)
		words[i] = entry[i];
}

uint64_t uvm_sparse(enum third_mmu mmu)
{
	return uvm_hal(mmu)->make_sparse_pte();
}

uint64_t uvm_unmapped(enum third_mmu mmu)
{
	return uvm_hal(mmu)->unmapped_pte();
}

uint64_t uvm_poison(enum third_mmu mmu)
{
	uvm_page_tree_t tree = { .hal = uvm_hal(mmu) };

	return tree.hal->poisoned_pte(&tree);
}
