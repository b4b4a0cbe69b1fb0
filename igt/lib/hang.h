/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_HANG_H
#define CNOVA_IGT_HANG_H

#include "exec.h"

/**
 * struct cnova_actor - A client of its own: file, address space, channel, and two objects.
 */
struct cnova_actor {
	/** @fd: its file. */
	int fd;

	/** @vm: its address space. */
	struct cnova_vm vm;

	/** @src: mapped at CNOVA_VA. */
	struct cnova_bo src;

	/** @dst: mapped behind it. */
	struct cnova_bo dst;

	/** @channel: its channel. */
	struct cnova_channel channel;
};

/** CNOVA_ACTOR_SIZE - Bytes of each of its objects. */
#define CNOVA_ACTOR_SIZE	SZ_64K

/** CNOVA_ANY_ENGINE - For cnova_actor_init(). */
#define CNOVA_ANY_ENGINE	(-1)

void cnova_exec_timeout_set(const char *ms);
void cnova_exec_timeout_restore(void);

void cnova_actor_init(struct cnova_actor *actor, int fd, int engine);
void cnova_actor_fini(struct cnova_actor *actor);
void cnova_actor_new_channel(struct cnova_actor *actor, int engine);
int cnova_actor_engine(struct cnova_actor *actor);
unsigned int cnova_actor_renewals(struct cnova_actor *actor);
uint64_t cnova_actor_copy(struct cnova_actor *actor);
uint64_t cnova_actor_copy_often(struct cnova_actor *actor, unsigned int nr);
void cnova_actor_check(struct cnova_actor *actor);
uint64_t cnova_actor_acquire(struct cnova_actor *actor);
uint64_t cnova_actor_hang_at(struct cnova_actor *actor, const struct drm_cnova_push *push);
uint64_t cnova_actor_hang(struct cnova_actor *actor);

#endif
