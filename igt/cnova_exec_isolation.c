// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>

#include "hang.h"
#include "random.h"

/**
 * TEST: cnova exec isolation
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: What a client executes reaches what its VM maps, and nothing else: not another
 *	client's objects, not its own that are not mapped, not what the kernel mapped read-only.
 *	CNOVA_SEED repeats a run.
 *
 * SUBTEST: addresses
 * Description: Copies between random addresses fault, or touch the client's own mappings.
 *
 * SUBTEST: physical
 * Description: No copy without the MMU, and no invalidate: EINVAL, whatever the target.
 *
 * SUBTEST: methods
 * Description: Random methods, of all subchannels: nobody else notices.
 *
 * SUBTEST: freed
 * Description: Memory that one client gave back and another got is zero, and out of reach of the
 *	first one's channel.
 */

#define HANG_SECONDS	100
#define SIZE		SZ_64K

/* Of the attacker; nothing is mapped on either side of each. */
#define VA_WRITABLE	(CNOVA_VA + SZ_2M)
#define VA_READ_ONLY	(CNOVA_VA + 2 * SZ_2M)
#define VA_FREED	(CNOVA_VA + 3 * SZ_2M)
/* Of the victim. */
#define VA_VICTIM	(CNOVA_VA + 32 * SZ_2M)

/* Upper 16 bits of the words of objects. */
#define MARK_VICTIM	0xb0b0ull
#define MARK_HIDDEN	0xa1a1ull
#define MARK_READ_ONLY	0xa2a2ull

/* The attacker's objects. */
enum { WRITABLE, READ_ONLY, HIDDEN_VRAM, HIDDEN_SYSTEM, FREED_VRAM, FREED_SYSTEM, NR_OBJECTS };

enum { NR_VICTIMS = 2 };

static struct victim {
	int fd;
	struct cnova_vm vm;
	struct cnova_bo bo[NR_VICTIMS];
	/* Where they are: what no client knows. */
	uint64_t pa[NR_VICTIMS];
	struct cnova_channel channel;
} victim = { .fd = -1 };

static struct cnova_channel channel;
static uint64_t va_mask, va_start, va_end;

/* ------------------------------------------------------------------------- contents */

static uint64_t pattern(uint64_t mark, uint64_t which, uint64_t i)
{
	return mark << 48 | which << 32 | i;
}

static void fill(struct cnova_bo *bo, uint64_t mark, uint64_t which)
{
	for (uint64_t i = 0; i < bo->size / 8; i++)
		((volatile uint64_t *)bo->map)[i] = pattern(mark, which, i);
}

static void expect(const struct cnova_bo *bo, uint64_t mark, uint64_t which)
{
	const volatile uint64_t *word = (volatile uint64_t *)bo->map;

	for (uint64_t i = 0; i < bo->size / 8; i++)
		igt_assert_eq_u64(word[i], pattern(mark, which, i));
}

/* Nothing changed that must not, and nothing secret came to where the attacker reads. */
static void check_contents(struct cnova_world *w)
{
	const volatile uint64_t *word = (volatile uint64_t *)w->bo[WRITABLE].map;

	for (int i = 0; i < NR_VICTIMS; i++)
		expect(&victim.bo[i], MARK_VICTIM, i);
	expect(&w->bo[READ_ONLY], MARK_READ_ONLY, 0);
	for (int i = HIDDEN_VRAM; i < NR_OBJECTS; i++)
		expect(&w->bo[i], MARK_HIDDEN, i);
	for (uint64_t i = 0; i < SIZE / 8; i++)
		igt_assert_f(word[i] >> 48 != MARK_VICTIM && word[i] >> 48 != MARK_HIDDEN,
			     "the client has got %#" PRIx64 "\n", (uint64_t)word[i]);
}

/* -------------------------------------------------------------------------- clients */

static void bind_one(const struct cnova_vm *vm, struct drm_cnova_vm_bind_op op)
{
	igt_assert_eq(__cnova_bind_one(vm, &op), 0);
}

/* Where the first page of what is mapped at @va is, from the page tables. */
static uint64_t place(const struct cnova_vm *vm, uint64_t va)
{
	char *text = cnova_read_text(vm->dir, "pagetable");
	uint64_t at, pa = 0;
	const char *line;

	igt_assert(text);
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "0x%" SCNx64 " %*s 0x%" SCNx64, &at, &pa) == 2 && at == va)
			break;
	igt_assert_f(*line, "no leaf at %#" PRIx64 ":\n%s", va, text);
	free(text);
	return pa;
}

