/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_BITMAP_H_
#define _HOST_LINUX_BITMAP_H_

#include <string.h>

#include <linux/bits.h>
#include <linux/types.h>

#define BITS_TO_LONGS(n)		(((n) + BITS_PER_LONG - 1) / (8 * sizeof(long)))
#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(unsigned int i, const unsigned long *map)
{
	return map[i / BITS_PER_LONG] >> (i % BITS_PER_LONG) & 1;
}

static inline void __set_bit(unsigned int i, unsigned long *map)
{
	map[i / BITS_PER_LONG] |= BIT(i % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned int i, unsigned long *map)
{
	map[i / BITS_PER_LONG] &= ~BIT(i % BITS_PER_LONG);
}

static inline bool __test_and_set_bit(unsigned int i, unsigned long *map)
{
	bool was = test_bit(i, map);

	__set_bit(i, map);
	return was;
}

static inline bool __test_and_clear_bit(unsigned int i, unsigned long *map)
{
	bool was = test_bit(i, map);

	__clear_bit(i, map);
	return was;
}

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nr)
{
	for (; nr; nr--, start++)
		__set_bit(start, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nr)
{
	for (; nr; nr--, start++)
		__clear_bit(start, map);
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int nr)
{
	unsigned int i, weight = 0;

	for (i = 0; i < nr; i++)
		weight += test_bit(i, map);
	return weight;
}

/* Of maps that start as zeroes, so that what is beyond @nr is the same. */
static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int nr)
{
	memcpy(to, from, BITS_TO_LONGS(nr) * sizeof(long));
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nr)
{
	return !memcmp(a, b, BITS_TO_LONGS(nr) * sizeof(long));
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
#define find_first_bit(map, size)		host_find_bit(map, size, 0, true)
#define find_first_zero_bit(map, size)		host_find_bit(map, size, 0, false)
#define for_each_set_bit(i, map, size)					\
	for ((i) = find_first_bit(map, size); (i) < (size);		\
	     (i) = find_next_bit(map, size, (i) + 1))
#define set_bit(i, map)		((void)__atomic_or_fetch(&(map)[(i) / BITS_PER_LONG], \
				BIT((i) % BITS_PER_LONG), __ATOMIC_SEQ_CST))
#define test_and_clear_bit(i, map)	__test_and_clear_bit(i, map)
#define bitmap_fill(map, nr)	bitmap_set(map, 0, nr)
#define bitmap_zero(map, nr)	bitmap_clear(map, 0, nr)
#define ffz(word)				((unsigned int)__builtin_ctzl(~(unsigned long)(word)))

#endif
