// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An address space for the host tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "host_vm.h"

static struct host_vm *to_vm(struct cnova_pt_io *io)
{
	return container_of(io, struct host_vm, io);
}

static void host_io_store(struct cnova_pt_io *io, struct cnova_vram_addr pa, const u64 *words,
			  u32 nr)
{
	struct host_vm *vm = to_vm(io);
	u32 i;

	if (vm->error) {
		printf("# store to a dead address space\n");
		host_nr_warnings++;
	}
	for (i = 0; i < nr; i++)
		vm->mem->store(vm, pa.raw + i * sizeof(u64), words[i]);
	vm->counts.stores += nr;
	vm->counts.since += nr;
	vm->pending_stores += nr;
}

static void host_io_order(struct cnova_pt_io *io)
{
	to_vm(io)->counts.orders++;
	to_vm(io)->pending_stores = 0;
}

static int host_io_invalidate(struct cnova_pt_io *io)
{
	struct host_vm *vm = to_vm(io);

	vm->counts.invalidates++;
	vm->counts.unordered += vm->pending_stores;
	vm->counts.since = 0;
	return vm->mem->invalidate(vm);
}

static const struct cnova_pt_io_ops host_io_ops = {
	.store = host_io_store,
	.order = host_io_order,
	.invalidate = host_io_invalidate,
};

static u64 host_mem_load(struct cnova_pt_mem *mem, struct cnova_vram_addr pa, u32 i)
{
	struct host_vm *vm = container_of(mem, struct host_vm, pt_mem);

	if (vm->words)
		return vm->words[pa.raw / sizeof(u64) + i];
	return vm->mem->load(vm, pa.raw + i * sizeof(u64));
}

static bool host_view_next(struct cnova_pt_view *base, u64 va, struct cnova_extent *extent)
{
	struct host_view *view = container_of(base, struct host_view, base);
	u32 i;

	for (i = 0; i < view->nr; i++) {
		if (view->extents[i].end > va) {
			*extent = view->extents[i];
			return true;
		}
	}
	return false;
}

/* A view of an array of extents. */
struct cnova_pt_view *host_view_init(struct host_view *view, const struct cnova_extent *extents,
				     u32 nr)
{
	view->base.next = host_view_next;
	view->extents = extents;
	view->nr = nr;
	return &view->base;
}

/* Every table gets a page, 64K tables too: the model gives memory back in pages. */
static int host_page_get(struct host_vm *vm, u64 *pa)
{
	if (vm->fail_page && !--vm->fail_page)
		return -ENOSPC;
	if (!vm->nr_free)
		return -ENOSPC;

	*pa = vm->pages_pa + (u64)vm->free_page[--vm->nr_free] * SZ_4K;
	vm->mem->populate(vm, *pa);
	return 0;
}

static void host_page_put(struct host_vm *vm, u64 pa)
{
	vm->mem->release(vm, pa);
	vm->free_page[vm->nr_free++] = (pa - vm->pages_pa) / SZ_4K;
}

static struct cnova_pt_node *host_node_create(struct host_vm *vm, const struct cnova_pt_fmt *fmt,
					      enum cnova_pt_kind kind, u64 index, bool zero,
					      int *err)
{
	struct cnova_pt_node *node = kmalloc(cnova_pt_node_bytes(fmt, kind), GFP_KERNEL);
	u64 pa, i;

	*err = -ENOMEM;
	if (!node)
		return NULL;

	*err = host_page_get(vm, &pa);
	if (*err) {
		kfree(node);
		return NULL;
	}

	zero = zero && kind != CNOVA_PT_64K;
	for (i = 0; zero && i < vm->mem->zero_bytes; i += sizeof(u64))
		vm->mem->store(vm, pa + i, 0);
	/* What a fresh node holds beside its header must not matter. */
	memset(node, 0xa5, cnova_pt_node_bytes(fmt, kind));
	cnova_pt_node_init(node, kind, index, cnova_vram_addr(pa), zero);
	return node;
}

static void host_nodes_destroy(struct host_vm *vm, struct cnova_pt_node *list)
{
	while (list) {
		struct cnova_pt_node *node = list;

		list = node->next;
		if (!vm->error && !node->foreign)
			host_page_put(vm, node->pa.raw);
		kfree(node);
	}
}

/* Make an empty address space whose tables come from @nr_pages pages. */
void host_vm_init(struct host_vm *vm, const struct cnova_pt_fmt *fmt,
		  const struct host_mem *mem, void *priv, u64 pages_pa, u32 nr_pages)
{
	struct cnova_pt_node *root;
	int err;
	u32 i;

	memset(vm, 0, sizeof(*vm));
	vm->io.ops = &host_io_ops;
	vm->pt_mem.load = host_mem_load;
	vm->mem = mem;
	vm->priv = priv;
	vm->pages_pa = pages_pa;
	vm->nr_pages = nr_pages;
	vm->free_page = calloc(nr_pages, sizeof(*vm->free_page));
	for (i = 0; i < nr_pages; i++)
		vm->free_page[vm->nr_free++] = nr_pages - 1 - i;

	root = host_node_create(vm, fmt, fmt->root, 0, true, &err);
	if (!root)
		abort();
	cnova_pt_tree_init(&vm->tree, fmt, root);
}

struct host_adopter {
	struct cnova_pt_adopter base;
	const struct cnova_pt_fmt *fmt;
};

