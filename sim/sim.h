/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cnova_sim: the device, as its parts see it.
 */
#ifndef _CNOVA_SIM_SIM_H_
#define _CNOVA_SIM_SIM_H_

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "chips.h"
#include "fault.h"
#include "host.h"
#include "irq.h"
#include "model.h"

struct cnova_io_leaf;
struct cnova_io_ops;
struct cnova_sim_gsp;
struct dentry;
struct page;
struct platform_device;

#define CNOVA_SIM_PAGE_SIZE	4096
#define CNOVA_SIM_BLOCK_SIZE	65536
#define CNOVA_SIM_BLOCK_PAGES	(CNOVA_SIM_BLOCK_SIZE / CNOVA_SIM_PAGE_SIZE)
#define CNOVA_SIM_BLOCK_WORDS	(CNOVA_SIM_BLOCK_SIZE / sizeof(u64))

/** CNOVA_SIM_POSTS - Stores that may be on their way to memory at a time. */
#define CNOVA_SIM_POSTS		256

/** CNOVA_SIM_NR_L2 - L2 operations with a token of their own (HARDWARE.md 6). */
#define CNOVA_SIM_NR_L2		4

/** CNOVA_SIM_MESSAGE - Bytes of the last message of a check. */
#define CNOVA_SIM_MESSAGE	160

/** struct cnova_sim_block - 64 KiB of VRAM, at least one page of it populated. */
struct cnova_sim_block {
	/** @page: Backing by page; NULL if there is none. */
	void *page[CNOVA_SIM_BLOCK_PAGES];
	/** @populated: Pages that the driver uses. Protected by &cnova_sim.lock. */
	DECLARE_BITMAP(populated, CNOVA_SIM_BLOCK_PAGES);
	/** @mapped: Pages that a CPU mapping may hold: kept until the module goes. */
	DECLARE_BITMAP(mapped, CNOVA_SIM_BLOCK_PAGES);
	/** @written: Words that were written. Protected by &cnova_sim.lock. */
	DECLARE_BITMAP(written, CNOVA_SIM_BLOCK_WORDS);
};

/** struct cnova_sim_post - A store on its way. */
struct cnova_sim_post {
	/** @pa: Where to. */
	u64 pa;
	/** @value: What. */
	u64 value;
	/** @aperture: Where @pa is. */
	enum cnova_sim_aperture aperture;
	/** @width: Bytes; 0 if it was called off. */
	u8 width;
};

/** struct cnova_sim_queue - Stores on their way, in order. */
struct cnova_sim_queue {
	/** @post: A ring. */
	struct cnova_sim_post post[CNOVA_SIM_POSTS];
	/** @first: Index of the oldest. */
	u32 first;
	/** @nr: How many there are. */
	u32 nr;
};

/** struct cnova_sim_violation - One check's record. */
struct cnova_sim_violation {
	/** @count: How often since the last reset. */
	u64 count;
	/** @last: The last message. */
	char last[CNOVA_SIM_MESSAGE];
	/** @ratelimit: Of the log. */
	struct ratelimit_state ratelimit;
};

/** enum cnova_sim_arm_step - What can be counted until a knob turns: see arm.c. */
enum cnova_sim_arm_step {
	/** @CNOVA_SIM_AT_ACCESS: Registers, the window or BAR1 are accessed. */
	CNOVA_SIM_AT_ACCESS,
	/** @CNOVA_SIM_AT_INVALIDATE: An invalidate is triggered. */
	CNOVA_SIM_AT_INVALIDATE,
	/** @CNOVA_SIM_AT_MOVE: The register of the window is written. */
	CNOVA_SIM_AT_MOVE,
	/** @CNOVA_SIM_NR_ARM_STEPS: How many there are. */
	CNOVA_SIM_NR_ARM_STEPS
};

