// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: GSP message queues
 *
 * Two rings of 63 slots in system memory, one for each direction (HARDWARE.md 8.4).
 * Each side writes its own ring and its own header page, where it also says how far
 * it has read the other's ring.
 *
 * The other side may write anything at any time. So what was received is copied slot
 * by slot, each slot once, and only the copy is looked at; our own pointers live in
 * &struct cnova_gsp and not in shared memory; every wait has an end. What breaks the
 * order of a queue breaks the queue: nothing is sent or received after that.
 *
 * Locking: none. Probe and remove of one device are the only users.
 */

#include <linux/delay.h>
#include <linux/dev_printk.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <asm/barrier.h>
#include <asm/byteorder.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/gsp_queue.h"
#include "hw/regs.h"

/* 8.4: parts of the block. */
#define GSP_CMD_HEADER			0x01000
#define GSP_CMD_SLOTS			0x02000
#define GSP_STATUS_HEADER		0x41000
#define GSP_STATUS_SLOTS		0x42000
#define GSP_QUEUE_SIZE			0x40000
/* Behind it: what libos is told, and what the firmware itself is. */
#define GSP_LIBOS			CNOVA_GSP_SHARED_SIZE
#define GSP_ARGUMENTS			(GSP_LIBOS + SZ_4K)

/* Header of a queue. */
#define GSP_TX_VERSION			0x00
#define GSP_TX_SIZE			0x04
#define GSP_TX_MSG_SIZE			0x08
#define GSP_TX_MSG_COUNT		0x0c
#define GSP_TX_WRITE_PTR		0x10
#define GSP_TX_FLAGS			0x14
#define   GSP_TX_FLAGS_SWAP_RX		1
#define GSP_TX_RX_HDR_OFF		0x18
#define GSP_TX_ENTRY_OFF		0x1c
#define GSP_RX_READ_PTR			0x20

/* With swapped rx headers the reader's pointer is in the reader's own page. */
#define GSP_CMD_WRITE_PTR		(GSP_CMD_HEADER + GSP_TX_WRITE_PTR)
#define GSP_STATUS_READ_PTR		(GSP_CMD_HEADER + GSP_RX_READ_PTR)
#define GSP_STATUS_WRITE_PTR		(GSP_STATUS_HEADER + GSP_TX_WRITE_PTR)
#define GSP_CMD_READ_PTR		(GSP_STATUS_HEADER + GSP_RX_READ_PTR)

/* Element: its header, and the RPC header that follows. */
#define GSP_ELEM_CHECKSUM		0x20
#define GSP_ELEM_SEQ_NUM		0x24
#define GSP_ELEM_COUNT			0x28
#define GSP_ELEM_SIZE			0x30
#define GSP_RPC_VERSION			0x30
#define   GSP_RPC_VERSION_3		0x03000000
#define GSP_RPC_SIGNATURE		0x34
#define   GSP_RPC_SIGNATURE_VRPC	0x43505256
#define GSP_RPC_LENGTH			0x38
#define GSP_RPC_FUNCTION		0x3c
#define GSP_RPC_RESULT			0x40
#define GSP_RPC_RESULT_PRIVATE		0x44
#define   GSP_RPC_RESULT_PENDING	0xffffffff
#define GSP_RPC_SEQUENCE		0x48
#define GSP_RPC_PAYLOAD			0x50

/* How RM waits: for the firmware to come up, and for a slot. */
#define GSP_LINK_TIMEOUT_MS		4000
#define GSP_SPACE_TIMEOUT_MS		1000

/* What does not add up is read again so often: stores may still be on their way. */
#define GSP_CHECKSUM_TRIES		3

/* r535 and later; NVKM's LibosMemoryRegionInitArgument. */
#define GSP_LIBOS_ID			0x00
#define GSP_LIBOS_PA			0x08
#define GSP_LIBOS_LENGTH		0x10
#define GSP_LIBOS_KIND			0x18
#define   GSP_LIBOS_KIND_CONTIGUOUS	1
#define GSP_LIBOS_LOC			0x19
#define   GSP_LIBOS_LOC_SYSMEM		1

