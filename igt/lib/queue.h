/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_QUEUE_H
#define CNOVA_IGT_QUEUE_H

#include "sync.h"

/* More than a VM may have. */
#define CNOVA_TEST_QUEUES	64

int __cnova_queue_create(int fd, uint32_t vm, uint32_t *id);
int __cnova_queue_destroy(int fd, uint32_t vm, uint32_t id);
int __cnova_queue_bind(struct cnova_world *world, uint32_t queue,
		       const struct drm_cnova_vm_bind_op *ops, unsigned int nr_ops,
		       const struct drm_cnova_sync *syncs, unsigned int nr_syncs);

uint32_t cnova_queue_create(struct cnova_world *world);
void cnova_queue_destroy(struct cnova_world *world, uint32_t id);
void cnova_queue_bind(struct cnova_world *world, uint32_t queue,
		      const struct drm_cnova_vm_bind_op *ops, unsigned int nr_ops,
		      const struct drm_cnova_sync *syncs, unsigned int nr_syncs);

long cnova_binds(struct cnova_world *world, const char *name);

struct drm_cnova_sync cnova_new_signal(struct cnova_world *world);
void cnova_new_cork(struct cnova_world *world, struct cnova_cork *cork,
		    struct drm_cnova_sync syncs[2]);
void cnova_expect_waits(struct cnova_world *world, struct drm_cnova_sync out);
void cnova_expect_done(struct cnova_world *world, struct drm_cnova_sync out);

#endif
