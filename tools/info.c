// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* cnova info: what the device is and can do. */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cnova.h"

struct info {
	uint64_t chipset;
	uint64_t model;
	uint64_t vram;
	uint64_t vram_free;
	uint64_t bar;
	uint64_t va_start;
	uint64_t va_end;
	uint64_t pages;
	uint64_t kinds;
	uint64_t max_ops;
	uint64_t max_syncs;
	uint64_t max_vms;
	uint64_t max_pending;
	uint64_t max_maps;
	uint64_t max_frames;
	uint64_t max_ranges;
	uint64_t layout_gsp;
	uint64_t regions;
};

static void info_get(const struct device *dev, struct info *info)
{
	info->chipset = device_param(dev, DRM_CNOVA_PARAM_CHIPSET);
	info->model = device_param(dev, DRM_CNOVA_PARAM_MODEL);
	info->vram = device_param(dev, DRM_CNOVA_PARAM_VRAM_SIZE);
	info->vram_free = device_param(dev, DRM_CNOVA_PARAM_VRAM_FREE);
	info->bar = device_param(dev, DRM_CNOVA_PARAM_VRAM_BAR_SIZE);
	info->va_start = device_param(dev, DRM_CNOVA_PARAM_VA_START);
	info->va_end = device_param(dev, DRM_CNOVA_PARAM_VA_END);
	info->pages = device_param(dev, DRM_CNOVA_PARAM_PAGE_SIZES);
	info->kinds = device_param(dev, DRM_CNOVA_PARAM_KINDS);
	info->max_ops = device_param(dev, DRM_CNOVA_PARAM_MAX_BIND_OPS);
	info->max_syncs = device_param(dev, DRM_CNOVA_PARAM_MAX_SYNCS);
	info->max_vms = device_param(dev, DRM_CNOVA_PARAM_MAX_VMS);
	info->max_pending = device_param(dev, DRM_CNOVA_PARAM_MAX_PENDING_BINDS);
	info->max_maps = device_param(dev, DRM_CNOVA_PARAM_MAX_PENDING_MAPS);
	info->max_frames = device_param(dev, DRM_CNOVA_PARAM_MAX_BIND_FRAMES);
	info->max_ranges = device_param(dev, DRM_CNOVA_PARAM_MAX_BIND_RANGES);
	info->layout_gsp = device_param(dev, DRM_CNOVA_PARAM_LAYOUT_GSP);
	info->regions = device_param(dev, DRM_CNOVA_PARAM_VRAM_REGIONS);
}

static void print_text(const struct device *dev, const struct info *info)
{
	char buf[32], more[32];
	const char *comma = "";

	printf("%s%s%s", bold(), dev->path, plain());
	printf(*dev->primary ? " and %s\n" : "\n", dev->primary);
	printf("  driver       %s\n", dev->driver);
	printf("  chip         %s (%s), chipset 0x%" PRIx64 "\n", chip_name(info->chipset),
	       chip_family(info->chipset), info->chipset);
	printf("  hardware     %s\n", info->model ? "none: a model in software" : "silicon");
	printf("  VRAM         %s, %s free\n", size_text(info->vram, buf, sizeof(buf)),
	       size_text(info->vram_free, more, sizeof(more)));
	if (info->layout_gsp)
		printf("  layout       GSP r%" PRIu64 ", ", info->layout_gsp);
	else
		printf("  layout       registers, ");
	printf("%" PRIu64 " region%s\n", info->regions, info->regions == 1 ? "" : "s");
	printf("  CPU window   %s of it\n", size_text(info->bar, buf, sizeof(buf)));
	printf("  GPU VA       0x%" PRIx64 " to 0x%" PRIx64 " (%s)\n", info->va_start,
	       info->va_end, size_text(info->va_end - info->va_start, buf, sizeof(buf)));

	printf("  page sizes   ");
	for (int bit = 0; bit < 64; bit++) {
		if (!(info->pages & 1ull << bit))
			continue;
		printf("%s%s", comma, size_text(1ull << bit, buf, sizeof(buf)));
		comma = ", ";
	}

	printf("\n  kinds        ");
	comma = "";
	for (int bit = 0; bit < 64; bit++) {
		if (!(info->kinds & 1ull << bit))
			continue;
		printf("%s0x%x", comma, bit);
		comma = ", ";
	}

	printf("\n  limits       %" PRIu64 " operations and %" PRIu64 " syncs in one VM_BIND,\n",
	       info->max_ops, info->max_syncs);
	printf("               %" PRIu64 " binds pending in one VM, %" PRIu64 " VMs in one file\n",
	       info->max_pending, info->max_vms);
	printf("               %" PRIu64 " maps pending in one VM; in one VM_BIND maps of %" PRIu64
	       " pieces\n               of 2 MiB, and unmap-alls of %" PRIu64 " ranges\n",
	       info->max_maps, info->max_frames, info->max_ranges);
}

