// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Shapes of tables and words in them: the driver's formats, the model's, RM's and
 * UVM's, each against the others.
 */
#include <stdio.h>
#include <string.h>

#include <linux/bitfield.h>
#include <linux/kernel.h>

#include "test.h"

static_assert(THIRD_PDE4 == (int)CNOVA_PT_PDE4 && THIRD_PDE4 == (int)CNOVA_SIM_PD4);
static_assert(THIRD_SYS_NCOH == (int)CNOVA_APERTURE_SYS_NCOH &&
	      THIRD_SYS_NCOH == (int)CNOVA_SIM_SYS_NCOH);

/* All of memory, so that no address is beyond it. */
static const struct cnova_sim_mem endless = {
	.vram_size = BIT_ULL(52),
	.wpr_start = BIT_ULL(52),
};

void random_attr(struct host_random *random, const struct third_chip *chip,
		 struct third_entry *leaf)
{
	u64 bits = host_random(random);

	*leaf = (struct third_entry){
		.type = THIRD_LEAF,
		.aperture = bits & 3,
		.kind = bits >> 8 & (chip->v3 ? 0xf : 0xff),
		.read_only = bits >> 16 & 1,
		.privileged = bits >> 17 & 1,
		.uncached = bits >> 18 & 1,
		.no_atomic = bits >> 19 & 1,
		.counted = chip->v3 && bits >> 20 & 1,
	};
	/* UVM knows one kind, and nothing privileged: see to it that it has its share. */
	if (bits >> 21 & 1)
		leaf->kind = 6;
	if (bits >> 22 & 1)
		leaf->privileged = false;
	if (leaf->aperture == THIRD_PEER)
		leaf->peer = bits >> 24 & 7;
}

struct cnova_pt_attr to_attr(const struct third_entry *leaf)
{
	return (struct cnova_pt_attr){
		.aperture = (enum cnova_aperture)leaf->aperture,
		.kind = leaf->kind,
		.peer = leaf->peer,
		.read_only = leaf->read_only,
		.privileged = leaf->privileged,
		.uncached = leaf->uncached,
		.atomic_disable = leaf->no_atomic,
		.access_counted = leaf->counted,
	};
}

struct third_entry from_ours(const struct cnova_pt_entry *entry)
{
	static const enum third_type type[] = {
		[CNOVA_PT_ENTRY_NONE] = THIRD_NONE,
		[CNOVA_PT_ENTRY_TABLE] = THIRD_TABLE,
		[CNOVA_PT_ENTRY_LEAF] = THIRD_LEAF,
		[CNOVA_PT_ENTRY_SPARSE] = THIRD_SPARSE,
		[CNOVA_PT_ENTRY_BLOCKED] = THIRD_BLOCKED,
		[CNOVA_PT_ENTRY_BAD] = THIRD_BAD,
	};

	return (struct third_entry){
		.type = type[entry->type],
		.pa = entry->pa,
		.aperture = (enum third_aperture)entry->attr.aperture,
		.kind = entry->attr.kind,
		.peer = entry->attr.peer,
		.read_only = entry->attr.read_only,
		.privileged = entry->attr.privileged,
		.uncached = entry->attr.uncached,
		.no_atomic = entry->attr.atomic_disable,
		.counted = entry->attr.access_counted,
		.no_ats = entry->no_ats,
	};
}

struct third_entry from_model(const struct cnova_sim_word *word)
{
	static const enum third_type type[] = {
		[CNOVA_SIM_WORD_NONE] = THIRD_NONE,
		[CNOVA_SIM_WORD_UNDECIDED] = THIRD_NONE,
		[CNOVA_SIM_WORD_BLOCKED] = THIRD_BLOCKED,
		[CNOVA_SIM_WORD_SPARSE] = THIRD_SPARSE,
		[CNOVA_SIM_WORD_TABLE] = THIRD_TABLE,
		[CNOVA_SIM_WORD_LEAF] = THIRD_LEAF,
	};

	return (struct third_entry){
		.type = type[word->type],
		.pa = word->pa,
		.aperture = (enum third_aperture)word->aperture,
		.kind = word->kind,
		.peer = word->peer,
		.read_only = word->read_only,
		.privileged = word->privileged,
		.uncached = word->uncached,
		.no_atomic = word->no_atomic,
	};
}

