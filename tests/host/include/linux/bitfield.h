/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_BITFIELD_H_
#define _HOST_LINUX_BITFIELD_H_

#include <linux/bits.h>

#define __bf_shift(mask)	__builtin_ctzll(mask)
#define FIELD_PREP(mask, val)	\
	((__typeof__(mask))(((__typeof__(mask))(val) << __bf_shift(mask)) & (mask)))
#define FIELD_PREP_CONST(mask, val)	(((mask) & -(mask)) * (val) & (mask))
#define FIELD_GET(mask, reg)	((__typeof__(mask))(((reg) & (mask)) >> __bf_shift(mask)))
#define FIELD_MAX(mask)		((mask) >> __bf_shift(mask))

#endif
