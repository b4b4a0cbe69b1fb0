/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host of a fake GPU: registers of runlists, channels, interrupts and faults, which do
 * what a test wants, and a log of stores. It fetches and executes nothing.
 */
#ifndef _CNOVA_TESTS_FAKE_HOST_H_
#define _CNOVA_TESTS_FAKE_HOST_H_

#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "tests/fake_io.h"

struct kunit;

#define FAKE_HOST_REGS	512
#define FAKE_HOST_LOG	256

/* The copy engines there are. The second is the one that tests use. */
#define FAKE_ENGINE	1

struct fake_host {
	struct fake_gpu *fake;
	bool blocks;		/* Ampere and later */
	bool gb20x;

	/* What registers hold that were written or set. */
	struct fake_store regs[FAKE_HOST_REGS];
	u32 nr_regs;
	struct fake_store log[FAKE_HOST_LOG];
	u32 nr_log;

	u32 preempt_polls;	/* so often it is pending; FAKE_FOREVER */
	u32 submit_polls;	/* the same for a runlist */
	u32 preempt_left;
	u32 submit_left;
	bool reset_ends_it;	/* a reset of the engine ends the preemption */
	u32 reset_stuck;	/* so often the engine does not go into reset; FAKE_FOREVER */
	bool error_keeps;	/* an error pending keeps the preemption pending */

	u32 fault_put;
};

/* Registers of the engine that tests use, in its chip's form. */
struct fake_host_regs {
	u32 base, info, preempt, sched, sched_bit, status, pbdma, reset, reset_bit;
	u32 nonstall, error_vector, stall_vector, doorbell;
};

struct fake_host *fake_host_create(struct kunit *test, struct fake_gpu *fake);
void fake_host_regs(const struct fake_host *host, struct fake_host_regs *regs);
u32 fake_host_get(const struct fake_host *host, u32 offset);
void fake_host_set(struct fake_host *host, u32 offset, u32 value);
void fake_host_begin(struct fake_host *host);
int fake_host_find(const struct fake_host *host, u32 offset, int from);
void fake_host_interrupt(struct cnova_host *host, struct fake_host *fake, u32 vector);

#endif /* _CNOVA_TESTS_FAKE_HOST_H_ */
