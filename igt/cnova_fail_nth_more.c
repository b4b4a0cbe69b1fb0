// SPDX-License-Identifier: MIT

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "exec.h"
#include "nth.h"
#include "picture.h"
#include "prime.h"
#include "queue.h"
#include "set.h"

/**
 * TEST: cnova fail nth more
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Every single allocation of an ioctl fails, the first, the second, until there
 *	is none to fail, as in cnova_fail_nth; here of what is not a bind. A failure leaves all
 *	as it was (contract rule 6): as many as before can be made, and what is there works.
 *
 * SUBTEST: bind-queue-create
 * Description: BIND_QUEUE_CREATE.
 *
 * SUBTEST: channel-create
 * Description: CHANNEL_CREATE, beside a channel that goes on.
 *
 * SUBTEST: exec
 * Description: EXEC of several pushes, with fences to wait for and to signal.
 *
 * SUBTEST: exec-again
 * Description: EXEC that has to bind again what was evicted. For a GPU with little VRAM.
 *
 * SUBTEST: prime-export-%s
 * Description: PRIME_HANDLE_TO_FD of an object in %arg[1].
 *
 * arg[1]:
 *
 * @vram: VRAM
 * @system: system memory
 *
 * SUBTEST: prime-import
 * Description: PRIME_FD_TO_HANDLE of another device's memory.
 *
 * SUBTEST: prime-import-own
 * Description: PRIME_FD_TO_HANDLE of what another file of the same device exported.
 *
 * SUBTEST: prime-bind
 * Description: VM_BIND that maps another device's memory for the first time.
 */

#define HANG_SECONDS	100

/* The kernel's libraries say loudly what the call says by its error. */
static void begin_case(void)
{
	igt_emit_ignore_dmesg_regex("allocating page table|setup GPU scheduler|free dentries");
	igt_set_timeout(HANG_SECONDS, "a call without memory");
}

/* BAR1 keeps a page or two for its own tables, and an address space its empty ones. */
static void expect_vram_free(int fd, uint64_t want)
{
	cnova_wait_vram_free(fd, want - SZ_64K - 2 * SZ_4K);
}

static char *read_vm(const struct cnova_vm *vm, const char *name)
{
	char *text = cnova_read_text(vm->dir, name);

	igt_assert_f(text, "%s: %m\n", name);
	return text;
}

/* ------------------------------------------------------------------ ids in a file */

/* The numbers behind @name in the lines of a file of the VM, without @except. */
static unsigned int ids(const struct cnova_vm *vm, const char *file, const char *name,
			uint32_t except, uint32_t *id, unsigned int room)
{
	char *text = read_vm(vm, file);
	unsigned int nr = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		uint32_t number;

		if (strncmp(at, name, strlen(name)))
			continue;
		number = strtoul(at + strlen(name), NULL, 10);
		if (number == except)
			continue;
		igt_assert_lt(nr, room);
		id[nr++] = number;
	}
	free(text);
	return nr;
}

#define MAX_IDS		64

static unsigned int queues(struct cnova_world *w, uint32_t id[MAX_IDS])
{
	return ids(&w->vm, "binds", "queue_", 0, id, MAX_IDS);
}

/* Who cannot be told the id has the queue all the same. */
static void destroy_queues(struct cnova_world *w)
{
	uint32_t id[MAX_IDS];
	unsigned int nr = queues(w, id);

	for (unsigned int i = 0; i < nr; i++)
		cnova_queue_destroy(w, id[i]);
	igt_assert_eq(queues(w, id), 0);
}

static unsigned int fill_queues(struct cnova_world *w)
{
	unsigned int nr = 0;
	uint32_t id;
	int err;

	while (!(err = __cnova_queue_create(w->fd, w->vm.id, &id)))
		igt_assert_lt(++nr, MAX_IDS);
	igt_assert_eq(err, -ENOSPC);
	destroy_queues(w);
	return nr;
}

