// SPDX-License-Identifier: MIT

#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "exec.h"

/**
 * TEST: cnova exec unbind
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Memory is taken from under an execution. Binds wait for what they are told to, and
 *	for nothing else: what is unmapped without a fence faults, with the execution's fence it
 *	stays until that is over. Whatever happens, memory is given to others only when the GPU
 *	cannot reach it any more (rule 16).
 *
 *	Each in four ways: the execution waits for a semaphore, and reads or writes then; or it
 *	reads or writes all the time, on a GPU that is slow.
 *
 * SUBTEST: unmap-%s
 * Description: An unmap does not wait. The execution faults, at the right address; after the unmap
 *	nothing more is read or written; the VM is as it was (rule 16).
 *
 * SUBTEST: unmap-after-%s
 * Description: With the execution's fence as its in-fence the unmap comes after it: nothing faults,
 *	all is copied (rule 13).
 *
 * SUBTEST: close-handle-%s
 * Description: An object whose handle is closed stays as long as it is mapped.
 *
 * SUBTEST: unmap-close-%s
 * Description: One that is unmapped, and its handle closed, is not given to others while the
 *	execution could reach it; others get it with zeros (rule 16).
 *
 * SUBTEST: destroy-vm-%s
 * Description: A VM can be destroyed: ECANCELED; after that nothing is read or written (rule 18).
 *
 * SUBTEST: close-file-%s
 * Description: The same with the file (rule 18).
 *
 * SUBTEST: kill-%s
 * Description: The same with the process (rule 18).
 *
 * arg[1]:
 * @waiting-read: it waits and then reads
 * @waiting-write: it waits and then writes
 * @running-read: it reads
 * @running-write: it writes
 *
 * SUBTEST: another-object
 * Description: What is mapped when the execution comes to it counts, not what was when it was
 *	submitted.
 *
 * SUBTEST: semaphore
 * Description: The semaphore that it waits for is unmapped: a fault of the host.
 *
 * SUBTEST: push
 * Description: So is the push that comes next.
 */

#define HANG_SECONDS	60
#define SIZE		(4 * SZ_64K)
#define VA_VICTIM	CNOVA_VA
#define VA_OUT		(CNOVA_VA + SZ_2M)

/* A piece of 64 KiB takes as long as a lookup of the TLB or more; all of them, half a second. */
#define LATENCY_US	"200"
#define ROUNDS		100

/* Long enough for an engine that was not stopped to be seen. */
#define SETTLE_US	20000

/* Words of the channel: the execution has begun; it may go on. */
enum { BEGUN, GO };

#define MARK_BEFORE	0x0badf00dul
#define MARK_AFTER	0x5ec2e700ul
#define MARK_FILL	0xf1110000ul

static const struct mode {
	const char *name;
	bool running;
	bool writes;
} modes[] = {
	{ "waiting-read", false, false },
	{ "waiting-write", false, true },
	{ "running-read", true, false },
	{ "running-write", true, true },
};

/* A client, and what it works with. */
static struct scene {
	int fd;
	struct cnova_vm vm;
	struct cnova_channel channel;
	struct cnova_bo victim;
	struct cnova_bo out;
	const struct mode *mode;
	uint64_t point;
} scene = { .fd = -1 };

static uint64_t vram_before;

/* ------------------------------------------------------------------------ the client */

static void bind_one(struct drm_cnova_vm_bind_op op)
{
	igt_assert_eq(__cnova_bind_one(&scene.vm, &op), 0);
}

static volatile uint32_t *word(const struct cnova_bo *bo, uint64_t i)
{
	return (volatile uint32_t *)bo->map + i;
}

static void mark(const struct cnova_bo *bo, uint32_t value)
{
	for (uint64_t i = 0; i < SIZE / 4; i++)
		*word(bo, i) = value;
}

/* The victim made in another file, where it can be seen when the client is gone. */
static int share_victim(int fd)
{
	int dma_buf;

	cnova_bo_init(&scene.victim, fd, SIZE, DRM_CNOVA_GEM_VRAM);
	mark(&scene.victim, MARK_BEFORE);
	dma_buf = prime_handle_to_fd(fd, scene.victim.handle);
	gem_close(fd, scene.victim.handle);
	return dma_buf;
}

