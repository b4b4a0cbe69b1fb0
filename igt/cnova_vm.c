// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>

#include "cnova.h"

/**
 * TEST: cnova vm
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM management
 * Description: GPU address spaces: making them, dropping them, asking about them.
 *
 * SUBTEST: create-destroy
 * Description: VMs have ids that are not 0 and differ; each is destroyed once.
 *
 * SUBTEST: create-bad-flags
 * Description: Each flag is refused, for there is none yet.
 *
 * SUBTEST: destroy-bad
 * Description: A bad id or pad is refused, and the VM stays.
 *
 * SUBTEST: foreign
 * Description: A VM of another file does not exist here.
 *
 * SUBTEST: limit
 * Description: A file gets as many VMs as promised and no more; another file gets its own.
 *
 * SUBTEST: state
 * Description: The state tells what is mapped and what tables take.
 *
 * SUBTEST: destroy-mapped
 * Description: Destroying a VM that is full gives all memory back.
 *
 * SUBTEST: close-mapped
 * Description: Closing the file does the same.
 *
 * SUBTEST: tables-go
 * Description: Mapping and unmapping all over the address space does not hoard tables.
 *
 * SUBTEST: fdinfo
 * Description: The file's fdinfo has DRM's standard keys, and they count.
 *
 * SUBTEST: debugfs
 * Description: A VM has its directory in debugfs as long as it lives.
 *
 * SUBTEST: history
 * Description: The last operations stand in debugfs, in order, and no more of them than promised.
 */

static void test_create_destroy(int fd)
{
	uint32_t a = cnova_vm_create(fd), b = cnova_vm_create(fd);

	igt_assert_neq_u32(a, b);
	cnova_vm_destroy(fd, a);
	igt_assert_eq(__cnova_vm_destroy(fd, a), -ENOENT);
	cnova_vm_destroy(fd, b);
	igt_assert_eq(__cnova_vm_destroy(fd, b), -ENOENT);
}

static void test_create_bad_flags(int fd)
{
	uint32_t id;

	for (int bit = 0; bit < 32; bit++)
		igt_assert_eq(__cnova_vm_create(fd, 1u << bit, &id), -EINVAL);
}

static void test_destroy_bad(int fd)
{
	struct drm_cnova_vm_destroy args = {};
	uint32_t id = cnova_vm_create(fd);

	igt_assert_eq(__cnova_vm_destroy(fd, 0), -ENOENT);
	igt_assert_eq(__cnova_vm_destroy(fd, id + 1000), -ENOENT);
	igt_assert_eq(__cnova_vm_destroy(fd, UINT32_MAX), -ENOENT);
	for (int bit = 0; bit < 32; bit++) {
		args.vm_id = id;
		args.pad = 1u << bit;
		igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_VM_DESTROY, &args), -EINVAL);
	}
	cnova_vm_destroy(fd, id);
}

static void test_foreign(int fd)
{
	struct drm_cnova_vm_get_state state;
	struct cnova_vm vm = { .fd = fd };
	int other = drm_reopen_driver(fd);
	uint32_t id = cnova_vm_create(other);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_4K);

	vm.id = id;
	igt_assert_eq(__cnova_vm_get_state(fd, id, &state), -ENOENT);
	igt_assert_eq(cnova_bind_async(&vm, &op, 1, NULL, 0), -ENOENT);
	igt_assert_eq(__cnova_vm_destroy(fd, id), -ENOENT);
	igt_assert_eq(__cnova_vm_get_state(other, id, &state), 0);
	cnova_vm_destroy(other, id);
	drm_close_driver(other);
}

/* Each VM costs time in a debug kernel; a limit of thousands is not worth it. */
#define LIMIT_MAX	256

static void test_limit(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_VMS);
	uint64_t before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	int file = drm_reopen_driver(fd), other = drm_reopen_driver(fd);
	uint32_t id, last = 0;

	igt_require_f(limit <= LIMIT_MAX, "the limit is %" PRIu64 "\n", limit);
	for (uint64_t i = 0; i < limit; i++)
		last = cnova_vm_create(file);
	igt_assert_eq(__cnova_vm_create(file, 0, &id), -ENOSPC);
	igt_assert_eq(__cnova_vm_create(other, 0, &id), 0);
	cnova_vm_destroy(file, last);
	igt_assert_eq(__cnova_vm_create(file, 0, &id), 0);
	igt_assert_eq(__cnova_vm_create(file, 0, &id), -ENOSPC);

	drm_close_driver(file);
	drm_close_driver(other);
	cnova_wait_vram_free(fd, before);
}

static void get_state(struct cnova_world *w, struct drm_cnova_vm_get_state *state)
{
	igt_assert_eq(__cnova_vm_get_state(w->fd, w->vm.id, state), 0);
	igt_assert_eq(state->state, DRM_CNOVA_VM_ACTIVE);
	igt_assert_eq(state->error, 0);
	igt_assert_eq(state->pad, 0);
	igt_assert_eq_u64(state->quarantined, 0);
}