static void victim_init(int fd)
{
	/* Of a test that failed. */
	if (victim.fd >= 0)
		drm_close_driver(victim.fd);
	victim.fd = drm_reopen_driver(fd);
	cnova_vm_init(&victim.vm, victim.fd);
	for (int i = 0; i < NR_VICTIMS; i++) {
		cnova_bo_init(&victim.bo[i], victim.fd, SIZE, i ? 0 : DRM_CNOVA_GEM_VRAM);
		bind_one(&victim.vm, cnova_op_map(&victim.bo[i], 0, VA_VICTIM + i * SIZE, SIZE, 0));
		fill(&victim.bo[i], MARK_VICTIM, i);
		victim.pa[i] = place(&victim.vm, VA_VICTIM + i * SIZE);
	}
	cnova_channel_init(&victim.channel, &victim.vm, CNOVA_PB_VA, SZ_64K);
}

/* It works, and its objects are what they were: each page onto itself. */
static void victim_work(void)
{
	for (int i = 0; i < NR_VICTIMS; i++)
		cnova_gpu_copy(&victim.channel, VA_VICTIM + i * SIZE, VA_VICTIM + i * SIZE, SZ_4K);
}

static void victim_fini(void)
{
	cnova_channel_fini(&victim.channel);
	cnova_vm_fini(&victim.vm);
	for (int i = 0; i < NR_VICTIMS; i++)
		cnova_bo_fini(&victim.bo[i]);
	drm_close_driver(victim.fd);
	victim.fd = -1;
}

static struct cnova_world *prepare(int fd)
{
	static const uint32_t flags[NR_OBJECTS] = {
		[WRITABLE] = DRM_CNOVA_GEM_VRAM,
		[HIDDEN_VRAM] = DRM_CNOVA_GEM_VRAM,
		[FREED_VRAM] = DRM_CNOVA_GEM_VRAM,
	};
	struct cnova_world *w;

	cnova_require_exec(fd);
	va_start = cnova_param(fd, DRM_CNOVA_PARAM_VA_START);
	va_end = cnova_param(fd, DRM_CNOVA_PARAM_VA_END);
	/* Bits that an address has: of more the hardware takes no notice. */
	for (va_mask = 1; va_mask < va_end; va_mask *= 2)
		;
	va_mask--;
	cnova_random_start(cnova_random_seed());

	victim_init(fd);

	w = cnova_world_create(fd, CNOVA_VA, 4 * SZ_2M);
	for (int i = 0; i < NR_OBJECTS; i++) {
		cnova_world_bo(w, SIZE, flags[i]);
		fill(&w->bo[i], i == READ_ONLY ? MARK_READ_ONLY : MARK_HIDDEN,
		     i == READ_ONLY ? 0 : i);
	}
	memset(w->bo[WRITABLE].map, 0, SIZE);
	cnova_world_map(w, &w->bo[WRITABLE], 0, VA_WRITABLE, SIZE, 0);
	cnova_world_map(w, &w->bo[READ_ONLY], 0, VA_READ_ONLY, SIZE, DRM_CNOVA_VM_BIND_READ_ONLY);
	cnova_world_map(w, &w->bo[FREED_VRAM], 0, VA_FREED, SIZE, 0);
	cnova_world_map(w, &w->bo[FREED_SYSTEM], 0, VA_FREED + SIZE, SIZE, 0);

	cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	/* The TLB has it, before it goes. */
	for (int i = 0; i < 2; i++)
		cnova_gpu_copy(&channel, VA_FREED + i * SIZE, VA_FREED + i * SIZE, SZ_4K);
	cnova_world_unmap(w, VA_FREED, 2 * SIZE);
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	igt_set_timeout(HANG_SECONDS, "a channel of a hostile client");
	return w;
}

static void finish(struct cnova_world *w)
{
	igt_reset_timeout();
	check_contents(w);
	victim_work();
	check_contents(w);
	cnova_channel_fini(&channel);
	victim_fini();
	cnova_world_destroy(w);
}

