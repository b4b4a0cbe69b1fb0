// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cnova.h"

/**
 * TEST: cnova coredump
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: uapi
 * Description: What is left of a VM that died, for those who want to know why. Needs the
 *	software model, which can be told to fail.
 *
 * SUBTEST: vm
 * Description: A VM that dies leaves a dump that tells device, chip, VM, error, the walk of
 *	the address, and what ran last; it outlives the VM. One that lived leaves none.
 *
 * SUBTEST: vm-unread
 * Description: A second death before the first dump was read changes nothing in that; when
 *	it is gone there is room for the next, and one nobody reads keeps nothing alive.
 */

#define HANG_SECONDS	30

static struct cnova_world *prepare(int fd)
{
	return cnova_world_watched(fd, HANG_SECONDS, "a VM that is dead");
}

/* Not cnova_world_destroy(): TLB and memory do differ now, for what is in quarantine. */
static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_world_abandon(w);
	cnova_model_check_violations();
}

static int open_coredump(int fd, int flags)
{
	struct stat st;
	char path[128];

	igt_assert_eq(fstat(fd, &st), 0);
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/devcoredump/data",
		 major(st.st_rdev), minor(st.st_rdev));
	return open(path, flags | O_CLOEXEC);
}

/* What is written does not matter: the kernel's worker deletes it. */
static void delete_coredump(int fd)
{
	int file;

	while ((file = open_coredump(fd, O_WRONLY)) >= 0) {
		igt_assert_eq(write(file, "1", 1), 1);
		close(file);
		usleep(10000);
	}
}

/* The driver's worker makes it. */
static char *read_coredump(int fd)
{
	int file = -1;
	size_t len = 0;
	char *text;
	ssize_t got;

	for (int i = 0; i < 500 && file < 0; i++) {
		file = open_coredump(fd, O_RDONLY);
		if (file < 0)
			usleep(10000);
	}
	igt_assert_f(file >= 0, "no dump: %m\n");

	text = calloc(1, SZ_64K);
	igt_assert(text);
	while ((got = read(file, text + len, SZ_64K - 1 - len)) > 0)
		len += got;
	igt_assert_eq(got, 0);
	close(file);
	return text;
}

static void expect_line(const char *text, const char *fmt, ...)
{
	char line[128] = "\n";
	va_list args;

	va_start(args, fmt);
	vsnprintf(line + 1, sizeof(line) - 1, fmt, args);
	va_end(args);
	igt_assert_f(strstr(text, line), "not found: %s\nin:\n%s", line + 1, text);
}

static void expect_coredump(const char *text, const struct cnova_vm *vm)
{
	igt_assert_f(!strncmp(text, "cnova coredump 1\n", 17), "%s", text);
	expect_line(text, "device: cnova-sim\n");
	expect_line(text, "chip: ");
	expect_line(text, "vm: %u\n", vm->id);
	expect_line(text, "error: %d\n", -ETIMEDOUT);
}

/* A VM with two mappings dies when the first of them goes. */
static void die(struct cnova_world *w, struct cnova_vm *vm)
{
	struct drm_cnova_vm_bind_op op;

	cnova_vm_init(vm, w->fd);
	for (unsigned int i = 0; i < 2; i++) {
		op = cnova_op_map(&w->bo[i], 0, CNOVA_VA + i * SZ_64K, SZ_64K, 0);
		igt_assert_eq(__cnova_bind_one(vm, &op), 0);
	}

	/* Longer than the driver waits, and over when it looks again. */
	igt_emit_ignore_dmesg_regex("no acknowledge of a TLB invalidate|is dead: ");
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("ack_lost", "1");
	op = cnova_op_unmap(CNOVA_VA, SZ_64K);
	igt_assert_eq(__cnova_bind_one(vm, &op), -EIO);
}

static void test_vm(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op;
	char *text, *walk;
	struct cnova_vm vm;

	delete_coredump(fd);
	die(w, &vm);
	text = read_coredump(fd);
	expect_coredump(text, &vm);
	expect_line(text, "mapped: %u\n", (unsigned int)SZ_64K);
	expect_line(text, "quarantined: %u\n", (unsigned int)SZ_64K);
	expect_line(text, "history: 3\n");
	expect_line(text, "pending: 0\n");
	igt_assert(strstr(text, " map va=0x40000000 range=0x10000 "));
	igt_assert(strstr(text, " unmap va=0x40000000 range=0x10000 "));
	igt_assert(strstr(text, "\n0x0000000040000000-0x0000000040010000 object "));

	/* From the root, which names a table, down to an entry that was cleared. */
	walk = strstr(text, "\nwalk: 0x40000000\n\tpde");
	igt_assert_f(walk, "%s", text);
	igt_assert(strstr(walk, " table 0x"));
	igt_assert(strstr(walk, "\tpde0 high "));
	free(text);

	/* It stays until it is deleted, and longer than the VM. */
	close(vm.eye);
	close(vm.dir);
	cnova_vm_destroy(w->fd, vm.id);
	text = read_coredump(fd);
	expect_coredump(text, &vm);
	free(text);
	delete_coredump(fd);

	/* Those that lived leave nothing. */
	op = cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	cnova_vm_destroy(w->fd, w->vm.id);
	igt_assert_lt(open_coredump(fd, O_RDONLY), 0);
	finish(w);
}

static void test_vm_unread(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct cnova_vm vm[3];
	char *text;

	delete_coredump(fd);
	for (unsigned int i = 0; i < 2; i++)
		die(w, &vm[i]);
	text = read_coredump(fd);
	expect_coredump(text, &vm[0]);
	free(text);

	/* Also when the VM of the first is gone, and after the worker had time enough. */
	cnova_vm_destroy(w->fd, vm[0].id);
	cnova_vm_destroy(w->fd, vm[1].id);
	text = read_coredump(fd);
	expect_coredump(text, &vm[0]);
	free(text);

	delete_coredump(fd);
	die(w, &vm[2]);
	text = read_coredump(fd);
	expect_coredump(text, &vm[2]);
	free(text);
	for (unsigned int i = 0; i < 3; i++) {
		close(vm[i].eye);
		close(vm[i].dir);
	}
	/* This one is left for the device's end. */
	finish(w);
}

int igt_main()
{
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "silicon cannot be told to fail\n");
	}

	igt_describe("A VM that dies leaves a dump.");
	igt_subtest("vm")
		test_vm(fd);

	igt_describe("The first dump stays until it was read.");
	igt_subtest("vm-unread")
		test_vm_unread(fd);

	igt_fixture()
		drm_close_driver(fd);
}
