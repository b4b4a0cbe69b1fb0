// SPDX-License-Identifier: MIT

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

/* Pages that are read at once. */
#define BULK_PAGES	64

#define __printf(a, b)	__attribute__((format(printf, a, b)))

__printf(2, 3)
static bool wrong(struct cnova_oracle *oracle, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(oracle->error, sizeof(oracle->error), fmt, args);
	va_end(args);
	return false;
}

/**
 * cnova_oracle_init() - Start with a window of holes.
 */
bool cnova_oracle_init(struct cnova_oracle *oracle, uint64_t start, uint64_t nr_pages)
{
	memset(oracle, 0, sizeof(*oracle));
	oracle->start = start;
	oracle->nr_pages = nr_pages;
	oracle->page = calloc(nr_pages, sizeof(*oracle->page));
	return oracle->page;
}

void cnova_oracle_fini(struct cnova_oracle *oracle)
{
	for (int i = 0; i < CNOVA_KNOWN_OBJECTS; i++)
		free(oracle->known[i].place);
	free(oracle->page);
	memset(oracle, 0, sizeof(*oracle));
}

static uint64_t page_va(const struct cnova_oracle *oracle, uint32_t i)
{
	return oracle->start + ((uint64_t)i << CNOVA_PAGE_SHIFT);
}

/**
 * cnova_oracle_apply() - Do to the window what an operation does to the address space.
 */
void cnova_oracle_apply(struct cnova_oracle *oracle, const struct drm_cnova_vm_bind_op *op)
{
	for (uint32_t i = 0; i < oracle->nr_pages; i++) {
		struct cnova_page *page = &oracle->page[i];
		uint64_t distance = page_va(oracle, i) - op->va;

		if (op->op == DRM_CNOVA_VM_BIND_OP_UNMAP_ALL) {
			if (page->state == CNOVA_PAGE_OBJECT && page->object == op->handle)
				memset(page, 0, sizeof(*page));
			continue;
		}

		if (page_va(oracle, i) < op->va || distance > op->range)
			continue;
		if (distance == op->range) {
			page->is_first = true;
			break;
		}

		memset(page, 0, sizeof(*page));
		page->is_first = distance == 0;
		switch (op->op) {
		case DRM_CNOVA_VM_BIND_OP_MAP:
			page->state = CNOVA_PAGE_OBJECT;
			page->object = op->handle;
			page->page = (op->offset + distance) >> CNOVA_PAGE_SHIFT;
			page->flags = op->flags;
			break;
		case DRM_CNOVA_VM_BIND_OP_MAP_SPARSE:
			page->state = CNOVA_PAGE_SPARSE;
			break;
		}
	}
}

/**
 * cnova_oracle_mapped() - Bytes of the window that are not holes.
 */
uint64_t cnova_oracle_mapped(const struct cnova_oracle *oracle)
{
	uint64_t mapped = 0;

	for (uint32_t i = 0; i < oracle->nr_pages; i++)
		mapped += oracle->page[i].state != CNOVA_PAGE_HOLE ? CNOVA_PAGE_SIZE : 0;

	return mapped;
}

/* ------------------------------------------------------------ through the GPU's eye */

/* Does page @i continue what page @i - 1 shows? */
static bool continues(const struct cnova_oracle *oracle, uint32_t i)
{
	const struct cnova_page *page = &oracle->page[i];

	if (i == 0 || i >= oracle->nr_pages)
		return false;

	return page[-1].state == page->state && page[-1].object == page->object &&
	       page[-1].flags == page->flags &&
	       (page->state != CNOVA_PAGE_OBJECT || page[-1].page + 1 == page->page);
}

/**
 * cnova_oracle_is_sampled() - Is page @i one to be looked at by itself?
 */
bool cnova_oracle_is_sampled(const struct cnova_oracle *oracle, uint32_t i)
{
	return !oracle->sample || i % oracle->sample == 0 ||
	       !continues(oracle, i) || !continues(oracle, i + 1);
}

static bool check_object_page(struct cnova_oracle *oracle, uint32_t i, const void *data)
{
	const struct cnova_page *page = &oracle->page[i];
	uint64_t tag = cnova_tag(page->object, page->page), first, last;

	memcpy(&first, data, sizeof(first));
	memcpy(&last, (const char *)data + CNOVA_PAGE_SIZE - sizeof(last), sizeof(last));
	if (first == tag && last == ~tag)
		return true;

	return wrong(oracle, "%#" PRIx64 " shows %016" PRIx64 " ... %016" PRIx64
		     ", but page %u of object %u is mapped there (%016" PRIx64 ")",
		     page_va(oracle, i), first, last, page->page, page->object, tag);
}

