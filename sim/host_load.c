// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The state of a channel in memory
 *
 * HARDWARE.md 7.2 and 11.2: an instance block holds the address space and, in RAMFC, what a
 * PBDMA has to know; USERD holds what software and hardware tell each other while the channel
 * runs. Both are physical memory. RAMFC is read when a channel is loaded for the first time;
 * afterwards the model keeps the state and writes back what software looks at. The address
 * space is read at each load.
 *
 * Locking: &cnova_sim.lock, held by the caller of every function here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "sim.h"

/* RAMFC, the same everywhere. */
#define RAMFC_USERD		0x08
#define RAMFC_SIGNATURE		0x10
#define SIGNATURE_MASK		GENMASK(15, 0)
#define SIGNATURE_VALID		0xface
#define RAMFC_ACQUIRE		0x30
#define RAMFC_TARGET		0xac
#define TARGET_CE_VALID		BIT(17)
#define RAMFC_HCE_CTRL		0xe4
#define HCE_CTRL_PRIV		BIT(5)
#define RAMFC_CONFIG		0xf4
#define CONFIG_PRIVILEGED	BIT(8)
#define RAMFC_NOTIFY		0xf8

/* RAMFC, Turing to Ada: REF dev_ram.h. */
#define TU_GP_BASE		0x48
#define TU_GP_BASE_HI		GENMASK(7, 0)
#define TU_LIMIT2		GENMASK(20, 16)
#define TU_SUBDEVICE		0x94
#define TU_SUBDEVICE_MASK	GENMASK(11, 0)
#define TU_GP_GET		0x14

/* Hopper. */
#define GH_GP_BASE_HI		GENMASK(24, 0)
#define GH_GP_INFO		0xa4
#define GH_LIMIT2		GENMASK(4, 0)

/* Blackwell. */
#define GB_GP_BASE		0x90
#define GB_GP_GET		0x98
#define GB_FETCH_STATE		0xb4
#define GB_LIMIT2		GENMASK(28, 24)
#define GB_SEGMENT_BASE		0x5c

/* Hopper and Blackwell: bits 56:40 of segments. */
#define SEGMENT_BASE		GENMASK(24, 8)
#define SEGMENT_BASE_SHIFT	32

#define GP_BASE_LO		GENMASK(31, 3)

/* Instance block beyond RAMFC, HARDWARE.md 7.2. */
#define RAMIN_PDB		0x200
#define RAMIN_PDB_TARGET	GENMASK_ULL(1, 0)
#define RAMIN_NEW_FORMAT	BIT_ULL(10)
#define RAMIN_BIG_PAGE_64K	BIT_ULL(11)
#define RAMIN_PDB_ADDRESS	GENMASK_ULL(63, 12)
#define TARGET_INVALID		1

/* USERD, HARDWARE.md 11.1. */
#define USERD_REF		0x48
#define USERD_GP_GET		0x88
#define USERD_GP_PUT		0x8c
#define USERD_SIZE		512

static u32 cnova_sim_host_inst32(struct cnova_sim *sim, const struct cnova_sim_channel *ch,
				 u32 offset)
{
	return cnova_sim_memory_load(sim, ch->inst_aperture, ch->inst + offset, sizeof(u32));
}

/* Stores of the driver to memory that host is about to read, still on their way. */
static void cnova_sim_host_check_order(struct cnova_sim *sim, const char *what,
				       enum cnova_sim_aperture aperture, u64 pa, u64 size)
{
	u64 found;

	if (aperture == CNOVA_SIM_VIDEO && cnova_sim_post_find(sim, pa, size, &found))
		cnova_sim_report(sim, CNOVA_SIM_UNORDERED,
				 "host overtakes a store to %s at %#llx", what, found);
}

/**
 * cnova_sim_host_check_doorbell() - What host will look at must be in memory by now.
 * @sim: The device.
 * @ch: The channel.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_check_doorbell(struct cnova_sim *sim, const struct cnova_sim_channel *ch)
{
	cnova_sim_host_check_order(sim, "an instance block", ch->inst_aperture, ch->inst,
				   CNOVA_SIM_PAGE_SIZE);
	cnova_sim_host_check_order(sim, "USERD", ch->userd_aperture, ch->userd, USERD_SIZE);
}

/**
 * cnova_sim_host_read_put() - Read GP_PUT.
 * @sim: The device.
 * @ch: The channel.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: GP_PUT, whatever it may be.
 */
