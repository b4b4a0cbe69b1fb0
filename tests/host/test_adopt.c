// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A root that belongs to somebody else: what is in it stays, ours goes without a trace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/sizes.h>

#include "model_vm.h"

#define M2		SZ_2M
#define M512		0x20000000ULL

/*
 * What firmware has: at 6 MiB a 2M leaf, at 10 MiB a 4K table, at 1 GiB a table in system
 * memory, at 1.5 GiB one beyond VRAM.
 */
#define THEIR_LEAF	(3ULL * M2)
#define THEIR_TABLE	(5ULL * M2)
#define THEIR_ODD	(2ULL * M512)
#define THEIR_BEYOND	(3ULL * M512)
/* A PDE0 with nothing in it. */
#define THEIR_EMPTY	M512
#define END		(4ULL * M512)

/* The driver is told of less VRAM than the model has: this is beyond. */
#define VRAM_END	(MODEL_VRAM - 2 * SZ_4K)
#define BEYOND		(MODEL_VRAM - SZ_4K)

/* Their tables, one a page. */
#define THEIR_PAGES	0x1700000ULL
#define MAX_PAGES	16

#define SLOT_BYTES	SZ_64K
#define NR_SLOTS	64

static struct model_vm model;
static u64 before[MAX_PAGES][SZ_4K / sizeof(u64)];
static u32 nr_pages;
static bool ok;

