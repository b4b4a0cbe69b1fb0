// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Golden encodings: every row of a CSV file through the encoder, and back through the
 * decoder. VECTORS names the file; its head explains the columns. A row or column
 * that this test does not know is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "host_vm.h"

enum column {
	ID, MMU, WHAT, LEVEL, PAGE_SIZE, APERTURE, PA, FLAGS, KIND, PEER, LO, HI, NOTE, NR_COLUMNS
};

static const char * const column_name[NR_COLUMNS] = {
	"id", "mmu", "what", "level", "page_size", "aperture", "pa", "flags", "kind", "peer",
	"expected_hex_lo", "expected_hex_hi", "note",
};

struct row {
	const char *cell[NR_COLUMNS];
	enum cnova_pt_kind kind;
	struct cnova_pt_entry entry;
	/* As in the column flags; -: not given. */
	bool acd;
	bool sparse;
	bool invalid;
	bool blocked;
	u64 pa;
	u64 lo;
	u64 hi;
};

static const char *error;

static bool fail(const char *what)
{
	if (!error)
		error = what;
	return false;
}

/* Cut a line into cells, in place. Quotes are around a whole cell only. */
static u32 split(char *line, const char **cell, u32 max)
{
	u32 nr = 0;

	line[strcspn(line, "\r\n")] = 0;
	for (;;) {
		char *end;

		if (nr == max)
			return max + 1;
		if (*line == '"') {
			cell[nr++] = ++line;
			end = strchr(line, '"');
			if (!end)
				return max + 1;
			*end++ = 0;
		} else {
			cell[nr++] = line;
			end = line + strcspn(line, ",");
		}
		if (*end != ',')
			return *end ? max + 1 : nr;
		*end = 0;
		line = end + 1;
	}
}

static bool is(const char *cell, const char *what)
{
	return !strcmp(cell, what);
}

static bool parse_number(const char *cell, u64 *value)
{
	char *end;

	*value = strtoull(cell, &end, 0);
	return end != cell && !*end;
}

static bool parse_level(const char *cell, enum cnova_pt_kind *kind)
{
	static const char * const name[CNOVA_NR_PT_KINDS] = {
		"PTE4K", "PTE64K", "PDE0", "PDE1", "PDE2", "PDE3", "PDE4",
	};

	for (u32 i = 0; i < CNOVA_NR_PT_KINDS; i++) {
		if (is(cell, name[i])) {
			*kind = i;
			return true;
		}
	}
	return fail("unknown level");
}

static bool parse_aperture(const char *cell, enum cnova_aperture *aperture)
{
	static const char * const name[CNOVA_NR_APERTURES] = {
		"vid", "peer", "sys_coh", "sys_ncoh",
	};

	for (u32 i = 0; i < CNOVA_NR_APERTURES; i++) {
		if (is(cell, name[i])) {
			*aperture = i;
			return true;
		}
	}
	return is(cell, "-") || is(cell, "invalid") || fail("unknown aperture");
}

static bool parse_flags(const char *cell, struct row *row)
{
	char copy[128], *flag, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", cell);
	while ((flag = strsep(&rest, "|"))) {
		if (is(flag, "ro"))
			row->entry.attr.read_only = true;
		else if (is(flag, "priv"))
			row->entry.attr.privileged = true;
		else if (is(flag, "uncached"))
			row->entry.attr.uncached = true;
		else if (is(flag, "atomic_disable"))
			row->entry.attr.atomic_disable = true;
		else if (is(flag, "acd"))
			row->acd = true;
		else if (is(flag, "no_ats"))
			row->entry.no_ats = true;
		else if (is(flag, "sparse"))
			row->sparse = true;
		else if (is(flag, "invalid"))
			row->invalid = true;
		else if (is(flag, "no_valid_4k"))
			row->blocked = true;
		else if (!is(flag, "-"))
			return fail("unknown flag");
	}
	return true;
}

static bool parse_small(const char *cell, u8 *value)
{
	u64 number;

	if (is(cell, "-"))
		return true;
	if (!parse_number(cell, &number) || number > 0xff)
		return fail("bad number");
	*value = number;
	return true;
}

