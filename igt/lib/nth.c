// SPDX-License-Identifier: MIT

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nth.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define SLABS		"/sys/kernel/slab/"
#define LAST_NTH	400

static int nth_file = -1;

static bool put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return ok;
}

/*
 * Slabs one by one, because two must not fail: gpu_buddy of 7.2 uses a block after it has
 * freed it when it cannot split one, and debug objects turn themselves off.
 */
static unsigned int choose_slabs(const char *value)
{
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *dir = opendir(SLABS);
	char path[512];

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "gpu_buddy_block") ||
		    !strcmp(entry->d_name, "debug_objects_cache"))
			continue;
		snprintf(path, sizeof(path), SLABS "%s/failslab", entry->d_name);
		nr += put(path, value);
	}
	closedir(dir);
	return nr;
}

/**
 * cnova_nth_begin() - Have allocations of this thread fail when it is told to, or skip.
 *
 * By default neither fails where the caller may sleep, nor for single pages.
 */
void cnova_nth_begin(void)
{
	unsigned int nr;

	igt_require_f(!access(DEBUGFS "failslab", F_OK), "no fault injection\n");
	igt_assert(put(DEBUGFS "failslab/ignore-gfp-wait", "N"));
	igt_assert(put(DEBUGFS "failslab/verbose", "0"));
	igt_assert(put(DEBUGFS "failslab/cache-filter", "Y"));
	igt_assert(put(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N"));
	igt_assert(put(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N"));
	igt_assert(put(DEBUGFS "fail_page_alloc/min-order", "0"));
	igt_assert(put(DEBUGFS "fail_page_alloc/verbose", "0"));
	put(DEBUGFS "fail_usercopy/verbose", "0");
	nr = choose_slabs("1");
	igt_assert_f(nr > 20, "%u slabs can be told to fail\n", nr);
	nth_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	igt_assert_f(nth_file >= 0, "fail-nth: %m\n");
}

/**
 * cnova_nth_end() - All is as before cnova_nth_begin().
 */
void cnova_nth_end(void)
{
	if (nth_file < 0)
		return;
	choose_slabs("0");
	put(DEBUGFS "failslab/cache-filter", "N");
	close(nth_file);
}

/* Copies to and from user space count, and fail, too: those of the file itself as well. */
static void set_nth(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n), ret;

	do {
		ret = pwrite(nth_file, text, len, 0);
	} while (ret < 0 && errno == EFAULT);
	igt_assert_eq(ret, len);
}

/* Has one failed since set_nth()? */
static bool was_injected(void)
{
	char text[16] = "";

	/* The next one to fail was that of reading the answer. */
	if (pread(nth_file, text, sizeof(text) - 1, 0) < 0)
		return false;
	return !atoi(text);
}

/**
 * cnova_nth_ioctl() - One system call with its @n-th allocation failing.
 *
 * *@injected: was there one?
 */
int cnova_nth_ioctl(int fd, unsigned long request, void *arg, unsigned int n, bool *injected)
{
	int err;

	set_nth(n);
	err = ioctl(fd, request, arg) ? -errno : 0;
	*injected = was_injected();
	set_nth(0);
	return err;
}

static bool is_refusal(int err)
{
	/* EFAULT: the copy from user space can be made to fail too. */
	return err == -ENOMEM || err == -ENOSPC || err == -ENOBUFS || err == -EFAULT;
}

/**
 * cnova_nth_count() - What became of the @n-th.
 *
 * Return: whether to go on with the next one.
 */
bool cnova_nth_count(struct cnova_nth_tally *tally, int err, bool injected, unsigned int n)
{
	if (!injected) {
		igt_assert_eq(err, 0);
		return false;
	}

	igt_assert_f(!err || is_refusal(err), "allocation %u fails: %s\n", n, strerror(-err));
	tally->injected++;
	tally->refused += err && err != -EFAULT;
	tally->unreadable += err == -EFAULT;
	igt_assert_lt(n, LAST_NTH);
	return true;
}

/**
 * cnova_nth_report() - Tell, and fail if nothing was injected.
 */
void cnova_nth_report(const struct cnova_nth_tally *tally)
{
	igt_info("%s: %u failures injected, %u calls found no memory, %u could not be read\n",
		 igt_subtest_name(), tally->injected, tally->refused, tally->unreadable);
	igt_assert_lt(0, tally->injected);
}
