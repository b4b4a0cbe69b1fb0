// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Questions to GSP firmware
 *
 * One question at a time, answered before the next (HARDWARE.md 8.4). There is only
 * one status queue, so whoever waits for an answer also takes what else comes: events,
 * and numbers that this driver does not know, are skipped.
 *
 * Locking: none, see hw/gsp_queue.c.
 */

#include <linux/dev_printk.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hw/access.h"
#include "hw/chip.h"
#include "hw/gsp_queue.h"
#include "hw/regs.h"

/* nova's; here for all that comes until the answer does, so that a flood has an end. */
#define GSP_REPLY_TIMEOUT_MS		5000
/* NVKM's. */
#define GSP_HALT_TIMEOUT_MS		2000

/* rpc_unloading_guest_driver_v1F_07, all of it 0: not for a suspend. */
#define GSP_UNLOADING_SIZE		8

/* rpc_result: an NV_STATUS, or what the transport says. */
#define GSP_RESULT_NO_MEMORY		0x51
#define GSP_RESULT_NOT_READY		0x55
#define GSP_RESULT_NOT_SUPPORTED	0x56
#define GSP_RESULT_TIMEOUT		0x65
#define GSP_RESULT_RETRY		0x66
#define GSP_RESULT_UNKNOWN_FUNCTION	0xff100001
#define GSP_RESULT_BAD_MESSAGE		0xff100002
#define GSP_RESULT_NO_HANDLE		0xff100003
#define GSP_RESULT_NO_CONTROL		0xff100009
#define GSP_RESULT_PENDING		0xffffffff

static int cnova_gsp_result_errno(u32 result)
{
	switch (result) {
	case GSP_RESULT_NO_MEMORY:
		return -ENOMEM;
	case GSP_RESULT_NOT_READY:
	case GSP_RESULT_RETRY:
		return -EBUSY;
	case GSP_RESULT_NOT_SUPPORTED:
	case GSP_RESULT_UNKNOWN_FUNCTION:
	case GSP_RESULT_NO_CONTROL:
		return -EOPNOTSUPP;
	case GSP_RESULT_TIMEOUT:
		return -ETIMEDOUT;
	case GSP_RESULT_BAD_MESSAGE:
		return -EBADMSG;
	case GSP_RESULT_NO_HANDLE:
		return -ENOENT;
	default:
		return -EIO;
	}
}

/*
 * A message that nobody waits for. A continuation record belongs to one that was
 * skipped before it and filled its element; alone, it says that something was missed.
 */
static int cnova_gsp_skip(struct cnova_gsp *gsp, const struct cnova_gsp_message *message)
{
	bool split = gsp->split;

	gsp->split = message->slots == CNOVA_GSP_ELEMENT_SLOTS;
	if (message->function == CNOVA_GSP_CONTINUATION_RECORD && !split)
		return cnova_gsp_fail(gsp, -EPROTO, "a continuation of nothing",
				      message->sequence);

	dev_dbg(gsp->dev, "GSP: function %#x skipped, %u bytes\n", message->function,
		message->size);
	return 0;
}

/* Wait for one message and take all others; @deadline holds for all of them. */
static int cnova_gsp_wait_for(struct cnova_gsp *gsp, u32 function, u32 sequence,
			      struct cnova_gsp_message *message)
{
	ktime_t deadline = ktime_add_ms(ktime_get(), GSP_REPLY_TIMEOUT_MS);
	int err;

	do {
		err = cnova_gsp_receive(gsp, deadline, message);
		if (err == -ETIMEDOUT)
			break;
		if (err && err != -EAGAIN)
			return err;
		if (err)
			continue;

		if (message->function == function && message->sequence == sequence &&
		    message->result != GSP_RESULT_PENDING) {
			gsp->split = false;
			return 0;
		}
		err = cnova_gsp_skip(gsp, message);
		if (err)
			return err;
	} while (!ktime_after(ktime_get(), deadline));

	return cnova_gsp_fail(gsp, -ETIMEDOUT, "no answer to function", function);
}

/*
 * Ask, with a payload that the caller has put at &cnova_gsp.element + 0x50, and wait. A
 * result that is an error leaves the queues in order.
 */
static int cnova_gsp_call(struct cnova_gsp *gsp, u32 function, u32 size,
			  struct cnova_gsp_message *message)
{
	int err;

