// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "cnova.h"

/**
 * TEST: cnova gem
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: Parameters and objects: what GETPARAM, GEM_CREATE, GEM_INFO and
 *	GEM_MMAP_OFFSET do, and what they refuse.
 *
 * SUBTEST: params
 * Description: Every parameter has a value that makes sense with the others.
 *
 * SUBTEST: layout
 * Description: What the parameters say of VRAM's layout is what debugfs says.
 *
 * SUBTEST: params-unknown
 * Description: Parameters that do not exist are refused.
 *
 * SUBTEST: nova-layout
 * Description: The first three ioctls have nova's numbers and layouts.
 *
 * SUBTEST: create-%s
 * Description: Objects in %arg[1] of odd sizes are rounded up to pages.
 *
 * SUBTEST: zeroed-%s
 * Description: Memory in %arg[1] is zero at first, also where others wrote before.
 *
 * SUBTEST: mmap-%s
 * Description: What the CPU writes to memory in %arg[1] it reads back, also through
 *	another mapping and after the handle is closed.
 *
 * arg[1]:
 *
 * @vram:	VRAM
 * @system:	system memory
 *
 * SUBTEST: create-bad-size
 * Description: Size 0, sizes that wrap, and more than there is are refused.
 *
 * SUBTEST: create-bad-flags
 * Description: Each flag that does not exist is refused.
 *
 * SUBTEST: close-twice
 * Description: The second close of a handle is refused.
 *
 * SUBTEST: mmap-large
 * Description: Map more VRAM than BAR1 may show at a time.
 *
 * SUBTEST: mmap-bad
 * Description: Bad handles, flags and sizes are refused, and so is another file's offset.
 *
 * SUBTEST: mmap-lost
 * Description: The GPU does not answer: VRAM that the CPU looks at then is a page of nothing, and
 *	no signal comes. When it answers again a new mapping shows the memory.
 *
 * SUBTEST: info
 * Description: GEM_INFO knows the size; a bad handle or pad is refused.
 *
 * SUBTEST: private
 * Description: An object private to a VM needs that VM, and cannot be exported.
 *
 * SUBTEST: private-outlives-vm
 * Description: A private object can be used by the CPU after its VM is gone.
 *
 * SUBTEST: close-while-mapped
 * Description: A mapping keeps memory alive after the handle is closed; the last unmap
 *	gives it back.
 *
 * SUBTEST: share
 * Description: An object exported from one file shows the same memory in another.
 *
 * SUBTEST: vram-free
 * Description: VRAM that objects used comes back when they go.
 */

static const struct {
	const char *name;
	uint32_t flags;
} places[] = {
	{ "vram", DRM_CNOVA_GEM_VRAM },
	{ "system", 0 },
};

static void test_params(int fd)
{
	uint64_t sizes = cnova_param(fd, DRM_CNOVA_PARAM_PAGE_SIZES);
	uint64_t start = cnova_param(fd, DRM_CNOVA_PARAM_VA_START);
	uint64_t end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);
	uint64_t vram = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
	uint64_t chipset = cnova_param(fd, DRM_CNOVA_PARAM_CHIPSET);

	igt_info("chipset %#" PRIx64 ", VRAM %" PRIu64 " MiB, VA %#" PRIx64 "-%#" PRIx64 "\n",
		 chipset, vram >> 20, start, end);
	igt_assert(sizes & SZ_4K && sizes & SZ_64K && sizes & SZ_2M);
	igt_assert_eq_u64(sizes % SZ_4K, 0);
	igt_assert_eq_u64(start % SZ_4K, 0);
	igt_assert_eq_u64(end % SZ_4K, 0);
	igt_assert(start < end && end <= 1ull << 57);
	igt_assert(vram && vram % SZ_4K == 0);
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), vram);
	igt_assert(chipset >= 0x160 && chipset < 0x200);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_OPS), 0);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_SYNCS), 0);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_VMS), 0);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_PENDING_BINDS), 0);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_PENDING_MAPS), 0);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_FRAMES), 0);
	igt_assert_neq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MAX_BIND_RANGES), 0);
	igt_assert(cnova_param(fd, DRM_CNOVA_PARAM_KINDS) & 1);
	igt_assert_eq_u64(cnova_param(fd, DRM_CNOVA_PARAM_MODEL), cnova_has_model());
	cnova_param(fd, DRM_CNOVA_PARAM_VRAM_BAR_SIZE);
}

