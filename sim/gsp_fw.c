// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: GSP firmware
 *
 * The far side of the message queues of HARDWARE.md 8.4. It takes what it is told of
 * memory from libos' list, makes its status queue, says that it is there, and answers
 * two questions: static info, and to let go. Between that it sends events, some with
 * numbers that nobody knows.
 *
 * It is strict: it looks at every field of what the driver sends, also at those that
 * the firmware of a release does not look at. A mistake is reported, and the message
 * answered all the same if that can be.
 *
 * Pure; builds in user space. Locking: the caller's.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "gsp.h"
#include "gsp_wire.h"

static void cnova_sim_gsp_report(struct cnova_sim_gsp *gsp, const char *what, u64 value)
{
	gsp->ops->report(gsp->priv, what, value);
}

/* The block need not be contiguous: every access goes through the list of its pages. */
static bool cnova_sim_gsp_read(struct cnova_sim_gsp *gsp, u32 offset, void *dst, u32 size)
{
	return gsp->ops->read(gsp->priv, gsp->page[offset / PAGE] + offset % PAGE, dst, size);
}

static bool cnova_sim_gsp_write(struct cnova_sim_gsp *gsp, u32 offset, const void *src, u32 size)
{
	return gsp->ops->write(gsp->priv, gsp->page[offset / PAGE] + offset % PAGE, src, size);
}

static bool cnova_sim_gsp_read32(struct cnova_sim_gsp *gsp, u32 offset, u32 *value)
{
	u8 bytes[4];

	if (!cnova_sim_gsp_read(gsp, offset, bytes, sizeof(bytes)))
		return false;
	*value = get_unaligned_le32(bytes);
	return true;
}

static void cnova_sim_gsp_write32(struct cnova_sim_gsp *gsp, u32 offset, u32 value)
{
	u8 bytes[4];

	put_unaligned_le32(value, bytes);
	cnova_sim_gsp_write(gsp, offset, bytes, sizeof(bytes));
}

/* ------------------------------------------------------------------ starting */

static bool cnova_sim_gsp_find_args(struct cnova_sim_gsp *gsp, u32 size, u64 *args)
{
	u8 entry[LIBOS_ENTRY];
	unsigned int i;

	if (gsp->libos % PAGE)
		cnova_sim_gsp_report(gsp, "libos arguments not page aligned", gsp->libos);
	for (i = 0; i < LIBOS_MAX; i++) {
		if (!gsp->ops->read(gsp->priv, gsp->libos + i * LIBOS_ENTRY, entry,
				    sizeof(entry)))
			return false;
		if (!get_unaligned_le64(entry))
			break;
		if (get_unaligned_le64(entry) != RMARGS)
			continue;
		*args = get_unaligned_le64(entry + 8);
		if (get_unaligned_le64(entry + 16) != size)
			cnova_sim_gsp_report(gsp, "wrong size of arguments",
					     get_unaligned_le64(entry + 16));
		if (entry[24] != 1 || entry[25] != 1)
			cnova_sim_gsp_report(gsp, "arguments not contiguous in system memory",
					     entry[24] << 8 | entry[25]);
		return true;
	}
	cnova_sim_gsp_report(gsp, "libos finds no RMARGS", gsp->libos);
	return false;
}

static u32 cnova_sim_gsp_args_bytes(u32 release)
{
	switch (release) {
	case 535:
		return 80;
	case 570:
		return 72;
	default:
		return 136;
	}
}

static bool cnova_sim_gsp_check_595(struct cnova_sim_gsp *gsp, const u8 *args)
{
	if (get_unaligned_le64(args + 32) == ELEM_HEADER &&
	    get_unaligned_le64(args + 40) == PAGE &&
	    get_unaligned_le64(args + 48) == CNOVA_SIM_GSP_ELEMENT_MAX &&
	    get_unaligned_le32(args + 56) == 4 && get_unaligned_le32(args + 60) == 12)
		return true;
	cnova_sim_gsp_report(gsp, "queue arguments of 595 are wrong",
			     get_unaligned_le64(args + 32));
	return false;
}

