// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* cnova exec: methods from a text, executed by a channel. */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cnova.h"

#define PUSH_VA		0x20000000ull
#define DATA_VA		0x40000000ull
#define DATA_SIZE	(1ull << 20)

/* Where we are in the text, for complaints. */
struct source {
	const char *name;
	FILE *file;
	unsigned int line;
	uint32_t engine_class;
};

static uint32_t parse_word(const struct source *source, const char *text)
{
	unsigned long long value;
	char *end;

	if (!strcmp(text, "class"))
		return source->engine_class;
	if (!strcmp(text, "data"))
		return (uint32_t)DATA_VA;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || *end || end == text || value > UINT32_MAX)
		die("%s:%u: '%s' is not a word of 32 bits", source->name, source->line, text);
	return value;
}

/* "4:0x300" in front of data: a header. Return: whether that is one. */
static bool parse_method(const struct source *source, char *text, uint32_t *subchannel,
			 uint32_t *method)
{
	char *colon = strchr(text, ':');

	if (!colon)
		return false;
	*colon = 0;
	*subchannel = parse_word(source, text);
	*method = parse_word(source, colon + 1);
	if (*subchannel > 7 || *method > 0x3ffc || *method % 4)
		die("%s:%u: subchannels are 0..7, methods multiples of 4 up to 0x3ffc",
		    source->name, source->line);
	return true;
}

/* A line: words as they are, or a method with the data that follow it. */
static void parse_line(const struct source *source, char *line, struct cnova_push *push)
{
	uint32_t word[256], subchannel = 0, method = 0, nr = 0;
	bool is_method = false;
	char *text, *rest = line;

	line[strcspn(line, "#\n")] = 0;
	for (bool first = true; (text = strtok_r(rest, " \t\r,", &rest)); first = false) {
		if (first && parse_method(source, text, &subchannel, &method)) {
			is_method = true;
			continue;
		}
		if (nr == ARRAY_SIZE(word))
			die("%s:%u: more than %u words", source->name, source->line, nr);
		word[nr++] = parse_word(source, text);
	}
	if (is_method) {
		cnova_push_methods(push, subchannel, method, word, nr);
		return;
	}
	for (uint32_t i = 0; i < nr; i++)
		cnova_push_word(push, word[i]);
}

static void parse(struct source *source, struct cnova_push *push)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, source->file) > 0) {
		source->line++;
		parse_line(source, line, push);
	}
	if (ferror(source->file))
		die("%s: %s", source->name, strerror(errno));
	free(line);
}

static void dump(const struct object *data, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes && i < data->size; i += 16) {
		printf("%#" PRIx64, (uint64_t)(DATA_VA + i));
		for (unsigned int j = 0; j < 16; j += 4) {
			uint32_t word;

			memcpy(&word, data->map + i + j, sizeof(word));
			printf(" %08x", word);
		}
		putchar('\n');
	}
}

/* Return: exit status. */
static int run_methods(struct device *dev, struct source *source, uint64_t dump_bytes)
{
	uint32_t vm = vm_create(dev);
	struct channel channel;
	struct object data;
	struct cnova_push push;
	char why[128];
	int err = 0;

	channel_create(dev, &channel, vm, PUSH_VA);
	object_create(dev, &data, DATA_SIZE, 0);
	map_object(dev, vm, &data, DATA_VA);
	source->engine_class = channel.engine_class;
	channel_begin(&channel, &push);
	parse(source, &push);
	if (push.nr || push.full)
		err = channel_exec(&channel, &push);
	if (err)
		printf("channel %u is dead: %s\n", channel.id,
		       channel_obituary(&channel, why, sizeof(why)));
	else
		printf("channel %u is active, %u words executed\n", channel.id, push.nr);
	dump(&data, dump_bytes);
	channel_destroy(&channel);
	object_destroy(dev, &data);
	vm_destroy(dev, vm);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_exec(const char *path, int argc, char **argv)
{
	static const struct option options[] = {
		{ "dump", required_argument, NULL, 'x' }, {}
	};
	struct source source = { .name = "standard input", .file = stdin };
	unsigned long long bytes = 0;
	struct device dev;
	int option, status;
	char *end;

	while ((option = getopt_long(argc, argv, "x:", options, NULL)) != -1) {
		if (option != 'x')
			return EXIT_USAGE;
		bytes = strtoull(optarg, &end, 0);
		if (*end || end == optarg) {
			complain("'%s' is not a number of bytes", optarg);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		complain("exec takes one file, not '%s'", argv[optind + 1]);
		return EXIT_USAGE;
	}
	if (optind < argc && strcmp(argv[optind], "-")) {
		source.name = argv[optind];
		source.file = fopen(source.name, "re");
		if (!source.file)
			die("%s: %s", source.name, strerror(errno));
	}

	device_open(&dev, path);
	if (!channels_are_there(&dev))
		die("%s: this device runs no channels", dev.path);
	status = run_methods(&dev, &source, bytes);
	device_close(&dev);
	return status;
}
