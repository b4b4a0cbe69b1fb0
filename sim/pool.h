/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects taken and given back where nothing may be allocated.
 */
#ifndef _CNOVA_SIM_POOL_H_
#define _CNOVA_SIM_POOL_H_

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct cnova_sim_pool - A free list that grows by chunks.
 *
 * Chunks are made without the model's lock (cnova_sim_pool_chunk_create()) and
 * added with it (cnova_sim_pool_add()). An object begins with a struct list_head
 * that belongs to the pool while the object is free.
 */
struct cnova_sim_pool {
	/** @free: Free objects. */
	struct list_head free;
	/** @chunks: All chunks. */
	struct list_head chunks;
	/** @object_size: Bytes of one object. */
	size_t object_size;
	/** @nr_free: Length of @free. */
	u32 nr_free;
	/** @nr_refused: How often an object was wanted and there was none. */
	u32 nr_refused;
	/** @grow: Allocate when empty: user space only. */
	bool grow;
};

/** struct cnova_sim_chunk - Some objects in one allocation. */
struct cnova_sim_chunk {
	/** @node: In &cnova_sim_pool.chunks. */
	struct list_head node;
	/** @nr: Number of objects. */
	u32 nr;
	/** @objects: The objects. */
	u64 objects[];
};

void cnova_sim_pool_init(struct cnova_sim_pool *pool, size_t object_size, bool grow);
void cnova_sim_pool_fini(struct cnova_sim_pool *pool);
struct cnova_sim_chunk *cnova_sim_pool_chunk_create(const struct cnova_sim_pool *pool, u32 nr);
void cnova_sim_pool_add(struct cnova_sim_pool *pool, struct cnova_sim_chunk *chunk);
void *cnova_sim_pool_get(struct cnova_sim_pool *pool);
void cnova_sim_pool_put(struct cnova_sim_pool *pool, void *object);

#endif /* _CNOVA_SIM_POOL_H_ */
