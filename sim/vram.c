// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Video memory
 *
 * VRAM exists where the driver said that it uses it, page by page. A page that is
 * populated holds a pattern made of seed and address, never 0, so that a missing clear
 * shows; so does all memory that is not populated. Which words were written since is
 * remembered.
 *
 * Locking: &cnova_sim.populate_lock serialises populate and release; content and bitmaps
 * are protected by &cnova_sim.lock.
 */
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sim.h"

/* What reads return that do not come to memory; HARDWARE.md 5. */
#define CNOVA_SIM_NO_MEMORY	0xbad0fb00bad0fb00ULL
#define CNOVA_SIM_PROTECTED	0xbadf1100badf1100ULL

/* A byte of the pattern that would be 0 becomes this. */
#define CNOVA_SIM_POISON_BYTE	0xa5

/* No byte of it is 0, so that no narrower load sees 0 either. */
static u64 cnova_sim_vram_poison(const struct cnova_sim *sim, u64 pa)
{
	u64 word = (pa / sizeof(u64) + 1) * 0x9e3779b97f4a7c15ULL;
	unsigned int shift;

	word ^= sim->seed * 0xff51afd7ed558ccdULL;
	word ^= word >> 31;
	word *= 0xc4ceb9fe1a85ec53ULL;
	word ^= word >> 29;
	/* Few words hold a zero byte; the usual trick to find them. */
	if (!((word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL))
		return word;
	for (shift = 0; shift < 64; shift += 8) {
		if (!((word >> shift) & 0xff))
			word |= (u64)CNOVA_SIM_POISON_BYTE << shift;
	}
	return word;
}

/* The block that holds @pa, or NULL. Caller holds &cnova_sim.lock. */
static struct cnova_sim_block *cnova_sim_vram_block(struct cnova_sim *sim, u64 pa)
{
	unsigned long index = pa / CNOVA_SIM_BLOCK_SIZE;

	lockdep_assert_held(&sim->lock);
	if (!sim->last_block || sim->last_index != index) {
		sim->last_block = xa_load(&sim->blocks, index);
		sim->last_index = index;
	}
	return sim->last_block;
}

/* The word at @pa, or NULL if its page is not populated. */
static u64 *cnova_sim_vram_word(struct cnova_sim *sim, u64 pa, struct cnova_sim_block **out)
{
	struct cnova_sim_block *block = cnova_sim_vram_block(sim, pa);
	unsigned int page = pa % CNOVA_SIM_BLOCK_SIZE / CNOVA_SIM_PAGE_SIZE;

	if (!block || !test_bit(page, block->populated))
		return NULL;
	*out = block;
	return (u64 *)block->page[page] + pa % CNOVA_SIM_PAGE_SIZE / sizeof(u64);
}

static unsigned int cnova_sim_vram_bit(u64 pa)
{
	return pa % CNOVA_SIM_BLOCK_SIZE / sizeof(u64);
}

/**
 * cnova_sim_vram_load() - Load a word, without looking at stores on their way.
 * @sim: The device.
 * @pa: Address; aligned.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The word; a pattern where there is none.
 */
u64 cnova_sim_vram_load(struct cnova_sim *sim, u64 pa)
{
	struct cnova_sim_block *block;
	u64 *word;

	if (pa >= sim->vram_size)
		return CNOVA_SIM_NO_MEMORY;
	if (pa >= sim->wpr_start)
		return CNOVA_SIM_PROTECTED;
	word = cnova_sim_vram_word(sim, pa, &block);
	return word ? READ_ONCE(*word) : cnova_sim_vram_poison(sim, pa);
}

/**
 * cnova_sim_vram_is_written() - Tell whether a word was written since it was populated.
 * @sim: The device.
 * @pa: Address; aligned.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it was.
 */
bool cnova_sim_vram_is_written(struct cnova_sim *sim, u64 pa)
{
	struct cnova_sim_block *block;

	return pa < sim->wpr_start && cnova_sim_vram_word(sim, pa, &block) &&
	       test_bit(cnova_sim_vram_bit(pa), block->written);
}

/* Is there memory to store to? If not, the mistake is reported. */
static u64 *cnova_sim_vram_target(struct cnova_sim *sim, u64 pa, struct cnova_sim_block **block)
{
	u64 *word;

	if (pa >= sim->vram_size) {
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "store beyond the end of VRAM at %#llx",
				 pa);
		return NULL;
	}
	if (pa >= sim->wpr_start) {
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "store to protected memory at %#llx", pa);
		return NULL;
	}
	word = cnova_sim_vram_word(sim, pa, block);
	if (!word)
		cnova_sim_report(sim, CNOVA_SIM_POPULATE,
				 "store to memory that is not in use at %#llx", pa);
	return word;
}

