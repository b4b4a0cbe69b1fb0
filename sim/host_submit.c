// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Runlists in memory
 *
 * HARDWARE.md 11.2: TSG headers, each with the channels of the TSG behind it. Turing takes a
 * channel without a header as a TSG of its own; later chips do not.
 *
 * Locking: &cnova_sim.lock, held by the caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "sim.h"

#define SUBMIT_LENGTH		GENMASK(15, 0)
#define SUBMIT_OFFSET		GENMASK(31, 16)
#define BASE_LO			GENMASK(31, 12)
#define BASE_TARGET		GENMASK(1, 0)
#define BASE_HI			GENMASK(7, 0)

#define ENTRY_SIZE		16
#define ENTRY_IS_TSG		BIT(0)
#define TSG_LENGTH		GENMASK(7, 0)
#define TSG_LENGTH_MAX		128
#define ENTRY_ID		GENMASK(11, 0)
#define CHAN_INST_TARGET	GENMASK(5, 4)
#define CHAN_USERD_TARGET	GENMASK(7, 6)
#define CHAN_USERD_LO		GENMASK(31, 8)
#define CHAN_INST_LO		GENMASK(31, 12)

/* A channel that is a TSG of its own: no number that software could give. */
#define BARE_TSG		BIT(31)

/* What is wrong with a runlist: MAN A dev_runlist, INTR_BAD_TSG. */
enum {
	BAD_NONE = 0,
	BAD_ZERO_LENGTH = 1,
	BAD_MAX_LENGTH = 2,
	BAD_OVERFLOW = 3,
	BAD_NO_CHANNEL = 4,
	BAD_NO_HEADER = 5,
};

/** struct cnova_sim_parse - A runlist that is read. */
struct cnova_sim_parse {
	/** @rl: Whose. */
	struct cnova_sim_runlist *rl;
	/** @tsg: TSG under way. */
	u32 tsg;
	/** @left: Channels that are still to come of it. */
	u32 left;
	/** @nr: Channels so far. */
	u32 nr;
};

static enum cnova_sim_aperture cnova_sim_submit_target(u32 target)
{
	switch (target) {
	case 0:
		return CNOVA_SIM_VIDEO;
	case 2:
		return CNOVA_SIM_SYS_COH;
	default:
		return CNOVA_SIM_SYS_NCOH;
	}
}

/* All channels of the runlist before are off it, unless the new one has them. */
static void cnova_sim_submit_forget(struct cnova_sim_runlist *rl)
{
	u32 i;

	for (i = 0; i < rl->nr_entries; i++) {
		rl->entry[i]->runlist = NULL;
		rl->entry[i]->tsg = CNOVA_SIM_NO_TSG;
	}
	rl->nr_entries = 0;
}

/* Memory that a running channel uses must not change under it. */
static bool cnova_sim_submit_may_move(const struct cnova_sim_channel *ch, u64 inst, u64 userd)
{
	return !ch->loaded || (ch->inst == inst && ch->userd == userd);
}

static u32 cnova_sim_submit_channel(struct cnova_sim_parse *parse, const u32 *word)
{
	struct cnova_sim_runlist *rl = parse->rl;
	struct cnova_sim *sim = rl->sim;
	u64 userd = (word[0] & CHAN_USERD_LO) | (u64)word[1] << 32;
	u64 inst = (word[2] & CHAN_INST_LO) | (u64)word[3] << 32;
	u32 chid = FIELD_GET(ENTRY_ID, word[2]);
	struct cnova_sim_channel *ch = cnova_sim_host_channel(sim, rl, chid);

	if (parse->nr == CNOVA_SIM_RUNLIST_ENTRIES || !ch || (ch->runlist && ch->runlist != rl))
		return BAD_OVERFLOW;
	if (ch->runlist == rl)
		cnova_sim_report(sim, CNOVA_SIM_HOST, "channel %u is twice on a runlist", chid);
	if (!cnova_sim_submit_may_move(ch, inst, userd))
		cnova_sim_report(sim, CNOVA_SIM_HOST,
				 "channel %u moves to instance block %#llx while in use", chid,
				 inst);
	if (sim->chip->registers & CNOVA_SIM_HAS_PFIFO) {
		if (ch->bound && ch->inst != inst)
			cnova_sim_report(sim, CNOVA_SIM_HOST,
					 "instance block %#llx in the channel table, %#llx in the runlist",
					 ch->inst, inst);
	} else {
		cnova_sim_host_bind(sim, ch, inst,
				    cnova_sim_submit_target(FIELD_GET(CHAN_INST_TARGET, word[0])));
	}
	ch->userd = userd;
	ch->userd_aperture = cnova_sim_submit_target(FIELD_GET(CHAN_USERD_TARGET, word[0]));
	ch->runlist = rl;
	ch->tsg = parse->tsg;
	ch->pending = ch->enabled;
	rl->entry[parse->nr++] = ch;
	return BAD_NONE;
}

