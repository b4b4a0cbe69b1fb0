// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The driver's encoder and decoder against the model's decoder, which was written a
 * second time: on random leaves and pointers, and on random words.
 *
 * SEED=n repeats; WORDS=n cases for each chip.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "host_vm.h"
#include "hw/chip.h"
#include "mm/pt_fmt.h"
#include "sim/chips.h"

#define MAX_LEAVES	8

static struct host_random rng;
static const struct cnova_pt_fmt *fmt;
static const struct cnova_sim_traits *traits;
static u32 nr_wrong;

/* What each kind of entry was seen to be, by the driver. */
static u64 seen[CNOVA_PT_ENTRY_BAD + 1];

/* More than any pointer reaches. */
static const struct cnova_sim_mem mem = { .vram_size = 1ULL << 60, .wpr_start = 1ULL << 60 };

static u64 below(u64 n)
{
	return host_random_below(&rng, n);
}

static void wrong(const char *what, enum cnova_pt_kind kind, unsigned int half, u64 word)
{
	if (nr_wrong++ < 5)
		printf("# %s: kind %d half %u word %016llx\n", what, kind, half, word);
}

/* The model numbers kinds of tables alike. */
static enum cnova_sim_level level(enum cnova_pt_kind kind)
{
	return (enum cnova_sim_level)kind;
}

static bool same_leaf_word(const struct cnova_pt_entry *driver, const struct cnova_sim_word *model)
{
	const struct cnova_pt_attr *attr = &driver->attr;

	return driver->pa == model->pa && (int)attr->aperture == (int)model->aperture &&
	       attr->kind == model->kind && attr->peer == model->peer &&
	       attr->read_only == model->read_only && attr->privileged == model->privileged &&
	       attr->uncached == model->uncached && attr->atomic_disable == model->no_atomic;
}

static enum cnova_pt_kind random_leaf_kind(void)
{
	u32 kind;

	do {
		kind = below(CNOVA_NR_PT_KINDS);
	} while (!fmt->level[kind].leaf);
	return kind;
}

static void random_attr(struct cnova_pt_attr *attr)
{
	do {
		*attr = (struct cnova_pt_attr){
			.aperture = below(CNOVA_NR_APERTURES),
			.kind = below(16),
			.read_only = below(2),
			.privileged = below(2),
			.uncached = below(2),
			.atomic_disable = below(2),
			.access_counted = below(2),
		};
		if (attr->aperture == CNOVA_APERTURE_PEER)
			attr->peer = below(8);
	} while (!cnova_pt_attr_is_valid(fmt, attr));
}

/* Leaves: what goes in comes out, of both decoders, and the model finds nothing wrong. */
static void try_leaves(void)
{
	enum cnova_pt_kind kind = random_leaf_kind();
	u64 size = 1ULL << fmt->level[kind].shift, pa, end, words[MAX_LEAVES];
	u32 i, nr = 1 + below(MAX_LEAVES), bits;
	struct cnova_pt_attr attr;

	random_attr(&attr);
	bits = fmt->pa_bits[attr.aperture];
	if (attr.aperture >= CNOVA_APERTURE_SYS_COH)
		bits = min(bits, (u32)traits->sys_bits);
	end = 1ULL << bits;
	/* Both ends of what the field holds, too. */
	pa = below(4) ? host_random(&rng) & (end - 1) & -size : below(2) ? 0 : end - nr * size;
	if (pa + nr * size > end)
		pa = 0;

	fmt->fill(words, nr, pa, size, &attr);
	for (i = 0; i < nr; i++, pa += size) {
		struct cnova_pt_entry entry;
		struct cnova_sim_word word;

		fmt->decode(fmt, kind, 0, words[i], &entry);
		if (entry.type != CNOVA_PT_ENTRY_LEAF || entry.pa != pa ||
		    memcmp(&entry.attr, &attr, sizeof(attr)))
			wrong("the driver decodes another leaf", kind, 0, words[i]);
		traits->format->decode(traits, level(kind), 0, words[i], &word);
		if (word.type != CNOVA_SIM_WORD_LEAF || !same_leaf_word(&entry, &word))
			wrong("the model decodes another leaf", kind, 0, words[i]);
		if (traits->kinds >> attr.kind & 1 &&
		    traits->format->check(traits, &mem, level(kind), 0, words[i]))
			wrong("the model does not like the leaf", kind, 0, words[i]);
	}
}

