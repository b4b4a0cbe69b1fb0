// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>

#include "exec.h"

/**
 * TEST: cnova exec reset
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Executions that never end, and what is left of their channels.
 *
 * SUBTEST: hang
 * Description: An execution that waits for ever is killed after the timeout: ETIMEDOUT; what
 *	comes after it in its channel is cancelled, and nothing of it is ever executed; the VM is
 *	as it was.
 *
 * SUBTEST: later-work
 * Description: An execution that waits, on the GPU, for one that is submitted later, with a
 *	bind in between that has to wait for it: it is killed, and nothing else hangs.
 *
 * SUBTEST: innocent
 * Description: Channels beside one that hangs go on.
 *
 * SUBTEST: destroy
 * Description: A channel that hangs can be destroyed at once.
 *
 * SUBTEST: kill
 * Description: A process that is killed while its executions run and wait leaves nothing
 *	(rule 18).
 */

#define HANG_SECONDS	60
#define TIMEOUT_MS	"1500"
#define TIMEOUT		"/sys/module/cnova/parameters/exec_timeout_ms"

static struct cnova_channel channel;
static char timeout_before[32];

/* Whatever becomes of a test, others want the timeout as it was. */
static void restore_timeout(__attribute__((unused)) int sig)
{
	int file = timeout_before[0] ? open(TIMEOUT, O_WRONLY) : -1;

	if (file < 0)
		return;
	if (write(file, timeout_before, strlen(timeout_before)) < 0)
		perror(TIMEOUT);
	close(file);
}

static void set_timeout(const char *text)
{
	int file = open(TIMEOUT, O_WRONLY);

	igt_require_f(file >= 0, "no module parameter\n");
	igt_assert_eq(write(file, text, strlen(text)), (int)strlen(text));
	close(file);
}

/* Of channels made from here on. */
static void shorten_timeout(void)
{
	char *text = cnova_read_text(AT_FDCWD, TIMEOUT);

	igt_require_f(text, "no module parameter\n");
	if (!timeout_before[0])
		snprintf(timeout_before, sizeof(timeout_before), "%s", text);
	free(text);
	set_timeout(TIMEOUT_MS);
}

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	shorten_timeout();
	w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_2M);
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, 0);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	igt_set_timeout(HANG_SECONDS, "an execution that hangs");
	return w;
}

static void finish(struct cnova_world *w)
{
	set_timeout(timeout_before);
	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

/* Waits for word @i of @of, for ever unless somebody writes it. */
static uint64_t exec_hang(struct cnova_channel *ch, struct cnova_channel *of, unsigned int i)
{
	struct drm_cnova_push push;

	cnova_pb_begin(ch);
	cnova_pb_acquire(ch, cnova_channel_word_va(of, i), 1);
	push = cnova_pb_end(ch);
	return cnova_exec(ch, &push, 1, NULL);
}

static void test_hang(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push;
	uint64_t point;

	cnova_pb_begin(&channel);
	cnova_pb_acquire(&channel, cnova_channel_word_va(&channel, 0), 1);
	cnova_pb_release(&channel, cnova_channel_word_va(&channel, 1), 1);
	push = cnova_pb_end(&channel);
	point = cnova_exec(&channel, &push, 1, NULL);
	cnova_exec(&channel, NULL, 0, NULL);
	cnova_exec(&channel, NULL, 0, NULL);
	igt_assert_eq(cnova_exec_wait(&channel, point), -ETIMEDOUT);
	igt_assert_eq(cnova_exec_wait(&channel, point + 1), -ECANCELED);
	igt_assert_eq(cnova_exec_wait(&channel, point + 2), -ECANCELED);
	cnova_channel_expect_dead(&channel, ETIMEDOUT);

	/* What it waited for comes too late. */
	*cnova_channel_word(&channel, 0) = 1;
	usleep(200000);
	igt_assert_eq_u32(*cnova_channel_word(&channel, 1), 0);

	cnova_channel_fini(&channel);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	cnova_gpu_copy(&channel, CNOVA_VA, CNOVA_VA, SZ_4K);
	finish(w);
}

static void test_later_work(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA + SZ_1M, SZ_1M);
	struct drm_cnova_sync bound = cnova_signal(syncobj_create(w->fd, 0), 0);
	struct drm_cnova_push push;
	struct cnova_channel later;
	uint64_t point, released;

	cnova_channel_init(&later, &w->vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
	point = exec_hang(&channel, &channel, 0);
	/* Takes half of a leaf of 2 MiB: has to wait until the channels do nothing. */
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, &bound, 1), 0);
	cnova_world_apply(w, &op, 1);
	cnova_pb_begin(&later);
	cnova_pb_release(&later, cnova_channel_word_va(&channel, 0), 1);
	push = cnova_pb_end(&later);
	released = cnova_exec(&later, &push, 1, NULL);

	igt_assert_eq(cnova_exec_wait(&channel, point), -ETIMEDOUT);
	igt_assert_eq(cnova_syncobj_wait(w->fd, bound.handle, 0, HANG_SECONDS * 500), 0);
	igt_assert_eq(cnova_syncobj_status(w->fd, bound.handle, 0), 1);
	igt_assert_eq(cnova_exec_wait(&later, released), 0);
	cnova_channel_expect_dead(&channel, ETIMEDOUT);
	cnova_channel_expect_alive(&later);
	cnova_channel_fini(&later);
	finish(w);
}