static u32 cnova_sim_submit_entry(struct cnova_sim_parse *parse, const u32 *word)
{
	bool bare = parse->rl->sim->chip->registers & CNOVA_SIM_HAS_PFIFO;

	if (word[0] & ENTRY_IS_TSG) {
		if (parse->left)
			return BAD_NO_CHANNEL;
		parse->tsg = FIELD_GET(ENTRY_ID, word[2]);
		parse->left = FIELD_GET(TSG_LENGTH, word[1]);
		if (!parse->left)
			return BAD_ZERO_LENGTH;
		return parse->left > TSG_LENGTH_MAX ? BAD_MAX_LENGTH : BAD_NONE;
	}
	if (!parse->left) {
		if (!bare)
			return BAD_NO_HEADER;
		parse->tsg = BARE_TSG | FIELD_GET(ENTRY_ID, word[2]);
	} else {
		parse->left--;
	}
	return cnova_sim_submit_channel(parse, word);
}

static u32 cnova_sim_submit_read(struct cnova_sim_runlist *rl, u32 length)
{
	enum cnova_sim_aperture aperture =
		cnova_sim_submit_target(FIELD_GET(BASE_TARGET, rl->base[0]));
	u64 base = (rl->base[0] & BASE_LO) | (u64)FIELD_GET(BASE_HI, rl->base[1]) << 32;
	struct cnova_sim_parse parse = { .rl = rl };
	u32 bad = BAD_NONE;
	u64 found;
	u32 i;

	if (length && aperture == CNOVA_SIM_VIDEO &&
	    cnova_sim_post_find(rl->sim, base, (u64)length * ENTRY_SIZE, &found))
		cnova_sim_report(rl->sim, CNOVA_SIM_UNORDERED,
				 "submit overtakes a store to the runlist at %#llx", found);
	for (i = 0; i < length && bad == BAD_NONE; i++) {
		u64 at = base + (u64)i * ENTRY_SIZE;
		u64 low = cnova_sim_memory_load(rl->sim, aperture, at, sizeof(u64));
		u64 high = cnova_sim_memory_load(rl->sim, aperture, at + sizeof(u64), sizeof(u64));
		const u32 word[] = { low, low >> 32, high, high >> 32 };

		bad = cnova_sim_submit_entry(&parse, word);
	}
	rl->nr_entries = parse.nr;
	return bad == BAD_NONE && parse.left ? BAD_NO_CHANNEL : bad;
}

/**
 * cnova_sim_host_submit() - SUBMIT is written: the runlist is another one from now on.
 * @rl: The runlist.
 * @value: What is written.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_submit(struct cnova_sim_runlist *rl, u32 value)
{
	u32 bad;

	if (rl->submit_pending)
		cnova_sim_report(rl->sim, CNOVA_SIM_HOST, "runlist submitted while one is pending");
	if (FIELD_GET(SUBMIT_OFFSET, value))
		cnova_sim_report(rl->sim, CNOVA_SIM_HOST, "runlist submitted with an offset: %#x",
				 value);
	cnova_sim_submit_forget(rl);
	rl->pos = 0;
	bad = cnova_sim_submit_read(rl, FIELD_GET(SUBMIT_LENGTH, value));
	if (bad != BAD_NONE) {
		rl->bad_tsg = bad;
		cnova_sim_host_event(rl, CNOVA_SIM_EVENT_BAD_TSG);
	}
	/* What is on the PBDMA goes first; if it is still on the runlist it comes back. */
	rl->submit_pending = true;
	cnova_sim_host_settle(rl);
	cnova_sim_host_kick(rl);
}
