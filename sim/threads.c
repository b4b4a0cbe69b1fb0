// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The threads of the GPU
 *
 * One for each runlist, which executes what its channels have to do, and one that delivers
 * interrupts. Those of runlists are annotated as fence signalling: what they do is what fences
 * wait for, so they allocate nothing and take no lock that is held over an allocation.
 * Interrupts come from irq_sim's domain and are delivered by generic_handle_irq_safe().
 */
#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irqdesc.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "sim.h"

static int cnova_sim_runlist_thread(void *data)
{
	struct cnova_sim_runlist *rl = data;

	while (!kthread_should_stop()) {
		bool cookie;
		u32 idle_us;

		wait_event_idle(rl->wait, READ_ONCE(rl->kicked) || kthread_should_stop());
		do {
			cookie = dma_fence_begin_signalling();
			idle_us = cnova_sim_runlist_run(rl);
			if (idle_us)
				usleep_range(idle_us, 2 * idle_us);
			dma_fence_end_signalling(cookie);
		} while (idle_us && !kthread_should_stop());
	}
	return 0;
}

/* Take a message. Return: whether there was one, and somebody may be told. */
static bool cnova_sim_irq_take(struct cnova_sim *sim)
{
	bool message;

	spin_lock_irq(&sim->lock);
	message = sim->irq.message && !READ_ONCE(sim->knobs.gone);
	sim->irq.message = false;
	spin_unlock_irq(&sim->lock);
	return message;
}

static int cnova_sim_irq_thread(void *data)
{
	struct cnova_sim *sim = data;

	while (!kthread_should_stop()) {
		wait_event_idle(sim->irq.wait,
				READ_ONCE(sim->irq.message) || kthread_should_stop());
		if (cnova_sim_irq_take(sim))
			generic_handle_irq_safe(sim->irq.virq);
	}
	return 0;
}

static int cnova_sim_irq_create(struct cnova_sim *sim)
{
	struct cnova_sim_irq *irq = &sim->irq;

	irq->domain = irq_domain_create_sim(NULL, 1);
	if (IS_ERR(irq->domain))
		return PTR_ERR(irq->domain);
	irq->virq = irq_create_mapping(irq->domain, 0);
	if (!irq->virq) {
		irq_domain_remove_sim(irq->domain);
		return -ENOMEM;
	}
	return 0;
}

static void cnova_sim_irq_destroy(struct cnova_sim *sim)
{
	irq_dispose_mapping(sim->irq.virq);
	irq_domain_remove_sim(sim->irq.domain);
}

static void cnova_sim_thread_stop(struct task_struct **thread)
{
	if (*thread)
		kthread_stop(*thread);
	*thread = NULL;
}

static int cnova_sim_thread_start(struct task_struct **thread, int (*run)(void *data), void *data,
				  const char *name)
{
	struct task_struct *task = kthread_run(run, data, "%s", name);

	if (IS_ERR(task))
		return PTR_ERR(task);
	*thread = task;
	return 0;
}

/**
 * cnova_sim_threads_start() - From now on the GPU does something by itself.
 * @sim: The device.
 *
 * Context: Process context.
 * Return: 0, or a negative error code with nothing started.
 */
int cnova_sim_threads_start(struct cnova_sim *sim)
{
	static const char * const names[CNOVA_SIM_NR_RUNLISTS] = {
		"cnova_sim/ce2", "cnova_sim/ce3", "cnova_sim/ce4", "cnova_sim/ce5",
	};
	int err;
	u32 i;

	err = cnova_sim_irq_create(sim);
	if (err)
		return err;
	err = cnova_sim_thread_start(&sim->irq.thread, cnova_sim_irq_thread, sim,
				     "cnova_sim/irq");
	for (i = 0; !err && i < CNOVA_SIM_NR_RUNLISTS; i++)
		err = cnova_sim_thread_start(&sim->host->runlist[i].thread,
					     cnova_sim_runlist_thread, &sim->host->runlist[i],
					     names[i]);
	if (err)
		cnova_sim_threads_stop(sim);
	return err;
}

/**
 * cnova_sim_threads_stop() - And from now on nothing more.
 * @sim: The device; no driver is bound to it.
 *
 * Context: Process context.
 */
void cnova_sim_threads_stop(struct cnova_sim *sim)
{
	u32 i;

	for (i = 0; i < CNOVA_SIM_NR_RUNLISTS; i++)
		cnova_sim_thread_stop(&sim->host->runlist[i].thread);
	cnova_sim_thread_stop(&sim->irq.thread);
	cnova_sim_irq_destroy(sim);
}
