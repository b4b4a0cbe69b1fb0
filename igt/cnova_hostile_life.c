// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "exec.h"
#include "nth.h"
#include "prime.h"
#include "process.h"
#include "queue.h"

/**
 * TEST: cnova hostile life
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Files, queues, channels and the driver itself end while somebody is inside, and
 *	signals come all the time (contract rules 6, 18, 20 and 22).
 *
 * SUBTEST: pass-both
 * Description: A file is passed to another process; both use it at the same time; the first
 *	closes it, the second is killed.
 *
 * SUBTEST: fork-exit
 * Description: A child that shares a file leaves binds behind a fence in it, and exits: they
 *	run all the same.
 *
 * SUBTEST: close-blocked-%s
 * Description: All descriptors of a file are closed while a thread is blocked in %arg[1]: the call
 *	ends as if nothing had happened, and with it the file.
 *
 * arg[1]:
 *
 * @bind: a synchronous bind, called through a descriptor that was duplicated
 * @submit: a bind that waits for a submission
 * @exec: an execution that waits for a submission
 * @wait: a wait for a syncobj
 *
 * SUBTEST: queue-window
 * Description: A bind queue is destroyed after a bind has looked it up, and before the bind is
 *	accepted: it is not, and nothing changes.
 *
 * SUBTEST: storm
 * Description: Another process sends signals without pause: a synchronous bind happens once, or
 *	it says that it was interrupted and has not happened.
 *
 * SUBTEST: unbind-blocked
 * Description: The driver is taken from the device while threads wait in binds, in an unmap
 *	that found no memory, and for fences; a channel executes for ever, and another process
 *	holds a dma-buf. All end, and nobody waits for the fence that never signals.
 */

#define HANG_SECONDS	60
#define WAIT_MS		10000

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_1M);

	cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_64K, 0);
	igt_set_timeout(HANG_SECONDS, "the end of something");
	return w;
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static struct drm_cnova_vm_bind_op map_slot(const struct cnova_bo *bo, unsigned int slot)
{
	return cnova_op_map(bo, 0, CNOVA_VA + slot * SZ_64K, SZ_64K, 0);
}

/* ---------------------------------------------------------- more than one process */

/* What the one that got the file is to do. */
struct order {
	uint32_t vm;
	uint32_t bo;
};

#define ROUNDS		20

static void bind_slots(int fd, const struct order *order, unsigned int first)
{
	struct cnova_vm vm = { .fd = fd, .id = order->vm };
	struct cnova_bo bo = { .handle = order->bo };

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct drm_cnova_vm_bind_op op = map_slot(&bo, first + i % 4);
		struct drm_cnova_vm_bind_op undo = cnova_op_unmap(op.va, SZ_64K);

		if (__cnova_bind_one(&vm, &op) || (i % 3 && __cnova_bind_one(&vm, &undo)))
			_exit(3);
	}
}

/* Uses it with the other, then alone, and stays. */
static void be_receiver(int sock)
{
	struct order order;
	int file = cnova_receive_fd(sock);

	if (read(sock, &order, sizeof(order)) != sizeof(order))
		_exit(1);
	bind_slots(file, &order, 0);
	if (write(sock, "x", 1) != 1 || read(sock, &order, sizeof(order)) != sizeof(order))
		_exit(2);
	bind_slots(file, &order, 4);
	if (write(sock, "x", 1) != 1)
		_exit(2);
	for (;;)
		pause();
}

static void test_pass_both(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	int sock[2], status, file;
	struct order order;
	pid_t child;
	char byte;

	igt_set_timeout(HANG_SECONDS, "a file that was passed");
	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sock), 0);
	child = fork();
	igt_assert(child >= 0);
	if (!child)
		be_receiver(sock[1]);

	file = drm_reopen_driver(fd);
	order.vm = cnova_vm_create(file);
	order.bo = cnova_gem_create(file, SZ_1M, DRM_CNOVA_GEM_VRAM);
	cnova_send_fd(sock[0], file);
	igt_assert_eq(write(sock[0], &order, sizeof(order)), sizeof(order));
	bind_slots(file, &order, 8);
	igt_assert_eq(read(sock[0], &byte, 1), 1);
	drm_close_driver(file);
	igt_assert_eq(write(sock[0], &order, sizeof(order)), sizeof(order));
	igt_assert_eq(read(sock[0], &byte, 1), 1);
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) + SZ_1M, vram_free);

	kill(child, SIGKILL);
	igt_assert_eq(waitpid(child, &status, 0), child);
	igt_assert(WIFSIGNALED(status));
	cnova_wait_vram_free(fd, vram_free);
	close(sock[0]);
	close(sock[1]);
	igt_reset_timeout();
	cnova_model_check();
}

