// SPDX-License-Identifier: GPL-2.0-only
/*
 * What binds of several queues, and executions, wait for. Numbers in brackets are rules
 * of the VM_BIND contract.
 */

#include <linux/dma-fence.h>
#include <linux/prandom.h>

#include "drm/order.h"
#include "drm/resize.h"
#include "tests/vm_fixture.h"

#define NR_QUEUES	4
#define PAGES		48

static void new_queues(struct kunit *test, u32 queue[NR_QUEUES])
{
	struct vm_fixture *fix = test->priv;

	for (u32 i = 0; i < NR_QUEUES; i++) {
		mutex_lock(&fix->vm->submit_lock);
		KUNIT_ASSERT_EQ(test, cnova_bind_queue_create(fix->vm, false, &queue[i]), 0);
		mutex_unlock(&fix->vm->submit_lock);
	}
}

static struct cnova_bind_job *queue_job(struct kunit *test, u32 queue, u32 type,
					struct cnova_bo *bo, u64 va, u64 range)
{
	struct cnova_bind_job *job = vm_new_empty_job(test, queue, 1);

	vm_set_op(test, job, 0, type, bo, va, range);
	return job;
}

static struct cnova_bind_job *last_overlap(struct cnova_bind_queue *queue,
					   const struct cnova_bind_job *job)
{
	struct cnova_bind_job *last;

	mutex_lock(&job->vm->vmm.lock);
	last = cnova_order_last_overlap_locked(queue, job);
	mutex_unlock(&job->vm->vmm.lock);
	return last;
}

/* --------------------------------------------------------- by the definition */

static u32 op_nr_ranges(const struct cnova_bind_op *op)
{
	return op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL ? op->nr_ranges : 1;
}

static struct cnova_pt_range op_range(const struct cnova_bind_op *op, u32 i)
{
	if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL)
		return op->ranges[i];
	return (struct cnova_pt_range){ op->start, op->last + 1 };
}

static bool ops_overlap(const struct cnova_bind_op *a, const struct cnova_bind_op *b)
{
	for (u32 i = 0; i < op_nr_ranges(a); i++) {
		for (u32 k = 0; k < op_nr_ranges(b); k++) {
			struct cnova_pt_range l = op_range(a, i), r = op_range(b, k);

			if (l.start < r.end && r.start < l.end)
				return true;
		}
	}
	return false;
}

static bool jobs_overlap(const struct cnova_bind_job *a, const struct cnova_bind_job *b)
{
	for (u32 i = 0; i < a->nr_ops; i++)
		for (u32 k = 0; k < b->nr_ops; k++)
			if (ops_overlap(&a->ops[i], &b->ops[k]))
				return true;
	return false;
}

/* The objects of all maps that are there or pending in the ranges, and no others. */
static bool job_may_meet(struct kunit *test, struct cnova_bind_job *job, struct cnova_bo *bo,
			 struct cnova_bo * const *live, struct cnova_bind_job * const *pending,
			 u32 nr)
{
	for (u32 i = 0; i < job->nr_ops; i++) {
		const struct cnova_bind_op *op = &job->ops[i];

		if (op->type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
			if (op->bo == bo)
				return true;
			continue;
		}
		for (u32 page = 0; page < PAGES; page++)
			if (live[page] == bo && op->start <= BASE + page * SZ_4K &&
			    op->last >= BASE + page * SZ_4K)
				return true;
		for (u32 k = 0; k < nr; k++)
			for (u32 o = 0; o < pending[k]->nr_ops; o++)
				if (pending[k]->ops[o].type == DRM_CNOVA_VM_BIND_OP_MAP &&
				    pending[k]->ops[o].bo == bo &&
				    ops_overlap(&pending[k]->ops[o], op))
					return true;
	}
	return false;
}

/* ------------------------------------------------------------------- random */

enum { NR_BOS = 5, MAX_PENDING = 12, MAX_OPS = 4, ROUNDS = 400 };

struct random_order {
	struct rnd_state rnd;
	struct cnova_bo *bo[NR_BOS];
	struct cnova_bo *live[PAGES];
	u32 queue[NR_QUEUES];
	struct cnova_bind_job *pending[MAX_PENDING];
	u32 nr;
};

static u32 below(struct random_order *r, u32 n)
{
	return prandom_u32_state(&r->rnd) % n;
}

