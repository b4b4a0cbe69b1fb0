// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model's copy engines with random input, SEED=n. Prints TAP.
 *
 * Copies: a window of virtual addresses with leaves of all sizes in either aperture, sparse ranges
 * and holes; random copies against a plain one, byte by byte in the order of the copy, on a
 * picture of the window that the test keeps. Streams: methods and data as they come.
 */
#include <time.h>

#include <linux/kernel.h>

#include "test_ce.h"

#define LAYOUTS		4
#define COPIES		250
#define STREAMS		12000	/* per chip */
#define STREAM_LENGTH	24

#define SLOTS		3
#define WINDOW		(SLOTS * (u64)SZ_2M)
#define PAGES		(WINDOW / SZ_4K)
#define FUZZ_VRAM_MIB	32

/* Tables of slot @s, and memory to map. */
#define SLOT_BIG(s)	(0x100000ULL + (s) * SZ_4K)
#define SLOT_SMALL(s)	(0x110000ULL + (s) * SZ_4K)
#define HUGE(s)		(SZ_4M + (s) * (u64)SZ_2M)
#define POOL		(12 * (u64)SZ_1M)
#define POOL_SIZE	((SLOTS + 1) * (u64)SZ_2M)
#define BUS		0x40000000ULL

/* What a page of the window is. */
enum { HOLE, MEMORY, ZERO };

static u64 state;
static u8 picture[WINDOW], real[WINDOW];
static u8 page_is[PAGES];
static u8 *system_memory;
static unsigned int nr_faults, nr_again;

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static u64 below(u64 n)
{
	return (rnd() >> 11) % n;
}

/* ---- the window ---- */

/* Blocks of 64 KiB, some of system memory, the others of VRAM; and which are in use already. */
#define SYSTEM_SIZE	SZ_1M
#define NR_BLOCKS	((SYSTEM_SIZE + POOL_SIZE) / SZ_64K)

static bool used[NR_BLOCKS];

static u64 take_block(void)
{
	u64 i;

	do
		i = below(4) ? below(NR_BLOCKS) : below(SYSTEM_SIZE / SZ_64K);
	while (used[i]);
	used[i] = true;
	return i * SZ_64K;
}

static u64 leaf(u64 offset)
{
	return offset < SYSTEM_SIZE ? SYS_LEAF(BUS + offset) : LEAF(POOL + offset - SYSTEM_SIZE);
}

static void lay_small(unsigned int slot, unsigned int block)
{
	u64 at = take_block();
	unsigned int i, turn = below(16);

	poke(SLOT_BIG(slot) + block * 8, 0);
	for (i = 0; i < 16; i++) {
		unsigned int page = block * 16 + i;
		u64 entry = leaf(at + (i ^ turn) * SZ_4K);
		u8 is = MEMORY;

		if (!below(24)) {
			is = ZERO;
			entry = SPARSE;
		} else if (!below(200)) {
			is = HOLE;
			entry = 0;
		}
		poke(SLOT_SMALL(slot) + page * 8, entry);
		page_is[slot * 512 + page] = is;
	}
}

static void lay_block(unsigned int slot, unsigned int block)
{
	if (below(3)) {
		lay_small(slot, block);
		return;
	}
	poke(SLOT_BIG(slot) + block * 8, leaf(take_block()));
	memset(page_is + slot * 512 + block * 16, MEMORY, 16);
}

static void lay_slot(unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < 512; i++)
		poke(SLOT_SMALL(slot) + i * 8, 0);
	for (i = 0; i < 32; i++)
		poke(SLOT_BIG(slot) + i * 8, BLOCKED);
	if (!below(3)) {
		poke(E_LOW + slot * 16, LEAF(HUGE(slot)));
		memset(page_is + slot * 512, MEMORY, 512);
		return;
	}
	for (i = 0; i < 32; i++)
		lay_block(slot, i);
	poke(E_HIGH + slot * 16, TABLE(SLOT_SMALL(slot)));
	poke(E_LOW + slot * 16, TABLE(SLOT_BIG(slot)));
}

