// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Files
 *
 * An open file owns address spaces, by id, and objects, by handle. When it is
 * closed they go, whatever they were doing: nobody waits for a fence that some
 * user may never signal.
 *
 * What a file uses is told in its fdinfo, with the keys all drivers have
 * (Documentation/gpu/drm-usage-stats.rst), for the regions vram0, gtt (system
 * memory that the GPU may reach) and system (what was evicted, and may be swapped
 * out); page tables count in vram0. For the engine copy it says how long its channels
 * had something to do, one beside the other counted twice. And with keys of our own,
 * in bytes:
 *
 * - ``cnova-mapped``: address space that is mapped, in all VMs;
 * - ``cnova-tables``: VRAM that page tables hold;
 * - ``cnova-quarantined``: withheld, of the whole device, because the hardware may
 *   still reach it.
 *
 * Locking: &cnova_file.vms and &cnova_file.channels have locks of their own, under which
 * references are taken.
 */

#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_placement.h>

#include "drm/channel.h"
#include "drm/debugfs.h"
#include "drm/device.h"
#include "drm/file.h"
#include "drm/gem.h"
#include "drm/vm.h"

/**
 * cnova_file_open() - Set up what a file owns; &drm_driver.open.
 * @drm: Device.
 * @file: New file.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int cnova_file_open(struct drm_device *drm, struct drm_file *file)
{
	struct cnova_file *cfile = kzalloc_obj(*cfile);

	if (!cfile)
		return -ENOMEM;

	xa_init_flags(&cfile->vms, XA_FLAGS_ALLOC1);
	mutex_init(&cfile->add_lock);
	cfile->next_id = 1;
	xa_init_flags(&cfile->channels, XA_FLAGS_ALLOC1);
	cfile->next_channel_id = 1;
	file->driver_priv = cfile;
	return 0;
}

/**
 * cnova_file_postclose() - Drop what a file owns; &drm_driver.postclose.
 * @drm: Device.
 * @file: File that nobody uses any more.
 *
 * Context: Process context.
 */
void cnova_file_postclose(struct drm_device *drm, struct drm_file *file)
{
	struct cnova_file *cfile = to_cnova_file(file);
	struct cnova_user_channel *channel;
	struct cnova_vm *vm;
	unsigned long id;

	/* Each would end with its VM, but one after the other is told of then. */
	xa_for_each(&cfile->channels, id, channel)
		cnova_file_remove_channel(file, channel);

	xa_for_each(&cfile->vms, id, vm) {
		xa_erase(&cfile->vms, id);
		cnova_vm_close(vm);
		cnova_vm_put(vm);
	}

	xa_destroy(&cfile->channels);
	xa_destroy(&cfile->vms);
	mutex_destroy(&cfile->add_lock);
	kfree(cfile);
}

static u32 cnova_file_count_vms(struct cnova_file *cfile)
{
	struct cnova_vm *vm;
	unsigned long id;
	u32 nr = 0;

	xa_for_each(&cfile->vms, id, vm)
		nr++;
	return nr;
}

/**
 * cnova_file_add_vm() - Give a file an address space.
 * @file: Whose.
 * @vm: Address space; the file takes over the caller's reference.
 * @id: Its id.
 *
 * As soon as it is there another thread may guess the id and destroy it.
 *
 * Context: Process context.
 * Return: 0; -ENOSPC: the file has as many as it may have; -ENOMEM.
 */
int cnova_file_add_vm(struct drm_file *file, struct cnova_vm *vm, u32 *id)
{
	struct cnova_file *cfile = to_cnova_file(file);
	int err = -ENOSPC;

	cnova_vm_get(vm);
	mutex_lock(&cfile->add_lock);
	if (cnova_file_count_vms(cfile) < CNOVA_MAX_VMS)
		err = xa_alloc_cyclic(&cfile->vms, &vm->id, vm, xa_limit_31b, &cfile->next_id,
				      GFP_KERNEL);
	mutex_unlock(&cfile->add_lock);

	/* 1: the ids have wrapped. */
	if (err >= 0) {
		*id = vm->id;
		cnova_debugfs_add_vm(vm);
		err = 0;
	}
	cnova_vm_put(vm);

	return err == -EBUSY ? -ENOSPC : err;
}

