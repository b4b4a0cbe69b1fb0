// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "exec.h"
#include "process.h"
#include "queue.h"

/**
 * TEST: cnova userfault
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Arrays of an ioctl in memory that does not answer: the copy from user space waits
 *	as long as somebody likes. No lock of the driver may be held meanwhile (contract rule
 *	18): others in the same VM go on, the VM can be destroyed, the process be killed. Needs
 *	userfaultfd(2) with faults of the kernel, as root has it; FUSE would do the same.
 *
 * SUBTEST: never-%s
 * Description: It never answers, in %arg[1]: another thread binds and executes in the same VM,
 *	then destroys it; then the process is killed.
 *
 * arg[1]:
 *
 * @ops: operations of VM_BIND
 * @syncs: syncs of VM_BIND
 * @pushes: pushes of EXEC
 * @exec-syncs: syncs of EXEC
 *
 * SUBTEST: late-queue
 * Description: It answers when the bind queue has been destroyed: the bind is refused, and
 *	nothing changes (rule 6).
 *
 * SUBTEST: late-vm
 * Description: It answers when the VM has been destroyed: the bind is refused.
 */

#define HANG_SECONDS	60

/* A page that is not there, and who is asked for it. */
struct silent_page {
	int uffd;
	void *page;
};

static bool silent_page_init(struct silent_page *s)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	s->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (s->uffd < 0 || ioctl(s->uffd, UFFDIO_API, &api))
		return false;
	s->page = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = ptr_u64(s->page);
	reg.range.len = SZ_4K;
	return s->page != MAP_FAILED && !ioctl(s->uffd, UFFDIO_REGISTER, &reg);
}

/* Until somebody is in the middle of reading it. */
static bool silent_page_wait(struct silent_page *s)
{
	struct uffd_msg msg;

	return read(s->uffd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT &&
	       (msg.arg.pagefault.address & ~(SZ_4K - 1)) == ptr_u64(s->page);
}

static bool silent_page_answer(struct silent_page *s, const void *page)
{
	struct uffdio_copy copy = {
		.dst = ptr_u64(s->page),
		.src = ptr_u64(page),
		.len = SZ_4K,
	};

	return !ioctl(s->uffd, UFFDIO_COPY, &copy);
}

static void require_userfault(void)
{
	struct silent_page s;

	igt_require_f(silent_page_init(&s), "no userfaultfd for faults of the kernel: %m\n");
	munmap(s.page, SZ_4K);
	close(s.uffd);
}

/* ------------------------------------------------------------------------ in a child */

/* What a call needs. */
struct caller {
	struct cnova_vm vm;
	struct cnova_bo bo;
	struct cnova_channel channel;
	struct silent_page silent;
	struct drm_cnova_vm_bind_op op;
	union {
		struct drm_cnova_vm_bind bind;
		struct drm_cnova_exec exec;
	};
};

static void *call_bind(void *data)
{
	struct caller *c = data;

	ioctl(c->vm.fd, DRM_IOCTL_CNOVA_VM_BIND, &c->bind);
	return NULL;
}

static void *call_exec(void *data)
{
	struct caller *c = data;

	ioctl(c->vm.fd, DRM_IOCTL_CNOVA_EXEC, &c->exec);
	return NULL;
}

/* One entry of the array is enough. */
static void prepare_call(struct caller *c, const char *what)
{
	const struct drm_cnova_array
		ops = { ptr_u64(c->silent.page), 1, sizeof(struct drm_cnova_vm_bind_op) },
		syncs = { ptr_u64(c->silent.page), 1, sizeof(struct drm_cnova_sync) },
		pushes = { ptr_u64(c->silent.page), 1, sizeof(struct drm_cnova_push) };

	if (!strcmp(what, "ops")) {
		c->bind = cnova_bind_args(&c->vm, NULL, 0, NULL, 0);
		c->bind.ops = ops;
	} else if (!strcmp(what, "syncs")) {
		c->bind = cnova_bind_args(&c->vm, &c->op, 1, NULL, 0);
		c->bind.flags = DRM_CNOVA_VM_BIND_ASYNC;
		c->bind.syncs = syncs;
	} else {
		c->exec = (struct drm_cnova_exec){ .channel_id = c->channel.id };
		if (!strcmp(what, "pushes"))
			c->exec.pushes = pushes;
		else
			c->exec.syncs = syncs;
	}
}

/* What others do in the same VM. */
static int go_on(struct caller *c)
{
	struct drm_cnova_vm_bind_op op = c->op, undo = cnova_op_unmap(c->op.va, SZ_64K);
	struct cnova_vm *vm = &c->vm;
	uint32_t queue;

	for (int i = 0; i < 8; i++)
		if (__cnova_bind_one(vm, &op) || __cnova_bind_one(vm, &undo))
			return 10;
	if (__cnova_queue_create(vm->fd, vm->id, &queue) ||
	    __cnova_queue_destroy(vm->fd, vm->id, queue))
		return 11;
	if (c->channel.id)
		cnova_gpu_copy(&c->channel, CNOVA_PB_VA + SZ_64K - SZ_4K, CNOVA_PB_VA, 64);
	return 0;
}

/* Returns what went wrong; does not return else. */
static int be_victim(int fd, const char *what, int go)
{
	bool execs = !strcmp(what, "pushes") || !strcmp(what, "exec-syncs");
	struct caller c = { .vm.fd = drm_reopen_driver(fd) };
	pthread_t thread;
	int err;

	/* Whoever is stalled ends by this, and not by the parent's signal. */
	alarm(HANG_SECONDS / 2);
	cnova_vm_init(&c.vm, c.vm.fd);
	cnova_bo_init(&c.bo, c.vm.fd, SZ_64K, DRM_CNOVA_GEM_VRAM);
	c.op = cnova_op_map(&c.bo, 0, CNOVA_VA, SZ_64K, 0);
	if (execs)
		cnova_channel_init(&c.channel, &c.vm, CNOVA_PB_VA, SZ_64K);
	if (!silent_page_init(&c.silent))
		return 3;

	prepare_call(&c, what);
	if (pthread_create(&thread, NULL, execs ? call_exec : call_bind, &c) ||
	    !silent_page_wait(&c.silent))
		return 4;

	/* It is in there. */
	err = go_on(&c);
	if (err)
		return err;
	if (__cnova_vm_destroy(c.vm.fd, c.vm.id))
		return 5;
	if (write(go, "x", 1) != 1)
		return 6;
	alarm(0);
	for (;;)
		pause();
}

static void test_never(int fd, const char *what)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	int go[2], status;
	ssize_t n;
	pid_t child;
	char byte;

	require_userfault();
	igt_set_timeout(HANG_SECONDS, "memory that does not answer");
	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, go), 0);
	child = fork();
	igt_assert(child >= 0);
	if (!child) {
		close(go[0]);
		_exit(be_victim(fd, what, go[1]));
	}
	close(go[1]);
	n = read(go[0], &byte, 1);
	if (n != 1) {
		igt_assert_eq(waitpid(child, &status, 0), child);
		igt_assert_f(false, "the child ended: status 0x%x\n", status);
	}

	kill(child, SIGKILL);
	igt_assert_eq(waitpid(child, &status, 0), child);
	igt_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cnova_wait_vram_free(fd, vram_free);
	close(go[0]);
	igt_reset_timeout();
	cnova_model_check();
}

