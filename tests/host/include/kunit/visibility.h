/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_KUNIT_VISIBILITY_H_
#define _HOST_KUNIT_VISIBILITY_H_

#define EXPORT_SYMBOL_IF_KUNIT(symbol)

#endif