/** enum cnova_sim_arm - Which knob turns by itself: those of &struct cnova_sim_knobs. */
enum cnova_sim_arm {
	/** @CNOVA_SIM_ARM_NONE: None. */
	CNOVA_SIM_ARM_NONE,
	/** @CNOVA_SIM_ARM_GONE: The device has left the bus. */
	CNOVA_SIM_ARM_GONE,
	/** @CNOVA_SIM_ARM_ACK_LOST: One acknowledge is lost. */
	CNOVA_SIM_ARM_ACK_LOST,
	/** @CNOVA_SIM_ARM_TRIGGER_STUCK: TRIGGER never clears. */
	CNOVA_SIM_ARM_TRIGGER_STUCK,
	/** @CNOVA_SIM_ARM_WINDOW_STUCK: The window does not move. */
	CNOVA_SIM_ARM_WINDOW_STUCK,
	/** @CNOVA_SIM_ARM_WINDOW_LIES: It does not, and says that it did. */
	CNOVA_SIM_ARM_WINDOW_LIES,
	/** @CNOVA_SIM_NR_ARMS: How many there are. */
	CNOVA_SIM_NR_ARMS
};

/** struct cnova_sim_knobs - What can be made to go wrong; read without a lock. */
struct cnova_sim_knobs {
	/** @latency_us: How long invalidates, binds and GPU accesses take. */
	u32 latency_us;
	/** @ack_lost: So many of the next invalidates do nothing, then TRIGGER clears. */
	u32 ack_lost;
	/** @ack_delay_ms: When it clears, for those. */
	u32 ack_delay_ms;
	/** @trigger_stuck: TRIGGER never clears. */
	bool trigger_stuck;
	/** @gone: The device has left the bus. */
	bool gone;
	/** @window_stuck: The window does not move, and its register says so. */
	bool window_stuck;
	/** @window_lies: The window does not move, and its register says it did. */
	bool window_lies;
	/** @bar1_physical: BAR1 shows memory by its address, whatever was bound. */
	bool bar1_physical;
	/** @irq_lost: So many of the next interrupts do not come. */
	u32 irq_lost;
	/** @engine_hang: So many of the next methods of engines never end. */
	u32 engine_hang;
	/** @pbdma_error: INTR_0 bits that the next method of host raises instead. */
	u32 pbdma_error;
	/** @reset_stuck: So many of the next resets of engines do nothing; U32_MAX: none does. */
	u32 reset_stuck;
	/** @physical_fault: So many of the next accesses of engines by physical address fault. */
	u32 physical_fault;
	/** @drop_stores: One in so many stores to the window is lost; 0: none. */
	u32 drop_stores;
};

/** struct cnova_sim_tlb_regs - State behind the invalidate registers. */
struct cnova_sim_tlb_regs {
	/** @pdb: INVALIDATE_PDB. */
	u32 pdb;
	/** @upper_pdb: INVALIDATE_UPPER_PDB. */
	u32 upper_pdb;
	/** @command: INVALIDATE, as last written. */
	u32 command;
	/** @inval: What it asked for. */
	struct cnova_sim_inval inval;
	/** @epoch: Its ticket. */
	u64 epoch;
	/** @wait_epoch: Accesses that began no later are waited for. */
	u64 wait_epoch;
	/** @due: When it may be over at the earliest. */
	ktime_t due;
	/** @busy: TRIGGER is set. */
	bool busy;
	/** @ack: Accesses on their way are waited for. */
	bool ack;
	/** @lost: It will end without having done anything. */
	bool lost;
	/** @forgotten: The TLBs have done it; who used them before is waited for. */
	bool forgotten;
	/** @nothing: It names TLBs that the model has none of. */
	bool nothing;
};

/** struct cnova_sim_bar - What an aperture is bound to; BAR1 and BAR2 have one each. */
struct cnova_sim_bar {
	/** @low: The block register, or the lower one of the pair, as last written. */
	u32 low;
	/** @high: The upper one of the pair. */
	u32 high;
	/** @client: Address space, in virtual mode. */
	struct cnova_sim_client client;
	/** @due: When the bind may be over at the earliest. */
	ktime_t due;
	/** @outstanding: A bind was not yet seen to be over. */
	bool outstanding;
	/** @is_virtual: Offsets are virtual addresses. */
	bool is_virtual;
	/** @is_bound: @client is valid. */
	bool is_bound;
};

