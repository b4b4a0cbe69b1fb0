// SPDX-License-Identifier: MIT
/*
 * A back end for nvtop, which has one for each driver, in its own source. `make nvtop` builds
 * nvtop with this one and looks at a client of cnova.
 *
 * The devices are the render nodes of this driver; VRAM is asked for with GETPARAM; whose client
 * a file is, what it keeps busy and what it holds stand in fdinfo, by DRM's standard keys.
 */

#include <dirent.h>
#include <drm/drm.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "nvtop/extract_gpuinfo_common.h"
#include "nvtop/extract_processinfo_fdinfo.h"
#include "nvtop/time.h"

#include "cnova_drm.h"

#define DRIVER		"cnova"
#define FIRST_RENDER	128
#define NR_NODES	64
#define GONE_NS		60000000000ull

/* How long a client had kept the engine busy, and when that was read. */
struct client {
	uint64_t id;
	uint64_t busy_ns;
	nvtop_time read_at;
};

struct cnova_gpu {
	struct gpu_info base;
	int fd;
	/* Of the card with the same device, too. */
	dev_t node[2];
	struct client *client;
	unsigned int nr_clients;
};

static struct gpu_vendor vendor;

static struct cnova_gpu *to_cnova(struct gpu_info *info)
{
	return container_of(info, struct cnova_gpu, base);
}

static uint64_t param(const struct cnova_gpu *gpu, uint64_t number)
{
	struct drm_cnova_getparam args = { .param = number };

	return ioctl(gpu->fd, DRM_IOCTL_CNOVA_GETPARAM, &args) ? 0 : args.value;
}

/* ------------------------------------------------------------------------ devices */

static bool is_ours(int fd)
{
	char name[sizeof(DRIVER)] = "";
	struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

	return !ioctl(fd, DRM_IOCTL_VERSION, &version) && version.name_len == strlen(DRIVER) &&
	       !strcmp(name, DRIVER);
}

/* The card of a render node stands beside it. */
static dev_t card_of(dev_t render)
{
	char path[96];
	struct dirent *entry;
	unsigned int nr;
	dev_t card = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/drm", major(render),
		 minor(render));
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "card%u", &nr) == 1)
			card = makedev(major(render), nr);
	if (dir)
		closedir(dir);
	return card;
}

static bool parse_fdinfo(struct gpu_info *info, FILE *file, struct gpu_process *process);

static bool get_device_handles(struct list_head *devices, unsigned int *count)
{
	for (int i = FIRST_RENDER; i < FIRST_RENDER + NR_NODES; i++) {
		struct cnova_gpu *gpu;
		struct stat st;
		char path[32];
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/renderD%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		gpu = is_ours(fd) && !fstat(fd, &st) ? calloc(1, sizeof(*gpu)) : NULL;
		if (!gpu) {
			close(fd);
			continue;
		}
		gpu->fd = fd;
		gpu->node[0] = st.st_rdev;
		gpu->node[1] = card_of(st.st_rdev);
		gpu->base.vendor = &vendor;
		list_add_tail(&gpu->base.list, devices);
		processinfo_register_fdinfo_callback(parse_fdinfo, &gpu->base);
		(*count)++;
	}
	return true;
}

static void populate_static_info(struct gpu_info *info)
{
	struct cnova_gpu *gpu = to_cnova(info);

	RESET_ALL(info->static_info.valid);
	info->static_info.integrated_graphics = false;
	info->static_info.encode_decode_shared = true;
	snprintf(info->static_info.device_name, sizeof(info->static_info.device_name),
		 "cnova, chip 0x%" PRIx64 "%s", param(gpu, DRM_CNOVA_PARAM_CHIPSET),
		 param(gpu, DRM_CNOVA_PARAM_MODEL) ? " (model)" : "");
	SET_VALID(gpuinfo_device_name_valid, info->static_info.valid);
}

static void refresh_dynamic_info(struct gpu_info *info)
{
	struct gpuinfo_dynamic_info *dynamic = &info->dynamic_info;
	struct cnova_gpu *gpu = to_cnova(info);
	uint64_t total = param(gpu, DRM_CNOVA_PARAM_VRAM_SIZE);
	uint64_t unused = param(gpu, DRM_CNOVA_PARAM_VRAM_FREE);

	RESET_ALL(dynamic->valid);
	if (!total)
		return;
	SET_GPUINFO_DYNAMIC(dynamic, total_memory, total);
	SET_GPUINFO_DYNAMIC(dynamic, free_memory, unused);
	SET_GPUINFO_DYNAMIC(dynamic, used_memory, total - unused);
	SET_GPUINFO_DYNAMIC(dynamic, mem_util_rate, (total - unused) * 100 / total);
}

