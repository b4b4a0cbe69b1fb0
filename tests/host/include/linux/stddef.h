/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_STDDEF_H_
#define _HOST_LINUX_STDDEF_H_

#include <stddef.h>

#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define offsetofend(type, member)	(offsetof(type, member) + sizeof_field(type, member))

#define DECLARE_FLEX_ARRAY(type, name)		\
	struct {				\
		struct { } __empty_##name;	\
		type name[];			\
	}

#endif
