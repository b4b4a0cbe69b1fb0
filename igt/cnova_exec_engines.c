// SPDX-License-Identifier: MIT

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "hang.h"

/**
 * TEST: cnova exec engines
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Command submission
 * Description: Channels on all engines at the same time, each in a VM of its own, on a GPU that is
 *	slow: they do not wait for each other, and what becomes of one is no other's concern.
 *
 * SUBTEST: concurrent
 * Description: All engines work at once; what each does in its VM is right.
 *
 * SUBTEST: short-beside-long
 * Description: What comes later and is short is done before what is long, on any other engine.
 *
 * SUBTEST: faults-own
 * Description: Each loses its memory in turn, in the middle of its work: it alone faults, at its
 *	own address, and its VM is as it was (rule 16).
 *
 * SUBTEST: fault-at-once
 * Description: All fault at the same time, each for itself; one of them leaves a dump.
 *
 * SUBTEST: hang-at-once
 * Description: All hang at the same time: each is taken off, the engines are reset, and others
 *	work on them; nothing is wedged.
 */

#define HANG_SECONDS	60
#define SIZE		(4 * SZ_64K)
#define LATENCY_US	"200"
#define MODEL_DIR	"/sys/kernel/debug/cnova_sim"

enum { MAX_ENGINES = 8, LONG = 24, BEGUN = 0 };

/* A VM and a channel of its own on one of the engines. */
static struct client {
	struct cnova_vm vm;
	struct cnova_channel channel;
	struct cnova_bo src;
	struct cnova_bo dst;
	uint64_t point;
} client[MAX_ENGINES];

static unsigned int nr_engines;
static int file = -1;

static uint64_t va(unsigned int i)
{
	return CNOVA_VA + i * 16 * SZ_2M;
}

static uint32_t value(unsigned int i)
{
	return 0xe0000000 + i;
}

/* ------------------------------------------------------------------ who runs where */

/* Runlists of which a channel is at work at this moment, as a mask. */
static uint32_t runlists_at_work(void)
{
	char *text = cnova_read_text(AT_FDCWD, MODEL_DIR "/channels");
	uint32_t mask = 0;
	const char *line;
	char state[32];
	int runlist;

	igt_assert(text);
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "channel %*u runlist %d tsg %*u inst %*s userd %*s %31s", &runlist,
			   state) == 2 && runlist >= 0 && !strcmp(state, "running"))
			mask |= 1u << runlist;
	free(text);
	return mask;
}

/* -------------------------------------------------------------------------- clients */

static void bind_one(const struct cnova_vm *vm, struct drm_cnova_vm_bind_op op)
{
	igt_assert_eq(__cnova_bind_one(vm, &op), 0);
}

static void client_init(struct client *c, unsigned int i)
{
	cnova_vm_init(&c->vm, file);
	cnova_bo_init(&c->src, file, SIZE, i & 1 ? 0 : DRM_CNOVA_GEM_VRAM);
	cnova_bo_init(&c->dst, file, SIZE, i & 2 ? 0 : DRM_CNOVA_GEM_VRAM);
	for (uint64_t k = 0; k < SIZE / 4; k++)
		((volatile uint32_t *)c->src.map)[k] = value(i);
	memset(c->dst.map, 0, SIZE);
	bind_one(&c->vm, cnova_op_map(&c->src, 0, va(i), SIZE, 0));
	bind_one(&c->vm, cnova_op_map(&c->dst, 0, va(i) + SZ_2M, SIZE, 0));
	cnova_channel_init(&c->channel, &c->vm, CNOVA_PB_VA, SZ_64K);
}

static void client_fini(struct client *c)
{
	cnova_channel_fini(&c->channel);
	cnova_vm_fini(&c->vm);
	cnova_bo_fini(&c->src);
	cnova_bo_fini(&c->dst);
}

/* So many copies of its object. */
static void submit(unsigned int i, unsigned int nr)
{
	struct cnova_channel *ch = &client[i].channel;
	struct drm_cnova_push push;

	*cnova_channel_word(ch, BEGUN) = 0;
	cnova_pb_begin(ch);
	for (unsigned int k = 0; k < nr; k++) {
		cnova_pb_copy(ch, va(i) + SZ_2M, va(i), SIZE);
		if (!k)
			cnova_pb_release(ch, cnova_channel_word_va(ch, BEGUN), 1);
	}
	push = cnova_pb_end(ch);
	client[i].point = cnova_exec(ch, &push, 1, NULL);
}

