// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The MMU's fault buffers
 *
 * A fault of an engine becomes a packet of 32 bytes in a ring that the driver has made: in video
 * or system memory by its physical address, or in BAR2's address space. The word with VALID is
 * stored last, then PUT moves and the interrupt goes out. A ring without room, or a GET that is no
 * index, takes no packet until the driver has put that right in the order that
 * hardware wants; the faults meanwhile are lost, as they are there. HARDWARE.md 9.2, 9.3.
 *
 * Where no buffer is enabled the fault is kept in registers, the first one until STATUS is
 * cleared; later ones leave a bit that says that they were dropped.
 *
 * The interrupt is a pulse for each packet: a driver reads until GET is PUT.
 *
 * Locking: &cnova_sim.lock; the memory of the ring is reached without it, so that
 * &cnova_sim_faults.writer keeps packets in order.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "engine.h"
#include "sim.h"

/* Registers, HARDWARE.md 9.3. */
#define FAULT_BUFFER		0xb83000
#define FAULT_BUFFER_STRIDE	32
#define BUFFER_LO		0x00
#define BUFFER_HI		0x04
#define BUFFER_GET		0x08
#define BUFFER_PUT		0x0c
#define BUFFER_SIZE		0x10
#define BUFFER_END		0x14
#define FAULT_CTRL		0xb83070
#define FAULT_ADDR_LO		0xb83080
#define FAULT_ADDR_HI		0xb83084
#define FAULT_INST_LO		0xb83088
#define FAULT_INST_HI		0xb8308c
#define FAULT_INFO		0xb83090
#define FAULT_STATUS		0xb83094

/* Vectors: of faults of nobody's buffer, then of each buffer: notify 31:16, error 15:0. */
#define FAULT_VECTOR_INFO	0x100ee0
#define FAULT_VECTORS_0		0x100ee4
#define FAULT_VECTORS_1		0x100ee8

#define LO_PHYSICAL		BIT(0)
#define LO_APERTURE		GENMASK(2, 1)
#define LO_VOLATILE		BIT(3)
#define LO_ADDRESS		GENMASK(31, 12)
#define INDEX			GENMASK(19, 0)
#define GET_CORRUPTED		BIT(30)
#define GET_OVERFLOW		BIT(31)
#define SIZE_OVERFLOW_INTR	BIT(29)
#define SIZE_SET_DEFAULT	BIT(30)
#define SIZE_ENABLE		BIT(31)
#define CTRL_FILTER		GENMASK(1, 0)
#define CTRL_FILTER_NONE	3

#define STATUS_DROPPED		GENMASK(7, 0)
#define STATUS_DROPPED_PHYS	BIT(6)
#define STATUS_DROPPED_VIRT	BIT(7)
#define STATUS_VALID		BIT(31)
/* For the non-replayable buffer; the bit below is the other one's. */
#define STATUS_PENDING		BIT(9)
#define STATUS_ERROR		BIT(11)
#define STATUS_OVERFLOW		BIT(13)
#define STATUS_CORRUPTED	BIT(15)

/* FAULT_INST has the engine in bits that a packet has free. */
#define INST_ENGINE		GENMASK(8, 0)
#define INST_APERTURE		GENMASK(11, 10)

/* A packet, HARDWARE.md 9.2, by word. */
#define PACKET_WORDS		8
#define PACKET_INST_APERTURE	GENMASK(9, 8)
#define PACKET_INST_LO		GENMASK(31, 12)
#define PACKET_ADDR_APERTURE	GENMASK(1, 0)
#define PACKET_ADDR_LO		GENMASK(31, 12)
#define PACKET_ENGINE		GENMASK(8, 0)
#define PACKET_TYPE		GENMASK(4, 0)
#define PACKET_CLIENT		GENMASK(14, 8)
#define PACKET_ACCESS		GENMASK(19, 16)
#define PACKET_HUB		BIT(20)
#define PACKET_VALID		BIT(31)

/* Access types: a load, a store, a strong atomic; the same by physical address. */
#define ACCESS_ATOMIC		2
#define ACCESS_PHYSICAL		8

/* What SET_DEFAULT gives; no source says, and a driver reads it back. */
#define DEFAULT_ENTRIES		256

/* Vectors, as registers 0x100EE0 and 0x100EE4 have them at reset. */
#define VECTOR_NOTIFY		132
#define VECTOR_ERROR		133
#define VECTOR_INFO		134
#define VECTOR_NOTIFY_REPLAYABLE	64
#define VECTOR_ERROR_REPLAYABLE	131

