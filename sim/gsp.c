// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: GSP
 *
 * Firmware runs on a worker, beside the driver and never inside one of its stores. It
 * reaches system memory by DMA, inside grants, and keeps a part of VRAM: the instance block
 * and the tables of BAR1, which it has bound before any driver comes (HARDWARE.md 7.3).
 *
 * Loading the firmware is not modelled. On silicon the mailboxes are written before the
 * core is started; here the core runs, and takes the store to the second mailbox for its
 * start, on all chips, though from Hopper on it is the FSP that passes the
 * arguments. When the driver has it unload, it waits for arguments anew.
 *
 * Locking: &cnova_sim.lock for &cnova_sim.gsp_regs and each access to memory; everything
 * else of the firmware belongs to the worker, or to who has stopped it.
 */
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "gsp.h"
#include "sim.h"

/* So long until a full queue is looked at again. */
#define FULL_DELAY_MS		1
/* Room for two regions, a hole, and what firmware keeps. */
#define MIN_VRAM		(8 * SZ_1M)

#define MAILBOX0_UNLOADED	0x80000000

/* Instance block, HARDWARE.md 7.2: video memory, new format, 64K pages. */
#define RAMIN_PDB		0x200
#define RAMIN_PDB_VIDEO		0xc00

/* Tables of the BARs: roots, and those of BAR1 below its root. */
#define MAX_LEVELS		6

/* ---------------------------------------------------------------- the firmware */

static bool cnova_sim_gsp_dma_read(void *priv, u64 bus, void *dst, u32 size)
{
	struct cnova_sim *sim = priv;
	bool ok = true;

	while (size && ok) {
		u32 chunk = min_t(u32, size, CNOVA_SIM_PAGE_SIZE - bus % CNOVA_SIM_PAGE_SIZE);

		spin_lock_irq(&sim->lock);
		ok = !READ_ONCE(sim->knobs.gone) && cnova_sim_sysmem_read(sim, bus, dst, chunk);
		spin_unlock_irq(&sim->lock);
		bus += chunk;
		dst += chunk;
		size -= chunk;
	}
	return ok;
}

static bool cnova_sim_gsp_dma_write(void *priv, u64 bus, const void *src, u32 size)
{
	struct cnova_sim *sim = priv;
	bool ok = true;

	while (size && ok) {
		u32 chunk = min_t(u32, size, CNOVA_SIM_PAGE_SIZE - bus % CNOVA_SIM_PAGE_SIZE);

		spin_lock_irq(&sim->lock);
		ok = !READ_ONCE(sim->knobs.gone) && cnova_sim_sysmem_write(sim, bus, src, chunk);
		spin_unlock_irq(&sim->lock);
		bus += chunk;
		src += chunk;
		size -= chunk;
	}
	return ok;
}

static void cnova_sim_gsp_complain(void *priv, const char *what, u64 value)
{
	cnova_sim_report(priv, CNOVA_SIM_GSP, "%s (%#llx)", what, value);
}

static const struct cnova_sim_gsp_ops cnova_sim_gsp_ops = {
	.read = cnova_sim_gsp_dma_read,
	.write = cnova_sim_gsp_dma_write,
	.report = cnova_sim_gsp_complain,
};

/* What the driver did since we looked. Return: false: there is no bus any more. */
static bool cnova_sim_gsp_look(struct cnova_sim *sim)
{
	struct cnova_sim_gsp_regs *regs = &sim->gsp_regs;
	bool start, gone;
	u64 libos, rings;

	spin_lock_irq(&sim->lock);
	gone = READ_ONCE(sim->knobs.gone);
	start = regs->start;
	regs->start = false;
	libos = (u64)regs->mailbox[1] << 32 | regs->mailbox[0];
	rings = regs->rings;
	spin_unlock_irq(&sim->lock);

	if (gone)
		return false;
	if (start)
		cnova_sim_gsp_start(sim->gsp, libos);
	cnova_sim_gsp_ring(sim->gsp, rings);
	return true;
}

static void cnova_sim_gsp_show(struct cnova_sim *sim)
{
	struct cnova_sim_gsp_regs *regs = &sim->gsp_regs;
	struct cnova_sim_gsp *gsp = sim->gsp;

	spin_lock_irq(&sim->lock);
	regs->active = gsp->state != CNOVA_SIM_GSP_OFF;
	if (gsp->unloaded && gsp->state == CNOVA_SIM_GSP_WAITING && !regs->start) {
		regs->mailbox[0] = MAILBOX0_UNLOADED;
		regs->rings = 0;
	}
	spin_unlock_irq(&sim->lock);
}

