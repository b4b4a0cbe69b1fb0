/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Overlapping binds of different queues run in the order they were submitted.
 */
#ifndef _CNOVA_DRM_ORDER_H_
#define _CNOVA_DRM_ORDER_H_

#include <linux/rbtree.h>
#include <linux/types.h>

struct cnova_bind_job;
struct cnova_bind_queue;

/** struct cnova_bind_span - Addresses that a job changes. */
struct cnova_bind_span {
	/** @job: The job. */
	struct cnova_bind_job *job;

	/** @start: First address. */
	u64 start;

	/** @last: Last address, inclusive. */
	u64 last;

	/** @rb: In &cnova_bind_queue.spans. */
	struct rb_node rb;

	/** @__subtree_last: For the interval tree. */
	u64 __subtree_last;
};

int cnova_order_add(struct cnova_bind_job *job);
void cnova_order_remove_locked(struct cnova_bind_job *job);
struct cnova_bind_job *cnova_order_last_overlap_locked(struct cnova_bind_queue *queue,
						       const struct cnova_bind_job *job);
bool cnova_order_resizes_locked(const struct cnova_bind_job *job);
int cnova_order_add_dependencies(struct cnova_bind_job *job);

#endif /* _CNOVA_DRM_ORDER_H_ */
