/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Access to a GPU: BAR0 registers and the PRAMIN aperture in it, BAR1, and what
 * a software GPU has to be told that silicon finds out by itself.
 *
 * This is the one header that the driver and the software GPU share.
 */
#ifndef _CNOVA_HW_IO_H_
#define _CNOVA_HW_IO_H_

#include <linux/types.h>

struct cnova_io_leaf;
struct page;

/** CNOVA_SIM_PLATFORM_NAME - Name of the platform device of a software GPU. */
#define CNOVA_SIM_PLATFORM_NAME	"cnova-sim"

/** enum cnova_io_count - What the counting wrapper counts, exactly. */
enum cnova_io_count {
	/** @CNOVA_IO_WR32: register stores of 32 bits or less, aperture not included. */
	CNOVA_IO_WR32,
	/** @CNOVA_IO_RD32: register loads, poll loops not included. */
	CNOVA_IO_RD32,
	/** @CNOVA_IO_POLL: loads inside a poll loop: they depend on the hardware. */
	CNOVA_IO_POLL,
	/** @CNOVA_IO_PRAMIN_WR64: 64-bit stores into the PRAMIN aperture. */
	CNOVA_IO_PRAMIN_WR64,
	/** @CNOVA_IO_PRAMIN_WR: narrower stores into the aperture. */
	CNOVA_IO_PRAMIN_WR,
	/** @CNOVA_IO_PRAMIN_RD: loads from the aperture, any width, ordering reads too. */
	CNOVA_IO_PRAMIN_RD,
	/** @CNOVA_IO_ORDER: of those, the ordering reads. */
	CNOVA_IO_ORDER,
	/** @CNOVA_IO_WINDOW_MOVE: stores to the window register. */
	CNOVA_IO_WINDOW_MOVE,
	/** @CNOVA_IO_INVALIDATE: TLB invalidates triggered. */
	CNOVA_IO_INVALIDATE,
	/** @CNOVA_IO_BAR1_BYTES: bytes of objects moved through BAR1 by the kernel. */
	CNOVA_IO_BAR1_BYTES,
	/** @CNOVA_IO_BAR1_WR64: 64-bit stores to page tables through BAR1. */
	CNOVA_IO_BAR1_WR64,
	/** @CNOVA_IO_BAR1_RD: ordering reads from BAR1; not in @CNOVA_IO_ORDER. */
	CNOVA_IO_BAR1_RD,
	/** @CNOVA_IO_DOORBELL: doorbells rung; in @CNOVA_IO_WR32 too. */
	CNOVA_IO_DOORBELL,
	/** @CNOVA_IO_RING_ENTRY: entries written to rings of channels, in memory. */
	CNOVA_IO_RING_ENTRY,
	/** @CNOVA_IO_COPY_BYTES: bytes that a copy engine moved or cleared for the driver. */
	CNOVA_IO_COPY_BYTES,
	/** @CNOVA_IO_NR_COUNTS: number of counters. */
	CNOVA_IO_NR_COUNTS
};

/**
 * struct cnova_io_ops - A GPU that is not on a PCI bus.
 *
 * The accessors may be called in any context up to hard interrupt: they do not
 * allocate and take at most a spinlock. The others say what they need.
 */
struct cnova_io_ops {
	/** @read: Load @width bytes (1, 2, 4 or 8) from BAR0 at @offset, naturally aligned. */
	u64 (*read)(void *priv, u32 offset, unsigned int width);

	/** @write: Store @width bytes to BAR0 at @offset. */
	void (*write)(void *priv, u32 offset, u64 value, unsigned int width);

	/**
	 * @vram_populate: [@pa, @pa + @size) is about to be used. Process
	 * context, may sleep and allocate. Multiples of 4096. What the memory
	 * holds is undefined. Return: 0 or -ENOMEM.
	 */
	int (*vram_populate)(void *priv, u64 pa, u64 size);

	/**
	 * @vram_release: [@pa, @pa + @size) is given back: nothing may reach it
	 * any more. Process context.
	 */
	void (*vram_release)(void *priv, u64 pa, u64 size);

