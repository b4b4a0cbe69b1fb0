// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: TLB
 *
 * After page tables changed, the TLBs are made to forget the address space, and the
 * acknowledge is awaited: after maps too, because failed walks are remembered
 * (HARDWARE.md 4.3). The registers know no address: it is always the whole address
 * space, and the engine sees to it that a job needs this once or twice.
 *
 * When no acknowledge comes, there are two cases. The unit is idle after all: the
 * address space that asked is dead, others go on. It is still busy: it will never
 * take a request again, so that the device is wedged and nobody waits in turn.
 *
 * Locking: one register set, one mutex. Order: tree lock > &cnova_tlb.lock >
 * &cnova_pramin.lock. Taken in the fence signalling path: no allocation inside.
 */

#include <kunit/static_stub.h>
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/regs.h"
#include "mm/tlb.h"
#include "mm/trace.h"

/* Polls before we sleep between them: an idle unit answers within a few. */
#define CNOVA_TLB_SPINS		16

/**
 * cnova_tlb_init() - Prepare for invalidates.
 * @tlb: To be initialised.
 * @dev: For messages.
 * @io: The GPU.
 * @chip: Its chip.
 *
 * Context: Probe.
 */
void cnova_tlb_init(struct cnova_tlb *tlb, struct device *dev, struct cnova_io *io,
		    const struct cnova_chip *chip)
{
	*tlb = (struct cnova_tlb){
		.dev = dev,
		.io = io,
		.chip = chip,
		.timeout_us = CNOVA_TLB_TIMEOUT_US,
	};
	mutex_init(&tlb->lock);
}

/**
 * cnova_tlb_fini() - The end of cnova_tlb_init().
 * @tlb: TLB.
 *
 * Context: Process context; nobody uses @tlb.
 */
void cnova_tlb_fini(struct cnova_tlb *tlb)
{
	mutex_destroy(&tlb->lock);
}

/* Return: 0: idle; -EBUSY: not yet; -ENODEV: gone. */
static int cnova_tlb_look(struct cnova_tlb *tlb)
{
	u32 value = cnova_poll32(tlb->io, NV_VIRTUAL_FUNCTION_PRIV_MMU_INVALIDATE);

	if (cnova_io_lost(tlb->io, value))
		return -ENODEV;

	return value & NV_MMU_INVALIDATE_TRIGGER ? -EBUSY : 0;
}

/* Return: 0: idle; -EBUSY: not in time; -ENODEV: gone. */
static int cnova_tlb_wait_idle(struct cnova_tlb *tlb)
{
	ktime_t end = ktime_add_us(ktime_get(), tlb->timeout_us);
	unsigned int i;
	int err;

	for (i = 0; ; i++) {
		bool late = ktime_after(ktime_get(), end);

		err = cnova_tlb_look(tlb);
		if (err != -EBUSY || late)
			return err;

		if (i < CNOVA_TLB_SPINS)
			udelay(1);
		else
			usleep_range(10, 100);
	}
}

static void cnova_tlb_wedge_locked(struct cnova_tlb *tlb)
{
	lockdep_assert_held(&tlb->lock);

	if (tlb->wedged)
		return;

	WRITE_ONCE(tlb->wedged, true);
	if (tlb->on_wedged)
		tlb->on_wedged(tlb);
}

/**
 * cnova_tlb_wedge() - Nothing of this GPU can be trusted any more.
 * @tlb: TLB.
 *
 * For who finds that another unit does not let go of memory: every invalidate fails from
 * now on, and with it every address space.
 *
 * Context: Process context, fence signalling path.
 */
void cnova_tlb_wedge(struct cnova_tlb *tlb)
{
	mutex_lock(&tlb->lock);
	cnova_tlb_wedge_locked(tlb);
	mutex_unlock(&tlb->lock);
}

/* It was busy for too long: dead address space, or wedged device? */
static int cnova_tlb_late(struct cnova_tlb *tlb, struct cnova_vram_addr pdb)
{
	/* As long again: late is not stuck, and only one address space has to die. */
	int err = cnova_tlb_wait_idle(tlb);

	if (err == -ENODEV)
		return err;

	if (!err) {
		dev_err(tlb->dev, "no acknowledge of a TLB invalidate, PDB %#llx\n", pdb.raw);
		return -ETIMEDOUT;
	}

	dev_err(tlb->dev, "TLB invalidate stuck, PDB %#llx: device is wedged\n", pdb.raw);
	cnova_tlb_wedge_locked(tlb);
	return -EIO;
}