static void wait_begun(unsigned int i)
{
	while (!*cnova_channel_word(&client[i].channel, BEGUN))
		usleep(1000);
}

static bool is_over(unsigned int i)
{
	return cnova_syncobj_is_signaled(file, client[i].channel.out, client[i].point);
}

static void expect_copied(unsigned int i)
{
	const volatile uint32_t *word = (volatile uint32_t *)client[i].dst.map;

	igt_assert_eq(cnova_exec_wait(&client[i].channel, client[i].point), 0);
	for (uint64_t k = 0; k < SIZE / 4; k++)
		igt_assert_eq_u32(word[k], value(i));
	cnova_channel_expect_alive(&client[i].channel);
}

static void begin(int fd, const char *timeout)
{
	cnova_require_exec(fd);
	igt_require_f(cnova_has_model(), "only the model can be slowed down\n");
	/* Of a test that failed. */
	if (file >= 0)
		drm_close_driver(file);
	cnova_model_set("latency_us", "0");
	if (timeout)
		cnova_exec_timeout_set(timeout);
	file = drm_reopen_driver(fd);
	memset(client, 0, sizeof(client));
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	igt_set_timeout(HANG_SECONDS, "an engine");

	/* Channels made one after the other are on one engine after the other. */
	nr_engines = 4;
	for (unsigned int i = 0; i < nr_engines; i++)
		client_init(&client[i], i);
	cnova_model_set("latency_us", LATENCY_US);
}

static void end(void)
{
	cnova_model_set("latency_us", "0");
	for (unsigned int i = 0; i < nr_engines; i++)
		client_fini(&client[i]);
	cnova_exec_timeout_restore();
	igt_reset_timeout();
	drm_close_driver(file);
	file = -1;
	cnova_model_check();
}

/* ---------------------------------------------------------------------------- tests */

static void test_concurrent(int fd)
{
	uint32_t most = 0, now;

	begin(fd, NULL);
	for (unsigned int i = 0; i < nr_engines; i++)
		submit(i, LONG);
	for (unsigned int i = 0; i < nr_engines; i++)
		wait_begun(i);
	for (unsigned int i = 0; i < nr_engines; i++)
		igt_assert_f(!is_over(i), "channel %u was done before the others began\n", i);
	while (!is_over(0) && __builtin_popcount(most) < (int)nr_engines) {
		now = runlists_at_work();
		if (__builtin_popcount(now) > __builtin_popcount(most))
			most = now;
		usleep(1000);
	}
	igt_info("runlists at work at one time: %#x\n", most);
	igt_assert_eq(__builtin_popcount(most), nr_engines);
	cnova_model_set("latency_us", "0");
	for (unsigned int i = 0; i < nr_engines; i++)
		expect_copied(i);
	end();
}

static void test_short_beside_long(int fd)
{
	begin(fd, NULL);
	for (unsigned int i = 0; i < nr_engines; i++) {
		submit(i, LONG);
		wait_begun(i);
		for (unsigned int k = 0; k < nr_engines; k++) {
			if (k == i)
				continue;
			submit(k, 1);
			igt_assert_eq(cnova_exec_wait(&client[k].channel, client[k].point), 0);
		}
		igt_assert_f(!is_over(i), "channel %u is done, or held up the others\n", i);
		cnova_model_set("latency_us", "0");
		for (unsigned int k = 0; k < nr_engines; k++)
			expect_copied(k);
		cnova_model_set("latency_us", LATENCY_US);
	}
	end();
}

static void expect_own_fault(unsigned int i)
{
	struct drm_cnova_channel_get_state state;
	struct drm_cnova_vm_get_state vm;

	igt_assert_eq(cnova_exec_wait(&client[i].channel, client[i].point), -EFAULT);
	cnova_channel_expect_dead(&client[i].channel, EFAULT);
	igt_assert_eq(__cnova_channel_get_state(file, client[i].channel.id, &state), 0);
	igt_assert_lte_u64(va(i), state.fault_va);
	igt_assert_lte_u64(state.fault_va, va(i) + SIZE - 1);
	igt_assert_eq_u32(state.fault_access, 0);
	igt_assert_eq(__cnova_vm_get_state(file, client[i].vm.id, &vm), 0);
	igt_assert_eq_u32(vm.state, DRM_CNOVA_VM_ACTIVE);
}

