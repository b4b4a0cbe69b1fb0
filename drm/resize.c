// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Size changes
 *
 * Where a leaf that the GPU may be using changes its size, the entry has to be invalid
 * for a moment (HARDWARE.md 3.7): who reads a neighbour that the same leaf covers would
 * fault, through no fault of its own. So such a bind runs when the channels of its VM do
 * nothing, and the channels do nothing while it runs:
 *
 * - it depends on the last execution of each channel of the VM, and on the last such bind;
 * - later executions depend on it.
 *
 * All other binds and executions run beside each other. Whether a bind is one of these is
 * decided when it is submitted, from geometry: see cnova_pending_describe(). What takes the
 * place of leaves of the same size is none.
 *
 * Its fence is in reservations for bookkeeping only, like that of any bind. As a kernel
 * fence it would hold back CPU faults, moves, and all other binds of private objects,
 * which share the VM's reservation.
 *
 * Every edge points to what was submitted before, so there is no cycle, unless the GPU
 * itself waits for work that is submitted later: an execution that does is killed after a
 * time, and the interface says so.
 *
 * Locking: the VM's reservation, which whoever submits a bind or an execution holds from
 * here until its own fence is published.
 */

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>

#include <drm/gpu_scheduler.h>

#include "drm/bind_job.h"
#include "drm/device.h"
#include "drm/resize.h"
#include "drm/view.h"
#include "drm/vm.h"

/* Mappings that a map replaces, to be compared with it; where there are more it waits. */
#define CNOVA_RESIZE_MAX_COMPARED	256

/**
 * cnova_resize_by_map_locked() - May a map change the size of a leaf that it replaces?
 * @vm: Address space.
 * @pt_op: The map, which cuts no leaf. No other map of its range is pending.
 * @cut: Something that is pending may cut leaves there.
 *
 * Which leaves there are follows from the mappings. They stay as they are until the map runs, or
 * go, unless something that is pending cuts them: a hole in a mapping leaves smaller leaves around
 * it. The fence of the job keeps their objects where they are. Not so what is evicted: it may be
 * bound again before, in another place.
 *
 * Context: Process context. Caller holds &cnova_vmm.lock, and the reservations of all objects
 * that are mapped in the range.
 * Return: false: no. true: it may, or there is too much to compare: it costs a wait.
 */
bool cnova_resize_by_map_locked(struct cnova_vm *vm, const struct cnova_pt_op *pt_op, bool cut)
{
	const struct cnova_pt_range *range = &pt_op->range;
	struct cnova_tree_view view;
	struct drm_gpuva *va;
	u32 nr = 0;

	lockdep_assert_held(&vm->vmm.lock);

	drm_gpuvm_for_each_va_range(va, &vm->base, range->start, range->end)
		if (!to_cnova_va(va)->bound || ++nr > CNOVA_RESIZE_MAX_COMPARED)
			return true;

	if (!nr)
		return false;

	return cut ||
	       cnova_pt_may_resize(vm->cnova->mm.chip->fmt, cnova_tree_view_init(&view, vm),
				   pt_op->view, range);
}

static void cnova_resize_replace(struct dma_fence **place, struct dma_fence *fence)
{
	dma_fence_put(*place);
	*place = dma_fence_get(fence);
}

/**
 * cnova_resize_init() - Nothing has run in a VM yet.
 * @resize: Part of the VM.
 */
void cnova_resize_init(struct cnova_resize *resize)
{
	INIT_LIST_HEAD(&resize->slots);
}

/**
 * cnova_resize_fini() - Nothing will run any more.
 * @resize: Part of a VM whose channels are gone and whose binds have run.
 *
 * Context: Process context.
 */
void cnova_resize_fini(struct cnova_resize *resize)
{
	WARN_ON_ONCE(!list_empty(&resize->slots));
	WARN_ON_ONCE(atomic_read(&resize->nr_waiting));
	cnova_resize_replace(&resize->fence, NULL);
}

/**
 * cnova_resize_add_dependencies() - Have a bind wait for what runs, if it must.
 * @job: Bind whose tables are prepared, not armed. Nothing is done if it changes no size.
 *
 * Context: Process context. Caller holds the reservations of the VM.
 * Return: 0 or -ENOMEM.
 */
int cnova_resize_add_dependencies(struct cnova_bind_job *job)
{
	struct cnova_resize *resize = &job->vm->resize;
	struct cnova_exec_slot *slot;
	int err;

	dma_resv_assert_held(job->vm->root->resv);

	if (!job->pt.may_resize)
		return 0;

	list_for_each_entry(slot, &resize->slots, entry) {
		if (!slot->last || dma_fence_is_signaled(slot->last))
			continue;

		err = drm_sched_job_add_dependency(&job->base, dma_fence_get(slot->last));
		if (err)
			return err;
		resize->nr_waits++;
		if (!job->waits_for_exec)
			atomic_inc(&resize->nr_waiting);
		job->waits_for_exec = true;
	}

	if (!resize->fence || dma_fence_is_signaled(resize->fence))
		return 0;
	return drm_sched_job_add_dependency(&job->base, dma_fence_get(resize->fence));
}

