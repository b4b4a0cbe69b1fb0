// SPDX-License-Identifier: MIT

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "cnova.h"
#include "uevent.h"

/**
 * cnova_uevent_open() - Listen to what the kernel tells udev from here on.
 */
int cnova_uevent_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int listener = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	igt_assert_f(listener >= 0, "uevents: %m\n");
	igt_assert_f(!bind(listener, (struct sockaddr *)&address, sizeof(address)),
		     "uevents: %m\n");
	return listener;
}

/* A message is a row of strings. */
static bool has_text(const char *message, ssize_t size, const char *text)
{
	for (const char *at = message; at < message + size; at += strlen(at) + 1)
		if (!strcmp(at, text))
			return true;
	return false;
}

/**
 * cnova_uevent_expect() - Wait for one that says @text, such as "WEDGED=none"; then stop listening.
 */
void cnova_uevent_expect(int listener, const char *text, int timeout_ms)
{
	struct pollfd poller = { .fd = listener, .events = POLLIN };
	char message[4096];
	ssize_t size;

	for (;;) {
		igt_assert_f(poll(&poller, 1, timeout_ms) == 1, "no event with %s\n", text);
		size = recv(listener, message, sizeof(message) - 1, 0);
		igt_assert(size >= 0);
		message[size] = 0;
		if (has_text(message, size, "SUBSYSTEM=drm") && has_text(message, size, text))
			break;
	}
	close(listener);
}