/* Where the block is: its first page lists all of them, itself included. */
static bool cnova_sim_gsp_map_block(struct cnova_sim_gsp *gsp)
{
	u32 size = cnova_sim_gsp_args_bytes(gsp->release);
	u64 args_bus, shared;
	unsigned int i;
	u8 args[136];
	u8 word[8];

	if (!cnova_sim_gsp_find_args(gsp, size, &args_bus) ||
	    !gsp->ops->read(gsp->priv, args_bus, args, size))
		return false;
	shared = get_unaligned_le64(args);
	if (get_unaligned_le32(args + 8) != CNOVA_SIM_GSP_PAGES ||
	    get_unaligned_le64(args + 16) != CMD_PAGE ||
	    get_unaligned_le64(args + 24) != STATUS_PAGE || shared % PAGE) {
		cnova_sim_gsp_report(gsp, "queue arguments are wrong", shared);
		return false;
	}
	if (gsp->release == 595 && !cnova_sim_gsp_check_595(gsp, args))
		return false;

	for (i = 0; i < CNOVA_SIM_GSP_PAGES; i++) {
		if (!gsp->ops->read(gsp->priv, shared + i * sizeof(word), word, sizeof(word)))
			return false;
		gsp->page[i] = get_unaligned_le64(word);
		if (gsp->page[i] % PAGE || (!i && gsp->page[i] != shared)) {
			cnova_sim_gsp_report(gsp, "wrong page of the shared block", i);
			return false;
		}
	}
	return true;
}

static void cnova_sim_gsp_header(u8 *header, u32 count)
{
	memset(header, 0, 0x24);
	put_unaligned_le32(0x40000, header + 0x04);
	put_unaligned_le32(PAGE, header + 0x08);
	put_unaligned_le32(count, header + 0x0c);
	put_unaligned_le32(1, header + 0x14);
	put_unaligned_le32(0x20, header + 0x18);
	put_unaligned_le32(PAGE, header + 0x1c);
}

static void cnova_sim_gsp_send(struct cnova_sim_gsp *gsp, struct cnova_sim_gsp_out out)
{
	if (gsp->nr_out == CNOVA_SIM_GSP_OUTBOX)
		return;
	gsp->out[(gsp->first_out + gsp->nr_out++) % CNOVA_SIM_GSP_OUTBOX] = out;
}

static void cnova_sim_gsp_event(struct cnova_sim_gsp *gsp, u32 function, u32 size)
{
	cnova_sim_gsp_send(gsp, (struct cnova_sim_gsp_out){ .function = function, .size = size });
}

static void cnova_sim_gsp_first_events(struct cnova_sim_gsp *gsp)
{
	struct cnova_sim_gsp_out done = {
		.function = INIT_DONE, .size = gsp->release == 595 ? 1 : 4,
	};

	cnova_sim_gsp_event(gsp, gsp->release == 535 ? LOCKDOWN_535 : LOCKDOWN_570, 1);
	cnova_sim_gsp_event(gsp, LIBOS_PRINT, 77);
	if (gsp->fault == CNOVA_SIM_GSP_INIT_ERROR)
		done.result = RESULT_NO_MEMORY;
	if (gsp->fault != CNOVA_SIM_GSP_NO_INIT_DONE)
		cnova_sim_gsp_send(gsp, done);
	cnova_sim_gsp_event(gsp, OS_ERROR_LOG, 268);
	cnova_sim_gsp_event(gsp, 0x1abc, 5000);
}

