// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>

#include "set.h"
#include "sync.h"

/**
 * TEST: cnova vm cancel
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Binds wait for a fence that never signals, and their VM, file or process
 *	goes. Their out-fences must signal with an error, all memory come back, and
 *	nobody wait. Needs SW_SYNC: other fences give up by themselves.
 *
 * SUBTEST: destroy-vm
 * Description: The VM is destroyed.
 *
 * SUBTEST: close-file
 * Description: The file is closed.
 *
 * SUBTEST: kill
 * Description: The process is killed.
 *
 * SUBTEST: evict
 * Description: Somebody else needs room in VRAM: what such a bind holds up is passed over,
 *	not waited for, and something else makes room. For a GPU with little VRAM, as all of
 *	it is filled.
 *
 * SUBTEST: kill-synchronous
 * Description: A process that waits in a synchronous bind behind such a fence is killed.
 */

#define HANG_SECONDS	20
#define NR_LEFT		4

/* A file with binds that wait for ever, and syncobjs that it shares with another. */
struct left_behind {
	int file;
	uint32_t vm;
	int cork_fence;
	int out_fd[NR_LEFT];
};

static void leave_behind(struct left_behind *left)
{
	struct drm_cnova_sync syncs[3];
	struct cnova_cork cork = { .fence = left->cork_fence };
	struct cnova_vm vm = { .fd = left->file };
	struct cnova_bo bo;

	left->vm = cnova_vm_create(left->file);
	vm.id = left->vm;
	cnova_bo_init(&bo, left->file, SZ_1M, DRM_CNOVA_GEM_VRAM);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, left->file), 0);

	for (int i = 0; i < NR_LEFT; i++) {
		struct drm_cnova_vm_bind_op ops[] = {
			cnova_op_map(&bo, 0, CNOVA_VA + i * SZ_1M, SZ_1M, 0),
			cnova_op_unmap(CNOVA_VA_EDGE - SZ_4K, SZ_2M),
			cnova_op_map(&bo, SZ_64K, CNOVA_VA_EDGE + i * SZ_64K, SZ_64K, 0),
		};

		syncs[1] = cnova_signal(syncobj_fd_to_handle(left->file, left->out_fd[i], 0), 0);
		igt_assert_eq(cnova_bind_async(&vm, ops, 3, syncs, 2), 0);
		/* The next ones have no fence of their own. */
		if (i == 1)
			syncs[0] = cnova_signal(syncobj_create(left->file, 0), 0);
	}
	munmap(bo.map, bo.size);
}

enum how { DESTROY_VM, CLOSE_FILE, KILL };

static void test_left_behind(int fd, enum how how)
{
	uint32_t out[NR_LEFT];
	uint64_t before = 0;

	/* Once for what the driver makes on first use and keeps. */
	for (int round = 0; round < 2; round++) {
		struct cnova_cork cork;
		struct left_behind left;
		int ready[2];
		pid_t pid;

		before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
		igt_set_timeout(HANG_SECONDS, "a fence");
		cnova_cork_init(&cork);
		left.cork_fence = cork.fence;
		/* Binary ones: the points of a timeline carry no errors. */
		for (int i = 0; i < NR_LEFT; i++) {
			out[i] = syncobj_create(fd, 0);
			left.out_fd[i] = syncobj_handle_to_fd(fd, out[i], 0);
		}

		if (how == KILL) {
			igt_assert_eq(pipe(ready), 0);
			igt_fork(child, 1) {
				left.file = drm_reopen_driver(fd);
				leave_behind(&left);
				pid = getpid();
				igt_assert_eq(write(ready[1], &pid, sizeof(pid)), sizeof(pid));
				pause();
			}
			close(ready[1]);
			igt_assert_eq(read(ready[0], &pid, sizeof(pid)), sizeof(pid));
			close(ready[0]);
			igt_assert(!cnova_syncobj_is_signaled(fd, out[0], 0));
			kill(pid, SIGKILL);
			igt_assert_eq(__igt_waitchildren(), 128 + SIGKILL);
		} else {
			left.file = drm_reopen_driver(fd);
			leave_behind(&left);
			igt_assert(!cnova_syncobj_is_signaled(fd, out[0], 0));
			if (how == DESTROY_VM) {
				cnova_vm_destroy(left.file, left.vm);
				igt_assert_eq(__cnova_vm_destroy(left.file, left.vm), -ENOENT);
				igt_assert_eq(cnova_syncobj_wait(fd, out[0], 0, 10000), 0);
			}
			drm_close_driver(left.file);
		}

		for (int i = 0; i < NR_LEFT; i++) {
			igt_assert_eq(cnova_syncobj_wait(fd, out[i], 0, 10000), 0);
			igt_assert_eq(cnova_syncobj_status(fd, out[i], 0), -ECANCELED);
			syncobj_destroy(fd, out[i]);
			close(left.out_fd[i]);
		}
		/* Nothing of it is left, though the cork is still in. */
		cnova_wait_vram_free(fd, before);
		igt_assert_eq(sync_fence_status(cork.fence), 0);
		cnova_cork_fini(&cork);
		igt_reset_timeout();
	}
	cnova_model_check();
}