/**
 * cnova_sim_vram_store() - A store arrives in memory.
 * @sim: The device.
 * @pa: Address; aligned to @width.
 * @value: What to store.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_vram_store(struct cnova_sim *sim, u64 pa, u64 value, unsigned int width)
{
	unsigned int shift = pa % sizeof(u64) * 8;
	u64 mask = GENMASK_ULL(width * 8 - 1, 0) << shift;
	struct cnova_sim_block *block;
	u64 *word, old, new;

	word = cnova_sim_vram_target(sim, pa, &block);
	if (!word)
		return;

	old = READ_ONCE(*word);
	new = (old & ~mask) | (value << shift & mask);
	WRITE_ONCE(*word, new);
	/* Nobody may rely on what was there before the first store. */
	if (!__test_and_set_bit(cnova_sim_vram_bit(pa), block->written))
		old = 0;
	cnova_sim_mmu_store(sim->mmu, ALIGN_DOWN(pa, sizeof(u64)), old, new,
			    width == sizeof(u64));
}

/**
 * cnova_sim_vram_read() - Copy out of VRAM.
 * @sim: The device.
 * @pa: First byte.
 * @dst: Where to.
 * @size: Bytes, within one page.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_vram_read(struct cnova_sim *sim, u64 pa, void *dst, u32 size)
{
	struct cnova_sim_block *block;
	u8 *to = dst;
	u64 *from;

	from = pa < sim->wpr_start ? cnova_sim_vram_word(sim, pa, &block) : NULL;
	if (from) {
		memcpy(dst, (u8 *)from + pa % sizeof(u64), size);
		return;
	}
	while (size) {
		u64 word = cnova_sim_vram_load(sim, ALIGN_DOWN(pa, sizeof(u64)));
		u32 at = pa % sizeof(u64);
		u32 chunk = min_t(u32, size, sizeof(u64) - at);

		memcpy(to, (u8 *)&word + at, chunk);
		to += chunk;
		pa += chunk;
		size -= chunk;
	}
}

static void cnova_sim_vram_write_words(struct cnova_sim *sim, u64 pa, const u8 *from, u32 size)
{
	while (size) {
		u64 word = 0;

		if (IS_ALIGNED(pa, sizeof(u64)) && size >= sizeof(u64)) {
			memcpy(&word, from, sizeof(u64));
			cnova_sim_vram_store(sim, pa, word, sizeof(u64));
			from += sizeof(u64);
			pa += sizeof(u64);
			size -= sizeof(u64);
			continue;
		}
		cnova_sim_vram_store(sim, pa++, *from++, 1);
		size--;
	}
}

/**
 * cnova_sim_vram_write() - Copy into VRAM, at once.
 * @sim: The device.
 * @pa: First byte.
 * @src: Where from.
 * @size: Bytes, within one page.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_vram_write(struct cnova_sim *sim, u64 pa, const void *src, u32 size)
{
	struct cnova_sim_block *block;
	u64 *word;

	if (cnova_sim_mmu_has_table(sim->mmu, pa, size)) {
		cnova_sim_vram_write_words(sim, pa, src, size);
		return;
	}
	word = cnova_sim_vram_target(sim, pa, &block);
	if (!word)
		return;
	memcpy((u8 *)word + pa % sizeof(u64), src, size);
	bitmap_set(block->written, cnova_sim_vram_bit(pa),
		   cnova_sim_vram_bit(pa + size - 1) - cnova_sim_vram_bit(pa) + 1);
}

/**
 * cnova_sim_vram_map() - Hand a page out for a CPU mapping.
 * @sim: The device.
 * @pa: Any address in it.
 *
 * The model cannot see what the CPU stores there: all words count as written, and the page
 * stays allocated until the module goes, whatever becomes of the mapping.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: The page, or NULL if there is none.
 */
struct page *cnova_sim_vram_map(struct cnova_sim *sim, u64 pa)
{
	unsigned int page = pa % CNOVA_SIM_BLOCK_SIZE / CNOVA_SIM_PAGE_SIZE;
	struct cnova_sim_block *block;

