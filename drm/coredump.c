// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Dumps of what died
 *
 * When an address space or a channel dies, what was known of it is put where
 * people and their tools look: a device coredump, /sys/class/devcoredump/devcd*\/data,
 * plain text, to be read and then deleted by writing to it. The kernel keeps one for
 * each device, the first, until it is deleted, or for five minutes, or until the
 * device is removed; later ones are thrown away meanwhile.
 *
 * Death is noticed in the fence signalling path, where nothing may be allocated and
 * no device be registered. So the text is printed there, at once, into a buffer that
 * was made with the address space, and handed over by a worker::
 *
 *	p = cnova_coredump_begin(vm, "channel 3 faulted", -EFAULT);
 *	if (p) {
 *		drm_printf(p, "channel: %u\n", id);
 *		cnova_coredump_show_walk(vm, p, fault_va);
 *		cnova_coredump_show_vm(vm, p);
 *		cnova_coredump_end(vm);
 *	}
 *
 * What is most wanted comes first: what exceeds the buffer is cut at its end. A second
 * failure that comes before the worker has run is not printed but counted, and the next
 * dump says how many there were.
 *
 * No text or function of ours stays with the kernel, so that a dump nobody has read
 * does not keep the module from being unloaded.
 */

#include <linux/devcoredump.h>
#include <linux/math64.h>
#include <linux/rbtree.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include <drm/drm_drv.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_job.h"
#include "drm/coredump.h"
#include "drm/device.h"
#include "drm/history.h"
#include "drm/quarantine.h"
#include "drm/vm.h"
#include "hw/chip.h"

/* Pending operations and withheld mappings: there may be any number. */
#define CNOVA_COREDUMP_LINES	64

static const char cnova_coredump_cut[] = "[cut]\n";

/* No allocation: "%pV" prints through the caller's arguments. */
static void cnova_coredump_print(struct drm_printer *p, struct va_format *vaf)
{
	seq_buf_printf(p->arg, "%pV", vaf);
}

static DEFINE_MUTEX(cnova_coredump_lock);

static bool cnova_coredump_alloc(struct cnova_coredump *dump)
{
	dump->buf = __vmalloc(CNOVA_COREDUMP_BYTES, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!dump->buf)
		return false;

	/* Pairs with cnova_coredump_begin(). */
	atomic_set_release(&dump->state, CNOVA_COREDUMP_EMPTY);
	return true;
}

static void cnova_coredump_work(struct work_struct *work)
{
	struct cnova_coredump *dump = container_of(work, struct cnova_coredump, work);
	struct cnova_vm *vm = container_of(dump, struct cnova_vm, coredump);
	char *buf = dump->buf;

	/* Without a new buffer this was the last dump of the address space. */
	if (!cnova_coredump_alloc(dump))
		atomic_set(&dump->state, CNOVA_COREDUMP_NONE);

	/*
	 * Frees it, at once if there is a dump of the device already. It looks for one and then
	 * adds its own: two at a time would both be added, and only one of them removed.
	 */
	mutex_lock(&cnova_coredump_lock);
	dev_coredumpv(vm->cnova->drm.dev, buf, strlen(buf), GFP_KERNEL);
	mutex_unlock(&cnova_coredump_lock);
}

/**
 * cnova_coredump_init() - Have a buffer.
 * @vm: New address space.
 *
 * Context: Process context.
 * Return: 0; -ENOMEM.
 */
int cnova_coredump_init(struct cnova_vm *vm)
{
	struct cnova_coredump *dump = &vm->coredump;

	INIT_WORK(&dump->work, cnova_coredump_work);
	dump->printer = (struct drm_printer){
		.printfn = cnova_coredump_print,
		.arg = &dump->text,
	};
	return cnova_coredump_alloc(dump) ? 0 : -ENOMEM;
}

/**
 * cnova_coredump_fini() - End of cnova_coredump_init(): what was printed is handed over.
 * @vm: Address space that no job runs in any more, nor a channel.
 *
 * Context: Process context.
 */
