// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of somebody else, who takes it away while the GPU has it mapped.
 *
 * The exporter is ours, so that the test says when it does so and with which pages it goes
 * on; GPU and address spaces are those of the device that cnova_sim made. Skipped where there
 * is none. Numbers in brackets are rules of the VM_BIND contract.
 */

#include <kunit/static_stub.h>
#include <linux/completion.h>
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "drm/import.h"
#include "drm/prime.h"
#include "drm/quarantine.h"
#include "drm/rebind.h"
#include "drm/validate.h"
#include "tests/vm_fixture.h"

MODULE_IMPORT_NS("DMA_BUF");

#define NR_PAGES	(BO_SIZE / PAGE_SIZE)

/* How its scatter list is wrong. */
enum mock_lie {
	MOCK_HONEST,
	MOCK_SHORT,
	MOCK_UNALIGNED,
};

/* An exporter, of one dma-buf. */
struct mock {
	struct dma_buf *buf;
	struct page *pages[NR_PAGES];
	/* What it had before. */
	struct page *old[NR_PAGES];
	enum mock_lie lie;
	u32 nr_maps;
	u32 nr_mapped;
	struct completion released;
};

/* Of the test that runs; &kunit.priv is what the helpers want there, the struct vm_fixture. */
static struct prime_fixture {
	struct cnova_device *cnova;
	struct mock mock;
	/* The mock's dma-buf as an object. */
	struct cnova_bo *bo;
	/* The fixture's own address space, and another one or NULL. */
	struct cnova_vm *vm, *other;
} prime;

/* ------------------------------------------------------------------ exporter */

static struct sg_table *mock_map(struct dma_buf_attachment *attach, enum dma_data_direction dir)
{
	struct mock *mock = attach->dmabuf->priv;
	u32 nr = mock->lie == MOCK_SHORT ? NR_PAGES - 1 : NR_PAGES;
	unsigned int offset = mock->lie == MOCK_UNALIGNED ? 512 : 0;
	struct sg_table *sgt = kzalloc_obj(*sgt);
	int err;

	if (!sgt)
		return ERR_PTR(-ENOMEM);
	err = sg_alloc_table_from_pages(sgt, mock->pages, nr, offset,
					nr * PAGE_SIZE - offset, GFP_KERNEL);
	if (!err)
		err = dma_map_sgtable(attach->dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
	if (err) {
		sg_free_table(sgt);
		kfree(sgt);
		return ERR_PTR(err);
	}

	mock->nr_maps++;
	mock->nr_mapped++;
	return sgt;
}

static void mock_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
		       enum dma_data_direction dir)
{
	struct mock *mock = attach->dmabuf->priv;

	dma_unmap_sgtable(attach->dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(sgt);
	kfree(sgt);
	mock->nr_mapped--;
}

static void mock_release(struct dma_buf *buf)
{
	struct mock *mock = buf->priv;

	complete(&mock->released);
}

static const struct dma_buf_ops mock_ops = {
	.map_dma_buf = mock_map,
	.unmap_dma_buf = mock_unmap,
	.release = mock_release,
};

/* Pages that hold @word all over. */
static int mock_fill(struct page **pages, u64 word)
{
	for (u32 i = 0; i < NR_PAGES; i++) {
		u64 *map;

		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i])
			return -ENOMEM;
		map = kmap_local_page(pages[i]);
		memset64(map, word, PAGE_SIZE / sizeof(*map));
		kunmap_local(map);
	}
	return 0;
}

static void mock_free(struct page **pages)
{
	for (u32 i = 0; i < NR_PAGES; i++)
		if (pages[i])
			__free_page(pages[i]);
}

static int mock_init(struct mock *mock, u64 word)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);

	init_completion(&mock->released);
	if (mock_fill(mock->pages, word))
		return -ENOMEM;

	info.ops = &mock_ops;
	info.size = BO_SIZE;
	info.flags = O_RDWR | O_CLOEXEC;
	info.priv = mock;
	mock->buf = dma_buf_export(&info);
	return PTR_ERR_OR_ZERO(mock->buf);
}