/* 8.4: MESSAGE_QUEUE_INIT_ARGUMENTS, first in GSP_ARGUMENTS_CACHED. */
#define GSP_ARGS_SHARED			0
#define GSP_ARGS_NR_ENTRIES		8
#define GSP_ARGS_CMD_OFFSET		16
#define GSP_ARGS_STATUS_OFFSET		24
#define GSP_ARGS_595_ELEM_HDR		32
#define GSP_ARGS_595_ELEM_MIN		40
#define GSP_ARGS_595_ELEM_MAX		48
#define GSP_ARGS_595_HDR_ALIGN		56
#define GSP_ARGS_595_ELEM_ALIGN		60

static u32 cnova_gsp_args_size(u32 release)
{
	return release >= 595 ? 136 : release >= 570 ? 72 : 80;
}

/* The other side may look, or write, at any moment: one load, one store. */
static u32 cnova_gsp_load(const struct cnova_gsp *gsp, u32 offset)
{
	return le32_to_cpu(READ_ONCE(*(__le32 *)(gsp->memory + offset)));
}

static void cnova_gsp_store(struct cnova_gsp *gsp, u32 offset, u32 value)
{
	WRITE_ONCE(*(__le32 *)(gsp->memory + offset), cpu_to_le32(value));
}

/**
 * cnova_gsp_fail() - The queues are broken for good.
 * @gsp: Queues.
 * @err: Negative errno.
 * @what: Why, in a few words.
 * @value: The number that is wrong.
 *
 * Context: Process context.
 * Return: @err.
 */
int cnova_gsp_fail(struct cnova_gsp *gsp, int err, const char *what, u64 value)
{
	gsp->err = err;
	dev_err(gsp->dev, "GSP: %s (%#llx)\n", what, value);
	return err;
}

/**
 * cnova_gsp_poll() - Wait a little, if there is reason to.
 * @gsp: Queues.
 * @deadline: When to give up.
 * @last: False at first; then the caller's to pass again.
 *
 * After the deadline the caller looks once more: it may have been asleep for long.
 *
 * Context: Process context, sleeps.
 * Return: 0: look again; -ETIMEDOUT; -ENODEV: the device is gone; -EIO: the core has
 * stopped.
 */
int cnova_gsp_poll(struct cnova_gsp *gsp, ktime_t deadline, bool *last)
{
	u32 value = cnova_poll32(gsp->io, gsp->chip->riscv->reg);

	if (cnova_io_lost(gsp->io, value))
		return cnova_gsp_fail(gsp, -ENODEV, "the device is gone", value);
	if (!(value & gsp->chip->riscv->active))
		return cnova_gsp_fail(gsp, -EIO, "the core has stopped", value);
	if (*last)
		return -ETIMEDOUT;

	if (ktime_after(ktime_get(), deadline))
		*last = true;
	else
		usleep_range(50, 100);
	return 0;
}

static void cnova_gsp_lay_out_header(u8 *header)
{
	put_unaligned_le32(0, header + GSP_TX_VERSION);
	put_unaligned_le32(GSP_QUEUE_SIZE, header + GSP_TX_SIZE);
	put_unaligned_le32(CNOVA_GSP_SLOT_SIZE, header + GSP_TX_MSG_SIZE);
	put_unaligned_le32(CNOVA_GSP_SLOTS, header + GSP_TX_MSG_COUNT);
	put_unaligned_le32(0, header + GSP_TX_WRITE_PTR);
	put_unaligned_le32(GSP_TX_FLAGS_SWAP_RX, header + GSP_TX_FLAGS);
	put_unaligned_le32(GSP_RX_READ_PTR, header + GSP_TX_RX_HDR_OFF);
	put_unaligned_le32(GSP_CMD_SLOTS - GSP_CMD_HEADER, header + GSP_TX_ENTRY_OFF);
}

