// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Copy engines: moving bytes
 *
 * A copy goes line by line, from lower to higher addresses, in pieces of at most 64 KiB: load,
 * turn into what the destination is to be, store. All before the first byte that faults is
 * done; where source and destination both fault, the one that comes first in the copy
 * is told. Where they overlap, what is copied is what is there when it is loaded.
 *
 * Block-linear memory (open-gpu-doc class headers for the parameters; the order of bytes in a
 * GOB is that of Fermi and later, GOB_HEIGHT_FERMI_8): GOBs of 64 bytes by 8 lines, 512
 * bytes each; blocks one GOB wide, 2^n high, 2^m deep; blocks in order of x, then y, then z.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "ce.h"
#include "sim.h"

#define GOB_WIDTH	64
#define GOB_HEIGHT	8
#define GOB_BYTES	(GOB_WIDTH * GOB_HEIGHT)
/* Bytes of a line that are beside each other in a GOB. */
#define GOB_RUN		16

#define BLOCK_HEIGHT	GENMASK(7, 4)
#define BLOCK_DEPTH	GENMASK(11, 8)

/* Where a byte is in its GOB: sectors of 32 bytes are two lines of 16. */
static u32 cnova_sim_ce_gob_offset(u32 x, u32 y)
{
	return x % 64 / 32 * 256 + y % 8 / 2 * 64 + x % 32 / 16 * 32 + y % 2 * 16 + x % 16;
}

/**
 * cnova_sim_ce_surface_offset() - Where a byte of block-linear memory is.
 * @surface: Its shape; the layer is in it.
 * @element: Bytes of an element.
 * @x: Byte of the line.
 * @y: Line.
 *
 * Context: Any.
 * Return: Bytes from its beginning.
 */
u64 cnova_sim_ce_surface_offset(const struct cnova_sim_ce_surface *surface, u8 element, u64 x,
				u32 y)
{
	u32 high = BIT(FIELD_GET(BLOCK_HEIGHT, surface->block));
	u32 deep = BIT(FIELD_GET(BLOCK_DEPTH, surface->block));
	u64 columns = DIV_ROUND_UP((u64)surface->width * element, GOB_WIDTH);
	u64 rows = DIV_ROUND_UP(surface->height, GOB_HEIGHT * high);
	u64 block = ((u64)(surface->layer / deep) * rows + y / (GOB_HEIGHT * high)) * columns +
		    x / GOB_WIDTH;
	u64 gob = block * high * deep + surface->layer % deep * high + y / GOB_HEIGHT % high;

	return gob * GOB_BYTES + cnova_sim_ce_gob_offset(x % GOB_WIDTH, y);
}

/* Address of a byte of a line, and how many follow it in memory. */
static u64 cnova_sim_ce_address(const struct cnova_sim_ce_side *side, u32 line, u64 at, u64 *run)
{
	const struct cnova_sim_ce_surface *surface = &side->surface;
	u64 x;

	*run = U64_MAX;
	if (side->linear)
		return side->base + (s64)line * side->pitch + at;
	x = (u64)surface->x * side->element + at;
	*run = GOB_RUN - x % GOB_RUN;
	return side->base + cnova_sim_ce_surface_offset(surface, side->element, x,
							surface->y + line);
}

/* Load or store bytes of a line. Return: how many could be. */
static u64 cnova_sim_ce_move(struct cnova_sim *sim, struct cnova_sim_context *ctx,
			     const struct cnova_sim_ce_side *side, u32 line, u64 at, void *buffer,
			     u64 size, bool store)
{
	struct cnova_sim_port port = ctx->port;
	u64 done;
	u64 run;

	if (side->physical)
		port = (struct cnova_sim_port){ .physical = true, .aperture = side->aperture };
	for (done = 0; done < size; done += run) {
		u64 va = cnova_sim_ce_address(side, line, at + done, &run);
		bool ok;

		run = min(run, size - done);
		if (store)
			ok = cnova_sim_access_write(sim, &port, va, buffer + done, run,
						    &ctx->fault);
		else
			ok = cnova_sim_access_read(sim, &port, va, buffer + done, run,
						   &ctx->fault);
		if (!ok)
			return done + (ctx->fault.address - va);
	}
	return size;
}

/* One element of the destination, from one of the source. */
static void cnova_sim_ce_remap_one(const struct cnova_sim_ce_remap *remap, const u8 *src, u8 *dst)
{
	unsigned int i;

	for (i = 0; i < remap->nr_dst; i++) {
		u8 pick = remap->pick[i];
		u8 *to = dst + i * remap->size;

		if (pick < CNOVA_SIM_CE_CONST_A)
			memcpy(to, src + pick * remap->size, remap->size);
		else if (pick <= CNOVA_SIM_CE_CONST_B)
			/* Little endian, as the GPU is. */
			memcpy(to, &remap->constant[pick - CNOVA_SIM_CE_CONST_A], remap->size);
	}
}

