// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The engine against the model's walker and TLB, and against a description of the
 * address space, on random operations, over every chip that the model can be.
 *
 *	FUZZ_OPS=n	operations to run (default: a million)
 *	JOBS=n		processes (default: one per processor)
 *	SEED=n		seeds all rounds; without FUZZ_OPS: the one round n, as a failure
 *			prints it
 *	PROGRESS=1	say how far it is
 *	REPLAY=file	run a script, as a failure prints it
 *
 * Each process runs rounds: a fresh address space and a script that is made as it
 * runs. The script is in memory that the parent sees, so that it survives a crash;
 * the parent shortens it, and prints what is left.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/bug.h>
#include <linux/kernel.h>

#include "fuzz.h"
#include "sim/chips.h"

#define STEPS_PER_ROUND	9000
#define MAX_WORKERS	64
/* What no script takes. */
#define HANG_SECONDS	120

struct worker {
	pid_t pid;
	struct fuzz_totals totals;
	struct fuzz_script script;
};

/* In memory that all processes share. */
static struct shared {
	_Atomic u64 next_round;
	_Atomic u64 ops;
	struct worker worker[];
} *shared;

static const struct cnova_sim_chip *chip[FUZZ_MAX_CHIPS];
static u32 nr_chips;
static u64 base_seed, want_ops;
static bool one_round;

static u64 env_number(const char *name, u64 fallback)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 0) : fallback;
}

/* All chips that both the model and the driver know. */
static void find_chips(void)
{
	const struct cnova_sim_chip *sim;
	u32 i;

	for (i = 0; (sim = cnova_sim_chip_at(i)); i++) {
		const struct cnova_chip *hw = cnova_chip_find(sim->boot_42);

		if (!hw || !hw->fmt)
			tap_skip(sim->name, "no page-table format for it yet");
		else if (nr_chips < FUZZ_MAX_CHIPS)
			chip[nr_chips++] = sim;
	}
}

/* The seed of a round says all about it, its chip too. */
static u64 round_seed(u64 round)
{
	struct host_random random = { .state = base_seed + round };
	u64 seed = host_random(&random);

	if (one_round)
		return base_seed;
	return seed - seed % nr_chips + round % nr_chips;
}

static bool run_round(struct fuzz_script *script, struct fuzz_totals *totals, u64 seed)
{
	u64 ops = totals->ops;
	struct fuzz_gen gen;
	struct fuzz *f;
	bool ok = true;

	script->seed = seed;
	script->nr = 0;
	script->done = 0;
	strcpy(script->chip, chip[seed % nr_chips]->name);
	alarm(HANG_SECONDS);

	f = fuzz_begin(script->chip, totals);
	fuzz_gen_init(&gen, f, script->chip, seed);
	while (ok && script->nr < STEPS_PER_ROUND) {
		fuzz_gen_steps(&gen, f, script);
		while (ok && script->done < script->nr)
			ok = fuzz_step(f, &script->step[script->done++]);
	}
	ok = fuzz_end(f);

	alarm(0);
	totals->rounds++;
	totals->chip_ops[seed % nr_chips] += totals->ops - ops;
	atomic_fetch_add(&shared->ops, totals->ops - ops);
	return ok;
}

/* A worker's life. */
static bool run_rounds(struct worker *w)
{
	do {
		u64 round = atomic_fetch_add(&shared->next_round, 1);

		if (!run_round(&w->script, &w->totals, round_seed(round)))
			return false;
	} while (!one_round && atomic_load(&shared->ops) < want_ops);
	return true;
}

static bool run_script(const struct fuzz_script *script)
{
	static struct fuzz_totals totals;
	struct fuzz *f;
	bool ok = true;
	u32 i;

	alarm(HANG_SECONDS);
	f = fuzz_begin(script->chip, &totals);
	for (i = 0; i < script->nr && ok; i++)
		ok = fuzz_step(f, &script->step[i]);
	ok = fuzz_end(f);
	alarm(0);
	return ok;
}

/* In a process of its own: it may crash, and what it says has been said. */
static bool script_fails(struct fuzz_script *script)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(0);
		_exit(run_script(script) ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status;
}

static void report(struct fuzz_script *script)
{
	u32 steps = script->done;

	script->nr = steps;
	printf("# SEED=%#llx, chip %s: failed in step %u\n", script->seed, script->chip, steps);
	if (!script_fails(script)) {
		printf("# not when run again: the script is not what it depends on\n");
		return;
	}
	fuzz_script_shrink(script, script_fails);
	printf("# %u steps are enough; REPLAY=file runs them again:\n", script->nr);
	fuzz_script_print(script, stdout, "# | ");
	/* Once more, for what it says. */
	if (!fork())
		_exit(run_script(script) ? 0 : 1);
	wait(NULL);
}

