// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Posted stores
 *
 * A store through the window or BAR1 is on its way until somebody reads through the
 * same aperture, flushes, or so many stores follow that the oldest must make room.
 * Real stores arrive sooner, mostly; a driver that counts on it is wrong, and here it fails
 * every time. Register writes, TRIGGER among them, overtake.
 *
 * Stores keep the address they had when they were made. Locking: &cnova_sim.lock.
 */
#include <linux/kernel.h>

#include "sim.h"

static void cnova_sim_post_arrive(struct cnova_sim *sim, struct cnova_sim_queue *queue)
{
	struct cnova_sim_post post = queue->post[queue->first];

	queue->first = (queue->first + 1) % CNOVA_SIM_POSTS;
	queue->nr--;
	if (post.width)
		cnova_sim_memory_store(sim, post.aperture, post.pa, post.value, post.width);
}

/**
 * cnova_sim_post() - A store sets out.
 * @sim: The device.
 * @queue: The aperture it goes through.
 * @aperture: Where @pa is.
 * @pa: Address; aligned to @width.
 * @value: What to store.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_post(struct cnova_sim *sim, struct cnova_sim_queue *queue,
		    enum cnova_sim_aperture aperture, u64 pa, u64 value, unsigned int width)
{
	if (queue->nr == CNOVA_SIM_POSTS)
		cnova_sim_post_arrive(sim, queue);
	queue->post[(queue->first + queue->nr++) % CNOVA_SIM_POSTS] = (struct cnova_sim_post){
		.pa = pa, .value = value, .aperture = aperture, .width = width,
	};
}

/**
 * cnova_sim_post_drain() - All stores of an aperture arrive.
 * @sim: The device.
 * @queue: The aperture.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_post_drain(struct cnova_sim *sim, struct cnova_sim_queue *queue)
{
	while (queue->nr)
		cnova_sim_post_arrive(sim, queue);
}

static struct cnova_sim_post *cnova_sim_post_at(struct cnova_sim_queue *queue, u32 i)
{
	return &queue->post[(queue->first + i) % CNOVA_SIM_POSTS];
}

static bool cnova_sim_post_is_in(const struct cnova_sim_post *post, u64 pa, u64 size)
{
	return post->width && post->aperture == CNOVA_SIM_VIDEO && post->pa < pa + size &&
	       pa < post->pa + post->width;
}

/**
 * cnova_sim_post_forget() - Memory is given back: stores to it go nowhere.
 * @sim: The device.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Hardware would let them arrive, before any later store through the same aperture. Nobody
 * can tell the difference but the check for memory not in use.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_post_forget(struct cnova_sim *sim, u64 pa, u64 size)
{
	struct cnova_sim_queue *queues[] = { &sim->pramin, &sim->bar1_posts };
	unsigned int q;
	u32 i;

	for (q = 0; q < ARRAY_SIZE(queues); q++) {
		for (i = 0; i < queues[q]->nr; i++) {
			struct cnova_sim_post *post = cnova_sim_post_at(queues[q], i);

			if (cnova_sim_post_is_in(post, pa, size))
				post->width = 0;
		}
	}
}

/**
 * cnova_sim_post_find() - Is a store to this memory on its way?
 * @sim: The device.
 * @pa: First byte.
 * @size: Bytes.
 * @found: Address of the oldest one.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one.
 */
bool cnova_sim_post_find(struct cnova_sim *sim, u64 pa, u64 size, u64 *found)
{
	struct cnova_sim_queue *queues[] = { &sim->pramin, &sim->bar1_posts };
	unsigned int q;
	u32 i;

	for (q = 0; q < ARRAY_SIZE(queues); q++) {
		for (i = 0; i < queues[q]->nr; i++) {
			struct cnova_sim_post *post = cnova_sim_post_at(queues[q], i);

			if (cnova_sim_post_is_in(post, pa, size)) {
				*found = post->pa;
				return true;
			}
		}
	}
	return false;
}

/* Is this a store to a table of the address space? @pdb: NULL for any. */
static bool cnova_sim_post_is_table(struct cnova_sim *sim, const struct cnova_sim_post *post,
				    const u64 *pdb)
{
	struct cnova_sim_table *table;

	if (!post->width || post->aperture != CNOVA_SIM_VIDEO)
		return false;
	/* The root itself, known or not. */
	if (pdb && cnova_sim_post_is_in(post, *pdb, CNOVA_SIM_PAGE_SIZE))
		return true;
	table = cnova_sim_track_find(sim->mmu, post->pa);
	return table && (!pdb || table->root->table->pa == *pdb);
}

/**
 * cnova_sim_post_find_table() - Is a store to a page table on its way?
 * @sim: The device.
 * @pdb: Root table of the address space; NULL for any.
 * @found: Address of the oldest one.
 *
 * Other address spaces do not count: their owners store while this one invalidates. Stores
 * arrive in order: if a table is not known yet because its link is on its way, then
 * the link itself is a store to a known table.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one.
 */
bool cnova_sim_post_find_table(struct cnova_sim *sim, const u64 *pdb, u64 *found)
{
	struct cnova_sim_queue *queues[] = { &sim->pramin, &sim->bar1_posts };
	unsigned int q;
	u32 i;

	for (q = 0; q < ARRAY_SIZE(queues); q++) {
		for (i = 0; i < queues[q]->nr; i++) {
			struct cnova_sim_post *post = cnova_sim_post_at(queues[q], i);

			if (cnova_sim_post_is_table(sim, post, pdb)) {
				*found = post->pa;
				return true;
			}
		}
	}
	return false;
}
