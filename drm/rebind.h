/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mapping again what was evicted.
 */
#ifndef _CNOVA_DRM_REBIND_H_
#define _CNOVA_DRM_REBIND_H_

#include <linux/types.h>

struct cnova_validation;
struct cnova_vm;
struct drm_exec;
struct drm_gpuvm_bo;

int cnova_vm_rebind(struct cnova_vm *vm, struct drm_exec *exec);
int cnova_vm_bo_validate(struct drm_gpuvm_bo *vm_bo, struct drm_exec *exec);

#if IS_ENABLED(CONFIG_KUNIT)
void cnova_rebind_prepared(struct cnova_vm *vm);
#endif

bool cnova_vm_is_evicted(struct cnova_vm *vm, u64 va);
int cnova_vm_lock_bound(struct cnova_vm *vm, struct cnova_validation *validation);

#endif /* _CNOVA_DRM_REBIND_H_ */
