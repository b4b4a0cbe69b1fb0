// SPDX-License-Identifier: MIT

#include <inttypes.h>

#include "exec.h"

/**
 * TEST: cnova evict order
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: More is asked for than VRAM holds: what was used last goes last. For a GPU with
 *	little VRAM.
 *
 * SUBTEST: %s
 * Description: Two clients have objects of the same age, in the order of their making; the first
 *	one executes, and then somebody wants room: the second one's go.
 * arg[1]:
 * @private:	objects private to their VMs: all of them go to the end of the list
 * @shared:	objects that any VM could map
 */

#define SIZE	SZ_1M
#define NR	2

struct client {
	int fd;
	struct cnova_vm vm;
	struct cnova_channel channel;
	uint32_t handle[NR];
};

static uint64_t resident(const struct client *client)
{
	return cnova_fdinfo(client->fd, "drm-resident-vram0");
}

static void client_init(struct client *client, int fd, uint32_t flags)
{
	client->fd = drm_reopen_driver(fd);
	cnova_vm_init(&client->vm, client->fd);
	cnova_channel_init(&client->channel, &client->vm, CNOVA_PB_VA, SZ_64K);
	for (int i = 0; i < NR; i++) {
		struct cnova_bo bo = { .fd = client->fd, .size = SIZE };
		struct drm_cnova_vm_bind_op op;
		struct drm_cnova_vm_bind args;

		bo.handle = flags & DRM_CNOVA_GEM_VM_PRIVATE ? client->vm.id : 0;
		igt_assert_eq(__cnova_gem_create(bo.fd, &bo.size, flags, &bo.handle), 0);
		client->handle[i] = bo.handle;
		op = cnova_op_map(&bo, 0, CNOVA_VA + i * SIZE, SIZE, 0);
		args = cnova_bind_args(&client->vm, &op, 1, NULL, 0);
		igt_assert_eq(__cnova_bind(client->fd, &args), 0);
	}
}

static void client_use(struct client *client)
{
	for (int i = 0; i < NR; i++)
		cnova_gpu_copy(&client->channel, CNOVA_VA + i * SIZE, CNOVA_VA, SZ_4K);
}

static void client_fini(struct client *client)
{
	cnova_channel_fini(&client->channel);
	cnova_vm_fini(&client->vm);
	drm_close_driver(client->fd);
}

static void test_order(int fd, uint32_t flags)
{
	uint64_t size = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE), had;
	struct client first, second, third;
	uint32_t handle;

	cnova_require_exec(fd);
	igt_require_f(size <= 64 * SZ_1M, "too much VRAM to fill it\n");
	client_init(&first, fd, flags);
	client_init(&second, fd, flags);
	client_use(&first);
	had = resident(&second);
	igt_assert_lte_u64(NR * SIZE, had);

	/* As much as it takes, a little at a time. */
	third.fd = drm_reopen_driver(fd);
	for (uint64_t taken = 0; resident(&second) == had && taken < size; taken += SZ_64K) {
		uint64_t one = SZ_64K;

		handle = 0;
		igt_assert_eq(__cnova_gem_create(third.fd, &one, DRM_CNOVA_GEM_VRAM, &handle), 0);
		igt_assert_lte_u64(NR * SIZE, resident(&first));
	}
	igt_info("%" PRIu64 " of %" PRIu64 " KiB are left to the second\n",
		 resident(&second) >> 10, had >> 10);
	igt_assert(resident(&second) < had);
	igt_assert_lte_u64(NR * SIZE, resident(&first));
	drm_close_driver(third.fd);

	/* Both come back. */
	client_use(&second);
	client_use(&first);
	client_fini(&second);
	client_fini(&first);
	cnova_model_check();
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("Objects private to their VMs.");
	igt_subtest("private")
		test_order(fd, DRM_CNOVA_GEM_VRAM | DRM_CNOVA_GEM_VM_PRIVATE);

	igt_describe("Objects that any VM could map.");
	igt_subtest("shared")
		test_order(fd, DRM_CNOVA_GEM_VRAM);

	igt_fixture()
		drm_close_driver(fd);
}
