/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_PROCESS_H
#define CNOVA_IGT_PROCESS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct cnova_call - A system call in a thread of its own, tried once.
 */
struct cnova_call {
	/** @thread: who calls. */
	pthread_t thread;

	/** @tid: its id, once it has one. */
	volatile pid_t tid;

	/** @fd: first argument of ioctl(). */
	int fd;

	/** @request: the second. */
	unsigned long request;

	/** @arg: the third. */
	void *arg;

	/** @nth: the allocation in it that fails; 0: none. */
	unsigned int nth;

	/** @injected: there was one. */
	bool injected;

	/** @done: it has returned. */
	volatile bool done;

	/** @err: what: 0 or -errno. */
	int err;
};

void cnova_send_fd(int sock, int fd);
int cnova_receive_fd(int sock);

int cnova_ioctl_once(int fd, unsigned long request, void *arg);
void cnova_call_start(struct cnova_call *call, int fd, unsigned long request, void *arg);
void cnova_call_run(struct cnova_call *call);
int cnova_call_join(struct cnova_call *call);

bool cnova_is_asleep(pid_t pid, pid_t tid);
void cnova_wait_asleep(pid_t pid, pid_t tid);
bool cnova_nth_was_met(pid_t pid);

#endif
