// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Scripts as text, and shorter ones.
 *
 * One step to a line, numbers as C has them:
 *
 *	chip ga102
 *	map START END cap LG2 aperture N kind N [ro] [priv] [uncached] run VA PA [run VA PA]...
 *	sparse START END
 *	unmap START END
 *	prepare JOB [failpage N]	all operations since the last one
 *	run JOB seed N
 *	kill JOB seed N
 *	zap VA seed N
 *
 * What is before a "|" in a line does not count, so that output can be fed back as it is.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/kernel.h>

#include "fuzz.h"

#define SHRINK_SECONDS	120

static const char * const type_name[FUZZ_NR_TYPES] = {
	"map", "sparse", "unmap", "prepare", "run", "kill", "zap",
};

static void print_map(const struct fuzz_step *s, FILE *file)
{
	const struct backing *b = &s->backing;
	u32 i;

	fprintf(file, " cap %u aperture %d kind %u%s%s%s", b->cap, b->attr.aperture, b->attr.kind,
		b->attr.read_only ? " ro" : "", b->attr.privileged ? " priv" : "",
		b->attr.uncached ? " uncached" : "");
	for (i = 0; i < b->nr; i++)
		fprintf(file, " run %#llx %#llx", (unsigned long long)b->run[i].start,
			(unsigned long long)b->run[i].pa);
}

/* Print a script so that it can be run again. */
void fuzz_script_print(const struct fuzz_script *script, FILE *file, const char *prefix)
{
	u32 i;

	fprintf(file, "%schip %s\n", prefix, script->chip);
	for (i = 0; i < script->nr; i++) {
		const struct fuzz_step *s = &script->step[i];

		fprintf(file, "%s%s", prefix, type_name[s->type]);
		if (fuzz_is_op(s->type))
			fprintf(file, " %#llx %#llx", (unsigned long long)s->range.start,
				(unsigned long long)s->range.end);
		else if (s->type == FUZZ_ZAP)
			fprintf(file, " %#llx", (unsigned long long)s->range.start);
		else
			fprintf(file, " %u", s->job);

		if (s->type == FUZZ_MAP)
			print_map(s, file);
		if (s->fail_page)
			fprintf(file, " failpage %u", s->fail_page);
		if (!fuzz_is_op(s->type) && s->type != FUZZ_PREPARE)
			fprintf(file, " seed %#llx", (unsigned long long)s->seed);
		fprintf(file, "\n");
	}
}

/* The next word of a line, as a number. */
static bool number(u64 *value)
{
	char *word = strtok(NULL, " \t\n"), *end;

	if (!word)
		return false;
	*value = strtoull(word, &end, 0);
	return !*end;
}

static bool parse_option(struct fuzz_step *s, const char *word)
{
	struct backing *b = &s->backing;
	u64 value, pa;

	if (!strcmp(word, "ro"))
		return b->attr.read_only = true;
	if (!strcmp(word, "priv"))
		return b->attr.privileged = true;
	if (!strcmp(word, "uncached"))
		return b->attr.uncached = true;
	if (!number(&value))
		return false;

	if (!strcmp(word, "cap")) {
		b->cap = value;
	} else if (!strcmp(word, "aperture")) {
		b->attr.aperture = value;
	} else if (!strcmp(word, "kind")) {
		b->attr.kind = value;
	} else if (!strcmp(word, "failpage")) {
		s->fail_page = value;
	} else if (!strcmp(word, "seed")) {
		s->seed = value;
	} else if (!strcmp(word, "run") && b->nr < ORACLE_RUNS && number(&pa)) {
		b->run[b->nr].start = value;
		b->run[b->nr++].pa = pa;
	} else {
		return false;
	}
	return true;
}

