// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * GSP static info: the driver's parser against what the model's firmware builds, which were
 * written apart: every release, cut short, to the byte of every limit, and spoilt at random.
 *
 * SEED=n chooses the random part, ROUNDS=n makes it longer.
 */
#include "test_gsp.h"

static struct cnova_sim_gsp_layout vram;

static int parse(u32 release, const u8 *blob, u32 size, struct cnova_fb *fb)
{
	*fb = registers();
	return cnova_fb_from_gsp(a_chip(570), NULL, release, blob, size, fb);
}

static void test_truncated(void)
{
	u8 blob[CNOVA_SIM_GSP_INFO_MAX];
	struct cnova_fb fb;

	failed = false;
	cnova_sim_gsp_lay_out(&vram, VRAM, WPR);
	for (u32 r = 0; r < ARRAY_SIZE(releases); r++) {
		u32 size = cnova_sim_gsp_build_info(&vram, releases[r],
						    CNOVA_SIM_GSP_GOOD, blob);

		CHECK_EQ(size, cnova_gsp_static_layout(releases[r])->size);
		CHECK_EQ(parse(releases[r], blob, size, &fb), 0);
		check_good_fb(&fb, releases[r], &vram);
		for (u32 cut = 1; cut <= size; cut++) {
			/* Of just this size, so that the sanitizer sees one byte more. */
			u8 *exact = malloc(size - cut + 1);

			memcpy(exact, blob, size - cut);
			CHECK_EQ(parse(releases[r], exact, size - cut, &fb), -EINVAL);
			free(exact);
		}
	}
	CHECK_EQ(parse(550, blob, sizeof(blob), &fb), -EOPNOTSUPP);
	CHECK(strstr(host_last_error, "release 550 is not known"));
	tap_result(!failed, "static info cut short, and of an unknown release");
}

/* Limits one by one, which a chip cannot show: its register is the lowest. */
static void test_limits(void)
{
	const struct cnova_gsp_static_layout *layout = cnova_gsp_static_layout(570);
	u8 blob[CNOVA_SIM_GSP_INFO_MAX];
	struct cnova_gsp_refusal why;
	struct cnova_fb fb;
	u32 size;

	failed = false;
	cnova_sim_gsp_lay_out(&vram, VRAM, WPR);
	size = cnova_sim_gsp_build_info(&vram, 570, CNOVA_SIM_GSP_GOOD, blob);

	struct cnova_gsp_static_limits limits = {
		.size = VRAM, .reach = VRAM, .entry = VRAM, .wpr_start = WPR, .wpr_end = VRAM,
	};
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), 0);
	limits.reach--;
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), -EINVAL);
	CHECK(strstr(why.what, "window"));
	limits.reach++;
	limits.entry--;
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), -EINVAL);
	CHECK(strstr(why.what, "page-table entries"));
	limits.entry++;
	limits.wpr_start = vram.firmware - 1;
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), -EINVAL);
	CHECK(strstr(why.what, "protected"));
	CHECK_EQ(why.region, 0);
	limits.wpr_start++;
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), 0);
	/* No WPR2 protects nothing. */
	limits.wpr_start = 0;
	limits.wpr_end = 0;
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), 0);

	/* No roots: fine. The last page of VRAM, or the byte behind a region: fine too. */
	put_unaligned_le64(0, blob + layout->bar1_pde_base);
	put_unaligned_le64(VRAM - SZ_4K, blob + layout->bar2_pde_base);
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), 0);
	CHECK_EQ(fb.bar1_pde_base, 0);
	put_unaligned_le64(vram.firmware, blob + layout->bar1_pde_base);
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), 0);
	put_unaligned_le64(vram.firmware - SZ_4K, blob + layout->bar1_pde_base);
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), -EINVAL);
	put_unaligned_le64(~0ULL << 12, blob + layout->bar1_pde_base);
	CHECK_EQ(cnova_gsp_static_parse(layout, blob, size, &limits, &fb, &why), -EINVAL);
	tap_result(!failed, "limits of VRAM, to the byte");
}

/* One region more than the list holds, and one that ends with all numbers. */
static void test_no_sense(void)
{
	const struct cnova_gsp_static_layout *layout = cnova_gsp_static_layout(570);
	u8 blob[CNOVA_SIM_GSP_INFO_MAX];
	struct cnova_fb fb;
	u32 size;

	failed = false;
	cnova_sim_gsp_lay_out(&vram, VRAM, WPR);
	size = cnova_sim_gsp_build_info(&vram, 570, CNOVA_SIM_GSP_GOOD, blob);
	put_unaligned_le64(~0ULL, blob + layout->region + 8);
	CHECK_EQ(parse(570, blob, size, &fb), -EINVAL);
	CHECK(strstr(host_last_error, "a region without an end"));

	size = cnova_sim_gsp_build_info(&vram, 570, CNOVA_SIM_GSP_GOOD, blob);
	put_unaligned_le32(17, blob + layout->nr_regions);
	CHECK_EQ(parse(570, blob, size, &fb), -EINVAL);
	CHECK(strstr(host_last_error, "more regions than the list holds"));
	tap_result(!failed, "static info that makes no sense");
}

