/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_LOOK_H
#define CNOVA_IGT_LOOK_H

#include "exec.h"

/*
 * Looking through a copy engine: what is behind an address is copied to memory that the CPU
 * can read, by a channel of the VM, and what is to be there from such memory. Behind the same
 * functions as the eye of debugfs, cnova_eye_read() and the like; the environment says which:
 * CNOVA_EYE=debugfs, or not set, or CNOVA_EYE=ce.
 */

/**
 * struct cnova_look - What a process looks at a VM with.
 */
struct cnova_look {
	/** @channel: executes the copies; another one after a fault. */
	struct cnova_channel channel;

	/** @bounce: where they end, or begin. */
	struct cnova_bo bounce;

	/** @va: where that is mapped. */
	uint64_t va;

	/** @pid: of the process. */
	pid_t pid;

	/** @nr_checks: how often the whole window was looked at. */
	unsigned int nr_checks;
};

/**
 * struct cnova_glimpse - What there is of a page.
 */
struct cnova_glimpse {
	/** @first: its first word. */
	uint64_t first;

	/** @last: its last word. */
	uint64_t last;

	/** @seen: it did not fault. */
	bool seen;
};

bool cnova_looks_by_engine(void);
ssize_t cnova_look_read(struct cnova_vm *vm, uint64_t va, void *buf, size_t size);
ssize_t cnova_look_write(struct cnova_vm *vm, uint64_t va, const void *buf, size_t size);
void cnova_look_at_pages(struct cnova_vm *vm, const struct cnova_oracle *oracle,
			 struct cnova_glimpse *glimpse);
void cnova_look_put_words(struct cnova_vm *vm, const struct cnova_oracle *oracle);
uint64_t cnova_look_mapped(const struct cnova_vm *vm);
void cnova_look_close(struct cnova_vm *vm);
void cnova_look_forget(struct cnova_vm *vm);

#endif