static bool parse_step(struct fuzz_step *s, const char *word)
{
	u64 value;

	memset(s, 0, sizeof(*s));
	for (s->type = 0; s->type < FUZZ_NR_TYPES; s->type++)
		if (!strcmp(word, type_name[s->type]))
			break;
	if (s->type == FUZZ_NR_TYPES || !number(&value))
		return false;

	s->job = value;
	s->range.start = value;
	if (fuzz_is_op(s->type) && (!number(&s->range.end) || s->range.end <= value))
		return false;
	if (s->type == FUZZ_SPARSE) {
		s->backing.type = CNOVA_EXTENT_SPARSE;
		s->backing.cap = 63;
		s->backing.nr = 1;
		s->backing.run[0].start = value;
	}
	while ((word = strtok(NULL, " \t\n")))
		if (!parse_option(s, word))
			return false;
	return s->type != FUZZ_MAP || s->backing.nr;
}

/* Read a script. Return: whether it is one; if not, says where not. */
bool fuzz_script_parse(struct fuzz_script *script, FILE *file)
{
	char line[1024];
	u32 nr;

	script->nr = 0;
	for (nr = 1; fgets(line, sizeof(line), file); nr++) {
		char *text = strchr(line, '|'), *word;

		word = strtok(text ? text + 1 : line, " \t\n");
		if (!word || *word == '#')
			continue;
		if (!strcmp(word, "chip")) {
			word = strtok(NULL, " \t\n");
			snprintf(script->chip, sizeof(script->chip), "%s", word ? word : "");
			continue;
		}
		if (script->nr == FUZZ_MAX_STEPS ||
		    !parse_step(&script->step[script->nr], word)) {
			printf("# line %u is no step\n", nr);
			return false;
		}
		script->nr++;
	}
	return script->nr && *script->chip;
}

struct shrink {
	struct fuzz_script *script;
	struct fuzz_script *try;
	bool (*fails)(struct fuzz_script *script);
	time_t end;
};

/* Keep what was tried if it fails too. */
static bool shrink_try(struct shrink *s)
{
	if (time(NULL) >= s->end || !s->fails(s->try))
		return false;
	memcpy(s->script, s->try, offsetof(struct fuzz_script, step[s->try->nr]));
	return true;
}

static void shrink_copy(struct shrink *s)
{
	memcpy(s->try, s->script, offsetof(struct fuzz_script, step[s->script->nr]));
}

/* Leave out pieces of @chunk steps. Return: whether any was of no use. */
static bool shrink_pieces(struct shrink *s, u32 chunk)
{
	bool any = false;
	u32 at = 0;

	while (at < s->script->nr) {
		u32 nr = min(chunk, s->script->nr - at);

		shrink_copy(s);
		memmove(&s->try->step[at], &s->try->step[at + nr],
			(s->try->nr - at - nr) * sizeof(s->try->step[0]));
		s->try->nr -= nr;
		if (shrink_try(s))
			any = true;
		else
			at += nr;
	}
	return any;
}

/* Make what is left plainer. */
static void shrink_attributes(struct shrink *s)
{
	u32 i, k;

	for (i = 0; i < s->script->nr; i++)
		for (k = 0; k < 4; k++) {
			struct fuzz_step *step = &s->try->step[i];

			shrink_copy(s);
			if (k == 0)
				step->backing.nr = min(step->backing.nr, 1U);
			else if (k == 1)
				step->backing.attr = (struct cnova_pt_attr){
					.aperture = step->backing.attr.aperture
				};
			else if (k == 2)
				step->fail_page = 0;
			else
				step->type = step->type == FUZZ_MAP ? FUZZ_UNMAP : step->type;
			if (memcmp(step, &s->script->step[i], sizeof(*step)))
				shrink_try(s);
		}
}

/* Delta debugging: leave out steps for as long as it still fails. */
void fuzz_script_shrink(struct fuzz_script *script, bool (*fails)(struct fuzz_script *script))
{
	struct shrink s = {
		.script = script,
		.try = calloc(1, sizeof(*script)),
		.fails = fails,
		.end = time(NULL) + SHRINK_SECONDS,
	};
	u32 chunk;
	bool any;

	for (chunk = max(script->nr / 2, 1U); chunk > 1; chunk /= 2)
		shrink_pieces(&s, chunk);
	do {
		any = shrink_pieces(&s, 1);
	} while (any);
	shrink_attributes(&s);
	free(s.try);
}