/** enum cnova_sim_page_reg - Registers that hold the address of the flush page. */
enum cnova_sim_page_reg {
	/** @CNOVA_SIM_PAGE_LOW: Lower half. */
	CNOVA_SIM_PAGE_LOW,
	/** @CNOVA_SIM_PAGE_HIGH: Upper half. */
	CNOVA_SIM_PAGE_HIGH,
	/** @CNOVA_SIM_PAGE_EGRESS_LOW: Once more, for egress. */
	CNOVA_SIM_PAGE_EGRESS_LOW,
	/** @CNOVA_SIM_PAGE_EGRESS_HIGH: Upper half of that. */
	CNOVA_SIM_PAGE_EGRESS_HIGH,
	/** @CNOVA_SIM_NR_PAGE_REGS: How many there are. */
	CNOVA_SIM_NR_PAGE_REGS
};

/** struct cnova_sim_flush - State behind the flush registers. */
struct cnova_sim_flush {
	/** @due: When the last flush may be over at the earliest. */
	ktime_t due;
	/** @started: Token of the last flush that was started. */
	u32 started;
	/** @completed: Token of the last one that was seen to be over. */
	u32 completed;
	/** @l2: The same for L2 operations, all of them over at once: by operation. */
	u32 l2[CNOVA_SIM_NR_L2];
	/** @pending: A flush was started and not yet seen to be over. */
	bool pending;
	/** @page: Registers that hold the flush page. */
	u32 page[CNOVA_SIM_NR_PAGE_REGS];
};

/** CNOVA_SIM_UNSETTLED - Pages of system memory with stores on their way, at most. */
#define CNOVA_SIM_UNSETTLED	64

/**
 * struct cnova_sim_unsettled - Stores of the GPU to system memory, on their way.
 *
 * Nobody sees a difference, but that the page must not go before they have arrived. A
 * system membar or a flush brings them there; so does a store to one page too many.
 */
struct cnova_sim_unsettled {
	/** @bus: Bus addresses of pages; a ring. */
	u64 bus[CNOVA_SIM_UNSETTLED];
	/** @nr: How many are there. */
	u32 nr;
	/** @next: Place for the next one. */
	u32 next;
};

/** struct cnova_sim_config - What a GPU is to be. */
struct cnova_sim_config {
	/** @chip: Name of a chip. */
	const char *chip;
	/** @vram_mib: MiB of VRAM. */
	u32 vram_mib;
	/** @bar1_mib: MiB of BAR1; 0: none; negative: as VRAM, up to a power of two. */
	s32 bar1_mib;
	/** @wpr_kib: KiB at the end of VRAM that only firmware may touch, a multiple of 64. */
	u32 wpr_kib;
	/** @ecc: ECC takes its part of VRAM. */
	bool ecc;
	/** @seed: Of what unwritten memory holds. */
	u64 seed;
	/** @latency_us: First value of the knob, as those below. */
	u32 latency_us;
	/** @ack_lost: See &struct cnova_sim_knobs. */
	u32 ack_lost;
	/** @ack_delay_ms: See &struct cnova_sim_knobs. */
	u32 ack_delay_ms;
	/** @gsp_release: Release of GSP firmware: 535, 570 or 595; 0: none. */
	u32 gsp_release;
	/** @gsp_fault: Name of what it does wrong; NULL: nothing. */
	const char *gsp_fault;
};

/* Bits that tell that GSP's core runs, HARDWARE.md 8.4. */
#define CNOVA_SIM_GSP_CORE_TU	BIT(0)
#define CNOVA_SIM_GSP_CORE_GA	BIT(7)

/** struct cnova_sim_gsp_regs - Registers of GSP. Protected by &cnova_sim.lock. */
struct cnova_sim_gsp_regs {
	/** @mailbox: What the driver, or firmware, wrote last. */
	u32 mailbox[2];
	/** @rings: Doorbells since the firmware started. */
	u64 rings;
	/** @start: The mailboxes hold arguments that nobody has taken yet. */
	bool start;
	/** @active: The core runs. */
	bool active;
};

