// SPDX-License-Identifier: MIT

#include <inttypes.h>

#include "exec.h"
#include "queue.h"
#include "set.h"

/**
 * TEST: cnova exec bind
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Binds beside executions: order by syncs, and by nothing else, unless the size of
 *	a leaf changes under what runs.
 *
 * SUBTEST: chain
 * Description: Asynchronous binds and executions in turn, ordered by timelines: each execution
 *	sees what the bind before it has mapped (rule 13).
 *
 * SUBTEST: half-of-leaf
 * Description: Channels read one half of a leaf of 2 MiB without pause while the other half is
 *	unmapped, mapped again, and mapped to another object: nothing faults, and what they
 *	read is right, in every round (rule 11).
 *
 * SUBTEST: half-of-leaf-evicted
 * Description: The same, while another client has everything evicted. For a GPU with little VRAM.
 *
 * SUBTEST: not-held-up
 * Description: Binds that change the size of no leaf are done while an execution runs, and are not
 *	counted among those that do (rule 11).
 *
 * SUBTEST: held-up
 * Description: Those that do are counted, and wait (rule 11).
 *
 * SUBTEST: cap-64k
 * Description: Parts of 64 KiB of what is mapped with CAP_64K can be replaced while an
 *	execution runs.
 *
 * SUBTEST: size-change-waits
 * Description: A bind that takes half of a leaf waits for what runs, and what is submitted
 *	after it waits for the bind.
 *
 * SUBTEST: evicted
 * Description: Two VMs that do not fit into VRAM together execute in turn: each EXEC binds again
 *	what the other one's has evicted, and the engine finds everything (rule 16). For a GPU
 *	with little VRAM.
 *
 * SUBTEST: clients
 * Description: Two processes that use four times as much VRAM as there is execute at the same
 *	time; contents stay, and nobody waits for ever. For a GPU with little VRAM.
 */

#define HANG_SECONDS	60

static struct cnova_channel channel;

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	w = cnova_world_create(fd, CNOVA_VA, 4 * SZ_2M);
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_2M, DRM_CNOVA_GEM_VRAM);
	cnova_world_bo(w, SZ_64K, 0);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	igt_set_timeout(HANG_SECONDS, "a bind or an execution");
	return w;
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_world_check_all(w);
	cnova_world_destroy(w);
}

static void test_chain(int fd)
{
	enum { ROUNDS = 30 };
	struct cnova_world *w = prepare(fd);
	const uint64_t out = CNOVA_VA + 2 * SZ_2M;
	struct drm_cnova_sync syncs[2], wait;
	uint32_t bound = syncobj_create(w->fd, 0);
	struct drm_cnova_push push;
	uint64_t last = 0;

	cnova_world_map(w, &w->bo[2], 0, out, SZ_64K, 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct drm_cnova_vm_bind_op op = cnova_op_map(&w->bo[i & 1], i % 8 * SZ_64K,
							      CNOVA_VA, SZ_64K, 0);

		/* The bind waits for the execution that reads what it takes away. */
		syncs[0] = cnova_signal(bound, i + 1);
		syncs[1] = cnova_wait(channel.out, last);
		igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, syncs, last ? 2 : 1), 0);
		cnova_world_apply(w, &op, 1);

		wait = cnova_wait(bound, i + 1);
		cnova_pb_begin(&channel);
		cnova_pb_copy(&channel, out + i * 64, CNOVA_VA, 8);
		push = cnova_pb_end(&channel);
		last = cnova_exec(&channel, &push, 1, &wait);
	}
	cnova_exec_finish(&channel);
	for (int i = 0; i < ROUNDS; i++)
		igt_assert_eq_u64(*(uint64_t *)(w->bo[2].map + i * 64),
				  cnova_tag(w->bo[i & 1].handle, i % 8 * 16));
	/* What was written has to look like an object again. */
	for (int i = 0; i < ROUNDS; i++)
		memset(w->bo[2].map + i * 64, 0, 8);
	*(uint64_t *)w->bo[2].map = cnova_tag(w->bo[2].handle, 0);
	finish(w);
}

/* ------------------------------------------------------------------ half of a leaf */

enum { READERS = 3, PIECES = 4, PIECE = SZ_4K };

