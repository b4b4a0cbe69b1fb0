// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Violations
 *
 * Each check has an id, a name, a counter and its last message, which debugfs shows,
 * and a line in the log, limited per check. A good run counts nothing.
 *
 * Locking: &cnova_sim.report_lock, taken inside &cnova_sim.lock.
 */
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "sim.h"

/* So many lines of one check, and then for so long no more. */
#define CNOVA_SIM_REPORT_BURST		8
#define CNOVA_SIM_REPORT_INTERVAL	(5 * HZ)

static const char * const cnova_sim_check_names[CNOVA_SIM_NR_CHECKS] = {
	[CNOVA_SIM_COHERENCE] = "coherence",
	[CNOVA_SIM_SIZE_CHANGE] = "size-change",
	[CNOVA_SIM_RELEASED] = "released",
	[CNOVA_SIM_UNORDERED] = "unordered",
	[CNOVA_SIM_UNINIT] = "uninit",
	[CNOVA_SIM_FORMAT] = "format",
	[CNOVA_SIM_GRANT] = "grant",
	[CNOVA_SIM_PDB_REUSE] = "pdb-reuse",
	[CNOVA_SIM_TLB_REGS] = "tlb-regs",
	[CNOVA_SIM_WINDOW] = "window",
	[CNOVA_SIM_GPU_STORE] = "gpu-store",
	[CNOVA_SIM_UNKNOWN_REG] = "unknown-reg",
	[CNOVA_SIM_POPULATE] = "populate",
	[CNOVA_SIM_GSP] = "gsp",
	[CNOVA_SIM_HOST] = "host",
};

/**
 * cnova_sim_check_name() - Name of a check, as tests look for it.
 * @check: Which.
 *
 * Context: Any.
 * Return: The name; NULL for number 0, which is no check.
 */
const char *cnova_sim_check_name(enum cnova_sim_check check)
{
	return cnova_sim_check_names[check];
}

/**
 * cnova_sim_report_init() - Start with nothing found.
 * @sim: The device.
 *
 * Context: Process context.
 */
void cnova_sim_report_init(struct cnova_sim *sim)
{
	unsigned int i;

	spin_lock_init(&sim->report_lock);
	for (i = 0; i < CNOVA_SIM_NR_CHECKS; i++) {
		struct ratelimit_state *ratelimit = &sim->violation[i].ratelimit;

		ratelimit_state_init(ratelimit, CNOVA_SIM_REPORT_INTERVAL,
				     CNOVA_SIM_REPORT_BURST);
		/* The counters tell how many there were: no "callbacks suppressed". */
		ratelimit_set_flags(ratelimit, RATELIMIT_MSG_ON_RELEASE);
	}
}

/**
 * cnova_sim_report_reset() - Forget what was found.
 * @sim: The device.
 *
 * Context: Process context.
 */
void cnova_sim_report_reset(struct cnova_sim *sim)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&sim->report_lock, flags);
	for (i = 0; i < CNOVA_SIM_NR_CHECKS; i++) {
		sim->violation[i].count = 0;
		sim->violation[i].last[0] = '\0';
	}
	spin_unlock_irqrestore(&sim->report_lock, flags);
}

/**
 * cnova_sim_report_total() - Number of violations since the last reset.
 * @sim: The device.
 *
 * Context: Any.
 * Return: The number.
 */
u64 cnova_sim_report_total(struct cnova_sim *sim)
{
	unsigned long flags;
	u64 total = 0;
	unsigned int i;

	spin_lock_irqsave(&sim->report_lock, flags);
	for (i = 0; i < CNOVA_SIM_NR_CHECKS; i++)
		total += sim->violation[i].count;
	spin_unlock_irqrestore(&sim->report_lock, flags);
	return total;
}

/**
 * cnova_sim_report() - The driver made a mistake.
 * @sim: The device.
 * @check: Which rule.
 * @fmt: What happened, without the name of the check.
 *
 * Context: Any, with or without &cnova_sim.lock.
 */
void cnova_sim_report(struct cnova_sim *sim, enum cnova_sim_check check, const char *fmt, ...)
{
	struct cnova_sim_violation *violation = &sim->violation[check];
	char message[CNOVA_SIM_MESSAGE];
	unsigned long flags;
	va_list args;

	va_start(args, fmt);
	vscnprintf(message, sizeof(message), fmt, args);
	va_end(args);

	spin_lock_irqsave(&sim->report_lock, flags);
	violation->count++;
	strscpy(violation->last, message);
	spin_unlock_irqrestore(&sim->report_lock, flags);

	if (__ratelimit(&violation->ratelimit))
		pr_warn("cnova_sim: violation %d %s: %s\n", check, cnova_sim_check_name(check),
			message);
}
