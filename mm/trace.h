/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Tracepoints of memory management.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cnova

#if !defined(_CNOVA_MM_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _CNOVA_MM_TRACE_H_

#include <linux/tracepoint.h>

/* A TLB invalidate is over: @err as cnova_tlb_invalidate() returns it. */
TRACE_EVENT(cnova_tlb_invalidate,
	    TP_PROTO(u64 pdb, bool hub_only, int err),
	    TP_ARGS(pdb, hub_only, err),
	    TP_STRUCT__entry(__field(u64, pdb)
			     __field(bool, hub_only)
			     __field(int, err)),
	    TP_fast_assign(__entry->pdb = pdb;
			   __entry->hub_only = hub_only;
			   __entry->err = err;),
	    TP_printk("pdb=0x%llx%s err=%d", __entry->pdb, __entry->hub_only ? " hub-only" : "",
		      __entry->err));

#endif /* _CNOVA_MM_TRACE_H_ */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH mm
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
