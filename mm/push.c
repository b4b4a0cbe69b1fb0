// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Pushes
 *
 * What the driver itself has a channel execute, and the entries of a ring that point at
 * segments, its own and the user's (HARDWARE.md 11.3 to 11.6; OGKM clc46f.h to clca6f.h,
 * clc5b5.h to clcab5.h).
 *
 * An entry has 40 bits of the address. From Hopper on a control entry carries the bits
 * above them for all segments that follow; what a segment does that crosses such a border,
 * or that ends where the address space ends, no source says: both are refused.
 *
 * Locking: none. Builds in user space too.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hw/chip.h"
#include "mm/push.h"

/* HARDWARE.md 11.3 */
#define CNOVA_GP_ENTRY_ADDRESS		GENMASK_ULL(39, 2)
#define CNOVA_GP_ENTRY_LENGTH		GENMASK_ULL(62, 42)
#define CNOVA_GP_ENTRY_SYNC		BIT_ULL(63)
#define CNOVA_GP_ENTRY_OPCODE		GENMASK_ULL(39, 32)
#define   CNOVA_GP_OPCODE_EXTENDED_BASE	4
#define CNOVA_GP_ENTRY_EXTENDED_BASE	GENMASK_ULL(24, 8)
#define CNOVA_GP_BASE_SHIFT		40

/* HARDWARE.md 11.4 */
#define CNOVA_METHOD_ADDRESS		GENMASK(11, 0)
#define CNOVA_METHOD_SUBCHANNEL		GENMASK(15, 13)
#define CNOVA_METHOD_COUNT		GENMASK(28, 16)
#define CNOVA_METHOD_OPCODE		GENMASK(31, 29)
#define   CNOVA_METHOD_INC		1

#define CNOVA_HOST_SET_OBJECT		0x000
#define CNOVA_HOST_NON_STALL_INTERRUPT	0x020
#define CNOVA_HOST_SEM_ADDR_LO		0x05c
#define   CNOVA_SEM_EXECUTE_RELEASE	1
#define   CNOVA_SEM_EXECUTE_RELEASE_WFI	BIT(20)
#define   CNOVA_SEM_EXECUTE_PAYLOAD_64	BIT(24)

/* HARDWARE.md 11.6 */
#define CNOVA_CE_SET_SRC_PHYS_MODE	0x260
#define CNOVA_CE_SET_DST_PHYS_MODE	0x264
#define CNOVA_CE_LAUNCH_DMA		0x300
#define   CNOVA_CE_NON_PIPELINED	2
#define   CNOVA_CE_FLUSH		BIT(2)
#define   CNOVA_CE_SRC_PITCH		BIT(7)
#define   CNOVA_CE_DST_PITCH		BIT(8)
#define   CNOVA_CE_REMAP		BIT(10)
#define   CNOVA_CE_SRC_PHYSICAL		BIT(12)
#define   CNOVA_CE_DST_PHYSICAL		BIT(13)
#define CNOVA_CE_OFFSET_IN_UPPER	0x400
#define CNOVA_CE_OFFSET_OUT_UPPER	0x408
#define CNOVA_CE_LINE_LENGTH_IN		0x418
#define CNOVA_CE_SET_REMAP_CONST_A	0x700
#define   CNOVA_CE_REMAP_X_CONST_A	4
#define   CNOVA_CE_REMAP_SIZE_4		FIELD_PREP(GENMASK(17, 16), 3)

#define CNOVA_CE_LAUNCH							\
	(CNOVA_CE_NON_PIPELINED | CNOVA_CE_FLUSH | CNOVA_CE_SRC_PITCH |	\
	 CNOVA_CE_DST_PITCH | CNOVA_CE_DST_PHYSICAL)

/**
 * cnova_push_reaches() - Can an entry of a ring say where this is?
 * @chip: Chip.
 * @va: First byte of a segment.
 * @size: Bytes.
 *
 * Context: Any.
 * Return: false: no; see the note on pushes.
 */