static void test_kill_synchronous(int fd)
{
	struct cnova_cork cork;
	pid_t *pid = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	igt_assert(pid != MAP_FAILED);
	igt_set_timeout(HANG_SECONDS, "a process that was killed");
	cnova_cork_init(&cork);
	igt_fork(child, 1) {
		struct cnova_vm vm = { .fd = drm_reopen_driver(fd) };
		struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_4K);
		struct drm_cnova_vm_bind args;
		struct drm_cnova_sync in;

		vm.id = cnova_vm_create(vm.fd);
		in = cnova_wait(cnova_cork_syncobj(&cork, vm.fd), 0);
		igt_assert_eq(cnova_bind_async(&vm, &op, 1, &in, 1), 0);
		args = cnova_bind_args(&vm, &op, 1, NULL, 0);
		*pid = getpid();
		__cnova_bind(vm.fd, &args);
	}

	while (!*(volatile pid_t *)pid)
		usleep(1000);
	usleep(100000);
	/* If the bind was not held up, the child has ended well, which is not what we want. */
	kill(*pid, SIGKILL);
	igt_assert_eq(__igt_waitchildren(), 128 + SIGKILL);
	munmap(pid, SZ_4K);
	cnova_cork_fini(&cork);
	igt_reset_timeout();
	cnova_model_check();
}

/* A part of VRAM of which several fit into what is left. */
static uint64_t few(int fd)
{
	return cnova_align_down(cnova_vram(fd) / 16, SZ_64K);
}

static uint32_t create_private(const struct cnova_vm *vm, uint64_t size)
{
	uint32_t handle = vm->id;

	igt_assert_eq(__cnova_gem_create(vm->fd, &size, DRM_CNOVA_GEM_VRAM |
					 DRM_CNOVA_GEM_VM_PRIVATE, &handle), 0);
	return handle;
}

/* Leaves room for some: what has just been mapped is not the first to be evicted. */
static void fill_vram(struct cnova_vm *vm)
{
	uint64_t size = cnova_param(vm->fd, DRM_CNOVA_PARAM_VRAM_FREE) - 4 * few(vm->fd);
	struct cnova_bo bo = { .handle = cnova_gem_create(vm->fd, size, DRM_CNOVA_GEM_VRAM) };
	struct drm_cnova_vm_bind_op op = cnova_op_map(&bo, 0, CNOVA_VA_EDGE, size, 0);
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, &op, 1, NULL, 0);

	igt_assert_eq(__cnova_bind(vm->fd, &args), 0);
}

#define NR_WAITING	3

/* An idle private object, and a bind of another one that waits; returns what it signals. */
static uint32_t hold_up(struct cnova_vm *vm, const struct cnova_cork *cork)
{
	uint32_t out = syncobj_create(vm->fd, 0);
	struct cnova_bo mapped = { .handle = create_private(vm, SZ_64K) };
	struct drm_cnova_vm_bind_op op = cnova_op_map(&mapped, 0, CNOVA_VA, SZ_64K, 0);
	struct drm_cnova_sync syncs[2] = {
		cnova_wait(cnova_cork_syncobj(cork, vm->fd), 0),
		cnova_signal(out, 0),
	};

	create_private(vm, few(vm->fd) / 4);
	igt_assert_eq(cnova_bind_async(vm, &op, 1, syncs, 2), 0);
	return out;
}

/*
 * The idle private objects were used longest ago, so that TTM looks at them first. If it
 * waited for one, it would give up with that; the driver tries twice and there are three,
 * so the allocation fails though another object could have gone. No clock: it has to
 * succeed while the binds wait.
 */
static void test_evict(int fd)
{
	struct cnova_vm filler = { .fd = drm_reopen_driver(fd) }, vm[NR_WAITING];
	uint32_t out[NR_WAITING];
	struct cnova_cork cork;
	struct cnova_bo other;

	cnova_cork_init(&cork);
	filler.id = cnova_vm_create(filler.fd);
	fill_vram(&filler);
	igt_set_timeout(HANG_SECONDS, "an eviction");

	for (int i = 0; i < NR_WAITING; i++) {
		vm[i] = (struct cnova_vm){ .fd = filler.fd, .id = cnova_vm_create(filler.fd) };
		out[i] = hold_up(&vm[i], &cork);
	}
	cnova_bo_init(&other, filler.fd, few(fd), DRM_CNOVA_GEM_VRAM);

	cnova_gem_create(fd, cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) + few(fd) / 4,
			 DRM_CNOVA_GEM_VRAM);
	for (int i = 0; i < NR_WAITING; i++)
		igt_assert(!cnova_syncobj_is_signaled(filler.fd, out[i], 0));
	cnova_expect_tags(other.map, other.handle, other.size);

	/* Once they have run, the private ones may go too: there are no others. */
	cnova_cork_pull(&cork);
	for (int i = 0; i < NR_WAITING; i++) {
		igt_assert_eq(cnova_syncobj_wait(filler.fd, out[i], 0, 10000), 0);
		igt_assert_eq(cnova_syncobj_status(filler.fd, out[i], 0), 1);
	}
	cnova_gem_create(fd, cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) + few(fd) / 8,
			 DRM_CNOVA_GEM_VRAM);

	munmap(other.map, other.size);
	cnova_cork_fini(&cork);
	drm_close_driver(filler.fd);
	igt_reset_timeout();
	cnova_model_check();
}

int igt_main()
{
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		cnova_require_endless_cork();
	}

	igt_describe("The VM is destroyed.");
	igt_subtest("destroy-vm")
		test_left_behind(fd, DESTROY_VM);

	igt_describe("The file is closed.");
	igt_subtest("close-file")
		test_left_behind(fd, CLOSE_FILE);

	igt_describe("The process is killed.");
	igt_subtest("kill")
		test_left_behind(fd, KILL);

	igt_describe("Somebody else needs room in VRAM.");
	igt_subtest("evict") {
		int other = drm_reopen_driver(fd);

		igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "a lot of VRAM to be filled\n");
		test_evict(other);
		drm_close_driver(other);
	}

	igt_describe("A process that waits in a synchronous bind is killed.");
	igt_subtest("kill-synchronous")
		test_kill_synchronous(fd);

	igt_fixture()
		drm_close_driver(fd);
}