/* Return: 0, or the error; the channel is another one then. */
static int run(struct cnova_world *w)
{
	struct drm_cnova_push push = cnova_pb_end(&channel);
	int err = cnova_exec_wait(&channel, cnova_exec(&channel, &push, 1, NULL));

	if (err) {
		cnova_channel_expect_dead(&channel, -err);
		cnova_channel_fini(&channel);
		cnova_channel_init(&channel, &w->vm, CNOVA_PB_VA, SZ_64K);
	}
	return err;
}

/* ------------------------------------------------------------------------ addresses */

static bool is_in(uint64_t va, uint64_t size, uint64_t start, uint64_t length)
{
	return va >= start && va - start <= length && size <= length - (va - start);
}

static bool is_kernel(uint64_t va)
{
	return va < va_start || va >= va_end;
}

/*
 * The words by which a channel tells that it is done, in each of the kernel's slots of 2 MiB: a
 * client may write its own (forged-fence of cnova_exec), and fools itself; not here.
 */
static bool is_fence(uint64_t va, uint64_t size)
{
	uint64_t at = va % SZ_2M;

	return va < va_start && at + size > SZ_1M && at < SZ_1M + SZ_4K;
}

/* Just outside of something mapped, or across its edge. */
static uint64_t random_neighbour(uint64_t size)
{
	static const struct { uint64_t va, size; bool across; } mapped[] = {
		{ VA_WRITABLE, SIZE, true }, { VA_READ_ONLY, SIZE, true },
		{ CNOVA_PB_VA, SZ_64K, false },
	};
	unsigned int i = cnova_below(ARRAY_SIZE(mapped));
	uint64_t half = size / 16 * 8;

	switch (cnova_below(mapped[i].across ? 4 : 2)) {
	case 0:
		return mapped[i].va - size;
	case 1:
		return mapped[i].va + mapped[i].size;
	case 2:
		return mapped[i].va - half - 8;
	default:
		return mapped[i].va + mapped[i].size - half;
	}
}

static uint64_t random_va(uint64_t size)
{
	const uint64_t word = cnova_below((SIZE - size) / 8) * 8;

	switch (cnova_below(12)) {
	case 0:
		return cnova_below(SZ_64K / 8) * 8;
	case 1:
		/* The ring and the segments of the first channels. */
		return (1 + cnova_below(2)) * SZ_2M + word;
	case 2:
		return cnova_below(va_start / 8) * 8;
	case 3:
		return va_mask + 1 - size - (cnova_below(2) ? word : 0);
	case 4:
		return va_end - size + cnova_below(2) * size;
	case 5:
		return random_neighbour(size);
	case 6:
		return VA_FREED + cnova_below(2) * SIZE + word;
	case 7:
		return VA_VICTIM + cnova_below(NR_VICTIMS) * SIZE + word;
	case 8:
		return VA_READ_ONLY + word;
	case 9:
		return cnova_random() & va_mask & ~7ull;
	default:
		return VA_WRITABLE + word;
	}
}

static uint64_t random_harmless(uint64_t size)
{
	uint64_t va;

	do
		va = random_va(size);
	while (is_fence(va, size));
	return va;
}

/* -EFAULT, 0, or 1: nobody knows which. */
static int predict(uint64_t dst, uint64_t src, uint64_t size)
{
	bool readable = is_in(src, size, VA_WRITABLE, SIZE) || is_in(src, size, VA_READ_ONLY, SIZE);

	if (!is_in(dst, size, VA_WRITABLE, SIZE))
		return -EFAULT;
	if (readable)
		return 0;
	/* Some of what the kernel has there may be read. */
	return is_kernel(src) ? 1 : -EFAULT;
}

static int copy(struct cnova_world *w, uint64_t dst, uint64_t src, uint64_t size)
{
	cnova_pb_begin(&channel);
	cnova_pb_copy(&channel, dst, src, size);
	return run(w);
}

/* The ring and the segments of the first channel: what can be read cannot be written. */
static unsigned int try_kernel(struct cnova_world *w)
{
	unsigned int readable = 0;

	for (uint64_t va = SZ_2M; va < SZ_2M + SZ_64K; va += SZ_4K) {
		int err = copy(w, VA_WRITABLE, va, 64);

		igt_assert(!err || err == -EFAULT);
		readable += !err;
		err = copy(w, va + cnova_below(SZ_4K / 64) * 64, VA_READ_ONLY, 64);
		igt_assert_f(err == -EFAULT, "%#" PRIx64 " can be written\n", va);
	}
	igt_assert_lt(0, readable);
	return readable;
}

