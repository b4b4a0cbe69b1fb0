// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Interrupts
 *
 * A vector is a bit of a leaf register; a bit of the top register stands for two leaves.
 * Either level has enables. The CPU gets a message, as an MSI, when something comes through
 * that was not there before, and each time that enables are written while something is
 * pending. Between those it is told nothing: a driver that clears a leaf after it has looked at the
 * source, or that forgets to enable what it has disabled, waits for ever.
 *
 * A pulse sets its bit once. A level shows in the leaf as long as its source is pending there,
 * whatever is written to the leaf.
 *
 * Messages go out from a thread of their own: threads.c. Locking: &cnova_sim.lock, held by
 * the caller of every function here.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "sim.h"

/* CPU_INTR registers; REF dev_vm.h of each generation, BAR0 offsets. */
#define LEAF		0xb81000
#define LEAF_EN_SET	0xb81200
#define LEAF_EN_CLEAR	0xb81400
#define LEAF_END(base)	((base) + CNOVA_SIM_IRQ_LEAVES * sizeof(u32))
#define TOP		0xb81600
#define TOP_EN_SET	0xb81608
#define TOP_EN_CLEAR	0xb81610
#define TRIGGER		0xb81640
#define TRIGGER_VECTOR	GENMASK(11, 0)

static u32 cnova_sim_irq_leaves(const struct cnova_sim *sim)
{
	return sim->chip->registers & CNOVA_SIM_HAS_LEAVES_16 ? CNOVA_SIM_IRQ_LEAVES :
								CNOVA_SIM_IRQ_LEAVES / 2;
}

/**
 * cnova_sim_irq_init() - Nothing is raised, nothing enabled.
 * @sim: The device.
 *
 * Context: Process context.
 */
void cnova_sim_irq_init(struct cnova_sim *sim)
{
	init_waitqueue_head(&sim->irq.wait);
}

/**
 * cnova_sim_irq_reset() - As after power-on.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_irq_reset(struct cnova_sim *sim)
{
	struct cnova_sim_irq *irq = &sim->irq;

	memset(irq->leaf, 0, sizeof(irq->leaf));
	memset(irq->level, 0, sizeof(irq->level));
	memset(irq->leaf_enable, 0, sizeof(irq->leaf_enable));
	irq->top_enable = 0;
	irq->asserted = false;
	irq->message = false;
}

static u32 cnova_sim_irq_top(const struct cnova_sim *sim)
{
	const struct cnova_sim_irq *irq = &sim->irq;
	u32 top = 0;
	u32 i;

	for (i = 0; i < cnova_sim_irq_leaves(sim); i++) {
		if ((irq->leaf[i] | irq->level[i]) & irq->leaf_enable[i])
			top |= BIT(i / 2);
	}
	return top;
}

/* A message sets out, unless the knob takes it. */
static void cnova_sim_irq_send(struct cnova_sim *sim)
{
	struct cnova_sim_irq *irq = &sim->irq;
	u32 lost = READ_ONCE(sim->knobs.irq_lost);

	if (lost) {
		WRITE_ONCE(sim->knobs.irq_lost, lost - 1);
		irq->lost++;
		return;
	}
	irq->message = true;
	irq->messages++;
	wake_up(&irq->wait);
}

/* Something may have come or gone. @again: what is still there counts as new. */
static void cnova_sim_irq_update(struct cnova_sim *sim, bool again)
{
	struct cnova_sim_irq *irq = &sim->irq;
	bool asserted = cnova_sim_irq_top(sim) & irq->top_enable;

	if (asserted && (again || !irq->asserted))
		cnova_sim_irq_send(sim);
	irq->asserted = asserted;
}

/**
 * cnova_sim_irq_pulse() - Something happened.
 * @sim: The device.
 * @vector: What.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_irq_pulse(struct cnova_sim *sim, u32 vector)
{
	if (vector / 32 >= cnova_sim_irq_leaves(sim))
		return;
	sim->irq.leaf[vector / 32] |= BIT(vector % 32);
	cnova_sim_irq_update(sim, false);
}

/**
 * cnova_sim_irq_level() - Something is pending, or not any more.
 * @sim: The device.
 * @vector: What.
 * @pending: Whether it is.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_irq_level(struct cnova_sim *sim, u32 vector, bool pending)
{
	u32 *level = &sim->irq.level[vector / 32];

	if (pending)
		*level |= BIT(vector % 32);
	else
		*level &= ~BIT(vector % 32);
	cnova_sim_irq_update(sim, false);
}

/* Which of an array of leaf registers is at @offset? Return: whether one is. */
static bool cnova_sim_irq_leaf(const struct cnova_sim *sim, u32 offset, u32 base, u32 *index)
{
	if (offset < base || offset >= LEAF_END(base))
		return false;
	*index = (offset - base) / sizeof(u32);
	return *index < cnova_sim_irq_leaves(sim);
}

/**
 * cnova_sim_irq_read() - A register of the tree is read.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: The register.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be read.
 */
bool cnova_sim_irq_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	const struct cnova_sim_irq *irq = &sim->irq;
	u32 i;

	if (cnova_sim_irq_leaf(sim, offset, LEAF, &i))
		*value = irq->leaf[i] | irq->level[i];
	else if (cnova_sim_irq_leaf(sim, offset, LEAF_EN_SET, &i) ||
		 cnova_sim_irq_leaf(sim, offset, LEAF_EN_CLEAR, &i))
		*value = irq->leaf_enable[i];
	else if (offset == TOP)
		*value = cnova_sim_irq_top(sim);
	else if (offset == TOP_EN_SET || offset == TOP_EN_CLEAR)
		*value = irq->top_enable;
	else
		return false;
	return true;
}

/**
 * cnova_sim_irq_write() - A register of the tree is written.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether there is one that can be written.
 */
bool cnova_sim_irq_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_irq *irq = &sim->irq;
	bool again = false;
	u32 i;

	if (cnova_sim_irq_leaf(sim, offset, LEAF, &i)) {
		irq->leaf[i] &= ~value;
	} else if (cnova_sim_irq_leaf(sim, offset, LEAF_EN_SET, &i)) {
		irq->leaf_enable[i] |= value;
		again = true;
	} else if (cnova_sim_irq_leaf(sim, offset, LEAF_EN_CLEAR, &i)) {
		irq->leaf_enable[i] &= ~value;
	} else if (offset == TOP_EN_SET) {
		irq->top_enable |= value & GENMASK(cnova_sim_irq_leaves(sim) / 2 - 1, 0);
		again = true;
	} else if (offset == TOP_EN_CLEAR) {
		irq->top_enable &= ~value;
	} else if (offset == TRIGGER) {
		cnova_sim_irq_pulse(sim, value & TRIGGER_VECTOR);
	} else {
		return false;
	}
	cnova_sim_irq_update(sim, again);
	return true;
}