bool same_entry(const struct third_entry *a, const struct third_entry *b)
{
	if (a->type != b->type)
		return false;
	if (a->type != THIRD_LEAF && a->type != THIRD_TABLE)
		return true;
	if (a->pa != b->pa || a->aperture != b->aperture)
		return false;
	/* The model does not keep caching of tables, ATS or counting: callers compare them. */
	if (a->type == THIRD_TABLE)
		return true;
	return a->kind == b->kind && a->peer == b->peer && a->read_only == b->read_only &&
	       a->privileged == b->privileged && a->uncached == b->uncached &&
	       a->no_atomic == b->no_atomic;
}

const char *entry_string(const struct third_entry *e)
{
	static const char * const type[] = { "none", "table", "leaf", "sparse", "blocked", "bad" };
	static char text[4][160];
	static unsigned int next;
	char *s = text[next++ % ARRAY_SIZE(text)];

	snprintf(s, sizeof(text[0]), "{%s pa %llx ap %d kind %x peer %d%s%s%s%s%s%s}",
		 type[e->type], (unsigned long long)e->pa, e->aperture, e->kind, e->peer,
		 e->read_only ? " ro" : "", e->privileged ? " priv" : "",
		 e->uncached ? " uncached" : "", e->no_atomic ? " no-atomic" : "",
		 e->counted ? " counted" : "", e->no_ats ? " no-ats" : "");
	return s;
}

/* ---- shapes ---- */

static void test_shape(const struct third_chip *chip, enum third_level level)
{
	const struct cnova_pt_level *ours = &chip->ours->fmt->level[level];
	const struct cnova_sim_geometry *model = &chip->model->traits.format->level[level];
	bool model_leaf = cnova_sim_has_leaf(&chip->model->traits, (enum cnova_sim_level)level);
	struct third_shape rm, uvm;

	if (!rm_shape(chip->rm, level, &rm)) {
		if (ours->bits || model->bits || uvm_shape(chip->mmu, level, &uvm))
			third_fail(chip, "level %d: RM has none", level);
		return;
	}
	if (rm.shift != ours->shift || rm.bits != ours->bits || rm.words != ours->words)
		third_fail(chip, "level %d: RM %d/%d/%d, driver %d/%d/%d", level, rm.shift,
			   rm.bits, rm.words, ours->shift, ours->bits, ours->words);
	if (rm.shift != model->shift || rm.bits != model->bits || rm.words != model->words)
		third_fail(chip, "level %d: RM %d/%d/%d, model %d/%d/%d", level, rm.shift,
			   rm.bits, rm.words, model->shift, model->bits, model->words);
	if (ours->leaf != model_leaf)
		third_fail(chip, "level %d: leaves: driver %d, model %d", level, ours->leaf,
			   model_leaf);
	if (rm.leaf != ours->leaf) {
		/* RM describes discrete Blackwell for these; UVM says what they have. */
		if (chip->mmu == THIRD_BLACKWELL_INTEGRATED && level >= THIRD_PDE1)
			differences[DIFF_SOC_LEAVES]++;
		else
			third_fail(chip, "level %d: leaves: RM %d, driver %d", level, rm.leaf,
				   ours->leaf);
	}

	if (!uvm_shape(chip->mmu, level, &uvm) || uvm.shift != ours->shift ||
	    uvm.bits != ours->bits || uvm.words != ours->words || uvm.leaf != ours->leaf)
		third_fail(chip, "level %d: UVM %d/%d/%d leaf %d, driver %d/%d/%d leaf %d", level,
			   uvm.shift, uvm.bits, uvm.words, uvm.leaf, ours->shift, ours->bits,
			   ours->words, ours->leaf);
}

void test_shapes(const struct third_chip *chip)
{
	int level;

	for (level = 0; level < THIRD_NR_LEVELS; level++)
		test_shape(chip, level);
}

/* ---- words that are constant ---- */

