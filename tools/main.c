// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The command line, and how everything else speaks to the user. */

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cnova.h"

static const struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(const char *path, int argc, char **argv);
} commands[] = {
	{
		"info", "[--json]", "what devices there are and what they can do",
		"Shows each cnova device, or with -d that one: chip, memory, GPU address space,\n"
		"page sizes, limits. Needs no root.\n"
		"\n"
		"  -j, --json     as a JSON array, one object per device; sizes in bytes\n",
		cmd_info,
	},
	{
		"demo", "[-p FILE]", "bind, remap and copy memory, and look at it as the GPU does",
		"Maps an object in VRAM, maps system memory over the middle, unmaps a part. After\n"
		"each step it shows the VA tree and the page tables, and reads every page through\n"
		"the GPU's MMU: each must hold the tag that the CPU wrote to it, each hole must\n"
		"fault. Then the GPU copies a picture through two objects that change places, and\n"
		"from where nothing is mapped. The last line is PASS or FAIL. Needs root.\n"
		"\n"
		"  -p, --png FILE leave the picture in FILE as it came back\n",
		cmd_demo,
	},
	{
		"copy", "[-s SIZE] [FILE [OUT]]", "copy bytes through the GPU",
		"Has the copy engine copy FILE, or a pattern, from system memory to VRAM, and\n"
		"compares. Needs no root.\n"
		"\n"
		"  -s, --size SIZE bytes of the pattern, such as 4096, 64K, 16M; default: 1M\n"
		"  OUT            what arrived in VRAM is written there\n",
		cmd_copy,
	},
	{
		"exec", "[-x BYTES] [FILE]", "have the GPU execute methods",
		"Reads methods from FILE or standard input, has a channel of a copy engine execute\n"
		"them, and says what became of it. Needs no root.\n"
		"\n"
		"  S:M DATA...    method M (byte offset) of subchannel S, and those after it\n"
		"  WORD...        words as they are: headers and data\n"
		"  # ...          a comment\n"
		"\n"
		"Words are decimal, 0x hexadecimal, 'class' (the engine's, for SET_OBJECT) or 'data':\n"
		"the lower half of the address of 1 MiB of zeroes, whose upper half is 0.\n"
		"\n"
		"  -x, --dump BYTES so much of these, as they are afterwards\n",
		cmd_exec,
	},
	{
		"vms", "", "list the GPU address spaces",
		"Lists the address spaces (VMs) of all clients of the device. Needs root.\n",
		cmd_vms,
	},
	{
		"pt", "[--raw] VM", "show the page tables of a VM",
		"VM is CLIENT.ID as in the first column of 'cnova vms'. Needs root.\n"
		"\n"
		"  -r, --raw      one line per entry, as the driver's debugfs file has it;\n"
		"                 otherwise entries that continue each other are one line\n",
		cmd_pt,
	},
	{
		"counters", "", "show how often the driver touched the hardware",
		"Shows the counters of register accesses, page-table stores and TLB invalidations\n"
		"since the driver was bound to the device. Needs root.\n",
		cmd_counters,
	},
};

static bool color;

/**
 * die() - Say what went wrong, on stderr, and end with status 1.
 */
void die(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("cnova: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

/**
 * complain() - Say what went wrong, on stderr.
 */
void complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("cnova: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * finish_output() - A full disk or a closed pipe must not look like success.
 */
void finish_output(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "cnova: stdout: %s\n", strerror(errno));
		_exit(EXIT_FAILURE);
	}
}

const char *bold(void)
{
	return color ? "\033[1m" : "";
}

const char *good(void)
{
	return color ? "\033[1;32m" : "";
}

const char *bad(void)
{
	return color ? "\033[1;31m" : "";
}

const char *plain(void)
{
	return color ? "\033[0m" : "";
}

/**
 * size_text() - Bytes for people: the largest unit that needs at most one decimal.
 */
const char *size_text(uint64_t bytes, char *buf, size_t room)
{
	static const char * const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0;
	uint64_t size = bytes;

	while (unit < ARRAY_SIZE(units) - 1 && size >= 1024) {
		size >>= 10;
		unit++;
	}

	if (bytes == size << 10 * unit)
		snprintf(buf, room, "%llu %s", (unsigned long long)size, units[unit]);
	else
		snprintf(buf, room, "%.1f %s", bytes / (double)(1ull << 10 * unit), units[unit]);
	return buf;
}

static void print_help(FILE *to)
{
	fputs("Usage: cnova [-d PATH] COMMAND [ARGUMENT...]\n"
	      "\n"
	      "Looks at a GPU that the cnova driver runs, tries its memory management, has it work.\n"
	      "\n"
	      "Commands:\n", to);
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s%s%s", commands[i].name,
			 *commands[i].arguments ? " " : "", commands[i].arguments);
		fprintf(to, "  %-27s %s\n", name, commands[i].summary);
	}
	fputs("\n"
	      "Options:\n"
	      "  -d, --device PATH  device node; default: the first that cnova runs\n"
	      "  -h, --help         this text; after a command: about the command\n"
	      "  -V, --version      version of this program\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage.\n", to);
}

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "cnova: %s%s%s\nTry 'cnova --help'.\n", what, *arg ? " " : "", arg);
	return EXIT_USAGE;
}

/* Take -d PATH out of a command's arguments too; users do not care where it stands. */
static int take_device(const char **path, int argc, char **argv)
{
	int nr = 1;

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "--device=", 9))
			*path = argv[i] + 9;
		else if ((!strcmp(argv[i], "-d") || !strcmp(argv[i], "--device")) && i + 1 < argc)
			*path = argv[++i];
		else
			argv[nr++] = argv[i];
	}
	argv[nr] = NULL;
	return nr;
}

static int run(const struct command *command, const char *path, int argc, char **argv)
{
	int status;

	argc = take_device(&path, argc, argv);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--"))
			break;
		if (strcmp(argv[i], "-h") && strcmp(argv[i], "--help"))
			continue;
		printf("Usage: cnova [-d PATH] %s%s%s\n\n%s", command->name,
		       *command->arguments ? " " : "", command->arguments, command->help);
		finish_output();
		return EXIT_SUCCESS;
	}

	argv[0] = "cnova";
	status = command->run(path, argc, argv);
	if (status == EXIT_USAGE)
		fprintf(stderr, "Try 'cnova %s --help'.\n", command->name);
	finish_output();
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{}
	};
	const char *path = NULL, *term = getenv("TERM");
	int option;

	color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
	argv[0] = "cnova";

	/* Up to the command; what follows is the command's. */
	while ((option = getopt_long(argc, argv, "+d:hV", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			path = optarg;
			break;
		case 'h':
			print_help(stdout);
			finish_output();
			return EXIT_SUCCESS;
		case 'V':
			puts("cnova " CNOVA_TOOL_VERSION);
			finish_output();
			return EXIT_SUCCESS;
		default:
			fputs("Try 'cnova --help'.\n", stderr);
			return EXIT_USAGE;
		}
	}

	argc -= optind;
	argv += optind;
	optind = 0;
	if (!argc)
		return usage("which command?", "");
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[0], commands[i].name))
			return run(&commands[i], path, argc, argv);

	return usage("no command", argv[0]);
}
