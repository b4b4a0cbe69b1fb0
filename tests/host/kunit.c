// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Runs the KUnit suites that are linked in, and prints TAP: a line for each case, which is
 * all of its parameters. KUNIT=name runs that suite or that case alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/bug.h>

#include "host_vm.h"

struct host_kunit_action {
	struct host_kunit_action *next;
	void (*fn)(void *arg);
	void *arg;
};

static struct kunit_suite *suites;
static jmp_buf leave;

/* Called before main(). */
void host_kunit_register(struct kunit_suite *suite)
{
	struct kunit_suite **last = &suites;

	while (*last)
		last = &(*last)->next;
	*last = suite;
}

/* Have @fn called at the end of the test, the last one first. */
int kunit_add_action_or_reset(struct kunit *test, void (*fn)(void *arg), void *arg)
{
	struct host_kunit_action *action = malloc(sizeof(*action));

	*action = (struct host_kunit_action){ test->actions, fn, arg };
	test->actions = action;
	return 0;
}

/* Memory of the test, not counted as the driver's is. */
void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	void *p = calloc(1, size);

	kunit_add_action_or_reset(test, free, p);
	return p;
}

struct device *kunit_device_register(struct kunit *test, const char *name)
{
	struct device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);

	dev->name = name;
	return dev;
}

void host_kunit_fail(struct kunit *test, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	test->failed = true;
	printf("# %s:%d: ", file, line);
	if (test->param)
		printf("%s: ", test->param);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

void host_kunit_leave(struct kunit *test)
{
	longjmp(leave, 1);
}

void kunit_skip(struct kunit *test, const char *why)
{
	test->skipped = why;
	longjmp(leave, 1);
}

void kunit_info(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

/* As in the kernel: exit also after an init that failed, then the actions. */
static void run_once(struct kunit_suite *suite, struct kunit_case *test_case, struct kunit *test)
{
	struct host_kunit_action *action;

	if (!setjmp(leave)) {
		if (suite->init && suite->init(test))
			test->failed = true;
		else
			test_case->run_case(test);
	}
	if (suite->exit && !setjmp(leave))
		suite->exit(test);

	while ((action = test->actions)) {
		test->actions = action->next;
		action->fn(action->arg);
		free(action);
	}
}

static void run_case(struct kunit_suite *suite, struct kunit_case *test_case)
{
	char name[200], desc[KUNIT_PARAM_DESC_SIZE];
	const void *(*gen)(struct kunit *, const void *, char *) = test_case->generate_params;
	struct kunit test = {};
	unsigned int runs = 0;
	bool ok = true;

	snprintf(name, sizeof(name), "%s: %s", suite->name, test_case->name);
	do {
		test.failed = false;
		if (gen) {
			test.param_value = gen(&test, test.param_value, desc);
			test.param = desc;
			if (!test.param_value)
				break;
		}
		run_once(suite, test_case, &test);
		ok &= !test.failed;
		runs++;
	} while (gen);

	if (test.skipped) {
		tap_skip(name, test.skipped);
		return;
	}
	if (gen)
		printf("# %u parameters\n", runs);
	tap_result(ok && runs, name);
}

int main(void)
{
	const char *only = getenv("KUNIT");
	struct kunit_suite *suite;
	struct kunit_case *test_case;

	for (suite = suites; suite; suite = suite->next) {
		bool all = !only || !*only || !strcmp(only, suite->name);

		if (suite->suite_init && suite->suite_init(suite))
			tap_result(false, suite->name);
		for (test_case = suite->test_cases; test_case->run_case; test_case++)
			if (all || !strcmp(only, test_case->name))
				run_case(suite, test_case);
		if (suite->suite_exit)
			suite->suite_exit(suite);
	}

	if (host_nr_held)
		printf("# %ld allocations are left\n", host_nr_held);
	tap_result(!host_nr_held, "nothing is left allocated");
	return tap_done();
}
