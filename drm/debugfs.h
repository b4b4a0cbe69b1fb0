/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people look at.
 */
#ifndef _CNOVA_DRM_DEBUGFS_H_
#define _CNOVA_DRM_DEBUGFS_H_

struct cnova_device;
struct cnova_vm;

void cnova_debugfs_init(struct cnova_device *cnova);
void cnova_debugfs_fini(struct cnova_device *cnova);

void cnova_debugfs_add_vm(struct cnova_vm *vm);
void cnova_debugfs_remove_vm(struct cnova_vm *vm);

#endif /* _CNOVA_DRM_DEBUGFS_H_ */