/** struct cnova_sim - A GPU in software. */
struct cnova_sim {
	/** @chip: Which one. Immutable, like the sizes. */
	const struct cnova_sim_chip *chip;
	/** @pdev: What the driver binds to. */
	struct platform_device *pdev;
	/** @debugfs: Our directory. */
	struct dentry *debugfs;
	/** @vram_size: Bytes of VRAM. */
	u64 vram_size;
	/** @bar1_size: Bytes of BAR1; 0 if there is none. */
	u64 bar1_size;
	/** @wpr_start: Firmware's part of VRAM begins here; @vram_size if there is none. */
	u64 wpr_start;
	/** @ecc: ECC takes a sixteenth of VRAM; @vram_size is what it leaves. */
	bool ecc;
	/** @seed: Of what unwritten memory holds. */
	u64 seed;

	/** @populate_lock: Serialises changes of @blocks; taken before @lock. */
	struct mutex populate_lock;
	/** @lock: Protects all that registers and accesses touch; a leaf lock, any context. */
	spinlock_t lock;

	/** @blocks: VRAM, by address / 64 KiB. */
	struct xarray blocks;
	/** @last_block: Found last. Protected by @lock. */
	struct cnova_sim_block *last_block;
	/** @last_index: Its index. Protected by @lock. */
	unsigned long last_index;
	/** @grants: System pages the GPU may touch, by bus address / 4 KiB. */
	struct xarray grants;

	/** @mmu: Walker, TLB, known tables. Protected by @lock. */
	struct cnova_sim_mmu *mmu;
	/** @refill: Fills @mmu's pools. */
	struct work_struct refill;

	/** @pramin: Stores through the window. Protected by @lock. */
	struct cnova_sim_queue pramin;
	/** @bar1_posts: Stores through BAR1. Protected by @lock. */
	struct cnova_sim_queue bar1_posts;
	/** @window: Where the window is, as its register says it. Protected by @lock. */
	u32 window;
	/** @window_reg: What the register reads as. Protected by @lock. */
	u32 window_reg;
	/** @window_stores: For &cnova_sim_knobs.drop_stores. Protected by @lock. */
	u32 window_stores;
	/** @window_users: CPUs in the window or its register now. */
	atomic_t window_users;
	/** @flush: Flushes, and the page they write to. Protected by @lock. */
	struct cnova_sim_flush flush;
	/** @unsettled: Stores on their way; protected by @lock. */
	struct cnova_sim_unsettled unsettled;

	/** @tlb_regs: Protected by @lock. */
	struct cnova_sim_tlb_regs tlb_regs;
	/** @bar1: Protected by @lock. */
	struct cnova_sim_bar bar1;
	/** @bar2: Protected by @lock. */
	struct cnova_sim_bar bar2;

	/** @gsp: Firmware, used by @gsp_work only; NULL if there is none. */
	struct cnova_sim_gsp *gsp;
	/** @gsp_regs: What it and the driver see of each other. */
	struct cnova_sim_gsp_regs gsp_regs;
	/** @gsp_work: Runs it. */
	struct delayed_work gsp_work;
	/** @gsp_owns: Its part of VRAM is laid out: nobody else may take that. */
	bool gsp_owns;

	/** @faults: What the MMU says of them. */
	struct cnova_sim_faults faults;
	/** @irq: The interrupt controller. */
	struct cnova_sim_irq irq;
	/** @host: Channels, and what executes them. */
	struct cnova_sim_host *host;

	/** @knobs: Faults to inject. */
	struct cnova_sim_knobs knobs;
	/** @arm: Which of them turns by itself; read without a lock. */
	enum cnova_sim_arm arm;
	/** @arm_left: In how many steps; not positive: it does not, or has. */
	atomic_t arm_left;
	/** @unit_differences: GPU accesses for which hub and GPC disagreed. */
	u64 unit_differences;

	/** @report_lock: Protects @violation; taken inside @lock. */
	spinlock_t report_lock;
	/** @violation: By check. */
	struct cnova_sim_violation violation[CNOVA_SIM_NR_CHECKS];
};

