// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The last part of cnova demo: the GPU executes. A picture goes through two objects that change
 * places between two copies, and back; then a copy from where nothing is mapped.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cnova.h"

#define WIDTH		640
#define HEIGHT		480
#define PITCH		(WIDTH * 4)

#define PUSH_VA		0x20000000ull
#define FROM_VA		0x80000000ull
#define TO_VA		0x90000000ull

struct picture {
	const struct device *dev;
	uint32_t vm;
	struct channel channel;
	/* In system memory. */
	struct object page;
	/* In VRAM. */
	struct object screen;
	uint32_t *chart;
	bool ok;
};

/* Line by line from FROM_VA to TO_VA, the last line first. Return: what killed the channel. */
static int copy_upside_down(struct picture *picture)
{
	const struct cnova_push_rect rect = {
		.dst = TO_VA + (HEIGHT - 1) * PITCH, .dst_pitch = -PITCH,
		.src = FROM_VA, .src_pitch = PITCH, .length = PITCH, .lines = HEIGHT,
	};
	struct cnova_push push;

	channel_begin(&picture->channel, &push);
	cnova_push_set_object(&push, CNOVA_PUSH_COPY, picture->channel.engine_class);
	cnova_push_copy_rect(&push, &rect, CNOVA_PUSH_FLUSH);
	return channel_exec(&picture->channel, &push);
}

/* Pixels that are as they must be, in lines from @first on in steps of @step? */
static unsigned int count_right(const struct picture *picture, const struct object *object,
				int first, int step)
{
	const uint32_t *pixels = (const uint32_t *)object->map;
	unsigned int right = 0;

	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			right += pixels[y * WIDTH + x] ==
				 picture->chart[(first + step * y) * WIDTH + x];
	return right;
}

static void judge(struct picture *picture, const char *where, unsigned int right)
{
	bool ok = right == WIDTH * HEIGHT;

	printf("  CPU reads   %s%u of %u pixels are right%s %s\n", ok ? good() : bad(), right,
	       WIDTH * HEIGHT, plain(), where);
	picture->ok &= ok;
}

static void copy_there_and_back(struct picture *picture)
{
	char why[128];
	int err;

	printf("%s4. The GPU copies a picture of %u x %u from system memory to VRAM%s\n", bold(),
	       WIDTH, HEIGHT, plain());
	map_object(picture->dev, picture->vm, &picture->page, FROM_VA);
	map_object(picture->dev, picture->vm, &picture->screen, TO_VA);
	printf("  engine      class %#x: %u lines, bottom to top\n",
	       picture->channel.engine_class, HEIGHT);
	err = copy_upside_down(picture);
	judge(picture, "in VRAM, upside down",
	      count_right(picture, &picture->screen, HEIGHT - 1, -1));

	printf("\n%s5. The two objects change places, and the same methods again%s\n", bold(),
	       plain());
	memset(picture->page.map, 0, picture->page.size);
	map_object(picture->dev, picture->vm, &picture->screen, FROM_VA);
	map_object(picture->dev, picture->vm, &picture->page, TO_VA);
	if (!err)
		err = copy_upside_down(picture);
	judge(picture, "in system memory, upright", count_right(picture, &picture->page, 0, 1));
	if (err) {
		complain("the channel died: %s",
			 channel_obituary(&picture->channel, why, sizeof(why)));
		picture->ok = false;
	}
}

/* The channel dies of it, and its address space lives on. */
static void copy_from_nowhere(struct picture *picture)
{
	struct drm_cnova_channel_get_state state;
	const struct drm_cnova_vm_bind_op unmap = {
		.op = DRM_CNOVA_VM_BIND_OP_UNMAP, .va = FROM_VA, .range = picture->screen.size,
	};
	char why[128];
	bool ok;

	printf("\n%s6. Unmap the source, and the same methods again%s\n", bold(), plain());
	vm_bind(picture->dev, picture->vm, &unmap, 1);
	copy_upside_down(picture);
	channel_state(&picture->channel, &state);
	ok = state.state == DRM_CNOVA_CHANNEL_DEAD && state.fault_va == FROM_VA &&
	     !state.fault_access;
	printf("  channel     %sdied of a %s%s\n", ok ? good() : bad(),
	       channel_obituary(&picture->channel, why, sizeof(why)), plain());
	picture->ok &= ok;
	channel_destroy(&picture->channel);

	map_object(picture->dev, picture->vm, &picture->screen, FROM_VA);
	memset(picture->page.map, 0, picture->page.size);
	channel_create(picture->dev, &picture->channel, picture->vm, PUSH_VA);
	ok = !copy_upside_down(picture) &&
	     count_right(picture, &picture->page, 0, 1) == WIDTH * HEIGHT;
	printf("  VM          %s%s%s\n\n", ok ? good() : bad(),
	       ok ? "lives: another channel copies the picture" : "is of no use any more", plain());
	picture->ok &= ok;
}

/**
 * picture_demo() - Let the GPU copy a picture.
 * @dev: the device.
 * @png: file for the picture as it came back, or NULL.
 *
 * Return: whether all went as it should.
 */
bool picture_demo(const struct device *dev, const char *png)
{
	struct picture picture = { .dev = dev, .ok = true };

	picture.chart = malloc(PITCH * HEIGHT);
	if (!picture.chart)
		die("a picture: no memory");
	chart_draw(picture.chart, WIDTH, HEIGHT);
	picture.vm = vm_create(dev);
	object_create(dev, &picture.page, PITCH * HEIGHT, 0);
	object_create(dev, &picture.screen, PITCH * HEIGHT, DRM_CNOVA_GEM_VRAM);
	memcpy(picture.page.map, picture.chart, PITCH * HEIGHT);
	channel_create(dev, &picture.channel, picture.vm, PUSH_VA);

	copy_there_and_back(&picture);
	if (png) {
		png_write(png, (const uint32_t *)picture.page.map, WIDTH, HEIGHT);
		printf("  picture     %s\n", png);
	}
	copy_from_nowhere(&picture);

	channel_destroy(&picture.channel);
	object_destroy(dev, &picture.screen);
	object_destroy(dev, &picture.page);
	vm_destroy(dev, picture.vm);
	free(picture.chart);
	return picture.ok;
}
