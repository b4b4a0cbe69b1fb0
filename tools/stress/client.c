// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * One client of the stress run: it binds at random, and keeps in mind what every page of its
 * address spaces must show. An object is an array of words, one for each page, each word in
 * the world only once; so a page that shows another one's memory is caught.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "client.h"

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

/* xorshift64: the same numbers for the same seed, everywhere. */
uint32_t pick(struct client *c, uint32_t below)
{
	c->rnd ^= c->rnd << 13;
	c->rnd ^= c->rnd >> 7;
	c->rnd ^= c->rnd << 17;
	return (c->rnd >> 16) % below;
}

int failed(const char *what, int err)
{
	fprintf(stderr, "stress %d: %s: %s\n", getpid(), what, strerror(err));
	return -1;
}

bool is_want(int err)
{
	return err == ENOMEM || err == ENOSPC || err == EBUSY || err == ENOBUFS;
}

/* ---------------------------------------------------------------- address spaces */

int vm_open_eye(int fd, uint32_t vm_id)
{
	char path[128], line[128];
	uint64_t id = 0;
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "drm-client-id: %" SCNu64, &id) == 1)
			break;
	if (f)
		fclose(f);
	if (fstat(fd, &st))
		return -1;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%u/vm/%" PRIu64 ".%u/eye",
		 minor(st.st_rdev), id, vm_id);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int vm_init(struct client *c, struct vm *vm)
{
	struct drm_cnova_vm_create create = {};

	memset(vm, 0, sizeof(*vm));
	vm->eye = -1;
	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_VM_CREATE, &create))
		return is_want(errno) ? 0 : failed("VM_CREATE", errno);
	vm->id = create.vm_id;
	count(c->setup->totals->vms, 1);
	vm->eye = vm_open_eye(c->fd, vm->id);
	if (vm->eye < 0)
		return failed("eye", errno);
	if (drmSyncobjCreate(c->fd, 0, &vm->timeline))
		return failed("syncobj", errno);

	/* The first is the VM's own; others if there are such. */
	for (int i = 1; i < NR_QUEUES; i++) {
		struct drm_cnova_bind_queue_create queue = { .vm_id = vm->id };

		if (!drmIoctl(c->fd, DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE, &queue))
			vm->queue[i] = queue.queue_id;
	}
	return channel_init(c, vm);
}

static void object_fini(struct client *c, struct object *object)
{
	if (object->handle)
		drmCloseBufferHandle(c->fd, object->handle);
	free(object->word);
	memset(object, 0, sizeof(*object));
}

static int vm_fini(struct client *c, struct vm *vm)
{
	struct drm_cnova_vm_destroy destroy = { .vm_id = vm->id };

	if (!vm->id)
		return 0;

	close(vm->eye);
	channel_fini(c, vm);
	drmSyncobjDestroy(c->fd, vm->timeline);
	for (int i = 0; i < NR_OBJECTS; i++)
		if (c->object[i].word && c->object[i].vm == vm - c->vm)
			object_fini(c, &c->object[i]);
	vm->id = 0;
	/* Nobody waits for its timeline any more. */
	vm->point = 0;
	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_VM_DESTROY, &destroy))
		return failed("VM_DESTROY", errno);
	return 0;
}

/* Is it dead, and may it be? Then it is replaced. Return: 1: it was. */
int vm_bury(struct client *c, struct vm *vm)
{
	struct drm_cnova_vm_get_state state = { .vm_id = vm->id };

	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_VM_GET_STATE, &state))
		return failed("GET_STATE", errno);
	if (state.state != DRM_CNOVA_VM_DEAD)
		return 0;
	if (!c->setup->faults)
		return failed("a VM is dead", state.error);

	count(c->setup->totals->dead, 1);
	if (vm_fini(c, vm) || vm_init(c, vm))
		return -1;
	return 1;
}

/* All binds of the VM are done. */
int vm_wait(struct client *c, struct vm *vm)
{
	struct timespec now;
	int64_t until;

	if (!vm->point)
		return 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	until = (now.tv_sec + 60) * 1000000000ll;
	if (drmSyncobjTimelineWait(c->fd, &vm->timeline, &vm->point, 1, until, 0, NULL))
		return failed("a bind does not end", errno);
	return 0;
}

