/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_EXEC_H
#define CNOVA_IGT_EXEC_H

#include "cnova.h"
#include "cnova_push.h"
#include "sync.h"

/* Where push buffers of tests are: out of the way of what tests map. */
#define CNOVA_PB_VA	0x80000000ull

#define CNOVA_CHANNEL_FENCES	16

/**
 * struct cnova_channel - A channel, and memory for what it executes.
 */
struct cnova_channel {
	/** @vm: its address space. */
	const struct cnova_vm *vm;

	/** @id: id of the channel. */
	uint32_t id;

	/** @engine_class: class of its engine. */
	uint32_t engine_class;

	/** @pb: memory for pushes, and for words that the GPU writes: its last page. */
	struct cnova_bo pb;

	/** @va: where @pb is mapped. */
	uint64_t va;

	/** @used: bytes of @pb used. */
	uint64_t used;

	/** @start: where the push that is being written starts. */
	uint64_t start;

	/** @push: that push, for the builder. */
	struct cnova_push push;

	/** @out: syncobj, a timeline, that executions signal. */
	uint32_t out;

	/** @point: last point of @out. */
	uint64_t point;

	/** @fence: of the last executions, by point: a point of a timeline has no error. */
	uint32_t fence[CNOVA_CHANNEL_FENCES];
};

int __cnova_channel_create(int fd, uint32_t vm_id, struct drm_cnova_channel_create *args);
int __cnova_channel_destroy(int fd, uint32_t id);
int __cnova_channel_get_state(int fd, uint32_t id, struct drm_cnova_channel_get_state *state);
int __cnova_exec(int fd, struct drm_cnova_exec *args);

void cnova_require_exec(int fd);
void cnova_channel_init(struct cnova_channel *ch, const struct cnova_vm *vm, uint64_t va,
			uint64_t size);
void cnova_channel_fini(struct cnova_channel *ch);

/* Words. */
void cnova_pb_begin(struct cnova_channel *ch);
void cnova_pb_copy(struct cnova_channel *ch, uint64_t dst, uint64_t src, uint32_t size);
void cnova_pb_fill(struct cnova_channel *ch, uint64_t dst, uint32_t value, uint32_t size);
void cnova_pb_release(struct cnova_channel *ch, uint64_t va, uint32_t payload);
void cnova_pb_acquire(struct cnova_channel *ch, uint64_t va, uint32_t payload);
struct drm_cnova_push cnova_pb_end(struct cnova_channel *ch);

/* Executions. */
int cnova_exec_try(struct cnova_channel *ch, const struct drm_cnova_push *pushes,
		   unsigned int nr_pushes, const struct drm_cnova_sync *syncs,
		   unsigned int nr_syncs);
uint64_t cnova_exec(struct cnova_channel *ch, const struct drm_cnova_push *pushes,
		    unsigned int nr_pushes, const struct drm_cnova_sync *wait);
int cnova_exec_wait(struct cnova_channel *ch, uint64_t point);
void cnova_exec_finish(struct cnova_channel *ch);
void cnova_gpu_copy(struct cnova_channel *ch, uint64_t dst, uint64_t src, uint32_t size);
void cnova_channel_expect_dead(struct cnova_channel *ch, int error);
void cnova_channel_expect_alive(struct cnova_channel *ch);

volatile uint32_t *cnova_channel_word(struct cnova_channel *ch, unsigned int i);
uint64_t cnova_channel_word_va(const struct cnova_channel *ch, unsigned int i);

#endif
