// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "exec.h"

/**
 * TEST: cnova swap
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Memory management
 * Description: The kernel is short of memory and takes pages of objects; they come back when
 *	they are used, whoever uses them. Needs swap space.
 *
 * SUBTEST: idle
 * Description: Objects that nobody maps go, and show the CPU what they held.
 *
 * SUBTEST: mapped
 * Description: [11, 16] Objects that are mapped in two VMs go with one invalidate for each, and
 *	the GPU finds them again.
 *
 * SUBTEST: private
 * Description: So do objects that are private to a VM.
 *
 * SUBTEST: exec
 * Description: [16] An execution brings back what it uses, and copies the right bytes.
 *
 * SUBTEST: from-vram
 * Description: What had to leave VRAM and was swapped out then goes back to VRAM.
 *
 * SUBTEST: corked
 * Description: Objects of a bind that waits for its user stay, nobody waits for it, and the
 *	bind ends as it should.
 *
 * SUBTEST: exported
 * Description: What was exported goes and comes back, as long as nobody has it mapped.
 *
 * SUBTEST: freed
 * Description: Objects are freed while they are swapped out: swap space and memory come back.
 *
 * SUBTEST: reclaim
 * Description: Clients bind, execute and free, while the kernel takes pages all the time, by
 *	way of drop_caches too; nobody waits for ever, and contents stay.
 *
 * SUBTEST: exhausted
 * Description: Another process takes memory that the kernel cannot have back, until there is
 *	none left: objects go, by nothing but that, and all of them are whole afterwards.
 */

#define NR		6
#define SIZE		(4 * SZ_64K)

/* What one process can take in a few seconds. */
#define MOST_MEMORY	(1536ull * SZ_1M)
#define BITE		SZ_1M

struct set {
	struct cnova_vm vm;
	struct cnova_bo bo[NR];
	uint64_t tag[NR];
};

static bool has_swap(void)
{
	char *text = cnova_read_text(AT_FDCWD, "/proc/swaps");
	bool has = text && strstr(text, "\n/");

	free(text);
	return has;
}

/* All that can be had. Return: pages. */
static uint64_t shrink(int fd)
{
	uint64_t before = cnova_counter(fd, "shrunk");
	int dir = igt_debugfs_dir(fd), file = openat(dir, "shrink", O_WRONLY | O_CLOEXEC);

	igt_assert_f(file >= 0, "no shrink in debugfs: %m\n");
	igt_assert_eq(write(file, "1000000", 7), 7);
	close(file);
	close(dir);
	return cnova_counter(fd, "shrunk") - before;
}

static uint64_t bo_va(unsigned int i)
{
	return CNOVA_VA + i * SZ_2M;
}

static void map_bo(const struct cnova_vm *vm, const struct cnova_bo *bo, uint64_t va)
{
	struct drm_cnova_vm_bind_op op = cnova_op_map(bo, 0, va, bo->size, 0);
	struct drm_cnova_vm_bind args = cnova_bind_args(vm, &op, 1, NULL, 0);

	igt_assert_eq(__cnova_bind(vm->fd, &args), 0);
}

static void set_init(struct set *set, int fd, uint32_t flags)
{
	memset(set, 0, sizeof(*set));
	cnova_vm_init(&set->vm, fd);
	for (unsigned int i = 0; i < NR; i++) {
		struct cnova_bo *bo = &set->bo[i];

		bo->fd = fd;
		bo->size = SIZE;
		bo->handle = flags & DRM_CNOVA_GEM_VM_PRIVATE ? set->vm.id : 0;
		igt_assert_eq(__cnova_gem_create(fd, &bo->size, flags, &bo->handle), 0);
		map_bo(&set->vm, bo, bo_va(i));
		for (uint64_t at = 0; at < SIZE; at += SZ_4K) {
			uint64_t tag = cnova_tag(bo->handle, at / SZ_4K);

			igt_assert_eq(cnova_eye_write(&set->vm, bo_va(i) + at, &tag, 8), 8);
		}
	}
}

static void set_check(struct set *set, struct cnova_vm *vm)
{
	for (unsigned int i = 0; i < NR; i++)
		for (uint64_t at = 0; at < SIZE; at += SZ_4K)
			cnova_eye_expect(vm, bo_va(i) + at, &set->bo[i], at);
}

