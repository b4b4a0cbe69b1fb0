/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * As much of KUnit as its suites in tests/ use, so that they run in user space too: with
 * sanitizers, and against mutants. tests/host/kunit.c
 */
#ifndef _HOST_KUNIT_TEST_H_
#define _HOST_KUNIT_TEST_H_

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/bits.h>
#include <linux/types.h>

#define KUNIT_PARAM_DESC_SIZE	128

struct host_kunit_action;

struct kunit {
	void *priv;
	const void *param_value;
	/* What follows is the runner's. */
	struct host_kunit_action *actions;
	const char *param;
	bool failed;
	const char *skipped;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(struct kunit *test, const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	struct kunit_suite *next;
};

#define KUNIT_CASE(fn)			{ .run_case = fn, .name = #fn }
#define KUNIT_CASE_SLOW(fn)		KUNIT_CASE(fn)
#define KUNIT_CASE_PARAM(fn, gen)	\
	{ .run_case = fn, .name = #fn, .generate_params = gen }

void host_kunit_register(struct kunit_suite *suite);

#define kunit_test_suite(suite)						\
	static void __attribute__((__constructor__)) host_##suite(void)	\
	{								\
		host_kunit_register(&(suite));				\
	}

int kunit_add_action_or_reset(struct kunit *test, void (*fn)(void *arg), void *arg);
void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp);

#define kunit_kcalloc(test, n, size, gfp)	kunit_kzalloc(test, size_mul(n, size), gfp)
#define KUNIT_DEFINE_ACTION_WRAPPER(wrapper, fn, type)	\
	static void wrapper(void *arg)			\
	{						\
		fn((type)arg);				\
	}

__attribute__((__format__(__printf__, 4, 5)))
void host_kunit_fail(struct kunit *test, const char *file, int line, const char *fmt, ...);
__attribute__((__noreturn__)) void host_kunit_leave(struct kunit *test);
__attribute__((__noreturn__)) void kunit_skip(struct kunit *test, const char *why);
__attribute__((__format__(__printf__, 2, 3)))
void kunit_info(struct kunit *test, const char *fmt, ...);

#define host_kunit_check(test, fatal, ok, ...)						\
	do {										\
		if (!(ok)) {								\
			host_kunit_fail(test, __FILE__, __LINE__, __VA_ARGS__);		\
			if (fatal)							\
				host_kunit_leave(test);					\
		}									\
	} while (0)

#define host_kunit_compare(test, fatal, left, op, right)				\
	do {										\
		__auto_type _left = (left);						\
		__auto_type _right = (right);						\
											\
		host_kunit_check(test, fatal, _left op _right, "%s is %lld (%#llx), %s %lld",	\
				 #left, (long long)_left, (long long)_left, #op,	\
				 (long long)_right);					\
	} while (0)

#define KUNIT_EXPECT_EQ(test, l, r)		host_kunit_compare(test, false, l, ==, r)
#define KUNIT_EXPECT_NE(test, l, r)		host_kunit_compare(test, false, l, !=, r)
#define KUNIT_EXPECT_LT(test, l, r)		host_kunit_compare(test, false, l, <, r)
#define KUNIT_EXPECT_LE(test, l, r)		host_kunit_compare(test, false, l, <=, r)
#define KUNIT_EXPECT_GT(test, l, r)		host_kunit_compare(test, false, l, >, r)
#define KUNIT_EXPECT_GE(test, l, r)		host_kunit_compare(test, false, l, >=, r)
#define KUNIT_ASSERT_EQ(test, l, r)		host_kunit_compare(test, true, l, ==, r)
#define KUNIT_ASSERT_NE(test, l, r)		host_kunit_compare(test, true, l, !=, r)
#define KUNIT_ASSERT_LE(test, l, r)		host_kunit_compare(test, true, l, <=, r)
#define KUNIT_ASSERT_GT(test, l, r)		host_kunit_compare(test, true, l, >, r)
#define KUNIT_ASSERT_GE(test, l, r)		host_kunit_compare(test, true, l, >=, r)
#define KUNIT_ASSERT_LT(test, l, r)		host_kunit_compare(test, true, l, <, r)
#define KUNIT_EXPECT_EQ_MSG(test, l, r, ...)	\
	host_kunit_check(test, false, (l) == (r), #l " == " #r ": " __VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, ...)	\
	host_kunit_check(test, true, (l) == (r), #l " == " #r ": " __VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, l, r, ...)	\
	host_kunit_check(test, false, (l) <= (r), #l " <= " #r ": " __VA_ARGS__)

#define KUNIT_EXPECT_TRUE(test, cond)		host_kunit_check(test, false, cond, "%s", #cond)
#define KUNIT_ASSERT_TRUE(test, cond)		host_kunit_check(test, true, cond, "%s", #cond)
#define KUNIT_EXPECT_FALSE(test, cond)		host_kunit_check(test, false, !(cond), "!%s", #cond)
#define KUNIT_ASSERT_FALSE(test, cond)		host_kunit_check(test, true, !(cond), "!%s", #cond)
#define KUNIT_EXPECT_TRUE_MSG(test, cond, ...)	host_kunit_check(test, false, cond, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE_MSG(test, cond, ...)	host_kunit_check(test, true, cond, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, cond, ...)	\
	host_kunit_check(test, false, !(cond), __VA_ARGS__)

#define KUNIT_EXPECT_NULL(test, p)		host_kunit_check(test, false, !(p), "%s", #p)
#define KUNIT_EXPECT_NOT_NULL(test, p)		host_kunit_check(test, false, p, "%s", #p)
#define KUNIT_ASSERT_NOT_NULL(test, p)		host_kunit_check(test, true, p, "%s", #p)
#define KUNIT_EXPECT_PTR_EQ(test, l, r)		\
	host_kunit_check(test, false, (l) == (r), "%s == %s", #l, #r)
#define KUNIT_EXPECT_PTR_NE(test, l, r)		\
	host_kunit_check(test, false, (l) != (r), "%s != %s", #l, #r)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p)	\
	host_kunit_check(test, true, !IS_ERR_OR_NULL(p), "%s", #p)
#define KUNIT_EXPECT_STREQ(test, l, r)		\
	host_kunit_check(test, false, !strcmp(l, r), "%s is %s", #l, l)
#define KUNIT_EXPECT_MEMEQ(test, l, r, size)	\
	host_kunit_check(test, false, !memcmp(l, r, size), "%s like %s", #l, #r)
#define kunit_warning_suppress(test)					\
	for (host_warnings_wanted = true; host_warnings_wanted; host_warnings_wanted = false)

#define KUNIT_FAIL(test, ...)			host_kunit_check(test, false, false, __VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(test, ...)		host_kunit_check(test, true, false, __VA_ARGS__)

#endif