static void test_fork_exit(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(&w->bo[0], 4);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	cnova_new_cork(w, &cork, syncs);
	igt_fork(child, 1)
		cnova_queue_bind(w, 0, &op, 1, syncs, 2);
	igt_waitchildren();
	cnova_expect_waits(w, syncs[1]);
	cnova_cork_pull(&cork);
	cnova_expect_done(w, syncs[1]);
	cnova_world_apply(w, &op, 1);
	cnova_cork_fini(&cork);
	finish(w);
}

/* ------------------------------------------------------------------- close blocked */

/* A file with a VM that the test has no other handle on. */
struct lonely {
	int file;
	struct cnova_vm vm;
	struct cnova_bo bo;
	/* Shared with the test's own file. */
	uint32_t theirs, ours;
};

static void lonely_init(struct lonely *l, int fd)
{
	int shared;

	l->file = drm_reopen_driver(fd);
	l->vm = (struct cnova_vm){ .fd = l->file, .id = cnova_vm_create(l->file) };
	l->bo = (struct cnova_bo){ .handle = cnova_gem_create(l->file, SZ_1M, DRM_CNOVA_GEM_VRAM) };
	l->theirs = syncobj_create(l->file, 0);
	shared = syncobj_handle_to_fd(l->file, l->theirs, 0);
	l->ours = syncobj_fd_to_handle(fd, shared, 0);
	close(shared);
}

static struct drm_cnova_sync wait_for_submit(uint32_t handle)
{
	struct drm_cnova_sync sync = cnova_wait(handle, 0);

	sync.flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	return sync;
}

static void test_close_bind(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_vm_bind args;
	struct drm_cnova_sync sync;
	struct cnova_call call = {};
	struct cnova_cork cork;
	struct lonely l;
	int again;

	lonely_init(&l, fd);
	cnova_cork_init(&cork);
	again = dup(l.file);
	op = map_slot(&l.bo, 0);
	sync = cnova_wait(cnova_cork_syncobj(&cork, l.file), 0);
	igt_assert_eq(cnova_bind_async(&l.vm, &op, 1, &sync, 1), 0);
	args = cnova_bind_args(&l.vm, &op, 1, NULL, 0);
	cnova_call_start(&call, again, DRM_IOCTL_CNOVA_VM_BIND, &args);
	drm_close_driver(l.file);
	close(again);
	usleep(50000);
	igt_assert(!call.done);
	igt_assert_lte_u64(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE) + SZ_1M, vram_free);

	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_call_join(&call), 0);
	cnova_wait_vram_free(fd, vram_free);
	cnova_cork_fini(&cork);
}

static void close_waiting(int fd, struct lonely *l, unsigned long request, void *arg)
{
	struct cnova_call call = {};

	cnova_call_start(&call, l->file, request, arg);
	drm_close_driver(l->file);
	usleep(50000);
	igt_assert(!call.done);
	syncobj_signal(fd, &l->ours, 1);
	igt_assert_eq(cnova_call_join(&call), 0);
	syncobj_destroy(fd, l->ours);
}

static void test_close_submit(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_vm_bind args;
	struct drm_cnova_sync sync;
	struct lonely l;

	lonely_init(&l, fd);
	op = map_slot(&l.bo, 0);
	sync = wait_for_submit(l.theirs);
	args = cnova_bind_args(&l.vm, &op, 1, &sync, 1);
	close_waiting(fd, &l, DRM_IOCTL_CNOVA_VM_BIND, &args);
	cnova_wait_vram_free(fd, vram_free);
}