static void test_state(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_get_state empty, full, part;

	igt_assert_eq(__cnova_vm_get_state(fd, 0, &empty), -ENOENT);
	igt_assert_eq(__cnova_vm_get_state(fd, UINT32_MAX, &empty), -ENOENT);

	get_state(w, &empty);
	igt_assert_eq_u64(empty.mapped, 0);

	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_1M, 0);
	get_state(w, &full);
	igt_assert_eq_u64(full.mapped, SZ_1M);
	igt_assert(full.table_bytes > empty.table_bytes);

	cnova_world_unmap(w, CNOVA_VA + SZ_64K, SZ_4K);
	get_state(w, &part);
	igt_assert_eq_u64(part.mapped, SZ_1M - SZ_4K);

	cnova_world_unmap(w, CNOVA_VA, SZ_1M);
	get_state(w, &part);
	igt_assert_eq_u64(part.mapped, 0);
	cnova_world_destroy(w);
}

static void test_drop_mapped(int fd, bool close_file)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct cnova_vm vm;
	struct cnova_bo bo;
	uint64_t before;
	int file;

	/* Once without looking, for what the driver makes on first use and keeps. */
	for (int round = 0; round < 2; round++) {
		before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
		file = drm_reopen_driver(fd);
		cnova_bo_init(&bo, file, SZ_1M, DRM_CNOVA_GEM_VRAM);
		vm.fd = file;
		vm.id = cnova_vm_create(file);
		ops[0] = cnova_op_map(&bo, 0, CNOVA_VA, SZ_1M, 0);
		ops[1] = cnova_op_map(&bo, 0, CNOVA_VA_EDGE - SZ_64K, SZ_1M, 0);
		ops[2] = cnova_op_sparse(CNOVA_VA_EDGE + SZ_2M, SZ_2M);
		igt_assert_eq(cnova_bind_async(&vm, ops, 3, NULL, 0), 0);
		if (!close_file) {
			cnova_vm_destroy(file, vm.id);
			cnova_bo_fini(&bo);
			cnova_wait_vram_free(fd, before);
		}
		if (close_file) {
			bo.handle = 0;
			cnova_bo_fini(&bo);
		}
		drm_close_driver(file);
	}
	cnova_wait_vram_free(fd, before);
	cnova_model_check();
}

static void test_tables_go(int fd)
{
	uint64_t end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_get_state state;
	uint64_t first;

	get_state(w, &state);
	first = state.table_bytes;
	for (int round = 0; round < 24; round++) {
		uint64_t va = (0x9e3779b97f4a7c15ull * (round + 1)) % (end / SZ_2M - 1) * SZ_2M;

		cnova_world_map(w, bo, 0, va + SZ_4K, SZ_64K - SZ_4K, 0);
		cnova_world_unmap(w, va, SZ_64K);
		get_state(w, &state);
		igt_assert_eq_u64(state.mapped, 0);
	}

	/* An address space that is empty needs no more than at first, when all is cleaned up. */
	for (int i = 0; state.table_bytes > first && i < 200; i++) {
		usleep(10000);
		get_state(w, &state);
	}
	igt_assert_lte_u64(state.table_bytes, first);
	cnova_world_destroy(w);
}

static void test_fdinfo(int fd)
{
	static const char * const keys[] = {
		"drm-client-id",
		"drm-total-vram0", "drm-shared-vram0", "drm-active-vram0", "drm-resident-vram0",
		"drm-purgeable-vram0",
		"drm-total-gtt", "drm-shared-gtt", "drm-active-gtt", "drm-resident-gtt",
		"drm-purgeable-gtt", "drm-total-system",
		"cnova-mapped", "cnova-tables", "cnova-quarantined",
	};
	int file = drm_reopen_driver(fd);
	uint64_t before;
	char path[64], *text;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", file);
	text = cnova_read_text(AT_FDCWD, path);
	igt_assert(strstr(text, "drm-driver:\tcnova\n"));
	free(text);

	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		igt_assert_f(cnova_fdinfo(file, keys[i]) != ~0ull, "no %s\n", keys[i]);
	igt_assert_neq_u64(cnova_fdinfo(file, "drm-client-id"),
			   cnova_fdinfo(fd, "drm-client-id"));

	before = cnova_fdinfo(file, "drm-total-vram0");
	cnova_gem_create(file, 3 * SZ_1M, DRM_CNOVA_GEM_VRAM);
	igt_assert_neq_u64(cnova_fdinfo(file, "drm-total-vram0"), before);
	igt_assert_eq_u64(cnova_fdinfo(file, "drm-total-vram0"), 3 * SZ_1M);
	igt_assert_eq_u64(cnova_fdinfo(file, "drm-resident-vram0"), 3 * SZ_1M);
	igt_assert_eq_u64(cnova_fdinfo(file, "drm-purgeable-vram0"), 0);

	/* Page tables have no handle, but are VRAM of this client. */
	cnova_vm_create(file);
	igt_assert_lte_u64(3 * SZ_1M + cnova_fdinfo(file, "cnova-tables"),
			   cnova_fdinfo(file, "drm-total-vram0"));
	igt_assert_lte_u64(SZ_4K, cnova_fdinfo(file, "cnova-tables"));

	igt_assert_eq_u64(cnova_fdinfo(file, "drm-active-vram0"), 0);
	drm_close_driver(file);
}