/**
 * cnova_resize_find_busy() - Find what a bind would have to wait for that is no job.
 * @vm: Address space.
 *
 * Context: Process context. Caller holds the VM's reservation; as long as he does
 * nothing new begins.
 * Return: Fence of an execution that is not over, a reference; NULL: there is none.
 */
struct dma_fence *cnova_resize_find_busy(struct cnova_vm *vm)
{
	struct cnova_exec_slot *slot;

	dma_resv_assert_held(vm->root->resv);

	list_for_each_entry(slot, &vm->resize.slots, entry)
		if (slot->last && !dma_fence_is_signaled(slot->last))
			return dma_fence_get(slot->last);
	return NULL;
}

/**
 * cnova_resize_publish() - Have later executions wait for a bind, if they must.
 * @job: Bind, armed. Nothing is done if it changes no size.
 * @fence: Its finished fence.
 *
 * Context: Process context. Caller holds the VM's reservation since
 * cnova_resize_add_dependencies(). Cannot fail.
 */
void cnova_resize_publish(struct cnova_bind_job *job, struct dma_fence *fence)
{
	struct cnova_resize *resize = &job->vm->resize;

	dma_resv_assert_held(job->vm->root->resv);

	if (!job->pt.may_resize)
		return;

	/* The one before is a dependency of this one. */
	cnova_resize_replace(&resize->fence, fence);
	resize->nr_jobs++;
}

/**
 * cnova_resize_done() - A bind runs, or will not.
 * @job: Bind, whatever became of it; may be called more than once.
 *
 * Context: Fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_resize_done(struct cnova_bind_job *job)
{
	lockdep_assert_held(&job->vm->vmm.lock);

	if (job->waits_for_exec)
		atomic_dec(&job->vm->resize.nr_waiting);
	job->waits_for_exec = false;
}

/**
 * cnova_resize_may_wait() - Does a bind wait for an execution?
 * @vm: Address space.
 *
 * Context: Any.
 * Return: true if so: it may take as long as a user likes.
 */
bool cnova_resize_may_wait(const struct cnova_vm *vm)
{
	return atomic_read(&vm->resize.nr_waiting);
}

/**
 * cnova_exec_slot_add() - A channel will execute in a VM.
 * @vm: Address space.
 * @slot: Part of the channel.
 *
 * Context: Process context. Caller holds the VM's reservation.
 */
void cnova_exec_slot_add(struct cnova_vm *vm, struct cnova_exec_slot *slot)
{
	dma_resv_assert_held(vm->root->resv);

	slot->last = NULL;
	list_add_tail(&slot->entry, &vm->resize.slots);
}

/**
 * cnova_exec_slot_remove() - A channel will not execute any more.
 * @vm: Address space.
 * @slot: Slot of a channel that the GPU has let go of.
 *
 * Context: Process context. Caller holds the VM's reservation.
 */
void cnova_exec_slot_remove(struct cnova_vm *vm, struct cnova_exec_slot *slot)
{
	dma_resv_assert_held(vm->root->resv);

	list_del_init(&slot->entry);
	cnova_resize_replace(&slot->last, NULL);
}

/**
 * cnova_exec_slot_set() - A channel got an execution.
 * @vm: Address space.
 * @slot: Slot of the channel, whose executions run in order.
 * @fence: Finished fence of the execution, armed.
 *
 * Context: Process context. Caller holds the VM's reservation since
 * cnova_exec_resize_fence(). Cannot fail.
 */
void cnova_exec_slot_set(struct cnova_vm *vm, struct cnova_exec_slot *slot,
			 struct dma_fence *fence)
{
	dma_resv_assert_held(vm->root->resv);

	cnova_resize_replace(&slot->last, fence);
}

/**
 * cnova_exec_resize_fence() - What must an execution wait for?
 * @vm: Address space.
 *
 * The caller lets the execution wait for it through a fence that can be cancelled with
 * the channel: that bind waits for what *its* client named.
 *
 * Context: Process context. Caller holds the VM's reservation.
 * Return: Fence of the last bind that changes the size of leaves, of which the caller gets
 * no reference; or NULL.
 */
struct dma_fence *cnova_exec_resize_fence(struct cnova_vm *vm)
{
	dma_resv_assert_held(vm->root->resv);

	return vm->resize.fence;
}