/* So that a leaf is broken for long, and readers are there when it is. */
#define LATENCY_US	"1000"

/* A channel that reads, and where what it reads goes: turn by turn, in one half or the other. */
struct reader {
	struct cnova_channel channel;
	struct cnova_bo out;
	uint64_t va;
	uint64_t point;
};

static void reader_init(struct reader *r, struct cnova_world *w, int i)
{
	struct drm_cnova_vm_bind_op op;

	memset(r, 0, sizeof(*r));
	r->va = CNOVA_PB_VA + (2 * i + 3) * SZ_2M;
	cnova_bo_init(&r->out, w->fd, 2 * PIECES * PIECE, 0);
	op = cnova_op_map(&r->out, 0, r->va, r->out.size, 0);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	cnova_channel_init(&r->channel, &w->vm, CNOVA_PB_VA + (2 * i + 2) * SZ_2M, SZ_64K);
}

static void reader_fini(struct reader *r, struct cnova_world *w)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(r->va, r->out.size);

	cnova_exec_finish(&r->channel);
	cnova_channel_expect_alive(&r->channel);
	cnova_channel_fini(&r->channel);
	igt_assert_eq(__cnova_bind_one(&w->vm, &op), 0);
	cnova_bo_fini(&r->out);
}

/* Which page of the object reader @i looks at, as number @k of a turn. */
static unsigned int page_read(int i, unsigned int turn, unsigned int k)
{
	return (turn * 37 + i * 64 + k * 13) % (SZ_1M / SZ_4K);
}

static void reader_submit(struct reader *r, int i, unsigned int turn)
{
	uint64_t out = r->va + turn % 2 * PIECES * PIECE;
	struct drm_cnova_push push;

	cnova_pb_begin(&r->channel);
	for (unsigned int k = 0; k < PIECES; k++)
		cnova_pb_copy(&r->channel, out + k * PIECE,
			      CNOVA_VA + page_read(i, turn, k) * SZ_4K, PIECE);
	push = cnova_pb_end(&r->channel);
	r->point = cnova_exec(&r->channel, &push, 1, NULL);
}

/* The turn before the last is over, and has read what is there. */
static void reader_check(struct reader *r, int i, unsigned int turn, const struct cnova_bo *bo)
{
	uint8_t *out = r->out.map + turn % 2 * PIECES * PIECE;

	igt_assert_eq(cnova_exec_wait(&r->channel, r->point - 1), 0);
	for (unsigned int k = 0; k < PIECES; k++) {
		uint64_t tag = cnova_tag(bo->handle, page_read(i, turn, k));

		igt_assert_eq_u64(*(uint64_t *)(out + k * PIECE), tag);
		igt_assert_eq_u64(*(uint64_t *)(out + (k + 1) * PIECE - 8), ~tag);
	}
	memset(out, 0, PIECES * PIECE);
}

/* Is it a leaf of 2 MiB, half of which is read? */
static bool is_one_leaf(struct cnova_world *w)
{
	char *text = cnova_read_text(w->vm.dir, "pagetable"), line[32];
	bool one;

	igt_assert(text);
	snprintf(line, sizeof(line), "0x%016llx 2M ", CNOVA_VA);
	one = strstr(text, line);
	free(text);
	return one;
}

static void other_half(struct cnova_world *w, unsigned int round)
{
	const uint64_t half = CNOVA_VA + SZ_1M;
	struct drm_cnova_vm_bind_op op;

	switch (round % 5) {
	case 0:
		cnova_world_unmap(w, half, SZ_1M);
		break;
	case 1:
		cnova_world_map(w, &w->bo[1], SZ_1M, half, SZ_1M, 0);
		break;
	case 2:
		op = cnova_op_sparse(half, SZ_64K);
		cnova_world_bind(w, &op, 1);
		break;
	case 3:
		cnova_world_map(w, &w->bo[2], 0, half + SZ_1M / 2, SZ_64K, 0);
		break;
	default:
		/* One leaf again, from under who reads half of it. */
		cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, 0);
	}
}

/*
 * @latency: of the GPU while the other half changes, in us. Return: in how many rounds it was a
 * leaf of 2 MiB at first.
 */