/* The driver's queue has to be there, as it may be filled already. */
static bool cnova_sim_gsp_make_queues(struct cnova_sim_gsp *gsp)
{
	u8 mine[0x24], theirs[0x24];
	u32 write;

	if (!cnova_sim_gsp_map_block(gsp) ||
	    !cnova_sim_gsp_read(gsp, CMD_PAGE, theirs, sizeof(theirs)))
		return false;
	write = get_unaligned_le32(theirs + 0x10);
	cnova_sim_gsp_header(mine, NR_SLOTS);
	memcpy(mine + 0x10, theirs + 0x10, 4);
	if (memcmp(mine, theirs, sizeof(mine)) || write >= NR_SLOTS) {
		cnova_sim_gsp_report(gsp, "wrong header of the command queue", write);
		return false;
	}

	if (gsp->fault == CNOVA_SIM_GSP_NO_LINK)
		return true;
	cnova_sim_gsp_header(mine, gsp->fault == CNOVA_SIM_GSP_BAD_LINK ? 62 : NR_SLOTS);
	return cnova_sim_gsp_write(gsp, STATUS_PAGE, mine, sizeof(mine));
}

static enum cnova_sim_gsp_step cnova_sim_gsp_step_start(struct cnova_sim_gsp *gsp)
{
	gsp->state = CNOVA_SIM_GSP_OFF;
	if (!cnova_sim_gsp_make_queues(gsp))
		return CNOVA_SIM_GSP_IDLE;
	gsp->state = CNOVA_SIM_GSP_RUNNING;
	cnova_sim_gsp_first_events(gsp);
	return CNOVA_SIM_GSP_AGAIN;
}

/* ------------------------------------------------------------------- sending */

static u32 cnova_sim_gsp_sum(const u8 *element, u32 size)
{
	u32 sum = 0;
	u32 i;

	/* The halves of the 64-bit words are folded in the end anyway. */
	for (i = 0; i < size; i++)
		sum ^= (u32)element[i] << i % 4 * 8;
	return sum;
}

/* What the firmware of this release covers with the sum. */
static u32 cnova_sim_gsp_covered(const struct cnova_sim_gsp *gsp, u32 length, u32 slots)
{
	return gsp->release == 535 ? slots * PAGE : ELEM_HEADER + length;
}

/* Build what @out says in @element. Return: slots. */
static u32 cnova_sim_gsp_build(struct cnova_sim_gsp *gsp, const struct cnova_sim_gsp_out *out)
{
	u32 length = PAYLOAD - ELEM_HEADER + out->size;
	u32 slots = (PAYLOAD + out->size + PAGE - 1) / PAGE;
	u8 *element = gsp->element;

	/* What is behind the message says nothing, but r535 has it in the sum. */
	memset(element, 0x5a, slots * PAGE);
	memset(element, 0, PAYLOAD);
	memset(element + PAYLOAD, 0xa5, out->size);
	if (out->is_info)
		cnova_sim_gsp_build_info(&gsp->layout, gsp->release, gsp->fault,
					 element + PAYLOAD);
	put_unaligned_le32(gsp->send_seq + out->seq_offset, element + SEQ_NUM);
	put_unaligned_le32(slots, element + ELEM_COUNT);
	put_unaligned_le32(VERSION_3, element + VERSION);
	put_unaligned_le32(SIGNATURE_VRPC, element + SIGNATURE);
	put_unaligned_le32(length, element + LENGTH);
	put_unaligned_le32(out->function, element + FUNCTION);
	put_unaligned_le32(out->result, element + RESULT);
	put_unaligned_le32(out->sequence, element + SEQUENCE);
	return slots;
}

/* Spoil the answer to the question for static info; the sum is made afterwards. */
static void cnova_sim_gsp_spoil_answer(struct cnova_sim_gsp *gsp, u32 slots)
{
	u8 *element = gsp->element;

	switch (gsp->fault) {
	case CNOVA_SIM_GSP_BAD_SIGNATURE:
		put_unaligned_le32(SIGNATURE_VRPC ^ 0x20, element + SIGNATURE);
		break;
	case CNOVA_SIM_GSP_NO_SLOTS:
		put_unaligned_le32(0, element + ELEM_COUNT);
		break;
	case CNOVA_SIM_GSP_MANY_SLOTS:
		put_unaligned_le32(MAX_SLOTS + 1, element + ELEM_COUNT);
		break;
	case CNOVA_SIM_GSP_MORE_SLOTS:
		put_unaligned_le32(slots + 1, element + ELEM_COUNT);
		break;
	case CNOVA_SIM_GSP_SHORT_LENGTH:
		put_unaligned_le32(PAYLOAD - ELEM_HEADER - 1, element + LENGTH);
		break;
	case CNOVA_SIM_GSP_LONG_LENGTH:
		put_unaligned_le32(slots * PAGE - ELEM_HEADER + 1, element + LENGTH);
		break;
	default:
		break;
	}
}

