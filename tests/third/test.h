/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests share: chips with all three opinions, and known differences.
 */
#ifndef _THIRD_TEST_H_
#define _THIRD_TEST_H_

#include <linux/types.h>

#include "hw/chip.h"
#include "mm/pt_fmt.h"
#include "sim/chips.h"
#include "tests/host/host_vm.h"
#include "tests/third/third.h"

/* A chip in the driver, in the model, and the family it is of for NVIDIA. */
struct third_chip {
	const struct cnova_chip *ours;
	const struct cnova_sim_chip *model;
	const struct rm_fmt *rm;
	enum third_mmu mmu;
	bool v3;
};

/* Where NVIDIA's code and ours differ, and why. Each must show, or the list is wrong. */
enum difference {
	DIFF_PCF,
	DIFF_NV4K,
	DIFF_SOC_LEAVES,
	DIFF_NOWHERE,
	DIFF_RESERVED,
	DIFF_4K_PRIVILEGE,
	DIFF_UVM_WORDS,
	NR_DIFFERENCES
};

extern unsigned long differences[NR_DIFFERENCES];

/* Say what is wrong; the first few times. */
void third_fail(const struct third_chip *chip, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Return: whether third_fail() was not called since the last time. */
bool third_passed(void);

/* Random in all bits that matter: permissions, apertures, kinds. @pa is the caller's. */
void random_attr(struct host_random *random, const struct third_chip *chip,
		 struct third_entry *leaf);
struct cnova_pt_attr to_attr(const struct third_entry *leaf);
struct third_entry from_ours(const struct cnova_pt_entry *entry);
struct third_entry from_model(const struct cnova_sim_word *word);
/* By what @a says: fields that @a->type does not have are not looked at. */
bool same_entry(const struct third_entry *a, const struct third_entry *b);
const char *entry_string(const struct third_entry *entry);

void test_shapes(const struct third_chip *chip);
void test_constants(const struct third_chip *chip);
void test_leaves(const struct third_chip *chip, struct host_random *random, u64 rounds);
void test_directories(const struct third_chip *chip, struct host_random *random, u64 rounds);
void test_pcf(const struct third_chip *chip);
void test_bits(const struct third_chip *chip, struct host_random *random, u64 rounds);

/* What was done. */
struct third_totals {
	u64 words;
	u64 jobs;
	u64 looks;
	u64 stores;
};

extern struct third_totals third_totals;

void test_their_tables(const struct third_chip *chip, struct host_random *random, u64 rounds);
void test_our_tables(const struct third_chip *chip, struct host_random *random, u64 rounds);

#endif /* _THIRD_TEST_H_ */
