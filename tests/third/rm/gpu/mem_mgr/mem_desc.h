/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Included by mmu_walk_migrate.c, which uses nothing of it. */