static void cnova_sim_gsp_seal(struct cnova_sim_gsp *gsp, u32 slots)
{
	u32 length = min(get_unaligned_le32(gsp->element + LENGTH), slots * PAGE - ELEM_HEADER);

	put_unaligned_le32(0, gsp->element + CHECKSUM);
	put_unaligned_le32(cnova_sim_gsp_sum(gsp->element,
					     cnova_sim_gsp_covered(gsp, length, slots)),
			   gsp->element + CHECKSUM);
}

static u32 cnova_sim_gsp_distance(u32 from, u32 to)
{
	return (to + NR_SLOTS - from) % NR_SLOTS;
}

/* How many slots the driver has left free; its pointer may only follow ours. */
static bool cnova_sim_gsp_space(struct cnova_sim_gsp *gsp, u32 *space)
{
	u32 read;

	if (!cnova_sim_gsp_read32(gsp, STATUS_READ, &read))
		return false;
	if (read >= NR_SLOTS || cnova_sim_gsp_distance(gsp->status_read, read) >
				cnova_sim_gsp_distance(gsp->status_read, gsp->status_write)) {
		cnova_sim_gsp_report(gsp, "status readPtr is wrong", read);
		return false;
	}
	gsp->status_read = read;
	*space = NR_SLOTS - 1 - cnova_sim_gsp_distance(read, gsp->status_write);
	return true;
}

static enum cnova_sim_gsp_step cnova_sim_gsp_step_send(struct cnova_sim_gsp *gsp)
{
	struct cnova_sim_gsp_out out = gsp->out[gsp->first_out];
	u32 slots = cnova_sim_gsp_build(gsp, &out);
	u32 space, i;

	if (!cnova_sim_gsp_space(gsp, &space)) {
		gsp->state = CNOVA_SIM_GSP_OFF;
		return CNOVA_SIM_GSP_IDLE;
	}
	if (space < slots)
		return CNOVA_SIM_GSP_FULL;
	gsp->first_out = (gsp->first_out + 1) % CNOVA_SIM_GSP_OUTBOX;
	gsp->nr_out--;

	if (out.is_info)
		cnova_sim_gsp_spoil_answer(gsp, slots);
	cnova_sim_gsp_seal(gsp, slots);
	if (out.is_info && gsp->fault == CNOVA_SIM_GSP_BAD_CHECKSUM)
		gsp->element[PAYLOAD + 1] ^= 4;

	for (i = 0; i < slots; i++)
		cnova_sim_gsp_write(gsp, STATUS_QUEUE +
				    (gsp->status_write + i) % NR_SLOTS * PAGE,
				    gsp->element + i * PAGE, PAGE);
	if (out.seq_offset >= 0)
		gsp->send_seq += out.seq_offset + 1;
	gsp->status_write = (gsp->status_write + slots) % NR_SLOTS;
	if (out.is_info && gsp->fault == CNOVA_SIM_GSP_WRITE_PTR)
		gsp->status_write = NR_SLOTS;
	cnova_sim_gsp_write32(gsp, STATUS_WRITE, gsp->status_write);

	if (gsp->fault == CNOVA_SIM_GSP_FLOOD && gsp->nr_messages && !gsp->nr_out)
		cnova_sim_gsp_event(gsp, OS_ERROR_LOG, 268);
	return CNOVA_SIM_GSP_AGAIN;
}

/* ----------------------------------------------------------------- receiving */

