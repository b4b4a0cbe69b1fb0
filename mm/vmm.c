// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: GPU address spaces
 *
 * Ties the page-table engine (mm/pt.h) to a lock, to VRAM for tables, to the PRAMIN
 * window and to the TLB. Who maps what where, and why, is not known here.
 *
 * When the hardware does not acknowledge, the address space is dead: nothing more is
 * stored, and no page of a table is given back, because the GPU may still read it.
 *
 * Locking: &cnova_vmm.lock > &cnova_tlb.lock > &cnova_pramin.lock, all of them taken
 * in the fence signalling path. Outside of it: &cnova_vmm_pages.lock.
 */

#include <linux/bug.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/sizes.h>
#include <linux/minmax.h>

#include "mm/mm.h"
#include "mm/vmm.h"

static struct cnova_vmm_io *to_cnova_vmm_io(struct cnova_pt_io *io)
{
	return container_of(io, struct cnova_vmm_io, base);
}

/* A load is behind all stores of the same aperture (HARDWARE.md 3.7). */
static void cnova_vmm_io_order_bar1(struct cnova_vmm_io *io)
{
	if (!io->bar1_last)
		return;

	cnova_io_bar1_order(io->vmm->mm->io, io->bar1_last);
	io->bar1_last = 0;
}

static void cnova_vmm_io_store(struct cnova_pt_io *base, struct cnova_vram_addr pa,
			       const u64 *words, u32 nr)
{
	struct cnova_vmm_io *io = to_cnova_vmm_io(base);
	u64 bar1 = cnova_vmm_bar1_locked(io->vmm, pa);

	/* The two apertures keep no order between them: one is done before the other. */
	if (bar1) {
		cnova_pramin_order(&io->cursor);
		cnova_pramin_end(&io->cursor);
		cnova_io_bar1_wr64(io->vmm->mm->io, bar1, words, nr);
		io->bar1_last = bar1;
	} else {
		cnova_vmm_io_order_bar1(io);
		cnova_pramin_write(&io->cursor, pa, words, nr);
	}
	io->stored = true;
}

static void cnova_vmm_io_order(struct cnova_pt_io *base)
{
	struct cnova_vmm_io *io = to_cnova_vmm_io(base);

	cnova_vmm_io_order_bar1(io);
	cnova_pramin_order(&io->cursor);
}

/* Always acknowledged: what the tables named before may be given to others now. */
static int cnova_vmm_invalidate(struct cnova_vmm *vmm)
{
	return cnova_tlb_invalidate(&vmm->mm->tlb, cnova_vmm_pdb(vmm), vmm->ops->tlbs,
				    CNOVA_TLB_ACK_GLOBALLY);
}

static int cnova_vmm_io_invalidate(struct cnova_pt_io *base)
{
	struct cnova_vmm_io *io = to_cnova_vmm_io(base);

	io->invalidates++;
	io->idle_invalidates += !io->stored;
	io->stored = false;

	/* The window ranks below the TLB, and the TLB takes its time. */
	cnova_pramin_end(&io->cursor);

	/* Whose tables lack what was not stored is not known: nobody's can be trusted. */
	if (cnova_pramin_is_stuck(&io->vmm->mm->pramin))
		cnova_tlb_wedge(&io->vmm->mm->tlb);
	return cnova_vmm_invalidate(io->vmm);
}

static const struct cnova_pt_io_ops cnova_vmm_io_ops = {
	.store = cnova_vmm_io_store,
	.order = cnova_vmm_io_order,
	.invalidate = cnova_vmm_io_invalidate,
};

static void cnova_vmm_init_locks(struct cnova_vmm *vmm, struct cnova_mm *mm,
				 const struct cnova_vmm_ops *ops)
{
	*vmm = (struct cnova_vmm){ .mm = mm, .ops = ops, .arenas = RB_ROOT };
	mutex_init(&vmm->lock);
	cnova_vmm_pages_init(&vmm->pages);
	vmm->io.base.ops = &cnova_vmm_io_ops;
	vmm->io.vmm = vmm;
	cnova_pramin_begin(&mm->pramin, &vmm->io.cursor);
}

