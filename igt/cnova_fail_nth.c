// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "nth.h"
#include "picture.h"
#include "sync.h"

/**
 * TEST: cnova fail nth
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: Every single allocation of an ioctl fails, the first, the second, until
 *	there is none to fail. A failure leaves tree, page tables and memory as they were
 *	(contract rule 6), and an unmap does not fail for it (rule 10). Needs a kernel with
 *	fault injection. How many failures were injected is printed; none is a failure.
 *
 * SUBTEST: vm-create
 * Description: VM_CREATE.
 *
 * SUBTEST: gem-create-%s
 * Description: GEM_CREATE: of %arg[1].
 *
 * arg[1]:
 *
 * @vram: memory of the GPU
 * @system: system memory
 * @private: an object of one VM
 *
 * SUBTEST: gem-mmap-offset
 * Description: GEM_MMAP_OFFSET.
 *
 * SUBTEST: map-%s
 * Description: VM_BIND that maps: %arg[1].
 *
 * arg[1]:
 *
 * @page: a page
 * @split: a page in the middle of a large leaf
 * @sparse: sparse, over what was mapped
 * @array: many operations at once
 * @syncs: with fences to wait for and to signal
 *
 * SUBTEST: unmap-%s
 * Description: VM_BIND that unmaps, and does: %arg[1].
 *
 * arg[1]:
 *
 * @whole: all of a mapping
 * @middle: a page out of the middle of a large leaf
 * @edges: from one large leaf into another
 * @sparse: a page out of a sparse range
 * @all: all mappings of an object
 * @array: some ranges at once
 * @syncs: with fences to wait for and to signal, a point of a timeline among them
 *
 * SUBTEST: corked
 * Description: An unmap that finds no memory waits for the maps before it, and for its
 *	in-fence.
 *
 * SUBTEST: corked-destroy
 * Description: It waits for ever, and another thread destroys the VM: nobody waits for it.
 */

#define HANG_SECONDS	100

/* ----------------------------------------------------------------- simple ioctls */

/* BAR1 keeps a page or two for its own tables, which change with what it shows. */
static void wait_vram_free(int fd, uint64_t want)
{
	cnova_wait_vram_free(fd, want - 2 * SZ_4K);
}

/* The kernel's libraries say loudly what the call says by its error. */
static void expect_messages(void)
{
	igt_emit_ignore_dmesg_regex("allocating page table|setup GPU scheduler|free dentries");
}

/*
 * A file of its own for each try: who cannot be told what he got has it all the same, until
 * the file is closed.
 */
static void test_vm_create(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct cnova_nth_tally tally = {};
	bool more = true;

	expect_messages();
	for (unsigned int n = 1; more; n++) {
		struct drm_cnova_vm_create args = {};
		int own = drm_reopen_driver(fd), err;
		bool injected;

		err = cnova_nth_ioctl(own, DRM_IOCTL_CNOVA_VM_CREATE, &args, n, &injected);
		if (err && err != -EFAULT)
			wait_vram_free(fd, vram_free);
		more = cnova_nth_count(&tally, err, injected, n);
		drm_close_driver(own);
		wait_vram_free(fd, vram_free);
	}
	cnova_nth_report(&tally);
	cnova_model_check();
}

static void test_gem_create(int fd, uint32_t flags)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE), with_vm;
	struct cnova_nth_tally tally = {};
	bool more = true;

	expect_messages();
	for (unsigned int n = 1; more; n++) {
		struct drm_cnova_gem_create args = { .flags = flags, .size = SZ_64K };
		int own = drm_reopen_driver(fd), err;
		bool injected;

		if (flags & DRM_CNOVA_GEM_VM_PRIVATE)
			args.handle = cnova_vm_create(own);
		with_vm = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
		err = cnova_nth_ioctl(own, DRM_IOCTL_CNOVA_GEM_CREATE, &args, n, &injected);
		if (err && err != -EFAULT)
			wait_vram_free(fd, with_vm);
		more = cnova_nth_count(&tally, err, injected, n);
		drm_close_driver(own);
		wait_vram_free(fd, vram_free);
	}
	cnova_nth_report(&tally);
	cnova_model_check();
}

static void test_gem_mmap_offset(int fd)
{
	uint64_t vram_free = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	struct cnova_nth_tally tally = {};
	bool more = true;

	expect_messages();
	for (unsigned int n = 1; more; n++) {
		int own = drm_reopen_driver(fd), err;
		uint32_t handle = cnova_gem_create(own, SZ_64K, DRM_CNOVA_GEM_VRAM);
		struct drm_cnova_gem_mmap_offset args = { .handle = handle };
		uint8_t *map;
		bool injected;

		err = cnova_nth_ioctl(own, DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET, &args, n, &injected);
		more = cnova_nth_count(&tally, err, injected, n);
		/* Whatever came of it, the next one works. */
		map = cnova_gem_mmap(own, handle, SZ_64K);
		map[SZ_4K] = 1;
		munmap(map, SZ_64K);
		drm_close_driver(own);
		/* What shows it keeps some more. */
		wait_vram_free(fd, vram_free - SZ_64K);
	}
	cnova_nth_report(&tally);
	cnova_model_check();
}