static bool parse_row(struct row *row)
{
	if (!parse_level(row->cell[LEVEL], &row->kind) ||
	    !parse_aperture(row->cell[APERTURE], &row->entry.attr.aperture) ||
	    !parse_flags(row->cell[FLAGS], row) ||
	    !parse_small(row->cell[KIND], &row->entry.attr.kind) ||
	    !parse_small(row->cell[PEER], &row->entry.attr.peer))
		return false;
	if (!parse_number(row->cell[PA], &row->pa) || !parse_number(row->cell[LO], &row->lo))
		return fail("bad number");
	if (*row->cell[HI] && !parse_number(row->cell[HI], &row->hi))
		return fail("bad number");
	row->entry.pa = row->pa;
	return true;
}

static bool check_page_size(const struct cnova_pt_fmt *fmt, const struct row *row)
{
	static const struct {
		const char *name;
		u8 shift;
	} size[] = { { "4K", 12 }, { "64K", 16 }, { "2M", 21 }, { "512M", 29 }, { "256G", 38 } };

	for (u32 i = 0; i < ARRAY_SIZE(size); i++)
		if (is(row->cell[PAGE_SIZE], size[i].name))
			return fmt->level[row->kind].shift == size[i].shift ||
			       fail("page size does not belong to the level");
	return fail("unknown page size");
}

/* Decode @word and compare with what went in. */
static bool check_decode(const struct cnova_pt_fmt *fmt, const struct row *row,
			 unsigned int half, u64 word, enum cnova_pt_entry_type type)
{
	struct cnova_pt_entry out;

	fmt->decode(fmt, row->kind, half, word, &out);
	if (out.type != type)
		return fail("decoded as another type");
	if (type != CNOVA_PT_ENTRY_TABLE && type != CNOVA_PT_ENTRY_LEAF)
		return true;
	if (out.pa != row->entry.pa || out.attr.aperture != row->entry.attr.aperture ||
	    out.attr.uncached != row->entry.attr.uncached || out.no_ats != row->entry.no_ats)
		return fail("decoded differently");
	if (type == CNOVA_PT_ENTRY_LEAF &&
	    (out.attr.kind != row->entry.attr.kind || out.attr.peer != row->entry.attr.peer ||
	     out.attr.read_only != row->entry.attr.read_only ||
	     out.attr.privileged != row->entry.attr.privileged ||
	     out.attr.atomic_disable != row->entry.attr.atomic_disable ||
	     out.attr.access_counted != row->entry.attr.access_counted))
		return fail("decoded differently");
	return true;
}

static bool expect(const struct row *row, u64 lo, u64 hi)
{
	if (lo == row->lo && hi == row->hi)
		return true;
	printf("# %s: %#018llx %#llx, not %#018llx %#llx\n", row->cell[ID], lo, hi, row->lo,
	       row->hi);
	return fail("encoded differently");
}

/* Entries without address: the same for all levels that may have them. */
static bool check_special(const struct cnova_pt_fmt *fmt, const struct row *row)
{
	if (row->sparse)
		return expect(row, fmt->sparse, 0) &&
		       check_decode(fmt, row, 0, fmt->sparse, CNOVA_PT_ENTRY_SPARSE);
	if (row->blocked)
		return expect(row, fmt->blocked, 0) &&
		       check_decode(fmt, row, 0, fmt->blocked, CNOVA_PT_ENTRY_BLOCKED);
	return expect(row, 0, 0) && check_decode(fmt, row, 0, 0, CNOVA_PT_ENTRY_NONE);
}

static bool check_pte(const struct cnova_pt_fmt *fmt, const struct row *row)
{
	u64 span = 1ULL << fmt->level[row->kind].shift, word[2];

	if (!check_page_size(fmt, row))
		return false;
	if (row->sparse || row->invalid || row->blocked)
		return check_special(fmt, row);
	if (!cnova_pt_attr_is_valid(fmt, &row->entry.attr))
		return fail("attributes refused");

	/* The row as the second of a run: the step counts too. */
	if (row->entry.pa >= span)
		fmt->fill(word, 2, row->entry.pa - span, span, &row->entry.attr);
	else
		fmt->fill(word + 1, 1, row->entry.pa, span, &row->entry.attr);
	return expect(row, word[1], 0) &&
	       check_decode(fmt, row, 0, word[1], CNOVA_PT_ENTRY_LEAF);
}

