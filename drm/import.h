/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects whose memory belongs to somebody else.
 */
#ifndef _CNOVA_DRM_IMPORT_H_
#define _CNOVA_DRM_IMPORT_H_

#include <linux/dma-direction.h>
#include <linux/list.h>
#include <linux/types.h>

struct cnova_bo;
struct cnova_device;
struct cnova_runs;
struct dma_buf;
struct dma_buf_attachment;
struct sg_table;

/** struct cnova_import - What an object has of a dma-buf. */
struct cnova_import {
	/** @bo: The object. Immutable. */
	struct cnova_bo *bo;

	/** @dma_buf: Whose memory it is; a reference. Immutable. */
	struct dma_buf *dma_buf;

	/** @attach: Our attachment to the dma-buf. Immutable once there. */
	struct dma_buf_attachment *attach;

	/** @read_only: Nobody who has it may write. Immutable. */
	bool read_only;

	/** @sgt: The memory; NULL: not mapped. Under the reservation. */
	struct sg_table *sgt;

	/** @runs: Index by offset; NULL: not mapped. Under the reservation. */
	struct cnova_runs *runs;

	/**
	 * @granted: A software GPU may reach the pages. Changes with &cnova_device.io_lock
	 * held for read, by whoever has the reservation; or for write.
	 */
	bool granted;

	/** @entry: In &cnova_device.imports while it is mapped. */
	struct list_head entry;
};

struct cnova_import *cnova_import_alloc(struct cnova_bo *bo, struct dma_buf *dma_buf);
void cnova_import_free(struct cnova_import *import);

int cnova_import_map(struct cnova_import *import);
void cnova_import_unmap(struct cnova_import *import);
void cnova_imports_release_locked(struct cnova_device *cnova);
void cnova_imports_stop(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_IMPORT_H_ */
