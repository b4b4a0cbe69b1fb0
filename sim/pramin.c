// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The window
 *
 * One view of 1 MiB onto memory, moved by one register; HARDWARE.md 5. Whoever uses it
 * must keep all others out: two CPUs at once are reported.
 *
 * Locking: &cnova_sim.lock. The number of users is counted before it is taken.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>

#include "sim.h"

/* Turing to Ada: NV_PBUS_BAR0_WINDOW; later: NV_XAL_EP_BAR0_WINDOW. HARDWARE.md 5. */
#define WINDOW_REG_TU		0x001700
#define WINDOW_REG_XAL		0x10fd40
/* The base comes first in all of them and differs in width; only "tu" has a target. */
#define WINDOW_TARGET		GENMASK(25, 24)
#define WINDOW_BASE_SHIFT	16

#define WINDOW_TARGET_VIDEO	0
#define WINDOW_TARGET_UNDEFINED	1
#define WINDOW_TARGET_SYS_COH	2

static u32 cnova_sim_pramin_base(const struct cnova_sim *sim)
{
	return GENMASK(sim->chip->window_bits - 1, 0);
}

static u32 cnova_sim_pramin_target(const struct cnova_sim *sim)
{
	if (!(sim->chip->registers & CNOVA_SIM_HAS_WINDOW_TU))
		return WINDOW_TARGET_VIDEO;
	return FIELD_GET(WINDOW_TARGET, sim->window);
}

/* CNOVA_SIM_PEER: nothing is there. */
static enum cnova_sim_aperture cnova_sim_pramin_aperture(const struct cnova_sim *sim)
{
	switch (cnova_sim_pramin_target(sim)) {
	case WINDOW_TARGET_VIDEO:
		return CNOVA_SIM_VIDEO;
	case WINDOW_TARGET_UNDEFINED:
		return CNOVA_SIM_PEER;
	case WINDOW_TARGET_SYS_COH:
		return CNOVA_SIM_SYS_COH;
	default:
		return CNOVA_SIM_SYS_NCOH;
	}
}

static u64 cnova_sim_pramin_pa(const struct cnova_sim *sim, u32 offset)
{
	u64 base = (u64)(sim->window & cnova_sim_pramin_base(sim)) << WINDOW_BASE_SHIFT;

	return base + (offset - CNOVA_SIM_PRAMIN);
}

/**
 * cnova_sim_pramin_is_register() - Tell whether a register is the window register.
 * @sim: The device: chips differ.
 * @offset: In BAR0.
 *
 * Context: Any.
 * Return: Whether it is.
 */
bool cnova_sim_pramin_is_register(const struct cnova_sim *sim, u32 offset)
{
	u32 registers = sim->chip->registers;

	return (offset == WINDOW_REG_TU && (registers & CNOVA_SIM_HAS_WINDOW_TU)) ||
	       (offset == WINDOW_REG_XAL && (registers & CNOVA_SIM_HAS_WINDOW_XAL));
}

static void cnova_sim_pramin_enter(struct cnova_sim *sim)
{
	if (atomic_inc_return(&sim->window_users) > 1)
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "two CPUs in the window at once");
}

static void cnova_sim_pramin_leave(struct cnova_sim *sim)
{
	atomic_dec(&sim->window_users);
}

/* The window shows an undefined target; HARDWARE.md 5. */
static u64 cnova_sim_pramin_nowhere(struct cnova_sim *sim, const char *what)
{
	cnova_sim_report(sim, CNOVA_SIM_WINDOW, "%s while the window shows no memory", what);
	return ~0ULL;
}

/**
 * cnova_sim_pramin_read() - A load from the aperture: all stores before it arrive.
 * @sim: The device.
 * @offset: In BAR0; aligned to @width.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any.
 * Return: What was there.
 */
u64 cnova_sim_pramin_read(struct cnova_sim *sim, u32 offset, unsigned int width)
{
	enum cnova_sim_aperture aperture;
	unsigned long flags;
	u64 pa, value;

	cnova_sim_pramin_enter(sim);
	spin_lock_irqsave(&sim->lock, flags);

	cnova_sim_post_drain(sim, &sim->pramin);
	aperture = cnova_sim_pramin_aperture(sim);
	pa = cnova_sim_pramin_pa(sim, offset);
	if (aperture == CNOVA_SIM_VIDEO && pa >= sim->wpr_start)
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "load from %s at %#llx",
				 pa >= sim->vram_size ? "beyond VRAM" : "protected memory", pa);
	if (aperture == CNOVA_SIM_PEER)
		value = cnova_sim_pramin_nowhere(sim, "load") & GENMASK_ULL(width * 8 - 1, 0);
	else
		value = cnova_sim_memory_load(sim, aperture, pa, width);

	spin_unlock_irqrestore(&sim->lock, flags);
	cnova_sim_pramin_leave(sim);
	return value;
}

static bool cnova_sim_pramin_drops(struct cnova_sim *sim)
{
	u32 one_in = READ_ONCE(sim->knobs.drop_stores);

	return one_in && !(++sim->window_stores % one_in);
}

/**
 * cnova_sim_pramin_write() - A store to the aperture sets out.
 * @sim: The device.
 * @offset: In BAR0; aligned to @width.
 * @value: What to store.
 * @width: 1, 2, 4 or 8 bytes.
 *
 * Context: Any.
 */
void cnova_sim_pramin_write(struct cnova_sim *sim, u32 offset, u64 value, unsigned int width)
{
	enum cnova_sim_aperture aperture;
	unsigned long flags;

	cnova_sim_pramin_enter(sim);
	spin_lock_irqsave(&sim->lock, flags);
	aperture = cnova_sim_pramin_aperture(sim);
	if (aperture == CNOVA_SIM_PEER)
		cnova_sim_pramin_nowhere(sim, "store");
	else if (!cnova_sim_pramin_drops(sim))
		cnova_sim_post(sim, &sim->pramin, aperture, cnova_sim_pramin_pa(sim, offset),
			       value, width);
	spin_unlock_irqrestore(&sim->lock, flags);
	cnova_sim_pramin_leave(sim);
}

/**
 * cnova_sim_pramin_move() - The window register is written.
 * @sim: The device.
 * @value: What is written.
 *
 * Stores on their way keep their addresses.
 *
 * Context: Any.
 */
void cnova_sim_pramin_move(struct cnova_sim *sim, u32 value)
{
	u32 defined = cnova_sim_pramin_base(sim);
	unsigned long flags;

	if (sim->chip->registers & CNOVA_SIM_HAS_WINDOW_TU)
		defined |= WINDOW_TARGET;

	cnova_sim_arm_step(sim, CNOVA_SIM_AT_MOVE);
	cnova_sim_pramin_enter(sim);
	spin_lock_irqsave(&sim->lock, flags);
	/*
	 * What does not exist does not keep what is written. The register and the view
	 * are one, unless a test wants them not to be.
	 */
	if (!READ_ONCE(sim->knobs.window_stuck)) {
		sim->window_reg = value & defined;
		if (!READ_ONCE(sim->knobs.window_lies))
			sim->window = value & defined;
	}
	if (value & ~defined || cnova_sim_pramin_aperture(sim) == CNOVA_SIM_PEER)
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "undefined bits in the window: %#x",
				 value);
	else if (cnova_sim_pramin_aperture(sim) == CNOVA_SIM_VIDEO &&
		 cnova_sim_pramin_pa(sim, CNOVA_SIM_PRAMIN) >= sim->vram_size)
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "window moved beyond VRAM: %#x", value);
	spin_unlock_irqrestore(&sim->lock, flags);
	cnova_sim_pramin_leave(sim);
}
