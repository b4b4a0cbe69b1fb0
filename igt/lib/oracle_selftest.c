// SPDX-License-Identifier: MIT
/*
 * Test of the oracle: it must agree with a GPU that is right, and disagree with each one
 * that is wrong in one way. Needs no driver and no IGT.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define NR_PAGES	96
#define START		((uint64_t)0x200000)

/* A GPU of one window, with a bug. */
struct fake_gpu {
	struct cnova_page page[NR_PAGES];
	enum bug {
		BUG_NONE,
		BUG_UNMAP_NOTHING,
		BUG_UNMAP_TOO_MUCH,
		BUG_SPLIT_OFFSET,
		BUG_MAP_KEEPS_OLD,
		BUG_SPARSE_FAULTS,
		BUG_COUNT,
	} bug;
};

static const char * const bug_names[] = {
	"none", "unmap does nothing", "unmap takes a page too many",
	"the rest of a split has the wrong offset", "map keeps what is there",
	"sparse faults",
};

static void fake_apply(struct fake_gpu *gpu, const struct drm_cnova_vm_bind_op *op)
{
	uint32_t first = (op->va - START) / CNOVA_PAGE_SIZE, nr = op->range / CNOVA_PAGE_SIZE;

	if (op->op == DRM_CNOVA_VM_BIND_OP_UNMAP && gpu->bug == BUG_UNMAP_NOTHING)
		return;
	if (op->op == DRM_CNOVA_VM_BIND_OP_UNMAP && gpu->bug == BUG_UNMAP_TOO_MUCH)
		nr++;
	if (op->op == DRM_CNOVA_VM_BIND_OP_UNMAP && gpu->bug == BUG_SPLIT_OFFSET)
		for (uint32_t i = first + nr; i < NR_PAGES && gpu->page[i].state; i++)
			gpu->page[i].page--;

	if (op->op == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
		for (uint32_t i = 0; i < NR_PAGES; i++)
			if (gpu->page[i].object == op->handle)
				gpu->page[i] = (struct cnova_page) {};
		return;
	}

	for (uint32_t i = first; i < first + nr && i < NR_PAGES; i++) {
		struct cnova_page page = {};

		if (op->op == DRM_CNOVA_VM_BIND_OP_MAP) {
			page.state = CNOVA_PAGE_OBJECT;
			page.object = op->handle;
			page.page = op->offset / CNOVA_PAGE_SIZE + i - first;
			page.flags = op->flags;
			if (gpu->bug == BUG_MAP_KEEPS_OLD && gpu->page[i].state)
				continue;
		} else if (op->op == DRM_CNOVA_VM_BIND_OP_MAP_SPARSE) {
			page.state = CNOVA_PAGE_SPARSE;
			if (gpu->bug == BUG_SPARSE_FAULTS)
				page.state = CNOVA_PAGE_HOLE;
		}
		gpu->page[i] = page;
	}
}

static ssize_t fake_read(void *data, uint64_t va, void *buf, size_t size)
{
	struct fake_gpu *gpu = data;
	size_t n;

	for (n = 0; n < size; n++, va++) {
		const struct cnova_page *page = &gpu->page[(va - START) / CNOVA_PAGE_SIZE];
		uint64_t offset = va % CNOVA_PAGE_SIZE, word = 0;

		if (page->state == CNOVA_PAGE_HOLE)
			return n ? (ssize_t)n : -EFAULT;
		if (offset < 8)
			word = cnova_tag(page->object, page->page);
		else if (offset >= CNOVA_PAGE_SIZE - 8)
			word = ~cnova_tag(page->object, page->page);
		((uint8_t *)buf)[n] = word >> offset % 8 * 8;
	}

	return n;
}

static void fake_tree(struct fake_gpu *gpu, char *text)
{
	for (uint32_t i = 0; i < NR_PAGES; i++) {
		const struct cnova_page *page = &gpu->page[i];
		uint64_t va = START + i * CNOVA_PAGE_SIZE;

		if (page->state != CNOVA_PAGE_HOLE)
			text += sprintf(text, "0x%016" PRIx64 "-0x%016" PRIx64 " %s offset=0x%x\n",
					va, va + CNOVA_PAGE_SIZE,
					page->state == CNOVA_PAGE_SPARSE ? "sparse" : "object",
					page->page << CNOVA_PAGE_SHIFT);
	}
	*text = 0;
}

