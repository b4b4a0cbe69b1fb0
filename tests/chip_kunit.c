// SPDX-License-Identifier: GPL-2.0-only
/*
 * The chip table, and what is read at probe. Everything that HARDWARE.md 1.1 says of a
 * chip stands here a second time: a test must not take it from what it tests.
 */

#include <kunit/test.h>
#include <linux/err.h>

#include "hw/chip.h"
#include "hw/fb.h"
#include "mm/pt_fmt.h"
#include "tests/fake_io.h"

/* Leaves, as bits. */
#define LEAVES		(BIT_ULL(12) | BIT_ULL(16) | BIT_ULL(21))
#define LEAVES_512M	(LEAVES | BIT_ULL(29))
#define LEAVES_256G	(LEAVES_512M | BIT_ULL(38))

/* Columns W, B1, SM by the register that tells them apart. */
#define W_TU	0x1700
#define W_XAL	0x10fd40
#define B1_TU	0xb80f40
#define B1_GH	0xb80f60
#define SM_70	0x070000
#define SM_TOK	0x10f800
#define RV_TU	0x111240
#define RV_GA	0x111388

static const struct row {
	const char *name;
	u16 chipset;
	u8 va_bits;
	u64 leaves;
	u32 window;
	u32 base;
	u8 reach;
	bool mib;
	u32 bar1;
	u32 flush;
	u32 riscv;
	u8 vram;
	u8 sys;
	u16 channel;
	u16 copy;
	u16 usermode;
	u8 kinds;
} rows[] = {
#define TU(n, c) { n, c, 49, LEAVES, W_TU, 0xffffff, 40, false, B1_TU, SM_70, RV_TU, 37, 47, \
	0xc46f, 0xc5b5, 0xc461, 0x7f }
#define GA(n, c) { n, c, 49, LEAVES_512M, W_TU, 0xffffff, 40, true, B1_TU, SM_70, RV_GA, 37, 47, \
	0xc56f, 0xc7b5, 0xc561, 0x7f }
#define GB1(n, c) { n, c, 57, LEAVES_256G, W_XAL, 0x7fffff, 39, true, B1_GH, 0, RV_GA, 52, 52, \
	0xc96f, 0xc9b5, 0xc661, 0x7f }
#define GB2(n, c) { n, c, 57, LEAVES_256G, W_XAL, 0x7fffff, 39, true, B1_GH, SM_TOK, RV_GA, 52, \
	52, 0xca6f, 0xcab5, 0xc761, 0x41 }
	TU("TU102", 0x162), TU("TU104", 0x164), TU("TU106", 0x166), TU("TU117", 0x167),
	TU("TU116", 0x168),
	{ "GA100", 0x170, 49, LEAVES_512M, W_TU, 0xffffff, 40, false, B1_TU, SM_70, RV_TU, 37, 47,
	  0xc56f, 0xc6b5, 0xc561, 0x7f },
	GA("GA102", 0x172), GA("GA103", 0x173), GA("GA104", 0x174), GA("GA106", 0x176),
	GA("GA107", 0x177),
	{ "GH100", 0x180, 57, LEAVES_512M, W_XAL, 0x3fffff, 38, true, B1_GH, SM_TOK, RV_GA, 38, 52,
	  0xc86f, 0xc8b5, 0xc661, 0x7f },
	GA("AD102", 0x192), GA("AD103", 0x193), GA("AD104", 0x194), GA("AD106", 0x196),
	GA("AD107", 0x197),
	GB1("GB100", 0x1a0), GB1("GB102", 0x1a2), GB1("GB110", 0x1a3), GB1("GB112", 0x1a4),
	{ "GB10B", 0x1ab, 57, LEAVES, W_XAL, 0x1ffffff, 41, true, B1_GH, SM_TOK, RV_GA, 52, 52,
	  0xc96f, 0xc9b5, 0xc661, 0x7f },
	GB2("GB202", 0x1b2), GB2("GB203", 0x1b3), GB2("GB205", 0x1b5), GB2("GB206", 0x1b6),
	GB2("GB207", 0x1b7),
	{ "GB20B", 0x1bb, 57, LEAVES, W_XAL, 0x1ffffff, 41, true, B1_GH, SM_TOK, RV_GA, 52, 52,
	  0xca6f, 0xcab5, 0xc761, 0x47 },
	{ "GB20C", 0x1bc, 57, LEAVES, W_XAL, 0x1ffffff, 41, true, B1_GH, SM_TOK, RV_GA, 52, 52,
	  0xca6f, 0xcab5, 0xc761, 0x47 },
};

