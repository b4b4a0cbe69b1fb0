// SPDX-License-Identifier: MIT

#include <stdlib.h>
#include <string.h>

#include "set.h"

/**
 * cnova_vram() - How much there is, in bytes.
 */
uint64_t cnova_vram(int fd)
{
	return cnova_param(fd, DRM_CNOVA_PARAM_VRAM_SIZE);
}

/**
 * cnova_align_down() - To a multiple of anything.
 */
uint64_t cnova_align_down(uint64_t value, uint64_t to)
{
	return value / to * to;
}

/**
 * cnova_set_va() - Where an object of a set is.
 */
uint64_t cnova_set_va(const struct cnova_set *set, unsigned int i)
{
	return CNOVA_VA + i * set->size;
}

/**
 * cnova_set_write() - Write the tags of an object.
 *
 * Through the GPU, so that nothing but the VM has to do with it.
 */
void cnova_set_write(const struct cnova_set *set, unsigned int i)
{
	for (uint64_t at = 0; at < set->size; at += set->step) {
		uint64_t tag = cnova_tag(set->bo[i].handle, at / SZ_4K);

		igt_assert_eq(cnova_eye_write((struct cnova_vm *)&set->vm,
					      cnova_set_va(set, i) + at, &tag, sizeof(tag)),
			      sizeof(tag));
	}
}

static void cnova_set_add(struct cnova_set *set, uint32_t flags)
{
	struct cnova_bo *bo = &set->bo[set->nr];
	struct drm_cnova_vm_bind_op op;

	igt_assert(set->nr < CNOVA_SET_OBJECTS);
	bo->fd = set->vm.fd;
	bo->size = set->size;
	bo->handle = flags & DRM_CNOVA_GEM_VM_PRIVATE ? set->vm.id : 0;
	igt_assert_eq(__cnova_gem_create(bo->fd, &bo->size, flags, &bo->handle), 0);
	op = cnova_op_map(bo, 0, cnova_set_va(set, set->nr), set->size, 0);
	igt_assert_eq(__cnova_bind_one(&set->vm, &op), 0);
	cnova_set_write(set, set->nr++);
}

/**
 * cnova_set_init() - A VM with @nr objects of @size bytes, tagged.
 */
void cnova_set_init(struct cnova_set *set, int fd, unsigned int nr, uint64_t size, uint32_t flags)
{
	memset(set, 0, sizeof(*set));
	cnova_vm_init(&set->vm, fd);
	set->size = size;
	set->step = nr > 4 ? 4 * SZ_4K : SZ_4K;
	while (set->nr < nr)
		cnova_set_add(set, flags);
}

/**
 * cnova_set_fini() - The end of them.
 */
void cnova_set_fini(struct cnova_set *set)
{
	cnova_vm_fini(&set->vm);
	for (unsigned int i = 0; i < set->nr; i++)
		gem_close(set->bo[i].fd, set->bo[i].handle);
}

/**
 * cnova_set_check() - Each is what it was, every @step bytes.
 */
void cnova_set_check(struct cnova_set *set, uint64_t step)
{
	for (unsigned int i = 0; i < set->nr; i++)
		for (uint64_t at = 0; at < set->size; at += step)
			cnova_eye_expect(&set->vm, cnova_set_va(set, i) + at, &set->bo[i], at);
}

static unsigned int nr_in_tree(const struct cnova_vm *vm, const char *what)
{
	char *text = cnova_read_text(vm->dir, "gpuvas"), *at = text;
	unsigned int nr = 0;

	igt_assert(text);
	while ((at = strstr(at, what))) {
		at++;
		nr++;
	}
	free(text);
	return nr;
}

/**
 * cnova_nr_mapped() - How many mappings of objects does the VM have?
 */
unsigned int cnova_nr_mapped(const struct cnova_vm *vm)
{
	return nr_in_tree(vm, " object ");
}

/**
 * cnova_nr_unbound() - And how many of them have lost their memory?
 */
unsigned int cnova_nr_unbound(const struct cnova_vm *vm)
{
	return nr_in_tree(vm, " unbound");
}

/**
 * __cnova_press() - One object more in VRAM.
 */
int __cnova_press(struct cnova_pressure *pressure, uint64_t size)
{
	uint32_t *handle = &pressure->handle[pressure->nr];
	int err;

	igt_assert(pressure->nr < CNOVA_SET_OBJECTS);
	*handle = 0;
	err = __cnova_gem_create(pressure->fd, &size, DRM_CNOVA_GEM_VRAM, handle);
	if (!err)
		pressure->nr++;
	return err;
}

/**
 * cnova_press() - As many as make @bytes.
 */
void cnova_press(struct cnova_pressure *pressure, uint64_t bytes, uint64_t size)
{
	for (uint64_t done = 0; done < bytes; done += size)
		igt_assert_eq(__cnova_press(pressure, size), 0);
}

/**
 * cnova_release() - They go.
 */
void cnova_release(struct cnova_pressure *pressure)
{
	while (pressure->nr)
		gem_close(pressure->fd, pressure->handle[--pressure->nr]);
}

/**
 * cnova_evict_all() - Have everything that can go out of VRAM.
 *
 * All but a little, which keeps page tables and what cannot move.
 */
void cnova_evict_all(int fd)
{
	struct cnova_pressure pressure = { .fd = fd };

	cnova_press(&pressure, cnova_vram(fd) * 3 / 4,
		    cnova_align_down(cnova_vram(fd) / 16, SZ_64K));
	while (!__cnova_press(&pressure, SZ_64K * 4))
		if (pressure.nr == CNOVA_SET_OBJECTS)
			break;
	cnova_release(&pressure);
}
