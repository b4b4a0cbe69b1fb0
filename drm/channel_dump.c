// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What is said of a channel
 *
 * The coredump of a channel that died of something (drm/coredump.c): what the hardware
 * said, how far the ring is, what was in it, and the page tables on the way to the address
 * that faulted. Taken when the channel is stopped, before anything of it has changed.
 */

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "drm/channel.h"
#include "drm/channel_mem.h"
#include "drm/coredump.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/vm.h"

static const char *cnova_channel_dump_reason(int err)
{
	switch (err) {
	case -EFAULT:
		return "a channel faulted";
	case -ETIMEDOUT:
		return "an execution took too long";
	default:
		return "a channel sent what the hardware refuses";
	}
}

static void cnova_channel_dump_ring(struct cnova_user_channel *channel, struct drm_printer *p)
{
	const struct cnova_exec_fence *fence;
	unsigned long flags;

	drm_printf(p, "channel: %u\n", channel->id);
	drm_printf(p, "engine: CE%u\n", channel->hw.engine->top.instance);
	drm_printf(p, "hardware id: %u\n", channel->hw.id);
	drm_printf(p, "ring: get %u put %u of %u\n", cnova_channel_get(&channel->hw),
		   channel->hw.put, channel->hw.ring_mask + 1);
	drm_printf(p, "semaphore: %llu\n", READ_ONCE(*(const u64 *)channel->mem->sem.cpu));

	spin_lock_irqsave(&channel->lock, flags);
	list_for_each_entry(fence, &channel->running, entry)
		drm_printf(p, "running: %llu\n", fence->base.seqno);
	if (channel->error == -EFAULT)
		drm_printf(p, "fault: 0x%llx type %u access %u engine %u client %u %s\n",
			   channel->fault.va, channel->fault.type, channel->fault.access,
			   channel->fault.engine, channel->fault.client,
			   channel->fault.hub ? "hub" : "gpc");
	spin_unlock_irqrestore(&channel->lock, flags);
}

/**
 * cnova_user_channel_dump() - Take a dump of a channel that died.
 * @channel: Channel with an error, whose memory is there.
 *
 * Context: Process context, fence signalling path, no lock below
 * &cnova_user_channel.stop_lock held.
 */
void cnova_user_channel_dump(struct cnova_user_channel *channel)
{
	struct cnova_vm *vm = channel->vm;
	int err = READ_ONCE(channel->error), idx;
	struct drm_printer *p;

	/* It went because somebody wanted it to, or with something that has a dump. */
	if (err == -ECANCELED || err == -ENODEV || !drm_dev_enter(&vm->cnova->drm, &idx))
		return;

	mutex_lock(&vm->vmm.lock);
	p = cnova_coredump_begin(vm, cnova_channel_dump_reason(err), err);
	if (p) {
		cnova_channel_dump_ring(channel, p);
		if (err == -EFAULT)
			cnova_coredump_show_walk(vm, p, channel->fault.va);
		cnova_coredump_show_vm(vm, p);
		cnova_coredump_end(vm);
	}
	mutex_unlock(&vm->vmm.lock);

	drm_dev_exit(idx);
}

/**
 * cnova_vm_show_channels() - Print the channels of an address space, a line each.
 * @vm: Address space.
 * @p: Where to.
 *
 * Context: Process context.
 */
void cnova_vm_show_channels(struct cnova_vm *vm, struct drm_printer *p)
{
	struct cnova_user_channel *channel;

	/* Listed: its memory is there. */
	spin_lock(&vm->channels_lock);
	list_for_each_entry(channel, &vm->channels, vm_entry) {
		drm_printf(p, "channel_%u engine=CE%u id=%u error=%d busy_ns=%llu",
			   channel->id, channel->hw.engine->top.instance, channel->hw.id,
			   READ_ONCE(channel->error), cnova_user_channel_busy_ns(channel));
		drm_printf(p, " renewals=%u accepted=%llu", READ_ONCE(channel->renewals),
			   READ_ONCE(channel->seqno));
		drm_printf(p, " semaphore=%llu pending=%d get=%u put=%u\n",
			   READ_ONCE(*(const u64 *)channel->mem->sem.cpu),
			   atomic_read(&channel->nr_jobs), cnova_channel_get(&channel->hw),
			   READ_ONCE(channel->hw.put));
	}
	spin_unlock(&vm->channels_lock);
}
