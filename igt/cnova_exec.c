// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <sys/ioctl.h>

#include "exec.h"

/**
 * TEST: cnova exec
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Channels, and what they execute, when all goes well.
 *
 * SUBTEST: create
 * Description: Channels have ids of their own, classes as promised, and go when destroyed.
 *
 * SUBTEST: copy
 * Description: The copy engine copies between VRAM and system memory, all directions.
 *
 * SUBTEST: copy-sizes
 * Description: Copies of odd sizes, from and to odd addresses, across pages and leaves.
 *
 * SUBTEST: fill
 * Description: It fills memory with a word.
 *
 * SUBTEST: pushes
 * Description: Pushes of an array, with and without SYNC, are executed in order.
 *
 * SUBTEST: most-pushes
 * Description: As many pushes as one call takes.
 *
 * SUBTEST: sync-point
 * Description: An EXEC without pushes signals after those before it.
 *
 * SUBTEST: ring
 * Description: More EXECs than the ring holds, without waiting in between.
 *
 * SUBTEST: corked
 * Description: Nothing is executed before the in-fence signals; then all, in order.
 *
 * SUBTEST: pending-limit
 * Description: As many may wait as promised; one more is refused.
 *
 * SUBTEST: many-channels
 * Description: As many channels as a file may have, all of them at work in one VM.
 *
 * SUBTEST: many-vms
 * Description: The same addresses in several VMs are different memory.
 *
 * SUBTEST: between-channels
 * Description: A chain of copies from channel to channel, ordered by syncs alone.
 *
 * SUBTEST: destroy-corked
 * Description: A channel with executions that wait goes at once: they are cancelled (rule 18).
 *
 * SUBTEST: vm-destroy
 * Description: A VM takes its channels along; they say so until they are destroyed.
 *
 * SUBTEST: close-corked
 * Description: A file that is closed with executions waiting and running gives all back.
 *
 * SUBTEST: forged-fence
 * Description: A client that releases the kernel's semaphore fools itself and nobody else.
 *
 * SUBTEST: fdinfo
 * Description: The time that channels work is in fdinfo, and never goes back.
 */

#define HANG_SECONDS	60
#define WINDOW		(4 * SZ_2M)

static struct cnova_channel channel;

/* A VM with two objects of each kind, each mapped as a whole: bo i at va(i). */
static uint64_t va(int i)
{
	return CNOVA_VA + i * SZ_2M;
}

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	w = cnova_world_create(fd, CNOVA_VA, WINDOW);
	for (int i = 0; i < 4; i++) {
		cnova_world_bo(w, SZ_1M, i < 2 ? DRM_CNOVA_GEM_VRAM : 0);
		cnova_world_map(w, &w->bo[i], 0, va(i), SZ_1M, 0);
	}
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	igt_set_timeout(HANG_SECONDS, "an execution");
	return w;
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	cnova_channel_fini(&channel);
	cnova_world_destroy(w);
}

static void test_create(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_channel_create args[3];
	struct drm_cnova_channel_get_state state;

	for (int i = 0; i < 3; i++) {
		igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &args[i]), 0);
		igt_assert_neq(args[i].channel_id, 0);
		igt_assert_neq(args[i].channel_id, channel.id);
		for (int k = 0; k < i; k++)
			igt_assert_neq(args[i].channel_id, args[k].channel_id);
		igt_assert_eq(__cnova_channel_get_state(w->fd, args[i].channel_id, &state), 0);
		igt_assert_eq_u32(state.state, DRM_CNOVA_CHANNEL_ACTIVE);
	}
	for (int i = 0; i < 3; i++) {
		igt_assert_eq(__cnova_channel_destroy(w->fd, args[i].channel_id), 0);
		igt_assert_eq(__cnova_channel_destroy(w->fd, args[i].channel_id), -ENOENT);
		igt_assert_eq(__cnova_channel_get_state(w->fd, args[i].channel_id, &state),
			      -ENOENT);
	}
	igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id + 100, &args[0]), -ENOENT);
	/* Of another file. */
	igt_assert_eq(__cnova_channel_destroy(fd, channel.id), -ENOENT);
	finish(w);
}

static void test_copy(int fd)
{
	struct cnova_world *w = prepare(fd);

	for (int dst = 0; dst < 4; dst++) {
		for (int src = 0; src < 4; src++) {
			const uint64_t at = dst * SZ_64K, from = SZ_1M / 2 + src * SZ_64K;

			cnova_gpu_copy(&channel, va(dst) + at, va(src) + from, SZ_64K);
			igt_assert(!memcmp(w->bo[dst].map + at, w->bo[src].map + from, SZ_64K));
		}
	}
	finish(w);
}

