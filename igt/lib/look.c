// SPDX-License-Identifier: MIT

#include <sys/mman.h>

#include "look.h"

/* Apart from all that tests map. Each process that looks has a slot of its own in the VM. */
#define LOOK_VA		0xa0000000ull
#define LOOK_SLOT	(2 * SZ_2M)
#define LOOK_SLOTS	128
#define LOOK_PB_SIZE	SZ_64K
#define BOUNCE_SIZE	SZ_2M
#define BOUNCE_PAGES	(BOUNCE_SIZE / SZ_4K)

/* A rectangle takes 13 words, a copy 10. */
#define ENOUGH_WORDS	16

/**
 * cnova_looks_by_engine() - Is the copy engine the eye?
 */
bool cnova_looks_by_engine(void)
{
	const char *eye = getenv("CNOVA_EYE");

	if (!eye || !strcmp(eye, "debugfs"))
		return false;
	igt_assert_f(!strcmp(eye, "ce"), "CNOVA_EYE=%s: debugfs or ce\n", eye);
	return true;
}

/* --------------------------------------------------------------------- life of it */

static void open_bounce(struct cnova_look *look, const struct cnova_vm *vm)
{
	struct drm_cnova_vm_bind_op op;

	cnova_bo_init(&look->bounce, vm->fd, BOUNCE_SIZE, 0);
	op = cnova_op_map(&look->bounce, 0, look->va, BOUNCE_SIZE, 0);
	igt_assert_eq(__cnova_bind_one(vm, &op), 0);
}

/* What this process looks with. A child of the one that opened it has its own. */
static struct cnova_look *get_look(struct cnova_vm *vm)
{
	struct cnova_look *look = vm->look;

	if (look && look->pid == getpid())
		return look;

	cnova_require_exec(vm->fd);
	look = calloc(1, sizeof(*look));
	igt_assert(look);
	look->pid = getpid();
	look->va = LOOK_VA + look->pid % LOOK_SLOTS * LOOK_SLOT;
	open_bounce(look, vm);
	cnova_channel_init(&look->channel, vm, look->va + BOUNCE_SIZE, LOOK_PB_SIZE);
	/* Who looks into a hole dies. */
	igt_emit_ignore_dmesg_regex("is dead: |was reset");
	vm->look = look;
	return look;
}

/**
 * cnova_look_mapped() - Bytes of the VM that are mapped for looking.
 */
uint64_t cnova_look_mapped(const struct cnova_vm *vm)
{
	return vm->look ? BOUNCE_SIZE + LOOK_PB_SIZE : 0;
}

/**
 * cnova_look_close() - Give back what is needed for looking. The VM may be dead.
 */
void cnova_look_close(struct cnova_vm *vm)
{
	struct cnova_look *look = vm->look;
	struct drm_cnova_vm_bind_op op;

	if (!look)
		return;

	op = cnova_op_unmap(look->va, BOUNCE_SIZE);
	__cnova_bind_one(vm, &op);
	cnova_channel_fini(&look->channel);
	cnova_bo_fini(&look->bounce);
	free(look);
	vm->look = NULL;
}

/**
 * cnova_look_forget() - The VM's file is about to be closed: let go of what would keep it.
 */
void cnova_look_forget(struct cnova_vm *vm)
{
	struct cnova_look *look = vm->look;

	if (!look)
		return;

	munmap(look->channel.pb.map, look->channel.pb.size);
	munmap(look->bounce.map, look->bounce.size);
	free(look);
	vm->look = NULL;
}

/* ------------------------------------------------------------------ one execution */

static struct cnova_push *begin(struct cnova_look *look)
{
	/* One at a time: all of the buffer is free. */
	look->channel.used = 0;
	cnova_pb_begin(&look->channel);
	return &look->channel.push;
}

/*
 * Have done what was written. Return: true, or false and in *@fault the address that faulted, all
 * before which was done; the channel is a new one then.
 */
static bool run(struct cnova_vm *vm, struct cnova_look *look, uint64_t *fault)
{
	struct drm_cnova_push push = cnova_pb_end(&look->channel);
	struct drm_cnova_channel_get_state state;
	int err;

	err = cnova_exec_wait(&look->channel, cnova_exec(&look->channel, &push, 1, NULL));
	if (!err)
		return true;

	igt_assert_eq(err, -EFAULT);
	igt_assert_eq(__cnova_channel_get_state(vm->fd, look->channel.id, &state), 0);
	igt_assert_eq_u32(state.state, DRM_CNOVA_CHANNEL_DEAD);
	igt_assert_eq_u32(state.error, EFAULT);
	*fault = state.fault_va;
	cnova_channel_fini(&look->channel);
	cnova_channel_init(&look->channel, vm, look->va + BOUNCE_SIZE, LOOK_PB_SIZE);
	return false;
}

/* As an access of the eye: bytes before the fault, or -EFAULT if there are none. */
static ssize_t copy(struct cnova_vm *vm, struct cnova_look *look, uint64_t va, size_t size,
		    bool write)
{
	uint64_t dst = write ? va : look->va, src = write ? look->va : va, fault;

	cnova_push_copy(begin(look), dst, src, size, CNOVA_PUSH_FLUSH);
	if (run(vm, look, &fault))
		return size;

	/* The fault names a page. */
	if (fault <= va) {
		igt_assert_eq_u64(fault, va & -SZ_4K);
		return -EFAULT;
	}
	igt_assert_lte_u64(fault, va + size - 1);
	return fault - va;
}