static const void *gen_rows(struct kunit *test, const void *prev, char *desc)
{
	const struct row *row = prev ? (const struct row *)prev + 1 : rows;

	if (row == rows + ARRAY_SIZE(rows))
		return NULL;
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
	return row;
}

static const struct cnova_chip *find(u32 chipset)
{
	/* Revisions say nothing; bits 31:30 are none of the id's. */
	return cnova_chip_find(chipset << 20 | 0xc00a1fff);
}

static void chip_has_all_columns(struct kunit *test)
{
	const struct row *row = test->param_value;
	const struct cnova_chip *chip = find(row->chipset);
	u64 leaves = 0;

	KUNIT_ASSERT_NOT_NULL(test, chip);
	KUNIT_EXPECT_STREQ(test, chip->name, row->name);
	KUNIT_EXPECT_EQ(test, chip->chipset, row->chipset);
	KUNIT_EXPECT_EQ(test, chip->fmt->va_bits, row->va_bits);
	for (u32 i = 0; i < CNOVA_NR_PT_KINDS; i++)
		if (chip->fmt->level[i].leaf)
			leaves |= BIT_ULL(chip->fmt->level[i].shift);
	KUNIT_EXPECT_EQ(test, leaves, row->leaves);
	/* The largest of them. */
	KUNIT_EXPECT_EQ(test, leaves >> fake_largest_leaf(chip), 1);
	KUNIT_EXPECT_EQ(test, chip->window->reg, row->window);
	KUNIT_EXPECT_EQ(test, chip->window->base, row->base);
	KUNIT_EXPECT_EQ(test, chip->window->reach_bits, row->reach);
	KUNIT_EXPECT_EQ(test, chip->fb, row->mib ? CNOVA_CHIP_FB_MIB : CNOVA_CHIP_FB_RANGE);
	KUNIT_EXPECT_EQ(test, chip->bar1->block, row->bar1);
	KUNIT_EXPECT_EQ(test, chip->flush ? chip->flush->start : 0, row->flush);
	KUNIT_EXPECT_EQ(test, chip->riscv->reg, row->riscv);
	KUNIT_EXPECT_EQ(test, chip->sys_bits, row->sys);
	KUNIT_EXPECT_EQ(test, chip->vram_bits, row->vram);
	KUNIT_EXPECT_EQ(test, chip->channel, row->channel);
	KUNIT_EXPECT_EQ(test, chip->copy, row->copy);
	KUNIT_EXPECT_EQ(test, chip->usermode, row->usermode);
	KUNIT_EXPECT_EQ(test, chip->kinds, row->kinds);

	/* What the table promises, leaves can say. */
	KUNIT_EXPECT_LE(test, chip->vram_bits, chip->fmt->pa_bits[CNOVA_APERTURE_VIDEO]);
	KUNIT_EXPECT_LE(test, chip->sys_bits, chip->fmt->pa_bits[CNOVA_APERTURE_SYS_COH]);
}

/* HARDWARE.md 7.1, the two examples: a block at 0x9abcdef000, in virtual mode. */
static void chip_bar1_fields_make_the_examples(struct kunit *test)
{
	const struct row *row = test->param_value;
	const struct cnova_chip_bar1 *bar1 = find(row->chipset)->bar1;
	u64 page = 0x9abcdef000ULL >> 12;
	u32 lowest = bar1->addr & -bar1->addr;
	u32 low = (page * lowest & bar1->addr) | bar1->mode_virtual;

	KUNIT_EXPECT_EQ(test, low, row->bar1 == B1_TU ? 0x89abcdef : 0xbcdef200);
	KUNIT_EXPECT_EQ(test, bar1->block_high, row->bar1 == B1_TU ? 0 : 0xb80f64);
	KUNIT_EXPECT_EQ(test, bar1->target, row->bar1 == B1_TU ? 0x30000000 : 0xc00);
	KUNIT_EXPECT_EQ(test, bar1->status, row->bar1 == B1_TU ? 0xb80f50 : 0xb80f60);
	KUNIT_EXPECT_EQ(test, bar1->busy, 3);
}

/* No more rows than the chips above. */
static void chip_table_has_no_other(struct kunit *test)
{
	u32 nr = 0;

	while (cnova_chip_at(nr))
		nr++;
	KUNIT_EXPECT_EQ(test, nr, ARRAY_SIZE(rows));
}

