// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KUnit module: suites are in the other files.
 */

#include <linux/module.h>

MODULE_DESCRIPTION("KUnit tests of cnova");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
