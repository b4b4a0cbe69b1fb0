// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the shims in include/linux keep count of.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/slab.h>

unsigned int host_nr_warnings;
bool host_warnings_wanted;
unsigned long host_alloc_fail;
unsigned long host_nr_allocs;
long host_nr_held;

/* Count a warning that nobody wants, and say the first few. */
bool host_warn(const char *file, int line, const char *what)
{
	if (!host_warnings_wanted && host_nr_warnings++ < 5)
		printf("# warning: %s:%d: %s\n", file, line, what);
	return true;
}

/* Allocate; fail when it is the turn of this one. */
void *kmalloc(size_t size, gfp_t gfp)
{
	void *p;

	host_nr_allocs++;
	if (host_alloc_fail && !--host_alloc_fail)
		return NULL;

	p = gfp & __GFP_ZERO ? calloc(1, size) : malloc(size);
	if (p)
		host_nr_held++;
	return p;
}

/* Free what kmalloc() gave. */
void kfree(const void *p)
{
	if (p)
		host_nr_held--;
	free((void *)p);
}