static void cnova_gsp_lay_out_arguments(const struct cnova_gsp *gsp, u8 *args)
{
	put_unaligned_le64(gsp->bus, args + GSP_ARGS_SHARED);
	put_unaligned_le32(CNOVA_GSP_SHARED_SIZE / SZ_4K, args + GSP_ARGS_NR_ENTRIES);
	put_unaligned_le64(GSP_CMD_HEADER, args + GSP_ARGS_CMD_OFFSET);
	put_unaligned_le64(GSP_STATUS_HEADER, args + GSP_ARGS_STATUS_OFFSET);
	if (gsp->release < 595)
		return;

	put_unaligned_le64(GSP_ELEM_SIZE, args + GSP_ARGS_595_ELEM_HDR);
	put_unaligned_le64(CNOVA_GSP_SLOT_SIZE, args + GSP_ARGS_595_ELEM_MIN);
	put_unaligned_le64(CNOVA_GSP_ELEMENT_SIZE, args + GSP_ARGS_595_ELEM_MAX);
	put_unaligned_le32(4, args + GSP_ARGS_595_HDR_ALIGN);
	put_unaligned_le32(12, args + GSP_ARGS_595_ELEM_ALIGN);
}

/* libos maps what it is told of; the firmware looks for its arguments by name. */
static void cnova_gsp_lay_out_libos(const struct cnova_gsp *gsp, u8 *libos)
{
	static const char name[] = "RMARGS";
	u64 id = 0;
	u32 i;

	for (i = 0; name[i]; i++)
		id = id << 8 | name[i];

	put_unaligned_le64(id, libos + GSP_LIBOS_ID);
	put_unaligned_le64(gsp->bus + GSP_ARGUMENTS, libos + GSP_LIBOS_PA);
	put_unaligned_le64(cnova_gsp_args_size(gsp->release), libos + GSP_LIBOS_LENGTH);
	libos[GSP_LIBOS_KIND] = GSP_LIBOS_KIND_CONTIGUOUS;
	libos[GSP_LIBOS_LOC] = GSP_LIBOS_LOC_SYSMEM;
}

/**
 * cnova_gsp_init() - Lay the queues out; the firmware is told nothing yet.
 * @gsp: To be initialised.
 * @io: The GPU.
 * @chip: Its chip.
 * @dev: For messages.
 * @release: Major number of the firmware: 535, 570 or 595.
 * @memory: CNOVA_GSP_MEMORY_SIZE bytes of zeroed system memory, coherent, contiguous
 *          for the device, aligned to 4096.
 * @bus: Their bus address.
 *
 * Context: Process context.
 * Return: 0; -ENOMEM.
 */
int cnova_gsp_init(struct cnova_gsp *gsp, struct cnova_io *io, const struct cnova_chip *chip,
		   struct device *dev, u32 release, void *memory, u64 bus)
{
	u32 i;

	*gsp = (struct cnova_gsp){
		.io = io, .chip = chip, .dev = dev, .release = release, .memory = memory,
		.bus = bus,
	};
	gsp->element = kvzalloc(CNOVA_GSP_ELEMENT_SIZE, GFP_KERNEL);
	if (!gsp->element)
		return -ENOMEM;

	for (i = 0; i < CNOVA_GSP_SHARED_SIZE / SZ_4K; i++)
		put_unaligned_le64(bus + i * SZ_4K, gsp->memory + i * sizeof(u64));
	cnova_gsp_lay_out_header(gsp->memory + GSP_CMD_HEADER);
	cnova_gsp_lay_out_libos(gsp, gsp->memory + GSP_LIBOS);
	cnova_gsp_lay_out_arguments(gsp, gsp->memory + GSP_ARGUMENTS);
	return 0;
}

/**
 * cnova_gsp_fini() - The end of cnova_gsp_init(); the memory stays the caller's.
 * @gsp: Queues.
 *
 * Context: Process context.
 */
void cnova_gsp_fini(struct cnova_gsp *gsp)
{
	kvfree(gsp->element);
	gsp->element = NULL;
}

/* Is the status queue there, and of the form that this code expects? */
static bool cnova_gsp_is_linked(const struct cnova_gsp *gsp)
{
	static const struct {
		u32 offset;
		u32 value;
	} expected[] = {
		{ GSP_TX_SIZE, GSP_QUEUE_SIZE },
		{ GSP_TX_MSG_SIZE, CNOVA_GSP_SLOT_SIZE },
		{ GSP_TX_VERSION, 0 },
		{ GSP_TX_RX_HDR_OFF, GSP_RX_READ_PTR },
		{ GSP_TX_ENTRY_OFF, GSP_STATUS_SLOTS - GSP_STATUS_HEADER },
		{ GSP_TX_MSG_COUNT, CNOVA_GSP_SLOTS },
		{ GSP_TX_FLAGS, GSP_TX_FLAGS_SWAP_RX },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(expected); i++)
		if (cnova_gsp_load(gsp, GSP_STATUS_HEADER + expected[i].offset) !=
		    expected[i].value)
			return false;
	return true;
}

