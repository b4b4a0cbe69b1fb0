// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GPU for tests of mm/. Deliberately simple; it has nothing of sim/.
 *
 * Offsets and bits are those of HARDWARE.md, written out: a test must not take them
 * from what it tests.
 *
 * Locking: none. The driver serialises the window and the TLB registers, which is
 * what some of the tests are about.
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "hw/chip.h"
#include "tests/fake_io.h"

#define FAKE_PRAMIN		0x700000
#define FAKE_PRAMIN_SIZE	0x100000

#define FAKE_TRIGGER_BIT	BIT(31)

/* Turing, Ampere and Ada have format v2 and the older registers, Hopper sorts before Ada. */
bool fake_is_v3(const struct cnova_chip *chip)
{
	return chip->chipset >> 4 == 0x18 || chip->chipset >> 4 >= 0x1a;
}

/* HARDWARE.md 5, 1.1: integrated Blackwell. */
static bool fake_is_soc(const struct cnova_chip *chip)
{
	return chip->chipset == 0x1ab || chip->chipset == 0x1bb || chip->chipset == 0x1bc;
}

/* HARDWARE.md 1.1: log2 of its size. */
u8 fake_largest_leaf(const struct cnova_chip *chip)
{
	if (chip->chipset < 0x170 || fake_is_soc(chip))
		return 21;

	return chip->chipset >= 0x1a0 ? 38 : 29;
}

/* HARDWARE.md 8.1: Turing and GA100. */
static bool fake_has_range(const struct cnova_chip *chip)
{
	return chip->chipset <= 0x170;
}

/* HARDWARE.md 5: bits of the window register. */
static u32 fake_window_mask(const struct cnova_chip *chip)
{
	if (!fake_is_v3(chip))
		return 0x3ffffff;
	if (fake_is_soc(chip))
		return 0x1ffffff;

	return chip->chipset == 0x180 ? 0x3fffff : 0x7fffff;
}

static u32 fake_poll(struct fake_gpu *fake)
{
	const struct fake_tlb_script *tlb = &fake->tlb;
	u32 nr = ++fake->polls;

	fake->counts[FAKE_POLL]++;
	if (nr == 1 && tlb->stall_us)
		fsleep(tlb->stall_us);
	if (nr == tlb->gone)
		fake->gone = true;
	if (fake->gone || nr <= tlb->ones)
		return ~0U;

	return tlb->busy == FAKE_FOREVER || nr <= tlb->busy ? FAKE_TRIGGER_BIT : 0;
}

/* HARDWARE.md 7.1: bit 0 pending, bit 1 outstanding, in either variant. */
static u32 fake_bar1_status(struct fake_gpu *fake)
{
	fake->counts[FAKE_BAR1_POLL]++;
	if (fake->counts[FAKE_BAR1_POLL] == fake->bar1_leave)
		fake->gone = true;
	fake->bar1_polls++;
	if (fake->gone || fake->bar1_polls <= fake->bar1_ones)
		return ~0U;
	return fake->bar1_polls <= fake->bar1_busy ? 2 : 0;
}

/* Which registers bind BAR1, and in what order; returns whether @offset is one. */
static bool fake_bar1_bind(struct fake_gpu *fake, u32 offset)
{
	bool v3 = fake_is_v3(fake->chip);

	if (offset != 0xb80f40 && offset != 0xb80f60 && offset != 0xb80f64)
		return false;

	/* While a bind is outstanding there is none. */
	fake->misuse += v3 == (offset == 0xb80f40) || fake->bar1_polls < fake->bar1_busy;
	/* What starts it. */
	if (offset != 0xb80f60) {
		if (fake->dirty)
			fake->unordered++;
		fake->bar1_polls = 0;
	}
	return true;
}

static u32 fake_reg_read(struct fake_gpu *fake, u32 offset)
{
	u32 value;

	if (fake->host_read && fake->host_read(fake, offset, &value)) {
		fake->counts[FAKE_HOST_RD]++;
		return value;
	}

	switch (offset) {
	case 0x000000:
		fake->counts[FAKE_BOOT_0]++;
		return (u32)fake->chip->chipset << 20 | 0xa1;
	case 0xb830b0:
		return fake_poll(fake);
	case 0xb80f50:
	case 0xb80f60:
		if (offset == (fake_is_v3(fake->chip) ? 0xb80f60 : 0xb80f50))
			return fake_bar1_status(fake);
		break;
	}

	fake->counts[FAKE_REG_RD]++;
	switch (offset) {
	case 0x000a00:
		return fake->boot_42;
	case 0x1fa824:
		return fake->wpr2_lo;
	case 0x1fa828:
		return fake->wpr2_hi;
	}

	if (offset == (fake_has_range(fake->chip) ? 0x100ce0 : 0x1183a4))
		return offset == 0x100ce0 ? fake->vram_range : fake->vram_mib;

	if (offset == fake->window_reg)
		return fake->window;

	fake->misuse++;
	return 0xbad00000;
}

