/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The C library takes its numbers from here: hand over to the system's header. */
#include_next <linux/errno.h>
