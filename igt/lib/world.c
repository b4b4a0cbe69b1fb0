// SPDX-License-Identifier: MIT

#include <sys/mman.h>
#include <unistd.h>

#include "look.h"

/* A test that fails leaves its world behind; the next one closes it. */
static struct cnova_world world_storage = { .fd = -1 };

/**
 * cnova_world_create() - A file and an address space of its own.
 * @fd: Any file of the device.
 * @start: First address the oracle looks at.
 * @size: Bytes it looks at.
 */
struct cnova_world *cnova_world_create(int fd, uint64_t start, uint64_t size)
{
	struct cnova_world *world = &world_storage;

	if (world->fd >= 0) {
		cnova_look_forget(&world->vm);
		cnova_world_abandon(world);
	}

	memset(world, 0, sizeof(*world));
	world->fd = drm_reopen_driver(fd);
	cnova_vm_init(&world->vm, world->fd);
	igt_assert(cnova_oracle_init(&world->oracle, start, size >> CNOVA_PAGE_SHIFT));
	return world;
}

/**
 * cnova_world_watched() - A small one, with an object in VRAM and one in system memory.
 * @fd: an open device.
 * @seconds: after so many the test has hung: igt_reset_timeout() ends that.
 * @what: what it hung on.
 */
struct cnova_world *cnova_world_watched(int fd, unsigned int seconds, const char *what)
{
	struct cnova_world *world = cnova_world_create(fd, CNOVA_VA, SZ_1M);

	cnova_world_bo(world, SZ_64K, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(world, SZ_64K, 0);
	igt_set_timeout(seconds, what);
	return world;
}

/**
 * cnova_world_abandon() - Close the file with a VM that is dead, or gone.
 *
 * Says nothing of the model: TLB and memory do differ now, for what is in quarantine.
 */
void cnova_world_abandon(struct cnova_world *world)
{
	for (unsigned int i = 0; i < world->nr_bos; i++)
		cnova_bo_fini(&world->bo[i]);
	world->nr_bos = 0;
	cnova_world_drop(world);
}

/**
 * cnova_world_drop() - Close the file with all that is in it, by nothing but close().
 */
void cnova_world_drop(struct cnova_world *world)
{
	/* Mappings of the CPU would keep it open. */
	for (unsigned int i = 0; i < world->nr_bos; i++)
		munmap(world->bo[i].map, world->bo[i].size);
	cnova_oracle_fini(&world->oracle);
	close(world->vm.eye);
	close(world->vm.dir);
	drm_close_driver(world->fd);
	world->fd = -1;
}

/**
 * cnova_world_close() - Give everything back.
 */
void cnova_world_close(struct cnova_world *world)
{
	cnova_vm_fini(&world->vm);
	for (unsigned int i = 0; i < world->nr_bos; i++)
		cnova_bo_fini(&world->bo[i]);
	cnova_oracle_fini(&world->oracle);
	drm_close_driver(world->fd);
	world->fd = -1;
}

/**
 * cnova_world_destroy() - End of a test: nothing is left, and the model has no complaint.
 */
void cnova_world_destroy(struct cnova_world *world)
{
	cnova_world_close(world);
	cnova_model_check();
}

/**
 * cnova_world_bo() - Another object, each page of it tagged.
 */
struct cnova_bo *cnova_world_bo(struct cnova_world *world, uint64_t size, uint32_t flags)
{
	struct cnova_bo *bo = &world->bo[world->nr_bos];

	igt_assert(world->nr_bos < CNOVA_WORLD_BOS);
	cnova_bo_init(bo, world->fd, size, flags);
	world->nr_bos++;
	return bo;
}

/**
 * cnova_world_apply() - Tell the oracle what operations did.
 */
void cnova_world_apply(struct cnova_world *world, const struct drm_cnova_vm_bind_op *ops,
		       unsigned int nr_ops)
{
	for (unsigned int i = 0; i < nr_ops; i++)
		cnova_oracle_apply(&world->oracle, &ops[i]);
}

/**
 * cnova_world_bind() - Bind synchronously, and tell the oracle.
 */
void cnova_world_bind(struct cnova_world *world, const struct drm_cnova_vm_bind_op *ops,
		      unsigned int nr_ops)
{
	struct drm_cnova_vm_bind args = cnova_bind_args(&world->vm, ops, nr_ops, NULL, 0);
	int err = __cnova_bind(world->fd, &args);

	igt_assert_f(!err, "bind: %s, operation %d, reason %u\n", strerror(-err),
		     (int)args.failed_op, args.reason);
	cnova_world_apply(world, ops, nr_ops);
}

void cnova_world_map(struct cnova_world *world, const struct cnova_bo *bo, uint64_t offset,
		     uint64_t va, uint64_t range, uint32_t flags)
{
	struct drm_cnova_vm_bind_op op = cnova_op_map(bo, offset, va, range, flags);

	cnova_world_bind(world, &op, 1);
}

void cnova_world_unmap(struct cnova_world *world, uint64_t va, uint64_t range)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(va, range);

