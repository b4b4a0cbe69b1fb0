/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of objects in system memory.
 */
#ifndef _CNOVA_DRM_TT_H_
#define _CNOVA_DRM_TT_H_

#include <linux/types.h>

struct cnova_device;
struct cnova_runs;
struct ttm_buffer_object;
struct ttm_device;
struct ttm_operation_ctx;
struct ttm_tt;

struct ttm_tt *cnova_tt_create(struct ttm_buffer_object *tbo, uint32_t page_flags);
void cnova_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt);
int cnova_tt_populate(struct ttm_device *bdev, struct ttm_tt *tt, struct ttm_operation_ctx *ctx);
void cnova_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *tt);
void cnova_tt_uncount(struct ttm_device *bdev, struct ttm_tt *tt);
int cnova_tt_map(struct ttm_device *bdev, struct ttm_tt *tt);
int cnova_tt_unmap(struct ttm_device *bdev, struct ttm_tt *tt);
void cnova_tts_release_locked(struct cnova_device *cnova, bool was_reset);
void cnova_tts_release_lost(struct cnova_device *cnova);
const struct cnova_runs *cnova_tt_runs(const struct ttm_tt *tt);

void cnova_tt_mgr_init(struct cnova_device *cnova);
void cnova_tt_mgr_fini(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_TT_H_ */