static void test_debugfs(int fd)
{
	static const char * const files[] = { "gpuvas", "counters", "quarantine" };
	uint64_t client = cnova_fdinfo(fd, "drm-client-id");
	int dir = igt_debugfs_dir(fd);
	struct cnova_vm vm;
	char path[64], *text;

	igt_assert(dir >= 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		text = cnova_read_text(dir, files[i]);
		igt_assert_f(text, "no %s\n", files[i]);
		free(text);
	}

	cnova_vm_init(&vm, fd);
	cnova_eye_expect_fault(&vm, CNOVA_VA);
	snprintf(path, sizeof(path), "vm/%" PRIu64 ".%u", client, vm.id);
	igt_assert_eq(faccessat(dir, path, F_OK, 0), 0);
	cnova_vm_destroy(fd, vm.id);
	igt_assert_neq(faccessat(dir, path, F_OK, 0), 0);

	/* The eye was open: it must have gone blind, not dangerous. */
	igt_assert(cnova_eye_read(&vm, CNOVA_VA, path, 8) < 0);
	close(vm.eye);
	close(vm.dir);
	close(dir);
	cnova_model_check();
}

static unsigned int count_lines(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

static void test_history(int fd)
{
	struct drm_cnova_vm_bind_op ops[3];
	struct drm_cnova_vm_bind args;
	const char *map, *unmap;
	struct cnova_vm vm;
	struct cnova_bo bo;
	char *text;

	cnova_vm_init(&vm, fd);
	cnova_bo_init(&bo, fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	ops[0] = cnova_op_map(&bo, SZ_4K, CNOVA_VA, 2 * SZ_4K, DRM_CNOVA_VM_BIND_READ_ONLY);
	ops[1] = cnova_op_unmap(CNOVA_VA + SZ_4K, SZ_4K);
	ops[2] = cnova_op_sparse(CNOVA_VA + SZ_1M, SZ_1M);
	args = cnova_bind_args(&vm, ops, 3, NULL, 0);
	igt_assert_eq(__cnova_bind(fd, &args), 0);

	text = cnova_read_text(vm.dir, "history");
	igt_assert(text);
	map = strstr(text, "op=0 map va=");
	unmap = strstr(text, "op=1 unmap va=");
	igt_assert_f(map && unmap && map < unmap && strstr(unmap, "op=2 map-sparse va="),
		     "%s", text);
	igt_assert(strstr(map, "range=0x2000 offset=0x1000 flags=0x1 kind=0 err=0\n"));
	igt_assert_eq(count_lines(text), 3);
	free(text);

	/* What was refused never ran. */
	ops[1].flags = ~0;
	igt_assert_eq(__cnova_bind(fd, &args), -EINVAL);
	ops[1].flags = 0;
	text = cnova_read_text(vm.dir, "history");
	igt_assert_eq(count_lines(text), 3);
	free(text);

	for (unsigned int i = 0; i < 30; i++)
		igt_assert_eq(__cnova_bind(fd, &args), 0);
	text = cnova_read_text(vm.dir, "history");
	igt_assert_eq(count_lines(text), 64);
	free(text);

	cnova_bo_fini(&bo);
	cnova_vm_fini(&vm);
	cnova_model_check();
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("VMs have ids that are not 0 and differ; each is destroyed once.");
	igt_subtest("create-destroy")
		test_create_destroy(fd);

	igt_describe("Each flag is refused, for there is none yet.");
	igt_subtest("create-bad-flags")
		test_create_bad_flags(fd);

	igt_describe("A bad id or pad is refused, and the VM stays.");
	igt_subtest("destroy-bad")
		test_destroy_bad(fd);

	igt_describe("A VM of another file does not exist here.");
	igt_subtest("foreign")
		test_foreign(fd);

	igt_describe("A file gets as many VMs as promised and no more.");
	igt_subtest("limit")
		test_limit(fd);

	igt_describe("The state tells what is mapped and what tables take.");
	igt_subtest("state")
		test_state(fd);

	igt_describe("Destroying a VM that is full gives all memory back.");
	igt_subtest("destroy-mapped")
		test_drop_mapped(fd, false);

	igt_describe("Closing the file of a VM that is full gives all memory back.");
	igt_subtest("close-mapped")
		test_drop_mapped(fd, true);

	igt_describe("Mapping and unmapping all over the address space does not hoard tables.");
	igt_subtest("tables-go")
		test_tables_go(fd);

	igt_describe("The file's fdinfo has DRM's standard keys, and they count.");
	igt_subtest("fdinfo")
		test_fdinfo(fd);

	igt_describe("A VM has its directory in debugfs as long as it lives.");
	igt_subtest("debugfs")
		test_debugfs(fd);

	igt_describe("The last operations stand in debugfs, in order, no more than promised.");
	igt_subtest("history")
		test_history(fd);

	igt_fixture()
		drm_close_driver(fd);
}
