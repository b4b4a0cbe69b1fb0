// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the model find a missing TLB flush? An address space on the software GPU
 * whose invalidate is replaced by one that does nothing: the model has to report
 * it, and must not without the replacement. Skipped where there is no device. What
 * is provoked here stays in the model's count of violations: reset it afterwards.
 *
 * Rules of the VM_BIND contract: [16] memory is released only after an acknowledged
 * invalidate.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "drm/device.h"
#include "mm/mm.h"
#include "mm/vmm.h"

/* One mapping of one page, or none. */
struct flush_view {
	struct cnova_pt_view base;
	struct cnova_extent extent;
	bool mapped;
};

struct flush_fixture {
	struct device *dev;
	struct cnova_mm *mm;
	struct cnova_vmm vmm;
	struct flush_view view;
	/* Pages of tables and memory, all given back at the end. */
	struct list_head blocks;
	u64 page[2];
};

static int flush_alloc(struct cnova_vmm *vmm, void *ctx, struct cnova_vram_addr *page)
{
	struct flush_fixture *fix = container_of(vmm, struct flush_fixture, vmm);
	struct gpu_buddy_block *block;
	LIST_HEAD(blocks);
	int err;

	err = cnova_vram_alloc(&fix->mm->vram, SZ_4K, SZ_4K, 0, &blocks);
	if (err)
		return err;

	block = list_first_entry(&blocks, struct gpu_buddy_block, link);
	*page = cnova_vram_addr(gpu_buddy_block_offset(block));
	list_splice_tail(&blocks, &fix->blocks);
	return 0;
}

static void flush_free(struct cnova_vmm *vmm, struct cnova_vram_addr page)
{
}

static const struct cnova_vmm_ops flush_vmm_ops = {
	.alloc = flush_alloc,
	.free = flush_free,
};

static bool flush_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	struct flush_view *view = container_of(base, struct flush_view, base);

	if (!view->mapped || va >= view->extent.end)
		return false;
	*extent = view->extent;
	return true;
}

static int flush_kunit_init(struct kunit *test)
{
	struct flush_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	struct cnova_vram_addr page;
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	dev = bus_find_device_by_name(&platform_bus_type, NULL, CNOVA_SIM_PLATFORM_NAME);
	if (!dev || !dev_get_drvdata(dev)) {
		put_device(dev);
		kunit_skip(test, "no device: load cnova_sim first");
	}

	fix->dev = dev;
	fix->mm = &((struct cnova_device *)dev_get_drvdata(dev))->mm;
	fix->view.base.next = flush_view_next;
	INIT_LIST_HEAD(&fix->blocks);
	test->priv = fix;

	KUNIT_ASSERT_EQ(test, cnova_vmm_init(&fix->vmm, fix->mm, &flush_vmm_ops, NULL), 0);
	for (int i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, flush_alloc(&fix->vmm, NULL, &page), 0);
		fix->page[i] = page.raw;
	}
	return 0;
}

static void flush_kunit_exit(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;

	if (!fix)
		return;
	mutex_lock(&fix->vmm.lock);
	cnova_vmm_clear_locked(&fix->vmm);
	mutex_unlock(&fix->vmm.lock);
	cnova_vmm_fini(&fix->vmm);
	cnova_vram_free(&fix->mm->vram, &fix->blocks);
	put_device(fix->dev);
}

/* Maps the page at VA 0, or unmaps it. */
static void flush_change(struct kunit *test, u64 pa, bool mapped)
{
	struct flush_fixture *fix = test->priv;
	struct cnova_pt_op op = { .range = { 0, SZ_4K } };
	struct cnova_vmm_job job = {};

	fix->view.mapped = mapped;
	fix->view.extent = (struct cnova_extent){ .end = SZ_4K, .pa = pa, .max_leaf_lg2 = 12 };
	op.view = mapped ? &fix->view.base : NULL;

	KUNIT_ASSERT_EQ(test, cnova_vmm_prepare(&fix->vmm, &job, &op, 1, NULL), 0);
	mutex_lock(&fix->vmm.lock);
	KUNIT_EXPECT_EQ(test, cnova_vmm_execute_locked(&fix->vmm, &job, &fix->view.base), 0);
	mutex_unlock(&fix->vmm.lock);
	cnova_vmm_cleanup(&fix->vmm, &job);
}

