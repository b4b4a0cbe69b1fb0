/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is left of an address space, or a channel of it, that died: for people.
 */
#ifndef _CNOVA_DRM_COREDUMP_H_
#define _CNOVA_DRM_COREDUMP_H_

#include <linux/atomic.h>
#include <linux/seq_buf.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <drm/drm_print.h>

struct cnova_device;
struct cnova_vm;

/** CNOVA_COREDUMP_BYTES - Longest dump; what does not fit is cut, and that is said. */
#define CNOVA_COREDUMP_BYTES	(32 * 1024)

/** enum cnova_coredump_state - Whose &cnova_coredump.buf is. */
enum cnova_coredump_state {
	/** @CNOVA_COREDUMP_NONE: There is none. */
	CNOVA_COREDUMP_NONE,
	/** @CNOVA_COREDUMP_EMPTY: Nobody's: cnova_coredump_begin() may take it. */
	CNOVA_COREDUMP_EMPTY,
	/** @CNOVA_COREDUMP_TAKEN: Whoever began a dump, then the worker's. */
	CNOVA_COREDUMP_TAKEN,
};

/** struct cnova_coredump - The dump of an address space. Part of &struct cnova_vm. */
struct cnova_coredump {
	/** @state: An &enum cnova_coredump_state. */
	atomic_t state;

	/** @missed: Failures since the last dump that found @buf taken. */
	atomic_t missed;

	/** @buf: CNOVA_COREDUMP_BYTES from vmalloc(): what the kernel's collector takes. */
	char *buf;

	/** @text: Writes to @buf. */
	struct seq_buf text;

	/** @printer: Writes to @text. */
	struct drm_printer printer;

	/** @work: Hands @buf over. */
	struct work_struct work;
};

int cnova_coredump_init(struct cnova_vm *vm);
void cnova_coredump_fini(struct cnova_vm *vm);

struct drm_printer *cnova_coredump_begin(struct cnova_vm *vm, const char *reason, int err);
void cnova_coredump_show_vm(struct cnova_vm *vm, struct drm_printer *p);
void cnova_coredump_show_walk(struct cnova_vm *vm, struct drm_printer *p, u64 va);
void cnova_coredump_end(struct cnova_vm *vm);

void cnova_coredump_vm(struct cnova_vm *vm, int err);
void cnova_coredump_remove(struct cnova_device *cnova);

#endif /* _CNOVA_DRM_COREDUMP_H_ */