/* Pointers, in the half they belong to. */
static void try_table(void)
{
	static const enum cnova_aperture aperture[] = {
		CNOVA_APERTURE_VIDEO, CNOVA_APERTURE_SYS_COH, CNOVA_APERTURE_SYS_NCOH,
	};
	enum cnova_pt_kind below_kind = below(fmt->root), kind;
	unsigned int half = below_kind == CNOVA_PT_4K;
	struct cnova_pt_entry entry, in = { .attr.aperture = aperture[below(3)] };
	struct cnova_sim_word word;
	u64 value;

	kind = below_kind <= CNOVA_PT_64K ? CNOVA_PT_PDE0 : below_kind + 1;
	in.attr.uncached = below(2);
	in.pa = host_random(&rng) & ((1ULL << (in.attr.aperture == CNOVA_APERTURE_VIDEO ? 37 :
					       traits->sys_bits)) - 1);
	in.pa &= below_kind == CNOVA_PT_64K ? -256ULL : -4096ULL;

	value = fmt->table(below_kind, &in);
	fmt->decode(fmt, kind, half, value, &entry);
	traits->format->decode(traits, level(kind), half, value, &word);
	if (entry.type != CNOVA_PT_ENTRY_TABLE || entry.pa != in.pa ||
	    entry.attr.aperture != in.attr.aperture || entry.attr.uncached != in.attr.uncached)
		wrong("the driver decodes another table", kind, half, value);
	if (word.type != CNOVA_SIM_WORD_TABLE || word.pa != in.pa ||
	    (int)word.aperture != (int)in.attr.aperture)
		wrong("the model decodes another table", kind, half, value);
	if (traits->format->check(traits, &mem, level(kind), half, value))
		wrong("the model does not like the pointer", kind, half, value);
}

static bool same_type(enum cnova_pt_entry_type driver, enum cnova_sim_word_type model)
{
	switch (driver) {
	case CNOVA_PT_ENTRY_NONE:
		return model == CNOVA_SIM_WORD_NONE || model == CNOVA_SIM_WORD_UNDECIDED;
	case CNOVA_PT_ENTRY_TABLE:
		return model == CNOVA_SIM_WORD_TABLE;
	case CNOVA_PT_ENTRY_LEAF:
		return model == CNOVA_SIM_WORD_LEAF;
	case CNOVA_PT_ENTRY_SPARSE:
		return model == CNOVA_SIM_WORD_SPARSE;
	case CNOVA_PT_ENTRY_BLOCKED:
		return model == CNOVA_SIM_WORD_BLOCKED;
	default:
		return false;
	}
}

/* Small numbers, few bits, or anything. */
static u64 random_word(void)
{
	u64 word = host_random(&rng);

	switch (below(4)) {
	case 0:
		return word & 0xff;
	case 1:
		return word & host_random(&rng) & host_random(&rng);
	case 2:
		/* Nothing where formats have reserved bits. */
		return word & 0x000ffffffffff0ffULL;
	default:
		return word;
	}
}

/* Any word: where both say that it is legal, both say that it is the same. */
static void try_word(void)
{
	enum cnova_pt_kind kind = below(fmt->root + 1);
	unsigned int half = kind == CNOVA_PT_PDE0 ? below(2) : 0;
	u64 value = random_word();
	struct cnova_pt_entry entry;
	struct cnova_sim_word word;
	const char *bad;

	fmt->decode(fmt, kind, half, value, &entry);
	traits->format->decode(traits, level(kind), half, value, &word);
	bad = traits->format->check(traits, &mem, level(kind), half, value);
	seen[entry.type]++;
	if (half && entry.type == CNOVA_PT_ENTRY_SPARSE)
		wrong("the 4K half of a PDE0 is sparse", kind, half, value);
	if (bad || entry.type == CNOVA_PT_ENTRY_BAD)
		return;

	if (!same_type(entry.type, word.type))
		wrong("the two are of another mind", kind, half, value);
	else if (entry.type == CNOVA_PT_ENTRY_LEAF && !same_leaf_word(&entry, &word))
		wrong("the two see another leaf", kind, half, value);
	else if (entry.type == CNOVA_PT_ENTRY_TABLE && !entry.no_ats &&
		 (entry.pa != word.pa || (int)entry.attr.aperture != (int)word.aperture))
		wrong("the two see another table", kind, half, value);
}

int main(void)
{
	const char *env = getenv("WORDS");
	u32 n, i, words = env && *env ? strtoul(env, NULL, 0) : 300000;
	const struct cnova_sim_chip *chip;

	rng.state = host_seed(0xf0f0);
	printf("# seed %#llx\n", rng.state);
	for (n = 0; (chip = cnova_sim_chip_at(n)); n++) {
		const struct cnova_chip *hw = cnova_chip_find(chip->boot_42);
		char name[80];
		bool all = true;

		fmt = hw->fmt;
		traits = &chip->traits;
		nr_wrong = 0;
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < words; i++) {
			try_leaves();
			try_table();
			try_word();
		}
		for (i = 0; i <= CNOVA_PT_ENTRY_BAD; i++)
			all &= seen[i] > 0;
		snprintf(name, sizeof(name), "%s: driver and model read entries alike", chip->name);
		tap_result(!nr_wrong && all, name);
	}
	return tap_done();
}