/* What the parameters say of VRAM's layout, and what debugfs says. */
static void test_layout(int fd)
{
	uint64_t release = cnova_param(fd, DRM_CNOVA_PARAM_LAYOUT_GSP), total = 0, nr = 0;
	int dir = igt_debugfs_dir(fd);
	char *text = cnova_read_text(dir, "layout"), source[48], *line;

	igt_assert(text);
	if (release)
		snprintf(source, sizeof(source), "source gsp %" PRIu64 "\n", release);
	else
		snprintf(source, sizeof(source), "source registers\n");
	igt_assert_f(!strncmp(text, source, strlen(source)), "%s", text);

	for (line = text; (line = strstr(line, "\nregion ")); line++) {
		uint64_t start, end;
		int n;

		n = sscanf(line, "\nregion %" SCNi64 "-%" SCNi64, &start, &end);
		igt_assert_eq(n, 2);
		total += end - start;
		nr++;
	}
	igt_assert_eq_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_REGIONS), nr);
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE), total);
	free(text);
	close(dir);
}

static void test_params_unknown(int fd)
{
	const uint64_t unknown[] = {
		0, 2, 0xff, DRM_CNOVA_PARAM_EXEC_TIMEOUT_MS + 1, 0x10000, UINT32_MAX,
		(1ull << 32) | DRM_CNOVA_PARAM_CHIPSET, UINT64_MAX,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++) {
		struct drm_cnova_getparam args = { .param = unknown[i] };

		igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GETPARAM, &args), -EINVAL);
	}
}

static void test_nova_layout(int fd)
{
	/* nova_drm.h of Linux 7.2. */
	struct {
		uint32_t handle;
		uint32_t pad;
		uint64_t size;
	} create = { .size = SZ_64K }, info = {};
	struct {
		uint64_t param;
		uint64_t value;
	} param = { .param = 1 };

	igt_assert_eq(cnova_ioctl(fd, DRM_IOWR(DRM_COMMAND_BASE + 0, param), &param), 0);
	igt_assert_eq_u64(param.value, cnova_param(fd, DRM_CNOVA_PARAM_VRAM_BAR_SIZE));

	igt_assert_eq(cnova_ioctl(fd, DRM_IOWR(DRM_COMMAND_BASE + 1, create), &create), 0);
	igt_assert_neq_u32(create.handle, 0);

	info.handle = create.handle;
	igt_assert_eq(cnova_ioctl(fd, DRM_IOWR(DRM_COMMAND_BASE + 2, info), &info), 0);
	igt_assert_eq_u64(info.size, SZ_64K);
	gem_close(fd, create.handle);
}

static uint64_t gem_size(int fd, uint32_t handle)
{
	struct drm_cnova_gem_info info = { .handle = handle };

	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_INFO, &info), 0);
	igt_assert_eq_u32(info.pad, 0);
	return info.size;
}

static void test_create(int fd, uint32_t flags)
{
	const uint64_t sizes[] = { 1, 4095, 4096, 4097, 65535, 65536, 65537, SZ_1M, SZ_2M + 1 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t size = sizes[i];
		uint32_t handle = 0;

		igt_assert_eq(__cnova_gem_create(fd, &size, flags, &handle), 0);
		igt_assert_eq_u64(size, (sizes[i] + SZ_4K - 1) & -SZ_4K);
		igt_assert_eq_u64(gem_size(fd, handle), size);
		gem_close(fd, handle);
	}
}

