// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pictures: a test chart, and PNG files (W3C PNG specification; zlib compresses). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cnova.h"

static void put_u32(uint8_t *to, uint32_t value)
{
	to[0] = value >> 24;
	to[1] = value >> 16;
	to[2] = value >> 8;
	to[3] = value;
}

/* Length, type, data, checksum of the two. Return: whether it was written. */
static bool put_chunk(FILE *file, const char *type, const uint8_t *data, uint32_t size)
{
	uint8_t head[8], tail[4];
	uLong crc;

	put_u32(head, size);
	memcpy(head + 4, type, 4);
	crc = crc32(crc32(0, NULL, 0), head + 4, 4);
	/* A length of 0 would give the initial value. */
	if (size)
		crc = crc32(crc, data, size);
	put_u32(tail, crc);
	return fwrite(head, sizeof(head), 1, file) == 1 &&
	       fwrite(data, 1, size, file) == size && fwrite(tail, sizeof(tail), 1, file) == 1;
}

/* Lines with a filter byte of 0 in front, red, green and blue; compressed. */
static uint8_t *compress_lines(const uint32_t *pixels, uint32_t width, uint32_t height,
			       uLongf *size)
{
	uLong raw_size = (uLong)height * (1 + width * 3);
	uint8_t *raw = malloc(raw_size), *out, *at = raw;

	*size = compressBound(raw_size);
	out = malloc(*size);
	if (!raw || !out)
		die("a picture: %s", strerror(ENOMEM));
	for (uint32_t y = 0; y < height; y++) {
		*at++ = 0;
		for (uint32_t x = 0; x < width; x++, pixels++) {
			*at++ = *pixels >> 16;
			*at++ = *pixels >> 8;
			*at++ = *pixels;
		}
	}
	if (compress2(out, size, raw, raw_size, Z_BEST_COMPRESSION) != Z_OK)
		die("a picture: zlib failed");
	free(raw);
	return out;
}

/**
 * png_write() - Write a picture; or die.
 * @name: file.
 * @pixels: 0x00rrggbb, lines one after the other.
 */
void png_write(const char *name, const uint32_t *pixels, uint32_t width, uint32_t height)
{
	/* Eight bits per sample, red, green and blue. */
	uint8_t header[13] = { [8] = 8, [9] = 2 };
	FILE *file = fopen(name, "wbe");
	uint8_t *lines;
	uLongf size;
	bool ok;

	if (!file)
		die("%s: %s", name, strerror(errno));
	put_u32(header, width);
	put_u32(header + 4, height);
	lines = compress_lines(pixels, width, height, &size);
	ok = fwrite("\x89PNG\r\n\x1a\n", 8, 1, file) == 1 &&
	     put_chunk(file, "IHDR", header, sizeof(header)) &&
	     put_chunk(file, "IDAT", lines, size) &&
	     put_chunk(file, "IEND", header, 0);
	free(lines);
	if (!ok || fclose(file))
		die("%s: %s", name, strerror(errno));
}

/* One pixel of the chart: bars above, a ramp and a checkerboard below, a disc over all. */
static uint32_t chart_pixel(uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	static const uint32_t bars[] = {
		0xc0c0c0, 0xc0c000, 0x00c0c0, 0x00c000, 0xc000c0, 0xc00000, 0x0000c0, 0x101010,
	};
	int64_t dx = 2 * (int64_t)x - width, dy = 2 * (int64_t)y - height;
	uint32_t ramp = x * 255 / (width - 1);

	if (dx * dx + dy * dy < (int64_t)height * height / 4)
		return (255 - ramp) << 16 | (y * 255 / (height - 1)) << 8 | ramp;
	if (y < height * 5 / 8)
		return bars[x * 8 / width];
	if (y < height * 3 / 4)
		return ramp * 0x010101;
	return (x / 16 + y / 16) % 2 ? 0xf0f0f0 : 0x202020;
}

/**
 * chart_draw() - A test chart that is not its own mirror image.
 */
void chart_draw(uint32_t *pixels, uint32_t width, uint32_t height)
{
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			pixels[y * width + x] = chart_pixel(x, y, width, height);
}
