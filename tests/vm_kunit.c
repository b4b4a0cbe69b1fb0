// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which objects a bind locks, and what is left when an address space ends.
 *
 * Runs on the device that cnova_sim made, through the functions that the ioctl
 * uses; skipped where there is none. Numbers in brackets are rules of the
 * VM_BIND contract.
 */

#include <linux/completion.h>
#include <linux/prandom.h>

#include "tests/vm_fixture.h"

#define MANY		300

/* The set holds what is in the ranges, however many objects the VM knows. */
static void exec_set_is_independent_of_vm_size(struct kunit *test)
{
	struct cnova_bo *here = vm_new_bo(test, 0), *there = vm_new_bo(test, 0);
	struct cnova_bo *over = vm_new_bo(test, 0);
	struct cnova_bind_job *job;

	vm_map_bo(test, here, 0);
	vm_map_bo(test, there, STRIDE);

	for (u32 nr = 2; nr <= MANY; nr++) {
		if (nr == 10 || nr == MANY) {
			job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, over, 0, BO_SIZE);
			vm_collect(test, job);
			KUNIT_EXPECT_EQ(test, job->set.nr, 2);
			KUNIT_EXPECT_TRUE(test, vm_set_has(job, here));
			KUNIT_EXPECT_TRUE(test, vm_set_has(job, over));
			KUNIT_EXPECT_FALSE(test, job->set.has_private);
			vm_forget(job);
		}
		vm_map_bo(test, vm_new_bo(test, 0), (u64)nr * STRIDE);
	}
}

/* [9, 13] What a bind that has not run will map is locked like what is mapped. */
static void exec_set_has_pending_objects(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0);
	struct cnova_bind_job *map, *unmap;

	map = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo, 0, BO_SIZE);
	vm_collect(test, map);

	unmap = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, SZ_4K);
	vm_collect(test, unmap);
	KUNIT_EXPECT_EQ(test, unmap->set.nr, 1);
	KUNIT_EXPECT_TRUE(test, vm_set_has(unmap, bo));
	vm_forget(unmap);

	/* The first one is killed: nothing is pending, nothing is locked. */
	vm_forget(map);
	unmap = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, SZ_4K);
	vm_collect(test, unmap);
	KUNIT_EXPECT_EQ(test, unmap->set.nr, 0);
	vm_forget(unmap);
}

/* The union, not the projection: an unmap that waits does not hide the mapping. */
static void exec_set_has_objects_that_an_unmap_will_remove(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0);
	struct cnova_bind_job *first, *second;

	vm_map_bo(test, bo, 0);
	first = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, BO_SIZE);
	vm_collect(test, first);
	second = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, BO_SIZE);
	vm_collect(test, second);
	KUNIT_EXPECT_TRUE(test, vm_set_has(second, bo));
	vm_forget(second);
	vm_forget(first);
}

/* An object that is mapped many times is locked once. */
static void exec_set_has_each_object_once(struct kunit *test)
{
	struct cnova_bo *a = vm_new_bo(test, 0), *b = vm_new_bo(test, 0);
	struct cnova_bind_job *job;

	for (u32 i = 0; i < 8; i++)
		vm_map_bo(test, i & 1 ? a : b, (u64)i * BO_SIZE);

	job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, 8 * BO_SIZE);
	vm_collect(test, job);
	KUNIT_EXPECT_EQ(test, job->set.nr, 2);
	vm_forget(job);
}

/* Private objects share the VM's lock: not in the set, but the VM gets the fence. */
static void exec_set_marks_private_objects(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, DRM_CNOVA_GEM_VM_PRIVATE);
	struct cnova_bind_job *job;

	vm_map_bo(test, bo, 0);
	job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, BO_SIZE);
	vm_collect(test, job);
	KUNIT_EXPECT_EQ(test, job->set.nr, 0);
	KUNIT_EXPECT_TRUE(test, job->set.has_private);
	vm_forget(job);
}

/* Unmap-all finds what is mapped and what is pending, and nothing of others. */
static void unmap_all_covers_live_and_pending(struct kunit *test)
{
	struct cnova_bo *bo = vm_new_bo(test, 0), *other = vm_new_bo(test, 0);
	struct cnova_bind_job *map, *all;

	vm_map_bo(test, bo, STRIDE);
	vm_map_bo(test, other, 2 * STRIDE);
	map = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, bo, 5 * STRIDE, BO_SIZE);
	vm_collect(test, map);

	all = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP_ALL, bo, 0, 0);
	vm_collect(test, all);
	KUNIT_EXPECT_EQ(test, all->ops[0].nr_ranges, 2);
	KUNIT_EXPECT_EQ(test, all->ops[0].start, BASE + STRIDE);
	KUNIT_EXPECT_EQ(test, all->ops[0].last, BASE + 5 * STRIDE + BO_SIZE - 1);
	KUNIT_EXPECT_EQ(test, all->set.nr, 1);
	KUNIT_EXPECT_TRUE(test, vm_set_has(all, bo));
	vm_forget(all);
	vm_forget(map);
}

