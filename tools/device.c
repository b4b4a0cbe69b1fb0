// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Finding and opening the device, its debugfs, and what it says about itself. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <xf86drm.h>

#include "cnova.h"

#define MAX_DEVICES	64
#define DEBUGFS		"/sys/kernel/debug"

static const struct {
	uint16_t chipset;
	const char *name;
} chips[] = {
	{ 0x162, "TU102" }, { 0x164, "TU104" }, { 0x166, "TU106" }, { 0x167, "TU117" },
	{ 0x168, "TU116" }, { 0x170, "GA100" }, { 0x172, "GA102" }, { 0x173, "GA103" },
	{ 0x174, "GA104" }, { 0x176, "GA106" }, { 0x177, "GA107" }, { 0x180, "GH100" },
	{ 0x192, "AD102" }, { 0x193, "AD103" }, { 0x194, "AD104" }, { 0x196, "AD106" },
	{ 0x197, "AD107" }, { 0x1a0, "GB100" }, { 0x1a2, "GB102" }, { 0x1a3, "GB110" },
	{ 0x1a4, "GB112" }, { 0x1ab, "GB10B" }, { 0x1b2, "GB202" }, { 0x1b3, "GB203" },
	{ 0x1b5, "GB205" }, { 0x1b6, "GB206" }, { 0x1b7, "GB207" }, { 0x1bb, "GB20B" },
	{ 0x1bc, "GB20C" },
};

/**
 * chip_name() - Marketing knows a chip by other names; drivers know it by this one.
 */
const char *chip_name(uint64_t chipset)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(chips); i++)
		if (chips[i].chipset == chipset)
			return chips[i].name;

	return "unknown chip";
}

const char *chip_family(uint64_t chipset)
{
	switch (chipset >> 4) {
	case 0x16:
		return "Turing";
	case 0x17:
		return "Ampere";
	case 0x18:
		return "Hopper";
	case 0x19:
		return "Ada";
	case 0x1a:
	case 0x1b:
		return "Blackwell";
	default:
		return "unknown";
	}
}

/* Is it ours? Then fill in all but the paths. */
static bool device_identify(struct device *dev)
{
	drmVersion *version = drmGetVersion(dev->fd);
	bool is_ours;

	if (!version)
		return false;

	is_ours = !strcmp(version->name, "cnova");
	snprintf(dev->driver, sizeof(dev->driver), "%s %d.%d.%d (%s)", version->name,
		 version->version_major, version->version_minor, version->version_patchlevel,
		 version->desc);
	drmFreeVersion(version);
	return is_ours;
}

static bool device_try(struct device *dev, const drmDevice *info)
{
	const char *primary = info->nodes[DRM_NODE_PRIMARY];
	const char *render = info->nodes[DRM_NODE_RENDER];
	bool has_primary = info->available_nodes & 1 << DRM_NODE_PRIMARY;

	if (!(info->available_nodes & 1 << DRM_NODE_RENDER))
		return false;

	dev->fd = open(render, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0)
		return false;

	if (!device_identify(dev)) {
		close(dev->fd);
		return false;
	}

	snprintf(dev->path, sizeof(dev->path), "%s", render);
	snprintf(dev->primary, sizeof(dev->primary), "%s", has_primary ? primary : "");
	return true;
}

/**
 * device_open_next() - Open the device of cnova that comes after the last one.
 * @dev: The device.
 * @cursor: 0 at first.
 *
 * Return: 0, or -ENODEV if there is none; -EACCES if there may be one that we may not open.
 */
int device_open_next(struct device *dev, unsigned int *cursor)
{
	drmDevice *list[MAX_DEVICES];
	int nr = drmGetDevices2(0, list, MAX_DEVICES), err = -ENODEV;

	for (; nr > 0 && *cursor < (unsigned int)nr; (*cursor)++) {
		errno = 0;
		if (device_try(dev, list[*cursor])) {
			(*cursor)++;
			err = 0;
			break;
		}
		if (errno == EACCES || errno == EPERM)
			err = -EACCES;
	}

	if (nr > 0)
		drmFreeDevices(list, nr);
	return err;
}

/**
 * device_open() - Open the device that the user named, or the first; or die.
 */
int device_open(struct device *dev, const char *path)
{
	unsigned int cursor = 0;
	int err;

	memset(dev, 0, sizeof(*dev));
	if (path) {
		dev->fd = open(path, O_RDWR | O_CLOEXEC);
		if (dev->fd < 0)
			die("%s: %s", path, strerror(errno));
		if (!device_identify(dev))
			die("%s: not a device of the cnova driver", path);
		snprintf(dev->path, sizeof(dev->path), "%s", path);
		return 0;
	}

	err = device_open_next(dev, &cursor);
	if (err == -EACCES)
		die("no device that we may open: be root, or in the group of /dev/dri/renderD*");
	if (err)
		die("no device; 'modprobe cnova_sim' makes one in software");
	return 0;
}

void device_close(struct device *dev)
{
	close(dev->fd);
}

/**
 * device_param() - GETPARAM, or die.
 */
uint64_t device_param(const struct device *dev, uint64_t param)
{
	struct drm_cnova_getparam args = { .param = param };

	if (drmIoctl(dev->fd, DRM_IOCTL_CNOVA_GETPARAM, &args))
		die("%s: parameter %#" PRIx64 ": %s", dev->path, param, strerror(errno));
	return args.value;
}

/**
 * debugfs_open() - The device's directory in debugfs, or die saying what is missing.
 */
int debugfs_open(const struct device *dev)
{
	struct stat st;
	char path[64];
	int dir;

	if (fstat(dev->fd, &st))
		die("%s: %s", dev->path, strerror(errno));

	snprintf(path, sizeof(path), DEBUGFS "/dri/%u", minor(st.st_rdev));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		return dir;

	if (geteuid())
		die("this looks into debugfs and needs root");
	if (access(DEBUGFS "/dri", F_OK))
		die("debugfs is not there: mount -t debugfs none " DEBUGFS);
	die("%s: %s", path, strerror(errno));
}

/**
 * read_file() - All of a text file; NULL with errno if that cannot be had.
 */
char *read_file(int dir, const char *name)
{
	size_t size = 0, room = 1 << 16;
	char *text = malloc(room), *more;
	ssize_t n = -1;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC), saved;

	if (fd < 0 || !text)
		goto err_free;

	while ((n = read(fd, text + size, room - size - 1)) > 0) {
		size += n;
		if (size < room - 1)
			continue;
		room *= 2;
		more = realloc(text, room);
		if (!more) {
			n = -1;
			break;
		}
		text = more;
	}
	if (n < 0)
		goto err_free;

	close(fd);
	text[size] = 0;
	return text;

err_free:
	saved = errno;
	if (fd >= 0)
		close(fd);
	free(text);
	errno = saved;
	return NULL;
}

/**
 * client_id() - DRM's number for an open file of ours.
 */
uint64_t client_id(int fd)
{
	char path[64], *text;
	const char *line;
	uint64_t id;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	text = read_file(AT_FDCWD, path);
	if (!text)
		die("%s: %s", path, strerror(errno));

	for (line = text; *line; line = next_line(line)) {
		if (sscanf(line, "drm-client-id: %" SCNu64, &id) == 1) {
			free(text);
			return id;
		}
	}
	die("%s has no drm-client-id", path);
}
