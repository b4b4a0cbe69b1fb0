/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an address space should be: mappings in an array, the slow and simple way.
 */
#ifndef _ORACLE_H_
#define _ORACLE_H_

#include "model_vm.h"

#define ORACLE_RUNS	6
#define ORACLE_MAX	6000

/* Memory, or none, that mappings are made of. */
struct backing {
	enum cnova_extent_type type;
	struct cnova_pt_attr attr;
	u8 cap;
	/* Address space it was made for: run i begins at run[i].start. */
	u32 nr;
	struct {
		u64 start;
		u64 pa;
	} run[ORACLE_RUNS];
};

/* A mapping. */
struct mapping {
	u64 start;
	u64 end;
	const struct backing *backing;
	bool bound;
};

struct oracle {
	u32 nr;
	struct mapping map[ORACLE_MAX];
};

struct oracle_view {
	struct cnova_pt_view base;
	const struct oracle *oracle;
};

/* One mapping alone: what an operation is described by. */
struct mapping_view {
	struct cnova_pt_view base;
	struct mapping map;
};

struct cnova_pt_view *oracle_view_init(struct oracle_view *view, const struct oracle *oracle);
struct cnova_pt_view *mapping_view_init(struct mapping_view *view, u64 start, u64 end,
					const struct backing *backing);
void oracle_copy(struct oracle *to, const struct oracle *from);
/* Index of the first mapping that ends after @va. */
u32 oracle_find(const struct oracle *oracle, u64 va);
void oracle_unmap(struct oracle *oracle, u64 start, u64 end);
void oracle_map(struct oracle *oracle, u64 start, u64 end, const struct backing *backing);
/* Is a mapping there with bytes on both sides of @va? */
bool oracle_spans(const struct oracle *oracle, u64 va);
bool oracle_overlaps(const struct oracle *oracle, u64 start, u64 end);
struct model_page oracle_page(const struct oracle *oracle, u64 va);
/* As an access finds out; and with all that only tables say. */
bool same_page(const struct model_page *a, const struct model_page *b);
bool same_leaf(const struct model_page *a, const struct model_page *b);

#endif /* _ORACLE_H_ */
