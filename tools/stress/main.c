// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Stress: many clients at a time, more memory than there is, clients that are killed, address
 * spaces that the hardware lets die; and at the end, nothing of it is left. As root, with a
 * software GPU that nobody else uses.
 *
 *	stress [-s SEED] [-t SECONDS] [-p CLIENTS] [-f FAULTS]
 *
 * Prints "ok NAME" and "not ok NAME - REASON" lines. With the same seed every client does the
 * same; who is killed when depends on the clock.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "stress.h"

#define MODEL		"/sys/kernel/debug/cnova_sim"
#define MAX_CLIENTS	64
#define GRACE		20

/* What has to be as it was. */
struct balance {
	uint64_t vram_free;
	uint64_t evictions;
	long dma_bufs;
	long slab[6];
};

/* The arrays of free objects (sheaves) count as in use: only what grows is a leak. */
static const char * const caches[] = {
	"cnova_va", "cnova_pt_4k", "cnova_pt_64k", "cnova_pt_dir", "drm_sched_fence", "dma_buf",
};

static struct setup setup;
static char node[64];
static pid_t pid[MAX_CLIENTS];
static uint64_t killed, faults;
static int bad;

static void result(bool ok, const char *name, const char *why)
{
	if (ok)
		printf("ok %s\n", name);
	else
		printf("not ok %s - %s\n", name, why);
	bad |= !ok;
}

static void die(const char *what)
{
	printf("not ok stress - %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* The first line of a file that begins so, without that; false if there is none. */
static bool find_line(const char *path, const char *prefix, char *line, size_t room)
{
	FILE *f = fopen(path, "r");
	bool found = false;

	while (f && !found && fgets(line, room, f))
		found = !strncmp(line, prefix, strlen(prefix));
	if (f)
		fclose(f);
	if (found)
		memmove(line, line + strlen(prefix), strlen(line) - strlen(prefix) + 1);
	return found;
}

static uint64_t number(const char *path, const char *prefix)
{
	char line[256];

	return find_line(path, prefix, line, sizeof(line)) ? strtoull(line, NULL, 0) : 0;
}

/* ------------------------------------------------------------------------- device */

static int open_device(void)
{
	drmDevicePtr list[8];
	int nr = drmGetDevices2(0, list, 8), fd = -1;

	for (int i = 0; i < nr && fd < 0; i++) {
		drmVersion *version = NULL;

		if (!(list[i]->available_nodes & 1 << DRM_NODE_RENDER))
			continue;
		snprintf(node, sizeof(node), "%s", list[i]->nodes[DRM_NODE_RENDER]);
		fd = open(node, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			version = drmGetVersion(fd);
		if (!version || strcmp(version->name, "cnova")) {
			close(fd);
			fd = -1;
		}
		drmFreeVersion(version);
	}
	if (nr > 0)
		drmFreeDevices(list, nr);
	if (fd < 0)
		die("no device");
	return fd;
}

static uint64_t vram_free(void)
{
	struct drm_cnova_getparam args = { .param = DRM_CNOVA_PARAM_VRAM_FREE };
	int fd = open_device();

	if (drmIoctl(fd, DRM_IOCTL_CNOVA_GETPARAM, &args))
		die("GETPARAM");
	close(fd);
	return args.value;
}

/* An invalidate for each address space that lost an object. */
static uint64_t evictions(void)
{
	char path[64], line[256];
	int fd = open_device();
	struct stat st;

	if (fstat(fd, &st))
		die("fstat");
	close(fd);
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%u/counters", minor(st.st_rdev));
	if (!find_line(path, "zap_invalidates ", line, sizeof(line)))
		return 0;
	return strtoull(line, NULL, 0);
}

/* What is in quarantine comes back with the GPU that cannot reach it any more. */
static void bind_again(void)
{
	char path[300], *device, *driver;
	int fd = open_device();
	struct stat st;

	if (fstat(fd, &st))
		die("fstat");
	close(fd);
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device", major(st.st_rdev),
		 minor(st.st_rdev));
	device = realpath(path, NULL);
	strcat(path, "/driver");
	driver = realpath(path, NULL);
	if (!device || !driver)
		die(path);
	snprintf(path, sizeof(path), "%s/unbind", driver);
	write_text(path, strrchr(device, '/') + 1);
	snprintf(path, sizeof(path), "%s/bind", driver);
	write_text(path, strrchr(device, '/') + 1);
	free(device);
	free(driver);
}

/* ------------------------------------------------------------------------ balance */

static long slab_in_use(const char *name)
{
	char prefix[64], line[256], path[100];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "1", 1) != 1)
			die(path);
		close(fd);
	}
	snprintf(prefix, sizeof(prefix), "%s ", name);
	return find_line("/proc/slabinfo", prefix, line, sizeof(line)) ? atol(line) : 0;
}

static void take_balance(struct balance *balance)
{
	balance->vram_free = vram_free();
	balance->evictions = evictions();
	balance->dma_bufs = number("/sys/kernel/debug/dma_buf/bufinfo", "Total ");
	for (unsigned int i = 0; i < 6; i++)
		balance->slab[i] = slab_in_use(caches[i]);
}

