/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_SLAB_H_
#define _HOST_LINUX_SLAB_H_

#include <linux/overflow.h>
#include <linux/types.h>

#define GFP_KERNEL	0x1U
#define GFP_ATOMIC	0x2U
#define GFP_NOWAIT	0x4U
#define __GFP_ZERO	0x8U
#define __GFP_NOWARN	0x10U
#define __GFP_ACCOUNT	0x20U
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)

/*
 * Allocations until one fails: 1 is the next. 0: none does. And how many are held.
 * tests/host/shim.c
 */
extern unsigned long host_alloc_fail;
extern unsigned long host_nr_allocs;
extern long host_nr_held;

void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *p);

#define kzalloc(size, gfp)		kmalloc(size, (gfp) | __GFP_ZERO)
#define kcalloc(n, size, gfp)		kzalloc(size_mul(n, size), gfp)
#define kmalloc_array(n, size, gfp)	kmalloc(size_mul(n, size), gfp)
#define kvmalloc(size, gfp)		kmalloc(size, gfp)
#define kvzalloc(size, gfp)		kzalloc(size, gfp)
#define kvcalloc(n, size, gfp)		kcalloc(n, size, gfp)
#define kvmalloc_array(n, size, gfp)	kmalloc_array(n, size, gfp)
#define kvfree(p)			kfree(p)
#define kzalloc_obj(object)		kzalloc(sizeof(object), GFP_KERNEL)
#define kvzalloc_obj(object)		kvzalloc(sizeof(object), GFP_KERNEL)
#define kmalloc_obj(object)		kmalloc(sizeof(object), GFP_KERNEL)

/* Caches count what is out, as the kernel does when one is destroyed. */
struct kmem_cache {
	const char *name;
	size_t size;
	long nr_out;
};

/* Bytes of all objects that are out. */
extern unsigned long host_kmem_bytes;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned long flags, void (*ctor)(void *object));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *object);

#define kmem_cache_zalloc(cache, gfp)	kmem_cache_alloc(cache, (gfp) | __GFP_ZERO)

#endif
