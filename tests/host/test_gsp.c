// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * GSP: the driver's queues against the model's firmware, which were written apart: every
 * release, everything the firmware can do wrong, the end of the rings, and memory that
 * changes at random.
 *
 * The firmware does a few steps whenever the driver looks whether the core still runs.
 * SEED=n chooses the random part, ROUNDS=n makes it longer.
 */
#include "test_gsp.h"

#define BUS		0x7fe123456000ULL
#define RISCV_TU	0x111240
#define RISCV_GA	0x111388

/* A GPU of which there is nothing but GSP. */
static struct {
	struct cnova_sim_gsp fw;
	struct cnova_io io;
	struct cnova_gsp gsp;
	u8 *memory;
	u32 mailbox[2];
	u64 rings;
	u32 reports;
	const char *report;
	bool gone;
	u32 gone_after;		/* so many looks */
	u64 poll_us;		/* how long a look takes */
	/* Corruption: every so many writes one in this many is spoilt; 0: none. */
	u32 spoil_one_in;
	struct host_random random;
	u32 wraps;
} gpu;

/* ------------------------------------------------------------------- the GPU */

static u64 spoil_below(u64 n)
{
	return host_random(&gpu.random) % n;
}

static bool dma_read(void *priv, u64 bus, void *dst, u32 size)
{
	if (bus < BUS || size > CNOVA_GSP_MEMORY_SIZE || bus - BUS > CNOVA_GSP_MEMORY_SIZE - size)
		return false;
	memcpy(dst, gpu.memory + (bus - BUS), size);
	return true;
}

static bool dma_write(void *priv, u64 bus, const void *src, u32 size)
{
	u8 *to = gpu.memory + (bus - BUS);

	if (bus < BUS || size > CNOVA_GSP_MEMORY_SIZE || bus - BUS > CNOVA_GSP_MEMORY_SIZE - size)
		return false;
	memcpy(to, src, size);
	if (gpu.spoil_one_in && !spoil_below(gpu.spoil_one_in)) {
		/* Mostly in the headers, where something depends on it. */
		u64 at = spoil_below(spoil_below(4) ? (size < 0x60 ? size : 0x60) : size);

		to[at] = spoil_below(2) ? host_random(&gpu.random) : to[at] ^ 1 << spoil_below(8);
	}
	return true;
}

static void report(void *priv, const char *what, u64 value)
{
	gpu.reports++;
	gpu.report = what;
	if (getenv("VERBOSE"))
		printf("# firmware: %s (%#llx)\n", what, value);
}

static const struct cnova_sim_gsp_ops fw_ops = {
	.read = dma_read, .write = dma_write, .report = report,
};

static void run_firmware(u32 steps)
{
	u32 before = gpu.fw.status_write;

	while (steps--) {
		enum cnova_sim_gsp_step step;

		cnova_sim_gsp_ring(&gpu.fw, gpu.rings);
		step = cnova_sim_gsp_step(&gpu.fw);
		gpu.wraps += gpu.fw.status_write < before;
		before = gpu.fw.status_write;
		if (gpu.fw.unloaded && gpu.fw.state == CNOVA_SIM_GSP_WAITING) {
			gpu.mailbox[0] = 0x80000000;
			gpu.rings = 0;
		}
		if (step != CNOVA_SIM_GSP_AGAIN)
			return;
	}
}

static u64 bar0_read(void *priv, u32 offset, unsigned int width)
{
	bool active = gpu.fw.state != CNOVA_SIM_GSP_OFF;

	if (gpu.gone || (gpu.gone_after && !--gpu.gone_after))
		gpu.gone = true;
	if (gpu.gone)
		return ~0U;

	switch (offset) {
	case 0:
		return BOOT_42_GA102 | 0xa1;
	case RISCV_TU:
	case RISCV_GA:
		run_firmware(3);
		if (gpu.poll_us)
			host_wait_us(gpu.poll_us);
		/* Turing's bit is another one, and the rest must not matter. */
		if (offset == RISCV_TU)
			return active ? 0xffffff7f : 0xfffffffe;
		return active ? 0x80 : 0x7f;
	case 0x110040:
	case 0x110044:
		return gpu.mailbox[(offset - 0x110040) / 4];
	default:
		CHECK(!"a register that nobody needs");
		return 0;
	}
}