static void begin(int fd, const struct mode *mode)
{
	cnova_require_exec(fd);
	igt_require_f(cnova_has_model(), "only the model can be slowed down\n");
	/* Of a test that failed. */
	if (scene.fd >= 0)
		drm_close_driver(scene.fd);
	cnova_model_set("latency_us", "0");
	memset(&scene, 0, sizeof(scene));
	scene.fd = -1;
	scene.mode = mode;
	vram_before = cnova_param(fd, DRM_CNOVA_PARAM_VRAM_FREE);
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	igt_set_timeout(HANG_SECONDS, "an execution that loses its memory");
}

/* @dma_buf: of the victim; -1: it has it alone. */
static void open_client(int fd, int dma_buf)
{
	scene.fd = drm_reopen_driver(fd);
	cnova_vm_init(&scene.vm, scene.fd);
	if (dma_buf < 0) {
		cnova_bo_init(&scene.victim, scene.fd, SIZE, DRM_CNOVA_GEM_VRAM);
		mark(&scene.victim, MARK_BEFORE);
	} else {
		scene.victim.fd = scene.fd;
		scene.victim.handle = prime_fd_to_handle(scene.fd, dma_buf);
		close(dma_buf);
	}
	cnova_bo_init(&scene.out, scene.fd, SIZE, 0);
	mark(&scene.out, 0);
	bind_one(cnova_op_map(&scene.victim, 0, VA_VICTIM, SIZE, 0));
	bind_one(cnova_op_map(&scene.out, 0, VA_OUT, SIZE, 0));
	cnova_channel_init(&scene.channel, &scene.vm, CNOVA_PB_VA, SZ_64K);
}

static void close_client(void)
{
	close(scene.vm.eye);
	close(scene.vm.dir);
	/* A mapping keeps the file. */
	cnova_bo_fini(&scene.out);
	cnova_bo_fini(&scene.channel.pb);
	drm_close_driver(scene.fd);
	scene.fd = -1;
}

/* All that it had comes back, and the model has no complaint. */
static void end(int fd)
{
	igt_reset_timeout();
	cnova_model_set("latency_us", "0");
	if (scene.victim.map)
		munmap(scene.victim.map, SIZE);
	if (scene.fd >= 0)
		close_client();
	cnova_wait_vram_free(fd, vram_before);
	cnova_model_check();
}

static void put_one(struct cnova_channel *ch, unsigned int round)
{
	if (scene.mode->writes)
		cnova_pb_fill(ch, VA_VICTIM, MARK_FILL + round, SIZE);
	else
		cnova_pb_copy(ch, VA_OUT, VA_VICTIM, SIZE);
}

static void put_wait(struct cnova_channel *ch, uint64_t va)
{
	cnova_pb_release(ch, cnova_channel_word_va(ch, BEGUN), 1);
	cnova_push_acquire(&ch->push, va, 1);
}

static void submit(struct drm_cnova_push *pushes, unsigned int nr)
{
	scene.point = cnova_exec(&scene.channel, pushes, nr, NULL);
	while (!*cnova_channel_word(&scene.channel, BEGUN))
		usleep(1000);
}

/* Returns when the GPU is at it: in the middle of a copy, or waiting. */
static void start(void)
{
	struct cnova_channel *ch = &scene.channel;
	struct drm_cnova_push push;

	cnova_pb_begin(ch);
	if (!scene.mode->running)
		put_wait(ch, cnova_channel_word_va(ch, GO));
	put_one(ch, 0);
	if (scene.mode->running) {
		cnova_model_set("latency_us", LATENCY_US);
		cnova_pb_release(ch, cnova_channel_word_va(ch, BEGUN), 1);
		for (unsigned int i = 1; i < ROUNDS; i++)
			put_one(ch, i);
	}
	push = cnova_pb_end(ch);
	submit(&push, 1);
}

static void let_go(void)
{
	*cnova_channel_word(&scene.channel, GO) = 1;
}

static void expect_not_over(void)
{
	igt_assert(!cnova_syncobj_is_signaled(scene.fd, scene.channel.out, scene.point));
}