static void test_close_exec(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct drm_cnova_channel_create create;
	struct drm_cnova_exec args = {};
	struct drm_cnova_sync sync;
	struct lonely l;

	cnova_require_exec(fd);
	lonely_init(&l, fd);
	igt_assert_eq(__cnova_channel_create(l.file, l.vm.id, &create), 0);
	sync = wait_for_submit(l.theirs);
	args.channel_id = create.channel_id;
	args.syncs = (struct drm_cnova_array){ ptr_u64(&sync), 1, sizeof(sync) };
	close_waiting(fd, &l, DRM_IOCTL_CNOVA_EXEC, &args);
	cnova_wait_vram_free(fd, vram_free);
}

static void test_close_wait(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct drm_syncobj_wait args = {
		.timeout_nsec = INT64_MAX,
		.count_handles = 1,
		.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
	};
	struct lonely l;

	lonely_init(&l, fd);
	args.handles = ptr_u64(&l.theirs);
	close_waiting(fd, &l, DRM_IOCTL_SYNCOBJ_WAIT, &args);
	cnova_wait_vram_free(fd, vram_free);
}

static void test_close_blocked(int fd, void (*test)(int fd))
{
	igt_set_timeout(HANG_SECONDS, "a file that was closed");
	test(fd);
	igt_reset_timeout();
	cnova_model_check();
}

/* -------------------------------------------------------------------- in the window */

/*
 * The bind has its queue when it waits for the submission. No memory of that queue may be
 * left, and a bind must not slip through: nothing would order it against later ones.
 */
static void test_queue_window(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = map_slot(&w->bo[0], 4);
	struct drm_cnova_sync syncs[2] = { cnova_new_signal(w), cnova_new_signal(w) };
	uint32_t queue = cnova_queue_create(w), in = syncs[0].handle;
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, &op, 1, syncs, 2);
	struct cnova_call call = {};
	char name[32];

	syncs[0] = wait_for_submit(in);
	args.queue_id = queue;
	snprintf(name, sizeof(name), "queue_%u", queue);
	cnova_call_start(&call, w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args);
	cnova_queue_destroy(w, queue);
	igt_assert(!call.done);
	syncobj_signal(w->fd, &in, 1);
	igt_assert_eq(cnova_call_join(&call), -ENOENT);
	igt_assert(!cnova_syncobj_has_fence(w->fd, syncs[1].handle, 0));
	igt_assert_eq(cnova_binds(w, name), -1);
	cnova_world_check_all(w);

	/* And without the end of the queue it is accepted. */
	args.queue_id = cnova_queue_create(w);
	igt_assert_eq(__cnova_bind(w->fd, &args), 0);
	cnova_expect_done(w, syncs[1]);
	cnova_world_apply(w, &op, 1);
	finish(w);
}

/* ------------------------------------------------------------------------- signals */

static void on_signal(__attribute__((unused)) int sig)
{
}

static long history_lines(struct cnova_world *w)
{
	char *text = cnova_read_text(w->vm.dir, "history");
	long nr = 0;

	igt_assert(text);
	for (const char *c = text; *c; c++)
		nr += *c == '\n';
	free(text);
	return nr;
}

/* What holds the submit mutex, for as long as the hardware takes. */
static volatile bool busy_ends;

static void *be_busy(void *data)
{
	struct cnova_world *w = data;
	struct drm_cnova_channel_create create;

	while (!busy_ends)
		if (!__cnova_channel_create(w->fd, w->vm.id, &create))
			__cnova_channel_destroy(w->fd, create.channel_id);
	return NULL;
}

#define STORM_BINDS	24

