// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <stdlib.h>

#include "queue.h"
#include "random.h"

/**
 * TEST: cnova vm death
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: VM bind
 * Description: The hardware fails at each step of a bind: at its first access, at its second,
 *	and so on until the bind is done before (contract rules 16, 17, 19 and 22). Each time
 *	its fence tells the error, what is queued behind it is cancelled and touches nothing,
 *	later calls are refused, what the VM had is withheld, and another VM is as it was. Needs
 *	the software model, which can be told to.
 *
 * SUBTEST: gone-%s
 * Description: The device leaves the bus at each access of %arg[1], and comes back.
 *
 * SUBTEST: ack-lost-%s
 * Description: The acknowledge of each invalidate of %arg[1] is lost.
 *
 * SUBTEST: stuck-%s
 * Description: The invalidate unit stops at each invalidate of %arg[1]: all VMs are dead, and
 *	binding the driver again makes all well.
 *
 * arg[1]:
 *
 * @map: a map where nothing is
 * @unmap: an unmap of two objects
 * @split: an unmap of a page out of a large leaf, which changes its size
 *
 * SUBTEST: window-%s
 * Description: The PRAMIN window stops at each move of %arg[1], on a GPU without BAR1, whose page
 *	tables are written through it. Nothing is stored where it happens to be, and as nobody
 *	knows what tables lack, all VMs are dead (rule 17); binding the driver again makes all
 *	well.
 *
 * arg[1]:
 *
 * @map: a map that needs tables far from those that there are
 * @holes: an unmap of a page in each of two tables far from each other
 */

#define HANG_SECONDS	120
#define NR_OUT		4
#define MAX_OPS		3

/*
 * So many tables of 4 KiB and more are in between, one for each 2 MiB, that the window does not
 * show those before and those behind at once.
 */
#define NR_BETWEEN	300
#define VA_BETWEEN	(CNOVA_VA + 0x80000000ull)

/* What others see of a VM that is not to be harmed. */
struct witness {
	struct cnova_vm vm;
	struct cnova_bo bo;
};

struct job {
	const char *name;
	/* Accesses: fewer means that the knob is not met where it should. */
	unsigned int min_accesses;
	/* Of the window, where that is used. */
	unsigned int min_moves;
	unsigned int invalidates;
	unsigned int nr_before, nr;
	struct drm_cnova_vm_bind_op before[MAX_OPS], ops[MAX_OPS];
};

struct fault {
	const char *knob;
	/* Of the fence, of the VM, and of what comes later. */
	int fence, state, later;
	bool wedges;
};

static const struct fault gone = { "gone", -ENODEV, ENODEV, -ENOENT, false };
static const struct fault ack_lost = { "ack_lost", -EIO, ETIMEDOUT, -ENOENT, false };
static const struct fault stuck = { "trigger_stuck", -EIO, EIO, -ENODEV, true };
static const struct fault window = { "window_stuck", -EIO, EIO, -ENODEV, true };

/* Without BAR1 the CPU cannot map VRAM. */
static uint32_t memory;

/* Also when a test fails: nobody else wants these. */
static void turn_off(__attribute__((unused)) int sig)
{
	cnova_model_try("arm", "none");
	cnova_model_try("gone", "0");
	cnova_model_try("ack_lost", "0");
	cnova_model_try("trigger_stuck", "0");
	cnova_model_try("window_stuck", "0");
}

/* ------------------------------------------------------------------------- the job */

/* Of what @w has: 2 objects, the first with a large leaf. */
static struct job make_job(struct cnova_world *w, const char *name)
{
	struct job job = {
		.name = name, .min_accesses = 6, .min_moves = 2, .invalidates = 1, .nr = 1,
	};

	if (!strcmp(name, "map")) {
		job.ops[0] = cnova_op_map(&w->bo[1], 0, CNOVA_VA + SZ_64K, SZ_64K, 0);
		return job;
	}

