// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Channels
 *
 * A channel is a ring of entries in memory, each of which points at a segment of methods.
 * The host fetches them as long as GP_GET differs from GP_PUT; we write entries, then
 * GP_PUT, then ring the doorbell, a single store to the GPU for any number of entries
 * (HARDWARE.md 11.1).
 *
 * cnova_channel_kill() may be called from the handler of a timeout: it allocates nothing
 * and its waits are bounded. When it returns 0, no access of the channel is on its way.
 * Only the address space of a channel that cannot be stopped has to stay for ever.
 *
 * Locking: &cnova_host_runlist.lock for what the hardware knows of a channel,
 * &cnova_host.lock for who is told. A ring belongs to one thread at a time, its owner's.
 */

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/byteorder.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "mm/pt_fmt.h"
#include "mm/ramin.h"

/* HARDWARE.md 11.1: words of USERD. */
#define CNOVA_USERD_GP_GET	(0x88 / 4)
#define CNOVA_USERD_GP_PUT	(0x8c / 4)

/**
 * cnova_channel_va_end() - End of the addresses of rings, segments and semaphores.
 * @chip: Chip.
 *
 * Before Hopper the host has 40 bits, whatever the page tables translate.
 *
 * Context: Any.
 * Return: First address that it cannot say; the page before it is best left alone too.
 */
struct cnova_gpu_va cnova_channel_va_end(const struct cnova_chip *chip)
{
	return cnova_gpu_va(BIT_ULL(chip->host->va_bits));
}

static bool cnova_channel_args_are_good(const struct cnova_host *host,
					const struct cnova_channel_args *args)
{
	u64 end = args->ring_va.raw + (sizeof(u64) << args->ring_lg2);

	return args->engine < host->nr_engines &&
	       args->ring_lg2 >= 1 && args->ring_lg2 <= CNOVA_CHANNEL_MAX_RING_LG2 &&
	       IS_ALIGNED(args->ring_va.raw, SZ_4K) &&
	       end < cnova_channel_va_end(host->mm->chip).raw &&
	       IS_ALIGNED(args->userd_bus.raw, CNOVA_CHANNEL_USERD_SIZE) &&
	       IS_ALIGNED(args->pdb.raw, SZ_4K);
}

/* Return: 0; -ENOSPC: none is free of the first @nr_chunks, which is set. */
static int cnova_channel_try_id(struct cnova_channel *channel, u32 *nr_chunks)
{
	struct cnova_host *host = channel->host;
	u32 id, nr;

	spin_lock_irq(&host->lock);
	*nr_chunks = host->nr_chunks;
	nr = min(host->nr_chunks * CNOVA_HOST_CHUNK, host->max_channels);
	id = find_first_zero_bit(host->ids, nr);
	if (id < nr) {
		__set_bit(id, host->ids);
		channel->id = id;
		channel->instance = host->instances[id / CNOVA_HOST_CHUNK];
		channel->instance.raw += id % CNOVA_HOST_CHUNK * CNOVA_RAMIN_SIZE;
	}
	spin_unlock_irq(&host->lock);

	return id < nr ? 0 : -ENOSPC;
}

static int cnova_channel_get_id(struct cnova_channel *channel)
{
	u32 nr_chunks;
	int err;

	while (cnova_channel_try_id(channel, &nr_chunks)) {
		err = cnova_host_grow(channel->host, nr_chunks);
		if (err)
			return err;
	}

	return 0;
}

static void cnova_channel_put_id(struct cnova_channel *channel)
{
	struct cnova_host *host = channel->host;

	spin_lock_irq(&host->lock);
	__clear_bit(channel->id, host->ids);
	spin_unlock_irq(&host->lock);
}

/* From here on, or until here, its ops are called. */
static void cnova_channel_publish(struct cnova_channel *channel, bool there)
{
	struct cnova_host *host = channel->host;

	spin_lock_irq(&host->lock);
	host->channels[channel->id] = there ? channel : NULL;
	spin_unlock_irq(&host->lock);
}