	/* 0 is the sequence of events. */
	if (!++gsp->rpc_seq)
		gsp->rpc_seq++;

	err = cnova_gsp_send(gsp, function, gsp->rpc_seq, size);
	if (err)
		return err;

	err = cnova_gsp_wait_for(gsp, function, gsp->rpc_seq, message);
	if (err)
		return err;

	if (message->result) {
		dev_err(gsp->dev, "GSP: function %#x ended with result %#x\n", function,
			message->result);
		return cnova_gsp_result_errno(message->result);
	}
	return 0;
}

/**
 * cnova_gsp_is_active() - Is there firmware that runs?
 * @io: The GPU.
 * @chip: Its chip.
 *
 * Context: Any.
 * Return: Whether the RISC-V core of GSP runs.
 */
bool cnova_gsp_is_active(struct cnova_io *io, const struct cnova_chip *chip)
{
	u32 value = cnova_rd32(io, chip->riscv->reg);

	return (value & chip->riscv->active) && !cnova_io_lost(io, value);
}

/**
 * cnova_gsp_boot() - Make contact.
 * @gsp: Queues, laid out.
 *
 * Context: Process context, sleeps.
 * Return: 0; -ETIMEDOUT: the firmware does not come up, -EIO and others: see
 * cnova_gsp_receive().
 */
int cnova_gsp_boot(struct cnova_gsp *gsp)
{
	struct cnova_gsp_message message;
	int err;

	err = cnova_gsp_link(gsp);
	if (err)
		return err;

	err = cnova_gsp_wait_for(gsp, CNOVA_GSP_INIT_DONE, 0, &message);
	if (err)
		return err;

	return message.result ? cnova_gsp_fail(gsp, cnova_gsp_result_errno(message.result),
					       "the firmware failed to start", message.result) : 0;
}

/**
 * cnova_gsp_get_static_info() - Ask what the firmware knows of the GPU.
 * @gsp: Queues, contact made.
 * @info: Filled with GspStaticConfigInfo of this release.
 * @size: Its bytes.
 *
 * Context: Process context, sleeps.
 * Return: 0; -EIO: the answer is too short; or see cnova_gsp_send(),
 * cnova_gsp_receive(); or the errno for the firmware's own result.
 */
int cnova_gsp_get_static_info(struct cnova_gsp *gsp, void *info, u32 size)
{
	struct cnova_gsp_message message;
	int err;

	/* 8.4: the question has the size of the answer, and is all 0. */
	memset(gsp->element, 0, CNOVA_GSP_ELEMENT_SIZE);
	err = cnova_gsp_call(gsp, CNOVA_GSP_GET_STATIC_INFO, size, &message);
	if (err)
		return err;

	if (message.size < size) {
		dev_err(gsp->dev, "GSP: static info of %u bytes is too short\n", message.size);
		return -EIO;
	}
	memcpy(info, message.payload, size);
	return 0;
}

/**
 * cnova_gsp_unload() - Tell the firmware to let go of the queues.
 * @gsp: Queues.
 *
 * Context: Process context, sleeps.
 * Return: 0: it does not touch their memory any more, or never did; else it may, until
 * the GPU is reset.
 */
int cnova_gsp_unload(struct cnova_gsp *gsp)
{
	struct cnova_gsp_message message;
	bool last = false;
	ktime_t deadline;
	int err;

	if (!gsp->booted)
		return 0;

	memset(gsp->element, 0, CNOVA_GSP_ELEMENT_SIZE);
	err = cnova_gsp_call(gsp, CNOVA_GSP_UNLOADING_GUEST_DRIVER, GSP_UNLOADING_SIZE, &message);
	if (err)
		return err;

	deadline = ktime_add_ms(ktime_get(), GSP_HALT_TIMEOUT_MS);
	while (cnova_poll32(gsp->io, NV_PGSP_FALCON_MAILBOX0) != NV_PGSP_MAILBOX0_UNLOADED) {
		err = cnova_gsp_poll(gsp, deadline, &last);
		if (err == -ETIMEDOUT)
			return cnova_gsp_fail(gsp, err, "the firmware does not let go", 0);
		if (err)
			return err;
	}

	gsp->booted = false;
	return 0;
}