void test_constants(const struct third_chip *chip)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	struct cnova_pt_entry entry;
	uint64_t words[2];
	int level;

	for (level = 0; level <= (int)fmt->root; level++) {
		words[1] = 0;
		rm_sparse(chip->rm, level, words);
		if (words[0] != fmt->sparse || words[1])
			third_fail(chip, "level %d: sparse is %llx %llx for RM", level,
				   (unsigned long long)words[0], (unsigned long long)words[1]);
	}
	if (uvm_sparse(chip->mmu) != fmt->sparse)
		third_fail(chip, "sparse: UVM %llx", (unsigned long long)uvm_sparse(chip->mmu));
	if (uvm_unmapped(chip->mmu) != fmt->blocked)
		third_fail(chip, "blocked: UVM %llx",
			   (unsigned long long)uvm_unmapped(chip->mmu));

	words[0] = rm_nv4k(chip->rm);
	if (!chip->v3 && words[0] == (fmt->blocked | fmt->sparse))
		differences[DIFF_NV4K]++;
	else if (words[0] != fmt->blocked)
		third_fail(chip, "blocked: RM %llx", (unsigned long long)words[0]);

	fmt->decode(fmt, CNOVA_PT_4K, 0, uvm_poison(chip->mmu), &entry);
	if (entry.type != CNOVA_PT_ENTRY_LEAF || !entry.attr.privileged || !entry.attr.read_only)
		third_fail(chip, "UVM's poison is not privileged and read-only");
}

/* ---- leaves ---- */

static bool rm_has_pcf(const struct third_chip *chip, const struct third_entry *leaf)
{
	/* HARDWARE.md 3.4: seven privileged values that RM's table lacks. */
	if (!chip->v3 || !leaf->privileged)
		return true;
	if (!leaf->counted)
		return !leaf->read_only && !leaf->no_atomic;
	return !(leaf->read_only && !leaf->no_atomic && !leaf->uncached);
}

static void check_decoders(const struct third_chip *chip, enum third_level level, u64 word,
			   const struct third_entry *want)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	const struct cnova_sim_traits *traits = &chip->model->traits;
	struct third_entry ours, model, rm;
	struct cnova_sim_word sim_word;
	struct cnova_pt_entry entry;

	fmt->decode(fmt, (enum cnova_pt_kind)level, 0, word, &entry);
	ours = from_ours(&entry);
	if (!same_entry(want, &ours) || want->counted != ours.counted)
		third_fail(chip, "level %d %llx: driver reads %s, not %s", level, word,
			   entry_string(&ours), entry_string(want));

	traits->format->decode(traits, (enum cnova_sim_level)level, 0, word, &sim_word);
	model = from_model(&sim_word);
	if (!same_entry(want, &model))
		third_fail(chip, "level %d %llx: model reads %s, not %s", level, word,
			   entry_string(&model), entry_string(want));

	rm_decode(chip->rm, level, 0, word, &rm);
	if (rm.type == THIRD_BAD && !rm_has_pcf(chip, want))
		differences[DIFF_PCF]++;
	else if (!same_entry(want, &rm) || want->counted != rm.counted)
		third_fail(chip, "level %d %llx: RM reads %s, not %s", level, word,
			   entry_string(&rm), entry_string(want));
}

static void check_leaf(const struct third_chip *chip, enum third_level level,
		       const struct third_entry *leaf)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	struct cnova_pt_attr attr = to_attr(leaf);
	uint64_t theirs;
	u64 word;

	third_totals.words++;
	fmt->fill(&word, 1, leaf->pa, 0, &attr);
	check_decoders(chip, level, word, leaf);

	if (!rm_leaf(chip->rm, leaf, &theirs)) {
		if (rm_has_pcf(chip, leaf))
			third_fail(chip, "RM has no word for %s", entry_string(leaf));
		differences[DIFF_PCF]++;
	} else if (theirs != word) {
		third_fail(chip, "level %d: %llx, RM writes %llx for %s", level, word,
			   (unsigned long long)theirs, entry_string(leaf));
	}

	/* Its field for VRAM is 28 bits wide in v3. */
	if (chip->v3 && leaf->aperture == THIRD_VIDEO && leaf->pa >> 40)
		return;
	if (!uvm_leaf(chip->mmu, leaf, &theirs))
		differences[DIFF_UVM_WORDS]++;
	else if (theirs != word)
		third_fail(chip, "level %d: %llx, UVM writes %llx for %s", level, word,
			   (unsigned long long)theirs, entry_string(leaf));
}

/* An address for something of 1 << @shift bytes. */
static u64 random_pa(struct host_random *random, u8 bits, u8 shift)
{
	u64 pa = host_random(random) & GENMASK_ULL(bits - 1, 0);

	/* All ones sometimes: the last bit of the field, and none beyond it. */
	if (!host_random_below(random, 16))
		pa = GENMASK_ULL(bits - 1, 0);
	return pa >> shift << shift;
}

