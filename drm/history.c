// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: History of an address space
 *
 * A ring of the operations that ran last, written where they run: when an access
 * faults or an address space dies, the first question is who mapped that address, and
 * who took it away. The ring is part of the address space, so that nothing is
 * allocated in the fence signalling path.
 *
 * Locking: &cnova_vmm.lock.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/history.h"
#include "drm/vm.h"

/**
 * cnova_history_add() - Remember the operations of a job.
 * @history: History of its address space.
 * @job: Job that ran, or failed.
 * @err: Error of its fence, or 0.
 *
 * Context: Fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_history_add(struct cnova_history *history, const struct cnova_bind_job *job, int err)
{
	/* Earlier ones would be overwritten by the later ones of the same job. */
	u32 first = job->nr_ops - min(job->nr_ops, CNOVA_HISTORY_OPS);
	u64 now = ktime_get_ns();

	lockdep_assert_held(&job->vm->vmm.lock);

	for (u32 i = first; i < job->nr_ops; i++) {
		const struct cnova_bind_op *op = &job->ops[i];

		history->ops[history->nr++ % CNOVA_HISTORY_OPS] = (struct cnova_history_op){
			.time = now,
			.seqno = cnova_bind_job_seqno(job),
			.index = i,
			.type = op->type,
			.flags = op->flags,
			.kind = op->kind,
			.va = op->start,
			.range = op->last - op->start + 1,
			.offset = op->offset,
			.err = err,
		};
	}
}

static const char *cnova_history_name(u8 type)
{
	switch (type) {
	case DRM_CNOVA_VM_BIND_OP_MAP:
		return "map";
	case DRM_CNOVA_VM_BIND_OP_UNMAP:
		return "unmap";
	case DRM_CNOVA_VM_BIND_OP_UNMAP_ALL:
		return "unmap-all";
	default:
		return "map-sparse";
	}
}

/**
 * cnova_history_show() - Print it, oldest first.
 * @history: History.
 * @p: Where to.
 *
 * Context: Process context, fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_history_show(const struct cnova_history *history, struct drm_printer *p)
{
	u64 nr = min_t(u64, history->nr, CNOVA_HISTORY_OPS);

	for (u64 i = history->nr - nr; i < history->nr; i++) {
		const struct cnova_history_op *op = &history->ops[i % CNOVA_HISTORY_OPS];
		u32 us;
		u64 s = div_u64_rem(div_u64(op->time, NSEC_PER_USEC), USEC_PER_SEC, &us);

		drm_printf(p, "%llu.%06u job=%llu op=%u %s va=0x%llx range=0x%llx", s, us,
			   op->seqno, op->index, cnova_history_name(op->type), op->va, op->range);
		drm_printf(p, " offset=0x%llx flags=0x%x kind=%u err=%d\n", op->offset, op->flags,
			   op->kind, op->err);
	}
}
