// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What engines load and store
 *
 * Every access of an engine, of the host interface and of the eye goes through here: the TLB,
 * the walker, the checks of the leaf, then memory. It is made in pieces that do not cross a
 * leaf, each one a flight that an invalidate with an ack waits for. What was done before
 * a piece that faults stays done; the fault names the first byte that could not be reached.
 *
 * Sparse ranges read as zero and swallow stores (HARDWARE.md 2.7). Stores to system memory are
 * on their way until a membar or flush, as far as pages that are taken back are
 * concerned (sysmem.c). A word of four or eight bytes arrives in one piece.
 *
 * Nothing here allocates, so that threads which signal fences may call it. Locking:
 * &cnova_sim.lock for each piece, dropped between the steps of a lookup if the model is told to
 * be slow, so that invalidates meet walks on their way.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "access.h"
#include "sim.h"

/* Let time pass in the middle of an access. */
static void cnova_sim_access_delay(struct cnova_sim *sim)
	__must_hold(&sim->lock)
{
	u32 latency_us = READ_ONCE(sim->knobs.latency_us);

	if (!latency_us)
		return;
	spin_unlock_irq(&sim->lock);
	usleep_range(latency_us, latency_us + 10);
	spin_lock_irq(&sim->lock);
}

/**
 * cnova_sim_reduce() - Do what an atomic does.
 * @atomic: What that is.
 * @old: The word as it was.
 *
 * HARDWARE.md 11.4 names the operations; increment and decrement wrap as those of CUDA do.
 *
 * Context: Any.
 * Return: The word as it is to be.
 */
u64 cnova_sim_reduce(const struct cnova_sim_atomic *atomic, u64 old)
{
	u64 mask = GENMASK_ULL(atomic->width * 8 - 1, 0);
	/* Signed numbers in the order of unsigned ones. */
	u64 flip = atomic->is_signed ? BIT_ULL(atomic->width * 8 - 1) : 0;
	u64 operand = atomic->operand & mask;

	old &= mask;
	switch (atomic->op) {
	case CNOVA_SIM_RED_MIN:
		return (old ^ flip) < (operand ^ flip) ? old : operand;
	case CNOVA_SIM_RED_MAX:
		return (old ^ flip) > (operand ^ flip) ? old : operand;
	case CNOVA_SIM_RED_XOR:
		return old ^ operand;
	case CNOVA_SIM_RED_AND:
		return old & operand;
	case CNOVA_SIM_RED_OR:
		return old | operand;
	case CNOVA_SIM_RED_ADD:
		return (old + operand) & mask;
	case CNOVA_SIM_RED_INC:
		return old >= operand ? 0 : old + 1;
	case CNOVA_SIM_RED_DEC:
		return !old || old > operand ? operand : old - 1;
	default:
		return old;
	}
}

/* Bytes of a page, or a word. Return: whether there is memory. */
static bool cnova_sim_access_system(struct cnova_sim *sim, const struct cnova_sim_request *request,
				    u64 bus, u32 at, u32 size)
{
	u64 old = 0;

	if (request->dst)
		return cnova_sim_sysmem_read(sim, bus, request->dst + at, size);
	if (request->access == CNOVA_SIM_READ)
		return cnova_sim_sysmem_load(sim, bus, size, request->value);

	if (request->atomic && !cnova_sim_sysmem_load(sim, bus, size, &old))
		return false;
	cnova_sim_sysmem_post(sim, bus);
	if (request->src)
		return cnova_sim_sysmem_write(sim, bus, request->src + at, size);
	if (!request->atomic)
		return cnova_sim_sysmem_store(sim, bus, size, *request->value);
	*request->value = old;
	return cnova_sim_sysmem_store(sim, bus, size, cnova_sim_reduce(request->atomic, old));
}

