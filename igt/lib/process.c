// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cnova.h"
#include "process.h"

/**
 * cnova_send_fd() - Give a file to another process.
 */
void cnova_send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	igt_assert_eq(sendmsg(sock, &msg, 0), 1);
}

/**
 * cnova_receive_fd() - The other end of that.
 */
int cnova_receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd = -1;

	igt_assert_eq(recvmsg(sock, &msg, 0), 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* --------------------------------------------------------------------------- calls */

/**
 * cnova_ioctl_once() - ioctl() that is not restarted: a signal must not hide behind a loop.
 */
int cnova_ioctl_once(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? -errno : 0;
}

/**
 * cnova_call_run() - Call, here and now.
 */
void cnova_call_run(struct cnova_call *call)
{
	char text[16] = "";
	int file = -1;

	if (call->nth) {
		file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		snprintf(text, sizeof(text), "%u", call->nth);
		/* Whoever asked for it finds that it was not injected. */
		if (pwrite(file, text, strlen(text), 0) < 0)
			call->nth = 0;
	}
	call->tid = gettid();
	call->err = cnova_ioctl_once(call->fd, call->request, call->arg);
	if (call->nth) {
		memset(text, 0, sizeof(text));
		call->injected = pread(file, text, sizeof(text) - 1, 0) > 0 && !atoi(text);
		close(file);
	}
	call->done = true;
}

static void *call_thread(void *data)
{
	cnova_call_run(data);
	return NULL;
}

/**
 * cnova_call_start() - Call in a thread, and come back when that is asleep in it.
 */
void cnova_call_start(struct cnova_call *call, int fd, unsigned long request, void *arg)
{
	call->fd = fd;
	call->request = request;
	call->arg = arg;
	call->done = false;
	call->tid = 0;
	igt_assert_eq(pthread_create(&call->thread, NULL, call_thread, call), 0);
	while (!call->tid)
		usleep(1000);
	cnova_wait_asleep(getpid(), call->tid);
	igt_assert_f(!call->done, "it returned: %s\n", strerror(-call->err));
}

/**
 * cnova_call_join() - Wait for it.
 *
 * Return: what it returned.
 */
int cnova_call_join(struct cnova_call *call)
{
	pthread_join(call->thread, NULL);
	return call->err;
}

/**
 * cnova_is_asleep() - Does a thread wait for something?
 */
bool cnova_is_asleep(pid_t pid, pid_t tid)
{
	char path[64], *text, *end;
	bool asleep;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	text = cnova_read_text(AT_FDCWD, path);
	igt_assert_f(text, "%s: %m\n", path);
	end = strrchr(text, ')');
	asleep = end && (end[2] == 'S' || end[2] == 'D');
	free(text);
	return asleep;
}

/**
 * cnova_wait_asleep() - Until it does so, and not only for a moment.
 */
void cnova_wait_asleep(pid_t pid, pid_t tid)
{
	unsigned int asleep = 0;

	for (int i = 0; i < 5000 && asleep < 10; i++) {
		asleep = cnova_is_asleep(pid, tid) ? asleep + 1 : 0;
		usleep(2000);
	}
	igt_assert_f(asleep >= 10, "it does not wait\n");
}

/**
 * cnova_nth_was_met() - Has the allocation failed that a process was told to fail?
 */
bool cnova_nth_was_met(pid_t pid)
{
	char path[64], *text;
	bool met;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	text = cnova_read_text(AT_FDCWD, path);
	igt_assert_f(text, "%s: %m\n", path);
	met = !atoi(text);
	free(text);
	return met;
}