static unsigned int half_of_leaf(struct cnova_world *w, unsigned int rounds, const char *latency)
{
	struct reader readers[READERS];
	unsigned int leaves = 0;

	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, 0);
	for (int i = 0; i < READERS; i++) {
		reader_init(&readers[i], w, i);
		reader_submit(&readers[i], i, 0);
	}
	for (unsigned int round = 0; round < rounds; round++) {
		leaves += is_one_leaf(w);
		/* Each has one that runs, and one behind it. */
		for (int i = 0; i < READERS; i++) {
			reader_submit(&readers[i], i, round + 1);
			reader_check(&readers[i], i, round, &w->bo[0]);
		}
		cnova_model_try("latency_us", latency);
		other_half(w, round);
		cnova_model_try("latency_us", "0");
	}
	igt_info("%u rounds, %u of them with a leaf of 2 MiB; %ld binds changed a size, and waited for %ld executions\n",
		 rounds, leaves, cnova_binds(w, "resizes"), cnova_binds(w, "resize_waits"));
	for (int i = 0; i < READERS; i++)
		reader_fini(&readers[i], w);
	return leaves;
}

static void test_half_of_leaf(int fd)
{
	struct cnova_world *w = prepare(fd);

	igt_assert_lt(0, half_of_leaf(w, 40, LATENCY_US));
	igt_assert_lte(40 / 5 * 2, cnova_binds(w, "resizes"));
	finish(w);
}

/* What the readers use, and what changes beside it, is taken away again and again. */
static void test_half_of_leaf_evicted(int fd)
{
	enum { ROUNDS = 10, EVICTIONS = 4 };
	struct cnova_world *w = prepare(fd);
	uint64_t zaps;

	/* 2 s alone, but ten times that and more beside another guest. */
	igt_set_timeout(2 * HANG_SECONDS, "a bind or an execution");
	igt_require_f(cnova_vram(fd) <= 64 * SZ_1M, "more VRAM than this test fills\n");
	zaps = cnova_counter(fd, "zap_invalidates");
	igt_fork(child, 1)
		for (int i = 0; i < EVICTIONS; i++)
			cnova_evict_all(fd);
	half_of_leaf(w, ROUNDS, "0");
	igt_waitchildren();
	zaps = cnova_counter(fd, "zap_invalidates") - zaps;
	igt_info("%" PRIu64 " zaps\n", zaps);
	igt_assert_lte_u64(1, zaps);
	finish(w);
}

/* Runs until word 0 is written. */
static uint64_t exec_long(void)
{
	struct drm_cnova_push push;

	cnova_pb_begin(&channel);
	cnova_pb_acquire(&channel, cnova_channel_word_va(&channel, 0), 1);
	push = cnova_pb_end(&channel);
	return cnova_exec(&channel, &push, 1, NULL);
}

/* What is there when the operations come. */
static void prepare_sizes(struct cnova_world *w)
{
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, 0);
	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA + SZ_2M, SZ_2M, DRM_CNOVA_VM_BIND_CAP_64K);
}

static void test_not_held_up(int fd)
{
	const uint64_t small = CNOVA_VA + SZ_2M, hole = CNOVA_VA + 2 * SZ_2M;
	struct cnova_world *w = prepare(fd);
	const struct drm_cnova_vm_bind_op ops[] = {
		/* Where nothing is, and away again. */
		cnova_op_map(&w->bo[1], 0, hole, SZ_2M, 0),
		cnova_op_unmap(hole, SZ_2M),
		cnova_op_map(&w->bo[2], 0, hole, SZ_64K, 0),
		cnova_op_unmap_all(&w->bo[2]),
		/* The same once more, and another object in the place of one. */
		cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_2M, 0),
		cnova_op_map(&w->bo[1], 0, CNOVA_VA, SZ_2M, 0),
		cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_2M, DRM_CNOVA_VM_BIND_READ_ONLY),
		/* Pieces of 64 KiB of what has no larger pages. */
		cnova_op_map(&w->bo[1], SZ_64K, small + 3 * SZ_64K, SZ_64K,
			     DRM_CNOVA_VM_BIND_CAP_64K),
		cnova_op_map(&w->bo[1], 0, small, SZ_1M, DRM_CNOVA_VM_BIND_CAP_64K),
		cnova_op_unmap(small + 5 * SZ_64K, 2 * SZ_64K),
		cnova_op_map(&w->bo[0], 0, small, SZ_2M, DRM_CNOVA_VM_BIND_CAP_64K),
		/* Without memory, and back. */
		cnova_op_sparse(small + SZ_1M, SZ_1M),
		cnova_op_map(&w->bo[1], 0, small + SZ_1M, SZ_1M, 0),
		cnova_op_sparse(CNOVA_VA, SZ_2M),
		cnova_op_map(&w->bo[0], 0, CNOVA_VA, SZ_2M, 0),
		cnova_op_unmap(CNOVA_VA, SZ_2M),
	};
	long resizes, waits;
	uint64_t point;

	prepare_sizes(w);
	resizes = cnova_binds(w, "resizes");
	waits = cnova_binds(w, "resize_waits");
	igt_assert_lte(0, waits);
	point = exec_long();
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		cnova_world_bind(w, &ops[i], 1);
		igt_assert_f(cnova_binds(w, "resizes") == resizes &&
			     cnova_binds(w, "resize_waits") == waits,
			     "operation %u counts as one that changes a size\n", i);
	}
	igt_assert(!cnova_syncobj_is_signaled(w->fd, channel.out, point));
	*cnova_channel_word(&channel, 0) = 1;
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	finish(w);
}

