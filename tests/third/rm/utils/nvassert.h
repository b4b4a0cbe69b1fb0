/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * In place of NVIDIA's assertions: one that fails ends the program, as then nothing
 * that its code says is worth anything.
 */
#ifndef _THIRD_NVASSERT_H_
#define _THIRD_NVASSERT_H_

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "nvtypes.h"
#include "nvstatus.h"

static inline void third_assert(int ok, const char *what, const char *file, int line)
{
	if (ok)
		return;
	printf("Bail out! %s:%d: NVIDIA's code asserts %s\n", file, line, what);
	exit(3);
}

#define NV_ASSERT(x)			third_assert(!!(x), #x, __FILE__, __LINE__)
#define NV_ASSERT_CHECKED(x)		NV_ASSERT(x)
#define NV_ASSERT_PRECOMP(x)		NV_ASSERT(x)
#define NV_ASSERT_CHECKED_PRECOMP(x)	NV_ASSERT(x)
#define NV_ASSERT_FAILED(x)		third_assert(0, x, __FILE__, __LINE__)
#define NV_ASSERT_OR_RETURN(x, r)	NV_ASSERT(x)
#define NV_ASSERT_OR_RETURN_VOID(x)	NV_ASSERT(x)
#define NV_ASSERT_OR_GOTO(x, label)	do { if (!(x)) goto label; } while (0)
#define NV_ASSERT_OK_OR_RETURN(x)	NV_ASSERT((x) == NV_OK)
#define NV_CHECK_OK_OR_RETURN(level, x)					\
	do { NV_STATUS _s = (x); if (_s != NV_OK) return _s; } while (0)
#define NV_PRINTF(level, ...)		do { } while (0)

#endif /* _THIRD_NVASSERT_H_ */
