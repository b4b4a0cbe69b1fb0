/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One client of the stress run: what it keeps in mind of its objects and address spaces.
 */
#ifndef CNOVA_STRESS_CLIENT_H
#define CNOVA_STRESS_CLIENT_H

#include "stress.h"

#define NR_VMS		2
#define NR_QUEUES	2
#define NR_OBJECTS	10
#define NR_PAGES	1536
#define MAX_OBJECT	(512 * PAGE)
#define WINDOW		0x40000000ull
#define MAX_OPS		6
#define LOOKS		48

/* What a page holds that an execution may have written: whatever it shows next. */
#define ANY_WORD	UINT64_MAX

enum state { HOLE, OBJECT, SPARSE };

/* What a page of addresses must show. */
struct page {
	uint8_t state;
	uint8_t object;
	uint16_t page;
	uint16_t flags;
};

struct object {
	uint32_t handle;
	uint32_t nr_pages;
	/* Number of the VM it is private to; -1: of any. */
	int vm;
	uint64_t *word;
};

struct vm {
	uint32_t id;
	uint32_t queue[NR_QUEUES];
	int eye;
	/* Timeline that its binds signal, and the last point. */
	uint32_t timeline;
	uint64_t point;
	/* 0: it has none. */
	uint32_t channel;
	uint32_t engine_class;
	/* Signalled by its executions. */
	uint32_t done;
	/* What it executes, and behind that what it finds. */
	uint32_t push;
	uint8_t *push_map;
	struct page page[NR_PAGES];
};

struct client {
	const struct setup *setup;
	int fd;
	/* A second file of the same process. */
	int other_fd;
	uint64_t rnd;
	uint64_t next_word;
	struct vm vm[NR_VMS];
	struct object object[NR_OBJECTS];
};

uint32_t pick(struct client *c, uint32_t below);
int failed(const char *what, int err);
bool is_want(int err);
uint64_t *page_word(struct client *c, const struct page *page);
void *object_map(int fd, uint32_t handle, uint64_t size);
int vm_bury(struct client *c, struct vm *vm);
int vm_wait(struct client *c, struct vm *vm);
int vm_open_eye(int fd, uint32_t vm_id);

/* exec.c */
int channel_init(struct client *c, struct vm *vm);
void channel_fini(struct client *c, struct vm *vm);
int step_exec(struct client *c, struct vm *vm);

/* share.c */
int object_init_udmabuf(struct client *c, struct object *object);
int step_share(struct client *c);

#endif
