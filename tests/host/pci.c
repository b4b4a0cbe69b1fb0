// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only user space can try of mm/ and hw/: a BAR that is plain memory, and what warns.
 */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "mm/pramin.h"
#include "tests/fake_io.h"

/* Loads and stores of each width, and nothing beside them. */
static void pci_every_width(struct kunit *test)
{
	u8 *bar = kunit_kzalloc(test, 64, GFP_KERNEL);
	struct cnova_io io;

	cnova_io_init_pci(&io, bar, 64);
	memset(bar, 0xee, 64);
	cnova_aperture_wr(&io, 8, 0x1122334455667788ULL, 8);
	cnova_aperture_wr(&io, 20, 0x1122334455667788ULL, 4);
	cnova_aperture_wr(&io, 26, 0x1122334455667788ULL, 2);
	cnova_aperture_wr(&io, 29, 0x1122334455667788ULL, 1);
	cnova_wr32(&io, 36, 0xcafef00d);
	KUNIT_EXPECT_MEMEQ(test, bar, "\xee\xee\xee\xee\xee\xee\xee\xee"
			   "\x88\x77\x66\x55\x44\x33\x22\x11"
			   "\xee\xee\xee\xee\x88\x77\x66\x55"
			   "\xee\xee\x88\x77\xee\x88\xee\xee"
			   "\xee\xee\xee\xee\x0d\xf0\xfe\xca\xee", 41);

	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(&io, 8, 8), 0x1122334455667788ULL);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(&io, 12, 4), 0x11223344);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(&io, 14, 2), 0x1122);
	KUNIT_EXPECT_EQ(test, cnova_aperture_rd(&io, 15, 1), 0x11);
	KUNIT_EXPECT_EQ(test, cnova_rd32(&io, 36), 0xcafef00d);
	KUNIT_EXPECT_EQ(test, cnova_poll32(&io, 8), 0x55667788);

	/* Gone: the BAR is not touched any more. */
	cnova_io_gone(&io);
	cnova_wr32(&io, 36, 0);
	KUNIT_EXPECT_EQ(test, cnova_rd32(&io, 36), ~0U);
	KUNIT_EXPECT_EQ(test, bar[36], 0x0d);
}

/* An access that makes no sense is refused loudly, and reaches nothing. */
static void pramin_refuses_nonsense(struct kunit *test)
{
	const struct cnova_chip *chip = cnova_chip_at(0);
	struct fake_gpu *fake = fake_create(test, chip);
	struct cnova_pramin_cursor cursor;
	struct cnova_pramin pramin;

	KUNIT_ASSERT_EQ(test, cnova_pramin_init(&pramin, fake->dev, &fake->io, chip->window,
						SZ_2M), 0);
	fake_begin(fake);
	cnova_pramin_begin(&pramin, &cursor);
	KUNIT_EXPECT_EQ(test, cnova_pramin_rd64(&cursor, cnova_vram_addr(SZ_2M)), ~0ULL);
	cnova_pramin_wr64(&cursor, cnova_vram_addr(SZ_2M), 0);
	cnova_pramin_wr8(&cursor, cnova_vram_addr(SZ_4M), 0);
	cnova_pramin_wr64(&cursor, cnova_vram_addr(4), 0);
	cnova_pramin_wr32(&cursor, cnova_vram_addr(2), 0);
	cnova_pramin_wr16(&cursor, cnova_vram_addr(1), 0);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_total(fake), 0);
	KUNIT_EXPECT_EQ(test, host_nr_warnings, 6);
	host_nr_warnings = 0;

	cnova_pramin_wr64(&cursor, cnova_vram_addr(SZ_2M - 8), 5);
	cnova_pramin_end(&cursor);
	KUNIT_EXPECT_EQ(test, fake_word(fake, SZ_2M - 8), 5);
	cnova_pramin_fini(&pramin);
	fake_check(test, fake);
}

static struct kunit_case host_cases[] = {
	KUNIT_CASE(pci_every_width),
	KUNIT_CASE(pramin_refuses_nonsense),
	{}
};

static struct kunit_suite host_suite = {
	.name = "host",
	.test_cases = host_cases,
};

kunit_test_suite(host_suite);