static void test_bind_queue_create(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_bo *bo = cnova_world_bo(w, SZ_64K, DRM_CNOVA_GEM_VRAM);
	struct cnova_nth_tally tally = {};
	unsigned int limit;
	bool more = true;
	struct cnova_picture before;

	begin_case();
	limit = fill_queues(w);
	cnova_picture_take(w, &before);
	for (unsigned int n = 1; more; n++) {
		struct drm_cnova_bind_queue_create args = { .vm_id = w->vm.id };
		uint32_t id[MAX_IDS];
		bool injected;
		int err = cnova_nth_ioctl(w->fd, DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE, &args, n,
					  &injected);

		if (!err) {
			cnova_queue_bind(w, args.queue_id, (struct drm_cnova_vm_bind_op[])
					 { cnova_op_map(bo, 0, CNOVA_VA, SZ_64K, 0) }, 1, NULL, 0);
			cnova_queue_bind(w, args.queue_id, (struct drm_cnova_vm_bind_op[])
					 { cnova_op_unmap(CNOVA_VA, SZ_64K) }, 1, NULL, 0);
		}
		if (!err || err == -EFAULT)
			destroy_queues(w);
		igt_assert_eq(queues(w, id), 0);
		if (!err)
			cnova_picture_settle(w, &before);
		cnova_picture_expect(w, &before, n);
		more = cnova_nth_count(&tally, err, injected, n);
	}
	igt_assert_eq(fill_queues(w), limit);
	cnova_picture_drop(&before);
	cnova_nth_report(&tally);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

/* ----------------------------------------------------------------------- channels */

static struct cnova_channel channel;

#define SRC_VA		CNOVA_VA
#define DST_VA		(CNOVA_VA + SZ_2M)
#define PUSHES		4

/* A world with a channel, and two objects to copy from and to. */
static struct cnova_world *prepare_exec(int fd, uint64_t size)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	w = cnova_world_create(fd, CNOVA_VA, 2 * SZ_2M);
	cnova_world_bo(w, size, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_64K, 0);
	cnova_world_map(w, &w->bo[0], 0, SRC_VA, size, 0);
	cnova_world_map(w, &w->bo[1], 0, DST_VA, SZ_64K, 0);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	cnova_gpu_copy(&channel, DST_VA, DST_VA, SZ_4K);
	begin_case();
	return w;
}

static void finish_exec(struct cnova_world *w)
{
	cnova_channel_expect_alive(&channel);
	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_world_destroy(w);
}

static void destroy_channels(struct cnova_world *w)
{
	uint32_t id[MAX_IDS];
	unsigned int nr = ids(&w->vm, "channels", "channel_", channel.id, id, MAX_IDS);

	for (unsigned int i = 0; i < nr; i++)
		igt_assert_eq(__cnova_channel_destroy(w->fd, id[i]), 0);
	igt_assert_eq(ids(&w->vm, "channels", "channel_", channel.id, id, MAX_IDS), 0);
}

static unsigned int fill_channels(struct cnova_world *w)
{
	struct drm_cnova_channel_create args;
	unsigned int nr = 0;
	int err;

	while (!(err = __cnova_channel_create(w->fd, w->vm.id, &args)))
		igt_assert_lt(++nr, MAX_IDS);
	igt_assert_eq(err, -ENOSPC);
	destroy_channels(w);
	return nr;
}

/* Where the last channel that is made is mapped: the first place that is free. */
static uint64_t next_place(struct cnova_world *w)
{
	uint64_t start = cnova_param(w->fd, DRM_CNOVA_PARAM_VA_START), last = 0;
	struct drm_cnova_channel_create args;
	char *leaves;

	igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &args), 0);
	leaves = read_vm(&w->vm, "pagetable");
	for (const char *at = leaves; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		uint64_t va = strtoull(at, NULL, 16);

		if (va < start)
			last = va;
	}
	free(leaves);
	igt_assert(last);
	destroy_channels(w);
	return last;
}