static bool check_objects(struct cnova_oracle *oracle, uint32_t i, uint32_t nr,
			  cnova_oracle_read_t read, void *data)
{
	static char buf[BULK_PAGES * CNOVA_PAGE_SIZE];
	ssize_t size = nr * CNOVA_PAGE_SIZE, n;

	n = read(data, page_va(oracle, i), buf, size);
	if (n != size)
		return wrong(oracle, "%#" PRIx64 " faults (%zd), but page %u of %u is mapped",
			     page_va(oracle, i) + (n < 0 ? 0 : n), n,
			     oracle->page[i + (n < 0 ? 0 : n >> CNOVA_PAGE_SHIFT)].page,
			     oracle->page[i].object);

	for (uint32_t k = 0; k < nr; k++)
		if (!check_object_page(oracle, i + k, buf + k * CNOVA_PAGE_SIZE))
			return false;

	return true;
}

static bool check_other(struct cnova_oracle *oracle, uint32_t i,
			cnova_oracle_read_t read, void *data)
{
	/* Not always the first word, lest only that one is right. */
	uint64_t va = page_va(oracle, i) + (i * 328 & (CNOVA_PAGE_SIZE - 8)), word;
	ssize_t n = read(data, va, &word, sizeof(word));

	if (oracle->page[i].state == CNOVA_PAGE_SPARSE)
		return n == sizeof(word) ? true :
			wrong(oracle, "%#" PRIx64 " faults (%zd), but is sparse", va, n);

	if (n == -EFAULT)
		return true;

	return n == sizeof(word) ?
		wrong(oracle, "%#" PRIx64 " shows %016" PRIx64 ", but is a hole", va, word) :
		wrong(oracle, "%#" PRIx64 " gives %zd, not EFAULT", va, n);
}

/**
 * cnova_oracle_check_eye() - Compare every page with what the GPU reads there.
 * @oracle: The oracle.
 * @read: Reads as the GPU does.
 * @data: For @read.
 *
 * Return: true if all is right, else false with the reason in @oracle->error.
 */
bool cnova_oracle_check_eye(struct cnova_oracle *oracle, cnova_oracle_read_t read, void *data)
{
	uint32_t i = 0, nr;

	while (i < oracle->nr_pages) {
		if (!cnova_oracle_is_sampled(oracle, i)) {
			i++;
			continue;
		}

		if (oracle->page[i].state != CNOVA_PAGE_OBJECT) {
			if (!check_other(oracle, i, read, data))
				return false;
			i++;
			continue;
		}

		for (nr = 1; nr < BULK_PAGES && i + nr < oracle->nr_pages; nr++)
			if (oracle->page[i + nr].state != CNOVA_PAGE_OBJECT ||
			    !cnova_oracle_is_sampled(oracle, i + nr))
				break;

		if (!check_objects(oracle, i, nr, read, data))
			return false;
		i += nr;
	}

	return true;
}

/* ------------------------------------------------------------------- the VA tree */

/**
 * cnova_oracle_check_tree() - Compare the window with the VA tree.
 * @oracle: The oracle.
 * @text: The VM's gpuvas file: ``0x<start>-0x<end> <object|sparse> offset=0x...``.
 *
 * Return: true if all is right, else false with the reason in @oracle->error.
 */