bool cnova_push_reaches(const struct cnova_chip *chip, struct cnova_gpu_va va, u64 size)
{
	u64 end = va.raw + size;

	if (end < va.raw || end >= BIT_ULL(chip->host->va_bits))
		return false;

	return va.raw >> CNOVA_GP_BASE_SHIFT == end >> CNOVA_GP_BASE_SHIFT;
}

/**
 * cnova_push_segment() - Make the entries of a segment.
 * @chip: Chip.
 * @entries: Set to them, at most %CNOVA_PUSH_MAX_ENTRIES.
 * @base: What the entry before left behind: %CNOVA_PUSH_NO_BASE at the start of what is
 *	pushed at once. Updated.
 * @va: First byte, a multiple of 4; cnova_push_reaches() it.
 * @dwords: Words, not 0, at most %CNOVA_PUSH_MAX_DWORDS.
 * @sync: Fetch it only when the one before has been consumed.
 *
 * Context: Any.
 * Return: How many entries.
 */
u32 cnova_push_segment(const struct cnova_chip *chip, u64 *entries, u64 *base,
		       struct cnova_gpu_va va, u32 dwords, bool sync)
{
	u64 upper = va.raw >> CNOVA_GP_BASE_SHIFT;
	u32 nr = 0;

	if (chip->host->has_base && upper != *base) {
		entries[nr++] = FIELD_PREP(CNOVA_GP_ENTRY_OPCODE, CNOVA_GP_OPCODE_EXTENDED_BASE) |
				FIELD_PREP(CNOVA_GP_ENTRY_EXTENDED_BASE, upper);
		*base = upper;
	}

	entries[nr++] = (va.raw & CNOVA_GP_ENTRY_ADDRESS) |
			FIELD_PREP(CNOVA_GP_ENTRY_LENGTH, dwords) |
			(sync ? CNOVA_GP_ENTRY_SYNC : 0);
	return nr;
}

/**
 * cnova_push_begin() - Begin to write a segment.
 * @push: To be initialised.
 * @words: Where to.
 * @max: Words that fit.
 *
 * Context: Any.
 */
void cnova_push_begin(struct cnova_push *push, void *words, u32 max)
{
	*push = (struct cnova_push){ .words = words, .max = max };
}

/**
 * cnova_push_methods() - Write data to consecutive methods.
 * @push: Segment.
 * @subchannel: Subchannel; methods below 0x100 are the host's on each.
 * @method: First method, a multiple of 4.
 * @data: Data.
 * @nr: How many. That they fit, with a header, is up to the caller.
 *
 * Context: Any.
 */
void cnova_push_methods(struct cnova_push *push, u32 subchannel, u32 method,
			const u32 *data, u32 nr)
{
	if (WARN_ON_ONCE(push->nr + 1 + nr > push->max))
		return;

	push->words[push->nr++] = FIELD_PREP(CNOVA_METHOD_OPCODE, CNOVA_METHOD_INC) |
				  FIELD_PREP(CNOVA_METHOD_COUNT, nr) |
				  FIELD_PREP(CNOVA_METHOD_SUBCHANNEL, subchannel) |
				  FIELD_PREP(CNOVA_METHOD_ADDRESS, method / 4);
	memcpy(push->words + push->nr, data, nr * sizeof(*data));
	push->nr += nr;
}

/**
 * cnova_push_object() - Have a subchannel talk to a class.
 * @push: Segment, 2 words left.
 * @subchannel: Subchannel, 0 to 4.
 * @class: Class, as in 0xc5b5.
 *
 * Context: Any.
 */
void cnova_push_object(struct cnova_push *push, u32 subchannel, u32 class)
{
	cnova_push_methods(push, subchannel, CNOVA_HOST_SET_OBJECT, &class, 1);
}

/**
 * cnova_push_fence() - Store a number when all before it is done, and interrupt.
 * @push: Segment, %CNOVA_PUSH_FENCE_DWORDS words left.
 * @va: Where to, a multiple of 8.
 * @payload: The number.
 *
 * It waits for the engine to be idle and what it wrote to be in memory (RELEASE_WFI).
 *
 * Context: Any.
 */
