// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* cnova vms: the address spaces of all clients; cnova counters. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cnova.h"

struct vm_row {
	unsigned long long client;
	unsigned int id;
};

static int compare_rows(const void *a, const void *b)
{
	const struct vm_row *x = a, *y = b;

	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Does the open file @name of process @proc belong to client @client of cnova? */
static bool file_is_client(int proc, const char *name, unsigned long long client)
{
	bool is_ours = false, is_client = false;
	unsigned long long id;
	char path[300], *text;
	const char *line;

	snprintf(path, sizeof(path), "fdinfo/%s", name);
	text = read_file(proc, path);
	if (!text)
		return false;

	for (line = text; *line; line = next_line(line)) {
		is_ours |= !strncmp(line, "drm-driver:\tcnova\n", 18);
		is_client |= sscanf(line, "drm-client-id: %llu", &id) == 1 && id == client;
	}
	free(text);
	return is_ours && is_client;
}

static bool process_has_client(int proc, unsigned long long client)
{
	int fd = openat(proc, "fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir)))
		found = isdigit((unsigned char)*entry->d_name) &&
			file_is_client(proc, entry->d_name, client);
	closedir(dir);
	return found;
}

/* Who holds client @client open? "-" if nobody of whom we know. */
static void find_process(unsigned long long client, char *pid, size_t pid_room, char *name,
			 size_t name_room)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char *comm;
	int proc;

	snprintf(pid, pid_room, "-");
	snprintf(name, name_room, "-");
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		proc = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc < 0)
			continue;
		if (process_has_client(proc, client)) {
			comm = read_file(proc, "comm");
			snprintf(pid, pid_room, "%.*s", (int)pid_room - 1, entry->d_name);
			snprintf(name, name_room, "%.*s",
				 comm ? (int)strcspn(comm, "\n") : 1, comm ? comm : "-");
			free(comm);
			close(proc);
			break;
		}
		close(proc);
	}
	if (dir)
		closedir(dir);
}

static void print_row(int vms, const struct vm_row *row)
{
	char name[64], pid[16], comm[32], size[32], key[48], *text;
	uint64_t start, end, mapped = 0, nr_vas = 0, nr_leaves = 0;
	struct leaf leaf;
	const char *line;

	snprintf(key, sizeof(key), "%llu.%u", row->client, row->id);
	snprintf(name, sizeof(name), "%s/gpuvas", key);
	text = read_file(vms, name);
	for (line = text; line && *line; line = next_line(line)) {
		if (sscanf(line, "0x%" SCNx64 "-0x%" SCNx64, &start, &end) == 2) {
			mapped += end - start;
			nr_vas++;
		}
	}
	free(text);

	snprintf(name, sizeof(name), "%s/pagetable", key);
	text = read_file(vms, name);
	for (line = text; line && *line; line = next_line(line))
		nr_leaves += leaf_parse(line, &leaf);
	free(text);

	find_process(row->client, pid, sizeof(pid), comm, sizeof(comm));
	printf("%-10s %8s  %-16s %8" PRIu64 " %12s %8" PRIu64 "\n", key, pid, comm, nr_vas,
	       size_text(mapped, size, sizeof(size)), nr_leaves);
}

int cmd_vms(const char *path, int argc, char **argv)
{
	struct vm_row *rows = NULL, *more, row;
	struct device dev;
	struct dirent *entry;
	size_t nr = 0;
	int root, vms;
	char tail;
	DIR *dir;

	if (argc > 1) {
		complain("vms takes no '%s'", argv[1]);
		return EXIT_USAGE;
	}

	device_open(&dev, path);
	root = debugfs_open(&dev);
	vms = openat(root, "vm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = vms < 0 ? NULL : fdopendir(dup(vms));
	if (!dir)
		die("debugfs of %s: vm: %s", dev.path, strerror(errno));

	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, "%llu.%u%c", &row.client, &row.id, &tail) != 2)
			continue;
		more = realloc(rows, (nr + 1) * sizeof(*rows));
		if (!more)
			die("%s", strerror(errno));
		rows = more;
		rows[nr++] = row;
	}
	closedir(dir);

	printf("%s%-10s %8s  %-16s %8s %12s %8s%s\n", bold(), "VM", "PID", "PROCESS", "RANGES",
	       "MAPPED", "ENTRIES", plain());
	if (nr)
		qsort(rows, nr, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < nr; i++)
		print_row(vms, &rows[i]);

	free(rows);
	close(vms);
	close(root);
	device_close(&dev);
	return EXIT_SUCCESS;
}

int cmd_counters(const char *path, int argc, char **argv)
{
	struct device dev;
	char *text;
	int root;

	if (argc > 1) {
		complain("counters takes no '%s'", argv[1]);
		return EXIT_USAGE;
	}

	device_open(&dev, path);
	root = debugfs_open(&dev);
	text = read_file(root, "counters");
	if (!text)
		die("debugfs of %s: counters: %s", dev.path, strerror(errno));
	fputs(text, stdout);
	free(text);
	close(root);
	device_close(&dev);
	return EXIT_SUCCESS;
}
