/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_LIB_H
#define CNOVA_IGT_LIB_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "cnova_drm.h"
#include "igt_decl.h"
#include "oracle.h"

#define SZ_4K		0x1000ull
#define SZ_64K		0x10000ull
#define SZ_1M		0x100000ull
#define SZ_2M		0x200000ull
#define SZ_4G		0x100000000ull

/* Addresses in the middle of everything, and at the edge of a table of each level. */
#define CNOVA_VA	0x40000000ull
#define CNOVA_VA_EDGE	0x4000000000ull

#define ptr_u64(p)	((uint64_t)(uintptr_t)(p))

/**
 * struct cnova_bo - An object whose pages carry tags (see cnova_tag()).
 */
struct cnova_bo {
	/** @fd: file that @handle belongs to. */
	int fd;

	/** @handle: GEM handle. */
	uint32_t handle;

	/** @size: bytes. */
	uint64_t size;

	/** @map: CPU mapping of all of it. */
	uint8_t *map;
};

struct cnova_look;

/**
 * struct cnova_vm - An address space and what root sees of it.
 */
struct cnova_vm {
	/** @fd: file that @id belongs to. */
	int fd;

	/** @id: id of the VM. */
	uint32_t id;

	/** @dir: its directory in debugfs. */
	int dir;

	/** @eye: what reads and writes through the GPU's MMU. */
	int eye;

	/** @look: what does so through a copy engine, lib/look.h; NULL until needed. */
	struct cnova_look *look;
};

#define CNOVA_WORLD_BOS	8

/**
 * struct cnova_world - A file with one address space and an oracle: what most tests need.
 */
struct cnova_world {
	/** @fd: DRM file of its own: closing it cleans up after a test that failed. */
	int fd;

	/** @vm: the address space. */
	struct cnova_vm vm;

	/** @oracle: what the window must show. */
	struct cnova_oracle oracle;

	/** @bo: objects, freed with the world. */
	struct cnova_bo bo[CNOVA_WORLD_BOS];

	/** @nr_bos: used entries of @bo. */
	unsigned int nr_bos;
};

/**
 * struct cnova_subtest - One of a binary's tests that want nothing but an open device.
 */
struct cnova_subtest {
	/** @name: as in the test lists. */
	const char *name;

	/** @text: describes it. */
	const char *text;

	/** @test: does it. */
	void (*test)(int fd);
};

void cnova_run_subtests(int fd, const struct cnova_subtest *tests, unsigned int nr);

/* Device. */
int cnova_open(void);
int cnova_ioctl(int fd, unsigned long request, void *arg);
uint64_t cnova_param(int fd, uint64_t param);
bool cnova_has_model(void);
void cnova_model_check_violations(void);
void cnova_model_check(void);
void cnova_model_set(const char *knob, const char *value);
void cnova_model_try(const char *knob, const char *value);
char *cnova_read_text(int dir, const char *name);
uint64_t cnova_fdinfo(int fd, const char *key);
uint64_t cnova_counter(int fd, const char *name);
uint64_t cnova_quarantined(int fd);
void cnova_wait_vram_free(int fd, uint64_t want);
void cnova_write_text(const char *path, const char *text);
void cnova_device_unbind(int fd);
int cnova_device_bind(void);
void cnova_bind_again(int *fd);

/* Objects. */
int __cnova_gem_create(int fd, uint64_t *size, uint32_t flags, uint32_t *handle);
uint32_t cnova_gem_create(int fd, uint64_t size, uint32_t flags);
int __cnova_gem_close(int fd, uint32_t handle);
uint64_t cnova_gem_mmap_offset(int fd, uint32_t handle);
void *cnova_gem_mmap(int fd, uint32_t handle, uint64_t size);
void cnova_tag_pages(uint8_t *map, uint32_t handle, uint64_t size);
void cnova_expect_tags(const uint8_t *map, uint32_t handle, uint64_t size);
void cnova_bo_init(struct cnova_bo *bo, int fd, uint64_t size, uint32_t flags);
void cnova_bo_fini(struct cnova_bo *bo);

/* Address spaces. */
int __cnova_vm_create(int fd, uint32_t flags, uint32_t *id);
uint32_t cnova_vm_create(int fd);
int __cnova_vm_destroy(int fd, uint32_t id);
void cnova_vm_destroy(int fd, uint32_t id);
int __cnova_vm_get_state(int fd, uint32_t id, struct drm_cnova_vm_get_state *state);
void cnova_vm_init(struct cnova_vm *vm, int fd);
void cnova_vm_fini(struct cnova_vm *vm);

ssize_t cnova_eye_read(struct cnova_vm *vm, uint64_t va, void *buf, size_t size);
ssize_t cnova_eye_write(struct cnova_vm *vm, uint64_t va, const void *buf, size_t size);
void cnova_eye_expect(struct cnova_vm *vm, uint64_t va, const struct cnova_bo *bo,
		      uint64_t offset);
void cnova_eye_expect_fault(struct cnova_vm *vm, uint64_t va);

/* Binds. */
struct drm_cnova_vm_bind_op cnova_op_map(const struct cnova_bo *bo, uint64_t offset,
					 uint64_t va, uint64_t range, uint32_t flags);
struct drm_cnova_vm_bind_op cnova_op_unmap(uint64_t va, uint64_t range);
struct drm_cnova_vm_bind_op cnova_op_unmap_all(const struct cnova_bo *bo);
struct drm_cnova_vm_bind_op cnova_op_sparse(uint64_t va, uint64_t range);

struct drm_cnova_vm_bind cnova_bind_args(const struct cnova_vm *vm,
					 const struct drm_cnova_vm_bind_op *ops,
					 unsigned int nr_ops,
					 const struct drm_cnova_sync *syncs,
					 unsigned int nr_syncs);
int __cnova_bind(int fd, struct drm_cnova_vm_bind *args);
int __cnova_bind_one(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *op);
int cnova_bind_async(const struct cnova_vm *vm, const struct drm_cnova_vm_bind_op *ops,
		     unsigned int nr_ops, const struct drm_cnova_sync *syncs,
		     unsigned int nr_syncs);

/* Worlds. */
struct cnova_world *cnova_world_create(int fd, uint64_t start, uint64_t size);
struct cnova_world *cnova_world_watched(int fd, unsigned int seconds, const char *what);
void cnova_world_abandon(struct cnova_world *world);
void cnova_world_drop(struct cnova_world *world);
void cnova_world_close(struct cnova_world *world);
void cnova_world_destroy(struct cnova_world *world);
struct cnova_bo *cnova_world_bo(struct cnova_world *world, uint64_t size, uint32_t flags);
void cnova_world_bind(struct cnova_world *world, const struct drm_cnova_vm_bind_op *ops,
		      unsigned int nr_ops);
void cnova_world_apply(struct cnova_world *world, const struct drm_cnova_vm_bind_op *ops,
		       unsigned int nr_ops);
void cnova_world_map(struct cnova_world *world, const struct cnova_bo *bo, uint64_t offset,
		     uint64_t va, uint64_t range, uint32_t flags);
void cnova_world_unmap(struct cnova_world *world, uint64_t va, uint64_t range);
void cnova_world_check(struct cnova_world *world);
void cnova_world_check_all(struct cnova_world *world);
void cnova_world_check_writes(struct cnova_world *world);
char *cnova_world_tree(struct cnova_world *world);
void cnova_world_expect_refused(struct cnova_world *world, struct drm_cnova_vm_bind *args,
				int err, uint32_t failed_op, uint32_t reason);

#endif
