// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What is mapped before and after a change never faults meanwhile: clients of the GPU
 * read bytes that stay, in the tables that change, step by step through TLB and walk
 * caches, while jobs store.
 *
 * Once in turn: a step of a reader between any two stores. And once with threads: the
 * engine takes the model's lock for each store, readers for each step of a walk, so a
 * thread sanitizer would see nothing; what runs at the same time are the walks. An
 * invalidate waits for those that began before it, as the hardware's acknowledge does.
 *
 * SEED=n repeats; CHANGES=n jobs for each chip.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "oracle.h"
#include "sim/chips.h"

#define BASE		0x80c040000000ULL	/* aligned to 1 GiB */
#define PAGE(n)		(BASE + (u64)(n) * SZ_4K)
#define FRAME_PAGES	512
#define LARGE_PAGES	(SZ_512M / SZ_4K)
#define NR_READERS	3
#define MAX_GAPS	16
#define MAX_BACKINGS	40000

/* What stays: in pages from BASE on. */
static const struct kept {
	u32 first;
	u32 nr;
	bool sparse;
	/* Only where PDE1 has leaves. */
	bool large;
} kept[] = {
	/* Frame 0: 4K entries, a 64K entry, sparse 4K entries, up to both ends. */
	{ 0, 1 }, { 5, 1 }, { 48, 16 }, { 112, 8, true }, { 511, 1 },
	/* Frame 1: a leaf. Frame 2: one page. Frame 3: nothing. Frame 4: sparse. */
	{ FRAME_PAGES, FRAME_PAGES }, { 2 * FRAME_PAGES + 256, 1 },
	{ 4 * FRAME_PAGES, FRAME_PAGES, true },
	/* Entries of PDE1: one leaf between two that change. */
	{ 2 * LARGE_PAGES, LARGE_PAGES, .large = true },
	{ 4 * LARGE_PAGES - 1, 1 },
};

struct reader {
	struct cnova_sim_lookup lookup;
	struct cnova_sim_flight flight;
	struct host_random random;
	bool busy;
	u32 k;
	u64 va;
	u64 reads;
};

static struct model_vm model;
static struct oracle now, after;
static struct backing *backings;
static u32 nr_backings, nr_gaps;
static struct cnova_pt_range gap[MAX_GAPS];
static struct host_random rng;
static struct reader readers[NR_READERS];
static bool large_leaves;
static char failure[160];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool stop;
static bool threaded;

static u64 kept_pa(u32 k, u64 va)
{
	/* A large leaf is in system memory, of which there is more. */
	u64 base = kept[k].large ? 1ULL << 40 : MODEL_DATA;

	return base + (va - BASE) % (kept[k].large ? SZ_512M : SZ_8G / 1024);
}

static bool is_kept(u32 k)
{
	return !kept[k].large || large_leaves;
}

/* ---- readers: the caller holds the lock, if there are threads ---- */

static void reader_begin(struct reader *r)
{
	struct cnova_sim_client client = {
		.unit = host_random_below(&r->random, 2) ? CNOVA_SIM_HUB : CNOVA_SIM_GPC,
		.pdb = host_vm_pdb(&model.vm),
	};

	do {
		r->k = host_random_below(&r->random, ARRAY_SIZE(kept));
	} while (!is_kept(r->k));
	r->va = PAGE(kept[r->k].first + host_random_below(&r->random, kept[r->k].nr));
	cnova_sim_mmu_flight_begin(model.flat->mmu, &r->flight);
	cnova_sim_mmu_lookup_begin(model.flat->mmu, &r->lookup, &client, r->va);
	r->busy = true;
}

static void reader_end(struct reader *r)
{
	struct cnova_sim_translation to = {};
	enum cnova_sim_fault fault;
	bool good;

	fault = cnova_sim_mmu_lookup_end(model.flat->mmu, &r->lookup, CNOVA_SIM_READ, &to);
	cnova_sim_mmu_flight_end(&r->flight);
	r->busy = false;
	r->reads++;

	good = fault == CNOVA_SIM_FAULT_NONE && to.sparse == kept[r->k].sparse &&
	       (to.sparse || to.pa == kept_pa(r->k, r->va));
	if (!good && !*failure)
		snprintf(failure, sizeof(failure),
			 "%llx, which stays, %s %d, pa %llx, in a leaf of %llx", r->va,
			 fault == CNOVA_SIM_FAULT_NONE ? "is wrong" : "faults with",
			 fault == CNOVA_SIM_FAULT_NONE ? to.sparse : fault, to.pa, to.size);
}

static void reader_step(struct reader *r)
{
	if (!r->busy)
		reader_begin(r);
	else if (!cnova_sim_mmu_lookup_step(model.flat->mmu, &r->lookup))
		reader_end(r);
}