static struct cnova_pt_node *host_adopter_alloc(struct cnova_pt_adopter *base,
						enum cnova_pt_kind kind)
{
	const struct host_adopter *adopter = container_of(base, struct host_adopter, base);
	size_t bytes = cnova_pt_node_bytes(adopter->fmt, kind);
	struct cnova_pt_node *node = kmalloc(bytes, GFP_KERNEL);

	return node ? memset(node, 0xa5, bytes) : NULL;
}

void host_vm_adopt(struct host_vm *vm, u64 root, u64 end, u64 vram_end)
{
	struct host_adopter adopter = {
		.base = {
			.mem = &vm->pt_mem,
			.end = end,
			.vram_end = vram_end,
			.alloc = host_adopter_alloc,
		},
		.fmt = vm->tree.fmt,
	};

	host_nodes_destroy(vm, cnova_pt_tree_fini(&vm->tree));
	if (cnova_pt_adopt(&vm->tree, adopter.fmt, cnova_vram_addr(root), &adopter.base))
		abort();
}

/* Take it down as cnova_vmm_fini() does. Every page must be back afterwards. */
void host_vm_fini(struct host_vm *vm)
{
	if (!vm->error)
		vm->error = vm->mem->invalidate(vm);

	host_nodes_destroy(vm, cnova_pt_tree_fini(&vm->tree));
	if (!vm->error && vm->nr_free != vm->nr_pages) {
		printf("# %u pages leaked\n", vm->nr_pages - vm->nr_free);
		host_nr_warnings++;
	}
	free(vm->free_page);
}

/* VRAM address of the root table. */
u64 host_vm_pdb(const struct host_vm *vm)
{
	return vm->tree.root->pa.raw;
}

static int host_make_nodes(struct host_vm *vm, struct host_job *job)
{
	u32 i;
	int err;

	for (i = 0; i < job->pt.nr_needs; i++) {
		struct cnova_pt_need *need = &job->pt.needs[i];

		if (need->pinned)
			continue;

		need->node = host_node_create(vm, vm->tree.fmt, need->kind, need->index,
					      !need->whole, &err);
		if (!need->node)
			return err;
		job->made[need->kind]++;
	}
	return 0;
}

/* As cnova_vmm_prepare(). */
int host_prepare(struct host_vm *vm, struct host_job *job, const struct cnova_pt_op *ops,
		 u32 nr_ops)
{
	int err;

	memset(job, 0, sizeof(*job));
	err = cnova_pt_job_init(&job->pt, vm->tree.fmt, ops, nr_ops);
	if (err)
		return err;

	if (!cnova_pt_job_pin(&vm->tree, &job->pt))
		return 0;

	err = host_make_nodes(vm, job);
	if (err) {
		host_cleanup(vm, job);
		return err;
	}

	cnova_pt_job_insert(&vm->tree, &job->pt);
	host_nodes_destroy(vm, job->pt.dead);
	job->pt.dead = NULL;
	return 0;
}

/* As cnova_vmm_execute_locked(). */
int host_execute(struct host_vm *vm, struct host_job *job, struct cnova_pt_view *view)
{
	if (!vm->error)
		vm->error = cnova_pt_execute(&vm->tree, &job->pt, view, &vm->io);
	return vm->error;
}

/* As cnova_vmm_cleanup(). */
void host_cleanup(struct host_vm *vm, struct host_job *job)
{
	cnova_pt_job_unpin(&vm->tree, &job->pt);
	host_nodes_destroy(vm, job->pt.dead);
	cnova_pt_job_fini(&job->pt);
}

/* As cnova_vmm_zap_locked(), then cnova_vmm_flush_locked(). */
void host_zap(struct host_vm *vm, u64 start, u64 end)
{
	struct cnova_pt_range range = { start, end };

	if (!cnova_pt_zap(&vm->tree, &range, &vm->io))
		return;
	host_io_order(&vm->io);
	vm->error = host_io_invalidate(&vm->io);
}

/* As cnova_pt_validate(). */
const char *host_validate(struct host_vm *vm, u64 *va)
{
	return cnova_pt_validate(&vm->tree, &vm->pt_mem, va);
}

/* Start to count from nothing. */
void host_reset_counts(struct host_vm *vm)
{
	memset(&vm->counts, 0, sizeof(vm->counts));
}

/* SplitMix64. */
u64 host_random(struct host_random *random)
{
	u64 z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* A number in [0, @n). */
u64 host_random_below(struct host_random *random, u64 n)
{
	return host_random(random) % n;
}

/* SEED of the environment, or another number. */
u64 host_seed(u64 fallback)
{
	const char *seed = getenv("SEED");

	return seed && *seed ? strtoull(seed, NULL, 0) : fallback;
}

static unsigned int tap_nr, tap_failed;

/* One result line. Warnings since the last one make it fail. */
void tap_result(bool ok, const char *name)
{
	if (host_nr_warnings) {
		printf("# %u warnings\n", host_nr_warnings);
		ok = false;
		host_nr_warnings = 0;
	}
	printf("%sok %u - %s\n", ok ? "" : "not ", ++tap_nr, name);
	fflush(stdout);
	if (!ok)
		tap_failed++;
}

/* One line for what was not done. */
void tap_skip(const char *name, const char *why)
{
	printf("ok %u - %s # SKIP %s\n", ++tap_nr, name, why);
}

/* The plan; returns what main() returns. */
int tap_done(void)
{
	printf("1..%u\n", tap_nr);
	return tap_failed ? 1 : 0;
}
