// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code of the tracepoints in drm/trace.h.
 */
#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "drm/trace.h"
#endif