/**
 * cnova_sim_fault_reset() - As after power-on.
 * @sim: The device.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_fault_reset(struct cnova_sim *sim)
{
	struct cnova_sim_faults *faults = &sim->faults;

	memset(faults->buffer, 0, sizeof(faults->buffer));
	memset(faults->packet, 0, sizeof(faults->packet));
	faults->status = 0;
	faults->control = FIELD_PREP(CTRL_FILTER, CTRL_FILTER_NONE);
}

/**
 * cnova_sim_fault_init() - Before the device is used.
 * @sim: The device.
 *
 * Context: Process context; nobody uses the device yet.
 */
void cnova_sim_fault_init(struct cnova_sim *sim)
{
	mutex_init(&sim->faults.writer);
	sim->faults.control = FIELD_PREP(CTRL_FILTER, CTRL_FILTER_NONE);
}

static u32 cnova_sim_fault_entries(const struct cnova_sim_fault_buffer *buffer)
{
	return FIELD_GET(INDEX, buffer->size);
}

static bool cnova_sim_fault_is_enabled(const struct cnova_sim_fault_buffer *buffer)
{
	return (buffer->size & SIZE_ENABLE) && cnova_sim_fault_entries(buffer);
}

static bool cnova_sim_fault_is_full(const struct cnova_sim_fault_buffer *buffer)
{
	return (buffer->put + 1) % cnova_sim_fault_entries(buffer) == buffer->get;
}

/* Bits that GET and PUT both show. */
static u32 cnova_sim_fault_flags(const struct cnova_sim_fault_buffer *buffer)
{
	return (buffer->overflow ? GET_OVERFLOW : 0) | (buffer->corrupted ? GET_CORRUPTED : 0);
}

static u32 cnova_sim_fault_status(const struct cnova_sim *sim)
{
	u32 status = sim->faults.status;
	unsigned int kind;

	for (kind = 0; kind < CNOVA_SIM_NR_FAULT_KINDS; kind++) {
		const struct cnova_sim_fault_buffer *buffer = &sim->faults.buffer[kind];
		u32 bits = 0;

		if (buffer->get != buffer->put)
			bits |= STATUS_PENDING;
		if (buffer->error)
			bits |= STATUS_ERROR;
		if (buffer->overflow)
			bits |= STATUS_OVERFLOW;
		if (buffer->corrupted)
			bits |= STATUS_CORRUPTED;
		status |= kind == CNOVA_SIM_NONREPLAYABLE ? bits : bits >> 1;
	}
	return status;
}

static struct cnova_sim_fault_buffer *cnova_sim_fault_buffer(struct cnova_sim *sim, u32 offset,
							     u32 *reg)
{
	u32 kind;

	if (offset < FAULT_BUFFER)
		return NULL;
	kind = (offset - FAULT_BUFFER) / FAULT_BUFFER_STRIDE;
	*reg = (offset - FAULT_BUFFER) % FAULT_BUFFER_STRIDE;
	return kind < CNOVA_SIM_NR_FAULT_KINDS && *reg < BUFFER_END ?
		&sim->faults.buffer[kind] : NULL;
}

static u32 cnova_sim_fault_buffer_read(const struct cnova_sim_fault_buffer *buffer, u32 reg)
{
	switch (reg) {
	case BUFFER_LO:
		return buffer->low;
	case BUFFER_HI:
		return buffer->high;
	case BUFFER_GET:
		return buffer->get | cnova_sim_fault_flags(buffer);
	case BUFFER_PUT:
		return buffer->put | cnova_sim_fault_flags(buffer);
	default:
		return buffer->size;
	}
}

/**
 * cnova_sim_fault_read() - Load from a register of the fault unit.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What it holds.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether that is one of ours.
 */
bool cnova_sim_fault_read(struct cnova_sim *sim, u32 offset, u32 *value)
{
	struct cnova_sim_faults *faults = &sim->faults;
	struct cnova_sim_fault_buffer *buffer;
	u32 reg;

	buffer = cnova_sim_fault_buffer(sim, offset, &reg);
	if (buffer) {
		*value = cnova_sim_fault_buffer_read(buffer, reg);
		return true;
	}
	switch (offset) {
	case FAULT_CTRL:
		*value = faults->control;
		return true;
	case FAULT_ADDR_LO:
		*value = faults->packet[2];
		return true;
	case FAULT_ADDR_HI:
		*value = faults->packet[3];
		return true;
	case FAULT_INST_LO:
		*value = (faults->packet[0] & PACKET_INST_LO) |
			 FIELD_PREP(INST_APERTURE, FIELD_GET(PACKET_INST_APERTURE,
							     faults->packet[0])) |
			 FIELD_PREP(INST_ENGINE, faults->packet[6]);
		return true;
	case FAULT_INST_HI:
		*value = faults->packet[1];
		return true;
	case FAULT_INFO:
		*value = faults->packet[7];
		return true;
	case FAULT_STATUS:
		*value = cnova_sim_fault_status(sim);
		return true;
	case FAULT_VECTOR_INFO:
		*value = VECTOR_INFO;
		return true;
	case FAULT_VECTORS_0:
		*value = VECTOR_NOTIFY << 16 | VECTOR_ERROR;
		return true;
	case FAULT_VECTORS_1:
		*value = VECTOR_NOTIFY_REPLAYABLE << 16 | VECTOR_ERROR_REPLAYABLE;
		return true;
	default:
		return false;
	}
}