void cnova_coredump_fini(struct cnova_vm *vm)
{
	struct cnova_coredump *dump = &vm->coredump;

	flush_work(&dump->work);
	atomic_set(&dump->state, CNOVA_COREDUMP_NONE);
	vfree(dump->buf);
	dump->buf = NULL;
}

/**
 * cnova_coredump_begin() - Begin a dump.
 * @vm: Address space that died, or that what died belongs to.
 * @reason: What happened, a few words.
 * @err: What it failed with.
 *
 * Context: Any that may not sleep too, fence signalling path.
 * Return: Prints to the dump until cnova_coredump_end(); NULL: there is no room for
 * another one yet, and nothing to end.
 */
struct drm_printer *cnova_coredump_begin(struct cnova_vm *vm, const char *reason, int err)
{
	struct cnova_coredump *dump = &vm->coredump;
	struct drm_printer *p = &dump->printer;
	struct cnova_device *cnova = vm->cnova;
	u32 ns;
	u64 s = div_u64_rem(ktime_get_ns(), NSEC_PER_SEC, &ns);

	if (atomic_cmpxchg_acquire(&dump->state, CNOVA_COREDUMP_EMPTY,
				   CNOVA_COREDUMP_TAKEN) != CNOVA_COREDUMP_EMPTY) {
		atomic_inc(&dump->missed);
		return NULL;
	}

	seq_buf_init(&dump->text, dump->buf,
		     CNOVA_COREDUMP_BYTES - sizeof(cnova_coredump_cut));
	drm_printf(p, "cnova coredump 1\n");
	drm_printf(p, "device: %s\n", dev_name(cnova->drm.dev));
	drm_printf(p, "chip: %s%s\n", cnova_chip_name(cnova->mm.chip),
		   cnova_io_is_model(&cnova->io) ? " in software" : "");
	drm_printf(p, "time: %llu.%06u\n", s, ns / (u32)NSEC_PER_USEC);
	drm_printf(p, "vm: %u\n", vm->id);
	drm_printf(p, "client: %llu\n", vm->client_id);
	drm_printf(p, "reason: %s\n", reason);
	drm_printf(p, "error: %d\n", err);
	drm_printf(p, "missed: %d\n", atomic_xchg(&dump->missed, 0));
	return p;
}

/* In the order of their addresses. */
static void cnova_coredump_show_pending(struct cnova_vm *vm, struct drm_printer *p)
{
	struct rb_node *node;
	u32 nr = 0;

	drm_printf(p, "pending: %u\n", vm->nr_pending);
	for (node = rb_first_cached(&vm->pending); node && nr++ < CNOVA_COREDUMP_LINES;
	     node = rb_next(node)) {
		const struct cnova_bind_op *op = rb_entry(node, struct cnova_bind_op, rb);

		drm_printf(p, "\t%s va=0x%llx range=0x%llx offset=0x%llx\n",
			   op->type == DRM_CNOVA_VM_BIND_OP_MAP ? "map" : "map-sparse",
			   op->start, op->last - op->start + 1, op->offset);
	}
}

/**
 * cnova_coredump_show_vm() - Print what is known of an address space.
 * @vm: Address space.
 * @p: What cnova_coredump_begin() returned.
 *
 * Context: Process context, fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_coredump_show_vm(struct cnova_vm *vm, struct drm_printer *p)
{
	lockdep_assert_held(&vm->vmm.lock);

	drm_printf(p, "mapped: %llu\n", vm->mapped);
	drm_printf(p, "tables: %llu\n", vm->vmm.table_bytes);
	drm_printf(p, "quarantined: %llu\n", vm->quarantined);
	drm_printf(p, "history: %llu\n", vm->history.nr);
	cnova_history_show(&vm->history, p);
	cnova_coredump_show_pending(vm, p);
	drm_printf(p, "quarantine:\n");
	cnova_quarantine_show(vm->cnova, p, CNOVA_COREDUMP_LINES);
}

static const char *cnova_coredump_entry_name(enum cnova_pt_entry_type type)
{
	static const char * const names[] = {
		[CNOVA_PT_ENTRY_NONE] = "none",
		[CNOVA_PT_ENTRY_TABLE] = "table",
		[CNOVA_PT_ENTRY_LEAF] = "leaf",
		[CNOVA_PT_ENTRY_SPARSE] = "sparse",
		[CNOVA_PT_ENTRY_BLOCKED] = "blocked",
		[CNOVA_PT_ENTRY_BAD] = "bad",
	};

	return names[type];
}

/**
 * cnova_coredump_show_walk() - Print what the page tables say of an address.
 * @vm: Address space.
 * @p: What cnova_coredump_begin() returned.
 * @va: Address, bytes.
 *
 * Context: Process context, fence signalling path, inside drm_dev_enter(). Caller
 * holds &cnova_vmm.lock.
 */
