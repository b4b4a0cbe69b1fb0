// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Host
 *
 * The host is the part of a GPU that runs channels. At probe we find the copy engines and
 * the runlists that serve them, take VRAM for the runlists and the first instance blocks, and
 * have the GPU report faults and interrupt. More instance blocks are taken a few at a time,
 * and kept.
 *
 * Where GSP firmware runs, the host is the firmware's on silicon: channels are made by
 * asking it, which we do not. A software GPU offers the registers with and without
 * firmware.
 *
 * Locking: see struct cnova_host.
 */

#include <linux/bitfield.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/gsp_queue.h"
#include "hw/regs.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "mm/ramin.h"

/* Twice a group and its channel for each. */
#define CNOVA_RUNLIST_SIZE						\
	(CNOVA_HOST_CHANNELS * 2 * CNOVA_RAMRL_ENTRY_WORDS * sizeof(u64))

/* One block of VRAM for both, which has to be a power of two. */
static_assert(CNOVA_RUNLIST_SIZE == SZ_8K);

static void cnova_runlist_init_turing(struct cnova_host_runlist *runlist)
{
	struct cnova_io *io = runlist->host->mm->io;
	struct cnova_host_regs *regs = &runlist->regs;
	u32 id = runlist->id, nr;

	regs->base = NV_PFIFO_RUNLIST_BASE_LO(id);
	regs->info = NV_PFIFO_RUNLIST_SUBMIT_INFO(id);
	regs->sched = NV_PFIFO_SCHED_DISABLE;
	regs->sched_bit = BIT(id);
	regs->preempt = NV_PFIFO_PREEMPT;
	runlist->doorbell = FIELD_PREP(NV_DOORBELL_RUNLIST, id);

	nr = FIELD_GET(NV_PFIFO_CFG0_NUM_PBDMA, cnova_rd32(io, NV_PFIFO_CFG0));
	for (u32 i = 0; i < nr && runlist->nr_pbdmas < CNOVA_HOST_PBDMAS; i++) {
		if (cnova_rd32(io, NV_PFIFO_PBDMA_MAP(i)) & BIT(id))
			regs->pbdma[runlist->nr_pbdmas++] = NV_PFIFO_PBDMA_BASE(i);
	}
}

static void cnova_runlist_init_block(struct cnova_host_runlist *runlist)
{
	const struct cnova_chip_host *chip = runlist->host->mm->chip->host;
	struct cnova_io *io = runlist->host->mm->io;
	struct cnova_host_regs *regs = &runlist->regs;
	u32 block = runlist->id, value;

	regs->base = block + NV_RUNLIST_SUBMIT_BASE_LO;
	regs->info = block + NV_RUNLIST_SUBMIT_INFO;
	regs->sched = block + NV_RUNLIST_SCHED_DISABLE;
	regs->sched_bit = BIT(0);
	regs->preempt = block + chip->preempt;

	value = cnova_rd32(io, block + NV_RUNLIST_CHANNEL_CONFIG);
	regs->chram = value & NV_RUNLIST_CHANNEL_CONFIG_CHRAM_BAR0_OFFSET;
	value = cnova_rd32(io, block + NV_RUNLIST_DOORBELL_CONFIG);
	runlist->doorbell = (value & NV_RUNLIST_DOORBELL_CONFIG_ID) | chip->doorbell;
	value = cnova_rd32(io, block + NV_RUNLIST_INTR_VECTORID);
	regs->error_vector = FIELD_GET(NV_RUNLIST_INTR_VECTORID_VECTOR, value);

	/* Where the second word of the PBDMAs would be, GB20x have the preemption. */
	for (u32 i = 0; i < CNOVA_HOST_PBDMAS; i++) {
		if (NV_RUNLIST_PBDMA_CONFIG(i) == chip->preempt)
			break;
		value = cnova_rd32(io, block + NV_RUNLIST_PBDMA_CONFIG(i));
		if (value & NV_RUNLIST_PBDMA_CONFIG_VALID)
			regs->pbdma[runlist->nr_pbdmas++] =
				value & NV_RUNLIST_PBDMA_CONFIG_BAR0_OFFSET;
	}
}