	job.nr_before = 2;
	job.before[0] = cnova_op_map(&w->bo[0], 0, CNOVA_VA + SZ_2M, SZ_2M, 0);
	job.before[1] = cnova_op_map(&w->bo[1], 0, CNOVA_VA + 2 * SZ_2M, SZ_64K, 0);
	if (!strcmp(name, "unmap")) {
		job.ops[0] = cnova_op_unmap(CNOVA_VA, 3 * SZ_2M);
	} else if (!strcmp(name, "holes")) {
		job.nr = 2;
		job.ops[0] = cnova_op_unmap(CNOVA_VA + SZ_2M, SZ_4K);
		job.ops[1] = cnova_op_unmap(CNOVA_VA + 2 * SZ_2M, SZ_4K);
	} else {
		job.invalidates = 2;
		job.ops[0] = cnova_op_unmap(CNOVA_VA + SZ_2M + SZ_1M, SZ_4K);
	}
	return job;
}

/* Tables that nobody looks at, between those of what was bound before and what will be. */
static void put_between(struct cnova_world *w)
{
	static struct drm_cnova_vm_bind_op op[NR_BETWEEN];
	struct drm_cnova_vm_bind args = cnova_bind_args(&w->vm, op, NR_BETWEEN, NULL, 0);

	for (unsigned int i = 0; i < NR_BETWEEN; i++)
		op[i] = cnova_op_map(&w->bo[1], 0, VA_BETWEEN + i * SZ_2M, SZ_4K, 0);
	/* Directories are before them, whatever the order in which one call makes its tables. */
	igt_assert_eq(__cnova_bind_one(&w->vm, &op[0]), 0);
	igt_assert_eq(__cnova_bind(w->fd, &args), 0);
}

static void take_between(struct cnova_world *w)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(VA_BETWEEN, NR_BETWEEN * SZ_2M);

	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
}

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w = cnova_world_create(fd, CNOVA_VA, 4 * SZ_2M);

	w->oracle.sample = 64;
	cnova_world_bo(w, SZ_2M, memory);
	cnova_world_bo(w, SZ_64K, 0);
	return w;
}

/* Not cnova_world_destroy(): what is withheld stays in the TLB. */
static void finish_dead(struct cnova_world *w)
{
	for (unsigned int i = 0; i < w->nr_bos; i++)
		cnova_bo_fini(&w->bo[i]);
	cnova_oracle_fini(&w->oracle);
	close(w->vm.eye);
	close(w->vm.dir);
	drm_close_driver(w->fd);
	w->fd = -1;
	cnova_model_check_violations();
}

/*
 * The job waits for @first. Behind it stand, on its queue, one that waits for @never and one
 * that waits for nothing; and on another queue one that waits for @never.
 */
static void queue_binds(struct cnova_world *w, const struct job *job, struct cnova_cork *first,
			struct cnova_cork *never, struct drm_cnova_sync out[NR_OUT])
{
	const struct drm_cnova_vm_bind_op later =
		cnova_op_map(&w->bo[1], 0, CNOVA_VA + 3 * SZ_2M, SZ_64K, 0);
	uint32_t queue = cnova_queue_create(w);

	for (int i = 0; i < NR_OUT; i++) {
		struct cnova_cork *cork = i ? never : first;
		struct drm_cnova_sync syncs[2] = { out[i] = cnova_new_signal(w) };
		bool waits = i != 2;

		if (waits)
			syncs[1] = cnova_wait(cnova_cork_syncobj(cork, w->fd), 0);
		cnova_queue_bind(w, i == 3 ? queue : 0, i ? &later : job->ops, i ? 1 : job->nr,
				 syncs, 1 + waits);
	}
}

/* What the driver has done to the hardware so far, but for looking. */
static uint64_t touched(int fd)
{
	static const char * const names[] = {
		"wr32", "pramin_wr64", "pramin_wr", "window_move", "invalidate", "bar1_bytes",
		"bar1_wr64",
	};
	uint64_t sum = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		sum += cnova_counter(fd, names[i]);
	return sum;
}

static bool has_bar1(void)
{
	char *text = cnova_read_text(AT_FDCWD, "/sys/module/cnova_sim/parameters/bar1_mib");
	bool has;

	igt_assert(text);
	has = atoi(text);
	free(text);
	return has;
}

