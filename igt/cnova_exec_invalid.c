// SPDX-License-Identifier: MIT

#include <sys/mman.h>

#include "exec.h"

/**
 * TEST: cnova exec invalid
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Every field of the channel ioctls and of EXEC, flipped: an errno, what is at
 *	fault named, and nothing changed (rules 1, 2, 5, 6).
 *
 * SUBTEST: channel-fields
 * Description: CHANNEL_CREATE, DESTROY and GET_STATE.
 *
 * SUBTEST: exec-fields
 * Description: Every bit of every field of EXEC's own arguments.
 *
 * SUBTEST: pushes
 * Description: Pushes that are misaligned, empty, too long, or leave the VM.
 *
 * SUBTEST: strides
 * Description: Elements longer than we know, zero beyond or not.
 *
 * SUBTEST: pointers
 * Description: Arrays that cannot be read, in part or at all.
 *
 * SUBTEST: syncs
 * Description: Syncs that are missing, twice, or backwards; nothing of the EXEC happens.
 */

static struct cnova_channel channel;

static struct cnova_world *prepare(int fd)
{
	struct cnova_world *w;

	cnova_require_exec(fd);
	w = cnova_world_create(fd, CNOVA_VA, SZ_1M);
	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	return w;
}

static void finish(struct cnova_world *w)
{
	cnova_channel_expect_alive(&channel);
	/* What was refused has not run. */
	igt_assert_eq_u32(*cnova_channel_word(&channel, 0), 0);
	cnova_channel_fini(&channel);
	cnova_world_destroy(w);
}

/* A push that would be seen. */
static struct drm_cnova_push good_push(void)
{
	cnova_pb_begin(&channel);
	cnova_pb_release(&channel, cnova_channel_word_va(&channel, 0), 1);
	return cnova_pb_end(&channel);
}

static struct drm_cnova_exec exec_args(const struct drm_cnova_push *pushes, unsigned int nr_pushes,
				       const struct drm_cnova_sync *syncs, unsigned int nr_syncs)
{
	return (struct drm_cnova_exec) {
		.channel_id = channel.id,
		.pushes = { ptr_u64(pushes), nr_pushes, nr_pushes ? sizeof(*pushes) : 0 },
		.syncs = { ptr_u64(syncs), nr_syncs, nr_syncs ? sizeof(*syncs) : 0 },
		.failed = 0x55,
		.reason = 0x55,
	};
}

static void expect_refused(struct cnova_world *w, struct drm_cnova_exec args, int err,
			   uint32_t failed, uint32_t reason)
{
	igt_assert_eq(__cnova_exec(w->fd, &args), -err);
	igt_assert_eq_u32(args.failed, failed);
	igt_assert_eq_u32(args.reason, reason);
}

static void test_channel_fields(int fd)
{
	struct cnova_world *w = prepare(fd);
	const struct drm_cnova_channel_create good = {
		.vm_id = w->vm.id,
		.engine = DRM_CNOVA_ENGINE_COPY,
	};
	struct drm_cnova_channel_create args;
	struct drm_cnova_channel_destroy destroy;
	struct drm_cnova_channel_get_state state;

	for (unsigned int bit = 0; bit < 8 * sizeof(good); bit++) {
		uint32_t *words = (uint32_t *)&args;

		args = good;
		words[bit / 32] ^= 1u << bit % 32;
		igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_CNOVA_CHANNEL_CREATE, &args),
			      bit < 32 ? -ENOENT : -EINVAL);
	}
	for (unsigned int bit = 0; bit < 8 * sizeof(destroy); bit++) {
		uint32_t *words = (uint32_t *)&destroy;

		destroy = (struct drm_cnova_channel_destroy) { .channel_id = channel.id };
		words[bit / 32] ^= 1u << bit % 32;
		igt_assert_eq(cnova_ioctl(w->fd, DRM_IOCTL_CNOVA_CHANNEL_DESTROY, &destroy),
			      bit < 32 ? -ENOENT : -EINVAL);
	}
	for (unsigned int bit = 0; bit < 32; bit++)
		igt_assert_eq(__cnova_channel_get_state(w->fd, channel.id ^ 1u << bit, &state),
			      -ENOENT);
	finish(w);
}

