// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* cnova pt: the page tables as the walker sees them. */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cnova.h"

/**
 * next_line() - Start of the line after @line, or the end of the text.
 */
const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static uint64_t parse_size(const char *text)
{
	char *unit;
	uint64_t size = strtoull(text, &unit, 0);

	switch (*unit) {
	case 'P':
		return size << 50;
	case 'T':
		return size << 40;
	case 'G':
		return size << 30;
	case 'M':
		return size << 20;
	case 'K':
		return size << 10;
	default:
		return size;
	}
}

/**
 * leaf_parse() - Understand a line of the pagetable file.
 *
 * ``va size pa aperture attributes... entry=...``; an entry without memory has no address.
 *
 * Return: false if it is not about a leaf.
 */
bool leaf_parse(const char *line, struct leaf *leaf)
{
	char text[256], *word, *save;
	size_t length = strcspn(line, "\n");

	if (length >= sizeof(text))
		return false;

	memcpy(text, line, length);
	text[length] = 0;
	memset(leaf, 0, sizeof(*leaf));

	word = strtok_r(text, " \t", &save);
	if (!word || sscanf(word, "0x%" SCNx64, &leaf->va) != 1)
		return false;
	word = strtok_r(NULL, " \t", &save);
	if (!word)
		return false;
	snprintf(leaf->page, sizeof(leaf->page), "%s", word);
	leaf->size = parse_size(word);

	while ((word = strtok_r(NULL, " \t", &save))) {
		size_t used = strlen(leaf->attributes);

		if (!strncmp(word, "entry=", 6))
			break;
		if (!leaf->pa && sscanf(word, "0x%" SCNx64, &leaf->pa) == 1)
			continue;
		if (!*leaf->aperture && strcmp(word, "-"))
			snprintf(leaf->aperture, sizeof(leaf->aperture), "%s", word);
		else if (strcmp(word, "-"))
			snprintf(leaf->attributes + used, sizeof(leaf->attributes) - used, "%s%s",
				 used ? " " : "", word);
	}

	return leaf->size;
}

/* A run of leaves that continue each other but for where their memory is. */
struct run {
	struct leaf first;
	uint64_t nr;
	bool is_scattered;
};

static bool run_add(struct run *run, const struct leaf *leaf)
{
	const struct leaf *first = &run->first;

	if (!run->nr || leaf->va != first->va + run->nr * first->size ||
	    leaf->size != first->size || strcmp(leaf->aperture, first->aperture) ||
	    strcmp(leaf->attributes, first->attributes))
		return false;

	if (leaf->pa != first->pa + run->nr * first->size)
		run->is_scattered = true;
	run->nr++;
	return true;
}

static void run_print(const struct run *run, const char *indent)
{
	char where[24];

	if (!run->nr)
		return;

	if (!run->first.pa && !strcmp(run->first.aperture, "sparse"))
		snprintf(where, sizeof(where), "-");
	else if (run->is_scattered)
		snprintf(where, sizeof(where), "scattered");
	else
		snprintf(where, sizeof(where), "0x%012" PRIx64, run->first.pa);

	printf("%s0x%016" PRIx64 "-0x%016" PRIx64 " %6" PRIu64 " x %-4s %-7s %-14s %s\n", indent,
	       run->first.va, run->first.va + run->nr * run->first.size, run->nr,
	       run->first.page, run->first.aperture, where, run->first.attributes);
}

/**
 * leaves_print() - Show the page tables, entries that continue each other in one line.
 */
void leaves_print(const char *text, const char *indent)
{
	struct run run = {};
	struct leaf leaf;

	for (; *text; text = next_line(text)) {
		if (!leaf_parse(text, &leaf) || run_add(&run, &leaf))
			continue;
		run_print(&run, indent);
		run = (struct run) { .first = leaf, .nr = 1 };
	}
	run_print(&run, indent);
}

int cmd_pt(const char *path, int argc, char **argv)
{
	static const struct option options[] = {
		{ "raw", no_argument, NULL, 'r' },
		{}
	};
	struct device dev;
	bool raw = false;
	unsigned long long client;
	unsigned int vm;
	char name[64], *text, tail;
	int option, dir;

	while ((option = getopt_long(argc, argv, "r", options, NULL)) != -1) {
		if (option != 'r')
			return EXIT_USAGE;
		raw = true;
	}
	if (argc - optind != 1) {
		complain("pt takes one VM");
		return EXIT_USAGE;
	}
	if (sscanf(argv[optind], "%llu.%u%c", &client, &vm, &tail) != 2) {
		complain("'%s' is not CLIENT.ID as in 'cnova vms'", argv[optind]);
		return EXIT_USAGE;
	}

	device_open(&dev, path);
	dir = debugfs_open(&dev);
	snprintf(name, sizeof(name), "vm/%llu.%u/pagetable", client, vm);
	text = read_file(dir, name);
	if (!text && errno == ENOENT)
		die("no VM %llu.%u; see 'cnova vms'", client, vm);
	if (!text)
		die("%s: %s", name, strerror(errno));

	if (raw)
		fputs(text, stdout);
	else
		leaves_print(text, "");
	free(text);
	device_close(&dev);
	return EXIT_SUCCESS;
}