static void begin_window(const char *name)
{
	const struct cnova_sim_config config = {
		.chip = chip, .vram_mib = FUZZ_VRAM_MIB, .bar1_mib = -1, .seed = 1,
	};
	u64 at, fault;
	unsigned int i;

	gpu_begin_with(name, &config);
	CHECK(!io->vram_populate(gpu, ROOT, OTHER - ROOT));
	CHECK(!io->vram_populate(gpu, SLOT_BIG(0), SZ_128K));
	CHECK(!io->vram_populate(gpu, HUGE(0), SLOTS * (u64)SZ_2M));
	CHECK(!io->vram_populate(gpu, POOL, POOL_SIZE));
	CHECK(!io->dma_grant(gpu, BUS, (struct page *)system_memory, SYSTEM_SIZE / SZ_4K));
	for (at = ROOT; at < OTHER; at += 8)
		poke(at, 0);
	if (is_v3)
		poke(E_PD4, TABLE(PD3));
	poke(E_PD3, TABLE(PD2));
	poke(E_PD2, TABLE(PD1));
	poke(E_PD1, TABLE(PD0));
	memset(used, 0, sizeof(used));
	for (i = 0; i < SLOTS; i++)
		lay_slot(i);
	order();
	gpu_invalidate(ROOT, ALL_OF_IT);
	for (at = 0; at < WINDOW; at += 8) {
		u64 word = rnd();

		memcpy(picture + at, &word, 8);
	}
	for (i = 0; i < PAGES; i++) {
		if (page_is[i] == ZERO)
			memset(picture + i * SZ_4K, 0, SZ_4K);
		else if (page_is[i] == MEMORY)
			CHECK(!io->gpu_write(gpu, ROOT, VA + i * SZ_4K, picture + i * SZ_4K, SZ_4K,
					     &fault));
	}
	gpu_expect_none();
	ce_begin();
}

/* Is the memory what the picture says? */
static bool is_as_pictured(void)
{
	unsigned int i, bad = 0;
	u64 fault;

	for (i = 0; i < PAGES; i++) {
		if (page_is[i] == HOLE)
			continue;
		if (io->gpu_read(gpu, ROOT, VA + i * SZ_4K, real + i * SZ_4K, SZ_4K, &fault))
			return false;
		if (memcmp(real + i * SZ_4K, picture + i * SZ_4K, SZ_4K))
			bad++;
	}
	return !bad;
}

/* ---- copies ---- */

/* One side of a copy, in the test's words. */
struct side {
	u64 at;			/* in the window */
	s64 pitch;
	bool blocks;
	u32 high, deep;		/* log2 of GOBs of a block */
	u32 width, height, depth, layer, x, y;
	u32 element;
};

/* Offset of byte @b of a line. The bits of x and y beside each other, not by division. */
static u64 side_offset(const struct side *s, u64 line, u64 b)
{
	u64 x, y, columns, rows, block, gob;

	if (!s->blocks)
		return s->at + line * s->pitch + b;
	x = (u64)s->x * s->element + b;
	y = s->y + line;
	columns = ((u64)s->width * s->element + 63) >> 6;
	rows = ((s->height - 1) >> (3 + s->high)) + 1;
	block = ((s->layer >> s->deep) * rows + (y >> (3 + s->high))) * columns + (x >> 6);
	gob = (block << (s->high + s->deep)) + ((s->layer & ((1 << s->deep) - 1)) << s->high) +
	      (y >> 3 & ((1 << s->high) - 1));
	return s->at + gob * 512 + ((x >> 5 & 1) << 8 | (y >> 1 & 3) << 6 | (x >> 4 & 1) << 5 |
				    (y & 1) << 4 | (x & 15));
}

