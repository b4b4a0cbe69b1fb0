// SPDX-License-Identifier: MIT

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "look.h"

#define MODEL_DIR	"/sys/kernel/debug/cnova_sim"

/* ------------------------------------------------------------------------- device */

/**
 * cnova_run_subtests() - What igt_main() has between its fixtures.
 * @fd: what cnova_open() said there.
 * @tests: each a subtest, with a description.
 * @nr: how many.
 */
void cnova_run_subtests(int fd, const struct cnova_subtest *tests, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		igt_describe(tests[i].text);
		igt_subtest(tests[i].name)
			tests[i].test(fd);
	}
}

/**
 * cnova_open() - Open the render node of the device.
 *
 * Only a cnova device will do: without a choice IGT would load every GPU driver.
 */
int cnova_open(void)
{
	setenv("IGT_FORCE_DRIVER", "cnova", 0);
	return drm_open_driver_render(DRIVER_ANY);
}

/**
 * cnova_ioctl() - ioctl() that restarts and returns -errno.
 */
int cnova_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret == -1 && (errno == EINTR || errno == EAGAIN));

	return ret == -1 ? -errno : 0;
}

uint64_t cnova_param(int fd, uint64_t param)
{
	struct drm_cnova_getparam args = { .param = param };

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GETPARAM, &args), 0);
	return args.value;
}

/**
 * cnova_read_text() - All of a text file; the caller frees it. NULL if there is none.
 */
char *cnova_read_text(int dir, const char *name)
{
	size_t size = 0, room = 1 << 16;
	char *text = malloc(room);
	ssize_t n;
	int fd;

	igt_assert(text);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		free(text);
		return NULL;
	}

	while ((n = read(fd, text + size, room - size - 1)) > 0) {
		size += n;
		if (size == room - 1) {
			room *= 2;
			text = realloc(text, room);
			igt_assert(text);
		}
	}
	igt_assert_f(n == 0, "reading %s: %m\n", name);
	close(fd);
	text[size] = 0;
	return text;
}

/**
 * cnova_fdinfo() - A number of /proc/self/fdinfo, in bytes if it is one of bytes; ~0 if it
 * has no such key.
 */
uint64_t cnova_fdinfo(int fd, const char *key)
{
	static const char * const units[] = { "KiB", "MiB", "GiB" };
	char path[64], unit[4] = "", *text;
	uint64_t value = ~0ull;
	const char *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	text = cnova_read_text(AT_FDCWD, path);
	igt_assert(text);
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			sscanf(line + strlen(key) + 1, "%" SCNu64 " %3s", &value, unit);
	free(text);
	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(unit, units[i]))
			value <<= 10 * (i + 1);
	return value;
}

/**
 * cnova_quarantined() - Bytes that are withheld, as the GPU may still reach them.
 */
uint64_t cnova_quarantined(int fd)
{
	int dir = igt_debugfs_dir(fd);
	char *text = cnova_read_text(dir, "quarantine"), *total;
	uint64_t bytes = 0;

	igt_assert(text);
	total = strstr(text, "total ");
	igt_assert(total && sscanf(total, "total %" SCNu64, &bytes) == 1);
	free(text);
	close(dir);
	return bytes;
}

/**
 * cnova_counter() - What the driver counted of a kind, from debugfs.
 */
uint64_t cnova_counter(int fd, const char *name)
{
	int dir = igt_debugfs_dir(fd);
	char *text = cnova_read_text(dir, "counters");
	uint64_t value = ~0ull;
	const char *line;

	igt_assert(text);
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ')
			value = strtoull(line + strlen(name), NULL, 0);
	free(text);
	close(dir);
	igt_assert_f(value != ~0ull, "no counter %s\n", name);
	return value;
}

/**
 * cnova_has_model() - Is the GPU the software model, which says what it thinks?
 */
bool cnova_has_model(void)
{
	return access(MODEL_DIR, F_OK) == 0;
}

/**
 * cnova_model_set() - Turn a knob of the model.
 */
