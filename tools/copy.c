// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* cnova copy: bytes through the GPU, from system memory to VRAM. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cnova.h"

#define PUSH_VA		0x20000000ull
#define SRC_VA		0x40000000ull
#define DST_VA		0x140000000ull
#define MOST		(1ull << 30)

struct copy {
	struct device dev;
	struct object src;
	struct object dst;
	uint64_t size;
};

static void take_file(struct copy *copy, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	uint64_t done = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode) || !st.st_size || (uint64_t)st.st_size > MOST)
		die("%s: a file of 1 byte to 1 GiB is needed", name);
	copy->size = st.st_size;
	object_create(&copy->dev, &copy->src, copy->size, 0);
	while (done < copy->size) {
		n = read(fd, copy->src.map + done, copy->size - done);
		if (n < 0 && errno != EINTR)
			die("%s: %s", name, strerror(errno));
		if (!n)
			die("%s is shorter than it was", name);
		done += n > 0 ? n : 0;
	}
	close(fd);
}

static void make_pattern(struct copy *copy)
{
	object_create(&copy->dev, &copy->src, copy->size, 0);
	for (uint64_t i = 0; i < copy->size; i++)
		copy->src.map[i] = (i * 0x9e3779b97f4a7c15ull) >> 56;
}

static void put_file(const struct copy *copy, const char *name)
{
	FILE *file = fopen(name, "wbe");

	if (!file || fwrite(copy->dst.map, 1, copy->size, file) != copy->size || fclose(file))
		die("%s: %s", name, strerror(errno));
}

/* The copy itself. Return: whether the GPU did it. */
static bool run_copy(struct copy *copy)
{
	uint32_t vm = vm_create(&copy->dev);
	struct channel channel;
	struct cnova_push push;
	char why[128];
	int err;

	channel_create(&copy->dev, &channel, vm, PUSH_VA);
	map_object(&copy->dev, vm, &copy->src, SRC_VA);
	map_object(&copy->dev, vm, &copy->dst, DST_VA);
	channel_begin(&channel, &push);
	cnova_push_set_object(&push, CNOVA_PUSH_COPY, channel.engine_class);
	cnova_push_copy(&push, DST_VA, SRC_VA, copy->size, CNOVA_PUSH_FLUSH);
	err = channel_exec(&channel, &push);
	if (err)
		complain("the channel died: %s", channel_obituary(&channel, why, sizeof(why)));
	channel_destroy(&channel);
	vm_destroy(&copy->dev, vm);
	return !err;
}

static uint64_t parse_size(const char *text)
{
	char *end;
	uint64_t size;

	errno = 0;
	size = strtoull(text, &end, 0);
	switch (*end) {
	case 'K': case 'k':
		size <<= 10;
		end++;
		break;
	case 'M': case 'm':
		size <<= 20;
		end++;
		break;
	}
	return errno || *end || *text == '-' || size > MOST ? 0 : size;
}

int cmd_copy(const char *path, int argc, char **argv)
{
	static const struct option options[] = {
		{ "size", required_argument, NULL, 's' }, {}
	};
	struct copy copy = { .size = 1 << 20 };
	uint64_t wrong = 0, first = 0;
	char text[32];
	int option;

	while ((option = getopt_long(argc, argv, "s:", options, NULL)) != -1) {
		if (option != 's')
			return EXIT_USAGE;
		copy.size = parse_size(optarg);
		if (!copy.size) {
			complain("'%s' is not a size from 1 to 1024M", optarg);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 2) {
		complain("copy takes a file and where to write it, not '%s'", argv[optind + 2]);
		return EXIT_USAGE;
	}

	device_open(&copy.dev, path);
	if (!channels_are_there(&copy.dev))
		die("%s: this device runs no channels", copy.dev.path);
	if (optind < argc)
		take_file(&copy, argv[optind]);
	else
		make_pattern(&copy);
	object_create(&copy.dev, &copy.dst, copy.size, DRM_CNOVA_GEM_VRAM);
	if (!run_copy(&copy))
		return EXIT_FAILURE;

	for (uint64_t i = copy.size; i-- > 0;) {
		if (copy.dst.map[i] != copy.src.map[i]) {
			first = i;
			wrong++;
		}
	}
	if (wrong)
		die("%" PRIu64 " bytes of %" PRIu64 " differ, the first at %" PRIu64, wrong,
		    copy.size, first);
	printf("the GPU copied %s from system memory to VRAM; all bytes are right\n",
	       size_text(copy.size, text, sizeof(text)));
	if (optind + 1 < argc)
		put_file(&copy, argv[optind + 1]);
	object_destroy(&copy.dev, &copy.dst);
	object_destroy(&copy.dev, &copy.src);
	device_close(&copy.dev);
	return EXIT_SUCCESS;
}