static void test_held_up(int fd)
{
	const uint64_t small = CNOVA_VA + SZ_2M;
	struct cnova_world *w = prepare(fd);
	const struct drm_cnova_vm_bind_op ops[] = {
		cnova_op_map(&w->bo[0], 0, small, SZ_2M, 0),
		cnova_op_unmap(CNOVA_VA + SZ_64K, SZ_64K),
		cnova_op_map(&w->bo[1], 0, CNOVA_VA + SZ_1M, SZ_64K, 0),
		cnova_op_map(&w->bo[0], SZ_4K, CNOVA_VA + SZ_1M + SZ_64K, SZ_64K, 0),
		cnova_op_sparse(small + SZ_1M, SZ_4K),
	};
	struct drm_cnova_sync out[ARRAY_SIZE(ops)];
	long resizes, waits;
	uint64_t point;

	prepare_sizes(w);
	resizes = cnova_binds(w, "resizes");
	waits = cnova_binds(w, "resize_waits");
	point = exec_long();
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		out[i] = cnova_new_signal(w);
		igt_assert_eq(cnova_bind_async(&w->vm, &ops[i], 1, &out[i], 1), 0);
		cnova_world_apply(w, &ops[i], 1);
		igt_assert_eq(cnova_binds(w, "resizes"), resizes + i + 1);
		igt_assert_eq(cnova_binds(w, "resize_waits"), waits + i + 1);
	}
	cnova_expect_waits(w, out[0]);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, channel.out, point));
	*cnova_channel_word(&channel, 0) = 1;
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		cnova_expect_done(w, out[i]);
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	finish(w);
}

static void test_cap_64k(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint64_t point;

	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, DRM_CNOVA_VM_BIND_CAP_64K);
	point = exec_long();
	cnova_world_unmap(w, CNOVA_VA + SZ_64K, SZ_64K);
	cnova_world_map(w, &w->bo[1], 0, CNOVA_VA + SZ_64K, SZ_64K, DRM_CNOVA_VM_BIND_CAP_64K);
	cnova_world_unmap(w, CNOVA_VA + SZ_1M, SZ_1M);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, channel.out, point));
	*cnova_channel_word(&channel, 0) = 1;
	igt_assert_eq(cnova_exec_wait(&channel, point), 0);
	finish(w);
}

static void test_size_change_waits(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(CNOVA_VA + SZ_1M, SZ_1M);
	struct drm_cnova_sync out = cnova_signal(syncobj_create(w->fd, 0), 0);
	uint64_t first, second;

	cnova_world_map(w, &w->bo[0], 0, CNOVA_VA, SZ_2M, 0);
	first = exec_long();
	igt_assert_eq(cnova_bind_async(&w->vm, &op, 1, &out, 1), 0);
	cnova_world_apply(w, &op, 1);
	second = cnova_exec(&channel, NULL, 0, NULL);
	usleep(200000);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, channel.out, first));
	igt_assert(!cnova_syncobj_is_signaled(w->fd, out.handle, 0));

	*cnova_channel_word(&channel, 0) = 1;
	igt_assert_eq(cnova_exec_wait(&channel, second), 0);
	igt_assert(cnova_syncobj_is_signaled(w->fd, out.handle, 0));
	finish(w);
}