/**
 * cnova_gsp_link() - Tell the firmware of the queues, and wait until it has made its own.
 * @gsp: Queues.
 *
 * Context: Process context, sleeps.
 * Return: 0; -ETIMEDOUT; -ENODEV: the device is gone; -EIO: the core has stopped.
 */
int cnova_gsp_link(struct cnova_gsp *gsp)
{
	ktime_t deadline = ktime_add_ms(ktime_get(), GSP_LINK_TIMEOUT_MS);
	bool last = false;
	int err;

	gsp->booted = true;
	/* All of the layout, before the firmware may read it. */
	wmb();
	cnova_wr32(gsp->io, NV_PGSP_FALCON_MAILBOX0, lower_32_bits(gsp->bus + GSP_LIBOS));
	cnova_wr32(gsp->io, NV_PGSP_FALCON_MAILBOX1, upper_32_bits(gsp->bus + GSP_LIBOS));

	while (!cnova_gsp_is_linked(gsp)) {
		err = cnova_gsp_poll(gsp, deadline, &last);
		if (err == -ETIMEDOUT)
			return cnova_gsp_fail(gsp, err, "no status queue",
					      cnova_gsp_load(gsp, GSP_STATUS_HEADER +
							     GSP_TX_MSG_COUNT));
		if (err)
			return err;
	}

	cnova_gsp_store(gsp, GSP_STATUS_READ_PTR, 0);
	return 0;
}

/*
 * XOR of 64-bit words, folded: 0 over an element with its sum in it. r535 sums whole
 * slots, later releases what the length says (8.4).
 */
static u32 cnova_gsp_checksum(const u8 *element, u32 size)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i + sizeof(u64) <= size; i += sizeof(u64))
		sum ^= get_unaligned_le64(element + i);
	for (; i < size; i++)
		sum ^= (u64)element[i] << i % sizeof(u64) * 8;

	return upper_32_bits(sum) ^ lower_32_bits(sum);
}

static u32 cnova_gsp_distance(u32 from, u32 to)
{
	return (to + CNOVA_GSP_SLOTS - from) % CNOVA_GSP_SLOTS;
}

/* The firmware's pointer may go forward up to ours, and no other way. */
static int cnova_gsp_look_at_cmd_read(struct cnova_gsp *gsp)
{
	u32 read = cnova_gsp_load(gsp, GSP_CMD_READ_PTR);

	if (read >= CNOVA_GSP_SLOTS)
		return cnova_gsp_fail(gsp, -EPROTO, "command readPtr out of range", read);
	if (cnova_gsp_distance(gsp->cmd_read, read) >
	    cnova_gsp_distance(gsp->cmd_read, gsp->cmd_write))
		return cnova_gsp_fail(gsp, -EPROTO, "command readPtr went astray", read);

	gsp->cmd_read = read;
	return 0;
}

static int cnova_gsp_wait_for_space(struct cnova_gsp *gsp, u32 slots)
{
	ktime_t deadline = ktime_add_ms(ktime_get(), GSP_SPACE_TIMEOUT_MS);
	bool last = false;
	int err;

	for (;;) {
		err = cnova_gsp_look_at_cmd_read(gsp);
		if (err)
			return err;
		/* One slot always stays free: full is not empty. */
		if (CNOVA_GSP_SLOTS - 1 - cnova_gsp_distance(gsp->cmd_read, gsp->cmd_write) >=
		    slots)
			return 0;

		err = cnova_gsp_poll(gsp, deadline, &last);
		if (err == -ETIMEDOUT)
			return cnova_gsp_fail(gsp, err, "the command queue stays full",
					      gsp->cmd_read);
		if (err)
			return err;
	}
}

