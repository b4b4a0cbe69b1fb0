// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: /sys/kernel/debug/cnova_sim
 *
 * - violations: one line per check: id, name, count, last message; then "total N". Writing
 *   anything resets.
 * - coherent: reading it is a checkpoint: "PASS" or "FAIL", and details. Writing it
 *   makes the same checkpoint, and fails with EUCLEAN if something is stale.
 * - tlb, chip: statistics; where the window is.
 * - gsp_fault: what firmware does wrong from its next start on, by a name of
 *   gsp_fault.c; "none": nothing.
 * - channels: one line for each that is bound: where it is, what it waits for, GP_GET and GP_PUT.
 * - irq_lost, engine_hang, pbdma_error, reset_stuck, physical_fault: knobs of host and engines,
 *   see &struct cnova_sim_knobs.
 * - arm: "knob:n", and the n-th step from now finds that knob turned; "none": not any more.
 *   Reads as the knob and how many steps are left, 0 when it has turned. Which knobs, and
 *   what a step is: arm.c.
 * - latency_us, ack_lost, ack_delay_ms, trigger_stuck, window_stuck, window_lies,
 *   bar1_physical, drop_stores, gone: knobs, see &struct cnova_sim_knobs.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "sim.h"

static int cnova_sim_violations_show(struct seq_file *file, void *unused)
{
	struct cnova_sim *sim = file->private;
	unsigned int i;

	for (i = CNOVA_SIM_COHERENCE; i < CNOVA_SIM_NR_CHECKS; i++) {
		char last[CNOVA_SIM_MESSAGE];
		u64 count;

		spin_lock_irq(&sim->report_lock);
		count = sim->violation[i].count;
		strscpy(last, sim->violation[i].last);
		spin_unlock_irq(&sim->report_lock);
		seq_printf(file, "%u %s %llu%s%s\n", i, cnova_sim_check_name(i), count,
			   last[0] ? " " : "", last);
	}
	seq_printf(file, "total %llu\n", cnova_sim_report_total(sim));
	return 0;
}

static ssize_t cnova_sim_violations_write(struct file *file, const char __user *user, size_t size,
					  loff_t *pos)
{
	struct seq_file *seq = file->private_data;

	cnova_sim_report_reset(seq->private);
	return size;
}

static int cnova_sim_coherent_show(struct seq_file *file, void *unused)
{
	struct cnova_sim *sim = file->private;
	u32 stale, nr_lines;
	char last[CNOVA_SIM_MESSAGE];

	stale = cnova_sim_eye_stale(sim);
	spin_lock_irq(&sim->lock);
	nr_lines = sim->mmu->tlb.counts.lines[CNOVA_SIM_HUB] +
		   sim->mmu->tlb.counts.lines[CNOVA_SIM_GPC];
	spin_unlock_irq(&sim->lock);
	seq_printf(file, "%s\nlines %u\nstale %u\n", stale ? "FAIL" : "PASS", nr_lines, stale);
	if (!stale)
		return 0;

	spin_lock_irq(&sim->report_lock);
	strscpy(last, sim->violation[CNOVA_SIM_COHERENCE].last);
	spin_unlock_irq(&sim->report_lock);
	seq_printf(file, "%s\n", last);
	return 0;
}

static ssize_t cnova_sim_coherent_write(struct file *file, const char __user *user, size_t size,
					loff_t *pos)
{
	struct seq_file *seq = file->private_data;

	return cnova_sim_eye_stale(seq->private) ? -EUCLEAN : size;
}

