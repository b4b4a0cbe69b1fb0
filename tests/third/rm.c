// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * NVIDIA's RM: descriptions of page-table formats, and words by them.
 *
 * Formats are initialised by RM's functions, in the order of kgmmuConstructEngine();
 * words are made and read with RM's field accessors.
 */
#include <string.h>

#include "gpu/mmu/kern_gmmu.h"
#include "rm.h"

static struct rm_fmt formats[THIRD_NR_MMUS];

static const enum third_aperture to_aperture[GMMU_APERTURE__COUNT] = {
	[GMMU_APERTURE_VIDEO] = THIRD_VIDEO,
	[GMMU_APERTURE_PEER] = THIRD_PEER,
	[GMMU_APERTURE_SYS_COH] = THIRD_SYS_COH,
	[GMMU_APERTURE_SYS_NONCOH] = THIRD_SYS_NCOH,
};

static const GMMU_APERTURE from_aperture[] = {
	[THIRD_VIDEO] = GMMU_APERTURE_VIDEO,
	[THIRD_PEER] = GMMU_APERTURE_PEER,
	[THIRD_SYS_COH] = GMMU_APERTURE_SYS_COH,
	[THIRD_SYS_NCOH] = GMMU_APERTURE_SYS_NONCOH,
};

static void rm_init_v2(struct rm_fmt *fmt)
{
	GMMU_FMT_FAMILY *family = &fmt->family;

	kgmmuFmtInitPdeMulti_GP10X(&fmt->gmmu, &family->pdeMulti, fmt->version,
				   fmt->pde_apertures);
	kgmmuFmtInitPde_GP10X(&fmt->gmmu, &family->pde, fmt->version, fmt->pde_apertures);
	kgmmuFmtInitPte_GP10X(&fmt->gmmu, &family->pte, fmt->version, fmt->pte_apertures,
			      NV_FALSE);
	kgmmuFmtInitPteComptagLine_TU10X(&fmt->gmmu, &family->pte, fmt->version);
	/* As RM does where there are switches between GPUs: all of a peer's address. */
	kgmmuFmtInitPeerPteFld_TU10X(&fmt->gmmu, &family->pte, fmt->version);
	NV_ASSERT(kgmmuFmtFamiliesInit_GV100(NULL, &fmt->gmmu) == NV_OK);
}

static void rm_init_v3(struct rm_fmt *fmt)
{
	GMMU_FMT_FAMILY *family = &fmt->family;

	kgmmuFmtInitPdeMulti_GH10X(&fmt->gmmu, &family->pdeMulti, fmt->version,
				   fmt->pde_apertures);
	kgmmuFmtInitPde_GH10X(&fmt->gmmu, &family->pde, fmt->version, fmt->pde_apertures);
	kgmmuFmtInitPte_GH10X(&fmt->gmmu, &family->pte, fmt->version, fmt->pte_apertures,
			      NV_FALSE);
	NV_ASSERT(kgmmuFmtFamiliesInit_GH100(NULL, &fmt->gmmu) == NV_OK);
}

/* generated/g_kern_gmmu_nvoc.c: which function for which chip. */
static void rm_init_levels(struct rm_fmt *fmt, enum third_mmu mmu)
{
	switch (mmu) {
	case THIRD_TURING:
		kgmmuFmtInitLevels_GP10X(&fmt->gmmu, fmt->levels, RM_NR_LEVELS, fmt->version, 16);
		break;
	case THIRD_AMPERE:
		kgmmuFmtInitLevels_GA10X(&fmt->gmmu, fmt->levels, RM_NR_LEVELS, fmt->version, 16);
		break;
	case THIRD_HOPPER:
		kgmmuFmtInitLevels_GH10X(&fmt->gmmu, fmt->levels, RM_NR_LEVELS, fmt->version, 16);
		break;
	default:
		kgmmuFmtInitLevels_GB10X(&fmt->gmmu, fmt->levels, RM_NR_LEVELS, fmt->version, 16);
		break;
	}
}

