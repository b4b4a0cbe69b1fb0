// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cnova.h"
#include "random.h"

static uint64_t state;

/**
 * cnova_env_number() - A number from the environment.
 */
uint64_t cnova_env_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/**
 * cnova_random_seed() - What this run begins with: told, so that it can be repeated.
 */
uint64_t cnova_random_seed(void)
{
	uint64_t seed = cnova_env_number("CNOVA_SEED", time(NULL) * 1000 + getpid() % 1000);

	igt_info("CNOVA_SEED=%" PRIu64 "\n", seed);
	return seed;
}

/**
 * cnova_random_start() - Begin with a seed.
 */
void cnova_random_start(uint64_t seed)
{
	state = seed;
}

/**
 * cnova_random() - 64 random bits, the same everywhere: splitmix64.
 */
uint64_t cnova_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/**
 * cnova_below() - A random number below @limit.
 */
uint64_t cnova_below(uint64_t limit)
{
	return cnova_random() % limit;
}
