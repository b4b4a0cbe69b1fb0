/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel on a host that does nothing by itself (tests/fake_host.h), and what its owner was
 * told.
 */
#ifndef _CNOVA_TESTS_CHANNEL_FIXTURE_H_
#define _CNOVA_TESTS_CHANNEL_FIXTURE_H_

#include <kunit/test.h>
#include <linux/bits.h>

#include "tests/fake_host.h"

#define RING_LG2	4
#define RING		BIT(RING_LG2)
#define PDB		0x123456000ULL
#define RING_VA		0x12345000ULL

struct channel_test {
	struct fake_gpu *fake;
	struct fake_host *hw;
	struct fake_host_regs regs;
	struct cnova_mm mm;
	struct cnova_host host;
	u64 free;
	bool has_mm;

	u64 ring[RING];
	u32 userd[CNOVA_CHANNEL_USERD_SIZE / 4];
	struct cnova_channel channel;

	/* What the ops were called with. */
	u32 nonstalls;
	u32 faults;
	u32 errors;
	u32 wedged;
	u32 resets;
	struct cnova_channel *told;	/* of the last error */
	bool late;			/* what owners say */
	struct cnova_fault fault;
	struct cnova_channel_error error;
};

struct cnova_channel_args channel_args(struct channel_test *t);
void channel_up(struct kunit *test);

int channel_test_init(struct kunit *test);
void channel_test_exit(struct kunit *test);

#endif /* _CNOVA_TESTS_CHANNEL_FIXTURE_H_ */