static void rm_init(struct rm_fmt *fmt, enum third_mmu mmu)
{
	fmt->version = mmu < THIRD_HOPPER ? GMMU_FMT_VERSION_2 : GMMU_FMT_VERSION_3;
	fmt->gmmu.pFmtFamilies[fmt->version - 1] = &fmt->family;
	kgmmuFmtInitPdeApertures_GM10X(&fmt->gmmu, fmt->pde_apertures);
	kgmmuFmtInitPteApertures_GM10X(&fmt->gmmu, fmt->pte_apertures);
	fmt->fmt.version = fmt->version;
	fmt->fmt.pRoot = fmt->levels;
	fmt->fmt.pPde = &fmt->family.pde;
	fmt->fmt.pPdeMulti = &fmt->family.pdeMulti;
	fmt->fmt.pPte = &fmt->family.pte;
	fmt->fmt.bSparseHwSupport = NV_TRUE;
	rm_init_levels(fmt, mmu);
	if (fmt->version == GMMU_FMT_VERSION_2)
		rm_init_v2(fmt);
	else
		rm_init_v3(fmt);
}

const struct rm_fmt *rm_fmt(enum third_mmu mmu)
{
	struct rm_fmt *fmt = &formats[mmu];

	if (!fmt->version)
		rm_init(fmt, mmu);
	return fmt;
}

const MMU_FMT_LEVEL *rm_level(const struct rm_fmt *fmt, enum third_level level)
{
	static const NvU8 shift[] = { 12, 16, 21, 29, 38, 47, 56 };

	return mmuFmtFindLevelWithPageShift(fmt->fmt.pRoot, shift[level]);
}

bool rm_shape(const struct rm_fmt *fmt, enum third_level level, struct third_shape *shape)
{
	const MMU_FMT_LEVEL *l = rm_level(fmt, level);

	if (!l)
		return false;

	*shape = (struct third_shape){
		.shift = l->virtAddrBitLo,
		.bits = l->virtAddrBitHi - l->virtAddrBitLo + 1,
		.words = l->entrySize / sizeof(NvU64),
		.leaf = l->bPageTable,
	};
	return true;
}

/* In a PDE0 the fields of both halves are where they are in the whole entry. */
static void rm_split(NvU64 *words, unsigned int half, NvU64 word)
{
	words[0] = half ? 0 : word;
	words[1] = half ? word : 0;
}

/* ---- words ---- */

static bool rm_leaf_flags(const struct rm_fmt *fmt, const struct third_entry *leaf, NvU8 *mem)
{
	const GMMU_FMT_PTE *pte = &fmt->family.pte;
	NvU32 sw, hw;

	if (fmt->version == GMMU_FMT_VERSION_2) {
		nvFieldSetBool(&pte->fldVolatile, leaf->uncached, mem);
		nvFieldSetBool(&pte->fldPrivilege, leaf->privileged, mem);
		nvFieldSetBool(&pte->fldReadOnly, leaf->read_only, mem);
		nvFieldSetBool(&pte->fldAtomicDisable, leaf->no_atomic, mem);
		return true;
	}

	sw = leaf->uncached << SW_MMU_PCF_UNCACHED_IDX |
	     !leaf->privileged << SW_MMU_PCF_REGULAR_IDX |
	     leaf->read_only << SW_MMU_PCF_RO_IDX |
	     leaf->no_atomic << SW_MMU_PCF_NOATOMIC_IDX |
	     leaf->counted << SW_MMU_PCF_ACE_IDX;
	if (kgmmuTranslatePtePcfFromSw_GH100(NULL, sw, &hw) != NV_OK)
		return false;

	nvFieldSet32(&pte->fldPtePcf, hw, mem);
	return true;
}