static void test_channel_create(int fd)
{
	struct cnova_world *w = prepare_exec(fd, SZ_64K);
	struct cnova_nth_tally tally = {};
	uint64_t vram_free, place;
	unsigned int limit;
	bool more = true;
	struct cnova_picture before;

	limit = fill_channels(w);
	place = next_place(w);
	cnova_picture_take(w, &before);
	vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	for (unsigned int n = 1; more; n++) {
		struct drm_cnova_channel_create args = {
			.vm_id = w->vm.id,
			.engine = DRM_CNOVA_ENGINE_COPY,
		};
		uint32_t id[MAX_IDS];
		bool injected;
		int err = cnova_nth_ioctl(w->fd, DRM_IOCTL_CNOVA_CHANNEL_CREATE, &args, n,
					  &injected);

		if (!err || err == -EFAULT)
			destroy_channels(w);
		igt_assert_eq(ids(&w->vm, "channels", "channel_", channel.id, id, MAX_IDS), 0);
		cnova_picture_settle(w, &before);
		cnova_picture_expect(w, &before, n);
		expect_vram_free(fd, vram_free);
		more = cnova_nth_count(&tally, err, injected, n);
	}
	igt_assert_eq_u64(next_place(w), place);
	igt_assert_eq(fill_channels(w), limit);
	cnova_picture_drop(&before);
	cnova_nth_report(&tally);
	finish_exec(w);
}

/* ----------------------------------------------------------------------- execution */

struct exec_case {
	struct drm_cnova_push push[PUSHES];
	struct drm_cnova_sync sync[3];
	uint32_t in, binary, timeline;
	uint64_t point;
	/* What the kernel counts of it, of which the last numbers do not change for long. */
	char *channels;
};

static void exec_case_init(struct cnova_world *w, struct exec_case *c)
{
	memset(c, 0, sizeof(*c));
	c->in = syncobj_create(w->fd, 1);
	c->binary = syncobj_create(w->fd, 0);
	c->timeline = syncobj_create(w->fd, 0);
	/* A page each, and the last two the same one: order counts. */
	for (unsigned int i = 0; i < PUSHES; i++) {
		cnova_pb_begin(&channel);
		cnova_pb_copy(&channel, DST_VA + i / 2 * SZ_4K, SRC_VA + i * SZ_4K, SZ_4K);
		c->push[i] = cnova_pb_end(&channel);
	}
}

/* *@accepted: also who cannot be told has it. */
static int exec_nth(struct cnova_world *w, struct exec_case *c, unsigned int n, bool *injected,
		    bool *accepted)
{
	struct drm_cnova_exec args = {
		.channel_id = channel.id,
		.pushes = { ptr_u64(c->push), PUSHES, sizeof(c->push[0]) },
		.syncs = { ptr_u64(c->sync), 3, sizeof(c->sync[0]) },
	};
	int err;

	syncobj_reset(w->fd, &c->binary, 1);
	c->sync[0] = cnova_wait(c->in, 0);
	c->sync[1] = cnova_signal(c->binary, 0);
	c->sync[2] = cnova_signal(c->timeline, c->point + 1);
	memset(w->bo[1].map, 0, 2 * SZ_4K);
	err = cnova_nth_ioctl(w->fd, DRM_IOCTL_CNOVA_EXEC, &args, n, injected);
	*accepted = cnova_syncobj_has_fence(w->fd, c->binary, 0);
	igt_assert(*accepted == (!err || (err == -EFAULT && *accepted)));
	igt_assert_eq(cnova_syncobj_has_fence(w->fd, c->timeline, c->point + 1), *accepted);
	return err;
}

