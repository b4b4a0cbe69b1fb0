// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes into a dump: who comes second finds it taken, and what is too long is cut. The
 * text is looked at before the worker has handed it over.
 */

#include <linux/devcoredump.h>
#include <linux/string.h>

#include "drm/coredump.h"
#include "tests/vm_fixture.h"

#define FAILED		(-EIO)

static struct cnova_coredump *coredump_of(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	return &fix->vm->coredump;
}

static struct drm_printer *begin(struct kunit *test, const char *reason)
{
	struct vm_fixture *fix = test->priv;

	return cnova_coredump_begin(fix->vm, reason, FAILED);
}

/* The worker waits until the text was looked at. */
static void end(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	disable_work_sync(&fix->vm->coredump.work);
	cnova_coredump_end(fix->vm);
}

/* And this one is deleted, as a reader would. */
static void hand_over(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_coredump *dump = coredump_of(test);

	enable_work(&dump->work);
	queue_work(fix->cnova->cleanup_wq, &dump->work);
	flush_work(&dump->work);
	dev_coredump_put(fix->cnova->drm.dev);
}

static void expect_text(struct kunit *test, const char *text, bool there)
{
	const char *buf = coredump_of(test)->buf;

	KUNIT_EXPECT_EQ_MSG(test, !!strstr(buf, text), there, "%s in:\n%.512s", text, buf);
}

/* Whoever fails before the worker has run is counted, and changes nothing that is there. */
static void second_is_counted(struct kunit *test)
{
	struct drm_printer *p = begin(test, "the first");

	KUNIT_ASSERT_NOT_NULL(test, p);
	drm_printf(p, "a line of the first\n");
	KUNIT_EXPECT_NULL(test, begin(test, "the second, too early"));
	drm_printf(p, "another line of the first\n");
	end(test);
	KUNIT_EXPECT_NULL(test, begin(test, "the third, too early"));

	expect_text(test, "reason: the first\nerror: -5\nmissed: 0\n", true);
	expect_text(test, "\na line of the first\nanother line of the first\n", true);
	expect_text(test, "too early", false);
	hand_over(test);

	/* The next one says how many there were, once. */
	KUNIT_ASSERT_NOT_NULL(test, begin(test, "the fourth"));
	end(test);
	expect_text(test, "reason: the fourth\nerror: -5\nmissed: 2\n", true);
	expect_text(test, "the first", false);
	hand_over(test);
	KUNIT_ASSERT_NOT_NULL(test, begin(test, "the fifth"));
	end(test);
	expect_text(test, "missed: 0\n", true);
	hand_over(test);
}

/* What came first stays, to the last whole line that fits; that it was cut is said. */
static void what_is_too_long_is_cut(struct kunit *test)
{
	static const char cut[] = "[cut]\n";
	const char *buf = coredump_of(test)->buf;
	struct drm_printer *p = begin(test, "much to say");
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (u32 i = 0; i < CNOVA_COREDUMP_BYTES / 16; i++)
		drm_printf(p, "%08x, and more\n", i);
	end(test);
	expect_text(test, "reason: much to say\n", true);
	expect_text(test, "\n00000000, and more\n00000001, and more\n", true);
	len = strnlen(buf, CNOVA_COREDUMP_BYTES);
	KUNIT_ASSERT_LT(test, len, CNOVA_COREDUMP_BYTES);
	KUNIT_EXPECT_GT(test, len, CNOVA_COREDUMP_BYTES - 64);
	KUNIT_EXPECT_STREQ(test, buf + len - strlen(cut), cut);
	hand_over(test);
}

static struct kunit_case coredump_kunit_cases[] = {
	KUNIT_CASE(second_is_counted),
	KUNIT_CASE(what_is_too_long_is_cut),
	{}
};

static struct kunit_suite coredump_kunit_suite = {
	.name = "cnova_coredump",
	.init = vm_fixture_init,
	.exit = vm_fixture_exit,
	.test_cases = coredump_kunit_cases,
};

kunit_test_suite(coredump_kunit_suite);