static bool cnova_sim_access_video(struct cnova_sim *sim, const struct cnova_sim_request *request,
				   u64 pa, u32 at, u32 size)
{
	/* A leaf may reach beyond what there is. */
	if (pa >= sim->wpr_start)
		return false;
	if (request->dst) {
		cnova_sim_vram_read(sim, pa, request->dst + at, size);
		return true;
	}
	if (request->access == CNOVA_SIM_READ) {
		*request->value = cnova_sim_memory_load(sim, CNOVA_SIM_VIDEO, pa, size);
		return true;
	}

	if (cnova_sim_mmu_has_table(sim->mmu, pa, size))
		cnova_sim_report(sim, CNOVA_SIM_GPU_STORE,
				 "the GPU stores into a page table: va %#llx pa %#llx",
				 request->va + at, pa);
	if (request->src) {
		cnova_sim_vram_write(sim, pa, request->src + at, size);
	} else if (!request->atomic) {
		cnova_sim_vram_store(sim, pa, *request->value, size);
	} else {
		*request->value = cnova_sim_memory_load(sim, CNOVA_SIM_VIDEO, pa, size);
		cnova_sim_vram_store(sim, pa, cnova_sim_reduce(request->atomic, *request->value),
				     size);
	}
	return true;
}

/* Page by page, as that is how memory comes. */
static enum cnova_sim_fault cnova_sim_access_touch(struct cnova_sim *sim,
						   const struct cnova_sim_request *request,
						   const struct cnova_sim_translation *to,
						   u32 size, u32 *done)
{
	u32 chunk;
	u32 at;

	*done = size;
	if (to->sparse) {
		if (request->dst)
			memset(request->dst, 0, size);
		if (request->value && request->access != CNOVA_SIM_WRITE)
			*request->value = 0;
		return CNOVA_SIM_FAULT_NONE;
	}
	if (to->aperture == CNOVA_SIM_PEER) {
		*done = 0;
		return CNOVA_SIM_FAULT_APERTURE;
	}
	for (at = 0; at < size; at += chunk) {
		u64 pa = to->pa + at;
		bool ok;

		chunk = min_t(u32, size - at, CNOVA_SIM_PAGE_SIZE - pa % CNOVA_SIM_PAGE_SIZE);
		ok = to->aperture == CNOVA_SIM_VIDEO ?
			cnova_sim_access_video(sim, request, pa, at, chunk) :
			cnova_sim_access_system(sim, request, pa, at, chunk);
		if (!ok) {
			*done = at;
			return CNOVA_SIM_FAULT_REGION;
		}
	}
	return CNOVA_SIM_FAULT_NONE;
}

static enum cnova_sim_fault cnova_sim_access_translate(struct cnova_sim *sim,
						       const struct cnova_sim_port *port,
						       const struct cnova_sim_request *request,
						       struct cnova_sim_translation *to)
	__must_hold(&sim->lock)
{
	struct cnova_sim_lookup lookup;
	enum cnova_sim_fault fault;

	memset(to, 0, sizeof(*to));
	if (port->physical) {
		to->aperture = port->aperture;
		to->pa = request->va;
		to->size = CNOVA_SIM_PIECE;
		return CNOVA_SIM_FAULT_NONE;
	}
	to->size = CNOVA_SIM_PAGE_SIZE;
	if (port->unbound)
		return CNOVA_SIM_FAULT_UNBOUND;

	cnova_sim_mmu_lookup_begin(sim->mmu, &lookup, &port->client, request->va);
	while (cnova_sim_mmu_lookup_step(sim->mmu, &lookup))
		cnova_sim_access_delay(sim);
	fault = cnova_sim_mmu_lookup_end(sim->mmu, &lookup, request->access, to);
	cnova_sim_access_delay(sim);
	return fault;
}

/**
 * cnova_sim_access_piece() - Do as much of an access as one leaf allows.
 * @sim: The device.
 * @port: Who asks.
 * @request: What for.
 * @done: How many bytes were done; on a fault, those before it.
 * @to: Where the first of them is.
 *
 * Context: Process context, may be one that signals fences. Caller holds
 * &cnova_sim.lock, which is dropped for a while if there is a latency.
 * Return: CNOVA_SIM_FAULT_NONE, or what is wrong with the byte at @request->va + @done.
 */
