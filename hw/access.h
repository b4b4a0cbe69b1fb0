/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Counted access to the registers and apertures of a GPU.
 */
#ifndef _CNOVA_HW_ACCESS_H_
#define _CNOVA_HW_ACCESS_H_

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-hi-lo.h>
#include <linux/limits.h>

#include "hw/io.h"

struct page;

/**
 * struct cnova_io - The way to one GPU.
 *
 * Embedded in the device. Needs no lock: the fields but @ops and @counts do not
 * change between cnova_io_init_*() and the end of the device.
 */
struct cnova_io {
	/**
	 * @ops: NULL: a PCI device, loads and stores go to @bar0. Otherwise the
	 * ops of the software GPU; or, once the device is gone, of nothing: all
	 * loads are all-ones. Read once per access.
	 */
	const struct cnova_io_ops *ops;

	/** @priv: First argument of every op. */
	void *priv;

	/** @bar0: BAR0 of a PCI device, else NULL. */
	void __iomem *bar0;

	/** @bar0_size: Bytes of @bar0. */
	u64 bar0_size;

	/** @bar1: Write-combining mapping of BAR1 of a PCI device, or NULL. */
	void __iomem *bar1;

	/** @bar1_size: Bytes of BAR1, 0 if there is none. The caller's on PCI. */
	u64 bar1_size;

	/** @gsp_release: Of firmware that waits to be talked to; 0: there is none. */
	u32 gsp_release;

	/** @model: A software GPU. */
	bool model;

	/** @counts: By &enum cnova_io_count. */
	atomic64_t counts[CNOVA_IO_NR_COUNTS];
};

void cnova_io_init_pci(struct cnova_io *io, void __iomem *bar0, u64 bar0_size);
void cnova_io_init_platform(struct cnova_io *io, const struct cnova_io_platform_data *data);
void cnova_io_gone(struct cnova_io *io);
bool cnova_io_lost(struct cnova_io *io, u32 value);

int cnova_io_populate(struct cnova_io *io, u64 pa, u64 size);
void cnova_io_release(struct cnova_io *io, u64 pa, u64 size);
int cnova_io_dma_grant(struct cnova_io *io, u64 bus, struct page *page, u32 nr_pages);
void cnova_io_reset(struct cnova_io *io);
void cnova_io_dma_revoke(struct cnova_io *io, u64 bus, u32 nr_pages);

struct page *cnova_io_bar1_page(struct cnova_io *io, u64 offset);
void cnova_io_bar1_wr64(struct cnova_io *io, u64 offset, const u64 *words, u32 nr);
void cnova_io_bar1_order(struct cnova_io *io, u64 offset);
int cnova_io_bar1_fill(struct cnova_io *io, u64 offset, u64 value, u64 size);
int cnova_io_bar1_read(struct cnova_io *io, u64 offset, void *dst, u64 size);
int cnova_io_bar1_write(struct cnova_io *io, u64 offset, const void *src, u64 size);

int cnova_io_gpu_read(struct cnova_io *io, u64 pdb, u64 va, void *dst, u64 size, u64 *fault_va);
int cnova_io_gpu_write(struct cnova_io *io, u64 pdb, u64 va, const void *src, u64 size,
		       u64 *fault_va);
int cnova_io_gpu_walk(struct cnova_io *io, u64 pdb,
		      int (*leaf)(void *arg, const struct cnova_io_leaf *leaf), void *arg);
int cnova_io_gpu_stale(struct cnova_io *io);

static inline bool cnova_io_is_model(const struct cnova_io *io)
{
	return io->model;
}

static inline void cnova_io_account(struct cnova_io *io, enum cnova_io_count which, u64 n)
{
	atomic64_add(n, &io->counts[which]);
}

static inline u64 cnova_io_count(const struct cnova_io *io, enum cnova_io_count which)
{
	return atomic64_read(&io->counts[which]);
}

static inline u64 cnova_io_load(struct cnova_io *io, u32 offset, unsigned int width)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops)
		return ops->read(io->priv, offset, width);

	switch (width) {
	case 1:
		return readb(io->bar0 + offset);
	case 2:
		return readw(io->bar0 + offset);
	case 4:
		return readl(io->bar0 + offset);
	default:
		return readq(io->bar0 + offset);
	}
}

static inline void cnova_io_store(struct cnova_io *io, u32 offset, u64 value,
				  unsigned int width)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops) {
		ops->write(io->priv, offset, value, width);
		return;
	}

	switch (width) {
	case 1:
		writeb(value & U8_MAX, io->bar0 + offset);
		break;
	case 2:
		writew(value & U16_MAX, io->bar0 + offset);
		break;
	case 4:
		writel(value, io->bar0 + offset);
		break;
	default:
		/* Where the CPU cannot, the half with the valid bit comes last. */
		writeq(value, io->bar0 + offset);
		break;
	}
}

static inline u32 cnova_rd32(struct cnova_io *io, u32 offset)
{
	cnova_io_account(io, CNOVA_IO_RD32, 1);
	return cnova_io_load(io, offset, sizeof(u32));
}

/* A load in a loop that waits: how many it takes is up to the hardware. */
static inline u32 cnova_poll32(struct cnova_io *io, u32 offset)
{
	cnova_io_account(io, CNOVA_IO_POLL, 1);
	return cnova_io_load(io, offset, sizeof(u32));
}

static inline void cnova_wr32(struct cnova_io *io, u32 offset, u32 value)
{
	cnova_io_account(io, CNOVA_IO_WR32, 1);
	cnova_io_store(io, offset, value, sizeof(u32));
}

/* Loads and stores in the PRAMIN aperture; only the arbiter knows what is there. */
static inline u64 cnova_aperture_rd(struct cnova_io *io, u32 offset, unsigned int width)
{
	cnova_io_account(io, CNOVA_IO_PRAMIN_RD, 1);
	return cnova_io_load(io, offset, width);
}

static inline void cnova_aperture_wr(struct cnova_io *io, u32 offset, u64 value,
				     unsigned int width)
{
	cnova_io_account(io, width == sizeof(u64) ? CNOVA_IO_PRAMIN_WR64 : CNOVA_IO_PRAMIN_WR, 1);
	cnova_io_store(io, offset, value, width);
}

#endif /* _CNOVA_HW_ACCESS_H_ */