/* ------------------------------------------------------------------------- binds */

#define MAX_OPS		24
#define BIG		(2 * SZ_2M)
#define AT		(CNOVA_VA + SZ_2M)

/* What a case is about: @before is there, @ops are tried, @undo makes it as before. */
struct bind_case {
	struct drm_cnova_vm_bind_op before[4], ops[MAX_OPS], undo[4];
	unsigned int nr_before, nr, nr_undo;
	bool syncs;
	bool only_unmaps;
};

struct bind_syncs {
	struct drm_cnova_sync sync[3];
	uint32_t binary;
	uint32_t timeline;
	uint64_t point;
};

static void make_syncs(int fd, struct bind_syncs *s)
{
	uint32_t in = syncobj_create(fd, 1);

	s->binary = syncobj_create(fd, 0);
	s->timeline = syncobj_create(fd, 0);
	s->sync[0] = cnova_wait(in, 0);
	s->sync[1] = cnova_signal(s->binary, 0);
	s->sync[2] = cnova_signal(s->timeline, 0);
	s->point = 0;
}

static void next_syncs(int fd, struct bind_syncs *s)
{
	syncobj_reset(fd, &s->binary, 1);
	s->sync[2] = cnova_signal(s->timeline, ++s->point);
}

static void check_syncs(int fd, struct bind_syncs *s, bool accepted)
{
	if (!accepted) {
		s->point--;
		igt_assert(!cnova_syncobj_has_fence(fd, s->binary, 0));
		igt_assert(!cnova_syncobj_has_fence(fd, s->timeline, s->point + 1));
		return;
	}
	igt_assert_eq(cnova_syncobj_wait(fd, s->binary, 0, 5000), 0);
	igt_assert_eq(cnova_syncobj_wait(fd, s->timeline, s->point, 5000), 0);
	igt_assert_eq(cnova_syncobj_status(fd, s->binary, 0), 1);
}

/* A call that cannot copy its answer out has succeeded, and says EFAULT all the same. */
static bool was_accepted(struct cnova_world *w, const struct cnova_picture *before, int err)
{
	bool same = true;
	char *tree;

	if (err != -EFAULT)
		return !err;

	for (int i = 0; same && i < 10; i++) {
		tree = cnova_world_tree(w);
		same = !strcmp(tree, before->tree);
		free(tree);
		usleep(1000);
	}
	return !same;
}

static void run_case(struct cnova_world *w, struct bind_case *c)
{
	struct drm_cnova_vm_bind args;
	struct bind_syncs syncs = {};
	struct cnova_picture before;
	struct cnova_nth_tally tally = {};
	bool injected, accepted;
	int err;

	igt_set_timeout(HANG_SECONDS, "a bind without memory");
	make_syncs(w->fd, &syncs);
	cnova_world_bind(w, c->before, c->nr_before);
	/* Once with all the memory there is, so that what is kept for the next time is there. */
	cnova_world_bind(w, c->ops, c->nr);
	cnova_world_check_all(w);
	cnova_world_bind(w, c->undo, c->nr_undo);
	usleep(50000);
	cnova_picture_take(w, &before);

	for (unsigned int n = 1; ; n++) {
		if (c->syncs) {
			next_syncs(w->fd, &syncs);
			args = cnova_bind_args(&w->vm, c->ops, c->nr, syncs.sync, 3);
			args.flags = DRM_CNOVA_VM_BIND_ASYNC;
		} else {
			args = cnova_bind_args(&w->vm, c->ops, c->nr, NULL, 0);
		}
		err = cnova_nth_ioctl(w->fd, DRM_IOCTL_CNOVA_VM_BIND, &args, n, &injected);
		accepted = was_accepted(w, &before, err);
		if (c->syncs)
			check_syncs(w->fd, &syncs, accepted);
		/* [10] Memory that cannot be read is another matter. */
		igt_assert_f(!err || err == -EFAULT || !c->only_unmaps,
			     "allocation %u fails, and an unmap with it: %s\n", n, strerror(-err));
		if (accepted) {
			cnova_world_apply(w, c->ops, c->nr);
			cnova_world_check_all(w);
			cnova_world_bind(w, c->undo, c->nr_undo);
			cnova_picture_settle(w, &before);
		}
		/* [6] As it was; and after it worked, nothing was lost on the way. */
		cnova_picture_expect(w, &before, n);
		if (!cnova_nth_count(&tally, err, injected, n))
			break;
	}
	cnova_picture_drop(&before);
	cnova_nth_report(&tally);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

static struct cnova_world *begin(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 8 * SZ_2M);

	w->oracle.sample = 64;
	cnova_world_bo(w, BIG, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_64K, 0);
	return w;
}