static void test_addresses(int fd)
{
	enum { NR = 150 };
	struct cnova_world *w = prepare(fd);
	unsigned int faults = 0, kernel = 0, readable = try_kernel(w);

	for (int i = 0; i < NR; i++) {
		uint64_t size = (1 + cnova_below(64)) * 8, src = random_va(size);
		/* Half of them read. */
		uint64_t dst = cnova_below(2) ? VA_WRITABLE + cnova_below((SIZE - size) / 8) * 8 :
					  random_harmless(size);
		int want = predict(dst, src, size), err;

		err = copy(w, dst, src, size);
		igt_assert_f(want == 1 ? !err || err == -EFAULT : err == want,
			     "%d: %#" PRIx64 " from %#" PRIx64 ", %" PRIu64 " bytes: %d, not %d\n",
			     i, dst, src, size, err, want);
		faults += err == -EFAULT;
		kernel += is_kernel(src) || is_kernel(dst);
		check_contents(w);
	}
	igt_info("%d copies, %u with the kernel's addresses, %u faults; %u pages of it readable\n",
		 NR, kernel, faults, readable);
	igt_assert_lt(NR / 4, faults);
	igt_assert_lt(faults, NR);
	finish(w);
}

/* -------------------------------------------------------------------------- methods */

/* Methods that the builder has no use for, HARDWARE.md 11.6, and fields of LAUNCH_DMA. */
#define SET_SRC_PHYS	0x260
#define SRC_PHYSICAL	(1u << 12)
#define DST_PHYSICAL	(1u << 13)
#define LAUNCH_COPY	(CNOVA_LAUNCH_NON_PIPELINED | CNOVA_LAUNCH_FLUSH | \
			 CNOVA_LAUNCH_SRC_PITCH | CNOVA_LAUNCH_DST_PITCH)

static void one(uint32_t subchannel, uint32_t method, uint32_t data)
{
	cnova_push_method(&channel.push, subchannel, method, data);
}

/* Registers of a copy of @size bytes. */
static void set_copy(uint64_t dst, uint64_t src, uint32_t size)
{
	const uint32_t shape[] = { size, size, size, 1 };

	cnova_push_ce_address(&channel.push, CNOVA_CE_OFFSET_IN_UPPER, src);
	cnova_push_ce_address(&channel.push, CNOVA_CE_OFFSET_OUT_UPPER, dst);
	cnova_push_methods(&channel.push, CNOVA_PUSH_COPY, CNOVA_CE_PITCH_IN, shape, 4);
}

static void test_physical(int fd)
{
	/* Invalidates of everything, and of one page directory. */
	static const uint32_t operations[] = { 0x09, 0x0a };
	struct cnova_world *w = prepare(fd);

	for (uint32_t target = 0; target < 4; target++) {
		for (uint32_t side = 0; side < 2; side++) {
			uint64_t pa = victim.pa[target > 0];

			cnova_pb_begin(&channel);
			one(CNOVA_PUSH_COPY, SET_SRC_PHYS + side * 4, target);
			set_copy(side ? pa : VA_WRITABLE, side ? VA_READ_ONLY : pa, 64);
			one(CNOVA_PUSH_COPY, CNOVA_CE_LAUNCH_DMA,
			    LAUNCH_COPY | (side ? DST_PHYSICAL : SRC_PHYSICAL));
			igt_assert_eq(run(w), -EINVAL);
			check_contents(w);
		}
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(operations); i++) {
		const uint32_t op[] = { 0, 0, 1, operations[i] << 27 };

		cnova_pb_begin(&channel);
		cnova_push_methods(&channel.push, 0, CNOVA_HOST_MEM_OP_A, op, ARRAY_SIZE(op));
		igt_assert_eq(run(w), -EINVAL);
	}
	finish(w);
}

static uint32_t random_data(void)
{
	switch (cnova_below(4)) {
	case 0:
		return cnova_below(16);
	case 1:
		return 1u << cnova_below(32);
	case 2:
		return random_harmless(64);
	default:
		return cnova_random();
	}
}

