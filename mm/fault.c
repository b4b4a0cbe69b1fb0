// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Faults
 *
 * The GPU reports a fault by a packet in a buffer that we gave it, and an interrupt
 * (HARDWARE.md 9). The packet's last byte says that it is complete; we clear it when it has
 * been read, so that the buffer itself says where to stop, and the registers are read only
 * to find out that something was lost.
 *
 * When the buffer is full, faults are dropped until we have moved on and then, in a second
 * store, said so. Whose faults were dropped nobody knows: their channels stand still and
 * their owners' time runs out.
 *
 * Locking: one user at a time.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include <asm/barrier.h>
#include <asm/byteorder.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "mm/fault.h"
#include "mm/mm.h"

/* HARDWARE.md 9.2, by word */
#define CNOVA_FAULT_INST_APERTURE	GENMASK(9, 8)
#define CNOVA_FAULT_INST_LO		GENMASK(31, 12)
#define CNOVA_FAULT_ADDR_LO		GENMASK(31, 12)
#define CNOVA_FAULT_ENGINE		GENMASK(8, 0)
#define CNOVA_FAULT_TYPE		GENMASK(4, 0)
#define CNOVA_FAULT_REPLAYABLE		BIT(7)
#define CNOVA_FAULT_CLIENT		GENMASK(14, 8)
#define CNOVA_FAULT_ACCESS		GENMASK(19, 16)
#define CNOVA_FAULT_HUB			BIT(20)
#define CNOVA_FAULT_GPC			GENMASK(28, 24)
#define CNOVA_FAULT_VALID		BIT(31)
#define CNOVA_FAULT_VALID_WORD		7

#define CNOVA_FAULT_PACKET_WORDS	(CNOVA_FAULT_PACKET_SIZE / 4)

/* A packet that is announced is there soon. */
#define CNOVA_FAULT_WAIT_US		1000

/**
 * cnova_fault_decode() - Read a packet.
 * @packet: Its words.
 * @fault: Set to what they say.
 *
 * Context: Any.
 */
void cnova_fault_decode(const u32 *packet, struct cnova_fault *fault)
{
	*fault = (struct cnova_fault){
		.instance = (u64)packet[1] << 32 | (packet[0] & CNOVA_FAULT_INST_LO),
		.instance_aperture = FIELD_GET(CNOVA_FAULT_INST_APERTURE, packet[0]),
		.va = (u64)packet[3] << 32 | (packet[2] & CNOVA_FAULT_ADDR_LO),
		.timestamp = (u64)packet[5] << 32 | packet[4],
		.engine = FIELD_GET(CNOVA_FAULT_ENGINE, packet[6]),
		.type = FIELD_GET(CNOVA_FAULT_TYPE, packet[7]),
		.access = FIELD_GET(CNOVA_FAULT_ACCESS, packet[7]),
		.client = FIELD_GET(CNOVA_FAULT_CLIENT, packet[7]),
		.hub = packet[7] & CNOVA_FAULT_HUB,
		.gpc = FIELD_GET(CNOVA_FAULT_GPC, packet[7]),
		.replayable = packet[7] & CNOVA_FAULT_REPLAYABLE,
	};
}

/**
 * cnova_fault_buffer_init() - Have faults reported.
 * @buffer: To be initialised.
 * @mm: Memory management of the GPU.
 *
 * Context: Probe.
 * Return: 0; -ENOMEM; -ENODEV: the device is gone.
 */
int cnova_fault_buffer_init(struct cnova_fault_buffer *buffer, struct cnova_mm *mm)
{
	struct cnova_io *io = mm->io;
	u32 put;
	int err;

	*buffer = (struct cnova_fault_buffer){ .mm = mm };
	err = cnova_dma_alloc(mm, &buffer->dma, CNOVA_FAULT_ENTRIES * CNOVA_FAULT_PACKET_SIZE);
	if (err)
		return err;

	/* RM writes HI before LO. */
	cnova_wr32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_SIZE, 0);
	cnova_wr32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_HI,
		   upper_32_bits(buffer->dma.bus.raw));
	cnova_wr32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_LO,
		   lower_32_bits(buffer->dma.bus.raw) | NV_MMU_FAULT_BUFFER_LO_MODE_PHYSICAL |
		   FIELD_PREP(NV_MMU_FAULT_BUFFER_LO_APERTURE,
			      NV_MMU_FAULT_BUFFER_LO_APERTURE_COHERENT));

	/* Whoever had the GPU before us left PUT anywhere. */
	put = cnova_rd32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_PUT);
	if (cnova_io_lost(io, put)) {
		cnova_dma_free(&buffer->dma);
		return -ENODEV;
	}
	buffer->get = FIELD_GET(NV_MMU_FAULT_BUFFER_PUT_PTR, put) % CNOVA_FAULT_ENTRIES;
	cnova_wr32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_GET, buffer->get);
	cnova_wr32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_SIZE,
		   CNOVA_FAULT_ENTRIES | NV_MMU_FAULT_BUFFER_SIZE_OVERFLOW_INTR |
		   NV_MMU_FAULT_BUFFER_SIZE_ENABLE);
	return 0;
}