static void set_fini(struct set *set)
{
	cnova_vm_fini(&set->vm);
	for (unsigned int i = 0; i < NR; i++)
		gem_close(set->bo[i].fd, set->bo[i].handle);
}

static void test_idle(int fd)
{
	int own = drm_reopen_driver(fd);
	struct cnova_bo bo[NR];

	shrink(fd);
	for (int i = 0; i < NR; i++)
		cnova_bo_init(&bo[i], own, SIZE, 0);
	for (int round = 0; round < 3; round++) {
		igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
		igt_assert_lte_u64(NR * SIZE, cnova_fdinfo(own, "drm-total-system"));
		igt_assert_eq_u64(cnova_fdinfo(own, "drm-resident-system"), 0);
		for (int i = 0; i < NR; i++)
			for (uint64_t at = 0; at < SIZE; at += SZ_4K)
				igt_assert_eq_u64(*(uint64_t *)(bo[i].map + at),
						  cnova_tag(bo[i].handle, at / SZ_4K));
	}
	for (int i = 0; i < NR; i++)
		cnova_bo_fini(&bo[i]);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_mapped(int fd)
{
	int own = drm_reopen_driver(fd);
	struct cnova_vm other;
	struct set set;
	uint64_t before;

	set_init(&set, own, 0);
	cnova_vm_init(&other, own);
	for (int i = 0; i < NR; i++)
		map_bo(&other, &set.bo[i], bo_va(i));
	for (int round = 0; round < 2; round++) {
		before = cnova_counter(fd, "zap_invalidates");
		igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
		igt_assert_eq_u64(cnova_counter(fd, "zap_invalidates"), before + 2 * NR);
		igt_assert_eq_u64(shrink(fd), 0);
		igt_assert_eq_u64(cnova_counter(fd, "zap_invalidates"), before + 2 * NR);
		set_check(&set, &other);
		set_check(&set, &set.vm);
	}
	cnova_vm_fini(&other);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_private(int fd)
{
	int own = drm_reopen_driver(fd);
	struct set set;

	set_init(&set, own, DRM_CNOVA_GEM_VM_PRIVATE);
	for (int round = 0; round < 2; round++) {
		igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
		set_check(&set, &set.vm);
	}
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_exec(int fd)
{
	struct cnova_channel channel;
	int own;
	struct set set;

	cnova_require_exec(fd);
	own = drm_reopen_driver(fd);
	set_init(&set, own, 0);
	cnova_channel_init(&channel, &set.vm, CNOVA_PB_VA, SZ_64K);
	igt_set_timeout(60, "an execution");
	for (unsigned int i = 0; i + 1 < NR; i++) {
		igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
		cnova_gpu_copy(&channel, bo_va(i), bo_va(i + 1), SIZE);
		for (uint64_t at = 0; at < SIZE; at += SZ_4K)
			cnova_eye_expect(&set.vm, bo_va(i) + at, &set.bo[i + 1], at);
	}
	igt_reset_timeout();
	cnova_channel_expect_alive(&channel);
	cnova_channel_fini(&channel);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_from_vram(int fd)
{
	uint64_t vram = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
	uint32_t filler[64], nr = 0;
	int own;
	struct set set;

	igt_require_f(vram <= 64 * SZ_1M, "more VRAM than this test fills\n");
	own = drm_reopen_driver(fd);
	set_init(&set, own, DRM_CNOVA_GEM_VRAM);
	for (uint64_t size = SZ_1M; nr < 64 && size >= SZ_64K; ) {
		filler[nr] = 0;
		if (__cnova_gem_create(own, &size, DRM_CNOVA_GEM_VRAM, &filler[nr]) ||
		    cnova_fdinfo(own, "drm-total-gtt") >= NR * SIZE)
			size /= 2;
		nr += !!filler[nr];
	}
	igt_assert_lte_u64(NR * SIZE, cnova_fdinfo(own, "drm-total-gtt"));
	igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
	while (nr)
		gem_close(own, filler[--nr]);
	set_check(&set, &set.vm);
	igt_assert_lte_u64(NR * SIZE, cnova_fdinfo(own, "drm-resident-vram0"));
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_corked(int fd)
{
	int own = drm_reopen_driver(fd);
	struct drm_cnova_vm_bind_op op;
	struct drm_cnova_sync sync[2];
	struct cnova_cork cork;
	uint32_t done;
	struct set set;

	shrink(fd);
	set_init(&set, own, 0);
	cnova_cork_init(&cork);
	done = syncobj_create(own, 0);
	sync[0] = cnova_wait(cnova_cork_syncobj(&cork, own), 0);
	sync[1] = cnova_signal(done, 0);
	op = cnova_op_map(&set.bo[0], 0, bo_va(NR), SIZE, 0);
	igt_assert_eq(cnova_bind_async(&set.vm, &op, 1, sync, 2), 0);

	igt_set_timeout(30, "who asks for memory waits for a user");
	igt_assert_eq_u64(shrink(fd), (NR - 1) * SIZE / SZ_4K);
	igt_assert_eq_u64(shrink(fd), 0);
	igt_reset_timeout();
	igt_assert(!cnova_syncobj_is_signaled(own, done, 0));

	cnova_cork_pull(&cork);
	igt_assert_eq(cnova_syncobj_wait(own, done, 0, 10000), 0);
	igt_assert_lte_u64(SIZE / SZ_4K, shrink(fd));
	set_check(&set, &set.vm);
	for (uint64_t at = 0; at < SIZE; at += SZ_4K)
		cnova_eye_expect(&set.vm, bo_va(NR) + at, &set.bo[0], at);
	syncobj_destroy(own, done);
	cnova_cork_fini(&cork);
	set_fini(&set);
	drm_close_driver(own);
	cnova_model_check();
}

static void test_exported(int fd)
{
	int own = drm_reopen_driver(fd), other = drm_reopen_driver(fd), dma_buf;
	struct cnova_bo twin;
	struct cnova_vm vm;
	struct set set;

	set_init(&set, own, 0);
	dma_buf = prime_handle_to_fd(own, set.bo[0].handle);
	twin = (struct cnova_bo){
		.fd = other, .handle = prime_fd_to_handle(other, dma_buf), .size = SIZE,
	};
	cnova_vm_init(&vm, other);
	map_bo(&vm, &twin, CNOVA_VA);
	for (int round = 0; round < 2; round++) {
		igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
		for (uint64_t at = 0; at < SIZE; at += SZ_4K)
			cnova_eye_expect(&vm, CNOVA_VA + at, &set.bo[0], at);
		set_check(&set, &set.vm);
	}
	close(dma_buf);
	cnova_vm_fini(&vm);
	gem_close(other, twin.handle);
	set_fini(&set);
	drm_close_driver(other);
	drm_close_driver(own);
	cnova_model_check();
}

/* Of /proc/meminfo, in bytes. */
static uint64_t meminfo(const char *key)
{
	char *text = cnova_read_text(AT_FDCWD, "/proc/meminfo"), *line;
	uint64_t kib = 0;

	igt_assert(text);
	line = strstr(text, key);
	igt_assert(line && sscanf(line + strlen(key), " %" SCNu64, &kib) == 1);
	free(text);
	return kib << 10;
}

static uint64_t shmem_bytes(void)
{
	return meminfo("Shmem:");
}

static void test_freed(int fd)
{
	uint64_t before = shmem_bytes();
	struct set set;
	int own;

	for (int round = 0; round < 4; round++) {
		own = drm_reopen_driver(fd);
		set_init(&set, own, 0);
		igt_assert_lte_u64(NR * SIZE / SZ_4K, shrink(fd));
		if (round % 2)
			set_fini(&set);
		else
			cnova_vm_fini(&set.vm);
		drm_close_driver(own);
	}
	/* Freed by workers. */
	for (int i = 0; i < 500 && shmem_bytes() > before + SIZE; i++)
		usleep(10000);
	igt_assert_lte_u64(shmem_bytes(), before + SIZE);
	cnova_model_check();
}

static void reclaim_client(int fd, unsigned int seed)
{
	enum { ROUNDS = 6 };
	bool exec = cnova_param(fd, DRM_CNOVA_PARAM_COPY_CLASS);
	int own = drm_reopen_driver(fd);
	struct cnova_channel channel;
	struct set set;

	for (int round = 0; round < ROUNDS; round++) {
		set_init(&set, own, (round + seed) % 2 ? DRM_CNOVA_GEM_VM_PRIVATE : 0);
		if (exec) {
			cnova_channel_init(&channel, &set.vm, CNOVA_PB_VA, SZ_64K);
			cnova_gpu_copy(&channel, bo_va(0), bo_va(1), SIZE);
			cnova_eye_expect(&set.vm, bo_va(0) + SZ_4K, &set.bo[1], SZ_4K);
			cnova_channel_fini(&channel);
		}
		for (unsigned int i = exec; i < NR; i++)
			for (uint64_t at = 0; at < SIZE; at += 4 * SZ_4K)
				cnova_eye_expect(&set.vm, bo_va(i) + at, &set.bo[i], at);
		set_fini(&set);
	}
	drm_close_driver(own);
}

static void test_reclaim(int fd)
{
	uint64_t before = cnova_counter(fd, "shrunk");
	pid_t presser;

	igt_set_timeout(90, "somebody");
	presser = fork();
	igt_assert_lte(0, presser);
	if (!presser) {
		for (int i = 0; ; i++) {
			shrink(fd);
			if (i % 8 == 0)
				cnova_write_text("/proc/sys/vm/drop_caches", "2");
			usleep(2000);
		}
	}
	igt_fork(child, 2)
		reclaim_client(fd, child);
	igt_waitchildren();
	kill(presser, SIGKILL);
	waitpid(presser, NULL, 0);
	igt_reset_timeout();
	igt_assert_lte_u64(before + 1, cnova_counter(fd, "shrunk"));
	cnova_model_check();
}

/* What of a client's memory is pages of the system. */
static uint64_t resident(int own)
{
	return cnova_fdinfo(own, "drm-resident-gtt") + cnova_fdinfo(own, "drm-resident-system");
}

/*
 * Locked, so that nothing but others' memory can be had back, and swap space is theirs. Ends when
 * less than @least bytes of what the client @own has are left. When there is no memory at all
 * it is this process that is killed.
 */
static void eat_memory(int own, uint64_t least)
{
	uint64_t eaten = 0;

	cnova_write_text("/proc/self/oom_score_adj", "1000");
	for (; resident(own) >= least; eaten += BITE)
		igt_assert(mmap(NULL, BITE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
				MAP_LOCKED | MAP_POPULATE, -1, 0) != MAP_FAILED);
	igt_info("%llu MiB taken\n", (unsigned long long)(eaten / SZ_1M));
}

static void test_exhausted(int fd)
{
	enum { OBJECTS = 8 };
	uint64_t total = meminfo("MemTotal:"), before;
	struct cnova_bo bo[OBJECTS];
	struct cnova_vm vm;
	int own;

	igt_require_f(total <= MOST_MEMORY, "%llu MiB are more than this test takes\n",
		      (unsigned long long)(total / SZ_1M));
	own = drm_reopen_driver(fd);
	cnova_vm_init(&vm, own);
	for (int i = 0; i < OBJECTS; i++) {
		cnova_bo_init(&bo[i], own, SZ_1M, 0);
		map_bo(&vm, &bo[i], bo_va(i));
	}
	igt_assert_lte_u64(OBJECTS * SZ_1M, resident(own));
	before = cnova_counter(fd, "shrunk");

	igt_set_timeout(60, "who takes all memory");
	igt_fork(child, 1)
		eat_memory(own, OBJECTS * SZ_1M / 2);
	igt_waitchildren();
	igt_reset_timeout();
	igt_assert_lte_u64(before + OBJECTS * SZ_1M / 2 / SZ_4K, cnova_counter(fd, "shrunk"));

	for (int i = 0; i < OBJECTS; i++)
		for (uint64_t at = 0; at < SZ_1M; at += SZ_4K)
			cnova_eye_expect(&vm, bo_va(i) + at, &bo[i], at);
	cnova_vm_fini(&vm);
	for (int i = 0; i < OBJECTS; i++)
		cnova_bo_fini(&bo[i]);
	drm_close_driver(own);
	cnova_model_check();
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "idle", "Nobody maps them.", test_idle },
		{ "mapped", "Two VMs map them.", test_mapped },
		{ "private", "They are private to a VM.", test_private },
		{ "exec", "Executions bring them back.", test_exec },
		{ "from-vram", "They belong in VRAM.", test_from_vram },
		{ "corked", "A bind waits that uses them.", test_corked },
		{ "exported", "They were exported.", test_exported },
		{ "freed", "They are freed while they are elsewhere.", test_freed },
		{ "reclaim", "All the time, and everything at once.", test_reclaim },
		{ "exhausted", "There is no memory.", test_exhausted },
	};
	int fd = -1;

	igt_fixture() {
		fd = cnova_open();
		igt_require_f(has_swap(), "no swap space\n");
	}

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture()
		drm_close_driver(fd);
}