/* ---------------------------------------------------------- more than VRAM holds */

enum { OBJECTS = 10, MAX_BLOCKS = 64 };

/* Objects of one VM, and what the first word of each of their blocks of 64 KiB is. */
struct crowd {
	struct cnova_vm vm;
	struct cnova_channel channel;
	struct cnova_bo out;
	uint32_t object[OBJECTS];
	uint32_t word[OBJECTS * MAX_BLOCKS];
	uint64_t size;
	unsigned int nr_blocks;
};

static void crowd_bind(struct crowd *crowd, struct drm_cnova_vm_bind_op op)
{
	igt_assert_eq(__cnova_bind_one(&crowd->vm, &op), 0);
}

static uint64_t block_va(unsigned int block)
{
	return CNOVA_VA + block * SZ_64K;
}

/* All of them are one behind the other; each block gets a number of its own. */
static void crowd_init(struct crowd *crowd, int fd, uint64_t size, uint32_t number)
{
	struct drm_cnova_push push;

	memset(crowd, 0, sizeof(*crowd));
	cnova_vm_init(&crowd->vm, fd);
	crowd->size = size;
	crowd->nr_blocks = OBJECTS * size / SZ_64K;
	igt_assert_lte(crowd->nr_blocks, OBJECTS * MAX_BLOCKS);
	cnova_channel_init(&crowd->channel, &crowd->vm, CNOVA_PB_VA, SZ_64K);
	cnova_bo_init(&crowd->out, fd, SZ_64K, 0);
	crowd_bind(crowd, cnova_op_map(&crowd->out, 0, CNOVA_PB_VA + SZ_2M, SZ_64K, 0));
	for (int i = 0; i < OBJECTS; i++) {
		struct cnova_bo bo = { .fd = fd, .size = size };

		crowd->object[i] = cnova_gem_create(fd, size, DRM_CNOVA_GEM_VRAM);
		bo.handle = crowd->object[i];
		crowd_bind(crowd, cnova_op_map(&bo, 0, CNOVA_VA + i * size, size, 0));
	}
	for (unsigned int i = 0; i < crowd->nr_blocks; i++) {
		crowd->word[i] = number + i;
		cnova_pb_begin(&crowd->channel);
		cnova_pb_fill(&crowd->channel, block_va(i), crowd->word[i], SZ_64K);
		push = cnova_pb_end(&crowd->channel);
		cnova_exec(&crowd->channel, &push, 1, NULL);
	}
	cnova_exec_finish(&crowd->channel);
}

static void crowd_fini(struct crowd *crowd)
{
	cnova_channel_fini(&crowd->channel);
	for (int i = 0; i < OBJECTS; i++)
		gem_close(crowd->vm.fd, crowd->object[i]);
	cnova_vm_fini(&crowd->vm);
	cnova_bo_fini(&crowd->out);
}

/* How many of its mappings have lost their memory? */
static unsigned int nr_unbound(const struct crowd *crowd)
{
	char *text = cnova_read_text(crowd->vm.dir, "gpuvas"), *at = text;
	unsigned int nr = 0;

	igt_assert(text);
	while ((at = strstr(at, " unbound"))) {
		at++;
		nr++;
	}
	free(text);
	return nr;
}

/* One EXEC: some blocks onto others, from object to object. */
static void crowd_copy(struct crowd *crowd, unsigned int round)
{
	struct drm_cnova_push push;

	cnova_pb_begin(&crowd->channel);
	for (unsigned int i = 0; i < 8; i++) {
		unsigned int dst = (round * 7 + i * 11) % crowd->nr_blocks;
		unsigned int src = (dst + crowd->nr_blocks / 2 + i) % crowd->nr_blocks;

		cnova_pb_copy(&crowd->channel, block_va(dst), block_va(src), SZ_64K);
		crowd->word[dst] = crowd->word[src];
	}
	push = cnova_pb_end(&crowd->channel);
	igt_assert_eq(cnova_exec_wait(&crowd->channel,
				      cnova_exec(&crowd->channel, &push, 1, NULL)), 0);
}

