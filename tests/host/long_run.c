// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For the tests that run for long: the address sanitizer, but for locals of functions that have
 * returned, which takes a third to a half of the time. Shorter tests have that over the same
 * functions.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=0";
}
