// SPDX-License-Identifier: MIT

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "exec.h"
#include "nth.h"
#include "prime.h"
#include "process.h"
#include "queue.h"

/**
 * TEST: cnova hostile kill
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: A process is killed while it is in a bind or an execution, in each phase that
 *	these have (contract rules 18 and 20). It ends at once, and nothing of it is left: no
 *	VRAM, no dma-buf, nothing in quarantine. Each phase is waited for, not guessed.
 *
 * SUBTEST: submit
 * Description: In a bind that waits for its in-fence to be submitted.
 *
 * SUBTEST: queue
 * Description: In a synchronous bind whose job is queued behind a fence that never signals.
 *
 * SUBTEST: signalled
 * Description: In the same, after a signal that it did not heed.
 *
 * SUBTEST: run
 * Description: In a synchronous bind whose job waits for the hardware.
 *
 * SUBTEST: fallback
 * Description: In an unmap that found no memory, and waits for a map before it.
 *
 * SUBTEST: exec-submit
 * Description: In an execution that waits for its in-fence to be submitted.
 *
 * SUBTEST: exec-run
 * Description: With a channel that executes for ever, and a bind that has to wait for it.
 */

#define HANG_SECONDS	60
#define VICTIM_SIZE	SZ_1M

/* What the child lets the parent know. */
struct shared {
	volatile bool calling;
	volatile bool returned;
	volatile int signals;
	volatile int err;
};

static struct shared *shared;

/* What a child has: a file, an address space, objects of both kinds, mapped. */
struct victim {
	struct cnova_vm vm;
	struct cnova_bo bo[2];
	struct cnova_cork *cork;
	struct cnova_channel channel;
};

static void on_signal(__attribute__((unused)) int sig)
{
	shared->signals++;
}

/* ------------------------------------------------------------------ in the child */

static void victim_init(struct victim *v, int fd, struct cnova_cork *cork)
{
	struct drm_cnova_vm_bind_op op;

	v->cork = cork;
	cnova_vm_init(&v->vm, drm_reopen_driver(fd));
	for (int i = 0; i < 2; i++) {
		cnova_bo_init(&v->bo[i], v->vm.fd, VICTIM_SIZE, i ? 0 : DRM_CNOVA_GEM_VRAM);
		op = cnova_op_map(&v->bo[i], 0, CNOVA_VA + i * SZ_2M, VICTIM_SIZE, 0);
		igt_assert_eq(__cnova_bind_one(&v->vm, &op), 0);
	}
	cnova_prime_export(v->vm.fd, v->bo[0].handle);
}

/* Returns only if it was not held up. */
static void call_and_stay(int fd, unsigned long request, void *arg, unsigned int nth)
{
	struct cnova_call call = { .fd = fd, .request = request, .arg = arg, .nth = nth };

	shared->calling = true;
	cnova_call_run(&call);
	shared->err = call.err;
	shared->returned = true;
	for (;;)
		pause();
}

static void bind_and_stay(struct victim *v, const struct drm_cnova_vm_bind_op *op,
			  const struct drm_cnova_sync *sync, unsigned int nth)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(&v->vm, op, 1, sync, !!sync);

	call_and_stay(v->vm.fd, DRM_IOCTL_CNOVA_VM_BIND, &args, nth);
}

static struct drm_cnova_sync never_submitted(int fd)
{
	struct drm_cnova_sync sync = cnova_wait(syncobj_create(fd, 0), 0);

	sync.flags |= DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT;
	return sync;
}

static struct drm_cnova_vm_bind_op map_more(struct victim *v)
{
	return cnova_op_map(&v->bo[0], 0, CNOVA_VA + 4 * SZ_2M, VICTIM_SIZE, 0);
}

static void bind_behind_cork(struct victim *v)
{
	struct drm_cnova_sync sync = cnova_wait(cnova_cork_syncobj(v->cork, v->vm.fd), 0);
	struct drm_cnova_vm_bind_op op = map_more(v);

	igt_assert_eq(cnova_bind_async(&v->vm, &op, 1, &sync, 1), 0);
}

