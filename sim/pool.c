// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Preallocated objects
 *
 * The model's registers may be touched in the fence signalling path and in
 * interrupts, where nothing can be allocated. What a store or a walk needs comes
 * from pools that process context fills up in advance. Pure; builds in user space.
 *
 * Locking: the caller's, one lock for the pool and all that it feeds.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "pool.h"

/* Objects of a chunk that a growing pool makes for itself. */
#define CNOVA_SIM_POOL_GROW	256

/**
 * cnova_sim_pool_init() - Make an empty pool.
 * @pool: To be initialised.
 * @object_size: Bytes of an object, which begins with a struct list_head.
 * @grow: Whether cnova_sim_pool_get() may allocate: only where it may sleep.
 *
 * Context: Any.
 */
void cnova_sim_pool_init(struct cnova_sim_pool *pool, size_t object_size, bool grow)
{
	memset(pool, 0, sizeof(*pool));
	INIT_LIST_HEAD(&pool->free);
	INIT_LIST_HEAD(&pool->chunks);
	/* Objects stand one after the other in an array of u64. */
	pool->object_size = (object_size + sizeof(u64) - 1) & ~(sizeof(u64) - 1);
	pool->grow = grow;
}

/**
 * cnova_sim_pool_fini() - Free all chunks, and with them all objects, free or not.
 * @pool: The pool.
 *
 * Context: Process context.
 */
void cnova_sim_pool_fini(struct cnova_sim_pool *pool)
{
	struct cnova_sim_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &pool->chunks, node)
		kvfree(chunk);
	INIT_LIST_HEAD(&pool->free);
	INIT_LIST_HEAD(&pool->chunks);
	pool->nr_free = 0;
}

/**
 * cnova_sim_pool_chunk_create() - Allocate objects for a pool.
 * @pool: Says how large they are.
 * @nr: How many.
 *
 * Context: Process context, no lock needed.
 * Return: A chunk for cnova_sim_pool_add(), or NULL without memory.
 */
struct cnova_sim_chunk *cnova_sim_pool_chunk_create(const struct cnova_sim_pool *pool, u32 nr)
{
	struct cnova_sim_chunk *chunk;

	chunk = kvcalloc(1, sizeof(*chunk) + nr * pool->object_size, GFP_KERNEL);
	if (chunk)
		chunk->nr = nr;
	return chunk;
}

/**
 * cnova_sim_pool_add() - Give a chunk to a pool.
 * @pool: The pool.
 * @chunk: Made for it; the pool's from now on.
 *
 * Context: Any; caller holds the pool's lock.
 */
void cnova_sim_pool_add(struct cnova_sim_pool *pool, struct cnova_sim_chunk *chunk)
{
	char *object = (char *)chunk->objects;
	u32 i;

	list_add(&chunk->node, &pool->chunks);
	for (i = 0; i < chunk->nr; i++, object += pool->object_size)
		cnova_sim_pool_put(pool, object);
}

/**
 * cnova_sim_pool_get() - Take an object, its content undefined.
 * @pool: The pool.
 *
 * Context: Any; caller holds the pool's lock.
 * Return: An object, or NULL if there is none.
 */
void *cnova_sim_pool_get(struct cnova_sim_pool *pool)
{
	struct list_head *object;

	if (list_empty(&pool->free) && pool->grow) {
		struct cnova_sim_chunk *chunk;

		chunk = cnova_sim_pool_chunk_create(pool, CNOVA_SIM_POOL_GROW);
		if (chunk)
			cnova_sim_pool_add(pool, chunk);
	}
	if (list_empty(&pool->free)) {
		pool->nr_refused++;
		return NULL;
	}

	object = pool->free.next;
	list_del(object);
	pool->nr_free--;
	return object;
}

/**
 * cnova_sim_pool_put() - Give an object back.
 * @pool: The pool.
 * @object: From cnova_sim_pool_get().
 *
 * Context: Any; caller holds the pool's lock.
 */
void cnova_sim_pool_put(struct cnova_sim_pool *pool, void *object)
{
	list_add((struct list_head *)object, &pool->free);
	pool->nr_free++;
}