static void cnova_sim_gsp_work(struct work_struct *work)
{
	struct cnova_sim *sim = container_of(to_delayed_work(work), struct cnova_sim, gsp_work);
	enum cnova_sim_gsp_step step;

	do {
		if (!cnova_sim_gsp_look(sim))
			return;
		step = cnova_sim_gsp_step(sim->gsp);
		cnova_sim_gsp_show(sim);
		cond_resched();
	} while (step == CNOVA_SIM_GSP_AGAIN);

	if (step == CNOVA_SIM_GSP_FULL)
		queue_delayed_work(system_dfl_wq, &sim->gsp_work,
				   msecs_to_jiffies(FULL_DELAY_MS));
}

/* ------------------------------------------------------------------- registers */

/* Registers of a GPU without firmware: nobody is there. */
static void cnova_sim_gsp_kick(struct cnova_sim *sim, u32 offset)
{
	lockdep_assert_held(&sim->lock);
	if (!sim->gsp) {
		cnova_sim_report(sim, CNOVA_SIM_GSP, "store to %#x, but GSP has no firmware",
				 offset);
		return;
	}
	mod_delayed_work(system_dfl_wq, &sim->gsp_work, 0);
}

/**
 * cnova_sim_gsp_mailbox() - A mailbox is written; the second starts the firmware.
 * @sim: The device.
 * @which: 0 or 1.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_gsp_mailbox(struct cnova_sim *sim, u32 which, u32 value)
{
	sim->gsp_regs.mailbox[which] = value;
	if (!which)
		return;
	sim->gsp_regs.start = true;
	cnova_sim_gsp_kick(sim, 0x110044);
}

/**
 * cnova_sim_gsp_doorbell() - QUEUE_HEAD(0) is written.
 * @sim: The device.
 * @value: What is written; 0 is usual, and says nothing.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_gsp_doorbell(struct cnova_sim *sim, u32 value)
{
	if (value)
		cnova_sim_report(sim, CNOVA_SIM_GSP, "doorbell rung with %#x, not 0", value);
	sim->gsp_regs.rings++;
	cnova_sim_gsp_kick(sim, 0x110c00);
}

/* ------------------------------------------------------------------------ VRAM */

static void cnova_sim_gsp_put(struct cnova_sim *sim, u64 pa, u64 value)
{
	cnova_sim_vram_store(sim, pa, value, sizeof(value));
}

/*
 * One page of BAR1, the last, shows a page of firmware's. So its tables hold something that
 * is not the driver's, and the driver has to leave it alone.
 */
static void cnova_sim_gsp_map_page(struct cnova_sim *sim, u64 root, u64 page)
{
	/* HARDWARE.md 2.1, 3.1: where the index of each level begins, from the root. */
	static const u8 shifts[MAX_LEVELS] = { 56, 47, 38, 29, 21, 12 };
	bool is_v3 = sim->chip->traits.format != &cnova_sim_format_v2;
	u64 va = sim->bar1_size - CNOVA_SIM_PAGE_SIZE;
	u64 table = root, next = page + CNOVA_SIM_PAGE_SIZE;
	unsigned int level;

	for (level = is_v3 ? 0 : 1; level < MAX_LEVELS - 1; level++) {
		u64 index = va >> shifts[level] & 0x1ff;
		bool is_pde0 = level == MAX_LEVELS - 2;

		/* A dual entry is two words, the table of 4K pages in the second. */
		cnova_sim_gsp_put(sim, table + (is_pde0 ? (index & 0xff) * 16 + 8 : index * 8),
				  (is_v3 ? next : next >> 4) | 2);
		table = next;
		next += CNOVA_SIM_PAGE_SIZE;
	}
	cnova_sim_gsp_put(sim, table + (va >> 12 & 0x1ff) * 8, (is_v3 ? page : page >> 4) | 1);
}

/**
 * cnova_sim_gsp_place() - Firmware takes its part of VRAM, and binds BAR1.
 * @sim: The device, reset.
 *
 * Context: Process context; nobody uses the device.
 * Return: 0; -ENOMEM.
 */