	if (pa >= sim->wpr_start || !cnova_sim_vram_word(sim, pa, &block))
		return NULL;
	__set_bit(page, block->mapped);
	bitmap_set(block->written, cnova_sim_vram_bit(ALIGN_DOWN(pa, CNOVA_SIM_PAGE_SIZE)),
		   CNOVA_SIM_PAGE_SIZE / sizeof(u64));
	return virt_to_page(block->page[page]);
}

static struct cnova_sim_block *cnova_sim_vram_block_get(struct cnova_sim *sim, u64 pa)
{
	unsigned long index = pa / CNOVA_SIM_BLOCK_SIZE;
	struct cnova_sim_block *block;

	lockdep_assert_held(&sim->populate_lock);
	block = xa_load(&sim->blocks, index);
	if (block)
		return block;

	block = kvzalloc_obj(*block);
	if (!block)
		return NULL;
	if (xa_err(xa_store_irq(&sim->blocks, index, block, GFP_KERNEL))) {
		kvfree(block);
		return NULL;
	}
	/* The index may have been looked up, and not found, before. */
	spin_lock_irq(&sim->lock);
	sim->last_block = NULL;
	spin_unlock_irq(&sim->lock);
	return block;
}

/* Free a block of which nothing is left. */
static void cnova_sim_vram_block_put(struct cnova_sim *sim, u64 pa)
{
	unsigned long index = pa / CNOVA_SIM_BLOCK_SIZE;
	struct cnova_sim_block *block = xa_load(&sim->blocks, index);
	unsigned int i;

	lockdep_assert_held(&sim->populate_lock);
	if (!block)
		return;
	for (i = 0; i < CNOVA_SIM_BLOCK_PAGES; i++) {
		if (block->page[i])
			return;
	}

	xa_erase_irq(&sim->blocks, index);
	/* Whoever found it did so under the lock. */
	spin_lock_irq(&sim->lock);
	sim->last_block = NULL;
	spin_unlock_irq(&sim->lock);
	kvfree(block);
}

static int cnova_sim_vram_populate_page(struct cnova_sim *sim, u64 pa)
{
	unsigned int page = pa % CNOVA_SIM_BLOCK_SIZE / CNOVA_SIM_PAGE_SIZE;
	struct cnova_sim_block *block;
	unsigned int i;
	u64 *words;

	block = cnova_sim_vram_block_get(sim, pa);
	if (!block)
		return -ENOMEM;
	if (test_bit(page, block->populated)) {
		cnova_sim_report(sim, CNOVA_SIM_POPULATE, "memory taken twice at %#llx", pa);
		return 0;
	}

	words = block->page[page];
	if (!words)
		words = (u64 *)__get_free_page(GFP_KERNEL | __GFP_NOWARN);
	if (!words) {
		cnova_sim_vram_block_put(sim, pa);
		return -ENOMEM;
	}
	for (i = 0; i < CNOVA_SIM_PAGE_SIZE / sizeof(u64); i++)
		words[i] = cnova_sim_vram_poison(sim, pa + i * sizeof(u64));

	spin_lock_irq(&sim->lock);
	block->page[page] = words;
	bitmap_clear(block->written, cnova_sim_vram_bit(pa), CNOVA_SIM_PAGE_SIZE / sizeof(u64));
	__set_bit(page, block->populated);
	spin_unlock_irq(&sim->lock);
	return 0;
}

static void cnova_sim_vram_release_page(struct cnova_sim *sim, u64 pa)
{
	unsigned int page = pa % CNOVA_SIM_BLOCK_SIZE / CNOVA_SIM_PAGE_SIZE;
	struct cnova_sim_block *block = xa_load(&sim->blocks, pa / CNOVA_SIM_BLOCK_SIZE);
	void *words = NULL;

	if (!block || !test_bit(page, block->populated)) {
		cnova_sim_report(sim, CNOVA_SIM_POPULATE,
				 "memory given back that was not in use at %#llx", pa);
		return;
	}

	spin_lock_irq(&sim->lock);
	__clear_bit(page, block->populated);
	if (!test_bit(page, block->mapped)) {
		words = block->page[page];
		block->page[page] = NULL;
	}
	spin_unlock_irq(&sim->lock);

	free_page((unsigned long)words);
	cnova_sim_vram_block_put(sim, pa);
}