/* Would an unmap of [@start, @end) be ordered against executions? */
static bool unmap_may_resize(struct kunit *test, u64 start, u64 end)
{
	struct cnova_bind_job *job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, start,
					     end - start);
	struct cnova_op_view view;
	struct cnova_pt_op pt_op;
	bool may_resize;

	vm_collect(test, job);
	mutex_lock(&job->vm->submit_lock);
	cnova_pending_describe(job, &pt_op, &view);
	mutex_unlock(&job->vm->submit_lock);
	may_resize = job->pt.may_resize;
	vm_forget(job);
	return may_resize;
}

/*
 * DESIGN 5: a job may change the size of a leaf if a mapping, live or pending, could own
 * one that is cut; which sizes there are is the chip's.
 */
static void cuts_of_leaves_are_size_changes(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	bool has_512m = fix->cnova->mm.chip->fmt->level[CNOVA_PT_PDE1].leaf;
	struct cnova_bind_job *pending;
	const u64 va = SZ_1G, end = 2ULL * SZ_1G, odd = 3ULL * SZ_1G + SZ_64K;

	/* Sparse mappings need no memory, and what they cover is all that counts. */
	vm_run_job(test, vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, va, end - va));
	KUNIT_EXPECT_FALSE(test, unmap_may_resize(test, va, end));
	KUNIT_EXPECT_TRUE(test, unmap_may_resize(test, va + SZ_4K, end));
	KUNIT_EXPECT_TRUE(test, unmap_may_resize(test, va, va + SZ_64K));
	KUNIT_EXPECT_EQ(test, unmap_may_resize(test, va + SZ_2M, end), has_512m);
	KUNIT_EXPECT_EQ(test, unmap_may_resize(test, va, end - SZ_2M), has_512m);
	KUNIT_EXPECT_FALSE(test, unmap_may_resize(test, va + SZ_512M, end));

	/* Pending ones too; a slot that is not all covered has no leaf of its size. */
	pending = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, NULL, odd, SZ_1M);
	vm_collect(test, pending);
	KUNIT_EXPECT_FALSE(test, unmap_may_resize(test, odd, odd + SZ_64K));
	KUNIT_EXPECT_TRUE(test, unmap_may_resize(test, odd, odd + SZ_4K));
	vm_forget(pending);
	KUNIT_EXPECT_FALSE(test, unmap_may_resize(test, odd, odd + SZ_4K));
}

/* Sets of random jobs against the definition, item by item. */
static void exec_set_random_is_exact(struct kunit *test)
{
	enum { NR_BOS = 6, SLOTS = 24, ROUNDS = 120 };
	struct cnova_bo *bos[NR_BOS], *slot[SLOTS] = {};
	struct rnd_state rnd;

	kunit_info(test, "vm_seed=%lu\n", vm_kunit_seed);
	prandom_seed_state(&rnd, vm_kunit_seed);
	for (u32 i = 0; i < NR_BOS; i++)
		bos[i] = vm_new_bo(test, 0);

	for (u32 round = 0; round < ROUNDS; round++) {
		u32 at = prandom_u32_state(&rnd) % SLOTS;
		u32 nr = 1 + prandom_u32_state(&rnd) % (SLOTS - at);
		struct cnova_bo *bo = bos[prandom_u32_state(&rnd) % NR_BOS];
		struct cnova_bind_job *job;

		job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, (u64)at * BO_SIZE,
				 (u64)nr * BO_SIZE);
		vm_collect(test, job);
		for (u32 i = 0; i < NR_BOS; i++) {
			bool expected = false;

			for (u32 s = at; s < at + nr; s++)
				expected |= slot[s] == bos[i];
			KUNIT_EXPECT_EQ_MSG(test, vm_set_has(job, bos[i]), expected, "round %u",
					    round);
		}
		vm_forget(job);

		vm_map_bo(test, bo, (u64)at * BO_SIZE);
		slot[at] = bo;
	}
}

/*
 * Maps that lie in each other: what the innermost leaves is looked at once, not once for
 * each map around it; and all of it is bound, pieces too.
 */
static void nested_maps_are_bound_in_one_go(struct kunit *test)
{
	enum { NR = 100 };
	struct vm_fixture *fix = test->priv;
	const struct cnova_pt_range all = { BASE, BASE + 2 * NR * SZ_4K };
	struct cnova_bind_job *job = vm_new_empty_job(test, 0, NR);
	struct cnova_bo *bo;
	struct drm_gpuva *va;
	u32 nr = 0;

	bo = cnova_bo_create(fix->cnova, all.end - all.start, 0, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bo);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, vm_put_bo, bo), 0);
	for (u32 i = 0; i < NR; i++)
		vm_set_op(test, job, i, DRM_CNOVA_VM_BIND_OP_MAP, bo, (u64)i * SZ_4K,
			  2 * (u64)(NR - i) * SZ_4K);
	vm_run_job(test, job);
	KUNIT_EXPECT_EQ(test, fix->vm->nr_marked, 2 * NR - 1);

	mutex_lock(&fix->vm->vmm.lock);
	drm_gpuvm_for_each_va_range(va, &fix->vm->base, all.start, all.end) {
		KUNIT_EXPECT_TRUE(test, to_cnova_va(va)->bound);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, 2 * NR - 1);
	mutex_unlock(&fix->vm->vmm.lock);
}