/* Sixteen regions in any order come out in the order of addresses. */
static void test_sixteen(void)
{
	const struct cnova_gsp_static_layout *layout = cnova_gsp_static_layout(595);
	u8 blob[CNOVA_SIM_GSP_INFO_MAX] = { 0 };
	struct cnova_fb fb;

	failed = false;
	put_unaligned_le32(16, blob + layout->nr_regions);
	for (u64 i = 0; i < 16; i++) {
		u64 place = i * 11 % 16;
		u8 *to = blob + layout->region + i * layout->stride;

		put_unaligned_le64(place * SZ_8M, to);
		/* The last of them not a whole page: it is not there. */
		put_unaligned_le64(place * SZ_8M + (place == 15 ? 0x800 : SZ_4M) - 1, to + 8);
		/* One reserved, one protected, one not compressed, one not for scan-out. */
		put_unaligned_le64(place == 3, to + 0x10);
		to[0x1c] = place != 5;
		to[0x1d] = place != 7;
		to[0x1e] = place == 9;
	}
	CHECK_EQ(parse(595, blob, layout->size, &fb), 0);
	CHECK_EQ(fb.nr_regions, 11);
	CHECK_EQ(fb.end, 15 * SZ_8M + 0x800);
	CHECK_EQ(fb.bar1_pde_base, 0);
	for (u64 i = 0, place = 0; i < fb.nr_regions; i++, place++) {
		if (place >= 3 && place <= 9 && place % 2)
			place++;
		CHECK_EQ(fb.region[i].start, place * SZ_8M);
		CHECK_EQ(fb.region[i].end, place * SZ_8M + SZ_4M);
	}
	tap_result(!failed, "sixteen regions in no order");
}

static u64 odd_number(struct host_random *random)
{
	static const u64 odd[] = {
		0, 1, 0xfff, 0x1000, VRAM - 1, VRAM, VRAM + 1, WPR, WPR - 1, ~0ULL, ~0ULL << 12,
		1ULL << 63, 15, 16, 17, 0x100000000ULL,
	};
	u64 value = host_random(random);

	return value & 1 ? odd[value / 2 % ARRAY_SIZE(odd)] : value >> value / 2 % 64;
}

static void test_fuzz_blobs(u64 seed, u32 rounds)
{
	struct host_random random = { .state = seed };
	u8 good[CNOVA_SIM_GSP_INFO_MAX], blob[CNOVA_SIM_GSP_INFO_MAX];
	u32 accepted = 0;

	failed = false;
	cnova_sim_gsp_lay_out(&vram, VRAM, WPR);
	for (u32 i = 0; i < rounds && !failed; i++) {
		u32 release = releases[i % ARRAY_SIZE(releases)];
		const struct cnova_gsp_static_layout *layout = cnova_gsp_static_layout(release);
		struct cnova_fb fb;
		u32 nr = 1 + host_random(&random) % 3;

		cnova_sim_gsp_build_info(&vram, release, CNOVA_SIM_GSP_GOOD, good);
		memcpy(blob, good, sizeof(blob));
		while (nr--) {
			u32 what = host_random(&random) % 8;
			u64 value = odd_number(&random);
			u8 *region = blob + layout->region +
				     host_random(&random) % CNOVA_SIM_GSP_REGIONS * layout->stride;

			if (what < 4)
				put_unaligned_le64(value, region + 8 * (what % 2));
			else if (what == 4)
				region[0x10 + value % 0x0f] ^= 1 << value / 16 % 8;
			else if (what == 5)
				put_unaligned_le32(value, blob + layout->nr_regions);
			else if (what == 6)
				put_unaligned_le64(value, blob + layout->bar1_pde_base);
			else
				blob[value % layout->size] ^= 1 << value % 8;
		}
		if (!parse(release, blob, layout->size, &fb)) {
			accepted++;
			CHECK(is_sane(&fb));
		} else {
			CHECK_EQ(fb.gsp_release, 0);
		}
		if (failed)
			printf("# seed %#llx, blob %u\n", seed, i);
	}
	printf("# blobs: seed %#llx, %u spoilt, %u accepted all the same\n", seed, rounds,
	       accepted);
	tap_result(!failed && (accepted || rounds < 1000), "static info spoilt at random");
}

int main(void)
{
	const char *env = getenv("ROUNDS");
	u32 rounds = env && *env ? strtoul(env, NULL, 0) : 40;

	test_truncated();
	test_limits();
	test_no_sense();
	test_sixteen();
	test_fuzz_blobs(host_seed(0x65a7), rounds * 2500);

	CHECK_EQ(host_nr_held, 0);
	return tap_done();
}