/* The memory moves: other pages, with other contents. */
static void mock_move(struct kunit *test, u64 word)
{
	struct mock *mock = &prime.mock;

	mock_free(mock->old);
	memcpy(mock->old, mock->pages, sizeof(mock->old));
	KUNIT_ASSERT_EQ(test, mock_fill(mock->pages, word), 0);

	dma_resv_lock(mock->buf->resv, NULL);
	dma_buf_invalidate_mappings(mock->buf);
	dma_resv_unlock(mock->buf->resv);
}

/* ------------------------------------------------------------------- fixture */

static int prime_kunit_init(struct kunit *test)
{
	struct drm_gem_object *gem;
	struct vm_fixture *fix;
	int err;

	memset(&prime, 0, sizeof(prime));
	err = vm_fixture_init(test);
	if (err)
		return err;
	fix = test->priv;
	prime.cnova = fix->cnova;
	prime.vm = fix->vm;

	KUNIT_ASSERT_EQ(test, mock_init(&prime.mock, 0x1111), 0);
	gem = cnova_prime_import(&prime.cnova->drm, prime.mock.buf);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, gem);
	prime.bo = to_cnova_bo(gem);
	return 0;
}

static void prime_new_vm(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;
	struct cnova_vm *vm = cnova_vm_create(prime.cnova, &fix->file);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vm);
	prime.other = vm;
}

static void prime_close(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	fix->vm = prime.vm;
	vm_fixture_close(fix);
	if (prime.other) {
		cnova_vm_close(prime.other);
		cnova_vm_put(prime.other);
	}
	prime.vm = NULL;
	prime.other = NULL;
	if (prime.bo)
		drm_gem_object_put(&prime.bo->ttm.base);
	prime.bo = NULL;
	flush_workqueue(prime.cnova->cleanup_wq);
}

static void prime_kunit_exit(struct kunit *test)
{
	struct vm_fixture *fix = test->priv;

	if (!fix)
		return;

	prime_close(test);
	/* As if the device had been removed and come back: the suites behind need it. */
	cnova_quarantine_release(prime.cnova);
	prime.cnova->mm.tlb.wedged = false;
	if (!IS_ERR_OR_NULL(prime.mock.buf)) {
		dma_buf_put(prime.mock.buf);
		/* Else pages would be freed that are in use, and this module would stay. */
		KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&prime.mock.released,
								    10 * HZ));
	}
	mock_free(prime.mock.pages);
	mock_free(prime.mock.old);
	put_device(fix->dev);
}

static struct cnova_bind_job *prime_new_map(struct kunit *test, struct cnova_vm *vm, u64 va)
{
	struct vm_fixture *fix = test->priv;

	fix->vm = vm;
	return vm_new_job(test, DRM_CNOVA_VM_BIND_OP_MAP, prime.bo, va, BO_SIZE);
}

static void prime_map(struct kunit *test, struct cnova_vm *vm, u64 va)
{
	vm_run_job(test, prime_new_map(test, vm, va));
}

/* A bind that is refused, or fails. */
static void prime_expect_no_map(struct kunit *test, struct cnova_vm *vm, u64 va)
{
	struct cnova_bind_job *job = prime_new_map(test, vm, va);
	struct vm_fixture *fix = test->priv;
	struct dma_fence *fence;
	int err;

	err = cnova_bind_job_submit(job, &fix->file, &fence);
	if (err) {
		cnova_bind_job_destroy(job);
		return;
	}
	KUNIT_EXPECT_NE(test, cnova_fence_wait_killable(fence), 0);
	dma_fence_put(fence);
}

static int prime_read(struct cnova_vm *vm, u64 va, u64 *word)
{
	u64 fault_va;

	return cnova_io_gpu_read(&prime.cnova->io, cnova_vmm_pdb(&vm->vmm).raw, BASE + va, word,
				 sizeof(*word), &fault_va);
}

static void prime_expect(struct kunit *test, struct cnova_vm *vm, u64 va, u64 want)
{
	u64 word = 0;

	KUNIT_EXPECT_EQ(test, prime_read(vm, va, &word), 0);
	KUNIT_EXPECT_EQ(test, word, want);
}

/* Mappings of the import in @vm that count as evicted. */
static u32 prime_nr_evicted(struct cnova_vm *vm)
{
	struct drm_gpuva *va;
	u32 nr = 0;

	mutex_lock(&vm->vmm.lock);
	drm_gpuvm_for_each_va(va, &vm->base)
		nr += va->gem.obj && to_cnova_va(va)->evicted && !to_cnova_va(va)->bound;
	mutex_unlock(&vm->vmm.lock);
	return nr;
}