static void test_exec_fields(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push = good_push();
	struct drm_cnova_exec args;

	for (unsigned int bit = 0; bit < 32; bit++) {
		args = exec_args(&push, 1, NULL, 0);
		args.channel_id ^= 1u << bit;
		expect_refused(w, args, ENOENT, ~0, 0);
		args = exec_args(&push, 1, NULL, 0);
		args.flags ^= 1u << bit;
		expect_refused(w, args, EINVAL, ~0, 0);
		args = exec_args(&push, 1, NULL, 0);
		args.syncs.stride = 1u << bit;
		expect_refused(w, args, EINVAL, ~0, 0);
	}
	args = exec_args(NULL, 0, NULL, 0);
	expect_refused(w, args, EINVAL, ~0, 0);
	args = exec_args(NULL, 0, NULL, 0);
	args.pushes.stride = sizeof(push);
	expect_refused(w, args, EINVAL, ~0, 0);
	for (uint64_t count = cnova_param(fd, DRM_CNOVA_PARAM_MAX_PUSHES) + 1; count < 1ull << 32;
	     count = count * 3 + 1) {
		args = exec_args(&push, 1, NULL, 0);
		args.pushes.count = count;
		expect_refused(w, args, EINVAL, ~0, 0);
	}
	finish(w);
}

static void test_pushes(int fd)
{
	uint64_t first = cnova_param(fd, DRM_CNOVA_PARAM_VA_START);
	uint64_t end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);
	struct cnova_world *w = prepare(fd);
	const struct drm_cnova_push good = good_push();
	const struct {
		uint64_t va;
		uint32_t length;
		uint32_t flags;
		uint32_t reason;
	} bad[] = {
		{ good.va + 1, 8, 0, DRM_CNOVA_EXEC_REASON_ALIGN },
		{ good.va + 2, 8, 0, DRM_CNOVA_EXEC_REASON_ALIGN },
		{ good.va, 7, 0, DRM_CNOVA_EXEC_REASON_ALIGN },
		{ good.va, 1, 0, DRM_CNOVA_EXEC_REASON_ALIGN },
		{ good.va, 0, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ good.va, 8 << 20, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ good.va, 1u << 31, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ good.va, -4, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ 0, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ first - 4, 4, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ first - 4, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ SZ_2M, 64, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ end, 4, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ end - 4, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ 1ull << 63, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ -8, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ -4, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ good.va | 1ull << 60, 8, 0, DRM_CNOVA_EXEC_REASON_RANGE },
		{ good.va, good.length, 2, DRM_CNOVA_EXEC_REASON_FLAGS },
		{ good.va, good.length, 1u << 31, DRM_CNOVA_EXEC_REASON_FLAGS },
		{ good.va, good.length, ~1u, DRM_CNOVA_EXEC_REASON_FLAGS },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		for (unsigned int at = 0; at < 3; at++) {
			struct drm_cnova_push pushes[3] = { good, good, good };

			pushes[at].va = bad[i].va;
			pushes[at].length = bad[i].length;
			pushes[at].flags = bad[i].flags;
			expect_refused(w, exec_args(pushes, 3, NULL, 0), EINVAL, at, bad[i].reason);
		}
	}
	finish(w);
}

static void test_strides(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct {
		struct drm_cnova_push push;
		uint32_t more[6];
	} longer[2] = {};
	struct drm_cnova_exec args;

	longer[0].push = good_push();
	longer[1].push = longer[0].push;
	for (unsigned int i = 0; i < ARRAY_SIZE(longer[1].more); i++) {
		longer[1].more[i] = 1;
		args = exec_args(&longer[0].push, 2, NULL, 0);
		args.pushes.stride = sizeof(longer[0]);
		expect_refused(w, args, E2BIG, ~0, 0);
		longer[1].more[i] = 0;
	}
	for (unsigned int stride = 1; stride < sizeof(longer[0].push); stride++) {
		args = exec_args(&longer[0].push, 1, NULL, 0);
		args.pushes.stride = stride;
		expect_refused(w, args, EINVAL, ~0, 0);
	}
	igt_assert_eq_u32(*cnova_channel_word(&channel, 0), 0);

	args = exec_args(&longer[0].push, 2, NULL, 0);
	args.pushes.stride = sizeof(longer[0]);
	igt_assert_eq(__cnova_exec(w->fd, &args), 0);
	cnova_channel_expect_alive(&channel);
	igt_assert_eq_u32(*cnova_channel_word(&channel, 0), 1);
	*cnova_channel_word(&channel, 0) = 0;
	finish(w);
}