/**
 * cnova_file_get_vm() - Look an address space up.
 * @file: Whose.
 * @id: Its id.
 *
 * Context: Process context.
 * Return: The address space, a reference on it; NULL: there is none.
 */
struct cnova_vm *cnova_file_get_vm(struct drm_file *file, u32 id)
{
	struct cnova_file *cfile = to_cnova_file(file);
	struct cnova_vm *vm;

	xa_lock(&cfile->vms);
	vm = xa_load(&cfile->vms, id);
	if (vm)
		cnova_vm_get(vm);
	xa_unlock(&cfile->vms);

	return vm;
}

static u32 cnova_file_count_channels(struct cnova_file *cfile)
{
	struct cnova_user_channel *channel;
	unsigned long id;
	u32 nr = 0;

	xa_for_each(&cfile->channels, id, channel)
		nr++;
	return nr;
}

/**
 * cnova_file_add_channel() - Give a file a channel.
 * @file: Whose.
 * @channel: Channel; the file takes over the caller's reference.
 * @id: Its id.
 *
 * As soon as it is there another thread may guess the id and destroy it.
 *
 * Context: Process context.
 * Return: 0; -ENOSPC: the file has as many as it may have; -ENOMEM.
 */
int cnova_file_add_channel(struct drm_file *file, struct cnova_user_channel *channel, u32 *id)
{
	struct cnova_file *cfile = to_cnova_file(file);
	int err = -ENOSPC;

	cnova_user_channel_get(channel);
	mutex_lock(&cfile->add_lock);
	if (cnova_file_count_channels(cfile) < CNOVA_MAX_CHANNELS)
		err = xa_alloc_cyclic(&cfile->channels, &channel->id, channel, xa_limit_31b,
				      &cfile->next_channel_id, GFP_KERNEL);
	mutex_unlock(&cfile->add_lock);

	/* 1: the ids have wrapped. */
	if (err >= 0) {
		*id = channel->id;
		err = 0;
	}
	cnova_user_channel_put(channel);

	return err == -EBUSY ? -ENOSPC : err;
}

/**
 * cnova_file_get_channel() - Look a channel up.
 * @file: Whose.
 * @id: Its id.
 *
 * Context: Process context.
 * Return: The channel, a reference on it; NULL: there is none.
 */
struct cnova_user_channel *cnova_file_get_channel(struct drm_file *file, u32 id)
{
	struct cnova_file *cfile = to_cnova_file(file);
	struct cnova_user_channel *channel;

	xa_lock(&cfile->channels);
	channel = xa_load(&cfile->channels, id);
	if (channel)
		cnova_user_channel_get(channel);
	xa_unlock(&cfile->channels);

	return channel;
}

/**
 * cnova_file_remove_channel() - End a channel of a file.
 * @file: Whose.
 * @channel: Channel; the caller has a reference or is the last to use the file.
 *
 * It is closed first: the time that it was busy is the file's, before and after.
 *
 * Context: Process context, no lock held.
 * Return: true if it was the file's until now, false if another thread was faster.
 */
bool cnova_file_remove_channel(struct drm_file *file, struct cnova_user_channel *channel)
{
	struct cnova_file *cfile = to_cnova_file(file);
	bool removed;

	cnova_user_channel_close(channel);

	xa_lock(&cfile->channels);
	removed = xa_load(&cfile->channels, channel->id) == channel;
	if (removed) {
		__xa_erase(&cfile->channels, channel->id);
		cfile->busy_ns += cnova_user_channel_busy_ns(channel);
	}
	xa_unlock(&cfile->channels);

	if (removed)
		cnova_user_channel_put(channel);
	return removed;
}