static void fake_leaves(struct fake_gpu *gpu, char *text)
{
	for (uint32_t i = 0; i < NR_PAGES; i++) {
		const struct cnova_page *page = &gpu->page[i];
		uint64_t va = START + i * CNOVA_PAGE_SIZE;
		uint64_t pa = ((uint64_t)page->object << 24) + page->page * 0x2000ull;

		if (page->state == CNOVA_PAGE_SPARSE)
			text += sprintf(text, "0x%016" PRIx64 " 4K - sparse entry=0x8\n", va);
		else if (page->state == CNOVA_PAGE_OBJECT)
			text += sprintf(text, "0x%016" PRIx64 " 4K 0x%016" PRIx64
					" video kind=0%s entry=0x1\n", va, pa,
					page->flags & DRM_CNOVA_VM_BIND_READ_ONLY ? " ro" : "");
	}
	*text = 0;
}

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define P(n)	((n) * CNOVA_PAGE_SIZE)

static const struct drm_cnova_vm_bind_op script[] = {
	{ DRM_CNOVA_VM_BIND_OP_MAP, 0, 1, 0, P(3), START + P(8), P(40), 0 },
	{ DRM_CNOVA_VM_BIND_OP_UNMAP, 0, 0, 0, 0, START + P(16), P(4), 0 },
	{ DRM_CNOVA_VM_BIND_OP_MAP, DRM_CNOVA_VM_BIND_READ_ONLY, 2, 0, P(7),
	  START + P(30), P(5), 0 },
	{ DRM_CNOVA_VM_BIND_OP_MAP_SPARSE, 0, 0, 0, 0, START + P(60), P(20), 0 },
	{ DRM_CNOVA_VM_BIND_OP_MAP, 0, 3, 0, 0, START + P(70), P(2), 0 },
	{ DRM_CNOVA_VM_BIND_OP_UNMAP_ALL, 0, 3, 0, 0, 0, 0, 0 },
};

/* 0 if the oracle and the fake agree after every step, else the step and the view. */
static int run(enum bug bug, bool sample, char *why, size_t size)
{
	static char text[NR_PAGES * 128];
	struct cnova_oracle oracle;
	struct fake_gpu gpu = { .bug = bug };
	int result = 0;

	if (!cnova_oracle_init(&oracle, START, NR_PAGES))
		abort();
	oracle.sample = sample ? 16 : 0;

	for (unsigned int i = 0; !result && i < ARRAY_SIZE(script); i++) {
		cnova_oracle_apply(&oracle, &script[i]);
		fake_apply(&gpu, &script[i]);

		fake_tree(&gpu, text);
		if (!cnova_oracle_check_tree(&oracle, text))
			result |= 1;
		fake_leaves(&gpu, text);
		if (!cnova_oracle_check_leaves(&oracle, text))
			result |= 2;
		if (!cnova_oracle_check_eye(&oracle, fake_read, &gpu))
			result |= 4;
	}

	snprintf(why, size, "%s", result ? oracle.error : "");
	cnova_oracle_fini(&oracle);
	return result;
}

/* 64K as sixteen pages of 4K in one piece of memory: a driver that wastes its TLB. */
static int check_wasted_64k(void)
{
	struct drm_cnova_vm_bind_op map = {
		.op = DRM_CNOVA_VM_BIND_OP_MAP, .handle = 1, .va = START, .range = P(16),
	};
	struct cnova_oracle oracle;
	char text[16 * 80], *at = text;
	bool small, large;

	if (!cnova_oracle_init(&oracle, START, NR_PAGES))
		abort();
	cnova_oracle_apply(&oracle, &map);
	for (int i = 0; i < 16; i++)
		at += sprintf(at, "0x%" PRIx64 " 4K 0x%" PRIx64 " video kind=0 - entry=0x1\n",
			      START + P(i), 0x40000 + P(i));
	small = cnova_oracle_check_leaves(&oracle, text);
	sprintf(text, "0x%" PRIx64 " 64K 0x40000 video kind=0 - entry=0x1\n", START);
	large = cnova_oracle_check_leaves(&oracle, text);
	cnova_oracle_fini(&oracle);
	printf("%s 64 KiB as 4K pages\n", !small && large ? "ok  " : "FAIL");
	return small || !large;
}

int main(void)
{
	char why[256];
	int failed = 0;

	for (int bug = 0; bug < BUG_COUNT; bug++) {
		for (int sample = 0; sample < 2; sample++) {
			int views = run(bug, sample, why, sizeof(why));
			/* Samples may miss what the page tables show. */
			bool ok = bug == BUG_NONE ? !views :
				  (views & 3) == 3 && (sample || views & 4);

			printf("%s %s%s%s%s\n", ok ? "ok  " : "FAIL", bug_names[bug],
			       sample ? " (sampled)" : "", *why ? ": " : "", why);
			failed += !ok;
		}
	}

	failed += check_wasted_64k();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