static int cnova_sim_tlb_show(struct seq_file *file, void *unused)
{
	struct cnova_sim *sim = file->private;
	u32 tables_refused, olds_refused;
	struct cnova_sim_tlb_counts counts;
	u64 differences;

	spin_lock_irq(&sim->lock);
	counts = sim->mmu->tlb.counts;
	tables_refused = sim->mmu->track.table_pool.nr_refused;
	olds_refused = sim->mmu->track.old_pool.nr_refused;
	differences = sim->unit_differences;
	spin_unlock_irq(&sim->lock);

	seq_printf(file, "entries_hub %u\nentries_gpc %u\n", counts.lines[CNOVA_SIM_HUB],
		   counts.lines[CNOVA_SIM_GPC]);
	seq_printf(file, "hits %llu\nmisses %llu\ninvalidates %llu\n", counts.hits,
		   counts.misses, counts.invalidates);
	seq_printf(file, "fills_refused %llu\nevicted %llu\nunit_differences %llu\n",
		   counts.refused, counts.evicted, differences);
	/* Not 0: the pools were too small, and the checks have gaps. */
	seq_printf(file, "untracked_tables %u\nuntracked_stores %u\n", tables_refused,
		   olds_refused);
	return 0;
}

static int cnova_sim_chip_show(struct seq_file *file, void *unused)
{
	struct cnova_sim *sim = file->private;

	seq_printf(file, "chip %s\nformat %s\nvram %#llx\nwpr %#llx\nbar1 %#llx\nseed %#llx\n",
		   sim->chip->name, sim->chip->traits.format->name, sim->vram_size,
		   sim->wpr_start, sim->bar1_size, sim->seed);
	seq_printf(file, "window %#x\n", READ_ONCE(sim->window_reg));
	return 0;
}

static int cnova_sim_gsp_fault_show(struct seq_file *file, void *unused)
{
	seq_printf(file, "%s\n", cnova_sim_gsp_fault(file->private));
	return 0;
}

/* A file that takes a line, which is for @set. */
static ssize_t cnova_sim_write_line(struct file *file, const char __user *user, size_t size,
				    loff_t *pos,
				    int (*set)(struct cnova_sim *sim, const char *line))
{
	struct seq_file *seq = file->private_data;
	char line[32];
	ssize_t got;
	int err;

	got = simple_write_to_buffer(line, sizeof(line) - 1, pos, user, size);
	if (got < 0)
		return got;
	line[got] = 0;
	err = set(seq->private, strim(line));
	return err ?: got;
}

static ssize_t cnova_sim_gsp_fault_write(struct file *file, const char __user *user, size_t size,
					 loff_t *pos)
{
	return cnova_sim_write_line(file, user, size, pos, cnova_sim_gsp_set_fault);
}

static int cnova_sim_arm_file_show(struct seq_file *file, void *unused)
{
	const char *name;
	u32 left;

	name = cnova_sim_arm_show(file->private, &left);
	seq_printf(file, "%s %u\n", name, left);
	return 0;
}

static ssize_t cnova_sim_arm_file_write(struct file *file, const char __user *user, size_t size,
					loff_t *pos)
{
	return cnova_sim_write_line(file, user, size, pos, cnova_sim_arm_set);
}

static void cnova_sim_channel_show(struct seq_file *file, const struct cnova_sim_channel *ch)
{
	const struct cnova_sim_runlist *rl = ch->runlist;
	const char *state = "idle";

	if (ch->pbdma_faulted || ch->eng_faulted)
		state = ch->eng_faulted ? "engine-faulted" : "host-faulted";
	else if (!ch->enabled)
		state = "disabled";
	else if (!rl)
		state = "off-runlist";
	else if (rl->current_channel == ch)
		state = rl->hung ? "hung" :
			rl->pbdma.intr[0] || rl->pbdma.intr[1] ? "frozen" : "running";
	else if (ch->pending)
		state = ch->fc.acquiring ? "acquiring" : "pending";

	seq_printf(file, "channel %u runlist %d tsg %u inst %#llx userd %#llx %s get %u put %u",
		   ch->chid, rl ? (int)rl->index : -1, ch->tsg, ch->inst, ch->userd, state,
		   ch->fc.gp_get, ch->fc.gp_put);
	if (rl && rl->current_channel == ch)
		seq_printf(file, " intr %#x %#x method %#x data %#x", rl->pbdma.intr[0],
			   rl->pbdma.intr[1], ch->fc.method.address, ch->fc.method.data);
	if (ch->eng_faulted)
		seq_printf(file, " fault %#llx type %u", ch->ctx.fault.address,
			   ch->ctx.fault.type);
	seq_puts(file, "\n");
}