static struct cnova_bind_job *random_job(struct kunit *test, struct random_order *r)
{
	static const u32 types[] = {
		DRM_CNOVA_VM_BIND_OP_MAP, DRM_CNOVA_VM_BIND_OP_MAP,
		DRM_CNOVA_VM_BIND_OP_UNMAP, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE,
		DRM_CNOVA_VM_BIND_OP_UNMAP_ALL,
	};
	u32 nr_ops = 1 + below(r, MAX_OPS);
	struct cnova_bind_job *job = vm_new_empty_job(test, r->queue[below(r, NR_QUEUES)],
						      nr_ops);

	for (u32 i = 0; i < nr_ops; i++) {
		u32 type = types[below(r, ARRAY_SIZE(types))];
		u32 at = below(r, PAGES - 6), pages = 1 + below(r, 6);
		bool has_bo = type == DRM_CNOVA_VM_BIND_OP_MAP ||
			      type == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL;

		vm_set_op(test, job, i, type, has_bo ? r->bo[below(r, NR_BOS)] : NULL,
			  (u64)at * SZ_4K, (u64)pages * SZ_4K);
	}
	return job;
}

/* [13] Against each queue, and the exact set against each object. */
static void check_job(struct kunit *test, struct random_order *r, struct cnova_bind_job *job)
{
	for (u32 q = 0; q < NR_QUEUES; q++) {
		struct vm_fixture *fix = test->priv;
		struct cnova_bind_queue *queue = cnova_bind_queue_get(fix->vm, r->queue[q]);
		struct cnova_bind_job *last = NULL;

		/* In the order they came. */
		for (u32 i = 0; i < r->nr; i++)
			if (r->pending[i] != job && r->pending[i]->queue == queue &&
			    jobs_overlap(r->pending[i], job))
				last = r->pending[i];
		if (queue != job->queue)
			KUNIT_EXPECT_PTR_EQ(test, last_overlap(queue, job), last);
		cnova_bind_queue_put(queue);
	}

	for (u32 i = 0; i < NR_BOS; i++)
		KUNIT_EXPECT_EQ(test, vm_set_has(job, r->bo[i]),
				job_may_meet(test, job, r->bo[i], r->live, r->pending, r->nr));
}

/* A job runs out of turn, as one does whose fences come first; or it is killed. */
static void drop_job(struct kunit *test, struct random_order *r, u32 at)
{
	vm_forget(r->pending[at]);
	r->nr--;
	memmove(&r->pending[at], &r->pending[at + 1], (r->nr - at) * sizeof(r->pending[0]));
}

static void order_random_by_definition(struct kunit *test)
{
	struct random_order *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	kunit_info(test, "vm_seed=%lu\n", vm_kunit_seed);
	prandom_seed_state(&r->rnd, vm_kunit_seed);
	new_queues(test, r->queue);
	for (u32 i = 0; i < NR_BOS; i++)
		r->bo[i] = vm_new_bo(test, 0);
	for (u32 i = 0; i < PAGES; i += 3) {
		r->live[i] = r->bo[below(r, NR_BOS)];
		vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, r->live[i],
					    (u64)i * SZ_4K, SZ_4K));
	}

	for (u32 round = 0; round < ROUNDS; round++) {
		struct cnova_bind_job *job;

		while (r->nr && (r->nr == MAX_PENDING || !below(r, 5)))
			drop_job(test, r, below(r, r->nr));

		job = random_job(test, r);
		r->pending[r->nr++] = job;
		vm_collect(test, job);
		check_job(test, r, job);
	}

	while (r->nr)
		drop_job(test, r, below(r, r->nr));
}

/* ------------------------------------------------------------- bounds and cost */

/* Neighbours are one, what lies between two is none of a job's business. */
static void order_spans_are_what_it_takes(struct kunit *test)
{
	struct cnova_bind_job *job, *between;
	u32 queue[NR_QUEUES];

	new_queues(test, queue);
	job = vm_new_empty_job(test, queue[0], 4);
	/* 0-1, 3: the first three in any order. */
	vm_set_op(test, job, 0, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, SZ_4K, SZ_4K);
	vm_set_op(test, job, 1, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 3 * SZ_4K, SZ_4K);
	vm_set_op(test, job, 2, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, 0, SZ_4K);
	vm_set_op(test, job, 3, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, 2 * SZ_4K);
	vm_collect(test, job);
	KUNIT_EXPECT_EQ(test, job->nr_spans, 2);

	between = queue_job(test, queue[1], DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 2 * SZ_4K, SZ_4K);
	vm_collect(test, between);
	KUNIT_EXPECT_NULL(test, last_overlap(job->queue, between));
	vm_forget(between);
	vm_forget(job);
}