void cnova_model_set(const char *knob, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), MODEL_DIR "/%s", knob);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	igt_assert_f(fd >= 0, "%s: %m\n", path);
	igt_assert_f(write(fd, value, strlen(value)) == (ssize_t)strlen(value), "%s: %m\n", path);
	close(fd);
}

/**
 * cnova_model_try() - The same where nothing may be asserted: when a test ends.
 */
void cnova_model_try(const char *knob, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), MODEL_DIR "/%s", knob);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;

	if (write(fd, value, strlen(value)) < 0)
		perror(path);
	close(fd);
}

/**
 * cnova_model_check_violations() - Has the driver done nothing that hardware forbids?
 *
 * A complaint is reset, so that the next test is not blamed for it.
 */
void cnova_model_check_violations(void)
{
	unsigned long long total = ~0ull;
	char *text, *end;

	if (!cnova_has_model())
		return;

	text = cnova_read_text(AT_FDCWD, MODEL_DIR "/violations");
	igt_assert(text);
	end = strstr(text, "total ");
	if (end)
		sscanf(end, "total %llu", &total);
	if (total) {
		igt_info("%s", text);
		cnova_model_set("violations", "0");
	}
	free(text);
	igt_assert_f(!total, "the model counted %llu violations\n", total);
}

/**
 * cnova_model_check() - Has the model no complaint? Every test ends with this.
 *
 * What differed at the end of a test that failed for it is known from then on.
 */
void cnova_model_check(void)
{
	static unsigned int known;
	unsigned int stale = ~0u;
	char *text, *line;

	cnova_model_check_violations();
	if (!cnova_has_model())
		return;

	text = cnova_read_text(AT_FDCWD, MODEL_DIR "/coherent");
	igt_assert(text);
	line = strstr(text, "\nstale ");
	if (!strncmp(text, "PASS", 4))
		stale = 0;
	else if (line)
		sscanf(line, " stale %u", &stale);
	if (stale) {
		igt_info("%s", text);
		cnova_model_set("violations", "0");
	}
	free(text);
	if (stale > known) {
		known = stale;
		igt_assert_f(false, "TLB and memory differ\n");
	}
}

/**
 * cnova_wait_vram_free() - Wait until at least @want bytes of VRAM are free.
 *
 * Memory goes back from workers, and only the last user of a table page returns it.
 */
void cnova_wait_vram_free(int fd, uint64_t want)
{
	uint64_t have = 0;

	for (int i = 0; i < 500; i++) {
		have = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
		if (have >= want)
			return;
		usleep(10000);
	}

	igt_assert_f(have >= want, "%" PRIu64 " bytes of VRAM did not come back\n", want - have);
}

/* ------------------------------------------------------------------------ objects */

int __cnova_gem_create(int fd, uint64_t *size, uint32_t flags, uint32_t *handle)
{
	struct drm_cnova_gem_create args = {
		.handle = *handle,
		.flags = flags,
		.size = *size,
	};
	int err = cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_CREATE, &args);

	if (err)
		return err;

	*handle = args.handle;
	*size = args.size;
	return 0;
}

uint32_t cnova_gem_create(int fd, uint64_t size, uint32_t flags)
{
	uint32_t handle = 0;

	igt_assert_eq(__cnova_gem_create(fd, &size, flags, &handle), 0);
	igt_assert_neq_u32(handle, 0);
	return handle;
}

int __cnova_gem_close(int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return cnova_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

uint64_t cnova_gem_mmap_offset(int fd, uint32_t handle)
{
	struct drm_cnova_gem_mmap_offset args = { .handle = handle };

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &args), 0);
	return args.offset;
}

void *cnova_gem_mmap(int fd, uint32_t handle, uint64_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 cnova_gem_mmap_offset(fd, handle));

	igt_assert_f(map != MAP_FAILED, "mmap: %m\n");
	return map;
}

static void write_word(uint8_t *at, uint64_t word)
{
	*(volatile uint64_t *)at = word;
}

/**
 * cnova_tag_pages() - Each page says what it is, at both ends.
 */
