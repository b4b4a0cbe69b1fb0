// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: A reserve of tables
 *
 * To unmap needs tables where an edge of the range cuts a leaf or a sparse entry: at
 * each edge one of every kind below the root at most, because an edge lies below one
 * table of each kind. So many are kept aside, and one range can be unmapped without any
 * allocation. The arrays that a job needs are part of the reserve too.
 *
 * Tables are kept by kind, not by address, and what they hold is undefined: whoever
 * links one writes all of it. What an unmap leaves over, tables that it unhooked
 * included, comes back to the reserve first.
 *
 * Locking: the caller's, and &cnova_vmm.lock as mm/vmm.h says. Builds in user space too.
 */

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

#include "mm/vmm.h"
#include "mm/vmm_reserve.h"

static bool cnova_vmm_reserve_keep(const struct cnova_vmm *vmm,
				   struct cnova_vmm_reserve *reserve, struct cnova_pt_node *node)
{
	if (node->kind >= vmm->tree.fmt->root || node->foreign ||
	    reserve->nr[node->kind] == CNOVA_VMM_EDGES)
		return false;

	node->next = reserve->spare[node->kind];
	reserve->spare[node->kind] = node;
	reserve->nr[node->kind]++;
	return true;
}

static struct cnova_pt_node *cnova_vmm_reserve_take(struct cnova_vmm_reserve *reserve,
						    enum cnova_pt_kind kind)
{
	struct cnova_pt_node *node = reserve->spare[kind];

	reserve->spare[kind] = node->next;
	reserve->nr[kind]--;
	return node;
}

/**
 * cnova_vmm_reserve_fill() - Get what is missing.
 * @vmm: Address space.
 * @reserve: Reserve; zeroed before the first call.
 * @ctx: For &cnova_vmm_ops.alloc.
 *
 * Context: Process context, may sleep, no lock of mm/ held.
 * Return: 0; -ENOMEM, -ENOSPC: some are missing still; an error of &cnova_vmm_ops.alloc.
 */
int cnova_vmm_reserve_fill(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve, void *ctx)
{
	for (enum cnova_pt_kind kind = 0; kind < vmm->tree.fmt->root; kind++) {
		while (reserve->nr[kind] < CNOVA_VMM_EDGES) {
			struct cnova_pt_node *node;

			node = cnova_vmm_node_create(vmm, kind, 0, false, ctx);
			if (IS_ERR(node))
				return PTR_ERR(node);
			cnova_vmm_reserve_keep(vmm, reserve, node);
		}
	}
	return 0;
}

/**
 * cnova_vmm_reserve_fini() - Give all of it back.
 * @vmm: Address space, before cnova_vmm_fini().
 * @reserve: Reserve, empty afterwards.
 *
 * Context: Process context, may sleep, no lock of mm/ held.
 */
void cnova_vmm_reserve_fini(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve)
{
	for (enum cnova_pt_kind kind = 0; kind < CNOVA_NR_PT_KINDS; kind++) {
		cnova_vmm_nodes_destroy(vmm, reserve->spare[kind], !vmm->error);
		reserve->spare[kind] = NULL;
		reserve->nr[kind] = 0;
	}
}

/**
 * cnova_vmm_reserve_is_full() - Is there enough for any range?
 * @vmm: Address space.
 * @reserve: Reserve.
 *
 * Context: Any.
 * Return: Whether cnova_vmm_reserve_prepare() cannot fail for want of tables.
 */
bool cnova_vmm_reserve_is_full(const struct cnova_vmm *vmm,
			       const struct cnova_vmm_reserve *reserve)
{
	for (enum cnova_pt_kind kind = 0; kind < vmm->tree.fmt->root; kind++)
		if (reserve->nr[kind] < CNOVA_VMM_EDGES)
			return false;
	return true;
}

/* Is there a table for each need that was not pinned? */
static bool cnova_vmm_reserve_covers(const struct cnova_vmm_reserve *reserve,
				     const struct cnova_pt_job *pt)
{
	u8 missing[CNOVA_NR_PT_KINDS] = {};

	for (u32 i = 0; i < pt->nr_needs; i++) {
		const struct cnova_pt_need *need = &pt->needs[i];

		if (!need->pinned && ++missing[need->kind] > reserve->nr[need->kind])
			return false;
	}
	return true;
}

static int cnova_vmm_reserve_pin_locked(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve,
					struct cnova_pt_job *pt)
{
	lockdep_assert_held(&vmm->lock);

	if (vmm->error)
		return vmm->error;
	if (cnova_pt_job_meets_foreign(&vmm->tree, pt))
		return -EBUSY;
	if (!cnova_pt_job_pin(&vmm->tree, pt))
		return 0;

	if (!cnova_vmm_reserve_covers(reserve, pt)) {
		cnova_pt_job_unpin(&vmm->tree, pt);
		return -ENOMEM;
	}

	for (u32 i = 0; i < pt->nr_needs; i++) {
		struct cnova_pt_need *need = &pt->needs[i];

		if (need->pinned)
			continue;
		need->node = cnova_vmm_reserve_take(reserve, need->kind);
		cnova_pt_node_init(need->node, need->kind, need->index, need->node->pa, false);
	}
	cnova_pt_job_insert(&vmm->tree, pt);
	return 0;
}

/**
 * cnova_vmm_reserve_prepare() - Have all tables that one unmap may need.
 * @vmm: Address space.
 * @reserve: Reserve; @job is the only one that uses it.
 * @job: Zeroed. Filled; goes to cnova_vmm_reserve_cleanup() when this succeeds.
 * @op: The unmap: it has no view.
 *
 * Allocates nothing.
 *
 * Context: Process context, no lock of mm/ held.
 * Return: 0, always if the reserve is full and @op is right; -ENOMEM: the reserve lacks
 * a table; -EINVAL, -EBUSY, or the error of a dead address space, as
 * cnova_vmm_prepare(). Then @job holds nothing.
 */
int cnova_vmm_reserve_prepare(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve,
			      struct cnova_vmm_job *job, const struct cnova_pt_op *op)
{
	int err;

	err = cnova_pt_job_init_unmap(&job->pt, vmm->tree.fmt, op, &reserve->range,
				      reserve->needs, ARRAY_SIZE(reserve->needs));
	if (err)
		return err;

	mutex_lock(&vmm->lock);
	err = cnova_vmm_reserve_pin_locked(vmm, reserve, &job->pt);
	mutex_unlock(&vmm->lock);
	if (err)
		*job = (struct cnova_vmm_job){};
	return err;
}

/**
 * cnova_vmm_reserve_cleanup() - Let go of a job.
 * @vmm: Address space.
 * @reserve: What @job was prepared with.
 * @job: Executed, or not to be. Zeroed again afterwards.
 *
 * Context: Process context, may sleep, no lock of mm/ held.
 */
void cnova_vmm_reserve_cleanup(struct cnova_vmm *vmm, struct cnova_vmm_reserve *reserve,
			       struct cnova_vmm_job *job)
{
	struct cnova_pt_node *node, *next;
	bool give_back;

	mutex_lock(&vmm->lock);
	cnova_pt_job_unpin(&vmm->tree, &job->pt);
	node = job->pt.dead;
	give_back = !vmm->error;
	mutex_unlock(&vmm->lock);

	for (; node; node = next) {
		next = node->next;
		if (!give_back || !cnova_vmm_reserve_keep(vmm, reserve, node))
			cnova_vmm_node_destroy(vmm, node, give_back);
	}
	*job = (struct cnova_vmm_job){};
}