static void test_copy_sizes(int fd)
{
	static const struct { uint32_t dst, src, size; } cases[] = {
		{ 0, 0, 1 }, { 1, 2, 3 }, { 4095, 4095, 2 }, { 4096, 1, 4095 }, { 100, 4000, 4096 },
		{ 65535, 3, 65538 }, { 7, 65530, 131072 }, { 0, 0, 262144 },
	};
	struct cnova_world *w = prepare(fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int k = 0; k < 2; k++) {
			const struct cnova_bo *src = &w->bo[2 * k], *dst = &w->bo[3 - 2 * k];
			uint8_t *want = malloc(SZ_1M);

			memcpy(want, dst->map, SZ_1M);
			memcpy(want + cases[i].dst, src->map + cases[i].src, cases[i].size);
			cnova_gpu_copy(&channel, va(3 - 2 * k) + cases[i].dst,
				       va(2 * k) + cases[i].src, cases[i].size);
			igt_assert_f(!memcmp(want, dst->map, SZ_1M), "case %u\n", i);
			free(want);
		}
	}
	finish(w);
}

static void test_fill(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push;

	for (int i = 0; i < 4; i += 2) {
		cnova_pb_begin(&channel);
		cnova_pb_fill(&channel, va(i) + 16, 0xabcd0000 + i, SZ_4K);
		push = cnova_pb_end(&channel);
		igt_assert_eq(cnova_exec_wait(&channel, cnova_exec(&channel, &push, 1, NULL)), 0);

		igt_assert_eq_u64(*(uint64_t *)w->bo[i].map, cnova_tag(w->bo[i].handle, 0));
		for (uint64_t at = 16; at < 16 + SZ_4K; at += 4)
			igt_assert_eq_u32(*(uint32_t *)(w->bo[i].map + at), 0xabcd0000 + i);
		igt_assert_neq_u32(*(uint32_t *)(w->bo[i].map + 16 + SZ_4K), 0xabcd0000 + i);
	}
	finish(w);
}

/* Each push copies what the one before has written. */
static struct drm_cnova_push chain_link(int i, uint64_t base)
{
	cnova_pb_begin(&channel);
	if (i)
		cnova_pb_copy(&channel, base + i * 64, base + (i - 1) * 64, 64);
	else
		cnova_pb_fill(&channel, base, 0x600d600d, 64);
	return cnova_pb_end(&channel);
}

static void test_pushes(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push pushes[32];

	for (int round = 0; round < 2; round++) {
		memset(w->bo[2].map, 0, SZ_4K);
		for (unsigned int i = 0; i < ARRAY_SIZE(pushes); i++) {
			pushes[i] = chain_link(i, va(2));
			if (round)
				pushes[i].flags = DRM_CNOVA_PUSH_SYNC;
		}
		cnova_exec(&channel, pushes, ARRAY_SIZE(pushes), NULL);
		cnova_exec_finish(&channel);
		for (uint64_t at = 0; at < 64 * ARRAY_SIZE(pushes); at += 4)
			igt_assert_eq_u32(*(uint32_t *)(w->bo[2].map + at), 0x600d600d);
	}
	finish(w);
}

static void test_most_pushes(int fd)
{
	uint64_t most = cnova_param(fd, DRM_CNOVA_PARAM_MAX_PUSHES);
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push *pushes = calloc(most + 1, sizeof(*pushes));

	/* The same one: what matters is that all are taken, and the last is reached. */
	pushes[0] = chain_link(0, va(2));
	for (uint64_t i = 1; i <= most; i++)
		pushes[i] = pushes[0];
	cnova_pb_begin(&channel);
	cnova_pb_release(&channel, cnova_channel_word_va(&channel, 0), 77);
	pushes[most - 1] = cnova_pb_end(&channel);

	for (int i = 0; i < 4; i++)
		cnova_exec(&channel, pushes, most, NULL);
	cnova_exec_finish(&channel);
	igt_assert_eq_u32(*cnova_channel_word(&channel, 0), 77);
	igt_assert_eq(cnova_exec_try(&channel, pushes, most + 1, NULL, 0), -EINVAL);
	free(pushes);
	finish(w);
}

static void test_sync_point(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push = chain_link(0, va(2));
	uint64_t last;

	for (int i = 0; i < 4; i++) {
		*(volatile uint32_t *)w->bo[2].map = 0;
		cnova_exec(&channel, &push, 1, NULL);
		last = cnova_exec(&channel, NULL, 0, NULL);
		igt_assert_eq(cnova_exec_wait(&channel, last), 0);
		igt_assert_eq_u32(*(volatile uint32_t *)w->bo[2].map, 0x600d600d);
	}
	finish(w);
}

