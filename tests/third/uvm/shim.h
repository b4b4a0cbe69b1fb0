/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * In place of what NVIDIA's UVM includes around its page-table code: the types that it
 * names, with the members it uses, and its assertions. The compiler includes this
 * before anything else; the headers that it stands for are empty (Makefile).
 */
#ifndef _THIRD_UVM_SHIM_H_
#define _THIRD_UVM_SHIM_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "nvtypes.h"
#include "nvstatus.h"
#include "nvmisc.h"
#include "nv_uvm_user_types.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* As in rm/utils/nvassert.h. */
#define UVM_ASSERT_MSG(x, ...)						\
	do {								\
		if (!(x)) {						\
			printf("Bail out! %s:%d: NVIDIA's code asserts %s\n", __FILE__, \
			       __LINE__, #x);				\
			exit(3);					\
		}							\
	} while (0)
#define UVM_ASSERT(x)			UVM_ASSERT_MSG(x, "")
#define UVM_GPU_READ_ONCE(x)		(x)
#define UVM_GPU_WRITE_ONCE(x, v)	((x) = (v))
#define uvm_assert_mutex_locked(m)	((void)(m))
#define uvm_prot_string(prot)		"?"

#define UVM_PAGE_SIZE_AGNOSTIC		0

typedef enum {
	UVM_PROT_NONE,
	UVM_PROT_READ_ONLY,
	UVM_PROT_READ_WRITE,
	UVM_PROT_READ_WRITE_ATOMIC,
} uvm_prot_t;

typedef enum {
	UVM_APERTURE_PEER_0,
	UVM_APERTURE_PEER_7 = 7,
	UVM_APERTURE_PEER_MAX,
	UVM_APERTURE_SYS,
	UVM_APERTURE_SYS_NON_COHERENT,
	UVM_APERTURE_VID,
} uvm_aperture_t;

#define UVM_APERTURE_PEER_ID(aperture)	((NvU32)(aperture))

enum {
	UVM_MMU_PTE_FLAGS_NONE			= 0,
	UVM_MMU_PTE_FLAGS_CACHED		= 1 << 0,
	UVM_MMU_PTE_FLAGS_ACCESS_COUNTERS_DISABLED = 1 << 1,
	UVM_MMU_PTE_FLAGS_MASK			= (1 << 2) - 1,
};

typedef struct {
	struct {
		NvU64 address;
		uvm_aperture_t aperture;
	} addr;
} uvm_mmu_page_table_alloc_t;

typedef struct uvm_page_directory {
	struct uvm_page_directory *host_parent;
	NvU32 index_in_parent;
	NvU32 depth;
} uvm_page_directory_t;

typedef struct uvm_page_tree uvm_page_tree_t;

typedef struct {
	NvU64 (*make_pte)(uvm_aperture_t aperture, NvU64 address, uvm_prot_t prot, NvU64 flags);
	NvU64 (*make_sked_reflected_pte)(void);
	NvU64 (*make_sparse_pte)(void);
	NvU64 (*unmapped_pte)(void);
	NvU64 (*poisoned_pte)(uvm_page_tree_t *tree);
	void (*make_pde)(void *entry, uvm_mmu_page_table_alloc_t **allocs,
			 uvm_page_directory_t *dir, NvU32 child_index);
	NvLength (*entry_size)(NvU32 depth);
	NvU32 (*entries_per_index)(NvU32 depth);
	NvLength (*entry_offset)(NvU32 depth, NvU64 page_size);
	NvU32 (*index_bits)(NvU32 depth, NvU64 page_size);
	NvU32 (*num_va_bits)(void);
	NvLength (*allocation_size)(NvU32 depth, NvU64 page_size);
	NvU32 (*page_table_depth)(NvU64 page_size);
	NvU64 (*page_sizes)(void);
} uvm_mmu_mode_hal_t;

struct uvm_page_tree {
	uvm_mmu_mode_hal_t *hal;
};

typedef struct {
	struct {
		NvU32 maxTpcPerGpcCount;
		NvU32 maxTpcCount;
		NvU32 maxGpcCount;
	} rm_info;
	struct {
		struct {
			struct {
				volatile NvU32 *pPrefetchCtrl;
			} replayable;
		} rm_info;
	} fault_buffer;
} uvm_parent_gpu_t;

/* Systems without ATS, as ours. */
extern struct uvm_global {
	struct {
		bool enabled;
	} ats;
	bool conf_computing_enabled;
	int global_lock;
} g_uvm_global;

#define nvUvmInterfaceTogglePrefetchFaults(info, enable)	NV_OK
#define uvm_cpu_get_unaddressable_range(lower, upper)		(*(lower) = 0, *(upper) = 0)

uvm_mmu_mode_hal_t *uvm_hal_mmu_mode_turing(void);
uvm_mmu_mode_hal_t *uvm_hal_mmu_mode_ampere(void);
uvm_mmu_mode_hal_t *uvm_hal_mmu_mode_hopper(void);
uvm_mmu_mode_hal_t *uvm_hal_mmu_mode_blackwell(void);
uvm_mmu_mode_hal_t *uvm_hal_mmu_mode_blackwell_integrated(void);

#endif /* _THIRD_UVM_SHIM_H_ */
