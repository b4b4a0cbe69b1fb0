/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_KUNIT_STATIC_STUB_H_
#define _HOST_KUNIT_STATIC_STUB_H_

/* Nothing is replaced in user space. */
#define KUNIT_STATIC_STUB_REDIRECT(real, ...)	do { } while (0)
#define kunit_activate_static_stub(test, real, stub)	((void)(stub))

#endif