static void fake_trigger(struct fake_gpu *fake)
{
	fake->counts[FAKE_TRIGGER]++;
	if (fake->tlb.busy > fake->polls)
		fake->misuse++;
	if (fake->dirty || fake->bar1_dirty)
		fake->unordered++;

	fake->tlb = fake->tlb_next;
	fake->polls = 0;
}

static void fake_reg_write(struct fake_gpu *fake, u32 offset, u32 value)
{
	if (fake->host_write && fake->host_write(fake, offset, value)) {
		fake->counts[FAKE_HOST_WR]++;
		return;
	}

	if (fake->nr_log < FAKE_LOG)
		fake->log[fake->nr_log] = (struct fake_store){ offset, value };
	fake->nr_log++;

	if (offset == 0xb830b0) {
		fake_trigger(fake);
	} else if (offset == fake->window_reg) {
		fake->counts[FAKE_MOVE]++;
		if (value & ~fake_window_mask(fake->chip))
			fake->misuse++;
		if (!fake->window_stuck)
			fake->window = value;
	} else {
		fake->counts[FAKE_REG_WR]++;
		if (offset != 0xb830a0 && offset != 0xb830a4 && !fake_bar1_bind(fake, offset))
			fake->misuse++;
	}
}

/* The byte of VRAM that an access in the aperture means, or NULL. */
static u8 *fake_aperture(struct fake_gpu *fake, u32 offset)
{
	u64 base = (u64)fake->window << 16;

	if (fake->hook)
		fake->hook(fake);

	/* Bits 25:24 of the older register are the target; 0 is VRAM. */
	if (fake->window_reg == 0x1700 && fake->window >> 24)
		fake->misuse++;

	base += offset - FAKE_PRAMIN;
	if (base < fake->vram_base || base - fake->vram_base >= FAKE_VRAM_SIZE) {
		fake->beyond++;
		return NULL;
	}

	return fake->vram + (base - fake->vram_base);
}

static bool fake_is_aperture(u32 offset)
{
	return offset >= FAKE_PRAMIN && offset < FAKE_PRAMIN + FAKE_PRAMIN_SIZE;
}

static u64 fake_read(void *priv, u32 offset, unsigned int width)
{
	struct fake_gpu *fake = priv;
	u64 value = ~0ULL;
	u8 *byte;

	if (offset % width)
		fake->misuse++;

	if (fake_is_aperture(offset)) {
		fake->counts[FAKE_RD]++;
		byte = fake_aperture(fake, offset);
		fake->dirty = false;
		if (byte && !fake->gone) {
			value = 0;
			memcpy(&value, byte, width);
		}
	} else {
		if (width != sizeof(u32))
			fake->misuse++;
		value = fake_reg_read(fake, offset);
	}

	if (fake->gone)
		value = ~0ULL;
	return width == sizeof(u64) ? value : value & (BIT_ULL(8 * width) - 1);
}

static void fake_write(void *priv, u32 offset, u64 value, unsigned int width)
{
	struct fake_gpu *fake = priv;
	u8 *byte;

	if (offset % width)
		fake->misuse++;

	if (!fake_is_aperture(offset)) {
		if (width != sizeof(u32))
			fake->misuse++;
		fake_reg_write(fake, offset, value);
		return;
	}

	fake->counts[width == sizeof(u64) ? FAKE_WR64 : FAKE_WR]++;
	byte = fake_aperture(fake, offset);
	fake->dirty = true;
	if (fake->bar1_dirty)
		fake->unordered++;
	if (!byte)
		return;
	fake->page_stores[(byte - fake->vram) / SZ_4K]++;
	memcpy(byte, &value, width);
}

/* The bytes that BAR1 shows at @offset, or NULL. */
static u8 *fake_bar1(struct fake_gpu *fake, u64 offset, u64 size)
{
	u64 pa = fake->bar1_show ? fake->bar1_show(fake, offset) : fake->bar1_pa + offset;

	if (offset % sizeof(u32) || pa > FAKE_VRAM_SIZE || size > FAKE_VRAM_SIZE - pa) {
		fake->beyond++;
		return NULL;
	}

	return fake->vram + pa;
}

static void fake_bar1_write(void *priv, u64 offset, const void *src, u64 size)
{
	struct fake_gpu *fake = priv;
	u8 *byte = fake_bar1(fake, offset, size);

	/* The order between the two apertures is nobody's. */
	if (fake->dirty)
		fake->unordered++;
	fake->counts[FAKE_BAR1_WR64] += size / sizeof(u64);
	fake->bar1_dirty = true;
	if (byte)
		memcpy(byte, src, size);
}

static void fake_bar1_read(void *priv, u64 offset, void *dst, u64 size)
{
	struct fake_gpu *fake = priv;
	u8 *byte = fake_bar1(fake, offset, size);

	if (size == sizeof(u32))
		fake->counts[FAKE_BAR1_RD]++;
	else
		fake->counts[FAKE_BAR1_BYTES] += size;
	fake->bar1_dirty = false;
	if (fake->gone)
		memset(dst, 0xff, size);
	else if (byte)
		memcpy(dst, byte, size);
}

