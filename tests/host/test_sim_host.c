// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's host: channels from the instance block to the interrupt, on every
 * chip. Prints TAP.
 */
#include "sim_host.h"

#define REL		1
#define WFI		(1 << 20)
#define SEM64		(1 << 24)
#define STAMP		(1 << 25)

static const u64 sem = H_VA_OF(H_DATA);

/* A ring with one segment: a release, then a non-stall interrupt. */
static void test_release(void)
{
	h_begin("host_release");
	h_create(1, 0, 3);
	h_semaphore(0, sem, 0x1234, REL | WFI);
	h_word(0, IMMD(0, 0x20, 0));
	h_go(1, 0, 3);
	CHECK_EQ(h_peek32(H_DATA), 0x1234);
	CHECK_EQ(h_get(0), 1);
	CHECK(h_vector(h_engine[1].vector));
	CHECK(gpu->irq.message);
	gpu_expect_none();
	gpu_end();
}

static void tests(void)
{
	test_release();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
