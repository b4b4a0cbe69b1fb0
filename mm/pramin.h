/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The PRAMIN window: VRAM seen through 1 MiB of BAR0.
 */
#ifndef _CNOVA_MM_PRAMIN_H_
#define _CNOVA_MM_PRAMIN_H_

#include <linux/mutex.h>
#include <linux/types.h>

#include "mm/addr.h"

struct cnova_chip_window;
struct cnova_io;
struct device;

/** CNOVA_PRAMIN_MAX_HOLD - Accesses before a cursor lets others have the window. */
#define CNOVA_PRAMIN_MAX_HOLD	512

/** struct cnova_pramin - The arbiter: it owns the register that moves the window. */
struct cnova_pramin {
	/** @dev: For messages. */
	struct device *dev;
	/** @io: The GPU. Immutable. */
	struct cnova_io *io;
	/** @window: How the window is moved. Immutable. */
	const struct cnova_chip_window *window;
	/** @size: Bytes of VRAM; nothing beyond is accessed. Immutable. */
	u64 size;
	/** @boot: What the register held when we came. Immutable. */
	u32 boot;
	/**
	 * @lock: Whoever holds it may move the window. Taken in the fence
	 * signalling path: nothing is allocated under it.
	 */
	struct mutex lock;
	/** @base: Where the window is, ~0 if unknown. Protected by @lock. */
	u64 base;
	/** @stuck: It did not go where it was sent. Set under @lock, stays. */
	bool stuck;
};

/**
 * struct cnova_pramin_cursor - One user's view of VRAM.
 *
 * On the stack of its user. Takes the window when first used and gives it back
 * after %CNOVA_PRAMIN_MAX_HOLD accesses, to take it again; between two accesses
 * another user may always have had it.
 */
struct cnova_pramin_cursor {
	/** @pramin: The arbiter. */
	struct cnova_pramin *pramin;
	/** @last: Address of the last access, for the ordering read. */
	u64 last;
	/** @budget: Accesses left; 0: does not hold the window. */
	u32 budget;
	/** @dirty: Something was stored since the last cnova_pramin_order(). */
	bool dirty;
};

int cnova_pramin_init(struct cnova_pramin *pramin, struct device *dev, struct cnova_io *io,
		      const struct cnova_chip_window *window, u64 size);
void cnova_pramin_fini(struct cnova_pramin *pramin);
void cnova_pramin_restore(struct cnova_pramin *pramin);
void cnova_pramin_reset(struct cnova_pramin *pramin);
bool cnova_pramin_is_stuck(const struct cnova_pramin *pramin);

void cnova_pramin_begin(struct cnova_pramin *pramin, struct cnova_pramin_cursor *cursor);
void cnova_pramin_end(struct cnova_pramin_cursor *cursor);

u64 cnova_pramin_load(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
		      unsigned int width);
void cnova_pramin_store(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
			u64 value, unsigned int width);

void cnova_pramin_write(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
			const u64 *words, u32 nr);
void cnova_pramin_read(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
		       u64 *words, u32 nr);
void cnova_pramin_fill(struct cnova_pramin_cursor *cursor, struct cnova_vram_addr pa,
		       u64 value, u32 nr);
void cnova_pramin_order(struct cnova_pramin_cursor *cursor);

static inline u8 cnova_pramin_rd8(struct cnova_pramin_cursor *cursor,
				  struct cnova_vram_addr pa)
{
	return cnova_pramin_load(cursor, pa, sizeof(u8));
}

static inline void cnova_pramin_wr8(struct cnova_pramin_cursor *cursor,
				    struct cnova_vram_addr pa, u8 value)
{
	cnova_pramin_store(cursor, pa, value, sizeof(u8));
}

static inline u16 cnova_pramin_rd16(struct cnova_pramin_cursor *cursor,
				    struct cnova_vram_addr pa)
{
	return cnova_pramin_load(cursor, pa, sizeof(u16));
}

static inline void cnova_pramin_wr16(struct cnova_pramin_cursor *cursor,
				     struct cnova_vram_addr pa, u16 value)
{
	cnova_pramin_store(cursor, pa, value, sizeof(u16));
}

static inline u32 cnova_pramin_rd32(struct cnova_pramin_cursor *cursor,
				    struct cnova_vram_addr pa)
{
	return cnova_pramin_load(cursor, pa, sizeof(u32));
}

static inline void cnova_pramin_wr32(struct cnova_pramin_cursor *cursor,
				     struct cnova_vram_addr pa, u32 value)
{
	cnova_pramin_store(cursor, pa, value, sizeof(u32));
}

static inline u64 cnova_pramin_rd64(struct cnova_pramin_cursor *cursor,
				    struct cnova_vram_addr pa)
{
	return cnova_pramin_load(cursor, pa, sizeof(u64));
}

static inline void cnova_pramin_wr64(struct cnova_pramin_cursor *cursor,
				     struct cnova_vram_addr pa, u64 value)
{
	cnova_pramin_store(cursor, pa, value, sizeof(u64));
}

#endif /* _CNOVA_MM_PRAMIN_H_ */
