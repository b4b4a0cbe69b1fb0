/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What rm.c and rm_vas.c share. In NVIDIA's types.
 */
#ifndef _THIRD_RM_H_
#define _THIRD_RM_H_

#include "gpu/mmu/kern_gmmu.h"
#include "third.h"

#define RM_NR_LEVELS	(GMMU_FMT_MAX_LEVELS + 1)

struct rm_fmt {
	NvU32 version;
	GMMU_FMT fmt;
	GMMU_FMT_FAMILY family;
	MMU_FMT_LEVEL levels[RM_NR_LEVELS];
	NV_FIELD_ENUM_ENTRY pde_apertures[GMMU_APERTURE__COUNT];
	NV_FIELD_ENUM_ENTRY pte_apertures[GMMU_APERTURE__COUNT];
	KernelGmmu gmmu;
};

const MMU_FMT_LEVEL *rm_level(const struct rm_fmt *fmt, enum third_level level);
void rm_pde(const struct rm_fmt *fmt, const MMU_FMT_LEVEL *level, unsigned int half,
	    const struct third_entry *table, NvU8 *mem);

#endif /* _THIRD_RM_H_ */