static void progress(time_t start)
{
	static time_t last;
	u64 ops = atomic_load(&shared->ops);
	time_t now = time(NULL);

	if (!env_number("PROGRESS", 0) || now < last + 5)
		return;
	last = now;
	fprintf(stderr, "%llu of %llu operations, %llu a second\n", ops, want_ops,
		now > start ? ops / (now - start) : 0);
}

/* Wait for the workers; when one fails, end the others. Return: the one that failed. */
static struct worker *wait_for(u32 nr)
{
	struct worker *failed = NULL;
	time_t start = time(NULL);
	u32 left = nr, i;

	while (left) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid <= 0) {
			usleep(50000);
			progress(start);
			continue;
		}
		left--;
		for (i = 0; i < nr; i++) {
			if (shared->worker[i].pid == pid) {
				shared->worker[i].pid = 0;
				if (status && !failed)
					failed = &shared->worker[i];
			} else if (status && shared->worker[i].pid) {
				kill(shared->worker[i].pid, SIGKILL);
			}
		}
	}
	return failed;
}

static void add(struct fuzz_totals *sum, const struct fuzz_totals *part)
{
	u64 *to = (u64 *)sum;
	const u64 *from = (const u64 *)part;
	u32 i;

	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += from[i];
}

/* Return: whether everything happened that has to happen in a run of this length. */
static bool print_totals(const struct fuzz_totals *t)
{
	bool all = t->killed && t->refused && t->zaps && t->resizes && t->deferred && t->idle;
	u32 i;

	printf("# %llu rounds, %llu jobs, %llu operations, %llu killed, %llu refused, %llu zaps\n",
	       t->rounds, t->jobs, t->ops, t->killed, t->refused, t->zaps);
	printf("# %llu stores, %llu looks in between; size changed: %llu jobs,\n", t->stores,
	       t->looks, t->resizes);
	printf("# sparse in two steps: %llu, nothing stored: %llu\n", t->deferred, t->idle);
	for (i = 0; i < nr_chips; i++) {
		printf("# %s: %llu operations\n", chip[i]->name, t->chip_ops[i]);
		all &= t->chip_ops[i] > 0;
	}
	printf("# leaves looked at:");
	for (i = 0; i < 64; i++)
		if (t->leaf[i])
			printf(" 2^%u: %llu", i, t->leaf[i]);
	printf("\n");
	return all;
}

static bool fuzz(void)
{
	u64 i, nr = env_number("JOBS", sysconf(_SC_NPROCESSORS_ONLN));
	struct fuzz_totals totals = {};
	struct worker *failed;
	size_t size;
	bool all;

	if (one_round || !nr)
		nr = 1;
	if (nr > MAX_WORKERS)
		nr = MAX_WORKERS;
	size = sizeof(*shared) + nr * sizeof(struct worker);
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();

	fflush(NULL);
	for (i = 0; i < nr; i++) {
		struct worker *w = &shared->worker[i];
		pid_t pid = fork();

		if (!pid)
			exit(run_rounds(w) ? 0 : 1);
		w->pid = pid;
	}
	failed = wait_for(nr);
	for (i = 0; i < nr; i++)
		add(&totals, &shared->worker[i].totals);
	all = print_totals(&totals);
	if (failed)
		report(&failed->script);
	else if (want_ops >= 100000 && !one_round && !all)
		printf("# not everything happened\n");
	return !failed && (all || one_round || want_ops < 100000);
}

static bool replay(const char *path)
{
	struct fuzz_script *script = calloc(1, sizeof(*script));
	FILE *file = fopen(path, "r");
	bool ok = file && fuzz_script_parse(script, file);

	if (!ok)
		printf("# %s: no script\n", path);
	else
		ok = run_script(script);
	if (file)
		fclose(file);
	free(script);
	return ok;
}

int main(void)
{
	const char *path = getenv("REPLAY"), *ops = getenv("FUZZ_OPS"), *seed = getenv("SEED");

	if (path && *path) {
		tap_result(replay(path), "replayed");
		return tap_done();
	}

	find_chips();
	want_ops = env_number("FUZZ_OPS", 1000000);
	base_seed = host_seed(0x1f25a3);
	one_round = seed && *seed && !(ops && *ops);
	printf("# seed %#llx, %u chips\n", base_seed, nr_chips);
	tap_result(fuzz(), "random operations");
	return tap_done();
}
