// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dma-bufs of a stress client: objects that others have too, in the same process and in another
 * one, and memory of udmabuf as an object.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "client.h"

/* -------------------------------------------------------------------- udmabuf */

/* Pages of their own, which nobody else has a word of. Return: a dma-buf, or -errno. */
static int new_udmabuf(struct client *c, struct object *object)
{
	struct udmabuf_create create = {
		.flags = UDMABUF_FLAGS_CLOEXEC, .size = object->nr_pages * PAGE,
	};
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd = -1;
	uint64_t *map = MAP_FAILED;

	create.memfd = memfd_create("stress", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (device >= 0 && !ftruncate(create.memfd, create.size) &&
	    !fcntl(create.memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		map = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, create.memfd, 0);
	if (map != MAP_FAILED) {
		for (uint32_t i = 0; i < object->nr_pages; i++) {
			object->word[i] = c->next_word++;
			map[i * PAGE / sizeof(*map)] = object->word[i];
		}
		munmap(map, create.size);
		fd = ioctl(device, UDMABUF_CREATE, &create);
	}
	if (fd < 0)
		fd = -errno;
	close(create.memfd);
	close(device);
	return fd;
}

int object_init_udmabuf(struct client *c, struct object *object)
{
	uint64_t *word = calloc(object->nr_pages, sizeof(*word));
	int dma_buf, err;

	object->word = word;
	dma_buf = new_udmabuf(c, object);
	err = dma_buf < 0 ? -dma_buf : 0;
	if (!err) {
		err = drmPrimeFDToHandle(c->fd, dma_buf, &object->handle) ? errno : 0;
		close(dma_buf);
	}
	if (err) {
		free(word);
		object->word = NULL;
		/* Without the device the end of the run says so. */
		return is_want(err) || err == ENOENT || err == ENXIO ? 0 : failed("udmabuf", err);
	}
	count(c->setup->totals->imported, 1);
	return 0;
}

/* -------------------------------------------------------------------- our own */

/* The pages as the CPU sees them by the dma-buf. Return: how many are wrong. */
static uint32_t compare(const uint64_t *word, uint32_t nr_pages, int dma_buf)
{
	const volatile uint64_t *map = mmap(NULL, nr_pages * PAGE, PROT_READ, MAP_SHARED, dma_buf,
					    0);
	uint32_t nr = 0;

	/* VRAM without a BAR1. */
	if (map == MAP_FAILED)
		return 0;
	for (uint32_t i = 0; i < nr_pages; i++)
		nr += word[i] != ANY_WORD && map[i * PAGE / sizeof(*map)] != word[i];
	munmap((void *)map, nr_pages * PAGE);
	return nr;
}

/* Another process: an address space of its own, and the GPU's view of the object. */
static int look_from_afar(const struct setup *setup, const struct object *object, int dma_buf)
{
	struct drm_cnova_vm_bind_op op = {
		.op = DRM_CNOVA_VM_BIND_OP_MAP, .va = WINDOW, .range = object->nr_pages * PAGE,
	};
	struct drm_cnova_vm_create create = {};
	struct drm_cnova_vm_bind bind = { .ops = { ptr_u64(&op), 1, sizeof(op) } };
	int fd = open(setup->node, O_RDWR | O_CLOEXEC), eye;
	uint64_t word;

	if (fd < 0 || drmIoctl(fd, DRM_IOCTL_CNOVA_VM_CREATE, &create))
		return !is_want(errno);
	if (drmPrimeFDToHandle(fd, dma_buf, &op.handle))
		return !!failed("import from afar", errno);
	bind.vm_id = create.vm_id;
	if (drmIoctl(fd, DRM_IOCTL_CNOVA_VM_BIND, &bind))
		return !is_want(errno) && !setup->faults;

	eye = vm_open_eye(fd, create.vm_id);
	for (uint32_t i = 0; i < object->nr_pages; i += 1 + object->nr_pages / 16) {
		if (pread(eye, &word, sizeof(word), WINDOW + i * PAGE) != sizeof(word))
			return !is_want(errno) && !setup->faults;
		if (object->word[i] != ANY_WORD && word != object->word[i])
			return !!failed("what another process sees", EBADMSG);
	}
	return 0;
}

static int give_away(struct client *c, const struct object *object, int dma_buf)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return is_want(errno) || errno == EAGAIN ? 0 : failed("fork", errno);
	if (!child) {
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(look_from_afar(c->setup, object, dma_buf));
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return failed("waitpid", errno);
	if (status)
		return failed("another process", EBADMSG);
	count(c->setup->totals->given, 1);
	return 0;
}

static int share(struct client *c, const struct object *object, int dma_buf)
{
	uint32_t twin;

	if (drmPrimeFDToHandle(c->other_fd, dma_buf, &twin))
		return is_want(errno) ? 0 : failed("import", errno);
	drmCloseBufferHandle(c->other_fd, twin);
	if (compare(object->word, object->nr_pages, dma_buf))
		return failed("what a dma-buf shows", EBADMSG);
	count(c->setup->totals->shared, 1);
	return 0;
}

/* Export one, and have somebody else look. Nothing is under way that writes. */
int step_share(struct client *c)
{
	struct object *object = &c->object[pick(c, NR_OBJECTS)];
	bool far = !pick(c, 3);
	int dma_buf, err;

	if (!object->handle || object->vm >= 0)
		return 0;
	if (drmPrimeHandleToFD(c->fd, object->handle, DRM_CLOEXEC | DRM_RDWR, &dma_buf))
		return is_want(errno) ? 0 : failed("export", errno);
	err = far ? give_away(c, object, dma_buf) : share(c, object, dma_buf);
	close(dma_buf);
	return err;
}