static void test_create_bad_size(int fd)
{
	uint64_t vram = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
	const uint64_t sizes[] = {
		0, vram + SZ_4K, vram * 2, 1ull << 52, INT64_MAX, UINT64_MAX - 4095, UINT64_MAX,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t size = sizes[i];
		uint32_t handle = 0;

		igt_debug("size %#" PRIx64 "\n", size);
		igt_assert_eq(__cnova_gem_create(fd, &size, DRM_CNOVA_GEM_VRAM, &handle),
			      -EINVAL);
		size = sizes[i];
		if (i == 0 || size >= 1ull << 52)
			igt_assert_eq(__cnova_gem_create(fd, &size, 0, &handle), -EINVAL);
	}
}

static void test_create_bad_flags(int fd)
{
	for (int bit = 2; bit < 32; bit++) {
		uint64_t size = SZ_4K;
		uint32_t handle = 0;

		igt_assert_eq(__cnova_gem_create(fd, &size, 1u << bit, &handle), -EINVAL);
		igt_assert_eq(__cnova_gem_create(fd, &size, 1u << bit | DRM_CNOVA_GEM_VRAM,
						 &handle), -EINVAL);
	}
}

static bool is_zero(const uint64_t *words, uint64_t size)
{
	uint64_t all = 0;

	for (uint64_t i = 0; i < size / 8; i++)
		all |= words[i];
	return !all;
}

/* Sizes that are of a table page, of a large page, and what no one else has used. */
static void test_zeroed(int fd, uint32_t flags)
{
	const uint64_t sizes[] = { SZ_4K, SZ_64K, SZ_1M + SZ_4K, 2 * SZ_2M };

	for (int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
			uint32_t handle = cnova_gem_create(fd, sizes[i], flags);
			void *map = cnova_gem_mmap(fd, handle, sizes[i]);

			igt_assert_f(is_zero(map, sizes[i]), "round %d, size %#" PRIx64 "\n",
				     round, sizes[i]);
			memset(map, 0xa5, sizes[i]);
			munmap(map, sizes[i]);
			gem_close(fd, handle);
		}
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed;
}

static void test_mmap(int fd, uint32_t flags)
{
	const uint64_t size = SZ_64K + SZ_4K;
	uint32_t handle = cnova_gem_create(fd, size, flags), seed = 1;
	uint64_t offset = cnova_gem_mmap_offset(fd, handle);
	uint32_t *map, *twin, *part;

	map = cnova_gem_mmap(fd, handle, size);
	twin = cnova_gem_mmap(fd, handle, size);
	for (uint32_t i = 0; i < size / 4; i++)
		map[i] = next_random(&seed);

	/* A part of it, to be read only, and the same memory at two addresses. */
	part = mmap(NULL, SZ_4K, PROT_READ, MAP_SHARED, fd, offset);
	igt_assert(part != MAP_FAILED);
	igt_assert(!memcmp(part, map, SZ_4K));
	igt_assert(!memcmp(map, twin, size));
	munmap(part, SZ_4K);
	munmap(map, size);

	gem_close(fd, handle);
	seed = 1;
	for (uint32_t i = 0; i < size / 4; i++)
		igt_assert_eq_u32(twin[i], next_random(&seed));
	twin[0] = 1;
	munmap(twin, size);
}

/*
 * More than BAR1 may show at a time, if the software GPU was told so: what was mapped
 * first has to make room, and is still there when it is looked at again.
 */