/* All of it is there. */
static int fake_populate(void *priv, u64 pa, u64 size)
{
	return 0;
}

/* The GPU may reach everything. */
static int fake_grant(void *priv, u64 bus, struct page *page, u32 nr_pages)
{
	return 0;
}

static const struct cnova_io_ops fake_ops = {
	.read = fake_read,
	.write = fake_write,
	.vram_populate = fake_populate,
	.dma_grant = fake_grant,
	.bar1_read = fake_bar1_read,
	.bar1_write = fake_bar1_write,
};

KUNIT_DEFINE_ACTION_WRAPPER(fake_kvfree, kvfree, const void *);

/* A GPU of that chip. Goes with the test. */
struct fake_gpu *fake_create(struct kunit *test, const struct cnova_chip *chip)
{
	struct fake_gpu *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	struct cnova_io_platform_data data = { .ops = &fake_ops, .priv = fake };

	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->vram = kvmalloc(FAKE_VRAM_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake->vram);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_kvfree, fake->vram), 0);
	memset(fake->vram, FAKE_POISON, FAKE_VRAM_SIZE);

	fake->dev = kunit_device_register(test, "cnova_fake");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fake->dev);

	fake->chip = chip;
	/* Where there is a target, on one that the driver never uses. */
	fake->boot_window = 0x02000021 & fake_window_mask(chip);
	fake->window = fake->boot_window;
	fake->window_reg = fake_is_v3(chip) ? 0x10fd40 : 0x001700;
	fake->boot_42 = (u32)chip->chipset << 20 | 0xa1000;
	/* Magnitude 4, scale 0: MiB. Nothing is protected. */
	fake->vram_range = 4 << 4;
	fake->vram_mib = FAKE_VRAM_SIZE / SZ_1M;
	cnova_io_init_platform(&fake->io, &data);
	return fake;
}

/*
 * At the end of a test: nothing illegal was done, and the driver counted as we did.
 * DESIGN 3: a counting wrapper is always compiled.
 */
void fake_check(struct kunit *test, struct fake_gpu *fake)
{
	const u32 *n = fake->counts;

	KUNIT_EXPECT_EQ(test, fake->misuse, 0);
	KUNIT_EXPECT_EQ(test, fake->beyond, 0);
	/* [16] */
	KUNIT_EXPECT_EQ(test, fake->unordered, 0);

	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_WR32),
			n[FAKE_REG_WR] + n[FAKE_MOVE] + n[FAKE_TRIGGER] + n[FAKE_HOST_WR]);
	/* Which of the host's loads poll is not ours to say. */
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_RD32) +
			cnova_io_count(&fake->io, CNOVA_IO_POLL),
			n[FAKE_REG_RD] + n[FAKE_POLL] + n[FAKE_BOOT_0] + n[FAKE_BAR1_POLL] +
			n[FAKE_HOST_RD]);
	if (!fake->host_read)
		KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_RD32), n[FAKE_REG_RD]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_BAR1_WR64), n[FAKE_BAR1_WR64]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_BAR1_RD), n[FAKE_BAR1_RD]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_BAR1_BYTES), n[FAKE_BAR1_BYTES]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_PRAMIN_WR64), n[FAKE_WR64]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_PRAMIN_WR), n[FAKE_WR]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_PRAMIN_RD), n[FAKE_RD]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_WINDOW_MOVE), n[FAKE_MOVE]);
	KUNIT_EXPECT_EQ(test, cnova_io_count(&fake->io, CNOVA_IO_INVALIDATE), n[FAKE_TRIGGER]);
}

/* Count from here on. */
void fake_begin(struct fake_gpu *fake)
{
	memcpy(fake->counts_begin, fake->counts, sizeof(fake->counts));
	memset(fake->page_stores, 0, sizeof(fake->page_stores));
	fake->nr_log = 0;
}

/* How many since fake_begin(). */
u32 fake_count(const struct fake_gpu *fake, enum fake_count which)
{
	return fake->counts[which] - fake->counts_begin[which];
}

/* How many accesses of any kind since fake_begin(). */
u32 fake_total(const struct fake_gpu *fake)
{
	u32 total = 0;

	for (u32 i = 0; i < FAKE_NR_COUNTS; i++)
		total += fake_count(fake, i);
	return total;
}

/* The word at @pa, which counts as no access. */
u64 fake_word(const struct fake_gpu *fake, u64 pa)
{
	return get_unaligned_le64(fake->vram + (pa - fake->vram_base));
}

/* Parameters: all chips of the table. */
const void *fake_gen_chips(struct kunit *test, const void *prev, char *desc)
{
	const struct cnova_chip *chip;
	bool found = !prev;

	for (u32 i = 0; (chip = cnova_chip_at(i)); i++) {
		if (found) {
			strscpy(desc, chip->name, KUNIT_PARAM_DESC_SIZE);
			return chip;
		}
		found = chip == prev;
	}

	return NULL;
}