/* One that the engine has, with something in it; lines and bytes such that it comes to an end. */
static void random_register(void)
{
	static const uint16_t offset[] = {
		0x100, 0x21c, 0x240, 0x244, 0x248, 0x24c, 0x254, 0x258, 0x25c, 0x260, 0x264, 0x400,
		0x404, 0x408, 0x40c, 0x410, 0x414, 0x418, 0x41c, 0x500, 0x6fc, 0x700, 0x704, 0x708,
		0x70c, 0x710, 0x714, 0x718, 0x71c, 0x720, 0x728, 0x72c, 0x730, 0x734, 0x738, 0x73c,
		0x744, 0x748, 0x74c, 0x750, 0x754,
	};
	uint32_t method = offset[cnova_below(ARRAY_SIZE(offset))];

	one(CNOVA_PUSH_COPY, method,
	    method == 0x418 || method == 0x41c ? cnova_below(256) : random_data());
}

static void random_launch(void)
{
	uint32_t launch = LAUNCH_COPY | (cnova_below(4) ? 0 : CNOVA_LAUNCH_REMAP);

	for (uint64_t i = cnova_below(3); i; i--)
		launch ^= 1u << cnova_below(32);
	one(CNOVA_PUSH_COPY, CNOVA_CE_LAUNCH_DMA, launch);
}

/* Past the MMU, to where an object of the other client is. */
static void random_physical(void)
{
	unsigned int i = cnova_below(NR_VICTIMS), side = cnova_below(2);
	uint64_t pa = victim.pa[i] + cnova_below(SZ_4K / 64) * 64;

	one(CNOVA_PUSH_COPY, SET_SRC_PHYS + side * 4, i);
	set_copy(side ? pa : VA_WRITABLE, side ? VA_READ_ONLY : pa, 64);
	one(CNOVA_PUSH_COPY, CNOVA_CE_LAUNCH_DMA,
	    LAUNCH_COPY | (side ? DST_PHYSICAL : SRC_PHYSICAL));
}

static void random_host(void)
{
	static const uint8_t offset[] = {
		0x04, 0x08, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x50, 0x78,
		0x7c, 0x80, 0x84,
	};
	uint64_t va = random_harmless(64);
	const uint32_t mem_op[] = {
		random_data(), random_data(), random_data(), cnova_below(32) << 27 | cnova_below(8),
	};
	/* A release or a reduction: one that waits does so until it is killed. */
	const uint32_t semaphore[] = {
		(uint32_t)va, va >> 32, cnova_random(), cnova_random(),
		!cnova_below(16) ? 0 :
			(cnova_below(2) ? 1 : 6) | (uint32_t)(cnova_random() & 0x7f300000),
	};

	switch (cnova_below(3)) {
	case 0:
		cnova_push_methods(&channel.push, cnova_below(5), CNOVA_HOST_MEM_OP_A, mem_op,
				   ARRAY_SIZE(mem_op));
		break;
	case 1:
		cnova_push_methods(&channel.push, cnova_below(5), CNOVA_HOST_SEM_ADDR_LO, semaphore,
				   ARRAY_SIZE(semaphore));
		break;
	default:
		one(cnova_below(8), offset[cnova_below(ARRAY_SIZE(offset))], random_data());
	}
}

static void random_item(void)
{
	switch (cnova_below(24)) {
	case 0:
		one(cnova_below(8), cnova_below(0x1000) * 4, random_data());
		break;
	case 1:
		cnova_push_word(&channel.push, cnova_random());
		break;
	case 2:
	case 3:
		random_host();
		break;
	case 4:
	case 5:
		random_physical();
		break;
	case 6 ... 10:
		random_launch();
		break;
	case 11 ... 15:
		set_copy(random_harmless(64), random_va(64), cnova_below(64));
		break;
	default:
		random_register();
	}
}

