// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * NVIDIA's RM: whole page tables, made by its library "mmu_walk" and read by its
 * description of levels.
 *
 * The library decides which tables there are and which entries change; callbacks, ours
 * in place of gmmu_walk.c, store what rm.c makes of that.
 */
#include <stdlib.h>
#include <string.h>

#include "mmu/mmu_walk.h"
#include "rm.h"

struct MMU_WALK_MEMDESC {
	NvU64 pa;
};

struct MMU_WALK_USER_CTX {
	struct rm_vas *vas;
};

struct MMU_MAP_ITERATOR {
	struct third_entry leaf;
};

struct rm_vas {
	const struct rm_fmt *fmt;
	struct rm_mem mem;
	MMU_WALK *walk;
	struct MMU_WALK_USER_CTX ctx;
	NvU64 pdb;
};

static void rm_store(struct rm_vas *vas, const MMU_WALK_MEMDESC *table,
		     const MMU_FMT_LEVEL *level, NvU32 index, const NvU64 *words)
{
	NvU64 pa = table->pa + (NvU64)index * level->entrySize;
	NvU32 i;

	for (i = 0; i < level->entrySize / sizeof(*words); i++)
		vas->mem.store(vas->mem.priv, pa + i * sizeof(*words), words[i]);
}

/* ---- callbacks of the library ---- */

static NV_STATUS rm_cb_alloc(MMU_WALK_USER_CTX *ctx, const MMU_FMT_LEVEL *level,
			     const NvU64 va, const NvU64 va_limit, const NvBool target,
			     MMU_WALK_MEMDESC **table, NvU32 *size, NvBool *changed)
{
	MMU_WALK_MEMDESC *new;

	if (*table || !target)
		return NV_OK;

	new = malloc(sizeof(*new));
	if (!new)
		return NV_ERR_NO_MEMORY;
	new->pa = ctx->vas->mem.alloc(ctx->vas->mem.priv);
	*table = new;
	*size = mmuFmtLevelSize(level);
	*changed = NV_TRUE;
	return NV_OK;
}

static void rm_cb_free(MMU_WALK_USER_CTX *ctx, const MMU_FMT_LEVEL *level, const NvU64 va,
		       MMU_WALK_MEMDESC *table)
{
	ctx->vas->mem.free(ctx->vas->mem.priv, table->pa);
	free(table);
}

static NvBool rm_cb_pdb(MMU_WALK_USER_CTX *ctx, const MMU_FMT_LEVEL *root,
			const MMU_WALK_MEMDESC *table, const NvBool ignore_busy)
{
	ctx->vas->pdb = table ? table->pa : 0;
	return NV_TRUE;
}

static NvBool rm_cb_pde(MMU_WALK_USER_CTX *ctx, const MMU_FMT_LEVEL *level,
			const MMU_WALK_MEMDESC *table, const NvU32 index,
			const MMU_WALK_MEMDESC **below)
{
	GMMU_ENTRY_VALUE value = {};
	NvU32 i;

	for (i = 0; i < level->numSubLevels; i++) {
		struct third_entry entry = { .type = THIRD_TABLE, .aperture = THIRD_VIDEO };

		if (!below[i])
			continue;
		entry.pa = below[i]->pa;
		rm_pde(ctx->vas->fmt, level, i, &entry, value.v8);
	}
	rm_store(ctx->vas, table, level, index, value.v64);
	return NV_TRUE;
}

static void rm_cb_fill(MMU_WALK_USER_CTX *ctx, const MMU_FMT_LEVEL *level,
		       const MMU_WALK_MEMDESC *table, const NvU32 first, const NvU32 last,
		       const MMU_WALK_FILL_STATE state, NvU32 *progress)
{
	const GMMU_FMT_FAMILY *family = &ctx->vas->fmt->family;
	GMMU_ENTRY_VALUE value = {};
	NvU32 i;

	if (state == MMU_WALK_FILL_SPARSE)
		value = level->numSubLevels > 1 ? family->sparsePdeMulti :
			level->numSubLevels ? family->sparsePde : family->sparsePte;
	else if (state == MMU_WALK_FILL_NV4K)
		value = family->nv4kPte;

	for (i = first; i <= last; i++)
		rm_store(ctx->vas, table, level, i, value.v64);
	*progress = last - first + 1;
}

static void rm_cb_map(MMU_WALK_USER_CTX *ctx, const MMU_MAP_TARGET *target,
		      const MMU_WALK_MEMDESC *table, const NvU32 first, const NvU32 last,
		      NvU32 *progress)
{
	struct third_entry *leaf = &target->pIter->leaf;
	NvU32 i;

	for (i = first; i <= last; i++) {
		NvU64 words[2] = {};
		uint64_t word;

		NV_ASSERT(rm_leaf(ctx->vas->fmt, leaf, &word));
		words[0] = word;
		rm_store(ctx->vas, table, target->pLevelFmt, i, words);
		leaf->pa += mmuFmtLevelPageSize(target->pLevelFmt);
	}
	*progress = last - first + 1;
}

static const MMU_WALK_CALLBACKS rm_callbacks = {
	.LevelAlloc = rm_cb_alloc,
	.LevelFree = rm_cb_free,
	.UpdatePdb = rm_cb_pdb,
	.UpdatePde = rm_cb_pde,
	.FillEntries = rm_cb_fill,
};