/**
 * cnova_gsp_send() - Send a message whose payload is at &cnova_gsp.element + 0x50.
 * @gsp: Queues that are linked.
 * @function: Which.
 * @sequence: RPC sequence.
 * @size: Bytes of payload; what is behind them does not matter.
 *
 * A message of more than an element is refused: no function in use needs one.
 *
 * Context: Process context, sleeps.
 * Return: 0; -E2BIG; -ETIMEDOUT: no space; -EPROTO: a pointer that makes no sense;
 * -ENODEV: the device is gone; -EIO: the core has stopped; what broke the queues before.
 */
int cnova_gsp_send(struct cnova_gsp *gsp, u32 function, u32 sequence, u32 size)
{
	u8 *element = gsp->element;
	u32 slots, i;
	int err;

	if (gsp->err)
		return gsp->err;
	if (size > CNOVA_GSP_ELEMENT_SIZE - GSP_RPC_PAYLOAD)
		return -E2BIG;

	/* Zero up to the end of the slot: then one sum is right for all releases. */
	slots = DIV_ROUND_UP(GSP_RPC_PAYLOAD + size, CNOVA_GSP_SLOT_SIZE);
	memset(element, 0, GSP_RPC_PAYLOAD);
	memset(element + GSP_RPC_PAYLOAD + size, 0,
	       slots * CNOVA_GSP_SLOT_SIZE - GSP_RPC_PAYLOAD - size);
	put_unaligned_le32(gsp->send_seq, element + GSP_ELEM_SEQ_NUM);
	put_unaligned_le32(slots, element + GSP_ELEM_COUNT);
	put_unaligned_le32(GSP_RPC_VERSION_3, element + GSP_RPC_VERSION);
	put_unaligned_le32(GSP_RPC_SIGNATURE_VRPC, element + GSP_RPC_SIGNATURE);
	put_unaligned_le32(GSP_RPC_PAYLOAD - GSP_ELEM_SIZE + size, element + GSP_RPC_LENGTH);
	put_unaligned_le32(function, element + GSP_RPC_FUNCTION);
	put_unaligned_le32(GSP_RPC_RESULT_PENDING, element + GSP_RPC_RESULT);
	put_unaligned_le32(GSP_RPC_RESULT_PENDING, element + GSP_RPC_RESULT_PRIVATE);
	put_unaligned_le32(sequence, element + GSP_RPC_SEQUENCE);
	put_unaligned_le32(cnova_gsp_checksum(element, slots * CNOVA_GSP_SLOT_SIZE),
			   element + GSP_ELEM_CHECKSUM);

	err = cnova_gsp_wait_for_space(gsp, slots);
	if (err)
		return err;

	for (i = 0; i < slots; i++) {
		memcpy(gsp->memory + GSP_CMD_SLOTS + gsp->cmd_write * CNOVA_GSP_SLOT_SIZE,
		       element + i * CNOVA_GSP_SLOT_SIZE, CNOVA_GSP_SLOT_SIZE);
		gsp->cmd_write = (gsp->cmd_write + 1) % CNOVA_GSP_SLOTS;
	}
	gsp->send_seq++;

	/* The element before the pointer. */
	wmb();
	cnova_gsp_store(gsp, GSP_CMD_WRITE_PTR, gsp->cmd_write);
	mb();	/* pointer, then doorbell */
	cnova_wr32(gsp->io, NV_PGSP_QUEUE_HEAD(0), 0);
	return 0;
}

/* Why an element that was copied is not to be believed; NULL: it is. */
static const char *cnova_gsp_refuse_element(const struct cnova_gsp *gsp, u32 slots, u64 *value)
{
	const u8 *element = gsp->element;
	u32 length = get_unaligned_le32(element + GSP_RPC_LENGTH);
	u64 size = GSP_ELEM_SIZE + (u64)length;
	u32 sum;

	*value = length;
	if (size < GSP_RPC_PAYLOAD)
		return "a message without a header";
	if (size > slots * CNOVA_GSP_SLOT_SIZE)
		return "a message longer than its element";

	sum = cnova_gsp_checksum(element, gsp->release >= 570 ? size :
						slots * CNOVA_GSP_SLOT_SIZE);
	*value = sum;
	if (sum)
		return "wrong checksum";

	*value = get_unaligned_le32(element + GSP_RPC_SIGNATURE);
	if (*value != GSP_RPC_SIGNATURE_VRPC)
		return "wrong signature";
	*value = get_unaligned_le32(element + GSP_RPC_VERSION);
	return *value == GSP_RPC_VERSION_3 ? NULL : "wrong header version";
}

