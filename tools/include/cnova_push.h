/* SPDX-License-Identifier: MIT */
/*
 * Push buffers for NVIDIA GPUs, Turing to Blackwell: methods of the host interface and of the
 * copy engine, written into memory that the GPU will fetch. One header, C11, no library and
 * nothing of the kernel; what it writes is for DRM_IOCTL_CNOVA_EXEC, and as good for
 * any other driver.
 *
 *	struct cnova_push push;
 *
 *	cnova_push_init(&push, words, bytes);
 *	cnova_push_set_object(&push, CNOVA_PUSH_COPY, engine_class);
 *	cnova_push_copy(&push, dst_va, src_va, size, CNOVA_PUSH_FLUSH);
 *	length = cnova_push_bytes(&push);	// 0: it did not fit
 *
 * Nothing is ever written beyond the end: what does not fit is left out and the length is then 0.
 * Addresses are GPU virtual addresses. Before Hopper those of the host interface have 40
 * bits and those of the copy engine 49; later both have 57. Methods and their fields:
 * open-gpu-doc, classes/host and classes/dma-copy.
 */
#ifndef CNOVA_PUSH_H
#define CNOVA_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** CNOVA_PUSH_COPY - Subchannel for the copy engine; any of 0..4 would do. */
#define CNOVA_PUSH_COPY		4

/** CNOVA_PUSH_FLUSH - Others see what was written, system memory too, before what follows. */
#define CNOVA_PUSH_FLUSH	(1u << 2)

/** CNOVA_PUSH_PIPELINED - Do not wait for the transfer before; they must not overlap. */
#define CNOVA_PUSH_PIPELINED	(1u << 31)

/** CNOVA_PUSH_MAX_COUNT - Data words behind one header, at most. */
#define CNOVA_PUSH_MAX_COUNT	0x1fff

/** struct cnova_push - A push buffer that is being written. */
struct cnova_push {
	/** @word: its memory. */
	uint32_t *word;
	/** @size: words that fit. */
	uint32_t size;
	/** @nr: words written. */
	uint32_t nr;
	/** @full: something did not fit. */
	bool full;
};

/** enum cnova_push_method - Methods that the functions below use. */
enum cnova_push_method {
	/* Host, on every subchannel. */
	CNOVA_HOST_SET_OBJECT = 0x0000,
	CNOVA_HOST_ILLEGAL = 0x0004,
	CNOVA_HOST_NOP = 0x0008,
	CNOVA_HOST_NON_STALL_INTERRUPT = 0x0020,
	CNOVA_HOST_MEM_OP_A = 0x0028,
	CNOVA_HOST_SEM_ADDR_LO = 0x005c,
	CNOVA_HOST_SEM_EXECUTE = 0x006c,
	CNOVA_HOST_WFI = 0x0078,
	/* Copy engine. */
	CNOVA_CE_SET_SEMAPHORE_A = 0x0240,
	CNOVA_CE_LAUNCH_DMA = 0x0300,
	CNOVA_CE_OFFSET_IN_UPPER = 0x0400,
	CNOVA_CE_OFFSET_OUT_UPPER = 0x0408,
	CNOVA_CE_PITCH_IN = 0x0410,
	CNOVA_CE_LINE_LENGTH_IN = 0x0418,
	CNOVA_CE_SET_REMAP_CONST_A = 0x0700,
};

/** enum cnova_push_launch - Fields of LAUNCH_DMA. */
enum cnova_push_launch {
	CNOVA_LAUNCH_PIPELINED = 1 << 0,
	CNOVA_LAUNCH_NON_PIPELINED = 2 << 0,
	CNOVA_LAUNCH_FLUSH = 1 << 2,
	CNOVA_LAUNCH_RELEASE = 1 << 3,
	CNOVA_LAUNCH_RELEASE_TIME = 2 << 3,
	CNOVA_LAUNCH_INTERRUPT = 2 << 5,
	CNOVA_LAUNCH_SRC_PITCH = 1 << 7,
	CNOVA_LAUNCH_DST_PITCH = 1 << 8,
	CNOVA_LAUNCH_MULTI_LINE = 1 << 9,
	CNOVA_LAUNCH_REMAP = 1 << 10,
};

