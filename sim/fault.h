/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers of MMU faults.
 */
#ifndef _CNOVA_SIM_FAULT_H_
#define _CNOVA_SIM_FAULT_H_

#include <linux/mutex.h>
#include <linux/types.h>

struct cnova_sim;

/** enum cnova_sim_fault_kind - Which buffer. */
enum cnova_sim_fault_kind {
	/** @CNOVA_SIM_NONREPLAYABLE: For faults that end the channel. */
	CNOVA_SIM_NONREPLAYABLE,
	/** @CNOVA_SIM_REPLAYABLE: For those that wait; the model has none. */
	CNOVA_SIM_REPLAYABLE,
	/** @CNOVA_SIM_NR_FAULT_KINDS: How many there are. */
	CNOVA_SIM_NR_FAULT_KINDS
};

/** struct cnova_sim_fault_buffer - A ring of packets. */
struct cnova_sim_fault_buffer {
	/** @low: LO, as last written. */
	u32 low;
	/** @high: HI. */
	u32 high;
	/** @size: SIZE. */
	u32 size;
	/** @get: Index in GET. */
	u32 get;
	/** @put: Index in PUT. */
	u32 put;
	/** @overflow: A packet found no room; none is written until that is cleared. */
	bool overflow;
	/** @corrupted: GET is no index; likewise. */
	bool corrupted;
	/** @error: A packet could not be written. */
	bool error;
};

/** struct cnova_sim_faults - What the MMU says of faults; protected by &cnova_sim.lock. */
struct cnova_sim_faults {
	/** @writer: One packet at a time. Taken before the lock, never with it. */
	struct mutex writer;
	/** @buffer: The buffers. */
	struct cnova_sim_fault_buffer buffer[CNOVA_SIM_NR_FAULT_KINDS];
	/** @control: PAGE_FAULT_CTRL. */
	u32 control;
	/** @status: Bits of STATUS that are kept; the others follow from the buffers. */
	u32 status;
	/** @packet: The fault that no buffer took, as a packet; valid if STATUS says so. */
	u32 packet[8];
};

void cnova_sim_fault_init(struct cnova_sim *sim);
void cnova_sim_fault_reset(struct cnova_sim *sim);
bool cnova_sim_fault_read(struct cnova_sim *sim, u32 offset, u32 *value);
bool cnova_sim_fault_write(struct cnova_sim *sim, u32 offset, u32 value);

#endif /* _CNOVA_SIM_FAULT_H_ */