static u32 cnova_runlist_channels(const struct cnova_host_runlist *runlist)
{
	struct cnova_io *io = runlist->host->mm->io;
	u32 value;

	if (!runlist->regs.chram)
		return cnova_rd32(io, NV_PFIFO_CFG1);

	value = cnova_rd32(io, runlist->id + NV_RUNLIST_CHANNEL_CONFIG);
	return BIT(FIELD_GET(NV_RUNLIST_CHANNEL_CONFIG_NUM_CHANNELS_LOG2, value));
}

static struct cnova_host_runlist *cnova_host_runlist(struct cnova_host *host, u32 id)
{
	struct cnova_host_runlist *runlist;

	for (u32 i = 0; i < host->nr_runlists; i++) {
		if (host->runlists[i].id == id)
			return &host->runlists[i];
	}

	runlist = &host->runlists[host->nr_runlists++];
	*runlist = (struct cnova_host_runlist){ .host = host, .id = id };
	INIT_LIST_HEAD(&runlist->channels);
	mutex_init(&runlist->lock);

	if (host->mm->chip->host->has_blocks)
		cnova_runlist_init_block(runlist);
	else
		cnova_runlist_init_turing(runlist);
	host->max_channels = min(host->max_channels, cnova_runlist_channels(runlist));
	return runlist;
}

/* Return: the number of copy engines. */
static u32 cnova_host_find_engines(struct cnova_host *host)
{
	struct cnova_top_engine tops[CNOVA_HOST_ENGINES];
	u32 nr = cnova_top_copy_engines(host->mm->io, host->mm->chip, tops, ARRAY_SIZE(tops));

	host->max_channels = CNOVA_HOST_CHANNELS;
	for (u32 i = 0; i < nr; i++) {
		struct cnova_host_engine *engine = &host->engines[i];

		*engine = (struct cnova_host_engine){
			.runlist = cnova_host_runlist(host, tops[i].runlist),
			.top = tops[i],
			.status = host->mm->chip->host->has_blocks ?
				  tops[i].runlist + NV_RUNLIST_ENGINE_STATUS0(tops[i].id) :
				  NV_PFIFO_ENGINE_STATUS(tops[i].id),
		};
	}

	return nr;
}

/* One piece of VRAM, added to &cnova_host.blocks. */
static int cnova_host_take_vram(struct cnova_host *host, u64 size, struct cnova_vram_addr *pa)
{
	struct gpu_buddy_block *block;
	LIST_HEAD(blocks);
	int err;

	err = cnova_vram_alloc(&host->mm->vram, size, size, 0, &blocks);
	if (err)
		return err;

	block = list_first_entry(&blocks, struct gpu_buddy_block, link);
	*pa = cnova_vram_addr(gpu_buddy_block_offset(block));
	list_splice_tail(&blocks, &host->blocks);
	return 0;
}

/**
 * cnova_host_grow() - Have instance blocks for more channels.
 * @host: Host.
 * @nr_chunks: What &cnova_host.nr_chunks was when there were too few; if somebody else has
 *	       been here since, there may be enough.
 *
 * Context: Process context, not the fence signalling path. Evicts nobody.
 * Return: 0; -ENOSPC: no VRAM, or as many as there can be; -ENOMEM; -ENODEV.
 */
