/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_SYNC_H
#define CNOVA_IGT_SYNC_H

#include "cnova.h"

/**
 * struct cnova_cork - A fence that signals when the test wants, or never.
 */
struct cnova_cork {
	/** @fence: sync_file that holds the fence. */
	int fence;

	/** @source: what it comes from, a file of sw_sync or of vgem. */
	int source;

	/** @vgem_fence: id of a vgem fence, 0 if it is one of sw_sync. */
	uint32_t vgem_fence;
};

int cnova_open_vgem(void);

void cnova_cork_init(struct cnova_cork *cork);
void cnova_cork_fini(struct cnova_cork *cork);
void cnova_cork_pull(struct cnova_cork *cork);
uint32_t cnova_cork_syncobj(const struct cnova_cork *cork, int fd);
void cnova_require_endless_cork(void);

struct drm_cnova_sync cnova_wait(uint32_t handle, uint64_t point);
struct drm_cnova_sync cnova_signal(uint32_t handle, uint64_t point);

int cnova_syncobj_wait(int fd, uint32_t handle, uint64_t point, int timeout_ms);
bool cnova_syncobj_is_signaled(int fd, uint32_t handle, uint64_t point);
bool cnova_syncobj_has_fence(int fd, uint32_t handle, uint64_t point);
uint64_t cnova_syncobj_query(int fd, uint32_t handle);
int cnova_syncobj_status(int fd, uint32_t handle, uint64_t point);
void cnova_syncobj_timeline_signal(int fd, uint32_t handle, uint64_t point);

#endif