	/**
	 * @dma_grant: The GPU may from now on reach @nr_pages system pages, the
	 * first of which is @page, at bus address @bus. Process context, may
	 * allocate. Return: 0 or -ENOMEM.
	 */
	int (*dma_grant)(void *priv, u64 bus, struct page *page, u32 nr_pages);

	/** @dma_revoke: End of that: nothing may map them any more. Process context. */
	void (*dma_revoke)(void *priv, u64 bus, u32 nr_pages);

	/**
	 * @reset: Forget everything, as after power-on: translations, stores on their
	 * way, grants, memory in use. Nobody uses the GPU meanwhile. Process context.
	 */
	void (*reset)(void *priv);

	/**
	 * @bar1_page: The page behind BAR1 at @offset now, as BAR1 translates it,
	 * for a CPU mapping. Process context. Return: NULL where nothing is.
	 */
	struct page *(*bar1_page)(void *priv, u64 offset);

	/**
	 * @bar1_fill: Store the 64-bit @value over [@offset, @offset + @size) of
	 * BAR1; multiples of 8. Process context.
	 */
	void (*bar1_fill)(void *priv, u64 offset, u64 value, u64 size);

	/**
	 * @bar1_read: Copy out of BAR1. Up to 64 bytes in any context, as an
	 * accessor; else process context.
	 */
	void (*bar1_read)(void *priv, u64 offset, void *dst, u64 size);

	/**
	 * @bar1_write: Copy into BAR1, in order. Up to a page in any context, as an
	 * accessor: page tables are written so; else process context.
	 */
	void (*bar1_write)(void *priv, u64 offset, const void *src, u64 size);

	/**
	 * @gpu_read: Debug: load from GPU virtual addresses as a client of the
	 * address space whose root table is at VRAM address @pdb, through TLB and
	 * walker. Process context. Return: 0, or -EFAULT with the first address
	 * that faulted in @fault_va.
	 */
	int (*gpu_read)(void *priv, u64 pdb, u64 va, void *dst, u64 size, u64 *fault_va);

	/** @gpu_write: Debug: the same for a store. */
	int (*gpu_write)(void *priv, u64 pdb, u64 va, const void *src, u64 size,
			 u64 *fault_va);

	/**
	 * @gpu_walk: Debug: call @leaf for every leaf and sparse entry that the
	 * walker finds in memory (not in the TLB) below @pdb, in VA order, until
	 * it returns non-zero. Process context. Return: what @leaf returned last.
	 */
	int (*gpu_walk)(void *priv, u64 pdb,
			int (*leaf)(void *arg, const struct cnova_io_leaf *leaf), void *arg);

	/**
	 * @gpu_stale: Debug: compare all that the TLBs keep with memory; what
	 * differs counts as a violation. Process context. Return: how many differ.
	 */
	u32 (*gpu_stale)(void *priv);
};

/** struct cnova_io_leaf - A leaf as the walker sees it; for &cnova_io_ops.gpu_walk. */
struct cnova_io_leaf {
	/** @va: First byte it translates. */
	u64 va;
	/** @size: Bytes it translates. */
	u64 size;
	/** @pa: Physical address, bus address for system memory; 0 if sparse. */
	u64 pa;
	/** @entry: The entry as it stands in memory. */
	u64 entry;
	/** @aperture: "video", "sys-coh", "sys-ncoh", "peer" or "sparse". */
	const char *aperture;
	/** @kind: Memory kind. */
	u8 kind;
	/** @read_only: Stores fault. */
	bool read_only;
	/** @uncached: Not kept in L2. */
	bool uncached;
};

/**
 * struct cnova_io_platform_data - What the platform device of a software GPU carries.
 *
 * All of it stays valid until the driver's remove callback has returned.
 */
struct cnova_io_platform_data {
	/** @ops: How to reach it. */
	const struct cnova_io_ops *ops;
	/** @priv: First argument of every op. */
	void *priv;
	/** @bar1_size: Bytes. 0: it has no BAR1. */
	u64 bar1_size;
	/**
	 * @gsp_release: Major number of the GSP firmware, as in 570: the form of what
	 * it is asked and answers. 0: it has none.
	 */
	u32 gsp_release;
};

#endif /* _CNOVA_HW_IO_H_ */