/* report.c */
void cnova_sim_report_init(struct cnova_sim *sim);
void cnova_sim_report_reset(struct cnova_sim *sim);
u64 cnova_sim_report_total(struct cnova_sim *sim);
const char *cnova_sim_check_name(enum cnova_sim_check check);
__printf(3, 4)
void cnova_sim_report(struct cnova_sim *sim, enum cnova_sim_check check, const char *fmt, ...);

/* vram.c */
int cnova_sim_vram_populate(void *priv, u64 pa, u64 size);
void cnova_sim_vram_release(void *priv, u64 pa, u64 size);
u64 cnova_sim_vram_load(struct cnova_sim *sim, u64 pa);
bool cnova_sim_vram_is_written(struct cnova_sim *sim, u64 pa);
void cnova_sim_vram_store(struct cnova_sim *sim, u64 pa, u64 value, unsigned int width);
void cnova_sim_vram_read(struct cnova_sim *sim, u64 pa, void *dst, u32 size);
void cnova_sim_vram_write(struct cnova_sim *sim, u64 pa, const void *src, u32 size);
struct page *cnova_sim_vram_map(struct cnova_sim *sim, u64 pa);
void cnova_sim_vram_release_all(struct cnova_sim *sim);
void cnova_sim_vram_fini(struct cnova_sim *sim);

/* sysmem.c */
int cnova_sim_sysmem_grant(void *priv, u64 bus, struct page *page, u32 nr_pages);
void cnova_sim_sysmem_revoke(void *priv, u64 bus, u32 nr_pages);
bool cnova_sim_sysmem_read(struct cnova_sim *sim, u64 bus, void *dst, u32 size);
bool cnova_sim_sysmem_write(struct cnova_sim *sim, u64 bus, const void *src, u32 size);
bool cnova_sim_sysmem_load(struct cnova_sim *sim, u64 bus, u32 width, u64 *value);
bool cnova_sim_sysmem_store(struct cnova_sim *sim, u64 bus, u32 width, u64 value);
void cnova_sim_sysmem_post(struct cnova_sim *sim, u64 bus);
void cnova_sim_sysmem_settle(struct cnova_sim *sim);
struct page *cnova_sim_sysmem_page(struct cnova_sim *sim, u64 bus);

/* memory.c */
extern const struct cnova_sim_mem_ops cnova_sim_memory_ops;
u64 cnova_sim_memory_load(struct cnova_sim *sim, enum cnova_sim_aperture aperture, u64 pa,
			  unsigned int width);
void cnova_sim_memory_store(struct cnova_sim *sim, enum cnova_sim_aperture aperture, u64 pa,
			    u64 value, unsigned int width);
void cnova_sim_memory_refill(struct cnova_sim *sim);
bool cnova_sim_memory_is_low(const struct cnova_sim *sim);

/* posted.c */
void cnova_sim_post(struct cnova_sim *sim, struct cnova_sim_queue *queue,
		    enum cnova_sim_aperture aperture, u64 pa, u64 value, unsigned int width);
void cnova_sim_post_drain(struct cnova_sim *sim, struct cnova_sim_queue *queue);
void cnova_sim_post_forget(struct cnova_sim *sim, u64 pa, u64 size);
bool cnova_sim_post_find(struct cnova_sim *sim, u64 pa, u64 size, u64 *found);
bool cnova_sim_post_find_table(struct cnova_sim *sim, const u64 *pdb, u64 *found);

/* pramin.c */
u64 cnova_sim_pramin_read(struct cnova_sim *sim, u32 offset, unsigned int width);
void cnova_sim_pramin_write(struct cnova_sim *sim, u32 offset, u64 value, unsigned int width);
bool cnova_sim_pramin_is_register(const struct cnova_sim *sim, u32 offset);
void cnova_sim_pramin_move(struct cnova_sim *sim, u32 value);

/* regs.c */
#define CNOVA_SIM_PRAMIN	0x700000
#define CNOVA_SIM_PRAMIN_SIZE	0x100000
u64 cnova_sim_regs_read(void *priv, u32 offset, unsigned int width);
void cnova_sim_regs_write(void *priv, u32 offset, u64 value, unsigned int width);
bool cnova_sim_regs_vram_range(u64 vram_size, u32 *value);