/* Two large leaves at AT. */
static struct drm_cnova_vm_bind_op large(struct cnova_world *w)
{
	return cnova_op_map(&w->bo[0], 0, AT, BIG, 0);
}

static void test_map(int fd, const char *what)
{
	struct cnova_world *w = begin(fd);
	struct bind_case c = {
		.before = { large(w) }, .nr_before = 1,
		.undo = { cnova_op_unmap(CNOVA_VA, 8 * SZ_2M), large(w) }, .nr_undo = 2,
		.nr = 1,
		.syncs = !strcmp(what, "syncs"),
	};

	if (!strcmp(what, "page") || c.syncs)
		c.ops[0] = cnova_op_map(&w->bo[1], SZ_4K, AT + BIG + SZ_64K, SZ_4K, 0);
	else if (!strcmp(what, "split"))
		c.ops[0] = cnova_op_map(&w->bo[1], 0, AT + SZ_1M, SZ_4K, 0);
	else if (!strcmp(what, "sparse"))
		c.ops[0] = cnova_op_sparse(AT + SZ_1M, SZ_2M);
	else
		for (c.nr = 0; c.nr < MAX_OPS; c.nr++)
			c.ops[c.nr] = c.nr % 3 == 2 ?
				cnova_op_unmap(AT + c.nr * SZ_64K, SZ_4K) :
				cnova_op_map(&w->bo[1], 0, AT + c.nr * (SZ_64K + SZ_4K), SZ_64K, 0);
	run_case(w, &c);
}

static void test_unmap(int fd, const char *what)
{
	struct cnova_world *w = begin(fd);
	struct bind_case c = {
		.before = { large(w) }, .nr_before = 1,
		.undo = { large(w) }, .nr_undo = 1,
		.nr = 1,
		.syncs = !strcmp(what, "syncs"),
		.only_unmaps = true,
	};

	if (!strcmp(what, "whole")) {
		c.ops[0] = cnova_op_unmap(AT, BIG);
	} else if (!strcmp(what, "middle") || c.syncs) {
		c.ops[0] = cnova_op_unmap(AT + SZ_1M, SZ_4K);
	} else if (!strcmp(what, "edges")) {
		c.ops[0] = cnova_op_unmap(AT + SZ_1M + SZ_4K, SZ_2M);
	} else if (!strcmp(what, "sparse")) {
		c.before[0] = cnova_op_sparse(AT, BIG);
		c.undo[0] = c.before[0];
		c.ops[0] = cnova_op_unmap(AT + SZ_64K, SZ_4K);
	} else if (!strcmp(what, "all")) {
		c.before[1] = cnova_op_map(&w->bo[0], SZ_64K, AT + BIG + SZ_4K, SZ_64K, 0);
		c.undo[1] = c.before[1];
		c.nr_before = 2;
		c.nr_undo = 2;
		c.ops[0] = cnova_op_unmap_all(&w->bo[0]);
	} else {
		c.ops[0] = cnova_op_unmap(AT + SZ_64K, SZ_4K);
		c.ops[1] = cnova_op_unmap(CNOVA_VA, SZ_64K);
		c.ops[2] = cnova_op_unmap_all(&w->bo[1]);
		c.nr = 3;
	}
	run_case(w, &c);
}

/* ------------------------------------------------------------- behind a fence */

struct unmapper {
	pthread_t thread;
	const struct cnova_vm *vm;
	struct drm_cnova_sync in;
	bool has_in;
	bool injected;
	volatile bool done;
	int err;
};

/* The first allocation of the call fails: then there is no job. */
static void *unmap_without_memory(void *data)
{
	struct unmapper *u = data;
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(AT, SZ_64K);
	struct drm_cnova_vm_bind args = cnova_bind_args(u->vm, &op, 1, &u->in, u->has_in);
	int file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	char text[16] = "";

	if (u->has_in)
		args.flags = DRM_CNOVA_VM_BIND_ASYNC;
	/* Two copies come before it, three with a sync: arguments, operation, sync. */
	if (pwrite(file, u->has_in ? "4" : "3", 1, 0) == 1)
		u->err = ioctl(u->vm->fd, DRM_IOCTL_CNOVA_VM_BIND, &args) ? -errno : 0;
	u->injected = pread(file, text, sizeof(text) - 1, 0) > 0 && !atoi(text);
	close(file);
	u->done = true;
	return NULL;
}