static void bar0_write(void *priv, u32 offset, u64 value, unsigned int width)
{
	switch (offset) {
	case 0x110040:
		gpu.mailbox[0] = value;
		break;
	case 0x110044:
		gpu.mailbox[1] = value;
		cnova_sim_gsp_start(&gpu.fw, (u64)gpu.mailbox[1] << 32 | gpu.mailbox[0]);
		break;
	case 0x110c00:
		CHECK_EQ(value, 0);
		gpu.rings++;
		break;
	default:
		CHECK(!"a store that nobody needs");
	}
}

static const struct cnova_io_ops bar0_ops = { .read = bar0_read, .write = bar0_write };

static void power_on(u32 release, enum cnova_sim_gsp_fault fault)
{
	const struct cnova_io_platform_data data = { .ops = &bar0_ops };

	cnova_io_init_platform(&gpu.io, &data);
	gpu.fw.ops = &fw_ops;
	gpu.fw.release = release;
	gpu.fw.fault = fault;
	cnova_sim_gsp_lay_out(&gpu.fw.layout, VRAM, WPR);
	cnova_sim_gsp_power_on(&gpu.fw);
	memset(gpu.mailbox, 0, sizeof(gpu.mailbox));
	gpu.rings = 0;
	gpu.reports = 0;
	gpu.report = NULL;
	gpu.gone = false;
	gpu.gone_after = 0;
	gpu.poll_us = 0;
	gpu.spoil_one_in = 0;
	gpu.wraps = 0;
	host_last_error[0] = 0;
	/* The slots need not be clean, and are not. */
	memset(gpu.memory, 0, 0x2000);
	memset(gpu.memory + 0x41000, 0, 0x1000);
	memset(gpu.memory + CNOVA_GSP_SHARED_SIZE, 0, 2 * SZ_4K);
}

/* As drm/firmware.c does it. */
static int bring_up(u32 release, struct cnova_fb *fb)
{
	u32 size = cnova_gsp_static_layout(release)->size;
	u8 info[CNOVA_GSP_STATIC_MAX_SIZE];
	int err;

	err = cnova_gsp_init(&gpu.gsp, &gpu.io, a_chip(release), NULL, release, gpu.memory, BUS);
	if (err)
		return err;
	err = cnova_gsp_boot(&gpu.gsp);
	if (!err)
		err = cnova_gsp_get_static_info(&gpu.gsp, info, size);
	if (!err)
		err = cnova_fb_from_gsp(gpu.gsp.chip, NULL, release, info, size, fb);
	return err;
}

/* ------------------------------------------------------------------- faults */

struct expected {
	enum cnova_sim_gsp_fault fault;
	int err;
	const char *said;
};