/* Events before the answer, and what the fault puts there. */
static void cnova_sim_gsp_before_answer(struct cnova_sim_gsp *gsp,
					const struct cnova_sim_gsp_out *answer)
{
	struct cnova_sim_gsp_out out = *answer;
	unsigned int i;

	cnova_sim_gsp_event(gsp, POST_EVENT, 40);
	switch (gsp->fault) {
	case CNOVA_SIM_GSP_WRAP:
		/* From any slot on, some of these run over the end of the ring. */
		for (i = 0; i < 100; i++)
			cnova_sim_gsp_event(gsp, OS_ERROR_LOG, i * 83);
		break;
	case CNOVA_SIM_GSP_BIG:
		cnova_sim_gsp_event(gsp, 0x1abd, CNOVA_SIM_GSP_ELEMENT_MAX - PAYLOAD);
		cnova_sim_gsp_event(gsp, CONTINUATION, 9000);
		break;
	case CNOVA_SIM_GSP_STALE_SEQ:
		out.seq_offset = -1;
		cnova_sim_gsp_send(gsp, out);
		break;
	case CNOVA_SIM_GSP_STALE_REPLY:
		out.sequence ^= 0x40;
		out.result = RESULT_NO_MEMORY;
		cnova_sim_gsp_send(gsp, out);
		break;
	case CNOVA_SIM_GSP_PENDING_FIRST:
		out.result = PENDING;
		cnova_sim_gsp_send(gsp, out);
		break;
	case CNOVA_SIM_GSP_CONTINUATION:
		cnova_sim_gsp_event(gsp, CONTINUATION, 100);
		break;
	default:
		break;
	}
}

static void cnova_sim_gsp_answer_info(struct cnova_sim_gsp *gsp, struct cnova_sim_gsp_out answer)
{
	cnova_sim_gsp_before_answer(gsp, &answer);
	switch (gsp->fault) {
	case CNOVA_SIM_GSP_NO_ANSWER:
	case CNOVA_SIM_GSP_FLOOD:
		return;
	case CNOVA_SIM_GSP_STOPS:
		gsp->state = CNOVA_SIM_GSP_OFF;
		return;
	case CNOVA_SIM_GSP_MISSING_SEQ:
		answer.seq_offset = 3;
		break;
	case CNOVA_SIM_GSP_TRUNCATED:
		answer.size -= 8;
		break;
	case CNOVA_SIM_GSP_LONGER:
		answer.size += 300;
		break;
	case CNOVA_SIM_GSP_RESULT:
		answer.result = RESULT_NO_MEMORY;
		break;
	case CNOVA_SIM_GSP_WRONG_FUNCTION:
		answer.function++;
		break;
	default:
		break;
	}
	cnova_sim_gsp_send(gsp, answer);
}

static void cnova_sim_gsp_answer(struct cnova_sim_gsp *gsp, u32 size)
{
	struct cnova_sim_gsp_out answer = {
		.function = get_unaligned_le32(gsp->element + FUNCTION),
		.sequence = get_unaligned_le32(gsp->element + SEQUENCE),
		.size = size,
	};
	u32 i;

	switch (answer.function) {
	case STATIC_INFO:
		for (i = 0; i < size && !gsp->element[PAYLOAD + i]; i++)
			;
		if (i < size || size != cnova_sim_gsp_info_size(gsp->release)) {
			cnova_sim_gsp_report(gsp, "wrong question for static info", size);
			answer.result = RESULT_BAD_MESSAGE;
			break;
		}
		answer.is_info = true;
		cnova_sim_gsp_answer_info(gsp, answer);
		return;
	case UNLOADING:
		if (size < 8)
			cnova_sim_gsp_report(gsp, "unloading is too short", size);
		if (gsp->fault == CNOVA_SIM_GSP_NO_UNLOAD)
			return;
		gsp->unloaded = true;
		break;
	default:
		cnova_sim_gsp_report(gsp, "unknown function", answer.function);
		answer.result = RESULT_UNKNOWN;
		break;
	}
	cnova_sim_gsp_send(gsp, answer);
}

