/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tracepoints that nobody can listen to. */
#ifndef _HOST_LINUX_TRACEPOINT_H_
#define _HOST_LINUX_TRACEPOINT_H_

#define TP_PROTO(...)	__VA_ARGS__
#define TP_ARGS(...)
#define TRACE_EVENT(name, proto, ...)	static inline void trace_##name(proto) { }

#endif