static u64 prime_nr_invalidates(void)
{
	return cnova_io_count(&prime.cnova->io, CNOVA_IO_INVALIDATE);
}

static int prime_rebind(struct cnova_vm *vm)
{
	struct cnova_validation validation;
	int err;

	err = cnova_vm_lock_bound(vm, &validation);
	if (!err)
		cnova_validation_end(&validation);
	return err;
}

/* --------------------------------------------------------------------- tests */

/* [11] Out of all address spaces, with one acknowledged invalidate for each. */
static void invalidate_reaches_every_vm(struct kunit *test)
{
	u64 before, word;

	prime_new_vm(test);
	for (u32 i = 0; i < 3; i++)
		prime_map(test, prime.vm, i * STRIDE);
	for (u32 i = 0; i < 2; i++)
		prime_map(test, prime.other, i * STRIDE);
	KUNIT_EXPECT_EQ(test, prime.mock.nr_maps, 1);
	prime_expect(test, prime.vm, 2 * STRIDE, 0x1111);
	prime_expect(test, prime.other, STRIDE + PAGE_SIZE, 0x1111);

	before = prime_nr_invalidates();
	mock_move(test, 0x2222);
	KUNIT_EXPECT_EQ(test, prime_nr_invalidates(), before + 2);
	KUNIT_EXPECT_EQ(test, prime.mock.nr_mapped, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&prime.cnova->imported));
	KUNIT_EXPECT_EQ(test, prime_nr_evicted(prime.vm), 3);
	KUNIT_EXPECT_EQ(test, prime_nr_evicted(prime.other), 2);
	KUNIT_EXPECT_EQ(test, prime_read(prime.vm, 0, &word), -EFAULT);
	KUNIT_EXPECT_EQ(test, prime_read(prime.other, STRIDE, &word), -EFAULT);
	KUNIT_EXPECT_EQ(test, cnova_io_gpu_stale(&prime.cnova->io), 0);
}

/* Who asks for it again gets the memory of now. */
static void rebind_finds_the_new_pages(struct kunit *test)
{
	prime_map(test, prime.vm, 0);
	prime_map(test, prime.vm, STRIDE);
	for (u32 i = 0; i < 3; i++) {
		mock_move(test, 0x3333 + i);
		KUNIT_ASSERT_EQ(test, prime_rebind(prime.vm), 0);
		KUNIT_EXPECT_EQ(test, prime.mock.nr_maps, 2 + i);
		prime_expect(test, prime.vm, BO_SIZE - sizeof(u64), 0x3333 + i);
		prime_expect(test, prime.vm, STRIDE, 0x3333 + i);
	}
	KUNIT_EXPECT_EQ(test, prime_nr_evicted(prime.vm), 0);
}

/* What is not mapped costs nothing, and stays unmapped. */
static void invalidate_of_nothing_is_free(struct kunit *test)
{
	u64 before = prime_nr_invalidates();

	mock_move(test, 0x2222);
	mock_move(test, 0x3333);
	KUNIT_EXPECT_EQ(test, prime_nr_invalidates(), before);
	KUNIT_EXPECT_EQ(test, prime.mock.nr_maps, 0);
}

/* An exporter whose scatter list is not what it promised. */
static void nonsense_is_not_mapped(struct kunit *test)
{
	prime_map(test, prime.vm, 0);
	for (enum mock_lie lie = MOCK_SHORT; lie <= MOCK_UNALIGNED; lie++) {
		mock_move(test, 0x2222);
		prime.mock.lie = lie;
		KUNIT_EXPECT_EQ(test, prime_rebind(prime.vm), -EINVAL);
		KUNIT_EXPECT_EQ(test, prime.mock.nr_mapped, 0);
		KUNIT_EXPECT_TRUE(test, xa_empty(&prime.cnova->imported));
		prime.mock.lie = MOCK_HONEST;
		KUNIT_EXPECT_EQ(test, prime_rebind(prime.vm), 0);
		prime_expect(test, prime.vm, 0, 0x2222);
	}
}