/* ------------------------------------------------------------------------ clients */

/* The file of @file is /proc/PID/fdinfo/FD; whose node is /proc/PID/fd/FD? */
static bool is_of(const struct cnova_gpu *gpu, FILE *file)
{
	char link[32], path[64], *part;
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fileno(file));
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	part = strstr(path, "/fdinfo/");
	if (!part)
		return false;
	/* "/fdinfo/" is longer than "/fd/". */
	memmove(part + strlen("/fd"), part + strlen("/fdinfo"),
		strlen(part + strlen("/fdinfo")) + 1);
	return !stat(path, &st) && (st.st_rdev == gpu->node[0] || st.st_rdev == gpu->node[1]);
}

/* Of a client that was not seen for so long the place is taken by the next. */
static bool is_gone(const struct client *client, nvtop_time now)
{
	return nvtop_difftime_u64(client->read_at, now) > GONE_NS;
}

static struct client *find_client(struct cnova_gpu *gpu, uint64_t id, nvtop_time now)
{
	struct client *free = NULL, *more;

	for (unsigned int i = 0; i < gpu->nr_clients; i++) {
		if (gpu->client[i].id == id)
			return &gpu->client[i];
		if (is_gone(&gpu->client[i], now))
			free = &gpu->client[i];
	}
	if (!free) {
		more = realloc(gpu->client, (gpu->nr_clients + 1) * sizeof(*more));
		if (!more)
			return NULL;
		gpu->client = more;
		free = more + gpu->nr_clients++;
	}
	*free = (struct client){ .id = id };
	return free;
}

static uint64_t kib(const char *value)
{
	return strtoull(value, NULL, 10) * (strstr(value, "MiB") ? 1024 : 1) * 1024;
}

static bool parse_fdinfo(struct gpu_info *info, FILE *file, struct gpu_process *process)
{
	struct cnova_gpu *gpu = to_cnova(info);
	uint64_t id = 0, busy = 0, vram = 0, since;
	char *line = NULL, *key, *value;
	struct client *client;
	bool has_id = false;
	nvtop_time now;
	size_t room = 0;

	if (!is_of(gpu, file))
		return false;
	nvtop_get_current_time(&now);
	while (getline(&line, &room, file) > 0) {
		if (!extract_drm_fdinfo_key_value(line, &key, &value))
			continue;
		if (!strcmp(key, "drm-client-id")) {
			id = strtoull(value, NULL, 10);
			has_id = true;
		} else if (!strcmp(key, "drm-engine-copy")) {
			busy = strtoull(value, NULL, 10);
		} else if (!strcmp(key, "drm-resident-vram0")) {
			vram = kib(value);
		}
	}
	free(line);
	client = has_id ? find_client(gpu, id, now) : NULL;
	if (!client)
		return false;

	process->type = gpu_process_compute;
	SET_GPUINFO_PROCESS(process, gpu_memory_usage, vram);
	SET_GPUINFO_PROCESS(process, compute_engine_used, busy);
	since = client->busy_ns ? nvtop_difftime_u64(client->read_at, now) : 0;
	if (since && busy >= client->busy_ns)
		SET_GPUINFO_PROCESS(process, gpu_usage,
				    busy_usage_from_time_usage_round(busy, client->busy_ns,
								     since));
	client->busy_ns = busy;
	client->read_at = now;
	return true;
}

/* nvtop sweeps /proc for all that have registered. */
static void refresh_running_processes(struct gpu_info *info)
{
	(void)info;
}

/* All clients together; copy engines are counted as one. */
static void refresh_utilisation_rate(struct gpu_info *info)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < info->processes_count; i++)
		if (GPUINFO_PROCESS_FIELD_VALID(&info->processes[i], gpu_usage))
			sum += info->processes[i].gpu_usage;
	SET_GPUINFO_DYNAMIC(&info->dynamic_info, gpu_util_rate, sum < 100 ? sum : 100);
}

static bool init(void)
{
	return true;
}

static void shutdown_nothing(void)
{
}

static const char *last_error_string(void)
{
	return strerror(errno);
}

static struct gpu_vendor vendor = {
	.init = init,
	.shutdown = shutdown_nothing,
	.last_error_string = last_error_string,
	.get_device_handles = get_device_handles,
	.populate_static_info = populate_static_info,
	.refresh_dynamic_info = refresh_dynamic_info,
	.refresh_running_processes = refresh_running_processes,
	.refresh_utilisation_rate = refresh_utilisation_rate,
	.name = DRIVER,
};

__attribute__((constructor)) static void register_vendor(void)
{
	register_gpu_vendor(&vendor);
}