static void in_submit(struct victim *v)
{
	struct drm_cnova_vm_bind_op op = map_more(v);
	struct drm_cnova_sync sync = never_submitted(v->vm.fd);

	bind_and_stay(v, &op, &sync, 0);
}

static void in_queue(struct victim *v)
{
	struct drm_cnova_vm_bind_op op = map_more(v);

	bind_behind_cork(v);
	bind_and_stay(v, &op, NULL, 0);
}

static void in_run(struct victim *v)
{
	struct drm_cnova_vm_bind_op op = map_more(v);

	bind_and_stay(v, &op, NULL, 0);
}

/* The third allocation: two copies of the arguments come before it. */
static void in_fallback(struct victim *v)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA + 4 * SZ_2M, SZ_64K);

	bind_behind_cork(v);
	bind_and_stay(v, &op, NULL, 3);
}

static void exec_forever(struct victim *v)
{
	struct drm_cnova_push push;

	cnova_channel_init(&v->channel, &v->vm, CNOVA_PB_VA, SZ_64K);
	cnova_pb_begin(&v->channel);
	cnova_pb_acquire(&v->channel, cnova_channel_word_va(&v->channel, 0), 1);
	push = cnova_pb_end(&v->channel);
	cnova_exec(&v->channel, &push, 1, NULL);
}

static void in_exec_submit(struct victim *v)
{
	struct drm_cnova_sync sync = never_submitted(v->vm.fd);
	struct drm_cnova_exec args = { .syncs = { ptr_u64(&sync), 1, sizeof(sync) } };

	exec_forever(v);
	args.channel_id = v->channel.id;
	call_and_stay(v->vm.fd, DRM_IOCTL_CNOVA_EXEC, &args, 0);
}

/* A page out of a leaf: its size changes, so what executes has to end first. */
static void in_exec_run(struct victim *v)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA + SZ_64K, SZ_4K);

	exec_forever(v);
	bind_and_stay(v, &op, NULL, 0);
}

/* ----------------------------------------------------------------- in the parent */

static void wait_for(volatile bool *what)
{
	for (int i = 0; i < 10000 && !*what; i++)
		usleep(1000);
	igt_assert(*what);
}

struct phase {
	const char *name, *text;
	void (*in)(struct victim *v);
	/* Waits until the child is there; it is asleep in the call. */
	void (*reached)(int fd, pid_t child, uint64_t invalidates);
	bool slow, needs_nth, needs_exec;
};

static void reached_signalled(__attribute__((unused)) int fd, pid_t child,
			      __attribute__((unused)) uint64_t invalidates)
{
	for (int i = 1; i <= 5; i++) {
		kill(child, SIGUSR1);
		usleep(10000);
	}
	/* It is heeded when the call ends, which it does not. */
	igt_assert_eq(shared->signals, 0);
}

static void reached_run(int fd, __attribute__((unused)) pid_t child, uint64_t invalidates)
{
	for (int i = 0; i < 5000 && cnova_counter(fd, "invalidate") == invalidates; i++)
		usleep(1000);
	igt_assert_lte_u64(invalidates + 1, cnova_counter(fd, "invalidate"));
}

static void reached_fallback(__attribute__((unused)) int fd, pid_t child,
			     __attribute__((unused)) uint64_t invalidates)
{
	igt_assert(cnova_nth_was_met(child));
}

static void be_victim(int fd, const struct phase *phase, struct cnova_cork *cork, int go)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct victim v = {};
	char byte;

	sigaction(SIGUSR1, &act, NULL);
	victim_init(&v, fd, cork);
	/* The parent has to know what was before. */
	if (write(go, "x", 1) != 1 || read(go, &byte, 1) != 1)
		_exit(1);
	phase->in(&v);
	_exit(2);
}

