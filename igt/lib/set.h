/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_SET_H
#define CNOVA_IGT_SET_H

#include "cnova.h"

#define CNOVA_SET_OBJECTS	64

/**
 * struct cnova_set - Objects of one VM, one behind the other from CNOVA_VA.
 */
struct cnova_set {
	/** @vm: their address space, each set its own. */
	struct cnova_vm vm;

	/** @bo: the objects; they have no mapping for the CPU. */
	struct cnova_bo bo[CNOVA_SET_OBJECTS];

	/** @nr: how many there are. */
	unsigned int nr;

	/** @size: of each, in bytes. */
	uint64_t size;

	/** @step: a tag every so many bytes. */
	uint64_t step;
};

/**
 * struct cnova_pressure - Objects that nobody maps: those come, others go.
 */
struct cnova_pressure {
	/** @fd: whose they are. */
	int fd;

	/** @handle: of each. */
	uint32_t handle[CNOVA_SET_OBJECTS];

	/** @nr: how many there are. */
	unsigned int nr;
};

uint64_t cnova_vram(int fd);
uint64_t cnova_align_down(uint64_t value, uint64_t to);
uint64_t cnova_set_va(const struct cnova_set *set, unsigned int i);
void cnova_set_write(const struct cnova_set *set, unsigned int i);
void cnova_set_init(struct cnova_set *set, int fd, unsigned int nr, uint64_t size, uint32_t flags);
void cnova_set_fini(struct cnova_set *set);
void cnova_set_check(struct cnova_set *set, uint64_t step);
unsigned int cnova_nr_mapped(const struct cnova_vm *vm);
unsigned int cnova_nr_unbound(const struct cnova_vm *vm);
int __cnova_press(struct cnova_pressure *pressure, uint64_t size);
void cnova_press(struct cnova_pressure *pressure, uint64_t bytes, uint64_t size);
void cnova_release(struct cnova_pressure *pressure);
void cnova_evict_all(int fd);

#endif