static void test_methods(int fd)
{
	enum { NR = 40, WORK = 5 };
	unsigned int done = 0, faults = 0, refused = 0, killed = 0;
	struct cnova_world *w = prepare(fd);

	/* Semaphores that wait for ever, and what stops the engine, cost one each. */
	cnova_exec_timeout_set("200");
	for (int i = 0; i < NR; i++) {
		int err;

		cnova_pb_begin(&channel);
		set_copy(VA_WRITABLE + cnova_below(SZ_4K), VA_READ_ONLY + cnova_below(SZ_4K),
			 cnova_below(SZ_4K));
		for (uint64_t k = 1 + cnova_below(12); k; k--)
			random_item();
		err = run(w);
		done += !err;
		faults += err == -EFAULT;
		refused += err == -EINVAL;
		killed += err == -ETIMEDOUT || err == -EIO;
		igt_assert_f(!err || err == -EFAULT || err == -EINVAL || err == -ETIMEDOUT ||
			     err == -EIO, "%d: %d\n", i, err);
		if (i % WORK == 0)
			victim_work();
		check_contents(w);
	}
	igt_info("%d streams: %u done, %u faults, %u refused, %u killed\n", NR, done, faults,
		 refused, killed);
	/* Neither all rubbish nor all harmless. */
	igt_assert_lt(0, done + faults);
	igt_assert_lt(0, refused);
	cnova_exec_timeout_restore();
	finish(w);
}

/* ---------------------------------------------------------------------------- freed */

#define FREED_BYTES	SZ_2M
#define MAX_TRIES	100

static void expect_zero(const struct cnova_bo *bo)
{
	const volatile uint64_t *word = (volatile uint64_t *)bo->map;

	for (uint64_t i = 0; i < bo->size / 8; i++)
		igt_assert_eq_u64(word[i], 0);
}

/* A new object of the victim, mapped for the CPU and the GPU, and not written by anybody. */
static void get_object(struct cnova_bo *bo, uint32_t flags)
{
	*bo = (struct cnova_bo){ .fd = victim.fd, .size = FREED_BYTES };
	bo->handle = cnova_gem_create(bo->fd, bo->size, flags);
	bind_one(&victim.vm, cnova_op_map(bo, 0, CNOVA_VA, bo->size, 0));
}

/* Return: the object that is where the memory of the other one was. */
static struct cnova_bo *get_same(struct cnova_bo *got, unsigned int *nr, uint64_t pa,
				 uint32_t flags)
{
	for (*nr = 0; *nr < MAX_TRIES;) {
		struct cnova_bo *bo = &got[(*nr)++];

		get_object(bo, flags);
		if (!flags || place(&victim.vm, CNOVA_VA) == pa)
			return bo;
	}
	igt_assert_f(false, "none of %u objects is at %#" PRIx64 "\n", *nr, pa);
	return NULL;
}

static void freed(struct cnova_world *w, uint32_t flags)
{
	static struct cnova_bo got[MAX_TRIES];
	struct cnova_bo bo, *same;
	unsigned int nr;
	uint64_t pa;

	cnova_bo_init(&bo, w->fd, FREED_BYTES, flags);
	fill(&bo, MARK_HIDDEN, 99);
	bind_one(&w->vm, cnova_op_map(&bo, 0, VA_FREED, bo.size, 0));
	cnova_gpu_copy(&channel, VA_FREED + SZ_4K, VA_FREED, SZ_4K);
	pa = place(&w->vm, VA_FREED);
	bind_one(&w->vm, cnova_op_unmap(VA_FREED, bo.size));
	cnova_bo_fini(&bo);

	same = get_same(got, &nr, pa, flags);
	igt_info("%s: %#" PRIx64 " is the %u. object\n", flags ? "VRAM" : "system memory", pa, nr);
	same->map = cnova_gem_mmap(same->fd, same->handle, same->size);
	expect_zero(same);
	for (int i = 0; i < 4; i++) {
		uint64_t va = VA_FREED + cnova_below(FREED_BYTES / 64) * 64;

		igt_assert_eq(copy(w, i & 1 ? va : VA_WRITABLE, i & 1 ? VA_READ_ONLY : va, 64),
			      -EFAULT);
	}
	expect_zero(same);

	cnova_bo_fini(same);
	while (--nr)
		gem_close(got[nr - 1].fd, got[nr - 1].handle);
	bind_one(&victim.vm, cnova_op_unmap(CNOVA_VA, FREED_BYTES));
}

static void test_freed(int fd)
{
	struct cnova_world *w = prepare(fd);

	freed(w, DRM_CNOVA_GEM_VRAM);
	freed(w, 0);
	finish(w);
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "addresses", "Random addresses.", test_addresses },
		{ "physical", "Nothing without the MMU.", test_physical },
		{ "methods", "Random methods.", test_methods },
		{ "freed", "Memory that goes from one client to another.", test_freed },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture() {
		cnova_exec_timeout_restore();
		drm_close_driver(fd);
	}
}