	cnova_world_bind(world, &op, 1);
}

/**
 * cnova_world_tree() - The VA tree as text; the caller frees it.
 */
char *cnova_world_tree(struct cnova_world *world)
{
	char *text = cnova_read_text(world->vm.dir, "gpuvas");

	igt_assert_f(text, "gpuvas: %m\n");
	return text;
}

static ssize_t read_eye(void *data, uint64_t va, void *buf, size_t size)
{
	return cnova_eye_read(data, va, buf, size);
}

/* What was seen through the engine, and where it shall fault. */
struct glimpses {
	struct cnova_world *world;
	struct cnova_glimpse *page;
	uint32_t hole;
};

#define NO_HOLE		UINT32_MAX
/* A look into a hole costs a channel: in every so many checks, one. */
#define CHECKS_PER_HOLE	8

static uint32_t choose_hole(const struct cnova_oracle *oracle, unsigned int nr_checks)
{
	uint32_t from = nr_checks * 37;

	if (nr_checks % CHECKS_PER_HOLE)
		return NO_HOLE;
	for (uint32_t k = 0; k < oracle->nr_pages; k++) {
		uint32_t i = (from + k) % oracle->nr_pages;

		if (oracle->page[i].state == CNOVA_PAGE_HOLE && cnova_oracle_is_sampled(oracle, i))
			return i;
	}
	return NO_HOLE;
}

/* Holes but the chosen one are taken for holes; all else has been looked at. */
static ssize_t read_glimpses(void *data, uint64_t va, void *buf, size_t size)
{
	const struct glimpses *g = data;
	const struct cnova_oracle *oracle = &g->world->oracle;
	uint32_t i = (va - oracle->start) / SZ_4K;
	size_t at;

	if (oracle->page[i].state == CNOVA_PAGE_HOLE)
		return i == g->hole ? cnova_eye_read(&g->world->vm, va, buf, size) : -EFAULT;
	if (oracle->page[i].state == CNOVA_PAGE_SPARSE)
		return g->page[i].seen ? (ssize_t)size : -EFAULT;

	for (at = 0; at < size && g->page[i].seen; at += SZ_4K, i++) {
		memcpy((char *)buf + at, &g->page[i].first, 8);
		memcpy((char *)buf + at + SZ_4K - 8, &g->page[i].last, 8);
	}
	return at ? (ssize_t)at : -EFAULT;
}

/* Does the GPU read what it should? */
static bool check_reads(struct cnova_world *world)
{
	struct cnova_oracle *oracle = &world->oracle;
	struct glimpses g = { .world = world };
	bool ok;

	if (!cnova_looks_by_engine())
		return cnova_oracle_check_eye(oracle, read_eye, &world->vm);

	g.page = calloc(oracle->nr_pages, sizeof(*g.page));
	igt_assert(g.page);
	cnova_look_at_pages(&world->vm, oracle, g.page);
	g.hole = choose_hole(oracle, world->vm.look->nr_checks++);
	ok = cnova_oracle_check_eye(oracle, read_glimpses, &g);
	free(g.page);
	return ok;
}

/**
 * cnova_world_check() - Do the GPU and the VA tree show what the oracle says?
 */
void cnova_world_check(struct cnova_world *world)
{
	struct drm_cnova_vm_get_state state;
	char *tree = cnova_world_tree(world);
	bool ok;

	ok = cnova_oracle_check_tree(&world->oracle, tree) &&
	     check_reads(world);
	if (!ok)
		igt_info("%s", tree);
	free(tree);
	igt_assert_f(ok, "%s\n", world->oracle.error);

	igt_assert_eq(__cnova_vm_get_state(world->fd, world->vm.id, &state), 0);
	igt_assert_eq(state.state, DRM_CNOVA_VM_ACTIVE);
	igt_assert_eq_u64(state.mapped, cnova_oracle_mapped(&world->oracle) +
			  cnova_look_mapped(&world->vm));
}

/**
 * cnova_world_check_all() - The same, and the page tables.
 */
void cnova_world_check_all(struct cnova_world *world)
{
	char *leaves;
	bool ok;

	cnova_world_check(world);

	leaves = cnova_read_text(world->vm.dir, "pagetable");
	igt_assert_f(leaves, "pagetable: %m\n");
	ok = cnova_oracle_check_leaves(&world->oracle, leaves);
	if (!ok)
		igt_debug("%s", leaves);
	free(leaves);
	igt_assert_f(ok, "%s\n", world->oracle.error);
}

