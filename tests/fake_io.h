/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GPU for tests of mm/: memory, a window, TLB registers that do what a test wants,
 * and a count of every access. It walks no page tables.
 */
#ifndef _CNOVA_TESTS_FAKE_IO_H_
#define _CNOVA_TESTS_FAKE_IO_H_

#include <linux/sizes.h>
#include <linux/types.h>

#include "hw/access.h"

struct cnova_chip;
struct kunit;

/* Bytes of VRAM: four positions of the window. */
#define FAKE_VRAM_SIZE	SZ_4M
#define FAKE_NR_PAGES	(FAKE_VRAM_SIZE / SZ_4K)

/* Register stores that are remembered. */
#define FAKE_LOG	16

/* What VRAM holds that nobody wrote. */
#define FAKE_POISON	0xa5

#define FAKE_FOREVER	U32_MAX

/* What is counted. */
enum fake_count {
	FAKE_REG_RD,	/* register loads that are none of these: */
	FAKE_BOOT_0,
	FAKE_POLL,	/* loads of INVALIDATE */
	FAKE_REG_WR,	/* register stores that are none of these: */
	FAKE_MOVE,	/* stores to the window register */
	FAKE_TRIGGER,	/* stores to INVALIDATE */
	FAKE_RD,	/* aperture loads */
	FAKE_WR64,	/* aperture stores of 64 bits */
	FAKE_WR,	/* narrower ones */
	FAKE_BAR1_POLL,	/* loads of the bind status */
	FAKE_BAR1_WR64,	/* 64-bit words stored to BAR1 */
	FAKE_BAR1_RD,	/* loads of 32 bits from BAR1: what orders */
	FAKE_BAR1_BYTES,	/* of other loads from BAR1 */
	FAKE_HOST_RD,	/* register loads that fake_gpu.host answered */
	FAKE_HOST_WR,	/* register stores that it took */
	FAKE_NR_COUNTS
};

/* How INVALIDATE reads, load by load. All 0: idle. */
struct fake_tlb_script {
	u32 busy;	/* loads with TRIGGER set; FAKE_FOREVER: stuck */
	u32 ones;	/* loads that are all-ones, the device being there */
	u32 gone;	/* the n-th load finds no device; 0: none does */
	u32 stall_us;	/* the first load takes so long */
};

/* A store to a register, in the log. */
struct fake_store {
	u32 offset;
	u32 value;
};

struct fake_gpu {
	struct cnova_io io;
	const struct cnova_chip *chip;
	struct device *dev;

	u8 *vram;
	u64 vram_base;	/* address of vram[0]; 0 unless a test changes it */
	u32 window;
	u32 window_reg;
	bool gone;

	/* Where the firmware left the window. */
	u32 boot_window;
	/* What registers read as; set for @chip, and a test may change them. */
	u32 boot_42;
	u32 vram_range;
	u32 vram_mib;
	u32 wpr2_lo;
	u32 wpr2_hi;

	/* Offset 0 of BAR1 shows this address, and so on: there is no page table. */
	u64 bar1_pa;
	/* Or what this says, if it is set. */
	u64 (*bar1_show)(struct fake_gpu *fake, u64 offset);
	bool bar1_dirty;	/* stored to BAR1, not loaded since */
	u32 bar1_busy;		/* loads of the bind status that say it is not done */
	u32 bar1_ones;		/* of these, so many are all-ones, the device being there */
	u32 bar1_leave;		/* the n-th of all finds no device; 0: none does */
	u32 bar1_polls;

	/* What INVALIDATE does now, since how many loads, and from the next trigger on. */
	struct fake_tlb_script tlb;
	struct fake_tlb_script tlb_next;
	u32 polls;

	/* More registers: return whether @offset is one. See tests/fake_host.h. */
	bool (*host_read)(struct fake_gpu *fake, u32 offset, u32 *value);
	bool (*host_write)(struct fake_gpu *fake, u32 offset, u32 value);
	void *host;

	bool window_stuck;	/* its register keeps what it has */
	/* Called before each access to the aperture; may sleep. */
	void (*hook)(struct fake_gpu *fake);
	void *hook_arg;

	/* See fake_count(), fake_begin(). */
	u32 counts[FAKE_NR_COUNTS];
	u32 counts_begin[FAKE_NR_COUNTS];
	u32 page_stores[FAKE_NR_PAGES];
	struct fake_store log[FAKE_LOG];
	u32 nr_log;

	/* What no driver may do; fake_check() wants all of them 0. */
	bool dirty;	/* stored to the aperture, not loaded since */
	u32 unordered;	/* triggers with unordered stores */
	u32 beyond;	/* accesses beyond VRAM */
	u32 misuse;	/* unknown registers, wrong widths, trigger while busy */
};

const void *fake_gen_chips(struct kunit *test, const void *prev, char *desc);
bool fake_is_v3(const struct cnova_chip *chip);
u8 fake_largest_leaf(const struct cnova_chip *chip);

struct fake_gpu *fake_create(struct kunit *test, const struct cnova_chip *chip);
void fake_check(struct kunit *test, struct fake_gpu *fake);

void fake_begin(struct fake_gpu *fake);
u32 fake_count(const struct fake_gpu *fake, enum fake_count which);
u32 fake_total(const struct fake_gpu *fake);
u64 fake_word(const struct fake_gpu *fake, u64 pa);

#endif /* _CNOVA_TESTS_FAKE_IO_H_ */