static void cnova_channel_write_instance(struct cnova_channel *channel,
					 const struct cnova_channel_args *args)
{
	const struct cnova_chip *chip = channel->host->mm->chip;
	const struct cnova_ramin ramin = {
		.pdb = args->pdb,
		.va_limit = BIT_ULL(chip->fmt->va_bits) - 1,
		.ring = args->ring_va,
		.ring_lg2 = args->ring_lg2,
		.userd = args->userd_bus,
		.id = channel->id,
		.vector = channel->engine->top.nonstall,
		.privileged = args->privileged,
	};
	u64 words[CNOVA_RAMIN_WORDS / 2], pa = channel->instance.raw;
	struct cnova_pramin_cursor cursor;

	cnova_ramin_encode(chip, &ramin, (u32 *)words);
	cnova_pramin_begin(&channel->host->mm->pramin, &cursor);
	cnova_pramin_write(&cursor, channel->instance, words, ARRAY_SIZE(words));
	cnova_pramin_fill(&cursor, cnova_vram_addr(pa + sizeof(words)), 0,
			  (CNOVA_RAMIN_SIZE - sizeof(words)) / sizeof(u64));
	cnova_pramin_order(&cursor);
	cnova_pramin_end(&cursor);
}

static int cnova_channel_start(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	int err;

	mutex_lock(&runlist->lock);
	if (runlist->stuck) {
		mutex_unlock(&runlist->lock);
		return -EIO;
	}

	cnova_host_bind_locked(channel);
	list_add_tail(&channel->runlist_entry, &runlist->channels);
	err = cnova_host_submit_locked(runlist);
	if (!err) {
		cnova_host_enable_locked(channel);
	} else {
		/* It is not enabled: whether or not it is on the list, it never runs. */
		list_del_init(&channel->runlist_entry);
		cnova_host_unbind_locked(channel);
	}
	mutex_unlock(&runlist->lock);

	return err == -ETIMEDOUT ? -EIO : err;
}

/**
 * cnova_channel_init() - Make a channel that is ready for work.
 * @channel: To be initialised.
 * @host: Host that is up.
 * @args: What it is made of.
 *
 * Context: Process context, may sleep; inside drm_dev_enter(), not the fence signalling path.
 * Return: 0; -EINVAL: an address that the hardware cannot take, or no such engine;
 * -ENOSPC: no channel or no VRAM is left; -ENOMEM; -EIO: the hardware does not answer;
 * -ENODEV: the device is gone. Then there is nothing to end.
 */
int cnova_channel_init(struct cnova_channel *channel, struct cnova_host *host,
		       const struct cnova_channel_args *args)
{
	int err;

	if (!cnova_channel_args_are_good(host, args))
		return -EINVAL;

	*channel = (struct cnova_channel){
		.host = host,
		.engine = &host->engines[args->engine],
		.ops = args->ops,
		.userd_bus = args->userd_bus,
		.userd = args->userd,
		.ring = args->ring,
		.ring_mask = BIT(args->ring_lg2) - 1,
	};
	INIT_LIST_HEAD(&channel->runlist_entry);

	err = cnova_channel_get_id(channel);
	if (err)
		return err;

	channel->token = channel->engine->runlist->doorbell | channel->id;
	cnova_channel_write_instance(channel, args);
	cnova_channel_publish(channel, true);
	err = cnova_channel_start(channel);
	if (err) {
		cnova_channel_publish(channel, false);
		cnova_channel_put_id(channel);
	}

	return err;
}

/**
 * cnova_channel_restart() - Have a channel that was killed begin anew.
 * @channel: Channel, killed and not stuck; nobody pushes.
 * @args: What it was made of.
 *
 * It keeps its number, so that nothing is allocated: for the driver's own, which nobody
 * else could replace while memory is short. What was in the ring is dropped.
 *
 * Context: Process context, may sleep for the hardware; inside drm_dev_enter().
 * Return: 0; -EIO: the hardware does not answer; -ENODEV: the device is gone. Then it is
 * as before.
 */
int cnova_channel_restart(struct cnova_channel *channel, const struct cnova_channel_args *args)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	int err;

	/* It is not told of what it did before. */
	cnova_channel_publish(channel, false);
	cnova_host_drain_faults(channel->host);

	memset(channel->userd, 0, CNOVA_CHANNEL_USERD_SIZE);
	channel->put = 0;
	cnova_channel_write_instance(channel, args);
	cnova_channel_publish(channel, true);

	mutex_lock(&runlist->lock);
	channel->killed = false;
	channel->halted = false;
	mutex_unlock(&runlist->lock);

	err = cnova_channel_start(channel);
	if (err) {
		mutex_lock(&runlist->lock);
		channel->killed = true;
		mutex_unlock(&runlist->lock);
	}
	return err;
}

