/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's own copies, by a copy engine.
 */
#ifndef _CNOVA_DRM_COPY_H_
#define _CNOVA_DRM_COPY_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "mm/channel.h"
#include "mm/dma.h"
#include "mm/push.h"
#include "mm/vmm.h"

struct cnova_device;
struct cnova_runs;

/** enum cnova_copy_mode - The module parameter copy. */
enum cnova_copy_mode {
	/** @CNOVA_COPY_AUTO: By an engine what is large, if there is one that works. */
	CNOVA_COPY_AUTO,
	/** @CNOVA_COPY_CPU: Always by the CPU. */
	CNOVA_COPY_CPU,
	/** @CNOVA_COPY_CE: Always by an engine: what it cannot do fails. */
	CNOVA_COPY_CE,
};

/** struct cnova_copy - The channel that copies. */
struct cnova_copy {
	/** @mode: Immutable. */
	enum cnova_copy_mode mode;
	/** @up: There is a channel. Changes at probe and remove only. */
	bool up;
	/**
	 * @lock: One copy at a time. Protects what follows. Taken with reservations
	 * held, never in the fence signalling path; nothing under it allocates.
	 */
	struct mutex lock;
	/** @dead: The channel was killed. Read without @lock too. */
	bool dead;
	/** @restarts: How often it was started again with nothing done since. Also read without. */
	u32 restarts;
	/** @channel: Privileged: physical addresses. */
	struct cnova_channel channel;
	/** @vmm: Where its ring and segments are. */
	struct cnova_vmm vmm;
	/** @blocks: VRAM of the page tables. */
	struct list_head blocks;
	/** @dma: Ring, semaphore, segments, USERD. */
	struct cnova_dma dma;
	/** @push: The segment being written. */
	struct cnova_push push;
	/** @bytes: What it does when executed. */
	u64 bytes;
	/** @seqno: What the semaphore holds when all is done. */
	u64 seqno;
	/** @wait: Who waits for it. */
	wait_queue_head_t wait;
	/** @failed: The hardware did not like something. Set in the interrupt. */
	bool failed;
};

int cnova_copy_init(struct cnova_device *cnova);
bool cnova_copy_fini(struct cnova_device *cnova);
void cnova_copy_release(struct cnova_device *cnova);

int cnova_copy_clear(struct cnova_device *cnova, const struct cnova_runs *runs);
int cnova_copy_move(struct cnova_device *cnova, const struct cnova_runs *to,
		    const struct cnova_runs *from);

#endif /* _CNOVA_DRM_COPY_H_ */
