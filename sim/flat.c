// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: A flat memory for host tests
 *
 * Not part of the module. Memory that is populated but not written holds a pattern, never
 * 0, as in the module. See model.h for how to use it.
 */
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "flat.h"

/* What memory holds that nobody wrote; odd bits set so that it looks valid. */
#define CNOVA_SIM_FLAT_POISON	0x5a5a5a5a5a5a5a5bULL

static bool cnova_sim_flat_read64(void *priv, enum cnova_sim_aperture aperture, u64 pa, u64 *value)
{
	struct cnova_sim_flat *flat = priv;

	if (aperture != CNOVA_SIM_VIDEO || pa >= flat->size) {
		*value = ~0ULL;
		return false;
	}
	*value = flat->word[pa / sizeof(u64)];
	return true;
}

static bool cnova_sim_flat_is_written(void *priv, enum cnova_sim_aperture aperture, u64 pa)
{
	struct cnova_sim_flat *flat = priv;

	return aperture == CNOVA_SIM_VIDEO && pa < flat->size && flat->written[pa / sizeof(u64)];
}

static void cnova_sim_flat_report(void *priv, const struct cnova_sim_finding *finding)
{
	struct cnova_sim_flat *flat = priv;

	flat->count[finding->check]++;
	flat->nr_findings++;
	flat->last = *finding;
	if (flat->verbose)
		pr_err("check %d: %s: pdb %llx va %llx pa %llx value %llx\n", finding->check,
		       finding->what, (unsigned long long)finding->pdb,
		       (unsigned long long)finding->va, (unsigned long long)finding->pa,
		       (unsigned long long)finding->value);
}

static const struct cnova_sim_mem_ops cnova_sim_flat_ops = {
	.read64 = cnova_sim_flat_read64,
	.is_written = cnova_sim_flat_is_written,
	.report = cnova_sim_flat_report,
};

/**
 * cnova_sim_flat_create() - Make a memory and an MMU for it.
 * @traits: The MMU's.
 * @size: Bytes of VRAM; nothing is populated.
 *
 * Context: User space.
 * Return: The memory, or NULL.
 */
struct cnova_sim_flat *cnova_sim_flat_create(const struct cnova_sim_traits *traits, u64 size)
{
	struct cnova_sim_flat *flat = kzalloc(sizeof(*flat), GFP_KERNEL);
	struct cnova_sim_mem mem = {
		.ops = &cnova_sim_flat_ops, .priv = flat, .vram_size = size, .wpr_start = size,
	};

	if (!flat)
		return NULL;
	flat->size = size;
	flat->word = kvcalloc(size / sizeof(u64), sizeof(u64), GFP_KERNEL);
	flat->written = kvcalloc(size / sizeof(u64), 1, GFP_KERNEL);
	flat->mmu = cnova_sim_mmu_create(traits, &mem, true);
	if (!flat->word || !flat->written || !flat->mmu) {
		cnova_sim_flat_destroy(flat);
		return NULL;
	}
	cnova_sim_flat_populate(flat, 0, size);
	return flat;
}

/**
 * cnova_sim_flat_destroy() - Free it all.
 * @flat: The memory, or NULL.
 *
 * Context: User space.
 */
void cnova_sim_flat_destroy(struct cnova_sim_flat *flat)
{
	if (!flat)
		return;
	cnova_sim_mmu_destroy(flat->mmu);
	kvfree(flat->written);
	kvfree(flat->word);
	kfree(flat);
}

/**
 * cnova_sim_flat_populate() - Make a range of memory undefined.
 * @flat: The memory.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: User space.
 */
void cnova_sim_flat_populate(struct cnova_sim_flat *flat, u64 pa, u64 size)
{
	u64 i;

	for (i = pa / sizeof(u64); i < (pa + size) / sizeof(u64); i++) {
		flat->word[i] = CNOVA_SIM_FLAT_POISON;
		flat->written[i] = 0;
	}
}

/**
 * cnova_sim_flat_release() - Give a range of memory back.
 * @flat: The memory.
 * @pa: First byte.
 * @size: Bytes.
 *
 * Context: User space.
 */
void cnova_sim_flat_release(struct cnova_sim_flat *flat, u64 pa, u64 size)
{
	cnova_sim_mmu_release(flat->mmu, CNOVA_SIM_VIDEO, pa, size);
	cnova_sim_flat_populate(flat, pa, size);
}

static void cnova_sim_flat_put(struct cnova_sim_flat *flat, u64 pa, u64 value, bool whole)
{
	u64 i = pa / sizeof(u64);
	u64 old = flat->written[i] ? flat->word[i] : 0;

	flat->word[i] = value;
	flat->written[i] = 1;
	cnova_sim_mmu_store(flat->mmu, pa & ~(sizeof(u64) - 1), old, value, whole);
}

/**
 * cnova_sim_flat_store() - Store a word.
 * @flat: The memory.
 * @pa: Where; aligned.
 * @value: What.
 *
 * Context: User space.
 */
void cnova_sim_flat_store(struct cnova_sim_flat *flat, u64 pa, u64 value)
{
	cnova_sim_flat_put(flat, pa, value, true);
}

/**
 * cnova_sim_flat_store32() - Store half a word, as a 32-bit store does.
 * @flat: The memory.
 * @pa: Where; aligned.
 * @value: What.
 *
 * Context: User space.
 */
void cnova_sim_flat_store32(struct cnova_sim_flat *flat, u64 pa, u32 value)
{
	u64 word = flat->word[pa / sizeof(u64)];
	unsigned int shift = pa % sizeof(u64) * 8;

	word = (word & ~(0xffffffffULL << shift)) | (u64)value << shift;
	cnova_sim_flat_put(flat, pa, word, false);
}

/**
 * cnova_sim_flat_load() - Load a word.
 * @flat: The memory.
 * @pa: Where; aligned.
 *
 * Context: User space.
 * Return: The word.
 */
u64 cnova_sim_flat_load(const struct cnova_sim_flat *flat, u64 pa)
{
	return flat->word[pa / sizeof(u64)];
}

/**
 * cnova_sim_flat_clear_findings() - Forget what was found.
 * @flat: The memory.
 *
 * Context: User space.
 */
void cnova_sim_flat_clear_findings(struct cnova_sim_flat *flat)
{
	memset(flat->count, 0, sizeof(flat->count));
	memset(&flat->last, 0, sizeof(flat->last));
	flat->nr_findings = 0;
}