void cnova_tag_pages(uint8_t *map, uint32_t handle, uint64_t size)
{
	for (uint64_t i = 0; i < size; i += SZ_4K) {
		uint64_t tag = cnova_tag(handle, i >> CNOVA_PAGE_SHIFT);

		write_word(map + i, tag);
		write_word(map + i + SZ_4K - 8, ~tag);
	}
}

/**
 * cnova_expect_tags() - They are what cnova_tag_pages() made them.
 */
void cnova_expect_tags(const uint8_t *map, uint32_t handle, uint64_t size)
{
	for (uint64_t i = 0; i < size; i += SZ_4K) {
		uint64_t want = cnova_tag(handle, i >> CNOVA_PAGE_SHIFT);

		igt_assert_eq_u64(*(const uint64_t *)(map + i), want);
		igt_assert_eq_u64(*(const uint64_t *)(map + i + SZ_4K - 8), ~want);
	}
}

/**
 * cnova_bo_init() - Create and map an object and write a tag to each of its pages.
 */
void cnova_bo_init(struct cnova_bo *bo, int fd, uint64_t size, uint32_t flags)
{
	bo->fd = fd;
	bo->size = size;
	bo->handle = cnova_gem_create(fd, size, flags);
	bo->map = cnova_gem_mmap(fd, bo->handle, size);

	cnova_tag_pages(bo->map, bo->handle, size);
}

void cnova_bo_fini(struct cnova_bo *bo)
{
	munmap(bo->map, bo->size);
	if (bo->handle)
		gem_close(bo->fd, bo->handle);
	memset(bo, 0, sizeof(*bo));
}

/* ----------------------------------------------------------------- address spaces */

int __cnova_vm_create(int fd, uint32_t flags, uint32_t *id)
{
	struct drm_cnova_vm_create args = { .flags = flags };
	int err = cnova_ioctl(fd, DRM_IOCTL_CNOVA_VM_CREATE, &args);

	*id = args.vm_id;
	return err;
}

uint32_t cnova_vm_create(int fd)
{
	uint32_t id;

	igt_assert_eq(__cnova_vm_create(fd, 0, &id), 0);
	igt_assert_neq_u32(id, 0);
	return id;
}

int __cnova_vm_destroy(int fd, uint32_t id)
{
	struct drm_cnova_vm_destroy args = { .vm_id = id };

	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_VM_DESTROY, &args);
}

void cnova_vm_destroy(int fd, uint32_t id)
{
	igt_assert_eq(__cnova_vm_destroy(fd, id), 0);
}

int __cnova_vm_get_state(int fd, uint32_t id, struct drm_cnova_vm_get_state *state)
{
	memset(state, 0, sizeof(*state));
	state->vm_id = id;
	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_VM_GET_STATE, state);
}

/**
 * cnova_vm_init() - Create an address space and open the GPU's eye on it.
 */
void cnova_vm_init(struct cnova_vm *vm, int fd)
{
	char path[64];
	int dir;

	vm->fd = fd;
	vm->look = NULL;
	vm->id = cnova_vm_create(fd);

	dir = igt_debugfs_dir(fd);
	igt_assert_f(dir >= 0, "no debugfs\n");
	snprintf(path, sizeof(path), "vm/%" PRIu64 ".%u", cnova_fdinfo(fd, "drm-client-id"),
		 vm->id);
	vm->dir = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	igt_assert_f(vm->dir >= 0, "debugfs %s: %m\n", path);
	vm->eye = openat(vm->dir, "eye", O_RDWR | O_CLOEXEC);
	igt_assert_f(vm->eye >= 0, "debugfs %s/eye: %m\n", path);
	close(dir);
}

void cnova_vm_fini(struct cnova_vm *vm)
{
	cnova_look_close(vm);
	close(vm->eye);
	close(vm->dir);
	cnova_vm_destroy(vm->fd, vm->id);
}

/**
 * cnova_eye_read() - Read as the GPU does: bytes before the first fault, or -errno.
 */