/* What is remembered is bounded: a job too many counts as one range. */
static void order_is_kept_beyond_the_bound(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bind_job *job, *between;
	u32 queue[NR_QUEUES];

	new_queues(test, queue);
	mutex_lock(&fix->vm->vmm.lock);
	fix->vm->nr_spans += CNOVA_MAX_PENDING_SPANS - 1;
	mutex_unlock(&fix->vm->vmm.lock);

	job = vm_new_empty_job(test, queue[0], 2);
	vm_set_op(test, job, 0, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, SZ_4K);
	vm_set_op(test, job, 1, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 3 * SZ_4K, SZ_4K);
	vm_collect(test, job);
	KUNIT_EXPECT_EQ(test, job->nr_spans, 1);
	between = queue_job(test, queue[1], DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 2 * SZ_4K, SZ_4K);
	vm_collect(test, between);
	KUNIT_EXPECT_PTR_EQ(test, last_overlap(job->queue, between), job);
	vm_forget(between);
	vm_forget(job);

	mutex_lock(&fix->vm->vmm.lock);
	fix->vm->nr_spans -= CNOVA_MAX_PENDING_SPANS - 1;
	mutex_unlock(&fix->vm->vmm.lock);
	KUNIT_EXPECT_EQ(test, fix->vm->nr_spans, 0);
}

/* Each pending span is looked at once, however many a job has itself. */
static void order_cost_is_linear(struct kunit *test)
{
	enum { NR = 2000 };
	struct vm_fixture *fix = test->priv;
	struct cnova_bind_job *job[2];
	u32 queue[NR_QUEUES];
	u64 before;

	new_queues(test, queue);
	/* Every second page, and those in between: many spans, none of which meet. */
	for (u32 i = 0; i < 2; i++) {
		job[i] = vm_new_empty_job(test, queue[i], NR);
		for (u32 k = 0; k < NR; k++)
			vm_set_op(test, job[i], k, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL,
				  (2 * (u64)k + i) * SZ_4K, SZ_4K);
		vm_collect(test, job[i]);
		KUNIT_EXPECT_EQ(test, job[i]->nr_spans, NR);
	}

	before = fix->vm->nr_spans_seen;
	KUNIT_EXPECT_NULL(test, last_overlap(job[0]->queue, job[1]));
	KUNIT_EXPECT_LE(test, fix->vm->nr_spans_seen - before, NR);
	vm_forget(job[1]);
	vm_forget(job[0]);
}

/* --------------------------------------------------------------- size changes */

static struct dma_fence *submit(struct kunit *test, struct cnova_bind_job *job)
{
	struct vm_fixture *fix = test->priv;
	struct dma_fence *fence = NULL;

	KUNIT_ASSERT_EQ(test, cnova_bind_job_submit(job, &fix->file, &fence), 0);
	return fence;
}

/* Would a later execution have to wait? */
static bool execution_waits(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct dma_fence *fence;
	bool waits;

	dma_resv_lock(fix->vm->root->resv, NULL);
	fence = cnova_exec_resize_fence(fix->vm);
	waits = fence && !dma_fence_is_signaled(fence);
	dma_resv_unlock(fix->vm->root->resv);
	return waits;
}

/*
 * [11] A bind that cuts a leaf waits for each channel, and executions for it; one that
 * does not waits for nobody, nor anybody for it.
 */
static void resize_waits_for_executions(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct vm_exec exec[2];
	struct dma_fence *cut, *again;
	u32 queue[NR_QUEUES];

	new_queues(test, queue);
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, 0, SZ_4M));
	for (u32 i = 0; i < 2; i++)
		vm_exec_begin(test, &exec[i]);

	/* Whole leaves, and where nothing is. */
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, SZ_2M, SZ_2M));
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, SZ_8M, SZ_4K));
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_waits, 0);
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_jobs, 0);
	KUNIT_EXPECT_FALSE(test, execution_waits(test));

	cut = submit(test, queue_job(test, queue[0], DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, SZ_4K));
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_waits, 2);
	KUNIT_EXPECT_TRUE(test, cnova_resize_may_wait(fix->vm));
	KUNIT_EXPECT_TRUE(test, execution_waits(test));

	/* Elsewhere, on another queue: after the first one all the same. */
	again = submit(test, queue_job(test, queue[1], DRM_CNOVA_VM_BIND_OP_UNMAP, NULL,
				       SZ_1M, SZ_4K));
	/* And what changes no size is not held up by either. */
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, SZ_8M, SZ_8K));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(cut));

	dma_fence_signal(&exec[0].fence->base);
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, SZ_8M, SZ_8K));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(cut));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(again));
	dma_fence_signal(&exec[1].fence->base);
	KUNIT_EXPECT_EQ(test, cnova_fence_wait_killable(again), 0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(cut));
	KUNIT_EXPECT_FALSE(test, cnova_resize_may_wait(fix->vm));
	KUNIT_EXPECT_FALSE(test, execution_waits(test));

	dma_fence_put(cut);
	dma_fence_put(again);
	for (u32 i = 0; i < 2; i++)
		vm_exec_end(test, &exec[i]);
}