#define EXPECT(cond)							\
	do {								\
		if (!(cond)) {						\
			printf("# line %d: %s\n", __LINE__, #cond);	\
			ok = false;					\
		}							\
	} while (0)

static u64 page_pa(u32 page)
{
	return THEIR_PAGES + page * SZ_4K;
}

/* A page of zeros. */
static u64 new_page(void)
{
	u64 pa = page_pa(nr_pages++);

	cnova_sim_flat_populate(model.flat, pa, SZ_4K);
	for (u32 i = 0; i < SZ_4K; i += sizeof(u64))
		cnova_sim_flat_store(model.flat, pa + i, 0);
	return pa;
}

static void put(u64 table, enum cnova_pt_kind kind, u64 va, u32 half, u64 word)
{
	const struct cnova_pt_fmt *fmt = model.fmt;
	u32 i = cnova_pt_index(fmt, kind, va) * fmt->level[kind].words + half;

	cnova_sim_flat_store(model.flat, table + i * sizeof(u64), word);
}

static u64 pointer(enum cnova_pt_kind to, u64 pa, enum cnova_aperture aperture)
{
	struct cnova_pt_entry entry = { .pa = pa, .attr.aperture = aperture };

	return model.fmt->table(to, &entry);
}

static u64 leaf(u64 pa)
{
	struct cnova_pt_attr attr = { .aperture = CNOVA_APERTURE_VIDEO };
	u64 word;

	model.fmt->fill(&word, 1, pa, SZ_4K, &attr);
	return word;
}

/* Firmware's tables. Return: the root. */
static u64 build_theirs(void)
{
	u64 root = new_page(), table = root, pde0, empty, small;
	enum cnova_pt_kind kind;

	for (kind = model.fmt->root; kind > CNOVA_PT_PDE1; kind--) {
		u64 next = new_page();

		put(table, kind, 0, 0, pointer(kind - 1, next, CNOVA_APERTURE_VIDEO));
		table = next;
	}

	pde0 = new_page();
	put(table, CNOVA_PT_PDE1, 0, 0, pointer(CNOVA_PT_PDE0, pde0, CNOVA_APERTURE_VIDEO));
	put(pde0, CNOVA_PT_PDE0, THEIR_LEAF, 0, leaf(MODEL_DATA));
	small = new_page();
	put(small, CNOVA_PT_4K, THEIR_TABLE, 0, leaf(MODEL_DATA + SZ_4K));
	put(pde0, CNOVA_PT_PDE0, THEIR_TABLE, 1,
	    pointer(CNOVA_PT_4K, small, CNOVA_APERTURE_VIDEO));

	empty = new_page();
	put(table, CNOVA_PT_PDE1, THEIR_EMPTY, 0,
	    pointer(CNOVA_PT_PDE0, empty, CNOVA_APERTURE_VIDEO));
	put(table, CNOVA_PT_PDE1, THEIR_ODD, 0,
	    pointer(CNOVA_PT_PDE0, THEIR_PAGES, CNOVA_APERTURE_SYS_COH));
	cnova_sim_flat_populate(model.flat, BEYOND, SZ_4K);
	put(table, CNOVA_PT_PDE1, THEIR_BEYOND, 0,
	    pointer(CNOVA_PT_PDE0, BEYOND, CNOVA_APERTURE_VIDEO));
	/* Beyond what BAR1 reaches, and not the first there. */
	put(table, CNOVA_PT_PDE1, END + M512, 0,
	    pointer(CNOVA_PT_PDE0, 0x54321000, CNOVA_APERTURE_SYS_COH));
	return root;
}

static void save_theirs(void)
{
	for (u32 page = 0; page < nr_pages; page++)
		for (u32 i = 0; i < SZ_4K / sizeof(u64); i++)
			before[page][i] = cnova_sim_flat_load(model.flat,
							      page_pa(page) + i * sizeof(u64));
}

/* Is what was there still there; with @exact nothing else either? */
static bool theirs_are_kept(bool exact)
{
	for (u32 page = 0; page < nr_pages; page++) {
		for (u32 i = 0; i < SZ_4K / sizeof(u64); i++) {
			u64 now = cnova_sim_flat_load(model.flat,
						      page_pa(page) + i * sizeof(u64));

			if (now != before[page][i] && (exact || before[page][i])) {
				printf("# page %u word %u: %llx, was %llx\n", page, i, now,
				       before[page][i]);
				return false;
			}
		}
	}
	return true;
}

static void begin(const char *chip)
{
	ok = true;
	nr_pages = 0;
	model_vm_init(&model, chip);
	host_vm_adopt(&model.vm, build_theirs(), END, VRAM_END);
	save_theirs();
}

static void check(void)
{
	const char *what;
	u64 va;

	what = host_validate(&model.vm, &va);
	if (what)
		printf("# %s at %llx\n", what, va);
	EXPECT(!what);
	EXPECT(theirs_are_kept(false));
	EXPECT(!model.vm.counts.unordered);
	EXPECT(!cnova_sim_mmu_coherent(model.flat->mmu));
}

/* As cnova_vmm_clear_locked() and cnova_vmm_fini(). */
static void end(const char *name, const char *chip)
{
	char text[128];

	if (cnova_pt_clear(&model.vm.tree, &model.vm.io)) {
		model.vm.io.ops->order(&model.vm.io);
		EXPECT(!model.vm.io.ops->invalidate(&model.vm.io));
	}
	EXPECT(theirs_are_kept(true));
	check();

	model_vm_fini(&model);
	snprintf(text, sizeof(text), "%s, %s", name, chip);
	tap_result(ok, text);
}

/* Bring [@start, @end) to what @extents say, which is all there is. */
static int change(u64 start, u64 end, const struct cnova_extent *extents, u32 nr)
{
	struct host_view view;
	struct cnova_pt_op op = {
		.range = { start, end },
		.view = host_view_init(&view, extents, nr),
	};
	struct host_job job;
	int err;

	err = host_prepare(&model.vm, &job, &op, 1);
	if (err)
		return err;
	if (cnova_pt_job_meets_foreign(&model.vm.tree, &job.pt))
		err = -1;
	else
		err = host_execute(&model.vm, &job, host_view_init(&view, extents, nr));
	host_cleanup(&model.vm, &job);
	return err;
}

static struct cnova_extent mem(u64 start, u64 size, u64 pa)
{
	return (struct cnova_extent){
		.start = start, .end = start + size, .pa = pa, .max_leaf_lg2 = 64,
	};
}

static void test_ranges(const char *chip)
{
	static const struct cnova_pt_range want[] = {
		{ THEIR_LEAF, THEIR_LEAF + M2 },
		{ THEIR_TABLE, THEIR_TABLE + M2 },
		{ THEIR_ODD, THEIR_ODD + M512 },
		{ THEIR_BEYOND, THEIR_BEYOND + M512 },
	};
	struct cnova_pt_range range;
	u64 va = 0;

	begin(chip);
	for (u32 i = 0; i < ARRAY_SIZE(want); i++) {
		EXPECT(cnova_pt_next_foreign(&model.vm.tree, va, &range));
		EXPECT(range.start == want[i].start && range.end == want[i].end);
		va = range.end;
	}
	/* What is out of reach is not looked at, and taken. */
	EXPECT(cnova_pt_next_foreign(&model.vm.tree, va, &range));
	EXPECT(range.start == END);
	EXPECT(cnova_pt_next_foreign(&model.vm.tree, END + M512, &range));
	EXPECT(range.start == END + M512);
	EXPECT(cnova_pt_next_foreign(&model.vm.tree, THEIR_LEAF + M2 - 1, &range));
	EXPECT(range.start == THEIR_LEAF);
	end("what belongs to others is found", chip);
}

static void test_refused(const char *chip)
{
	static const struct cnova_pt_range bad[] = {
		{ THEIR_LEAF, THEIR_LEAF + SZ_4K },
		{ THEIR_LEAF - SZ_4K, THEIR_LEAF + SZ_4K },
		{ THEIR_TABLE + M2 - SZ_4K, THEIR_TABLE + M2 + SZ_4K },
		{ 0, M512 },
		{ THEIR_ODD + SZ_64K, THEIR_ODD + 2 * SZ_64K },
		{ THEIR_BEYOND + SZ_64K, THEIR_BEYOND + 2 * SZ_64K },
		{ END, END + SZ_4K },
	};

	begin(chip);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cnova_extent extent = mem(bad[i].start, bad[i].end - bad[i].start,
						 MODEL_DATA + SZ_1M);

		EXPECT(change(bad[i].start, bad[i].end, &extent, 1));
		EXPECT(change(bad[i].start, bad[i].end, NULL, 0));
	}
	EXPECT(!model.vm.counts.stores);
	EXPECT(theirs_are_kept(true));
	end("nothing changes below entries of others", chip);
}