/* The history has 64 places: no more binds than that. */
static void test_storm(int fd)
{
	struct sigaction act = { .sa_handler = on_signal }, old;
	unsigned int done = 0, interrupted = 0;
	struct cnova_world *w = prepare(fd);
	long lines = history_lines(w);
	pid_t self = gettid(), child;
	pthread_t busy;
	sigset_t set;

	cnova_require_exec(fd);
	igt_require_f(cnova_has_model(), "silicon has no latency to be set\n");
	/* Without SA_RESTART: a call that was interrupted says so. */
	igt_assert_eq(sigaction(SIGUSR1, &act, &old), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	busy_ends = false;
	igt_assert_eq(pthread_create(&busy, NULL, be_busy, w), 0);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	child = fork();
	igt_assert(child >= 0);
	if (!child)
		for (;;)
			if (syscall(SYS_tgkill, getppid(), self, SIGUSR1))
				_exit(0);
	cnova_model_set("latency_us", "3000");
	while (done < STORM_BINDS && interrupted < 4000) {
		struct drm_cnova_vm_bind_op op = done % 2 ?
			cnova_op_unmap(CNOVA_VA + 4 * SZ_64K, SZ_64K) : map_slot(&w->bo[0], 4);
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
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) != child)
		;
	busy_ends = true;
	pthread_join(busy, NULL);
	cnova_model_set("latency_us", "0");
	sigaction(SIGUSR1, &old, NULL);
	igt_info("%u binds, %u interrupted\n", done, interrupted);
	igt_assert_lt(0, interrupted);
	igt_assert_eq(done, STORM_BINDS);
	igt_assert_eq(history_lines(w) - lines, done);
	finish(w);
}

/* -------------------------------------------------------------------------- unbind */

/* Holds a dma-buf, maps it, and looks at it when the device has gone. */
static void be_holder(int sock)
{
	int dma_buf = cnova_receive_fd(sock);
	volatile uint64_t *map;
	char byte;

	map = mmap(NULL, SZ_64K, PROT_READ | PROT_WRITE, MAP_SHARED, dma_buf, 0);
	if (map == MAP_FAILED || !map[0] || write(sock, "x", 1) != 1 || read(sock, &byte, 1) != 1)
		_exit(1);
	if (write(sock, "x", 1) != 1 || read(sock, &byte, 1) != 1)
		_exit(2);
	_exit(0);
}

enum { SYNC_BIND, FALLBACK, FENCE, EXEC_SUBMIT, NR_BLOCKED };