/* ------------------------------------------------------------------------ the other */

static void witness_init(struct witness *other, int fd)
{
	struct drm_cnova_vm_bind_op op;
	int own = drm_reopen_driver(fd);

	cnova_vm_init(&other->vm, own);
	cnova_bo_init(&other->bo, own, SZ_64K, memory);
	op = cnova_op_map(&other->bo, 0, CNOVA_VA, SZ_64K, 0);
	igt_assert_eq(__cnova_bind_one(&other->vm, &op), 0);
}

static void witness_fini(struct witness *other)
{
	int own = other->vm.fd;

	cnova_bo_fini(&other->bo);
	cnova_vm_fini(&other->vm);
	drm_close_driver(own);
}

/* On a device that is wedged it can do nothing any more (rule 17). */
static void witness_expect_dead(struct witness *other)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_64K);

	igt_assert_eq(__cnova_bind_one(&other->vm, &op), -ENODEV);
}

/* It has what it had, and can do what it could. */
static void witness_check(struct witness *other)
{
	struct drm_cnova_vm_bind_op op =
		cnova_op_map(&other->bo, 0, CNOVA_VA + SZ_2M, SZ_64K, 0);

	for (uint64_t at = 0; at < SZ_64K; at += SZ_4K)
		cnova_eye_expect(&other->vm, CNOVA_VA + at, &other->bo, at);
	cnova_eye_expect_fault(&other->vm, CNOVA_VA + SZ_64K);
	igt_assert_eq(__cnova_bind_one(&other->vm, &op), 0);
	cnova_eye_expect(&other->vm, CNOVA_VA + SZ_2M, &other->bo, 0);
	op = cnova_op_unmap(CNOVA_VA + SZ_2M, SZ_64K);
	igt_assert_eq(__cnova_bind_one(&other->vm, &op), 0);
	cnova_eye_expect_fault(&other->vm, CNOVA_VA + SZ_2M);
}

/* ---------------------------------------------------------------------------- deaths */

static void arm(const struct fault *fault, unsigned int k)
{
	char text[32];

	snprintf(text, sizeof(text), "%s:%u", fault->knob, k);
	cnova_model_set("ack_delay_ms", "2100");
	cnova_model_set("arm", text);
}

static void expect_alive(struct cnova_world *w, const struct job *job,
			 const struct fault *fault, struct cnova_cork *never,
			 const struct drm_cnova_sync out[NR_OUT])
{
	const struct drm_cnova_vm_bind_op later =
		cnova_op_map(&w->bo[1], 0, CNOVA_VA + 3 * SZ_2M, SZ_64K, 0);

	turn_off(0);
	cnova_world_apply(w, job->ops, job->nr);
	cnova_cork_pull(never);
	for (int i = 1; i < NR_OUT; i++)
		cnova_expect_done(w, out[i]);
	if (fault == &window)
		take_between(w);
	cnova_world_apply(w, &later, 1);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void expect_dead(struct cnova_world *w, const struct fault *fault,
			const struct drm_cnova_sync out[NR_OUT])
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA, SZ_4K);
	uint64_t before = touched(w->fd), withheld;
	struct drm_cnova_vm_get_state state;

	igt_assert_eq(cnova_syncobj_status(w->fd, out[0].handle, 0), fault->fence);
	/* [19] Cancelled, though what they wait for never comes, and nothing is touched. */
	for (int i = 1; i < NR_OUT; i++) {
		igt_assert_eq(cnova_syncobj_wait(w->fd, out[i].handle, 0, 10000), 0);
		igt_assert_eq(cnova_syncobj_status(w->fd, out[i].handle, 0), -ECANCELED);
	}
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), fault->later);
	igt_assert_eq_u64(touched(w->fd), before);
	igt_assert_eq(__cnova_vm_get_state(w->fd, w->vm.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_DEAD);
	igt_assert_eq(state.error, fault->state);

	/* [17] Its tables too are withheld when it goes, wherever the device is. */
	turn_off(0);
	withheld = cnova_quarantined(w->fd);
	cnova_vm_destroy(w->fd, w->vm.id);
	igt_assert_lte_u64(withheld + SZ_4K, cnova_quarantined(w->fd));
	finish_dead(w);
}