void test_leaves(const struct third_chip *chip, struct host_random *random, u64 rounds)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	struct third_entry leaf;
	u32 level;

	while (rounds--) {
		level = host_random_below(random, CNOVA_PT_PDE2 + 1);
		if (!fmt->level[level].leaf)
			continue;
		random_attr(random, chip, &leaf);
		leaf.pa = random_pa(random, fmt->pa_bits[leaf.aperture],
				    fmt->level[level].shift);
		check_leaf(chip, level, &leaf);
	}
}

/* ---- directories ---- */

static void check_half(const struct third_chip *chip, enum third_level level, unsigned int half,
		       const struct third_entry *table, u64 word)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	const struct cnova_sim_traits *traits = &chip->model->traits;
	struct third_entry ours, model, rm;
	struct cnova_sim_word sim_word;
	struct cnova_pt_entry entry;

	fmt->decode(fmt, (enum cnova_pt_kind)level, half, word, &entry);
	ours = from_ours(&entry);
	if (!same_entry(table, &ours) || table->uncached != ours.uncached ||
	    table->no_ats != ours.no_ats)
		third_fail(chip, "level %d half %d %llx: driver reads %s, not %s", level, half,
			   word, entry_string(&ours), entry_string(table));

	traits->format->decode(traits, (enum cnova_sim_level)level, half, word, &sim_word);
	model = from_model(&sim_word);
	if (!same_entry(table, &model))
		third_fail(chip, "level %d half %d %llx: model reads %s, not %s", level, half,
			   word, entry_string(&model), entry_string(table));

	rm_decode(chip->rm, level, half, word, &rm);
	if (!same_entry(table, &rm) || table->uncached != rm.uncached ||
	    table->no_ats != rm.no_ats)
		third_fail(chip, "level %d half %d %llx: RM reads %s, not %s", level, half, word,
			   entry_string(&rm), entry_string(table));
}

static u64 our_table(const struct third_chip *chip, enum third_level below,
		     const struct third_entry *table)
{
	struct cnova_pt_entry entry = {
		.type = CNOVA_PT_ENTRY_TABLE,
		.pa = table->pa,
		.attr.aperture = (enum cnova_aperture)table->aperture,
		.attr.uncached = table->uncached,
		.no_ats = table->no_ats,
	};

	return chip->ours->fmt->table((enum cnova_pt_kind)below, &entry);
}

static void random_table(const struct third_chip *chip, struct host_random *random,
			 enum third_level below, struct third_entry *table)
{
	static const enum third_aperture aperture[] = { THIRD_VIDEO, THIRD_SYS_COH,
							THIRD_SYS_NCOH };
	u64 bits = host_random(random);

	*table = (struct third_entry){
		.type = THIRD_TABLE,
		.aperture = aperture[bits % 3],
		.uncached = bits >> 8 & 1,
		.no_ats = chip->v3 && bits >> 9 & 1,
	};
	table->pa = random_pa(random, chip->ours->fmt->pa_bits[table->aperture],
			      below == THIRD_64K ? 8 : 12);
}

/* UVM's words are never cached, and in two apertures. */
static void check_uvm_tables(const struct third_chip *chip, enum third_level level,
			     const struct third_entry *tables, unsigned int nr, const u64 *words)
{
	const struct third_entry *pointers[2] = {};
	uint64_t theirs[2];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!words[i])
			continue;
		pointers[i] = &tables[i];
		if (!tables[i].uncached || tables[i].no_ats || tables[i].aperture == THIRD_SYS_NCOH)
			return;
	}
	uvm_tables(chip->mmu, level, pointers, theirs);
	for (i = 0; i < nr; i++) {
		if (theirs[i] != words[i])
			third_fail(chip, "level %d half %d: %llx, UVM writes %llx for %s", level, i,
				   words[i], (unsigned long long)theirs[i],
				   entry_string(&tables[i]));
	}
}

void test_directories(const struct third_chip *chip, struct host_random *random, u64 rounds)
{
	u32 root = chip->ours->fmt->root;

	while (rounds--) {
		u32 level = CNOVA_PT_PDE0 + host_random_below(random, root - CNOVA_PT_PDE0 + 1);
		unsigned int nr = level == CNOVA_PT_PDE0 ? 2 : 1, i;
		struct third_entry tables[2];
		u64 words[2] = {};

		for (i = 0; i < nr; i++) {
			u32 below = level > CNOVA_PT_PDE0 ? level - 1 :
				    i ? CNOVA_PT_4K : CNOVA_PT_64K;
			u64 theirs;

			if (nr == 2 && !host_random_below(random, 4))
				continue;
			random_table(chip, random, below, &tables[i]);
			words[i] = our_table(chip, below, &tables[i]);
			theirs = rm_table(chip->rm, level, i, &tables[i]);
			third_totals.words++;
			if (theirs != words[i])
				third_fail(chip, "level %u half %d: %llx, RM writes %llx for %s",
					   level, i, words[i], theirs, entry_string(&tables[i]));
			check_half(chip, level, i, &tables[i], words[i]);
		}
		check_uvm_tables(chip, level, tables, nr, words);
	}
}

