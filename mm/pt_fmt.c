// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Page-table formats
 *
 * What all formats have in common. Builds in user space too.
 */

#include <linux/kernel.h>

#include "mm/pt_fmt.h"

/**
 * cnova_pt_attr_is_valid() - Can a leaf say this?
 * @fmt: Format.
 * @attr: Attributes.
 *
 * Whether a chip knows the memory kind is another question: &cnova_chip.kinds.
 *
 * Context: Any.
 * Return: Whether &cnova_pt_fmt.fill may be called with it.
 */
bool cnova_pt_attr_is_valid(const struct cnova_pt_fmt *fmt, const struct cnova_pt_attr *attr)
{
	if (attr->aperture >= CNOVA_NR_APERTURES || !fmt->pa_bits[attr->aperture])
		return false;
	if (attr->kind >> fmt->kind_bits || (attr->access_counted && !fmt->can_count))
		return false;

	return attr->aperture == CNOVA_APERTURE_PEER ? attr->peer < 8 : !attr->peer;
}