/* [16, 22] Nothing is left: VRAM, mappings, references. */
static void vm_close_gives_everything_back(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	u64 before, after;
	struct cnova_bo *bo;

	vm_fixture_close(fix);
	before = cnova_vram_free_bytes(&fix->cnova->mm.vram);

	fix->vm = cnova_vm_create(fix->cnova, &fix->file);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fix->vm));
	bo = cnova_bo_create(fix->cnova, BO_SIZE, DRM_CNOVA_GEM_VRAM, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bo);
	for (u32 i = 0; i < 20; i++)
		vm_map_bo(test, bo, (u64)i * SZ_1G);
	/* The mappings keep it. */
	drm_gem_object_put(&bo->ttm.base);
	KUNIT_EXPECT_LT(test, cnova_vram_free_bytes(&fix->cnova->mm.vram), before);

	vm_fixture_close(fix);
	after = cnova_vram_free_bytes(&fix->cnova->mm.vram);
	KUNIT_EXPECT_EQ(test, after, before);
}

/* [22] Closing twice, and a bind afterwards, are harmless. */
static void vm_close_twice_and_bind_after(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_bind_job *job;
	struct dma_fence *fence;

	job = vm_new_job(test, DRM_CNOVA_VM_BIND_OP_UNMAP, NULL, 0, SZ_4K);
	cnova_vm_close(fix->vm);
	cnova_vm_close(fix->vm);
	KUNIT_EXPECT_EQ(test, cnova_bind_job_submit(job, &fix->file, &fence), -ENOENT);
	cnova_bind_job_destroy(job);
}

/* Somebody who makes an address space while the test holds something. */
struct vm_maker {
	struct work_struct work;
	struct completion done;
	struct cnova_device *cnova;
	struct drm_file file;
	struct cnova_vm *vm;
};

static void vm_make(struct work_struct *work)
{
	struct vm_maker *maker = container_of(work, struct vm_maker, work);

	maker->vm = cnova_vm_create(maker->cnova, &maker->file);
	complete(&maker->done);
}

/*
 * [6] No room for page tables while others hold what there is: VM_CREATE waits for them, and
 * tries again alone.
 */
static void vm_create_waits_for_room(struct kunit *test)
{
	struct vm_maker *maker = kunit_kzalloc(test, sizeof(*maker), GFP_KERNEL);
	struct vm_fixture *fix = test->priv;
	struct cnova_vram *vram = &fix->cnova->mm.vram;
	LIST_HEAD(blocks);

	KUNIT_ASSERT_NOT_NULL(test, maker);
	maker->cnova = fix->cnova;
	init_completion(&maker->done);
	INIT_WORK(&maker->work, vm_make);

	/* As if it were an object that is locked. */
	KUNIT_ASSERT_EQ(test, cnova_vram_alloc(vram, cnova_vram_free_bytes(vram), SZ_4K, 0,
					       &blocks), 0);
	down_read(&fix->cnova->validate_lock);
	queue_work(system_dfl_wq, &maker->work);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&maker->done, HZ / 5), 0);
	cnova_vram_free(vram, &blocks);
	up_read(&fix->cnova->validate_lock);

	flush_work(&maker->work);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, maker->vm);
	cnova_vm_close(maker->vm);
	cnova_vm_put(maker->vm);
}

static struct kunit_case vm_kunit_cases[] = {
	KUNIT_CASE_SLOW(exec_set_is_independent_of_vm_size),
	KUNIT_CASE(exec_set_has_pending_objects),
	KUNIT_CASE(exec_set_has_objects_that_an_unmap_will_remove),
	KUNIT_CASE(exec_set_has_each_object_once),
	KUNIT_CASE(exec_set_marks_private_objects),
	KUNIT_CASE(unmap_all_covers_live_and_pending),
	KUNIT_CASE(cuts_of_leaves_are_size_changes),
	KUNIT_CASE(exec_set_random_is_exact),
	KUNIT_CASE(nested_maps_are_bound_in_one_go),
	KUNIT_CASE(vm_close_gives_everything_back),
	KUNIT_CASE(vm_close_twice_and_bind_after),
	KUNIT_CASE(vm_create_waits_for_room),
	{}
};

static struct kunit_suite vm_kunit_suite = {
	.name = "cnova_vm",
	.init = vm_fixture_init,
	.exit = vm_fixture_exit,
	.test_cases = vm_kunit_cases,
};

kunit_test_suite(vm_kunit_suite);