static uint32_t map_behind(struct cnova_world *w, struct cnova_cork *cork)
{
	struct drm_cnova_vm_bind_op op = cnova_op_map(&w->bo[1], 0, AT, SZ_64K, 0);
	uint32_t in = cnova_cork_syncobj(cork, w->fd);
	struct drm_cnova_sync sync = cnova_wait(in, 0);

	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, &sync, 1), 0);
	return in;
}

static void start(struct unmapper *u)
{
	igt_assert_eq(pthread_create(&u->thread, NULL, unmap_without_memory, u), 0);
	usleep(200000);
	igt_assert(!u->done);
}

static void test_corked(int fd)
{
	struct cnova_world *w = begin(fd);
	struct unmapper u = { .vm = &w->vm };
	struct cnova_cork cork;

	igt_set_timeout(20, "an unmap behind a fence");
	/* A map that is pending. */
	cnova_cork_init(&cork);
	map_behind(w, &cork);
	start(&u);
	cnova_cork_pull(&cork);
	pthread_join(u.thread, NULL);
	igt_assert_eq(u.err, 0);
	igt_assert(u.injected);
	cnova_world_check_all(w);
	cnova_cork_fini(&cork);

	/* A fence of its own, and memory that it must not take before. */
	cnova_cork_init(&cork);
	cnova_world_map(w, &w->bo[1], 0, AT, SZ_64K, 0);
	u = (struct unmapper){ .vm = &w->vm, .has_in = true };
	u.in = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	start(&u);
	cnova_world_check_all(w);
	cnova_cork_pull(&cork);
	pthread_join(u.thread, NULL);
	igt_assert_eq(u.err, 0);
	igt_assert(u.injected);
	cnova_oracle_apply(&w->oracle, &(struct drm_cnova_vm_bind_op)
			   { .op = DRM_CNOVA_VM_BIND_OP_UNMAP, .va = AT, .range = SZ_64K });
	cnova_world_check_all(w);
	cnova_cork_fini(&cork);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

static void test_corked_destroy(int fd)
{
	struct cnova_world *w = begin(fd);
	struct unmapper u = { .vm = &w->vm };
	struct cnova_cork cork;

	igt_set_timeout(20, "the end of a VM");
	cnova_cork_init(&cork);
	map_behind(w, &cork);
	start(&u);
	cnova_vm_destroy(w->fd, w->vm.id);
	pthread_join(u.thread, NULL);
	igt_assert_f(u.err == -ECANCELED || u.err == -ENOENT, "%s\n", strerror(-u.err));
	igt_assert(u.injected);
	close(w->vm.eye);
	close(w->vm.dir);
	cnova_vm_init(&w->vm, w->fd);
	cnova_cork_fini(&cork);
	igt_reset_timeout();
	cnova_world_destroy(w);
}

int igt_main()
{
	static const char * const maps[] = { "page", "split", "sparse", "array", "syncs" };
	static const char * const unmaps[] = {
		"whole", "middle", "edges", "sparse", "all", "array", "syncs",
	};
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		cnova_nth_begin();
	}

	igt_describe("No allocation of VM_CREATE may fail badly.");
	igt_subtest("vm-create")
		test_vm_create(fd);

	igt_describe("No allocation of GEM_CREATE may fail badly.");
	igt_subtest("gem-create-vram")
		test_gem_create(fd, DRM_CNOVA_GEM_VRAM);
	igt_describe("No allocation of GEM_CREATE may fail badly, pages included.");
	igt_subtest("gem-create-system")
		test_gem_create(fd, 0);
	igt_describe("No allocation of GEM_CREATE may fail badly, with an address space.");
	igt_subtest("gem-create-private")
		test_gem_create(fd, DRM_CNOVA_GEM_VRAM | DRM_CNOVA_GEM_VM_PRIVATE);

	igt_describe("No allocation of GEM_MMAP_OFFSET may fail badly.");
	igt_subtest("gem-mmap-offset")
		test_gem_mmap_offset(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(maps); i++) {
		igt_describe("A map that fails for memory changes nothing.");
		igt_subtest_f("map-%s", maps[i])
			test_map(fd, maps[i]);
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(unmaps); i++) {
		igt_describe("An unmap does not fail for memory.");
		igt_subtest_f("unmap-%s", unmaps[i])
			test_unmap(fd, unmaps[i]);
	}

	igt_describe("An unmap without memory comes after what was before it.");
	igt_subtest("corked")
		test_corked(fd);

	igt_describe("An unmap without memory does not hold up the end of its VM.");
	igt_subtest("corked-destroy") {
		cnova_require_endless_cork();
		test_corked_destroy(fd);
	}

	igt_fixture() {
		cnova_nth_end();
		drm_close_driver(fd);
	}
}