static void test_faults_own(int fd)
{
	begin(fd, NULL);
	for (unsigned int bad = 0; bad < nr_engines; bad++) {
		for (unsigned int i = 0; i < nr_engines; i++)
			submit(i, LONG);
		for (unsigned int i = 0; i < nr_engines; i++)
			wait_begun(i);
		bind_one(&client[bad].vm, cnova_op_unmap(va(bad), SIZE));
		expect_own_fault(bad);
		cnova_model_set("latency_us", "0");
		for (unsigned int i = 0; i < nr_engines; i++)
			if (i != bad)
				expect_copied(i);

		/* Another channel in the same VM, on whichever engine: the next after the last. */
		bind_one(&client[bad].vm, cnova_op_map(&client[bad].src, 0, va(bad), SIZE, 0));
		cnova_channel_fini(&client[bad].channel);
		cnova_channel_init(&client[bad].channel, &client[bad].vm, CNOVA_PB_VA, SZ_64K);
		submit(bad, 1);
		expect_copied(bad);
		cnova_model_set("latency_us", LATENCY_US);
	}
	end();
}

static unsigned int nr_dumps(void)
{
	DIR *dir = opendir("/sys/class/devcoredump");
	struct dirent *entry;
	unsigned int nr = 0;

	while (dir && (entry = readdir(dir)))
		nr += !strncmp(entry->d_name, "devcd", 5);
	if (dir)
		closedir(dir);
	return nr;
}

static void test_fault_at_once(int fd)
{
	enum { ROUNDS = 6 };
	unsigned int before = nr_dumps();

	begin(fd, NULL);
	cnova_model_set("latency_us", "0");
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < nr_engines; i++) {
			bind_one(&client[i].vm, cnova_op_unmap(va(i), SIZE));
			submit(i, 1);
		}
		for (unsigned int i = 0; i < nr_engines; i++) {
			expect_own_fault(i);
			bind_one(&client[i].vm, cnova_op_map(&client[i].src, 0, va(i), SIZE, 0));
			cnova_channel_fini(&client[i].channel);
			cnova_channel_init(&client[i].channel, &client[i].vm, CNOVA_PB_VA, SZ_64K);
		}
	}
	end();
	igt_assert_lte_u64(nr_dumps(), before + !before);
}

static void test_hang_at_once(int fd)
{
	enum { ROUNDS = 3 };

	begin(fd, "300");
	cnova_model_set("latency_us", "0");
	for (unsigned int round = 0; round < ROUNDS; round++) {
		char nr[12];

		snprintf(nr, sizeof(nr), "%u", nr_engines);
		cnova_model_set("engine_hang", nr);
		for (unsigned int i = 0; i < nr_engines; i++)
			submit(i, 1);
		for (unsigned int i = 0; i < nr_engines; i++) {
			struct cnova_channel *ch = &client[i].channel;

			igt_assert_eq(cnova_exec_wait(ch, client[i].point), -ETIMEDOUT);
			cnova_channel_expect_dead(ch, ETIMEDOUT);
		}
		for (unsigned int i = 0; i < nr_engines; i++) {
			cnova_channel_fini(&client[i].channel);
			cnova_channel_init(&client[i].channel, &client[i].vm, CNOVA_PB_VA, SZ_64K);
			submit(i, 1);
			expect_copied(i);
		}
	}
	end();
}

int igt_main()
{
	static const struct cnova_subtest tests[] = {
		{ "concurrent", "All engines work at once.", test_concurrent },
		{ "short-beside-long", "They do not wait for each other.", test_short_beside_long },
		{ "faults-own", "Who loses its memory faults, alone.", test_faults_own },
		{ "fault-at-once", "All of them do.", test_fault_at_once },
		{ "hang-at-once", "All engines hang.", test_hang_at_once },
	};
	int fd = -1;

	igt_fixture()
		fd = cnova_open();

	cnova_run_subtests(fd, tests, ARRAY_SIZE(tests));

	igt_fixture() {
		/* A test that failed may have left it slow. */
		if (cnova_has_model())
			cnova_model_set("latency_us", "0");
		drm_close_driver(fd);
	}
}
