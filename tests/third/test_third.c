// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A third opinion, on every chip that the driver and the model both know.
 *
 * SEED=n for other random numbers, ROUNDS=n for more of them, CHIP=name for one chip.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "test.h"

#define MAX_SAID	12

struct third_totals third_totals;
unsigned long differences[NR_DIFFERENCES];

/* In full: Documentation/testing.rst. */
static const char * const why[NR_DIFFERENCES] = {
	[DIFF_PCF] = "seven privileged PCFs of v3 that RM's table lacks",
	[DIFF_NV4K] = "RM's \"no valid 4K\" of v2 is 0x28, UVM's and ours 0x20",
	[DIFF_SOC_LEAVES] = "RM's levels of integrated Blackwell have leaves above 2 MiB",
	[DIFF_NOWHERE] = "undefined PCF of v3 with VALID = 0",
	[DIFF_RESERVED] = "bits between fields, which RM does not look at",
	[DIFF_4K_PRIVILEGE] = "PRIVILEGE in an invalid 4K entry of v2",
	[DIFF_UVM_WORDS] = "leaves that UVM does not make",
};

static unsigned int nr_said;
static bool failed;

void third_fail(const struct third_chip *chip, const char *format, ...)
{
	va_list args;

	failed = true;
	if (nr_said++ >= MAX_SAID)
		return;
	printf("# %s: ", chip->ours->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

bool third_passed(void)
{
	bool passed = !failed;

	failed = false;
	nr_said = 0;
	return passed;
}

static enum third_mmu chip_mmu(const struct cnova_chip *chip)
{
	switch (chip->chipset >> 4) {
	case 0x16:
		return THIRD_TURING;
	case 0x17:
	case 0x19:
		return THIRD_AMPERE;
	case 0x18:
		return THIRD_HOPPER;
	default:
		/* GB10B, GB20B, GB20C */
		return (chip->chipset & 0xf) >= 0xb ? THIRD_BLACKWELL_INTEGRATED :
						      THIRD_BLACKWELL;
	}
}

static void result(const struct third_chip *chip, const char *what)
{
	char name[80];

	snprintf(name, sizeof(name), "%s: %s", chip->model->name, what);
	tap_result(third_passed(), name);
}

static void test_chip(const struct third_chip *chip, u64 seed, u64 rounds)
{
	struct host_random random = { .state = seed };

	test_shapes(chip);
	result(chip, "shapes of tables, sizes of leaves");
	test_constants(chip);
	test_pcf(chip);
	result(chip, "sparse, blocked, permissions");
	test_leaves(chip, &random, 100000 * rounds);
	result(chip, "leaves");
	test_directories(chip, &random, 50000 * rounds);
	result(chip, "directories");
	test_bits(chip, &random, 200000 * rounds);
	result(chip, "any word");
	test_their_tables(chip, &random, 3000 * rounds);
	result(chip, "RM's tables through the model's walker");
	test_our_tables(chip, &random, 3000 * rounds);
	result(chip, "the engine's tables through RM's formats");
}

int main(void)
{
	u64 seed = host_seed(0x3d0);
	const char *rounds = getenv("ROUNDS"), *only = getenv("CHIP");
	const struct cnova_sim_chip *model;
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seed %#llx\n", seed);
	for (i = 0; (model = cnova_sim_chip_at(i)); i++) {
		struct third_chip chip = {
			.ours = cnova_chip_find(model->boot_42),
			.model = model,
		};

		if (only && *only && strcmp(only, model->name))
			continue;
		chip.mmu = chip_mmu(chip.ours);
		chip.rm = rm_fmt(chip.mmu);
		chip.v3 = chip.mmu >= THIRD_HOPPER;
		test_chip(&chip, seed + i, rounds && *rounds ? strtoull(rounds, NULL, 0) : 1);
	}

	printf("# %llu words; %llu jobs, %llu stores, %llu addresses looked at\n",
	       third_totals.words, third_totals.jobs, third_totals.stores, third_totals.looks);
	for (i = 0; i < NR_DIFFERENCES; i++) {
		printf("# known difference, %lu times: %s\n", differences[i], why[i]);
		if (!differences[i])
			failed = true;
	}
	if (only && *only)
		tap_skip("every known difference shows", "one chip only");
	else
		tap_result(!failed, "every known difference shows");
	return tap_done();
}