static void test_mmap_large(int fd)
{
	const uint64_t size = 12 * SZ_1M, nr = 3, step = 13 * SZ_4K;
	uint32_t handle[3];
	uint8_t *map[3];

	for (uint64_t i = 0; i < nr; i++) {
		handle[i] = cnova_gem_create(fd, size, DRM_CNOVA_GEM_VRAM);
		map[i] = cnova_gem_mmap(fd, handle[i], size);
	}

	for (uint64_t at = 0; at < size; at += step)
		for (uint64_t i = 0; i < nr; i++)
			*(uint64_t *)(map[i] + at) = at << 8 | i;

	/* In the same order, in which nothing of a small BAR1 is still there, and backwards. */
	for (uint64_t i = 0; i < nr; i++)
		for (uint64_t at = 0; at < size; at += step)
			igt_assert_eq_u64(*(uint64_t *)(map[i] + at), at << 8 | i);
	for (uint64_t at = (size - 1) / step * step; at; at -= step)
		for (uint64_t i = nr; i--; )
			igt_assert_eq_u64(*(uint64_t *)(map[i] + at), at << 8 | i);

	/* What was not written is zero still. */
	for (uint64_t i = 0; i < nr; i++)
		for (uint64_t at = SZ_4K; at < size; at += step)
			igt_assert_eq_u64(*(uint64_t *)(map[i] + at), 0);

	for (uint64_t i = 0; i < nr; i++) {
		munmap(map[i], size);
		gem_close(fd, handle[i]);
	}
}

static void test_close_twice(int fd)
{
	uint32_t handle = cnova_gem_create(fd, SZ_4K, 0);

	igt_assert_eq(__cnova_gem_close(fd, handle), 0);
	igt_assert_eq(__cnova_gem_close(fd, handle), -EINVAL);
}

static void test_mmap_bad(int fd)
{
	struct drm_cnova_gem_mmap_offset args = {};
	uint32_t handle = cnova_gem_create(fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	uint64_t offset = cnova_gem_mmap_offset(fd, handle);
	int other = drm_reopen_driver(fd);

	args.handle = 0;
	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &args), -ENOENT);
	args.handle = handle + 1000;
	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &args), -ENOENT);
	args.handle = handle;
	igt_assert_eq(cnova_ioctl(other, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &args), -ENOENT);
	for (int bit = 0; bit < 32; bit++) {
		args.handle = handle;
		args.flags = 1u << bit;
		igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &args), -EINVAL);
	}

	igt_assert(mmap(NULL, SZ_64K + SZ_4K, PROT_READ, MAP_SHARED, fd, offset) == MAP_FAILED);
	igt_assert(mmap(NULL, SZ_64K, PROT_READ, MAP_SHARED, other, offset) == MAP_FAILED);
	igt_assert_eq(errno, EACCES);
	drm_close_driver(other);
	gem_close(fd, handle);
}

static void test_info(int fd)
{
	struct drm_cnova_gem_info info = {};
	uint32_t handle = cnova_gem_create(fd, 5000, 0);
	int other = drm_reopen_driver(fd);

	igt_assert_eq_u64(gem_size(fd, handle), 8192);

	info.handle = handle;
	igt_assert_eq(cnova_ioctl(other, DRM_IOCTL_CNOVA_GEM_INFO, &info), -ENOENT);
	info.handle = 0;
	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_INFO, &info), -ENOENT);
	for (int bit = 0; bit < 32; bit++) {
		info.handle = handle;
		info.pad = 1u << bit;
		igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_INFO, &info), -EINVAL);
	}

	info.pad = 0;
	gem_close(fd, handle);
	igt_assert_eq(cnova_ioctl(fd, DRM_IOCTL_CNOVA_GEM_INFO, &info), -ENOENT);
	drm_close_driver(other);
}

static int try_export(int fd, uint32_t handle)
{
	struct drm_prime_handle args = { .handle = handle, .flags = DRM_CLOEXEC, .fd = -1 };
	int err = cnova_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	if (!err)
		close(args.fd);
	return err;
}

