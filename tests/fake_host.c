// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host of a fake GPU. Offsets and bits are those of HARDWARE.md 9 and 11 and of NVIDIA's
 * manuals, written out.
 */

#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/string.h>

#include "hw/chip.h"
#include "tests/fake_host.h"

#define FAKE_BLOCK(i)	(0x180000 + 0x10000 * (i))
#define FAKE_CHRAM(i)	(0x1a0000 + 0x10000 * (i))

static struct fake_store *fake_host_reg(const struct fake_host *host, u32 offset)
{
	for (u32 i = 0; i < host->nr_regs; i++) {
		if (host->regs[i].offset == offset)
			return (struct fake_store *)&host->regs[i];
	}

	return NULL;
}

u32 fake_host_get(const struct fake_host *host, u32 offset)
{
	const struct fake_store *reg = fake_host_reg(host, offset);

	return reg ? reg->value : 0;
}

void fake_host_set(struct fake_host *host, u32 offset, u32 value)
{
	struct fake_store *reg = fake_host_reg(host, offset);

	if (!reg && host->nr_regs < FAKE_HOST_REGS) {
		reg = &host->regs[host->nr_regs++];
		reg->offset = offset;
	}
	if (reg)
		reg->value = value;
	else
		host->fake->misuse++;
}

/* The second runlist: number 5 on Turing. */
void fake_host_regs(const struct fake_host *host, struct fake_host_regs *regs)
{
	u32 block = FAKE_BLOCK(1);

	if (!host->blocks)
		*regs = (struct fake_host_regs){
			.base = 0x2b50, .info = 0x2b5c, .preempt = 0x2634,
			.sched = 0x2630, .sched_bit = BIT(5), .status = 0x2640 + 8 * 7,
			.pbdma = 0x44000, .reset = 0x200, .reset_bit = BIT(9),
			.nonstall = 13, .error_vector = 136, .stall_vector = 197,
			.doorbell = 5 << 16,
		};
	else
		*regs = (struct fake_host_regs){
			.base = block + 0x080, .info = block + 0x08c,
			.preempt = block + (host->gb20x ? 0x014 : 0x098),
			.sched = block + 0x094, .sched_bit = BIT(0), .status = block + 0x240,
			.pbdma = 0x40800, .reset = 0x604, .reset_bit = BIT(3),
			.nonstall = 45, .error_vector = 71, .stall_vector = 201,
			.doorbell = 0x23 << 16 | (host->gb20x ? BIT(30) : 0),
		};
}

/* Engines that are none of ours stand between those that are. tu104 dev_top.ref.txt */
static void fake_host_init_turing(struct fake_host *host)
{
	static const u32 words[] = {
		/* Graphics: data, enum, type 0. */
		0x80400001, 0x80000000 | 0x3e, 0x00000003, 0,
		/* LCE 0 without a runlist. */
		0x80000001, 0x80000000 | 2 | 0x2c, 19 << 2 | 3,
		/* LCE 2: fault 17; engine 6, runlist 3, intr 4, reset 8. */
		0x80000000 | 2 << 26 | 17 << 3 | 4 | 1,
		0x80000000 | 6 << 26 | 3 << 21 | 4 << 15 | 8 << 9 | 0x3c | 2,
		19 << 2 | 3,
		/* LCE 3: fault 18; engine 7, runlist 5, intr 5, reset 9. In another order. */
		0x80000000 | 19 << 2 | 3, 0,
		0x80000000 | 7 << 26 | 5 << 21 | 5 << 15 | 9 << 9 | 0x3c | 2,
		3 << 26 | 18 << 3 | 4 | 1,
	};

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		fake_host_set(host, 0x22700 + 4 * i, words[i]);
	fake_host_set(host, 0xb66880, 192);
	fake_host_set(host, 0xb66884, 8);
	fake_host_set(host, 0x2004, 3);
	fake_host_set(host, 0x2008, 4096);
	fake_host_set(host, 0x2390, BIT(0));
	fake_host_set(host, 0x2394, BIT(3));
	fake_host_set(host, 0x2398, BIT(5));
}