/**
 * cnova_vmm_init() - Make an empty address space.
 * @vmm: To be initialised.
 * @mm: Memory management of the GPU.
 * @ops: Source of pages.
 * @ctx: For &cnova_vmm_ops.alloc.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM, -ENOSPC: no room for the root table.
 */
int cnova_vmm_init(struct cnova_vmm *vmm, struct cnova_mm *mm,
		   const struct cnova_vmm_ops *ops, void *ctx)
{
	const struct cnova_pt_fmt *fmt = mm->chip->fmt;
	struct cnova_pt_node *root;
	int err;

	cnova_vmm_init_locks(vmm, mm, ops);

	root = cnova_vmm_node_create(vmm, fmt->root, 0, true, ctx);
	if (IS_ERR(root)) {
		err = PTR_ERR(root);
		goto err_fini_pages;
	}

	cnova_pt_tree_init(&vmm->tree, fmt, root);
	return 0;

err_fini_pages:
	cnova_vmm_pages_fini(&vmm->pages);
	mutex_destroy(&vmm->lock);
	return err;
}

/**
 * cnova_vmm_bar1_locked() - Find a byte of a table in BAR1.
 * @vmm: Address space.
 * @pa: The byte.
 *
 * Context: Any. Caller holds @vmm->lock.
 * Return: Offset in BAR1; 0: it has to be reached through the window.
 */
u64 cnova_vmm_bar1_locked(struct cnova_vmm *vmm, struct cnova_vram_addr pa)
{
	struct rb_node *rb = vmm->arenas.rb_node;

	lockdep_assert_held(&vmm->lock);

	while (rb) {
		const struct cnova_vmm_arena *arena = rb_entry(rb, struct cnova_vmm_arena, rb);

		if (pa.raw < arena->pa.raw)
			rb = rb->rb_left;
		else if (pa.raw - arena->pa.raw >= arena->size)
			rb = rb->rb_right;
		else
			return arena->bar1 + pa.raw - arena->pa.raw;
	}

	return 0;
}

/**
 * cnova_vmm_arena_add() - From now on tables in an arena are written through BAR1.
 * @vmm: Address space.
 * @arena: Its address, size, and place in BAR1, where it stays; in no list.
 *
 * Context: Process context. Takes @vmm->lock.
 */
void cnova_vmm_arena_add(struct cnova_vmm *vmm, struct cnova_vmm_arena *arena)
{
	struct rb_node **link, *parent = NULL;

	mutex_lock(&vmm->lock);
	link = &vmm->arenas.rb_node;
	while (*link) {
		parent = *link;
		link = arena->pa.raw < rb_entry(parent, struct cnova_vmm_arena, rb)->pa.raw ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&arena->rb, parent, link);
	rb_insert_color(&arena->rb, &vmm->arenas);
	mutex_unlock(&vmm->lock);
}

/**
 * cnova_vmm_arena_remove() - The end of that.
 * @vmm: Address space; no table is in @arena.
 * @arena: What was added.
 *
 * Context: Process context. Takes @vmm->lock.
 */
void cnova_vmm_arena_remove(struct cnova_vmm *vmm, struct cnova_vmm_arena *arena)
{
	mutex_lock(&vmm->lock);
	rb_erase(&arena->rb, &vmm->arenas);
	mutex_unlock(&vmm->lock);
}

/* Reads tables, through the window. */
struct cnova_vmm_mem {
	struct cnova_pt_mem base;
	struct cnova_pramin_cursor cursor;
};

static u64 cnova_vmm_mem_load(struct cnova_pt_mem *base, struct cnova_vram_addr pa, u32 i)
{
	struct cnova_vmm_mem *mem = container_of(base, struct cnova_vmm_mem, base);

	u64 word = cnova_pramin_load(&mem->cursor, cnova_vram_addr(pa.raw + i * sizeof(u64)),
				     sizeof(u64));

	/* Between two loads nodes are allocated, which nobody may who holds the window. */
	cnova_pramin_end(&mem->cursor);
	return word;
}