void cnova_coredump_show_walk(struct cnova_vm *vm, struct drm_printer *p, u64 va)
{
	static const char * const names[CNOVA_NR_PT_KINDS] = {
		"pt4k", "pt64k", "pde0", "pde1", "pde2", "pde3", "pde4",
	};
	struct cnova_vmm_step steps[CNOVA_VMM_MAX_STEPS];
	u32 nr;

	drm_printf(p, "walk: 0x%llx\n", va);
	nr = cnova_vmm_walk_locked(&vm->vmm, va, steps);
	for (u32 i = 0; i < nr; i++) {
		const struct cnova_vmm_step *step = &steps[i];

		drm_printf(p, "\t%s%s 0x%llx: 0x%016llx %s", names[step->kind],
			   step->kind != CNOVA_PT_PDE0 ? "" : step->half ? " high" : " low",
			   step->pa.raw, step->word, cnova_coredump_entry_name(step->entry.type));
		if (step->entry.type == CNOVA_PT_ENTRY_TABLE ||
		    step->entry.type == CNOVA_PT_ENTRY_LEAF)
			drm_printf(p, " 0x%llx", step->entry.pa);
		drm_printf(p, "\n");
	}
}

/**
 * cnova_coredump_end() - Have a dump handed over.
 * @vm: Address space, after cnova_coredump_begin().
 *
 * Context: As cnova_coredump_begin().
 */
void cnova_coredump_end(struct cnova_vm *vm)
{
	struct cnova_coredump *dump = &vm->coredump;

	/* After an overflow all but the last line is whole. */
	if (seq_buf_has_overflowed(&dump->text))
		strscpy(dump->buf + strnlen(dump->buf, dump->text.size), cnova_coredump_cut,
			sizeof(cnova_coredump_cut));
	queue_work(vm->cnova->cleanup_wq, &dump->work);
}

/**
 * cnova_coredump_vm() - Dump an address space that died of its last operation.
 * @vm: Address space.
 * @err: What its page tables failed with.
 *
 * Not if the device is unplugged, with which all die.
 *
 * Context: Process context, fence signalling path. Caller holds &cnova_vmm.lock.
 */
void cnova_coredump_vm(struct cnova_vm *vm, int err)
{
	const struct cnova_history *history = &vm->history;
	struct drm_printer *p;
	int idx;

	if (!drm_dev_enter(&vm->cnova->drm, &idx))
		return;

	p = cnova_coredump_begin(vm, "the hardware did not take a change", err);
	if (p) {
		if (history->nr)
			cnova_coredump_show_walk(vm, p, history->ops[(history->nr - 1) %
								     CNOVA_HISTORY_OPS].va);
		cnova_coredump_show_vm(vm, p);
		cnova_coredump_end(vm);
	}
	drm_dev_exit(idx);
}

/**
 * cnova_coredump_remove() - The device goes: so does what nobody has read.
 * @cnova: Device without address spaces.
 *
 * Context: Process context.
 */
void cnova_coredump_remove(struct cnova_device *cnova)
{
	dev_coredump_put(cnova->drm.dev);
}
