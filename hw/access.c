// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Access to a GPU
 *
 * One GPU is behind a PCI BAR, another is software; everything above sees
 * &struct cnova_io. Accessors count what they do, always, so that a test can ask
 * for equality and a bug report can say how often.
 *
 * Not here: what is at an offset (hw/regs.h), the PRAMIN window (mm/pramin.c), the
 * CPU mapping of BAR1 (drm/).
 *
 * Locking: none. A device that goes away changes &cnova_io.ops once; whoever may
 * still be in an op then is inside drm_dev_enter(), and the software GPU outlives
 * that.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "hw/access.h"
#include "hw/regs.h"

static u64 cnova_io_gone_read(void *priv, u32 offset, unsigned int width)
{
	return width == sizeof(u64) ? ~0ULL : (1ULL << (8 * width)) - 1;
}

static void cnova_io_gone_write(void *priv, u32 offset, u64 value, unsigned int width)
{
}

/* A device that is not there any more. It has neither memory nor BAR1. */
static const struct cnova_io_ops cnova_io_gone_ops = {
	.read = cnova_io_gone_read,
	.write = cnova_io_gone_write,
};

/**
 * cnova_io_init_pci() - A GPU on PCI.
 * @io: To be initialised.
 * @bar0: Mapping of BAR0; stays the caller's.
 * @bar0_size: Its bytes.
 *
 * Context: Any.
 */
void cnova_io_init_pci(struct cnova_io *io, void __iomem *bar0, u64 bar0_size)
{
	memset(io, 0, sizeof(*io));
	io->bar0 = bar0;
	io->bar0_size = bar0_size;
}

/**
 * cnova_io_init_platform() - A GPU in software.
 * @io: To be initialised.
 * @data: What its platform device carries.
 *
 * Context: Any.
 */
void cnova_io_init_platform(struct cnova_io *io, const struct cnova_io_platform_data *data)
{
	memset(io, 0, sizeof(*io));
	io->ops = data->ops;
	io->priv = data->priv;
	io->bar1_size = data->bar1_size;
	io->gsp_release = data->gsp_release;
	io->model = true;
}

/**
 * cnova_io_gone() - Let go of the device: loads are all-ones from now on.
 * @io: The GPU.
 *
 * Context: Any; after drm_dev_unplug(), before what is behind @io is freed.
 */
void cnova_io_gone(struct cnova_io *io)
{
	WRITE_ONCE(io->ops, &cnova_io_gone_ops);
}

/**
 * cnova_io_lost() - Is the device gone?
 * @io: The GPU.
 * @value: What a register read as. Never what memory read as: it may hold all-ones.
 *
 * A register that is all-ones is a hint only; BOOT_0 never is.
 *
 * Context: Any.
 * Return: Whether it is.
 */
bool cnova_io_lost(struct cnova_io *io, u32 value)
{
	return value == ~0U && cnova_poll32(io, NV_PMC_BOOT_0) == ~0U;
}

/**
 * cnova_io_populate() - Say that VRAM is about to be used.
 * @io: The GPU.
 * @pa: First byte, 4 KiB aligned.
 * @size: Bytes.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM: the software GPU found no memory; -ENODEV: gone.
 */
int cnova_io_populate(struct cnova_io *io, u64 pa, u64 size)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (!ops)
		return 0;

	return ops->vram_populate ? ops->vram_populate(io->priv, pa, size) : -ENODEV;
}

/**
 * cnova_io_release() - Say that VRAM is not used any more.
 * @io: The GPU.
 * @pa: First byte of what was populated.
 * @size: Bytes.
 *
 * Context: Process context.
 */
void cnova_io_release(struct cnova_io *io, u64 pa, u64 size)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops && ops->vram_release)
		ops->vram_release(io->priv, pa, size);
}

/**
 * cnova_io_dma_grant() - Let the GPU reach pages of system memory.
 * @io: The GPU.
 * @bus: Bus address of the first.
 * @page: The first.
 * @nr_pages: How many, contiguous.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM; -ENODEV: gone.
 */