/* It is executed if and only if it was accepted, all of it and in its order. */
static void exec_check(struct cnova_world *w, struct exec_case *c, bool accepted)
{
	struct drm_cnova_channel_get_state state;
	uint64_t *words = (uint64_t *)w->bo[1].map;

	if (accepted) {
		c->point++;
		igt_assert_eq(cnova_syncobj_wait(w->fd, c->timeline, c->point, 20000), 0);
		igt_assert_eq(cnova_syncobj_status(w->fd, c->binary, 0), 1);
	}
	for (unsigned int i = 0; i < PUSHES / 2; i++)
		igt_assert_eq_u64(words[i * SZ_4K / 8],
				  accepted ? cnova_tag(w->bo[0].handle, 2 * i + 1) : 0);
	igt_assert_eq(__cnova_channel_get_state(w->fd, channel.id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_CHANNEL_ACTIVE);
	igt_assert_eq_u32(state.error, 0);
}

/* How many executions did the channel take? */
static unsigned long long accepted_execs(struct cnova_world *w)
{
	char *text = read_vm(&w->vm, "channels"), *at = strstr(text, " accepted=");
	unsigned long long nr = ~0ull;

	igt_assert(at && sscanf(at, " accepted=%llu", &nr) == 1);
	free(text);
	return nr;
}

static void test_exec(int fd)
{
	struct cnova_world *w = prepare_exec(fd, SZ_64K);
	struct cnova_nth_tally tally = {};
	unsigned long long nr;
	struct exec_case c;
	uint64_t vram_free;
	bool more = true;
	struct cnova_picture before;

	exec_case_init(w, &c);
	cnova_picture_take(w, &before);
	vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	for (unsigned int n = 1; more; n++) {
		bool injected, accepted;
		int err;

		nr = accepted_execs(w);
		err = exec_nth(w, &c, n, &injected, &accepted);
		exec_check(w, &c, accepted);
		igt_assert(accepted_execs(w) == nr + accepted);
		cnova_picture_expect(w, &before, n);
		expect_vram_free(fd, vram_free);
		more = cnova_nth_count(&tally, err, injected, n);
	}
	cnova_picture_drop(&before);
	cnova_nth_report(&tally);
	finish_exec(w);
}

/* -------------------------------------------------------------------- after evictions */

/* The tree, but for what an execution changes in it without telling. */
static char *tree_of(const struct cnova_vm *vm, bool *unbound)
{
	char *tree = read_vm(vm, "gpuvas"), *at;

	*unbound = false;
	while ((at = strstr(tree, " unbound"))) {
		*unbound = true;
		memmove(at, at + strlen(" unbound"), strlen(at + strlen(" unbound")) + 1);
	}
	return tree;
}

/* All of VRAM but a little, and it cannot go: a bind of it waits. */
static void fill_vram(struct cnova_vm *vm, struct cnova_cork *cork)
{
	struct cnova_bo bo = {
		.size = cnova_align_down(cnova_param(vm->fd, DRM_CNOVA_PARAM_VRAM_FREE) -
					 SZ_1M / 4, SZ_64K),
	};
	struct drm_cnova_sync sync = cnova_wait(cnova_cork_syncobj(cork, vm->fd), 0);
	struct drm_cnova_vm_bind_op op;

	bo.handle = cnova_gem_create(vm->fd, bo.size, DRM_CNOVA_GEM_VRAM);
	op = cnova_op_map(&bo, 0, CNOVA_VA, bo.size, 0);
	igt_assert_eq(cnova_bind_async(vm, &op, 1, &sync, 1), 0);
}

/* Something else needs its place, for a moment; if it is not out still. */
static void evict(struct cnova_world *w)
{
	bool unbound;

	free(tree_of(&w->vm, &unbound));
	if (unbound)
		return;
	gem_close(w->fd, cnova_gem_create(w->fd, cnova_param(w->fd, DRM_CNOVA_PARAM_VRAM_FREE) +
					  SZ_4K, DRM_CNOVA_GEM_VRAM));
	free(tree_of(&w->vm, &unbound));
	igt_assert_f(unbound, "nothing was evicted\n");
}

static void test_exec_again(int fd)
{
	struct cnova_world *w;
	struct cnova_vm filler = { .fd = drm_reopen_driver(fd) };
	struct cnova_nth_tally tally = {};
	struct cnova_cork cork;
	struct exec_case c;
	bool more = true, unbound;
	char *before, *now;

	igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "a lot of VRAM to be filled\n");
	cnova_require_endless_cork();
	w = prepare_exec(fd, SZ_64K);
	exec_case_init(w, &c);
	cnova_cork_init(&cork);
	cnova_vm_init(&filler, filler.fd);
	fill_vram(&filler, &cork);
	before = tree_of(&w->vm, &unbound);
	for (unsigned int n = 1; more; n++) {
		bool injected, accepted;
		int err;

		evict(w);
		err = exec_nth(w, &c, n, &injected, &accepted);
		exec_check(w, &c, accepted);
		/* What was bound again before the failure may stay so. */
		now = tree_of(&w->vm, &unbound);
		igt_assert(!accepted || !unbound);
		igt_assert_f(!strcmp(before, now), "allocation %u: there was\n%sand there is\n%s",
			     n, before, now);
		free(now);
		more = cnova_nth_count(&tally, err, injected, n);
	}
	free(before);
	cnova_vm_fini(&filler);
	drm_close_driver(filler.fd);
	cnova_cork_fini(&cork);
	cnova_nth_report(&tally);
	finish_exec(w);
}