/* VRAM that its address spaces took for page tables. A hint, as in show_fdinfo(). */
static u64 cnova_file_arena_bytes(struct cnova_file *cfile)
{
	struct cnova_vm *vm;
	unsigned long id;
	u64 bytes = 0;

	xa_lock(&cfile->vms);
	xa_for_each(&cfile->vms, id, vm)
		bytes += READ_ONCE(vm->pt_alloc.bytes);
	xa_unlock(&cfile->vms);
	return bytes;
}

/* Objects that the file has handles for, by where they are; and page tables. */
static void cnova_file_show_objects(struct drm_printer *p, struct drm_file *file)
{
	static const char * const regions[] = {
		[TTM_PL_SYSTEM] = "system",
		[TTM_PL_TT] = "gtt",
		[TTM_PL_VRAM] = "vram0",
	};
	struct drm_memory_stats stats[ARRAY_SIZE(regions)] = {};
	struct drm_gem_object *gem;
	u64 arenas;
	int id;

	spin_lock(&file->table_lock);
	idr_for_each_entry(&file->object_idr, gem, id) {
		u32 mem_type = READ_ONCE(to_cnova_bo(gem)->mem_type);

		if (drm_gem_object_is_shared_for_memory_stats(gem))
			stats[mem_type].shared += gem->size;
		else
			stats[mem_type].private += gem->size;
		if (mem_type != TTM_PL_SYSTEM)
			stats[mem_type].resident += gem->size;
		if (!dma_resv_test_signaled(gem->resv, DMA_RESV_USAGE_BOOKKEEP))
			stats[mem_type].active += gem->size;
	}
	spin_unlock(&file->table_lock);

	/* They have no handles, and are the client's all the same. */
	arenas = cnova_file_arena_bytes(to_cnova_file(file));
	stats[TTM_PL_VRAM].private += arenas;
	stats[TTM_PL_VRAM].resident += arenas;

	/* Nothing is purgeable: who does not need an object closes it. */
	for (u32 i = 0; i < ARRAY_SIZE(regions); i++)
		drm_print_memory_stats(p, &stats[i],
				       DRM_GEM_OBJECT_RESIDENT | DRM_GEM_OBJECT_ACTIVE |
				       DRM_GEM_OBJECT_PURGEABLE, regions[i]);
}

/**
 * cnova_file_show_fdinfo() - Tell what a file uses; &drm_driver.show_fdinfo.
 * @p: Where to.
 * @file: File.
 *
 * Context: Process context.
 */
void cnova_file_show_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	struct cnova_device *cnova = to_cnova_device(file->minor->dev);
	struct cnova_file *cfile = to_cnova_file(file);
	struct cnova_user_channel *channel;
	u64 mapped = 0, tables = 0, busy;
	struct cnova_vm *vm;
	unsigned long id;

	cnova_file_show_objects(p, file);

	/* Hints: the tree locks would have a reader wait for the hardware. */
	xa_lock(&cfile->vms);
	xa_for_each(&cfile->vms, id, vm) {
		mapped += READ_ONCE(vm->mapped);
		tables += READ_ONCE(vm->vmm.table_bytes);
	}
	xa_unlock(&cfile->vms);

	xa_lock(&cfile->channels);
	busy = cfile->busy_ns;
	xa_for_each(&cfile->channels, id, channel)
		busy += cnova_user_channel_busy_ns(channel);
	xa_unlock(&cfile->channels);

	drm_printf(p, "drm-engine-copy:\t%llu ns\n", busy);
	if (cnova->host.nr_engines > 1)
		drm_printf(p, "drm-engine-capacity-copy:\t%u\n", cnova->host.nr_engines);
	drm_printf(p, "cnova-mapped:\t%llu\n", mapped);
	drm_printf(p, "cnova-tables:\t%llu\n", tables);
	drm_printf(p, "cnova-quarantined:\t%llu\n", (u64)atomic64_read(&cnova->quarantined));
}