/*
 * For scripts/guest/unload-check, which takes the modules away in this phase: say so, and
 * stay until both are killed.
 */
static void hold(const char *path)
{
	FILE *file = fopen(path, "w");

	igt_assert(file && !fclose(file));
	for (;;)
		pause();
}

static void kill_in(int fd, const struct phase *phase)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	uint64_t withheld = cnova_quarantined(fd);
	int bufs = cnova_other_dma_bufs(), status, go[2];
	struct cnova_cork cork;
	uint64_t invalidates;
	pid_t child;
	char byte;

	memset(shared, 0, sizeof(*shared));
	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, go), 0);
	cnova_cork_init(&cork);
	child = fork();
	igt_assert(child >= 0);
	if (!child)
		be_victim(fd, phase, &cork, go[1]);

	igt_assert_eq(read(go[0], &byte, 1), 1);
	igt_assert_eq(cnova_nr_dma_bufs(), bufs + 1);
	invalidates = cnova_counter(fd, "invalidate");
	if (phase->slow)
		cnova_model_set("latency_us", "1000000");
	igt_assert_eq(write(go[0], "x", 1), 1);
	wait_for(&shared->calling);
	cnova_wait_asleep(child, child);
	if (phase->reached)
		phase->reached(fd, child, invalidates);
	igt_assert_f(!shared->returned, "it was not held up: %s\n", strerror(-shared->err));
	igt_assert(cnova_is_asleep(child, child));
	if (getenv("CNOVA_HOLD"))
		hold(getenv("CNOVA_HOLD"));

	kill(child, SIGKILL);
	igt_assert_eq(waitpid(child, &status, 0), child);
	igt_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cnova_model_set("latency_us", "0");
	igt_assert(!shared->returned);
	/* Nothing is left, though nobody has pulled the cork. */
	cnova_wait_dma_bufs(bufs);
	cnova_wait_vram_free(fd, vram_free);
	igt_assert_eq_u64(cnova_quarantined(fd), withheld);
	igt_assert_eq(sync_fence_status(cork.fence), 0);
	cnova_cork_fini(&cork);
	close(go[0]);
	close(go[1]);
}

static void test_kill(int fd, const struct phase *phase)
{
	cnova_require_endless_cork();
	if (phase->needs_exec)
		cnova_require_exec(fd);
	if (phase->needs_nth)
		cnova_nth_begin();
	igt_set_timeout(HANG_SECONDS, "a process that was killed");
	for (int i = 0; i < (phase->slow ? 1 : 3); i++)
		kill_in(fd, phase);
	if (phase->needs_nth)
		cnova_nth_end();
	igt_reset_timeout();
	cnova_model_check();
}

static void restore(__attribute__((unused)) int sig)
{
	cnova_model_try("latency_us", "0");
}

int igt_main()
{
	static const struct phase phases[] = {
		{ "submit", "It waits for a submission.", in_submit, NULL, false, false, false },
		{ "queue", "Its job is queued.", in_queue, NULL, false, false, false },
		{ "signalled", "Its job is queued, and it got a signal before.", in_queue,
		  reached_signalled, false, false, false },
		{ "run", "Its job waits for the hardware.", in_run, reached_run, true, false,
		  false },
		{ "fallback", "It unmaps without memory.", in_fallback, reached_fallback, false,
		  true, false },
		{ "exec-submit", "It waits for a submission, to execute.", in_exec_submit, NULL,
		  false, false, true },
		{ "exec-run", "Its channel executes for ever.", in_exec_run, NULL, false, false,
		  true },
	};
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "silicon has no latency to be set\n");
		igt_install_exit_handler(restore);
		shared = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			      0);
		igt_assert(shared != MAP_FAILED);
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(phases); i++) {
		igt_describe(phases[i].text);
		igt_subtest(phases[i].name)
			test_kill(fd, &phases[i]);
	}

	igt_fixture()
		drm_close_driver(fd);
}
