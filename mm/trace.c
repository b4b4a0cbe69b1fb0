// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Code of the tracepoints in mm/trace.h.
 */
#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "mm/trace.h"
#endif