/**
 * cnova_fault_buffer_fini() - End of that.
 * @buffer: Buffer; nothing of the GPU faults any more.
 *
 * Context: Process context.
 */
void cnova_fault_buffer_fini(struct cnova_fault_buffer *buffer)
{
	if (!buffer->dma.mm)
		return;

	cnova_wr32(buffer->mm->io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_SIZE, 0);
	cnova_dma_free(&buffer->dma);
}

static void cnova_fault_advance(struct cnova_fault_buffer *buffer)
{
	buffer->get = (buffer->get + 1) % CNOVA_FAULT_ENTRIES;
	cnova_wr32(buffer->mm->io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_GET, buffer->get);
}

/* A packet was announced: wait for it, but not for ever. */
static bool cnova_fault_wait(const __le32 *packet)
{
	for (u32 us = 0; us < CNOVA_FAULT_WAIT_US; us++) {
		if (le32_to_cpu(READ_ONCE(packet[CNOVA_FAULT_VALID_WORD])) & CNOVA_FAULT_VALID)
			return true;
		udelay(1);
	}

	return false;
}

/* Nothing is in the buffer: was something dropped, or is it still on its way? */
static bool cnova_fault_look(struct cnova_fault_buffer *buffer)
{
	struct cnova_io *io = buffer->mm->io;
	u32 put = cnova_rd32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_PUT);

	if (cnova_io_lost(io, put))
		return false;

	if (FIELD_GET(NV_MMU_FAULT_BUFFER_PUT_PTR, put) % CNOVA_FAULT_ENTRIES != buffer->get)
		return true;

	if (put & NV_MMU_FAULT_BUFFER_PUT_OVERFLOW) {
		buffer->overflows++;
		dev_warn_ratelimited(buffer->mm->dev, "faults were lost: the buffer was full\n");
		/* First GET, which is done, then in a store of its own this. */
		cnova_wr32(io, NV_VIRTUAL_FUNCTION_PRIV_MMU_FAULT_BUFFER_GET,
			   buffer->get | NV_MMU_FAULT_BUFFER_GET_OVERFLOW);
	}

	return false;
}

/* Return: false: there is none. */
static bool cnova_fault_is_next(struct cnova_fault_buffer *buffer)
{
	for (;;) {
		const __le32 *packet = buffer->dma.cpu + buffer->get * CNOVA_FAULT_PACKET_SIZE;

		if (le32_to_cpu(READ_ONCE(packet[CNOVA_FAULT_VALID_WORD])) & CNOVA_FAULT_VALID)
			return true;
		if (!cnova_fault_look(buffer))
			return false;
		if (cnova_fault_wait(packet))
			return true;

		dev_err(buffer->mm->dev, "a fault was announced and never came\n");
		cnova_fault_advance(buffer);
	}
}

/**
 * cnova_fault_buffer_next() - Take a fault out of the buffer.
 * @buffer: Buffer.
 * @fault: Set to it.
 *
 * Context: Process context: the interrupt's thread.
 * Return: false: there is none.
 */
bool cnova_fault_buffer_next(struct cnova_fault_buffer *buffer, struct cnova_fault *fault)
{
	u32 words[CNOVA_FAULT_PACKET_WORDS];
	__le32 *packet;

	if (!cnova_fault_is_next(buffer))
		return false;

	/* The rest of the packet is older than its last byte. */
	dma_rmb();
	packet = buffer->dma.cpu + buffer->get * CNOVA_FAULT_PACKET_SIZE;
	for (u32 i = 0; i < CNOVA_FAULT_PACKET_WORDS; i++)
		words[i] = le32_to_cpu(READ_ONCE(packet[i]));
	cnova_fault_decode(words, fault);

	/* Before the GPU may write another one here. */
	WRITE_ONCE(packet[CNOVA_FAULT_VALID_WORD], 0);
	dma_wmb();
	cnova_fault_advance(buffer);
	return true;
}