/*
 * GET moves, and clears what is asked for. Overflow goes only if there was room before this
 * store, so that the index has to come first, in a store of its own.
 */
static void cnova_sim_fault_set_get(struct cnova_sim *sim, struct cnova_sim_fault_buffer *buffer,
				    u32 value)
{
	if (value & GET_OVERFLOW && cnova_sim_fault_is_enabled(buffer) &&
	    !cnova_sim_fault_is_full(buffer))
		buffer->overflow = false;
	buffer->get = FIELD_GET(INDEX, value);
	if (value & GET_CORRUPTED)
		buffer->corrupted = false;
	if (buffer->get >= cnova_sim_fault_entries(buffer) && cnova_sim_fault_is_enabled(buffer)) {
		buffer->corrupted = true;
		cnova_sim_irq_pulse(sim, VECTOR_ERROR);
	}
}

static void cnova_sim_fault_set_size(struct cnova_sim_fault_buffer *buffer, u32 value)
{
	if (value & SIZE_SET_DEFAULT)
		value = (value & ~INDEX) | FIELD_PREP(INDEX, DEFAULT_ENTRIES);
	buffer->size = value & (INDEX | SIZE_OVERFLOW_INTR | SIZE_ENABLE);
}

/* Return: whether the register can be written. */
static bool cnova_sim_fault_buffer_write(struct cnova_sim *sim,
					 struct cnova_sim_fault_buffer *buffer, u32 reg, u32 value)
{
	switch (reg) {
	case BUFFER_LO:
		buffer->low = value & (LO_PHYSICAL | LO_APERTURE | LO_VOLATILE | LO_ADDRESS);
		return true;
	case BUFFER_HI:
		buffer->high = value;
		return true;
	case BUFFER_GET:
		cnova_sim_fault_set_get(sim, buffer, value);
		return true;
	case BUFFER_SIZE:
		cnova_sim_fault_set_size(buffer, value);
		return true;
	default:
		return false;
	}
}

/**
 * cnova_sim_fault_write() - Store to a register of the fault unit.
 * @sim: The device.
 * @offset: In BAR0.
 * @value: What is stored.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether that is one of ours that can be written.
 */
bool cnova_sim_fault_write(struct cnova_sim *sim, u32 offset, u32 value)
{
	struct cnova_sim_fault_buffer *buffer;
	u32 reg;

	buffer = cnova_sim_fault_buffer(sim, offset, &reg);
	if (buffer)
		return cnova_sim_fault_buffer_write(sim, buffer, reg, value);
	if (offset == FAULT_CTRL) {
		sim->faults.control = value & CTRL_FILTER;
		return true;
	}
	if (offset == FAULT_STATUS) {
		sim->faults.status &= ~(value & (STATUS_DROPPED | STATUS_VALID));
		return true;
	}
	return false;
}

static void cnova_sim_fault_pack(const struct cnova_sim_culprit *culprit,
				 const struct cnova_sim_mmu_fault *fault, u32 packet[PACKET_WORDS])
{
	u32 access = fault->access == CNOVA_SIM_ATOMIC ? ACCESS_ATOMIC : fault->access;
	u64 time = cnova_sim_access_time();

	if (fault->physical)
		access |= ACCESS_PHYSICAL;
	packet[0] = FIELD_PREP(PACKET_INST_APERTURE, culprit->inst_aperture) |
		    (lower_32_bits(culprit->inst) & PACKET_INST_LO);
	packet[1] = upper_32_bits(culprit->inst);
	packet[2] = FIELD_PREP(PACKET_ADDR_APERTURE, fault->physical ? fault->aperture : 0) |
		    (lower_32_bits(fault->address) & PACKET_ADDR_LO);
	packet[3] = upper_32_bits(fault->address);
	packet[4] = lower_32_bits(time);
	packet[5] = upper_32_bits(time);
	packet[6] = FIELD_PREP(PACKET_ENGINE, culprit->engine_id);
	packet[7] = FIELD_PREP(PACKET_TYPE, fault->type) |
		    FIELD_PREP(PACKET_CLIENT, culprit->client_id) |
		    FIELD_PREP(PACKET_ACCESS, access) | PACKET_HUB | PACKET_VALID;
}