/* Map right beside, unmap, and map what fills a whole entry above an adopted table. */
static void test_beside(const char *chip)
{
	struct cnova_extent extents[] = {
		mem(SZ_4K, THEIR_LEAF - SZ_4K, MODEL_DATA + SZ_2M + SZ_4K),
		mem(THEIR_LEAF + M2, M2, MODEL_DATA + 4 * SZ_2M),
		mem(THEIR_TABLE + M2, SZ_64K + SZ_4K, MODEL_DATA + 4 * SZ_2M),
	};
	/* There is no such memory, but nobody uses it. */
	struct cnova_extent large = mem(THEIR_EMPTY, M512, 0);

	begin(chip);
	EXPECT(!change(extents[0].start, extents[0].end, extents, 1));
	EXPECT(!change(extents[1].start, extents[1].end, extents, 2));
	EXPECT(!change(extents[2].start, extents[2].end, extents, 3));
	check();
	EXPECT(model_look(&model, SZ_4K).pa == extents[0].pa);
	EXPECT(model_look(&model, THEIR_LEAF).pa == MODEL_DATA);
	EXPECT(model_look(&model, THEIR_TABLE).pa == MODEL_DATA + SZ_4K);
	EXPECT(model_look(&model, THEIR_TABLE + SZ_4K).hole);

	/* All of what an adopted table covers, as one leaf where the chip has it. */
	large.attr.aperture = CNOVA_APERTURE_SYS_COH;
	extents[0] = large;
	host_reset_counts(&model.vm);
	EXPECT(!change(0 + SZ_4K, THEIR_LEAF, NULL, 0));
	EXPECT(!change(THEIR_LEAF + M2, THEIR_TABLE, NULL, 0));
	EXPECT(!change(THEIR_TABLE + M2, THEIR_TABLE + 2 * M2, NULL, 0));
	EXPECT(theirs_are_kept(true));
	EXPECT(!change(THEIR_EMPTY, THEIR_EMPTY + M512, extents, 1));
	check();
	EXPECT(!change(THEIR_EMPTY, THEIR_EMPTY + M512, NULL, 0));
	EXPECT(theirs_are_kept(true));
	/* Nor do they go where something is left. */
	EXPECT(!change(THEIR_EMPTY, THEIR_EMPTY + M512, extents, 1));
	end("beside others", chip);
}

/* Mapped and unmapped by 64 KiB, with pages missing, around what is theirs. */
static void test_random(const char *chip)
{
	struct host_random random = { .state = host_seed(0xada9) };
	struct cnova_extent extents[NR_SLOTS];
	bool used[NR_SLOTS] = {};

	begin(chip);
	for (u32 round = 0; round < 3000 && ok; round++) {
		u32 slot = host_random_below(&random, NR_SLOTS);
		/* From 1 MiB before their table to 1 MiB before its end, and after. */
		u64 base = slot < 16 ? THEIR_TABLE - SZ_1M : THEIR_TABLE + M2 - 16 * SLOT_BYTES;
		u64 start = base + slot * SLOT_BYTES, i;
		u32 nr = 0;

		used[slot] = !used[slot];
		for (u32 s = 0; s < NR_SLOTS; s++) {
			u64 at = (s < 16 ? THEIR_TABLE - SZ_1M :
				  THEIR_TABLE + M2 - 16 * SLOT_BYTES) + s * SLOT_BYTES;

			if (!used[s])
				continue;
			extents[nr] = mem(at, SLOT_BYTES - (s % 3 ? 0 : SZ_4K),
					  MODEL_DATA + s * SLOT_BYTES);
			extents[nr++].bound = s != slot;
		}
		EXPECT(!change(start, start + SLOT_BYTES, extents, nr));
		i = host_random_below(&random, 16) * SZ_4K;
		EXPECT(model_look(&model, start + i).hole ==
		       (!used[slot] || (slot % 3 == 0 && i == SLOT_BYTES - SZ_4K)));
		EXPECT(model_look(&model, THEIR_TABLE).pa == MODEL_DATA + SZ_4K);
		if (round % 64 == 0)
			check();
	}
	end("at random beside others", chip);
}

int main(void)
{
	static const char * const chips[] = { "tu102", "ga102", "gh100", "gb202" };

	for (u32 i = 0; i < ARRAY_SIZE(chips); i++) {
		test_ranges(chips[i]);
		test_refused(chips[i]);
		test_beside(chips[i]);
		test_random(chips[i]);
	}
	return tap_done();
}