static bool is_balanced(const struct balance *before, char *why, size_t room)
{
	struct balance now;

	take_balance(&now);
	why[0] = 0;
	if (now.vram_free != before->vram_free)
		snprintf(why, room, "VRAM: %" PRId64 " bytes less are free",
			 (int64_t)(before->vram_free - now.vram_free));
	else if (now.dma_bufs > before->dma_bufs)
		snprintf(why, room, "%ld dma-bufs more", now.dma_bufs - before->dma_bufs);
	for (unsigned int i = 0; i < 6 && !why[0]; i++)
		if (now.slab[i] > before->slab[i])
			snprintf(why, room, "%s: %ld more", caches[i],
				 now.slab[i] - before->slab[i]);
	return !why[0];
}

/* Workers and RCU take their time. */
static void check_balance(const struct balance *before)
{
	char why[200] = "";

	for (int i = 0; i < GRACE * 10; i++) {
		if (is_balanced(before, why, sizeof(why)))
			break;
		usleep(100000);
	}
	result(!why[0], "stress: nothing is left", why);
}

static void check_model(void)
{
	char line[256] = "no model";

	if (access(MODEL, F_OK)) {
		printf("skip stress: the model's opinion - no model\n");
		return;
	}
	/* The second compares the TLB with memory, and counts what differs. */
	find_line(MODEL "/coherent", "", line, sizeof(line));
	line[strcspn(line, "\n")] = 0;
	result(!strncmp(line, "PASS", 4), "stress: TLB and memory agree", line);
	find_line(MODEL "/violations", "total ", line, sizeof(line));
	line[strcspn(line, "\n")] = 0;
	result(!strcmp(line, "0"), "stress: no violation", line);
}

/* ------------------------------------------------------------------------ clients */

static pid_t start(uint64_t seed, uint64_t n)
{
	pid_t child = fork();

	if (child)
		return child;
	exit(client_run(&setup, (seed << 16 | (n & 0xffff)) + 1));
}

static void judge(int status)
{
	char why[64];

	/* The signal: told to end before it had begun. */
	if ((WIFEXITED(status) && !WEXITSTATUS(status)) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM))
		return;
	snprintf(why, sizeof(why), "status %#x", status);
	result(false, "stress: a client", why);
}

/* One that ends by itself has found something. */
static void stop_client(unsigned int i, int sig)
{
	int status;

	if (waitpid(pid[i], &status, WNOHANG) == pid[i]) {
		judge(status);
		return;
	}

	kill(pid[i], sig);
	if (waitpid(pid[i], &status, 0) != pid[i])
		die("waitpid");
	if (sig == SIGKILL)
		killed++;
	else
		judge(status);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void run(uint64_t seed, double seconds, unsigned int nr, unsigned int max_faults)
{
	double begin = now(), next_fault = begin + seconds / (max_faults + 1);
	uint64_t n = 0;

	srandom(seed);
	for (unsigned int i = 0; i < nr; i++)
		pid[i] = start(seed, n++);

	while (now() - begin < seconds && !bad) {
		unsigned int i = random() % nr;

		usleep(50000 + random() % 400000);
		stop_client(i, SIGKILL);
		pid[i] = start(seed, n++);

		if (max_faults && now() >= next_fault) {
			write_text(MODEL "/ack_delay_ms", "2100");
			write_text(MODEL "/ack_lost", "1");
			next_fault += seconds / (max_faults + 1);
			max_faults--;
			faults++;
		}
	}

	for (unsigned int i = 0; i < nr; i++)
		stop_client(i, SIGTERM);
}

int main(int argc, char **argv)
{
	unsigned int nr = 6, max_faults = 0;
	struct balance before;
	uint64_t seed = 0;
	double seconds = 10;
	struct totals *t;
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getrandom(&seed, 4, 0) != 4)
		die("getrandom");
	while ((opt = getopt(argc, argv, "s:t:p:f:")) != -1) {
		if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (opt == 't')
			seconds = strtod(optarg, NULL);
		else if (opt == 'p')
			nr = strtoul(optarg, NULL, 0);
		else if (opt == 'f')
			max_faults = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	if (!nr || nr > MAX_CLIENTS)
		return 2;

	t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED)
		die("mmap");
	printf("stress: seed %#" PRIx64 ", %g s, %u clients, %u faults\n", seed, seconds, nr,
	       max_faults);
	close(open_device());
	setup = (struct setup){ .node = node, .faults = max_faults, .totals = t };

	/* Twice: the first time also makes what stays for good. */
	run(seed, 1, nr, 0);
	sleep(1);
	take_balance(&before);
	run(seed, seconds, nr, max_faults);
	printf("stress: %" PRIu64 " binds, %" PRIu64 " refused, ", t->binds, t->refused);
	printf("%" PRIu64 " pages looked at, %" PRIu64 " without room\n", t->looks, t->no_room);
	printf("stress: %" PRIu64 " executions read %" PRIu64 " pages, ", t->execs, t->executed);
	printf("%" PRIu64 " dma-bufs shared, %" PRIu64 " given away, ", t->shared, t->given);
	printf("%" PRIu64 " of udmabuf\n", t->imported);
	before.evictions = evictions() - before.evictions;
	printf("stress: %" PRIu64 " evictions, %" PRIu64 " VMs, %" PRIu64 " dead of ",
	       before.evictions, t->vms, t->dead);
	printf("%" PRIu64 " faults, %" PRIu64 " clients killed\n", faults, killed);
	result(!bad, "stress: contents", "see above");
	result(before.evictions, "stress: objects were evicted", "too much VRAM");
	result(t->execs && t->shared && t->given && t->imported, "stress: everything was used",
	       "no executions, or no dma-bufs");
	if (faults)
		bind_again();
	check_model();
	check_balance(&before);
	return bad;
}