static void test_private(int fd)
{
	int other = drm_reopen_driver(fd);
	uint32_t vm = cnova_vm_create(fd), foreign = cnova_vm_create(other), handle;
	uint64_t size = SZ_4K;

	handle = 0;
	igt_assert_eq(__cnova_gem_create(fd, &size, DRM_CNOVA_GEM_VM_PRIVATE, &handle),
		      -ENOENT);
	handle = vm + 1000;
	igt_assert_eq(__cnova_gem_create(fd, &size, DRM_CNOVA_GEM_VM_PRIVATE, &handle),
		      -ENOENT);
	/* Ids are per file: the other file may have the same one. */
	cnova_vm_destroy(fd, vm);
	handle = foreign;
	igt_assert_eq(__cnova_gem_create(fd, &size, DRM_CNOVA_GEM_VM_PRIVATE, &handle),
		      -ENOENT);

	vm = cnova_vm_create(fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		handle = vm;
		igt_assert_eq(__cnova_gem_create(fd, &size, places[i].flags |
						 DRM_CNOVA_GEM_VM_PRIVATE, &handle), 0);
		igt_assert_neq(try_export(fd, handle), 0);
		gem_close(fd, handle);
	}

	cnova_vm_destroy(fd, vm);
	drm_close_driver(other);
}

static void test_private_outlives_vm(int fd)
{
	uint32_t vm = cnova_vm_create(fd), handle = vm;
	uint64_t size = SZ_64K;
	uint8_t *map;

	igt_assert_eq(__cnova_gem_create(fd, &size, DRM_CNOVA_GEM_VRAM |
					 DRM_CNOVA_GEM_VM_PRIVATE, &handle), 0);
	cnova_vm_destroy(fd, vm);
	map = cnova_gem_mmap(fd, handle, size);
	igt_assert(is_zero((uint64_t *)map, size));
	memset(map, 1, size);
	munmap(map, size);
	gem_close(fd, handle);
}

static void test_close_while_mapped(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_1M);
	struct drm_cnova_vm_bind_op op;
	struct cnova_bo bo;
	uint64_t before, word;

	/* What the tables take stays, and must not be counted. */
	cnova_bo_init(&bo, w->fd, SZ_1M, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&bo, 0, CNOVA_VA, SZ_1M, 0);
	cnova_world_bind(w, &op, 1);
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	gem_close(w->fd, bo.handle);
	munmap(bo.map, bo.size);

	cnova_world_check(w);
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), before);

	/* The eye still sees it, and a new object is not it. */
	cnova_world_bo(w, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_world_check(w);
	word = 42;
	igt_assert_eq(cnova_eye_write(&w->vm, CNOVA_VA + 8, &word, 8), 8);
	igt_assert_eq_u64(*(uint64_t *)(w->bo[0].map + 8), 0);

	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	cnova_world_unmap(w, CNOVA_VA, SZ_1M);
	cnova_wait_vram_free(fd, before + SZ_1M);
	cnova_world_check(w);
	cnova_world_destroy(w);
}

static void test_share(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_64K);
	struct cnova_bo bo = { .fd = w->fd, .size = SZ_64K };
	uint32_t handle = cnova_gem_create(fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	uint64_t *map = cnova_gem_mmap(fd, handle, SZ_64K);
	int dma_buf;

	dma_buf = prime_handle_to_fd(fd, handle);
	bo.handle = prime_fd_to_handle(w->fd, dma_buf);
	close(dma_buf);

	for (int i = 0; i < 16; i++) {
		map[i * 512] = cnova_tag(bo.handle, i);
		map[i * 512 + 511] = ~cnova_tag(bo.handle, i);
	}
	munmap(map, SZ_64K);
	gem_close(fd, handle);

	cnova_world_map(w, &bo, 0, CNOVA_VA, SZ_64K, 0);
	cnova_world_check(w);
	gem_close(w->fd, bo.handle);
	cnova_world_check(w);
	cnova_world_unmap(w, CNOVA_VA, SZ_64K);
	cnova_world_destroy(w);
}

static void test_vram_free(int fd)
{
	uint64_t before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	uint32_t handles[8];

	for (int i = 0; i < 8; i++)
		handles[i] = cnova_gem_create(fd, SZ_1M, DRM_CNOVA_GEM_VRAM);
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), before - 8 * SZ_1M);
	for (int i = 0; i < 8; i++)
		gem_close(fd, handles[i]);
	cnova_wait_vram_free(fd, before);
}