bool rm_leaf(const struct rm_fmt *fmt, const struct third_entry *leaf, uint64_t *word)
{
	GMMU_APERTURE aperture = from_aperture[leaf->aperture];
	const GMMU_FMT_PTE *pte = &fmt->family.pte;
	GMMU_ENTRY_VALUE value = {};

	nvFieldSetBool(&pte->fldValid, NV_TRUE, value.v8);
	gmmuFieldSetAperture(&pte->fldAperture, aperture, value.v8);
	nvFieldSet32(&pte->fldKind, leaf->kind, value.v8);
	gmmuFieldSetAddress(gmmuFmtPtePhysAddrFld(pte, aperture, GMMU_PEER_TYPE_LEGACY), leaf->pa,
			    value.v8);
	if (aperture == GMMU_APERTURE_PEER)
		nvFieldSet32(&pte->fldPeerIndex, leaf->peer, value.v8);
	if (!rm_leaf_flags(fmt, leaf, value.v8))
		return false;

	*word = value.v64[0];
	return true;
}

void rm_pde(const struct rm_fmt *fmt, const MMU_FMT_LEVEL *level, unsigned int half,
	    const struct third_entry *table, NvU8 *mem)
{
	GMMU_APERTURE aperture = from_aperture[table->aperture];
	const GMMU_FMT_PDE *pde = gmmuFmtGetPde(&fmt->fmt, level, half);
	NvU32 sw, hw;

	gmmuFieldSetAperture(&pde->fldAperture, aperture, mem);
	gmmuFieldSetAddress(gmmuFmtPdePhysAddrFld(pde, aperture), table->pa, mem);
	if (fmt->version == GMMU_FMT_VERSION_2) {
		nvFieldSetBool(&pde->fldVolatile, table->uncached, mem);
		return;
	}

	sw = table->uncached << SW_MMU_PCF_UNCACHED_IDX |
	     !table->no_ats << SW_MMU_PCF_ATS_ALLOWED_IDX;
	NV_ASSERT(kgmmuTranslatePdePcfFromSw_GH100(NULL, sw, &hw) == NV_OK);
	nvFieldSet32(&pde->fldPdePcf, hw, mem);
}

uint64_t rm_table(const struct rm_fmt *fmt, enum third_level level, unsigned int half,
		  const struct third_entry *table)
{
	GMMU_ENTRY_VALUE value = {};

	rm_pde(fmt, rm_level(fmt, level), half, table, value.v8);
	return value.v64[half];
}

void rm_sparse(const struct rm_fmt *fmt, enum third_level level, uint64_t *words)
{
	const GMMU_FMT_FAMILY *family = &fmt->family;
	const GMMU_ENTRY_VALUE *value = level <= THIRD_64K ? &family->sparsePte :
					level == THIRD_PDE0 ? &family->sparsePdeMulti :
					&family->sparsePde;

	memcpy(words, value->v64, rm_level(fmt, level)->entrySize);
}

uint64_t rm_nv4k(const struct rm_fmt *fmt)
{
	return fmt->family.nv4kPte.v64[0];
}

/* ---- reading ---- */

static void rm_decode_valid(const struct rm_fmt *fmt, const NvU8 *mem, struct third_entry *entry)
{
	const GMMU_FMT_PTE *pte = &fmt->family.pte;
	GMMU_APERTURE aperture = gmmuFieldGetAperture(&pte->fldAperture, mem);
	NvU32 sw;

	entry->type = THIRD_LEAF;
	entry->aperture = to_aperture[aperture];
	entry->kind = nvFieldGet32(&pte->fldKind, mem);
	entry->pa = gmmuFieldGetAddress(gmmuFmtPtePhysAddrFld(pte, aperture,
							      GMMU_PEER_TYPE_LEGACY), mem);
	if (aperture == GMMU_APERTURE_PEER)
		entry->peer = nvFieldGet32(&pte->fldPeerIndex, mem);

	if (fmt->version == GMMU_FMT_VERSION_2) {
		entry->uncached = nvFieldGetBool(&pte->fldVolatile, mem);
		entry->privileged = nvFieldGetBool(&pte->fldPrivilege, mem);
		entry->read_only = nvFieldGetBool(&pte->fldReadOnly, mem);
		entry->no_atomic = nvFieldGetBool(&pte->fldAtomicDisable, mem);
		return;
	}

	if (kgmmuTranslatePtePcfFromHw_GH100(NULL, nvFieldGet32(&pte->fldPtePcf, mem), NV_TRUE,
					     &sw) != NV_OK) {
		entry->type = THIRD_BAD;
		return;
	}
	entry->uncached = sw >> SW_MMU_PCF_UNCACHED_IDX & 1;
	entry->privileged = !(sw >> SW_MMU_PCF_REGULAR_IDX & 1);
	entry->read_only = sw >> SW_MMU_PCF_RO_IDX & 1;
	entry->no_atomic = sw >> SW_MMU_PCF_NOATOMIC_IDX & 1;
	entry->counted = sw >> SW_MMU_PCF_ACE_IDX & 1;
}

