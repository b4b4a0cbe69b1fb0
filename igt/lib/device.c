// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cnova.h"

/**
 * cnova_write_text() - Write a file of sysfs.
 */
void cnova_write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	igt_assert_f(fd >= 0, "%s: %m\n", path);
	igt_assert_f(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %m\n", path);
	close(fd);
}

/* The driver's directory and the device's name in it. */
static void find_device(int fd, char *driver, size_t driver_room, char *name, size_t name_room)
{
	char path[128], *device, *target;
	struct stat st;

	igt_assert_eq(fstat(fd, &st), 0);
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device", major(st.st_rdev),
		 minor(st.st_rdev));
	device = realpath(path, NULL);
	igt_assert(device);
	snprintf(name, name_room, "%s", strrchr(device, '/') + 1);
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/driver", major(st.st_rdev),
		 minor(st.st_rdev));
	target = realpath(path, NULL);
	igt_assert(target);
	snprintf(driver, driver_room, "%s", target);
	free(device);
	free(target);
}

/* The device that was unbound last: without a driver nobody can be asked for it. */
static char driver_dir[256], device_name[64];

static void write_driver(const char *what)
{
	char path[sizeof(driver_dir) + 16];

	snprintf(path, sizeof(path), "%s/%s", driver_dir, what);
	cnova_write_text(path, device_name);
}

/**
 * cnova_device_unbind() - Take the driver from the device.
 * @fd: File of the device. Open ones stay open, and are of no use.
 */
void cnova_device_unbind(int fd)
{
	find_device(fd, driver_dir, sizeof(driver_dir), device_name, sizeof(device_name));
	write_driver("unbind");
}

/**
 * cnova_device_bind() - Give it back; what the model was told to do wrong is over.
 *
 * Return: a file of it.
 */
int cnova_device_bind(void)
{
	cnova_model_set("arm", "none");
	cnova_model_set("gone", "0");
	cnova_model_set("trigger_stuck", "0");
	cnova_model_set("ack_lost", "0");
	cnova_model_set("window_stuck", "0");
	write_driver("bind");
	return cnova_open();
}

/**
 * cnova_bind_again() - Take the driver from the device and give it back: all is well then.
 * @fd: Only open file of the device; another one afterwards.
 */
void cnova_bind_again(int *fd)
{
	find_device(*fd, driver_dir, sizeof(driver_dir), device_name, sizeof(device_name));
	drm_close_driver(*fd);
	write_driver("unbind");
	*fd = cnova_device_bind();
}
