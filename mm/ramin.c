// SPDX-License-Identifier: GPL-2.0-only OR MIT
/**
 * DOC: Instance blocks and runlists
 *
 * The instance block of a channel holds the state of its ring (RAMFC) and the root of its
 * address space (HARDWARE.md 7.2, 11.2). Where the ring is in it depends on the chip. What
 * is not named here is 0 when a channel begins.
 *
 * A runlist is an array of groups, each followed by its channels. We make a group for each
 * channel: it is scheduled, preempted and killed alone.
 *
 * The fault method buffer of a copy engine (0x220) is not set up: nothing here has run on
 * silicon, and the model needs none.
 *
 * Locking: none. Builds in user space too.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hw/chip.h"
#include "mm/ramin.h"

/* RAMFC, by byte; the values without a name are NVKM's (nouveau nvkm/engine/fifo/ga100.c). */
#define CNOVA_RAMFC_USERD		0x008
#define   CNOVA_RAMFC_USERD_COHERENT	2
#define CNOVA_RAMFC_SIGNATURE		0x010
#define   CNOVA_RAMFC_SIGNATURE_VALUE	0x0000face
#define CNOVA_RAMFC_ACQUIRE		0x030
#define   CNOVA_RAMFC_ACQUIRE_NEVER_LATE	0x7ffff902
#define CNOVA_RAMFC_PB_HEADER		0x084
#define   CNOVA_RAMFC_PB_HEADER_INIT	0x20400000
#define CNOVA_RAMFC_SUBDEVICE		0x094
#define   CNOVA_RAMFC_SUBDEVICE_ALL	0x30000fff
#define CNOVA_RAMFC_TARGET		0x0ac
#define   CNOVA_RAMFC_TARGET_CE_CTX_VALID	BIT(17)
#define CNOVA_RAMFC_HCE_CTRL		0x0e4
#define   CNOVA_RAMFC_HCE_CTRL_PHYSICAL	BIT(5)
#define CNOVA_RAMFC_CHANNEL		0x0e8
#define CNOVA_RAMFC_CONFIG		0x0f4
#define   CNOVA_RAMFC_CONFIG_PRIVILEGED	BIT(8)
#define   CNOVA_RAMFC_CONFIG_WRITEBACK	BIT(12)
#define CNOVA_RAMFC_INTR_NOTIFY		0x0f8
#define   CNOVA_RAMFC_INTR_NOTIFY_CPU	BIT(31)

/* HARDWARE.md 7.2 */
#define CNOVA_RAMIN_PDB			0x200
#define CNOVA_RAMIN_PDB_NEW_FORMAT	BIT(10)
#define CNOVA_RAMIN_PDB_BIG_PAGE_64K	BIT(11)
#define CNOVA_RAMIN_LIMIT		0x208

/* HARDWARE.md 11.2; what NVKM gives a group: about 2 ms, 128 << 3 units of 1024 ns. */
#define CNOVA_RAMRL_GROUP		BIT_ULL(0)
#define CNOVA_RAMRL_TIMESLICE_SCALE	FIELD_PREP(GENMASK_ULL(19, 16), 3)
#define CNOVA_RAMRL_TIMESLICE		FIELD_PREP(GENMASK_ULL(31, 24), 128)
#define CNOVA_RAMRL_USERD_COHERENT	FIELD_PREP(GENMASK_ULL(7, 6), 2)
#define CNOVA_RAMRL_USERD		GENMASK_ULL(31, 9)
#define CNOVA_RAMRL_INSTANCE		GENMASK_ULL(31, 12)

static void cnova_ramfc_set(u32 *words, u32 offset, u32 value)
{
	words[offset / 4] = value;
}

static void cnova_ramfc_encode_ring(const struct cnova_chip_ramfc *ramfc,
				    const struct cnova_ramin *ramin, u32 *words)
{
	words[ramfc->gp_base / 4] = lower_32_bits(ramin->ring.raw);
	words[ramfc->gp_base / 4 + 1] = upper_32_bits(ramin->ring.raw) & ramfc->gp_base_hi;
	/* Bits of its own, in a word that may be the one before. */
	words[ramfc->limit / 4] |= ramin->ring_lg2 * (ramfc->limit_lg2 & -ramfc->limit_lg2);
}

/**
 * cnova_ramin_encode() - Make an instance block.
 * @chip: Chip.
 * @ramin: What is to be in it.
 * @words: Set to its first %CNOVA_RAMIN_WORDS words.
 *
 * Context: Any.
 */