static bool cnova_sim_vram_is_range(struct cnova_sim *sim, u64 pa, u64 size)
{
	if (IS_ALIGNED(pa | size, CNOVA_SIM_PAGE_SIZE) && size && pa < sim->vram_size &&
	    size <= sim->vram_size - pa)
		return true;
	cnova_sim_report(sim, CNOVA_SIM_POPULATE, "not a range of VRAM: %#llx + %#llx", pa, size);
	return false;
}

/**
 * cnova_sim_vram_populate() - &cnova_io_ops.vram_populate.
 * @priv: The device.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: Process context.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int cnova_sim_vram_populate(void *priv, u64 pa, u64 size)
{
	struct cnova_sim *sim = priv;
	u64 at;
	int err = 0;

	if (!cnova_sim_vram_is_range(sim, pa, size))
		return 0;
	if (!cnova_sim_gsp_may_take(sim, pa, size))
		cnova_sim_report(sim, CNOVA_SIM_GSP, "firmware's memory taken: %#llx + %#llx",
				 pa, size);
	cnova_sim_memory_refill(sim);

	mutex_lock(&sim->populate_lock);
	for (at = pa; at < pa + size; at += CNOVA_SIM_PAGE_SIZE) {
		err = cnova_sim_vram_populate_page(sim, at);
		if (err)
			goto err_release;
		cond_resched();
	}
	mutex_unlock(&sim->populate_lock);
	return 0;

err_release:
	while (at > pa) {
		at -= CNOVA_SIM_PAGE_SIZE;
		cnova_sim_vram_release_page(sim, at);
	}
	mutex_unlock(&sim->populate_lock);
	return err;
}

/**
 * cnova_sim_vram_release() - &cnova_io_ops.vram_release.
 * @priv: The device.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: Process context.
 */
void cnova_sim_vram_release(void *priv, u64 pa, u64 size)
{
	struct cnova_sim *sim = priv;
	u64 at;

	if (!cnova_sim_vram_is_range(sim, pa, size))
		return;

	mutex_lock(&sim->populate_lock);
	spin_lock_irq(&sim->lock);
	cnova_sim_post_forget(sim, pa, size);
	cnova_sim_host_check_release(sim, CNOVA_SIM_VIDEO, pa, size);
	cnova_sim_mmu_release(sim->mmu, CNOVA_SIM_VIDEO, pa, size);
	spin_unlock_irq(&sim->lock);

	for (at = pa; at < pa + size; at += CNOVA_SIM_PAGE_SIZE) {
		cnova_sim_vram_release_page(sim, at);
		cond_resched();
	}
	mutex_unlock(&sim->populate_lock);
}

/**
 * cnova_sim_vram_release_all() - No memory is in use any more.
 * @sim: The device, whose tables and TLB know nothing.
 *
 * Context: Process context.
 */
void cnova_sim_vram_release_all(struct cnova_sim *sim)
{
	struct cnova_sim_block *block;
	unsigned long index;
	unsigned int page;

	mutex_lock(&sim->populate_lock);
	xa_for_each(&sim->blocks, index, block) {
		DECLARE_BITMAP(populated, CNOVA_SIM_BLOCK_PAGES);

		/* With its last page the block goes. */
		bitmap_copy(populated, block->populated, CNOVA_SIM_BLOCK_PAGES);
		for_each_set_bit(page, populated, CNOVA_SIM_BLOCK_PAGES)
			cnova_sim_vram_release_page(sim, (u64)index * CNOVA_SIM_BLOCK_SIZE +
						    (u64)page * CNOVA_SIM_PAGE_SIZE);
		cond_resched();
	}
	mutex_unlock(&sim->populate_lock);
}

/**
 * cnova_sim_vram_fini() - Free all memory.
 * @sim: The device.
 *
 * Context: Process context; nobody uses the device any more.
 */
void cnova_sim_vram_fini(struct cnova_sim *sim)
{
	struct cnova_sim_block *block;
	unsigned long index;
	unsigned int i;

	xa_for_each(&sim->blocks, index, block) {
		for (i = 0; i < CNOVA_SIM_BLOCK_PAGES; i++)
			free_page((unsigned long)block->page[i]);
		kvfree(block);
		cond_resched();
	}
	xa_destroy(&sim->blocks);
}
