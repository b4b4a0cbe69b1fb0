/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Flushes: what the GPU has written is in memory.
 */
#ifndef _CNOVA_HW_FLUSH_H_
#define _CNOVA_HW_FLUSH_H_

struct cnova_chip;
struct cnova_io;

/** CNOVA_FLUSH_TIMEOUT_US - How long a flush may take: what NVKM waits. */
#define CNOVA_FLUSH_TIMEOUT_US	(2 * 1000 * 1000)

int cnova_flush(struct cnova_io *io, const struct cnova_chip *chip);

#endif /* _CNOVA_HW_FLUSH_H_ */
