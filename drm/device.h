/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One GPU: what all files and address spaces share.
 */
#ifndef _CNOVA_DRM_DEVICE_H_
#define _CNOVA_DRM_DEVICE_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ratelimit_types.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <drm/drm_device.h>
#include <drm/ttm/ttm_device.h>

#include "drm/copy.h"
#include "drm/vram_mgr.h"
#include "drm/window.h"
#include "hw/access.h"
#include "hw/gsp_queue.h"
#include "mm/bar1.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "mm/selftest.h"

struct cnova_vm;
struct shrinker;

/** CNOVA_MAX_VMS - Address spaces per file. */
#define CNOVA_MAX_VMS			64

/** CNOVA_MAX_CHANNELS - Channels per file. */
#define CNOVA_MAX_CHANNELS		64

/** CNOVA_MAX_BIND_OPS - Operations in one VM_BIND. */
#define CNOVA_MAX_BIND_OPS		(16 * 1024)

/** CNOVA_MAX_SYNCS - Sync entries in one call. */
#define CNOVA_MAX_SYNCS			1024

/** CNOVA_MAX_BIND_QUEUES - Bind queues of one VM, its own not counted. */
#define CNOVA_MAX_BIND_QUEUES		16

/** CNOVA_MAX_PENDING_BINDS - Jobs of one VM waiting or running. */
#define CNOVA_MAX_PENDING_BINDS		4096

/**
 * CNOVA_MAX_PENDING_MAPS - Their maps: a bind may have to look at all of them, with
 * locks held that others wait for.
 */
#define CNOVA_MAX_PENDING_MAPS		(16 * CNOVA_MAX_BIND_OPS)

/**
 * CNOVA_MAX_PENDING_SPANS - Ranges that pending jobs of a VM touch, as they are told apart
 * for the order between queues; beyond that a job counts as one range.
 */
#define CNOVA_MAX_PENDING_SPANS		CNOVA_MAX_PENDING_MAPS

/**
 * CNOVA_MAX_BIND_FRAMES - Pieces of 2 MiB that the maps of one VM_BIND cover, counted
 * again for every map: what is looked at and reserved for each before duplicates go.
 * A single map may be larger.
 */
#define CNOVA_MAX_BIND_FRAMES		(1024 * 1024)

/** CNOVA_MAX_BIND_RANGES - Ranges that the UNMAP_ALLs of one VM_BIND find; one finds all. */
#define CNOVA_MAX_BIND_RANGES		(1024 * 1024)

/** struct cnova_device - A GPU. */
struct cnova_device {
	/** @drm: Base; its lifetime is ours. */
	struct drm_device drm;

	/** @io: Registers and apertures. All-ones once the device is removed. */
	struct cnova_io io;

	/**
	 * @io_lock: Held for read by whoever takes VRAM or pages, or gives them
	 * back, which may happen without drm_dev_enter(); for write when @io goes
	 * away. Only @held_lock, @tts_lock and those of mm/ are taken inside. Memory is
	 * asked for with it held, so that it is never taken in reclaim.
	 */
	struct rw_semaphore io_lock;

	/**
	 * @held_vram: What the GPU was told is in use, &cnova_vram_resource.held.
	 * Changes with @io_lock held for read and @held_lock.
	 */
	struct list_head held_vram;

	/** @held_tts: Pages that the GPU may reach. See drm/tt.c. */
	struct list_head held_tts;

	/** @lost_tts: Those that it reaches although nobody has them. */
	struct list_head lost_tts;

	/** @tts_lock: Protects @held_tts and @lost_tts. Allocates nothing. */
	struct mutex tts_lock;

	/** @imports: Memory of others that is mapped, &cnova_import.entry, as @held_vram. */
	struct list_head imports;

	/** @imported: With a software GPU: pages of @imports by bus address, in pages. */
	struct xarray imported;

	/**
	 * @withheld: VRAM that may still be reached through a BAR1 that is dead:
	 * blocks of &cnova_mm.vram, kept until the end. Protected by @io_lock and
	 * &cnova_vram.lock.
	 */
	struct list_head withheld;

	/** @held_lock: Protects @held_vram and @imports. A leaf lock. */
	spinlock_t held_lock;

	/** @mm: Page tables, TLB, VRAM. */
	struct cnova_mm mm;

	/** @irq: Interrupt of the GPU; 0: there is none. Immutable. */
	int irq;

	/** @host: Runlists, engines, interrupts. Not up: this GPU runs no channels. */
	struct cnova_host host;

	/** @copy: The driver's own copies. */
	struct cnova_copy copy;

	/** @gsp: Way to ask GSP firmware; probe and remove only. */
	struct cnova_gsp gsp;

	/** @gsp_memory: What it writes to; NULL: there is none, or it has let go. */
	void *gsp_memory;