/* ------------------------------------------------------------------------ dma-bufs */

static int nr_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int nr = 0;

	igt_assert(dir);
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

static int lowest_free_file(void)
{
	int file = dup(STDIN_FILENO);

	igt_assert(file >= 0);
	close(file);
	return file;
}

static void test_prime_export(int fd, uint32_t flags)
{
	int own = drm_reopen_driver(fd), bufs = cnova_other_dma_bufs();
	struct cnova_nth_tally tally = {};
	bool more = true;

	begin_case();
	for (unsigned int n = 1; more; n++) {
		uint32_t handle = cnova_gem_create(own, SZ_64K, flags);
		struct drm_prime_handle args = {
			.handle = handle,
			.flags = DRM_CLOEXEC | DRM_RDWR,
			.fd = -1,
		};
		int first = lowest_free_file(), files = nr_files(), err;
		bool injected;

		err = cnova_nth_ioctl(own, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args, n, &injected);
		if (!err) {
			igt_assert_eq(args.fd, first);
			munmap(cnova_dma_buf_map(args.fd, SZ_64K), SZ_64K);
		}
		/* Who cannot be told which has the file all the same. */
		if (!err || err == -EFAULT)
			close(first);
		igt_assert_eq(nr_files(), files);
		more = cnova_nth_count(&tally, err, injected, n);
		gem_close(own, handle);
		cnova_wait_dma_bufs(bufs);
	}
	cnova_nth_report(&tally);
	drm_close_driver(own);
	igt_reset_timeout();
	cnova_model_check();
}

/* A dma-buf of another device, 64K. */
static int vgem_dma_buf(void)
{
	int vgem = cnova_require_vgem(), dma_buf;

	dma_buf = cnova_prime_export(vgem, cnova_vgem_create(vgem, SZ_64K));
	close(vgem);
	return dma_buf;
}

/* A file of its own for each try, as who cannot be told the handle has it all the same. */
static void import_nth(int fd, int dma_buf)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct cnova_nth_tally tally = {};
	int bufs = cnova_other_dma_bufs();
	bool more = true;

	begin_case();
	for (unsigned int n = 1; more; n++) {
		struct drm_prime_handle args = { .fd = dma_buf };
		int own = drm_reopen_driver(fd), err;
		bool injected;

		err = cnova_nth_ioctl(own, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args, n, &injected);
		if (err) {
			/* Whatever came of it, the next one works. */
			args = (struct drm_prime_handle){ .fd = dma_buf };
			igt_assert_eq(cnova_ioctl(own, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args), 0);
		}
		gem_close(own, args.handle);
		more = cnova_nth_count(&tally, err, injected, n);
		drm_close_driver(own);
		cnova_wait_dma_bufs(bufs);
		expect_vram_free(fd, vram_free);
	}
	cnova_nth_report(&tally);
	igt_reset_timeout();
	cnova_model_check();
}