/** enum cnova_push_sem - Operations of SEM_EXECUTE. */
enum cnova_push_sem {
	CNOVA_SEM_ACQUIRE = 0,
	CNOVA_SEM_RELEASE = 1,
	/* Not less than, strictly and as a sequence number that wraps. */
	CNOVA_SEM_ACQ_STRICT_GEQ = 2,
	CNOVA_SEM_ACQ_CIRC_GEQ = 3,
	CNOVA_SEM_ACQ_AND = 4,
	CNOVA_SEM_ACQ_NOR = 5,
	CNOVA_SEM_REDUCTION = 6,
	/* With ACQUIRE: let other channels run meanwhile. */
	CNOVA_SEM_SWITCH = 1 << 12,
	/* With RELEASE: after all that was begun before. */
	CNOVA_SEM_WFI = 1 << 20,
	CNOVA_SEM_64BIT = 1 << 24,
	/* With RELEASE: 16 bytes, nanoseconds in the upper eight. */
	CNOVA_SEM_TIMESTAMP = 1 << 25,
};

/* ------------------------------------------------------------------- words */

/** cnova_push_init() - Begin. @memory: where the CPU writes; @bytes: how much of it there is. */
static inline void cnova_push_init(struct cnova_push *push, void *memory, size_t bytes)
{
	push->word = (uint32_t *)memory;
	push->size = bytes / sizeof(uint32_t) > UINT32_MAX ? UINT32_MAX :
							     (uint32_t)(bytes / sizeof(uint32_t));
	push->nr = 0;
	push->full = false;
}

/** cnova_push_bytes() - Return: what was written, for the length of a push; 0: not all fitted. */
static inline uint32_t cnova_push_bytes(const struct cnova_push *push)
{
	return push->full ? 0 : push->nr * (uint32_t)sizeof(uint32_t);
}

/* Return: room for that many words, or NULL. */
static inline uint32_t *cnova_push_room(struct cnova_push *push, uint32_t words)
{
	uint32_t *at = push->word + push->nr;

	if (push->full || words > push->size - push->nr) {
		push->full = true;
		return NULL;
	}
	push->nr += words;
	return at;
}

/** cnova_push_word() - One word as it is: a header, data, or rubbish for a test. */
static inline void cnova_push_word(struct cnova_push *push, uint32_t word)
{
	uint32_t *at = cnova_push_room(push, 1);

	if (at)
		*at = word;
}

/**
 * cnova_push_header() - Return: a method header.
 * @opcode: 1 address goes up, 3 stays, 4 @count is the datum, 5 goes up once.
 * @subchannel: 0..7.
 * @method: byte offset of the first method.
 * @count: data words, or the datum; 13 bits.
 */
static inline uint32_t cnova_push_header(uint32_t opcode, uint32_t subchannel, uint32_t method,
					 uint32_t count)
{
	return opcode << 29 | (count & CNOVA_PUSH_MAX_COUNT) << 16 | (subchannel & 7) << 13 |
	       (method >> 2 & 0xfff);
}

/** cnova_push_methods() - Data for @count methods that follow each other, CNOVA_PUSH_MAX_COUNT. */
static inline void cnova_push_methods(struct cnova_push *push, uint32_t subchannel,
				      uint32_t method, const uint32_t *data, uint32_t count)
{
	uint32_t *at, i;

	if (count > CNOVA_PUSH_MAX_COUNT) {
		push->full = true;
		return;
	}
	at = cnova_push_room(push, count + 1);
	if (!at)
		return;
	*at++ = cnova_push_header(1, subchannel, method, count);
	for (i = 0; i < count; i++)
		at[i] = data[i];
}

/** cnova_push_method() - One method. */
static inline void cnova_push_method(struct cnova_push *push, uint32_t subchannel, uint32_t method,
				     uint32_t data)
{
	cnova_push_methods(push, subchannel, method, &data, 1);
}

/** cnova_push_nop() - A word that does nothing. */
static inline void cnova_push_nop(struct cnova_push *push)
{
	cnova_push_word(push, 0);
}

/* -------------------------------------------------------------------- host */