static void test_ring(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push pushes[8];

	for (unsigned int i = 0; i < ARRAY_SIZE(pushes); i++) {
		cnova_pb_begin(&channel);
		cnova_pb_release(&channel, cnova_channel_word_va(&channel, i), i + 1);
		pushes[i] = cnova_pb_end(&channel);
	}
	for (int i = 0; i < 400; i++)
		cnova_exec(&channel, pushes, 1 + i % ARRAY_SIZE(pushes), NULL);
	cnova_exec_finish(&channel);
	for (unsigned int i = 0; i < ARRAY_SIZE(pushes); i++)
		igt_assert_eq_u32(*cnova_channel_word(&channel, i), i + 1);
	finish(w);
}

static void test_corked(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push = chain_link(0, va(2));
	struct drm_cnova_sync wait;
	struct cnova_cork cork;
	uint64_t first, last;

	cnova_cork_init(&cork);
	wait = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	first = cnova_exec(&channel, &push, 1, &wait);
	last = cnova_exec(&channel, NULL, 0, NULL);
	usleep(100000);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, channel.out, first));
	igt_assert_neq_u32(*(volatile uint32_t *)w->bo[2].map, 0x600d600d);

	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_exec_wait(&channel, last), 0);
	igt_assert_eq_u32(*(volatile uint32_t *)w->bo[2].map, 0x600d600d);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_pending_limit(int fd)
{
	uint64_t limit = cnova_param(fd, DRM_CNOVA_PARAM_MAX_PENDING_EXECS);
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_sync syncs[2];
	struct cnova_cork cork;

	cnova_cork_init(&cork);
	syncs[0] = cnova_wait(cnova_cork_syncobj(&cork, w->fd), 0);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	for (uint64_t i = 0; i < limit; i++)
		igt_assert_eq(cnova_exec_try(&channel, NULL, 0, syncs, 2), 0);
	igt_assert_eq(cnova_exec_try(&channel, NULL, 0, syncs, 2), -EBUSY);
	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_syncobj_wait(w->fd, syncs[1].handle, 0, HANG_SECONDS * 500), 0);
	cnova_exec(&channel, NULL, 0, NULL);
	cnova_exec_finish(&channel);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_many_channels(int fd)
{
	uint64_t most = cnova_param(fd, DRM_CNOVA_PARAM_MAX_CHANNELS);
	struct cnova_channel *ch = calloc(most, sizeof(*ch));
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_channel_create args;
	struct drm_cnova_push push;
	uint64_t nr;

	/* The world has one. */
	for (nr = 0; nr < most - 1; nr++)
		cnova_channel_init(&ch[nr], &w->vm, CNOVA_PB_VA + SZ_2M + nr * SZ_64K, SZ_64K);
	igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &args), -ENOSPC);

	memset(w->bo[2].map, 0, SZ_1M);
	for (uint64_t i = 0; i < nr; i++) {
		cnova_pb_begin(&ch[i]);
		cnova_pb_fill(&ch[i], va(2) + i * SZ_4K, i + 1, SZ_4K);
		push = cnova_pb_end(&ch[i]);
		cnova_exec(&ch[i], &push, 1, NULL);
	}
	for (uint64_t i = 0; i < nr; i++) {
		cnova_exec_finish(&ch[i]);
		for (uint64_t at = 0; at < SZ_4K; at += 4)
			igt_assert_eq_u32(*(uint32_t *)(w->bo[2].map + i * SZ_4K + at), i + 1);
	}
	while (nr--)
		cnova_channel_fini(&ch[nr]);
	free(ch);
	finish(w);
}

static void test_many_vms(int fd)
{
	enum { NR = 6 };
	struct cnova_channel ch[NR];
	struct cnova_bo bo[NR];
	struct cnova_vm vm[NR];
	struct drm_cnova_push push;

	cnova_require_exec(fd);
	for (int i = 0; i < NR; i++) {
		struct drm_cnova_vm_bind_op op;
		struct drm_cnova_vm_bind args;

		cnova_vm_init(&vm[i], fd);
		cnova_bo_init(&bo[i], fd, SZ_64K, i & 1 ? DRM_CNOVA_GEM_VRAM : 0);
		op = cnova_op_map(&bo[i], 0, CNOVA_VA, SZ_64K, 0);
		args = cnova_bind_args(&vm[i], &op, 1, NULL, 0);
		igt_assert_eq(__cnova_bind(fd, &args), 0);
		cnova_channel_init(&ch[i], &vm[i], CNOVA_PB_VA, SZ_64K);
	}
	for (int i = 0; i < NR; i++) {
		cnova_pb_begin(&ch[i]);
		cnova_pb_fill(&ch[i], CNOVA_VA, 0x1000 + i, SZ_64K);
		push = cnova_pb_end(&ch[i]);
		cnova_exec(&ch[i], &push, 1, NULL);
	}
	for (int i = 0; i < NR; i++)
		cnova_exec_finish(&ch[i]);
	for (int i = 0; i < NR; i++) {
		for (uint64_t at = 0; at < SZ_64K; at += SZ_4K)
			igt_assert_eq_u32(*(uint32_t *)(bo[i].map + at), 0x1000 + i);
		cnova_channel_fini(&ch[i]);
		cnova_vm_fini(&vm[i]);
		cnova_bo_fini(&bo[i]);
	}
	cnova_model_check();
}