static void test_prime_import(int fd)
{
	int dma_buf = vgem_dma_buf();

	import_nth(fd, dma_buf);
	close(dma_buf);
}

static void test_prime_import_own(int fd)
{
	int other = drm_reopen_driver(fd), dma_buf;

	dma_buf = cnova_prime_export(other, cnova_gem_create(other, SZ_64K, DRM_CNOVA_GEM_VRAM));
	import_nth(fd, dma_buf);
	close(dma_buf);
	drm_close_driver(other);
}

static void test_prime_bind(int fd)
{
	int bufs = cnova_other_dma_bufs();
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	struct cnova_nth_tally tally = {};
	bool more = true;
	struct cnova_picture before;

	begin_case();
	cnova_picture_take(w, &before);
	for (unsigned int n = 1; more; n++) {
		/* A new one each time: what is mapped once stays so. */
		int dma_buf = vgem_dma_buf(), err;
		struct drm_cnova_vm_bind_op op;
		struct drm_cnova_vm_bind args;
		uint32_t handle = cnova_prime_import(w->fd, dma_buf);
		bool injected;
		uint64_t word;

		op = (struct drm_cnova_vm_bind_op){
			.op = DRM_CNOVA_VM_BIND_OP_MAP,
			.handle = handle,
			.va = CNOVA_VA,
			.range = SZ_64K,
		};
		args = cnova_bind_args(&w->vm, &op, 1, NULL, 0);
		err = cnova_nth_ioctl(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args, n, &injected);
		if (!err)
			igt_assert_eq(cnova_eye_read(&w->vm, CNOVA_VA, &word, 8), 8);
		if (!err || err == -EFAULT)
			cnova_world_unmap(w, CNOVA_VA, SZ_64K);
		if (!err || err == -EFAULT)
			cnova_picture_settle(w, &before);
		cnova_picture_expect(w, &before, n);
		more = cnova_nth_count(&tally, err, injected, n);
		gem_close(w->fd, handle);
		close(dma_buf);
		cnova_wait_dma_bufs(bufs);
	}
	cnova_picture_drop(&before);
	cnova_nth_report(&tally);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

int igt_main()
{
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		cnova_nth_begin();
	}

	igt_describe("No allocation of BIND_QUEUE_CREATE may fail badly.");
	igt_subtest("bind-queue-create")
		test_bind_queue_create(fd);

	igt_describe("No allocation of CHANNEL_CREATE may fail badly.");
	igt_subtest("channel-create")
		test_channel_create(fd);

	igt_describe("An EXEC that fails for memory changes nothing.");
	igt_subtest("exec")
		test_exec(fd);

	igt_describe("An EXEC that fails for memory while it binds again changes nothing.");
	igt_subtest("exec-again")
		test_exec_again(fd);

	igt_describe("No allocation of an export may fail badly.");
	igt_subtest("prime-export-vram")
		test_prime_export(fd, DRM_CNOVA_GEM_VRAM);
	igt_describe("No allocation of an export may fail badly.");
	igt_subtest("prime-export-system")
		test_prime_export(fd, 0);

	igt_describe("No allocation of an import may fail badly.");
	igt_subtest("prime-import")
		test_prime_import(fd);
	igt_describe("No allocation of an import of one's own may fail badly.");
	igt_subtest("prime-import-own")
		test_prime_import_own(fd);

	igt_describe("The first bind of an import that fails for memory changes nothing.");
	igt_subtest("prime-bind")
		test_prime_bind(fd);

	igt_fixture() {
		cnova_nth_end();
		drm_close_driver(fd);
	}
}
