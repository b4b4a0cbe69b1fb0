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

/* NV_PBUS_BAR0_WINDOW, HARDWARE.md 5, row "tu". */
#define WINDOW_BASE		GENMASK(23, 0)
#define WINDOW_TARGET		GENMASK(25, 24)
#define WINDOW_RESERVED		GENMASK(31, 26)
#define WINDOW_BASE_SHIFT	16

#define WINDOW_TARGET_VIDEO	0
#define WINDOW_TARGET_UNDEFINED	1
#define WINDOW_TARGET_SYS_COH	2

static enum cnova_sim_aperture cnova_sim_pramin_aperture(const struct cnova_sim *sim)
{
	switch (FIELD_GET(WINDOW_TARGET, sim->window)) {
	case WINDOW_TARGET_VIDEO:
	case WINDOW_TARGET_UNDEFINED:
		return CNOVA_SIM_VIDEO;
	case WINDOW_TARGET_SYS_COH:
		return CNOVA_SIM_SYS_COH;
	default:
		return CNOVA_SIM_SYS_NCOH;
	}
}

static u64 cnova_sim_pramin_pa(const struct cnova_sim *sim, u32 offset)
{
	u64 base = (u64)FIELD_GET(WINDOW_BASE, sim->window) << WINDOW_BASE_SHIFT;

	return base + (offset - CNOVA_SIM_PRAMIN);
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
	value = cnova_sim_memory_load(sim, aperture, pa, width);

	spin_unlock_irqrestore(&sim->lock, flags);
	cnova_sim_pramin_leave(sim);
	return value;
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
	unsigned long flags;

	cnova_sim_pramin_enter(sim);
	spin_lock_irqsave(&sim->lock, flags);
	cnova_sim_post(sim, &sim->pramin, cnova_sim_pramin_aperture(sim),
		       cnova_sim_pramin_pa(sim, offset), value, width);
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
	unsigned long flags;

	cnova_sim_pramin_enter(sim);
	spin_lock_irqsave(&sim->lock, flags);
	sim->window = value;
	if ((value & WINDOW_RESERVED) ||
	    FIELD_GET(WINDOW_TARGET, value) == WINDOW_TARGET_UNDEFINED)
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "undefined bits in the window: %#x",
				 value);
	else if (cnova_sim_pramin_aperture(sim) == CNOVA_SIM_VIDEO &&
		 cnova_sim_pramin_pa(sim, CNOVA_SIM_PRAMIN) >= sim->vram_size)
		cnova_sim_report(sim, CNOVA_SIM_WINDOW, "window moved beyond VRAM: %#x", value);
	spin_unlock_irqrestore(&sim->lock, flags);
	cnova_sim_pramin_leave(sim);
}