static void test_innocent(int fd)
{
	enum { NR = 8 };
	struct cnova_world *w = prepare(fd);
	struct cnova_channel other[NR];
	struct drm_cnova_push push;
	uint64_t point;

	/* Of these the timeout is not in question. */
	set_timeout(timeout_before);
	for (int i = 0; i < NR; i++)
		cnova_channel_init(&other[i], &w->vm, CNOVA_PB_VA + (i + 1) * SZ_2M, SZ_64K);
	point = exec_hang(&channel, &channel, 0);
	for (int i = 0; i < NR; i++) {
		cnova_pb_begin(&other[i]);
		cnova_pb_copy(&other[i], CNOVA_VA + i * SZ_4K, CNOVA_VA + i * SZ_4K, SZ_4K);
		cnova_pb_release(&other[i], cnova_channel_word_va(&other[i], 0), 1);
		push = cnova_pb_end(&other[i]);
		cnova_exec(&other[i], &push, 1, NULL);
	}
	for (int i = 0; i < NR; i++) {
		cnova_exec_finish(&other[i]);
		igt_assert_eq_u32(*cnova_channel_word(&other[i], 0), 1);
	}
	igt_assert_eq(cnova_exec_wait(&channel, point), -ETIMEDOUT);
	for (int i = 0; i < NR; i++) {
		cnova_channel_expect_alive(&other[i]);
		cnova_channel_fini(&other[i]);
	}
	finish(w);
}

static void test_destroy(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_channel_create args;

	set_timeout(timeout_before);
	for (int i = 0; i < 6; i++) {
		struct cnova_channel ch = channel;
		uint64_t point;

		igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &args), 0);
		ch.id = args.channel_id;
		point = exec_hang(&ch, &channel, 0);
		channel.point = ch.point;
		igt_assert_eq(__cnova_channel_destroy(w->fd, ch.id), 0);
		igt_assert_eq(cnova_exec_wait(&ch, point), -ECANCELED);
		memcpy(channel.fence, ch.fence, sizeof(ch.fence));
	}
	channel.used = 0;
	finish(w);
}

static void test_kill(int fd)
{
	uint64_t before;
	int status, pipes[2];
	pid_t child;
	char c;

	cnova_require_exec(fd);
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	for (int i = 0; i < 3; i++) {
		igt_assert_eq(pipe(pipes), 0);
		child = fork();
		igt_assert(child >= 0);
		if (!child) {
			int file = drm_reopen_driver(fd);
			struct cnova_channel ch[3];
			struct cnova_cork cork;
			struct cnova_vm vm;

			cnova_vm_init(&vm, file);
			for (int k = 0; k < 3; k++)
				cnova_channel_init(&ch[k], &vm, CNOVA_PB_VA + k * SZ_2M, SZ_64K);
			exec_hang(&ch[0], &ch[0], 0);
			exec_hang(&ch[1], &ch[0], 1);
			cnova_cork_init(&cork);
			cnova_exec(&ch[2], NULL, 0,
				   &(struct drm_cnova_sync){
				   .handle = cnova_cork_syncobj(&cork, file) });
			if (write(pipes[1], "x", 1) != 1)
				_exit(1);
			pause();
			_exit(0);
		}
		igt_assert_eq(read(pipes[0], &c, 1), 1);
		kill(child, SIGKILL);
		igt_assert_eq(waitpid(child, &status, 0), child);
		close(pipes[0]);
		close(pipes[1]);
	}
	cnova_wait_vram_free(fd, before);
	cnova_model_check();
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "hang", "It is killed after the timeout.", test_hang },
		{ "later-work", "It waits for what is submitted later.", test_later_work },
		{ "innocent", "Channels beside it go on.", test_innocent },
		{ "destroy", "It can be destroyed at once.", test_destroy },
		{ "kill", "A process is killed.", test_kill },
	};
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_install_exit_handler(restore_timeout);
	}

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