static void test_between_channels(int fd)
{
	enum { NR = 4, LINKS = 40 };
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push;
	struct cnova_channel ch[NR];

	for (int i = 0; i < NR; i++)
		cnova_channel_init(&ch[i], &w->vm, CNOVA_PB_VA + (i + 1) * SZ_2M, SZ_64K);
	memset(w->bo[2].map, 0, SZ_64K);
	*(uint32_t *)w->bo[2].map = 0x600d;
	for (int i = 1; i < LINKS; i++) {
		struct cnova_channel *last = &ch[(i - 1) % NR];
		struct drm_cnova_sync wait = cnova_wait(last->out, last->point);

		cnova_pb_begin(&ch[i % NR]);
		cnova_pb_copy(&ch[i % NR], va(2) + i * 64, va(2) + (i - 1) * 64, 4);
		push = cnova_pb_end(&ch[i % NR]);
		cnova_exec(&ch[i % NR], &push, 1, i > 1 ? &wait : NULL);
	}
	for (int i = 0; i < NR; i++)
		cnova_exec_finish(&ch[i]);
	for (int i = 0; i < LINKS; i++)
		igt_assert_eq_u32(*(uint32_t *)(w->bo[2].map + i * 64), 0x600d);
	for (int i = 0; i < NR; i++)
		cnova_channel_fini(&ch[i]);
	finish(w);
}

/* An execution that waits for a cork, and its own out-fence. */
static struct drm_cnova_sync exec_corked(struct cnova_world *w, struct cnova_channel *ch,
					 const struct cnova_cork *cork)
{
	struct drm_cnova_push push = chain_link(0, va(2));
	struct drm_cnova_sync syncs[2] = {
		cnova_signal(syncobj_create(w->fd, 0), 0),
		cnova_wait(cnova_cork_syncobj(cork, w->fd), 0),
	};

	igt_assert_eq(cnova_exec_try(ch, &push, 1, syncs, 2), 0);
	return syncs[0];
}