/* HARDWARE.md 4. There is no address: all of the address space, at all levels. */
static u32 cnova_tlb_command(const struct cnova_tlb *tlb, enum cnova_tlb_scope scope,
			     enum cnova_tlb_ack ack)
{
	u32 command = NV_MMU_INVALIDATE_TRIGGER | NV_MMU_INVALIDATE_ALL_VA;

	if (scope == CNOVA_TLB_HUB_ONLY)
		command |= NV_MMU_INVALIDATE_HUBTLB_ONLY;

	/*
	 * Without, TRIGGER may clear while an access with the old translation is still
	 * on its way.
	 */
	if (ack == CNOVA_TLB_ACK_GLOBALLY)
		command |= tlb->chip->tlb_invalidate |
			   FIELD_PREP(NV_MMU_INVALIDATE_ACK, NV_MMU_INVALIDATE_ACK_GLOBALLY);

	return command;
}

static void cnova_tlb_trigger(struct cnova_tlb *tlb, struct cnova_vram_addr pdb, u32 command)
{
	/* Tables live in VRAM: aperture 0. HARDWARE.md 4. */
	cnova_wr32(tlb->io, NV_VIRTUAL_FUNCTION_PRIV_MMU_INVALIDATE_PDB,
		   FIELD_PREP(NV_MMU_INVALIDATE_PDB_ADDR, (pdb.raw >> 12) & GENMASK(27, 0)));
	cnova_wr32(tlb->io, NV_VIRTUAL_FUNCTION_PRIV_MMU_INVALIDATE_UPPER_PDB,
		   FIELD_PREP(NV_MMU_INVALIDATE_UPPER_PDB_ADDR, pdb.raw >> 40));
	cnova_wr32(tlb->io, NV_VIRTUAL_FUNCTION_PRIV_MMU_INVALIDATE, command);
	cnova_io_account(tlb->io, CNOVA_IO_INVALIDATE, 1);
}

/**
 * cnova_tlb_invalidate() - Forget an address space, and wait until that is done.
 * @tlb: TLB.
 * @pdb: Root table of the address space.
 * @scope: Which TLBs.
 * @ack: What has to be over too.
 *
 * All stores to its tables must be in memory: cnova_pramin_order().
 *
 * Context: Process context, fence signalling path. Sleeps for the hardware, not
 *          longer than four times &cnova_tlb.timeout_us, and that only once: then the
 *          device is wedged.
 * Return: 0: no translation of before is in use any more. -ETIMEDOUT: not
 * acknowledged; the address space cannot be used. -EIO: the device is wedged.
 * -ENODEV: it is gone.
 */
int cnova_tlb_invalidate(struct cnova_tlb *tlb, struct cnova_vram_addr pdb,
			 enum cnova_tlb_scope scope, enum cnova_tlb_ack ack)
{
	int err;

	KUNIT_STATIC_STUB_REDIRECT(cnova_tlb_invalidate, tlb, pdb, scope, ack);

	mutex_lock(&tlb->lock);
	if (tlb->wedged) {
		err = -EIO;
		goto unlock;
	}

	err = cnova_tlb_wait_idle(tlb);
	if (err == -EBUSY) {
		/* Somebody else's is stuck, and ours cannot even begin. */
		err = cnova_tlb_late(tlb, pdb);
		if (err != -ETIMEDOUT)
			goto unlock;
	} else if (err) {
		goto unlock;
	}

	cnova_tlb_trigger(tlb, pdb, cnova_tlb_command(tlb, scope, ack));

	err = cnova_tlb_wait_idle(tlb);
	if (err == -EBUSY)
		err = cnova_tlb_late(tlb, pdb);
	trace_cnova_tlb_invalidate(pdb.raw, scope == CNOVA_TLB_HUB_ONLY, err);
unlock:
	mutex_unlock(&tlb->lock);
	return err;
}