static const struct expected expected[] = {
	{ CNOVA_SIM_GSP_GOOD, 0, "" },
	{ CNOVA_SIM_GSP_WRAP, 0, "" },
	{ CNOVA_SIM_GSP_BIG, 0, "" },
	{ CNOVA_SIM_GSP_STALE_SEQ, 0, "" },
	{ CNOVA_SIM_GSP_STALE_REPLY, 0, "" },
	{ CNOVA_SIM_GSP_PENDING_FIRST, 0, "" },
	{ CNOVA_SIM_GSP_LONGER, 0, "" },
	{ CNOVA_SIM_GSP_UNALIGNED, 0, "" },
	{ CNOVA_SIM_GSP_BAD_CHECKSUM, -EBADMSG, "wrong checksum (0x400)" },
	{ CNOVA_SIM_GSP_BAD_SIGNATURE, -EBADMSG, "wrong signature" },
	{ CNOVA_SIM_GSP_MISSING_SEQ, -EPROTO, "messages are missing (0x3)" },
	{ CNOVA_SIM_GSP_NO_SLOTS, -EBADMSG, "wrong number of slots (0)" },
	{ CNOVA_SIM_GSP_MANY_SLOTS, -EBADMSG, "wrong number of slots (0x11)" },
	{ CNOVA_SIM_GSP_MORE_SLOTS, -EBADMSG, "wrong number of slots (0x2)" },
	{ CNOVA_SIM_GSP_WRITE_PTR, -EPROTO, "status writePtr out of range (0x3f)" },
	{ CNOVA_SIM_GSP_SHORT_LENGTH, -EBADMSG, "a message without a header (0x1f)" },
	{ CNOVA_SIM_GSP_LONG_LENGTH, -EBADMSG, "a message longer than its element (0xfd1)" },
	{ CNOVA_SIM_GSP_TRUNCATED, -EIO, "is too short" },
	{ CNOVA_SIM_GSP_RESULT, -ENOMEM, "function 0x41 ended with result 0x51" },
	{ CNOVA_SIM_GSP_WRONG_FUNCTION, -ETIMEDOUT, "no answer to function (0x41)" },
	{ CNOVA_SIM_GSP_CONTINUATION, -EPROTO, "a continuation of nothing" },
	{ CNOVA_SIM_GSP_FLOOD, -ETIMEDOUT, "no answer to function (0x41)" },
	{ CNOVA_SIM_GSP_NO_ANSWER, -ETIMEDOUT, "no answer to function (0x41)" },
	{ CNOVA_SIM_GSP_NO_INIT_DONE, -ETIMEDOUT, "no answer to function (0x1001)" },
	{ CNOVA_SIM_GSP_INIT_ERROR, -ENOMEM, "the firmware failed to start (0x51)" },
	{ CNOVA_SIM_GSP_NO_LINK, -ETIMEDOUT, "no status queue (0)" },
	{ CNOVA_SIM_GSP_BAD_LINK, -ETIMEDOUT, "no status queue (0x3e)" },
	{ CNOVA_SIM_GSP_STOPS, -EIO, "the core has stopped" },
	{ CNOVA_SIM_GSP_COUNT_0, -EINVAL, "no region" },
	{ CNOVA_SIM_GSP_COUNT_17, -EINVAL, "more regions than the list holds (0x11)" },
	{ CNOVA_SIM_GSP_INVERTED, -EINVAL, "region 2: a region ends before it starts" },
	{ CNOVA_SIM_GSP_OVERLAP, -EINVAL, "region 4: two regions overlap" },
	{ CNOVA_SIM_GSP_NO_END, -EINVAL, "region 1: a region without an end" },
	{ CNOVA_SIM_GSP_BEYOND, -EINVAL, "region 1: a region beyond the size register's" },
	{ CNOVA_SIM_GSP_NONE_USABLE, -EINVAL, "no usable region" },
	{ CNOVA_SIM_GSP_USABLE_WPR, -EINVAL, "region 1: a usable region in protected memory" },
	{ CNOVA_SIM_GSP_BAR1_UNALIGNED, -EINVAL, "BAR1's root is not aligned" },
	{ CNOVA_SIM_GSP_BAR1_BEYOND, -EINVAL, "BAR1's root is outside VRAM" },
	{ CNOVA_SIM_GSP_BAR1_USABLE, -EINVAL, "BAR1's root is in a usable region" },
	{ CNOVA_SIM_GSP_BAR2_USABLE, -EINVAL, "BAR2's root is in a usable region" },
};

/*
 * The driver lets go, if it can: if not, it says so. The firmware has nothing to
 * complain of either way.
 */
static void let_go(void)
{
	bool broken = gpu.gsp.err;
	int err = cnova_gsp_unload(&gpu.gsp);

	CHECK_EQ(!err, !broken);
	if (!err) {
		CHECK(gpu.fw.unloaded);
		CHECK_EQ(gpu.mailbox[0], 0x80000000);
	}
	CHECK_EQ(gpu.reports, 0);
	cnova_gsp_fini(&gpu.gsp);
}

static void one_fault(u32 release, const struct expected *want)
{
	struct cnova_fb fb = registers();
	char said[sizeof(host_last_error)];
	ktime_t begin = ktime_get();
	int err;

	power_on(release, want->fault);
	err = bring_up(release, &fb);
	memcpy(said, host_last_error, sizeof(said));

	CHECK_EQ(err, want->err);
	if (!strstr(said, want->said) || (!want->err && said[0])) {
		printf("# r%u %s: said \"%s\"\n", release, cnova_sim_gsp_fault_name(want->fault),
		       said);
		failed = true;
	}
	/* Two waits at most, whatever comes in between. */
	CHECK(ktime_ms_delta(ktime_get(), begin) < 12000);
	if (err) {
		CHECK_EQ(fb.gsp_release, 0);
		CHECK_EQ(fb.nr_regions, 1);
	} else if (want->fault == CNOVA_SIM_GSP_UNALIGNED) {
		CHECK_EQ(fb.region[0].end, gpu.fw.layout.region[2].limit + 1 - SZ_4K);
		CHECK_EQ(fb.region[1].start, gpu.fw.layout.region[0].base + SZ_4K);
	} else {
		check_good_fb(&fb, release, &gpu.fw.layout);
	}
	if (want->fault == CNOVA_SIM_GSP_WRAP)
		CHECK(gpu.wraps > 0);
	let_go();
}

