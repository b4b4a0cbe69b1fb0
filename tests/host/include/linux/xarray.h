/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_XARRAY_H_
#define _HOST_LINUX_XARRAY_H_

#include <linux/err.h>
#include <linux/types.h>

/* A list: what is kept here is few. tests/host/shim_kernel.c */
struct host_xa_entry;

struct xarray {
	struct host_xa_entry *first;
};

#define xa_init(xa)	((xa)->first = NULL)

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_erase(struct xarray *xa, unsigned long index);
void *host_xa_after(struct xarray *xa, unsigned long *index, bool from);
void xa_destroy(struct xarray *xa);

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);

#define XA_FLAGS_LOCK_IRQ	0

#define xa_init_flags(xa, flags)		xa_init(xa)
#define xa_store_irq(xa, index, entry, gfp)	xa_store(xa, index, entry, gfp)
#define xa_erase_irq(xa, index)			xa_erase(xa, index)
#define xa_err(entry)				(IS_ERR(entry) ? (int)PTR_ERR(entry) : 0)

#define xa_empty(xa)	(!(xa)->first)
#define xa_for_each(xa, index, entry)						\
	for ((index) = 0, (entry) = host_xa_after(xa, &(index), true); (entry);	\
	     (entry) = host_xa_after(xa, &(index), false))

#endif