struct copy {
	struct side src, dst;
	u32 length, lines;
	bool remap, reads;
	u32 size, nr_src, nr_dst, pick[4], constant[2];
};

/* What it is to do to the picture. Return: whether it ends; else where not, and how. */
static bool draw(const struct copy *c, u64 *fault, bool *store)
{
	u64 line, e, at;
	u8 bytes[16];
	u32 i;

	for (line = 0; line < c->lines; line++) {
		for (e = 0; e < c->length; e++) {
			*store = false;
			for (i = 0; i < c->src.element && (!c->remap || c->reads); i++) {
				*fault = at = side_offset(&c->src, line, e * c->src.element + i);
				if (at >= WINDOW || page_is[at / SZ_4K] == HOLE)
					return false;
				bytes[i] = picture[at];
			}
			*store = true;
			for (i = 0; i < c->dst.element; i++) {
				u32 pick = c->remap ? c->pick[i / c->size] : 0;
				u32 b = c->remap ? i % c->size : i;

				if (pick == 6)
					continue;
				*fault = at = side_offset(&c->dst, line, e * c->dst.element + i);
				if (at >= WINDOW || page_is[at / SZ_4K] == HOLE)
					return false;
				if (page_is[at / SZ_4K] == ZERO)
					continue;
				picture[at] = pick < 4 ? bytes[pick * c->size + b] :
							 c->constant[pick - 4] >> b * 8;
			}
		}
	}
	return true;
}

static void pick_components(struct copy *c)
{
	u32 i;

	c->remap = true;
	c->size = below(4) + 1;
	c->nr_src = below(4) + 1;
	c->nr_dst = below(4) + 1;
	c->constant[0] = rnd();
	c->constant[1] = rnd();
	for (i = 0; i < c->nr_dst; i++) {
		/* Often a fill, which reads nothing. */
		c->pick[i] = below(3) ? 4 + below(2) : below(7);
		if (c->pick[i] < 4)
			c->pick[i] %= c->nr_src;
		if (c->pick[i] < 4)
			c->reads = true;
	}
	c->src.element = c->nr_src * c->size;
	c->dst.element = c->nr_dst * c->size;
}

static void pick_blocks(struct copy *c, struct side *s)
{
	s->blocks = true;
	s->high = below(6);
	s->deep = below(3);
	s->x = below(40);
	s->y = below(20);
	s->width = s->x + c->length + below(40);
	s->height = s->y + c->lines + below(20);
	s->depth = below(5) + 1;
	s->layer = below(s->depth);
}

static u64 side_bytes(const struct copy *c, const struct side *s)
{
	if (s->blocks)
		return (((u64)s->width * s->element + 63) / 64 * 64) *
		       ((s->height >> (3 + s->high)) + 1) * (8 << s->high) *
		       (((s->depth >> s->deep) + 1) << s->deep);
	return llabs(s->pitch) * (c->lines - 1) + (u64)c->length * s->element;
}

/* Somewhere in the window, in @half of it; rarely over its end. */
static void place(struct copy *c, struct side *s, unsigned int half)
{
	u64 bytes = side_bytes(c, s);
	u64 room = WINDOW / 2 > bytes ? WINDOW / 2 - bytes : 1;

	s->at = half * (WINDOW / 2) + below(room);
	if (half && !below(40))
		s->at = WINDOW - bytes / 2;
	s->at -= s->at % (s->blocks ? 512 : c->remap && c->size != 3 ? c->size : 1);
	if (!s->blocks && s->pitch < 0)
		s->at += -s->pitch * (c->lines - 1);
}