static struct cnova_pt_node *cnova_vmm_adopter_alloc(struct cnova_pt_adopter *adopter,
						     enum cnova_pt_kind kind)
{
	return cnova_vmm_node_alloc(kind);
}

/**
 * cnova_vmm_init_adopted() - Share an address space with its owner.
 * @vmm: To be initialised.
 * @mm: Memory management of the GPU.
 * @ops: Source of pages.
 * @root: Root table that somebody else has made, and keeps.
 * @end: Byte after the last of the addresses that may be used.
 *
 * What is there stays: mm/pt_adopt.c. The end of it is cnova_vmm_clear_locked(), which
 * takes out what was put in, and cnova_vmm_fini().
 *
 * Context: Process context, may sleep. Reads through the window.
 * Return: 0; -EINVAL: no root can be there; -ENOMEM.
 */
int cnova_vmm_init_adopted(struct cnova_vmm *vmm, struct cnova_mm *mm,
			   const struct cnova_vmm_ops *ops, struct cnova_vram_addr root, u64 end)
{
	struct cnova_vmm_mem mem = { .base.load = cnova_vmm_mem_load };
	struct cnova_pt_adopter adopter = {
		.mem = &mem.base,
		.end = end,
		.vram_end = mm->fb.end,
		.alloc = cnova_vmm_adopter_alloc,
	};
	int err;

	if (root.raw % SZ_4K || root.raw >= mm->fb.end)
		return -EINVAL;

	cnova_vmm_init_locks(vmm, mm, ops);
	cnova_pramin_begin(&mm->pramin, &mem.cursor);
	err = cnova_pt_adopt(&vmm->tree, mm->chip->fmt, root, &adopter);
	cnova_pramin_end(&mem.cursor);
	if (!err)
		return 0;

	if (vmm->tree.root)
		cnova_vmm_nodes_destroy(vmm, cnova_pt_tree_fini(&vmm->tree), true);
	cnova_vmm_pages_fini(&vmm->pages);
	mutex_destroy(&vmm->lock);
	return err;
}

/**
 * cnova_vmm_fini() - Take an address space down.
 * @vmm: Address space. Nothing of the GPU uses it, no job is left.
 *
 * Stores nothing: the tables go as they are, after the TLB forgot them. If it does
 * not acknowledge, their pages are not given back. @vmm->lock and @vmm->error stay
 * of use to whoever still has a reference on what contains @vmm.
 *
 * Context: Process context, may sleep.
 */
void cnova_vmm_fini(struct cnova_vmm *vmm)
{
	if (!vmm->error)
		vmm->error = cnova_vmm_invalidate(vmm);

	cnova_vmm_nodes_destroy(vmm, cnova_pt_tree_fini(&vmm->tree), !vmm->error);
	cnova_vmm_pages_fini(&vmm->pages);
}

/* Make what cnova_pt_job_pin() did not find. */
static int cnova_vmm_make_nodes(struct cnova_vmm *vmm, struct cnova_pt_job *pt, void *ctx)
{
	for (u32 i = 0; i < pt->nr_needs; i++) {
		struct cnova_pt_need *need = &pt->needs[i];
		struct cnova_pt_node *node;

		if (need->pinned)
			continue;

		node = cnova_vmm_node_create(vmm, need->kind, need->index, !need->whole, ctx);
		if (IS_ERR(node))
			return PTR_ERR(node);
		need->node = node;
	}

	return 0;
}

/**
 * cnova_vmm_prepare() - Have all tables that a change may need.
 * @vmm: Address space.
 * @job: Zeroed. Filled; goes to cnova_vmm_cleanup() when this succeeds.
 * @ops: Operations of the change.
 * @nr_ops: How many.
 * @ctx: For &cnova_vmm_ops.alloc.
 *
 * Stores nothing that a walker can reach.
 *
 * Context: Process context, may sleep, no lock of mm/ held.
 * Return: 0; -EINVAL: a range is empty, beyond the address space, or not of 4 KiB
 * pages; -EBUSY: an adopted root has entries of others there; -ENOMEM, -ENOSPC; the
 * error of a dead address space. Then @job holds
 * nothing.
 */