int cnova_host_grow(struct cnova_host *host, u32 nr_chunks)
{
	struct cnova_vram_addr pa;
	int err = 0;

	mutex_lock(&host->grow_lock);
	if (host->nr_chunks > nr_chunks)
		goto unlock;

	err = -ENOSPC;
	if (nr_chunks * CNOVA_HOST_CHUNK >= host->max_channels)
		goto unlock;

	err = cnova_host_take_vram(host, CNOVA_HOST_CHUNK * CNOVA_RAMIN_SIZE, &pa);
	if (err)
		goto unlock;

	host->instances[nr_chunks] = pa;
	spin_lock_irq(&host->lock);
	host->nr_chunks = nr_chunks + 1;
	spin_unlock_irq(&host->lock);
unlock:
	mutex_unlock(&host->grow_lock);
	return err;
}

static int cnova_host_init_memory(struct cnova_host *host)
{
	struct cnova_vram_addr pa;
	int err;

	err = cnova_host_grow(host, 0);
	for (u32 i = 0; i < host->nr_runlists && !err; i++) {
		err = cnova_host_take_vram(host, 2 * CNOVA_RUNLIST_SIZE, &pa);
		host->runlists[i].memory[0] = pa;
		host->runlists[i].memory[1] = cnova_vram_addr(pa.raw + CNOVA_RUNLIST_SIZE);
	}

	if (err)
		cnova_vram_free(&host->mm->vram, &host->blocks);
	return err;
}

/**
 * cnova_host_set_doorbell() - Turn doorbells on or off.
 * @host: Host that knows its runlists.
 * @on: Which.
 *
 * Doorbells that find nobody are ignored; so are all while this is off.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_host_set_doorbell(struct cnova_host *host, bool on)
{
	struct cnova_io *io = host->mm->io;
	u32 value = on ? NV_RUNLIST_DOORBELL_ENABLE : 0;

	if (!host->mm->chip->host->has_blocks) {
		cnova_wr32(io, NV_PFIFO_DOORBELL_CFG, value);
		return;
	}

	for (u32 i = 0; i < host->nr_runlists; i++) {
		u32 reg = host->runlists[i].id + NV_RUNLIST_VIRTUAL_CHANNEL_CFG;
		u32 old = cnova_rd32(io, reg);

		cnova_wr32(io, reg, (old & ~NV_RUNLIST_DOORBELL_ENABLE) | value);
	}
}

/* Nothing runs that somebody else may have left. */
static int cnova_host_start_runlists(struct cnova_host *host)
{
	int err = 0;

	for (u32 i = 0; i < host->nr_runlists && !err; i++) {
		struct cnova_host_runlist *runlist = &host->runlists[i];

		mutex_lock(&runlist->lock);
		err = cnova_host_submit_locked(runlist);
		mutex_unlock(&runlist->lock);
	}
	if (!err)
		cnova_host_set_doorbell(host, true);

	return err;
}

static void cnova_host_destroy_locks(struct cnova_host *host)
{
	for (u32 i = 0; i < host->nr_runlists; i++)
		mutex_destroy(&host->runlists[i].lock);
	mutex_destroy(&host->grow_lock);
	mutex_destroy(&host->reset_lock);
	mutex_destroy(&host->preempt_lock);
	mutex_destroy(&host->fault_lock);
	mutex_destroy(&host->recovery_lock);
	host->nr_runlists = 0;
}

/* Does the host belong to firmware? */
static bool cnova_host_is_taken(struct cnova_mm *mm)
{
	return !cnova_io_is_model(mm->io) && cnova_gsp_is_active(mm->io, mm->chip);
}

/**
 * cnova_host_init() - Be ready to run channels, where that is possible.
 * @host: To be initialised.
 * @mm: Memory management of the GPU, initialised.
 * @irq: Interrupt of the GPU; 0: there is none, and there will be no channels.
 *
 * Context: Probe.
 * Return: 0, also if it is not possible: cnova_host_is_up(); -ENOMEM, -ENOSPC; -ETIMEDOUT,
 * -ENODEV: the hardware does not answer; or what request_irq() says.
 */