static bool check_pde(const struct cnova_pt_fmt *fmt, const struct row *row)
{
	enum cnova_pt_kind child = row->kind - 1;
	unsigned int half = 0;
	u64 word;

	if (row->sparse || row->invalid)
		return check_special(fmt, row);
	if (is(row->cell[WHAT], "pde0_big"))
		child = CNOVA_PT_64K;
	if (is(row->cell[WHAT], "pde0_small")) {
		child = CNOVA_PT_4K;
		half = 1;
	}
	word = fmt->table(child, &row->entry);
	return expect(row, half ? 0 : word, half ? word : 0) &&
	       check_decode(fmt, row, half, word, CNOVA_PT_ENTRY_TABLE);
}

static bool check_index(const struct cnova_pt_fmt *fmt, const struct row *row)
{
	u64 index = cnova_pt_index(fmt, row->kind, row->pa);

	return expect(row, index, index * fmt->level[row->kind].words * sizeof(u64));
}

static bool check_row(const struct cnova_pt_fmt *fmt, struct row *row)
{
	const char *what = row->cell[WHAT];

	if (!parse_row(row))
		return false;
	if (!fmt->level[row->kind].bits)
		return fail("no such level in this format");
	if (row->acd && !fmt->can_count)
		return fail("flag acd in a format without it");
	row->entry.attr.access_counted = fmt->can_count && !row->acd;
	if (is(what, "pte"))
		return check_pte(fmt, row);
	if (is(what, "index"))
		return check_index(fmt, row);
	if (is(what, "pde0_big") || is(what, "pde0_small"))
		return row->kind == CNOVA_PT_PDE0 ? check_pde(fmt, row) : fail("not a PDE0");
	if (is(what, "pde"))
		return row->kind > CNOVA_PT_PDE0 ? check_pde(fmt, row) : fail("not a PDE");
	return fail("unknown kind of row");
}

static bool check_header(const char **cell, u32 nr)
{
	if (nr != NR_COLUMNS)
		return false;
	for (u32 i = 0; i < NR_COLUMNS; i++)
		if (!is(cell[i], column_name[i]))
			return false;
	return true;
}

/* Each format with all sizes of leaves that any chip has. */
static const struct cnova_pt_fmt *row_fmt(const struct row *row)
{
	if (is(row->cell[MMU], "v2"))
		return &cnova_pt_fmt_v2_512m;
	if (is(row->cell[MMU], "v3"))
		return &cnova_pt_fmt_v3_256g;
	return NULL;
}

static u32 check_file(FILE *file)
{
	bool header = false;
	char line[1024], name[64];
	u32 rows = 0;

	while (fgets(line, sizeof(line), file)) {
		struct row row = {};
		u32 nr;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		nr = split(line, row.cell, NR_COLUMNS);
		if (!header) {
			header = check_header(row.cell, nr);
			if (!header)
				break;
			continue;
		}

		rows++;
		snprintf(name, sizeof(name), "vector %s", row.cell[ID]);
		error = NULL;
		if (nr != NR_COLUMNS)
			tap_result(fail("wrong number of columns"), name);
		else if (!row_fmt(&row))
			tap_result(fail("unknown format"), name);
		else
			tap_result(check_row(row_fmt(&row), &row), name);
		if (error)
			printf("# %s\n", error);
	}

	tap_result(header, "columns are the known ones");
	return rows;
}

int main(void)
{
	const char *path = getenv("VECTORS");
	FILE *file = path ? fopen(path, "r") : NULL;
	u32 rows;

	if (!file) {
		printf("Bail out! VECTORS: cannot read %s\n", path ? path : "nothing");
		return 1;
	}
	rows = check_file(file);
	fclose(file);
	tap_result(rows > 0, "there are rows");
	return tap_done();
}