static void test_faults(void)
{
	for (u32 r = 0; r < ARRAY_SIZE(releases); r++) {
		char name[40];

		failed = false;
		for (u32 i = 0; i < ARRAY_SIZE(expected); i++)
			one_fault(releases[r], &expected[i]);
		snprintf(name, sizeof(name), "r%u: %zu faults", releases[r], ARRAY_SIZE(expected));
		tap_result(!failed, name);
	}
}

/* The command queue: its pointer is looked at only when something is sent again. */
static void test_cmd_pointer(void)
{
	static const struct expected pointers[] = {
		{ CNOVA_SIM_GSP_READ_PTR, -EPROTO, "command readPtr out of range (0x3f)" },
		{ CNOVA_SIM_GSP_READ_ASTRAY, -EPROTO, "command readPtr went astray (0x2)" },
	};

	failed = false;
	for (u32 i = 0; i < ARRAY_SIZE(pointers); i++) {
		struct cnova_fb fb = registers();

		power_on(570, pointers[i].fault);
		CHECK_EQ(bring_up(570, &fb), 0);
		CHECK_EQ(cnova_gsp_unload(&gpu.gsp), pointers[i].err);
		CHECK(strstr(host_last_error, pointers[i].said));
		/* Broken is broken. */
		CHECK_EQ(cnova_gsp_unload(&gpu.gsp), pointers[i].err);
		cnova_gsp_fini(&gpu.gsp);
	}
	tap_result(!failed, "command readPtr");
}

static void test_many_questions(void)
{
	u8 info[CNOVA_GSP_STATIC_MAX_SIZE];
	struct cnova_fb fb = registers();

	failed = false;
	power_on(595, CNOVA_SIM_GSP_GOOD);
	CHECK_EQ(bring_up(595, &fb), 0);
	for (u32 i = 0; i < 200; i++)
		CHECK_EQ(cnova_gsp_get_static_info(&gpu.gsp, info, 0x638), 0);
	/* 201 questions, and two messages for each. */
	CHECK_EQ(gpu.gsp.cmd_write, 201 % 63);
	CHECK(gpu.wraps >= 6);
	let_go();
	tap_result(!failed, "both rings, several times around");
}

static void test_long_questions(void)
{
	struct cnova_fb fb = registers();
	u32 i;

	/* A size that the firmware does not like; the slots still have to be right. */
	failed = false;
	power_on(570, CNOVA_SIM_GSP_GOOD);
	CHECK_EQ(bring_up(570, &fb), 0);
	for (i = 0; i < 30; i++) {
		struct cnova_gsp_message message;
		u32 size = i * 2311 % (CNOVA_GSP_ELEMENT_SIZE - 0x50 + 1);

		gpu.reports = 0;
		memset(gpu.gsp.element, 0x77, CNOVA_GSP_ELEMENT_SIZE);
		CHECK_EQ(cnova_gsp_send(&gpu.gsp, 0x33, 1000 + i, size), 0);
		do {
			ktime_t soon = ktime_add_ms(ktime_get(), 9);

			CHECK_EQ(cnova_gsp_receive(&gpu.gsp, soon, &message), 0);
		} while (message.sequence != 1000 + i && !failed);
		CHECK_EQ(message.result, 0xff100001);
		CHECK_EQ(message.size, size);
		CHECK_EQ(gpu.reports, 1);
		CHECK(gpu.report && !strcmp(gpu.report, "unknown function"));
	}
	CHECK_EQ(cnova_gsp_send(&gpu.gsp, 0x33, 1, CNOVA_GSP_ELEMENT_SIZE - 0x50 + 1), -E2BIG);
	gpu.reports = 0;
	let_go();
	tap_result(!failed, "questions of one to sixteen slots; one more is refused");
}

/* Nobody reads the queue: it fills up, and a full queue is not an empty one. */
static void test_full(void)
{
	struct cnova_fb fb = registers();
	u32 i;

	failed = false;
	power_on(570, CNOVA_SIM_GSP_GOOD);
	CHECK_EQ(bring_up(570, &fb), 0);
	gpu.fw.state = CNOVA_SIM_GSP_WAITING;
	for (i = 0; i < 62; i++)
		CHECK_EQ(cnova_gsp_send(&gpu.gsp, 0x33, 0, 8), 0);
	CHECK_EQ(cnova_gsp_send(&gpu.gsp, 0x33, 0, 8), -ETIMEDOUT);
	CHECK(strstr(host_last_error, "the command queue stays full"));
	CHECK_EQ(gpu.gsp.cmd_write, 0);
	cnova_gsp_fini(&gpu.gsp);
	tap_result(!failed, "62 slots in use, and no more");
}