static void test_unbind_blocked(int *fd)
{
	struct cnova_world *w = prepare(*fd);
	struct drm_cnova_vm_bind_op op = map_slot(&w->bo[0], 4), undo;
	struct drm_cnova_vm_bind bind[2];
	struct cnova_call call[NR_BLOCKED] = {};
	struct drm_cnova_exec exec = {};
	struct drm_syncobj_wait wait = { .timeout_nsec = INT64_MAX, .count_handles = 1 };
	struct drm_cnova_sync syncs[2], submit;
	int sock[2], status, out, exec_out, dma_buf;
	struct cnova_channel channel;
	struct drm_cnova_push push;
	struct cnova_cork cork;
	uint64_t point;
	pid_t child;
	char byte;

	/* Somebody else has what was exported. */
	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sock), 0);
	child = fork();
	igt_assert(child >= 0);
	if (!child) {
		close(w->fd);
		close(*fd);
		be_holder(sock[1]);
	}
	dma_buf = cnova_prime_export(w->fd, w->bo[0].handle);
	cnova_send_fd(sock[0], dma_buf);
	close(dma_buf);
	igt_assert_eq(read(sock[0], &byte, 1), 1);

	/* Something executes for ever; something waits for ever. */
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	cnova_pb_begin(&channel);
	cnova_pb_acquire(&channel, cnova_channel_word_va(&channel, 0), 1);
	push = cnova_pb_end(&channel);
	point = cnova_exec(&channel, &push, 1, NULL);
	exec_out = syncobj_handle_to_fd(w->fd, channel.fence[point],
					DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
	cnova_new_cork(w, &cork, syncs);
	cnova_queue_bind(w, 0, &op, 1, syncs, 2);
	out = syncobj_handle_to_fd(w->fd, syncs[1].handle,
				   DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);

	/* And threads, each at another place. */
	bind[0] = cnova_bind_args(&w->vm, &op, 1, NULL, 0);
	cnova_call_start(&call[SYNC_BIND], w->fd, DRM_IOCTL_CNOVA_VM_BIND, &bind[0]);
	undo = cnova_op_unmap(op.va, SZ_64K);
	bind[1] = cnova_bind_args(&w->vm, &undo, 1, NULL, 0);
	call[FALLBACK].nth = 3;
	cnova_call_start(&call[FALLBACK], w->fd, DRM_IOCTL_CNOVA_VM_BIND, &bind[1]);
	wait.handles = ptr_u64(&syncs[1].handle);
	cnova_call_start(&call[FENCE], w->fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait);
	submit = wait_for_submit(syncobj_create(w->fd, 0));
	exec.channel_id = channel.id;
	exec.syncs = (struct drm_cnova_array){ ptr_u64(&submit), 1, sizeof(submit) };
	cnova_call_start(&call[EXEC_SUBMIT], w->fd, DRM_IOCTL_CNOVA_EXEC, &exec);

	cnova_device_unbind(*fd);
	for (int i = 0; i < NR_BLOCKED; i++)
		cnova_call_join(&call[i]);
	igt_info("bind: %s, unmap: %s, wait: %s, execution: %s\n", strerror(-call[SYNC_BIND].err),
		 strerror(-call[FALLBACK].err), strerror(-call[FENCE].err),
		 strerror(-call[EXEC_SUBMIT].err));
	igt_assert_lt(call[SYNC_BIND].err, 0);
	igt_assert_lt(call[FALLBACK].err, 0);
	igt_assert(call[FALLBACK].injected);
	igt_assert_eq(call[FENCE].err, 0);
	igt_assert_lt(call[EXEC_SUBMIT].err, 0);
	igt_assert_lt(sync_fence_status(out), 0);
	igt_assert_lt(sync_fence_status(exec_out), 0);
	igt_assert_eq(sync_fence_status(cork.fence), 0);
	igt_assert_eq(__cnova_bind(w->fd, &bind[0]), -ENODEV);

	/* The holder lives, and lets go when it likes. */
	igt_assert_eq(write(sock[0], "x", 1), 1);
	igt_assert_eq(read(sock[0], &byte, 1), 1);
	cnova_world_drop(w);
	close(out);
	close(exec_out);
	munmap(channel.pb.map, channel.pb.size);
	drm_close_driver(*fd);
	*fd = cnova_device_bind();
	igt_assert_eq(write(sock[0], "x", 1), 1);
	igt_assert_eq(waitpid(child, &status, 0), child);
	igt_assert(WIFEXITED(status));
	igt_assert_eq(WEXITSTATUS(status), 0);
	close(sock[0]);
	close(sock[1]);
	cnova_cork_fini(&cork);

	w = prepare(*fd);
	finish(w);
}

static void restore(__attribute__((unused)) int sig)
{
	cnova_model_try("latency_us", "0");
}

int igt_main()
{
	static const struct {
		const char *name;
		void (*test)(int fd);
	} blocked[] = {
		{ "bind", test_close_bind },
		{ "submit", test_close_submit },
		{ "exec", test_close_exec },
		{ "wait", test_close_wait },
	};
	static int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_install_exit_handler(restore);
	}

	igt_describe("Two processes use a file.");
	igt_subtest("pass-both")
		test_pass_both(fd);

	igt_describe("A child leaves binds behind.");
	igt_subtest("fork-exit")
		test_fork_exit(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(blocked); i++) {
		igt_describe("A file is closed while a thread is in it.");
		igt_subtest_f("close-blocked-%s", blocked[i].name)
			test_close_blocked(fd, blocked[i].test);
	}

	igt_describe("A queue goes before the bind is accepted.");
	igt_subtest("queue-window")
		test_queue_window(fd);

	igt_describe("Signals do not make a bind happen twice.");
	igt_subtest("storm")
		test_storm(fd);

	igt_describe("The driver goes while everybody waits.");
	igt_subtest("unbind-blocked") {
		cnova_require_endless_cork();
		cnova_require_exec(fd);
		cnova_nth_begin();
		test_unbind_blocked(&fd);
	}

	igt_fixture() {
		cnova_nth_end();
		drm_close_driver(fd);
	}
}