int cnova_host_init(struct cnova_host *host, struct cnova_mm *mm, int irq)
{
	int err;

	*host = (struct cnova_host){ .mm = mm, .irq = irq, .timeout_us = CNOVA_HOST_TIMEOUT_US };
	INIT_LIST_HEAD(&host->blocks);
	if (irq <= 0 || cnova_host_is_taken(mm))
		return 0;

	spin_lock_init(&host->lock);
	mutex_init(&host->grow_lock);
	mutex_init(&host->recovery_lock);
	mutex_init(&host->fault_lock);
	mutex_init(&host->preempt_lock);
	mutex_init(&host->reset_lock);
	host->nr_found = cnova_host_find_engines(host);
	if (!host->nr_found) {
		cnova_host_destroy_locks(host);
		return 0;
	}

	err = cnova_host_init_memory(host);
	if (err)
		goto err_destroy_locks;

	err = cnova_fault_buffer_init(&host->faults, mm);
	if (err)
		goto err_free_memory;

	err = cnova_host_irq_init(host);
	if (err)
		goto err_fini_faults;

	err = cnova_host_start_runlists(host);
	if (err)
		goto err_fini_irq;

	host->nr_engines = host->nr_found;
	dev_info(mm->dev, "%u copy engines on %u runlists, %u channels of class %#x\n",
		 host->nr_engines, host->nr_runlists, host->max_channels, mm->chip->channel);
	return 0;

err_fini_irq:
	cnova_host_irq_fini(host);
err_fini_faults:
	cnova_fault_buffer_fini(&host->faults);
err_free_memory:
	cnova_vram_free(&mm->vram, &host->blocks);
err_destroy_locks:
	cnova_host_destroy_locks(host);
	return err;
}

/**
 * cnova_host_stop() - Run nothing any more.
 * @host: Host without channels. It is not up afterwards.
 *
 * Context: Process context, the device still there.
 * Return: false: the hardware may reach memory of channels before it is reset; what is
 * ours of that stays until cnova_host_fini().
 */
bool cnova_host_stop(struct cnova_host *host)
{
	bool clean = true;

	if (!cnova_host_is_up(host))
		return true;

	host->nr_engines = 0;
	cnova_host_set_doorbell(host, false);
	cnova_host_irq_fini(host);
	for (u32 i = 0; i < host->nr_runlists; i++)
		clean &= !host->runlists[i].stuck && !host->runlists[i].lost;

	if (clean) {
		cnova_fault_buffer_fini(&host->faults);
		cnova_vram_free(&host->mm->vram, &host->blocks);
	}
	return clean;
}

/**
 * cnova_host_fini() - The end of cnova_host_init().
 * @host: Host that was stopped. If that was not clean, the GPU was reset since.
 *
 * Context: Process context. The device may be gone.
 */
void cnova_host_fini(struct cnova_host *host)
{
	if (!host->nr_runlists)
		return;

	cnova_fault_buffer_fini(&host->faults);
	cnova_vram_free(&host->mm->vram, &host->blocks);
	cnova_host_destroy_locks(host);
}

/**
 * cnova_host_prime_lockdep() - Take the locks of a host once, in their order.
 * @host: Host, up or not.
 *
 * Context: Debug: who teaches lockdep the order of locks.
 */
void cnova_host_prime_lockdep(struct cnova_host *host)
{
	struct cnova_host_runlist *runlist = host->runlists;

	if (!cnova_host_is_up(host))
		return;

	mutex_lock(&host->recovery_lock);
	mutex_lock(&runlist->lock);
	mutex_lock(&host->preempt_lock);
	mutex_lock(&host->reset_lock);
	mutex_unlock(&host->reset_lock);
	mutex_unlock(&host->preempt_lock);
	mutex_lock(&host->mm->tlb.lock);
	mutex_lock(&host->mm->pramin.lock);
	mutex_unlock(&host->mm->pramin.lock);
	mutex_unlock(&host->mm->tlb.lock);
	mutex_unlock(&runlist->lock);
	mutex_unlock(&host->recovery_lock);
}