u32 cnova_sim_host_read_put(struct cnova_sim *sim, const struct cnova_sim_channel *ch)
{
	return cnova_sim_memory_load(sim, ch->userd_aperture, ch->userd + USERD_GP_PUT,
				     sizeof(u32));
}

/**
 * cnova_sim_host_write_userd() - Tell software how far a channel is.
 * @sim: The device.
 * @ch: The channel; loaded.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_write_userd(struct cnova_sim *sim, const struct cnova_sim_channel *ch)
{
	cnova_sim_memory_store(sim, ch->userd_aperture, ch->userd + USERD_GP_GET, ch->fc.gp_get,
			       sizeof(u32));
	cnova_sim_memory_store(sim, ch->userd_aperture, ch->userd + USERD_REF, ch->fc.ref,
			       sizeof(u32));
}

/**
 * cnova_sim_host_save() - A channel leaves the PBDMA.
 * @sim: The device.
 * @ch: The channel.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 */
void cnova_sim_host_save(struct cnova_sim *sim, struct cnova_sim_channel *ch)
{
	u32 gp_get = sim->chip->ramfc == CNOVA_SIM_RAMFC_GB ? GB_GP_GET : TU_GP_GET;

	cnova_sim_host_write_userd(sim, ch);
	cnova_sim_memory_store(sim, ch->inst_aperture, ch->inst + gp_get, ch->fc.gp_get,
			       sizeof(u32));
}

/* Where the ring is. */
static void cnova_sim_host_load_ring(struct cnova_sim *sim, struct cnova_sim_channel *ch)
{
	struct cnova_sim_fc *fc = &ch->fc;
	u32 base = sim->chip->ramfc == CNOVA_SIM_RAMFC_GB ? GB_GP_BASE : TU_GP_BASE;
	u32 low = cnova_sim_host_inst32(sim, ch, base);
	u32 high = cnova_sim_host_inst32(sim, ch, base + sizeof(u32));
	u32 info;

	switch (sim->chip->ramfc) {
	case CNOVA_SIM_RAMFC_TU:
		fc->gp_base = (u64)FIELD_GET(TU_GP_BASE_HI, high) << 32;
		fc->gp_entries = BIT(FIELD_GET(TU_LIMIT2, high));
		fc->gp_get = cnova_sim_host_inst32(sim, ch, TU_GP_GET);
		break;
	case CNOVA_SIM_RAMFC_GH:
		info = cnova_sim_host_inst32(sim, ch, GH_GP_INFO);
		fc->gp_base = (u64)FIELD_GET(GH_GP_BASE_HI, high) << 32;
		fc->gp_entries = BIT(FIELD_GET(GH_LIMIT2, info));
		fc->gp_get = cnova_sim_host_inst32(sim, ch, TU_GP_GET);
		fc->segment_base = (u64)(info & SEGMENT_BASE) << SEGMENT_BASE_SHIFT;
		break;
	case CNOVA_SIM_RAMFC_GB:
		info = cnova_sim_host_inst32(sim, ch, GB_FETCH_STATE);
		fc->gp_base = (u64)FIELD_GET(GH_GP_BASE_HI, high) << 32;
		fc->gp_entries = BIT(FIELD_GET(GB_LIMIT2, info));
		fc->gp_get = cnova_sim_host_inst32(sim, ch, GB_GP_GET);
		info = cnova_sim_host_inst32(sim, ch, GB_SEGMENT_BASE);
		fc->segment_base = (u64)(info & SEGMENT_BASE) << SEGMENT_BASE_SHIFT;
		break;
	}
	fc->gp_base |= low & GP_BASE_LO;
	fc->gp_put = fc->gp_get;
}