void cnova_ramin_encode(const struct cnova_chip *chip, const struct cnova_ramin *ramin,
			u32 *words)
{
	const struct cnova_chip_ramfc *ramfc = &chip->host->ramfc;

	memset(words, 0, CNOVA_RAMIN_WORDS * sizeof(*words));

	cnova_ramfc_encode_ring(ramfc, ramin, words);
	cnova_ramfc_set(words, CNOVA_RAMFC_SIGNATURE, CNOVA_RAMFC_SIGNATURE_VALUE);
	cnova_ramfc_set(words, CNOVA_RAMFC_ACQUIRE, CNOVA_RAMFC_ACQUIRE_NEVER_LATE);
	cnova_ramfc_set(words, CNOVA_RAMFC_PB_HEADER, CNOVA_RAMFC_PB_HEADER_INIT);
	cnova_ramfc_set(words, CNOVA_RAMFC_TARGET, CNOVA_RAMFC_TARGET_CE_CTX_VALID);
	cnova_ramfc_set(words, CNOVA_RAMFC_CHANNEL, ramin->id);
	cnova_ramfc_set(words, CNOVA_RAMFC_CONFIG, CNOVA_RAMFC_CONFIG_WRITEBACK |
			(ramin->privileged ? CNOVA_RAMFC_CONFIG_PRIVILEGED : 0));
	if (ramin->privileged)
		cnova_ramfc_set(words, CNOVA_RAMFC_HCE_CTRL, CNOVA_RAMFC_HCE_CTRL_PHYSICAL);
	if (ramfc->has_subdevice)
		cnova_ramfc_set(words, CNOVA_RAMFC_SUBDEVICE, CNOVA_RAMFC_SUBDEVICE_ALL);
	if (ramfc->has_vector)
		cnova_ramfc_set(words, CNOVA_RAMFC_INTR_NOTIFY,
				CNOVA_RAMFC_INTR_NOTIFY_CPU | ramin->vector);
	if (ramfc->has_userd) {
		cnova_ramfc_set(words, CNOVA_RAMFC_USERD,
				lower_32_bits(ramin->userd.raw) | CNOVA_RAMFC_USERD_COHERENT);
		cnova_ramfc_set(words, CNOVA_RAMFC_USERD + 4, upper_32_bits(ramin->userd.raw));
	}

	/* Tables live in VRAM: target 0. */
	cnova_ramfc_set(words, CNOVA_RAMIN_PDB, lower_32_bits(ramin->pdb.raw) |
			CNOVA_RAMIN_PDB_NEW_FORMAT | CNOVA_RAMIN_PDB_BIG_PAGE_64K);
	cnova_ramfc_set(words, CNOVA_RAMIN_PDB + 4, upper_32_bits(ramin->pdb.raw));
	cnova_ramfc_set(words, CNOVA_RAMIN_LIMIT, lower_32_bits(ramin->va_limit));
	cnova_ramfc_set(words, CNOVA_RAMIN_LIMIT + 4, upper_32_bits(ramin->va_limit));
}

/**
 * cnova_ramrl_encode_group() - Make the entry that begins a group.
 * @entry: Set to it, %CNOVA_RAMRL_ENTRY_WORDS words.
 * @id: Group.
 * @nr_channels: How many channels follow.
 *
 * Context: Any.
 */
void cnova_ramrl_encode_group(u64 *entry, u32 id, u32 nr_channels)
{
	entry[0] = CNOVA_RAMRL_GROUP | CNOVA_RAMRL_TIMESLICE_SCALE | CNOVA_RAMRL_TIMESLICE |
		   (u64)nr_channels << 32;
	entry[1] = id;
}

/**
 * cnova_ramrl_encode_channel() - Make the entry of a channel.
 * @chip: Chip.
 * @entry: Set to it, %CNOVA_RAMRL_ENTRY_WORDS words.
 * @id: Channel.
 * @instance: Its instance block, in VRAM: target 0.
 * @userd: Its USERD, in coherent system memory.
 *
 * Context: Any.
 */
void cnova_ramrl_encode_channel(const struct cnova_chip *chip, u64 *entry, u32 id,
				struct cnova_vram_addr instance, struct cnova_bus_addr userd)
{
	u64 userd_hi = upper_32_bits(userd.raw) & chip->host->userd_hi;

	entry[0] = (userd.raw & CNOVA_RAMRL_USERD) | CNOVA_RAMRL_USERD_COHERENT | userd_hi << 32;
	entry[1] = (instance.raw & CNOVA_RAMRL_INSTANCE) | id |
		   (instance.raw & GENMASK_ULL(63, 32));
}