/* OGKM blackwell/gb100/dev_top.h */
static void fake_host_init_blocks(struct fake_host *host)
{
	const u32 rows[] = {
		/* Graphics, of four rows. */
		0x80000000, 0xc0000000, 0x80000000 | FAKE_BLOCK(0), 0x00000123, 0,
		/* LCE 0 that is no engine of a runlist. */
		0x93000000, 0x80000000, 0,
		/* LCE 2 and 3: fault 17 and 18, reset 34 and 35, engine 0 and 1. */
		0x80000000 | 0x13 << 24 | 2 << 16 | 17, 0x80000000 | BIT(30) | 34,
		FAKE_BLOCK(0),
		0x80000000 | 0x13 << 24 | 3 << 16 | 18, 0x80000000 | BIT(30) | 35,
		FAKE_BLOCK(1) | 1,
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		fake_host_set(host, 0x22800 + 4 * i, rows[i]);
	fake_host_set(host, 0x224fc, ARRAY_SIZE(rows) << 20);
	for (u32 i = 0; i < 2; i++) {
		fake_host_set(host, 0x104424 + 0x80 * (i + 2), 0x80000000 | (44 + i));
		fake_host_set(host, 0x10442c + 0x80 * (i + 2), 0x80000000 | (200 + i));
		fake_host_set(host, FAKE_BLOCK(i) + 0x004, FAKE_CHRAM(i) | 11);
		fake_host_set(host, FAKE_BLOCK(i) + 0x008, (0x22 + i) << 16);
		fake_host_set(host, FAKE_BLOCK(i) + 0x010, 0x80000000 | (0x40000 + 0x800 * i));
		fake_host_set(host, FAKE_BLOCK(i) + 0x160, 0x80000000 | (70 + i));
	}
	fake_host_set(host, 0x604, ~0U);
}

/* Where ones clear: interrupts that were seen. */
static bool fake_host_clears(const struct fake_host *host, u32 offset)
{
	bool pbdma = offset >= 0x40000 && offset < 0x48000;

	if (pbdma && ((offset & 0x7ff) == 0x108 || (offset & 0x7ff) == 0x148))
		return true;
	/* INTR_STATUS of LCE 2 and 3. */
	if (offset == 0x104510 || offset == 0x104590)
		return true;
	if (host->blocks)
		return offset == FAKE_BLOCK(0) + 0x100 || offset == FAKE_BLOCK(1) + 0x100;

	return offset == 0x2100;
}

/* 0xb81000: leaves, and what enables them. Return: whether @offset is one of these. */
static bool fake_host_write_intr(struct fake_host *host, u32 offset, u32 value)
{
	u32 n = (offset & 0x1ff) / 4;

	if (offset >= 0xb81000 && offset < 0xb81200)
		fake_host_set(host, offset, fake_host_get(host, offset) & ~value);
	else if (offset >= 0xb81200 && offset < 0xb81400)
		fake_host_set(host, offset, fake_host_get(host, offset) | value);
	else if (offset >= 0xb81400 && offset < 0xb81600)
		fake_host_set(host, 0xb81200 + 4 * n,
			      fake_host_get(host, 0xb81200 + 4 * n) & ~value);
	else if (offset == 0xb81608)
		fake_host_set(host, 0xb81608, fake_host_get(host, 0xb81608) | value);
	else if (offset == 0xb81610)
		fake_host_set(host, 0xb81608, fake_host_get(host, 0xb81608) & ~value);
	else
		return false;

	return true;
}

static bool fake_host_is_preempt(const struct fake_host *host, u32 offset)
{
	u32 reg = host->gb20x ? 0x014 : 0x098;

	return host->blocks ? offset == FAKE_BLOCK(0) + reg || offset == FAKE_BLOCK(1) + reg :
			      offset == 0x2634;
}

static bool fake_host_is_info(const struct fake_host *host, u32 offset)
{
	return host->blocks ? offset == FAKE_BLOCK(0) + 0x8c || offset == FAKE_BLOCK(1) + 0x8c :
			      offset >= 0x2b00 && offset < 0x2c00 && offset % 16 == 12;
}

static bool fake_host_write(struct fake_gpu *fake, u32 offset, u32 value)
{
	struct fake_host *host = fake->host;
	struct fake_host_regs regs;

	fake_host_regs(host, &regs);
	/* The TLB, the window and BAR1 are not ours. */
	if (offset == 0x1700 || offset == 0x10fd40 || (offset >= 0xb830a0 && offset < 0xb830c0) ||
	    (offset >= 0xb80f00 && offset < 0xb81000))
		return false;

	if (host->nr_log < FAKE_HOST_LOG)
		host->log[host->nr_log++] = (struct fake_store){ offset, value };

	if (fake_host_write_intr(host, offset, value))
		return true;
	if (fake_host_clears(host, offset)) {
		fake_host_set(host, offset, fake_host_get(host, offset) & ~value);
		return true;
	}

	if (fake_host_is_preempt(host, offset))
		host->preempt_left = host->preempt_polls;
	if (fake_host_is_info(host, offset + 4)) {
		host->submit_left = host->submit_polls;
		/* What is submitted has to be in memory. */
		if (fake->dirty)
			fake->unordered++;
	}
	if (offset == regs.reset) {
		if (!(value & regs.reset_bit) && host->reset_stuck) {
			if (host->reset_stuck != FAKE_FOREVER)
				host->reset_stuck--;
			value |= regs.reset_bit;
		} else if (!(value & regs.reset_bit) && host->reset_ends_it) {
			host->preempt_left = 0;
			host->submit_left = 0;
		}
	}
	fake_host_set(host, offset, value);
	return true;
}

static bool fake_host_has_error(const struct fake_host *host)
{
	struct fake_host_regs regs;

	fake_host_regs(host, &regs);
	return fake_host_get(host, regs.pbdma + 0x108) || fake_host_get(host, regs.pbdma + 0x148);
}

static u32 fake_host_top(const struct fake_host *host)
{
	u32 top = 0;

	for (u32 i = 0; i < 16; i++) {
		if (fake_host_get(host, 0xb81000 + 4 * i) & fake_host_get(host, 0xb81200 + 4 * i))
			top |= BIT(i / 2);
	}

	return top;
}

static bool fake_host_read(struct fake_gpu *fake, u32 offset, u32 *value)
{
	struct fake_host *host = fake->host;

	if (offset < 0x1000 && offset != 0x200 && offset != 0x604)
		return false;
	if (offset == 0x1700 || offset == 0x10fd40 || (offset >= 0xb830a0 && offset < 0xb830c0) ||
	    (offset >= 0xb80f00 && offset < 0xb81000) || offset == 0x100ce0 ||
	    offset == 0x1183a4 || offset == 0x1fa824 || offset == 0x1fa828)
		return false;

	if (fake_host_is_preempt(host, offset)) {
		bool kept = host->error_keeps && fake_host_has_error(host);

		*value = host->preempt_left || kept ? BIT(20) : 0;
		if (host->preempt_left && host->preempt_left != FAKE_FOREVER)
			host->preempt_left--;
	} else if (fake_host_is_info(host, offset)) {
		*value = host->submit_left ? BIT(15) : 0;
		if (host->submit_left && host->submit_left != FAKE_FOREVER)
			host->submit_left--;
	} else if (offset == 0xb81600) {
		*value = fake_host_top(host);
	} else if (offset == 0xb8300c) {
		*value = host->fault_put;
	} else {
		*value = fake_host_get(host, offset);
	}
	return true;
}

struct fake_host *fake_host_create(struct kunit *test, struct fake_gpu *fake)
{
	struct fake_host *host = kunit_kzalloc(test, sizeof(*host), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, host);
	host->fake = fake;
	host->blocks = fake->chip->chipset >= 0x170;
	host->gb20x = fake->chip->chipset >= 0x1b0;
	if (host->blocks)
		fake_host_init_blocks(host);
	else
		fake_host_init_turing(host);
	fake_host_set(host, 0x200, ~0U);
	/* Notify 132, error 133. */
	fake_host_set(host, 0x100ee4, 132 << 16 | 133);

	fake->host_read = fake_host_read;
	fake->host_write = fake_host_write;
	fake->host = host;
	return host;
}

void fake_host_begin(struct fake_host *host)
{
	host->nr_log = 0;
	fake_begin(host->fake);
}

/* Where in the log, from entry @from on, @offset was stored to; -1: nowhere. */
int fake_host_find(const struct fake_host *host, u32 offset, int from)
{
	for (int i = from; from >= 0 && i < host->nr_log; i++) {
		if (host->log[i].offset == offset)
			return i;
	}

	return -1;
}

/* What the interrupt line does, if @vector is enabled. */
void fake_host_interrupt(struct cnova_host *host, struct fake_host *fake, u32 vector)
{
	u32 leaf = 0xb81000 + 4 * (vector / 32);

	fake_host_set(fake, leaf, fake_host_get(fake, leaf) | BIT(vector % 32));
	if (!(fake_host_top(fake) & fake_host_get(fake, 0xb81608)))
		return;

	if (cnova_host_hard_irq(host->irq, host) == IRQ_WAKE_THREAD)
		cnova_host_irq_thread(host->irq, host);
}
