// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What 10^5 mappings keep, and whether all of it goes with their address space: caches of
 * slab objects and VRAM, before, during and after. Twice, as the first time also makes
 * what stays for good. Prints "ok NAME" and "not ok NAME - REASON" lines; status 0
 * whatever they say. For a kernel started with slab_nomerge, as root.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include <drm/cnova_drm.h>

#define PAGE		4096ull
#define TABLE		(2ull << 20)
#define OBJECT		(64ull << 10)
#define NR_TABLES	1000
#define NR_EACH		100
#define NR_MAPPINGS	(NR_TABLES * NR_EACH)
#define NR_OPS		1000

/*
 * What a VM keeps for an unmap that finds no memory: two of everything, a table of each kind
 * but the root; directories have three such levels in format v2, and four in v3.
 */
#define RESERVE		2

/* Limits of PERFORMANCE 6, and how many there may be of each during. */
static struct cache {
	const char *name;
	unsigned int limit;
	long nr, nr_max;
	long before, during, after;
	unsigned int size;
} caches[] = {
	{
		.name = "cnova_va", .limit = 136,
		.nr = NR_MAPPINGS + RESERVE, .nr_max = NR_MAPPINGS + RESERVE,
	}, {
		.name = "cnova_pt_4k", .limit = 128,
		.nr = NR_TABLES + RESERVE, .nr_max = NR_TABLES + RESERVE,
	}, {
		.name = "cnova_pt_64k", .limit = 384,
		.nr = RESERVE, .nr_max = RESERVE,
	}, {
		/* PDE0: 1000 tables of 2 MiB are in four of 512 MiB, or five; and those above. */
		.name = "cnova_pt_dir", .limit = 4096 + 64,
		.nr = 5 + 3 * RESERVE, .nr_max = 11 + 4 * RESERVE,
	},
};

#define NR_CACHES	(sizeof(caches) / sizeof(caches[0]))

static void result(bool ok, const char *name, const char *why)
{
	if (ok)
		printf("ok %s\n", name);
	else
		printf("not ok %s - %s\n", name, why);
}

/* Have a cache give up what it holds for the next who asks, so that it can be counted. */
static void shrink(const char *name)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "1", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

/* Objects of a cache that are in use. */
static long in_use(struct cache *cache)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	long active = -1, nr, total;
	char line[400], name[64];

	if (!f)
		err(1, "slabinfo");
	while (active < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld %ld %u", name, &nr, &total, &cache->size) == 4 &&
		    !strcmp(name, cache->name))
			active = nr;
	fclose(f);
	if (active < 0)
		errx(1, "no cache %s: is the kernel started with slab_nomerge?", cache->name);
	return active;
}