static struct cnova_bo *new_large_bo(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bo *bo = cnova_bo_create(fix->cnova, SZ_2M, DRM_CNOVA_GEM_VRAM, NULL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bo);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, vm_put_bo, bo), 0);
	return bo;
}

static struct cnova_bind_job *map_capped(struct kunit *test, struct cnova_bo *bo)
{
	struct cnova_bind_job *job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo, 0, SZ_2M);

	job->ops[0].flags = DRM_CNOVA_VM_BIND_CAP_64K;
	return job;
}

/* [11] A map in place of leaves of another size changes it, either way. */
static void resize_compares_leaves(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bo *bo[] = { new_large_bo(test), new_large_bo(test) };
	const struct cnova_resize *resize = &fix->vm->resize;

	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo[0], 0, SZ_2M));
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo[1], 0, SZ_2M));
	KUNIT_EXPECT_EQ(test, resize->nr_jobs, 0);
	vm_run_job(test, map_capped(test, bo[0]));
	KUNIT_EXPECT_EQ(test, resize->nr_jobs, 1);
	vm_run_job(test, map_capped(test, bo[1]));
	KUNIT_EXPECT_EQ(test, resize->nr_jobs, 1);
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo[0], 0, SZ_2M));
	KUNIT_EXPECT_EQ(test, resize->nr_jobs, 2);
}

/*
 * [11] A map in place of a leaf of its size changes none; but it does if a bind that is
 * pending will have cut that leaf.
 */
static void resize_knows_what_is_pending(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bo *bo[] = { new_large_bo(test), new_large_bo(test) };
	struct dma_fence *cut, *over, *gone;
	struct vm_exec exec;
	u32 queue[NR_QUEUES];

	new_queues(test, queue);
	for (u32 i = 0; i < 3; i++)
		vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo[i % 2], 0, SZ_2M));
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo[0], SZ_4M, SZ_2M));
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_jobs, 0);

	vm_exec_begin(test, &exec);
	cut = submit(test, queue_job(test, queue[0], DRM_CNOVA_VM_BIND_OP_UNMAP, NULL,
				     SZ_1M, SZ_64K));
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_jobs, 1);
	over = submit(test, queue_job(test, queue[1], DRM_CNOVA_VM_BIND_OP_MAP, bo[1], 0, SZ_2M));
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_jobs, 2);

	/* One that goes as a whole is not cut. */
	gone = submit(test, queue_job(test, queue[0], DRM_CNOVA_VM_BIND_OP_UNMAP, NULL,
				      SZ_4M, SZ_2M));
	dma_fence_put(submit(test, queue_job(test, queue[1], DRM_CNOVA_VM_BIND_OP_MAP, bo[1],
					     SZ_4M, SZ_2M)));
	KUNIT_EXPECT_EQ(test, fix->vm->resize.nr_jobs, 2);

	dma_fence_signal(&exec.fence->base);
	KUNIT_EXPECT_EQ(test, cnova_fence_wait_killable(gone), 0);
	dma_fence_put(gone);
	KUNIT_EXPECT_EQ(test, cnova_fence_wait_killable(over), 0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(cut));

	vm_exec_end(test, &exec);
	dma_fence_put(over);
	dma_fence_put(cut);
}

static struct kunit_case order_kunit_cases[] = {
	KUNIT_CASE_SLOW(order_random_by_definition),
	KUNIT_CASE(order_spans_are_what_it_takes),
	KUNIT_CASE(order_is_kept_beyond_the_bound),
	KUNIT_CASE(order_cost_is_linear),
	KUNIT_CASE(resize_waits_for_executions),
	KUNIT_CASE(resize_compares_leaves),
	KUNIT_CASE(resize_knows_what_is_pending),
	{}
};

static struct kunit_suite order_kunit_suite = {
	.name = "cnova_order",
	.init = vm_fixture_init,
	.exit = vm_fixture_exit,
	.test_cases = order_kunit_cases,
};

kunit_test_suite(order_kunit_suite);
