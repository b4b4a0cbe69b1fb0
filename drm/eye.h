/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of an address space, as the GPU sees it.
 */
#ifndef _CNOVA_DRM_EYE_H_
#define _CNOVA_DRM_EYE_H_

#include <linux/fs.h>

extern const struct file_operations cnova_eye_fops;

#endif /* _CNOVA_DRM_EYE_H_ */