/* First and last word of each block, through the engine. */
static void crowd_check(struct crowd *crowd)
{
	const uint64_t out = CNOVA_PB_VA + SZ_2M;
	const volatile uint32_t *word = (volatile uint32_t *)crowd->out.map;
	struct drm_cnova_push push;

	memset(crowd->out.map, 0, crowd->out.size);
	for (unsigned int i = 0; i < crowd->nr_blocks; i++) {
		cnova_pb_begin(&crowd->channel);
		cnova_pb_copy(&crowd->channel, out + i * 8, block_va(i), 4);
		cnova_pb_copy(&crowd->channel, out + i * 8 + 4, block_va(i) + SZ_64K - 4, 4);
		push = cnova_pb_end(&crowd->channel);
		cnova_exec(&crowd->channel, &push, 1, NULL);
	}
	cnova_exec_finish(&crowd->channel);
	for (unsigned int i = 0; i < 2 * crowd->nr_blocks; i++)
		igt_assert_eq_u32(word[i], crowd->word[i / 2]);
}

static void test_evicted(int fd)
{
	enum { ROUNDS = 12 };
	uint64_t vram = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
	unsigned int evicted = 0;
	static struct crowd crowd[2];
	int own;

	cnova_require_exec(fd);
	igt_require_f(vram <= 64 * SZ_1M, "more VRAM than this test fills\n");
	own = drm_reopen_driver(fd);
	igt_set_timeout(HANG_SECONDS, "an execution that binds again");
	for (int i = 0; i < 2; i++)
		crowd_init(&crowd[i], own, vram / 16 / SZ_64K * SZ_64K, (i + 1) << 16);
	for (int round = 0; round < ROUNDS; round++) {
		struct crowd *now = &crowd[round % 2];
		unsigned int unbound = nr_unbound(now);

		igt_assert_lt(0, unbound);
		evicted += unbound;
		crowd_copy(now, round);
		igt_assert_eq(nr_unbound(now), 0);
		crowd_check(now);
	}
	igt_info("%d executions bound %u mappings again\n", ROUNDS, evicted);
	igt_reset_timeout();
	for (int i = 0; i < 2; i++)
		crowd_fini(&crowd[i]);
	drm_close_driver(own);
	cnova_model_check();
}

/* One of them: VMs with their channels, each of which fits into VRAM, and together do not. */
static void run_client(int fd, unsigned int number)
{
	enum { NR = 7, ROUNDS = 3 };
	uint64_t vram = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
	static struct crowd crowd[NR];
	int own = drm_reopen_driver(fd);

	for (unsigned int i = 0; i < NR; i++)
		crowd_init(&crowd[i], own, vram / 32 / SZ_64K * SZ_64K,
			   (number * NR + i + 1) << 16);
	for (unsigned int round = 0; round < ROUNDS; round++)
		crowd_copy(&crowd[(round * 3 + number) % NR], round);
	for (unsigned int i = 0; i < NR; i++) {
		crowd_check(&crowd[i]);
		crowd_fini(&crowd[i]);
	}
	drm_close_driver(own);
}

static void test_clients(int fd)
{
	cnova_require_exec(fd);
	igt_require_f(cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE) <= 64 * SZ_1M,
		      "more VRAM than this test fills\n");
	igt_set_timeout(HANG_SECONDS, "two clients");
	igt_fork(child, 2)
		run_client(fd, child);
	igt_waitchildren();
	igt_reset_timeout();
	cnova_model_check();
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "chain", "Binds and executions in turn.", test_chain },
		{ "half-of-leaf", "Channels read while the other half changes.",
		  test_half_of_leaf },
		{ "half-of-leaf-evicted", "The same, while all of it is evicted.",
		  test_half_of_leaf_evicted },
		{ "not-held-up", "Binds are done while an execution runs.", test_not_held_up },
		{ "held-up", "Those that change a size wait.", test_held_up },
		{ "cap-64k", "Parts of 64 KiB too.", test_cap_64k },
		{ "size-change-waits", "It waits for what runs.", test_size_change_waits },
		{ "evicted", "Each EXEC binds again what was evicted.", test_evicted },
		{ "clients", "Two processes, and too little VRAM.", test_clients },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