static void pick_shape(struct copy *c)
{
	u64 most;

	memset(c, 0, sizeof(*c));
	c->src.element = 1;
	c->dst.element = 1;
	c->size = 1;
	c->lines = 1;
	if (below(2))
		pick_components(c);
	switch (below(3)) {
	case 0:
		most = 200000 / max(c->src.element, c->dst.element);
		c->length = below(most);
		break;
	default:
		c->length = below(700);
		c->lines = below(40) + 1;
	}
	c->src.pitch = (c->length * c->src.element + below(300) + 16) & ~15U;
	c->dst.pitch = (c->length * c->dst.element + below(300) + 16) & ~15U;
	if (c->size == 3 || !c->remap) {
		c->src.pitch += below(16);
		c->dst.pitch += below(16);
	}
	if (!below(4))
		c->src.pitch = -c->src.pitch;
	if (!below(4))
		c->dst.pitch = -c->dst.pitch;
	if (c->lines > 1 && !below(3))
		pick_blocks(c, &c->src);
	if (c->lines > 1 && !below(3))
		pick_blocks(c, &c->dst);
}

/* The sides do not overlap: nobody says what comes out of that. */
static void pick_copy(struct copy *c)
{
	unsigned int half = below(2);

	do
		pick_shape(c);
	while (side_bytes(c, &c->src) > WINDOW / 2 || side_bytes(c, &c->dst) > WINDOW / 2);
	place(c, &c->src, half);
	place(c, &c->dst, !half);
}

static void set_surface(u32 method, u32 origin, const struct side *s)
{
	ce_do(method, 0x1000 | s->high << 4 | s->deep << 8);
	ce_do(method + 4, s->width);
	ce_do(method + 8, s->height);
	ce_do(method + 12, s->depth);
	ce_do(method + 16, s->layer);
	ce_do(origin, s->x);
	ce_do(origin + 4, s->y);
}

static u32 set_copy(const struct copy *c)
{
	u32 launch = 2 | MULTI, i, components;

	ce_linear(VA + c->src.at, VA + c->dst.at, c->length);
	ce_do(COUNT, c->lines);
	ce_do(PITCH_IN, c->src.pitch);
	ce_do(PITCH_OUT, c->dst.pitch);
	if (c->src.blocks)
		set_surface(SRC_BLOCK, SRC_ORIGIN_X, &c->src);
	else
		launch |= 0x80;
	if (c->dst.blocks)
		set_surface(DST_BLOCK, DST_ORIGIN_X, &c->dst);
	else
		launch |= 0x100;
	if (!c->remap)
		return launch;
	components = (c->size - 1) << 16 | (c->nr_src - 1) << 20 | (c->nr_dst - 1) << 24;
	for (i = 0; i < 4; i++)
		components |= (i < c->nr_dst ? c->pick[i] : 0) << i * 4;
	ce_do(COMPONENTS, components);
	ce_do(CONST_A, c->constant[0]);
	ce_do(CONST_B, c->constant[1]);
	return launch | REMAP;
}

static bool one_copy(void)
{
	enum cnova_sim_result result;
	struct copy c;
	u64 fault;
	bool store, ends;
	u32 launch;

	pick_copy(&c);
	launch = set_copy(&c);
	while ((result = ce_run(LAUNCH, launch)) == CNOVA_SIM_AGAIN)
		nr_again++;
	ends = draw(&c, &fault, &store);
	CHECK_EQ(result, ends ? CNOVA_SIM_DONE : CNOVA_SIM_FAULTED);
	if (!ends && result == CNOVA_SIM_FAULTED) {
		nr_faults++;
		CHECK_EQ(ctx.fault.address, VA + fault);
		CHECK_EQ(ctx.fault.access, store ? CNOVA_SIM_WRITE : CNOVA_SIM_READ);
	}
	if (!test_ok)
		printf("# launch %#x, %u x %u, elements of %u and %u, src %#llx dst %#llx\n",
		       launch, c.length, c.lines, c.src.element, c.dst.element, c.src.at,
		       c.dst.at);
	return test_ok;
}