int cnova_sim_gsp_place(struct cnova_sim *sim)
{
	const struct cnova_sim_gsp_layout *layout;
	u64 at, tables, size;
	int err;

	if (!sim->gsp)
		return 0;
	layout = &sim->gsp->layout;
	tables = layout->bar2_root + CNOVA_SIM_PAGE_SIZE;
	size = tables + MAX_LEVELS * CNOVA_SIM_PAGE_SIZE - layout->firmware;

	sim->gsp_owns = false;
	err = cnova_sim_vram_populate(sim, layout->firmware, size);
	if (err)
		return err;
	sim->gsp_owns = true;

	cnova_sim_gsp_power_on(sim->gsp);
	spin_lock_irq(&sim->lock);
	for (at = layout->firmware; at < layout->firmware + size; at += sizeof(u64))
		cnova_sim_gsp_put(sim, at, 0);
	cnova_sim_gsp_put(sim, layout->bar1_block + RAMIN_PDB,
			  layout->bar1_root | RAMIN_PDB_VIDEO);
	if (sim->bar1_size)
		cnova_sim_gsp_map_page(sim, layout->bar1_root, tables);
	cnova_sim_bind_root(sim, &sim->bar1, CNOVA_SIM_VIDEO, layout->bar1_root);
	cnova_sim_bind_root(sim, &sim->bar2, CNOVA_SIM_VIDEO, layout->bar2_root);
	memset(&sim->gsp_regs, 0, sizeof(sim->gsp_regs));
	sim->gsp_regs.active = true;
	spin_unlock_irq(&sim->lock);
	return 0;
}

/**
 * cnova_sim_gsp_halt() - Stop the firmware where it is.
 * @sim: The device.
 *
 * Context: Process context; nobody stores to its registers meanwhile.
 */
void cnova_sim_gsp_halt(struct cnova_sim *sim)
{
	if (!sim->gsp)
		return;
	cancel_delayed_work_sync(&sim->gsp_work);
	sim->gsp_owns = false;
}

/**
 * cnova_sim_gsp_may_take() - May the driver use this memory?
 * @sim: The device.
 * @pa: First byte.
 * @size: Bytes, in VRAM.
 *
 * Context: Any.
 * Return: Whether firmware has left it to the driver.
 */
bool cnova_sim_gsp_may_take(struct cnova_sim *sim, u64 pa, u64 size)
{
	return !sim->gsp_owns || cnova_sim_gsp_is_usable(&sim->gsp->layout, pa, size);
}

/**
 * cnova_sim_gsp_fault() - What does firmware do wrong?
 * @sim: The device.
 *
 * Context: Any.
 * Return: The name of it.
 */
const char *cnova_sim_gsp_fault(struct cnova_sim *sim)
{
	return cnova_sim_gsp_fault_name(sim->gsp ? READ_ONCE(sim->gsp->fault) :
					CNOVA_SIM_GSP_GOOD);
}

/**
 * cnova_sim_gsp_set_fault() - Change what it does wrong.
 * @sim: The device.
 * @name: Of a fault.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: there is none of that name; -ENODEV: no firmware.
 */
int cnova_sim_gsp_set_fault(struct cnova_sim *sim, const char *name)
{
	enum cnova_sim_gsp_fault fault;

	if (!cnova_sim_gsp_fault_find(name, &fault))
		return -EINVAL;
	if (!sim->gsp)
		return fault == CNOVA_SIM_GSP_GOOD ? 0 : -ENODEV;
	WRITE_ONCE(sim->gsp->fault, fault);
	return 0;
}

/**
 * cnova_sim_gsp_init() - Have firmware, if it is wanted.
 * @sim: The device, with its memory and its MMU.
 * @release: 535, 570 or 595; 0: none.
 * @fault: Name of what it does wrong; NULL: nothing.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: no such release or fault, or too little VRAM; -ENOMEM.
 */
int cnova_sim_gsp_init(struct cnova_sim *sim, u32 release, const char *fault)
{
	int err;

	if (release && (!cnova_sim_gsp_info_size(release) || sim->vram_size < MIN_VRAM ||
			sim->wpr_start < MIN_VRAM / 2)) {
		pr_err("cnova_sim: gsp=%u is not 535, 570, 595, or VRAM is too small for it\n",
		       release);
		return -EINVAL;
	}
	INIT_DELAYED_WORK(&sim->gsp_work, cnova_sim_gsp_work);
	if (release) {
		sim->gsp = kvzalloc_obj(*sim->gsp);
		if (!sim->gsp)
			return -ENOMEM;
		sim->gsp->ops = &cnova_sim_gsp_ops;
		sim->gsp->priv = sim;
		sim->gsp->release = release;
		cnova_sim_gsp_lay_out(&sim->gsp->layout, sim->vram_size, sim->wpr_start);
	}

	err = fault ? cnova_sim_gsp_set_fault(sim, fault) : 0;
	if (err)
		pr_err("cnova_sim: gsp_fault=%s: no such fault, or no firmware\n", fault);
	else
		err = cnova_sim_gsp_place(sim);
	if (err)
		cnova_sim_gsp_fini(sim);
	return err;
}

/**
 * cnova_sim_gsp_fini() - The end of it.
 * @sim: The device, which nobody uses any more.
 *
 * Context: Process context.
 */
void cnova_sim_gsp_fini(struct cnova_sim *sim)
{
	cnova_sim_gsp_halt(sim);
	kvfree(sim->gsp);
	sim->gsp = NULL;
}
