// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * cnova demo: change an address space step by step, and after each step compare what the GPU
 * reads with what it must read; then have the GPU copy a picture (picture.c).
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cnova.h"

#define VA		0x40000000ull
#define SIZE		(4ull << 20)
#define GUARD		16
#define NR_PAGES	(SIZE / PAGE + 2 * GUARD)

/* What the GPU must find in a page: page @page of @object, or a fault if that is NULL. */
struct expected {
	const struct object *object;
	uint64_t page;
};

struct demo {
	struct device dev;
	uint32_t vm;
	int debugfs;
	int dir;
	int eye;
	struct expected expected[NR_PAGES];
	unsigned int nr_wrong;
};

static uint64_t tag(const struct object *object, uint64_t page)
{
	return 0xc0de000000000000ull | (uint64_t)object->handle << 32 | page;
}

/* A word at each end of each page, so that no page looks like another. */
static void write_tags(const struct object *object)
{
	for (uint64_t page = 0; page < object->size / PAGE; page++) {
		uint64_t *words = (uint64_t *)(object->map + page * PAGE);

		words[0] = tag(object, page);
		words[PAGE / 8 - 1] = ~tag(object, page);
	}
}

static void wrong(struct demo *demo, const char *what, uint64_t va)
{
	if (demo->nr_wrong++ < 8)
		complain("GPU address 0x%" PRIx64 " %s", va, what);
}

static void check_page(struct demo *demo, uint64_t i)
{
	const struct expected *expected = &demo->expected[i];
	uint64_t va = VA + (i - GUARD) * PAGE, words[PAGE / 8];
	ssize_t n = pread(demo->eye, words, sizeof(words), va);

	if (!expected->object) {
		if (n >= 0)
			wrong(demo, "shows memory, but must fault", va);
		else if (errno != EFAULT)
			wrong(demo, strerror(errno), va);
	} else if (n != sizeof(words)) {
		wrong(demo, "faults, but must not", va);
	} else if (words[0] != tag(expected->object, expected->page) ||
		   words[PAGE / 8 - 1] != ~tag(expected->object, expected->page)) {
		wrong(demo, "shows another page than the one mapped there", va);
	}
}

/* Read all through the GPU's eye. */
static void check(struct demo *demo)
{
	unsigned int nr_pages = 0, nr_wrong = demo->nr_wrong;

	for (uint64_t i = 0; i < NR_PAGES; i++) {
		nr_pages += !!demo->expected[i].object;
		check_page(demo, i);
	}

	nr_wrong = demo->nr_wrong - nr_wrong;
	if (nr_wrong)
		printf("  GPU reads   %s%u of %llu pages are wrong%s\n\n",
		       bad(), nr_wrong, NR_PAGES, plain());
	else
		printf("  GPU reads   %s%u pages are right, %llu holes fault%s\n\n",
		       good(), nr_pages, NR_PAGES - nr_pages, plain());
}

static void show_file(struct demo *demo, const char *name, const char *title, bool as_leaves)
{
	char *text = read_file(demo->dir, name);
	const char *line;

	if (!text)
		die("debugfs: %s: %s", name, strerror(errno));

	printf("  %s\n", title);
	if (as_leaves) {
		leaves_print(text, "    ");
	} else {
		for (line = text; *line; line = next_line(line))
			printf("    %.*s\n", (int)strcspn(line, "\n"), line);
	}
	free(text);
}

static uint64_t counter(struct demo *demo, const char *name)
{
	char *text = read_file(demo->debugfs, "counters");
	uint64_t value = 0;
	const char *line;

	for (line = text; line && *line; line = next_line(line))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ')
			value = strtoull(line + strlen(name), NULL, 0);
	free(text);
	return value;
}

/* One step: say it, do it, show it, check it. */
static void step(struct demo *demo, const char *title, const struct drm_cnova_vm_bind_op *op,
		 const struct object *object)
{
	static int number;
	uint64_t first = (op->va - VA) / PAGE + GUARD, invalidations;

	printf("%s%d. %s%s\n", bold(), ++number, title, plain());
	invalidations = counter(demo, "invalidate");
	vm_bind(&demo->dev, demo->vm, op, 1);
	invalidations = counter(demo, "invalidate") - invalidations;

	for (uint64_t i = 0; i < op->range / PAGE; i++) {
		demo->expected[first + i].object = object;
		demo->expected[first + i].page = op->offset / PAGE + i;
	}

	show_file(demo, "gpuvas", "VA tree", false);
	show_file(demo, "pagetable", "page tables", true);
	printf("  TLB         %" PRIu64 " invalidation%s\n", invalidations,
	       invalidations == 1 ? "" : "s");
	check(demo);
}