/* Nobody takes it: registers do, if they are free. Caller holds the lock. */
static void cnova_sim_fault_latch(struct cnova_sim *sim, const struct cnova_sim_mmu_fault *fault,
				  const u32 packet[PACKET_WORDS])
{
	struct cnova_sim_faults *faults = &sim->faults;

	BUILD_BUG_ON(sizeof(faults->packet) != PACKET_WORDS * sizeof(u32));
	if (faults->status & STATUS_VALID) {
		faults->status |= fault->physical ? STATUS_DROPPED_PHYS : STATUS_DROPPED_VIRT;
		return;
	}
	memcpy(faults->packet, packet, sizeof(faults->packet));
	faults->packet[7] &= ~PACKET_VALID;
	faults->status |= STATUS_VALID;
	cnova_sim_irq_pulse(sim, VECTOR_INFO);
}

/* Room for a packet? Where is it? Caller holds the lock. */
static bool cnova_sim_fault_slot(struct cnova_sim *sim, struct cnova_sim_fault_buffer *buffer,
				 struct cnova_sim_port *port, u64 *address)
{
	if (buffer->overflow || buffer->corrupted)
		return false;
	if (cnova_sim_fault_is_full(buffer)) {
		buffer->overflow = true;
		if (buffer->size & SIZE_OVERFLOW_INTR)
			cnova_sim_irq_pulse(sim, VECTOR_ERROR);
		return false;
	}

	*address = (u64)buffer->high << 32 | (buffer->low & LO_ADDRESS);
	*address += (u64)buffer->put * PACKET_WORDS * sizeof(u32);
	*port = (struct cnova_sim_port){ .physical = true };
	if (buffer->low & LO_PHYSICAL) {
		port->aperture = FIELD_GET(LO_APERTURE, buffer->low);
	} else if (sim->bar2.is_virtual || !sim->bar2.is_bound) {
		port->physical = false;
		port->unbound = !sim->bar2.is_bound;
		port->client = sim->bar2.client;
	}
	return true;
}

/* All but the last word, then that. */
static bool cnova_sim_fault_store(struct cnova_sim *sim, const struct cnova_sim_port *port,
				  u64 address, const u32 packet[PACKET_WORDS])
{
	u32 last = (PACKET_WORDS - 1) * sizeof(u32);
	struct cnova_sim_mmu_fault ignored;

	return cnova_sim_access_write(sim, port, address, packet, last, &ignored) &&
	       cnova_sim_access_store(sim, port, address + last, sizeof(u32),
				      packet[PACKET_WORDS - 1], &ignored);
}

static void cnova_sim_fault_put(struct cnova_sim *sim, const struct cnova_sim_mmu_fault *fault,
				const u32 packet[PACKET_WORDS])
{
	struct cnova_sim_fault_buffer *buffer = &sim->faults.buffer[CNOVA_SIM_NONREPLAYABLE];
	struct cnova_sim_port port;
	u64 address;
	bool stored;

	spin_lock_irq(&sim->lock);
	if (!cnova_sim_fault_is_enabled(buffer)) {
		cnova_sim_fault_latch(sim, fault, packet);
		goto out;
	}
	if (!cnova_sim_fault_slot(sim, buffer, &port, &address))
		goto out;
	spin_unlock_irq(&sim->lock);

	stored = cnova_sim_fault_store(sim, &port, address, packet);

	spin_lock_irq(&sim->lock);
	/* A driver may take its buffer away in the middle of this. */
	if (!cnova_sim_fault_is_enabled(buffer))
		goto out;
	if (stored) {
		buffer->put = (buffer->put + 1) % cnova_sim_fault_entries(buffer);
		cnova_sim_irq_pulse(sim, VECTOR_NOTIFY);
	} else {
		buffer->error = true;
		cnova_sim_irq_pulse(sim, VECTOR_ERROR);
	}
out:
	spin_unlock_irq(&sim->lock);
}

/**
 * cnova_sim_fault_report() - An access of an engine has faulted: tell the driver.
 * @sim: The device.
 * @culprit: Who it was.
 * @fault: What happened.
 *
 * Context: Process context, may be one that signals fences.
 */
void cnova_sim_fault_report(struct cnova_sim *sim, const struct cnova_sim_culprit *culprit,
			    const struct cnova_sim_mmu_fault *fault)
{
	u32 packet[PACKET_WORDS];

	cnova_sim_fault_pack(culprit, fault, packet);
	mutex_lock(&sim->faults.writer);
	cnova_sim_fault_put(sim, fault, packet);
	mutex_unlock(&sim->faults.writer);
}