static void cnova_sim_host_load_rest(struct cnova_sim *sim, struct cnova_sim_channel *ch)
{
	struct cnova_sim_fc *fc = &ch->fc;

	fc->subdevice_mask = TU_SUBDEVICE_MASK;
	if (sim->chip->ramfc != CNOVA_SIM_RAMFC_GB)
		fc->subdevice_mask &= cnova_sim_host_inst32(sim, ch, TU_SUBDEVICE);
	fc->stored_mask = fc->subdevice_mask;
	fc->acquire = cnova_sim_host_inst32(sim, ch, RAMFC_ACQUIRE);
	fc->ce_valid = cnova_sim_host_inst32(sim, ch, RAMFC_TARGET) & TARGET_CE_VALID;
	fc->privileged = cnova_sim_host_inst32(sim, ch, RAMFC_CONFIG) & CONFIG_PRIVILEGED;
	fc->notify = cnova_sim_host_inst32(sim, ch, RAMFC_NOTIFY);
	ch->ctx.may_physical = cnova_sim_host_inst32(sim, ch, RAMFC_HCE_CTRL) & HCE_CTRL_PRIV;
}

static enum cnova_sim_aperture cnova_sim_host_target(u64 target)
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

static void cnova_sim_host_load_pdb(struct cnova_sim *sim, struct cnova_sim_channel *ch)
{
	struct cnova_sim_context *ctx = &ch->ctx;
	u64 word = cnova_sim_memory_load(sim, ch->inst_aperture, ch->inst + RAMIN_PDB,
					 sizeof(u64));

	ctx->inst = ch->inst;
	ctx->inst_aperture = ch->inst_aperture;
	ctx->chid = ch->chid;
	memset(&ctx->port, 0, sizeof(ctx->port));
	ctx->port.client.unit = CNOVA_SIM_HUB;
	ctx->port.unbound = FIELD_GET(RAMIN_PDB_TARGET, word) == TARGET_INVALID;
	if (ctx->port.unbound)
		return;
	if (!(word & RAMIN_NEW_FORMAT) || !(word & RAMIN_BIG_PAGE_64K))
		cnova_sim_report(sim, CNOVA_SIM_FORMAT,
				 "instance block %#llx asks for formats of old: %#llx", ch->inst,
				 word);
	ctx->port.client.aperture = cnova_sim_host_target(FIELD_GET(RAMIN_PDB_TARGET, word));
	ctx->port.client.pdb = word & RAMIN_PDB_ADDRESS;
}

/* Turing has the address of USERD in two places. */
static void cnova_sim_host_check_userd(struct cnova_sim *sim, const struct cnova_sim_channel *ch)
{
	u64 userd;

	if (!(sim->chip->registers & CNOVA_SIM_HAS_PFIFO))
		return;
	userd = cnova_sim_memory_load(sim, ch->inst_aperture, ch->inst + RAMFC_USERD, sizeof(u64));
	if ((userd & GENMASK_ULL(39, 9)) != ch->userd)
		cnova_sim_report(sim, CNOVA_SIM_HOST,
				 "USERD of channel %u is at %#llx in RAMFC, %#llx in the runlist",
				 ch->chid, userd, ch->userd);
}

/**
 * cnova_sim_host_load() - A channel comes to the PBDMA.
 * @sim: The device.
 * @ch: The channel.
 * @error: Bit of INTR_0.
 *
 * Context: Any; caller holds &cnova_sim.lock.
 * Return: Whether it can be executed; else @error says why not.
 */
bool cnova_sim_host_load(struct cnova_sim *sim, struct cnova_sim_channel *ch, u32 *error)
{
	u32 signature;

	cnova_sim_host_load_pdb(sim, ch);
	if (ch->loaded)
		return true;

	if (ch->inst_aperture == CNOVA_SIM_VIDEO &&
	    (!cnova_sim_vram_is_written(sim, ch->inst + RAMIN_PDB) ||
	     !cnova_sim_vram_is_written(sim, ch->inst + RAMFC_SIGNATURE)))
		cnova_sim_report(sim, CNOVA_SIM_UNINIT, "instance block %#llx never written",
				 ch->inst);
	signature = FIELD_GET(SIGNATURE_MASK, cnova_sim_host_inst32(sim, ch, RAMFC_SIGNATURE));
	if (signature != SIGNATURE_VALID && signature != sim->chip->host_class) {
		*error = CNOVA_SIM_INTR_SIGNATURE;
		return false;
	}
	memset(&ch->fc, 0, sizeof(ch->fc));
	cnova_sim_host_load_ring(sim, ch);
	cnova_sim_host_load_rest(sim, ch);
	cnova_sim_host_check_userd(sim, ch);
	ch->loaded = true;
	return true;
}