/* ------------------------------------------------------------------------ what it did */

/* What the victim holds from now on: nobody may get to know it, or change it. */
static void close_the_book(void)
{
	mark(&scene.victim, MARK_AFTER);
}

static void check_the_book(void)
{
	for (uint64_t i = 0; i < SIZE / 4; i++)
		igt_assert_eq_u32(*word(&scene.victim, i), MARK_AFTER);
	for (uint64_t i = 0; scene.out.map && i < SIZE / 4; i++)
		igt_assert_neq_u32(*word(&scene.out, i), MARK_AFTER);
}

static void expect_copied(uint32_t value)
{
	const struct cnova_bo *bo = scene.mode->writes ? &scene.victim : &scene.out;

	for (uint64_t i = 0; i < SIZE / 4; i++)
		igt_assert_eq_u32(*word(bo, i), value);
}

static uint32_t last_value(void)
{
	unsigned int last = scene.mode->running ? ROUNDS - 1 : 0;

	return scene.mode->writes ? MARK_FILL + last : MARK_BEFORE;
}

/* At the first byte that it touched after the unmap: which that was is known if it waited. */
static void expect_fault(uint64_t va, uint64_t size, uint32_t access)
{
	struct drm_cnova_channel_get_state state;

	igt_assert_eq(cnova_exec_wait(&scene.channel, scene.point), -EFAULT);
	cnova_channel_expect_dead(&scene.channel, EFAULT);
	igt_assert_eq(__cnova_channel_get_state(scene.fd, scene.channel.id, &state), 0);
	igt_info("fault at %#" PRIx64 ", access %u, type %u\n", (uint64_t)state.fault_va,
		 state.fault_access, state.fault_type);
	igt_assert_eq_u32(state.fault_access, access);
	igt_assert_lte_u64(va, state.fault_va);
	igt_assert_lte_u64(state.fault_va, va + size - SZ_4K);
	igt_assert(state.fault_type == 0 || state.fault_type == 2);
}

