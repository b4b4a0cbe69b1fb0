// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the push buffer builder: what it writes is executed by the model, from the ring to
 * the interrupt, on every chip. Prints TAP.
 */
#include "sim_host.h"

#include "tools/include/cnova_push.h"

#define ENGINE		2
#define CHID		5
#define DST		(H_DATA + SZ_32K)
#define SEM		(H_DATA + SZ_4K * 7)

static u32 words[1024];
static struct cnova_push push;

static u32 ce_class(void)
{
	static const struct {
		const char *chip;
		u32 class;
	} classes[] = {
		{ "tu102", 0xc5b5 }, { "ga100", 0xc6b5 }, { "ga102", 0xc7b5 }, { "ad102", 0xc7b5 },
		{ "gh100", 0xc8b5 }, { "gb100", 0xc9b5 }, { "gb10b", 0xc9b5 }, { "gb202", 0xcab5 },
		{ "gb20b", 0xcab5 },
	};
	unsigned int i;

	for (i = 0; strcmp(classes[i].chip, chip); i++)
		;
	return classes[i].class;
}

static void begin_push(const char *name)
{
	u64 at;

	h_begin(name);
	h_create(ENGINE, 0, CHID);
	for (at = 0; at < SZ_16K; at += 8)
		poke(H_DATA + at, (at * 0x9e3779b97f4a7c15ULL) | 1);
	order();
	cnova_push_init(&push, words, sizeof(words));
	cnova_push_set_object(&push, CNOVA_PUSH_COPY, ce_class());
}

/* What was built, as one segment. */
static void go(void)
{
	u32 bytes = cnova_push_bytes(&push);
	u32 i;

	CHECK(bytes);
	CHECK(bytes <= SZ_4K);
	for (i = 0; i < bytes / 4; i++)
		h_word(0, words[i]);
	h_go(ENGINE, 0, CHID);
	cnova_push_init(&push, words, sizeof(words));
}

static bool is_same(u64 a, u64 b, u64 size)
{
	u64 at;

	for (at = 0; at < size; at += 8)
		if (peek(a + at) != peek(b + at))
			return false;
	return true;
}

static void test_copies(void)
{
	struct cnova_push_rect rect = {
		.dst = H_VA_OF(DST) + 256 * 7, .src = H_VA_OF(H_DATA), .dst_pitch = -256,
		.src_pitch = 64, .length = 32, .lines = 8,
	};
	u64 i;

	begin_push("push_copy");
	cnova_push_copy(&push, H_VA_OF(DST), H_VA_OF(H_DATA), SZ_8K, CNOVA_PUSH_FLUSH);
	go();
	CHECK(is_same(DST, H_DATA, SZ_8K));
	CHECK_EQ(peek(DST + SZ_8K), 0);
	cnova_push_copy_rect(&push, &rect, CNOVA_PUSH_PIPELINED);
	go();
	for (i = 0; i < 8; i++)
		CHECK(is_same(DST + 256 * (7 - i), H_DATA + 64 * i, 32));
	gpu_expect_none();
	gpu_end();

	begin_push("push_fill");
	cnova_push_fill(&push, H_VA_OF(DST) + 1, 0x112233445566778d, 1, 7, 0);
	cnova_push_fill(&push, H_VA_OF(DST) + 8, 0x112233445566778d, 2, 4, 0);
	cnova_push_fill(&push, H_VA_OF(DST) + 16, 0x112233445566778d, 4, 2, 0);
	cnova_push_fill(&push, H_VA_OF(DST) + 24, 0x112233445566778d, 8, 2, 0);
	go();
	CHECK_EQ(peek(DST), 0x8d8d8d8d8d8d8d00);
	CHECK_EQ(peek(DST + 8), 0x778d778d778d778d);
	CHECK_EQ(peek(DST + 16), 0x5566778d5566778d);
	CHECK_EQ(peek(DST + 24), 0x112233445566778d);
	CHECK_EQ(peek(DST + 32), 0x112233445566778d);
	CHECK_EQ(peek(DST + 40), 0);
	gpu_expect_none();
	gpu_end();
}

static void test_semaphores(void)
{
	begin_push("push_semaphores");
	udelay(1);
	cnova_push_release(&push, H_VA_OF(SEM), 5);
	cnova_push_acquire(&push, H_VA_OF(SEM), 5);
	cnova_push_ce_release(&push, H_VA_OF(SEM) + 4, 6, false);
	cnova_push_ce_release(&push, H_VA_OF(SEM) + 16, 7, true);
	cnova_push_semaphore(&push, H_VA_OF(SEM) + 32, 0x800000009, CNOVA_SEM_RELEASE |
			     CNOVA_SEM_64BIT);
	cnova_push_nop(&push);
	cnova_push_wfi(&push);
	cnova_push_membar(&push);
	cnova_push_notify(&push);
	go();
	CHECK_EQ(peek(SEM), 6ULL << 32 | 5);
	CHECK_EQ(peek(SEM + 16), 7);
	CHECK(peek(SEM + 24) != 0);
	CHECK_EQ(peek(SEM + 32), 0x800000009);
	CHECK(h_vector(h_engine[ENGINE].vector));
	CHECK_EQ(h_get(0), 1);

	/* It waits, and goes on when the number is there. */
	cnova_push_acquire(&push, H_VA_OF(SEM), 8);
	cnova_push_release(&push, H_VA_OF(SEM) + 48, 10);
	go();
	CHECK_EQ(peek(SEM + 48), 0);
	h_poke32(SEM, 9);
	order();
	h_run();
	CHECK_EQ(peek(SEM + 48), 10);
	gpu_expect_none();
	gpu_end();
}

static void test_room(void)
{
	u32 data[3] = {};

	test_name = "push_room";
	test_ok = true;
	memset(words, 0xee, sizeof(words));
	cnova_push_init(&push, words, 5 * 4 + 3);
	cnova_push_methods(&push, 0, 0x100, data, 3);
	CHECK_EQ(cnova_push_bytes(&push), 16);
	cnova_push_methods(&push, 0, 0x100, data, 1);
	CHECK_EQ(cnova_push_bytes(&push), 0);
	/* Once something is missing all the rest is. */
	cnova_push_word(&push, 1);
	CHECK_EQ(words[4], 0xeeeeeeee);
	CHECK_EQ(words[5], 0xeeeeeeee);
	cnova_push_init(&push, words, 0);
	cnova_push_nop(&push);
	CHECK_EQ(cnova_push_bytes(&push), 0);
	cnova_push_init(&push, words, sizeof(words));
	cnova_push_methods(&push, 0, 0x100, words, CNOVA_PUSH_MAX_COUNT + 1);
	CHECK_EQ(cnova_push_bytes(&push), 0);
	/* More than one transfer can say. */
	cnova_push_init(&push, words, sizeof(words));
	cnova_push_copy(&push, 0, 1ULL << 40, (1ULL << 32) + 5, 0);
	CHECK_EQ(push.nr, 2 * (3 + 3 + 2 + 2));
	CHECK_EQ(words[7], 1U << 31);
	CHECK_EQ(words[17], (1U << 31) + 5);
	printf("%sok %u - %s %s\n", test_ok ? "" : "not ", ++nr_tests, chip, test_name);
	nr_failed += !test_ok;
}

static void tests(void)
{
	test_copies();
	test_semaphores();
	test_room();
}

int main(void)
{
	on_every_chip(tests);
	return finish();
}
