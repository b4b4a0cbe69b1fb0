// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prime.h"
#include "sync.h"

/**
 * __cnova_prime_export() - A dma-buf of an object.
 */
int __cnova_prime_export(int fd, uint32_t handle, uint32_t flags, int *dma_buf)
{
	struct drm_prime_handle args = { .handle = handle, .flags = flags, .fd = -1 };
	int err = cnova_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	*dma_buf = args.fd;
	return err;
}

/**
 * cnova_prime_export() - One that may be written.
 */
int cnova_prime_export(int fd, uint32_t handle)
{
	int dma_buf;

	igt_assert_eq(__cnova_prime_export(fd, handle, DRM_CLOEXEC | DRM_RDWR, &dma_buf), 0);
	return dma_buf;
}

/**
 * __cnova_prime_import() - A handle of a dma-buf.
 */
int __cnova_prime_import(int fd, int dma_buf, uint32_t *handle)
{
	struct drm_prime_handle args = { .fd = dma_buf };
	int err = cnova_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	*handle = args.handle;
	return err;
}

/**
 * cnova_prime_import() - It works.
 */
uint32_t cnova_prime_import(int fd, int dma_buf)
{
	uint32_t handle;

	igt_assert_eq(__cnova_prime_import(fd, dma_buf, &handle), 0);
	return handle;
}

/**
 * cnova_dma_buf_map() - Map a dma-buf, or a memfd, for the CPU.
 */
void *cnova_dma_buf_map(int dma_buf, uint64_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dma_buf, 0);

	igt_assert_f(map != MAP_FAILED, "mmap: %m\n");
	return map;
}

/**
 * cnova_open_other() - Open another GPU of ours than that of @fd.
 *
 * Return: a file; -1 if there is none.
 */
int cnova_open_other(int fd)
{
	struct stat ours, theirs;
	char path[32], name[16];

	igt_assert_eq(fstat(fd, &ours), 0);
	for (int i = 128; i < 144; i++) {
		struct drm_version version = { .name = name, .name_len = sizeof(name) };
		int other;

		snprintf(path, sizeof(path), "/dev/dri/renderD%d", i);
		other = open(path, O_RDWR | O_CLOEXEC);
		if (other < 0)
			continue;
		igt_assert_eq(fstat(other, &theirs), 0);
		if (theirs.st_rdev != ours.st_rdev &&
		    !cnova_ioctl(other, DRM_IOCTL_VERSION, &version) && version.name_len == 5 &&
		    !strncmp(name, "cnova", 5))
			return other;
		close(other);
	}
	return -1;
}

/**
 * cnova_require_vgem() - Another device, with memory of its own.
 */
int cnova_require_vgem(void)
{
	int vgem = cnova_open_vgem();

	igt_require_f(vgem >= 0, "no vgem\n");
	return vgem;
}

/**
 * cnova_vgem_create() - An object of that.
 */
uint32_t cnova_vgem_create(int vgem, uint64_t size)
{
	struct drm_mode_create_dumb dumb = { .width = size / 4, .height = 1, .bpp = 32 };

	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	igt_assert_eq_u64(dumb.size, size);
	return dumb.handle;
}

/**
 * cnova_vgem_map() - Map it for the CPU.
 */
void *cnova_vgem_map(int vgem, uint32_t handle, uint64_t size)
{
	struct drm_mode_map_dumb args = { .handle = handle };
	void *map;

	igt_assert_eq(cnova_ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &args), 0);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vgem, args.offset);
	igt_assert_f(map != MAP_FAILED, "mmap: %m\n");
	return map;
}

/**
 * cnova_new_memfd() - Memory that udmabuf takes.
 */
int cnova_new_memfd(uint64_t size)
{
	int memfd = memfd_create("cnova_prime", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	igt_assert(memfd >= 0);
	igt_assert_eq(ftruncate(memfd, size), 0);
	igt_assert_eq(fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	return memfd;
}

static int open_udmabuf(void)
{
	int fd = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);

	if (fd < 0 && !system("modprobe -q udmabuf"))
		fd = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	igt_require_f(fd >= 0, "no udmabuf\n");
	return fd;
}

/**
 * cnova_new_udmabuf() - A dma-buf of the pages of @memfd.
 *
 * From the first on, or backwards, so that no two of them follow another.
 */
int cnova_new_udmabuf(int memfd, uint64_t size, bool backwards)
{
	uint64_t nr = backwards ? size / SZ_4K : 1;
	struct udmabuf_create_list *list;
	int fd = open_udmabuf(), dma_buf;

	list = calloc(1, sizeof(*list) + nr * sizeof(list->list[0]));
	igt_assert(list);
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	list->count = nr;
	for (uint64_t i = 0; i < nr; i++)
		list->list[i] = (struct udmabuf_create_item) {
			.memfd = memfd,
			.offset = (nr - 1 - i) * SZ_4K,
			.size = backwards ? SZ_4K : size,
		};
	dma_buf = ioctl(fd, UDMABUF_CREATE_LIST, list);
	igt_assert_f(dma_buf >= 0, "UDMABUF_CREATE_LIST: %m\n");
	free(list);
	close(fd);
	return dma_buf;
}

/**
 * cnova_nr_dma_bufs() - How many there are, in the whole system.
 */
int cnova_nr_dma_bufs(void)
{
	char *text = cnova_read_text(AT_FDCWD, "/sys/kernel/debug/dma_buf/bufinfo"), *line;
	int nr = -1, bytes;

	igt_assert(text);
	for (line = text; (line = strstr(line, "\nTotal ")); line++)
		if (sscanf(line, "\nTotal %d objects, %d", &nr, &bytes) == 2)
			break;
	igt_assert_f(line, "%s", text);
	free(text);
	return nr;
}

/**
 * cnova_other_dma_bufs() - How many there are that are not ours, before a test.
 *
 * Of a test that ran before one may still be on its way: until the number stays the same.
 */
int cnova_other_dma_bufs(void)
{
	int nr = cnova_nr_dma_bufs();

	for (int same = 0; same < 30; same++) {
		usleep(10000);
		if (cnova_nr_dma_bufs() == nr)
			continue;
		nr = cnova_nr_dma_bufs();
		same = 0;
	}
	return nr;
}

/**
 * cnova_wait_dma_bufs() - Until there are as many.
 *
 * Objects are destroyed by a worker.
 *
 * Return: @want.
 */
int cnova_wait_dma_bufs(int want)
{
	for (int i = 0; i < 500 && cnova_nr_dma_bufs() != want; i++)
		usleep(10000);
	igt_assert_eq(cnova_nr_dma_bufs(), want);
	return want;
}