static void test_gone(void)
{
	failed = false;
	for (u32 i = 1; i < 40; i++) {
		struct cnova_fb fb = registers();
		int err;

		power_on(570, CNOVA_SIM_GSP_GOOD);
		gpu.gone_after = i;
		err = bring_up(570, &fb);
		if (!err)
			err = cnova_gsp_unload(&gpu.gsp);
		if (err) {
			CHECK_EQ(err, -ENODEV);
			CHECK(strstr(host_last_error, "the device is gone"));
		}
		CHECK(err || i > 5);
		cnova_gsp_fini(&gpu.gsp);
	}
	tap_result(!failed, "a device that goes away while it is waited for");
}

static void test_no_unload(void)
{
	struct cnova_fb fb = registers();

	failed = false;
	power_on(535, CNOVA_SIM_GSP_NO_UNLOAD);
	CHECK_EQ(bring_up(535, &fb), 0);
	CHECK_EQ(cnova_gsp_unload(&gpu.gsp), -ETIMEDOUT);
	CHECK(gpu.gsp.booted);
	cnova_gsp_fini(&gpu.gsp);

	/* The firmware that was never told anything need not let go. */
	power_on(535, CNOVA_SIM_GSP_GOOD);
	CHECK_EQ(cnova_gsp_init(&gpu.gsp, &gpu.io, a_chip(535), NULL, 535, gpu.memory, BUS), 0);
	CHECK(cnova_gsp_is_active(&gpu.io, gpu.gsp.chip));
	CHECK_EQ(cnova_gsp_unload(&gpu.gsp), 0);
	cnova_gsp_fini(&gpu.gsp);

	gpu.fw.state = CNOVA_SIM_GSP_OFF;
	CHECK(!cnova_gsp_is_active(&gpu.io, a_chip(535)));
	CHECK(!cnova_gsp_is_active(&gpu.io, a_chip(570)));
	gpu.gone = true;
	CHECK(!cnova_gsp_is_active(&gpu.io, a_chip(570)));
	CHECK_EQ(gpu.reports, 0);

	/* And twice in a row, as when a driver is bound again. */
	for (u32 i = 0; i < 2; i++) {
		if (!i)
			power_on(570, CNOVA_SIM_GSP_GOOD);
		memset(gpu.memory + 0x41000, 0, 0x1000);
		memset(gpu.memory + 0x1000, 0, 0x1000);
		fb = registers();
		CHECK_EQ(bring_up(570, &fb), 0);
		check_good_fb(&fb, 570, &gpu.fw.layout);
		let_go();
	}
	tap_result(!failed, "firmware lets go, or does not");
}

/* ------------------------------------------------------------------- random */

static void test_fuzz_queues(u64 seed, u32 rounds)
{
	u32 survived = 0;

	failed = false;
	gpu.random.state = seed;
	for (u32 i = 0; i < rounds && !failed; i++) {
		u32 release = releases[i % ARRAY_SIZE(releases)];
		struct cnova_fb fb = registers();
		ktime_t begin = ktime_get();

		power_on(release, i % 5 ? CNOVA_SIM_GSP_GOOD : CNOVA_SIM_GSP_BIG);
		/* Time passes quickly: a wait that ends by the clock is not long here. */
		gpu.poll_us = 20000;
		gpu.spoil_one_in = 8;
		if (!bring_up(release, &fb)) {
			survived++;
			CHECK(is_sane(&fb));
		} else {
			CHECK_EQ(fb.gsp_release, 0);
		}
		cnova_gsp_unload(&gpu.gsp);
		/* Four waits: link, start, answer, halt. */
		CHECK(ktime_ms_delta(ktime_get(), begin) < 4000 + 5000 * 3 + 2000);
		cnova_gsp_fini(&gpu.gsp);
		if (failed)
			printf("# seed %#llx, queue %u\n", seed, i);
	}
	printf("# queues: seed %#llx, %u spoilt, %u survived\n", seed, rounds, survived);
	tap_result(!failed && (survived || rounds < 1000), "queues spoilt at random");
}

int main(void)
{
	const char *env = getenv("ROUNDS");
	u32 rounds = env && *env ? strtoul(env, NULL, 0) : 40;
	u64 seed = host_seed(0x65a7);

	gpu.memory = calloc(1, CNOVA_GSP_MEMORY_SIZE);

	test_faults();
	test_cmd_pointer();
	test_many_questions();
	test_long_questions();
	test_full();
	test_gone();
	test_no_unload();
	test_fuzz_queues(seed, rounds * 2500);

	CHECK_EQ(host_nr_held, 0);
	free(gpu.memory);
	return tap_done();
}