int cnova_vmm_prepare(struct cnova_vmm *vmm, struct cnova_vmm_job *job,
		      const struct cnova_pt_op *ops, u32 nr_ops, void *ctx)
{
	struct cnova_pt_node *spare;
	u32 missing = 0;
	int err;

	err = cnova_pt_job_init(&job->pt, vmm->tree.fmt, ops, nr_ops);
	if (err)
		return err;

	mutex_lock(&vmm->lock);
	err = vmm->error;
	if (!err && cnova_pt_job_meets_foreign(&vmm->tree, &job->pt))
		err = -EBUSY;
	if (!err)
		missing = cnova_pt_job_pin(&vmm->tree, &job->pt);
	mutex_unlock(&vmm->lock);
	if (err)
		goto err_cleanup;
	if (!missing)
		return 0;

	err = cnova_vmm_make_nodes(vmm, &job->pt, ctx);
	if (err)
		goto err_cleanup;

	/* Other jobs may have made the same meanwhile: what is too many goes. */
	mutex_lock(&vmm->lock);
	cnova_pt_job_insert(&vmm->tree, &job->pt);
	spare = job->pt.dead;
	job->pt.dead = NULL;
	mutex_unlock(&vmm->lock);
	cnova_vmm_nodes_destroy(vmm, spare, true);
	return 0;

err_cleanup:
	cnova_vmm_cleanup(vmm, job);
	return err;
}

static int cnova_vmm_die_locked(struct cnova_vmm *vmm, int err)
{
	lockdep_assert_held(&vmm->lock);

	if (err) {
		vmm->error = err;
		dev_err(vmm->mm->dev, "address space %#llx is dead: %pe\n",
			cnova_vmm_pdb(vmm).raw, ERR_PTR(err));
	}

	return err;
}

/*
 * What an execution may cost: nothing for nothing, one invalidate, a second one where a
 * leaf changed its size or an entry of a table that was linked with it. Whoever stores is
 * heard: nothing is left that the TLB does not know of.
 */
static void cnova_vmm_check_cost(const struct cnova_vmm *vmm)
{
	const struct cnova_vmm_io *io = &vmm->io;

	WARN_ONCE(io->invalidates > CNOVA_MM_MAX_INVALIDATES || io->idle_invalidates ||
		  io->stored,
		  "cnova: a change took %u invalidates, %u for nothing%s\n", io->invalidates,
		  io->idle_invalidates, io->stored ? ", and left stores without" : "");
	atomic64_inc(&vmm->mm->executed[min(io->invalidates, CNOVA_MM_MAX_INVALIDATES + 1)]);
}

/**
 * cnova_vmm_execute_locked() - Make the page tables say what a view says.
 * @vmm: Address space.
 * @job: Prepared, not executed yet.
 * @view: What the address space is now, with the change.
 *
 * Context: Process context, fence signalling path. Caller holds @vmm->lock.
 *          Allocates nothing; sleeps for the hardware.
 * Return: 0: done, and the TLB has forgotten what was before. Otherwise the address
 * space is dead: -ETIMEDOUT, -EIO, -ENODEV.
 */
int cnova_vmm_execute_locked(struct cnova_vmm *vmm, struct cnova_vmm_job *job,
			     struct cnova_pt_view *view)
{
	int err;

	lockdep_assert_held(&vmm->lock);

	if (vmm->error)
		return vmm->error;

	vmm->io.stored = false;
	vmm->io.invalidates = 0;
	vmm->io.idle_invalidates = 0;
	err = cnova_pt_execute(&vmm->tree, &job->pt, view, &vmm->io.base);
	cnova_pramin_end(&vmm->io.cursor);

	if (!err)
		cnova_vmm_check_cost(vmm);
	WARN_ONCE(job->pt.resized && !job->may_resize,
		  "cnova: a leaf changed its size beside executions\n");
	return cnova_vmm_die_locked(vmm, err);
}