/** cnova_push_set_object() - Methods of @subchannel are from now on those of @engine_class. */
static inline void cnova_push_set_object(struct cnova_push *push, uint32_t subchannel,
					 uint32_t engine_class)
{
	cnova_push_method(push, subchannel, CNOVA_HOST_SET_OBJECT, engine_class);
}

/** cnova_push_wfi() - Wait until the engine is idle. */
static inline void cnova_push_wfi(struct cnova_push *push)
{
	cnova_push_method(push, 0, CNOVA_HOST_WFI, 0);
}

/** cnova_push_membar() - What was stored is seen by the CPU and other devices, too. */
static inline void cnova_push_membar(struct cnova_push *push)
{
	const uint32_t op[] = { 0, 0, 0, 5u << 27 };

	cnova_push_methods(push, 0, CNOVA_HOST_MEM_OP_A, op, 4);
}

/** cnova_push_notify() - A non-stall interrupt. */
static inline void cnova_push_notify(struct cnova_push *push)
{
	cnova_push_method(push, 0, CNOVA_HOST_NON_STALL_INTERRUPT, 0);
}

/**
 * cnova_push_semaphore() - A semaphore of the host interface.
 * @push: where to.
 * @va: of the semaphore: a multiple of 4; of 8 with CNOVA_SEM_64BIT; of 16 with a timestamp.
 * @payload: what to store, or to wait for.
 * @execute: enum cnova_push_sem.
 */
static inline void cnova_push_semaphore(struct cnova_push *push, uint64_t va, uint64_t payload,
					uint32_t execute)
{
	const uint32_t data[] = {
		(uint32_t)va, (uint32_t)(va >> 32), (uint32_t)payload, (uint32_t)(payload >> 32),
		execute,
	};

	cnova_push_methods(push, 0, CNOVA_HOST_SEM_ADDR_LO, data, 5);
}

/** cnova_push_release() - Store @payload once all before it is done. */
static inline void cnova_push_release(struct cnova_push *push, uint64_t va, uint32_t payload)
{
	cnova_push_semaphore(push, va, payload, CNOVA_SEM_RELEASE | CNOVA_SEM_WFI);
}

/** cnova_push_acquire() - Wait until @payload or a later number is there. */
static inline void cnova_push_acquire(struct cnova_push *push, uint64_t va, uint32_t payload)
{
	cnova_push_semaphore(push, va, payload, CNOVA_SEM_ACQ_CIRC_GEQ | CNOVA_SEM_SWITCH);
}

/* ------------------------------------------------------------- copy engine */

static inline uint32_t cnova_push_transfer(uint32_t flags)
{
	uint32_t transfer = flags & CNOVA_PUSH_PIPELINED ? CNOVA_LAUNCH_PIPELINED :
							    CNOVA_LAUNCH_NON_PIPELINED;

	return transfer | (flags & CNOVA_PUSH_FLUSH) | CNOVA_LAUNCH_SRC_PITCH |
	       CNOVA_LAUNCH_DST_PITCH;
}

/** cnova_push_ce() - One method of the copy engine. */
static inline void cnova_push_ce(struct cnova_push *push, uint32_t method, uint32_t data)
{
	cnova_push_method(push, CNOVA_PUSH_COPY, method, data);
}

/** cnova_push_ce_address() - Two methods, upper and lower half of @va; @method: the first. */
static inline void cnova_push_ce_address(struct cnova_push *push, uint32_t method, uint64_t va)
{
	const uint32_t data[] = { (uint32_t)(va >> 32), (uint32_t)va };

	cnova_push_methods(push, CNOVA_PUSH_COPY, method, data, 2);
}

/**
 * cnova_push_copy() - Copy bytes.
 * @push: where to.
 * @dst: first byte.
 * @src: first byte; the two must not overlap.
 * @size: bytes.
 * @flags: CNOVA_PUSH_FLUSH, CNOVA_PUSH_PIPELINED.
 */