/* ------------------------------------------------------------------------ objects */

/* NULL: without a BAR1 VRAM cannot be mapped. */
void *object_map(int fd, uint32_t handle, uint64_t size)
{
	struct drm_cnova_gem_mmap_offset offset = { .handle = handle };
	void *map;

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &offset))
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset.offset);
	return map == MAP_FAILED ? NULL : map;
}

/* What cannot be mapped stays zero until the GPU writes. */
static void object_fill(struct client *c, struct object *object)
{
	uint64_t size = object->nr_pages * PAGE;
	uint8_t *map = object_map(c->fd, object->handle, size);

	if (!map)
		return;
	for (uint32_t i = 0; i < object->nr_pages; i++) {
		object->word[i] = c->next_word++;
		*(volatile uint64_t *)(map + i * PAGE) = object->word[i];
	}
	munmap(map, size);
}

static int object_init(struct client *c, struct object *object)
{
	static const uint32_t pages[] = { 1, 3, 16, 64, 200, 512 };
	struct drm_cnova_gem_create create = {};
	struct vm *vm = &c->vm[pick(c, NR_VMS)];

	object->nr_pages = pages[pick(c, 6)];
	object->vm = -1;
	if (!pick(c, 6))
		return object_init_udmabuf(c, object);

	create.size = object->nr_pages * PAGE;
	create.flags = pick(c, 3) ? DRM_CNOVA_GEM_VRAM : 0;
	if (!pick(c, 3) && vm->id) {
		create.flags |= DRM_CNOVA_GEM_VM_PRIVATE;
		create.handle = vm->id;
		object->vm = vm - c->vm;
	}

	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_GEM_CREATE, &create)) {
		if (is_want(errno) || (errno == ENOENT && object->vm >= 0 && c->setup->faults))
			return 0;
		return failed("GEM_CREATE", errno);
	}

	object->handle = create.handle;
	object->word = calloc(object->nr_pages, sizeof(*object->word));
	object_fill(c, object);
	return 0;
}

static bool object_is_used(struct client *c, unsigned int i)
{
	for (int v = 0; v < NR_VMS; v++)
		for (int p = 0; p < NR_PAGES; p++)
			if (c->vm[v].page[p].state == OBJECT && c->vm[v].page[p].object == i)
				return true;
	return false;
}

/* Make one, or close one: its mappings keep what it holds. */
static int step_object(struct client *c)
{
	unsigned int i = pick(c, NR_OBJECTS);
	struct object *object = &c->object[i];

	if (!object->word)
		return object_init(c, object);

	if (object->handle && !pick(c, 3)) {
		drmCloseBufferHandle(c->fd, object->handle);
		object->handle = 0;
	}
	if (!object->handle && !object_is_used(c, i))
		object_fini(c, object);
	return 0;
}

/* -------------------------------------------------------------------------- binds */

/* Pages from @first on: alone, as a table of 64K pages likes it, or many. */
static uint32_t pick_range(struct client *c, uint32_t nr_pages, uint32_t *first)
{
	static const uint32_t grid[] = { 1, 16, 512 };
	uint32_t unit = grid[pick(c, 3)], nr;

	if (unit > nr_pages)
		unit = 1;
	*first = pick(c, nr_pages / unit) * unit;
	nr = (1 + pick(c, 4)) * unit;
	return nr < nr_pages - *first ? nr : nr_pages - *first;
}