bool cnova_oracle_check_tree(struct cnova_oracle *oracle, const char *text)
{
	uint64_t next = oracle->start, window_end = page_va(oracle, oracle->nr_pages);
	uint64_t start, end, offset;
	const char *line;
	char what[16];

	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		offset = 0;
		if (sscanf(line, "0x%" SCNx64 "-0x%" SCNx64 " %15s offset=0x%" SCNx64,
			   &start, &end, what, &offset) < 3)
			continue;
		if (start >= window_end || end <= oracle->start)
			continue;
		if (start < next || end <= start)
			return wrong(oracle, "tree: %#" PRIx64 "-%#" PRIx64 " is out of order",
				     start, end);

		for (uint64_t va = next; va < start; va += CNOVA_PAGE_SIZE)
			if (oracle->page[(va - oracle->start) >> CNOVA_PAGE_SHIFT].state)
				return wrong(oracle, "tree: %#" PRIx64 " is missing", va);

		for (uint64_t va = start; va < end; va += CNOVA_PAGE_SIZE) {
			struct cnova_page *page;
			bool is_sparse;

			if (va < oracle->start || va >= window_end)
				return wrong(oracle, "tree: %#" PRIx64 " is outside", va);

			page = &oracle->page[(va - oracle->start) >> CNOVA_PAGE_SHIFT];
			if (page->state == CNOVA_PAGE_HOLE)
				return wrong(oracle, "tree: %#" PRIx64 " should be a hole", va);
			is_sparse = page->state == CNOVA_PAGE_SPARSE;
			if (is_sparse != !strcmp(what, "sparse"))
				return wrong(oracle, "tree: %#" PRIx64 " is %s", va, what);
			if (page->state == CNOVA_PAGE_OBJECT &&
			    (uint64_t)page->page << CNOVA_PAGE_SHIFT != offset + va - start)
				return wrong(oracle, "tree: %#" PRIx64 " has offset %#" PRIx64
					     ", not %#x pages", va, offset + va - start,
					     page->page);
		}
		next = end;
	}

	for (uint64_t va = next; va < window_end; va += CNOVA_PAGE_SIZE)
		if (oracle->page[(va - oracle->start) >> CNOVA_PAGE_SHIFT].state)
			return wrong(oracle, "tree: %#" PRIx64 " is missing", va);

	return true;
}

/* ---------------------------------------------------------------- the page tables */

struct leaf {
	uint64_t va;
	uint64_t size;
	uint64_t pa;
	bool is_video;
	bool is_ro;
	bool is_sparse;
};

static uint64_t parse_size(const char *text)
{
	char *unit;
	uint64_t size = strtoull(text, &unit, 0);

	switch (*unit) {
	case 'P':
		return size << 50;
	case 'T':
		return size << 40;
	case 'G':
		return size << 30;
	case 'M':
		return size << 20;
	case 'K':
		return size << 10;
	default:
		return size;
	}
}

/* Parse "0x<va> <size> 0x<pa> <aperture> kind=<n> <flags> entry=0x..."; sparse has no pa. */
static bool parse_leaf(const char *line, struct leaf *leaf)
{
	char text[256], size[16], aperture[16] = "";
	size_t length = strcspn(line, "\n");

	if (length >= sizeof(text))
		return false;

	memcpy(text, line, length);
	text[length] = 0;
	memset(leaf, 0, sizeof(*leaf));
	if (sscanf(text, "0x%" SCNx64 " %15s", &leaf->va, size) != 2)
		return false;

	leaf->size = parse_size(size);
	leaf->is_sparse = strstr(text, "sparse");
	leaf->is_ro = strstr(text, " ro");
	if (!leaf->is_sparse &&
	    sscanf(text, "%*s %*s 0x%" SCNx64 " %15s", &leaf->pa, aperture) != 2)
		return false;

	leaf->is_video = !strcmp(aperture, "video");
	return leaf->size;
}

struct page_place {
	uint64_t pa;
	uint64_t leaf_size;
	bool is_video;
	bool is_ro;
	bool is_sparse;
};

/*
 * Sixteen 4K pages that could be one of 64K are one of 64K: all of one mapping, and
 * address, offset and memory aligned alike.
 */
static bool check_leaf_size(struct cnova_oracle *oracle, const struct page_place *place,
			    uint32_t i, uint64_t size)
{
	uint32_t nr = size >> CNOVA_PAGE_SHIFT;

	if (page_va(oracle, i) % size || place[i].pa % size || i + nr > oracle->nr_pages ||
	    oracle->page[i].state != CNOVA_PAGE_OBJECT || place[i].leaf_size >= size ||
	    oracle->page[i].page % nr)
		return true;

	for (uint32_t k = 1; k < nr; k++)
		if (!continues(oracle, i + k) || oracle->page[i + k].is_first ||
		    place[i + k].is_video != place[i].is_video ||
		    place[i + k].pa != place[i].pa + ((uint64_t)k << CNOVA_PAGE_SHIFT))
			return true;

	return wrong(oracle, "leaves: %#" PRIx64 " could be a page of %#" PRIx64,
		     page_va(oracle, i), size);
}

/* Where page @page of @object is known to be; NULL if there is no memory to remember it. */
static uint64_t *known_place(struct cnova_oracle *oracle, uint32_t object, uint32_t page)
{
	struct cnova_known_object *known = oracle->known;
	uint32_t nr = page + 1;
	uint64_t *more;

	while (known->object && known->object != object)
		if (++known == oracle->known + CNOVA_KNOWN_OBJECTS)
			return NULL;

	known->object = object;
	if (nr > known->nr_pages) {
		nr = nr < 512 ? 512 : nr * 2;
		more = realloc(known->place, nr * sizeof(*more));
		if (!more)
			return NULL;
		memset(more + known->nr_pages, 0, (nr - known->nr_pages) * sizeof(*more));
		known->place = more;
		known->nr_pages = nr;
	}

	return &known->place[page];
}

