// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "exec.h"
#include "process.h"
#include "queue.h"

/**
 * TEST: cnova hostile
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Clients that mean harm, or have no luck. Contract rules 1 to 3, 6, 18 and 20.
 *
 * SUBTEST: flip-bind
 * Description: Each bit of a VM_BIND is flipped, and each of its operation: what is refused
 *	changes nothing, what is accepted does what it says.
 *
 * SUBTEST: flip-others
 * Description: Each bit of the other ioctls is flipped: what is there stays as it is.
 *
 * SUBTEST: fork
 * Description: A child that inherited the file binds in it, and ends; the parent goes on.
 *
 * SUBTEST: pass-fd
 * Description: A file is passed to another process, which goes on when the first closed it.
 *
 * SUBTEST: destroy-twice
 * Description: Two threads destroy the same VM: one does, while a third binds in it.
 *
 * SUBTEST: destroy-queue-twice
 * Description: Two threads destroy the same bind queue while a third binds on it.
 *
 * SUBTEST: destroy-channel-twice
 * Description: Two threads destroy the same channel while a third executes on it.
 *
 * SUBTEST: signals
 * Description: Signals come all the time: a synchronous bind happens once, or not at all.
 */

#define HANG_SECONDS	60

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);

	cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	igt_set_timeout(HANG_SECONDS, "a hostile client");
	return w;
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void expect_tree(struct cnova_world *w, const char *before, const char *what, int bit)
{
	char *now = cnova_world_tree(w);
	bool same = !strcmp(before, now);

	if (!same)
		igt_info("before:\n%snow:\n%s", before, now);
	free(now);
	igt_assert_f(same, "%s, bit %d: refused, and the tree changed\n", what, bit);
}

/* -------------------------------------------------------------------- bit by bit */

static void flip(void *data, int bit)
{
	((uint8_t *)data)[bit / 8] ^= 1 << (bit % 8);
}

/* Whatever was accepted: back to what the oracle knows. */
static void undo(struct cnova_world *w)
{
	uint64_t end = cnova_param(w->fd, DRM_CNOVA_PARAM_VA_END);
	uint64_t start = cnova_param(w->fd, DRM_CNOVA_PARAM_VA_START);
	struct drm_cnova_vm_bind_op ops[] = {
		cnova_op_unmap(start, end - start),
		cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_64K, 0),
	};
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 2, NULL, 0);

	igt_assert_eq(__cnova_bind(w->fd, &args), 0);
}

static void flip_bind(struct cnova_world *w, bool in_op)
{
	const struct drm_cnova_vm_bind_op good =
		cnova_op_map(&w->bo[0], SZ_4K, CNOVA_VA + SZ_64K, SZ_4K, 0);
	int bits = 8 * (in_op ? sizeof(good) : sizeof(struct drm_cnova_vm_bind));
	/* What a stride that is too long finds behind it. */
	struct drm_cnova_vm_bind_op *ops = calloc(2, SZ_4K);
	char *before = cnova_world_tree(w);
	unsigned int accepted = 0;

	igt_assert(ops);
	for (int bit = 0; bit < bits; bit++) {
		struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, ops, 1, NULL, 0);

		ops[0] = good;
		flip(in_op ? (void *)ops : &args, bit);
		if (cnova_ioctl_once(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args)) {
			expect_tree(w, before, in_op ? "operation" : "bind", bit);
		} else {
			undo(w);
			accepted++;
		}
	}
	igt_info("%s: %d bits, %u accepted\n", in_op ? "operation" : "bind", bits, accepted);
	/* Addresses, offsets, flags and outputs have bits that mean something. */
	igt_assert_lt(0, accepted);
	igt_assert_lt(accepted, bits * 3 / 4);
	free(before);
	free(ops);
}

static void test_flip_bind(int fd)
{
	struct cnova_world *w = prepare(fd);

	flip_bind(w, false);
	flip_bind(w, true);
	cnova_world_check_all(w);
	finish(w);
}