static void *reader_thread(void *arg)
{
	struct reader *r = arg;

	while (!atomic_load(&stop) || r->busy) {
		pthread_mutex_lock(&lock);
		reader_step(r);
		pthread_mutex_unlock(&lock);
		/* Now and then in the middle of a walk. */
		if (!host_random_below(&r->random, 8))
			sched_yield();
	}
	return NULL;
}

/* In turn: one step of one of them after every store. */
static void stored(struct model_vm *m)
{
	static u32 turn;

	if (!threaded && m->vm.tree.root)
		reader_step(&readers[turn++ % NR_READERS]);
}

/* ---- memory: the model's, with its lock ---- */

static const struct host_mem *unlocked;

static void locked_store(struct host_vm *vm, u64 pa, u64 word)
{
	pthread_mutex_lock(&lock);
	unlocked->store(vm, pa, word);
	pthread_mutex_unlock(&lock);
	/* On one processor nobody would get in between. */
	if (!((pa / sizeof(u64)) % 16))
		sched_yield();
}

static u64 locked_load(struct host_vm *vm, u64 pa)
{
	return unlocked->load(vm, pa);
}

static void locked_populate(struct host_vm *vm, u64 pa)
{
	pthread_mutex_lock(&lock);
	unlocked->populate(vm, pa);
	pthread_mutex_unlock(&lock);
}

static void locked_release(struct host_vm *vm, u64 pa)
{
	pthread_mutex_lock(&lock);
	unlocked->release(vm, pa);
	pthread_mutex_unlock(&lock);
}

static void wait_for_walks(struct cnova_sim_mmu *mmu, u64 epoch)
{
	while (cnova_sim_mmu_inval_must_wait(mmu, epoch)) {
		pthread_mutex_unlock(&lock);
		sched_yield();
		pthread_mutex_lock(&lock);
	}
}

/* The acknowledge comes when no walk is on its way that began before. */
static int waiting_invalidate(struct host_vm *vm)
{
	struct cnova_sim_inval inval = {
		.pdb = host_vm_pdb(vm), .level = CNOVA_SIM_NR_LEVELS,
	};
	struct cnova_sim_mmu *mmu = model.flat->mmu;
	u64 epoch;
	u32 i;

	pthread_mutex_lock(&lock);
	epoch = cnova_sim_mmu_inval_begin(mmu);
	for (i = 0; !threaded && i < NR_READERS; i++)
		while (readers[i].busy)
			reader_step(&readers[i]);
	wait_for_walks(mmu, epoch);
	cnova_sim_mmu_forget(mmu, &inval);
	/* Walks that began since the request may have used what was forgotten only now. */
	wait_for_walks(mmu, cnova_sim_mmu_inval_begin(mmu));
	cnova_sim_mmu_forgotten(mmu, &inval, epoch);
	pthread_mutex_unlock(&lock);
	return 0;
}

static const struct host_mem locked = {
	.zero_bytes = SZ_4K,
	.store = locked_store,
	.load = locked_load,
	.populate = locked_populate,
	.release = locked_release,
	.invalidate = waiting_invalidate,
};

/* ---- changes ---- */

static u64 below(u64 n)
{
	return host_random_below(&rng, n);
}

static struct backing *new_backing(u64 va, u64 pa)
{
	struct backing *b = &backings[nr_backings++ % MAX_BACKINGS];

	*b = (struct backing){ .nr = 1, .cap = 63 };
	b->run[0].start = va;
	b->run[0].pa = pa;
	return b;
}

static struct backing *kept_backing(u32 k)
{
	u64 va = PAGE(kept[k].first);
	struct backing *b = new_backing(va, kept_pa(k, va));

	if (kept[k].sparse)
		b->type = CNOVA_EXTENT_SPARSE;
	if (kept[k].large)
		b->attr.aperture = CNOVA_APERTURE_SYS_COH;
	b->attr.uncached = below(2);
	return b;
}

/* One operation as a job; @backing: NULL to unmap. */
static void change(u64 start, u64 end, const struct backing *backing)
{
	struct mapping_view op_view;
	struct oracle_view view;
	struct cnova_pt_op op = {
		.range = { start, end },
		.split_start = oracle_spans(&now, start),
		.split_end = oracle_spans(&now, end),
	};
	struct host_job job;
	u32 i;

	if (backing)
		op.view = mapping_view_init(&op_view, start, end, backing);
	if (host_prepare(&model.vm, &job, &op, 1)) {
		snprintf(failure, sizeof(failure), "prepare failed");
		return;
	}
	if (backing)
		oracle_map(&now, start, end, backing);
	else
		oracle_unmap(&now, start, end);
	oracle_copy(&after, &now);
	host_execute(&model.vm, &job, oracle_view_init(&view, &after));
	host_cleanup(&model.vm, &job);
	for (i = 0; i < now.nr; i++)
		now.map[i].bound = true;
}