/**
 * cnova_channel_fini() - The end of cnova_channel_init().
 * @channel: Channel, killed or not; nobody pushes.
 *
 * Afterwards its ops are not called any more. Unless it is stuck, its memory and address
 * space may go.
 *
 * Context: Process context, may sleep for the hardware.
 */
void cnova_channel_fini(struct cnova_channel *channel)
{
	cnova_channel_kill(channel);
	cnova_channel_publish(channel, false);
	if (cnova_channel_is_stuck(channel))
		return;

	/* Packets name the instance block, which the next owner of the id will have. */
	cnova_host_drain_faults(channel->host);
	cnova_channel_put_id(channel);
}

/**
 * cnova_channel_get() - Ask how far the host is.
 * @channel: Channel.
 *
 * Context: Any. No access to the GPU.
 * Return: Index of the first entry that it has not fetched, as of a while ago.
 */
u32 cnova_channel_get(const struct cnova_channel *channel)
{
	return le32_to_cpu(READ_ONCE(channel->userd[CNOVA_USERD_GP_GET])) & channel->ring_mask;
}

/**
 * cnova_channel_space() - Ask how much can be pushed.
 * @channel: Channel.
 *
 * Context: The owner of the ring. No access to the GPU.
 * Return: Entries.
 */
u32 cnova_channel_space(const struct cnova_channel *channel)
{
	return (cnova_channel_get(channel) - channel->put - 1) & channel->ring_mask;
}

/**
 * cnova_channel_push() - Have entries executed.
 * @channel: Channel. If it is killed, nothing happens.
 * @entries: What cnova_push_segment() made.
 * @nr: How many, not 0 and not more than cnova_channel_space().
 *
 * One store to the GPU, whatever @nr is.
 *
 * Context: The owner of the ring, fence signalling path; inside drm_dev_enter().
 */
void cnova_channel_push(struct cnova_channel *channel, const u64 *entries, u32 nr)
{
	struct cnova_io *io = channel->host->mm->io;

	for (u32 i = 0; i < nr; i++) {
		channel->ring[channel->put] = cpu_to_le64(entries[i]);
		channel->put = (channel->put + 1) & channel->ring_mask;
	}

	/* Entries, and the segments they point at, before GP_PUT. */
	dma_wmb();
	WRITE_ONCE(channel->userd[CNOVA_USERD_GP_PUT], cpu_to_le32(channel->put));
	/* GP_PUT before the doorbell. */
	wmb();
	cnova_wr32(io, NV_VIRTUAL_FUNCTION_DOORBELL, channel->token);

	cnova_io_account(io, CNOVA_IO_RING_ENTRY, nr);
	cnova_io_account(io, CNOVA_IO_DOORBELL, 1);
}

/**
 * cnova_channel_kill() - Stop a channel for good.
 * @channel: Channel.
 *
 * What it had begun is dropped; the engine is reset if it must be. Others on the engine go
 * on. If that does not help either, all channels end, see cnova_host_reset(). It may be
 * called again; by several only if they agree who waits for whom.
 *
 * Context: Process context, fence signalling path: no allocation. Sleeps for the hardware,
 * not longer than five times %CNOVA_HOST_TIMEOUT_US, and then for cnova_host_reset().
 * Return: 0: nothing of it is on its way any more. -EIO: the hardware cannot stop it; the
 * device is wedged, and all that the channel reaches has to stay. -ENODEV: it is gone; the
 * same, as it may come back.
 */
int cnova_channel_kill(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	bool failed = false;
	u32 generation;
	int err = 0;

	mutex_lock(&runlist->lock);
	generation = channel->host->generation;
	if (!channel->killed) {
		err = cnova_host_evict_locked(channel);
		channel->killed = true;
		channel->stuck = err;
		failed = err == -EIO;
		/* What is gone may come back, and go on where it was. */
		if (err == -ENODEV)
			runlist->lost = true;
	} else if (channel->stuck) {
		err = -EIO;
	}
	mutex_unlock(&runlist->lock);

	return failed ? cnova_host_reset(channel, generation) : err;
}

/**
 * cnova_channel_is_stuck() - Does a killed channel keep its memory?
 * @channel: Channel.
 *
 * Context: Process context, fence signalling path.
 * Return: true: the GPU may reach it until it is reset.
 */
bool cnova_channel_is_stuck(struct cnova_channel *channel)
{
	struct cnova_host_runlist *runlist = channel->engine->runlist;
	bool stuck;

	mutex_lock(&runlist->lock);
	stuck = channel->stuck;
	mutex_unlock(&runlist->lock);

	return stuck;
}
