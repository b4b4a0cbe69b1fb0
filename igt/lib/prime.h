/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_PRIME_H
#define CNOVA_IGT_PRIME_H

#include "cnova.h"

int __cnova_prime_export(int fd, uint32_t handle, uint32_t flags, int *dma_buf);
int cnova_prime_export(int fd, uint32_t handle);
int __cnova_prime_import(int fd, int dma_buf, uint32_t *handle);
uint32_t cnova_prime_import(int fd, int dma_buf);
void *cnova_dma_buf_map(int dma_buf, uint64_t size);
int cnova_nr_dma_bufs(void);
int cnova_other_dma_bufs(void);
int cnova_wait_dma_bufs(int want);

/* Of others. */
int cnova_open_other(int fd);
int cnova_require_vgem(void);
uint32_t cnova_vgem_create(int vgem, uint64_t size);
void *cnova_vgem_map(int vgem, uint32_t handle, uint64_t size);
int cnova_new_memfd(uint64_t size);
int cnova_new_udmabuf(int memfd, uint64_t size, bool backwards);

#endif