static void flip_ioctl(struct cnova_world *w, unsigned long request, const void *good,
		       size_t size, const char *name)
{
	char *before = cnova_world_tree(w);
	uint8_t args[128];

	igt_assert(size <= sizeof(args));
	for (int bit = 0; bit < (int)size * 8; bit++) {
		memcpy(args, good, size);
		flip(args, bit);
		cnova_ioctl_once(w->fd, request, args);
		expect_tree(w, before, name, bit);
	}
	free(before);
}

#define flip_all(w, nr, args) flip_ioctl(w, DRM_IOCTL_CNOVA_##nr, &(args), sizeof(args), #nr)

static void test_flip_others(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_getparam param = { .param = DRM_CNOVA_PARAM_CHIPSET };
	struct drm_cnova_gem_create create = { .size = SZ_4K };
	struct drm_cnova_gem_info info = { .handle = w->bo[0].handle };
	struct drm_cnova_gem_mmap_offset offset = { .handle = w->bo[0].handle };
	struct drm_cnova_vm_create vm_create = {};
	/* No VM of ours is one bit away from it. */
	struct drm_cnova_vm_destroy destroy = { .vm_id = w->vm.id ^ 0xff00 };
	struct drm_cnova_vm_get_state state = { .vm_id = w->vm.id };
	struct drm_cnova_bind_queue_create queue = { .vm_id = w->vm.id };
	struct drm_cnova_bind_queue_destroy queue_destroy = { .vm_id = w->vm.id };

	flip_all(w, GETPARAM, param);
	flip_all(w, GEM_CREATE, create);
	flip_all(w, GEM_INFO, info);
	flip_all(w, GEM_MMAP_OFFSET, offset);
	flip_all(w, VM_CREATE, vm_create);
	flip_all(w, VM_DESTROY, destroy);
	flip_all(w, VM_GET_STATE, state);
	flip_all(w, BIND_QUEUE_CREATE, queue);
	flip_all(w, BIND_QUEUE_DESTROY, queue_destroy);
	finish(w);
}

/* ------------------------------------------------------------- more than one user */

static void map_more(struct cnova_world *w, unsigned int i)
{
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA + (1 + i) * SZ_64K, SZ_64K, 0);
}

static void test_fork(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op =
		cnova_op_map(&w->bo[0], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);

	igt_fork(child, 1)
		map_more(w, 0);
	igt_waitchildren();

	/* It is one file, and still there. */
	cnova_world_apply(w, &op, 1);
	cnova_world_check_all(w);
	map_more(w, 1);
	finish(w);
}

static void test_pass_fd(int fd)
{
	int sock[2], status, file;
	struct cnova_vm vm;
	pid_t child;

	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sock), 0);
	child = fork();
	igt_assert(child >= 0);
	if (!child) {
		struct drm_cnova_vm_bind_op op = cnova_op_sparse(CNOVA_VA, SZ_2M);
		struct drm_cnova_vm_bind args;

		vm.fd = cnova_receive_fd(sock[1]);
		/* The id comes with it; the sender has closed his by the second message. */
		if (read(sock[1], &vm.id, sizeof(vm.id)) != sizeof(vm.id))
			_exit(1);
		args = cnova_bind_args(&vm, &op, 1, NULL, 0);
		_exit(cnova_ioctl_once(vm.fd, DRM_IOCTL_CNOVA_VM_BIND, &args) ? 2 : 0);
	}

	file = drm_reopen_driver(fd);
	vm = (struct cnova_vm){ .fd = file, .id = cnova_vm_create(file) };
	cnova_send_fd(sock[0], file);
	drm_close_driver(file);
	igt_assert_eq(write(sock[0], &vm.id, sizeof(vm.id)), sizeof(vm.id));
	igt_assert_eq(waitpid(child, &status, 0), child);
	igt_assert(WIFEXITED(status));
	igt_assert_eq(WEXITSTATUS(status), 0);
	close(sock[0]);
	close(sock[1]);
	cnova_model_check();
}

struct destroyer {
	pthread_t thread;
	pthread_barrier_t *start;
	struct cnova_vm *vm;
	bool binds;
	int err;
};

