/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of VM_BIND: ``perf record -e 'cnova:*'`` shows a bind from the ioctl to
 * its fence. A job is named by context and seqno of its fence, as in the events of
 * dma_fence and gpu_scheduler. What the TLB does meanwhile: mm/trace.h.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cnova

#if !defined(_CNOVA_DRM_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _CNOVA_DRM_TRACE_H_

#include <linux/tracepoint.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/channel.h"
#include "drm/exec_job.h"
#include "drm/vm.h"

#define cnova_trace_op_name(op) __print_symbolic(op,		\
	{ DRM_CNOVA_VM_BIND_OP_MAP, "map" },			\
	{ DRM_CNOVA_VM_BIND_OP_UNMAP, "unmap" },		\
	{ DRM_CNOVA_VM_BIND_OP_UNMAP_ALL, "unmap-all" },	\
	{ DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, "map-sparse" })

DECLARE_EVENT_CLASS(cnova_bind_job,
		    TP_PROTO(const struct cnova_bind_job *job),
		    TP_ARGS(job),
		    TP_STRUCT__entry(__field(u64, client)
				     __field(u32, vm)
				     __field(u32, nr_ops)
				     __field(u32, nr_objects)
				     __field(u64, context)
				     __field(u64, seqno)),
		    TP_fast_assign(__entry->client = job->vm->client_id;
				   __entry->vm = job->vm->id;
				   __entry->nr_ops = job->nr_ops;
				   __entry->nr_objects = job->set.nr;
				   __entry->context = cnova_bind_job_context(job);
				   __entry->seqno = cnova_bind_job_seqno(job);),
		    TP_printk("vm=%llu.%u fence=%llu:%llu ops=%u objects=%u", __entry->client,
			      __entry->vm, __entry->context, __entry->seqno, __entry->nr_ops,
			      __entry->nr_objects));

/* Accepted: armed, its fence on the objects, about to be pushed. */
DEFINE_EVENT(cnova_bind_job, cnova_bind_submit,
	     TP_PROTO(const struct cnova_bind_job *job),
	     TP_ARGS(job));

/* Its dependencies have signalled, and it has the tree lock. */
DEFINE_EVENT(cnova_bind_job, cnova_bind_run,
	     TP_PROTO(const struct cnova_bind_job *job),
	     TP_ARGS(job));

/* It has run: @err is what its fence will say. */
TRACE_EVENT(cnova_bind_done,
	    TP_PROTO(const struct cnova_bind_job *job, int err),
	    TP_ARGS(job, err),
	    TP_STRUCT__entry(__field(u64, client)
			     __field(u32, vm)
			     __field(int, err)
			     __field(u64, context)
			     __field(u64, seqno)),
	    TP_fast_assign(__entry->client = job->vm->client_id;
			   __entry->vm = job->vm->id;
			   __entry->err = err;
			   __entry->context = cnova_bind_job_context(job);
			   __entry->seqno = cnova_bind_job_seqno(job);),
	    TP_printk("vm=%llu.%u fence=%llu:%llu err=%d", __entry->client, __entry->vm,
		      __entry->context, __entry->seqno, __entry->err));

/* An operation of a job is applied to the VA tree; its steps follow. */
TRACE_EVENT(cnova_bind_op,
	    TP_PROTO(const struct cnova_bind_op *op),
	    TP_ARGS(op),
	    TP_STRUCT__entry(__field(u64, client)
			     __field(u32, vm)
			     __field(u32, type)
			     __field(u64, va)
			     __field(u64, range)
			     __field(u64, offset)
			     __field(u32, flags)
			     __field(u32, kind)),
	    TP_fast_assign(__entry->client = op->job->vm->client_id;
			   __entry->vm = op->job->vm->id;
			   __entry->type = op->type;
			   __entry->va = op->start;
			   __entry->range = op->last - op->start + 1;
			   __entry->offset = op->offset;
			   __entry->flags = op->flags;
			   __entry->kind = op->kind;),
	    TP_printk("vm=%llu.%u %s va=0x%llx range=0x%llx offset=0x%llx flags=0x%x kind=%u",
		      __entry->client, __entry->vm, cnova_trace_op_name(__entry->type), __entry->va,
		      __entry->range, __entry->offset, __entry->flags, __entry->kind));

/* drm_gpuvm takes a mapping out of the VA tree, or puts one in. */
TRACE_EVENT(cnova_bind_step,
	    TP_PROTO(const struct cnova_vm *vm, const struct drm_gpuva *va, bool inserted),
	    TP_ARGS(vm, va, inserted),
	    TP_STRUCT__entry(__field(u64, client)
			     __field(u32, vm)
			     __field(bool, inserted)
			     __field(u64, va)
			     __field(u64, range)
			     __field(u64, offset)),
	    TP_fast_assign(__entry->client = vm->client_id;
			   __entry->vm = vm->id;
			   __entry->inserted = inserted;
			   __entry->va = va->va.addr;
			   __entry->range = va->va.range;
			   __entry->offset = va->gem.offset;),
	    TP_printk("vm=%llu.%u %s va=0x%llx range=0x%llx offset=0x%llx", __entry->client,
		      __entry->vm, __entry->inserted ? "insert" : "remove", __entry->va,
		      __entry->range, __entry->offset));