/* The model has opinions of its own. */
static void ask_model(struct demo *demo)
{
	char *text = read_file(AT_FDCWD, "/sys/kernel/debug/cnova_sim/coherent");

	if (!text)
		return;
	if (strncmp(text, "PASS", 4)) {
		complain("the model's TLB differs from memory: %.*s", (int)strcspn(text, "\n"),
			 text);
		demo->nr_wrong++;
	} else {
		printf("The model's TLB agrees with its memory.\n");
	}
	free(text);
}

static void demo_open(struct demo *demo, const char *path)
{
	char name[64];

	memset(demo, 0, sizeof(*demo));
	device_open(&demo->dev, path);
	demo->debugfs = debugfs_open(&demo->dev);
	demo->vm = vm_create(&demo->dev);
	snprintf(name, sizeof(name), "vm/%" PRIu64 ".%u", client_id(demo->dev.fd), demo->vm);
	demo->dir = openat(demo->debugfs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (demo->dir < 0)
		die("debugfs: %s: %s", name, strerror(errno));
	demo->eye = openat(demo->dir, "eye", O_RDWR | O_CLOEXEC);
	if (demo->eye < 0 && errno == ENOENT)
		die("this GPU has no eye to look through; only the software model has one");
	if (demo->eye < 0)
		die("debugfs: %s/eye: %s", name, strerror(errno));
}

static void demo_close(struct demo *demo)
{
	close(demo->eye);
	close(demo->dir);
	close(demo->debugfs);
	vm_destroy(&demo->dev, demo->vm);
	device_close(&demo->dev);
}

int cmd_demo(const char *path, int argc, char **argv)
{
	struct object vram, system;
	struct drm_cnova_vm_bind_op op;
	struct demo demo;
	static const struct option options[] = {
		{ "png", required_argument, NULL, 'p' }, {}
	};
	const char *png = NULL;
	uint64_t chipset;
	int option;

	while ((option = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
		if (option != 'p')
			return EXIT_USAGE;
		png = optarg;
	}
	if (optind < argc) {
		complain("demo takes no '%s'", argv[optind]);
		return EXIT_USAGE;
	}

	demo_open(&demo, path);
	chipset = device_param(&demo.dev, DRM_CNOVA_PARAM_CHIPSET);
	printf("%s: %s, %s\n\n", demo.dev.path, chip_name(chipset),
	       device_param(&demo.dev, DRM_CNOVA_PARAM_MODEL) ? "a model in software" : "silicon");

	object_create(&demo.dev, &vram, SIZE, DRM_CNOVA_GEM_VRAM);
	object_create(&demo.dev, &system, SIZE / 4, 0);
	write_tags(&vram);
	write_tags(&system);

	op = (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_MAP,
		.handle = vram.handle,
		.va = VA,
		.range = SIZE,
	};
	step(&demo, "Map 4 MiB of VRAM", &op, &vram);

	/* Across the middle, from inside the object, which no address is aligned with. */
	op = (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_MAP,
		.handle = system.handle,
		.offset = 64 << 10,
		.va = VA + SIZE / 2 - (64 << 10),
		.range = 192 << 10,
	};
	step(&demo, "Map 192 KiB of system memory over its middle", &op, &system);

	op = (struct drm_cnova_vm_bind_op) {
		.op = DRM_CNOVA_VM_BIND_OP_UNMAP,
		.va = VA + SIZE / 2 - (72 << 10),
		.range = 20 << 10,
	};
	step(&demo, "Unmap 20 KiB where the two meet", &op, NULL);

	if (!channels_are_there(&demo.dev))
		printf("No picture: this device runs no channels.\n");
	else if (!picture_demo(&demo.dev, png))
		demo.nr_wrong++;
	ask_model(&demo);
	demo_close(&demo);
	if (demo.nr_wrong)
		printf("%sFAIL%s: %u things or more are not as they must be\n", bad(), plain(),
		       demo.nr_wrong);
	else
		printf("%sPASS%s: the GPU saw and did what it should\n", good(),
		       plain());
	return demo.nr_wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