static void *destroy(void *data)
{
	struct drm_cnova_vm_bind_op op = cnova_op_sparse(CNOVA_VA, SZ_64K);
	struct destroyer *d = data;
	struct drm_cnova_vm_bind args = cnova_bind_args(d->vm, &op, 1, NULL, 0);

	pthread_barrier_wait(d->start);
	d->err = d->binds ? __cnova_bind(d->vm->fd, &args) :
			    __cnova_vm_destroy(d->vm->fd, d->vm->id);
	return NULL;
}

static void test_destroy_twice(int fd)
{
	int file = drm_reopen_driver(fd);

	igt_set_timeout(HANG_SECONDS, "two that destroy a VM");
	for (int round = 0; round < 20; round++) {
		struct cnova_vm vm = { .fd = file, .id = cnova_vm_create(file) };
		struct destroyer d[3] = {};
		pthread_barrier_t start;

		pthread_barrier_init(&start, NULL, 3);
		for (int i = 0; i < 3; i++) {
			d[i].start = &start;
			d[i].vm = &vm;
			d[i].binds = i == 2;
			igt_assert_eq(pthread_create(&d[i].thread, NULL, destroy, &d[i]), 0);
		}
		for (int i = 0; i < 3; i++)
			pthread_join(d[i].thread, NULL);
		pthread_barrier_destroy(&start);
		igt_assert_eq(d[0].err + d[1].err, -ENOENT);
		igt_assert_f(!d[2].err || d[2].err == -ENOENT || d[2].err == -ECANCELED,
			     "bind: %s\n", strerror(-d[2].err));
	}
	drm_close_driver(file);
	igt_reset_timeout();
	cnova_model_check();
}

/* ------------------------------------------------------------------- destroy twice */

struct racer {
	pthread_t thread;
	pthread_barrier_t *start;
	int fd;
	unsigned long request;
	void *arg;
	int err;
};

static void *race(void *data)
{
	struct racer *r = data;

	pthread_barrier_wait(r->start);
	r->err = cnova_ioctl(r->fd, r->request, r->arg);
	return NULL;
}

/* Two with the same, and one with another one. */
static void race_three(int fd, struct racer r[3], unsigned long destroy, void *args,
		       unsigned long use, void *user)
{
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, 3);
	for (int i = 0; i < 3; i++) {
		r[i] = (struct racer){
			.start = &start,
			.fd = fd,
			.request = i < 2 ? destroy : use,
			.arg = i < 2 ? args : user,
		};
		igt_assert_eq(pthread_create(&r[i].thread, NULL, race, &r[i]), 0);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(r[i].thread, NULL);
	pthread_barrier_destroy(&start);
	igt_assert_eq(r[0].err + r[1].err, -ENOENT);
}

static void test_destroy_queue_twice(int fd)
{
	struct cnova_world *w = prepare(fd);
	unsigned int late = 0;

	for (int round = 0; round < 20; round++) {
		struct drm_cnova_bind_queue_destroy args = { .vm_id = w->vm.id };
		struct drm_cnova_vm_bind_op op = round % 2 ?
			cnova_op_unmap(CNOVA_VA + 4 * SZ_64K, SZ_64K) :
			cnova_op_map(&w->bo[0], 0, CNOVA_VA + 4 * SZ_64K, SZ_64K, 0);
		struct drm_cnova_vm_bind bind = cnova_bind_args(&w->vm, &op, 1, NULL, 0);
		struct racer r[3];

		args.queue_id = cnova_queue_create(w);
		bind.queue_id = args.queue_id;
		race_three(w->fd, r, DRM_IOCTL_CNOVA_BIND_QUEUE_DESTROY, &args,
			   DRM_IOCTL_CNOVA_VM_BIND, &bind);
		igt_assert(!r[2].err || r[2].err == -ENOENT);
		late += !!r[2].err;
		if (!r[2].err)
			cnova_world_apply(w, &op, 1);
		cnova_world_check(w);
	}
	igt_info("%d rounds, %u binds came too late\n", 20, late);
	finish(w);
}