void cnova_push_fence(struct cnova_push *push, struct cnova_gpu_va va, u64 payload)
{
	const u32 semaphore[] = {
		lower_32_bits(va.raw), upper_32_bits(va.raw),
		lower_32_bits(payload), upper_32_bits(payload),
		CNOVA_SEM_EXECUTE_RELEASE | CNOVA_SEM_EXECUTE_RELEASE_WFI |
		CNOVA_SEM_EXECUTE_PAYLOAD_64,
	};
	const u32 zero = 0;

	cnova_push_methods(push, 0, CNOVA_HOST_SEM_ADDR_LO, semaphore, ARRAY_SIZE(semaphore));
	cnova_push_methods(push, 0, CNOVA_HOST_NON_STALL_INTERRUPT, &zero, 1);
}

/* SET_*_PHYS_MODE: 0 local, 1 coherent. */
static u32 cnova_push_phys_mode(const struct cnova_push_place *place)
{
	return place->target == CNOVA_PUSH_SYSTEM;
}

/**
 * cnova_push_copy() - Copy, by physical addresses.
 * @push: Segment of a privileged channel, %CNOVA_PUSH_COPY_DWORDS words left.
 * @subchannel: Where the copy engine is.
 * @dst: Where to.
 * @src: Where from.
 * @size: Bytes, not 0.
 *
 * Context: Any.
 */
void cnova_push_copy(struct cnova_push *push, u32 subchannel, const struct cnova_push_place *dst,
		     const struct cnova_push_place *src, u32 size)
{
	const u32 modes[] = { cnova_push_phys_mode(src), cnova_push_phys_mode(dst) };
	const u32 places[] = {
		upper_32_bits(src->address), lower_32_bits(src->address),
		upper_32_bits(dst->address), lower_32_bits(dst->address),
	};
	const u32 lines[] = { size, 1 };
	const u32 launch = CNOVA_CE_LAUNCH | CNOVA_CE_SRC_PHYSICAL;

	cnova_push_methods(push, subchannel, CNOVA_CE_SET_SRC_PHYS_MODE, modes, ARRAY_SIZE(modes));
	cnova_push_methods(push, subchannel, CNOVA_CE_OFFSET_IN_UPPER, places, ARRAY_SIZE(places));
	cnova_push_methods(push, subchannel, CNOVA_CE_LINE_LENGTH_IN, lines, ARRAY_SIZE(lines));
	cnova_push_methods(push, subchannel, CNOVA_CE_LAUNCH_DMA, &launch, 1);
}

/**
 * cnova_push_clear() - Store zeros, by a physical address.
 * @push: Segment of a privileged channel, %CNOVA_PUSH_CLEAR_DWORDS words left.
 * @subchannel: Where the copy engine is.
 * @dst: Where to, a multiple of 4.
 * @size: Bytes, not 0, a multiple of 4.
 *
 * Context: Any.
 */
void cnova_push_clear(struct cnova_push *push, u32 subchannel,
		      const struct cnova_push_place *dst, u32 size)
{
	const u32 remap[] = { 0, 0, CNOVA_CE_REMAP_X_CONST_A | CNOVA_CE_REMAP_SIZE_4 };
	const u32 place[] = { upper_32_bits(dst->address), lower_32_bits(dst->address) };
	const u32 lines[] = { size / 4, 1 };
	const u32 launch = CNOVA_CE_LAUNCH | CNOVA_CE_REMAP;
	const u32 mode = cnova_push_phys_mode(dst);

	cnova_push_methods(push, subchannel, CNOVA_CE_SET_DST_PHYS_MODE, &mode, 1);
	cnova_push_methods(push, subchannel, CNOVA_CE_OFFSET_OUT_UPPER, place, ARRAY_SIZE(place));
	cnova_push_methods(push, subchannel, CNOVA_CE_SET_REMAP_CONST_A, remap, ARRAY_SIZE(remap));
	cnova_push_methods(push, subchannel, CNOVA_CE_LINE_LENGTH_IN, lines, ARRAY_SIZE(lines));
	cnova_push_methods(push, subchannel, CNOVA_CE_LAUNCH_DMA, &launch, 1);
}