enum cnova_sim_fault cnova_sim_access_piece(struct cnova_sim *sim,
					    const struct cnova_sim_port *port,
					    const struct cnova_sim_request *request, u32 *done,
					    struct cnova_sim_translation *to)
	__must_hold(&sim->lock)
{
	struct cnova_sim_flight flight;
	enum cnova_sim_fault fault;
	u64 size;

	*done = 0;
	cnova_sim_mmu_flight_begin(sim->mmu, &flight);
	fault = cnova_sim_access_translate(sim, port, request, to);
	if (fault == CNOVA_SIM_FAULT_NONE) {
		size = min_t(u64, request->size, CNOVA_SIM_PIECE);
		size = min(size, to->size - (request->va & (to->size - 1)));
		fault = cnova_sim_access_touch(sim, request, to, size, done);
	}
	cnova_sim_mmu_flight_end(&flight);
	return fault;
}

static bool cnova_sim_access_make(struct cnova_sim *sim, const struct cnova_sim_port *port,
				  const struct cnova_sim_request *request, u32 *done,
				  struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim_translation to;
	enum cnova_sim_fault type;

	/* Filled from a worker: who signals fences does not allocate. */
	if (cnova_sim_memory_is_low(sim))
		schedule_work(&sim->refill);
	spin_lock_irq(&sim->lock);
	if (port->physical && READ_ONCE(sim->knobs.physical_fault)) {
		sim->knobs.physical_fault--;
		type = CNOVA_SIM_FAULT_REGION;
		*done = 0;
	} else {
		type = cnova_sim_access_piece(sim, port, request, done, &to);
	}
	spin_unlock_irq(&sim->lock);
	if (type == CNOVA_SIM_FAULT_NONE)
		return true;

	*fault = (struct cnova_sim_mmu_fault){
		.address = request->va + *done,
		.type = type,
		.access = request->access,
		.physical = port->physical,
		.aperture = port->aperture,
	};
	return false;
}

static bool cnova_sim_access_bytes(struct cnova_sim *sim, const struct cnova_sim_port *port,
				   struct cnova_sim_request *request, u64 size,
				   struct cnova_sim_mmu_fault *fault)
{
	u32 done;

	while (size) {
		request->size = min_t(u64, size, CNOVA_SIM_PIECE);
		if (!cnova_sim_access_make(sim, port, request, &done, fault))
			return false;
		request->va += done;
		if (request->dst)
			request->dst += done;
		else
			request->src += done;
		size -= done;
		cond_resched();
	}
	return true;
}

/**
 * cnova_sim_access_read() - Load bytes.
 * @sim: The device.
 * @port: Who asks.
 * @va: First byte.
 * @dst: Where to.
 * @size: How many.
 * @fault: Filled in if there is one; all before its address was loaded.
 *
 * Context: Process context, may be one that signals fences.
 * Return: Whether all could be loaded.
 */
bool cnova_sim_access_read(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			   void *dst, u64 size, struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim_request request = { .va = va, .access = CNOVA_SIM_READ, .dst = dst };

	return cnova_sim_access_bytes(sim, port, &request, size, fault);
}

/**
 * cnova_sim_access_write() - Store bytes.
 * @sim: The device.
 * @port: Who asks.
 * @va: First byte.
 * @src: Where from.
 * @size: How many.
 * @fault: Filled in if there is one; all before its address was stored.
 *
 * Context: Process context, may be one that signals fences.
 * Return: Whether all could be stored.
 */
bool cnova_sim_access_write(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			    const void *src, u64 size, struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim_request request = { .va = va, .access = CNOVA_SIM_WRITE, .src = src };

	return cnova_sim_access_bytes(sim, port, &request, size, fault);
}

/**
 * cnova_sim_access_load() - Load a word, in one piece.
 * @sim: The device.
 * @port: Who asks.
 * @va: Where; a multiple of @width.
 * @width: 4 or 8 bytes.
 * @value: The word.
 * @fault: Filled in if there is one.
 *
 * Context: Process context, may be one that signals fences.
 * Return: Whether it could be loaded.
 */
