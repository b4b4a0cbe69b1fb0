/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_ORACLE_H
#define CNOVA_ORACLE_H

/*
 * The oracle: what every page of a window of GPU addresses must show, kept by the test
 * from the operations it asked for, and compared with what the GPU sees. It knows no
 * IGT and no kernel, so that it has a test of its own (oracle_selftest.c).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cnova_drm.h"

#define CNOVA_PAGE_SHIFT	12
#define CNOVA_PAGE_SIZE		((uint64_t)1 << CNOVA_PAGE_SHIFT)

enum cnova_page_state {
	CNOVA_PAGE_HOLE,
	CNOVA_PAGE_OBJECT,
	CNOVA_PAGE_SPARSE,
};

/**
 * struct cnova_page - What one page of GPU addresses must show.
 */
struct cnova_page {
	/** @object: GEM handle of the object, 0 if not CNOVA_PAGE_OBJECT. */
	uint32_t object;

	/** @page: page of the object. */
	uint32_t page;

	/** @flags: DRM_CNOVA_VM_BIND_READ_ONLY and the like. */
	uint16_t flags;

	/** @state: enum cnova_page_state. */
	uint8_t state;

	/** @is_first: a mapping starts here; no leaf reaches across. */
	bool is_first;
};

#define CNOVA_KNOWN_OBJECTS	8

/**
 * struct cnova_known_object - Where the pages of an object are.
 */
struct cnova_known_object {
	/** @object: GEM handle, 0 if not used. */
	uint32_t object;

	/** @nr_pages: size of @place. */
	uint32_t nr_pages;

	/** @place: for each page its address, with bit 0 for VRAM; 0 if not known. */
	uint64_t *place;
};

/**
 * struct cnova_oracle - What a window of GPU addresses must show.
 */
struct cnova_oracle {
	/** @start: first address. */
	uint64_t start;

	/** @nr_pages: pages of the window. */
	uint32_t nr_pages;

	/**
	 * @sample: for large windows: look through the eye at the edges and at each page
	 * whose number is a multiple of this only; 0 looks at all. The page tables are
	 * compared at every page all the same.
	 */
	uint32_t sample;

	/** @page: the pages. */
	struct cnova_page *page;

	/** @known: where pages of objects were seen to be. */
	struct cnova_known_object known[CNOVA_KNOWN_OBJECTS];

	/** @error: after a failed check, what was wrong. */
	char error[256];
};

/**
 * cnova_oracle_read_t - Read GPU memory.
 *
 * Return: bytes read, fewer than @size if an address faults; -errno if the first one does.
 */
typedef ssize_t (*cnova_oracle_read_t)(void *data, uint64_t va, void *buf, size_t size);

bool cnova_oracle_init(struct cnova_oracle *oracle, uint64_t start, uint64_t nr_pages);
void cnova_oracle_fini(struct cnova_oracle *oracle);

void cnova_oracle_apply(struct cnova_oracle *oracle, const struct drm_cnova_vm_bind_op *op);
bool cnova_oracle_is_sampled(const struct cnova_oracle *oracle, uint32_t i);
uint64_t cnova_oracle_mapped(const struct cnova_oracle *oracle);

bool cnova_oracle_check_eye(struct cnova_oracle *oracle, cnova_oracle_read_t read, void *data);
bool cnova_oracle_check_tree(struct cnova_oracle *oracle, const char *text);
bool cnova_oracle_check_leaves(struct cnova_oracle *oracle, const char *text);

/**
 * cnova_tag() - First word of a page of an object; the last word is its complement.
 */
static inline uint64_t cnova_tag(uint32_t object, uint32_t page)
{
	return 0xc0de000000000000ull | (uint64_t)(object & 0xffff) << 32 | page;
}

#endif