/* --------------------------------------------------------------------------- in time */

static void test_late(int fd, bool whole_vm)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	struct drm_cnova_vm_bind_op *page = calloc(1, SZ_4K);
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, NULL, 0, NULL, 0);
	struct cnova_call call = {};
	struct silent_page silent;

	require_userfault();
	igt_set_timeout(HANG_SECONDS, "memory that answers late");
	igt_assert(page && silent_page_init(&silent));
	cnova_world_map(w, bo, 0, CNOVA_VA, SZ_64K, 0);
	*page = cnova_op_map(bo, 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
	args.queue_id = cnova_queue_create(w);
	args.ops = (struct drm_cnova_array){ ptr_u64(silent.page), 1, sizeof(*page) };
	cnova_call_start(&call, w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args);
	igt_assert(silent_page_wait(&silent));
	if (whole_vm)
		cnova_vm_destroy(w->fd, w->vm.id);
	else
		cnova_queue_destroy(w, args.queue_id);
	igt_assert(!call.done);
	igt_assert(silent_page_answer(&silent, page));
	igt_assert_eq(cnova_call_join(&call), -ENOENT);

	munmap(silent.page, SZ_4K);
	close(silent.uffd);
	free(page);
	if (whole_vm) {
		close(w->vm.eye);
		close(w->vm.dir);
		cnova_vm_init(&w->vm, w->fd);
	} else {
		cnova_world_check_all(w);
	}
	igt_reset_timeout();
	cnova_world_destroy(w);
}

int igt_main()
{
	static const char * const never[] = { "ops", "syncs", "pushes", "exec-syncs" };
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	for (unsigned int i = 0; i < ARRAY_SIZE(never); i++) {
		igt_describe("Memory never answers.");
		igt_subtest_f("never-%s", never[i])
			test_never(fd, never[i]);
	}

	igt_describe("Memory answers when the queue has gone.");
	igt_subtest("late-queue")
		test_late(fd, false);

	igt_describe("Memory answers when the VM has gone.");
	igt_subtest("late-vm")
		test_late(fd, true);

	igt_fixture()
		drm_close_driver(fd);
}