/* Everything else is refused, by its number. */
static void chip_unknown_is_refused(struct kunit *test)
{
	static const u16 known_not[] = {
		0, 0x140, 0x161, 0x163, 0x171, 0x181, 0x1a1, 0x1b4, 0x3ff
	};
	struct fake_gpu *fake = fake_create(test, cnova_chip_at(0));
	const struct cnova_chip *chip;
	u32 nr = 0;

	for (u32 i = 0; i < ARRAY_SIZE(known_not); i++) {
		fake->boot_42 = (u32)known_not[i] << 20 | 0xa1000;
		chip = cnova_chip_identify(&fake->io, fake->dev);
		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR(chip), -ENODEV, "chip %03x", known_not[i]);
	}
	for (u32 id = 0; id < 0x400; id++)
		nr += !!find(id);
	KUNIT_EXPECT_EQ(test, nr, ARRAY_SIZE(rows));

	fake->gone = true;
	KUNIT_EXPECT_PTR_EQ(test, cnova_chip_identify(&fake->io, fake->dev), ERR_PTR(-ENODEV));
}

static void chip_known_is_identified(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct fake_gpu *fake = fake_create(test, find(row->chipset));

	KUNIT_EXPECT_PTR_EQ(test, cnova_chip_identify(&fake->io, fake->dev), find(row->chipset));
	fake_check(test, fake);
}

/* HARDWARE.md 8.1: the size, by the register of the chip; the other one is not touched. */
static void fb_size_is_read(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct fake_gpu *fake = fake_create(test, find(row->chipset));
	struct cnova_fb fb;

	/* 8 GiB; the example. */
	fake->vram_range = 0x208;
	fake->vram_mib = 8192;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), 0);
	KUNIT_EXPECT_EQ(test, fb.size, 8ULL * SZ_1G);
	KUNIT_EXPECT_EQ(test, fb.nr_regions, 1);
	KUNIT_EXPECT_EQ(test, fb.region[0].start, 0);
	KUNIT_EXPECT_EQ(test, fb.region[0].end, 8ULL * SZ_1G);

	/* With ECC, where one register says so; 7.5 GiB in the other. */
	fake->vram_range = 0x40000208;
	fake->vram_mib = 7680;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), 0);
	KUNIT_EXPECT_EQ(test, fb.size, 0x1e0000000ULL);

	/* The firmware has all from 7 GiB on. */
	fake->wpr2_lo = 7ULL * SZ_1G >> 12 << 4;
	fake->wpr2_hi = (7ULL * SZ_1G + SZ_1M) >> 12 << 4;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), 0);
	KUNIT_EXPECT_EQ(test, fb.region[0].end, 7ULL * SZ_1G);

	/* Protected beyond the end, or all of it. */
	fake->wpr2_lo = 9ULL * SZ_1G >> 12 << 4;
	fake->wpr2_hi = 10ULL * SZ_1G >> 12 << 4;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), -EINVAL);
	fake->wpr2_lo = 0;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), -EINVAL);
	fake_check(test, fake);
}

/* No more VRAM than leaves can name and the window can show; none is no size either. */
static void fb_size_is_bounded(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct fake_gpu *fake = fake_create(test, find(row->chipset));
	u8 bits = min(row->vram, row->reach);
	struct cnova_fb fb;

	/* The most, and twice as much. Ranges: 32 << (scale + 20). */
	fake->vram_range = 0x200 | (bits - 25);
	fake->vram_mib = 1U << (bits - 20);
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), 0);
	KUNIT_EXPECT_EQ(test, fb.size, BIT_ULL(bits));

	fake->vram_range = 0x210 | (bits - 25);
	fake->vram_mib++;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), -EINVAL);

	fake->vram_range = 0x40000000;
	fake->vram_mib = 0;
	KUNIT_EXPECT_EQ(test, cnova_fb_read(&fake->io, fake->chip, fake->dev, &fb), -EINVAL);
	fake_check(test, fake);
}

static struct kunit_case chip_kunit_cases[] = {
	KUNIT_CASE_PARAM(chip_has_all_columns, gen_rows),
	KUNIT_CASE_PARAM(chip_bar1_fields_make_the_examples, gen_rows),
	KUNIT_CASE(chip_table_has_no_other),
	KUNIT_CASE(chip_unknown_is_refused),
	KUNIT_CASE_PARAM(chip_known_is_identified, gen_rows),
	KUNIT_CASE_PARAM(fb_size_is_read, gen_rows),
	KUNIT_CASE_PARAM(fb_size_is_bounded, gen_rows),
	{}
};

static struct kunit_suite chip_kunit_suite = {
	.name = "cnova_chip",
	.test_cases = chip_kunit_cases,
};

kunit_test_suite(chip_kunit_suite);
