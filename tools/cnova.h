/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef CNOVA_TOOL_H
#define CNOVA_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <drm/cnova_drm.h>

#include "cnova_push.h"

#define CNOVA_TOOL_VERSION	"1.0"

/* Exit status, the same for every command. */
#define EXIT_USAGE	2

#define PAGE		4096ull
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ptr_u64(p)	((uint64_t)(uintptr_t)(p))

#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __noreturn	__attribute__((noreturn))

/**
 * struct device - An open cnova device.
 */
struct device {
	/** @fd: its render node, or the node that the user named. */
	int fd;

	/** @path: of the node that is open. */
	char path[64];

	/** @primary: path of the primary node, empty if there is none. */
	char primary[64];

	/** @driver: name, version and description of the driver. */
	char driver[160];
};

/**
 * struct leaf - A line of the pagetable file of debugfs: what one entry maps.
 */
struct leaf {
	/** @va: first address. */
	uint64_t va;

	/** @size: bytes. */
	uint64_t size;

	/** @pa: where, in @aperture. */
	uint64_t pa;

	/** @page: size as the driver writes it: 4K, 64K, 2M. */
	char page[8];

	/** @aperture: video, or which system memory. */
	char aperture[16];

	/** @attributes: kind and flags. */
	char attributes[64];
};

/* main.c: speaking to the user. */
__printf(1, 2) __noreturn
void die(const char *fmt, ...);
__printf(1, 2)
void complain(const char *fmt, ...);
void finish_output(void);
const char *bold(void);
const char *good(void);
const char *bad(void);
const char *plain(void);
const char *size_text(uint64_t bytes, char *buf, size_t room);

/* device.c */
int device_open(struct device *dev, const char *path);
int device_open_next(struct device *dev, unsigned int *cursor);
void device_close(struct device *dev);
uint64_t device_param(const struct device *dev, uint64_t param);
const char *chip_name(uint64_t chipset);
const char *chip_family(uint64_t chipset);
int debugfs_open(const struct device *dev);
char *read_file(int dir, const char *name);
uint64_t client_id(int fd);

/* vm_client.c: the ioctls. */
struct object {
	uint32_t handle;
	uint64_t size;
	uint8_t *map;
};

void object_create(const struct device *dev, struct object *object, uint64_t size,
		   uint32_t flags);
void object_destroy(const struct device *dev, struct object *object);
uint32_t vm_create(const struct device *dev);
void vm_destroy(const struct device *dev, uint32_t vm);
void vm_bind(const struct device *dev, uint32_t vm, const struct drm_cnova_vm_bind_op *ops,
	     uint32_t nr_ops);

/* channel.c: the GPU executes. */
struct channel {
	const struct device *dev;
	uint32_t id;

	/* For SET_OBJECT. */
	uint32_t engine_class;

	/* Its methods, and where the GPU finds them. */
	struct object methods;
	uint64_t push_va;
};

bool channels_are_there(const struct device *dev);
void map_object(const struct device *dev, uint32_t vm, const struct object *object, uint64_t va);
void channel_create(const struct device *dev, struct channel *channel, uint32_t vm,
		    uint64_t push_va);
void channel_destroy(struct channel *channel);
void channel_begin(struct channel *channel, struct cnova_push *push);
int channel_exec(struct channel *channel, const struct cnova_push *push);
void channel_state(const struct channel *channel, struct drm_cnova_channel_get_state *state);
const char *channel_obituary(const struct channel *channel, char *buf, size_t room);

/* png.c, picture.c */
void chart_draw(uint32_t *pixels, uint32_t width, uint32_t height);
void png_write(const char *name, const uint32_t *pixels, uint32_t width, uint32_t height);
bool picture_demo(const struct device *dev, const char *png);

/* pt.c */
bool leaf_parse(const char *line, struct leaf *leaf);
void leaves_print(const char *text, const char *indent);
const char *next_line(const char *line);

/* Commands: arguments as for main(), with the command's name first. */
int cmd_info(const char *path, int argc, char **argv);
int cmd_demo(const char *path, int argc, char **argv);
int cmd_copy(const char *path, int argc, char **argv);
int cmd_exec(const char *path, int argc, char **argv);
int cmd_vms(const char *path, int argc, char **argv);
int cmd_pt(const char *path, int argc, char **argv);
int cmd_counters(const char *path, int argc, char **argv);

#endif