/* What is between things that stay is everybody's. */
static void change_gap(void)
{
	const struct cnova_pt_range *g = &gap[below(nr_gaps)];
	u64 pages = (g->end - g->start) / SZ_4K, unit = below(2) ? SZ_4K : SZ_64K;
	struct backing *b;
	u64 start, end;

	start = g->start + below(min(pages, 4ULL * FRAME_PAGES)) * SZ_4K;
	start = max(round_down(start, unit), g->start);
	end = min(start + (1 + below(below(2) ? 20 : 600)) * unit, g->end);
	if (!below(6)) {
		start = g->start;
		end = g->end;
	}

	b = new_backing(start, MODEL_DATA + start % SZ_2M);
	switch (below(4)) {
	case 0:
		b->type = CNOVA_EXTENT_SPARSE;
		break;
	case 1:
		change(start, end, NULL);
		return;
	default:
		/* As many leaves of 2M as a test has time for. */
		if (end - start > SZ_8G / 1024 && (!large_leaves || start % SZ_512M))
			end = start + SZ_8G / 1024;
		b->attr.aperture = CNOVA_APERTURE_SYS_COH;
		b->run[0].pa = (1ULL << 41) + start % SZ_512M + below(2) * SZ_4K;
		b->cap = below(3) || end - start > SZ_2M * 4 ? 63 : below(2) ? 12 : 16;
		if (end - start > SZ_2M * 4)
			b->run[0].pa = (1ULL << 41) + start % SZ_512M;
		break;
	}
	change(start, end, b);
}

/* In place: the same memory in leaves of the same size, cached in another way. */
static void change_kept(void)
{
	u32 k = below(ARRAY_SIZE(kept));

	if (is_kept(k) && !kept[k].sparse)
		change(PAGE(kept[k].first), PAGE(kept[k].first + kept[k].nr), kept_backing(k));
}

static void begin(const char *chip)
{
	u64 at = BASE;
	u32 k;

	*failure = 0;
	nr_gaps = 0;
	nr_backings = 0;
	now.nr = 0;
	memset(readers, 0, sizeof(readers));
	model_vm_init(&model, chip);
	large_leaves = model.fmt->level[CNOVA_PT_PDE1].leaf;

	for (k = 0; k < ARRAY_SIZE(kept); k++) {
		u64 start = PAGE(kept[k].first);

		if (!is_kept(k))
			continue;
		if (start > at)
			gap[nr_gaps++] = (struct cnova_pt_range){ at, start };
		change(start, PAGE(kept[k].first + kept[k].nr), kept_backing(k));
		at = PAGE(kept[k].first + kept[k].nr);
	}
	for (k = 0; k < NR_READERS; k++)
		readers[k].random.state = host_random(&rng);
	unlocked = model.vm.mem;
	model.vm.mem = &locked;
	model.stored = stored;
}

static u64 end(const char *chip, const char *how)
{
	char name[160];
	const char *what;
	u64 va, reads = 0;
	u32 k;

	model.stored = NULL;
	for (k = 0; k < NR_READERS; k++) {
		while (readers[k].busy)
			reader_step(&readers[k]);
		reads += readers[k].reads;
	}
	what = host_validate(&model.vm, &va);
	if (!*failure && what)
		snprintf(failure, sizeof(failure), "%s at %llx", what, va);
	model.vm.mem = unlocked;
	if (model_has_findings(&model) && !*failure)
		snprintf(failure, sizeof(failure), "the model found something");
	model_vm_fini(&model);
	if (*failure)
		printf("# %s\n", failure);
	snprintf(name, sizeof(name), "%s: what stays never faults, %s", chip, how);
	tap_result(!*failure, name);
	return reads;
}

static void run(const char *chip, u32 changes)
{
	pthread_t thread[NR_READERS];
	u64 reads, stores;
	u32 i, done;

	begin(chip);
	host_reset_counts(&model.vm);
	atomic_store(&stop, false);
	for (i = 0; threaded && i < NR_READERS; i++)
		if (pthread_create(&thread[i], NULL, reader_thread, &readers[i]))
			abort();
	for (done = 0; done < changes && !*failure; done++) {
		if (below(6))
			change_gap();
		else
			change_kept();
	}
	atomic_store(&stop, true);
	for (i = 0; threaded && i < NR_READERS; i++)
		pthread_join(thread[i], NULL);
	stores = model.vm.counts.stores;
	reads = end(chip, threaded ? "read by threads" : "read between any two stores");
	printf("# %u changes, %llu stores, %llu reads\n", done, stores, reads);
}

int main(void)
{
	static const char * const chips[] = { "tu102", "ga102", "gh100", "gb202" };
	const char *env = getenv("CHANGES");
	u32 i, changes = env && *env ? strtoul(env, NULL, 0) : 2000;

	rng.state = host_seed(0x5eed);
	printf("# seed %#llx\n", rng.state);
	backings = calloc(MAX_BACKINGS, sizeof(*backings));
	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		threaded = false;
		run(chips[i], changes);
		threaded = true;
		run(chips[i], changes / 4);
	}
	free(backings);
	return tap_done();
}