/* Return: whether the job met it. */
static bool die_at(int fd, struct witness *other, const char *name, const struct fault *fault,
		   unsigned int k)
{
	struct cnova_world *w = prepare(fd);
	struct job job = make_job(w, name);
	struct cnova_cork first, never;
	struct drm_cnova_sync out[NR_OUT];
	bool met;

	cnova_cork_init(&first);
	cnova_cork_init(&never);
	for (unsigned int i = 0; i < job.nr_before; i++) {
		if (i && fault == &window)
			put_between(w);
		cnova_world_bind(w, &job.before[i], 1);
	}
	if (!job.nr_before && fault == &window)
		put_between(w);
	queue_binds(w, &job, &first, &never, out);
	/* So that the window is somewhere else. */
	witness_check(other);
	arm(fault, k);
	cnova_cork_pull(&first);
	igt_assert_eq(cnova_syncobj_wait(w->fd, out[0].handle, 0, 20000), 0);
	met = cnova_syncobj_status(w->fd, out[0].handle, 0) != 1;
	if (met)
		expect_dead(w, fault, out);
	else
		expect_alive(w, &job, fault, &never, out);
	cnova_cork_fini(&first);
	cnova_cork_fini(&never);
	turn_off(0);
	return met;
}

static void test_death(int *fd, const char *name, const struct fault *fault)
{
	struct cnova_world *w;
	struct job job;
	unsigned int k = 0;
	struct witness other;

	cnova_require_endless_cork();
	igt_require_f(fault != &window || !has_bar1(), "page tables are written through BAR1\n");
	memory = fault == &window ? 0 : DRM_CNOVA_GEM_VRAM;
	/* What others have left withheld is not to be in the way. */
	cnova_bind_again(fd);
	w = prepare(*fd);
	job = make_job(w, name);
	cnova_world_destroy(w);
	igt_set_timeout(HANG_SECONDS, "a VM that is dead");
	igt_emit_ignore_dmesg_regex("no acknowledge of a TLB|is dead: |is wedged|does not move");
	witness_init(&other, *fd);
	while (die_at(*fd, &other, name, fault, k + 1)) {
		k++;
		if (fault->wedges) {
			witness_expect_dead(&other);
			witness_fini(&other);
			cnova_bind_again(fd);
			witness_init(&other, *fd);
		} else {
			witness_check(&other);
		}
	}
	witness_check(&other);
	witness_fini(&other);
	igt_info("%s: %u steps, dead at each\n", igt_subtest_name(), k);
	if (fault == &gone)
		igt_assert_lte(job.min_accesses, k);
	else if (fault == &window)
		igt_assert_lte(job.min_moves, k);
	else
		igt_assert_eq(k, job.invalidates);
	igt_reset_timeout();
	cnova_model_check_violations();
}

int igt_main()
{
	static const char * const jobs[] = { "map", "unmap", "split" };
	static const char * const window_jobs[] = { "map", "holes" };
	static int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(cnova_has_model(), "silicon cannot be told to fail\n");
		igt_install_exit_handler(turn_off);
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++) {
		igt_describe("The device is gone at each access of a bind.");
		igt_subtest_f("gone-%s", jobs[i])
			test_death(&fd, jobs[i], &gone);
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++) {
		igt_describe("The acknowledge of each invalidate of a bind is lost.");
		igt_subtest_f("ack-lost-%s", jobs[i])
			test_death(&fd, jobs[i], &ack_lost);
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++) {
		igt_describe("The invalidate unit stops at each invalidate of a bind.");
		igt_subtest_f("stuck-%s", jobs[i])
			test_death(&fd, jobs[i], &stuck);
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(window_jobs); i++) {
		igt_describe("The window stops at each of its moves in a bind.");
		igt_subtest_f("window-%s", window_jobs[i])
			test_death(&fd, window_jobs[i], &window);
	}

	igt_fixture() {
		/* What is withheld by now comes back. */
		turn_off(0);
		cnova_bind_again(&fd);
		drm_close_driver(fd);
	}
}