static void test_destroy_corked(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_channel_create args;
	struct cnova_channel other = channel;
	struct drm_cnova_sync out[4];
	struct cnova_cork cork;

	cnova_require_endless_cork();
	cnova_cork_init(&cork);
	igt_assert_eq(__cnova_channel_create(w->fd, w->vm.id, &args), 0);
	other.id = args.channel_id;
	for (unsigned int i = 0; i < ARRAY_SIZE(out); i++)
		out[i] = exec_corked(w, &other, &cork);
	igt_assert_eq(__cnova_channel_destroy(w->fd, other.id), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(out); i++)
		igt_assert_eq(cnova_syncobj_status(w->fd, out[i].handle, 0), -ECANCELED);
	igt_assert_neq_u32(*(volatile uint32_t *)w->bo[2].map, 0x600d600d);
	cnova_channel_expect_alive(&channel);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_vm_destroy(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct cnova_channel ch, faulty;
	struct drm_cnova_push push;
	struct drm_cnova_sync out;
	struct cnova_cork cork;
	struct cnova_vm vm;

	cnova_require_endless_cork();
	igt_emit_ignore_dmesg_regex("is dead: ");
	cnova_cork_init(&cork);
	cnova_vm_init(&vm, w->fd);
	cnova_channel_init(&ch, &vm, CNOVA_PB_VA, SZ_64K);
	cnova_channel_init(&faulty, &vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
	out = exec_corked(w, &ch, &cork);
	/* In this one nothing is mapped. */
	cnova_pb_begin(&faulty);
	cnova_pb_copy(&faulty, CNOVA_VA, CNOVA_VA, SZ_4K);
	push = cnova_pb_end(&faulty);
	igt_assert_eq(cnova_exec_wait(&faulty, cnova_exec(&faulty, &push, 1, NULL)), -EFAULT);
	cnova_vm_fini(&vm);
	igt_assert_eq(cnova_syncobj_status(w->fd, out.handle, 0), -ECANCELED);
	cnova_channel_expect_dead(&ch, ECANCELED);
	cnova_channel_expect_dead(&faulty, EFAULT);
	cnova_channel_fini(&ch);
	cnova_channel_fini(&faulty);
	cnova_cork_fini(&cork);
	finish(w);
}

static void test_close_corked(int fd)
{
	uint64_t before, point;
	struct drm_cnova_push push;
	struct cnova_channel ch;
	struct cnova_cork cork;
	struct cnova_world *w;
	int fence;

	cnova_require_exec(fd);
	cnova_require_endless_cork();
	before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	cnova_cork_init(&cork);
	w = prepare(fd);
	cnova_channel_init(&ch, &w->vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
	exec_corked(w, &channel, &cork);

	/* And one that runs for ever: it waits for a semaphore. */
	cnova_pb_begin(&ch);
	cnova_pb_acquire(&ch, cnova_channel_word_va(&ch, 0), 1);
	push = cnova_pb_end(&ch);
	point = cnova_exec(&ch, &push, 1, NULL);
	igt_assert(!cnova_syncobj_is_signaled(w->fd, ch.out, point));
	fence = syncobj_handle_to_fd(w->fd, ch.out, 0);

	igt_reset_timeout();
	cnova_bo_fini(&channel.pb);
	cnova_bo_fini(&ch.pb);
	cnova_world_close(w);
	close(fence);
	cnova_wait_vram_free(fd, before);
	cnova_cork_fini(&cork);
	cnova_model_check();
}

static void test_forged_fence(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_channel_get_state state;
	struct drm_cnova_push push;
	struct cnova_channel other;

	cnova_channel_init(&other, &w->vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
	/* Where the kernel has its semaphores is no secret. */
	for (int slot = 0; slot < 2; slot++) {
		cnova_pb_begin(&channel);
		cnova_pb_release(&channel, (slot + 1) * SZ_2M + SZ_1M, 0x7fffffff);
		push = cnova_pb_end(&channel);
		cnova_exec(&channel, &push, 1, NULL);
	}
	/* Its fences may say anything now; the next ones, that they are done. */
	for (int i = 0; i < 600; i++) {
		push = chain_link(0, va(2));
		channel.used = 0;
		if (cnova_exec_try(&channel, &push, 1, NULL, 0))
			break;
		if (cnova_exec_try(&other, NULL, 0, NULL, 0))
			break;
	}
	igt_assert_eq(__cnova_channel_get_state(w->fd, channel.id, &state), 0);
	igt_info("it is %s\n", state.state ? "dead" : "alive");
	cnova_channel_fini(&other);
	finish(w);
}

static void test_fdinfo(int fd)
{
	struct cnova_world *w = prepare(fd);
	uint64_t before = cnova_fdinfo(w->fd, "drm-engine-copy"), after;
	struct drm_cnova_push push;

	igt_assert_neq_u64(before, ~0ull);
	for (int i = 0; i < 4; i++) {
		push = chain_link(0, va(2));
		cnova_exec(&channel, &push, 1, NULL);
		cnova_exec_finish(&channel);
		after = cnova_fdinfo(w->fd, "drm-engine-copy");
		igt_assert_lte_u64(before + 1, after);
		before = after;
	}
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "create", "Channels have ids of their own, and go.", test_create },
		{ "copy", "Between VRAM and system memory.", test_copy },
		{ "copy-sizes", "Odd sizes and addresses.", test_copy_sizes },
		{ "fill", "Memory is filled with a word.", test_fill },
		{ "pushes", "Pushes are executed in order.", test_pushes },
		{ "most-pushes", "As many as one call takes.", test_most_pushes },
		{ "sync-point", "Without pushes.", test_sync_point },
		{ "ring", "More than the ring holds.", test_ring },
		{ "corked", "Nothing before the in-fence signals.", test_corked },
		{ "pending-limit", "As many may wait as promised.", test_pending_limit },
		{ "many-channels", "As many as a file may have.", test_many_channels },
		{ "many-vms", "The same addresses in several VMs.", test_many_vms },
		{ "between-channels", "Ordered by syncs alone.", test_between_channels },
		{ "destroy-corked", "What waits is cancelled.", test_destroy_corked },
		{ "vm-destroy", "A VM takes its channels along.", test_vm_destroy },
		{ "close-corked", "A closed file gives all back.", test_close_corked },
		{ "forged-fence", "A client fools itself.", test_forged_fence },
		{ "fdinfo", "Time that channels work.", test_fdinfo },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
