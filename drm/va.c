// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Mappings
 *
 * A job takes all the mappings it may need before it is armed, three for a map
 * and two for an unmap: that is what the most unlucky tree asks for. So they come
 * from a cache of their own, which the size of &struct cnova_va must fit.
 *
 * A mapping that is in no tree stands in lists by &drm_gpuva.rb.entry.
 */

#include <linux/slab.h>

#include "drm/va.h"
#include "drm/vm.h"

static struct kmem_cache *cnova_va_cache;

/**
 * cnova_va_cache_init() - Make the cache. Module start only.
 *
 * Return: 0 or -ENOMEM.
 */
int cnova_va_cache_init(void)
{
	/* Ten to the fifth of them per client are nothing unusual. */
	static_assert(sizeof(struct cnova_va) <= 136);

	cnova_va_cache = KMEM_CACHE(cnova_va, SLAB_ACCOUNT);
	return cnova_va_cache ? 0 : -ENOMEM;
}

/** cnova_va_cache_exit() - Drop the cache. Module end only. */
void cnova_va_cache_exit(void)
{
	kmem_cache_destroy(cnova_va_cache);
}

/**
 * cnova_vas_alloc() - Allocate mappings.
 * @vas: List that they are put on.
 * @nr: How many.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM; @vas keeps what was allocated before the failure.
 */
int cnova_vas_alloc(struct list_head *vas, u32 nr)
{
	while (nr--) {
		struct cnova_va *va = kmem_cache_zalloc(cnova_va_cache, GFP_KERNEL);

		if (!va)
			return -ENOMEM;
		list_add(&va->base.rb.entry, vas);
	}
	return 0;
}

/**
 * cnova_vas_recycle() - Use mappings again instead of new ones.
 * @vas: List that they are put on.
 * @from: Mappings that are in no tree, and not linked to their objects.
 * @nr: How many are wanted.
 *
 * Context: Any.
 * Return: How many there were, @nr at most. The rest stays on @from.
 */
u32 cnova_vas_recycle(struct list_head *vas, struct list_head *from, u32 nr)
{
	u32 done = 0;

	while (done < nr && !list_empty(from)) {
		struct cnova_va *va = list_first_entry(from, struct cnova_va, base.rb.entry);

		list_del(&va->base.rb.entry);
		*va = (struct cnova_va){};
		list_add(&va->base.rb.entry, vas);
		done++;
	}
	return done;
}

/**
 * cnova_vas_free() - Free mappings that are in no tree.
 * @vas: List, empty afterwards.
 *
 * Context: Process context.
 */
void cnova_vas_free(struct list_head *vas)
{
	struct cnova_va *va, *next;

	list_for_each_entry_safe(va, next, vas, base.rb.entry)
		kmem_cache_free(cnova_va_cache, va);
	INIT_LIST_HEAD(vas);
}