/* All slab memory, in KiB. */
static long slab_kib(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[200];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "SUnreclaim: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

/* Bytes of VRAM that TTM has given out. */
static long long vram_used(void)
{
	FILE *f = fopen("/sys/kernel/debug/dri/0/vram", "r");
	long long used = -1;
	char line[200];

	if (!f)
		err(1, "debugfs vram");
	while (used < 0 && fgets(line, sizeof(line), f))
		sscanf(line, " usage: %lld", &used);
	fclose(f);
	if (used < 0)
		errx(1, "debugfs vram has no usage");
	return used;
}

static void count(size_t offset)
{
	for (size_t i = 0; i < NR_CACHES; i++) {
		shrink(caches[i].name);
		*(long *)((char *)&caches[i] + offset) = in_use(&caches[i]);
	}
}

static void bind(int fd, uint32_t vm, const struct drm_cnova_vm_bind_op *ops, uint32_t nr)
{
	struct drm_cnova_sync done = { .flags = DRM_CNOVA_SYNC_SIGNAL };
	struct drm_cnova_vm_bind bind = {
		.vm_id = vm,
		.flags = DRM_CNOVA_VM_BIND_ASYNC,
		.ops = { .pointer = (uintptr_t)ops, .count = nr, .stride = sizeof(*ops) },
		.syncs = { .pointer = (uintptr_t)&done, .count = 1, .stride = sizeof(done) },
	};

	if (drmSyncobjCreate(fd, 0, &done.handle) ||
	    drmIoctl(fd, DRM_IOCTL_CNOVA_VM_BIND, &bind) ||
	    drmSyncobjWait(fd, &done.handle, 1, INT64_MAX, 0, NULL))
		err(1, "bind: operation %d, reason %u", (int)bind.failed_op, bind.reason);
	drmSyncobjDestroy(fd, done.handle);
}

/* The k-th of each table, table after table: no two lie side by side. */
static void map_all(int fd, uint32_t vm, uint32_t handle)
{
	static struct drm_cnova_vm_bind_op ops[NR_OPS];

	for (uint32_t n = 0; n < NR_MAPPINGS; n += NR_OPS) {
		for (uint32_t i = 0; i < NR_OPS; i++) {
			uint64_t table = (n + i) % NR_TABLES, k = (n + i) / NR_TABLES;

			ops[i] = (struct drm_cnova_vm_bind_op){
				.op = DRM_CNOVA_VM_BIND_OP_MAP,
				.handle = handle,
				.offset = (table + k) % (OBJECT / PAGE) * PAGE,
				.va = (1ull << 40) + table * TABLE + k * 2 * PAGE,
				.range = PAGE,
			};
		}
		bind(fd, vm, ops, NR_OPS);
	}
}

/* Workers give back what a job does not need any more; after a while all have. */
static bool settled(long long vram)
{
	for (int i = 0; i < 100 && vram_used() != vram; i++)
		usleep(50 * 1000);
	return vram_used() == vram;
}

static void run(int fd, bool judge)
{
	struct drm_cnova_gem_create object = { .size = OBJECT };
	struct drm_cnova_vm_create vm = {};
	struct drm_cnova_vm_destroy destroy = {};
	struct timespec begin, end;
	long slab_before, slab_during;
	long long vram;
	char name[100], why[200];

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_GEM_CREATE, &object))
		err(1, "object");
	usleep(500 * 1000);
	vram = vram_used();
	count(offsetof(struct cache, before));
	slab_before = slab_kib();

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_VM_CREATE, &vm))
		err(1, "VM");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	map_all(fd, vm.vm_id, object.handle);
	clock_gettime(CLOCK_MONOTONIC, &end);
	usleep(500 * 1000);
	count(offsetof(struct cache, during));
	slab_during = slab_kib();
	printf("# VRAM for tables: %lld KiB\n", (vram_used() - vram) / 1024);

	destroy.vm_id = vm.vm_id;
	if (drmIoctl(fd, DRM_IOCTL_CNOVA_VM_DESTROY, &destroy))
		err(1, "destroy");
	settled(vram);
	usleep(500 * 1000);
	count(offsetof(struct cache, after));
	printf("# %d mappings in %.1f s (model, emulated machine: no measure of anything)\n",
	       NR_MAPPINGS, (double)(end.tv_sec - begin.tv_sec) +
			    (double)(end.tv_nsec - begin.tv_nsec) / 1e9);

	for (size_t i = 0; i < NR_CACHES; i++) {
		struct cache *c = &caches[i];
		long nr = c->during - c->before;

		printf("# %s: %u bytes each; %ld before, %ld during, %ld after\n", c->name,
		       c->size, c->before, c->during, c->after);
		if (!judge)
			continue;
		snprintf(name, sizeof(name), "%s: an object is within its limit", c->name);
		snprintf(why, sizeof(why), "%u bytes, limit %u", c->size, c->limit);
		result(c->size <= c->limit, name, why);
		snprintf(name, sizeof(name), "%s: as many as 10^5 mappings in 10^3 tables need",
			 c->name);
		snprintf(why, sizeof(why), "%ld, not %ld to %ld", nr, c->nr, c->nr_max);
		result(nr >= c->nr && nr <= c->nr_max, name, why);
		snprintf(name, sizeof(name), "%s: as before, after the VM", c->name);
		snprintf(why, sizeof(why), "%ld before, %ld after", c->before, c->after);
		result(c->before == c->after, name, why);
	}
	printf("# all slab, per mapping: %ld bytes\n",
	       (slab_during - slab_before) * 1024 / NR_MAPPINGS);
	if (judge) {
		snprintf(why, sizeof(why), "%lld before, %lld after", vram, vram_used());
		result(vram == vram_used(), "VRAM: as before, after the VM", why);
		snprintf(why, sizeof(why), "%ld KiB for %d", slab_during - slab_before,
			 NR_MAPPINGS);
		/* 136, the shadow of the tables, and the slabs' own. */
		result((slab_during - slab_before) * 1024 / NR_MAPPINGS <= 160,
		       "all slab memory: 160 bytes a mapping", why);
	}
	drmCloseBufferHandle(fd, object.handle);
}

int main(void)
{
	int fd = drmOpenWithType("cnova", NULL, DRM_NODE_RENDER);

	if (fd < 0)
		errx(1, "no cnova device");
	run(fd, false);
	run(fd, true);
	return 0;
}