/* What is wrong with an element, all of it in @element; NULL: nothing. */
static const char *cnova_sim_gsp_criticise(struct cnova_sim_gsp *gsp, u32 slots)
{
	const u8 *element = gsp->element;
	u32 length = get_unaligned_le32(element + LENGTH);
	u32 i;

	if (length < PAYLOAD - ELEM_HEADER || length > CNOVA_SIM_GSP_ELEMENT_MAX - ELEM_HEADER ||
	    (ELEM_HEADER + length + PAGE - 1) / PAGE != slots)
		return "length of a message does not fit its slots";
	if (cnova_sim_gsp_sum(element, slots * PAGE) ||
	    cnova_sim_gsp_sum(element, ELEM_HEADER + length))
		return "checksum is wrong in one of the releases";
	if (get_unaligned_le32(element + SEQ_NUM) != gsp->recv_seq)
		return "wrong queue sequence";
	if (get_unaligned_le32(element + VERSION) != VERSION_3 ||
	    get_unaligned_le32(element + SIGNATURE) != SIGNATURE_VRPC)
		return "wrong RPC header";
	if (get_unaligned_le32(element + RESULT) != PENDING ||
	    get_unaligned_le32(element + RESULT_PRIVATE) != PENDING)
		return "a question has a result";
	if (get_unaligned_le32(element + 0x2c) || get_unaligned_le32(element + SPARE))
		return "padding is not 0";
	for (i = 0; i < CHECKSUM; i++) {
		if (element[i])
			return "authentication without need";
	}
	for (i = ELEM_HEADER + length; i < slots * PAGE; i++) {
		if (element[i])
			return "the rest of a slot is not 0";
	}
	return NULL;
}

static enum cnova_sim_gsp_step cnova_sim_gsp_no_more(struct cnova_sim_gsp *gsp, const char *what,
						     u64 value)
{
	cnova_sim_gsp_report(gsp, what, value);
	gsp->rung = false;
	gsp->state = CNOVA_SIM_GSP_OFF;
	return CNOVA_SIM_GSP_IDLE;
}

/* Take the element between our pointer and @write. */
static enum cnova_sim_gsp_step cnova_sim_gsp_take(struct cnova_sim_gsp *gsp, u32 write)
{
	u32 available = cnova_sim_gsp_distance(gsp->cmd_read, write);
	const char *what;
	u32 slots, i;

	for (i = 0, slots = 1; i < slots; i++) {
		if (!cnova_sim_gsp_read(gsp, CMD_QUEUE + (gsp->cmd_read + i) % NR_SLOTS * PAGE,
					gsp->element + i * PAGE, PAGE)) {
			gsp->state = CNOVA_SIM_GSP_OFF;
			return CNOVA_SIM_GSP_IDLE;
		}
		if (i)
			continue;
		slots = get_unaligned_le32(gsp->element + ELEM_COUNT);
		if (!slots || slots > MAX_SLOTS || slots > available)
			return cnova_sim_gsp_no_more(gsp, "wrong number of slots", slots);
	}

	what = cnova_sim_gsp_criticise(gsp, slots);
	if (what)
		return cnova_sim_gsp_no_more(gsp, what, gsp->recv_seq);
	gsp->recv_seq++;
	gsp->nr_messages++;
	gsp->cmd_read = (gsp->cmd_read + slots) % NR_SLOTS;
	if (gsp->fault == CNOVA_SIM_GSP_READ_PTR)
		cnova_sim_gsp_write32(gsp, CMD_READ, NR_SLOTS);
	else if (gsp->fault == CNOVA_SIM_GSP_READ_ASTRAY)
		cnova_sim_gsp_write32(gsp, CMD_READ, (gsp->cmd_read + 1) % NR_SLOTS);
	else
		cnova_sim_gsp_write32(gsp, CMD_READ, gsp->cmd_read);
	cnova_sim_gsp_answer(gsp, get_unaligned_le32(gsp->element + LENGTH) + ELEM_HEADER -
			     PAYLOAD);
	return CNOVA_SIM_GSP_AGAIN;
}