/* A page of an object is at one place, whenever and wherever it is mapped. */
static bool check_known(struct cnova_oracle *oracle, const struct page_place *place, uint32_t i)
{
	const struct cnova_page *page = &oracle->page[i];
	uint64_t *known = known_place(oracle, page->object, page->page);
	uint64_t now = place->pa | place->is_video;

	if (!known)
		return true;
	if (*known && *known != now)
		return wrong(oracle, "leaves: %#" PRIx64 " points at %#" PRIx64
			     ", but page %u of object %u was at %#" PRIx64, page_va(oracle, i),
			     place->pa, page->page, page->object, *known & -CNOVA_PAGE_SIZE);
	*known = now;
	return true;
}

static bool check_place(struct cnova_oracle *oracle, const struct page_place *place, uint32_t i)
{
	const struct cnova_page *page = &oracle->page[i];
	bool is_sparse = page->state == CNOVA_PAGE_SPARSE;
	uint64_t va = page_va(oracle, i);

	if (page->state == CNOVA_PAGE_HOLE)
		return !place[i].leaf_size ||
			wrong(oracle, "leaves: %#" PRIx64 " is mapped, but is a hole", va);
	if (!place[i].leaf_size)
		return wrong(oracle, "leaves: %#" PRIx64 " is not mapped", va);
	if (is_sparse != place[i].is_sparse)
		return wrong(oracle, "leaves: %#" PRIx64 " is%s sparse", va,
			     place[i].is_sparse ? "" : " not");
	if (page->state == CNOVA_PAGE_OBJECT &&
	    !(page->flags & DRM_CNOVA_VM_BIND_READ_ONLY) != !place[i].is_ro)
		return wrong(oracle, "leaves: %#" PRIx64 " is%s read-only", va,
			     place[i].is_ro ? "" : " not");
	if ((page->flags & DRM_CNOVA_VM_BIND_CAP_64K) && place[i].leaf_size > 65536)
		return wrong(oracle, "leaves: %#" PRIx64 " has a page of %#" PRIx64, va,
			     place[i].leaf_size);

	return page->state != CNOVA_PAGE_OBJECT || check_known(oracle, &place[i], i);
}

static bool check_places(struct cnova_oracle *oracle, const struct page_place *place)
{
	for (uint32_t i = 0; i < oracle->nr_pages; i++) {
		if (!check_place(oracle, place, i))
			return false;
		if (!check_leaf_size(oracle, place, i, 1 << 16))
			return false;
		if (!(oracle->page[i].flags & DRM_CNOVA_VM_BIND_CAP_64K) &&
		    !check_leaf_size(oracle, place, i, 1 << 21))
			return false;
	}

	return true;
}

/**
 * cnova_oracle_check_leaves() - Compare the window with the page tables.
 * @oracle: The oracle.
 * @text: The VM's pagetable file, one line per leaf.
 *
 * Where in memory a page of an object should be is not known before it was seen the first
 * time; from then on it is, and what the eye saw there holds for every mapping. That flags
 * are right, and that large pages are used wherever they can be, is checked as well.
 *
 * Return: true if all is right, else false with the reason in @oracle->error.
 */
bool cnova_oracle_check_leaves(struct cnova_oracle *oracle, const char *text)
{
	struct page_place *place = calloc(oracle->nr_pages, sizeof(*place));
	struct leaf leaf;
	const char *line;
	bool ok = place;

	for (line = text; ok && *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (!parse_leaf(line, &leaf))
			continue;

		for (uint64_t k = 0; k < leaf.size; k += CNOVA_PAGE_SIZE) {
			uint64_t i = (leaf.va + k - oracle->start) >> CNOVA_PAGE_SHIFT;

			if (leaf.va + k < oracle->start || i >= oracle->nr_pages)
				continue;
			if (place[i].leaf_size) {
				ok = wrong(oracle, "leaves: %#" PRIx64 " is there twice",
					   leaf.va + k);
				break;
			}
			place[i] = (struct page_place) {
				.pa = leaf.pa + k,
				.leaf_size = leaf.size,
				.is_video = leaf.is_video,
				.is_ro = leaf.is_ro,
				.is_sparse = leaf.is_sparse,
			};
		}
	}

	ok = ok && check_places(oracle, place);
	free(place);
	return ok;
}