/* flush.c */
u32 cnova_sim_flush_read(struct cnova_sim *sim);
void cnova_sim_flush_write(struct cnova_sim *sim, u32 value);
u32 cnova_sim_flush_start(struct cnova_sim *sim);
u32 cnova_sim_flush_completed(struct cnova_sim *sim);

/* bind.c */
u32 cnova_sim_bind_status(struct cnova_sim *sim);
void cnova_sim_bind_set_block(struct cnova_sim *sim, struct cnova_sim_bar *bar, u32 value);
u32 cnova_sim_bind_low(struct cnova_sim *sim, struct cnova_sim_bar *bar);
void cnova_sim_bind_set_low(struct cnova_sim *sim, struct cnova_sim_bar *bar, u32 value);
void cnova_sim_bind_set_high(struct cnova_sim *sim, struct cnova_sim_bar *bar, u32 value);
void cnova_sim_bind_root(struct cnova_sim *sim, struct cnova_sim_bar *bar,
			 enum cnova_sim_aperture aperture, u64 pdb);

/* arm.c */
void cnova_sim_arm_step(struct cnova_sim *sim, enum cnova_sim_arm_step step);
int cnova_sim_arm_set(struct cnova_sim *sim, const char *text);
const char *cnova_sim_arm_show(struct cnova_sim *sim, u32 *left);

/* tlb_regs.c */
u32 cnova_sim_tlb_regs_read(struct cnova_sim *sim);
void cnova_sim_tlb_regs_write(struct cnova_sim *sim, u32 value);
void cnova_sim_tlb_regs_set_pdb(struct cnova_sim *sim, u32 value);
void cnova_sim_tlb_regs_set_upper(struct cnova_sim *sim, u32 value);

/* gsp.c */
int cnova_sim_gsp_init(struct cnova_sim *sim, u32 release, const char *fault);
void cnova_sim_gsp_fini(struct cnova_sim *sim);
int cnova_sim_gsp_place(struct cnova_sim *sim);
void cnova_sim_gsp_halt(struct cnova_sim *sim);
bool cnova_sim_gsp_may_take(struct cnova_sim *sim, u64 pa, u64 size);
const char *cnova_sim_gsp_fault(struct cnova_sim *sim);
int cnova_sim_gsp_set_fault(struct cnova_sim *sim, const char *name);
void cnova_sim_gsp_mailbox(struct cnova_sim *sim, u32 which, u32 value);
void cnova_sim_gsp_doorbell(struct cnova_sim *sim, u32 value);

/* bar1.c */
struct page *cnova_sim_bar1_page(void *priv, u64 offset);
void cnova_sim_bar1_fill(void *priv, u64 offset, u64 value, u64 size);
void cnova_sim_bar1_read(void *priv, u64 offset, void *dst, u64 size);
void cnova_sim_bar1_write(void *priv, u64 offset, const void *src, u64 size);

/* eye.c */
int cnova_sim_eye_read(void *priv, u64 pdb, u64 va, void *dst, u64 size, u64 *fault_va);
int cnova_sim_eye_write(void *priv, u64 pdb, u64 va, const void *src, u64 size, u64 *fault_va);
int cnova_sim_eye_walk(void *priv, u64 pdb,
		       int (*leaf)(void *arg, const struct cnova_io_leaf *leaf), void *arg);
u32 cnova_sim_eye_stale(void *priv);

/* sim.c */
extern const struct cnova_io_ops cnova_sim_io_ops;
struct cnova_sim *cnova_sim_create(const struct cnova_sim_config *config);
void cnova_sim_destroy(struct cnova_sim *sim);
struct cnova_sim_mmu *cnova_sim_new_mmu(struct cnova_sim *sim);

/* reset.c */
void cnova_sim_reset(void *priv);

/* debugfs.c */
void cnova_sim_debugfs_init(struct cnova_sim *sim, const char *name);
void cnova_sim_debugfs_fini(struct cnova_sim *sim);

#endif /* _CNOVA_SIM_SIM_H_ */