int cnova_io_dma_grant(struct cnova_io *io, u64 bus, struct page *page, u32 nr_pages)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (!ops)
		return 0;

	return ops->dma_grant ? ops->dma_grant(io->priv, bus, page, nr_pages) : -ENODEV;
}

/**
 * cnova_io_dma_revoke() - The end of cnova_io_dma_grant().
 * @io: The GPU.
 * @bus: Bus address of the first page.
 * @nr_pages: How many.
 *
 * Context: Process context.
 */
void cnova_io_dma_revoke(struct cnova_io *io, u64 bus, u32 nr_pages)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops && ops->dma_revoke)
		ops->dma_revoke(io->priv, bus, nr_pages);
}

/**
 * cnova_io_reset() - Make a GPU forget everything, before somebody else gets it.
 * @io: The GPU, which nobody uses.
 *
 * On PCI this is the bus's to do.
 *
 * Context: Process context.
 */
void cnova_io_reset(struct cnova_io *io)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops && ops->reset)
		ops->reset(io->priv);
}

/**
 * cnova_io_bar1_page() - The page behind BAR1, for a CPU mapping.
 * @io: The GPU; a software one, on PCI the BAR itself is mapped.
 * @offset: Offset in BAR1.
 *
 * Context: Process context.
 * Return: The page, or NULL.
 */
struct page *cnova_io_bar1_page(struct cnova_io *io, u64 offset)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	return ops && ops->bar1_page ? ops->bar1_page(io->priv, offset) : NULL;
}

/**
 * cnova_io_bar1_wr64() - Store words of a page table through BAR1.
 * @io: The GPU.
 * @offset: First byte in BAR1, a multiple of 8.
 * @words: What to store.
 * @nr: How many, no more than a page.
 *
 * Posted, and combined on PCI: what one call stores arrives in any order, and after
 * what earlier calls stored.
 *
 * Context: Any. Takes no lock of ours.
 */
void cnova_io_bar1_wr64(struct cnova_io *io, u64 offset, const u64 *words, u32 nr)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);
	u32 i;

	cnova_io_account(io, CNOVA_IO_BAR1_WR64, nr);
	if (ops) {
		if (ops->bar1_write)
			ops->bar1_write(io->priv, offset, words, nr * sizeof(u64));
		return;
	}

	/* Out of the buffers that combine, before anything newer. */
	wmb();
	for (i = 0; i < nr; i++)
		writeq_relaxed(words[i], io->bar1 + offset + i * sizeof(u64));
}

/**
 * cnova_io_bar1_order() - Have all that was stored through BAR1 in memory.
 * @io: The GPU.
 * @offset: Where something was stored, in BAR1; what is read.
 *
 * Context: Any. Takes no lock of ours.
 */
void cnova_io_bar1_order(struct cnova_io *io, u64 offset)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);
	u32 value;

	cnova_io_account(io, CNOVA_IO_BAR1_RD, 1);
	if (ops) {
		if (ops->bar1_read)
			ops->bar1_read(io->priv, offset, &value, sizeof(value));
		return;
	}

	/* Out of the buffers that combine, before the load. */
	wmb();
	readl(io->bar1 + offset);
}

/**
 * cnova_io_bar1_fill() - Fill a part of BAR1.
 * @io: The GPU.
 * @offset: First byte; a multiple of 8, like @size.
 * @value: What to store.
 * @size: Bytes.
 *
 * Context: Process context.
 * Return: 0; -ENODEV: there is no BAR1 or no device.
 */
int cnova_io_bar1_fill(struct cnova_io *io, u64 offset, u64 value, u64 size)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);
	u64 i;

	if (ops ? !ops->bar1_fill : !io->bar1)
		return -ENODEV;

	cnova_io_account(io, CNOVA_IO_BAR1_BYTES, size);
	if (ops) {
		ops->bar1_fill(io->priv, offset, value, size);
		return 0;
	}

	for (i = 0; i < size; i += sizeof(u64))
		writeq_relaxed(value, io->bar1 + offset + i);
	return 0;
}

/**
 * cnova_io_bar1_read() - Copy out of BAR1.
 * @io: The GPU.
 * @offset: First byte.
 * @dst: Where to.
 * @size: Bytes.
 *
 * Context: Process context.
 * Return: 0; -ENODEV: there is no BAR1 or no device.
 */