/* The VM is as it was, and another channel works in it. */
static void expect_vm_works(void)
{
	struct drm_cnova_vm_get_state state;
	struct cnova_channel next;

	cnova_model_set("latency_us", "0");
	igt_assert_eq(__cnova_vm_get_state(scene.fd, scene.vm.id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_VM_ACTIVE);
	igt_assert_eq_u64(state.quarantined, 0);
	cnova_channel_init(&next, &scene.vm, CNOVA_PB_VA + SZ_2M, SZ_64K);
	cnova_gpu_copy(&next, VA_OUT, VA_OUT + SZ_64K, SZ_4K);
	cnova_channel_fini(&next);
}

/* ------------------------------------------------------------------------ who comes next */

/* Objects of somebody else, made at once: memory that was given back too early is theirs. */
static struct cnova_bo newcomer[8];

static void expect_zero(void)
{
	for (unsigned int k = 0; k < ARRAY_SIZE(newcomer); k++)
		for (uint64_t i = 0; i < SIZE / 4; i++)
			igt_assert_f(!*word(&newcomer[k], i), "newcomer %u has got %#x\n", k,
				     *word(&newcomer[k], i));
}

static void newcomers_come(int fd)
{
	for (unsigned int k = 0; k < ARRAY_SIZE(newcomer); k++) {
		struct cnova_bo *bo = &newcomer[k];

		*bo = (struct cnova_bo){ .fd = fd, .size = SIZE };
		bo->handle = cnova_gem_create(fd, SIZE, DRM_CNOVA_GEM_VRAM);
		bo->map = cnova_gem_mmap(fd, bo->handle, SIZE);
	}
	expect_zero();
}

static void newcomers_go(void)
{
	expect_zero();
	for (unsigned int k = 0; k < ARRAY_SIZE(newcomer); k++)
		cnova_bo_fini(&newcomer[k]);
}

/* ----------------------------------------------------------------------------- tests */

static void test_unmap(int fd, const struct mode *mode)
{
	begin(fd, mode);
	open_client(fd, -1);
	start();
	bind_one(cnova_op_unmap(VA_VICTIM, SIZE));
	if (!mode->running)
		expect_not_over();
	close_the_book();
	let_go();
	expect_fault(VA_VICTIM, mode->running ? SIZE : SZ_4K, mode->writes);
	check_the_book();
	expect_vm_works();
	end(fd);
}

static void test_unmap_after(int fd, const struct mode *mode)
{
	struct drm_cnova_vm_bind_op op = cnova_op_unmap(VA_VICTIM, SIZE);
	struct drm_cnova_sync syncs[2];
	struct drm_cnova_push push;

	begin(fd, mode);
	open_client(fd, -1);
	start();
	syncs[0] = cnova_wait(scene.channel.out, scene.point);
	syncs[1] = cnova_signal(syncobj_create(scene.fd, 0), 0);
	igt_assert_eq(cnova_bind_async(&scene.vm, &op, 1, syncs, 2), 0);
	expect_not_over();
	igt_assert(!cnova_syncobj_is_signaled(scene.fd, syncs[1].handle, 0));

	let_go();
	igt_assert_eq(cnova_exec_wait(&scene.channel, scene.point), 0);
	expect_copied(last_value());
	igt_assert_eq(cnova_syncobj_wait(scene.fd, syncs[1].handle, 0, HANG_SECONDS * 500), 0);
	igt_assert_eq(cnova_syncobj_status(scene.fd, syncs[1].handle, 0), 1);

	/* And now it is gone. */
	close_the_book();
	cnova_pb_begin(&scene.channel);
	put_one(&scene.channel, 0);
	push = cnova_pb_end(&scene.channel);
	submit(&push, 1);
	expect_fault(VA_VICTIM, SZ_4K, mode->writes);
	check_the_book();
	expect_vm_works();
	end(fd);
}

static void test_close_handle(int fd, const struct mode *mode)
{
	begin(fd, mode);
	open_client(fd, -1);
	start();
	gem_close(scene.fd, scene.victim.handle);
	expect_not_over();
	newcomers_come(fd);
	let_go();
	igt_assert_eq(cnova_exec_wait(&scene.channel, scene.point), 0);
	expect_copied(last_value());
	cnova_channel_expect_alive(&scene.channel);
	newcomers_go();
	end(fd);
}

static void test_unmap_close(int fd, const struct mode *mode)
{
	begin(fd, mode);
	open_client(fd, -1);
	start();
	cnova_bo_fini(&scene.victim);
	bind_one(cnova_op_unmap(VA_VICTIM, SIZE));
	newcomers_come(fd);
	let_go();
	expect_fault(VA_VICTIM, mode->running ? SIZE : SZ_4K, mode->writes);
	newcomers_go();

	/* What it has written into is theirs now. */
	newcomers_come(fd);
	newcomers_go();
	expect_vm_works();
	end(fd);
}

static void test_destroy_vm(int fd, const struct mode *mode)
{
	begin(fd, mode);
	open_client(fd, -1);
	start();
	cnova_vm_destroy(scene.fd, scene.vm.id);
	close_the_book();
	newcomers_come(fd);
	let_go();
	igt_assert_eq(cnova_exec_wait(&scene.channel, scene.point), -ECANCELED);
	cnova_channel_expect_dead(&scene.channel, ECANCELED);
	usleep(SETTLE_US);
	check_the_book();
	newcomers_go();
	end(fd);
}

static void test_close_file(int fd, const struct mode *mode)
{
	begin(fd, mode);
	open_client(fd, share_victim(fd));
	start();
	close_client();

	close_the_book();
	newcomers_come(fd);
	usleep(SETTLE_US);
	check_the_book();
	newcomers_go();
	end(fd);
}

static void test_kill(int fd, const struct mode *mode)
{
	int dma_buf, ready[2];
	pid_t pid;

	begin(fd, mode);
	dma_buf = share_victim(fd);
	igt_assert_eq(pipe(ready), 0);
	igt_fork(child, 1) {
		open_client(fd, dma_buf);
		start();
		pid = getpid();
		igt_assert_eq(write(ready[1], &pid, sizeof(pid)), sizeof(pid));
		for (;;)
			pause();
	}
	close(dma_buf);
	close(ready[1]);
	igt_assert_eq(read(ready[0], &pid, sizeof(pid)), sizeof(pid));
	close(ready[0]);
	kill(pid, SIGKILL);
	igt_assert_eq(__igt_waitchildren(), 128 + SIGKILL);

	close_the_book();
	newcomers_come(fd);
	usleep(SETTLE_US);
	check_the_book();
	newcomers_go();
	end(fd);
}

/* ----------------------------------------------------------- one of a kind */

static void test_another_object(int fd)
{
	struct cnova_bo other;

	begin(fd, &modes[0]);
	open_client(fd, -1);
	cnova_bo_init(&other, scene.fd, SIZE, 0);
	mark(&other, MARK_FILL);
	start();
	bind_one(cnova_op_unmap(VA_VICTIM, SIZE));
	bind_one(cnova_op_map(&other, 0, VA_VICTIM, SIZE, 0));
	expect_not_over();
	let_go();
	igt_assert_eq(cnova_exec_wait(&scene.channel, scene.point), 0);
	expect_copied(MARK_FILL);
	expect_vm_works();
	cnova_bo_fini(&other);
	end(fd);
}

static void test_semaphore(int fd)
{
	struct drm_cnova_push push;

	begin(fd, &modes[0]);
	open_client(fd, -1);
	*word(&scene.victim, 0) = 0;
	cnova_pb_begin(&scene.channel);
	put_wait(&scene.channel, VA_VICTIM);
	push = cnova_pb_end(&scene.channel);
	submit(&push, 1);
	bind_one(cnova_op_unmap(VA_VICTIM, SIZE));
	*word(&scene.victim, 0) = 1;
	expect_fault(VA_VICTIM, SZ_4K, 0);
	expect_vm_works();
	end(fd);
}

static void test_push(int fd)
{
	struct drm_cnova_push pushes[2];
	struct cnova_push words;

	begin(fd, &modes[0]);
	open_client(fd, -1);
	cnova_pb_begin(&scene.channel);
	put_wait(&scene.channel, cnova_channel_word_va(&scene.channel, GO));
	pushes[0] = cnova_pb_end(&scene.channel);

	cnova_push_init(&words, scene.victim.map, SIZE);
	cnova_push_copy(&words, VA_OUT, VA_OUT + SZ_4K, SZ_4K, CNOVA_PUSH_FLUSH);
	pushes[1] = (struct drm_cnova_push){
		.va = VA_VICTIM,
		.length = cnova_push_bytes(&words),
		.flags = DRM_CNOVA_PUSH_SYNC,
	};
	submit(pushes, 2);
	bind_one(cnova_op_unmap(VA_VICTIM, SIZE));
	expect_not_over();
	let_go();
	expect_fault(VA_VICTIM, SZ_4K, 0);
	expect_vm_works();
	end(fd);
}

int igt_main()
{
	static const struct {
		const char *name;
		const char *text;
		void (*test)(int fd, const struct mode *mode);
	} tests[] = {
		{ "unmap", "It faults, and does nothing any more.", test_unmap },
		{ "unmap-after", "With its fence the unmap comes after it.", test_unmap_after },
		{ "close-handle", "What is mapped stays.", test_close_handle },
		{ "unmap-close", "The memory becomes somebody else's.", test_unmap_close },
		{ "destroy-vm", "The VM goes.", test_destroy_vm },
		{ "close-file", "The file goes.", test_close_file },
		{ "kill", "The process goes.", test_kill },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(modes); k++) {
			igt_describe(tests[i].text);
			igt_subtest_f("%s-%s", tests[i].name, modes[k].name)
				tests[i].test(fd, &modes[k]);
		}
	}
	igt_describe("What is mapped when it comes to it counts.");
	igt_subtest("another-object")
		test_another_object(fd);
	igt_describe("What it waits for is unmapped.");
	igt_subtest("semaphore")
		test_semaphore(fd);
	igt_describe("What it is to fetch is unmapped.");
	igt_subtest("push")
		test_push(fd);

	igt_fixture() {
		/* A test that failed may have left it slow. */
		if (cnova_has_model())
			cnova_model_set("latency_us", "0");
		drm_close_driver(fd);
	}
}
