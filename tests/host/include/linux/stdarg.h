/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_STDARG_H_
#define _HOST_LINUX_STDARG_H_

#include <stdarg.h>

#endif