static void test_copies(void)
{
	unsigned int i, j;

	for (i = 0; i < LAYOUTS; i++) {
		begin_window("ce_random_copies");
		ce_stop_every = below(2) ? below(20) + 2 : 0;
		for (j = 0; j < COPIES && test_ok; j++) {
			one_copy();
			if (test_ok && j % 50 == 0)
				CHECK(is_as_pictured());
		}
		CHECK(is_as_pictured());
		gpu_expect_none();
		ce_end();
	}
}

/* ---- streams ---- */

/* Often near what makes sense, so that some of it is executed. */
static u32 stream_data(u32 method)
{
	static const u32 launches[] = { COPY, COPY | MULTI, 0x582, COPY | REMAP | MULTI, 2, 0x82 };

	switch (below(4)) {
	case 0:
		return rnd();
	case 1:
		return below(256);
	default:
		break;
	}
	switch (method) {
	case IN_UPPER:
	case OUT_UPPER:
	case SEMAPHORE_A:
	case RENDER_A:
		return VA >> 32;
	case IN_LOWER:
	case OUT_LOWER:
	case SEMAPHORE_B:
	case RENDER_B:
		return VA + (below(WINDOW) & ~below(64));
	case LAUNCH:
		return launches[below(ARRAY_SIZE(launches))] | (below(2) ? 0 : 1U << below(32));
	default:
		return below(3) ? below(5000) : -below(5000);
	}
}

static void one_stream(void)
{
	static const u16 known[] = {
		0x240, 0x244, 0x248, 0x258, 0x25c, 0x260, 0x264, 0x300, 0x300, 0x400, 0x404, 0x408,
		0x40c, 0x410, 0x414, 0x418, 0x41c, 0x700, 0x704, 0x708, 0x70c, 0x710, 0x714, 0x718,
		0x71c, 0x720, 0x728, 0x72c, 0x730, 0x734, 0x738, 0x73c, 0x744, 0x748, 0x74c, 0x750,
	};
	unsigned int i, tries;

	for (i = 0; i < STREAM_LENGTH; i++) {
		u32 method = below(30) ? known[below(ARRAY_SIZE(known))] : below(0x1000) * 4;
		u32 data = stream_data(method);
		enum cnova_sim_result result;

		for (tries = 0; tries < 3; tries++) {
			result = ce_run(method, data);
			if (result != CNOVA_SIM_AGAIN)
				break;
		}
		/* Whoever would run for days is killed; so is who did wrong. */
		if (result == CNOVA_SIM_DONE)
			continue;
		spin_lock(&gpu->lock);
		engine.ops->reset(&engine);
		spin_unlock(&gpu->lock);
		ce_fresh_channel();
		engine.ops->set_object(&engine, &ctx, ce_class);
		if (result == CNOVA_SIM_AGAIN)
			nr_again++;
		else if (result == CNOVA_SIM_FAULTED)
			nr_faults++;
	}
}

static void test_streams(void)
{
	unsigned int i;

	begin_window("ce_random_streams");
	ce_stop_every = 4;
	for (i = 0; i < STREAMS; i++)
		one_stream();
	/* Nothing came to a page table, nor to memory that is not its own. */
	gpu_expect_none();
	CHECK(!is_as_pictured());
	ce_end();
}

static void tests(void)
{
	/* What is wrong on one chip is wrong on the next. */
	if (nr_failed)
		return;
	test_copies();
	test_streams();
}

int main(void)
{
	const char *seed = getenv("SEED");
	u64 first = seed && *seed ? strtoull(seed, NULL, 0) : 0xce5eed;

	state = first * 0x9e3779b97f4a7c15ULL | 1;
	system_memory = aligned_alloc(SZ_4K, SYSTEM_SIZE);
	memset(system_memory, 0, SYSTEM_SIZE);
	on_every_chip(tests);
	free(system_memory);
	printf("# seed %#llx: %u copies, %u streams of %u, %u faults, %u times in slices\n", first,
	       9 * LAYOUTS * COPIES, 9 * STREAMS, STREAM_LENGTH, nr_faults, nr_again);
	return finish();
}
