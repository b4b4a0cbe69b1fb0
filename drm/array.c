// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Arrays
 *
 * What VM_BIND and EXEC are given besides their arguments. Copied before any lock is
 * taken, because a page of user memory may take as long as it likes to arrive.
 */

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/array.h"

static int cnova_copy_elements(struct drm_device *drm, const char *name,
			       const struct drm_cnova_array *array, size_t size, void *copy)
{
	void __user *user = u64_to_user_ptr(array->pointer);

	for (u32 i = 0; i < array->count; i++) {
		int err = copy_struct_from_user(copy + i * size, size,
						user + (u64)i * array->stride, array->stride);

		if (err) {
			drm_dbg_driver(drm, "%s[%u]: not readable, or not zero beyond %zu bytes\n",
				       name, i, size);
			return err;
		}
		if (!(i % 256))
			cond_resched();
	}
	return 0;
}

/**
 * cnova_copy_small_array() - Copy an array of structures of user space.
 * @drm: Device.
 * @name: What it is called, for who looks for a mistake.
 * @array: What the user said of it.
 * @max_count: Most elements.
 * @size: Bytes of an element, as we know it. The user's may be longer: what we do not
 *	know must be zero then.
 * @small: Room for @nr_small elements, which then need no memory.
 * @nr_small: Number of elements that @small has room for.
 *
 * Context: Process context, no locks held.
 * Return: The elements, @size bytes each: @small, or something for kvfree(); NULL: there
 * are none; or an ERR_PTR(): -EINVAL: too many, or a stride that cannot be; -E2BIG: not
 * zero beyond @size; -EFAULT; -ENOMEM; -ENOBUFS: no memory for more than one.
 */
void *cnova_copy_small_array(struct drm_device *drm, const char *name,
			     const struct drm_cnova_array *array, u32 max_count, size_t size,
			     void *small, u32 nr_small)
{
	void *copy = small;
	int err;

	if (!array->count)
		return NULL;

	if (array->count > max_count || array->stride < size || array->stride > PAGE_SIZE) {
		drm_dbg_driver(drm, "%s: count %u, stride %u\n", name, array->count,
			       array->stride);
		return ERR_PTR(-EINVAL);
	}

	if (array->count > nr_small)
		copy = kvmalloc_array(array->count, size, GFP_KERNEL_ACCOUNT);
	if (!copy)
		return ERR_PTR(array->count > 1 ? -ENOBUFS : -ENOMEM);

	err = cnova_copy_elements(drm, name, array, size, copy);
	if (!err)
		return copy;

	if (copy != small)
		kvfree(copy);
	return ERR_PTR(err);
}

/**
 * cnova_copy_array() - Copy an array of structures of user space.
 * @drm: Device.
 * @name: What it is called, for who looks for a mistake.
 * @array: What the user said of it.
 * @max_count: Most elements.
 * @size: Bytes of an element, as we know it.
 *
 * Context: Process context, no locks held.
 * Return: As cnova_copy_small_array(), for kvfree().
 */
void *cnova_copy_array(struct drm_device *drm, const char *name,
		       const struct drm_cnova_array *array, u32 max_count, size_t size)
{
	return cnova_copy_small_array(drm, name, array, max_count, size, NULL, 0);
}