static enum third_type rm_decode_invalid(const struct rm_fmt *fmt, enum third_level level,
					 const NvU8 *mem)
{
	const GMMU_FMT_PTE *pte = &fmt->family.pte;
	NvU32 sw;

	if (fmt->version == GMMU_FMT_VERSION_2) {
		/* NV4K has both bits, UVM's "unmapped" only the second. */
		if (nvFieldGetBool(&pte->fldPrivilege, mem))
			return level == THIRD_64K ? THIRD_BLOCKED : THIRD_BAD;
		return nvFieldGetBool(&pte->fldVolatile, mem) ? THIRD_SPARSE : THIRD_NONE;
	}

	if (kgmmuTranslatePtePcfFromHw_GH100(NULL, nvFieldGet32(&pte->fldPtePcf, mem), NV_FALSE,
					     &sw) != NV_OK)
		return THIRD_BAD;
	switch (sw) {
	case SW_MMU_PTE_PCF_INVALID:
		return THIRD_NONE;
	case SW_MMU_PTE_PCF_SPARSE:
		return THIRD_SPARSE;
	case SW_MMU_PTE_PCF_NO_VALID_4KB_PAGE:
		return level == THIRD_64K ? THIRD_BLOCKED : THIRD_BAD;
	default:
		return THIRD_BAD;
	}
}

static void rm_decode_pde(const struct rm_fmt *fmt, const GMMU_FMT_PDE *pde, const NvU8 *mem,
			  struct third_entry *entry)
{
	GMMU_APERTURE aperture = gmmuFieldGetAperture(&pde->fldAperture, mem);
	bool sparse;
	NvU32 sw;

	if (fmt->version == GMMU_FMT_VERSION_2) {
		entry->uncached = nvFieldGetBool(&pde->fldVolatile, mem);
		sparse = entry->uncached;
	} else {
		if (kgmmuTranslatePdePcfFromHw_GH100(NULL, nvFieldGet32(&pde->fldPdePcf, mem),
						     aperture, &sw) != NV_OK) {
			entry->type = THIRD_BAD;
			return;
		}
		entry->uncached = sw >> SW_MMU_PCF_UNCACHED_IDX & 1;
		entry->no_ats = !(sw >> SW_MMU_PCF_ATS_ALLOWED_IDX & 1);
		sparse = sw >> SW_MMU_PCF_SPARSE_IDX & 1;
	}

	if (aperture == GMMU_APERTURE_INVALID) {
		*entry = (struct third_entry){ .type = sparse ? THIRD_SPARSE : THIRD_NONE };
		return;
	}
	entry->type = THIRD_TABLE;
	entry->aperture = to_aperture[aperture];
	entry->pa = gmmuFieldGetAddress(gmmuFmtPdePhysAddrFld(pde, aperture), mem);
}

void rm_decode(const struct rm_fmt *fmt, enum third_level level, unsigned int half, uint64_t word,
	       struct third_entry *entry)
{
	const MMU_FMT_LEVEL *l = rm_level(fmt, level);
	GMMU_ENTRY_VALUE value = {};

	memset(entry, 0, sizeof(*entry));
	rm_split(value.v64, half, word);
	if (!half && gmmuFmtEntryIsPte(&fmt->fmt, l, value.v8)) {
		if (nvFieldGetBool(&fmt->family.pte.fldValid, value.v8))
			rm_decode_valid(fmt, value.v8, entry);
		else
			entry->type = rm_decode_invalid(fmt, level, value.v8);
		return;
	}
	rm_decode_pde(fmt, gmmuFmtGetPde(&fmt->fmt, l, half), value.v8, entry);
}