/**
 * cnova_vmm_cleanup() - Let go of a job.
 * @vmm: Address space.
 * @job: Executed, or not to be. Zeroed again afterwards.
 *
 * Context: Process context, may sleep, no lock of mm/ held.
 */
void cnova_vmm_cleanup(struct cnova_vmm *vmm, struct cnova_vmm_job *job)
{
	struct cnova_pt_node *dead;
	bool give_back;

	mutex_lock(&vmm->lock);
	cnova_pt_job_unpin(&vmm->tree, &job->pt);
	dead = job->pt.dead;
	give_back = !vmm->error;
	mutex_unlock(&vmm->lock);

	cnova_vmm_nodes_destroy(vmm, dead, give_back);
	cnova_pt_job_fini(&job->pt);
	*job = (struct cnova_vmm_job){};
}

/**
 * cnova_vmm_zap_locked() - Clear the leaves of mappings that lose their memory.
 * @vmm: Address space.
 * @range: What whole mappings of memory cover: no leaf reaches beyond, and nothing in
 *         it is sparse.
 *
 * Tables stay, so that binding again needs few. Nothing is forgotten by the TLB
 * before cnova_vmm_flush_locked().
 *
 * Context: Process context. Caller holds @vmm->lock. Allocates nothing.
 */
void cnova_vmm_zap_locked(struct cnova_vmm *vmm, const struct cnova_pt_range *range)
{
	lockdep_assert_held(&vmm->lock);

	if (vmm->error)
		return;

	if (cnova_pt_zap(&vmm->tree, range, &vmm->io.base))
		vmm->unflushed = true;
	cnova_pramin_end(&vmm->io.cursor);
}

static int cnova_vmm_finish_locked(struct cnova_vmm *vmm)
{
	struct cnova_pt_io *io = &vmm->io.base;

	lockdep_assert_held(&vmm->lock);

	vmm->unflushed = false;
	io->ops->order(io);
	return cnova_vmm_die_locked(vmm, io->ops->invalidate(io));
}

/**
 * cnova_vmm_flush_locked() - Finish what cnova_vmm_zap_locked() began.
 * @vmm: Address space.
 *
 * Context: Process context. Caller holds @vmm->lock. Allocates nothing; sleeps for
 *          the hardware.
 * Return: 0: the memory is not in use any more. Otherwise the address space is
 * dead, and the memory may be in use: -ETIMEDOUT, -EIO, -ENODEV.
 */
int cnova_vmm_flush_locked(struct cnova_vmm *vmm)
{
	lockdep_assert_held(&vmm->lock);

	if (vmm->error || !vmm->unflushed)
		return vmm->error;

	atomic64_inc(&vmm->mm->flushed);
	return cnova_vmm_finish_locked(vmm);
}

/**
 * cnova_vmm_clear_locked() - Unmap everything.
 * @vmm: Address space without jobs.
 *
 * Needs no preparation. The tables are freed by cnova_vmm_fini().
 *
 * Context: Process context. Caller holds @vmm->lock. Allocates nothing; sleeps for
 *          the hardware.
 * Return: 0: nothing that was mapped is in use any more. Otherwise the address
 * space is dead: -ETIMEDOUT, -EIO, -ENODEV.
 */
int cnova_vmm_clear_locked(struct cnova_vmm *vmm)
{
	lockdep_assert_held(&vmm->lock);

	if (vmm->error)
		return vmm->error;

	if (cnova_pt_clear(&vmm->tree, &vmm->io.base))
		vmm->unflushed = true;
	cnova_pramin_end(&vmm->io.cursor);
	return vmm->unflushed ? cnova_vmm_finish_locked(vmm) : 0;
}

/**
 * cnova_vmm_pdb() - Name an address space as the hardware does.
 * @vmm: Address space.
 *
 * Context: Any.
 * Return: VRAM address of its root table.
 */
struct cnova_vram_addr cnova_vmm_pdb(const struct cnova_vmm *vmm)
{
	return vmm->tree.root->pa;
}