/* What the GPU does: after this the translation is in the model's TLB. */
static int flush_touch(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;
	u64 fault_va, word = 0;

	return cnova_io_gpu_write(fix->mm->io, cnova_vmm_pdb(&fix->vmm).raw, 0, &word,
				  sizeof(word), &fault_va);
}

static bool flush_model_is_coherent(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;

	return !cnova_io_gpu_stale(fix->mm->io);
}

static int flush_nothing(struct cnova_tlb *tlb, struct cnova_vram_addr pdb,
			 enum cnova_tlb_scope scope, enum cnova_tlb_ack ack)
{
	return 0;
}

static void remap_with_flush_is_coherent(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;

	flush_change(test, fix->page[0], true);
	KUNIT_EXPECT_EQ(test, flush_touch(test), 0);
	flush_change(test, fix->page[1], true);
	KUNIT_EXPECT_TRUE(test, flush_model_is_coherent(test));
	KUNIT_EXPECT_EQ(test, flush_touch(test), 0);
	flush_change(test, 0, false);
	KUNIT_EXPECT_TRUE(test, flush_model_is_coherent(test));
	KUNIT_EXPECT_EQ(test, flush_touch(test), -EFAULT);
}

static void remap_without_flush_is_reported(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;

	flush_change(test, fix->page[0], true);
	KUNIT_EXPECT_EQ(test, flush_touch(test), 0);

	kunit_activate_static_stub(test, cnova_tlb_invalidate, flush_nothing);
	flush_change(test, fix->page[1], true);
	kunit_deactivate_static_stub(test, cnova_tlb_invalidate);

	KUNIT_EXPECT_FALSE(test, flush_model_is_coherent(test));
}

static void unmap_without_flush_is_reported(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;

	flush_change(test, fix->page[0], true);
	KUNIT_EXPECT_EQ(test, flush_touch(test), 0);

	kunit_activate_static_stub(test, cnova_tlb_invalidate, flush_nothing);
	flush_change(test, 0, false);
	kunit_deactivate_static_stub(test, cnova_tlb_invalidate);

	KUNIT_EXPECT_FALSE(test, flush_model_is_coherent(test));
	/* The GPU still gets at the page: that is what the report is about. */
	KUNIT_EXPECT_EQ(test, flush_touch(test), 0);
}

/* Failed walks are cached too. */
static void map_without_flush_is_reported(struct kunit *test)
{
	struct flush_fixture *fix = test->priv;

	KUNIT_EXPECT_EQ(test, flush_touch(test), -EFAULT);

	kunit_activate_static_stub(test, cnova_tlb_invalidate, flush_nothing);
	flush_change(test, fix->page[0], true);
	kunit_deactivate_static_stub(test, cnova_tlb_invalidate);

	KUNIT_EXPECT_FALSE(test, flush_model_is_coherent(test));
}

static struct kunit_case flush_kunit_cases[] = {
	KUNIT_CASE(remap_with_flush_is_coherent),
	KUNIT_CASE(remap_without_flush_is_reported),
	KUNIT_CASE(unmap_without_flush_is_reported),
	KUNIT_CASE(map_without_flush_is_reported),
	{}
};

static struct kunit_suite flush_kunit_suite = {
	.name = "cnova_flush",
	.init = flush_kunit_init,
	.exit = flush_kunit_exit,
	.test_cases = flush_kunit_cases,
};

kunit_test_suite(flush_kunit_suite);