static enum cnova_sim_gsp_step cnova_sim_gsp_step_receive(struct cnova_sim_gsp *gsp)
{
	u64 nr_rings = gsp->nr_rings;
	u32 write;

	if (!gsp->rung)
		return CNOVA_SIM_GSP_IDLE;
	if (!cnova_sim_gsp_read32(gsp, CMD_WRITE, &write)) {
		gsp->state = CNOVA_SIM_GSP_OFF;
		return CNOVA_SIM_GSP_IDLE;
	}
	if (write >= NR_SLOTS)
		return cnova_sim_gsp_no_more(gsp, "command writePtr out of range", write);
	if (write != gsp->cmd_read)
		return cnova_sim_gsp_take(gsp, write);

	/* One ring may stand for several messages, but not for none. */
	gsp->rung = false;
	if (nr_rings > gsp->nr_messages) {
		cnova_sim_gsp_report(gsp, "doorbell without a message", nr_rings);
		gsp->nr_messages = nr_rings;
	}
	return CNOVA_SIM_GSP_IDLE;
}

/**
 * cnova_sim_gsp_power_on() - Firmware that knows nothing of a driver.
 * @gsp: The firmware; what it is and can reach stays.
 *
 * Loading it is not modelled: it runs, and waits for its arguments.
 *
 * Context: Any.
 */
void cnova_sim_gsp_power_on(struct cnova_sim_gsp *gsp)
{
	gsp->state = gsp->release ? CNOVA_SIM_GSP_WAITING : CNOVA_SIM_GSP_OFF;
	gsp->status_write = 0;
	gsp->status_read = 0;
	gsp->cmd_read = 0;
	gsp->send_seq = 0;
	gsp->recv_seq = 0;
	gsp->nr_rings = 0;
	gsp->nr_messages = 0;
	gsp->rung = false;
	gsp->unloaded = false;
	gsp->first_out = 0;
	gsp->nr_out = 0;
}

/**
 * cnova_sim_gsp_start() - The mailboxes were written.
 * @gsp: The firmware.
 * @libos: What is in them.
 *
 * Context: Any.
 */
void cnova_sim_gsp_start(struct cnova_sim_gsp *gsp, u64 libos)
{
	if (gsp->state != CNOVA_SIM_GSP_WAITING) {
		cnova_sim_gsp_report(gsp, "boot arguments, but nobody waits for them", libos);
		return;
	}
	gsp->libos = libos;
	gsp->unloaded = false;
	gsp->state = CNOVA_SIM_GSP_STARTING;
}

/**
 * cnova_sim_gsp_ring() - The doorbell was rung.
 * @gsp: The firmware.
 * @nr_rings: How often since it started.
 *
 * Context: Any.
 */
void cnova_sim_gsp_ring(struct cnova_sim_gsp *gsp, u64 nr_rings)
{
	if (nr_rings == gsp->nr_rings)
		return;
	gsp->nr_rings = nr_rings;
	gsp->rung = true;
}

/**
 * cnova_sim_gsp_step() - Do one thing.
 * @gsp: The firmware.
 *
 * Context: Where its ops may be called.
 * Return: Whether there may be more to do.
 */
enum cnova_sim_gsp_step cnova_sim_gsp_step(struct cnova_sim_gsp *gsp)
{
	switch (gsp->state) {
	case CNOVA_SIM_GSP_STARTING:
		return cnova_sim_gsp_step_start(gsp);
	case CNOVA_SIM_GSP_RUNNING:
		if (gsp->nr_out)
			return cnova_sim_gsp_step_send(gsp);
		if (gsp->unloaded) {
			/* As loaded anew, and from here on its memory is the driver's. */
			cnova_sim_gsp_power_on(gsp);
			gsp->unloaded = true;
			return CNOVA_SIM_GSP_IDLE;
		}
		return cnova_sim_gsp_step_receive(gsp);
	default:
		return CNOVA_SIM_GSP_IDLE;
	}
}