static void test_destroy_channel_twice(int fd)
{
	struct cnova_world *w = prepare(fd);

	cnova_require_exec(fd);
	for (int round = 0; round < 20; round++) {
		struct drm_cnova_sync out = cnova_new_signal(w);
		struct drm_cnova_exec exec = { .syncs = { ptr_u64(&out), 1, sizeof(out) } };
		struct drm_cnova_channel_destroy args = {};
		struct drm_cnova_channel_create create;
		struct racer r[3];

		igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &create), 0);
		args.channel_id = create.channel_id;
		exec.channel_id = create.channel_id;
		race_three(w->fd, r, DRM_IOCTL_CNOVA_CHANNEL_DESTROY, &args, DRM_IOCTL_CNOVA_EXEC,
			   &exec);
		igt_assert(!r[2].err || r[2].err == -ENOENT);
		if (!r[2].err)
			igt_assert_eq(cnova_syncobj_wait(w->fd, out.handle, 0, 10000), 0);
		else
			igt_assert(!cnova_syncobj_has_fence(w->fd, out.handle, 0));
		syncobj_destroy(w->fd, out.handle);
	}
	finish(w);
}

/* ------------------------------------------------------------------------ signals */

static void on_signal(__attribute__((unused)) int sig)
{
}

static volatile bool storm_ends;

static void *storm(void *data)
{
	pthread_t *whom = data;

	while (!storm_ends) {
		pthread_kill(*whom, SIGUSR2);
		usleep(200);
	}
	return NULL;
}

static uint64_t history_lines(struct cnova_world *w)
{
	char *text = cnova_read_text(w->vm.dir, "history");
	uint64_t nr = 0;

	igt_assert(text);
	for (const char *c = text; *c; c++)
		nr += *c == '\n';
	free(text);
	return nr;
}

/* The history has 64 places: no more binds than that. */
static void test_signals(int fd)
{
	struct sigaction act = { .sa_handler = on_signal }, old;
	unsigned int done = 0, interrupted = 0;
	pthread_t self = pthread_self(), thread;
	struct cnova_world *w = prepare(fd);
	uint64_t lines = history_lines(w);

	/* Without SA_RESTART: a call that was interrupted says so. */
	igt_assert_eq(sigaction(SIGUSR2, &act, &old), 0);
	storm_ends = false;
	igt_assert_eq(pthread_create(&thread, NULL, storm, &self), 0);
	while (done < 40 && interrupted < 4000) {
		struct drm_cnova_vm_bind_op op = done % 2 ?
			cnova_op_unmap(CNOVA_VA + SZ_64K, SZ_64K) :
			cnova_op_map(&w->bo[0], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
		struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, &op, 1, NULL, 0);
		int err = cnova_ioctl_once(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args);

		if (err == -EINTR) {
			interrupted++;
			continue;
		}
		igt_assert_eq(err, 0);
		cnova_world_apply(w, &op, 1);
		done++;
	}
	storm_ends = true;
	pthread_join(thread, NULL);
	sigaction(SIGUSR2, &old, NULL);
	igt_info("%u binds, %u interrupted\n", done, interrupted);
	igt_assert_eq(done, 40);
	igt_assert_eq_u64(history_lines(w) - lines, done);
	finish(w);
}

int igt_main()
{
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	igt_describe("Each bit of a VM_BIND may be wrong.");
	igt_subtest("flip-bind")
		test_flip_bind(fd);

	igt_describe("Each bit of every other ioctl may be wrong.");
	igt_subtest("flip-others")
		test_flip_others(fd);

	igt_describe("A file may have more than one user.");
	igt_subtest("fork")
		test_fork(fd);

	igt_describe("A file may change its user.");
	igt_subtest("pass-fd")
		test_pass_fd(fd);

	igt_describe("Only one may destroy a VM.");
	igt_subtest("destroy-twice")
		test_destroy_twice(fd);

	igt_describe("Only one may destroy a queue.");
	igt_subtest("destroy-queue-twice")
		test_destroy_queue_twice(fd);

	igt_describe("Only one may destroy a channel.");
	igt_subtest("destroy-channel-twice")
		test_destroy_channel_twice(fd);

	igt_describe("A bind that signals interrupt happens once.");
	igt_subtest("signals")
		test_signals(fd);

	igt_fixture()
		drm_close_driver(fd);
}