	/** @gsp_bus: Bus address of that. */
	dma_addr_t gsp_bus;

	/** @selftest: How the self-tests ended. */
	struct cnova_selftest selftest;

	/** @bar1_size: Bytes of BAR1; 0: none. Immutable. */
	u64 bar1_size;

	/** @bar1_phys: Where BAR1 is for the CPU; with the model 0. Immutable. */
	phys_addr_t bar1_phys;

	/** @bar1: What BAR1 shows. Not initialised without one. */
	struct cnova_bar1 bar1;

	/** @pt_shown: Bytes of page tables that @bar1 shows. */
	atomic64_t pt_shown;

	/** @windows: Parts of objects that the CPU has mapped through BAR1. */
	struct cnova_windows windows;

	/** @ttm: Placement of objects. */
	struct ttm_device ttm;

	/** @vram_mgr: TTM's view of VRAM. */
	struct cnova_vram_mgr vram_mgr;

	/** @tt_mgr: TTM's view of system memory that the GPU may reach. */
	struct ttm_resource_manager tt_mgr;

	/** @shrinker: See drm/shrinker.c. */
	struct shrinker *shrinker;

	/** @nr_shrinkable: Pages that it may find. */
	atomic_long_t nr_shrinkable;

	/** @nr_shrunk: Pages that it has found, ever: for tests. */
	atomic_long_t nr_shrunk;

	/** @dummy_page: For CPU mappings of VRAM that BAR1 does not show: a bug. */
	struct page *dummy_page;

	/**
	 * @validate_lock: Held for read around every drm_exec loop that
	 * validates, for write by one that found no memory and tries again
	 * alone. Its rank is in drm/vm.h.
	 */
	struct rw_semaphore validate_lock;

	/** @wedged_work: Ends what waits, in all address spaces, once the device is wedged. */
	struct work_struct wedged_work;

	/** @reset_work: Tells user space that all channels were reset. */
	struct work_struct reset_work;

	/**
	 * @channel_reports: Of how channels died. That some were not told of is not told
	 * either: it would be a warning.
	 */
	struct ratelimit_state channel_reports;

	/** @bind_wq: Where all bind schedulers run: unbound, WQ_MEM_RECLAIM. */
	struct workqueue_struct *bind_wq;

	/**
	 * @exec_wq: Where the schedulers of channels run, and where channels are stopped:
	 * unbound, WQ_MEM_RECLAIM.
	 */
	struct workqueue_struct *exec_wq;

	/** @next_engine: Channels are spread over the engines. */
	atomic_t next_engine;

	/**
	 * @cleanup_wq: What a job leaves behind is put here: it allocates nothing
	 * that a fence waits for, and takes reservations.
	 */
	struct workqueue_struct *cleanup_wq;

	/** @vms: All address spaces that are not closed, &cnova_vm.device_entry. */
	struct list_head vms;

	/** @vms_lock: Protects @vms. A leaf lock. */
	struct mutex vms_lock;

	/** @pt_quarantine: Arenas of page tables that the GPU may still walk. */
	struct list_head pt_quarantine;

	/** @channel_quarantine: &cnova_channel_mem.entry that the GPU may still reach. */
	struct list_head channel_quarantine;

	/** @debugfs_vms: Directory of the address spaces; NULL before and after. */
	struct dentry *debugfs_vms;

	/** @debugfs_lock: Protects @debugfs_vms and &cnova_vm.debugfs_dir. */
	struct mutex debugfs_lock;

	/**
	 * @quarantine: Mappings whose memory the GPU may still reach, on
	 * &drm_gpuva.rb.entry.
	 */
	struct list_head quarantine;

	/**
	 * @quarantine_lock: Protects @quarantine, @pt_quarantine and
	 * @channel_quarantine. A leaf below &cnova_vmm.lock.
	 */
	struct mutex quarantine_lock;

	/** @quarantined: Bytes that stay pinned until the device is removed. */
	atomic64_t quarantined;
};

/* May the kernel itself load and store through BAR1? */
static inline bool cnova_device_has_bar1(const struct cnova_device *cnova)
{
	return cnova->bar1_size && (cnova_io_is_model(&cnova->io) || cnova->io.bar1);
}

static inline struct cnova_device *to_cnova_device(struct drm_device *drm)
{
	return container_of(drm, struct cnova_device, drm);
}

struct cnova_device *cnova_device_create(struct device *parent);
int cnova_device_start(struct cnova_device *cnova);
void cnova_device_stop(struct cnova_device *cnova);
void cnova_device_remove(struct cnova_device *cnova);

struct cnova_vm **cnova_device_get_vms(struct cnova_device *cnova, u32 *nr);
void cnova_device_put_vms(struct cnova_vm **vms, u32 nr);

bool cnova_device_is_wedged(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_DEVICE_H_ */