/**
 * cnova_look_read() - Read as the GPU does: bytes before the first fault, or -EFAULT.
 */
ssize_t cnova_look_read(struct cnova_vm *vm, uint64_t va, void *buf, size_t size)
{
	struct cnova_look *look = get_look(vm);
	ssize_t n;

	igt_assert_lte_u64(size, BOUNCE_SIZE);
	n = copy(vm, look, va, size, false);
	if (n > 0)
		memcpy(buf, look->bounce.map, n);
	return n;
}

ssize_t cnova_look_write(struct cnova_vm *vm, uint64_t va, const void *buf, size_t size)
{
	struct cnova_look *look = get_look(vm);

	igt_assert_lte_u64(size, BOUNCE_SIZE);
	memcpy(look->bounce.map, buf, size);
	return copy(vm, look, va, size, true);
}

/* ------------------------------------------------------------------ many pages at once */

static uint64_t page_va(const struct cnova_oracle *oracle, uint32_t i)
{
	return oracle->start + (uint64_t)i * SZ_4K;
}

/* Pages, not more than @max, from @i on that @is_wanted says are to be looked at. */
static uint32_t row(const struct cnova_oracle *oracle, uint32_t i, uint32_t max,
		    bool (*is_wanted)(const struct cnova_oracle *oracle, uint32_t i))
{
	uint32_t nr = 0;

	while (nr < max && i + nr < oracle->nr_pages && is_wanted(oracle, i + nr))
		nr++;
	return nr;
}

static bool is_to_be_seen(const struct cnova_oracle *oracle, uint32_t i)
{
	return oracle->page[i].state != CNOVA_PAGE_HOLE && cnova_oracle_is_sampled(oracle, i);
}

static bool is_to_be_written(const struct cnova_oracle *oracle, uint32_t i)
{
	return is_to_be_seen(oracle, i) && !(oracle->page[i].flags & DRM_CNOVA_VM_BIND_READ_ONLY);
}

/* What was copied to the bounce object, one page behind the other; up to @fault, if not 0. */
static void take_glimpses(const struct cnova_look *look, const struct cnova_oracle *oracle,
			  uint32_t from, uint32_t to, uint64_t fault,
			  struct cnova_glimpse *glimpse)
{
	const uint8_t *at = look->bounce.map;

	for (uint32_t i = from; i < to && (!fault || page_va(oracle, i) < fault); i++) {
		if (!is_to_be_seen(oracle, i))
			continue;
		memcpy(&glimpse[i].first, at, 8);
		memcpy(&glimpse[i].last, at + SZ_4K - 8, 8);
		glimpse[i].seen = true;
		at += SZ_4K;
	}
}

/**
 * cnova_look_at_pages() - Look at all pages of a window that should show something.
 * @vm: The VM.
 * @oracle: Which these are: with a sample, only those of the sample.
 * @glimpse: For each page of the window, zeroed; filled in up to the first that faults.
 *
 * A few executions for all of it, each a copy for every row of pages.
 */
void cnova_look_at_pages(struct cnova_vm *vm, const struct cnova_oracle *oracle,
			 struct cnova_glimpse *glimpse)
{
	struct cnova_look *look = get_look(vm);
	uint32_t i = 0, from, used, nr;
	struct cnova_push *push;
	uint64_t fault = 0;

	while (i < oracle->nr_pages && !fault) {
		memset(look->bounce.map, 0, BOUNCE_SIZE);
		push = begin(look);
		for (from = i, used = 0; i < oracle->nr_pages && used < BOUNCE_PAGES &&
		     push->size - push->nr >= ENOUGH_WORDS; i += nr ? nr : 1) {
			nr = row(oracle, i, BOUNCE_PAGES - used, is_to_be_seen);
			if (nr)
				cnova_push_copy(push, look->va + used * SZ_4K, page_va(oracle, i),
						nr * SZ_4K, CNOVA_PUSH_FLUSH);
			used += nr;
		}
		if (used)
			run(vm, look, &fault);
		take_glimpses(look, oracle, from, i, fault, glimpse);
	}
}

/**
 * cnova_look_put_words() - Write the second word of each page that may be written.
 * @vm: The VM.
 * @oracle: Which these are.
 *
 * The word is the complement of the page's address. From lower to higher addresses.
 */
void cnova_look_put_words(struct cnova_vm *vm, const struct cnova_oracle *oracle)
{
	struct cnova_look *look = get_look(vm);
	uint64_t *word = (uint64_t *)look->bounce.map, fault;
	const uint32_t max = BOUNCE_SIZE / 8;
	struct cnova_push *push;
	uint32_t i = 0, used, nr;

	while (i < oracle->nr_pages) {
		push = begin(look);
		for (used = 0; i < oracle->nr_pages && used < max &&
		     push->size - push->nr >= ENOUGH_WORDS; i += nr ? nr : 1) {
			struct cnova_push_rect rect = {
				.dst = page_va(oracle, i) + 8,
				.src = look->va + used * 8ull,
				.dst_pitch = SZ_4K,
				.src_pitch = 8,
				.length = 8,
			};

			nr = row(oracle, i, max - used, is_to_be_written);
			for (uint32_t k = 0; k < nr; k++)
				word[used + k] = ~page_va(oracle, i + k);
			rect.lines = nr;
			if (nr)
				cnova_push_copy_rect(push, &rect, CNOVA_PUSH_FLUSH);
			used += nr;
		}
		if (used)
			igt_assert_f(run(vm, look, &fault), "a write to %#llx faults\n",
				     (unsigned long long)fault);
	}
}