/* ---- an address space ---- */

struct rm_vas *rm_vas_create(const struct rm_fmt *fmt, const struct rm_mem *mem)
{
	struct rm_vas *vas = calloc(1, sizeof(*vas));
	MMU_WALK_FLAGS flags = {};

	NV_ASSERT(vas);
	vas->fmt = fmt;
	vas->mem = *mem;
	vas->ctx.vas = vas;
	NV_ASSERT(mmuWalkCreate(fmt->fmt.pRoot, &vas->ctx, &rm_callbacks, flags, &vas->walk,
				NULL) == NV_OK);
	/* The root is there from now to the end. */
	NV_ASSERT(mmuWalkReserveEntries(vas->walk, fmt->fmt.pRoot, 0,
					mmuFmtLevelVirtAddrMask(fmt->fmt.pRoot), NV_TRUE) ==
		  NV_OK);
	return vas;
}

void rm_vas_destroy(struct rm_vas *vas)
{
	const MMU_FMT_LEVEL *root = vas->fmt->fmt.pRoot;

	NV_ASSERT(mmuWalkUnmap(vas->walk, 0, mmuFmtLevelVirtAddrMask(root)) == NV_OK);
	NV_ASSERT(mmuWalkReleaseEntries(vas->walk, root, 0, mmuFmtLevelVirtAddrMask(root)) ==
		  NV_OK);
	mmuWalkDestroy(vas->walk);
	free(vas);
}

uint64_t rm_vas_pdb(const struct rm_vas *vas)
{
	return vas->pdb;
}

void rm_vas_map(struct rm_vas *vas, uint64_t start, uint64_t end, enum third_level level,
		const struct third_entry *leaf)
{
	struct MMU_MAP_ITERATOR iter = { .leaf = *leaf };
	MMU_MAP_TARGET target = {
		.pLevelFmt = rm_level(vas->fmt, level),
		.pIter = &iter,
		.MapNextEntries = rm_cb_map,
	};

	target.pageArrayGranularity = mmuFmtLevelPageSize(target.pLevelFmt);
	NV_ASSERT(mmuWalkMap(vas->walk, start, end - 1, &target) == NV_OK);
}

void rm_vas_unmap(struct rm_vas *vas, uint64_t start, uint64_t end)
{
	NV_ASSERT(mmuWalkUnmap(vas->walk, start, end - 1) == NV_OK);
}

void rm_vas_sparse(struct rm_vas *vas, uint64_t start, uint64_t end)
{
	NV_ASSERT(mmuWalkSparsify(vas->walk, start, end - 1, NV_FALSE) == NV_OK);
}

/* ---- going through tables ---- */

static uint64_t rm_load(const struct rm_mem *mem, uint64_t table, const MMU_FMT_LEVEL *level,
			uint64_t va, unsigned int half)
{
	NvU64 offset = (NvU64)mmuFmtVirtAddrToEntryIndex(level, va) * level->entrySize;

	return mem->load(mem->priv, table + offset + half * sizeof(NvU64));
}

/* A PDE0 whose low half is no leaf: which table, of two, says what is at @va. */
static void rm_walk_dual(const struct rm_fmt *fmt, const struct rm_mem *mem, uint64_t table,
			 uint64_t va, struct third_entry *entry, enum third_level *level)
{
	const MMU_FMT_LEVEL *pde0 = rm_level(fmt, THIRD_PDE0);
	struct third_entry big = *entry, small;

	rm_decode(fmt, THIRD_PDE0, 1, rm_load(mem, table, pde0, va, 1), &small);
	if (big.type == THIRD_TABLE) {
		*level = THIRD_64K;
		rm_decode(fmt, THIRD_64K, 0,
			  rm_load(mem, big.pa, rm_level(fmt, THIRD_64K), va, 0), entry);
		if (entry->type != THIRD_NONE || small.type != THIRD_TABLE)
			return;
	} else if (small.type != THIRD_TABLE) {
		return;
	}

	*level = THIRD_4K;
	rm_decode(fmt, THIRD_4K, 0, rm_load(mem, small.pa, rm_level(fmt, THIRD_4K), va, 0),
		  entry);
}

void rm_walk(const struct rm_fmt *fmt, const struct rm_mem *mem, uint64_t pdb, uint64_t va,
	     struct third_entry *entry, enum third_level *level)
{
	uint64_t table = pdb;

	*level = rm_level(fmt, THIRD_PDE4) ? THIRD_PDE4 : THIRD_PDE3;
	for (;;) {
		rm_decode(fmt, *level, 0, rm_load(mem, table, rm_level(fmt, *level), va, 0),
			  entry);
		if (*level == THIRD_PDE0 || entry->type != THIRD_TABLE)
			break;
		table = entry->pa;
		--*level;
	}
	if (*level == THIRD_PDE0 && entry->type != THIRD_LEAF && entry->type != THIRD_BAD)
		rm_walk_dual(fmt, mem, table, va, entry, level);
	if (entry->type == THIRD_LEAF)
		entry->pa += mmuFmtVirtAddrPageOffset(rm_level(fmt, *level), va);
}