/* ---- all permissions of v3 ---- */

void test_pcf(const struct third_chip *chip)
{
	static const u32 lacking = BIT(0x06) | BIT(0x16) | BIT(0x17) | BIT(0x1a) | BIT(0x1b) |
				   BIT(0x1e) | BIT(0x1f);
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	struct cnova_pt_entry entry;
	struct third_entry rm;
	bool lacks;
	u64 pcf;

	if (!chip->v3)
		return;

	for (pcf = 0; pcf < 32; pcf++) {
		u64 word = pcf << 3 | 1;

		rm_decode(chip->rm, THIRD_4K, 0, word, &rm);
		lacks = rm.type == THIRD_BAD;
		if (lacks != (lacking >> pcf & 1))
			third_fail(chip, "RM's table %s PCF %llx", lacks ? "lacks" : "has", pcf);
		fmt->decode(fmt, CNOVA_PT_4K, 0, word, &entry);
		rm = from_ours(&entry);
		check_decoders(chip, THIRD_4K, word, &rm);
	}
}

/* ---- any word ---- */

static void check_any(const struct third_chip *chip, enum third_level level, unsigned int half,
		      u64 word)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;
	const struct cnova_sim_traits *traits = &chip->model->traits;
	const char *complaint = traits->format->check(traits, &endless,
						      (enum cnova_sim_level)level, half, word);
	struct third_entry ours, model, rm;
	struct cnova_sim_word sim_word;
	struct cnova_pt_entry entry;

	third_totals.words++;
	rm_decode(chip->rm, level, half, word, &rm);
	fmt->decode(fmt, (enum cnova_pt_kind)level, half, word, &entry);
	ours = from_ours(&entry);
	traits->format->decode(traits, (enum cnova_sim_level)level, half, word, &sim_word);
	model = from_model(&sim_word);

	if (rm.type == THIRD_BAD) {
		if (chip->v3 && !(word & 1))
			differences[DIFF_NOWHERE]++;
		else if (chip->v3)
			differences[DIFF_PCF]++;
		else
			differences[DIFF_4K_PRIVILEGE]++;
		return;
	}

	/* RM looks at fields only, and not at what is between them. */
	if (ours.type == THIRD_BAD)
		differences[DIFF_RESERVED]++;
	else if (!same_entry(&rm, &ours))
		third_fail(chip, "level %d half %d %llx: RM reads %s, driver %s", level, half, word,
			   entry_string(&rm), entry_string(&ours));
	if (!complaint && !same_entry(&rm, &model))
		third_fail(chip, "level %d half %d %llx: RM reads %s, model %s", level, half, word,
			   entry_string(&rm), entry_string(&model));
}

/* Legal words with a few bits turned. */
void test_bits(const struct third_chip *chip, struct host_random *random, u64 rounds)
{
	const struct cnova_pt_fmt *fmt = chip->ours->fmt;

	while (rounds--) {
		u32 level = host_random_below(random, fmt->root + 1), flips;
		unsigned int half = level == CNOVA_PT_PDE0 && host_random_below(random, 2);
		u32 below = level > CNOVA_PT_PDE0 ? level - 1 : half ? CNOVA_PT_4K : CNOVA_PT_64K;
		struct third_entry entry;
		uint64_t word = 0;

		switch (host_random_below(random, 3)) {
		case 0:
			if (level < CNOVA_PT_PDE0)
				break;
			random_table(chip, random, below, &entry);
			word = our_table(chip, below, &entry);
			break;
		case 1:
			if (!fmt->level[level].leaf || half)
				break;
			random_attr(random, chip, &entry);
			entry.pa = random_pa(random, fmt->pa_bits[entry.aperture],
					     fmt->level[level].shift);
			rm_leaf(chip->rm, &entry, &word);
			break;
		}
		for (flips = host_random_below(random, 4); flips; flips--)
			word ^= BIT_ULL(host_random_below(random, flips & 1 ? 12 : 64));
		check_any(chip, level, half, word);
	}
}
