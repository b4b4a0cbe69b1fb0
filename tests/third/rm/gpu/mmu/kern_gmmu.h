/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * In place of the object of NVIDIA's driver that keeps formats: the members that
 * their initialisation uses.
 */
#ifndef _THIRD_KERN_GMMU_H_
#define _THIRD_KERN_GMMU_H_

#include "mmu/gmmu_fmt.h"

typedef struct OBJGPU OBJGPU;

typedef struct {
	GMMU_FMT_PDE_MULTI pdeMulti;
	GMMU_FMT_PDE pde;
	GMMU_FMT_PTE pte;
	GMMU_ENTRY_VALUE sparsePdeMulti;
	GMMU_ENTRY_VALUE sparsePde;
	GMMU_ENTRY_VALUE sparsePte;
	GMMU_ENTRY_VALUE nv4kPte;
} GMMU_FMT_FAMILY;

typedef struct {
	GMMU_FMT_FAMILY *pFmtFamilies[GMMU_FMT_MAX_VERSION_COUNT];
} KernelGmmu;

void kgmmuFmtInitLevels_GP10X(KernelGmmu *gmmu, MMU_FMT_LEVEL *levels, const NvU32 nr,
			      const NvU32 version, const NvU32 big_shift);
void kgmmuFmtInitLevels_GA10X(KernelGmmu *gmmu, MMU_FMT_LEVEL *levels, const NvU32 nr,
			      const NvU32 version, const NvU32 big_shift);
void kgmmuFmtInitLevels_GH10X(KernelGmmu *gmmu, MMU_FMT_LEVEL *levels, const NvU32 nr,
			      const NvU32 version, const NvU32 big_shift);
void kgmmuFmtInitLevels_GB10X(KernelGmmu *gmmu, MMU_FMT_LEVEL *levels, const NvU32 nr,
			      const NvU32 version, const NvU32 big_shift);
void kgmmuFmtInitPdeApertures_GM10X(KernelGmmu *gmmu, NV_FIELD_ENUM_ENTRY *entries);
void kgmmuFmtInitPteApertures_GM10X(KernelGmmu *gmmu, NV_FIELD_ENUM_ENTRY *entries);
void kgmmuFmtInitPdeMulti_GP10X(KernelGmmu *gmmu, GMMU_FMT_PDE_MULTI *pde, const NvU32 version,
				const NV_FIELD_ENUM_ENTRY *apertures);
void kgmmuFmtInitPdeMulti_GH10X(KernelGmmu *gmmu, GMMU_FMT_PDE_MULTI *pde, const NvU32 version,
				const NV_FIELD_ENUM_ENTRY *apertures);
void kgmmuFmtInitPde_GP10X(KernelGmmu *gmmu, GMMU_FMT_PDE *pde, const NvU32 version,
			   const NV_FIELD_ENUM_ENTRY *apertures);
void kgmmuFmtInitPde_GH10X(KernelGmmu *gmmu, GMMU_FMT_PDE *pde, const NvU32 version,
			   const NV_FIELD_ENUM_ENTRY *apertures);
void kgmmuFmtInitPte_GP10X(KernelGmmu *gmmu, GMMU_FMT_PTE *pte, const NvU32 version,
			   const NV_FIELD_ENUM_ENTRY *apertures, const NvBool unified);
void kgmmuFmtInitPte_GH10X(KernelGmmu *gmmu, GMMU_FMT_PTE *pte, const NvU32 version,
			   const NV_FIELD_ENUM_ENTRY *apertures, const NvBool unified);
void kgmmuFmtInitPteComptagLine_TU10X(KernelGmmu *gmmu, GMMU_FMT_PTE *pte, const NvU32 version);
void kgmmuFmtInitPeerPteFld_TU10X(KernelGmmu *gmmu, GMMU_FMT_PTE *pte, const NvU32 version);

/* Cut out of kern_gmmu_gv100.c and kern_gmmu_gh100.c. */
NV_STATUS kgmmuFmtFamiliesInit_GV100(OBJGPU *gpu, KernelGmmu *gmmu);
NV_STATUS kgmmuFmtFamiliesInit_GH100(OBJGPU *gpu, KernelGmmu *gmmu);
NV_STATUS kgmmuTranslatePtePcfFromSw_GH100(KernelGmmu *gmmu, NvU32 sw, NvU32 *hw);
NV_STATUS kgmmuTranslatePtePcfFromHw_GH100(KernelGmmu *gmmu, NvU32 hw, NvBool valid, NvU32 *sw);
NV_STATUS kgmmuTranslatePdePcfFromSw_GH100(KernelGmmu *gmmu, NvU32 sw, NvU32 *hw);
NV_STATUS kgmmuTranslatePdePcfFromHw_GH100(KernelGmmu *gmmu, NvU32 hw, GMMU_APERTURE aperture,
					   NvU32 *sw);

#define kgmmuTranslatePtePcfFromSw_HAL kgmmuTranslatePtePcfFromSw_GH100
#define kgmmuTranslatePdePcfFromSw_HAL kgmmuTranslatePdePcfFromSw_GH100

#endif /* _THIRD_KERN_GMMU_H_ */
