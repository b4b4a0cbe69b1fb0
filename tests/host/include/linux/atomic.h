/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_ATOMIC_H_
#define _HOST_LINUX_ATOMIC_H_

#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

#define atomic_inc_return(v)	__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_dec_return(v)	__atomic_sub_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_set(v, n)	__atomic_store_n(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_set_release(v, n) __atomic_store_n(&(v)->counter, n, __ATOMIC_RELEASE)
#define atomic_read(v)		__atomic_load_n(&(v)->counter, __ATOMIC_SEQ_CST)
#define atomic_inc(v)		((void)__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic_or(n, v)		((void)__atomic_or_fetch(&(v)->counter, n, __ATOMIC_SEQ_CST))
#define atomic_andnot(n, v)	((void)__atomic_and_fetch(&(v)->counter, ~(n), __ATOMIC_SEQ_CST))
#define atomic_dec(v)		((void)__atomic_sub_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST))

typedef struct {
	s64 counter;
} atomic64_t;

#define atomic64_add(n, v)	((void)__atomic_add_fetch(&(v)->counter, n, __ATOMIC_SEQ_CST))
#define atomic64_inc(v)		atomic64_add(1, v)
#define atomic64_read(v)	__atomic_load_n(&(v)->counter, __ATOMIC_SEQ_CST)
#define atomic64_set(v, n)	__atomic_store_n(&(v)->counter, n, __ATOMIC_SEQ_CST)

#endif
