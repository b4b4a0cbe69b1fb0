/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef CNOVA_STRESS_H
#define CNOVA_STRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <drm/cnova_drm.h>

#define PAGE		4096ull
#define ptr_u64(p)	((uint64_t)(uintptr_t)(p))

/**
 * struct totals - What all clients have done so far; in memory that they share.
 */
struct totals {
	/** @binds: accepted. */
	uint64_t binds;

	/** @refused: for want of memory, or because too many are pending. */
	uint64_t refused;

	/** @looks: pages looked at through the GPU, and as they should be. */
	uint64_t looks;

	/** @no_room: looks that could not be, as all that a VM maps did not fit. */
	uint64_t no_room;

	/** @execs: executions, each of which read and wrote some pages. */
	uint64_t execs;

	/** @executed: pages that the copy engine read, and as they should be. */
	uint64_t executed;

	/** @shared: dma-bufs of ours that others had, in the same process. */
	uint64_t shared;

	/** @given: the same, in another process. */
	uint64_t given;

	/** @imported: dma-bufs of udmabuf. */
	uint64_t imported;

	/** @vms: address spaces made. */
	uint64_t vms;

	/** @dead: of these, found dead. */
	uint64_t dead;
};

/* A counter that several processes count. */
#define count(total, n)	__atomic_fetch_add(&(total), n, __ATOMIC_RELAXED)

/**
 * struct setup - What a client is told.
 */
struct setup {
	/** @node: path of the device. */
	const char *node;

	/** @faults: address spaces may die. */
	bool faults;

	/** @totals: see there. */
	struct totals *totals;
};

int client_run(const struct setup *setup, uint64_t seed);

#endif