static void pick_op(struct client *c, struct vm *vm, struct drm_cnova_vm_bind_op *op)
{
	unsigned int i = pick(c, NR_OBJECTS), kind = pick(c, 20);
	struct object *object = &c->object[i];
	bool usable = object->handle && (object->vm < 0 || object->vm == vm - c->vm);
	uint32_t first, nr = pick_range(c, NR_PAGES, &first), offset;

	*op = (struct drm_cnova_vm_bind_op){
		.op = kind < 16 ? DRM_CNOVA_VM_BIND_OP_UNMAP : DRM_CNOVA_VM_BIND_OP_MAP_SPARSE,
		.va = WINDOW + first * PAGE,
		.range = nr * PAGE,
	};
	if (kind < 12 && usable) {
		op->op = DRM_CNOVA_VM_BIND_OP_MAP;
		op->handle = object->handle;
		if (nr > object->nr_pages)
			nr = object->nr_pages;
		offset = pick(c, 2) ? 0 : pick(c, object->nr_pages - nr + 1);
		op->offset = offset * PAGE;
		op->range = nr * PAGE;
		op->flags = !pick(c, 8) ? DRM_CNOVA_VM_BIND_READ_ONLY :
			    !pick(c, 8) ? DRM_CNOVA_VM_BIND_CAP_64K : 0;
	} else if (kind == 12 && usable) {
		op->op = DRM_CNOVA_VM_BIND_OP_UNMAP_ALL;
		op->handle = object->handle;
		op->va = 0;
		op->range = 0;
	}
}

static unsigned int find_object(struct client *c, uint32_t handle)
{
	for (unsigned int i = 0; i < NR_OBJECTS; i++)
		if (c->object[i].handle == handle)
			return i;
	abort();
}

static void apply(struct client *c, struct vm *vm, const struct drm_cnova_vm_bind_op *op)
{
	unsigned int object = op->handle ? find_object(c, op->handle) : 0;
	uint32_t first = (op->va - WINDOW) / PAGE;

	if (op->op == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
		for (int i = 0; i < NR_PAGES; i++)
			if (vm->page[i].state == OBJECT && vm->page[i].object == object)
				vm->page[i].state = HOLE;
		return;
	}

	for (uint32_t i = 0; i < op->range / PAGE; i++)
		vm->page[first + i] = (struct page){
			.state = op->op == DRM_CNOVA_VM_BIND_OP_MAP ? OBJECT :
				 op->op == DRM_CNOVA_VM_BIND_OP_UNMAP ? HOLE : SPARSE,
			.object = object,
			.page = op->offset / PAGE + i,
			.flags = op->flags,
		};
}

static int step_bind(struct client *c, struct vm *vm)
{
	const struct vm *other = &c->vm[pick(c, NR_VMS)];
	struct drm_cnova_vm_bind_op ops[MAX_OPS];
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_vm_bind bind = {
		.vm_id = vm->id,
		.queue_id = vm->queue[pick(c, NR_QUEUES)],
		.ops = { ptr_u64(ops), 1 + pick(c, MAX_OPS), sizeof(ops[0]) },
	};

	for (uint32_t i = 0; i < bind.ops.count; i++)
		pick_op(c, vm, &ops[i]);

	/* Three in four without waiting; of these some after what another VM was asked. */
	if (pick(c, 4)) {
		syncs[0] = (struct drm_cnova_sync){
			.handle = vm->timeline,
			.flags = DRM_CNOVA_SYNC_TIMELINE | DRM_CNOVA_SYNC_SIGNAL,
			.point = vm->point + 1,
		};
		syncs[1] = (struct drm_cnova_sync){
			.handle = other->timeline,
			.flags = DRM_CNOVA_SYNC_TIMELINE,
			.point = other->point,
		};
		bind.flags = DRM_CNOVA_VM_BIND_ASYNC;
		bind.syncs = (struct drm_cnova_array){
			ptr_u64(syncs), other->point && !pick(c, 4) ? 2 : 1, sizeof(syncs[0]),
		};
	}

	if (drmIoctl(c->fd, DRM_IOCTL_CNOVA_VM_BIND, &bind)) {
		if (is_want(errno)) {
			count(c->setup->totals->refused, 1);
			return 0;
		}
		if (c->setup->faults &&
		    (errno == ENOENT || errno == EIO || errno == ECANCELED))
			return vm_bury(c, vm) < 0 ? -1 : 0;
		fprintf(stderr, "stress %d: operation %d, reason %u\n", getpid(),
			(int)bind.failed_op, bind.reason);
		return failed("VM_BIND", errno);
	}

	count(c->setup->totals->binds, 1);
	vm->point += !!bind.flags;
	for (uint32_t i = 0; i < bind.ops.count; i++)
		apply(c, vm, &ops[i]);
	return 0;
}