/* The second word of a page belongs to cnova_world_check_writes(). */
static volatile uint64_t *scratch(const struct cnova_bo *bo, uint64_t page)
{
	return (volatile uint64_t *)(bo->map + page * SZ_4K + 8);
}

static struct cnova_bo *find_bo(struct cnova_world *world, uint32_t handle)
{
	for (unsigned int i = 0; i < world->nr_bos; i++)
		if (world->bo[i].handle == handle)
			return &world->bo[i];

	return NULL;
}

static void check_write(struct cnova_world *world, uint32_t i)
{
	const struct cnova_page *page = &world->oracle.page[i];
	uint64_t va = world->oracle.start + i * SZ_4K, word = ~va;
	bool refused = page->state == CNOVA_PAGE_HOLE ||
		       (page->flags & DRM_CNOVA_VM_BIND_READ_ONLY);
	ssize_t n = cnova_eye_write(&world->vm, va + 8, &word, sizeof(word));

	igt_assert_f(n == (refused ? -EFAULT : (ssize_t)sizeof(word)),
		     "write to %#llx gives %zd\n", (unsigned long long)va, n);
}

/* Through the engine all that are to arrive go at once; one that is refused for each reason. */
static void write_words(struct cnova_world *world)
{
	struct cnova_oracle *oracle = &world->oracle;
	bool hole = false, read_only = false;

	if (cnova_looks_by_engine())
		cnova_look_put_words(&world->vm, oracle);

	for (uint32_t i = 0; i < oracle->nr_pages; i++) {
		const struct cnova_page *page = &oracle->page[i];
		bool *once = page->state == CNOVA_PAGE_HOLE ? &hole :
			     page->flags & DRM_CNOVA_VM_BIND_READ_ONLY ? &read_only : NULL;

		if (!cnova_oracle_is_sampled(oracle, i))
			continue;
		if (cnova_looks_by_engine() && (!once || *once))
			continue;
		check_write(world, i);
		if (once)
			*once = true;
	}
}

/**
 * cnova_world_check_writes() - Do writes land in the right pages, and in no others?
 *
 * Every page of the window is written (of a large one, samples), and then every page of
 * every object compared.
 */
void cnova_world_check_writes(struct cnova_world *world)
{
	struct cnova_oracle *oracle = &world->oracle;
	struct cnova_bo *bo;

	for (unsigned int k = 0; k < world->nr_bos; k++)
		for (uint64_t i = 0; i < world->bo[k].size / SZ_4K; i++)
			*scratch(&world->bo[k], i) = 0;

	write_words(world);

	/* Take each expected word back to 0: what is then not 0 was hit by mistake. */
	for (uint32_t i = oracle->nr_pages; i--;) {
		const struct cnova_page *page = &oracle->page[i];
		uint64_t va = oracle->start + i * SZ_4K;

		if (page->state != CNOVA_PAGE_OBJECT ||
		    (page->flags & DRM_CNOVA_VM_BIND_READ_ONLY) ||
		    !cnova_oracle_is_sampled(oracle, i))
			continue;

		bo = find_bo(world, page->object);
		igt_assert(bo);
		if (*scratch(bo, page->page)) {
			igt_assert_eq_u64(*scratch(bo, page->page), ~va);
			*scratch(bo, page->page) = 0;
		} else {
			bool again = false;

			/* Mapped more than once: the highest address wrote last. */
			for (uint32_t k = i + 1; k < oracle->nr_pages; k++)
				again |= oracle->page[k].object == page->object &&
					 oracle->page[k].page == page->page &&
					 cnova_oracle_is_sampled(oracle, k);
			igt_assert_f(again, "write to %#llx is lost\n", (unsigned long long)va);
		}
	}

	for (unsigned int k = 0; k < world->nr_bos; k++)
		for (uint64_t i = 0; i < world->bo[k].size / SZ_4K; i++)
			igt_assert_eq_u64(*scratch(&world->bo[k], i), 0);
}

/**
 * cnova_world_expect_refused() - A bind must fail, say why, and change nothing.
 */
void cnova_world_expect_refused(struct cnova_world *world, struct drm_cnova_vm_bind *args,
				int err, uint32_t failed_op, uint32_t reason)
{
	char *before = cnova_world_tree(world), *after;
	bool same;

	args->failed_op = 0x55;
	args->reason = 0x55;
	igt_assert_eq(__cnova_bind(world->fd, args), -err);
	igt_assert_eq_u32(args->failed_op, failed_op);
	igt_assert_eq_u32(args->reason, reason);

	after = cnova_world_tree(world);
	same = !strcmp(before, after);
	if (!same)
		igt_info("before:\n%safter:\n%s", before, after);
	free(before);
	free(after);
	igt_assert_f(same, "a bind that was refused changed the tree\n");
}