static void test_mmap_lost(int fd)
{
	enum { LAST = SZ_64K / 8 - 1 };
	uint32_t handle[2];
	uint64_t *map[2];

	igt_require_f(cnova_has_model(), "silicon cannot be told to go away\n");
	for (int i = 0; i < 2; i++)
		handle[i] = cnova_gem_create(fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	/* One that BAR1 shows, and one that it never has. */
	map[0] = cnova_gem_mmap(fd, handle[0], SZ_64K);
	map[0][0] = 1;
	munmap(map[0], SZ_64K);

	for (int i = 0; i < 2; i++)
		map[i] = cnova_gem_mmap(fd, handle[i], SZ_64K);
	cnova_model_set("gone", "1");
	for (int i = 0; i < 2; i++) {
		igt_assert_eq_u64(map[i][LAST], 0);
		map[i][LAST] = 2;
	}
	cnova_model_set("gone", "0");
	for (int i = 0; i < 2; i++) {
		munmap(map[i], SZ_64K);
		map[i] = cnova_gem_mmap(fd, handle[i], SZ_64K);
		igt_assert_eq_u64(map[i][0], !i);
		igt_assert_eq_u64(map[i][LAST], 0);
		munmap(map[i], SZ_64K);
		gem_close(fd, handle[i]);
	}
	cnova_model_check();
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("Every parameter has a value that makes sense with the others.");
	igt_subtest("params")
		test_params(fd);

	igt_describe("Who told how VRAM is laid out, and in how many regions.");
	igt_subtest("layout")
		test_layout(fd);

	igt_describe("Parameters that do not exist are refused.");
	igt_subtest("params-unknown")
		test_params_unknown(fd);

	igt_describe("The first three ioctls have nova's numbers and layouts.");
	igt_subtest("nova-layout")
		test_nova_layout(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		igt_describe("Objects of odd sizes are rounded up to pages.");
		igt_subtest_f("create-%s", places[i].name)
			test_create(fd, places[i].flags);

		igt_describe("Memory is zero at first, also where others wrote before.");
		igt_subtest_f("zeroed-%s", places[i].name)
			test_zeroed(fd, places[i].flags);

		igt_describe("What the CPU writes it reads back.");
		igt_subtest_f("mmap-%s", places[i].name)
			test_mmap(fd, places[i].flags);
	}

	igt_describe("Size 0, sizes that wrap, and more than there is are refused.");
	igt_subtest("create-bad-size")
		test_create_bad_size(fd);

	igt_describe("Each flag that does not exist is refused.");
	igt_subtest("create-bad-flags")
		test_create_bad_flags(fd);

	igt_describe("The second close of a handle is refused.");
	igt_subtest("close-twice")
		test_close_twice(fd);

	igt_describe("Map more VRAM than BAR1 may show at a time.");
	igt_subtest("mmap-large")
		test_mmap_large(fd);

	igt_describe("Bad handles, flags and sizes are refused, and another file's offset.");
	igt_subtest("mmap-bad")
		test_mmap_bad(fd);

	igt_describe("A page of nothing where the GPU does not answer.");
	igt_subtest("mmap-lost")
		test_mmap_lost(fd);

	igt_describe("GEM_INFO knows the size; a bad handle or pad is refused.");
	igt_subtest("info")
		test_info(fd);

	igt_describe("An object private to a VM needs that VM, and cannot be exported.");
	igt_subtest("private")
		test_private(fd);

	igt_describe("A private object can be used by the CPU after its VM is gone.");
	igt_subtest("private-outlives-vm")
		test_private_outlives_vm(fd);

	igt_describe("A mapping keeps memory alive after the handle is closed.");
	igt_subtest("close-while-mapped")
		test_close_while_mapped(fd);

	igt_describe("An object exported from one file shows the same memory in another.");
	igt_subtest("share")
		test_share(fd);

	igt_describe("VRAM that objects used comes back when they go.");
	igt_subtest("vram-free")
		test_vram_free(fd);

	igt_fixture()
		drm_close_driver(fd);
}