/* -------------------------------------------------------------------------- looks */

static int complain(struct client *c, struct vm *vm, uint32_t i, const char *what, ssize_t n,
		    uint64_t have, uint64_t want)
{
	static const char * const states[] = { "a hole", "an object", "sparse" };

	/* Perhaps it died meanwhile, which ends all that it showed. */
	if (vm_bury(c, vm) == 1)
		return 1;

	fprintf(stderr, "stress %d: VM %u, %#llx is %s: ", getpid(), vm->id, WINDOW + i * PAGE,
		states[vm->page[i].state]);
	fprintf(stderr, "%s gives %zd, %#" PRIx64 ", not %#" PRIx64 "\n", what, n, have, want);
	return -1;
}

/* Where it is written what a page must show; NULL: it is no object's. */
uint64_t *page_word(struct client *c, const struct page *page)
{
	return page->state == OBJECT ? &c->object[page->object].word[page->page] : NULL;
}

/* Return: 0; 1: the VM is gone, or has no room; -1. */
static int look(struct client *c, struct vm *vm, uint32_t i)
{
	const struct page *page = &vm->page[i];
	uint64_t *word = page_word(c, page);
	uint64_t have = 0, want = word ? *word : 0;
	ssize_t n = pread(vm->eye, &have, sizeof(have), WINDOW + i * PAGE);

	if (word && want == ANY_WORD && n == sizeof(have))
		*word = want = have;

	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0 && is_want(errno)) {
		count(c->setup->totals->no_room, 1);
		return 1;
	}
	if (page->state == HOLE ? n >= 0 || errno != EFAULT : n != sizeof(have) || have != want)
		return complain(c, vm, i, "a load", n < 0 ? -errno : n, have, want);
	count(c->setup->totals->looks, 1);
	if (!word || pick(c, 4))
		return 0;

	have = c->next_word;
	n = pwrite(vm->eye, &have, sizeof(have), WINDOW + i * PAGE);
	if (n < 0 && (errno == EINTR || is_want(errno)))
		return 1;
	if (page->flags & DRM_CNOVA_VM_BIND_READ_ONLY ? n >= 0 || errno != EFAULT :
							n != sizeof(have))
		return complain(c, vm, i, "a store", n < 0 ? -errno : n, have, 0);
	if (n > 0)
		*word = c->next_word++;
	return 0;
}

static int step_look(struct client *c, struct vm *vm)
{
	int err;

	if (vm_wait(c, vm))
		return -1;
	err = vm_bury(c, vm);
	for (int k = 0; k < LOOKS && !err; k++)
		err = look(c, vm, pick(c, NR_PAGES));
	return err < 0 ? -1 : 0;
}

static int step(struct client *c)
{
	struct vm *vm = &c->vm[pick(c, NR_VMS)];
	uint32_t what = pick(c, 200);

	if (!vm->id)
		return vm_init(c, vm);
	if (!what)
		return vm_fini(c, vm);
	if (what < 60)
		return step_object(c);
	if (what < 64)
		return step_share(c);
	if (what < 75)
		return step_look(c, vm);
	return what < 90 ? step_exec(c, vm) : step_bind(c, vm);
}

/**
 * client_run() - Use the device until SIGTERM.
 * @setup: Which, and how.
 * @seed: Decides all that it does. Not 0.
 *
 * Return: exit status: 1: something was not as it should be.
 */
int client_run(const struct setup *setup, uint64_t seed)
{
	struct client *c = calloc(1, sizeof(*c));
	int err = 0;

	signal(SIGTERM, on_term);
	c->setup = setup;
	c->rnd = seed;
	c->next_word = seed << 32 | 1;
	c->fd = open(setup->node, O_RDWR | O_CLOEXEC);
	c->other_fd = open(setup->node, O_RDWR | O_CLOEXEC);
	if (c->fd < 0 || c->other_fd < 0)
		return -failed(setup->node, errno);

	while (!stop && !err)
		err = step(c);
	for (int i = 0; i < NR_VMS && !err; i++)
		if (c->vm[i].id)
			err = step_look(c, &c->vm[i]);
	return !!err;
}