int cnova_io_bar1_read(struct cnova_io *io, u64 offset, void *dst, u64 size)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops ? !ops->bar1_read : !io->bar1)
		return -ENODEV;

	cnova_io_account(io, CNOVA_IO_BAR1_BYTES, size);
	if (ops)
		ops->bar1_read(io->priv, offset, dst, size);
	else
		memcpy_fromio(dst, io->bar1 + offset, size);
	return 0;
}

/**
 * cnova_io_bar1_write() - Copy into BAR1.
 * @io: The GPU.
 * @offset: First byte.
 * @src: Where from.
 * @size: Bytes.
 *
 * Context: Process context.
 * Return: 0; -ENODEV: there is no BAR1 or no device.
 */
int cnova_io_bar1_write(struct cnova_io *io, u64 offset, const void *src, u64 size)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (ops ? !ops->bar1_write : !io->bar1)
		return -ENODEV;

	cnova_io_account(io, CNOVA_IO_BAR1_BYTES, size);
	if (ops)
		ops->bar1_write(io->priv, offset, src, size);
	else
		memcpy_toio(io->bar1 + offset, src, size);
	return 0;
}

/**
 * cnova_io_gpu_read() - Debug: load as a client of an address space would.
 * @io: The GPU; a software one.
 * @pdb: VRAM address of the root table.
 * @va: First GPU virtual address.
 * @dst: Where to.
 * @size: Bytes.
 * @fault_va: Set to the address that faulted, with -EFAULT.
 *
 * Context: Process context.
 * Return: 0; -EFAULT; -EOPNOTSUPP: silicon cannot do this.
 */
int cnova_io_gpu_read(struct cnova_io *io, u64 pdb, u64 va, void *dst, u64 size, u64 *fault_va)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (!ops || !ops->gpu_read)
		return -EOPNOTSUPP;

	return ops->gpu_read(io->priv, pdb, va, dst, size, fault_va);
}

/**
 * cnova_io_gpu_write() - Debug: store as a client of an address space would.
 * @io: The GPU; a software one.
 * @pdb: VRAM address of the root table.
 * @va: First GPU virtual address.
 * @src: Where from.
 * @size: Bytes.
 * @fault_va: Set to the address that faulted, with -EFAULT.
 *
 * Context: Process context.
 * Return: 0; -EFAULT; -EOPNOTSUPP: silicon cannot do this.
 */
int cnova_io_gpu_write(struct cnova_io *io, u64 pdb, u64 va, const void *src, u64 size,
		       u64 *fault_va)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (!ops || !ops->gpu_write)
		return -EOPNOTSUPP;

	return ops->gpu_write(io->priv, pdb, va, src, size, fault_va);
}

/**
 * cnova_io_gpu_walk() - Debug: list what the walker finds in memory.
 * @io: The GPU; a software one.
 * @pdb: VRAM address of the root table.
 * @leaf: Called in VA order until it returns non-zero.
 * @arg: Its first argument.
 *
 * Context: Process context.
 * Return: What @leaf returned last; -EOPNOTSUPP: silicon cannot do this.
 */
int cnova_io_gpu_walk(struct cnova_io *io, u64 pdb,
		      int (*leaf)(void *arg, const struct cnova_io_leaf *leaf), void *arg)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (!ops || !ops->gpu_walk)
		return -EOPNOTSUPP;

	return ops->gpu_walk(io->priv, pdb, leaf, arg);
}

/**
 * cnova_io_gpu_stale() - Debug: count translations that memory would not give any more.
 * @io: The GPU; a software one.
 *
 * After a change of page tables is through there must be none.
 *
 * Context: Process context.
 * Return: How many; -EOPNOTSUPP: silicon cannot do this.
 */
int cnova_io_gpu_stale(struct cnova_io *io)
{
	const struct cnova_io_ops *ops = READ_ONCE(io->ops);

	if (!ops || !ops->gpu_stale)
		return -EOPNOTSUPP;

	return ops->gpu_stale(io->priv);
}