static void test_pointers(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push *pushes;
	struct drm_cnova_exec args;
	uint8_t *page;

	page = mmap(NULL, 2 * SZ_4K, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	igt_assert(page != MAP_FAILED);
	igt_assert_eq(mprotect(page + SZ_4K, SZ_4K, PROT_NONE), 0);
	pushes = (struct drm_cnova_push *)(page + SZ_4K) - 2;
	for (int i = 0; i < 2; i++)
		pushes[i] = good_push();
	expect_refused(w, exec_args(pushes, 3, NULL, 0), EFAULT, ~0, 0);
	expect_refused(w, exec_args((void *)(page + SZ_4K), 1, NULL, 0), EFAULT, ~0, 0);
	args = exec_args(pushes, 1, NULL, 0);
	args.pushes.pointer = ~0ull;
	expect_refused(w, args, EFAULT, ~0, 0);
	expect_refused(w, exec_args(pushes, 1, (void *)(page + SZ_4K), 1), EFAULT, ~0, 0);
	munmap(page, 2 * SZ_4K);
	finish(w);
}

static void test_syncs(int fd)
{
	struct cnova_world *w = prepare(fd);
	struct drm_cnova_push push = good_push();
	uint32_t empty = syncobj_create(w->fd, 0), timeline = syncobj_create(w->fd, 0);
	struct drm_cnova_sync syncs[3];

	/* The last one is wrong; the others are not signalled. */
	syncs[0] = cnova_signal(timeline, 7);
	syncs[1] = cnova_signal(syncobj_create(w->fd, 0), 0);
	for (unsigned int bit = 3; bit < 32; bit++) {
		syncs[2] = cnova_signal(empty, 0);
		syncs[2].flags ^= 1u << bit;
		expect_refused(w, exec_args(&push, 1, syncs, 3), EINVAL, 2,
			       DRM_CNOVA_EXEC_REASON_SYNC);
	}
	syncs[2] = cnova_wait(empty, 0);
	expect_refused(w, exec_args(&push, 1, syncs, 3), EINVAL, 2, DRM_CNOVA_EXEC_REASON_SYNC);
	syncs[2] = cnova_wait(0x7fffffff, 0);
	expect_refused(w, exec_args(&push, 1, syncs, 3), ENOENT, 2, DRM_CNOVA_EXEC_REASON_SYNC);
	syncs[2] = cnova_signal(0x7fffffff, 0);
	expect_refused(w, exec_args(&push, 1, syncs, 3), ENOENT, 2, DRM_CNOVA_EXEC_REASON_SYNC);
	syncs[2] = cnova_signal(timeline, 7);
	expect_refused(w, exec_args(&push, 1, syncs, 3), EINVAL, 2, DRM_CNOVA_EXEC_REASON_SYNC);
	syncs[2] = cnova_signal(timeline, 0);
	expect_refused(w, exec_args(&push, 1, syncs, 3), EINVAL, 2, DRM_CNOVA_EXEC_REASON_SYNC);

	igt_assert(!cnova_syncobj_has_fence(w->fd, timeline, 7));
	igt_assert(!cnova_syncobj_has_fence(w->fd, syncs[1].handle, 0));
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "channel-fields", "The ioctls of channels.", test_channel_fields },
		{ "exec-fields", "EXEC's own arguments.", test_exec_fields },
		{ "pushes", "Pushes that cannot be.", test_pushes },
		{ "strides", "Elements longer than we know.", test_strides },
		{ "pointers", "Arrays that cannot be read.", test_pointers },
		{ "syncs", "Syncs that cannot be.", test_syncs },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