bool cnova_sim_access_load(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			   u8 width, u64 *value, struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim_request request = {
		.va = va, .size = width, .access = CNOVA_SIM_READ, .value = value,
	};
	u32 done;

	return cnova_sim_access_make(sim, port, &request, &done, fault);
}

/**
 * cnova_sim_access_store() - Store a word, in one piece.
 * @sim: The device.
 * @port: Who asks.
 * @va: Where; a multiple of @width.
 * @width: 4 or 8 bytes.
 * @value: The word.
 * @fault: Filled in if there is one.
 *
 * Context: Process context, may be one that signals fences.
 * Return: Whether it could be stored.
 */
bool cnova_sim_access_store(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			    u8 width, u64 value, struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim_request request = {
		.va = va, .size = width, .access = CNOVA_SIM_WRITE, .value = &value,
	};
	u32 done;

	return cnova_sim_access_make(sim, port, &request, &done, fault);
}

/**
 * cnova_sim_access_atomic() - Read, modify and write a word; no other engine comes between.
 * @sim: The device.
 * @port: Who asks.
 * @va: Where; a multiple of the width.
 * @atomic: What to do.
 * @old: The word as it was.
 * @fault: Filled in if there is one.
 *
 * Context: Process context, may be one that signals fences.
 * Return: Whether it could be done.
 */
bool cnova_sim_access_atomic(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			     const struct cnova_sim_atomic *atomic, u64 *old,
			     struct cnova_sim_mmu_fault *fault)
{
	struct cnova_sim_request request = {
		.va = va, .size = atomic->width, .access = CNOVA_SIM_ATOMIC, .value = old,
		.atomic = atomic,
	};
	u32 done;

	return cnova_sim_access_make(sim, port, &request, &done, fault);
}

/**
 * cnova_sim_access_release() - Release a semaphore.
 * @sim: The device.
 * @port: Who asks.
 * @va: Where; a multiple of @width, of 16 with @timestamp.
 * @payload: What to store there.
 * @width: 4 or 8 bytes. With @timestamp 8 are stored, the payload zero-extended.
 * @timestamp: Store the time at @va + 8 first; who sees the payload sees it too.
 * @fault: Filled in if there is one.
 *
 * HARDWARE.md 11.4. The host interface and the engines release in this way.
 *
 * Context: Process context, may be one that signals fences.
 * Return: Whether it could be stored.
 */
bool cnova_sim_access_release(struct cnova_sim *sim, const struct cnova_sim_port *port, u64 va,
			      u64 payload, u8 width, bool timestamp,
			      struct cnova_sim_mmu_fault *fault)
{
	if (width == sizeof(u32))
		payload = (u32)payload;
	if (!timestamp)
		return cnova_sim_access_store(sim, port, va, width, payload, fault);

	if (!cnova_sim_access_store(sim, port, va + sizeof(u64), sizeof(u64),
				    cnova_sim_access_time(), fault)) {
		/* One store of 16 bytes, to who looks at the fault. */
		fault->address = va;
		return false;
	}
	return cnova_sim_access_store(sim, port, va, sizeof(u64), payload, fault);
}

/**
 * cnova_sim_access_flush() - Stores of engines arrive, as after a system membar.
 * @sim: The device.
 *
 * Context: Any.
 */
void cnova_sim_access_flush(struct cnova_sim *sim)
{
	unsigned long flags;

	spin_lock_irqsave(&sim->lock, flags);
	cnova_sim_sysmem_settle(sim);
	spin_unlock_irqrestore(&sim->lock, flags);
}

/**
 * cnova_sim_access_time() - The GPU's clock.
 *
 * Context: Any.
 * Return: Nanoseconds in steps of 32, HARDWARE.md 11.1.
 */
u64 cnova_sim_access_time(void)
{
	return ALIGN_DOWN((u64)ktime_to_ns(ktime_get()), 32);
}