static void print_json_string(const char *name, const char *value)
{
	printf("    \"%s\": \"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			printf("\\%c", *value);
		else if ((unsigned char)*value < ' ')
			printf("\\u%04x", *value);
		else
			putchar(*value);
	}
	fputs("\",\n", stdout);
}

static void print_json_number(const char *name, uint64_t value)
{
	printf("    \"%s\": %" PRIu64 ",\n", name, value);
}

static void print_json_bits(const char *name, uint64_t bits, bool as_sizes, const char *end)
{
	const char *comma = "";

	printf("    \"%s\": [", name);
	for (int bit = 0; bit < 64; bit++) {
		if (!(bits & 1ull << bit))
			continue;
		printf("%s%" PRIu64, comma, as_sizes ? (uint64_t)1 << bit : (uint64_t)bit);
		comma = ", ";
	}
	printf("]%s\n", end);
}

static void print_json(const struct device *dev, const struct info *info)
{
	puts("  {");
	print_json_string("node", dev->path);
	print_json_string("primary_node", dev->primary);
	print_json_string("driver", dev->driver);
	print_json_string("chip", chip_name(info->chipset));
	print_json_string("family", chip_family(info->chipset));
	print_json_number("chipset", info->chipset);
	printf("    \"model\": %s,\n", info->model ? "true" : "false");
	print_json_number("vram", info->vram);
	print_json_number("vram_free", info->vram_free);
	print_json_number("vram_cpu_window", info->bar);
	print_json_number("va_start", info->va_start);
	print_json_number("va_end", info->va_end);
	print_json_number("max_bind_ops", info->max_ops);
	print_json_number("max_syncs", info->max_syncs);
	print_json_number("max_vms", info->max_vms);
	print_json_number("max_pending_binds", info->max_pending);
	print_json_number("max_pending_maps", info->max_maps);
	print_json_number("max_bind_frames", info->max_frames);
	print_json_number("max_bind_ranges", info->max_ranges);
	print_json_number("layout_gsp", info->layout_gsp);
	print_json_number("vram_regions", info->regions);
	print_json_bits("kinds", info->kinds, false, ",");
	print_json_bits("page_sizes", info->pages, true, "");
	fputs("  }", stdout);
}

int cmd_info(const char *path, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{}
	};
	unsigned int cursor = 0, nr = 0;
	struct device dev;
	struct info info;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		if (option != 'j')
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc) {
		complain("info takes no '%s'", argv[optind]);
		return EXIT_USAGE;
	}

	/* The first one by the way that says why there is none. */
	if (path || device_open_next(&dev, &cursor))
		device_open(&dev, path);

	do {
		info_get(&dev, &info);
		if (json)
			fputs(nr ? ",\n" : "[\n", stdout);
		else if (nr)
			putchar('\n');
		if (json)
			print_json(&dev, &info);
		else
			print_text(&dev, &info);
		device_close(&dev);
		nr++;
	} while (!path && !device_open_next(&dev, &cursor));

	if (json)
		fputs("\n]\n", stdout);
	return EXIT_SUCCESS;
}