static int prime_ack_is_lost(struct cnova_tlb *tlb, struct cnova_vram_addr pdb,
			     enum cnova_tlb_scope scope, enum cnova_tlb_ack ack)
{
	return -ETIMEDOUT;
}

static void prime_move_and_lose_ack(struct kunit *test, u64 word)
{
	kunit_activate_static_stub(test, cnova_tlb_invalidate, prime_ack_is_lost);
	mock_move(test, word);
	kunit_deactivate_static_stub(test, cnova_tlb_invalidate);
}

/*
 * [17] The callback cannot fail and the pages cannot be withheld: they are taken out of the
 * GPU's reach another way, and nothing of it is used any more.
 */
static void lost_ack_wedges_the_device(struct kunit *test)
{
	struct cnova_device *cnova = prime.cnova;
	u64 before = atomic64_read(&cnova->quarantined), word = 0;

	prime_map(test, prime.vm, 0);
	prime_map(test, prime.vm, STRIDE);
	prime_expect(test, prime.vm, 0, 0x1111);

	prime_move_and_lose_ack(test, 0x2222);
	KUNIT_EXPECT_TRUE(test, cnova_device_is_wedged(cnova));
	KUNIT_EXPECT_EQ(test, READ_ONCE(prime.vm->vmm.error), -ETIMEDOUT);

	/* The exporter has its pages back. */
	KUNIT_EXPECT_EQ(test, prime.mock.nr_mapped, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&cnova->imported));
	KUNIT_EXPECT_NULL(test, prime.bo->import->sgt);

	/* The TLB still has the translation, and a GPU that follows it finds nothing. */
	KUNIT_EXPECT_NE(test, cnova_io_gpu_stale(&cnova->io), 0);
	prime_read(prime.vm, 0, &word);
	KUNIT_EXPECT_NE(test, word, 0x1111);
	KUNIT_EXPECT_NE(test, word, 0x2222);

	/* Our object is in quarantine, both mappings of it. */
	KUNIT_EXPECT_TRUE(test, prime.bo->quarantined);
	KUNIT_EXPECT_EQ(test, atomic64_read(&cnova->quarantined), before + 2 * BO_SIZE);
}

/* [17] No bind, no execution, no other address space asks for the pages again. */
static void lost_ack_is_the_last_use(struct kunit *test)
{
	prime_map(test, prime.vm, 0);
	prime_move_and_lose_ack(test, 0x2222);

	/* It has left the tree: there is nothing to bind again. */
	KUNIT_EXPECT_EQ(test, prime_nr_evicted(prime.vm), 0);
	prime_rebind(prime.vm);
	prime_expect_no_map(test, prime.vm, STRIDE);
	prime_new_vm(test);
	prime_expect_no_map(test, prime.other, STRIDE);
	KUNIT_EXPECT_EQ(test, prime.mock.nr_maps, 1);

	mock_move(test, 0x3333);
	KUNIT_EXPECT_EQ(test, prime.mock.nr_mapped, 0);
}

/* Who closes everything does not end the attachment. */
static void lost_ack_keeps_the_attachment(struct kunit *test)
{
	struct dma_resv *resv = prime.mock.buf->resv;

	prime_map(test, prime.vm, 0);
	prime_move_and_lose_ack(test, 0x2222);

	prime_close(test);
	dma_resv_lock(resv, NULL);
	KUNIT_EXPECT_FALSE(test, list_empty(&prime.mock.buf->attachments));
	dma_resv_unlock(resv);
}

static struct kunit_case prime_kunit_cases[] = {
	KUNIT_CASE(invalidate_reaches_every_vm),
	KUNIT_CASE(rebind_finds_the_new_pages),
	KUNIT_CASE(invalidate_of_nothing_is_free),
	KUNIT_CASE(nonsense_is_not_mapped),
	KUNIT_CASE(lost_ack_wedges_the_device),
	KUNIT_CASE(lost_ack_is_the_last_use),
	KUNIT_CASE(lost_ack_keeps_the_attachment),
	{}
};

static struct kunit_suite prime_kunit_suite = {
	.name = "cnova_prime",
	.init = prime_kunit_init,
	.exit = prime_kunit_exit,
	.test_cases = prime_kunit_cases,
};

kunit_test_suite(prime_kunit_suite);