DECLARE_EVENT_CLASS(cnova_vm_bo,
		    TP_PROTO(const struct cnova_vm *vm, const struct drm_gem_object *obj, u32 nr,
			     int err),
		    TP_ARGS(vm, obj, nr, err),
		    TP_STRUCT__entry(__field(u64, client)
				     __field(u32, vm)
				     __field(u32, nr)
				     __field(u64, size)
				     __field(int, err)),
		    TP_fast_assign(__entry->client = vm->client_id;
				   __entry->vm = vm->id;
				   __entry->nr = nr;
				   __entry->size = obj->size;
				   __entry->err = err;),
		    TP_printk("vm=%llu.%u mappings=%u object=%llu err=%d", __entry->client,
			      __entry->vm, __entry->nr, __entry->size, __entry->err));

/* An object loses its place: its mappings, @nr of them, were taken out of the tables. */
DEFINE_EVENT(cnova_vm_bo, cnova_vm_zap,
	     TP_PROTO(const struct cnova_vm *vm, const struct drm_gem_object *obj, u32 nr, int err),
	     TP_ARGS(vm, obj, nr, err));

/* It has one again, and they were written. */
DEFINE_EVENT(cnova_vm_bo, cnova_vm_rebind,
	     TP_PROTO(const struct cnova_vm *vm, const struct drm_gem_object *obj, u32 nr, int err),
	     TP_ARGS(vm, obj, nr, err));

/* The kernel is short of memory, and asked for @nr pages of objects: those were @freed. */
TRACE_EVENT(cnova_shrink,
	    TP_PROTO(const struct drm_device *drm, unsigned long nr, unsigned long scanned,
		     unsigned long freed),
	    TP_ARGS(drm, nr, scanned, freed),
	    TP_STRUCT__entry(__string(device, drm->unique)
			     __field(unsigned long, nr)
			     __field(unsigned long, scanned)
			     __field(unsigned long, freed)),
	    TP_fast_assign(__assign_str(device);
			   __entry->nr = nr;
			   __entry->scanned = scanned;
			   __entry->freed = freed;),
	    TP_printk("%s asked=%lu scanned=%lu freed=%lu", __get_str(device), __entry->nr,
		      __entry->scanned, __entry->freed));

DECLARE_EVENT_CLASS(cnova_exec_job,
		    TP_PROTO(const struct cnova_exec_job *job),
		    TP_ARGS(job),
		    TP_STRUCT__entry(__field(u64, client)
				     __field(u32, channel)
				     __field(u32, nr_pushes)
				     __field(u32, nr_entries)
				     __field(u64, context)
				     __field(u64, seqno)
				     __field(u64, hw_seqno)),
		    TP_fast_assign(__entry->client = job->channel->vm->client_id;
				   __entry->channel = job->channel->id;
				   __entry->nr_pushes = job->nr_pushes;
				   __entry->nr_entries = job->nr_entries;
				   __entry->context = job->base.s_fence->finished.context;
				   __entry->seqno = job->base.s_fence->finished.seqno;
				   __entry->hw_seqno = job->seqno;),
		    TP_printk("channel=%llu.%u fence=%llu:%llu exec=%llu pushes=%u entries=%u",
			      __entry->client, __entry->channel, __entry->context,
			      __entry->seqno, __entry->hw_seqno, __entry->nr_pushes,
			      __entry->nr_entries));

/* Accepted: armed, its fence on the objects, about to be pushed to the scheduler. */
DEFINE_EVENT(cnova_exec_job, cnova_exec_submit,
	     TP_PROTO(const struct cnova_exec_job *job),
	     TP_ARGS(job));

/* Its dependencies have signalled: the doorbell is about to ring. */
DEFINE_EVENT(cnova_exec_job, cnova_exec_run,
	     TP_PROTO(const struct cnova_exec_job *job),
	     TP_ARGS(job));

/* The hardware has done it, or never will: @err is what its fence says. */
TRACE_EVENT(cnova_exec_done,
	    TP_PROTO(const struct cnova_user_channel *channel, const struct dma_fence *fence,
		     int err),
	    TP_ARGS(channel, fence, err),
	    TP_STRUCT__entry(__field(u64, client)
			     __field(u32, channel)
			     __field(int, err)
			     __field(u64, hw_seqno)),
	    TP_fast_assign(__entry->client = channel->vm->client_id;
			   __entry->channel = channel->id;
			   __entry->err = err;
			   __entry->hw_seqno = fence->seqno;),
	    TP_printk("channel=%llu.%u exec=%llu err=%d", __entry->client, __entry->channel,
		      __entry->hw_seqno, __entry->err));

#endif /* _CNOVA_DRM_TRACE_H_ */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH drm
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