static int cnova_sim_channels_show(struct seq_file *file, void *unused)
{
	struct cnova_sim *sim = file->private;
	unsigned int i;

	for (i = 0; i < CNOVA_SIM_NR_CHANNELS; i++) {
		struct cnova_sim_channel *ch = &sim->host->channel[i];

		spin_lock_irq(&sim->lock);
		if (ch->bound)
			cnova_sim_channel_show(file, ch);
		spin_unlock_irq(&sim->lock);
	}
	spin_lock_irq(&sim->lock);
	seq_printf(file, "interrupts %llu lost %llu\n", sim->irq.messages, sim->irq.lost);
	spin_unlock_irq(&sim->lock);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(cnova_sim_channels);
DEFINE_SHOW_ATTRIBUTE(cnova_sim_tlb);
DEFINE_SHOW_ATTRIBUTE(cnova_sim_chip);
DEFINE_SHOW_STORE_ATTRIBUTE(cnova_sim_violations);
DEFINE_SHOW_STORE_ATTRIBUTE(cnova_sim_coherent);
DEFINE_SHOW_STORE_ATTRIBUTE(cnova_sim_gsp_fault);
DEFINE_SHOW_STORE_ATTRIBUTE(cnova_sim_arm_file);

/**
 * cnova_sim_debugfs_init() - Make our directory.
 * @sim: The device.
 * @name: What it is called.
 *
 * Context: Process context.
 */
void cnova_sim_debugfs_init(struct cnova_sim *sim, const char *name)
{
	struct cnova_sim_knobs *knobs = &sim->knobs;
	struct dentry *dir = debugfs_create_dir(name, NULL);

	sim->debugfs = dir;
	debugfs_create_file("violations", 0600, dir, sim, &cnova_sim_violations_fops);
	debugfs_create_file("coherent", 0600, dir, sim, &cnova_sim_coherent_fops);
	debugfs_create_file("channels", 0400, dir, sim, &cnova_sim_channels_fops);
	debugfs_create_file("tlb", 0400, dir, sim, &cnova_sim_tlb_fops);
	debugfs_create_file("chip", 0400, dir, sim, &cnova_sim_chip_fops);

	debugfs_create_u32("latency_us", 0600, dir, &knobs->latency_us);
	debugfs_create_u32("ack_lost", 0600, dir, &knobs->ack_lost);
	debugfs_create_u32("ack_delay_ms", 0600, dir, &knobs->ack_delay_ms);
	debugfs_create_bool("trigger_stuck", 0600, dir, &knobs->trigger_stuck);
	debugfs_create_file("gsp_fault", 0600, dir, sim, &cnova_sim_gsp_fault_fops);
	debugfs_create_file("arm", 0600, dir, sim, &cnova_sim_arm_file_fops);
	debugfs_create_u32("irq_lost", 0600, dir, &knobs->irq_lost);
	debugfs_create_u32("engine_hang", 0600, dir, &knobs->engine_hang);
	debugfs_create_u32("physical_fault", 0600, dir, &knobs->physical_fault);
	debugfs_create_x32("pbdma_error", 0600, dir, &knobs->pbdma_error);
	debugfs_create_u32("reset_stuck", 0600, dir, &knobs->reset_stuck);
	debugfs_create_bool("window_stuck", 0600, dir, &knobs->window_stuck);
	debugfs_create_bool("window_lies", 0600, dir, &knobs->window_lies);
	debugfs_create_bool("bar1_physical", 0600, dir, &knobs->bar1_physical);
	debugfs_create_u32("drop_stores", 0600, dir, &knobs->drop_stores);
	debugfs_create_bool("gone", 0600, dir, &knobs->gone);
}

/**
 * cnova_sim_debugfs_fini() - Remove it.
 * @sim: The device.
 *
 * Context: Process context.
 */
void cnova_sim_debugfs_fini(struct cnova_sim *sim)
{
	debugfs_remove(sim->debugfs);
}
