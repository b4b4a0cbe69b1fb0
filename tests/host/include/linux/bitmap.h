/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_BITMAP_H_
#define _HOST_LINUX_BITMAP_H_

#include <linux/bits.h>
#include <linux/types.h>

#define BITS_TO_LONGS(n)		(((n) + BITS_PER_LONG - 1) / (8 * sizeof(long)))
#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(unsigned int i, const unsigned long *map)
{
	return map[i / BITS_PER_LONG] >> (i % BITS_PER_LONG) & 1;
}

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nr)
{
	for (; nr; nr--, start++)
		map[start / BITS_PER_LONG] |= BIT(start % BITS_PER_LONG);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nr)
{
	for (; nr; nr--, start++)
		map[start / BITS_PER_LONG] &= ~BIT(start % BITS_PER_LONG);
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int nr)
{
	unsigned int i, weight = 0;

	for (i = 0; i < nr; i++)
		weight += test_bit(i, map);
	return weight;
}

static inline unsigned int host_find_bit(const unsigned long *map, unsigned int size,
					 unsigned int from, bool value)
{
	while (from < size && test_bit(from, map) != value)
		from++;
	return from < size ? from : size;
}

#define find_next_bit(map, size, from)		host_find_bit(map, size, from, true)
#define find_next_zero_bit(map, size, from)	host_find_bit(map, size, from, false)

#endif
