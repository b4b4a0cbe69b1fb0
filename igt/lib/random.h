/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_RANDOM_H
#define CNOVA_IGT_RANDOM_H

#include <stdint.h>

uint64_t cnova_env_number(const char *name, uint64_t otherwise);

uint64_t cnova_random_seed(void);
void cnova_random_start(uint64_t seed);
uint64_t cnova_random(void);
uint64_t cnova_below(uint64_t limit);

#endif
