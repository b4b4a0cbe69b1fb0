// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Failing at a step
 *
 * A knob that turns by itself: the n-th step from now finds it turned. So a test can let
 * the device fail at the first step of a job, at the second, and so on until the job
 * is done before. What counts as a step depends on the knob:
 *
 * - ``gone``: each access of registers, of the window and of BAR1;
 * - ``ack_lost``, ``trigger_stuck``: each invalidate that is triggered;
 * - ``window_stuck``, ``window_lies``: each move of the window.
 *
 * It stays turned, as if somebody had written to it; ``ack_lost`` loses one.
 *
 * Locking: none. One that is set while others run counts from some step of theirs on.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "sim.h"

/* So that a number fits, whatever is added. */
#define ARM_MAX		1000000000U

static const struct {
	const char *name;
	enum cnova_sim_arm_step step;
} cnova_sim_arms[CNOVA_SIM_NR_ARMS] = {
	[CNOVA_SIM_ARM_NONE] = { "none", CNOVA_SIM_NR_ARM_STEPS },
	[CNOVA_SIM_ARM_GONE] = { "gone", CNOVA_SIM_AT_ACCESS },
	[CNOVA_SIM_ARM_ACK_LOST] = { "ack_lost", CNOVA_SIM_AT_INVALIDATE },
	[CNOVA_SIM_ARM_TRIGGER_STUCK] = { "trigger_stuck", CNOVA_SIM_AT_INVALIDATE },
	[CNOVA_SIM_ARM_WINDOW_STUCK] = { "window_stuck", CNOVA_SIM_AT_MOVE },
	[CNOVA_SIM_ARM_WINDOW_LIES] = { "window_lies", CNOVA_SIM_AT_MOVE },
};

static void cnova_sim_arm_turn(struct cnova_sim *sim, enum cnova_sim_arm which)
{
	struct cnova_sim_knobs *knobs = &sim->knobs;

	switch (which) {
	case CNOVA_SIM_ARM_GONE:
		WRITE_ONCE(knobs->gone, true);
		break;
	case CNOVA_SIM_ARM_ACK_LOST:
		WRITE_ONCE(knobs->ack_lost, 1);
		break;
	case CNOVA_SIM_ARM_TRIGGER_STUCK:
		WRITE_ONCE(knobs->trigger_stuck, true);
		break;
	case CNOVA_SIM_ARM_WINDOW_STUCK:
		WRITE_ONCE(knobs->window_stuck, true);
		break;
	case CNOVA_SIM_ARM_WINDOW_LIES:
		WRITE_ONCE(knobs->window_lies, true);
		break;
	default:
		break;
	}
}

/**
 * cnova_sim_arm_step() - Something is about to happen that may be counted.
 * @sim: The device.
 * @step: What.
 *
 * Context: Any.
 */
void cnova_sim_arm_step(struct cnova_sim *sim, enum cnova_sim_arm_step step)
{
	enum cnova_sim_arm which = READ_ONCE(sim->arm);

	if (cnova_sim_arms[which].step != step || atomic_read(&sim->arm_left) <= 0)
		return;
	if (!atomic_dec_return(&sim->arm_left))
		cnova_sim_arm_turn(sim, which);
}

/**
 * cnova_sim_arm_show() - What is set?
 * @sim: The device.
 * @left: In how many steps it turns; 0: it has.
 *
 * Context: Any.
 * Return: Name of the knob, "none" if none is set.
 */
const char *cnova_sim_arm_show(struct cnova_sim *sim, u32 *left)
{
	*left = max(atomic_read(&sim->arm_left), 0);
	return cnova_sim_arms[READ_ONCE(sim->arm)].name;
}

static bool cnova_sim_arm_parse(const char *text, u32 *value)
{
	u64 sum = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		sum = sum * 10 + *text - '0';
		if (sum > ARM_MAX)
			return false;
	}
	*value = sum;
	return sum;
}

/**
 * cnova_sim_arm_set() - Have a knob turned later.
 * @sim: The device.
 * @text: "knob:n"; or "none": not any more.
 *
 * There is one: what was set before is off.
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int cnova_sim_arm_set(struct cnova_sim *sim, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? colon - text : strlen(text);
	u32 left = 0;
	unsigned int i;

	for (i = 0; i < CNOVA_SIM_NR_ARMS; i++)
		if (strlen(cnova_sim_arms[i].name) == len &&
		    !strncmp(cnova_sim_arms[i].name, text, len))
			break;
	if (i == CNOVA_SIM_NR_ARMS)
		return -EINVAL;
	if (i == CNOVA_SIM_ARM_NONE ? !!colon : !colon || !cnova_sim_arm_parse(colon + 1, &left))
		return -EINVAL;

	/* Off, then which, then how many: nobody counts for the wrong one. */
	atomic_set(&sim->arm_left, 0);
	WRITE_ONCE(sim->arm, i);
	atomic_set_release(&sim->arm_left, left);
	return 0;
}
