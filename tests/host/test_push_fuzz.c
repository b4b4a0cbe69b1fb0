// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the model with random push buffers, SEED=n: whatever a user's channel is sent, it
 * ends in an error, a fault, a wait or well; what it cannot address stays as it is; and after the
 * channel is torn down as a driver does it, the same engine copies for the next one. Prints TAP.
 */
#include <linux/kernel.h>

#include "sim_host.h"

#include "tools/include/cnova_push.h"

#define STREAMS		11200	/* per chip */
#define CHECK_EVERY	100
#define MOST_WORDS	48
#define ENGINE		1
#define CHID		3
#define TSG		10

static u64 state;
static unsigned int nr_errors, nr_faults, nr_halts, nr_waits, nr_done, nr_blocks;
static u64 before[(H_RING(0) - H_ROOT) / 8];

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

/* ---- words ---- */

static u64 some_va(void)
{
	if (!below(12))
		return rnd() >> below(40);
	return H_VA_OF(H_DATA) + (below(SZ_64K) & ~below(16));
}

static void put_host(struct cnova_push *push)
{
	static const u16 methods[] = {
		0x00, 0x08, 0x20, 0x28, 0x2c, 0x30, 0x34, 0x50, 0x5c, 0x60, 0x64, 0x68, 0x6c, 0x78,
		0x80, 0x84,
	};

	switch (below(6)) {
	case 0:
		cnova_push_semaphore(push, some_va(), below(4), rnd());
		break;
	case 1:
		cnova_push_release(push, some_va() & ~3ULL, rnd());
		break;
	case 2:
		cnova_push_membar(push);
		break;
	case 3:
		cnova_push_method(push, below(8), below(64) * 4, rnd());
		break;
	default:
		cnova_push_method(push, below(6), methods[below(ARRAY_SIZE(methods))],
				  below(2) ? rnd() : below(8));
	}
}

static void put_copy(struct cnova_push *push)
{
	const struct cnova_push_rect rect = {
		.dst = some_va(), .src = some_va(), .dst_pitch = below(2000) - 500,
		.src_pitch = below(2000) - 500, .length = below(1000), .lines = below(20),
	};

	switch (below(6)) {
	case 0:
		cnova_push_copy(push, some_va(), some_va(), below(5000), below(2) << 2);
		break;
	case 1:
		cnova_push_copy_rect(push, &rect, 0);
		break;
	case 2:
		cnova_push_fill(push, some_va(), rnd(), 1 << below(4), below(800), 0);
		break;
	case 3:
		cnova_push_ce_release(push, some_va() & ~3ULL, rnd(), below(2));
		break;
	case 4:
		cnova_push_ce(push, 0x200 + below(0x160) * 4, rnd() >> below(32));
		break;
	default:
		/* Physical addresses among others. */
		cnova_push_ce(push, CNOVA_CE_LAUNCH_DMA, 0x182 ^ 1U << below(32));
	}
}

static void put_some(struct cnova_push *push)
{
	switch (below(12)) {
	case 0:
		cnova_push_word(push, rnd());
		break;
	case 1:
		cnova_push_word(push, cnova_push_header(below(8), below(8), rnd(), below(6)));
		break;
	case 2:
	case 3:
	case 4:
		put_host(push);
		break;
	default:
		put_copy(push);
	}
}

/* ---- a channel, from the cradle to the grave ---- */

static void create(void)
{
	gpu_clear(H_USERD(0), 0x200);
	gpu_clear(H_INST(0), SZ_4K);
	h_put[0] = 0;
	h_push_at[0] = 0;
	h_create(ENGINE, 0, CHID);
}

static void tear_down(void)
{
	h_channel(ENGINE, CHID, false);
	h_preempt(ENGINE, TSG);
	h_ack(ENGINE, ~0U, ~0U);
	/* An engine that holds on to the channel is reset. */
	if (h_preempt_pending(ENGINE)) {
		nr_halts++;
		h_engine_reset(ENGINE);
	}
	CHECK(!h_preempt_pending(ENGINE));
	h_unbind(ENGINE, CHID);
	h_submit(ENGINE, 0, 0, 0);
	h_run();
	CHECK_EQ(h_submit_pending(ENGINE), 0);
}

static void send(const struct cnova_push *push)
{
	u32 i;

	for (i = 0; i < push->nr; i++)
		h_word(0, push->word[i]);
	h_go(ENGINE, 0, CHID);
}

/* The next channel on the engine does what it is told. */
static void check_engine(void)
{
	struct cnova_push push;
	u32 words[64];
	u64 at, word = rnd();

	for (at = 0; at < 256; at += 8)
		poke(H_DATA + at, word + at);
	order();
	create();
	cnova_push_init(&push, words, sizeof(words));
	cnova_push_set_object(&push, CNOVA_PUSH_COPY, h_ce_class());
	cnova_push_copy(&push, H_VA_OF(H_DATA) + SZ_32K, H_VA_OF(H_DATA), 256, 0);
	send(&push);
	CHECK_EQ(h_get(0), 1);
	for (at = 0; at < 256; at += 8)
		CHECK_EQ(peek(H_DATA + SZ_32K + at), word + at);
	tear_down();
}

/* Tables, instance blocks, USERD, runlists: out of the channel's reach. But for what host keeps. */
static void check_rest(bool first)
{
	u64 at;

	for (at = H_ROOT; at < H_INST(0); at += 8) {
		u64 *word = &before[(at - H_ROOT) / 8];

		if (first)
			*word = peek(at);
		else
			CHECK_EQ(peek(at), *word);
	}
}

/* A blocking interrupt of the engine: software clears it, or it waits for ever. */
static void clear_blocking(void)
{
	u32 status = 0x104410 + h_engine[ENGINE].inst * 0x80;

	if (rd(status) & 1) {
		nr_blocks++;
		wr(status, 1);
	}
}

static void one_stream(void)
{
	struct cnova_push push;
	u32 words[MOST_WORDS];
	u32 i, nr = below(8) + 1;

	create();
	cnova_push_init(&push, words, sizeof(words));
	if (below(20))
		cnova_push_set_object(&push, CNOVA_PUSH_COPY, h_ce_class());
	for (i = 0; i < nr && !push.full; i++)
		put_some(&push);
	send(&push);
	if (h_intr(ENGINE, 0) | h_intr(ENGINE, 1))
		nr_errors++;
	else if (h_faulted(ENGINE, CHID, false) || h_faulted(ENGINE, CHID, true))
		nr_faults++;
	else if (h_get(0) == h_put[0])
		nr_done++;
	else
		nr_waits++;
	tear_down();
}

static void tests(void)
{
	u32 i;

	h_begin("host_random_push_buffers");
	host_while_waiting = clear_blocking;
	check_rest(true);
	for (i = 0; i < STREAMS && test_ok; i++) {
		one_stream();
		if (i % CHECK_EVERY)
			continue;
		check_engine();
		check_rest(false);
	}
	if (!test_ok)
		printf("# stream %u\n", i);
	host_while_waiting = NULL;
	gpu_expect_none();
	gpu_end();
}

int main(void)
{
	const char *seed = getenv("SEED");
	u64 first = seed && *seed ? strtoull(seed, NULL, 0) : 0x40575eed;

	state = first * 0x9e3779b97f4a7c15ULL | 1;
	on_every_chip(tests);
	printf("# seed %#llx: %u streams: %u to the end, %u errors, %u faults, %u waits;\n",
	       first, 9 * STREAMS, nr_done, nr_errors, nr_faults, nr_waits);
	printf("# %u engines reset, %u blocked\n", nr_halts, nr_blocks);
	return finish();
}
