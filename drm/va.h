/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for mappings.
 */
#ifndef _CNOVA_DRM_VA_H_
#define _CNOVA_DRM_VA_H_

#include <linux/types.h>

struct list_head;

int cnova_va_cache_init(void);
void cnova_va_cache_exit(void);
int cnova_vas_alloc(struct list_head *vas, u32 nr);
u32 cnova_vas_recycle(struct list_head *vas, struct list_head *from, u32 nr);
void cnova_vas_free(struct list_head *vas);

#endif /* _CNOVA_DRM_VA_H_ */