static void cnova_sim_ce_remap_all(const struct cnova_sim_ce_copy *copy, const u8 *src, u8 *dst,
				   u32 nr)
{
	u32 size = nr * copy->dst.element;
	u32 done;
	u32 i;

	for (i = 0; i < (copy->remap.reads ? nr : 1); i++)
		cnova_sim_ce_remap_one(&copy->remap, src + i * copy->src.element,
				       dst + i * copy->dst.element);
	/* What reads nothing makes all elements alike. */
	for (done = copy->dst.element; !copy->remap.reads && done < size; done *= 2)
		memcpy(dst + done, dst, min(done, size - done));
}

/* Store all components of one element but those that stay. Return: whether it could be. */
static bool cnova_sim_ce_store_some(struct cnova_sim *sim, struct cnova_sim_context *ctx,
				    const struct cnova_sim_ce_copy *copy, u32 line, u32 element,
				    u8 *bytes)
{
	const struct cnova_sim_ce_remap *remap = &copy->remap;
	unsigned int i;

	for (i = 0; i < remap->nr_dst; i++) {
		u64 at = (u64)element * copy->dst.element + i * remap->size;

		if (remap->pick[i] == CNOVA_SIM_CE_NO_WRITE)
			continue;
		if (cnova_sim_ce_move(sim, ctx, &copy->dst, line, at, bytes + i * remap->size,
				      remap->size, true) != remap->size)
			return false;
	}
	return true;
}

static bool cnova_sim_ce_store(struct cnova_sim *sim, struct cnova_sim_context *ctx,
			       const struct cnova_sim_ce_copy *copy, u32 line, u32 first,
			       u8 *bytes, u32 nr)
{
	u64 size = (u64)nr * copy->dst.element;
	u32 i;

	if (!copy->remap.holes)
		return cnova_sim_ce_move(sim, ctx, &copy->dst, line,
					 (u64)first * copy->dst.element, bytes, size,
					 true) == size;
	for (i = 0; i < nr; i++) {
		if (!cnova_sim_ce_store_some(sim, ctx, copy, line, first + i,
					     bytes + i * copy->dst.element))
			return false;
	}
	return true;
}

/* Load @nr elements. Return: how many could be. */
static u32 cnova_sim_ce_load(struct cnova_sim *sim, struct cnova_sim_context *ctx,
			     const struct cnova_sim_ce_copy *copy, u32 line, u32 first, u8 *bytes,
			     u32 nr)
{
	const struct cnova_sim_ce_side *src = &copy->src;
	u64 size = (u64)nr * src->element;

	if (copy->zero || (copy->remap.nr_dst && !copy->remap.reads))
		return nr;
	return cnova_sim_ce_move(sim, ctx, src, line, (u64)first * src->element, bytes, size,
				 false) / src->element;
}

/* Some elements of a line. Return: whether all of them could be copied. */
static bool cnova_sim_ce_some(struct cnova_sim_engine *engine, struct cnova_sim_context *ctx,
			      const struct cnova_sim_ce_copy *copy, u32 line, u32 first, u32 nr)
{
	struct cnova_sim_ce *ce = engine->priv;
	struct cnova_sim_mmu_fault fault;
	u8 *out = ce->in;
	u32 loaded;

	loaded = cnova_sim_ce_load(engine->sim, ctx, copy, line, first, ce->in, nr);
	fault = ctx->fault;
	if (copy->zero) {
		memset(ce->in, 0, nr);
	} else if (copy->remap.nr_dst) {
		out = ce->out;
		cnova_sim_ce_remap_all(copy, ce->in, out, loaded);
	}
	if (!cnova_sim_ce_store(engine->sim, ctx, copy, line, first, out, loaded))
		return false;
	ctx->fault = fault;
	return loaded == nr;
}

/**
 * cnova_sim_ce_copy() - Copy, from where it was left.
 * @engine: Who copies.
 * @ctx: For whom.
 * @copy: What.
 * @progress: How far it has come.
 *
 * Context: Process context of the engine, which signals fences.
 * Return: DONE, AGAIN or FAULTED.
 */
enum cnova_sim_result cnova_sim_ce_copy(struct cnova_sim_engine *engine,
					struct cnova_sim_context *ctx,
					const struct cnova_sim_ce_copy *copy,
					struct cnova_sim_ce_progress *progress)
{
	u32 most = CNOVA_SIM_CE_BUFFER / max(copy->src.element, copy->dst.element);

	if (!copy->length)
		return CNOVA_SIM_DONE;
	while (progress->line < copy->lines) {
		u32 nr = min(copy->length - progress->done, most);

		if (cnova_sim_engine_must_stop(engine))
			return CNOVA_SIM_AGAIN;
		if (!cnova_sim_ce_some(engine, ctx, copy, progress->line, progress->done, nr))
			return CNOVA_SIM_FAULTED;
		progress->done += nr;
		if (progress->done == copy->length) {
			progress->done = 0;
			progress->line++;
		}
	}
	return CNOVA_SIM_DONE;
}