/* Copy a slot out, once: what is checked is what is used. */
static void cnova_gsp_copy_slot(struct cnova_gsp *gsp, u32 i)
{
	u32 slot = (gsp->status_read + i) % CNOVA_GSP_SLOTS;

	memcpy(gsp->element + i * CNOVA_GSP_SLOT_SIZE,
	       gsp->memory + GSP_STATUS_SLOTS + slot * CNOVA_GSP_SLOT_SIZE,
	       CNOVA_GSP_SLOT_SIZE);
}

/* Copy the element that is next. Return: its slots, or why it is refused. */
static int cnova_gsp_copy_element(struct cnova_gsp *gsp, u32 available)
{
	const char *what = NULL;
	unsigned int try;
	u64 value = 0;
	u32 slots, i;

	for (try = 0; try < GSP_CHECKSUM_TRIES; try++) {
		if (try)
			usleep_range(50, 100);
		cnova_gsp_copy_slot(gsp, 0);
		slots = get_unaligned_le32(gsp->element + GSP_ELEM_COUNT);
		value = slots;
		what = "wrong number of slots";
		if (!slots || slots > CNOVA_GSP_ELEMENT_SLOTS || slots > available)
			continue;

		for (i = 1; i < slots; i++)
			cnova_gsp_copy_slot(gsp, i);
		what = cnova_gsp_refuse_element(gsp, slots, &value);
		if (!what)
			return slots;
	}

	return cnova_gsp_fail(gsp, -EBADMSG, what, value);
}

/**
 * cnova_gsp_receive() - Take the next message.
 * @gsp: Queues that are linked.
 * @deadline: When to give up.
 * @message: Filled.
 *
 * Context: Process context, sleeps.
 * Return: 0; -EAGAIN: it was one that had been here before; -ETIMEDOUT: none came;
 * -EPROTO: a pointer or sequence that makes no sense; -EBADMSG: a message that makes
 * none; -ENODEV: the device is gone; -EIO: the core has stopped; what broke the queues
 * before.
 */
int cnova_gsp_receive(struct cnova_gsp *gsp, ktime_t deadline, struct cnova_gsp_message *message)
{
	u32 write, behind;
	bool last = false;
	int slots, err;

	if (gsp->err)
		return gsp->err;

	for (;;) {
		write = cnova_gsp_load(gsp, GSP_STATUS_WRITE_PTR);
		if (write >= CNOVA_GSP_SLOTS)
			return cnova_gsp_fail(gsp, -EPROTO, "status writePtr out of range",
					      write);
		if (write != gsp->status_read)
			break;
		err = cnova_gsp_poll(gsp, deadline, &last);
		if (err)
			return err;
	}

	/* The pointer before the element. */
	rmb();
	slots = cnova_gsp_copy_element(gsp, cnova_gsp_distance(gsp->status_read, write));
	if (slots < 0)
		return slots;

	/* The copy before the pointer that gives the slots back. */
	mb();
	gsp->status_read = (gsp->status_read + slots) % CNOVA_GSP_SLOTS;
	cnova_gsp_store(gsp, GSP_STATUS_READ_PTR, gsp->status_read);

	behind = gsp->recv_seq - get_unaligned_le32(gsp->element + GSP_ELEM_SEQ_NUM);
	if (behind)
		return behind <= S32_MAX ? -EAGAIN :
		       cnova_gsp_fail(gsp, -EPROTO, "messages are missing", -behind);

	gsp->recv_seq++;
	*message = (struct cnova_gsp_message){
		.payload = gsp->element + GSP_RPC_PAYLOAD,
		.size = get_unaligned_le32(gsp->element + GSP_RPC_LENGTH) + GSP_ELEM_SIZE -
			GSP_RPC_PAYLOAD,
		.function = get_unaligned_le32(gsp->element + GSP_RPC_FUNCTION),
		.result = get_unaligned_le32(gsp->element + GSP_RPC_RESULT),
		.sequence = get_unaligned_le32(gsp->element + GSP_RPC_SEQUENCE),
		.slots = slots,
	};
	return 0;
}