ssize_t cnova_eye_read(struct cnova_vm *vm, uint64_t va, void *buf, size_t size)
{
	ssize_t n;

	if (cnova_looks_by_engine())
		return cnova_look_read(vm, va, buf, size);
	n = pread(vm->eye, buf, size, va);
	return n < 0 ? -errno : n;
}

ssize_t cnova_eye_write(struct cnova_vm *vm, uint64_t va, const void *buf, size_t size)
{
	ssize_t n;

	if (cnova_looks_by_engine())
		return cnova_look_write(vm, va, buf, size);
	n = pwrite(vm->eye, buf, size, va);
	return n < 0 ? -errno : n;
}

/**
 * cnova_eye_expect() - Does the page at @va show the page at @offset of @bo?
 */
void cnova_eye_expect(struct cnova_vm *vm, uint64_t va, const struct cnova_bo *bo,
		      uint64_t offset)
{
	uint64_t word;

	igt_assert_eq(cnova_eye_read(vm, va, &word, sizeof(word)), sizeof(word));
	igt_assert_eq_u64(word, cnova_tag(bo->handle, offset >> CNOVA_PAGE_SHIFT));
}

void cnova_eye_expect_fault(struct cnova_vm *vm, uint64_t va)
{
	uint64_t word;

	igt_assert_eq(cnova_eye_read(vm, va, &word, sizeof(word)), -EFAULT);
}

/* -------------------------------------------------------------------------- binds */

struct drm_cnova_vm_bind_op cnova_op_map(const struct cnova_bo *bo, uint64_t offset,
					 uint64_t va, uint64_t range, uint32_t flags)
{
	return (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_MAP,
		.flags = flags,
		.handle = bo->handle,
		.offset = offset,
		.va = va,
		.range = range,
	};
}

struct drm_cnova_vm_bind_op cnova_op_unmap(uint64_t va, uint64_t range)
{
	return (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_UNMAP,
		.va = va,
		.range = range,
	};
}

struct drm_cnova_vm_bind_op cnova_op_unmap_all(const struct cnova_bo *bo)
{
	return (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_UNMAP_ALL,
		.handle = bo->handle,
	};
}

struct drm_cnova_vm_bind_op cnova_op_sparse(uint64_t va, uint64_t range)
{
	return (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_MAP_SPARSE,
		.va = va,
		.range = range,
	};
}

/**
 * cnova_bind_args() - A well-formed synchronous request; with syncs, asynchronous.
 */
struct drm_cnova_vm_bind cnova_bind_args(const struct cnova_vm *vm,
					 const struct drm_cnova_vm_bind_op *ops,
					 unsigned int nr_ops,
					 const struct drm_cnova_sync *syncs,
					 unsigned int nr_syncs)
{
	return (struct drm_cnova_vm_bind) {
		.vm_id = vm->id,
		.flags = nr_syncs ? DRM_CNOVA_VM_BIND_ASYNC : 0,
		.ops = {
			.pointer = ptr_u64(ops),
			.count = nr_ops,
			.stride = nr_ops ? sizeof(*ops) : 0,
		},
		.syncs = {
			.pointer = ptr_u64(syncs),
			.count = nr_syncs,
			.stride = nr_syncs ? sizeof(*syncs) : 0,
		},
	};
}

int __cnova_bind(int fd, struct drm_cnova_vm_bind *args)
{
	return cnova_ioctl(fd, DRM_IOCTL_CNOVA_VM_BIND, args);
}

/**
 * __cnova_bind_one() - One operation, synchronously.
 */
int __cnova_bind_one(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *op)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, op, 1, NULL, 0);

	return __cnova_bind(vm->fd, &args);
}

/**
 * cnova_bind_async() - Queue a bind.
 */
int cnova_bind_async(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *ops,
		     unsigned int nr_ops, const struct drm_cnova_sync *syncs,
		     unsigned int nr_syncs)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, ops, nr_ops, syncs, nr_syncs);

	args.flags = DRM_CNOVA_VM_BIND_ASYNC;
	return __cnova_bind(vm->fd, &args);
}
