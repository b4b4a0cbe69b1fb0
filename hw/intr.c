// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Interrupts
 *
 * Every source has a vector: a bit in one of the leaves. The GPU interrupts the CPU when a
 * bit of the top, which stands for two leaves, becomes set and is enabled, and again when
 * what is written to an enable leaves one set. So a handler disables the top, reads and
 * clears the leaves before it looks at their sources, and enables the top again: what came
 * in between interrupts anew, and nothing is lost although the message has an edge
 * (OGKM turing/tu102/dev_vm.h; Linux: nouveau nvkm/subdev/vfn/tu102.c).
 *
 * A source that stays pending until somebody who may sleep has looked at it is masked
 * meanwhile.
 *
 * Locking: the handler is one at a time; the bits of a leaf change atomically. Builds in
 * user space too.
 */

#include <linux/bits.h>
#include <linux/errno.h>

#include "hw/access.h"
#include "hw/intr.h"
#include "hw/regs.h"

/**
 * cnova_intr_init() - Nothing may interrupt yet.
 * @intr: To be initialised.
 * @io: The GPU.
 * @nr_leaves: Leaves of its chip.
 *
 * Context: Probe.
 */
void cnova_intr_init(struct cnova_intr *intr, struct cnova_io *io, u32 nr_leaves)
{
	*intr = (struct cnova_intr){ .io = io, .nr_leaves = nr_leaves };
}

/**
 * cnova_intr_allow() - Let a source interrupt, once it is armed.
 * @intr: Interrupts, not armed.
 * @vector: The source.
 *
 * Context: Probe.
 * Return: 0; -EINVAL: there is no such vector.
 */
int cnova_intr_allow(struct cnova_intr *intr, u32 vector)
{
	u32 leaf = vector / 32;

	if (leaf >= intr->nr_leaves)
		return -EINVAL;

	atomic_or(BIT(vector % 32), &intr->enabled[leaf]);
	intr->subtrees |= BIT(leaf / 2);
	return 0;
}

/**
 * cnova_intr_arm() - Begin.
 * @intr: Interrupts.
 *
 * What was pending before is forgotten: it was not for us.
 *
 * Context: Process context, the handler is there.
 */
void cnova_intr_arm(struct cnova_intr *intr)
{
	for (u32 i = 0; i < intr->nr_leaves; i++) {
		u32 enabled = atomic_read(&intr->enabled[i]);

		if (!enabled)
			continue;
		cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF(i), enabled);
		cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF_EN_SET(i), enabled);
	}

	cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_TOP_EN_SET, intr->subtrees);
}

/**
 * cnova_intr_disarm() - The end of cnova_intr_arm().
 * @intr: Interrupts.
 *
 * A handler may still run.
 *
 * Context: Process context.
 */
void cnova_intr_disarm(struct cnova_intr *intr)
{
	cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_TOP_EN_CLEAR, intr->subtrees);
	for (u32 i = 0; i < intr->nr_leaves; i++) {
		if (intr->subtrees & BIT(i / 2))
			cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF_EN_CLEAR(i),
				   ~0U);
	}
}

/**
 * cnova_intr_take() - Begin a handler: see what is pending, and clear it.
 * @intr: Interrupts; there are none until cnova_intr_rearm().
 * @seen: Set to what was pending.
 *
 * Context: Hard interrupt.
 * Return: false: nothing of ours, or there is no device.
 */
bool cnova_intr_take(struct cnova_intr *intr, struct cnova_intr_seen *seen)
{
	bool any = false;
	u32 top;

	*seen = (struct cnova_intr_seen){};
	cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_TOP_EN_CLEAR, intr->subtrees);

	top = cnova_rd32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_TOP);
	if (cnova_io_lost(intr->io, top))
		return false;

	for (u32 i = 0; i < intr->nr_leaves; i++) {
		u32 enabled = atomic_read(&intr->enabled[i]), leaf;

		if (!(top & BIT(i / 2)) || !enabled)
			continue;

		leaf = cnova_rd32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF(i)) & enabled;
		if (!leaf)
			continue;

		cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF(i), leaf);
		seen->leaf[i] = leaf;
		any = true;
	}

	return any;
}

/**
 * cnova_intr_rearm() - End a handler.
 * @intr: Interrupts. What came meanwhile interrupts at once.
 *
 * Context: Hard interrupt.
 */
void cnova_intr_rearm(struct cnova_intr *intr)
{
	cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_TOP_EN_SET, intr->subtrees);
}

/**
 * cnova_intr_mask() - Keep a source from interrupting.
 * @intr: Interrupts.
 * @vector: The source; allowed.
 *
 * Context: Hard interrupt, between cnova_intr_take() and cnova_intr_rearm().
 */
void cnova_intr_mask(struct cnova_intr *intr, u32 vector)
{
	atomic_andnot(BIT(vector % 32), &intr->enabled[vector / 32]);
	cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF_EN_CLEAR(vector / 32),
		   BIT(vector % 32));
}

/**
 * cnova_intr_unmask() - Let it interrupt again; at once if it is pending.
 * @intr: Interrupts.
 * @vector: The source; allowed.
 *
 * Context: Any.
 */
void cnova_intr_unmask(struct cnova_intr *intr, u32 vector)
{
	atomic_or(BIT(vector % 32), &intr->enabled[vector / 32]);
	cnova_wr32(intr->io, NV_VIRTUAL_FUNCTION_PRIV_CPU_INTR_LEAF_EN_SET(vector / 32),
		   BIT(vector % 32));
}
