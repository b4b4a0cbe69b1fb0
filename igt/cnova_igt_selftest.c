// SPDX-License-Identifier: MIT

#include "cnova.h"

/**
 * TEST: cnova igt selftest
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Self-test
 * Description: Says one of everything that a test can say. It proves that our
 *	declarations match the library, and that what reads the results can see red.
 *	Needs no device. It is not in any test list of the driver.
 *
 * SUBTEST: pass
 * Description: Passes.
 *
 * SUBTEST: fail
 * Description: Fails, on purpose.
 *
 * SUBTEST: skip
 * Description: Skips.
 *
 * SUBTEST: child-fails
 * Description: Fails, on purpose, in a child.
 *
 * SUBTEST: dynamic
 * Description: Has a part that passes and one that skips.
 */

/* One function that 2.2 did not have, and those whose arguments changed over time. */
static void *const wanted[] = {
	(void *)__igt_run_subtest,
	(void *)__igt_enter_dynamic_container,
	(void *)__igt_run_dynamic_subtest,
	(void *)__igt_fail_assert,
	(void *)drm_open_driver_render,
};

int igt_main()
{
	igt_fixture() {
		for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++)
			igt_abort_on_f(!wanted[i], "libigt lacks function %u\n", i);
	}

	igt_describe("Passes.");
	igt_subtest("pass")
		igt_assert_eq(1 + 1, 2);

	igt_describe("Fails, on purpose.");
	igt_subtest("fail")
		igt_assert_f(1 + 1 == 3, "as it should\n");

	igt_describe("Skips.");
	igt_subtest("skip")
		igt_require_f(0, "as it should\n");

	igt_describe("Fails, on purpose, in a child.");
	igt_subtest("child-fails") {
		igt_fork(child, 1)
			igt_assert_eq(child, 1);
		igt_waitchildren();
	}

	igt_describe("Has a part that passes and one that skips.");
	igt_subtest_with_dynamic("dynamic") {
		igt_dynamic("one")
			igt_assert(true);
		igt_dynamic("two")
			igt_skip("as it should\n");
	}
}