static inline void cnova_push_copy(struct cnova_push *push, uint64_t dst, uint64_t src,
				   uint64_t size, uint32_t flags)
{
	while (size) {
		uint32_t length = size > UINT32_MAX ? 1u << 31 : (uint32_t)size;

		cnova_push_ce_address(push, CNOVA_CE_OFFSET_IN_UPPER, src);
		cnova_push_ce_address(push, CNOVA_CE_OFFSET_OUT_UPPER, dst);
		cnova_push_ce(push, CNOVA_CE_LINE_LENGTH_IN, length);
		cnova_push_ce(push, CNOVA_CE_LAUNCH_DMA, cnova_push_transfer(flags));
		src += length;
		dst += length;
		size -= length;
	}
}

/** struct cnova_push_rect - A rectangle: lines of bytes, so many bytes from each to the next. */
struct cnova_push_rect {
	/** @dst: first byte of the first line. */
	uint64_t dst;
	/** @src: likewise. */
	uint64_t src;
	/** @dst_pitch: not less than @length, or as much negative. */
	int32_t dst_pitch;
	/** @src_pitch: likewise. */
	int32_t src_pitch;
	/** @length: bytes of a line. */
	uint32_t length;
	/** @lines: how many. */
	uint32_t lines;
};

/** cnova_push_copy_rect() - Copy a rectangle. @flags: as for cnova_push_copy(). */
static inline void cnova_push_copy_rect(struct cnova_push *push, const struct cnova_push_rect *rect,
					uint32_t flags)
{
	const uint32_t shape[] = {
		(uint32_t)rect->src_pitch, (uint32_t)rect->dst_pitch, rect->length, rect->lines,
	};

	cnova_push_ce_address(push, CNOVA_CE_OFFSET_IN_UPPER, rect->src);
	cnova_push_ce_address(push, CNOVA_CE_OFFSET_OUT_UPPER, rect->dst);
	cnova_push_methods(push, CNOVA_PUSH_COPY, CNOVA_CE_PITCH_IN, shape, 4);
	cnova_push_ce(push, CNOVA_CE_LAUNCH_DMA,
		      cnova_push_transfer(flags) | CNOVA_LAUNCH_MULTI_LINE);
}

/**
 * cnova_push_fill() - Fill memory with a value of 1, 2, 4 or 8 bytes.
 * @push: where to.
 * @dst: first byte, a multiple of @width up to 4, of 4 for 8.
 * @value: what to store.
 * @width: bytes of it.
 * @count: how often.
 * @flags: as for cnova_push_copy().
 */
static inline void cnova_push_fill(struct cnova_push *push, uint64_t dst, uint64_t value,
				   uint32_t width, uint32_t count, uint32_t flags)
{
	/* Component X from CONST_A; for eight bytes Y from CONST_B behind it. */
	uint32_t component = width == 8 ? 4 : width;
	const uint32_t remap[] = {
		(uint32_t)value, (uint32_t)(value >> 32),
		4 | 5 << 4 | (component - 1) << 16 | (uint32_t)(width == 8) << 24,
	};

	cnova_push_methods(push, CNOVA_PUSH_COPY, CNOVA_CE_SET_REMAP_CONST_A, remap, 3);
	cnova_push_ce_address(push, CNOVA_CE_OFFSET_OUT_UPPER, dst);
	cnova_push_ce(push, CNOVA_CE_LINE_LENGTH_IN, count);
	cnova_push_ce(push, CNOVA_CE_LAUNCH_DMA, cnova_push_transfer(flags) | CNOVA_LAUNCH_REMAP);
}

/**
 * cnova_push_ce_release() - A semaphore of the copy engine: after its transfers before this.
 * @push: where to.
 * @va: a multiple of 4; of 16 with @time.
 * @payload: what to store.
 * @time: also store the time, in the upper half of 16 bytes.
 */
static inline void cnova_push_ce_release(struct cnova_push *push, uint64_t va, uint32_t payload,
					 bool time)
{
	const uint32_t data[] = { (uint32_t)(va >> 32), (uint32_t)va, payload };

	cnova_push_methods(push, CNOVA_PUSH_COPY, CNOVA_CE_SET_SEMAPHORE_A, data, 3);
	cnova_push_ce(push, CNOVA_CE_LAUNCH_DMA,
		      CNOVA_LAUNCH_FLUSH |
		      (time ? CNOVA_LAUNCH_RELEASE_TIME : CNOVA_LAUNCH_RELEASE));
}

#endif /* CNOVA_PUSH_H */
