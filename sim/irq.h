/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt controller.
 */
#ifndef _CNOVA_SIM_IRQ_H_
#define _CNOVA_SIM_IRQ_H_

#include <linux/types.h>
#include <linux/wait.h>

struct cnova_sim;
struct irq_domain;
struct task_struct;

/** CNOVA_SIM_IRQ_LEAVES - Leaf registers, at most; chips before Hopper have half of them. */
#define CNOVA_SIM_IRQ_LEAVES	16

/** CNOVA_SIM_VECTOR_PFIFO - Vectors of PFIFO's first and second interrupt, Turing. */
#define CNOVA_SIM_VECTOR_PFIFO	136
/** CNOVA_SIM_VECTOR_RUNLIST - Vector of the first runlist, Ampere and later. */
#define CNOVA_SIM_VECTOR_RUNLIST	160

/** struct cnova_sim_irq - The tree, and the line out of it. Protected by &cnova_sim.lock. */
struct cnova_sim_irq {
	/** @leaf: What was raised, by vector, until it is cleared. */
	u32 leaf[CNOVA_SIM_IRQ_LEAVES];
	/** @level: What is pending at its source now. */
	u32 level[CNOVA_SIM_IRQ_LEAVES];
	/** @leaf_enable: Vectors that are passed on. */
	u32 leaf_enable[CNOVA_SIM_IRQ_LEAVES];
	/** @top_enable: Pairs of leaves that are passed on. */
	u32 top_enable;
	/** @asserted: Something is passed on now. */
	bool asserted;
	/** @message: A message for the CPU, not delivered yet. */
	bool message;
	/** @messages: How many there were. */
	u64 messages;
	/** @lost: How many of them the knob has taken. */
	u64 lost;
	/** @wait: The thread that delivers them waits here. */
	wait_queue_head_t wait;
	/** @thread: That. */
	struct task_struct *thread;
	/** @domain: Of the one interrupt that the CPU sees. */
	struct irq_domain *domain;
	/** @virq: That. */
	unsigned int virq;
};

void cnova_sim_irq_init(struct cnova_sim *sim);
void cnova_sim_irq_reset(struct cnova_sim *sim);
void cnova_sim_irq_pulse(struct cnova_sim *sim, u32 vector);
void cnova_sim_irq_level(struct cnova_sim *sim, u32 vector, bool pending);
bool cnova_sim_irq_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_irq_write(struct cnova_sim *sim, u32 offset, u32 value);

#endif /* _CNOVA_SIM_IRQ_H_ */
